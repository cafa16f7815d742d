//! The one list of faults.

/// Why a value is not there. Sensors, estimates and switches share this one list.
///
/// The codes are frozen: they stand on the wire, in recordings and in records. New ones are added at
/// the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Fault {
    /// This machine has no such sensor.
    Absent = 1,
    /// Nothing computes this value yet: it is explicitly not known.
    Unavailable = 2,
    /// The sensor's wire is open.
    Open = 3,
    /// The sensor is short-circuited.
    Short = 4,
    /// Below the range of its calibration.
    BelowRange = 5,
    /// Above the range of its calibration.
    AboveRange = 6,
    /// Older than its user allows.
    Stale = 7,
    /// The raw code has not moved for longer than noise allows.
    Stuck = 8,
    /// It disagrees with another sensor or with physics.
    Disagrees = 9,
    /// The bus to the sensor failed.
    Bus = 10,
    /// No valid calibration is stored for it.
    Uncalibrated = 11,
    /// Its calibration is past its due date.
    Expired = 12,
    /// A floating-point value that is not a finite number.
    NotFinite = 13,
    /// Its calibration has drifted beyond what is allowed since its certificate.
    Drift = 14,
}

impl Fault {
    /// Every fault, in order of its code.
    pub const ALL: [Self; 14] = [
        Self::Absent,
        Self::Unavailable,
        Self::Open,
        Self::Short,
        Self::BelowRange,
        Self::AboveRange,
        Self::Stale,
        Self::Stuck,
        Self::Disagrees,
        Self::Bus,
        Self::Uncalibrated,
        Self::Expired,
        Self::NotFinite,
        Self::Drift,
    ];

    /// The frozen code, 1 to 14; 0 stands for "no fault" wherever codes are stored.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The fault with this code, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.code() == code)
    }

    /// Its name in lower case, as reports and files print it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Unavailable => "unavailable",
            Self::Open => "open",
            Self::Short => "short",
            Self::BelowRange => "below_range",
            Self::AboveRange => "above_range",
            Self::Stale => "stale",
            Self::Stuck => "stuck",
            Self::Disagrees => "disagrees",
            Self::Bus => "bus",
            Self::Uncalibrated => "uncalibrated",
            Self::Expired => "expired",
            Self::NotFinite => "not_finite",
            Self::Drift => "drift",
        }
    }
}

impl core::fmt::Display for Fault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

impl core::error::Error for Fault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_dense_and_reversible() {
        for (index, fault) in Fault::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(fault.code()), index + 1);
            assert_eq!(Fault::from_code(fault.code()), Some(fault));
        }
        assert_eq!(Fault::from_code(0), None);
        assert_eq!(Fault::from_code(15), None);
    }
}
