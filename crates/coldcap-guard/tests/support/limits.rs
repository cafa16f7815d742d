//! The limits of the detectors' tests. Codes are in steps that a person can read: 2 000 is warm, 3 000 freezes.

use coldcap_guard::detect::{Delays, FlowLimits, Limits, RawLimits};
use coldcap_units::{Duration, Duty, MilliAmps, Pulses, Ratio};

pub(crate) const RAW: RawLimits = RawLimits {
    freeze_trip: Ratio(3_000),
    freeze_near: Ratio(2_900),
    evaporator_cold: Ratio(3_500),
    open_above: Ratio(4_000),
    short_below: Ratio(100),
};

/// A flow of twenty edges a second, judged from a fifth of the pump's duty on.
pub(crate) const FLOW: FlowLimits = FlowLimits {
    minimum_flow: Pulses { edges: 20, window: Duration::from_millis(1_000) },
    judged_from: Duty(13_107),
    minimum_pump_current: MilliAmps(150),
};

/// Those, with the delays and the watches that ship.
pub(crate) fn limits() -> Limits {
    Limits::new(RAW, FLOW, Delays::default()).unwrap()
}
