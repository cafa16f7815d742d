//! The mixing valve: from a command to a drive, and back to what was achieved.

use coldcap_units::{Duration, Duty, unsigned_quotient};
use fixed::types::I16F16;

/// Fully open, as a position in 2⁻³².
const OPEN: u64 = 1 << 32;
/// Fully open, as a fraction in 2⁻¹⁶.
const WHOLE: i32 = 1 << 16;

/// How far the valve opens for a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Characteristic {
    /// Opening = command.
    #[default]
    Linear,
    /// Opening = command².
    ///
    /// A recirculating mixing loop cools by (return − tank) per unit of opening, which at rest is the
    /// load's temperature rise divided by the opening: its gain is the larger the less the valve is
    /// open. A characteristic that is flat near closed and steep near open, as control valves have
    /// (IEC 60534-2-4, equal percentage), evens that out. A square does so well enough, and integers
    /// can invert it exactly.
    Quadratic,
}

impl Characteristic {
    /// From a command in 0 to 1 (2⁻¹⁶) to an opening (2⁻³²).
    fn opening(self, command: u32) -> u64 {
        let command = u64::from(command);
        match self {
            Self::Linear => command << 16,
            Self::Quadratic => command.saturating_mul(command),
        }
    }

    /// The command for an opening, both 0 to 1; what lies beyond is cut off.
    #[must_use]
    pub fn command_for(self, opening: I16F16) -> I16F16 {
        let opening = opening.to_bits().clamp(0, WHOLE).unsigned_abs();
        self.command(u64::from(opening) << 16)
    }

    /// The inverse of [`opening`](Self::opening), rounded down.
    fn command(self, opening: u64) -> I16F16 {
        let bits = match self {
            Self::Linear => opening >> 16,
            Self::Quadratic => opening.isqrt(),
        };
        I16F16::from_bits(bits as i32)
    }
}

/// What the valve can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ValveConfig {
    /// How far it opens for a command.
    pub characteristic: Characteristic,
    /// Time from closed to fully open; zero does not limit the speed.
    pub full_stroke: Duration,
    /// A read-back this near to the drive counts as the drive itself.
    pub tolerance: Duty,
}

/// A mixing valve: 0 recirculates, 1 takes everything from the tank.
///
/// ```
/// use coldcap_thermal::valve::{Characteristic, Valve, ValveConfig};
/// use coldcap_units::{Duration, Duty};
/// use fixed::types::I16F16;
///
/// let config = ValveConfig {
///     characteristic: Characteristic::Linear,
///     full_stroke: Duration::from_secs(10),
///     tolerance: Duty(1_311),
/// };
/// let mut valve = Valve::new();
/// let half = I16F16::lit("0.5");
/// assert_eq!(valve.drive(&config, half, Duration::from_secs(1)).to_permille(), 100);
/// assert_eq!(valve.drive(&config, half, Duration::from_secs(4)).to_permille(), 500);
/// // The guard took the drive away: what was achieved is what was read back.
/// assert_eq!(valve.achieved(&config, Duty::OFF), I16F16::ZERO);
/// assert_eq!(valve.close(), Duty::OFF);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Valve {
    /// Where it was last driven to, in 2⁻³² of the stroke.
    position: u64,
}

impl Valve {
    /// A closed valve.
    #[must_use]
    pub const fn new() -> Self {
        Self { position: 0 }
    }

    /// Drives toward `command` (0 to 1; what lies beyond is cut off) by what `dt` allows.
    ///
    /// # Panics
    /// Never.
    pub fn drive(&mut self, config: &ValveConfig, command: I16F16, dt: Duration) -> Duty {
        let command = command.to_bits().clamp(0, WHOLE).unsigned_abs();
        let wanted = config.characteristic.opening(command);
        let travel = travel(config, dt);
        let lowest = self.position.saturating_sub(travel);
        let highest = self.position.saturating_add(travel);
        self.position = wanted.max(lowest).min(highest);
        self.duty()
    }

    /// Closes at once, without regard to speed: the drive is off.
    pub fn close(&mut self) -> Duty {
        self.position = 0;
        Duty::OFF
    }

    /// The duty it was last driven with: proportional to the opening.
    #[must_use]
    pub fn duty(&self) -> Duty {
        duty_of((self.position >> 16) as u32)
    }

    /// What the valve did, as a command in 0 to 1, from the read-back of its drive or position.
    ///
    /// Within the tolerance that is the last drive in full resolution: the rounding of a duty and the
    /// offset of a position sensor must not move the controller's integral.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn achieved(&self, config: &ValveConfig, read_back: Duty) -> I16F16 {
        let near = self.duty().0.abs_diff(read_back.0) <= config.tolerance.0;
        let opening = if near { self.position } else { u64::from(fraction_of(read_back)) << 16 };
        config.characteristic.command(opening)
    }
}

