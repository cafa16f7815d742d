//! Whatever the watch is told: no panic, no verdict that clears itself, no trip while off.
#![allow(missing_docs, clippy::unwrap_used, clippy::arithmetic_side_effects)]

use coldcap_thermal::pid::Action;
use coldcap_thermal::watch::{
    Finding, Verdict, Watch, WatchConfig, WatchInput, WatchMode, WatchSettings,
};
use coldcap_units::{Celsius, Duration, Duty, Fault, Kelvin};
use proptest::prelude::*;

fn config(action: Action) -> WatchConfig {
    let settings = WatchSettings { action, ..WatchSettings::REFERENCE_VALVE };
    WatchConfig::new(&settings, Duration::from_millis(100)).unwrap()
}

fn celsius() -> impl Strategy<Value = Celsius> {
    prop_oneof![
        any::<i32>().prop_map(Celsius::from_bits),
        (-20_000..60_000).prop_map(Celsius::from_milli),
    ]
}

fn drive() -> impl Strategy<Value = Duty> {
    prop_oneof![Just(Duty::OFF), Just(Duty::FULL), any::<u16>().prop_map(Duty)]
}

fn mode() -> impl Strategy<Value = WatchMode> {
    prop_oneof![
        Just(WatchMode::Off),
        Just(WatchMode::Auto),
        Just(WatchMode::Manual),
        Just(WatchMode::Tuning),
        Just(WatchMode::Resting),
    ]
}

fn garbage() -> impl Strategy<Value = WatchInput> {
    let dt = prop_oneof![4 => 0..20_000u32, 1 => any::<u32>()].prop_map(Duration::from_millis);
    let fault = (1..=12u8).prop_map(|code| Fault::from_code(code).unwrap());
    let measured = prop_oneof![4 => celsius().prop_map(Ok), 1 => fault.prop_map(Err)];
    let companion = proptest::option::of(celsius());
    let setpoint = proptest::option::of(celsius());
    let achieved = proptest::option::of(drive());
    (dt, mode(), setpoint, measured, drive(), achieved, companion).prop_map(
        |(dt, mode, setpoint, measured, drive, achieved, companion)| WatchInput {
            dt,
            mode,
            setpoint,
            measured,
            drive,
            achieved,
            companion,
        },
    )
}

/// The same input for a while: only what lasts is ever found.
fn history() -> impl Strategy<Value = Vec<WatchInput>> {
    let stretch = (garbage(), 1..60usize).prop_map(|(input, steps)| vec![input; steps]);
    proptest::collection::vec(stretch, 1..40).prop_map(|stretches| stretches.concat())
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![Just(Action::Direct), Just(Action::Reverse)]
}

fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Ok => 0,
        Verdict::Warn(_) => 1,
        Verdict::Trip(_) => 2,
    }
}

