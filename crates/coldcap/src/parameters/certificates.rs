//! Which sensors of a machine are calibrated, and by which certificates.
//!
//! A certificate names the table that its sensor is read by, by its checksum. The tables are the program's (or lie in memory that
//! is mapped); the image holds the certificates, and what is asked of them.
//!
//! Behind the four bytes of every image: which places must be calibrated (u8, a bit a code), after how many days a calibration is
//! past its date and how many days ahead that is said (u16 each); of both channels the uncertainty of the bath (u32) and, with a 1
//! before it or a 0 in its place, what watches the drift (baseline i32, repeatability u32, four u16 of the policy); how many
//! certificates there are (u8). Of each: its place (u8), whose it is (u32), and its 192 bytes.

use super::{ParameterError, ParameterFault, ParameterKind};
use crate::config::Config;
use crate::sensors::{
    CHANNELS_MAXIMUM, CalibrationPolicy, CapSensors, ChannelSensors, SensorPlace, SensorPlaces,
    Sensors,
};
use coldcap_calibration::certificate::{CERTIFICATE_LEN, Certificate};
use coldcap_calibration::check::drift::{DriftPolicy, DriftWatch};
use coldcap_calibration::check::due::DuePolicy;
use coldcap_calibration::sensor::SensorCalibration;
use coldcap_calibration::table::CubicTable;
use coldcap_units::stored::{Reader, Stored, Writer};

/// A certificate, and which sensor of the machine it is of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Certified {
    /// Where the sensor is.
    pub place: SensorPlace,
    /// Whose it is: the channel's, counted from 0, in its line and on the skin; of the cap's two the cap's identity. 0 in the tank.
    pub whose: u32,
    /// What its calibration found.
    pub certificate: Certificate,
}

/// What of certificates is the program's.
#[derive(Debug)]
pub struct Shelf {
    /// The tables that certificates may name. A type's own is among them where a sensor was compared and left as it was.
    pub tables: &'static [CubicTable<'static>],
    /// Room for the caps with calibrated sensors, as many as there may be: [`CapSensors::NONE`] each.
    pub caps: &'static mut [CapSensors],
}

impl Shelf {
    /// For a machine without calibrated sensors.
    #[must_use]
    pub const fn empty() -> Self {
        Self { tables: &[], caps: &mut [] }
    }
}

/// Writes an image: what `sensors` asks of calibrations and how it watches their drift, and these certificates. Whether the program
/// has their tables is seen when it starts.
///
/// # Errors
/// [`ParameterError`]: a certificate that would not be read back, or a buffer that is too short.
pub fn to_image(
    sensors: &Sensors,
    certified: &[Certified],
    buffer: &mut [u8],
) -> Result<usize, ParameterError> {
    write(sensors, certified, buffer).map_err(|fault| ParameterKind::Certificates.error(fault))
}

fn write(
    sensors: &Sensors,
    certified: &[Certified],
    buffer: &mut [u8],
) -> Result<usize, ParameterFault> {
    let mut writer = Writer::new(buffer);
    ParameterKind::Certificates.begin(&mut writer);
    let CalibrationPolicy { required, due } = sensors.policy;
    writer.add(&required.bits()).add(&(due.interval_days, due.soon_days));
    for channel in &sensors.channels {
        writer.add(&channel.bath_u_uk).add(&channel.drift.as_ref().map(watch_of));
    }
    writer.add(&u8::try_from(certified.len()).map_err(|_| ParameterFault::Length)?);
    for (one, number) in certified.iter().zip(0..) {
        let bytes = one.certificate.to_bytes();
        let bytes = bytes.map_err(|error| ParameterFault::Certificate(number, error))?;
        writer.add(&(one.place.code(), one.whose)).put(bytes);
    }
    writer.finish().ok_or(ParameterFault::Length)
}

/// Baseline, repeatability and policy of a drift watch.
type StoredWatch = ((i32, u32), [u16; 4]);

const fn watch_of(watch: &DriftWatch) -> StoredWatch {
    let DriftPolicy { slack_milli, sum_milli, weight_milli, smoothed_milli } = watch.policy();
    let policy = [slack_milli, sum_milli, weight_milli, smoothed_milli];
    ((watch.baseline_uk(), watch.repeatability_uk()), policy)
}

fn watch_from(stored: StoredWatch) -> Result<DriftWatch, ParameterFault> {
    let ((baseline_uk, repeatability_uk), policy) = stored;
    let [slack_milli, sum_milli, weight_milli, smoothed_milli] = policy;
    let policy = DriftPolicy { slack_milli, sum_milli, weight_milli, smoothed_milli };
    DriftWatch::new(policy, baseline_uk, repeatability_uk).map_err(|_| ParameterFault::Policy)
}

impl Config {
    /// This configuration with the calibrated sensors of an image in the place of its own, all of them.
    ///
    /// # Errors
    /// [`ParameterError`]: such a machine does not start.
    ///
    /// # Panics
    /// Never.
    pub fn with_certificates(
        mut self,
        content: &[u8],
        shelf: Shelf,
    ) -> Result<Self, ParameterError> {
        match self.take_certificates(content, shelf) {
            Ok(()) => Ok(self),
            Err(fault) => Err(ParameterKind::Certificates.error(fault)),
        }
    }

