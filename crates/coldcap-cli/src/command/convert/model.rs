//! A thermistor model from a file, as `calibrate ntc` writes it. What else stands in it is not read.

use crate::command::calibrate::LARGEST_RESIDUAL_MK;
use crate::failure::Failure;
use coldcap_calibration::physics::ntc::Ntc;
use serde::Deserialize;
use std::fs;
use std::path::Path;

#[derive(Debug, Deserialize)]
struct ModelFile {
    model: Model,
    span_c: [f64; 2],
    /// Models of before there was such a word say how far they are off all the same.
    usable: Option<bool>,
    residual_mk: Option<Residual>,
}

#[derive(Debug, Deserialize)]
struct Residual {
    max: f64,
}

impl ModelFile {
    /// Why the model must not be used, if it must not.
    fn refusal(&self) -> Option<String> {
        let allowed = "allowed is a model that fits its table, see coldcap calibrate ntc";
        let most = LARGEST_RESIDUAL_MK;
        match (self.usable, &self.residual_mk) {
            (Some(false), _) => Some(format!("usable: false: {allowed}")),
            (_, Some(residual)) if !(0.0..=most).contains(&residual.max) => {
                let max = residual.max;
                Some(format!("residual_mk.max: {max}: allowed is 0 to {most} mK; {allowed}"))
            }
            (None, None) => Some(format!("usable: missing: {allowed}")),
            _ => None,
        }
    }
}

#[derive(Debug, Deserialize)]
struct Model {
    coefficients: Vec<f64>,
}

/// 25 °C, at which a thermistor's resistance is named.
const NOMINAL_KELVIN: f64 = 298.15;

/// Nominal resistances are looked for from 1 Ω to 1 GΩ.
const LN_OHM: [f64; 2] = [0.0, 20.723];

/// Reads the model file at `path`.
pub(super) fn read(path: &Path) -> Result<Ntc, Failure> {
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::unreadable(path, &error).of("--curve"))?;
    let wrong = |line: String| Failure::Input(format!("{}:{line}", path.display()));
    let file: ModelFile = serde_json::from_str(&text)
        .map_err(|error| wrong(format!(" {error}: allowed is a model of `calibrate ntc`")))?;
    if let Some(line) = file.refusal() {
        return Err(wrong(line));
    }
    let given = &file.model.coefficients;
    let terms = four_terms(given).ok_or_else(|| {
        wrong(format!("model.coefficients: {} of them: allowed are three or four", given.len()))
    })?;
    let [low, high] = file.span_c;
    Ntc::new(terms, nominal_ohm(terms), low, high)
        .map_err(|error| wrong(format!("model: {error}: allowed is a falling thermistor curve")))
}

/// Three terms are 1, L and L³; four are 1, L, L² and L³.
fn four_terms(terms: &[f64]) -> Option<[f64; 4]> {
    match *terms {
        [a, b, c] => Some([a, b, 0.0, c]),
        [a, b, c, d] => Some([a, b, c, d]),
        _ => None,
    }
}

/// The resistance at 25 °C, by bisection of the rising 1/T.
fn nominal_ohm([a0, a1, a2, a3]: [f64; 4]) -> f64 {
    let reciprocal = |ln: f64| a0 + ln * (a1 + ln * (a2 + ln * a3));
    let [mut low, mut high] = LN_OHM;
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if reciprocal(middle) < 1.0 / NOMINAL_KELVIN {
            low = middle;
        } else {
            high = middle;
        }
    }
    low.exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nominal_resistance_follows_from_the_coefficients() {
        let reference = [1.129_241e-3, 2.341_077e-4, 0.0, 8.775_468e-8];
        assert!((nominal_ohm(reference) - 10_000.0).abs() < 1.0);
        assert_eq!(four_terms(&[1.0, 2.0, 3.0]), Some([1.0, 2.0, 0.0, 3.0]));
        assert_eq!(four_terms(&[1.0; 5]), None);
    }
}
