//! Messages, fields and codes as plain values, whether they came from the code or from a file.

use coldcap_wire::message::Direction;
use coldcap_wire::packet::Kind;
use core::fmt;

/// A whole message set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// Major version of the protocol.
    pub major: u8,
    /// Minor version of the protocol.
    pub minor: u8,
    /// The last minor version that somebody may have in use: nothing is added to it any more.
    pub frozen: u8,
    /// The structures inside bodies.
    pub structures: Vec<Structure>,
    /// The messages.
    pub messages: Vec<Message>,
    /// The lists of codes.
    pub vocabularies: Vec<Vocabulary>,
    /// The frozen vectors.
    pub vectors: Vec<Vector>,
}

/// A structure inside bodies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Structure {
    /// Its name, as the type of a field.
    pub name: String,
    /// What it is.
    pub about: String,
    /// Its fields in order of travel.
    pub fields: Vec<Field>,
}

/// A message and where it travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The kind of packet.
    pub kind: Kind,
    /// The endpoint number; `None` for the response.
    pub id: Option<u8>,
    /// Its name in lower case.
    pub name: String,
    /// Who sends it.
    pub direction: Direction,
    /// The roles that may send it to the device, with `+` in between, where there are any.
    pub role: Option<String>,
    /// The minor version that brought it.
    pub since: u8,
    /// What it is.
    pub about: String,
    /// Its fields in order of travel.
    pub fields: Vec<Field>,
}

/// A field of a message or a structure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub wire_type: WireType,
    /// Its unit, `code: ` and a vocabulary, or the nature of a number that has none.
    pub unit: String,
    /// What one of the number is in the base unit, as text: `0.001 degC`; `-` where there is nothing to
    /// scale.
    pub scale: String,
    /// The minor version that appended it; 0 if it came with its message.
    pub since: u8,
    /// What it means.
    pub meaning: String,
}

impl Field {
    /// The vocabulary that its codes are of, if they are codes.
    #[must_use]
    pub fn codes(&self) -> Option<&str> {
        self.unit.strip_prefix("code: ")
    }

    /// The vocabulary that its bits are numbered by, if they are.
    #[must_use]
    pub fn bits(&self) -> Option<&str> {
        self.unit.strip_prefix("bits: ")
    }
}

/// How a field travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WireType {
    /// One byte.
    U8,
    /// Variable length, 1 to 3 bytes.
    U16,
    /// Variable length, 1 to 5 bytes.
    U32,
    /// Variable length, 1 to 10 bytes.
    U64,
    /// Zigzag, then as [`WireType::U32`].
    I32,
    /// So many raw bytes.
    Bytes(usize),
    /// A length as [`WireType::U64`], then so many raw bytes, at most this many.
    BytesUpTo(usize),
    /// The fields of that structure.
    Structure(String),
}

impl WireType {
    /// The type that this name means; every other name means a structure.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let most = name.strip_prefix("bytes0to").and_then(|most| most.parse().ok());
        let fixed = name.strip_prefix("bytes").and_then(|count| count.parse().ok());
        match (name, most, fixed) {
            ("u8", ..) => Self::U8,
            ("u16", ..) => Self::U16,
            ("u32", ..) => Self::U32,
            ("u64", ..) => Self::U64,
            ("i32", ..) => Self::I32,
            (_, Some(most), _) => Self::BytesUpTo(most),
            (_, None, Some(count)) => Self::Bytes(count),
            _ => Self::Structure(name.to_owned()),
        }
    }

    /// How many bytes the longest form of a number of this type takes; 0 for what is no number.
    #[must_use]
    pub const fn longest_number(&self) -> usize {
        match self {
            Self::U8 => 1,
            Self::U16 => 3,
            Self::U32 | Self::I32 => 5,
            Self::U64 => 10,
            Self::Bytes(_) | Self::BytesUpTo(_) | Self::Structure(_) => 0,
        }
    }

    /// Shortest and longest form of what is not a structure.
    fn lengths(&self) -> (usize, usize) {
        match self {
            Self::Bytes(count) => (*count, *count),
            Self::BytesUpTo(most) => (1, most + if *most < 128 { 1 } else { 2 }),
            number => (1, number.longest_number()),
        }
    }
}

