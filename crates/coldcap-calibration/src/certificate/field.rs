//! The fields of a certificate that have rules of their own.

use super::points::CertifiedPoint;
use super::{CertificateError, CertificateField, Conformity};
use coldcap_units::Permille;

/// How a sensor was calibrated. The codes are frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Method {
    /// Compared only; nothing was adjusted.
    Comparison = 1,
    /// An offset in ln R from the ice point.
    IcePoint = 2,
    /// Gain and offset in ln R from two points.
    TwoPoint = 3,
    /// Gain and offset in ln R from more points than two, by least squares.
    MultiPoint = 4,
}

impl Method {
    /// Every method, in order of its code.
    pub const ALL: [Self; 4] = [Self::Comparison, Self::IcePoint, Self::TwoPoint, Self::MultiPoint];

    /// The frozen code, 1 to 4.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The method with this code, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.code() == code)
    }

    /// Whether it fits so many points.
    pub(super) const fn takes(self, fitted: u8) -> bool {
        match self {
            Self::Comparison => true,
            Self::IcePoint => fitted == 1,
            Self::TwoPoint => fitted == 2,
            Self::MultiPoint => fitted >= 3,
        }
    }

    /// What it is, for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Comparison => "comparison, nothing adjusted",
            Self::IcePoint => "ice point, offset in ln R",
            Self::TwoPoint => "two points, gain and offset in ln R",
            Self::MultiPoint => "several points, gain and offset in ln R by least squares",
        }
    }
}

/// What was around the sensor. The codes are frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Medium {
    /// Ice and water, for the ice point; other points in a stirred bath.
    IceBath = 1,
    /// A stirred liquid throughout.
    StirredLiquid = 2,
    /// A dry block.
    DryBlock = 3,
    /// Its own loop with the pump on.
    OwnLoop = 4,
}

impl Medium {
    /// Every medium, in order of its code.
    pub const ALL: [Self; 4] = [Self::IceBath, Self::StirredLiquid, Self::DryBlock, Self::OwnLoop];

    /// The frozen code, 1 to 4.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The medium with this code, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|medium| medium.code() == code)
    }

    /// What it is, for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::IceBath => "ice bath and stirred liquid",
            Self::StirredLiquid => "stirred liquid",
            Self::DryBlock => "dry block",
            Self::OwnLoop => "own loop, pump on",
        }
    }
}

/// What standard uncertainties were multiplied by, in thousandths: 1 to 10.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CoverageFactor(u16);

impl CoverageFactor {
    /// 2: about 95 % where the uncertainty is normal and well known.
    pub const TWO: Self = Self(2_000);

    /// From thousandths.
    ///
    /// # Errors
    /// [`CertificateField::Coverage`]: not between 1 000 and 10 000.
    pub const fn from_thousandths(thousandths: u16) -> Result<Self, CertificateError> {
        if thousandths < 1_000 || thousandths > 10_000 {
            return Err(CertificateError::Field(CertificateField::Coverage));
        }
        Ok(Self(thousandths))
    }

    /// In thousandths.
    #[must_use]
    pub const fn to_thousandths(self) -> u16 {
        self.0
    }
}

/// Around the sensor while it was calibrated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Conditions {
    room_centi_celsius: i16,
    humidity: Option<Permille>,
    medium: Medium,
}

impl Conditions {
    /// The room in 0.01 °C, its relative humidity if it was measured, and the medium around the sensor.
    ///
    /// # Errors
    /// - [`CertificateField::Room`]: not between −40 and 80 °C.
    /// - [`CertificateField::Humidity`]: above 1.
    pub fn new(
        room_centi_celsius: i16,
        humidity: Option<Permille>,
        medium: Medium,
    ) -> Result<Self, CertificateError> {
        if !(-4_000..=8_000).contains(&room_centi_celsius) {
            return Err(CertificateError::Field(CertificateField::Room));
        }
        if humidity.is_some_and(|humidity| humidity.0 > 1_000) {
            return Err(CertificateError::Field(CertificateField::Humidity));
        }
        Ok(Self { room_centi_celsius, humidity, medium })
    }

    /// The room in 0.01 °C.
    #[must_use]
    pub const fn room_centi_celsius(&self) -> i16 {
        self.room_centi_celsius
    }

    /// Relative humidity; `None` where it was not stated.
    #[must_use]
    pub const fn humidity(&self) -> Option<Permille> {
        self.humidity
    }

