//! The canonical byte form of commands and answers.

use super::{Action, Answer, Command, CommandId, Commands, Drive};
use crate::canonical::{Canonical, Malformed, Sink, Source};
use coldcap_session::{
    Actuator, Amendment, ClockQuality, ControlMode, Density, Fact, Hair, HairType, HeadMeasures,
    Mark, Patient, PlanRequest, PostClock, Refusal, Request, Role, Target, WallTime, regimen,
};
use coldcap_units::{Celsius, Coolant, Instant, Interface};

impl Canonical for Commands {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        self.host_silent.write(now, sink);
        self.list.write(now, sink);
        self.shown.write(now, sink);
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            host_silent: Canonical::read(now, source)?,
            list: Canonical::read(now, source)?,
            shown: Canonical::read(now, source)?,
        })
    }
}

impl Canonical for Command {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        self.id.0.write(now, sink);
        self.channel.write(now, sink);
        self.role.code().write(now, sink);
        self.action.write(now, sink);
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            id: CommandId(u16::read(now, source)?),
            channel: u8::read(now, source)?,
            role: choice(u8::read(now, source)?, Role::from_code)?,
            action: Action::read(now, source)?,
        })
    }
}

const REQUEST: u8 = 0;
const FACT: u8 = 1;
const ACKNOWLEDGE_ALARMS: u8 = 2;
const PAUSE_AUDIO: u8 = 3;
const SET_CLOCK: u8 = 4;
const DRIVE: u8 = 5;

impl Canonical for Action {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        match self {
            Self::Request(request) => {
                REQUEST.write(now, sink);
                request.write(now, sink);
            }
            Self::Fact(fact) => {
                FACT.write(now, sink);
                fact.write(now, sink);
            }
            Self::AcknowledgeAlarms => ACKNOWLEDGE_ALARMS.write(now, sink),
            Self::PauseAudio => PAUSE_AUDIO.write(now, sink),
            Self::SetClock(wall) => {
                SET_CLOCK.write(now, sink);
                wall.unix_ms.write(now, sink);
                wall.quality.code().write(now, sink);
            }
            Self::Drive(drive) => {
                DRIVE.write(now, sink);
                drive.write(now, sink);
            }
        }
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        match u8::read(now, source)? {
            REQUEST => Ok(Self::Request(Request::read(now, source)?)),
            FACT => Ok(Self::Fact(Fact::read(now, source)?)),
            ACKNOWLEDGE_ALARMS => Ok(Self::AcknowledgeAlarms),
            PAUSE_AUDIO => Ok(Self::PauseAudio),
            SET_CLOCK => Ok(Self::SetClock(WallTime {
                unix_ms: Canonical::read(now, source)?,
                quality: choice(u8::read(now, source)?, ClockQuality::from_code)?,
            })),
            DRIVE => Ok(Self::Drive(Drive::read(now, source)?)),
            _ => Err(Malformed::Choice),
        }
    }
}

impl Canonical for Drive {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        self.actuator.code().write(now, sink);
        self.duty.write(now, sink);
        self.lease.write(now, sink);
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            actuator: choice(u8::read(now, source)?, Actuator::from_code)?,
            duty: Canonical::read(now, source)?,
            lease: Canonical::read(now, source)?,
        })
    }
}

impl Canonical for Request {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        self.code().write(now, sink);
        match *self {
            Self::Measure(measures) => measures.write(now, sink),
            Self::Amend(amendment) => amendment.write(now, sink),
            Self::SelectPatient { patient, reason } => {
                patient.write(now, sink);
                reason.write(now, sink);
            }
            Self::ChoosePlan(plan) => plan.write(now, sink),
            Self::Worn(worn) => worn.write(now, sink),
            Self::Pause(number) | Self::Extend(number) => number.write(now, sink),
            Self::ConfirmFit { confirm }
            | Self::ClinicianReset { confirm }
            | Self::ServiceReset { confirm } => confirm.write(now, sink),
            Self::EndSession { reason, confirm } | Self::Resume { reason, confirm } => {
                reason.write(now, sink);
                confirm.write(now, sink);
            }
            Self::StartFit
            | Self::Start
            | Self::EaseOff
            | Self::Stop
            | Self::ConfirmRemoved
            | Self::Close
            | Self::Cancel
            | Self::Acknowledge => {}
        }
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        let code = u8::read(now, source)?;
        plain(code).map_or_else(|| with_figures(code, now, source), Ok)
    }
}

/// The requests that are their code alone.
fn plain(code: u8) -> Option<Request> {
    match code {
        1 => Some(Request::StartFit),
        6 => Some(Request::Start),
        11 => Some(Request::EaseOff),
        12 => Some(Request::Stop),
        14 => Some(Request::ConfirmRemoved),
        15 => Some(Request::Close),
        18 => Some(Request::Cancel),
        19 => Some(Request::Acknowledge),
        _ => None,
    }
}

fn with_figures(code: u8, now: Instant, source: &mut Source<'_>) -> Result<Request, Malformed> {
    Ok(match code {
        2 => Request::Measure(HeadMeasures::read(now, source)?),
        3 => Request::ConfirmFit { confirm: bool::read(now, source)? },
        4 => Request::SelectPatient {
            patient: Patient::read(now, source)?,
            reason: u8::read(now, source)?,
        },
        5 => Request::ChoosePlan(PlanRequest::read(now, source)?),
        7 => Request::Worn(bool::read(now, source)?),
        8 => Request::Pause(u8::read(now, source)?),
        9 => Request::Resume { reason: u8::read(now, source)?, confirm: bool::read(now, source)? },
        10 => Request::Extend(u8::read(now, source)?),
        13 => Request::EndSession {
            reason: u8::read(now, source)?,
            confirm: bool::read(now, source)?,
        },
        16 => Request::ClinicianReset { confirm: bool::read(now, source)? },
        17 => Request::ServiceReset { confirm: bool::read(now, source)? },
        20 => Request::Amend(Amendment::read(now, source)?),
        _ => return Err(Malformed::Choice),
    })
}

