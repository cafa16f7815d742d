//! Budgets against GTC and `uncertainties`, the examples of the GUM, and Monte Carlo.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

use coldcap_calibration::coolant::{Density, Estimate, SpecificHeat};
use coldcap_calibration::heat::HeatInputs;
use coldcap_calibration::uncertainty::{
    Budget, Combined, Dual, Input, Shape, UncertaintyError, correlation, coverage_factor,
    normal_coverage_factor,
};
use coldcap_units::{Kelvin, MillilitersPerMinute};
use core::f64::consts::PI;

const BUDGETS: &str = include_str!("data/uncertainty_budgets.csv");
const FACTORS: &str = include_str!("data/coverage_factors.csv");
const THERMOMETER: &str = include_str!("data/gum_h3_thermometer.csv");

fn input(value: f64, u: f64, dof: f64) -> Input {
    Input::normal(value, u).unwrap().with_dof(dof).unwrap()
}

fn heat([v, rho, cp, dt]: [Dual<4>; 4]) -> Dual<4> {
    v * rho * cp * dt
}

const CERTAIN: f64 = f64::INFINITY;

fn heat_budget(dofs: [f64; 4]) -> Budget<4> {
    let [flow, density, specific, delta] = dofs;
    Budget::new([
        input(1.5 / 60e3, 0.015 * 1.5 / 60e3, flow),
        input(1031.56, 1.0, density),
        input(3802.64, 20.0, specific),
        input(0.700, 0.014, delta),
    ])
}

/// Compares with the row of this name; returns the largest relative difference.
fn against_packages<const N: usize>(name: &str, found: &Combined<N>) -> f64 {
    let row = BUDGETS.lines().find(|line| line.split(',').next() == Some(name)).unwrap();
    let expected: Vec<f64> = row.split(',').skip(1).map(|field| field.parse().unwrap()).collect();
    let found = [found.value, found.u, found.dof];
    let apart = |(found, expected): (f64, &f64)| {
        if found == *expected { 0.0 } else { (found / expected - 1.0).abs() }
    };
    let widest = found.into_iter().zip(&expected).map(apart).fold(0.0, f64::max);
    assert!(widest <= 1e-12, "{name}: {found:?} {expected:?}");
    widest
}

#[test]
fn budgets_agree_with_gtc_and_uncertainties() {
    let found = heat_budget([CERTAIN; 4]).evaluate(heat).unwrap();
    let mut widest = against_packages("heat", &found);
    let found = heat_budget([7.0, 50.0, 4.0, 11.0]).evaluate(heat).unwrap();
    widest = widest.max(against_packages("heat_dof", &found));

    let inputs =
        [input(32_650.0, 25.0, 5.0), input(10_000.0, 12.0, CERTAIN), input(3_976.0, 9.0, 2.5)];
    let beta = |[r, r0, b]: [Dual<3>; 3]| Dual::constant(1.0) / ((r / r0).ln() / b + 1.0 / 298.15);
    widest = widest.max(against_packages("beta", &Budget::new(inputs).evaluate(beta).unwrap()));

    let inputs = [input(1.3, 0.02, 3.0), input(-0.4, 0.05, 9.0), input(0.25, 0.01, 30.0)];
    let mixed =
        |[a, b, c]: [Dual<3>; 3]| (a * a + b * b).sqrt() * (-c).exp() / c.cos() + a.sin().powf(2.5);
    widest = widest.max(against_packages("mixed", &Budget::new(inputs).evaluate(mixed).unwrap()));

    let pair = [input(-4.0, 0.05, CERTAIN), input(-3.3, 0.05, CERTAIN)];
    let pair = Budget::new(pair).correlated(0, 1, 0.98).unwrap();
    let difference = pair.evaluate(|[supply, returned]| returned - supply).unwrap();
    widest = widest.max(against_packages("pair", &difference));

    let inputs =
        [input(4.999, 0.0032, 4.0), input(0.019_661, 9.5e-6, 4.0), input(1.04446, 0.00075, 4.0)];
    let phasor = Budget::new(inputs).correlated(0, 1, -0.36).unwrap();
    let phasor = phasor.correlated(0, 2, 0.86).unwrap().correlated(1, 2, -0.65).unwrap();
    let resistance = phasor.evaluate(|[v, i, phi]| v / i * phi.cos()).unwrap();
    widest = widest.max(against_packages("phasor", &resistance));
    println!("largest relative difference {widest:e}");
}

