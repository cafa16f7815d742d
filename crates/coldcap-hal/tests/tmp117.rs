//! The TMP117: what is not ready, the start value, the range, a brown-out, a stuck bus; and the round trip of its codes.

mod common;

use coldcap_hal::front_end::Trouble;
use coldcap_hal::tmp117::{
    Address, Averaging, Configuration, Cycle, Engine, Request, TABLE, Tmp117, measured, ratio,
};
use coldcap_units::{Fault, Ratio, Reading};
use common::at;
use embedded_hal::i2c::{ErrorKind, ErrorType, I2c, NoAcknowledgeSource, Operation};
use embedded_hal_mock::eh1::i2c::{Mock, Transaction};
use proptest::prelude::*;

const ADDRESS: u8 = 0x49;
const SETTINGS: u16 = 0x00A4;

type Steps = Vec<Transaction>;

/// A bus on which nobody acknowledges.
#[derive(Debug)]
struct Nobody;

impl ErrorType for Nobody {
    type Error = ErrorKind;
}

impl I2c for Nobody {
    fn transaction(&mut self, _: u8, _: &mut [Operation<'_>]) -> Result<(), ErrorKind> {
        Err(ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address))
    }
}

fn read_two(first: (u8, u16), second: (u8, u16)) -> Steps {
    vec![
        Transaction::transaction_start(ADDRESS),
        Transaction::write(ADDRESS, vec![first.0]),
        Transaction::read(ADDRESS, first.1.to_be_bytes().to_vec()),
        Transaction::write(ADDRESS, vec![second.0]),
        Transaction::read(ADDRESS, second.1.to_be_bytes().to_vec()),
        Transaction::transaction_end(ADDRESS),
    ]
}

fn identify(identity: u16, configuration: u16) -> Steps {
    read_two((0x0F, identity), (0x01, configuration))
}

fn set_up() -> Steps {
    [
        identify(0x0117, 0x0220),
        vec![Transaction::write(ADDRESS, vec![0x07, 0, 0])],
        vec![Transaction::write(ADDRESS, vec![0x01, 0x00, 0xA4])],
    ]
    .concat()
}

fn check(offset: u16, configuration: u16) -> Steps {
    read_two((0x07, offset), (0x01, configuration))
}

fn read(configuration: u16, temperature: u16) -> Steps {
    read_two((0x01, configuration), (0x00, temperature))
}

fn sensor(bus: &Mock) -> Tmp117<Mock> {
    Tmp117::new(bus.clone(), Address::Supply, Averaging::Of8, Cycle::Ms125)
}

/// What the first question behind set-up is told, and then that the part is set up anew where it is a fault.
fn told(configuration: u16, temperature: u16) -> Option<(Result<Ratio, Fault>, Option<Trouble>)> {
    let mut steps = [set_up(), check(0, SETTINGS), read(configuration, temperature)].concat();
    let is_fault = configuration != SETTINGS && measured(temperature).is_err()
        || configuration & 0xFFFC & !0xE000 != SETTINGS;
    if is_fault {
        steps.extend(identify(0x0117, 0x1220));
    }
    let mut bus = Mock::new(&steps);
    let mut sensor = sensor(&bus);
    assert_eq!((sensor.poll(at(0)), sensor.poll(at(10))), (None, None));
    assert_eq!(sensor.poll(at(20)), None);
    let told = sensor.poll(at(200));
    let trouble = sensor.engine().trouble();
    if is_fault {
        let busy = Reading::faulty(Fault::Unavailable, at(201));
        assert_eq!(sensor.poll(at(201)), Some(busy));
        assert_eq!(sensor.engine().trouble(), Some(Trouble::NotReady));
    }
    bus.done();
    told.map(|reading| {
        assert_eq!(reading.taken, at(200));
        (reading.value, trouble)
    })
}

#[test]
fn every_code_comes_back_as_its_temperature() {
    let mut last = None;
    for code in -7_040i16..=19_200 {
        let ratio = measured(code as u16).unwrap();
        let exact = f64::from(code) * 7_812.5;
        let found = f64::from(TABLE.eval(ratio).unwrap().0);
        assert!((found - exact).abs() <= f64::from(TABLE.header().bound_micro_kelvin));
        // Warmer is lower, and no two codes are one.
        assert!(last.is_none_or(|last| ratio < last));
        last = Some(ratio);
    }
    assert!(!TABLE.is_rising());
}

