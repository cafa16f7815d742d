//! Outputs that are driven by a [`Duty`]: PWM, on/off, time-proportioned, and a valve by servo pulses.
//!
//! Each of them is [`Actuate`]: it takes a duty at an instant, and it can be switched off at any time. All of them keep
//! the same rules:
//!
//! - The constructor switches off. Where that failed nothing is told yet; [`PowerStage::new`](crate::PowerStage::new)
//!   switches off once more and holds what fails.
//! - [`Duty::OFF`] is off in that very call, whatever minimum on time there is.
//! - A write that fails is followed by switching off at once; [`WriteError`] says whether that succeeded.
//! - Dropping switches off. Whoever wants a pin back lends it: every type here takes `&mut pin` as well as `pin`.
//! - Each call writes once, and once more where the first write failed. No loop.
//!
//! Channels of one timer often differ in type. `&mut dyn Actuate` is [`Actuate`], so that a machine's two channels can
//! still stand in one array.

use crate::level;
use crate::write::{WriteError, or_off};
use coldcap_thermal::output::{Quantiser, TimeProportion, TimeProportionConfig};
use coldcap_units::{Duration, Duty, Instant};
use core::num::NonZeroU16;
use embedded_hal::digital::{OutputPin, PinState};
use embedded_hal::pwm::SetDutyCycle;
use fixed::types::I16F16;

/// An output that is driven by a duty, and can always be told to be off.
///
/// # For implementers
/// An implementation of its own (a motor driver on a bus, say) keeps the rules of the [module](self): off at
/// [`Duty::OFF`], off after any failure, off when dropped.
pub trait Actuate {
    /// Drives `duty` from `now` on. `now` must not go back; where it does, no time has passed.
    ///
    /// # Errors
    /// [`WriteError`], which says whether it is off now.
    fn drive(&mut self, now: Instant, duty: Duty) -> Result<(), WriteError>;

    /// Switches off.
    ///
    /// # Errors
    /// [`WriteError::NotOff`], always: it may still be driven.
    fn off(&mut self) -> Result<(), WriteError>;
}

impl<T: Actuate + ?Sized> Actuate for &mut T {
    fn drive(&mut self, now: Instant, duty: Duty) -> Result<(), WriteError> {
        T::drive(self, now, duty)
    }

    fn off(&mut self) -> Result<(), WriteError> {
        T::off(self)
    }
}

/// One, in the 2⁻¹⁶ of a command.
const WHOLE: i32 = 1 << 16;

/// A duty as a fraction: full is exactly one.
fn fraction(duty: Duty) -> I16F16 {
    let bits = i32::from(duty.0);
    // 65535 steps onto 65536: the upper half moves up by one, so that both ends are met.
    I16F16::from_bits(bits.saturating_add(bits >> 15))
}

/// A fraction as a duty: one is full.
fn duty(fraction: I16F16) -> Duty {
    let bits = fraction.to_bits().clamp(0, WHOLE);
    let bits = bits.saturating_sub(i32::from(bits >= WHOLE / 2));
    Duty(u16::try_from(bits).unwrap_or(u16::MAX))
}

/// The share of `whole`, rounded down: never more than was asked for.
const fn share(duty: Duty, whole: u16) -> u16 {
    ((duty.0 as u32).saturating_mul(whole as u32) / 65_535) as u16
}

/// An actuator behind a PWM channel: a pump's or a chiller's motor driver, a proportional valve with a spring.
///
/// The duty is rounded down to the channel's steps, so that never more is driven than was asked for, and a duty below
/// one step is off. Full is full. The board has set the frequency.
///
/// ```
/// use coldcap_hal::{Actuate, PwmDrive};
/// use coldcap_units::{Duty, Instant};
/// use embedded_hal::digital::PinState;
/// use embedded_hal_mock::eh1::pwm::{Mock, Transaction};
///
/// let mut channel = Mock::new(&[
///     Transaction::set_duty_cycle(0), // by the constructor
///     Transaction::max_duty_cycle(1_000),
///     Transaction::set_duty_cycle(250),
///     Transaction::set_duty_cycle(0), // as it is dropped
/// ]);
/// let mut pump = PwmDrive::new(channel.clone(), PinState::High);
/// pump.drive(Instant::from_millis(100), Duty::from_permille(250))?;
/// drop(pump);
/// channel.done();
/// # Ok::<(), coldcap_hal::WriteError>(())
/// ```
#[derive(Debug)]
pub struct PwmDrive<P: SetDutyCycle> {
    pwm: P,
    drives: PinState,
    quantiser: Option<Quantiser>,
}

