//! Four sensors in one bath: what each of them is off.
//!
//! With the pump on, the chiller off and the cap not worn, supply, return, front and rear sensor see
//! the same coolant. What they differ by is calibration error, and it matters: at 1 L/min a mismatch of
//! 0.1 K between supply and return is 6.5 W, a sixth of what a scalp gives.
//!
//! The bath is not quite one: the pump sits between return and supply and its heat, with nothing to carry
//! it away, warms the stream there by `P/(V̇·ρc)` in every round, 76 mK for 5 W and 1 L/min. Take it away
//! with [`LoopTemperatures::ahead_of_pump`], or it is stored as an offset and later found as heat of a head.
//!
//! And it is one only while the loop rests: the cap's inner faces follow the coolant about a minute late, so
//! a loop that still warms shows them colder than it, sensors without any error included. [`Rest`] says how
//! much a sensor may move in the window.

mod rest;

pub use rest::Rest;

use crate::average::Average;
use crate::check::cross_check::{Agreement, Measured, NoUncertainty, cross_check};
use crate::progress::Progress;
use crate::root::root_of_squares;
use crate::scatter::Scatter;
use coldcap_units::{Coolant, Duration, Fault, Interface, Kelvin, MicroCelsius};
use core::fmt;
use rest::Halves;

/// The most that the four sensors may lie apart, in thousandths of a kelvin. Sensors of the same part
/// within ±1 % agree to about 0.4 K untrimmed; more is a fault or a bath that is not one.
const WIDEST_MILLI_KELVIN: i32 = 500;

/// A sensor of a channel's loop and cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LoopSensor {
    /// Ahead of the cap.
    Supply = 0,
    /// Behind the cap.
    Returned = 1,
    /// On the cap's inner face, front.
    Front = 2,
    /// On the cap's inner face, rear.
    Rear = 3,
}

impl LoopSensor {
    /// Every sensor, in the order in which offsets are stored.
    pub const ALL: [Self; 4] = [Self::Supply, Self::Returned, Self::Front, Self::Rear];

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Supply => "supply",
            Self::Returned => "returned",
            Self::Front => "front",
            Self::Rear => "rear",
        }
    }
}

/// What the four sensors of a channel show in one tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LoopTemperatures {
    /// Coolant ahead of the cap.
    pub supply: Result<Coolant, Fault>,
    /// Coolant behind the cap.
    pub returned: Result<Coolant, Fault>,
    /// Inner face of the cap, front.
    pub front: Result<Interface, Fault>,
    /// Inner face of the cap, rear.
    pub rear: Result<Interface, Fault>,
}

/// A value a sensor, in the order of [`LoopSensor::ALL`], in thousandths of a degree.
type Millis = [i32; 4];

impl LoopTemperatures {
    /// The same temperatures with the pump's `rise` taken from the supply: what the four sensors would
    /// show in the bath as it is ahead of the pump. For a loop that goes round past the tank; faults
    /// stay as they are. The rise is that of [`coolant::temperature_rise`](crate::coolant::temperature_rise).
    ///
    /// ```
    /// use coldcap_calibration::isothermal::LoopTemperatures;
    /// use coldcap_units::{Coolant, Interface, Kelvin};
    ///
    /// let shown = LoopTemperatures {
    ///     supply: Ok(Coolant::from_milli(22_076)),
    ///     returned: Ok(Coolant::from_milli(22_000)),
    ///     front: Ok(Interface::from_milli(22_000)),
    ///     rear: Ok(Interface::from_milli(22_000)),
    /// };
    /// let bath = shown.ahead_of_pump(Kelvin::from_milli(76));
    /// assert_eq!(bath.supply.unwrap().to_milli(), 22_000);
    /// ```
    #[must_use]
    pub fn ahead_of_pump(self, rise: Kelvin) -> Self {
        Self { supply: self.supply.map(|it| Coolant(it.0.plus(rise.negated()))), ..self }
    }

    /// The four values in thousandths of a degree Celsius, or the first sensor that has none.
    pub(crate) fn millis(&self) -> Result<Millis, (LoopSensor, Fault)> {
        Ok([
            self.supply.map_err(|fault| (LoopSensor::Supply, fault))?.to_milli(),
            self.returned.map_err(|fault| (LoopSensor::Returned, fault))?.to_milli(),
            self.front.map_err(|fault| (LoopSensor::Front, fault))?.to_milli(),
            self.rear.map_err(|fault| (LoopSensor::Rear, fault))?.to_milli(),
        ])
    }
}

/// What each sensor shows above the mean of the four, to the thousandth of a kelvin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct IsothermalOffsets {
    milli_kelvin: [i16; 4],
}

impl IsothermalOffsets {
    /// No correction: for a machine that was never measured.
    pub const NONE: Self = Self { milli_kelvin: [0; 4] };

