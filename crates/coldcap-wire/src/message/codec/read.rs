//! Reads numbers behind each other; what was wrong is asked at the end.

use super::Unsupported;
use serde::de::{DeserializeSeed, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// What was found, and what was wrong with it.
pub(crate) struct Read<'de, T> {
    /// The structure; means nothing where something was wrong.
    pub(crate) value: T,
    /// A number is too large for its field, or a field holds what it cannot hold.
    pub(crate) malformed: bool,
    /// A number is written in more bytes than it needs, or the bytes end within it.
    pub(crate) padded: bool,
    /// The bytes end within a number.
    pub(crate) cut: bool,
    /// How many bytes were read as 0 behind the last one; far more where what was counted is missing.
    pub(crate) missing: u32,
    /// What is left over.
    pub(crate) rest: &'de [u8],
}

/// Reads one structure; behind the last byte, zeros are read.
///
/// # Errors
/// [`Unsupported`] where the structure asks for what no body holds.
pub(crate) fn read<'de, T: Deserialize<'de>>(
    bytes: &'de [u8],
) -> Result<Read<'de, T>, Unsupported> {
    let mut reader = Reader { rest: bytes, faults: 0, missing: 0 };
    let value = T::deserialize(&mut reader)?;
    let Reader { rest, faults, missing } = reader;
    Ok(Read {
        value,
        malformed: faults & MALFORMED != 0,
        padded: faults & PADDED != 0,
        cut: faults & CUT != 0,
        missing,
        rest,
    })
}

const MALFORMED: u8 = 1;
const PADDED: u8 = 2;
const CUT: u8 = 4;

/// Added to what is missing where fewer bytes or elements follow than their count says: a structure has
/// never so many fields.
const COUNTED: u32 = 1 << 31;

struct Reader<'de> {
    rest: &'de [u8],
    faults: u8,
    missing: u32,
}

/// A number of any length, of up to so many bits.
macro_rules! longer {
    ($($method:ident: $number:ty;)+) => { $(
        #[inline(never)]
        fn $method(&mut self, bits: u32) -> $number {
            let (mut number, mut shift): ($number, u32) = (0, 0);
            while shift < bits {
                let before = self.missing;
                let byte = self.byte();
                number |= <$number>::from(byte & 0x7F).wrapping_shl(shift);
                if byte < 0x80 {
                    if shift > 0 {
                        self.judge(byte, bits.wrapping_sub(shift), before != self.missing);
                    }
                    return number;
                }
                shift = shift.wrapping_add(7);
            }
            self.faults |= MALFORMED;
            number
        }
    )+ };
}

impl<'de> Reader<'de> {
    #[inline]
    fn byte(&mut self) -> u8 {
        match self.rest.split_first() {
            Some((first, rest)) => {
                self.rest = rest;
                *first
            }
            None => {
                self.missing = self.missing.wrapping_add(1);
                0
            }
        }
    }

    /// A number of up to `bits` bits, 16 at least and 32 at most.
    #[cfg_attr(not(feature = "fast"), inline(never))]
    #[cfg_attr(feature = "fast", inline(always))]
    fn number(&mut self, bits: u32) -> u32 {
        // Most numbers have one to three bytes; they need no look at anything else.
        match self.rest {
            [byte @ 0..=0x7F, rest @ ..] => {
                self.rest = rest;
                u32::from(*byte)
            }
            [low, high @ 1..=0x7F, rest @ ..] => {
                self.rest = rest;
                u32::from(*low & 0x7F) | u32::from(*high).wrapping_shl(7)
            }
            [low, middle @ 0x80..=0xFF, high @ 1..=0x7F, rest @ ..] if bits > 21 => {
                self.rest = rest;
                u32::from(*low & 0x7F)
                    | u32::from(*middle & 0x7F).wrapping_shl(7)
                    | u32::from(*high).wrapping_shl(14)
            }
            [] => u32::from(self.byte()),
            _ => self.longer(bits),
        }
    }

    longer! { longer: u32; longest: u64; }

    /// Looks at the last byte of a number, which may hold so many bits.
    fn judge(&mut self, last: u8, bits: u32, missing: bool) {
        if last == 0 {
            self.faults |= if missing { PADDED | CUT } else { PADDED };
        }
        if bits < 7 && last.wrapping_shr(bits) != 0 {
            self.faults |= MALFORMED;
        }
    }

