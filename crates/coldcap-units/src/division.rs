//! Quotients of 64 bits by a divider of 32.
//!
//! Where words have 32 bits the compiler leaves a division of 64 to a routine that subtracts bit by bit. A core that divides 32
//! bits by 32 in one instruction, as Cortex-M4F does, is faster by a long division in digits of 16 bits. The results are the same
//! to the bit; where words have 64 bits the processor's own division is taken.

/// `numerator / denominator`, rounded towards zero; `None` where the denominator is zero.
///
/// ```
/// use coldcap_units::unsigned_quotient;
///
/// assert_eq!(unsigned_quotient(7_000_000_000, 1_000), Some(7_000_000));
/// assert_eq!(unsigned_quotient(1, 0), None);
/// ```
#[must_use]
pub const fn unsigned_quotient(numerator: u64, denominator: u64) -> Option<u64> {
    if cfg!(target_pointer_width = "64") {
        numerator.checked_div(denominator)
    } else if denominator == 0 {
        None
    } else {
        Some(in_digits(numerator, denominator))
    }
}

/// `numerator / denominator`, rounded towards zero; `None` where the denominator is zero or the quotient is 2⁶³.
///
/// ```
/// use coldcap_units::quotient;
///
/// assert_eq!(quotient(-7_500_000_000, 1_000_000), Some(-7_500));
/// assert_eq!((quotient(1, 0), quotient(i64::MIN, -1)), (None, None));
/// ```
#[must_use]
pub const fn quotient(numerator: i64, denominator: i64) -> Option<i64> {
    if cfg!(target_pointer_width = "64") {
        return numerator.checked_div(denominator);
    }
    if denominator == 0 || (numerator == i64::MIN && denominator == -1) {
        return None;
    }
    Some(signed_in_digits(numerator, denominator))
}

/// `numerator / denominator`, rounded towards zero, by a denominator of 32 bits; zero where that is zero.
///
/// ```
/// use coldcap_units::short_quotient;
///
/// assert_eq!(short_quotient(7_500_000_000, 1_000_000), 7_500);
/// assert_eq!(short_quotient(1, 0), 0);
/// ```
#[must_use]
pub const fn short_quotient(numerator: u64, denominator: u32) -> u64 {
    if cfg!(target_pointer_width = "64") {
        match numerator.checked_div(denominator as u64) {
            Some(quotient) => quotient,
            None => 0,
        }
    } else if denominator == 0 {
        0
    } else {
        short_in_digits(numerator, denominator)
    }
}

/// Neither a denominator of zero nor a quotient of 2⁶³.
#[inline(always)]
const fn signed_in_digits(numerator: i64, denominator: i64) -> i64 {
    let size = in_digits(numerator.unsigned_abs(), denominator.unsigned_abs());
    let turned = (numerator ^ denominator) < 0;
    if turned { size.wrapping_neg() as i64 } else { size as i64 }
}

/// The divider of the processor; the denominators here are never zero.
#[inline(always)]
const fn word_quotient(numerator: u32, denominator: u32) -> u32 {
    match numerator.checked_div(denominator) {
        Some(quotient) => quotient,
        None => 0,
    }
}

#[inline(always)]
const fn high(value: u64) -> u32 {
    (value >> 32) as u32
}

#[inline(always)]
const fn low(value: u64) -> u32 {
    value as u32
}

#[inline(always)]
const fn joined(high: u32, low: u32) -> u64 {
    (high as u64) << 32 | low as u64
}

/// Not inlined, as it is called from everywhere, but all that it calls is.
#[inline(never)]
const fn in_digits(numerator: u64, denominator: u64) -> u64 {
    if high(denominator) == 0 {
        short_in_digits(numerator, low(denominator))
    } else {
        by_two_words(numerator, denominator)
    }
}

#[inline(never)]
const fn short_in_digits(numerator: u64, divisor: u32) -> u64 {
    if high(numerator) == 0 {
        return word_quotient(low(numerator), divisor) as u64;
    }
    // An even divisor halves both, and a million has six twos and fits into half a word then.
    let twos = divisor.trailing_zeros();
    let odd = divisor.wrapping_shr(twos);
    if odd >> 16 == 0 {
        by_half_word(numerator.wrapping_shr(twos), odd)
    } else {
        by_word(numerator, divisor)
    }
}

/// The next digit of a quotient, and what is left, of a rest that is less than the divisor of 16 bits.
#[inline(always)]
const fn half_word_digit(rest: u32, next: u32, divisor: u32) -> (u32, u32) {
    let part = rest << 16 | next;
    let digit = word_quotient(part, divisor);
    (digit, part.wrapping_sub(digit.wrapping_mul(divisor)))
}

