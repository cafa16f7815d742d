//! One walk over the numbers of a configuration, in the order in which they are stored.
//!
//! What reads, writes, names and sets them are walkers over the same list, so that none can disagree with another about what stands
//! where, or what its range is.

use coldcap_units::{
    Coolant, Duration, Duty, Interface, Kelvin, MilliAmps, MillilitersPerMinute, Pulses, Ratio,
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
            (Self::Temperature, Ok(milli)) if milli != NONE => bits(Kelvin::from_milli(milli)),
            _ => shown,
        }
    }
}

/// What stands for a number that is left out.
const NONE: i32 = -1;

const fn bits(kelvin: Kelvin) -> i64 {
    kelvin.to_fixed().to_bits() as i64
}

/// Between which numbers one must be, both included, as they are stored.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) least: i64,
    pub(super) most: i64,
}

impl Span {
    /// What both hold.
    fn within(self, other: Self) -> Self {
        Self { least: self.least.max(other.least), most: self.most.min(other.most) }
    }
}

/// Counts from least to most.
pub(super) const fn span(least: u32, most: u32) -> Span {
    Span { least: least as i64, most: most as i64 }
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
    Span { least: bits(Kelvin::from_milli(least)), most: bits(Kelvin::from_milli(most)) }
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

/// A value that is one number.
pub(super) trait Scalar: Copy {
    const UNIT: Unit;
    /// All numbers that are one of this type's.
    const ALL: Span;
    fn number(self) -> i64;
    /// The value of a number that is one of this type's.
    fn of(number: i64) -> Self;
}

macro_rules! whole {
    ($($type:ty: $unit:ident in $whole:ty, $number:expr, $of:expr;)*) => {$(
        impl Scalar for $type {
            const UNIT: Unit = Unit::$unit;
            const ALL: Span = Span { least: <$whole>::MIN as i64, most: <$whole>::MAX as i64 };

            fn number(self) -> i64 {
                $number(self).into()
            }

            fn of(number: i64) -> Self {
                $of(number.try_into().unwrap_or_default())
            }
        }
    )*};
}

whole! {
    u8: Number in u8, core::convert::identity, core::convert::identity;
    u16: Number in u16, core::convert::identity, core::convert::identity;
    u32: Number in u32, core::convert::identity, core::convert::identity;
    i32: Number in i32, core::convert::identity, core::convert::identity;
    bool: Number in u8, u8::from, |number: u8| number != 0;
    Duration: Milliseconds in u32, Duration::as_millis, Duration::from_millis;
    Duty: Number in u16, |duty: Duty| duty.0, Duty;
    MilliAmps: Number in u16, |current: MilliAmps| current.0, MilliAmps;
    MillilitersPerMinute: Number in u16, |flow: MillilitersPerMinute| flow.0, MillilitersPerMinute;
    Ratio: Code in u32, |code: Ratio| code.0, Ratio;
    Kelvin: Temperature in i32, |kelvin: Kelvin| kelvin.to_fixed().to_bits(), Kelvin::from_bits;
    Coolant: Temperature in i32, |coolant: Coolant| coolant.0.to_fixed().to_bits(), |bits| Coolant(coldcap_units::Celsius::from_bits(bits));
    Interface: Temperature in i32, |face: Interface| face.0.to_fixed().to_bits(), |bits| Interface(coldcap_units::Celsius::from_bits(bits));
}

/// What is done with each number on the way.
pub(super) trait Walk {
    /// Comes by a number; what it gives back takes its place.
    fn visit(&mut self, name: &'static str, unit: Unit, value: i64, span: Span) -> i64;

    fn field<T: Scalar>(&mut self, name: &'static str, value: &mut T, span: Span) {
        *value = T::of(self.visit(name, T::UNIT, value.number(), span.within(T::ALL)));
    }

    /// A number that may be left out: −1 then. None of the span is below 0.
    fn optional<T: Scalar>(&mut self, name: &'static str, value: &mut Option<T>, span: Span) {
        let number = value.map_or(NONE.into(), T::number);
        let known =
            self.visit(name, T::UNIT, number, Span { least: NONE.into(), ..span.within(T::ALL) });
        *value = (known >= 0).then(|| T::of(known));
    }

    fn pulses(&mut self, names: [&'static str; 2], value: &mut Pulses, least: u32) {
        let [edges, window] = names;
        self.field(edges, &mut value.edges, span(least, 65_535));
        self.field(window, &mut value.window, span(1, 600_000));
    }

    fn words<const N: usize>(&mut self, name: &'static str, words: &mut [u32; N]) {
        for word in words {
            let known = self.visit(name, Unit::Word, (*word).into(), WORD);
            *word = u32::of(known);
        }
    }
}
