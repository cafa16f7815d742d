//! Bodies that grew: what a later minor version appended is left off while it says nothing.
//!
//! A body of such a structure holds its first fields whole. Of the fields that were appended, those
//! that are 0 from some point to the end are left off, and what is left off reads as 0. So a message
//! that uses nothing new has the bytes that it always had, and still one encoding only.

use super::BodyError;
use super::any::STRUCTURES;
use super::codec::{self, Read, Written};
use super::describe::{Described, Field, Structure};
use crate::frame::TooLong;
use serde::{Serialize, de::DeserializeOwned};

pub(crate) fn encode<B: Described + Serialize>(body: &B, out: &mut [u8]) -> Result<usize, TooLong> {
    let Written { mut length, lost } = codec::write(body, out).map_err(|_| TooLong)?;
    let mut may_go = const { appended(B::FIELDS) };
    while let Some(shorter) = length.checked_sub(1) {
        // What did not fit is zeros, unless something is lost.
        if may_go == 0 || out.get(shorter).is_some_and(|byte| *byte != 0) {
            break;
        }
        (length, may_go) = (shorter, may_go.wrapping_sub(1));
    }
    if lost || length > out.len() { Err(TooLong) } else { Ok(length) }
}

pub(crate) fn decode<B: Described + DeserializeOwned>(body: &[u8]) -> Result<B, BodyError> {
    let read: Read<'_, B> = codec::read(body).map_err(|_| BodyError::Malformed)?;
    let may_miss = const { appended(B::FIELDS) };
    match &read {
        _ if read.malformed => Err(BodyError::Malformed),
        _ if !read.rest.is_empty() => Err(BodyError::Trailing),
        _ if read.cut || read.missing > may_miss => Err(BodyError::Short),
        _ if read.padded => Err(BodyError::NotShortest),
        // Something was appended: then its last field says something.
        _ if read.missing < may_miss && body.last() == Some(&0) => Err(BodyError::NotShortest),
        _ => Ok(read.value),
    }
}

/// How many numbers were appended. Each takes one byte where it is 0 and ends with another one where it is
/// not, so that bytes of 0 at the end are numbers.
pub(crate) const fn appended(fields: &[Field]) -> u32 {
    let (mut rest, mut count) = (fields, 0u32);
    while let [field, behind @ ..] = rest {
        if field.since > 0 {
            count = count.saturating_add(numbers(field.wire_type));
        }
        rest = behind;
    }
    count
}

/// How many numbers a type has that may be appended.
///
/// # Panics
/// When it is compiled, for a type that is neither a number nor one of [`STRUCTURES`].
#[allow(clippy::panic)]
const fn numbers(wire_type: &str) -> u32 {
    let [b'u' | b'i', b'0'..=b'9', ..] = wire_type.as_bytes() else {
        match structure(wire_type) {
            Some(structure) => return all_numbers(structure.fields),
            None => panic!("only numbers, and structures of numbers, may be appended"),
        }
    };
    1
}

const fn all_numbers(fields: &[Field]) -> u32 {
    let (mut rest, mut count) = (fields, 0u32);
    while let [field, behind @ ..] = rest {
        count = count.saturating_add(numbers(field.wire_type));
        rest = behind;
    }
    count
}

const fn structure(name: &str) -> Option<&'static Structure> {
    let mut rest = STRUCTURES;
    while let [structure, behind @ ..] = rest {
        if is_same(structure.name.as_bytes(), name.as_bytes()) {
            return Some(structure);
        }
        rest = behind;
    }
    None
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    let (mut one, mut other) = (one, other);
    while let ([first, one_rest @ ..], [second, other_rest @ ..]) = (one, other) {
        if *first != *second {
            return false;
        }
        (one, other) = (one_rest, other_rest);
    }
    one.is_empty() && other.is_empty()
}

#[cfg(test)]
mod tests {
    use super::super::{Body, ChannelStatus, ChoosePlan, CommandHead, MachineStatus};
    use super::*;
    use crate::packet::BODY_LEN;
    use std::vec::Vec;

    const HEAD: CommandHead = CommandHead::new(300, 0);

