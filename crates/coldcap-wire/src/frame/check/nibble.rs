//! Half a byte at a time, by 64 bytes of table.

use super::divided;

static TABLE: [u32; 16] = table();

const fn table() -> [u32; 16] {
    let mut table = [0; 16];
    let (mut rest, mut nibble) = (table.as_mut_slice(), 0);
    while let [entry, behind @ ..] = rest {
        *entry = divided(divided(divided(divided(nibble))));
        (rest, nibble) = (behind, nibble.wrapping_add(1));
    }
    table
}

/// The remainder after these bytes. Two at a time are four steps without a branch; more would cost flash.
#[cfg_attr(not(feature = "fast"), inline(never))]
pub(super) fn advance(remainder: u32, bytes: &[u8]) -> u32 {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let remainder = pairs.iter().fold(remainder, |remainder, pair| {
        one(one(remainder ^ u32::from(u16::from_le_bytes(*pair))))
    });
    match rest {
        [byte] => one(remainder ^ u32::from(*byte)),
        _ => remainder,
    }
}

/// The remainder after its lowest byte.
fn one(remainder: u32) -> u32 {
    half(half(remainder))
}

fn half(remainder: u32) -> u32 {
    (remainder >> 4) ^ TABLE.get((remainder & 0xF) as usize).copied().unwrap_or(0)
}
