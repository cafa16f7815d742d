//! What the controller does at its edges, in all four number types: limits, faults, modes, new
//! tunings, time that jumps, nonsense.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use coldcap_thermal::pid::{
    AntiWindup, Coefficients, Fallback, Flags, Input, Jitter, Limits, Mode, OnInvalid, Pid, Step,
    Tuning, TuningError,
};
use coldcap_units::{Duration, Fault};
use fixed::types::{I16F16, I32F32};
use proptest::prelude::*;
use support::{Loop, Tested};

const PERIOD: Duration = Duration::from_millis(100);

/// The same test for every number type.
macro_rules! for_all {
    ($($name:ident),+ $(,)?) => {
        $(#[test] fn $name() {
            generic::$name::<f32>();
            generic::$name::<f64>();
            generic::$name::<I16F16>();
            generic::$name::<I32F32>();
        })+
    };
}

for_all!(
    a_long_saturation_is_left_at_once_when_the_error_turns,
    a_setpoint_reversal_is_followed_within_the_tracking_time,
    an_actuator_that_does_nothing_does_not_wind_the_integral_up,
    one_lost_sample_leaves_no_trace,
    garbage_is_a_lost_sample,
    a_sensor_that_comes_and_goes_does_not_wind_up,
    every_mode_says_what_held_it_back,
    a_long_loss_ends_in_the_safe_output_and_comes_back_without_a_bump,
    a_long_loss_bleeds_where_that_is_asked_for,
    every_mode_is_left_without_a_bump,
    a_read_back_beyond_the_limits_counts_as_the_limit,
    limits_that_become_narrower_are_no_lag_of_an_actuator_that_obeyed,
    heating_and_cooling_mirror_each_other,
    feed_forward_adds_to_the_output,
    weights_take_the_kick_out_of_a_setpoint_step,
    time_that_stands_still_or_jumps_does_no_harm,
    a_late_step_counts_for_as_long_as_it_took,
    small_errors_add_up,
    slew_limits_hold_and_do_not_wind_up,
    new_gains_weights_and_limits_at_rest_move_nothing,
    the_terms_add_up,
);

mod generic {
    use super::*;

    fn base() -> Tuning {
        Tuning::isa(0.3, 20.0, 0.0)
    }

    fn with_derivative() -> Tuning {
        Tuning::isa(0.3, 20.0, 2.0).weighted(0.6, 0.0)
    }

    fn close<T: Tested>(one: T, other: T, steps: f64) {
        let distance = (one.to() - other.to()).abs();
        assert!(distance <= steps * T::LEAST, "{}: {one:?} {other:?}", T::NAME);
    }

    pub(super) fn a_long_saturation_is_left_at_once_when_the_error_turns<T: Tested>() {
        for (b, td, slew) in [
            (1.0, 0.0, 0.0),
            (0.6, 0.0, 0.0),
            (0.0, 0.0, 0.0),
            (1.0, 2.0, 0.0),
            (0.6, 2.0, 0.01),
            (1.0, 0.0, 0.003),
        ] {
            let tuning = Tuning::isa(0.3, 20.0, td).weighted(b, 0.0);
            for size in [0.01, 0.5, 20.0] {
                for (sign, kind) in [
                    (1.0, AntiWindup::BackCalculation),
                    (-1.0, AntiWindup::Both),
                    (-1.0, AntiWindup::BackCalculation),
                    (1.0, AntiWindup::Conditional),
                ] {
                    // Resting alone does not pull back what a start with b < 1 leaves below a limit.
                    let kind = if b < 1.0 { AntiWindup::Both } else { kind };
                    let mut one = Loop::<T>::new(&tuning, PERIOD);
                    one.with = one.with.with_anti_windup(kind);
                    if slew > 0.0 {
                        one.limits = one.limits.with_slew(T::of(slew), T::of(slew)).unwrap();
                    }
                    let step = one.run(100_000, -4.0, -4.0 + sign * size);
                    let stop = if sign > 0.0 { 1.0 } else { 0.0 };
                    assert_eq!(step.command.to(), stop, "{} b {b} size {size}", T::NAME);
                    let step = one.run(1, -4.0, -4.0 - sign * size);
                    let left = step.command.to() != stop;
                    assert!(left, "{} b {b} td {td} size {size}: {step:?}", T::NAME);
                }
            }
        }
    }

