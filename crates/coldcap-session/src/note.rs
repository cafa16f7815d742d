//! What a step of the machine did: one answer and a short list of notes.

use crate::machine::{PhaseClock, TripClass};
use crate::phase::Phase;
use crate::plan::{Plan, Target};
use crate::request::{Amendment, Answer, HeadMeasures, Patient, Role};
use coldcap_units::Duration;

/// Why circulation stopped. Codes 0 to 127 are the operator's, 128 and up the machine's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Reason(pub u8);

impl Reason {
    /// The largest code an operator may give.
    pub const LARGEST_OPERATOR_CODE: u8 = 127;
    /// Somebody pressed stop.
    pub const STOPPED: Self = Self(128);
    /// The interlock denied circulation; an operator may resume.
    pub const OPERATOR_TRIP: Self = Self(129);
    /// The interlock denied circulation; a clinician must reset.
    pub const CLINICIAN_TRIP: Self = Self(130);
    /// The interlock denied circulation; service must reset.
    pub const SERVICE_TRIP: Self = Self(131);
    /// The cap was uncoupled.
    pub const UNCOUPLED: Self = Self(132);
    /// The cap is not worn any more.
    pub const NOT_WORN: Self = Self(133);
    /// The power failed.
    pub const POWER_GAP: Self = Self(134);
    /// The planned minutes are complete.
    pub const COMPLETED: Self = Self(135);
    /// A limit on unattended cooling, on a break or on a recovery ran out.
    pub const UNATTENDED: Self = Self(136);
    /// The cap was removed in safe hold.
    pub const ABANDONED: Self = Self(137);

    /// Whether an operator gave it.
    #[must_use]
    pub const fn is_operators(self) -> bool {
        self.0 <= Self::LARGEST_OPERATOR_CODE
    }

    pub(crate) const fn of_trip(class: TripClass) -> Self {
        match class {
            TripClass::None | TripClass::Operator => Self::OPERATOR_TRIP,
            TripClass::Clinician => Self::CLINICIAN_TRIP,
            TripClass::Service => Self::SERVICE_TRIP,
        }
    }
}

/// Something the record must show although nothing was refused. The codes are frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Flag {
    /// A hair-toxic drug started before the phase `ready`.
    DrugEarly = 1,
    /// A drug ended that was not known to run.
    DrugEndUnmatched = 2,
    /// A drug started that was known to run already.
    DrugStartRepeated = 3,
    /// More hair-toxic drugs run at once than are kept apart.
    DrugUncounted = 4,
    /// A hair-toxic drug was marked where no cooling was possible.
    DrugOutsideCooling = 5,
    /// A drug was marked hair-toxic at its start and not at its end.
    DrugKindDiffers = 6,
    /// The session ended before its planned minutes.
    EndedEarly = 7,
    /// A break took longer than its budget.
    BreakOver = 8,
    /// The machine waits for an operator longer than it should.
    Waiting = 9,
    /// The power was away longer than the limit for a plain recovery.
    GapLong = 10,
    /// Nobody knows how long the power was away.
    GapUnknown = 11,
    /// The cap was removed before it had warmed.
    RemovedEarly = 12,
    /// Cold interface with low heat uptake: the contact is doubtful, re-seat the cap.
    ContactDoubtful = 13,
    /// The contact is good again.
    ContactRestored = 14,
    /// A clinician stored a fit whose contact test had failed.
    FitOverridden = 15,
    /// A clinician decided on a contraindication that asks.
    ContraindicationDecided = 16,
    /// The target was raised to what the hair density allows.
    TargetRaised = 17,
    /// Pre-cooling was lengthened for the hair type.
    PreLengthened = 18,
    /// Post-cooling was lengthened because no regimen was named.
    PostLengthened = 19,
    /// The sensors could not be matched.
    SensorsDiffer = 20,
    /// A step of the fit visit or the fit check took too long.
    FitTimedOut = 21,
    /// Circulation was stopped during a fit visit or a fit check.
    FitInterrupted = 22,
    /// The self-test failed or did not finish.
    SelfTestFailed = 23,
    /// The power failed too often in this session for cooling to return by itself.
    RestartLimit = 24,
    /// The visit was closed while a hair-toxic drug was marked as running.
    DrugStillRunning = 25,
    /// A comfort score outside 0 to 10.
    ComfortOutOfScale = 26,
    /// A fit was stored whose contact lies within the uncertainty of its limit.
    FitUnsure = 27,
    /// A clinician went outside of what the source of the regimen says.
    RegimenOverridden = 28,
    /// A mark of a drug was moved to an earlier time.
    MarkAmended = 29,
}

impl Flag {
    /// Every flag, in order of its code.
    pub const ALL: [Self; 29] = [
        Self::DrugEarly,
        Self::DrugEndUnmatched,
        Self::DrugStartRepeated,
        Self::DrugUncounted,
        Self::DrugOutsideCooling,
        Self::DrugKindDiffers,
        Self::EndedEarly,
        Self::BreakOver,
        Self::Waiting,
        Self::GapLong,
        Self::GapUnknown,
        Self::RemovedEarly,
        Self::ContactDoubtful,
        Self::ContactRestored,
        Self::FitOverridden,
        Self::ContraindicationDecided,
        Self::TargetRaised,
        Self::PreLengthened,
        Self::PostLengthened,
        Self::SensorsDiffer,
        Self::FitTimedOut,
        Self::FitInterrupted,
        Self::SelfTestFailed,
        Self::RestartLimit,
        Self::DrugStillRunning,
        Self::ComfortOutOfScale,
        Self::FitUnsure,
        Self::RegimenOverridden,
        Self::MarkAmended,
    ];

