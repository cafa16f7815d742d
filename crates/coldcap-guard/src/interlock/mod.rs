//! The interlock: a finite automaton that takes cooling away and latches.
//!
//! One automaton guards one channel. It is fed the conditions of that channel together with those of
//! the machine, and answers resets. It knows nothing of sessions, plans or set-points.
//!
//! | class | conditions | takes away | reset by |
//! |---|---|---|---|
//! | operator | `flow_lost`, `pump_stopped`, `cap_uncoupled`, `power_held` | circulation | the operator who resumes |
//! | clinician | `freeze`, `freeze_ahead`, `safety_sensor`, `safety_disagrees`, `supply_sensor`, both of `front_sensor` and `rear_sensor`, `loop_implausible` | circulation, chilling | a clinician, at most twice a session, then service |
//! | service | `chiller_stuck`, `leak`, `permit_mismatch`, `valve_stuck`, `pump_runs_on` | power | service |
//!
//! One control sensor lost is no trip while the safety sensor is good: the session is *degraded*, goes on
//! no colder than a [`Floor`], and ends like that.
//!
//! `tank_sensor` and `evaporator_cold` take chilling away for as long as they hold, without a latch.
//!
//! ```
//! use coldcap_guard::interlock::{Config, Event, ResetClass, ResetRefusal, State, TripClass, step};
//! use coldcap_guard::{Condition, Conditions};
//!
//! let config = Config::default();
//! let clear = Event::Conditions(Conditions::EMPTY);
//! let freeze = Event::Conditions(Conditions::of(&[Condition::Freeze]));
//!
//! let (state, _) = step(&State::new(), &clear, &config);
//! assert!(state.permit(&config).circulate);
//! let (state, effects) = step(&state, &freeze, &config);
//! assert!(!state.permit(&config).circulate);
//! assert!(effects.tripped.contains(Condition::Freeze));
//!
//! // Warm again, yet still off, until a clinician says so.
//! let (state, _) = step(&state, &clear, &config);
//! let (state, effects) = step(&state, &Event::Reset(ResetClass::Operator), &config);
//! assert_eq!(effects.answer, Some(Err(ResetRefusal::NeedsClass(TripClass::Clinician))));
//! let (state, _) = step(&state, &Event::Reset(ResetClass::Clinician), &config);
//! assert!(state.permit(&config).circulate);
//! assert_eq!(state.clinician_resets(), 1);
//! ```

mod class;
mod permit;
mod stored;

pub use class::{ResetClass, TripClass, holds_power, trips};
pub use permit::{Demand, Gate, Permit, limit};

use crate::{Condition, Conditions};
use class::{BLOCKS_CHILL, CONTROL_SENSORS, LATCHABLE, OPERATOR, RELEVANT, causes};
use coldcap_units::{Coolant, Interface};
use core::fmt;

/// What a site may choose: only to be stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Config {
    clinician_resets: u8,
    floor: Floor,
}

/// The coldest that may be asked for while one control sensor of the cap is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Floor {
    /// The coldest supply.
    pub supply: Coolant,
    /// The coldest inner face.
    pub interface: Interface,
}

impl Floor {
    /// A supply of 0 °C and a face of 5 °C. Tissue freezes at about −0.55 °C: under coolant of 0 °C no part
    /// of the cap gets there, whatever the sensor that was lost would have shown. coldcap's own proposal.
    pub const PROPOSED: Self =
        Self { supply: Coolant::from_milli(0), interface: Interface::from_milli(5_000) };
}

impl Config {
    /// The most resets by a clinician that any configuration allows in a session.
    pub const MOST_CLINICIAN_RESETS: u8 = 2;

    /// With so many resets by a clinician in a session, 0 to 2; more is read as 2.
    #[must_use]
    pub const fn new(clinician_resets: u8) -> Self {
        let most = Self::MOST_CLINICIAN_RESETS;
        let clinician_resets = if clinician_resets > most { most } else { clinician_resets };
        Self { clinician_resets, floor: Floor::PROPOSED }
    }

    /// The resets by a clinician in a session, 0 to 2.
    #[must_use]
    pub const fn clinician_resets(&self) -> u8 {
        self.clinician_resets
    }

