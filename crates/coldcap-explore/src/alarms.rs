//! The alarm engine: every pair of shipped rows, with acknowledging, pausing and every boundary in time.
//!
//! The search goes on minute by minute, and all that is left of a time in a state is whole minutes but for the clear
//! delay, which is shorter. From every state each boundary is judged: one tick before it, at it, one tick after it,
//! and then every event.
//!
//! Of three or more rows at once the engine knows nothing more: it decides by sets, and each rule below
//! speaks of one row, or of one and what inhibits it. Sets of up to twelve rows are the guard's own tests.

use crate::graph::{Edges, Longest, longest_way};
use crate::search::{Broken, Counterexample, Limits, Machine, Space, Taken, Watcher, explore};
use crate::store::Interner;
use coldcap_guard::alarm::{
    AUDIO_PAUSE, Changes, Event, Priority, REMINDER_LENGTH, REMINDER_PERIOD, Row, State, TABLE,
    step,
};
use coldcap_guard::interlock::TripClass;
use coldcap_guard::{Condition, Conditions};
use coldcap_units::Duration;
use core::sync::atomic::{AtomicUsize, Ordering};

/// A step function of the alarms: the shipped one, or one with a planted defect.
pub type Step<'a> = dyn Fn(&State, &Event) -> (State, Changes) + Sync + 'a;

const TICK: u32 = coldcap::TICK.as_millis();

/// Two rows (or one, twice), and the step function.
pub struct Pair<'a> {
    step: &'a Step<'a>,
    events: Vec<Event>,
    /// So many of the events are followed; the others are judged, and what comes after them, and lead nowhere.
    followed: usize,
}

impl core::fmt::Debug for Pair<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Pair").field("events", &self.events).finish_non_exhaustive()
    }
}

impl<'a> Pair<'a> {
    /// The pair of two rows over a step function.
    #[must_use]
    pub fn new(step: &'a Step<'a>, first: Condition, second: Condition) -> Self {
        let sets = [&[][..], &[first], &[second], &[first, second]];
        let mut events: Vec<Event> =
            sets.into_iter().map(|set| Event::Conditions(Conditions::of(set))).collect();
        events.dedup();
        events.extend([Event::Acknowledge, Event::AudioPause]);
        let followed = events.len() + 1;
        events.push(Event::Advance(GRID));
        events.extend(spans().into_iter().map(Event::Advance));
        Self { step, events, followed }
    }
}

/// Time in which the search goes on. All times of the engine but the clear delay are whole multiples of it, and so is
/// what is left of them in every state that is found: around it, and around its multiples, lies every boundary.
const GRID: Duration = REMINDER_PERIOD;

/// Around every moment at which something may change: one tick less, exactly, one more; and inside.
fn spans() -> Vec<Duration> {
    let grid = GRID.as_millis();
    let clear = TABLE.iter().map(|row| row.clear_delay.as_millis()).filter(|delay| *delay > 0);
    let reminder = grid - REMINDER_LENGTH.as_millis();
    let ends = clear.chain([reminder]).chain(MULTIPLES.map(|count| count * grid));
    let around = ends.flat_map(|end| [end - TICK, end, end + TICK]).chain([grid / 2]);
    let mut spans: Vec<Duration> = around.map(Duration::from_millis).collect();
    spans.sort_unstable();
    spans.dedup();
    spans
}

/// The audio pause, the silences by priority, and the escalations, in multiples of the grid.
const MULTIPLES: [u32; 5] = [1, 2, 5, 10, 15];

impl Machine for Pair<'_> {
    type State = State;
    type Event = Event;
    type Effects = Changes;
    type Store = Interner<State>;

    fn starts(&self) -> Vec<State> {
        vec![State::new()]
    }

    fn letters(&self, _: &State, letters: &mut Vec<u32>) {
        letters.extend(0..self.followed as u32);
    }

    fn event(&self, letter: u32) -> Event {
        self.events[letter as usize]
    }

    fn step(&self, state: &State, event: &Event) -> (State, Changes) {
        (self.step)(state, event)
    }

    fn decided(&self, state: State) -> State {
        state
    }

    fn is_followed(&self, letter: u32) -> bool {
        (letter as usize) < self.followed
    }

    fn kinds(&self, taken: &Taken<'_, Self>) -> u8 {
        match taken.event {
            Event::Advance(_) => Edges::TIME | Edges::HELP,
            Event::Acknowledge => Edges::HELP,
            Event::Conditions(set) if set.is_empty() => Edges::HELP,
            _ => 0,
        }
    }
}

