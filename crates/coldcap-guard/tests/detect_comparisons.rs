//! What is found by comparing inputs with each other and with time, at its boundaries.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_guard::detect::{
    AgreementLimits, AheadLimits, ChannelDetector, ChannelSample, Delays, DoseLimits, FlowLimits,
    HeatLimits, Limits, LimitsError, MachineDetector, MachineSample, OcclusionLimits, RawLimits,
    StoredDose, Warmth, WarmthWatch, Watches,
};
use coldcap_guard::{Condition, Conditions};
use coldcap_units::{Duration, Duty, Fault, Instant, MilliAmps, Pulses, Ratio, Reading};
use proptest::prelude::*;

const RAW: RawLimits = RawLimits {
    freeze_trip: Ratio(30_000),
    freeze_near: Ratio(29_000),
    evaporator_cold: Ratio(35_000),
    open_above: Ratio(40_000),
    short_below: Ratio(100),
};
const FLOW: FlowLimits = FlowLimits {
    minimum_flow: Pulses { edges: 20, window: Duration::from_secs(1) },
    judged_from: Duty(1),
    minimum_pump_current: MilliAmps(150),
};
const WATCHES: Watches = Watches {
    ahead: AheadLimits { horizon: Duration::from_secs(10), samples: 10 },
    agreement: AgreementLimits {
        faces: Ratio(600),
        safety: Ratio(400),
        lasts: Duration::from_secs(60),
    },
    heat: HeatLimits {
        backward: Ratio(250),
        uptake: Ratio(900),
        forward: Ratio(1_800),
        lasts: Duration::from_secs(90),
    },
    occlusion: OcclusionLimits {
        free: Pulses { edges: 100, window: Duration::from_secs(1) },
        cold_permille: 500,
        warm: Ratio(10_000),
        cold: Ratio(30_000),
        least_permille: 600,
        lasts: Duration::from_secs(30),
    },
    dose: DoseLimits {
        cold: Ratio(25_000),
        most: Duration::from_mins(8),
        bin: Duration::from_secs(15),
        again: Duration::from_mins(1),
    },
};

fn limits() -> Limits {
    Limits::new(RAW, FLOW, Delays::default()).unwrap().with_watches(WATCHES).unwrap()
}

fn at(tick: u64) -> Instant {
    Instant::from_millis(100 * tick)
}

/// A reading that moves by a code from tick to tick, as in earnest.
fn code(tick: u64, raw: i64) -> Reading<Ratio> {
    Reading::new(Ratio((raw + (tick % 2) as i64) as u32), at(tick))
}

/// Coolant at 21 000, a face at 20 500, flow as of a free line.
fn healthy(tick: u64) -> ChannelSample {
    ChannelSample {
        safety: code(tick, 20_500),
        front: code(tick, 20_400),
        rear: code(tick, 20_600),
        supply: code(tick, 21_000),
        returned: code(tick, 20_900),
        flow: Reading::new(Pulses { edges: 100, window: Duration::from_secs(1) }, at(tick)),
        pump_current: Reading::new(MilliAmps(500), at(tick)),
        coupled: Reading::new(true, at(tick)),
        pump_commanded: Duty::FULL,
    }
}

fn run(ticks: u64, spoil: impl Fn(u64, &mut ChannelSample)) -> Vec<Conditions> {
    run_with(&limits(), ticks, spoil)
}

fn run_with(
    limits: &Limits,
    ticks: u64,
    spoil: impl Fn(u64, &mut ChannelSample),
) -> Vec<Conditions> {
    let mut detector = ChannelDetector::default();
    let step = |tick| {
        let mut sample = healthy(tick);
        spoil(tick, &mut sample);
        detector.step(at(tick), &sample, limits)
    };
    (0..ticks).map(step).collect()
}

fn first(found: &[Conditions], condition: Condition) -> Option<usize> {
    found.iter().position(|found| found.contains(condition))
}

#[test]
fn a_healthy_channel_raises_nothing() {
    assert!(run(2_000, |_, _| {}).iter().all(|found| found.is_empty()));
}

