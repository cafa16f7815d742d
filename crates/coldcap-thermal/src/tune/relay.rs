//! A relay test: the plant is made to swing within bounds, and the swing tells what it is.
//!
//! # Course
//! 1. *Observe.* The output from before stays. The noise σ is measured; the hysteresis becomes the
//!    larger of the configured one and 3.5 σ.
//! 2. *Swing.* The output is `bias + above` while the plant should rise (by [`Action`]) and
//!    `bias − below` while it should fall, and turns round when the measurement is a hysteresis beyond
//!    the level. The two amplitudes should differ.
//! 3. *Shift.* After half of the cycles the level moves: by three hystereses, but at least a quarter and
//!    at most three quarters of the swing seen so far, to the side that has the larger drive left. Where
//!    that would leave the bounds it moves to the other side, or not at all. If the new level is not
//!    reached in four of the longest half-cycles, the first one is taken again.
//! 4. *Done.* After the last cycle the output from before returns. So it does on any abort.
//!
//! # Why the level moves
//! With half-cycles of equal level a relay only sees the plant near one point. A plant with T ≫ L is
//! then an integrator: `∫y/∫u` over whole cycles is K only if the load is known, because a load that
//! the bias does not meet shifts the mean of u for no change of the mean of y. With two levels the load
//! cancels: K is the difference of the means of y over the difference of the means of u. The solve in
//! [`tune`](crate::tune) uses all of that at once, with offset, gain, T and L unknown and the switching
//! times known. The ratio of switching times that K. J. Åström, T. H. Lee and others solve for,
//! `t_on = T·ln((h/K − d₋ + E·(d₊ + d₋))/(d₊ − h/K))` with `E = e^(L/T)` and a load of zero, is one
//! consequence of the same response, and is checked against it in the tests.
//!
//! Standard error of K for T/L = 50, no load, and noise of 1 % of `K·(above + below)/2`: 34 % with one
//! level, 2 to 3 % with two.
//!
//! A plant with more than one lag gets the model that acts like it near the ultimate frequency. Its gain
//! at rest may then be far off (27 % for lags of 60 s and 10 s with 5 s of delay), and the confidence
//! falls (to 0.6 there). Where the gain at rest matters, a [step test](super::step_test) is better.

use coldcap_units::{Duration, Fault};
use fixed::types::I16F16;

use super::experiment::{AbortReason, ConfigError, Directive, Envelope, Experiment};
use crate::pid::Action;

/// How a relay test is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelayConfig {
    /// Whether more output lowers the measurement (direct: cooling) or raises it (reverse: heating).
    pub action: Action,
    /// The measurement around which the plant swings first.
    pub level: I16F16,
    /// The output between the two that are used; best what holds the level.
    pub bias: I16F16,
    /// How far above the bias the higher output is; above zero.
    pub above: I16F16,
    /// How far below the bias the lower output is; above zero, and best not equal to `above`.
    pub below: I16F16,
    /// Least distance from the level at which the output turns round; not negative.
    pub hysteresis: I16F16,
    /// How long the plant is observed before; at least a delay, for a good result.
    pub observe: Duration,
    /// Cycles, 4 to 8.
    pub cycles: u8,
    /// The bounds.
    pub envelope: Envelope,
}

/// A relay test that is fed once a tick.
///
/// ```
/// use coldcap_thermal::pid::Action;
/// use coldcap_thermal::tune::relay::{RelayConfig, RelayTest};
/// use coldcap_thermal::tune::{Directive, Envelope};
/// use coldcap_units::Duration;
/// use fixed::types::I16F16;
///
/// let config = RelayConfig {
///     action: Action::Direct,
///     level: I16F16::lit("-4"),
///     bias: I16F16::lit("0.5"),
///     above: I16F16::lit("0.3"),
///     below: I16F16::lit("0.2"),
///     hysteresis: I16F16::lit("0.05"),
///     observe: Duration::from_secs(20),
///     cycles: 6,
///     envelope: Envelope {
///         lowest: I16F16::lit("-8"),
///         highest: I16F16::lit("2"),
///         output_low: I16F16::ZERO,
///         output_high: I16F16::ONE,
///         longest: Duration::from_mins(30),
///         longest_gap: Duration::from_secs(3),
///     },
/// };
/// let tick = Duration::from_millis(100);
/// let mut test = RelayTest::new(config, I16F16::lit("0.45"))?;
/// // A plant with a delay of 2 s and a time constant of 20 s: 10 K colder for the full output.
/// let mut y = -4.5_f64;
/// let mut past = [0.45_f64; 20];
/// loop {
///     match test.feed(Ok(I16F16::from_num(y)), tick) {
///         Directive::Drive(output) => {
///             y += (-10.0 * past[19] - y) * (1.0 - (-0.1_f64 / 20.0).exp());
///             past.rotate_right(1);
///             past[0] = output.to_num();
///         }
///         Directive::Done { output } => break assert_eq!(output, I16F16::lit("0.45")),
///         Directive::Aborted { why, .. } => panic!("{why}"),
///     }
/// }
/// let proposal = test.propose()?;
/// let model = proposal.identified().model;
/// assert!((model.gain / -10.0 - 1.0).abs() < 0.02, "{model:?}");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct RelayTest {
    config: RelayConfig,
    experiment: Experiment,
    swing: Option<Swing>,
}

