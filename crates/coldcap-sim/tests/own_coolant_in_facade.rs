//! A site's own coolant in the facade: a table of the user's in place of a shipped mixture.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod facade;

use coldcap::Config;
use coldcap_calibration::coolant::{
    FluidError, Mixture, ModelUncertainty, OwnMixture, Substance, UserRow, UserTable,
};
use coldcap_sim::PatientParameters;
use coldcap_units::{Celsius, Coolant, Kelvin};
use facade::Facade;

const KNOWN: ModelUncertainty = ModelUncertainty {
    density_ppm: 6_000,
    specific_heat_ppm: 40_000,
    viscosity_ppm: 100_000,
    conductivity_ppm: 30_000,
};

/// What the virtual machine really pumps, as a table of every fourth degree.
fn table(harmless: bool) -> UserTable<'static> {
    let fluid = Mixture::PropyleneGlycol30.fluid();
    let row = |celsius: i32| {
        let at = fluid.properties(Coolant::from_milli(celsius * 1_000)).unwrap();
        UserRow {
            at: Celsius::from_milli(celsius * 1_000),
            density: at.density.value,
            specific_heat: at.specific_heat.value,
            viscosity: at.viscosity.value,
            conductivity: at.conductivity.value,
        }
    };
    let rows: Vec<UserRow> = (-12..=40).step_by(4).map(row).collect();
    let freezing = (Celsius::from_milli(-12_789), Kelvin::from_milli(330));
    UserTable::new(rows.leak(), freezing, KNOWN, harmless).unwrap()
}

fn heat(config: Config) -> i32 {
    let mut facade = Facade::with(config, PatientParameters::standard(), 3);
    facade.fit_visit();
    facade.calibration.unwrap().heat_mw
}

#[test]
fn the_heat_of_a_head_is_the_same_by_a_table() {
    let mut config = Config::reference();
    config.contact.mixture = Mixture::Own(OwnMixture::new(table(true)).unwrap());
    let (shipped, own) = (heat(Config::reference()), heat(config));
    println!("{shipped} mW by the shipped fit, {own} mW by the table");
    assert!((shipped - own).abs() <= shipped / 1_000);
}

#[test]
fn what_nobody_calls_harmless_gets_no_channel() {
    let refused = FluidError::Toxic(Substance::Other { harmless: false });
    assert_eq!(OwnMixture::new(table(false)), Err(refused));
}
