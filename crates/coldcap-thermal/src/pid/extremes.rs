//! Why the integer core cannot overflow, tried out: one step from every combination of the largest and
//! smallest gains, signals, states and times, once in the real core and once in 128 bits, which fails
//! where a result would not fit. Both must agree to the last bit, and the state must stay in its bounds.
//!
//! What it covers: every sum and product of the law is monotonic in each of its operands, so its largest
//! size is at a corner; the corners are what is tried. It is one step from any state that the bounds
//! allow, reachable or not; that a step leaves a state within the bounds makes it all steps.

extern crate std;

use super::step::Shape;
use super::{AntiWindup, Coefficients, Input, Limits, Mode, Pid, Tuning};
use crate::number::{Number, Wide};
use coldcap_units::Duration;
use fixed::types::I16F16;
use std::{vec, vec::Vec};

const PERIOD: Duration = Duration::from_millis(100);
const H: f64 = 0.1;

/// The strongest of everything, alone and together.
fn tunings() -> Vec<Tuning> {
    let most = 127.999_999_99;
    let strong = Tuning::isa(most, H, 0.0).weighted(0.0, 1.0).tracking(1e-9);
    // K·Td/h just below 512, once with the shortest filter that the gain of a step allows, once with the
    // longest of all.
    let (td, short) = (511.9 / most * H, 511.9 / most * H / 1.1);
    let derivative = Tuning { derivative_time_s: td, ..strong };
    let small = Tuning::isa(1e-6, 0.2, 0.0).weighted(0.0, 1.0);
    vec![
        strong,
        derivative.filtered(short),
        derivative.filtered(H * 1_000_000.0),
        Tuning { integral_time_s: f64::INFINITY, ..derivative.filtered(short) },
        small,
    ]
}

fn coefficients() -> Vec<Coefficients<I16F16>> {
    let kinds = [AntiWindup::BackCalculation, AntiWindup::Both];
    let both = tunings().into_iter().flat_map(|tuning| [tuning, tuning.reverse()]);
    both.map(|tuning| Coefficients::<I16F16>::new(&tuning, PERIOD).unwrap())
        .flat_map(|with| kinds.map(|kind| with.with_anti_windup(kind)))
        .collect()
}

fn wide_coefficients(with: &Coefficients<I16F16>) -> Coefficients<Wide> {
    Coefficients {
        proportional: with.proportional,
        integral: with.integral,
        derivative: with.derivative,
        pole: with.pole,
        period: with.period,
        setpoint: with.setpoint,
        derivative_setpoint: with.derivative_setpoint,
        tracking: with.tracking,
        jitter: with.jitter,
        anti_windup: with.anti_windup,
    }
}

fn wide_state(pid: &Pid<I16F16>) -> Pid<Wide> {
    Pid {
        integral: pid.integral.into(),
        derivative: pid.derivative.into(),
        setpoint: pid.setpoint.into(),
        measured: pid.measured.into(),
        command: Wide(pid.command),
        excess: Wide(pid.excess),
        missed: pid.missed,
        shape: pid.shape,
    }
}

fn wide_input(input: &Input<I16F16>) -> Input<Wide> {
    Input {
        mode: match input.mode {
            Mode::Track(output) => Mode::Track(Wide(output)),
            _ => Mode::Auto,
        },
        setpoint: Wide(input.setpoint),
        measured: input.measured.map(Wide),
        feed_forward: Wide(input.feed_forward),
        achieved: Wide(input.achieved),
        dt: input.dt,
    }
}

/// Calls `with` for every combination of what the slices hold, by index.
fn every<const N: usize>(sizes: [usize; N], mut with: impl FnMut([usize; N])) {
    for number in 0..sizes.iter().product::<usize>() {
        let mut rest = number;
        with(sizes.map(|size| {
            let index = rest % size;
            rest /= size;
            index
        }));
    }
}

const LARGEST: i32 = 2_048 << 16;

fn states() -> Vec<Pid<I16F16>> {
    let integrals = [I16F16::BOUND, 0, -I16F16::BOUND];
    let derivatives = [I16F16::DERIVATIVE_BOUND, -I16F16::DERIVATIVE_BOUND];
    let excesses = [I16F16::ZERO, I16F16::MAX, I16F16::MIN];
    let shapes = [Shape::Fresh, Shape::Regular, Shape::Adrift, Shape::Clipped];
    let commands = [2_046, -2_046].map(I16F16::from_num::<i32>);
    let mut states = Vec::new();
    every([3, 2, 2, 2, 2, 3, 4], |[i, d, r, y, u, x, s]| {
        states.push(Pid {
            integral: integrals[i],
            derivative: derivatives[d],
            setpoint: [LARGEST, -LARGEST][r],
            measured: [LARGEST, -LARGEST][y],
            command: commands[u],
            excess: excesses[x],
            missed: 0,
            shape: shapes[s],
        });
    });
    states
}

fn inputs() -> Vec<Input<I16F16>> {
    let edges = [LARGEST, -LARGEST].map(I16F16::from_bits);
    let times = [PERIOD, Duration::ZERO, Duration::from_millis(1), Duration::from_secs(60)];
    let modes = [Mode::Auto, Mode::Track(edges[0]), Mode::Track(edges[1])];
    let mut inputs = Vec::new();
    every([2, 2, 2, 2, 4, 3], |[r, y, f, a, t, m]| {
        inputs.push(Input {
            mode: modes[m],
            setpoint: edges[r],
            measured: Ok(edges[y]),
            feed_forward: edges[f],
            achieved: edges[a],
            dt: times[t],
        });
    });
    inputs
}

/// Both cores take the step, and agree.
fn step(
    with: (&Coefficients<I16F16>, &Coefficients<Wide>),
    limits: (&Limits<I16F16>, &Limits<Wide>),
    state: &Pid<I16F16>,
    input: &(Input<I16F16>, Input<Wide>),
) {
    let (mut narrow, mut wide) = (*state, wide_state(state));
    let got = narrow.step(with.0, limits.0, &input.0);
    let wanted = wide.step(with.1, limits.1, &input.1);
    let same = wide == wide_state(&narrow)
        && wanted.command.0 == got.command
        && [wanted.proportional, wanted.integral, wanted.derivative]
            == [got.proportional, got.integral, got.derivative].map(i128::from);
    assert!(same, "{state:?} {:?}: {narrow:?} {wide:?}", input.0);
    assert!(I16F16::is_integral(narrow.integral), "{narrow:?}");
    assert!(narrow.derivative.abs() <= I16F16::DERIVATIVE_BOUND, "{narrow:?}");
}

#[test]
fn nothing_overflows_at_the_edges() {
    let inputs: Vec<_> = inputs().into_iter().map(|input| (input, wide_input(&input))).collect();
    let edge = I16F16::from_num(2_046);
    let limits = Limits::<I16F16>::new(-edge, edge).unwrap();
    let wide_limits = Limits::plain(Wide(-edge), Wide(edge));
    for with in coefficients() {
        let with = (&with, &wide_coefficients(&with));
        for state in states() {
            for input in &inputs {
                step(with, (&limits, &wide_limits), &state, input);
            }
        }
    }
}
