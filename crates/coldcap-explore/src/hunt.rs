//! The small searches, by name, in which a planted defect must be found.
//!
//! `cargo xtask defects` runs them on copies of the sources, each with one defect, and on a copy without any.

use crate::channel::scopes::{self, Scope};
use crate::channel::{amended, recorded, words};
use crate::search::{Broken, Counterexample};
use crate::{alarms, arbiter, conversion, guarding, screen, sounder};
use coldcap::supervise::{Event, step};
use coldcap_guard::Condition;
use coldcap_session::{ControlMode, PostClock};
use core::fmt;

/// What a search came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hunted {
    /// A property does not hold.
    Found {
        /// Which.
        broken: Broken,
        /// The length of the shortest way to it.
        events: usize,
        /// That way, one line or more for each event.
        way: String,
    },
    /// Every property held in everything that was judged.
    Nothing {
        /// So many states or steps were judged.
        judged: u64,
    },
}

impl fmt::Display for Hunted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Found { broken, events, way } => write!(f, "found {broken} {events}\n{way}"),
            Self::Nothing { judged } => write!(f, "nothing {judged}"),
        }
    }
}

/// The searches, each with what it explores. `alarms` takes two names of conditions behind a colon each.
pub const SEARCHES: [(&str, &str); 15] = [
    ("steps", "a channel in few steps, with what must happen some day"),
    ("judged", "the same, with each condition, refusal and clock judged in every state"),
    ("cap", "the first in cap mode"),
    ("conditions", "a representative of each class of conditions, followed"),
    ("drugs", "four hair-toxic drugs in every order"),
    ("counts", "extensions and eased steps up to their limits"),
    ("amendments", "marks that are amended"),
    ("amended", "the same with a memory of what was cooled"),
    ("record", "the first, through the record and back"),
    ("alarms:ONE:OTHER", "the alarms of two conditions"),
    ("arbiter", "two channels that share a machine"),
    ("sounder", "the alarms of two channels"),
    ("guard", "the guard from raw codes to the drivers"),
    ("screen", "the watch on the display"),
    ("table", "what control reads of every code (`raw-limits`: the guard's limits alone)"),
];

/// Runs a search by its name.
///
/// # Errors
/// Where no search has this name.
pub fn run(name: &str) -> Result<Hunted, String> {
    use ControlMode::{Cap, Coolant};
    let amendments = || scopes::amendments(PostClock::Cooled, Coolant);
    Ok(match name {
        "steps" => channel(&scopes::of_defects(Coolant)),
        "judged" => channel(&scopes::of_planted(Coolant)),
        "cap" => channel(&Scope { live: false, ..scopes::of_defects(Cap) }),
        "conditions" => channel(&plain(scopes::small_conditions(Coolant))),
        "drugs" => channel(&plain(scopes::small_drugs(false))),
        "counts" => channel(&plain(scopes::small_counts(Coolant))),
        "amendments" => channel(&plain(amendments())),
        "amended" => scripted(amended::run(&amendments(), &step).map(|(states, _)| states as u64)),
        "record" => scripted(recorded::run(&scopes::of_defects(Coolant), &step)),
        "arbiter" => listed(arbiter::run().map(|report| report.transitions)),
        "sounder" => listed(sounder::run().map(|report| report.transitions)),
        "guard" => listed(guarding::run().map(|report| report.transitions)),
        "screen" => listed(screen::run().map(|report| report.states as u64)),
        "table" => listed(conversion::run(false)),
        "raw-limits" => listed(conversion::run(true)),
        _ => return pair(name),
    })
}

/// Without what takes long and finds nothing more here.
fn plain(scope: Scope) -> Scope {
    Scope { thorough: false, live: false, ..scope }
}

fn pair(name: &str) -> Result<Hunted, String> {
    let unknown = || format!("unknown search '{name}'");
    let names = name.strip_prefix("alarms:").and_then(|names| names.split_once(':'));
    let (first, second) = names.ok_or_else(unknown)?;
    let named = |name: &str| Condition::ALL.into_iter().find(|it| it.name() == name);
    let (first, second) = named(first).zip(named(second)).ok_or_else(unknown)?;
    let result = alarms::run_pair(&alarms::shipped, first, second);
    Ok(hunted(result.map(|states| states as u64), alarms::script))
}

fn channel(scope: &Scope) -> Hunted {
    scripted(scope.run(&step).map(|report| report.transitions))
}

fn scripted(result: Result<u64, Counterexample<Event>>) -> Hunted {
    hunted(result, words::script)
}

fn listed<E: fmt::Debug>(result: Result<u64, Counterexample<E>>) -> Hunted {
    hunted(result, |events| events.iter().map(|event| format!("{event:?}\n")).collect())
}

fn hunted<E>(
    result: Result<u64, Counterexample<E>>,
    script: impl FnOnce(&[E]) -> String,
) -> Hunted {
    match result {
        Ok(judged) => Hunted::Nothing { judged },
        Err(found) => Hunted::Found {
            broken: found.broken,
            events: found.events.len(),
            way: script(&found.events),
        },
    }
}
