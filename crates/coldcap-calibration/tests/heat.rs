//! Heat with its uncertainty: matched and unmatched sensors, and what is refused.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

use coldcap_calibration::coolant::{
    Density, Estimate, FluidError, Mixture, SpecificHeat, heat_milliwatts,
};
use coldcap_calibration::heat::{Heat, HeatError, HeatInputs, LoopHeat, unmatched};
use coldcap_calibration::isothermal::{IsothermalOffsets, IsothermalTest, LoopTemperatures, Rest};
use coldcap_calibration::progress::Progress;
use coldcap_units::{Celsius, Coolant, Duration, Interface, Kelvin, MillilitersPerMinute};
use proptest::prelude::*;

const FLOW: MillilitersPerMinute = MillilitersPerMinute(1_500);

fn example() -> HeatInputs {
    HeatInputs {
        flow: FLOW,
        flow_ppm: 15_000,
        delta: Kelvin::from_milli(700),
        delta_uncertainty_uk: 14_000,
        density: Estimate { value: Density(1_031_560), u: Density(1_000) },
        specific_heat: Estimate { value: SpecificHeat(3_802_640), u: SpecificHeat(20_000) },
    }
}

fn loop_heat(pair_uncertainty_uk: u32) -> LoopHeat<'static> {
    let fluid = Mixture::PropyleneGlycol30.fluid();
    LoopHeat { fluid, flow_ppm: 15_000, pair_uncertainty_uk }
}

#[test]
fn the_reference_example() {
    // 68.65 W with 1.755 W: calibration note, 8.1.
    assert_eq!(example().heat(), Ok(Heat { milliwatts: 68_646, u_milliwatts: 1_755 }));
    let turned = HeatInputs { delta: Kelvin::from_milli(-700), ..example() };
    assert_eq!(turned.heat(), Ok(Heat { milliwatts: -68_646, u_milliwatts: 1_755 }));
}

#[test]
fn two_class_a_sensors_do_not_measure_heat() {
    // 0.15 K each, unmatched: ±12.1 W of 68.6 W; 10 mK each, ±1.8 W (calibration note, 0.7).
    let class_a = HeatInputs { delta_uncertainty_uk: unmatched(86_603, 86_603), ..example() };
    let heat = class_a.heat().unwrap();
    assert!((12_000..=12_200).contains(&heat.u_milliwatts), "{heat:?}");
    let trimmed = HeatInputs { delta_uncertainty_uk: unmatched(10_000, 10_000), ..example() };
    let heat = trimmed.heat().unwrap();
    assert!((1_750..=1_800).contains(&heat.u_milliwatts), "{heat:?}");
}

#[test]
fn no_difference_is_uncertain_too() {
    let still = HeatInputs { delta: Kelvin::ZERO, ..example() };
    let heat = still.heat().unwrap();
    // 1.5 L/min · 3922.7 J/(L·K) / 60 s/min · 14 mK.
    assert_eq!(heat, Heat { milliwatts: 0, u_milliwatts: 1_373 });
    let stopped = HeatInputs { flow: MillilitersPerMinute(0), ..example() };
    assert_eq!(stopped.heat(), Ok(Heat { milliwatts: 0, u_milliwatts: 0 }));
}

#[test]
fn the_properties_are_those_of_the_mean_temperature() {
    let heat_of = loop_heat(14_000);
    let (supply, returned) = (Coolant::from_milli(-8_000), Coolant::from_milli(36_000));
    let at = heat_of.fluid.properties(Coolant::from_milli(14_000)).unwrap();
    let inputs = HeatInputs {
        delta: Kelvin::from_milli(44_000),
        density: at.density,
        specific_heat: at.specific_heat,
        ..example()
    };
    assert_eq!(heat_of.between(FLOW, supply, returned), inputs.heat());
    // At either end it would be another one.
    let cold = heat_of.fluid.properties(supply).unwrap();
    assert_ne!(cold.specific_heat, at.specific_heat);
}

