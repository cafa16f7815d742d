//! Streams: cut anywhere, with anything in between.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use coldcap_wire::frame::{Counters, Deframer, FrameError};
use coldcap_wire::message::{AnyMessage, Heartbeat};
use coldcap_wire::{Losses, Receiver, Sender, WireError};
use proptest::collection::vec;
use proptest::prelude::*;
use support::vectors::framed;

type Outcome = Result<Vec<u8>, FrameError>;

/// Feeds the chunks one after the other and collects all outcomes.
fn outcomes<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Outcome>, Counters) {
    let mut deframer = Deframer::<32>::new();
    let mut seen = Vec::new();
    for chunk in chunks {
        let mut rest = chunk;
        while !rest.is_empty() {
            let (consumed, outcome) = deframer.feed(rest);
            assert!(consumed > 0 && consumed <= rest.len());
            seen.extend(outcome.map(|packet| packet.map(|packet| packet.to_vec())));
            rest = &rest[consumed..];
        }
    }
    (seen, deframer.counters())
}

fn whole(stream: &[u8]) -> (Vec<Outcome>, Counters) {
    outcomes([stream])
}

/// Good frames, damaged ones, ones that are too long, silence and noise.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let good = vec(any::<u8>(), 0..24).prop_map(|packet| framed(&packet));
    let long = vec(any::<u8>(), 26..80).prop_map(|packet| framed(&packet));
    let damaged = (vec(any::<u8>(), 0..24), any::<prop::sample::Index>(), 1..=255u8).prop_map(
        |(packet, index, mask)| {
            let mut frame = framed(&packet);
            let index = index.index(frame.len());
            frame[index] ^= mask;
            frame
        },
    );
    let noise = vec(any::<u8>(), 0..40);
    let silence = vec(Just(0), 0..4);
    vec(prop_oneof![3 => good, 1 => long, 1 => damaged, 1 => noise, 1 => silence], 0..8)
        .prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn chunks_do_not_matter(stream in stream(), sizes in vec(1..20usize, 1..20)) {
        let mut sizes = sizes.iter().cycle();
        let mut chunks = Vec::new();
        let mut rest = &stream[..];
        while !rest.is_empty() {
            let (chunk, behind) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
            chunks.push(chunk);
            rest = behind;
        }
        prop_assert_eq!(outcomes(chunks), whole(&stream));
    }

    #[test]
    fn after_any_garbage_and_a_delimiter_the_frame_arrives(
        garbage in stream(),
        packet in vec(any::<u8>(), 0..24),
    ) {
        let stream = [&garbage[..], &[0], &framed(&packet)].concat();
        prop_assert_eq!(whole(&stream).0.pop(), Some(Ok(packet)));
    }

    #[test]
    fn garbage_before_a_frame_costs_at_most_that_frame(
        garbage in stream(),
        first in vec(any::<u8>(), 0..24),
        second in vec(any::<u8>(), 0..24),
    ) {
        let stream = [&garbage[..], &framed(&first), &framed(&second)].concat();
        prop_assert_eq!(whole(&stream).0.pop(), Some(Ok(second)));
    }

    #[test]
    fn the_counters_count_the_outcomes(stream in stream()) {
        let (outcomes, counters) = whole(&stream);
        let count = |wanted: Result<(), FrameError>| {
            outcomes.iter().filter(|seen| seen.as_ref().map(|_| ()).map_err(|e| *e) == wanted).count() as u32
        };
        let expected = Counters {
            ok: count(Ok(())),
            crc: count(Err(FrameError::Crc)),
            length: count(Err(FrameError::Length)),
            overflow: count(Err(FrameError::Overflow)),
            cobs: count(Err(FrameError::Cobs)),
        };
        prop_assert_eq!(counters, expected);
    }

    #[test]
    fn losses_are_what_was_dropped(kept in vec(any::<bool>(), 1..60)) {
        let mut sender = Sender::new();
        let mut receiver = Receiver::new();
        let mut expected = 0;
        let mut pending = 0;
        let mut begun = false;
        for (nonce, kept) in kept.into_iter().enumerate() {
            let beat = Heartbeat { at_ms: 7, nonce: nonce as u16 };
            let mut bytes = [0; 64];
            let len = sender.send_message(&beat, &mut bytes).unwrap();
            if !kept {
                pending += u32::from(begun);
                continue;
            }
            let packet = receiver.feed(&bytes[..len]).1.unwrap().unwrap();
            prop_assert_eq!(packet.message(), Ok(AnyMessage::Heartbeat(beat)));
            prop_assert_eq!(packet.missed, pending);
            expected += pending;
            (pending, begun) = (0, true);
        }
        prop_assert_eq!(receiver.losses(), Losses { missed: expected, restarts: 0 });
    }
}

#[test]
fn every_split_into_two_and_into_three_gives_the_same() {
    let parts = [framed(&[1, 2, 3]), vec![0, 9, 9, 0], vec![7; 40], vec![0], framed(&[0; 9])];
    let stream = parts.concat();
    let expected = whole(&stream);
    assert_eq!(expected.0.len(), 4);
    for first in 0..=stream.len() {
        for second in first..=stream.len() {
            let chunks = [&stream[..first], &stream[first..second], &stream[second..]];
            assert_eq!(outcomes(chunks), expected, "cut at {first} and {second}");
        }
    }
}

#[test]
fn one_byte_at_a_time_gives_the_same() {
    let stream = [framed(&[5; 12]), framed(&[]), vec![1, 0], framed(&[6])].concat();
    assert_eq!(outcomes(stream.chunks(1)), whole(&stream));
}

#[test]
fn a_receiver_survives_a_frame_without_a_packet() {
    let mut receiver = Receiver::new();
    let stream = [framed(&[1]), framed(&[0x70, 0x60, 9, 0, 0, 0, 5, 1])].concat();
    let (consumed, refused) = receiver.feed(&stream);
    assert!(matches!(refused, Some(Err(WireError::Header(_)))));
    let (_, packet) = receiver.feed(&stream[consumed..]);
    let beat = AnyMessage::Heartbeat(Heartbeat { at_ms: 5, nonce: 1 });
    assert_eq!(packet.unwrap().unwrap().message(), Ok(beat));
    assert_eq!(receiver.counters().ok, 2);
}
