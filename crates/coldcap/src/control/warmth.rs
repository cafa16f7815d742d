//! How what is held stands to its target: at it, too warm, or not to be seen.

use super::calibrate::MeasuredChannel;
use crate::config::Config;
use coldcap_guard::detect::Warmth;
use coldcap_session::{Demand, Phase, State};
use coldcap_units::{Coolant, Interface, Kelvin, Reading};

/// How the temperature that is held stands to its target. `was_cold` says that it has reached its target before: then a face that is too warm
/// is so whatever the other makes of the mean.
pub(super) fn of(
    measured: &MeasuredChannel,
    demand: &Demand,
    degraded: bool,
    was_cold: bool,
    session: &State,
    config: &Config,
) -> Warmth {
    let phase = session.phase();
    if phase.is_interrupted() || phase == Phase::SafeHold {
        return Warmth::Expected;
    }
    if !phase.is_cooling() {
        return Warmth::Idle;
    }
    let held = match demand.cap {
        Some(cap) => at_the_cap(measured, cap.interface, degraded, was_cold, config),
        None => at_the_supply(measured, demand.target, config),
    };
    // A ramp takes its time, and no more than it may.
    let ramps = phase == Phase::Recool && session.clock().elapsed < config.session.recool_limit;
    if ramps && held == Warmth::Warm { Warmth::Expected } else { held }
}

/// The same two sensors as what is counted at the target, and the warmer of them for what is too warm. While both are
/// trusted, the one that can be read says nothing of the other.
fn at_the_cap(
    measured: &MeasuredChannel,
    target: Interface,
    degraded: bool,
    was_cold: bool,
    config: &Config,
) -> Warmth {
    let above = |face: &Reading<Interface>| {
        let face = face.within(measured.now, config.circulation.oldest).ok()?;
        Some(face.0.minus(target.0))
    };
    let (front, rear) = (above(&measured.front), above(&measured.rear));
    if !degraded && (front.is_none() || rear.is_none()) {
        return Warmth::Unseen;
    }
    let warmer = [front, rear].into_iter().flatten().max();
    let colder = [front, rear].into_iter().flatten().all(|above| above < Kelvin::from_milli(0));
    let reached = measured.is_at_interface(target, degraded, config) || colder;
    let warm = config.circulation.warm_interface;
    let is_warm = warmer.is_some_and(|above| above > warm);
    judge(warmer, reached && !(was_cold && is_warm), warm)
}

fn at_the_supply(measured: &MeasuredChannel, target: Option<Coolant>, config: &Config) -> Warmth {
    let above = target.and_then(|target| {
        let supply = measured.supply.within(measured.now, config.circulation.oldest).ok()?;
        Some(supply.0.minus(target.0))
    });
    let reached = above.is_some_and(|above| above <= config.circulation.at_target);
    judge(above, reached, config.circulation.warm_supply)
}

fn judge(above: Option<Kelvin>, reached: bool, warm: Kelvin) -> Warmth {
    match above {
        None => Warmth::Unseen,
        Some(_) if reached => Warmth::Reached,
        Some(above) if above > warm => Warmth::Warm,
        Some(_) => Warmth::Between,
    }
}

/// Whether the temperature that is held lies within its band.
pub(super) fn is_at(
    measured: &MeasuredChannel,
    demand: &Demand,
    degraded: bool,
    config: &Config,
) -> bool {
    match demand.cap {
        Some(cap) => measured.is_at_interface(cap.interface, degraded, config),
        None => measured.is_at(demand.target, config),
    }
}
