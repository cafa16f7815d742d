//! Bytes that must not be seen.

use core::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// 32 secret bytes: a pre-shared key, an ephemeral secret, or a key of a session.
///
/// It is compared in constant time, is not printed, and is overwritten when it is dropped. What the compiler
/// has copied to the stack or to registers meanwhile is beyond it.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl Secret {
    /// Takes the bytes over. The caller overwrites his own copy.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for whoever must store them.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_compared_whole_and_not_printed() {
        let secret = Secret::new([0xA7; 32]);
        let mut other = [0xA7; 32];
        assert_eq!(secret, Secret::new(other));
        other[31] ^= 1;
        assert_ne!(secret, Secret::new(other));
        assert_eq!(std::format!("{secret:?}"), "Secret(..)");
    }

    #[test]
    fn dropping_it_overwrites_it() {
        let mut secret = core::mem::ManuallyDrop::new(Secret::new([0xA7; 32]));
        // What `drop` does, where the bytes can still be looked at.
        secret.0.zeroize();
        assert_eq!(secret.0, [0; 32]);
        assert!(core::mem::needs_drop::<Secret>());
    }
}