    pub(super) fn a_setpoint_reversal_is_followed_within_the_tracking_time<T: Tested>() {
        for (b, allowed) in [(1.0, 1), (0.0, 400)] {
            let mut one = Loop::<T>::new(&base().weighted(b, 0.0), PERIOD);
            let mut step = one.run(100_000, -4.0, 1.0);
            let mut steps = 0;
            while step.command == T::ONE {
                step = one.run(1, 6.0, 1.0);
                steps += 1;
            }
            println!("{}: b {b}: {steps} steps", T::NAME);
            assert!(steps <= allowed, "{}: b {b}: {steps}", T::NAME);
        }
    }

    pub(super) fn an_actuator_that_does_nothing_does_not_wind_the_integral_up<T: Tested>() {
        let mut one = Loop::<T>::new(&base(), PERIOD);
        let mut step = one.run(1, -4.0, -3.0);
        for _ in 0..100_000 {
            one.achieved = T::ZERO;
            step = one.step(&one.input(-4.0, -3.0));
        }
        // What is asked for exceeds what was achieved by K·e and no more.
        assert!((step.command.to() - 0.3).abs() <= 0.002, "{step:?}");
        assert!(step.flags.has(Flags::TRACKING));
    }

    fn steady<T: Tested>(tuning: &Tuning) -> (Loop<T>, Step<T>) {
        let mut one = Loop::<T>::new(tuning, PERIOD);
        let start = Input { mode: Mode::Track(T::of(0.2)), ..one.input(-4.0, -4.0) };
        one.step(&start);
        one.run(20, -4.0, -3.5);
        let step = one.run(2_000, -4.0, -4.0);
        assert!(step.command > T::ZERO && step.command < T::ONE);
        (one, step)
    }

    pub(super) fn one_lost_sample_leaves_no_trace<T: Tested>() {
        let (mut one, before) = steady::<T>(&with_derivative());
        let policy = OnInvalid { hold: 3, then: Fallback::Safe };
        one.limits = one.limits.with_on_invalid(policy).unwrap();
        for fault in Fault::ALL.into_iter().take(3) {
            let lost = one.step(&Input { measured: Err(fault), ..one.input(-4.0, 0.0) });
            assert_eq!((lost.command, lost.fault), (before.command, Some(fault)));
            assert!(lost.flags.has(Flags::HELD) && lost.integral() == before.integral());
        }
        let after = one.run(1, -4.0, -4.0);
        close(after.command, before.command, 1.0);
        // The slope across the gap is not taken for one of a single period.
        assert!(after.derivative().to().abs() <= before.derivative().to().abs());
    }

    pub(super) fn a_sensor_that_comes_and_goes_does_not_wind_up<T: Tested>() {
        for kind in [AntiWindup::BackCalculation, AntiWindup::Conditional, AntiWindup::Both] {
            let mut one = Loop::<T>::new(&base(), PERIOD);
            one.with = one.with.with_anti_windup(kind);
            let policy = OnInvalid { hold: 1, then: Fallback::Safe };
            one.limits = one.limits.with_on_invalid(policy).unwrap();
            for _ in 0..20_000 {
                let step = one.run(1, -4.0, 6.0);
                assert!(step.requested().to() < 1.0 + 2.0 * 0.3 * 10.0, "{}: {step:?}", T::NAME);
                one.step(&Input { measured: Err(Fault::Bus), ..one.input(-4.0, 0.0) });
            }
            assert!(one.run(1, -4.0, -14.0).command < T::ONE, "{}: {kind:?}", T::NAME);
        }
    }

    pub(super) fn every_mode_says_what_held_it_back<T: Tested>() {
        let mut one = Loop::<T>::new(&base(), PERIOD);
        one.limits = one.limits.with_slew(T::of(0.01), T::of(0.01)).unwrap();
        one.with = one.with.with_jitter(Jitter::Strict { tolerance: Duration::ZERO });
        let late = Duration::from_millis(101);
        let input = |one: &Loop<T>, mode| Input { mode, dt: late, ..one.input(0.0, 0.0) };
        let manual = one.step(&input(&one, Mode::Manual(T::of(3.0))));
        assert!(
            manual.flags.has(Flags(Flags::SATURATED_HIGH.0 | Flags::SLEWING.0 | Flags::LATE.0))
        );
        let track = one.step(&input(&one, Mode::Track(T::of(-3.0))));
        assert!(track.flags.has(Flags(Flags::SATURATED_LOW.0 | Flags::LATE.0)));
        for mode in [Mode::Auto, Mode::Hold, Mode::Safe] {
            assert!(one.step(&input(&one, mode)).flags.has(Flags::LATE));
        }
        let still = Input { dt: Duration::ZERO, ..input(&one, Mode::Auto) };
        assert!(one.step(&still).flags.has(Flags::LATE));
    }

