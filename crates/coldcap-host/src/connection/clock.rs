//! How time passes for a connection.

use coldcap_units::Instant;
use core::time::Duration;
use tokio::time;

/// How time passes for a connection: as it does on the wall, or for a virtual machine faster.
///
/// ```
/// use coldcap_host::connection::Clock;
/// assert_eq!(Clock::times(60.0).map(Clock::speed), Some(60.0));
/// assert_eq!(Clock::times(f64::NAN), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clock {
    speed: f64,
}

impl Clock {
    /// The slowest and the fastest that [`times`](Self::times) takes.
    pub const SPEEDS: [f64; 2] = [0.01, 1_000.0];

    /// A second is a second: for every real machine.
    #[must_use]
    pub const fn wall() -> Self {
        Self { speed: 1.0 }
    }

    /// So many seconds pass in one: for a virtual machine that runs at this speed. `None` outside of
    /// [`SPEEDS`](Self::SPEEDS).
    #[must_use]
    pub fn times(speed: f64) -> Option<Self> {
        let [slowest, fastest] = Self::SPEEDS;
        (slowest..=fastest).contains(&speed).then_some(Self { speed })
    }

    /// How many seconds pass in one.
    #[must_use]
    pub const fn speed(self) -> f64 {
        self.speed
    }

    pub(super) fn since(self, began: time::Instant) -> Instant {
        Instant::from_millis((began.elapsed().as_secs_f64() * self.speed * 1_000.0) as u64)
    }

    /// When `instant` is.
    pub(super) fn at(self, began: time::Instant, instant: Instant) -> time::Instant {
        // A connection is none for longer than a month of that, and wakes before.
        let millis = instant.as_millis().min(u32::MAX.into()) as f64;
        began + Duration::from_secs_f64(millis / (self.speed * 1_000.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn ten_minutes_pass_in_ten_seconds() {
        let (began, clock) = (time::Instant::now(), Clock::times(60.0).unwrap());
        time::advance(Duration::from_secs(10)).await;
        assert_eq!(clock.since(began), Instant::from_millis(600_000));
        assert_eq!(clock.at(began, Instant::from_millis(600_000)), time::Instant::now());
    }
}