/// The trip lies 10 s before the crossing, less two and a half seconds of means and of being sure.
// req: INT-017
#[test]
fn a_fall_is_found_a_horizon_before_it_ends() {
    for per_tick in [10i64, 20, 50, 100] {
        let found = run(2_000, |tick, sample| {
            // Steady for a minute, then falling.
            let fallen = (tick as i64 - 600).max(0) * per_tick;
            let raw = (20_500 + fallen).min(39_000);
            (sample.safety, sample.front, sample.rear) =
                (code(tick, raw), code(tick, raw), code(tick, raw));
        });
        let ahead = first(&found, Condition::FreezeAhead).unwrap() as i64;
        let crossing = 600 + 9_500 / per_tick;
        let earliest = (crossing - 100).max(600 + 30);
        assert!((earliest..=earliest + 31).contains(&ahead), "{per_tick}: {ahead} of {crossing}");
        let freeze = first(&found, Condition::Freeze).unwrap() as i64;
        assert!(freeze - ahead >= 64.min(crossing - 652), "{per_tick}: {freeze} {ahead}");
    }
}

#[test]
fn what_does_not_fall_or_falls_once_is_not_ahead() {
    let never = |spoil: fn(u64, &mut ChannelSample)| {
        assert_eq!(first(&run(3_000, spoil), Condition::FreezeAhead), None);
    };
    // Close to the limit, and still.
    never(|tick, s| s.safety = code(tick, 29_900));
    // One step to just warmer than the limit.
    never(|tick, s| s.safety = code(tick, if tick < 95 { 20_500 } else { 29_990 }));
    // Rising from close to the limit.
    never(|tick, s| s.safety = code(tick, 29_900 - 3 * tick as i64));
    // A wrong sample now and then.
    never(|tick, s| s.safety = code(tick, if tick % 41 == 0 { 29_999 } else { 28_000 }));
    // Noise of 40 codes at 500 from the limit.
    never(|tick, s| {
        s.safety = code(tick, 29_500 + (tick.wrapping_mul(2_654_435_761) >> 7) as i64 % 40)
    });
    // A fall that would take longer than the horizon, and ends.
    never(|tick, s| s.safety = code(tick, 20_500 + (5 * tick as i64).min(8_900)));
}

#[test]
fn a_fall_is_not_followed_over_a_gap_or_from_a_stale_sample() {
    let found = run(400, |tick, sample| {
        // Two samples a second and a half apart and much colder: no line.
        let shown = tick / 15 * 15;
        sample.safety = Reading::new(Ratio(20_000 + 40 * (tick / 15) as u32), at(shown));
    });
    assert_eq!(first(&found, Condition::FreezeAhead), None);
    let off = Watches { ahead: AheadLimits { horizon: Duration::ZERO, samples: 10 }, ..WATCHES };
    let found = run_with(&limits().with_watches(off).unwrap(), 300, |tick, sample| {
        sample.safety = code(tick, (20_500 + 50 * tick as i64).min(39_000));
    });
    assert_eq!(first(&found, Condition::FreezeAhead), None);
    assert!(first(&found, Condition::Freeze).is_some());
}

/// As steep as may be: what keeps it from being found is not its slope.
#[test]
fn samples_that_are_late_or_out_of_their_order_are_no_line() {
    let steep = |shown: u64| Reading::new(Ratio(20_000 + 8 * shown as u32), at(shown));
    let found = |shown: fn(u64) -> u64| {
        let found = run(2_000, |tick, sample| sample.safety = steep(shown(tick)));
        first(&found, Condition::FreezeAhead).is_some()
    };
    assert!(found(|tick| tick), "each in its turn");
    assert!(found(|tick| tick / 10 * 10), "a second apart");
    assert!(!found(|tick| tick / 11 * 11), "more than a second apart");
    assert!(!found(|tick| if tick % 6 == 5 { tick - 2 } else { tick }), "back now and then");
}

