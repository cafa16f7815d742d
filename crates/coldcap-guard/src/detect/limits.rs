//! The limits of every detector, checked against each other before they are used.

use super::watches::Watches;
use crate::Condition;
use coldcap_units::{Duration, Duty, MilliAmps, Pulses, Ratio};
use core::fmt;

/// Limits on raw codes of the thermistor dividers. **Colder is higher**: an open sensor reads near
/// full scale, a short-circuited one near zero.
///
/// They are emitted and certified by the calibration tool, so that the guard shares no table with
/// control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RawLimits {
    /// At this code or above, the safety sensor reads freezing.
    pub freeze_trip: Ratio,
    /// At this code or above, the safety sensor reads close to freezing.
    pub freeze_near: Ratio,
    /// At this code or above, the evaporator is close to freezing its coolant.
    pub evaporator_cold: Ratio,
    /// Above this code, a sensor's wire is open.
    pub open_above: Ratio,
    /// Below this code, a sensor is short-circuited.
    pub short_below: Ratio,
}

/// Limits that tell whether the pump moves coolant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FlowLimits {
    /// The least flow: so many edges in so long a window. Readings may have windows of other lengths.
    pub minimum_flow: Pulses,
    /// The flow is judged while the pump is driven this hard or harder.
    pub judged_from: Duty,
    /// The least current of a pump that turns.
    pub minimum_pump_current: MilliAmps,
}

/// How long each finding must last, without a pause, before it becomes a condition.
///
/// Times count from the first tick that saw the finding. The defaults are coldcap's own proposals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Delays {
    /// A temperature reading older than this is stale. 500 ms.
    pub sensor_stale: Duration,
    /// A flow, current or switch reading older than this is stale. 2 s.
    pub input_stale: Duration,
    /// An open, short-circuited or unreadable sensor; staleness has its own time. 500 ms.
    pub sensor_fault: Duration,
    /// The very same raw code, where the front end is fine enough to show noise; `None` where it is
    /// not. 60 s.
    pub stuck: Option<Duration>,
    /// How many fresh samples in a row must read freezing, 1 to 5. 2.
    pub freeze_samples: u8,
    /// Close to freezing. 1 s.
    pub freeze_near: Duration,
    /// Longer than this: driven without flow. 5 s.
    pub flow_lost: Duration,
    /// Driven without current. 3 s.
    pub pump_stopped: Duration,
    /// Uncoupled. 300 ms; shorter than `sensor_fault` and `sensor_stale`, so that a cap that is taken
    /// off takes its sensors with it before they count as broken.
    pub cap_uncoupled: Duration,
    /// How long the chiller may take to stop. 10 s.
    pub chiller_stops: Duration,
    /// Running after that. 5 s.
    pub chiller_stuck: Duration,
    /// Leak sensor wet. 500 ms.
    pub leak: Duration,
    /// Mains gone. 500 ms.
    pub mains_lost: Duration,
    /// Level low; the surface moves. 2 s.
    pub level_low: Duration,
    /// Evaporator cold. 1 s.
    pub evaporator_cold: Duration,
    /// Permit read-back differs from the command. 1 s.
    pub permit_mismatch: Duration,
    /// A pump that is off draws current. 1 s.
    pub pump_runs_on: Duration,
    /// Coolant moves although the pump is off, where its current cannot be read: for that long it may take to come to
    /// rest. 15 s.
    pub flow_runs_on: Duration,
    /// Evaporator warm again: noise at the limit does not make an alarm come and go. 30 s.
    pub evaporator_warm: Duration,
    /// Longer than this: a host that was connected is silent. 3.5 s.
    pub link_lost: Duration,
    /// Heard without such a silence: a line full of noise is not lost anew every few seconds. 30 s.
    pub link_back: Duration,
}

