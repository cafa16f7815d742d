//! The search for the worst case: a head, a fault and the timing of people that bring a safety margin lowest.
//!
//! Random restarts with a local search behind each: what made it worse is kept and changed a little further. A head is
//! played once to many moments of a short visit, and from each of them faults are tried. Every case can be
//! [played](Case::play) again by itself, bit for bit.
//!
//! ```
//! use coldcap_sim::falsify::{Margin, Search};
//! let search = Search { margin: Margin::Face, runs: 4, seed: 1, only: None };
//! let worst = search.run(|_| ())?;
//! assert_eq!(worst.case.play()?, worst.lows);
//! # Ok::<(), coldcap_sim::BuildError>(())
//! ```

mod base;
mod case;

pub use case::{Case, Head, Lows, Strike};

use crate::fault::FaultKind;
use crate::machine::BuildError;
use crate::random::Random;
use base::Base;
use core::fmt;
use core::str::FromStr;
use rayon::prelude::*;

/// What is brought lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Margin {
    /// The cap's inner face on a head above 0 °C, in K.
    Face,
    /// The coldest skin above −0.55 °C, at which tissue freezes, in K.
    Skin,
    /// The fastest fall of the skin after an interruption below 3 K/min, in K/min.
    Rush,
}

/// Tissue freezes here.
const FREEZES_C: f64 = -0.55;
/// No faster may skin fall after an interruption.
const RUSH_K_MIN: f64 = 3.0;

impl Margin {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Face, Self::Skin, Self::Rush];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Face => "face",
            Self::Skin => "skin",
            Self::Rush => "rush",
        }
    }

    /// Its unit.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Face | Self::Skin => "K",
            Self::Rush => "K/min",
        }
    }

    /// What is left of it: below zero it is broken.
    #[must_use]
    pub fn of(self, lows: &Lows) -> f64 {
        match self {
            Self::Face => lows.face_c,
            Self::Skin => lows.skin_c - FREEZES_C,
            Self::Rush => RUSH_K_MIN - lows.fall_k_min,
        }
    }
}

impl fmt::Display for Margin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Margin {
    type Err = ();

    /// By its name.
    ///
    /// # Errors
    /// There is none of this name.
    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|margin| margin.name() == name).ok_or(())
    }
}

/// How it is searched.
#[derive(Clone, Copy, Debug)]
pub struct Search {
    /// For what.
    pub margin: Margin,
    /// At most so many runs, and no fewer than a restart has.
    pub runs: u64,
    /// Of the random choices.
    pub seed: u64,
    /// Only this fault; any without it.
    pub only: Option<FaultKind>,
}

/// A case and what it came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The case.
    pub case: Case,
    /// What it came to.
    pub lows: Lows,
    /// Of the margin that was searched for.
    pub margin: f64,
}

impl Found {
    /// Whether this is the worse of two: where something ran that must not, whatever the margin; else by the margin. So
    /// the worst of a search is safe only where every run was.
    fn is_worse_than(&self, other: &Self) -> bool {
        let rank = |found: &Self| (found.lows.unsafe_ticks == 0, found.margin);
        rank(self) < rank(other)
    }
}

/// Runs of a restart: so many heads, each with so many faults, the first ones at random.
const HEADS: u64 = 4;
const STRIKES: u64 = 25;
const RANDOM_STRIKES: u64 = 10;

/// Runs of a restart.
pub const RUNS_PER_RESTART: u64 = HEADS * STRIKES;

impl Search {
    /// How many restarts that makes.
    #[must_use]
    pub const fn restarts(&self) -> u64 {
        let restarts = self.runs / RUNS_PER_RESTART;
        if restarts == 0 { 1 } else { restarts }
    }

    /// The worst case of all restarts: the same whatever the number of cores. `done` is called after each restart.
    ///
    /// # Errors
    /// A parameter is out of range; those that are searched are not.
    pub fn run(&self, done: impl Fn(u64) + Sync) -> Result<Found, BuildError> {
        let restarts = (0..self.restarts()).into_par_iter().map(|restart| {
            let found = self.restart(restart);
            done(restart);
            found
        });
        let all: Vec<Found> = restarts.collect::<Result<_, _>>()?;
        let worst = all
            .into_iter()
            .reduce(|one, other| if other.is_worse_than(&one) { other } else { one });
        // There is always a first restart.
        worst.map_or_else(|| self.restart(0), Ok)
    }

    fn restart(&self, restart: u64) -> Result<Found, BuildError> {
        let mut random = Random::stream(self.seed, restart);
        let mut head = Head::random(&mut random);
        let mut strike = Strike::random(&mut random, self.only);
        let mut worst: Option<Found> = None;
        for turn in 0..HEADS {
            let base = Base::of(&head)?;
            for run in 0..STRIKES {
                let at_random = turn == 0 && run < RANDOM_STRIKES;
                let tried = match (&worst, at_random) {
                    (_, true) | (None, _) => Strike::random(&mut random, self.only),
                    (Some(_), false) if run == 0 => strike,
                    (Some(_), false) => strike.nearby(&mut random),
                };
                let case = Case { head: head.clone(), strike: tried };
                let found = self.found(case, base.lows(&tried));
                if worst.as_ref().is_none_or(|worst| found.is_worse_than(worst)) {
                    (strike, worst) = (tried, Some(found));
                }
            }
            head = worst.as_ref().map_or(head, |worst| worst.case.head.nearby(&mut random));
        }
        let case = Case { head, strike };
        worst.map_or_else(|| case.play().map(|lows| self.found(case.clone(), lows)), Ok)
    }

    fn found(&self, case: Case, lows: Lows) -> Found {
        let margin = self.margin.of(&lows);
        Found { case, lows, margin }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever its margin: else a search could pass over what must never be.
    #[test]
    fn what_must_not_run_is_worse_than_any_margin() {
        let mut random = Random::new(1);
        let case =
            Case { head: Head::random(&mut random), strike: Strike::random(&mut random, None) };
        let found = |margin, unsafe_ticks| {
            let lows = Lows { face_c: margin, skin_c: 20.0, fall_k_min: 0.0, unsafe_ticks };
            Found { case: case.clone(), lows, margin }
        };
        assert!(found(5.0, 1).is_worse_than(&found(-5.0, 0)));
        assert!(found(-5.0, 0).is_worse_than(&found(5.0, 0)));
        assert!(!found(-5.0, 0).is_worse_than(&found(5.0, 1)));
    }
}
