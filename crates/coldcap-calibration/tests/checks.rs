//! Checks in service: the ice point, and how soon drift shows.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

use coldcap_calibration::check::drift::{
    Chart, Direction, Drift, DriftError, DriftPolicy, DriftState, DriftWatch,
};
use coldcap_calibration::check::ice_point::{IceCheck, IcePoint, IcePolicy, IceVerdict};
use coldcap_units::{Duration, Fault, MicroCelsius};

/// Knuth's MMIX generator.
struct Dice(u64);

impl Dice {
    fn uniform(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    /// Box and Muller.
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (core::f64::consts::TAU * self.uniform()).cos()
    }
}

const SIGMA_UK: f64 = 3_000.0;

/// Mean number of checks until the first alarm of the chart under these policies, over `rounds` sensors whose
/// deviation at check n (from 1) is `shift(n)` in σ, with a baseline that is the mean of `learned` checks, or
/// known where that is 0.
fn run_length(
    policy: DriftPolicy,
    rounds: u32,
    learned: u32,
    shift: impl Fn(u32) -> f64,
    dice: &mut Dice,
) -> f64 {
    let mut total = 0u64;
    for _ in 0..rounds {
        let sum: f64 = (0..learned).map(|_| dice.normal()).sum();
        let baseline = sum / f64::from(learned.max(1)) * SIGMA_UK;
        let mut watch = DriftWatch::new(policy, baseline as i32, SIGMA_UK as u32).unwrap();
        let alarms =
            |n: &u32| watch.check(((shift(*n) + dice.normal()) * SIGMA_UK) as i32) != Drift::Steady;
        total += u64::from((1..=200_000).find(alarms).unwrap());
    }
    total as f64 / f64::from(rounds)
}

const NEVER: u16 = u16::MAX;
const CUSUM: DriftPolicy = DriftPolicy { smoothed_milli: NEVER, ..DriftPolicy::STANDARD };
const EWMA: DriftPolicy = DriftPolicy { sum_milli: NEVER, ..DriftPolicy::STANDARD };

/// Shift in σ, and the average run lengths of CUSUM (k = 0.5, h = 5) and EWMA (λ = 0.2, L = 2.962) as
/// `oracle/run_lengths.py` computes them from the Markov chain of Brook and Evans, not from our code.
const ORACLE: [(f64, f64, f64); 6] = include!("data/run_lengths.in");

#[test]
fn charts_have_their_run_lengths() {
    let mut dice = Dice(2_026);
    println!("shift   CUSUM   EWMA   either");
    for (shift, cusum, ewma) in ORACLE {
        let rounds = if shift == 0.0 { 4_000 } else { 8_000 };
        let mut seen = |policy| run_length(policy, rounds, 0, |_| shift, &mut dice);
        let (by_cusum, by_ewma, either) = (seen(CUSUM), seen(EWMA), seen(DriftPolicy::STANDARD));
        println!("{shift:>5} {by_cusum:>7.2} {by_ewma:>6.2} {either:>7.2}");
        // Run lengths scatter by about their own mean: 1/√4000 is 1.6 %.
        assert!((by_cusum / cusum - 1.0).abs() < 0.055, "{shift}: {by_cusum} {cusum}");
        assert!((by_ewma / ewma - 1.0).abs() < 0.055, "{shift}: {by_ewma} {ewma}");
        assert!(either <= by_cusum.min(by_ewma) * 1.03);
    }
}

#[test]
fn a_baseline_from_few_checks_costs_false_alarms() {
    let mut dice = Dice(77);
    let mut seen = |learned| run_length(DriftPolicy::STANDARD, 2_000, learned, |_| 0.0, &mut dice);
    let (known, sixteen, four) = (seen(0), seen(16), seen(4));
    println!("false alarm after {known:.0} checks; baseline of 16: {sixteen:.0}; of 4: {four:.0}");
    assert!(four < sixteen && sixteen < known && four > 50.0);
}

#[test]
fn a_creeping_sensor_is_found() {
    let mut dice = Dice(5);
    for slope in [0.05, 0.1, 0.2] {
        let creep = |n: u32| slope * f64::from(n);
        let after = run_length(DriftPolicy::STANDARD, 2_000, 0, creep, &mut dice);
        println!("{slope} σ a check: found after {after:.1} checks, at {:.2} σ", slope * after);
        assert!(slope * after < 2.5);
    }
}

