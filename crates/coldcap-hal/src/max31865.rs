//! MAX31865: a platinum thermometer on SPI, with what it finds wrong at its wires.
//!
//! The part drives one current through a reference resistor and the sensor, and gives the ratio of both in 15 bits.
//!
//! # Timing
//! Each conversion is begun on its own and takes 55 ms (60 Hz) or 66 ms (50 Hz) at most. A line check takes 2 ms and the
//! input's settling time more, and stands before the first conversion and before every n-th ([`LineCheck`]). Set-up takes 11
//! ms and the settling time. A board that polls once in a tick of 100 ms gets a reading in every tick, and one tick later
//! where a line check is due; 300 ms after the first poll the first one. The instant of a reading is that at which its conversion
//! had ended at the latest, not that at which somebody asked.
//!
//! # Faults
//! Every reading comes with configuration, thresholds and fault status in one exchange, all of which must be right.
//!
//! | what is found | trouble | fault |
//! |---|---|---|
//! | the bus fails; only zeros, only ones | [`Bus`], [`StuckLow`], [`StuckHigh`] | `Bus` |
//! | configuration or thresholds are not as written | [`ConfigurationLost`] | `Unavailable` |
//! | the fault flag is set, and no fault | [`Inconsistent`] | `Bus` |
//! | D7 or a code at the upper limit; D5 | [`Sensor`] | `Open` |
//! | D6 or a code at the lower limit; D4, D3, D2 | [`Sensor`] | `Short` |
//! | DRDY stays high | [`Overdue`] | `Stale` |
//!
//! [`Bus`]: Trouble::Bus
//! [`StuckLow`]: Trouble::StuckLow
//! [`StuckHigh`]: Trouble::StuckHigh
//! [`ConfigurationLost`]: Trouble::ConfigurationLost
//! [`Inconsistent`]: Trouble::Inconsistent
//! [`Sensor`]: Trouble::Sensor
//! [`Overdue`]: Trouble::Overdue
//!
//! After any of them the part is set up anew, which clears its fault status: a wire that is still broken is found again
//! before another number comes. A code of 32767 is never a number, nor is 0.
//!
//! # The board
//! SPI mode 1 or 3, 5 MHz at most, chip select high for 0.4 µs between exchanges. An RTDIN+ lead that breaks leaves the
//! input floating: 10 MΩ from RTDIN+ to BIAS make that full scale (the sheet's advice). A filter slower than 0.1 ms needs a
//! line check timed by hand, which this driver does not do: [`LineCheck::Never`].
//!
//! # Sources
//! Data sheet 19-6478 revision 3; the Linux driver agrees on the registers that it uses. The sheet does not say in so many
//! words that a write of several bytes may cross the data registers; it says that addresses go on and that such a register
//! does not change.
//!
//! ```
//! use coldcap_calibration::curves::pt100;
//! use coldcap_hal::front_end::{Driver, Milliohms};
//! use coldcap_hal::max31865::{Config, Engine, LineCheck, Mains, Settings, Wires};
//! use coldcap_units::Instant;
//! use embedded_hal_mock::eh1::spi::{Mock, Transaction};
//!
//! let settings = Settings {
//!     line_check: LineCheck::Never,
//!     ..Settings::pt100(Wires::Four, Mains::Hz50, Milliohms::from_ohms(430))
//! };
//! let exchange = |sent: &[u8], back: &[u8]| {
//!     let frame = Transaction::transfer_in_place(sent.to_vec(), back.to_vec());
//!     [Transaction::transaction_start(), frame, Transaction::transaction_end()]
//! };
//! let mut bus = Mock::new(
//!     &[
//!         exchange(&[0x80, 0x83, 0, 0, 0xEC, 0xF2, 0, 0x98], &[0; 8]),
//!         exchange(&[0x80, 0xA1], &[0; 2]),
//!         exchange(&[0; 9], &[0, 0x81, 0x3B, 0x88, 0xEC, 0xF2, 0, 0x98, 0]),
//!         exchange(&[0x80, 0xA1], &[0; 2]),
//!     ]
//!     .concat(),
//! );
//! let mut sensor = Driver::new(Engine::new(Config::new(settings)?), bus.clone());
//! let at = Instant::from_millis;
//! assert_eq!(sensor.poll(at(100)), None); // set up
//! assert_eq!(sensor.poll(at(200)), None); // begun
//! assert_eq!(sensor.poll(at(210)), None); // not ready, and that is not the value before
//! let reading = sensor.poll(at(300)).unwrap();
//! assert_eq!(reading.taken, at(268));
//! // 0x3B88 holds the code 7620: 7620 / 32768 · 430 Ω = 99.99 Ω, 0 °C.
//! let celsius = pt100::TABLE.eval(reading.value?)?;
//! assert!(celsius.0.abs() < 20_000);
//! bus.done();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod registers;

pub use registers::{FaultBit, FaultStatus, Mains, Registers, Wires};

use crate::front_end::{
    self, Driver, Due, Frame, Milliohms, Scale, ScaleError, Timed, Trouble, Wiring,
};
use coldcap_units::{Duration, Fault, Instant, Ratio, Reading};
use core::num::NonZeroU8;

