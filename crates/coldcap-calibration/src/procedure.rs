//! The procedure at the bench: from codes in baths to a sensor's certificate and its own table (feature
//! `physics`).
//!
//! 1. Measure the leads ([`Leads`](crate::physics::wiring::Leads)) and the self-heating in the medium of use
//!    ([`SelfHeating::measured`](crate::physics::wiring::SelfHeating::measured)); describe the sensor as it is
//!    installed with [`InstalledNtc`].
//! 2. Take the mean code in ice, at about 26 °C (which leaves 6.7 mK from −15 to 40 °C in 95 of 100 units
//!    where 25 °C leaves 7.1 mK at its warm end) and near −10 °C for the check.
//! 3. [`Bench::calibrate`] fits gain and offset in ln R to the first two, refuses the unit if the third does
//!    not agree, makes the unit's table with its certified bound, reads every point once more *through that
//!    table*, and writes the certificate.
//!
//! Calibrate a supply and a return sensor in the same baths: what they take from one reference cancels in
//! their difference, which is what heat is made of. A check at k = 2 fails for one good unit in twenty: make the
//! baths again before the unit is refused.
//!
//! The example `calibrate_sensor` does it and prints both.

use crate::certificate::{
    Certificate, CertificateError, CertifiedPoint, Conditions, Correction, CoverageFactor,
    DecisionRule, LnResistance, MOST_POINTS, Method, Points,
};
use crate::fit::FitError;
use crate::fit::ln_resistance::{BathPoint, CalibratedNtc};
use crate::physics::CurveError;
use crate::physics::front_end::fraction;
use crate::physics::generate::{Coverage, GenerateError, Model};
use crate::physics::installed::InstalledNtc;
use crate::table::{CubicTable, Row, TableError, TableHeader};
use crate::time_stamp::TimeStamp;
use coldcap_units::{Fault, MicroCelsius, Ratio};
use core::fmt;

/// What was read in one bath.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// The bath's temperature by the reference in °C.
    pub celsius: f64,
    /// The mean code.
    pub code: Ratio,
    /// The standard uncertainty of the point in kelvins, above zero: reference, bath and reading.
    pub uncertainty_kelvin: f64,
    /// Whether it is kept out of the fit, to check it.
    pub is_check: bool,
}

/// Who, what and under which conditions: what a certificate says beside the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Particulars {
    /// The certificate's own number, above zero.
    pub number: u64,
    /// The sensor, above zero.
    pub sensor: u64,
    /// What it is compared with, above zero.
    pub reference: u64,
    /// Laboratory and place, above zero.
    pub laboratory: u32,
    /// A pseudonymous number of who answers for it, above zero.
    pub operator: u32,
    /// When.
    pub at: TimeStamp,
    /// Around the sensor.
    pub conditions: Conditions,
    /// How conformity is decided, if it is.
    pub decision: DecisionRule,
}

/// The bench: sensors of one type, installed in one way.
#[derive(Clone, Copy, Debug)]
pub struct Bench {
    /// The thermistor's type, and how its units are installed.
    pub installed: InstalledNtc,
    /// The CRC of the type's table, which units have until they are calibrated; above zero.
    pub type_table_crc: u32,
    /// What tables of units are to cover. The bound of the whole span counts in the uncertainty of every point:
    /// a grid of 128 segments has 16 µK from −20 to 48 °C, but 1.7 mK from −40 to 60 °C.
    pub coverage: Coverage,
}

/// A calibrated sensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibrated {
    /// The unit as a curve.
    pub unit: CalibratedNtc<2>,
    /// The header of its own table; the rows are in the caller's buffer.
    pub header: TableHeader,
    /// Its certificate.
    pub certificate: Certificate,
}

/// Why there is no certificate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ProcedureError {
    /// None, or more than eight readings.
    Count(usize),
    /// The code of this reading is no temperature of the type.
    Code {
        /// Which reading, from 0.
        index: usize,
        /// Why.
        error: CurveError,
    },
    /// Gain and offset cannot be fitted.
    Fit(FitError),
    /// The calibrated unit does not agree with a check point.
    Check {
        /// Which reading, from 0.
        index: usize,
        /// What it reads less the reference, in kelvins.
        deviation_kelvin: f64,
        /// What its expanded uncertainty allows, in kelvins.
        allowed_kelvin: f64,
    },
    /// There is no table.
    Table(GenerateError),
    /// The finished table does not pass its checks.
    Finished(TableError),
    /// The finished table does not read this point.
    Read {
        /// Which reading, from 0.
        index: usize,
        /// Why.
        fault: Fault,
    },
    /// The certificate cannot be written.
    Certificate(CertificateError),
}

