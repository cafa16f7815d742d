//! `Noise_NNpsk0_25519_ChaChaPoly_SHA256` (Noise Protocol Framework, revision 34), this one pattern by hand.
//!
//! ```text
//! -> psk, e
//! <- e, ee
//! ```
//!
//! Both messages are 48 bytes and a payload. A first message that was made without the pre-shared key is
//! refused after some hashing and one look at its tag, before any multiplication on the curve.

use super::agreement;
use super::cipher::{self, TAG_LEN};
use super::hash::{Hash, derive};
use super::secret::Secret;

/// How many bytes either message has beside its payload: a public key and a tag.
pub const MESSAGE_LEN: usize = PUBLIC_LEN + TAG_LEN;

const PUBLIC_LEN: usize = 32;

/// SHA-256 of the protocol's name, which is longer than 32 bytes.
const PROTOCOL: [u8; 32] = [
    0xF0, 0xB8, 0x90, 0x82, 0x6F, 0xB8, 0xE6, 0x58, 0x4A, 0xF6, 0x94, 0x8D, 0x22, 0x71, 0x69, 0xC3,
    0x81, 0xC9, 0xED, 0x6A, 0x4C, 0x1C, 0x90, 0xDF, 0x4B, 0x9F, 0xF4, 0x54, 0xFA, 0x94, 0x7F, 0x7B,
];

/// Why a message of the handshake was not made or not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoiseError {
    /// The message is shorter than [`MESSAGE_LEN`], or the room for it too small.
    Length,
    /// The tag does not fit: another key, another prologue, or changed bytes.
    Forged,
}

/// What a finished handshake leaves: a key for each direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Seals what this side sends.
    pub sending: Secret,
    /// Opens what this side receives.
    pub receiving: Secret,
    /// The handshake's hash, which is the same on both sides and in no other handshake. Not secret.
    pub hash: [u8; 32],
}

/// The symmetric state of Noise (section 5.2). In this pattern a key is always there and seals once only, so
/// that its nonce is always 0.
#[derive(Clone)]
struct Symmetric {
    chaining: Secret,
    key: Secret,
    hash: [u8; 32],
}

impl Symmetric {
    fn new(prologue: &[u8], psk: &Secret) -> Self {
        let hash = Hash::of(&[&PROTOCOL, prologue]);
        let [chaining, mixed, key] = derive(&Secret::new(PROTOCOL), psk.expose());
        Self { chaining, key, hash: Hash::of(&[&hash, mixed.expose()]) }
    }

    fn mix_hash(&mut self, bytes: &[u8]) {
        self.hash = Hash::of(&[&self.hash, bytes]);
    }

    fn mix_key(&mut self, input: &[u8]) {
        let [chaining, key, _] = derive(&self.chaining, input);
        (self.chaining, self.key) = (chaining, key);
    }

    /// The token `e` where there is a pre-shared key (section 9.2).
    #[inline(never)]
    fn mix_public(&mut self, public: &[u8; PUBLIC_LEN]) {
        self.mix_hash(public);
        self.mix_key(public);
    }

    /// Writes public key, payload and tag; returns the length.
    #[inline(never)]
    fn write(
        &mut self,
        public: &[u8; PUBLIC_LEN],
        payload: &[u8],
        out: &mut [u8],
    ) -> Option<usize> {
        let (place, rest) = out.split_first_chunk_mut::<PUBLIC_LEN>()?;
        *place = *public;
        let (text, rest) = rest.split_at_mut_checked(payload.len())?;
        text.copy_from_slice(payload);
        let place = rest.first_chunk_mut::<TAG_LEN>()?;
        let tag = cipher::seal(&self.key, 0, &self.hash, text)?;
        *place = tag;
        self.hash = Hash::of(&[&self.hash, text, &tag]);
        payload.len().checked_add(MESSAGE_LEN)
    }

    /// Opens what stands behind the public key, in place; returns the payload.
    #[inline(never)]
    fn read<'a>(&mut self, sealed: &'a mut [u8]) -> Result<&'a mut [u8], NoiseError> {
        let (text, tag) = sealed.split_last_chunk_mut::<TAG_LEN>().ok_or(NoiseError::Length)?;
        let hash = Hash::of(&[&self.hash, text, tag]);
        if !cipher::open(&self.key, 0, &self.hash, text, tag) {
            return Err(NoiseError::Forged);
        }
        self.hash = hash;
        Ok(text)
    }

    /// The keys from the initiator to the responder and back.
    fn split(&self) -> [Secret; 2] {
        let [first, second, _] = derive(&self.chaining, &[]);
        [first, second]
    }
}

fn take_public(message: &mut [u8]) -> Result<(&[u8; PUBLIC_LEN], &mut [u8]), NoiseError> {
    let (public, sealed) =
        message.split_first_chunk_mut::<PUBLIC_LEN>().ok_or(NoiseError::Length)?;
    Ok((public, sealed))
}

/// The side that begins: the host.
#[derive(Clone)]
pub struct Initiator {
    symmetric: Symmetric,
    ephemeral: Secret,
}

