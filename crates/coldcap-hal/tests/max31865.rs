//! The MAX31865: each fault bit, a lost configuration, a stuck bus, and known answers.

mod common;

use coldcap_calibration::curves::pt100;
use coldcap_hal::front_end::{Driver, Engine as _, Frame, Milliohms, ReadyPin, Trouble};
use coldcap_hal::max31865::{
    Config, ConfigError, Engine, FaultBit, LineCheck, Mains, Settings, Wires,
};
use coldcap_units::{Duration, Fault, Instant, Ratio, Reading};
use common::{Broken, Steps, at, bus, exchange};
use core::num::NonZeroU8;
use embedded_hal_mock::eh1::digital;
use proptest::prelude::*;

/// Thresholds of 398 Ω and 1 Ω on 430 Ω.
const LIMITS: [u8; 4] = [0xEC, 0xF2, 0x00, 0x98];
const BASE: u8 = 0x81;

fn settings(line_check: LineCheck) -> Settings {
    Settings { line_check, ..Settings::pt100(Wires::Four, Mains::Hz50, Milliohms::from_ohms(430)) }
}

fn engine(line_check: LineCheck) -> Engine {
    Engine::new(Config::new(settings(line_check)).unwrap())
}

fn configure() -> Steps {
    let [a, b, c, d] = LIMITS;
    exchange(&[0x80, BASE | 0x02, 0, 0, a, b, c, d], &[0; 8])
}

fn check_lines() -> Steps {
    exchange(&[0x80, BASE | 0x04], &[0; 2])
}

fn convert() -> Steps {
    exchange(&[0x80, BASE | 0x20], &[0; 2])
}

fn answer(code: u16, flag: u8, status: u8) -> [u8; 9] {
    let [high, low] = (code << 1).to_be_bytes();
    let [a, b, c, d] = LIMITS;
    [0, BASE, high, low | flag, a, b, c, d, status]
}

fn read(back: &[u8; 9]) -> Steps {
    exchange(&[0; 9], back)
}

/// What one reading with this answer becomes; what follows is the next attempt.
fn reading_of(back: [u8; 9], then: Steps) -> (Reading<Ratio>, Option<Trouble>) {
    let mut bus = bus(&[configure(), convert(), read(&back), then]);
    let mut sensor = Driver::new(engine(LineCheck::Never), bus.clone());
    assert_eq!(sensor.poll(at(100)), None);
    assert_eq!(sensor.poll(at(120)), None);
    let told = sensor.poll(at(200));
    let trouble = sensor.engine().trouble();
    if told.is_some_and(|reading| reading.value.is_err()) {
        // Whatever it was, the part is set up anew.
        assert_eq!(sensor.poll(at(210)), None);
    }
    bus.done();
    (told.unwrap(), trouble)
}

fn fault_of(back: [u8; 9]) -> (Fault, Trouble) {
    let (reading, trouble) = reading_of(back, configure());
    assert_eq!(reading.taken, at(200));
    (reading.value.unwrap_err(), trouble.unwrap())
}

#[test]
fn a_pt100_on_430_ohm_gives_its_temperatures() {
    // Codes by hand from IEC 60751: 100 Ω and 138.5055 Ω, rounded to the nearest of 32768.
    for (code, celsius) in [(7_620, 0.0), (10_555, 100.0)] {
        let (reading, trouble) = reading_of(answer(code, 0, 0), convert());
        assert_eq!((reading.taken, trouble), (at(120 + 66 + 2), None));
        let temperature = pt100::TABLE.eval(reading.value.unwrap()).unwrap();
        // Half a code is 6.6 mΩ, 17 mK at 0 °C and 17.3 mK at 100 °C; the table adds 9 µK.
        assert!((f64::from(temperature.0) - celsius * 1e6).abs() < 17_500.0, "{temperature:?}");
    }
}

#[test]
fn the_scale_itself_costs_less_than_the_table() {
    // The ratio of exactly 100 Ω on 430 Ω in full resolution: 0 °C to the table's bound.
    let scale = coldcap_hal::front_end::Scale::new(Milliohms(430_000), Milliohms(400_000), 1);
    let code = Ratio(998_829_604); // 2³² · 100 / 430
    let ratio = scale.unwrap().apply(code).unwrap();
    assert!(pt100::TABLE.eval(ratio).unwrap().0.abs() <= 10);
}

#[test]
fn each_fault_bit_is_a_fault_and_no_number() {
    let expected = [
        (FaultBit::HighThreshold, 0x80, Fault::Open),
        (FaultBit::LowThreshold, 0x40, Fault::Short),
        (FaultBit::RefInHigh, 0x20, Fault::Open),
        (FaultBit::RefInLow, 0x10, Fault::Short),
        (FaultBit::RtdInLow, 0x08, Fault::Short),
        (FaultBit::Voltage, 0x04, Fault::Short),
    ];
    for (bit, status, fault) in expected {
        assert_eq!(bit as u8, status);
        // A plausible code beside it, with the flag and without.
        for flag in [0, 1] {
            let found = fault_of(answer(7_620, flag, status));
            assert_eq!(found, (fault, Trouble::Sensor(fault)), "{bit:?}");
        }
    }
    assert_eq!(fault_of(answer(7_620, 1, 0xFC)).0, Fault::Open);
    assert_eq!(fault_of(answer(7_620, 1, 0x44)).0, Fault::Short);
}