proptest! {
    /// On any straight fall: never raised where the line is further than the horizon, always where it is
    /// well within it for three means.
    #[test]
    fn a_line_is_ahead_when_its_end_is_near(start in 15_000i64..28_000, per_tick in 1i64..120) {
        let reach = |tick: u64| start + per_tick * tick as i64;
        let found = run(600, |tick, sample| sample.safety = code(tick, reach(tick).min(39_000)));
        for (tick, found) in found.iter().enumerate().skip(50) {
            let tick = tick as u64;
            if reach(tick) >= 39_000 {
                break;
            }
            let left = (30_000 - reach(tick)) / per_tick;
            let ahead = found.contains(Condition::FreezeAhead);
            prop_assert!(left <= 101 || !ahead, "{left} ticks left at {tick}");
            prop_assert!(left > 68 || ahead, "{left} ticks left at {tick}");
        }
    }
}

/// Raised a tick after `seconds` of being so, and not by being so for just as long.
fn assert_lasts(condition: Condition, seconds: u64, spoil: impl Fn(u64, &mut ChannelSample)) {
    let found = run(20 + 10 * seconds + 5, |tick, sample| {
        if tick >= 20 {
            spoil(tick, sample);
        }
    });
    let onset = (20 + 10 * seconds + 1) as usize;
    assert_eq!(first(&found, condition), Some(onset), "{condition}");
    assert_eq!(found[onset], Conditions::of(&[condition]));
    let brief = run(20 + 20 * seconds, |tick, sample| {
        if tick >= 20 && tick <= 20 + 10 * seconds {
            spoil(tick, sample);
        }
    });
    assert_eq!(first(&brief, condition), None, "{condition}");
}

fn never(condition: Condition, spoil: impl Fn(u64, &mut ChannelSample)) {
    assert_eq!(first(&run(2_000, spoil), condition), None, "{condition}");
}

// req: INT-012
#[test]
fn faces_differ_and_the_safety_sensor_stands_alone() {
    assert_lasts(Condition::FaceDisagrees, 60, |tick, s| s.front = code(tick, 19_999));
    never(Condition::FaceDisagrees, |tick, s| s.front = code(tick, 20_000));
    assert_lasts(Condition::SafetyDisagrees, 60, |tick, s| s.safety = code(tick, 19_999));
    assert_lasts(Condition::SafetyDisagrees, 60, |tick, s| s.safety = code(tick, 21_001));
    never(Condition::SafetyDisagrees, |tick, s| s.safety = code(tick, 20_000));
    // Near one of them is near enough: it sits where the cap is coldest.
    never(Condition::SafetyDisagrees, |tick, s| s.safety = code(tick, 20_990));
    // Where front and rear differ nobody knows which of the three is wrong.
    never(Condition::SafetyDisagrees, |tick, s| {
        (s.front, s.safety) = (code(tick, 19_000), code(tick, 19_800));
    });
    // At rest nothing is compared.
    never(Condition::FaceDisagrees, |tick, s| {
        (s.front, s.pump_commanded) = (code(tick, 10_000), Duty::OFF);
    });
}

// req: INT-012
#[test]
fn heat_does_not_run_uphill_and_no_head_gives_that_much() {
    let heat = Condition::HeatImplausible;
    assert_lasts(heat, 90, |tick, s| s.returned = code(tick, 21_251));
    never(heat, |tick, s| s.returned = code(tick, 21_250));
    assert_lasts(heat, 90, |tick, s| s.returned = code(tick, 20_099));
    never(heat, |tick, s| s.returned = code(tick, 20_100));
    let faces = |tick, s: &mut ChannelSample, raw| {
        (s.front, s.rear, s.safety) = (code(tick, raw), code(tick, raw), code(tick, raw));
    };
    assert_lasts(heat, 90, move |tick, s| faces(tick, s, 21_251));
    never(heat, move |tick, s| faces(tick, s, 21_250));
    assert_lasts(heat, 90, move |tick, s| faces(tick, s, 19_099));
    never(heat, move |tick, s| faces(tick, s, 19_100));
    // Coolant that rests shows what it likes.
    never(heat, |tick, s| {
        s.returned = code(tick, 22_000);
        s.flow = Reading::new(Pulses { edges: 19, window: Duration::from_secs(1) }, at(tick));
    });
}

