//! What all channels share: tank, chiller, power, permit and link.

use super::hold::{Clock, Hold, Settled, Tick};
use super::limits::Limits;
use super::presence::Presence;
use super::sensor::{SensorWatch, in_range};
use crate::{Condition, Conditions};
use coldcap_units::{Duration, Duty, Fault, Instant, Ratio, Reading};

/// What the machine showed at a tick, before any calibration.
///
/// The default is a machine that has no inputs at all, with everything off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct MachineSample {
    /// The coolant in the tank.
    pub tank: Reading<Ratio>,
    /// The evaporator of the chiller.
    pub evaporator: Reading<Ratio>,
    /// The level switch of the tank: `true` is full enough.
    pub level_ok: Reading<bool>,
    /// The leak sensor: `true` is wet.
    pub leak: Reading<bool>,
    /// Mains power: `true` is present.
    pub mains: Reading<bool>,
    /// How hard the chiller was driven: the duty that the guard let through at the last tick.
    pub chiller_commanded: Duty,
    /// What the chiller really does.
    pub chiller_read_back: Reading<Duty>,
    /// Whether the power permit was given at the last tick.
    pub permit_commanded: bool,
    /// What the permit line really carries.
    pub permit_read_back: Reading<bool>,
    /// How long the host has been silent; `None` if none was ever connected.
    pub host_silent: Option<Duration>,
}

/// Turns the samples of the machine into conditions.
///
/// The evaporator has no sensor condition of its own: one that cannot be read counts as cold. A cold
/// evaporator and a lost link must be over for a while before they count as over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct MachineDetector {
    clock: Clock,
    tank: SensorWatch,
    evaporator: Presence,
    evaporator_cold: Settled,
    level: Presence,
    level_low: Hold,
    leak: Presence,
    leaking: Hold,
    mains: Presence,
    without_mains: Hold,
    permit: Presence,
    permit_differs: Hold,
    chiller: ChillerWatch,
    link_lost: Settled,
}

impl MachineDetector {
    /// One tick: the conditions that hold at `now`. Constant time.
    ///
    /// An input that was never there raises nothing; one that is there and cannot be read counts as
    /// bad.
    ///
    /// # Panics
    /// Never.
    pub fn step(&mut self, now: Instant, sample: &MachineSample, limits: &Limits) -> Conditions {
        // req: LNK-001
        let tick = self.clock.tick(now);
        self.tank.step(&sample.tank, tick, limits);
        let delays = &limits.delays;
        let silent = sample.host_silent.is_some_and(|silent| silent > delays.link_lost);
        let link = (Duration::ZERO, delays.link_back);
        self.step_switches(sample, tick, limits)
            .with_if(Condition::TankSensor, self.tank.raised().is_some())
            .with_if(Condition::EvaporatorCold, self.is_evaporator_cold(sample, tick, limits))
            .with_if(Condition::ChillerStuck, self.chiller.step(sample, tick, limits))
            .with_if(Condition::LinkLost, self.link_lost.step(silent, link, tick.dt))
    }

    fn step_switches(&mut self, sample: &MachineSample, tick: Tick, limits: &Limits) -> Conditions {
        let (now, dt, delays) = (tick.now, tick.dt, &limits.delays);
        let oldest = delays.input_stale;
        let low = self.level.reads_or_fails(false, &sample.level_ok, now, oldest);
        let wet = self.leak.reads_or_fails(true, &sample.leak, now, oldest);
        let dark = self.mains.reads_or_fails(false, &sample.mains, now, oldest);
        let wrong = !sample.permit_commanded;
        let differs = self.permit.reads_or_fails(wrong, &sample.permit_read_back, now, oldest);
        Conditions::EMPTY
            .with_if(Condition::LevelLow, self.level_low.step(low, dt).reached(delays.level_low))
            .with_if(Condition::Leak, self.leaking.step(wet, dt).reached(delays.leak))
            .with_if(
                Condition::MainsLost,
                self.without_mains.step(dark, dt).reached(delays.mains_lost),
            )
            .with_if(
                Condition::PermitMismatch,
                self.permit_differs.step(differs, dt).reached(delays.permit_mismatch),
            )
    }

    fn is_evaporator_cold(&mut self, sample: &MachineSample, tick: Tick, limits: &Limits) -> bool {
        // req: INT-010
        let delays = &limits.delays;
        let value = self.evaporator.read(&sample.evaporator, tick.now, delays.sensor_stale);
        let code = value.map(|value| value.and_then(|code| in_range(code, limits)));
        let warm = |code: Ratio| code < limits.raw.evaporator_cold;
        let cold = code.is_some_and(|code| !code.is_ok_and(warm));
        let settles = (delays.evaporator_cold, delays.evaporator_warm);
        self.evaporator_cold.step(cold, settles, tick.dt)
    }

    /// Why `tank_sensor` is raised; `None` while it is not.
    #[must_use]
    pub const fn tank_fault(&self) -> Option<Fault> {
        self.tank.raised()
    }

    /// The instant of the last step, as evidence for [`health::Watch`](crate::health::Watch).
    #[must_use]
    pub const fn last_step(&self) -> Option<Instant> {
        self.clock.last()
    }
}

/// Whether the chiller stops when it is told to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct ChillerWatch {
    read_back: Presence,
    commanded_off: Hold,
    still_on: Hold,
}

impl ChillerWatch {
    fn step(&mut self, sample: &MachineSample, tick: Tick, limits: &Limits) -> bool {
        let delays = &limits.delays;
        let value = self.read_back.read(&sample.chiller_read_back, tick.now, delays.input_stale);
        let on = value.is_some_and(|duty| !duty.is_ok_and(Duty::is_off));
        let off = self.commanded_off.step(sample.chiller_commanded.is_off(), tick.dt);
        let late = off.reached(delays.chiller_stops) && on;
        self.still_on.step(late, tick.dt).reached(delays.chiller_stuck)
    }
}
