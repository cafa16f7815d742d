//! Everybody whose step is timed, with equivalent gains and the same inputs.

use coldcap::TICK;
use coldcap_thermal::channel::REFERENCE_TUNING;
use coldcap_thermal::output::Split;
use coldcap_thermal::pid::{Input, Tuning};
use coldcap_trial::case::{Case, EVERYTHING, Everything, split};
use coldcap_trial::number::Trial;
use core::hint::black_box;
use discrete_pid::pid::{FuncPidController, PidConfigBuilder, PidContext};
use discrete_pid::time::Millis;
use dsp_fixedpoint::Q32;
use dsp_process::SplitProcess;
use fixed::types::{I16F16, I32F32};
use idsp::iir::{
    Biquad, BiquadClamp, DirectForm1, DirectForm1Dither, DirectForm1Wide, DirectForm2Transposed,
};
use pidgeon::{AntiWindupMode, ControllerConfig, DerivativeMode, PidState, pid_compute};

/// Calls in one round.
pub(crate) const CALLS: usize = 65_536;

/// What a contestant is compared with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// An ordinary step in integers.
    Integer,
    /// An ordinary step in `f32`.
    Single,
    /// An ordinary step in `f64`.
    Double,
    /// Saturated, or with everything on.
    Busy,
}

/// Somebody whose step is timed.
pub(crate) struct Contestant {
    /// Who.
    pub(crate) name: &'static str,
    /// Among whom.
    pub(crate) class: Class,
    /// One round of [`CALLS`] steps.
    pub(crate) round: Box<dyn FnMut()>,
}

fn contestant(name: &'static str, class: Class, round: impl FnMut() + 'static) -> Contestant {
    Contestant { name, class, round: Box::new(round) }
}

/// Small measurements around zero, in steps of 2⁻¹⁶, whose sum is zero: nobody saturates by them.
fn inputs() -> Vec<i32> {
    let mut state = 12_345_u32;
    let mut half = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 23) as i32
    };
    (0..CALLS / 2).flat_map(|_| [half()].map(|value| [value, -value])).flatten().collect()
}

fn single() -> Vec<f32> {
    inputs().into_iter().map(f32::of).collect()
}

fn double() -> Vec<f64> {
    inputs().into_iter().map(f64::of).collect()
}

/// All of them.
pub(crate) fn all() -> Vec<Contestant> {
    let mut all = vec![
        ordinary::<I16F16>("coldcap `Pid<I16F16>`", Class::Integer),
        ordinary::<I32F32>("coldcap `Pid<I32F32>`", Class::Integer),
        ordinary::<f32>("coldcap `Pid<f32>`", Class::Single),
        ordinary::<f64>("coldcap `Pid<f64>`", Class::Double),
        ordinary_in_registers::<I16F16>(
            "coldcap `Pid<I16F16>`, state in registers",
            Class::Integer,
        ),
        ordinary_in_registers::<f32>("coldcap `Pid<f32>`, state in registers", Class::Single),
        saturated::<I16F16>("coldcap `Pid<I16F16>`, saturated"),
        saturated::<f32>("coldcap `Pid<f32>`, saturated"),
        busy::<I16F16>("coldcap `Pid<I16F16>`, everything on"),
        busy::<f32>("coldcap `Pid<f32>`, everything on"),
        busy_with_filter::<I16F16>("… and measurement filter"),
        busy_with_filter::<f32>("… and measurement filter (`f32`)"),
        busy_with_split("… and filter, and heat/cool split"),
    ];
    all.extend(idsp_integer());
    all.extend(idsp_float());
    all.extend([pid_single(), pid_double(), discrete_single(), discrete_double(), pidgeon()]);
    all
}

fn ordinary<T: Trial>(name: &'static str, class: Class) -> Contestant {
    let case = Case::<T>::ordinary(&REFERENCE_TUNING, TICK).unwrap();
    let signals: Vec<T> = inputs().into_iter().map(T::of).collect();
    cased(name, class, case, signals)
}

fn saturated<T: Trial>(name: &'static str) -> Contestant {
    let case = Case::<T>::saturated(&REFERENCE_TUNING, TICK).unwrap();
    let signals: Vec<T> = inputs().into_iter().map(T::of).collect();
    cased(name, Class::Busy, case, signals)
}

/// State, coefficients and limits in memory of which the compiler knows nothing; the command is fed back
/// as what was achieved.
fn cased<T: Trial>(name: &'static str, class: Class, case: Case<T>, signals: Vec<T>) -> Contestant {
    let Case { mut pid, with, limits, setpoint, mut command } = case;
    contestant(name, class, move || {
        let mut achieved = command;
        for signal in &signals {
            let input = Input::auto(setpoint, Ok(*signal), achieved, TICK);
            let step = black_box(&mut pid).step(black_box(&with), black_box(&limits), &input);
            achieved = step.command;
            black_box(achieved);
        }
        command = achieved;
    })
}

