//! ADS124S08 and ADS124S06: up to twelve thermistors or platinum thermometers on SPI, with a status byte and a check value.
//!
//! As the [`ads1220`](crate::ads1220) it compares a voltage with a reference in 24 bits. It also watches its reference and
//! its amplifier, says when its power failed, and adds a check value to every conversion.
//!
//! # Timing
//! The channels are measured in turn with the filter of low latency. For each the registers are written, which begins a
//! conversion; it is read once it has surely ended ([`Rate::conversion`] and 2 ms), and in the same poll the next channel is
//! begun, three exchanges in all. 12 channels at 400 a second, polled every 6 ms, take 72 ms. The core takes a reading for
//! stale after 500 ms. Set-up takes three polls, 4 ms apart at first.
//!
//! # Faults
//! The registers are read back with every conversion.
//!
//! | what is found | trouble | fault |
//! |---|---|---|
//! | the bus fails; only zeros, only ones | [`Bus`], [`StuckLow`], [`StuckHigh`] | `Bus`, of every channel |
//! | another part, a wrong check value | [`Identity`], [`Checksum`] | `Bus`, of every channel |
//! | power failed (FL_POR), or the registers are not as written | [`ConfigurationLost`] | `Unavailable`, of every channel |
//! | it is starting (RDY) | [`NotReady`] | `Unavailable`, of every channel |
//! | DRDY stays high | [`Overdue`] | `Stale`, of every channel |
//! | the reference is missing (FL_REF_L0) or low (FL_REF_L1) | [`Sensor`] | of this channel: `Open` in [`Wiring::Series`], else `Unavailable` |
//! | FL_P_RAILP, FL_N_RAILN; most positive, or above the table's full scale | [`Sensor`] | of this channel, what its [`Wiring`] says of the high end |
//! | FL_P_RAILN, FL_N_RAILP; zero, negative | [`Sensor`] | of this channel, what its [`Wiring`] says of the low end |
//!
//! [`Bus`]: Trouble::Bus
//! [`StuckLow`]: Trouble::StuckLow
//! [`StuckHigh`]: Trouble::StuckHigh
//! [`Identity`]: Trouble::Identity
//! [`Checksum`]: Trouble::Checksum
//! [`ConfigurationLost`]: Trouble::ConfigurationLost
//! [`NotReady`]: Trouble::NotReady
//! [`Sensor`]: Trouble::Sensor
//! [`Overdue`]: Trouble::Overdue
//!
//! Without a [`ReadyPin`](crate::front_end::ReadyPin) a part that stopped converting while its registers stayed shows only
//! as a code that does not move.
//!
//! # The board
//! SPI mode 1, the START/SYNC pin low. A divider's reference pins are its supply, with [`Buffers::None`].
//!
//! # Sources
//! Data sheet SBAS660 for commands, status and check value; SBAS815 of its 16-bit sister for the conversion times, of which
//! SBAA535 repeats one for this part; the maker's example code, the Linux and a Rust driver agree on registers and bits.
//! From the sheet by memory, found nowhere else: that the clock is better than 2 %, that a write to the registers or a
//! second start begins a conversion anew, and the thresholds of the monitors.
//!
//! ```
//! use coldcap_calibration::curves::ntc_10k3a1;
//! use coldcap_hal::ads124s08::{Channel, Config, Engine, Pin, Settings, check_value};
//! use coldcap_hal::front_end::Driver;
//! use coldcap_units::Instant;
//! use embedded_hal_mock::eh1::spi::{Mock, Transaction};
//!
//! let channels = [Channel::thermistor(Pin::Ain0)];
//! let config = Config::new(Settings::thermistors(), channels)?;
//! let exchange = |sent: &[u8], back: &[u8]| {
//!     let frame = Transaction::transfer_in_place(sent.to_vec(), back.to_vec());
//!     [Transaction::transaction_start(), frame, Transaction::transaction_end()]
//! };
//! let registers = [0x0C, 0x00, 0x19, 0x70, 0x00, 0xFF, 0x00, 0x13];
//! let start = [&[0x41, 8, 0][..], &registers, &[0x08]].concat();
//! let check = check_value(&[0, 0x40, 0, 0]);
//! let mut bus = Mock::new(
//!     &[
//!         exchange(&[0x06], &[0]),
//!         exchange(&[0x20, 1, 0, 0], &[0, 0, 0, 0x80]),
//!         exchange(&start, &[0; 12]),
//!         exchange(&[0x12, 0, 0, 0, 0, 0], &[0, 0, 0x40, 0, 0, check]),
//!         exchange(&[0x22, 7, 0, 0, 0, 0, 0, 0, 0, 0], &[&[0, 0][..], &registers].concat()),
//!         exchange(&start, &[0; 12]),
//!     ]
//!     .concat(),
//! );
//! let mut sensors = Driver::new(Engine::new(config), bus.clone());
//! let at = Instant::from_millis;
//! assert_eq!(sensors.poll(at(100)), None); // reset
//! assert_eq!(sensors.poll(at(110)), None); // identified, and the channel begun
//! assert_eq!(sensors.poll(at(120)), Some(Ok(0)));
//! // Half of full scale is 10 kΩ under 10 kΩ: 25 °C.
//! let ratio = sensors.engine().readings()[0].value?;
//! assert!((ntc_10k3a1::TABLE.eval(ratio)?.0 - 25_000_000).abs() < 100);
//! bus.done();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod registers;