    pub(super) fn garbage_is_a_lost_sample<T: Tested>() {
        let (one, _) = steady::<T>(&with_derivative());
        let (mut lost, mut garbage) = (one, one);
        let policy = OnInvalid { hold: 1, then: Fallback::Safe };
        for either in [&mut lost, &mut garbage] {
            either.limits = either.limits.with_on_invalid(policy).unwrap();
        }
        let nonsense = [T::of(2_500.0), T::of(-2_500.0), T::of(f64::MAX), T::of(f64::MIN)];
        for value in nonsense {
            let spoilt = [
                Input { measured: Ok(value), ..garbage.input(-4.0, -4.0) },
                Input { setpoint: value, ..garbage.input(-4.0, -4.0) },
                Input { feed_forward: value, ..garbage.input(-4.0, -4.0) },
            ];
            for input in spoilt {
                let one = lost.step(&Input { measured: Err(Fault::Open), ..lost.input(-4.0, 0.0) });
                let other = garbage.step(&input);
                assert!(matches!(
                    other.fault,
                    Some(Fault::AboveRange | Fault::BelowRange | Fault::NotFinite)
                ));
                assert_eq!((one.command, one.flags), (other.command, other.flags));
                assert_eq!(lost.pid, garbage.pid, "{}: {value:?}", T::NAME);
                for either in [&mut lost, &mut garbage] {
                    either.run(1, -4.0, -4.0);
                }
            }
        }
    }

    pub(super) fn a_long_loss_ends_in_the_safe_output_and_comes_back_without_a_bump<T: Tested>() {
        let (mut one, before) = steady::<T>(&with_derivative());
        let policy = OnInvalid { hold: 5, then: Fallback::Safe };
        one.limits = one.limits.with_on_invalid(policy).unwrap();
        for count in 0..20 {
            let lost = one.step(&Input { measured: Err(Fault::Bus), ..one.input(-4.0, 0.0) });
            let held = count < 5;
            assert_eq!(lost.command, if held { before.command } else { T::ZERO });
            assert_eq!(lost.flags.has(Flags::FALLBACK), !held);
        }
        // Elsewhere by now: what is measured then is no reason to jump.
        let after = one.run(1, -4.0, 3.0);
        assert!(after.command.to() <= 0.3 * 7.0 * 0.1 / 20.0 + 2.0 * T::LEAST, "{after:?}");
    }

    pub(super) fn a_long_loss_bleeds_where_that_is_asked_for<T: Tested>() {
        let (mut one, before) = steady::<T>(&base());
        let rate = T::of(0.01);
        let policy = OnInvalid { hold: 0, then: Fallback::Bleed(rate) };
        one.limits = one.limits.with_on_invalid(policy).unwrap();
        let mut last = before.command;
        for _ in 0..100 {
            let lost = one.step(&Input { measured: Err(Fault::Bus), ..one.input(-4.0, 0.0) });
            assert!(last.minus(lost.command).to() <= rate.to() + T::LEAST && lost.command <= last);
            last = lost.command;
        }
        assert_eq!(last, T::ZERO);
    }

    pub(super) fn every_mode_is_left_without_a_bump<T: Tested>() {
        let (one, _) = steady::<T>(&with_derivative());
        let u = T::of(0.37);
        let modes = [Mode::Auto, Mode::Manual(u), Mode::Track(u), Mode::Hold, Mode::Safe];
        for from in modes {
            for to in modes {
                let mut one = one;
                let at = |one: &Loop<T>, mode| Input { mode, ..one.input(-4.0, -4.0) };
                let mut before = one.step(&at(&one, from));
                for _ in 0..5 {
                    before = one.step(&at(&one, from));
                }
                let after = one.step(&at(&one, to));
                match to {
                    Mode::Auto | Mode::Hold => close(after.command, before.command, 1.0),
                    Mode::Manual(u) | Mode::Track(u) => assert_eq!(after.command, u),
                    Mode::Safe => assert_eq!(after.command, T::ZERO),
                }
                let back = one.step(&at(&one, Mode::Auto));
                close(back.command, after.command, 1.0);
            }
        }
    }

