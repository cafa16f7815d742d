//! The registers of the ADS1220 as types.

use crate::front_end::{Frame, Trouble, stuck};
use coldcap_units::Duration;

/// Which inputs are compared. The codes are those of the part's multiplexer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Input {
    /// AIN0 against AIN1.
    Ain0Ain1 = 0,
    /// AIN0 against AIN2.
    Ain0Ain2 = 1,
    /// AIN0 against AIN3.
    Ain0Ain3 = 2,
    /// AIN1 against AIN2.
    Ain1Ain2 = 3,
    /// AIN1 against AIN3.
    Ain1Ain3 = 4,
    /// AIN2 against AIN3.
    Ain2Ain3 = 5,
    /// AIN1 against AIN0.
    Ain1Ain0 = 6,
    /// AIN3 against AIN2.
    Ain3Ain2 = 7,
    /// AIN0 against ground.
    Ain0 = 8,
    /// AIN1 against ground.
    Ain1 = 9,
    /// AIN2 against ground.
    Ain2 = 10,
    /// AIN3 against ground.
    Ain3 = 11,
}

impl Input {
    /// Whether it is compared with ground, so that the amplifier must be bypassed.
    #[must_use]
    pub const fn is_single(self) -> bool {
        self as u8 >= Self::Ain0 as u8
    }
}

/// The gain between input and converter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Gain {
    /// 1.
    X1 = 0,
    /// 2.
    X2 = 1,
    /// 4: the largest without the amplifier.
    X4 = 2,
    /// 8.
    X8 = 3,
    /// 16.
    X16 = 4,
    /// 32.
    X32 = 5,
    /// 64.
    X64 = 6,
    /// 128.
    X128 = 7,
}

impl Gain {
    /// As a number, 1 to 128.
    #[must_use]
    pub const fn factor(self) -> u8 {
        1u8.wrapping_shl(self as u32)
    }
}

/// Whether the amplifier stands between input and converter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Amplifier {
    /// It does.
    On,
    /// The input goes past it, from ground to supply; gains to 4 only.
    Bypassed,
}

/// Conversions a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Rate {
    /// 20, the only one with filters for the mains.
    Sps20 = 0,
    /// 45.
    Sps45 = 1,
    /// 90.
    Sps90 = 2,
    /// 175.
    Sps175 = 3,
    /// 330.
    Sps330 = 4,
    /// 600.
    Sps600 = 5,
    /// 1000.
    Sps1000 = 6,
}

impl Rate {
    /// The longest that a conversion takes, rounded up: periods of a 4.096 MHz clock that is 2 % slow, and 50 µs for it to
    /// start.
    #[must_use]
    pub const fn conversion(self) -> Duration {
        let periods: u32 = match self {
            Self::Sps20 => 204_850,
            Self::Sps45 => 91_218,
            Self::Sps90 => 46_226,
            Self::Sps175 => 23_762,
            Self::Sps330 => 12_562,
            Self::Sps600 => 6_994,
            Self::Sps1000 => 4_242,
        };
        // 4.096 kHz less 2 % a millisecond, rounded down.
        Duration::from_millis((periods / 4_014).saturating_add(2))
    }
}

/// The hum that the filter takes away, at 20 conversions a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Rejection {
    /// None.
    None = 0,
    /// 50 and 60 Hz.
    Both = 1,
    /// 50 Hz.
    Hz50 = 2,
    /// 60 Hz.
    Hz60 = 3,
}

/// Where the reference comes from. The internal one is left out: a resistance is measured against a resistor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Reference {
    /// REFP0 and REFN0.
    Pins0 = 1,
    /// REFP1 and REFN1, which are AIN0 and AIN3.
    Pins1 = 2,
    /// The analogue supply, of which the divider is fed.
    Supply = 3,
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
    /// 1000 µA.
    Ua1000 = 6,
    /// 1500 µA.
    Ua1500 = 7,
}

/// Where an excitation current goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Outlet {
    /// Nowhere.
    None = 0,
    /// AIN0.
    Ain0 = 1,
    /// AIN1.
    Ain1 = 2,
    /// AIN2.
    Ain2 = 3,
    /// AIN3.
    Ain3 = 4,
    /// REFP0.
    RefP0 = 5,
    /// REFN0.
    RefN0 = 6,
}

const RESET: u8 = 0x06;
const START: u8 = 0x08;
const READ_DATA: u8 = 0x10;
/// Four registers from the first.
const READ_REGISTERS: u8 = 0x23;
const WRITE_REGISTERS: u8 = 0x43;
/// Continuous conversion, in register 1.
const CONTINUOUS: u8 = 0x04;

/// The four registers of one channel. Never all zero: the reference is never the internal one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Registers([u8; 4]);

impl Registers {
    pub(super) const fn new(
        input: Input,
        gain: Gain,
        amplifier: Amplifier,
        outlets: [Outlet; 2],
        shared: [u8; 2],
    ) -> Self {
        let bypass = matches!(amplifier, Amplifier::Bypassed) as u8;
        let first = (input as u8).wrapping_shl(4) | (gain as u8).wrapping_shl(1) | bypass;
        let [one, two] = outlets;
        let [second, third] = shared;
        Self([first, second, third, (one as u8).wrapping_shl(5) | (two as u8).wrapping_shl(2)])
    }

    /// Registers 1 and 2, which all channels share.
    pub(super) const fn shared(
        rate: Rate,
        rejection: Rejection,
        reference: Reference,
        excitation: Excitation,
    ) -> [u8; 2] {
        let third = (reference as u8).wrapping_shl(6)
            | (rejection as u8).wrapping_shl(4)
            | excitation as u8;
        [(rate as u8).wrapping_shl(5) | CONTINUOUS, third]
    }

    /// Resets the part.
    #[must_use]
    pub fn reset() -> Frame {
        Frame::new(&[RESET])
    }

    /// Writes the registers and begins to convert anew.
    #[must_use]
    pub fn start(&self) -> Frame {
        let [a, b, c, d] = self.0;
        Frame::new(&[WRITE_REGISTERS, a, b, c, d, START])
    }

    /// Reads the last conversion, and then the registers by which it was made.
    #[must_use]
    pub fn read() -> Frame {
        Frame::new(&[READ_DATA, 0, 0, 0, READ_REGISTERS, 0, 0, 0, 0])
    }

    /// What came back of [`read`](Self::read): the code, most significant byte first.
    ///
    /// # Errors
    /// [`Trouble::StuckLow`], [`Trouble::StuckHigh`]; [`Trouble::ConfigurationLost`] where the registers are not these;
    /// [`Trouble::Inconsistent`] for a frame that is not a reading.
    ///
    /// # Panics
    /// Never.
    pub fn parse(&self, frame: &Frame) -> Result<[u8; 3], Trouble> {
        let &[_, high, middle, low, _, a, b, c, d] = frame.bytes() else {
            return Err(Trouble::Inconsistent);
        };
        if let Some(trouble) = stuck(&[high, middle, low, a, b, c, d]) {
            return Err(trouble);
        }
        if [a, b, c, d] == self.0 {
            Ok([high, middle, low])
        } else {
            Err(Trouble::ConfigurationLost)
        }
    }
}
