//! External events as numbers and back: what a session is recomputed from.

use super::fields::{
    Fields, Kind, flag_of, hair_code, hair_of, join, millis, restarted, span, split,
};
use crate::by_hand::{Actuator, ByHand, HandEnd};
use crate::fact::Fact;
use crate::machine::{Event, Observed, Progress, TripClass};
use crate::plan::{ControlMode, PlanRequest, PostClock, Target};
use crate::regimen::Source;
use crate::request::{Amendment, HeadMeasures, Mark, Patient, Request, Role};
use crate::wall::{ClockQuality, WallTime};
use coldcap_units::{Duration, Duty};

impl From<&Event> for Fields {
    fn from(event: &Event) -> Self {
        match *event {
            Event::Advance { dt, seen } => {
                Self::new(Kind::PASSED, bits(&seen), 0, 0).wide(dt.as_millis().into(), 0)
            }
            Event::Request { request, role } => asked(&request, role),
            Event::Fact(fact) => observed(fact),
            Event::Interlock { circulate_denied, class } => {
                Self::new(Kind::DENIED, class.code().into(), circulate_denied.into(), 0)
            }
            Event::Restarted { gap } => Self { kind: Kind::CAME_BACK, ..restarted(gap) },
            Event::WallSet { old, new } => wall_set(old, new),
            Event::ByHand(told) => by_hand(told),
        }
    }
}

/// Two bits for what takes its time, one for each switch.
pub(super) fn bits(seen: &Observed) -> u16 {
    let switches = [
        seen.coupled,
        seen.flowing,
        seen.tank_ready,
        seen.at_target,
        seen.removable,
        seen.cause_gone,
    ];
    let progress = [seen.self_test, seen.isothermal, seen.contact];
    let first = (u16::from(seen.degraded) << 1) | u16::from(seen.calibration_due);
    let high = progress.iter().fold(first, |bits, one| (bits << 2) | u16::from(*one as u8));
    switches.iter().fold(high, |bits, one| (bits << 1) | u16::from(*one))
}

pub(super) fn seen_of(bits: u16) -> Option<Observed> {
    let bit = |place: u32| bits.wrapping_shr(place) & 1 == 1;
    let progress = |place: u32| match bits.wrapping_shr(place) & 3 {
        0 => Some(Progress::Running),
        1 => Some(Progress::Passed),
        2 => Some(Progress::Failed),
        _ => None,
    };
    (bits < 1 << 14).then_some(())?;
    Some(Observed {
        self_test: progress(10)?,
        isothermal: progress(8)?,
        contact: progress(6)?,
        coupled: bit(5),
        flowing: bit(4),
        tank_ready: bit(3),
        at_target: bit(2),
        removable: bit(1),
        cause_gone: bit(0),
        calibration_due: bit(12),
        degraded: bit(13),
    })
}

fn observed(fact: Fact) -> Fields {
    let (code, drug, hair_toxic, value) = match fact {
        Fact::DrugStarted { drug, hair_toxic } => (1, drug, hair_toxic, 0),
        Fact::DrugEnded { drug, hair_toxic } => (2, drug, hair_toxic, 0),
        Fact::CapOff => (3, 0, false, 0),
        Fact::Symptom(symptom) => (4, 0, false, symptom),
        Fact::Comfort(score) => (5, 0, false, score),
    };
    let [low, high] = drug.to_le_bytes();
    let drug = i32::from_le_bytes([low, high, u8::from(hair_toxic), 0]);
    Fields::new(Kind::OBSERVED, code, drug, i32::from(value))
}

fn wall_set(old: Option<WallTime>, new: WallTime) -> Fields {
    let before = old.unwrap_or_default();
    let code = u16::from_le_bytes([new.quality.code(), before.quality.code()]);
    Fields::new(Kind::WALL_SET, code, old.is_some().into(), 0).wide(new.unix_ms, before.unix_ms)
}

fn by_hand(told: ByHand) -> Fields {
    let (actuator, role, duty, end) = match told {
        ByHand::Driven { actuator, duty, role } => (actuator, role.code(), duty.0, 0),
        ByHand::Ended { actuator, end } => (actuator, 0, 0, end.code()),
    };
    let code = u16::from_le_bytes([actuator.code(), role]);
    Fields::new(Kind::BY_HAND, code, duty.into(), end.into())
}

