//! What the controller does at its edges: limits, faults, new tunings, nonsense.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_thermal::pid::{Action, Coefficients, Input, Limits, Pid, Step, Tuning, TuningError};
use coldcap_units::{Duration, Fault};
use fixed::types::I16F16;
use proptest::prelude::*;

const PERIOD: Duration = Duration::from_millis(100);

fn number(value: f64) -> I16F16 {
    I16F16::from_num(value)
}

fn base() -> Tuning {
    Tuning {
        gain: number(0.3),
        integral_time: Duration::from_secs(20),
        derivative_time: Duration::ZERO,
        filter_time: Duration::ZERO,
        b: I16F16::ONE,
        c: I16F16::ZERO,
        action: Action::Direct,
    }
}

fn coefficients(tuning: &Tuning) -> Coefficients {
    Coefficients::new(tuning, PERIOD).unwrap()
}

fn input(setpoint: f64, measured: f64, achieved: I16F16) -> Input {
    Input {
        setpoint: number(setpoint),
        measured: Ok(number(measured)),
        feed_forward: I16F16::ZERO,
        achieved,
    }
}

/// Runs with an actuator that does what it is told.
fn run(pid: &mut Pid, with: &Coefficients, mut last: I16F16, steps: u32, r: f64, y: f64) -> Step {
    let mut step = None;
    for _ in 0..steps {
        let result = pid.step(with, &Limits::UNIT, &input(r, y, last));
        last = result.command;
        step = Some(result);
    }
    step.unwrap()
}

#[test]
fn a_long_saturation_is_left_in_one_step_when_the_error_turns() {
    for (b, td) in [(1.0, 0), (0.6, 0), (0.0, 0), (1.0, 2_000), (0.6, 2_000)] {
        let tuning = Tuning {
            b: number(b),
            derivative_time: Duration::from_millis(td),
            filter_time: Duration::from_millis(td / 8),
            ..base()
        };
        let with = coefficients(&tuning);
        for size in [0.01, 0.5, 20.0] {
            let mut pid = Pid::new();
            let step = run(&mut pid, &with, I16F16::ZERO, 100_000, -4.0, -4.0 + size);
            assert!(step.flags.saturated_high && step.command == I16F16::ONE, "b {b} size {size}");
            let step = run(&mut pid, &with, step.command, 1, -4.0, -4.0 - size);
            assert!(step.command < I16F16::ONE, "b {b} td {td} size {size}: {step:?}");

            let mut pid = Pid::new();
            let step = run(&mut pid, &with, I16F16::ZERO, 100_000, -4.0, -4.0 - size);
            assert!(step.flags.saturated_low && step.command == I16F16::ZERO);
            let step = run(&mut pid, &with, step.command, 1, -4.0, -4.0 + size);
            assert!(step.command > I16F16::ZERO, "b {b} td {td} size {size}: {step:?}");
        }
    }
}

#[test]
fn a_setpoint_reversal_is_followed_at_once_with_full_weight_and_within_the_tracking_time_without() {
    for (b, allowed) in [(1.0, 1), (0.0, 200)] {
        let with = coefficients(&Tuning { b: number(b), ..base() });
        let mut pid = Pid::new();
        let mut step = run(&mut pid, &with, I16F16::ZERO, 100_000, -4.0, 1.0);
        let mut steps = 0;
        while step.command == I16F16::ONE {
            step = run(&mut pid, &with, step.command, 1, 6.0, 1.0);
            steps += 1;
        }
        assert!(steps <= allowed, "b {b}: {steps}");
    }
}

#[test]
fn an_actuator_that_does_nothing_does_not_wind_the_integral_up() {
    let with = coefficients(&base());
    let mut pid = Pid::new();
    for _ in 0..100_000 {
        pid.step(&with, &Limits::UNIT, &input(-4.0, -3.0, I16F16::ZERO));
    }
    // The request exceeds what was achieved by K·e and no more.
    let step = pid.step(&with, &Limits::UNIT, &input(-4.0, -3.0, I16F16::ZERO));
    let excess = (step.command - number(0.3)).abs();
    assert!(excess <= number(0.002), "{step:?}");
}

#[test]
fn invalid_samples_switch_off_and_leave_no_trace() {
    let tuning = Tuning {
        derivative_time: Duration::from_secs(2),
        filter_time: Duration::from_millis(250),
        b: number(0.6),
        ..base()
    };
    let with = coefficients(&tuning);
    let mut pid = Pid::new();
    pid.transfer(&with, number(-4.0), number(-4.0), number(0.2));
    let warm = run(&mut pid, &with, number(0.2), 20, -4.0, -3.5);
    let steady = run(&mut pid, &with, warm.command, 500, -4.0, -4.0);
    assert!(steady.command > I16F16::ZERO && steady.command < I16F16::ONE);
    for fault in Fault::ALL {
        let bad = Input { measured: Err(fault), ..input(-4.0, 0.0, I16F16::MAX) };
        let step = pid.step(&with, &Limits::UNIT, &bad);
        assert!(step.flags.held && step.command == I16F16::ZERO);
        assert_eq!(step.integral, steady.integral);
    }
    // The actuator has closed meanwhile; the old command comes back all the same.
    let resumed = run(&mut pid, &with, I16F16::ZERO, 1, -4.0, -4.0);
    assert!(resumed.command.abs_diff(steady.command).to_bits() <= 1, "{steady:?} {resumed:?}");
}

