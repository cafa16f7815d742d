//! The ADS124S08: each status bit, the check value, a brown-out, a stuck bus.

mod common;

use coldcap_hal::ads124s08::{
    Amplifier, Buffers, Channel, Config, ConfigError, Delay, Engine, Excitation, Monitor, Pin,
    Rate, Reference, Settings, StatusBit, check_value,
};
use coldcap_hal::front_end::{Driver, Engine as _, Frame, Milliohms, Scale, Trouble, Wiring};
use coldcap_units::{Duration, Fault, Ratio, Reading};
use common::{Broken, Steps, at, bus, exchange};
use proptest::prelude::*;

const REGISTERS: [u8; 8] = [0x0C, 0x00, 0x19, 0x70, 0x00, 0xFF, 0x00, 0x13];
const NEXT: [u8; 8] = [0x1C, 0x00, 0x19, 0x70, 0x00, 0xFF, 0x00, 0x13];
const HALF: [u8; 3] = [0x40, 0, 0];

fn engine(wiring: Wiring) -> Engine<2> {
    let channels = [Pin::Ain0, Pin::Ain1].map(|pin| Channel { wiring, ..Channel::thermistor(pin) });
    Engine::new(Config::new(Settings::thermistors(), channels).unwrap())
}

fn reset() -> Steps {
    exchange(&[0x06], &[0])
}

fn identify(identity: u8, status: u8) -> Steps {
    exchange(&[0x20, 1, 0, 0], &[0, 0, identity, status])
}

fn start(registers: [u8; 8]) -> Steps {
    exchange(&[&[0x41, 8, 0][..], &registers, &[0x08]].concat(), &[0; 12])
}

fn raw(back: [u8; 6]) -> Steps {
    exchange(&[0x12, 0, 0, 0, 0, 0], &back)
}

fn read(status: u8, [high, middle, low]: [u8; 3]) -> Steps {
    raw([0, status, high, middle, low, check_value(&[status, high, middle, low])])
}

fn verify(registers: [u8; 8]) -> Steps {
    exchange(&[0x22, 7, 0, 0, 0, 0, 0, 0, 0, 0], &[&[0, 0][..], &registers].concat())
}

/// What the first conversion becomes.
fn first(wiring: Wiring, data: Steps, verified: Steps, then: Steps) -> Result<Ratio, Trouble> {
    let mut bus = bus(&[reset(), identify(0, 0x80), start(REGISTERS), data, verified, then]);
    let mut sensors = Driver::new(engine(wiring), bus.clone());
    assert_eq!(
        (sensors.poll(at(0)), sensors.poll(at(10)), sensors.poll(at(12))),
        (None, None, None)
    );
    let told = sensors.poll(at(20)).unwrap();
    let [one, two] = *sensors.engine().readings();
    let trouble = sensors.engine().trouble();
    if let Err(trouble) = told {
        assert_eq!([one, two], [Reading::faulty(trouble.fault(), at(20)); 2]);
        assert_eq!(sensors.poll(at(21)), None);
    }
    bus.done();
    assert_eq!(one.taken, at(20));
    assert_eq!(one.value.err(), trouble.map(Trouble::fault));
    one.value.map_err(|_| trouble.unwrap())
}

fn by_status(wiring: Wiring, status: u8) -> Result<Ratio, Trouble> {
    let of_part = status & 0xC0 != 0;
    let then = if of_part { reset() } else { start(NEXT) };
    first(wiring, read(status, HALF), verify(REGISTERS), then)
}

#[test]
fn a_good_conversion_is_its_ratio() {
    assert_eq!(by_status(Wiring::SensorToGround, 0), Ok(Ratio(0x8000_0000)));
}

#[test]
fn each_status_bit_is_a_fault_and_no_number() {
    use Trouble::{ConfigurationLost, NotReady, Sensor};
    let expected = [
        (StatusBit::PowerOn, 0x80, [ConfigurationLost; 3]),
        (StatusBit::NotReady, 0x40, [NotReady; 3]),
        (StatusBit::PositiveAtPositive, 0x20, [Fault::Open, Fault::Open, Fault::Short].map(Sensor)),
        (
            StatusBit::PositiveAtNegative,
            0x10,
            [Fault::Short, Fault::Short, Fault::Open].map(Sensor),
        ),
        (
            StatusBit::NegativeAtPositive,
            0x08,
            [Fault::Short, Fault::Short, Fault::Open].map(Sensor),
        ),
        (StatusBit::NegativeAtNegative, 0x04, [Fault::Open, Fault::Open, Fault::Short].map(Sensor)),
        (
            StatusBit::ReferenceLow,
            0x02,
            [Fault::Open, Fault::Unavailable, Fault::Unavailable].map(Sensor),
        ),
        (
            StatusBit::ReferenceMissing,
            0x01,
            [Fault::Open, Fault::Unavailable, Fault::Unavailable].map(Sensor),
        ),
    ];
    let wirings = [Wiring::Series, Wiring::SensorToGround, Wiring::SensorToReference];
    for (bit, status, troubles) in expected {
        assert_eq!(bit as u8, status);
        for (wiring, trouble) in wirings.into_iter().zip(troubles) {
            assert_eq!(by_status(wiring, status), Err(trouble), "{bit:?} {wiring:?}");
        }
    }
    assert_eq!(by_status(Wiring::Series, 0xFF), Err(ConfigurationLost));
}

