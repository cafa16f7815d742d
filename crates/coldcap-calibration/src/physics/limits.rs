//! What a raw-code limit surely means, with the tolerances of everything before the converter.
//!
//! A guard compares raw codes and shares nothing with the tables. Its limits come from the sensor's
//! equation; this module states the temperatures between which the sensor truly is when the converter
//! gives such a code.

use super::front_end::fraction;
use super::generate::NtcInDivider;
use crate::limit::CertifiedLimit;
use coldcap_units::{MicroCelsius, Ratio};

/// How far parts may be from their nominal values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// The thermistor from its curve, in kelvins.
    pub sensor_kelvin: f64,
    /// The divider's resistor, as a part of its value.
    pub resistor: f64,
    /// The converter with offset, gain, linearity and one step, as a part of full scale.
    pub converter: f64,
}

impl Tolerance {
    /// Assumed of the reference machine until its parts are chosen: ±0.2 K interchangeability, a
    /// resistor of ±0.1 % with its drift, a converter of ±200 millionths of full scale.
    pub const REFERENCE: Self = Self { sensor_kelvin: 0.2, resistor: 1e-3, converter: 200e-6 };
}

/// The certificate of a code for a thermistor to ground: the temperatures at the corners of the
/// tolerances, rounded outward to 1 µK. `None` where a corner is no reading of a thermistor.
#[must_use]
pub fn certify(model: &NtcInDivider, code: Ratio, tolerance: &Tolerance) -> Option<CertifiedLimit> {
    let read = fraction(code);
    let at = |converter: f64, resistor: f64| {
        let fraction = read + converter * tolerance.converter;
        let ohm = model.divider.ohm(fraction) * (1.0 + resistor * tolerance.resistor);
        (fraction > 0.0 && fraction < 1.0).then(|| model.ntc.celsius(libm::log(ohm)))
    };
    // More resistance is colder: both terms up for the coldest, both down for the warmest.
    let coldest = at(1.0, 1.0)? - tolerance.sensor_kelvin;
    let warmest = at(-1.0, -1.0)? + tolerance.sensor_kelvin;
    Some(CertifiedLimit {
        code,
        at: micro(libm::round(at(0.0, 0.0)? * 1e6)),
        coldest: micro(libm::floor(coldest * 1e6)),
        warmest: micro(libm::ceil(warmest * 1e6)),
    })
}

const fn micro(value: f64) -> MicroCelsius {
    MicroCelsius(value as i32)
}