/// The same with a state that may stay in registers from one call to the next, as in a block of samples.
fn ordinary_in_registers<T: Trial>(name: &'static str, class: Class) -> Contestant {
    let case = Case::<T>::ordinary(&REFERENCE_TUNING, TICK).unwrap();
    let signals: Vec<T> = inputs().into_iter().map(T::of).collect();
    let Case { mut pid, with, limits, setpoint, mut command } = case;
    contestant(name, class, move || {
        let (mut state, mut achieved) = (pid, command);
        for signal in &signals {
            let input = Input::auto(setpoint, Ok(*signal), achieved, TICK);
            achieved = state.step(&with, &limits, &input).command;
            black_box(achieved);
        }
        (pid, command) = (state, achieved);
    })
}

fn everything<T: Trial>() -> (Everything<T>, Vec<T>) {
    let case = Everything::<T>::new(&EVERYTHING, TICK).unwrap();
    (case, inputs().into_iter().map(T::of).collect())
}

fn busy<T: Trial>(name: &'static str) -> Contestant {
    let (mut case, signals) = everything::<T>();
    contestant(name, Class::Busy, move || {
        for signal in &signals {
            let case = black_box(&mut case);
            let command = case.step_pid(*signal).command;
            case.achieved = black_box(command).minus(case.behind);
        }
    })
}

fn busy_with_filter<T: Trial>(name: &'static str) -> Contestant {
    let (mut case, signals) = everything::<T>();
    contestant(name, Class::Busy, move || {
        for signal in &signals {
            black_box(black_box(&mut case).step(*signal).command);
        }
    })
}

fn busy_with_split(name: &'static str) -> Contestant {
    let (mut case, signals) = everything::<I16F16>();
    let split: Split = split().unwrap();
    contestant(name, Class::Busy, move || {
        for signal in &signals {
            black_box(black_box(&mut case).step_split(black_box(&split), *signal));
        }
    })
}

/// K, K·h/Ti, K·Td/h, Tf and h of the reference tuning.
fn gains() -> [f64; 5] {
    let Tuning { gain, integral_time_s, derivative_time_s, filter_time_s, .. } = REFERENCE_TUNING;
    let h = f64::from(TICK.as_millis()) / 1_000.0;
    [gain, gain * h / integral_time_s, gain * derivative_time_s / h, filter_time_s, h]
}

/// The same law as a biquad.
fn biquad() -> [f64; 5] {
    let [p, i, d, tf, h] = gains();
    let a = if tf > 0.0 { (-h / tf).exp() } else { 0.0 };
    let d = d * (1.0 - a);
    [p + i + d, -(1.0 + a) * p - a * i - 2.0 * d, a * p + d, 1.0 + a, -a]
}

/// One round of a rival whose state and configuration are in memory.
macro_rules! in_memory {
    ($name:expr, $class:expr, $config:expr, $state:expr, $signals:expr) => {{
        let (config, mut state, signals) = ($config, $state, $signals);
        contestant($name, $class, move || {
            for signal in &signals {
                black_box(black_box(&config).process(black_box(&mut state), *signal));
            }
        })
    }};
}

/// The same with a state that may stay in registers from one call to the next, as in a block of samples.
macro_rules! in_registers {
    ($name:expr, $class:expr, $config:expr, $state:ty, $signals:expr) => {{
        let (config, signals) = ($config, $signals);
        let mut kept = <$state>::default();
        contestant($name, $class, move || {
            let mut state = kept.clone();
            for signal in &signals {
                black_box(config.process(&mut state, *signal));
            }
            kept = state;
        })
    }};
}

fn integer_config() -> BiquadClamp<Q32<24>, i32> {
    let ba = biquad().map(|value| Q32::<24>::from_bits((value * 16_777_216.0).round() as i32));
    BiquadClamp { coeff: Biquad { ba }, u: 0, min: -65_536, max: 65_536 }
}

fn idsp_integer() -> Vec<Contestant> {
    let (class, config) = (Class::Integer, integer_config);
    vec![
        in_memory!(
            "idsp `Q32<24>` dither",
            class,
            config(),
            DirectForm1Dither::default(),
            inputs()
        ),
        in_memory!("idsp `Q32<24>` DF1", class, config(), DirectForm1::<i32>::default(), inputs()),
        in_memory!("idsp `Q32<24>` wide", class, config(), DirectForm1Wide::default(), inputs()),
        in_registers!(
            "idsp `Q32<24>` dither, state in registers",
            class,
            config(),
            DirectForm1Dither,
            inputs()
        ),
        in_registers!(
            "idsp `Q32<24>` wide, state in registers",
            class,
            config(),
            DirectForm1Wide,
            inputs()
        ),
    ]
}

