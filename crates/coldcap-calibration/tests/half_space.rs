//! The integer fit against high precision, against itself in `f64`, and at its limits.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

use coldcap_calibration::contact::half_space::{Before, HalfSpace, HalfSpaceFit, RestingFlux};
use coldcap_calibration::contact::{CapWall, Conductance, ZoneFault, ZoneFit};
use coldcap_calibration::curves::erfcx::TABLE;
use coldcap_calibration::physics::generate::Model;
use coldcap_calibration::physics::half_space::{Observation, ScaledErfcx, erfcx, erfcx_slope};
use coldcap_units::{Celsius, Duration, Fault, Kelvin, Permille, Ratio, Skin};
use proptest::prelude::*;

fn oracle() -> impl Iterator<Item = (f64, f64)> {
    let lines = include_str!("data/erfcx.csv").lines().skip(1);
    lines.map(|line| {
        let (x, value) = line.split_once(',').unwrap();
        (x.parse().unwrap(), value.parse().unwrap())
    })
}

#[test]
fn the_table_keeps_its_bound_against_forty_digits() {
    let mut largest = 0.0f64;
    for (x, exact) in oracle() {
        assert!((erfcx(x) / exact - 1.0).abs() < 1e-13, "{x}");
        let code = (x / 4.0 * 4_294_967_296.0).round();
        // The code's own rounding is 1e-9 of x at most, which is as much of the value.
        let value = f64::from(TABLE.eval(Ratio(code as u32)).unwrap().0);
        largest = largest.max((value - exact * 1e9).abs());
    }
    println!("largest error {largest:.0} · 10⁻⁹, stated {}", TABLE.header().bound_micro_kelvin);
    assert!(largest <= f64::from(TABLE.header().bound_micro_kelvin) + 1.0);
    assert!(f64::from(TABLE.header().bound_micro_kelvin) <= 2.0 * largest + 5.0);
}

#[test]
fn the_enclosed_derivative_is_one() {
    // Against central differences of the slope, which is exact.
    for x in [0.1, 0.5, 1.0, 2.0, 3.0] {
        let h = 0.02;
        let third =
            |x: f64| (erfcx_slope(x + h) - 2.0 * erfcx_slope(x) + erfcx_slope(x - h)) / (h * h);
        let fourth = (third(x + h) - third(x - h)) / (2.0 * h);
        let bound = ScaledErfcx.fourth_derivative(x / 4.0, x / 4.0 + 0.01) / 256_000.0;
        assert!((bound / fourth - 1.0).abs() < 0.01, "{x}: {bound} {fourth}");
    }
}

const EFFUSIVITY: f64 = 1_136.0;
/// 34.5 W/(m²·K) from blood of 37 °C to skin of 34 °C.
const FLUX: f64 = 103.5;
/// The same, known exactly.
const KNOWN: RestingFlux = RestingFlux {
    tissue_uncertainty: Permille(0),
    difference_uncertainty: Kelvin::ZERO,
    ..RestingFlux::OF_A_SCALP
};
const TICK: Duration = Duration::from_millis(500);

/// The skin at a time after a step of what is outside, behind a conductance.
fn skin(resting: f64, outside: f64, through: f64, seconds: f64) -> f64 {
    let depth = outside - (resting - FLUX / through);
    resting + depth * (1.0 - erfcx(through / EFFUSIVITY * seconds.sqrt()))
}

fn milli(celsius: f64) -> i32 {
    (celsius * 1e3).round() as i32
}

/// Runs a fit over a course in time.
fn fit(
    settings: HalfSpace,
    resting: f64,
    course: impl Fn(f64) -> (Result<f64, Fault>, f64),
) -> Result<ZoneFit, ZoneFault> {
    fit_after(settings, resting, None, course)
}

fn fit_after(
    settings: HalfSpace,
    resting: f64,
    before: Option<Before>,
    course: impl Fn(f64) -> (Result<f64, Fault>, f64),
) -> Result<ZoneFit, ZoneFault> {
    let mut fit = HalfSpaceFit::after(settings, Skin::from_milli(milli(resting)), before);
    let mut outcome = None;
    for tick in 0..270 {
        let (skin, outside) = course(0.25 + 0.5 * f64::from(tick));
        let skin = skin.map(|skin| Skin::from_milli(milli(skin)));
        outcome = fit.step(skin, Ok(Celsius::from_milli(milli(outside))), TICK).outcome();
    }
    outcome.unwrap()
}

