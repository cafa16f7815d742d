//! Tables and raw-code limits as Rust source text: how the shipped curves are written, and how a maker's
//! own curve is. A text that is written here is checked again by the compiler that reads it.

use super::generate::{Model, NtcInDivider};
use super::limits::{Tolerance, certify};
use crate::limit::CertifiedLimit;
use crate::physics::front_end::fraction;
use crate::table::{Row, TableHeader, WorkingRange};
use coldcap_units::{MicroCelsius, Ratio};
use core::fmt::{self, Write};

/// A whole number with its digits in groups of three, as the language writes them.
///
/// ```
/// use coldcap_calibration::physics::source::Grouped;
/// assert_eq!(format!("{} {} {}", Grouped(-241_376), Grouped(999), Grouped(0)), "-241_376 999 0");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grouped(pub i64);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let mut rest = self.0.unsigned_abs();
        // A thousandth of 2⁶⁴ seven times over is nothing.
        let mut groups = [0u64; 7];
        let mut count = 0usize;
        for group in &mut groups {
            *group = rest % 1_000;
            rest /= 1_000;
            count = count.saturating_add(1);
            if rest == 0 {
                break;
            }
        }
        let mut written = groups.iter().take(count).rev();
        let first = written.next().copied().unwrap_or(0);
        write!(f, "{first}")?;
        written.try_for_each(|group| write!(f, "_{group:03}"))
    }
}

/// A raw code with a name of its own.
///
/// # Errors
/// Only those of `text`.
pub fn code(text: &mut impl Write, name: &str, doc: &str, code: Ratio) -> fmt::Result {
    writeln!(text, "\n/// {doc}\npub const {name}: Ratio = Ratio(0x{:08X});", code.0)
}

/// A limit for raw codes of a thermistor, what the model gives there, and its certificate: what the code
/// surely means, parts within `tolerance`.
///
/// A code at which a part within tolerance gives no reading of a thermistor is left without a certificate.
///
/// # Errors
/// Only those of `text`.
pub fn limit(
    text: &mut impl Write,
    (name, doc): (&str, &str),
    limit: Ratio,
    model: &NtcInDivider,
    tolerance: &Tolerance,
) -> fmt::Result {
    code(text, name, doc, limit)?;
    let at = MicroCelsius(libm::round(model.celsius(fraction(limit)) * 1e6) as i32);
    writeln!(text, "\n/// What the model gives at [`{name}`].")?;
    writeln!(text, "pub const {name}_AT: MicroCelsius = MicroCelsius({});", Grouped(at.0.into()))?;
    certify(model, limit, tolerance).map_or(Ok(()), |surely| certificate(text, name, &surely))
}

fn certificate(text: &mut impl Write, name: &str, surely: &CertifiedLimit) -> fmt::Result {
    writeln!(text, "\n/// What [`{name}`] surely means, parts within their tolerances.")?;
    writeln!(text, "pub const {name}_CERTIFICATE: CertifiedLimit = CertifiedLimit {{")?;
    writeln!(text, "    code: {name},")?;
    writeln!(text, "    at: {name}_AT,")?;
    writeln!(text, "    coldest: MicroCelsius({}),", Grouped(surely.coldest.0.into()))?;
    writeln!(text, "    warmest: MicroCelsius({}),", Grouped(surely.warmest.0.into()))?;
    writeln!(text, "}};")
}

/// A table of cubics: its header, its working range if it has one, the table that the compiler checks, and
/// its rows. `ends` are the expressions for the header's electrical limits, short circuit first; `working`
/// is a range and what its documentation calls it, as in "−20 to 50 °C".
///
/// # Errors
/// Only those of `text`.
pub fn table(
    text: &mut impl Write,
    header: &TableHeader,
    working: Option<(&WorkingRange, &str)>,
    ends: [&str; 2],
    rows: &[Row],
) -> fmt::Result {
    self::header(text, header, ends)?;
    if let Some((range, name)) = working {
        self::working(text, range, name)?;
    }
    let made = working.map_or("new(HEADER, &ROWS)", |_| "with_working(HEADER, &ROWS, WORKING)");
    checked(text, made)?;
    writeln!(text, "\nstatic ROWS: [Row; {}] = [", rows.len())?;
    for Row(coefficients) in rows {
        let [constant, linear, quadratic, cubic] = coefficients.map(|it| Grouped(it.into()));
        writeln!(text, "    Row([{constant}, {linear}, {quadratic}, {cubic}]),")?;
    }
    writeln!(text, "];")
}

fn header(text: &mut impl Write, header: &TableHeader, [short, open]: [&str; 2]) -> fmt::Result {
    writeln!(text, "\nconst HEADER: TableHeader = TableHeader {{")?;
    writeln!(text, "    version: {},", header.version)?;
    writeln!(text, "    log2_segments: {},", header.log2_segments)?;
    writeln!(text, "    first_row: {},", header.first_row)?;
    writeln!(text, "    rows: {},", header.rows)?;
    writeln!(text, "    low: Ratio(0x{:08X}),", header.low.0)?;
    writeln!(text, "    high: Ratio(0x{:08X}),", header.high.0)?;
    writeln!(text, "    short_below: {short},")?;
    writeln!(text, "    open_above: {open},")?;
    writeln!(text, "    bound_micro_kelvin: {},", header.bound_micro_kelvin)?;
    writeln!(text, "    crc: 0x{:08X},", header.crc)?;
    writeln!(text, "}};")
}

fn working(text: &mut impl Write, range: &WorkingRange, name: &str) -> fmt::Result {
    writeln!(text, "\n/// What [`TABLE`] promises from {name}.")?;
    writeln!(text, "pub const WORKING: WorkingRange = WorkingRange {{")?;
    writeln!(text, "    low: Ratio(0x{:08X}),", range.low.0)?;
    writeln!(text, "    high: Ratio(0x{:08X}),", range.high.0)?;
    writeln!(text, "    bound_micro_kelvin: {},", range.bound_micro_kelvin)?;
    writeln!(text, "    crc: 0x{:08X},", range.crc)?;
    writeln!(text, "}};")
}

fn checked(text: &mut impl Write, made: &str) -> fmt::Result {
    writeln!(
        text,
        "\n/// The table, checked by the compiler: a table that fails its checks does not build."
    )?;
    writeln!(text, "pub static TABLE: CubicTable<'static> = match CubicTable::{made} {{")?;
    writeln!(text, "    Ok(table) => table,")?;
    writeln!(text, "    Err(_) => panic!(\"the table fails its own checks\"),")?;
    writeln!(text, "}};")
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use proptest::prelude::*;
    use std::format;

    proptest! {
        #[test]
        fn a_grouped_number_is_the_number(value: i64) {
            let text = format!("{}", Grouped(value));
            prop_assert_eq!(text.replace('_', ""), format!("{value}"));
            let groups = text.trim_start_matches('-').split('_');
            prop_assert!(groups.skip(1).all(|group| group.len() == 3));
        }
    }
}
