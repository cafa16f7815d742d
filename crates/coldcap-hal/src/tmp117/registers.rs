//! The registers of the TMP117 as types, and its code as a ratio.

use crate::front_end::Trouble;
use coldcap_calibration::table::{CubicTable, Row, TableHeader};
use coldcap_units::{Duration, Fault, Ratio};

/// The address on the bus, by what its ADD0 pin is tied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Address {
    /// Ground.
    Ground = 0x48,
    /// Supply.
    Supply = 0x49,
    /// SDA.
    Sda = 0x4A,
    /// SCL.
    Scl = 0x4B,
}

/// How many conversions are averaged. 64, which take a second, are left out: the core takes a reading for stale after half
/// of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Averaging {
    /// One: 15.5 ms.
    None = 0,
    /// Eight: 125 ms.
    Of8 = 1,
    /// Thirty-two: 500 ms.
    Of32 = 2,
}

/// How often conversions begin, if averaging leaves time. Slower cycles are left out for the same reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Cycle {
    /// One behind the other.
    Fastest = 0,
    /// Every 125 ms.
    Ms125 = 1,
    /// Every 250 ms.
    Ms250 = 2,
    /// Every 500 ms.
    Ms500 = 3,
}

/// A register, by its pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Register {
    /// The last conversion.
    Temperature = 0x00,
    /// Configuration and flags.
    Configuration = 0x01,
    /// What is added to every conversion.
    Offset = 0x07,
    /// Device and revision.
    Identity = 0x0F,
}

/// One transaction on the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Writes a register.
    Write(Register, u16),
    /// Reads two registers, one behind the other.
    Read(Register, Register),
}

/// D12: the part loads its settings, or stores them.
const EEPROM_BUSY: u16 = 0x1000;
/// D13: a conversion was not read yet.
const DATA_READY: u16 = 0x2000;
/// What was written and must read back: mode, cycle, averaging, and what the ALERT pin does.
const SETTINGS: u16 = 0x0FFC;
/// D2: the ALERT pin says *ready*. The part does not come with that, so that a part that lost its settings is known by it.
const PIN_SAYS_READY: u16 = 0x0004;
const DEVICE: u16 = 0x0117;

/// The configuration register that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Configuration(u16);

impl Configuration {
    /// Continuous conversion.
    #[must_use]
    pub const fn new(averaging: Averaging, cycle: Cycle) -> Self {
        let (averaging, cycle) = (averaging as u16, cycle as u16);
        Self(averaging.wrapping_shl(5) | cycle.wrapping_shl(7) | PIN_SAYS_READY)
    }

    /// The register's bits.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Whether a conversion is there that was not read yet, of what the register reads.
    ///
    /// # Errors
    /// [`Trouble::ConfigurationLost`], [`Trouble::NotReady`] while the part loads its settings.
    ///
    /// # Panics
    /// Never.
    pub const fn is_ready(self, read: u16) -> Result<bool, Trouble> {
        if read & EEPROM_BUSY != 0 {
            Err(Trouble::NotReady)
        } else if read & SETTINGS != self.0 {
            Err(Trouble::ConfigurationLost)
        } else {
            Ok(read & DATA_READY != 0)
        }
    }
}

/// The longest between two conversions: the sheet's typical time and an eighth more.
pub(super) const fn longest(averaging: Averaging, cycle: Cycle) -> Duration {
    let conversion: u32 = match averaging {
        Averaging::None => 16,
        Averaging::Of8 => 125,
        Averaging::Of32 => 500,
    };
    let cycle: u32 = match cycle {
        Cycle::Fastest => 16,
        Cycle::Ms125 => 125,
        Cycle::Ms250 => 250,
        Cycle::Ms500 => 500,
    };
    let typical = if conversion > cycle { conversion } else { cycle };
    Duration::from_millis(typical.saturating_add(typical / 8))
}

/// Whether a TMP117 that is done with loading its settings answers.
pub(super) const fn identified(identity: u16, configuration: u16) -> Result<(), Trouble> {
    if identity & 0x0FFF != DEVICE {
        Err(Trouble::Identity)
    } else if configuration & EEPROM_BUSY != 0 {
        Err(Trouble::NotReady)
    } else {
        Ok(())
    }
}

/// What stands there until the first conversion: −256 °C.
const POWER_ON: i16 = i16::MIN;
/// −55 °C.
const COLDEST: i16 = -7_040;
/// 150 °C.
const WARMEST: i16 = 19_200;

/// The ratio that stands for a code of 2⁻⁷ °C: from 256 °C at 0 down to −256 °C at full scale, 2⁻¹⁶ of full scale a code.
/// Exact, and each code has one of its own.
///
/// A colder sensor has a higher ratio, as the guard's limits want it, and the value that stands there before the first
/// conversion would lie where a broken wire does.
///
/// ```
/// use coldcap_hal::tmp117::{TABLE, ratio};
/// use coldcap_units::{MicroCelsius, Ratio};
/// assert_eq!(ratio(0), Ratio(0x7FFF_0000));
/// assert!(ratio(-128) > ratio(0));
/// assert!((TABLE.eval(ratio(-4 * 128)).unwrap().0 + 4_000_000).abs() <= 1);
/// ```
///
/// # Panics
/// Never.
#[must_use]
pub const fn ratio(code: i16) -> Ratio {
    Ratio::from_code((code as u16 ^ 0x7FFF) as u32, 16)
}

/// The ratio of what the temperature register reads.
///
/// # Errors
/// [`Trouble::PowerOnValue`]; [`Trouble::Sensor`] with [`Fault::BelowRange`] or [`Fault::AboveRange`] outside of −55 to 150 °C.
///
/// # Panics
/// Never.
pub const fn measured(read: u16) -> Result<Ratio, Trouble> {
    match read.cast_signed() {
        POWER_ON => Err(Trouble::PowerOnValue),
        code if code < COLDEST => Err(Trouble::Sensor(Fault::BelowRange)),
        code if code > WARMEST => Err(Trouble::Sensor(Fault::AboveRange)),
        code => Ok(ratio(code)),
    }
}

const ROWS: [Row; 2] = [Row([255_992_188, -256_000_000, 0, 0]), Row([-7_812, -256_000_000, 0, 0])];

/// The table that turns the ratio back, to 1 µK: two straight lines.
pub static TABLE: CubicTable<'static> = match CubicTable::new(HEADER, &ROWS) {
    Ok(table) => table,
    Err(_) => panic!("the table fails its own checks"),
};

const HEADER: TableHeader = TableHeader {
    version: TableHeader::VERSION,
    log2_segments: 1,
    first_row: 0,
    rows: 2,
    low: ratio(WARMEST),
    high: ratio(COLDEST),
    short_below: Ratio(0),
    open_above: Ratio(u32::MAX),
    bound_micro_kelvin: 1,
    crc: 0,
}
.sealed(&ROWS);
