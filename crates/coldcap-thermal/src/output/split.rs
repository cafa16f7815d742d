//! One signed command for a heater and a cooler.

use core::fmt;

use fixed::types::I16F16;

use super::WHOLE;

/// The duties of a heater and a cooler, 0 to 1 each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Duties {
    /// Of the heater.
    pub heat: I16F16,
    /// Of the cooler.
    pub cool: I16F16,
}

impl Duties {
    /// Both off.
    pub const OFF: Self = Self { heat: I16F16::ZERO, cool: I16F16::ZERO };
}

/// Splits a signed command, −1 (cool) to 1 (heat), into duties with a gain for each side and a dead
/// zone between them.
///
/// ```text
/// heat = min(1, heat_gain·(u − zone))     for u > zone
/// cool = min(1, cool_gain·(−u − zone))    for u < −zone
/// both 0                                  for |u| ≤ zone
/// ```
///
/// A heater that does three times what the cooler does gets a third of its gain: the controller then
/// sees one plant on both sides of zero. The controller's output limits are −1 and 1, and its action is
/// [`Reverse`](crate::pid::Action::Reverse): a higher measurement lowers the command.
///
/// ```
/// use coldcap_thermal::output::{Duties, Split};
/// use fixed::types::I16F16;
///
/// let lit = I16F16::lit;
/// let split = Split::new(lit("0.5"), lit("1.25"), lit("0.0625"))?;
/// let command = lit("-0.5625");
/// let duties = split.duties(command);
/// assert_eq!(duties, Duties { heat: lit("0"), cool: lit("0.625") });
/// assert_eq!(split.achieved(command, duties), command);
/// // The cooler was taken away: the command came to no more than the edge of the dead zone.
/// assert_eq!(split.achieved(command, Duties::OFF), lit("-0.0625"));
/// # Ok::<(), coldcap_thermal::output::SplitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Split {
    heat_gain: i32,
    cool_gain: i32,
    zone: i32,
}

/// The smallest gain, 2⁻¹⁴: the reach of a full duty, 1 / gain, still fits the type.
const SMALLEST_GAIN: i32 = 4;

impl Split {
    /// Gains of both sides, at least 2⁻¹⁴, and the dead zone to either side of zero, 0 to below 1.
    ///
    /// With a gain below 1 / (1 − zone) that side never gets to full duty.
    ///
    /// # Errors
    /// [`SplitError`] names the first that is out of range.
    ///
    /// # Panics
    /// Never.
    pub const fn new(
        heat_gain: I16F16,
        cool_gain: I16F16,
        dead_zone: I16F16,
    ) -> Result<Self, SplitError> {
        if heat_gain.to_bits() < SMALLEST_GAIN {
            Err(SplitError::HeatGainTooSmall)
        } else if cool_gain.to_bits() < SMALLEST_GAIN {
            Err(SplitError::CoolGainTooSmall)
        } else if dead_zone.to_bits() < 0 || dead_zone.to_bits() >= WHOLE {
            Err(SplitError::DeadZoneOutOfRange)
        } else {
            Ok(Self {
                heat_gain: heat_gain.to_bits(),
                cool_gain: cool_gain.to_bits(),
                zone: dead_zone.to_bits(),
            })
        }
    }

    /// The duties for a command; beyond −1 and 1 it is cut off. One of them is always zero.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn duties(&self, command: I16F16) -> Duties {
        let (heat, cool) = self.asked(cut(command));
        Duties { heat: duty(heat), cool: duty(cool) }
    }

    /// The command that comes to these duties: what the controller's anti-windup needs.
    ///
    /// - If the duties are what `command` asked for, it is `command`, to the last bit: inside the dead
    ///   zone, too, so that nothing pulls at an integral that is on its way through it.
    /// - If not, it is the command that would have asked for them; the edge of the dead zone nearest to
    ///   `command` if both are off; the larger reach less the smaller one if both are on.
    ///
    /// A duty that reached 1 because more was asked for is the command that asks for just 1.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn achieved(&self, command: I16F16, duties: Duties) -> I16F16 {
        let command = cut(command);
        let (heat, cool) = (cut(duties.heat).max(0), cut(duties.cool).max(0));
        if self.asked(command) == (i64::from(heat), i64::from(cool)) {
            return I16F16::from_bits(command);
        }
        I16F16::from_bits(self.inverse(command, heat, cool))
    }

    fn inverse(&self, command: i32, heat: i32, cool: i32) -> i32 {
        let zone = self.zone;
        let (up, down) = (reach(heat, self.heat_gain), reach(cool, self.cool_gain));
        let exact = match (heat > 0, cool > 0) {
            (true, false) => up.saturating_add(zone),
            (false, true) => down.saturating_add(zone).saturating_neg(),
            (true, true) => up.saturating_sub(down),
            (false, false) => command.min(zone).max(zone.saturating_neg()),
        };
        exact.clamp(-WHOLE, WHOLE)
    }

    /// What both sides are asked for, in 2⁻¹⁶, not limited to 1.
    fn asked(&self, command: i32) -> (i64, i64) {
        let heat = command.saturating_sub(self.zone);
        let cool = command.saturating_neg().saturating_sub(self.zone);
        (amplified(heat, self.heat_gain), amplified(cool, self.cool_gain))
    }
}

fn cut(command: I16F16) -> i32 {
    command.to_bits().clamp(-WHOLE, WHOLE)
}

/// The part above zero times the gain, rounded to nearest.
fn amplified(reach: i32, gain: i32) -> i64 {
    let product = i64::from(reach.max(0)).saturating_mul(i64::from(gain));
    product.saturating_add(i64::from(WHOLE / 2)) >> 16
}

fn duty(asked: i64) -> I16F16 {
    I16F16::from_bits(asked.min(i64::from(WHOLE)) as i32)
}

/// How far beyond the dead zone a command is that asks for this duty, rounded to nearest.
fn reach(duty: i32, gain: i32) -> i32 {
    let gain = i64::from(gain);
    let scaled = (i64::from(duty) << 16).saturating_add(gain >> 1);
    scaled.checked_div(gain).unwrap_or(0).min(i64::from(i32::MAX)) as i32
}

/// Why a [`Split`] is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SplitError {
    /// The heating gain is below 2⁻¹⁴.
    HeatGainTooSmall,
    /// The cooling gain is below 2⁻¹⁴.
    CoolGainTooSmall,
    /// The dead zone is not within 0 and below 1.
    DeadZoneOutOfRange,
}

impl fmt::Display for SplitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HeatGainTooSmall => "the heating gain must be at least 2^-14",
            Self::CoolGainTooSmall => "the cooling gain must be at least 2^-14",
            Self::DeadZoneOutOfRange => "the dead zone must be at least 0 and below 1",
        })
    }
}

impl core::error::Error for SplitError {}
