//! Courses: what belongs together over months, one TOML file for each course of chemotherapy.
//!
//! A device keeps nothing of a course but what it is told at the beginning of a session: who it is by a pseudonymous
//! number, which session of how many, the hair, and the digest of the fit that was stored once. The host keeps the rest,
//! and nothing that says who a person is: there is no field for it, and unknown fields are refused like any other mistake,
//! in one line `FILE:FIELD: VALUE: allowed …`.
//!
//! ```
//! use coldcap_host::course::{Course, Warning};
//!
//! let text = include_str!("../../../examples/courses/1001.toml");
//! let course = Course::parse(text, "1001.toml")?;
//! assert_eq!((course.patient, course.next(), course.sessions), (1001, Some(3), 12));
//! assert_eq!(course.warnings(), [Warning::ManySessions { sessions: 12 }]);
//!
//! let wrong = text.replace("cap_size = \"medium\"", "cap_size = \"huge\"");
//! let refused = Course::parse(&wrong, "1001.toml").unwrap_err().to_string();
//! assert!(refused.starts_with("1001.toml:fit[0].cap_size: \"huge\": allowed \"extra_small\""), "{refused}");
//! # Ok::<(), coldcap_host::plan::PlanFileError>(())
//! ```

mod file;
mod read;
mod visit;
mod write;

pub use file::{CourseError, CourseFile};
pub use visit::{CourseRefusal, CourseVisit};

pub use crate::plan::MOST_SESSIONS;

use crate::plan::{Date, density_name};
use crate::procedure::Outcome;
use coldcap_session::Density;
use coldcap_session::record::LINK_BYTES;
use core::fmt;

/// How many fit visits a file may hold.
pub const MOST_FITS: usize = 8;

/// With more sessions than these a payer may ask why. It is a reminder for who bills; what is right for a patient is the
/// clinic's to say.
pub const REVIEWED_ABOVE: u8 = 8;

/// A course of chemotherapy, as far as it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// The pseudonymous number of the patient, 1 to 2⁶³ − 1; nothing else about a person is kept.
    pub patient: u64,
    /// How many sessions are planned, 1 to [`MOST_SESSIONS`].
    pub sessions: u8,
    /// The fits that were stored, oldest first; the last one counts. One, as a rule.
    pub fits: Vec<StoredFit>,
    /// The sessions that began, in order: the first is session 1.
    pub held: Vec<HeldSession>,
}

/// A fit visit that stored its calibration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredFit {
    /// Date of service.
    pub date: Date,
    /// The digest of the cap calibration record: never 0.
    pub calibration: u64,
    /// The size of the cap.
    pub cap_size: CapSize,
    /// The serial number of the cap where it is known, 1 to 2⁶³ − 1.
    pub cap_id: Option<u64>,
}

/// A session in which coolant was let into the cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldSession {
    /// Date of service.
    pub date: Date,
    /// How much hair there was on that day; never unanswered.
    pub density: Density,
    /// How much hair was lost by then, where somebody has graded it.
    pub hair_loss: Option<HairLoss>,
    /// How it ended.
    pub ended: Outcome,
    /// The last link of the device's record, where that is whole: whoever has it can tell that the record still ends where
    /// it did.
    pub record: Option<[u8; LINK_BYTES]>,
}

impl HeldSession {
    /// What its density is called in files.
    #[must_use]
    pub const fn density_name(&self) -> &'static str {
        density_name(self.density)
    }
}

/// A size of cap, by the names of the cap calibration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CapSize {
    /// `extra_small`
    ExtraSmall,
    /// `small`
    Small,
    /// `medium`
    Medium,
    /// `large`
    Large,
    /// `extra_large`
    ExtraLarge,
}

impl CapSize {
    /// Every size, smallest first.
    pub const ALL: [Self; 5] =
        [Self::ExtraSmall, Self::Small, Self::Medium, Self::Large, Self::ExtraLarge];

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ExtraSmall => "extra_small",
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
            Self::ExtraLarge => "extra_large",
        }
    }

    /// The size of this name, if there is one.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.name() == name)
    }
}

/// Whose scale a grade of hair loss is of. The scales are named, and not applied: a person grades.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scale {
    /// Dean and others, New England Journal of Medicine 301 (1979) 1427: 0 none, 1 up to 25 %, 2 up to 50 %, 3 up to 75 %, 4
    /// more.
    Dean,
    /// CTCAE (National Cancer Institute), alopecia: 1 less than half, 2 half or more; 0 for none.
    Ctcae,
}

