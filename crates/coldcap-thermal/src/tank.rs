//! The tank's chiller: on or off, with hysteresis and minimum times.

use coldcap_units::{Coolant, Duration, Duty, Fault, Kelvin};

/// How the chiller may be switched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TankConfig {
    /// Switches on above target + hysteresis, off below target − hysteresis.
    pub hysteresis: Kelvin,
    /// Once on, it stays on at least this long, unless it is switched off for safety.
    pub minimum_on: Duration,
    /// Once off, for whatever reason, it stays off at least this long.
    pub minimum_off: Duration,
}

impl TankConfig {
    /// ±0.5 K, on for at least 60 s, off for at least 180 s: customary for a small hermetic
    /// compressor, whose pressures must equalise before it starts again.
    pub const REFERENCE: Self = Self {
        hysteresis: Kelvin::from_milli(500),
        minimum_on: Duration::from_secs(60),
        minimum_off: Duration::from_secs(180),
    };
}

impl Default for TankConfig {
    fn default() -> Self {
        Self::REFERENCE
    }
}

/// What the chiller does, and for how long it must go on doing so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Chiller {
    /// Off; may start when the wait is over.
    Off { wait: Duration },
    /// On; may stop when nothing is left.
    On { left: Duration },
    /// Off since power-up; it is not known how long before.
    Unknown,
}

/// An on/off controller of the tank's temperature.
///
/// ```
/// use coldcap_thermal::tank::{TankConfig, TankController};
/// use coldcap_units::{Coolant, Duration, Duty};
///
/// let mut tank = TankController::rested();
/// let (warm, target) = (Ok(Coolant::from_milli(2_000)), Some(Coolant::from_milli(-8_000)));
/// let tick = Duration::from_millis(100);
/// assert_eq!(tank.step(&TankConfig::REFERENCE, warm, target, tick), Duty::FULL);
/// assert_eq!(tank.step(&TankConfig::REFERENCE, warm, None, tick), Duty::OFF);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TankController {
    chiller: Chiller,
}

impl Default for TankController {
    fn default() -> Self {
        Self::new()
    }
}

impl TankController {
    /// After power-up: off, and as it is not known how long, the whole minimum off time is waited.
    #[must_use]
    pub const fn new() -> Self {
        Self { chiller: Chiller::Unknown }
    }

    /// Off, and known to have been off long enough: may start at once.
    #[must_use]
    pub const fn rested() -> Self {
        Self { chiller: Chiller::Off { wait: Duration::ZERO } }
    }

    /// Whether the chiller is on.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        matches!(self.chiller, Chiller::On { .. })
    }

    /// One step, `dt` after the one before: the chiller's demand, off or full.
    ///
    /// No target, or an invalid tank sensor, is off in this very step, whatever the minimum on time
    /// says; the minimum off time then runs. Temperatures beyond target ± hysteresis switch as soon
    /// as the minimum times allow.
    ///
    /// # Panics
    /// Never.
    pub fn step(
        &mut self,
        config: &TankConfig,
        tank: Result<Coolant, Fault>,
        target: Option<Coolant>,
        dt: Duration,
    ) -> Duty {
        let aged = self.aged(config, dt);
        self.chiller = match (tank, target) {
            (Ok(tank), Some(target)) => regulated(config, aged, tank, target),
            _ => switched_off(config, aged),
        };
        if self.is_on() { Duty::FULL } else { Duty::OFF }
    }

    /// Whether the chiller may run now: it does, or its minimum off time is over.
    ///
    /// ```
    /// use coldcap_thermal::tank::TankController;
    /// assert!(TankController::rested().may_run());
    /// assert!(!TankController::new().may_run());
    /// ```
    #[must_use]
    pub const fn may_run(&self) -> bool {
        match self.chiller {
            Chiller::Off { wait } => wait.is_zero(),
            Chiller::On { .. } => true,
            Chiller::Unknown => false,
        }
    }

    /// One step in which somebody switches the chiller by hand, in the place of [`step`](Self::step): its demand, off
    /// or full.
    ///
    /// The minimum off time holds for him, too, and for the controller behind him. No temperature is looked at: how
    /// cold the tank may become is the caller's.
    ///
    /// # Panics
    /// Never.
    pub fn step_by_hand(&mut self, config: &TankConfig, on: bool, dt: Duration) -> Duty {
        self.chiller = match self.aged(config, dt) {
            Chiller::Off { wait } if on && wait.is_zero() => {
                Chiller::On { left: config.minimum_on }
            }
            same if on => same,
            other => switched_off(config, other),
        };
        if self.is_on() { Duty::FULL } else { Duty::OFF }
    }

    /// The chiller with `dt` gone by.
    fn aged(&self, config: &TankConfig, dt: Duration) -> Chiller {
        match self.chiller {
            Chiller::Off { wait } => Chiller::Off { wait: wait.minus(dt) },
            Chiller::On { left } => Chiller::On { left: left.minus(dt) },
            Chiller::Unknown => Chiller::Off { wait: config.minimum_off },
        }
    }
}

