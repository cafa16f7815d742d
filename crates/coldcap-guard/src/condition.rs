//! The named conditions, and sets of them.

use core::fmt;

/// Something a detector, a state machine or a self-test found: a class, never a number.
///
/// The codes are frozen: they stand on the wire, in recordings and in records. New ones are added at
/// the end, up to 47. Codes 192 to 255 belong to the maker of a machine ([`Condition::is_vendor_code`]);
/// coldcap gives them no meaning. The first sixteen of them, 192 to 207, have a place in [`Conditions`]
/// ([`Condition::VENDOR`]), so that the alarms can carry them; the others have none.
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
    /// The freeze-safety sensor falls so fast that it reaches the freeze limit in a moment.
    FreezeAhead = 29,
    /// The freeze-safety sensor does not fit the two control sensors, which agree.
    SafetyDisagrees = 30,
    /// The two control sensors of the cap differ by more than a cap on a head explains.
    FaceDisagrees = 31,
    /// Coolant and cap show heat that flows from the cold side to the warm one, or more of it than a head gives.
    HeatImplausible = 32,
    /// Less coolant moves than the pump's drive and the coolant's temperature imply.
    FlowLow = 33,
    /// The cap has been cold for so long that the skin should be looked at.
    ColdDose = 34,
    /// A display that takes part has not shown the controller's progress.
    DisplaySilent = 35,
    /// The session goes on with one control sensor, and warmer.
    Degraded = 36,
    /// A sensor's calibration is missing or past its date although it is asked for, or a check found it off.
    CalibrationDue = 37,
    /// A pump that is off draws current, or coolant goes on moving.
    PumpRunsOn = 38,
    /// Another channel holds the power of the machine off.
    PowerHeld = 39,
    /// The maker's own, code 192.
    Vendor0 = 192,
    /// The maker's own, code 193.
    Vendor1 = 193,
    /// The maker's own, code 194.
    Vendor2 = 194,
    /// The maker's own, code 195.
    Vendor3 = 195,
    /// The maker's own, code 196.
    Vendor4 = 196,
    /// The maker's own, code 197.
    Vendor5 = 197,
    /// The maker's own, code 198.
    Vendor6 = 198,
    /// The maker's own, code 199.
    Vendor7 = 199,
    /// The maker's own, code 200.
    Vendor8 = 200,
    /// The maker's own, code 201.
    Vendor9 = 201,
    /// The maker's own, code 202.
    Vendor10 = 202,
    /// The maker's own, code 203.
    Vendor11 = 203,
    /// The maker's own, code 204.
    Vendor12 = 204,
    /// The maker's own, code 205.
    Vendor13 = 205,
    /// The maker's own, code 206.
    Vendor14 = 206,
    /// The maker's own, code 207.
    Vendor15 = 207,
}

impl Condition {
    /// Every condition that coldcap defines, in order of its code.
    pub const ALL: [Self; 39] = [
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
        Self::FreezeAhead,
        Self::SafetyDisagrees,
        Self::FaceDisagrees,
        Self::HeatImplausible,
        Self::FlowLow,
        Self::ColdDose,
        Self::DisplaySilent,
        Self::Degraded,
        Self::CalibrationDue,
        Self::PumpRunsOn,
        Self::PowerHeld,
    ];

    /// The conditions of the maker of a machine that the alarms can carry, in order of their codes.
    pub const VENDOR: [Self; 16] = [
        Self::Vendor0,
        Self::Vendor1,
        Self::Vendor2,
        Self::Vendor3,
        Self::Vendor4,
        Self::Vendor5,
        Self::Vendor6,
        Self::Vendor7,
        Self::Vendor8,
        Self::Vendor9,
        Self::Vendor10,
        Self::Vendor11,
        Self::Vendor12,
        Self::Vendor13,
        Self::Vendor14,
        Self::Vendor15,
    ];

