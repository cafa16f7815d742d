//! One channel: session and interlock joined, `coldcap::supervise::step` as it ships.

pub mod alphabet;
pub mod amended;
pub mod coverage;
pub mod defects;
pub mod fringe;
pub mod liveness;
mod memory_rules;
pub mod recorded;
pub mod rules;
pub mod scopes;
pub mod sights;
mod state_rules;
mod step_rules;
pub mod words;

use crate::graph::Edges;
use crate::search::{Machine, Taken};
use crate::store::{Interner, Store};
use alphabet::Letter;
use coldcap::supervise::{Config, Effects, Event, State};
use coldcap_session::{Note, Phase};
use coldcap_units::Duration;
use core::fmt;

/// A step function of one channel: the shipped one, or one with a planted defect.
pub type Step<'a> = dyn Fn(&State, &Event, &Config) -> (State, Effects) + Sync + 'a;

/// The shortest step of time on a real machine.
pub const TICK: Duration = coldcap::TICK;

/// When time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// Always by the span that the alphabet says.
    Fixed,
    /// Exactly to the end of a running timer, whichever; by one tick where none runs.
    Deadlines,
}

/// A step function with an alphabet.
pub struct Channel<'a> {
    step: &'a Step<'a>,
    config: Config,
    letters: Vec<Letter>,
    by_phase: Vec<Vec<u32>>,
    timing: Timing,
    thorough: bool,
}

impl fmt::Debug for Channel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel").field("letters", &self.letters.len()).finish_non_exhaustive()
    }
}

/// The number of the letter stands in the lower bits, ticks of time in the upper.
const INDEX_BITS: u32 = 12;
const INDEX: u32 = (1 << INDEX_BITS) - 1;

impl<'a> Channel<'a> {
    /// A channel that plays `letters` on `step`.
    ///
    /// # Panics
    /// When there are more than 4 096 letters.
    #[must_use]
    pub fn new(step: &'a Step<'a>, config: Config, letters: Vec<Letter>, timing: Timing) -> Self {
        assert!(letters.len() <= INDEX as usize, "too many letters");
        let here = |letter: &Letter, phase| letter.only_in.is_none_or(|only| only == phase);
        let played = |phase: Phase| -> Vec<u32> {
            let played = (0u32..).zip(&letters).filter(|(_, letter)| here(letter, phase));
            played.map(|(index, _)| index).collect()
        };
        let by_phase = Phase::ALL.map(played).into();
        Self { step, config, letters, by_phase, timing, thorough: false }
    }

    /// The same channel, judged by the costly rules as well, and with all that it reaches counted.
    #[must_use]
    pub fn thoroughly(self) -> Self {
        Self { thorough: true, ..self }
    }

    /// Whether the costly rules are judged.
    #[must_use]
    pub const fn is_thorough(&self) -> bool {
        self.thorough
    }

    /// The configuration.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// The letter that an event came from.
    #[must_use]
    pub fn letter(&self, letter: u32) -> &Letter {
        &self.letters[(letter & INDEX) as usize]
    }

    /// The letters that are played in a phase.
    #[must_use]
    pub fn played_in(&self, phase: Phase) -> &[u32] {
        self.by_phase.get(usize::from(phase.code())).map(Vec::as_slice).unwrap_or_default()
    }

    /// All letters.
    #[must_use]
    pub fn alphabet(&self) -> &[Letter] {
        &self.letters
    }

    /// The step function itself.
    #[must_use]
    pub fn stepped(&self, state: &State, event: &Event) -> (State, Effects) {
        (self.step)(state, event, &self.config)
    }

    /// The ticks to the end of every timer that runs.
    fn deadlines(&self, state: &State) -> Vec<u32> {
        let timers = state.session.timers(&self.config.session);
        let ticks = |left: Duration| left.as_millis().div_ceil(TICK.as_millis());
        let mut spans: Vec<u32> = timers.running().map(ticks).collect();
        spans.sort_unstable();
        spans.dedup();
        if spans.is_empty() { vec![1] } else { spans }
    }

