//! The session and the interlock of one channel, joined: the very function that is explored.
//!
//! It is pure. It is handed classes, never numbers, and what it cannot decide by itself it leaves to
//! the guard: the interlock hears of the conditions first, and the session learns what it denies.

use coldcap_guard::Conditions;
use coldcap_guard::interlock::{self, Floor, ResetClass, ResetRefusal};
use coldcap_session::{
    Answer, CapDemand, Coldest, Demand, Fact, Note, Notes, Observed, Phase, Refusal, Request, Role,
    TripClass, WallTime,
};
use coldcap_units::{Coolant, Duration};

/// What may be configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Config {
    /// Durations of the session.
    pub session: coldcap_session::Config,
    /// Resets of the interlock.
    pub interlock: interlock::Config,
}

impl Config {
    /// Both together: the floor of a degraded session is the guard's.
    #[must_use]
    pub const fn new(session: coldcap_session::Config, interlock: interlock::Config) -> Self {
        let Floor { supply: coolant, interface } = interlock.lowest_while_degraded();
        let degraded_floor = Coldest { coolant, interface };
        Self { session: coldcap_session::Config { degraded_floor, ..session }, interlock }
    }
}

/// Session and interlock of one channel, in canonical form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct State {
    /// What the channel is doing.
    pub session: coldcap_session::State,
    /// What it is allowed to do.
    pub interlock: interlock::State,
}

/// One thing that happens to a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// Time passed; this is what is seen at its end.
    Advance {
        /// How much time.
        dt: Duration,
        /// What the machine sees. Whether causes are gone is filled in here, from the interlock.
        seen: Observed,
        /// What the detectors found.
        conditions: Conditions,
    },
    /// An operator wants something.
    Request {
        /// What.
        request: Request,
        /// Who.
        role: Role,
    },
    /// Something was observed.
    Fact(Fact),
    /// The machine restarted and this state was restored.
    Restarted {
        /// How long it was away, if that is known.
        gap: Option<Duration>,
    },
    /// The wall clock was set: an annotation for the record that changes nothing.
    WallSet {
        /// What it said before, as far as that was known.
        old: Option<WallTime>,
        /// What it says from now on.
        new: WallTime,
    },
}

/// What one step answered, noted and latched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Effects {
    /// The answer, when the event was a request.
    pub answer: Option<Answer>,
    notes: [Notes; 2],
    /// Conditions that the interlock latched.
    pub tripped: Conditions,
    /// Conditions that the interlock released.
    pub released: Conditions,
}

impl Effects {
    /// What the session noted at the first and at the second of [`heard`].
    pub(crate) const fn parts(&self) -> &[Notes; 2] {
        &self.notes
    }

    /// What the session noted, in order.
    pub fn notes(&self) -> impl Iterator<Item = Note> + '_ {
        self.notes.iter().flat_map(Notes::iter)
    }
}

impl State {
    /// What the channel asks for.
    #[must_use]
    pub fn demand(&self, config: &Config) -> Demand {
        let wanted = self.session.demand(&config.session);
        self.interlock.floor(&config.interlock).map_or(wanted, |floor| warmer(wanted, &floor))
    }

    /// What the guard leaves of it.
    #[must_use]
    pub fn permit(&self, config: &Config) -> interlock::Permit {
        self.interlock.permit(&config.interlock)
    }
}

/// What is left of a demand while a control sensor is lost: nothing colder than the floor.
fn warmer(demand: Demand, floor: &Floor) -> Demand {
    // req: INT-011
    let supply = |coolant: Coolant| coolant.max(floor.supply);
    let cap = demand.cap.map(|cap| CapDemand {
        interface: cap.interface.max(floor.interface),
        coldest_supply: supply(cap.coldest_supply),
    });
    Demand { target: demand.target.map(supply), tank: demand.tank.map(supply), cap, ..demand }
}

