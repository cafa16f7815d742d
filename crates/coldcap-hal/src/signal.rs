//! Buzzer and lamps: the sounds and lights of the alarms, from the guard's own figures.
//!
//! What sounds and what shines stands in [`coldcap_guard::alarm::tone`] and [`coldcap_guard::alarm::light`]; here is no
//! second table. A driver is told the priority of [`MachineStatus`](coldcap::MachineStatus) and the time, as often as the
//! board likes:
//!
//! ```
//! use coldcap::MachineStatus;
//! use coldcap_hal::{AlarmLamps, Buzzer, SignalError, Sounder};
//! use coldcap_units::Instant;
//! use embedded_hal::digital::OutputPin;
//!
//! fn show<S: Sounder, R: OutputPin, Y: OutputPin>(
//!     (buzzer, lamps): (&mut Buzzer<S>, &mut AlarmLamps<R, Y>),
//!     now: Instant,
//!     status: &MachineStatus,
//! ) -> Result<(), SignalError> {
//!     let sounds = buzzer.step(now, status.sounding);
//!     lamps.step(now, status.highest).and(sounds)
//! }
//! ```
//!
//! A pulse is 150 ms long at the shortest. Stepped every 10 ms its figures hold within as much; stepped at a tick of 100 ms
//! only, a pulse of 150 ms becomes 200. Whoever has a timer steps again at [`Buzzer::next_change`].
//!
//! Neither driver does anything when it is dropped: an alarm does not end because a program does.

use coldcap_guard::alarm::Priority;
use coldcap_guard::alarm::light::{Colour, Light};
use coldcap_guard::alarm::tone::{FUNDAMENTALS_HZ, Pattern, Tone};
use coldcap_units::Instant;
use core::fmt;
use embedded_hal::digital::{OutputPin, PinState};
use embedded_hal::pwm::SetDutyCycle;

/// A buzzer or a lamp could not be written. The next step tries again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SignalError;

impl fmt::Display for SignalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a buzzer or a lamp could not be written")
    }
}

impl core::error::Error for SignalError {}

/// What makes a sound.
///
/// # For implementers
/// `embedded-hal` can set the duty of a PWM channel and not its frequency: a board that can do so, or that has a converter
/// for the harmonics of [`PARTIALS`](coldcap_guard::alarm::tone::PARTIALS), implements this itself.
pub trait Sounder {
    /// Sounds until it is silenced.
    ///
    /// # Units
    /// `fundamental_hz` in hertz, one of [`FUNDAMENTALS_HZ`].
    ///
    /// # Errors
    /// [`SignalError`]: it may be silent.
    fn sound(&mut self, fundamental_hz: u16) -> Result<(), SignalError>;

    /// Is silent.
    ///
    /// # Errors
    /// [`SignalError`]: it may sound.
    fn silence(&mut self) -> Result<(), SignalError>;
}

/// A passive buzzer behind a PWM channel, at half duty. The board has set the frequency, 150 to 1 000 Hz; it is the same for
/// every priority, which only pulses and pauses tell apart then.
#[derive(Debug)]
pub struct PwmBuzzer<P> {
    pwm: P,
}

impl<P: SetDutyCycle> PwmBuzzer<P> {
    /// The buzzer behind `pwm`.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn new(pwm: P) -> Self {
        Self { pwm }
    }
}

impl<P: SetDutyCycle> Sounder for PwmBuzzer<P> {
    fn sound(&mut self, _fundamental_hz: u16) -> Result<(), SignalError> {
        let half = self.pwm.max_duty_cycle() / 2;
        self.pwm.set_duty_cycle(half).map_err(|_| SignalError)
    }

    fn silence(&mut self) -> Result<(), SignalError> {
        self.pwm.set_duty_cycle_fully_off().map_err(|_| SignalError)
    }
}

/// A buzzer with an oscillator of its own behind a pin.
#[derive(Debug)]
pub struct PinBuzzer<P> {
    pin: P,
    sounds: PinState,
}

