//! The model behind a record of input and output.
//!
//! Floating point: this is design-time code that runs after an experiment, never in a tick.
#![allow(clippy::float_arithmetic)]

use super::estimate::{Beginning, Search, estimate};
use super::model::{FEWEST, Identified, IdentifyError};
use super::response::{Change, Evidence, Observation, Walker};

/// One row of a record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Seconds on any time that goes forward.
    pub time_s: f64,
    /// What the plant is driven with from this time to the next sample's.
    pub input: f64,
    /// What was measured at this time.
    pub output: f64,
}

/// So many samples before the first change tell a plant at rest from one that is not.
const TELLING: usize = 10;

/// The first-order model with delay that fits the record best, in the sense of least squares.
///
/// The input may change any number of times and by any amount; samples may come at any times. What
/// the plant does under the first input is fitted too (see [`tune`](crate::tune)): it is taken to begin
/// at rest unless at least ten samples before the first change show that it does not. The delay counts
/// from the time of the sample that first shows the changed input.
///
/// It takes no memory beyond the slice, and at most about 400 passes over part of it and 130 over all.
///
/// # Errors
/// [`IdentifyError`] says which sample is wrong, or why no model can be had from the record.
///
/// # Panics
/// Never.
///
/// ```
/// use coldcap_thermal::tune::fit::{Sample, fit};
/// // 0.5 K per percent, 30 s, 4 s; the heater goes from 0 to 40 % at 10 s.
/// let samples: Vec<Sample> = (0..200).map(|second| {
///     let time_s = f64::from(second);
///     let heard_s = (time_s - 14.0).max(0.0);
///     Sample {
///         time_s,
///         input: if second < 10 { 0.0 } else { 40.0 },
///         output: -5.0 + 20.0 * (1.0 - (-heard_s / 30.0).exp()),
///     }
/// }).collect();
/// let found = fit(&samples)?;
/// assert!((found.model.gain - 0.5).abs() < 1e-6);
/// assert!((found.model.time_constant_s - 30.0).abs() < 1e-4);
/// assert!((found.model.delay_s - 4.0).abs() < 1e-4);
/// assert!(found.confidence > 0.99);
/// # Ok::<(), coldcap_thermal::tune::model::IdentifyError>(())
/// ```
pub fn fit(samples: &[Sample]) -> Result<Identified, IdentifyError> {
    fit_after(samples.first().map_or(0.0, |first| first.input), samples)
}

/// As [`fit`], of a plant that was driven with `before` until the first sample.
///
/// For a record that begins as the input moves: its first row then shows the first change, and the
/// delay counts from there. The plant is taken to be at rest under `before`.
///
/// # Errors
/// As [`fit`]; a `before` that is not finite counts as the first sample's.
///
/// # Panics
/// Never.
///
/// ```
/// use coldcap_thermal::tune::fit::{Sample, fit, fit_after};
/// use coldcap_thermal::tune::model::IdentifyError;
/// // 0.5 K per percent, 30 s, 4 s; the heater is at 40 % from the first row on.
/// let samples: Vec<Sample> = (0..200).map(|second| {
///     let time_s = f64::from(second);
///     let heard_s = (time_s - 4.0).max(0.0);
///     Sample { time_s, input: 40.0, output: 20.0 * (1.0 - (-heard_s / 30.0).exp()) }
/// }).collect();
/// assert_eq!(fit(&samples), Err(IdentifyError::NoInputChange));
/// let found = fit_after(0.0, &samples)?;
/// assert!((found.model.gain - 0.5).abs() < 1e-6 && (found.model.delay_s - 4.0).abs() < 1e-4);
/// # Ok::<(), IdentifyError>(())
/// ```
pub fn fit_after(before: f64, samples: &[Sample]) -> Result<Identified, IdentifyError> {
    check(before, samples)?;
    let record = Record { before, samples };
    let change = record.changes().next().ok_or(IdentifyError::NoInputChange)?;
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else {
        return Err(IdentifyError::TooFewSamples { minimum: FEWEST });
    };
    let seen_s = last.time_s - change.time_s;
    if seen_s <= 0.0 {
        return Err(IdentifyError::NoInputChange);
    }
    let unmoved = samples.iter().take_while(|sample| sample.time_s < change.time_s).count();
    let span = last.time_s - first.time_s;
    let search = Search {
        time_constant_s: [shortest_step(samples) / 5.0, 10.0 * span],
        longest_delay_s: 0.9 * seen_s,
        start_s: first.time_s,
        change_s: change.time_s,
        end_s: last.time_s,
        level: first.output,
        beginning: if unmoved < TELLING { Beginning::Rest } else { Beginning::Maybe },
        count: samples.len(),
    };
    estimate(&record, &search)
}

