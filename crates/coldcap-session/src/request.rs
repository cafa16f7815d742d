//! Requests, who may make them, and how they are answered.

use crate::plan::{Hair, PlanRequest};
use coldcap_units::Duration;

/// Who asks. The codes are frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Role {
    /// Anyone who watches: may stop and may record facts.
    Observer = 0,
    /// Operates a session.
    Nurse = 1,
    /// Operates, answers contraindications that ask, resets sensor and freeze trips.
    Clinician = 2,
    /// Resets what only service may reset; operates no session.
    Service = 3,
    /// The front panel of the machine itself; operates.
    Panel = 4,
}

impl Role {
    /// Every role, in order of its code.
    pub const ALL: [Self; 5] =
        [Self::Observer, Self::Nurse, Self::Clinician, Self::Service, Self::Panel];

    /// The frozen code, 0 to 4.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The role with this code, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// Whether this role may make this request at all.
    #[must_use]
    pub const fn may(self, request: &Request) -> bool {
        match request {
            Request::Stop => true,
            Request::ClinicianReset { .. } => matches!(self, Self::Clinician | Self::Service),
            Request::ServiceReset { .. } => matches!(self, Self::Service),
            Request::ConfirmFit { .. } => matches!(self, Self::Clinician),
            _ => matches!(self, Self::Nurse | Self::Clinician | Self::Panel),
        }
    }
}

/// What a figure in a request or a refusal is. The codes are frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Field {
    /// The patient.
    Patient = 1,
    /// The plan.
    Plan = 2,
    /// Pre-cooling, milliseconds.
    Pre = 3,
    /// Post-cooling, milliseconds.
    Post = 4,
    /// The longest break, milliseconds.
    BreakEach = 5,
    /// All breaks, milliseconds.
    BreakTotal = 6,
    /// The coolant's target, thousandths of a degree Celsius.
    Target = 7,
    /// Hair density, its code.
    Density = 8,
    /// Hair type, its code.
    Hair = 9,
    /// Head circumference, millimetres.
    Circumference = 10,
    /// Arc from nasion to inion, millimetres.
    Sagittal = 11,
    /// Arc from ear to ear, millimetres.
    Coronal = 12,
    /// The number of this session within its course.
    SessionIndex = 13,
    /// A reason code.
    Reason = 14,
    /// Minutes to add.
    Minutes = 15,
    /// The target of the cap's inner face, thousandths of a degree Celsius.
    Interface = 16,
    /// Whose regimen it is, its code.
    Source = 17,
    /// By how much a mark is moved to an earlier time, milliseconds.
    Earlier = 18,
    /// How strongly an actuator is driven by hand, thousandths of full drive.
    Drive = 19,
}

impl Field {
    /// The frozen code, 1 to 19; 0 stands for "no field" on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::Plan => "plan",
            Self::Pre => "pre",
            Self::Post => "post",
            Self::BreakEach => "break_each",
            Self::BreakTotal => "break_total",
            Self::Target => "target",
            Self::Density => "density",
            Self::Hair => "hair",
            Self::Circumference => "circumference",
            Self::Sagittal => "sagittal",
            Self::Coronal => "coronal",
            Self::SessionIndex => "session_index",
            Self::Reason => "reason",
            Self::Minutes => "minutes",
            Self::Interface => "interface",
            Self::Source => "source",
            Self::Earlier => "earlier",
            Self::Drive => "drive",
        }
    }
}

/// The measured head, in millimetres, and the hair on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HeadMeasures {
    /// Around the head, 520 to 613 mm.
    pub circumference_mm: u16,
    /// From nasion to inion over the vertex, 280 to 420 mm.
    pub sagittal_mm: u16,
    /// From ear to ear over the vertex, 280 to 420 mm.
    pub coronal_mm: u16,
    /// The hair.
    pub hair: Hair,
}

impl HeadMeasures {
    /// The smallest and largest circumference that the ladder of cap sizes covers, in millimetres.
    pub const CIRCUMFERENCE_MM: [u16; 2] = [520, 613];
    /// The shortest and longest arc that is plausible on such a head, in millimetres.
    pub const ARC_MM: [u16; 2] = [280, 420];

