//! The fit visit of a machine with a skin-side sensor: what flux over drop and the half-space fit find through the whole
//! of control, whose visit ramps where the half-space's model began with a step.
//!
//! `COLDCAP_VISITS` sets the number of visits.
//!
//! ```text
//! COLDCAP_VISITS=300 cargo test --release -p coldcap-sim --test skin_side_in_facade -- --nocapture
//! ```
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod facade;

use coldcap::{Config, Inputs, Phase, SkinSide};
use coldcap_calibration::contact::flux::FluxMethod;
use coldcap_calibration::contact::half_space::{HalfSpace, RestingFlux};
use coldcap_calibration::contact::judge::{Finding, ZoneLimits, judge_by_methods};
use coldcap_calibration::contact::{Conductance, Verdict, Zone, ZoneFault};
use coldcap_calibration::hair::HairDensity;
use coldcap_calibration::record::{CapCalibration, FitMethod, ZoneRecord};
use coldcap_session::{Accepted, Request};
use coldcap_sim::random::Random;
use coldcap_sim::{CapPlacement, MachineParameters, PatientParameters, SkinPlace};
use coldcap_units::{Fault, Kelvin, Permille, Reading};
use core::cell::Cell;
use facade::{Facade, HEAD, PATIENT};

/// Heads that the effusivity was not fitted on.
const FIRST_SEED: u64 = 6_000;

fn visits() -> u64 {
    std::env::var("COLDCAP_VISITS").ok().and_then(|count| count.parse().ok()).unwrap_or(25)
}

fn drawn(seed: u64) -> PatientParameters {
    let mut random = Random::stream(seed, 5);
    let standard = PatientParameters::standard();
    PatientParameters {
        core_c: 37.0 + 0.4 * random.gaussian().clamp(-2.5, 2.5),
        fat_mm: 1.5 + 3.5 * random.uniform(),
        skin_perfusion_per_s: standard.skin_perfusion_per_s * (0.5 + random.uniform()),
        perfusion_fall_s: 30.0 + 90.0 * random.uniform(),
        hair_resistance: (0.0335 * (0.3 * random.gaussian()).exp()).clamp(0.01, 0.1),
        hair_asymmetry: 0.12 * random.gaussian().clamp(-2.5, 2.5),
        ..standard
    }
}

/// A machine with the sensor under a half, its wall off by what is stated of it.
fn machine(place: SkinPlace, seed: u64) -> MachineParameters {
    let mut machine = MachineParameters::standard();
    machine.sensors.skin = Some(place);
    machine.cap.film_resistance /= 1.0 + 0.05 * Random::stream(seed, 8).gaussian();
    machine
}

fn saved(mut facade: Facade, wait_s: u32) -> CapCalibration {
    facade.fit_visit_after(wait_s);
    facade.calibration.expect("a saved fit")
}

/// How long the cap was on before it was marked.
const WAITS: [u32; 5] = [10, 20, 60, 120, 300];

/// Logarithms of found over true, shares of u, and how many are within 2 u; by how long the cap was on.
#[derive(Default)]
struct Errors {
    all: Vec<f64>,
    by_wait: [Vec<f64>; 5],
    stated: f64,
    within: u32,
    missing: u32,
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn deviation(values: &[f64]) -> f64 {
    let middle = mean(values);
    mean(&values.iter().map(|value| (value - middle).powi(2)).collect::<Vec<_>>()).sqrt()
}

impl Errors {
    /// The mean of the stated shares.
    fn stated(&self) -> f64 {
        self.stated / self.all.len() as f64
    }

    fn add(&mut self, found: &ZoneRecord, truth: f64, wait: usize) {
        let Some(zone) = found.value() else {
            self.missing += 1;
            return;
        };
        let (value, u) =
            (f64::from(zone.conductance().0) / 1e3, f64::from(zone.uncertainty().0) / 1e3);
        self.all.push((value / truth).ln());
        self.by_wait[wait].push((value / truth).ln());
        self.stated += u / value;
        self.within += u32::from((value - truth).abs() <= 2.0 * u);
    }

