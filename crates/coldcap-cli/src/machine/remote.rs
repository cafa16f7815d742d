//! A machine behind a socket that takes granted time.

use crate::failure::Failure;
use coldcap::lane::{GREETING, REPLY_LENGTH, Reply, STEP_LENGTH, Step};
use coldcap_sim::{Machine, MachineTick, RigError, Truth};
use coldcap_units::{Duration, Instant};
use std::io::{self, Read, Write};
use std::net::TcpStream;

/// The driver's end of the connection.
#[derive(Debug)]
pub(crate) struct Remote {
    stream: TcpStream,
    step: Box<[u8; STEP_LENGTH]>,
    reply: Box<[u8; REPLY_LENGTH]>,
}

impl Remote {
    pub(crate) fn connect(address: &str) -> Result<Self, Failure> {
        let stream = greet(address)
            .map_err(|error| Failure::Io(format!("--connect: {address}: {error}")))?;
        Ok(Self { stream, step: Box::new([0; STEP_LENGTH]), reply: Box::new([0; REPLY_LENGTH]) })
    }

    fn send(&mut self, step: &Step<'_>) -> Result<(), RigError> {
        step.encode(&mut self.step)?;
        Ok(self.stream.write_all(&self.step[..])?)
    }
}

fn greet(address: &str) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.write_all(&GREETING)?;
    Ok(stream)
}

impl Machine for Remote {
    fn tick(&mut self, now: Instant, link: &[u8]) -> Result<MachineTick<'_>, RigError> {
        self.send(&Step::Tick { now, inputs: &[], link })?;
        self.stream.read_exact(&mut self.reply[..])?;
        let reply = Reply::decode(&self.reply[..])?;
        Ok(MachineTick {
            tick_input: reply.tick_input,
            outputs: reply.outputs,
            link: reply.link,
            truth: truth_from(reply.truth),
        })
    }

    fn cut_power(&mut self, _now: Instant, gap: Duration) -> Result<(), RigError> {
        self.send(&Step::Restart { gap: Some(gap) })
    }

    fn end(&mut self) -> Result<(), RigError> {
        self.send(&Step::End)
    }
}

const FIGURES: usize = 12;

/// Truth as it crosses the lane: twelve f64, little endian, in the order of its fields.
pub(crate) fn truth_bytes(truth: Option<Truth>) -> Vec<u8> {
    let figures = truth.map(|truth| {
        [
            truth.skin_c,
            truth.coldest_skin_c,
            truth.follicle_c,
            truth.interface_front_c,
            truth.interface_rear_c,
            truth.supply_c,
            truth.return_c,
            truth.tank_c,
            truth.evaporator_c,
            truth.perfusion,
            truth.heat_w,
            truth.flow_l_min,
        ]
    });
    figures.iter().flatten().flat_map(|figure| figure.to_le_bytes()).collect()
}

fn truth_from(bytes: &[u8]) -> Option<Truth> {
    let mut figures = [0.0; FIGURES];
    let (chunks, rest) = bytes.as_chunks::<8>();
    if chunks.len() != FIGURES || !rest.is_empty() {
        return None;
    }
    for (figure, chunk) in figures.iter_mut().zip(chunks) {
        *figure = f64::from_le_bytes(*chunk);
    }
    let [skin_c, coldest_skin_c, follicle_c, front, rear, supply_c, return_c, tank_c, ..] = figures;
    let [.., evaporator_c, perfusion, heat_w, flow_l_min] = figures;
    Some(Truth {
        skin_c,
        coldest_skin_c,
        follicle_c,
        interface_front_c: front,
        interface_rear_c: rear,
        supply_c,
        return_c,
        tank_c,
        evaporator_c,
        perfusion,
        heat_w,
        flow_l_min,
        ..Truth::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truth_survives_the_lane() {
        let truth = Truth { skin_c: 18.5, flow_l_min: 1.0, tank_c: -8.0, ..Truth::default() };
        assert_eq!(truth_from(&truth_bytes(Some(truth))), Some(truth));
        assert_eq!(truth_from(&truth_bytes(None)), None);
    }
}
