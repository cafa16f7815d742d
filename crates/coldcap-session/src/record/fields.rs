//! Notes as numbers and back.

use crate::machine::{PhaseClock, TripClass};
use crate::note::{Flag, Note, Reason};
use crate::phase::Phase;
use crate::plan::{ControlMode, Density, Hair, HairType, Plan, PlanRequest, PostClock, Target};
use crate::regimen::Source;
use crate::request::{Amendment, HeadMeasures, Mark, Patient, Role};
use coldcap_units::Duration;

/// What an entry is about. 192 to 255 are a vendor's own.
///
/// | kind | `code` | `a` | `b` | `c` | `d` |
/// |---|---|---|---|---|---|
/// | 1 phase_changed | to | from | | | |
/// | 2 phase_closed | phase | elapsed ms | cooled ms | at target ms | |
/// | 3 break_began | reason | | | | |
/// | 4 break_ended | | length ms | | | |
/// | 5 drug_started | drug | hair-toxic 0/1 | | | |
/// | 6 drug_ended | drug | hair-toxic 0/1 | | | |
/// | 7 cap_off | | | | | |
/// | 8 symptom | symptom | | | | |
/// | 9 comfort | score | | | | |
/// | 10 flag | flag | | | | |
/// | 11 plan_chosen | regimen | target m°C | post clock, source, mode, override | pre ms, post ms | each break ms, all breaks ms |
/// | 12 patient_selected | index, count | contraindications | density, hair, reason | id | calibration |
/// | 13 measured | circumference mm | sagittal mm | coronal mm | density, hair | |
/// | 14 fit_saved | | | | digest of the cap calibration, 0 if none | |
/// | 15 post_clock_voided | | | | | |
/// | 16 resumed | phase | | | | |
/// | 17 ended | reason | | | | |
/// | 18 eased | mode | target m°C | | | |
/// | 19 extended | minutes | | | | |
/// | 20 reset | class | | | | |
/// | 21 restarted | gap known 0/1 | gap ms | | | |
/// | 22 worn | 0/1 | | | | |
/// | 23 answered | request | role | answer | | |
/// | 24 alarm | condition | 0 cleared, 1 rose, 2 escalated | priority 0 to 3 | value | limit |
/// | 24 alarm | 0 | 3 to 8, below | highest priority | set of conditions | |
/// | 25 contact | verdict | front | rear | crown | |
/// | 26 amended | drug | earlier ms | mark, reason | credited ms | |
/// | 27 sensor | place | fault | found µK | certificate's sensor, 0 if none | E_n in thousandths, or checks so far |
/// | 28 kept | request, who | refusal | | | |
/// | 32 passed | seen | | | ms | |
/// | 33 asked | request, who | by request | by request | by request | by request |
/// | 34 observed | fact | drug, hair-toxic 0/1 | value | | |
/// | 35 denied | class | denied 0/1 | | | |
/// | 36 came_back | gap known 0/1 | gap ms | | | |
/// | 37 wall_set | quality, old quality | old known 0/1 | | Unix ms | old Unix ms |
/// | 38 by_hand | actuator, who | duty of 65535 | end, 0 where it is driven | | |
///
/// Kinds 1 to 23 and 26 are notes: what a session did. Kinds 32 to 63 are the external events that it
/// did it for; [`Fold`](super::Fold) recomputes the one from the other. A reader of notes needs none of
/// them.
///
/// Where a cell names two things the first is in the lower half, where it names four each has a quarter. Milliseconds are unsigned. An empty
/// cell is 0. A zone of the contact is its conductance and its standard uncertainty, in 0.01 W/(m²·K)
/// each; 0 where it was not observed.
///
/// *Value* and *limit* of an alarm that rose are those of the guard where it has numbers, both 0 where it
/// has none: the raw code for freeze, freeze_near and evaporator_cold, edges of the flow meter in 1000 s for
/// flow_lost, mA for pump_stopped; a value that could not be read is all ones. What happened to several
/// alarms at once is one entry with their set, whose bit n is the condition n (48 to 63: the vendor's 192 to
/// 207): 3 acknowledged, 4 sounds again because it was acknowledged long ago, 5 inhibited by its cause,
/// 6 signals because its cause is gone, 7 the sound was paused, 8 its pause is over.
///
/// `passed` sums the time in which the same was seen: bits 0 to 5 are the cause gone, removable, at target,
/// tank ready, flowing and coupled, then two bits each of [`Progress`](crate::Progress) for the contact,
/// the matching of sensors and the self-test, and bit 12 a calibration that is due. Of `asked`, `code` holds
/// [`Request::code`](crate::Request::code), the role in bits 8 to 11 (that of `kept` as well), and of a plan the mode in bit 12
/// and the post clock in bit 13; its figures are laid out in `record/event.rs`.
///
/// Of `by_hand`, the actuator is an [`Actuator`](crate::Actuator) and the end a [`HandEnd`](crate::HandEnd); *who* and
/// duty are 0 at an end. A loss of power ends it without an entry.
///
/// A *mode* is 0 for coolant, 1 for cap ([`ControlMode`]), and says of what the target beside it is a
/// temperature: of the coolant or of the cap's inner face. Entries from before there was a choice have a
/// 0 there and read as what they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(pub u8);