#[test]
fn absurd_inputs_are_refused() {
    let wide = Kelvin::from_bits(i32::MAX);
    let cases = [
        HeatInputs { delta: wide, flow: MillilitersPerMinute(u16::MAX), ..example() },
        HeatInputs { delta: Kelvin::from_bits(i32::MIN), ..example() },
        HeatInputs { flow_ppm: u32::MAX, delta: Kelvin::from_milli(20_000_000), ..example() },
        HeatInputs {
            density: Estimate { value: Density(u32::MAX), u: Density(1) },
            specific_heat: Estimate { value: SpecificHeat(u32::MAX), u: SpecificHeat(1) },
            ..example()
        },
    ];
    for inputs in cases {
        assert_eq!(inputs.heat(), Err(HeatError::Overflow), "{inputs:?}");
    }
    let ice =
        loop_heat(14_000).between(FLOW, Coolant::from_milli(-13_000), Coolant::from_milli(-12_900));
    assert!(matches!(ice, Err(HeatError::Fluid(FluidError::BelowFreezing { .. }))));
    let hot =
        loop_heat(14_000).between(FLOW, Coolant::from_milli(41_000), Coolant::from_milli(41_000));
    assert!(matches!(hot, Err(HeatError::Fluid(FluidError::AboveRange { .. }))));
    // The mean of the far ends of the scale is in range, their difference is not a loop's.
    let (low, high) = (Celsius::from_bits(i32::MIN), Celsius::from_bits(i32::MAX));
    assert!(loop_heat(1).between(FLOW, Coolant(low), Coolant(high)).is_err());
}

/// A number from −1 to 1 (SplitMix64).
fn noise(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = (*state ^ (*state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) as f64 / u64::MAX as f64) * 2.0 - 1.0
}

/// Noise of a reading: 52 mK either way is 30 mK.
const NOISE_K: f64 = 0.052;

fn shown(state: &mut u64, celsius: f64, offset: f64) -> Celsius {
    let value = celsius + offset + NOISE_K * noise(state);
    Celsius::from_micro((value * 1e6).round() as i32)
}

/// The offsets of a supply and a return sensor, by the isothermal test of 30 s.
fn matched(state: &mut u64, offsets: [f64; 2]) -> IsothermalOffsets {
    let mut test = IsothermalTest::new(Duration::from_secs(30), Rest::REFERENCE);
    loop {
        let temperatures = LoopTemperatures {
            supply: Ok(Coolant(shown(state, 22.0, offsets[0]))),
            returned: Ok(Coolant(shown(state, 22.0, offsets[1]))),
            front: Ok(Interface(shown(state, 22.0, 0.0))),
            rear: Ok(Interface(shown(state, 22.0, 0.0))),
        };
        if let Progress::Done(done) = test.step(&temperatures, Duration::from_millis(100)) {
            return done.unwrap();
        }
    }
}

/// Two offsets to 1 mK each and their noise of 30 mK over 17 (300 ticks) are 2.6 mK; the mean of 1000
/// differences adds 1.3 mK.
const PAIR_UK: u32 = 2_900;

/// Mean heat over 100 s of ticks at −4.0 and −3.3 °C, and its uncertainty by the pair alone, in milliwatts.
fn mean_heat(state: &mut u64, offsets: [f64; 2], removed: &IsothermalOffsets) -> (f64, f64) {
    let heat_of = loop_heat(PAIR_UK);
    let mut sum = 0.0;
    for _ in 0..1_000 {
        let temperatures = LoopTemperatures {
            supply: Ok(Coolant(shown(state, -4.0, offsets[0]))),
            returned: Ok(Coolant(shown(state, -3.3, offsets[1]))),
            front: Ok(Interface::from_milli(0)),
            rear: Ok(Interface::from_milli(0)),
        };
        let corrected = removed.correct(&temperatures);
        let heat = heat_of.between(FLOW, corrected.supply.unwrap(), corrected.returned.unwrap());
        sum += f64::from(heat.unwrap().milliwatts);
    }
    // 3916 J/(L·K), and mW per W.
    (sum / 1e3, f64::from(PAIR_UK) * 1e-6 * 1.5 / 60.0 * 3_916.0 * 1e3)
}

#[test]
fn a_matched_pair_has_no_bias() {
    let (mut state, mut widest, mut worst_before) = (1u64, 0.0f64, 0.0f64);
    // The true heat: the model of the device itself, so that only the sensors differ.
    let exact =
        loop_heat(1).between(FLOW, Coolant::from_milli(-4_000), Coolant::from_milli(-3_300));
    let exact = f64::from(exact.unwrap().milliwatts);
    let mut outside = 0;
    for _ in 0..200 {
        let offsets = [0.15 * noise(&mut state), 0.15 * noise(&mut state)];
        let (before, _) = mean_heat(&mut state, offsets, &IsothermalOffsets::NONE);
        worst_before = worst_before.max((before - exact).abs());
        let removed = matched(&mut state, offsets);
        let (after, u) = mean_heat(&mut state, offsets, &removed);
        let bias = (after - exact).abs();
        widest = widest.max(bias / u);
        outside += usize::from(bias > 2.0 * u);
    }
    println!("before {worst_before} mW; after at most {widest} u, {outside} of 200 beyond 2 u");
    assert!(worst_before > 15_000.0);
    // Within 2 u in 95 of 100; none far out.
    assert!(outside <= 10 && widest < 4.0, "{outside} {widest}");
}

