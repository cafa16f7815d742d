//! Every output, and every way in which its pin or channel fails.
#![allow(missing_docs, clippy::unwrap_used)]

use coldcap_hal::{
    Actuate, LevelPermit, PermitLine, ProportionedSwitch, PulsedPermit, PwmDrive, ServoError,
    ServoPulses, ServoValve, SwitchDrive, WriteError,
};
use coldcap_thermal::output::{TimeProportionConfig, Timing};
use coldcap_units::{Duration, Duty, Instant};
use embedded_hal::digital::PinState;
use embedded_hal_mock::eh1::MockError;
use embedded_hal_mock::eh1::digital::{Mock as Pin, State, Transaction as Told};
use embedded_hal_mock::eh1::pwm::{Mock as Pwm, Transaction as Set};
use std::io::ErrorKind;

const NOW: Instant = Instant::from_millis(100);

fn error() -> MockError {
    MockError::Io(ErrorKind::NotConnected)
}

fn low() -> Told {
    Told::set(State::Low)
}

fn high() -> Told {
    Told::set(State::High)
}

fn set(steps: u16) -> Set {
    Set::set_duty_cycle(steps)
}

fn of(steps: u16) -> Set {
    Set::max_duty_cycle(steps)
}

/// Lets `act` use a drive on a channel of which exactly this is expected, and drops it.
fn pwm(told: &[Set], polarity: PinState, act: impl FnOnce(&mut PwmDrive<Pwm>)) {
    let mut channel = Pwm::new(told);
    act(&mut PwmDrive::new(channel.clone(), polarity));
    channel.done();
}

fn switch(told: &[Told], polarity: PinState, from: Duty, act: impl FnOnce(&mut SwitchDrive<Pin>)) {
    let mut pin = Pin::new(told);
    act(&mut SwitchDrive::new(pin.clone(), polarity, from));
    pin.done();
}

#[test]
fn a_duty_is_rounded_down_and_full_is_full() {
    let told = [set(0), of(100), set(49), of(100), set(100), of(100), set(0), set(0), set(0)];
    pwm(&told, PinState::High, |pump| {
        assert_eq!(pump.drive(NOW, Duty::from_permille(499)), Ok(()));
        assert_eq!(pump.drive(NOW, Duty::FULL), Ok(()));
        assert_eq!(pump.drive(NOW, Duty(655)), Ok(()), "less than a step");
        assert_eq!(pump.drive(NOW, Duty::OFF), Ok(()));
    });
}

#[test]
fn an_inverting_stage_is_off_at_the_whole_period() {
    let off = [of(100), set(100)];
    let told = [off.to_vec(), vec![of(100), set(75)], vec![of(100), set(0)], off.to_vec()];
    pwm(&told.concat(), PinState::Low, |pump| {
        assert_eq!(pump.drive(NOW, Duty::from_permille(250)), Ok(()));
        assert_eq!(pump.drive(NOW, Duty::FULL), Ok(()));
    });
}

#[test]
fn a_channel_that_fails_is_switched_off() {
    let told = [set(0), of(100), set(50).with_error(error()), set(0), set(0)];
    pwm(&told, PinState::High, |pump| {
        assert_eq!(pump.drive(NOW, Duty::from_permille(500)), Err(WriteError::LeftOff));
    });
    let failing = set(0).with_error(error());
    let told =
        [set(0), of(100), set(50).with_error(error()), failing.clone(), failing.clone(), set(0)];
    pwm(&told, PinState::High, |pump| {
        assert_eq!(pump.drive(NOW, Duty::from_permille(500)), Err(WriteError::NotOff));
        assert_eq!(pump.drive(NOW, Duty::OFF), Err(WriteError::NotOff));
    });
    // A constructor that cannot switch off says so with the next call, and dropping tries as well.
    pwm(&[failing.clone(), failing.clone(), failing], PinState::High, |pump| {
        assert_eq!(pump.off(), Err(WriteError::NotOff));
    });
}

