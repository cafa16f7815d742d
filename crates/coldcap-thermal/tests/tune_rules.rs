//! The tuning rules against published tables, and their robustness by an independent frequency sweep.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_thermal::pid::{Action, Coefficients, Tuning, TuningError};
use coldcap_thermal::tune::model::Model;
use coldcap_thermal::tune::rules::{Gains, Rule, RuleError};
use core::f64::consts::PI;
use core::ops::{Add, Div, Mul};

#[derive(Clone, Copy, Debug)]
struct Complex(f64, f64);

impl Complex {
    fn exp(self) -> Self {
        Self(self.0.exp() * self.1.cos(), self.0.exp() * self.1.sin())
    }

    fn size(self) -> f64 {
        self.0.hypot(self.1)
    }

    fn scaled(self, by: f64) -> Self {
        Self(self.0 * by, self.1 * by)
    }

    fn plus(self, real: f64) -> Self {
        Self(self.0 + real, self.1)
    }
}

impl Add for Complex {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0, self.1 + other.1)
    }
}

impl Mul for Complex {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self(self.0 * other.0 - self.1 * other.1, self.0 * other.1 + self.1 * other.0)
    }
}

impl Div for Complex {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let square = other.0 * other.0 + other.1 * other.1;
        (self * Self(other.0, -other.1)).scaled(1.0 / square)
    }
}

const ONE: Complex = Complex(1.0, 0.0);

/// delay, lags, and the time of a zero in the right half plane.
struct Plant {
    delay: f64,
    lags: &'static [f64],
    zero: f64,
}

const fn plant(delay: f64, lags: &'static [f64]) -> Plant {
    Plant { delay, lags, zero: 0.0 }
}

impl Plant {
    fn at(&self, s: Complex) -> Complex {
        let top = s.scaled(-self.delay).exp() * s.scaled(-self.zero).plus(1.0);
        self.lags.iter().fold(top, |value, lag| value / s.scaled(*lag).plus(1.0))
    }
}

/// With a filter of the derivative at N = 10.
fn controller(gains: &Gains, s: Complex) -> Complex {
    let derivative = s.scaled(gains.td_s) / s.scaled(gains.td_s / 10.0).plus(1.0);
    (ONE / s.scaled(gains.ti_s) + derivative).plus(1.0).scaled(gains.k)
}

/// Largest sensitivity |1/(1 + L)| over 40 000 frequencies.
fn sensitivity(loop_gain: impl Fn(Complex) -> Complex, around: f64) -> f64 {
    (0..40_000)
        .map(|n| {
            let w = around * 10f64.powf(f64::from(n) / 10_000.0 - 2.0);
            1.0 / loop_gain(Complex(0.0, w)).plus(1.0).size()
        })
        .fold(0.0, f64::max)
}

/// K, Ti, Td, Ms and the integral of the error after a load step, where the table has it.
type Row = [f64; 5];

struct Line {
    plant: Plant,
    model: [f64; 2],
    amigo_pi: Row,
    amigo_pid: Row,
    simc: Row,
}

const NONE: f64 = f64::NAN;