    pub(super) fn a_read_back_beyond_the_limits_counts_as_the_limit<T: Tested>() {
        let (mut absurd, mut sound) =
            (Loop::<T>::new(&base(), PERIOD), Loop::<T>::new(&base(), PERIOD));
        for _ in 0..1_000 {
            (absurd.achieved, sound.achieved) = (T::of(1_000.0), T::ONE);
            let one = absurd.pid.step(&absurd.with, &absurd.limits, &absurd.input(-4.0, -3.0));
            let other = sound.pid.step(&sound.with, &sound.limits, &sound.input(-4.0, -3.0));
            assert_eq!(one, other);
        }
    }

    pub(super) fn limits_that_become_narrower_are_no_lag_of_an_actuator_that_obeyed<T: Tested>() {
        let (mut one, before) = steady::<T>(&with_derivative());
        let wide = one.limits;
        let half = before.command.to() / 2.0;
        one.limits = T::limits(0.0, half);
        let narrow = one.run(1, -4.0, -4.0);
        assert_eq!(narrow.command, T::of(half));
        assert!(narrow.flags.has(Flags::SATURATED_HIGH), "{}", T::NAME);
        assert!(!narrow.flags.has(Flags::TRACKING), "{}: it did as it was told", T::NAME);
        close(narrow.requested(), before.command, 1.0);
        // From now on there is a lag, and the integral follows it down to the limit.
        let held = one.run(2_000, -4.0, -4.0);
        assert!((held.requested().to() - half).abs() < half / 50.0, "{}: {held:?}", T::NAME);
        one.limits = wide;
        assert!((one.run(1, -4.0, -4.0).command.to() - half).abs() < half / 50.0, "{}", T::NAME);
    }

    pub(super) fn heating_and_cooling_mirror_each_other<T: Tested>() {
        let mut cooler = Loop::<T>::new(&base(), PERIOD).limited(-1.0, 1.0);
        let mut heater = Loop::<T>::new(&base().reverse(), PERIOD).limited(-1.0, 1.0);
        for tick in 0..100 {
            let y = f64::from(tick) * 0.01;
            let (cold, warm) = (cooler.run(1, 0.0, y), heater.run(1, 0.0, y));
            assert!(cold.command >= T::ZERO && warm.command <= T::ZERO);
            close(cold.command.plus(warm.command), T::ZERO, 1.0);
        }
    }

    pub(super) fn feed_forward_adds_to_the_output<T: Tested>() {
        let mut one = Loop::<T>::new(&base(), PERIOD);
        for forward in [0.25, 0.5, 0.0] {
            let input = Input { feed_forward: T::of(forward), ..one.input(1.0, 1.0) };
            let step = one.step(&input);
            assert_eq!((step.command.to(), step.feed_forward().to()), (forward, forward));
        }
    }

    pub(super) fn weights_take_the_kick_out_of_a_setpoint_step<T: Tested>() {
        for (b, c) in [(1.0, 0.0), (0.6, 0.0), (0.0, 0.0), (0.5, 0.25)] {
            let tuning = Tuning::isa(0.1, 1_000.0, 2.0).weighted(b, c).filtered(0.2);
            let mut one = Loop::<T>::new(&tuning, PERIOD).limited(-10.0, 10.0);
            let before = one.run(10, 1.0, 1.0).command.to();
            let after = one.run(1, 3.0, 1.0).command.to();
            let kick = 0.1 * 2.0 / 0.1 * (1.0 - (-0.1f64 / 0.2).exp());
            let exact = -(0.1 * b + kick * c) * 2.0 - 0.1 * 0.1 / 1_000.0 * 2.0;
            let error = after - before - exact;
            assert!(error.abs() < 4.0 * T::LEAST + 1e-6, "{}: {b} {c}: {error}", T::NAME);
        }
    }

