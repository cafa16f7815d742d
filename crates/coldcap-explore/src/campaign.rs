//! All explorations, one after another on two cores, and what they came to.

use crate::channel::coverage::Coverage;
use crate::channel::fringe::From;
use crate::channel::rules::{Counted, Rules};
use crate::channel::scopes::{self, Report, Scope};
use crate::channel::{Step, recorded, words};
use crate::{alarms, arbiter, conversion, guarding, screen, sounder};
use coldcap_session::{ControlMode, PostClock};
use core::fmt;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Mutex;

/// How much is explored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// One of each kind: the slice for continuous integration.
    Small,
    /// Every plan, both modes, both clocks.
    Full,
}

/// The explorations of one channel.
#[must_use]
pub fn all(size: Size) -> Vec<Scope> {
    use ControlMode::{Cap, Coolant};
    let mut all = vec![
        scopes::small_sights(PostClock::Cooled, Coolant),
        scopes::small_conditions(Coolant),
        scopes::small_counts(Coolant),
        scopes::small_drugs(size == Size::Full),
        scopes::small_hair(Coolant),
        scopes::amendments(PostClock::Cooled, Coolant),
    ];
    if size == Size::Small {
        all.extend([scopes::minutes_with_gaps(Coolant)]);
        return all;
    }
    all.extend(scopes::plans().iter().map(scopes::minutes));
    for mode in [Coolant, Cap] {
        all.extend([
            scopes::minutes_with_trips(mode),
            scopes::minutes_with_gaps(mode),
            scopes::boundaries(mode, From::Representatives),
        ]);
    }
    all.extend([
        scopes::small_sights(PostClock::Elapsed, Coolant),
        scopes::amendments(PostClock::Elapsed, Coolant),
        scopes::amendments(PostClock::Cooled, Cap),
        scopes::small_sights(PostClock::Cooled, Cap),
        scopes::small_conditions(Cap),
        scopes::small_counts(Cap),
        scopes::small_hair(Cap),
    ]);
    all
}

/// The explorations that the table of transitions is made from.
#[must_use]
pub fn of_the_table() -> Vec<Scope> {
    vec![
        scopes::small_sights(PostClock::Cooled, ControlMode::Coolant),
        scopes::small_conditions(ControlMode::Coolant),
        scopes::small_counts(ControlMode::Coolant),
        scopes::amendments(PostClock::Cooled, ControlMode::Coolant),
    ]
}

/// What a campaign came to.
#[derive(Debug)]
pub struct Summary {
    /// The explorations of one channel.
    pub channels: Vec<Report>,
    /// The pairs of alarms.
    pub alarms: alarms::Report,
    /// The arbiter.
    pub arbiter: arbiter::Report,
    /// The alarms of two channels.
    pub sounder: sounder::Report,
    /// The guard from raw codes, the display, the table and the record: each property, and how often it spoke.
    pub further: Vec<(&'static str, &'static str, u64)>,
}

/// The explorations that are not of a step function alone.
fn further(step: &Step<'_>) -> Result<Vec<(&'static str, &'static str, u64)>, String> {
    let guard = guarding::run().map_err(|found| format!("{found:?}"))?;
    let screen = screen::run().map_err(|found| format!("{found:?}"))?;
    let read = |guard_alone| conversion::run(guard_alone).map_err(|found| format!("{found:?}"));
    let (codes, limits) = (read(false)?, read(true)?);
    let scope = scopes::of_defects(ControlMode::Coolant);
    let told = recorded::run(&scope, step)
        .map_err(|found| format!("{}:\n{}", found.broken, words::script(&found.events)))?;
    let mut counted = guard.counted;
    let screens = screen::RULES.into_iter().zip(screen.counts);
    counted.extend(screens.map(|((id, text), count)| (id, text, count)));
    let rest = [(conversion::TABLE, codes), (conversion::GUARD, limits), (recorded::RULE, told)];
    counted.extend(rest.map(|((id, text), count)| (id, text, count)));
    Ok(counted)
}

/// Runs the explorations of one channel on two threads.
///
/// # Errors
/// The first counter-example, as a script.
pub fn channels(scopes: &[Scope], step: &Step<'_>) -> Result<Vec<Report>, String> {
    let next = AtomicUsize::new(0);
    let reports: Mutex<Vec<Option<Report>>> = Mutex::new(scopes.iter().map(|_| None).collect());
    let failure = Mutex::new(None);
    let work = || {
        while let Some((index, scope)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            scopes.get(index).map(|scope| (index, scope))
        } {
            match scope.run(step) {
                Ok(report) => {
                    eprintln!("{}", Line(&report));
                    if let Ok(mut reports) = reports.lock() {
                        reports[index] = Some(report);
                    }
                }
                Err(found) => {
                    let script = words::script(&found.events);
                    let count = found.events.len();
                    let text = format!(
                        "{}: {} does not hold, shown by {count} events:\n{script}",
                        scope.name, found.broken
                    );
                    if let Ok(mut failure) = failure.lock() {
                        failure.get_or_insert(text);
                    }
                    next.store(scopes.len(), Ordering::Relaxed);
                }
            }
        }
    };
    std::thread::scope(|threads| {
        threads.spawn(work);
        work();
    });
    if let Some(text) = failure.into_inner().ok().flatten() {
        return Err(text);
    }
    Ok(reports.into_inner().unwrap_or_default().into_iter().flatten().collect())
}

