//! A sensor that loses samples again and again.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod support;

use coldcap_thermal::pid::{AntiWindup, Fallback, Input, OnInvalid, Tuning};
use coldcap_units::{Duration, Fault};
use fixed::types::{I16F16, I32F32};
use support::{Loop, Tested};

/// The integral, after the output was at its limit for long; `lossy` loses every second sample.
fn integral<T: Tested>(anti_windup: AntiWindup, lossy: bool) -> f64 {
    let mut pi = Loop::<T>::new(&Tuning::isa(0.5, 10.0, 0.0).reverse(), Duration::from_secs(1));
    pi.with = pi.with.with_anti_windup(anti_windup);
    let hold = OnInvalid { hold: 3, then: Fallback::Safe };
    pi.limits = pi.limits.with_on_invalid(hold).unwrap();
    let valid = pi.input(20.0, 10.0);
    let mut last = 0.0;
    for _ in 0..2_000 {
        let input = Input { achieved: pi.achieved, ..valid };
        last = pi.step(&input).integral().to();
        if lossy {
            let lost = Input { measured: Err(Fault::Open), achieved: pi.achieved, ..valid };
            assert_eq!(pi.step(&lost).command, T::ONE);
        }
    }
    last
}

fn lost_samples_leave_no_trace<T: Tested>() {
    let all = [AntiWindup::BackCalculation, AntiWindup::Conditional, AntiWindup::Both];
    for anti_windup in all {
        let (whole, lossy) = (integral::<T>(anti_windup, false), integral::<T>(anti_windup, true));
        assert_eq!(lossy, whole, "{}, {anti_windup:?}", T::NAME);
    }
}

#[test]
fn every_second_sample_lost_at_a_limit_does_not_wind_the_integral_up() {
    lost_samples_leave_no_trace::<f32>();
    lost_samples_leave_no_trace::<f64>();
    lost_samples_leave_no_trace::<I16F16>();
    lost_samples_leave_no_trace::<I32F32>();
}
