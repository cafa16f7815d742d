//! Limits of the watches that compare inputs with each other, and with time.
//!
//! None of them needs a table. Sensors of one type under equal dividers are compared code with code:
//! between 0 and 30 °C a code of the reference divider moves by 0.0096 to 0.0110 of full scale a kelvin
//! (10K3A1 under 10 kΩ, by the Steinhart–Hart equation), so a difference of codes is a difference of
//! temperatures to 8 %. Every figure is coldcap's own proposal unless its line names a source.

use super::limits::LimitsError;
use crate::Condition;
use coldcap_units::{Duration, Pulses, Ratio};

/// A hundredth of full scale: 1 K of the reference divider, to 8 %.
const KELVIN: u32 = 42_949_673;

/// Limits of everything that is found by comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Watches {
    /// The safety sensor's fall toward the freeze limit.
    pub ahead: AheadLimits,
    /// What front, rear and safety sensor may differ by.
    pub agreement: AgreementLimits,
    /// Which way heat may flow.
    pub heat: HeatLimits,
    /// What the pump should move.
    pub occlusion: OcclusionLimits,
    /// For how long a cap may be cold before somebody should look.
    pub dose: DoseLimits,
}

/// When a fall of the safety sensor is a freeze that has not come yet.
///
/// The rate is the difference of two means of `samples` fresh codes; the line through them is followed
/// for `horizon` beyond the newest sample. The limit that it must not reach is
/// [`RawLimits::freeze_trip`](super::RawLimits::freeze_trip), certified as it is. Three findings in a row
/// are needed, so that neither a wrong sample nor a single step trips.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AheadLimits {
    /// How far ahead is looked; zero looks nowhere. 20 s.
    pub horizon: Duration,
    /// Fresh samples in a mean, 2 to 50. 10.
    pub samples: u8,
}

/// What the three sensors of a cap may differ by while coolant is pumped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AgreementLimits {
    /// Front and rear may differ by so much: hair, fit and place differ. 6 K.
    pub faces: Ratio,
    /// The safety sensor may differ from the nearer of both by so much, where those agree. It is placed
    /// where the cap is coldest. 4 K.
    pub safety: Ratio,
    /// Longer than this. 60 s.
    pub lasts: Duration,
}

/// Which way heat may flow while coolant moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HeatLimits {
    /// The return may be colder than the supply by so much, and a face colder than both: in the steady
    /// state by nothing but errors. 2.5 K.
    pub backward: Ratio,
    /// The return may be warmer than the supply by so much: the first minute's 66 W are 3 K at the least
    /// flow that counts. 9 K.
    pub uptake: Ratio,
    /// A face may be warmer than supply and return by so much: film and wall of 0.010 m²K/W under
    /// 1 200 W/m², the flux of a bare head, are 12 K. 18 K.
    pub forward: Ratio,
    /// Longer than this; ramps and transport pass. 90 s.
    pub lasts: Duration,
}

/// What a free line lets through.
///
/// A coolant of glycol is three times as viscous at −4 °C as at 20 °C, so what is expected falls with
/// the supply's temperature: linearly in its raw code, between two points. It rises with the duty of
/// the pump, linearly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OcclusionLimits {
    /// The flow at full duty where the supply reads `warm` or warmer. No edges: nothing is expected.
    pub free: Pulses,
    /// The flow at full duty where the supply reads `cold` or colder, in thousandths of `free`.
    pub cold_permille: u16,
    /// Code of the warm point.
    pub warm: Ratio,
    /// Code of the cold point.
    pub cold: Ratio,
    /// What must be left of the expected flow, in thousandths. 600.
    pub least_permille: u16,
    /// Longer than this. 30 s.
    pub lasts: Duration,
}

/// For how long a cap may be cold before the skin should be looked at.
///
/// The scale is that of the one alarm of this kind that is on record: a cooling machine's alert
/// "extended cold water", 8 of the previous 10 hours, with reports of skin injury after hours below
/// 10 °C (FDA MAUDE 18073171). No figure for the scalp is known; a site may be stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DoseLimits {
    /// At this code or above a face counts as cold. 10 °C at the reference divider.
    pub cold: Ratio,
    /// So much of the window. 8 h.
    pub most: Duration,
    /// A fortieth of the window that is looked back on, 1 s to 18 h. 15 min.
    pub bin: Duration,
    /// After somebody has looked: when to look again. 1 h of cold.
    pub again: Duration,
}

impl Watches {
    /// The onset delay of `condition`, for a disclosure table; `None` where it is not a time that these
    /// watches count.
    #[must_use]
    pub const fn onset(&self, condition: Condition) -> Option<Duration> {
        match condition {
            Condition::SafetyDisagrees | Condition::FaceDisagrees => Some(self.agreement.lasts),
            Condition::HeatImplausible => Some(self.heat.lasts),
            Condition::FlowLow => Some(self.occlusion.lasts),
            _ => None,
        }
    }
    /// coldcap's own proposals, without an expectation of the flow: that is a matter of the machine.
    pub const DEFAULT: Self = Self {
        ahead: AheadLimits { horizon: Duration::from_secs(20), samples: 10 },
        agreement: AgreementLimits {
            faces: Ratio(6 * KELVIN),
            safety: Ratio(4 * KELVIN),
            lasts: Duration::from_secs(60),
        },
        heat: HeatLimits {
            backward: Ratio(5 * (KELVIN / 2)),
            uptake: Ratio(9 * KELVIN),
            forward: Ratio(18 * KELVIN),
            lasts: Duration::from_secs(90),
        },
        occlusion: OcclusionLimits {
            free: Pulses { edges: 0, window: Duration::from_mins(1) },
            cold_permille: 1_000,
            warm: Ratio(0),
            cold: Ratio(u32::MAX),
            least_permille: 600,
            lasts: Duration::from_secs(30),
        },
        dose: DoseLimits {
            cold: Ratio(0xAA63_BA79),
            most: Duration::from_mins(8 * 60),
            bin: Duration::from_mins(15),
            again: Duration::from_mins(60),
        },
    };

    pub(super) const fn check(&self) -> Result<(), LimitsError> {
        if self.ahead.samples < 2 || self.ahead.samples > 50 {
            return Err(LimitsError::AheadSamples);
        }
        if self.agreement.faces.0 == 0 || self.agreement.safety.0 == 0 {
            return Err(LimitsError::NoAllowance);
        }
        let flow = &self.occlusion;
        let ordered = flow.warm.0 < flow.cold.0 && !flow.free.window.is_zero();
        if !ordered || flow.least_permille > 1_000 || flow.cold_permille > 1_000 {
            return Err(LimitsError::Occlusion);
        }
        let (bin, most) = (self.dose.bin.as_millis(), self.dose.most.as_millis());
        if bin < 1_000 || bin > 64_800_000 || most > bin.saturating_mul(39) {
            return Err(LimitsError::Dose);
        }
        Ok(())
    }
}

impl Default for Watches {
    fn default() -> Self {
        Self::DEFAULT
    }
}
