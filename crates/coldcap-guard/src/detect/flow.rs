//! Whether the pump turns and moves coolant, and whether it stops.

use super::channel::ChannelSample;
use super::hold::{Hold, Tick};
use super::limits::Limits;
use super::presence::Presence;
use super::watches::OcclusionLimits;
use crate::{Condition, Conditions};
use coldcap_units::{Duty, Fault, MilliAmps, Pulses, Ratio, unsigned_quotient};

/// What the flow detector remembers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct FlowWatch {
    meter: Presence,
    current: Presence,
    without_flow: Hold,
    low: Hold,
    without_current: Hold,
    draws_on: RunsOn,
    flows_on: RunsOn,
}

impl FlowWatch {
    /// One step. A meter that is fitted and cannot be read proves no flow. Of a flow that is lost nobody
    /// says that it is low, too; before that a sample that is missing neither ends the time of a low one nor adds to it.
    pub(super) fn step(
        &mut self,
        sample: &ChannelSample,
        supply: Option<Ratio>,
        tick: Tick,
        limits: &Limits,
    ) -> Conditions {
        // req: INT-009, INT-013
        let (flow, delays) = (&limits.flow, &limits.delays);
        let moving = self.meter.read(&sample.flow, tick.now, delays.input_stale);
        let still =
            moving.is_some_and(|pulses| !pulses.is_ok_and(|seen| enough(seen, flow.minimum_flow)));
        let turning = self.current.read(&sample.pump_current, tick.now, delays.input_stale);
        let idle = turning.is_some_and(|is| is.unwrap_or(MilliAmps(0)) < flow.minimum_pump_current);
        let judged = !sample.pump_commanded.is_off() && sample.pump_commanded >= flow.judged_from;
        let without_flow = self.without_flow.step(judged && still, tick.dt);
        let expected = expected(&limits.watches.occlusion, supply, sample.pump_commanded);
        let lost = without_flow.exceeded(delays.flow_lost);
        let short = match moving {
            Some(Err(_)) if judged && !lost => None,
            Some(Ok(seen)) => Some(judged && !still && !enough(seen, expected)),
            _ => Some(false),
        };
        let low = self.low.step_if_seen(short, tick.dt);
        let off = sample.pump_commanded.is_off();
        let without_current = self.without_current.step(!off && idle, tick.dt);
        let runs_on = self.runs_on(off, moving, turning, tick, limits);
        Conditions::EMPTY
            .with_if(Condition::FlowLost, lost)
            .with_if(Condition::FlowLow, low.exceeded(limits.watches.occlusion.lasts))
            .with_if(Condition::PumpStopped, without_current.reached(delays.pump_stopped))
            .with_if(Condition::PumpRunsOn, runs_on)
    }

    /// Whether what should stand still does not. What cannot be read proves neither that it runs nor that it rests, and
    /// leaves everything as it was. A meter that turns beside a current that shows rest cuts nobody's power.
    fn runs_on(
        &mut self,
        off: bool,
        moving: Option<Result<Pulses, Fault>>,
        turning: Option<Result<MilliAmps, Fault>>,
        tick: Tick,
        limits: &Limits,
    ) -> bool {
        // req: INT-023
        let (flow, delays) = (&limits.flow, &limits.delays);
        let draws = turning.and_then(Result::ok).map(|is| is >= flow.minimum_pump_current);
        let moves = moving.and_then(Result::ok).map(|is| enough(is, flow.minimum_flow));
        // The current is the better witness, of rest as of motion.
        let moves = if draws == Some(false) { Some(false) } else { moves };
        let draws_on = self.draws_on.step(off, draws, tick).reached(delays.pump_runs_on);
        let flows_on = self.flows_on.step(off, moves, tick).reached(delays.flow_runs_on);
        draws_on || flows_on
    }
}

/// For how long something goes on that should have stopped, by the last that could be read of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct RunsOn {
    is: bool,
    held: Hold,
}

impl RunsOn {
    fn step(&mut self, off: bool, seen: Option<bool>, tick: Tick) -> Hold {
        self.is = off && seen.unwrap_or(self.is);
        self.held.step(self.is, tick.dt)
    }
}

/// The least flow of a free line at this supply and this duty. A supply that cannot be read counts as
/// cold, which expects the least.
fn expected(limits: &OcclusionLimits, supply: Option<Ratio>, duty: Duty) -> Pulses {
    let code = supply.unwrap_or(limits.cold).max(limits.warm).min(limits.cold);
    let (above, span) = (code.0.abs_diff(limits.warm.0), limits.cold.0.abs_diff(limits.warm.0));
    let thicker = u64::from(1_000u16.saturating_sub(limits.cold_permille));
    let less = unsigned_quotient(thicker.saturating_mul(above.into()), span.into()).unwrap_or(0);
    let share = 1_000u64.saturating_sub(less).saturating_mul(limits.least_permille.into());
    let driven =
        unsigned_quotient(share.saturating_mul(duty.0.into()), u16::MAX.into()).unwrap_or(0);
    let edges = driven.saturating_mul(limits.free.edges.into());
    let edges = unsigned_quotient(edges, 1_000_000).unwrap_or(0);
    Pulses { edges: u16::try_from(edges).unwrap_or(u16::MAX), ..limits.free }
}

impl FlowWatch {
    /// Whether coolant moves, by the meter; without one, whether the pump is driven. `None` where the meter cannot be read.
    pub(super) fn is_flowing(
        &self,
        sample: &ChannelSample,
        tick: Tick,
        limits: &Limits,
    ) -> Option<bool> {
        if sample.pump_commanded.is_off() {
            return Some(false);
        }
        let mut meter = self.meter;
        let least = limits.flow.minimum_flow;
        match meter.read(&sample.flow, tick.now, limits.delays.input_stale) {
            None => Some(true),
            Some(seen) => seen.ok().map(|seen| enough(seen, least)),
        }
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
    fn less_is_expected_of_cold_coolant_and_of_a_slower_pump() {
        let limits = OcclusionLimits {
            free: Pulses { edges: 10_000, window: Duration::from_mins(1) },
            cold_permille: 500,
            warm: Ratio(1_000),
            cold: Ratio(3_000),
            least_permille: 600,
            lasts: Duration::from_secs(30),
        };
        let edges = |code, duty| expected(&limits, code, Duty(duty)).edges;
        assert_eq!(edges(Some(Ratio(0)), u16::MAX), 6_000);
        assert_eq!(edges(Some(Ratio(2_000)), u16::MAX), 4_500);
        assert_eq!(edges(Some(Ratio(9_000)), u16::MAX), 3_000);
        assert_eq!(edges(None, u16::MAX), 3_000);
        assert_eq!(edges(Some(Ratio(1_000)), u16::MAX / 3), 2_000);
        assert_eq!(edges(Some(Ratio(1_000)), 0), 0);
    }

    #[test]
    fn flows_compare_across_windows() {
        assert!(seen(20, 1_000) && !seen(19, 1_000) && !seen(20, 1_001));
        assert!(seen(2, 100) && !seen(1, 100) && seen(5, 250));
        assert!(!seen(u16::MAX, 0));
        assert!(!seen(u16::MAX, u32::MAX));
    }
}
