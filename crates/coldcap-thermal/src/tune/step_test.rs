//! A step test: the output moves once, and the way the measurement follows tells what the plant is.
//!
//! The plant is observed under the output from before, then driven with that plus the step, until the
//! response has settled or the configured duration is over. It has settled when the means over the
//! third and the fourth quarter of the time since the step differ by less than 1/32 of the whole
//! change, and the change stands out from the noise; for a first-order plant that is after about 5 T.

use coldcap_units::{Duration, Fault};
use fixed::types::I16F16;

use super::experiment::{AbortReason, ConfigError, Directive, Envelope, Experiment};

/// How a step test is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepConfig {
    /// By how much the output moves, up or down; not zero.
    pub step: I16F16,
    /// How long the plant is observed before.
    pub observe: Duration,
    /// How long it is driven with the step at most; four time constants or more.
    pub duration: Duration,
    /// The bounds.
    pub envelope: Envelope,
}

/// A step test that is fed once a tick.
///
/// ```
/// use coldcap_thermal::tune::step_test::{StepConfig, StepTest};
/// use coldcap_thermal::tune::{Directive, Envelope};
/// use coldcap_units::Duration;
/// use fixed::types::I16F16;
///
/// let config = StepConfig {
///     step: I16F16::lit("0.2"),
///     observe: Duration::from_secs(20),
///     duration: Duration::from_mins(5),
///     envelope: Envelope {
///         lowest: I16F16::lit("-8"),
///         highest: I16F16::lit("30"),
///         output_low: I16F16::ZERO,
///         output_high: I16F16::ONE,
///         longest: Duration::from_mins(6),
///         longest_gap: Duration::from_secs(3),
///     },
/// };
/// let tick = Duration::from_millis(100);
/// let mut test = StepTest::new(config, I16F16::lit("0.3"))?;
/// // 10 K warmer for the full output, with a time constant of 20 s and no delay.
/// let mut y = 3.0_f64;
/// while let Directive::Drive(output) = test.feed(Ok(I16F16::from_num(y)), tick) {
///     y += (10.0 * output.to_num::<f64>() - y) * (1.0 - (-0.1_f64 / 20.0).exp());
/// }
/// let model = test.propose()?.identified().model;
/// assert!((model.gain - 10.0).abs() < 0.1 && (model.time_constant_s - 20.0).abs() < 0.2);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct StepTest {
    config: StepConfig,
    experiment: Experiment,
    stepped_ms: Option<u32>,
}

/// Settled is a difference below one over this of the whole change.
const SETTLED_PART: u64 = 32;
/// The change stands out when it is above so many standard deviations of the noise,
const CHANGE_SIGMAS: u64 = 6;
/// and above so many steps of the measurement.
const CHANGE_BITS: u64 = 32;

impl StepTest {
    /// A test that returns to the output `previous`, which drives until now.
    ///
    /// # Errors
    /// [`ConfigError`] names the first field that is out of range.
    ///
    /// # Panics
    /// Never.
    pub fn new(config: StepConfig, previous: I16F16) -> Result<Self, ConfigError> {
        let envelope = &config.envelope;
        envelope.check()?;
        if config.step == I16F16::ZERO {
            return Err(ConfigError::Amplitude);
        }
        envelope.check_outputs([Some(previous), previous.checked_add(config.step)])?;
        let whole = config.observe.plus(config.duration);
        if config.observe.is_zero() || config.duration.is_zero() || whole > envelope.longest {
            return Err(ConfigError::Durations);
        }
        let experiment = Experiment::new(config.envelope, previous);
        Ok(Self { config, experiment, stepped_ms: None })
    }

    /// Takes the measurement of this tick, `dt` after the last one, and says what to drive with.
    ///
    /// An invalid measurement changes nothing but the time; too many of them in a row abort the test.
    /// After the end it says the same for ever.
    ///
    /// # Panics
    /// Never.
    pub fn feed(&mut self, measured: Result<I16F16, Fault>, dt: Duration) -> Directive {
        if let Some(seen) = self.experiment.tick(measured, dt) {
            self.act(seen.is_block_closed);
        }
        self.experiment.directive()
    }

    /// Gives the test up: the output from before returns.
    pub fn abort(&mut self) -> Directive {
        self.experiment.abort(AbortReason::Requested);
        self.experiment.directive()
    }

    fn act(&mut self, is_block_closed: bool) {
        let now_ms = self.experiment.now_ms();
        let Some(stepped_ms) = self.stepped_ms else {
            if self.experiment.has_observed(self.config.observe) {
                self.stepped_ms = Some(now_ms);
                self.experiment.drive(self.experiment.previous().saturating_add(self.config.step));
            }
            return;
        };
        let is_over = now_ms.saturating_sub(stepped_ms) >= self.config.duration.as_millis();
        if is_over || (is_block_closed && self.has_settled(stepped_ms) == Some(true)) {
            self.experiment.finish();
        }
    }

    fn has_settled(&self, stepped_ms: u32) -> Option<bool> {
        let now_ms = self.experiment.now_ms();
        let quarter_ms = now_ms.saturating_sub(stepped_ms) / 4;
        let blocks = self.experiment.blocks();
        let from_ms = now_ms.saturating_sub(quarter_ms);
        let before = blocks.mean(0, stepped_ms)?;
        let third = blocks.mean(from_ms.saturating_sub(quarter_ms), from_ms)?;
        let fourth = blocks.mean(from_ms, now_ms)?;
        let change = fourth.abs_diff(before);
        let sigma = u64::from(self.experiment.noise_bits()?.unsigned_abs());
        let stands_out = change > CHANGE_BITS.max(sigma.saturating_mul(CHANGE_SIGMAS));
        Some(stands_out && fourth.abs_diff(third).saturating_mul(SETTLED_PART) < change)
    }

    pub(super) const fn experiment(&self) -> &Experiment {
        &self.experiment
    }
}
