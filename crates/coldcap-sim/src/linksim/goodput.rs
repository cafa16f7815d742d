//! How much of the line's rate a download uses.

use super::session::{Session, plain};
use crate::random::Random;
use coldcap_units::Instant;
use coldcap_wire::message::{AnyMessage, ObjectKind, decode_any};
use coldcap_wire::service::{
    About, Download, Finding, ObjectServer, ObjectSource, Outgoing, RoundTrip, State,
};
use coldcap_wire::{Packet, Receiver};

/// A kind of line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineKind {
    /// Its name.
    pub name: &'static str,
    /// What it carries, in bytes a millisecond.
    pub bytes_per_ms: u32,
    /// From one end to the other, in milliseconds.
    pub delay_ms: u64,
    /// Pieces under way.
    pub window: u8,
}

impl LineKind {
    /// A serial line at 115 200 baud.
    pub const UART_115K: Self =
        Self { name: "UART 115k", bytes_per_ms: 11, delay_ms: 1, window: 16 };
    /// A serial line at 921 600 baud.
    pub const UART_921K: Self =
        Self { name: "UART 921k", bytes_per_ms: 92, delay_ms: 1, window: 16 };
    /// USB, full speed.
    pub const USB: Self = Self { name: "USB", bytes_per_ms: 500, delay_ms: 1, window: 16 };
    /// Bluetooth Low Energy with a round trip of 30 ms.
    pub const BLE: Self = Self { name: "BLE", bytes_per_ms: 90, delay_ms: 15, window: 32 };
    /// All of them.
    pub const ALL: [Self; 4] = [Self::UART_115K, Self::UART_921K, Self::USB, Self::BLE];
}

/// What a download came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Goodput {
    /// Bytes of the object over the bytes that the line could carry meanwhile.
    pub fraction: f64,
    /// How long it took.
    pub took_ms: u64,
}

/// A source of so many bytes.
struct Bytes(u32);

impl ObjectSource for Bytes {
    fn about(&self, _: ObjectKind, _: u32) -> Option<About> {
        Some(About { edition: 1, length: self.0, first: 0 })
    }

    fn read(&self, _: ObjectKind, _: u32, offset: u32, room: &mut [u8]) -> usize {
        let bytes = (offset..).map(|at| (at.wrapping_mul(31) >> 3) as u8);
        room.iter_mut().zip(bytes).map(|(to, byte)| *to = byte).count()
    }
}

/// One direction, timed by the microsecond.
struct Wire {
    free_us: u64,
    bytes_per_ms: u64,
    delay_us: u64,
    under_way: std::collections::VecDeque<(u64, Vec<u8>)>,
}

impl Wire {
    fn new(kind: &LineKind) -> Self {
        let bytes_per_ms = u64::from(kind.bytes_per_ms);
        let delay_us = kind.delay_ms * 1_000;
        Self { free_us: 0, bytes_per_ms, delay_us, under_way: std::collections::VecDeque::new() }
    }

    fn send(&mut self, now_us: u64, frame: Vec<u8>, lost: bool) {
        self.free_us = now_us + frame.len() as u64 * 1_000 / self.bytes_per_ms;
        if !lost {
            self.under_way.push_back((self.free_us + self.delay_us, frame));
        }
    }

    fn arrived(&mut self, now_us: u64) -> Option<Vec<u8>> {
        self.under_way.pop_front_if(|(at, _)| *at <= now_us).map(|(_, frame)| frame)
    }
}

/// One side's packets: sealed, or not.
enum Packets {
    Plain(u32),
    Sealed(Box<Session>),
}

impl Packets {
    fn new(sealed: bool, device: bool) -> Self {
        if sealed { Self::Sealed(Box::new(Session::new(1, 2, device))) } else { Self::Plain(0) }
    }

    fn frame(&mut self, endpoint: u8, message: &AnyMessage) -> Vec<u8> {
        match self {
            Self::Plain(number) => {
                *number += 1;
                plain(*number, endpoint, message)
            }
            Self::Sealed(session) => session.seal(endpoint, message),
        }
    }

