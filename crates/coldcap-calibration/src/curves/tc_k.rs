//! The thermocouple of type K by ITS-90: −40 to 125 °C.
//!
//! Written by the example `generate_tables`; do not edit. The grid has 256 segments over full
//! scale, of which 45 rows of 16 bytes are kept.
//!
//! A converter of both signs in offset binary, ±19.531 25 mV (2.5 V after a gain of 128):
//! `code = 1/2 + voltage / 39.062 5 mV`. The voltage is the whole one, measured and cold junction's: the
//! caller adds the latter as a voltage, never as a temperature, and without wrapping. Warmer is a higher
//! code.

use crate::table::{CubicTable, Row, TableHeader, WorkingRange};
use coldcap_units::Ratio;

/// Codes above this are an open wire, which a burn-out current drives to full scale.
pub const OPEN_ABOVE: Ratio = Ratio(0xFFBE76C9);

/// A voltage cannot show a short circuit: no code is one.
pub const SHORT_BELOW: Ratio = Ratio(0x00000000);

const HEADER: TableHeader = TableHeader {
    version: 1,
    log2_segments: 8,
    first_row: 117,
    rows: 45,
    low: Ratio(0x75FE34DA),
    high: Ratio(0xA1956148),
    short_below: SHORT_BELOW,
    open_above: OPEN_ABOVE,
    bound_micro_kelvin: 7,
    crc: 0x9D5A19D4,
};

/// What [`TABLE`] promises from −20 to 50 °C.
pub const WORKING: WorkingRange = WorkingRange {
    low: Ratio(0x7AE780F5),
    high: Ratio(0x8D422955),
    bound_micro_kelvin: 7,
    crc: 0xF2EDCD1F,
};

/// The table, checked by the compiler: a table that fails its checks does not build.
pub static TABLE: CubicTable<'static> = match CubicTable::with_working(HEADER, &ROWS, WORKING) {
    Ok(table) => table,
    Err(_) => panic!("the table fails its own checks"),
};

static ROWS: [Row; 45] = [
    Row([-44_151_541, 4_201_259, -20_969, 401]),
    Row([-39_970_850, 4_160_524, -19_767, 371]),
    Row([-35_829_721, 4_122_104, -18_654, 347]),
    Row([-31_725_924, 4_085_837, -17_615, 329]),
    Row([-27_657_373, 4_051_593, -16_631, 317]),
    Row([-23_622_094, 4_019_284, -15_680, 314]),
    Row([-19_618_176, 3_988_865, -14_740, 320]),
    Row([-15_643_731, 3_960_345, -13_782, 338]),
    Row([-11_696_829, 3_933_796, -12_771, 369]),
    Row([-7_775_436, 3_909_360, -11_668, 416]),
    Row([-3_877_328, 3_887_271, -10_425, 482]),
    Row([0, 3_867_868, -9_260, 161]),
    Row([3_858_769, 3_849_831, -8_777, 154]),
    Row([7_699_977, 3_832_738, -8_316, 148]),
    Row([11_524_547, 3_816_549, -7_873, 144]),
    Row([15_333_368, 3_801_236, -7_441, 141]),
    Row([19_127_303, 3_786_776, -7_019, 139]),
    Row([22_907_199, 3_773_156, -6_601, 139]),
    Row([26_673_892, 3_760_369, -6_186, 139]),
    Row([30_428_214, 3_748_414, -5_770, 140]),
    Row([34_170_998, 3_737_293, -5_351, 141]),
    Row([37_903_082, 3_727_015, -4_928, 143]),
    Row([41_625_312, 3_717_588, -4_499, 145]),
    Row([45_338_545, 3_709_025, -4_064, 147]),
    Row([49_043_653, 3_701_339, -3_622, 150]),
    Row([52_741_520, 3_694_544, -3_173, 152]),
    Row([56_433_042, 3_688_653, -2_718, 154]),
    Row([60_119_131, 3_683_678, -2_257, 155]),
    Row([63_800_706, 3_679_628, -1_792, 156]),
    Row([67_478_698, 3_676_511, -1_325, 156]),
    Row([71_154_040, 3_674_330, -856, 156]),
    Row([74_827_669, 3_673_084, -390, 154]),
    Row([78_500_517, 3_672_767, 73, 152]),
    Row([82_173_509, 3_673_368, 528, 148]),
    Row([85_847_553, 3_674_869, 973, 144]),
    Row([89_523_539, 3_677_246, 1_404, 138]),
    Row([93_202_328, 3_680_469, 1_818, 131]),
    Row([96_884_746, 3_684_498, 2_211, 122]),
    Row([100_571_578, 3_689_288, 2_579, 113]),
    Row([104_263_557, 3_694_783, 2_917, 102]),
    Row([107_961_359, 3_700_923, 3_223, 90]),
    Row([111_665_595, 3_707_638, 3_492, 76]),
    Row([115_376_800, 3_714_850, 3_720, 62]),
    Row([119_095_432, 3_722_475, 3_905, 46]),
    Row([122_821_857, 3_730_423, 4_043, 30]),
];