/// One step: pure, total, in constant time.
///
/// # Panics
/// Never.
#[must_use]
pub fn step(state: &State, event: &Event, config: &Config) -> (State, Effects) {
    // req: CHN-001
    match *event {
        Event::Advance { dt, seen, conditions } => advance(state, dt, seen, conditions, config),
        Event::Request { request, role } => ask(state, request, role, config),
        Event::Fact(fact) => tell(state, &coldcap_session::Event::Fact(fact), config),
        Event::Restarted { gap } => tell(state, &coldcap_session::Event::Restarted { gap }, config),
        Event::WallSet { .. } => (*state, Effects::default()),
    }
}

/// The interlock first, then what it denies, then time.
fn advance(
    state: &State,
    dt: Duration,
    seen: Observed,
    conditions: Conditions,
    config: &Config,
) -> (State, Effects) {
    // req: INT-006
    let judged = interlock::Event::Conditions(conditions);
    let (interlock, latched) = interlock::step(&state.interlock, &judged, &config.interlock);
    let seen = judged_sight(state.session.phase(), &interlock, seen);
    let denied = word(&interlock, config);
    // Taken apart, each pair would be moved.
    let first = coldcap_session::step(&state.session, &denied, &config.session);
    let passed = coldcap_session::Event::Advance { dt, seen };
    let second = coldcap_session::step(&first.0, &passed, &config.session);
    let interlock = until_the_end(interlock, second.0.phase(), config);
    let (interlock, over) = after_the_end(interlock, second.0.phase(), config);
    let effects = Effects {
        answer: None,
        notes: [first.1.notes, second.1.notes],
        tripped: latched.tripped,
        released: over.released,
    };
    (State { session: second.0, interlock }, effects)
}

/// Ends what lasts for the rest of a session at most. A thaw is part of it: while a drug runs, one resumes out of it.
fn until_the_end(interlock: interlock::State, phase: Phase, config: &Config) -> interlock::State {
    let held = matches!(phase, Phase::SafeHold | Phase::Thaw);
    if phase.is_cooling() || phase.is_interrupted() || held {
        return interlock;
    }
    interlock::step(&interlock, &interlock::Event::SessionOver, &config.interlock).0
}

/// What an operator would reset by starting again stands for nothing once nobody is treated and its cause is gone.
fn after_the_end(
    interlock: interlock::State,
    phase: Phase,
    config: &Config,
) -> (interlock::State, interlock::Effects) {
    // req: INT-022
    if !matches!(phase, Phase::Standby | Phase::Report) {
        return (interlock, interlock::Effects::default());
    }
    interlock::step(&interlock, &interlock::Event::VisitOver, &config.interlock)
}

/// A request of the session; where it starts circulation or resets a trip, the interlock is told.
fn ask(state: &State, request: Request, role: Role, config: &Config) -> (State, Effects) {
    let event = coldcap_session::Event::Request { request, role };
    let (session, effects) = coldcap_session::step(&state.session, &event, &config.session);
    let executed = effects.answer == Some(Ok(coldcap_session::Accepted::Done));
    let begins = match request {
        Request::Start => true,
        Request::Resume { .. } => !state.session.has_begun(),
        _ => false,
    };
    // req: INT-011
    if effects.answer.is_some_and(|answer| answer.is_ok())
        && begins
        && state.interlock.lacks_control_sensor()
    {
        return (*state, faulty());
    }
    let reset = reset_for(&request).filter(|_| executed);
    let leaves = state.session.phase() == Phase::Standby && session.phase() != Phase::Standby;
    let (interlock, resetting) = hand_over(state, leaves, reset, config);
    let kept =
        matches!(resetting.answer, Some(Err(refusal)) if refusal != ResetRefusal::NothingLatched);
    if kept && reset > Some(ResetClass::Operator) {
        // The guard knows better: nothing was reset, so nothing has changed.
        return (*state, faulty());
    }
    let effects = Effects {
        answer: effects.answer,
        notes: [effects.notes, Notes::default()],
        tripped: resetting.tripped,
        released: resetting.released,
    };
    (State { session, interlock }, effects)
}