    fn message(&mut self, packet: &Packet) -> Option<AnyMessage> {
        match self {
            Self::Plain(_) => decode_any(&packet.header, packet.body).ok(),
            Self::Sealed(session) => session.open(&packet.header, packet.body)?.ok(),
        }
    }
}

/// Fetches an object of `length` bytes over a line that loses this fraction of the frames both ways: the
/// device sends whenever its line is free, and the frames are the real ones, sealed or not.
#[must_use]
pub fn goodput(kind: &LineKind, length: u32, loss: f64, sealed: bool, seed: u64) -> Goodput {
    const STEP_US: u64 = 20;
    let mut random = Random::stream(seed, 6);
    let (mut out, mut back) = (Wire::new(kind), Wire::new(kind));
    let (mut to_host, mut to_device) = (Receiver::new(), Receiver::new());
    let (source, mut server) = (Bytes(length), ObjectServer::new());
    let mut download = Download::new(ObjectKind::LOG, 0, 1, kind.window);
    let mut trip = RoundTrip::new();
    trip.measure(coldcap_units::Duration::from_millis(
        kind.delay_ms as u32 * 2 + 500 / kind.bytes_per_ms,
    ));
    download.measured(trip);
    let (mut of_device, mut of_host) = (Packets::new(sealed, true), Packets::new(sealed, false));
    let mut now_us = 0;
    while download.state() == State::Running && now_us < 600_000_000 {
        now_us += STEP_US;
        let now = Instant::from_millis(now_us / 1_000);
        while let Some(frame) = out.arrived(now_us) {
            if let Some(message) = taken(&mut to_host, &mut of_host, &frame) {
                arrive(&mut download, now, &message);
            }
        }
        while let Some(frame) = back.arrived(now_us) {
            if let Some(AnyMessage::ObjectAsk(ask)) = taken(&mut to_device, &mut of_device, &frame)
            {
                server.ask(&ask);
            }
        }
        if back.free_us <= now_us
            && let Some(ask) = download.poll(now)
        {
            back.send(now_us, of_host.frame(0x52, &ask.into()), random.uniform() <= loss);
        }
        if out.free_us <= now_us
            && let Some(outgoing) = server.poll(&source)
        {
            let (endpoint, message) = match outgoing {
                Outgoing::About(about) => (0x51, about.into()),
                Outgoing::Data(data) => (0x50, data.into()),
            };
            out.send(now_us, of_device.frame(endpoint, &message), random.uniform() <= loss);
        }
    }
    let could = now_us as f64 / 1_000.0 * f64::from(kind.bytes_per_ms);
    let arrived = f64::from(download.arrived());
    Goodput { fraction: arrived / could, took_ms: now_us / 1_000 }
}

fn taken(receiver: &mut Receiver, packets: &mut Packets, frame: &[u8]) -> Option<AnyMessage> {
    let (_, packet) = receiver.feed(frame);
    packets.message(&packet?.ok()?)
}

fn arrive(download: &mut Download, now: Instant, message: &AnyMessage) {
    match message {
        AnyMessage::ObjectAbout(about) => {
            download.about(now, about);
        }
        AnyMessage::ObjectData(data) => {
            let found = download.data(now, data);
            debug_assert!(!matches!(found, Finding::Anew { .. }), "one edition");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_in_a_hundred_frames_lost_both_ways_leave_the_bars() {
        for (kind, bar) in [
            (LineKind::UART_115K, 0.80),
            (LineKind::UART_921K, 0.80),
            (LineKind::USB, 0.80),
            (LineKind::BLE, 0.75),
        ] {
            let length = kind.bytes_per_ms * 20_000;
            let mean = |sealed| {
                let one = |seed| goodput(&kind, length, 0.1, sealed, seed).fraction;
                (0..4).map(one).sum::<f64>() / 4.0
            };
            let (plain, sealed) = (mean(false), mean(true));
            println!("{}: {plain:.3}, sealed {sealed:.3}", kind.name);
            assert!(plain >= bar, "{}: {plain:.3}", kind.name);
            // The tag is 16 bytes of 250, and what it takes off is no more than that.
            assert!(sealed >= plain - 0.07 && sealed < plain, "{}: {sealed:.3}", kind.name);
        }
    }
}
