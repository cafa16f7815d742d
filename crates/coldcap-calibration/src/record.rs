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
//!
//! # Version 2 differs in
//! | Offset | Length | Field |
//! |---|---|---|
//! | 0 | 2 | version, 2 |
//! | 18 | 2 | how likely the size is the right one, in thousandths, `u16` |
//! | 40 | 1 | code of the next likely size |
//! | 41 | 1 | observed zones: 1 front, 2 rear, 4 crown |
//! | 42 | 12 | front, rear, crown: conductance and its standard uncertainty in 0.01 W/(m² K), `u16` each; zero where not observed |
//! | 54 | 1 | the method, [`FitMethod`]; 0 where no zone is observed |
//! | 55 | 1 | code of the hair's density, 0 where it was not told |
//! | 56 | 4 | zero |
//!
//! # Version 3 differs from version 2 in
//! | Offset | Length | Field |
//! |---|---|---|
//! | 0 | 2 | version, 3 |
//! | 41 | 1 | zones with a value: 1 front, 2 rear, 4 crown |
//! | 42 | 12 | also the bound of a zone above range, with an uncertainty of 0 |
//! | 54 | 1 | zero |
//! | 56 | 3 | front, rear, crown: [`ZoneRecord::code`] in bits 0 to 5, bits 0 and 1 of [`FitMethod`] in bits 6 and 7 |
//! | 59 | 1 | bit 2 of [`FitMethod`] of front, rear, crown in bits 0 to 2; a reader that does not know of it refuses the record |
//!
//! A record without [`FitDetail`] is written as version 1, one that was read from version 2 as version 2, so
//! that its digest stays; any other, and what version 2 cannot hold, as version 3.

use crate::bytes::{Reader, Writer};
use crate::cap::{CapSize, HeadMeasures, TRY_BOTH_BELOW};
use crate::contact::{Conductance, Verdict, Zone, ZoneFault, ZoneFit, ZoneState};
use crate::digest::{crc_32, fnv_1a_64};
use crate::hair::HairDensity;
use crate::isothermal::IsothermalOffsets;
use coldcap_units::{Fault, Instant, Kelvin, Permille};
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
///     detail: None,
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
    /// When, on the device's own time since its power-up: no date. The entry `FitSaved` of the session's record
    /// carries this record's digest, and its clock entries say which date that was and how good the clock is;
    /// a date here could only repeat them, or contradict them once the clock is corrected.
    pub at: Instant,
    /// A pseudonymous number: never a name, never a hospital's own number.
    pub patient: u64,
    /// Size and zones in detail; `None` in records of version 1.
    pub detail: Option<FitDetail>,
}

/// How a zone's conductance was found. The codes are frozen; 0 stands for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum FitMethod {
    /// Half-space fit of a skin-side sensor against the coolant.
    SkinAndCoolant = 1,
    /// Half-space fit of a skin-side sensor against the inner face.
    SkinAndInnerFace = 2,
    /// Early and late flux through the wall.
    InnerFace = 3,
    /// Flux through the wall over the drop from a skin-side sensor to the inner face.
    FluxOverDrop = 4,
}

impl FitMethod {
    /// Every method, in order of its code.
    pub const ALL: [Self; 4] =
        [Self::SkinAndCoolant, Self::SkinAndInnerFace, Self::InnerFace, Self::FluxOverDrop];

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

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SkinAndCoolant => "skin_and_coolant",
            Self::SkinAndInnerFace => "skin_and_inner_face",
            Self::InnerFace => "inner_face",
            Self::FluxOverDrop => "flux_over_drop",
        }
    }
}

/// A zone's conductance as a record keeps it: in steps of 0.01 W/(m²·K), up to 655.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RecordedZone {
    conductance: u16,
    uncertainty: u16,
}

impl RecordedZone {
    /// Rounds a zone's fit; nothing where there is none, or none to speak of.
    #[must_use]
    pub fn of(state: &ZoneState) -> Option<Self> {
        let fit = state.fit().filter(|fit| fit.conductance.0 >= 5)?;
        Some(Self { conductance: steps(fit.conductance), uncertainty: steps(fit.uncertainty) })
    }