#[test]
fn a_coarse_channel_gives_the_duty_in_the_mean() {
    let mut told = vec![of(4), set(0)];
    for steps in [2, 1, 2, 1] {
        told.extend([of(4), set(steps)]);
    }
    told.extend([set(0), of(4), set(2), set(0)]);
    let mut channel = Pwm::new(&told);
    let mut fan = PwmDrive::dithered(channel.clone(), PinState::High);
    let duty = Duty(24_576); // 0.375: one and a half of four steps
    for _ in 0..4 {
        assert_eq!(fan.drive(NOW, duty), Ok(()));
    }
    assert_eq!(fan.drive(NOW, Duty::OFF), Ok(()));
    assert_eq!(fan.drive(NOW, duty), Ok(()), "off forgets what rounding left");
    drop(fan);
    channel.done();
}

#[test]
fn a_channel_without_steps_is_off() {
    let mut channel = Pwm::new(&[of(0), set(0), of(0), set(0), set(0)]);
    let mut fan = PwmDrive::dithered(channel.clone(), PinState::High);
    assert_eq!(fan.drive(NOW, Duty::FULL), Ok(()));
    drop(fan);
    channel.done();
}

#[test]
fn a_switch_is_on_from_its_duty_on() {
    let told = [low(), low(), high(), high(), low(), low()];
    switch(&told, PinState::High, Duty(1_000), |pump| {
        for duty in [999, 1_000, 65_535, 0] {
            assert_eq!(pump.drive(NOW, Duty(duty)), Ok(()));
        }
    });
    switch(&[high(), high(), low(), high()], PinState::Low, Duty::OFF, |pump| {
        assert_eq!(pump.drive(NOW, Duty::OFF), Ok(()), "off is never on");
        assert_eq!(pump.drive(NOW, Duty(1)), Ok(()));
    });
}

#[test]
fn a_switch_whose_pin_fails_is_switched_off() {
    let fails = high().with_error(error());
    switch(&[low(), fails.clone(), low(), low()], PinState::High, Duty::FULL, |pump| {
        assert_eq!(pump.drive(NOW, Duty::FULL), Err(WriteError::LeftOff));
    });
    let stuck = low().with_error(error());
    switch(&[low(), fails, stuck.clone(), stuck, low()], PinState::High, Duty::FULL, |pump| {
        assert_eq!(pump.drive(NOW, Duty::FULL), Err(WriteError::NotOff));
        assert_eq!(pump.drive(NOW, Duty::OFF), Err(WriteError::NotOff));
    });
}

fn config() -> TimeProportionConfig {
    TimeProportionConfig::new(Timing {
        window: Duration::from_secs(600),
        minimum_on: Duration::from_secs(60),
        minimum_off: Duration::from_secs(180),
        start_delay: Duration::from_secs(180),
        longest_cycle: Duration::from_secs(3_600),
    })
    .unwrap()
}

fn second(seconds: u32) -> Instant {
    Instant::ZERO.plus(Duration::from_secs(seconds))
}

#[test]
fn a_compressor_rests_and_is_off_at_once() {
    let told = [low(), low(), low(), high(), high(), low(), low(), low(), high(), low()];
    let mut pin = Pin::new(&told);
    let mut chiller = ProportionedSwitch::new(pin.clone(), PinState::High, config());
    let mut drive = |at, duty| {
        assert_eq!(chiller.drive(second(at), duty), Ok(()));
        (chiller.is_on(), chiller.achieved())
    };
    let (off, on) = ((false, Duty::OFF), (true, Duty::FULL));
    assert_eq!(drive(10, Duty::FULL), off, "the start delay begins");
    assert_eq!(drive(189, Duty::FULL), off);
    assert_eq!(drive(190, Duty::FULL), on);
    assert_eq!(drive(191, Duty::FULL), on);
    assert_eq!(drive(192, Duty::OFF), off, "60 s of minimum on time are no reason to go on");
    assert_eq!(drive(193, Duty::FULL), off);
    assert_eq!(drive(371, Duty::FULL), off);
    assert_eq!(drive(372, Duty::FULL), on);
    drop(chiller);
    pin.done();
}

