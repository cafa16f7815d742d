//! The host's repetition of the zones in floating point, from the recording of the visit.
//!
//! Nothing of the device is taken over but the raw codes, the offsets that it stored, and the phase: the
//! codes become degrees by the thermistor's equation instead of its table, means and logarithms are f64.

use crate::failure::Failure;
use coldcap::{Config, Glance, TickInput};
use coldcap_calibration::contact::flux::FluxMethod;
use coldcap_calibration::contact::{Conductance, Zone, ZoneFault};
use coldcap_calibration::isothermal::IsothermalOffsets;
use coldcap_calibration::physics::flux::{Found, Sample, conductance};
use coldcap_calibration::physics::front_end::celsius;
use coldcap_calibration::record::FitDetail;
use coldcap_host::capture::Reader;
use coldcap_session::Phase;
use coldcap_units::{Duration, Instant, Ratio, Reading};

/// By how much device and host may differ, in percent of the conductance, beyond a step of the record: the
/// device rounds means to whole thousandths of a degree of a drop of 2 to 4 K, whose square nearly the law
/// takes, and logarithms to 16 bits.
pub(super) const ALLOWED_PERCENT: f64 = 0.2;

/// The record's step in W/(m²·K): of a loose zone alone more than the percentage.
pub(super) const ALLOWED_STEP: f64 = 0.01;

/// What the host found of front and rear.
pub(super) struct Repetition {
    /// Within the method's range.
    pub(super) zones: [Option<Found>; 3],
    /// On which side of the method's range a zone without a value lies.
    pub(super) beyond: [Option<ZoneFault>; 3],
    /// The largest difference to the record beyond its step, in percent of a conductance; infinite where
    /// only one of the two has a value.
    pub(super) largest_percent: f64,
}

impl Repetition {
    pub(super) fn agrees(&self) -> bool {
        self.largest_percent <= ALLOWED_PERCENT
    }
}

/// Repeats the test of the last `fit_verify` of a recording.
pub(super) fn repeat(
    recording: &[u8],
    offsets: &IsothermalOffsets,
    detail: &FitDetail,
) -> Result<Repetition, Failure> {
    let test = read(recording, offsets)?;
    let method = Config::reference().zones;
    let [front, rear] = [&test.front, &test.rear].map(|zone| conductance(zone, &method));
    let found = [front, rear, None];
    let mut repetition = Repetition { zones: found, beyond: [None; 3], largest_percent: 0.0 };
    let outcomes = repetition.zones.iter_mut().zip(&mut repetition.beyond);
    for ((zone, recorded), (found, side)) in Zone::ALL.iter().zip(detail.zones).zip(outcomes) {
        if recorded.is_none() {
            *side = found.as_ref().and_then(|found| beyond(found, &method));
            *found = found.filter(|_| side.is_none());
        }
        let percent = difference(*zone, *found, detail);
        repetition.largest_percent = repetition.largest_percent.max(percent);
    }
    Ok(repetition)
}

/// On which side of the method's range a value lies, or may lie by what is allowed between device and host.
fn beyond(found: &Found, method: &FluxMethod) -> Option<ZoneFault> {
    let watts = |it: Conductance| f64::from(it.0) / 1e3;
    let (least, largest) = (watts(method.range.0), watts(method.range.1));
    let allowed = ALLOWED_STEP + ALLOWED_PERCENT / 100.0 * found.conductance;
    if found.conductance < least + allowed {
        Some(ZoneFault::BelowRange)
    } else {
        (found.conductance > largest - allowed).then_some(ZoneFault::AboveRange)
    }
}

fn difference(zone: Zone, found: Option<Found>, detail: &FitDetail) -> f64 {
    match (found, zone.of(detail.zones)) {
        (None, None) => 0.0,
        (Some(found), Some(recorded)) => {
            let value = f64::from(recorded.conductance().0) / 1e3;
            100.0 * ((found.conductance - value).abs() - ALLOWED_STEP).max(0.0) / value
        }
        _ => f64::INFINITY,
    }
}

/// The ticks of a test.
#[derive(Default)]
struct Test {
    elapsed: Duration,
    front: Vec<Sample>,
    rear: Vec<Sample>,
}

fn read(recording: &[u8], offsets: &IsothermalOffsets) -> Result<Test, Failure> {
    let unusable = |what: String| Failure::Wrong(format!("visit.ccap: {what}"));
    let reader = Reader::new(recording).map_err(|damage| unusable(damage.to_string()))?;
    let (mut test, mut phase, mut before) = (Test::default(), Phase::Boot, Instant::ZERO);
    for tick in reader.ticks() {
        let tick = tick.map_err(|damage| unusable(damage.to_string()))?;
        let input =
            TickInput::read(&tick.inputs).map_err(|error| unusable(format!("inputs: {error}")))?;
        // What a tick does is up to the phase that the tick before has left.
        if phase == Phase::FitVerify {
            test.tick(&input, input.now.since(before), offsets);
        }
        let glance: Glance<1> =
            Glance::read(&tick.outputs).map_err(|error| unusable(format!("outputs: {error}")))?;
        let [now] = glance.phases;
        if now == Phase::FitVerify && phase != now {
            test = Test::default();
        }
        (phase, before) = (now, input.now);
    }
    Ok(test)
}