    /// The ticks to one before, at and one after the end of every timer that runs, and to one point
    /// inside it.
    #[must_use]
    pub fn boundaries(&self, state: &State) -> Vec<u32> {
        let around = |end: u32| [end / 2 + 1, end.saturating_sub(1), end, end + 1];
        let ends = self.deadlines(state).into_iter();
        let mut spans: Vec<u32> = ends.flat_map(around).filter(|ticks| *ticks > 0).collect();
        spans.sort_unstable();
        spans.dedup();
        spans
    }

    /// The letter of a time, with so many ticks for it.
    #[must_use]
    pub const fn lasting(letter: u32, ticks: u32) -> u32 {
        letter & INDEX | ticks << INDEX_BITS
    }
}

impl Machine for Channel<'_> {
    type State = State;
    type Event = Event;
    type Effects = Effects;
    type Store = Pairs;

    fn starts(&self) -> Vec<State> {
        vec![State::default()]
    }

    fn letters(&self, state: &State, letters: &mut Vec<u32>) {
        let here = self.played_in(state.session.phase());
        if self.timing == Timing::Fixed {
            letters.extend_from_slice(here);
            return;
        }
        let spans = self.deadlines(state);
        for &index in here {
            match self.letters[index as usize].event {
                Event::Advance { .. } => {
                    letters.extend(spans.iter().map(|ticks| index | ticks << INDEX_BITS));
                }
                _ => letters.push(index),
            }
        }
    }

    fn event(&self, letter: u32) -> Event {
        match (self.letter(letter).event, letter >> INDEX_BITS) {
            (Event::Advance { seen, conditions, .. }, ticks) if ticks > 0 => {
                let dt = Duration::from_millis(ticks * TICK.as_millis());
                Event::Advance { dt, seen, conditions }
            }
            (event, _) => event,
        }
    }

    fn step(&self, state: &State, event: &Event) -> (State, Effects) {
        self.stepped(state, event)
    }

    fn decided(&self, state: State) -> State {
        State { session: state.session.as_decided(&self.config.session), ..state }
    }

    fn is_followed(&self, letter: u32) -> bool {
        !self.letter(letter).probe
    }

    fn kinds(&self, taken: &Taken<'_, Self>) -> u8 {
        let letter = self.letter(taken.letter);
        let helps = if letter.helps { Edges::HELP } else { 0 };
        let Event::Advance { .. } = taken.event else { return helps };
        let watched = taken.before.session.attendance().is_watching();
        let silent = watched && !taken.effects.notes().any(|note| matches!(note, Note::Flag(_)));
        helps | Edges::TIME | if silent { Edges::SILENT } else { 0 }
    }
}

/// States as pairs of two numbers: sessions and interlocks are kept apart, each once. A state takes a key
/// of eight bytes, and equality stays exact.
#[derive(Debug, Default)]
pub struct Pairs {
    sessions: Interner<coldcap_session::State>,
    interlocks: Interner<coldcap_guard::interlock::State>,
    pairs: Interner<(u32, u32)>,
}

impl Store<State> for Pairs {
    fn insert(&mut self, state: &State) -> (u32, bool) {
        let session = self.sessions.insert(state.session).0;
        let interlock = self.interlocks.insert(state.interlock).0;
        self.pairs.insert((session, interlock))
    }

    fn get(&self, index: u32) -> State {
        let (session, interlock) = self.pairs.get(index);
        State { session: self.sessions.get(session), interlock: self.interlocks.get(interlock) }
    }

    fn len(&self) -> usize {
        self.pairs.len()
    }
}

impl Pairs {
    /// How many different sessions and interlocks the states are made of.
    #[must_use]
    pub fn parts(&self) -> (usize, usize) {
        (self.sessions.len(), self.interlocks.len())
    }
}
