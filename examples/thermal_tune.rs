//! A relay test finds the plant, rules propose gains, somebody accepts them, and the loop runs.
//!
//! `cargo run -p coldcap-examples --example thermal_tune`

use coldcap_examples::Cooler;
use coldcap_thermal::pid::{Action, Coefficients, Input, Limits, Pid};
use coldcap_thermal::tune::relay::{RelayConfig, RelayTest};
use coldcap_thermal::tune::rules::Rule;
use coldcap_thermal::tune::{Directive, Envelope};
use coldcap_units::Duration;
use fixed::types::I16F16;

const TICK: Duration = Duration::from_millis(100);
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

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let mut plant = Cooler::new(30.0, 60.0, 3.0, 0.1);
    let held = I16F16::lit("0.58"); // what has held it near 4 °C until now
    (0..6_000).for_each(|_| plant.step(held.to_num()));
    let mut test = RelayTest::new(CONFIG, held)?;
    let mut ticks = 0;
    loop {
        let noise = f64::from(ticks * 7_919 % 101 - 50) * 0.0004; // ±20 mK
        let measured = Ok(I16F16::from_num(plant.value + noise));
        let Directive::Drive(output) = test.feed(measured, TICK) else { break };
        plant.step(output.to_num());
        ticks += 1;
    }
    let proposal = test.propose()?;
    let found = proposal.identified();
    println!("after {} s: {:.2?}", ticks / 10, found.model);
    println!("confidence {:.3}\n\n{:<20}     K   Ti s   Td s", found.confidence, "rule");
    for rule in Rule::ALL {
        let gains = rule.gains(&found.model)?;
        println!("{:<20} {:5.2} {:6.1} {:6.1}", rule.name(), gains.k, gains.ti_s, gains.td_s);
    }

    // Nothing has changed so far. This is the step that a person takes.
    let gains = proposal.accept(Rule::SimcWith { closed_loop_s: 9.0 }, 0.9)?;
    println!("\naccepted {:.3} 1/K, {:.1} s; 4 to 1 °C:", gains.k, gains.ti_s);
    // From gains to a tuning: Tf and Tt are the defaults of an ISA controller, b and c are said.
    let tuning = gains.tuning().weighted(0.6, 0.0);
    let with = Coefficients::<I16F16>::new(&tuning, TICK)?;
    let (mut pid, mut achieved) = (Pid::new(), held);
    for tick in 0..=1_200 {
        let measured = Ok(I16F16::from_num(plant.value));
        let input = Input::auto(I16F16::ONE, measured, achieved, TICK);
        achieved = pid.step(&with, &Limits::UNIT, &input).command;
        plant.step(achieved.to_num());
        if tick % 100 == 0 {
            let place = (plant.value * 12.0).round().max(0.0) as usize;
            println!("{:>4} s {:6.2} °C  {:place$}*", tick / 10, plant.value, "");
        }
    }
    Ok(())
}
