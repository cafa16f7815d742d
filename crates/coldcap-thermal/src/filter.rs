//! A second-order filter of a measurement: the noise knob of a loop.

use crate::number::{Number, Pole};
use crate::pid::design;
use coldcap_units::{Duration, Fault};
use core::fmt;
use fixed::types::{I16F16, I32F32};

/// The coefficients of `1/(1 + s·Tf + (s·Tf)²/2)`, which damps what is faster than `Tf` by 40 dB a
/// decade, with a damping of 1/√2.
///
/// A pole of the derivative alone leaves the proportional term unfiltered and the derivative white; this
/// filter bounds the noise of all terms with one figure (O. Garpinger, T. Hägglund and K. J. Åström,
/// *Criteria and trade-offs in PID design*, IFAC PID 2012). It delays a loop as `Tf` more of dead time
/// would: take that into the tuning.
///
/// The step is exact for a signal that holds between samples. With θ = h/Tf, position `p` and velocity
/// `w` in units of 1/Tf, relative to the input:
///
/// ```text
/// p ← e^−θ·[(cos θ + sin θ)·p + sin θ·w]        w ← e^−θ·[−2·sin θ·p + (cos θ − sin θ)·w]
/// ```
///
/// ```
/// use coldcap_thermal::filter::{FilterCoefficients, MeasurementFilter};
/// use coldcap_units::{Duration, Fault};
/// let with = FilterCoefficients::<f32>::new(2.0, Duration::from_millis(500))?;
/// let mut filter = MeasurementFilter::new();
/// assert_eq!(filter.step(&with, Ok(4.0)), Ok(4.0)); // begins where the first sample is
/// let after = filter.step(&with, Ok(5.0))?;
/// assert!(after > 4.0 && after < 4.1);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FilterCoefficients<T: Number> {
    /// e^−θ·(cos θ + sin θ).
    keep: T::Pole,
    /// e^−θ·sin θ.
    swing: T::Pole,
    /// 2·e^−θ·sin θ.
    pull: T::Pole,
    /// e^−θ·(cos θ − sin θ).
    fade: T::Pole,
    /// Periods in `Tf`, rounded up.
    patience: u16,
}

/// The filter time is not within its range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FilterError {
    /// The shortest filter time that is allowed, two periods.
    pub minimum_s: f64,
    /// The longest that is allowed, 10 000 periods.
    pub maximum_s: f64,
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the filter time must be {} to {} s", self.minimum_s, self.maximum_s)
    }
}

impl core::error::Error for FilterError {}

const LONGEST_PERIODS: f64 = 10_000.0;

/// The entries of the exact step, all within 0 to 1, and the periods in the filter time.
#[allow(clippy::float_arithmetic, reason = "once, at construction; never in a step")]
const fn entries(filter_time_s: f64, period: Duration) -> Result<([f64; 4], u16), FilterError> {
    let h = period.as_millis() as f64 / 1_000.0;
    let (minimum_s, maximum_s) = (2.0 * h, LONGEST_PERIODS * h);
    if !(h > 0.0 && filter_time_s >= minimum_s && filter_time_s <= maximum_s) {
        return Err(FilterError { minimum_s, maximum_s });
    }
    let angle = h / filter_time_s;
    let decay = 1.0 - design::one_minus_exponential(angle);
    let (sine, cosine) = design::sine_and_cosine(angle);
    let entries =
        [decay * (cosine + sine), decay * sine, 2.0 * decay * sine, decay * (cosine - sine)];
    Ok((entries, (filter_time_s / h) as u16))
}

const fn single(value: f64) -> f32 {
    value as f32
}

const fn double(value: f64) -> f64 {
    value
}

macro_rules! constructor {
    ($number:ty, $pole:path) => {
        impl FilterCoefficients<$number> {
            /// The coefficients of a filter time of `filter_time_s` seconds for a step every `period`.
            ///
            /// # Errors
            /// [`FilterError`] unless the filter time is 2 to 10 000 periods.
            ///
            /// # Panics
            /// Never.
            pub const fn new(filter_time_s: f64, period: Duration) -> Result<Self, FilterError> {
                match entries(filter_time_s, period) {
                    Ok(([keep, swing, pull, fade], patience)) => Ok(Self {
                        keep: $pole(keep),
                        swing: $pole(swing),
                        pull: $pole(pull),
                        fade: $pole(fade),
                        patience,
                    }),
                    Err(error) => Err(error),
                }
            }
        }
    };
}

constructor!(f32, single);
constructor!(f64, double);
constructor!(I16F16, Pole::new);
constructor!(I32F32, Pole::new);

/// The state of the filter: 24 bytes in [`I16F16`]. The law is at [`FilterCoefficients`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MeasurementFilter<T: Number> {
    position: T::Term,
    velocity: T::Term,
    missed: u16,
    started: bool,
}

