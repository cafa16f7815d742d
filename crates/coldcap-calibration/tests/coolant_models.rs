//! Coolants against CoolProp, floating point and integer, and their stated uncertainty against the spread
//! of published models.
#![allow(missing_docs, dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::float_arithmetic)]

use coldcap_calibration::coolant::{Cubic, Fluid, FluidError, PatientFluid, shipped};
use coldcap_calibration::physics::coolant::{Brine, BrineError, BrineProperties, PIECES, Solute};
use coldcap_units::{Celsius, Coolant};

#[path = "../examples/generate_coolants.rs"]
mod generate_coolants;

const MELINDER: &str = include_str!("data/coolant_melinder.csv");
const SPREAD: &str = include_str!("data/coolant_spread.csv");

/// The rows behind the header: the mixture, and the numbers behind it.
fn rows(table: &str) -> impl Iterator<Item = (Solute, Vec<f64>)> {
    table.lines().skip(1).map(|line| {
        let (mix, numbers) = line.split_once(',').unwrap();
        let numbers = numbers.split(',').map(|number| number.parse().unwrap()).collect();
        (Solute::from_name(mix).unwrap(), numbers)
    })
}

fn listed(it: &BrineProperties) -> [f64; 4] {
    [it.density, it.specific_heat, it.viscosity, it.conductivity]
}

/// The larger of each, for the largest relative difference of four properties.
fn widen(widest: &mut [f64; 4], found: [f64; 4], expected: &[f64]) {
    for (widest, (found, expected)) in widest.iter_mut().zip(found.iter().zip(expected)) {
        *widest = widest.max((found / expected - 1.0).abs());
    }
}

#[test]
fn floating_point_agrees_with_coolprop() {
    let (mut widest, mut freezing) = ([0.0; 4], 0.0f64);
    for (solute, row) in rows(MELINDER) {
        let [mass, celsius, freeze] = row[..3] else { unreachable!() };
        let brine = Brine::new(solute, mass).unwrap();
        freezing = freezing.max((brine.freezing() - freeze).abs());
        widen(&mut widest, listed(&brine.properties(celsius).unwrap()), &row[3..]);
    }
    println!("density, cp, viscosity, conductivity: {widest:?}; freezing {freezing} K");
    let [density, heat, viscosity, conductivity] = widest;
    assert!(density <= 1e-6 && heat <= 1e-6 && conductivity <= 1e-6, "{widest:?}");
    assert!(viscosity <= 1e-5, "{widest:?}");
    assert!(freezing <= 1e-6, "{freezing}");
}

/// Whether it is thicker at its freezing point than a device counts.
fn is_too_thick(solute: Solute, mass: f64) -> bool {
    solute == Solute::PropyleneGlycol && mass > 0.57
}

#[test]
fn what_is_too_thick_for_a_device_is_refused() {
    let mut pieces = [Cubic::default(); PIECES];
    for (mass, fits) in [(0.57, true), (0.58, false), (0.6, false)] {
        let brine = Brine::new(Solute::PropyleneGlycol, mass).unwrap();
        assert_eq!(brine.fitted(&mut pieces).is_ok(), fits, "{mass}");
    }
}

/// As a device has it, in SI units.
fn on_device(fluid: &Fluid<'_>, celsius: f64) -> [f64; 4] {
    let at =
        fluid.properties(Coolant(Celsius::from_micro((celsius * 1e6).round() as i32))).unwrap();
    [
        f64::from(at.density.value.0) / 1e3,
        f64::from(at.specific_heat.value.0) / 1e3,
        f64::from(at.viscosity.value.0) / 1e9,
        f64::from(at.conductivity.value.0) / 1e6,
    ]
}

#[test]
fn integers_agree_with_coolprop_at_every_mass() {
    let mut widest = [0.0; 4];
    for (solute, row) in rows(MELINDER).filter(|(solute, row)| !is_too_thick(*solute, row[0])) {
        let brine = Brine::new(solute, row[0]).unwrap();
        let mut pieces = [Cubic::default(); PIECES];
        let fluid = Fluid::fitted(brine.fitted(&mut pieces).unwrap());
        widen(&mut widest, on_device(&fluid, row[1]), &row[3..]);
    }
    println!("density, cp, viscosity, conductivity: {widest:?}");
    assert!(widest.iter().all(|error| *error <= 1e-4), "{widest:?}");
}

