//! A loss of power: off is safe, restarting is not.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod bench;

use bench::{Bench, circulating, is_still};
use coldcap::{Action, ChannelCheckpoint, Config, Drives, Outputs, Phase, TICK};
use coldcap_guard::Condition;
use coldcap_guard::detect::{DoseLimits, Watches};
use coldcap_session::record::{Chain, Entry};
use coldcap_session::{Note, Refusal, Request};
use coldcap_units::{Coolant, Duration, Instant, Ratio, Reading};

const SELF_TEST_TICKS: usize = 50;

/// Power is gone, and back after `gap`.
fn cut(bench: &mut Bench<1>, gap: Option<Duration>) {
    bench.device.restart(gap);
    bench.drives = Drives::default();
    bench.now = bench.now.plus(gap.unwrap_or(Duration::ZERO));
}

fn cooling(phase: Phase) -> Bench<1> {
    let mut bench = Bench::new();
    bench.bring_to(phase);
    bench.run(30);
    assert_eq!(bench.phase(), phase);
    bench
}

fn cooling_phases() -> impl Iterator<Item = Phase> {
    circulating().filter(|phase| phase.is_cooling())
}

/// The outputs of so many ticks.
fn ticks(bench: &mut Bench<1>, count: usize) -> Vec<Outputs<1>> {
    (0..count).map(|_| bench.tick()).collect()
}

#[test]
fn after_a_short_gap_cooling_returns_by_a_ramp_and_only_after_the_self_test() {
    for (phase, seconds) in cooling_phases().zip([0, 1, 10, 29, 30]) {
        let mut bench = cooling(phase);
        cut(&mut bench, Some(Duration::from_secs(seconds)));
        for outputs in ticks(&mut bench, SELF_TEST_TICKS) {
            assert_eq!(outputs.channels[0].phase, Phase::Recovery, "{phase}");
            assert!(is_still(&outputs, 0), "{phase}");
        }
        bench.until(Phase::Recool);
        let began = bench.tick();
        assert!(!began.drives.channels[0].pump.is_off(), "{phase}");
        // 3 K a minute at most, from where the supply is: 0.05 K a second, and no jump at the start.
        let supply = began.channels[0].supply.value.unwrap().0.to_milli();
        let first = began.channels[0].effective.map(Coolant::to_milli).unwrap();
        assert!(first > supply - 200, "{phase}: {first} from {supply}");
        let later = ticks(&mut bench, 100).pop().unwrap();
        let after = later.channels[0].effective.map(Coolant::to_milli).unwrap();
        assert!(after < first && after > first - 1_000, "{phase}: {first} to {after}");
    }
}

#[test]
fn a_self_test_that_finds_a_fault_keeps_everything_off() {
    let mut bench = cooling(Phase::PreCool);
    cut(&mut bench, Some(Duration::from_secs(5)));
    for _ in 0..600 {
        let outputs = bench.tick_with(|inputs| {
            let taken = inputs.tank.coolant.taken;
            inputs.tank.coolant = Reading::faulty(coldcap_units::Fault::Bus, taken);
        });
        assert!(is_still(&outputs, 0) && !outputs.channels[0].phase.circulates());
        assert!(outputs.drives.chiller.is_off());
    }
}

// req: PWR-002
#[test]
fn after_a_long_or_unknown_gap_an_operator_must_resume() {
    let gaps = [Some(Duration::from_millis(30_001)), Some(Duration::from_mins(11)), None];
    for phase in cooling_phases() {
        for gap in gaps {
            let mut bench = cooling(phase);
            cut(&mut bench, gap);
            for outputs in ticks(&mut bench, 1_000) {
                assert_eq!(outputs.channels[0].phase, Phase::Recovery, "{phase} {gap:?}");
                assert!(is_still(&outputs, 0), "{phase} {gap:?}");
            }
            let outputs = bench.tick();
            assert!(outputs.machine.alarms.contains(Condition::Restarted), "{phase} {gap:?}");
            if gap.is_none_or(|gap| gap > Duration::from_mins(10)) {
                let unworn = bench.ask(Request::Resume { reason: 1, confirm: false });
                assert_eq!(unworn, Err(coldcap_session::Refusal::NotWorn), "{phase} {gap:?}");
                bench.ask(Request::Worn(true)).unwrap();
            }
            bench.resume();
            assert_eq!(bench.phase(), Phase::Recool, "{phase} {gap:?}");
        }
    }
}

