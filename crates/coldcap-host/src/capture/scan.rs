//! Finds the blocks of a recording, also of a damaged one.
//!
//! A block is believed when its checksum is right. When it is wrong, its length may be wrong too: the
//! next block is believed to follow it only where something stands that looks like the head of a
//! block. Where nothing does, the index at the end of the file says where to go on. No block reaches
//! beyond the next place that the index names, which also keeps the work linear in the file's length.

use super::block::{Block, End, IndexEntry, Kind};
use super::checksum::checksum;
use super::damage::Damage;
use super::source::Source;

/// The length of kind, flags, reserved bytes and length.
pub(super) const BLOCK_HEADER_LENGTH: usize = 8;

/// The length of everything of a block that is not its payload.
pub(super) const BLOCK_OVERHEAD: usize = BLOCK_HEADER_LENGTH + 4;

/// The bytes of a block as they stand in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct RawBlock<'a> {
    pub(super) offset: usize,
    pub(super) kind: Kind,
    pub(super) payload: &'a [u8],
    flags: [u8; 3],
    intact: bool,
}

impl<'a> RawBlock<'a> {
    /// `None` if no whole block fits at `offset`.
    pub(super) fn at(bytes: &'a [u8], offset: usize) -> Option<Self> {
        let rest = bytes.get(offset..)?;
        let mut source = Source::new(rest);
        let kind = Kind::from_code(source.u8()?);
        let flags = source.array()?;
        let length = usize::try_from(source.u32()?).ok()?;
        let payload = source.take(length)?;
        let stored = source.u32()?;
        let covered = rest.get(..length.checked_add(BLOCK_HEADER_LENGTH)?)?;
        Some(Self { offset, kind, payload, flags, intact: stored == checksum(covered) })
    }

    pub(super) fn end(&self) -> usize {
        self.offset.saturating_add(self.payload.len()).saturating_add(BLOCK_OVERHEAD)
    }

    fn damage(&self) -> Option<Damage> {
        let (offset, kind) = (self.offset as u64, self.kind);
        if !self.intact {
            return Some(Damage::Checksum { offset, kind });
        }
        let reason = "it has flags that this program does not know";
        (self.flags != [0; 3]).then_some(Damage::Content { offset, kind, reason })
    }

    /// The block itself, if it is sound and of this kind.
    pub(super) fn sound(self, kind: Kind) -> Option<Block<'a>> {
        if self.kind != kind || self.damage().is_some() {
            return None;
        }
        Block::read(kind, self.payload).ok()
    }
}

/// A sound block, or what is wrong at its place.
pub(super) type Found<'a> = Result<RawBlock<'a>, Damage>;

/// Finds the blocks from `start` to the end of `bytes`.
pub(super) fn scan(bytes: &[u8], start: usize) -> Vec<Found<'_>> {
    let mut scan = Scan { bytes, anchors: anchors(bytes), found: Vec::new() };
    let mut offset = Some(start);
    while let Some(at) = offset {
        offset = scan.step(at);
    }
    scan.found
}

struct Scan<'a> {
    bytes: &'a [u8],
    /// Where blocks begin by the index, ascending; the last one is the index itself.
    anchors: Vec<usize>,
    found: Vec<Found<'a>>,
}

impl<'a> Scan<'a> {
    /// Looks at `offset` and says where to look next, which is always further on.
    fn step(&mut self, offset: usize) -> Option<usize> {
        if offset >= self.bytes.len() {
            return self.cut_off(offset);
        }
        let Some(block) = self.block_at(offset) else {
            return self.lost(offset);
        };
        match block.damage() {
            Some(damage) => {
                self.found.push(Err(damage));
                if block.intact { Some(block.end()) } else { self.behind_damage(&block) }
            }
            None => {
                self.found.push(Ok(block));
                if block.kind == Kind::End { self.ended(block.end()) } else { Some(block.end()) }
            }
        }
    }

