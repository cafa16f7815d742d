//! What was said once and holds until it is said anew.

use crate::client::Message;
use coldcap_units::Instant;

/// Messages of one sort that were played, in order of their times, each once.
#[derive(Clone, Debug, Default)]
pub(super) struct Told(Vec<(Instant, Message)>);

impl Told {
    pub(super) fn note(&mut self, at: Instant, message: Message) {
        let place = self.behind(|time| time <= at);
        let known = place.checked_sub(1).and_then(|before| self.0.get(before));
        // What says the same as the one before it changes nothing.
        if known.is_none_or(|(_, before)| *before != message) {
            self.0.insert(place, (at, message));
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The last one before a moment.
    pub(super) fn before(&self, at: Instant) -> Option<(Instant, Message)> {
        let place = self.behind(|time| time < at).checked_sub(1)?;
        self.0.get(place).copied()
    }

    fn behind(&self, is_before: impl Fn(Instant) -> bool) -> usize {
        self.0.partition_point(|(time, _)| is_before(*time))
    }
}
