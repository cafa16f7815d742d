//! The canonical byte form of what crosses the seams: little endian, fixed order, no padding.
//!
//! Recordings, the step lane and the output hash all use this one form. It is written by hand, field
//! by field, so that a change of a field is a visible change of the format.

use coldcap_units::{
    Celsius, Coolant, Duration, Duty, Fault, Instant, Interface, Kelvin, MilliAmps,
    MillilitersPerMinute, Permille, Pulses, Ratio, Reading, Skin,
};

/// Where canonical bytes go: a buffer, a hash, a file.
pub trait Sink {
    /// Takes the next bytes.
    fn put(&mut self, bytes: &[u8]);
}

/// The bytes do not hold a value of the expected type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// The bytes ended too early.
    Short,
    /// A byte that stands for one of a list of choices stands for none of them.
    Choice,
    /// More elements than the list may hold.
    TooMany,
    /// Bytes were left over.
    Long,
}

impl core::fmt::Display for Malformed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Short => "the bytes end too early",
            Self::Choice => "a byte stands for no known choice",
            Self::TooMany => "a list is longer than it may be",
            Self::Long => "bytes are left over",
        })
    }
}

impl core::error::Error for Malformed {}

/// A sink that fills a slice and notes whether everything fitted.
#[derive(Debug)]
pub struct SliceSink<'a> {
    buffer: &'a mut [u8],
    length: usize,
    overflow: bool,
}

impl<'a> SliceSink<'a> {
    /// A sink that fills `buffer` from its start.
    #[must_use]
    pub fn new(buffer: &'a mut [u8]) -> Self {
        Self { buffer, length: 0, overflow: false }
    }

    /// How many bytes were written, or `None` if not all of them fitted.
    #[must_use]
    pub fn finish(self) -> Option<usize> {
        if self.overflow { None } else { Some(self.length) }
    }
}

impl Sink for SliceSink<'_> {
    fn put(&mut self, bytes: &[u8]) {
        let free = self.buffer.get_mut(self.length..).unwrap_or_default();
        if free.len() < bytes.len() {
            self.overflow = true;
            return;
        }
        for (slot, byte) in free.iter_mut().zip(bytes) {
            *slot = *byte;
        }
        self.length = self.length.saturating_add(bytes.len());
    }
}

/// Takes canonical bytes apart from the front.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    rest: &'a [u8],
}

impl<'a> Source<'a> {
    /// A source over `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next `count` bytes.
    ///
    /// # Errors
    /// [`Malformed::Short`] if fewer are left.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (head, tail) = self.rest.split_at_checked(count).ok_or(Malformed::Short)?;
        self.rest = tail;
        Ok(head)
    }

    /// The next `N` bytes as an array.
    ///
    /// # Errors
    /// [`Malformed::Short`] if fewer are left.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (head, tail) = self.rest.split_first_chunk::<N>().ok_or(Malformed::Short)?;
        self.rest = tail;
        Ok(*head)
    }

    /// Checks that nothing is left.
    ///
    /// # Errors
    /// [`Malformed::Long`] if bytes are left.
    pub const fn end(&self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed::Long) }
    }
}

/// A value with a canonical byte form.
///
/// `now` is the instant of the tick that the value belongs to: instants are stored as ages, so that a
/// quiet sensor costs nothing to record.
pub trait Canonical: Sized {
    /// Writes the value.
    fn write(&self, now: Instant, sink: &mut impl Sink);

    /// Reads the value.
    ///
    /// # Errors
    /// [`Malformed`] says why the bytes hold no such value.
    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed>;
}

macro_rules! canonical_integer {
    ($($integer:ty),*) => {$(
        impl Canonical for $integer {
            fn write(&self, _now: Instant, sink: &mut impl Sink) {
                sink.put(&self.to_le_bytes());
            }

            fn read(_now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
                Ok(Self::from_le_bytes(source.array()?))
            }
        }
    )*};
}

canonical_integer!(u8, u16, u32, u64, i32);

impl Canonical for bool {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        u8::from(*self).write(now, sink);
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        match u8::read(now, source)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Malformed::Choice),
        }
    }
}

impl Canonical for Instant {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        self.as_millis().write(now, sink);
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        Ok(Self::from_millis(u64::read(now, source)?))
    }
}

impl Canonical for Duration {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        self.as_millis().write(now, sink);
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        Ok(Self::from_millis(u32::read(now, source)?))
    }
}

impl Canonical for Celsius {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        self.to_fixed().to_bits().write(now, sink);
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        Ok(Self::from_bits(i32::read(now, source)?))
    }
}

impl Canonical for Kelvin {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        self.to_fixed().to_bits().write(now, sink);
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        Ok(Self::from_bits(i32::read(now, source)?))
    }
}

macro_rules! canonical_wrapper {
    ($($wrapper:ident($inner:ty)),*) => {$(
        impl Canonical for $wrapper {
            fn write(&self, now: Instant, sink: &mut impl Sink) {
                self.0.write(now, sink);
            }

            fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
                Ok(Self(<$inner>::read(now, source)?))
            }
        }
    )*};
}

canonical_wrapper!(
    Coolant(Celsius),
    Interface(Celsius),
    Skin(Celsius),
    Ratio(u32),
    Duty(u16),
    MilliAmps(u16),
    Permille(u16),
    MillilitersPerMinute(u16)
);

impl Canonical for Pulses {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        self.edges.write(now, sink);
        self.window.write(now, sink);
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        Ok(Self { edges: u16::read(now, source)?, window: Duration::read(now, source)? })
    }
}

impl<T: Canonical + Default> Canonical for Reading<T> {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        match &self.value {
            Ok(value) => {
                0u8.write(now, sink);
                value.write(now, sink);
            }
            Err(fault) => {
                fault.code().write(now, sink);
                T::default().write(now, sink);
            }
        }
        self.age(now).write(now, sink);
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        let code = u8::read(now, source)?;
        let value = T::read(now, source)?;
        let taken = now.minus(Duration::read(now, source)?);
        match code {
            0 => Ok(Self::new(value, taken)),
            code => Fault::from_code(code)
                .map(|fault| Self::faulty(fault, taken))
                .ok_or(Malformed::Choice),
        }
    }
}

impl<T: Canonical + Default> Canonical for Option<T> {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        self.is_some().write(now, sink);
        match self {
            Some(value) => value.write(now, sink),
            None => T::default().write(now, sink),
        }
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        let there = bool::read(now, source)?;
        let value = T::read(now, source)?;
        Ok(there.then_some(value))
    }
}

impl<T: Canonical + Copy + Default, const N: usize> Canonical for [T; N] {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        for element in self {
            element.write(now, sink);
        }
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        let mut array = [T::default(); N];
        for element in &mut array {
            *element = T::read(now, source)?;
        }
        Ok(array)
    }
}
