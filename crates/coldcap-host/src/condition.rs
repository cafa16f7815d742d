//! What the guard's conditions are called, and which bit of a set stands for each.
//!
//! ```
//! use coldcap_host::condition;
//!
//! assert_eq!(condition::name(9), "flow_lost");
//! assert_eq!(condition::mask(192), 1 << 48);
//! assert!(condition::of(1 << 9 | 1 << 48).eq([9, 192]));
//! ```

use coldcap_wire::message::Vocabulary;
use std::borrow::Cow;

/// The first code of a maker's own conditions.
pub const MAKERS: u16 = 192;
/// The bit that stands for it: below stand the conditions that every machine knows.
const MAKERS_BIT: u16 = 48;

/// The condition's name; that of one that is not known is `vendor_192` from [`MAKERS`] on, else `condition_45`.
#[must_use]
pub fn name(code: u16) -> Cow<'static, str> {
    let short = u8::try_from(code).ok();
    let known = short.and_then(|code| Vocabulary::named("condition")?.word(code));
    match known {
        Some(name) => name.into(),
        None if code >= MAKERS => format!("vendor_{code}").into(),
        None => format!("condition_{code}").into(),
    }
}

/// The bit of a condition in a set of them, as in `MachineStatus::alarms` and the entries of the record; 0 of what has none.
#[must_use]
pub fn mask(code: u16) -> u64 {
    let bit = match code.checked_sub(MAKERS) {
        Some(makers) => makers.checked_add(MAKERS_BIT),
        None => Some(code).filter(|bit| *bit < MAKERS_BIT),
    };
    bit.and_then(|bit| 1u64.checked_shl(bit.into())).unwrap_or(0)
}

/// The conditions of a set, in order of their codes.
pub fn of(set: u64) -> impl Iterator<Item = u16> {
    let codes = (0..MAKERS_BIT).chain(MAKERS..=MAKERS.saturating_add(15));
    codes.filter(move |code| set & mask(*code) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_a_bit_for_each_condition_and_for_sixteen_of_a_maker() {
        assert_eq!([0, 47, 48, 191].map(mask), [1, 1 << 47, 0, 0]);
        assert_eq!([192, 207, 208, u16::MAX].map(mask), [1 << 48, 1 << 63, 0, 0]);
        assert_eq!(of(u64::MAX).count(), 64);
        assert_eq!(of(u64::MAX).fold(0, |set, code| set | mask(code)), u64::MAX);
    }

    #[test]
    fn what_has_no_name_is_told_by_its_number() {
        assert_eq!(
            [45, 191, 192, 300].map(name).join(" "),
            "condition_45 condition_191 vendor_192 vendor_300"
        );
    }
}