    /// Both in one word, as an entry of the session's record keeps them: the conductance in the lower
    /// half.
    ///
    /// ```
    /// use coldcap_calibration::record::RecordedZone;
    /// let zone = RecordedZone::from_word(602 << 16 | 3_010).unwrap();
    /// assert_eq!((zone.conductance().0, zone.uncertainty().0), (30_100, 6_020));
    /// assert_eq!(zone.to_word(), 602 << 16 | 3_010);
    /// assert_eq!(RecordedZone::from_word(0), None);
    /// ```
    #[must_use]
    pub const fn to_word(&self) -> u32 {
        (self.uncertainty as u32) << 16 | self.conductance as u32
    }

    /// The zone of such a word; `None` where there is none.
    #[must_use]
    pub const fn from_word(word: u32) -> Option<Self> {
        let zone = Self { conductance: word as u16, uncertainty: (word >> 16) as u16 };
        if zone.conductance == 0 { None } else { Some(zone) }
    }

    /// The conductance.
    #[must_use]
    pub const fn conductance(&self) -> Conductance {
        recorded(self.conductance)
    }

    /// Its standard uncertainty.
    #[must_use]
    pub const fn uncertainty(&self) -> Conductance {
        recorded(self.uncertainty)
    }
}

/// What a record tells of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ZoneRecord {
    /// There was no sensor. In a record of version 2, which does not tell them apart, also a zone that failed.
    Unobserved,
    /// It has a value, by this method.
    Observed(RecordedZone, FitMethod),
    /// It was observed by this method, and has none. Beyond the method's range is a result too;
    /// [`ZoneFault::AboveRange`] keeps its bound, in steps of 0.01 W/(m²·K).
    Failed(ZoneFault, FitMethod),
}

/// Where the codes of [`ZoneFault::Sensor`] begin.
const SENSOR: u8 = 16;

impl ZoneRecord {
    /// A zone's state as a record keeps it. A conductance that rounds to nothing is below range.
    #[must_use]
    pub fn of(state: &ZoneState, method: FitMethod) -> Self {
        match *state {
            ZoneState::Unobserved => Self::Unobserved,
            ZoneState::Observed(_) => match RecordedZone::of(state) {
                Some(zone) => Self::Observed(zone, method),
                None => Self::Failed(ZoneFault::BelowRange, method),
            },
            ZoneState::Faulty(ZoneFault::AboveRange(bound)) => {
                let bound = recorded(steps(bound));
                Self::Failed(ZoneFault::AboveRange(bound), method)
            }
            ZoneState::Faulty(fault) => Self::Failed(fault, method),
        }
    }

    /// The state again, as a judge takes it. What the record does not keep of a fit is zero.
    #[must_use]
    pub const fn state(&self) -> ZoneState {
        match *self {
            Self::Unobserved => ZoneState::Unobserved,
            Self::Observed(zone, _) => ZoneState::Observed(ZoneFit {
                conductance: zone.conductance(),
                uncertainty: zone.uncertainty(),
                misfit: Kelvin::ZERO,
                autocorrelation: None,
            }),
            Self::Failed(fault, _) => ZoneState::Faulty(fault),
        }
    }

    /// The value, where there is one.
    #[must_use]
    pub const fn value(&self) -> Option<RecordedZone> {
        match *self {
            Self::Observed(zone, _) => Some(zone),
            Self::Unobserved | Self::Failed(..) => None,
        }
    }

    /// How it was found, or sought.
    #[must_use]
    pub const fn method(&self) -> Option<FitMethod> {
        match *self {
            Self::Observed(_, method) | Self::Failed(_, method) => Some(method),
            Self::Unobserved => None,
        }
    }

    const fn is_by_drop(&self) -> bool {
        matches!(self.method(), Some(FitMethod::FluxOverDrop))
    }

