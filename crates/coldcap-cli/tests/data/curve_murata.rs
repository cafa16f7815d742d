//! A thermistor by the table part.csv, under a pull-up of 10000 Ω: −21 to 51 °C.
//!
//! Written by `coldcap calibrate ntc --emit rust`; do not edit. The grid has 128 segments over full
//! scale. Colder is a higher code. The fitted equation is 9.0 mK off its table at most. The limits
//! are computed from the equation itself, not from the integer table, so that the guard shares nothing
//! with the control path. Their certificates assume parts within ±0.2 K of the curve, a resistor of ±0.1 % and
//! a converter of ±200 millionths of full scale: make them anew for others.

use coldcap_calibration::limit::CertifiedLimit;
use coldcap_calibration::table::{CubicTable, Row, TableHeader};
use coldcap_units::{MicroCelsius, Ratio};

/// The guard trips from this code upward: never later than at 0 °C.
pub const FREEZE_TRIP: Ratio = Ratio(0xBB3E6E2F);

/// What the model gives at [`FREEZE_TRIP`].
pub const FREEZE_TRIP_AT: MicroCelsius = MicroCelsius(0);

/// What [`FREEZE_TRIP`] surely means, parts within their tolerances.
pub const FREEZE_TRIP_CERTIFICATE: CertifiedLimit = CertifiedLimit {
    code: FREEZE_TRIP,
    at: FREEZE_TRIP_AT,
    coldest: MicroCelsius(-246_835),
    warmest: MicroCelsius(246_860),
};

/// The guard warns from this code upward: never later than at +1 °C.
pub const FREEZE_NEAR: Ratio = Ratio(0xB9100C9C);

/// What the model gives at [`FREEZE_NEAR`].
pub const FREEZE_NEAR_AT: MicroCelsius = MicroCelsius(1_000_000);

/// What [`FREEZE_NEAR`] surely means, parts within their tolerances.
pub const FREEZE_NEAR_CERTIFICATE: CertifiedLimit = CertifiedLimit {
    code: FREEZE_NEAR,
    at: FREEZE_NEAR_AT,
    coldest: MicroCelsius(753_339),
    warmest: MicroCelsius(1_246_687),
};

/// Codes above this are an open wire: more than a hundredfold of the resistance at 25 °C.
pub const OPEN_ABOVE: Ratio = Ratio(0xFD76F3E0);

/// What the model gives at [`OPEN_ABOVE`].
pub const OPEN_ABOVE_AT: MicroCelsius = MicroCelsius(-65_741_673);

/// What [`OPEN_ABOVE`] surely means, parts within their tolerances.
pub const OPEN_ABOVE_CERTIFICATE: CertifiedLimit = CertifiedLimit {
    code: OPEN_ABOVE,
    at: OPEN_ABOVE_AT,
    coldest: MicroCelsius(-66_246_106),
    warmest: MicroCelsius(-65_242_115),
};

/// Codes below this are a short circuit: less than a hundredth of the resistance at 25 °C.
pub const SHORT_BELOW: Ratio = Ratio(0x0288B1FD);

/// What the model gives at [`SHORT_BELOW`].
pub const SHORT_BELOW_AT: MicroCelsius = MicroCelsius(198_087_200);

/// What [`SHORT_BELOW`] surely means, parts within their tolerances.
pub const SHORT_BELOW_CERTIFICATE: CertifiedLimit = CertifiedLimit {
    code: SHORT_BELOW,
    at: SHORT_BELOW_AT,
    coldest: MicroCelsius(196_825_173),
    warmest: MicroCelsius(199_372_443),
};

const HEADER: TableHeader = TableHeader {
    version: 1,
    log2_segments: 7,
    first_row: 36,
    rows: 77,
    low: Ratio(0x497B57C1),
    high: Ratio(0xE0A8E258),
    short_below: SHORT_BELOW,
    open_above: OPEN_ABOVE,
    bound_micro_kelvin: 9,
    crc: 0x8614670D,
};

/// The table, checked by the compiler: a table that fails its checks does not build.
pub static TABLE: CubicTable<'static> = match CubicTable::new(HEADER, &ROWS) {
    Ok(table) => table,
    Err(_) => panic!("the table fails its own checks"),
};

