//! The chain: a change, a deletion or another order of entries shows.

use super::entry::{BODY_BYTES, ENTRY_BYTES, Entry, sealed};
use super::fields::Fields;
use crate::note::Note;
use coldcap_units::Instant;
use coldcap_units::stored::Writer;
use sha2::digest::generic_array::GenericArray;

/// How many bytes of a digest an entry carries.
pub const LINK_BYTES: usize = 8;

/// The link before the first entry; it names the layout.
const GENESIS: [u8; LINK_BYTES] = *b"coldcap1";

/// The initial hash value of SHA-256 (FIPS 180-4, section 5.3.3).
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

const MESSAGE_BITS: u64 = 48 * 8;

/// Where a record has got to: the next index, and the link that all entries so far add up to.
///
/// A link is the first eight bytes of SHA-256 over the link before (the bytes `coldcap1` before the
/// first entry) and the 40 bytes of the entry's body: 48 bytes, one block, a fixed time.
///
/// The chain shows that entries were changed, left out or moved. That entries are missing at the
/// *end* shows only when the chain is compared with one that was kept elsewhere. There is no key:
/// somebody who can write the whole record can compute it anew.
///
/// ```
/// use coldcap_session::{Flag, Note, record::{Chain, verify}};
/// use coldcap_units::Instant;
///
/// let mut chain = Chain::new();
/// let first = chain.append(Instant::from_millis(100), 0, &Note::CapOff);
/// let second = chain.append(Instant::from_millis(200), 0, &Note::Flag(Flag::RemovedEarly));
/// assert_eq!(verify(&[first, second]), Ok(()));
/// assert_eq!(verify(&[second]).unwrap_err().index, 0);
/// assert_eq!(Chain::new().follow(&[first, second]), Ok(chain));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chain {
    next: u32,
    link: [u8; LINK_BYTES],
}

/// The first entry that does not belong where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChainError {
    /// Its place among the entries that were checked, from 0.
    pub index: u32,
}

impl core::fmt::Display for ChainError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "the record was altered at or before entry {}", self.index)
    }
}

impl core::error::Error for ChainError {}

impl Default for Chain {
    fn default() -> Self {
        Self::new()
    }
}

impl Chain {
    /// An empty record.
    #[must_use]
    pub const fn new() -> Self {
        Self { next: 0, link: GENESIS }
    }

    /// A record that goes on after an entry whose own truth is known.
    #[must_use]
    pub const fn after(entry: &Entry) -> Self {
        Self { next: entry.index.saturating_add(1), link: entry.link }
    }

    /// A record of so many entries that add up to this link.
    pub(super) const fn at(next: u32, link: [u8; LINK_BYTES]) -> Self {
        Self { next, link }
    }

    /// How many entries the record has.
    #[must_use]
    pub const fn len(&self) -> u32 {
        self.next
    }

    /// Whether the record has no entry.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.next == 0
    }

    /// The link that all entries so far add up to.
    #[must_use]
    pub const fn link(&self) -> [u8; LINK_BYTES] {
        self.link
    }

    /// Makes the next entry from a note.
    ///
    /// # Panics
    /// Never. After 2³² entries the index stays where it is, and [`verify`] would say so.
    pub fn append(&mut self, at: Instant, channel: u8, note: &Note) -> Entry {
        self.append_fields(at, channel, Fields::from(note))
    }

    /// Makes the next entry from fields, such as a vendor's own kind.
    pub fn append_fields(&mut self, at: Instant, channel: u8, fields: Fields) -> Entry {
        let entry = Entry { index: self.next, at, channel, fields, link: [0; LINK_BYTES] };
        Entry { link: self.add(&entry.body()), ..entry }
    }

    /// The same in its stored form, which a device wants and nothing else: it is written once, for the link and for the
    /// store.
    ///
    /// ```
    /// use coldcap_session::record::{Chain, Fields};
    /// use coldcap_session::Note;
    /// use coldcap_units::Instant;
    ///
    /// let (mut one, mut other) = (Chain::new(), Chain::new());
    /// let (at, fields) = (Instant::from_millis(100), Fields::from(&Note::CapOff));
    /// assert_eq!(one.append_bytes(at, 0, fields), other.append_fields(at, 0, fields).to_bytes());
    /// assert_eq!(one, other);
    /// ```
    pub fn append_bytes(&mut self, at: Instant, channel: u8, fields: Fields) -> [u8; ENTRY_BYTES] {
        let body = Entry { index: self.next, at, channel, fields, link: [0; LINK_BYTES] }.body();
        sealed(&body, &self.add(&body))
    }

    /// The link of the next entry.
    fn add(&mut self, body: &[u8; BODY_BYTES]) -> [u8; LINK_BYTES] {
        self.link = digest(&self.link, body);
        self.next = self.next.saturating_add(1);
        self.link
    }

    /// Follows further entries; gives the chain at their end.
    ///
    /// # Errors
    /// [`ChainError`] with the place of the first entry that does not follow.
    pub fn follow(self, entries: &[Entry]) -> Result<Self, ChainError> {
        let mut chain = self;
        for (entry, index) in entries.iter().zip(0u32..) {
            let follows =
                entry.index == chain.next && entry.link == digest(&chain.link, &entry.body());
            if !follows {
                return Err(ChainError { index });
            }
            chain = Self::after(entry);
        }
        Ok(chain)
    }
}

