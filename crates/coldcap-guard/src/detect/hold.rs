//! How long something has been so without a pause.

use coldcap_units::{Duration, Instant};

/// The time for which an observation has held at every step, from the step that first saw it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Hold {
    running: bool,
    elapsed: Duration,
}

impl Hold {
    /// One step, `dt` after the one before it.
    pub(super) fn step(&mut self, holds: bool, dt: Duration) -> Self {
        let kept = self.running && holds;
        self.elapsed = if kept { self.elapsed.plus(dt) } else { Duration::ZERO };
        self.running = holds;
        *self
    }

    /// The same of what may not be seen in this step: then nothing is known, and everything stays as it was.
    pub(super) fn step_if_seen(&mut self, holds: Option<bool>, dt: Duration) -> Self {
        holds.map_or(*self, |holds| self.step(holds, dt))
    }

    /// Whether it has held for `limit` or longer.
    pub(super) fn reached(self, limit: Duration) -> bool {
        self.running && self.elapsed >= limit
    }

    /// Whether it has held for longer than `limit`.
    pub(super) fn exceeded(self, limit: Duration) -> bool {
        self.running && self.elapsed > limit
    }
}

/// Something that counts once it has been for long enough, and until it has not been for long enough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Settled {
    raised: bool,
    other: Hold,
}

impl Settled {
    /// One step; whether it counts. It begins once `is` was so for `on_after`, and ends once it was not
    /// so for `off_after`, each time from the step that first saw it.
    pub(super) fn step(
        &mut self,
        is: bool,
        (on_after, off_after): (Duration, Duration),
        dt: Duration,
    ) -> bool {
        let needed = if self.raised { off_after } else { on_after };
        if self.other.step(is != self.raised, dt).reached(needed) {
            *self = Self { raised: is, other: Hold::default() };
        }
        self.raised
    }
}

/// When a detector last ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Clock {
    last: Option<Instant>,
}

/// The instant of a step, and the time since the step before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tick {
    pub(super) now: Instant,
    pub(super) dt: Duration,
}

impl Clock {
    /// One step at `now`. No time passes before the first one, nor when the clock steps back.
    pub(super) fn tick(&mut self, now: Instant) -> Tick {
        let dt = self.last.map_or(Duration::ZERO, |last| now.since(last));
        self.last = Some(now);
        Tick { now, dt }
    }

    pub(super) const fn last(self) -> Option<Instant> {
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_millis(100);

    #[test]
    fn counts_from_the_first_sight() {
        let mut hold = Hold::default();
        assert!(!hold.reached(Duration::ZERO));
        assert!(hold.step(true, TICK).reached(Duration::ZERO));
        assert!(!hold.reached(TICK));
        assert!(hold.step(true, TICK).reached(TICK) && !hold.exceeded(TICK));
        assert!(hold.step(true, Duration::from_millis(1)).exceeded(TICK));
        assert_eq!(hold.step(false, TICK), Hold::default());
    }

    #[test]
    fn what_has_settled_stays_through_flickers() {
        let mut settled = Settled::default();
        let mut step = |is| settled.step(is, (TICK, TICK.plus(TICK)), TICK);
        assert!(!step(true) && !step(false) && !step(true) && step(true));
        assert!(step(false) && step(false) && step(true) && step(false) && step(false));
        assert!(!step(false) && !step(true) && step(true));
    }

    #[test]
    fn a_clock_that_steps_back_passes_no_time() {
        let mut clock = Clock::default();
        assert_eq!(clock.tick(Instant::from_millis(700)).dt, Duration::ZERO);
        assert_eq!(clock.tick(Instant::from_millis(800)).dt, TICK);
        assert_eq!(clock.tick(Instant::from_millis(300)).dt, Duration::ZERO);
        assert_eq!(clock.tick(Instant::from_millis(400)).dt, TICK);
        assert_eq!(clock.last(), Some(Instant::from_millis(400)));
    }
}