proptest! {
    #[test]
    fn agrees_with_the_cheap_product(flow in 0u16..3_000, cold in -8_000i32..20_000, rise in -2_000i32..2_000) {
        let (supply, returned) = (Coolant::from_milli(cold), Coolant::from_milli(cold + rise));
        let flow = MillilitersPerMinute(flow);
        let full = loop_heat(14_000).between(flow, supply, returned).unwrap().milliwatts;
        let cheap = heat_milliwatts(flow, returned.0.minus(supply.0), Mixture::PropyleneGlycol30);
        // The product that is left at 0 °C moves by less than 0.8 % from −8 to 22 °C.
        prop_assert!((full - cheap).abs() <= 1 + full.abs() / 125, "{} {}", full, cheap);
    }

    #[test]
    fn no_input_panics(flow: u16, flow_ppm: u32, delta: i32, uk: u32, values: [u32; 4]) {
        let [density, u_density, heat, u_heat] = values;
        let inputs = HeatInputs {
            flow: MillilitersPerMinute(flow),
            flow_ppm,
            delta: Kelvin::from_bits(delta),
            delta_uncertainty_uk: uk,
            density: Estimate { value: Density(density), u: Density(u_density) },
            specific_heat: Estimate { value: SpecificHeat(heat), u: SpecificHeat(u_heat) },
        };
        if let Ok(found) = inputs.heat() {
            let exact = f64::from(flow) * f64::from(density) * f64::from(heat)
                * f64::from(delta) / 65_536.0 / 60.0 * 1e-9;
            prop_assert!((f64::from(found.milliwatts) - exact).abs() <= 1.0 + exact.abs() * 1e-5
                || u64::from(density) * u64::from(heat) < 100_000_000_000);
        }
    }
}

/// The pair's stated uncertainty is what the pair is off by, over many windows of 30 s and 30 mK of noise.
#[test]
fn the_pairs_uncertainty_is_what_pairs_are_off_by() {
    let mut state = 2_026;
    let (mut squares, mut stated) = (0.0, 0.0);
    for _ in 0..400 {
        let mut test = IsothermalTest::new(Duration::from_secs(30), Rest::REFERENCE);
        assert!(test.pair(0).is_err(), "not over yet");
        for _ in 0..300 {
            let temperatures = LoopTemperatures {
                supply: Ok(Coolant(shown(&mut state, 22.0, 0.010))),
                returned: Ok(Coolant(shown(&mut state, 22.0, -0.025))),
                front: Ok(Interface::from_milli(22_000)),
                rear: Ok(Interface::from_milli(22_000)),
            };
            let _ = test.step(&temperatures, Duration::from_millis(100));
        }
        let pair = test.pair(0).unwrap();
        squares += f64::from(pair.offset_uk + 35_000).powi(2);
        stated += f64::from(pair.u_uk).powi(2);
        // What the bath is not one by comes on top.
        let with_bath = f64::from(test.pair(4_000).unwrap().u_uk);
        assert!((with_bath - f64::from(pair.u_uk).hypot(4_000.0)).abs() <= 1.0);
    }
    let (off, stated) = ((squares / 400.0).sqrt(), (stated / 400.0).sqrt());
    println!("pair: off by {off:.0} µK, stated {stated:.0} µK");
    // √2·30 mK/√300 = 2.45 mK; 400 windows know it to 3.5 %.
    assert!((off / stated - 1.0).abs() < 0.1 && (stated / 2_450.0 - 1.0).abs() < 0.1);
}

#[test]
fn a_window_without_scatter_has_no_pair() {
    let mut test = IsothermalTest::new(Duration::from_secs(1), Rest::REFERENCE);
    for _ in 0..10 {
        let level = LoopTemperatures {
            supply: Ok(Coolant::from_milli(22_000)),
            returned: Ok(Coolant::from_milli(22_010)),
            front: Ok(Interface::from_milli(22_000)),
            rear: Ok(Interface::from_milli(22_000)),
        };
        let _ = test.step(&level, Duration::from_millis(100));
    }
    assert!(test.pair(1_000).is_err());
}
