//! Frames against the published crates `crc` and `cobs`.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use coldcap_wire::frame::{self, TooLong, cobs};
use proptest::collection::vec;
use proptest::prelude::*;
use support::{reference, vectors::framed};

/// Bytes with many zeros, few zeros or none, so that every kind of stuffing block occurs.
fn packets() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![vec(any::<u8>(), 0..600), vec(1..=255u8, 0..1_100), vec(0..3u8, 0..300)]
}

proptest! {
    #[test]
    fn frames_equal_those_of_the_published_crates(packet in packets()) {
        prop_assert_eq!(framed(&packet), reference::frame(&packet));
    }

    #[test]
    fn a_frame_holds_no_delimiter_and_opens_to_its_packet(packet in packets()) {
        let mut frame = framed(&packet);
        prop_assert_eq!(frame.pop(), Some(frame::DELIMITER));
        prop_assert!(!frame.contains(&frame::DELIMITER));
        prop_assert_eq!(frame::decode_in_place(&mut frame).unwrap(), &packet[..]);
    }

    #[test]
    fn the_longest_length_is_never_passed_and_a_shorter_buffer_is_refused(packet in packets()) {
        let needed = framed(&packet).len();
        prop_assert!(needed <= frame::max_encoded_len(packet.len()));
        let mut short = vec![0; needed - 1];
        prop_assert_eq!(frame::encode(&packet, &mut short), Err(TooLong));
    }

    #[test]
    fn unstuffing_equals_the_published_crate(mut bytes in vec(1..=255u8, 1..600)) {
        let theirs = ::cobs::decode_vec(&bytes).ok();
        let ours = cobs::decode_in_place(&mut bytes).map(|packet| packet.to_vec());
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn unstuffing_small_codes_equals_the_published_crate(mut bytes in vec(1..6u8, 1..40)) {
        let theirs = ::cobs::decode_vec(&bytes).ok();
        let ours = cobs::decode_in_place(&mut bytes).map(|packet| packet.to_vec());
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn any_bytes_are_judged_without_a_panic(mut bytes in vec(any::<u8>(), 0..600)) {
        let _ = cobs::decode_in_place(&mut bytes);
        let _ = frame::decode_in_place(&mut bytes);
    }
}

#[test]
fn every_length_around_the_full_blocks() {
    for len in (0..4).chain(250..260).chain(505..515).chain(1_014..1_030) {
        for gap in [1, 2, 253, 254, 255, 256, 4_000] {
            let packet: Vec<u8> = (1..=len).map(|index| u8::from(index % gap != 0)).collect();
            let frame = framed(&packet);
            assert_eq!(frame, reference::frame(&packet), "{len} bytes, zero every {gap}");
            let mut encoded = frame[..frame.len() - 7].to_vec();
            assert_eq!(cobs::decode_in_place(&mut encoded).as_deref(), Some(&packet[..]));
        }
    }
}
