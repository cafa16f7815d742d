//! The hair under a cap, on the two axes that matter: how much, and of what kind.

/// How much hair there is. The codes are those of a session's plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum HairDensity {
    /// No scalp shows through.
    Full = 1,
    /// Scalp shows through.
    ScalpShows = 2,
    /// Much scalp shows through.
    MuchShows = 3,
    /// Hardly any hair is left.
    NearlyGone = 4,
}

impl HairDensity {
    /// Every density, in order of its code.
    pub const ALL: [Self; 4] = [Self::Full, Self::ScalpShows, Self::MuchShows, Self::NearlyGone];

    /// The frozen code, 1 to 4.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The density with this code, if there is one. 0, which a plan calls unanswered, is none.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|density| density.code() == code)
    }
}

/// What kind of hair it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum HairKind {
    /// Fine or of ordinary thickness.
    Ordinary = 1,
    /// Thick or tightly curled.
    ThickOrCurled = 2,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_reversible() {
        for density in HairDensity::ALL {
            assert_eq!(HairDensity::from_code(density.code()), Some(density));
        }
        assert_eq!((HairDensity::from_code(0), HairDensity::from_code(5)), (None, None));
    }
}
