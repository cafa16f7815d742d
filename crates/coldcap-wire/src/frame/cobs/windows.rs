//! For long packets: the encoding by windows of 254 bytes: each is copied whole, then the zeros in the copy are made codes.
//!
//! Bytes between zeros are never touched one by one. What follows the last zero of a window is copied once
//! more with the next one, since only then it is known how long that piece is.

use super::super::copy::copy;
use super::{FULL_BLOCK, FULL_CODE, TooLong, zeros};

pub(super) fn encode(packet: &[u8], out: &mut [u8]) -> Result<usize, TooLong> {
    let (mut rest, mut write) = (packet, 0usize);
    loop {
        let window = rest.get(..FULL_BLOCK).unwrap_or(rest);
        let end = write.saturating_add(window.len()).saturating_add(1);
        let block = out.get_mut(write..end).ok_or(TooLong)?;
        if let Some((_, room)) = block.split_first_mut() {
            copy(room, window);
        }
        let last = zeros::link(block);
        if window.len() < FULL_BLOCK || (last == FULL_CODE && rest.len() == FULL_BLOCK) {
            return Ok(end);
        }
        let open = block.len().wrapping_sub(usize::from(last));
        let (done, next) =
            if last == FULL_CODE { (FULL_BLOCK, end) } else { (open, write.wrapping_add(open)) };
        rest = rest.get(done..).unwrap_or_default();
        write = next;
    }
}

/// Rewrites the encoding so that its packet begins at index 1; returns where the packet ends. Every byte moves
/// once at most, however many full blocks there are.
pub(super) fn rewrite(bytes: &mut [u8]) -> Option<usize> {
    let end = bytes.len();
    let mut code = *bytes.first()?;
    let (mut start, mut write) = (1usize, 1usize);
    loop {
        let length = usize::from(code).checked_sub(1)?;
        let next = start.wrapping_add(length);
        if write != start {
            move_down(bytes.get_mut(write..next)?, start.wrapping_sub(write));
        }
        write = write.wrapping_add(length);
        let Some(behind) = bytes.get_mut(next) else { return (next == end).then_some(write) };
        // The next code is read before the zero is written: they usually share one byte.
        let following = *behind;
        if code != FULL_CODE {
            *bytes.get_mut(write)? = 0;
            write = write.wrapping_add(1);
        }
        (code, start) = (following, next.wrapping_add(1));
    }
}

/// Moves what stands behind the first `gap` bytes to the front.
fn move_down(bytes: &mut [u8], gap: usize) {
    if gap <= bytes.len() {
        bytes.copy_within(gap.., 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::vec::Vec;

    fn packet() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![vec(any::<u8>(), 0..900), vec(1..=255u8, 0..1_100), vec(0..3u8, 0..300)]
    }

    proptest! {
        #[test]
        fn both_encodings_are_the_same(packet in packet(), missing in 0..3usize) {
            let room = super::super::max_encoded_len(packet.len()).saturating_sub(missing);
            let (mut copied, mut placed) = (std::vec![0xEE; room], std::vec![0; room]);
            if let Some(place) = placed.get_mut(1..=packet.len()) {
                place.copy_from_slice(&packet);
            }
            let there = encode(&packet, &mut copied);
            let here = super::super::encode_in_place(&mut placed, packet.len());
            prop_assert_eq!(there, here);
            if let Ok(length) = here {
                prop_assert_eq!(&copied[..length], &placed[..length]);
            }
        }

        #[test]
        fn both_decodings_are_the_same(mut bytes in packet(), full in any::<bool>()) {
            if full {
                bytes.iter_mut().step_by(255).for_each(|byte| *byte = FULL_CODE);
            }
            let mut other = bytes.clone();
            let there = rewrite(&mut bytes).map(|end| bytes[1..end].to_vec());
            let here = super::super::decode_in_place(&mut other).map(|packet| packet.to_vec());
            prop_assert_eq!(there, here);
        }
    }
}