    /// An arc over a crown of this circumference, least and most, in millimetres: within [`ARC_MM`](Self::ARC_MM),
    /// and half to three quarters of the circumference. Outside of that the measures belong to no one head.
    #[must_use]
    pub fn arcs_mm(circumference_mm: u16) -> [u16; 2] {
        let [least, most] = Self::ARC_MM;
        let half = circumference_mm / 2;
        let three_quarters = half.saturating_add(circumference_mm / 4);
        [half.max(least), three_quarters.min(most)]
    }
}

/// Who is treated, which cap calibration applies, and what was answered today.
///
/// The number is a pseudonym: a device never holds a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Patient {
    /// The pseudonymous id; 0 where none may be sent.
    pub id: u64,
    /// Digest of the cap calibration; 0 where there is none yet.
    pub calibration: u64,
    /// Which session of the course this is.
    pub session_index: u8,
    /// How many the course has.
    pub session_count: u8,
    /// The hair today.
    pub hair: Hair,
    /// Set bits of [`Contraindication::TABLE`](crate::Contraindication::TABLE).
    pub contraindications: u32,
}

/// Which of the two marks of a drug. The codes are frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Mark {
    /// That it began to run.
    Started = 1,
    /// That it stopped running.
    Ended = 2,
}

impl Mark {
    /// The code in records and on the wire, 1 or 2.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The mark with this code, if there is one.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Started),
            2 => Some(Self::Ended),
            _ => None,
        }
    }
}

/// The correction of a mark that was made too late. It is always recorded and flagged.
///
/// * The *end* of the hair-toxic drug that ended last, in post-cooling: the planned minutes are credited
///   with what was cooled since the amended time, never with more (with all of it, where the plan
///   counts elapsed minutes).
/// * The *start* of a drug that runs: no clock is touched.
///
/// A mark of any other drug has nothing here that it could correct, and an end cannot be moved across
/// another mark of a hair-toxic drug: [`Refusal::MarkOutOfOrder`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Amendment {
    /// Which mark.
    pub mark: Mark,
    /// The site's number of the drug.
    pub drug: u16,
    /// How much earlier it really was: more than nothing, at most
    /// [`Config::longest_amendment`](crate::Config::longest_amendment).
    pub earlier: Duration,
    /// The site's own reason, 1 to 127; 0 means unanswered, and is refused.
    pub reason: u8,
}

/// Something an operator wants. It may be refused, and then nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    /// Begin a fit visit, from standby or (keeping the patient) from setup.
    StartFit,
    /// The head has been measured: circulate and match the sensors.
    Measure(HeadMeasures),
    /// Store a fit although its contact test failed. Two steps, a clinician.
    ConfirmFit {
        /// `false` arms, `true` executes.
        confirm: bool,
    },
    /// Choose the patient, in standby, setup or at the start of a fit visit.
    SelectPatient {
        /// Who, and what was answered.
        patient: Patient,
        /// A clinician's reason to go on although a contraindication asks: the site's own, 1 to 127; 0 without one.
        reason: u8,
    },
    /// Choose the plan, in setup. The tank begins to pull down.
    ChoosePlan(PlanRequest),
    /// Let coolant circulate and wait for the cap.
    Start,
    /// The operator's mark that the cap is on the head, or is not.
    Worn(bool),
    /// Begin a planned break; the reason is the site's own, 0 to 127.
    Pause(u8),
    /// Cool again after an interruption. Two steps, with the same reason (1 to 127) both times; and the self-test
    /// has passed since circulation stopped.
    Resume {
        /// The site's own reason code; 0 means unanswered.
        reason: u8,
        /// `false` arms, `true` executes.
        confirm: bool,
    },
    /// Lengthen the running pre- or post-cooling by 1 to 30 minutes.
    Extend(u8),
    /// One step warmer, at once.
    EaseOff,
    /// Stop circulating, at once. Never refused.
    Stop,
    /// End the session for good. Two steps, with the same reason (1 to 127) both times.
    EndSession {
        /// The site's own reason code; 0 means unanswered.
        reason: u8,
        /// `false` arms, `true` executes.
        confirm: bool,
    },
    /// The cap is off and uncoupled.
    ConfirmRemoved,
    /// Leave the report or the stored fit; or, where the cap is marked as removed and its switch does not say so, leave
    /// for the report.
    Close,
    /// Reset a sensor or freeze trip whose cause is gone. Two steps, at most two a session.
    ClinicianReset {
        /// `false` arms, `true` executes.
        confirm: bool,
    },
    /// Reset what only service may reset. Two steps.
    ServiceReset {
        /// `false` arms, `true` executes.
        confirm: bool,
    },
    /// Leave a fit visit, setup or the fit check.
    Cancel,
    /// Somebody is there: re-arm the limit on unattended cooling.
    Acknowledge,
    /// A mark of a drug was made too late: it belongs to an earlier time.
    Amend(Amendment),
}

