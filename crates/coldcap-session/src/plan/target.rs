//! What a session holds: the coolant, or the inner face of the cap.

use super::{Coldest, PlanError, PlanLimits};
use crate::request::Field;
use coldcap_units::{Coolant, Interface, Kelvin};

/// Which temperature is held. The codes are frozen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ControlMode {
    /// The supply is held at a coolant temperature.
    #[default]
    Coolant = 0,
    /// The cap's inner face is held, by a cascade that asks the supply for what it needs.
    Cap = 1,
}

impl ControlMode {
    /// Both modes, in order of their codes.
    pub const ALL: [Self; 2] = [Self::Coolant, Self::Cap];

    /// The code in records and on the wire: 0 coolant, 1 cap.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The mode with this code, if there is one.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Coolant),
            1 => Some(Self::Cap),
            _ => None,
        }
    }

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Coolant => "coolant",
            Self::Cap => "cap",
        }
    }
}

/// The temperature to hold, and with it the mode. Two targets of different modes have no order.
///
/// ```
/// use coldcap_session::{ControlMode, Target};
/// use coldcap_units::Interface;
///
/// let target = Target::Cap(Interface::from_milli(4_000));
/// assert_eq!((target.mode(), target.to_milli()), (ControlMode::Cap, 4_000));
/// assert_eq!(target.coolant(), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// The supply, in [`Plan::TARGET`](super::Plan::TARGET) where it is planned.
    Coolant(Coolant),
    /// The cap's inner face, in [`Plan::INTERFACE`](super::Plan::INTERFACE) where it is planned.
    Cap(Interface),
}

impl Target {
    /// A target of this mode, in thousandths of a degree Celsius.
    #[must_use]
    pub const fn from_milli(mode: ControlMode, milli: i32) -> Self {
        match mode {
            ControlMode::Coolant => Self::Coolant(Coolant::from_milli(milli)),
            ControlMode::Cap => Self::Cap(Interface::from_milli(milli)),
        }
    }

    /// In thousandths of a degree Celsius, of whatever is held.
    #[must_use]
    pub const fn to_milli(self) -> i32 {
        match self {
            Self::Coolant(coolant) => coolant.to_milli(),
            Self::Cap(interface) => interface.to_milli(),
        }
    }

    /// Which temperature is held.
    #[must_use]
    pub const fn mode(self) -> ControlMode {
        match self {
            Self::Coolant(_) => ControlMode::Coolant,
            Self::Cap(_) => ControlMode::Cap,
        }
    }

    /// The supply's target; `None` in cap mode, where the cascade finds it.
    #[must_use]
    pub const fn coolant(self) -> Option<Coolant> {
        match self {
            Self::Coolant(coolant) => Some(coolant),
            Self::Cap(_) => None,
        }
    }

    /// The interface's target; `None` in coolant mode, where nobody holds it.
    #[must_use]
    pub const fn interface(self) -> Option<Interface> {
        match self {
            Self::Coolant(_) => None,
            Self::Cap(interface) => Some(interface),
        }
    }

    /// The same target, but no colder than the hair allows.
    pub(crate) fn within(self, coldest: Coldest) -> Self {
        match self {
            Self::Coolant(coolant) => Self::Coolant(coolant.max(coldest.coolant)),
            Self::Cap(interface) => Self::Cap(interface.max(coldest.interface)),
        }
    }

    /// The same target, so much warmer, but no warmer than `warmest` has it for its mode. A target that
    /// is warmer than that already stays.
    pub(crate) fn eased(self, by: Kelvin, warmest: (Coolant, Interface)) -> Self {
        match self {
            Self::Coolant(Coolant(planned)) => {
                let eased = planned.plus(by).min(warmest.0.0);
                Self::Coolant(Coolant(eased.max(planned)))
            }
            Self::Cap(Interface(planned)) => {
                let eased = planned.plus(by).min(warmest.1.0);
                Self::Cap(Interface(eased.max(planned)))
            }
        }
    }

    /// How far it lies below this; nothing where it does not.
    pub(crate) fn depth_below(self, floor: Coldest) -> Kelvin {
        let depth = match self {
            Self::Coolant(Coolant(planned)) => floor.coolant.0.minus(planned),
            Self::Cap(Interface(planned)) => floor.interface.0.minus(planned),
        };
        depth.max(Kelvin::ZERO)
    }

    /// Whether a plan within these limits may name it.
    pub(super) fn check(self, limits: &PlanLimits) -> Result<(), PlanError> {
        let (field, [low, high]) = match self {
            Self::Coolant(_) => (Field::Target, limits.target.map(Coolant::to_milli)),
            Self::Cap(_) => (Field::Interface, limits.interface.map(Interface::to_milli)),
        };
        let value = self.to_milli();
        if value >= low && value <= high {
            return Ok(());
        }
        Err(PlanError { field, value, minimum: low, maximum: high })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn modes_are_dense_and_reversible() {
        for (code, mode) in (0..).zip(ControlMode::ALL) {
            assert_eq!((mode.code(), ControlMode::from_code(code)), (code, Some(mode)));
        }
        assert_eq!(ControlMode::from_code(2), None);
        assert_eq!(ControlMode::ALL.map(ControlMode::name), ["coolant", "cap"]);
    }

    #[test]
    fn each_mode_has_its_own_range() {
        let fits = |mode, milli| {
            Target::from_milli(mode, milli).check(&PlanLimits::WIDEST).map_err(|no| no.field)
        };
        for (milli, coolant, cap) in [
            (-8_001, Err(Field::Target), Err(Field::Interface)),
            (-8_000, Ok(()), Err(Field::Interface)),
            (1_999, Ok(()), Err(Field::Interface)),
            (2_000, Ok(()), Ok(())),
            (5_000, Ok(()), Ok(())),
            (5_001, Err(Field::Target), Ok(())),
            (10_000, Err(Field::Target), Ok(())),
            (10_001, Err(Field::Target), Err(Field::Interface)),
        ] {
            assert_eq!(fits(ControlMode::Coolant, milli), coolant, "{milli}");
            assert_eq!(fits(ControlMode::Cap, milli), cap, "{milli}");
        }
    }

    proptest! {
        #[test]
        fn easing_only_warms_and_ends_at_the_warmest(
            cap in any::<bool>(), milli in -9_000i32..15_000, by in 0i32..300_000,
        ) {
            let mode = if cap { ControlMode::Cap } else { ControlMode::Coolant };
            let warmest = (Coolant::from_milli(8_000), Interface::from_milli(12_000));
            let end = if cap { 12_000 } else { 8_000 };
            let eased = Target::from_milli(mode, milli).eased(Kelvin::from_milli(by), warmest);
            prop_assert_eq!(eased.mode(), mode);
            prop_assert_eq!(eased.to_milli(), milli.max(end.min(milli + by)));
        }
    }
}