    /// Behind an error the sensors are as they were.
    pub(crate) fn take_certificates(
        &mut self,
        content: &[u8],
        shelf: Shelf,
    ) -> Result<(), ParameterFault> {
        let powered_up = self.sensors.powered_up;
        self.sensors = Sensors { powered_up, ..read(content, shelf)? };
        Ok(())
    }
}

fn read(content: &[u8], shelf: Shelf) -> Result<Sensors, ParameterFault> {
    let mut reader = Reader::new(content);
    ParameterKind::Certificates.begun(&mut reader)?;
    let mut sensors = Sensors { policy: policy(&mut reader)?, ..Sensors::NONE };
    for channel in &mut sensors.channels {
        channel.bath_u_uk = next(&mut reader)?;
        let watch: Option<StoredWatch> = next_watch(&mut reader)?;
        channel.drift = watch.map(watch_from).transpose()?;
    }
    let Shelf { tables, caps } = shelf;
    let count: u8 = next(&mut reader)?;
    let mut room = Caps { caps, used: 0 };
    for number in 0..count {
        let (place, whose) = next(&mut reader)?;
        let bytes = reader.take().ok_or(ParameterFault::Length)?;
        let sensor = calibrated(number, &bytes, tables)?;
        let seat = seat(&mut sensors, &mut room, place, whose)?;
        let seat = seat.filter(|seat| seat.is_none()).ok_or(ParameterFault::Place(number))?;
        *seat = Some(sensor);
    }
    sensors.caps = room.taken();
    if reader.is_at_end() { Ok(sensors) } else { Err(ParameterFault::Length) }
}

fn next<T: Stored>(reader: &mut Reader<'_>) -> Result<T, ParameterFault> {
    T::load(reader).ok_or(ParameterFault::Length)
}

/// A byte that says neither that there is one nor that there is none is no length.
fn next_watch(reader: &mut Reader<'_>) -> Result<Option<StoredWatch>, ParameterFault> {
    match next::<u8>(reader)? {
        0 => Ok(None),
        1 => next(reader).map(Some),
        _ => Err(ParameterFault::Policy),
    }
}

fn policy(reader: &mut Reader<'_>) -> Result<CalibrationPolicy, ParameterFault> {
    let required = SensorPlaces::from_bits(next(reader)?).ok_or(ParameterFault::Policy)?;
    let (interval_days, soon_days) = next(reader)?;
    Ok(CalibrationPolicy { required, due: DuePolicy { interval_days, soon_days } })
}

fn calibrated(
    number: u8,
    bytes: &[u8; CERTIFICATE_LEN],
    tables: &'static [CubicTable<'static>],
) -> Result<SensorCalibration, ParameterFault> {
    let certificate = Certificate::from_bytes(bytes);
    let certificate = certificate.map_err(|error| ParameterFault::Certificate(number, error))?;
    let crc = certificate.correction.table_crc.unwrap_or(certificate.type_table_crc);
    let table = tables.iter().find(|table| table.header().crc == crc);
    let table = table.ok_or(ParameterFault::NoTable(number, crc))?;
    SensorCalibration::new(table, &certificate)
        .map_err(|error| ParameterFault::Sensor(number, error))
}

/// Where a calibration belongs; `None` where there is no such place.
fn seat<'a>(
    sensors: &'a mut Sensors,
    caps: &'a mut Caps,
    place: u8,
    whose: u32,
) -> Result<Option<&'a mut Option<SensorCalibration>>, ParameterFault> {
    let Some(place) = SensorPlace::from_code(place) else { return Ok(None) };
    let Sensors { tank, evaporator, channels, .. } = sensors;
    Ok(match place {
        SensorPlace::Tank => (whose == 0).then_some(tank),
        SensorPlace::Evaporator => (whose == 0).then_some(evaporator),
        SensorPlace::Front => Some(&mut caps.of(whose)?.front),
        SensorPlace::Rear => Some(&mut caps.of(whose)?.rear),
        SensorPlace::Supply => channel(channels, whose).map(|channel| &mut channel.supply),
        SensorPlace::Returned => channel(channels, whose).map(|channel| &mut channel.returned),
        SensorPlace::Skin => channel(channels, whose).map(|channel| &mut channel.skin),
    })
}

fn channel(
    channels: &mut [ChannelSensors; CHANNELS_MAXIMUM],
    whose: u32,
) -> Option<&mut ChannelSensors> {
    channels.get_mut(usize::try_from(whose).ok()?)
}

/// The caps that were met so far, at the beginning of the room.
struct Caps {
    caps: &'static mut [CapSensors],
    used: usize,
}

impl Caps {
    /// The cap of this identity, in a place of its own.
    fn of(&mut self, identity: u32) -> Result<&mut CapSensors, ParameterFault> {
        let met = self.caps.iter().take(self.used);
        let known = met.into_iter().position(|cap| cap.identity == identity);
        let place = known.unwrap_or(self.used);
        let cap = self.caps.get_mut(place).ok_or(ParameterFault::TooManyCaps)?;
        if known.is_none() {
            *cap = CapSensors { identity, ..CapSensors::NONE };
            self.used = self.used.saturating_add(1);
        }
        Ok(cap)
    }

    fn taken(self) -> &'static [CapSensors] {
        let caps: &'static [CapSensors] = self.caps;
        caps.get(..self.used).unwrap_or_default()
    }
}
