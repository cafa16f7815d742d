//! Two minutes of a worn cap: does it touch the head?
//!
//! # What is judged
//! A cap with poor contact reads *colder* on its inner face while the scalp under it stays warmer, so
//! no interface temperature can prove a fit. What proves it is heat: the test integrates flow times
//! temperature rise, takes away what comes from the room, and divides by the difference between a
//! resting scalp and the coolant. That is the *uptake*, in milliwatts per kelvin. Front and rear are
//! compared by the drop from the cap's inner face to the coolant, which is proportional to the heat
//! flux through the cap at that place.
//!
//! # Zones
//! Beside that, each zone with a sensor has a contact conductance of its own: from a skin-side sensor and the inner face
//! by [`drop`](mod@drop) (u about 6 %), from a skin-side sensor and the coolant by [`half_space`] (u about 5 % after a step, 10 %
//! during a ramp), from the inner face alone by [`flux`] (u about 16 % after a step of the coolant, 14 % after a ramp).
//! [`judge`] turns them into a verdict with guard bands, [`baseline`]
//! compares them with the patient's own. A zone without a sensor is [`ZoneState::Unobserved`].
//!
//! # What it cannot tell
//! [`ContactTest`] judges by heat uptake and front-to-rear asymmetry only and does not tell a thin head of
//! hair from a good fit. The zones' models are one-dimensional: a gap narrower than a zone, heat that goes
//! round its edge, and whatever lies where there is no sensor are not seen. A good verdict is a reason
//! to go on, not a proof that hair is protected.

pub mod balance;
pub mod baseline;
mod clock;
pub mod contradiction;
pub mod donning;
pub mod drop;
pub mod flux;
pub mod half_space;
pub mod judge;
mod logarithm;
mod zone;

pub use clock::{TestClock, TestTick};
pub use zone::{CapWall, Conductance, Zone, ZoneFault, ZoneFit, ZoneState};

use crate::average::Average;
use crate::coolant::{Mixture, heat_milliwatts};
use crate::isothermal::{IsothermalOffsets, LoopTemperatures};
use crate::progress::Progress;
use coldcap_units::{
    Coolant, Duration, Fault, Interface, Kelvin, MillilitersPerMinute, Permille, Skin, quotient,
};
use core::fmt;

/// The verdict on a cap's contact. The codes are frozen; new ones are added at the end.
///
/// [`ContactTest`] knows the first three, [`judge`] all but [`Verdict::Doubtful`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Verdict {
    /// Heat flows as from a head with ordinary hair and a closed fit.
    Good = 1,
    /// Less heat than that, or front and rear differ: re-seat the cap and test again.
    Doubtful = 2,
    /// Hardly more heat than from no head at all, nothing observed, or sensors that contradict each other.
    Refuse = 3,
    /// Within the uncertainty of the limit, which a second test of the same kind has too.
    Repeat = 4,
    /// One zone fails: seat the cap anew and test again.
    Reseat = 5,
    /// Two zones or more fail: another size, or prepare the hair again.
    Resize = 6,
}

impl Verdict {
    /// Every verdict, in order of its code.
    pub const ALL: [Self; 6] =
        [Self::Good, Self::Doubtful, Self::Refuse, Self::Repeat, Self::Reseat, Self::Resize];

    /// The frozen code, 1 to 6.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The verdict with this code, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.code() == code)
    }

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Doubtful => "doubtful",
            Self::Refuse => "refuse",
            Self::Repeat => "repeat",
            Self::Reseat => "reseat",
            Self::Resize => "resize",
        }
    }
}

/// The figures behind a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContactLimits {
    /// How long the test takes altogether.
    pub length: Duration,
    /// How much of that passes before it begins to average.
    pub settle: Duration,
    /// The coolant.
    pub mixture: Mixture,
    /// The scalp before cooling.
    pub resting_skin: Skin,
    /// Heat that reaches the coolant between its two sensors without a head, in milliwatts.
    pub background_mw: i32,
    /// The least uptake that is good, in milliwatts per kelvin.
    pub good_from_mw_per_kelvin: i32,
    /// Uptake below this is refused, in milliwatts per kelvin.
    pub refuse_below_mw_per_kelvin: i32,
    /// The smaller interface drop must be at least this share of the larger one.
    pub symmetry: Permille,
}

