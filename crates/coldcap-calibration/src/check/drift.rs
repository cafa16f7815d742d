//! Does a sensor wander off, seen over its checks?
//!
//! One check tells a large shift; a small one shows only over several. Two charts look at the deviations of
//! successive checks from what the sensor showed when it was new, in units of the check's repeatability σ:
//!
//! - **CUSUM** (Page 1954) adds up what lies beyond a slack: quick on a lasting shift of its design size.
//! - **EWMA** (Roberts 1959) smooths: it also says how large the shift is now.
//!
//! With [`DriftPolicy::STANDARD`] and a known baseline, in checks until the first alarm on average
//! (`tests/checks.rs`; each chart alone by a Markov chain, both together by simulation):
//!
//! | shift in σ | CUSUM | EWMA | either |
//! |---|---|---|---|
//! | 0 (false alarm) | 465 | 498 | 357 |
//! | 0.5 | 38 | 42 | 35 |
//! | 1 | 10.4 | 10.5 | 9.8 |
//! | 2 | 4.0 | 3.7 | 3.7 |
//! | 3 | 2.6 | 2.4 | 2.4 |
//!
//! A baseline that was itself measured costs: one that is the mean of 16 checks brings the false alarm to one
//! in 197, one of 4 checks to one in 124. A sensor that creeps by 0.1 σ a check is found after 13 checks.
//!
//! σ is the *repeatability* of the check: what changes from one check to the next. What stays the same in all
//! of them (the calibration's own error, the bath's impurity) belongs into the baseline.

use coldcap_units::Fault;
use coldcap_units::stored::{Reader, Stored, Writer};
use core::fmt;

/// Millionths in one.
const MICRO: i64 = 1_000_000;

/// Deviations count as at most this many millionths of σ.
const FARTHEST: i64 = 1_000 * MICRO;

/// How the two charts are set, in thousandths of σ or of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DriftPolicy {
    /// CUSUM: the slack k, half the shift that it is to find soonest.
    pub slack_milli: u16,
    /// CUSUM: the sum h at which it alarms.
    pub sum_milli: u16,
    /// EWMA: the weight λ of the newest check, 1 to 1 000.
    pub weight_milli: u16,
    /// EWMA: the smoothed deviation at which it alarms.
    pub smoothed_milli: u16,
}

impl DriftPolicy {
    /// k = 0.5, h = 5; λ = 0.2, limit 2.962·√(λ/(2 − λ)) = 0.987.
    pub const STANDARD: Self =
        Self { slack_milli: 500, sum_milli: 5_000, weight_milli: 200, smoothed_milli: 987 };
}

/// Which chart alarmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Chart {
    /// The cumulated sum.
    Cusum,
    /// The smoothed deviation.
    Ewma,
    /// Both at once.
    Both,
}

/// Which way a sensor wanders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// It reads warmer than it did: held at what it reads, the machine cools too much.
    Warmer,
    /// It reads colder than it did: the machine cools too little.
    Colder,
}

/// What the charts say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Drift {
    /// Nothing beyond chance.
    Steady,
    /// The sensor has drifted.
    Drifted {
        /// Which way.
        direction: Direction,
        /// Which chart says so.
        by: Chart,
    },
}

impl Drift {
    /// What the sensor's value is worth.
    ///
    /// # Errors
    /// [`Fault::Drift`] where it has drifted.
    ///
    /// # Panics
    /// Never.
    pub const fn fault(self) -> Result<(), Fault> {
        match self {
            Self::Steady => Ok(()),
            Self::Drifted { .. } => Err(Fault::Drift),
        }
    }
}

/// Why there is no watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DriftError {
    /// The repeatability is zero.
    Repeatability,
    /// The weight is not between 1 and 1 000, or a limit is zero.
    Policy,
}

impl fmt::Display for DriftError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Repeatability => "a drift watch needs the repeatability of its checks",
            Self::Policy => "the drift policy has a weight or limit that it may not have",
        })
    }
}

impl core::error::Error for DriftError {}

/// What a device keeps from one check to the next, in millionths of σ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DriftState {
    /// The CUSUM towards warmer.
    pub warmer: i32,
    /// The CUSUM towards colder.
    pub colder: i32,
    /// The EWMA.
    pub smoothed: i32,
    /// How many checks there were.
    pub checks: u32,
}

impl Stored for DriftState {
    fn store(&self, to: &mut Writer<'_>) {
        to.add(&self.warmer).add(&self.colder).add(&self.smoothed).add(&self.checks);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            warmer: Stored::load(from)?,
            colder: Stored::load(from)?,
            smoothed: Stored::load(from)?,
            checks: Stored::load(from)?,
        })
    }
}

/// A watch over the checks of one sensor.
///
/// ```
/// use coldcap_calibration::check::drift::{Chart, Direction, Drift, DriftPolicy, DriftWatch};
///
/// // Checks repeat to 3 mK; the first ones, after calibration, read +1 mK.
/// let mut watch = DriftWatch::new(DriftPolicy::STANDARD, 1_000, 3_000).unwrap();
/// assert_eq!(watch.check(2_500), Drift::Steady);
/// // From then on it reads 9 mK too warm.
/// let seen = (0..4).map(|_| watch.check(10_000)).find(|seen| *seen != Drift::Steady);
/// assert!(matches!(seen, Some(Drift::Drifted { direction: Direction::Warmer, .. })));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DriftWatch {
    policy: DriftPolicy,
    baseline_uk: i32,
    repeatability_uk: u32,
    state: DriftState,
}

