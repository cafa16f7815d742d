//! From a converter's code to the ratio that a table of `coldcap-calibration` takes.

use super::Trouble;
use coldcap_units::{Fault, Ratio};

/// A resistance in thousandths of an ohm, up to 4.29 MΩ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Milliohms(pub u32);

impl Milliohms {
    /// From ohms, saturating at 4.29 MΩ.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn from_ohms(ohms: u32) -> Self {
        Self(ohms.saturating_mul(1_000))
    }
}

/// How the sensor stands between the converter's inputs: what the two ends of its codes mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wiring {
    /// In series with the reference resistor, one current through both: `code = R / R_reference`. An open wire is full
    /// scale, and takes the reference away.
    Series,
    /// To ground, a fixed resistor from the reference above it: `code = R / (R + R_fixed)`. An open wire is full scale.
    SensorToGround,
    /// To the reference, a fixed resistor to ground below it. An open wire is zero.
    SensorToReference,
}

impl Wiring {
    /// What a code of zero or below means.
    #[must_use]
    pub const fn at_low_end(self) -> Fault {
        match self {
            Self::Series | Self::SensorToGround => Fault::Short,
            Self::SensorToReference => Fault::Open,
        }
    }

    /// What full scale means.
    #[must_use]
    pub const fn at_high_end(self) -> Fault {
        match self {
            Self::Series | Self::SensorToGround => Fault::Open,
            Self::SensorToReference => Fault::Short,
        }
    }

    /// What a missing reference means: an open wire where the sensor's current makes the reference, else that the board's
    /// reference failed and nothing can be known.
    #[must_use]
    pub const fn without_reference(self) -> Fault {
        match self {
            Self::Series => Fault::Open,
            Self::SensorToGround | Self::SensorToReference => Fault::Unavailable,
        }
    }
}

/// Why a [`Scale`] is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScaleError {
    /// A resistance is zero.
    Zero,
    /// The gain times the table's reference is above 4.29 MΩ.
    TooLarge,
}

impl core::fmt::Display for ScaleError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Zero => "a resistance is zero",
            Self::TooLarge => "the table's reference times the gain is too large",
        })
    }
}

impl core::error::Error for ScaleError {}

/// By what a code is multiplied, so that a table for another reference resistor serves.
///
/// The tables of a platinum thermometer are made for four times its resistance at 0 °C, 400 Ω for a Pt100. On a board with
/// 430 Ω a code stands for 430/400 of what the table takes it for. The product is exact but for the last rounding, half of
/// 2⁻³².
///
/// ```
/// use coldcap_hal::front_end::{Milliohms, Scale};
/// use coldcap_units::Ratio;
/// let scale = Scale::new(Milliohms::from_ohms(430), Milliohms::from_ohms(400), 1)?;
/// // 100 Ω on 430 Ω is what 100 Ω on 400 Ω would give: a quarter.
/// let code = Ratio((100.0 / 430.0 * 4_294_967_296.0_f64) as u32);
/// assert!(scale.apply(code).unwrap().0.abs_diff(0x4000_0000) <= 2);
/// assert_eq!(scale.apply(Ratio(u32::MAX)), None);
/// # Ok::<(), coldcap_hal::front_end::ScaleError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scale {
    reference: u32,
    table: u32,
    falling: bool,
}

impl Scale {
    /// The code as it is: for a divider, whose table does not know the converter's reference.
    pub const IDENTITY: Self = Self { reference: 1, table: 1, falling: false };

    /// For a board's `reference` resistor, a table that was made for the resistor `table`, and an amplifier's `gain` (1 to
    /// 128) between them. Where two equal currents flow through the reference resistor and one through the sensor (three
    /// wires), the reference is twice its resistance.
    ///
    /// # Errors
    /// [`ScaleError`].
    ///
    /// # Panics
    /// Never.
    pub const fn new(reference: Milliohms, table: Milliohms, gain: u8) -> Result<Self, ScaleError> {
        if reference.0 == 0 || table.0 == 0 || gain == 0 {
            return Err(ScaleError::Zero);
        }
        match table.0.checked_mul(gain as u32) {
            Some(table) => Ok(Self { reference: reference.0, table, falling: false }),
            None => Err(ScaleError::TooLarge),
        }
    }

    /// The same with the result turned round: the warmer a platinum thermometer, the *lower* its code. The guard's limits
    /// take a higher code for a colder sensor, so a platinum thermometer that the guard looks at needs this, and a table
    /// that was made for it (`coldcap_calibration::physics::generate`); the shipped ones are not.
    ///
    /// ```
    /// use coldcap_hal::front_end::Scale;
    /// use coldcap_units::Ratio;
    /// assert_eq!(Scale::IDENTITY.falling().apply(Ratio(0)), Some(Ratio(u32::MAX)));
    /// assert_eq!(Scale::IDENTITY.falling().apply(Ratio(0x8000_0000)), Some(Ratio(0x7FFF_FFFF)));
    /// ```
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn falling(self) -> Self {
        Self { falling: true, ..self }
    }

    /// The ratio for the table; `None` where it is above the table's full scale.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn apply(&self, code: Ratio) -> Option<Ratio> {
        let product = u64::from(code.0).saturating_mul(self.reference.into());
        let rounded = product.saturating_add(u64::from(self.table / 2));
        let scaled = u32::try_from(rounded.checked_div(self.table.into())?).ok()?;
        Some(Ratio(if self.falling { !scaled } else { scaled }))
    }

    /// The same; above the table's full scale is what the wiring says of the high end.
    pub(crate) fn ratio(&self, code: Ratio, wiring: Wiring) -> Result<Ratio, Trouble> {
        self.apply(code).ok_or(Trouble::Sensor(wiring.at_high_end()))
    }
}

/// The ratio of a 24-bit two's complement code, most significant byte first: 2²³ is full scale.
///
/// # Errors
/// [`Trouble::Sensor`]: zero, negative and the largest code are no measurements but what the wiring says of its ends.
///
/// # Panics
/// Never.
///
/// ```
/// use coldcap_hal::front_end::{Scale, Trouble, Wiring, signed_24};
/// use coldcap_units::{Fault, Ratio};
/// let ratio = |bytes| signed_24(bytes, Wiring::SensorToGround, &Scale::IDENTITY);
/// assert_eq!(ratio([0x40, 0, 0]), Ok(Ratio(0x8000_0000)));
/// assert_eq!(ratio([0x7F, 0xFF, 0xFF]), Err(Trouble::Sensor(Fault::Open)));
/// assert_eq!(ratio([0xFF, 0xFF, 0xFE]), Err(Trouble::Sensor(Fault::Short)));
/// ```
pub fn signed_24(bytes: [u8; 3], wiring: Wiring, scale: &Scale) -> Result<Ratio, Trouble> {
    let [high, middle, low] = bytes;
    match u32::from_be_bytes([0, high, middle, low]) {
        0 | 0x80_0000.. => Err(Trouble::Sensor(wiring.at_low_end())),
        0x7F_FFFF => Err(Trouble::Sensor(wiring.at_high_end())),
        code => scale.ratio(Ratio::from_code(code, 23), wiring),
    }
}