impl Default for Delays {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Delays {
    /// coldcap's own proposals; each field says which.
    pub const DEFAULT: Self = Self {
        sensor_stale: Duration::from_millis(500),
        input_stale: Duration::from_secs(2),
        sensor_fault: Duration::from_millis(500),
        stuck: Some(Duration::from_secs(60)),
        freeze_samples: 2,
        freeze_near: Duration::from_secs(1),
        flow_lost: Duration::from_secs(5),
        pump_stopped: Duration::from_secs(3),
        cap_uncoupled: Duration::from_millis(300),
        chiller_stops: Duration::from_secs(10),
        chiller_stuck: Duration::from_secs(5),
        leak: Duration::from_millis(500),
        mains_lost: Duration::from_millis(500),
        level_low: Duration::from_secs(2),
        evaporator_cold: Duration::from_secs(1),
        permit_mismatch: Duration::from_secs(1),
        pump_runs_on: Duration::from_secs(1),
        flow_runs_on: Duration::from_secs(15),
        evaporator_warm: Duration::from_secs(30),
        link_lost: Duration::from_millis(3_500),
        link_back: Duration::from_secs(30),
    };
}

impl Delays {
    /// The onset delay of `condition`, for a disclosure table; `None` where it is not a time that a
    /// detector counts.
    #[must_use]
    pub fn onset(&self, condition: Condition) -> Option<Duration> {
        // req: ALM-005
        match condition {
            Condition::FreezeNear => Some(self.freeze_near),
            Condition::SafetySensor
            | Condition::FrontSensor
            | Condition::RearSensor
            | Condition::SupplySensor
            | Condition::ReturnSensor
            | Condition::TankSensor => Some(self.sensor_fault),
            Condition::FlowLost => Some(self.flow_lost),
            Condition::PumpStopped => Some(self.pump_stopped),
            Condition::ChillerStuck => Some(self.chiller_stops.plus(self.chiller_stuck)),
            Condition::Leak => Some(self.leak),
            Condition::CapUncoupled => Some(self.cap_uncoupled),
            Condition::MainsLost => Some(self.mains_lost),
            Condition::LinkLost => Some(self.link_lost),
            Condition::LevelLow => Some(self.level_low),
            Condition::EvaporatorCold => Some(self.evaporator_cold),
            Condition::PermitMismatch => Some(self.permit_mismatch),
            _ => None,
        }
    }
}

/// Everything the detectors compare with, in an order that makes sense.
///
/// ```
/// use coldcap_guard::detect::{Delays, FlowLimits, Limits, LimitsError, RawLimits};
/// use coldcap_units::{Duration, Duty, MilliAmps, Pulses, Ratio};
///
/// let raw = RawLimits {
///     freeze_trip: Ratio::from_code(49_100, 16),
///     freeze_near: Ratio::from_code(48_400, 16),
///     evaporator_cold: Ratio::from_code(56_000, 16),
///     open_above: Ratio::from_code(65_000, 16),
///     short_below: Ratio::from_code(1_500, 16),
/// };
/// let flow = FlowLimits {
///     minimum_flow: Pulses { edges: 20, window: Duration::from_secs(1) },
///     judged_from: Duty::from_permille(200),
///     minimum_pump_current: MilliAmps(150),
/// };
/// assert!(Limits::new(raw, flow, Delays::default()).is_ok());
///
/// let upside_down = RawLimits { freeze_near: Ratio::from_code(49_200, 16), ..raw };
/// let refused = Limits::new(upside_down, flow, Delays::default());
/// assert_eq!(refused, Err(LimitsError::NearColderThanTrip));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    pub(super) raw: RawLimits,
    pub(super) flow: FlowLimits,
    pub(super) delays: Delays,
    pub(super) watches: Watches,
}

impl Limits {
    /// The limits, if they can work together.
    ///
    /// # Errors
    /// The first rule that they break; see [`LimitsError`].
    pub const fn new(
        raw: RawLimits,
        flow: FlowLimits,
        delays: Delays,
    ) -> Result<Self, LimitsError> {
        match (raw.check(), flow.check(), delays.check()) {
            (Err(error), _, _) | (_, Err(error), _) | (_, _, Err(error)) => Err(error),
            (Ok(()), Ok(()), Ok(())) => Ok(Self { raw, flow, delays, watches: Watches::DEFAULT }),
        }
    }