    fn plan(control: u8, interface_mc: i32) -> ChoosePlan {
        ChoosePlan {
            head: HEAD,
            regimen: 3,
            pre_s: 1_800,
            post_s: 5_400,
            break_each_s: 600,
            break_total_s: 1_800,
            target_mc: 0,
            post_clock: 0,
            control,
            interface_mc,
            source: 0,
            override_reason: 0,
        }
    }

    fn encoded(plan: &ChoosePlan) -> Vec<u8> {
        let mut out = [0xEE; BODY_LEN];
        let length = plan.encode(&mut out).unwrap();
        out[..length].to_vec()
    }

    const BEFORE: [u8; 16] =
        [0xAC, 2, 0, 0, 0, 3, 0x88, 0x0E, 0x98, 0x2A, 0xD8, 4, 0x88, 0x0E, 0, 0];

    #[test]
    fn numbers_are_counted_through_structures() {
        assert_eq!(appended(ChoosePlan::FIELDS), 4);
        assert_eq!(appended(ChannelStatus::FIELDS), 9);
        assert_eq!(appended(MachineStatus::FIELDS), 2);
        assert_eq!((numbers("u64"), numbers("Value"), numbers("CommandHead")), (1, 3, 4));
        assert!(std::panic::catch_unwind(|| numbers("bytes48")).is_err());
    }

    #[test]
    fn a_body_from_before_reads_as_absent_and_is_still_made() {
        let absent = plan(0, 0);
        assert_eq!(ChoosePlan::decode(&BEFORE), Ok(absent));
        assert_eq!(encoded(&absent), BEFORE);
    }

    #[test]
    fn what_was_appended_is_kept_up_to_its_last_field_that_says_something() {
        assert_eq!(encoded(&plan(1, 0)), [&BEFORE[..], &[1]].concat());
        assert_eq!(encoded(&plan(1, 4_000)), [&BEFORE[..], &[1, 0xC0, 0x3E]].concat());
        assert_eq!(encoded(&plan(0, -1)), [&BEFORE[..], &[0, 1]].concat());
        for sample in [plan(1, 0), plan(1, 4_000), plan(0, -1)] {
            assert_eq!(ChoosePlan::decode(&encoded(&sample)), Ok(sample));
        }
    }

    #[test]
    fn what_two_versions_appended_is_one_tail() {
        let named = ChoosePlan { source: 4, ..plan(0, 0) };
        assert_eq!(encoded(&named), [&BEFORE[..], &[0, 0, 4]].concat());
        let overridden = ChoosePlan { override_reason: 9, ..plan(1, 4_000) };
        assert_eq!(encoded(&overridden), [&BEFORE[..], &[1, 0xC0, 0x3E, 0, 9]].concat());
        for sample in [named, overridden] {
            assert_eq!(ChoosePlan::decode(&encoded(&sample)), Ok(sample));
        }
    }

    #[test]
    fn every_other_length_is_refused() {
        let whole = encoded(&plan(1, 4_000));
        for cut in 0..BEFORE.len() {
            assert_eq!(ChoosePlan::decode(&whole[..cut]), Err(BodyError::Short), "{cut}");
        }
        // Cut within the appended number: read with zeros, it would be another interface.
        assert_eq!(ChoosePlan::decode(&whole[..18]), Err(BodyError::Short));
        let with = |more: &[u8]| ChoosePlan::decode(&[&BEFORE[..], more].concat());
        assert_eq!(with(&[0]), Err(BodyError::NotShortest));
        assert_eq!(with(&[1, 0]), Err(BodyError::NotShortest));
        assert_eq!(with(&[1, 0xC0, 0x3E, 0]), Err(BodyError::NotShortest));
        assert_eq!(with(&[1, 0xC0, 0x80, 0]), Err(BodyError::NotShortest));
        assert_eq!(with(&[1, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]), Err(BodyError::Malformed));
    }

    #[test]
    fn a_buffer_of_just_the_right_length_suffices() {
        for (sample, length) in [(plan(0, 0), 16), (plan(1, 4_000), 19)] {
            assert_eq!(sample.encode(&mut std::vec![0; length]), Ok(length));
            assert_eq!(sample.encode(&mut std::vec![0; length - 1]), Err(TooLong));
        }
    }
}
