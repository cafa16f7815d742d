//! Heat and cool from one command, and the command from heat and cool.
#![allow(missing_docs, clippy::unwrap_used, clippy::arithmetic_side_effects)]

use coldcap_thermal::output::{Duties, Split, SplitError};
use fixed::types::I16F16;
use proptest::prelude::*;

fn bits(bits: i32) -> I16F16 {
    I16F16::from_bits(bits)
}

fn number(value: f64) -> I16F16 {
    I16F16::from_num(value)
}

fn split(heat: f64, cool: f64, zone: f64) -> Split {
    Split::new(number(heat), number(cool), number(zone)).unwrap()
}

#[test]
fn both_sides_have_their_gain_and_nothing_happens_in_between() {
    let split = split(2.0, 0.5, 0.125);
    let table = [
        (-2.0, 0.0, 0.4375),
        (-1.0, 0.0, 0.4375),
        (-0.625, 0.0, 0.25),
        (-0.125, 0.0, 0.0),
        (0.125, 0.0, 0.0),
        (0.25, 0.25, 0.0),
        (0.625, 1.0, 0.0),
        (1.0, 1.0, 0.0),
    ];
    for (command, heat, cool) in table {
        let expected = Duties { heat: number(heat), cool: number(cool) };
        assert_eq!(split.duties(number(command)), expected, "{command}");
    }
}

#[test]
fn saturation_and_loss_are_reported_in_units_of_the_command() {
    let split = split(2.0, 0.5, 0.125);
    let duties = |heat: f64, cool: f64| Duties { heat: number(heat), cool: number(cool) };
    let table = [
        // More was asked for than full heat.
        (1.0, duties(1.0, 0.0), 0.625),
        // Half of what was asked for, and more than was asked for.
        (0.625, duties(0.5, 0.0), 0.375),
        (0.125, duties(0.5, 0.0), 0.375),
        (-1.0, duties(0.0, 0.25), -0.625),
        // Full cooling is beyond the command's range.
        (-1.0, duties(0.0, 1.0), -1.0),
        // Taken away: the edge of the zone on the side that was asked for.
        (1.0, Duties::OFF, 0.125),
        (-1.0, Duties::OFF, -0.125),
        // Still cooling, although heat is asked for.
        (1.0, duties(0.0, 0.125), -0.375),
        // Both: what is left of them.
        (1.0, duties(1.0, 0.125), 0.25),
        // Nonsense is cut off.
        (1.0, duties(7.0, -3.0), 0.625),
    ];
    for (command, achieved, expected) in table {
        let got = split.achieved(number(command), achieved);
        assert_eq!(got, number(expected), "{command} {achieved:?}");
    }
}

#[test]
fn what_was_asked_for_comes_back_to_the_last_bit() {
    for split in [split(1.0, 1.0, 0.0), split(0.3, 0.7, 0.05), split(0.001, 1.02, 0.01)] {
        for command in -65_536..=65_536 {
            let command = bits(command);
            let duties = split.duties(command);
            assert!(duties.heat == I16F16::ZERO || duties.cool == I16F16::ZERO);
            if duties.heat < I16F16::ONE && duties.cool < I16F16::ONE {
                assert_eq!(split.achieved(command, duties), command);
            }
        }
    }
}

#[test]
fn parameters_out_of_range_are_refused() {
    let (one, tiny) = (I16F16::ONE, bits(3));
    assert_eq!(Split::new(tiny, one, I16F16::ZERO), Err(SplitError::HeatGainTooSmall));
    assert_eq!(Split::new(one, I16F16::MIN, I16F16::ZERO), Err(SplitError::CoolGainTooSmall));
    for zone in [bits(-1), one, I16F16::MAX] {
        assert_eq!(Split::new(one, one, zone), Err(SplitError::DeadZoneOutOfRange));
    }
    assert!(Split::new(bits(4), I16F16::MAX, bits(65_535)).is_ok());
    assert!(SplitError::HeatGainTooSmall.to_string().contains("2^-14"));
}

proptest! {
    #[test]
    fn nothing_leaves_its_range(
        gains in (4i32.., 4i32..), zone in 0i32..65_536, command: i32, duties: (i32, i32),
    ) {
        let split = Split::new(bits(gains.0), bits(gains.1), bits(zone)).unwrap();
        let command = bits(command);
        let asked = split.duties(command);
        for duty in [asked.heat, asked.cool] {
            prop_assert!((I16F16::ZERO..=I16F16::ONE).contains(&duty));
        }
        let real = Duties { heat: bits(duties.0), cool: bits(duties.1) };
        for duties in [asked, real] {
            prop_assert!(split.achieved(command, duties).abs() <= I16F16::ONE);
        }
    }

    #[test]
    fn the_inverse_inverts(
        gain in 0.05f64..8.0, zone in 0.0f64..0.5, other in -1.0f64..1.0, duty in 1i32..65_536, cool: bool,
    ) {
        let gain = number(gain).to_num::<f64>();
        let split = split(gain, gain, zone);
        let exact = number(zone).to_num::<f64>() + f64::from(duty) / 65_536.0 / gain;
        prop_assume!(exact <= 1.0);
        let (duties, sign) = if cool {
            (Duties { heat: I16F16::ZERO, cool: bits(duty) }, -1.0)
        } else {
            (Duties { heat: bits(duty), cool: I16F16::ZERO }, 1.0)
        };
        let command = split.achieved(number(other), duties).to_num::<f64>();
        // One bit, unless the other command asks for just the same: then half a duty's bit more.
        let tolerance = (1.0 + 0.5 / gain) / 65_536.0;
        prop_assert!((command - sign * exact).abs() <= tolerance);
        let again = split.duties(number(command));
        let off = (again.heat - duties.heat).abs().max((again.cool - duties.cool).abs());
        prop_assert!(off.to_num::<f64>() <= (0.5 * gain + 1.0) / 65_536.0);
    }
}