/// A request and who makes it, in `code`: the request's own code, the role in the next four bits, and
/// above it two choices of a plan.
fn asked(request: &Request, role: Role) -> Fields {
    let plain = Fields::new(Kind::ASKED, asked_code(request.code(), role, 0), 0, 0);
    match *request {
        Request::Measure(measures) => Fields {
            a: halves(measures.circumference_mm, measures.sagittal_mm),
            b: halves(measures.coronal_mm, hair_code(measures.hair)),
            ..plain
        },
        Request::SelectPatient { patient, reason } => patient_asked(plain, &patient, reason),
        Request::ChoosePlan(plan) => plan_asked(request.code(), role, &plan),
        Request::Worn(worn) => Fields { a: worn.into(), ..plain },
        Request::Pause(number) | Request::Extend(number) => Fields { a: number.into(), ..plain },
        Request::EndSession { reason, confirm } | Request::Resume { reason, confirm } => {
            Fields { a: reason.into(), b: confirm.into(), ..plain }
        }
        Request::ConfirmFit { confirm }
        | Request::ClinicianReset { confirm }
        | Request::ServiceReset { confirm } => Fields { b: confirm.into(), ..plain },
        Request::Amend(amendment) => {
            let [low, high] = amendment.drug.to_le_bytes();
            let mark = i32::from_le_bytes([low, high, amendment.mark.code(), amendment.reason]);
            Fields { a: millis(amendment.earlier), b: mark, ..plain }
        }
        Request::StartFit
        | Request::Start
        | Request::EaseOff
        | Request::Stop
        | Request::ConfirmRemoved
        | Request::Close
        | Request::Cancel
        | Request::Acknowledge => plain,
    }
}

fn asked_code(request: u8, role: Role, choices: u8) -> u16 {
    u16::from_le_bytes([request, role.code() | choices.wrapping_shl(4)])
}

fn halves(low: u16, high: u16) -> i32 {
    let ([a, b], [c, d]) = (low.to_le_bytes(), high.to_le_bytes());
    i32::from_le_bytes([a, b, c, d])
}

fn patient_asked(plain: Fields, patient: &Patient, reason: u8) -> Fields {
    let hair = patient.hair.density.code() | patient.hair.kind.code().wrapping_shl(4);
    let b = [patient.session_index, patient.session_count, hair, reason];
    let b = i32::from_le_bytes(b);
    Fields { a: patient.contraindications.cast_signed(), b, ..plain }
        .wide(patient.id, patient.calibration)
}

fn plan_asked(request: u8, role: Role, plan: &PlanRequest) -> Fields {
    let choices = plan.target.mode().code() | plan.post_clock.code().wrapping_shl(1);
    let [low, high] = plan.regimen.to_le_bytes();
    let regimen = i32::from_le_bytes([low, high, plan.source.0, plan.reason]);
    let code = asked_code(request, role, choices);
    Fields::new(Kind::ASKED, code, plan.target.to_milli(), regimen)
        .wide(join(plan.pre, plan.post), join(plan.break_each, plan.break_total))
}

impl Fields {
    /// The external event with these numbers, if there is one.
    #[must_use]
    pub fn event(&self) -> Option<Event> {
        Some(match self.kind {
            Kind::PASSED => {
                let dt = Duration::from_millis(u32::try_from(self.c).ok()?);
                Event::Advance { dt, seen: seen_of(self.code)? }
            }
            Kind::ASKED => {
                let [request, who] = self.code.to_le_bytes();
                let role = Role::from_code(who & 15)?;
                Event::Request { request: self.request(request, who.wrapping_shr(4))?, role }
            }
            Kind::OBSERVED => Event::Fact(self.fact()?),
            Kind::DENIED => Event::Interlock {
                circulate_denied: flag_of(self.a)?,
                class: TripClass::from_code(self.short()?)?,
            },
            Kind::CAME_BACK => {
                let known = flag_of(self.code.into())?;
                Event::Restarted { gap: known.then_some(span(self.a)) }
            }
            Kind::WALL_SET => self.wall()?,
            Kind::BY_HAND => Event::ByHand(self.by_hand()?),
            _ => return None,
        })
    }

