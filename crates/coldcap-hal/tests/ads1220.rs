//! The ADS1220: both ends of the range, a brown-out, a stuck bus, several channels.

mod common;

use coldcap_calibration::curves::ntc_10k3a1;
use coldcap_hal::ads1220::{
    Amplifier, Channel, Config, ConfigError, Engine, Excitation, Gain, Input, Outlet, Rate,
    Reference, Rejection, Settings,
};
use coldcap_hal::front_end::{Driver, Engine as _, Frame, Milliohms, Scale, Trouble, Wiring};
use coldcap_units::{Duration, Fault, Instant, Ratio, Reading};
use common::{Broken, Steps, at, bus, exchange};
use proptest::prelude::*;

const FIRST: [u8; 4] = [0x81, 0x64, 0xC0, 0x00];
const SECOND: [u8; 4] = [0x91, 0x64, 0xC0, 0x00];

fn engine() -> Engine<2> {
    let channels = [Input::Ain0, Input::Ain1].map(Channel::thermistor);
    Engine::new(Config::new(Settings::thermistors(), channels).unwrap())
}

fn reset() -> Steps {
    exchange(&[0x06], &[0])
}

fn start([a, b, c, d]: [u8; 4]) -> Steps {
    exchange(&[0x43, a, b, c, d, 0x08], &[0; 6])
}

fn read(code: [u8; 3], [a, b, c, d]: [u8; 4]) -> Steps {
    let [high, middle, low] = code;
    let back = [0xFF, high, middle, low, 0xFF, a, b, c, d];
    exchange(&[0x10, 0, 0, 0, 0x23, 0, 0, 0, 0], &back)
}

fn unknown() -> Reading<Ratio> {
    Reading::faulty(Fault::Unavailable, Instant::ZERO)
}

#[test]
fn channels_are_measured_in_turn_and_keep_what_they_gave() {
    let mut bus = bus(&[
        reset(),
        start(FIRST),
        read([0x40, 0, 0], FIRST),
        start(SECOND),
        read([0x60, 0, 0], SECOND),
        start(FIRST),
        read([0x7F, 0xFF, 0xFF], FIRST),
        start(SECOND),
    ]);
    let mut sensors = Driver::new(engine(), bus.clone());
    assert_eq!(sensors.engine().readings(), &[unknown(); 2]);
    assert_eq!((sensors.poll(at(100)), sensors.poll(at(102))), (None, None));
    assert_eq!((sensors.poll(at(103)), sensors.poll(at(111))), (None, None));
    assert_eq!(sensors.poll(at(112)), Some(Ok(0)));
    let warm = Reading::new(Ratio(0x8000_0000), at(112));
    assert_eq!(sensors.engine().readings(), &[warm, unknown()]);
    assert!((ntc_10k3a1::TABLE.eval(warm.value.unwrap()).unwrap().0 - 25_000_000).abs() < 100);
    assert_eq!(sensors.poll(at(130)), Some(Ok(1)));
    let cold = Reading::new(Ratio(0xC000_0000), at(130));
    assert_eq!(sensors.engine().readings(), &[warm, cold]);
    // An open wire is the matter of its channel only.
    assert_eq!(sensors.poll(at(150)), Some(Ok(0)));
    let open = Reading::faulty(Fault::Open, at(150));
    assert_eq!(sensors.engine().readings(), &[open, cold]);
    assert_eq!(sensors.engine().trouble(), Some(Trouble::Sensor(Fault::Open)));
    bus.done();
}

/// What the first conversion becomes, with these registers read back.
fn first(code: [u8; 3], registers: [u8; 4], then: Steps) -> Result<Ratio, Fault> {
    let mut bus = bus(&[reset(), start(FIRST), read(code, registers), then]);
    let mut sensors = Driver::new(engine(), bus.clone());
    assert_eq!((sensors.poll(at(0)), sensors.poll(at(10))), (None, None));
    let told = sensors.poll(at(30)).unwrap();
    let [one, two] = *sensors.engine().readings();
    if let Err(trouble) = told {
        // All channels know, and the part is set up anew.
        assert_eq!(one, Reading::faulty(trouble.fault(), at(30)));
        assert_eq!(two, one);
        assert_eq!(sensors.poll(at(31)), None);
    }
    bus.done();
    one.value
}

