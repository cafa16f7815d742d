//! Two sensors in one place: the normalised error E_n.
//!
//! `E_n = |t1 − t2| / √(U1² + U2²)` with expanded uncertainties (ISO 13528 and ISO/IEC 17043, by name; not
//! checked against their text). At most 1 agrees. It takes the two as independent: sensors that were
//! calibrated against one reference share its error, and E_n is then smaller than it should be.

use crate::root::square;
use coldcap_units::{Fault, MicroCelsius};
use core::fmt;

/// A temperature with its expanded uncertainty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Measured {
    /// The temperature.
    pub value: MicroCelsius,
    /// Its expanded uncertainty in µK; both with the same coverage factor.
    pub expanded_uk: u32,
}

/// How two sensors compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Agreement {
    /// What the first shows above the second, in µK.
    pub difference_uk: i64,
    /// E_n in thousandths, rounded up, so that 1 000 agrees; at most [`u32::MAX`].
    pub en_milli: u32,
}

/// Both uncertainties are zero: nothing to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NoUncertainty;

impl fmt::Display for NoUncertainty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cross-check needs an uncertainty")
    }
}

impl core::error::Error for NoUncertainty {}

impl Agreement {
    /// Whether they agree: E_n is at most 1.
    #[must_use]
    pub const fn agrees(&self) -> bool {
        self.en_milli <= 1_000
    }

    /// The fault of a sensor that does not agree.
    ///
    /// # Errors
    /// [`Fault::Disagrees`].
    pub const fn fault(&self) -> Result<(), Fault> {
        if self.agrees() { Ok(()) } else { Err(Fault::Disagrees) }
    }
}

/// Compares two sensors in one place.
///
/// # Errors
/// [`NoUncertainty`].
///
/// # Panics
/// Never.
///
/// ```
/// use coldcap_calibration::check::cross_check::{Measured, cross_check};
/// use coldcap_units::{Fault, MicroCelsius};
///
/// let control = Measured { value: MicroCelsius(2_030_000), expanded_uk: 40_000 };
/// let safety = Measured { value: MicroCelsius(2_000_000), expanded_uk: 30_000 };
/// let agreement = cross_check(control, safety).unwrap();
/// assert_eq!((agreement.difference_uk, agreement.en_milli), (30_000, 600));
///
/// let off = Measured { value: MicroCelsius(2_100_000), ..control };
/// assert_eq!(cross_check(off, safety).unwrap().fault(), Err(Fault::Disagrees));
/// ```
pub fn cross_check(one: Measured, other: Measured) -> Result<Agreement, NoUncertainty> {
    let difference_uk = i64::from(one.value.0).saturating_sub(i64::from(other.value.0));
    let allowed = square(one.expanded_uk.into()).saturating_add(square(other.expanded_uk.into()));
    // Below 2⁶⁴ · 10⁶: it fits.
    let scaled = square(difference_uk.unsigned_abs()).saturating_mul(1_000_000);
    let whole = scaled.checked_div(allowed).ok_or(NoUncertainty)?;
    let rest = scaled.checked_rem(allowed).unwrap_or(0);
    Ok(Agreement { difference_uk, en_milli: root_up(whole, rest != 0) })
}

/// The root of a number and perhaps a little more, rounded up.
fn root_up(whole: u128, more: bool) -> u32 {
    let Ok(whole) = u64::try_from(whole) else { return u32::MAX };
    let floor = whole.isqrt();
    let exact = floor.saturating_mul(floor) == whole && !more;
    u32::try_from(if exact { floor } else { floor.saturating_add(1) }).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(value: i32, expanded_uk: u32) -> Measured {
        Measured { value: MicroCelsius(value), expanded_uk }
    }

    #[test]
    fn the_edge_is_exact() {
        // 3, 4, 5.
        let edge = cross_check(at(50_000, 30_000), at(0, 40_000)).unwrap();
        assert_eq!(edge.en_milli, 1_000);
        assert!(edge.agrees());
        let beyond = cross_check(at(50_001, 30_000), at(0, 40_000)).unwrap();
        assert_eq!(beyond.en_milli, 1_001);
        assert!(!beyond.agrees());
    }

    #[test]
    fn either_order_gives_the_same() {
        let one = cross_check(at(-5_000, 7), at(9, 12_000)).unwrap();
        let other = cross_check(at(9, 12_000), at(-5_000, 7)).unwrap();
        assert_eq!(one.en_milli, other.en_milli);
        assert_eq!(one.difference_uk, -other.difference_uk);
    }

    #[test]
    fn nothing_certain_and_nothing_infinite() {
        assert_eq!(cross_check(at(0, 0), at(0, 0)), Err(NoUncertainty));
        let far = cross_check(at(i32::MIN, 1), at(i32::MAX, 0)).unwrap();
        assert_eq!((far.difference_uk, far.en_milli), (-4_294_967_295, u32::MAX));
        let near = cross_check(at(0, u32::MAX), at(0, u32::MAX)).unwrap();
        assert_eq!(near.en_milli, 0);
    }

    /// Against floating point, over many pairs.
    #[test]
    fn agrees_with_the_formula() {
        let mut state = 1u64;
        let mut next = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
            (state >> 33) % below
        };
        for _ in 0..20_000 {
            let (a, b) = (next(200_000) as i32, next(200_000) as i32);
            let (ua, ub) = (1 + next(90_000) as u32, next(90_000) as u32);
            let expected = f64::from(a - b).abs() / f64::from(ua).hypot(f64::from(ub)) * 1e3;
            let found = f64::from(cross_check(at(a, ua), at(b, ub)).unwrap().en_milli);
            assert!(found >= expected - 1e-6 && found < expected + 1.0 + 1e-6);
        }
    }
}
