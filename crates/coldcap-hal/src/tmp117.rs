//! TMP117: a sensor on I²C that gives its own temperature.
//!
//! A core that takes ratios takes this one's, too: [`ratio`] maps its code exactly, and [`TABLE`] maps it back. A machine
//! that has one in the place of a thermistor gives that sensor a calibration with this table, and its guard limits from
//! [`ratio`].
//!
//! # Timing
//! It converts without being asked, every 16 to 500 ms ([`Averaging`], [`Cycle`]). A poll is one transaction: it reads flags
//! and temperature, and tells a number only if the part says that this one was not read yet. Ask at least once in a cycle:
//! the instant of a reading is that of the poll. Set-up takes two polls and a conversion.
//!
//! # Faults
//! | what is found | trouble | fault |
//! |---|---|---|
//! | the bus fails, no acknowledge; only zeros, only ones | [`Bus`], [`StuckLow`], [`StuckHigh`] | `Bus` |
//! | another part answers | [`Identity`] | `Bus` |
//! | settings or offset are not as written | [`ConfigurationLost`] | `Unavailable` |
//! | it loads its settings (EEPROM busy) | [`NotReady`] | `Unavailable` |
//! | −256 °C, which stands there before the first conversion | [`PowerOnValue`] | `Unavailable` |
//! | no new conversion for two cycles | [`Overdue`] | `Stale` |
//! | colder than −55 °C, warmer than 150 °C | [`Sensor`] | `BelowRange`, `AboveRange` |
//!
//! [`Bus`]: Trouble::Bus
//! [`StuckLow`]: Trouble::StuckLow
//! [`StuckHigh`]: Trouble::StuckHigh
//! [`Identity`]: Trouble::Identity
//! [`ConfigurationLost`]: Trouble::ConfigurationLost
//! [`NotReady`]: Trouble::NotReady
//! [`PowerOnValue`]: Trouble::PowerOnValue
//! [`Overdue`]: Trouble::Overdue
//! [`Sensor`]: Trouble::Sensor
//!
//! The offset register is set to zero: a maker may have stored another there, and what it adds is not to be seen in a
//! reading. The EEPROM is never written.
//!
//! # Why not the crate `tmp117`
//! Version 3.0.0 is on `embedded-hal` 1.0 and was the first choice. Its driver sleeps between questions, waits for an alert
//! without end, and gives `f32`; below it, its register types have the addresses of offset (07h) and third EEPROM word (08h)
//! the wrong way round, so that the offset could neither be cleared nor checked. It also brings 20 crates, most of them
//! procedural macros, for four registers.
//!
//! # Sources
//! Data sheet SNOSD82 for registers, start values and codes; the Linux and Zephyr drivers agree. That a conversion takes an
//! eighth longer than is typical at most is from memory. A report to the maker says that the flag may be lost if it is read
//! as it is set: then one cycle is.
//!
//! ```
//! use coldcap_hal::tmp117::{Address, Averaging, Cycle, TABLE, Tmp117};
//! use coldcap_units::Instant;
//! use embedded_hal_mock::eh1::i2c::{Mock, Transaction};
//!
//! let read_two = |first: (u8, u16), second: (u8, u16)| {
//!     vec![
//!         Transaction::transaction_start(0x48),
//!         Transaction::write(0x48, vec![first.0]),
//!         Transaction::read(0x48, first.1.to_be_bytes().to_vec()),
//!         Transaction::write(0x48, vec![second.0]),
//!         Transaction::read(0x48, second.1.to_be_bytes().to_vec()),
//!         Transaction::transaction_end(0x48),
//!     ]
//! };
//! let mut bus = Mock::new(
//!     &[
//!         read_two((0x0F, 0x0117), (0x01, 0x2220)),
//!         vec![Transaction::write(0x48, vec![0x07, 0, 0])],
//!         vec![Transaction::write(0x48, vec![0x01, 0x00, 0x04])],
//!         read_two((0x07, 0), (0x01, 0x0004)),
//!         read_two((0x01, 0x0004), (0x00, 0x8000)),
//!         read_two((0x01, 0x2004), (0x00, 0x0C80)),
//!     ]
//!     .concat(),
//! );
//! let mut sensor = Tmp117::new(bus.clone(), Address::Ground, Averaging::None, Cycle::Fastest);
//! let at = Instant::from_millis;
//! assert_eq!(sensor.poll(at(100)), None); // set up
//! assert_eq!(sensor.poll(at(110)), None); // checked
//! assert_eq!(sensor.poll(at(130)), None); // no conversion yet
//! let reading = sensor.poll(at(140)).unwrap();
//! assert!((TABLE.eval(reading.value?)?.0 - 25_000_000).abs() <= 1);
//! bus.done();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod registers;

