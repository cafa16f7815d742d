//! What was found when a sensor was calibrated, as 192 bytes that a device keeps and a host prints.
//!
//! The record says which sensor was compared with which reference, how, when, by whom and under what
//! conditions; what came out, point by point, with expanded uncertainty; and which correction or table
//! belongs to the sensor since. It holds numbers only: who stands behind the number of an operator, a
//! laboratory or a reference is in the books of whoever calibrated.
//!
//! # Layout, version 1, little-endian
//! | Offset | Length | Field |
//! |---|---|---|
//! | 0 | 2 | version, 1 |
//! | 2 | 1 | [`Method`] |
//! | 3 | 1 | number of points, 1 to 8 |
//! | 4 | 8 | number of the certificate, `u64` |
//! | 12 | 8 | number of the sensor, `u64` |
//! | 20 | 8 | number of the reference, `u64` |
//! | 28 | 4 | number of the laboratory and place, `u32` |
//! | 32 | 4 | pseudonymous number of the operator who answers for it, `u32` |
//! | 36 | 8 | when, in seconds since 1970 (UTC), `u64` |
//! | 44 | 1 | [`ClockQuality`](crate::time_stamp::ClockQuality) of that |
//! | 45 | 1 | [`DecisionRule`] |
//! | 46 | 2 | coverage factor in thousandths, `u16` |
//! | 48 | 4 | tolerance of the decision rule in µK, `u32`; 0 without a rule |
//! | 52 | 2 | room in 0.01 °C, `i16` |
//! | 54 | 2 | relative humidity in thousandths, `u16`; 65 535 where not stated |
//! | 56 | 1 | [`Medium`] around the sensor |
//! | 57 | 1 | what the correction holds: 1 gain and offset, 2 table |
//! | 58 | 1 | points that were not fitted but check the fit, one bit each |
//! | 59 | 1 | zero |
//! | 60 | 4 | gain less one in 2⁻²⁸, `i32` |
//! | 64 | 4 | offset of ln(R/Ω) in 2⁻²⁸, `i32` |
//! | 68 | 4 | CRC of the sensor's own table, `u32` |
//! | 72 | 4 | CRC of the table of its type, on which gain and offset stand, `u32` |
//! | 76 | 16 | zero |
//! | 92 | 96 | 8 points: reference in µ°C `i32`, error as found in µK `i32`, error as left in 10 µK `i16`, expanded uncertainty in 10 µK `u16`; zero beyond the number of points |
//! | 188 | 4 | CRC-32/ISO-HDLC over bytes 0 to 187 |
//!
//! # ISO/IEC 17025:2017, 7.8
//! Of what is known to be asked of a certificate (**not checked against the standard itself**):
//!
//! | item | where |
//! |---|---|
//! | title, identification, item, method, date, authorisation | `Display`; certificate, sensor, method, time, operator |
//! | laboratory and place | a number |
//! | results with unit, before and after adjustment | points: as found, as left |
//! | expanded uncertainty and coverage factor | points, [`CoverageFactor`] |
//! | conditions | [`Conditions`] |
//! | traceability | the number of the reference, whose own certificate carries it on |
//! | statement of conformity and decision rule | [`Certificate::conformity`], [`DecisionRule`] |
//! | "relates only to this item" | `Display` |
//! | customer | not in the record: no place for a name |
//!
//! There is **no interval and no due date** in it: when to calibrate again is for the device's policy to say
//! ([`crate::check::due`]), not for whoever calibrated.

mod contradiction;
mod display;
mod field;
mod layout;
mod points;

pub use contradiction::Contradiction;
pub use field::{
    Conditions, Correction, CoverageFactor, DecisionRule, LnResistance, Medium, Method,
};
pub use points::{CertifiedPoint, MOST_POINTS, Points};

use crate::digest::fnv_1a_64;
use crate::time_stamp::TimeStamp;
use core::fmt;

/// The bytes of a certificate.
pub const CERTIFICATE_LEN: usize = 192;