#[test]
fn the_check_value_is_the_one_of_the_catalogue() {
    // CRC-8/SMBUS, the same polynomial: its published check, and one by hand.
    assert_eq!(check_value(b"123456789"), 0xF4);
    assert_eq!(check_value(&[0x01]), 0x07);
}

#[test]
fn a_flipped_bit_is_found_by_the_check_value() {
    for bit in 0..40 {
        let mut back = [0, 0, 0x40, 0, 0, check_value(&[0, 0x40, 0, 0])];
        back[1 + bit / 8] ^= 1 << (bit % 8);
        let found = first(Wiring::Series, raw(back), verify(REGISTERS), reset());
        assert_eq!(found, Err(Trouble::Checksum));
    }
}

#[test]
fn a_brown_out_is_known_by_the_registers_before_the_check_value() {
    // As after power-up: neither status nor check value are sent.
    let after = [0x01, 0x00, 0x14, 0x10, 0x00, 0xFF, 0x00, 0x10];
    let data = raw([0, 0x40, 0, 0, 0x40, 0]);
    let found = first(Wiring::Series, data, verify(after), reset());
    assert_eq!(found, Err(Trouble::ConfigurationLost));
    for place in 0..8 {
        let mut one = REGISTERS;
        one[place] ^= 0x01;
        let found = first(Wiring::Series, read(0, HALF), verify(one), reset());
        assert_eq!(found, Err(Trouble::ConfigurationLost));
    }
}

#[test]
fn a_stuck_line_is_told_by_its_level() {
    let stuck = |level: u8| {
        let registers = exchange(&[0x22, 7, 0, 0, 0, 0, 0, 0, 0, 0], &[level; 10]);
        first(Wiring::Series, raw([level; 6]), registers, reset())
    };
    // Only zeros have the right check value.
    assert_eq!(check_value(&[0; 4]), 0);
    assert_eq!(stuck(0x00), Err(Trouble::StuckLow));
    assert_eq!(stuck(0xFF), Err(Trouble::StuckHigh));
    // The line sticks between two exchanges.
    let found = first(Wiring::Series, raw([0xFF; 6]), verify(REGISTERS), reset());
    assert_eq!(found, Err(Trouble::StuckHigh));
}

#[test]
fn both_ends_of_the_range_are_faults() {
    let value = |code| first(Wiring::Series, read(0, code), verify(REGISTERS), start(NEXT));
    assert_eq!(value([0x7F, 0xFF, 0xFF]), Err(Trouble::Sensor(Fault::Open)));
    for low in [[0, 0, 0], [0xFF, 0xFF, 0xFF], [0x80, 0, 0]] {
        assert_eq!(value(low), Err(Trouble::Sensor(Fault::Short)));
    }
}

#[test]
fn another_part_or_one_that_still_starts_gives_no_reading() {
    let told = |identity, status| {
        let mut bus = bus(&[reset(), identify(identity, status)]);
        let mut sensors = Driver::new(engine(Wiring::Series), bus.clone());
        assert_eq!(sensors.poll(at(0)), None);
        let told = sensors.poll(at(10));
        bus.done();
        told.unwrap().unwrap_err()
    };
    assert_eq!(told(0x04, 0x80), Trouble::Identity);
    assert_eq!(told(0x00, 0xC0), Trouble::NotReady);
    assert_eq!(told(0xFF, 0xFF), Trouble::StuckHigh);
}

#[test]
fn the_smaller_part_serves_what_it_has_inputs_for() {
    let polled = |pin, more: &[Steps]| {
        let channels = [Channel::thermistor(pin)];
        let engine = Engine::new(Config::new(Settings::thermistors(), channels).unwrap());
        let mut bus = bus(&[&[reset(), identify(0x01, 0x80)], more].concat());
        let mut sensors = Driver::new(engine, bus.clone());
        assert_eq!(sensors.poll(at(0)), None);
        let told = sensors.poll(at(10));
        bus.done();
        told
    };
    let mut fifth = REGISTERS;
    fifth[0] = 0x5C;
    assert_eq!(polled(Pin::Ain5, &[start(fifth)]), None);
    assert_eq!(polled(Pin::Ain6, &[]), Some(Err(Trouble::Identity)));
}

#[test]
fn a_bus_that_fails_is_told_at_every_attempt() {
    let mut sensors = Driver::new(engine(Wiring::Series), Broken);
    for millis in [1, 2] {
        assert_eq!(sensors.poll(at(millis)), Some(Err(Trouble::Bus)));
        assert_eq!(sensors.engine().readings(), &[Reading::faulty(Fault::Bus, at(millis)); 2]);
    }
}