    pub(super) fn time_that_stands_still_or_jumps_does_no_harm<T: Tested>() {
        for jitter in [Jitter::default(), Jitter::Strict { tolerance: Duration::from_millis(10) }] {
            let (mut one, before) = steady::<T>(&with_derivative());
            one.with = one.with.with_jitter(jitter);
            for millis in [0, 1, 99, 101, 10_000, u32::MAX, 0] {
                let dt = Duration::from_millis(millis);
                let step = one.step(&Input { dt, ..one.input(-4.0, -4.0) });
                close(step.command, before.command, 2.0);
                let late = millis > 400 || (jitter != Jitter::default() && millis <= 1);
                assert_eq!(step.flags.has(Flags::LATE), late, "{millis} {jitter:?}");
            }
        }
    }

    pub(super) fn a_late_step_counts_for_as_long_as_it_took<T: Tested>() {
        let tuning = Tuning::isa(0.01, 2.0, 0.0);
        let (mut even, mut uneven) =
            (Loop::<T>::new(&tuning, PERIOD), Loop::<T>::new(&tuning, PERIOD));
        let mut last = even.run(301, 0.0, 1.0);
        for millis in [50, 150, 200, 400, 100, 25, 75].into_iter().cycle().take(7 * 30 + 1) {
            let dt = Duration::from_millis(millis);
            let input = Input { dt, ..uneven.input(0.0, 1.0) };
            let step = uneven.step(&input);
            last = if millis == 0 { last } else { step };
        }
        // 30 rounds of one second and one first step against 301 steps of 0.1 s, the first of 50 ms.
        let even = even.pid.command().to();
        assert!(
            (last.command.to() - even).abs() < 0.01 * 0.1 / 2.0 + 2e-3,
            "{} {even}",
            last.command.to()
        );
    }

    pub(super) fn small_errors_add_up<T: Tested>() {
        // ki·h·e = 10⁻⁶ a step, onto 50: the sum of ten million of them is 60.
        let tuning = Tuning::isa(1.0, 100.0, 0.0);
        let mut one = Loop::<T>::new(&tuning, PERIOD).limited(-100.0, 100.0);
        one.step(&Input { mode: Mode::Track(T::of(50.0)), ..one.input(0.0, 0.0) });
        let error = 2f64.powi(-10);
        let mut step = one.run(1, 0.0, error);
        for _ in 1..1_000_000 {
            step = one.step(&one.input(0.0, error));
        }
        let exact = 50.0 + error * (1.0 + 1_000_000.0 * 0.001);
        let got = step.command.to();
        println!("{}: {got} instead of {exact}", T::NAME);
        assert!((got - exact).abs() <= 1e-5_f64.max(2.0 * T::LEAST), "{}: {got} {exact}", T::NAME);
    }

    pub(super) fn slew_limits_hold_and_do_not_wind_up<T: Tested>() {
        let mut one = Loop::<T>::new(&base(), PERIOD);
        one.limits = one.limits.with_slew(T::of(0.01), T::of(0.05)).unwrap();
        let mut last = T::ZERO;
        for (count, y) in (0..400).map(|count| (count, if count < 200 { -1.0 } else { -7.0 })) {
            let step = one.run(1, -4.0, y);
            let (rise, fall) = (step.command.minus(last).to(), last.minus(step.command).to());
            assert!(rise <= 0.01 + T::LEAST && fall <= 0.05 + T::LEAST, "{}: {count}", T::NAME);
            last = step.command;
        }
        assert_eq!(last, T::ZERO);
    }

    pub(super) fn new_gains_weights_and_limits_at_rest_move_nothing<T: Tested>() {
        let (one, before) = steady::<T>(&with_derivative());
        let others = [
            Tuning::isa(3.0, 7.0, 0.0),
            Tuning::isa(0.01, 200.0, 20.0).weighted(0.0, 0.5),
            Tuning::isa(40.0, 1.0, 1.0).weighted(0.3, 1.0).filtered(1.0).reverse(),
        ];
        for tuning in others {
            let mut one = one;
            one.with = T::coefficients(&tuning, PERIOD).unwrap();
            one.limits = T::limits(-3.0, 3.0);
            let after = one.run(1, -4.0, -4.0);
            // The derivative of the old tuning is still decaying: at rest it is almost nothing.
            close(after.command, before.command, 1.0);
        }
    }

