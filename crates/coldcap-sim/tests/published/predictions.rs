//! What the model says about measurements that had no part in it. The figures were committed before they were laid beside
//! the data: `cargo run --release -p coldcap-sim --example predictions` writes `predictions.csv`.

use crate::figures::{CAP_RESISTANCE, after, air, run};
use coldcap_sim::PatientParameters;
use coldcap_sim::patient::{Boundary, Population};
use coldcap_sim::population::Spread;

/// One predicted figure.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Prediction {
    /// The target of the notes.
    pub(crate) target: &'static str,
    pub(crate) quantity: String,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
}

/// Heads of a population.
const HEADS: u64 = 310;

/// All of them, in the order of the file.
pub(crate) fn all() -> Vec<Prediction> {
    [coolants(), doses(), cores(), air_cap()].concat()
}

/// The file that holds them.
pub(crate) fn file() -> String {
    let head = String::from("target,quantity,value,unit\n");
    all().iter().fold(head, |file, prediction| {
        let Prediction { target, quantity, value, unit } = prediction;
        file + &format!("{target},{quantity},{value:.2},{unit}\n")
    })
}

fn prediction(
    target: &'static str,
    quantity: impl Into<String>,
    value: f64,
    unit: &'static str,
) -> Prediction {
    Prediction { target, quantity: quantity.into(), value, unit }
}

/// V7: coolant at 3 and at 8 °C for 45 minutes, over a population.
fn coolants() -> Vec<Prediction> {
    let population = Population::standard();
    let at = |celsius: f64| {
        let pairs: Vec<[f64; 2]> = (0..HEADS)
            .map(|seed| {
                let patient = population.patient(seed);
                let resistance = patient.hair_resistance + CAP_RESISTANCE;
                // 0.4 K warmer in the cap's middle than at its inlet.
                let cooled = after(45, &patient, Boundary { celsius: celsius + 0.4, resistance });
                [cooled.skin_c(), cooled.follicle_c()]
            })
            .collect();
        let [skin, follicle] = [0, 1].map(|which| Spread::of(pairs.iter().map(|pair| pair[which])));
        let below = pairs.iter().filter(|[_, follicle]| *follicle < 22.0).count();
        let set = |what: &str| format!("{what} with coolant at {celsius} °C");
        [
            prediction("V7", set("skin; mean"), skin.mean, "°C"),
            prediction("V7", set("skin; deviation"), skin.deviation, "K"),
            prediction("V7", set("2 mm deep; mean"), follicle.mean, "°C"),
            prediction("V7", set("2 mm deep; deviation"), follicle.deviation, "K"),
            prediction(
                "V7",
                set("heads below 22 °C 2 mm deep"),
                100.0 * below as f64 / HEADS as f64,
                "%",
            ),
        ]
    };
    let [cold, mild] = [3.0, 8.0].map(at);
    let apart = mild[2].value - cold[2].value;
    let apart = prediction("V7", "2 mm deep; 8 °C against 3 °C", apart, "K");
    [&cold[..], &mild[..], &[apart]].concat()
}

/// V10: the skin held at a temperature for an hour, then two hours in the room.
fn doses() -> Vec<Prediction> {
    let mut rows = Vec::new();
    for celsius in [16.6, 19.8, 24.7, 27.3, 37.2] {
        let [at_end, after_two_hours] = held(celsius, 60);
        let at = |what: &str| format!("perfusion {what} an hour at {celsius} °C");
        rows.push(prediction("V10", at("at the end of"), 100.0 * at_end, "% of warm"));
        rows.push(prediction("V10", at("two hours after"), 100.0 * after_two_hours, "% of warm"));
    }
    for celsius in [16.6, 19.8, 24.7, 27.3] {
        let minutes = (1..=120).find(|minutes| held(celsius, *minutes)[1] < 0.5);
        let quantity =
            format!("shortest cold at {celsius} °C that halves perfusion two hours later");
        rows.push(prediction("V10", quantity, minutes.map_or(f64::INFINITY, f64::from), "min"));
    }
    rows
}

/// Perfusion when the skin was held at `celsius` for so many minutes, and two hours later.
fn held(celsius: f64, minutes: u32) -> [f64; 2] {
    let standard = PatientParameters::standard();
    let mut scalp = after(minutes, &standard, Boundary { celsius, resistance: 1.0e-4 });
    let at_end = scalp.perfusion();
    run(&mut scalp, 120, air(&standard));
    [at_end, scalp.perfusion()]
}

/// V11: what the core's temperature moves under the cap.
fn cores() -> Vec<Prediction> {
    let standard = PatientParameters::standard();
    let cap = Boundary { celsius: -3.6, resistance: standard.hair_resistance + CAP_RESISTANCE };
    let skin_c = |core_c| after(45, &PatientParameters { core_c, ..standard }, cap).skin_c();
    let [cooler, warmer] = [36.5, 37.5].map(skin_c);
    vec![
        prediction("V11", "skin after 45 min with the core at 36.5 °C", cooler, "°C"),
        prediction("V11", "skin after 45 min with the core at 37.5 °C", warmer, "°C"),
        prediction("V11", "skin for each kelvin of the core", warmer - cooler, "K/K"),
    ]
}

/// V12: a cap of cold air that has the surface at 14.2 °C.
fn air_cap() -> Vec<Prediction> {
    let standard = PatientParameters::standard();
    let cooled = after(45, &standard, Boundary { celsius: 14.2, resistance: 1.0e-4 });
    let deep = |depth_mm: f64| {
        let quantity = format!("{depth_mm} mm under a surface at 14.2 °C");
        prediction("V12", quantity, cooled.depth_c(depth_mm), "°C")
    };
    let share = 100.0 * cooled.perfusion();
    let perfusion = prediction("V12", "perfusion under a surface at 14.2 °C", share, "% of warm");
    vec![deep(2.0), deep(4.0), deep(6.0), perfusion]
}

/// What was predicted is still what the model says: whoever changes the model has to predict anew, and say so.
#[test]
fn the_committed_predictions_are_the_models() {
    assert_eq!(
        file(),
        include_str!("predictions.csv"),
        "cargo run --release --example predictions"
    );
}