    fn block_at(&self, offset: usize) -> Option<RawBlock<'a>> {
        let limit = self.anchor_behind(offset).unwrap_or(self.bytes.len());
        RawBlock::at(self.bytes.get(..limit)?, offset)
    }

    fn behind_damage(&mut self, block: &RawBlock<'_>) -> Option<usize> {
        let next = block.end();
        let likely = next == self.bytes.len() || self.looks_like_a_block(next);
        if likely { Some(next) } else { self.lost(block.offset) }
    }

    fn looks_like_a_block(&self, offset: usize) -> bool {
        self.block_at(offset).is_some_and(|block| {
            block.intact || (block.flags == [0; 3] && Kind::ALL.contains(&block.kind))
        })
    }

    fn anchor_behind(&self, offset: usize) -> Option<usize> {
        let position = self.anchors.partition_point(|anchor| *anchor <= offset);
        self.anchors.get(position).copied()
    }

    /// No block can be found at `offset`: the file was cut off there, or a length is damaged.
    fn lost(&mut self, offset: usize) -> Option<usize> {
        let resumed = self.anchor_behind(offset);
        let damaged = self.found.last().is_some_and(|found| {
            matches!(found, Err(Damage::Checksum { .. } | Damage::Lost { .. }))
        });
        if resumed.is_none() && !damaged {
            return self.cut_off(offset);
        }
        let resumed_at = resumed.map(|at| at as u64);
        self.found.push(Err(Damage::Lost { offset: offset as u64, resumed: resumed_at }));
        resumed.or_else(|| self.cut_off(offset))
    }

    fn cut_off(&mut self, offset: usize) -> Option<usize> {
        self.found.push(Err(Damage::CutOff { offset: offset as u64 }));
        None
    }

    fn ended(&mut self, offset: usize) -> Option<usize> {
        if offset < self.bytes.len() {
            self.found.push(Err(Damage::Trailing { offset: offset as u64 }));
        }
        None
    }
}

/// Where the index says that blocks begin, and where it stands itself; nothing if the file does not
/// end in an index and an end that are sound.
fn anchors(bytes: &[u8]) -> Vec<usize> {
    let anchors = tail_index(bytes, 0).unwrap_or_default();
    anchors.into_iter().filter_map(|offset| usize::try_from(offset).ok()).collect()
}

/// The same of the end of a file alone, which begins at `from` of it; `None` if there is no sound index in it.
pub(super) fn tail_index(bytes: &[u8], from: u64) -> Option<Vec<u64>> {
    let end = bytes.len().checked_sub(BLOCK_OVERHEAD.saturating_add(End::LENGTH))?;
    RawBlock::at(bytes, end)?.sound(Kind::End)?;
    let mut at = end.checked_sub(BLOCK_OVERHEAD)?;
    while !claims_index(bytes, at, end) {
        at = at.checked_sub(IndexEntry::LENGTH)?;
    }
    let index = RawBlock::at(bytes, at)?;
    let (Block::Index(entries) | Block::HeardIndex(entries)) = index.sound(index.kind)? else {
        return None;
    };
    let mut anchors: Vec<u64> = entries.iter().map(|entry| entry.offset).collect();
    anchors.push(from.saturating_add(at as u64));
    anchors.is_sorted_by(|left, right| left < right).then_some(anchors)
}

/// Whether the head of a block at `at` says that it is an index which reaches to `end`.
fn claims_index(bytes: &[u8], at: usize, end: usize) -> bool {
    let length = end.saturating_sub(at).saturating_sub(BLOCK_OVERHEAD);
    let Ok(length) = u32::try_from(length) else {
        return false;
    };
    let [l0, l1, l2, l3] = length.to_le_bytes();
    let behind = [0, 0, 0, l0, l1, l2, l3];
    let Some((kind, rest)) = bytes.get(at..).and_then(<[u8]>::split_first) else { return false };
    let is_index = [Kind::Index, Kind::HeardIndex].map(Kind::code).contains(kind);
    is_index && rest.starts_with(&behind)
}
