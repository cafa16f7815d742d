//! The second stage: what the guard's detectors are handed. Raw codes, never calibrated numbers.

use crate::drives::{ChannelDrives, Drives};
use crate::inputs::{ChannelInputs, Inputs};
use coldcap_guard::Conditions;
use coldcap_guard::detect::{ChannelSample, MachineSample};
use coldcap_units::Duration;
use coldcap_units::{Fault, Instant, Reading};

/// What the detectors found in one tick.
pub(super) struct Detected<const CHANNELS: usize> {
    pub(super) channels: [Conditions; CHANNELS],
    pub(super) machine: Conditions,
}

impl<const CHANNELS: usize> Detected<CHANNELS> {
    /// What was found at one channel and at the machine.
    pub(super) fn at(&self, index: usize) -> Conditions {
        let channel = self.channels.get(index).copied().unwrap_or_default();
        self.machine.union(channel)
    }
}

/// A sensor that no machine may lack: where it is said to be absent, it is broken.
const fn required<T: Copy>(reading: Reading<T>, now: Instant) -> Reading<T> {
    match reading.value {
        Err(Fault::Absent) => Reading::faulty(Fault::Unavailable, now),
        _ => reading,
    }
}

pub(super) fn channel_sample(
    inputs: &ChannelInputs,
    driven: &ChannelDrives,
    now: Instant,
) -> ChannelSample {
    ChannelSample {
        safety: required(inputs.safety, now),
        supply: required(inputs.supply, now),
        returned: inputs.returned,
        front: inputs.front,
        rear: inputs.rear,
        flow: inputs.flow,
        pump_current: inputs.pump_current,
        coupled: inputs.cap.coupled,
        pump_commanded: driven.pump,
    }
}

pub(super) fn machine_sample<const CHANNELS: usize>(
    inputs: &Inputs<CHANNELS>,
    driven: &Drives<CHANNELS>,
    host_silent: Option<Duration>,
) -> MachineSample {
    MachineSample {
        tank: inputs.tank.coolant,
        evaporator: inputs.tank.evaporator,
        level_ok: inputs.tank.level,
        leak: inputs.leak,
        mains: inputs.mains,
        chiller_commanded: driven.chiller,
        chiller_read_back: inputs.tank.chiller,
        permit_commanded: driven.permit,
        permit_read_back: inputs.permit,
        host_silent,
    }
}
