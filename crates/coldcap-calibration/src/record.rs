//! The calibration of one cap on one head, as 64 bytes that a course of treatment keeps.
//!
//! # Layout, version 1, little-endian
//! | Offset | Length | Field |
//! |---|---|---|
//! | 0 | 2 | version, 1 |
//! | 2 | 1 | cap size code |
//! | 3 | 1 | contact verdict code |
//! | 4 | 6 | circumference, sagittal arc, coronal arc in mm, `u16` each |
//! | 10 | 8 | offsets of supply, return, front, rear in mK, `i16` each |
//! | 18 | 2 | zero |
//! | 20 | 4 | heat in mW, `i32` |
//! | 24 | 8 | when, in ms of the device's own time, `u64` |
//! | 32 | 8 | pseudonymous patient number, `u64` |
//! | 40 | 20 | zero |
//! | 60 | 4 | CRC-32/ISO-HDLC over bytes 0 to 59 |

use crate::cap::{CapSize, HeadMeasures};
use crate::contact::Verdict;
use crate::digest::{CRC_32, fnv_1a_64};
use crate::isothermal::IsothermalOffsets;
use coldcap_units::Instant;
use core::fmt;

/// The bytes of a record.
pub const RECORD_LEN: usize = 64;

const BODY_LEN: usize = 60;

/// The calibration of one cap on one head.
///
/// ```
/// use coldcap_calibration::cap::{CapSize, HeadMeasures};
/// use coldcap_calibration::contact::Verdict;
/// use coldcap_calibration::isothermal::IsothermalOffsets;
/// use coldcap_calibration::record::{CapCalibration, RecordError};
/// use coldcap_units::Instant;
///
/// let saved = CapCalibration {
///     cap_size: CapSize::Medium,
///     measures: HeadMeasures::new(566, 345, 350).unwrap(),
///     offsets: IsothermalOffsets::NONE,
///     heat_mw: 32_692,
///     verdict: Verdict::Good,
///     at: Instant::from_millis(400_000),
///     patient: 7,
/// };
/// let mut bytes = saved.to_bytes();
/// assert_eq!(CapCalibration::from_bytes(&bytes), Ok(saved));
/// bytes[20] ^= 1;
/// assert_eq!(CapCalibration::from_bytes(&bytes), Err(RecordError::Crc));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CapCalibration {
    /// The cap that was tested.
    pub cap_size: CapSize,
    /// The head it was chosen for.
    pub measures: HeadMeasures,
    /// What the four sensors of the channel were off.
    pub offsets: IsothermalOffsets,
    /// Heat taken up during the contact test, in milliwatts.
    pub heat_mw: i32,
    /// What the contact test said.
    pub verdict: Verdict,
    /// When, on the device's own time.
    pub at: Instant,
    /// A pseudonymous number: never a name, never a hospital's own number.
    pub patient: u64,
}

/// Why bytes are not a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecordError {
    /// The checksum does not match: damaged.
    Crc,
    /// Sound, but of a version that is not known here.
    Version(u16),
    /// Sound, but this field holds what no writer of this version writes.
    Field(&'static str),
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crc => f.write_str("the calibration record is damaged"),
            Self::Version(version) => {
                write!(f, "calibration record version {version} is not known")
            }
            Self::Field(name) => write!(f, "the calibration record has no valid {name}"),
        }
    }
}

impl core::error::Error for RecordError {}

/// Writes fields one after another; what does not fit any more is left out.
struct Writer<'a>(&'a mut [u8]);

impl Writer<'_> {
    fn put<const N: usize>(&mut self, field: [u8; N]) {
        if let Some((place, rest)) = core::mem::take(&mut self.0).split_first_chunk_mut() {
            *place = field;
            self.0 = rest;
        }
    }
}

