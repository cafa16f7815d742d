//! The named conditions, and sets of them.

use core::fmt;

/// Something a detector, a state machine or a self-test found: a class, never a number.
///
/// The codes are frozen: they stand on the wire, in recordings and in records. New ones are added at
/// the end. Codes 192 to 255 belong to the maker of a machine ([`Condition::is_vendor_code`]); coldcap
/// gives them no meaning and carries none of them in [`Conditions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Condition {
    /// The freeze-safety sensor is at or below the freeze limit.
    Freeze = 1,
    /// The freeze-safety sensor is close to the freeze limit.
    FreezeNear = 2,
    /// The freeze-safety sensor gives no usable value.
    SafetySensor = 3,
    /// The front control sensor of the cap gives no usable value.
    FrontSensor = 4,
    /// The rear control sensor of the cap gives no usable value.
    RearSensor = 5,
    /// The supply sensor gives no usable value.
    SupplySensor = 6,
    /// The return sensor gives no usable value.
    ReturnSensor = 7,
    /// The tank sensor gives no usable value.
    TankSensor = 8,
    /// The pump is driven and the coolant does not move.
    FlowLost = 9,
    /// The pump is driven and draws no current.
    PumpStopped = 10,
    /// The chiller runs although it is commanded off.
    ChillerStuck = 11,
    /// Coolant was found where none may be.
    Leak = 12,
    /// The cap is not coupled to its lines.
    CapUncoupled = 13,
    /// Mains power is gone.
    MainsLost = 14,
    /// The host was connected and is silent.
    LinkLost = 15,
    /// The tank is not full enough.
    LevelLow = 16,
    /// The cap is warmer than the treatment asks for, after it had been cold enough.
    TooWarm = 17,
    /// The heat uptake does not fit a cap that touches the head.
    ContactDoubtful = 18,
    /// A break is longer than its budget.
    BreakOver = 19,
    /// The machine has waited for the operator too long.
    Waiting = 20,
    /// Power was gone and the session was found again.
    Restarted = 21,
    /// The self-test failed.
    SelfTestFailed = 22,
    /// The evaporator is close to freezing its coolant.
    EvaporatorCold = 23,
    /// The power permit is not what it was commanded to be.
    PermitMismatch = 24,
    /// The clinician's resets of this session are used up.
    ResetsSpent = 25,
    /// A coolant loop does not behave as it must: its valve, or what its sensor says.
    LoopImplausible = 26,
    /// A mixing valve stays open although it is told to close.
    ValveStuck = 27,
    /// The position of a mixing valve cannot be read.
    ValveUnseen = 28,
    /// A sensor's calibration is missing or past its date although it is asked for, or a check found it off.
    CalibrationDue = 29,
}

impl Condition {
    /// Every condition, in order of its code.
    pub const ALL: [Self; 29] = [
        Self::Freeze,
        Self::FreezeNear,
        Self::SafetySensor,
        Self::FrontSensor,
        Self::RearSensor,
        Self::SupplySensor,
        Self::ReturnSensor,
        Self::TankSensor,
        Self::FlowLost,
        Self::PumpStopped,
        Self::ChillerStuck,
        Self::Leak,
        Self::CapUncoupled,
        Self::MainsLost,
        Self::LinkLost,
        Self::LevelLow,
        Self::TooWarm,
        Self::ContactDoubtful,
        Self::BreakOver,
        Self::Waiting,
        Self::Restarted,
        Self::SelfTestFailed,
        Self::EvaporatorCold,
        Self::PermitMismatch,
        Self::ResetsSpent,
        Self::LoopImplausible,
        Self::ValveStuck,
        Self::ValveUnseen,
        Self::CalibrationDue,
    ];

