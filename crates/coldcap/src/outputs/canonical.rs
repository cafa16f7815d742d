//! The canonical byte form of outputs. It is only ever written: what came out is compared as bytes.

use super::{ChannelStatus, Event, MachineStatus, Outputs};
use crate::canonical::{Canonical, Sink};
use coldcap_units::Instant;

impl<const CHANNELS: usize> Outputs<CHANNELS> {
    /// Writes the canonical form: `now`, drives, machine, channels, then answers, events, entries and
    /// calibration, each list behind its count (u8) and what did not fit (u16). The health proof is
    /// left out.
    pub fn write(&self, sink: &mut impl Sink) {
        let now = self.now;
        now.write(now, sink);
        self.drives.write(now, sink);
        self.machine.put(now, sink);
        self.channels.iter().for_each(|channel| channel.put(now, sink));
        counts(self.answers.as_slice().len(), self.answers.dropped(), now, sink);
        self.answers.iter().for_each(|answer| answer.put(now, sink));
        counts(self.events.as_slice().len(), self.events.dropped(), now, sink);
        self.events.iter().for_each(|event| event.put(now, sink));
        counts(self.entries.as_slice().len(), self.entries.dropped(), now, sink);
        self.entries.iter().for_each(|entry| sink.put(&entry.0));
        self.calibration.is_some().write(now, sink);
        if let Some(calibration) = &self.calibration {
            calibration.channel.write(now, sink);
            sink.put(&calibration.bytes);
        }
    }
}

fn counts(length: usize, dropped: u16, now: Instant, sink: &mut impl Sink) {
    // The capacities are constants below 256.
    (length.min(255) as u8).write(now, sink);
    dropped.write(now, sink);
}

impl MachineStatus {
    fn put(&self, now: Instant, sink: &mut impl Sink) {
        self.tank.write(now, sink);
        self.evaporator.write(now, sink);
        self.battery.write(now, sink);
        self.mains.write(now, sink);
        self.level.write(now, sink);
        self.leak.write(now, sink);
        self.alarms.bits().write(now, sink);
        (self.highest as u8).write(now, sink);
        (self.sounding as u8).write(now, sink);
        self.progress.write(now, sink);
    }
}

impl ChannelStatus {
    fn put(&self, now: Instant, sink: &mut impl Sink) {
        self.phase.code().write(now, sink);
        self.elapsed.write(now, sink);
        self.remaining.write(now, sink);
        self.cooled.write(now, sink);
        self.at_target.write(now, sink);
        self.target.write(now, sink);
        self.effective.write(now, sink);
        self.supply.write(now, sink);
        self.returned.write(now, sink);
        self.front.write(now, sink);
        self.rear.write(now, sink);
        self.safety.write(now, sink);
        self.skin.write(now, sink);
        self.flow.write(now, sink);
        self.flags.0.write(now, sink);
        self.control.code().write(now, sink);
        self.interface_target.write(now, sink);
        self.interface_effective.write(now, sink);
        self.skin_uncertainty.write(now, sink);
        self.warm_earliest.write(now, sink);
        self.warm_latest.write(now, sink);
    }
}

impl Event {
    fn put(&self, now: Instant, sink: &mut impl Sink) {
        self.channel.write(now, sink);
        (self.kind as u8).write(now, sink);
        self.code.write(now, sink);
        self.value.write(now, sink);
    }
}