/// A MAX31865 on a bus.
pub type Max31865<Bus, Ready = Timed> = Driver<Engine, Bus, Ready>;

/// How often the wires are checked with a current of their own (D5 to D3), besides what every conversion shows (D7, D6, D2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineCheck {
    /// Before every so many conversions, and after set-up.
    Every(NonZeroU8),
    /// Never: the input's filter is slower than 0.1 ms.
    Never,
}

impl LineCheck {
    /// Conversions until a check that is due.
    const fn soon(self) -> Option<u8> {
        match self {
            Self::Every(_) => Some(0),
            Self::Never => None,
        }
    }

    /// Conversions between two checks.
    const fn again(self) -> Option<u8> {
        match self {
            Self::Every(conversions) => Some(conversions.get()),
            Self::Never => None,
        }
    }
}

/// What a board has around the part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The wires to the sensor.
    pub wires: Wires,
    /// The mains nearby.
    pub mains: Mains,
    /// The reference resistor, 350 Ω to 10 kΩ.
    pub reference: Milliohms,
    /// The reference resistor that the table was made for.
    pub table: Milliohms,
    /// The sensor is short-circuited at this resistance and below.
    pub short_at: Milliohms,
    /// A wire is open at this resistance and above.
    pub open_at: Milliohms,
    /// How long the input needs to settle after the bias or FORCE− was switched: five time constants of its filter and 1 ms.
    /// At least 1 ms.
    pub settling: Duration,
    /// How often the wires are checked.
    pub line_check: LineCheck,
}

impl Settings {
    /// A Pt100 for the table [`pt100`](coldcap_calibration::curves::pt100), which is made for 400 Ω. Short below 1 Ω and
    /// open from 398 Ω, as in the table; 2 ms of settling; a line check before every tenth conversion.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn pt100(wires: Wires, mains: Mains, reference: Milliohms) -> Self {
        Self {
            wires,
            mains,
            reference,
            table: Milliohms::from_ohms(400),
            short_at: Milliohms::from_ohms(1),
            open_at: Milliohms::from_ohms(398),
            settling: Duration::from_millis(2),
            line_check: LineCheck::Every(NonZeroU8::MIN.saturating_add(9)),
        }
    }

    /// A Pt1000 for the table [`pt1000`](coldcap_calibration::curves::pt1000), which is made for 4 kΩ; the rest as
    /// [`pt100`](Self::pt100), tenfold.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn pt1000(wires: Wires, mains: Mains, reference: Milliohms) -> Self {
        Self {
            table: Milliohms::from_ohms(4_000),
            short_at: Milliohms::from_ohms(10),
            open_at: Milliohms::from_ohms(3_980),
            ..Self::pt100(wires, mains, reference)
        }
    }
}

/// Why [`Settings`] are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConfigError {
    /// The reference resistor is not between 350 Ω and 10 kΩ.
    Reference,
    /// The table's resistor cannot be used.
    Scale(ScaleError),
    /// The limits are not in order, or the upper one is not below the reference resistor.
    Limits,
    /// Less than 1 ms of settling.
    Settling,
}

impl core::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Reference => "the reference resistor must have 350 Ω to 10 kΩ",
            Self::Scale(_) => "the table's resistor cannot be used",
            Self::Limits => "short < open < reference must hold",
            Self::Settling => "the input needs 1 ms to settle at least",
        })
    }
}

impl core::error::Error for ConfigError {}

/// Settings that were checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    registers: Registers,
    scale: Scale,
    short_at: u16,
    open_at: u16,
    conversion: Duration,
    settling: Duration,
    line_check: LineCheck,
}

/// The largest code.
const FULL: u16 = 0x7FFF;

/// How long the bias takes to come up.
const BIAS_UP: Duration = Duration::from_millis(11);

/// Longer than any line check.
const LINE_CHECK: Duration = Duration::from_millis(1);

impl Config {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`ConfigError`].
    ///
    /// # Panics
    /// Never.
    ///
    /// ```
    /// use coldcap_hal::front_end::Milliohms;
    /// use coldcap_hal::max31865::{Config, ConfigError, Mains, Settings, Wires};
    /// let on = |ohms| Settings::pt100(Wires::Three, Mains::Hz50, Milliohms::from_ohms(ohms));
    /// assert!(Config::new(on(430)).is_ok());
    /// assert_eq!(Config::new(on(100)), Err(ConfigError::Reference));
    /// // 398 Ω could never be seen.
    /// assert_eq!(Config::new(on(390)), Err(ConfigError::Limits));
    /// ```
    pub const fn new(settings: Settings) -> Result<Self, ConfigError> {
        let Settings { wires, mains, reference, table, settling, line_check, .. } = settings;
        if reference.0 < 350_000 || reference.0 > 10_000_000 {
            return Err(ConfigError::Reference);
        }
        if settling.is_zero() {
            return Err(ConfigError::Settling);
        }
        let scale = match Scale::new(reference, table, 1) {
            Ok(scale) => scale,
            Err(error) => return Err(ConfigError::Scale(error)),
        };
        let (Some(short_at), Some(open_at)) =
            (code(settings.short_at, reference), code(settings.open_at, reference))
        else {
            return Err(ConfigError::Limits);
        };
        if short_at >= open_at || open_at > FULL {
            return Err(ConfigError::Limits);
        }
        let registers = Registers::new(wires, mains, open_at, short_at);
        let conversion = mains.conversion();
        Ok(Self { registers, scale, short_at, open_at, conversion, settling, line_check })
    }
}