#[test]
fn a_pause_stays_a_pause_after_any_gap() {
    for gap in [Some(Duration::ZERO), Some(Duration::from_secs(10)), None] {
        let mut bench = cooling(Phase::PreCool);
        bench.ask(Request::Stop).unwrap();
        cut(&mut bench, gap);
        for outputs in ticks(&mut bench, 1_000) {
            assert!(
                is_still(&outputs, 0) && outputs.channels[0].phase == Phase::Recovery,
                "{gap:?}"
            );
        }
    }
}

#[test]
fn a_stop_in_the_very_first_tick_calls_the_return_off() {
    let mut bench = cooling(Phase::PreCool);
    cut(&mut bench, Some(Duration::from_secs(5)));
    let first = bench.tick_with(|inputs| inputs.panel.stop = true);
    assert!(is_still(&first, 0));
    for outputs in ticks(&mut bench, 300) {
        assert!(is_still(&outputs, 0), "{:?}", outputs.channels[0].phase);
    }
}

/// What was armed, coupled or sound before the gap counts for nothing after it.
#[test]
fn a_wish_in_the_very_first_tick_meets_a_device_that_has_restarted() {
    let mut bench = cooling(Phase::PreCool);
    bench.ask(Request::Stop).unwrap();
    bench.run(6);
    bench.ask(Request::Resume { reason: 1, confirm: false }).unwrap();
    cut(&mut bench, Some(Duration::from_secs(5)));
    let first = bench.act(&[Action::Request(Request::Resume { reason: 1, confirm: true })]);
    assert_eq!(first.answers.as_slice()[0].result, Err(Refusal::NotTested));
    assert_eq!(bench.phase(), Phase::Recovery);
    let entries = first.entries.iter().map(|bytes| Entry::from_bytes(&bytes.0));
    let noted = entries.filter_map(|entry| entry.note()).next();
    assert!(matches!(noted, Some(Note::Restarted { .. })), "the restart comes first: {noted:?}");
}

#[test]
fn cooling_returns_by_itself_three_times_a_session_and_no_more() {
    let mut bench = cooling(Phase::PreCool);
    for _ in 0..3 {
        cut(&mut bench, Some(Duration::from_secs(5)));
        bench.tick();
        bench.until(Phase::Recool);
    }
    cut(&mut bench, Some(Duration::from_secs(5)));
    for outputs in ticks(&mut bench, 300) {
        assert!(is_still(&outputs, 0) && outputs.channels[0].phase == Phase::Recovery);
    }
}

#[test]
fn a_service_trip_outlives_the_power() {
    let mut bench = cooling(Phase::PreCool);
    for _ in 0..10 {
        bench.tick_with(|inputs| {
            let taken = inputs.leak.taken;
            inputs.leak = Reading::new(true, taken);
        });
    }
    assert_eq!(bench.phase(), Phase::SafeHold);
    for gap in [Some(Duration::from_secs(5)), None] {
        cut(&mut bench, gap);
        for outputs in ticks(&mut bench, 400) {
            assert!(!outputs.drives.permit && is_still(&outputs, 0), "{gap:?}");
            assert!(outputs.drives.chiller.is_off());
            assert_eq!(outputs.channels[0].phase, Phase::SafeHold);
        }
        let outputs = bench.tick();
        assert!(outputs.machine.alarms.contains(Condition::Leak), "the alarm stands with its trip");
    }
    assert_eq!(bench.ask(Request::ClinicianReset { confirm: false }), Err(Refusal::ServiceDue));
}

