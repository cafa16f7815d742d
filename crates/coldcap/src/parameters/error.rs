//! Why an image cannot be used.

use super::{Fields, ParameterKind, Settings};
use coldcap_calibration::certificate::CertificateError;
use coldcap_calibration::sensor::SensorCalibrationError;
use coldcap_guard::detect::LimitsError;
use core::fmt;

/// Which image cannot be used, and why. A machine whose parameters give one does not start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ParameterError {
    /// The image.
    pub kind: ParameterKind,
    /// What is wrong with it.
    pub fault: ParameterFault,
}

/// What is wrong with an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParameterFault {
    /// It is of another kind: this code.
    OtherKind(u8),
    /// It is of this version, which this program does not know.
    Version(u16),
    /// It ends too early or too late, or the buffer is too short.
    Length,
    /// A number is out of its range: the field of this number, counted from 0 ([`ParameterError::field_name`]).
    OutOfRange {
        /// Its place in the image.
        field: u16,
    },
    /// The guard's limits cannot work together.
    Limits(LimitsError),
    /// By the program's own curve ([`Config::thermistor`](crate::Config::thermistor)) the freeze trip is below 0 °C, or no temperature.
    FreezeTrip,
    /// Coefficients that no tuning makes, that are not the tick's, or that do not go with those of the other flow.
    Gains,
    /// The certificate of this number, counted from 0, is damaged or none.
    Certificate(u8, CertificateError),
    /// The sensor of the certificate of this number cannot be used with its table.
    Sensor(u8, SensorCalibrationError),
    /// The program has no table with this checksum, which the certificate of this number states.
    NoTable(u8, u32),
    /// The certificate of this number is for no place of this machine, or for one that has one already.
    Place(u8),
    /// There are more caps than the program has room for.
    TooManyCaps,
    /// What is asked of the calibrations, or how their drift is watched, cannot be.
    Policy,
}

impl ParameterError {
    /// The name of the field that is out of its range.
    #[must_use]
    pub fn field_name(&self) -> Option<&'static str> {
        let ParameterFault::OutOfRange { field } = self.fault else { return None };
        let mut settings = Settings::ALL.into_iter();
        let settings = settings.find(|settings| settings.kind() == self.kind)?;
        Fields::of(settings).named(field).map(|field| field.name)
    }
}

impl fmt::Display for ParameterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.kind.name())?;
        match (self.fault, self.field_name()) {
            (ParameterFault::OutOfRange { field }, Some(name)) => {
                write!(f, "{name} (field {field}) is out of its range")
            }
            (fault, _) => write!(f, "{fault}"),
        }
    }
}

impl core::error::Error for ParameterError {}

impl fmt::Display for ParameterFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherKind(code) => write!(f, "the image is of kind {code}"),
            Self::Version(version) => write!(f, "version {version} is not known"),
            Self::Length => f.write_str("it is too short or too long"),
            Self::OutOfRange { field } => write!(f, "field {field} is out of its range"),
            Self::Limits(error) => write!(f, "{error}"),
            Self::FreezeTrip => f.write_str(
                "its freeze trip is below 0 °C by the program's curve, or no temperature",
            ),
            Self::Gains => f.write_str("its gains are none of a loop of this tick"),
            Self::Certificate(number, error) => write!(f, "certificate {number}: {error}"),
            Self::Sensor(number, error) => write!(f, "certificate {number}: {error}"),
            Self::NoTable(number, crc) => {
                write!(f, "certificate {number}: the program has no table {crc:08x}")
            }
            Self::Place(number) => {
                write!(f, "certificate {number}: there is no such place, or it has one already")
            }
            Self::TooManyCaps => f.write_str("there are more caps than the program has room for"),
            Self::Policy => f.write_str("what it asks of calibrations cannot be"),
        }
    }
}
