//! What the outputs really do, and every way in which that cannot be told.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic
)]

use coldcap_hal::{
    Capture, CurrentSense, CurrentSenseError, CurrentSenseSettings, LevelReadBack, Potentiometer,
    PotentiometerCodes, PotentiometerError,
};
use coldcap_units::{Duty, Fault, Instant, MilliAmps, Ratio, Reading};
use embedded_hal::digital::PinState;
use embedded_hal_mock::eh1::MockError;
use embedded_hal_mock::eh1::digital::{Mock, State, Transaction};
use proptest::prelude::*;
use std::io::ErrorKind;

const NOW: Instant = Instant::from_millis(1_234);

#[test]
fn a_level_that_cannot_be_read_is_a_fault_at_its_instant() {
    let fails = Transaction::get(State::High).with_error(MockError::Io(ErrorKind::Other));
    let told = [fails.clone(), fails, Transaction::get(State::High), Transaction::get(State::Low)];
    let mut pin = Mock::new(&told);
    let mut permit = LevelReadBack::new(pin.clone(), PinState::High);
    assert_eq!(permit.is_on(NOW), Reading::faulty(Fault::Bus, NOW));
    assert_eq!(permit.duty(NOW), Reading::faulty(Fault::Bus, NOW));
    assert_eq!(permit.duty(NOW), Reading::new(Duty::FULL, NOW));
    assert_eq!(permit.duty(NOW), Reading::new(Duty::OFF, NOW));
    pin.done();
}

#[test]
fn what_drives_at_all_is_never_off() {
    let duty = |on, period| Capture::Cycle { on, period }.duty();
    assert_eq!(duty(1, u32::MAX), Ok(Duty(1)));
    assert_eq!(duty(0, 1), Ok(Duty::OFF));
    assert_eq!([duty(1, 1), duty(u32::MAX, u32::MAX)], [Ok(Duty::FULL); 2]);
    assert_eq!([duty(0, 0), duty(2, 1)], [Err(Fault::Disagrees); 2]);
    let still = |on| Capture::Still { on }.reading(NOW);
    assert_eq!(still(true), Reading::new(Duty::FULL, NOW));
    assert_eq!(still(false), Reading::new(Duty::OFF, NOW));
}

const SETTINGS: CurrentSenseSettings = CurrentSenseSettings {
    reference_mv: 3_300,
    gain_milli: 20_000,
    shunt_micro_ohm: 50_000,
    zero: Ratio(1 << 29),
    zero_band: Ratio(1 << 24),
    open_below: Ratio(1 << 28),
    short_from: Ratio(0xF000_0000),
};

#[test]
fn a_current_is_told_between_its_ends_alone() {
    let sense = CurrentSense::new(SETTINGS).unwrap();
    let at = |code| sense.current(Ratio(code));
    assert_eq!([at(0), at((1 << 28) - 1)], [Err(Fault::Open); 2]);
    assert_eq!([at(1 << 28), at((1 << 29) - (1 << 24) - 1)], [Err(Fault::BelowRange); 2]);
    assert_eq!([at((1 << 29) - (1 << 24)), at(1 << 29)], [Ok(MilliAmps(0)); 2]);
    assert_eq!(at((1 << 29) + (1 << 31)), Ok(MilliAmps(1_650)), "half of 3.3 A");
    assert_eq!(at(0xEFFF_FFFF), Ok(MilliAmps(2_681)));
    assert_eq!([at(0xF000_0000), at(u32::MAX)], [Err(Fault::Short); 2]);
}

#[test]
fn more_than_can_be_said_is_above_the_range() {
    let big = CurrentSenseSettings { reference_mv: 65_000, shunt_micro_ohm: 100, ..SETTINGS };
    let sense = CurrentSense::new(big).unwrap(); // 32.5 kA
    assert_eq!(sense.current(Ratio(1 << 31)), Ok(MilliAmps(12_188)).and(Err(Fault::AboveRange)));
    assert_eq!(sense.current(Ratio((1 << 29) + 9_000)), Ok(MilliAmps(68)));
}

#[test]
fn a_sensor_that_cannot_be_is_refused() {
    let refused = |settings| CurrentSense::new(settings).unwrap_err();
    let it = SETTINGS;
    for zero in [
        CurrentSenseSettings { reference_mv: 0, ..it },
        CurrentSenseSettings { gain_milli: 0, ..it },
        CurrentSenseSettings { shunt_micro_ohm: 0, ..it },
    ] {
        assert_eq!(refused(zero), CurrentSenseError::Zero);
    }
    let tiny = CurrentSenseSettings { gain_milli: u32::MAX, shunt_micro_ohm: u32::MAX, ..it };
    let huge = CurrentSenseSettings { gain_milli: 1, shunt_micro_ohm: 1, ..it };
    assert_eq!([refused(tiny), refused(huge)], [CurrentSenseError::FullScale; 2]);
    let open = CurrentSenseSettings { open_below: Ratio((1 << 29) - (1 << 24) + 1), ..it };
    let short = CurrentSenseSettings { short_from: it.zero, ..it };
    assert_eq!([refused(open), refused(short)], [CurrentSenseError::Codes; 2]);
    let texts = [CurrentSenseError::Zero, CurrentSenseError::FullScale, CurrentSenseError::Codes];
    assert!(texts.iter().all(|error| !error.to_string().is_empty()));
}