type Rule = (&'static str, &'static str, fn(&Judged<'_>) -> Option<bool>);

struct Judged<'a> {
    before: &'a State,
    event: &'a Event,
    after: &'a State,
    changes: &'a Changes,
}

/// The rules of the alarms: AL-1 to AL-12 as far as they speak of the engine, and I9.
const RULES: &[Rule] = &[
    ("I9", "the priority shown is the highest of what signals, by priority", |it| {
        Some(it.after.highest() == highest(it.after, it.after.signalling()))
    }),
    ("AL-3", "what is inhibited does not signal, but is active", |it| {
        let Event::Conditions(set) = *it.event else { return None };
        let inhibited = |c: &Condition| Row::of(*c).inhibited_by.intersects(set);
        let shadowed: Conditions = set.iter().filter(inhibited).collect();
        let active = it.after.active().contains_all(set);
        (!shadowed.is_empty()).then(|| active && !it.after.signalling().intersects(shadowed))
    }),
    ("AL-4", "a clinician's or service trip is never inhibited", |it| {
        let severe = |c: &Condition| TripClass::of(*c) > Some(TripClass::Operator);
        let trips: Conditions = it.after.active().iter().filter(severe).collect();
        (!trips.is_empty()).then(|| it.after.signalling().contains_all(trips))
    }),
    ("AL-5", "what is found and not inhibited signals in the same step", |it| {
        let Event::Conditions(set) = *it.event else { return None };
        let free = |c: &Condition| !Row::of(*c).inhibited_by.intersects(it.after.active());
        let free: Conditions = set.iter().filter(free).collect();
        (!free.is_empty()).then(|| it.after.signalling().contains_all(free))
    }),
    ("AL-6", "a latching alarm stays until it is acknowledged and its condition has ended", |it| {
        let latching = |c: &Condition| Row::of(*c).latching;
        let before: Conditions = it.before.active().iter().filter(latching).collect();
        let gone = before.difference(it.after.active());
        let seen = matches!(it.event, Event::Acknowledge);
        let acknowledged = it.before.acknowledged().contains_all(gone);
        (!gone.is_empty()).then_some(seen || acknowledged)
    }),
    ("AL-7", "the sound pauses for two minutes at most", |it| {
        let paused = !it.after.audio_pause().is_zero();
        paused.then(|| it.after.audio_pause() <= AUDIO_PAUSE)
    }),
    ("AL-7b", "time takes from the pause what passed, and nothing else lengthens it", |it| {
        let Event::Advance(dt) = *it.event else { return None };
        let left = it.before.audio_pause().minus(dt);
        (!it.before.audio_pause().is_zero()).then(|| it.after.audio_pause() <= left)
    }),
    ("AL-8", "a new condition of medium or high priority is heard through the pause", |it| {
        let new = it.changes.rose.intersection(it.after.signalling());
        let urgent = highest(it.after, new) >= Priority::Medium;
        urgent.then(|| it.after.sounding() >= Priority::Medium)
    }),
    ("AL-9", "an escalation is heard although it was acknowledged or paused", |it| {
        let louder = it.changes.escalated;
        (!louder.is_empty()).then(|| it.after.sounding() >= highest(it.after, louder))
    }),
    ("AL-11", "a refusal changes nothing", |it| {
        let refused = matches!(it.changes.answer, Some(Err(_)));
        refused.then(|| it.before == it.after)
    }),
    ("AL-11b", "acknowledging is refused exactly where nothing is there to acknowledge", |it| {
        let Event::Acknowledge = it.event else { return None };
        let nothing = it.before.active().is_empty() && it.before.occurred().is_empty();
        Some(matches!(it.changes.answer, Some(Err(_))) == nothing)
    }),
    (
        "AL-12",
        "what escalates becomes more urgent, and only the end of its condition undoes it",
        |it| {
            let up = |c: Condition| it.after.priority(c) > Row::of(c).priority;
            let lost = |c: Condition| it.before.priority(c) > it.after.priority(c);
            let both = it.before.signalling().intersection(it.after.signalling());
            let was = both.iter().any(|c| it.before.priority(c) > Row::of(c).priority);
            let some = !it.changes.escalated.is_empty() || was;
            some.then(|| it.changes.escalated.iter().all(up) && !both.iter().any(lost))
        },
    ),
    ("AL-13", "what begins, ends or escalates is reported", |it| {
        let cleared = it.before.active().difference(it.after.active());
        let began = match *it.event {
            Event::Conditions(set) => set.difference(it.before.active()),
            _ => Conditions::EMPTY,
        };
        let some = !cleared.is_empty() || !began.is_empty();
        some.then(|| it.changes.cleared == cleared && it.changes.rose.contains_all(began))
    }),
    (
        "AL-1",
        "what begins has the priority that is written for it, whatever the table says",
        |it| {
            let Event::Conditions(set) = *it.event else { return None };
            let new = set.difference(it.before.active());
            (!new.is_empty()).then(|| new.iter().all(|c| it.after.priority(c) == written(c)))
        },
    ),
    ("AL-10", "while something urgent is silent, the last four seconds of a minute remind", |it| {
        // Time passes from whole minutes only, and what falls silent does so at one.
        let Event::Advance(dt) = *it.event else { return None };
        let into = dt.as_millis() % REMINDER_PERIOD.as_millis();
        let last = into >= REMINDER_PERIOD.as_millis() - REMINDER_LENGTH.as_millis();
        let silent = !silent(it.before).is_empty() && !silent(it.after).is_empty();
        (last && silent).then(|| it.after.reminding() >= Priority::Medium)
    }),
    ("AL-R7", "what the operator does changes no priority of what still holds", |it| {
        let (Event::Acknowledge | Event::AudioPause) = it.event else { return None };
        let holds = it.before.signalling().intersection(it.after.signalling());
        Some(holds.iter().all(|c| it.before.priority(c) == it.after.priority(c)))
    }),
];

/// What signals, is urgent, and is not heard.
fn silent(state: &State) -> Conditions {
    let urgent = state.signalling().iter().filter(|c| state.priority(*c) >= Priority::Medium);
    let paused = !state.audio_pause().is_zero();
    urgent.filter(|c| paused || state.acknowledged().contains(*c)).collect()
}

const HIGH: [Condition; 7] = [
    Condition::Freeze,
    Condition::FreezeAhead,
    Condition::ChillerStuck,
    Condition::Leak,
    Condition::PermitMismatch,
    Condition::ValveStuck,
    Condition::PumpRunsOn,
];

const LOW: [Condition; 10] = [
    Condition::ReturnSensor,
    Condition::LinkLost,
    Condition::TooWarm,
    Condition::ContactDoubtful,
    Condition::Waiting,
    Condition::Restarted,
    Condition::ValveUnseen,
    Condition::ColdDose,
    Condition::CalibrationDue,
    Condition::Degraded,
];

/// The priority of a condition, written down a second time from `docs/alarms.md` and not from the table.
fn written(condition: Condition) -> Priority {
    match condition {
        high if HIGH.contains(&high) => Priority::High,
        low if LOW.contains(&low) => Priority::Low,
        _ => Priority::Medium,
    }
}

fn highest(state: &State, set: Conditions) -> Priority {
    set.iter().map(|condition| state.priority(condition)).max().unwrap_or_default()
}

/// How often each rule spoke.
#[derive(Clone, Debug)]
pub struct Rules {
    counts: Vec<u64>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { counts: vec![0; RULES.len()] }
    }
}