fn settings() -> HalfSpace {
    HalfSpace::WITH_COOLANT
}

#[test]
fn a_conductance_reads_in_watts() {
    assert_eq!(Conductance(29_850).to_string(), "29.8 W/(m² K)");
}

#[test]
fn an_exact_half_space_is_recovered() {
    for h in [8.0, 15.0, 25.0, 41.0, 80.0, 150.0] {
        let through = 1.0 / (1.0 / h + 0.01);
        let found =
            fit(settings(), 34.0, |time| (Ok(skin(34.0, 2.0, through, time)), 2.0)).unwrap();
        let value = f64::from(found.conductance.0) / 1e3;
        println!("{h}: {value} {found:?}");
        // Bins of 4 s are compared in their middles, which flattens the beginning a little.
        assert!((value / h - 1.0).abs() < 0.01, "{h}: {value}");
        assert!(found.misfit.to_milli() < 20);
    }
}

/// Skin under a cap that was put on `worn` seconds before time 0 and had `outside` until then.
fn skin_after((worn, outside): (f64, f64), cold: f64, h: f64, seconds: f64) -> f64 {
    let answer = |age: f64| 1.0 - erfcx(h / EFFUSIVITY * age.max(0.0).sqrt());
    let met = (outside - (34.0 - FLUX / h)) * answer(seconds + worn);
    34.0 + met + (cold - outside) * answer(seconds)
}

#[test]
fn a_cap_that_was_on_before_is_one_more_step() {
    for (worn, h) in [(0.0, 30.0), (20.0, 12.0), (60.0, 30.0), (300.0, 60.0)] {
        let before = Before {
            worn: Duration::from_millis((worn * 1e3) as u32),
            outside: Celsius::from_milli(26_000),
        };
        let run = |before| {
            let settings = HalfSpace::WITH_INNER_FACE;
            let mut fit = HalfSpaceFit::after(settings, Skin::from_milli(34_000), before);
            let outcomes = (0..270).map(|tick| {
                let time = 0.25 + 0.5 * f64::from(tick);
                let shown = skin_after((worn, 26.0), 12.0, h, time);
                let outside = Ok(Celsius::from_milli(12_000));
                fit.step(Ok(Skin::from_milli(milli(shown))), outside, TICK).outcome()
            });
            f64::from(outcomes.last().flatten().unwrap().unwrap().conductance.0) / 1e3
        };
        let (told, untold) = (run(Some(before)), run(None));
        println!("{worn} s, {h}: {told:.2}, {untold:.2} where nobody tells");
        assert!((told / h - 1.0).abs() < 0.012, "{told}");
        assert!(worn < 60.0 || untold / h > 1.05, "{untold}");
    }
}

/// By finite differences: what H moves by with what the resting flux is not known by.
#[test]
fn the_resting_flux_belongs_to_the_uncertainty() {
    for (worn, cold, h) in [(0.0, 2.0, 25.0), (60.0, 12.0, 30.0)] {
        let of = |settings: HalfSpace, flux: f64| {
            let before = Before {
                worn: Duration::from_millis((worn * 1e3) as u32),
                outside: Celsius::from_milli(24_000),
            };
            let tissue = Conductance((flux / 3.0 * 1e3) as u32);
            let resting_flux = RestingFlux { tissue, ..settings.resting_flux };
            let settings = HalfSpace { resting_flux, ..settings };
            let mut fit = HalfSpaceFit::after(settings, Skin::from_milli(34_000), Some(before));
            let outcomes = (0..270).map(|tick| {
                let shown = skin_after((worn, 24.0), cold, h, 0.25 + 0.5 * f64::from(tick));
                let outside = Ok(Celsius::from_milli(milli(cold)));
                fit.step(Ok(Skin::from_milli(milli(shown))), outside, TICK).outcome()
            });
            let found = outcomes.last().flatten().unwrap().unwrap();
            (f64::from(found.conductance.0), f64::from(found.uncertainty.0))
        };
        let alone = HalfSpace { tissue_uncertainty: Permille(0), ..HalfSpace::WITH_INNER_FACE };
        let (value, u) = of(alone, FLUX);
        // 14.5 % of it, and 0.41 K of 34.5 W/(m²·K).
        let of_flux = (0.145 * FLUX).hypot(34.5 * 0.41);
        let moved = (of(alone, FLUX + 5.0).0 - of(alone, FLUX - 5.0).0) / 10.0 * of_flux;
        println!("{worn} s, {cold} °C: {:.2} % of H", 100.0 * u / value);
        assert!((u / moved - 1.0).abs() < 0.03, "{u} {moved}");
    }
}

