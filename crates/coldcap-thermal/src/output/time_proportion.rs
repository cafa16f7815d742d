//! Time proportioning: a duty from an actuator that can only be on or off.

mod config;

use coldcap_units::Duration;
use fixed::types::I16F16;

use super::WHOLE;
pub use config::{TimeProportionConfig, Timing, TimingError};
use config::{Zone, scaled};

/// What one step decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Switch {
    /// Whether the actuator is on until the next step.
    pub on: bool,
    /// The duty that the command of this step comes to, 0 to 1: for the controller's next step.
    pub achieved: I16F16,
    /// What keeps the actuator from the state that it should be in; `None` if it is in it.
    pub blocked: Option<Blocked>,
}

/// Why the actuator is not in the state that it should be in, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Blocked {
    /// What is waited for.
    pub reason: Reason,
    /// How long at least.
    pub left: Duration,
}

/// What an actuator waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// On, and the minimum on time is not over.
    MinimumOn,
    /// Off, and the minimum off time is not over.
    MinimumOff,
    /// Off since power-up, and the start delay is not over.
    StartDelay,
    /// It is, or was, taken away; the minimum off time since then is not over.
    TakenAway,
}

/// Why the actuator went off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Cause {
    /// Power-up, and no step yet.
    PowerUp,
    /// Power-up.
    StartDelay,
    /// The law.
    Cycle,
    /// [`TimeProportion::off_now`].
    TakenAway,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Phase {
    On,
    Off(Cause),
}

/// An on/off actuator that delivers a duty in the mean and keeps its minimum times.
///
/// At every step call either [`step`](Self::step) or [`off_now`](Self::off_now).
///
/// # The law
/// With the command `d(k)`, limited to 0 to 1, the switch `s(k)` (0 or 1) and the achieved duty `a(k)`
/// of step `k`, which lasts until the next one, `dt(k)` later, the *debt* is
///
/// ```text
/// D(k+1) = D(k) + (a(k) − s(k))·dt(k)      limited to ±B; in ms·2⁻¹⁶
/// cycle  = max(W, on/d, off/(1 − d))       the window, stretched where a minimum time asks for it
/// S      = cycle·d·(1 − d)                 by how much D rises and falls in one cycle
/// B      = max(W/4, on, off)               the largest S of any d
/// ```
///
/// It is first-order error feedback (a sigma-delta modulator) with a hysteresis that makes the cycle
/// last what it should: off turns on once D ≥ 0, on turns off once D ≤ −S, each at the step nearest to
/// that, and neither before the minimum time of its state is over. At a constant `d` that is on for
/// `cycle·d`, off for `cycle·(1 − d)`. A command that changes under way changes S and the slope of D at
/// once; nothing is latched at the start of a window. The first command after a rest turns on at once.
///
/// If the cycle would be longer than the longest that is allowed, the duty is in the *low zone* (off as
/// soon as the minimum on time is over) or in the *high zone* (on as soon as the minimum off time is
/// over).
///
/// # What is achieved
/// `a(k) = d(k)`, because what is short now is owed and will be delivered, and what is ahead will be
/// saved. It is `s(k)`, the bare truth, where that promise cannot be kept:
///
/// - off in the low zone with D ≥ 0, on in the high zone with D ≤ −S: it is due, but not served;
/// - off with D ≥ 0, and waiting after power-up or after it was taken away;
/// - off with D ≥ B, on with D ≤ −B: more is not owed, and more is not saved.
///
/// So the sums of `a·dt` and of the on time never differ by more than 2·B and a step to either side,
/// however long it runs and whatever is commanded: in the mean `a` *is* the duty that was delivered,
/// without the switching. It belongs into the controller's next step, where anti-windup compares it with
/// what was asked for.
///
/// Exceptions: a step so late that D would pass B forgets the rest (steps of unequal length lose a step
/// at most, where D reaches B); after a whole longest cycle off in the low zone D is 0, after one on in
/// the high zone it is within −S and 0; being taken away cancels what was owed.
///
/// # In a loop
/// With minimum times the temperature ripples, and with it the command. As long as the command stays
/// within 0 to 1 the ripple leaves no mean error behind. Where the proportional term drives it to a
/// limit in every cycle, part of the ripple is cut off and the mean moves toward the middle: keep
/// gain · ripple / 2 below the duty and below 1 − duty. Time proportioning acts like a dead time of half
/// a window; a controller tuned with that (SIMC: θ = L + W/2) keeps to it where no cycle is stretched.
///
/// BrewPi/firmware issue 58 is the case for this law: a minimum on time of 10 min in a window of 60 min.
/// With a latched window the minimum on time, or the duty of a past window told to the controller, pins
/// the integral beside what it needs.
///
/// # Example
/// ```
/// use coldcap_thermal::output::{Reason, TimeProportion, TimeProportionConfig, Timing};
/// use coldcap_units::Duration;
/// use fixed::types::I16F16;
///
/// let config = TimeProportionConfig::new(Timing {
///     window: Duration::from_secs(600),
///     minimum_on: Duration::from_secs(60),
///     minimum_off: Duration::from_secs(180),
///     start_delay: Duration::from_secs(180),
///     longest_cycle: Duration::from_secs(3_600),
/// })?;
/// let (half, second) = (I16F16::lit("0.5"), Duration::from_secs(1));
/// let mut compressor = TimeProportion::new();
///
/// let switch = compressor.step(&config, half, second);
/// assert!(!switch.on && switch.achieved == I16F16::ZERO); // it may have been on before power-up
/// assert_eq!(switch.blocked.map(|blocked| blocked.reason), Some(Reason::StartDelay));
///
/// let switch = compressor.step(&config, half, Duration::from_secs(180));
/// assert!(switch.on && switch.achieved == half);
///
/// let switch = compressor.off_now(&config, second); // the guard took it away
/// assert!(!switch.on && switch.achieved == I16F16::ZERO);
/// assert_eq!(switch.blocked.map(|blocked| blocked.left), Some(Duration::from_secs(180)));
/// # Ok::<(), coldcap_thermal::output::TimingError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeProportion {
    phase: Phase,
    /// How long the phase has lasted.
    lasted: Duration,
    /// On time that is owed (above zero) or ahead (below), in ms·2⁻¹⁶.
    debt: i64,
    /// The achieved duty of the step under way, in 2⁻¹⁶.
    achieved: i32,
}