    /// The floor of a session that goes on with one control sensor.
    #[must_use]
    pub const fn lowest_while_degraded(&self) -> Floor {
        self.floor
    }

    /// The same with a warmer floor for a session that goes on with one control sensor; a colder one is
    /// read as the proposed.
    #[must_use]
    pub fn with_floor(self, floor: Floor) -> Self {
        let proposed = Floor::PROPOSED;
        let supply = floor.supply.max(proposed.supply);
        let interface = floor.interface.max(proposed.interface);
        Self { floor: Floor { supply, interface }, ..self }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new(Self::MOST_CLINICIAN_RESETS)
    }
}

/// What the interlock is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// The conditions that hold now, those of the channel and those of the machine. Once a tick.
    Conditions(Conditions),
    /// Somebody with this authority asks to reset. Whether the cause is gone is judged from the last
    /// conditions. Send an operator's reset with every action that starts or resumes circulation.
    Reset(ResetClass),
    /// A session begins: the clinician's resets are counted anew, unless a trip of the clinician or
    /// service class is latched. It resets nothing.
    SessionBegan,
    /// Nobody is treated, or not yet: what may last for the rest of a session is over. It resets nothing
    /// else. Send it as often as it is true.
    SessionOver,
    /// Nobody is treated, and nobody is about to be: the trips that an operator would reset by starting again are
    /// released, each once its cause is gone. Send it as often as it is true.
    VisitOver,
}

/// The automaton's state, in canonical form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct State {
    judged: bool,
    present: Conditions,
    latched: Conditions,
    clinician_resets: u8,
    degraded: bool,
}

impl State {
    /// At power-up: nothing is latched, and nothing is allowed before the first conditions.
    #[must_use]
    pub const fn new() -> Self {
        Self::restored(Conditions::EMPTY, 0)
    }

    /// At power-up, with the latched trips and the count of resets as they were stored: switching off
    /// and on again is not a reset. What cannot be latched is dropped.
    #[must_use]
    pub const fn restored(latched: Conditions, clinician_resets: u8) -> Self {
        let latched = latched.intersection(LATCHABLE);
        let present = Conditions::EMPTY;
        Self { judged: false, present, latched, clinician_resets, degraded: false }
    }

    /// The same for a session that was degraded, or not, when power was lost.
    #[must_use]
    pub const fn with_degraded(self, degraded: bool) -> Self {
        Self { degraded, ..self }
    }

    /// Whether a control sensor of the cap was lost in this session: it goes on with the other one, at
    /// most to its end and no colder than [`floor`](Self::floor). A sensor that comes back changes
    /// nothing: what failed once may fail again.
    #[must_use]
    pub const fn is_degraded(&self) -> bool {
        self.degraded
    }

    /// Whether a control sensor of the cap is lost now: no session may begin to cool like this.
    #[must_use]
    pub const fn lacks_control_sensor(&self) -> bool {
        self.present.intersects(CONTROL_SENSORS)
    }

    /// The coldest that may be asked for; `None` while both control sensors are trusted.
    #[must_use]
    pub const fn floor(&self, config: &Config) -> Option<Floor> {
        if self.degraded { Some(config.floor) } else { None }
    }

    /// The trips that wait for a reset.
    #[must_use]
    pub const fn latched(&self) -> Conditions {
        self.latched
    }

    /// How many resets by a clinician were granted in this session.
    #[must_use]
    pub const fn clinician_resets(&self) -> u8 {
        self.clinician_resets
    }

    /// The class of reset that is needed; `None` if nothing is latched. Once the clinician's resets are
    /// spent, a trip of the clinician class needs service.
    #[must_use]
    pub const fn class(&self, config: &Config) -> Option<TripClass> {
        match TripClass::worst(self.latched) {
            Some(TripClass::Clinician) if self.clinician_resets >= config.clinician_resets => {
                Some(TripClass::Service)
            }
            other => other,
        }
    }

    /// What is allowed now.
    #[must_use]
    pub fn permit(&self, config: &Config) -> Permit {
        // req: INT-005
        if !self.judged {
            return Permit::NONE;
        }
        let class = self.class(config);
        Permit {
            circulate: class.is_none(),
            chill: class < Some(TripClass::Clinician) && !self.present.intersects(BLOCKS_CHILL),
            // Spent resets need another authority; the danger is the same, and the power is the neighbour's too.
            power: TripClass::worst(self.latched) < Some(TripClass::Service),
        }
    }