#[test]
fn a_slope_from_before_a_fault_is_forgotten() {
    let tuning = Tuning {
        derivative_time: Duration::from_secs(5),
        filter_time: Duration::from_secs(1),
        ..base()
    };
    let with = coefficients(&tuning);
    let mut pid = Pid::new();
    for tick in 0..50 {
        run(&mut pid, &with, I16F16::ZERO, 1, -4.0, -4.0 + f64::from(tick) * 0.01);
    }
    let bad = Input { measured: Err(Fault::Open), ..input(0.0, 0.0, I16F16::ZERO) };
    assert!(run(&mut pid, &with, I16F16::ZERO, 1, -4.0, -3.5).derivative > number(0.1));
    pid.step(&with, &Limits::UNIT, &bad);
    assert_eq!(run(&mut pid, &with, I16F16::ZERO, 1, -4.0, 10.0).derivative, I16F16::ZERO);
}

#[test]
fn a_read_back_beyond_the_limits_counts_as_the_limit() {
    let with = coefficients(&base());
    let (mut absurd, mut sound) = (Pid::new(), Pid::new());
    for _ in 0..1_000 {
        let one = absurd.step(&with, &Limits::UNIT, &input(-4.0, -3.0, I16F16::MAX));
        let other = sound.step(&with, &Limits::UNIT, &input(-4.0, -3.0, I16F16::ONE));
        assert_eq!(one, other);
    }
}

#[test]
fn a_transfer_starts_where_the_output_was() {
    let with = coefficients(&Tuning { b: number(0.4), ..base() });
    let mut pid = Pid::new();
    pid.transfer(&with, number(5.0), number(5.0), number(0.37));
    let step = run(&mut pid, &with, number(0.9), 1, 5.0, 5.0);
    assert!(step.command.abs_diff(number(0.37)).to_bits() <= 1, "{step:?}");
}

#[test]
fn heating_and_cooling_mirror_each_other() {
    let limits = Limits::new(number(-1.0), number(1.0)).unwrap();
    let cooling = coefficients(&base());
    let heating = coefficients(&Tuning { action: Action::Reverse, ..base() });
    let (mut cooler, mut heater) = (Pid::new(), Pid::new());
    for tick in 0..100 {
        let y = f64::from(tick) * 0.01;
        let cold = cooler.step(&cooling, &limits, &input(0.0, y, I16F16::ZERO));
        let warm = heater.step(&heating, &limits, &input(0.0, y, I16F16::ZERO));
        assert!(cold.command >= I16F16::ZERO && warm.command <= I16F16::ZERO);
        assert!((cold.command + warm.command).to_bits().abs() <= 1);
    }
}

#[test]
fn feed_forward_adds_to_the_output() {
    let with = coefficients(&base());
    let quiet = Input { feed_forward: number(0.25), ..input(1.0, 1.0, I16F16::ZERO) };
    let step = Pid::new().step(&with, &Limits::UNIT, &quiet);
    assert_eq!(step.command, number(0.25));
}

#[test]
fn every_kind_of_nonsense_is_refused_with_what_is_allowed() {
    let refused = |tuning: Tuning| Coefficients::new(&tuning, PERIOD).unwrap_err();
    assert_eq!(Coefficients::new(&base(), Duration::ZERO), Err(TuningError::PeriodZero));
    for gain in [I16F16::MIN, number(-0.1), I16F16::ZERO, number(128.0), I16F16::MAX] {
        assert_eq!(refused(Tuning { gain, ..base() }), TuningError::GainOutOfRange);
    }
    for millis in [0, 99] {
        let integral_time = Duration::from_millis(millis);
        let error = TuningError::IntegralTimeTooShort { minimum: PERIOD };
        assert_eq!(refused(Tuning { integral_time, ..base() }), error);
    }
    let short = Tuning { derivative_time: Duration::from_secs(2), ..base() };
    let minimum = Duration::from_millis(100);
    assert_eq!(refused(short), TuningError::FilterTimeTooShort { minimum });
    assert!(Coefficients::new(&Tuning { filter_time: minimum, ..short }, PERIOD).is_ok());
    let strong = Tuning { gain: number(100.0), filter_time: minimum, ..short };
    assert_eq!(refused(strong), TuningError::DerivativeTooStrong);
    for weight in [number(-0.001), number(1.001)] {
        let error = TuningError::ProportionalWeightOutOfRange;
        assert_eq!(refused(Tuning { b: weight, ..base() }), error);
        let error = TuningError::DerivativeWeightOutOfRange;
        assert_eq!(refused(Tuning { c: weight, ..base() }), error);
    }
    assert!(TuningError::FilterTimeTooShort { minimum }.to_string().contains("at least 100 ms"));
}

