//! A PI loop with a PWM of 32 levels: K = 40 K from off to full, T = 600 s, L = 20 s, one step a second.
//!
//! `cargo test -p coldcap-thermal --test output_quantiser -- --nocapture` prints the figures.
#![allow(missing_docs, clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod output_support;

use core::num::NonZeroU16;

use coldcap_thermal::output::Quantiser;
use fixed::types::I16F16;
use output_support::{Plant, SECOND, Spread, pi};

/// The fraction of full that comes out for a command.
type Drive<'a> = &'a mut dyn FnMut(I16F16) -> f64;

/// Error from 2 h to 6 h, in millikelvins. SIMC with τc = L: gain T / (2·L·K), Ti = 8·L.
fn limit_cycle(setpoint: f64, drive: Drive<'_>) -> Spread {
    let mut plant = Plant::new(40.0, 600.0, 20, 22.0);
    let mut controller = pi(0.375, 160, SECOND);
    let (mut command, mut error) = (I16F16::ZERO, Spread::default());
    for second in 0..6 * 3_600 {
        command = controller(setpoint, plant.y, command);
        plant.step(drive(command));
        if second >= 2 * 3_600 {
            error.add((plant.y - setpoint) * 1_000.0);
        }
    }
    error
}

fn worst(levels: u16, feedback: bool) -> (f64, f64) {
    let levels = NonZeroU16::new(levels).unwrap();
    let steps = f64::from(levels.get());
    // Duties from 0.1 to 0.9, between the levels.
    let spreads = [-13.93, -8.2, -3.0, 1.7, 4.03, 9.99, 17.77].map(|setpoint| {
        let mut quantiser = Quantiser::new(levels);
        limit_cycle(setpoint, &mut |command| {
            let fine = command.to_num::<f64>();
            if feedback {
                f64::from(quantiser.step(command)) / steps
            } else {
                (fine * steps).round() / steps
            }
        })
    });
    let widths = spreads.map(|spread| spread.width());
    println!("{levels} levels, error feedback {feedback}: mK p-p {widths:.2?}");
    let width = widths.into_iter().fold(0.0, f64::max);
    (width, spreads.iter().map(|spread| spread.mean().abs()).fold(0.0, f64::max))
}

#[test]
fn thirty_two_levels_cost_no_limit_cycle() {
    let (rounded, _) = worst(32, false);
    let (fed_back, mean) = worst(32, true);
    println!("32 levels: {rounded:.1} mK p-p rounded, {fed_back:.2} mK p-p with error feedback");
    println!("           mean error with error feedback {mean:.3} mK");
    assert!(fed_back <= 3.0);
    assert!(mean <= 0.1);
    assert!((40.0..70.0).contains(&rounded), "the loop is no test of anything");
}

#[test]
fn eight_bits_do_better_still() {
    let (rounded, _) = worst(255, false);
    let (fed_back, _) = worst(255, true);
    println!("8 bit: {rounded:.1} mK p-p rounded, {fed_back:.2} mK p-p with error feedback");
    assert!(fed_back <= 0.5 && rounded >= 3.0);
}