/// What was found when a sensor was calibrated.
///
/// ```
/// use coldcap_calibration::certificate::{
///     Certificate, CertificateError, CertifiedPoint, Conditions, Correction, CoverageFactor,
///     DecisionRule, Medium, Method, Points,
/// };
/// use coldcap_calibration::time_stamp::{ClockQuality, TimeStamp};
/// use coldcap_units::MicroCelsius;
///
/// // Compared at the ice point, read as it came, and nothing adjusted.
/// let point = CertifiedPoint::new(MicroCelsius(0), 12_000, 12_000, 8_000).unwrap();
/// let certificate = Certificate {
///     number: 17,
///     sensor: 4_711,
///     reference: 9,
///     laboratory: 1,
///     operator: 23,
///     at: TimeStamp { unix_s: 1_795_654_800, clock: ClockQuality::Synchronised },
///     method: Method::Comparison,
///     points: Points::new(&[point]).unwrap(),
///     correction: Correction::NONE,
///     type_table_crc: 0,
///     coverage: CoverageFactor::TWO,
///     conditions: Conditions::new(2_300, None, Medium::IceBath).unwrap(),
///     decision: DecisionRule::Guarded { tolerance_uk: 25_000 },
/// };
/// let mut bytes = certificate.to_bytes().unwrap();
/// assert_eq!(Certificate::from_bytes(&bytes), Ok(certificate));
/// bytes[40] ^= 1;
/// assert_eq!(Certificate::from_bytes(&bytes), Err(CertificateError::Crc));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Certificate {
    /// Its own number, above zero.
    pub number: u64,
    /// The sensor, above zero.
    pub sensor: u64,
    /// What it was compared with, above zero.
    pub reference: u64,
    /// Laboratory and place, above zero.
    pub laboratory: u32,
    /// A pseudonymous number of who answers for it, above zero: never a name.
    pub operator: u32,
    /// When.
    pub at: TimeStamp,
    /// How.
    pub method: Method,
    /// What came out.
    pub points: Points,
    /// What belongs to the sensor since.
    pub correction: Correction,
    /// The CRC of the table of the sensor's type, on which gain and offset stand; zero where there is none.
    pub type_table_crc: u32,
    /// What the standard uncertainties were multiplied by.
    pub coverage: CoverageFactor,
    /// Around the sensor while it was calibrated.
    pub conditions: Conditions,
    /// How conformity is decided, if it is.
    pub decision: DecisionRule,
}

/// Whether a sensor conforms to a tolerance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Conformity {
    /// It does, at every point.
    Conforms,
    /// It does not, at this point, counted from 0.
    DoesNotConform(u8),
    /// The uncertainty at this point is too large to say.
    Undecided(u8),
}

/// A field of the record, for errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CertificateField {
    /// The certificate's number.
    Number,
    /// The sensor's number.
    Sensor,
    /// The reference's number.
    Reference,
    /// The laboratory's number.
    Laboratory,
    /// The operator's number.
    Operator,
    /// The time stamp: beyond year 9999, or a clock quality that does not exist.
    Time,
    /// The method.
    Method,
    /// The number of points: not between 1 and 8.
    PointCount,
    /// This point: its reference is not between −100 and 200 °C, an error is too large to write, or its
    /// uncertainty is zero or above 0.655 K.
    Point(u8),
    /// The marks of points that check the fit: beyond the points, or nothing left that was fitted.
    Checks,
    /// What the correction holds.
    Correction,
    /// Gain or offset: not zero where there is none, or beyond what a unit of a type differs by.
    LnResistance,
    /// The own table: not zero where there is none.
    Table,
    /// The table of the type: absent beside gain and offset.
    TypeTable,
    /// The coverage factor: not between 1 and 10.
    Coverage,
    /// Room temperature: not between −40 and 80 °C.
    Room,
    /// Humidity above 1.
    Humidity,
    /// The medium.
    Medium,
    /// The decision rule, or its tolerance: zero with a rule, or not zero without.
    Decision,
    /// Bytes that this version leaves zero.
    Reserved,
}

