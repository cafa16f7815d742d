//! The watch on the display, second by second: a screen that stands still must be found, whatever it sends.

use crate::search::{Broken, Counterexample, Limits, Machine, Taken, Watcher, explore};
use crate::store::Interner;
use coldcap_guard::display::{DisplayLimits, DisplayState, DisplayWatch, Progress};
use coldcap_units::Duration;

const SECOND: Duration = Duration::from_secs(1);
/// So many seconds are played: two more than it takes to be silent.
const DEPTH: u8 = 12;
const TICKS_A_SECOND: u16 = 10;

/// What comes from the display in a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// It has drawn what is.
    Drawn,
    /// It sends what it sent before.
    Same,
    /// Nothing comes.
    Nothing,
}

/// The watch, and how long it is since the display last drew something new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct State {
    watch: DisplayWatch,
    progress: Progress,
    shown: Option<u16>,
    seconds: u8,
    old_for: u8,
    is: DisplayState,
}

/// The machine that is searched.
#[derive(Clone, Copy, Debug)]
pub struct Screen;

impl Machine for Screen {
    type State = State;
    type Event = Event;
    type Effects = ();
    type Store = Interner<State>;

    fn starts(&self) -> Vec<State> {
        vec![State::default()]
    }

    fn letters(&self, state: &State, letters: &mut Vec<u32>) {
        if state.seconds < DEPTH {
            letters.extend(0..3);
        }
    }

    fn event(&self, letter: u32) -> Event {
        [Event::Drawn, Event::Same, Event::Nothing][letter as usize]
    }

    fn step(&self, before: &State, event: &Event) -> (State, ()) {
        let mut after = State { seconds: before.seconds + 1, ..*before };
        (0..TICKS_A_SECOND).for_each(|_| after.progress.advance());
        let sent = match event {
            Event::Drawn => Some(after.progress.value()),
            Event::Same => before.shown,
            Event::Nothing => None,
        };
        after.shown = sent.or(before.shown);
        after.old_for = if *event == Event::Drawn { 0 } else { before.old_for.saturating_add(1) };
        let limits = &DisplayLimits::PROPOSED;
        after.is = after.watch.step(after.progress, sent, true, SECOND, limits);
        (after, ())
    }

    fn decided(&self, state: State) -> State {
        state
    }

    fn is_followed(&self, _: u32) -> bool {
        true
    }

    fn kinds(&self, _: &Taken<'_, Self>) -> u8 {
        0
    }
}

/// The rule of the display, with what it says.
pub const RULE: (&str, &str) =
    ("UI1", "a display that has drawn nothing new is stale after two seconds, silent after ten");

/// How often the rule spoke.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules {
    /// Of states in which the display takes part.
    pub count: u64,
}

impl Watcher<Screen> for Rules {
    fn state(&mut self, _: &Screen, state: &State) -> Result<(), Broken> {
        if state.shown.is_none() {
            return Ok(());
        }
        self.count += 1;
        let expected = match state.old_for {
            0 | 1 => DisplayState::Fresh,
            2..=9 => DisplayState::Stale,
            _ => DisplayState::Silent,
        };
        if state.is == expected { Ok(()) } else { Err(RULE.0) }
    }

    fn step(&mut self, _: &Screen, _: &Taken<'_, Screen>) -> Result<(), Broken> {
        Ok(())
    }
}

/// Explores it: the number of states, and of how many the rule spoke.
///
/// # Errors
/// The shortest counter-example.
pub fn run() -> Result<(usize, u64), Counterexample<Event>> {
    let mut rules = Rules::default();
    let space = explore(&Screen, &mut rules, &Limits { states: 2_000_000, edges: false })?;
    assert!(space.closed, "the display");
    Ok((crate::store::Store::len(&space.store), rules.count))
}
