//! What an analogue front end and a driver stage exchange with the core.

/// A raw converter code as a fraction of full scale, Q0.32: 0 is no signal, `u32::MAX` is full scale.
///
/// A ratiometric front end makes this independent of its reference voltage. It is a raw code still:
/// only a calibration turns it into a quantity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ratio(pub u32);

impl Ratio {
    /// From an unsigned converter code of `bits` bits (1 to 32), left-aligned.
    ///
    /// A width outside 1 to 32 is read as 32.
    ///
    /// ```
    /// use coldcap_units::Ratio;
    /// assert_eq!(Ratio::from_code(0x80_0000, 24), Ratio(0x8000_0000));
    /// ```
    #[must_use]
    pub const fn from_code(code: u32, bits: u32) -> Self {
        if bits >= 1 && bits < 32 {
            Self(code.wrapping_shl(32u32.saturating_sub(bits)))
        } else {
            Self(code)
        }
    }
}

/// A drive demand or read-back as a fraction of full scale: 0 is off, 65535 is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duty(pub u16);

impl Duty {
    /// Off. The safe value of every actuator.
    pub const OFF: Self = Self(0);
    /// Full drive.
    pub const FULL: Self = Self(u16::MAX);

    /// From thousandths of full drive; more than 1000 is full.
    #[must_use]
    pub const fn from_permille(permille: u16) -> Self {
        let capped = if permille > 1_000 { 1_000 } else { permille };
        Self(((capped as u32).saturating_mul(65_535).saturating_add(500) / 1_000) as u16)
    }

    /// In thousandths of full drive, rounded to nearest.
    #[must_use]
    pub const fn to_permille(self) -> u16 {
        ((self.0 as u32).saturating_mul(1_000).saturating_add(32_767) / 65_535) as u16
    }

    /// Whether nothing is driven.
    #[must_use]
    pub const fn is_off(self) -> bool {
        self.0 == 0
    }
}

/// A current in milliamperes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MilliAmps(pub u16);

/// A fraction in thousandths, 0 to 1000: the charge of a battery, for instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permille(pub u16);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permille_survives_the_round_trip() {
        for permille in 0..=1_000 {
            assert_eq!(Duty::from_permille(permille).to_permille(), permille);
        }
        assert_eq!(Duty::from_permille(1_000), Duty::FULL);
        assert_eq!(Duty::from_permille(5_000), Duty::FULL);
    }

    #[test]
    fn odd_widths_are_left_alone() {
        assert_eq!(Ratio::from_code(7, 32), Ratio(7));
        assert_eq!(Ratio::from_code(7, 0), Ratio(7));
        assert_eq!(Ratio::from_code(0xFFF, 12), Ratio(0xFFF0_0000));
    }
}