#[test]
fn a_fault_of_the_converter_is_passed_on() {
    let code = Reading::faulty(Fault::Bus, NOW);
    assert_eq!(CurrentSense::new(SETTINGS).unwrap().read(code), Reading::faulty(Fault::Bus, NOW));
    assert_eq!(Potentiometer::new(CODES).unwrap().read(code), Reading::faulty(Fault::Bus, NOW));
    let code = Reading::new(Ratio(1 << 29), NOW);
    assert_eq!(CurrentSense::new(SETTINGS).unwrap().read(code), Reading::new(MilliAmps(0), NOW));
    assert_eq!(Potentiometer::new(CODES).unwrap().read(code), Reading::new(Duty::OFF, NOW));
}

const CODES: PotentiometerCodes = PotentiometerCodes {
    closed: Ratio(1 << 29),
    open: Ratio(7 << 29),
    beyond: Ratio(1 << 24),
    short_below: Ratio(1 << 28),
    open_from: Ratio(0xF000_0000),
};

#[test]
fn a_position_is_told_between_its_ends_and_a_little_beyond() {
    let shaft = Potentiometer::new(CODES).unwrap();
    let at = |code| shaft.position(Ratio(code));
    assert_eq!([at(0), at((1 << 28) - 1)], [Err(Fault::Short); 2]);
    assert_eq!([at(1 << 28), at((1 << 29) - (1 << 24) - 1)], [Err(Fault::BelowRange); 2]);
    assert_eq!([at((1 << 29) - (1 << 24)), at(1 << 29)], [Ok(Duty::OFF); 2]);
    assert_eq!(at(1 << 31), Ok(Duty(32_767)));
    assert_eq!([at(7 << 29), at((7 << 29) + (1 << 24))], [Ok(Duty::FULL); 2]);
    assert_eq!([at((7 << 29) + (1 << 24) + 1), at(0xEFFF_FFFF)], [Err(Fault::AboveRange); 2]);
    assert_eq!([at(0xF000_0000), at(u32::MAX)], [Err(Fault::Open); 2]);
}

#[test]
fn ends_that_cannot_be_are_refused() {
    let refused = |codes| Potentiometer::new(codes).unwrap_err();
    let near = PotentiometerCodes { open: Ratio(CODES.closed.0 + (1 << 26) - 1), ..CODES };
    assert_eq!(refused(near), PotentiometerError::NoTravel);
    let it = CODES;
    for ends in [
        PotentiometerCodes { short_below: Ratio((1 << 29) - (1 << 24) + 1), ..it },
        PotentiometerCodes { open_from: Ratio((7 << 29) + (1 << 24)), ..it },
        PotentiometerCodes { closed: Ratio(1 << 20), ..it },
        PotentiometerCodes { open: Ratio(u32::MAX - 1), open_from: Ratio(u32::MAX), ..it },
    ] {
        assert_eq!(refused(ends), PotentiometerError::Ends);
    }
    let texts = [PotentiometerError::NoTravel, PotentiometerError::Ends];
    assert!(texts.iter().all(|error| !error.to_string().is_empty()));
}

proptest! {
    #[test]
    fn a_current_is_that_of_real_numbers(code: u32, gain in 1_000u32..200_000, shunt in 500u32..500_000) {
        let (open_below, zero_band) = (Ratio(0), Ratio(0));
        let settings = CurrentSenseSettings {
            gain_milli: gain, shunt_micro_ohm: shunt, open_below, zero_band, ..SETTINGS
        };
        let Ok(sense) = CurrentSense::new(settings) else { return Ok(()) };
        if let Ok(MilliAmps(current)) = sense.current(Ratio(code)) {
            let volts = f64::from(code - (1 << 29)) / 4_294_967_296.0 * 3.3;
            let exact = volts * 1e12 / (f64::from(gain) * f64::from(shunt));
            // Full scale is known to a milliampere.
            prop_assert!((f64::from(current) - exact).abs() <= 1.6, "{current} {exact}");
        }
    }

    #[test]
    fn a_position_never_leaves_its_ends_either_way_round(code: u32, turned: bool) {
        let ends = |(closed, open)| PotentiometerCodes { closed, open, ..CODES };
        let (low, high) = (CODES.closed, CODES.open);
        let shaft = Potentiometer::new(ends(if turned { (high, low) } else { (low, high) })).unwrap();
        if let Ok(Duty(at)) = shaft.position(Ratio(code)) {
            let share = (f64::from(code) - f64::from(low.0)) / f64::from(high.0 - low.0);
            let share = if turned { 1.0 - share } else { share }.clamp(0.0, 1.0);
            prop_assert!((f64::from(at) - share * 65_535.0).abs() <= 1.0);
        }
    }

    #[test]
    fn a_captured_duty_is_that_of_its_times(on: u32, rest: u32) {
        let period = u64::from(on) + u64::from(rest);
        let Ok(period) = u32::try_from(period) else { return Ok(()) };
        match (Capture::Cycle { on, period }.duty()) {
            Ok(Duty(duty)) => {
                let exact = f64::from(on) / f64::from(period) * 65_535.0;
                prop_assert!((f64::from(duty) - exact).abs() <= 1.0 && (duty == 0) == (on == 0));
            }
            Err(fault) => prop_assert_eq!((fault, period), (Fault::Disagrees, 0)),
        }
    }
}
