//! How much blood the skin lets through, with its memory.

use super::config::{SkinParameters, micro};
use super::number::{approach, mul_div};
use coldcap_units::quotient;

/// Full perfusion, in billionths.
pub(super) const FULL: i64 = 1_000_000_000;

/// `exp(−k/4)` in billionths, k = 0 to 32. Straight lines between them are off by less than 0.008.
const EXPONENTIAL: [i64; 33] = [
    1_000_000_000,
    778_800_783,
    606_530_660,
    472_366_553,
    367_879_441,
    286_504_797,
    223_130_160,
    173_773_943,
    135_335_283,
    105_399_225,
    82_084_999,
    63_927_861,
    49_787_068,
    38_774_208,
    30_197_383,
    23_517_746,
    18_315_639,
    14_264_234,
    11_108_997,
    8_651_695,
    6_737_947,
    5_247_518,
    4_086_771,
    3_182_781,
    2_478_752,
    1_930_454,
    1_503_439,
    1_170_880,
    911_882,
    710_174,
    553_084,
    430_743,
    335_463,
];

/// `exp(−x)` in billionths for `x` in thousandths, 0 to 8000; the last value beyond, 1 below zero.
fn falling(milli: i64) -> i64 {
    let milli = milli.max(0);
    let index = usize::try_from(milli / 250).unwrap_or(usize::MAX);
    let last = EXPONENTIAL[32];
    let from = EXPONENTIAL.get(index).copied().unwrap_or(last);
    let to = EXPONENTIAL.get(index.saturating_add(1)).copied().unwrap_or(last);
    approach(from, to, milli % 250, 250)
}

/// The share of its warm perfusion that the skin would settle at, in billionths.
///
/// `floor + (1 − floor)·exp((T − T0)/decay)` below the warm skin, 1 above it: a fit to Janssen et al.,
/// Physiol Meas 2007;28:829 (less than 40 % after the first 10 K, less than 30 % a few kelvins on) and
/// to the plateau of 25 % of Bülow et al. 1985.
pub(super) fn settled(parameters: &SkinParameters, skin_micro: i64) -> i64 {
    let below = micro(parameters.warm_skin.0).saturating_sub(skin_micro);
    let decay = i64::from(parameters.perfusion_decay.to_milli());
    let exponent = quotient(below, decay).unwrap_or(0);
    let floor = i64::from(parameters.perfusion_floor_milli).saturating_mul(1_000_000);
    floor.saturating_add(mul_div(FULL.saturating_sub(floor), falling(exponent), FULL))
}

/// Perfusion after `seconds` at a skin temperature: quickly down, slowly up (Khoshnevis and Diller
/// 2014, 2016: it stays low long after the skin has warmed).
pub(super) fn step(parameters: &SkinParameters, share: i64, skin_micro: i64, seconds: i64) -> i64 {
    let target = settled(parameters, skin_micro);
    let time =
        if target < share { parameters.perfusion_fall } else { parameters.perfusion_recovery };
    approach(share, target, seconds, i64::from(time.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAW: SkinParameters = SkinParameters::REFERENCE;

    #[test]
    fn the_table_is_the_exponential() {
        for milli in 0..9_000_i32 {
            let exact = (-f64::from(milli) / 1_000.0).exp();
            let got = falling(i64::from(milli)) as f64 / 1e9;
            assert!((got - exact).abs() < 0.008, "{milli}");
        }
        assert_eq!(falling(-5), FULL);
    }

    #[test]
    fn the_law_has_its_published_points() {
        let share = |celsius: i64| settled(&LAW, celsius * 1_000_000);
        assert!(share(24) < 330_000_000 + 10_000_000);
        assert!(share(21) < 300_000_000);
        assert!((share(0) - 250_000_000).abs() < 1_000_000);
        assert_eq!(share(36), FULL);
    }

    #[test]
    fn falls_in_a_minute_and_stays_low_for_long() {
        let run = |share, celsius: i64, seconds| {
            (0..seconds).fold(share, |share, _| step(&LAW, share, celsius * 1_000_000, 1))
        };
        let cold = run(FULL, 18, 300);
        assert!(cold < 280_000_000);
        assert!(run(cold, 34, 1_800) < 500_000_000);
        assert!(run(cold, 35, 6 * 7_200) > 990_000_000);
    }
}
