//! The integer table as source text, as the shipped curves are written.

use super::request::Request;
use super::thermistor::Calibrated;
use coldcap_calibration::physics::limits::Tolerance;
use coldcap_calibration::physics::source;
use core::fmt;

/// The whole module.
pub(super) fn text(name: &str, request: &Request, made: &Calibrated) -> String {
    let mut text = preamble(name, request, made);
    write(&mut text, made).expect("writing to a string does not fail");
    text
}

fn write(text: &mut String, made: &Calibrated) -> fmt::Result {
    let mut limit =
        |about, code| source::limit(text, about, code, &made.model, &Tolerance::REFERENCE);
    for (name, celsius, doc) in [
        ("FREEZE_TRIP", 0.0, "The guard trips from this code upward: never later than at 0 °C."),
        ("FREEZE_NEAR", 1.0, "The guard warns from this code upward: never later than at +1 °C."),
    ] {
        if let Some(code) = made.limit(celsius) {
            limit((name, doc), code)?;
        }
    }
    let open =
        "Codes above this are an open wire: more than a hundredfold of the resistance at 25 °C.";
    limit(("OPEN_ABOVE", open), made.header.open_above)?;
    let short =
        "Codes below this are a short circuit: less than a hundredth of the resistance at 25 °C.";
    limit(("SHORT_BELOW", short), made.header.short_below)?;
    source::table(text, &made.header, None, ["SHORT_BELOW", "OPEN_ABOVE"], &made.rows)
}

fn preamble(name: &str, request: &Request, made: &Calibrated) -> String {
    let (low, high) = request.covers;
    let name: String = name.chars().filter(|letter| !letter.is_control()).collect();
    let [low, high] = [low, high].map(|end| end.to_string().replace('-', "−"));
    format!(
        "\
//! A thermistor by the table {name}, under a pull-up of {ohm} Ω: {low} to {high} °C.
//!
//! Written by `coldcap calibrate ntc --emit rust`; do not edit. The grid has {grid} segments over full
//! scale. Colder is a higher code. The fitted equation is {largest:.1} mK off its table at most. The limits
//! are computed from the equation itself, not from the integer table, so that the guard shares nothing
//! with the control path. Their certificates assume parts within ±0.2 K of the curve, a resistor of ±0.1 % and
//! a converter of ±200 millionths of full scale: make them anew for others.

use coldcap_calibration::limit::CertifiedLimit;
use coldcap_calibration::table::{{CubicTable, Row, TableHeader}};
use coldcap_units::{{MicroCelsius, Ratio}};
",
        ohm = request.divider_ohm,
        grid = 1_u32 << made.header.log2_segments,
        largest = made.largest_mk,
    )
}
