//! Writes numbers behind each other; whether they fitted is asked at the end.

use super::Unsupported;
use serde::ser::{Impossible, SerializeSeq, SerializeStruct, SerializeTuple, SerializeTupleStruct};
use serde::{Serialize, Serializer};

/// How much was written, or would have been.
pub(crate) struct Written {
    /// The length of the encoding; above that of the buffer where it did not fit.
    pub(crate) length: usize,
    /// Something else than zeros did not fit.
    pub(crate) lost: bool,
}

/// Writes `value` to the start of `out`, as far as it fits.
///
/// # Errors
/// [`Unsupported`] where the value holds what no body holds.
pub(crate) fn write(value: &impl Serialize, out: &mut [u8]) -> Result<Written, Unsupported> {
    let room = out.len();
    let mut writer = Writer { rest: out, beyond: 0, lost: false };
    value.serialize(&mut writer)?;
    let length = room.wrapping_sub(writer.rest.len()).wrapping_add(writer.beyond);
    Ok(Written { length, lost: writer.lost })
}

struct Writer<'a> {
    rest: &'a mut [u8],
    beyond: usize,
    lost: bool,
}

impl Writer<'_> {
    #[inline]
    fn byte(&mut self, byte: u8) {
        if let [room, rest @ ..] = core::mem::take(&mut self.rest) {
            *room = byte;
            self.rest = rest;
        } else {
            self.byte_beyond(byte);
        }
    }

    /// A byte that does not fit.
    #[cold]
    fn byte_beyond(&mut self, byte: u8) {
        self.beyond = self.beyond.wrapping_add(1);
        self.lost |= byte != 0;
    }

    #[cfg_attr(not(feature = "fast"), inline(never))]
    #[cfg_attr(feature = "fast", inline(always))]
    fn number(&mut self, number: u32) {
        // Most numbers have one to four bytes.
        if number < 0x80 {
            return self.byte(number as u8);
        }
        if number < 0x4000 && self.rest.len() >= 2 {
            if let [low, high, rest @ ..] = core::mem::take(&mut self.rest) {
                (*low, *high) = (number as u8 | 0x80, (number >> 7) as u8);
                self.rest = rest;
            }
        } else if number < 0x20_0000 && self.rest.len() >= 3 {
            if let [low, middle, high, rest @ ..] = core::mem::take(&mut self.rest) {
                (*low, *middle) = (number as u8 | 0x80, (number >> 7) as u8 | 0x80);
                *high = (number >> 14) as u8;
                self.rest = rest;
            }
        } else if number < 0x1000_0000 && self.rest.len() >= 4 {
            if let [one, two, three, four, rest @ ..] = core::mem::take(&mut self.rest) {
                (*one, *two) = (number as u8 | 0x80, (number >> 7) as u8 | 0x80);
                (*three, *four) = ((number >> 14) as u8 | 0x80, (number >> 21) as u8);
                self.rest = rest;
            }
        } else {
            self.longer(number);
        }
    }

    #[inline(never)]
    fn longer(&mut self, number: u32) {
        let mut rest = number;
        while rest > 0x7F {
            self.byte(rest as u8 | 0x80);
            rest >>= 7;
        }
        self.byte(rest as u8);
    }

    fn long_number(&mut self, number: u64) {
        let mut rest = number;
        while rest > u64::from(u32::MAX) {
            self.byte(rest as u8 | 0x80);
            rest >>= 7;
        }
        self.number(rest as u32);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.byte(*byte));
    }
}

const fn folded(number: i32) -> u32 {
    (number.wrapping_shl(1) ^ number.wrapping_shr(31)).cast_unsigned()
}

const fn folded_long(number: i64) -> u64 {
    (number.wrapping_shl(1) ^ number.wrapping_shr(63)).cast_unsigned()
}

type Done = Result<(), Unsupported>;

macro_rules! numbers {
    ($($method:ident($type:ty), $writer:ident, $value:ident => $write:expr;)+) => { $(
        #[inline]
        fn $method(self, $value: $type) -> Done {
            let $writer = self;
            $write;
            Ok(())
        }
    )+ };
}

impl<'a, 'b> Serializer for &'b mut Writer<'a> {
    type Ok = ();
    type Error = Unsupported;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Impossible<(), Unsupported>;
    type SerializeMap = Impossible<(), Unsupported>;
    type SerializeStruct = Self;
    type SerializeStructVariant = Impossible<(), Unsupported>;

    numbers! {
        serialize_bool(bool), writer, value => writer.byte(u8::from(value));
        serialize_u8(u8), writer, value => writer.byte(value);
        serialize_i8(i8), writer, value => writer.byte(value.cast_unsigned());
        serialize_u16(u16), writer, value => writer.number(u32::from(value));
        serialize_u32(u32), writer, value => writer.number(value);
        serialize_u64(u64), writer, value => writer.long_number(value);
        serialize_i16(i16), writer, value => writer.number(folded(i32::from(value)));
        serialize_i32(i32), writer, value => writer.number(folded(value));
        serialize_i64(i64), writer, value => writer.long_number(folded_long(value));
    }

    fn serialize_f32(self, _: f32) -> Done {
        Err(Unsupported)
    }

    fn serialize_f64(self, _: f64) -> Done {
        Err(Unsupported)
    }

    fn serialize_char(self, _: char) -> Done {
        Err(Unsupported)
    }

    fn serialize_str(self, text: &str) -> Done {
        self.serialize_bytes(text.as_bytes())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Done {
        self.long_number(bytes.len() as u64);
        self.bytes(bytes);
        Ok(())
    }

    fn serialize_none(self) -> Done {
        self.serialize_bool(false)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        self.byte(1);
        value.serialize(self)
    }

    fn serialize_unit(self) -> Done {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Done {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Done {
        Err(Unsupported)
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Done {
        Err(Unsupported)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Self, Unsupported> {
        self.long_number(length.ok_or(Unsupported)? as u64);
        Ok(self)
    }

    #[inline]
    fn serialize_tuple(self, _: usize) -> Result<Self, Unsupported> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Unsupported> {
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Unsupported> {
        Err(Unsupported)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Unsupported> {
        Err(Unsupported)
    }

    #[inline]
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Unsupported> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Unsupported> {
        Err(Unsupported)
    }

    fn collect_str<T: core::fmt::Display + ?Sized>(self, _: &T) -> Done {
        Err(Unsupported)
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

macro_rules! elements {
    ($($trait:ident $method:ident;)+) => { $(
        impl $trait for &mut Writer<'_> {
            type Ok = ();
            type Error = Unsupported;

            #[inline]
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
                value.serialize(&mut **self)
            }

            #[inline]
            fn end(self) -> Done {
                Ok(())
            }
        }
    )+ };
}

elements! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
}

impl SerializeStruct for &mut Writer<'_> {
    type Ok = ();
    type Error = Unsupported;

    #[inline]
    fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &'static str, value: &T) -> Done {
        value.serialize(&mut **self)
    }

    #[inline]
    fn end(self) -> Done {
        Ok(())
    }
}
