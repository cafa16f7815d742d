//! The flux method at its faults, the verdict at its edges, and the comparison with a baseline.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

use coldcap_calibration::contact::balance::{EnergyBalance, ZoneHeat};
use coldcap_calibration::contact::baseline::{Change, compare, compare_zones};
use coldcap_calibration::contact::flux::{FluxFit, FluxLaw, FluxMethod};
use coldcap_calibration::contact::judge::{Finding, ZoneLimits, judge};
use coldcap_calibration::contact::{
    CapWall, Conductance, Verdict, Zone, ZoneFault, ZoneFit, ZoneState,
};
use coldcap_calibration::hair::HairDensity;
use coldcap_units::{Coolant, Duration, Fault, Interface, Kelvin, Permille};
use proptest::prelude::*;

const METHOD: FluxMethod = FluxMethod::AFTER_STEP;
/// No limits.
const EVERY: (Conductance, Conductance) = (Conductance(0), Conductance(u32::MAX));
const TICK: Duration = Duration::from_millis(500);

fn milli(celsius: f64) -> i32 {
    (celsius * 1e3).round() as i32
}

fn fit(
    method: FluxMethod,
    course: impl Fn(f64) -> (Result<f64, Fault>, f64),
) -> Result<ZoneFit, ZoneFault> {
    let mut fit = FluxFit::new(method);
    let mut outcome = None;
    for tick in 1..=240 {
        let (face, coolant) = course(0.5 * f64::from(tick));
        // A real sensor scatters: 1 mK up and down, nothing on average.
        let scatter = if tick % 2 == 0 { 1 } else { -1 };
        let face = face.map(|face| Interface::from_milli(milli(face) + scatter));
        let coolant = Coolant::from_milli(milli(coolant) + scatter);
        outcome = fit.step(face, [Ok(coolant); 2], TICK).outcome();
    }
    outcome.unwrap()
}

/// A fit whose face, supply or return (0 to 2) shows the same from the first to the last moment.
fn stuck(which: usize, from: i32, to: i32) -> Result<ZoneFit, ZoneFault> {
    let mut fit = FluxFit::new(thin());
    let mut outcome = None;
    for tick in 1..=240 {
        let face = milli(fading(450.0, 0.2)(0.5 * f64::from(tick)).0.unwrap());
        let mut shown = [face, 2_000, 2_000].map(|it| it + tick % 2);
        if (2 * from..=2 * to).contains(&tick) {
            shown[which] = [6_600, 2_000, 2_000][which];
        }
        let [face, supply, returned] = shown;
        let coolant = [supply, returned].map(|it| Ok(Coolant::from_milli(it)));
        outcome = fit.step(Ok(Interface::from_milli(face)), coolant, TICK).outcome();
    }
    outcome.unwrap()
}

#[test]
fn a_reading_that_never_changes_over_a_window_is_no_reading() {
    let none = stuck(1, 200, 201);
    assert!(none.is_ok(), "{none:?}");
    for which in 0..3 {
        for (from, to) in [(15, 41), (56, 80), (95, 120), (0, 120)] {
            let found = stuck(which, from, to);
            assert_eq!(found, Err(ZoneFault::Sensor(Fault::Stuck)), "{which} {from}");
        }
    }
    // One step in a window is enough.
    assert!(stuck(1, 17, 40).is_ok());
    assert!(stuck(2, 41, 56).is_ok());
}

/// A face that loses flux by a power of time: then the ratio of two windows is one of times.
fn fading(late_w: f64, power: f64) -> impl Fn(f64) -> (Result<f64, Fault>, f64) {
    move |time| {
        let flux = late_w * (108.0 / time.max(1.0)).powf(power);
        (Ok(2.0 + flux / 100.0), 2.0)
    }
}

/// A wall that stores nothing.
fn thin() -> FluxMethod {
    FluxMethod { wall: CapWall { heat_capacity: 0, ..CapWall::REFERENCE }, ..METHOD }
}