/// The wall's part of the uncertainty grows as the contact nears it.
#[test]
fn uncertainty_follows_from_its_parts() {
    let of = |settings: HalfSpace, h: f64, wall: f64| {
        let settings = HalfSpace { resting_flux: KNOWN, ..settings };
        let through = 1.0 / (1.0 / h + wall);
        let found = fit(settings, 34.0, |time| (Ok(skin(34.0, 2.0, through, time)), 2.0)).unwrap();
        f64::from(found.uncertainty.0) / f64::from(found.conductance.0)
    };
    // Tissue 4 %: alone without a wall; times h/H = 1.4 with one, and 5 % times h/h_cap = 0.4 beside it.
    assert!((of(HalfSpace::WITH_INNER_FACE, 40.0, 0.0) - 0.04).abs() < 0.002);
    let expected = (0.056f64.powi(2) + 0.02f64.powi(2)).sqrt();
    assert!((of(settings(), 40.0, 0.01) - expected).abs() < 0.002);
}

/// A reading that scatters by a thousandth of a degree.
fn alive(celsius: f64, time: f64) -> f64 {
    celsius + 0.001 * f64::from((2.0 * time) as u32 % 2)
}

/// Whatever it stuck at, and wherever in the two minutes: twelve seconds of the very same are no reading.
#[test]
fn a_skin_sensor_that_sticks_is_found() {
    let moving = |time: f64| skin(34.0, 2.0, 25.0, time);
    let stuck = |from: f64, to: f64| {
        let course =
            |time: f64| (Ok(moving(if time > from && time < to { from } else { time })), 2.0);
        fit(settings(), 34.0, course)
    };
    for (from, to) in [(0.0, 13.0), (20.0, 33.0), (60.0, 120.0), (100.0, 113.0), (0.0, 120.0)] {
        assert_eq!(stuck(from, to), Err(ZoneFault::Sensor(Fault::Stuck)), "{from} to {to}");
    }
    assert!(stuck(60.0, 71.0).is_ok());
}

/// A head that loses more heat is colder, and that is what is held: neither room nor hair enters.
#[test]
fn the_resting_flux_follows_from_the_resting_skin() {
    for resting in [30.0, 32.0, 35.5] {
        let flux = 34.5 * (37.0 - resting);
        let course = |time: f64| {
            let depth = 2.0 - (resting - flux / 25.0);
            (Ok(resting + depth * (1.0 - erfcx(25.0 / EFFUSIVITY * f64::sqrt(time)))), 2.0)
        };
        let found = fit(HalfSpace::WITH_INNER_FACE, resting, course).unwrap();
        let value = f64::from(found.conductance.0) / 1e3;
        println!("{resting} °C: {value:.2} ± {:.2}", f64::from(found.uncertainty.0) / 1e3);
        assert!((value / 25.0 - 1.0).abs() < 0.01, "{value}");
    }
}

