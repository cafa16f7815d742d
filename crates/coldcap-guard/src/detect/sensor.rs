//! One thermistor input: open, short-circuited, unreadable, stale or stuck.

use super::hold::{Hold, Tick};
use super::limits::Limits;
use super::presence::Presence;
use coldcap_units::{Duration, Fault, Ratio, Reading};

/// What the detector of one thermistor remembers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct SensorWatch {
    presence: Presence,
    failing: Hold,
    frozen: FrozenCode,
    raised: Option<Fault>,
}

impl SensorWatch {
    /// One step. Returns the raw code if it can be read now, be it frozen or not.
    pub(super) fn step(
        &mut self,
        reading: &Reading<Ratio>,
        tick: Tick,
        limits: &Limits,
    ) -> Option<Ratio> {
        let value = self.presence.read(reading, tick.now, limits.delays.sensor_stale);
        let code = value.map(|value| value.and_then(|code| in_range(code, limits)));
        let readable = code.and_then(Result::ok);
        let stuck = self.frozen.step(readable, tick.dt, limits.delays.stuck);
        let fault = code.and_then(Result::err).or(stuck.then_some(Fault::Stuck));
        self.raised = self.debounced(fault, tick.dt, limits.delays.sensor_fault);
        readable
    }

    /// The fault, once it has lasted. Staleness and a frozen code are times in themselves.
    fn debounced(&mut self, fault: Option<Fault>, dt: Duration, limit: Duration) -> Option<Fault> {
        let lasted = self.failing.step(fault.is_some(), dt).reached(limit);
        fault.filter(|fault| lasted || matches!(fault, Fault::Stale | Fault::Stuck))
    }

    /// The fault for which the sensor's condition is raised.
    pub(super) const fn raised(&self) -> Option<Fault> {
        self.raised
    }

    /// Whether the sensor was ever there.
    pub(super) const fn is_fitted(&self) -> bool {
        self.presence.is_fitted()
    }

    /// Forgets the sensor: it left together with its cap.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

/// The code, unless it lies where only a broken wire can put it.
pub(super) fn in_range(code: Ratio, limits: &Limits) -> Result<Ratio, Fault> {
    if code > limits.raw.open_above {
        Err(Fault::Open)
    } else if code < limits.raw.short_below {
        Err(Fault::Short)
    } else {
        Ok(code)
    }
}

/// How long a raw code has not moved by even one step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct FrozenCode {
    code: Option<Ratio>,
    unmoved: Duration,
}

impl FrozenCode {
    fn step(&mut self, code: Option<Ratio>, dt: Duration, limit: Option<Duration>) -> bool {
        let same = code.is_some() && code == self.code;
        self.unmoved = if same { self.unmoved.plus(dt) } else { Duration::ZERO };
        self.code = code;
        limit.is_some_and(|limit| same && self.unmoved >= limit)
    }
}