#[test]
fn the_law_is_evaluated_as_it_is_written() {
    for (late, power) in [(300.0, 0.2), (450.0, 0.25), (600.0, 0.3)] {
        let found = fit(thin(), fading(late, power)).unwrap();
        let mean = |from: u32, to: u32| {
            let count = 2 * (to - from);
            let ticks = (1..=count).map(|tick| f64::from(from) + 0.5 * f64::from(tick));
            ticks.map(|time| late * (108.0 / time).powf(power)).sum::<f64>() / f64::from(count)
        };
        let (early, end) = (mean(16, 40), mean(96, 120));
        let law = METHOD.law;
        let unit = |bits: i32| f64::from(bits) / 65_536.0;
        let log = unit(law.constant)
            + unit(law.uptake) * (1e3 * end / 35.0).log2()
            + unit(law.ratio) * (early / end).log2();
        let exact = log.exp2();
        let value = f64::from(found.conductance.0);
        assert!((value / exact - 1.0).abs() < 2e-3, "{value} {exact}");
        assert!(found.misfit.to_milli() < 500 && found.autocorrelation.is_none());
        let u = f64::from(found.uncertainty.0) / value;
        assert!((u - (0.075f64.powi(2) + (0.05 * unit(law.uptake)).powi(2)).sqrt()).abs() < 1e-3);
    }
}

#[test]
fn what_the_wall_takes_up_belongs_to_the_flux() {
    // A face that warms by 20 mK/s takes 114 W/m² into a wall of 5714 J/(m² K).
    let warming = |time: f64| (Ok(4.0 + 0.02 * time), 2.0);
    let stored = 5_714.0 * 0.02;
    let same = |time: f64| (Ok(4.0 + 0.02 * time + stored / 100.0), 2.0);
    let wide = |method: FluxMethod| FluxMethod {
        largest_misfit: Kelvin::from_milli(30_000),
        range: EVERY,
        ..method
    };
    let (with, without) = (fit(wide(METHOD), warming), fit(wide(thin()), same));
    let (with, without) = (with.unwrap().conductance.0, without.unwrap().conductance.0);
    assert!(with.abs_diff(without) * 1_000 < with, "{with} {without}");
}

/// What the regression would give outside its range is not shown.
#[test]
fn a_conductance_that_the_regression_cannot_tell_is_a_fault() {
    for method in [METHOD, FluxMethod::AFTER_RAMP, FluxMethod::AT_START] {
        let (least, largest) = method.range;
        let (mut below, mut within, mut above) = (0, 0, 0);
        for late in (20..4_000).step_by(20).map(f64::from) {
            let found = |method: FluxMethod| {
                let wall = CapWall { heat_capacity: 0, ..CapWall::REFERENCE };
                let largest_misfit = Kelvin::from_milli(30_000);
                fit(FluxMethod { wall, largest_misfit, ..method }, fading(late, 0.1))
            };
            let told = found(FluxMethod { range: EVERY, ..method }).unwrap();
            let expected = if told.conductance < least {
                below += 1;
                Err(ZoneFault::BelowRange)
            } else if told.conductance > largest {
                above += 1;
                // Two standard uncertainties below the end of the range.
                let u = f64::from(told.uncertainty.0) / f64::from(told.conductance.0);
                let exact = f64::from(largest.0) * (1.0 - 2.0 * u);
                let Err(ZoneFault::AboveRange(bound)) = found(method) else { panic!("{late}") };
                assert!((f64::from(bound.0) / exact - 1.0).abs() < 1e-3, "{bound} {exact}");
                Err(ZoneFault::AboveRange(bound))
            } else {
                within += 1;
                Ok(told)
            };
            assert_eq!(found(method), expected, "{late}");
        }
        assert!(below > 0 && within > 0 && above > 0, "{below} {within} {above}");
    }
}