    /// The frozen code, 1 to 29.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The flag with this code, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|flag| flag.code() == code)
    }
}

/// One thing that happened. Notes become entries of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Note {
    /// The phase changed.
    PhaseChanged {
        /// The phase that was left.
        from: Phase,
        /// The phase that was entered.
        to: Phase,
    },
    /// The times of the phase that was just left.
    PhaseClosed {
        /// That phase.
        phase: Phase,
        /// Its times.
        clock: PhaseClock,
    },
    /// Circulation was interrupted.
    BreakBegan {
        /// Why.
        reason: Reason,
    },
    /// The pause is over, one way or the other.
    BreakEnded {
        /// How long it took.
        length: Duration,
    },
    /// A drug began to run.
    DrugStarted {
        /// The site's drug number.
        drug: u16,
        /// Whether it can cost the patient hair.
        hair_toxic: bool,
    },
    /// A drug stopped running.
    DrugEnded {
        /// The site's drug number.
        drug: u16,
        /// Whether it can cost the patient hair.
        hair_toxic: bool,
    },
    /// The cap is off the head.
    CapOff,
    /// The patient reported a symptom.
    Symptom(u8),
    /// How the patient bears the cold, 0 to 10.
    Comfort(u8),
    /// Something the record must show.
    Flag(Flag),
    /// A plan was chosen; this is the plan as it applies.
    PlanChosen(Plan),
    /// A patient was chosen.
    PatientSelected {
        /// Who.
        patient: Patient,
        /// The clinician's reason to go on where a contraindication asks; 0 without one.
        reason: u8,
    },
    /// A head was measured.
    Measured(HeadMeasures),
    /// A fit is to be stored.
    FitSaved,
    /// A hair-toxic drug started again: the planned post-cooling starts over at its end.
    PostClockVoided,
    /// Cooling returns, by a ramp.
    Resumed {
        /// The phase it returns to.
        to: Phase,
        /// Why: an operator's, or [`Reason::POWER_GAP`] where it returned by itself.
        reason: Reason,
    },
    /// No more cooling in this session.
    Ended {
        /// Why.
        reason: Reason,
    },
    /// One step warmer.
    Eased {
        /// The target from now on.
        target: Target,
    },
    /// The running phase was lengthened.
    Extended {
        /// By so many minutes.
        minutes: u8,
    },
    /// A latched trip was reset here; the interlock must be told.
    Reset {
        /// What was reset.
        class: TripClass,
    },
    /// The machine restarted.
    Restarted {
        /// How long it was away, where that is known.
        gap: Option<Duration>,
    },
    /// The operator marked the cap as worn or not.
    Worn(bool),
    /// A mark of a drug was moved to an earlier time.
    Amended {
        /// Which, how far, and why.
        amendment: Amendment,
        /// How much of the planned post-cooling it credited.
        credited: Duration,
    },
    /// A request was answered.
    Answered {
        /// [`Request::code`](crate::Request::code).
        request: u8,
        /// Who asked.
        role: Role,
        /// Minus [`Refusal::code`](crate::Refusal::code), or the code of
        /// [`Accepted`](crate::Accepted).
        answer: i8,
    },
}

/// How many notes one step can make.
pub const LONGEST_NOTES: usize = 8;

/// The notes of one step, in order. Unused places are empty, so equal lists compare equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Notes([Option<Note>; LONGEST_NOTES]);

impl Notes {
    /// The notes, in order.
    pub fn iter(&self) -> impl Iterator<Item = Note> + '_ {
        self.0.iter().flatten().copied()
    }

    /// Whether nothing happened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Whether this very note is there.
    #[must_use]
    pub fn contains(&self, note: Note) -> bool {
        self.iter().any(|other| other == note)
    }

    /// Appends a note. No step makes more than fit; a test holds that to be so.
    #[inline(never)]
    pub(crate) fn push(&mut self, note: Note) {
        if let Some(place) = self.0.iter_mut().find(|place| place.is_none()) {
            *place = Some(note);
        }
    }

    #[cfg(test)]
    pub(crate) fn is_full(&self) -> bool {
        self.0.iter().all(Option::is_some)
    }
}

/// What one step answered and noted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Effects {
    /// The answer, when the event was a request.
    pub answer: Option<Answer>,
    /// What happened, in order.
    pub notes: Notes,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flag_codes_are_dense_and_reversible() {
        for (index, flag) in Flag::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(flag.code()), index + 1);
            assert_eq!(Flag::from_code(flag.code()), Some(flag));
        }
        assert_eq!((Flag::from_code(0), Flag::from_code(30)), (None, None));
    }

    #[test]
    fn notes_keep_their_order() {
        let mut notes = Notes::default();
        assert!(notes.is_empty());
        for code in 0..8 {
            notes.push(Note::Symptom(code));
        }
        assert!(notes.is_full() && notes.contains(Note::Symptom(3)));
        assert!(!notes.contains(Note::Symptom(9)) && !Notes::default().contains(Note::CapOff));
        let codes: [Option<Note>; 8] = core::array::from_fn(|code| Some(Note::Symptom(code as u8)));
        assert_eq!(notes.0, codes);
    }
}
