//! When something happened that is told only behind a loss of power.

use super::{minutes, seconds};
use coldcap_session::Note;
use coldcap_session::record::Entry;
use coldcap_units::Instant;

/// The last loss of power. What it ended, or began, is told as the machine starts again, in entries of that same moment: it was so
/// when the power went.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outage {
    restarted: Option<Instant>,
    gap_s: f64,
}

impl Outage {
    /// Takes in an entry ahead of asking about it.
    pub(super) fn hear(&mut self, entry: &Entry) {
        if let Some(Note::Restarted { gap }) = entry.note() {
            self.restarted = Some(entry.at);
            self.gap_s = gap.map_or(0.0, |gap| minutes(gap) * 60.0);
        }
    }

    /// When what an entry tells was so, in seconds.
    pub(super) fn when(&self, entry: &Entry) -> f64 {
        let of_the_restart = self.restarted == Some(entry.at);
        seconds(entry.at) - if of_the_restart { self.gap_s } else { 0.0 }
    }
}
