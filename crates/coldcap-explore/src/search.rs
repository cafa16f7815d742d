//! Breadth-first search over a step function, with predecessors and, where wanted, edges.

use crate::graph::Edges;
use crate::store::Store;
use core::time::Duration;
use std::time::Instant;

/// A step function with an alphabet of events.
pub trait Machine {
    /// What it is in.
    type State: Copy;
    /// What happens to it.
    type Event: Copy;
    /// What a step did.
    type Effects;
    /// Where states are kept.
    type Store: Store<Self::State>;

    /// Where the search begins.
    fn starts(&self) -> Vec<Self::State>;

    /// Appends the letters of all events that may happen in this state.
    fn letters(&self, state: &Self::State, letters: &mut Vec<u32>);

    /// The event of a letter.
    fn event(&self, letter: u32) -> Self::Event;

    /// One step: the state as it is, before [`Machine::decided`].
    fn step(&self, state: &Self::State, event: &Self::Event) -> (Self::State, Self::Effects);

    /// The part of a state that decides what happens from there on.
    fn decided(&self, state: Self::State) -> Self::State;

    /// Whether the search goes on from where this letter leads. A letter that is only probed is judged
    /// in every state and adds none.
    fn is_followed(&self, letter: u32) -> bool;

    /// Which kinds of edge a step makes: any of the bits of [`Edges`]; zero is not kept.
    fn kinds(&self, taken: &Taken<'_, Self>) -> u8
    where
        Self: Sized;
}

/// One step that was taken.
#[derive(Debug)]
pub struct Taken<'a, M: Machine> {
    /// The state before it.
    pub before: &'a M::State,
    /// The letter of the event.
    pub letter: u32,
    /// The event.
    pub event: &'a M::Event,
    /// The state after it, with what only the record shows.
    pub after: &'a M::State,
    /// What it did.
    pub effects: &'a M::Effects,
}

/// The name of a property that does not hold.
pub type Broken = &'static str;

/// What looks at every state and every step.
pub trait Watcher<M: Machine> {
    /// A state that was never seen before.
    ///
    /// # Errors
    /// The name of the property that it breaks.
    fn state(&mut self, machine: &M, state: &M::State) -> Result<(), Broken>;

    /// A step, each once.
    ///
    /// # Errors
    /// The name of the property that it breaks.
    fn step(&mut self, machine: &M, taken: &Taken<'_, M>) -> Result<(), Broken>;
}

/// Looks at nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nobody;

impl<M: Machine> Watcher<M> for Nobody {
    fn state(&mut self, _: &M, _: &M::State) -> Result<(), Broken> {
        Ok(())
    }

    fn step(&mut self, _: &M, _: &Taken<'_, M>) -> Result<(), Broken> {
        Ok(())
    }
}

/// How far a search may go.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most states; a search that needs more is not closed.
    pub states: usize,
    /// Whether edges are kept for the liveness properties.
    pub edges: bool,
}

/// All states that can be reached, and how.
#[derive(Debug)]
pub struct Space<M: Machine> {
    /// The states by number, in order of discovery.
    pub store: M::Store,
    /// Where each state was first reached from, and by which letter; a start is its own.
    parents: Vec<(u32, u32)>,
    /// The edges, if they were kept.
    pub edges: Edges,
    /// How many steps were taken.
    pub transitions: u64,
    /// The length of the longest of all shortest ways.
    pub depth: u32,
    /// Whether nothing is left to visit.
    pub closed: bool,
    /// Time that the search took.
    pub time: Duration,
}

/// The shortest way to something that must not be.
#[derive(Clone, Debug)]
pub struct Counterexample<E> {
    /// Which property it breaks.
    pub broken: Broken,
    /// The events, from a start.
    pub events: Vec<E>,
}

/// What a search ends with.
pub type Found<M> = Result<Space<M>, Counterexample<<M as Machine>::Event>>;

impl<M: Machine> Space<M> {
    fn new() -> Self {
        Self {
            store: M::Store::default(),
            parents: Vec::new(),
            edges: Edges::default(),
            transitions: 0,
            depth: 0,
            closed: false,
            time: Duration::ZERO,
        }
    }

    /// From which state, and by which letter, a state was first reached; `None` of a start.
    #[must_use]
    pub fn parent(&self, state: u32) -> Option<(u32, u32)> {
        self.parents.get(state as usize).copied().filter(|(before, _)| *before != state)
    }

    /// The shortest way to a state, as letters.
    #[must_use]
    pub fn way(&self, state: u32) -> Vec<u32> {
        let mut letters = Vec::new();
        let mut at = state;
        while let Some(&(before, letter)) = self.parents.get(at as usize) {
            if before == at {
                break;
            }
            letters.push(letter);
            at = before;
        }
        letters.reverse();
        letters
    }

    /// The shortest way to a state, as a counter-example.
    #[must_use]
    pub fn counterexample(
        &self,
        machine: &M,
        broken: Broken,
        state: u32,
        last: Option<u32>,
    ) -> Counterexample<M::Event> {
        let letters = self.way(state).into_iter().chain(last);
        Counterexample { broken, events: letters.map(|letter| machine.event(letter)).collect() }
    }

    fn add(&mut self, state: &M::State, from: Option<(u32, u32)>) -> (u32, bool) {
        let (index, new) = self.store.insert(state);
        if new {
            self.parents.push(from.unwrap_or((index, 0)));
        }
        (index, new)
    }
}

/// Visits every state that can be reached, nearest first.
///
/// # Errors
/// The shortest counter-example to a property of `watcher`.
pub fn explore<M: Machine>(
    machine: &M,
    watcher: &mut impl Watcher<M>,
    limits: &Limits,
) -> Found<M> {
    let start = Instant::now();
    let mut space = Space::new();
    for state in machine.starts() {
        let (index, new) = space.add(&machine.decided(state), None);
        if new {
            watcher
                .state(machine, &state)
                .map_err(|broken| space.counterexample(machine, broken, index, None))?;
        }
    }
    let (mut letters, mut level_ends) = (Vec::new(), space.store.len());
    let mut at = 0;
    while at < space.store.len() && space.store.len() <= limits.states {
        if at == level_ends {
            space.depth += 1;
            level_ends = space.store.len();
        }
        letters.clear();
        let before = space.store.get(at as u32);
        machine.letters(&before, &mut letters);
        for &letter in &letters {
            visit(machine, watcher, limits, &mut space, (at as u32, &before), letter)?;
        }
        space.edges.close(at as u32);
        at += 1;
    }
    space.closed = at == space.store.len();
    space.time = start.elapsed();
    Ok(space)
}

fn visit<M: Machine>(
    machine: &M,
    watcher: &mut impl Watcher<M>,
    limits: &Limits,
    space: &mut Space<M>,
    (from, before): (u32, &M::State),
    letter: u32,
) -> Result<(), Counterexample<M::Event>> {
    let event = machine.event(letter);
    let (after, effects) = machine.step(before, &event);
    space.transitions += 1;
    let taken = Taken { before, letter, event: &event, after: &after, effects: &effects };
    watcher
        .step(machine, &taken)
        .map_err(|broken| space.counterexample(machine, broken, from, Some(letter)))?;
    if !machine.is_followed(letter) {
        return Ok(());
    }
    let kinds = if limits.edges { machine.kinds(&taken) } else { 0 };
    let after = machine.decided(after);
    let (to, new) = space.add(&after, Some((from, letter)));
    if new {
        watcher
            .state(machine, &after)
            .map_err(|broken| space.counterexample(machine, broken, to, None))?;
    }
    if limits.edges {
        space.edges.add(to, kinds);
    }
    Ok(())
}