#[test]
fn faults_of_the_flux_method() {
    let warm = |time: f64| (fading(300.0, 0.2)(time).0.map(|face| face + 21.0), 23.0);
    assert_eq!(fit(thin(), warm), Err(ZoneFault::NoStep));
    let broken = |_: f64| (Err(Fault::Short), 2.0);
    assert_eq!(fit(thin(), broken), Err(ZoneFault::Sensor(Fault::Short)));
    assert_eq!(fit(thin(), |_| (Ok(2.0), 2.0)), Err(ZoneFault::BelowRange));
    assert_eq!(fit(thin(), |_| (Ok(1.0), 2.0)), Err(ZoneFault::BelowRange));
    let above = fit(thin(), fading(1_000.0, 0.7));
    assert!(matches!(above, Err(ZoneFault::AboveRange(_))), "{above:?}");
    let shoved = |time: f64| {
        let (face, coolant) = fading(400.0, 0.2)(time);
        (face.map(|face| if (50.0..90.0).contains(&time) { face - 1.5 } else { face }), coolant)
    };
    assert_eq!(fit(thin(), shoved), Err(ZoneFault::Misfit));
}

fn zone(watts: f64, u: f64) -> ZoneState {
    ZoneState::Observed(ZoneFit {
        conductance: Conductance((watts * 1e3) as u32),
        uncertainty: Conductance((watts * u * 1e3) as u32),
        misfit: Kelvin::ZERO,
        autocorrelation: None,
    })
}

const NONE: ZoneState = ZoneState::Unobserved;

fn verdict(zones: [ZoneState; 3]) -> Verdict {
    judge(&zones, None, HairDensity::Full, &ZoneLimits::PROPOSED).verdict
}

#[test]
fn guard_bands_are_two_standard_uncertainties_wide() {
    // 25 W/(m² K) at 5 %: accepted from 27.78 on (25/0.9), failed below 22.73 (25/1.1).
    let alone = |watts| verdict([zone(watts, 0.05), NONE, NONE]);
    assert_eq!(alone(27.79), Verdict::Good);
    assert_eq!(alone(27.77), Verdict::Repeat);
    assert_eq!(alone(22.74), Verdict::Repeat);
    assert_eq!(alone(22.71), Verdict::Reseat);
}

#[test]
fn limits_go_by_the_hair() {
    let zones = [zone(34.0, 0.02), zone(34.0, 0.02), NONE];
    let verdict = |density| judge(&zones, None, density, &ZoneLimits::PROPOSED).verdict;
    assert_eq!(verdict(HairDensity::Full), Verdict::Good);
    assert_eq!(verdict(HairDensity::ScalpShows), Verdict::Repeat);
    assert_eq!(verdict(HairDensity::MuchShows), Verdict::Resize);
    assert_eq!(verdict(HairDensity::NearlyGone), Verdict::Resize);
}

#[test]
fn uneven_zones_fail_though_each_is_good() {
    let three = |a: f64, b: f64, c: f64| {
        let zones = [a, b, c].map(|watts| zone(watts, 0.02));
        judge(&zones, None, HairDensity::Full, &ZoneLimits::PROPOSED)
    };
    assert_eq!(three(60.0, 60.0, 37.0).verdict, Verdict::Good);
    assert_eq!(three(60.0, 60.0, 35.0).verdict, Verdict::Repeat);
    let loose = three(60.0, 60.0, 33.5);
    assert_eq!((loose.verdict, loose.zones(Finding::Fails)), (Verdict::Reseat, Zone::Crown.bit()));
    // The better one is not to blame: a zone never fails for being high.
    assert_eq!(three(60.0, 103.0, 60.0).verdict, Verdict::Good);
    assert_eq!(three(30.0, 60.0, 110.0).zones(Finding::Fails), Zone::Front.bit());
}

