//! The registers of the MAX31865 as types.

use crate::front_end::{Frame, Trouble, stuck};
use coldcap_units::{Duration, Fault};

/// How many wires lead to the sensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wires {
    /// Two: their resistance counts as the sensor's, 0.4 Ω as about 1 K with a Pt100.
    Two,
    /// Three of equal resistance: the part takes one off.
    Three,
    /// Four: theirs does not count.
    Four,
}

/// The mains whose hum the filter takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mains {
    /// 50 Hz. A conversion takes 66 ms at most.
    Hz50,
    /// 60 Hz. A conversion takes 55 ms at most.
    Hz60,
}

impl Mains {
    /// The longest that a single conversion takes.
    #[must_use]
    pub const fn conversion(self) -> Duration {
        match self {
            Self::Hz50 => Duration::from_millis(66),
            Self::Hz60 => Duration::from_millis(55),
        }
    }
}

/// One bit of the fault status register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum FaultBit {
    /// D7: a conversion was at the high threshold or above. The element or a wire is open.
    HighThreshold = 0x80,
    /// D6: a conversion was at the low threshold or below. The element is short-circuited.
    LowThreshold = 0x40,
    /// D5, by a line check: REFIN− above 0.85 of the bias. No current flows: an open wire.
    RefInHigh = 0x20,
    /// D4, by a line check: REFIN− below 0.85 of the bias with FORCE− open. Something leads the current to ground.
    RefInLow = 0x10,
    /// D3, by a line check: RTDIN− below 0.85 of the bias with FORCE− open. Something leads the current to ground.
    RtdInLow = 0x08,
    /// D2, at any time: a line of the sensor lies above the supply or below ground. The part does not convert meanwhile.
    Voltage = 0x04,
}

impl FaultBit {
    /// Every bit, from D7 down.
    pub const ALL: [Self; 6] = [
        Self::HighThreshold,
        Self::LowThreshold,
        Self::RefInHigh,
        Self::RefInLow,
        Self::RtdInLow,
        Self::Voltage,
    ];

    /// The fault of a reading: [`Fault::Open`] for D7 and D5, [`Fault::Short`] for the rest, whose first cause by the sheet
    /// is a line that is short-circuited, to another, to ground, or to a foreign voltage.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn fault(self) -> Fault {
        match self {
            Self::HighThreshold | Self::RefInHigh => Fault::Open,
            Self::LowThreshold | Self::RefInLow | Self::RtdInLow | Self::Voltage => Fault::Short,
        }
    }
}

/// The fault status register. D1 and D0 have no meaning and are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FaultStatus(u8);

impl FaultStatus {
    /// Of the register's byte.
    #[must_use]
    pub const fn new(byte: u8) -> Self {
        Self(byte & 0xFC)
    }

    /// Whether a bit is set.
    #[must_use]
    pub const fn contains(self, bit: FaultBit) -> bool {
        self.0 & bit as u8 != 0
    }

    /// The fault of all bits that are set, an open wire first; `None` while there is none.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn fault(self) -> Option<Fault> {
        let faults = || FaultBit::ALL.into_iter().filter(|bit| self.contains(*bit));
        let open = faults().map(FaultBit::fault).find(|fault| *fault == Fault::Open);
        open.or_else(|| faults().map(FaultBit::fault).next())
    }
}

/// Writes from the configuration register on; the data registers behind it cannot be written and are passed over.
const WRITE: u8 = 0x80;
/// Reads from the configuration register on.
const READ: u8 = 0x00;
const BIAS: u8 = 0x80;
const ONE_SHOT: u8 = 0x20;
const THREE_WIRES: u8 = 0x10;
const LINE_CHECK: u8 = 0x04;
const CLEAR: u8 = 0x02;
const HZ_50: u8 = 0x01;

/// The bytes that a configured part reads back, and the frames that are made of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Registers {
    base: u8,
    high: u16,
    low: u16,
}

impl Registers {
    /// Bias on, normally off; thresholds in codes of 15 bits.
    pub(super) const fn new(wires: Wires, mains: Mains, high: u16, low: u16) -> Self {
        let three = if matches!(wires, Wires::Three) { THREE_WIRES } else { 0 };
        let notch = if matches!(mains, Mains::Hz50) { HZ_50 } else { 0 };
        Self { base: BIAS | three | notch, high: high.wrapping_shl(1), low: low.wrapping_shl(1) }
    }

    /// Configures everything, thresholds included, and clears the fault status.
    #[must_use]
    pub fn configure(&self) -> Frame {
        let [high, high_low] = self.high.to_be_bytes();
        let [low, low_low] = self.low.to_be_bytes();
        Frame::new(&[WRITE, self.base | CLEAR, 0, 0, high, high_low, low, low_low])
    }

    /// Begins a line check with the part's own timing, 0.6 ms at most.
    #[must_use]
    pub fn check_lines(&self) -> Frame {
        Frame::new(&[WRITE, self.base | LINE_CHECK])
    }

    /// Begins one conversion.
    #[must_use]
    pub fn convert(&self) -> Frame {
        Frame::new(&[WRITE, self.base | ONE_SHOT])
    }

    /// Reads all eight registers.
    #[must_use]
    pub fn read(&self) -> Frame {
        Frame::new(&[READ, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    /// What came back of [`read`](Self::read): the code of 15 bits, and the fault status.
    ///
    /// # Errors
    /// [`Trouble::StuckLow`], [`Trouble::StuckHigh`]; [`Trouble::ConfigurationLost`] where configuration or thresholds are not what
    /// was written; [`Trouble::Inconsistent`] for a fault flag without a fault, or a frame that is not a reading.
    ///
    /// # Panics
    /// Never.
    pub fn parse(&self, frame: &Frame) -> Result<(u16, FaultStatus), Trouble> {
        let [_, rest @ ..] = frame.bytes() else { return Err(Trouble::Inconsistent) };
        let &[configuration, msb, lsb, high, high_low, low, low_low, status] = rest else {
            return Err(Trouble::Inconsistent);
        };
        if let Some(trouble) = stuck(rest) {
            return Err(trouble);
        }
        // The lowest bit of a threshold has no meaning.
        let thresholds = [[high, high_low], [low, low_low]].map(|two| u16::from_be_bytes(two) & !1);
        if configuration != self.base || thresholds != [self.high, self.low] {
            return Err(Trouble::ConfigurationLost);
        }
        let status = FaultStatus::new(status);
        if lsb & 1 == 1 && status == FaultStatus::default() {
            return Err(Trouble::Inconsistent);
        }
        Ok((u16::from_be_bytes([msb, lsb]) >> 1, status))
    }
}