#[test]
fn direction_and_size_are_told() {
    let mut watch = DriftWatch::new(DriftPolicy::STANDARD, -500, 2_000).unwrap();
    let mut seen = Drift::Steady;
    for _ in 0..30 {
        seen = watch.check(-8_500);
    }
    assert_eq!(seen, Drift::Drifted { direction: Direction::Colder, by: Chart::Both });
    assert!((watch.estimate_uk() + 8_000).abs() < 40, "{}", watch.estimate_uk());
    // It goes on where it was, after a night without power.
    let mut resumed =
        DriftWatch::resume(DriftPolicy::STANDARD, -500, 2_000, watch.state()).unwrap();
    assert_eq!(resumed.check(-8_500), watch.check(-8_500));
    assert_eq!(resumed.state(), watch.state());
}

#[test]
fn extremes_and_impossible_policies() {
    let policy = DriftPolicy::STANDARD;
    assert_eq!(DriftWatch::new(policy, 0, 0), Err(DriftError::Repeatability));
    for bad in [
        DriftPolicy { weight_milli: 0, ..policy },
        DriftPolicy { weight_milli: 1_001, ..policy },
        DriftPolicy { sum_milli: 0, ..policy },
        DriftPolicy { smoothed_milli: 0, ..policy },
    ] {
        assert_eq!(DriftWatch::new(bad, 0, 1), Err(DriftError::Policy));
    }
    let worst =
        DriftState { warmer: i32::MAX, colder: i32::MIN, smoothed: i32::MIN, checks: u32::MAX };
    let mut watch = DriftWatch::resume(policy, i32::MIN, 1, worst).unwrap();
    assert!(matches!(watch.check(i32::MAX), Drift::Drifted { .. }));
    let mut watch = DriftWatch::resume(policy, i32::MAX, u32::MAX, worst).unwrap();
    let _ = (watch.check(i32::MIN), watch.estimate_uk());
}

fn ice(reading: impl Fn(u32) -> Result<MicroCelsius, Fault>) -> Result<IceCheck, Fault> {
    let mut test = IcePoint::new(IcePolicy::CAREFUL);
    let tick = Duration::from_millis(100);
    (0..).find_map(|n| test.step(reading(n), tick).outcome()).unwrap()
}

/// A sensor with white noise of 2 mK that is off by this much in µK.
fn noisy(off: i32, seed: u64) -> IceCheck {
    let dice = core::cell::RefCell::new(Dice(seed));
    ice(|_| Ok(MicroCelsius(off + (dice.borrow_mut().normal() * 2_000.0) as i32))).unwrap()
}

#[test]
fn a_minute_in_ice() {
    let good = noisy(2_000, 1);
    println!("{good:?}");
    assert_eq!(good.verdict, IceVerdict::Passes);
    assert!((good.mean.0 - 2_000).abs() < 300);
    // Bath and sensor at 2 mK each, and 2 mK/√600.
    assert!((2_828..2_840).contains(&good.u_uk), "{}", good.u_uk);
    assert!((1_850..2_150).contains(&good.scatter_uk), "{}", good.scatter_uk);
    assert_eq!(noisy(12_000, 2).verdict, IceVerdict::Fails);
    assert_eq!(noisy(-12_000, 3).verdict, IceVerdict::Fails);
}

/// Sensor and bath off by what their uncertainties say: 4.6 % of good sensors fail at k = 2; a shift of 10 mK
/// passes in few.
#[test]
fn how_often_it_is_wrong() {
    let mut dice = Dice(8);
    let rounds = 1_000;
    let mut fails = [0u32; 2];
    for round in 0..rounds {
        let own = (dice.normal() * 2_000.0 + dice.normal() * 2_000.0) as i32;
        for (shift, fails) in [0, 10_000].into_iter().zip(&mut fails) {
            *fails += u32::from(noisy(own + shift, round).verdict == IceVerdict::Fails);
        }
    }
    println!("of {rounds}: good ones failed {}, 10 mK off failed {}", fails[0], fails[1]);
    assert!((25..70).contains(&fails[0]) && fails[1] > 920, "{fails:?}");
}

#[test]
fn what_has_not_settled_is_neither() {
    // Still cooling down: 6 mK from one half to the other, although within what is allowed.
    let settling = ice(|n| Ok(MicroCelsius(4_000 - 20 * n as i32 + 2_000))).unwrap();
    assert_eq!(settling.verdict, IceVerdict::Unstable);
    // Pulled out and put back every other second.
    let moved = ice(|n| Ok(MicroCelsius(if n / 10 % 2 == 0 { 9_000 } else { -9_000 }))).unwrap();
    assert_eq!(moved.verdict, IceVerdict::Unstable);
    let wild = ice(|n| Ok(MicroCelsius(if n % 2 == 0 { i32::MIN } else { i32::MAX })));
    assert!(wild.is_err() || wild.unwrap().verdict == IceVerdict::Unstable);
}