/// By a divisor of 16 bits.
#[inline(always)]
const fn by_half_word(numerator: u64, divisor: u32) -> u64 {
    let (upper, lower) = (high(numerator), low(numerator));
    let first = word_quotient(upper, divisor);
    let rest = upper.wrapping_sub(first.wrapping_mul(divisor));
    let (second, rest) = half_word_digit(rest, lower >> 16, divisor);
    let (third, _) = half_word_digit(rest, lower & 0xFFFF, divisor);
    joined(first, second << 16 | third)
}

/// By a divisor of 32 bits.
#[inline(always)]
const fn by_word(numerator: u64, divisor: u32) -> u64 {
    let upper = word_quotient(high(numerator), divisor);
    let rest = high(numerator).wrapping_sub(upper.wrapping_mul(divisor));
    joined(upper, narrow(joined(rest, low(numerator)), divisor))
}

/// By a divisor of more than 32 bits: by its upper 32 first, which is one too many at most (Warren, *Hacker's Delight*, 9-5).
const fn by_two_words(numerator: u64, divisor: u64) -> u64 {
    let shift = divisor.leading_zeros();
    let upper = high(divisor.wrapping_shl(shift));
    let found = narrow(numerator >> 1, upper) as u64;
    let found = (found.wrapping_shl(shift) >> 31).saturating_sub(1);
    let rest = numerator.wrapping_sub(found.wrapping_mul(divisor));
    if rest >= divisor { found.wrapping_add(1) } else { found }
}

/// A quotient of 32 bits, of a numerator whose upper word is less than the divisor: two digits of 16 bits (Knuth, *The Art of
/// Computer Programming*, 4.3.1, algorithm D).
#[inline(always)]
const fn narrow(numerator: u64, divisor: u32) -> u32 {
    let shift = divisor.leading_zeros();
    let (numerator, divisor) = (numerator.wrapping_shl(shift), divisor.wrapping_shl(shift));
    let (first, rest) = digit(high(numerator), low(numerator) >> 16, divisor);
    let (second, _) = digit(rest, low(numerator) & 0xFFFF, divisor);
    first << 16 | second
}

/// The next digit of a quotient, and what is left, of a rest that is less than the divisor, whose highest bit is set. The
/// first estimate, by the divisor's upper half, is two too many at most.
#[inline(always)]
const fn digit(rest: u32, next: u32, divisor: u32) -> (u32, u32) {
    let part = (rest as u64) << 16 | next as u64;
    let mut digit = word_quotient(rest, divisor >> 16);
    let mut taken = (digit as u64).wrapping_mul(divisor as u64);
    if taken > part {
        (digit, taken) = (digit.wrapping_sub(1), taken.wrapping_sub(divisor as u64));
    }
    if taken > part {
        (digit, taken) = (digit.wrapping_sub(1), taken.wrapping_sub(divisor as u64));
    }
    (digit, part.wrapping_sub(taken) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Of any length, and close to where digits carry.
    fn word() -> impl Strategy<Value = u64> {
        let near =
            (0..64_u32, -2..3_i64).prop_map(|(bit, off)| (1_u64 << bit).wrapping_add_signed(off));
        prop_oneof![(any::<u64>(), 0..64_u32).prop_map(|(value, by)| value >> by), near]
    }

    fn both(numerator: u64, denominator: u64) {
        assert_eq!(in_digits(numerator, denominator), numerator / denominator);
    }

    #[test]
    fn the_ends_are_exact() {
        let ends = [1, 2, 0xFFFF, 0x1_0000, 0xFFFF_FFFF, 1 << 32, u64::MAX >> 1, 1 << 63, u64::MAX];
        ends.iter().for_each(|one| ends.iter().for_each(|other| both(*one, *other)));
        assert_eq!((quotient(5, 0), quotient(i64::MIN, -1)), (None, None));
        assert_eq!(signed_in_digits(i64::MIN, 1), i64::MIN);
        assert_eq!(signed_in_digits(i64::MIN, i64::MIN), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn digits_give_what_the_processor_gives(numerator in word(), denominator in word()) {
            prop_assume!(denominator != 0);
            both(numerator, denominator);
        }

        /// What is just below a multiple takes the most corrections.
        #[test]
        fn nothing_is_rounded_up(quotient in word(), denominator in word(), less in 1..3_u64) {
            prop_assume!(denominator != 0);
            both(quotient.wrapping_mul(denominator).wrapping_sub(less), denominator);
        }

        #[test]
        fn signs_round_towards_zero(numerator in word(), denominator in word()) {
            let (numerator, denominator) = (numerator as i64, denominator as i64);
            if let Some(exact) = numerator.checked_div(denominator) {
                prop_assert_eq!(signed_in_digits(numerator, denominator), exact);
            }
        }
    }
}
