//! ChaCha20-Poly1305 (RFC 8439) with the nonces of Noise, in place.
//!
//! Put together from the cipher and the authenticator: the crate that does so would link a panic for a text of
//! 256 GB.

use super::secret::Secret;
use chacha20::cipher::{KeyIvInit, StreamCipherCore};
use chacha20::{ChaChaCore, cipher::consts::U10};
use poly1305::Poly1305;
use poly1305::universal_hash::{KeyInit, UniversalHash};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// How many bytes a sealed text is longer than the plain one.
pub const TAG_LEN: usize = 16;

/// The longest text of a Noise message: far from where the block counter ends.
const LONGEST: usize = u16::MAX as usize;
const BLOCK: usize = 64;

/// Twenty rounds, which the crate counts in pairs.
type Stream = ChaChaCore<U10>;

/// Four zero bytes and the number, low byte first (Noise, section 12.3).
fn nonce(number: u64) -> [u8; 12] {
    let [n0, n1, n2, n3, n4, n5, n6, n7] = number.to_le_bytes();
    [0, 0, 0, 0, n0, n1, n2, n3, n4, n5, n6, n7]
}

/// The stream for the text, and the authenticator: its key is the first half of the block before (RFC 8439, 2.6).
#[inline(never)]
fn begin(key: &Secret, number: u64) -> Option<(Stream, Poly1305)> {
    let mut stream = Stream::new(key.expose().into(), &nonce(number).into());
    let mut block = next(&mut stream);
    let authenticator = Poly1305::new(block.first_chunk::<32>()?.into());
    block.zeroize();
    Some((stream, authenticator))
}

#[inline(never)]
fn next(stream: &mut Stream) -> [u8; BLOCK] {
    let mut block = [0; BLOCK].into();
    stream.write_keystream_block(&mut block);
    block.into()
}

fn apply(stream: &mut Stream, text: &mut [u8]) {
    for piece in text.chunks_mut(BLOCK) {
        let block = next(stream);
        piece.iter_mut().zip(block).for_each(|(byte, with)| *byte ^= with);
    }
}

/// RFC 8439, section 2.8.
#[inline(never)]
fn tag(mut authenticator: Poly1305, associated: &[u8], text: &[u8]) -> [u8; TAG_LEN] {
    authenticator.update_padded(associated);
    authenticator.update_padded(text);
    let mut lengths = [0; TAG_LEN];
    let (first, second) = lengths.split_at_mut(TAG_LEN / 2);
    first.copy_from_slice(&(associated.len() as u64).to_le_bytes());
    second.copy_from_slice(&(text.len() as u64).to_le_bytes());
    authenticator.update_padded(&lengths);
    authenticator.finalize().into()
}

/// Encrypts `text` where it stands and returns its tag; `None` for a text that is longer than any
/// Noise message.
#[inline(never)]
pub(super) fn seal(
    key: &Secret,
    number: u64,
    associated: &[u8],
    text: &mut [u8],
) -> Option<[u8; TAG_LEN]> {
    if text.len() > LONGEST {
        return None;
    }
    let (mut stream, authenticator) = begin(key, number)?;
    apply(&mut stream, text);
    Some(tag(authenticator, associated, text))
}

/// Decrypts `text` where it stands if the tag fits, and says whether it did. Otherwise `text` is as it was.
#[inline(never)]
#[must_use]
pub(super) fn open(
    key: &Secret,
    number: u64,
    associated: &[u8],
    text: &mut [u8],
    expected: &[u8; TAG_LEN],
) -> bool {
    let Some((mut stream, authenticator)) = begin(key, number) else { return false };
    let fits = bool::from(tag(authenticator, associated, text).ct_eq(expected));
    if fits {
        apply(&mut stream, text);
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unhex<const N: usize>(text: &str) -> [u8; N] {
        core::array::from_fn(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
    }

    /// RFC 8439, appendix A.5: its nonce is `00000000 0102030405060708`, which is a number of Noise.
    const KEY: &str = "1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0";
    const SEALED: &str = "64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb24c6cfc\
        18755d43eea09ee94e382d26b0bdb7b73c321b0100d4f03b7f355894cf332f830e710b97ce98c8a84abd0b948114\
        ad176e008d33bd60f982b1ff37c8559797a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867\
        e4b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523eaf4534d7f83fa1155b0047718c\
        bc546a0d072b04b3564eea1b422273f548271a0bb2316053fa76991955ebd63159434ecebb4e466dae5a1073a672\
        7627097a1049e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29a6ad5cb4022b02709b";
    const TEXT: &[u8] = b"Internet-Drafts are draft documents valid for a maximum of six months and \
        may be updated, replaced, or obsoleted by other documents at any time. It is inappropriate to \
        use Internet-Drafts as reference material or to cite them other than as /\xe2\x80\x9cwork in \
        progress./\xe2\x80\x9d";

    #[test]
    fn the_published_packet() {
        let key = Secret::new(unhex(KEY));
        let number = u64::from_le_bytes([1, 2, 3, 4, 5, 6, 7, 8]);
        let associated = unhex::<12>("f33388860000000000004e91");
        let tag = unhex("eead9d67890cbb22392336fea1851f38");
        let sealed = unhex::<265>(SEALED);
        let mut text = sealed;
        assert!(open(&key, number, &associated, &mut text, &tag));
        assert_eq!(text, TEXT);
        assert_eq!(seal(&key, number, &associated, &mut text), Some(tag));
        assert_eq!(text, sealed);
    }

    #[test]
    fn what_does_not_verify_is_left_alone() {
        let key = Secret::new([7; 32]);
        let mut text = *b"sixteen bytes of";
        let tag = seal(&key, 3, b"head", &mut text).unwrap();
        let sealed = text;
        for (number, associated, tag) in
            [(4, &b"head"[..], tag), (3, b"tail", tag), (3, b"head", [0; TAG_LEN])]
        {
            assert!(!open(&key, number, associated, &mut text, &tag));
            assert_eq!(text, sealed);
        }
        assert!(open(&key, 3, b"head", &mut text, &tag));
        assert_eq!(&text, b"sixteen bytes of");
    }
}
