//! A certificate as bytes, and back.

use super::field::{Conditions, Correction, CoverageFactor, DecisionRule, LnResistance};
use super::points::{CertifiedPoint, MOST_POINTS, Points};
use super::{CERTIFICATE_LEN, Certificate, CertificateError, CertificateField, Medium, Method};
use crate::bytes::{Reader, Writer};
use crate::digest::CRC_32;
use crate::time_stamp::{ClockQuality, TimeStamp};
use coldcap_units::{MicroCelsius, Permille};

const BODY_LEN: usize = CERTIFICATE_LEN - 4;

/// Humidity that was not stated.
const NOT_STATED: u16 = u16::MAX;

const fn field(field: CertificateField) -> CertificateError {
    CertificateError::Field(field)
}

impl Certificate {
    /// The certificate as bytes.
    ///
    /// # Errors
    /// As [`Certificate::validate`]: what would not be read back is not written.
    ///
    /// # Panics
    /// Never.
    pub fn to_bytes(&self) -> Result<[u8; CERTIFICATE_LEN], CertificateError> {
        self.validate()?;
        let mut body = [0; BODY_LEN];
        let mut writer = Writer(&mut body);
        self.write_names(&mut writer);
        self.write_rules(&mut writer);
        self.write_correction(&mut writer);
        write_points(&self.points, &mut writer);
        let mut bytes = [0; CERTIFICATE_LEN];
        let mut writer = Writer(&mut bytes);
        writer.put(body);
        writer.put(CRC_32.checksum(&body).to_le_bytes());
        Ok(bytes)
    }

    fn write_names(&self, writer: &mut Writer<'_>) {
        writer.put(Self::VERSION.to_le_bytes());
        writer.put([self.method.code(), self.points.count()]);
        writer.put(self.number.to_le_bytes());
        writer.put(self.sensor.to_le_bytes());
        writer.put(self.reference.to_le_bytes());
        writer.put(self.laboratory.to_le_bytes());
        writer.put(self.operator.to_le_bytes());
        writer.put(self.at.unix_s.to_le_bytes());
    }

    fn write_rules(&self, writer: &mut Writer<'_>) {
        writer.put([self.at.clock.code(), self.decision.code()]);
        writer.put(self.coverage.to_thousandths().to_le_bytes());
        writer.put(self.decision.tolerance_uk().unwrap_or(0).to_le_bytes());
        writer.put(self.conditions.room_centi_celsius().to_le_bytes());
        let humidity = self.conditions.humidity().map_or(NOT_STATED, |humidity| humidity.0);
        writer.put(humidity.to_le_bytes());
    }

    fn write_correction(&self, writer: &mut Writer<'_>) {
        let medium = self.conditions.medium().code();
        writer.put([medium, self.correction.code(), self.points.checks(), 0]);
        let ln = self.correction.ln_resistance.unwrap_or_default();
        writer.put(ln.more_gain_bits.to_le_bytes());
        writer.put(ln.offset_bits.to_le_bytes());
        writer.put(self.correction.table_crc.unwrap_or(0).to_le_bytes());
        writer.put(self.type_table_crc.to_le_bytes());
        writer.put([0; 16]);
    }

    /// The certificate that these bytes hold.
    ///
    /// # Errors
    /// - [`CertificateError::Crc`]: damaged; every change of up to 3 bits, and every burst of up to 32, is
    ///   certain to be seen.
    /// - [`CertificateError::Version`]: sound, but of a later version.
    /// - [`CertificateError::Field`]: sound, but a field holds what no writer writes.
    /// - [`CertificateError::Contradiction`]: sound, and two of its fields contradict each other.
    ///
    /// # Panics
    /// Never.
    pub fn from_bytes(bytes: &[u8; CERTIFICATE_LEN]) -> Result<Self, CertificateError> {
        let mut reader = Reader(bytes);
        let body: [u8; BODY_LEN] = reader.take();
        if CRC_32.checksum(&body).to_le_bytes() != reader.take() {
            return Err(CertificateError::Crc);
        }
        let certificate = read_body(&mut Reader(&body))?;
        certificate.validate()?;
        Ok(certificate)
    }
}

