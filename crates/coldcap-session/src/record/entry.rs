//! One entry: 48 bytes, little-endian, the same for ever.

use super::chain::LINK_BYTES;
use super::fields::{Fields, Kind};
use crate::note::Note;
use coldcap_units::Instant;

/// How many bytes an entry takes.
pub const ENTRY_BYTES: usize = 48;
const BODY_BYTES: usize = ENTRY_BYTES - LINK_BYTES;

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
        let mut bytes = [0; ENTRY_BYTES];
        let mut room = Room(&mut bytes);
        room.put(self.body());
        room.put(self.link);
        bytes
    }

    /// Reads the stored form. Every 48 bytes are some entry; only the chain tells a true one.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; ENTRY_BYTES]) -> Self {
        let mut rest = Unread(bytes);
        let index = u32::from_le_bytes(rest.take());
        let at = Instant::from_millis(u64::from_le_bytes(rest.take()));
        let [kind, channel] = rest.take();
        let fields = Fields {
            kind: Kind(kind),
            code: u16::from_le_bytes(rest.take()),
            a: i32::from_le_bytes(rest.take()),
            b: i32::from_le_bytes(rest.take()),
            c: u64::from_le_bytes(rest.take()),
            d: u64::from_le_bytes(rest.take()),
        };
        Self { index, at, channel, fields, link: rest.take() }
    }

    /// Everything but the link.
    pub(super) fn body(&self) -> [u8; BODY_BYTES] {
        let fields = &self.fields;
        let mut body = [0; BODY_BYTES];
        let mut room = Room(&mut body);
        room.put(self.index.to_le_bytes());
        room.put(self.at.as_millis().to_le_bytes());
        room.put([fields.kind.0, self.channel]);
        room.put(fields.code.to_le_bytes());
        room.put(fields.a.to_le_bytes());
        room.put(fields.b.to_le_bytes());
        room.put(fields.c.to_le_bytes());
        room.put(fields.d.to_le_bytes());
        body
    }
}

/// Bytes that are still to be written; beyond the end it writes nothing, which no caller does.
pub(super) struct Room<'a>(pub(super) &'a mut [u8]);

impl Room<'_> {
    #[inline]
    pub(super) fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        if let Some((written, rest)) = core::mem::take(&mut self.0).split_first_chunk_mut() {
            *written = bytes;
            self.0 = rest;
        }
    }
}

/// Bytes that are still to be read; beyond the end it reads zeros, which no caller does.
struct Unread<'a>(&'a [u8]);

impl Unread<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (taken, rest) = self.0.split_first_chunk().unwrap_or((&[0; N], &[]));
        self.0 = rest;
        *taken
    }
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