/// Åström and Hägglund's batch: plants, their T and L (tangent, 63 %), and what the rules give.
const TABLE: [Line; 10] = [
    Line {
        plant: plant(1.0, &[1.0]),
        model: [1.0, 1.0],
        amigo_pi: [0.250, 1.000, 0.0, 1.25, NONE],
        amigo_pid: [0.650, 1.091, 0.385, 1.44, 1.678],
        simc: [0.500, 1.000, 0.0, 1.59, 2.000],
    },
    Line {
        plant: plant(1.0, &[10.0]),
        model: [10.0, 1.0],
        amigo_pi: [2.823, 6.077, 0.0, 1.32, NONE],
        amigo_pid: [4.700, 4.200, 0.485, 1.45, 0.894],
        simc: [5.000, 8.000, 0.0, 1.61, 1.600],
    },
    Line {
        plant: plant(1.0, &[0.1]),
        model: [0.1, 1.0],
        amigo_pi: [0.177, 0.366, 0.0, 1.46, NONE],
        amigo_pid: [0.245, 0.475, 0.125, 1.44, 1.940],
        simc: [0.050, 0.100, 0.0, 1.59, 2.000],
    },
    Line {
        plant: plant(1.0, &[10.0, 10.0]),
        model: [18.64, 3.817],
        amigo_pi: [1.171, 14.57, 0.0, 1.43, NONE],
        amigo_pid: [2.398, 11.05, 1.798, 1.57, 4.607],
        simc: [2.442, 18.64, 0.0, 1.73, 7.634],
    },
    Line {
        plant: plant(1.0, &[0.05, 0.05]),
        model: [0.093, 1.014],
        amigo_pi: [0.175, 0.369, 0.0, 1.45, NONE],
        amigo_pid: [0.241, 0.476, 0.119, 1.47, 1.971],
        simc: [0.046, 0.093, 0.0, 1.59, 2.028],
    },
    Line {
        plant: plant(0.0, &[1.0, 1.0, 1.0, 1.0]),
        model: [2.926, 1.425],
        amigo_pi: [0.416, 2.678, 0.0, 1.32, NONE],
        amigo_pid: [1.124, 2.415, 0.622, 1.62, 2.149],
        simc: [1.027, 2.926, 0.0, 1.99, 2.851],
    },
    Line {
        plant: plant(0.0, &[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]),
        model: [4.332, 4.307],
        amigo_pi: [0.251, 4.328, 0.0, 1.31, NONE],
        amigo_pid: [0.653, 4.714, 1.659, 1.58, 7.223],
        simc: [0.503, 4.332, 0.0, 1.82, 8.614],
    },
    Line {
        plant: plant(0.0, &[1.0, 0.1, 0.01, 0.001]),
        model: [1.041, 0.075],
        amigo_pi: [4.127, 0.540, 0.0, 1.37, NONE],
        amigo_pid: [6.432, 0.362, 0.037, 1.30, 0.056],
        simc: [6.924, 0.601, 0.0, 1.53, 0.087],
    },
    Line {
        plant: plant(0.0, &[1.0, 0.5, 0.25, 0.125]),
        model: [1.484, 0.503],
        amigo_pi: [0.625, 1.290, 0.0, 1.34, NONE],
        amigo_pid: [1.528, 1.072, 0.228, 1.55, 0.702],
        simc: [1.475, 1.484, 0.0, 1.85, 1.006],
    },
    Line {
        plant: Plant { delay: 0.0, lags: &[1.0, 1.0, 1.0], zero: 1.0 },
        model: [2.223, 1.854],
        amigo_pi: [0.272, 2.167, 0.0, 1.32, NONE],
        amigo_pid: [0.740, 2.250, 0.741, 1.62, 3.042],
        simc: [0.600, 2.223, 0.0, 1.95, 3.708],
    },
];

/// Gains to 1 % or one unit of the table's last digit (its T and L have three or four), Ms to 0.01.
fn agrees(line: &Line, rule: Rule, row: &Row) {
    let [time_constant_s, delay_s] = line.model;
    let gains = rule.gains(&Model { gain: 1.0, time_constant_s, delay_s }).unwrap();
    let integral = gains.ti_s / gains.k;
    for (found, given) in
        [gains.k, gains.ti_s, gains.td_s].iter().zip(row).chain([(&integral, &row[4])])
    {
        if !given.is_nan() {
            assert!(
                (found - given).abs() <= 0.001 + 0.01 * given,
                "{:?} {rule:?}: {gains:?}",
                line.model
            );
        }
    }
    let ms = sensitivity(|s| line.plant.at(s) * controller(&gains, s), 1.0 / delay_s);
    println!("T {time_constant_s} L {delay_s} {}: Ms {ms:.3}, table {:.2}", rule.name(), row[3]);
    assert!((ms - row[3]).abs() <= 0.01, "{:?} {rule:?}: Ms {ms}", line.model);
}

#[test]
fn the_whole_table() {
    for line in &TABLE {
        agrees(line, Rule::AmigoPi, &line.amigo_pi);
        agrees(line, Rule::AmigoPid, &line.amigo_pid);
        agrees(line, Rule::Simc, &line.simc);
    }
}

/// Published and recomputed: 1.590 up to T = 8 L, then 1.640, 1.669, 1.704 for the integrator.
#[test]
fn sensitivity_of_simc() {
    for (ratio, expected) in
        [(1.0, 1.590), (4.0, 1.590), (8.0, 1.590), (16.0, 1.640), (32.0, 1.669), (1e6, 1.704)]
    {
        let model = Model { gain: 1.0, time_constant_s: ratio, delay_s: 1.0 };
        let gains = Rule::Simc.gains(&model).unwrap();
        let plant = |s: Complex| s.scaled(-1.0).exp() / s.scaled(ratio).plus(1.0);
        let ms = sensitivity(|s| plant(s) * controller(&gains, s), 1.0);
        assert!((ms - expected).abs() < 0.0015, "{ratio}: {ms}");
    }
}

/// The loop is e^(−Ls)/((λ + L)s), whatever T is.
#[test]
fn sensitivity_of_lambda_depends_on_lambda_over_delay_alone() {
    for lambda in [1.0, 3.0, 10.0] {
        let [one, other] = [0.5, 40.0].map(|time_constant_s| {
            let model = Model { gain: -3.0, time_constant_s, delay_s: 1.0 };
            let gains = Rule::LambdaWith { closed_loop_s: lambda }.gains(&model).unwrap();
            let lag = |s: Complex| s.scaled(time_constant_s).plus(1.0);
            let plant = |s: Complex| s.scaled(-1.0).exp().scaled(-3.0) / lag(s);
            sensitivity(|s| plant(s) * controller(&gains, s), 1.0)
        });
        let integrator = sensitivity(|s| s.scaled(-1.0).exp() / s.scaled(lambda + 1.0), 1.0);
        assert!((one - integrator).abs() < 1e-9 && (other - integrator).abs() < 1e-9);
    }
}