#[test]
fn coverage_factors_are_right_to_the_last_digits() {
    let (mut widest, mut count) = (0.0f64, 0);
    for line in FACTORS.lines().skip(1) {
        let row: Vec<f64> = line.split(',').map(|field| field.parse().unwrap()).collect();
        let [dof, probability, expected] = row[..] else { unreachable!() };
        let found = coverage_factor(probability, dof).unwrap();
        let apart = (found / expected - 1.0).abs();
        assert!(apart <= 1e-13, "{dof} {probability}: {found} {expected}");
        widest = widest.max(apart);
        count += 1;
    }
    assert_eq!(count, 180);
    println!("largest relative difference {widest:e}");
}

#[test]
fn table_g2_of_the_gum() {
    // JCGM 100:2008, table G.2: degrees of freedom, and t for 68.27, 90, 95, 95.45, 99 and 99.73 %.
    let table = [
        (1.0, [1.84, 6.31, 12.71, 13.97, 63.66, 235.80]),
        (2.0, [1.32, 2.92, 4.30, 4.53, 9.92, 19.21]),
        (5.0, [1.11, 2.02, 2.57, 2.65, 4.03, 5.51]),
        (10.0, [1.05, 1.81, 2.23, 2.28, 3.17, 3.96]),
        (20.0, [1.03, 1.72, 2.09, 2.13, 2.85, 3.42]),
        (50.0, [1.01, 1.68, 2.01, 2.05, 2.68, 3.16]),
        (100.0, [1.005, 1.660, 1.984, 2.025, 2.626, 3.077]),
        (CERTAIN, [1.000, 1.645, 1.960, 2.000, 2.576, 3.000]),
    ];
    for (dof, factors) in table {
        // The table takes 68.27 % for 68.268 949… % and so on, and rounds to two or three decimals.
        for (sigmas, printed) in
            [0.682_689_492_137_086, 0.9, 0.95, 0.954_499_736_103_642, 0.99].into_iter().zip(factors)
        {
            let found = coverage_factor(sigmas, dof).unwrap();
            let digit = if dof >= 100.0 { 0.0005 } else { 0.005 };
            assert!((found - printed).abs() <= digit + 1e-9, "{dof} {sigmas}: {found} {printed}");
        }
    }
}

#[test]
fn impossible_requests_are_refused() {
    for probability in [0.0, 1.0, -0.1, 1.5, f64::NAN] {
        let refused = Err(UncertaintyError::Probability);
        assert_eq!(normal_coverage_factor(probability), refused);
        assert_eq!(coverage_factor(probability, 3.0), refused);
    }
    for dof in [0.0, 0.99, -1.0, f64::NAN] {
        assert_eq!(coverage_factor(0.95, dof), Err(UncertaintyError::Dof));
        assert_eq!(input(1.0, 1.0, 1.0).with_dof(dof), Err(UncertaintyError::Dof));
    }
    assert_eq!(Input::type_a(&[1.0]), Err(UncertaintyError::Readings));
    assert_eq!(Input::type_a(&[1.0, f64::NAN]), Err(UncertaintyError::NotFinite));
    assert_eq!(Input::normal(1.0, -1.0), Err(UncertaintyError::NotFinite));
    assert_eq!(correlation(&[1.0, 2.0], &[1.0]), Err(UncertaintyError::Readings));
    assert_eq!(correlation(&[1.0, 2.0], &[3.0, 3.0]), Err(UncertaintyError::NotFinite));
    let one = || input(0.0, 1.0, CERTAIN);
    let pair = Budget::new([one(), one()]);
    for (i, j, r) in [(0, 0, 0.5), (0, 2, 0.5), (0, 1, 1.1), (0, 1, f64::NAN)] {
        assert_eq!(pair.correlated(i, j, r), Err(UncertaintyError::Correlation));
    }
    assert!(matches!(pair.evaluate(|[a, b]| a / b), Err(UncertaintyError::NotFinite)));
    // Three that each oppose the other two cannot be.
    let three = Budget::new([one(), one(), one()]).correlated(0, 1, -1.0).unwrap();
    let three = three.correlated(0, 2, -1.0).unwrap().correlated(1, 2, -1.0).unwrap();
    let sum = three.evaluate(|[a, b, c]| a + b + c);
    assert_eq!(sum.unwrap_err(), UncertaintyError::Correlation);
}