#[test]
fn integers_agree_with_floating_point_all_the_way() {
    let shipped = [
        (shipped::PROPYLENE_GLYCOL_30, Solute::PropyleneGlycol),
        (shipped::POTASSIUM_FORMATE_30, Solute::PotassiumFormate),
        (shipped::ETHYLENE_GLYCOL_30, Solute::EthyleneGlycol),
    ];
    for (fitted, solute) in shipped {
        let (fluid, brine) = (Fluid::fitted(fitted), Brine::new(solute, 0.3).unwrap());
        let first = (brine.freezing() * 100.0).ceil() as i32 + 1;
        let mut widest = [0.0; 4];
        for hundredth in first..=4_000 {
            let celsius = f64::from(hundredth) / 100.0;
            let exact = listed(&brine.properties(celsius).unwrap());
            widen(&mut widest, on_device(&fluid, celsius), &exact);
        }
        println!("{}: {widest:?}", solute.name());
        assert!(widest.iter().all(|error| *error <= 1e-4), "{solute:?} {widest:?}");
    }
}

#[test]
fn the_published_tables_are_met() {
    let glycol = (include_str!("data/coolant_mpg30.csv"), [1, 4, 7, 10], Solute::PropyleneGlycol);
    let formate = (include_str!("data/coolant_mkf30.csv"), [1, 2, 3, 4], Solute::PotassiumFormate);
    for (table, columns, solute) in [glycol, formate] {
        let brine = Brine::new(solute, 0.3).unwrap();
        let mut widest = [0.0; 4];
        for line in table.lines().skip(1) {
            let row: Vec<f64> = line.split(',').map(|field| field.parse().unwrap()).collect();
            let expected = columns.map(|column| row[column]);
            widen(&mut widest, listed(&brine.properties(row[0]).unwrap()), &expected);
        }
        // The tables have nine digits; their viscosity has a constant that was rounded by 3e-7.
        let [density, heat, viscosity, conductivity] = widest;
        assert!(density.max(heat).max(conductivity) <= 1e-8, "{solute:?} {widest:?}");
        assert!(viscosity <= 1e-6, "{solute:?} {widest:?}");
    }
}

#[test]
fn the_uncertainty_covers_the_spread_of_models() {
    for (solute, row) in rows(SPREAD) {
        let known = Brine::new(solute, row[0]).unwrap().known();
        let stated = [
            known.freezing_k,
            known.density,
            known.specific_heat,
            known.viscosity,
            known.conductivity,
        ];
        for (index, (stated, spread)) in stated.iter().zip(&row[1..]).enumerate() {
            assert!(stated >= spread, "{solute:?} {}, column {index}: {stated} {spread}", row[0]);
        }
    }
}

#[test]
fn the_uncertainty_covers_the_spread_that_the_survey_found() {
    // Calibration note, section 3: the wider of two models, in percent, for density, specific heat,
    // viscosity and conductivity.
    let survey = [
        (Solute::PropyleneGlycol, 0.3, [0.51, 3.7, 3.6, 2.9]),
        (Solute::PropyleneGlycol, 0.5, [0.55, 3.9, 21.4, 3.7]),
        (Solute::EthyleneGlycol, 0.3, [0.78, 2.0, 3.9, 5.3]),
        (Solute::EthyleneGlycol, 0.5, [0.97, 2.3, 5.3, 7.8]),
    ];
    for (solute, mass, spread) in survey {
        let known = Brine::new(solute, mass).unwrap().known();
        let stated = [known.density, known.specific_heat, known.viscosity, known.conductivity];
        for (stated, spread) in stated.into_iter().zip(spread) {
            assert!(stated * 100.0 >= spread - 1e-9, "{solute:?} {mass}: {stated} {spread} %");
        }
    }
}

