//! A random walk through everything that can be done with a controller, and what must hold after each
//! step of it.

use crate::number::Trial;
use crate::plant::Plant;
use crate::source::Source;
use coldcap_thermal::number::RANGE;
use coldcap_thermal::pid::{
    AntiWindup, Coefficients, Fallback, Flags, Input, Jitter, Limits, Mode, OnInvalid, Pid, Step,
    StoredCoefficients, StoredLimits, StoredPid, Tuning,
};
use coldcap_units::{Duration, Fault};
use core::fmt;

/// What must never be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Violation {
    /// A command outside its limits, or none that is a number.
    OutsideLimits,
    /// A command that moved faster than the slew limits allow.
    TooFast,
    /// A term, or their sum, that is no number.
    NotANumber,
    /// A step that names another command than the controller does.
    TwoCommands,
    /// A state that the controller itself would refuse to read back, or reads back as another one.
    State,
    /// Coefficients that were accepted and would be refused when they are read back.
    Coefficients,
    /// Limits that were accepted and would be refused when they are read back.
    Limits,
    /// A loop that does not settle although its inputs are sound again.
    Unsettled {
        /// How far it is away, in thousandths.
        error_milli: i32,
    },
}

/// What was done, and where it ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Steps of a controller.
    pub steps: u64,
    /// Changes of coefficients that were accepted.
    pub accepted: u64,
    /// Changes of coefficients that were refused.
    pub refused: u64,
    /// Steps without a valid sample, or with garbage for one.
    pub faulty: u64,
    /// Steps in which a limit held the command back.
    pub saturated: u64,
    /// How often the loop was watched settling.
    pub settled: u64,
}

impl Tally {
    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            steps: self.steps + other.steps,
            accepted: self.accepted + other.accepted,
            refused: self.refused + other.refused,
            faulty: self.faulty + other.faulty,
            saturated: self.saturated + other.saturated,
            settled: self.settled + other.settled,
        }
    }
}

/// A walk that came upon something that must never be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// What.
    pub violation: Violation,
    /// In which number type.
    pub number: &'static str,
    /// At which step.
    pub step: u64,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, step {}: {:?}", self.number, self.step, self.violation)
    }
}

impl core::error::Error for Found {}

/// Walks until `steps` steps are done or the source is over, and lets the loop settle at the end and
/// every 65 536 steps.
///
/// # Errors
/// The first thing [`Found`] that must never be.
pub fn walk<T: Trial>(source: &mut impl Source, steps: u64) -> Result<Tally, Found>
where
    Pid<T>: TryFrom<StoredPid<T>>,
{
    let mut walker = Walker::<T>::new();
    let result = walker.run(source, steps);
    let step = walker.tally.steps;
    result.map(|()| walker.tally).map_err(|violation| Found { violation, number: T::NAME, step })
}

/// How often, in operations, the configuration changes: one in this many.
const CHANGE: u32 = 24;
/// Steps from one watched settling to the next.
const SETTLE_EVERY: u64 = 65_536;
/// Steps that a loop has to settle: it is some 400 steps slow, and may come from 2²² units away.
const SETTLE_STEPS: u32 = 6_000;
/// Steps from one check that reads the state back to the next.
const READ_BACK_EVERY: u64 = 16;

struct Walker<T: Trial> {
    pid: Pid<T>,
    with: Coefficients<T>,
    limits: Limits<T>,
    /// The slew limits, which `Limits` keeps to itself.
    slew: Option<[T; 2]>,
    input: Input<T>,
    /// How large signals are now, as a power of two of 2⁻¹⁶.
    size: u32,
    tally: Tally,
}

impl<T: Trial> Walker<T> {
    fn new() -> Self {
        Self {
            pid: Pid::new(),
            with: sound_coefficients(),
            limits: Limits::UNIT,
            slew: None,
            input: Input::auto(T::ZERO, Ok(T::ZERO), T::ZERO, SOUND_PERIOD),
            size: 20,
            tally: Tally::default(),
        }
    }

