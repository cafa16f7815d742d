//! The ice point: a sensor in ice and water reads 0 °C, or it does not.
//!
//! It is the check that every site can make, and at the very temperature that matters. It finds a shift of
//! the sensor; it is no calibration, and says nothing of the sensor's steepness.

use crate::average::Average;
use crate::progress::Progress;
use crate::root::root;
use crate::scatter::Scatter;
use coldcap_units::{Duration, Fault, MicroCelsius};

/// How an ice check is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IcePolicy {
    /// How long it looks.
    pub window: Duration,
    /// Standard uncertainty of the bath in µK: how well ice and water are made.
    pub bath_u_uk: u32,
    /// Standard uncertainty of the sensor at 0 °C in µK, as its certificate states it.
    pub sensor_u_uk: u32,
    /// Single readings may scatter by this standard deviation in µK.
    pub scatter_uk: u32,
    /// The mean of the second half may differ from that of the first by this much in µK.
    pub wander_uk: u32,
}

impl IcePolicy {
    /// A minute in crushed ice of clean water, with a sensor that was calibrated at two points.
    ///
    /// 2 mK for the bath is what the survey's calibrations reckon with for their reference; a bath that is
    /// made without care needs more.
    pub const CAREFUL: Self = Self {
        window: Duration::from_secs(60),
        bath_u_uk: 2_000,
        sensor_u_uk: 2_000,
        scatter_uk: 5_000,
        wander_uk: 5_000,
    };
}

/// What an ice check says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IceVerdict {
    /// No further from 0 °C than the expanded uncertainty allows.
    Passes,
    /// Further.
    Fails,
    /// Not settled: neither passed nor failed.
    Unstable,
}

/// An ice check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IceCheck {
    /// The mean of what the sensor read: its error, since the bath is at 0 °C.
    pub mean: MicroCelsius,
    /// The standard uncertainty of that error in µK: bath, sensor and scatter.
    pub u_uk: u32,
    /// The standard deviation of single readings in µK.
    pub scatter_uk: u32,
    /// Second half of the window less first half, in µK.
    pub wander_uk: i32,
    /// What it says.
    pub verdict: IceVerdict,
}

/// Gathers an ice check, tick by tick.
///
/// ```
/// use coldcap_calibration::check::ice_point::{IcePoint, IcePolicy, IceVerdict};
/// use coldcap_units::{Duration, MicroCelsius};
///
/// let mut test = IcePoint::new(IcePolicy::CAREFUL);
/// let tick = Duration::from_millis(100);
/// let mut outcome = None;
/// while outcome.is_none() {
///     outcome = test.step(Ok(MicroCelsius(3_000)), tick).outcome();
/// }
/// let check = outcome.unwrap().unwrap();
/// assert_eq!((check.mean, check.verdict), (MicroCelsius(3_000), IceVerdict::Passes));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IcePoint {
    policy: IcePolicy,
    remaining: Duration,
    all: Scatter,
    halves: [Average; 2],
    missed: u32,
    last_fault: Fault,
}

impl IcePoint {
    /// A check that begins with its first step. Let the sensor settle in the ice before.
    #[must_use]
    pub fn new(policy: IcePolicy) -> Self {
        Self {
            policy,
            remaining: policy.window,
            all: Scatter::default(),
            halves: Default::default(),
            missed: 0,
            last_fault: Fault::Unavailable,
        }
    }

    /// Takes the reading of one tick and the time since the last one.
    ///
    /// # Errors
    /// Inside [`Progress::Done`]: the sensor's last fault where more than one reading in ten was missing, or
    /// [`Fault::Unavailable`] for a window of less than 20 readings.
    ///
    /// # Panics
    /// Never.
    pub fn step(
        &mut self,
        reading: Result<MicroCelsius, Fault>,
        elapsed: Duration,
    ) -> Progress<Result<IceCheck, Fault>> {
        if !self.remaining.is_zero() {
            self.take(reading);
            self.remaining = self.remaining.minus(elapsed);
        }
        if !self.remaining.is_zero() {
            return Progress::Running { remaining: self.remaining };
        }
        Progress::Done(self.outcome())
    }

    fn take(&mut self, reading: Result<MicroCelsius, Fault>) {
        let half = self.policy.window.as_millis() / 2;
        let [first, second] = &mut self.halves;
        match reading {
            Ok(MicroCelsius(micro)) => {
                self.all.add(micro);
                if self.remaining.as_millis() > half { first } else { second }.add(micro);
            }
            Err(fault) => {
                self.missed = self.missed.saturating_add(1);
                self.last_fault = fault;
            }
        }
    }

    fn outcome(&self) -> Result<IceCheck, Fault> {
        if self.missed.saturating_mul(9) > self.all.count() {
            return Err(self.last_fault);
        }
        self.judged().ok_or(Fault::Unavailable)
    }

    fn judged(&self) -> Option<IceCheck> {
        let mean = self.all.mean()?;
        let scatter_uk = self.all.of_values()?;
        let parts = [self.policy.bath_u_uk, self.policy.sensor_u_uk, self.all.of_mean()?];
        let u_uk = u32::try_from(root(parts.into_iter().fold(0, add_square))).ok()?;
        let [first, second] = &self.halves;
        let wander_uk = second.mean()?.saturating_sub(first.mean()?);
        let settled = scatter_uk <= self.policy.scatter_uk
            && wander_uk.unsigned_abs() <= self.policy.wander_uk;
        let verdict = match (settled, mean.unsigned_abs() <= u_uk.saturating_mul(2)) {
            (false, _) => IceVerdict::Unstable,
            (true, true) => IceVerdict::Passes,
            (true, false) => IceVerdict::Fails,
        };
        Some(IceCheck { mean: MicroCelsius(mean), u_uk, scatter_uk, wander_uk, verdict })
    }
}

fn add_square(sum: u64, part: u32) -> u64 {
    sum.saturating_add(u64::from(part).saturating_mul(u64::from(part)))
}