    pub(super) fn the_terms_add_up<T: Tested>() {
        let mut one = Loop::<T>::new(&with_derivative(), PERIOD).limited(-5.0, 5.0);
        for tick in 0..200 {
            let y = f64::from(tick % 7) * 0.1;
            let input = Input { feed_forward: T::of(0.125), ..one.input(0.25, y) };
            let step = one.step(&input);
            let sum = step.proportional().to()
                + step.integral().to()
                + step.derivative().to()
                + step.feed_forward().to();
            assert!((sum - step.requested().to()).abs() <= 8.0 * T::LEAST, "{step:?}");
        }
    }
}

#[test]
fn ten_million_small_steps_all_count() {
    // The bar of the numbers table: 10⁻⁶ onto 50, ten million times, is 60 ± 10⁻⁵.
    fn reach<T: Tested>() -> f64 {
        let tuning = Tuning::isa(1.0, 1_000.0, 0.0).reverse();
        let period = Duration::from_secs(1);
        let mut one = Loop::<T>::new(&tuning, period).limited(-100.0, 100.0);
        one.step(&Input { mode: Mode::Track(T::of(50.0)), ..one.input(0.0, 0.0) });
        // An error of 2⁻¹⁰ times 1/1000 is 0.9765625·10⁻⁶; so many steps make 10.
        let input = one.input(2f64.powi(-10), 0.0);
        for _ in 0..10_240_000 {
            let achieved = one.achieved;
            one.step(&Input { achieved, ..input });
        }
        one.pid.command().to() - 2f64.powi(-10)
    }
    for (name, sum) in [("f32", reach::<f32>()), ("I32F32", reach::<I32F32>())] {
        println!("{name}: {sum}");
        assert!((sum - 60.0).abs() <= 1e-5, "{name}: {sum}");
    }
}

#[test]
fn floats_that_are_no_numbers_change_nothing() {
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut one = Loop::<f32>::new(&Tuning::isa(0.3, 20.0, 2.0), PERIOD);
        let policy = OnInvalid { hold: 9, then: Fallback::Safe };
        one.limits = one.limits.with_on_invalid(policy).unwrap();
        let before = one.run(100, 0.0, 0.01);
        let input = one.input(0.0, 0.01);
        for spoilt in [
            Input { measured: Ok(value), ..input },
            Input { setpoint: value, ..input },
            Input { feed_forward: value, ..input },
            Input { achieved: value, ..input },
            Input { mode: Mode::Manual(value), ..input },
            Input { mode: Mode::Track(value), ..input },
        ] {
            let mut one = one;
            let step = one.step(&spoilt);
            assert_eq!((step.command, step.fault), (before.command, Some(Fault::NotFinite)));
            let after = one.run(1, 0.0, 0.01);
            assert!((after.command - before.command).abs() < 2e-4 && after.fault.is_none());
        }
    }
}

#[test]
fn every_kind_of_nonsense_is_refused_with_what_is_allowed() {
    let base = Tuning::isa(0.3, 20.0, 0.0);
    let refused = |tuning: Tuning| Coefficients::<I16F16>::new(&tuning, PERIOD).unwrap_err();
    assert_eq!(Coefficients::<f32>::new(&base, Duration::ZERO), Err(TuningError::PeriodZero));
    for gain in [f64::NAN, -0.1, 0.0, 128.0, f64::INFINITY] {
        assert_eq!(refused(Tuning { gain, ..base }), TuningError::Gain);
    }
    for integral_time_s in [0.0, 0.099, -1.0, f64::NAN] {
        let error = TuningError::IntegralTimeTooShort { minimum_s: 0.1 };
        assert_eq!(refused(Tuning { integral_time_s, ..base }), error);
    }
    let short = Tuning { derivative_time_s: 2.0, ..base };
    assert_eq!(refused(short), TuningError::FilterTimeTooShort { minimum_s: 0.1 });
    assert_eq!(
        refused(Tuning { derivative_time_s: f64::NAN, ..base }),
        TuningError::DerivativeTime
    );
    assert_eq!(refused(Tuning { derivative_time_s: -1.0, ..base }), TuningError::DerivativeTime);
    assert_eq!(
        refused(base.filtered(f64::NAN)),
        TuningError::FilterTimeTooShort { minimum_s: 0.0 }
    );
    assert!(matches!(refused(base.filtered(1e9)), TuningError::FilterTimeTooLong { .. }));
    assert!(Coefficients::<I16F16>::new(&short.filtered(0.1), PERIOD).is_ok());
    let strong = Tuning { gain: 100.0, ..short.filtered(0.1) };
    assert_eq!(refused(strong), TuningError::DerivativeTooStrong);
    assert_eq!(refused(base.tracking(0.0)), TuningError::TrackingTime);
    for weight in [-0.001, 1.001, f64::NAN] {
        assert_eq!(refused(base.weighted(weight, 0.0)), TuningError::ProportionalWeight);
        assert_eq!(refused(base.weighted(0.0, weight)), TuningError::DerivativeWeight);
    }
    let parallel = Tuning::parallel(0.0, 1.0, 0.0);
    assert_eq!(refused(parallel), TuningError::Gain);
    let text = TuningError::FilterTimeTooShort { minimum_s: 0.1 }.to_string();
    assert!(text.contains("at least 0.1 s"), "{text}");
}