proptest! {
    #[test]
    fn a_verdict_never_clears_or_changes_by_itself(history in history(), action in action()) {
        let (config, mut watch) = (config(action), Watch::new());
        for input in history {
            let (before, distrusted) = (watch.verdict(), watch.distrust());
            let after = watch.step(&config, input);
            prop_assert_eq!(after, watch.verdict());
            if distrusted.is_some() {
                prop_assert_eq!(watch.distrust(), distrusted);
            }
            if after.is_trip() {
                let finding = after.finding().filter(|finding| finding.is_distrust());
                prop_assert!(finding.is_none() || watch.distrust().is_some());
            }
            prop_assert!(watch.distrust().is_none_or(|it| it.is_distrust() && after.is_trip()));
            prop_assert!(rank(after) >= rank(before));
            if rank(after) == rank(before) {
                prop_assert_eq!(after, before);
            }
        }
        watch.acknowledge();
        prop_assert_eq!((watch.verdict(), watch.distrust()), (Verdict::Ok, None));
    }

    #[test]
    fn rest_finds_nothing_but_an_actuator_that_does_not_follow(history in history()) {
        let (config, mut watch) = (config(Action::Direct), Watch::new());
        for input in history {
            let verdict = watch.step(&config, WatchInput { mode: WatchMode::Resting, ..input });
            let stuck = [Finding::StuckOn, Finding::StuckOff];
            prop_assert!(verdict.finding().is_none_or(|it| stuck.contains(&it)), "{verdict:?}");
        }
    }

    #[test]
    fn off_finds_nothing_but_a_drive_that_is_on(history in history(), action in action()) {
        let (config, mut watch) = (config(action), Watch::new());
        for input in history {
            let verdict = watch.step(&config, WatchInput { mode: WatchMode::Off, ..input });
            let finding = verdict.finding();
            prop_assert!(finding.is_none_or(|finding| finding == Finding::StuckOn), "{verdict:?}");
        }
    }

    #[test]
    fn tuning_never_misses_a_target(history in history(), action in action()) {
        let (config, mut watch) = (config(action), Watch::new());
        for input in history {
            let verdict = watch.step(&config, WatchInput { mode: WatchMode::Tuning, ..input });
            let missed = [
                Finding::NoProgress,
                Finding::Weak,
                Finding::Deviation,
                Finding::Overdriven,
                Finding::Swapped,
                Finding::Noisy,
            ];
            prop_assert!(verdict.finding().is_none_or(|it| !missed.contains(&it)), "{verdict:?}");
        }
    }

    #[test]
    fn no_time_is_no_step(history in history(), input in garbage()) {
        let (config, mut watch) = (config(Action::Direct), Watch::new());
        for input in history {
            watch.step(&config, input);
        }
        let before = watch;
        watch.step(&config, WatchInput { dt: Duration::ZERO, ..input });
        prop_assert_eq!(watch, before);
    }

    /// Mirrored temperatures and the other action give the same verdicts.
    #[test]
    fn heating_is_cooling_mirrored(history in history()) {
        let mirror = |it: Celsius| Celsius::from_bits(it.to_fixed().to_bits().saturating_neg());
        let cooling = config(Action::Direct);
        let mut settings = *cooling.settings();
        settings.action = Action::Reverse;
        settings.relaxation.beyond = mirror(settings.relaxation.beyond);
        let heating = WatchConfig::new(&settings, Duration::from_millis(100)).unwrap();
        let (mut cold, mut hot) = (Watch::new(), Watch::new());
        for input in history {
            let whole = |it: Celsius| it.to_fixed().to_bits() != i32::MIN;
            let all = [input.setpoint, input.measured.ok(), input.companion];
            prop_assume!(all.into_iter().flatten().all(whole));
            let mirrored = WatchInput {
                setpoint: input.setpoint.map(mirror),
                measured: input.measured.map(mirror),
                companion: input.companion.map(mirror),
                ..input
            };
            prop_assert_eq!(cold.step(&cooling, input), hot.step(&heating, mirrored));
        }
    }
}

/// One steady input; the seconds until it trips.
fn seconds_to_trip(watch: &mut Watch, input: WatchInput) -> u32 {
    let config = config(Action::Direct);
    let dt = Duration::from_millis(100);
    let ticks = (1..100_000u32)
        .find(|tick| {
            // One step of the sensor to and fro: alive, not frozen.
            let measured =
                input.measured.map(|it| Celsius::from_milli(it.to_milli() + (*tick % 4) as i32));
            watch.step(&config, WatchInput { dt, measured, ..input }).is_trip()
        })
        .unwrap();
    ticks / 10
}

const STUCK: WatchInput = WatchInput {
    dt: Duration::ZERO,
    mode: WatchMode::Auto,
    setpoint: Some(Celsius::from_milli(-4_000)),
    measured: Ok(Celsius::from_milli(22_000)),
    drive: Duty::FULL,
    achieved: None,
    companion: None,
};

#[test]
fn an_acknowledged_fault_that_is_still_there_comes_back_after_the_patience() {
    let mut watch = Watch::new();
    assert_eq!(seconds_to_trip(&mut watch, STUCK), 152);
    watch.acknowledge();
    assert_eq!(seconds_to_trip(&mut watch, STUCK), 40);
}