    fn run(&mut self, source: &mut impl Source, steps: u64) -> Result<(), Violation> {
        while self.tally.steps < steps && !source.is_over() {
            if source.below(CHANGE) == 0 {
                self.change(source)?;
            }
            self.step(source)?;
            if self.tally.steps.is_multiple_of(SETTLE_EVERY) {
                self.settle()?;
            }
        }
        self.settle()
    }

    fn change(&mut self, source: &mut impl Source) -> Result<(), Violation> {
        match source.below(10) {
            0..=2 => self.change_coefficients(source),
            3 | 4 => self.change_limits(source),
            5 => {
                self.input.mode = mode(source, self.size);
                Ok(())
            }
            6 => {
                self.size = source.below(32);
                Ok(())
            }
            7 => {
                self.input.setpoint = signal(source, self.size);
                Ok(())
            }
            8 => {
                self.input.feed_forward = signal(source, self.size);
                Ok(())
            }
            _ => {
                self.input.mode = Mode::Auto;
                Ok(())
            }
        }
    }

    fn change_coefficients(&mut self, source: &mut impl Source) -> Result<(), Violation> {
        let period = Duration::from_millis(source.pick(&[0, 1, 10, 100, 500, 1_000, 60_000]));
        let Ok(with) = T::coefficients(&tuning(source), period) else {
            self.tally.refused += 1;
            return Ok(());
        };
        self.tally.accepted += 1;
        let jitter = match source.below(3) {
            0 => Jitter::Strict { tolerance: Duration::from_millis(source.below(100)) },
            _ => Jitter::Rescale { most: source.word() as u8 },
        };
        let kinds = [AntiWindup::BackCalculation, AntiWindup::Conditional, AntiWindup::Both];
        self.with = with.with_jitter(jitter).with_anti_windup(source.pick(&kinds));
        let again = Coefficients::try_from(StoredCoefficients::from(self.with));
        if again == Ok(self.with) { Ok(()) } else { Err(Violation::Coefficients) }
    }

    fn change_limits(&mut self, source: &mut impl Source) -> Result<(), Violation> {
        let (low, high) = (signal(source, self.size), signal(source, self.size));
        let Ok(mut limits) = T::limits(low, high) else { return Ok(()) };
        let [rise, fall, bleed] = [(); 3].map(|()| signal(source, source_size(self.size)));
        self.slew = None;
        if source.below(2) == 0
            && let Ok(slewed) = limits.with_slew(rise, fall)
        {
            (limits, self.slew) = (slewed, Some([rise, fall]));
        }
        let then = match source.below(2) {
            0 => Fallback::Safe,
            _ => Fallback::Bleed(bleed),
        };
        let hold = source.pick(&[0, 1, 10, u16::MAX]);
        limits = limits.with_safe(signal(source, self.size)).unwrap_or(limits);
        limits = limits.with_on_invalid(OnInvalid { hold, then }).unwrap_or(limits);
        self.limits = limits;
        let again = Limits::try_from(StoredLimits::from(limits));
        if again == Ok(limits) { Ok(()) } else { Err(Violation::Limits) }
    }

    fn step(&mut self, source: &mut impl Source) -> Result<(), Violation> {
        let mut input = self.input;
        input.measured = sample(source, self.size);
        input.achieved = match source.below(8) {
            0 => signal(source, self.size),
            1 => garbage(source),
            _ => self.pid.command(),
        };
        input.dt = match source.below(8) {
            0 => Duration::from_millis(source.word() >> source.below(32)),
            _ => self.with.period(),
        };
        if source.below(64) == 0 {
            input.setpoint = garbage(source);
        }
        if source.below(64) == 0 {
            input.feed_forward = garbage(source);
        }
        self.take(&input)
    }

