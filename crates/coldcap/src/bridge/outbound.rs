//! From the domain to the wire.

use crate::command::{Action, Answer, bounds};
use crate::config::Identity;
use crate::drives::Drives;
use crate::outputs::{ChannelFlags, ChannelStatus, Event, MachineStatus};
use coldcap_guard::alarm::Priority;
use coldcap_session::{Accepted, Field, Patient, Refusal, Request};
use coldcap_units::{Coolant, Duration, Instant, Interface, Kelvin, Reading};
use coldcap_wire::frame::Counters;
use coldcap_wire::message::{self as wire, CommandHead, Response, SelectPatient, Status, Value};

pub(crate) fn hello(identity: &Identity, channels: u8) -> wire::Hello {
    wire::Hello {
        major: 1,
        minor_min: 0,
        minor_max: wire::MINOR,
        origin: wire::Origin(identity.origin as u8),
        model: identity.model,
        serial: identity.serial,
        firmware: identity.firmware,
        schema: wire::SCHEMA,
        mtu: 240,
        channels,
        features: 0,
        boot: identity.boot,
    }
}

pub(crate) fn response(answer: &Answer) -> Response {
    let empty = Response::new(answer.id.0, Status::OK);
    match answer.result {
        Ok(Accepted::Done) => empty,
        Ok(Accepted::Armed) => Response { status: Status::ARMED, ..empty },
        Ok(Accepted::NoChange) => Response { status: Status::NO_CHANGE, ..empty },
        Err(refusal) => refused(empty, refusal),
    }
}

/// What is told back of a command where it is done: of a patient the digest of what control is given, and not of what came;
/// 0 of whatever else.
pub(crate) fn echo(action: &Action) -> u32 {
    match action {
        Action::Request(Request::SelectPatient { patient, reason }) => digest(patient, *reason),
        _ => 0,
    }
}

const fn digest(patient: &Patient, reason: u8) -> u32 {
    let taken = SelectPatient {
        head: CommandHead::new(0, 0),
        patient: patient.id,
        calibration: patient.calibration,
        session_index: patient.session_index,
        session_count: patient.session_count,
        density: patient.hair.density.code(),
        hair: patient.hair.kind.code(),
        contraindications: patient.contraindications,
        override_reason: reason,
    };
    taken.digest()
}

fn refused(empty: Response, refusal: Refusal) -> Response {
    let (minimum, maximum) = bounds(refusal);
    let status = match refusal {
        Refusal::OutOfRange { .. } | Refusal::Unanswered(_) | Refusal::UnknownRegimen => {
            Status::OUT_OF_RANGE
        }
        Refusal::NotPermitted(_)
        | Refusal::Contraindicated(_)
        | Refusal::ServiceDue
        | Refusal::CalibrationDue => Status::DENIED,
        Refusal::NotConfirmed => Status::EXPIRED,
        Refusal::TooEarly => Status::BUSY,
        Refusal::WrongPhase
        | Refusal::CapAbsent
        | Refusal::NotWorn
        | Refusal::FaultActive
        | Refusal::BudgetSpent
        | Refusal::LimitReached
        | Refusal::OnOtherChannel
        | Refusal::NothingToAcknowledge
        | Refusal::NothingToPause
        | Refusal::NotTested
        | Refusal::MarkOutOfOrder => Status::BAD_STATE,
    };
    let value = match refusal {
        Refusal::Contraindicated(bits) => bits,
        _ => 0,
    };
    let field = refusal.field().map_or(0, Field::code);
    Response { status, reason: refusal.code(), field, minimum, maximum, value, ..empty }
}

/// What a report needs besides the status itself.
#[derive(Clone, Copy)]
pub(crate) struct Stamp {
    pub(crate) seq: u16,
    /// How many of these reports gave way to a newer one.
    pub(crate) dropped: u32,
    /// The revision of the channel; 0 for the machine.
    pub(crate) revision: u16,
    pub(crate) now: Instant,
    /// The minor version that the host speaks.
    pub(crate) minor: u8,
}

impl Stamp {
    /// What a host of this minor version may read: one from before would refuse the whole report.
    const fn since(&self, minor: u8) -> bool {
        self.minor >= minor
    }

    const fn dropped(&self) -> u32 {
        if self.since(DROPPED_SINCE) { self.dropped } else { 0 }
    }

    const fn revision(&self) -> u16 {
        if self.since(DROPPED_SINCE) { self.revision } else { 0 }
    }
}

/// The minor version that brought `progress`.
const PROGRESS_SINCE: u8 = 2;
/// The minor version that brought `dropped` and `revision`.
const DROPPED_SINCE: u8 = 3;