fn write_points(points: &Points, writer: &mut Writer<'_>) {
    for point in points.places() {
        writer.put(point.at.0.to_le_bytes());
        writer.put(point.found_uk.to_le_bytes());
        writer.put(point.left_steps.to_le_bytes());
        writer.put(point.expanded_steps.to_le_bytes());
    }
}

/// Fields in the order of the layout.
fn read_body(reader: &mut Reader<'_>) -> Result<Certificate, CertificateError> {
    let version = reader.take_u16();
    if version != Certificate::VERSION {
        return Err(CertificateError::Version(version));
    }
    let [method, count] = reader.take();
    let method = Method::from_code(method).ok_or(field(CertificateField::Method))?;
    let (number, sensor, reference) = (reader.take_u64(), reader.take_u64(), reader.take_u64());
    let (laboratory, operator) = (reader.take_u32(), reader.take_u32());
    let unix_s = reader.take_u64();
    let [clock, rule] = reader.take();
    let clock = ClockQuality::from_code(clock).ok_or(field(CertificateField::Time))?;
    let coverage = CoverageFactor::from_thousandths(reader.take_u16())?;
    let decision = DecisionRule::from_code(rule, reader.take_u32());
    let decision = decision.ok_or(field(CertificateField::Decision))?;
    let (room, humidity) = (reader.take_i16(), reader.take_u16());
    let [medium, kind, checks, zero] = reader.take();
    let medium = Medium::from_code(medium).ok_or(field(CertificateField::Medium))?;
    let humidity = (humidity != NOT_STATED).then_some(Permille(humidity));
    let conditions = Conditions::new(room, humidity, medium)?;
    let correction = read_correction(kind, reader)?;
    let type_table_crc = reader.take_u32();
    if zero != 0 || reader.take() != [0; 16] {
        return Err(field(CertificateField::Reserved));
    }
    Ok(Certificate {
        number,
        sensor,
        reference,
        laboratory,
        operator,
        at: TimeStamp { unix_s, clock },
        method,
        points: read_points(count, checks, reader)?,
        correction,
        type_table_crc,
        coverage,
        conditions,
        decision,
    })
}

fn read_correction(kind: u8, reader: &mut Reader<'_>) -> Result<Correction, CertificateError> {
    let ln = LnResistance { more_gain_bits: reader.take_i32(), offset_bits: reader.take_i32() };
    let crc = reader.take_u32();
    let (has_ln, has_table) = (kind & 1 != 0, kind & 2 != 0);
    if kind > 3 {
        return Err(field(CertificateField::Correction));
    }
    if !has_ln && ln != LnResistance::default() {
        return Err(field(CertificateField::LnResistance));
    }
    if !has_table && crc != 0 {
        return Err(field(CertificateField::Table));
    }
    Ok(Correction { ln_resistance: has_ln.then_some(ln), table_crc: has_table.then_some(crc) })
}

fn read_points(count: u8, checks: u8, reader: &mut Reader<'_>) -> Result<Points, CertificateError> {
    let mut points = [CertifiedPoint::default(); MOST_POINTS];
    for (index, place) in (0u8..).zip(&mut points) {
        *place = read_point(reader);
        let allowed =
            if index < count { place.is_possible() } else { *place == CertifiedPoint::default() };
        if !allowed {
            return Err(field(CertificateField::Point(index)));
        }
    }
    let used = points.get(..usize::from(count)).ok_or(field(CertificateField::PointCount))?;
    Points::with_checks(used, checks)
}

fn read_point(reader: &mut Reader<'_>) -> CertifiedPoint {
    CertifiedPoint {
        at: MicroCelsius(reader.take_i32()),
        found_uk: reader.take_i32(),
        left_steps: reader.take_i16(),
        expanded_steps: reader.take_u16(),
    }
}
