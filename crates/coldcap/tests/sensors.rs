//! Calibrated sensors in a running device: whose table is used, and what is asked of calibrations.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod bench;

use bench::{Bench, PATIENT, PLAN};
use coldcap::{Action, CapSensors, Config, Outputs, Phase, SensorPlace, SensorPlaces};
use coldcap_calibration::certificate::{
    Certificate, CertifiedPoint, Conditions, Correction, CoverageFactor, DecisionRule, Medium,
    Method, Points,
};
use coldcap_calibration::check::due::DuePolicy;
use coldcap_calibration::curves::ntc_10k3a1;
use coldcap_calibration::sensor::SensorCalibration;
use coldcap_calibration::table::{CubicTable, Row, TableHeader};
use coldcap_calibration::time_stamp::{ClockQuality, TimeStamp};
use coldcap_guard::Condition;
use coldcap_guard::alarm::Priority;
use coldcap_session::record::{Entry, Kind};
use coldcap_session::{Refusal, Request, WallTime};
use coldcap_units::{Duration, Fault, MicroCelsius, Ratio, Reading};

const DAY_S: u64 = 86_400;
const CALIBRATED: TimeStamp =
    TimeStamp { unix_s: 1_795_654_800, clock: ClockQuality::Synchronised };
/// What the bench's cap reports.
const CAP: u32 = 7;

/// As found by a comparison, the table left as it was.
fn certificate(sensor: u64, table: &CubicTable<'_>) -> Certificate {
    let point = CertifiedPoint::new(MicroCelsius(0), 5_000, 5_000, 8_000).unwrap();
    Certificate {
        number: 17,
        sensor,
        reference: 9,
        laboratory: 1,
        operator: 23,
        at: CALIBRATED,
        method: Method::Comparison,
        points: Points::new(&[point]).unwrap(),
        correction: Correction::NONE,
        type_table_crc: table.header().crc,
        coverage: CoverageFactor::TWO,
        conditions: Conditions::new(2_300, None, Medium::IceBath).unwrap(),
        decision: DecisionRule::None,
    }
}

fn compared(sensor: u64) -> Option<SensorCalibration> {
    let table = &ntc_10k3a1::TABLE;
    Some(SensorCalibration::new(table, &certificate(sensor, table)).unwrap())
}

/// The reference machine, of which this is asked, powered up so many seconds after the calibrations.
fn asked(places: &[SensorPlace], age_s: u64) -> Config {
    let mut config = Config::reference();
    config.sensors.policy.required = SensorPlaces::of(places);
    config.sensors.policy.due = DuePolicy { interval_days: 100, soon_days: 10 };
    config.sensors.powered_up = TimeStamp { unix_s: CALIBRATED.unix_s + age_s, ..CALIBRATED };
    config
}

/// Everything but the cap's sensors, calibrated.
fn calibrated(age_s: u64) -> Config {
    use SensorPlace::{Evaporator, Returned, Supply, Tank};
    let mut config = asked(&[Supply, Returned, Tank, Evaporator], age_s);
    let line = &mut config.sensors.channels[0];
    (line.supply, line.returned) = (compared(1), compared(2));
    (config.sensors.tank, config.sensors.evaporator) = (compared(3), compared(4));
    config
}

/// Place, fault and sensor of every entry about a sensor.
fn entries(outputs: &Outputs<1>) -> Vec<(u16, i32, u64)> {
    let all = outputs.entries.iter().map(|bytes| Entry::from_bytes(&bytes.0).fields);
    all.filter(|it| it.kind == Kind::SENSOR).map(|it| (it.code, it.a, it.c)).collect()
}

fn signals(outputs: &Outputs<1>) -> bool {
    outputs.machine.alarms.contains(Condition::CalibrationDue)
}

const UNCALIBRATED: i32 = Fault::Uncalibrated as i32;
const EXPIRED: i32 = Fault::Expired as i32;

/// Neither a fit visit nor a session begins.
fn refuses(bench: &mut Bench<1>) -> bool {
    bench.until(Phase::Standby);
    let fit = bench.ask(Request::StartFit);
    if fit.is_ok() {
        bench.ask(Request::Cancel).unwrap();
    }
    bench.ask(Request::select(PATIENT)).unwrap();
    bench.ask(Request::ChoosePlan(PLAN)).unwrap();
    bench.run(1);
    let session = bench.ask(Request::Start);
    bench.ask(Request::Cancel).unwrap();
    if session.is_ok() {
        bench.ask(Request::Cancel).unwrap();
    }
    assert_eq!(fit.is_ok(), session.is_ok());
    session == Err(Refusal::CalibrationDue)
}

#[test]
fn the_reference_machine_asks_for_nothing() {
    let mut bench: Bench<1> = Bench::new();
    let first = bench.tick();
    assert!(entries(&first).is_empty() && !signals(&first));
    assert!(!refuses(&mut bench));
}

