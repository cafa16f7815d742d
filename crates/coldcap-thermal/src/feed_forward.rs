//! What a loop must do about a load that is measured, before the load shows in what it holds.
//!
//! Feed-forward has no part in stability: it adds to the output and the controller trims the rest. It
//! must not do harm with a wrong sensor, so each form here has a gate: what is not plausible adds
//! nothing.

use core::fmt;

use coldcap_units::{Coolant, Duration, Fault, Kelvin, MillilitersPerMinute, quotient};
use fixed::types::{I16F16, I32F32};

use crate::number::{Number, Pole, Shifted};
use crate::pid::design;

/// The heat that a flow takes up, P = V̇·(ρ·cp)·ΔT, as the share of full drive that carries it away.
///
/// In units of the output per watt: a cooler of 450 W has 1/450.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MeasuredLoad {
    /// Density times specific heat of the coolant in J/(L·K).
    pub joules_per_liter_kelvin: u16,
    /// The power that full drive carries away, in mW, at least 1.
    pub full_drive_mw: u32,
    /// A rise of the coolant beyond this, either way, is a broken sensor and no load.
    pub largest_rise: Kelvin,
}

impl MeasuredLoad {
    /// The feed-forward for coolant that comes back `rise` warmer than it went out.
    ///
    /// Zero where flow or rise is not known or not plausible: the controller alone then does the work,
    /// more slowly. Between 0 and 1.
    ///
    /// # Panics
    /// Never.
    ///
    /// ```
    /// use coldcap_thermal::feed_forward::MeasuredLoad;
    /// use coldcap_units::{Fault, Kelvin, MillilitersPerMinute};
    /// let load = MeasuredLoad {
    ///     joules_per_liter_kelvin: 3_923,
    ///     full_drive_mw: 450_000,
    ///     largest_rise: Kelvin::from_milli(8_000),
    /// };
    /// let flow = Ok(MillilitersPerMinute(1_000));
    /// let share = load.drive(flow, Ok(Kelvin::from_milli(1_500))); // 98 W
    /// assert!((share.to_num::<f64>() - 0.218).abs() < 0.001);
    /// assert_eq!(load.drive(flow, Err(Fault::Open)), 0);
    /// ```
    #[must_use]
    pub fn drive(
        &self,
        flow: Result<MillilitersPerMinute, Fault>,
        rise: Result<Kelvin, Fault>,
    ) -> I16F16 {
        match (flow, rise) {
            (Ok(flow), Ok(rise)) if rise.abs() <= self.largest_rise && rise > Kelvin::ZERO => {
                self.share(flow, rise)
            }
            _ => I16F16::ZERO,
        }
    }

    /// mL/min · J/(L·K) · K is 1/60 mW; the temperature's 2⁻¹⁶ are the result's.
    fn share(&self, flow: MillilitersPerMinute, rise: Kelvin) -> I16F16 {
        let rise = i64::from(rise.to_fixed().to_bits());
        let sixtieths_mw = i64::from(flow.0)
            .saturating_mul(i64::from(self.joules_per_liter_kelvin))
            .saturating_mul(rise);
        let full = i64::from(self.full_drive_mw).saturating_mul(60);
        let share = quotient(sixtieths_mw, full).unwrap_or(0);
        I16F16::from_bits(share.clamp(0, 1 << 16) as i32)
    }
}

/// The opening of a mixing valve that gives a supply of `setpoint`: what the load does to the return
/// is in the return.
///
/// A valve that opens by `u` mixes `u` of the tank with `1 − u` of the return, so the supply is at the
/// setpoint for `u = (return − setpoint)/(return − tank)`. That is the measured load in another form:
/// the return exceeds the supply by P/(V̇·ρ·cp).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MixingBalance {
    /// Less room than this between return and tank, and the quotient is noise: nothing is fed forward.
    pub least_room: Kelvin,
}

impl MixingBalance {
    /// The opening, 0 to 1; `None` where a sensor is missing or there is too little room.
    ///
    /// # Panics
    /// Never.
    ///
    /// ```
    /// use coldcap_thermal::feed_forward::MixingBalance;
    /// use coldcap_units::{Coolant, Kelvin};
    /// let balance = MixingBalance { least_room: Kelvin::from_milli(2_000) };
    /// let at = |milli| Ok(Coolant::from_milli(milli));
    /// let opening = balance.opening(Coolant::from_milli(-4_000), at(-3_000), at(-8_000));
    /// assert_eq!(opening.map(|opening| opening.to_num::<f64>()), Some(0.199_996_948_242_187_5));
    /// ```
    #[must_use]
    pub fn opening(
        &self,
        setpoint: Coolant,
        returned: Result<Coolant, Fault>,
        tank: Result<Coolant, Fault>,
    ) -> Option<I16F16> {
        let (returned, tank) = (returned.ok()?, tank.ok()?);
        let room = returned.0.minus(tank.0);
        if room < self.least_room || room <= Kelvin::ZERO {
            return None;
        }
        let wanted = i64::from(returned.0.minus(setpoint.0).to_fixed().to_bits());
        let room = i64::from(room.to_fixed().to_bits());
        let opening = quotient(wanted.saturating_mul(1 << 16), room)?;
        Some(I16F16::from_bits(opening.clamp(0, 1 << 16) as i32))
    }
}