    /// The frozen code, 1 to 29.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The condition with this code, if coldcap defines one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|condition| condition.code() == code)
    }

    /// Whether `code` lies in the range that belongs to the maker of a machine, 192 to 255.
    #[must_use]
    pub const fn is_vendor_code(code: u8) -> bool {
        code >= 192
    }

    /// Its name in snake case, as reports and files print it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Freeze => "freeze",
            Self::FreezeNear => "freeze_near",
            Self::SafetySensor => "safety_sensor",
            Self::FrontSensor => "front_sensor",
            Self::RearSensor => "rear_sensor",
            Self::SupplySensor => "supply_sensor",
            Self::ReturnSensor => "return_sensor",
            Self::TankSensor => "tank_sensor",
            Self::FlowLost => "flow_lost",
            Self::PumpStopped => "pump_stopped",
            Self::ChillerStuck => "chiller_stuck",
            Self::Leak => "leak",
            Self::CapUncoupled => "cap_uncoupled",
            Self::MainsLost => "mains_lost",
            Self::LinkLost => "link_lost",
            Self::LevelLow => "level_low",
            Self::TooWarm => "too_warm",
            Self::ContactDoubtful => "contact_doubtful",
            Self::BreakOver => "break_over",
            Self::Waiting => "waiting",
            Self::Restarted => "restarted",
            Self::SelfTestFailed => "self_test_failed",
            Self::EvaporatorCold => "evaporator_cold",
            Self::PermitMismatch => "permit_mismatch",
            Self::ResetsSpent => "resets_spent",
            Self::LoopImplausible => "loop_implausible",
            Self::ValveStuck => "valve_stuck",
            Self::ValveUnseen => "valve_unseen",
            Self::CalibrationDue => "calibration_due",
        }
    }

    const fn bit(self) -> u64 {
        1u64.wrapping_shl(self.code() as u32)
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of conditions: one machine word, in canonical form.
///
/// Bit `n` stands for the condition with code `n`; no other bit is ever set, so two equal sets are
/// equal bit for bit.
///
/// ```
/// use coldcap_guard::{Condition, Conditions};
///
/// let found = Conditions::of(&[Condition::Leak, Condition::Freeze]);
/// assert!(found.contains(Condition::Freeze));
/// assert_eq!(found.bits(), (1 << 1) | (1 << 12));
/// assert_eq!(found.iter().map(Condition::name).collect::<Vec<_>>(), ["freeze", "leak"]);
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Conditions(u64);

impl Conditions {
    /// No condition.
    pub const EMPTY: Self = Self(0);

    /// Every condition that coldcap defines.
    pub const ALL: Self = Self::of(&Condition::ALL);

    /// The set of the conditions listed.
    #[must_use]
    pub const fn of(list: &[Condition]) -> Self {
        let mut set = Self::EMPTY;
        let mut left = list;
        while let [first, rest @ ..] = left {
            set = set.with(*first);
            left = rest;
        }
        set
    }

    /// The set whose bit `n` is the condition with code `n`; bits without a condition are dropped.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits & Self::ALL.0)
    }

    /// The set as a word whose bit `n` is the condition with code `n`.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// This set and `condition`.
    #[must_use]
    pub const fn with(self, condition: Condition) -> Self {
        Self(self.0 | condition.bit())
    }

    /// This set and, if `holds`, `condition`.
    #[must_use]
    pub const fn with_if(self, condition: Condition, holds: bool) -> Self {
        if holds { self.with(condition) } else { self }
    }

    /// This set without `condition`.
    #[must_use]
    pub const fn without(self, condition: Condition) -> Self {
        Self(self.0 & !condition.bit())
    }

    /// What is in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in this set and not in `other`.
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether `condition` is in the set.
    #[must_use]
    pub const fn contains(self, condition: Condition) -> bool {
        self.0 & condition.bit() != 0
    }

    /// Whether all of `other` is in this set.
    #[must_use]
    pub const fn contains_all(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    /// Whether any of `other` is in this set.
    #[must_use]
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many conditions are in the set, 0 to 29.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// The conditions in the set, in order of their codes.
    #[must_use]
    pub fn iter(self) -> Iter {
        Iter { set: self, all: Condition::ALL.into_iter() }
    }
}

impl fmt::Debug for Conditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl FromIterator<Condition> for Conditions {
    fn from_iter<I: IntoIterator<Item = Condition>>(conditions: I) -> Self {
        conditions.into_iter().fold(Self::EMPTY, Self::with)
    }
}

impl IntoIterator for Conditions {
    type Item = Condition;
    type IntoIter = Iter;

    fn into_iter(self) -> Iter {
        self.iter()
    }
}

/// The conditions of a set, in order of their codes. See [`Conditions::iter`].
#[derive(Clone, Debug)]
pub struct Iter {
    set: Conditions,
    all: core::array::IntoIter<Condition, 29>,
}

impl Iterator for Iter {
    type Item = Condition;

    fn next(&mut self) -> Option<Condition> {
        self.all.find(|&condition| self.set.contains(condition))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    extern crate std;
    use std::collections::BTreeSet;
    use std::format;
    use std::vec::Vec;

    #[test]
    fn codes_are_dense_and_reversible() {
        for (index, condition) in Condition::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(condition.code()), index + 1);
            assert_eq!(Condition::from_code(condition.code()), Some(condition));
        }
        assert_eq!((Condition::from_code(0), Condition::from_code(30)), (None, None));
        assert_eq!(Conditions::ALL.len(), 29);
    }

    #[test]
    fn names_are_different() {
        let names: BTreeSet<_> = Condition::ALL.into_iter().map(Condition::name).collect();
        assert_eq!(names.len(), 29);
    }

    #[test]
    fn the_vendor_range_has_its_bounds() {
        assert!(!Condition::is_vendor_code(191));
        assert!(Condition::is_vendor_code(192) && Condition::is_vendor_code(255));
        assert!(!(192..=255).any(|code| Condition::from_code(code).is_some()));
    }

    #[test]
    fn a_set_prints_its_members() {
        let set = Conditions::of(&[Condition::Leak, Condition::Waiting]);
        assert_eq!(format!("{set:?}"), "{Leak, Waiting}");
    }

    fn members(bits: u64) -> BTreeSet<Condition> {
        Condition::ALL.into_iter().filter(|c| bits >> c.code() & 1 == 1).collect()
    }

    proptest! {
        #[test]
        fn a_set_behaves_as_a_set(a: u64, b: u64) {
            let (left, right) = (Conditions::from_bits(a), Conditions::from_bits(b));
            let (x, y) = (members(a), members(b));
            prop_assert!(left.iter().eq(x.iter().copied()));
            prop_assert_eq!(left.len() as usize, x.len());
            prop_assert!(left.union(right).iter().eq(x.union(&y).copied()));
            prop_assert!(left.intersection(right).iter().eq(x.intersection(&y).copied()));
            prop_assert!(left.difference(right).iter().eq(x.difference(&y).copied()));
            prop_assert_eq!(left.contains_all(right), y.is_subset(&x));
            prop_assert_eq!(left.intersects(right), !x.is_disjoint(&y));
            prop_assert_eq!(left.is_empty(), x.is_empty());
            prop_assert_eq!(x.into_iter().collect::<Conditions>(), left);
        }

        #[test]
        fn one_member_comes_and_goes(bits: u64, index in 0usize..29) {
            let (set, one) = (Conditions::from_bits(bits), Condition::ALL[index]);
            prop_assert!(set.with(one).contains(one) && !set.without(one).contains(one));
            prop_assert_eq!(set.with_if(one, false), set);
            prop_assert_eq!(set.with_if(one, true), set.with(one));
            prop_assert_eq!(set.with(one).without(one), set.without(one));
            let rebuilt: Vec<_> = set.into_iter().collect();
            prop_assert_eq!(Conditions::of(&rebuilt), set);
        }
    }
}
