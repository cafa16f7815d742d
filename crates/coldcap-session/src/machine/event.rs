//! What can happen to a session. Events carry classes, never raw numbers.

use super::{Config, State};
use crate::by_hand::ByHand;
use crate::fact::Fact;
use crate::phase::Phase;
use crate::request::{Request, Role};
use crate::wall::WallTime;
use coldcap_units::Duration;

/// How far something has come that takes its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Progress {
    /// Not decided yet.
    #[default]
    Running = 0,
    /// It went well.
    Passed = 1,
    /// It did not.
    Failed = 2,
}

/// Who must act before circulation may return, as the interlock classed it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum TripClass {
    /// Nothing is latched.
    #[default]
    None = 0,
    /// An operator may resume.
    Operator = 1,
    /// A clinician must reset, once the cause is gone.
    Clinician = 2,
    /// Service must reset.
    Service = 3,
}

impl TripClass {
    /// Every class, in order of its code.
    pub const ALL: [Self; 4] = [Self::None, Self::Operator, Self::Clinician, Self::Service];

    /// The code in records, 0 to 3.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The class with this code, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.code() == code)
    }
}

/// What the machine sees at the end of the time that just passed.
///
/// The default sees nothing: nothing passed, nothing coupled, nothing ready.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Observed {
    /// The self-test.
    pub self_test: Progress,
    /// The cap is coupled (a switch).
    pub coupled: bool,
    /// Coolant really moves.
    pub flowing: bool,
    /// The tank is cold enough to start.
    pub tank_ready: bool,
    /// The controlled temperature is at its target.
    pub at_target: bool,
    /// The four sensors agree while uncooled coolant circulates.
    pub isothermal: Progress,
    /// The contact of the cap: in the fit visit the test's verdict, in a session its running judgement.
    pub contact: Progress,
    /// The interface is warm enough for the cap to come off without pulling hair.
    pub removable: bool,
    /// The causes of all latched trips are gone.
    pub cause_gone: bool,
    /// A calibration that is asked for is missing or past its date. Nothing begins with it; what runs goes on.
    pub calibration_due: bool,
    /// A control sensor of the cap was lost in this session: it goes on no colder than the configured floor.
    pub degraded: bool,
}

impl Observed {
    /// The same with everything at its default that a state does not read at the end of `dt`.
    pub(crate) fn read_by(self, state: &State, dt: Duration, config: &Config) -> Self {
        let phase = state.phase;
        let warmed = state.clock.elapsed.plus(dt) >= config.thaw_minimum;
        let cooling = phase.is_cooling();
        let tested = matches!(self.self_test, Progress::Passed);
        Self {
            self_test: match self.self_test {
                seen if tested || phase == Phase::Boot => seen,
                _ => Progress::Running,
            },
            flowing: self.flowing && (cooling || phase == Phase::FitCheck),
            at_target: self.at_target && cooling,
            isothermal: if phase == Phase::FitCalibrate {
                self.isothermal
            } else {
                Progress::Running
            },
            removable: self.removable && warmed && phase == Phase::Thaw,
            ..self
        }
    }
}

/// One thing that happens to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// Time passed. The only event that moves a clock.
    Advance {
        /// How much.
        dt: Duration,
        /// What is seen at its end; it is taken to have been so throughout.
        seen: Observed,
    },
    /// An operator wants something.
    Request {
        /// What.
        request: Request,
        /// Who.
        role: Role,
    },
    /// Something was observed. Never refused.
    Fact(Fact),
    /// What the interlock says. It may be repeated at every tick.
    ///
    /// After an accepted [`Request::StartFit`], [`Request::Measure`], [`Request::Start`] or
    /// [`Request::Resume`] the caller hands the operator's reset to the interlock, and after a
    /// [`Note::Reset`](crate::Note::Reset) the reset of that class, before it reports here again.
    Interlock {
        /// Whether it denies circulation.
        circulate_denied: bool,
        /// Who must act before it will allow circulation again.
        class: TripClass,
    },
    /// The machine restarted and this state was restored.
    Restarted {
        /// How long it was away; `None` when no clock can tell.
        gap: Option<Duration>,
    },
    /// The wall clock was set. It is an annotation for the record: no field of a state depends on it.
    WallSet {
        /// What the wall clock said before, as far as it was known.
        old: Option<WallTime>,
        /// What it says from now on.
        new: WallTime,
    },
    /// An actuator is driven by hand, or is so no more. It is an annotation for the record: no field of a state depends
    /// on it.
    ByHand(ByHand),
}