#[test]
fn a_flag_without_a_fault_is_a_contradiction() {
    assert_eq!(fault_of(answer(7_620, 1, 0)), (Fault::Bus, Trouble::Inconsistent));
}

#[test]
fn the_ends_are_no_numbers_even_if_the_part_keeps_silent() {
    for code in [30_329, 32_767] {
        assert_eq!(fault_of(answer(code, 0, 0)).0, Fault::Open);
    }
    for code in [0, 76] {
        assert_eq!(fault_of(answer(code, 0, 0)).0, Fault::Short);
    }
    assert!(reading_of(answer(77, 0, 0), convert()).0.value.is_ok());
}

#[test]
fn a_brown_out_is_seen_by_each_register() {
    let whole = answer(7_620, 0, 0);
    let after_power_up = [0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0];
    let mut lost = vec![after_power_up];
    for place in [1, 4, 5, 6, 7] {
        let mut one = whole;
        one[place] ^= 0x02;
        lost.push(one);
    }
    for back in lost {
        assert_eq!(fault_of(back), (Fault::Unavailable, Trouble::ConfigurationLost));
    }
    // The lowest bits of the thresholds mean nothing.
    let mut odd = whole;
    odd[5] |= 1;
    odd[7] |= 1;
    assert!(reading_of(odd, convert()).0.value.is_ok());
}

#[test]
fn a_stuck_line_is_told_by_its_level() {
    assert_eq!(fault_of([0; 9]), (Fault::Bus, Trouble::StuckLow));
    assert_eq!(fault_of([0xFF; 9]), (Fault::Bus, Trouble::StuckHigh));
}

#[test]
fn a_bus_that_fails_is_told_at_every_attempt() {
    let mut sensor = Driver::new(engine(LineCheck::Never), Broken);
    for millis in [100, 101, 200] {
        assert_eq!(sensor.poll(at(millis)), Some(Reading::faulty(Fault::Bus, at(millis))));
        assert_eq!(sensor.engine().trouble(), Some(Trouble::Bus));
    }
}

#[test]
fn lines_are_checked_first_and_then_every_second_time() {
    let every = LineCheck::Every(NonZeroU8::new(2).unwrap());
    let good = read(&answer(7_620, 0, 0));
    let steps = [
        configure(),
        check_lines(),
        convert(),
        good.clone(),
        convert(),
        good,
        check_lines(),
        convert(),
        read(&answer(7_620, 1, 0x20)),
    ];
    let mut bus = bus(&steps);
    let mut sensor = Driver::new(engine(every), bus.clone());
    let told: Vec<bool> = (1..=7).map(|tick| sensor.poll(at(tick * 100)).is_some()).collect();
    assert_eq!(told, [false, false, false, true, true, false, true]);
    assert_eq!(sensor.engine().trouble(), Some(Trouble::Sensor(Fault::Open)));
    assert!(sensor.engine().status().contains(FaultBit::RefInHigh));
    bus.done();
}

#[test]
fn what_is_not_ready_is_nothing_new_and_in_the_end_overdue() {
    use digital::{State, Transaction};
    // The pin counts for a conversion only, and is asked at every step.
    let high = Transaction::get(State::High);
    let mut pin = digital::Mock::new(&vec![high; 7]);
    let mut bus = bus(&[configure(), convert()]);
    let mut sensor =
        Driver::with_ready(engine(LineCheck::Never), bus.clone(), ReadyPin(pin.clone()));
    for millis in [100, 120, 130, 250] {
        assert_eq!(sensor.poll(at(millis)), None);
    }
    let late = at(120 + 2 * 66 + 2 + 20 + 1);
    assert_eq!(sensor.poll(late), Some(Reading::faulty(Fault::Stale, late)));
    assert_eq!(sensor.engine().trouble(), Some(Trouble::Overdue));
    pin.done();
    bus.done();
}

#[test]
fn a_pin_that_is_low_lets_a_conversion_be_read() {
    use digital::{State, Transaction};
    let levels = [State::High, State::High, State::High, State::High, State::Low, State::Low];
    let mut pin = digital::Mock::new(&levels.map(Transaction::get));
    let mut bus = bus(&[configure(), convert(), read(&answer(7_620, 0, 0)), convert()]);
    let mut sensor =
        Driver::with_ready(engine(LineCheck::Never), bus.clone(), ReadyPin(pin.clone()));
    assert_eq!(sensor.poll(at(100)), None);
    assert_eq!(sensor.poll(at(120)), None);
    assert!(sensor.poll(at(200)).unwrap().value.is_ok());
    pin.done();
    bus.done();
}

