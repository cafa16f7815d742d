//! Bodies that grew: what a later minor version appended is left off while it says nothing.
//!
//! A body of such a structure holds its first fields whole. Of the fields that were appended, those
//! that are 0 from some point to the end are left off, and what is left off reads as 0. So a message
//! that uses nothing new has the bytes that it always had, and still one encoding only.

use super::describe::Described;
use super::{BodyError, body_error};
use crate::frame::TooLong;
use crate::packet::BODY_LEN;
use postcard::{Deserializer, Error, Result as PostcardResult, de_flavors, ser_flavors};
use serde::{Serialize, de::DeserializeOwned};

pub(crate) fn encode<B: Described + Serialize>(body: &B, out: &mut [u8]) -> Result<usize, TooLong> {
    let trimmed = Trimmed { out, base: body.base_len(), written: 0, kept: 0 };
    postcard::serialize_with_flavor(body, trimmed).map_err(|_| TooLong)
}

pub(crate) fn decode<B: Described + Serialize + DeserializeOwned>(
    body: &[u8],
) -> Result<B, BodyError> {
    let mut source = Deserializer::from_flavor(Extended(body));
    let message = B::deserialize(&mut source).map_err(body_error)?;
    let rest = source.finalize().map_err(body_error)?;
    if !rest.is_empty() {
        return Err(BodyError::Trailing);
    }
    require_same(&message, body)?;
    Ok(message)
}

/// One message has one encoding. Zeros that belong left off make a body too long; one that ends within
/// its first fields, or within a number, is too short.
fn require_same<B: Described + Serialize>(message: &B, body: &[u8]) -> Result<(), BodyError> {
    let mut again = [0; BODY_LEN];
    let length = encode(message, &mut again).map_err(|_| BodyError::Trailing)?;
    match again.get(..length) {
        Some(again) if again == body => Ok(()),
        _ if length < body.len() => Err(BodyError::NotShortest),
        _ => Err(BodyError::Short),
    }
}

/// Writes bytes, zeros behind the first `base` only once something else follows them.
struct Trimmed<'a> {
    out: &'a mut [u8],
    base: usize,
    written: usize,
    kept: usize,
}

impl ser_flavors::Flavor for Trimmed<'_> {
    type Output = usize;

    fn try_push(&mut self, byte: u8) -> PostcardResult<()> {
        let at = self.written;
        self.written = at.saturating_add(1);
        if byte == 0 && at >= self.base {
            return Ok(());
        }
        let held_back = self.out.get_mut(self.kept..at).ok_or(Error::SerializeBufferFull)?;
        held_back.fill(0);
        *self.out.get_mut(at).ok_or(Error::SerializeBufferFull)? = byte;
        self.kept = self.written;
        Ok(())
    }

    fn finalize(self) -> PostcardResult<usize> {
        Ok(self.kept)
    }
}

/// Reads bytes, and zeros behind the last.
struct Extended<'de>(&'de [u8]);

impl<'de> de_flavors::Flavor<'de> for Extended<'de> {
    type Remainder = &'de [u8];
    type Source = &'de [u8];

    fn pop(&mut self) -> PostcardResult<u8> {
        let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
        self.0 = rest;
        Ok(*first)
    }

    fn try_take_n(&mut self, count: usize) -> PostcardResult<&'de [u8]> {
        let (taken, rest) =
            self.0.split_at_checked(count).ok_or(Error::DeserializeUnexpectedEnd)?;
        self.0 = rest;
        Ok(taken)
    }

    fn finalize(self) -> PostcardResult<&'de [u8]> {
        Ok(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Body, ChoosePlan, CommandHead};
    use super::*;
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
