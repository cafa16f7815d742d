//! What a treatment makes a board store.

use coldcap_journal::Stamp;
use coldcap_units::Instant;

/// As many as a standard visit has, by `docs/journal.md`.
const COMMITS: usize = 163;
const STEPS: usize = COMMITS + 774;
/// How many entries commits have, in turn.
const ENTRIES: [usize; 8] = [0, 1, 0, 2, 1, 0, 3, 0];
const CHECKPOINT_BYTES: usize = 320;

/// A commit, or a beat: that one has neither entries nor a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub number: u32,
    pub entries: Vec<[u8; 48]>,
    pub checkpoint: Vec<u8>,
}

impl Item {
    pub fn is_commit(&self) -> bool {
        !self.checkpoint.is_empty()
    }

    pub fn stamp(&self) -> Stamp {
        Stamp { at: Instant::from_millis(self.number.into()), clock: Some(self.number) }
    }

    /// The number that is in a stamp.
    pub fn number_of(stamp: Stamp) -> u32 {
        stamp.clock.unwrap_or(u32::MAX)
    }

    /// As one item of a queue: as many bytes as a frame of the journal has for it.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; 16];
        bytes[..4].copy_from_slice(&self.number.to_le_bytes());
        if self.is_commit() {
            let counts = [self.entries.len() as u16, self.checkpoint.len() as u16];
            bytes.extend(counts.iter().flat_map(|count| count.to_le_bytes()));
            bytes.extend(self.entries.as_flattened());
            bytes.extend(&self.checkpoint);
        }
        bytes
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let number = u32::from_le_bytes(*bytes.first_chunk()?);
        let Some((counts, rest)) = bytes.get(16..)?.split_first_chunk::<4>() else {
            return Some(Self { number, entries: Vec::new(), checkpoint: Vec::new() });
        };
        let entries = usize::from(u16::from_le_bytes([counts[0], counts[1]]));
        let (entries, checkpoint) = rest.split_at_checked(entries * 48)?;
        let entries = entries.as_chunks().0.to_vec();
        Some(Self { number, entries, checkpoint: checkpoint.to_vec() })
    }

    /// The commit of this number.
    pub fn commit(number: u32, entries: usize) -> Self {
        let mut noise = u64::from(number) | 1 << 40;
        let mut byte = || {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            // Some of what is stored looks erased.
            if noise >> 60 == 0 { 0xFF } else { (noise >> 33) as u8 }
        };
        let entries = (0..entries).map(|_| std::array::from_fn(|_| byte())).collect();
        Self { number, entries, checkpoint: (0..CHECKPOINT_BYTES).map(|_| byte()).collect() }
    }

    fn beat(number: u32) -> Self {
        Self { number, entries: Vec::new(), checkpoint: Vec::new() }
    }
}

/// All of it, numbered from `first` on.
pub fn visit(first: u32) -> Vec<Item> {
    let commits = |step: usize| step * COMMITS / STEPS;
    let item = |step: usize| {
        let is_commit = commits(step) != commits(step + 1);
        let entries = ENTRIES[commits(step) % ENTRIES.len()];
        let number = first + step as u32;
        if is_commit { Item::commit(number, entries) } else { Item::beat(number) }
    };
    (0..STEPS).map(item).collect()
}
