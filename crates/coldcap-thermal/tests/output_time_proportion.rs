//! Minimum times, delivered duty, and whether `achieved` tells the truth.
#![allow(missing_docs, clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod output_support;

use coldcap_thermal::output::{
    Blocked, Reason, Switch, TimeProportion, TimeProportionConfig, Timing,
};
use coldcap_units::Duration;
use fixed::types::I16F16;
use output_support::{BREWPI, SECOND, Spread, brewpi};
use proptest::prelude::*;

fn number(value: f64) -> I16F16 {
    I16F16::from_num(value)
}

#[derive(Clone, Copy, Debug)]
enum Move {
    Step(I16F16, u32),
    OffNow(u32),
}

fn any_span() -> impl Strategy<Value = u32> {
    prop_oneof![3 => Just(0u32), 10 => 1u32..2_000, 6 => 1_000u32..100_000, 1 => any::<u32>()]
}

fn any_command() -> impl Strategy<Value = I16F16> {
    let bits = prop_oneof![
        2 => Just(0), 2 => Just(1 << 16), 8 => 0i32..=1 << 16, 1 => any::<i32>(),
    ];
    bits.prop_map(I16F16::from_bits)
}

fn any_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        9 => (any_command(), any_span()).prop_map(|(command, dt)| Move::Step(command, dt)),
        1 => any_span().prop_map(Move::OffNow),
    ]
}

fn any_config() -> impl Strategy<Value = TimeProportionConfig> {
    let millis = Duration::from_millis;
    (0u32..20_000, 0u32..20_000, 1u32..60_000, 0u32..20_000, 0u32..400_000).prop_map(
        move |(on, off, more, delay, stretch)| {
            let timing = Timing {
                window: millis(on + off + more),
                minimum_on: millis(on),
                minimum_off: millis(off),
                start_delay: millis(off + delay),
                longest_cycle: millis(on + off + more + stretch),
            };
            TimeProportionConfig::new(timing).unwrap()
        },
    )
}

/// Watches switching from outside: how long has the state lasted, and may it end?
struct Watch {
    on: bool,
    lasted: u64,
    needed: u64,
}

impl Watch {
    fn new(timing: &Timing) -> Self {
        Self { on: false, lasted: 0, needed: u64::from(timing.start_delay.as_millis()) }
    }

    fn see(&mut self, timing: &Timing, switch: Switch, taken: bool) -> Result<(), TestCaseError> {
        if switch.on != self.on {
            prop_assert!(taken || self.lasted >= self.needed, "{} < {}", self.lasted, self.needed);
            let needed = if switch.on { timing.minimum_on } else { timing.minimum_off };
            (self.lasted, self.needed) = (0, u64::from(needed.as_millis()));
        }
        self.on = switch.on;
        Ok(())
    }
}