    /// The conditions that the interlock itself adds for the alarms: what is latched, so that an alarm
    /// stands for as long as its trip does, `resets_spent`, and `degraded`.
    #[must_use]
    pub fn conditions(&self, config: &Config) -> Conditions {
        let spent = self.class(config) != TripClass::worst(self.latched);
        self.latched
            .with_if(Condition::ResetsSpent, spent)
            .with_if(Condition::Degraded, self.degraded)
    }

    /// Whether the causes of all latched trips are gone, by the last conditions. Not before any were
    /// judged.
    #[must_use]
    pub const fn cause_gone(&self) -> bool {
        self.judged && self.latched.intersection(causes(self.present)).is_empty()
    }

    fn observe(self, present: Conditions) -> Self {
        let present = present.intersection(RELEVANT);
        let latched = self.latched.union(trips(present));
        let degraded = self.degraded || present.intersects(CONTROL_SENSORS);
        Self { judged: true, present, latched, degraded, ..self }
    }

    fn reset(self, by: ResetClass, config: &Config) -> Result<Self, ResetRefusal> {
        // req: INT-004
        let needed = self.class(config).ok_or(ResetRefusal::NothingLatched)?;
        if !by.covers(needed) {
            return Err(ResetRefusal::NeedsClass(needed));
        }
        let remaining = self.latched.intersection(causes(self.present));
        if !self.judged || TripClass::worst(remaining) == TripClass::worst(self.latched) {
            return Err(ResetRefusal::CauseRemains);
        }
        let spent = u8::from(needed == TripClass::Clinician && by == ResetClass::Clinician);
        let clinician_resets = self.clinician_resets.saturating_add(spent);
        Ok(Self { latched: remaining, clinician_resets, ..self })
    }

    fn end_visit(self) -> Self {
        // req: INT-022
        let over = OPERATOR.difference(causes(self.present));
        Self { latched: self.latched.difference(over), ..self }
    }

    fn begin_session(self) -> Self {
        let severe = TripClass::worst(self.latched) > Some(TripClass::Operator);
        Self { clinician_resets: if severe { self.clinician_resets } else { 0 }, ..self }
    }
}

/// Why a reset was refused. A refusal changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResetRefusal {
    /// Nothing is latched.
    NothingLatched,
    /// The trip needs the authority of this class.
    NeedsClass(TripClass),
    /// A cause of the worst class still holds, or no conditions were judged since power-up.
    CauseRemains,
}

impl fmt::Display for ResetRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NothingLatched => "nothing is latched",
            Self::NeedsClass(TripClass::Operator) => "the operator must reset this",
            Self::NeedsClass(TripClass::Clinician) => "a clinician must reset this",
            Self::NeedsClass(TripClass::Service) => "service must reset this",
            Self::CauseRemains => "the cause is not gone",
        })
    }
}

impl core::error::Error for ResetRefusal {}

/// What one step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Effects {
    /// The answer to a reset; `None` after any other event.
    pub answer: Option<Result<(), ResetRefusal>>,
    /// What was latched by this step.
    pub tripped: Conditions,
    /// What was released by this step.
    pub released: Conditions,
}

/// One step of the automaton: pure, total, in constant time.
///
/// A reset clears every latched trip of the worst class, and those of a lower class whose cause is gone;
/// the others stay latched.
///
/// # Panics
/// Never.
#[must_use]
pub fn step(state: &State, event: &Event, config: &Config) -> (State, Effects) {
    let (next, answer) = match *event {
        Event::Conditions(present) => (state.observe(present), None),
        Event::SessionBegan => (state.begin_session(), None),
        Event::SessionOver => (state.with_degraded(false), None),
        Event::VisitOver => (state.end_visit(), None),
        Event::Reset(by) => match state.reset(by, config) {
            Ok(next) => (next, Some(Ok(()))),
            Err(refusal) => (*state, Some(Err(refusal))),
        },
    };
    let tripped = next.latched.difference(state.latched);
    let released = state.latched.difference(next.latched);
    (next, Effects { answer, tripped, released })
}
