//! Products of two words, on machines with and without a wide multiplication.
//!
//! ARMv6-M multiplies words to words only; it is told by its lack of atomic operations. There the
//! compiler would call a general multiplication of 64 by 64 bits, three times what is needed.

/// `⌊one · other / 2³²⌋`, for an `other` that is not negative.
#[cfg(not(all(target_arch = "arm", not(target_has_atomic = "32"))))]
#[inline]
pub(super) const fn upper_half(one: i32, other: i32) -> i32 {
    ((one as i64).wrapping_mul(other as i64) >> 32) as i32
}

/// `⌊one · other / 2³²⌋`, for an `other` that is not negative.
#[cfg(all(target_arch = "arm", not(target_has_atomic = "32")))]
#[inline]
pub(super) const fn upper_half(one: i32, other: i32) -> i32 {
    from_halves(one, other)
}

/// The same by the school's method in digits of 16 bits: four products of one word each.
///
/// With `|high digit of one| ≤ 2¹⁵`, `high digit of other < 2¹⁵` and low digits below 2¹⁶ no sum leaves
/// its word.
#[cfg(any(test, all(target_arch = "arm", not(target_has_atomic = "32"))))]
#[inline]
const fn from_halves(one: i32, other: i32) -> i32 {
    let (high, low) = (one >> 16, one & 0xFFFF);
    let (other_high, other_low) = (other >> 16, other & 0xFFFF);
    let lowest = (low as u32).wrapping_mul(other_low as u32) >> 16;
    let across = high.wrapping_mul(other_low).wrapping_add(lowest as i32);
    let middle = low.wrapping_mul(other_high).wrapping_add(across & 0xFFFF);
    high.wrapping_mul(other_high).wrapping_add(across >> 16).wrapping_add(middle >> 16)
}

/// The segment of a code, and the rest of the code within its segment in Q0.32: the halves of
/// `code · segments`, for at most 2¹⁶ segments.
#[cfg(not(all(target_arch = "arm", not(target_has_atomic = "32"))))]
#[inline]
pub(super) const fn split(code: u32, segments: u32) -> (u32, u32) {
    let product = (code as u64).wrapping_mul(segments as u64);
    ((product >> 32) as u32, product as u32)
}

/// The segment of a code, and the rest of the code within its segment in Q0.32: the halves of
/// `code · segments`, for at most 2¹⁶ segments.
#[cfg(all(target_arch = "arm", not(target_has_atomic = "32")))]
#[inline]
pub(super) const fn split(code: u32, segments: u32) -> (u32, u32) {
    split_in_words(code, segments)
}

/// The same in words: a digit of 16 bits times at most 2¹⁶ fits.
#[cfg(any(test, all(target_arch = "arm", not(target_has_atomic = "32"))))]
#[inline]
const fn split_in_words(code: u32, segments: u32) -> (u32, u32) {
    let lowest = (code & 0xFFFF).wrapping_mul(segments) >> 16;
    let upper = (code >> 16).wrapping_mul(segments).wrapping_add(lowest);
    (upper >> 16, code.wrapping_mul(segments))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EDGES: [i32; 11] =
        [0, 1, -1, 2, 0x7FFF, 0x8000, 0xFFFF, 0x1_0000, i32::MAX, i32::MIN, -0x1_0000];

    fn assert_same(one: i32, other: i32) {
        let wanted = ((i128::from(one) * i128::from(other)) >> 32) as i32;
        assert_eq!(upper_half(one, other), wanted, "{one} {other}");
        assert_eq!(from_halves(one, other), wanted, "{one} {other}");
    }

    #[test]
    fn both_ways_are_the_exact_product() {
        for one in EDGES {
            for other in EDGES.into_iter().filter(|other| *other >= 0) {
                assert_same(one, other);
            }
        }
        let mut word = 1u64;
        for _ in 0..1_000_000 {
            word = word
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            assert_same((word >> 32) as i32, (word as u32 >> 1) as i32);
        }
    }

    #[test]
    fn both_ways_split_a_code_as_shifts_do() {
        for log2 in 1..=16 {
            for code in (0..=u32::MAX).step_by(999_983).chain([u32::MAX]) {
                let wanted = (code >> (32 - log2), code << log2);
                assert_eq!(split(code, 1 << log2), wanted);
                assert_eq!(split_in_words(code, 1 << log2), wanted);
            }
        }
    }
}
