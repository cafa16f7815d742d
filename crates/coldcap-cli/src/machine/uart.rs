//! A smoke of the protocol on a real UART peripheral, as the emulated board has it.

use super::emulator::{Emulator, end};
use crate::arguments::Demo;
use crate::failure::Failure;
use crate::keylog::KeyLog;
use crate::treatment::Setup;
use coldcap::TICK;
use coldcap_host::client::{Client, Message};
use coldcap_sim::{Equipment, Machine, PatientParameters, Rig};
use coldcap_units::Instant;
use serde_json::json;
use std::io::{self, Read, Write};
use std::sync::mpsc;

const TICKS: u32 = 600;
/// Reports a second, 60 seconds of them, less what the start takes.
const LEAST_REPORTS: u32 = 50;

pub(crate) fn smoke(
    options: &Demo,
    patient: PatientParameters,
    setup: &Setup,
    equipment: &Equipment,
) -> Result<(), Failure> {
    let mut emulator = Emulator::start_with_uart(&options.firmware)?;
    let (mut to_board, mut from_board) =
        emulator.take_serial().ok_or_else(|| Failure::Io("the UART has no pipe".into()))?;
    let (sender, received) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut bytes = [0; 256];
        while let Ok(count) = from_board.read(&mut bytes) {
            if count == 0 || sender.send(bytes[..count].to_vec()).is_err() {
                break;
            }
        }
    });
    let faults = coldcap_sim::FaultSchedule::none();
    let mut rig = Rig::new(emulator, patient, options.seed, faults)?;
    rig.equip(equipment)?;
    let mut client = Client::new(setup.key.config(1)?);
    let mut keylog = KeyLog::create(setup.keylog.as_deref())?;
    let mut seen = Seen::default();
    let mut now = Instant::ZERO;
    for _ in 0..TICKS {
        now = now.plus(TICK);
        let mut bytes = Vec::new();
        client.transmit(now, &mut bytes);
        to_board.write_all(&bytes)?;
        to_board.flush()?;
        // The lane only announces how many bytes are on the wire.
        rig.tick(now, &vec![0; bytes.len()])?;
        for bytes in received.try_iter() {
            client.receive(now, &bytes);
        }
        while let Some(message) = client.poll_message() {
            seen.take(&message);
        }
        if let Some(keys) = client.session_keys() {
            keylog.note(keys)?;
        }
    }
    let mut emulator = rig.into_device();
    end(&mut emulator)?;
    emulator.finish()?;
    let _ = reader.join();
    seen.judge(&client, options.visit.json)
}

/// What arrived over the UART.
#[derive(Debug, Default)]
struct Seen {
    hello: bool,
    reports: u32,
}

impl Seen {
    fn take(&mut self, message: &Message) {
        match message {
            Message::Hello(_) => self.hello = true,
            Message::ChannelStatus(_) => self.reports += 1,
            _ => {}
        }
    }

    fn judge(&self, client: &Client, json: bool) -> Result<(), Failure> {
        let frames = client.counters().frames;
        let Self { hello, reports } = *self;
        let (good, bad) = (frames.ok, frames.crc + frames.length + frames.cobs);
        let line =
            format!("uart: hello {hello}, {reports} status reports, {good} frames, {bad} bad");
        if json {
            let link = json!({ "ok": good, "bad": bad });
            let seen = json!({ "hello": hello, "status_reports": reports, "link": link });
            writeln!(io::stdout(), "{seen}")?;
        } else {
            writeln!(io::stdout(), "{line}")?;
        }
        if self.hello && self.reports >= LEAST_REPORTS && frames.crc == 0 {
            Ok(())
        } else {
            Err(Failure::Wrong(format!("{line}: allowed is a hello and {LEAST_REPORTS} reports")))
        }
    }
}