impl Request {
    /// Chooses a patient of whom nothing asks for a decision.
    #[must_use]
    pub const fn select(patient: Patient) -> Self {
        Self::SelectPatient { patient, reason: 0 }
    }

    /// The code under which an answer is recorded.
    #[must_use]
    pub const fn code(&self) -> u8 {
        match self {
            Self::StartFit => 1,
            Self::Measure(_) => 2,
            Self::ConfirmFit { .. } => 3,
            Self::SelectPatient { .. } => 4,
            Self::ChoosePlan(_) => 5,
            Self::Start => 6,
            Self::Worn(_) => 7,
            Self::Pause(_) => 8,
            Self::Resume { .. } => 9,
            Self::Extend(_) => 10,
            Self::EaseOff => 11,
            Self::Stop => 12,
            Self::EndSession { .. } => 13,
            Self::ConfirmRemoved => 14,
            Self::Close => 15,
            Self::ClinicianReset { .. } => 16,
            Self::ServiceReset { .. } => 17,
            Self::Cancel => 18,
            Self::Acknowledge => 19,
            Self::Amend(_) => 20,
        }
    }

    /// Whether it is the second of two steps.
    ///
    /// ```
    /// use coldcap_session::Request;
    /// let step = |confirm| Request::Resume { reason: 1, confirm };
    /// assert!(step(true).is_second_step() && !step(false).is_second_step());
    /// assert!(!Request::Stop.is_second_step());
    /// ```
    #[must_use]
    pub const fn is_second_step(&self) -> bool {
        match *self {
            Self::ConfirmFit { confirm }
            | Self::Resume { confirm, .. }
            | Self::EndSession { confirm, .. }
            | Self::ClinicianReset { confirm }
            | Self::ServiceReset { confirm } => confirm,
            _ => false,
        }
    }
}

/// How a request was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Accepted {
    /// It took effect.
    Done = 0,
    /// The first of two steps; the second must follow within the configured window.
    Armed = 1,
    /// It was so already.
    NoChange = 2,
}

/// Why a request was refused. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// Not in this phase.
    WrongPhase,
    /// The cap is not coupled.
    CapAbsent,
    /// Nobody has marked the cap as worn.
    NotWorn,
    /// A trip is latched, or what caused it is still there.
    FaultActive,
    /// The break time of the session is spent; [`Request::Stop`] still stops.
    BudgetSpent,
    /// The session has had its share of this.
    LimitReached,
    /// The machine is not there yet, or its record is behind, which the facade says: try again.
    TooEarly,
    /// The second of two steps without its first.
    NotConfirmed,
    /// A figure is outside its range.
    OutOfRange {
        /// Which figure.
        field: Field,
        /// The smallest allowed value.
        minimum: i32,
        /// The largest allowed value.
        maximum: i32,
    },
    /// The cap cannot be removed while the session has not ended, or there is no such mark of a drug
    /// that could be moved so far.
    MarkOutOfOrder,
    /// Not by this role.
    NotPermitted(Role),
    /// These contraindications stand against it; a clinician may decide where they only ask.
    Contraindicated(u32),
    /// Somebody must answer this first.
    Unanswered(Field),
    /// Only service can clear what is latched.
    ServiceDue,
    /// A sensor whose calibration is asked for has none, or is past its date.
    CalibrationDue,
    /// The source that is named gives no times for this regimen.
    UnknownRegimen,
    /// The patient is on another channel of the machine. No session says so: the facade does, which
    /// alone knows them all.
    OnOtherChannel,
    /// No alarm signals that an acknowledgement would reach, and no mark of a past one is left. The facade's
    /// own, as the next one is: the alarms are the machine's.
    NothingToAcknowledge,
    /// No alarm sounds that a pause would silence.
    NothingToPause,
    /// The self-test has not passed since power came or coolant stopped: it runs still, or it fails.
    NotTested,
}

