//! X25519 (RFC 7748).

use super::secret::Secret;
use curve25519_dalek::constants::X25519_BASEPOINT;
use curve25519_dalek::montgomery::MontgomeryPoint;
use curve25519_dalek::scalar::clamp_integer;
use zeroize::Zeroize;

/// The public key of a secret.
pub(super) fn public(secret: &Secret) -> [u8; 32] {
    multiply(secret, X25519_BASEPOINT.to_bytes())
}

/// What two parties share: the secret of one with the public key of the other.
pub(super) fn shared(secret: &Secret, public: [u8; 32]) -> Secret {
    Secret::new(multiply(secret, public))
}

/// One ladder for both: a table of the base point would cost 30 kB of flash. The bits are handed over from the
/// highest down, bit 255 left out, since the crate's own way to them would link a panic.
#[inline(never)]
fn multiply(secret: &Secret, point: [u8; 32]) -> [u8; 32] {
    let mut scalar = clamp_integer(*secret.expose());
    let bits =
        scalar.iter().rev().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 != 0));
    let product = MontgomeryPoint(point).mul_bits_be(bits.skip(1)).to_bytes();
    scalar.zeroize();
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unhex(text: &str) -> [u8; 32] {
        core::array::from_fn(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
    }

    /// RFC 7748, section 6.1.
    #[test]
    fn the_published_agreement() {
        let alice = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
        let bob = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
        let [alice, bob] = [alice, bob].map(|text| Secret::new(unhex(text)));
        let of_alice = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
        let of_bob = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
        assert_eq!([public(&alice), public(&bob)], [of_alice, of_bob].map(unhex));
        let both = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
        assert_eq!(shared(&alice, unhex(of_bob)), Secret::new(unhex(both)));
        assert_eq!(shared(&bob, unhex(of_alice)), Secret::new(unhex(both)));
    }
}
