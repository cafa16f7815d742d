//! Around every boundary of every timer: one tick before it, at it, one tick after it, and inside.
//!
//! A search that placed events at all of these points one after another would never end: each choice
//! leaves other remainders. So the search itself lets time pass exactly to the ends of timers, which is
//! closed; and from each state so found, or from one for each order of its timers, every boundary of
//! every timer is probed: time to there, seen in each way, then every event, then one tick. What lies
//! elsewhere inside is sampled by the random walks of the session's own tests.

use super::Channel;
use super::rules::Rules;
use crate::search::{Counterexample, Machine, Space, Taken, Watcher};
use crate::store::Store;
use coldcap::supervise::{Event, State};
use coldcap_guard::Conditions;
use coldcap_session::{Phase, Timers};
use std::collections::HashSet;

/// From which states the boundaries are probed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// From all.
    Every,
    /// From one for each phase, circumstance, and order in which its timers run out.
    Representatives,
}

/// What the probing took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Probed {
    /// States that were probed from.
    pub states: usize,
    /// Steps judged.
    pub steps: u64,
}

/// What makes two states alike but for how much time their timers have left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Likeness {
    phase: Phase,
    treatment: Option<Phase>,
    order: [u8; 8],
    infusing: bool,
    waiting: bool,
    worn: bool,
    permitted: bool,
}

fn likeness(channel: &Channel<'_>, state: &State) -> Likeness {
    let session = &state.session;
    Likeness {
        phase: session.phase(),
        treatment: session.treatment(),
        order: order(session.timers(&channel.config().session)),
        infusing: session.drugs().running(),
        waiting: session.is_waiting(),
        worn: session.is_worn(),
        permitted: state.permit(channel.config()).circulate,
    }
}

/// The rank of each timer by what it has left; equal timers have equal ranks, 0 is one that rests.
fn order(timers: Timers) -> [u8; 8] {
    let Timers { planned, hold, attendance, restart, breaks, armed, phase, thaw } = timers;
    let all = [planned, hold, attendance, restart, breaks, armed, phase, thaw];
    let left = all.map(Option::unwrap_or_default);
    left.map(|one| {
        let shorter = left.iter().filter(|other| !other.is_zero() && **other < one).count();
        if one.is_zero() { 0 } else { 1 + shorter as u8 }
    })
}

/// Probes the boundaries of every timer of the states of a closed space.
///
/// # Errors
/// The first counter-example; its last events are those of the probe.
pub fn probe<'c>(
    channel: &Channel<'c>,
    space: &Space<Channel<'c>>,
    from: From,
    rules: &mut Rules,
) -> Result<Probed, Counterexample<Event>> {
    let mut alike = HashSet::new();
    let mut probed = Probed::default();
    for index in 0..space.store.len() as u32 {
        let state = space.store.get(index);
        if from == From::Representatives && !alike.insert(likeness(channel, &state)) {
            continue;
        }
        probed.states += 1;
        let mut probe = Probe { channel, rules, events: Vec::new(), steps: 0 };
        let result = probe.probe_state(&state);
        probed.steps += probe.steps;
        if let Err(broken) = result {
            let events = core::mem::take(&mut probe.events);
            let mut found = space.counterexample(channel, broken, index, None);
            found.events.extend(events);
            return Err(found);
        }
    }
    Ok(probed)
}

struct Probe<'a, 'c> {
    channel: &'a Channel<'c>,
    rules: &'a mut Rules,
    events: Vec<Event>,
    steps: u64,
}

type Judged<T> = Result<T, &'static str>;

impl Probe<'_, '_> {
    fn probe_state(&mut self, state: &State) -> Judged<()> {
        let boundaries = self.channel.boundaries(state);
        for letter in self.letters(state) {
            let Event::Advance { .. } = self.channel.letter(letter).event else { continue };
            for &ticks in &boundaries {
                self.events.clear();
                let at = self.take(state, Channel::lasting(letter, ticks))?;
                self.every_event(&at)?;
            }
        }
        Ok(())
    }

    fn every_event(&mut self, at: &State) -> Judged<()> {
        for letter in self.letters(at) {
            if let Event::Advance { .. } = self.channel.letter(letter).event {
                continue;
            }
            let after = self.take(at, letter)?;
            if after != *at {
                self.tick(&after)?;
            }
            self.events.pop();
        }
        self.tick(at)
    }

    fn tick(&mut self, at: &State) -> Judged<()> {
        let good = self.letters(at).into_iter().find(|letter| {
            matches!(self.channel.letter(*letter).event, Event::Advance { seen, conditions, .. }
                if seen == super::sights::GOOD && conditions == Conditions::EMPTY)
        });
        if let Some(letter) = good {
            self.take(at, Channel::lasting(letter, 1))?;
            self.events.pop();
        }
        Ok(())
    }

    fn letters(&self, state: &State) -> Vec<u32> {
        self.channel.played_in(state.session.phase()).to_vec()
    }

    fn take(&mut self, before: &State, letter: u32) -> Judged<State> {
        let event = self.channel.event(letter);
        self.events.push(event);
        self.steps += 1;
        let (after, effects) = self.channel.stepped(before, &event);
        let taken = Taken { before, letter, event: &event, after: &after, effects: &effects };
        self.rules.step(self.channel, &taken)?;
        let after = self.channel.decided(after);
        self.rules.state(self.channel, &after)?;
        Ok(after)
    }
}
