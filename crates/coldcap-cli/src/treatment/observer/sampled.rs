//! A status report as a line of the trace.

use super::seconds;
use coldcap_host::report::Sample;
use coldcap_session::Phase;
use coldcap_units::Instant;
use coldcap_wire::message::{self as wire, ChannelStatus, MachineStatus};

/// The sample that a report of a channel makes, with the newest one of the machine; `None` where its phase is not known.
pub(crate) fn sampled(
    now: Instant,
    status: &ChannelStatus,
    machine: Option<&MachineStatus>,
) -> Option<Sample> {
    let phase = Phase::from_code(status.phase)?;
    let valid = |bit: u8, milli: i32| (status.targets_valid & bit != 0).then(|| degrees(milli));
    Some(Sample {
        channel: status.channel,
        target_c: valid(ChannelStatus::TARGET_VALID, status.target_mc),
        interface_target_c: valid(
            ChannelStatus::INTERFACE_TARGET_VALID,
            status.interface_target_mc,
        ),
        effective_c: valid(ChannelStatus::EFFECTIVE_VALID, status.effective_mc),
        supply_c: celsius(status.supply),
        return_c: celsius(status.returned),
        front_c: celsius(status.front),
        rear_c: celsius(status.rear),
        safety_c: celsius(status.safety),
        skin_estimate_c: celsius(status.skin),
        skin_lower_c: celsius(status.skin).map(|skin| skin - uncertainty(status)),
        skin_upper_c: celsius(status.skin).map(|skin| skin + uncertainty(status)),
        tank_c: machine.and_then(|machine| celsius(machine.tank)),
        flow_ml_min: status.flow.get().ok().map(f64::from),
        pump: Some(f64::from(status.pump_permille) / 1_000.0),
        valve: Some(f64::from(status.valve_permille) / 1_000.0),
        chiller: machine.map(|machine| f64::from(machine.chiller_permille) / 1_000.0),
        ..Sample::new(seconds(now), phase)
    })
}

fn degrees(milli: i32) -> f64 {
    f64::from(milli) / 1_000.0
}

fn celsius(value: wire::Value) -> Option<f64> {
    value.get().ok().map(degrees)
}

/// How far the skin may be from its estimate, in K.
fn uncertainty(status: &ChannelStatus) -> f64 {
    f64::from(status.skin_uncertainty_mk) / 1_000.0
}