fn float_config() -> BiquadClamp<f32, f32> {
    BiquadClamp {
        coeff: Biquad { ba: biquad().map(|value| value as f32) },
        u: 0.0,
        min: -1.0,
        max: 1.0,
    }
}

fn idsp_float() -> Vec<Contestant> {
    let (class, config) = (Class::Single, float_config);
    let double: BiquadClamp<f64, f64> =
        BiquadClamp { coeff: Biquad { ba: biquad() }, u: 0.0, min: -1.0, max: 1.0 };
    vec![
        in_memory!("idsp `f32` DF1", class, config(), DirectForm1::<f32>::default(), single()),
        in_memory!(
            "idsp `f32` DF2T",
            class,
            config(),
            DirectForm2Transposed::<f32>::default(),
            single()
        ),
        in_registers!(
            "idsp `f32` DF1, state in registers",
            class,
            config(),
            DirectForm1<f32>,
            single()
        ),
        in_registers!(
            "idsp `f32` DF2T, state in registers",
            class,
            config(),
            DirectForm2Transposed<f32>,
            single()
        ),
        in_memory!(
            "idsp `f64` DF1",
            Class::Double,
            double,
            DirectForm1::<f64>::default(),
            self::double()
        ),
    ]
}

fn pid_single() -> Contestant {
    let [p, i, d, ..] = gains().map(|gain| gain as f32);
    let mut rival = pid::Pid::<f32>::new(0.0, 1.0);
    rival.p(p, 1.0).i(i, 1.0).d(d, 1.0);
    let signals = single();
    contestant("pid `f32`", Class::Single, move || {
        for signal in &signals {
            black_box(black_box(&mut rival).next_control_output(*signal).output);
        }
    })
}

fn pid_double() -> Contestant {
    let [p, i, d, ..] = gains();
    let mut rival = pid::Pid::<f64>::new(0.0, 1.0);
    rival.p(p, 1.0).i(i, 1.0).d(d, 1.0);
    let signals = double();
    contestant("pid `f64`", Class::Double, move || {
        for signal in &signals {
            black_box(black_box(&mut rival).next_control_output(*signal).output);
        }
    })
}

/// Its filter has no off: without derivative its time does not matter.
macro_rules! discrete {
    ($name:expr, $class:expr, $float:ty, $signals:expr) => {{
        let [p, i, d, tf, h] = gains();
        let config = PidConfigBuilder::<$float>::default()
            .kp(p as $float)
            .ki((i / h) as $float)
            .kd((d * h) as $float)
            .filter_tc(if tf > 0.0 { tf } else { h } as $float)
            .sample_time(core::time::Duration::from_millis(TICK.as_millis().into()))
            .output_limits(-1.0, 1.0)
            .use_derivative_on_measurement(true)
            .build()
            .unwrap();
        let rival = FuncPidController::new(config);
        let mut now = Millis(0);
        let mut context = PidContext::new(now, 0.0, 0.0);
        let signals = $signals;
        contestant($name, $class, move || {
            for signal in &signals {
                now = Millis(now.0 + u64::from(TICK.as_millis()));
                let context = black_box(&mut context);
                let (output, next) = black_box(&rival).compute(*context, *signal, 0.0, now, None);
                *context = next;
                black_box(output);
            }
        })
    }};
}

fn discrete_single() -> Contestant {
    discrete!("discrete_pid `f32`", Class::Single, f32, single())
}

fn discrete_double() -> Contestant {
    discrete!("discrete_pid `f64`", Class::Double, f64, double())
}

fn pidgeon() -> Contestant {
    let [p, i, d, tf, h] = gains();
    let config = ControllerConfig::builder()
        .with_kp(p)
        .with_ki(i / h)
        .with_kd(d * h)
        .with_output_limits(-1.0, 1.0)
        .with_setpoint(0.0)
        .with_anti_windup_mode(AntiWindupMode::BackCalculation {
            tracking_time: REFERENCE_TUNING.tracking_time_s,
        })
        .with_derivative_mode(DerivativeMode::OnMeasurement)
        .with_derivative_filter_coeff(if tf > 0.0 { 1.0 / tf } else { 10.0 })
        .build()
        .unwrap();
    let mut state = PidState::default();
    let signals = double();
    contestant("pidgeon `f64`", Class::Double, move || {
        for signal in &signals {
            let state = black_box(&mut state);
            let Ok((output, next)) = pid_compute(black_box(&config), state, *signal, h) else {
                return;
            };
            *state = next;
            black_box(output);
        }
    })
}