// req: INT-013
#[test]
fn a_narrow_line_is_found_before_the_flow_is_lost() {
    let flow =
        |tick, edges| Reading::new(Pulses { edges, window: Duration::from_secs(1) }, at(tick));
    // At 21 000 of 10 000 to 30 000: 0.6 of 72.5 of 100.
    assert_lasts(Condition::FlowLow, 30, |tick, s| s.flow = flow(tick, 42));
    never(Condition::FlowLow, |tick, s| s.flow = flow(tick, 44));
    // Half the duty, half the flow.
    never(Condition::FlowLow, |tick, s| {
        (s.flow, s.pump_commanded) = (flow(tick, 22), Duty(32_768));
    });
    // Lost is lost, and not low besides.
    let lost = run(600, |tick, s| s.flow = flow(tick, 19));
    assert_eq!(first(&lost, Condition::FlowLow), None);
    assert!(first(&lost, Condition::FlowLost).is_some());
}

// req: INT-014
#[test]
fn eight_of_ten_minutes_are_the_dose_and_a_look_ends_it_for_a_while() {
    let limits = limits();
    let mut detector = ChannelDetector::default();
    let cold = |tick| {
        let faces = code(tick, 25_200);
        ChannelSample {
            safety: faces,
            front: faces,
            rear: faces,
            supply: code(tick, 26_000),
            returned: code(tick, 25_900),
            ..healthy(tick)
        }
    };
    let step = |detector: &mut ChannelDetector, tick| {
        detector.step(at(tick), &cold(tick), &limits).contains(Condition::ColdDose)
    };
    let onset = (0..6_000).find(|tick| step(&mut detector, *tick));
    assert_eq!(onset, Some(4_800));
    assert_eq!(detector.cold_dose(), Duration::from_mins(8));
    assert!((4_801..5_000).all(|tick| step(&mut detector, tick)));
    detector.skin_was_seen();
    let again = (5_000..6_000).find(|tick| step(&mut detector, *tick));
    assert_eq!(again, Some(5_599));
    detector.forget_dose();
    assert!(!step(&mut detector, 5_600));
    assert_eq!(detector.cold_dose(), Duration::from_millis(100));
}

/// Cold for one part of every bin: the dose is what a whole window of that holds, give or take a bin.
#[test]
fn the_dose_is_that_of_a_window_that_moves_along() {
    for share in [3u64, 9, 12, 15] {
        let mut detector = ChannelDetector::default();
        let mut most = Duration::ZERO;
        for tick in 0..20_000u64 {
            let raw = if tick / 10 % 15 < share { 25_200 } else { 20_500 };
            let mut sample = healthy(tick);
            (sample.safety, sample.front, sample.rear) =
                (code(tick, raw), code(tick, raw), code(tick, raw));
            detector.step(at(tick), &sample, &limits());
            most = most.max(detector.cold_dose());
        }
        let expected = 40 * share;
        let found = u64::from(most.as_secs());
        assert!(found <= expected && found + share >= expected, "{found} of {expected}");
    }
}

fn faced(tick: u64, is_cold: bool) -> ChannelSample {
    let face = code(tick, if is_cold { 25_200 } else { 20_500 });
    ChannelSample { safety: face, front: face, rear: face, ..healthy(tick) }
}

/// A detector that starts anew with what the one before had stored.
fn restarted(before: &ChannelDetector, gap: Option<Duration>) -> ChannelDetector {
    let mut after = ChannelDetector::default();
    after.restore_dose(&before.stored_dose(), gap, &limits());
    after
}

/// The tick of the first cold dose, and the detector that found it; power is gone before tick `cut` for `gap` ticks.
fn until_dosed(cut: u64, gap: u64) -> (u64, ChannelDetector) {
    let (mut detector, mut tick) = (ChannelDetector::default(), 0);
    loop {
        if tick == cut {
            detector = restarted(&detector, Some(Duration::from_millis(100 * gap as u32)));
            tick += gap;
        }
        let found = detector.step(at(tick), &faced(tick, true), &limits());
        if found.contains(Condition::ColdDose) {
            return (tick, detector);
        }
        tick += 1;
        assert!(tick < 20_000, "no dose in half an hour of cold");
    }
}