impl Default for TimeProportion {
    fn default() -> Self {
        Self::new()
    }
}

impl TimeProportion {
    /// After power-up: off, and the start delay runs from the first step on.
    #[must_use]
    pub const fn new() -> Self {
        Self { phase: Phase::Off(Cause::PowerUp), lasted: Duration::ZERO, debt: 0, achieved: 0 }
    }

    /// Off, and known to have been off long enough: may start at once.
    #[must_use]
    pub const fn rested() -> Self {
        Self { phase: Phase::Off(Cause::Cycle), lasted: Duration::MAX, debt: 0, achieved: 0 }
    }

    /// Whether the actuator is on.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        matches!(self.phase, Phase::On)
    }

    /// One step, `dt` after the one before, with the command from now on: a duty of 0 to 1; what lies
    /// beyond is cut off.
    ///
    /// A `dt` of zero decides again at the same instant. At most one change of state is made in a step.
    ///
    /// # Panics
    /// Never. The time is bounded: no loop, no division.
    pub fn step(&mut self, config: &TimeProportionConfig, command: I16F16, dt: Duration) -> Switch {
        let duty = command.to_bits().clamp(0, WHOLE);
        let zone = config.zone(duty);
        self.elapse(config, dt);
        self.forget(config, zone, duty);
        let half = Duration::from_millis(config.slack(dt).as_millis() >> 1);
        let wanted = self.wanted(config, zone, duty, half);
        let blocked = if wanted == self.is_on() { None } else { self.blocked(config) };
        if blocked.is_none() {
            self.turn(wanted);
        }
        self.achieved = if self.keeps_promise(config, zone, duty) { duty } else { self.share() };
        self.switch(blocked)
    }

    /// One step, `dt` after the one before, in which something else holds the actuator off, or has
    /// taken it away since then: it counts as off from now on, without regard to the minimum on time,
    /// and the minimum off time runs.
    ///
    /// Nothing is owed for the time in which it is taken away.
    ///
    /// # Panics
    /// Never.
    pub fn off_now(&mut self, config: &TimeProportionConfig, dt: Duration) -> Switch {
        self.elapse(config, dt);
        if self.is_on() {
            self.phase = Phase::Off(Cause::TakenAway);
            self.lasted = Duration::ZERO;
        }
        self.debt = self.debt.min(0);
        self.forget(config, Zone::Low, 0);
        self.achieved = 0;
        let left = self.left(config);
        self.switch(Some(Blocked { reason: Reason::TakenAway, left }))
    }

    fn switch(&self, blocked: Option<Blocked>) -> Switch {
        Switch { on: self.is_on(), achieved: I16F16::from_bits(self.achieved), blocked }
    }

    /// Lets the step under way end.
    fn elapse(&mut self, config: &TimeProportionConfig, dt: Duration) {
        if self.phase == Phase::Off(Cause::PowerUp) {
            // What went before the first step is not known to have been off.
            self.phase = Phase::Off(Cause::StartDelay);
            return;
        }
        let bound = config.bound().saturating_add(scaled(config.slack(dt), WHOLE));
        let change = scaled(dt, self.achieved.saturating_sub(self.share()));
        self.debt = self.debt.saturating_add(change).min(bound).max(bound.saturating_neg());
        self.lasted = self.lasted.plus(dt);
    }

    /// What a cycle left behind does not matter any more once a whole cycle has gone without switching.
    fn forget(&mut self, config: &TimeProportionConfig, zone: Zone, duty: i32) {
        if self.lasted < config.timing().longest_cycle {
            return;
        }
        match (self.phase, zone) {
            (Phase::Off(_), Zone::Low) => self.debt = 0,
            (Phase::On, Zone::High) => {
                self.debt = self.debt.min(0).max(config.span(duty).saturating_neg());
            }
            _ => {}
        }
    }

    /// The state that the law asks for. It switches at the step nearest to the time at which it is due,
    /// half a step early or late: always late would make every cycle longer than it should be.
    fn wanted(&self, config: &TimeProportionConfig, zone: Zone, duty: i32, half: Duration) -> bool {
        let soon = self.debt.saturating_add(scaled(half, duty.saturating_sub(self.share())));
        match zone {
            Zone::Low => false,
            Zone::High => true,
            Zone::Middle if self.is_on() => soon > config.span(duty).saturating_neg(),
            Zone::Middle => soon >= 0,
        }
    }

    /// How long the present state must still last.
    fn left(&self, config: &TimeProportionConfig) -> Duration {
        let timing = config.timing();
        let minimum = match self.phase {
            Phase::On => timing.minimum_on,
            Phase::Off(Cause::PowerUp | Cause::StartDelay) => timing.start_delay,
            Phase::Off(Cause::Cycle | Cause::TakenAway) => timing.minimum_off,
        };
        minimum.minus(self.lasted)
    }

    fn blocked(&self, config: &TimeProportionConfig) -> Option<Blocked> {
        let left = self.left(config);
        let reason = match self.phase {
            Phase::On => Reason::MinimumOn,
            Phase::Off(Cause::PowerUp | Cause::StartDelay) => Reason::StartDelay,
            Phase::Off(Cause::Cycle) => Reason::MinimumOff,
            Phase::Off(Cause::TakenAway) => Reason::TakenAway,
        };
        (!left.is_zero()).then_some(Blocked { reason, left })
    }

    fn turn(&mut self, on: bool) {
        if on != self.is_on() {
            self.phase = if on { Phase::On } else { Phase::Off(Cause::Cycle) };
            self.lasted = Duration::ZERO;
        }
    }

    /// Whether what the command asks for beyond the present state will be made up for.
    fn keeps_promise(&self, config: &TimeProportionConfig, zone: Zone, duty: i32) -> bool {
        let bound = config.bound();
        match (self.phase, zone) {
            (Phase::Off(_), Zone::Low) => self.debt < 0,
            (Phase::Off(Cause::Cycle), _) => self.debt < bound,
            (Phase::Off(_), _) => self.debt < 0,
            (Phase::On, Zone::High) => self.debt > config.span(duty).saturating_neg(),
            (Phase::On, _) => self.debt > bound.saturating_neg(),
        }
    }

    /// The share of time that the present state delivers, in 2⁻¹⁶.
    const fn share(&self) -> i32 {
        if self.is_on() { WHOLE } else { 0 }
    }
}
