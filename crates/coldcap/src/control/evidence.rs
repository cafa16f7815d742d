//! The number that an alarm was found by, and the limit that it was held against.

use super::calibrate::Measured;
use crate::config::Config;
use coldcap_guard::Condition;
use coldcap_units::{Pulses, Ratio, Reading};

/// What an entry says where the reading is a fault.
const NO_VALUE: u64 = u64::MAX;

/// Value and limit, in the unit that belongs to the condition: a raw code, edges in 1000 s, milliamperes.
/// Both are 0 where the finding has no number, as a switch has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Evidence {
    pub(super) value: u64,
    pub(super) limit: u64,
}

impl Evidence {
    fn of<T: Copy>(reading: Reading<T>, limit: T, number: impl Fn(T) -> u64) -> Self {
        Self { value: reading.value.map_or(NO_VALUE, &number), limit: number(limit) }
    }
}

/// What the guard's limits were held against when it found `condition` at this channel or at the machine.
pub(super) fn of<const CHANNELS: usize>(
    condition: Condition,
    index: usize,
    measured: &Measured<CHANNELS>,
    config: &Config,
) -> Evidence {
    let (raw, flow) = (config.limits.raw(), config.limits.flow());
    let inputs = &measured.inputs;
    let Some(channel) = inputs.channels.get(index) else { return Evidence::default() };
    let code = |ratio: Ratio| u64::from(ratio.0);
    match condition {
        Condition::Freeze => Evidence::of(channel.safety, raw.freeze_trip, code),
        Condition::FreezeNear => Evidence::of(channel.safety, raw.freeze_near, code),
        Condition::EvaporatorCold => {
            Evidence::of(inputs.tank.evaporator, raw.evaporator_cold, code)
        }
        Condition::FlowLost => Evidence::of(channel.flow, flow.minimum_flow, edges),
        Condition::PumpStopped | Condition::PumpRunsOn => {
            let current = channel.pump_current;
            Evidence::of(current, flow.minimum_pump_current, |current| u64::from(current.0))
        }
        _ => Evidence::default(),
    }
}

/// In 1000 s.
fn edges(pulses: Pulses) -> u64 {
    let edges = u64::from(pulses.edges).saturating_mul(1_000_000);
    edges.checked_div(u64::from(pulses.window.as_millis())).unwrap_or(NO_VALUE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldcap_units::Duration;

    #[test]
    fn pulses_of_any_window_are_comparable() {
        let pulses = |edges, millis| Pulses { edges, window: Duration::from_millis(millis) };
        assert_eq!(edges(pulses(20, 1_000)), 20_000);
        assert_eq!(edges(pulses(1, 100)), 10_000);
        assert_eq!(edges(pulses(1, 0)), NO_VALUE);
    }
}
