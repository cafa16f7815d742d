//! The alarms of two channels, joined at one sounder, minute by minute: nothing of one patient is silent because of
//! the other.
//!
//! Whatever is judged here goes by what was *told* of each channel, which the state remembers, and by the rows: the
//! engines are not asked what is new or what explains what. The engine of one channel is explored in
//! [`alarms`](crate::alarms), for every pair of rows.

use crate::search::{Broken, Counterexample, Limits, Machine, Taken, Watcher, explore};
use crate::store::Interner;
use coldcap_guard::alarm::{
    self, Alarms, Changes, Event, Priority, REMINDER_PERIOD, Row, State as One, Table, Told,
};
use coldcap_guard::{Condition, Conditions};

const TABLE: &Table<'_> = &Table::SHIPPED;

/// What may hold at a channel and at the machine, in one exploration.
#[derive(Clone, Copy, Debug)]
struct Scope {
    channel: &'static [Condition],
    machine: &'static [Condition],
}

/// The same at both channels, of each priority; a cause and what it explains, at the channel and at the machine. None of
/// them has a clear delay: what is told is what is present.
const SCOPES: [Scope; 4] = [
    Scope { channel: &[Condition::Freeze], machine: &[Condition::Leak] },
    Scope { channel: &[Condition::SafetySensor], machine: &[] },
    Scope { channel: &[Condition::CapUncoupled, Condition::FlowLost], machine: &[] },
    Scope { channel: &[Condition::TooWarm], machine: &[Condition::TankSensor] },
];

/// The alarms, and what they were told last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    alarms: Alarms<2>,
    told: [Conditions; 2],
}

/// Two channels and their sounder.
#[derive(Clone, Debug)]
pub struct Sounder {
    events: Vec<Told<2>>,
}

impl Sounder {
    fn new(scope: &Scope) -> Self {
        let (own, machine) = (subsets(scope.channel), subsets(scope.machine));
        let mut events = Vec::new();
        for machine in machine {
            for first in &own {
                let told = own.iter().map(|second| [*first, *second]);
                events.extend(told.map(|channels| Told::Conditions { machine, channels }));
            }
        }
        events.extend([None, Some(0), Some(1)].map(Told::Acknowledge));
        events.extend([Told::AudioPause, Told::Advance(REMINDER_PERIOD)]);
        Self { events }
    }
}

fn subsets(of: &[Condition]) -> Vec<Conditions> {
    of.iter().fold(vec![Conditions::EMPTY], |sets, condition| {
        sets.iter().flat_map(|set| [*set, set.with(*condition)]).collect()
    })
}

/// What concerns each channel of what is told.
fn concerning(machine: Conditions, channels: [Conditions; 2]) -> [Conditions; 2] {
    channels.map(|own| own.union(machine))
}

impl Machine for Sounder {
    type State = State;
    type Event = Told<2>;
    type Effects = [Changes; 2];
    type Store = Interner<State>;

    fn starts(&self) -> Vec<State> {
        vec![State { alarms: Alarms::new(), told: [Conditions::EMPTY; 2] }]
    }

    fn letters(&self, _: &State, letters: &mut Vec<u32>) {
        letters.extend(0..self.events.len() as u32);
    }

    fn event(&self, letter: u32) -> Told<2> {
        self.events[letter as usize]
    }

    fn step(&self, state: &State, event: &Told<2>) -> (State, [Changes; 2]) {
        let (alarms, changes) = state.alarms.step(TABLE, event);
        let told = match *event {
            Told::Conditions { machine, channels } => concerning(machine, channels),
            _ => state.told,
        };
        (State { alarms, told }, changes)
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

const TEXTS: [(&str, &str); 7] = [
    (
        "SO1",
        "what begins at a channel, and nothing there or at the machine explains, is heard in that step, whatever the other has",
    ),
    ("SO2", "an acknowledgement at one channel leaves the other's alarms unanswered and heard"),
    ("SO3", "what holds at the machine explains a channel's alarm at every channel"),
    ("SO4", "the sounder plays, and the machine shows, the most urgent that any channel has"),
    ("SO5", "something new and urgent at any channel ends the pause for both"),
    ("SO6", "what begins is reported of every channel that it concerns, and of no other"),
    ("SO7", "a channel's alarms are those of a machine with that channel alone"),
];

/// The rules that are judged at once. First what is heard, then where it is told: a defect that does both is named by
/// what is silent.
const PARTS: [core::ops::Range<usize>; 2] = [0..5, 5..TEXTS.len()];

/// How often each rule spoke.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    judged: core::ops::Range<usize>,
    counts: [u64; TEXTS.len()],
}

impl Watcher<Sounder> for Rules {
    fn state(&mut self, _: &Sounder, _: &State) -> Result<(), Broken> {
        Ok(())
    }

