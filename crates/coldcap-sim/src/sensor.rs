//! Sensors: what a converter makes of the truth.

use crate::fault::Defect;
use crate::random::Random;
use coldcap_units::{Duration, Pulses, Ratio};
use std::sync::LazyLock;

/// Steinhart–Hart coefficients of a 10K3A1 thermistor: 10 kΩ at 25 °C.
const STEINHART_HART: [f64; 3] = [1.129241e-3, 2.341077e-4, 8.775468e-8];
/// Pull-up resistor to the reference, in ohms.
const PULL_UP: f64 = 10_000.0;
/// Zero degrees Celsius in kelvins.
const ICE_POINT: f64 = 273.15;
/// Width of the converter's codes.
const CODE_BITS: u32 = 24;

/// Resistance of a 10K3A1 thermistor at `celsius`, in ohms.
///
/// The closed inverse of `1/T = A + B·ln R + C·(ln R)³` (Steinhart and Hart, Deep-Sea Research
/// 1968;15:497). It is written a second time here, apart from the calibration's own, so that each
/// checks the other. Meant for −80 to 150 °C.
///
/// ```
/// use coldcap_sim::sensor::thermistor_ohms;
/// assert!((thermistor_ohms(25.0) - 10_000.0).abs() < 1.0);
/// ```
#[must_use]
pub fn thermistor_ohms(celsius: f64) -> f64 {
    let [a, b, c] = STEINHART_HART;
    let third = b / (3.0 * c);
    let half = (a - 1.0 / (celsius + ICE_POINT)) / (2.0 * c);
    let root = libm::sqrt(third * third * third + half * half);
    libm::exp(libm::cbrt(root - half) - libm::cbrt(root + half))
}

/// Where the curve is known beforehand, in °C, and how far its points lie apart.
const FIRST_C: f64 = -90.0;
const POINTS: usize = 2_000;
const APART_K: f64 = 0.125;

/// The curve at its points, in ohms.
static CURVE: LazyLock<Vec<f64>> = LazyLock::new(|| {
    (0..POINTS).map(|point| thermistor_ohms(FIRST_C + APART_K * point as f64)).collect()
});

/// [`thermistor_ohms`] by a cubic through the four points around it: within 1e-9 of it, a fiftieth of a step of the
/// converter, in a tenth of the time. Beyond −89 and 159 °C it is the closed form.
fn ohms_nearby(celsius: f64) -> f64 {
    let place = (celsius - FIRST_C) / APART_K;
    // A cast is a floor here: what is below zero becomes zero, and has no point before it.
    let whole = place as usize;
    let part = place - whole as f64;
    let points = whole.checked_sub(1).and_then(|before| CURVE.get(before..whole + 3));
    let Some(&[before, low, high, after]) = points else { return thermistor_ohms(celsius) };
    // Lagrange's form on −1, 0, 1, 2.
    let (from_before, from_high, from_after) = (part + 1.0, part - 1.0, part - 2.0);
    let inner = part * from_high;
    let outer = from_before * from_after;
    (after * from_before - before * from_after) * inner / 6.0
        + 0.5 * outer * (low * from_high - high * part)
}

/// Voltage of the divider over its reference, 0 to 1: a pull-up of 10 kΩ to the reference, the
/// thermistor to ground. Colder is higher.
#[must_use]
pub fn divider_ratio(celsius: f64) -> f64 {
    ratio_of_ohms(thermistor_ohms(celsius))
}

fn ratio_of_ohms(ohms: f64) -> f64 {
    ohms / (ohms + PULL_UP)
}

/// The code of a noiseless 24-bit converter at `celsius`.
#[must_use]
pub fn ratio_of(celsius: f64) -> Ratio {
    converted(divider_ratio(celsius))
}

/// What the converter makes of a share of its reference.
fn converted(share: f64) -> Ratio {
    let full = f64::from(1u32 << CODE_BITS);
    let code = (share * full).clamp(0.0, full - 1.0);
    Ratio::from_code(code as u32, CODE_BITS)
}

/// How much too warm a drifted thermistor reads, in K: as a display said 39 °C of a patient at 28.5 °C.
const DRIFT_K: f64 = 12.0;

/// Where a sensor is while it is calibrated.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Probe {
    /// Where it belongs.
    #[default]
    Installed,
    /// Taken out, into a stirred bath of this temperature in °C.
    Bath(f64),
    /// Its two terminals bridged: only its leads are measured.
    Bridged,
}

