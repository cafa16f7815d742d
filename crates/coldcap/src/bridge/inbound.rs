//! From the wire to the domain: a command, or the reason why it is none.

use crate::command::{Action, Answer, Command, CommandId, Drive};
use coldcap_session::{
    Actuator, Amendment, ClockQuality, ControlMode, Density, Fact, Field, Hair, HairType,
    HeadMeasures, Mark, Patient, PlanRequest, PostClock, Refusal, Request, Role, Target, WallTime,
    regimen::Source,
};
use coldcap_units::{Duration, Duty};
use coldcap_wire::message::{
    self as wire, Actuate, Amend, AnyMessage, BodyError, ChoosePlan, CommandHead, FactKind,
    Measure, Observe, Operate, Response, SelectPatient, SetClock, Status,
};
use coldcap_wire::packet::Kind;

/// Full drive, in thousandths.
const FULL_PERMILLE: u16 = 1_000;

/// What a message asks of the device.
pub(crate) enum Inbound {
    /// Something for control.
    Command(Command),
    /// A command that is answered here: a figure is out of its range.
    Answered(Answer),
    /// Entries of the record are wanted again.
    ReadRecord(wire::ReadRecord),
    /// Reports are wanted at another pace.
    Subscribe(wire::Subscribe),
    /// A subscription begins, is renewed, changes or ends.
    Follow(wire::Follow),
    /// Reports of a subscription have arrived.
    Credit(wire::Credit),
    /// The host's display has drawn the values of this progress.
    Drawn(u16),
    /// A command that cannot be understood.
    Refused(CommandHead, Status),
    /// Nothing that a device acts on.
    Ignored,
}

pub(crate) fn inbound(message: &AnyMessage, role: Role) -> Inbound {
    match message {
        AnyMessage::Drawn(drawn) => Inbound::Drawn(drawn.progress),
        AnyMessage::ReadRecord(read) => Inbound::ReadRecord(*read),
        AnyMessage::Subscribe(subscribe) => Inbound::Subscribe(*subscribe),
        AnyMessage::StartFit(start) => request(start.head, Some(Request::StartFit), role),
        AnyMessage::Measure(body) => request(body.head, measure(body), role),
        AnyMessage::SelectPatient(body) => request(body.head, select_patient(body), role),
        AnyMessage::ChoosePlan(body) => request(body.head, choose_plan(body), role),
        AnyMessage::Operate(body) => operate(body, role),
        AnyMessage::Observe(body) => observe(body, role),
        AnyMessage::Amend(body) => request(body.head, amend(body), role),
        AnyMessage::SetClock(body) => set_clock(body, role),
        AnyMessage::Actuate(body) => actuate(body, role),
        AnyMessage::Follow(follow) => Inbound::Follow(*follow),
        AnyMessage::Credit(credit) => Inbound::Credit(*credit),
        // Where the shell has settings, they were asked before.
        AnyMessage::ReadSettings(wire::ReadSettings { head, .. })
        | AnyMessage::PutSetting(wire::PutSetting { head, .. }) => {
            Inbound::Refused(*head, Status::UNSUPPORTED)
        }
        AnyMessage::Hello(_)
        | AnyMessage::Heartbeat(_)
        | AnyMessage::ObjectAsk(_)
        | AnyMessage::TimeAsk(_)
        | AnyMessage::TimeAnswer(_)
        | AnyMessage::Setting(_)
        | AnyMessage::ObjectData(_)
        | AnyMessage::ObjectAbout(_)
        | AnyMessage::ChannelStatus(_)
        | AnyMessage::MachineStatus(_)
        | AnyMessage::EventReport(_)
        | AnyMessage::RecordEntry(_)
        | AnyMessage::CapCalibration(_)
        | AnyMessage::Response(_) => Inbound::Ignored,
    }
}

fn request(head: CommandHead, request: Option<Request>, role: Role) -> Inbound {
    match request {
        Some(request) => command(head, Action::Request(request), role),
        None => Inbound::Refused(head, Status::MALFORMED),
    }
}

fn command(head: CommandHead, action: Action, role: Role) -> Inbound {
    let id = CommandId(head.rid);
    Inbound::Command(Command { id, channel: head.channel, role, action })
}

fn hair(density: u8, hair: u8) -> Option<Hair> {
    Some(Hair { density: Density::from_code(density)?, kind: HairType::from_code(hair)? })
}

fn measure(body: &Measure) -> Option<Request> {
    Some(Request::Measure(HeadMeasures {
        circumference_mm: body.circumference_mm,
        sagittal_mm: body.sagittal_mm,
        coronal_mm: body.coronal_mm,
        hair: hair(body.density, body.hair)?,
    }))
}

fn select_patient(body: &SelectPatient) -> Option<Request> {
    let patient = Patient {
        id: body.patient,
        calibration: body.calibration,
        session_index: body.session_index,
        session_count: body.session_count,
        hair: hair(body.density, body.hair)?,
        contraindications: body.contraindications,
    };
    Some(Request::SelectPatient { patient, reason: body.override_reason })
}

fn choose_plan(body: &ChoosePlan) -> Option<Request> {
    Some(Request::ChoosePlan(PlanRequest {
        regimen: body.regimen,
        source: Source(body.source),
        reason: body.override_reason,
        pre: Duration::from_secs(body.pre_s),
        post: Duration::from_secs(body.post_s),
        break_each: Duration::from_secs(body.break_each_s),
        break_total: Duration::from_secs(body.break_total_s),
        target: target(body)?,
        post_clock: PostClock::from_code(body.post_clock)?,
    }))
}

