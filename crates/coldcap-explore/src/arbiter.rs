//! What two channels share, with each channel abstracted to what it wishes and what it is allowed.
//!
//! The product of two channels is not explored: a step takes one channel (R8 holds by its signature).
//! Where they meet are the pure functions of `coldcap::arbiter`. They are explored here for every
//! pair of abstract channels, and every step from pair to pair in which one channel changes.

use crate::search::{Broken, Counterexample, Limits, Machine, Taken, Watcher, explore};
use crate::store::Interner;
use coldcap::arbiter::{MainsBudget, chiller_within, permits, tank_target};
use coldcap_guard::interlock::{Demand, Permit, limit};
use coldcap_units::{Coolant, Duty, Kelvin};

/// A channel as the arbiter sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Abstract {
    /// It wants nothing.
    Idle,
    /// It circulates toward this supply, in thousandths of a degree Celsius.
    Demand(i32),
    /// It is interrupted and still keeps the tank ready.
    Paused(i32),
    /// An operator's trip: circulation is denied.
    Operator(i32),
    /// A clinician's trip: circulation and chilling are denied.
    Clinician(i32),
    /// The tank must not be chilled while a condition holds; circulation goes on.
    NoChilling(i32),
    /// A service trip: everything is off.
    Service,
    /// Safe hold, or nothing judged yet.
    Safe,
}

const SUPPLIES: [i32; 3] = [8_000, -4_000, -8_000];

/// Every abstract channel.
#[must_use]
pub fn all() -> Vec<Abstract> {
    use Abstract::{Clinician, Demand, Idle, NoChilling, Operator, Paused, Safe, Service};
    let mut all = vec![Idle, Service, Safe];
    for supply in SUPPLIES {
        all.extend([Demand, Paused, Operator, Clinician, NoChilling].map(|make| make(supply)));
    }
    all
}

impl Abstract {
    const fn wish(self) -> Option<Coolant> {
        match self {
            Self::Idle | Self::Service | Self::Safe => None,
            Self::Demand(milli)
            | Self::Paused(milli)
            | Self::Operator(milli)
            | Self::Clinician(milli)
            | Self::NoChilling(milli) => Some(Coolant::from_milli(milli)),
        }
    }

    const fn permit(self) -> Permit {
        match self {
            Self::Idle | Self::Demand(_) | Self::Paused(_) => Permit::ALL,
            Self::Operator(_) => Permit { circulate: false, ..Permit::ALL },
            Self::Clinician(_) => Permit { circulate: false, chill: false, power: true },
            Self::NoChilling(_) => Permit { chill: false, ..Permit::ALL },
            Self::Service | Self::Safe => Permit::NONE,
        }
    }

    const fn pump(self) -> Duty {
        match self {
            Self::Idle | Self::Paused(_) | Self::Service | Self::Safe => Duty::OFF,
            _ => Duty::FULL,
        }
    }
}

type Channels = [Abstract; 2];

/// What the arbiter makes of two channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shared {
    /// The tank's target.
    pub tank: Option<Coolant>,
    /// What the shared parts may do.
    pub machine: Permit,
    /// What each pump is left with.
    pub pumps: [Duty; 2],
    /// What the chiller is left with when it is asked for all.
    pub chiller: Duty,
}

/// A socket that two pumps and the whole chiller are too much for.
const MAINS: MainsBudget = MainsBudget { limit_w: 500, rest_w: 100, pump_w: 100, chiller_w: 300 };

/// What a machine on that socket draws, in watts.
fn drawn_w(shared: &Shared) -> f64 {
    let running = shared.pumps.iter().filter(|pump| !pump.is_off()).count() as f64;
    let chiller = f64::from(shared.chiller.0) / f64::from(u16::MAX);
    f64::from(MAINS.rest_w)
        + running * f64::from(MAINS.pump_w)
        + chiller * f64::from(MAINS.chiller_w)
}

fn offset() -> Kelvin {
    coldcap::Config::reference().tank_offset
}

fn coldest() -> Coolant {
    coldcap::Config::reference().coldest_tank
}

/// The shipped arbitration of two channels.
#[must_use]
pub fn share(channels: &Channels) -> Shared {
    let (machine, each) = permits(&channels.map(Abstract::permit));
    let [first, second] = each;
    let pump = |channel: Abstract, permit: &Permit| {
        limit(Demand { pump: channel.pump(), ..Demand::default() }, permit).pump
    };
    let [a, b] = *channels;
    let pumps = [pump(a, &first), pump(b, &second)];
    let running = pumps.iter().filter(|pump| !pump.is_off()).count() as u16;
    let most = chiller_within(&MAINS, running, Duty::FULL);
    let chiller = Demand { chiller: most, ..Demand::default() };
    Shared {
        tank: tank_target(&channels.map(Abstract::wish), offset(), coldest()),
        machine,
        pumps,
        chiller: limit(chiller, &machine).chiller,
    }
}

/// One channel changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which.
    pub channel: usize,
    /// What it becomes.
    pub to: Abstract,
}