#[test]
fn of_two_zones_the_lower_is_compared_with_the_higher() {
    let two = |a: f64, b: f64| {
        let zones = [zone(a, 0.02), zone(b, 0.02), NONE];
        judge(&zones, None, HairDensity::Full, &ZoneLimits::PROPOSED)
    };
    assert_eq!(two(36.1, 60.0).verdict, Verdict::Good);
    // Twice √(0.69² + 0.72² − 0.69 · 0.72) are 1.41: loose below 34.59, in doubt from there to 36.
    assert_eq!(two(35.9, 60.0).verdict, Verdict::Repeat);
    assert_eq!(two(34.7, 60.0).verdict, Verdict::Repeat);
    let loose = two(34.4, 60.0);
    assert_eq!((loose.verdict, loose.zones(Finding::Fails)), (Verdict::Reseat, Zone::Front.bit()));
    let off = two(60.0, 8.0);
    assert_eq!((off.verdict, off.zones(Finding::Fails)), (Verdict::Reseat, Zone::Rear.bit()));
    assert_eq!(two(8.0, 9.0).verdict, Verdict::Resize);
    // It does not matter which two there are.
    let zones = [NONE, zone(60.0, 0.02), zone(8.0, 0.02)];
    let judged = judge(&zones, None, HairDensity::Full, &ZoneLimits::PROPOSED);
    assert_eq!(judged.zones(Finding::Fails), Zone::Crown.bit());
}

fn verdict_of_all(zone: ZoneState) -> Verdict {
    verdict([zone; 3])
}

/// What is not known to 20 % cannot be called loose by what it is shown as.
#[test]
fn a_ratio_has_a_guard_band() {
    let two = |(a, u): (f64, f64), (b, of_b): (f64, f64)| {
        let zones = [zone(a, u / a / 2.0), zone(b, of_b / b / 2.0), NONE];
        judge(&zones, None, HairDensity::Full, &ZoneLimits::PROPOSED)
    };
    // The band is 2u: √(10² + 10.2² − 10 · 10.2) = 10.1, of 0.6 · 17 = 10.2.
    for a in [35.9, 30.0, 26.5] {
        assert_eq!(two((a, 10.0), (60.0, 17.0)).verdict, Verdict::Repeat, "{a}");
    }
    assert_eq!(two((36.0, 10.0), (60.0, 17.0)).verdict, Verdict::Good);
    // Where the zone passes its own limit, the ratio alone decides.
    let verdict = |a: f64| two((a, 5.0), (90.0, 12.0)).verdict;
    // 54 − √(5² + 7.2² − 5 · 7.2) = 47.61.
    assert_eq!((verdict(47.4), verdict(47.8)), (Verdict::Reseat, Verdict::Repeat));
    assert_eq!((verdict(53.9), verdict(54.1)), (Verdict::Repeat, Verdict::Good));
    let unsure = two((50.0, 5.0), (90.0, 12.0));
    assert_eq!(unsure.findings, [Finding::Unsure, Finding::Passes, Finding::Unobserved]);
    // Nothing overflows.
    let most = zone(4.0e6, 1.0);
    assert_eq!(verdict_of_all(most), Verdict::Repeat);
}

/// Hair that was not told is not full hair: what holds for every density holds, and nothing else.
#[test]
fn hair_that_was_not_told_is_held_against_every_limit() {
    let verdict = |watts: f64, density: Option<HairDensity>| {
        judge(&[zone(watts, 0.05), NONE, NONE], None, density, &ZoneLimits::PROPOSED).verdict
    };
    // 25 to 41 W/(m²·K) at 5 %: accepted from 45.6 on, failed below 22.7.
    let cases = [(46.0, Verdict::Good), (45.0, Verdict::Repeat), (30.0, Verdict::Repeat)];
    for (watts, expected) in cases {
        assert_eq!(verdict(watts, None), expected, "{watts}");
        assert_eq!(verdict(watts, Some(HairDensity::Full)), Verdict::Good);
    }
    assert_eq!((verdict(23.0, None), verdict(22.0, None)), (Verdict::Repeat, Verdict::Reseat));
    let above = ZoneState::Faulty(ZoneFault::AboveRange(Conductance::from_watts(40)));
    let judged = judge(&[above, NONE, NONE], None, None, &ZoneLimits::PROPOSED);
    assert_eq!(judged.verdict, Verdict::Repeat);
}