fn consistent(switch: &Switch) -> bool {
    let reason = switch.blocked.map(|Blocked { reason, .. }| reason);
    let in_range = (I16F16::ZERO..=I16F16::ONE).contains(&switch.achieved);
    in_range && reason.is_none_or(|reason| switch.on == (reason == Reason::MinimumOn))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn minimum_times_are_never_violated(
        config in any_config(), moves in prop::collection::vec(any_move(), 1..200),
    ) {
        let timing = config.timing();
        let mut output = TimeProportion::new();
        let mut watch = Watch::new(timing);
        for (index, step) in moves.into_iter().enumerate() {
            let (Move::Step(_, dt) | Move::OffNow(dt)) = step;
            // What went before the first step is not known.
            watch.lasted += if index == 0 { 0 } else { u64::from(dt) };
            let dt = Duration::from_millis(dt);
            let (switch, taken) = match step {
                Move::Step(command, _) => (output.step(&config, command, dt), false),
                Move::OffNow(_) => (output.off_now(&config, dt), true),
            };
            prop_assert!(consistent(&switch), "{:?}", switch);
            prop_assert!(!(taken && switch.on));
            watch.see(timing, switch, taken)?;
            if let Some(blocked) = switch.blocked.filter(|_| !taken) {
                prop_assert_eq!(u64::from(blocked.left.as_millis()), watch.needed - watch.lasted);
            }
        }
    }

    #[test]
    fn a_command_of_zero_turns_off_and_a_command_of_one_on_as_soon_as_it_may(
        config in any_config(), moves in prop::collection::vec(any_move(), 0..50), full: bool,
    ) {
        let mut output = TimeProportion::new();
        for step in moves {
            match step {
                Move::Step(command, dt) => output.step(&config, command, Duration::from_millis(dt)),
                Move::OffNow(dt) => output.off_now(&config, Duration::from_millis(dt)),
            };
        }
        let command = if full { I16F16::ONE } else { I16F16::ZERO };
        let switch = output.step(&config, command, Duration::ZERO);
        prop_assert_eq!(switch.on == full, switch.blocked.is_none());
        let left = switch.blocked.map_or(Duration::ZERO, |blocked| blocked.left);
        prop_assert_eq!(output.step(&config, command, left).on, full);
    }

    #[test]
    fn achieved_sums_up_to_the_on_time(
        config in any_config(),
        moves in prop::collection::vec((any_command(), 1u32..400), 1..60),
    ) {
        // No cycle is too long, so that nothing is ever forgotten.
        let timing = Timing { longest_cycle: Duration::MAX, ..*config.timing() };
        let config = TimeProportionConfig::new(timing).unwrap();
        let quarter = timing.window.as_millis() / 4;
        let bound = quarter.max(timing.minimum_on.as_millis()).max(timing.minimum_off.as_millis());
        let dt = Duration::from_millis(250);
        let mut output = TimeProportion::new();
        // In 2⁻¹⁶ of a step.
        let mut ahead = 0i64;
        for (command, steps) in moves {
            for _ in 0..steps {
                let switch = output.step(&config, command, dt);
                ahead += i64::from(switch.achieved.to_bits()) - (i64::from(switch.on) << 16);
                let ahead_ms = (ahead.abs() * 250) >> 16;
                prop_assert!(ahead_ms <= i64::from(2 * bound) + 2 * 250, "{}", ahead_ms);
            }
        }
    }
}

/// What the law promises for the length of a cycle, computed apart from it.
fn cycle_s(timing: &Timing, duty: f64) -> f64 {
    let seconds = |time: Duration| f64::from(time.as_millis()) / 1_000.0;
    let on = seconds(timing.minimum_on) / duty;
    seconds(timing.window).max(on).max(seconds(timing.minimum_off) / (1.0 - duty))
}

/// Duty delivered in 20 cycles from rest, less the duty asked for; and the same of every later span of
/// 20 cycles.
fn duty_errors(timing: Timing, duty: f64, dt: Duration) -> (f64, Spread) {
    let config = TimeProportionConfig::new(timing).unwrap();
    let step_s = f64::from(dt.as_millis()) / 1_000.0;
    let steps = (20.0 * cycle_s(&timing, duty) / step_s).round() as usize;
    let mut output = TimeProportion::rested();
    let mut run = || u32::from(output.step(&config, number(duty), dt).on);
    let states: Vec<u32> = (0..steps * 3).map(|_| run()).collect();
    let mut on: u32 = states[..steps].iter().sum();
    let error = |on: u32| f64::from(on) / steps as f64 - duty;
    let first = error(on);
    let mut later = Spread::default();
    for index in steps..states.len() {
        on = on + states[index] - states[index - steps];
        later.add(error(on));
    }
    (first, later)
}

#[test]
fn the_mean_duty_is_right_within_half_a_percent_over_twenty_windows() {
    let quick = Timing {
        window: Duration::from_secs(20),
        minimum_on: Duration::from_secs(2),
        minimum_off: Duration::from_secs(3),
        start_delay: Duration::from_secs(3),
        longest_cycle: Duration::from_secs(60),
    };
    let free = Timing { minimum_on: Duration::ZERO, minimum_off: Duration::ZERO, ..quick };
    let tick = Duration::from_millis(100);
    for (name, timing, dt) in
        [("60 min", BREWPI, SECOND), ("20 s", quick, tick), ("20 s free", free, tick)]
    {
        let (mut worst, mut relative, mut later) = (0.0f64, 0.0f64, 0.0f64);
        for step in 1..100 {
            let duty = number(f64::from(step) / 100.0).to_num::<f64>();
            if cycle_s(&timing, duty) * 1_000.0 > f64::from(timing.longest_cycle.as_millis()) {
                continue;
            }
            let (first, rest) = duty_errors(timing, duty, dt);
            worst = worst.max(first.abs());
            relative = relative.max(first.abs() / duty);
            later = later.max(rest.high.abs()).max(rest.low.abs());
            assert!(first.abs() <= 0.005, "{name} duty {duty}: {first}");
            // Cut anywhere, one cycle may be open at either end: d·(1 − d)/20 at most, and rounding.
            let open = duty * (1.0 - duty) / 20.0 + 0.001;
            assert!(rest.high <= open && rest.low >= -open, "{name} duty {duty}: {rest:?}");
        }
        println!(
            "{name:10} worst error {:.4} % of full, {:.3} % of the duty; cut anywhere {:.3} %",
            worst * 100.0,
            relative * 100.0,
            later * 100.0,
        );
    }
}