#[test]
fn half_a_duty_is_half_of_the_time() {
    let mut told = vec![low()];
    let mut count = 0;
    // What the law decides is its own matter; here it is the mean that reaches the pin.
    let mut law = coldcap_thermal::output::TimeProportion::new();
    for at in 0..6_000u32 {
        let dt = Duration::from_secs(u32::from(at > 0));
        let half = fixed::types::I16F16::from_bits(1 << 15);
        let on = law.step(&config(), half, dt).on;
        count += u32::from(on);
        told.push(if on { high() } else { low() });
    }
    assert!((2_600..=3_100).contains(&count), "{count}");
    told.push(low());
    let mut pin = Pin::new(&told);
    let mut chiller = ProportionedSwitch::new(pin.clone(), PinState::High, config());
    for at in 0..6_000 {
        // 32767 is 0.49999 and 32768 is 0.50002 of full; the law sees 2⁻¹⁶.
        let duty = if at % 2 == 0 { Duty(32_767) } else { Duty(32_768) };
        assert_eq!(chiller.drive(second(at), duty), Ok(()));
    }
    drop(chiller);
    pin.done();
}

#[test]
fn a_compressor_whose_pin_fails_rests_as_one_that_was_on() {
    let fails = high().with_error(error());
    let told = [low(), low(), fails, low(), low(), low(), high(), low()];
    let mut pin = Pin::new(&told);
    let mut chiller = ProportionedSwitch::new(pin.clone(), PinState::High, config());
    assert_eq!(chiller.drive(second(1), Duty::FULL), Ok(()));
    assert_eq!(chiller.drive(second(181), Duty::FULL), Err(WriteError::LeftOff));
    assert_eq!((chiller.is_on(), chiller.achieved()), (false, Duty::OFF));
    // It may have run for a moment: the minimum off time counts, from when it was heard of again.
    assert_eq!(chiller.drive(second(182), Duty::FULL), Ok(()));
    assert_eq!(chiller.drive(second(361), Duty::FULL), Ok(()));
    assert!(!chiller.is_on());
    assert_eq!(chiller.drive(second(362), Duty::FULL), Ok(()));
    assert!(chiller.is_on());
    drop(chiller);
    pin.done();
}

#[test]
fn a_compressor_that_was_switched_off_without_a_time_rests_all_of_it() {
    let mut pin = Pin::new(&[low(), low(), high(), low(), low(), low(), high(), low()]);
    let mut chiller = ProportionedSwitch::new(pin.clone(), PinState::High, config());
    let mut on = |at: Option<u32>| {
        let done = match at {
            Some(at) => chiller.drive(second(at), Duty::FULL),
            None => chiller.off(),
        };
        assert_eq!(done, Ok(()));
        chiller.is_on()
    };
    let steps = [Some(0), Some(200), None, Some(300), Some(479), Some(480)].map(&mut on);
    assert_eq!(steps, [false, true, false, false, false, true]);
    drop(chiller);
    pin.done();
}

#[test]
fn a_clock_that_goes_back_starts_nothing_early() {
    let mut pin = Pin::new(&[low(), low(), low(), low(), low(), high(), low()]);
    let mut chiller = ProportionedSwitch::new(pin.clone(), PinState::High, config());
    for at in [100, 200, 50, 200, 280] {
        assert_eq!(chiller.drive(second(at), Duty::FULL), Ok(()));
        assert_eq!(chiller.is_on(), at == 280);
    }
    drop(chiller);
    pin.done();
}

#[test]
fn a_servo_rests_when_it_is_made_when_it_fails_and_when_it_is_dropped() {
    let pulses = ServoPulses::new(20_000, 2_000, 1_000).unwrap(); // opens the other way
    let whole = of(2_000);
    let told = [
        [whole.clone(), set(200)],
        [whole.clone(), set(150)],
        [whole.clone(), set(100)],
        [whole.clone(), set(175).with_error(error())],
        [whole.clone(), set(200)],
        [whole.clone(), set(200)],
    ];
    let mut channel = Pwm::new(&told.concat());
    let mut valve = ServoValve::new(channel.clone(), pulses);
    assert_eq!(valve.drive(NOW, Duty(32_768)), Ok(()));
    assert_eq!(valve.drive(NOW, Duty::FULL), Ok(()));
    assert_eq!(valve.drive(NOW, Duty(16_384)), Err(WriteError::LeftOff));
    drop(valve);
    channel.done();
}