#[test]
fn unobserved_is_never_good_alone_and_never_bad() {
    assert_eq!(verdict([NONE; 3]), Verdict::Refuse);
    assert_eq!(verdict([zone(40.0, 0.05), NONE, NONE]), Verdict::Good);
    let fault = |fault| [zone(40.0, 0.05), ZoneState::Faulty(fault), NONE];
    assert_eq!(verdict(fault(ZoneFault::Unsettled)), Verdict::Repeat);
    assert_eq!(verdict(fault(ZoneFault::Sensor(Fault::Open))), Verdict::Repeat);
    assert_eq!(verdict(fault(ZoneFault::BelowRange)), Verdict::Reseat);
}

/// More than the method tells is at least its bound: that passes or is unsure, and a loose zone is loose
/// against it.
#[test]
fn above_range_is_at_least_its_bound() {
    let above = |watts| ZoneState::Faulty(ZoneFault::AboveRange(Conductance::from_watts(watts)));
    assert_eq!(verdict([above(25), zone(40.0, 0.05), NONE]), Verdict::Good);
    assert_eq!(verdict([above(24), zone(40.0, 0.05), NONE]), Verdict::Repeat);
    // A bound has its uncertainty in it: loose where 29 and twice its own 2 % are below 30.
    assert_eq!(verdict([above(50), zone(29.0, 0.02), NONE]), Verdict::Repeat);
    assert_eq!(verdict([above(50), zone(28.8, 0.02), NONE]), Verdict::Reseat);
    assert_eq!(verdict([above(50), zone(31.0, 0.02), NONE]), Verdict::Good);
    assert_eq!(verdict([above(50), above(50), NONE]), Verdict::Good);
}

/// 60 mK either way are 35 mK as a standard uncertainty, the same early and late.
#[test]
fn sensors_that_were_not_matched_widen_the_uncertainty() {
    let of = |mismatch, ratio| {
        let method = FluxMethod {
            mismatch: Kelvin::from_milli(mismatch),
            law_uncertainty: Permille(0),
            law: FluxLaw { ratio, ..METHOD.law },
            wall: CapWall { heat_capacity: 0, uncertainty: Permille(0), ..CapWall::REFERENCE },
            range: EVERY,
            ..METHOD
        };
        let found = fit(method, fading(450.0, 0.2)).unwrap();
        f64::from(found.uncertainty.0) / f64::from(found.conductance.0)
    };
    let unit = |bits: i32| f64::from(bits) / 65_536.0;
    let (late, early) = (450.0, 450.0 * (108.0f64 / 27.3).powf(0.2));
    let off = 100.0 * 0.06 / 3f64.sqrt();
    for ratio in [0, METHOD.law.ratio, -METHOD.law.ratio] {
        let (a, b) = (unit(METHOD.law.uptake), unit(ratio));
        let expected = off * (a / late + b / early - b / late).abs();
        assert!((of(60, ratio) - expected).abs() < 4e-4, "{} {expected}", of(60, ratio));
        assert_eq!(of(0, ratio), 0.0);
    }
}

