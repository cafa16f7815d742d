//! From a meter's edges to a volume flow.

use coldcap_units::{Fault, MillilitersPerMinute, Pulses, unsigned_quotient};
use core::num::NonZeroU32;

/// Millipulses per pulse times milliseconds per minute: edges per window to millilitres per minute.
const SCALE: u64 = 60_000_000;

/// The K-factor of a pulse flow meter: edges per volume.
///
/// It is a constant here. Real meters drift with viscosity, so calibrate it on the coolant at working
/// temperature, not on water.
///
/// ```
/// use coldcap_calibration::flow::KFactor;
/// use coldcap_units::{Duration, Fault, MillilitersPerMinute, Pulses};
///
/// let meter = KFactor::new(10_000).unwrap(); // 10 edges per millilitre
/// let counted = Pulses { edges: 167, window: Duration::from_secs(1) };
/// assert_eq!(meter.flow(counted), Ok(MillilitersPerMinute(1_002)));
///
/// let empty = Pulses { edges: 0, window: Duration::ZERO };
/// assert_eq!(meter.flow(empty), Err(Fault::Unavailable));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KFactor {
    milli_pulses_per_milliliter: NonZeroU32,
}

/// A K-factor of zero: every flow would be infinite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ZeroKFactor;

impl core::fmt::Display for ZeroKFactor {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("a flow meter's K-factor must not be zero")
    }
}

impl core::error::Error for ZeroKFactor {}

impl KFactor {
    /// From thousandths of an edge per millilitre, which is edges per litre.
    ///
    /// # Errors
    /// [`ZeroKFactor`] for zero.
    pub const fn new(milli_pulses_per_milliliter: u32) -> Result<Self, ZeroKFactor> {
        match NonZeroU32::new(milli_pulses_per_milliliter) {
            Some(milli_pulses_per_milliliter) => Ok(Self { milli_pulses_per_milliliter }),
            None => Err(ZeroKFactor),
        }
    }

    /// Thousandths of an edge per millilitre.
    #[must_use]
    pub const fn milli_pulses_per_milliliter(self) -> u32 {
        self.milli_pulses_per_milliliter.get()
    }

    /// The mean flow over the window, rounded to the nearest millilitre per minute.
    ///
    /// `flow = edges · 60 000 000 / (K · window)`, K in millipulses per millilitre, the window in
    /// milliseconds. One 64-bit division.
    ///
    /// # Errors
    /// - [`Fault::Unavailable`]: the window is empty, so nothing was counted yet.
    /// - [`Fault::AboveRange`]: more than 65 535 mL/min, which is a wrong K-factor or a noisy input.
    ///
    /// # Panics
    /// Never.
    pub fn flow(self, counted: Pulses) -> Result<MillilitersPerMinute, Fault> {
        let per_unit = u64::from(self.milli_pulses_per_milliliter.get())
            .saturating_mul(u64::from(counted.window.as_millis()));
        let numerator = u64::from(counted.edges).saturating_mul(SCALE).saturating_add(per_unit / 2);
        let flow = unsigned_quotient(numerator, per_unit).ok_or(Fault::Unavailable)?;
        u16::try_from(flow).map(MillilitersPerMinute).map_err(|_| Fault::AboveRange)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldcap_units::Duration;
    use proptest::prelude::*;

    fn flow(edges: u16, millis: u32, factor: u32) -> Result<u16, Fault> {
        let counted = Pulses { edges, window: Duration::from_millis(millis) };
        KFactor::new(factor).unwrap().flow(counted).map(|flow| flow.0)
    }

    #[test]
    fn edges_of_the_range() {
        assert_eq!(KFactor::new(0), Err(ZeroKFactor));
        assert_eq!(flow(0, 0, 1), Err(Fault::Unavailable));
        assert_eq!(flow(9, 0, 1), Err(Fault::Unavailable));
        assert_eq!(flow(0, 1, 1), Ok(0));
        assert_eq!(flow(u16::MAX, 1, 1), Err(Fault::AboveRange));
        assert_eq!(flow(u16::MAX, u32::MAX, u32::MAX), Ok(0));
        assert_eq!(flow(u16::MAX, 60_000, 1_000), Ok(u16::MAX));
        assert_eq!(flow(u16::MAX, 60_000, 999), Err(Fault::AboveRange));
    }

    proptest! {
        #[test]
        fn agrees_with_real_numbers(edges in 0u16.., millis in 1u32..600_000, factor in 1u32..1_000_000) {
            let exact = f64::from(edges) * 6e7 / (f64::from(millis) * f64::from(factor));
            match flow(edges, millis, factor) {
                Ok(got) => prop_assert!((f64::from(got) - exact).abs() <= 0.500_001),
                Err(fault) => {
                    prop_assert_eq!(fault, Fault::AboveRange);
                    prop_assert!(exact >= 65_535.499);
                }
            }
        }
    }
}