impl Kind {
    const PHASE_CHANGED: Self = Self(1);
    const PHASE_CLOSED: Self = Self(2);
    const BREAK_BEGAN: Self = Self(3);
    const BREAK_ENDED: Self = Self(4);
    const DRUG_STARTED: Self = Self(5);
    const DRUG_ENDED: Self = Self(6);
    const CAP_OFF: Self = Self(7);
    const SYMPTOM: Self = Self(8);
    const COMFORT: Self = Self(9);
    const FLAG: Self = Self(10);
    const PLAN_CHOSEN: Self = Self(11);
    const PATIENT_SELECTED: Self = Self(12);
    const MEASURED: Self = Self(13);
    const FIT_SAVED: Self = Self(14);
    const POST_CLOCK_VOIDED: Self = Self(15);
    const RESUMED: Self = Self(16);
    const ENDED: Self = Self(17);
    const EASED: Self = Self(18);
    const EXTENDED: Self = Self(19);
    const RESET: Self = Self(20);
    const RESTARTED: Self = Self(21);
    const WORN: Self = Self(22);
    const ANSWERED: Self = Self(23);
    /// An alarm of the machine. No note makes it: the facade writes it, as [`Kind`] says.
    pub const ALARM: Self = Self(24);
    /// What the first two minutes of pre-cooling tell of the contact; an advice. No note makes it.
    pub const CONTACT: Self = Self(25);
    const AMENDED: Self = Self(26);
    pub(super) const PASSED: Self = Self(32);
    pub(super) const ASKED: Self = Self(33);
    pub(super) const OBSERVED: Self = Self(34);
    pub(super) const DENIED: Self = Self(35);
    pub(super) const CAME_BACK: Self = Self(36);
    pub(super) const WALL_SET: Self = Self(37);
    /// An actuator is driven by hand, or is so no more: an event, as [`Kind`] says.
    pub const BY_HAND: Self = Self(38);

    /// A sensor whose calibration does not hold. No note makes it: the facade writes it.
    pub const SENSOR: Self = Self(27);

    /// A request that the machine kept from the session, and why: the guard stood against it, or another
    /// channel. The session never heard of it. No note makes it: the facade writes it.
    pub const KEPT: Self = Self(28);

    /// The first of the codes that are a vendor's own.
    pub const VENDOR: Self = Self(192);

