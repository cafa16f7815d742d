//! The guard of one channel from raw codes to the drivers: detectors, interlock, gate and the proof of health, tick
//! by tick, for every order of a few ticks.
//!
//! What a tick may show is a handful of letters; the clock goes on, so that nothing closes and the search ends after
//! [`DEPTH`] ticks. What must come of them is judged by a memory of its own.

use crate::search::{Broken, Counterexample, Limits, Machine, Taken, Watcher, explore};
use crate::store::Interner;
use coldcap_guard::detect::{self, ChannelDetector, ChannelSample};
use coldcap_guard::health::Watch;
use coldcap_guard::interlock::{self, Demand, Gate, ResetClass, limit};
use coldcap_guard::{Condition, Conditions};
use coldcap_units::{Duration, Duty, Fault, Instant, MilliAmps, Pulses, Ratio, Reading};

/// How many ticks in a row are played.
pub const DEPTH: u8 = 5;

const TICK: Duration = coldcap::TICK;
/// Longer than a flow may be missing, and longer than two sensors may disagree.
const LONG: Duration = Duration::from_millis(5_100);
const MINUTE: Duration = Duration::from_millis(61_000);
/// One kelvin of the reference divider between 0 and 30 °C, more or less: a hundredth of full scale.
const KELVIN: u32 = 42_949_673;
const WARM: u32 = 0x8E30_2DD1;

/// What one tick shows, or which stage it leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// All is well.
    Well,
    /// A fresh sample of the freeze-safety sensor is at its limit.
    Freezing,
    /// The sample of the tick before is seen again.
    Again,
    /// The sample cannot be read.
    Unreadable,
    /// The pump is driven and nothing has moved for some seconds.
    Still,
    /// The switch of the coupling is open.
    Uncoupled,
    /// Front and rear of the cap are eleven kelvins apart, a minute later.
    Apart,
    /// The detectors do not run.
    Undetected,
    /// The gate does not run.
    Ungated,
    /// The clock stands still.
    ClockStands,
    /// All is well, and a clinician resets.
    Reset,
}

impl Event {
    const ALL: [Self; 11] = [
        Self::Well,
        Self::Freezing,
        Self::Again,
        Self::Unreadable,
        Self::Still,
        Self::Uncoupled,
        Self::Apart,
        Self::Undetected,
        Self::Ungated,
        Self::ClockStands,
        Self::Reset,
    ];

    const fn lasts(self) -> Duration {
        match self {
            Self::Still => LONG,
            Self::Apart => MINUTE,
            Self::ClockStands => Duration::ZERO,
            _ => TICK,
        }
    }
}

/// What was shown, as far as the rules ask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Memory {
    freezing: u8,
    froze: bool,
    still: Option<Duration>,
    open: Option<Duration>,
    apart: Option<Duration>,
}

/// The guard of one channel, and what was shown to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    detector: ChannelDetector,
    interlock: interlock::State,
    gate: Gate,
    watch: Watch,
    now: Instant,
    ticks: u8,
    safety: Reading<Ratio>,
    left: Left,
    memory: Memory,
    proven: Option<Instant>,
}

type Left = (Duty, Duty, Duty);

/// What a tick did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effects {
    found: Conditions,
    proof: bool,
}

fn limits() -> detect::Limits {
    coldcap::Config::reference().limits
}

fn asked() -> Demand {
    Demand { pump: Duty::FULL, valve: Duty(9_000), chiller: Duty::FULL }
}

/// The guard, with the limits of the reference machine.
#[derive(Clone, Copy, Debug)]
pub struct Guard {
    limits: detect::Limits,
    config: interlock::Config,
}

