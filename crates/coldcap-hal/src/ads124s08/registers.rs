//! The registers of the ADS124S08 as types.

use crate::front_end::{Frame, Trouble, Wiring, stuck};
use coldcap_units::Duration;

/// A pin of the multiplexer. The ADS124S06 has AIN0 to AIN5 and the common one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Pin {
    /// AIN0.
    Ain0 = 0,
    /// AIN1.
    Ain1 = 1,
    /// AIN2.
    Ain2 = 2,
    /// AIN3.
    Ain3 = 3,
    /// AIN4.
    Ain4 = 4,
    /// AIN5.
    Ain5 = 5,
    /// AIN6.
    Ain6 = 6,
    /// AIN7.
    Ain7 = 7,
    /// AIN8.
    Ain8 = 8,
    /// AIN9.
    Ain9 = 9,
    /// AIN10.
    Ain10 = 10,
    /// AIN11.
    Ain11 = 11,
    /// AINCOM.
    Common = 12,
}

impl Pin {
    /// Whether only the ADS124S08 has it.
    #[must_use]
    pub const fn is_of_s08(self) -> bool {
        self as u8 > Self::Ain5 as u8 && self as u8 <= Self::Ain11 as u8
    }
}

/// The amplifier between input and converter, and its gain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Amplifier {
    /// Gone past: inputs from ground to supply, gain 1. The monitors of its outputs are off, since there are none.
    Bypassed = 0x00,
    /// Gain 1.
    X1 = 0x08,
    /// Gain 2.
    X2 = 0x09,
    /// Gain 4.
    X4 = 0x0A,
    /// Gain 8.
    X8 = 0x0B,
    /// Gain 16.
    X16 = 0x0C,
    /// Gain 32.
    X32 = 0x0D,
    /// Gain 64.
    X64 = 0x0E,
    /// Gain 128.
    X128 = 0x0F,
}

impl Amplifier {
    /// The gain as a number, 1 to 128.
    #[must_use]
    pub const fn factor(self) -> u8 {
        1u8.wrapping_shl((self as u8 & 0x07) as u32)
    }
}

/// Conversions a second, with the filter of low latency: each conversion is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Rate {
    /// 2.5.
    Sps2 = 0,
    /// 5.
    Sps5 = 1,
    /// 10.
    Sps10 = 2,
    /// 16.6.
    Sps16 = 3,
    /// 20.
    Sps20 = 4,
    /// 50.
    Sps50 = 5,
    /// 60.
    Sps60 = 6,
    /// 100.
    Sps100 = 7,
    /// 200.
    Sps200 = 8,
    /// 400.
    Sps400 = 9,
    /// 800.
    Sps800 = 10,
    /// 1000.
    Sps1000 = 11,
    /// 2000.
    Sps2000 = 12,
    /// 4000.
    Sps4000 = 13,
}

impl Rate {
    /// What the first conversion after a start takes, in microseconds of a clock of 4.096 MHz.
    const fn first_us(self) -> u32 {
        match self {
            Self::Sps2 => 406_504,
            Self::Sps5 => 206_504,
            Self::Sps10 => 106_504,
            Self::Sps16 => 60_254,
            Self::Sps20 => 56_504,
            Self::Sps50 => 20_156,
            Self::Sps60 => 16_910,
            Self::Sps100 => 10_156,
            Self::Sps200 => 5_156,
            Self::Sps400 => 2_656,
            Self::Sps800 => 1_406,
            Self::Sps1000 => 1_156,
            Self::Sps2000 => 656,
            Self::Sps4000 => 406,
        }
    }

    /// The longest that the first conversion after a start takes, with this delay before it, rounded up; the clock may be 2
    /// % slow.
    #[must_use]
    pub const fn conversion(self, delay: Delay) -> Duration {
        let us = self.first_us().saturating_add(delay.us());
        Duration::from_millis((us / 980).saturating_add(1))
    }
}

/// How long the part waits between switching to a channel and the conversion, for currents and filters at the inputs to
/// settle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Delay {
    /// 4 µs.
    Us4 = 0xE0,
    /// 55 µs, as after a reset.
    Us55 = 0x00,
    /// 98 µs.
    Us98 = 0x20,
    /// 0.25 ms.
    Us250 = 0x40,
    /// 1 ms.
    Ms1 = 0x60,
    /// 4 ms.
    Ms4 = 0x80,
    /// 8 ms.
    Ms8 = 0xA0,
    /// 16 ms.
    Ms16 = 0xC0,
}

impl Delay {
    /// In microseconds, rounded up.
    #[must_use]
    pub const fn us(self) -> u32 {
        match self {
            Self::Us4 => 4,
            Self::Us55 => 55,
            Self::Us98 => 98,
            Self::Us250 => 250,
            Self::Ms1 => 1_000,
            Self::Ms4 => 4_000,
            Self::Ms8 => 8_000,
            Self::Ms16 => 16_000,
        }
    }
}

