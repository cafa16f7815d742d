//! Where the zeros of a run of bytes are, a machine word at a time.
//!
//! A word `w` holds a zero byte exactly where `(w - 01..01) & !w & 80..80` is not 0 (H. S. Warren, *Hacker's
//! Delight*, section 6-1). The lowest bit of it stands in the first zero byte, if the word was read low byte
//! first; bits above it may be wrong.

const WORD: usize = size_of::<usize>();
const ONES: usize = usize::MAX / 0xFF;
const HIGH: usize = ONES << 7;

/// What is not 0 exactly where a byte of `word` is; its lowest bit stands in the first such byte.
const fn marks(word: usize) -> usize {
    word.wrapping_sub(ONES) & !word & HIGH
}

/// The index of the first zero byte.
#[cfg(feature = "fast")]
pub(super) fn first(bytes: &[u8]) -> Option<usize> {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    let clean = blocks.iter().take_while(|block| !holds_zero(block)).count();
    let from = clean.wrapping_mul(BLOCK);
    let block = blocks.get(clean).map_or(rest, |block| block.as_slice());
    Some(from.wrapping_add(first_word_wise(block)?))
}

#[cfg(feature = "fast")]
fn first_word_wise(bytes: &[u8]) -> Option<usize> {
    let (words, rest) = bytes.as_chunks::<WORD>();
    for (index, word) in words.iter().enumerate() {
        let marks = marks(usize::from_le_bytes(*word));
        if marks != 0 {
            let within = (marks.trailing_zeros() / 8) as usize;
            return Some(index.wrapping_mul(WORD).wrapping_add(within));
        }
    }
    let from = words.len().wrapping_mul(WORD);
    Some(from.wrapping_add(rest.iter().position(|byte| *byte == 0)?))
}

/// How many bytes are looked at before the first branch.
#[cfg(any(test, feature = "fast"))]
const BLOCK: usize = 32;

#[cfg(any(test, feature = "fast"))]
fn holds_zero(block: &[u8; BLOCK]) -> bool {
    let (words, _) = block.as_chunks::<WORD>();
    words.iter().fold(0, |any, word| any | marks(usize::from_le_bytes(*word))) != 0
}

/// The index of the first zero byte. Between zeros stand a few bytes: words would not pay.
#[cfg(not(feature = "fast"))]
pub(super) fn first(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == 0)
}

/// Copies the bytes before the first zero; returns where it is. Nothing more is written where `to` is shorter.
#[cfg(feature = "fast")]
pub(super) fn copy_before(from: &[u8], to: &mut [u8]) -> Option<usize> {
    let zero = first(from);
    let run = from.get(..zero.unwrap_or(from.len())).unwrap_or_default();
    super::copy::copy(to, run);
    zero
}

/// Copies the bytes before the first zero; returns where it is. Nothing more is written where `to` is shorter.
#[cfg(not(feature = "fast"))]
pub(super) fn copy_before(from: &[u8], to: &mut [u8]) -> Option<usize> {
    let (words, _) = from.as_chunks::<WORD>();
    let (rooms, _) = to.as_chunks_mut::<WORD>();
    let whole = words.iter().zip(rooms).map_while(|(word, room)| {
        let clean = marks(usize::from_le_bytes(*word)) == 0;
        clean.then(|| *room = *word)
    });
    let clean = whole.count().wrapping_mul(WORD);
    let (rest, room) = (from.get(clean..)?, to.get_mut(clean..)?);
    for (at, (byte, room)) in rest.iter().zip(room.iter_mut()).enumerate() {
        if *byte == 0 {
            return Some(clean.wrapping_add(at));
        }
        *room = *byte;
    }
    let copied = to.len().min(from.len());
    Some(copied.wrapping_add(first(from.get(copied..)?)?))
}

