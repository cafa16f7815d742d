//! The state of one channel's session, and what can be read from it.

use super::{Config, Drugs, Observed, Progress, TripClass};
use crate::demand::{CapDemand, Demand};
use crate::phase::Phase;
use crate::plan::{Plan, Target};
use crate::request::Patient;
use coldcap_units::{Coolant, Duration, Kelvin};

/// The times of one phase. `at_target ≤ cooled ≤ elapsed`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PhaseClock {
    /// All time since the phase was entered.
    pub elapsed: Duration,
    /// The part in which coolant flowed through the coupled and worn cap, and was not too warm for long.
    pub cooled: Duration,
    /// The part of that in which the target was reached.
    pub at_target: Duration,
}

impl PhaseClock {
    /// The sums of two clocks, saturating.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            elapsed: self.elapsed.plus(other.elapsed),
            cooled: self.cooled.plus(other.cooled),
            at_target: self.at_target.plus(other.at_target),
        }
    }
}

/// How long the machine still goes on without an operator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Attendance {
    /// This phase has no such limit.
    #[default]
    Unlimited,
    /// Not yet flagged; so much is left.
    Watching(Duration),
    /// The same of a break, which stays one over a loss of power.
    Break(Duration),
    /// Flagged. When the rest has passed while no hair-toxic drug runs, the session ends.
    Over(Duration),
    /// The same, flagged as a break over its budget, which a loss of power makes no less urgent.
    BreakOver(Duration),
}

impl Attendance {
    /// What is left of the running limit.
    #[must_use]
    pub const fn left(self) -> Option<Duration> {
        match self {
            Self::Unlimited => None,
            Self::Watching(left) | Self::Break(left) | Self::Over(left) | Self::BreakOver(left) => {
                Some(left)
            }
        }
    }

    /// Whether a limit runs that was not flagged yet.
    #[must_use]
    pub const fn is_watching(self) -> bool {
        matches!(self, Self::Watching(_) | Self::Break(_))
    }

    /// Whether it was flagged, and nobody has answered.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Over(_) | Self::BreakOver(_))
    }

    /// The same after `dt` more, before anything follows from it.
    pub(crate) const fn spent(self, dt: Duration) -> Self {
        match self {
            Self::Unlimited => Self::Unlimited,
            Self::Watching(left) => Self::Watching(left.minus(dt)),
            Self::Break(left) => Self::Break(left.minus(dt)),
            Self::Over(left) => Self::Over(left.minus(dt)),
            Self::BreakOver(left) => Self::BreakOver(left.minus(dt)),
        }
    }

    /// The same in whole minutes, rounded down: never longer, and few enough to visit them all.
    pub(crate) fn in_minutes(self) -> Self {
        let part = |left: Duration| left.minus(Duration::from_mins(left.as_mins()));
        self.left().map_or(self, |left| self.spent(part(left)))
    }

    /// The same where it is over, and elsewhere with at most `limit` left.
    pub(crate) fn at_most(self, limit: Duration) -> Self {
        match self {
            Self::Watching(left) => Self::Watching(left.min(limit)),
            Self::Break(left) => Self::Break(left.min(limit)),
            other => other,
        }
    }
}

/// Which request waits for its second step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    ConfirmFit,
    Resume(u8),
    EndSession(u8),
    ClinicianReset,
    ServiceReset,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Armed {
    pub(crate) step: Step,
    pub(crate) left: Duration,
}

/// What has been since the last mark of a hair-toxic drug while infusing; in post-cooling, what lay
/// between the last two marks. No duration in it is longer than the longest amendment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct SinceMark {
    /// All time.
    pub(crate) elapsed: Duration,
    /// What was cooled without a gap, up to the end.
    pub(crate) run: Duration,
    /// What was not cooled.
    pub(crate) uncooled: Duration,
}

impl SinceMark {
    pub(crate) fn pass(&mut self, dt: Duration, cooled: bool, most: Duration) {
        self.elapsed = self.elapsed.plus(dt).min(most);
        if cooled {
            self.run = self.run.plus(dt).min(most);
        } else {
            self.run = Duration::ZERO;
            self.uncooled = self.uncooled.plus(dt).min(most);
        }
    }