impl fmt::Display for WireType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::U8 => f.write_str("u8"),
            Self::U16 => f.write_str("u16"),
            Self::U32 => f.write_str("u32"),
            Self::U64 => f.write_str("u64"),
            Self::I32 => f.write_str("i32"),
            Self::Bytes(count) => write!(f, "bytes{count}"),
            Self::BytesUpTo(most) => write!(f, "bytes0to{most}"),
            Self::Structure(name) => f.write_str(name),
        }
    }
}

/// A list of codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vocabulary {
    /// Its name, as units refer to it.
    pub name: String,
    /// Codes and their names.
    pub words: Vec<(u8, String)>,
}

/// A vector: a frame, and what has to come out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vector {
    /// Its name.
    pub name: String,
    /// The minor version that it was written in.
    pub minor: u8,
    /// FNV-1a with 64 bits over its line.
    pub hash: u64,
}

/// A field of a body that is no structure: structures are taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Primitive<'a> {
    /// The place of the message's field that it belongs to.
    pub place: usize,
    /// The name of that field, if it is a structure.
    pub group: Option<&'a str>,
    /// The field itself.
    pub field: &'a Field,
    /// Its unit; that of the message's field where a structure says `as stated`.
    pub unit: &'a str,
    /// The scale that belongs to that unit.
    pub scale: &'a str,
    /// The minor version that appended it.
    pub since: u8,
}

impl Schema {
    /// The structure of this name.
    #[must_use]
    pub fn structure(&self, name: &str) -> Option<&Structure> {
        self.structures.iter().find(|structure| structure.name == name)
    }

    /// The vocabulary of this name.
    #[must_use]
    pub fn vocabulary(&self, name: &str) -> Option<&Vocabulary> {
        self.vocabularies.iter().find(|vocabulary| vocabulary.name == name)
    }

    /// The message that a header of this kind and endpoint number announces.
    #[must_use]
    pub fn message(&self, kind: Kind, endpoint: u8) -> Option<&Message> {
        let announced = |id: Option<u8>| id.is_none_or(|id| id == endpoint);
        self.messages.iter().find(|message| message.kind == kind && announced(message.id))
    }

    /// The message of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Message> {
        self.messages.iter().find(|message| message.name == name)
    }

    /// The fields of `message`, structures taken apart. A structure stands inside of a body only, never
    /// inside of another.
    #[must_use]
    pub fn primitives<'a>(&'a self, message: &'a Message) -> Vec<Primitive<'a>> {
        let places = message.fields.iter().enumerate();
        places.flat_map(|(place, field)| self.taken_apart(place, field)).collect()
    }

    fn taken_apart<'a>(&'a self, place: usize, outer: &'a Field) -> Vec<Primitive<'a>> {
        let primitive = |group, field: &'a Field| {
            let stated = field.unit == "as stated";
            let (unit, scale) =
                if stated { (&outer.unit, &outer.scale) } else { (&field.unit, &field.scale) };
            Primitive { place, group, field, unit, scale, since: outer.since }
        };
        let WireType::Structure(name) = &outer.wire_type else {
            return vec![primitive(None, outer)];
        };
        let inner = self.structure(name).map_or(&[][..], |structure| &structure.fields);
        inner.iter().map(|field| primitive(Some(outer.name.as_str()), field)).collect()
    }

    /// Shortest and longest body of `message` between peers of minor version `minor`.
    #[must_use]
    pub fn lengths(&self, message: &Message, minor: u8) -> (usize, usize) {
        let known = self.primitives(message).into_iter().filter(|field| field.since <= minor);
        known.fold((0, 0), |(shortest, longest), primitive| {
            let (least, most) = primitive.field.wire_type.lengths();
            let base = if primitive.since == 0 { least } else { 0 };
            (shortest + base, longest + most)
        })
    }

    /// This message set as it was at an older minor version.
    #[must_use]
    pub fn at(&self, minor: u8) -> Self {
        let mut older = self.clone();
        older.minor = minor;
        older.messages.retain(|message| message.since <= minor);
        older
            .messages
            .iter_mut()
            .for_each(|message| message.fields.retain(|field| field.since <= minor));
        older
    }
}

impl Message {
    /// Whether a later minor version appended fields.
    #[must_use]
    pub fn grew(&self) -> bool {
        self.fields.iter().any(|field| field.since > 0)
    }

    /// The endpoint number as text; `-` for the response.
    #[must_use]
    pub fn number(&self) -> String {
        self.id.map_or("-".to_owned(), |id| format!("0x{id:02x}"))
    }
}
