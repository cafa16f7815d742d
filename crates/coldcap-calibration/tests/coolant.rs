//! Coolant figures against published property tables.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

use coldcap_calibration::coolant::Mixture;

/// Density times specific heat in J/(L·K) by temperature, from two columns of a table.
fn products(table: &str, density: usize, heat: usize) -> Vec<(f64, f64)> {
    let row = |line: &str| {
        let fields: Vec<f64> = line.split(',').map(|field| field.parse().unwrap()).collect();
        (fields[0], fields[density] * fields[heat] / 1e3)
    };
    table.lines().skip(1).map(row).collect()
}

fn at_zero(products: &[(f64, f64)]) -> f64 {
    products.iter().find(|(celsius, _)| *celsius == 0.0).unwrap().1
}

const GLYCOL: &str = include_str!("data/coolant_mpg30.csv");
const FORMATE: &str = include_str!("data/coolant_mkf30.csv");

#[test]
fn constants_are_those_of_the_tables() {
    for (mixture, table, heat) in
        [(Mixture::PropyleneGlycol30, GLYCOL, 4), (Mixture::PotassiumFormate30, FORMATE, 2)]
    {
        let products = products(table, 1, heat);
        let constant = f64::from(mixture.joules_per_liter_kelvin());
        assert!((at_zero(&products) - constant).abs() < 0.5, "{mixture:?}");
        for (celsius, product) in products.iter().filter(|(t, _)| (-8.0..=22.0).contains(t)) {
            assert!((product / constant - 1.0).abs() < 0.008, "{mixture:?} {celsius}");
        }
    }
}
