//! One entry: 48 bytes, little-endian, the same for ever.

use super::chain::LINK_BYTES;
use super::fields::{Fields, Kind};
use crate::note::Note;
use coldcap_units::Instant;
use coldcap_units::stored::{Reader, Stored, Writer};

/// How many bytes an entry takes.
pub const ENTRY_BYTES: usize = 48;
/// How many of them are hashed into its link.
pub(super) const BODY_BYTES: usize = ENTRY_BYTES - LINK_BYTES;

/// One entry of the record.
///
/// | bytes | field |
/// |---|---|
/// | 0..4 | `index`, u32 |
/// | 4..12 | `at`, milliseconds since power-up, u64 |
/// | 12 | `kind`, u8 |
/// | 13 | `channel`, u8 |
/// | 14..16 | `code`, u16 |
/// | 16..20 | `a`, i32 |
/// | 20..24 | `b`, i32 |
/// | 24..32 | `c`, u64 |
/// | 32..40 | `d`, u64 |
/// | 40..48 | `link`, the first bytes of a SHA-256 |
///
/// All numbers are little-endian. What `code`, `a`, `b`, `c` and `d` mean is said at [`Kind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// Its place in the record, from 0.
    pub index: u32,
    /// When it was made, on the device's own time.
    pub at: Instant,
    /// Which channel it is about.
    pub channel: u8,
    /// What happened.
    pub fields: Fields,
    /// The link to all entries before it; see [`Chain`](crate::record::Chain).
    pub link: [u8; LINK_BYTES],
}

impl Entry {
    /// The note behind the entry; `None` for a vendor's kind and for fields that no note makes.
    #[must_use]
    pub fn note(&self) -> Option<Note> {
        self.fields.note()
    }

    /// The stored form.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; ENTRY_BYTES] {
        sealed(&self.body(), &self.link)
    }

    /// Reads the stored form. Every 48 bytes are some entry; only the chain tells a true one.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; ENTRY_BYTES]) -> Self {
        let mut rest = Reader::new(bytes);
        let (index, at) = (next(&mut rest), next(&mut rest));
        let [kind, channel] = next(&mut rest);
        let fields = Fields {
            kind: Kind(kind),
            code: next(&mut rest),
            a: next(&mut rest),
            b: next(&mut rest),
            c: next(&mut rest),
            d: next(&mut rest),
        };
        Self { index, at, channel, fields, link: next(&mut rest) }
    }

    /// Everything but the link.
    pub(super) fn body(&self) -> [u8; BODY_BYTES] {
        let mut body = [0; BODY_BYTES];
        let mut room = Writer::new(&mut body);
        let fields = &self.fields;
        room.add(&self.index).add(&self.at).add(&[fields.kind.0, self.channel]);
        room.add(&fields.code).add(&fields.a).add(&fields.b).add(&fields.c).add(&fields.d);
        body
    }
}

/// The stored form of an entry, from its two parts.
pub(super) fn sealed(body: &[u8; BODY_BYTES], link: &[u8; LINK_BYTES]) -> [u8; ENTRY_BYTES] {
    let mut bytes = [0; ENTRY_BYTES];
    let (first, last) = bytes.split_at_mut(BODY_BYTES);
    first.copy_from_slice(body);
    last.copy_from_slice(link);
    bytes
}

/// What comes next; beyond the end it is zero, which no caller reads.
fn next<T: Stored + Default>(rest: &mut Reader<'_>) -> T {
    T::load(rest).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_48_bytes_survive_the_round_trip(low in any::<[u8; 32]>(), high in any::<[u8; 16]>()) {
            let mut bytes = [0; ENTRY_BYTES];
            bytes[..32].copy_from_slice(&low);
            bytes[32..].copy_from_slice(&high);
            prop_assert_eq!(Entry::from_bytes(&bytes).to_bytes(), bytes);
        }
    }
}