impl<'a> Watcher<Pair<'a>> for Rules {
    fn state(&mut self, _: &Pair<'a>, _: &State) -> Result<(), Broken> {
        Ok(())
    }

    fn step(&mut self, _: &Pair<'a>, taken: &Taken<'_, Pair<'a>>) -> Result<(), Broken> {
        let Taken { before, event, after, effects: changes, .. } = *taken;
        let judged = Judged { before, event, after, changes };
        for ((id, _, check), count) in RULES.iter().zip(&mut self.counts) {
            match check(&judged) {
                None => {}
                Some(true) => *count += 1,
                Some(false) => return Err(id),
            }
        }
        Ok(())
    }
}

/// What all pairs together came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Pairs explored, each closed; single rows among them.
    pub pairs: usize,
    /// States of all pairs together.
    pub states: usize,
    /// Steps of all pairs together.
    pub transitions: u64,
    /// Steps around the boundaries of time, from every state.
    pub probed: u64,
    /// The states of the largest pair.
    pub largest: usize,
    /// Steps to the farthest state of any pair.
    pub depth: u32,
    /// Wall time.
    pub time: core::time::Duration,
    /// Each property: id, text, and of how many steps or states it spoke.
    pub counted: Vec<(&'static str, &'static str, u64)>,
}

