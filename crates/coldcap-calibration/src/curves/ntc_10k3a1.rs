//! The reference thermistor, 10K3A1, under a 10 kΩ pull-up: −40 to 55 °C.
//!
//! Written by the example `generate_tables`; do not edit. The grid has 128 segments over full scale.
//! Colder is a higher code. The limits are computed from the Steinhart–Hart equation itself, not from
//! the table, so that the guard shares nothing with the control path. Their certificates assume parts
//! within ±0.2 K of the curve, a resistor of ±0.1 % and a converter of ±200 millionths of full scale.

use crate::limit::CertifiedLimit;
use crate::table::{CubicTable, Row, TableHeader, WorkingRange};
use coldcap_units::{MicroCelsius, Ratio};

/// The guard trips from this code upward: never later than at 0 °C.
pub const FREEZE_TRIP: Ratio = Ratio(0xC3F9F7EB);

/// What the model gives at [`FREEZE_TRIP`].
pub const FREEZE_TRIP_AT: MicroCelsius = MicroCelsius(0);

/// What [`FREEZE_TRIP`] surely means, parts within their tolerances.
pub const FREEZE_TRIP_CERTIFICATE: CertifiedLimit = CertifiedLimit {
    code: FREEZE_TRIP,
    at: FREEZE_TRIP_AT,
    coldest: MicroCelsius(-241_408),
    warmest: MicroCelsius(241_425),
};

/// The guard warns from this code upward: never later than at +1 °C.
pub const FREEZE_NEAR: Ratio = Ratio(0xC19B4555);

/// What the model gives at [`FREEZE_NEAR`].
pub const FREEZE_NEAR_AT: MicroCelsius = MicroCelsius(1_000_000);

/// What [`FREEZE_NEAR`] surely means, parts within their tolerances.
pub const FREEZE_NEAR_CERTIFICATE: CertifiedLimit = CertifiedLimit {
    code: FREEZE_NEAR,
    at: FREEZE_NEAR_AT,
    coldest: MicroCelsius(758_909),
    warmest: MicroCelsius(1_241_110),
};

/// The evaporator is too cold from this code upward: never later than at −12 °C.
pub const EVAPORATOR_COLD: Ratio = Ratio(0xDC4BA0FA);

/// What the model gives at [`EVAPORATOR_COLD`].
pub const EVAPORATOR_COLD_AT: MicroCelsius = MicroCelsius(-12_000_000);

/// What [`EVAPORATOR_COLD`] surely means, parts within their tolerances.
pub const EVAPORATOR_COLD_CERTIFICATE: CertifiedLimit = CertifiedLimit {
    code: EVAPORATOR_COLD,
    at: EVAPORATOR_COLD_AT,
    coldest: MicroCelsius(-12_248_398),
    warmest: MicroCelsius(-11_751_605),
};

/// Codes above this are an open wire: more than a hundredfold of the resistance at 25 °C.
pub const OPEN_ABOVE: Ratio = Ratio(0xFD7720F3);

/// What the model gives at [`OPEN_ABOVE`].
pub const OPEN_ABOVE_AT: MicroCelsius = MicroCelsius(-55_520_369);

/// What [`OPEN_ABOVE`] surely means, parts within their tolerances.
pub const OPEN_ABOVE_CERTIFICATE: CertifiedLimit = CertifiedLimit {
    code: OPEN_ABOVE,
    at: OPEN_ABOVE_AT,
    coldest: MicroCelsius(-56_011_079),
    warmest: MicroCelsius(-55_034_536),
};

/// Codes below this are a short circuit: less than a hundredth of the resistance at 25 °C.
pub const SHORT_BELOW: Ratio = Ratio(0x0288DF0D);

/// What the model gives at [`SHORT_BELOW`].
pub const SHORT_BELOW_AT: MicroCelsius = MicroCelsius(178_130_374);

/// What [`SHORT_BELOW`] surely means, parts within their tolerances.
pub const SHORT_BELOW_CERTIFICATE: CertifiedLimit = CertifiedLimit {
    code: SHORT_BELOW,
    at: SHORT_BELOW_AT,
    coldest: MicroCelsius(176_897_764),
    warmest: MicroCelsius(179_387_566),
};

const HEADER: TableHeader = TableHeader {
    version: 1,
    log2_segments: 7,
    first_row: 29,
    rows: 96,
    low: Ratio(0x3ADA187E),
    high: Ratio(0xF89A2AFF),
    short_below: SHORT_BELOW,
    open_above: OPEN_ABOVE,
    bound_micro_kelvin: 924,
    crc: 0xFEDB10BD,
};

/// What [`TABLE`] promises from −20 to 50 °C.
pub const WORKING: WorkingRange = WorkingRange {
    low: Ratio(0x43C7A7D2),
    high: Ratio(0xE813195C),
    bound_micro_kelvin: 14,
    crc: 0x9F05EECB,
};

/// The table, checked by the compiler: a table that fails its checks does not build.
pub static TABLE: CubicTable<'static> = match CubicTable::with_working(HEADER, &ROWS, WORKING) {
    Ok(table) => table,
    Err(_) => panic!("the table fails its own checks"),
};

