//! The figures of `docs/wire-residual-error.md`, and the properties of the polynomial that they rest on.
//!
//! `cargo test -p coldcap-wire --test residual -- --nocapture` prints the tables.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

const DOCUMENT: &str = include_str!("../../../docs/wire-residual-error.md");

/// CRC-32/AUTOSAR's polynomial, reflected: the coefficient of x³¹ is bit 0.
const POLYNOMIAL: u32 = 0xC8DF_352F;

/// The bytes of length that the check value covers besides the encoded bytes.
const LENGTH_BYTES: usize = 2;

/// What every single bit of `data` bits adds to the check value, the last data bit first; then the 32 bits of the
/// check value itself.
fn syndromes(data: usize) -> Vec<u32> {
    let mut all: Vec<u32> = (0..32).map(|bit| 1 << bit).collect();
    // A data bit directly before the check value is x³² modulo the polynomial: 1 is bit 31, shifted 32 times.
    let mut next = (0..32).fold(0x8000_0000, |remainder, _| shifted(remainder));
    for _ in 0..data {
        all.push(next);
        next = shifted(next);
    }
    all
}

/// Times x.
const fn shifted(remainder: u32) -> u32 {
    (remainder >> 1) ^ if remainder & 1 == 1 { POLYNOMIAL } else { 0 }
}

#[test]
fn a_flipped_bit_adds_what_the_published_crate_says() {
    let crc = crc::Crc::<u32>::new(&crc::CRC_32_AUTOSAR);
    let zeros = [0u8; 40];
    let all = syndromes(320);
    for bit in 0..320 {
        let mut one = zeros;
        // Bit 0 of a byte travels first: the last data bit is bit 7 of the last byte.
        one[39 - bit / 8] = 0x80 >> (bit % 8);
        assert_eq!(crc.checksum(&zeros) ^ crc.checksum(&one), all[32 + bit], "bit {bit}");
    }
}

#[test]
fn an_odd_number_of_flips_is_always_seen() {
    // The polynomial, x³² with it, has an even number of terms: x + 1 divides it, and so all it divides.
    assert_eq!((POLYNOMIAL.count_ones() + 1) % 2, 0);
    assert!(syndromes(4_092 * 8).iter().all(|one| one.count_ones() % 2 == 1));
}

#[test]
fn no_two_and_no_four_flips_of_our_longest_frame_cancel() {
    // A packet of 240 bytes is 241 encoded ones.
    let all = syndromes((241 + LENGTH_BYTES) * 8);
    assert!(is_free(pairs(&all)));
}

#[test]
fn no_six_flips_of_a_frame_of_up_to_32_encoded_bytes_cancel() {
    let all = syndromes((32 + LENGTH_BYTES) * 8);
    assert!(is_free(pairs(&all)));
    let mut triples = Vec::new();
    for (index, first) in all.iter().enumerate() {
        triples.extend(pairs(&all[index + 1..]).into_iter().map(|sum| sum ^ first));
    }
    assert!(is_free(triples));
    // It ends soon behind: this can fail.
    let longer = syndromes(60 * 8);
    let mut triples = Vec::new();
    for (index, first) in longer.iter().enumerate() {
        triples.extend(pairs(&longer[index + 1..]).into_iter().map(|sum| sum ^ first));
    }
    assert!(!is_free(triples));
}

fn pairs(all: &[u32]) -> Vec<u32> {
    let behind = |index: usize| all[index + 1..].iter().map(move |other| all[index] ^ other);
    (0..all.len()).flat_map(behind).collect()
}

/// Whether all sums are different from each other and from 0.
fn is_free(mut sums: Vec<u32>) -> bool {
    sums.sort_unstable();
    sums[0] != 0 && sums.windows(2).all(|pair| pair[0] != pair[1])
}

/// The probability of exactly `flips` flipped bits of `bits`.
fn binomial(bits: usize, flips: usize, rate: f64) -> f64 {
    let ways: f64 = (0..flips).map(|k| ((bits - k) as f64 / (k + 1) as f64).ln()).sum();
    (ways + flips as f64 * rate.ln() + (bits - flips) as f64 * (-rate).ln_1p()).exp()
}

/// Flips that make and remove no delimiter: an even number of them, the distance at least, each pattern a code
/// word with probability 2⁻³¹.
fn substituted(encoded: usize, rate: f64) -> f64 {
    let bits = encoded * 8 + 32;
    let distance = if encoded <= 32 { 8 } else { 6 };
    let sum: f64 = (distance..=bits).step_by(2).map(|flips| binomial(bits, flips, rate)).sum();
    sum * 2f64.powi(-31)
}

fn differing(one: usize, other: usize) -> i32 {
    ((one ^ other) & 0x3FF).count_ones() as i32
}

/// A flip makes a delimiter: what remains behind it must say its own length and fit the check value by chance.
/// Every byte is taken to be one flip from zero.
fn split(encoded: usize, rate: f64) -> f64 {
    let sum: f64 = (1..encoded).map(|left| rate * rate.powi(differing(encoded, left))).sum();
    sum * 2f64.powi(-32)
}

/// A delimiter is lost: two frames of the same length become one.
fn merged(encoded: usize, rate: f64) -> f64 {
    let joined = encoded + 7 + encoded;
    8.0 * rate * rate.powi(differing(encoded, joined)) * 2f64.powi(-32)
}

const RATES: [f64; 5] = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6];
/// Encoded bytes: a stop command, a channel's state, the longest.
const FRAMES: [usize; 3] = [15, 66, 241];
/// Frames in an hour: fifty a second.
const AN_HOUR: f64 = 50.0 * 3_600.0;

fn rows() -> Vec<String> {
    let row = |encoded: usize, rate: f64| {
        let parts = [substituted(encoded, rate), split(encoded, rate), merged(encoded, rate)];
        let sum: f64 = parts.iter().sum();
        format!(
            "| {encoded} | {rate:.0e} | {:.1e} | {:.1e} | {:.1e} | {sum:.1e} | {:.1e} |",
            parts[0],
            parts[1],
            parts[2],
            sum * AN_HOUR
        )
    };
    FRAMES.iter().flat_map(|encoded| RATES.map(|rate| row(*encoded, rate))).collect()
}

#[test]
fn the_document_has_these_figures() {
    let rows = rows();
    rows.iter().for_each(|row| println!("{row}"));
    for row in rows {
        assert!(DOCUMENT.contains(&row), "{row}");
    }
}

#[test]
fn the_sum_of_all_patterns_is_the_whole() {
    let sum: f64 = (0..=600).map(|flips| binomial(600, flips, 1e-2)).sum();
    assert!((sum - 1.0).abs() < 1e-9);
}
