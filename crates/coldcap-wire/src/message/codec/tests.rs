//! The codec, and what it refuses, against the crate `postcard` and the law that stood here before: read,
//! encode again, compare.

use super::super::{AnyMessage, Body, BodyError, Described, MACHINE, decode_any};
use super::super::{
    ChannelStatus, ChoosePlan, EventReport, Heartbeat, MachineStatus, Operate, Response, SetClock,
};
use super::*;
use crate::packet::BODY_LEN;
use postcard::{Deserializer, de_flavors};
use proptest::collection::vec;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use std::string::String;
use std::vec::Vec;

/// The slice, and zeros behind it.
struct Extended<'de>(&'de [u8]);

impl<'de> de_flavors::Flavor<'de> for Extended<'de> {
    type Remainder = &'de [u8];
    type Source = &'de [u8];

    fn pop(&mut self) -> postcard::Result<u8> {
        let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
        self.0 = rest;
        Ok(*first)
    }

    fn try_take_n(&mut self, _: usize) -> postcard::Result<&'de [u8]> {
        Err(postcard::Error::DeserializeUnexpectedEnd)
    }

    fn finalize(self) -> postcard::Result<&'de [u8]> {
        Ok(self.0)
    }
}

fn reason(error: postcard::Error) -> BodyError {
    match error {
        postcard::Error::DeserializeUnexpectedEnd => BodyError::Short,
        _ => BodyError::Malformed,
    }
}

/// The body as postcard writes it, appended zeros left off.
fn expected_bytes<B: Body>(body: &B) -> Vec<u8> {
    let mut bytes = postcard::to_slice(body, &mut [0; BODY_LEN]).unwrap().to_vec();
    if B::MINOR > 0 {
        while bytes.len() > body.base_len() && bytes.last() == Some(&0) {
            bytes.pop();
        }
    }
    bytes
}

/// What a body means by postcard and by comparing with what it is encoded to.
fn expected<B: Body>(bytes: &[u8]) -> Result<B, BodyError> {
    if bytes.len() > B::MAXIMUM_LEN {
        return Err(BodyError::Trailing);
    }
    let (body, rest) = if B::MINOR > 0 {
        let mut source = Deserializer::from_flavor(Extended(bytes));
        let body = B::deserialize(&mut source).map_err(reason)?;
        (body, source.finalize().map_err(reason)?)
    } else {
        postcard::take_from_bytes::<B>(bytes).map_err(reason)?
    };
    if !rest.is_empty() {
        return Err(BodyError::Trailing);
    }
    let again = expected_bytes(&body);
    match again == bytes {
        true => Ok(body),
        false if B::MINOR == 0 || again.len() < bytes.len() => Err(BodyError::NotShortest),
        false => Err(BodyError::Short),
    }
}

/// The same verdict; a body with two faults may be refused for either.
fn assert_same<B: Body + PartialEq + core::fmt::Debug>(bytes: &[u8]) {
    let (ours, theirs) = (B::decode(bytes), expected::<B>(bytes));
    let length = |fault: &BodyError| matches!(fault, BodyError::Short | BodyError::NotShortest);
    match (&ours, &theirs) {
        (Err(one), Err(other)) if length(one) && length(other) => {}
        _ => assert_eq!(ours, theirs, "{bytes:02x?}"),
    }
    if let Ok(body) = ours {
        let mut again = [0xEE; BODY_LEN];
        let length = body.encode(&mut again).unwrap();
        assert_eq!((&again[..length], &expected_bytes(&body)[..]), (bytes, bytes));
    }
}

fn assert_all(bytes: &[u8]) {
    assert_same::<ChannelStatus>(bytes);
    assert_same::<ChoosePlan>(bytes);
    assert_same::<MachineStatus>(bytes);
    assert_same::<EventReport>(bytes);
    assert_same::<Heartbeat>(bytes);
    assert_same::<Operate>(bytes);
    assert_same::<Response>(bytes);
    assert_same::<SetClock>(bytes);
}

/// Bytes as bodies have them: small numbers, continued ones, zeros, ends of numbers.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        3 => 0..0x80u8,
        2 => 0x80..=0xFFu8,
        2 => Just(0),
        1 => Just(0x80),
        1 => Just(0xFF),
        1 => Just(1),
    ];
    vec(byte, 0..100)
}

/// A channel's state of any numbers.
fn status() -> impl Strategy<Value = ChannelStatus> {
    // Every number of the structure takes one to ten bytes, whatever they are: bits beyond are cut off.
    vec(any::<u64>().prop_flat_map(|number| (0..64u32).prop_map(move |by| number >> by)), 60)
        .prop_map(|numbers| {
            let mut bytes = Vec::new();
            for number in numbers {
                bytes.push((number % 0x80) as u8);
            }
            let taken = postcard::take_from_bytes::<ChannelStatus>(&bytes);
            taken.unwrap().0
        })
}