/// Where the reference comes from. The internal one is left out: a resistance is measured against a resistor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Reference {
    /// REFP0 and REFN0.
    Pins0 = 0x00,
    /// REFP1 and REFN1.
    Pins1 = 0x04,
}

/// Which reference inputs are buffered. One that lies at ground or supply must not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Buffers {
    /// Both.
    Both = 0x00,
    /// The positive one: the negative one is ground.
    Positive = 0x10,
    /// None: the reference is the supply.
    None = 0x30,
}

/// What of the reference is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Monitor {
    /// Below 0.3 V it is missing (L0).
    Missing = 0x40,
    /// Below a third of the supply, too (L1).
    Low = 0x80,
}

/// The excitation current of each source, in microamperes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Excitation {
    /// None.
    Off = 0,
    /// 10 µA.
    Ua10 = 1,
    /// 50 µA.
    Ua50 = 2,
    /// 100 µA.
    Ua100 = 3,
    /// 250 µA.
    Ua250 = 4,
    /// 500 µA.
    Ua500 = 5,
    /// 750 µA.
    Ua750 = 6,
    /// 1000 µA.
    Ua1000 = 7,
    /// 1500 µA.
    Ua1500 = 8,
    /// 2000 µA.
    Ua2000 = 9,
}

/// One bit of the status byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum StatusBit {
    /// Power failed since it was set up: FL_POR.
    PowerOn = 0x80,
    /// It is still starting: the RDY bit, which is set while it is *not* ready.
    NotReady = 0x40,
    /// The amplifier's positive output is at the positive rail.
    PositiveAtPositive = 0x20,
    /// The amplifier's positive output is at the negative rail.
    PositiveAtNegative = 0x10,
    /// The amplifier's negative output is at the positive rail.
    NegativeAtPositive = 0x08,
    /// The amplifier's negative output is at the negative rail.
    NegativeAtNegative = 0x04,
    /// The reference is below a third of the supply: FL_REF_L1.
    ReferenceLow = 0x02,
    /// The reference is below 0.3 V: FL_REF_L0.
    ReferenceMissing = 0x01,
}

impl StatusBit {
    /// Every bit, in the order in which they are judged: what is the part's before what is the channel's, and a missing
    /// reference before what follows of it.
    pub const ALL: [Self; 8] = [
        Self::PowerOn,
        Self::NotReady,
        Self::ReferenceMissing,
        Self::ReferenceLow,
        Self::PositiveAtPositive,
        Self::NegativeAtNegative,
        Self::PositiveAtNegative,
        Self::NegativeAtPositive,
    ];

    /// What it means for a sensor that is wired like this.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn trouble(self, wiring: Wiring) -> Trouble {
        match self {
            Self::PowerOn => Trouble::ConfigurationLost,
            Self::NotReady => Trouble::NotReady,
            Self::ReferenceMissing | Self::ReferenceLow => {
                Trouble::Sensor(wiring.without_reference())
            }
            Self::PositiveAtPositive | Self::NegativeAtNegative => {
                Trouble::Sensor(wiring.at_high_end())
            }
            Self::PositiveAtNegative | Self::NegativeAtPositive => {
                Trouble::Sensor(wiring.at_low_end())
            }
        }
    }
}

/// The status byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Status(pub u8);

impl Status {
    /// Whether a bit is set.
    #[must_use]
    pub const fn contains(self, bit: StatusBit) -> bool {
        self.0 & bit as u8 != 0
    }

    /// The first trouble of [`StatusBit::ALL`] that it tells.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn trouble(self, wiring: Wiring) -> Option<Trouble> {
        let first = StatusBit::ALL.into_iter().find(|bit| self.contains(*bit));
        first.map(|bit| bit.trouble(wiring))
    }
}

/// The check value of the part, CRC-8 with the polynomial 7 and nothing to begin with.
///
/// ```
/// assert_eq!(coldcap_hal::ads124s08::check_value(b"123456789"), 0xF4);
/// ```
///
/// # Panics
/// Never.
#[must_use]
pub fn check_value(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| {
            let shifted = crc.wrapping_shl(1);
            if crc & 0x80 == 0 { shifted } else { shifted ^ 0x07 }
        })
    })
}

const RESET: u8 = 0x06;
const START: u8 = 0x08;
const READ_DATA: u8 = 0x12;
/// From the identity on.
const READ_IDENTITY: u8 = 0x20;
/// From the status on; the first register that is written is the status, whose flag of a power failure that clears.
const WRITE_FROM_STATUS: u8 = 0x41;
/// From the multiplexer on.
const READ_FROM_INPUT: u8 = 0x22;
/// Continuous conversion by the internal clock, low latency.
const LOW_LATENCY: u8 = 0x10;
/// The internal reference is on: the excitation currents need it.
const INTERNAL_ON: u8 = 0x02;
const RAIL_MONITORS: u8 = 0x80;
/// Calibration by eight samples as after a reset, check value and status with every conversion.
const SYSTEM: u8 = 0x13;