    /// The same limits with these watches in place of the proposed ones.
    ///
    /// # Errors
    /// The first rule that the watches break; see [`LimitsError`].
    pub const fn with_watches(self, watches: Watches) -> Result<Self, LimitsError> {
        match watches.check() {
            Ok(()) => Ok(Self { watches, ..self }),
            Err(error) => Err(error),
        }
    }

    /// The limits of what is found by comparison.
    #[must_use]
    pub const fn watches(&self) -> &Watches {
        &self.watches
    }

    /// The limits on raw codes.
    #[must_use]
    pub const fn raw(&self) -> &RawLimits {
        &self.raw
    }

    /// The limits on flow and pump current.
    #[must_use]
    pub const fn flow(&self) -> &FlowLimits {
        &self.flow
    }

    /// The onset delays.
    #[must_use]
    pub const fn delays(&self) -> &Delays {
        &self.delays
    }
}

impl RawLimits {
    const fn check(&self) -> Result<(), LimitsError> {
        if self.freeze_near.0 > self.freeze_trip.0 {
            return Err(LimitsError::NearColderThanTrip);
        }
        if self.freeze_trip.0 >= self.open_above.0 || self.evaporator_cold.0 >= self.open_above.0 {
            return Err(LimitsError::HiddenByOpen);
        }
        if self.short_below.0 >= self.freeze_near.0 || self.short_below.0 >= self.evaporator_cold.0
        {
            return Err(LimitsError::HiddenByShort);
        }
        Ok(())
    }
}

impl FlowLimits {
    const fn check(&self) -> Result<(), LimitsError> {
        let flow = self.minimum_flow;
        if flow.edges == 0 || flow.window.is_zero() || self.minimum_pump_current.0 == 0 {
            return Err(LimitsError::NoFlowLimit);
        }
        Ok(())
    }
}

impl Delays {
    const fn check(&self) -> Result<(), LimitsError> {
        if self.freeze_samples < 1 || self.freeze_samples > 5 {
            return Err(LimitsError::FreezeSamples);
        }
        let uncoupled = self.cap_uncoupled.as_millis();
        if uncoupled >= self.sensor_fault.as_millis() || uncoupled >= self.sensor_stale.as_millis()
        {
            return Err(LimitsError::CouplingTooSlow);
        }
        Ok(())
    }
}

/// Why a set of limits cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LimitsError {
    /// The warning limit is colder than the trip limit.
    NearColderThanTrip,
    /// A cold limit is not below the open-wire limit, so it could never be seen.
    HiddenByOpen,
    /// A cold limit is not above the short-circuit limit.
    HiddenByShort,
    /// The least flow or the least current is zero, so a stopped pump could never be seen.
    NoFlowLimit,
    /// The number of freezing samples is not 1 to 5.
    FreezeSamples,
    /// An uncoupled cap would be seen later than the loss of its sensors.
    CouplingTooSlow,
    /// The samples of a mean of the safety sensor's fall are not 2 to 50.
    AheadSamples,
    /// Redundant sensors may not differ at all, as no two sensors manage.
    NoAllowance,
    /// The warm point of the expected flow is not warmer than the cold one, or a share is above 1000.
    Occlusion,
    /// The window of the cold dose is too short for its limit, or its bins are not 1 s to 18 h.
    Dose,
}

impl fmt::Display for LimitsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NearColderThanTrip => "the freeze warning limit is colder than the trip limit",
            Self::HiddenByOpen => "a cold limit is not below the open-wire limit",
            Self::HiddenByShort => "a cold limit is not above the short-circuit limit",
            Self::NoFlowLimit => "the least flow or the least pump current is zero",
            Self::FreezeSamples => "the number of freezing samples is not 1 to 5",
            Self::CouplingTooSlow => "an uncoupled cap is seen later than its lost sensors",
            Self::AheadSamples => "the samples of a mean of the fall are not 2 to 50",
            Self::NoAllowance => "redundant sensors may not differ at all",
            Self::Occlusion => "the points of the expected flow are out of order or range",
            Self::Dose => "the window of the cold dose does not fit its limit",
        })
    }
}

impl core::error::Error for LimitsError {}