impl<T: Number> MeasurementFilter<T> {
    /// A filter that begins where its first sample is.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One sample; call it once every period.
    ///
    /// A fault is handed on as it is. The filter goes on after it, and begins anew at the next sample
    /// where samples were missing for longer than the filter time.
    ///
    /// # Errors
    /// The sample's own fault; the fault of a number that is not finite or beyond ±2048.
    ///
    /// # Panics
    /// Never. The time is bounded: no loop, no division.
    pub fn step(
        &mut self,
        with: &FilterCoefficients<T>,
        sample: Result<T, Fault>,
    ) -> Result<T, Fault> {
        match sample.and_then(|sample| sample.fault().map_or(Ok(sample), Err)) {
            Ok(sample) => Ok(self.follow(with, sample.widen())),
            Err(fault) => {
                self.missed = self.missed.saturating_add(1);
                self.started = self.started && self.missed <= with.patience;
                Err(fault)
            }
        }
    }

    fn follow(&mut self, with: &FilterCoefficients<T>, input: T::Term) -> T {
        self.missed = 0;
        if !self.started {
            *self = Self { position: input, started: true, ..Self::default() };
        }
        let distance = T::less(self.position, input);
        let kept = T::sum(T::decay(distance, with.keep), T::decay(self.velocity, with.swing));
        let faded = T::decay(self.velocity, with.fade);
        self.velocity = T::less(faded, T::decay(distance, with.pull));
        self.position = T::sum(input, kept);
        T::narrow(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PERIOD: Duration = Duration::from_millis(500);

    /// The step response of 1/(1 + s + s²/2) at t/Tf = x: 1 − e^−x·(cos x + sin x).
    fn exact(x: f64) -> f64 {
        1.0 - (-x).exp() * (x.cos() + x.sin())
    }

    fn step_response<T: Number>(with: &FilterCoefficients<T>, of: fn(f64) -> T, to: fn(T) -> f64) {
        let mut filter = MeasurementFilter::new();
        assert_eq!(filter.step(with, Ok(of(-4.0))), Ok(of(-4.0)));
        for step in 1..200 {
            let got = to(filter.step(with, Ok(of(-3.0))).unwrap());
            let wanted = -4.0 + exact(f64::from(step) * 0.5 / 2.0);
            assert!((got - wanted).abs() < 3e-5, "{step}: {got} {wanted}");
        }
        let settled = to(filter.step(with, Ok(of(-3.0))).unwrap());
        assert!((settled + 3.0).abs() < 1e-12, "{settled}");
    }

    #[test]
    fn the_step_response_is_the_closed_solution() {
        let of = I16F16::from_num::<f64>;
        step_response(&FilterCoefficients::<I16F16>::new(2.0, PERIOD).unwrap(), of, |v| v.to_num());
        let of = I32F32::from_num::<f64>;
        step_response(&FilterCoefficients::<I32F32>::new(2.0, PERIOD).unwrap(), of, |v| {
            (v.to_num::<f64>() * 1e6).round() / 1e6
        });
        step_response(
            &FilterCoefficients::<f32>::new(2.0, PERIOD).unwrap(),
            |v| v as f32,
            f64::from,
        );
        step_response(&FilterCoefficients::<f64>::new(2.0, PERIOD).unwrap(), |v| v, |v| v);
    }

    #[test]
    fn a_short_gap_is_bridged_and_a_long_one_begins_anew() {
        let with = FilterCoefficients::<f32>::new(2.0, PERIOD).unwrap();
        let mut filter = MeasurementFilter::new();
        filter.step(&with, Ok(1.0)).unwrap();
        assert_eq!(filter.step(&with, Err(Fault::Open)), Err(Fault::Open));
        assert!(filter.step(&with, Ok(9.0)).unwrap() < 2.0);
        for _ in 0..5 {
            assert_eq!(filter.step(&with, Err(Fault::Bus)), Err(Fault::Bus));
        }
        assert_eq!(filter.step(&with, Ok(9.0)), Ok(9.0));
        assert_eq!(filter.step(&with, Ok(f32::NAN)), Err(Fault::NotFinite));
        assert_eq!(filter.step(&with, Ok(9.0)), Ok(9.0));
    }

    #[test]
    fn only_sensible_times_are_allowed() {
        for time in [0.0, 0.9, -1.0, f64::NAN, 1e9] {
            let error = FilterCoefficients::<f32>::new(time, PERIOD).unwrap_err();
            assert_eq!((error.minimum_s, error.maximum_s), (1.0, 5_000.0));
        }
        assert!(FilterCoefficients::<f32>::new(1.0, Duration::ZERO).is_err());
    }

    proptest! {
        #[test]
        fn it_never_leaves_what_its_samples_span_by_more_than_its_overshoot(
            time in 1.0f64..500.0, samples in prop::collection::vec(-10.0f32..10.0, 1..100),
        ) {
            let with = FilterCoefficients::<f32>::new(time, PERIOD).unwrap();
            let mut filter = MeasurementFilter::new();
            for sample in samples {
                let filtered = filter.step(&with, Ok(sample)).unwrap();
                // A damping of 1/√2 overshoots a step by 4.3 %; alternating ones by no more than this.
                prop_assert!(filtered.abs() <= 10.0 * 1.1);
            }
        }
    }
}
