//! The session's words for hair, as the calibration takes them: neither crate knows the other.

use coldcap_calibration::hair::{HairDensity, HairKind};
use coldcap_session::{Density, HairType};

/// The density, as the limits of contact and the ladder of caps go by; `None` where it was not answered.
///
/// # Panics
/// Never.
#[must_use]
pub const fn hair_density(density: Density) -> Option<HairDensity> {
    match density {
        Density::Unanswered => None,
        Density::Full => Some(HairDensity::Full),
        Density::ScalpShows => Some(HairDensity::ScalpShows),
        Density::MuchShows => Some(HairDensity::MuchShows),
        Density::NearlyGone => Some(HairDensity::NearlyGone),
    }
}

/// The kind; ordinary where it was not answered.
///
/// # Panics
/// Never.
#[must_use]
pub const fn hair_kind(kind: HairType) -> HairKind {
    match kind {
        HairType::ThickOrTightlyCurled => HairKind::ThickOrCurled,
        HairType::Ordinary | HairType::Unanswered => HairKind::Ordinary,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Records of both crates keep the code, so it must be the same.
    #[test]
    fn a_density_has_one_code() {
        for density in Density::ALL {
            let code = hair_density(density).map_or(0, HairDensity::code);
            assert_eq!(code, density.code(), "{density:?}");
        }
    }
}
