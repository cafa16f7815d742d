//! Arbitration: every subset of at most twelve rows, against a naive reading of the rules.
//!
//! The whole of it is a campaign, `cargo xtask campaign alarms`; every run takes the subsets of at most
//! five rows.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_guard::alarm::{Event, State, step};
use coldcap_guard::{Condition, Conditions};

/// Code, priority, inhibited by: written down by hand, from `docs/alarms.md` and the rules.
const RULES: [(u8, u8, &[u8]); 39] = [
    (1, 3, &[]),
    (2, 2, &[1]),
    (3, 2, &[]),
    (4, 2, &[]),
    (5, 2, &[]),
    (6, 2, &[]),
    (7, 1, &[]),
    (8, 2, &[]),
    (9, 2, &[10, 13]),
    (10, 2, &[]),
    (11, 3, &[]),
    (12, 3, &[]),
    (13, 2, &[]),
    (14, 2, &[]),
    (15, 1, &[]),
    (16, 2, &[12]),
    (17, 1, &[8, 23]),
    (18, 1, &[]),
    (19, 2, &[]),
    (20, 1, &[]),
    (21, 1, &[]),
    (22, 2, &[]),
    (23, 2, &[]),
    (24, 3, &[]),
    (25, 2, &[]),
    (26, 2, &[]),
    (27, 3, &[]),
    (28, 1, &[]),
    (29, 3, &[]),
    (30, 2, &[]),
    (31, 2, &[4, 5]),
    (32, 2, &[]),
    (33, 2, &[10, 13]),
    (34, 1, &[]),
    (35, 2, &[]),
    (36, 1, &[4, 5]),
    (37, 1, &[]),
    (38, 3, &[]),
    (39, 2, &[]),
];

/// The codes of a list as bits.
const fn bits_of(codes: &[u8]) -> u64 {
    let (mut bits, mut place) = (0, 0);
    while place < codes.len() {
        bits |= 1 << codes[place];
        place += 1;
    }
    bits
}

/// Priority and causes of every code, its place in the list; the causes as bits.
const BY_CODE: [(u8, u64); 40] = {
    let mut by_code = [(0, 0); 40];
    let mut place = 0;
    while place < RULES.len() {
        let (code, priority, causes) = RULES[place];
        by_code[code as usize] = (priority, bits_of(causes));
        place += 1;
    }
    by_code
};

/// What the rules say of a set of codes, in ascending order and as bits: who signals, the highest priority,
/// whom to show first.
fn oracle(codes: &[u8], bits: u64) -> (u64, u8, Option<u8>) {
    let (mut signals, mut highest, mut first) = (0, 0, None);
    for &code in codes {
        let (priority, causes) = BY_CODE[usize::from(code)];
        if causes & bits != 0 {
            continue;
        }
        signals |= 1 << code;
        if priority > highest {
            (highest, first) = (priority, Some(code));
        }
    }
    (signals, highest, first)
}

fn check(codes: &[u8], bits: u64) {
    let set = Conditions::from_bits(bits);
    let (state, changes) = step(&State::new(), &Event::Conditions(set));
    let (signals, highest, first) = oracle(codes, bits);
    let engine = (state.signalling().bits(), state.highest().code());
    assert_eq!(engine, (signals, highest), "{set:?}");
    assert_eq!(state.leading().map(Condition::code), first, "{set:?}");
    assert_eq!(state.sounding(), state.highest(), "{set:?}");
    assert_eq!((state.active(), changes.rose), (set, set), "{set:?}");
    let (silent, changes) = step(&state, &Event::Acknowledge);
    assert_eq!((silent.highest().code(), silent.sounding().code()), (highest, 0), "{set:?}");
    assert_eq!(changes.acknowledged.bits(), signals, "{set:?}");
}

/// Every subset of at most `most` codes above the last one of `codes`, each once; returns their number.
fn walk(codes: &mut Vec<u8>, bits: u64, most: usize) -> u64 {
    check_all(codes, bits);
    if codes.len() == most {
        return 1;
    }
    let mut count = 1;
    for code in codes.last().map_or(1, |last| last + 1)..=RULES.len() as u8 {
        codes.push(code);
        count += walk(codes, bits | 1 << code, most);
        codes.pop();
    }
    count
}

fn check_all(codes: &[u8], bits: u64) {
    if codes.is_empty() {
        let (state, _) = step(&State::new(), &Event::Conditions(Conditions::EMPTY));
        assert_eq!(state, State::new());
    } else {
        check(codes, bits);
    }
}

/// How many subsets of at most `most` of `rows` there are.
fn binomials(rows: u64, most: u64) -> u64 {
    let choose = |k: u64| (0..k).fold(1u64, |all, i| all * (rows - i) / (i + 1));
    (0..=most).map(choose).sum()
}

#[test]
fn the_oracle_knows_every_row() {
    assert!(RULES.iter().map(|rule| rule.0).eq(Condition::ALL.map(Condition::code)));
}

// req: ALM-002
#[test]
fn arbitration_is_right_for_every_subset_of_at_most_five_rows() {
    let count = walk(&mut Vec::new(), 0, 5);
    assert_eq!(count, binomials(39, 5));
    assert_eq!(count, 667_928);
}

#[test]
#[ignore = "6.5 thousand million subsets: `cargo xtask campaign alarms`"]
fn arbitration_is_right_for_every_subset_of_at_most_twelve_rows() {
    let count = walk(&mut Vec::new(), 0, 12);
    println!("alarms: {count} subsets of at most 12 of 39 rows, every one right");
    assert_eq!(count, binomials(39, 12));
}