#[test]
fn servo_pulses_that_do_not_fit_are_refused() {
    let refused = |period, rest, open| ServoPulses::new(period, rest, open).unwrap_err();
    assert_eq!(refused(20_000, 0, 2_000), ServoError::NoPulse);
    assert_eq!(refused(20_000, 1_000, 0), ServoError::NoPulse);
    assert_eq!(refused(2_000, 2_000, 1_000), ServoError::PeriodTooShort);
    assert_eq!(refused(2_000, 1_000, 2_000), ServoError::PeriodTooShort);
    assert_eq!(refused(20_000, 1_500, 1_500), ServoError::NoTravel);
    let texts = [ServoError::NoPulse, ServoError::PeriodTooShort, ServoError::NoTravel];
    assert!(texts.iter().all(|error| error.to_string().contains("pulse")));
}

#[test]
fn a_permit_that_fails_is_cut() {
    let fails = high().with_error(error());
    let mut pin = Pin::new(&[low(), fails.clone(), low(), low()]);
    let mut permit = LevelPermit::new(pin.clone(), PinState::High);
    assert_eq!(permit.grant(), Err(WriteError::LeftOff));
    drop(permit);
    pin.done();
    let stuck = low().with_error(error());
    let mut pin = Pin::new(&[low(), fails, stuck.clone(), stuck, low()]);
    let mut permit = LevelPermit::new(pin.clone(), PinState::High);
    assert_eq!(permit.grant(), Err(WriteError::NotOff));
    assert_eq!(permit.cut(), Err(WriteError::NotOff));
    drop(permit);
    pin.done();
}

#[test]
fn an_edge_that_fails_is_made_anew_from_rest() {
    let told = [high(), low(), high().with_error(error()), high(), low(), high(), high()];
    let mut pin = Pin::new(&told);
    let mut permit = PulsedPermit::new(pin.clone(), PinState::High);
    assert_eq!(permit.grant(), Ok(()));
    assert_eq!(permit.grant(), Err(WriteError::LeftOff));
    assert_eq!(permit.grant(), Ok(()), "the first edge again");
    assert_eq!(permit.cut(), Ok(()));
    drop(permit);
    pin.done();
}

#[test]
fn what_is_lent_comes_back_switched_off() {
    let mut pin = Pin::new(&[low(), high(), low(), high()]);
    let mut lent = SwitchDrive::new(&mut pin, PinState::High, Duty::FULL);
    let outputs: [&mut dyn Actuate; 1] = [&mut lent];
    for output in outputs {
        assert_eq!(output.drive(NOW, Duty::FULL), Ok(()));
    }
    drop(lent);
    embedded_hal::digital::OutputPin::set_high(&mut pin).unwrap();
    pin.done();
}

#[test]
fn a_permit_that_is_lent_is_the_same_permit() {
    let mut pin = Pin::new(&[low(), high(), low(), low()]);
    let mut permit = LevelPermit::new(pin.clone(), PinState::High);
    let lent: [&mut dyn PermitLine; 1] = [&mut permit];
    for mut line in lent {
        assert_eq!(PermitLine::grant(&mut line), Ok(()));
        assert_eq!(PermitLine::cut(&mut line), Ok(()));
    }
    drop(permit);
    pin.done();
}

#[test]
fn a_servo_of_few_steps_rests_at_the_nearest() {
    let mut channel = Pwm::new(&[of(19), set(1), of(19), set(1)]); // 0.95 steps
    drop(ServoValve::new(channel.clone(), ServoPulses::new(20_000, 1_000, 2_000).unwrap()));
    channel.done();
}

#[test]
fn an_error_says_whether_it_is_off() {
    assert!(WriteError::LeftOff.to_string().ends_with("was switched off"));
    assert!(WriteError::NotOff.to_string().contains("nor switched off"));
}
