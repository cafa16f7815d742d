//! A byte string as its difference from the one before.

use super::source::Source;

/// The longest string that can be coded, in bytes: its length is a `u16`.
pub(super) const LONGEST: usize = u16::MAX as usize;

/// Adds `string` to `out`: its length, which bytes differ from `previous`, and those differences.
///
/// `length` is that of `string`; the caller has checked that it fits.
pub(super) fn encode(previous: &[u8], string: &[u8], length: u16, out: &mut Vec<u8>) {
    out.extend_from_slice(&length.to_le_bytes());
    let bitmap_at = out.len();
    let bitmap_end = bitmap_at.saturating_add(string.len().div_ceil(8));
    out.resize(bitmap_end, 0);
    let mut before = previous.chunks(8);
    for (index, group) in string.chunks(8).enumerate() {
        let bits = encode_group(before.next().unwrap_or_default(), group, out);
        if let Some(slot) = out.get_mut(bitmap_at.saturating_add(index)) {
            *slot = bits;
        }
    }
}

/// Adds the differences of up to eight bytes and says which of them differ, lowest bit first.
fn encode_group(previous: &[u8], group: &[u8], out: &mut Vec<u8>) -> u8 {
    if previous == group {
        return 0;
    }
    let mut bits = 0;
    for (place, byte) in group.iter().enumerate() {
        let difference = byte ^ previous.get(place).unwrap_or(&0);
        if difference != 0 {
            bits |= 1_u8.checked_shl(place as u32).unwrap_or(0);
            out.push(difference);
        }
    }
    bits
}

/// Replaces `string` by the one that follows it in `source`; `None` if the bytes are malformed.
pub(super) fn decode(source: &mut Source<'_>, string: &mut Vec<u8>) -> Option<()> {
    let length = usize::from(source.u16()?);
    let bitmap = source.take(length.div_ceil(8))?;
    string.resize(length, 0);
    // Most of a string stays as it was: eight bits, or sixty-four, at a time.
    let mut start: usize = 0;
    for groups in bitmap.chunks(8) {
        if groups.iter().any(|bits| *bits != 0) {
            for (index, bits) in groups.iter().enumerate().filter(|(_, bits)| **bits != 0) {
                let group = start.saturating_add(index.saturating_mul(8));
                decode_group(*bits, group, source, string)?;
            }
        }
        start = start.saturating_add(64);
    }
    Some(())
}

fn decode_group(bits: u8, start: usize, source: &mut Source<'_>, string: &mut [u8]) -> Option<()> {
    let mut rest = bits;
    while rest != 0 {
        let place = rest.trailing_zeros() as usize;
        let difference = source.u8().filter(|difference| *difference != 0)?;
        *string.get_mut(start.saturating_add(place))? ^= difference;
        rest &= rest.saturating_sub(1);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(previous: &[u8], string: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        encode(previous, string, string.len() as u16, &mut out);
        out
    }

    #[test]
    fn form_is_the_documented_one() {
        assert_eq!(encoded(b"", b""), [0, 0]);
        assert_eq!(encoded(b"", &[5, 0, 7]), [3, 0, 0b101, 5, 7]);
        assert_eq!(encoded(&[5, 0, 7, 9], &[5, 1, 6]), [3, 0, 0b110, 1, 1]);
        let ten = [1; 10];
        assert_eq!(encoded(&ten[..9], &ten), [10, 0, 0, 0b10, 1]);
    }

    #[test]
    fn malformed_strings_are_refused() {
        let bit_beyond_the_end = [1, 0, 0b10, 5];
        let marked_but_equal = [1, 0, 0b1, 0];
        let too_short = [9, 0, 0xFF, 0, 1, 2];
        for bytes in [&bit_beyond_the_end[..], &marked_but_equal, &too_short, &[1], &[1, 0]] {
            assert_eq!(decode(&mut Source::new(bytes), &mut Vec::new()), None, "{bytes:?}");
        }
    }
}
