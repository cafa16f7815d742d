//! The watch on the display, second by second: a screen that stands still must be found, whatever it sends.

use crate::search::{Broken, Counterexample, Limits, Machine, Taken, Watcher, explore};
use crate::store::Interner;
use coldcap_guard::Condition;
use coldcap_guard::detect::{MachineDetector, MachineSample};
use coldcap_guard::display::{DisplayLimits, DisplayState, DisplayWatch, Progress};
use coldcap_units::{Duration, Instant};

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

/// The watches of display and link, and how long it is since the display last drew something new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct State {
    watch: DisplayWatch,
    link: MachineDetector,
    link_lost: bool,
    progress: Progress,
    shown: Option<u16>,
    seconds: u8,
    old_for: u8,
    silent_for: u8,
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
        after.silent_for = if sent.is_some() { 0 } else { before.silent_for.saturating_add(1) };
        let silent = after.shown.map(|_| Duration::from_secs(u32::from(after.silent_for)));
        let sample = MachineSample { host_silent: silent, ..MachineSample::default() };
        let now = Instant::from_millis(1_000 * u64::from(after.seconds));
        let found = after.link.step(now, &sample, &coldcap::Config::reference().limits);
        after.link_lost = found.contains(Condition::LinkLost);
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

/// The rules, with what they say.
pub const RULES: [(&str, &str); 2] = [
    ("UI1", "a display that has drawn nothing new is stale after two seconds, silent after ten"),
    (
        "UI2",
        "a display of which nothing comes for more than three seconds and a half is a lost link",
    ),
];

/// How often the rules spoke.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules {
    /// Of states in which a display takes part; of those in which it is silent.
    pub counts: [u64; 2],
}

impl Watcher<Screen> for Rules {
    fn state(&mut self, _: &Screen, state: &State) -> Result<(), Broken> {
        if state.shown.is_none() {
            return Ok(());
        }
        let expected = match state.old_for {
            0 | 1 => DisplayState::Fresh,
            2..=9 => DisplayState::Stale,
            _ => DisplayState::Silent,
        };
        let silent = state.silent_for >= 4;
        self.counts[0] += 1;
        self.counts[1] += u64::from(silent);
        match (state.is == expected, state.link_lost || !silent) {
            (false, _) => Err(RULES[0].0),
            (_, false) => Err(RULES[1].0),
            _ => Ok(()),
        }
    }

    fn step(&mut self, _: &Screen, _: &Taken<'_, Screen>) -> Result<(), Broken> {
        Ok(())
    }
}

/// What the exploration came to.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// Different states.
    pub states: usize,
    /// Of how many each of [`RULES`] spoke.
    pub counts: [u64; 2],
}

/// Explores it.
///
/// # Errors
/// The shortest counter-example.
pub fn run() -> Result<Report, Counterexample<Event>> {
    let mut rules = Rules::default();
    let space = explore(&Screen, &mut rules, &Limits { states: 2_000_000, edges: false })?;
    assert!(space.closed, "the display");
    Ok(Report { states: crate::store::Store::len(&space.store), counts: rules.counts })
}