// req: PWR-004
#[test]
fn a_cut_of_power_delays_the_dose_by_no_more_than_a_tick() {
    let (uncut, _) = until_dosed(u64::MAX, 0);
    assert_eq!(uncut, 4_800);
    for cut in [1, 150, 2_400, 4_500, 4_650] {
        for gap in [0, 1, 50, 149, 150] {
            let (tick, _) = until_dosed(cut, gap);
            assert!(tick == uncut || tick == uncut + 1, "{tick} with {gap} at {cut}");
        }
    }
    // A long one lets the cap warm up: a bin of it, 15 s, counts as cold. Of a bin whole seconds are kept.
    let (tick, _) = until_dosed(2_400, 600);
    let expected = uncut + 600 - 150;
    assert!((expected..=expected + 11).contains(&tick), "{tick}");
}

#[test]
fn what_is_not_known_to_have_passed_forgets_nothing() {
    let (_, dosed) = until_dosed(u64::MAX, 0);
    for _ in 0..3 {
        let after = restarted(&dosed, None);
        assert_eq!(after.cold_dose(), dosed.cold_dose().plus(Duration::from_secs(15)));
    }
    let window = Duration::from_mins(10);
    assert!(restarted(&dosed, Some(window)).cold_dose() <= Duration::from_secs(15));
    let long = window.plus(Duration::from_secs(15));
    for gap in [long, Duration::from_mins(60 * 24), Duration::from_millis(u32::MAX)] {
        assert_eq!(restarted(&dosed, Some(gap)).cold_dose(), Duration::ZERO, "{gap:?}");
    }
}

#[test]
fn an_unknown_gap_adds_nothing_to_a_cap_that_was_warm_last() {
    let (tick, mut dosed) = until_dosed(u64::MAX, 0);
    dosed.step(at(tick + 1), &faced(tick + 1, false), &limits());
    assert_eq!(restarted(&dosed, None).cold_dose(), dosed.cold_dose());
    let mut new = ChannelDetector::default();
    new.restore_dose(&StoredDose::default(), None, &limits());
    assert_eq!(new.cold_dose(), Duration::ZERO, "nothing was ever stored");
}

#[test]
fn a_look_at_the_skin_does_not_outlive_the_power() {
    let (tick, mut dosed) = until_dosed(u64::MAX, 0);
    dosed.skin_was_seen();
    let signals = |detector: &mut ChannelDetector| {
        let found = detector.step(at(tick + 1), &faced(tick + 1, true), &limits());
        found.contains(Condition::ColdDose)
    };
    let mut after = restarted(&dosed, Some(Duration::from_secs(1)));
    assert!(!signals(&mut dosed) && signals(&mut after));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Against one that was never off and saw what the gap counts as: a bin of what was seen last, and then warmth.
    #[test]
    fn a_gap_is_what_a_detector_would_have_counted(
        stretches in proptest::collection::vec((any::<bool>(), 1u64..1_200), 1..8),
        gap in 0u64..8_000,
    ) {
        let (mut on, mut tick, mut last) = (ChannelDetector::default(), 0, false);
        for (is_cold, length) in stretches {
            for _ in 0..length {
                on.step(at(tick), &faced(tick, is_cold), &limits());
                tick += 1;
            }
            last = is_cold;
        }
        let after = restarted(&on, Some(Duration::from_millis(100 * gap as u32)));
        for passed in 0..gap {
            on.step(at(tick), &faced(tick, last && passed < 150), &limits());
            tick += 1;
        }
        let (after, dose) = (after.cold_dose().as_millis(), on.cold_dose().as_millis());
        // A bin's cold may have been put into the one before: it leaves the window a bin sooner then.
        for _ in 0..150 {
            on.step(at(tick), &faced(tick, false), &limits());
            tick += 1;
        }
        let least = dose.min(on.cold_dose().as_millis());
        // Whole seconds are kept of a bin, and a bin's cold may have moved to the next.
        prop_assert!(after + 2_000 >= least && after <= dose + 16_000, "{after} against {dose}, {least}");
    }
}

