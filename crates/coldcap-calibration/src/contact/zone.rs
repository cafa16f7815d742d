//! A zone of the cap and what is known of its contact.

use coldcap_units::{Fault, Kelvin, Permille, unsigned_quotient};
use core::fmt;

/// A heat conductance for each area, in milliwatts per square metre and kelvin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Conductance(pub u32);

impl Conductance {
    /// From whole watts per square metre and kelvin.
    #[must_use]
    pub const fn from_watts(watts: u16) -> Self {
        Self((watts as u32).saturating_mul(1_000))
    }

    /// A share of it in ten-thousandths, rounded down, saturating.
    #[must_use]
    pub(crate) const fn parts(self, ten_thousandths: u32) -> Self {
        let product = (self.0 as u64).saturating_mul(ten_thousandths as u64);
        match unsigned_quotient(product, 10_000) {
            Some(parts) if parts <= u32::MAX as u64 => Self(parts as u32),
            _ => Self(u32::MAX),
        }
    }

    /// Two standard uncertainties less, in ten-thousandths.
    #[must_use]
    pub(crate) const fn less(self, uncertainty: u32) -> Self {
        self.parts(10_000u32.saturating_sub(uncertainty.saturating_mul(2)))
    }
}

impl fmt::Display for Conductance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{} W/(m² K)", self.0 / 1_000, self.0 % 1_000 / 100)
    }
}

/// What lies between the coolant and the inner face of a cap. A property of the cap's make, measured on
/// a heated plate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CapWall {
    /// Film and wall together.
    pub conductance: Conductance,
    /// Standard uncertainty of that, as a share.
    pub uncertainty: Permille,
    /// Heat that the wall takes up, in joules per square metre and kelvin.
    pub heat_capacity: u16,
    /// Standard uncertainty of that, as a share.
    pub heat_capacity_uncertainty: Permille,
}

impl CapWall {
    /// The virtual machine's cap: 0.010 m²K/W (1.5 to 2 mm of silicone and its film) and 400 J/K on
    /// 0.07 m². A bench measurement of the real cap replaces both.
    ///
    /// What they are not known by: 5 % of the conductance is what the published comparison of indices counts with,
    /// and what a heated plate at rest gives. For the heat capacity there is no such source. Silicone of 1.5 to
    /// 2 mm is 8 % of thickness either way (half the width over the root of three), what fills it another few per cent,
    /// and how much of the coolant beside it goes with the wall depends on the flow; a plate at rest says nothing of
    /// it. 10 % until somebody has warmed one.
    pub const REFERENCE: Self = Self {
        conductance: Conductance(100_000),
        uncertainty: Permille(50),
        heat_capacity: 5_714,
        heat_capacity_uncertainty: Permille(100),
    };
}

/// A part of the cap. The order is that of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Zone {
    /// Over the forehead's hairline.
    Front = 0,
    /// Over the back of the head.
    Rear = 1,
    /// Over the vertex, where a gap is likeliest and vendors' sensors are rare.
    Crown = 2,
}

impl Zone {
    /// Every zone, in order.
    pub const ALL: [Self; 3] = [Self::Front, Self::Rear, Self::Crown];

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Rear => "rear",
            Self::Crown => "crown",
        }
    }

    /// What belongs to it of three values in the order of [`Zone::ALL`].
    ///
    /// ```
    /// use coldcap_calibration::contact::Zone;
    /// assert_eq!(Zone::ALL.map(|zone| zone.of(Zone::ALL)), Zone::ALL);
    /// ```
    #[must_use]
    pub fn of<T>(self, [front, rear, crown]: [T; 3]) -> T {
        match self {
            Self::Front => front,
            Self::Rear => rear,
            Self::Crown => crown,
        }
    }

    /// Its bit in a set of zones.
    #[must_use]
    pub const fn bit(self) -> u8 {
        1u8.wrapping_shl(self as u32)
    }
}

/// The contact conductance of one zone: hair, trapped air and what presses them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ZoneFit {
    /// Between the skin and the inner face of the cap.
    pub conductance: Conductance,
    /// Its standard uncertainty (k = 1).
    pub uncertainty: Conductance,
    /// Root mean square of what the model leaves over.
    pub misfit: Kelvin,
    /// Correlation of neighbouring residuals in thousandths, where there are enough of them. Near
    /// 1 000 the misfit is the model's, near 0 it is noise.
    pub autocorrelation: Option<i16>,
}

/// Why a zone has no conductance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ZoneFault {
    /// Too many ticks had no value, and the last reason: more than one in ten, or 3 % of half a window of
    /// [`super::flux`]; or [`Fault::Stuck`], a reading that never changed over a window.
    Sensor(Fault),
    /// The coolant was not cold enough against the skin to tell anything.
    NoStep,
    /// The fit did not settle in its allowed iterations.
    Unsettled,
    /// The model does not describe what was seen: moved, leaking or mistaken sensors.
    Misfit,
    /// Less than the method tells: no contact worth the name.
    BelowRange,
    /// More than the method tells, as the cap's own wall hides it: at least this much, two standard
    /// uncertainties below where the method ends.
    AboveRange(Conductance),
}

impl fmt::Display for ZoneFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sensor(fault) => write!(f, "a sensor told too little: {fault}"),
            Self::NoStep => f.write_str("the coolant was too warm to tell the contact"),
            Self::Unsettled => f.write_str("the fit of the contact did not settle"),
            Self::Misfit => f.write_str("the skin did not follow the model of the contact"),
            Self::BelowRange => f.write_str("hardly any contact"),
            Self::AboveRange(least) => {
                write!(f, "hidden behind the cap's own wall: at least {least}")
            }
        }
    }
}

impl core::error::Error for ZoneFault {}

/// What is known of a zone. What has no sensor is *unobserved*: never assumed, never interpolated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ZoneState {
    /// There is no sensor.
    Unobserved,
    /// There is one, and no conductance.
    Faulty(ZoneFault),
    /// There is one, and this is what it told.
    Observed(ZoneFit),
}

impl ZoneState {
    /// The fit, where there is one.
    #[must_use]
    pub const fn fit(&self) -> Option<ZoneFit> {
        match self {
            Self::Observed(fit) => Some(*fit),
            Self::Unobserved | Self::Faulty(_) => None,
        }
    }

    /// The least that a zone surely has beside its uncertainty: the value where there is one, the bound where
    /// that is above what the method tells.
    #[must_use]
    pub const fn at_least(&self) -> Option<Conductance> {
        match self {
            Self::Observed(fit) => Some(fit.conductance),
            Self::Faulty(ZoneFault::AboveRange(least)) => Some(*least),
            Self::Unobserved | Self::Faulty(_) => None,
        }
    }
}

impl From<Result<ZoneFit, ZoneFault>> for ZoneState {
    fn from(outcome: Result<ZoneFit, ZoneFault>) -> Self {
        match outcome {
            Ok(fit) => Self::Observed(fit),
            Err(fault) => Self::Faulty(fault),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_and_names_are_distinct() {
        assert_eq!(Zone::ALL.map(Zone::bit), [1, 2, 4]);
        assert_eq!(Zone::ALL.map(Zone::name), ["front", "rear", "crown"]);
        assert_eq!(Conductance(u32::MAX).parts(20_000), Conductance(u32::MAX));
    }
}
