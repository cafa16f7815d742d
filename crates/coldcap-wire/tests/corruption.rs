//! A slice of the campaign of damaged frames: `cargo xtask campaign corruption` is the whole.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use support::corruption::{self, Damage, exhaustive};
use support::scaled::{self, Scheme};
use support::{samples, vectors};

fn frames() -> Vec<Vec<u8>> {
    samples::all().iter().map(|sample| vectors::framed(&vectors::packet(sample))).collect()
}

#[test]
fn no_damaged_frame_is_delivered() {
    let frames = frames();
    for damage in [Damage::Flips(1), Damage::Flips(2), Damage::Flips(3), Damage::Burst(32)] {
        assert_eq!(corruption::undetected(&frames, damage, 50_000, 1), 0, "{damage:?}");
    }
}

#[test]
fn an_undamaged_frame_is_delivered() {
    let mut deframer = coldcap_wire::frame::Deframer::new();
    assert!(frames().iter().all(|frame| corruption::delivered(&mut deframer, frame) == 1));
}

#[test]
fn every_flip_of_one_or_two_bits_of_short_frames_is_refused() {
    let short: Vec<_> = frames().into_iter().filter(|frame| frame.len() < 24).collect();
    let (tried, found) = exhaustive(&short);
    assert!(tried > 100_000);
    assert_eq!(found, 0);
}

#[test]
fn with_sixteen_bits_only_a_check_outside_with_its_length_keeps_its_distance() {
    for length in [6, 24, 53] {
        for damage in [Damage::Flips(2), Damage::Flips(3)] {
            let of = |scheme| scaled::undetected(scheme, length, damage, 150_000, 7);
            assert_eq!(of(Scheme::Outside), 0);
            // This one shows that the experiment can fail.
            assert!(of(Scheme::Inside) > 0, "{length} bytes, {damage:?}");
        }
    }
}

#[test]
fn the_scaled_frame_is_understood() {
    for scheme in [Scheme::Outside, Scheme::OutsideWithoutLength, Scheme::Inside] {
        let none = Damage::Flips(0);
        assert_eq!(scaled::undetected(scheme, 53, none, 1_000, 1), 1_000);
    }
}