/// Phase and gain at the ultimate frequency, without the model's own solution.
#[test]
fn rules_of_the_ultimate_point() {
    let model = Model { gain: 2.0, time_constant_s: 10.0, delay_s: 1.0 };
    let zn = Rule::ZieglerNichols.gains(&model).unwrap();
    let (ku, pu) = (zn.k / 0.6, zn.ti_s * 2.0);
    let s = Complex(0.0, 2.0 * PI / pu);
    let at = (s.scaled(-1.0).exp() / s.scaled(10.0).plus(1.0)).scaled(2.0 * ku);
    assert!((at.0 + 1.0).abs() < 1e-9 && at.1.abs() < 1e-9, "{at:?}");
    let pi = Rule::TyreusLuybenPi.gains(&model).unwrap();
    assert_eq!((pi.k, pi.ti_s, pi.td_s), (ku / 3.2, 2.2 * pu, 0.0));
    let pid = Rule::TyreusLuybenPid.gains(&model).unwrap();
    assert!((pid.k * 2.2 / ku - 1.0).abs() < 1e-12 && (pid.td_s * 6.3 / pu - 1.0).abs() < 1e-12);
    assert!((zn.td_s * 8.0 / pu - 1.0).abs() < 1e-12);
}

#[test]
fn the_sign_and_scale_of_the_gain_are_the_plants() {
    let heating = Model { gain: 0.5, time_constant_s: 30.0, delay_s: 4.0 };
    let cooling = Model { gain: -10.0, ..heating };
    for rule in Rule::ALL {
        let [heating, cooling] = [heating, cooling].map(|model| rule.gains(&model).unwrap());
        assert!((heating.k / cooling.k + 20.0).abs() < 1e-9, "{rule:?}");
        assert_eq!((heating.ti_s, heating.td_s), (cooling.ti_s, cooling.td_s));
    }
}

#[test]
fn plants_that_a_rule_cannot_serve() {
    let good = Model { gain: 1.0, time_constant_s: 10.0, delay_s: 1.0 };
    for rule in Rule::ALL {
        let refused = |model: Model| rule.gains(&model).unwrap_err();
        assert_eq!(refused(Model { gain: 0.0, ..good }), RuleError::Plant);
        assert_eq!(refused(Model { gain: f64::NAN, ..good }), RuleError::Plant);
        assert_eq!(refused(Model { time_constant_s: -1.0, ..good }), RuleError::Plant);
        if rule != Rule::Lambda {
            assert_eq!(refused(Model { delay_s: 0.0, ..good }), RuleError::NoDelay, "{rule:?}");
        }
    }
    for closed_loop_s in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let simc = Rule::SimcWith { closed_loop_s }.gains(&good);
        assert_eq!(simc, Err(RuleError::ClosedLoopTime));
        let lambda = Rule::LambdaWith { closed_loop_s }.gains(&good);
        assert_eq!(lambda, Err(RuleError::ClosedLoopTime));
    }
}

#[test]
fn the_sign_of_the_gain_picks_the_action() {
    let gains = |k| Gains { rule: Rule::AmigoPid, k, ti_s: 12.0, td_s: 1.5 };
    let (cooler, heater) = (gains(-0.25).tuning(), gains(0.25).tuning());
    assert_eq!(cooler, Tuning::isa(0.25, 12.0, 1.5));
    assert_eq!((cooler.action, heater.action), (Action::Direct, Action::Reverse));
    assert_eq!(heater, cooler.reverse());
    // The law that both notations stand for: u = k·e with e = r − y, whatever the sign of k.
    let period = coldcap_units::Duration::from_millis(100);
    for (k, expected) in [(-0.25, -0.5), (0.25, 0.5)] {
        let with = Coefficients::<f64>::new(&gains(k).tuning(), period).unwrap();
        let limits = coldcap_thermal::pid::Limits::<f64>::new(-1.0, 1.0).unwrap();
        let mut pid = coldcap_thermal::pid::Pid::new();
        let input = coldcap_thermal::pid::Input::auto(3.0, Ok(1.0), 0.0, period);
        let proportional = pid.step(&with, &limits, &input).proportional();
        assert!((proportional - expected).abs() < 1e-12, "{proportional}");
    }
    for k in [0.0, f64::NAN] {
        let refused = Coefficients::<f64>::new(&gains(k).tuning(), period);
        assert_eq!(refused.err(), Some(TuningError::Gain));
    }
}