impl Refusal {
    /// The frozen code, 1 to 20.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::WrongPhase => 1,
            Self::CapAbsent => 2,
            Self::NotWorn => 3,
            Self::FaultActive => 4,
            Self::BudgetSpent => 5,
            Self::LimitReached => 6,
            Self::TooEarly => 7,
            Self::NotConfirmed => 8,
            Self::OutOfRange { .. } => 9,
            Self::MarkOutOfOrder => 10,
            Self::NotPermitted(_) => 11,
            Self::Contraindicated(_) => 12,
            Self::Unanswered(_) => 13,
            Self::ServiceDue => 14,
            Self::CalibrationDue => 15,
            Self::UnknownRegimen => 16,
            Self::OnOtherChannel => 17,
            Self::NothingToAcknowledge => 18,
            Self::NothingToPause => 19,
            Self::NotTested => 20,
        }
    }

    /// The figure it is about, if it is about one.
    #[must_use]
    pub const fn field(self) -> Option<Field> {
        match self {
            Self::OutOfRange { field, .. } | Self::Unanswered(field) => Some(field),
            _ => None,
        }
    }
}

impl core::fmt::Display for Refusal {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::WrongPhase => "not in this phase",
            Self::CapAbsent => "the cap is not coupled",
            Self::NotWorn => "the cap is not marked as worn",
            Self::FaultActive => "a fault is active",
            Self::BudgetSpent => "the break time of this session is spent",
            Self::LimitReached => "the limit of this session is reached",
            Self::TooEarly => "the machine is not ready for this yet",
            Self::NotConfirmed => "the first of the two steps is missing or too old",
            Self::MarkOutOfOrder => "the marks would not be in order",
            Self::NotPermitted(_) => "this role may not do this",
            Self::Contraindicated(_) => "a contraindication stands against it",
            Self::ServiceDue => "only service can clear this",
            Self::CalibrationDue => "a sensor is due for calibration",
            Self::OnOtherChannel => "the patient is on another channel",
            Self::NothingToAcknowledge => "there is nothing to acknowledge",
            Self::NothingToPause => "no alarm sounds",
            Self::NotTested => "the self-test has not passed yet",
            Self::UnknownRegimen => "the source gives no times for this regimen",
            Self::OutOfRange { field, minimum, maximum } => {
                return write!(f, "{} must be {minimum} to {maximum}", field.name());
            }
            Self::Unanswered(field) => return write!(f, "{} is unanswered", field.name()),
        })
    }
}

impl core::error::Error for Refusal {}

/// The answer to one request.
pub type Answer = Result<Accepted, Refusal>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_may_stop_and_an_observer_nothing_else() {
        let others = [Request::Start, Request::Worn(false), Request::EaseOff, Request::Acknowledge];
        for role in Role::ALL {
            assert!(role.may(&Request::Stop));
            assert_eq!(Role::from_code(role.code()), Some(role));
            let operates = matches!(role, Role::Nurse | Role::Clinician | Role::Panel);
            assert!(others.iter().all(|request| role.may(request) == operates), "{role:?}");
        }
        assert_eq!(Role::from_code(5), None);
    }

    #[test]
    fn a_second_step_is_told_from_a_first_and_from_what_has_one_step() {
        let two_steps = |confirm| {
            [
                Request::ConfirmFit { confirm },
                Request::Resume { reason: 1, confirm },
                Request::EndSession { reason: 1, confirm },
                Request::ClinicianReset { confirm },
                Request::ServiceReset { confirm },
            ]
        };
        assert!(two_steps(true).iter().all(Request::is_second_step));
        assert!(!two_steps(false).iter().any(Request::is_second_step));
        let one_step = [Request::Stop, Request::Start, Request::Worn(true), Request::Pause(1)];
        assert!(!one_step.iter().any(Request::is_second_step));
    }

    #[test]
    fn resets_have_their_roles() {
        let may = |request: Request| Role::ALL.map(|role| role.may(&request));
        let clinical = may(Request::ClinicianReset { confirm: true });
        assert_eq!(clinical, [false, false, true, true, false]);
        let service = may(Request::ServiceReset { confirm: false });
        assert_eq!(service, [false, false, false, true, false]);
    }
}