#[test]
fn both_ends_of_the_range_are_faults() {
    let value = |code| first(code, FIRST, start(SECOND));
    assert_eq!(value([0x7F, 0xFF, 0xFF]), Err(Fault::Open));
    for low in [[0, 0, 0], [0xFF, 0xFF, 0xFF], [0x80, 0, 0]] {
        assert_eq!(value(low), Err(Fault::Short));
    }
    assert_eq!(value([0, 0, 1]), Ok(Ratio(0x200)));
    assert_eq!(value([0x7F, 0xFF, 0xFE]), Ok(Ratio(0xFFFF_FC00)));
}

#[test]
fn a_brown_out_is_seen_in_every_register_and_so_is_another_channel() {
    for place in 0..4 {
        let mut registers = FIRST;
        registers[place] ^= 0x01;
        assert_eq!(first([0x40, 0, 0], registers, reset()), Err(Fault::Unavailable));
    }
    assert_eq!(first([0x40, 0, 0], [0; 4], reset()), Err(Fault::Unavailable));
    assert_eq!(first([0x40, 0, 0], SECOND, reset()), Err(Fault::Unavailable));
}

#[test]
fn a_stuck_line_and_a_bus_that_fails_are_bus_faults() {
    let stuck = |level: u8, trouble| {
        let zeros = exchange(&[0x10, 0, 0, 0, 0x23, 0, 0, 0, 0], &[level; 9]);
        let mut bus = bus(&[reset(), start(FIRST), zeros]);
        let mut sensors = Driver::new(engine(), bus.clone());
        assert_eq!((sensors.poll(at(0)), sensors.poll(at(10))), (None, None));
        assert_eq!(sensors.poll(at(30)), Some(Err(trouble)));
        assert_eq!(sensors.engine().readings(), &[Reading::faulty(Fault::Bus, at(30)); 2]);
        bus.done();
    };
    stuck(0x00, Trouble::StuckLow);
    stuck(0xFF, Trouble::StuckHigh);
    let mut sensors = Driver::new(engine(), Broken);
    assert_eq!(sensors.poll(at(5)), Some(Err(Trouble::Bus)));
    assert_eq!(sensors.engine().readings(), &[Reading::faulty(Fault::Bus, at(5)); 2]);
}

#[test]
fn a_platinum_thermometer_in_series_is_scaled_by_gain_and_resistor() {
    use coldcap_calibration::curves::pt100;
    // 500 µA from REFP0's side through 1.65 kΩ; gain 8: full scale is 206.25 Ω.
    let scale = Scale::new(Milliohms::from_ohms(1_650), Milliohms::from_ohms(400), 8).unwrap();
    let channel = Channel {
        input: Input::Ain1Ain2,
        gain: Gain::X8,
        amplifier: Amplifier::On,
        outlets: [Outlet::Ain0, Outlet::None],
        wiring: Wiring::Series,
        scale,
    };
    let settings = Settings {
        rate: Rate::Sps20,
        rejection: Rejection::Both,
        reference: Reference::Pins0,
        excitation: Excitation::Ua500,
        settling: Duration::from_millis(5),
    };
    let registers = [0x36, 0x04, 0x55, 0x20];
    // 138.5055 Ω of 206.25 Ω in 2²³: 100 °C.
    let code: u32 = 5_633_301;
    let [_, high, middle, low] = code.to_be_bytes();
    let mut bus =
        bus(&[reset(), start(registers), read([high, middle, low], registers), start(registers)]);
    let mut sensors =
        Driver::new(Engine::new(Config::new(settings, [channel]).unwrap()), bus.clone());
    assert_eq!((sensors.poll(at(0)), sensors.poll(at(10))), (None, None));
    // The input settles, and what began before that is waited for: 5 ms and 53 ms twice, and 2 ms for the bus.
    assert_eq!(sensors.poll(at(10 + 5 + 2 * 53 + 1)), None);
    assert_eq!(sensors.poll(at(10 + 5 + 2 * 53 + 2)), Some(Ok(0)));
    let ratio = sensors.engine().readings()[0].value.unwrap();
    let temperature = pt100::TABLE.eval(ratio).unwrap();
    // Half a code is 12 µΩ, 33 µK.
    assert!((temperature.0 - 100_000_000).abs() < 45, "{temperature:?}");
    bus.done();
}