impl<P: SetDutyCycle> PwmDrive<P> {
    /// The actuator behind `pwm`, switched off. `drives` is the level of the pin that drives it: with
    /// [`PinState::Low`], an inverting stage, off is the whole period high.
    ///
    /// # Panics
    /// Never.
    pub fn new(pwm: P, drives: PinState) -> Self {
        Self { pwm, drives, quantiser: None }.switched_off()
    }

    /// The same for a channel with so few steps that a loop would hunt between two of them: the error of rounding is
    /// carried over to the next tick ([`Quantiser`]), so that the mean is what was asked for. A single tick
    /// may be driven by less than one step more than that; off stays off.
    ///
    /// # Panics
    /// Never.
    pub fn dithered(pwm: P, drives: PinState) -> Self {
        let quantiser = NonZeroU16::new(pwm.max_duty_cycle()).map(Quantiser::new);
        Self { pwm, drives, quantiser }.switched_off()
    }

    fn switched_off(mut self) -> Self {
        // What fails here fails again when the stage is put together, and is told there.
        let _ = self.off();
        self
    }

    fn write(&mut self, duty: Duty) -> Result<(), WriteError> {
        let whole = self.pwm.max_duty_cycle();
        let steps = match &mut self.quantiser {
            Some(quantiser) => quantiser.step(fraction(duty)).min(whole),
            None => share(duty, whole),
        };
        let steps = if self.drives == PinState::High { steps } else { whole.saturating_sub(steps) };
        self.pwm.set_duty_cycle(steps).map_err(|_| WriteError::NotOff)
    }
}

impl<P: SetDutyCycle> Actuate for PwmDrive<P> {
    fn drive(&mut self, _now: Instant, duty: Duty) -> Result<(), WriteError> {
        if duty.is_off() {
            return self.off();
        }
        or_off(self.write(duty), || self.off())
    }

    fn off(&mut self) -> Result<(), WriteError> {
        if let Some(quantiser) = &mut self.quantiser {
            quantiser.step(I16F16::ZERO);
        }
        let off = match self.drives {
            PinState::High => self.pwm.set_duty_cycle_fully_off(),
            PinState::Low => self.pwm.set_duty_cycle_fully_on(),
        };
        off.map_err(|_| WriteError::NotOff)
    }
}

impl<P: SetDutyCycle> Drop for PwmDrive<P> {
    fn drop(&mut self) {
        let _ = self.off();
    }
}

/// An actuator that is on or off: a relay, a contactor, a motor behind a switch.
///
/// It is on where the duty is `from` or more. What is on draws all that it can, so with `from` at [`Duty::FULL`] it never
/// draws more than was asked for; a smaller duty, to which the mains may have cut the chiller down, leaves it off.
/// Where such a duty should be served by switching, take [`ProportionedSwitch`].
///
/// ```
/// use coldcap_hal::{Actuate, SwitchDrive};
/// use coldcap_units::{Duty, Instant};
/// use embedded_hal::digital::PinState;
/// use embedded_hal_mock::eh1::digital::{Mock, State, Transaction};
///
/// let mut pin = Mock::new(&[
///     Transaction::set(State::Low),
///     Transaction::set(State::High),
///     Transaction::set(State::Low),
///     Transaction::set(State::Low),
/// ]);
/// let mut pump = SwitchDrive::new(pin.clone(), PinState::High, Duty::FULL);
/// let now = Instant::from_millis(100);
/// pump.drive(now, Duty::FULL)?;
/// pump.drive(now, Duty::from_permille(999))?;
/// drop(pump);
/// pin.done();
/// # Ok::<(), coldcap_hal::WriteError>(())
/// ```
#[derive(Debug)]
pub struct SwitchDrive<P: OutputPin> {
    pin: P,
    drives: PinState,
    from: Duty,
}