#[test]
fn a_single_model_is_known_less_well() {
    let formate = Brine::new(Solute::PotassiumFormate, 0.3).unwrap().known();
    for (solute, row) in rows(SPREAD).filter(|(_, row)| row[0] <= 0.5) {
        let stated = [
            formate.freezing_k,
            formate.density,
            formate.specific_heat,
            formate.viscosity,
            formate.conductivity,
        ];
        for (stated, spread) in stated.iter().zip(&row[1..]) {
            assert!(*stated >= 1.49 * spread, "{solute:?} {row:?}");
        }
    }
}

#[test]
fn a_device_carries_the_uncertainty_of_the_model() {
    let (from_zero, brine) =
        (Coolant::from_milli(0), Brine::new(Solute::PropyleneGlycol, 0.3).unwrap());
    let at = Fluid::fitted(shipped::PROPYLENE_GLYCOL_30).properties(from_zero).unwrap();
    let known = brine.known();
    let parts = [
        (at.density.u_ppm(), known.density),
        (at.specific_heat.u_ppm(), known.specific_heat),
        (at.viscosity.u_ppm(), known.viscosity),
        (at.conductivity.u_ppm(), known.conductivity),
    ];
    for (ppm, relative) in parts {
        assert!((f64::from(ppm) / 1e6 - relative).abs() < 3e-6, "{ppm} {relative}");
    }
}

#[test]
fn out_of_range_is_refused() {
    for solute in Solute::ALL {
        let (least, most) = solute.mass_range();
        for mass in [least - 1e-9, most + 1e-9, f64::NAN, -0.3, 30.0] {
            assert_eq!(Brine::new(solute, mass), Err(BrineError::Mass { least, most }));
        }
        let brine = Brine::new(solute, 0.3).unwrap();
        let freezing = brine.freezing();
        for celsius in [freezing - 1e-9, 40.000_001, f64::NAN, f64::INFINITY] {
            let refused = BrineError::Temperature { freezing, warmest: 40.0 };
            assert_eq!(brine.properties(celsius), Err(refused));
        }
        assert!(brine.properties(freezing).is_ok() && brine.properties(40.0).is_ok());
    }
}

#[test]
fn a_device_refuses_ice_and_heat() {
    let fitted = shipped::POTASSIUM_FORMATE_30;
    let fluid = Fluid::fitted(fitted);
    let (freezing, _) = fluid.freezing();
    let warmest = fitted.coefficients().warmest;
    let at = |celsius| fluid.properties(Coolant(celsius));
    assert!(at(freezing).is_ok() && at(warmest).is_ok());
    let below = Celsius::from_bits(freezing.to_fixed().to_bits() - 1);
    assert_eq!(at(below), Err(FluidError::BelowFreezing { freezing }));
    let above = Celsius::from_bits(warmest.to_fixed().to_bits() + 1);
    assert_eq!(at(above), Err(FluidError::AboveRange { warmest }));
    for extreme in [i32::MIN, i32::MAX] {
        assert!(at(Celsius::from_bits(extreme)).is_err());
    }
}

#[test]
fn ethylene_glycol_is_kept_from_patients_at_every_mass() {
    for mass in [0.1, 0.3, 0.55] {
        let mut pieces = [Cubic::default(); PIECES];
        for solute in Solute::ALL.into_iter().filter(|it| mass <= it.mass_range().1) {
            let fitted = Brine::new(solute, mass).unwrap().fitted(&mut pieces).unwrap();
            let patient = PatientFluid::new(Fluid::fitted(fitted));
            assert_eq!(patient.is_err(), solute == Solute::EthyleneGlycol, "{solute:?}");
        }
    }
}

#[test]
fn shipped_coolants_are_the_generated_ones() {
    let shipped = include_str!("../src/coolant/shipped.rs");
    let generated = generate_coolants::shipped().unwrap();
    for (line, (shipped, generated)) in shipped.lines().zip(generated.lines()).enumerate() {
        assert_eq!(shipped, generated, "line {}", line + 1);
    }
    assert_eq!(shipped.len(), generated.len());
}