    const NAMES: [&'static str; 28] = [
        "phase_changed",
        "phase_closed",
        "break_began",
        "break_ended",
        "drug_started",
        "drug_ended",
        "cap_off",
        "symptom",
        "comfort",
        "flag",
        "plan_chosen",
        "patient_selected",
        "measured",
        "fit_saved",
        "post_clock_voided",
        "resumed",
        "ended",
        "eased",
        "extended",
        "reset",
        "restarted",
        "worn",
        "answered",
        "alarm",
        "contact",
        "amended",
        "sensor",
        "kept",
    ];

    const EVENTS: [&'static str; 7] =
        ["passed", "asked", "observed", "denied", "came_back", "wall_set", "by_hand"];

    /// Its name in lower case; `vendor` or `unknown` for codes without one.
    #[must_use]
    pub fn name(self) -> &'static str {
        if let Some(name) = Self::EVENTS.get(usize::from(self.0.wrapping_sub(32))) {
            return name;
        }
        let place = usize::from(self.0.wrapping_sub(1));
        let other = if self >= Self::VENDOR { "vendor" } else { "unknown" };
        Self::NAMES.get(place).copied().unwrap_or(other)
    }
}

/// What happened, as numbers. [`Kind`] says what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fields {
    /// What it is about.
    pub kind: Kind,
    /// The leading code.
    pub code: u16,
    /// First detail.
    pub a: i32,
    /// Second detail.
    pub b: i32,
    /// Third detail.
    pub c: u64,
    /// Fourth detail.
    pub d: u64,
}

impl Fields {
    /// Fields of a kind that no note makes.
    #[must_use]
    pub const fn new(kind: Kind, code: u16, a: i32, b: i32) -> Self {
        Self { kind, code, a, b, c: 0, d: 0 }
    }

    const fn coded(kind: Kind, code: u8) -> Self {
        Self::new(kind, code as u16, 0, 0)
    }

    pub(super) const fn wide(self, c: u64, d: u64) -> Self {
        Self { c, d, ..self }
    }
}

pub(super) const fn millis(span: Duration) -> i32 {
    span.as_millis().cast_signed()
}

pub(super) const fn span(millis: i32) -> Duration {
    Duration::from_millis(millis.cast_unsigned())
}

pub(super) const fn join(low: Duration, high: Duration) -> u64 {
    (low.as_millis() as u64) | ((high.as_millis() as u64) << 32)
}

pub(super) const fn split(joined: u64) -> [Duration; 2] {
    [Duration::from_millis(joined as u32), Duration::from_millis((joined >> 32) as u32)]
}

pub(super) const fn hair_code(hair: Hair) -> u16 {
    u16::from_le_bytes([hair.density.code(), hair.kind.code()])
}

pub(super) fn hair_of(code: u16) -> Option<Hair> {
    let [density, kind] = code.to_le_bytes();
    Some(Hair { density: Density::from_code(density)?, kind: HairType::from_code(kind)? })
}

fn target_of(mode: u16, milli: i32) -> Option<Target> {
    let mode = ControlMode::from_code(u8::try_from(mode).ok()?)?;
    Some(Target::from_milli(mode, milli))
}

