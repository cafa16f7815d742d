//! One number for the whole message set.

use super::any::{ENDPOINTS, STRUCTURES};
use super::describe::{Endpoint, Field, Structure};

/// The number of this message set, for [`Hello`](super::Hello): equal numbers mean equal endpoints,
/// fields, types and units.
///
/// FNV-1a with 64 bits (Fowler, Noll, Vo; RFC 9923) over the text that `docs/wire-format.md` describes,
/// folded to 32 bits by exclusive-or of its halves. Computed by the compiler.
pub const SCHEMA: u32 = fold(hash_set());

const OFFSET_BASIS: u64 = 0xCBF2_9CE4_8422_2325;
const PRIME: u64 = 0x0100_0000_01B3;

const fn fold(hash: u64) -> u32 {
    (hash >> 32) as u32 ^ hash as u32
}

const fn hash_set() -> u64 {
    hash_endpoints(hash_structures(OFFSET_BASIS, STRUCTURES), ENDPOINTS)
}

const fn hash_structures(mut hash: u64, mut structures: &[Structure]) -> u64 {
    while let [first, rest @ ..] = structures {
        hash = hash_fields(hash_text(hash, first.name), first.fields);
        structures = rest;
    }
    hash
}

const fn hash_endpoints(mut hash: u64, mut endpoints: &[Endpoint]) -> u64 {
    while let [first, rest @ ..] = endpoints {
        let id = match first.id {
            Some(id) => id,
            None => 0xFF,
        };
        hash = hash_byte(hash_byte(hash, first.kind.code()), id);
        hash = hash_text(hash_text(hash, first.name), first.direction.name());
        hash = hash_fields(hash, first.fields);
        endpoints = rest;
    }
    hash
}

const fn hash_fields(mut hash: u64, mut fields: &[Field]) -> u64 {
    while let [first, rest @ ..] = fields {
        hash = hash_text(hash_text(hash_text(hash, first.name), first.wire_type), first.unit);
        fields = rest;
    }
    hash_byte(hash, b';')
}

/// Hashes the text and a separator, so that no two lists of names run together.
const fn hash_text(mut hash: u64, text: &str) -> u64 {
    let mut bytes = text.as_bytes();
    while let [first, rest @ ..] = bytes {
        hash = hash_byte(hash, *first);
        bytes = rest;
    }
    hash_byte(hash, b':')
}

const fn hash_byte(hash: u64, byte: u8) -> u64 {
    (hash ^ byte as u64).wrapping_mul(PRIME)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> u64 {
        text.bytes().fold(OFFSET_BASIS, hash_byte)
    }

    #[test]
    fn published_values_of_the_hash() {
        assert_eq!(bytes(""), 0xCBF2_9CE4_8422_2325);
        assert_eq!(bytes("a"), 0xAF63_DC4C_8601_EC8C);
        assert_eq!(bytes("foobar"), 0x8594_4171_F739_67E8);
    }

    #[test]
    fn a_changed_unit_is_another_set() {
        let field = |unit| Field { name: "supply", wire_type: "i32", unit, meaning: &[], since: 0 };
        let milli = hash_fields(OFFSET_BASIS, &[field("milli-degC")]);
        assert_ne!(milli, hash_fields(OFFSET_BASIS, &[field("degC")]));
        assert_ne!(milli, hash_fields(OFFSET_BASIS, &[]));
    }
}