    /// What was around the sensor.
    #[must_use]
    pub const fn medium(&self) -> Medium {
        self.medium
    }
}

/// Gain and offset of L = ln(R/Ω): `L_type = L + offset + (gain − 1)·L`, in steps of 2⁻²⁸.
///
/// A step of the offset is 0.08 µK at 0 °C, one of the gain 0.8 µK.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct LnResistance {
    /// The gain less one, in 2⁻²⁸.
    pub more_gain_bits: i32,
    /// The offset, in 2⁻²⁸.
    pub offset_bits: i32,
}

impl LnResistance {
    /// Fractional bits of both numbers.
    pub const FRACTION_BITS: u32 = 28;

    /// A gain that differs from one by more than a quarter is a mistake, not a unit.
    const LARGEST_MORE_GAIN: u32 = 1 << 26;

    const fn is_possible(&self) -> bool {
        self.more_gain_bits.unsigned_abs() <= Self::LARGEST_MORE_GAIN
    }
}

/// What belongs to a sensor since it was calibrated: gain and offset, a table of its own, both, or nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Correction {
    /// Gain and offset in ln R.
    pub ln_resistance: Option<LnResistance>,
    /// The CRC in the header of its own table.
    pub table_crc: Option<u32>,
}

impl Correction {
    /// Nothing was adjusted.
    pub const NONE: Self = Self { ln_resistance: None, table_crc: None };

    pub(super) const fn code(&self) -> u8 {
        self.ln_resistance.is_some() as u8 | (self.table_crc.is_some() as u8) << 1
    }

    /// Whether a sensor that is read with it shows something else: a gain of 1 and an offset of 0 change nothing.
    pub(super) fn changes(&self) -> bool {
        let is_one = self.ln_resistance.is_none_or(|it| it == LnResistance::default());
        self.table_crc.is_some() || !is_one
    }

    pub(super) fn is_possible(&self) -> bool {
        self.ln_resistance.is_none_or(|it| it.is_possible())
    }

    /// Whether this is the sensor's own table: the one in whose header this checksum stands.
    #[must_use]
    pub fn is_table(&self, crc: u32) -> bool {
        self.table_crc == Some(crc)
    }
}

/// How conformity to a tolerance is decided (the kinds of rule are those of JCGM 106:2012, 8.2 and 8.3; not
/// checked against the text).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DecisionRule {
    /// Nothing is said about conformity.
    None,
    /// Simple acceptance: the error alone decides.
    Simple {
        /// The largest allowed error either way, in µK, above zero.
        tolerance_uk: u32,
    },
    /// Guard bands: the whole expanded interval lies inside, or outside, or nothing is decided.
    Guarded {
        /// The largest allowed error either way, in µK, above zero.
        tolerance_uk: u32,
    },
}

impl DecisionRule {
    /// The tolerance in µK, if there is a rule.
    #[must_use]
    pub const fn tolerance_uk(&self) -> Option<u32> {
        match *self {
            Self::None => None,
            Self::Simple { tolerance_uk } | Self::Guarded { tolerance_uk } => Some(tolerance_uk),
        }
    }

    pub(super) const fn code(&self) -> u8 {
        match self {
            Self::None => 0,
            Self::Simple { .. } => 1,
            Self::Guarded { .. } => 2,
        }
    }

    pub(super) const fn from_code(code: u8, tolerance_uk: u32) -> Option<Self> {
        match (code, tolerance_uk) {
            (0, 0) => Some(Self::None),
            (1, 1..) => Some(Self::Simple { tolerance_uk }),
            (2, 1..) => Some(Self::Guarded { tolerance_uk }),
            _ => None,
        }
    }

    pub(super) const fn judge(
        &self,
        index: u8,
        point: &CertifiedPoint,
        tolerance_uk: u32,
    ) -> Conformity {
        let guard = match self {
            Self::Guarded { .. } => point.expanded_uk(),
            Self::None | Self::Simple { .. } => 0,
        };
        let error = point.left_uk().unsigned_abs();
        if error.saturating_add(guard) <= tolerance_uk {
            Conformity::Conforms
        } else if error.saturating_sub(guard) > tolerance_uk {
            Conformity::DoesNotConform(index)
        } else {
            Conformity::Undecided(index)
        }
    }
}
