//! The phase machine: one total, pure function over plain enums.

mod amend;
mod answer;
mod canonical;
mod config;
mod drugs;
mod event;
mod exploration;
mod facts;
mod fit_visit;
mod interlock;
mod resets;
mod restart;
mod setup;
mod state;
mod stored;
mod time;
mod transition;
mod treatment;
mod waiting;

pub use config::Config;
pub use drugs::Drugs;
pub use event::{Event, Observed, Progress, TripClass};
pub use exploration::Timers;
pub use state::{Attendance, PhaseClock, State};

use crate::note::Effects;
use transition::Transition;

/// One step of one channel's session.
///
/// Total and pure: every state takes every event, equal arguments give equal results, and nothing
/// else is read or changed. Its time is bounded: no loop is longer than the few slots of a list.
///
/// * A refused request leaves the state as it was.
/// * Only [`Event::Advance`] moves a clock; the whole of `dt` belongs to the phase in which it began.
/// * As long as a first `Advance` makes no note, it and a second one with the same observation equal
///   one `Advance` by the sum: the same state and the same notes.
///
/// ```
/// use coldcap_session::{step, Config, Event, Observed, Phase, Progress, State};
/// use coldcap_units::Duration;
///
/// let seen = Observed { self_test: Progress::Passed, ..Observed::default() };
/// let tick = Event::Advance { dt: Duration::from_millis(100), seen };
/// let (state, effects) = step(&State::new(), &tick, &Config::DEFAULT);
/// assert_eq!(state.phase(), Phase::Standby);
/// assert_eq!(effects.notes.iter().count(), 2); // `boot` closed, phase changed
/// assert!(!state.demand(&Config::DEFAULT).circulate);
/// ```
///
/// # Panics
/// Never.
#[must_use]
pub fn step(state: &State, event: &Event, config: &Config) -> (State, Effects) {
    let mut transition = Transition::new(*state, config);
    let t = &mut transition;
    let mut answer = None;
    match event {
        Event::Advance { dt, seen } => time::advance(t, *dt, *seen),
        Event::Request { request, role } => {
            answer = Some(answer::answer(t, request, *role, state));
        }
        Event::Fact(fact) => facts::observe(t, *fact),
        Event::Interlock { circulate_denied, class } => {
            interlock::obey(t, *circulate_denied, *class);
        }
        Event::Restarted { gap } => restart::restore(t, *gap),
        Event::WallSet { .. } | Event::ByHand(_) => {}
    }
    t.state.clear_dead_fields();
    (transition.state, Effects { answer, notes: transition.notes })
}

#[cfg(test)]
mod tests;