/// The inputs of JCGM 100:2008, H.1, in metres and kelvins.
fn gauge_block() -> Budget<8> {
    let nanometre = |value: f64, u: f64, dof| input(value * 1e-9, u * 1e-9, dof);
    let limits = |value, half_width, dof| {
        Input::type_b(value, half_width, Shape::Rectangular).unwrap().with_dof(dof).unwrap()
    };
    Budget::new([
        nanometre(50_000_623.0, 25.0, 18.0),
        // Observed difference, comparator random and systematic.
        nanometre(215.0, 5.8, 24.0),
        nanometre(0.0, 3.9, 5.0),
        nanometre(0.0, 6.7, 8.0),
        // Difference of the coefficients of expansion, and of the temperatures.
        limits(0.0, 1e-6, 50.0),
        limits(0.0, 0.05, 2.0),
        // Coefficient of expansion of the standard; departure of the bed from 20 °C, 0.2 K of its mean and
        // 0.35 K of its cycle.
        limits(11.5e-6, 2e-6, CERTAIN),
        input(-0.1, 0.41, CERTAIN),
    ])
}

/// Equation H.3.
fn gauge_length(inputs: [Dual<8>; 8]) -> Dual<8> {
    let [standard, d, d1, d2, alpha_difference, warmer, alpha, bed] = inputs;
    standard + d + d1 + d2 - standard * (alpha_difference * bed + alpha * warmer)
}

#[test]
fn gum_h1_gauge_block() {
    let length = gauge_block().evaluate(gauge_length).unwrap();
    assert_eq!((length.value * 1e9).round(), 50_000_838.0);
    assert_eq!((length.u * 1e9).round(), 32.0);
    let [standard, d, d1, d2, alpha, theta, first, second] =
        length.contributions.map(|part| part * 1e9);
    assert!((standard - 25.0).abs() < 0.1 && (alpha - 2.9).abs() < 0.05);
    assert!((theta.abs() - 16.6).abs() < 0.05);
    assert_eq!((first.abs(), second.abs()), (0.0, 0.0));
    assert!(((d * d + d1 * d1 + d2 * d2).sqrt() - 9.7).abs() < 0.05);
    // H.1.6: 16.7 degrees of freedom, cut to 16, and U99 = 2.92 · 32 nm = 93 nm.
    assert!((length.dof - 16.7).abs() < 0.1, "{}", length.dof);
    let k = coverage_factor(0.99, length.dof.floor()).unwrap();
    assert!((k - 2.92).abs() < 0.005);
    assert_eq!((k * (length.u * 1e9).round()).round(), 93.0);
    // Without rounding in between, and with all 16.7 degrees of freedom, it is 91.9 nm.
    let expanded = length.expanded(0.99).unwrap();
    assert!((expanded.u * 1e9 - 91.9).abs() < 0.1, "{expanded:?}");
}

/// H.2.2: five simultaneous observations of V, I (in mA) and φ.
const OBSERVED: [[f64; 5]; 3] = [
    [5.007, 4.994, 5.005, 4.990, 4.999],
    [19.663, 19.639, 19.640, 19.685, 19.678],
    [1.0456, 1.0438, 1.0468, 1.0428, 1.0433],
];

fn rounds_to(value: f64, printed: f64, decimals: i32) {
    let scale = 10f64.powi(decimals);
    assert!(((value - printed) * scale).abs() <= 0.5 + 1e-6, "{value} {printed}");
}

#[test]
fn gum_h2_resistance_and_reactance() {
    let [v, i, phi] = OBSERVED;
    let amperes = i.map(|milli| milli * 1e-3);
    let inputs = [v, amperes, phi].map(|readings| Input::type_a(&readings).unwrap());
    // Table H.2.
    rounds_to(inputs[0].value(), 4.9990, 4);
    rounds_to(inputs[0].u(), 0.0032, 4);
    rounds_to(inputs[1].value() * 1e3, 19.6610, 4);
    rounds_to(inputs[1].u() * 1e3, 0.0095, 4);
    rounds_to(inputs[2].value(), 1.04446, 5);
    rounds_to(inputs[2].u(), 0.00075, 5);
    let between = |one: &[f64; 5], other: &[f64; 5]| correlation(one, other).unwrap();
    let [r01, r02, r12] = [between(&v, &i), between(&v, &phi), between(&i, &phi)];
    rounds_to(r01, -0.36, 2);
    rounds_to(r02, 0.86, 2);
    rounds_to(r12, -0.65, 2);
    let budget = Budget::new(inputs).correlated(0, 1, r01).unwrap();
    let budget = budget.correlated(0, 2, r02).unwrap().correlated(1, 2, r12).unwrap();
    // Tables H.3 and H.4.
    let r = budget.evaluate(|[v, i, phi]| v / i * phi.cos()).unwrap();
    let x = budget.evaluate(|[v, i, phi]| v / i * phi.sin()).unwrap();
    let z = budget.evaluate(|[v, i, _]| v / i).unwrap();
    for (found, value, u) in [(r, 127.732, 0.071), (x, 219.847, 0.295), (z, 254.260, 0.236)] {
        rounds_to(found.value, value, 3);
        // The GUM has 0.295 for X, the readings give 0.2956: one step of the last digit.
        assert!((found.u - u).abs() < 0.001, "{} {u}", found.u);
        assert!((found.dof - 4.0).abs() < 1e-9);
    }
    let correlated = |a: &Combined<3>, b: &Combined<3>| budget.covariance(a, b) / (a.u * b.u);
    rounds_to(correlated(&r, &x), -0.588, 3);
    rounds_to(correlated(&r, &z), -0.485, 3);
    rounds_to(correlated(&x, &z), 0.993, 3);
}