/// The coefficients of a lead, `(1 + s·Tn)/(1 + s·Tl)` with Tn above Tl: what an actuator that lags by
/// `Tn` is told, so that it does what was meant after `Tl`.
///
/// In steps: `y = x + (Tn/Tl − 1)·(x − m)` with `m` the mean of `x` by a first-order filter of `Tl`, whose
/// pole is exact. Noise grows by `Tn/Tl`.
///
/// ```
/// use coldcap_thermal::feed_forward::{Lead, LeadCoefficients};
/// use coldcap_units::Duration;
/// let with = LeadCoefficients::<f32>::new(15.0, 5.0, Duration::from_millis(100))?;
/// let mut lead = Lead::new();
/// assert_eq!(lead.step(&with, 0.2), 0.2); // begins at rest
/// assert!((lead.step(&with, 0.3) - 0.5).abs() < 0.01); // 0.2 + 3 · 0.1
/// # Ok::<(), coldcap_thermal::feed_forward::LeadError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeadCoefficients<T: Number> {
    pole: T::Pole,
    boost: T::Gain,
}

/// The two times are not a lead: the lag must be at least one period, and the lead above it and at most
/// twenty times as long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeadError {
    /// The shortest lag that is allowed, one period.
    pub shortest_lag_s: f64,
    /// The longest lead that is allowed with this lag.
    pub longest_lead_s: f64,
}

impl fmt::Display for LeadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { shortest_lag_s, longest_lead_s } = self;
        write!(
            f,
            "the lag must be at least {shortest_lag_s} s, the lead above it and at most {longest_lead_s} s"
        )
    }
}

impl core::error::Error for LeadError {}

/// Pole and boost.
#[allow(clippy::float_arithmetic, reason = "once, at construction; never in a step")]
const fn lead(lead_s: f64, lag_s: f64, period: Duration) -> Result<(f64, f64), LeadError> {
    let shortest_lag_s = period.as_millis() as f64 / 1_000.0;
    let longest_lead_s = 20.0 * lag_s;
    let sound = lag_s > 0.0 && lag_s >= shortest_lag_s && lead_s > lag_s;
    if sound && shortest_lag_s > 0.0 && lead_s <= longest_lead_s {
        let decay = design::one_minus_exponential(shortest_lag_s / lag_s);
        Ok((1.0 - decay, lead_s / lag_s - 1.0))
    } else {
        Err(LeadError { shortest_lag_s, longest_lead_s })
    }
}

const fn single(value: f64) -> f32 {
    value as f32
}

const fn double(value: f64) -> f64 {
    value
}

const fn integer(value: f64) -> Shifted {
    match Shifted::new(value) {
        Some(gain) => gain,
        // A boost is below 20.
        None => Shifted::ZERO,
    }
}

macro_rules! constructor {
    ($number:ty, $gain:path, $pole:path) => {
        impl LeadCoefficients<$number> {
            /// The coefficients of a lead of `lead_s` over a lag of `lag_s` for a step every `period`.
            ///
            /// # Errors
            /// [`LeadError`] unless the lag is at least one period, and the lead above it and at most
            /// twenty times as long.
            ///
            /// # Panics
            /// Never.
            pub const fn new(lead_s: f64, lag_s: f64, period: Duration) -> Result<Self, LeadError> {
                match lead(lead_s, lag_s, period) {
                    Ok((pole, boost)) => Ok(Self { pole: $pole(pole), boost: $gain(boost) }),
                    Err(error) => Err(error),
                }
            }
        }
    };
}

constructor!(f32, single, single);
constructor!(f64, double, double);
constructor!(I16F16, integer, Pole::new);
constructor!(I32F32, integer, Pole::new);

/// The state of a lead. The law is at [`LeadCoefficients`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lead<T: Number> {
    mean: T::Term,
    started: bool,
}