/// Writes into the first byte, and into every zero behind it, how far the next zero or the end is; returns
/// the last of these codes.
///
/// The block has at most 255 bytes, so that every code fits a byte; of a longer one the codes wrap.
#[cfg(any(test, feature = "fast"))]
pub(super) fn link(block: &mut [u8]) -> u8 {
    let end = block.len();
    let mut open = 0usize;
    let mut at = 1usize;
    while let Some(window) = block.get(at..).and_then(<[u8]>::first_chunk::<BLOCK>) {
        if holds_zero(window) {
            let window = *window;
            let (words, _) = window.as_chunks::<WORD>();
            let places = (at..).step_by(WORD);
            for (word, place) in words.iter().zip(places) {
                open = link_word(block, *word, place, open);
            }
        }
        at = at.wrapping_add(BLOCK);
    }
    while let Some(window) = block.get(at..).and_then(<[u8]>::first_chunk::<WORD>) {
        open = link_word(block, *window, at, open);
        at = at.wrapping_add(WORD);
    }
    for at in at..end {
        if block.get(at) == Some(&0) {
            open = close(block, open, at);
        }
    }
    close(block, open, end);
    end.wrapping_sub(open) as u8
}

/// Links the zeros of a word that stands at `place`; returns where the open code is then.
#[cfg(any(test, feature = "fast"))]
fn link_word(block: &mut [u8], word: [u8; WORD], place: usize, open: usize) -> usize {
    let (mut zeros, mut open) = (exact_marks(usize::from_le_bytes(word)), open);
    while zeros != 0 {
        let at = place.wrapping_add((zeros.trailing_zeros() / 8) as usize);
        open = close(block, open, at);
        zeros &= zeros.wrapping_sub(1);
    }
    open
}

/// Writes the open code, whose piece ends before `at`; what stands at `at` is the next one.
#[cfg(any(test, feature = "fast"))]
fn close(block: &mut [u8], open: usize, at: usize) -> usize {
    if let Some(code) = block.get_mut(open) {
        *code = at.wrapping_sub(open) as u8;
    }
    at
}

/// `80` in every byte of `word` that is 0, and 0 in every other.
#[cfg(any(test, feature = "fast"))]
const fn exact_marks(word: usize) -> usize {
    !((word & !HIGH).wrapping_add(!HIGH) | word | !HIGH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// Under Miri, where a case takes a thousand times as long, every length is tried with some of the rooms and patterns.
    const ROOMS_APART: usize = if cfg!(miri) { 7 } else { 1 };
    const PATTERNS_APART: usize = if cfg!(miri) { 29 } else { 1 };

    #[test]
    fn the_first_zero_is_found_wherever_it_is() {
        for length in 0..40 {
            let mut bytes = std::vec![1u8; length];
            assert_eq!(first(&bytes), None);
            for at in (0..length).rev() {
                bytes[at] = 0;
                // A byte of 1 above a zero is what the borrow of the subtraction reaches.
                assert_eq!(first(&bytes), Some(at), "of {length}");
            }
        }
    }

    #[test]
    fn what_stands_before_the_first_zero_is_copied_as_far_as_there_is_room() {
        for length in 0..30usize {
            for zero in 0..=length {
                for room in (0..40usize).step_by(ROOMS_APART) {
                    let mut from: Vec<u8> = (1..=length as u8).collect();
                    from.iter_mut().skip(zero).step_by(3).for_each(|byte| *byte = 0);
                    let mut to = std::vec![0xEE; room];
                    let found = copy_before(&from, &mut to);
                    assert_eq!(found, (zero < length).then_some(zero));
                    let copied = zero.min(room);
                    assert_eq!(to[..copied], from[..copied]);
                }
            }
        }
    }

    #[test]
    fn codes_say_how_far_the_next_zero_is() {
        for length in 1..60usize {
            for pattern in (0..200usize).step_by(PATTERNS_APART) {
                let byte =
                    |at: usize| u8::from(!(at * 7 + pattern).is_multiple_of(1 + pattern % 9));
                let mut block: Vec<u8> = (0..length).map(byte).collect();
                let mut expected = block.clone();
                let zeros: Vec<usize> = (1..length).filter(|at| block[*at] == 0).collect();
                let ends = zeros.iter().copied().chain([length]);
                for (code, end) in [0].into_iter().chain(zeros.clone()).zip(ends) {
                    expected[code] = (end - code) as u8;
                }
                let last = length - zeros.last().copied().unwrap_or(0);
                assert_eq!(usize::from(link(&mut block)), last);
                assert_eq!(block, expected);
            }
        }
    }
}