/// What every thermistor of a machine has in common.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Character {
    /// Time constant in s.
    pub(crate) lag_s: f64,
    /// Standard deviation of the noise in K.
    pub(crate) noise_k: f64,
    /// Largest offset in K, either way.
    pub(crate) offset_k: f64,
    /// Tolerance of the resistance at 25 °C, as a part of it.
    pub(crate) resistance_part: f64,
    /// Tolerance of the steepness, as a part of it.
    pub(crate) steepness_part: f64,
    /// Both leads together in ohms.
    pub(crate) lead_ohm: f64,
    /// Reference voltage of the divider in V; 0: the sensor is not warmed.
    pub(crate) reference_volt: f64,
    /// Power that warms the sensor by a kelvin, in mW/K.
    pub(crate) dissipation_mw_per_k: f64,
}

/// One part of a type: how its curve, its leads and its current differ from what the type's table takes for
/// granted.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Unit {
    resistance: f64,
    steepness: f64,
    lead_ohm: f64,
    reference_volt: f64,
    dissipation_mw_per_k: f64,
}

impl Unit {
    /// Draws from a stream of its own, so that tolerances leave all other noise alone.
    fn drawn(character: &Character, random: &Random) -> Self {
        let mut random = Random::stream(random.clone().next_u64(), 1);
        let mut within = |part: f64| part * (2.0 * random.uniform() - 1.0);
        Self {
            resistance: within(character.resistance_part),
            steepness: within(character.steepness_part),
            lead_ohm: character.lead_ohm,
            reference_volt: character.reference_volt,
            dissipation_mw_per_k: character.dissipation_mw_per_k,
        }
    }

    /// Its resistance without leads.
    fn ohms(&self, celsius: f64) -> f64 {
        let ohms = ohms_nearby(celsius);
        if self.steepness == 0.0 {
            return ohms * (1.0 + self.resistance);
        }
        let steeper = libm::exp(self.steepness * libm::log(ohms / PULL_UP));
        ohms * (1.0 + self.resistance) * steeper
    }

    /// Its own temperature in a medium: found by repetition, since the power follows the resistance.
    fn warmed(&self, celsius: f64) -> f64 {
        if self.reference_volt == 0.0 {
            return celsius;
        }
        (0..4).fold(celsius, |own, _| {
            let ohms = self.ohms(own);
            let ampere = self.reference_volt / (ohms + self.lead_ohm + PULL_UP);
            celsius + ampere * ampere * ohms * 1e3 / self.dissipation_mw_per_k
        })
    }

    fn ratio(&self, celsius: f64) -> Ratio {
        converted(ratio_of_ohms(self.ohms(self.warmed(celsius)) + self.lead_ohm))
    }

    fn bridged(&self) -> Ratio {
        converted(ratio_of_ohms(self.lead_ohm))
    }
}

/// A thermistor with its lag, its own offset, noise, and what may be broken about it.
#[derive(Clone, Debug)]
pub(crate) struct Thermistor {
    felt_c: f64,
    approach: f64,
    unit: Unit,
    probe: Probe,
    offset_k: f64,
    noise_k: f64,
    random: Random,
    defect: Option<Defect>,
    last: Ratio,
}

impl Thermistor {
    /// At rest at `celsius`, followed in steps of `step_s`. The random stream is its own.
    pub(crate) fn new(
        character: &Character,
        celsius: f64,
        step_s: f64,
        mut random: Random,
    ) -> Self {
        let unit = Unit::drawn(character, &random);
        let offset_k = character.offset_k * (2.0 * random.uniform() - 1.0);
        Self {
            felt_c: celsius,
            approach: -libm::expm1(-step_s / character.lag_s),
            unit,
            probe: Probe::Installed,
            offset_k,
            noise_k: character.noise_k,
            random,
            defect: None,
            last: unit.ratio(celsius + offset_k),
        }
    }

    /// One step in surroundings of `celsius`.
    pub(crate) fn follow(&mut self, celsius: f64, defect: Option<Defect>) {
        let around_c = if let Probe::Bath(bath_c) = self.probe { bath_c } else { celsius };
        self.felt_c += (around_c - self.felt_c) * self.approach;
        self.defect = defect;
    }

    /// From now on it is there.
    pub(crate) fn put(&mut self, probe: Probe) {
        self.probe = probe;
    }

    /// From now on its divider has this reference voltage.
    pub(crate) fn excite(&mut self, reference_volt: f64) {
        self.unit.reference_volt = reference_volt;
    }

    /// One conversion.
    pub(crate) fn sample(&mut self) -> Ratio {
        let noise = self.noise_k * self.random.gaussian();
        self.last = match self.defect {
            Some(Defect::Open) => Ratio::from_code((1 << CODE_BITS) - 1, CODE_BITS),
            Some(Defect::Short) => Ratio(0),
            Some(Defect::Stuck) => self.last,
            Some(Defect::Warm) => self.unit.ratio(self.felt_c + DRIFT_K + self.offset_k + noise),
            None if self.probe == Probe::Bridged => self.unit.bridged(),
            None => self.unit.ratio(self.felt_c + self.offset_k + noise),
        };
        self.last
    }
}