    /// Moves the last mark to an earlier time; gives what was surely cooled since then. With at most
    /// one break it is exact, with more it may be less than was cooled, and never more.
    pub(crate) fn move_back(&mut self, earlier: Duration) -> Duration {
        let cooled = earlier.min(self.run).max(earlier.minus(self.uncooled));
        self.elapsed = self.elapsed.minus(earlier);
        self.run = self.run.minus(earlier);
        self.uncooled = self.uncooled.minus(earlier.minus(cooled));
        cooled
    }
}

/// The part of the last observation that a later request may ask for: what is so or not, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Seen {
    pub(super) bits: u8,
    pub(crate) contact: Progress,
}

impl Seen {
    const SELF_TEST_PASSED: u8 = 1;
    const COUPLED: u8 = 1 << 1;
    const TANK_READY: u8 = 1 << 2;
    const CAUSE_GONE: u8 = 1 << 3;
    const CALIBRATION_DUE: u8 = 1 << 4;
    const DEGRADED: u8 = 1 << 5;
    /// Every bit that means something.
    pub(super) const ALL: u8 = (1 << 6) - 1;

    const fn has(self, bit: u8) -> bool {
        self.bits & bit != 0
    }

    pub(crate) const fn self_test_passed(self) -> bool {
        self.has(Self::SELF_TEST_PASSED)
    }

    pub(crate) const fn coupled(self) -> bool {
        self.has(Self::COUPLED)
    }

    pub(crate) const fn tank_ready(self) -> bool {
        self.has(Self::TANK_READY)
    }

    pub(crate) const fn cause_gone(self) -> bool {
        self.has(Self::CAUSE_GONE)
    }

    pub(crate) const fn calibration_due(self) -> bool {
        self.has(Self::CALIBRATION_DUE)
    }

    pub(crate) const fn degraded(self) -> bool {
        self.has(Self::DEGRADED)
    }

    /// A look anew. A sensor that was lost is not trusted again: that lasts until the session cannot be resumed.
    pub(crate) const fn renew(&mut self, seen: Self) {
        let lost = self.bits & Self::DEGRADED;
        *self = seen;
        self.bits |= lost;
    }

    /// What was found while coolant moved says nothing of a machine whose coolant has just stopped.
    pub(crate) const fn forget_self_test(&mut self) {
        // req: SES-029
        self.bits &= !Self::SELF_TEST_PASSED;
    }

    pub(crate) const fn forget_degraded(&mut self) {
        self.bits &= !Self::DEGRADED;
    }
}

impl From<Observed> for Seen {
    fn from(seen: Observed) -> Self {
        let mark = |on: bool, bit: u8| if on { bit } else { 0 };
        let bits = mark(seen.self_test == Progress::Passed, Self::SELF_TEST_PASSED)
            | mark(seen.coupled, Self::COUPLED)
            | mark(seen.tank_ready, Self::TANK_READY)
            | mark(seen.cause_gone, Self::CAUSE_GONE)
            | mark(seen.calibration_due, Self::CALIBRATION_DUE)
            | mark(seen.degraded, Self::DEGRADED);
        Self { bits, contact: seen.contact }
    }
}

/// The whole state of one channel's session: a small value that can be copied, compared, hashed,
/// stored and explored.
///
/// It is canonical: a field that has no meaning in the present phase has its default value. Timers
/// hold the time that is left, never a point in time. The only ways to get one are [`State::new`]
/// and [`step`](crate::step).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct State {
    pub(crate) phase: Phase,
    /// The treatment phase that an interruption returns to.
    pub(crate) goal: Option<Phase>,
    pub(crate) clock: PhaseClock,
    /// Planned pre- or post-cooling that is left.
    pub(crate) planned_left: Duration,
    /// How long the target must still be held.
    pub(crate) hold_left: Duration,
    pub(crate) attendance: Attendance,
    /// How long cooling may still return by itself.
    pub(crate) restart_left: Duration,
    /// Cooling has returned by itself, and nobody has acted since.
    pub(crate) unattended: bool,
    /// What is left of all breaks together.
    pub(crate) break_left: Duration,
    pub(crate) armed: Option<Armed>,
    pub(crate) patient: Option<Patient>,
    pub(crate) plan: Option<Plan>,
    pub(crate) drugs: Drugs,
    /// What has been since the last mark of a hair-toxic drug.
    pub(crate) since: SinceMark,
    /// In post-cooling, the drug that ended last.
    pub(crate) ended_last: u16,
    pub(crate) eased: u8,
    pub(crate) extended: u8,
    pub(crate) resets: u8,
    pub(crate) restarts: u8,
    /// Coolant has cooled the worn cap in this session.
    pub(crate) begun: bool,
    pub(crate) worn: bool,
    pub(crate) removed: bool,
    /// The sensors have been matched in this fit visit.
    pub(crate) matched: bool,
    pub(crate) trip: TripClass,
    pub(crate) seen: Seen,
}

