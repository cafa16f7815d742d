//! Sixteen bytes at a time, by 16 KB of tables.
//!
//! Source: M. E. Kounavis and F. L. Berry, "A Systematic Approach to Building High Performance
//! Software-Based CRC Generators", ISCC 2005: table `k` holds the remainders of a byte with `k` zero bytes
//! behind it, so that the remainders of sixteen bytes do not wait for one another.

use super::divided;

const LANES: usize = 16;

static TABLES: [[u32; 256]; LANES] = tables();

const fn tables() -> [[u32; 256]; LANES] {
    let mut tables = [[0; 256]; LANES];
    let mut rest = tables.as_mut_slice();
    let mut zeros = 0;
    while let [table, behind @ ..] = rest {
        fill(table, zeros);
        (rest, zeros) = (behind, zeros.wrapping_add(1));
    }
    tables
}

const fn fill(table: &mut [u32; 256], zeros: u32) {
    let (mut rest, mut byte) = (table.as_mut_slice(), 0);
    while let [entry, behind @ ..] = rest {
        *entry = shifted(byte, zeros.wrapping_add(1).wrapping_mul(8));
        (rest, byte) = (behind, byte.wrapping_add(1));
    }
}

const fn shifted(remainder: u32, bits: u32) -> u32 {
    let (mut remainder, mut left) = (remainder, bits);
    while left > 0 {
        remainder = divided(remainder);
        left = left.wrapping_sub(1);
    }
    remainder
}

/// The remainder after these bytes.
pub(super) fn advance(remainder: u32, bytes: &[u8]) -> u32 {
    let (blocks, rest) = bytes.as_chunks::<LANES>();
    let remainder = blocks.iter().fold(remainder, |remainder, block| {
        let [one, two, three, four] = words(block);
        word(12, one ^ remainder) ^ word(8, two) ^ word(4, three) ^ word(0, four)
    });
    let (pairs, rest) = rest.as_chunks::<8>();
    let remainder = pairs.iter().fold(remainder, |remainder, pair| {
        let [one, two] = words(pair);
        word(4, one ^ remainder) ^ word(0, two)
    });
    let (singles, rest) = rest.as_chunks::<4>();
    let remainder = singles
        .iter()
        .fold(remainder, |remainder, single| word(0, u32::from_le_bytes(*single) ^ remainder));
    let (halves, rest) = rest.as_chunks::<2>();
    let remainder = halves.iter().fold(remainder, |remainder, half| {
        let mixed = u32::from(u16::from_le_bytes(*half)) ^ remainder;
        (remainder >> 16) ^ entry(1, mixed as u8) ^ entry(0, (mixed >> 8) as u8)
    });
    rest.iter()
        .fold(remainder, |remainder, byte| (remainder >> 8) ^ entry(0, (remainder as u8) ^ *byte))
}

fn words<const N: usize, const WORDS: usize>(bytes: &[u8; N]) -> [u32; WORDS] {
    let (words, _) = bytes.as_chunks::<4>();
    core::array::from_fn(|index| words.get(index).map_or(0, |word| u32::from_le_bytes(*word)))
}

/// The remainder of four bytes with so many zero bytes behind them.
fn word(zeros: usize, word: u32) -> u32 {
    let [one, two, three, four] = word.to_le_bytes();
    let near = entry(zeros, four) ^ entry(zeros.wrapping_add(1), three);
    near ^ entry(zeros.wrapping_add(2), two) ^ entry(zeros.wrapping_add(3), one)
}

#[inline]
fn entry(zeros: usize, byte: u8) -> u32 {
    TABLES.get(zeros).and_then(|table| table.get(usize::from(byte))).copied().unwrap_or(0)
}