/// The temperature to hold. One that names the other one, too, is not understood.
fn target(body: &ChoosePlan) -> Option<Target> {
    let mode = ControlMode::from_code(body.control)?;
    let (held, other) = match mode {
        ControlMode::Coolant => (body.target_mc, body.interface_mc),
        ControlMode::Cap => (body.interface_mc, body.target_mc),
    };
    (other == 0).then_some(Target::from_milli(mode, held))
}

fn amend(body: &Amend) -> Option<Request> {
    let earlier = Duration::from_secs(body.earlier_s);
    let mark = Mark::from_code(body.mark)?;
    Some(Request::Amend(Amendment { mark, drug: body.drug, earlier, reason: body.reason }))
}

fn set_clock(body: &SetClock, role: Role) -> Inbound {
    match ClockQuality::from_code(body.quality) {
        Some(quality) => {
            let wall = WallTime { unix_ms: body.unix_ms, quality };
            command(body.head, Action::SetClock(wall), role)
        }
        None => Inbound::Refused(body.head, Status::MALFORMED),
    }
}

fn actuate(body: &Actuate, role: Role) -> Inbound {
    let actuator = match body.actuator {
        wire::Actuator::PUMP => Actuator::Pump,
        wire::Actuator::VALVE => Actuator::Valve,
        wire::Actuator::CHILLER => Actuator::Chiller,
        _ => return Inbound::Refused(body.head, Status::UNSUPPORTED),
    };
    if body.drive_permille > FULL_PERMILLE {
        let (field, maximum) = (Field::Drive, i32::from(FULL_PERMILLE));
        let result = Err(Refusal::OutOfRange { field, minimum: 0, maximum });
        return Inbound::Answered(Answer { id: CommandId(body.head.rid), result });
    }
    let duty = Duty::from_permille(body.drive_permille);
    let lease = Duration::from_millis(body.lease_ms.into());
    command(body.head, Action::Drive(Drive { actuator, duty, lease }), role)
}

fn operate(body: &Operate, role: Role) -> Inbound {
    let confirm = body.confirm != 0;
    let number = u8::try_from(body.argument).ok();
    let wanted = match body.action {
        wire::Action::CONFIRM_FIT => Some(Request::ConfirmFit { confirm }),
        wire::Action::START => Some(Request::Start),
        wire::Action::WORN => Some(Request::Worn(true)),
        wire::Action::NOT_WORN => Some(Request::Worn(false)),
        wire::Action::PAUSE => number.map(Request::Pause),
        wire::Action::RESUME => number.map(|reason| Request::Resume { reason, confirm }),
        wire::Action::EXTEND => number.map(Request::Extend),
        wire::Action::EASE_OFF => Some(Request::EaseOff),
        wire::Action::STOP => Some(Request::Stop),
        wire::Action::END_SESSION => number.map(|reason| Request::EndSession { reason, confirm }),
        wire::Action::CONFIRM_REMOVED => Some(Request::ConfirmRemoved),
        wire::Action::CLOSE => Some(Request::Close),
        wire::Action::CLINICIAN_RESET => Some(Request::ClinicianReset { confirm }),
        wire::Action::SERVICE_RESET => Some(Request::ServiceReset { confirm }),
        wire::Action::CANCEL => Some(Request::Cancel),
        wire::Action::ACKNOWLEDGE => return command(body.head, Action::AcknowledgeAlarms, role),
        wire::Action::AUDIO_PAUSE => return command(body.head, Action::PauseAudio, role),
        _ => return Inbound::Refused(body.head, Status::UNSUPPORTED),
    };
    request(body.head, wanted, role)
}

fn observe(body: &Observe, role: Role) -> Inbound {
    let (drug, hair_toxic) = (body.drug, body.hair_toxic != 0);
    let fact = match body.fact {
        FactKind::DRUG_STARTED => Fact::DrugStarted { drug, hair_toxic },
        FactKind::DRUG_ENDED => Fact::DrugEnded { drug, hair_toxic },
        FactKind::CAP_OFF => Fact::CapOff,
        FactKind::SYMPTOM => Fact::Symptom(body.value),
        FactKind::COMFORT => Fact::Comfort(body.value),
        _ => return Inbound::Refused(body.head, Status::UNSUPPORTED),
    };
    command(body.head, Action::Fact(fact), role)
}

/// The answer to a command whose body could not be read, if at least its request id can.
pub(crate) fn unread(kind: Kind, body: &[u8], error: BodyError) -> Option<Response> {
    let status = match error {
        BodyError::UnknownEndpoint => Status::UNSUPPORTED,
        BodyError::Secured => return None,
        _ => Status::MALFORMED,
    };
    refused(kind, body, status)
}

/// The answer to a command that its sender may not send.
pub(crate) fn denied(kind: Kind, body: &[u8]) -> Option<Response> {
    refused(kind, body, Status::DENIED)
}

fn refused(kind: Kind, body: &[u8], status: Status) -> Option<Response> {
    let rid = request_id(body).filter(|_| kind == Kind::Command)?;
    Some(Response::new(rid, status))
}

/// The first field of every command, known or not: a variable-length integer, seven bits a byte, the
/// lowest first.
fn request_id(body: &[u8]) -> Option<u16> {
    let mut id = 0u32;
    for (byte, shift) in body.iter().zip([0u32, 7, 14]) {
        id |= u32::from(byte & 0x7F).wrapping_shl(shift);
        if byte & 0x80 == 0 {
            return u16::try_from(id).ok();
        }
    }
    None
}