impl Canonical for Hair {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        self.density.code().write(now, sink);
        self.kind.code().write(now, sink);
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            density: choice(u8::read(now, source)?, Density::from_code)?,
            kind: choice(u8::read(now, source)?, HairType::from_code)?,
        })
    }
}

impl Canonical for HeadMeasures {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        self.circumference_mm.write(now, sink);
        self.sagittal_mm.write(now, sink);
        self.coronal_mm.write(now, sink);
        self.hair.write(now, sink);
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            circumference_mm: Canonical::read(now, source)?,
            sagittal_mm: Canonical::read(now, source)?,
            coronal_mm: Canonical::read(now, source)?,
            hair: Canonical::read(now, source)?,
        })
    }
}

impl Canonical for Patient {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        self.id.write(now, sink);
        self.calibration.write(now, sink);
        self.session_index.write(now, sink);
        self.session_count.write(now, sink);
        self.hair.write(now, sink);
        self.contraindications.write(now, sink);
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            id: Canonical::read(now, source)?,
            calibration: Canonical::read(now, source)?,
            session_index: Canonical::read(now, source)?,
            session_count: Canonical::read(now, source)?,
            hair: Canonical::read(now, source)?,
            contraindications: Canonical::read(now, source)?,
        })
    }
}

/// The mode, then the temperature that it holds.
impl Canonical for Target {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        self.mode().code().write(now, sink);
        match *self {
            Self::Coolant(Coolant(held)) | Self::Cap(Interface(held)) => held.write(now, sink),
        }
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        let mode = choice(u8::read(now, source)?, ControlMode::from_code)?;
        let held = Celsius::read(now, source)?;
        Ok(match mode {
            ControlMode::Coolant => Self::Coolant(Coolant(held)),
            ControlMode::Cap => Self::Cap(Interface(held)),
        })
    }
}

impl Canonical for Amendment {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        self.mark.code().write(now, sink);
        self.drug.write(now, sink);
        self.earlier.write(now, sink);
        self.reason.write(now, sink);
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            mark: choice(u8::read(now, source)?, Mark::from_code)?,
            drug: Canonical::read(now, source)?,
            earlier: Canonical::read(now, source)?,
            reason: Canonical::read(now, source)?,
        })
    }
}

impl Canonical for PlanRequest {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        self.regimen.write(now, sink);
        self.source.0.write(now, sink);
        self.reason.write(now, sink);
        self.pre.write(now, sink);
        self.post.write(now, sink);
        self.break_each.write(now, sink);
        self.break_total.write(now, sink);
        self.target.write(now, sink);
        self.post_clock.code().write(now, sink);
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            regimen: Canonical::read(now, source)?,
            source: regimen::Source(Canonical::read(now, source)?),
            reason: Canonical::read(now, source)?,
            pre: Canonical::read(now, source)?,
            post: Canonical::read(now, source)?,
            break_each: Canonical::read(now, source)?,
            break_total: Canonical::read(now, source)?,
            target: Canonical::read(now, source)?,
            post_clock: choice(u8::read(now, source)?, PostClock::from_code)?,
        })
    }
}

impl Canonical for Fact {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        let (code, drug, hair_toxic, value) = match *self {
            Self::DrugStarted { drug, hair_toxic } => (1u8, drug, hair_toxic, 0u8),
            Self::DrugEnded { drug, hair_toxic } => (2, drug, hair_toxic, 0),
            Self::CapOff => (3, 0, false, 0),
            Self::Symptom(symptom) => (4, 0, false, symptom),
            Self::Comfort(comfort) => (5, 0, false, comfort),
        };
        code.write(now, sink);
        drug.write(now, sink);
        hair_toxic.write(now, sink);
        value.write(now, sink);
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        let code = u8::read(now, source)?;
        let drug = u16::read(now, source)?;
        let hair_toxic = bool::read(now, source)?;
        let value = u8::read(now, source)?;
        match code {
            1 => Ok(Self::DrugStarted { drug, hair_toxic }),
            2 => Ok(Self::DrugEnded { drug, hair_toxic }),
            3 => Ok(Self::CapOff),
            4 => Ok(Self::Symptom(value)),
            5 => Ok(Self::Comfort(value)),
            _ => Err(Malformed::Choice),
        }
    }
}

/// Only ever written: what was answered is an output. Accepted is 0 to 2, refused is 16 and its code.
impl Answer {
    pub(crate) fn put(&self, now: Instant, sink: &mut impl Sink) {
        self.id.0.write(now, sink);
        self.code().write(now, sink);
        if self.result.is_err() {
            self.field().write(now, sink);
            let (minimum, maximum) = self.bounds();
            minimum.write(now, sink);
            maximum.write(now, sink);
        }
    }
}

/// What a refusal allows, where it is about a figure.
pub(crate) const fn bounds(refusal: Refusal) -> (i32, i32) {
    match refusal {
        Refusal::OutOfRange { minimum, maximum, .. } => (minimum, maximum),
        _ => (0, 0),
    }
}

fn choice<T>(code: u8, from_code: impl FnOnce(u8) -> Option<T>) -> Result<T, Malformed> {
    from_code(code).ok_or(Malformed::Choice)
}