    /// The name of its state in lower case.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match *self {
            Self::Unobserved => "unobserved",
            Self::Observed(..) => "value",
            Self::Failed(fault, _) => match fault {
                ZoneFault::BelowRange => "below_range",
                ZoneFault::AboveRange(_) => "above_range",
                ZoneFault::NoStep => "no_step",
                ZoneFault::Unsettled => "unsettled",
                ZoneFault::Misfit => "misfit",
                ZoneFault::Sensor(_) => "sensor",
            },
        }
    }

    /// The frozen code: 0 unobserved, 1 a value, 2 below range, 3 above range, 4 no step, 5 unsettled,
    /// 6 misfit, from 17 on 16 and the code of the sensor's [`Fault`].
    #[must_use]
    pub const fn code(&self) -> u8 {
        match *self {
            Self::Unobserved => 0,
            Self::Observed(..) => 1,
            Self::Failed(fault, _) => match fault {
                ZoneFault::BelowRange => 2,
                ZoneFault::AboveRange(_) => 3,
                ZoneFault::NoStep => 4,
                ZoneFault::Unsettled => 5,
                ZoneFault::Misfit => 6,
                ZoneFault::Sensor(fault) => SENSOR.saturating_add(fault.code()),
            },
        }
    }

    /// Bits of version 3: those of its own byte, and the one in the byte that all zones share.
    const fn mark(&self) -> (u8, u8) {
        let method = match self.method() {
            Some(method) => method.code(),
            None => 0,
        };
        (method.wrapping_shl(6) | self.code(), method >> 2)
    }

    /// The two words of versions 2 and 3.
    const fn words(&self) -> (u16, u16) {
        match *self {
            Self::Observed(zone, _) => (zone.conductance, zone.uncertainty),
            Self::Failed(ZoneFault::AboveRange(bound), _) => (steps(bound), 0),
            Self::Unobserved | Self::Failed(..) => (0, 0),
        }
    }

    fn of_version_2(value: Option<RecordedZone>, method: Option<FitMethod>) -> Self {
        value.zip(method).map_or(Self::Unobserved, |(zone, method)| Self::Observed(zone, method))
    }

    fn of_version_3((mark, shared): (u8, u8), words: (u16, u16)) -> Option<Self> {
        let code = shared.wrapping_shl(2) | mark >> 6;
        let zone = match (mark & 0x3F, FitMethod::from_code(code)) {
            (0, None) if code == 0 => Self::Unobserved,
            (1, Some(method)) => {
                let (conductance, uncertainty) = words;
                Self::Observed(RecordedZone { conductance, uncertainty }, method)
            }
            (code, Some(method)) => Self::Failed(fault_of(code, words.0)?, method),
            _ => return None,
        };
        let has_value = zone.value().is_none_or(|value| value.conductance != 0);
        Some(zone).filter(|zone| zone.words() == words && has_value)
    }
}

fn fault_of(code: u8, bound: u16) -> Option<ZoneFault> {
    match code {
        2 => Some(ZoneFault::BelowRange),
        3 => Some(ZoneFault::AboveRange(recorded(bound))),
        4 => Some(ZoneFault::NoStep),
        5 => Some(ZoneFault::Unsettled),
        6 => Some(ZoneFault::Misfit),
        _ => Fault::from_code(code.checked_sub(SENSOR)?).map(ZoneFault::Sensor),
    }
}

/// The conductance of so many steps.
const fn recorded(steps: u16) -> Conductance {
    Conductance((steps as u32).saturating_mul(10))
}

/// In steps of 0.01 W/(m²·K), to nearest, up to 655.
const fn steps(conductance: Conductance) -> u16 {
    let steps = conductance.0.saturating_add(5) / 10;
    if steps > u16::MAX as u32 { u16::MAX } else { steps as u16 }
}

/// Of which version of the record a [`FitDetail`] is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DetailVersion {
    /// Version 2: values under one method, and no word about zones that have none.
    Second,
    /// Version 3: state and method of each zone.
    #[default]
    Third,
}

/// What versions 2 and 3 add.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FitDetail {
    /// Which of them.
    pub version: DetailVersion,
    /// The next likely size.
    pub runner_up: CapSize,
    /// How likely the cap's size is the right one.
    pub confidence: Permille,
    /// The zones in the order of [`Zone::ALL`].
    pub zones: [ZoneRecord; 3],
    /// The hair.
    pub density: Option<HairDensity>,
}

impl FitDetail {
    /// Whether the runner-up is to be tried on too.
    #[must_use]
    pub const fn try_both(&self) -> bool {
        self.confidence.0 < TRY_BOTH_BELOW.0
    }

    /// The values of the zones that have one.
    #[must_use]
    pub fn values(&self) -> [Option<RecordedZone>; 3] {
        self.zones.map(|zone| zone.value())
    }

    /// Of the third version, or with what the second cannot hold.
    const fn is_third(&self) -> bool {
        let [front, rear, crown] = &self.zones;
        matches!(self.version, DetailVersion::Third)
            || front.is_by_drop()
            || rear.is_by_drop()
            || crown.is_by_drop()
    }

