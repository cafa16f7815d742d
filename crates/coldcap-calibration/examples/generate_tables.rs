//! Writes the source text of a shipped table to standard output: `src/curves/ntc_10k3a1.rs` without an
//! argument, else that of the curve named.
//!
//! ```text
//! cargo run -p coldcap-calibration --features physics --example generate_tables > FILE
//! cargo run -p coldcap-calibration --features physics --example generate_tables NAME > FILE
//! ```
//!
//! With the name of another curve, `erfcx`, `pt100`, `pt1000`, `tc_k`, `tc_t`, it writes that one.

#[path = "sensor_tables/mod.rs"]
pub mod sensor_tables;

use coldcap_calibration::physics::front_end::{Divider, code, fraction};
use coldcap_calibration::physics::generate::{
    Coverage, GenerateError, NtcInDivider, limit_no_colder_than,
};
use coldcap_calibration::physics::half_space::ScaledErfcx;
use coldcap_calibration::physics::limits::Tolerance;
use coldcap_calibration::physics::source;
use coldcap_calibration::table::Row;
use coldcap_units::Ratio;
use core::fmt;

const MODEL: NtcInDivider = NtcInDivider::REFERENCE;
const LOG2_SEGMENTS: u8 = 7;
/// What the working range is called.
const WORKING: &str = "−20 to 50 °C";
/// A hundredfold of the resistance at 25 °C, and a hundredth of it.
const OPEN_OHM: f64 = 1e6;
const SHORT_OHM: f64 = 100.0;

/// The codes between two temperatures, both ends inside.
fn coverage(coldest: f64, warmest: f64) -> Coverage {
    let ohm = |celsius| MODEL.ntc.resistance(celsius).expect("within the part's rating");
    let exact = |celsius| MODEL.divider.fraction(ohm(celsius));
    let inward = |celsius: f64, step: i64| {
        let nearest = code(exact(celsius));
        let outside = (exact(celsius) - fraction(nearest)) * step as f64 > 0.0;
        Ratio((i64::from(nearest.0) + if outside { step } else { 0 }) as u32)
    };
    Coverage {
        log2_segments: LOG2_SEGMENTS,
        low: inward(warmest, 1),
        high: inward(coldest, -1),
        short_below: code(Divider::REFERENCE.fraction(SHORT_OHM)),
        open_above: code(Divider::REFERENCE.fraction(OPEN_OHM)),
    }
}

const PREAMBLE: &str = "\
//! The reference thermistor, 10K3A1, under a 10 kΩ pull-up: −40 to 55 °C.
//!
//! Written by the example `generate_tables`; do not edit. The grid has 128 segments over full scale.
//! Colder is a higher code. The limits are computed from the Steinhart–Hart equation itself, not from
//! the table, so that the guard shares nothing with the control path. Their certificates assume parts
//! within ±0.2 K of the curve, a resistor of ±0.1 % and a converter of ±200 millionths of full scale.

use crate::limit::CertifiedLimit;
use crate::table::{CubicTable, Row, TableHeader, WorkingRange};
use coldcap_units::{MicroCelsius, Ratio};
";

fn limits(text: &mut String, span: &Coverage) -> fmt::Result {
    let at = |celsius| limit_no_colder_than(&MODEL, celsius).expect("within the part's rating");
    let freeze = "The guard trips from this code upward: never later than at 0 °C.";
    let mut limit =
        |name, doc, code| source::limit(text, (name, doc), code, &MODEL, &Tolerance::REFERENCE);
    limit("FREEZE_TRIP", freeze, at(0.0))?;
    let near = "The guard warns from this code upward: never later than at +1 °C.";
    limit("FREEZE_NEAR", near, at(1.0))?;
    let evaporator =
        "The evaporator is too cold from this code upward: never later than at −12 °C.";
    limit("EVAPORATOR_COLD", evaporator, at(-12.0))?;
    let open =
        "Codes above this are an open wire: more than a hundredfold of the resistance at 25 °C.";
    limit("OPEN_ABOVE", open, span.open_above)?;
    let short =
        "Codes below this are a short circuit: less than a hundredth of the resistance at 25 °C.";
    limit("SHORT_BELOW", short, span.short_below)
}

/// The whole source file.
pub fn ntc_10k3a1() -> Result<String, GenerateError> {
    let span = coverage(-40.0, 55.0);
    let mut buffer = [Row::default(); 128];
    let built = span.build(&MODEL, &mut buffer)?;
    let working = coverage(-20.0, 50.0).working(&MODEL, &built)?;
    let mut text = String::from(PREAMBLE);
    let written = limits(&mut text, &span).and_then(|()| {
        let rows = &buffer[..usize::from(built.rows)];
        let ends = ["SHORT_BELOW", "OPEN_ABOVE"];
        source::table(&mut text, &built, Some((&working, WORKING)), ends, rows)
    });
    written.expect("writing to a string does not fail");
    Ok(text)
}

const ERFCX_PREAMBLE: &str = "\
//! `exp(x²)·erfc(x)` for x from 0 to 4, in billionths.
//!
//! Written by the example `generate_tables`; do not edit. Full scale of the code is x = 4; the engine's
//! millionth of a degree stands for 10⁻⁹. The grid has 64 segments.

use crate::table::{CubicTable, Row, TableHeader};
use coldcap_units::Ratio;
";

/// The source file of the scaled complementary error function.
pub fn erfcx() -> Result<String, GenerateError> {
    let span = Coverage {
        log2_segments: 6,
        low: Ratio(0),
        high: Ratio(u32::MAX),
        short_below: Ratio(0),
        open_above: Ratio(u32::MAX),
    };
    let mut buffer = [Row::default(); 64];
    let built = span.build(&ScaledErfcx, &mut buffer)?;
    let mut text = String::from(ERFCX_PREAMBLE);
    source::table(&mut text, &built, None, ["Ratio(0x00000000)", "Ratio(0xFFFFFFFF)"], &buffer)
        .expect("writing to a string does not fail");
    Ok(text)
}

fn main() -> Result<(), GenerateError> {
    let name = std::env::args().nth(1).unwrap_or_default();
    let text = match sensor_tables::by_name(&name) {
        Some(text) => text?,
        None if name == "erfcx" => erfcx()?,
        None => ntc_10k3a1()?,
    };
    print!("{text}");
    Ok(())
}
