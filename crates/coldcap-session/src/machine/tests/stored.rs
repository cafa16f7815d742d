//! What is stored is loaded, bit for bit, and bytes that no session stores are none.

use super::super::Drugs;
use super::super::state::{Armed, Seen, Step};
use super::random::{Recorded, event, opening};
use super::*;
use crate::record::{Chain, Recorder};
use coldcap_units::stored::{Reader, Stored, Writer};
use proptest::prelude::*;
use std::vec::Vec;

type Whole = (State, (Chain, Recorder));

fn stored<T: Stored>(value: &T) -> Vec<u8> {
    let mut bytes = [0; 200];
    let mut writer = Writer::new(&mut bytes);
    value.store(&mut writer);
    let written = writer.finish().expect("200 bytes are enough");
    bytes[..written].to_vec()
}

fn loaded<T: Stored>(bytes: &[u8]) -> Option<T> {
    let mut reader = Reader::new(bytes);
    T::load(&mut reader).filter(|_| reader.is_at_end())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 384, ..ProptestConfig::default() })]

    // req: SES-022
    #[test]
    fn any_state_is_what_it_was_stored_as(
        depth in 0usize..12,
        cap in any::<bool>(),
        walk in prop::collection::vec((event(), any::<u8>()), 0..60),
        at in any::<prop::sample::Index>(),
        wrong in 1u8..=u8::MAX,
    ) {
        let config = Config::DEFAULT;
        let mut live = Recorded::new();
        opening(depth, cap).iter().for_each(|event| live.give(event, &config));
        for (event, share) in &walk {
            live.ticks(event, *share, &config);
        }
        let whole: Whole = (live.state, (live.chain, live.recorder));
        let bytes = stored(&whole);
        prop_assert_eq!(loaded(&bytes), Some(whole));
        for cut in 0..bytes.len() {
            prop_assert_eq!(loaded::<Whole>(&bytes[..cut]), None);
        }
        let mut other = bytes.clone();
        other[at.index(bytes.len())] ^= wrong;
        if let Some(read) = loaded::<Whole>(&other) {
            prop_assert_eq!(stored(&read), other, "one value, one form");
            prop_assert_eq!(read.0.canonical(), read.0);
        }
    }
}

/// The layout is for ever: what an older version stored is read by this one.
#[test]
fn the_bytes_of_a_session_stay_what_they_are() {
    let config = Config::DEFAULT;
    let mut live = Recorded::new();
    opening(11, true).iter().for_each(|event| live.give(event, &config));
    let bytes = stored(&live.state);
    let hex: std::string::String = bytes.iter().map(|byte| std::format!("{byte:02x}")).collect();
    assert_eq!(
        hex,
        "0b00c0d40100c0d40100c0d40100c02709000000000001009f24000000000000c0270900000111000000000000006300000000000000\
         0106010100000000010100c00080fc0a0080fc0a00e0930400c027090001a00f00000000000000000000000000603d0800603d080000\
         00000001000000000001010000000f01"
    );
    assert_eq!(loaded(&bytes), Some(live.state));
}

/// What a session cannot be in, each by one byte.
#[test]
fn bytes_that_no_session_stores_are_none() {
    let bytes = stored(&State::new());
    assert_eq!(loaded(&bytes), Some(State::new()));
    assert_eq!(bytes[0], Phase::Boot.code());
    let with = |at: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        loaded::<State>(&bytes)
    };
    for (at, byte) in [(0, 19), (1, 2), (6, 1)] {
        assert_eq!(with(at, byte), None, "{at}");
    }
    let empty = stored(&Chain::new());
    assert_eq!(loaded(&empty), Some(Chain::new()));
    let other = [&empty[..4], &[0xEE; 8]].concat();
    assert_eq!(loaded::<Chain>(&other), None, "an empty record has one link");
}

fn survives<T: Stored + PartialEq + core::fmt::Debug>(value: &T) {
    assert_eq!(loaded(&stored(value)).as_ref(), Some(value));
}

/// Every way to wait, every second step, all that may be seen: rare in a walk, and stored all the same.
#[test]
fn whatever_has_kinds_is_what_it_was_stored_as() {
    let left = Duration::from_secs(7);
    let ways = [
        Attendance::Unlimited,
        Attendance::Watching(left),
        Attendance::Break(left),
        Attendance::Over(left),
        Attendance::BreakOver(left),
    ];
    ways.iter().for_each(survives);
    let steps = [
        Step::ConfirmFit,
        Step::Resume(3),
        Step::EndSession(4),
        Step::ClinicianReset,
        Step::ServiceReset,
    ];
    steps.iter().for_each(|step| survives(&Armed { step: *step, left }));
    TripClass::ALL.iter().for_each(survives);
    for contact in [Progress::Running, Progress::Passed, Progress::Failed] {
        survives(&Seen::from(Observed { contact, ..GOOD }));
    }
    // Bytes of none of them.
    assert_eq!(loaded::<Attendance>(&[5, 0, 0, 0, 0]), None);
    assert_eq!(loaded::<Attendance>(&[0, 1, 0, 0, 0]), None, "no limit has no rest");
    assert_eq!(loaded::<Armed>(&[5, 0, 1, 0, 0, 0]), None);
    assert_eq!(loaded::<Armed>(&[0, 1, 1, 0, 0, 0]), None, "a fit has no reason");
    assert_eq!(loaded::<TripClass>(&[4]), None);
    assert_eq!((loaded::<Seen>(&[0, 3]), loaded::<Seen>(&[64, 0])), (None, None));
}

/// Drugs are kept sorted and packed: the same drugs are always the same bytes.
#[test]
fn drugs_that_no_session_keeps_so_are_none() {
    let bytes = |slots: [u16; 4], taken: u8| stored(&(slots, (taken, 0_u8)));
    for (slots, taken) in [([0; 4], 0), ([7, 0, 0, 0], 1), ([1, 2, 3, 9], 4), ([0; 4], 1)] {
        survives(&loaded::<Drugs>(&bytes(slots, taken)).expect("a session keeps them so"));
    }
    let unsorted = ([2, 1, 0, 0], 2);
    let twice = ([1, 1, 0, 0], 2);
    let not_packed = ([1, 2, 0, 0], 1);
    let too_many = ([1, 2, 3, 4], 5);
    for (slots, taken) in [unsorted, twice, not_packed, too_many] {
        assert_eq!(loaded::<Drugs>(&bytes(slots, taken)), None, "{slots:?} {taken}");
    }
}