impl CertificateField {
    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Sensor => "sensor",
            Self::Reference => "reference",
            Self::Laboratory => "laboratory",
            Self::Operator => "operator",
            Self::Time => "time stamp",
            Self::Method => "method",
            Self::PointCount => "number of points",
            Self::Point(_) => "point",
            Self::Checks => "marks of check points",
            Self::Correction => "kind of correction",
            Self::LnResistance => "gain and offset",
            Self::Table => "table",
            Self::TypeTable => "table of the type",
            Self::Coverage => "coverage factor",
            Self::Room => "room temperature",
            Self::Humidity => "humidity",
            Self::Medium => "medium",
            Self::Decision => "decision rule",
            Self::Reserved => "reserved bytes",
        }
    }
}

/// Why there is no certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CertificateError {
    /// The checksum does not match: damaged.
    Crc,
    /// Sound, but of a version that is not known here.
    Version(u16),
    /// This field does not hold what it may.
    Field(CertificateField),
    /// Each field holds what it may, and two of them contradict each other.
    Contradiction(Contradiction),
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crc => f.write_str("the calibration certificate is damaged"),
            Self::Version(version) => {
                write!(f, "calibration certificate version {version} is not known")
            }
            Self::Field(CertificateField::Point(index)) => {
                write!(f, "the calibration certificate has no valid point {index}")
            }
            Self::Field(field) => {
                write!(f, "the calibration certificate has no valid {}", field.name())
            }
            Self::Contradiction(contradiction) => {
                write!(f, "the calibration certificate contradicts itself: {contradiction}")
            }
        }
    }
}

impl core::error::Error for CertificateError {}

impl Certificate {
    /// The version of the layout.
    pub const VERSION: u16 = 1;

    /// Checks what single fields cannot check by themselves, and then one against the other. What is written, what
    /// is read and what a sensor is given all pass through here.
    ///
    /// # Errors
    /// - [`CertificateError::Field`];
    /// - [`CertificateError::Contradiction`], where every field is sound by itself.
    pub fn validate(&self) -> Result<(), CertificateError> {
        let rules = [
            (self.number != 0, CertificateField::Number),
            (self.sensor != 0, CertificateField::Sensor),
            (self.reference != 0, CertificateField::Reference),
            (self.laboratory != 0, CertificateField::Laboratory),
            (self.operator != 0, CertificateField::Operator),
            (self.at.is_writable(), CertificateField::Time),
            (self.correction.is_possible(), CertificateField::LnResistance),
            (self.type_crc_fits(), CertificateField::TypeTable),
            (self.decision.tolerance_uk() != Some(0), CertificateField::Decision),
        ];
        let broken = rules.into_iter().find(|(holds, _)| !holds);
        if let Some((_, field)) = broken {
            return Err(CertificateError::Field(field));
        }
        self.contradiction().map_or(Ok(()), |it| Err(CertificateError::Contradiction(it)))
    }

    const fn type_crc_fits(&self) -> bool {
        self.type_table_crc != 0 || self.correction.ln_resistance.is_none()
    }

    /// Whether the sensor, as it was left, conforms to the tolerance of the decision rule; `None` without
    /// a rule. The first point that does not conform is named, else the first that is undecided.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn conformity(&self) -> Option<Conformity> {
        let tolerance_uk = self.decision.tolerance_uk()?;
        let judged = (0u8..).zip(self.points.as_slice());
        let judged = judged.map(|(index, point)| self.decision.judge(index, point, tolerance_uk));
        Some(judged.fold(Conformity::Conforms, Conformity::worse))
    }

    /// A short name of this very record, FNV-1a-64 over its bytes.
    ///
    /// # Errors
    /// As [`Certificate::to_bytes`].
    pub fn digest(&self) -> Result<u64, CertificateError> {
        Ok(fnv_1a_64(&self.to_bytes()?))
    }
}

impl Conformity {
    const fn rank(self) -> u8 {
        match self {
            Self::Conforms => 0,
            Self::Undecided(_) => 1,
            Self::DoesNotConform(_) => 2,
        }
    }

    const fn worse(self, other: Self) -> Self {
        if other.rank() > self.rank() { other } else { self }
    }
}