static ROWS: [Row; 96] = [
    Row([55_511_303, -1_208_218, 18_707, -466]),
    Row([54_321_327, -1_172_200, 17_312, -420]),
    Row([53_166_019, -1_138_836, 16_053, -380]),
    Row([52_042_855, -1_107_870, 14_914, -345]),
    Row([50_949_555, -1_079_076, 13_880, -314]),
    Row([49_884_044, -1_052_260, 12_937, -287]),
    Row([48_844_434, -1_027_247, 12_076, -263]),
    Row([47_829_000, -1_003_885, 11_286, -242]),
    Row([46_836_160, -982_038, 10_561, -223]),
    Row([45_864_460, -961_586, 9_891, -206]),
    Row([44_912_558, -942_422, 9_273, -191]),
    Row([43_979_218, -924_450, 8_700, -178]),
    Row([43_063_290, -907_583, 8_167, -165]),
    Row([42_163_709, -891_744, 7_672, -154]),
    Row([41_279_482, -876_864, 7_209, -144]),
    Row([40_409_682, -862_880, 6_776, -135]),
    Row([39_553_442, -849_734, 6_370, -127]),
    Row([38_709_950, -837_377, 5_988, -120]),
    Row([37_878_442, -825_760, 5_629, -113]),
    Row([37_058_197, -814_842, 5_289, -107]),
    Row([36_248_537, -804_585, 4_968, -102]),
    Row([35_448_819, -794_954, 4_664, -97]),
    Row([34_658_432, -785_916, 4_374, -92]),
    Row([33_876_798, -777_444, 4_098, -88]),
    Row([33_103_365, -769_510, 3_835, -84]),
    Row([32_337_606, -762_092, 3_583, -81]),
    Row([31_579_017, -755_167, 3_342, -77]),
    Row([30_827_114, -748_716, 3_109, -75]),
    Row([30_081_433, -742_721, 2_886, -72]),
    Row([29_341_525, -737_166, 2_669, -70]),
    Row([28_606_958, -732_037, 2_460, -68]),
    Row([27_877_313, -727_321, 2_257, -66]),
    Row([27_152_182, -723_006, 2_059, -64]),
    Row([26_431_171, -719_081, 1_866, -63]),
    Row([25_713_893, -715_539, 1_677, -62]),
    Row([24_999_969, -712_371, 1_491, -61]),
    Row([24_289_028, -709_571, 1_309, -60]),
    Row([23_580_707, -707_133, 1_129, -59]),
    Row([22_874_644, -705_052, 951, -59]),
    Row([22_170_484, -703_327, 774, -59]),
    Row([21_467_873, -701_954, 599, -58]),
    Row([20_766_459, -700_932, 423, -59]),
    Row([20_065_892, -700_261, 248, -59]),
    Row([19_365_820, -699_942, 71, -59]),
    Row([18_665_891, -699_977, -106, -60]),
    Row([17_965_748, -700_368, -286, -61]),
    Row([17_265_034, -701_121, -467, -62]),
    Row([16_563_383, -702_241, -652, -63]),
    Row([15_860_428, -703_733, -840, -64]),
    Row([15_155_789, -705_607, -1_033, -66]),
    Row([14_449_083, -707_871, -1_231, -68]),
    Row([13_739_913, -710_536, -1_434, -70]),
    Row([13_027_873, -713_615, -1_644, -72]),
    Row([12_312_541, -717_121, -1_862, -75]),
    Row([11_593_483, -721_070, -2_088, -78]),
    Row([10_870_247, -725_481, -2_323, -82]),
    Row([10_142_362, -730_372, -2_569, -86]),
    Row([9_409_335, -735_767, -2_826, -90]),
    Row([8_670_651, -741_691, -3_097, -95]),
    Row([7_925_767, -748_172, -3_383, -101]),
    Row([7_174_111, -755_241, -3_686, -107]),
    Row([6_415_077, -762_933, -4_007, -114]),
    Row([5_648_024, -771_288, -4_348, -122]),
    Row([4_872_266, -780_350, -4_713, -130]),
    Row([4_087_073, -790_167, -5_104, -140]),
    Row([3_291_661, -800_795, -5_524, -151]),
    Row([2_485_191, -812_298, -5_978, -164]),
    Row([1_666_752, -824_744, -6_468, -178]),
    Row([835_363, -838_213, -7_001, -194]),
    Row([-10_045, -852_796, -7_582, -212]),
    Row([-870_635, -868_596, -8_217, -233]),
    Row([-1_747_682, -885_730, -8_916, -257]),
    Row([-2_642_585, -904_333, -9_686, -285]),
    Row([-3_556_889, -924_560, -10_540, -317]),
    Row([-4_492_307, -946_592, -11_490, -355]),
    Row([-5_450_744, -970_637, -12_554, -399]),
    Row([-6_434_334, -996_942, -13_749, -452]),
    Row([-7_445_477, -1_025_795, -15_102, -514]),
    Row([-8_486_888, -1_057_540, -16_640, -589]),
    Row([-9_561_657, -1_092_587, -18_403, -679]),
    Row([-10_673_327, -1_131_431, -20_436, -790]),
    Row([-11_825_985, -1_174_675, -22_801, -927]),
    Row([-13_024_387, -1_223_058, -25_574, -1_098]),
    Row([-14_274_118, -1_277_502, -28_859, -1_316]),
    Row([-15_581_794, -1_339_167, -32_792, -1_596]),
    Row([-16_955_349, -1_409_537, -37_558, -1_962]),
    Row([-18_404_406, -1_490_540, -43_415, -2_453]),
    Row([-19_940_814, -1_584_728, -50_729, -3_124]),
    Row([-21_579_396, -1_695_559, -60_034, -4_068]),
    Row([-23_339_056, -1_827_830, -72_131, -5_442]),
    Row([-25_244_459, -1_988_417, -88_275, -7_521]),
    Row([-27_328_672, -2_187_529, -110_513, -10_828]),
    Row([-29_637_542, -2_441_039, -142_370, -16_434]),
    Row([-32_237_385, -2_775_081, -190_322, -26_771]),
    Row([-35_229_559, -3_236_039, -267_275, -48_189]),
    Row([-38_781_063, -3_915_156, -401_457, -100_983]),
];