fn turns(output: &mut TimeProportion, duty: f64, seconds: u32) -> Vec<(u32, bool)> {
    let config = brewpi();
    let mut on = output.is_on();
    let mut turns = Vec::new();
    for second in 0..seconds {
        let switch = output.step(&config, number(duty), SECOND);
        if switch.on != on {
            on = switch.on;
            turns.push((second, on));
        }
    }
    turns
}

#[test]
fn a_cycle_is_the_window_or_as_long_as_the_minimum_times_need() {
    // duty, on for, off for; in seconds. 10 min on in 100 min; 30 of 60; 120 min with 5 min off (1/24).
    for (duty, on_s, off_s) in [(0.1, 600, 5_400), (0.5, 1_800, 1_800), (23.0 / 24.0, 6_900, 300)] {
        let turns = turns(&mut TimeProportion::rested(), duty, 40_000);
        assert_eq!(turns[0], (0, true), "the first command turns on at once");
        for pair in turns.windows(2) {
            let (from, state) = pair[0];
            let lasted = pair[1].0 - from;
            let expected = if state { on_s } else { off_s };
            // Half a second of one state is worth more of the other.
            let tolerance = (1.0 / duty.min(1.0 - duty)) as u32 + 1;
            assert!(lasted.abs_diff(expected) <= tolerance, "{duty}: {state} for {lasted} s");
        }
    }
}

#[test]
fn what_cannot_be_served_is_off_or_on_and_achieved_says_so() {
    let config = brewpi();
    // 10 min / 240 min = 0.0417; 1 − 5 min / 240 min = 0.979.
    let mut output = TimeProportion::rested();
    let small = output.step(&config, number(0.04), SECOND);
    assert_eq!((small.on, small.achieved), (false, I16F16::ZERO));
    assert!(turns(&mut output, 0.04, 100_000).is_empty());
    output.step(&config, number(0.985), SECOND);
    assert!(turns(&mut output, 0.985, 100_000).is_empty() && output.is_on());
    let large = output.step(&config, number(0.985), SECOND);
    assert_eq!((large.on, large.achieved), (true, I16F16::ONE));
}

#[test]
fn a_pulse_that_ran_on_is_saved_from_the_next_ones() {
    let config = brewpi();
    let mut output = TimeProportion::rested();
    assert!(output.step(&config, number(0.2), SECOND).on);
    // The command falls to nothing at once, but 10 min must be run.
    let switch = output.step(&config, I16F16::ZERO, SECOND);
    let left = Duration::from_secs(599);
    assert_eq!(switch.blocked, Some(Blocked { reason: Reason::MinimumOn, left }));
    assert_eq!((switch.on, switch.achieved), (true, I16F16::ZERO));
    assert_eq!(turns(&mut output, 0.0, 700), [(598, false)]);
    // 600 s are ahead; 0.2 pays them back in 3000 s.
    let (second, on) = turns(&mut output, 0.2, 4_000)[0];
    assert!(on && second.abs_diff(3_000) <= 6, "{second}");
}

/// Off after 10 min of on at 0.9, then 0.9 again within the minimum off time: 210 s are owed.
fn owing() -> TimeProportion {
    let config = brewpi();
    let mut output = TimeProportion::rested();
    turns(&mut output, 0.9, 601);
    assert!(!output.step(&config, I16F16::ZERO, SECOND).on);
    for second in 1..300 {
        let switch = output.step(&config, number(0.9), SECOND);
        let left = Duration::from_secs(300 - second);
        assert_eq!(switch.blocked.is_some(), second > 67, "due once 60 s at 0.9 are saved");
        assert!(switch.blocked.is_none_or(|blocked| blocked.left == left));
        assert_eq!((switch.on, switch.achieved), (false, number(0.9)));
    }
    output
}