/// The registers of one channel, from the multiplexer to the system register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Registers([u8; 8]);

/// What the channels share, as bits of their registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Shared {
    pub(super) delay: Delay,
    pub(super) rate: Rate,
    pub(super) reference: u8,
    pub(super) excitation: Excitation,
}

impl Shared {
    pub(super) const fn reference(
        reference: Reference,
        buffers: Buffers,
        monitor: Monitor,
        excitation: Excitation,
    ) -> u8 {
        let internal = if matches!(excitation, Excitation::Off) { 0 } else { INTERNAL_ON };
        monitor as u8 | buffers as u8 | reference as u8 | internal
    }
}

impl Registers {
    pub(super) const fn new(
        [positive, negative]: [Pin; 2],
        amplifier: Amplifier,
        outlets: [Option<Pin>; 2],
        shared: Shared,
    ) -> Self {
        let monitors = if matches!(amplifier, Amplifier::Bypassed) { 0 } else { RAIL_MONITORS };
        let [first, second] = outlets;
        Self([
            (positive as u8).wrapping_shl(4) | negative as u8,
            shared.delay as u8 | amplifier as u8,
            LOW_LATENCY | shared.rate as u8,
            shared.reference,
            monitors | shared.excitation as u8,
            outlet(second).wrapping_shl(4) | outlet(first),
            0,
            SYSTEM,
        ])
    }

    /// Resets the part.
    #[must_use]
    pub fn reset() -> Frame {
        Frame::new(&[RESET])
    }

    /// Reads identity and status.
    #[must_use]
    pub fn identify() -> Frame {
        Frame::new(&[READ_IDENTITY, 1, 0, 0])
    }

    /// Writes the registers and begins to convert anew.
    #[must_use]
    pub fn start(&self) -> Frame {
        let [a, b, c, d, e, f, g, h] = self.0;
        Frame::new(&[WRITE_FROM_STATUS, 8, 0, a, b, c, d, e, f, g, h, START])
    }

    /// Reads status, conversion and check value.
    #[must_use]
    pub fn read() -> Frame {
        Frame::new(&[READ_DATA, 0, 0, 0, 0, 0])
    }

    /// Reads the registers by which the conversion was made.
    #[must_use]
    pub fn verify() -> Frame {
        Frame::new(&[READ_FROM_INPUT, 7, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    /// What came back of [`verify`](Self::verify).
    ///
    /// # Errors
    /// [`Trouble::StuckLow`], [`Trouble::StuckHigh`]; [`Trouble::ConfigurationLost`] where the registers are not these.
    ///
    /// # Panics
    /// Never.
    pub fn verified(&self, frame: &Frame) -> Result<(), Trouble> {
        let [_, _, rest @ ..] = frame.bytes() else { return Err(Trouble::Inconsistent) };
        match stuck(rest) {
            Some(trouble) => Err(trouble),
            None if *rest == self.0 => Ok(()),
            None => Err(Trouble::ConfigurationLost),
        }
    }
}

const fn outlet(pin: Option<Pin>) -> u8 {
    match pin {
        Some(pin) => pin as u8,
        None => 0x0F,
    }
}

/// What came back of [`Registers::identify`]: whether it is the part with twelve inputs.
///
/// # Errors
/// [`Trouble::Identity`] for another than an ADS124S08 or ADS124S06; [`Trouble::NotReady`] while it is starting.
///
/// # Panics
/// Never.
pub fn identified(frame: &Frame) -> Result<bool, Trouble> {
    let &[_, _, identity, status] = frame.bytes() else { return Err(Trouble::Inconsistent) };
    if stuck(&[identity, status]) == Some(Trouble::StuckHigh) {
        return Err(Trouble::StuckHigh);
    }
    match identity & 0x07 {
        0 | 1 if Status(status).contains(StatusBit::NotReady) => Err(Trouble::NotReady),
        0 => Ok(true),
        1 => Ok(false),
        _ => Err(Trouble::Identity),
    }
}

/// What came back of [`Registers::read`]: status, and the code, most significant byte first.
///
/// # Errors
/// [`Trouble::StuckHigh`]; [`Trouble::Checksum`]. Only zeros are a conversion with a check value that is right: the registers tell them from a line that
/// is held low.
///
/// # Panics
/// Never.
pub fn converted(frame: &Frame) -> Result<(Status, [u8; 3]), Trouble> {
    let &[_, status, high, middle, low, check] = frame.bytes() else {
        return Err(Trouble::Inconsistent);
    };
    if check_value(&[status, high, middle, low]) == check {
        return Ok((Status(status), [high, middle, low]));
    }
    match stuck(&[status, high, middle, low, check]) {
        Some(trouble) => Err(trouble),
        None => Err(Trouble::Checksum),
    }
}
