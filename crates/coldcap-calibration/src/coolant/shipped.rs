//! Coolants that coldcap ships, as integer cubics.
//!
//! Written by the example `generate_coolants` from the fits of Melinder (2010); do not edit. They
//! are checked by the compiler: coefficients that fail their checks do not build.

use super::fitted::{Cubic, FittedCoefficients, FittedFluid};
use super::fluid::Substance;
use super::quantity::ModelUncertainty;
use coldcap_units::{Celsius, Kelvin, Permille};

/// Propylene glycol, 30 % by mass in water.
pub const PROPYLENE_GLYCOL_30: FittedFluid<'static> = match FittedFluid::new(FittedCoefficients {
    substance: Substance::PropyleneGlycol,
    mass: Permille(300),
    freezing: Celsius::from_milli(-12_789),
    freezing_uncertainty: Kelvin::from_milli(600),
    warmest: Celsius::from_milli(40_000),
    density: Cubic([1_031_560, -20_060, -16_533, 3_556]),
    specific_heat: Cubic([3_802_641, 174_894, -2_047, -2_992]),
    conductivity: Cubic([428_454, 50_553, 2_314, -1_590]),
    first_piece: -4,
    viscosity: &PROPYLENE_GLYCOL_30_VISCOSITY,
    uncertainty: ModelUncertainty {
        density_ppm: 7_000,
        specific_heat_ppm: 39_000,
        viscosity_ppm: 53_000,
        conductivity_ppm: 32_000,
    },
}) {
    Ok(fluid) => fluid,
    Err(_) => panic!("a shipped coolant fails its own checks"),
};

static PROPYLENE_GLYCOL_30_VISCOSITY: [Cubic; 15] = [
    Cubic([17_846_891, -4_592_696, 712_877, -70_622]),
    Cubic([13_896_449, -3_378_808, 502_859, -48_262]),
    Cubic([10_972_237, -2_517_878, 359_262, -33_400]),
    Cubic([8_780_221, -1_899_555, 259_838, -23_398]),
    Cubic([7_117_107, -1_450_071, 190_158, -16_584]),
    Cubic([5_840_610, -1_119_507, 140_749, -11_889]),
    Cubic([4_849_963, -873_675, 105_315, -8_616]),
    Cubic([4_072_988, -688_892, 79_626, -6_310]),
    Cubic([3_457_411, -548_572, 60_804, -4_669]),
    Cubic([2_964_975, -440_969, 46_874, -3_489]),
    Cubic([2_567_391, -357_687, 36_462, -2_631]),
    Cubic([2_243_535, -292_656, 28_606, -2_003]),
    Cubic([1_977_482, -241_454, 22_624, -1_539]),
    Cubic([1_757_113, -200_823, 18_027, -1_192]),
    Cubic([1_573_125, -168_345, 14_465, -932]),
];

/// Potassium formate, 30 % by mass in water. One published fit only: its uncertainties are estimates.
pub const POTASSIUM_FORMATE_30: FittedFluid<'static> = match FittedFluid::new(FittedCoefficients {
    substance: Substance::PotassiumFormate,
    mass: Permille(300),
    freezing: Celsius::from_milli(-21_151),
    freezing_uncertainty: Kelvin::from_milli(2_300),
    warmest: Celsius::from_milli(40_000),
    density: Cubic([1_197_071, -21_247, -9_799, 7_885]),
    specific_heat: Cubic([3_108_445, 111_159, -9_407, 15_135]),
    conductivity: Cubic([516_316, 79_066, 182, -932]),
    first_piece: -6,
    viscosity: &POTASSIUM_FORMATE_30_VISCOSITY,
    uncertainty: ModelUncertainty {
        density_ppm: 15_000,
        specific_heat_ppm: 60_000,
        viscosity_ppm: 330_000,
        conductivity_ppm: 120_000,
    },
}) {
    Ok(fluid) => fluid,
    Err(_) => panic!("a shipped coolant fails its own checks"),
};

static POTASSIUM_FORMATE_30_VISCOSITY: [Cubic; 17] = [
    Cubic([6_227_756, -1_078_426, 129_751, -10_682]),
    Cubic([5_268_399, -850_970, 97_908, -7_796]),
    Cubic([4_507_542, -678_541, 74_659, -5_752]),
    Cubic([3_897_908, -546_479, 57_498, -4_290]),
    Cubic([3_404_637, -444_353, 44_696, -3_232]),
    Cubic([3_001_747, -364_659, 35_046, -2_460]),
    Cubic([2_669_673, -301_948, 27_699, -1_891]),
    Cubic([2_393_534, -252_221, 22_052, -1_467]),
    Cubic([2_161_897, -212_518, 17_669, -1_149]),
    Cubic([1_965_900, -180_626, 14_236, -908]),
    Cubic([1_798_602, -154_877, 11_522, -724]),
    Cubic([1_654_524, -134_003, 9_358, -582]),
    Cubic([1_529_297, -117_033, 7_618, -472]),
    Cubic([1_419_411, -103_212, 6_207, -385]),
    Cubic([1_322_022, -91_952, 5_055, -316]),
    Cubic([1_234_809, -82_789, 4_110, -261]),
    Cubic([1_155_869, -75_352, 3_330, -215]),
];

/// Ethylene glycol, 30 % by mass in water. Toxic: a bench reference, refused for a patient.
pub const ETHYLENE_GLYCOL_30: FittedFluid<'static> = match FittedFluid::new(FittedCoefficients {
    substance: Substance::EthyleneGlycol,
    mass: Permille(300),
    freezing: Celsius::from_milli(-14_575),
    freezing_uncertainty: Kelvin::from_milli(1_160),
    warmest: Celsius::from_milli(40_000),
    density: Cubic([1_044_972, -18_212, -13_032, 1_236]),
    specific_heat: Cubic([3_658_089, 196_692, -12_200, -3_696]),
    conductivity: Cubic([445_923, 61_931, -3_662, -705]),
    first_piece: -4,
    viscosity: &ETHYLENE_GLYCOL_30_VISCOSITY,
    uncertainty: ModelUncertainty {
        density_ppm: 9_000,
        specific_heat_ppm: 23_000,
        viscosity_ppm: 66_000,
        conductivity_ppm: 60_000,
    },
}) {
    Ok(fluid) => fluid,
    Err(_) => panic!("a shipped coolant fails its own checks"),
};

static ETHYLENE_GLYCOL_30_VISCOSITY: [Cubic; 15] = [
    Cubic([8_565_456, -1_626_604, 192_362, -15_185]),
    Cubic([7_116_029, -1_287_437, 147_056, -11_301]),
    Cubic([5_964_347, -1_027_227, 113_331, -8_478]),
    Cubic([5_041_973, -825_999, 88_024, -6_410]),
    Cubic([4_297_588, -669_180, 68_886, -4_883]),
    Cubic([3_692_411, -546_056, 54_304, -3_747]),
    Cubic([3_196_913, -448_689, 43_111, -2_896]),
    Cubic([2_788_439, -371_154, 34_459, -2_254]),
    Cubic([2_449_490, -308_999, 27_724, -1_766]),
    Cubic([2_166_449, -258_849, 22_445, -1_393]),
    Cubic([1_928_652, -218_136, 18_282, -1_105]),
    Cubic([1_727_693, -184_888, 14_977, -883]),
    Cubic([1_556_899, -157_582, 12_337, -709]),
    Cubic([1_410_945, -135_035, 10_216, -573]),
    Cubic([1_285_552, -116_323, 8_501, -466]),
];
