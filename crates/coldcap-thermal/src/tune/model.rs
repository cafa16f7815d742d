//! A plant of first order with delay, and how well it is known.
//!
//! Floating point: this is design-time code that runs after an experiment, never in a tick.
#![allow(clippy::float_arithmetic)]

use core::f64::consts::PI;
use core::fmt;

/// First order with delay: `gain · exp(−delay·s) / (1 + time_constant·s)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Model {
    /// Change of the measurement for a lasting change of the input by one: its units over the
    /// input's. Negative where more input cools.
    pub gain: f64,
    /// Time constant T in seconds.
    pub time_constant_s: f64,
    /// Delay L in seconds.
    pub delay_s: f64,
}

/// The proportional gain at which the loop would swing for ever, and the period of that swing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ultimate {
    /// Input over measurement, with the sign of the plant's gain.
    pub gain: f64,
    /// Seconds.
    pub period_s: f64,
}

/// Halvings of the search for the ultimate frequency: below the last digit of an `f64`.
const HALVINGS: u32 = 60;

impl Model {
    /// The ultimate gain and period: `ω·L + atan(ω·T) = π`, `Ku = √(1 + (ω·T)²)/K`, `Pu = 2π/ω`.
    ///
    /// `None` without a delay (no gain makes such a loop swing) or with a field that is out of range.
    ///
    /// # Panics
    /// Never.
    ///
    /// ```
    /// use coldcap_thermal::tune::model::Model;
    /// let plant = Model { gain: -2.0, time_constant_s: 0.0, delay_s: 5.0 };
    /// let ultimate = plant.ultimate().unwrap();
    /// assert!((ultimate.gain + 0.5).abs() < 1e-12 && (ultimate.period_s - 10.0).abs() < 1e-9);
    /// ```
    #[must_use]
    pub fn ultimate(&self) -> Option<Ultimate> {
        if !self.is_valid() || self.delay_s <= 0.0 {
            return None;
        }
        let (mut low, mut high) = (0.0, PI / self.delay_s);
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            let lag = middle * self.delay_s + libm::atan(middle * self.time_constant_s);
            if lag < PI { low = middle } else { high = middle }
        }
        let size = libm::hypot(1.0, high * self.time_constant_s);
        Some(Ultimate { gain: size / self.gain, period_s: 2.0 * PI / high })
    }

    /// Finite, with a gain that is not zero and times that are not negative.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        let times = [self.time_constant_s, self.delay_s];
        self.gain.is_finite()
            && self.gain != 0.0
            && times.iter().all(|time| time.is_finite() && *time >= 0.0)
    }
}

/// Standard errors of a [`Model`], in the units of its fields.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StandardErrors {
    /// Of the gain.
    pub gain: f64,
    /// Of the time constant, in seconds.
    pub time_constant_s: f64,
    /// Of the delay, in seconds.
    pub delay_s: f64,
}

/// A model together with how well it explains the record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Identified {
    /// The plant.
    pub model: Model,
    /// Output at rest under the input that the record begins with.
    pub offset: f64,
    /// How far from rest the output was at the beginning; zero if it counts as at rest.
    pub deviation: f64,
    /// Root mean square of what the model does not explain, in units of the measurement.
    pub residual_rms: f64,
    /// Span of the modelled response, highest less lowest, in units of the measurement.
    pub response: f64,
    /// How far each parameter may be off.
    pub standard_errors: StandardErrors,
    /// 0 to 1; the formula is at [`tune`](crate::tune#confidence).
    pub confidence: f64,
}

/// Fewest observations that can be told from noise.
pub(super) const FEWEST: usize = 10;

/// Why a record gives no model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentifyError {
    /// Fewer samples than four parameters and their errors need.
    TooFewSamples {
        /// The fewest that are allowed.
        minimum: usize,
    },
    /// The time of a sample, counted from 0, is not after the one before it.
    TimeNotIncreasing {
        /// Which sample.
        index: usize,
    },
    /// A number of a sample, counted from 0, is infinite or not a number.
    NotFinite {
        /// Which sample.
        index: usize,
    },
    /// The input never changes while there is an output to see.
    NoInputChange,
    /// What follows the input is less than half of what the output does, or nothing at all.
    NoResponse,
    /// The response has barely begun when the record ends: T is more than twice what was seen of it.
    TimeConstantTooLong,
    /// The record fits many models alike: some parameter may be off by more than half.
    Undetermined,
    /// The experiment has not come to its end, or was aborted.
    NotFinished,
}

impl fmt::Display for IdentifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooFewSamples { minimum } => {
                return write!(f, "too few samples: allowed are at least {minimum}");
            }
            Self::TimeNotIncreasing { index } => {
                return write!(f, "sample {index}: its time must be after the one before");
            }
            Self::NotFinite { index } => return write!(f, "sample {index}: not a finite number"),
            Self::NoInputChange => "no identifiable step: the input never changes",
            Self::NoResponse => "no identifiable step: the output does not follow the input",
            Self::TimeConstantTooLong => {
                "no identifiable step: the record ends before the response shows its time constant"
            }
            Self::Undetermined => {
                "no identifiable step: many models fit alike; record longer or step further"
            }
            Self::NotFinished => "the experiment has not come to its end",
        })
    }
}

impl core::error::Error for IdentifyError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ultimate_point_lies_on_the_phase_of_minus_pi() {
        for (time_constant_s, delay_s) in [(1.0, 1.0), (50.0, 1.0), (0.1, 1.0), (600.0, 20.0)] {
            let model = Model { gain: 40.0, time_constant_s, delay_s };
            let ultimate = model.ultimate().unwrap();
            let w = 2.0 * PI / ultimate.period_s;
            assert!((w * delay_s + (w * time_constant_s).atan() - PI).abs() < 1e-12);
            let loop_gain = ultimate.gain * 40.0 / (1.0 + (w * time_constant_s).powi(2)).sqrt();
            assert!((loop_gain - 1.0).abs() < 1e-12);
        }
        // Table value for T = L = 1: ω = 2.028758, Ku = 2.261827 (K. J. Åström, T. Hägglund).
        let known = Model { gain: 1.0, time_constant_s: 1.0, delay_s: 1.0 }.ultimate().unwrap();
        assert!((known.gain - 2.261_826).abs() < 1e-5, "{known:?}");
    }

    #[test]
    fn without_delay_or_gain_there_is_none() {
        let good = Model { gain: 1.0, time_constant_s: 1.0, delay_s: 1.0 };
        for bad in [
            Model { delay_s: 0.0, ..good },
            Model { gain: 0.0, ..good },
            Model { gain: f64::NAN, ..good },
            Model { time_constant_s: -1.0, ..good },
            Model { delay_s: f64::INFINITY, ..good },
        ] {
            assert_eq!(bad.ultimate(), None);
        }
    }
}