#[test]
fn a_missing_calibration_lets_nothing_begin() {
    let mut bench: Bench<1> = Bench::with(asked(&[SensorPlace::Supply, SensorPlace::Tank], DAY_S));
    let first = bench.tick();
    assert_eq!(entries(&first), [(1, UNCALIBRATED, 0), (6, UNCALIBRATED, 0)]);
    assert!(signals(&first));
    assert_eq!(first.machine.highest, Priority::Low);
    let later = bench.tick();
    assert!(entries(&later).is_empty() && signals(&later));
    assert!(refuses(&mut bench));
}

#[test]
fn a_calibration_in_date_is_all_that_is_asked() {
    let mut bench = Bench::with(calibrated(99 * DAY_S));
    let first = bench.tick();
    assert!(entries(&first).is_empty() && !signals(&first));
    assert!(!refuses(&mut bench));
}

#[test]
fn an_expired_calibration_lets_nothing_begin() {
    let mut bench = Bench::with(calibrated(100 * DAY_S));
    let found = entries(&bench.tick());
    assert_eq!(found, [(1, EXPIRED, 1), (2, EXPIRED, 2), (6, EXPIRED, 3), (7, EXPIRED, 4)]);
    assert!(refuses(&mut bench));
}

/// A time that nobody can vouch for proves nothing.
#[test]
fn without_a_clock_nothing_is_in_date() {
    for powered_up in [
        TimeStamp { clock: ClockQuality::Unknown, ..CALIBRATED },
        TimeStamp { unix_s: CALIBRATED.unix_s - 1, ..CALIBRATED },
        TimeStamp { unix_s: u64::MAX, ..CALIBRATED },
    ] {
        let mut config = calibrated(0);
        config.sensors.powered_up = powered_up;
        assert!(refuses(&mut Bench::with(config)), "{powered_up:?}");
    }
}

/// A board without a clock, and a host that tells it the time.
#[test]
fn a_clock_that_is_set_later_brings_calibrations_in_date() {
    let told = |days: u64, quality| {
        let unix_ms = (CALIBRATED.unix_s + days * DAY_S) * 1_000;
        Action::SetClock(WallTime { unix_ms, quality })
    };
    let mut config = calibrated(0);
    config.sensors.powered_up = TimeStamp { unix_s: 0, clock: ClockQuality::Unknown };
    let mut bench = Bench::with(config);
    assert!(refuses(&mut bench));
    bench.act(&[told(99, coldcap_session::ClockQuality::Unknown)]);
    assert!(refuses(&mut bench));
    bench.act(&[told(98, coldcap_session::ClockQuality::Entered)]);
    assert!(!refuses(&mut bench));
    assert!(!signals(&bench.tick()));

    // Nobody brings back in date what is past it.
    let mut config = calibrated(0);
    config.sensors.powered_up = TimeStamp { unix_s: 0, clock: ClockQuality::Unknown };
    let mut bench = Bench::with(config);
    for (days, late) in [(98, false), (101, true), (99, true)] {
        bench.act(&[told(days, coldcap_session::ClockQuality::Entered)]);
        bench.tick();
        assert_eq!(signals(&bench.tick()), late, "{days}");
    }

    // A board's own clock is not overruled.
    let mut bench = Bench::with(calibrated(101 * DAY_S));
    bench.act(&[told(99, coldcap_session::ClockQuality::Synchronised)]);
    assert!(refuses(&mut bench));
}

/// Twenty minutes after power-up the calibrations are past their date; the treatment knows, and goes on.
#[test]
fn what_runs_goes_on_past_the_date() {
    let left = Duration::from_mins(20);
    let config = calibrated(100 * DAY_S - u64::from(left.as_secs()));
    let mut bench = Bench::with(config);
    bench.bring_to(Phase::PreCool);
    let mut found = vec![];
    while u64::from(left.as_millis()) > bench.now.as_millis() + 100 {
        let outputs = bench.tick();
        assert!(entries(&outputs).is_empty() && !signals(&outputs), "{:?}", bench.now);
    }
    for _ in 0..600 {
        let outputs = bench.tick();
        assert!(signals(&outputs) && !outputs.drives.channels[0].pump.is_off());
        found.extend(entries(&outputs));
    }
    assert_eq!(found.len(), 4, "{found:?}");
    // A break, and a loss of power, end as they always do.
    bench.ask(Request::Pause(1)).unwrap();
    bench.run(5);
    bench.resume();
    bench.until(Phase::Recool);
    bench.device.restart(Some(Duration::from_secs(10)));
    bench.until(Phase::Recool);
    assert!(signals(&bench.tick()));
}

/// A linear table, which no thermistor has: 60 °C at code 0, −40 °C at full scale.
static LINEAR_ROWS: [Row; 2] =
    [Row([60_000_000, -50_000_000, 0, 0]), Row([10_000_000, -50_000_000, 0, 0])];
