//! ADS1220: up to four thermistors or platinum thermometers on SPI.
//!
//! The part compares a voltage with a reference and gives the ratio in 24 bits. Sensor and reference resistor share one
//! current or one supply, so that neither counts.
//!
//! # Timing
//! The channels are measured in turn. For each the registers are written, which begins a conversion; it is read once it has
//! surely ended ([`Rate::conversion`] and 2 ms), and in the same poll the next channel is begun. So a scan of N channels
//! takes N polls, and no less than N conversions: 4 channels at 175 a second, polled every 10 ms, take 40 ms. The core takes
//! a reading for stale after 500 ms. Set-up takes two polls, 3 ms apart at least. Where an excitation current is switched
//! from sensor to sensor the filters before the inputs need [`Settings::settling`]; the conversion is then waited for twice,
//! so that none counts that began before.
//!
//! # Faults
//! The part has no status. The registers are read back with every conversion, which tells by which channel it was made.
//!
//! | what is found | trouble | fault |
//! |---|---|---|
//! | the bus fails; only zeros, only ones | [`Bus`], [`StuckLow`], [`StuckHigh`] | `Bus`, of every channel |
//! | the registers are not as written: a brown-out | [`ConfigurationLost`] | `Unavailable`, of every channel |
//! | DRDY stays high | [`Overdue`] | `Stale`, of every channel |
//! | zero, negative, or most negative | [`Sensor`] | of this channel, what its [`Wiring`] says of the low end |
//! | most positive, or above the table's full scale | [`Sensor`] | of this channel, what its [`Wiring`] says of the high end |
//!
//! [`Bus`]: Trouble::Bus
//! [`StuckLow`]: Trouble::StuckLow
//! [`StuckHigh`]: Trouble::StuckHigh
//! [`ConfigurationLost`]: Trouble::ConfigurationLost
//! [`Sensor`]: Trouble::Sensor
//! [`Overdue`]: Trouble::Overdue
//!
//! What it cannot find: a reference that fails without its sensor (the ratio then is noise, or full scale), and without a
//! [`ReadyPin`](crate::front_end::ReadyPin) a part that stopped converting while its registers stayed.
//!
//! # The board
//! SPI mode 1. The reference of a divider is the supply it hangs on. AIN0 and AIN3 are no inputs where they are the
//! reference.
//!
//! # Sources
//! Data sheets SBAS501 and, for commands and register 0, SBAS683 of its 16-bit sister; drivers in C and Rust agree on the
//! registers. Of the conversion times that at 20 a second and the clock's 2 % were found in public; the others are the
//! sheet's from memory; each is 98 periods above four times that of the sister part ADS112U04, which converts continuously by a
//! quarter of the clock.
//!
//! ```
//! use coldcap_calibration::curves::ntc_10k3a1;
//! use coldcap_hal::ads1220::{Amplifier, Channel, Config, Engine, Gain, Input, Settings};
//! use coldcap_hal::front_end::Driver;
//! use coldcap_units::Instant;
//! use embedded_hal_mock::eh1::spi::{Mock, Transaction};
//!
//! // Thermistors to ground on AIN0 and AIN1, 10 kΩ to the supply above each.
//! let channels = [Input::Ain0, Input::Ain1].map(Channel::thermistor);
//! let config = Config::new(Settings::thermistors(), channels)?;
//! let exchange = |sent: &[u8], back: &[u8]| {
//!     let frame = Transaction::transfer_in_place(sent.to_vec(), back.to_vec());
//!     [Transaction::transaction_start(), frame, Transaction::transaction_end()]
//! };
//! let mut bus = Mock::new(
//!     &[
//!         exchange(&[0x06], &[0]),
//!         exchange(&[0x43, 0x81, 0x64, 0xC0, 0x00, 0x08], &[0; 6]),
//!         exchange(&[0x10, 0, 0, 0, 0x23, 0, 0, 0, 0], &[0, 0x40, 0, 0, 0, 0x81, 0x64, 0xC0, 0x00]),
//!         exchange(&[0x43, 0x91, 0x64, 0xC0, 0x00, 0x08], &[0; 6]),
//!     ]
//!     .concat(),
//! );
//! let mut sensors = Driver::new(Engine::new(config), bus.clone());
//! let at = Instant::from_millis;
//! assert_eq!(sensors.poll(at(100)), None); // reset
//! assert_eq!(sensors.poll(at(110)), None); // the first channel is begun
//! assert_eq!(sensors.poll(at(120)), Some(Ok(0)));
//! // Half of full scale is 10 kΩ under 10 kΩ: 25 °C.
//! let ratio = sensors.engine().readings()[0].value?;
//! assert!((ntc_10k3a1::TABLE.eval(ratio)?.0 - 25_000_000).abs() < 100);
//! bus.done();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod registers;