    /// One step and all checks.
    fn take(&mut self, input: &Input<T>) -> Result<(), Violation> {
        let last = self.limits.limit(self.pid.command());
        let step = self.pid.step(&self.with, &self.limits, input);
        self.tally.steps += 1;
        self.tally.faulty += u64::from(step.fault.is_some());
        self.tally.saturated += u64::from(step.flags.is_saturated());
        let command = step.command;
        if !(command >= self.limits.low() && command <= self.limits.high()) {
            return Err(Violation::OutsideLimits);
        }
        if command != self.pid.command() {
            return Err(Violation::TwoCommands);
        }
        if self.slews(input, &step) && self.is_too_fast(last, command) {
            return Err(Violation::TooFast);
        }
        if !are_numbers(&step) {
            return Err(Violation::NotANumber);
        }
        if self.tally.steps.is_multiple_of(READ_BACK_EVERY) { self.read_back() } else { Ok(()) }
    }

    /// Whether the slew limits bind this step: safe, tracked and fallen-back outputs are taken at once.
    fn slews(&self, input: &Input<T>, step: &Step<T>) -> bool {
        match input.mode {
            Mode::Auto => !step.flags.has(Flags::FALLBACK),
            Mode::Manual(_) | Mode::Hold => true,
            Mode::Track(_) | Mode::Safe => false,
        }
    }

    fn is_too_fast(&self, last: T, command: T) -> bool {
        self.slew
            .is_some_and(|[rise, fall]| command > last.plus(rise) || command < last.minus(fall))
    }

    fn read_back(&self) -> Result<(), Violation> {
        match Pid::try_from(StoredPid::from(self.pid)) {
            Ok(again) if again == self.pid => Ok(()),
            _ => Err(Violation::State),
        }
    }

    /// From whatever the walk left behind, a sound loop settles.
    fn settle(&mut self) -> Result<(), Violation> {
        let kept = (self.with, self.limits, self.slew);
        (self.with, self.limits, self.slew) = (sound_coefficients(), Limits::UNIT, None);
        let mut plant = Plant::new();
        let setpoint = T::ONE.times(8);
        let mut measured = plant.step(T::ZERO);
        for _ in 0..SETTLE_STEPS {
            let command = self.pid.command();
            self.take(&Input::auto(setpoint, Ok(measured), command, SOUND_PERIOD))?;
            measured = plant.step(self.pid.command());
        }
        (self.with, self.limits, self.slew) = kept;
        self.tally.settled += 1;
        let error = measured.minus(setpoint).to_f64();
        if error.abs() <= SETTLED {
            return Ok(());
        }
        Err(Violation::Unsettled { error_milli: (error * 1_000.0) as i32 })
    }
}

/// How near is settled: the plant's own steps of 2⁻¹⁶ stop it some way from its aim.
const SETTLED: f64 = 0.02;
const SOUND_PERIOD: Duration = Duration::from_millis(1_000);

/// K = 0.03 and Ti = 80 s for a plant of gain 30, T = 64 s and some 14 s of lag, with derivative.
#[allow(clippy::expect_used, reason = "a fixed tuning within range")]
fn sound_coefficients<T: Trial>() -> Coefficients<T> {
    let tuning = Tuning::isa(0.03, 80.0, 4.0).weighted(0.6, 0.0);
    T::coefficients(&tuning, SOUND_PERIOD).expect("within range")
}

/// Rates are often much smaller than signals.
const fn source_size(size: u32) -> u32 {
    size.saturating_sub(4)
}

fn are_numbers<T: Trial>(step: &Step<T>) -> bool {
    let terms = [
        step.command,
        step.proportional(),
        step.integral(),
        step.derivative(),
        step.feed_forward(),
        step.requested(),
    ];
    terms.into_iter().all(|term| term.fault() != Some(Fault::NotFinite))
}

/// Mostly a signal of the size of the moment; now and then the edge of the range, or beyond it.
fn signal<T: Trial>(source: &mut impl Source, size: u32) -> T {
    match source.below(32) {
        0 => T::ONE.times(i32::from(RANGE)),
        1 => T::ONE.times(-i32::from(RANGE)),
        2 => T::ZERO,
        _ => T::of((source.word() as i32) >> (31 - size.min(31))),
    }
}