impl<P: OutputPin> PinBuzzer<P> {
    /// The buzzer behind `pin`, which sounds at the level `sounds`.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn new(pin: P, sounds: PinState) -> Self {
        Self { pin, sounds }
    }
}

impl<P: OutputPin> Sounder for PinBuzzer<P> {
    fn sound(&mut self, _fundamental_hz: u16) -> Result<(), SignalError> {
        self.pin.set_state(self.sounds).map_err(|_| SignalError)
    }

    fn silence(&mut self) -> Result<(), SignalError> {
        self.pin.set_state(!self.sounds).map_err(|_| SignalError)
    }
}

/// Plays the bursts of what sounds.
///
/// - A burst that has begun is finished, also when nothing sounds any more: a reminder is one whole burst.
/// - What is more urgent begins at once, in the middle of a burst or of a pause.
/// - What is less urgent begins when the pause is over; what is new after silence begins at once.
/// - Stepped late, every pulse is still made: none is passed over.
///
/// ```
/// use coldcap_guard::alarm::Priority;
/// use coldcap_hal::{Buzzer, PinBuzzer};
/// use coldcap_units::Instant;
/// use embedded_hal::digital::PinState;
/// use embedded_hal_mock::eh1::digital::{Mock, State, Transaction};
///
/// let on = Transaction::set(State::High);
/// let off = Transaction::set(State::Low);
/// // A burst of medium priority: three pulses of 200 ms, and 200 ms between them.
/// let mut pin = Mock::new(&[on.clone(), off.clone(), on.clone(), off.clone(), on, off]);
/// let mut buzzer = Buzzer::new(PinBuzzer::new(pin.clone(), PinState::High));
/// for at in (0..10_000).step_by(10) {
///     let sounding = if at < 100 { Priority::Medium } else { Priority::None }; // paused meanwhile
///     buzzer.step(Instant::from_millis(at), sounding)?;
/// }
/// assert_eq!(buzzer.next_change(), None);
/// pin.done();
/// # Ok::<(), coldcap_hal::SignalError>(())
/// ```
#[derive(Debug)]
pub struct Buzzer<S> {
    sounder: S,
    player: Player,
    /// What the sounder does, the frequency or silence; `None` where nobody knows.
    does: Option<Option<u16>>,
}

impl<S: Sounder> Buzzer<S> {
    /// A buzzer that nothing was told yet.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn new(sounder: S) -> Self {
        Self { sounder, player: Player::IDLE, does: None }
    }

    /// Lets the time be `now`, where this priority sounds. The sounder is written where it changes, and after a failure.
    ///
    /// # Errors
    /// [`SignalError`]; the next step tries again, and the burst goes on meanwhile.
    ///
    /// # Panics
    /// Never. The time is bounded: one change a step.
    pub fn step(&mut self, now: Instant, sounding: Priority) -> Result<(), SignalError> {
        let wanted = self.player.step(now, sounding);
        if self.does == Some(wanted) {
            return Ok(());
        }
        self.does = None;
        match wanted {
            Some(hertz) => self.sounder.sound(hertz)?,
            None => self.sounder.silence()?,
        }
        self.does = Some(wanted);
        Ok(())
    }

    /// When the sound changes next if nothing else happens; `None` in silence. Earlier and later steps do no harm.
    #[must_use]
    pub fn next_change(&self) -> Option<Instant> {
        self.player.tone.map(|_| self.player.until)
    }
}

/// Where in the sound of which priority.
#[derive(Clone, Debug)]
struct Player {
    priority: Priority,
    rest: Pattern,
    tone: Option<Tone>,
    until: Instant,
}

impl Player {
    const IDLE: Self = Self {
        priority: Priority::None,
        rest: Pattern::of(Priority::None),
        tone: None,
        until: Instant::ZERO,
    };

    /// The frequency that sounds now.
    fn step(&mut self, now: Instant, sounding: Priority) -> Option<u16> {
        if sounding > self.priority {
            self.begin(now, sounding);
        } else if self.is_pausing() && sounding == Priority::None {
            *self = Self::IDLE;
        } else if self.tone.is_some() && now >= self.until {
            self.go_on(now, sounding);
        }
        let tone = self.tone.filter(|tone| tone.sounding)?;
        FUNDAMENTALS_HZ.get(usize::from(tone.frequency)).copied()
    }

