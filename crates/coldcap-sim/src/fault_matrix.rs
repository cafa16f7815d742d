//! Every fault in every phase of a visit, in both modes, for many heads: seen in time, answered as it must be, in the
//! record, and nothing unsafe.
//!
//! A visit of each head is played to a moment in each phase; from there every fault is tried by itself.
//!
//! ```
//! use coldcap::Phase;
//! use coldcap_session::ControlMode;
//! use coldcap_sim::FaultKind;
//! use coldcap_sim::fault_matrix::{Trial, points};
//!
//! let points = points(ControlMode::Coolant, 1)?;
//! let (_, infusing) = points.iter().find(|(phase, _)| *phase == Phase::Infusing).unwrap();
//! let trial = Trial::of(infusing, FaultKind::Leak);
//! assert!(trial.seen.is_some() && !trial.wrong_reaction && trial.unsafe_ticks == 0);
//! # Ok::<(), coldcap_sim::BuildError>(())
//! ```

mod expected;
mod trial;

pub use expected::{Expected, Onset, Reaction};
pub use trial::Trial;

use crate::bedside::{Bedside, Course, Setup};
use crate::fault::{FaultKind, FaultWindow};
use crate::machine::BuildError;
use crate::patient::{PatientParameters, Population};
use crate::random::Random;
use coldcap::Phase;
use coldcap_session::ControlMode;
use coldcap_units::Duration;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// The phases of a fit visit and of a session, and how many seconds into each a fault may strike.
const PHASES: [(Phase, u64); 17] = [
    (Phase::Boot, 0),
    (Phase::Standby, 0),
    (Phase::FitMeasure, 20),
    (Phase::FitCalibrate, 60),
    (Phase::FitVerify, 90),
    (Phase::FitSaved, 0),
    (Phase::Setup, 10),
    (Phase::FitCheck, 20),
    (Phase::PreCool, 400),
    (Phase::Ready, 40),
    (Phase::Infusing, 180),
    (Phase::Paused, 60),
    (Phase::Recool, 40),
    (Phase::PostCool, 400),
    (Phase::Thaw, 150),
    (Phase::CapOff, 40),
    (Phase::Report, 0),
];

/// No visit of this plan lasts longer.
const LONGEST: u64 = 2 * 36_000;

/// A stream of random numbers of its own.
const STREAM: u64 = 0xFA_017;

/// How long the walk takes.
const AWAY: Duration = Duration::from_mins(3);

fn setup(mode: ControlMode, patient: PatientParameters) -> Setup {
    let mut course = Course::short(AWAY).fitted();
    if mode == ControlMode::Cap {
        course = course.holding(Course::FACE);
    }
    Setup { course, ..Setup::standard(patient) }
}

/// The visits of the head of this seed in this mode, at a moment in each phase that they come to: those of a fit visit, of a
/// session, and the two of what went wrong in one.
///
/// # Errors
/// A parameter is out of range; those of the population are not.
pub fn points(mode: ControlMode, seed: u64) -> Result<Vec<(Phase, Bedside)>, BuildError> {
    let patient = Population::standard().patient(seed);
    let mut bedside = Bedside::new(&setup(mode, patient), seed)?;
    let mut random = Random::stream(seed, STREAM);
    let mut due: Vec<_> = PHASES
        .iter()
        .map(|(phase, most_s)| (*phase, random.next_u64() % (most_s * 10 + 1), None::<u64>))
        .collect();
    let mut found = Vec::new();
    for tick in 0..LONGEST {
        bedside.tick();
        let now = bedside.channel().phase;
        due.retain_mut(|(phase, after, since)| {
            if *phase != now {
                return true;
            }
            let spent = tick - *since.get_or_insert(tick);
            if spent < *after {
                return true;
            }
            found.push((*phase, bedside.clone()));
            false
        });
        if due.is_empty() || bedside.operator().ending().is_some() {
            break;
        }
    }
    let gone_wrong: Vec<_> = found
        .iter()
        .filter_map(|(phase, bedside)| match phase {
            Phase::PreCool => held(bedside),
            Phase::Infusing => recovering(bedside),
            _ => None,
        })
        .collect();
    found.extend(gone_wrong);
    Ok(found)
}

/// Coolant ran out for a moment: everything is off until service has looked.
fn held(bedside: &Bedside) -> Option<(Phase, Bedside)> {
    let mut bedside = bedside.clone();
    let from = bedside.now();
    let until = Some(from.plus(Duration::from_secs(5)));
    bedside.plant_fault(FaultWindow { kind: FaultKind::Leak, from, until, channel: 0 });
    until_in(Phase::SafeHold, bedside)
}

/// Power was away for twenty minutes.
fn recovering(bedside: &Bedside) -> Option<(Phase, Bedside)> {
    let mut bedside = bedside.clone();
    bedside.cut_power(Duration::from_mins(20));
    until_in(Phase::Recovery, bedside)
}

