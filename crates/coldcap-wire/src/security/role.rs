//! Who somebody is who holds a key.

/// The role of a key. The codes are those of the session's roles, and frozen.
///
/// The session's fifth role, the machine's own panel (4), never travels: no key can carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Role {
    /// Watches; may stop and may record facts.
    Observer = 0,
    /// Operates a session.
    Nurse = 1,
    /// Operates, answers contraindications that ask, resets sensor and freeze trips.
    Clinician = 2,
    /// Resets what only service may reset; operates no session.
    Service = 3,
}

impl Role {
    /// Every role, in order of its code.
    pub const ALL: [Self; 4] = [Self::Observer, Self::Nurse, Self::Clinician, Self::Service];

    /// The frozen code, 0 to 3.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The role with this code, if there is one that can travel.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Observer),
            1 => Some(Self::Nurse),
            2 => Some(Self::Clinician),
            3 => Some(Self::Service),
            _ => None,
        }
    }

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Observer => "observer",
            Self::Nurse => "nurse",
            Self::Clinician => "clinician",
            Self::Service => "service",
        }
    }
}

/// A set of roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Roles(u8);

impl Roles {
    /// Nobody.
    pub const NONE: Self = Self(0);
    /// Everybody who holds a key.
    pub const ALL: Self = Self::OPERATORS.and(Role::Observer).and(Role::Service);
    /// Those who operate a session.
    pub const OPERATORS: Self = Self::NONE.and(Role::Nurse).and(Role::Clinician);

    /// These and one more.
    #[must_use]
    pub const fn and(self, role: Role) -> Self {
        Self(self.0 | 1 << role.code())
    }

    /// Whether `role` is among them.
    #[must_use]
    pub const fn contains(self, role: Role) -> bool {
        self.0 & (1 << role.code()) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_the_session() {
        for code in 0..=u8::MAX {
            let session = coldcap_session::Role::from_code(code);
            match Role::from_code(code) {
                Some(role) => {
                    assert_eq!(std::format!("{:?}", Some(role)), std::format!("{session:?}"));
                    assert_eq!(role.name(), std::format!("{role:?}").to_lowercase());
                    assert_eq!(Role::ALL[usize::from(code)], role);
                }
                None => assert!(matches!(session, None | Some(coldcap_session::Role::Panel))),
            }
        }
    }

    #[test]
    fn a_set_holds_what_was_put_in() {
        let sets = [Roles::NONE, Roles::OPERATORS, Roles::ALL];
        let held = sets.map(|set| Role::ALL.map(|role| set.contains(role)));
        let (no, yes) = (false, true);
        assert_eq!(held, [[no; 4], [no, yes, yes, no], [yes; 4]]);
    }
}
