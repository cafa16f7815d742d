//! What a visit has of its course, and the course of its visit.

use super::{CapSize, Course, HairLoss, HeldSession, MOST_FITS, StoredFit, Warning};
use crate::plan::{Date, PlanFile};
use crate::procedure::Outcome;
use coldcap_session::record::LINK_BYTES;
use core::fmt;

/// Why a plan does not go with a course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CourseRefusal {
    /// The plan is somebody else's.
    OtherPatient {
        /// Whose plan it is.
        plan: u64,
        /// Whose course it is.
        course: u64,
    },
    /// All sessions that were planned were held.
    Over {
        /// How many.
        sessions: u8,
    },
    /// The date of the plan lies before a visit that was held.
    Earlier {
        /// The date of the plan.
        plan: Date,
        /// The date of that visit.
        last: Date,
    },
    /// The visit would begin with a fit visit, and the course has room for no other one: [`MOST_FITS`].
    ManyFits,
}

impl CourseRefusal {
    /// The field that is wrong, and whether it is one of the plan; else it is one of the course.
    #[must_use]
    pub const fn field(&self) -> (&'static str, bool) {
        match self {
            Self::OtherPatient { .. } => ("patient", true),
            Self::Over { .. } => ("sessions", false),
            Self::Earlier { .. } => ("date", true),
            Self::ManyFits => ("fit", false),
        }
    }
}

impl fmt::Display for CourseRefusal {
    /// `VALUE: allowed …`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherPatient { plan, course } => {
                write!(f, "{plan}: allowed {course}, whose course this is")
            }
            Self::Over { sessions } => {
                write!(f, "{sessions}: allowed more: so many sessions were held")
            }
            Self::Earlier { plan, last } => {
                write!(f, "{plan}: allowed {last} or later, the date of the last visit")
            }
            Self::ManyFits => {
                write!(f, "{MOST_FITS} fit visits: allowed at most {MOST_FITS}, and no other one")
            }
        }
    }
}

impl core::error::Error for CourseRefusal {}

/// A visit of a course: what it begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CourseVisit {
    /// The plan, with the number of the session from the course.
    pub plan: PlanFile,
    /// The fit that the session refers to; `None` where the visit begins with a fit visit.
    pub fit: Option<StoredFit>,
    /// What a person should know, this visit included.
    pub warnings: Vec<Warning>,
}

impl Course {
    /// What a visit by this plan begins with. Number and count of the session are those of the course, whatever the plan
    /// says. Where the course has a fit there is no other fit visit, unless the plan is of a fit visit alone.
    ///
    /// # Errors
    /// [`CourseRefusal`]: another patient, no session left, a date before that of the last visit, or one fit visit too many.
    pub fn visit(&self, plan: &PlanFile) -> Result<CourseVisit, CourseRefusal> {
        self.check(plan)?;
        let fit = self.fit().copied().filter(|_| !plan.fit_only);
        if fit.is_none() && self.fits.len() >= MOST_FITS {
            return Err(CourseRefusal::ManyFits);
        }
        let ahead = usize::from(fit.is_none());
        let session = self.next().unwrap_or(self.sessions);
        let date = plan.date;
        let is_second = !plan.fit_only && self.held.iter().any(|held| held.date == date);
        let same_day = is_second.then_some(Warning::SameDay { date });
        let mut warnings = self.warnings_of(self.fits.len().saturating_add(ahead));
        warnings.extend(same_day);
        Ok(CourseVisit {
            plan: PlanFile { session, sessions: self.sessions, ..plan.clone() },
            fit,
            warnings,
        })
    }

    fn check(&self, plan: &PlanFile) -> Result<(), CourseRefusal> {
        if plan.patient != self.patient {
            return Err(CourseRefusal::OtherPatient { plan: plan.patient, course: self.patient });
        }
        if self.next().is_none() && !plan.fit_only {
            return Err(CourseRefusal::Over { sessions: self.sessions });
        }
        match self.last_date() {
            Some(last) if plan.date < last => Err(CourseRefusal::Earlier { plan: plan.date, last }),
            _ => Ok(()),
        }
    }

    /// A fit visit by this plan has stored its calibration.
    pub fn fitted(&mut self, plan: &PlanFile, calibration: u64, cap_size: CapSize) {
        let cap_id = None;
        self.fits.push(StoredFit { date: plan.date, calibration, cap_size, cap_id });
    }

    /// A session by this plan was held: coolant was let into the cap.
    pub fn session_held(
        &mut self,
        plan: &PlanFile,
        hair_loss: Option<HairLoss>,
        ended: Outcome,
        record: Option<[u8; LINK_BYTES]>,
    ) {
        let (date, density) = (plan.date, plan.head.hair.density);
        self.held.push(HeldSession { date, density, hair_loss, ended, record });
    }
}