/// The trip comes when it would have come: what is acknowledged is a warning.
#[test]
fn nobody_keeps_it_from_seeing_by_acknowledging_again_and_again() {
    let (config, mut watch) = (config(Action::Direct), Watch::new());
    let mut until_trip = |stuck: WatchInput| {
        watch = Watch::new();
        (1..300u32).find(|second| {
            watch.acknowledge();
            let noise = (second % 4) as i32;
            let measured = stuck.measured.map(|it| it.plus(Kelvin::from_milli(noise)));
            watch
                .step(&config, WatchInput { dt: Duration::from_secs(1), measured, ..stuck })
                .is_trip()
        })
    };
    assert_eq!(until_trip(STUCK), Some(152));
    let open = WatchInput { mode: WatchMode::Resting, drive: Duty::OFF, ..STUCK };
    assert_eq!(
        until_trip(WatchInput { achieved: Some(Duty::FULL), ..open }),
        Some(20),
        "read-back"
    );
}

#[test]
fn a_jump_of_the_setpoint_starts_the_waiting_again_and_a_ramp_does_not() {
    for (step_milli, every_s, restarts) in [(600, 100, true), (400, 1, false)] {
        let (config, mut watch) = (config(Action::Direct), Watch::new());
        let tripped = (0..400u32).any(|second| {
            let down = (second / every_s) as i32 * step_milli;
            let setpoint = Some(Celsius::from_milli(21_000 - down));
            let measured = Ok(Celsius::from_milli(22_000 + (second % 4) as i32));
            let dt = Duration::from_secs(1);
            watch.step(&config, WatchInput { dt, setpoint, measured, ..STUCK }).is_trip()
        });
        assert_eq!(tripped, !restarts, "{step_milli}");
    }
}

#[test]
fn a_lost_sensor_is_found_and_a_clock_that_jumps_restarts_the_windows() {
    let mut watch = Watch::new();
    let lost = WatchInput { measured: Err(Fault::Open), ..STUCK };
    assert_eq!(seconds_to_trip(&mut watch, lost), 10);
    assert_eq!(watch.verdict(), Verdict::Trip(Finding::Blind));

    let (config, mut watch) = (config(Action::Direct), Watch::new());
    for second in 0..140u32 {
        let measured = Ok(Celsius::from_milli(22_000 + (second % 4) as i32));
        watch.step(&config, WatchInput { dt: Duration::from_secs(1), measured, ..STUCK });
    }
    watch.acknowledge();
    let jump = WatchInput { dt: Duration::from_mins(60), mode: WatchMode::Off, ..STUCK };
    assert_eq!(watch.step(&config, jump), Verdict::Ok);
    assert_eq!(seconds_to_trip(&mut watch, STUCK), 152);
}

/// Tenths of a second from the beginning to the trip of a stuck actuator whose loop rests as `rests` says.
fn tenths_with_rests(rests: impl Fn(u32) -> bool) -> Option<u32> {
    let (config, mut watch) = (config(Action::Direct), Watch::new());
    let dt = Duration::from_millis(100);
    (1..10_000).find(|&tick| {
        let measured = Ok(Celsius::from_milli(22_000 + (tick % 4) as i32));
        let stuck = WatchInput { dt, measured, ..STUCK };
        let rest = WatchInput {
            mode: WatchMode::Resting,
            setpoint: None,
            measured: Err(Fault::Stale),
            ..stuck
        };
        watch.step(&config, if rests(tick) { rest } else { stuck }).is_trip()
    })
}

#[test]
fn a_short_rest_costs_its_own_length_and_a_long_one_starts_everything_again() {
    let plain = tenths_with_rests(|_| false).unwrap();
    assert_eq!(plain, 1_524);
    for rest in [1, 10, 74] {
        let tripped = tenths_with_rests(|tick| (1_400..1_400 + rest).contains(&tick));
        assert_eq!(tripped, Some(plain + rest), "{rest}");
    }
    // From an eighth of the window on, 7.5 s.
    for rest in [75, 300] {
        let tripped = tenths_with_rests(|tick| (1_400..1_400 + rest).contains(&tick));
        assert_eq!(tripped, Some(1_399 + rest + plain), "{rest}");
    }
}

#[test]
fn a_flow_that_is_gone_for_more_than_half_of_the_time_is_a_long_rest() {
    assert_eq!(tenths_with_rests(|tick| tick % 10 < 6), None);
    // One in ten is a flicker, and costs no more than itself.
    assert!(tenths_with_rests(|tick| tick % 10 == 0).is_some_and(|tick| tick < 1_750));
}

