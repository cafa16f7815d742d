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
    /// So many readings in a row of the very same value are no reading, if they are half of all or more.
    pub same: u32,
}

impl IcePolicy {
    /// A minute in crushed ice of clean water, with a sensor that was calibrated at two points.
    ///
    /// 2 mK for the bath is what the survey's calibrations reckon with for their reference; a bath that is
    /// made without care needs more.
    ///
    /// 60 of the same value: with digits of 1.65 mK (16 bits over the reference divider) and noise of no more than
    /// half a millikelvin, nine readings in ten are the same at worst, and a run of half the window, 300 readings at
    /// ten a second, has a chance of 10⁻¹³. A converter whose digits are coarser than six times its noise shows one
    /// value all the time, and nobody can tell it from a sensor that is stuck: of 0 °C within 6 mK it says nothing.
    pub const CAREFUL: Self = Self {
        window: Duration::from_secs(60),
        bath_u_uk: 2_000,
        sensor_u_uk: 2_000,
        scatter_uk: 5_000,
        wander_uk: 5_000,
        same: 60,
    };
}

/// With a standard uncertainty above this, in µK, a sensor that is 50 mK off would pass: ice and water, whoever mixes
/// them, are better than that. A choice, not a standard's: ASTM E563 speaks of baths of a few millikelvins (not
/// checked against its text).
pub const LARGEST_U_UK: u32 = 25_000;

/// What an ice check says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IceVerdict {
    /// No further from 0 °C than the expanded uncertainty allows.
    Passes,
    /// Further.
    Fails,
    /// Not settled: neither passed nor failed.
    Unstable,
    /// The very same value again and again: stuck, or of digits too coarse for this check. Neither passed nor failed.
    Stuck,
    /// No further than the expanded uncertainty allows, which is so large, [`LARGEST_U_UK`], that this says nothing.
    TellsNothing,
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
/// let (mut outcome, mut tick_number) = (None, 0);
/// while outcome.is_none() {
///     let noise = if tick_number % 2 == 0 { 500 } else { -500 };
///     tick_number += 1;
///     outcome = test.step(Ok(MicroCelsius(3_000 + noise)), tick).outcome();
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
    same: Same,
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
            same: Same::default(),
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
                self.same.add(micro);
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

    /// One value all the time, or for half of it.
    fn is_stuck(&self) -> bool {
        let (all, longest) = (self.all.count(), self.same.longest);
        longest == all || (longest >= self.policy.same && longest >= all / 2)
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
            _ if self.is_stuck() => IceVerdict::Stuck,
            (false, _) => IceVerdict::Unstable,
            (true, true) if u_uk > LARGEST_U_UK => IceVerdict::TellsNothing,
            (true, true) => IceVerdict::Passes,
            (true, false) => IceVerdict::Fails,
        };
        Some(IceCheck { mean: MicroCelsius(mean), u_uk, scatter_uk, wander_uk, verdict })
    }
}

/// The longest run of one value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Same {
    last: Option<i32>,
    run: u32,
    longest: u32,
}

impl Same {
    fn add(&mut self, micro: i32) {
        self.run = if self.last == Some(micro) { self.run.saturating_add(1) } else { 1 };
        self.last = Some(micro);
        self.longest = self.longest.max(self.run);
    }
}

fn add_square(sum: u64, part: u32) -> u64 {
    sum.saturating_add(u64::from(part).saturating_mul(u64::from(part)))
}