pub use registers::{
    Address, Averaging, Configuration, Cycle, Register, Request, TABLE, measured, ratio,
};

use crate::front_end::{Due, EXCHANGES, Trouble, stuck};
use coldcap_units::{Duration, Instant, Ratio, Reading};
use embedded_hal::i2c::Operation;

/// What is done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Identify,
    ClearOffset,
    Configure,
    Check,
    Read,
}

/// The TMP117 without its bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Engine {
    configuration: Configuration,
    longest: Duration,
    step: Step,
    due: Due,
    trouble: Option<Trouble>,
}

/// The two registers that a [`Request::Read`] brought; of a [`Request::Write`] nothing.
pub type Answer = [u16; 2];

impl Engine {
    /// A part that is not set up yet.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn new(averaging: Averaging, cycle: Cycle) -> Self {
        Self {
            configuration: Configuration::new(averaging, cycle),
            longest: registers::longest(averaging, cycle),
            step: Step::Identify,
            due: Due::NOW,
            trouble: None,
        }
    }

    /// What was the matter at the last attempt; `None` if that gave a number.
    #[must_use]
    pub const fn trouble(&self) -> Option<Trouble> {
        self.trouble
    }

    /// The transaction that it wants at `now`; `None` while there is nothing to do but wait. It changes nothing.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn next(&self, now: Instant) -> Option<Request> {
        let request = match self.step {
            Step::Identify => Request::Read(Register::Identity, Register::Configuration),
            Step::ClearOffset => Request::Write(Register::Offset, 0),
            Step::Configure => Request::Write(Register::Configuration, self.configuration.bits()),
            Step::Check => Request::Read(Register::Offset, Register::Configuration),
            Step::Read => Request::Read(Register::Configuration, Register::Temperature),
        };
        if now.as_millis() < self.due.from().as_millis() { None } else { Some(request) }
    }

    /// Takes what came of it.
    ///
    /// # Panics
    /// Never.
    pub fn take(
        &mut self,
        now: Instant,
        answer: Result<Answer, Trouble>,
    ) -> Option<Reading<Ratio>> {
        match self.judge(now, answer) {
            Ok(None) => None,
            Ok(Some(ratio)) => {
                self.trouble = None;
                Some(Reading::new(ratio, now))
            }
            Err(trouble) => {
                (self.step, self.due) = (Step::Identify, Due::NOW);
                self.trouble = Some(trouble);
                Some(Reading::faulty(trouble.fault(), now))
            }
        }
    }

    fn judge(
        &mut self,
        now: Instant,
        answer: Result<Answer, Trouble>,
    ) -> Result<Option<Ratio>, Trouble> {
        let [first, second] = answer?;
        match self.step {
            Step::Identify => {
                not_stuck(first, second)?;
                registers::identified(first, second)?;
                self.step = Step::ClearOffset;
            }
            Step::ClearOffset => self.step = Step::Configure,
            Step::Configure => self.step = Step::Check,
            Step::Check => {
                not_stuck(first, second)?;
                self.configuration.is_ready(second)?;
                if first != 0 {
                    return Err(Trouble::ConfigurationLost);
                }
                (self.step, self.due) = (Step::Read, Due::after(now, self.longest));
            }
            Step::Read => return self.read(now, first, second),
        }
        Ok(None)
    }

    fn read(
        &mut self,
        now: Instant,
        configuration: u16,
        temperature: u16,
    ) -> Result<Option<Ratio>, Trouble> {
        not_stuck(configuration, temperature)?;
        let is_new = self.configuration.is_ready(configuration)?;
        if !self.due.judge(now, Some(is_new))? {
            return Ok(None);
        }
        self.due = Due::by(now, self.longest);
        match measured(temperature) {
            Ok(ratio) => Ok(Some(ratio)),
            Err(trouble) => Err(trouble),
        }
    }
}