const _: () = assert!(core::mem::size_of::<State>() <= 128, "a state fits 128 bytes");

impl State {
    /// A session that has just been powered up: phase `boot`, nothing selected.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The present phase.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// The treatment phase that is present, or that an interruption will return to.
    #[must_use]
    pub const fn treatment(&self) -> Option<Phase> {
        if self.phase.is_treatment() { Some(self.phase) } else { self.goal }
    }

    /// The times of the present phase.
    #[must_use]
    pub const fn clock(&self) -> PhaseClock {
        self.clock
    }

    /// The planned pre- or post-cooling that is left; `None` outside both.
    #[must_use]
    pub const fn planned_left(&self) -> Option<Duration> {
        match self.treatment() {
            Some(Phase::PreCool | Phase::PostCool) => Some(self.planned_left),
            _ => None,
        }
    }

    /// What a clock on the display should count down: the planned cooling, the warming or the break that is left.
    /// `None` where the phase has no planned end: a limit on waiting for an operator is none.
    #[must_use]
    pub fn remaining(&self, config: &Config) -> Option<Duration> {
        match self.phase {
            Phase::PreCool | Phase::PostCool => Some(self.planned_left),
            Phase::Thaw => Some(config.thaw_minimum.minus(self.clock.elapsed)),
            Phase::Paused if !self.is_waiting() => self.attendance.left(),
            _ => None,
        }
    }

    /// How long the machine still goes on without an operator.
    #[must_use]
    pub const fn attendance(&self) -> Attendance {
        self.attendance
    }

