//! A few levels that give many in the mean.

use core::num::NonZeroU16;

use fixed::types::I16F16;

use super::WHOLE;

/// Rounds a command to one of few levels and carries the rounding error over to the next step.
///
/// First-order error feedback: with the command `u` (0 to 1; what lies beyond is cut off), `n` levels
/// above off, and the error `e` of the step before,
///
/// ```text
/// x(k) = n·u(k) + e(k−1)
/// q(k) = x(k) rounded to an integer, 0 to n
/// e(k) = x(k) − q(k)                      −½ ≤ e < ½
/// ```
///
/// Over any number of steps the sum of `q` and the sum of `n·u` differ by one level at most. A plant
/// that is slow against the step sees the command and not the levels: rounding without feedback makes a
/// loop with integral action hunt between two levels for ever. A command of exactly zero (or below) is
/// exactly off and forgets the error: no pulse comes after it.
///
/// The law takes all steps as equally long. For anti-windup the achieved output is the command itself,
/// cut off at 0 and 1, since no more than one level is ever outstanding.
///
/// ```
/// use coldcap_thermal::output::Quantiser;
/// use core::num::NonZeroU16;
/// use fixed::types::I16F16;
///
/// let mut fan = Quantiser::new(NonZeroU16::MIN.saturating_add(3)); // off and four levels
/// let command = I16F16::lit("0.375"); // one and a half levels
/// assert_eq!([0; 4].map(|_| fan.step(command)), [2, 1, 2, 1]);
/// assert_eq!(fan.step(I16F16::ZERO), 0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Quantiser {
    levels: NonZeroU16,
    /// What rounding left over, in 2⁻¹⁶ of a level: −2¹⁵ to 2¹⁵ − 1.
    error: i32,
}

impl Quantiser {
    /// A quantiser with off and `levels` equal levels above it; 65535 gives the codes of a
    /// [`Duty`](coldcap_units::Duty).
    #[must_use]
    pub const fn new(levels: NonZeroU16) -> Self {
        Self { levels, error: 0 }
    }

    /// The level for this step: 0 is off, the number of levels is full.
    ///
    /// # Panics
    /// Never. The time is bounded: no loop, no division.
    pub fn step(&mut self, command: I16F16) -> u16 {
        let command = command.to_bits().min(WHOLE);
        if command <= 0 {
            self.error = 0;
            return 0;
        }
        let exact = i64::from(command)
            .saturating_mul(i64::from(self.levels.get()))
            .saturating_add(i64::from(self.error));
        // The error is below half a level in size, so this lies within 0 and the number of levels.
        let level = exact.saturating_add(i64::from(WHOLE / 2)) >> 16;
        self.error = exact.saturating_sub(level << 16) as i32;
        level as u16
    }

    /// The command that a level is, rounded down to 2⁻¹⁶; levels beyond the highest are the highest.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn fraction(&self, level: u16) -> I16F16 {
        let levels = self.levels.get();
        let scaled = u64::from(level.min(levels)) << 16;
        I16F16::from_bits(scaled.checked_div(u64::from(levels)).unwrap_or(0) as i32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_more_than_one_level_is_ever_outstanding(
            levels in 1u16.., commands in prop::collection::vec(1i32..=WHOLE, 1..200),
        ) {
            let mut quantiser = Quantiser::new(NonZeroU16::new(levels).unwrap());
            let (mut asked, mut given) = (0i64, 0i64);
            for command in commands {
                let level = quantiser.step(I16F16::from_bits(command));
                prop_assert!(level <= levels);
                asked += i64::from(command) * i64::from(levels);
                given += i64::from(level) << 16;
                prop_assert!((-1 << 15..1 << 15).contains(&(asked - given)));
            }
        }

        #[test]
        fn nothing_is_left_after_off(
            levels in 1u16.., before in prop::collection::vec(1..WHOLE, 1..50), off in i32::MIN..=0,
        ) {
            let mut quantiser = Quantiser::new(NonZeroU16::new(levels).unwrap());
            let fresh = quantiser;
            for command in before {
                quantiser.step(I16F16::from_bits(command));
            }
            prop_assert_eq!(quantiser.step(I16F16::from_bits(off)), 0);
            prop_assert_eq!(quantiser, fresh);
        }
    }

    #[test]
    fn full_is_full_and_fractions_are_the_levels() {
        for levels in [1, 2, 3, 32, 255, 65_535] {
            let mut quantiser = Quantiser::new(NonZeroU16::new(levels).unwrap());
            quantiser.step(I16F16::lit("0.3"));
            assert_eq!([0; 3].map(|_| quantiser.step(I16F16::MAX)), [levels; 3]);
            assert_eq!(quantiser.fraction(u16::MAX), I16F16::ONE);
            assert_eq!(quantiser.fraction(0), I16F16::ZERO);
        }
        let four = Quantiser::new(NonZeroU16::new(4).unwrap());
        assert_eq!(four.fraction(1), I16F16::lit("0.25"));
    }
}