    fn step(&mut self, _: &Sounder, taken: &Taken<'_, Sounder>) -> Result<(), Broken> {
        let verdicts = [
            heard(taken),
            left_unanswered(taken),
            explained(taken),
            most_urgent(taken.after),
            pause_ends(taken),
            reported(taken),
            as_if_alone(taken),
        ];
        for index in self.judged.clone() {
            let verdict = verdicts[index];
            match verdict {
                None => {}
                Some(true) => self.counts[index] += 1,
                Some(false) => return Err(TEXTS[index].0),
            }
        }
        Ok(())
    }
}

/// What a step began at each channel: it was told now and not before.
fn begun(taken: &Taken<'_, Sounder>) -> [Conditions; 2] {
    [0, 1].map(|at| taken.after.told[at].difference(taken.before.told[at]))
}

/// Of that, what nothing that was told of this channel or of the machine explains, and how urgent it is.
fn news(taken: &Taken<'_, Sounder>) -> Priority {
    let [first, second] = [0, 1].map(|at| {
        let free = |c: &Condition| !Row::of(*c).inhibited_by.intersects(taken.after.told[at]);
        let new = begun(taken)[at].iter().filter(free);
        new.map(|condition| Row::of(condition).priority).max().unwrap_or_default()
    });
    first.max(second)
}

fn heard(taken: &Taken<'_, Sounder>) -> Option<bool> {
    let news = news(taken);
    (news >= Priority::Medium).then(|| taken.after.alarms.sounding() >= news)
}

fn unanswered(one: &One) -> Conditions {
    one.signalling().difference(one.acknowledged())
}

fn left_unanswered(taken: &Taken<'_, Sounder>) -> Option<bool> {
    let Told::Acknowledge(Some(channel)) = *taken.event else { return None };
    let other = 1 - channel;
    let [before, after] = [taken.before, taken.after].map(|it| it.alarms.channels()[other]);
    let heard = taken.after.alarms.sounding() >= before.sounding();
    (!unanswered(&before).is_empty()).then(|| unanswered(&before) == unanswered(&after) && heard)
}

fn explained(taken: &Taken<'_, Sounder>) -> Option<bool> {
    let Told::Conditions { machine, channels } = *taken.event else { return None };
    let shadowed = channels.map(|own| {
        let is = |c: &Condition| Row::of(*c).inhibited_by.intersects(machine);
        own.iter().filter(is).collect::<Conditions>()
    });
    let holds = |(one, shadowed): (&One, Conditions)| {
        one.active().contains_all(shadowed) && !one.signalling().intersects(shadowed)
    };
    let some = shadowed.iter().any(|set| !set.is_empty());
    some.then(|| taken.after.alarms.channels().iter().zip(shadowed).all(holds))
}

fn most_urgent(state: &State) -> Option<bool> {
    let [first, second] = state.alarms.channels();
    let plays = |one: &One| one.sounding().max(one.reminding());
    let both = !first.active().is_empty() && !second.active().is_empty();
    let sounding = plays(first).max(plays(second));
    let highest = first.highest().max(second.highest());
    both.then(|| (state.alarms.sounding(), state.alarms.highest()) == (sounding, highest))
}

fn pause_ends(taken: &Taken<'_, Sounder>) -> Option<bool> {
    let paused =
        |state: &State| state.alarms.channels().iter().any(|one| !one.audio_pause().is_zero());
    (paused(taken.before) && news(taken) >= Priority::Medium).then(|| !paused(taken.after))
}

fn reported(taken: &Taken<'_, Sounder>) -> Option<bool> {
    let begun = begun(taken);
    let some = begun.iter().any(|set| !set.is_empty());
    some.then(|| taken.effects.map(|changes| changes.rose) == begun)
}

/// What only the sounder decides, its pause and what reminds of it, is left out.
fn as_if_alone(taken: &Taken<'_, Sounder>) -> Option<bool> {
    let alone = |at: usize| {
        let event = match *taken.event {
            Told::Conditions { machine, channels } => {
                Event::Conditions(machine.union(channels[at]))
            }
            Told::Acknowledge(Some(channel)) if channel != at => return true,
            Told::Acknowledge(_) => Event::Acknowledge,
            Told::AudioPause => Event::AudioPause,
            Told::Advance(dt) => Event::Advance(dt),
        };
        let (one, _) = alarm::step(&taken.before.alarms.channels()[at], &event);
        same(&one, &taken.after.alarms.channels()[at])
    };
    Some([0, 1].into_iter().all(alone))
}

fn same(one: &One, other: &One) -> bool {
    let sets = |it: &One| [it.active(), it.signalling(), it.acknowledged(), it.occurred()];
    let mut active = one.active().iter();
    sets(one) == sets(other) && active.all(|c| one.priority(c) == other.priority(c))
}

/// What the explorations came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// States of all scopes together, each closed.
    pub states: usize,
    /// Steps of all together.
    pub transitions: u64,
    /// Steps to the farthest state.
    pub depth: u32,
    /// Wall time.
    pub time: core::time::Duration,
    /// Each property: id, text, and of how many steps it spoke.
    pub counted: Vec<(&'static str, &'static str, u64)>,
}

/// Explores it.
///
/// # Errors
/// The shortest counter-example.
pub fn run() -> Result<Report, Counterexample<Told<2>>> {
    let (mut rules, mut report) = (Rules::default(), Report::default());
    for part in PARTS {
        rules.judged = part;
        for scope in &SCOPES {
            let limits = Limits { states: 4_000_000, edges: false };
            let space = explore(&Sounder::new(scope), &mut rules, &limits)?;
            assert!(space.closed, "{scope:?}");
            // Each part sees the same states.
            if rules.judged.start == 0 {
                report.states += space.store.len();
                report.transitions += space.transitions;
            }
            report.depth = report.depth.max(space.depth);
            report.time += space.time;
        }
    }
    let counted = TEXTS.iter().zip(rules.counts);
    report.counted = counted.map(|((id, text), count)| (*id, *text, count)).collect();
    Ok(report)
}
