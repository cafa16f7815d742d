//! SHA-256, HMAC and the key derivation of Noise, over the compression function of `sha2`.
//!
//! The crate's own hasher would link a panic; this one is bytes into blocks and no more.

use super::secret::Secret;
use sha2::digest::generic_array::GenericArray;
use zeroize::Zeroize;

/// FIPS 180-4, 5.3.3.
const INITIAL: [u32; 8] = [
    0x6A09_E667,
    0xBB67_AE85,
    0x3C6E_F372,
    0xA54F_F53A,
    0x510E_527F,
    0x9B05_688C,
    0x1F83_D9AB,
    0x5BE0_CD19,
];
const BLOCK: usize = 64;
/// Where the length stands in the last block.
const LENGTH_AT: usize = BLOCK - 8;
const INNER: u8 = 0x36;
const OUTER: u8 = 0x5C;

/// SHA-256 of bytes that come in pieces.
pub(super) struct Hash {
    state: [u32; 8],
    block: [u8; BLOCK],
    filled: usize,
    bytes: u64,
}

impl Drop for Hash {
    fn drop(&mut self) {
        self.state.zeroize();
        self.block.zeroize();
    }
}

impl Hash {
    pub(super) const fn new() -> Self {
        Self { state: INITIAL, block: [0; BLOCK], filled: 0, bytes: 0 }
    }

    /// SHA-256 of one piece behind another.
    pub(super) fn of(pieces: &[&[u8]]) -> [u8; 32] {
        let mut hash = Self::new();
        pieces.iter().for_each(|piece| hash.update(piece));
        hash.finish()
    }

    #[inline(never)]
    pub(super) fn update(&mut self, piece: &[u8]) {
        piece.iter().for_each(|byte| self.put(*byte));
        self.bytes = self.bytes.wrapping_add(piece.len() as u64);
    }

    #[inline(never)]
    fn put(&mut self, byte: u8) {
        if let Some(place) = self.block.get_mut(self.filled) {
            *place = byte;
        }
        self.filled = self.filled.wrapping_add(1);
        if self.filled >= BLOCK {
            let block = GenericArray::from(self.block);
            sha2::compress256(&mut self.state, core::slice::from_ref(&block));
            self.filled = 0;
        }
    }

    #[inline(never)]
    pub(super) fn finish(mut self) -> [u8; 32] {
        let bits = self.bytes.wrapping_mul(8);
        self.put(0x80);
        while self.filled != LENGTH_AT {
            self.put(0);
        }
        bits.to_be_bytes().iter().for_each(|byte| self.put(*byte));
        let mut digest = [0; 32];
        for (place, word) in digest.chunks_exact_mut(4).zip(self.state) {
            place.copy_from_slice(&word.to_be_bytes());
        }
        digest
    }
}

/// HMAC-SHA256 (RFC 2104) with a key of 32 bytes.
#[inline(never)]
pub(super) fn hmac(key: &[u8; 32], pieces: [&[u8]; 2]) -> [u8; 32] {
    let mut inner = padded(key, INNER);
    pieces.iter().for_each(|piece| inner.update(piece));
    let mut digest = inner.finish();
    let mut outer = padded(key, OUTER);
    outer.update(&digest);
    digest.zeroize();
    outer.finish()
}

fn padded(key: &[u8; 32], pad: u8) -> Hash {
    let mut block = [pad; BLOCK];
    block.iter_mut().zip(key).for_each(|(place, byte)| *place ^= byte);
    let mut hash = Hash::new();
    hash.update(&block);
    block.zeroize();
    hash
}

/// The HKDF of Noise (revision 34, section 4.3) with three outputs. Where two are asked for, they are the
/// first two.
#[inline(never)]
pub(super) fn derive(chaining: &Secret, input: &[u8]) -> [Secret; 3] {
    let seed = Secret::new(hmac(chaining.expose(), [input, &[]]));
    let next = |before: &[u8], number: u8| hmac(seed.expose(), [before, &[number]]);
    let first = next(&[], 1);
    let second = next(&first, 2);
    let third = next(&second, 3);
    [first, second, third].map(Secret::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sha2::Digest;

    fn hex(bytes: &[u8]) -> std::string::String {
        bytes.iter().map(|byte| std::format!("{byte:02x}")).collect()
    }

    #[test]
    fn the_published_values_of_sha_256() {
        // FIPS 180-4 examples, "abc" and the two-block message.
        assert_eq!(
            hex(&Hash::of(&[b"abc"])),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            hex(&Hash::of(&[b"abcdbcdecdefdefgefghfghighij", b"hijkijkljklmklmnlmnomnopnopq"])),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        );
    }

    #[test]
    fn the_published_value_of_hmac() {
        // RFC 4231, test case 2, its four-byte key padded with zeros as HMAC pads it.
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        assert_eq!(
            hex(&hmac(&key, [b"what do ya want ", b"for nothing?"])),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn the_published_value_of_the_derivation() {
        // RFC 5869, test case 3: no salt, no info, 42 bytes of output.
        let derived = derive(&Secret::new([0; 32]), &[0x0B; 22]);
        let okm = [*derived[0].expose(), *derived[1].expose()].concat();
        assert_eq!(
            hex(&okm[..42]),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
        );
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_pieces(bytes in prop::collection::vec(any::<u8>(), 0..300), cut in 0_usize..300) {
            let (first, second) = bytes.split_at(cut.min(bytes.len()));
            let expected: [u8; 32] = sha2::Sha256::digest(&bytes).into();
            prop_assert_eq!(Hash::of(&[first, second]), expected);
        }
    }
}
