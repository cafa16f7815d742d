//! A body of every type that a field can have, as a maker's own may: read and written as the crate `postcard` does it,
//! and in one encoding only.
//!
//! Input: one byte for the room that writing gets, and the body.
#![no_main]

use coldcap_wire::message::{Body, BodyError, Described, Direction};
use coldcap_wire::packet::{BODY_LEN, Kind};
use libfuzzer_sys::fuzz_target;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Unit;

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Pair(i8, u32);

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Code(u8);

/// Up to four numbers behind their count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct List(Vec<u32>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Text(String);

/// Bytes behind their count, as serde has a way of its own for them.
#[derive(Clone, Debug, PartialEq)]
struct Bytes(Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Bytes;
            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }
        }
        deserializer.deserialize_byte_buf(Visitor)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Everything {
    flag: bool,
    small: (u8, i8),
    middle: (u16, i16),
    number: (u32, i32),
    long: (u64, i64),
    code: Code,
    pair: Pair,
    unit: Unit,
    nothing: (),
    maybe: Option<u16>,
    array: [u16; 3],
    bytes: Bytes,
    list: List,
    text: Text,
}

/// What no body holds: reading and writing one is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Refused {
    Float(f32),
    Double(f64),
    Letter(char),
    Map(std::collections::BTreeMap<u8, u8>),
    Named { field: u8 },
    Pair(u8, u8),
    Bare,
}

macro_rules! body {
    ($type:ty, $name:literal, $kind:ident) => {
        impl Described for $type {
            const NAME: &'static str = $name;
            const MINIMUM_LEN: usize = 0;
            const MAXIMUM_LEN: usize = BODY_LEN;
            fn base_len(&self) -> usize {
                0
            }
        }
        impl Body for $type {
            const KIND: Kind = Kind::$kind;
            const DIRECTION: Direction = Direction::ToHost;
        }
    };
}

body!(Everything, "everything", Report);
body!(Refused, "refused", Report);
body!(Lone<f32>, "float", Report);
body!(Lone<f64>, "double", Report);
body!(Lone<char>, "letter", Report);
body!(Lone<std::collections::BTreeMap<u8, u8>>, "map", Report);

body!(Lone<core::num::NonZeroU8>, "not_zero", Report);
body!(Lone<core::net::Ipv4Addr>, "address", Report);
body!(Shown, "shown", Report);
body!(Unwilling, "unwilling", Report);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Lone<T>(T);

/// What is made into a text only to be written.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Shown(u8);

impl Serialize for Shown {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// What refuses to be written, and to be read for its length.
#[derive(Clone, Debug, PartialEq)]
struct Unwilling;

impl Serialize for Unwilling {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("no"))
    }
}

impl<'de> Deserialize<'de> for Unwilling {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(serde::de::Error::invalid_length(0, &"another"))
    }
}

fuzz_target!(|input: &[u8]| {
    let Some((room, body)) = input.split_first() else { return };
    let body = &body[..body.len().min(BODY_LEN)];
    match Everything::decode(body) {
        Ok(read) => {
            assert_eq!(postcard::take_from_bytes(body), Ok((read.clone(), &[][..])));
            written(&read, body, usize::from(*room));
        }
        Err(BodyError::NotShortest) => {
            let read: Everything = postcard::from_bytes(body).expect("only longer than it needs");
            let mut again = [0; BODY_LEN];
            assert!(read.encode(&mut again).expect("it is shorter") < body.len());
        }
        Err(BodyError::Trailing) => {
            let (_, rest) = postcard::take_from_bytes::<Everything>(body).expect("all is there");
            assert!(!rest.is_empty());
        }
        Err(BodyError::Short) => assert!(postcard::from_bytes::<Everything>(body).is_err()),
        // One too large for its type where postcard only drops a bit of it, or no text.
        Err(BodyError::Malformed) => {}
        Err(error) => unreachable!("{error}"),
    }
    refused(room % 7, body);
});

/// The bytes of `postcard`, and nothing where there is less room.
fn written(read: &Everything, body: &[u8], room: usize) {
    let mut again = [0; BODY_LEN];
    assert_eq!(read.encode(&mut again), Ok(body.len()));
    assert_eq!(&again[..body.len()], body);
    assert_eq!(postcard::to_slice(read, &mut again).expect("there is room"), body);
    let mut short = vec![0; room];
    assert_eq!(read.encode(&mut short).is_ok(), room >= body.len());
}

fn refused(which: u8, body: &[u8]) {
    let value = match which {
        0 => Refused::Float(1.0),
        1 => Refused::Double(1.0),
        2 => Refused::Letter('a'),
        3 => Refused::Map([(1, 2)].into()),
        4 => Refused::Named { field: 1 },
        5 => Refused::Pair(1, 2),
        _ => Refused::Bare,
    };
    let mut out = [0; BODY_LEN];
    assert!(value.encode(&mut out).is_err() && Refused::decode(body).is_err());
    assert!(Lone(1.0f32).encode(&mut out).is_err() && Lone::<f32>::decode(body).is_err());
    assert!(Lone(1.0f64).encode(&mut out).is_err() && Lone::<f64>::decode(body).is_err());
    assert!(Lone('a').encode(&mut out).is_err() && Lone::<char>::decode(body).is_err());
    assert!(Shown(which).encode(&mut out).is_err() && Unwilling.encode(&mut out).is_err());
    assert!(Unwilling::decode(body).is_err());
    let not_zero = Lone::<core::num::NonZeroU8>::decode(&body[..body.len().min(1)]);
    assert_eq!(not_zero.is_ok(), body.first().is_some_and(|byte| *byte != 0));
    if let Some(four) = body.first_chunk::<4>() {
        let address = Lone::<core::net::Ipv4Addr>::decode(four).expect("four bytes");
        assert_eq!((address.0.octets(), address.encode(&mut out)), (*four, Ok(4)));
    }
    let map = std::collections::BTreeMap::from([(which, 0)]);
    assert!(Lone(map.clone()).encode(&mut out).is_err());
    assert!(Lone::<std::collections::BTreeMap<u8, u8>>::decode(body).is_err());
}