impl<P: OutputPin> SwitchDrive<P> {
    /// The actuator behind `pin`, switched off. `drives` is the level at which it is on. [`Duty::OFF`] is off whatever
    /// `from` says.
    ///
    /// # Panics
    /// Never.
    pub fn new(pin: P, drives: PinState, from: Duty) -> Self {
        let mut it = Self { pin, drives, from };
        // What fails here fails again when the stage is put together, and is told there.
        let _ = it.off();
        it
    }
}

impl<P: OutputPin> Actuate for SwitchDrive<P> {
    fn drive(&mut self, _now: Instant, duty: Duty) -> Result<(), WriteError> {
        if duty.is_off() || duty < self.from {
            return self.off();
        }
        or_off(level::set(&mut self.pin, self.drives, true), || self.off())
    }

    fn off(&mut self) -> Result<(), WriteError> {
        level::set(&mut self.pin, self.drives, false)
    }
}

impl<P: OutputPin> Drop for SwitchDrive<P> {
    fn drop(&mut self) {
        let _ = self.off();
    }
}

/// An actuator that is on or off and must not be switched often: a compressor, with minimum times and a start delay.
///
/// [`TimeProportion`] decides. A full duty is on for as long as it is asked for, a part of it is served by switching, and
/// both wait for the minimum off time and for the start delay of power-up. **Off is off at once**: what the core or the
/// guard takes away does not wait for the minimum on time. Nor is what fails to be written counted as on.
///
/// ```
/// use coldcap_hal::{Actuate, ProportionedSwitch};
/// use coldcap_thermal::output::{TimeProportionConfig, Timing};
/// use coldcap_units::{Duration, Duty, Instant};
/// use embedded_hal::digital::PinState;
/// use embedded_hal_mock::eh1::digital::{Mock, State, Transaction};
///
/// let config = TimeProportionConfig::new(Timing {
///     window: Duration::from_mins(10),
///     minimum_on: Duration::from_mins(1),
///     minimum_off: Duration::from_mins(3),
///     start_delay: Duration::from_mins(3),
///     longest_cycle: Duration::from_mins(60),
/// })?;
/// let mut pin = Mock::new(&[
///     Transaction::set(State::Low),
///     Transaction::set(State::Low), // it may have run just before power-up
///     Transaction::set(State::High),
///     Transaction::set(State::Low), // at once, not after a minute
///     Transaction::set(State::Low),
/// ]);
/// let mut chiller = ProportionedSwitch::new(pin.clone(), PinState::High, config);
/// let at = |seconds| Instant::ZERO.plus(Duration::from_secs(seconds));
/// chiller.drive(at(1), Duty::FULL)?;
/// chiller.drive(at(181), Duty::FULL)?;
/// chiller.drive(at(182), Duty::OFF)?;
/// drop(chiller);
/// pin.done();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ProportionedSwitch<P: OutputPin> {
    pin: P,
    drives: PinState,
    config: TimeProportionConfig,
    law: TimeProportion,
    /// When the law was last told the time; `None` where that was not since it was switched off without one.
    last: Option<Instant>,
    achieved: Duty,
}

impl<P: OutputPin> ProportionedSwitch<P> {
    /// The actuator behind `pin`, switched off. `drives` is the level at which it is on. The start delay begins with the
    /// first call of [`Actuate::drive`].
    ///
    /// # Panics
    /// Never.
    pub fn new(pin: P, drives: PinState, config: TimeProportionConfig) -> Self {
        let (law, achieved) = (TimeProportion::new(), Duty::OFF);
        let mut it = Self { pin, drives, config, law, last: None, achieved };
        // What fails here fails again when the stage is put together, and is told there.
        let _ = level::set(&mut it.pin, drives, false);
        it
    }

    /// The duty that the last command comes to in the mean: what a controller may count as achieved. No read-back: it
    /// says what was written, not what the compressor does.
    #[must_use]
    pub const fn achieved(&self) -> Duty {
        self.achieved
    }