    /// From thousandths of a kelvin, in the order of [`LoopSensor::ALL`].
    ///
    /// # Errors
    /// [`IsothermalFault::Spread`] where they lie further apart than [`isothermal`] allows, or where one
    /// is further than that from zero.
    pub fn from_milli(milli_kelvin: [i16; 4]) -> Result<Self, IsothermalFault> {
        let wide = milli_kelvin.map(i32::from);
        let largest = wide.iter().map(|value| value.saturating_abs()).max().unwrap_or(0);
        check_spread(&wide, spread(&wide).max(largest))?;
        Ok(Self { milli_kelvin })
    }

    /// In thousandths of a kelvin, in the order of [`LoopSensor::ALL`].
    #[must_use]
    pub const fn to_milli(&self) -> [i16; 4] {
        self.milli_kelvin
    }

    /// What one sensor shows too much.
    #[must_use]
    pub const fn of(&self, sensor: LoopSensor) -> Kelvin {
        let [supply, returned, front, rear] = self.milli_kelvin;
        let milli = match sensor {
            LoopSensor::Supply => supply,
            LoopSensor::Returned => returned,
            LoopSensor::Front => front,
            LoopSensor::Rear => rear,
        };
        Kelvin::from_milli(milli as i32)
    }

    /// The same temperatures with the offsets taken away; faults stay as they are.
    #[must_use]
    pub fn correct(&self, shown: &LoopTemperatures) -> LoopTemperatures {
        let coolant =
            |sensor| move |shown: Coolant| Coolant(shown.0.plus(self.of(sensor).negated()));
        let interface =
            |sensor| move |shown: Interface| Interface(shown.0.plus(self.of(sensor).negated()));
        LoopTemperatures {
            supply: shown.supply.map(coolant(LoopSensor::Supply)),
            returned: shown.returned.map(coolant(LoopSensor::Returned)),
            front: shown.front.map(interface(LoopSensor::Front)),
            rear: shown.rear.map(interface(LoopSensor::Rear)),
        }
    }
}

/// Why there are no offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IsothermalFault {
    /// A sensor gave no value.
    Sensor {
        /// Which one.
        sensor: LoopSensor,
        /// Why.
        fault: Fault,
    },
    /// The sensors lie too far apart to be in one bath, or one of them is wrong.
    Spread {
        /// The one furthest from the mean.
        sensor: LoopSensor,
        /// How far they lie apart, in thousandths of a kelvin.
        milli_kelvin: u32,
    },
    /// The loop does not rest: what the sensors differ by is how late each of them follows it. A window that
    /// is measured later may do.
    Drift {
        /// The sensor that moves fastest.
        sensor: LoopSensor,
        /// How fast, in µK a second.
        uk_per_s: i32,
    },
}

impl fmt::Display for IsothermalFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sensor { sensor, fault } => write!(f, "the {} sensor: {fault}", sensor.name()),
            Self::Spread { sensor, milli_kelvin } => {
                write!(f, "sensors lie {milli_kelvin} mK apart, {} furthest", sensor.name())
            }
            Self::Drift { sensor, uk_per_s } => {
                write!(f, "the loop does not rest: {} moves by {uk_per_s} µK/s", sensor.name())
            }
        }
    }
}

impl core::error::Error for IsothermalFault {}

fn spread(values: &Millis) -> i32 {
    let highest = values.iter().copied().max().unwrap_or(0);
    let lowest = values.iter().copied().min().unwrap_or(0);
    highest.saturating_sub(lowest)
}

fn mean(values: &Millis) -> i32 {
    let mut average = Average::default();
    values.iter().for_each(|value| average.add(*value));
    average.mean().unwrap_or(0)
}

fn furthest(values: &Millis) -> LoopSensor {
    let mean = mean(values);
    let apart = |value: &i32| value.saturating_sub(mean).saturating_abs();
    let pairs = LoopSensor::ALL.into_iter().zip(values);
    pairs.max_by_key(|(_, value)| apart(value)).map_or(LoopSensor::Supply, |(sensor, _)| sensor)
}

fn check_spread(values: &Millis, spread: i32) -> Result<(), IsothermalFault> {
    if spread <= WIDEST_MILLI_KELVIN {
        return Ok(());
    }
    Err(IsothermalFault::Spread { sensor: furthest(values), milli_kelvin: spread.unsigned_abs() })
}

fn offsets(values: &Millis) -> Result<IsothermalOffsets, IsothermalFault> {
    check_spread(values, spread(values))?;
    let mean = mean(values);
    let offset = |value: i32| i16::try_from(value.saturating_sub(mean)).unwrap_or(0);
    Ok(IsothermalOffsets { milli_kelvin: values.map(offset) })
}

