//! The fit visit itself: a device, a virtual head, and a nurse, until the record of the cap is there.

use crate::command::configuration;
use crate::failure::Failure;
use crate::host_key::HostKey;
use crate::keylog::KeyLog;
use crate::treatment::seals::InputSeals;
use coldcap::TICK;
use coldcap::hash::Fnv1a64;
use coldcap_calibration::record::CapCalibration;
use coldcap_host::capture::{self, Writer};
use coldcap_host::client::{Client, Message};
use coldcap_host::plan::PlanFile;
use coldcap_host::procedure::Nurse;
use coldcap_session::record::Entry;
use coldcap_session::{Flag, Note};
use coldcap_sim::{FaultSchedule, Machine, PatientParameters, Rig, SkinPlace};
use coldcap_units::Instant;
use serde_json::json;
use std::path::Path;

/// What a visit has left.
pub(super) struct Visit {
    pub(super) calibration: CapCalibration,
    /// The 64 bytes that the device sent.
    pub(super) record: Vec<u8>,
    /// Every tick's inputs and outputs, as a recording.
    pub(super) recording: Vec<u8>,
    /// A clinician stored a fit whose contact test had failed.
    pub(super) overridden: bool,
    pub(super) seconds: f64,
}

/// What went over the wire, as far as this visit needs it.
#[derive(Default)]
struct Heard {
    record: Option<Vec<u8>>,
    overridden: bool,
}

impl Heard {
    fn take(&mut self, message: &Message) {
        match message {
            Message::CapCalibration(stored) => self.record = Some(stored.calibration.0.to_vec()),
            Message::RecordEntry(report) => {
                let note = Entry::from_bytes(&report.entry.0).note();
                self.overridden |= note == Some(Note::Flag(Flag::FitOverridden));
            }
            _ => {}
        }
    }
}

/// Runs the visit. The link is clean and the host awake: what a bad link does, `demo` shows.
pub(super) fn run(
    patient: PatientParameters,
    plan: &PlanFile,
    seed: u64,
    skin: Option<SkinPlace>,
    keylog: Option<&Path>,
) -> Result<Visit, Failure> {
    let mut keylog = KeyLog::create(keylog)?;
    let faults = FaultSchedule::none();
    let mut rig = match skin {
        None => Rig::in_process(patient, seed, faults)?,
        Some(place) => Rig::with_skin_side(patient, seed, faults, place)?,
    };
    let (mut nurse, mut client) =
        (Nurse::new(plan.clone()), Client::new(HostKey::OfSeed(seed).config(1)?));
    let mut recording = Recording::new(plan, seed, skin)?;
    let (mut now, mut line, mut heard) = (Instant::ZERO, Vec::new(), Heard::default());
    let record = loop {
        now = now.plus(TICK);
        nurse.tick(now, &mut client);
        client.transmit(now, &mut line);
        let count = line.len().min(coldcap::lane::LINK_IN_MAXIMUM);
        let chunk: Vec<u8> = line.drain(..count).collect();
        let tick = rig.tick(now, &chunk)?;
        recording.tick(tick.tick_input, tick.outputs)?;
        client.receive(now, tick.link);
        if let Some(keys) = client.session_keys() {
            keylog.note(keys)?;
        }
        while let Some(message) = client.poll_message() {
            heard.take(&message);
            nurse.on_message(now, &message, &mut client);
        }
        if let Some(outcome) = nurse.finished() {
            let name = outcome.name();
            return Err(Failure::Wrong(format!("the fit visit ended without a record: {name}")));
        }
        if let Some(record) = heard.record.take() {
            break record;
        }
    };
    rig.end()?;
    let calibration = decode(&record)?;
    let seconds = now.as_millis() as f64 / 1e3;
    let recording = recording.finish()?;
    Ok(Visit { calibration, record, recording, overridden: heard.overridden, seconds })
}

fn decode(record: &[u8]) -> Result<CapCalibration, Failure> {
    let bytes = record.try_into().map_err(|_| {
        Failure::Wrong(format!("the record has {} bytes: allowed are 64", record.len()))
    })?;
    CapCalibration::from_bytes(bytes).map_err(|error| Failure::Wrong(error.to_string()))
}

/// The ticks of the visit, so that anybody can replay them.
struct Recording {
    writer: Writer<Vec<u8>>,
    seals: InputSeals,
    hash: Fnv1a64,
}

impl Recording {
    fn new(plan: &PlanFile, seed: u64, skin: Option<SkinPlace>) -> Result<Self, Failure> {
        let writer = Writer::new(Vec::new(), capture::Origin::Simulated, 1);
        let mut writer = writer.map_err(refused)?;
        let mut about = json!({ "plan": plan.name, "seed": seed, "configuration": "reference" });
        if let Some(place) = skin {
            about["skin_sensor"] = configuration::name(place).into();
        }
        writer.information(&about).map_err(refused)?;
        Ok(Self { writer, seals: InputSeals::default(), hash: Fnv1a64::new() })
    }

    fn tick(&mut self, inputs: &[u8], outputs: &[u8]) -> Result<(), Failure> {
        self.seals.add(inputs);
        self.hash = self.hash.with(outputs);
        self.writer.tick(inputs, outputs).map_err(refused)
    }

    fn finish(mut self) -> Result<Vec<u8>, Failure> {
        self.writer.information(&self.seals.object()).map_err(refused)?;
        self.writer.finish(self.hash.value()).map_err(refused)
    }
}

fn refused(error: capture::WriteError) -> Failure {
    Failure::Io(format!("visit.ccap: {error}"))
}