#[test]
fn a_cap_that_is_off_adds_nothing_to_the_dose() {
    let mut detector = ChannelDetector::default();
    for tick in 0..9_000 {
        let mut sample = healthy(tick);
        (sample.safety, sample.coupled) = (code(tick, 29_999), Reading::new(false, at(tick)));
        detector.step(at(tick), &sample, &limits());
    }
    assert!(detector.cold_dose() <= Duration::from_millis(400));
}

#[test]
fn an_evaporator_at_its_limit_and_a_line_full_of_noise_do_not_flap() {
    let mut detector = MachineDetector::default();
    let (mut changes, mut before) = ([0; 2], Conditions::EMPTY);
    let mut seen = Conditions::EMPTY;
    for tick in 0..6_000u64 {
        // Two seconds at the limit, a half below it; a silence of 4 s in every 20.
        let raw = if tick % 25 < 20 { 35_000 } else { 34_990 };
        let silent = Duration::from_millis(((tick % 200).saturating_sub(160) * 100) as u32);
        let sample = MachineSample {
            evaporator: code(tick, raw),
            host_silent: Some(silent),
            ..MachineSample::default()
        };
        let found = detector.step(at(tick), &sample, &limits());
        for (changes, condition) in
            changes.iter_mut().zip([Condition::EvaporatorCold, Condition::LinkLost])
        {
            *changes += u32::from(found.contains(condition) != before.contains(condition));
        }
        (seen, before) = (seen.union(found), found);
    }
    assert_eq!(changes, [1, 1], "{seen:?}");
    let quiet = MachineSample {
        evaporator: Reading::new(Ratio(30_000), at(6_000)),
        host_silent: Some(Duration::ZERO),
        ..MachineSample::default()
    };
    let clears = (6_000..7_000u64).find(|tick| {
        let evaporator = code(*tick, 30_000);
        detector.step(at(*tick), &MachineSample { evaporator, ..quiet }, &limits()).is_empty()
    });
    assert_eq!(clears, Some(6_300));
}

// req: INT-016
#[test]
fn nothing_is_too_warm_before_it_was_cold_and_a_rest_is_not_held_against_it() {
    let minute = Duration::from_mins(1);
    let mut watch = WarmthWatch::default();
    assert!(!(0..100).any(|_| watch.step(Warmth::Warm, minute)));
    watch.step(Warmth::Reached, minute);
    assert!(!(0..10).any(|_| watch.step(Warmth::Warm, minute)));
    // A rest in between: it begins anew.
    assert!(!watch.step(Warmth::Expected, minute));
    assert!(!(0..10).any(|_| watch.step(Warmth::Warm, minute)));
    assert!(watch.step(Warmth::Warm, minute));
    assert!(!watch.step(Warmth::Between, minute));
    watch.step(Warmth::Idle, minute);
    assert!(!(0..100).any(|_| watch.step(Warmth::Warm, minute)));
}

#[test]
fn watches_that_make_no_sense_are_refused() {
    let refused =
        |watches: Watches| limits().with_watches(watches).expect_err("they make no sense");
    for samples in [0, 1, 51] {
        let ahead = AheadLimits { samples, ..WATCHES.ahead };
        assert_eq!(refused(Watches { ahead, ..WATCHES }), LimitsError::AheadSamples);
    }
    let agreement = AgreementLimits { safety: Ratio(0), ..WATCHES.agreement };
    assert_eq!(refused(Watches { agreement, ..WATCHES }), LimitsError::NoAllowance);
    for occlusion in [
        OcclusionLimits { warm: Ratio(30_000), ..WATCHES.occlusion },
        OcclusionLimits { least_permille: 1_001, ..WATCHES.occlusion },
        OcclusionLimits { cold_permille: 1_001, ..WATCHES.occlusion },
    ] {
        assert_eq!(refused(Watches { occlusion, ..WATCHES }), LimitsError::Occlusion);
    }
    for dose in [
        DoseLimits { bin: Duration::from_millis(999), ..WATCHES.dose },
        DoseLimits { most: Duration::from_secs(586), ..WATCHES.dose },
    ] {
        assert_eq!(refused(Watches { dose, ..WATCHES }), LimitsError::Dose);
    }
    assert!(limits().with_watches(Watches::DEFAULT).is_ok());
}