/// Runs everything.
///
/// # Errors
/// The first counter-example, as a script.
pub fn run(size: Size, step: &Step<'_>) -> Result<Summary, String> {
    let arbiter = arbiter::run().map_err(|found| format!("{found:?}"))?;
    let sounder = sounder::run().map_err(|found| format!("{found:?}"))?;
    let alarms = alarms::run(&alarms::shipped).map_err(|found| {
        format!("alarms: {} does not hold:\n{}", found.broken, alarms::script(&found.events))
    })?;
    let channels = channels(&all(size), step)?;
    Ok(Summary { channels, alarms, arbiter, sounder, further: further(step)? })
}

impl Summary {
    /// All rules of all explorations of a channel together.
    #[must_use]
    pub fn rules(&self) -> Rules {
        let mut all = Rules::default();
        self.channels.iter().for_each(|report| all.merge(&report.rules));
        all
    }

    /// What was reached by all explorations of a channel together.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        self.rules().coverage
    }

    /// Every property of a channel, with how often it spoke in all explorations.
    #[must_use]
    pub fn counted(&self) -> Vec<Counted> {
        let mut counted = self.rules().counted();
        for live in self.channels.iter().filter_map(|report| report.liveness.as_ref()) {
            for one in &live.counted {
                match counted.iter_mut().find(|known| known.id == one.id) {
                    Some(known) => known.antecedents += one.antecedents,
                    None => counted.push(one.clone()),
                }
            }
        }
        counted
    }

    /// Everything that makes this campaign a failure although no property was broken: an open search, a
    /// vacuous property, something that was never reached.
    #[must_use]
    pub fn failures(&self) -> Vec<String> {
        let open = self.channels.iter().filter(|report| !report.closed);
        let open = open.map(|report| format!("{}: not closed", report.name));
        let counted = self.counted().into_iter().map(|one| (one.id, one.antecedents));
        let alarms = self.alarms.counted.iter().map(|(id, _, count)| (*id, *count));
        let arbiter = self.arbiter.counted.iter().map(|(id, _, count)| (*id, *count));
        let sounder = self.sounder.counted.iter().map(|(id, _, count)| (*id, *count));
        let further = self.further.iter().map(|(id, _, count)| (*id, *count));
        let all = counted.chain(alarms).chain(arbiter).chain(sounder).chain(further);
        let vacuous = all.filter(|(_, count)| *count == 0).map(|(id, _)| format!("{id}: vacuous"));
        let coverage = self.coverage();
        let gaps = coverage.gaps().into_iter().map(|gap| format!("never reached: {gap}"));
        let surprises = coverage.surprises().into_iter().map(|it| format!("not expected: {it}"));
        open.chain(vacuous).chain(gaps).chain(surprises).collect()
    }
}

struct Line<'a>(&'a Report);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { name, states, transitions, depth, time, probed, .. } = self.0;
        let closed = if self.0.closed { "closed" } else { "OPEN" };
        let seconds = time.as_secs_f64();
        write!(f, "{name:<52} {states:>9} {transitions:>11} {depth:>5} {seconds:>7.1} s {closed}")?;
        if probed.states > 0 {
            write!(f, "; boundaries: {} steps from {} states", probed.steps, probed.states)?;
        }
        if let Some(live) = &self.0.liveness {
            write!(f, "; unattended at most {} steps", live.longest)?;
        }
        Ok(())
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<52} {:>9} {:>11} {:>5} {:>9}",
            "exploration", "states", "transitions", "depth", "time"
        )?;
        for report in &self.channels {
            writeln!(f, "{}", Line(report))?;
        }
        let (alarms, arbiter, sounder) = (&self.alarms, &self.arbiter, &self.sounder);
        writeln!(
            f,
            "{:<52} {:>9} {:>11} {:>5} {:>7.1} s closed; boundaries: {} steps; the largest has {} states",
            format!("alarms, {} pairs of rows", alarms.pairs),
            alarms.states,
            alarms.transitions,
            alarms.depth,
            alarms.time.as_secs_f64(),
            alarms.probed,
            alarms.largest
        )?;
        writeln!(
            f,
            "{:<52} {:>9} {:>11} {:>5} {:>7.1} s closed",
            "arbiter, two channels",
            arbiter.states,
            arbiter.transitions,
            arbiter.depth,
            arbiter.time.as_secs_f64()
        )?;
        writeln!(
            f,
            "{:<52} {:>9} {:>11} {:>5} {:>7.1} s closed",
            "sounder, two channels",
            sounder.states,
            sounder.transitions,
            sounder.depth,
            sounder.time.as_secs_f64()
        )?;
        writeln!(f, "\nproperty    spoke of  what it says")?;
        let line = |f: &mut fmt::Formatter<'_>, id: &str, text: &str, count: u64| {
            writeln!(f, "{id:<8} {count:>11}  {text}")
        };
        for Counted { id, text, antecedents } in self.counted() {
            line(f, id, text, antecedents)?;
        }
        let others = alarms.counted.iter().chain(&arbiter.counted).chain(&sounder.counted);
        let others = others.chain(&self.further);
        for (id, text, count) in others {
            line(f, id, text, *count)?;
        }
        let coverage = self.coverage();
        let (reached, all) = coverage.cells();
        writeln!(
            f,
            "\ncells (phase, kind of event): {reached} of {all}; pairs of request and answer: {}; rows of the table: {}",
            coverage.answers(),
            coverage.table().len()
        )
    }
}
