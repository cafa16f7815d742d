//! What every experiment on a plant shares: its bounds, its record, and how it ends.

use core::fmt;

use coldcap_units::{Duration, Fault};
use fixed::types::I16F16;

use super::block::Blocks;

/// The bounds of an experiment. Leaving one ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Lowest measurement, inclusive; °C where temperature is controlled.
    pub lowest: I16F16,
    /// Highest measurement, inclusive.
    pub highest: I16F16,
    /// Lowest output the experiment may ask for.
    pub output_low: I16F16,
    /// Highest output the experiment may ask for.
    pub output_high: I16F16,
    /// Longest duration of the whole experiment.
    pub longest: Duration,
    /// Longest time without a valid measurement.
    pub longest_gap: Duration,
}

/// What the caller does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Directive {
    /// Drive the plant with this output, from now on.
    Drive(I16F16),
    /// The experiment is complete; drive with what drove before it.
    Done {
        /// The output from before the experiment.
        output: I16F16,
    },
    /// The experiment was given up; drive with what drove before it.
    Aborted {
        /// The output from before the experiment: the return is without a bump.
        output: I16F16,
        /// Why.
        why: AbortReason,
    },
}

impl Directive {
    /// The output to drive with, whatever the state.
    #[must_use]
    pub const fn output(self) -> I16F16 {
        match self {
            Self::Drive(output) | Self::Done { output } | Self::Aborted { output, .. } => output,
        }
    }
}

/// Why an experiment was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbortReason {
    /// The measurement fell below the lowest that is allowed.
    BelowLowest,
    /// The measurement rose above the highest that is allowed.
    AboveHighest,
    /// It did not come to its end in the time that is allowed.
    TimeLimit,
    /// There was no valid measurement for too long.
    Sensor(Fault),
    /// The noise needs a hysteresis that does not fit between the lowest and the highest measurement.
    TooNoisy,
    /// The caller asked for it.
    Requested,
}

impl fmt::Display for AbortReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BelowLowest => f.write_str("the measurement fell below its lowest bound"),
            Self::AboveHighest => f.write_str("the measurement rose above its highest bound"),
            Self::TimeLimit => f.write_str("the time limit was reached"),
            Self::Sensor(fault) => write!(f, "no valid measurement for too long: {fault}"),
            Self::TooNoisy => f.write_str("the noise does not fit between the bounds"),
            Self::Requested => f.write_str("on request"),
        }
    }
}

/// Which field of an experiment's configuration is refused, and what is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigError {
    /// The lowest measurement is not below the highest.
    MeasurementBounds,
    /// The lowest output is not below the highest.
    OutputBounds,
    /// The output that the experiment would ask for lies outside its bounds.
    OutputOutside,
    /// An amplitude or a step is zero, or an amplitude negative.
    Amplitude,
    /// The switching levels do not lie between the lowest and the highest measurement.
    Level,
    /// The hysteresis is negative.
    Hysteresis,
    /// The number of cycles is not within 4 to 8.
    Cycles,
    /// Nothing is observed before the experiment, or the experiment is longer than its bound.
    Durations,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MeasurementBounds => "the lowest measurement must be below the highest",
            Self::OutputBounds => "the lowest output must be below the highest",
            Self::OutputOutside => "every output must lie within its bounds",
            Self::Amplitude => "amplitudes must be above zero, a step must not be zero",
            Self::Level => "the level and its hysteresis must lie within the measurement's bounds",
            Self::Hysteresis => "the hysteresis must not be negative",
            Self::Cycles => "the cycles must be 4 to 8",
            Self::Durations => {
                "the observation must not be zero, and all must fit within the longest duration"
            }
        })
    }
}

impl core::error::Error for ConfigError {}

