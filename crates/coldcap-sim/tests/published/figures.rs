//! What the virtual patient and the virtual machine come to where something is published: one function a target. The tests
//! hold the figures against their bands, and `docs/patient.md` shows them.

use crate::bench::Bench;
use coldcap::{ChannelDrives, Drives, Phase};
use coldcap_sim::bedside::{Bedside, Break, Measures, Observer, Setup};
use coldcap_sim::machine::EnergyBalance;
use coldcap_sim::patient::{Boundary, Population, Scalp};
use coldcap_sim::population::Spread;
use coldcap_sim::{CapPlacement, FaultSchedule, MachineParameters, PatientParameters};
use coldcap_units::{Duration, Duty};

/// The room of all these figures.
pub(crate) const ROOM_C: f64 = 22.0;

/// Coolant of 0 °C behind 0.0344 m²K/W: the boundary under which the model's own perfusion was fitted to V1.
pub(crate) const CAP: Boundary = Boundary { celsius: 0.0, resistance: 0.0344 };

/// Coolant of −4 °C at its inlet is −3.6 °C in the mean; film and wall of the cap are 0.010 m²K/W.
pub(crate) const MEAN_COOLANT_C: f64 = -3.6;
pub(crate) const CAP_RESISTANCE: f64 = 0.010;

/// A column of scalp in steps of a second.
pub(crate) fn scalp(patient: &PatientParameters) -> Scalp {
    Scalp::new(patient, ROOM_C, 1.0).unwrap()
}

pub(crate) fn run(scalp: &mut Scalp, minutes: u32, boundary: Boundary) {
    (0..minutes * 60).for_each(|_| {
        scalp.step(&boundary);
    });
}

pub(crate) fn after(minutes: u32, patient: &PatientParameters, boundary: Boundary) -> Scalp {
    let mut scalp = scalp(patient);
    run(&mut scalp, minutes, boundary);
    scalp
}

/// An hour and a half is steady.
pub(crate) fn steady(patient: &PatientParameters, resistance: f64) -> Scalp {
    after(90, patient, Boundary { resistance, ..CAP })
}

/// V1: skin of the bare head in °C, of the cooled one, and the cooled one's share of its warm perfusion.
pub(crate) fn standard_head(patient: &PatientParameters) -> [f64; 3] {
    let cooled = steady(patient, CAP.resistance);
    [scalp(patient).skin_c(), cooled.skin_c(), cooled.perfusion()]
}

/// V2: the resistance between coolant and skin at which the skin is at `skin_c`, in m²K/W, and the perfusion there.
pub(crate) fn resistance_of(skin_c: f64) -> (f64, f64) {
    let standard = PatientParameters::standard();
    let (mut low, mut high) = (0.005, 0.1);
    for _ in 0..20 {
        let middle = 0.5 * (low + high);
        if steady(&standard, middle).skin_c() < skin_c { low = middle } else { high = middle }
    }
    (low, steady(&standard, low).perfusion())
}

