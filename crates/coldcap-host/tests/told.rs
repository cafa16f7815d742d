//! A machine that has taken somebody else than it was told.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "support/machine.rs"]
mod machine;

use coldcap_host::client::{Client, ClientConfig};
use coldcap_host::plan::PlanFile;
use coldcap_host::procedure::{Nurse, Outcome};
use coldcap_session::Phase;
use coldcap_units::Instant;
use coldcap_wire::message::{
    Action, AnyMessage, ChannelStatus, Message, Operate, Response, SelectPatient, Status,
};
use coldcap_wire::{Receiver, Sender};
use machine::HELLO;

const EXAMPLE: &str = include_str!("../../../examples/plans/paclitaxel-weekly.toml");
const TICK_MS: u64 = 200;

/// No more of a machine than the way to the measures of the head.
struct Device {
    phase: Phase,
    sender: Sender,
    receiver: Receiver,
    /// What the link makes of whom it carries.
    lie: fn(SelectPatient) -> SelectPatient,
    heard: Vec<&'static str>,
    out: Vec<u8>,
}

impl Device {
    fn new(lie: fn(SelectPatient) -> SelectPatient) -> Self {
        let (sender, receiver) = (Sender::new(), Receiver::new());
        Self { phase: Phase::Standby, sender, receiver, lie, heard: vec![], out: vec![] }
    }

    fn send(&mut self, body: &impl Message) {
        let mut room = [0; 256];
        let length = self.sender.send_message(body, &mut room).unwrap();
        self.out.extend(&room[..length]);
    }

    fn receive(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (taken, packet) = self.receiver.feed(rest);
            rest = &rest[taken..];
            if let Some(Ok(packet)) = packet {
                let (endpoint, message) = (packet.header.endpoint, packet.message().unwrap());
                self.take(endpoint, message);
            }
        }
    }

    fn take(&mut self, endpoint: u8, message: AnyMessage) {
        if matches!(message, AnyMessage::Hello(_)) {
            self.send(&HELLO);
        }
        let Some(head) = message.command_head() else { return };
        let mut answer = Response::new(head.rid, Status::OK);
        match message {
            AnyMessage::StartFit(_) => self.phase = Phase::FitMeasure,
            AnyMessage::SelectPatient(said) => {
                self.heard.push("select_patient");
                answer.value = (self.lie)(said).digest();
            }
            AnyMessage::Measure(_) => self.heard.push("measure"),
            AnyMessage::Operate(Operate { action: Action::CANCEL, .. }) => {
                self.heard.push("cancel");
                self.phase = Phase::Standby;
            }
            _ => {}
        }
        let mut room = [0; 256];
        let length = self.sender.respond(endpoint, &answer, &mut room).unwrap();
        self.out.extend(&room[..length]);
    }

    fn report(&mut self, now: Instant) {
        let status = machine::status(now.as_millis(), self.phase.code());
        self.send(&ChannelStatus { flags: ChannelStatus::TANK_READY, ..status });
    }
}

/// So long as the nurse has something to do, and a minute at most.
fn run(lie: fn(SelectPatient) -> SelectPatient) -> (Device, Nurse) {
    let mut device = Device::new(lie);
    let mut nurse = Nurse::new(PlanFile::parse(EXAMPLE, "plan.toml").unwrap());
    let mut client = Client::new(ClientConfig::new(5));
    for tick in 1..300 {
        let now = Instant::from_millis(tick * TICK_MS);
        device.report(now);
        client.receive(now, &core::mem::take(&mut device.out));
        while let Some(message) = client.poll_message() {
            nurse.on_message(now, &message, &mut client);
        }
        nurse.tick(now, &mut client);
        let mut sent = Vec::new();
        client.transmit(now, &mut sent);
        device.receive(&sent);
        if nurse.finished().is_some() {
            break;
        }
    }
    (device, nurse)
}

#[test]
fn nothing_follows_where_the_machine_has_taken_somebody_else() {
    let lies: [fn(SelectPatient) -> SelectPatient; 4] = [
        |said| SelectPatient { patient: said.patient + 1, ..said },
        |said| SelectPatient { calibration: 1, ..said },
        |said| SelectPatient { session_index: said.session_index + 1, ..said },
        |said| SelectPatient { density: said.density + 1, ..said },
    ];
    for (index, lie) in lies.into_iter().enumerate() {
        let (device, nurse) = run(lie);
        assert_eq!(device.heard, ["select_patient", "cancel"], "{index}");
        assert_eq!(nurse.finished(), Some(Outcome::EndedEarly), "{index}");
        let refusal = nurse.refusal().unwrap().to_string();
        assert!(refusal.contains("another select_patient than it was told"), "{refusal}");
    }
}

#[test]
fn the_visit_goes_on_where_it_has_taken_whom_it_was_told() {
    let (device, nurse) = run(|said| said);
    assert_eq!(device.heard[..2], ["select_patient", "measure"]);
    assert_eq!(nurse.refusal(), None);
}