    fn fact(&self) -> Option<Fact> {
        let [low, high, toxic, _] = self.a.to_le_bytes();
        let (drug, hair_toxic) = (u16::from_le_bytes([low, high]), flag_of(toxic.into())?);
        let value = u8::try_from(self.b).ok()?;
        Some(match self.code {
            1 => Fact::DrugStarted { drug, hair_toxic },
            2 => Fact::DrugEnded { drug, hair_toxic },
            3 => Fact::CapOff,
            4 => Fact::Symptom(value),
            5 => Fact::Comfort(value),
            _ => return None,
        })
    }

    fn wall(&self) -> Option<Event> {
        let [new, old] = self.code.to_le_bytes();
        let time = |unix_ms, code| {
            ClockQuality::from_code(code).map(|quality| WallTime { unix_ms, quality })
        };
        let (new, old) = (time(self.c, new)?, time(self.d, old)?);
        Some(Event::WallSet { old: flag_of(self.a)?.then_some(old), new })
    }

    fn by_hand(&self) -> Option<ByHand> {
        let [actuator, role] = self.code.to_le_bytes();
        let actuator = Actuator::from_code(actuator)?;
        let duty = Duty(u16::try_from(self.a).ok()?);
        if self.b == 0 {
            return Some(ByHand::Driven { actuator, duty, role: Role::from_code(role)? });
        }
        let end = HandEnd::from_code(u8::try_from(self.b).ok()?)?;
        (role == 0 && duty.is_off()).then_some(ByHand::Ended { actuator, end })
    }

    fn request(&self, code: u8, choices: u8) -> Option<Request> {
        let number = || u8::try_from(self.a).ok();
        let confirm = || flag_of(self.b);
        Some(match code {
            1 => Request::StartFit,
            2 => Request::Measure(self.measures_asked()?),
            3 => Request::ConfirmFit { confirm: confirm()? },
            4 => self.patient_asked()?,
            5 => Request::ChoosePlan(self.plan_asked(choices)?),
            6 => Request::Start,
            7 => Request::Worn(flag_of(self.a)?),
            8 => Request::Pause(number()?),
            9 => Request::Resume { reason: number()?, confirm: confirm()? },
            10 => Request::Extend(number()?),
            11 => Request::EaseOff,
            12 => Request::Stop,
            13 => Request::EndSession { reason: number()?, confirm: confirm()? },
            14 => Request::ConfirmRemoved,
            15 => Request::Close,
            16 => Request::ClinicianReset { confirm: confirm()? },
            17 => Request::ServiceReset { confirm: confirm()? },
            18 => Request::Cancel,
            19 => Request::Acknowledge,
            20 => Request::Amend(self.amendment_asked()?),
            _ => return None,
        })
    }

    fn measures_asked(&self) -> Option<HeadMeasures> {
        let [[circumference_mm, sagittal_mm], [coronal_mm, hair]] = [self.a, self.b].map(in_halves);
        Some(HeadMeasures { circumference_mm, sagittal_mm, coronal_mm, hair: hair_of(hair)? })
    }

    fn patient_asked(&self) -> Option<Request> {
        let [session_index, session_count, hair, reason] = self.b.to_le_bytes();
        let (density, kind) = (hair & 15, hair.wrapping_shr(4));
        let patient = Patient {
            id: self.c,
            calibration: self.d,
            session_index,
            session_count,
            hair: hair_of(u16::from_le_bytes([density, kind]))?,
            contraindications: self.a.cast_unsigned(),
        };
        Some(Request::SelectPatient { patient, reason })
    }

    fn plan_asked(&self, choices: u8) -> Option<PlanRequest> {
        let [low, high, source, reason] = self.b.to_le_bytes();
        let ([pre, post], [break_each, break_total]) = (split(self.c), split(self.d));
        Some(PlanRequest {
            regimen: u16::from_le_bytes([low, high]),
            source: Source(source),
            reason,
            pre,
            post,
            break_each,
            break_total,
            target: Target::from_milli(ControlMode::from_code(choices & 1)?, self.a),
            post_clock: PostClock::from_code(choices.wrapping_shr(1))?,
        })
    }

    fn amendment_asked(&self) -> Option<Amendment> {
        let [low, high, mark, reason] = self.b.to_le_bytes();
        let (mark, drug) = (Mark::from_code(mark)?, u16::from_le_bytes([low, high]));
        Some(Amendment { mark, drug, earlier: span(self.a), reason })
    }
}

const fn in_halves(detail: i32) -> [u16; 2] {
    let [a, b, c, d] = detail.to_le_bytes();
    [u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d])]
}