static ROWS: [Row; 77] = [
    Row([51_869_212, -1_182_844, 13_254, -281]),
    Row([50_699_341, -1_157_179, 12_412, -259]),
    Row([49_554_315, -1_133_132, 11_635, -240]),
    Row([48_432_579, -1_110_580, 10_917, -222]),
    Row([47_332_695, -1_089_412, 10_251, -206]),
    Row([46_253_327, -1_069_529, 9_632, -192]),
    Row([45_193_239, -1_050_841, 9_056, -180]),
    Row([44_151_274, -1_033_268, 8_517, -168]),
    Row([43_126_355, -1_016_738, 8_013, -158]),
    Row([42_117_473, -1_001_184, 7_541, -148]),
    Row([41_123_681, -986_547, 7_096, -140]),
    Row([40_144_090, -972_774, 6_678, -132]),
    Row([39_177_863, -959_814, 6_282, -125]),
    Row([38_224_207, -947_623, 5_908, -118]),
    Row([37_282_373, -936_162, 5_553, -112]),
    Row([36_351_652, -925_392, 5_216, -107]),
    Row([35_431_369, -915_281, 4_895, -102]),
    Row([34_520_881, -905_797, 4_589, -98]),
    Row([33_619_574, -896_914, 4_295, -94]),
    Row([32_726_862, -888_605, 4_014, -90]),
    Row([31_842_181, -880_847, 3_744, -87]),
    Row([30_964_991, -873_620, 3_483, -84]),
    Row([30_094_770, -866_905, 3_232, -81]),
    Row([29_231_015, -860_685, 2_988, -79]),
    Row([28_373_240, -854_944, 2_752, -77]),
    Row([27_520_971, -849_670, 2_523, -75]),
    Row([26_673_749, -844_848, 2_299, -73]),
    Row([25_831_126, -840_470, 2_080, -72]),
    Row([24_992_664, -836_525, 1_865, -70]),
    Row([24_157_934, -833_007, 1_654, -69]),
    Row([23_326_512, -829_907, 1_446, -69]),
    Row([22_497_983, -827_220, 1_241, -68]),
    Row([21_671_935, -824_943, 1_037, -68]),
    Row([20_847_962, -823_072, 834, -67]),
    Row([20_025_657, -821_605, 632, -67]),
    Row([19_204_617, -820_542, 431, -67]),
    Row([18_384_438, -819_883, 228, -68]),
    Row([17_564_716, -819_630, 25, -68]),
    Row([16_745_041, -819_786, -181, -69]),
    Row([15_925_005, -820_355, -388, -70]),
    Row([15_104_191, -821_343, -599, -72]),
    Row([14_282_177, -822_757, -814, -73]),
    Row([13_458_533, -824_604, -1_033, -75]),
    Row([12_632_820, -826_896, -1_258, -77]),
    Row([11_804_589, -829_643, -1_489, -79]),
    Row([10_973_378, -832_859, -1_727, -82]),
    Row([10_138_710, -836_559, -1_973, -85]),
    Row([9_300_093, -840_760, -2_228, -89]),
    Row([8_457_017, -845_481, -2_493, -92]),
    Row([7_608_951, -850_745, -2_770, -97]),
    Row([6_755_339, -856_576, -3_060, -102]),
    Row([5_895_601, -863_001, -3_365, -107]),
    Row([5_029_128, -870_051, -3_685, -113]),
    Row([4_155_279, -877_760, -4_024, -120]),
    Row([3_273_375, -886_167, -4_383, -127]),
    Row([2_382_698, -895_315, -4_764, -136]),
    Row([1_482_483, -905_251, -5_171, -145]),
    Row([571_916, -916_029, -5_607, -156]),
    Row([-349_875, -927_710, -6_074, -168]),
    Row([-1_283_828, -940_362, -6_578, -182]),
    Row([-2_230_949, -954_062, -7_122, -197]),
    Row([-3_192_330, -968_896, -7_712, -214]),
    Row([-4_169_153, -984_964, -8_355, -234]),
    Row([-5_162_706, -1_002_376, -9_057, -257]),
    Row([-6_174_395, -1_021_261, -9_827, -283]),
    Row([-7_205_767, -1_041_765, -10_676, -313]),
    Row([-8_258_521, -1_064_058, -11_615, -348]),
    Row([-9_334_543, -1_088_334, -12_660, -389]),
    Row([-10_435_925, -1_114_821, -13_826, -437]),
    Row([-11_565_010, -1_143_784, -15_136, -494]),
    Row([-12_724_424, -1_175_538, -16_615, -561]),
    Row([-13_917_137, -1_210_451, -18_295, -642]),
    Row([-15_146_525, -1_248_967, -20_217, -739]),
    Row([-16_416_449, -1_291_619, -22_430, -858]),
    Row([-17_731_356, -1_339_055, -24_999, -1_005]),
    Row([-19_096_416, -1_392_070, -28_007, -1_189]),
    Row([-20_517_682, -1_451_651, -31_563, -1_421]),
];