/// The code of a resistance, rounded down; `None` where it is the reference or more.
const fn code(resistance: Milliohms, reference: Milliohms) -> Option<u16> {
    if resistance.0 >= reference.0 {
        return None;
    }
    match (resistance.0 as u64).wrapping_shl(15).checked_div(reference.0 as u64) {
        Some(code) => Some(code as u16),
        None => None,
    }
}

/// What is done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Configure,
    /// Begins a line check or a conversion, and then tells what the last conversion gave.
    Begin(Option<Reading<Ratio>>),
    Read,
}

/// The MAX31865 without its bus; see [`front_end`](mod@crate::front_end).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Engine {
    config: Config,
    step: Step,
    due: Due,
    /// Conversions until the next line check; `None` where there is none ever.
    until_check: Option<u8>,
    status: FaultStatus,
    trouble: Option<Trouble>,
}

impl Engine {
    /// A part that is not set up yet.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn new(config: Config) -> Self {
        let (step, due, status) = (Step::Configure, Due::NOW, FaultStatus::new(0));
        Self { config, step, due, until_check: config.line_check.soon(), status, trouble: None }
    }

    /// The fault status of the last exchange that gave one.
    #[must_use]
    pub const fn status(&self) -> FaultStatus {
        self.status
    }

    /// What was the matter at the last attempt; `None` if that gave a number.
    #[must_use]
    pub const fn trouble(&self) -> Option<Trouble> {
        self.trouble
    }

    fn wait(&mut self, now: Instant, longest: Duration, step: Step) {
        (self.step, self.due) = (step, Due::after(now, longest));
    }

    fn failed(&mut self, now: Instant, trouble: Trouble) -> Option<Reading<Ratio>> {
        self.trouble = Some(trouble);
        (self.step, self.due) = (Step::Configure, Due::NOW);
        self.until_check = self.config.line_check.soon();
        Some(Reading::faulty(trouble.fault(), now))
    }

    fn began(&mut self, now: Instant) {
        if self.until_check == Some(0) {
            self.until_check = self.config.line_check.again();
            self.wait(now, LINE_CHECK.plus(self.config.settling), Step::Begin(None));
        } else {
            self.until_check = self.until_check.map(|left| left.saturating_sub(1));
            self.wait(now, self.config.conversion, Step::Read);
        }
    }

    fn ratio(&mut self, frame: &Frame) -> Result<Ratio, Trouble> {
        let (code, status) = self.config.registers.parse(frame)?;
        self.status = status;
        if let Some(fault) = status.fault() {
            return Err(Trouble::Sensor(fault));
        }
        match code {
            code if code >= self.config.open_at => Err(Trouble::Sensor(Fault::Open)),
            code if code <= self.config.short_at => Err(Trouble::Sensor(Fault::Short)),
            code => self.config.scale.ratio(Ratio::from_code(code.into(), 15), Wiring::Series),
        }
    }

    fn read(&mut self, now: Instant, frame: &Frame) -> Option<Reading<Ratio>> {
        match self.ratio(frame) {
            Ok(ratio) => {
                let told = Reading::new(ratio, self.due.from().min(now));
                self.trouble = None;
                (self.step, self.due) = (Step::Begin(Some(told)), Due::NOW);
                None
            }
            Err(trouble) => self.failed(now, trouble),
        }
    }
}

impl front_end::Engine for Engine {
    type Told = Reading<Ratio>;

    fn next(&self, now: Instant, ready: Option<bool>) -> Result<Option<Frame>, Trouble> {
        let (frame, ready) = match self.step {
            Step::Configure => (self.config.registers.configure(), None),
            Step::Begin(_) if self.until_check == Some(0) => {
                (self.config.registers.check_lines(), None)
            }
            Step::Begin(_) => (self.config.registers.convert(), None),
            Step::Read => (self.config.registers.read(), ready),
        };
        Ok(self.due.judge(now, ready)?.then_some(frame))
    }

    fn take(&mut self, now: Instant, answer: Result<Frame, Trouble>) -> Option<Reading<Ratio>> {
        match (answer, self.step) {
            (Err(trouble), _) => self.failed(now, trouble),
            (Ok(_), Step::Configure) => {
                self.wait(now, BIAS_UP.plus(self.config.settling), Step::Begin(None));
                None
            }
            (Ok(_), Step::Begin(told)) => {
                self.began(now);
                told
            }
            (Ok(frame), Step::Read) => self.read(now, &frame),
        }
    }
}