#[test]
fn one_value_all_the_time_is_no_reading() {
    for value in [0, 3_000, 50_000] {
        assert_eq!(ice(|_| Ok(MicroCelsius(value))).unwrap().verdict, IceVerdict::Stuck);
    }
    // Once a second it is as stuck, whatever is missing in between.
    let slow = |reading: fn(u32) -> Result<MicroCelsius, Fault>| {
        let mut test = IcePoint::new(IcePolicy::CAREFUL);
        let second = Duration::from_secs(1);
        (0..).find_map(|n| test.step(reading(n), second).outcome()).unwrap().unwrap().verdict
    };
    let gap = |n| if n == 30 { Err(Fault::Open) } else { Ok(MicroCelsius(1_000)) };
    assert_eq!(slow(gap), IceVerdict::Stuck);
    // It got stuck halfway.
    let stuck = |from: u32| move |n: u32| Ok(MicroCelsius(if n < from { n as i32 % 7 } else { 3 }));
    assert_eq!(ice(stuck(300)).unwrap().verdict, IceVerdict::Stuck);
    assert_eq!(ice(stuck(305)).unwrap().verdict, IceVerdict::Passes);
}

/// Noise of this size in µK, read with digits of that size.
fn coarse(noise: f64, digit: i32, seed: u64) -> IceVerdict {
    let mut dice = Dice(seed);
    let off = dice.uniform() * f64::from(digit);
    let dice = core::cell::RefCell::new(dice);
    let read = |_| {
        let micro = off + dice.borrow_mut().normal() * noise;
        Ok(MicroCelsius((micro / f64::from(digit)).round() as i32 * digit))
    };
    ice(read).unwrap().verdict
}

/// Digits of 16 bits are 1.65 mK; even 4 mK under a noise of 1 mK are not called stuck.
#[test]
fn coarse_digits_are_not_stuck() {
    for (noise, digit) in [(2_000.0, 10), (500.0, 1_650), (1_000.0, 4_000), (2_000.0, 8_000)] {
        let stuck = (0..400).filter(|seed| coarse(noise, digit, *seed) == IceVerdict::Stuck);
        assert_eq!(stuck.count(), 0, "{noise} {digit}");
    }
    // Digits of 12 bits: 26 mK. What lies within one of them nobody can see.
    let blind = (0..100).filter(|seed| coarse(1_000.0, 26_000, *seed) == IceVerdict::Stuck).count();
    assert!(blind > 60, "{blind}");
}

/// However badly somebody says that the bath is made.
#[test]
fn an_uncertainty_that_passes_everything_tells_nothing() {
    let with = |bath_u_uk, off: i32| {
        let mut test = IcePoint::new(IcePolicy { bath_u_uk, ..IcePolicy::CAREFUL });
        let tick = Duration::from_millis(100);
        let reading = |n: i32| Ok(MicroCelsius(off + n % 3));
        (0..).find_map(|n| test.step(reading(n), tick).outcome()).unwrap().unwrap().verdict
    };
    assert_eq!(with(1_000_000, 50_000), IceVerdict::TellsNothing);
    assert_eq!(with(26_000, 0), IceVerdict::TellsNothing);
    assert_eq!(with(24_000, 0), IceVerdict::Passes);
    // What is beyond even that fails.
    assert_eq!(with(26_000, 60_000), IceVerdict::Fails);
}

#[test]
fn faults_stay_faults() {
    let with_gaps = |every: u32| {
        ice(|n| if n % every == 0 { Err(Fault::Open) } else { Ok(MicroCelsius(n as i32 % 3)) })
    };
    assert_eq!(with_gaps(20).unwrap().verdict, IceVerdict::Passes);
    assert_eq!(with_gaps(5), Err(Fault::Open));
    let mut short =
        IcePoint::new(IcePolicy { window: Duration::from_secs(1), ..IcePolicy::CAREFUL });
    let step = short.step(Ok(MicroCelsius(0)), Duration::from_secs(1));
    assert_eq!(step.outcome(), Some(Err(Fault::Unavailable)));
}