/// V2: how far a parameter alone moves the steady skin, in °C, over the range in which the literature has it.
pub(crate) fn spans() -> [(&'static str, [f64; 2]); 4] {
    let standard = PatientParameters::standard();
    let head = |patient: PatientParameters| steady(&patient, CAP.resistance).skin_c();
    let bare = |resistance| steady(&standard, resistance).skin_c();
    [
        ("hair, 0.0135 to 0.0495 m²K/W with the cap", [bare(0.0135), bare(0.0495)]),
        ("fat, 5 to 1.5 mm", [head(PatientParameters { fat_mm: 5.0, ..standard }), head(standard)]),
        (
            "warm perfusion, 0.001 to 0.005 1/s",
            [0.001, 0.005].map(|skin_perfusion_per_s| {
                head(PatientParameters { skin_perfusion_per_s, ..standard })
            }),
        ),
        (
            "core, 36.5 to 38 °C",
            [36.5, 38.0].map(|core_c| head(PatientParameters { core_c, ..standard })),
        ),
    ]
}

/// V3: kelvins by which the skin was cooled, and perfusion, in the steady state.
pub(crate) fn perfusion_curve(patient: &PatientParameters) -> Vec<[f64; 2]> {
    let neutral_c = scalp(patient).skin_c();
    [0.066, 0.047, 0.0344, 0.0135]
        .map(|resistance| {
            let cooled = steady(patient, resistance);
            [neutral_c - cooled.skin_c(), cooled.perfusion()]
        })
        .to_vec()
}

/// V4: by how many kelvins the temperature 2 mm under the skin lies above the line 0.9·T + 4.9, for a skin that grows
/// warmer from 10 to 25 °C.
pub(crate) fn off_the_line(patient: &PatientParameters) -> Vec<[f64; 2]> {
    [0.0135, 0.02, 0.03, 0.0344, 0.05, 0.07]
        .map(|resistance| {
            let cooled = steady(patient, resistance);
            [cooled.skin_c(), cooled.follicle_c() - (0.9 * cooled.skin_c() + 4.9)]
        })
        .to_vec()
}

/// V4: perfusion when the subcutis, 2 mm deep, is at 30 °C again after an hour of cold.
pub(crate) fn perfusion_at_30_c(patient: &PatientParameters) -> f64 {
    let mut scalp = after(60, patient, CAP);
    while scalp.follicle_c() < 30.0 {
        scalp.step(&air(patient));
    }
    scalp.perfusion()
}

/// V5: skin of the heads with these seeds after 45 minutes under coolant of −4 °C.
pub(crate) fn skins(population: &Population, seeds: core::ops::Range<u64>) -> Vec<f64> {
    seeds.map(|seed| cooled_head(population, seed).skin_c()).collect()
}

/// V4: the same 2 mm deep.
pub(crate) fn follicles(population: &Population, seeds: core::ops::Range<u64>) -> Vec<f64> {
    seeds.map(|seed| cooled_head(population, seed).follicle_c()).collect()
}

fn cooled_head(population: &Population, seed: u64) -> Scalp {
    let patient = population.patient(seed);
    let resistance = patient.hair_resistance + CAP_RESISTANCE;
    after(45, &patient, Boundary { celsius: MEAN_COOLANT_C, resistance })
}

/// The share of these that are below `limit`.
pub(crate) fn share_below(skins: &[f64], limit: f64) -> f64 {
    skins.iter().filter(|skin| **skin < limit).count() as f64 / skins.len() as f64
}

/// V5: their spread, and the share below 22 °C.
pub(crate) fn population(population: &Population, heads: u64) -> (Spread, f64) {
    let skins = skins(population, 0..heads);
    let below = share_below(&skins, 22.0);
    (Spread::of(skins), below)
}

/// The bare head in its room.
pub(crate) fn air(patient: &PatientParameters) -> Boundary {
    Boundary { celsius: ROOM_C, resistance: patient.bare_resistance }
}

/// V8: by how many kelvins the brain has cooled after 50 minutes of a head surface at 15.8 °C, at 5, 10 and 50 mm under
/// its own surface.
pub(crate) fn brain_cooling() -> [f64; 3] {
    let standard = PatientParameters::standard();
    let brain_mm = 14.5 + standard.fat_mm + 2.0;
    let before = scalp(&standard);
    let cooled = after(50, &standard, Boundary { celsius: 15.8, resistance: 1.0e-4 });
    [5.0, 10.0, 50.0]
        .map(|depth_mm| before.depth_c(brain_mm + depth_mm) - cooled.depth_c(brain_mm + depth_mm))
}

/// V9: skin in °C and perfusion, when an hour of cold ends and 30, 60 and 120 minutes later in the air.
pub(crate) fn rewarming(patient: &PatientParameters) -> [[f64; 2]; 4] {
    let mut scalp = after(60, patient, CAP);
    [0, 30, 30, 60].map(|minutes| {
        run(&mut scalp, minutes, air(patient));
        [scalp.skin_c(), scalp.perfusion()]
    })
}

/// Skin after 30, 45 and 120 minutes, in °C.
pub(crate) fn course(patient: &PatientParameters) -> [f64; 3] {
    let mut scalp = scalp(patient);
    [30, 15, 75].map(|minutes| {
        run(&mut scalp, minutes, CAP);
        scalp.skin_c()
    })
}

/// By how many kelvins the skin falls in the first ten minutes under a cap that is cold from the start: under coolant of
/// −4 °C, and under that of V1.
pub(crate) fn first_ten_minutes() -> [f64; 2] {
    let standard = PatientParameters::standard();
    let resistance = standard.hair_resistance + CAP_RESISTANCE;
    [Boundary { celsius: MEAN_COOLANT_C, resistance }, CAP]
        .map(|cap| scalp(&standard).skin_c() - after(10, &standard, cap).skin_c())
}

/// Minutes from taking the hoses off, an hour into cooling, until the skin is at 22 °C.
pub(crate) fn break_min(patient: &PatientParameters) -> f64 {
    let mut bench = Bench::with(*patient);
    bench.cool(3_600);
    bench.plant.place_cap(0, CapPlacement::Disconnected).unwrap();
    seconds_until(&mut bench, |bench| bench.truth().skin_c >= 22.0) / 60.0
}

/// Cap's face in °C when the pump stops after an hour, and 5 and 10 minutes later.
pub(crate) fn thawing() -> [f64; 3] {
    let mut bench = Bench::cold();
    bench.cool(3_600);
    bench.drives.channels = [ChannelDrives::default()];
    [0, 300, 300].map(|seconds| {
        bench.run(seconds);
        bench.truth().interface_front_c
    })
}

/// Minutes in which the tank of a machine that stood in its room comes to −4 and to −8 °C.
pub(crate) fn pull_down_min() -> [f64; 2] {
    let (machine, patient) = (MachineParameters::standard(), PatientParameters::standard());
    let mut bench = Bench::with(patient);
    bench.plant = coldcap_sim::VirtualMachine::new(machine, [patient], 1).unwrap();
    bench.faults = FaultSchedule::none();
    bench.drives = Drives { permit: true, chiller: Duty::FULL, ..Drives::default() };
    let mut minutes = 0.0;
    [-4.0, -8.0].map(|celsius| {
        minutes += seconds_until(&mut bench, |bench| bench.truth().tank_c <= celsius) / 60.0;
        minutes
    })
}

/// At most two hours.
fn seconds_until(bench: &mut Bench, done: impl Fn(&Bench) -> bool) -> f64 {
    let mut steps = 0;
    while !done(bench) && steps < 72_000 {
        bench.step();
        steps += 1;
    }
    f64::from(steps) / 10.0
}

/// What a whole visit comes to.
pub(crate) struct Visit {
    pub(crate) measures: Measures,
    /// From the end of cooling until the cap may come off, in minutes.
    pub(crate) thaw_min: f64,
    /// Follicles when the first drug began, in °C.
    pub(crate) follicle_at_first_drug_c: f64,
    pub(crate) energy: EnergyBalance,
}

/// The standard visit with a walk of eight minutes in its infusion, control and machine and all.
pub(crate) fn visit() -> Visit {
    let mut setup = Setup::standard(PatientParameters::standard());
    let walk = Break { after: Duration::from_mins(20), away: Duration::from_mins(8) };
    setup.course.breaks.push(walk);
    let mut bedside = Bedside::new(&setup, 1).unwrap();
    let (mut observer, mut thawing, mut follicle_c) = (Observer::new(), 0_u32, None);
    while bedside.operator().ending().is_none() && bedside.now().as_millis() < 6 * 3_600_000 {
        let outputs = bedside.tick();
        observer.see(&bedside, &outputs);
        thawing += u32::from(bedside.channel().phase == Phase::Thaw);
        if bedside.operator().first_drug().is_some() {
            follicle_c.get_or_insert(bedside.truth().follicle_c);
        }
    }
    Visit {
        measures: observer.finish(&bedside),
        thaw_min: f64::from(thawing) / 600.0,
        follicle_at_first_drug_c: follicle_c.unwrap(),
        energy: bedside.plant().energy(),
    }
}

/// Heat that crossed a column of scalp in an hour of cold and half an hour of warmth, and what of it came from nowhere, in
/// J/m².
pub(crate) fn column_heat(patient: &PatientParameters) -> [f64; 2] {
    let mut scalp = scalp(patient);
    let before = scalp.stored();
    run(&mut scalp, 60, CAP);
    run(&mut scalp, 30, air(patient));
    let heat = scalp.heat();
    let net = heat.blood + heat.metabolism - heat.surface;
    [heat.blood + heat.metabolism + heat.surface, scalp.stored() - before - net]
}
