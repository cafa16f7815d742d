//! Heads under a cap whose contact is known, as its sensors see them.

use coldcap_calibration::contact::flux::{FluxFit, FluxMethod};
use coldcap_calibration::contact::half_space::{HalfSpace, HalfSpaceFit};
use coldcap_calibration::contact::{ZoneFault, ZoneFit};
use coldcap_sim::PatientParameters;
use coldcap_sim::patient::{Boundary, Scalp};
use coldcap_sim::random::Random;
use coldcap_units::{Celsius, Coolant, Duration, Interface, Skin};

/// A step of the simulation, and the tick of the fits here.
const STEP_S: f64 = 0.25;
const TICK: Duration = Duration::from_millis(250);
/// Ticks of a test, with room for the iterations.
const TICKS: usize = 480 + 20;

/// Heat capacity of the cap's wall in J/(m²·K).
pub(crate) const WALL: f64 = 400.0 / 0.07;

/// Thousandths of a degree.
fn milli(celsius: f64) -> i32 {
    (celsius * 1_000.0).round() as i32
}

/// What a visit is like, beside the contact.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visit {
    pub(crate) patient: PatientParameters,
    /// What the coolant is held at, in °C.
    pub(crate) coolant_c: f64,
    /// True conductance of film and wall in W/(m²·K).
    pub(crate) wall: f64,
    /// Heat capacity of the wall in J/(m²·K); zero for a cap that has none.
    pub(crate) capacity: f64,
    /// Time constant of the skin-side sensor in s.
    pub(crate) lag_s: f64,
    /// Seed of the sensors' errors.
    pub(crate) seed: u64,
}

impl Visit {
    /// A head as in the study behind the limits: fat 1.5 to 5 mm, perfusion 0.5 to 1.5 of the standard,
    /// core ± 0.4 K, vessels shut in 30 to 120 s; a cap whose conductance is known to 5 %.
    pub(crate) fn drawn(seed: u64, capacity: f64) -> Self {
        let mut random = Random::stream(seed, 1);
        let standard = PatientParameters::standard();
        let patient = PatientParameters {
            core_c: 37.0 + 0.4 * random.gaussian().clamp(-2.5, 2.5),
            fat_mm: 1.5 + 3.5 * random.uniform(),
            skin_perfusion_per_s: standard.skin_perfusion_per_s * (0.5 + random.uniform()),
            perfusion_fall_s: 30.0 + 90.0 * random.uniform(),
            ..standard
        };
        let wall = 100.0 * (0.05 * random.gaussian()).exp();
        let coolant_c = 8.0 * random.uniform();
        Self { patient, coolant_c, wall, capacity, lag_s: 0.0, seed }
    }

    /// The same patient under the same cap on another day: another core, perfusion and coolant.
    pub(crate) fn another_day(&self) -> Self {
        let mut random = Random::stream(self.seed, 2);
        let mut next = *self;
        next.patient.core_c = (self.patient.core_c + 0.2 * random.gaussian()).clamp(35.5, 38.5);
        next.patient.skin_perfusion_per_s *= (0.15 * random.gaussian()).exp();
        next.coolant_c = 8.0 * random.uniform();
        next.seed = self.seed ^ 0x5EED_0000_0000;
        next
    }
}

/// The three temperatures of one zone at one tick, in °C, as the sensors show them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown {
    pub(crate) skin: f64,
    pub(crate) face: f64,
    pub(crate) coolant: f64,
}

/// What a test of one zone with contact `h` W/(m²·K) shows, and the skin before it. Sensor errors: 30 mK of
/// noise; the skin's sensor 0.1 K off; face and coolant matched to 20 mK.
pub(crate) fn zone(visit: &Visit, h: f64, number: u64) -> (f64, Vec<Shown>) {
    let mut scalp = Scalp::new(&visit.patient, 22.0, STEP_S).unwrap();
    let mut random = Random::stream(visit.seed, 100 + number);
    let (skin_off, face_off) = (0.1 * random.gaussian(), 0.02 * random.gaussian());
    let mut noisy = |exact: f64| exact + 0.03 * random.gaussian();
    let resting = scalp.skin_c();
    let (mut wall_c, mut sensor) = (visit.coolant_c, resting);
    let shown = (0..TICKS).map(|_| {
        if visit.capacity > 0.0 {
            let flux = scalp.step(&Boundary { celsius: wall_c, resistance: 1.0 / h });
            let through = visit.wall * (wall_c - visit.coolant_c);
            wall_c += (flux - through) * STEP_S / visit.capacity;
        } else {
            let resistance = 1.0 / h + 1.0 / visit.wall;
            let flux = scalp.step(&Boundary { celsius: visit.coolant_c, resistance });
            wall_c = visit.coolant_c + flux / visit.wall;
        }
        let follow = if visit.lag_s > 0.0 { 1.0 - (-STEP_S / visit.lag_s).exp() } else { 1.0 };
        sensor += (scalp.skin_c() - sensor) * follow;
        Shown {
            skin: noisy(sensor + skin_off),
            face: noisy(wall_c + face_off),
            coolant: noisy(visit.coolant_c),
        }
    });
    let shown = shown.collect();
    (resting + skin_off, shown)
}

/// The half-space fit of a zone.
pub(crate) fn half_space(
    settings: HalfSpace,
    (resting, shown): &(f64, Vec<Shown>),
) -> Result<ZoneFit, ZoneFault> {
    let mut fit = HalfSpaceFit::new(settings, Skin::from_milli(milli(*resting)));
    let outcomes = shown.iter().map(|shown| {
        let outside = if settings.wall.is_some() { shown.coolant } else { shown.face };
        let outside = Celsius::from_milli(milli(outside));
        fit.step(Ok(Skin::from_milli(milli(shown.skin))), Ok(outside), TICK).outcome()
    });
    outcomes.last().flatten().expect("done within its iterations")
}

/// The flux fit of a zone.
pub(crate) fn flux(method: FluxMethod, trace: &(f64, Vec<Shown>)) -> Result<ZoneFit, ZoneFault> {
    flux_fit(method, trace).1
}

/// The late flux of a zone in mW/m², and its fit.
pub(crate) fn flux_fit(
    method: FluxMethod,
    (_, shown): &(f64, Vec<Shown>),
) -> (Option<u32>, Result<ZoneFit, ZoneFault>) {
    let mut fit = FluxFit::new(method);
    let outcomes = shown.iter().map(|shown| {
        let face = Ok(Interface::from_milli(milli(shown.face)));
        fit.step(face, [Ok(Coolant::from_milli(milli(shown.coolant))); 2], TICK).outcome()
    });
    let outcome = outcomes.last().flatten().expect("done with its late window");
    (fit.late_flux(), outcome)
}