#[test]
fn faults_are_told_apart() {
    let course = |through: f64| move |time: f64| (Ok(skin(34.0, 2.0, through, time)), 2.0);
    let warm = |time: f64| (Ok(skin(34.0, 26.0, 20.0, time)), 26.0);
    assert_eq!(fit(settings(), 34.0, warm), Err(ZoneFault::NoStep));
    let broken = |_: f64| (Err(Fault::Open), 2.0);
    assert_eq!(fit(settings(), 34.0, broken), Err(ZoneFault::Sensor(Fault::Open)));
    // The method ends at 80 of the wall's 100, which is a contact of 400: the tissue's and the flux's part of
    // u count five times there, the wall's four times.
    let Err(ZoneFault::AboveRange(bound)) = fit(settings(), 34.0, course(90.0)) else { panic!() };
    assert!((100_000..250_000).contains(&bound.0), "{bound}");
    // A cap that has no contact: the skin stays where it was, or warms.
    let none = |time: f64| (Ok(alive(34.5, time)), 2.0);
    assert_eq!(fit(settings(), 34.0, none), Err(ZoneFault::BelowRange));
    // A sensor that came off after a minute.
    let slipped =
        |time: f64| if time < 60.0 { course(25.0)(time) } else { (Ok(alive(32.0, time)), 2.0) };
    assert_eq!(fit(settings(), 34.0, slipped), Err(ZoneFault::Misfit));
}

#[test]
fn one_iteration_a_tick_and_no_more_than_sixteen() {
    let mut fit = HalfSpaceFit::new(settings(), Skin::from_milli(34_000));
    let mut ticks = 0;
    let mut done = false;
    while !done {
        let time = 0.25 + 0.5 * f64::from(ticks);
        let shown = Ok(Skin::from_milli(milli(skin(34.0, 2.0, 22.0, time))));
        done = fit.step(shown, Ok(Celsius::from_milli(2_000)), TICK).outcome().is_some();
        ticks += 1;
    }
    println!("{} iterations", ticks - 240);
    assert!((241..=256).contains(&ticks), "{ticks}");
}

/// Means of the bins, as the integer fit makes them.
fn bins(course: impl Fn(f64) -> (f64, f64)) -> (Vec<f64>, Vec<f64>) {
    let bin = |number: u32| {
        let times = (0..8).map(move |tick| 0.25 + 0.5 * f64::from(number * 8 + tick));
        let shown = times.map(&course);
        let sum = shown
            .fold((0, 0), |sum, (skin, outside)| (sum.0 + milli(skin), sum.1 + milli(outside)));
        let mean = |sum: i32| (f64::from(sum) / 8.0).round() / 1e3;
        (mean(sum.0), mean(sum.1))
    };
    (0..30).map(bin).unzip()
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None, cases: 64, ..ProptestConfig::default()
    })]

    /// Noise, ramps, and tissue that is no half-space: both find the same minimum.
    #[test]
    fn the_host_repeats_the_devices_fit(
        h in 8.0f64..150.0, cold in -4.0f64..10.0, ramp in 0.0f64..40.0, bend in -0.15f64..0.15,
        noise in prop::collection::vec(-0.05f64..0.05, 240),
        worn in prop::option::of((15.0f64..30.0, 0u32..400_000)),
    ) {
        let through = 1.0 / (1.0 / h + 0.01);
        let course = |time: f64| {
            let outside = if time < ramp { cold + (22.0 - cold) * (1.0 - time / ramp) } else { cold };
            let bent = through * (1.0 + bend * (time / 120.0));
            let shown = skin(34.0, cold, bent, time) + noise[((time * 2.0) as usize).min(239)];
            (shown, outside)
        };
        let (skins, outsides) = bins(course);
        let repeated = Observation {
            skin_c: &skins, outside_c: &outsides, bin_s: 4.0, lag_s: 0.0, skipped: 5,
            resting_c: 34.0, before: worn.map(|(outside, worn_ms)| (milli(outside).into(), f64::from(worn_ms))).map(|(outside, worn): (f64, f64)| (outside / 1e3, worn / 1e3)), resting_flux: FLUX, effusivity: EFFUSIVITY,
        };
        let host = repeated.conductance().unwrap();
        let wide = HalfSpace {
            wall: None, largest_misfit: coldcap_units::Kelvin::from_milli(30_000), ..settings()
        };
        let before = worn.map(|(outside, worn)| Before {
            worn: Duration::from_millis(worn),
            outside: Celsius::from_milli(milli(outside)),
        });
        let device =
            fit_after(wide, 34.0, before, |time| { let (s, o) = course(time); (Ok(s), o) }).unwrap();
        let device = f64::from(device.conductance.0) / 1e3;
        prop_assert!((device / host - 1.0).abs() < 1e-3, "{} {}", device, host);
    }

    #[test]
    fn anything_may_be_fed(
        skins in prop::collection::vec(any::<i32>(), 40), outside: i32, resting: i32, effusivity: u16,
        flux: u32, wall: u32, bins: u8, skipped: u8,
    ) {
        let wall = CapWall { conductance: Conductance(wall), uncertainty: Permille(50), heat_capacity: 0, ..CapWall::REFERENCE };
        let settings = HalfSpace {
            bin: Duration::from_secs(1), bins, skipped, effusivity, wall: Some(wall),
            resting_flux: RestingFlux { tissue: Conductance(flux), ..RestingFlux::OF_A_SCALP },
            ..settings()
        };
        let mut fit = HalfSpaceFit::new(settings, Skin::from_milli(resting));
        let mut done = false;
        for skin in skins.iter().cycle().take(60) {
            let shown = Ok(Skin::from_milli(*skin));
            let outside = Ok(Celsius::from_milli(outside));
            done = fit.step(shown, outside, Duration::from_secs(1)).outcome().is_some();
        }
        prop_assert!(done);
    }
}

