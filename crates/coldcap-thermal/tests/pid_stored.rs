//! What is stored of a controller comes back as it was, and what was forged is refused.
#![cfg(feature = "serde")]
#![allow(missing_docs, clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod support;

use coldcap_thermal::pid::{
    AntiWindup, Coefficients, Fallback, Input, Jitter, Limits, Mode, OnInvalid, Pid, Tuning,
};
use coldcap_units::{Duration, Fault};
use fixed::types::{I16F16, I32F32};
use serde::Serialize;
use serde::de::DeserializeOwned;
use support::{Loop, Tested};

const PERIOD: Duration = Duration::from_millis(100);

fn back<V: Serialize + DeserializeOwned>(value: &V) -> V {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

/// A controller in the middle of things, its coefficients and its limits; then both run on alike.
fn goes_on_as_if_nothing_had_been<T>()
where
    T: Tested + Serialize + DeserializeOwned,
    T::Gain: Serialize + DeserializeOwned,
    T::Pole: Serialize + DeserializeOwned,
    T::Signal: Serialize + DeserializeOwned,
    T::Term: Serialize + DeserializeOwned,
    T::Integral: Serialize + DeserializeOwned,
{
    let mut one = Loop::<T>::new(&Tuning::isa(0.3, 20.0, 2.0).weighted(0.6, 0.1), PERIOD);
    one.with = one.with.with_jitter(Jitter::Strict { tolerance: Duration::from_millis(3) });
    one.with = one.with.with_anti_windup(AntiWindup::Both);
    let policy = OnInvalid { hold: 3, then: Fallback::Bleed(T::of(0.02)) };
    one.limits = one.limits.with_slew(T::of(0.05), T::of(0.1)).unwrap();
    one.limits = one.limits.with_on_invalid(policy).unwrap();
    for step in 0..400 {
        let y = f64::from(step % 17) * 0.3 - 2.0;
        let measured = if step % 50 > 45 { Err(Fault::Bus) } else { Ok(T::of(y)) };
        one.step(&Input { measured, ..one.input(0.5, y) });
        let mut other = Loop { pid: back(&one.pid), with: back(&one.with), ..one };
        other.limits = back(&one.limits);
        assert_eq!((other.pid, other.with, other.limits), (one.pid, one.with, one.limits));
        let next = one.input(0.5, y + 0.1);
        let mut here = one;
        assert_eq!(here.step(&next), other.step(&next));
    }
}

#[test]
fn all_four_number_types_come_back() {
    goes_on_as_if_nothing_had_been::<f32>();
    goes_on_as_if_nothing_had_been::<f64>();
    goes_on_as_if_nothing_had_been::<I16F16>();
    goes_on_as_if_nothing_had_been::<I32F32>();
}

/// The JSON of a value with one number changed.
fn forged<V: Serialize>(value: &V, path: &[&str], to: serde_json::Value) -> String {
    let mut json = serde_json::to_value(value).unwrap();
    let mut at = &mut json;
    for part in path {
        at = at.get_mut(part).unwrap();
    }
    *at = to;
    json.to_string()
}

#[test]
fn forged_coefficients_are_refused_by_name() {
    let with = Coefficients::<I16F16>::new(&Tuning::isa(0.3, 20.0, 2.0), PERIOD).unwrap();
    let refused = |path: &[&str], to: serde_json::Value| {
        let text = forged(&with, path, to);
        serde_json::from_str::<Coefficients<I16F16>>(&text).unwrap_err().to_string()
    };
    assert!(refused(&["version"], 2.into()).contains("version 2 is stored, 1 is read"));
    assert!(refused(&["period_ms"], 0.into()).contains("at least 1 ms"));
    for (path, to) in [(["tracking", "mantissa"], -5), (["proportional", "down"], 40)] {
        assert!(refused(&path, to.into()).contains("gain"), "{path:?}");
    }
    assert!(refused(&["pole"], (-1).into()).contains("pole"));
    let float = Coefficients::<f64>::new(&Tuning::isa(0.3, 20.0, 2.0), PERIOD).unwrap();
    for (path, to) in [("proportional", 1e300), ("derivative", 200.0), ("pole", 1.0)] {
        let text = forged(&float, &[path], to.into());
        assert!(serde_json::from_str::<Coefficients<f64>>(&text).is_err(), "{path}");
    }
}

#[test]
fn forged_limits_and_states_are_refused() {
    let limits = Limits::<f64>::UNIT;
    for (path, to) in [("high", -1.0), ("safe", 2.0), ("low", 1e9)] {
        let text = forged(&limits, &[path], to.into());
        assert!(serde_json::from_str::<Limits<f64>>(&text).is_err(), "{path}");
    }
    let slew = forged(&limits, &["slew"], serde_json::json!([0.0, 1.0]));
    assert!(serde_json::from_str::<Limits<f64>>(&slew).is_err());

    let mut one = Loop::<I16F16>::new(&Tuning::isa(0.3, 20.0, 2.0), PERIOD);
    one.step(&Input { mode: Mode::Track(I16F16::ONE), ..one.input(1.0, 1.0) });
    for (path, to) in [
        ("integral", i64::MAX),
        ("derivative", i64::MIN),
        ("setpoint", i64::from(i32::MAX)),
        ("measured", i64::from(i32::MIN)),
        ("version", 7),
    ] {
        let text = forged(&one.pid, &[path], to.into());
        assert!(serde_json::from_str::<Pid<I16F16>>(&text).is_err(), "{path}");
    }
    let nothing = forged(&Pid::<f32>::new(), &["derivative"], serde_json::Value::Null);
    assert!(serde_json::from_str::<Pid<f32>>(&nothing).is_err());
}
