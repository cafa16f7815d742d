//! That an amended mark never credits more than was cooled: judged with a memory of its own.
//!
//! The session keeps three sums of what has been since the last mark. Here each state carries beside it, step by
//! step, whether the drip's last steps were cooled, and every way through the amendments is explored with both.

use super::scopes::{SMALL, Scope};
use super::{Channel, Step};
use crate::search::{Broken, Counterexample, Limits, Machine, Taken, Watcher, explore};
use crate::store::Interner;
use coldcap::supervise::{Effects, Event, State};
use coldcap_session::{Mark, Note, Phase, PhaseClock, Request};
use coldcap_units::Duration;

/// As many steps as the longest amendment reaches back.
const STEPS: usize = 2;

/// Whether each of the last steps before the end of the last hair-toxic drug was cooled, the latest first;
/// `None` where there was no step, or it was amended already.
pub type Past = [Option<bool>; STEPS];

/// A channel that remembers.
#[derive(Debug)]
pub struct Remembering<'a>(Channel<'a>);

impl Machine for Remembering<'_> {
    type State = (State, Past);
    type Event = Event;
    type Effects = Effects;
    type Store = Interner<(State, Past)>;

    fn starts(&self) -> Vec<Self::State> {
        self.0.starts().into_iter().map(|state| (state, Past::default())).collect()
    }

    fn letters(&self, (state, _): &Self::State, letters: &mut Vec<u32>) {
        self.0.letters(state, letters);
    }

    fn event(&self, letter: u32) -> Event {
        self.0.event(letter)
    }

    fn step(&self, (before, past): &Self::State, event: &Event) -> (Self::State, Effects) {
        let (after, effects) = self.0.step(before, event);
        let past = remembered(*past, before, event, &after, &effects);
        ((after, past), effects)
    }

    fn decided(&self, (state, past): Self::State) -> Self::State {
        (self.0.decided(state), past)
    }

    fn is_followed(&self, letter: u32) -> bool {
        self.0.is_followed(letter)
    }

    fn kinds(&self, _: &Taken<'_, Self>) -> u8 {
        0
    }
}

fn remembered(past: Past, before: &State, event: &Event, after: &State, effects: &Effects) -> Past {
    if !matches!(after.session.treatment(), Some(Phase::Infusing | Phase::PostCool)) {
        return Past::default();
    }
    // The interlock speaks before time passes: what it held before its first coolant passed in safe hold.
    let begun = before.session.phase() == Phase::FitCheck;
    let held = begun && after.session.phase() == Phase::SafeHold;
    let drips = before.session.treatment() == Some(Phase::Infusing) || held;
    match event {
        Event::Advance { .. } if drips => {
            let [latest, _] = past;
            [Some(was_cooled(before, after, effects)), latest]
        }
        _ => amended(effects).map_or(past, |(steps, _)| moved_back(past, steps)),
    }
}

/// Whether this step of the drip itself, no re-cooling among it, was cooled.
fn was_cooled(before: &State, after: &State, effects: &Effects) -> bool {
    let closed = effects.notes().filter_map(|note| match note {
        Note::PhaseClosed { clock, .. } => Some(clock),
        _ => None,
    });
    let sum = closed.fold(after.session.clock(), PhaseClock::plus);
    before.session.phase() == Phase::Infusing && sum.cooled > before.session.clock().cooled
}

/// By how many steps the end of a drug was moved back, and what that credited.
fn amended(effects: &Effects) -> Option<(usize, Duration)> {
    effects.notes().find_map(|note| match note {
        Note::Amended { amendment, credited } if amendment.mark == Mark::Ended => {
            let steps = amendment.earlier.as_millis() / SMALL.as_millis();
            Some((steps as usize, credited))
        }
        _ => None,
    })
}

fn moved_back(past: Past, steps: usize) -> Past {
    let mut left = past.into_iter().skip(steps);
    core::array::from_fn(|_| left.next().flatten())
}

/// Judges what is credited.
#[derive(Clone, Copy, Debug, Default)]
pub struct Credits {
    /// Amendments of an end that were judged.
    pub judged: u64,
    /// Among them those that credit less than their whole span.
    pub partial: u64,
}

impl<'a> Watcher<Remembering<'a>> for Credits {
    fn state(&mut self, _: &Remembering<'a>, _: &(State, Past)) -> Result<(), Broken> {
        Ok(())
    }

    fn step(
        &mut self,
        _: &Remembering<'a>,
        taken: &Taken<'_, Remembering<'a>>,
    ) -> Result<(), Broken> {
        let Event::Request { request: Request::Amend(_), .. } = taken.event else { return Ok(()) };
        let Some((steps, credited)) = amended(taken.effects) else { return Ok(()) };
        let (_, past) = *taken.before;
        let reached = past.iter().take(steps);
        let known = reached.clone().filter(|step| step.is_some()).count();
        let cooled = reached.filter(|step| **step == Some(true)).count() as u32;
        let most = Duration::from_millis(cooled * SMALL.as_millis());
        self.judged += 1;
        self.partial += u64::from(credited < SMALL.plus(SMALL) && (cooled as usize) < steps);
        if known == steps && credited <= most { Ok(()) } else { Err("C2d") }
    }
}

/// Explores a scope with amendments and this memory: the number of states, and what was judged.
///
/// # Errors
/// The shortest way to a mark that is moved further than anything is known, or credits more than was cooled.
pub fn run(scope: &Scope, step: &Step<'_>) -> Result<(usize, Credits), Counterexample<Event>> {
    let mut credits = Credits::default();
    let limits = Limits { states: 20_000_000, edges: false };
    let space = explore(&Remembering(scope.channel(step)), &mut credits, &limits)?;
    assert!(space.closed, "{}", scope.name);
    Ok((space.store.len(), credits))
}
