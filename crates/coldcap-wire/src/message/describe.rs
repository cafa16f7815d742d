//! How a structure describes itself: names, wire types, units and lengths of its fields.

use crate::packet::Kind;

/// Who sends a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the host to the device.
    ToDevice,
    /// From the device to the host.
    ToHost,
    /// From either.
    Both,
}

impl Direction {
    /// Its name in lower case, as documents print it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ToDevice => "to_device",
            Self::ToHost => "to_host",
            Self::Both => "both",
        }
    }

    /// Whether such a message arrives at a device, where `device` is asked for, or at a host.
    pub(crate) const fn arrives(self, device: bool, host: bool) -> bool {
        match self {
            Self::ToDevice => device,
            Self::ToHost => host,
            Self::Both => device || host,
        }
    }
}

/// One field of a structure, in order of travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name, as in the Rust structure.
    pub name: &'static str,
    /// Its wire type: a primitive (`u8`, `u16`, `u32`, `u64`, `i32`), `bytes48`, `bytes64` or
    /// `bytes0to208`, or a [`Structure`].
    pub wire_type: &'static str,
    /// Its unit, or `code: ` and the name of a [`Vocabulary`](super::Vocabulary), or the nature of a
    /// number that has none.
    pub unit: &'static str,
    /// What it means, one piece a line.
    pub meaning: &'static [&'static str],
    /// The minor version that appended it; 0 for the fields that were there from the start.
    pub since: u8,
}

/// A structure that occurs inside bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Structure {
    /// Its name, as the wire type of a field.
    pub name: &'static str,
    /// What it is, one piece a line.
    pub about: &'static [&'static str],
    /// Its fields, in order of travel.
    pub fields: &'static [Field],
}

/// One entry of the registry: a message and where it travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its number; `None` for the response, which bears the number of the command it answers.
    pub id: Option<u8>,
    /// The kind of packet it travels in.
    pub kind: Kind,
    /// Its name in lower case.
    pub name: &'static str,
    /// Who sends it.
    pub direction: Direction,
    /// The minor version that brought it; 0 for those that were there from the start.
    pub since: u8,
    /// Length of the shortest body in bytes: fields that were appended later are left off.
    pub minimum_len: usize,
    /// Length of the longest body in bytes.
    pub maximum_len: usize,
    /// What it is, one piece a line.
    pub about: &'static [&'static str],
    /// Its fields, in order of travel.
    pub fields: &'static [Field],
}

/// What has a fixed place on the wire and can say what it is.
pub trait Described: Sized {
    /// The wire type's name.
    const NAME: &'static str;
    /// Length of the shortest encoding in bytes, without fields that were appended later.
    const MINIMUM_LEN: usize;
    /// Length of the longest encoding in bytes.
    const MAXIMUM_LEN: usize;
    /// What it is, one piece a line; empty for primitives.
    const ABOUT: &'static [&'static str] = &[];
    /// The fields in order of travel; empty for primitives.
    const FIELDS: &'static [Field] = &[];

    /// Length of this value's encoding in bytes, without fields that were appended later.
    fn base_len(&self) -> usize;
}

macro_rules! primitive {
    ($type:ty, $name:literal, $minimum:literal ..= $maximum:literal, $len:expr) => {
        impl Described for $type {
            const NAME: &'static str = $name;
            const MINIMUM_LEN: usize = $minimum;
            const MAXIMUM_LEN: usize = $maximum;

            fn base_len(&self) -> usize {
                $len(*self)
            }
        }
    };
}

primitive!(u8, "u8", 1..=1, |_| 1);
primitive!(u16, "u16", 1..=3, |number| variable_len(u64::from(number)));
primitive!(u32, "u32", 1..=5, |number| variable_len(u64::from(number)));
primitive!(u64, "u64", 1..=10, variable_len);
primitive!(i32, "i32", 1..=5, |number: i32| variable_len(u64::from(zigzag(number))));