/// What the wall takes up is known less well than what goes through it.
#[test]
fn the_walls_heat_capacity_has_its_part_in_the_uncertainty() {
    let warming = |time: f64| (Ok(4.0 + 0.02 * time), 2.0);
    let wide = |capacity| FluxMethod {
        largest_misfit: Kelvin::from_milli(30_000),
        range: EVERY,
        law_uncertainty: Permille(0),
        law: FluxLaw { ratio: 0, ..METHOD.law },
        wall: CapWall {
            uncertainty: Permille(0),
            heat_capacity_uncertainty: Permille(capacity),
            ..CapWall::REFERENCE
        },
        ..METHOD
    };
    let found = fit(wide(100), warming).unwrap();
    // 114.3 of 530.3 W/m² in the late window, whose middle is at 108 s: 10 % of that by the law's power.
    let stored = 5_714.0 * 0.02;
    let flux = 100.0 * (2.0 + 0.02 * 108.0) + stored;
    let expected = 0.1 * stored / flux * f64::from(METHOD.law.uptake) / 65_536.0;
    let u = f64::from(found.uncertainty.0) / f64::from(found.conductance.0);
    assert!((u - expected).abs() < 3e-4, "{u} {expected}");
    assert_eq!(fit(wide(0), warming).unwrap().uncertainty.0, 0);
}

#[test]
fn heat_that_does_not_add_up_is_refused() {
    let balance = |loop_mw| EnergyBalance {
        zones_mw: 38_000,
        zones_uncertainty_mw: 1_500,
        loop_mw,
        loop_uncertainty_mw: 2_000,
    };
    // E_n: 5 000 over 2 · 2 500.
    assert!(balance(43_000).holds() && !balance(43_001).holds());
    assert!(balance(33_000).holds() && !balance(32_999).holds());
    let zones = [zone(40.0, 0.05); 3];
    let with = |balance| judge(&zones, Some(&balance), HairDensity::Full, &ZoneLimits::PROPOSED);
    assert_eq!(with(balance(43_000)).verdict, Verdict::Good);
    assert_eq!(with(balance(43_001)).verdict, Verdict::Refuse);
}

#[test]
fn unseen_area_counts_with_its_bounds() {
    let zone = |area_cm2, flux| ZoneHeat { area_cm2, flux };
    // 200 cm² at 600 and 300 at 400 W/m² are 24 W; 100 cm² unseen are 0 to 6 W: 3 ± 3/√3.
    let zones = [zone(200, Some(600_000)), zone(300, Some(400_000)), zone(100, None)];
    let balance = EnergyBalance::new(&zones, Permille(50), (30_000, 1_000)).unwrap();
    assert_eq!((balance.zones_mw, balance.loop_mw), (27_000, 30_000));
    let exact = (1_200f64.powi(2) + 3_000f64.powi(2) / 3.0).sqrt();
    assert!((f64::from(balance.zones_uncertainty_mw) - exact).abs() < 3.0);
    assert_eq!(EnergyBalance::new(&[zone(300, None); 3], Permille(50), (0, 0)), None);
    let full = [zone(u16::MAX, Some(u32::MAX)); 3];
    assert!(EnergyBalance::new(&full, Permille(u16::MAX), (i32::MIN, u32::MAX)).is_some());
}