#[test]
fn the_longest_integral_time_is_the_one_that_the_error_names() {
    let slow = Tuning::isa(1e-6, 1e6, 0.0);
    let Err(TuningError::IntegralTimeTooLong { maximum_s }) =
        Coefficients::<I16F16>::new(&slow, PERIOD)
    else {
        panic!("accepted");
    };
    let allowed = |ti| Coefficients::<I16F16>::new(&Tuning::isa(1e-6, ti, 0.0), PERIOD).is_ok();
    assert!(allowed(maximum_s) && !allowed(maximum_s * 1.001));
    // No integral action at all is a controller too.
    assert!(allowed(f64::INFINITY));
}

/// A fixed tuning is checked when it is compiled, and lives in flash.
const _: () = {
    let tuning = coldcap_thermal::channel::REFERENCE_TUNING;
    let period = Duration::from_millis(100);
    assert!(Coefficients::<I16F16>::new(&tuning, period).is_ok());
    assert!(Coefficients::<f64>::new(&tuning, period).is_ok());
};

fn any_tuning() -> impl Strategy<Value = Tuning> {
    (
        1e-4f64..100.0,
        0.1f64..4_000.0,
        0.0f64..100.0,
        0.05f64..4.0,
        0.0f64..=1.0,
        0.0f64..=1.0,
        any::<bool>(),
    )
        .prop_map(|(gain, ti, td, filter, b, c, direct)| {
            let tuning =
                Tuning::isa(gain.min(12.0 / td), ti, td).weighted(b, c).filtered(td * filter);
            if direct { tuning } else { tuning.reverse() }
        })
        .prop_filter("refused", |tuning| Coefficients::<I16F16>::new(tuning, PERIOD).is_ok())
}

fn any_mode<T: Tested>(choice: u8, value: f64) -> Mode<T> {
    match choice {
        0 => Mode::Manual(T::of(value)),
        1 => Mode::Hold,
        2 => Mode::Track(T::of(value)),
        3 => Mode::Safe,
        _ => Mode::Auto,
    }
}

type Move = (Tuning, [f64; 4], (f64, f64), (u8, u8, u8), u32);

fn any_move() -> impl Strategy<Value = Move> {
    let signal = prop_oneof![
        -5.0f64..5.0,
        -2_100.0f64..2_100.0,
        Just(f64::NAN),
        Just(f64::INFINITY),
        any::<f64>()
    ];
    let signals = [signal.clone(), signal.clone(), signal.clone(), signal];
    (
        any_tuning(),
        signals,
        (-2_046.0f64..2_045.0, 1e-3f64..10.0),
        any::<(u8, u8, u8)>(),
        0u32..2_000,
    )
}

