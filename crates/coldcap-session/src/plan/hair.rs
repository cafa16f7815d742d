//! Hair has two axes: density caps the intensity, type lengthens pre-cooling.

use super::{Plan, PlanError};
use crate::request::Field;
use coldcap_units::{Coolant, Duration, Interface};

/// The coldest that hair of one density allows, for each temperature that can be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Coldest {
    /// The coolant supplied. It binds the cascade of cap mode, too.
    pub coolant: Coolant,
    /// The cap's inner face.
    pub interface: Interface,
}

impl Coldest {
    const fn from_milli(coolant: i32, interface: i32) -> Self {
        Self { coolant: Coolant::from_milli(coolant), interface: Interface::from_milli(interface) }
    }
}

/// How much hair is left today. It is entered at every session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Density {
    /// Nobody has answered; cooling is refused.
    #[default]
    Unanswered = 0,
    /// No scalp shows through: every target is allowed.
    Full = 1,
    /// Scalp shows through: coolant of −2 °C or warmer, an interface of +5 °C or warmer.
    ScalpShows = 2,
    /// Much scalp shows through: coolant of 0 °C or warmer, an interface of +7 °C or warmer.
    MuchShows = 3,
    /// Hardly any hair is left: cooling is refused.
    NearlyGone = 4,
}

impl Density {
    /// Every answer, in order of its code.
    pub const ALL: [Self; 5] =
        [Self::Unanswered, Self::Full, Self::ScalpShows, Self::MuchShows, Self::NearlyGone];

    /// The frozen code, 0 to 4.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The answer with this code, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|density| density.code() == code)
    }

    /// The coldest that this density allows; `None` where cooling is refused.
    ///
    /// The steps follow the published rule of one vendor: one step warmer if scalp shows through,
    /// the lowest intensity if much does, none if the hair is nearly gone. The temperatures are
    /// coldcap's own choice.
    ///
    /// The interface limits bound the same skin as the coolant limits beside them. Less hair insulates
    /// less, so at one interface temperature the skin is *colder*: by a one-dimensional head model,
    /// coolant at −2 °C under hair of 0.010 m²K/W shows +4.8 °C at the interface and 12 °C of skin;
    /// coolant at 0 °C under 0.005 m²K/W shows +7.1 °C and 10.6 °C.
    #[must_use]
    pub const fn coldest(self) -> Option<Coldest> {
        match self {
            Self::Full => Some(Coldest { coolant: Plan::TARGET[0], interface: Plan::INTERFACE[0] }),
            Self::ScalpShows => Some(Coldest::from_milli(-2_000, 5_000)),
            Self::MuchShows => Some(Coldest::from_milli(0, 7_000)),
            Self::Unanswered | Self::NearlyGone => None,
        }
    }
}

/// What kind of hair it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum HairType {
    /// Nobody has answered; cooling is refused.
    #[default]
    Unanswered = 0,
    /// Neither thick nor tightly curled.
    Ordinary = 1,
    /// Thick or tightly curled: pre-cooling takes at least 45 minutes.
    ThickOrTightlyCurled = 2,
}

impl HairType {
    /// Every answer, in order of its code.
    pub const ALL: [Self; 3] = [Self::Unanswered, Self::Ordinary, Self::ThickOrTightlyCurled];

    /// The frozen code, 0 to 2.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The answer with this code, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The shortest pre-cooling for this hair.
    #[must_use]
    pub const fn shortest_pre(self) -> Duration {
        match self {
            Self::ThickOrTightlyCurled => Plan::THICK_HAIR_PRE,
            Self::Unanswered | Self::Ordinary => Duration::ZERO,
        }
    }
}

/// Both answers about the hair.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Hair {
    /// How much is left.
    pub density: Density,
    /// What kind it is.
    pub kind: HairType,
}

impl Hair {
    /// The coldest that this hair allows.
    ///
    /// # Errors
    /// [`PlanError`] names [`Field::Density`] when it is unanswered or when too little hair is left,
    /// [`Field::Hair`] when the type is unanswered.
    pub fn check(self) -> Result<Coldest, PlanError> {
        // req: SES-013
        if self.kind == HairType::Unanswered {
            return Err(PlanError { field: Field::Hair, value: 0, minimum: 1, maximum: 2 });
        }
        let value = i32::from(self.density.code());
        let refused = PlanError { field: Field::Density, value, minimum: 1, maximum: 3 };
        self.density.coldest().ok_or(refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_dense_and_reversible() {
        for (index, density) in Density::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(density.code()), index);
            assert_eq!(Density::from_code(density.code()), Some(density));
        }
        for (index, kind) in HairType::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(kind.code()), index);
            assert_eq!(HairType::from_code(kind.code()), Some(kind));
        }
        assert_eq!((Density::from_code(5), HairType::from_code(3)), (None, None));
    }

    #[test]
    fn less_hair_is_never_allowed_a_colder_target() {
        let limits = |of: fn(Coldest) -> i32| Density::ALL.map(|density| density.coldest().map(of));
        let coolant = limits(|coldest| coldest.coolant.to_milli());
        assert_eq!(coolant, [None, Some(-8_000), Some(-2_000), Some(0), None]);
        let interface = limits(|coldest| coldest.interface.to_milli());
        assert_eq!(interface, [None, Some(2_000), Some(5_000), Some(7_000), None]);
    }

    #[test]
    fn an_unanswered_axis_is_refused() {
        let ask = |density, kind| Hair { density, kind }.check().map_err(|error| error.field);
        assert_eq!(ask(Density::Unanswered, HairType::Ordinary), Err(Field::Density));
        assert_eq!(ask(Density::Full, HairType::Unanswered), Err(Field::Hair));
        assert_eq!(ask(Density::NearlyGone, HairType::Ordinary), Err(Field::Density));
        assert!(ask(Density::MuchShows, HairType::ThickOrTightlyCurled).is_ok());
    }
}