const SOUNDS: (&str, &str) =
    ("AL-L1", "what signals and is not acknowledged sounds again, by time alone");
const ESCALATES: (&str, &str) =
    ("AL-L3", "what escalates by its row does so, by time alone, if nobody answers");
const AGAIN: (&str, &str) = (
    "AL-L4",
    "what was acknowledged and goes on is not silent for good: it sounds again by time alone",
);
const QUIET: (&str, &str) =
    ("AL-L2", "once the conditions end and somebody acknowledges, all is quiet");
const LIVE: [(&str, &str); 4] = [SOUNDS, ESCALATES, AGAIN, QUIET];

/// Explores every pair of rows, each row with itself among them, on two threads.
///
/// # Errors
/// The shortest counter-example of the first pair that has one.
pub fn run(step: &Step<'_>) -> Result<Report, Counterexample<Event>> {
    let start = std::time::Instant::now();
    let rows = TABLE.iter().enumerate();
    let pairs = rows.flat_map(|(index, first)| TABLE[index..].iter().map(move |it| (first, it)));
    let pairs: Vec<Pair<'_>> =
        pairs.map(|(first, second)| Pair::new(step, first.condition, second.condition)).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut whole = Whole::default();
        while let Some(pair) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
            whole.add(pair)?;
        }
        Ok(whole)
    };
    let (first, second) = std::thread::scope(|threads| {
        let other = threads.spawn(work);
        let own = work();
        (own, other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let mut whole = first?;
    whole.merge(&second?);
    let Whole { mut report, rules, live } = whole;
    let counts = RULES.iter().zip(&rules.counts);
    report.counted = counts.map(|((id, text, _), count)| (*id, *text, *count)).collect();
    let properties = LIVE.into_iter().zip(live);
    report.counted.extend(properties.map(|((id, text), count)| (id, text, count)));
    report.time = start.elapsed();
    Ok(report)
}

/// Explores one pair of rows: how many states there were.
///
/// # Errors
/// The shortest counter-example.
pub fn run_pair(
    step: &Step<'_>,
    first: Condition,
    second: Condition,
) -> Result<usize, Counterexample<Event>> {
    let mut whole = Whole::default();
    whole.add(&Pair::new(step, first, second))?;
    Ok(whole.report.states)
}

#[derive(Default)]
struct Whole {
    report: Report,
    rules: Rules,
    live: [u64; LIVE.len()],
}

impl Whole {
    fn add(&mut self, pair: &Pair<'_>) -> Result<(), Counterexample<Event>> {
        let limits = Limits { states: 4_000_000, edges: true };
        let space = explore(pair, &mut self.rules, &limits)?;
        assert!(space.closed, "{pair:?}");
        let live = live(pair, &space)?;
        let probed = fringe(pair, &space, &mut self.rules)?;
        self.merge(&Self {
            report: Report {
                pairs: 1,
                states: space.store.len(),
                transitions: space.transitions,
                probed,
                largest: space.store.len(),
                depth: space.depth,
                ..Report::default()
            },
            rules: Rules::default(),
            live,
        });
        Ok(())
    }

    fn merge(&mut self, other: &Self) {
        let (to, from) = (&mut self.report, &other.report);
        to.pairs += from.pairs;
        to.states += from.states;
        to.transitions += from.transitions;
        to.probed += from.probed;
        to.largest = to.largest.max(from.largest);
        to.depth = to.depth.max(from.depth);
        let counts = self.rules.counts.iter_mut().zip(&other.rules.counts);
        counts.for_each(|(to, from)| *to += from);
        self.live.iter_mut().zip(other.live).for_each(|(to, from)| *to += from);
    }
}

/// From every state: time to each boundary and around it, then each event of the operator and the detectors.
fn fringe<'a>(
    pair: &Pair<'a>,
    space: &Space<Pair<'a>>,
    rules: &mut Rules,
) -> Result<u64, Counterexample<Event>> {
    let mut steps = 0;
    for at in 0..space.store.len() as u32 {
        let state = space.store.get(at);
        for time in pair.followed..pair.events.len() {
            let fail = |broken, events: &[Event]| {
                let mut found = space.counterexample(pair, broken, at, None);
                found.events.extend(events);
                found
            };
            let judge = |rules: &mut Rules, before: &State, event: &Event| {
                let (after, effects) = pair.step(before, event);
                let taken = Taken { before, letter: 0, event, after: &after, effects: &effects };
                rules.step(pair, &taken).map(|()| after)
            };
            let passes = pair.events[time];
            let then = judge(rules, &state, &passes).map_err(|broken| fail(broken, &[passes]))?;
            steps += 1;
            for event in &pair.events[..pair.followed - 1] {
                judge(rules, &then, event).map_err(|broken| fail(broken, &[passes, *event]))?;
                steps += 1;
            }
        }
    }
    Ok(steps)
}

/// What ends by time alone, and must.
const PASSES: [fn(&State) -> bool; 3] = [
    |state| {
        let unanswered = state.signalling().difference(state.acknowledged());
        !unanswered.is_empty() && state.sounding() == Priority::None
    },
    |state| {
        state.signalling().iter().any(|condition| {
            let row = Row::of(condition);
            row.escalation.is_some() && state.priority(condition) == row.priority
        })
    },
    |state| !state.acknowledged().is_empty(),
];

fn live<'a>(
    pair: &Pair<'a>,
    space: &Space<Pair<'a>>,
) -> Result<[u64; LIVE.len()], Counterexample<Event>> {
    let state = |at: u32| space.store.get(at);
    let mut counts = [0; LIVE.len()];
    let count = |test: &dyn Fn(u32) -> bool| {
        (0..space.store.len() as u32).filter(|at| test(*at)).count() as u64
    };
    for ((passes, (id, _)), counted) in PASSES.into_iter().zip(LIVE).zip(&mut counts) {
        let lasts = |at: u32| passes(&state(at));
        if let Longest::Endless(at) = longest_way(&space.edges, Edges::TIME, lasts) {
            return Err(space.counterexample(pair, id, at, None));
        }
        *counted = count(&lasts);
    }
    let quiet = |at: u32| state(at).active().is_empty() && state(at).occurred().is_empty();
    if let Some(at) = space.edges.reversed(Edges::HELP).cut_off(quiet) {
        return Err(space.counterexample(pair, QUIET.0, at, None));
    }
    counts[LIVE.len() - 1] = count(&|at| !quiet(at));
    Ok(counts)
}

/// The events of a counter-example, one a line.
#[must_use]
pub fn script(events: &[Event]) -> String {
    let mut text = String::new();
    let mut now = 0u32;
    for event in events {
        let (seconds, tenths) = (now / 1_000, now % 1_000 / 100);
        let line = match event {
            Event::Conditions(set) => {
                let names: Vec<&str> = set.iter().map(Condition::name).collect();
                format!("input = {{ {} }}", names.join(", "))
            }
            Event::Advance(dt) => {
                now += dt.as_millis();
                format!("# {} ms pass", dt.as_millis())
            }
            other => format!("do = \"{}\"", crate::channel::coverage::snake(&format!("{other:?}"))),
        };
        text.push_str(&format!("{seconds:>6}.{tenths} s  {line}\n"));
    }
    text
}

/// The shipped step.
#[must_use]
pub fn shipped(state: &State, event: &Event) -> (State, Changes) {
    step(state, event)
}