pub use registers::{
    Amplifier, Buffers, Delay, Excitation, Monitor, Pin, Rate, Reference, Registers, Status,
    StatusBit, check_value, converted, identified,
};

use crate::front_end::{
    self, ChannelTold, Driver, Due, Frame, Scale, Scan, Timed, Trouble, Wiring, signed_24,
};
use coldcap_units::{Duration, Instant, Ratio, Reading};
use registers::Shared;

/// An ADS124S08 with `N` channels on a bus.
pub type Ads124s08<const N: usize, Bus, Ready = Timed> = Driver<Engine<N>, Bus, Ready>;

/// What all channels share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Conversions a second.
    pub rate: Rate,
    /// What stands before each conversion.
    pub delay: Delay,
    /// The reference.
    pub reference: Reference,
    /// Which of its inputs are buffered.
    pub buffers: Buffers,
    /// What of it is watched.
    pub monitor: Monitor,
    /// Each source's current.
    pub excitation: Excitation,
}

impl Settings {
    /// Dividers on the supply, which is at REFP0 and REFN0: 400 conversions a second, no current.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn thermistors() -> Self {
        Self {
            rate: Rate::Sps400,
            delay: Delay::Us55,
            reference: Reference::Pins0,
            buffers: Buffers::None,
            monitor: Monitor::Missing,
            excitation: Excitation::Off,
        }
    }
}

/// One sensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its positive input.
    pub positive: Pin,
    /// Its negative input.
    pub negative: Pin,
    /// The amplifier. The [`scale`](Self::scale) must know its gain.
    pub amplifier: Amplifier,
    /// Where the two sources' currents go while it is measured.
    pub outlets: [Option<Pin>; 2],
    /// How it stands between the inputs.
    pub wiring: Wiring,
    /// From its code to its table.
    pub scale: Scale,
}

impl Channel {
    /// A thermistor to ground under a resistor to the reference, against the common pin at ground, gain 1.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn thermistor(positive: Pin) -> Self {
        Self {
            positive,
            negative: Pin::Common,
            amplifier: Amplifier::Bypassed,
            outlets: [None, None],
            wiring: Wiring::SensorToGround,
            scale: Scale::IDENTITY,
        }
    }

    fn needs_s08(&self) -> bool {
        let [first, second] = self.outlets;
        let pins = [Some(self.positive), Some(self.negative), first, second];
        pins.into_iter().flatten().any(Pin::is_of_s08)
    }
}

/// Why a configuration is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConfigError {
    /// No channel, or more than twelve.
    Channels,
    /// Both inputs of this channel are the same.
    Inputs(usize),
    /// A current without a way out at this channel, or the reverse.
    Excitation(usize),
}

impl core::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Channels => f.write_str("one to twelve channels"),
            Self::Inputs(at) => write!(f, "channel {at}: both inputs are the same"),
            Self::Excitation(at) => {
                write!(f, "channel {at}: a current and its way out go together")
            }
        }
    }
}

impl core::error::Error for ConfigError {}

/// A configuration that was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config<const N: usize> {
    channels: [Channel; N],
    shared: Shared,
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
    /// use coldcap_hal::ads124s08::{Channel, Config, ConfigError, Pin, Settings};
    /// let floating = Channel { outlets: [Some(Pin::Ain1), None], ..Channel::thermistor(Pin::Ain0) };
    /// let refused = Config::new(Settings::thermistors(), [floating]);
    /// assert_eq!(refused, Err(ConfigError::Excitation(0)));
    /// ```
    pub fn new(settings: Settings, channels: [Channel; N]) -> Result<Self, ConfigError> {
        let Settings { rate, delay, reference, buffers, monitor, excitation } = settings;
        if N == 0 || N > 12 {
            return Err(ConfigError::Channels);
        }
        for (at, channel) in channels.iter().enumerate() {
            let goes = channel.outlets.iter().any(Option::is_some);
            if channel.positive == channel.negative {
                return Err(ConfigError::Inputs(at));
            }
            if goes == (excitation == Excitation::Off) {
                return Err(ConfigError::Excitation(at));
            }
        }
        let reference = Shared::reference(reference, buffers, monitor, excitation);
        let shared = Shared { delay, rate, reference, excitation };
        Ok(Self { channels, shared, wait: rate.conversion(delay) })
    }
}