/// The offset of each sensor against the mean of all four, from one set of values.
///
/// # Errors
/// - [`IsothermalFault::Sensor`]: a sensor gave no value.
/// - [`IsothermalFault::Spread`]: they lie more than 0.5 K apart.
///
/// # Panics
/// Never.
///
/// ```
/// use coldcap_calibration::isothermal::{LoopSensor, LoopTemperatures, isothermal};
/// use coldcap_units::{Coolant, Interface, Kelvin};
///
/// let shown = LoopTemperatures {
///     supply: Ok(Coolant::from_milli(21_900)),
///     returned: Ok(Coolant::from_milli(22_100)),
///     front: Ok(Interface::from_milli(22_050)),
///     rear: Ok(Interface::from_milli(21_950)),
/// };
/// let offsets = isothermal(&shown).unwrap();
/// assert_eq!(offsets.of(LoopSensor::Returned), Kelvin::from_milli(100));
/// assert_eq!(offsets.correct(&shown).returned.unwrap().to_milli(), 22_000);
/// ```
pub fn isothermal(shown: &LoopTemperatures) -> Result<IsothermalOffsets, IsothermalFault> {
    let values =
        shown.millis().map_err(|(sensor, fault)| IsothermalFault::Sensor { sensor, fault })?;
    offsets(&values)
}

/// What the return sensor shows above the supply sensor in one bath, and how well that is known.
///
/// Whoever takes it away leaves `u` of a bias in every difference of the two: it is the
/// `pair_uncertainty_uk` of [`LoopHeat`](crate::heat::LoopHeat). It holds near the temperature of the bath:
/// sensors of unlike steepness part again elsewhere. With ±1 % of resistance and steepness, matching at 22 °C
/// took the error of heat at −3 °C from 19 W to 12 W only; a pair that was calibrated at two points in the same
/// baths was 0.01 W off without any matching (`tests/calibration.rs` of `coldcap-sim`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PairOffset {
    /// Return less supply, in µK.
    pub offset_uk: i32,
    /// Its standard uncertainty in µK: scatter in the window, and what the bath was not one.
    pub u_uk: u32,
}

/// Two offsets rounded to whole millikelvins: √2·1 mK/√12, in µK.
const ROUNDED_UK: u64 = 408;

impl PairOffset {
    /// The standard uncertainty in µK where the pair is corrected by [`IsothermalOffsets`], which are kept in
    /// whole millikelvins.
    #[must_use]
    pub fn stored_u_uk(&self) -> u32 {
        root_of_squares(u64::from(self.u_uk), ROUNDED_UK)
    }
}

impl PairOffset {
    /// Whether two certified sensors agree, by what their certificates say (expanded uncertainties in µK at k = 2)
    /// and by how well the offset is known: E_n with all three.
    ///
    /// # Errors
    /// [`NoUncertainty`]: all three are zero.
    ///
    /// # Panics
    /// Never.
    ///
    /// ```
    /// use coldcap_calibration::isothermal::PairOffset;
    ///
    /// let pair = PairOffset { offset_uk: 12_000, u_uk: 3_000 };
    /// // √(6² + 6² + 7²) = 11 mK are allowed.
    /// let agreement = pair.agreement(6_000, 7_000).unwrap();
    /// assert_eq!((agreement.en_milli, agreement.agrees()), (1_091, false));
    /// ```
    pub fn agreement(
        &self,
        supply_expanded_uk: u32,
        return_expanded_uk: u32,
    ) -> Result<Agreement, NoUncertainty> {
        let bath = u64::from(self.u_uk).saturating_mul(2);
        let expanded_uk = root_of_squares(return_expanded_uk.into(), bath);
        let returned = Measured { value: MicroCelsius(self.offset_uk), expanded_uk };
        let supply = Measured { value: MicroCelsius(0), expanded_uk: supply_expanded_uk };
        cross_check(returned, supply)
    }
}

/// A difference in µK.
fn micro(kelvin: Kelvin) -> i32 {
    let scaled = i64::from(kelvin.to_fixed().to_bits()).saturating_mul(1_000_000) >> 16;
    i32::try_from(scaled.clamp(i32::MIN.into(), i32::MAX.into())).unwrap_or(0)
}

/// [`isothermal`] over the mean of a window of ticks, so that noise does not become an offset.
///
/// Ticks in which a sensor has no value are left out; the window fails if they are more than one in
/// ten. It fails too where a sensor moves faster than [`Rest`] allows: begin a new one then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IsothermalTest {
    window: Duration,
    remaining: Duration,
    rest: Rest,
    halves: Halves,
    sums: [Average; 4],
    pair: Scatter,
    missed: u32,
    last_fault: Option<(LoopSensor, Fault)>,
}