impl fmt::Display for ProcedureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count} readings; 1 to 8 are possible"),
            Self::Code { index, error } => write!(f, "reading {index}: {error}"),
            Self::Fit(error) => write!(f, "gain and offset: {error}"),
            Self::Check { index, deviation_kelvin, allowed_kelvin } => {
                let (off, allowed) = (deviation_kelvin * 1e3, allowed_kelvin * 1e3);
                write!(f, "check {index} is {off:+.1} mK off; ±{allowed:.1} mK are allowed")
            }
            Self::Table(error) => write!(f, "table: {error}"),
            Self::Finished(error) => write!(f, "finished table: {error}"),
            Self::Read { index, fault } => write!(f, "reading {index} through the table: {fault}"),
            Self::Certificate(error) => write!(f, "{error}"),
        }
    }
}

impl core::error::Error for ProcedureError {}

impl From<CertificateError> for ProcedureError {
    fn from(error: CertificateError) -> Self {
        Self::Certificate(error)
    }
}

/// Points of the fit, gathered without a heap.
#[derive(Clone, Copy)]
struct BathPoints {
    points: [BathPoint; MOST_POINTS],
    count: usize,
}

const NO_POINT: BathPoint = BathPoint { celsius: 0.0, ohm: 0.0, uncertainty_kelvin: 0.0 };

impl BathPoints {
    const EMPTY: Self = Self { points: [NO_POINT; MOST_POINTS], count: 0 };

    fn push(&mut self, point: BathPoint) {
        if let Some(place) = self.points.get_mut(self.count) {
            *place = point;
            self.count = self.count.saturating_add(1);
        }
    }

    fn as_slice(&self) -> &[BathPoint] {
        self.points.get(..self.count).unwrap_or(&[])
    }
}

/// The coverage factor of every certificate.
const COVERAGE: f64 = 2.0;

fn micro(kelvin: f64) -> i32 {
    libm::round(kelvin * 1e6) as i32
}

impl Bench {
    /// Calibrates a unit: see the [module](self). The rows of its table are written to `rows`; with
    /// `&rows[..usize::from(header.rows)]` they pass [`CubicTable::new`].
    ///
    /// # Errors
    /// A [`ProcedureError`]; a unit that fails a check gets no certificate.
    ///
    /// # Panics
    /// Never.
    pub fn calibrate(
        &self,
        readings: &[Reading],
        particulars: &Particulars,
        rows: &mut [Row],
    ) -> Result<Calibrated, ProcedureError> {
        if readings.is_empty() || readings.len() > MOST_POINTS {
            return Err(ProcedureError::Count(readings.len()));
        }
        let unit = self.fit(readings)?;
        self.check(&unit, readings)?;
        let ntc = unit.thermistor().map_err(ProcedureError::Fit)?;
        let model = self.installed.with_ntc(ntc);
        let header = self.coverage.build(&model, rows).map_err(ProcedureError::Table)?;
        let rows = rows.get(..usize::from(header.rows)).unwrap_or(&[]);
        let table = CubicTable::new(header, rows).map_err(ProcedureError::Finished)?;
        let certificate = self.certificate(&unit, &table, readings, particulars)?;
        certificate.validate()?;
        Ok(Calibrated { unit, header, certificate })
    }

    /// A reading as what the sensor itself has: its resistance without leads, at a temperature above the
    /// bath's by its own heat.
    fn bath_point(&self, index: usize, reading: &Reading) -> Result<BathPoint, ProcedureError> {
        let at = fraction(reading.code);
        let ohm = self.installed.ohm(at);
        self.installed
            .ntc()
            .temperature(ohm)
            .map_err(|error| ProcedureError::Code { index, error })?;
        Ok(BathPoint {
            celsius: reading.celsius + self.installed.rise_kelvin(at),
            ohm,
            uncertainty_kelvin: reading.uncertainty_kelvin,
        })
    }

    fn fit(&self, readings: &[Reading]) -> Result<CalibratedNtc<2>, ProcedureError> {
        let mut points = BathPoints::EMPTY;
        for (index, reading) in readings.iter().enumerate().filter(|(_, it)| !it.is_check) {
            points.push(self.bath_point(index, reading)?);
        }
        CalibratedNtc::fit(self.installed.ntc(), points.as_slice()).map_err(ProcedureError::Fit)
    }

    fn check(&self, unit: &CalibratedNtc<2>, readings: &[Reading]) -> Result<(), ProcedureError> {
        for (index, reading) in readings.iter().enumerate().filter(|(_, it)| it.is_check) {
            let point = self.bath_point(index, reading)?;
            let found = unit.check(point).map_err(|error| ProcedureError::Code { index, error })?;
            if !found.passes() {
                let (deviation_kelvin, allowed_kelvin) =
                    (found.deviation_kelvin, found.allowed_kelvin);
                return Err(ProcedureError::Check { index, deviation_kelvin, allowed_kelvin });
            }
        }
        Ok(())
    }

