//! What a made machine says where a test is not about it.
#![allow(dead_code, missing_docs)]

use coldcap_wire::message::{ChannelStatus, Hello, MINOR, Origin, SCHEMA, Value};

pub(crate) const HELLO: Hello = Hello {
    major: 1,
    minor_min: 0,
    minor_max: MINOR,
    origin: Origin::SIMULATED,
    model: 1,
    serial: 2,
    firmware: 3,
    schema: SCHEMA,
    mtu: 240,
    channels: 1,
    features: 0,
    boot: 1,
};

/// A channel without sensors in the phase of this code, that asks for nothing.
pub(crate) const fn status(at_ms: u64, phase: u8) -> ChannelStatus {
    let value = Value::absent();
    ChannelStatus {
        seq: 0,
        at_ms,
        channel: 0,
        phase,
        elapsed_ms: 0,
        remaining_ms: 0,
        cooled_ms: 0,
        at_target_ms: 0,
        target_mc: 0,
        effective_mc: 0,
        targets_valid: 0,
        supply: value,
        returned: value,
        front: value,
        rear: value,
        safety: value,
        skin: value,
        flow: value,
        pump_permille: 0,
        valve_permille: 0,
        flags: 0,
        control: 0,
        interface_target_mc: 0,
        interface_effective_mc: 0,
        skin_uncertainty_mk: 0,
        warm_valid: 0,
        warm_earliest_s: 0,
        warm_latest_s: 0,
        dropped: 0,
        revision: 0,
    }
}