/// The shift of the level in hystereses.
const SHIFT_HYSTERESES: i64 = 3;
/// A new level that is not reached in so many half-cycles is given up.
const PATIENCE: u32 = 4;
/// The hysteresis in halves of the noise's standard deviation.
const HYSTERESIS_HALF_SIGMAS: i64 = 7;

impl RelayTest {
    /// A test that returns to the output `previous`, which drives until now.
    ///
    /// # Errors
    /// [`ConfigError`] names the first field that is out of range.
    ///
    /// # Panics
    /// Never.
    pub fn new(config: RelayConfig, previous: I16F16) -> Result<Self, ConfigError> {
        check(&config)?;
        Ok(Self { config, experiment: Experiment::new(config.envelope, previous), swing: None })
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
            self.act(distance(&self.config, seen.value));
        }
        self.experiment.directive()
    }

    /// Gives the test up: the output from before returns.
    pub fn abort(&mut self) -> Directive {
        self.experiment.abort(AbortReason::Requested);
        self.experiment.directive()
    }

    fn act(&mut self, z: i64) {
        let Some(swing) = &mut self.swing else {
            if self.experiment.has_observed(self.config.observe) {
                self.begin(z);
            }
            return;
        };
        let now_ms = self.experiment.now_ms();
        if !swing.turns(z, now_ms) {
            return;
        }
        let half_cycles = u16::from(self.config.cycles).saturating_mul(2);
        if swing.turns > half_cycles {
            return self.experiment.finish();
        }
        // After half of the cycles, and the first turn.
        if swing.turns > half_cycles / 2 && !swing.is_shifted {
            swing.shift(&self.config);
        }
        let is_on = swing.is_on;
        self.experiment.drive(output(&self.config, is_on));
    }

    fn begin(&mut self, z: i64) {
        let sigma = i64::from(self.experiment.noise_bits().unwrap_or(0));
        let least = sigma.saturating_mul(HYSTERESIS_HALF_SIGMAS) / 2;
        let hysteresis = least.max(i64::from(self.config.hysteresis.to_bits()));
        if !fits(&self.config, 0, hysteresis.saturating_mul(2)) {
            return self.experiment.abort(AbortReason::TooNoisy);
        }
        let swing = Swing::new(hysteresis, z, self.experiment.now_ms());
        self.experiment.drive(output(&self.config, swing.is_on));
        self.swing = Some(swing);
    }

    pub(super) const fn experiment(&self) -> &Experiment {
        &self.experiment
    }

    pub(super) const fn config(&self) -> &RelayConfig {
        &self.config
    }

    pub(super) const fn swing(&self) -> Option<&Swing> {
        self.swing.as_ref()
    }
}

fn check(config: &RelayConfig) -> Result<(), ConfigError> {
    let envelope = &config.envelope;
    envelope.check()?;
    if config.above <= I16F16::ZERO || config.below <= I16F16::ZERO {
        return Err(ConfigError::Amplitude);
    }
    let highest = config.bias.checked_add(config.above);
    envelope.check_outputs([highest, config.bias.checked_sub(config.below)])?;
    if config.hysteresis < I16F16::ZERO {
        return Err(ConfigError::Hysteresis);
    }
    if !fits(config, 0, i64::from(config.hysteresis.to_bits())) {
        return Err(ConfigError::Level);
    }
    if !(4..=8).contains(&config.cycles) {
        return Err(ConfigError::Cycles);
    }
    if config.observe.is_zero() || config.observe >= envelope.longest {
        return Err(ConfigError::Durations);
    }
    Ok(())
}

/// From the level to the measurement, in bits, turned so that it rises while the relay is on.
fn distance(config: &RelayConfig, value: I16F16) -> i64 {
    let above = i64::from(value.to_bits()).saturating_sub(i64::from(config.level.to_bits()));
    match config.action {
        Action::Reverse => above,
        Action::Direct => above.saturating_neg(),
    }
}

