//! What a visit has to account for: whose it was, how she bore it, and what is counted of it.

use coldcap_session::{ControlMode, Hair, Phase};

/// Who was treated: a pseudonymous number and nothing else of a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PatientSummary {
    /// The pseudonymous number.
    pub number: u64,
    /// Which session of the course this is, from 1; 0 where it is not known.
    pub session: u8,
    /// How many sessions the course has; 0 where it is not known.
    pub sessions: u8,
    /// Her hair that day, from which the plan may have been made less cold.
    pub hair: Option<Hair>,
    /// The digest of the calibration that the session used.
    pub calibration: Option<u64>,
}

/// Something the patient told of the cold, or what was done for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Comfort {
    /// When, in seconds.
    pub time_s: f64,
    /// In which phase; `None` where the record does not say.
    pub phase: Option<Phase>,
    /// What.
    pub what: ComfortKind,
}

/// What a comfort entry says.
#[derive(Clone, Debug, PartialEq)]
pub enum ComfortKind {
    /// How the patient bears the cold, 0 (well) to 10 (not at all).
    Score(u8),
    /// A symptom, by the site's own number.
    Symptom(u8),
    /// The target was raised by a step.
    EasedOff {
        /// Which temperature is held.
        mode: ControlMode,
        /// Its target from now on, in °C.
        target_c: f64,
        /// The role of who asked for it; empty where the record does not say.
        by: String,
    },
}

/// One of the two services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    /// A cap is measured, fitted and calibrated.
    FitVisit,
    /// A scalp is cooled around an infusion.
    Session,
}

impl Service {
    /// Both services, in the order of a course.
    pub const ALL: [Self; 2] = [Self::FitVisit, Self::Session];

    /// Its name, as the report prints it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FitVisit => "fit visit",
            Self::Session => "session",
        }
    }
}

/// A code number with its units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillingLine {
    /// The service it belongs to.
    pub service: Service,
    /// The code number.
    pub code: String,
    /// How many units.
    pub units: u32,
    /// The id of the rule that gave it.
    pub rule: String,
    /// How the rule counts, in the project's own words; may be empty.
    pub counting: String,
    /// What it counted in this visit; may be empty.
    pub counted: String,
}

/// What billing lines are counted from: nothing but the record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BillingBasis {
    /// When a fit was stored, in seconds.
    pub fit_stored_s: Option<f64>,
    /// Cooled time of all phases together, in milliseconds.
    pub cooled_ms: u32,
    /// When the first hair-toxic drug started, in seconds, by its mark as it was amended.
    pub first_drug_start_s: Option<f64>,
    /// When the last hair-toxic drug ended, in seconds, by its mark as it was amended.
    pub last_drug_end_s: Option<f64>,
    /// How long post-cooling lasted since then, in milliseconds.
    pub after_elapsed_ms: u32,
    /// How long of that the scalp was cooled, in milliseconds.
    pub after_cooled_ms: u32,
    /// The stretches that this is made of, in order of time. Empty where they do not add up to it, as with
    /// drugs that were marked twice.
    pub stretches: Vec<CountedStretch>,
}

/// One stretch of what was cooled after the last hair-toxic drug.
#[derive(Clone, Debug, PartialEq)]
pub struct CountedStretch {
    /// When it began, in seconds.
    pub start_s: f64,
    /// When it ended, in seconds.
    pub end_s: f64,
    /// How long it lasted, in milliseconds.
    pub elapsed_ms: u32,
    /// How long of that counts, in milliseconds.
    pub cooled_ms: u32,
    /// Whether it was credited, because the mark of a drug's end was moved to an earlier time.
    pub credited: bool,
}