pub use registers::{
    Amplifier, Excitation, Gain, Input, Outlet, Rate, Reference, Registers, Rejection,
};

use crate::front_end::{
    self, ChannelTold, Driver, Due, Frame, Scale, Scan, Timed, Trouble, Wiring, signed_24,
};
use coldcap_units::{Duration, Instant, Ratio, Reading};

/// An ADS1220 with `N` channels on a bus.
pub type Ads1220<const N: usize, Bus, Ready = Timed> = Driver<Engine<N>, Bus, Ready>;

/// What all channels share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Conversions a second.
    pub rate: Rate,
    /// The hum that is filtered; other than none at 20 a second only.
    pub rejection: Rejection,
    /// The reference.
    pub reference: Reference,
    /// Each source's current.
    pub excitation: Excitation,
    /// How long the inputs need after a current was switched to another sensor; zero where none is switched.
    pub settling: Duration,
}

impl Settings {
    /// Dividers on the supply: 175 conversions a second, no current.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn thermistors() -> Self {
        Self {
            rate: Rate::Sps175,
            rejection: Rejection::None,
            reference: Reference::Supply,
            excitation: Excitation::Off,
            settling: Duration::ZERO,
        }
    }
}

/// One sensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its inputs.
    pub input: Input,
    /// The gain. The [`scale`](Self::scale) must know it.
    pub gain: Gain,
    /// Whether the amplifier is used.
    pub amplifier: Amplifier,
    /// Where the two sources' currents go while it is measured.
    pub outlets: [Outlet; 2],
    /// How it stands between the inputs.
    pub wiring: Wiring,
    /// From its code to its table.
    pub scale: Scale,
}

impl Channel {
    /// A thermistor to ground under a resistor to the reference, gain 1.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn thermistor(input: Input) -> Self {
        Self {
            input,
            gain: Gain::X1,
            amplifier: Amplifier::Bypassed,
            outlets: [Outlet::None, Outlet::None],
            wiring: Wiring::SensorToGround,
            scale: Scale::IDENTITY,
        }
    }
}

/// Why a configuration is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConfigError {
    /// No channel, or more than four.
    Channels,
    /// A filter for the mains at another rate than 20 a second.
    Rejection,
    /// This channel is compared with ground, and the amplifier is on.
    Amplifier(usize),
    /// This channel goes past the amplifier with a gain above 4.
    Gain(usize),
    /// A current without a way out at this channel, or the reverse.
    Excitation(usize),
    /// An input of this channel is the reference.
    Reference(usize),
}

impl core::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Channels => f.write_str("one to four channels"),
            Self::Rejection => {
                f.write_str("the mains are filtered at 20 conversions a second only")
            }
            Self::Amplifier(at) => write!(f, "channel {at}: against ground without the amplifier"),
            Self::Gain(at) => {
                write!(f, "channel {at}: without the amplifier the gain is 4 at most")
            }
            Self::Excitation(at) => {
                write!(f, "channel {at}: a current and its way out go together")
            }
            Self::Reference(at) => write!(f, "channel {at}: an input is the reference"),
        }
    }
}

impl core::error::Error for ConfigError {}

/// A configuration that was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config<const N: usize> {
    channels: [Channel; N],
    shared: [u8; 2],
    wait: Duration,
}

impl<const N: usize> Config<N> {
    /// Checks a configuration.
    ///
    /// # Errors
    /// [`ConfigError`].
    ///
    /// # Panics
    /// Never.
    ///
    /// ```
    /// use coldcap_hal::ads1220::{Amplifier, Channel, Config, ConfigError, Input, Settings};
    /// let amplified = Channel { amplifier: Amplifier::On, ..Channel::thermistor(Input::Ain2) };
    /// let refused = Config::new(Settings::thermistors(), [amplified]);
    /// assert_eq!(refused, Err(ConfigError::Amplifier(0)));
    /// ```
    pub fn new(settings: Settings, channels: [Channel; N]) -> Result<Self, ConfigError> {
        let Settings { rate, rejection, reference, excitation, settling } = settings;
        if N == 0 || N > 4 {
            return Err(ConfigError::Channels);
        }
        if rejection != Rejection::None && rate != Rate::Sps20 {
            return Err(ConfigError::Rejection);
        }
        for (at, channel) in channels.iter().enumerate() {
            check(at, channel, reference, excitation)?;
        }
        let shared = Registers::shared(rate, rejection, reference, excitation);
        let once = rate.conversion();
        let wait = if settling.is_zero() { once } else { settling.plus(once).plus(once) };
        Ok(Self { channels, shared, wait })
    }
}