fn not_stuck(first: u16, second: u16) -> Result<(), Trouble> {
    let [[a, b], [c, d]] = [first, second].map(u16::to_be_bytes);
    stuck(&[a, b, c, d]).map_or(Ok(()), Err)
}

/// A TMP117 on a bus.
#[derive(Debug)]
pub struct Tmp117<Bus> {
    engine: Engine,
    bus: Bus,
    address: Address,
}

impl<Bus> Tmp117<Bus> {
    /// The part at this address, not set up yet.
    pub const fn new(bus: Bus, address: Address, averaging: Averaging, cycle: Cycle) -> Self {
        Self { engine: Engine::new(averaging, cycle), bus, address }
    }

    /// The engine, with all that it knows.
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Gives the bus back. The part stays as it is.
    pub fn release(self) -> Bus {
        self.bus
    }
}

const fn write(register: Register, value: u16) -> [u8; 3] {
    let [high, low] = value.to_be_bytes();
    [register as u8, high, low]
}

impl<Bus: embedded_hal::i2c::I2c> Tmp117<Bus> {
    /// Goes on at `now`, and tells what is new. The contract is that of [`front_end`](mod@crate::front_end).
    ///
    /// # Panics
    /// Never, unless the bus does.
    pub fn poll(&mut self, now: Instant) -> Option<Reading<Ratio>> {
        for _ in 0..EXCHANGES {
            let request = self.engine.next(now)?;
            let answer = self.exchange(request);
            let told = self.engine.take(now, answer);
            if told.is_some() || self.engine.step == Step::Read {
                return told;
            }
        }
        None
    }

    fn exchange(&mut self, request: Request) -> Result<Answer, Trouble> {
        let mut answer = [[0; 2]; 2];
        let [first, second] = &mut answer;
        let done = match request {
            Request::Write(register, value) => {
                self.bus.write(self.address as u8, &write(register, value))
            }
            Request::Read(one, two) => {
                let (one, two) = ([one as u8], [two as u8]);
                let [one, two] = [Operation::Write(&one), Operation::Write(&two)];
                let both = &mut [one, Operation::Read(first), two, Operation::Read(second)];
                self.bus.transaction(self.address as u8, both)
            }
        };
        done.map(|()| answer.map(u16::from_be_bytes)).map_err(|_| Trouble::Bus)
    }
}

#[cfg(feature = "async")]
impl<Bus: embedded_hal_async::i2c::I2c> Tmp117<Bus> {
    /// [`poll`](Self::poll) on an asynchronous bus. It waits for the bus only, never for the part.
    ///
    /// # Panics
    /// Never, unless the bus does.
    pub async fn poll_async(&mut self, now: Instant) -> Option<Reading<Ratio>> {
        for _ in 0..EXCHANGES {
            let request = self.engine.next(now)?;
            let answer = self.exchange_async(request).await;
            let told = self.engine.take(now, answer);
            if told.is_some() || self.engine.step == Step::Read {
                return told;
            }
        }
        None
    }

    async fn exchange_async(&mut self, request: Request) -> Result<Answer, Trouble> {
        let mut answer = [[0; 2]; 2];
        let [first, second] = &mut answer;
        let done = match request {
            Request::Write(register, value) => {
                self.bus.write(self.address as u8, &write(register, value)).await
            }
            Request::Read(one, two) => {
                let (one, two) = ([one as u8], [two as u8]);
                let [one, two] = [Operation::Write(&one), Operation::Write(&two)];
                let both = &mut [one, Operation::Read(first), two, Operation::Read(second)];
                self.bus.transaction(self.address as u8, both).await
            }
        };
        done.map(|()| answer.map(u16::from_be_bytes)).map_err(|_| Trouble::Bus)
    }
}
