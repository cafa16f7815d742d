//! Tables of coolants that no published fit covers.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

use coldcap_calibration::coolant::{
    Conductivity, Density, Fluid, FluidBuildError, FluidError, Mixture, ModelUncertainty,
    PatientFluid, SpecificHeat, Substance, UserRow, UserTable, Viscosity,
};
use coldcap_units::{Celsius, Coolant, Kelvin};

const KNOWN: ModelUncertainty = ModelUncertainty {
    density_ppm: 2_000,
    specific_heat_ppm: 10_000,
    viscosity_ppm: 20_000,
    conductivity_ppm: 20_000,
};
const FREEZING: (Celsius, Kelvin) = (Celsius::from_milli(-12_800), Kelvin::from_milli(600));

/// A table that is known: rows of the published one of propylene glycol, every so many degrees.
fn glycol(step: usize) -> Vec<UserRow> {
    let published = include_str!("data/coolant_mpg30.csv").lines().skip(1);
    let row = |line: &str| {
        let row: Vec<f64> = line.split(',').map(|field| field.parse().unwrap()).collect();
        UserRow {
            at: Celsius::from_milli((row[0] * 1e3) as i32),
            density: Density((row[1] * 1e3).round() as u32),
            specific_heat: SpecificHeat((row[4] * 1e3).round() as u32),
            viscosity: Viscosity((row[7] * 1e9).round() as u32),
            conductivity: Conductivity((row[10] * 1e6).round() as u32),
        }
    };
    published.step_by(step).map(row).collect()
}

fn table(rows: &[UserRow]) -> Result<UserTable<'_>, FluidBuildError> {
    UserTable::new(rows, FREEZING, KNOWN, true)
}

#[test]
fn straight_lines_stay_within_the_stated_uncertainty() {
    let rows = glycol(4);
    let (drawn, fitted) = (Fluid::table(table(&rows).unwrap()), Mixture::default().fluid());
    for milli in (-12_000..=40_000).step_by(37) {
        let at = Coolant::from_milli(milli);
        let (drawn, fitted) = (drawn.properties(at).unwrap(), fitted.properties(at).unwrap());
        let pairs = [
            (drawn.density.value.0, fitted.density.value.0, KNOWN.density_ppm),
            (drawn.specific_heat.value.0, fitted.specific_heat.value.0, KNOWN.specific_heat_ppm),
            (drawn.viscosity.value.0, fitted.viscosity.value.0, KNOWN.viscosity_ppm),
            (drawn.conductivity.value.0, fitted.conductivity.value.0, KNOWN.conductivity_ppm),
        ];
        for (drawn, fitted, ppm) in pairs {
            let apart = (f64::from(drawn) / f64::from(fitted) - 1.0).abs();
            assert!(apart * 1e6 <= f64::from(ppm), "{milli} {drawn} {fitted}");
        }
        assert!(drawn.density.u_ppm().abs_diff(KNOWN.density_ppm) <= 1);
    }
    // Rows themselves come back as they are.
    let at = drawn.properties(Coolant(rows[3].at)).unwrap();
    assert_eq!((at.density.value, at.viscosity.value), (rows[3].density, rows[3].viscosity));
}

#[test]
fn too_coarse_a_table_is_refused() {
    assert!(table(&glycol(4)).is_ok());
    assert!(matches!(table(&glycol(12)), Err(FluidBuildError::Bent { .. })));
}

#[test]
fn a_mistyped_value_is_refused() {
    let good = glycol(4);
    let changes: [fn(&mut UserRow); 5] = [
        |row| row.density.0 -= 90_000,
        |row| row.specific_heat.0 += 400_000,
        |row| row.conductivity.0 += 90_000,
        |row| row.viscosity.0 += row.viscosity.0 / 5,
        |row| row.viscosity.0 -= row.viscosity.0 / 4,
    ];
    for change in changes {
        for index in 1..good.len() - 1 {
            let mut rows = good.clone();
            change(&mut rows[index]);
            assert!(table(&rows).is_err(), "{index}");
        }
    }
}