impl ContactLimits {
    /// For a coolant that was brought down by a ramp of minutes, so that the scalp has followed it.
    ///
    /// Sources: resting scalp 34.4 °C (Janssen 2005). Uptake from steady states of a spherical
    /// bioheat model with 0.07 m² of cap at −4 °C coolant: hair and air of 0.04 m²K/W, the end of
    /// *good*, let 34 W through, 0.07 m²K/W, the end of *marginal*, 25 W, over 38.4 K. Background: 10 W
    /// through the cover at 26 K below the room, scaled to 14 K. Symmetry: the conductance of one zone
    /// may be 0.6 of another. Proposals all; replace them by bench figures of the real cap.
    pub const AFTER_RAMP: Self = Self {
        length: Duration::from_secs(120),
        settle: Duration::from_secs(30),
        mixture: Mixture::PropyleneGlycol30,
        resting_skin: Skin::from_milli(34_400),
        background_mw: 5_400,
        good_from_mw_per_kelvin: 885,
        refuse_below_mw_per_kelvin: 650,
        symmetry: Permille(600),
    };

    /// For cold coolant that meets a warm head at once, where a fresh scalp gives more heat.
    ///
    /// Source: conduction into a half-space of 1.2 kW·√s/(m²K) (Carslaw and Jaeger) over 30 to 120 s
    /// through the same two resistances plus 0.01 m²K/W of cap.
    pub const AFTER_STEP: Self = Self {
        good_from_mw_per_kelvin: 1_200,
        refuse_below_mw_per_kelvin: 790,
        ..Self::AFTER_RAMP
    };
}

/// What one tick brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContactSample {
    /// The four temperatures, uncorrected.
    pub temperatures: LoopTemperatures,
    /// Coolant flow through the cap.
    pub flow: Result<MillilitersPerMinute, Fault>,
}

/// What the test found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContactResult {
    /// Mean heat taken up between the two coolant sensors, in milliwatts, background included.
    pub heat_mw: i32,
    /// Mean heat without background, per kelvin between the resting scalp and the coolant.
    pub uptake_mw_per_kelvin: i32,
    /// Mean drop from the front inner face to the coolant.
    pub front_drop: Kelvin,
    /// Mean drop from the rear inner face to the coolant.
    pub rear_drop: Kelvin,
    /// What follows from that.
    pub verdict: Verdict,
}

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContactFault {
    /// More than one tick in ten had no value; the last reason.
    Sensor(Fault),
    /// The coolant was less than 5 K below a resting scalp: nothing can be told.
    NoGradient,
}

impl fmt::Display for ContactFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sensor(fault) => write!(f, "a sensor was missing for too long: {fault}"),
            Self::NoGradient => f.write_str("the coolant was too warm to test the contact"),
        }
    }
}

impl core::error::Error for ContactFault {}

/// The least difference between resting scalp and coolant that carries a verdict.
const LEAST_GRADIENT_MILLI_KELVIN: i32 = 5_000;

/// The contact test: fed once a tick, done after its length.
///
/// ```
/// use coldcap_calibration::contact::{ContactLimits, ContactSample, ContactTest, Verdict};
/// use coldcap_calibration::isothermal::{IsothermalOffsets, LoopTemperatures};
/// use coldcap_units::{Coolant, Duration, Interface, MillilitersPerMinute};
///
/// let mut test = ContactTest::new(ContactLimits::AFTER_RAMP, IsothermalOffsets::NONE);
/// let sample = ContactSample {
///     temperatures: LoopTemperatures {
///         supply: Ok(Coolant::from_milli(8_000)),
///         returned: Ok(Coolant::from_milli(8_500)),
///         front: Ok(Interface::from_milli(12_000)),
///         rear: Ok(Interface::from_milli(11_800)),
///     },
///     flow: Ok(MillilitersPerMinute(1_000)),
/// };
/// let mut outcome = None;
/// for _tick in 0..1_200 {
///     outcome = test.step(&sample, Duration::from_millis(100)).outcome();
/// }
/// let result = outcome.unwrap().unwrap();
/// assert_eq!((result.verdict, result.heat_mw), (Verdict::Good, 32_692));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContactTest {
    limits: ContactLimits,
    offsets: IsothermalOffsets,
    elapsed: Duration,
    heat: Average,
    coolant: Average,
    front: Average,
    rear: Average,
    /// Of all ticks, and of those that are averaged.
    missed: [u32; 2],
    taken: u32,
    last_fault: Option<Fault>,
}

/// One tick with its offsets removed.
struct Corrected {
    supply: Coolant,
    returned: Coolant,
    front: Interface,
    rear: Interface,
    flow: MillilitersPerMinute,
}

impl ContactSample {
    fn corrected(&self, offsets: &IsothermalOffsets) -> Result<Corrected, Fault> {
        let LoopTemperatures { supply, returned, front, rear } =
            offsets.correct(&self.temperatures);
        Ok(Corrected {
            supply: supply?,
            returned: returned?,
            front: front?,
            rear: rear?,
            flow: self.flow?,
        })
    }
}

