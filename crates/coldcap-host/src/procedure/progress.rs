//! Where the nurse stands, for people.

use super::{Errand, Nurse};
use coldcap_session::Phase;
use core::fmt;

/// How both visits ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The planned minutes were completed, and the report is closed.
    Completed,
    /// The fit visit or the session ended before its time.
    EndedEarly,
    /// The machine went into safe hold and was not brought back from there.
    SafeHold,
    /// Both visits together took longer than [`LONGEST`](super::LONGEST).
    TimedOut,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 4] = [Self::Completed, Self::EndedEarly, Self::SafeHold, Self::TimedOut];

    /// The outcome of this name, if there is one.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }

    /// Its name in lower case, as summaries print it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::EndedEarly => "ended_early",
            Self::SafeHold => "safe_hold",
            Self::TimedOut => "timed_out",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The step the nurse is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Nothing is known of the device yet.
    Hello,
    /// The device tests itself.
    SelfTest,
    /// Between the visits.
    Standby,
    /// The fit visit.
    Fit,
    /// Patient, plan, and the cap on the head.
    Preparation,
    /// Cooling before the infusion.
    PreCooling,
    /// The infusion may start, or runs.
    Infusion,
    /// Cooling after the infusion.
    PostCooling,
    /// A break of the plan.
    Break,
    /// An interruption that nobody asked for.
    Interruption,
    /// Cooling down again.
    Recooling,
    /// The session is being ended for a fault.
    Ending,
    /// The machine holds everything off.
    SafeHold,
    /// The cap warms and comes off.
    Removal,
    /// The record is collected and the report closed.
    Report,
    /// All is done.
    Finished,
}

impl Step {
    /// What happens in this step, in a few words.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Hello => "looking for the device",
            Self::SelfTest => "the device tests itself",
            Self::Standby => "in standby",
            Self::Fit => "fit visit",
            Self::Preparation => "preparing the session",
            Self::PreCooling => "cooling before the infusion",
            Self::Infusion => "infusion",
            Self::PostCooling => "cooling after the infusion",
            Self::Break => "planned break",
            Self::Interruption => "interrupted, looking for the reason",
            Self::Recooling => "cooling down again",
            Self::Ending => "ending the session early",
            Self::SafeHold => "safe hold",
            Self::Removal => "the cap warms and comes off",
            Self::Report => "collecting the record",
            Self::Finished => "finished",
        }
    }
}

/// Where the nurse stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Progress {
    /// The step.
    pub step: Step,
    /// The phase of the device, once it is known.
    pub phase: Option<Phase>,
    /// How many drugs were reported as started.
    pub drugs_started: u8,
    /// How many drugs were reported as ended.
    pub drugs_ended: u8,
}

/// Prints as in `infusion (infusing), 1 drug started, 0 ended`.
impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.step.description())?;
        if let Some(phase) = self.phase {
            write!(f, " ({phase})")?;
        }
        if self.drugs_started > 0 {
            let s = if self.drugs_started == 1 { "" } else { "s" };
            write!(f, ", {} drug{s} started, {} ended", self.drugs_started, self.drugs_ended)?;
        }
        Ok(())
    }
}

impl Nurse {
    /// Where the nurse stands.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let count = |errand: fn(usize) -> Errand| {
            let done = |index: &usize| self.errands.is_done(errand(*index));
            (0..self.plan.drugs.len()).filter(done).count() as u8
        };
        Progress {
            step: self.step(),
            phase: self.sight.phase,
            drugs_started: count(Errand::DrugStarted),
            drugs_ended: count(Errand::DrugEnded),
        }
    }

    fn step(&self) -> Step {
        let Some(phase) = self.sight.phase else { return Step::Hello };
        if self.outcome.is_some() {
            return Step::Finished;
        }
        if self.ending && self.sight.can_end() {
            return Step::Ending;
        }
        match phase {
            Phase::Boot => Step::SelfTest,
            Phase::Standby => Step::Standby,
            Phase::FitMeasure | Phase::FitCalibrate | Phase::FitVerify | Phase::FitSaved => {
                Step::Fit
            }
            Phase::Setup | Phase::FitCheck => Step::Preparation,
            Phase::PreCool => Step::PreCooling,
            Phase::Ready | Phase::Infusing => Step::Infusion,
            Phase::PostCool => Step::PostCooling,
            Phase::Paused if self.on_break.is_some() => Step::Break,
            Phase::Paused | Phase::Recovery => Step::Interruption,
            Phase::Recool => Step::Recooling,
            Phase::SafeHold => Step::SafeHold,
            Phase::Thaw | Phase::CapOff => Step::Removal,
            Phase::Report => Step::Report,
        }
    }
}