#[test]
fn conversions_are_waited_for_longer_than_they_take() {
    // The rate's period, 2 % slow, is never above what is waited for.
    let rates = [
        (Rate::Sps20, 20.0),
        (Rate::Sps45, 45.0),
        (Rate::Sps90, 90.0),
        (Rate::Sps175, 175.0),
        (Rate::Sps330, 330.0),
        (Rate::Sps600, 600.0),
        (Rate::Sps1000, 1_000.0),
    ];
    for (rate, nominal) in rates {
        let wait = f64::from(rate.conversion().as_millis());
        assert!(wait >= 1_000.0 / nominal * 1.02 && wait < 1_000.0 / nominal * 1.05 + 3.0);
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let settings = Settings::thermistors();
    let channel = Channel::thermistor(Input::Ain0);
    let refused = |settings, channel| Config::new(settings, [channel]).unwrap_err();
    let rejection = Rejection::Hz50;
    assert_eq!(refused(Settings { rejection, ..settings }, channel), ConfigError::Rejection);
    let amplifier = Amplifier::On;
    assert_eq!(refused(settings, Channel { amplifier, ..channel }), ConfigError::Amplifier(0));
    let gain = Gain::X8;
    assert_eq!(refused(settings, Channel { gain, ..channel }), ConfigError::Gain(0));
    let excitation = Excitation::Ua10;
    assert_eq!(refused(Settings { excitation, ..settings }, channel), ConfigError::Excitation(0));
    let reference = Reference::Pins1;
    assert_eq!(refused(Settings { reference, ..settings }, channel), ConfigError::Reference(0));
    assert_eq!(Config::new(settings, []), Err(ConfigError::Channels));
    assert_eq!(Config::new(settings, [channel; 5]), Err(ConfigError::Channels));
}

#[cfg(feature = "async")]
#[test]
fn asynchronously_the_same_bytes_give_the_same() {
    let steps = [reset(), start(FIRST), read([0x40, 0, 0], FIRST), start(SECOND)];
    let (mut one, mut other) = (bus(&steps), bus(&steps));
    let mut blocking = Driver::new(engine(), one.clone());
    let mut waiting = Driver::new(engine(), other.clone());
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
        frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..12), 1..40),
        fails in prop::collection::vec(any::<bool>(), 40),
    ) {
        let mut engine = engine();
        for (now, (bytes, fails)) in (0..).map(|n| at(n * 10)).zip(frames.iter().zip(fails)) {
            let _ = engine.next(now, None);
            let answer = if fails { Err(Trouble::Bus) } else { Ok(Frame::new(bytes)) };
            if let Some(Err(trouble)) = engine.take(now, answer) {
                prop_assert_eq!(engine.readings(), &[Reading::faulty(trouble.fault(), now); 2]);
            }
        }
    }

    #[test]
    fn any_code_with_the_right_registers_is_exact(code in 1u32..0x7F_FFFF) {
        let [_, high, middle, low] = code.to_be_bytes();
        prop_assert_eq!(first([high, middle, low], FIRST, start(SECOND)), Ok(Ratio(code << 9)));
    }
}