#[test]
fn gum_h3_thermometer() {
    let rows: Vec<[f64; 2]> = THERMOMETER
        .lines()
        .skip(1)
        .map(|line| line.split_once(',').unwrap())
        .map(|(t, b)| [t.parse::<f64>().unwrap() - 20.0, b.parse().unwrap()])
        .collect();
    // Equations H.13: the straight line through the corrections.
    let n = rows.len() as f64;
    let sum = |of: &dyn Fn(&[f64; 2]) -> f64| rows.iter().map(of).sum::<f64>();
    let (sx, sy, sxx) = (sum(&|[x, _]| *x), sum(&|[_, y]| *y), sum(&|[x, _]| x * x));
    let determinant = n * sxx - sx * sx;
    let slope = (n * sum(&|[x, y]| x * y) - sx * sy) / determinant;
    let intercept = (sy * sxx - slope * sx * sxx) / (n * sxx);
    let residual = sum(&|[x, y]| (y - intercept - slope * x).powi(2));
    let variance = residual / (n - 2.0);
    let (u1, u2) = ((variance * sxx / determinant).sqrt(), (variance * n / determinant).sqrt());
    let r = -sx / (n * sxx).sqrt();
    rounds_to(intercept, -0.1712, 4);
    rounds_to(slope, 0.00218, 5);
    rounds_to(u1, 0.0029, 4);
    rounds_to(u2, 0.00067, 5);
    rounds_to(r, -0.930, 3);
    rounds_to(variance.sqrt(), 0.0035, 4);
    // H.3.4: the correction at 30 °C, with the correlation and with 9 degrees of freedom.
    let line = Budget::new([input(intercept, u1, n - 2.0), input(slope, u2, n - 2.0)]);
    let line = line.correlated(0, 1, r).unwrap();
    let at_30 = line.evaluate(|[y1, y2]| y1 + y2 * 10.0).unwrap();
    rounds_to(at_30.value, -0.1494, 4);
    rounds_to(at_30.u, 0.0041, 4);
    assert!((at_30.dof - 9.0).abs() < 1e-9);
}