impl Envelope {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.lowest >= self.highest {
            return Err(ConfigError::MeasurementBounds);
        }
        if self.output_low >= self.output_high {
            return Err(ConfigError::OutputBounds);
        }
        Ok(())
    }

    /// Whether a sum of outputs lies within the bounds.
    pub(super) fn allows(&self, output: Option<I16F16>) -> bool {
        output.is_some_and(|output| self.output_low <= output && output <= self.output_high)
    }

    pub(super) fn check_outputs(&self, outputs: [Option<I16F16>; 2]) -> Result<(), ConfigError> {
        if outputs.into_iter().all(|output| self.allows(output)) {
            Ok(())
        } else {
            Err(ConfigError::OutputOutside)
        }
    }
}

/// One change of the output, at a time in ms since the beginning.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Switch {
    pub(super) at_ms: u32,
    pub(super) output: I16F16,
}

/// The first drive, and two switches for each of eight cycles and one more.
const SWITCHES: usize = 18;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Running,
    Done,
    Aborted(AbortReason),
}

/// A running experiment: its record, its bounds and its end.
#[derive(Clone, Debug)]
pub(super) struct Experiment {
    envelope: Envelope,
    /// The output from before the experiment.
    previous: I16F16,
    output: I16F16,
    now_ms: u32,
    gap_ms: u32,
    last: Option<I16F16>,
    blocks: Blocks,
    switches: [Switch; SWITCHES],
    used: usize,
    noise: Noise,
    state: State,
}

/// What one tick brought.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) value: I16F16,
    /// Whether a block of the record was closed.
    pub(super) is_block_closed: bool,
}

impl Experiment {
    pub(super) const fn new(envelope: Envelope, previous: I16F16) -> Self {
        Self {
            envelope,
            previous,
            output: previous,
            now_ms: 0,
            gap_ms: 0,
            last: None,
            blocks: Blocks::new(),
            switches: [Switch { at_ms: 0, output: I16F16::ZERO }; SWITCHES],
            used: 0,
            noise: Noise::new(),
            state: State::Running,
        }
    }

    /// Records one tick and checks the bounds; `None` if there is nothing to act on.
    pub(super) fn tick(&mut self, measured: Result<I16F16, Fault>, dt: Duration) -> Option<Seen> {
        if self.state != State::Running {
            return None;
        }
        self.now_ms = self.now_ms.saturating_add(dt.as_millis());
        if self.now_ms > self.envelope.longest.as_millis() {
            self.abort(AbortReason::TimeLimit);
            return None;
        }
        match measured {
            Ok(value) => self.record(value),
            Err(fault) => {
                self.miss(fault, dt);
                None
            }
        }
    }

    fn record(&mut self, value: I16F16) -> Option<Seen> {
        let last = self.last.replace(value);
        self.gap_ms = 0;
        self.noise.add(value);
        let middle = last.map(|last| middle(last, value));
        let is_block_closed = self.blocks.add(self.now_ms, middle);
        if value < self.envelope.lowest {
            self.abort(AbortReason::BelowLowest);
        } else if value > self.envelope.highest {
            self.abort(AbortReason::AboveHighest);
        }
        (self.state == State::Running).then_some(Seen { value, is_block_closed })
    }

    fn miss(&mut self, fault: Fault, dt: Duration) {
        self.last = None;
        self.noise.interrupt();
        self.blocks.add(self.now_ms, None);
        self.gap_ms = self.gap_ms.saturating_add(dt.as_millis());
        if self.gap_ms > self.envelope.longest_gap.as_millis() {
            self.abort(AbortReason::Sensor(fault));
        }
    }

    /// Drives with `output` from now on.
    pub(super) fn drive(&mut self, output: I16F16) {
        if output == self.output {
            return;
        }
        if let Some(place) = self.switches.get_mut(self.used) {
            *place = Switch { at_ms: self.now_ms, output };
            self.used = self.used.saturating_add(1);
            self.output = output;
        }
    }

    pub(super) fn finish(&mut self) {
        self.end(State::Done);
    }

    pub(super) fn abort(&mut self, why: AbortReason) {
        self.end(State::Aborted(why));
    }