pub(crate) fn channel_status<const CHANNELS: usize>(
    stamp: Stamp,
    channel: u8,
    status: &ChannelStatus,
    drives: &Drives<CHANNELS>,
) -> wire::ChannelStatus {
    let now = stamp.now;
    let driven = drives.channels.get(usize::from(channel)).copied().unwrap_or_default();
    let milli = |coolant: Option<Coolant>| coolant.map_or(0, Coolant::to_milli);
    wire::ChannelStatus {
        seq: stamp.seq,
        at_ms: now.as_millis(),
        channel,
        phase: status.phase.code(),
        elapsed_ms: status.elapsed.as_millis(),
        remaining_ms: status.remaining.as_millis(),
        cooled_ms: status.cooled.as_millis(),
        at_target_ms: status.at_target.as_millis(),
        target_mc: milli(status.target),
        effective_mc: milli(status.effective),
        targets_valid: targets_valid(status),
        supply: Value::new(status.supply.map(Coolant::to_milli), now),
        returned: Value::new(status.returned.map(Coolant::to_milli), now),
        front: Value::new(status.front.map(|face| face.to_milli()), now),
        rear: Value::new(status.rear.map(|face| face.to_milli()), now),
        safety: Value::new(status.safety.map(|face| face.to_milli()), now),
        skin: Value::new(status.skin.map(|skin| skin.to_milli()), now),
        flow: Value::new(status.flow.map(|flow| i32::from(flow.0)), now),
        pump_permille: driven.pump.to_permille(),
        valve_permille: driven.valve.to_permille(),
        flags: flags(status.flags),
        control: status.control.code(),
        interface_target_mc: status.interface_target.map_or(0, Interface::to_milli),
        interface_effective_mc: status.interface_effective.map_or(0, Interface::to_milli),
        skin_uncertainty_mk: uncertainty(status.skin_uncertainty),
        warm_valid: warm_valid(status),
        warm_earliest_s: seconds(status.warm_earliest),
        warm_latest_s: seconds(status.warm_latest.map(|span| span.plus(NEARLY_A_SECOND))),
        dropped: stamp.dropped(),
        revision: stamp.revision(),
    }
}

/// In thousandths of a kelvin; 0 stands for none.
fn uncertainty(uncertainty: Option<Kelvin>) -> u16 {
    let milli = uncertainty.map_or(0, |kelvin| kelvin.abs().to_milli().max(1));
    u16::try_from(milli).unwrap_or(u16::MAX)
}

/// What makes rounding down rounding up: the latest must not become earlier.
const NEARLY_A_SECOND: Duration = Duration::from_millis(999);

/// Whole seconds; 0 also where there is none: `warm_valid` tells.
fn seconds(span: Option<Duration>) -> u16 {
    u16::try_from(span.map_or(0, Duration::as_secs)).unwrap_or(u16::MAX)
}

fn warm_valid(status: &ChannelStatus) -> u8 {
    bit(wire::ChannelStatus::WARM_EARLIEST_VALID, status.warm_earliest.is_some())
        | bit(wire::ChannelStatus::WARM_LATEST_VALID, status.warm_latest.is_some())
}

const fn bit(bit: u8, set: bool) -> u8 {
    if set { bit } else { 0 }
}

fn targets_valid(status: &ChannelStatus) -> u8 {
    let (target, effective) = (status.interface_target, status.interface_effective);
    bit(wire::ChannelStatus::TARGET_VALID, status.target.is_some())
        | bit(wire::ChannelStatus::EFFECTIVE_VALID, status.effective.is_some())
        | bit(wire::ChannelStatus::INTERFACE_TARGET_VALID, target.is_some())
        | bit(wire::ChannelStatus::INTERFACE_EFFECTIVE_VALID, effective.is_some())
}

fn flags(flags: ChannelFlags) -> u16 {
    let pairs = [
        (ChannelFlags::COUPLED, wire::ChannelStatus::COUPLED),
        (ChannelFlags::WORN, wire::ChannelStatus::WORN),
        (ChannelFlags::FLOWING, wire::ChannelStatus::FLOWING),
        (ChannelFlags::AT_TARGET, wire::ChannelStatus::AT_TARGET),
        (ChannelFlags::DRUG_RUNNING, wire::ChannelStatus::DRUG_RUNNING),
        (ChannelFlags::TANK_READY, wire::ChannelStatus::TANK_READY),
        (ChannelFlags::PERMITTED, wire::ChannelStatus::PERMITTED),
        (ChannelFlags::OVER_BUDGET, wire::ChannelStatus::OVER_BUDGET),
        (ChannelFlags::LOOP_WARNED, wire::ChannelStatus::LOOP_WARNED),
    ];
    let set = pairs.into_iter().filter(|(domain, _)| flags.has(*domain));
    set.fold(0, |bits, (_, bit)| bits | bit)
}

pub(crate) fn machine_status<const CHANNELS: usize>(
    stamp: Stamp,
    status: &MachineStatus,
    drives: &Drives<CHANNELS>,
    link: Counters,
) -> wire::MachineStatus {
    let now = stamp.now;
    let coolant = |reading: Reading<Coolant>| Value::new(reading.map(Coolant::to_milli), now);
    wire::MachineStatus {
        seq: stamp.seq,
        at_ms: now.as_millis(),
        tank: coolant(status.tank),
        evaporator: coolant(status.evaporator),
        chiller_permille: drives.chiller.to_permille(),
        battery: Value::new(status.battery.map(|charge| i32::from(charge.0)), now),
        inputs: bit(wire::MachineStatus::MAINS, status.mains)
            | bit(wire::MachineStatus::LEVEL_OK, status.level)
            | bit(wire::MachineStatus::LEAK, status.leak)
            | bit(wire::MachineStatus::PERMIT, drives.permit),
        alarms: status.alarms.bits(),
        highest: status.highest as u8,
        sounding: u8::from(status.sounding != Priority::None),
        link_ok: link.ok,
        link_crc: link.crc,
        link_length: link.length,
        link_overflow: link.overflow,
        progress: if stamp.since(PROGRESS_SINCE) { status.progress } else { 0 },
        dropped: stamp.dropped(),
    }
}

pub(crate) fn event(index: u32, now: Instant, event: &Event) -> wire::EventReport {
    wire::EventReport {
        index,
        at_ms: now.as_millis(),
        channel: event.channel,
        kind: event.kind as u8,
        code: event.code,
        value: event.value,
    }
}