    /// Whether it is switched on.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.law.is_on()
    }

    fn passed(&mut self, now: Instant) -> Duration {
        let passed = self.last.map_or(Duration::ZERO, |last| now.since(last));
        self.last = Some(self.last.map_or(now, |last| last.max(now)));
        passed
    }

    fn taken_away(&mut self, dt: Duration) {
        self.law.off_now(&self.config, dt);
        self.achieved = Duty::OFF;
    }
}

impl<P: OutputPin> Actuate for ProportionedSwitch<P> {
    fn drive(&mut self, now: Instant, asked: Duty) -> Result<(), WriteError> {
        let dt = self.passed(now);
        if asked.is_off() {
            self.taken_away(dt);
            return level::set(&mut self.pin, self.drives, false);
        }
        let switch = self.law.step(&self.config, fraction(asked), dt);
        self.achieved = duty(switch.achieved);
        or_off(level::set(&mut self.pin, self.drives, switch.on), || self.off())
    }

    fn off(&mut self) -> Result<(), WriteError> {
        self.taken_away(Duration::ZERO);
        // Nobody said when: the minimum off time counts from the next call on, which is later.
        self.last = None;
        level::set(&mut self.pin, self.drives, false)
    }
}

impl<P: OutputPin> Drop for ProportionedSwitch<P> {
    fn drop(&mut self) {
        let _ = level::set(&mut self.pin, self.drives, false);
    }
}

/// The pulses by which a servo is told its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ServoPulses {
    period_us: u32,
    rest_us: u32,
    open_us: u32,
}

/// Why [`ServoPulses`] are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServoError {
    /// A pulse is zero: a servo without a pulse stays where it is.
    NoPulse,
    /// A pulse is as long as the period, or longer.
    PeriodTooShort,
    /// Both pulses are the same.
    NoTravel,
}

impl core::fmt::Display for ServoError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::NoPulse => "a servo pulse must not be zero",
            Self::PeriodTooShort => "a servo pulse must be shorter than its period",
            Self::NoTravel => "the pulses of both ends must differ",
        })
    }
}

impl core::error::Error for ServoError {}

impl ServoPulses {
    /// Pulses of this length, once in every period: `rest_us` where everything recirculates, `open_us` where everything
    /// comes from the tank. Either may be the longer one.
    ///
    /// # Units
    /// Microseconds.
    ///
    /// # Errors
    /// [`ServoError`] says which figure does not fit.
    ///
    /// # Panics
    /// Never.
    ///
    /// ```
    /// use coldcap_hal::{ServoError, ServoPulses};
    /// assert!(ServoPulses::new(20_000, 1_000, 2_000).is_ok());
    /// assert_eq!(ServoPulses::new(2_000, 1_000, 2_000), Err(ServoError::PeriodTooShort));
    /// ```
    pub const fn new(period_us: u32, rest_us: u32, open_us: u32) -> Result<Self, ServoError> {
        if rest_us == 0 || open_us == 0 {
            Err(ServoError::NoPulse)
        } else if rest_us >= period_us || open_us >= period_us {
            Err(ServoError::PeriodTooShort)
        } else if rest_us == open_us {
            Err(ServoError::NoTravel)
        } else {
            Ok(Self { period_us, rest_us, open_us })
        }
    }

    /// The steps of a pulse of a channel with `whole` steps a period, rounded to nearest.
    fn steps(self, pulse_us: u32, whole: u16) -> u16 {
        let exact = u64::from(pulse_us).saturating_mul(whole.into());
        let exact = exact.saturating_add(u64::from(self.period_us / 2));
        let steps = exact.checked_div(self.period_us.into()).unwrap_or(0);
        u16::try_from(steps).unwrap_or(whole).min(whole)
    }

    /// The steps of a position, rounded toward rest: never more open than was asked for.
    fn position(self, duty: Duty, whole: u16) -> u16 {
        let (rest, open) = (self.steps(self.rest_us, whole), self.steps(self.open_us, whole));
        let travel = share(duty, rest.abs_diff(open));
        if open > rest { rest.saturating_add(travel) } else { rest.saturating_sub(travel) }
    }
}