/// Seven bits to a byte; 0 takes one, too.
const fn variable_len(number: u64) -> usize {
    let bits = u64::BITS.saturating_sub((number | 1).leading_zeros());
    bits.div_ceil(7) as usize
}

const fn zigzag(number: i32) -> u32 {
    (number.wrapping_shl(1) ^ number.wrapping_shr(31)).cast_unsigned()
}

/// Defines a structure together with its description, so that the two cannot drift apart.
///
/// The doc comments of the fields become the `meaning` of the registry, their units the `unit`.
macro_rules! structure {
    (
        $(#[doc = $about:literal])+
        $type:ident, $name:literal {
            $( $(#[doc = $meaning:literal])+ $field:ident: $field_type:ty = $unit:literal, )+
        }
        $( since $minor:literal {
            $( $(#[doc = $late_meaning:literal])+ $late:ident: $late_type:ty = $late_unit:literal, )+
        } )*
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub struct $type {
            $(
                $(#[doc = $meaning])+
                #[doc = concat!("\n\nUnit: ", $unit, ".")]
                pub $field: $field_type,
            )+
            $($(
                $(#[doc = $late_meaning])+
                #[doc = concat!("\n\nUnit: ", $late_unit, ". Since minor version ", $minor, ".")]
                pub $late: $late_type,
            )+)*
        }

        impl $crate::message::Described for $type {
            const NAME: &'static str = $name;
            const MINIMUM_LEN: usize =
                0 $(+ <$field_type as $crate::message::Described>::MINIMUM_LEN)+;
            const MAXIMUM_LEN: usize =
                0 $(+ <$field_type as $crate::message::Described>::MAXIMUM_LEN)+
                $($(+ <$late_type as $crate::message::Described>::MAXIMUM_LEN)+)*;
            const ABOUT: &'static [&'static str] = &[$($about),+];
            const FIELDS: &'static [$crate::message::Field] = &[
                $($crate::message::Field {
                    name: stringify!($field),
                    wire_type: <$field_type as $crate::message::Described>::NAME,
                    unit: $unit,
                    meaning: &[$($meaning),+],
                    since: 0,
                }),+
                $($(, $crate::message::Field {
                    name: stringify!($late),
                    wire_type: <$late_type as $crate::message::Described>::NAME,
                    unit: $late_unit,
                    meaning: &[$($late_meaning),+],
                    since: $minor,
                })+)*
            ];

            fn base_len(&self) -> usize {
                let lengths = [$($crate::message::Described::base_len(&self.$field)),+];
                lengths.into_iter().fold(0, usize::saturating_add)
            }
        }
    };
}

/// The last of the minor versions that appended something.
pub(crate) const fn newest(minors: &[u8]) -> u8 {
    match minors {
        [.., last] => *last,
        [] => 0,
    }
}

/// Defines a body: a structure, its kind and direction, its endpoint number if it has one, and the minor
/// version that brought it if that is not 0; and, in braces of their own, the fields that each later minor
/// version appended.
macro_rules! body {
    (
        $(#[doc = $about:literal])+
        $type:ident = $kind:ident $($endpoint:literal)?, $direction:ident, $name:literal
        $(since $born:literal)? {
            $($fields:tt)+
        }
        $( since $minor:literal { $($late:tt)+ } )*
    ) => {
        $crate::message::describe::structure! {
            $(#[doc = $about])+
            $type, $name { $($fields)+ } $( since $minor { $($late)+ } )*
        }

        impl $crate::message::Body for $type {
            const KIND: $crate::packet::Kind = $crate::packet::Kind::$kind;
            const DIRECTION: $crate::message::Direction = $crate::message::Direction::$direction;
            const SINCE: u8 = $crate::message::describe::newest(&[0 $(, $born)?]);
            const MINOR: u8 = $crate::message::describe::newest(&[0 $(, $minor)*]);
        }

        $(impl $crate::message::Message for $type {
            const ENDPOINT: u8 = $endpoint;
        })?
    };
}

pub(crate) use {body, structure};