#[test]
fn only_the_zones_that_both_visits_saw_are_compared() {
    let before = [zone(30.0, 0.05), zone(30.0, 0.05), NONE];
    let now = [zone(18.0, 0.05), ZoneState::Faulty(ZoneFault::Misfit), zone(30.0, 0.05)];
    let changes = compare_zones(&now, &before, Permille(60));
    assert_eq!(changes, [Change::Worse, Change::Unknown, Change::Unknown]);
    assert_eq!(compare(Conductance(0), Conductance(1), Permille(60)), Change::Unknown);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_change_is_three_standard_uncertainties(
        before in 5_000u32..200_000, factor in 0.3f64..3.0, permille in 10u16..100,
    ) {
        let now = (f64::from(before) * factor) as u32;
        let change = (f64::from(now) / f64::from(before)).ln();
        let allowed = 3.0 * 2f64.sqrt() * f64::from(permille) / 1e3;
        prop_assume!((change.abs() - allowed).abs() > 1e-3);
        let expected = match change {
            change if change.abs() < allowed => Change::Unchanged,
            change if change < 0.0 => Change::Worse,
            _ => Change::Better,
        };
        let found = compare(Conductance(now), Conductance(before), Permille(permille));
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn anything_may_be_fed(faces in prop::collection::vec(any::<i32>(), 40), coolant: i32) {
        let mut fit = FluxFit::new(METHOD);
        let mut done = false;
        for face in faces.iter().cycle().take(60) {
            let face = Ok(Interface::from_milli(*face));
            let coolant = Ok(Coolant::from_milli(coolant));
            done = fit.step(face, [coolant; 2], Duration::from_secs(2)).outcome().is_some();
        }
        prop_assert!(done);
    }
}

/// For any head, what was shown by the inner face passes where it would under one with a fever and a flushed skin, too;
/// by a skin-side sensor under one with a cold core.
#[test]
fn for_any_head_a_zone_passes_only_where_it_would_under_the_worst() {
    use coldcap_calibration::contact::judge::judge_by_methods;
    use coldcap_calibration::record::FitMethod::{InnerFace, SkinAndCoolant, SkinAndInnerFace};
    let found = |state, method| {
        let methods = [Some(method), None, None];
        let zones = [state, NONE, NONE];
        let by = |limits| judge_by_methods(&zones, methods, None, HairDensity::Full, &limits);
        let [own, any] = [ZoneLimits::PROPOSED, ZoneLimits::PROPOSED.for_any_head()]
            .map(|limits| by(limits).findings[0]);
        assert!(any >= own, "never better for any head");
        (own, any)
    };
    // 25 · 1.85 and 25 · 1.4.
    for (watts, method, expected) in [
        (46.3, InnerFace, (Finding::Passes, Finding::Passes)),
        (46.2, InnerFace, (Finding::Passes, Finding::Unsure)),
        (35.1, SkinAndInnerFace, (Finding::Passes, Finding::Passes)),
        (34.9, SkinAndInnerFace, (Finding::Passes, Finding::Unsure)),
        (34.9, SkinAndCoolant, (Finding::Passes, Finding::Unsure)),
        (20.0, InnerFace, (Finding::Fails, Finding::Fails)),
    ] {
        assert_eq!(found(zone(watts, 0.05), method), expected, "{watts} {method:?}");
    }
    let above = |watts| ZoneState::Faulty(ZoneFault::AboveRange(Conductance::from_watts(watts)));
    assert_eq!(found(above(47), InnerFace).1, Finding::Passes);
    assert_eq!(found(above(46), InnerFace), (Finding::Passes, Finding::Unsure));
}

/// Two methods share little, and nobody has measured what: their difference is known less.
#[test]
fn zones_by_two_methods_are_compared_as_independent() {
    use coldcap_calibration::contact::judge::judge_by_methods;
    use coldcap_calibration::record::FitMethod::{InnerFace, SkinAndInnerFace};
    let judged = |front: f64, method| {
        let zones = [zone(front, 2.5 / front), zone(90.0, 6.0 / 90.0), NONE];
        let methods = [Some(method), Some(InnerFace), None];
        judge_by_methods(&zones, methods, None, HairDensity::Full, &ZoneLimits::PROPOSED)
    };
    // 54 − 2·√(2.5² + 3.6²) = 45.2, and 47.6 where they are correlated by one half.
    assert_eq!(judged(47.0, InnerFace).findings[0], Finding::Fails);
    assert_eq!(judged(47.0, SkinAndInnerFace).findings[0], Finding::Unsure);
    assert_eq!(judged(45.0, SkinAndInnerFace).findings[0], Finding::Fails);
    assert_eq!(judged(45.0, SkinAndInnerFace).uneven, Zone::Front.bit());
    assert_eq!(judged(15.0, SkinAndInnerFace).uneven, 0);
}
