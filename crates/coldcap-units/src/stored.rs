//! Values at rest: little-endian bytes, field by field, always as many for the same value.
//!
//! What is stored outlives the program that stored it. So a layout has no padding and no order of its own: it is what
//! [`Stored::store`] writes, and whoever changes that changes the number of the layout that stands before it.
//!
//! ```
//! use coldcap_units::stored::{Reader, Stored, Writer};
//! use coldcap_units::Duration;
//!
//! let mut bytes = [0; 16];
//! let mut writer = Writer::new(&mut bytes);
//! (7_u8, Some(Duration::from_secs(2))).store(&mut writer);
//! assert_eq!(writer.finish(), Some(6));
//!
//! let mut reader = Reader::new(&bytes[..6]);
//! assert_eq!(<(u8, Option<Duration>)>::load(&mut reader), Some((7, Some(Duration::from_secs(2)))));
//! assert!(reader.is_at_end());
//! ```

use crate::{Celsius, Duration, Instant};

/// Where values are stored, one behind the other.
#[derive(Debug)]
pub struct Writer<'a> {
    rest: &'a mut [u8],
    written: usize,
    is_short: bool,
}

impl<'a> Writer<'a> {
    /// Into a buffer, from its beginning on.
    pub const fn new(buffer: &'a mut [u8]) -> Self {
        Self { rest: buffer, written: 0, is_short: false }
    }

    /// Writes these bytes. Where there is no room for all of them none is written, nor anything behind them.
    pub fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        match core::mem::take(&mut self.rest).split_first_chunk_mut() {
            Some((room, rest)) => {
                *room = bytes;
                self.rest = rest;
                self.written = self.written.saturating_add(N);
            }
            None => self.is_short = true,
        }
    }

    /// Stores a value behind the others.
    pub fn add<T: Stored>(&mut self, value: &T) -> &mut Self {
        value.store(self);
        self
    }

    /// How many bytes were written; `None` where there was no room for all.
    #[must_use]
    pub const fn finish(self) -> Option<usize> {
        if self.is_short { None } else { Some(self.written) }
    }
}

/// Where values are loaded from, one behind the other.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// From these bytes, from their beginning on.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next bytes; `None` where there are not so many.
    pub fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*taken)
    }

    /// Whether nothing is left.
    #[must_use]
    pub const fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }
}

/// What can be stored.
///
/// What `store` writes, `load` reads. It gives `None` for bytes that no value of this type is stored as.
pub trait Stored: Sized {
    /// Writes the value.
    fn store(&self, to: &mut Writer<'_>);
    /// Reads the value.
    fn load(from: &mut Reader<'_>) -> Option<Self>;
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Stored for $number {
            fn store(&self, to: &mut Writer<'_>) {
                to.put(self.to_le_bytes());
            }

            fn load(from: &mut Reader<'_>) -> Option<Self> {
                from.take().map(Self::from_le_bytes)
            }
        }
    )*};
}

numbers!(u8, u16, u32, u64, i32);

impl Stored for bool {
    fn store(&self, to: &mut Writer<'_>) {
        u8::from(*self).store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        match u8::load(from)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl<T: Stored> Stored for Option<T> {
    fn store(&self, to: &mut Writer<'_>) {
        self.is_some().store(to);
        if let Some(value) = self {
            value.store(to);
        }
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        if bool::load(from)? { T::load(from).map(Some) } else { Some(None) }
    }
}

impl<T: Stored + Copy + Default, const N: usize> Stored for [T; N] {
    fn store(&self, to: &mut Writer<'_>) {
        self.iter().for_each(|one| one.store(to));
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        let mut all = [T::default(); N];
        for one in &mut all {
            *one = T::load(from)?;
        }
        Some(all)
    }
}

impl<A: Stored, B: Stored> Stored for (A, B) {
    fn store(&self, to: &mut Writer<'_>) {
        self.0.store(to);
        self.1.store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        Some((A::load(from)?, B::load(from)?))
    }
}

impl Stored for Duration {
    fn store(&self, to: &mut Writer<'_>) {
        self.as_millis().store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        u32::load(from).map(Self::from_millis)
    }
}

impl Stored for Instant {
    fn store(&self, to: &mut Writer<'_>) {
        self.as_millis().store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        u64::load(from).map(Self::from_millis)
    }
}

impl Stored for Celsius {
    fn store(&self, to: &mut Writer<'_>) {
        self.to_fixed().to_bits().store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        i32::load(from).map(Self::from_bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type All = ((u16, i32), ((u32, u64), (bool, [Option<u8>; 3])));

    fn stored<T: Stored>(value: &T, room: usize) -> ([u8; 64], Option<usize>) {
        let mut bytes = [0xAA; 64];
        let mut writer = Writer::new(&mut bytes[..room]);
        value.store(&mut writer);
        let written = writer.finish();
        (bytes, written)
    }

    proptest! {
        #[test]
        fn what_is_stored_is_loaded(value: All, at: u64, milli: i32, ms: u32) {
            let own = (Instant::from_millis(at), (Celsius::from_milli(milli), Duration::from_millis(ms)));
            let value = (value, own);
            let (bytes, written) = stored(&value, 64);
            let written = written.unwrap();
            let mut reader = Reader::new(&bytes[..written]);
            prop_assert_eq!(<(All, _)>::load(&mut reader), Some(value));
            prop_assert!(reader.is_at_end());
            prop_assert_eq!(stored(&value, written).1, Some(written));
            for room in 0..written {
                prop_assert_eq!(stored(&value, room).1, None);
                prop_assert_eq!(<(All, (Instant, (Celsius, Duration)))>::load(&mut Reader::new(&bytes[..room])), None);
            }
        }
    }

    #[test]
    fn nothing_is_written_behind_what_had_no_room() {
        let mut bytes = [0; 5];
        let mut writer = Writer::new(&mut bytes);
        writer.put([1, 2]);
        writer.put([3, 4, 5, 6]);
        writer.put([7]);
        assert_eq!((writer.finish(), bytes), (None, [1, 2, 0, 0, 0]));
    }

    #[test]
    fn what_is_no_value_is_none() {
        assert_eq!(bool::load(&mut Reader::new(&[2])), None);
        assert_eq!(Option::<u8>::load(&mut Reader::new(&[2, 0])), None);
        assert_eq!(Option::<u8>::load(&mut Reader::new(&[1])), None);
    }
}
