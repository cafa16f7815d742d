//! The host's repetition of the zones in floating point, from the recording of the visit.
//!
//! Nothing of the device is taken over but the raw codes, the offsets that it stored, the phase, and two rules
//! of when: the clock of the test, and the moment at which the cap was put on. The codes become degrees by
//! the thermistor's equation instead of its table; means, logarithms and the half-space are f64.

mod read;

use crate::failure::Failure;
use coldcap::Config;
use coldcap_calibration::contact::balance::EnergyBalance;
use coldcap_calibration::contact::flux::FluxMethod;
use coldcap_calibration::contact::{Conductance, Zone, ZoneFault};
use coldcap_calibration::physics::flux::{Found, conductance, fall, misfit};
use coldcap_calibration::record::{CapCalibration, FitMethod, RecordedZone, ZoneRecord};
use coldcap_units::Kelvin;
use read::Test;

/// By how much device and host may differ, in percent of the conductance, beyond a step of the record: the
/// device rounds means to whole thousandths of a degree of a drop of 2 to 4 K, whose square nearly the law
/// takes, and logarithms to 16 bits.
pub(super) const ALLOWED_PERCENT: f64 = 0.2;

/// The record's step in W/(m²·K): of a loose zone alone more than the percentage.
pub(super) const ALLOWED_STEP: f64 = 0.01;

/// And by this much in a drop or a fall, in K: means are rounded to whole thousandths.
const ALLOWED_KELVIN: f64 = 0.005;