fn check(
    at: usize,
    channel: &Channel,
    reference: Reference,
    excitation: Excitation,
) -> Result<(), ConfigError> {
    let bypassed = channel.amplifier == Amplifier::Bypassed;
    let goes = channel.outlets != [Outlet::None; 2];
    if channel.input.is_single() && !bypassed {
        Err(ConfigError::Amplifier(at))
    } else if bypassed && channel.gain > Gain::X4 {
        Err(ConfigError::Gain(at))
    } else if goes == (excitation == Excitation::Off) {
        Err(ConfigError::Excitation(at))
    } else if reference == Reference::Pins1 && uses_reference(channel.input) {
        Err(ConfigError::Reference(at))
    } else {
        Ok(())
    }
}

/// Whether it is, or is compared with, AIN0 or AIN3 other than as a ground.
const fn uses_reference(input: Input) -> bool {
    !matches!(
        input,
        Input::Ain1Ain2 | Input::Ain1 | Input::Ain2 | Input::Ain1Ain3 | Input::Ain2Ain3
    )
}

/// What is done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Reset,
    /// Begins this channel; then tells what the one before gave.
    Start {
        channel: usize,
        told: Option<ChannelTold>,
    },
    Read,
}

/// How long the part needs after a reset, far more than 50 µs and 32 clocks.
const AFTER_RESET: Duration = Duration::from_millis(1);

/// The ADS1220 without its bus; see [`front_end`](mod@crate::front_end).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Engine<const N: usize> {
    config: Config<N>,
    step: Step,
    due: Due,
    scan: Scan<N>,
    trouble: Option<Trouble>,
}

impl<const N: usize> Engine<N> {
    /// A part that is not set up yet.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn new(config: Config<N>) -> Self {
        Self { config, step: Step::Reset, due: Due::NOW, scan: Scan::default(), trouble: None }
    }

    /// The last reading of every channel.
    #[must_use]
    pub const fn readings(&self) -> &[Reading<Ratio>; N] {
        self.scan.readings()
    }

    /// What was the matter with the part, or with the channel that was measured last; `None` if that gave a number.
    #[must_use]
    pub const fn trouble(&self) -> Option<Trouble> {
        self.trouble
    }

    fn registers(&self, channel: usize) -> Result<(Registers, Channel), Trouble> {
        let one = self.config.channels.get(channel).copied().ok_or(Trouble::Inconsistent)?;
        let Channel { input, gain, amplifier, outlets, .. } = one;
        Ok((Registers::new(input, gain, amplifier, outlets, self.config.shared), one))
    }

    fn failed(&mut self, now: Instant, trouble: Trouble) -> Option<ChannelTold> {
        (self.step, self.due, self.trouble) = (Step::Reset, Due::NOW, Some(trouble));
        self.scan.tell_all(now, trouble);
        Some(Err(trouble))
    }

    fn read(&mut self, now: Instant, frame: &Frame) -> Option<ChannelTold> {
        let current = self.scan.current();
        let code = self
            .registers(current)
            .and_then(|(registers, channel)| Ok((registers.parse(frame)?, channel)));
        match code {
            Ok((code, channel)) => {
                let ratio = signed_24(code, channel.wiring, &channel.scale);
                self.trouble = ratio.err();
                self.scan.tell(now, ratio);
                let channel = self.scan.following();
                self.step = Step::Start { channel, told: Some(Ok(current)) };
                None
            }
            Err(trouble) => self.failed(now, trouble),
        }
    }
}

impl<const N: usize> front_end::Engine for Engine<N> {
    type Told = ChannelTold;

    fn next(&self, now: Instant, ready: Option<bool>) -> Result<Option<Frame>, Trouble> {
        let (frame, ready) = match self.step {
            Step::Reset => (Registers::reset(), None),
            Step::Start { channel, .. } => (self.registers(channel)?.0.start(), None),
            Step::Read => (Registers::read(), ready),
        };
        Ok(self.due.judge(now, ready)?.then_some(frame))
    }

    fn take(&mut self, now: Instant, answer: Result<Frame, Trouble>) -> Option<ChannelTold> {
        match (answer, self.step) {
            (Err(trouble), _) => self.failed(now, trouble),
            (Ok(_), Step::Reset) => {
                self.step = Step::Start { channel: 0, told: None };
                self.due = Due::after(now, AFTER_RESET);
                None
            }
            (Ok(_), Step::Start { channel, told }) => {
                self.scan.begin(channel);
                (self.step, self.due) = (Step::Read, Due::after(now, self.config.wait));
                told
            }
            (Ok(frame), Step::Read) => self.read(now, &frame),
        }
    }
}