fn mutated(mut bytes: Vec<u8>, changes: &[(usize, u8, u8)]) -> Vec<u8> {
    for (at, kind, byte) in changes {
        let at = at % (bytes.len() + 1);
        match kind % 5 {
            0 => bytes.insert(at, *byte),
            1 => drop((at < bytes.len()).then(|| bytes.remove(at))),
            2 => bytes.truncate(at),
            3 => bytes.insert(at, 0x80),
            _ => bytes.iter_mut().skip(at).take(1).for_each(|old| *old ^= 1 << (byte % 8)),
        }
    }
    bytes
}

fn changes() -> impl Strategy<Value = Vec<(usize, u8, u8)>> {
    vec((any::<usize>(), any::<u8>(), any::<u8>()), 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_accepted_as_before(bytes in body()) {
        assert_all(&bytes);
    }

    #[test]
    fn changed_bodies_are_accepted_as_before(status in status(), changes in changes()) {
        let bytes = mutated(expected_bytes(&status), &changes);
        assert_all(&bytes);
        assert_same::<ChannelStatus>(&expected_bytes(&status));
    }

    #[test]
    fn changed_plans_are_accepted_as_before(
        head in body(),
        changes in changes(),
    ) {
        // Sixteen numbers, then as many of the appended ones as there are bytes.
        let plain: Vec<u8> = head.iter().map(|byte| byte & 0x7F).take(16).collect();
        assert_all(&mutated(plain, &changes));
    }
}

/// Everything that a body might hold one day.
#[derive(Serialize, Deserialize, PartialEq, Debug, Clone)]
struct Everything<'a> {
    truth: bool,
    small: (i8, u8),
    numbers: (i16, i32, i64, u16, u32, u64),
    option: Option<u16>,
    #[serde(borrow)]
    text: &'a str,
    #[serde(with = "raw")]
    bytes: Vec<u8>,
    list: Vec<u16>,
    tuple: Pair,
    unit: (),
}

#[derive(Serialize, Deserialize, PartialEq, Debug, Clone)]
struct Pair(u8, i32);

mod raw {
    use serde::{Deserialize, Deserializer, Serializer};
    use std::vec::Vec;

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        <&[u8]>::deserialize(from).map(<[u8]>::to_vec)
    }
}

proptest! {
    #[test]
    fn every_type_is_written_and_read_as_by_the_published_crate(
        truth in any::<bool>(),
        small in any::<(i8, u8)>(),
        numbers in any::<(i16, i32, i64, u16, u32, u64)>(),
        shift in 0..64u32,
        option in any::<Option<u16>>(),
        text in ".{0,8}",
        bytes in vec(any::<u8>(), 0..8),
        list in vec(any::<u16>(), 0..8),
        changes in changes(),
    ) {
        let (a, b, c, d, e, f) = numbers;
        let by = |bits: u32| shift % bits;
        let numbers = (a >> by(16), b >> by(32), c >> shift, d >> by(16), e >> by(32), f >> shift);
        let tuple = Pair(small.1, b);
        let value =
            Everything { truth, small, numbers, option, text: &text, bytes, list, tuple, unit: () };
        let theirs = postcard::to_stdvec(&value);
        let mut room = [0; 200];
        let written = write(&value, &mut room).unwrap();
        let ours = room[..written.length].to_vec();
        prop_assert_eq!(Ok(&ours), theirs.as_ref());
        let read_again = read::<Everything<'_>>(&ours).unwrap();
        prop_assert_eq!(&read_again.value, &value);
        prop_assert!(!read_again.malformed && !read_again.padded && read_again.missing == 0);

        let bytes = mutated(ours, &changes);
        let theirs = postcard::take_from_bytes::<Everything<'_>>(&bytes);
        let ours = read::<Everything<'_>>(&bytes);
        let sound = |read: &Read<'_, Everything<'_>>| !read.malformed && read.missing == 0;
        match (theirs, ours) {
            (Ok((value, rest)), Ok(read)) => {
                prop_assert!(sound(&read));
                prop_assert_eq!((read.value, read.rest), (value, rest));
            }
            (Err(_), ours) => prop_assert!(ours.is_err() || !sound(&ours.unwrap())),
            (Ok(_), Err(_)) => prop_assert!(false, "refused"),
        }
    }
}

#[test]
fn what_no_body_holds_is_refused() {
    assert!(write(&1.0f32, &mut [0; 8]).is_err());
    assert!(write(&'a', &mut [0; 8]).is_err());
    assert!(read::<f64>(&[0; 8]).is_err());
    assert!(read::<String>(&[1, 0xFF]).is_err());
}

#[test]
fn a_list_is_no_longer_than_its_bytes() {
    let found = read::<Vec<u16>>(&[0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 1, 2]).unwrap();
    assert_eq!((found.value.len(), found.missing), (2, 1 << 31));
}

#[test]
fn a_message_of_the_machine_stays_what_it_is() {
    let report = EventReport { index: 1, at_ms: 2, channel: MACHINE, kind: 3, code: 4, value: -5 };
    let mut out = [0; EventReport::MAXIMUM_LEN];
    let length = report.encode(&mut out).unwrap();
    let header = crate::packet::Header {
        kind: EventReport::KIND,
        secured: false,
        endpoint: <EventReport as super::super::Message>::ENDPOINT,
        number: 0,
    };
    assert_eq!(decode_any(&header, &out[..length]), Ok(AnyMessage::EventReport(report)));
}