/// What the host found.
pub(super) struct Repetition {
    /// The conductances in W/(m²·K), by the method of each zone, where the record has one too.
    pub(super) zones: [Option<f64>; 3],
    /// The zones' heat against the loop's.
    pub(super) balance: Option<EnergyBalance>,
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
pub(super) fn repeat(recording: &[u8], record: &CapCalibration) -> Result<Repetition, Failure> {
    let (test, config) = read::last(recording, &record.offsets)?;
    let zones = record.detail.map_or([ZoneRecord::Unobserved; 3], |detail| detail.zones);
    let law_fails = law_fails(&zones, &test, &config);
    let found = Zone::ALL.map(|zone| found(zone, &zone.of(zones), law_fails, &test, &config));
    let differences = found.iter().zip(&zones).map(|(found, zone)| difference(*found, zone));
    Ok(Repetition {
        largest_percent: differences.fold(0.0, f64::max),
        zones: found,
        balance: balance(&test, record, &config),
    })
}

/// A zone by the method that the record names; by the inner face where it names none. Where the record says
/// that the value is beyond the method's range, and it is, there is no value here either.
fn found(
    zone: Zone,
    recorded: &ZoneRecord,
    law_fails: bool,
    test: &Test,
    config: &Config,
) -> Option<f64> {
    let method = recorded.method().unwrap_or(FitMethod::InnerFace);
    match method {
        FitMethod::InnerFace => by_inner_face(zone, recorded, law_fails, test, config),
        FitMethod::FluxOverDrop => {
            let range = config.skin_side?.drop?.range;
            // Infinite where there is no drop, and nothing where no heat flows.
            let found = test.drop_conductance().unwrap_or(0.0);
            Some(found).filter(|found| !is_seen_so(recorded, *found, range))
        }
        FitMethod::SkinAndCoolant | FitMethod::SkinAndInnerFace => {
            let found = test.skin_conductance()?;
            Some(found).filter(|found| !is_seen_so(recorded, *found, config.zones.range))
        }
    }
}

fn watts(it: Conductance) -> f64 {
    f64::from(it.0) / 1e3
}

/// Whether a record without a value follows from what the host finds by a skin-side sensor.
fn is_seen_so(recorded: &ZoneRecord, found: f64, range: (Conductance, Conductance)) -> bool {
    let allowed = ALLOWED_STEP + ALLOWED_PERCENT / 100.0 * found;
    match *recorded {
        ZoneRecord::Failed(ZoneFault::BelowRange, _) => found < watts(range.0) + allowed,
        ZoneRecord::Failed(ZoneFault::AboveRange(bound), _) => {
            // Infinite is above any range.
            !found.is_finite() || found > watts(bound).max(watts(range.1)) - allowed
        }
        // Which ticks a sensor gave no value in, and whether it showed skin, the host does not ask again.
        ZoneRecord::Failed(..) => true,
        ZoneRecord::Observed(..) | ZoneRecord::Unobserved => false,
    }
}

/// Whether the inner face of the zone under a skin-side sensor tells surely more than its flux over drop: then no zone is
/// told by its law. Once more, and with a margin for rounding.
fn law_fails(zones: &[ZoneRecord; 3], test: &Test, config: &Config) -> bool {
    Zone::ALL.into_iter().any(|zone| {
        let ZoneRecord::Observed(stated, FitMethod::FluxOverDrop) = zone.of(*zones) else {
            return false;
        };
        let face = test.faces(zone).and_then(|samples| conductance(samples, &config.zones));
        face.is_some_and(|face| is_surely_more(&face, &stated, config.zones.range.1))
    })
}

/// Three quarters of what is not known of both are the same wall's.
fn is_surely_more(face: &Found, stated: &RecordedZone, most: Conductance) -> bool {
    let (value, own) = (watts(stated.conductance()), 2.0 * watts(stated.uncertainty()));
    let band = 2.0 * face.uncertainty;
    if face.conductance > watts(most) {
        watts(most) - band > 0.98 * (value + own)
    } else {
        let apart = (band * band + own * own - 1.5 * band * own).sqrt();
        face.conductance - value > 0.98 * apart
    }
}

fn by_inner_face(
    zone: Zone,
    recorded: &ZoneRecord,
    law_fails: bool,
    test: &Test,
    config: &Config,
) -> Option<f64> {
    let method = &config.zones;
    let samples = test.faces(zone);
    let found = samples.and_then(|samples| conductance(samples, method));
    let misfit = samples.and_then(|samples| misfit(samples, method));
    let fall = samples.and_then(|samples| fall(samples, method));
    let at_least = |value: Option<f64>, limit: Kelvin, off: f64| {
        value.is_some_and(|value| value >= f64::from(limit.to_milli()) / 1e3 + off)
    };
    let agreed = match *recorded {
        ZoneRecord::Failed(fault @ (ZoneFault::BelowRange | ZoneFault::AboveRange(_)), _) => {
            found.as_ref().is_none_or(|found| is_beyond(fault, found, method))
        }
        ZoneRecord::Failed(ZoneFault::Misfit, _) => {
            law_fails || at_least(misfit, method.largest_misfit, -ALLOWED_KELVIN)
        }
        ZoneRecord::Failed(ZoneFault::NoStep, _) => {
            !at_least(fall, method.least_fall, ALLOWED_KELVIN)
        }
        // Which ticks a sensor gave no value in, the host does not ask again.
        ZoneRecord::Failed(..) => true,
        // A value that the device should have refused is none.
        ZoneRecord::Observed(..) => at_least(misfit, method.largest_misfit, ALLOWED_KELVIN),
        ZoneRecord::Unobserved => false,
    };
    found.map(|found| found.conductance).filter(|_| !agreed)
}

/// Whether a value lies on that side of the method's range, or may by what is allowed between device and host.
fn is_beyond(fault: ZoneFault, found: &Found, method: &FluxMethod) -> bool {
    let allowed = ALLOWED_STEP + ALLOWED_PERCENT / 100.0 * found.conductance;
    if fault == ZoneFault::BelowRange {
        found.conductance < watts(method.range.0) + allowed
    } else {
        found.conductance > watts(method.range.1) - allowed
    }
}

fn difference(found: Option<f64>, recorded: &ZoneRecord) -> f64 {
    match (found, recorded.value()) {
        (None, None) => 0.0,
        (Some(found), Some(recorded)) => {
            let value = f64::from(recorded.conductance().0) / 1e3;
            100.0 * ((found - value).abs() - ALLOWED_STEP).max(0.0) / value
        }
        _ => f64::INFINITY,
    }
}

fn balance(test: &Test, record: &CapCalibration, config: &Config) -> Option<EnergyBalance> {
    let areas = config.ladder.area_cm2(record.cap_size)?;
    let heats = Zone::ALL.map(|zone| test.heat(zone, zone.of(areas), config));
    let shared = config.balance.shared(config.zones.wall.uncertainty);
    EnergyBalance::new(&heats, shared, test.around.heat(config.contact.mixture)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{inputs, visit};
    use super::*;
    use coldcap_calibration::contact::{ZoneFit, ZoneState};
    use coldcap_calibration::isothermal::IsothermalOffsets;
    use coldcap_calibration::record::FitDetail;
    use coldcap_sim::{PatientParameters, SkinPlace};

    fn value(milliwatts: u32, method: FitMethod) -> ZoneRecord {
        let fit = ZoneFit {
            conductance: Conductance(milliwatts),
            uncertainty: Conductance(300),
            misfit: Kelvin::ZERO,
            autocorrelation: None,
        };
        ZoneRecord::of(&ZoneState::Observed(fit), method)
    }

    fn visited(skin: Option<SkinPlace>) -> visit::Visit {
        let plan = inputs::plan_file(None).unwrap();
        visit::run(PatientParameters::standard(), &plan, 2, skin, None).unwrap()
    }

    /// The record's step is 0.6 % of 1.7 W/(m²·K).
    #[test]
    fn a_step_of_the_record_is_no_disagreement() {
        let off =
            |milliwatts, found| difference(Some(found), &value(milliwatts, FitMethod::InnerFace));
        assert!(off(1_710, 1.7015) <= ALLOWED_PERCENT && off(1_710, 1.7185) <= ALLOWED_PERCENT);
        assert!(off(1_710, 1.695) > ALLOWED_PERCENT && off(1_710, 1.725) > ALLOWED_PERCENT);
        assert!(off(40_000, 40.085) <= ALLOWED_PERCENT && off(40_000, 40.095) > ALLOWED_PERCENT);
    }

    /// A record that was written by another method, with other offsets, or lost a zone is found out.
    #[test]
    fn a_record_that_does_not_follow_from_the_recording_is_found_out() {
        for skin in [None, Some(SkinPlace::Front), Some(SkinPlace::Rear)] {
            let visit = visited(skin);
            let record = visit.calibration;
            let off =
                |record: &CapCalibration| repeat(&visit.recording, record).unwrap().largest_percent;
            let with = |zones| {
                let detail = FitDetail { zones, ..record.detail.unwrap() };
                off(&CapCalibration { detail: Some(detail), ..record })
            };
            println!("{skin:?}: {:.4} % off", off(&record));
            assert!(off(&record) < 0.1);
            let [front, rear, crown] = record.detail.unwrap().zones;
            let by = |zone: ZoneRecord| zone.method().unwrap();
            let more = rear.value().unwrap().conductance().0 * 1_005 / 1_000;
            assert!(with([front, value(more, by(rear)), crown]) > 0.2);
            assert!(with([front, ZoneRecord::Unobserved, crown]).is_infinite());
            if by(rear) == FitMethod::InnerFace {
                for fault in [ZoneFault::Misfit, ZoneFault::NoStep] {
                    let failed = ZoneRecord::Failed(fault, FitMethod::InnerFace);
                    assert!(with([front, failed, crown]).is_infinite(), "{fault}");
                }
            }
            let above = ZoneFault::AboveRange(Conductance(50_000));
            assert!(
                with([front, ZoneRecord::Failed(above, FitMethod::InnerFace), crown]).is_infinite()
            );
            if let Some(FitMethod::FluxOverDrop) = front.method() {
                // What is told of the skin's side is no more believed than what is told of the face.
                let far_above = ZoneFault::AboveRange(Conductance(130_000));
                for fault in [ZoneFault::BelowRange, above, far_above] {
                    let failed = ZoneRecord::Failed(fault, FitMethod::FluxOverDrop);
                    assert!(with([failed, rear, crown]).is_infinite(), "{fault}");
                }
            }
            if skin.is_some() {
                // The other method's value under this method's mark.
                let same = front.value().unwrap().conductance().0;
                for swapped in FitMethod::ALL.into_iter().filter(|it| *it != by(front)) {
                    let off = with([value(same, swapped), rear, crown]);
                    assert!(off > 0.2, "{} by {}: {off}", by(front).name(), swapped.name());
                }
            }
            assert!(off(&CapCalibration { offsets: IsothermalOffsets::NONE, ..record }) > 0.2);
        }
    }

    /// Device and host compare the same heats, and honest sensors balance.
    #[test]
    fn the_heat_balances() {
        let visit = visited(None);
        let balance = repeat(&visit.recording, &visit.calibration).unwrap().balance.unwrap();
        println!("{balance:?}");
        assert!(balance.holds());
        assert!((f64::from(balance.zones_mw) / f64::from(balance.loop_mw) - 1.0).abs() < 0.15);
    }
}