impl Initiator {
    /// Writes the first message to the start of `out`; returns what waits for the answer, and the length.
    ///
    /// `ephemeral` must be random and never used before: it is all that makes two sessions differ.
    ///
    /// # Errors
    /// [`NoiseError::Length`] where `out` is shorter than the payload and [`MESSAGE_LEN`].
    ///
    /// # Panics
    /// Never.
    pub fn begin(
        prologue: &[u8],
        psk: &Secret,
        ephemeral: [u8; 32],
        payload: &[u8],
        out: &mut [u8],
    ) -> Result<(Self, usize), NoiseError> {
        let (mut symmetric, ephemeral) = (Symmetric::new(prologue, psk), Secret::new(ephemeral));
        let public = agreement::public(&ephemeral);
        symmetric.mix_public(&public);
        let len = symmetric.write(&public, payload, out).ok_or(NoiseError::Length)?;
        Ok((Self { symmetric, ephemeral }, len))
    }

    /// Reads the second message, in place; returns the keys and its payload. After a forged one the real one
    /// can still be read.
    ///
    /// # Errors
    /// Any [`NoiseError`]; `message` is then as it was.
    ///
    /// # Panics
    /// Never.
    pub fn finish<'a>(&self, message: &'a mut [u8]) -> Result<(Keys, &'a mut [u8]), NoiseError> {
        let mut symmetric = self.symmetric.clone();
        let (public, sealed) = take_public(message)?;
        symmetric.mix_public(public);
        symmetric.mix_key(agreement::shared(&self.ephemeral, *public).expose());
        let payload = symmetric.read(sealed)?;
        let [sending, receiving] = symmetric.split();
        Ok((Keys { sending, receiving, hash: symmetric.hash }, payload))
    }
}

/// The side that answers: the device. It exists only where a first message was made with the key.
pub struct Responder {
    symmetric: Symmetric,
    other: [u8; PUBLIC_LEN],
}

impl Responder {
    /// Reads the first message, in place; returns what can answer it, and its payload. Nothing is multiplied.
    ///
    /// # Errors
    /// Any [`NoiseError`]; `message` is then as it was.
    ///
    /// # Panics
    /// Never.
    pub fn read<'a>(
        prologue: &[u8],
        psk: &Secret,
        message: &'a mut [u8],
    ) -> Result<(Self, &'a mut [u8]), NoiseError> {
        let mut symmetric = Symmetric::new(prologue, psk);
        let (public, sealed) = take_public(message)?;
        let other = *public;
        symmetric.mix_public(&other);
        let payload = symmetric.read(sealed)?;
        Ok((Self { symmetric, other }, payload))
    }

    /// Writes the second message to the start of `out`; returns the keys and the length.
    ///
    /// `ephemeral` must be random and never used before.
    ///
    /// # Errors
    /// [`NoiseError::Length`] where `out` is shorter than the payload and [`MESSAGE_LEN`].
    ///
    /// # Panics
    /// Never.
    pub fn answer(
        self,
        ephemeral: &Secret,
        payload: &[u8],
        out: &mut [u8],
    ) -> Result<(Keys, usize), NoiseError> {
        let mut symmetric = self.symmetric;
        let public = agreement::public(ephemeral);
        symmetric.mix_public(&public);
        symmetric.mix_key(agreement::shared(ephemeral, self.other).expose());
        let len = symmetric.write(&public, payload, out).ok_or(NoiseError::Length)?;
        let [receiving, sending] = symmetric.split();
        Ok((Keys { sending, receiving, hash: symmetric.hash }, len))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_constant_is_the_hash_of_the_name() {
        assert_eq!(Hash::of(&[b"Noise_NNpsk0_25519_ChaChaPoly_SHA256"]), PROTOCOL);
    }

    fn run(psks: [u8; 2], prologues: [&[u8]; 2]) -> Result<[Keys; 2], NoiseError> {
        let mut message = [0; MESSAGE_LEN + 3];
        let psk = |byte| Secret::new([byte; 32]);
        let (host, _) =
            Initiator::begin(prologues[0], &psk(psks[0]), [7; 32], b"one", &mut message)?;
        let (device, payload) = Responder::read(prologues[1], &psk(psks[1]), &mut message)?;
        assert_eq!(payload, b"one");
        let (of_device, len) = device.answer(&psk(9), b"two", &mut message)?;
        assert_eq!(len, message.len());
        message[40] ^= 1;
        assert_eq!(host.finish(&mut message).err(), Some(NoiseError::Forged));
        message[40] ^= 1;
        let (of_host, payload) = host.finish(&mut message)?;
        assert_eq!(payload, b"two");
        Ok([of_host, of_device])
    }

    #[test]
    fn both_sides_end_with_the_same_keys() {
        let [host, device] = run([1, 1], [b"prologue"; 2]).unwrap();
        assert_eq!((&host.sending, &host.receiving), (&device.receiving, &device.sending));
        assert_eq!(host.hash, device.hash);
        assert_ne!(host.sending, host.receiving);
    }

    #[test]
    fn another_key_and_another_prologue_are_refused_at_the_first_message() {
        assert_eq!(run([1, 2], [b"prologue"; 2]).err(), Some(NoiseError::Forged));
        assert_eq!(run([1, 1], [b"prologue", b"prologuf"]).err(), Some(NoiseError::Forged));
    }

    #[test]
    fn what_is_too_short_is_refused() {
        let psk = Secret::new([1; 32]);
        let mut room = [0; MESSAGE_LEN];
        let begun = Initiator::begin(b"", &psk, [7; 32], b"x", &mut room);
        assert_eq!(begun.err(), Some(NoiseError::Length));
        for len in [0, PUBLIC_LEN - 1, PUBLIC_LEN, MESSAGE_LEN - 1] {
            let read = Responder::read(b"", &psk, &mut room[..len]);
            assert_eq!(read.err(), Some(NoiseError::Length));
        }
    }
}