#[test]
fn the_longest_integral_time_is_the_one_that_the_error_names() {
    let slow = Tuning { gain: I16F16::from_bits(7), integral_time: Duration::MAX, ..base() };
    let Err(TuningError::IntegralTimeTooLong { maximum }) = Coefficients::new(&slow, PERIOD) else {
        panic!("accepted");
    };
    let longest = Tuning { integral_time: maximum, ..slow };
    assert!(Coefficients::new(&longest, PERIOD).is_ok());
    let longer = Tuning { integral_time: maximum.plus(Duration::from_millis(1)), ..slow };
    assert!(Coefficients::new(&longer, PERIOD).is_err());
}

const _: () = assert!(
    Coefficients::new(&coldcap_thermal::channel::REFERENCE_TUNING, Duration::from_millis(100))
        .is_ok()
);

fn any_tuning() -> impl Strategy<Value = Tuning> {
    (1i32..128 << 16, 100u32..4_000_000, 0u32..100_000, 0u32..1_000_000, any::<(u16, u16, bool)>())
        .prop_map(|(gain, ti, td, tf, (b, c, direct))| Tuning {
            gain: I16F16::from_bits(gain),
            integral_time: Duration::from_millis(ti),
            derivative_time: Duration::from_millis(td),
            filter_time: Duration::from_millis(tf.max(td / 20 + 1)),
            b: I16F16::from_bits(i32::from(b) + i32::from(b == u16::MAX)),
            c: I16F16::from_bits(i32::from(c)),
            action: if direct { Action::Direct } else { Action::Reverse },
        })
        .prop_filter_map("refused", |tuning| {
            Coefficients::new(&tuning, PERIOD).is_ok().then_some(tuning)
        })
}

proptest! {
    #[test]
    fn construction_never_panics(
        bits: (i32, i32, i32), times: (u32, u32, u32, u32), direct: bool,
    ) {
        let tuning = Tuning {
            gain: I16F16::from_bits(bits.0),
            integral_time: Duration::from_millis(times.0),
            derivative_time: Duration::from_millis(times.1),
            filter_time: Duration::from_millis(times.2),
            b: I16F16::from_bits(bits.1),
            c: I16F16::from_bits(bits.2),
            action: if direct { Action::Direct } else { Action::Reverse },
        };
        let _ = Coefficients::new(&tuning, Duration::from_millis(times.3));
    }

    #[test]
    fn the_command_never_leaves_the_limits(
        moves in prop::collection::vec(
            (any::<[i32; 4]>(), any_tuning(), any::<(i32, i32)>(), 0u8..8), 1..40,
        ),
    ) {
        let mut pid = Pid::new();
        let mut with = coefficients(&base());
        for (signals, tuning, (one, other), choice) in moves {
            let [r, y, f, achieved] = signals.map(I16F16::from_bits);
            let new = coefficients(&tuning);
            match choice {
                0 => { pid.retune(&with, &new); with = new; }
                1 => with = new,
                2 => pid.transfer(&with, r, y, f),
                _ => {}
            }
            let (low, high) = (one.min(other), one.max(other));
            let Ok(limits) = Limits::new(I16F16::from_bits(low), I16F16::from_bits(high)) else { continue };
            let measured = if choice == 3 { Err(Fault::Stale) } else { Ok(y) };
            let input = Input { setpoint: r, measured, feed_forward: f, achieved };
            for _ in 0..20 {
                let step = pid.step(&with, &limits, &input);
                prop_assert!(limits.low() <= step.command && step.command <= limits.high());
                prop_assert_eq!(step.flags.held, measured.is_err());
                if step.flags.saturated_high { prop_assert_eq!(step.command, limits.high()); }
                if step.flags.saturated_low || step.flags.held {
                    prop_assert_eq!(step.command, limits.low());
                }
            }
        }
    }

    #[test]
    fn a_retune_at_steady_state_moves_the_command_by_one_lsb_at_most(
        old in any_tuning(), new in any_tuning(), setpoint in -20.0f64..40.0, output in 0.1f64..0.9,
        fault: bool,
    ) {
        let (old, new) = (coefficients(&old), coefficients(&new));
        let mut pid = Pid::new();
        pid.transfer(&old, number(setpoint), number(setpoint), number(output));
        let before = run(&mut pid, &old, number(output), 50, setpoint, setpoint);
        if fault {
            let bad = Input { measured: Err(Fault::Open), ..input(0.0, 0.0, I16F16::ZERO) };
            pid.step(&old, &Limits::UNIT, &bad);
        }
        pid.retune(&old, &new);
        let after = run(&mut pid, &new, before.command, 1, setpoint, setpoint);
        let bump = after.command.abs_diff(before.command).to_bits();
        prop_assert!(bump <= 1, "{} LSB", bump);
    }
}