pub(super) fn flag_of(bit: i32) -> Option<bool> {
    match bit {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

impl From<&Note> for Fields {
    fn from(note: &Note) -> Self {
        let new = Self::new;
        match *note {
            Note::PhaseChanged { from, to } => {
                new(Kind::PHASE_CHANGED, to.code().into(), from.code().into(), 0)
            }
            Note::PhaseClosed { phase, clock } => closed(phase, clock),
            Note::BreakBegan { reason } => Self::coded(Kind::BREAK_BEGAN, reason.0),
            Note::BreakEnded { length } => new(Kind::BREAK_ENDED, 0, millis(length), 0),
            Note::DrugStarted { drug, hair_toxic } => {
                new(Kind::DRUG_STARTED, drug, hair_toxic.into(), 0)
            }
            Note::DrugEnded { drug, hair_toxic } => {
                new(Kind::DRUG_ENDED, drug, hair_toxic.into(), 0)
            }
            Note::CapOff => Self::coded(Kind::CAP_OFF, 0),
            Note::Symptom(symptom) => Self::coded(Kind::SYMPTOM, symptom),
            Note::Comfort(score) => Self::coded(Kind::COMFORT, score),
            Note::Flag(flag) => Self::coded(Kind::FLAG, flag.code()),
            Note::PlanChosen(plan) => plan_fields(&plan),
            Note::PatientSelected { patient, reason } => patient_fields(&patient, reason),
            Note::Measured(measures) => measured_fields(&measures),
            Note::FitSaved => Self::coded(Kind::FIT_SAVED, 0),
            Note::PostClockVoided => Self::coded(Kind::POST_CLOCK_VOIDED, 0),
            Note::Resumed { to, reason } => {
                new(Kind::RESUMED, to.code().into(), reason.0.into(), 0)
            }
            Note::Ended { reason } => Self::coded(Kind::ENDED, reason.0),
            Note::Eased { target } => {
                new(Kind::EASED, target.mode().code().into(), target.to_milli(), 0)
            }
            Note::Extended { minutes } => Self::coded(Kind::EXTENDED, minutes),
            Note::Reset { class } => Self::coded(Kind::RESET, class.code()),
            Note::Restarted { gap } => restarted(gap),
            Note::Worn(worn) => Self::coded(Kind::WORN, worn.into()),
            Note::Amended { amendment, credited } => amended(&amendment, credited),
            Note::Answered { request, role, answer } => {
                new(Kind::ANSWERED, request.into(), role.code().into(), answer.into())
            }
        }
    }
}

fn closed(phase: Phase, clock: PhaseClock) -> Fields {
    let PhaseClock { elapsed, cooled, at_target } = clock;
    Fields::new(Kind::PHASE_CLOSED, phase.code().into(), millis(elapsed), millis(cooled))
        .wide(at_target.as_millis().into(), 0)
}

pub(super) fn restarted(gap: Option<Duration>) -> Fields {
    let known = u16::from(gap.is_some());
    Fields::new(Kind::RESTARTED, known, millis(gap.unwrap_or_default()), 0)
}

fn amended(amendment: &Amendment, credited: Duration) -> Fields {
    let Amendment { mark, drug, earlier, reason } = *amendment;
    let choices = i32::from_le_bytes([mark.code(), 0, reason, 0]);
    Fields::new(Kind::AMENDED, drug, millis(earlier), choices).wide(credited.as_millis().into(), 0)
}

fn plan_fields(plan: &Plan) -> Fields {
    let (clock, mode) = (plan.post_clock().code(), plan.target().mode().code());
    let choices = i32::from_le_bytes([clock, plan.source().0, mode, plan.reason()]);
    Fields::new(Kind::PLAN_CHOSEN, plan.regimen(), plan.target().to_milli(), choices)
        .wide(join(plan.pre(), plan.post()), join(plan.break_each(), plan.break_total()))
}

fn patient_fields(patient: &Patient, reason: u8) -> Fields {
    let course = u16::from_le_bytes([patient.session_index, patient.session_count]);
    let bits = patient.contraindications.cast_signed();
    let hair = i32::from(hair_code(patient.hair)) | i32::from(reason).wrapping_shl(16);
    Fields::new(Kind::PATIENT_SELECTED, course, bits, hair).wide(patient.id, patient.calibration)
}

fn measured_fields(measures: &HeadMeasures) -> Fields {
    let HeadMeasures { circumference_mm, sagittal_mm, coronal_mm, hair } = *measures;
    Fields::new(Kind::MEASURED, circumference_mm, sagittal_mm.into(), coronal_mm.into())
        .wide(hair_code(hair).into(), 0)
}

impl Fields {
    /// The note with these numbers, if there is one.
    #[must_use]
    pub fn note(&self) -> Option<Note> {
        self.phase_note().or_else(|| self.fact_note()).or_else(|| self.choice_note())
    }

    pub(super) fn short(&self) -> Option<u8> {
        u8::try_from(self.code).ok()
    }

    fn phase(&self) -> Option<Phase> {
        Phase::from_code(self.short()?)
    }

    fn phase_note(&self) -> Option<Note> {
        Some(match self.kind {
            Kind::PHASE_CHANGED => {
                let from = Phase::from_code(u8::try_from(self.a).ok()?)?;
                Note::PhaseChanged { from, to: self.phase()? }
            }
            Kind::PHASE_CLOSED => {
                let at_target = Duration::from_millis(u32::try_from(self.c).ok()?);
                let (elapsed, cooled) = (span(self.a), span(self.b));
                let clock = PhaseClock { elapsed, cooled, at_target };
                Note::PhaseClosed { phase: self.phase()?, clock }
            }
            Kind::BREAK_BEGAN => Note::BreakBegan { reason: Reason(self.short()?) },
            Kind::BREAK_ENDED => Note::BreakEnded { length: span(self.a) },
            Kind::RESUMED => {
                Note::Resumed { to: self.phase()?, reason: Reason(u8::try_from(self.a).ok()?) }
            }
            Kind::ENDED => Note::Ended { reason: Reason(self.short()?) },
            Kind::RESET => Note::Reset { class: TripClass::from_code(self.short()?)? },
            Kind::RESTARTED => {
                let known = flag_of(self.code.into())?;
                Note::Restarted { gap: known.then_some(span(self.a)) }
            }
            _ => return None,
        })
    }

    fn fact_note(&self) -> Option<Note> {
        Some(match self.kind {
            Kind::DRUG_STARTED => {
                Note::DrugStarted { drug: self.code, hair_toxic: flag_of(self.a)? }
            }
            Kind::DRUG_ENDED => Note::DrugEnded { drug: self.code, hair_toxic: flag_of(self.a)? },
            Kind::CAP_OFF => Note::CapOff,
            Kind::SYMPTOM => Note::Symptom(self.short()?),
            Kind::COMFORT => Note::Comfort(self.short()?),
            Kind::FLAG => Note::Flag(Flag::from_code(self.short()?)?),
            Kind::FIT_SAVED => Note::FitSaved,
            Kind::POST_CLOCK_VOIDED => Note::PostClockVoided,
            _ => return None,
        })
    }

    fn choice_note(&self) -> Option<Note> {
        Some(match self.kind {
            Kind::PLAN_CHOSEN => Note::PlanChosen(self.plan()?),
            Kind::PATIENT_SELECTED => self.patient()?,
            Kind::MEASURED => Note::Measured(self.measures()?),
            Kind::EASED => Note::Eased { target: target_of(self.code, self.a)? },
            Kind::EXTENDED => Note::Extended { minutes: self.short()? },
            Kind::AMENDED => self.amended()?,
            Kind::WORN => Note::Worn(flag_of(self.code.into())?),
            Kind::ANSWERED => Note::Answered {
                request: self.short()?,
                role: Role::from_code(u8::try_from(self.a).ok()?)?,
                answer: i8::try_from(self.b).ok()?,
            },
            _ => return None,
        })
    }

    fn amended(&self) -> Option<Note> {
        let [mark, _, reason, _] = self.b.to_le_bytes();
        let (drug, earlier) = (self.code, span(self.a));
        let amendment = Amendment { mark: Mark::from_code(mark)?, drug, earlier, reason };
        let credited = Duration::from_millis(u32::try_from(self.c).ok()?);
        Some(Note::Amended { amendment, credited })
    }

    fn plan(&self) -> Option<Plan> {
        let ([pre, post], [break_each, break_total]) = (split(self.c), split(self.d));
        let [clock, source, mode, reason] = self.b.to_le_bytes();
        let request = PlanRequest {
            regimen: self.code,
            source: Source(source),
            reason,
            pre,
            post,
            break_each,
            break_total,
            target: target_of(mode.into(), self.a)?,
            post_clock: PostClock::from_code(clock)?,
        };
        Plan::as_it_was(request).ok()
    }

    fn patient(&self) -> Option<Note> {
        let [session_index, session_count] = self.code.to_le_bytes();
        let [density, kind, reason, 0] = self.b.to_le_bytes() else { return None };
        let patient = Patient {
            id: self.c,
            calibration: self.d,
            session_index,
            session_count,
            hair: hair_of(u16::from_le_bytes([density, kind]))?,
            contraindications: self.a.cast_unsigned(),
        };
        Some(Note::PatientSelected { patient, reason })
    }

    fn measures(&self) -> Option<HeadMeasures> {
        Some(HeadMeasures {
            circumference_mm: self.code,
            sagittal_mm: u16::try_from(self.a).ok()?,
            coronal_mm: u16::try_from(self.b).ok()?,
            hair: hair_of(u16::try_from(self.c).ok()?)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HAIR: Hair = Hair { density: Density::MuchShows, kind: HairType::Ordinary };

    fn plan(regimen: u16, target: Target) -> Plan {
        let request = PlanRequest {
            regimen,
            source: Source::NONE,
            reason: 0,
            pre: Duration::from_mins(31),
            post: Duration::from_mins(62),
            break_each: Duration::from_mins(3),
            break_total: Duration::from_mins(4),
            target,
            post_clock: PostClock::Elapsed,
        };
        Plan::as_it_was(request).unwrap()
    }

    fn overridden() -> Plan {
        let request = plan(3, CAP).request();
        Plan::as_it_was(PlanRequest { source: Source::OSLO, reason: 127, ..request }).unwrap()
    }

    const COOLANT: Target = Target::from_milli(ControlMode::Coolant, -1_234);
    const AMENDMENT: Amendment = Amendment {
        mark: Mark::Ended,
        drug: u16::MAX,
        earlier: Duration::from_mins(60),
        reason: 127,
    };
    const CAP: Target = Target::from_milli(ControlMode::Cap, 4_321);

    fn notes() -> [Note; 29] {
        let clock = PhaseClock {
            elapsed: Duration::MAX,
            cooled: Duration::from_millis(3_000_000_000),
            at_target: Duration::from_millis(2_999_999_999),
        };
        let patient = Patient {
            id: u64::MAX,
            calibration: 1 << 63,
            session_index: 3,
            session_count: 12,
            hair: HAIR,
            contraindications: 1 << 31,
        };
        let measures =
            HeadMeasures { circumference_mm: 561, sagittal_mm: 340, coronal_mm: 350, hair: HAIR };
        [
            Note::PhaseChanged { from: Phase::Recovery, to: Phase::Recool },
            Note::PhaseClosed { phase: Phase::PostCool, clock },
            Note::BreakBegan { reason: Reason::POWER_GAP },
            Note::BreakEnded { length: Duration::MAX },
            Note::DrugStarted { drug: u16::MAX, hair_toxic: true },
            Note::DrugEnded { drug: 0, hair_toxic: false },
            Note::CapOff,
            Note::Symptom(255),
            Note::Comfort(10),
            Note::Flag(Flag::ComfortOutOfScale),
            Note::PlanChosen(plan(9, COOLANT)),
            Note::PatientSelected { patient, reason: 127 },
            Note::Measured(measures),
            Note::FitSaved,
            Note::PostClockVoided,
            Note::Resumed { to: Phase::PreCool, reason: Reason(7) },
            Note::Ended { reason: Reason(5) },
            Note::Eased { target: Target::from_milli(ControlMode::Coolant, -3_999) },
            Note::Extended { minutes: 30 },
            Note::Reset { class: TripClass::Service },
            Note::Restarted { gap: None },
            Note::Worn(true),
            Note::Answered { request: 12, role: Role::Panel, answer: -14 },
            Note::PlanChosen(plan(0, COOLANT)),
            Note::PlanChosen(plan(9, CAP)),
            Note::Eased { target: CAP },
            Note::PlanChosen(overridden()),
            Note::Amended { amendment: AMENDMENT, credited: Duration::MAX },
            Note::Flag(Flag::MarkAmended),
        ]
    }

    #[test]
    fn every_note_survives_the_round_trip_under_its_own_kind() {
        for (place, note) in notes().into_iter().enumerate() {
            let fields = Fields::from(&note);
            assert_eq!(fields.note(), Some(note));
            if place < 23 {
                assert_eq!(usize::from(fields.kind.0), place + 1, "{note:?}");
            }
        }
        let known = Note::Restarted { gap: Some(Duration::ZERO) };
        assert_eq!(Fields::from(&known).note(), Some(known));
    }

    /// Bytes from before there was a choice of mode: they read as coolant mode, and are still made.
    #[test]
    fn entries_of_coolant_mode_are_what_they_were() {
        let minutes = |count: u64| count * 60_000;
        let before = Fields::new(Kind::PLAN_CHOSEN, 9, -1_234, 1)
            .wide(minutes(31) | (minutes(62) << 32), minutes(3) | (minutes(4) << 32));
        let note = Note::PlanChosen(plan(9, COOLANT));
        assert_eq!((before.note(), Fields::from(&note)), (Some(note), before));
        let before = Fields::new(Kind::EASED, 0, -3_000, 0);
        let target = Target::from_milli(ControlMode::Coolant, -3_000);
        assert_eq!(before.note(), Some(Note::Eased { target }));
    }

    #[test]
    fn entries_of_cap_mode_name_it_and_an_unknown_mode_is_no_note() {
        let note = Note::PlanChosen(plan(9, CAP));
        let fields = Fields::from(&note);
        assert_eq!((fields.a, fields.b), (4_321, 0x0001_0001));
        // Who knows of one mode only finds no post clock of this code, and so no plan.
        assert!(u8::try_from(fields.b).is_err());
        assert_eq!(Fields { b: 0x0002_0001, ..fields }.note(), None);
        // Nor does it find one where a source is named.
        let fields = Fields::from(&Note::PlanChosen(overridden()));
        assert_eq!(fields.b, 0x7F01_0401);
        assert_eq!(Fields::new(Kind::EASED, 2, 4_000, 0).note(), None);
    }

    #[test]
    fn kinds_have_names_and_vendors_have_a_range() {
        assert_eq!((Kind(1).name(), Kind(23).name()), ("phase_changed", "answered"));
        assert_eq!((Kind(0).name(), Kind(26).name()), ("unknown", "amended"));
        assert_eq!(Kind(29).name(), "unknown");
        assert_eq!((Kind::ALARM.name(), Kind::CONTACT.name()), ("alarm", "contact"));
        assert_eq!(Kind::SENSOR.name(), "sensor");
        assert_eq!(Kind::KEPT.name(), "kept");
        assert_eq!((Kind(191).name(), Kind::VENDOR.name()), ("unknown", "vendor"));
    }

    proptest! {
        #[test]
        fn numbers_that_no_note_makes_are_refused_and_never_panic(
            kind in 0u8..28, code in any::<u16>(), a in any::<i32>(), b in any::<i32>(),
            c in any::<u64>(), d in any::<u64>(),
        ) {
            let fields = Fields { kind: Kind(kind), code, a, b, c, d };
            if let Some(note) = fields.note() {
                prop_assert_eq!(Fields::from(&note).kind, fields.kind);
                prop_assert_eq!(Fields::from(&note).code, if matches!(kind, 4 | 7 | 14 | 15) { 0 } else { code });
            }
        }
    }
}
