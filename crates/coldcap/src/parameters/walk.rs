//! One walk over the numbers of a configuration, in the order in which they are stored.
//!
//! What reads, writes, names and sets them are walkers over the same list, so that none can disagree with another about what stands
//! where, or what its range is.

use coldcap_units::{
    Celsius, Coolant, Duration, Duty, Interface, Kelvin, MilliAmps, MillilitersPerMinute, Pulses,
    Ratio,
};

/// What a number of an image counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A count, a code, or a choice (0 no, 1 yes).
    Number,
    /// Milliseconds.
    Milliseconds,
    /// 2⁻¹⁶ °C or K. People see thousandths: [`to_shown`](Self::to_shown).
    Temperature,
    /// A raw code, in 2³² parts of full scale.
    Code,
    /// A part of a controller's coefficients. They belong together: a host makes them from a tuning.
    Word,
}

impl Unit {
    /// A stored number as people see it: thousandths of a degree, anything else as it is.
    #[must_use]
    pub fn to_shown(self, stored: i64) -> i64 {
        match (self, i32::try_from(stored)) {
            (Self::Temperature, Ok(bits)) if bits != NONE => {
                Kelvin::from_bits(bits).to_milli().into()
            }
            _ => stored,
        }
    }

    /// The stored number of what people see.
    #[must_use]
    pub fn to_stored(self, shown: i64) -> i64 {
        match (self, i32::try_from(shown)) {
            (Self::Temperature, Ok(milli)) if milli != NONE => {
                Kelvin::from_milli(milli).to_fixed().to_bits().into()
            }
            _ => shown,
        }
    }
}

/// What stands for a number that is left out.
const NONE: i32 = -1;

/// Between which words one must be, both included. They are counted upward from the least, so that spans of numbers with a sign and
/// of such without are told from their words in the same way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    least: u32,
    width: u32,
}

impl Span {
    const fn signed(least: i32, most: i32) -> Self {
        let (least, most) = (least.cast_unsigned(), most.cast_unsigned());
        Self { least, width: most.wrapping_sub(least) }
    }

    #[inline]
    pub(super) const fn holds(self, word: u32) -> bool {
        word.wrapping_sub(self.least) <= self.width
    }

    /// No more than what a type counts that has no sign.
    #[inline]
    fn up_to(self, most: u32) -> Self {
        let room = most.checked_sub(self.least).filter(|_| most < u32::MAX);
        Self { width: room.map_or(self.width, |room| self.width.min(room)), ..self }
    }

    /// The number of a word: with a sign where the span goes through zero.
    pub(super) fn number(self, word: u32) -> i64 {
        if self.least.checked_add(self.width).is_none() {
            word.cast_signed().into()
        } else {
            word.into()
        }
    }

    /// The least number and the most.
    pub(super) fn ends(self) -> [i64; 2] {
        [self.number(self.least), self.number(self.least.wrapping_add(self.width))]
    }
}

/// Counts from least to most.
pub(super) const fn span(least: u32, most: u32) -> Span {
    Span { least, width: most.saturating_sub(least) }
}

/// Up to so many milliseconds.
pub(super) const fn up_to_ms(most: u32) -> Span {
    span(0, most)
}

/// Up to so many seconds.
pub(super) const fn up_to_s(most: u32) -> Span {
    span(0, most.saturating_mul(1_000))
}

/// Up to so many minutes.
pub(super) const fn up_to_min(most: u32) -> Span {
    span(0, most.saturating_mul(60_000))
}

/// Temperatures from least to most, in thousandths of a degree.
pub(super) const fn milli(least: i32, most: i32) -> Span {
    let [least, most] = [Kelvin::from_milli(least), Kelvin::from_milli(most)];
    Span::signed(least.to_fixed().to_bits(), most.to_fixed().to_bits())
}