impl Test {
    /// The test's clock runs while the supply is at its mild target.
    fn tick(&mut self, input: &TickInput<1>, dt: Duration, offsets: &IsothermalOffsets) {
        let config = Config::reference();
        let [channel] = &input.inputs.channels;
        let shown = |reading: Reading<Ratio>| {
            let code = reading.within(input.now, config.circulation.oldest).ok()?;
            celsius(code).ok()
        };
        let (supply, returned) = (shown(channel.supply), shown(channel.returned));
        let target = f64::from(config.session.mild_target.to_milli()) / 1e3;
        let band = f64::from(config.circulation.at_target.to_milli()) / 1e3;
        if !supply.is_some_and(|supply| (supply - target).abs() <= band) {
            return;
        }
        self.elapsed = self.elapsed.plus(dt);
        let [of_supply, of_returned, of_front, of_rear] =
            offsets.to_milli().map(|milli| f64::from(milli) / 1e3);
        let coolant = supply
            .zip(returned)
            .map(|(supply, returned)| (supply - of_supply + returned - of_returned) / 2.0);
        for (face, offset, zone) in [
            (shown(channel.front), of_front, &mut self.front),
            (shown(channel.rear), of_rear, &mut self.rear),
        ] {
            if let (Some(face), Some(coolant_c)) = (face, coolant) {
                let elapsed_s = f64::from(self.elapsed.as_millis()) / 1e3;
                zone.push(Sample { elapsed_s, face_c: face - offset, coolant_c });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{inputs, visit};
    use super::*;
    use coldcap_calibration::contact::{ZoneFit, ZoneState};
    use coldcap_calibration::record::RecordedZone;
    use coldcap_sim::PatientParameters;
    use coldcap_units::Kelvin;

    /// The record's step is 0.6 % of 1.7 W/(m²·K).
    #[test]
    fn a_step_of_the_record_is_no_disagreement() {
        let plan = inputs::plan_file(None).unwrap();
        let visit = visit::run(PatientParameters::standard(), &plan, 2).unwrap();
        let detail = visit.calibration.detail.unwrap();
        let off = |milliwatts, conductance| {
            let fit = ZoneFit {
                conductance: Conductance(milliwatts),
                uncertainty: Conductance(300),
                misfit: Kelvin::ZERO,
                autocorrelation: None,
            };
            let zones = [RecordedZone::of(&ZoneState::Observed(fit)), None, None];
            let detail = FitDetail { zones, ..detail };
            difference(Zone::Front, Some(Found { conductance, uncertainty: 0.3 }), &detail)
        };
        assert!(off(1_710, 1.7015) <= ALLOWED_PERCENT && off(1_710, 1.7185) <= ALLOWED_PERCENT);
        assert!(off(1_710, 1.695) > ALLOWED_PERCENT && off(1_710, 1.725) > ALLOWED_PERCENT);
        assert!(off(40_000, 40.085) <= ALLOWED_PERCENT && off(40_000, 40.095) > ALLOWED_PERCENT);
    }

    /// A record that was written by another method, with other offsets, or lost a zone is found out.
    #[test]
    fn a_record_that_does_not_follow_from_the_recording_is_found_out() {
        let plan = inputs::plan_file(None).unwrap();
        let visit = visit::run(PatientParameters::standard(), &plan, 2).unwrap();
        let (offsets, detail) = (visit.calibration.offsets, visit.calibration.detail.unwrap());
        let off = |offsets, detail: &FitDetail| {
            repeat(&visit.recording, &offsets, detail).unwrap().largest_percent
        };
        assert!(off(offsets, &detail) < 0.1);
        let [front, rear, crown] = detail.zones;
        let milliwatts = rear.unwrap().conductance().0 * 1_005 / 1_000;
        let fit = ZoneFit {
            conductance: Conductance(milliwatts),
            uncertainty: rear.unwrap().uncertainty(),
            misfit: Kelvin::ZERO,
            autocorrelation: None,
        };
        let wrong = RecordedZone::of(&ZoneState::Observed(fit));
        assert!(off(offsets, &FitDetail { zones: [front, wrong, crown], ..detail }) > 0.2);
        assert!(off(offsets, &FitDetail { zones: [front, None, crown], ..detail }).is_infinite());
        assert!(off(IsothermalOffsets::NONE, &detail) > 0.2);
    }
}