    fn certificate(
        &self,
        unit: &CalibratedNtc<2>,
        table: &CubicTable<'_>,
        readings: &[Reading],
        particulars: &Particulars,
    ) -> Result<Certificate, ProcedureError> {
        let mut points = [CertifiedPoint::default(); MOST_POINTS];
        for (index, place) in points.iter_mut().enumerate().take(readings.len()) {
            *place = self.certified_point(index, unit, table, readings)?;
        }
        Ok(Certificate {
            number: particulars.number,
            sensor: particulars.sensor,
            reference: particulars.reference,
            laboratory: particulars.laboratory,
            operator: particulars.operator,
            at: particulars.at,
            method: method(readings),
            points: Points::with_checks(
                points.get(..readings.len()).unwrap_or(&[]),
                check_marks(readings),
            )?,
            correction: Correction {
                ln_resistance: Some(fixed(unit.correction())),
                table_crc: Some(table.header().crc),
            },
            type_table_crc: self.type_table_crc,
            coverage: CoverageFactor::TWO,
            conditions: particulars.conditions,
            decision: particulars.decision,
        })
    }

    /// A reading as the certificate keeps it: as found by the curve of the type, with neither leads nor
    /// self-heating corrected, as a machine without calibration reads it; as left through the unit's own
    /// table.
    fn certified_point(
        &self,
        index: usize,
        unit: &CalibratedNtc<2>,
        table: &CubicTable<'_>,
        readings: &[Reading],
    ) -> Result<CertifiedPoint, ProcedureError> {
        let reading = readings.get(index).ok_or(ProcedureError::Count(readings.len()))?;
        let read = table.eval(reading.code);
        let MicroCelsius(read) = read.map_err(|fault| ProcedureError::Read { index, fault })?;
        let at = MicroCelsius(micro(reading.celsius));
        let point = self.bath_point(index, reading)?;
        let refused = |error| ProcedureError::Code { index, error };
        let own = unit.uncertainty_kelvin(point.ohm).map_err(refused)?;
        let bare = self.installed.bare();
        let found = micro(bare.celsius(fraction(reading.code)) - reading.celsius);
        let of_point = if is_exact(reading, readings) { 0.0 } else { reading.uncertainty_kelvin };
        let expanded = expanded_uk(own, of_point, table.header().bound_micro_kelvin);
        Ok(CertifiedPoint::new(at, found, read.saturating_sub(at.0), expanded)
            .map_err(|error| named(error, index))?)
    }
}

/// Gain and offset from two points go through both, from more through none.
fn method(readings: &[Reading]) -> Method {
    let fitted = readings.iter().filter(|it| !it.is_check).count();
    if fitted == 2 { Method::TwoPoint } else { Method::MultiPoint }
}

/// Whether the fit goes through this point.
fn is_exact(reading: &Reading, readings: &[Reading]) -> bool {
    !reading.is_check && method(readings) == Method::TwoPoint
}

/// The expanded uncertainty of the errors at a point in µK: calibration, point, and the table's bound as a
/// rectangle. A point that the fit goes through is in the calibration already; any other is off it by its own
/// uncertainty too.
fn expanded_uk(own_kelvin: f64, point_kelvin: f64, bound_uk: u32) -> u32 {
    let table = f64::from(bound_uk) * 1e-6 / libm::sqrt(3.0);
    let standard = libm::hypot(libm::hypot(own_kelvin, point_kelvin), table);
    libm::ceil(COVERAGE * standard * 1e6) as u32
}

/// The same error, with the number of the reading.
fn named(error: CertificateError, index: usize) -> CertificateError {
    use crate::certificate::CertificateField::Point;
    match error {
        CertificateError::Field(Point(_)) => {
            CertificateError::Field(Point(u8::try_from(index).unwrap_or(u8::MAX)))
        }
        other => other,
    }
}

fn check_marks(readings: &[Reading]) -> u8 {
    let bit = |(index, reading): (u32, &Reading)| {
        if reading.is_check { 1u8.checked_shl(index).unwrap_or(0) } else { 0 }
    };
    (0u32..).zip(readings).map(bit).fold(0, |marks, mark| marks | mark)
}

/// Gain and offset in fixed point.
fn fixed([offset, more_gain]: [f64; 2]) -> LnResistance {
    let scale = f64::from(1u32 << LnResistance::FRACTION_BITS);
    let bits = |value: f64| libm::round(value * scale) as i32;
    LnResistance { more_gain_bits: bits(more_gain), offset_bits: bits(offset) }
}
