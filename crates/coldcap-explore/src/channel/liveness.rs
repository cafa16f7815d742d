//! What must happen some day: L1 to L6, by algorithms on the explored graph.

use super::rules::Counted;
use super::{Channel, sights};
use crate::graph::{Edges, Longest, longest_way, parts};
use crate::search::{Counterexample, Machine, Space};
use crate::store::Store;
use coldcap::supervise::{Event, State};
use coldcap_guard::Conditions;
use coldcap_session::{Phase, TripClass};
use coldcap_units::Duration;

/// What the liveness properties found.
#[derive(Clone, Debug)]
pub struct Liveness {
    /// Each property, with the number of states that it speaks of.
    pub counted: Vec<Counted>,
    /// The most steps of time in which circulation goes on with no drug running.
    pub longest: u32,
    /// Strongly connected parts by time alone among states that circulate, and the size of the largest:
    /// more than one state only where a drug runs.
    pub parts: (usize, usize),
}

/// Whether the pump of this state runs and nobody would be there for it: no hair-toxic drug runs.
fn unattended(state: &State) -> bool {
    state.session.phase().circulates() && !state.session.drugs().running()
}

fn waits(state: &State) -> bool {
    state.session.attendance().is_watching()
}

fn clear(state: &State) -> bool {
    state.interlock.latched().is_empty() && state.session.trip() == TripClass::None
}

/// Checks L1 and L3 to L6 on a space with edges. L2 is the rule R3b, of every step.
///
/// # Errors
/// A way to a state that breaks one of them.
pub fn check<'c>(
    channel: &Channel<'c>,
    space: &Space<Channel<'c>>,
) -> Result<Liveness, Counterexample<Event>> {
    let state = |index: u32| space.store.get(index);
    let fail = |id, index| space.counterexample(channel, id, index, None);
    let longest = match longest_way(&space.edges, Edges::TIME, |at| unattended(&state(at))) {
        Longest::Steps(steps) => steps,
        Longest::Endless(at) => return Err(fail("L1", at)),
    };
    let silent = longest_way(&space.edges, Edges::SILENT, |at| waits(&state(at)));
    if let Longest::Endless(at) = silent {
        return Err(fail("L4", at));
    }
    let backward = space.edges.reversed(Edges::HELP);
    if let Some(at) = backward.cut_off(|at| state(at).session.phase() == Phase::Report) {
        return Err(fail("L3", at));
    }
    if let Some(at) = backward.cut_off(|at| clear(&state(at))) {
        return Err(fail("L6", at));
    }
    drop(backward);
    if let Some(at) = unsettled(channel, space) {
        return Err(fail("L5", at));
    }
    let circulating = |at: u32| state(at).session.phase().circulates();
    let parts = parts(&space.edges, Edges::TIME, circulating);
    Ok(Liveness { counted: counted(space), longest, parts })
}

fn counted(space: &Space<Channel<'_>>) -> Vec<Counted> {
    let count = |test: fn(&State) -> bool| {
        (0..space.store.len() as u32).filter(|at| test(&space.store.get(*at))).count() as u64
    };
    let of = |id, text, antecedents| Counted { id, text, antecedents };
    vec![
        of(
            "L1",
            "with no hair-toxic drug running, time alone stops circulation from every state",
            count(unattended),
        ),
        of(
            "L3",
            "from every state somebody who helps, with no new fault, reaches the report",
            space.store.len() as u64,
        ),
        of("L4", "a state that waits for somebody says so, or ends, as time passes", count(waits)),
        of(
            "L5",
            "no time at all, again and again, comes to rest within four steps",
            space.store.len() as u64,
        ),
        of(
            "L6",
            "every latched trip can be cleared once its cause is gone",
            count(|state| !clear(state)),
        ),
    ]
}

const MOST_SETTLING: usize = 4;

/// A state that goes on changing although no time passes and nothing new is seen.
fn unsettled(channel: &Channel<'_>, space: &Space<Channel<'_>>) -> Option<u32> {
    let nothing = |seen| Event::Advance { dt: Duration::ZERO, seen, conditions: Conditions::EMPTY };
    (0..space.store.len() as u32).find(|at| {
        let state = space.store.get(*at);
        sights::that_move_clocks(state.session.phase()).into_iter().any(|seen| {
            let mut at = state;
            for _ in 0..MOST_SETTLING {
                at = channel.decided(channel.stepped(&at, &nothing(seen)).0);
            }
            channel.decided(channel.stepped(&at, &nothing(seen)).0) != at
        })
    })
}