/// What a loss of power leaves of it, and what a reading that is missing or an interruption does.
// req: INT-016
#[test]
fn what_was_too_warm_stays_so_until_it_is_seen_to_be_cold() {
    let minute = Duration::from_mins(1);
    for (reached, too_warm) in [(false, false), (true, false), (true, true)] {
        let mut watch = WarmthWatch::restored(reached, too_warm);
        assert_eq!(watch.has_reached(), reached);
        assert_eq!(watch.step(Warmth::Unseen, minute), too_warm);
        assert_eq!(watch.step(Warmth::Expected, minute), too_warm);
        assert!(!watch.step(Warmth::Reached, minute) && watch.has_reached());
    }
    let mut watch = WarmthWatch::restored(true, false);
    let seen = |tick: u32| if tick % 3 == 2 { Warmth::Unseen } else { Warmth::Warm };
    let found = (0..30).find(|tick| watch.step(seen(*tick), minute));
    assert_eq!(found, Some(15), "ten minutes of warmth, and five of which nothing is known");
}

/// A loose plug drops a sample now and then, too few in a row for an alarm of its own: that hides nothing else.
// req: INT-012, INT-013
#[test]
fn a_sample_that_is_missing_now_and_then_hides_no_deviation() {
    type Spoil = fn(u64, &mut ChannelSample);
    let missed = |tick: u64| tick % 200 == 199;
    let low: Spoil = |_, line| {
        line.flow.value = line.flow.value.map(|seen| Pulses { edges: 25, ..seen });
    };
    let cases: [(Condition, usize, Spoil, Spoil); 6] = [
        (
            Condition::SafetyDisagrees,
            601,
            |tick, line| line.safety = code(tick, 18_000),
            |_, line| {
                line.safety.value = Err(Fault::Bus);
            },
        ),
        (
            Condition::SafetyDisagrees,
            601,
            |tick, line| line.safety = code(tick, 18_000),
            |_, line| {
                line.rear.value = Err(Fault::Bus);
            },
        ),
        (
            Condition::FaceDisagrees,
            601,
            |tick, line| line.front = code(tick, 18_000),
            |_, line| {
                line.front.value = Err(Fault::Bus);
            },
        ),
        (
            Condition::HeatImplausible,
            901,
            |tick, line| line.returned = code(tick, 15_000),
            |_, line| {
                line.returned.value = Err(Fault::Bus);
            },
        ),
        (
            Condition::HeatImplausible,
            901,
            |tick, line| line.returned = code(tick, 15_000),
            |_, line| {
                line.flow.value = Err(Fault::Bus);
            },
        ),
        (Condition::FlowLow, 301, low, |_, line| line.flow.value = Err(Fault::Bus)),
    ];
    for (condition, whole, wrong, gone) in cases {
        let found = run(1_500, |tick, line| {
            wrong(tick, line);
            if missed(tick) {
                gone(tick, line);
            }
        });
        let missing = (0..whole as u64).filter(|tick| missed(*tick)).count();
        let told = first(&found, condition).unwrap();
        // As many ticks later as were missing, and where the time of one begins.
        assert!((whole..=whole + 2 * missing).contains(&told), "{condition:?} {told}");
        let other = run(1_500, |tick, line| {
            wrong(tick, line);
            if tick >= 400 && condition == Condition::FlowLow {
                gone(tick, line);
            }
        });
        let both = Conditions::of(&[Condition::FlowLow, Condition::FlowLost]);
        assert!(!other.iter().any(|found| found.intersection(both) == both), "one of the two");
    }
}