/// On is the output that makes the distance rise: the higher one, whatever the action.
fn output(config: &RelayConfig, is_on: bool) -> I16F16 {
    if is_on {
        config.bias.saturating_add(config.above)
    } else {
        config.bias.saturating_sub(config.below)
    }
}

/// Whether `centre ± reach`, as distances, lies within the bounds of the measurement.
fn fits(config: &RelayConfig, centre: i64, reach: i64) -> bool {
    let [one, other] = [config.envelope.lowest, config.envelope.highest]
        .map(|bound| distance(config, bound).saturating_sub(centre));
    one.min(other) <= reach.saturating_neg() && reach <= one.max(other)
}

/// The state of the relay. Distances are in bits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Swing {
    pub(super) hysteresis: i64,
    /// Distance of the level of now from the first one.
    level: i64,
    is_on: bool,
    pub(super) turns: u16,
    is_shifted: bool,
    turned_ms: u32,
    /// The furthest since the last turn, on the side from which it comes back.
    extreme: i64,
    highs: Peaks,
    lows: Peaks,
}

/// Peaks of one side and how long the way from there to the next turn took.
#[derive(Clone, Copy, Debug, Default)]
struct Peaks {
    sum: i64,
    count: i64,
    last: i64,
    half_cycle_ms: u32,
}

impl Peaks {
    fn add(&mut self, peak: i64, half_cycle_ms: u32) {
        self.sum = self.sum.saturating_add(peak);
        self.count = self.count.saturating_add(1);
        self.last = peak;
        self.half_cycle_ms = half_cycle_ms;
    }

    fn mean(&self) -> Option<i64> {
        self.sum.checked_div(self.count)
    }
}

impl Swing {
    fn new(hysteresis: i64, z: i64, now_ms: u32) -> Self {
        Self {
            hysteresis,
            level: 0,
            is_on: z < 0,
            turns: 0,
            is_shifted: false,
            turned_ms: now_ms,
            extreme: z,
            highs: Peaks::default(),
            lows: Peaks::default(),
        }
    }

    /// Follows the measurement; whether the relay turns round now.
    fn turns(&mut self, z: i64, now_ms: u32) -> bool {
        self.extreme = if self.is_on { self.extreme.min(z) } else { self.extreme.max(z) };
        let longest_ms = self.highs.half_cycle_ms.max(self.lows.half_cycle_ms);
        if self.is_shifted && self.since_turn(now_ms) > longest_ms.saturating_mul(PATIENCE) {
            self.level = 0;
        }
        let beyond = z.saturating_sub(self.level);
        let is_turn = if self.is_on {
            beyond > self.hysteresis
        } else {
            beyond < self.hysteresis.saturating_neg()
        };
        if is_turn {
            self.turn(z, now_ms);
        }
        is_turn
    }

    const fn since_turn(&self, now_ms: u32) -> u32 {
        now_ms.saturating_sub(self.turned_ms)
    }

    fn turn(&mut self, z: i64, now_ms: u32) {
        let half_cycle_ms = self.since_turn(now_ms);
        // The way to the first turn began somewhere else than at a peak.
        if self.turns > 0 && !self.is_shifted {
            let peaks = if self.is_on { &mut self.lows } else { &mut self.highs };
            peaks.add(self.extreme, half_cycle_ms);
        }
        self.is_on = !self.is_on;
        self.turns = self.turns.saturating_add(1);
        self.turned_ms = now_ms;
        self.extreme = z;
    }

    /// Moves the level, if the relay has just turned to the side on which the new level lies.
    fn shift(&mut self, config: &RelayConfig) {
        let swing = self.highs.last.saturating_sub(self.lows.last);
        let quarter = swing / 4;
        let largest = swing.saturating_sub(quarter);
        let size = self.hysteresis.saturating_mul(SHIFT_HYSTERESES).max(quarter).min(largest);
        // A relay that is on for most of the time has more drive left on the way down.
        let down = self.lows.half_cycle_ms > self.highs.half_cycle_ms;
        let wanted = if down { size.saturating_neg() } else { size };
        let allowed =
            [wanted, wanted.saturating_neg()].into_iter().find(|shift| fits(config, *shift, swing));
        let Some(shift) = allowed else {
            self.is_shifted = true;
            return;
        };
        if self.is_on == (shift > 0) {
            self.level = shift;
            self.is_shifted = true;
        }
    }

    /// Half of the mean swing at the first level, in bits.
    pub(super) fn amplitude(&self) -> Option<i64> {
        Some(self.highs.mean()?.saturating_sub(self.lows.mean()?) / 2)
    }
}
