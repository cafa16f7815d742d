//! The source texts of the platinum and thermocouple tables.

use coldcap_calibration::physics::front_end::{code, fraction};
use coldcap_calibration::physics::generate::{Coverage, GenerateError, Model};
use coldcap_calibration::physics::sensor_model::{CoupleOnConverter, PlatinumOnReference};
use coldcap_calibration::physics::source;
use coldcap_calibration::table::{Row, TableHeader};
use coldcap_units::Ratio;
use core::fmt::{self, Write};

/// What one file says and holds; temperatures in °C.
struct Sensor {
    title: &'static str,
    front_end: &'static str,
    short: &'static str,
    open: &'static str,
    log2_segments: u8,
    span: (f64, f64),
    working: (f64, f64),
    short_below: f64,
    open_above: f64,
}

const PT100: Sensor = Sensor {
    title: "The platinum thermometer of IEC 60751, 100 Ω at 0 °C, on 400 Ω: −200 to 850 °C.",
    front_end: "\
//! The thermometer is in series with a reference resistor of four times its resistance at 0 °C, whose
//! voltage is the converter's reference: `code = R / R_reference`. The same table serves any platinum
//! thermometer on four times its resistance, as 1000 Ω on 4 kΩ. Warmer is a higher code.
",
    short: "Codes below this are a short circuit: less than a hundredth of the resistance at 0 °C.",
    open: "Codes above this are an open wire: more than 99.5 % of the reference resistor.",
    log2_segments: 6,
    span: (-200.0, 850.0),
    working: (-20.0, 50.0),
    short_below: 0.0025,
    open_above: 0.995,
};

const PT1000: Sensor = Sensor {
    title: "The platinum thermometer of IEC 60751, 1000 Ω at 0 °C, on 4 kΩ: −30 to 60 °C.",
    front_end: "\
//! The thermometer is in series with a reference resistor of four times its resistance at 0 °C, whose
//! voltage is the converter's reference: `code = R / R_reference`. Twelve segments over what a cooling
//! machine sees; [`pt100`](super::pt100) is the same curve over its whole range. Warmer is a higher code.
",
    log2_segments: 7,
    span: (-30.0, 60.0),
    ..PT100
};

const COUPLE: Sensor = Sensor {
    title: "",
    front_end: "\
//! A converter of both signs in offset binary, ±19.531 25 mV (2.5 V after a gain of 128):
//! `code = 1/2 + voltage / 39.062 5 mV`. The voltage is the whole one, measured and cold junction's: the
//! caller adds the latter as a voltage, never as a temperature, and without wrapping. Warmer is a higher
//! code.
",
    short: "A voltage cannot show a short circuit: no code is one.",
    open: "Codes above this are an open wire, which a burn-out current drives to full scale.",
    log2_segments: 8,
    span: (-40.0, 125.0),
    working: (-20.0, 50.0),
    short_below: 0.0,
    open_above: 0.999,
};

const TC_K: Sensor =
    Sensor { title: "The thermocouple of type K by ITS-90: −40 to 125 °C.", ..COUPLE };

const TC_T: Sensor = Sensor {
    title: "The thermocouple of type T by ITS-90: −40 to 125 °C.",
    log2_segments: 9,
    ..COUPLE
};

impl Sensor {
    /// The codes between two temperatures, both ends inside, of a curve that rises with the code.
    fn coverage(&self, model: &impl Model, (coldest, warmest): (f64, f64)) -> Coverage {
        Coverage {
            log2_segments: self.log2_segments,
            low: first_from(model, coldest),
            high: Ratio(first_from(model, warmest).0 - 1),
            short_below: code(self.short_below),
            open_above: code(self.open_above),
        }
    }

    fn text(&self, model: &impl Model) -> Result<String, GenerateError> {
        let span = self.coverage(model, self.span);
        let mut buffer = [Row::default(); 96];
        let built = span.build(model, &mut buffer)?;
        let working = self.coverage(model, self.working).working(model, &built)?;
        let mut text = String::new();
        let written = self
            .preamble(&mut text, built.rows)
            .and_then(|()| self.constants(&mut text, &built))
            .and_then(|()| {
                let rows = &buffer[..usize::from(built.rows)];
                let ends = ["SHORT_BELOW", "OPEN_ABOVE"];
                source::table(&mut text, &built, Some((&working, "−20 to 50 °C")), ends, rows)
            });
        written.expect("writing to a string does not fail");
        Ok(text)
    }

    fn preamble(&self, text: &mut String, rows: u16) -> fmt::Result {
        writeln!(text, "//! {}\n//!", self.title)?;
        writeln!(
            text,
            "//! Written by the example `generate_tables`; do not edit. The grid has {} segments over full",
            1 << self.log2_segments
        )?;
        writeln!(text, "//! scale, of which {rows} rows of 16 bytes are kept.\n//!")?;
        text.push_str(self.front_end);
        text.push_str(
            "\nuse crate::table::{CubicTable, Row, TableHeader, WorkingRange};\nuse coldcap_units::Ratio;\n",
        );
        Ok(())
    }

    fn constants(&self, text: &mut String, built: &TableHeader) -> fmt::Result {
        source::code(text, "OPEN_ABOVE", self.open, built.open_above)?;
        source::code(text, "SHORT_BELOW", self.short, built.short_below)
    }
}

/// The lowest code at which a rising model is at least this warm.
fn first_from(model: &impl Model, celsius: f64) -> Ratio {
    let (mut colder, mut warmer) = (0u32, u32::MAX);
    while warmer - colder > 1 {
        let middle = colder + (warmer - colder) / 2;
        // Beyond its range a model may give no number: which side that is, the sign of half tells.
        let at = model.celsius(fraction(Ratio(middle)));
        let is_warm = if at.is_nan() { middle > u32::MAX / 2 } else { at >= celsius };
        if is_warm {
            warmer = middle;
        } else {
            colder = middle;
        }
    }
    Ratio(warmer)
}

/// The source text of a sensor's table, by the name of its file.
pub fn by_name(name: &str) -> Option<Result<String, GenerateError>> {
    Some(match name {
        "pt100" => PT100.text(&PlatinumOnReference::PT100),
        "pt1000" => PT1000.text(&PlatinumOnReference::PT1000),
        "tc_k" => TC_K.text(&CoupleOnConverter::K),
        "tc_t" => TC_T.text(&CoupleOnConverter::T),
        _ => return None,
    })
}