impl Guard {
    fn sample(&self, before: &State, event: Event, now: Instant) -> ChannelSample {
        // A tremor, so that no code stands still.
        let code = WARM + u32::from(before.ticks) * 65_536;
        let face = |code| Reading::new(Ratio(code), now);
        let apart = if event == Event::Apart { 11 * KELVIN } else { 0 };
        let safety = match event {
            Event::Freezing => face(self.limits.raw().freeze_trip.0 + u32::from(before.ticks)),
            Event::Again => before.safety,
            Event::Unreadable => Reading::faulty(Fault::Unavailable, now),
            _ => face(code),
        };
        let edges = if event == Event::Still { 0 } else { 10_000 };
        let flow = Pulses { edges, window: Duration::from_mins(1) };
        ChannelSample {
            safety,
            front: face(code),
            rear: face(code + apart),
            flow: Reading::new(flow, now),
            pump_current: Reading::new(MilliAmps(900), now),
            coupled: Reading::new(event != Event::Uncoupled, now),
            pump_commanded: before.left.0,
            ..ChannelSample::default()
        }
    }

    fn detect(&self, state: &mut State, before: &State, event: Event) -> Conditions {
        let sample = self.sample(before, event, state.now);
        let found = state.detector.step(state.now, &sample, &self.limits);
        state.safety = sample.safety;
        let told = interlock::Event::Conditions(found);
        state.interlock = interlock::step(&state.interlock, &told, &self.config).0;
        state.memory = remembered(&before.memory, event, before, &sample);
        found
    }
}

fn remembered(memory: &Memory, event: Event, before: &State, sample: &ChannelSample) -> Memory {
    let passed = sample.flow.taken.since(before.now);
    let held = |holds: bool, since: Option<Duration>| {
        holds.then(|| since.map_or(Duration::ZERO, |since| since.plus(passed)))
    };
    let fresh = sample.safety.taken != before.safety.taken || before.ticks == 0;
    let freezing = match (sample.safety.value, event) {
        (Err(_), _) => memory.freezing,
        (Ok(_), Event::Freezing) => (memory.freezing + u8::from(fresh)).min(2),
        (Ok(code), _) if code == before.safety.value.unwrap_or_default() => memory.freezing,
        (Ok(_), _) => 0,
    };
    let pumped = !before.left.0.is_off();
    Memory {
        freezing,
        froze: memory.froze || freezing >= 2,
        still: held(event == Event::Still && pumped, memory.still),
        open: held(event == Event::Uncoupled, memory.open),
        apart: held(event == Event::Apart && pumped, memory.apart),
    }
}

impl Machine for Guard {
    type State = State;
    type Event = Event;
    type Effects = Effects;
    type Store = Interner<State>;

    fn starts(&self) -> Vec<State> {
        vec![State {
            detector: ChannelDetector::default(),
            interlock: interlock::State::new(),
            gate: Gate::default(),
            watch: Watch::new(),
            now: Instant::from_millis(1_000),
            ticks: 0,
            safety: Reading::absent(),
            left: (Duty::OFF, Duty::OFF, Duty::OFF),
            memory: Memory::default(),
            proven: None,
        }]
    }

    fn letters(&self, state: &State, letters: &mut Vec<u32>) {
        if state.ticks < DEPTH {
            letters.extend(0..Event::ALL.len() as u32);
        }
    }

    fn event(&self, letter: u32) -> Event {
        Event::ALL[letter as usize]
    }