fn garbage<T: Trial>(source: &mut impl Source) -> T {
    source.pick(&T::GARBAGE)
}

fn sample<T: Trial>(source: &mut impl Source, size: u32) -> Result<T, Fault> {
    match source.below(16) {
        0 => Err(source.pick(&Fault::ALL)),
        1 => Ok(garbage(source)),
        _ => Ok(signal(source, size)),
    }
}

fn mode<T: Trial>(source: &mut impl Source, size: u32) -> Mode<T> {
    let output = if source.below(4) == 0 { garbage(source) } else { signal(source, size) };
    source.pick(&[Mode::Auto, Mode::Manual(output), Mode::Hold, Mode::Track(output), Mode::Safe])
}

/// Any figures at all, most of them allowed.
fn tuning(source: &mut impl Source) -> Tuning {
    let gain = figure(source, -12, 8);
    let tuning = Tuning {
        gain,
        integral_time_s: figure(source, -8, 24),
        derivative_time_s: figure(source, -10, 12),
        filter_time_s: figure(source, -10, 12),
        tracking_time_s: figure(source, -10, 16),
        b: weight(source),
        c: weight(source),
        ..Tuning::isa(1.0, 1.0, 0.0)
    };
    let tuning = match source.below(4) {
        0 => Tuning { derivative_time_s: 0.0, filter_time_s: 0.0, ..tuning },
        1 => tuning.filtered(tuning.derivative_time_s / 8.0),
        2 => Tuning { integral_time_s: f64::INFINITY, ..tuning },
        _ => tuning,
    };
    if source.below(2) == 0 { tuning.reverse() } else { tuning }
}

/// A figure between two powers of two, on a scale of powers, or one that nobody should ask for.
fn figure(source: &mut impl Source, low: i32, high: i32) -> f64 {
    let nonsense =
        [f64::NAN, f64::INFINITY, -1.0, 0.0, 128.0, 127.999_999_999, f64::MIN_POSITIVE, 1e300];
    if source.below(24) == 0 {
        return source.pick(&nonsense);
    }
    let power = low + source.below((high - low) as u32) as i32;
    let size = f64::from_bits(((1_023 + power) as u64) << 52);
    size * (1.0 + f64::from(source.word()) / 4_294_967_296.0)
}

fn weight(source: &mut impl Source) -> f64 {
    match source.below(16) {
        0 => f64::NAN,
        1 => 1.5,
        2 | 3 => 0.0,
        4..=7 => 1.0,
        _ => f64::from(source.word()) / 4_294_967_295.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Bytes, Congruential};
    use fixed::types::{I16F16, I32F32};

    fn passes<T: Trial>(seed: u64) {
        let tally = walk::<T>(&mut Congruential::new(seed), 300_000).unwrap();
        assert!(tally.accepted > 100 && tally.refused > 100 && tally.settled > 3, "{tally:?}");
        assert!(tally.faulty > 10_000 && tally.saturated > 10_000, "{tally:?}");
    }

    #[test]
    fn nothing_is_found_in_i16f16() {
        passes::<I16F16>(1);
    }

    #[test]
    fn nothing_is_found_in_i32f32() {
        passes::<I32F32>(2);
    }

    #[test]
    fn nothing_is_found_in_f32() {
        passes::<f32>(3);
    }

    #[test]
    fn nothing_is_found_in_f64() {
        passes::<f64>(4);
    }

    #[test]
    fn a_walk_ends_with_its_bytes() {
        let bytes: [u8; 1_000] = core::array::from_fn(|index| (index * 151 % 256) as u8);
        let tally = walk::<I16F16>(&mut Bytes(&bytes), u64::MAX).unwrap();
        assert!(tally.steps > u64::from(SETTLE_STEPS) && tally.settled == 1);
    }
}
