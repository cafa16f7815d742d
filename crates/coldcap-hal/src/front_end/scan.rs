//! Several sensors on one converter, in turn.

use super::Trouble;
use coldcap_units::{Fault, Instant, Ratio, Reading};

/// What a converter with several channels tells: the channel whose reading is new, or what is the matter with all of them.
pub type ChannelTold = Result<usize, Trouble>;

/// The readings of all channels, and which is measured now.
///
/// Before its first conversion a channel reads [`Fault::Unavailable`], taken at power-up. A trouble of the part is one of
/// every channel: nobody shall go by a channel that the trouble was not found on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scan<const N: usize> {
    readings: [Reading<Ratio>; N],
    current: usize,
}

impl<const N: usize> Default for Scan<N> {
    fn default() -> Self {
        Self { readings: [Reading::faulty(Fault::Unavailable, Instant::ZERO); N], current: 0 }
    }
}

impl<const N: usize> Scan<N> {
    /// The reading of every channel.
    #[must_use]
    pub const fn readings(&self) -> &[Reading<Ratio>; N] {
        &self.readings
    }

    /// The channel that is measured now.
    #[must_use]
    pub const fn current(&self) -> usize {
        self.current
    }

    /// The one behind it.
    pub(crate) const fn following(&self) -> usize {
        let next = self.current.saturating_add(1);
        if next < N { next } else { 0 }
    }

    /// This one is measured from now on.
    pub(crate) fn begin(&mut self, channel: usize) {
        self.current = channel;
    }

    /// Takes what the current channel gave at `now`.
    pub(crate) fn tell(&mut self, now: Instant, value: Result<Ratio, Trouble>) {
        if let Some(slot) = self.readings.get_mut(self.current) {
            *slot = Reading { value: value.map_err(Trouble::fault), taken: now };
        }
    }

    /// Takes a trouble of the part.
    pub(crate) fn tell_all(&mut self, now: Instant, trouble: Trouble) {
        self.readings = [Reading::faulty(trouble.fault(), now); N];
    }
}