/// Residuals weigh by what the skin tells of H: σ/√Σ(∂T/∂ln H)², here by finite differences.
#[test]
fn noise_belongs_to_the_uncertainty() {
    let (through, noise) = (25.0, 0.6);
    let bin = |time: f64| (time / 4.0) as u32;
    let sign = |time: f64| if bin(time).is_multiple_of(2) { 1.0 } else { -1.0 };
    let course = |time: f64| (Ok(skin(34.0, 2.0, through, time) + noise * sign(time)), 2.0);
    let settings = HalfSpace { resting_flux: KNOWN, ..HalfSpace::WITH_INNER_FACE };
    let found = fit(settings, 34.0, course).unwrap();
    let square: f64 = (5..30)
        .map(|bin| {
            let time = 4.0 * (f64::from(bin) + 0.5);
            let at = |factor: f64| skin(34.0, 2.0, through * factor, time);
            ((at(1.001) - at(0.999)) / 0.002).powi(2)
        })
        .sum();
    let own = noise * (25.0f64 / 24.0).sqrt() / square.sqrt();
    let expected = (own * own + 0.04 * 0.04).sqrt();
    let u = f64::from(found.uncertainty.0) / f64::from(found.conductance.0);
    assert!((u / expected - 1.0).abs() < 0.02, "{u} {expected}");
    assert!(own > 0.015 && (found.misfit.to_milli() - 600).abs() < 10);
    assert!(found.autocorrelation.unwrap() < -900);
}

/// A skin as warm as the blood gives off nothing, but what it gives off is known no better for that.
#[test]
fn a_resting_flux_of_nothing_is_not_known_exactly() {
    let warm = |resting_flux: RestingFlux| {
        let resting_flux = RestingFlux { warmest: Skin::from_milli(40_000), ..resting_flux };
        let settings = HalfSpace { resting_flux, tissue_uncertainty: Permille(0), ..settings() };
        let answer = |time: f64| 1.0 - erfcx(25.0 / EFFUSIVITY * time.sqrt());
        let found = fit(settings, 37.0, |time| (Ok(37.0 - 35.0 * answer(time)), 2.0)).unwrap();
        f64::from(found.uncertainty.0) / f64::from(found.conductance.0)
    };
    // 34.5 W/(m²·K) by 0.41 K are 14 W/m², a seventh of what a bare head gives off.
    let (told, exact) = (warm(RestingFlux::OF_A_SCALP), warm(KNOWN));
    println!("{told} {exact}");
    assert!(told.hypot(-exact) > exact + 0.002, "{told} {exact}");
}

/// A skin that is warmer than any that the resting flux was found for has no fit.
#[test]
fn a_skin_that_is_too_warm_at_rest_has_no_fit() {
    let of = |resting| fit(settings(), resting, |time| (Ok(skin(resting, 2.0, 25.0, time)), 2.0));
    assert!(of(35.0).is_ok());
    for resting in [35.9, 37.0, 38.5] {
        assert_eq!(of(resting).unwrap_err(), ZoneFault::Misfit, "{resting}");
    }
}