/// Every raw code but none.
pub(super) const CODE: Span = span(1, u32::MAX);
/// Yes or no.
pub(super) const CHOICE: Span = span(0, 1);
/// Every word.
pub(super) const WORD: Span = span(0, u32::MAX);
/// What 16 bits count.
pub(super) const COUNT: Span = span(0, 65_535);
/// From off to fully on.
pub(super) const DUTY: Span = span(0, 65_535);

/// A value that is one number, as a word.
pub(super) trait Scalar: Copy {
    const UNIT: Unit;
    /// The most that a word of this type is.
    const MOST: u32;
    fn word(self) -> u32;
    /// The value of a word that is one of this type's.
    fn of(word: u32) -> Self;
}

macro_rules! scalars {
    ($($type:ty: $unit:ident up to $most:expr, $word:expr, $of:expr;)*) => {$(
        impl Scalar for $type {
            const UNIT: Unit = Unit::$unit;
            const MOST: u32 = $most as u32;

            #[inline]
            fn word(self) -> u32 {
                $word(self)
            }

            #[inline]
            fn of(word: u32) -> Self {
                $of(word)
            }
        }
    )*};
}

const fn temperature(word: u32) -> Celsius {
    Celsius::from_bits(word.cast_signed())
}

const fn bits(temperature: Celsius) -> u32 {
    temperature.to_fixed().to_bits().cast_unsigned()
}

scalars! {
    u8: Number up to u8::MAX, u32::from, |word| word as u8;
    u16: Number up to u16::MAX, u32::from, |word| word as u16;
    u32: Number up to u32::MAX, core::convert::identity, core::convert::identity;
    i32: Number up to u32::MAX, i32::cast_unsigned, u32::cast_signed;
    bool: Number up to 1, u32::from, |word| word != 0;
    Duration: Milliseconds up to u32::MAX, Duration::as_millis, Duration::from_millis;
    Duty: Number up to u16::MAX, |duty: Duty| duty.0.into(), |word| Duty(word as u16);
    MilliAmps: Number up to u16::MAX, |own: MilliAmps| own.0.into(), |word| MilliAmps(word as u16);
    MillilitersPerMinute: Number up to u16::MAX, |own: MillilitersPerMinute| own.0.into(), |word| MillilitersPerMinute(word as u16);
    Ratio: Code up to u32::MAX, |code: Ratio| code.0, Ratio;
    Kelvin: Temperature up to u32::MAX, |own: Kelvin| own.to_fixed().to_bits().cast_unsigned(), |word: u32| Kelvin::from_bits(word.cast_signed());
    Coolant: Temperature up to u32::MAX, |own: Coolant| bits(own.0), |word| Coolant(temperature(word));
    Interface: Temperature up to u32::MAX, |own: Interface| bits(own.0), |word| Interface(temperature(word));
}

/// What is done with each number on the way.
pub(super) trait Walk {
    /// Comes by a number; what it gives back takes its place.
    fn visit(&mut self, name: &'static str, unit: Unit, word: u32, span: Span) -> u32;

    #[inline]
    fn field<T: Scalar>(&mut self, name: &'static str, value: &mut T, span: Span) {
        *value = T::of(self.visit(name, T::UNIT, value.word(), span.up_to(T::MOST)));
    }

    /// A number that may be left out: −1 then. None of the span is below 0.
    fn optional<T: Scalar>(&mut self, name: &'static str, value: &mut Option<T>, span: Span) {
        let none = NONE.cast_unsigned();
        let span = Span { least: none, width: span.width.saturating_add(1) };
        let word = self.visit(name, T::UNIT, value.map_or(none, T::word), span);
        *value = (word != none).then(|| T::of(word));
    }

    fn pulses(&mut self, names: [&'static str; 2], value: &mut Pulses, least: u32) {
        let [edges, window] = names;
        self.field(edges, &mut value.edges, span(least, 65_535));
        self.field(window, &mut value.window, span(1, 600_000));
    }

    fn words<const N: usize>(&mut self, name: &'static str, words: &mut [u32; N]) {
        for word in words {
            *word = self.visit(name, Unit::Word, *word, WORD);
        }
    }
}
