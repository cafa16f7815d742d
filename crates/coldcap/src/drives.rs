//! What a board drives after every tick.

use crate::canonical::{Canonical, Malformed, Sink, Source};
use coldcap_units::{Duty, Instant};

/// The actuator demands of one tick. The default is everything off, which is safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drives<const CHANNELS: usize> {
    /// Whether the actuators may have power at all: it acts on a path of its own.
    pub permit: bool,
    /// The chiller. It can only cool.
    pub chiller: Duty,
    /// One entry a channel.
    pub channels: [ChannelDrives; CHANNELS],
}

impl<const CHANNELS: usize> Default for Drives<CHANNELS> {
    fn default() -> Self {
        Self { permit: false, chiller: Duty::OFF, channels: [ChannelDrives::default(); CHANNELS] }
    }
}

/// The actuator demands of one channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChannelDrives {
    /// The circulation pump.
    pub pump: Duty,
    /// The mixing valve: off recirculates, full takes everything from the tank.
    pub valve: Duty,
}

impl<const CHANNELS: usize> Canonical for Drives<CHANNELS> {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        self.permit.write(now, sink);
        self.chiller.write(now, sink);
        self.channels.write(now, sink);
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            permit: Canonical::read(now, source)?,
            chiller: Canonical::read(now, source)?,
            channels: Canonical::read(now, source)?,
        })
    }
}

impl Canonical for ChannelDrives {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        self.pump.write(now, sink);
        self.valve.write(now, sink);
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        Ok(Self { pump: Canonical::read(now, source)?, valve: Canonical::read(now, source)? })
    }
}
