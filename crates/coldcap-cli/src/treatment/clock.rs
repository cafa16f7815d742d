//! Virtual time against wall time.

use coldcap_units::Instant;
use core::time::Duration;
use std::time::Instant as WallInstant;

/// Paces a run, or lets it go as fast as it can.
#[derive(Debug)]
pub(crate) struct Pace {
    speed: Option<f64>,
    start: WallInstant,
}

impl Pace {
    pub(crate) fn new(speed: Option<f64>) -> Self {
        Self { speed, start: WallInstant::now() }
    }

    /// Waits until `now` is due.
    pub(crate) fn wait(&self, now: Instant) {
        let Some(speed) = self.speed else { return };
        let due = Duration::from_secs_f64(now.as_millis() as f64 / 1_000.0 / speed);
        std::thread::sleep(due.saturating_sub(self.start.elapsed()));
    }
}