    fn valued(&self) -> u8 {
        let seen = Zone::ALL.iter().zip(self.values()).filter(|(_, zone)| zone.is_some());
        seen.fold(0, |set, (zone, _)| set | zone.bit())
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.put([self.runner_up.code(), self.valued()]);
        let third = self.is_third();
        for zone in self.zones {
            let kept = third || zone.value().is_some();
            let (conductance, uncertainty) = if kept { zone.words() } else { (0, 0) };
            writer.put(conductance.to_le_bytes());
            writer.put(uncertainty.to_le_bytes());
        }
        let of_all = self.zones.iter().filter(|zone| zone.value().is_some());
        let of_all = of_all.filter_map(ZoneRecord::method).next().filter(|_| !third);
        writer.put([of_all.map_or(0, FitMethod::code)]);
        writer.put([self.density.map_or(0, HairDensity::code)]);
        writer.put(if third { self.marks() } else { [0; 4] });
    }

    /// The zones' own bytes of version 3, and the one that they share.
    fn marks(&self) -> [u8; 4] {
        let [front, rear, crown] = self.zones.map(|zone| zone.mark());
        [front.0, rear.0, crown.0, front.1 | rear.1 << 1 | crown.1 << 2]
    }

    fn read(
        version: DetailVersion,
        confidence: u16,
        reader: &mut Reader<'_>,
    ) -> Result<Self, RecordError> {
        let [runner_up, valued] = reader.take();
        let runner_up = CapSize::from_code(runner_up).ok_or(RecordError::Field("runner-up"))?;
        let words = core::array::from_fn(|_| (reader.take_u16(), reader.take_u16()));
        let [method, density] = reader.take();
        let marks = reader.take();
        // Version 2 knows three methods, version 3 none here.
        let of_version_2 = |code| FitMethod::from_code(code).filter(|_| code <= 3);
        let method = known(method, of_version_2, RecordError::Field("method"))?;
        let density = known(density, HairDensity::from_code, RecordError::Field("hair density"))?;
        let zones = match version {
            DetailVersion::Second => second(valued, words, method, marks)?,
            DetailVersion::Third if method.is_some() => return Err(RecordError::Field("method")),
            DetailVersion::Third => third(words, marks)?,
        };
        let detail = Self { version, runner_up, confidence: Permille(confidence), zones, density };
        if detail.valued() != valued || confidence > 1_000 {
            return Err(RecordError::Field("zones"));
        }
        Ok(detail)
    }
}

/// The zones of version 2.
fn second(
    valued: u8,
    words: [(u16, u16); 3],
    method: Option<FitMethod>,
    reserved: [u8; 4],
) -> Result<[ZoneRecord; 3], RecordError> {
    if reserved != [0; 4] {
        return Err(RecordError::Field("reserved bytes"));
    }
    let mut zones = [ZoneRecord::Unobserved; 3];
    for ((place, zone), words) in zones.iter_mut().zip(Zone::ALL).zip(words) {
        let value = of_words(words, valued & zone.bit() != 0)?;
        *place = ZoneRecord::of_version_2(value, method);
    }
    if method.is_some() == (valued != 0) { Ok(zones) } else { Err(RecordError::Field("zones")) }
}

/// The zones of version 3.
fn third(words: [(u16, u16); 3], marks: [u8; 4]) -> Result<[ZoneRecord; 3], RecordError> {
    let [front, rear, crown, shared] = marks;
    if shared > 7 {
        return Err(RecordError::Field("reserved bytes"));
    }
    let marks = [(front, shared & 1), (rear, shared >> 1 & 1), (crown, shared >> 2)];
    let mut zones = [ZoneRecord::Unobserved; 3];
    for ((place, words), mark) in zones.iter_mut().zip(words).zip(marks) {
        let zone = ZoneRecord::of_version_3(mark, words);
        *place = zone.ok_or(RecordError::Field("zones"))?;
    }
    Ok(zones)
}

