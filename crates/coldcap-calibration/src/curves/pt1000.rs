//! The platinum thermometer of IEC 60751, 1000 Ω at 0 °C, on 4 kΩ: −30 to 60 °C.
//!
//! Written by the example `generate_tables`; do not edit. The grid has 128 segments over full
//! scale, of which 12 rows of 16 bytes are kept.
//!
//! The thermometer is in series with a reference resistor of four times its resistance at 0 °C, whose
//! voltage is the converter's reference: `code = R / R_reference`. Twelve segments over what a cooling
//! machine sees; [`pt100`](super::pt100) is the same curve over its whole range. Warmer is a higher code.

use crate::table::{CubicTable, Row, TableHeader, WorkingRange};
use coldcap_units::Ratio;

/// Codes above this are an open wire: more than 99.5 % of the reference resistor.
pub const OPEN_ABOVE: Ratio = Ratio(0xFEB851EC);

/// Codes below this are a short circuit: less than a hundredth of the resistance at 0 °C.
pub const SHORT_BELOW: Ratio = Ratio(0x00A3D70A);

const HEADER: TableHeader = TableHeader {
    version: 1,
    log2_segments: 7,
    first_row: 28,
    rows: 12,
    low: Ratio(0x38763C7B),
    high: Ratio(0x4EDFF3F0),
    short_below: SHORT_BELOW,
    open_above: OPEN_ABOVE,
    bound_micro_kelvin: 6,
    crc: 0xECCA633B,
};

/// What [`TABLE`] promises from −20 to 50 °C.
pub const WORKING: WorkingRange = WorkingRange {
    low: Ratio(0x3AFB7A4F),
    high: Ratio(0x4C6A0663),
    bound_micro_kelvin: 6,
    crc: 0x119FC5B5,
};

/// The table, checked by the compiler: a table that fails its checks does not build.
pub static TABLE: CubicTable<'static> = match CubicTable::with_working(HEADER, &ROWS, WORKING) {
    Ok(table) => table,
    Err(_) => panic!("the table fails its own checks"),
};

static ROWS: [Row; 12] = [
    Row([-31_828_970, 7_917_660, 10_207, -86]),
    Row([-23_901_189, 7_937_816, 9_949, -72]),
    Row([-15_953_496, 7_957_498, 9_734, -56]),
    Row([-7_986_320, 7_976_797, 9_564, -41]),
    Row([0, 7_995_804, 9_447, 22]),
    Row([8_005_273, 8_014_765, 9_514, 23]),
    Row([16_029_575, 8_033_861, 9_582, 23]),
    Row([24_073_041, 8_053_095, 9_651, 23]),
    Row([32_135_811, 8_072_467, 9_721, 24]),
    Row([40_218_023, 8_091_980, 9_792, 24]),
    Row([48_319_819, 8_111_636, 9_863, 24]),
    Row([56_441_342, 8_131_435, 9_936, 24]),
];