impl Scale {
    /// Every scale.
    pub const ALL: [Self; 2] = [Self::Dean, Self::Ctcae];

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dean => "dean",
            Self::Ctcae => "ctcae",
        }
    }

    /// The scale of this name, if there is one.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scale| scale.name() == name)
    }

    /// Its highest grade; the lowest is 0.
    #[must_use]
    pub const fn highest(self) -> u8 {
        match self {
            Self::Dean => 4,
            Self::Ctcae => 2,
        }
    }
}

/// A grade of hair loss and whose scale it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HairLoss {
    scale: Scale,
    grade: u8,
}

impl HairLoss {
    /// `None` where the scale has no such grade.
    ///
    /// ```
    /// use coldcap_host::course::{HairLoss, Scale};
    /// assert!(HairLoss::new(Scale::Dean, 4).is_some());
    /// assert!(HairLoss::new(Scale::Ctcae, 4).is_none());
    /// ```
    #[must_use]
    pub const fn new(scale: Scale, grade: u8) -> Option<Self> {
        if grade <= scale.highest() { Some(Self { scale, grade }) } else { None }
    }

    /// Whose scale.
    #[must_use]
    pub const fn scale(self) -> Scale {
        self.scale
    }

    /// The grade, 0 to the scale's [`highest`](Scale::highest).
    #[must_use]
    pub const fn grade(self) -> u8 {
        self.grade
    }
}

/// Something that a person should know of a course. It never stands against a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Warning {
    /// A fit visit was repeated. As a service it is counted once in a course of chemotherapy.
    FitAgain {
        /// How many fit visits there were.
        visits: usize,
    },
    /// More sessions than [`REVIEWED_ABOVE`] are planned.
    ManySessions {
        /// How many.
        sessions: u8,
    },
    /// Another session was held on that day: two of one date of service.
    SameDay {
        /// The day.
        date: Date,
    },
}

impl Warning {
    /// Its name in lower case, as summaries print it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FitAgain { .. } => "fit_visit_again",
            Self::ManySessions { .. } => "above_eight_sessions",
            Self::SameDay { .. } => "session_on_the_same_day",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FitAgain { visits } => {
                write!(f, "fit visit {visits} of this course: it is billed once in a course")
            }
            Self::ManySessions { sessions } => {
                write!(
                    f,
                    "{sessions} sessions: above {REVIEWED_ABOVE} a payer may ask for a review"
                )
            }
            Self::SameDay { date } => {
                write!(f, "another session of this course was held on {date}, too")
            }
        }
    }
}

impl Course {
    /// A course that has not begun; `None` where a number is out of its range.
    #[must_use]
    pub const fn new(patient: u64, sessions: u8) -> Option<Self> {
        let known = 0 < patient && patient <= i64::MAX as u64;
        if !known || sessions == 0 || sessions > MOST_SESSIONS {
            return None;
        }
        Some(Self { patient, sessions, fits: Vec::new(), held: Vec::new() })
    }

    /// The fit that counts, once there is one.
    #[must_use]
    pub fn fit(&self) -> Option<&StoredFit> {
        self.fits.last()
    }

    /// The number of the next session, from 1; `None` once all that were planned were held.
    #[must_use]
    pub fn next(&self) -> Option<u8> {
        let held = u8::try_from(self.held.len()).unwrap_or(u8::MAX);
        held.checked_add(1).filter(|next| *next <= self.sessions)
    }

    /// What a person should know of it.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        self.warnings_of(self.fits.len())
    }

    /// The same with so many fit visits, of which one may still be ahead.
    fn warnings_of(&self, visits: usize) -> Vec<Warning> {
        let again = (visits > 1).then_some(Warning::FitAgain { visits });
        let sessions = self.sessions;
        let many = (sessions > REVIEWED_ABOVE).then_some(Warning::ManySessions { sessions });
        again.into_iter().chain(many).collect()
    }

    /// The date of the newest visit.
    fn last_date(&self) -> Option<Date> {
        let fit = self.fits.iter().map(|fit| fit.date);
        fit.chain(self.held.iter().map(|held| held.date)).max()
    }
}