impl<T: Number> Lead<T> {
    /// A lead that begins at rest, where its first input is.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One step; call it once every period. An input that is no signal is handed on as it is: the
    /// controller knows it for a fault.
    ///
    /// # Panics
    /// Never.
    pub fn step(&mut self, with: &LeadCoefficients<T>, input: T) -> T {
        if input.fault().is_some() {
            return input;
        }
        let value = input.widen();
        if !self.started {
            *self = Self { mean: value, started: true };
        }
        let distance = T::less(value, self.mean);
        let boosted = T::amplify(with.boost, T::narrow(distance).signal());
        self.mean = T::less(value, T::decay(distance, with.pole));
        T::narrow(T::sum(value, boosted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LOAD: MeasuredLoad = MeasuredLoad {
        joules_per_liter_kelvin: 3_923,
        full_drive_mw: 450_000,
        largest_rise: Kelvin::from_milli(8_000),
    };

    #[test]
    fn what_is_not_plausible_adds_nothing() {
        let flow = Ok(MillilitersPerMinute(1_000));
        for milli in [-1_000, 0, 8_001, i32::MAX] {
            assert_eq!(LOAD.drive(flow, Ok(Kelvin::from_milli(milli))), I16F16::ZERO);
        }
        assert_eq!(LOAD.drive(Err(Fault::Stuck), Ok(Kelvin::from_milli(1_000))), I16F16::ZERO);
        let nothing = MeasuredLoad { full_drive_mw: 0, ..LOAD };
        assert_eq!(nothing.drive(flow, Ok(Kelvin::from_milli(1_000))), I16F16::ZERO);
    }

    #[test]
    fn a_lead_undoes_a_lag() {
        let with = LeadCoefficients::<I16F16>::new(15.0, 1.0, Duration::from_millis(100)).unwrap();
        let (mut lead, mut lagging) = (Lead::new(), 0.0f64);
        lead.step(&with, I16F16::ZERO);
        for step in 1..100 {
            let told = lead.step(&with, I16F16::ONE).to_num::<f64>();
            lagging += (1.0 - (-0.1f64 / 15.0).exp()) * (told - lagging);
            // The lag is gone but for 1 s and the step that the samples make.
            let wanted = 1.0 - (-0.1 * f64::from(step) / 1.0).exp();
            assert!((lagging - wanted).abs() < 0.04, "{step}: {lagging} {wanted}");
        }
        assert_eq!(lead.step(&with, I16F16::MAX), I16F16::MAX);
    }

    #[test]
    fn what_is_no_lead_is_refused() {
        let tick = Duration::from_millis(100);
        for (ahead, lag) in
            [(5.0, 5.0), (1.0, 0.05), (101.0, 5.0), (f64::NAN, 1.0), (1.0, f64::NAN)]
        {
            assert!(LeadCoefficients::<f64>::new(ahead, lag, tick).is_err(), "{ahead} {lag}");
        }
        assert!(LeadCoefficients::<f64>::new(10.0, 1.0, Duration::ZERO).is_err());
    }

    #[test]
    fn a_valve_without_room_is_left_alone() {
        let balance = MixingBalance { least_room: Kelvin::from_milli(2_000) };
        let at = |milli| Ok(Coolant::from_milli(milli));
        let target = Coolant::from_milli(-4_000);
        assert_eq!(balance.opening(target, at(-6_500), at(-8_000)), None);
        assert_eq!(balance.opening(target, Err(Fault::Open), at(-8_000)), None);
        assert_eq!(balance.opening(target, at(20_000), at(-3_000)), Some(I16F16::ONE));
        assert_eq!(balance.opening(target, at(-5_000), at(-8_000)), Some(I16F16::ZERO));
    }

    proptest! {
        #[test]
        fn loads_agree_with_real_numbers(flow in 0u16..3_000, milli in 1i32..8_000) {
            let rise = Kelvin::from_milli(milli);
            let share = LOAD.drive(Ok(MillilitersPerMinute(flow)), Ok(rise)).to_num::<f64>();
            let watts = f64::from(flow) / 60_000.0 * 3_923.0 * rise.to_fixed().to_num::<f64>();
            prop_assert!((share - (watts / 450.0).min(1.0)).abs() < 2e-5);
        }

        #[test]
        fn the_balance_mixes_to_the_setpoint(tank in -9_000i32..0, room in 2_000i32..30_000, share in 0.0f64..1.0) {
            let balance = MixingBalance { least_room: Kelvin::from_milli(2_000) };
            let setpoint = f64::from(tank) + f64::from(room) * share;
            let opening = balance.opening(
                Coolant::from_milli(setpoint as i32),
                Ok(Coolant::from_milli(tank + room)),
                Ok(Coolant::from_milli(tank)),
            );
            let u = opening.unwrap().to_num::<f64>();
            let mixed = u * f64::from(tank) + (1.0 - u) * f64::from(tank + room);
            prop_assert!((mixed - setpoint).abs() < 2.0);
        }
    }
}
