//! A relay test on a noisy plant, and the model that came of it.

use super::Drawing;
use coldcap_examples::Cooler;
use coldcap_host::report::{TunePlot, TunePoint, tune_svg};
use coldcap_thermal::pid::Action;
use coldcap_thermal::tune::relay::{RelayConfig, RelayTest};
use coldcap_thermal::tune::{Directive, Envelope};
use coldcap_units::Duration;
use fixed::types::I16F16;

const TICK: Duration = Duration::from_millis(100);
const HELD: I16F16 = I16F16::lit("0.58");
const CONFIG: RelayConfig = RelayConfig {
    action: Action::Direct,
    level: I16F16::lit("4"),
    bias: I16F16::lit("0.6"),
    above: I16F16::lit("0.3"),
    below: I16F16::lit("0.2"),
    hysteresis: I16F16::lit("0.05"),
    observe: Duration::from_secs(20),
    cycles: 6,
    envelope: Envelope {
        lowest: I16F16::lit("0"),
        highest: I16F16::lit("8"),
        output_low: I16F16::ZERO,
        output_high: I16F16::ONE,
        longest: Duration::from_mins(30),
        longest_gap: Duration::from_secs(3),
    },
};

pub(crate) fn draw() -> Drawing {
    let mut plant = Cooler::new(30.0, 60.0, 3.0, 0.1);
    (0..6_000).for_each(|_| plant.step(HELD.to_num()));
    let mut test = RelayTest::new(CONFIG, HELD)?;
    let mut rows = Vec::new();
    loop {
        let ticks = rows.len() as i32;
        let noise = f64::from(ticks * 7_919 % 101 - 50) * 0.0004;
        let seen = I16F16::from_num(plant.value + noise);
        let Directive::Drive(output) = test.feed(Ok(seen), TICK) else { break };
        rows.push((f64::from(ticks) / 10.0, output.to_num::<f64>(), seen.to_num::<f64>()));
        plant.step(output.to_num());
    }
    let proposal = test.propose()?;
    let found = proposal.identified();
    let model = found.model;
    // The model, stepped as the plant is: the record begins at rest.
    let mut delayed = Cooler::new(-model.gain, model.time_constant_s, model.delay_s, 0.1);
    let rest = found.offset;
    delayed.value = 22.0;
    let mut points = Vec::new();
    for (time_s, input, output) in rows {
        points.push(TunePoint { time_s, input, output, model: rest + delayed.value - 22.0 });
        delayed.step(input - HELD.to_num::<f64>());
    }
    let summary = format!(
        "K {:.2} K, T {:.1} s, L {:.2} s; confidence {:.3}",
        model.gain, model.time_constant_s, model.delay_s, found.confidence
    );
    Ok(tune_svg(&TunePlot {
        title: "Asymmetric relay test at two levels",
        summary: &summary,
        output_label: "temperature, °C",
        input_label: "drive",
        points: &points,
    }))
}
