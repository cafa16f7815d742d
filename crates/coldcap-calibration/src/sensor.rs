//! A sensor that was calibrated: the table by which it is read, and the certificate that stands behind it.
//!
//! A certificate states a correction in two forms: gain and offset in ln R, and the checksum of a table that was
//! made from them. A device takes the table alone. Gain and offset would need a logarithm and an exponential in
//! every conversion, and would know nothing of leads and self-heating, which the table has in it; the table costs
//! what the type's costs. It is made where floating point is at home
//! (the module `procedure` with the feature `physics`, `coldcap calibrate ntc --emit rust`), and here only its checksum is compared: a
//! device that was given the table of another sensor must not run with it.

use crate::certificate::{
    Certificate, CertificateError, CertifiedPoint, Conformity, CoverageFactor, Method,
};
use crate::table::CubicTable;
use crate::time_stamp::TimeStamp;
use core::fmt;

/// A table with the certificate that names it.
///
/// ```
/// use coldcap_calibration::certificate::{
///     Certificate, CertifiedPoint, Conditions, Correction, CoverageFactor, DecisionRule, Medium,
///     Method, Points,
/// };
/// use coldcap_calibration::curves::ntc_10k3a1;
/// use coldcap_calibration::sensor::{SensorCalibration, SensorCalibrationError};
/// use coldcap_calibration::time_stamp::{ClockQuality, TimeStamp};
/// use coldcap_units::MicroCelsius;
///
/// // Compared with a reference and left as it was: it goes on being read by the table of its type.
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
///     type_table_crc: ntc_10k3a1::TABLE.header().crc,
///     coverage: CoverageFactor::TWO,
///     conditions: Conditions::new(2_300, None, Medium::IceBath).unwrap(),
///     decision: DecisionRule::None,
/// };
/// let calibrated = SensorCalibration::new(&ntc_10k3a1::TABLE, &certificate).unwrap();
/// // What nobody corrects is still to be expected of it, beside the 8 mK of its calibration.
/// assert_eq!((calibrated.sensor(), calibrated.expanded_uk()), (4_711, 20_000));
///
/// // A certificate of another table does not go with it.
/// let correction = Correction { table_crc: Some(1), ..Correction::NONE };
/// let other = Certificate { correction, ..certificate };
/// let given = ntc_10k3a1::TABLE.header().crc;
/// assert_eq!(
///     SensorCalibration::new(&ntc_10k3a1::TABLE, &other),
///     Err(SensorCalibrationError::Table { certified: 1, given })
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SensorCalibration {
    table: &'static CubicTable<'static>,
    sensor: u64,
    at: TimeStamp,
    expanded_uk: u32,
}

/// Why a table and a certificate do not make a calibrated sensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SensorCalibrationError {
    /// The certificate itself is not one.
    Certificate(CertificateError),
    /// The certificate is of another table.
    Table {
        /// The checksum that it states: of the sensor's own table, or, where nothing was adjusted, of its type's.
        certified: u32,
        /// The checksum of the table that was given.
        given: u32,
    },
    /// The certificate has gain and offset in ln R and no table that holds them: a tick cannot apply them.
    WithoutTable,
    /// By its own decision rule the sensor does not conform at this point, counted from 0.
    DoesNotConform(u8),
    /// By its own decision rule nobody can say whether it conforms at this point, counted from 0: the uncertainty is
    /// too large for that.
    Undecided(u8),
}

impl fmt::Display for SensorCalibrationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate(error) => write!(f, "{error}"),
            Self::Table { certified, given } => {
                write!(f, "the certificate is of table {certified:08x}, given is {given:08x}")
            }
            Self::WithoutTable => f.write_str("gain and offset are of use in a table only"),
            Self::DoesNotConform(point) => {
                write!(f, "the certificate says that the sensor does not conform at point {point}")
            }
            Self::Undecided(point) => {
                write!(
                    f,
                    "the certificate leaves open whether the sensor conforms at point {point}"
                )
            }
        }
    }
}

impl core::error::Error for SensorCalibrationError {}

impl From<CertificateError> for SensorCalibrationError {
    fn from(error: CertificateError) -> Self {
        Self::Certificate(error)
    }
}

impl SensorCalibration {
    /// The table and the certificate of one sensor. For start-up: it takes time with the number of points.
    ///
    /// # Errors
    /// A [`SensorCalibrationError`]; nothing of such a pair may be used.
    ///
    /// # Panics
    /// Never.
    pub fn new(
        table: &'static CubicTable<'static>,
        certificate: &Certificate,
    ) -> Result<Self, SensorCalibrationError> {
        // req: INT-021
        certificate.validate()?;
        let (certified, given) = (certified_table(certificate)?, table.header().crc);
        if certified != given {
            return Err(SensorCalibrationError::Table { certified, given });
        }
        match certificate.conformity() {
            None | Some(Conformity::Conforms) => {}
            Some(Conformity::DoesNotConform(point)) => {
                return Err(SensorCalibrationError::DoesNotConform(point));
            }
            Some(Conformity::Undecided(point)) => {
                return Err(SensorCalibrationError::Undecided(point));
            }
        }
        let expanded_uk = expanded_uk(certificate);
        Ok(Self { table, sensor: certificate.sensor, at: certificate.at, expanded_uk })
    }

    /// The table by which the sensor is read.
    #[must_use]
    pub const fn table(&self) -> &'static CubicTable<'static> {
        self.table
    }

    /// The number of the sensor.
    #[must_use]
    pub const fn sensor(&self) -> u64 {
        self.sensor
    }

    /// When it was calibrated.
    #[must_use]
    pub const fn at(&self) -> TimeStamp {
        self.at
    }

    /// The largest expanded uncertainty of its points in µK, with a coverage factor of 2. Where nothing was
    /// adjusted the error itself counts on top of that, as a device does not correct it (GUM F.2.4.5).
    #[must_use]
    pub const fn expanded_uk(&self) -> u32 {
        self.expanded_uk
    }
}

/// The checksum of the table that a certificate speaks of.
fn certified_table(certificate: &Certificate) -> Result<u32, SensorCalibrationError> {
    match (certificate.correction.table_crc, certificate.correction.ln_resistance) {
        (Some(crc), _) => Ok(crc),
        (None, Some(_)) => Err(SensorCalibrationError::WithoutTable),
        (None, None) => Ok(certificate.type_table_crc),
    }
}

fn expanded_uk(certificate: &Certificate) -> u32 {
    let points = certificate.points.as_slice();
    points.iter().map(|point| expanded_at(certificate, point)).max().unwrap_or(0)
}

fn expanded_at(certificate: &Certificate, point: &CertifiedPoint) -> u32 {
    let two = u64::from(CoverageFactor::TWO.to_thousandths());
    let stated = u64::from(certificate.coverage.to_thousandths()).max(1);
    let scaled = u64::from(point.expanded_uk()).saturating_mul(two).div_ceil(stated);
    let uncorrected = match certificate.method {
        Method::Comparison => point.left_uk().unsigned_abs(),
        Method::IcePoint | Method::TwoPoint | Method::MultiPoint => 0,
    };
    u32::try_from(scaled).unwrap_or(u32::MAX).saturating_add(uncorrected)
}