/// SplitMix64 (Steele, Lea and Flood 2014): a number from 0 to 1.
fn random(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[test]
fn monte_carlo_of_the_heat() {
    let mut draws = vec![0.0; 200_000];
    let budget = heat_budget([CERTAIN; 4]);
    let found = budget.monte_carlo(heat, 0.95, random(1), &mut draws).unwrap();
    println!("{found:?}");
    assert!((found.mean - 68.65).abs() < 0.02 && (found.u - 1.755).abs() < 0.01, "{found:?}");
    assert!((found.symmetric.low - 65.2).abs() < 0.05, "{found:?}");
    assert!((found.symmetric.high - 72.1).abs() < 0.05, "{found:?}");
    let width = |low: f64, high: f64| high - low;
    assert!(
        width(found.shortest.low, found.shortest.high)
            <= width(found.symmetric.low, found.symmetric.high)
    );
}

#[test]
fn monte_carlo_of_the_gauge_block_finds_the_second_order() {
    // H.1.7: with the terms of second order the uncertainty is 34 nm. All inputs are drawn as normal
    // ones with the standard uncertainties that the budget has.
    let inputs = gauge_block().inputs().map(|it| Input::normal(it.value(), it.u()).unwrap());
    let mut draws = vec![0.0; 200_000];
    let found = Budget::new(inputs).monte_carlo(gauge_length, 0.99, random(2), &mut draws);
    let nanometres = found.unwrap().u * 1e9;
    assert!((nanometres - 34.0).abs() < 0.5, "{nanometres}");
}

#[test]
fn every_distribution_is_drawn_as_it_is() {
    let mut draws = vec![0.0; 100_000];
    let known = |shape| Input::type_b(5.0, 2.0, shape).unwrap();
    // Standard deviation, and the shares of the half-width that hold half of the draws.
    let cases = [
        (Shape::Normal, 2.0, 2.0 * 0.674_490),
        (Shape::Rectangular, 2.0 / 3f64.sqrt(), 1.0),
        (Shape::Triangular, 2.0 / 6f64.sqrt(), 2.0 * (1.0 - 0.5f64.sqrt())),
        (Shape::ArcSine, 2f64.sqrt(), 2.0 * (PI / 4.0).sin()),
    ];
    for (shape, deviation, half) in cases {
        let budget = Budget::new([known(shape)]);
        assert!((budget.inputs()[0].u() - deviation).abs() < 1e-12);
        let found = budget.monte_carlo(|[x]| x, 0.5, random(3), &mut draws).unwrap();
        assert!((found.mean - 5.0).abs() < 0.02, "{shape:?} {found:?}");
        assert!((found.u - deviation).abs() < 0.02, "{shape:?} {found:?}");
        let measured = 0.5 * (found.symmetric.high - found.symmetric.low);
        assert!((measured - half).abs() < 0.03, "{shape:?} {measured} {half}");
    }
    // Student's t with 4 degrees of freedom: 95 % within 2.776.
    let student = Budget::new([input(0.0, 1.0, 4.0)]);
    let found = student.monte_carlo(|[x]| x, 0.95, random(4), &mut draws).unwrap();
    assert!((found.symmetric.high - 2.776).abs() < 0.05, "{found:?}");
}

#[test]
fn monte_carlo_refuses_what_it_cannot_do() {
    let budget = heat_budget([CERTAIN; 4]);
    let mut draws = vec![0.0; 1_000];
    let few = budget.monte_carlo(heat, 0.95, random(1), &mut draws[..999]);
    assert_eq!(few, Err(UncertaintyError::Draws));
    let correlated = budget.correlated(0, 1, 0.5).unwrap();
    let refused = correlated.monte_carlo(heat, 0.95, random(1), &mut draws);
    assert_eq!(refused, Err(UncertaintyError::Draws));
    let certain = budget.monte_carlo(heat, 1.0, random(1), &mut draws);
    assert_eq!(certain, Err(UncertaintyError::Probability));
    let broken = budget.monte_carlo(|[v, ..]| (-v).ln(), 0.95, random(1), &mut draws);
    assert_eq!(broken, Err(UncertaintyError::NotFinite));
}

#[test]
fn heat_on_a_device_agrees_with_the_budget() {
    let mut next = random(5);
    for _ in 0..20_000 {
        let flow = 200 + (next() * 2_800.0) as u16;
        let milli = (next() * 20_000.0) as i32 - 10_000;
        let ppm = |next: &mut dyn FnMut() -> f64| (next() * 50_000.0) as u32;
        let (density, specific) = (1_000_000 + ppm(&mut next), 3_000_000 + 20 * ppm(&mut next));
        let inputs = HeatInputs {
            flow: MillilitersPerMinute(flow),
            flow_ppm: ppm(&mut next),
            delta: Kelvin::from_milli(milli),
            delta_uncertainty_uk: ppm(&mut next),
            density: Estimate::relative(Density(density), 1 + ppm(&mut next)),
            specific_heat: Estimate::relative(SpecificHeat(specific), 1 + ppm(&mut next)),
        };
        let liters = f64::from(flow) / 60e6;
        let delta: f64 = inputs.delta.to_fixed().to_num();
        let budget = Budget::new([
            input(liters, liters * f64::from(inputs.flow_ppm) * 1e-6, CERTAIN),
            input(f64::from(density) / 1e3, f64::from(inputs.density.u.0) / 1e3, CERTAIN),
            input(f64::from(specific) / 1e3, f64::from(inputs.specific_heat.u.0) / 1e3, CERTAIN),
            input(delta, f64::from(inputs.delta_uncertainty_uk) * 1e-6, CERTAIN),
        ]);
        let exact = budget.evaluate(heat).unwrap();
        let found = inputs.heat().unwrap();
        let milliwatts = exact.value * 1e3;
        let error = (f64::from(found.milliwatts) - milliwatts).abs();
        assert!(error <= 0.5 + 1e-6 * milliwatts.abs(), "{inputs:?} {exact:?} {found:?}");
        // Four parts are rounded to the milliwatt and two relative uncertainties to the millionth.
        let error = (f64::from(found.u_milliwatts) - exact.u * 1e3).abs();
        assert!(error <= 2.0 + 1.5e-6 * milliwatts.abs(), "{inputs:?} {exact:?} {found:?}");
    }
}