/// The visit a second after it came into this phase; `None` if that takes longer than a minute.
fn until_in(phase: Phase, mut bedside: Bedside) -> Option<(Phase, Bedside)> {
    for _ in 0..600 {
        bedside.tick();
        if bedside.channel().phase == phase {
            // By then a display has drawn something again.
            (0..10).for_each(|_| {
                bedside.tick();
            });
            return Some((phase, bedside));
        }
    }
    None
}

/// What came of one fault in one mode, over all phases and heads.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Trials.
    pub trials: u32,
    /// Trials in which it could be seen for as long as it may take, and nobody was told of the like before.
    pub visible: u32,
    /// Trials in which it was seen in time.
    pub seen: u32,
    /// The longest that it could be seen before it was, in s.
    pub latest_s: f64,
    /// By which alarms, and how often.
    pub by: BTreeMap<&'static str, u32>,
    /// Trials in which a request was refused by it.
    pub refused: u32,
    /// Trials in which it was seen late or not at all although it could be.
    pub missed: u32,
    /// Trials without the reaction.
    pub wrong_reactions: u32,
    /// Trials without an entry in the record.
    pub unrecorded: u32,
    /// Trials in which something ran that must not.
    pub unsafe_trials: u32,
    /// The coldest skin under a worn cap, in °C.
    pub coldest_skin_c: f64,
    /// The first trial that was not as it must be: its phase and seed.
    pub example: Option<(Phase, u64)>,
}

impl Row {
    fn new() -> Self {
        Self { coldest_skin_c: f64::INFINITY, ..Self::default() }
    }

    /// Whether every trial was as it must be.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        self.missed == 0
            && self.wrong_reactions == 0
            && self.unrecorded == 0
            && self.unsafe_trials == 0
    }

    fn add(&mut self, expected: Expected, phase: Phase, seed: u64, trial: &Trial) {
        self.trials += 1;
        self.refused += u32::from(trial.refused);
        self.unsafe_trials += u32::from(trial.unsafe_ticks > 0);
        self.wrong_reactions += u32::from(trial.wrong_reaction);
        self.unrecorded += u32::from(trial.unrecorded);
        self.coldest_skin_c = self.coldest_skin_c.min(trial.coldest_skin_c);
        if let Some((condition, after_s)) = trial.seen {
            *self.by.entry(condition.name()).or_default() += 1;
            self.latest_s = self.latest_s.max(after_s);
        }
        match expected {
            Expected::Seen { within_s, .. } => self.judge(within_s, trial),
            Expected::Refused if phase == Phase::Standby => {
                self.visible += 1;
                self.seen += u32::from(trial.refused);
                self.missed += u32::from(!trial.refused);
            }
            Expected::Refused | Expected::Unseen(_) => {}
        }
        if !self.is_good() {
            self.example.get_or_insert((phase, seed));
        }
    }

    fn judge(&mut self, within_s: f64, trial: &Trial) {
        if trial.told_before {
            return;
        }
        let in_time = trial.seen.is_some_and(|(_, after_s)| after_s <= within_s);
        let visible = in_time || trial.longest_s > within_s;
        self.visible += u32::from(visible);
        self.seen += u32::from(in_time);
        self.missed += u32::from(visible && !in_time);
    }

    fn with(mut self, other: &Self) -> Self {
        self.trials += other.trials;
        self.visible += other.visible;
        self.seen += other.seen;
        self.latest_s = self.latest_s.max(other.latest_s);
        for (name, count) in &other.by {
            *self.by.entry(name).or_default() += count;
        }
        self.refused += other.refused;
        self.missed += other.missed;
        self.wrong_reactions += other.wrong_reactions;
        self.unrecorded += other.unrecorded;
        self.unsafe_trials += other.unsafe_trials;
        self.coldest_skin_c = self.coldest_skin_c.min(other.coldest_skin_c);
        self.example = self.example.or(other.example);
        self
    }
}

/// A row for each of `kinds`, in their order, over the heads of `seeds` in this mode. The result does not depend on the
/// number of cores; `done` is called after each head, from any thread.
///
/// # Errors
/// As [`points`].
pub fn rows(
    mode: ControlMode,
    kinds: &[FaultKind],
    seeds: core::ops::Range<u64>,
    done: impl Fn(u64) + Sync,
) -> Result<Vec<Row>, BuildError> {
    let heads = seeds.into_par_iter().map(|seed| {
        let rows = of_head(mode, kinds, seed)?;
        done(seed);
        Ok(rows)
    });
    let heads: Vec<Vec<Row>> = heads.collect::<Result<_, BuildError>>()?;
    let empty = vec![Row::new(); kinds.len()];
    Ok(heads.iter().fold(empty, |all, head| {
        all.into_iter().zip(head).map(|(row, other)| row.with(other)).collect()
    }))
}

fn of_head(mode: ControlMode, kinds: &[FaultKind], seed: u64) -> Result<Vec<Row>, BuildError> {
    let points = points(mode, seed)?;
    let row = |kind: &FaultKind| {
        points.iter().fold(Row::new(), |mut row, (phase, point)| {
            row.add(Expected::of(*kind), *phase, seed, &Trial::of(point, *kind));
            row
        })
    };
    Ok(kinds.iter().map(row).collect())
}