#[test]
fn every_rule_has_its_error() {
    let good = glycol(4);
    let changed = |change: &dyn Fn(&mut Vec<UserRow>)| {
        let mut rows = good.clone();
        change(&mut rows);
        table(&rows).map(|_| ())
    };
    assert_eq!(changed(&|_| ()), Ok(()));
    assert_eq!(changed(&|rows| rows.truncate(2)), Err(FluidBuildError::Rows { found: 2 }));
    let many = changed(&|rows| rows.resize(65, rows[0]));
    assert_eq!(many, Err(FluidBuildError::Rows { found: 65 }));
    assert_eq!(changed(&|rows| rows.swap(2, 3)), Err(FluidBuildError::Order { row: 3 }));
    let double = changed(&|rows| rows[2].at = rows[1].at);
    assert_eq!(double, Err(FluidBuildError::Order { row: 2 }));
    let gap = changed(&|rows| drop(rows.drain(2..8)));
    assert_eq!(gap, Err(FluidBuildError::Order { row: 2 }));
    // A tenfold viscosity, a density in kg/m³ and so on: units that slipped.
    let thin = changed(&|rows| rows.iter_mut().for_each(|row| row.viscosity.0 /= 100));
    assert_eq!(thin, Err(FluidBuildError::Value { row: 0 }));
    let kilograms = changed(&|rows| rows[5].density.0 /= 1_000);
    assert_eq!(kilograms, Err(FluidBuildError::Value { row: 5 }));
    let flat = changed(&|rows| rows[4].viscosity = rows[3].viscosity);
    assert_eq!(flat, Err(FluidBuildError::Viscosity { row: 4 }));
    let ice = (Celsius::from_milli(-11_000), FREEZING.1);
    assert_eq!(UserTable::new(&good, ice, KNOWN, true), Err(FluidBuildError::Span));
    for kelvin in [Kelvin::ZERO, Kelvin::from_milli(-1), Kelvin::from_milli(10_001)] {
        let unsure = UserTable::new(&good, (FREEZING.0, kelvin), KNOWN, true);
        assert_eq!(unsure, Err(FluidBuildError::Uncertainty));
    }
    for ppm in [0, 99, 500_001] {
        let known = ModelUncertainty { conductivity_ppm: ppm, ..KNOWN };
        let unsure = UserTable::new(&good, FREEZING, known, true);
        assert_eq!(unsure, Err(FluidBuildError::Uncertainty));
    }
}

#[test]
fn beyond_the_table_there_is_nothing() {
    let rows = glycol(4);
    let fluid = Fluid::table(table(&rows).unwrap());
    let at = |milli| fluid.properties(Coolant::from_milli(milli)).map(|_| ());
    assert_eq!(at(-12_900), Err(FluidError::BelowFreezing { freezing: FREEZING.0 }));
    assert_eq!(at(-12_500), Err(FluidError::BelowRange { coldest: rows[0].at }));
    let warmest = rows.last().unwrap().at;
    assert_eq!(at(warmest.to_milli()), Ok(()));
    assert_eq!(at(warmest.to_milli() + 1), Err(FluidError::AboveRange { warmest }));
    for extreme in [i32::MIN, i32::MAX] {
        assert!(fluid.properties(Coolant(Celsius::from_bits(extreme))).is_err());
    }
}

#[test]
fn a_table_that_nobody_vouches_for_stays_on_the_bench() {
    let rows = glycol(4);
    let unsafe_table = UserTable::new(&rows, FREEZING, KNOWN, false).unwrap();
    let refused = PatientFluid::new(Fluid::table(unsafe_table));
    assert_eq!(refused, Err(FluidError::Toxic(Substance::Other { harmless: false })));
    assert!(PatientFluid::new(Fluid::table(table(&rows).unwrap())).is_ok());
}