/// What a code stands for, where 0 stands for nothing.
fn known<T>(
    code: u8,
    from: impl Fn(u8) -> Option<T>,
    error: RecordError,
) -> Result<Option<T>, RecordError> {
    if code == 0 { Ok(None) } else { from(code).map(Some).ok_or(error) }
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

fn take_measures(reader: &mut Reader<'_>) -> Result<HeadMeasures, RecordError> {
    let (circumference, sagittal, coronal) =
        (reader.take_u16(), reader.take_u16(), reader.take_u16());
    HeadMeasures::new(circumference, sagittal, coronal).map_err(|_| RecordError::Field("measures"))
}

fn take_offsets(reader: &mut Reader<'_>) -> Result<IsothermalOffsets, RecordError> {
    let offsets = [reader.take_i16(), reader.take_i16(), reader.take_i16(), reader.take_i16()];
    IsothermalOffsets::from_milli(offsets).map_err(|_| RecordError::Field("offsets"))
}

/// A zone: both figures where it was observed, zeros where not.
fn of_words(words: (u16, u16), observed: bool) -> Result<Option<RecordedZone>, RecordError> {
    let (conductance, uncertainty) = words;
    match (observed, conductance, uncertainty) {
        (false, 0, 0) => Ok(None),
        (true, 1.., _) => Ok(Some(RecordedZone { conductance, uncertainty })),
        _ => Err(RecordError::Field("zones")),
    }
}

fn take_zeros<const N: usize>(reader: &mut Reader<'_>) -> Result<(), RecordError> {
    if reader.take::<N>() == [0; N] { Ok(()) } else { Err(RecordError::Field("reserved bytes")) }
}

impl CapCalibration {
    /// The newest version of the layout.
    pub const VERSION: u16 = 3;

    /// The version that this record is written as.
    #[must_use]
    pub const fn version(&self) -> u16 {
        match self.detail {
            None => 1,
            Some(detail) if detail.is_third() => 3,
            Some(_) => 2,
        }
    }

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
        writer.put(crc_32(&body).to_le_bytes());
        bytes
    }

    fn write_body(&self, body: &mut [u8; BODY_LEN]) {
        let mut writer = Writer(body);
        writer.put(self.version().to_le_bytes());
        writer.put([self.cap_size.code(), self.verdict.code()]);
        writer.put(self.measures.circumference_mm().to_le_bytes());
        writer.put(self.measures.sagittal_mm().to_le_bytes());
        writer.put(self.measures.coronal_mm().to_le_bytes());
        for offset in self.offsets.to_milli() {
            writer.put(offset.to_le_bytes());
        }
        writer.put(self.detail.map_or(0, |detail| detail.confidence.0).to_le_bytes());
        writer.put(self.heat_mw.to_le_bytes());
        writer.put(self.at.as_millis().to_le_bytes());
        writer.put(self.patient.to_le_bytes());
        if let Some(detail) = self.detail {
            detail.write(&mut writer);
        }
    }

    /// The record that these bytes hold.
    ///
    /// # Errors
    /// - [`RecordError::Crc`]: damaged; every change of up to 3 bits, and every burst of up to 32, is
    ///   certain to be seen.
    /// - [`RecordError::Version`]: sound, but of a later version.
    /// - [`RecordError::Field`]: sound, but a field is out of its range.
    ///
    /// # Panics
    /// Never.
    pub fn from_bytes(bytes: &[u8; RECORD_LEN]) -> Result<Self, RecordError> {
        let mut reader = Reader(bytes);
        let body: [u8; BODY_LEN] = reader.take();
        if crc_32(&body).to_le_bytes() != reader.take() {
            return Err(RecordError::Crc);
        }
        Self::read_body(&mut Reader(&body))
    }

    fn read_body(reader: &mut Reader<'_>) -> Result<Self, RecordError> {
        let version = reader.take_u16();
        if !(1..=Self::VERSION).contains(&version) {
            return Err(RecordError::Version(version));
        }
        let [size, verdict] = reader.take();
        let cap_size = CapSize::from_code(size).ok_or(RecordError::Field("cap size"))?;
        let verdict = Verdict::from_code(verdict).ok_or(RecordError::Field("verdict"))?;
        let measures = take_measures(reader)?;
        let offsets = take_offsets(reader)?;
        let confidence = reader.take_u16();
        let heat_mw = i32::from_le_bytes(reader.take());
        let at = Instant::from_millis(u64::from_le_bytes(reader.take()));
        let patient = u64::from_le_bytes(reader.take());
        let detail = match version {
            1 => {
                take_zeros::<20>(reader)?;
                None
            }
            2 => Some(FitDetail::read(DetailVersion::Second, confidence, reader)?),
            _ => Some(FitDetail::read(DetailVersion::Third, confidence, reader)?),
        };
        if version == 1 && confidence != 0 {
            return Err(RecordError::Field("reserved bytes"));
        }
        Ok(Self { cap_size, measures, offsets, heat_mw, verdict, at, patient, detail })
    }

    /// A short name of this very record, FNV-1a-64 over its bytes: what a session refers to.
    #[must_use]
    pub fn digest(&self) -> u64 {
        Self::digest_of(&self.to_bytes())
    }

    /// The digest of the record that these bytes are; see [`digest`](Self::digest).
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn digest_of(bytes: &[u8; RECORD_LEN]) -> u64 {
        fnv_1a_64(bytes)
    }
}
