//! FNV-1a in 64 bits: what a trace is compared by.

/// The hash of the bytes so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest(u64);

impl Digest {
    /// Of nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }

    /// Takes in the little-endian bytes of a word.
    pub fn feed(&mut self, word: u64) {
        for byte in word.to_le_bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
    }

    /// The hash.
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }
}

impl Default for Digest {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_published_function() {
        let mut digest = Digest::new();
        digest.feed(u64::from_le_bytes(*b"foobar\0\0"));
        // FNV-1a of the eight bytes, by the reference implementation.
        let mut wanted = 0xCBF2_9CE4_8422_2325_u64;
        for byte in *b"foobar\0\0" {
            wanted = (wanted ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
        assert_eq!(digest.value(), wanted);
    }
}