/// How many steps the flow meter's window holds.
const WINDOW_STEPS: usize = 10;

/// A turbine meter: edges over a sliding window of one second.
#[derive(Clone, Debug)]
pub(crate) struct FlowMeter {
    edges_per_ml: f64,
    fraction: f64,
    steps: [u16; WINDOW_STEPS],
    next: usize,
}

impl FlowMeter {
    /// With `edges_per_ml` edges for each millilitre.
    pub(crate) fn new(edges_per_ml: f64) -> Self {
        Self { edges_per_ml, fraction: 0.0, steps: [0; WINDOW_STEPS], next: 0 }
    }

    /// One step of 100 ms in which `millilitres` went through.
    pub(crate) fn pass(&mut self, millilitres: f64) {
        self.fraction += millilitres * self.edges_per_ml;
        let whole = self.fraction as u16;
        self.fraction -= f64::from(whole);
        if let Some(step) = self.steps.get_mut(self.next) {
            *step = whole;
        }
        self.next = (self.next + 1) % WINDOW_STEPS;
    }

    /// The count of the last second.
    pub(crate) fn pulses(&self) -> Pulses {
        let edges = self.steps.iter().fold(0u16, |sum, step| sum.saturating_add(*step));
        Pulses { edges, window: Duration::from_millis(100 * WINDOW_STEPS as u32) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Character = Character {
        lag_s: 3.0,
        noise_k: 0.0,
        offset_k: 0.0,
        resistance_part: 0.0,
        steepness_part: 0.0,
        lead_ohm: 0.0,
        reference_volt: 0.0,
        dissipation_mw_per_k: 8.0,
    };
    const REAL: Character = Character { noise_k: 0.002, offset_k: 0.03, ..QUIET };
    const ROUGH: Character = Character {
        resistance_part: 0.01,
        steepness_part: 0.01,
        lead_ohm: 5.0,
        reference_volt: 3.3,
        ..REAL
    };

    fn celsius_of(ratio: Ratio) -> f64 {
        let share = f64::from(ratio.0) / 4_294_967_296.0;
        let log = libm::log(PULL_UP * share / (1.0 - share));
        let [a, b, c] = STEINHART_HART;
        1.0 / (a + b * log + c * log * log * log) - ICE_POINT
    }

    /// Resistances of a maker's table of the 10K3A1, which the three coefficients meet to 2.3 mK.
    #[test]
    fn resistances_agree_with_the_table() {
        let table = [
            (-40.0, 336_103.2),
            (-20.0, 97_006.9),
            (-10.0, 55_303.9),
            (0.0, 32_650.9),
            (25.0, 10_000.0),
        ];
        for (celsius, ohms) in table {
            let error = thermistor_ohms(celsius) / ohms - 1.0;
            assert!(error.abs() < 1.6e-4, "{celsius} °C: {error}");
        }
    }

    #[test]
    fn the_inverse_inverts() {
        for step in -80..=120 {
            let celsius = f64::from(step) * 0.5;
            assert!((celsius_of(ratio_of(celsius)) - celsius).abs() < 1e-4, "{celsius}");
        }
    }

    #[test]
    fn colder_is_higher_and_extremes_stay_codes() {
        assert!(ratio_of(-4.0) > ratio_of(22.0));
        assert!(ratio_of(-70.0) > Ratio(0xF000_0000));
        assert!(ratio_of(150.0) < Ratio(0x0500_0000));
    }

    #[test]
    fn codes_always_move_by_the_stated_noise() {
        let mut sensor = Thermistor::new(&REAL, 5.0, 0.1, Random::new(5));
        let codes: Vec<f64> = (0..5_000).map(|_| celsius_of(sensor.sample())).collect();
        let mean = codes.iter().sum::<f64>() / 5_000.0;
        let variance = codes.iter().map(|c| (c - mean) * (c - mean)).sum::<f64>() / 5_000.0;
        assert!((libm::sqrt(variance) - 0.002).abs() < 2e-4);
        assert!((mean - 5.0).abs() < 0.031);
        let repeats = codes.windows(2).filter(|pair| pair[0] == pair[1]).count();
        assert!(repeats < 10, "{repeats}");
    }

    #[test]
    fn offsets_differ_by_seed_and_stay_small() {
        let offsets: Vec<f64> = (0..100)
            .map(|seed| Thermistor::new(&REAL, 5.0, 0.1, Random::new(seed)).offset_k)
            .collect();
        assert!(offsets.iter().all(|offset| offset.abs() <= 0.03));
        assert!(offsets.iter().any(|offset| *offset > 0.02));
        assert!(offsets.iter().any(|offset| *offset < -0.02));
    }

    #[test]
    fn the_curve_between_its_points_is_the_curve() {
        for step in -9_500..16_500 {
            let celsius = f64::from(step) * 0.01 + 0.003;
            let exact = thermistor_ohms(celsius);
            let part = (ohms_nearby(celsius) / exact - 1.0).abs();
            assert!(part < 1e-9, "{part} at {celsius} °C");
        }
    }

    /// Tolerances are errors of their own: without one there is none.
    #[test]
    fn a_unit_without_tolerances_is_its_type_to_the_bit() {
        for seed in 0..50 {
            let unit = Unit::drawn(&REAL, &Random::new(seed));
            for step in -500..500 {
                let celsius = f64::from(step) * 0.1 + f64::from(seed as u32) * 1e-3;
                assert_eq!(unit.ohms(celsius).to_bits(), ohms_nearby(celsius).to_bits());
                assert!(
                    unit.ratio(celsius).0.abs_diff(ratio_of(celsius).0) <= 1 << (32 - CODE_BITS)
                );
            }
        }
    }

    #[test]
    fn tolerances_leave_offset_and_noise_alone() {
        let mut plain = Thermistor::new(&REAL, 5.0, 0.1, Random::new(9));
        let mut rough = Thermistor::new(&ROUGH, 5.0, 0.1, Random::new(9));
        assert_eq!(plain.offset_k, rough.offset_k);
        assert!(plain.sample() != rough.sample());
        for sensor in [&mut plain, &mut rough] {
            (0..100).for_each(|_| sensor.last = sensor.sample());
        }
        assert_eq!(plain.random.next_u64(), rough.random.next_u64());
    }

    #[test]
    fn its_own_current_warms_it() {
        let unit = Unit { resistance: 0.0, ..Unit::drawn(&ROUGH, &Random::new(1)) };
        let unit = Unit { steepness: 0.0, lead_ohm: 0.0, ..unit };
        // 3.3 V over 42.65 kΩ, squared, times 32.65 kΩ: 0.195 mW, by 8 mW/K.
        assert!((unit.warmed(0.0) - 0.0244).abs() < 1e-4);
        assert!((celsius_of(unit.ratio(0.0)) - 0.0244).abs() < 1e-4);
    }

    #[test]
    fn baths_and_bridges() {
        let mut sensor = Thermistor::new(&ROUGH, 20.0, 0.1, Random::new(1));
        sensor.put(Probe::Bath(0.0));
        (0..600).for_each(|_| sensor.follow(20.0, None));
        assert!(sensor.felt_c.abs() < 1e-6);
        sensor.put(Probe::Bridged);
        let bridged = f64::from(sensor.sample().0) / 4_294_967_296.0;
        assert!((bridged * PULL_UP / (1.0 - bridged) - 5.0).abs() < 1e-3);
    }

    #[test]
    fn follows_with_its_time_constant() {
        let mut sensor = Thermistor::new(&QUIET, 20.0, 0.1, Random::new(1));
        (0..30).for_each(|_| sensor.follow(10.0, None));
        let expected = 10.0 + 10.0 * libm::exp(-1.0);
        assert!((celsius_of(sensor.sample()) - expected).abs() < 1e-3);
    }

    #[test]
    fn defects_show_in_the_code() {
        let mut sensor = Thermistor::new(&REAL, 20.0, 0.1, Random::new(1));
        let before = sensor.sample();
        let mut sampled = |defect| {
            sensor.follow(0.0, defect);
            sensor.sample()
        };
        assert_eq!(sampled(Some(Defect::Stuck)), before);
        assert_eq!(sampled(Some(Defect::Open)), Ratio(0xFFFF_FF00));
        assert_eq!(sampled(Some(Defect::Short)), Ratio(0));
        let after = sampled(None);
        assert!(after > before && after < Ratio(0xC000_0000));
    }

    #[test]
    fn the_meter_loses_no_edge() {
        let mut meter = FlowMeter::new(10.0);
        let mut counted = 0;
        for step in 1..=1_000 {
            meter.pass(1.0 / 0.6 / 1.0);
            counted += if step % 10 == 0 { u32::from(meter.pulses().edges) } else { 0 };
        }
        assert_eq!(meter.pulses().window, Duration::from_secs(1));
        assert!((16_666..=16_667).contains(&counted), "{counted}");
    }
}
