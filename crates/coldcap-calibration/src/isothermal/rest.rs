//! Whether the loop rests while its sensors are compared.

use super::{IsothermalFault, LoopSensor, Millis};
use crate::average::Average;
use coldcap_units::{Duration, quotient};

/// How fast a sensor may move while the loop counts as resting.
///
/// ```
/// use coldcap_calibration::isothermal::Rest;
///
/// assert_eq!(Rest::REFERENCE, Rest { uk_per_s: 5_000 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rest {
    /// In µK a second, either way.
    pub uk_per_s: u32,
}

impl Rest {
    /// The reference machine's: 5 mK/s.
    ///
    /// A loop that has the room's temperature is warmed by its pump alone, 5 W into 1.2 kJ/K: 4.2 mK/s in the
    /// match's window, 4.7 ahead of it. What is faster comes of somewhere else. The cap's inner faces follow the coolant 57 s late
    /// (0.010 m²K/W times 5 714 J/(m²·K)), so what a drift beyond the pump's adds to their offsets is 57 mK for
    /// each mK/s: 46 mK at this limit. Wanted is less than 0.1 K, 3 % of the 3.5 K that a head's heat drops over
    /// the wall, beside the 5 % to which the wall is known. Supply and return do not need it: between them lies
    /// the pump only, and they agree within 1.5 mK also in a loop that warms by 30 mK/s.
    pub const REFERENCE: Self = Self { uk_per_s: 5_000 };

    /// No limit: for whoever knows that the bath rests.
    pub const UNCHECKED: Self = Self { uk_per_s: u32::MAX };

    /// The sensor that moves fastest, if that is too fast.
    pub(super) fn check(self, drifts: &[i32; 4]) -> Result<(), IsothermalFault> {
        let pairs = LoopSensor::ALL.into_iter().zip(drifts);
        match pairs.max_by_key(|(_, drift)| drift.unsigned_abs()) {
            Some((sensor, drift)) if drift.unsigned_abs() > self.uk_per_s => {
                Err(IsothermalFault::Drift { sensor, uk_per_s: *drift })
            }
            _ => Ok(()),
        }
    }
}

/// Half of a window.
pub(super) const fn half(window: Duration) -> Duration {
    Duration::from_millis(window.as_millis() / 2)
}

/// The means of the window's first and second half, a sensor each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Halves {
    early: [Average; 4],
    late: [Average; 4],
}

impl Halves {
    pub(super) fn add(&mut self, late: bool, values: &Millis) {
        let half = if late { &mut self.late } else { &mut self.early };
        half.iter_mut().zip(values).for_each(|(average, value)| average.add(*value));
    }

    /// What each sensor moves by in µK/s; `None` where a half holds nothing to tell it by. The middles of the
    /// halves are half a window apart.
    pub(super) fn drifts(&self, window: Duration) -> Option<[i32; 4]> {
        let mut drifts = [0; 4];
        let means = self.early.iter().zip(&self.late);
        for (drift, (early, late)) in drifts.iter_mut().zip(means) {
            let (from, to) = early.mean().zip(late.mean())?;
            *drift = rate(from, to, window);
        }
        Some(drifts)
    }
}

/// In µK/s, of thousandths of a kelvin in half a window.
fn rate(from: i32, to: i32, window: Duration) -> i32 {
    let moved = i64::from(to).saturating_sub(from.into()).saturating_mul(1_000_000);
    let rate = quotient(moved, half(window).as_millis().into()).unwrap_or(0);
    i32::try_from(rate.clamp(i32::MIN.into(), i32::MAX.into())).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_that_of_half_a_window_and_never_overflows() {
        let window = Duration::from_secs(30);
        assert_eq!(rate(22_000, 22_075, window), 5_000);
        assert_eq!(rate(22_000, 21_925, window), -5_000);
        assert_eq!(rate(0, 1, Duration::ZERO), 0);
        let shortest = Duration::from_millis(2);
        assert_eq!(rate(i32::MIN, i32::MAX, shortest), i32::MAX);
        assert_eq!(rate(i32::MAX, i32::MIN, shortest), i32::MIN);
        assert!(Rest::UNCHECKED.check(&[i32::MIN; 4]).is_ok());
        let fault = IsothermalFault::Drift { sensor: LoopSensor::Front, uk_per_s: i32::MIN };
        assert_eq!(Rest::REFERENCE.check(&[0, 5_000, i32::MIN, 6_000]), Err(fault));
    }
}
