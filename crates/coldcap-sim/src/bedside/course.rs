//! What is planned for a patient, and how quickly the people at the machine act.

use coldcap_session::regimen::Source;
use coldcap_session::{
    Density, Hair, HairType, HeadMeasures, Patient, PlanRequest, PostClock, Target,
};
use coldcap_units::{Coolant, Duration, Interface};

/// A drug of the visit. It is given whatever the machine does: a drip does not wait for a cooler that has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drug {
    /// The site's number of it.
    pub number: u16,
    /// Whether it can cost the patient hair.
    pub hair_toxic: bool,
    /// From the moment at which the first drug may begin.
    pub after: Duration,
    /// How long it runs.
    pub lasts: Duration,
}

/// A walk with the hoses off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Break {
    /// From the beginning of the first drug.
    pub after: Duration,
    /// How long the patient is away.
    pub away: Duration,
}

/// One visit as it is planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// Who is treated.
    pub patient: Patient,
    /// Times, breaks and target.
    pub plan: PlanRequest,
    /// The drugs, in any order.
    pub drugs: Vec<Drug>,
    /// The walks, in the order of their times.
    pub breaks: Vec<Break>,
    /// The head as it is measured at a fit visit before the treatment; `None` where there is no fit visit.
    pub fit: Option<HeadMeasures>,
}

impl Course {
    /// Weekly paclitaxel as many sites give it: half an hour ahead, an infusion of an hour, half an hour after it, of
    /// coolant at −4 °C, without a break. All of it takes about two hours and a quarter.
    ///
    /// ```
    /// use coldcap_sim::bedside::Course;
    /// assert_eq!(Course::standard().drugs.len(), 1);
    /// ```
    #[must_use]
    pub fn standard() -> Self {
        let hair = Hair { density: Density::Full, kind: HairType::Ordinary };
        let plan = PlanRequest {
            regimen: 1,
            source: Source::SITE,
            reason: 0,
            pre: Duration::from_mins(30),
            post: Duration::from_mins(30),
            break_each: Duration::from_mins(15),
            break_total: Duration::from_mins(30),
            target: Target::Coolant(Coolant::from_milli(-4_000)),
            post_clock: PostClock::Cooled,
        };
        let drug = Drug {
            number: 5,
            hair_toxic: true,
            after: Duration::ZERO,
            lasts: Duration::from_mins(60),
        };
        let patient = Patient {
            id: 17,
            calibration: 99,
            session_index: 1,
            session_count: 6,
            hair,
            contraindications: 0,
        };
        Self { patient, plan, drugs: vec![drug], breaks: Vec::new(), fit: None }
    }

    /// What is held where it is the cap's face: 3 °C.
    pub const FACE: Target = Target::Cap(Interface::from_milli(3_000));

    /// The shortest that has every phase: ten minutes ahead, a drug of twelve, ten minutes after it, and a walk of `away`
    /// four minutes into the drug. All of it takes some forty minutes.
    #[must_use]
    pub fn short(away: Duration) -> Self {
        let ten = Duration::from_mins(10);
        let mut course = Self::standard();
        (course.plan.pre, course.plan.post) = (ten, ten);
        for drug in &mut course.drugs {
            drug.lasts = Duration::from_mins(12);
        }
        course.breaks.push(Break { after: Duration::from_mins(4), away });
        course
    }

    /// The same behind a fit visit of a head of middle size.
    #[must_use]
    pub fn fitted(self) -> Self {
        let hair = self.patient.hair;
        let (circumference_mm, sagittal_mm, coronal_mm) = (560, 340, 350);
        let measures = HeadMeasures { circumference_mm, sagittal_mm, coronal_mm, hair };
        Self { fit: Some(measures), ..self }
    }

    /// The same with `target` to hold.
    #[must_use]
    pub fn holding(self, target: Target) -> Self {
        Self { plan: PlanRequest { target, ..self.plan }, ..self }
    }
}

/// How quickly people act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manners {
    /// What was refused is tried again after this.
    pub again: Duration,
    /// From the first of two steps to the second.
    pub confirm: Duration,
    /// From the moment at which the cap sits until it is marked as worn.
    pub mark: Duration,
    /// From the moment at which the machine is ready until the first drug begins.
    pub infuse: Duration,
    /// The first drug begins at the latest so long after the session was started: no oncologist waits longer.
    pub infuse_at_latest: Duration,
    /// From an alarm of medium or high priority until somebody acknowledges it.
    pub attend: Duration,
    /// From an interruption that nobody asked for until somebody resumes.
    pub resume: Duration,
    /// A latched fault is looked at so long before it is reset.
    pub reset: Duration,
    /// How often a resume is tried before the session is ended.
    pub most_resumes: u8,
    /// A session that is held or in recovery for so long with no drug running is given up.
    pub give_up: Duration,
}

impl Manners {
    /// Somebody who knows the machine and is in the room.
    #[must_use]
    pub const fn standard() -> Self {
        Self {
            again: Duration::from_secs(5),
            confirm: Duration::from_secs(2),
            mark: Duration::from_secs(10),
            infuse: Duration::from_secs(60),
            infuse_at_latest: Duration::from_mins(120),
            attend: Duration::from_secs(20),
            resume: Duration::from_secs(60),
            reset: Duration::from_secs(30),
            most_resumes: 5,
            give_up: Duration::from_mins(30),
        }
    }
}