/// A mixing valve that is moved by a servo: off is the pulse of its rest, at which everything recirculates.
///
/// **Off is a position here, and no loss of power.** A servo that gets no pulse, or no power, stays where it is. The
/// reference machine takes for granted that its valve closes by a spring when the power is cut (`SAFETY.md`); a valve
/// that does not is the integrator's to make safe.
///
/// ```
/// use coldcap_hal::{Actuate, ServoPulses, ServoValve};
/// use coldcap_units::{Duty, Instant};
/// use embedded_hal_mock::eh1::pwm::{Mock, Transaction};
///
/// let whole = Transaction::max_duty_cycle(20_000);
/// let mut channel = Mock::new(&[
///     whole.clone(),
///     Transaction::set_duty_cycle(1_000), // at rest
///     whole.clone(),
///     Transaction::set_duty_cycle(1_500),
///     whole,
///     Transaction::set_duty_cycle(1_000), // at rest again
/// ]);
/// let pulses = ServoPulses::new(20_000, 1_000, 2_000)?;
/// let mut valve = ServoValve::new(channel.clone(), pulses);
/// valve.drive(Instant::from_millis(100), Duty::from_permille(500))?;
/// drop(valve);
/// channel.done();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ServoValve<P: SetDutyCycle> {
    pwm: P,
    pulses: ServoPulses,
}

impl<P: SetDutyCycle> ServoValve<P> {
    /// The valve behind `pwm`, told to go to its rest. The board has set the channel's period to that of `pulses`.
    ///
    /// # Panics
    /// Never.
    pub fn new(pwm: P, pulses: ServoPulses) -> Self {
        let mut it = Self { pwm, pulses };
        // What fails here fails again when the stage is put together, and is told there.
        let _ = it.off();
        it
    }

    fn write(&mut self, duty: Duty) -> Result<(), WriteError> {
        let steps = self.pulses.position(duty, self.pwm.max_duty_cycle());
        self.pwm.set_duty_cycle(steps).map_err(|_| WriteError::NotOff)
    }
}

impl<P: SetDutyCycle> Actuate for ServoValve<P> {
    fn drive(&mut self, _now: Instant, duty: Duty) -> Result<(), WriteError> {
        if duty.is_off() {
            return self.off();
        }
        or_off(self.write(duty), || self.off())
    }

    fn off(&mut self) -> Result<(), WriteError> {
        self.write(Duty::OFF)
    }
}

impl<P: SetDutyCycle> Drop for ServoValve<P> {
    fn drop(&mut self) {
        let _ = self.off();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duty_and_its_fraction_are_the_same() {
        for code in 0..=u16::MAX {
            assert_eq!(duty(fraction(Duty(code))), Duty(code));
        }
        assert_eq!(fraction(Duty::FULL), I16F16::ONE);
        assert_eq!(fraction(Duty(1)), I16F16::from_bits(1));
        assert_eq!((duty(I16F16::MAX), duty(I16F16::MIN)), (Duty::FULL, Duty::OFF));
    }

    #[test]
    fn never_more_is_driven_than_was_asked_for() {
        for whole in [0, 1, 7, 100, 255, 1_000, 65_535] {
            for code in (0..=u16::MAX).step_by(13) {
                let driven = u32::from(share(Duty(code), whole)) * 65_535;
                assert!(driven <= u32::from(code) * u32::from(whole));
                assert!(driven + 65_535 > u32::from(code) * u32::from(whole));
            }
            assert_eq!((share(Duty::OFF, whole), share(Duty::FULL, whole)), (0, whole));
        }
    }

    #[test]
    fn a_servo_stays_between_its_ends_either_way_round() {
        for (rest, open) in [(1_000, 2_000), (2_000, 1_000)] {
            let pulses = ServoPulses::new(20_000, rest, open).unwrap();
            for whole in [0, 1, 19, 100, 20_000, 65_535] {
                let ends = [Duty::OFF, Duty::FULL].map(|duty| pulses.position(duty, whole));
                let (low, high) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
                for code in (0..=u16::MAX).step_by(97) {
                    let at = pulses.position(Duty(code), whole);
                    assert!((low..=high).contains(&at));
                }
            }
            assert_eq!(pulses.position(Duty::OFF, 20_000), rest as u16);
            assert_eq!(pulses.position(Duty::FULL, 20_000), open as u16);
        }
    }
}