    fn long_number(&mut self) -> u64 {
        match self.rest {
            [byte @ 0..=0x7F, rest @ ..] => {
                self.rest = rest;
                u64::from(*byte)
            }
            // Times in milliseconds, from half an hour to three days.
            [one, two, three, four @ 1..=0x7F, rest @ ..] if one & two & three & 0x80 != 0 => {
                self.rest = rest;
                let low = u32::from(*one & 0x7F) | u32::from(*two & 0x7F).wrapping_shl(7);
                let high = u32::from(*three & 0x7F) | u32::from(*four).wrapping_shl(7);
                u64::from(low | high.wrapping_shl(14))
            }
            _ => self.longest(64),
        }
    }

    fn length(&mut self) -> usize {
        // No body is longer than 32 bits say, wherever it is read.
        self.number(32) as usize
    }

    /// How many elements follow: never more than there are bytes, so that the work has a bound.
    fn count(&mut self) -> usize {
        let count = self.length();
        if count > self.rest.len() {
            self.missing |= COUNTED;
        }
        count.min(self.rest.len())
    }

    /// So many bytes as they are; none, and a fault, where there are fewer.
    fn bytes(&mut self, length: usize) -> &'de [u8] {
        match self.rest.split_at_checked(length) {
            Some((bytes, rest)) => {
                self.rest = rest;
                bytes
            }
            None => {
                self.missing |= COUNTED;
                self.rest = &[];
                &[]
            }
        }
    }

    fn truth(&mut self, byte: u8) -> bool {
        if byte > 1 {
            self.faults |= MALFORMED;
        }
        byte == 1
    }
}

const fn signed(number: u32) -> i32 {
    number.wrapping_shr(1).cast_signed() ^ (number & 1).cast_signed().wrapping_neg()
}

const fn signed_long(number: u64) -> i64 {
    number.wrapping_shr(1).cast_signed() ^ (number & 1).cast_signed().wrapping_neg()
}

/// Elements one after the other, as many as are asked for.
struct Elements<'a, 'de> {
    reader: &'a mut Reader<'de>,
    left: usize,
}

impl<'de> SeqAccess<'de> for Elements<'_, 'de> {
    type Error = Unsupported;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Unsupported> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left = self.left.wrapping_sub(1);
        seed.deserialize(&mut *self.reader).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

/// The fields of a structure or the elements of a tuple: as many as the type has, which asks for no more.
struct Fields<'a, 'de>(&'a mut Reader<'de>);

impl<'de> SeqAccess<'de> for Fields<'_, 'de> {
    type Error = Unsupported;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Unsupported> {
        seed.deserialize(&mut *self.0).map(Some)
    }
}

macro_rules! numbers {
    ($($method:ident => $visit:ident($reader:ident) $value:expr;)+) => { $(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsupported> {
            let $reader = self;
            visitor.$visit($value)
        }
    )+ };
}

macro_rules! unsupported {
    ($($method:ident)+) => { $(
        fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unsupported> {
            Err(Unsupported)
        }
    )+ };
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Unsupported;

    numbers! {
        deserialize_u8 => visit_u8(reader) reader.byte();
        deserialize_i8 => visit_i8(reader) reader.byte().cast_signed();
        deserialize_u16 => visit_u16(reader) reader.number(16) as u16;
        deserialize_u32 => visit_u32(reader) reader.number(32);
        deserialize_u64 => visit_u64(reader) reader.long_number();
        deserialize_i16 => visit_i16(reader) signed(reader.number(16)) as i16;
        deserialize_i32 => visit_i32(reader) signed(reader.number(32));
        deserialize_i64 => visit_i64(reader) signed_long(reader.long_number());
    }

    unsupported! {
        deserialize_any deserialize_f32 deserialize_f64 deserialize_char deserialize_map
        deserialize_identifier deserialize_ignored_any
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsupported> {
        let byte = self.byte();
        visitor.visit_bool(self.truth(byte))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsupported> {
        let byte = self.byte();
        if self.truth(byte) { visitor.visit_some(self) } else { visitor.visit_none() }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsupported> {
        let length = self.length();
        visitor.visit_borrowed_bytes(self.bytes(length))
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsupported> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsupported> {
        let length = self.length();
        match core::str::from_utf8(self.bytes(length)) {
            Ok(text) => visitor.visit_borrowed_str(text),
            Err(_) => Err(Unsupported),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsupported> {
        self.deserialize_str(visitor)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsupported> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unsupported> {
        visitor.visit_unit()
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unsupported> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsupported> {
        let left = self.count();
        visitor.visit_seq(Elements { reader: self, left })
    }

    #[inline]
    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        left: usize,
        visitor: V,
    ) -> Result<V::Value, Unsupported> {
        visitor.visit_seq(Elements { reader: self, left })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        left: usize,
        visitor: V,
    ) -> Result<V::Value, Unsupported> {
        visitor.visit_seq(Elements { reader: self, left })
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unsupported> {
        visitor.visit_seq(Fields(self))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Unsupported> {
        Err(Unsupported)
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}