/// Two channels that share a machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Arbiter;

impl Machine for Arbiter {
    type State = Channels;
    type Event = Change;
    type Effects = Shared;
    type Store = Interner<Channels>;

    fn starts(&self) -> Vec<Channels> {
        vec![[Abstract::Safe; 2]]
    }

    fn letters(&self, _: &Channels, letters: &mut Vec<u32>) {
        letters.extend(0..2 * all().len() as u32);
    }

    fn event(&self, letter: u32) -> Change {
        Change { channel: letter as usize % 2, to: all()[letter as usize / 2] }
    }

    fn step(&self, state: &Channels, event: &Change) -> (Channels, Shared) {
        let mut after = *state;
        after[event.channel] = event.to;
        (after, share(&after))
    }

    fn decided(&self, state: Channels) -> Channels {
        state
    }

    fn is_followed(&self, _: u32) -> bool {
        true
    }

    fn kinds(&self, _: &Taken<'_, Self>) -> u8 {
        0
    }
}

/// The rules of what is shared, each with how often it spoke.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    counts: [u64; TEXTS.len()],
}

const TEXTS: [(&str, &str); 9] = [
    ("R8", "what one channel does leaves the other's pump as it was, but for a loss of power"),
    ("AR1", "the tank is as cold as the coldest wish needs, within what the tank may be"),
    ("AR2", "no wish, no target"),
    ("AR3", "one channel without power is a machine without power"),
    ("AR4", "a channel that its interlock denies does not circulate"),
    ("AR5", "the chiller runs only while some channel may still have cold coolant"),
    (
        "AR6",
        "a channel that may circulate does, whatever operator or clinician trips the other has",
    ),
    ("AR7", "what both draw together is within what the mains gives"),
    ("AR8", "where the mains has enough for all of it the chiller gets all of it"),
];

impl Watcher<Arbiter> for Rules {
    fn state(&mut self, _: &Arbiter, _: &Channels) -> Result<(), Broken> {
        Ok(())
    }

    fn step(&mut self, _: &Arbiter, taken: &Taken<'_, Arbiter>) -> Result<(), Broken> {
        for (index, verdict) in judge(taken).into_iter().enumerate() {
            match verdict {
                None => {}
                Some(true) => self.counts[index] += 1,
                Some(false) => return Err(TEXTS[index].0),
            }
        }
        Ok(())
    }
}

fn judge(taken: &Taken<'_, Arbiter>) -> [Option<bool>; TEXTS.len()] {
    let (before, now) = (share(taken.before), taken.effects);
    let other = 1 - taken.event.channel;
    let powered = before.machine.power && now.machine.power;
    let own = taken.after.map(Abstract::permit);
    let wishes = taken.after.map(Abstract::wish);
    let coldest_wish = wishes.into_iter().flatten().min();
    let needed = coldest_wish.map(|wish| Coolant(wish.0.plus(offset().negated())).max(coldest()));
    let denied: Vec<usize> = (0..2).filter(|index| !own[*index].circulate).collect();
    let free: Vec<usize> = (0..2)
        .filter(|index| now.machine.power && own[*index].circulate)
        .filter(|index| !taken.after[*index].pump().is_off())
        .collect();
    [
        powered.then(|| before.pumps[other] == now.pumps[other]),
        needed.map(|needed| now.tank == Some(needed)),
        coldest_wish.is_none().then(|| now.tank.is_none()),
        own.iter().any(|permit| !permit.power).then(|| {
            !now.machine.power && now.chiller.is_off() && now.pumps.iter().all(|pump| pump.is_off())
        }),
        (!denied.is_empty()).then(|| denied.iter().all(|index| now.pumps[*index].is_off())),
        (!now.chiller.is_off()).then(|| own.iter().any(|permit| permit.chill && permit.power)),
        (!free.is_empty()).then(|| free.iter().all(|index| !now.pumps[*index].is_off())),
        (!now.chiller.is_off()).then(|| drawn_w(now) <= f64::from(MAINS.limit_w)),
        (now.machine.chill && now.pumps.iter().any(|pump| pump.is_off()))
            .then(|| now.chiller == Duty::FULL),
    ]
}

/// What the exploration of the arbiter came to.
#[derive(Clone, Debug)]
pub struct Report {
    /// Pairs of abstract channels.
    pub states: usize,
    /// Changes of one of them.
    pub transitions: u64,
    /// Steps to the farthest.
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
pub fn run() -> Result<Report, Counterexample<Change>> {
    let mut rules = Rules::default();
    let limits = Limits { states: 100_000, edges: false };
    let space = explore(&Arbiter, &mut rules, &limits)?;
    assert!(space.closed, "the arbiter");
    let counted = TEXTS.iter().zip(rules.counts).map(|((id, text), count)| (*id, *text, count));
    Ok(Report {
        states: space.store.len(),
        transitions: space.transitions,
        depth: space.depth,
        time: space.time,
        counted: counted.collect(),
    })
}