fn faulty() -> Effects {
    Effects { answer: Some(Err(Refusal::FaultActive)), ..Effects::default() }
}

/// The guard counts a clinician's resets anew where the session does: when standby is left.
fn hand_over(
    state: &State,
    leaves: bool,
    reset: Option<ResetClass>,
    config: &Config,
) -> (interlock::State, interlock::Effects) {
    // req: SES-027
    let before = if leaves {
        interlock::step(&state.interlock, &interlock::Event::SessionBegan, &config.interlock).0
    } else {
        state.interlock
    };
    match reset {
        Some(class) => interlock::step(&before, &interlock::Event::Reset(class), &config.interlock),
        None => (before, interlock::Effects::default()),
    }
}

/// Whose authority a request carries to the interlock.
const fn reset_for(request: &Request) -> Option<ResetClass> {
    match request {
        Request::StartFit | Request::Measure(_) | Request::Start | Request::Resume { .. } => {
            Some(ResetClass::Operator)
        }
        Request::ClinicianReset { .. } => Some(ResetClass::Clinician),
        Request::ServiceReset { .. } => Some(ResetClass::Service),
        _ => None,
    }
}

/// What the session heard in a step that led to `next`, in order: from these events alone its state can
/// be recomputed ([`coldcap_session::record::fold`]).
///
/// Time is two of them, the interlock's word first. A request that the guard kept from being carried out
/// was never heard.
#[must_use]
pub fn heard(
    before: &State,
    event: &Event,
    next: &State,
    effects: &Effects,
    config: &Config,
) -> [Option<coldcap_session::Event>; 2] {
    use coldcap_session::Event as Heard;
    match *event {
        Event::Advance { dt, seen, .. } => {
            let seen = judged_sight(before.session.phase(), &next.interlock, seen);
            [Some(word(&next.interlock, config)), Some(Heard::Advance { dt, seen })]
        }
        Event::Request { request, role } => {
            let kept = effects.notes().next().is_none();
            [(!kept).then_some(Heard::Request { request, role }), None]
        }
        Event::Fact(fact) => [Some(Heard::Fact(fact)), None],
        Event::Restarted { gap } => [Some(Heard::Restarted { gap }), None],
        Event::WallSet { old, new } => [Some(Heard::WallSet { old, new }), None],
    }
}

/// What was seen, as the session hears of it.
///
/// With a control sensor lost a session that cools goes on, but none begins to cool: the check of the
/// fit waits for coolant that moves, and then for its end.
fn judged_sight(phase: Phase, interlock: &interlock::State, seen: Observed) -> Observed {
    // req: INT-011
    let waits = phase == Phase::FitCheck && interlock.lacks_control_sensor();
    let flowing = seen.flowing && !waits;
    let (cause_gone, degraded) = (interlock.cause_gone(), interlock.is_degraded());
    Observed { cause_gone, degraded, flowing, ..seen }
}

fn word(interlock: &interlock::State, config: &Config) -> coldcap_session::Event {
    coldcap_session::Event::Interlock {
        circulate_denied: !interlock.permit(&config.interlock).circulate,
        class: class(interlock, config),
    }
}

fn tell(state: &State, event: &coldcap_session::Event, config: &Config) -> (State, Effects) {
    let (session, effects) = coldcap_session::step(&state.session, event, &config.session);
    let effects = Effects { notes: [effects.notes, Notes::default()], ..Effects::default() };
    (State { session, ..*state }, effects)
}

fn class(interlock: &interlock::State, config: &Config) -> TripClass {
    match interlock.class(&config.interlock) {
        None => TripClass::None,
        Some(interlock::TripClass::Operator) => TripClass::Operator,
        Some(interlock::TripClass::Clinician) => TripClass::Clinician,
        Some(interlock::TripClass::Service) => TripClass::Service,
    }
}
