//! The integer table as source text, as the shipped curves are written.

use super::request::Request;
use super::thermistor::Calibrated;
use coldcap_calibration::physics::front_end::fraction;
use coldcap_calibration::physics::generate::Model;
use coldcap_calibration::table::Row;
use coldcap_units::Ratio;
use core::fmt::Write;

/// The whole module.
pub(super) fn text(name: &str, request: &Request, made: &Calibrated) -> String {
    let mut text = preamble(name, request, made);
    for (name, celsius, doc) in [
        ("FREEZE_TRIP", 0.0, "The guard trips from this code upward: never later than at 0 °C."),
        ("FREEZE_NEAR", 1.0, "The guard warns from this code upward: never later than at +1 °C."),
    ] {
        if let Some(code) = made.limit(celsius) {
            limit(&mut text, made, (name, doc), code);
        }
    }
    let open =
        "Codes above this are an open wire: more than a hundredfold of the resistance at 25 °C.";
    limit(&mut text, made, ("OPEN_ABOVE", open), made.header.open_above);
    let short =
        "Codes below this are a short circuit: less than a hundredth of the resistance at 25 °C.";
    limit(&mut text, made, ("SHORT_BELOW", short), made.header.short_below);
    header(&mut text, made);
    text.push_str(TABLE);
    rows(&mut text, &made.rows);
    text
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
//! with the control path.

use coldcap_calibration::table::{{CubicTable, Row, TableHeader}};
use coldcap_units::{{MicroCelsius, Ratio}};
",
        ohm = request.divider_ohm,
        grid = 1_u32 << made.header.log2_segments,
        largest = made.largest_mk,
    )
}

fn limit(text: &mut String, made: &Calibrated, (name, doc): (&str, &str), code: Ratio) {
    let micro = grouped((made.model.celsius(fraction(code)) * 1e6).round() as i64);
    let _ = write!(
        text,
        "
/// {doc}
pub const {name}: Ratio = Ratio(0x{:08X});

/// What the model gives at [`{name}`].
pub const {name}_AT: MicroCelsius = MicroCelsius({micro});
",
        code.0
    );
}

fn header(text: &mut String, made: &Calibrated) {
    let header = &made.header;
    let _ = write!(
        text,
        "
const HEADER: TableHeader = TableHeader {{
    version: {},
    log2_segments: {},
    first_row: {},
    rows: {},
    low: Ratio(0x{:08X}),
    high: Ratio(0x{:08X}),
    short_below: SHORT_BELOW,
    open_above: OPEN_ABOVE,
    bound_micro_kelvin: {},
    crc: 0x{:08X},
}};
",
        header.version,
        header.log2_segments,
        header.first_row,
        header.rows,
        header.low.0,
        header.high.0,
        header.bound_micro_kelvin,
        header.crc,
    );
}

const TABLE: &str = "
/// The table, checked by the compiler: a table that fails its checks does not build.
pub static TABLE: CubicTable<'static> = match CubicTable::new(HEADER, &ROWS) {
    Ok(table) => table,
    Err(_) => panic!(\"the table fails its own checks\"),
};
";

fn rows(text: &mut String, rows: &[Row]) {
    let _ = writeln!(text, "\nstatic ROWS: [Row; {}] = [", rows.len());
    for Row(coefficients) in rows {
        let written = coefficients.map(|coefficient| grouped(coefficient.into()));
        let _ = writeln!(text, "    Row([{}]),", written.join(", "));
    }
    text.push_str("];\n");
}

/// Digits in groups of three, as the language writes them.
fn grouped(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::from(if value < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}