#[test]
fn a_pin_that_cannot_be_read_is_a_bus_that_failed() {
    use digital::{State, Transaction};
    use embedded_hal_mock::eh1::MockError;
    let failing =
        Transaction::get(State::Low).with_error(MockError::Io(std::io::ErrorKind::NotConnected));
    let mut pin = digital::Mock::new(&[failing]);
    let mut sensor = Driver::with_ready(engine(LineCheck::Never), Broken, ReadyPin(pin.clone()));
    assert_eq!(sensor.poll(at(1)), Some(Reading::faulty(Fault::Bus, at(1))));
    pin.done();
}

#[test]
fn three_wires_and_60_hertz_are_other_bits_and_times() {
    let three = Settings::pt100(Wires::Three, Mains::Hz60, Milliohms::from_ohms(400));
    let engine = Engine::new(Config::new(three).unwrap());
    let frame = engine.next(at(0), None).unwrap().unwrap();
    // 398 Ω of 400 Ω is 32604.2, 1 Ω is 81.9.
    assert_eq!(frame.bytes(), [0x80, 0x92, 0, 0, 0xFE, 0xB8, 0x00, 0xA2]);
    assert_eq!(Mains::Hz60.conversion(), Duration::from_millis(55));
}

#[test]
fn settings_that_do_not_fit_are_refused() {
    let good = settings(LineCheck::Never);
    let refused = |settings| Config::new(settings).unwrap_err();
    let reference = Milliohms(349_999);
    assert_eq!(refused(Settings { reference, ..good }), ConfigError::Reference);
    let settling = Duration::ZERO;
    assert_eq!(refused(Settings { settling, ..good }), ConfigError::Settling);
    let short_at = good.open_at;
    assert_eq!(refused(Settings { short_at, ..good }), ConfigError::Limits);
    let table = Milliohms(0);
    assert!(matches!(refused(Settings { table, ..good }), ConfigError::Scale(_)));
    let pt1000 = Settings::pt1000(Wires::Two, Mains::Hz50, Milliohms::from_ohms(4_300));
    assert!(Config::new(pt1000).is_ok());
}

#[cfg(feature = "async")]
#[test]
fn asynchronously_the_same_bytes_give_the_same() {
    let steps = [configure(), convert(), read(&answer(7_620, 0, 0)), convert()];
    let (mut one, mut other) = (bus(&steps), bus(&steps));
    let mut blocking = Driver::new(engine(LineCheck::Never), one.clone());
    let mut waiting = Driver::new(engine(LineCheck::Never), other.clone());
    for millis in [100, 120, 130, 200] {
        assert_eq!(common::run(waiting.poll_async(at(millis))), blocking.poll(at(millis)));
        assert_eq!(waiting.engine(), blocking.engine());
    }
    one.done();
    other.done();
}

#[cfg(feature = "async")]
mod dropped {
    use super::*;
    use embedded_hal_async::spi::{ErrorType, Operation, SpiDevice};

    /// A bus that somebody else holds for ever.
    struct Held;

    impl ErrorType for Held {
        type Error = core::convert::Infallible;
    }

    impl SpiDevice for Held {
        async fn transaction(&mut self, _: &mut [Operation<'_, u8>]) -> Result<(), Self::Error> {
            core::future::pending().await
        }
    }

    #[test]
    fn a_future_that_is_dropped_leaves_the_engine_as_it_was() {
        let mut sensor = Driver::new(engine(LineCheck::Never), Held);
        let waits = {
            let future = core::pin::pin!(sensor.poll_async(at(100)));
            let mut context = core::task::Context::from_waker(core::task::Waker::noop());
            Future::poll(future, &mut context).is_pending()
        };
        assert!(waits);
        assert_eq!(sensor.engine(), &engine(LineCheck::Never));
    }
}

proptest! {
    #[test]
    fn any_bytes_give_a_reading_or_a_fault(
        frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..12), 1..40),
        steps in prop::collection::vec(0u64..300, 40),
        every in 0u8..3,
    ) {
        let line_check = NonZeroU8::new(every).map_or(LineCheck::Never, LineCheck::Every);
        let mut engine = engine(line_check);
        let mut now = 0;
        for (bytes, step) in frames.iter().zip(steps) {
            now += step;
            let told = engine.take(Instant::from_millis(now), Ok(Frame::new(bytes)));
            // Only the right registers, and no fault beside them, make a number.
            if let Some(Reading { value: Ok(_), .. }) = told {
                prop_assert_eq!(engine.trouble(), None);
            }
        }
    }

    #[test]
    fn right_registers_make_the_ratio_of_the_code(code in 77u16..30_329) {
        let (reading, _) = reading_of(answer(code, 0, 0), convert());
        let exact = f64::from(code) / 32_768.0 * 430.0 / 400.0;
        let found = f64::from(reading.value.unwrap().0) / 4_294_967_296.0;
        prop_assert!((found - exact).abs() < 2.4e-10);
    }
}