#[test]
fn a_freeze_trip_outlives_the_power() {
    let mut bench = cooling(Phase::PreCool);
    let trip = bench.device.control.config().limits.raw().freeze_trip;
    for _ in 0..2 {
        bench.tick_with(|inputs| {
            let taken = inputs.channels[0].safety.taken;
            inputs.channels[0].safety = Reading::new(trip, taken);
        });
    }
    cut(&mut bench, Some(Duration::from_secs(5)));
    for outputs in ticks(&mut bench, 400) {
        assert!(is_still(&outputs, 0) && outputs.drives.chiller.is_off());
    }
    assert_eq!(bench.ask(Request::Resume { reason: 1, confirm: false }), Err(Refusal::FaultActive));
    bench.ask(Request::ClinicianReset { confirm: false }).unwrap();
    bench.ask(Request::ClinicianReset { confirm: true }).unwrap();
    bench.resume();
    assert_eq!(bench.phase(), Phase::Recool);
}

/// Cold for eight of forty minutes is the dose.
fn of_eight_minutes() -> Bench<1> {
    let mut config = Config::reference();
    let dose = DoseLimits {
        most: Duration::from_mins(8),
        bin: Duration::from_mins(1),
        ..config.limits.watches().dose
    };
    let watches = Watches { dose, ..*config.limits.watches() };
    config.limits = config.limits.with_watches(watches).unwrap();
    Bench::with(config)
}

/// A tick in which the cap is at 3 °C.
fn cold_tick(bench: &mut Bench<1>) -> Outputs<1> {
    let code = bench::code(bench.device.control.config(), 3_000);
    bench.tick_with(|inputs| {
        let line = &mut inputs.channels[0];
        let face = line.front.map(|seen| Ratio(code.0 + 65_536 * (seen.0 / 65_536 % 7)));
        (line.front, line.rear, line.safety) = (face, face, face);
    })
}

/// When the dose is full; the power goes at `cut`, and is back after `gap`.
fn dosed_at(cut: Option<Instant>, gap: Option<Duration>) -> Instant {
    let mut bench = of_eight_minutes();
    bench.bring_to(Phase::PreCool);
    for _ in 0..10_000 {
        if Some(bench.now) == cut {
            self::cut(&mut bench, gap);
        }
        if cold_tick(&mut bench).machine.alarms.contains(Condition::ColdDose) {
            return bench.now;
        }
    }
    panic!("it was never full");
}

// req: PWR-004
#[test]
fn cold_that_was_counted_outlives_the_power() {
    let uncut = dosed_at(None, None);
    let nearly = Instant::from_millis(uncut.as_millis() - 30_000);
    for gap in [Duration::from_millis(100), Duration::from_secs(20)] {
        let dosed = dosed_at(Some(nearly), Some(gap));
        assert!(dosed.since(uncut) <= TICK, "{} ms late", dosed.since(uncut).as_millis());
    }
    // How long it was is not known: it counts as a whole bin, and the dose is full at once.
    assert_eq!(dosed_at(Some(nearly), None), nearly.plus(TICK));
}

#[test]
fn what_a_checkpoint_takes_is_stated_and_does_not_grow() {
    assert!(size_of::<ChannelCheckpoint>() <= 320);
}

#[test]
fn the_record_goes_on_where_it_stood() {
    let mut bench: Bench<1> = Bench::new();
    let mut entries = Vec::new();
    let mut keep = |outputs: &Outputs<1>| {
        entries.extend(outputs.entries.iter().map(|entry| Entry::from_bytes(&entry.0)));
    };
    let wishes = [
        Request::select(bench::PATIENT),
        Request::ChoosePlan(bench::PLAN),
        Request::Acknowledge,
        Request::Start,
        Request::Worn(true),
    ];
    ticks(&mut bench, 60).iter().for_each(&mut keep);
    for wish in wishes {
        keep(&bench.act(&[Action::Request(wish)]));
        keep(&bench.tick());
    }
    assert_eq!(bench.phase(), Phase::PreCool);
    let before = bench.device.control.checkpoint().channels[0].chain;
    cut(&mut bench, Some(Duration::from_secs(5)));
    ticks(&mut bench, 100).iter().for_each(&mut keep);
    let after = bench.device.control.checkpoint().channels[0].chain;
    assert!(after.len() > before.len() + 3);
    assert_eq!(Chain::new().follow(&entries), Ok(after));
    assert_eq!(Chain::new().follow(&entries[..before.len() as usize]), Ok(before));
}