impl ContactTest {
    /// A test that begins with its first step. `offsets` are those of the same sensors.
    #[must_use]
    pub fn new(limits: ContactLimits, offsets: IsothermalOffsets) -> Self {
        let none = Average::default();
        Self {
            limits,
            offsets,
            elapsed: Duration::ZERO,
            heat: none,
            coolant: none,
            front: none,
            rear: none,
            missed: [0; 2],
            taken: 0,
            last_fault: None,
        }
    }

    /// Takes the values of one tick and the time since the last one. Constant time.
    ///
    /// # Errors
    /// Inside [`Progress::Done`]: [`ContactFault::Sensor`] when more than one tick in ten had no value, of all
    /// or of those that are averaged, [`ContactFault::NoGradient`] when the coolant was too warm.
    ///
    /// # Panics
    /// Never.
    pub fn step(
        &mut self,
        sample: &ContactSample,
        elapsed: Duration,
    ) -> Progress<Result<ContactResult, ContactFault>> {
        if self.elapsed < self.limits.length {
            self.elapsed = self.elapsed.plus(elapsed);
            self.take(sample);
        }
        let remaining = self.limits.length.minus(self.elapsed);
        if remaining.is_zero() {
            Progress::Done(self.outcome())
        } else {
            Progress::Running { remaining }
        }
    }

    fn take(&mut self, sample: &ContactSample) {
        let averaged = self.elapsed > self.limits.settle;
        match sample.corrected(&self.offsets) {
            Ok(corrected) => {
                self.taken = self.taken.saturating_add(1);
                if averaged {
                    self.add(&corrected);
                }
            }
            Err(fault) => {
                let [all, of_averaged] = self.missed;
                let more = u32::from(averaged);
                self.missed = [all.saturating_add(1), of_averaged.saturating_add(more)];
                self.last_fault = Some(fault);
            }
        }
    }

    /// More than one tick in ten was missing.
    fn lacks(&self) -> bool {
        let [all, of_averaged] = self.missed;
        all.saturating_mul(9) > self.taken || of_averaged.saturating_mul(9) > self.heat.count()
    }

    fn add(&mut self, sample: &Corrected) {
        let rise = sample.returned.0.minus(sample.supply.0);
        let coolant = sample.supply.to_milli().saturating_add(sample.returned.to_milli()) / 2;
        self.heat.add(heat_milliwatts(sample.flow, rise, self.limits.mixture));
        self.coolant.add(coolant);
        self.front.add(sample.front.to_milli().saturating_sub(coolant));
        self.rear.add(sample.rear.to_milli().saturating_sub(coolant));
    }

    fn outcome(&self) -> Result<ContactResult, ContactFault> {
        let missing = ContactFault::Sensor(self.last_fault.unwrap_or(Fault::Unavailable));
        if self.lacks() {
            return Err(missing);
        }
        let heat_mw = self.heat.mean().ok_or(missing)?;
        let coolant = self.coolant.mean().ok_or(missing)?;
        let front = self.front.mean().ok_or(missing)?;
        let rear = self.rear.mean().ok_or(missing)?;
        let uptake = self.uptake(heat_mw, coolant).ok_or(ContactFault::NoGradient)?;
        Ok(ContactResult {
            heat_mw,
            uptake_mw_per_kelvin: uptake,
            front_drop: Kelvin::from_milli(front),
            rear_drop: Kelvin::from_milli(rear),
            verdict: self.verdict(uptake, front, rear),
        })
    }

    /// Heat without background over the difference between resting scalp and coolant.
    fn uptake(&self, heat_mw: i32, coolant_milli: i32) -> Option<i32> {
        let gradient = self.limits.resting_skin.to_milli().saturating_sub(coolant_milli);
        if gradient < LEAST_GRADIENT_MILLI_KELVIN {
            return None;
        }
        let from_head = i64::from(heat_mw).saturating_sub(i64::from(self.limits.background_mw));
        let uptake = quotient(from_head.saturating_mul(1_000), i64::from(gradient))?;
        i32::try_from(uptake).ok()
    }

    fn verdict(&self, uptake: i32, front: i32, rear: i32) -> Verdict {
        if uptake < self.limits.refuse_below_mw_per_kelvin {
            Verdict::Refuse
        } else if uptake < self.limits.good_from_mw_per_kelvin || !self.is_symmetric(front, rear) {
            Verdict::Doubtful
        } else {
            Verdict::Good
        }
    }

    fn is_symmetric(&self, front: i32, rear: i32) -> bool {
        let smaller = i64::from(front.min(rear)).saturating_mul(1_000);
        let larger = i64::from(front.max(rear)).saturating_mul(i64::from(self.limits.symmetry.0));
        larger > 0 && smaller >= larger
    }
}