static LINEAR: CubicTable<'static> = {
    let header = TableHeader {
        version: TableHeader::VERSION,
        log2_segments: 1,
        first_row: 0,
        rows: 2,
        low: Ratio(0x1000_0000),
        high: Ratio(0xE000_0000),
        short_below: Ratio(0x0800_0000),
        open_above: Ratio(0xF000_0000),
        bound_micro_kelvin: 5,
        crc: 0,
    };
    match CubicTable::new(header.sealed(&LINEAR_ROWS), &LINEAR_ROWS) {
        Ok(table) => table,
        Err(_) => panic!("the table fails its own checks"),
    }
};

/// A cap whose front sensor has a table of its own.
fn with_own_cap(identity: u32) -> Config {
    let front = SensorCalibration::new(&LINEAR, &certificate(8, &LINEAR)).unwrap();
    let mut config = asked(&[], DAY_S);
    let cap = CapSensors { identity, front: Some(front), rear: None };
    config.sensors.caps = vec![CapSensors { identity: 99, ..cap }, cap].leak();
    config
}

/// What front and rear show of half of full scale, in millidegrees, with this to report of the cap.
fn faces(bench: &mut Bench<1>, coupled: Reading<bool>, identity: Reading<u32>) -> (i32, i32) {
    let now = bench.now.plus(coldcap::TICK);
    let outputs = bench.tick_with(|inputs| {
        let line = &mut inputs.channels[0];
        (line.front, line.rear) =
            (Reading::new(Ratio(0x8000_0000), now), Reading::new(Ratio(0x8000_0000), now));
        (line.cap.coupled, line.cap.identity) = (coupled, identity);
        (line.cap.coupled.taken, line.cap.identity.taken) = (now, now);
    });
    let milli = |face: Reading<coldcap_units::Interface>| face.value.unwrap().to_milli();
    (milli(outputs.channels[0].front), milli(outputs.channels[0].rear))
}

#[test]
fn the_tables_of_a_cap_come_and_go_with_it() {
    let mut bench = Bench::with(with_own_cap(CAP));
    let now = bench.now;
    let (coupled, apart) = (Reading::new(true, now), Reading::new(false, now));
    let (this, other) = (Reading::new(CAP, now), Reading::new(CAP + 1, now));
    let lost = Reading::faulty(Fault::Bus, now);
    let own = (10_000, 25_000);
    let of_type = (25_000, 25_000);
    let steps = [
        (coupled, lost, of_type),
        (coupled, this, own),
        // An identity that cannot be read for a while must not make the temperature jump.
        (coupled, lost, own),
        (Reading::faulty(Fault::Bus, now), lost, own),
        (coupled, other, of_type),
        (coupled, this, own),
        (apart, lost, of_type),
        (coupled, lost, of_type),
        (coupled, this, own),
        (apart, this, of_type),
    ];
    for (index, (coupled, identity, expected)) in steps.into_iter().enumerate() {
        let shown = faces(&mut bench, coupled, identity);
        let off = (shown.0 - expected.0).abs().max((shown.1 - expected.1).abs());
        assert!(off <= 1, "step {index}: {shown:?}");
    }
}

/// What a cap lacks is known once it is coupled.
#[test]
fn a_cap_whose_sensors_are_not_calibrated_is_refused() {
    let mut config = asked(&[SensorPlace::Front], DAY_S);
    let cap = CapSensors { identity: CAP, front: compared(8), rear: None };
    config.sensors.caps = vec![cap].leak();
    let mut bench = Bench::with(config);
    bench.until(Phase::Standby);
    let now = bench.now;
    let uncoupled = bench.tick_with(|inputs| {
        inputs.channels[0].cap.coupled = Reading::new(false, now);
    });
    assert!(entries(&uncoupled).is_empty() && !signals(&uncoupled));
    assert!(!refuses(&mut bench));

    let cap = CapSensors { identity: CAP + 1, ..cap };
    config.sensors.caps = vec![cap].leak();
    let mut bench = Bench::with(config);
    assert_eq!(entries(&bench.tick()), [(3, UNCALIBRATED, 0)]);
    assert!(refuses(&mut bench));
}

/// Nor may a cap hide what it lacks by not saying which one it is.
#[test]
fn a_cap_that_does_not_say_which_it_is_has_no_calibration() {
    let mut config = asked(&[SensorPlace::Front], DAY_S);
    config.sensors.caps = vec![CapSensors { identity: CAP, front: compared(8), rear: None }].leak();
    let mut bench = Bench::with(config);
    let mute = |inputs: &mut coldcap::Inputs<1>| {
        let taken = inputs.channels[0].cap.identity.taken;
        inputs.channels[0].cap.identity = Reading::faulty(Fault::Bus, taken);
    };
    let first = bench.tick_with(mute);
    assert_eq!(entries(&first), [(3, UNCALIBRATED, 0)]);
    assert!((0..50).all(|_| signals(&bench.tick_with(mute))));
    // Once it has said so, it is in date, and stays so while the bus fails.
    assert!(!signals(&bench.tick()) && !signals(&bench.tick_with(mute)));
}
