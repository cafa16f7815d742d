//! Whether the pump turns and moves coolant.

use super::channel::ChannelSample;
use super::hold::{Hold, Tick};
use super::limits::Limits;
use super::presence::Presence;
use crate::{Condition, Conditions};
use coldcap_units::{MilliAmps, Pulses};

/// What the flow detector remembers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct FlowWatch {
    meter: Presence,
    current: Presence,
    without_flow: Hold,
    without_current: Hold,
}

impl FlowWatch {
    /// One step. A meter that is fitted and cannot be read proves no flow.
    pub(super) fn step(
        &mut self,
        sample: &ChannelSample,
        tick: Tick,
        limits: &Limits,
    ) -> Conditions {
        let (flow, delays) = (&limits.flow, &limits.delays);
        let moving = self.meter.read(&sample.flow, tick.now, delays.input_stale);
        let still =
            moving.is_some_and(|pulses| !pulses.is_ok_and(|seen| enough(seen, flow.minimum_flow)));
        let turning = self.current.read(&sample.pump_current, tick.now, delays.input_stale);
        let idle = turning.is_some_and(|is| is.unwrap_or(MilliAmps(0)) < flow.minimum_pump_current);
        let judged = !sample.pump_commanded.is_off() && sample.pump_commanded >= flow.judged_from;
        let without_flow = self.without_flow.step(judged && still, tick.dt);
        let without_current =
            self.without_current.step(!sample.pump_commanded.is_off() && idle, tick.dt);
        Conditions::EMPTY
            .with_if(Condition::FlowLost, without_flow.exceeded(delays.flow_lost))
            .with_if(Condition::PumpStopped, without_current.reached(delays.pump_stopped))
    }
}

/// Whether `seen` is at least the flow `least`; an empty window proves no flow.
fn enough(seen: Pulses, least: Pulses) -> bool {
    let scaled = |edges: u16, window: u32| u64::from(edges).saturating_mul(u64::from(window));
    !seen.window.is_zero()
        && scaled(seen.edges, least.window.as_millis())
            >= scaled(least.edges, seen.window.as_millis())
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldcap_units::Duration;

    const LEAST: Pulses = Pulses { edges: 20, window: Duration::from_millis(1_000) };

    fn seen(edges: u16, millis: u32) -> bool {
        enough(Pulses { edges, window: Duration::from_millis(millis) }, LEAST)
    }

    #[test]
    fn flows_compare_across_windows() {
        assert!(seen(20, 1_000) && !seen(19, 1_000) && !seen(20, 1_001));
        assert!(seen(2, 100) && !seen(1, 100) && seen(5, 250));
        assert!(!seen(u16::MAX, 0));
        assert!(!seen(u16::MAX, u32::MAX));
    }
}