#[test]
fn currents_amplifier_and_monitors_are_bits_of_the_registers() {
    let channel = Channel {
        positive: Pin::Ain2,
        negative: Pin::Ain3,
        amplifier: Amplifier::X16,
        outlets: [Some(Pin::Ain5), Some(Pin::Ain4)],
        wiring: Wiring::Series,
        scale: Scale::new(Milliohms::from_ohms(5_000), Milliohms::from_ohms(400), 16).unwrap(),
    };
    let settings = Settings {
        rate: Rate::Sps50,
        delay: Delay::Ms4,
        reference: Reference::Pins1,
        buffers: Buffers::Positive,
        monitor: Monitor::Low,
        excitation: Excitation::Ua250,
    };
    let engine = Engine::new(Config::new(settings, [channel]).unwrap());
    let registers = [0x23, 0x8C, 0x15, 0x96, 0x84, 0x45, 0x00, 0x13];
    let mut bus = bus(&[reset(), identify(0, 0x80), start(registers)]);
    let mut sensors = Driver::new(engine, bus.clone());
    assert_eq!((sensors.poll(at(0)), sensors.poll(at(10))), (None, None));
    bus.done();
    assert_eq!((Amplifier::Bypassed.factor(), Amplifier::X16.factor()), (1, 16));
    // 20.156 ms and 4 ms, 2 % slow.
    assert_eq!(Rate::Sps50.conversion(Delay::Ms4), Duration::from_millis(25));
}

#[test]
fn what_does_not_fit_is_refused() {
    let settings = Settings::thermistors();
    let same = Channel { negative: Pin::Ain0, ..Channel::thermistor(Pin::Ain0) };
    assert_eq!(Config::new(settings, [same]), Err(ConfigError::Inputs(0)));
    let currents = Settings { excitation: Excitation::Ua10, ..settings };
    let channel = Channel::thermistor(Pin::Ain0);
    assert_eq!(Config::new(currents, [channel]), Err(ConfigError::Excitation(0)));
    assert_eq!(Config::new(settings, []), Err(ConfigError::Channels));
    assert_eq!(Config::new(settings, [channel; 13]), Err(ConfigError::Channels));
}

#[cfg(feature = "async")]
#[test]
fn asynchronously_the_same_bytes_give_the_same() {
    let steps = [
        reset(),
        identify(0, 0x80),
        start(REGISTERS),
        read(0, HALF),
        verify(REGISTERS),
        start(NEXT),
    ];
    let (mut one, mut other) = (bus(&steps), bus(&steps));
    let mut blocking = Driver::new(engine(Wiring::Series), one.clone());
    let mut waiting = Driver::new(engine(Wiring::Series), other.clone());
    for millis in [100, 120, 121, 200] {
        assert_eq!(common::run(waiting.poll_async(at(millis))), blocking.poll(at(millis)));
        assert_eq!(waiting.engine(), blocking.engine());
    }
    one.done();
    other.done();
}

proptest! {
    #[test]
    fn any_bytes_give_a_reading_or_a_fault(
        frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..13), 1..40),
        fails in prop::collection::vec(prop::bool::weighted(0.1), 40),
    ) {
        let mut engine = engine(Wiring::Series);
        for (now, (bytes, fails)) in (0..).map(|n| at(n * 10)).zip(frames.iter().zip(fails)) {
            let _ = engine.next(now, None);
            let answer = if fails { Err(Trouble::Bus) } else { Ok(Frame::new(bytes)) };
            if let Some(Err(trouble)) = engine.take(now, answer) {
                prop_assert_eq!(engine.readings(), &[Reading::faulty(trouble.fault(), now); 2]);
            }
        }
    }

    #[test]
    fn whatever_is_read_is_the_ratio_or_a_fault(
        status: u8, code: [u8; 3], check: u8, right in prop::bool::weighted(0.7),
    ) {
        let [high, middle, low] = code;
        let sent = check_value(&[status, high, middle, low]);
        let check = if right { sent } else { check };
        let mut engine = engine(Wiring::Series);
        let frames: [&[u8]; 5] = [
            &[0],
            &[0, 0, 0, 0x80],
            &[0; 12],
            &[0, status, high, middle, low, check],
            &[&[0, 0][..], &REGISTERS].concat(),
        ];
        let told = frames.map(|bytes| engine.take(at(9), Ok(Frame::new(bytes))));
        let code = u32::from_be_bytes([0, high, middle, low]);
        let good = check == sent && status == 0 && (1..0x7F_FFFF).contains(&code);
        let value = engine.readings()[0].value;
        prop_assert_eq!(value.ok(), good.then_some(Ratio(code << 9)));
        prop_assert!(told[..4].iter().all(Option::is_none));
    }
}