impl IsothermalTest {
    /// A window of this length, in which no sensor may move faster than `rest` says. At 100 ms a tick, 30 s
    /// bring 30 mK of noise down to 2 mK, and that of a drift to 0.2 mK/s.
    #[must_use]
    pub fn new(window: Duration, rest: Rest) -> Self {
        Self {
            window,
            remaining: window,
            rest,
            halves: Halves::default(),
            sums: Default::default(),
            pair: Scatter::default(),
            missed: 0,
            last_fault: None,
        }
    }

    /// Takes the values of one tick and the time since the last one.
    ///
    /// # Errors
    /// Inside [`Progress::Done`], those of [`isothermal`] over the means, and before them
    /// [`IsothermalFault::Drift`].
    ///
    /// # Panics
    /// Never.
    pub fn step(
        &mut self,
        shown: &LoopTemperatures,
        elapsed: Duration,
    ) -> Progress<Result<IsothermalOffsets, IsothermalFault>> {
        if !self.remaining.is_zero() {
            self.take(shown);
            self.remaining = self.remaining.minus(elapsed);
        }
        if !self.remaining.is_zero() {
            return Progress::Running { remaining: self.remaining };
        }
        Progress::Done(self.outcome())
    }

    fn take(&mut self, shown: &LoopTemperatures) {
        match shown.millis() {
            Ok(values) => {
                self.sums.iter_mut().zip(values).for_each(|(average, value)| average.add(value));
                let late = self.remaining <= rest::half(self.window);
                self.halves.add(late, &values);
                if let (Ok(supply), Ok(returned)) = (shown.supply, shown.returned) {
                    self.pair.add(micro(returned.0.minus(supply.0)));
                }
            }
            Err(missing) => {
                self.missed = self.missed.saturating_add(1);
                self.last_fault = Some(missing);
            }
        }
    }

    fn outcome(&self) -> Result<IsothermalOffsets, IsothermalFault> {
        let [supply, ..] = &self.sums;
        if self.missed.saturating_mul(9) > supply.count() || supply.count() == 0 {
            let (sensor, fault) =
                self.last_fault.unwrap_or((LoopSensor::Supply, Fault::Unavailable));
            return Err(IsothermalFault::Sensor { sensor, fault });
        }
        // Before the spread: sensors that a cold loop parts are no worse than others.
        let unseen = (LoopSensor::Supply, Fault::Unavailable);
        let (sensor, fault) = self.last_fault.unwrap_or(unseen);
        let drifts = self.halves.drifts(self.window);
        self.rest.check(&drifts.ok_or(IsothermalFault::Sensor { sensor, fault })?)?;
        offsets(&self.sums.map(|average| average.mean().unwrap_or(0)))
    }

    /// What return and supply sensor differ by, with its uncertainty. `bath_u_uk` is the standard uncertainty
    /// in µK of what the coolant itself differs by between the two: the pump's rise where it was taken away
    /// ([`LoopTemperatures::ahead_of_pump`]), and what the hoses gain.
    ///
    /// # Errors
    /// Those of [`IsothermalTest::step`]; also [`IsothermalFault::Sensor`] with [`Fault::Unavailable`] for a
    /// window that is not over, or has less than 20 ticks: they have no scatter to go by.
    ///
    /// # Panics
    /// Never.
    ///
    /// ```
    /// use coldcap_calibration::isothermal::{IsothermalTest, LoopTemperatures, Rest};
    /// use coldcap_units::{Coolant, Duration, Interface};
    ///
    /// let mut test = IsothermalTest::new(Duration::from_secs(30), Rest::REFERENCE);
    /// for _ in 0..300 {
    ///     let shown = LoopTemperatures {
    ///         supply: Ok(Coolant::from_milli(21_900)),
    ///         returned: Ok(Coolant::from_milli(22_000)),
    ///         front: Ok(Interface::from_milli(22_000)),
    ///         rear: Ok(Interface::from_milli(22_000)),
    ///     };
    ///     let _ = test.step(&shown, Duration::from_millis(100));
    /// }
    /// let pair = test.pair(3_000).unwrap();
    /// assert!((pair.offset_uk - 100_000).abs() < 20);
    /// assert_eq!((pair.u_uk, pair.stored_u_uk()), (3_000, 3_028));
    /// ```
    pub fn pair(&self, bath_u_uk: u32) -> Result<PairOffset, IsothermalFault> {
        let unavailable =
            IsothermalFault::Sensor { sensor: LoopSensor::Supply, fault: Fault::Unavailable };
        if !self.remaining.is_zero() {
            return Err(unavailable);
        }
        self.outcome()?;
        let known = self.pair.mean().zip(self.pair.of_mean());
        let (offset_uk, scatter_uk) = known.ok_or(unavailable)?;
        let u_uk = root_of_squares(scatter_uk.into(), bath_u_uk.into());
        Ok(PairOffset { offset_uk, u_uk })
    }
}