/// Checks a whole record, from its first entry.
///
/// # Errors
/// [`ChainError`] with the place of the first entry that was changed, or before which one is missing
/// or was moved.
pub fn verify(entries: &[Entry]) -> Result<(), ChainError> {
    // req: REC-001
    Chain::new().follow(entries).map(|_| ())
}

/// SHA-256 by hand over one padded block: the whole hasher would link a panic.
fn digest(before: &[u8; LINK_BYTES], body: &[u8; BODY_BYTES]) -> [u8; LINK_BYTES] {
    let mut block = [0u8; 64];
    let mut room = Writer::new(&mut block);
    room.put(*before);
    room.put(*body);
    room.put([0x80, 0, 0, 0, 0, 0, 0, 0]); // the padding of SHA-256 begins with a bit
    room.put(MESSAGE_BITS.to_be_bytes());
    let mut state = INITIAL;
    sha2::compress256(&mut state, core::slice::from_ref(<&GenericArray<_, _>>::from(&block)));
    let [first, second, ..] = state;
    ((u64::from(first) << 32) | u64::from(second)).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::Flag;
    use crate::record::entry::ENTRY_BYTES;
    use proptest::prelude::*;
    extern crate std;
    use std::vec::Vec;

    // python3 -c "
    // import hashlib, struct
    // link = b'coldcap1'
    // rows = [(0, 100, 7, 0, 0, 0, 0, 0, 0), (1, 0x1122334455, 10, 1, 12, -1, 2, 3, 2**64 - 2)]
    // for row in rows:
    //     body = struct.pack('<IQBBHiiQQ', *row)
    //     link = hashlib.sha256(link + body).digest()[:8]
    //     print((body + link).hex())"
    const GOLDEN: [&str; 2] = [
        "00000000640000000000000007000000000000000000000000000000000000000000000000000000ed05984b229320df",
        "0100000055443322110000000a010c00ffffffff020000000300000000000000feffffffffffffff5dc46289ee75fab5",
    ];

    fn unhex(text: &str) -> [u8; ENTRY_BYTES] {
        core::array::from_fn(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
    }

    #[test]
    fn bytes_and_links_agree_with_an_independent_computation() {
        let mut chain = Chain::new();
        let first = chain.append(Instant::from_millis(100), 0, &Note::CapOff);
        let fields = Fields {
            a: -1,
            b: 2,
            c: 3,
            d: u64::MAX - 1,
            ..Fields::from(&Note::Flag(Flag::RemovedEarly))
        };
        let second = chain.append_fields(Instant::from_millis(0x11_2233_4455), 1, fields);
        assert_eq!([first.to_bytes(), second.to_bytes()], GOLDEN.map(unhex));
        assert_eq!((chain.len(), chain.link()), (2, second.link));
        // What a device stores is the same.
        let mut stored = Chain::new();
        let kept = stored.append_bytes(first.at, first.channel, first.fields);
        assert_eq!(kept, first.to_bytes());
        let kept = stored.append_bytes(second.at, second.channel, second.fields);
        assert_eq!((kept, stored), (second.to_bytes(), chain));
    }

    #[test]
    fn a_skipped_index_shows_even_under_a_true_link() {
        let mut chain = Chain { next: 1, ..Chain::new() };
        let entry = chain.append(Instant::ZERO, 0, &Note::CapOff);
        assert_eq!(verify(&[entry]), Err(ChainError { index: 0 }));
    }

    fn record(codes: &[u8]) -> Vec<Entry> {
        let mut chain = Chain::new();
        let entry = |(code, at): (&u8, u64)| {
            chain.append(Instant::from_millis(at), 0, &Note::Symptom(*code))
        };
        codes.iter().zip(0..).map(entry).collect()
    }

    proptest! {
        #[test]
        fn a_changed_bit_shows_at_its_entry(
            codes in prop::collection::vec(any::<u8>(), 1..12), at in any::<prop::sample::Index>(),
            bit in 0usize..ENTRY_BYTES * 8,
        ) {
            let mut entries = record(&codes);
            prop_assert_eq!(verify(&entries), Ok(()));
            let at = at.index(entries.len());
            let mut bytes = entries[at].to_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            entries[at] = Entry::from_bytes(&bytes);
            prop_assert_eq!(verify(&entries), Err(ChainError { index: at as u32 }));
        }

        #[test]
        fn a_deleted_entry_shows_unless_it_was_the_last(
            codes in prop::collection::vec(any::<u8>(), 2..12), at in any::<prop::sample::Index>(),
        ) {
            let mut entries = record(&codes);
            let whole = Chain::new().follow(&entries);
            let at = at.index(entries.len());
            entries.remove(at);
            if at < entries.len() {
                prop_assert_eq!(verify(&entries), Err(ChainError { index: at as u32 }));
            }
            prop_assert_ne!(Chain::new().follow(&entries), whole);
        }

        #[test]
        fn another_order_shows(
            codes in prop::collection::vec(any::<u8>(), 2..12), a in any::<prop::sample::Index>(),
            b in any::<prop::sample::Index>(),
        ) {
            let mut entries = record(&codes);
            let (a, b) = (a.index(entries.len()), b.index(entries.len()));
            entries.swap(a, b);
            let expected = if a == b { Ok(()) } else { Err(ChainError { index: a.min(b) as u32 }) };
            prop_assert_eq!(verify(&entries), expected);
        }
    }
}