/// A valve that does nothing is found first, and is a loop that does too little; then its sensor freezes.
#[test]
fn distrust_is_found_behind_an_earlier_trip_of_another_kind() {
    let (config, mut watch) = (config(Action::Direct), Watch::new());
    let dt = Duration::from_secs(1);
    let mut step = |second: u32, measured| {
        let drive = if second % 40 < 20 { Duty::FULL } else { Duty::from_permille(500) };
        let stuck = WatchInput { dt, measured: Ok(Celsius::from_milli(measured)), ..STUCK };
        watch.step(&config, WatchInput { drive, achieved: Some(Duty::OFF), ..stuck });
        (watch.verdict(), watch.distrust())
    };
    for second in 0..60 {
        step(second, 22_000 + (second % 4) as i32);
    }
    assert_eq!(step(60, 22_000), (Verdict::Trip(Finding::StuckOff), None));
    let frozen_at = (61..400).find(|&second| step(second, 21_000).1.is_some()).unwrap();
    // The drive moved 19 s after the sensor stopped, and 60 s are allowed.
    assert!(frozen_at <= 61 + 20 + 61, "{frozen_at}");
    watch.step(&config, WatchInput { dt, ..STUCK });
    assert_eq!(watch.verdict(), Verdict::Trip(Finding::StuckOff));
    assert_eq!(watch.distrust(), Some(Finding::Frozen));
    watch.acknowledge();
    assert_eq!((watch.verdict(), watch.distrust()), (Verdict::Ok, None));
}

/// A warm filling of 3 K comes into a tank that goes on cooling at twice the asked rate.
#[test]
fn what_was_thrown_back_and_improves_again_is_not_failing() {
    let dt = Duration::from_secs(1);
    let config = WatchConfig::new(&WatchSettings::REFERENCE_TANK, dt).unwrap();
    let mut watch = Watch::new();
    for second in 0..3_000u32 {
        let fallen = second as i32 * 600 / 240;
        let thrown_back = if second >= 1_500 { 3_000 } else { 0 };
        let measured = Ok(Celsius::from_milli(15_000 - fallen + thrown_back));
        let setpoint = Some(Celsius::from_milli(-8_000));
        let verdict = watch.step(&config, WatchInput { dt, setpoint, measured, ..STUCK });
        assert!(!verdict.is_trip(), "{second} {verdict:?}");
    }
}

/// What is acknowledged is that the loop does too little. What the drive does when it is off goes on being found.
#[test]
fn an_acknowledged_trip_of_too_little_hides_no_distrust() {
    let dt = Duration::from_secs(1);
    let found_with = |acknowledged: Option<u32>| {
        let (config, mut watch) = (config(Action::Direct), Watch::new());
        for second in 0..200u32 {
            let measured = Ok(Celsius::from_milli(22_000 + (second % 4) as i32));
            watch.step(&config, WatchInput { dt, measured, ..STUCK });
        }
        assert_eq!(watch.verdict(), Verdict::Trip(Finding::NoProgress));
        let found = (0..600u32).find(|second| {
            if acknowledged == Some(*second) {
                watch.acknowledge();
            }
            let measured = Ok(Celsius::from_milli(-3_900 + (second % 4) as i32));
            watch.step(&config, WatchInput { dt, measured, drive: Duty::OFF, ..STUCK });
            watch.distrust().is_some()
        });
        (found, watch.distrust())
    };
    let (found, distrust) = found_with(None);
    assert_eq!(distrust, Some(Finding::StuckOn));
    assert_eq!(found_with(found.map(|found| found - 2)), (found, distrust));
}

#[test]
fn an_acknowledged_lost_sensor_is_told_again_after_its_time() {
    let mut watch = Watch::new();
    let lost = WatchInput { measured: Err(Fault::Open), ..STUCK };
    assert_eq!(seconds_to_trip(&mut watch, lost), 10);
    watch.acknowledge();
    assert_eq!(seconds_to_trip(&mut watch, lost), 10);
}