    fn print(&self, name: &str) -> (f64, f64, f64) {
        let count = self.all.len() as f64;
        let (bias, spread) = (mean(&self.all), deviation(&self.all));
        let largest = self.all.iter().fold(0.0f64, |most, it| most.max(it.abs()));
        let by_wait = self.by_wait.each_ref().map(|it| (1e3 * mean(it)).round() / 10.0);
        let within = f64::from(self.within) / count;
        println!(
            "{name}: {count} zones {:+.1} % off on average, scatter {:.1} %, largest {:.1} %; by {WAITS:?} s on \
             the head {by_wait:?} %; stated u {:.1} %, {:.1} % within 2u; {} without a value",
            100.0 * bias,
            100.0 * spread,
            100.0 * largest,
            100.0 * self.stated / count,
            100.0 * within,
            self.missing,
        );
        (bias, spread, within)
    }
}

#[test]
fn the_zone_under_the_sensor_is_known_better_than_the_other() {
    let (mut by_skin, mut by_face) = (Errors::default(), Errors::default());
    let (mut verdicts, mut by_method) = ([0u32; 7], [0u32; 3]);
    for seed in FIRST_SEED..FIRST_SEED + visits() {
        let patient = drawn(seed);
        let (place, under, other) = if seed % 2 == 0 {
            (SkinPlace::Front, Zone::Front, Zone::Rear)
        } else {
            (SkinPlace::Rear, Zone::Rear, Zone::Front)
        };
        let wait = (seed / 2 % 5) as usize;
        let facade = Facade::on(machine(place, seed), place.config(), patient, seed);
        let record = saved(facade, WAITS[wait]);
        verdicts[usize::from(record.verdict.code())] += 1;
        let zones = record.detail.unwrap().zones;
        let either = [FitMethod::FluxOverDrop, FitMethod::SkinAndInnerFace, FitMethod::InnerFace];
        let either = either.map(Some);
        let method = under.of(zones).method();
        by_method[either.iter().position(|it| *it == method).expect("a method")] += 1;
        assert_eq!(other.of(zones).method(), Some(FitMethod::InnerFace));
        assert_eq!(Zone::Crown.of(zones), ZoneRecord::Unobserved);
        let asymmetry = patient.hair_asymmetry;
        let truth = |zone: Zone| {
            1.0 / (patient.hair_resistance * zone.of([1.0 - asymmetry, 1.0 + asymmetry, 1.0]))
        };
        by_skin.add(&under.of(zones), truth(under), wait);
        by_face.add(&other.of(zones), truth(other), wait);
    }
    println!("verdicts by code {verdicts:?}; by flux over drop, cooling, inner face {by_method:?}");
    by_face.print("inner face");
    let (bias, spread, within) = by_skin.print("zone with a skin-side sensor");
    assert!(u64::from(by_skin.missing) * 20 <= visits());
    assert!(bias.abs() <= 0.025 && spread <= 0.06 && by_skin.stated() <= 0.072);
    assert!(within >= 0.95 && u64::from(by_method[0]) * 20 >= visits() * 19);
    assert!(by_skin.stated() < by_face.stated() / 2.0);
}

/// Under the crown there is no sensor on the inner face. The virtual cap has none to lie under: what is
/// measured here is the method, with the sensor under the front half and the coolant as what is outside.
#[test]
fn against_the_coolant_it_is_known_a_little_less() {
    let mut errors = Errors::default();
    for seed in FIRST_SEED + 1_000..FIRST_SEED + 1_000 + visits() {
        let patient = drawn(seed);
        let wait = (seed % 5) as usize;
        let config =
            Config { skin_side: Some(SkinSide::under(Zone::Crown)), ..Config::reference() };
        let facade = Facade::on(machine(SkinPlace::Front, seed), config, patient, seed);
        let zones = saved(facade, WAITS[wait]).detail.unwrap().zones;
        assert_eq!(Zone::Crown.of(zones).method(), Some(FitMethod::SkinAndCoolant), "{zones:?}");
        let truth = 1.0 / (patient.hair_resistance * (1.0 - patient.hair_asymmetry));
        errors.add(&Zone::Crown.of(zones), truth, wait);
    }
    let (bias, spread, within) = errors.print("skin-side sensor and coolant");
    assert!(bias.abs() <= 0.04 && spread <= errors.stated() && within >= 0.93);
}

/// A machine whose inner face is held to tell nothing, so that what is stated is the half-space fit's alone.
fn by_skin_alone(zone: Zone) -> Config {
    let reference = Config::reference();
    let zones = FluxMethod { law_uncertainty: Permille(1_000), ..reference.zones };
    let side = SkinSide { drop: None, ..SkinSide::under(zone) };
    Config { skin_side: Some(side), zones, ..reference }
}

/// The figures of `HalfSpace::DURING_RAMP` are those that make the mean of these heads right.
#[test]
#[ignore = "half a minute: 600 visits; `cargo xtask campaign laws` runs it"]
fn the_effusivity_of_the_ramp_follows_from_visits() {
    for (zone, held) in
        [(Zone::Front, HalfSpace::DURING_RAMP), (Zone::Crown, HalfSpace::DURING_RAMP_WITH_COOLANT)]
    {
        let mut errors = Errors::default();
        for seed in 5_000..5_300 {
            let (patient, wait) = (drawn(seed), (seed % 5) as usize);
            let mut machine = MachineParameters::standard();
            machine.sensors.skin = Some(SkinPlace::Front);
            let config = by_skin_alone(zone);
            let record = saved(Facade::on(machine, config, patient, seed), WAITS[wait]);
            let truth = 1.0 / (patient.hair_resistance * (1.0 - patient.hair_asymmetry));
            errors.add(&zone.of(record.detail.unwrap().zones), truth, wait);
        }
        let (bias, _, within) = errors.print(zone.name());
        println!("    held effusivity {}", held.effusivity);
        // The tissue's 5 or 7 %, and what is not known of the resting flux.
        assert!(bias.abs() < 0.015 && within >= 0.93);
    }
}

/// From standby to the mark that the cap is worn, with inputs that are spoilt from then on.
fn visit_with(config: Config, spoil: impl Fn(&mut Inputs<1>, u32)) -> CapCalibration {
    visit_of(PatientParameters::standard(), config, spoil)
}

fn visit_of(
    patient: PatientParameters,
    config: Config,
    spoil: impl Fn(&mut Inputs<1>, u32),
) -> CapCalibration {
    let mut machine = MachineParameters::standard();
    machine.sensors.skin = Some(SkinPlace::Front);
    let mut facade = Facade::on(machine, config, patient, 3);
    facade.until(Phase::Standby);
    facade.ask(Request::StartFit).unwrap();
    facade.ask(Request::select(PATIENT)).unwrap();
    facade.place(CapPlacement::Coupled);
    facade.tick();
    facade.ask(Request::Measure(HEAD)).unwrap();
    let mut tick = 0;
    let mut run = |facade: &mut Facade, ticks: u32| {
        for _ in 0..ticks {
            facade.tick_with(&[], |inputs| spoil(inputs, tick));
            tick += 1;
        }
    };
    run(&mut facade, 600);
    facade.place(CapPlacement::Worn);
    run(&mut facade, 300);
    facade.ask(Request::Worn(true)).unwrap();
    for tick in 0..9_000 {
        run(&mut facade, 1);
        // Once the test is over a clinician stores what is not good enough to go on by itself.
        let confirm = Request::ConfirmFit { confirm: false };
        let fails = tick > 4_500 && tick % 50 == 0 && facade.channel.phase == Phase::FitVerify;
        if fails && facade.ask(confirm) == Ok(Accepted::Armed) {
            run(&mut facade, 30);
            facade.ask(Request::ConfirmFit { confirm: true }).unwrap();
        }
        if facade.channel.phase == Phase::FitSaved {
            return facade.calibration.unwrap();
        }
    }
    panic!("no saved fit, the channel is in {}", facade.channel.phase);
}

fn lose(inputs: &mut Inputs<1>, fault: Fault) {
    let taken = inputs.channels[0].skin.taken;
    inputs.channels[0].skin = Reading::faulty(fault, taken);
}

/// A sensor that is not there, or breaks, leaves what the inner face tells; and the record says so.
#[test]
fn without_its_sensor_the_zone_is_told_by_the_inner_face() {
    let front = |spoil: fn(&mut Inputs<1>, u32)| {
        visit_with(SkinPlace::Front.config(), spoil).detail.unwrap().zones[0]
    };
    let good = front(|_, _| {});
    assert_eq!(good.method(), Some(FitMethod::FluxOverDrop));
    for fault in [Fault::Absent, Fault::Open] {
        let spoil: fn(&mut Inputs<1>, u32) = match fault {
            Fault::Absent => |inputs, _| lose(inputs, Fault::Absent),
            _ => |inputs, tick| {
                if tick > 1_200 {
                    lose(inputs, Fault::Open)
                }
            },
        };
        let found = front(spoil);
        assert_eq!(found.method(), Some(FitMethod::InnerFace));
        assert!(found.value().is_some(), "{found:?}");
    }
    // One tick in twelve may be missing of how the skin cooled, which tells it then.
    let gaps = front(|inputs, tick| {
        if tick % 12 == 0 {
            lose(inputs, Fault::Bus)
        }
    });
    assert_eq!(gaps.method(), Some(FitMethod::SkinAndInnerFace));
}

/// Under the crown there is nothing to fall back to: absent is unobserved, broken is said.
#[test]
fn a_crown_without_its_sensor_is_unobserved_and_a_broken_one_is_said() {
    let crown = |fault: Fault| {
        let config =
            Config { skin_side: Some(SkinSide::under(Zone::Crown)), ..Config::reference() };
        let record = visit_with(config, |inputs, _| lose(inputs, fault));
        (record.detail.unwrap().zones[2], record.verdict)
    };
    let (absent, without) = crown(Fault::Absent);
    assert_eq!(absent, ZoneRecord::Unobserved);
    let (open, broken) = crown(Fault::Open);
    let fault = ZoneFault::Sensor(Fault::Open);
    assert_eq!(open, ZoneRecord::Failed(fault, FitMethod::SkinAndCoolant));
    assert_eq!(broken, Verdict::Repeat, "{without:?}");
}

/// A sensor that came off during the ramp, and shows the room, is no value: the inner face still is one.
#[test]
fn a_sensor_that_slips_leaves_what_the_inner_face_tells() {
    let record = visit_with(SkinPlace::Front.config(), |inputs, tick| {
        if tick > 1_500 {
            let taken = inputs.channels[0].skin.taken;
            inputs.channels[0].skin = Reading::new(coldcap_sim::sensor::ratio_of(24.0), taken);
        }
    });
    let front = record.detail.unwrap().zones[0];
    assert_eq!(front.method(), Some(FitMethod::InnerFace));
    assert!(front.value().is_some(), "{front:?}");
}

/// A machine without the sensor drives and records what it did before anybody thought of one.
#[test]
fn a_sensor_that_nobody_asked_for_changes_nothing() {
    let plain = saved(Facade::new(PatientParameters::standard(), 3), 30);
    let mut machine = MachineParameters::standard();
    machine.sensors.skin = Some(SkinPlace::Front);
    let fitted = Facade::on(machine, Config::reference(), PatientParameters::standard(), 3);
    assert_eq!(saved(fitted, 30), plain);
}

/// What the resting flux is not known by, and the tissue, are the whole of a good zone's u.
#[test]
fn the_stated_uncertainty_has_its_parts() {
    let exact = RestingFlux {
        tissue_uncertainty: Permille(0),
        difference_uncertainty: Kelvin::ZERO,
        ..RestingFlux::OF_A_SCALP
    };
    let of = |resting_flux, tissue| {
        let method = HalfSpace {
            resting_flux,
            tissue_uncertainty: Permille(tissue),
            ..HalfSpace::DURING_RAMP
        };
        let side = SkinSide { method, drop: None, ..SkinSide::under(Zone::Front) };
        let config = Config { skin_side: Some(side), ..Config::reference() };
        let zone = visit_with(config, |_, _| {}).detail.unwrap().zones[0].value().unwrap();
        100.0 * f64::from(zone.uncertainty().0) / f64::from(zone.conductance().0)
    };
    let (noise, flux) = (of(exact, 0), of(RestingFlux::OF_A_SCALP, 0));
    let (tissue, all) = (of(exact, 50), of(RestingFlux::OF_A_SCALP, 50));
    println!("noise {noise:.2}, resting flux {flux:.2}, tissue {tissue:.2}, all {all:.2} %");
    assert!((all - flux.hypot(tissue)).abs() < 0.1 && noise < 1.0);
}

/// A front zone of 35 W/(m²·K) on a head that is not the standard one, bare, in a room.
fn zone_of_35(bare_resistance: f64, ambient_c: f64, config: Config) -> CapCalibration {
    let patient = PatientParameters {
        hair_resistance: 1.0 / 35.0,
        hair_asymmetry: 0.0,
        bare_resistance,
        ..PatientParameters::standard()
    };
    let mut machine = MachineParameters::standard();
    machine.ambient_c = ambient_c;
    machine.sensors.skin = Some(SkinPlace::Front);
    saved(Facade::on(machine, config, patient, 3), 30)
}

/// Wet hair in a draught, hair that holds twice as much, a cold room and a warm one: what a head gives off at rest is not what another
/// does, and its zone is neither wrong by more than is stated nor called loose.
#[test]
fn a_head_that_gives_off_more_or_less_at_rest_is_not_taken_for_a_loose_cap() {
    let cases =
        [(0.117, 22.0), (0.04, 22.0), (0.117, 16.0), (0.2, 22.0), (0.117, 26.0), (0.04, 16.0)];
    for (bare_resistance, ambient_c) in cases {
        let record = zone_of_35(bare_resistance, ambient_c, SkinPlace::Front.config());
        let [front, ..] = record.detail.unwrap().zones;
        println!("{bare_resistance} m²K/W, {ambient_c} °C: {front:?}, {:?}", record.verdict);
        let value = front.value().expect("a value");
        let (value, u) =
            (f64::from(value.conductance().0) / 1e3, f64::from(value.uncertainty().0) / 1e3);
        assert!((value - 35.0).abs() <= 2.0 * u, "{bare_resistance}, {ambient_c}: {value} ± {u}");
        assert!(matches!(record.verdict, Verdict::Good | Verdict::Repeat), "{:?}", record.verdict);
    }
}

/// Under thick dry hair the skin is warmer than on any head that its resting heat was found for: nothing is stated by how
/// it cools. What crosses the hair is told all the same.
#[test]
fn a_head_under_thick_dry_hair_is_not_told_by_how_its_skin_cools() {
    let both = SkinPlace::Front.config();
    let side = both.skin_side.map(|side| SkinSide { drop: None, ..side });
    let cooling_alone = Config { skin_side: side, ..both };
    for bare_resistance in [0.35, 0.4, 0.5] {
        for (config, method) in
            [(both, FitMethod::FluxOverDrop), (cooling_alone, FitMethod::InnerFace)]
        {
            let record = zone_of_35(bare_resistance, 22.0, config);
            let [front, ..] = record.detail.unwrap().zones;
            println!("{bare_resistance} m²K/W: {front:?}, {:?}", record.verdict);
            assert_eq!(front.method(), Some(method), "{front:?}");
            let value = front.value().expect("a value");
            let off = f64::from(value.conductance().0) / 1e3 - 35.0;
            assert!(off.abs() <= 2.0 * f64::from(value.uncertainty().0) / 1e3, "{front:?}");
        }
    }
}

/// Fever, a flushed skin that does not shut, a cold core: neither enters what crosses the hair.
#[test]
fn a_feverish_head_is_told_by_what_crosses_its_hair() {
    let mut off = Vec::new();
    for (core_c, perfusion, fall_s) in
        [(40.0, 0.008, 600.0), (40.0, 0.0019, 60.0), (38.5, 0.008, 60.0)]
    {
        let patient = PatientParameters {
            core_c,
            skin_perfusion_per_s: perfusion,
            perfusion_fall_s: fall_s,
            hair_resistance: 1.0 / 24.0,
            hair_asymmetry: 0.0,
            ..PatientParameters::standard()
        };
        let mut machine = MachineParameters::standard();
        machine.sensors.skin = Some(SkinPlace::Front);
        let record = saved(Facade::on(machine, SkinPlace::Front.config(), patient, 3), 30);
        let [front, rear, _] = record.detail.unwrap().zones;
        println!("{core_c} °C, {perfusion} /s: {front:?}, {rear:?}, {:?}", record.verdict);
        assert_eq!(front.method(), Some(FitMethod::FluxOverDrop), "{front:?}");
        let value = front.value().expect("a value");
        off.push((f64::from(value.conductance().0) / 24e3).ln());
        assert_ne!(record.verdict, Verdict::Good);
    }
    assert!(off.iter().all(|off| off.abs() < 0.03), "{off:?}");
}

/// Of what it shows so much is skin, the rest the cap's inner face.
fn in_the_hair(of_skin: f64) -> impl Fn(&mut Inputs<1>, u32) {
    move |inputs, tick| {
        let channel = &mut inputs.channels[0];
        let celsius = |reading: Reading<coldcap_units::Ratio>| {
            coldcap_calibration::physics::front_end::celsius(reading.value.ok()?).ok()
        };
        let both = celsius(channel.skin).zip(celsius(channel.front));
        if let Some((skin, front)) = both.filter(|_| tick > 600) {
            let within = coldcap_sim::sensor::ratio_of(of_skin * skin + (1.0 - of_skin) * front);
            channel.skin = Reading::new(within, channel.skin.taken);
        }
    }
}

fn passes_for_any_head(record: &CapCalibration) -> bool {
    let zones = record.detail.unwrap().zones;
    let (states, methods) = (zones.map(|zone| zone.state()), zones.map(|zone| zone.method()));
    let limits = ZoneLimits::PROPOSED.for_any_head();
    let judged = judge_by_methods(&states, methods, None, HairDensity::Full, &limits);
    judged.findings[0] == Finding::Passes
}

/// In the hair it shows what is part of the way to the cap, and the contact comes out too close. From a third on the inner
/// face tells surely less, and nothing is stated; before that no zone below its limit passes for any head.
#[test]
fn a_skin_sensor_that_lies_in_the_hair_is_found_out() {
    let loose = PatientParameters {
        hair_resistance: 1.0 / 23.0,
        hair_asymmetry: 0.0,
        ..PatientParameters::standard()
    };
    for of_skin in [0.9, 0.8, 0.75, 0.7, 0.6, 0.5, 0.4] {
        let config = SkinPlace::Front.config();
        let record = visit_of(loose, config, in_the_hair(of_skin));
        let [front, ..] = record.detail.unwrap().zones;
        println!("{of_skin} of skin: {front:?} {:?}", record.verdict);
        let stated = front.method() == Some(FitMethod::FluxOverDrop) && front.value().is_some();
        assert!(!stated || of_skin > 0.65, "{of_skin}: {front:?}");
        assert!(!passes_for_any_head(&record) && record.verdict != Verdict::Good, "{of_skin}");
    }
}

/// From the first tick to the last it shows the very same, but for noise: the room, or something that is no skin.
#[test]
fn a_sensor_that_never_lay_on_skin_tells_nothing() {
    let (head, fever) = (
        PatientParameters::standard(),
        PatientParameters {
            core_c: 40.0,
            skin_perfusion_per_s: 0.008,
            perfusion_fall_s: 600.0,
            ..PatientParameters::standard()
        },
    );
    for (patient, contact) in [(head, 23.0), (fever, 18.0)] {
        let patient =
            PatientParameters { hair_resistance: 1.0 / contact, hair_asymmetry: 0.0, ..patient };
        for shown_c in [22.0, 24.0, 25.0, 26.0, 28.0, 30.0, 33.0, 35.0] {
            let record = visit_of(patient, SkinPlace::Front.config(), |inputs, tick| {
                let noise = if tick % 2 == 0 { 0.002 } else { -0.002 };
                let skin = &mut inputs.channels[0].skin;
                *skin = Reading::new(coldcap_sim::sensor::ratio_of(shown_c + noise), skin.taken);
            });
            let [front, ..] = record.detail.unwrap().zones;
            println!("always {shown_c} °C, {contact}: {front:?} {:?}", record.verdict);
            let stated = front.method() == Some(FitMethod::FluxOverDrop) && front.value().is_some();
            assert!(!stated && !passes_for_any_head(&record), "{shown_c}: {front:?}");
        }
    }
}

/// The zone with both sensors shows that the inner face tells too much on this head: then it tells no other zone.
#[test]
fn a_fever_that_one_zone_betrays_lets_no_other_zone_pass() {
    let patient = PatientParameters {
        core_c: 40.0,
        skin_perfusion_per_s: 0.008,
        perfusion_fall_s: 600.0,
        hair_resistance: 0.0365,
        hair_asymmetry: 0.2,
        ..PatientParameters::standard()
    };
    let mut machine = MachineParameters::standard();
    machine.sensors.skin = Some(SkinPlace::Front);
    for seed in 1..4 {
        let facade = Facade::on(machine, SkinPlace::Front.config(), patient, seed);
        let record = saved(facade, 30);
        let [front, rear, _] = record.detail.unwrap().zones;
        println!("{front:?} {rear:?} {:?}", record.verdict);
        assert_eq!(front.method(), Some(FitMethod::FluxOverDrop));
        assert_eq!(rear, ZoneRecord::Failed(ZoneFault::Misfit, FitMethod::InnerFace));
        assert_eq!(record.verdict, Verdict::Repeat);
    }
}

/// A skin that is held to give off what it does not, and that surely, tells another contact than the inner face does:
/// neither is stated.
#[test]
fn two_values_of_one_zone_that_contradict_are_none() {
    let wrong = |tissue| {
        let resting_flux = RestingFlux {
            tissue,
            tissue_uncertainty: Permille(10),
            difference_uncertainty: Kelvin::ZERO,
            ..RestingFlux::OF_A_SCALP
        };
        let method = HalfSpace { resting_flux, ..HalfSpace::DURING_RAMP };
        let side = SkinSide { method, drop: None, ..SkinSide::under(Zone::Front) };
        let config = Config { skin_side: Some(side), ..Config::reference() };
        zone_of_35(0.117, 22.0, config)
    };
    for tissue in [5_000, 120_000] {
        let record = wrong(Conductance(tissue));
        let [front, ..] = record.detail.unwrap().zones;
        let disagree =
            ZoneRecord::Failed(ZoneFault::Sensor(Fault::Disagrees), FitMethod::SkinAndInnerFace);
        assert_eq!((front, record.verdict), (disagree, Verdict::Repeat), "{tissue}");
    }
}

/// From the beginning of the ramp or in the middle of it: it goes on showing what it showed.
#[test]
fn a_skin_sensor_that_sticks_leaves_what_the_inner_face_tells() {
    for from in [950, 1_300, 1_700] {
        let held = Cell::new(None);
        let record = visit_with(SkinPlace::Front.config(), |inputs, tick| {
            let skin = &mut inputs.channels[0].skin;
            if tick < from {
                held.set(skin.value.ok());
            } else if let Some(code) = held.get() {
                *skin = Reading::new(code, skin.taken);
            }
        });
        let front = record.detail.unwrap().zones[0];
        assert_eq!(front.method(), Some(FitMethod::InnerFace), "{from}: {front:?}");
        assert!(front.value().is_some(), "{front:?}");
    }
}

/// Heads that give off between 50 and 250 W/m² at rest, in rooms of 16 to 26 °C; and how often two values of one zone
/// contradict each other though nothing is wrong.
#[test]
fn whatever_a_bare_head_gives_off_its_zone_is_told() {
    let [mut by_skin, mut by_face, mut alone] = [0; 3].map(|_| Errors::default());
    let mut contradictions = 0;
    for seed in FIRST_SEED + 2_000..FIRST_SEED + 2_000 + visits() {
        let mut random = Random::stream(seed, 11);
        let bare_resistance = 0.04 * (5f64.ln() * random.uniform()).exp();
        let patient = PatientParameters { bare_resistance, hair_asymmetry: 0.0, ..drawn(seed) };
        let mut machine = machine(SkinPlace::Front, seed);
        machine.ambient_c = 16.0 + 10.0 * random.uniform();
        let wait = (seed % 5) as usize;
        let of = |config| saved(Facade::on(machine, config, patient, seed), WAITS[wait]).detail;
        let [front, rear, _] = of(SkinPlace::Front.config()).unwrap().zones;
        let [by_skin_alone, ..] = of(by_skin_alone(Zone::Front)).unwrap().zones;
        alone.add(&by_skin_alone, 1.0 / patient.hair_resistance, wait);
        let truth = 1.0 / patient.hair_resistance;
        contradictions += u32::from(front.value().is_none());
        by_skin.add(&front, truth, wait);
        by_face.add(&rear, truth, wait);
    }
    by_face.print("inner face");
    let (_, _, within_alone) = alone.print("half-space fit alone");
    assert!(within_alone >= 0.9);
    let (bias, spread, within) = by_skin.print("either");
    println!("{contradictions} of {} without one value", visits());
    assert!(bias.abs() <= 0.025 && spread <= 0.07 && within >= 0.94);
    // A face whose law scatters by 13 % tells less than a drop by 21 % in one visit of twenty.
    assert!(u64::from(contradictions) * 10 <= visits());
}
