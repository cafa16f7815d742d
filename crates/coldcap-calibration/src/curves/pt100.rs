//! The platinum thermometer of IEC 60751, 100 Ω at 0 °C, on 400 Ω: −200 to 850 °C.
//!
//! Written by the example `generate_tables`; do not edit. The grid has 64 segments over full
//! scale, of which 61 rows of 16 bytes are kept.
//!
//! The thermometer is in series with a reference resistor of four times its resistance at 0 °C, whose
//! voltage is the converter's reference: `code = R / R_reference`. The same table serves any platinum
//! thermometer on four times its resistance, as 1000 Ω on 4 kΩ. Warmer is a higher code.

use crate::table::{CubicTable, Row, TableHeader, WorkingRange};
use coldcap_units::Ratio;

/// Codes above this are an open wire: more than 99.5 % of the reference resistor.
pub const OPEN_ABOVE: Ratio = Ratio(0xFEB851EC);

/// Codes below this are a short circuit: less than a hundredth of the resistance at 0 °C.
pub const SHORT_BELOW: Ratio = Ratio(0x00A3D70A);

const HEADER: TableHeader = TableHeader {
    version: 1,
    log2_segments: 6,
    first_row: 2,
    rows: 61,
    low: Ratio(0x0BDA5475),
    high: Ratio(0xF9E86D71),
    short_below: SHORT_BELOW,
    open_above: OPEN_ABOVE,
    bound_micro_kelvin: 9,
    crc: 0x29EB88F6,
};

/// What [`TABLE`] promises from −20 to 50 °C.
pub const WORKING: WorkingRange = WorkingRange {
    low: Ratio(0x3AFB7A4F),
    high: Ratio(0x4C6A0663),
    bound_micro_kelvin: 9,
    crc: 0xB0DB0113,
};

/// The table, checked by the compiler: a table that fails its checks does not build.
pub static TABLE: CubicTable<'static> = match CubicTable::with_working(HEADER, &ROWS, WORKING) {
    Ok(table) => table,
    Err(_) => panic!("the table fails its own checks"),
};

static ROWS: [Row; 61] = [
    Row([-213_841_025, 14_281_521, 92_936, -1_502]),
    Row([-199_468_071, 14_462_886, 88_425, -1_588]),
    Row([-184_918_347, 14_634_972, 83_656, -1_648]),
    Row([-170_201_367, 14_797_341, 78_706, -1_680]),
    Row([-155_327_000, 14_949_714, 73_661, -1_682]),
    Row([-140_305_307, 15_091_990, 68_609, -1_653]),
    Row([-125_146_361, 15_224_250, 63_645, -1_592]),
    Row([-109_860_057, 15_346_765, 58_863, -1_500]),
    Row([-94_455_929, 15_459_991, 54_356, -1_379]),
    Row([-78_942_961, 15_564_565, 50_213, -1_230]),
    Row([-63_329_412, 15_661_302, 46_519, -1_054]),
    Row([-47_622_645, 15_751_178, 43_352, -854]),
    Row([-31_828_970, 15_835_320, 40_786, -631]),
    Row([-15_953_496, 15_914_997, 38_887, -388]),
    Row([0, 15_991_608, 37_786, 181]),
    Row([16_029_575, 16_067_723, 38_329, 185]),
    Row([32_135_811, 16_144_935, 38_884, 190]),
    Row([48_319_819, 16_223_271, 39_452, 194]),
    Row([64_582_737, 16_302_759, 40_035, 199]),
    Row([80_925_730, 16_383_427, 40_632, 204]),
    Row([97_349_994, 16_465_304, 41_245, 209]),
    Row([113_856_751, 16_548_421, 41_872, 215]),
    Row([130_447_259, 16_632_809, 42_516, 220]),
    Row([147_122_804, 16_718_502, 43_177, 226]),
    Row([163_884_709, 16_805_533, 43_854, 232]),
    Row([180_734_329, 16_893_938, 44_550, 238]),
    Row([197_673_055, 16_983_753, 45_264, 245]),
    Row([214_702_317, 17_075_015, 45_998, 251]),
    Row([231_823_582, 17_167_765, 46_752, 258]),
    Row([249_038_357, 17_262_043, 47_526, 265]),
    Row([266_348_191, 17_357_891, 48_322, 273]),
    Row([283_754_677, 17_455_354, 49_141, 281]),
    Row([301_259_452, 17_554_477, 49_982, 289]),
    Row([318_864_200, 17_655_308, 50_849, 297]),
    Row([336_570_654, 17_757_897, 51_740, 306]),
    Row([354_380_597, 17_862_295, 52_658, 315]),
    Row([372_295_866, 17_968_557, 53_603, 325]),
    Row([390_318_351, 18_076_737, 54_577, 335]),
    Row([408_450_000, 18_186_896, 55_581, 345]),
    Row([426_692_822, 18_299_093, 56_616, 356]),
    Row([445_048_887, 18_413_393, 57_684, 367]),
    Row([463_520_331, 18_529_861, 58_785, 379]),
    Row([482_109_356, 18_648_568, 59_922, 391]),
    Row([500_818_238, 18_769_586, 61_096, 404]),
    Row([519_649_325, 18_892_991, 62_309, 418]),
    Row([538_605_043, 19_018_863, 63_562, 432]),
    Row([557_687_900, 19_147_284, 64_859, 447]),
    Row([576_900_490, 19_278_343, 66_200, 463]),
    Row([596_245_495, 19_412_130, 67_587, 479]),
    Row([615_725_691, 19_548_741, 69_024, 496]),
    Row([635_343_952, 19_688_278, 70_513, 514]),
    Row([655_103_257, 19_830_846, 72_055, 533]),
    Row([675_006_692, 19_976_557, 73_655, 553]),
    Row([695_057_458, 20_125_528, 75_315, 574]),
    Row([715_258_875, 20_277_882, 77_038, 597]),
    Row([735_614_392, 20_433_749, 78_828, 620]),
    Row([756_127_589, 20_593_266, 80_689, 645]),
    Row([776_802_190, 20_756_579, 82_624, 671]),
    Row([797_642_064, 20_923_840, 84_637, 699]),
    Row([818_651_240, 21_095_211, 86_733, 728]),
    Row([839_833_912, 21_270_862, 88_918, 759]),
];