    /// Whether a limit on waiting has run out and nobody has acknowledged it.
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        self.attendance.is_over()
    }

    /// Whether the present break is over its budget, or was when power failed in it.
    #[must_use]
    pub const fn is_break_over(&self) -> bool {
        matches!(self.attendance, Attendance::BreakOver(_))
    }

    /// What is left of all breaks of the session together.
    #[must_use]
    pub const fn break_left(&self) -> Duration {
        self.break_left
    }

    /// The patient, while one is selected.
    #[must_use]
    pub const fn patient(&self) -> Option<&Patient> {
        self.patient.as_ref()
    }

    /// The plan as it applies, once one is chosen.
    #[must_use]
    pub const fn plan(&self) -> Option<&Plan> {
        self.plan.as_ref()
    }

    /// The hair-toxic drugs that run.
    #[must_use]
    pub const fn drugs(&self) -> &Drugs {
        &self.drugs
    }

    /// Whether this session has cooled yet: what resumes it otherwise begins it.
    #[must_use]
    pub const fn has_begun(&self) -> bool {
        self.begun
    }

    /// Whether the cap is marked as worn.
    #[must_use]
    pub const fn is_worn(&self) -> bool {
        self.worn
    }

    /// The trip that a clinician or service must still reset here.
    #[must_use]
    pub const fn trip(&self) -> TripClass {
        self.trip
    }

    /// Whether the first of two steps waits for its second.
    #[must_use]
    pub const fn is_armed(&self) -> bool {
        self.armed.is_some()
    }

    /// Whether cooling may return by itself now: power failed for a moment, a moment ago.
    #[must_use]
    pub const fn returns_by_itself(&self) -> bool {
        !self.restart_left.is_zero()
    }

    /// Whether somebody may cool again from here: out of an interruption, or out of a thaw that a hair-toxic drug runs in.
    #[must_use]
    pub const fn may_be_resumed(&self) -> bool {
        self.goal_of_resume().is_some()
    }

    /// What a resume goes back to, where there is one.
    pub(crate) const fn goal_of_resume(&self) -> Option<Phase> {
        match self.phase {
            phase if phase.is_interrupted() => self.treatment(),
            Phase::Thaw if self.drugs.running() => Some(Phase::Infusing),
            _ => None,
        }
    }

    /// The phase whose limit on waiting runs: cooling that is about to return by itself has that of what it returns to.
    pub(crate) fn awaited(&self) -> Phase {
        self.treatment().filter(|_| self.returns_by_itself()).unwrap_or(self.phase)
    }

    /// Whether that is the first step of a resume.
    #[must_use]
    pub fn is_resuming(&self) -> bool {
        self.armed.is_some_and(|armed| matches!(armed.step, Step::Resume(_)))
    }

    /// The target as it applies now, eased steps included, and no colder than the floor while a control
    /// sensor is lost; `None` without a plan.
    #[must_use]
    pub fn target(&self, config: &Config) -> Option<Target> {
        Some(self.allowed(self.plan?.target(), config))
    }

    /// What was eased off warmer, and no colder than a session that lost a sensor may be.
    fn allowed(&self, target: Target, config: &Config) -> Target {
        let eased = self.eased(target, config);
        if self.seen.degraded() { eased.within(config.degraded_floor) } else { eased }
    }

    /// One step more. Steps that lie under the floor of a degraded session are passed over: a press that
    /// is answered as done has made it warmer.
    pub(super) fn ease(&mut self, config: &Config) {
        // req: SES-004
        let under = self.plan.filter(|_| self.seen.degraded()).map_or(0, |plan| {
            let depth = plan.target().depth_below(config.degraded_floor).to_fixed();
            depth
                .checked_div(config.ease_step.to_fixed())
                .map_or(0, |steps| steps.saturating_to_num())
        });
        self.eased = self.eased.max(under).saturating_add(1);
    }

    fn eased(&self, target: Target, config: &Config) -> Target {
        let steps = config.ease_step.to_fixed().saturating_mul_int(i32::from(self.eased));
        let warmest = (config.warmest_target, config.warmest_interface);
        target.eased(Kelvin::from_fixed(steps), warmest)
    }

    /// The coldest supply that this session may need now; `None` without a plan.
    ///
    /// In coolant mode it is the target. In cap mode it is the bound of the cascade: what the machine,
    /// the hair and the planned interface allow, and as many steps warmer as were eased, so that easing
    /// off acts at once even where the cascade is at its bound. In both it is no colder than
    /// [`Config::degraded_floor`] once a control sensor was lost.
    #[must_use]
    pub fn coldest_supply(&self, config: &Config) -> Option<Coolant> {
        let planned = match self.plan?.target() {
            Target::Coolant(planned) => planned,
            Target::Cap(interface) => {
                let hair = self.patient?.hair.density.coldest()?.coolant;
                let reached = Coolant(interface.0.plus(config.interface_reach.negated()));
                hair.max(reached).max(config.coldest_supply)
            }
        };
        self.allowed(Target::Coolant(planned), config).coolant()
    }

    /// What this session asks of the machine now.
    ///
    /// Circulation is asked for exactly in the phases where [`Phase::circulates`] holds, and a cold
    /// target only while cooling (mildly in the contact test, which is in coolant mode always).
    #[must_use]
    pub fn demand(&self, config: &Config) -> Demand {
        let idle = Demand { circulate: self.phase.circulates(), ..Demand::default() };
        let mild = Some(config.mild_target);
        let prepared = Demand { tank: self.coldest_supply(config), ..idle };
        match self.phase {
            Phase::FitMeasure | Phase::FitCalibrate => Demand { tank: mild, ..idle },
            Phase::FitVerify => Demand { target: mild, tank: mild, ..idle },
            Phase::PreCool | Phase::Ready | Phase::Infusing | Phase::PostCool | Phase::Recool => {
                self.cold(prepared, config)
            }
            Phase::Setup | Phase::FitCheck | Phase::Paused => prepared,
            Phase::Boot
            | Phase::Standby
            | Phase::FitSaved
            | Phase::Thaw
            | Phase::CapOff
            | Phase::Report
            | Phase::SafeHold
            | Phase::Recovery => idle,
        }
    }

    /// With a tank that is ready for it, what the plan holds.
    fn cold(&self, prepared: Demand, config: &Config) -> Demand {
        let cap = |interface| {
            let coldest_supply = prepared.tank?;
            Some(CapDemand { interface, coldest_supply })
        };
        match self.target(config) {
            None => prepared,
            Some(Target::Coolant(supply)) => Demand { target: Some(supply), ..prepared },
            Some(Target::Cap(interface)) => Demand { cap: cap(interface), ..prepared },
        }
    }
}