#[test]
fn codes_of_the_sheet_are_its_temperatures() {
    // Table 7-1: −25 °C, −0.125 °C, 0 °C, 1 °C, 25 °C, 100 °C.
    let sheet = [
        (0xF380, -25_000_000),
        (0xFFF0, -125_000),
        (0x0000, 0),
        (0x0080, 1_000_000),
        (0x0C80, 25_000_000),
        (0x3200, 100_000_000),
    ];
    for (code, micro) in sheet {
        let (value, trouble) = told(SETTINGS | 0x2000, code).unwrap();
        let found = TABLE.eval(value.unwrap()).unwrap().0;
        assert!((found - micro).abs() <= 1 && trouble.is_none());
    }
}

#[test]
fn what_is_out_of_range_is_a_fault() {
    let fault = |code| told(SETTINGS | 0x2000, code).unwrap();
    let sensor = |fault| (Err(fault), Some(Trouble::Sensor(fault)));
    assert_eq!(fault(0x8000), (Err(Fault::Unavailable), Some(Trouble::PowerOnValue)));
    assert_eq!(fault(0x8001), sensor(Fault::BelowRange));
    assert_eq!(fault((-7_041i16) as u16), sensor(Fault::BelowRange));
    assert_eq!(fault(19_201), sensor(Fault::AboveRange));
    assert_eq!(fault(0x7FFF), sensor(Fault::AboveRange));
    // What stands there before the first conversion would lie beyond all that is cold.
    assert_eq!(TABLE.eval(ratio(i16::MIN)), Err(Fault::BelowRange));
}

#[test]
fn what_was_read_before_is_nothing_new() {
    assert_eq!(told(SETTINGS, 0x0C80), None);
    // Flags of limits mean nothing here.
    assert!(told(SETTINGS | 0xE000, 0x0C80).unwrap().0.is_ok());
}

#[test]
fn a_conversion_that_does_not_come_is_overdue() {
    let steps = [
        set_up(),
        check(0, SETTINGS),
        read(SETTINGS | 0x2000, 0x0C80),
        read(SETTINGS, 0x0C80),
        read(SETTINGS, 0x0C80),
    ];
    let mut bus = Mock::new(&steps.concat());
    let mut sensor = sensor(&bus);
    assert_eq!((sensor.poll(at(0)), sensor.poll(at(10))), (None, None));
    assert!(sensor.poll(at(200)).unwrap().value.is_ok());
    assert_eq!(sensor.poll(at(500)), None);
    // Twice the 140 ms of a slow part, and 22 ms.
    assert_eq!(sensor.poll(at(503)), Some(Reading::faulty(Fault::Stale, at(503))));
    assert_eq!(sensor.engine().trouble(), Some(Trouble::Overdue));
    bus.done();
}

#[test]
fn settings_and_offset_that_are_lost_are_seen() {
    for lost in [0x2220, SETTINGS ^ 0x0004 | 0x2000, SETTINGS ^ 0x0080, SETTINGS ^ 0x0800] {
        let found = told(lost, 0x0C80).unwrap();
        assert_eq!(found, (Err(Fault::Unavailable), Some(Trouble::ConfigurationLost)));
    }
    let found = told(SETTINGS | 0x3000, 0x0C80).unwrap();
    assert_eq!(found, (Err(Fault::Unavailable), Some(Trouble::NotReady)));
    for (offset, configuration) in [(1, SETTINGS), (0, 0x0220)] {
        let mut bus = Mock::new(&[set_up(), check(offset, configuration)].concat());
        let mut sensor = sensor(&bus);
        assert_eq!(sensor.poll(at(0)), None);
        assert_eq!(sensor.poll(at(1)), Some(Reading::faulty(Fault::Unavailable, at(1))));
        assert_eq!(sensor.engine().trouble(), Some(Trouble::ConfigurationLost));
        bus.done();
    }
}

