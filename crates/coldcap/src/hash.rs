//! The output hash: FNV-1a-64.

use crate::canonical::Sink;

const OFFSET_BASIS: u64 = 0xCBF2_9CE4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01B3;

/// FNV-1a, 64 bits (Fowler, Noll, Vo; RFC 9923). It tells runs apart; it is not a security measure.
///
/// ```
/// use coldcap::hash::Fnv1a64;
/// assert_eq!(Fnv1a64::new().with(b"foobar").value(), 0x85944171F73967E8);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fnv1a64(u64);

impl Default for Fnv1a64 {
    fn default() -> Self {
        Self::new()
    }
}

impl Fnv1a64 {
    /// The hash of nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self(OFFSET_BASIS)
    }

    /// A hash that continues from a stored value.
    #[must_use]
    pub const fn resume(value: u64) -> Self {
        Self(value)
    }

    /// The hash of what was hashed so far and `bytes`.
    #[must_use]
    pub fn with(mut self, bytes: &[u8]) -> Self {
        self.put(bytes);
        self
    }

    /// The hash so far.
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }
}

impl Sink for Fnv1a64 {
    fn put(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(PRIME);
        }
    }
}