/// What is done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Reset,
    Identify,
    /// Begins this channel; then tells what the one before gave.
    Start {
        channel: usize,
        told: Option<ChannelTold>,
    },
    Read,
    /// Compares the registers; holds what was read.
    Verify(Frame),
}

/// How long the part needs after power-up or a reset: 2.2 ms.
const AFTER_RESET: Duration = Duration::from_millis(3);

/// The ADS124S08 without its bus; see [`front_end`](mod@crate::front_end).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Engine<const N: usize> {
    config: Config<N>,
    step: Step,
    due: Due,
    scan: Scan<N>,
    status: Status,
    trouble: Option<Trouble>,
}

impl<const N: usize> Engine<N> {
    /// A part that is not set up yet.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn new(config: Config<N>) -> Self {
        let (step, due, scan) = (Step::Reset, Due::NOW, Scan::default());
        Self { config, step, due, scan, status: Status(0), trouble: None }
    }

    /// The last reading of every channel.
    #[must_use]
    pub const fn readings(&self) -> &[Reading<Ratio>; N] {
        self.scan.readings()
    }

    /// The status byte of the last conversion whose check value was right.
    #[must_use]
    pub const fn status(&self) -> Status {
        self.status
    }

    /// What was the matter with the part, or with the channel that was measured last; `None` if that gave a number.
    #[must_use]
    pub const fn trouble(&self) -> Option<Trouble> {
        self.trouble
    }

    fn registers(&self, channel: usize) -> Result<(Registers, Channel), Trouble> {
        let one = self.config.channels.get(channel).copied().ok_or(Trouble::Inconsistent)?;
        let Channel { positive, negative, amplifier, outlets, .. } = one;
        let shared = self.config.shared;
        Ok((Registers::new([positive, negative], amplifier, outlets, shared), one))
    }

    fn failed(&mut self, now: Instant, trouble: Trouble) -> Option<ChannelTold> {
        (self.step, self.due, self.trouble) = (Step::Reset, Due::NOW, Some(trouble));
        self.scan.tell_all(now, trouble);
        Some(Err(trouble))
    }

    fn identified(&mut self, now: Instant, frame: &Frame) -> Option<ChannelTold> {
        let has_all = identified(frame);
        let needs_all = self.config.channels.iter().any(Channel::needs_s08);
        match has_all {
            Ok(has_all) if has_all || !needs_all => {
                (self.step, self.due) = (Step::Start { channel: 0, told: None }, Due::NOW);
                None
            }
            Ok(_) => self.failed(now, Trouble::Identity),
            Err(trouble) => self.failed(now, trouble),
        }
    }

    /// The ratio of the current channel, or its own trouble; the outer error is the part's.
    fn judge(
        &mut self,
        data: &Frame,
        registers: &Frame,
    ) -> Result<Result<Ratio, Trouble>, Trouble> {
        let (expected, channel) = self.registers(self.scan.current())?;
        // A part that lost its registers sends no check value: that is the better word for it.
        expected.verified(registers)?;
        let (status, code) = converted(data)?;
        self.status = status;
        match status.trouble(channel.wiring) {
            Some(Trouble::Sensor(fault)) => Ok(Err(Trouble::Sensor(fault))),
            Some(trouble) => Err(trouble),
            None => Ok(signed_24(code, channel.wiring, &channel.scale)),
        }
    }

    fn verified(&mut self, now: Instant, data: &Frame, registers: &Frame) -> Option<ChannelTold> {
        match self.judge(data, registers) {
            Ok(ratio) => {
                self.trouble = ratio.err();
                self.scan.tell(now, ratio);
                let (told, channel) = (Some(Ok(self.scan.current())), self.scan.following());
                (self.step, self.due) = (Step::Start { channel, told }, Due::NOW);
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
            Step::Identify => (Registers::identify(), None),
            Step::Start { channel, .. } => (self.registers(channel)?.0.start(), None),
            Step::Read => (Registers::read(), ready),
            Step::Verify(_) => (Registers::verify(), None),
        };
        Ok(self.due.judge(now, ready)?.then_some(frame))
    }

    fn take(&mut self, now: Instant, answer: Result<Frame, Trouble>) -> Option<ChannelTold> {
        match (answer, self.step) {
            (Err(trouble), _) => self.failed(now, trouble),
            (Ok(_), Step::Reset) => {
                (self.step, self.due) = (Step::Identify, Due::after(now, AFTER_RESET));
                None
            }
            (Ok(frame), Step::Identify) => self.identified(now, &frame),
            (Ok(_), Step::Start { channel, told }) => {
                self.scan.begin(channel);
                (self.step, self.due) = (Step::Read, Due::after(now, self.config.wait));
                told
            }
            (Ok(frame), Step::Read) => {
                (self.step, self.due) = (Step::Verify(frame), Due::NOW);
                None
            }
            (Ok(frame), Step::Verify(data)) => self.verified(now, &data, &frame),
        }
    }
}