    fn step(&self, before: &State, event: &Event) -> (State, Effects) {
        let event = *event;
        let now = before.now.plus(event.lasts());
        let mut state = State { now, ticks: before.ticks + 1, ..*before };
        let mut found = Conditions::EMPTY;
        if event != Event::Undetected {
            found = self.detect(&mut state, before, event);
        }
        if event == Event::Reset {
            let reset = interlock::Event::Reset(ResetClass::Clinician);
            state.interlock = interlock::step(&state.interlock, &reset, &self.config).0;
        }
        let permit = state.interlock.permit(&self.config);
        let left = match event {
            Event::Ungated => limit(asked(), &permit),
            _ => state.gate.limit(now, asked(), &permit),
        };
        state.left = (left.pump, left.valve, left.chiller);
        let (detected, gated) = (state.detector.last_step(), state.gate.last_step());
        let proof = state.watch.prove(now, &[detected], &[gated]).is_some();
        state.proven = if proof { Some(now) } else { state.proven };
        (state, Effects { found, proof })
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

type Rule = (&'static str, &'static str, fn(&Taken<'_, Guard>, &Guard) -> Option<bool>);

fn is_still(state: &State) -> bool {
    state.left.0.is_off() && state.left.1.is_off()
}

/// The rules of the guard by raw codes, each with what it says.
pub const RULES: [Rule; 9] = [
    (
        "GU1",
        "two fresh freezing samples in a row stop the pump in the tick of the second",
        |it, _| {
            let state = it.after;
            let latched = state.interlock.latched().contains(Condition::Freeze);
            (state.memory.freezing >= 2).then(|| latched && is_still(state))
        },
    ),
    ("GU2", "nothing less is a freeze: not one sample, however often it is seen", |it, _| {
        let found = it.effects.found.contains(Condition::Freeze);
        (!it.after.memory.froze).then_some(!found)
    }),
    ("GU3", "what is left is never more than the permit", |it, guard| {
        let permit = it.after.interlock.permit(&guard.config);
        let still = permit.circulate && permit.power || is_still(it.after);
        Some(still && (permit.chill && permit.power || it.after.left.2.is_off()))
    }),
    ("GU4", "health is proven by a tick in which all ran, once, and by no other", |it, _| {
        let all = !matches!(it.event, Event::Undetected | Event::Ungated);
        let later = Some(it.after.now) > it.before.proven;
        Some(it.effects.proof == (all && later))
    }),
    ("GU5", "a pump that moves nothing for more than five seconds is stopped", |it, _| {
        let long = it.after.memory.still? > Duration::from_secs(5);
        long.then(|| is_still(it.after))
    }),
    ("GU6", "a cap that is uncoupled for 300 ms has its pump stopped", |it, _| {
        let long = it.after.memory.open? >= Duration::from_millis(300);
        long.then(|| is_still(it.after))
    }),
    ("GU7", "what tripped stays off until somebody resets", |it, _| {
        let latched = it.before.interlock.latched();
        let waits = !latched.is_empty() && *it.event != Event::Reset;
        waits.then(|| it.after.interlock.latched().contains_all(latched) && is_still(it.after))
    }),
    ("GU8", "two faces that are eleven kelvins apart for more than a minute are found", |it, _| {
        let long = it.after.memory.apart? > Duration::from_secs(60);
        (long && *it.event == Event::Apart)
            .then(|| it.effects.found.contains(Condition::FaceDisagrees))
    }),
    ("GU9", "nothing runs before any condition was judged", |it, _| {
        let unjudged = it.before.ticks == 0 && *it.event == Event::Undetected;
        unjudged.then(|| is_still(it.after) && it.after.left.2.is_off())
    }),
];

/// How often each rule spoke.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    counts: [u64; RULES.len()],
}

impl Watcher<Guard> for Rules {
    fn state(&mut self, _: &Guard, _: &State) -> Result<(), Broken> {
        Ok(())
    }

    fn step(&mut self, guard: &Guard, taken: &Taken<'_, Guard>) -> Result<(), Broken> {
        for ((id, _, check), count) in RULES.iter().zip(&mut self.counts) {
            match check(taken, guard) {
                None => {}
                Some(true) => *count += 1,
                Some(false) => return Err(id),
            }
        }
        Ok(())
    }
}

/// What the exploration of the guard came to.
#[derive(Clone, Debug)]
pub struct Report {
    /// Different states.
    pub states: usize,
    /// Steps taken.
    pub transitions: u64,
    /// Wall time.
    pub time: core::time::Duration,
    /// Each property: id, text, and of how many steps it spoke.
    pub counted: Vec<(&'static str, &'static str, u64)>,
}

/// Explores it.
///
/// # Errors
/// The shortest counter-example.
pub fn run() -> Result<Report, Counterexample<Event>> {
    let mut rules = Rules::default();
    let guard = Guard { limits: limits(), config: interlock::Config::default() };
    let bounds = Limits { states: 4_000_000, edges: false };
    let space = explore(&guard, &mut rules, &bounds)?;
    assert!(space.closed, "the guard");
    let counted = RULES.iter().zip(rules.counts).map(|((id, text, _), count)| (*id, *text, count));
    let counted = counted.collect();
    let states = crate::store::Store::len(&space.store);
    Ok(Report { states, transitions: space.transitions, time: space.time, counted })
}