fn narrow(value: i64) -> i32 {
    i32::try_from(value.clamp(-FARTHEST, FARTHEST)).unwrap_or(0)
}

const fn micro(milli: u16) -> i64 {
    (milli as i64).saturating_mul(1_000)
}

impl DriftWatch {
    /// A new watch. `baseline_uk` is what the check read when the sensor was new, in µK, best the mean of
    /// several checks; `repeatability_uk` the standard deviation of one check in µK.
    ///
    /// # Errors
    /// [`DriftError`].
    pub fn new(
        policy: DriftPolicy,
        baseline_uk: i32,
        repeatability_uk: u32,
    ) -> Result<Self, DriftError> {
        Self::resume(policy, baseline_uk, repeatability_uk, DriftState::default())
    }

    /// A watch that goes on from what a device has kept.
    ///
    /// # Errors
    /// [`DriftError`].
    pub fn resume(
        policy: DriftPolicy,
        baseline_uk: i32,
        repeatability_uk: u32,
        state: DriftState,
    ) -> Result<Self, DriftError> {
        if repeatability_uk == 0 {
            return Err(DriftError::Repeatability);
        }
        let weight_fits = (1..=1_000).contains(&policy.weight_milli);
        if !weight_fits || policy.sum_milli == 0 || policy.smoothed_milli == 0 {
            return Err(DriftError::Policy);
        }
        Ok(Self { policy, baseline_uk, repeatability_uk, state })
    }

    /// How its charts are set.
    #[must_use]
    pub const fn policy(&self) -> DriftPolicy {
        self.policy
    }

    /// What the check read when the sensor was new, in µK.
    #[must_use]
    pub const fn baseline_uk(&self) -> i32 {
        self.baseline_uk
    }

    /// The standard deviation of one check, in µK.
    #[must_use]
    pub const fn repeatability_uk(&self) -> u32 {
        self.repeatability_uk
    }

    /// What has to be kept until the next check.
    #[must_use]
    pub const fn state(&self) -> DriftState {
        self.state
    }

    /// The same watch with what was kept of earlier checks.
    #[must_use]
    pub const fn with_state(self, state: DriftState) -> Self {
        Self { state, ..self }
    }

    /// The drift now by the EWMA, in µK.
    #[must_use]
    pub fn estimate_uk(&self) -> i32 {
        let smoothed = i64::from(self.state.smoothed);
        let scaled = smoothed.saturating_mul(i64::from(self.repeatability_uk));
        let limited = (scaled / MICRO).clamp(i64::from(i32::MIN), i64::from(i32::MAX));
        i32::try_from(limited).unwrap_or(0)
    }

    /// Takes the deviation that one check found, in µK.
    ///
    /// # Panics
    /// Never.
    pub fn check(&mut self, deviation_uk: i32) -> Drift {
        let apart = i64::from(deviation_uk).saturating_sub(i64::from(self.baseline_uk));
        let scaled = apart.saturating_mul(MICRO);
        let in_sigma = scaled.checked_div(i64::from(self.repeatability_uk)).unwrap_or(0);
        self.take(in_sigma.clamp(-FARTHEST, FARTHEST));
        self.verdict()
    }

    fn take(&mut self, in_sigma: i64) {
        let slack = micro(self.policy.slack_milli);
        let state = &mut self.state;
        let sum = |sum: i32, more: i64| {
            narrow(i64::from(sum).saturating_add(more).saturating_sub(slack).max(0))
        };
        state.warmer = sum(state.warmer, in_sigma);
        state.colder = sum(state.colder, in_sigma.saturating_neg());
        let gap = in_sigma.saturating_sub(i64::from(state.smoothed));
        let step = gap.saturating_mul(i64::from(self.policy.weight_milli)) / 1_000;
        state.smoothed = narrow(i64::from(state.smoothed).saturating_add(step));
        state.checks = state.checks.saturating_add(1);
    }

    /// What the charts say of the checks so far.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn verdict(&self) -> Drift {
        let (sum, limit) = (micro(self.policy.sum_milli), micro(self.policy.smoothed_milli));
        let smoothed = i64::from(self.state.smoothed);
        let warmer = by(i64::from(self.state.warmer) > sum, smoothed > limit);
        let colder = by(i64::from(self.state.colder) > sum, smoothed < limit.saturating_neg());
        match (warmer, colder) {
            (Some(by), _) => Drift::Drifted { direction: Direction::Warmer, by },
            (None, Some(by)) => Drift::Drifted { direction: Direction::Colder, by },
            (None, None) => Drift::Steady,
        }
    }
}

const fn by(cusum: bool, ewma: bool) -> Option<Chart> {
    match (cusum, ewma) {
        (false, false) => None,
        (true, false) => Some(Chart::Cusum),
        (false, true) => Some(Chart::Ewma),
        (true, true) => Some(Chart::Both),
    }
}