#[test]
fn what_the_minimum_off_time_holds_back_is_made_up_for() {
    let turns = turns(&mut owing(), 0.9, 10_000);
    // 210 s are owed and 324 s are a cycle's share, at 0.1.
    assert_eq!(turns[0], (0, true));
    assert!(turns[1].0.abs_diff(5_340) <= 20, "{turns:?}");
}

#[test]
fn what_is_owed_when_it_is_taken_away_is_cancelled() {
    let mut output = owing();
    output.off_now(&brewpi(), SECOND);
    let turns = turns(&mut output, 0.9, 10_000);
    assert_eq!(turns[0], (0, true));
    assert!(turns[1].0.abs_diff(3_240) <= 20, "{turns:?}");
}

#[test]
fn a_rest_of_a_whole_longest_cycle_forgets_the_past() {
    let config = brewpi();
    let mut output = TimeProportion::rested();
    output.step(&config, number(0.2), SECOND);
    turns(&mut output, 0.0, 620);
    assert!(!output.is_on());
    output.step(&config, I16F16::ZERO, BREWPI.longest_cycle);
    assert!(output.step(&config, number(0.2), SECOND).on);
}

#[test]
fn power_up_waits_and_promises_nothing() {
    let config = brewpi();
    let mut output = TimeProportion::new();
    // A first step that comes late says nothing about how long it was off.
    for second in 0..300 {
        let dt = if second == 0 { Duration::MAX } else { SECOND };
        let switch = output.step(&config, number(0.5), dt);
        let left = Duration::from_secs(300 - second);
        assert_eq!(switch.blocked, Some(Blocked { reason: Reason::StartDelay, left }));
        assert_eq!((switch.on, switch.achieved), (false, I16F16::ZERO));
    }
    let turns = turns(&mut output, 0.5, 4_000);
    assert_eq!(turns[0], (0, true));
    assert!(turns[1].0.abs_diff(1_800) <= 2, "nothing is made up for: {turns:?}");
}

#[test]
fn taken_away_is_off_at_once_and_for_the_minimum_off_time() {
    let config = brewpi();
    let mut output = TimeProportion::rested();
    assert!(output.step(&config, I16F16::ONE, SECOND).on);
    let taken = Some(Blocked { reason: Reason::TakenAway, left: BREWPI.minimum_off });
    let switch = output.off_now(&config, SECOND);
    assert_eq!(switch, Switch { on: false, achieved: I16F16::ZERO, blocked: taken });
    // As long as it is held away the wait runs on, and does not start again.
    let switch = output.off_now(&config, Duration::from_secs(100));
    assert_eq!(switch.blocked.unwrap().left, Duration::from_secs(200));
    let switch = output.step(&config, I16F16::ONE, Duration::from_secs(100));
    let left = Duration::from_secs(100);
    assert_eq!(switch.blocked, Some(Blocked { reason: Reason::TakenAway, left }));
    assert_eq!((switch.on, switch.achieved), (false, I16F16::ZERO));
    assert!(output.step(&config, I16F16::ONE, left).on);
}

#[test]
fn a_step_that_comes_late_owes_no_more_than_a_cycle() {
    let config = brewpi();
    let mut output = TimeProportion::rested();
    output.step(&config, number(0.5), SECOND);
    // On for ten hours at 0.5: five hours ahead. No more than 15 min are saved, at 0.5 in 30 min.
    assert!(!output.step(&config, number(0.5), Duration::from_mins(600)).on);
    let (second, on) = turns(&mut output, 0.5, 4_000)[0];
    assert!(on && second.abs_diff(1_800) <= 2, "{second}");
}

#[test]
fn a_step_of_no_time_changes_nothing() {
    let config = brewpi();
    let (mut with, mut without) = (TimeProportion::new(), TimeProportion::new());
    for _ in 0..10_000 {
        let expected = without.step(&config, number(0.3), SECOND);
        with.step(&config, number(0.3), SECOND);
        assert_eq!(with.step(&config, number(0.3), Duration::ZERO), expected);
        assert_eq!(with, without);
    }
}