/// Reads fields one after another; what is not there any more is zero.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let Some((field, rest)) = self.0.split_first_chunk() else { return [0; N] };
        self.0 = rest;
        *field
    }

    fn take_u16(&mut self) -> u16 {
        u16::from_le_bytes(self.take())
    }

    fn take_i16(&mut self) -> i16 {
        i16::from_le_bytes(self.take())
    }

    fn take_measures(&mut self) -> Result<HeadMeasures, RecordError> {
        let (circumference, sagittal, coronal) =
            (self.take_u16(), self.take_u16(), self.take_u16());
        HeadMeasures::new(circumference, sagittal, coronal)
            .map_err(|_| RecordError::Field("measures"))
    }

    fn take_offsets(&mut self) -> Result<IsothermalOffsets, RecordError> {
        let offsets = [self.take_i16(), self.take_i16(), self.take_i16(), self.take_i16()];
        IsothermalOffsets::from_milli(offsets).map_err(|_| RecordError::Field("offsets"))
    }

    fn take_zeros<const N: usize>(&mut self) -> Result<(), RecordError> {
        if self.take::<N>() == [0; N] { Ok(()) } else { Err(RecordError::Field("reserved bytes")) }
    }
}

impl CapCalibration {
    /// The version of the layout.
    pub const VERSION: u16 = 1;

    /// The record as bytes.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; RECORD_LEN] {
        let mut body = [0; BODY_LEN];
        self.write_body(&mut body);
        let mut bytes = [0; RECORD_LEN];
        let mut writer = Writer(&mut bytes);
        writer.put(body);
        writer.put(CRC_32.checksum(&body).to_le_bytes());
        bytes
    }

    fn write_body(&self, body: &mut [u8; BODY_LEN]) {
        let mut writer = Writer(body);
        writer.put(Self::VERSION.to_le_bytes());
        writer.put([self.cap_size.code(), self.verdict.code()]);
        writer.put(self.measures.circumference_mm().to_le_bytes());
        writer.put(self.measures.sagittal_mm().to_le_bytes());
        writer.put(self.measures.coronal_mm().to_le_bytes());
        for offset in self.offsets.to_milli() {
            writer.put(offset.to_le_bytes());
        }
        writer.put([0; 2]);
        writer.put(self.heat_mw.to_le_bytes());
        writer.put(self.at.as_millis().to_le_bytes());
        writer.put(self.patient.to_le_bytes());
    }

    /// The record that these bytes hold.
    ///
    /// # Errors
    /// - [`RecordError::Crc`]: damaged; every change of up to 3 bits, and every burst of up to 32, is
    ///   certain to be seen.
    /// - [`RecordError::Version`]: sound, but of another version.
    /// - [`RecordError::Field`]: sound, but a field is out of its range.
    ///
    /// # Panics
    /// Never.
    pub fn from_bytes(bytes: &[u8; RECORD_LEN]) -> Result<Self, RecordError> {
        let mut reader = Reader(bytes);
        let body: [u8; BODY_LEN] = reader.take();
        if CRC_32.checksum(&body).to_le_bytes() != reader.take() {
            return Err(RecordError::Crc);
        }
        Self::read_body(&mut Reader(&body))
    }

    fn read_body(reader: &mut Reader<'_>) -> Result<Self, RecordError> {
        let version = reader.take_u16();
        if version != Self::VERSION {
            return Err(RecordError::Version(version));
        }
        let [size, verdict] = reader.take();
        let cap_size = CapSize::from_code(size).ok_or(RecordError::Field("cap size"))?;
        let verdict = Verdict::from_code(verdict).ok_or(RecordError::Field("verdict"))?;
        let measures = reader.take_measures()?;
        let offsets = reader.take_offsets()?;
        reader.take_zeros::<2>()?;
        let heat_mw = i32::from_le_bytes(reader.take());
        let at = Instant::from_millis(u64::from_le_bytes(reader.take()));
        let patient = u64::from_le_bytes(reader.take());
        reader.take_zeros::<20>()?;
        Ok(Self { cap_size, measures, offsets, heat_mw, verdict, at, patient })
    }

    /// A short name of this very record, FNV-1a-64 over its bytes: what a session refers to.
    #[must_use]
    pub fn digest(&self) -> u64 {
        fnv_1a_64(&self.to_bytes())
    }
}