    /// The frozen code, 1 to 39, or 192 to 207 for a vendor's.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The condition with this code, if coldcap defines one or a vendor's has a place in [`Conditions`].
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().chain(Self::VENDOR).find(|condition| condition.code() == code)
    }

    /// Whether it is a vendor's own.
    #[must_use]
    pub const fn is_vendor(self) -> bool {
        Self::is_vendor_code(self.code())
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
            Self::FreezeAhead => "freeze_ahead",
            Self::SafetyDisagrees => "safety_disagrees",
            Self::FaceDisagrees => "face_disagrees",
            Self::HeatImplausible => "heat_implausible",
            Self::FlowLow => "flow_low",
            Self::ColdDose => "cold_dose",
            Self::DisplaySilent => "display_silent",
            Self::Degraded => "degraded",
            Self::CalibrationDue => "calibration_due",
            Self::PumpRunsOn => "pump_runs_on",
            Self::PowerHeld => "power_held",
            Self::Vendor0 => "vendor_192",
            Self::Vendor1 => "vendor_193",
            Self::Vendor2 => "vendor_194",
            Self::Vendor3 => "vendor_195",
            Self::Vendor4 => "vendor_196",
            Self::Vendor5 => "vendor_197",
            Self::Vendor6 => "vendor_198",
            Self::Vendor7 => "vendor_199",
            Self::Vendor8 => "vendor_200",
            Self::Vendor9 => "vendor_201",
            Self::Vendor10 => "vendor_202",
            Self::Vendor11 => "vendor_203",
            Self::Vendor12 => "vendor_204",
            Self::Vendor13 => "vendor_205",
            Self::Vendor14 => "vendor_206",
            Self::Vendor15 => "vendor_207",
        }
    }

    /// Where it stands in the set: at its code, or, for a vendor's, 144 below it.
    const fn place(self) -> u32 {
        let code = self.code() as u32;
        if self.is_vendor() { code.wrapping_sub(VENDOR_SHIFT) } else { code }
    }

    const fn bit(self) -> u64 {
        1u64.wrapping_shl(self.place())
    }

    fn at_place(place: u32) -> Option<Self> {
        let vendor = place.checked_sub(FIRST_VENDOR_PLACE);
        let shipped = || Self::ALL.get(place.checked_sub(1)? as usize).copied();
        vendor.map_or_else(shipped, |index| Self::VENDOR.get(index as usize).copied())
    }
}

/// The place of the first vendor's condition in a set. Places 40 to 47 are kept for coldcap.
const FIRST_VENDOR_PLACE: u32 = 48;
const VENDOR_SHIFT: u32 = 192 - FIRST_VENDOR_PLACE;

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of conditions: one machine word, in canonical form.
///
/// Bit `n` stands for the condition with code `n`, and bits 48 to 63 for the vendor's codes 192 to 207; no
/// other bit is ever set, so two equal sets are equal bit for bit.
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

    /// Every vendor's condition that a set can hold.
    pub const VENDOR: Self = Self::of(&Condition::VENDOR);

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

    /// The set with these bits, as [`bits`](Self::bits) gives them; bits without a condition are dropped.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits & (Self::ALL.0 | Self::VENDOR.0))
    }

    /// The set as a word whose bit `n` is the condition with code `n`, and whose bit 48 + `n` is the
    /// vendor's condition with code 192 + `n`.
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

    /// How many conditions are in the set, 0 to 55.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// The conditions in the set, in order of their codes.
    #[must_use]
    pub fn iter(self) -> Iter {
        Iter { left: self.0 }
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
    left: u64,
}

impl Iterator for Iter {
    type Item = Condition;

    fn next(&mut self) -> Option<Condition> {
        let place = self.left.trailing_zeros();
        self.left &= self.left.wrapping_sub(1);
        Condition::at_place(place)
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
        assert_eq!((Condition::from_code(0), Condition::from_code(40)), (None, None));
        assert_eq!(Conditions::ALL.len(), 39);
    }

    #[test]
    fn names_are_different() {
        let names: BTreeSet<_> = Condition::ALL.into_iter().map(Condition::name).collect();
        assert_eq!(names.len(), 39);
    }

    #[test]
    fn the_vendor_range_has_its_bounds() {
        assert!(!Condition::is_vendor_code(191));
        assert!(Condition::is_vendor_code(192) && Condition::is_vendor_code(255));
        for code in 192..=255 {
            let condition = Condition::from_code(code);
            assert_eq!(condition.is_some(), code <= 207, "{code}");
            assert!(condition.is_none_or(|condition| condition.is_vendor()));
        }
        assert!(!Condition::ALL.into_iter().any(Condition::is_vendor));
    }

    #[test]
    fn a_vendors_conditions_stand_apart_in_a_set() {
        assert_eq!(Conditions::of(&Condition::VENDOR).bits(), 0xffff << 48);
        assert_eq!(Conditions::VENDOR.intersection(Conditions::ALL), Conditions::EMPTY);
        for (index, condition) in Condition::VENDOR.into_iter().enumerate() {
            assert_eq!(usize::from(condition.code()), 192 + index);
            assert_eq!(condition.name(), format!("vendor_{}", condition.code()));
            assert_eq!(Conditions::EMPTY.with(condition).bits(), 1 << (48 + index));
        }
        assert_eq!(Conditions::from_bits(u64::MAX).len(), 55);
        // Places without a condition: 0, and those kept for later ones.
        assert!(Condition::at_place(0).is_none() && Condition::at_place(64).is_none());
        assert!((40..48).all(|place| Condition::at_place(place).is_none()));
    }

    #[test]
    fn a_set_prints_its_members() {
        let set = Conditions::of(&[Condition::Leak, Condition::Waiting]);
        assert_eq!(format!("{set:?}"), "{Leak, Waiting}");
    }

    fn members(bits: u64) -> BTreeSet<Condition> {
        let place = |c: &Condition| if c.is_vendor() { c.code() - 192 + 48 } else { c.code() };
        let all = Condition::ALL.into_iter().chain(Condition::VENDOR);
        all.filter(|c| bits >> place(c) & 1 == 1).collect()
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