    /// The first end counts.
    fn end(&mut self, state: State) {
        if self.state == State::Running {
            self.state = state;
            self.output = self.previous;
        }
    }

    pub(super) const fn directive(&self) -> Directive {
        let output = self.output;
        match self.state {
            State::Running => Directive::Drive(output),
            State::Done => Directive::Done { output },
            State::Aborted(why) => Directive::Aborted { output, why },
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.state == State::Done
    }

    pub(super) const fn previous(&self) -> I16F16 {
        self.previous
    }

    pub(super) const fn now_ms(&self) -> u32 {
        self.now_ms
    }

    pub(super) const fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    pub(super) fn switches(&self) -> impl Iterator<Item = Switch> {
        self.switches.iter().copied().take(self.used)
    }

    /// Standard deviation of the noise so far, in bits of the measurement; `None` if not known yet.
    pub(super) fn noise_bits(&self) -> Option<i32> {
        self.noise.deviation()
    }

    /// Whether enough was observed: this long, and long enough to know the noise.
    pub(super) fn has_observed(&self, span: Duration) -> bool {
        self.now_ms >= span.as_millis() && self.noise_bits().is_some()
    }
}

/// The mean of two measurements, as bits.
fn middle(one: I16F16, other: I16F16) -> i32 {
    (i64::from(one.to_bits()).saturating_add(i64::from(other.to_bits())) >> 1) as i32
}

/// Noise from second differences, which neither a level nor a slope moves: their variance is 6σ².
#[derive(Clone, Copy, Debug)]
struct Noise {
    last: Option<i32>,
    slope: Option<i64>,
    squares: u64,
    count: u64,
}

/// Fewest second differences that give a standard deviation.
const FEWEST_DIFFERENCES: u64 = 8;
/// Larger second differences count as this, 256 K: so the sum of squares cannot overflow for 2¹⁵ of them.
const LARGEST_DIFFERENCE: i64 = 1 << 24;
/// After so many the estimate stands.
const MOST_DIFFERENCES: u64 = 1 << 15;

impl Noise {
    const fn new() -> Self {
        Self { last: None, slope: None, squares: 0, count: 0 }
    }

    fn add(&mut self, value: I16F16) {
        let value = value.to_bits();
        let last = self.last.replace(value);
        let slope = last.map(|last| i64::from(value).saturating_sub(i64::from(last)));
        let last_slope = core::mem::replace(&mut self.slope, slope);
        let (Some(slope), Some(last_slope)) = (slope, last_slope) else { return };
        if self.count < MOST_DIFFERENCES {
            let difference = slope.saturating_sub(last_slope);
            let size = difference.clamp(-LARGEST_DIFFERENCE, LARGEST_DIFFERENCE).unsigned_abs();
            self.squares = self.squares.saturating_add(size.saturating_mul(size));
            self.count = self.count.saturating_add(1);
        }
    }

    fn interrupt(&mut self) {
        self.last = None;
        self.slope = None;
    }

    fn deviation(&self) -> Option<i32> {
        if self.count < FEWEST_DIFFERENCES {
            return None;
        }
        let variance = self.squares.checked_div(self.count.saturating_mul(6))?;
        Some(variance.isqrt().min(i32::MAX as u64) as i32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_measured_beside_a_slope() {
        let mut noise = Noise::new();
        let mut state = 12_345u64;
        for index in 0..4_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let uniform = (state >> 40) as i32 % 1_000;
            noise.add(I16F16::from_bits(index * 50 + uniform));
        }
        let expected = 1_000.0 / 12f64.sqrt();
        let found = f64::from(noise.deviation().unwrap());
        assert!((found / expected - 1.0).abs() < 0.05, "{found} {expected}");
    }

    #[test]
    fn an_interruption_makes_no_difference() {
        let mut noise = Noise::new();
        for round in 0..10 {
            for _ in 0..5 {
                noise.add(I16F16::from_num(round * 100));
            }
            noise.interrupt();
        }
        assert_eq!(noise.deviation(), Some(0));
    }
}
