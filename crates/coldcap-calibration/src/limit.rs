//! Limits for raw codes, and what a code at the limit surely means.

use coldcap_units::{MicroCelsius, Ratio};

/// A raw-code limit with its certificate.
///
/// Written by the generator of the tables from the sensor's equation and the tolerances of the parts
/// before the converter; see [`curves`](crate::curves).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CertifiedLimit {
    /// The limit.
    pub code: Ratio,
    /// What nominal parts are at when they give this code.
    pub at: MicroCelsius,
    /// No part within its tolerance is colder than this when it gives this code.
    pub coldest: MicroCelsius,
    /// No part within its tolerance is warmer than this when it gives this code.
    pub warmest: MicroCelsius,
}

impl CertifiedLimit {
    /// Whether what the code surely means lies within these temperatures, both ends inside.
    ///
    /// ```
    /// use coldcap_calibration::curves::ntc_10k3a1::FREEZE_TRIP_CERTIFICATE as TRIP;
    /// use coldcap_units::MicroCelsius;
    /// // The trip comes within 0.3 K of 0 °C, whatever the parts are.
    /// assert!(TRIP.lies_within(MicroCelsius(-300_000), MicroCelsius(300_000)));
    /// ```
    #[must_use]
    pub const fn lies_within(&self, coldest: MicroCelsius, warmest: MicroCelsius) -> bool {
        coldest.0 <= self.coldest.0 && self.warmest.0 <= warmest.0
    }
}