#[test]
fn another_part_a_stuck_line_and_a_missing_acknowledge_are_bus_faults() {
    let first = |steps: Steps| {
        let mut bus = Mock::new(&steps);
        let mut sensor = sensor(&bus);
        assert_eq!(sensor.poll(at(3)), Some(Reading::faulty(Fault::Bus, at(3))));
        bus.done();
        sensor.engine().trouble().unwrap()
    };
    // The TMP116, and a revision of this part that passes.
    assert_eq!(first(identify(0x1116, 0x0220)), Trouble::Identity);
    assert_eq!(first(identify(0x0000, 0x0000)), Trouble::StuckLow);
    assert_eq!(first(identify(0xFFFF, 0xFFFF)), Trouble::StuckHigh);
    // The mock cannot fail within a transaction.
    let mut nobody = Tmp117::new(Nobody, Address::Supply, Averaging::None, Cycle::Fastest);
    for millis in [1, 2] {
        assert_eq!(nobody.poll(at(millis)), Some(Reading::faulty(Fault::Bus, at(millis))));
        assert_eq!(nobody.engine().trouble(), Some(Trouble::Bus));
    }
    let write =
        Transaction::write(ADDRESS, vec![0x07, 0, 0]).with_error(ErrorKind::ArbitrationLoss);
    assert_eq!(first([identify(0x2117, 0x0220), vec![write]].concat()), Trouble::Bus);
}

#[test]
fn a_line_that_sticks_later_is_seen_too() {
    for (level, trouble) in [(0, Trouble::StuckLow), (0xFFFF, Trouble::StuckHigh)] {
        let mut bus = Mock::new(&[set_up(), check(0, SETTINGS), read(level, level)].concat());
        let mut sensor = sensor(&bus);
        assert_eq!((sensor.poll(at(0)), sensor.poll(at(10))), (None, None));
        assert_eq!(sensor.poll(at(200)), Some(Reading::faulty(Fault::Bus, at(200))));
        assert_eq!(sensor.engine().trouble(), Some(trouble));
        bus.done();
    }
}

#[test]
fn settings_are_bits_of_the_register() {
    assert_eq!(Configuration::new(Averaging::Of8, Cycle::Ms125).bits(), SETTINGS);
    assert_eq!(Configuration::new(Averaging::None, Cycle::Fastest).bits(), 0x0004);
    assert_eq!(Configuration::new(Averaging::Of32, Cycle::Ms500).bits(), 0x01C4);
}

#[cfg(feature = "async")]
#[test]
fn asynchronously_the_same_transactions_give_the_same() {
    let steps = [set_up(), check(0, SETTINGS), read(SETTINGS | 0x2000, 0x0C80)].concat();
    let (mut one, mut other) = (Mock::new(&steps), Mock::new(&steps));
    let (mut blocking, mut waiting) = (sensor(&one), sensor(&other));
    for millis in [100, 120, 121, 300] {
        assert_eq!(common::run(waiting.poll_async(at(millis))), blocking.poll(at(millis)));
        assert_eq!(waiting.engine(), blocking.engine());
    }
    one.done();
    other.done();
}

proptest! {
    #[test]
    fn any_words_give_a_reading_or_a_fault(
        words in prop::collection::vec((any::<u16>(), any::<u16>()), 1..60),
        fails in prop::collection::vec(prop::bool::weighted(0.1), 60),
        good in prop::bool::ANY,
    ) {
        let mut engine = Engine::new(Averaging::Of8, Cycle::Ms125);
        for (now, ((one, two), fails)) in (0..).map(|n| at(n * 70)).zip(words.into_iter().zip(fails)) {
            // Mostly what leads further, so that readings are reached.
            let answer = match engine.next(now) {
                None => continue,
                Some(Request::Write(..)) => [0, 0],
                Some(Request::Read(register, _)) if good => match register as u8 {
                    0x0F => [0x0117, 0x0220],
                    0x07 => [0, SETTINGS],
                    _ => [SETTINGS | one & 0xE000, two],
                },
                Some(Request::Read(..)) => [one, two],
            };
            let told = engine.take(now, if fails { Err(Trouble::Bus) } else { Ok(answer) });
            if let Some(Reading { value: Ok(ratio), .. }) = told {
                prop_assert_eq!(Ok(ratio), measured(answer[1]));
                prop_assert!(answer[0] & 0x2000 != 0);
            }
        }
    }
}