fn never_leaves_its_limits<T: Tested>(moves: &[Move]) {
    let mut pid = Pid::<T>::new();
    let mut last = T::ZERO;
    for (tuning, [r, y, f, achieved], (low, width), (choice, invalid, policy), millis) in moves {
        let kinds = [AntiWindup::BackCalculation, AntiWindup::Conditional, AntiWindup::Both];
        let kind = kinds[usize::from(policy % 3)];
        let with = T::coefficients(tuning, PERIOD).unwrap().with_anti_windup(kind);
        let high = (low + width).min(2_046.0);
        let low = low.min(high - 1e-3);
        let mut limits = T::limits(low, high);
        if policy % 3 == 0 {
            limits = limits.with_slew(T::of(0.01 + width / 9.0), T::of(0.02)).unwrap();
        }
        let then = if policy % 2 == 0 { Fallback::Safe } else { Fallback::Bleed(T::of(0.5)) };
        let limits =
            limits.with_on_invalid(OnInvalid { hold: u16::from(policy % 5), then }).unwrap();
        let measured = if invalid % 4 == 0 { Err(Fault::Stale) } else { Ok(T::of(*y)) };
        let input = Input {
            mode: any_mode(choice % 12, *y),
            setpoint: T::of(*r),
            measured,
            feed_forward: T::of(*f),
            achieved: T::of(*achieved),
            dt: Duration::from_millis(if millis % 2 == 0 { 100 } else { *millis }),
        };
        for _ in 0..10 {
            let step = pid.step(&with, &limits, &input);
            assert!(limits.low() <= step.command && step.command <= limits.high(), "{step:?}");
            for term in [step.proportional(), step.integral(), step.derivative(), step.requested()]
            {
                assert!(term.to().is_finite(), "{step:?}");
            }
            last = step.command;
        }
    }
    assert!(last.to().is_finite());
    assert_recovers(pid);
}

/// Whatever happened, a sound input gets a sound loop back.
fn assert_recovers<T: Tested>(pid: Pid<T>) {
    let mut one = Loop::<T>::new(&Tuning::isa(0.5, 1.0, 0.0), PERIOD);
    one.pid = pid;
    let mut y = 0.5;
    for _ in 0..3_000 {
        let u = one.run(1, 0.25, y).command.to();
        y += (1.0 - u - y) * 0.1;
    }
    assert!((y - 0.25).abs() < 1e-2, "{}: {y} {:?}", T::NAME, one.pid);
}

proptest! {
    #[test]
    fn construction_never_panics(
        values: [f64; 7], direct: bool, millis: u32,
    ) {
        let [gain, ti, td, tf, tt, b, c] = values;
        let tuning = Tuning {
            gain, integral_time_s: ti, derivative_time_s: td, filter_time_s: tf, tracking_time_s: tt,
            b, c,
            action: if direct { Default::default() } else { Tuning::isa(1.0, 1.0, 0.0).reverse().action },
        };
        let period = Duration::from_millis(millis);
        let fixed = Coefficients::<I16F16>::new(&tuning, period);
        prop_assert_eq!(fixed.is_ok(), Coefficients::<f64>::new(&tuning, period).is_ok());
        let _ = Limits::<f64>::new(gain, ti).and_then(|limits| limits.with_slew(td, tf));
    }

    #[test]
    fn the_command_never_leaves_the_limits_and_the_state_is_never_poisoned(
        moves in prop::collection::vec(any_move(), 1..40),
    ) {
        never_leaves_its_limits::<I16F16>(&moves);
        never_leaves_its_limits::<I32F32>(&moves);
        never_leaves_its_limits::<f32>(&moves);
        never_leaves_its_limits::<f64>(&moves);
    }

    #[test]
    fn a_retune_at_rest_moves_the_command_by_one_step_at_most(
        old in any_tuning(), new in any_tuning(), setpoint in -20.0f64..40.0, output in 0.1f64..0.9,
        lost: bool,
    ) {
        fn check<T: Tested>(old: &Tuning, new: &Tuning, setpoint: f64, output: f64, lost: bool) {
            let mut one = Loop::<T>::new(old, PERIOD);
            let start = Input { mode: Mode::Track(T::of(output)), ..one.input(setpoint, setpoint) };
            one.step(&start);
            let before = one.run(50, setpoint, setpoint);
            if lost {
                let policy = OnInvalid { hold: 1, then: Fallback::Safe };
                one.limits = one.limits.with_on_invalid(policy).unwrap();
                one.step(&Input { measured: Err(Fault::Open), ..one.input(setpoint, 0.0) });
            }
            one.with = T::coefficients(new, PERIOD).unwrap();
            let after = one.run(1, setpoint, setpoint);
            let bump = (after.command.to() - before.command.to()).abs();
            assert!(bump <= T::LEAST, "{}: {bump}", T::NAME);
        }
        check::<I16F16>(&old, &new, setpoint, output, lost);
        check::<I32F32>(&old, &new, setpoint, output, lost);
        check::<f32>(&old, &new, setpoint, output, lost);
        check::<f64>(&old, &new, setpoint, output, lost);
    }
}