impl Identified {
    /// What the model says for every sample of a record that [`fit`] took, in order.
    ///
    /// # Panics
    /// Never.
    pub fn outputs<'a>(&self, samples: &'a [Sample]) -> impl Iterator<Item = f64> + use<'a> {
        self.outputs_after(samples.first().map_or(0.0, |first| first.input), samples)
    }

    /// What the model says for every sample of a record that [`fit_after`] took, in order.
    ///
    /// # Panics
    /// Never.
    pub fn outputs_after<'a>(
        &self,
        before: f64,
        samples: &'a [Sample],
    ) -> impl Iterator<Item = f64> + use<'a> {
        let identified = *self;
        let start_s = samples.first().map_or(0.0, |first| first.time_s);
        let times = [identified.model.time_constant_s, identified.model.delay_s];
        let mut walker = Walker::new(changes(before, samples), before, start_s, times);
        samples.iter().map(move |sample| {
            let columns = walker.observe(sample.time_s, sample.time_s);
            let response = identified.model.gain * columns.gain;
            identified.offset + response + identified.deviation * columns.deviation
        })
    }
}

fn check(before: f64, samples: &[Sample]) -> Result<(), IdentifyError> {
    if !before.is_finite() {
        return Err(IdentifyError::NotFinite { index: 0 });
    }
    let is_finite =
        |row: &Sample| [row.time_s, row.input, row.output].iter().all(|number| number.is_finite());
    if let Some(index) = samples.iter().position(|row| !is_finite(row)) {
        return Err(IdentifyError::NotFinite { index });
    }
    if let Some(index) = steps(samples).position(|step| step <= 0.0) {
        return Err(IdentifyError::TimeNotIncreasing { index: index.saturating_add(1) });
    }
    if samples.len() < FEWEST {
        return Err(IdentifyError::TooFewSamples { minimum: FEWEST });
    }
    Ok(())
}

/// Times between neighbours.
fn steps(samples: &[Sample]) -> impl Iterator<Item = f64> {
    samples.iter().zip(samples.iter().skip(1)).map(|(one, next)| next.time_s - one.time_s)
}

fn shortest_step(samples: &[Sample]) -> f64 {
    steps(samples).fold(f64::MAX, f64::min)
}

fn changes(before: f64, samples: &[Sample]) -> impl Iterator<Item = Change> {
    core::iter::once(before)
        .chain(samples.iter().map(|sample| sample.input))
        .zip(samples)
        .filter(|(last, sample)| sample.input != *last)
        .map(|(_, sample)| Change { time_s: sample.time_s, input: sample.input })
}

struct Record<'a> {
    /// The input until the first sample.
    before: f64,
    samples: &'a [Sample],
}

impl Evidence for Record<'_> {
    fn initial_input(&self) -> f64 {
        self.before
    }

    fn changes(&self) -> impl Iterator<Item = Change> {
        changes(self.before, self.samples)
    }

    fn observations(&self) -> impl Iterator<Item = Observation> {
        self.samples.iter().map(|row| Observation {
            from_s: row.time_s,
            to_s: row.time_s,
            output: row.output,
            weight: 1.0,
        })
    }
}