    fn begin(&mut self, now: Instant, priority: Priority) {
        *self = Self { priority, rest: Pattern::of(priority), tone: None, until: now };
        self.take(now);
    }

    fn go_on(&mut self, now: Instant, sounding: Priority) {
        self.take(now);
        if self.tone.is_none() {
            self.begin(now, sounding);
        }
    }

    /// The next tone. Its time counts from the end of the last one, so that the rhythm does not drift, unless that is so
    /// long ago that this one would be over.
    fn take(&mut self, now: Instant) {
        self.tone = self.rest.next();
        if let Some(tone) = self.tone {
            let ends = self.until.plus(tone.length);
            self.until = if ends > now { ends } else { now.plus(tone.length) };
        }
    }

    /// Whether it is the pause behind the burst.
    fn is_pausing(&self) -> bool {
        self.tone.is_some_and(|tone| !tone.sounding) && self.rest.clone().next().is_none()
    }
}

/// A red and a yellow lamp, as the guard's [`Light`] says.
///
/// Both pins are written at every step, so that nothing that a disturbance turned over stays so. A machine with one lamp of
/// two colours has the same two pins.
///
/// ```
/// use coldcap_guard::alarm::Priority;
/// use coldcap_hal::AlarmLamps;
/// use coldcap_units::Instant;
/// use embedded_hal::digital::PinState;
/// use embedded_hal_mock::eh1::digital::{Mock, State, Transaction};
///
/// let states = [State::Low, State::High, State::Low, State::High];
/// let mut red = Mock::new(&states.map(Transaction::set)); // dark when made, then flashes
/// let mut yellow = Mock::new(&[State::Low; 4].map(Transaction::set));
/// let mut lamps = AlarmLamps::new((red.clone(), PinState::High), (yellow.clone(), PinState::High));
/// for at in [1_000, 1_250, 1_500] {
///     lamps.step(Instant::from_millis(at), Priority::High)?;
/// }
/// red.done();
/// yellow.done();
/// # Ok::<(), coldcap_hal::SignalError>(())
/// ```
#[derive(Debug)]
pub struct AlarmLamps<R, Y> {
    red: (R, PinState),
    yellow: (Y, PinState),
    shown: Option<Light>,
    since: Instant,
}

impl<R: OutputPin, Y: OutputPin> AlarmLamps<R, Y> {
    /// The lamps on these pins, each with the level at which it is lit; both dark.
    ///
    /// # Panics
    /// Never.
    pub fn new(red: (R, PinState), yellow: (Y, PinState)) -> Self {
        let mut it = Self { red, yellow, shown: None, since: Instant::ZERO };
        // What fails here fails again at the first step, and is told there.
        let _ = it.write(None);
        it
    }

    /// Lets the time be `now`, where this is the highest priority that signals. A light that is new begins lit.
    ///
    /// # Errors
    /// [`SignalError`]; both lamps were tried.
    ///
    /// # Panics
    /// Never. Each pin is written once.
    pub fn step(&mut self, now: Instant, highest: Priority) -> Result<(), SignalError> {
        let light = Light::of(highest);
        if light != self.shown {
            (self.shown, self.since) = (light, now);
        }
        let lit = light.filter(|light| light.is_lit(now.since(self.since)));
        self.write(lit.map(|light| light.colour))
    }

    fn write(&mut self, lit: Option<Colour>) -> Result<(), SignalError> {
        let red = set(&mut self.red, lit == Some(Colour::Red));
        let yellow = set(&mut self.yellow, lit == Some(Colour::Yellow));
        red.and(yellow)
    }
}

fn set<P: OutputPin>((pin, lit): &mut (P, PinState), on: bool) -> Result<(), SignalError> {
    let level = if on { *lit } else { !*lit };
    pin.set_state(level).map_err(|_| SignalError)
}