fn travel(config: &ValveConfig, dt: Duration) -> u64 {
    let stroke = u64::from(config.full_stroke.as_millis());
    unsigned_quotient(OPEN.saturating_mul(u64::from(dt.as_millis())), stroke).unwrap_or(OPEN)
}

/// The duty nearest to an opening in 2⁻¹⁶; 65535 is full.
fn duty_of(opening: u32) -> Duty {
    Duty(opening.saturating_sub(u32::from(opening > 1 << 15)).min(u32::from(u16::MAX)) as u16)
}

/// The opening in 2⁻¹⁶ nearest to a duty.
fn fraction_of(duty: Duty) -> u32 {
    u32::from(duty.0).saturating_add(u32::from(duty.0 >= 1 << 15))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TICK: Duration = Duration::from_millis(100);
    const CONFIG: ValveConfig = ValveConfig {
        characteristic: Characteristic::Linear,
        full_stroke: Duration::from_secs(10),
        tolerance: Duty(1_311),
    };
    const SQUARE: ValveConfig = ValveConfig { characteristic: Characteristic::Quadratic, ..CONFIG };

    #[test]
    fn openings_and_duties_are_the_same_scale() {
        for code in 0..=u16::MAX {
            let opening = fraction_of(Duty(code));
            assert_eq!(duty_of(opening), Duty(code));
            let (exact, got) = (f64::from(code) / 65_535.0, f64::from(opening) / 65_536.0);
            assert!((got - exact).abs() <= 0.5 / 65_536.0);
        }
        assert_eq!(fraction_of(Duty::FULL), 1 << 16);
        assert_eq!(duty_of(1 << 16), Duty::FULL);
    }

    #[test]
    fn every_command_comes_back_from_its_opening() {
        for characteristic in [Characteristic::Linear, Characteristic::Quadratic] {
            for command in 0..=1 << 16 {
                let opening = characteristic.opening(command);
                assert!(opening <= OPEN);
                assert_eq!(characteristic.command(opening).to_bits(), command as i32);
            }
            assert_eq!(characteristic.opening(1 << 16), OPEN);
        }
    }

    #[test]
    fn half_a_command_opens_a_quarter() {
        let mut valve = Valve::new();
        let duty = valve.drive(&SQUARE, I16F16::lit("0.5"), Duration::from_secs(10));
        assert_eq!(duty.to_permille(), 250);
        assert_eq!(valve.achieved(&SQUARE, duty), I16F16::lit("0.5"));
        let far = valve.achieved(&SQUARE, Duty::FULL);
        assert_eq!(far, I16F16::ONE);
    }

    #[test]
    fn a_full_stroke_takes_its_time() {
        let mut valve = Valve::new();
        let ticks = (1..).find(|_| valve.drive(&CONFIG, I16F16::ONE, TICK) == Duty::FULL);
        // 2³²/100 is truncated each tick, so the last part in 10⁹ arrives one tick later.
        assert!(matches!(ticks, Some(100 | 101)), "{ticks:?}");
    }

    #[test]
    fn no_stroke_time_is_no_limit() {
        let mut valve = Valve::new();
        let config = ValveConfig { full_stroke: Duration::ZERO, ..CONFIG };
        assert_eq!(valve.drive(&config, I16F16::MAX, Duration::ZERO), Duty::FULL);
        assert_eq!(valve.drive(&config, I16F16::MIN, Duration::ZERO), Duty::OFF);
    }

    #[test]
    fn a_near_read_back_is_the_drive_and_a_far_one_is_itself() {
        let mut valve = Valve::new();
        let Duty(driven) = valve.drive(&CONFIG, I16F16::lit("0.3"), Duration::from_secs(10));
        assert_eq!(valve.achieved(&CONFIG, Duty(driven - 1_311)), I16F16::lit("0.3"));
        let far = valve.achieved(&CONFIG, Duty(driven - 1_312));
        assert_eq!(far.to_bits(), i32::from(driven - 1_312));
    }

    proptest! {
        #[test]
        fn the_slew_is_never_exceeded(commands in prop::collection::vec(any::<i32>(), 1..100)) {
            let mut valve = Valve::new();
            let mut last = 0u16;
            for command in commands {
                let duty = valve.drive(&CONFIG, I16F16::from_bits(command), TICK);
                prop_assert!(duty.0.abs_diff(last) <= 657);
                last = duty.0;
            }
        }
    }
}