fn switched_off(config: &TankConfig, chiller: Chiller) -> Chiller {
    match chiller {
        Chiller::On { .. } => Chiller::Off { wait: config.minimum_off },
        off => off,
    }
}

fn regulated(config: &TankConfig, chiller: Chiller, tank: Coolant, target: Coolant) -> Chiller {
    let excess = tank.0.minus(target.0);
    match chiller {
        Chiller::Off { wait } if wait.is_zero() && excess > config.hysteresis => {
            Chiller::On { left: config.minimum_on }
        }
        Chiller::On { left } if left.is_zero() && excess < config.hysteresis.negated() => {
            Chiller::Off { wait: config.minimum_off }
        }
        same => same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_secs(1);

    fn step(tank: &mut TankController, milli: i32) -> bool {
        let target = Some(Coolant::from_milli(-8_000));
        let duty = tank.step(&TankConfig::REFERENCE, Ok(Coolant::from_milli(milli)), target, TICK);
        assert!(duty == Duty::OFF || duty == Duty::FULL);
        duty == Duty::FULL
    }

    #[test]
    fn the_band_is_left_only_at_its_edges() {
        let mut tank = TankController::rested();
        assert!(!step(&mut tank, -7_500));
        assert!(step(&mut tank, -7_499));
        for _ in 0..100 {
            assert!(step(&mut tank, -8_500));
        }
        assert!(!step(&mut tank, -8_501));
    }

    #[test]
    fn power_up_waits_the_minimum_off_time() {
        let mut tank = TankController::new();
        let waited = (0..1_000).take_while(|_| !step(&mut tank, 20_000)).count();
        assert_eq!(waited, 180);
    }

    #[test]
    fn a_hand_waits_the_minimum_off_time_and_the_controller_behind_it_does() {
        let (mut tank, config) = (TankController::rested(), TankConfig::REFERENCE);
        assert_eq!(tank.step_by_hand(&config, true, TICK), Duty::FULL);
        assert!(tank.may_run());
        assert_eq!(tank.step_by_hand(&config, false, TICK), Duty::OFF, "no minimum on time");
        assert!(!tank.may_run());
        let mut again = tank;
        let waited = (0..1_000).take_while(|_| !step(&mut again, 20_000)).count();
        assert_eq!(waited, 179);
        let off = |tank: &mut TankController| tank.step_by_hand(&config, true, TICK).is_off();
        let waited = (0..1_000).take_while(|_| off(&mut tank)).count();
        assert_eq!(waited, 179);
        let mut new = TankController::new();
        assert_eq!((0..1_000).take_while(|_| off(&mut new)).count(), 180);
    }

    #[test]
    fn a_fault_switches_off_within_the_minimum_on_time_and_then_waits() {
        let mut tank = TankController::rested();
        assert!(step(&mut tank, 20_000));
        let config = TankConfig::default();
        let duty = tank.step(&config, Err(Fault::Open), Some(Coolant::from_milli(-8_000)), TICK);
        assert_eq!(duty, Duty::OFF);
        let waited = (0..1_000).take_while(|_| !step(&mut tank, 20_000)).count();
        assert_eq!(waited, 179);
    }
}
