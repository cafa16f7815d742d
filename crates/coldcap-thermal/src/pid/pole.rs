//! The exact pole of a first-order filter, in integers.

use coldcap_units::Duration;

/// Fractional bits of a pole.
pub(crate) const POLE_BITS: u32 = 62;
const ONE: u64 = 1 << POLE_BITS;
/// exp(−1) in 2⁻⁶².
const INVERSE_E: u64 = 1_696_544_475_317_221_319;
/// exp(−44) is below 2⁻⁶³.
const NEGLIGIBLE: u64 = 44;
/// The series' remainder for an argument below 1 is under 1/21! < 2⁻⁶⁵.
const TERMS: u64 = 20;

const fn product(a: u64, b: u64) -> u64 {
    (a as u128).saturating_mul(b as u128).wrapping_shr(POLE_BITS) as u64
}

const fn divide(numerator: u64, denominator: u64) -> (u64, u64) {
    match (numerator.checked_div(denominator), numerator.checked_rem(denominator)) {
        (Some(quotient), Some(rest)) => (quotient, rest),
        _ => (0, 0),
    }
}

/// `exp(−period/time)` in 2⁻⁶²; 0 for a `time` of zero, which is no filter.
pub(crate) const fn decay(period: Duration, time: Duration) -> u64 {
    let time = time.as_millis() as u64;
    let (whole, rest) = divide(period.as_millis() as u64, time);
    if time == 0 || whole >= NEGLIGIBLE {
        return 0;
    }
    let (high, rest) = divide(rest.wrapping_shl(31), time);
    let (low, _) = divide(rest.wrapping_shl(31), time);
    let mut pole = series(high.wrapping_shl(31).saturating_add(low));
    let mut left = whole;
    while left > 0 {
        pole = product(pole, INVERSE_E);
        left = left.saturating_sub(1);
    }
    pole
}

/// `exp(−x)` for x in 0..1, both in 2⁻⁶², by Horner's scheme of the Taylor series.
const fn series(x: u64) -> u64 {
    let mut sum = ONE;
    let mut term = TERMS;
    while term > 0 {
        let (share, _) = divide(product(x, sum), term);
        sum = ONE.saturating_sub(share);
        term = term.saturating_sub(1);
    }
    sum
}

/// `1 − pole`, without cancellation.
pub(crate) const fn complement(pole: u64) -> u64 {
    ONE.saturating_sub(pole)
}

/// The pole in 2⁻³², rounded; below 1 always.
pub(crate) const fn narrowed(pole: u64) -> u32 {
    let rounded = pole.saturating_add(1 << 29).wrapping_shr(30);
    if rounded > u32::MAX as u64 { u32::MAX } else { rounded as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn exact(period: u32, time: u32) -> f64 {
        (-f64::from(period) / f64::from(time)).exp()
    }

    proptest! {
        #[test]
        fn agrees_with_the_exponential(period in 1u32..2_000_000, time in 1u32..2_000_000) {
            let pole = decay(Duration::from_millis(period), Duration::from_millis(time));
            let got = pole as f64 / ONE as f64;
            prop_assert!((got - exact(period, time)).abs() < 1e-15);
            let rest = complement(pole) as f64 / ONE as f64;
            let expected = -(-f64::from(period) / f64::from(time)).exp_m1();
            prop_assert!((rest / expected - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn the_ends_are_sound() {
        assert_eq!(decay(Duration::from_secs(1), Duration::ZERO), 0);
        assert_eq!(decay(Duration::MAX, Duration::from_millis(1)), 0);
        assert_eq!(narrowed(decay(Duration::from_millis(1), Duration::MAX)), u32::MAX);
        assert_eq!(complement(0), ONE);
    }
}
