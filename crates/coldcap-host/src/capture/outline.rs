//! Where the blocks of a recording stand, by their heads alone: nothing else of it is read.

use super::block::{Block, Kind};
use super::checksum::checksum;
use super::damage::Damage;
use super::header::{FILE_HEADER_LENGTH, Header};
use super::reader::first_difference;
use super::scan::{BLOCK_HEADER_LENGTH, BLOCK_OVERHEAD, RawBlock, tail_index};
use super::source::Source;
use std::io::{self, Read, Seek, SeekFrom};

/// What is read of a block to place it: its head, and of its payload when it begins. A restart is read whole.
const LOOKED_AT: usize = 32;
/// The index is looked for in so much of the end of a file: that of a recording of half a year.
const TAIL: u64 = 32 << 20;
/// How long a tick of the device is, in ms.
pub(crate) const TICK_MS: u64 = 100;

/// A block that holds something which has a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) kind: Kind,
    pub(crate) offset: u64,
    /// Of the whole block, in bytes.
    pub(crate) length: usize,
    /// When what it holds begins, in ms of the recording; by a head whose checksum was not looked at.
    pub(crate) begins_ms: u64,
    /// For how long the device was without power so far, which its ticks do not count.
    pub(crate) gap_ms: u64,
}

impl Stretch {
    /// When a tick of this block is over, in ms of the recording.
    pub(crate) const fn tick_ms(&self, tick: u64) -> u64 {
        tick.saturating_add(1).saturating_mul(TICK_MS).saturating_add(self.gap_ms)
    }
}

/// A recording as its heads show it.
#[derive(Clone, Debug)]
pub(crate) struct Outline {
    pub(crate) header: Header,
    /// In the order of the file.
    pub(crate) stretches: Vec<Stretch>,
    /// Blocks of information.
    pub(crate) information: Vec<Stretch>,
    /// The hash of the outputs and the count of ticks, where it was ended on purpose.
    pub(crate) end: Option<(u64, u64)>,
    pub(crate) damage: Vec<Damage>,
    /// Whether it was ended on purpose.
    pub(crate) ended: bool,
}

impl Outline {
    /// Walks through the heads of a recording.
    ///
    /// # Errors
    /// Those of `source`, and what makes a file no recording.
    pub(crate) fn read(source: &mut (impl Read + Seek)) -> io::Result<Result<Self, Damage>> {
        let length = source.seek(SeekFrom::End(0))?;
        let mut walk = Walk { source, length, anchors: None, gap_ms: 0 };
        let head = walk.look(0)?;
        let copy = walk.look(FILE_HEADER_LENGTH as u64)?;
        let copy = RawBlock::at(&copy, 0).and_then(|raw| match raw.sound(Kind::Header)? {
            Block::Header(header) => Some(header),
            _ => None,
        });
        let header = match copy.map_or_else(|| Header::from_bytes(&head), Ok) {
            Ok(header) => header,
            Err(damage) => return Ok(Err(damage)),
        };
        let differs = first_difference(&head, &header.to_bytes());
        let mut outline = Self {
            header,
            stretches: Vec::new(),
            information: Vec::new(),
            end: None,
            damage: differs.map(|offset| Damage::Header { offset }).into_iter().collect(),
            ended: false,
        };
        let mut at = Some(FILE_HEADER_LENGTH as u64);
        while let Some(offset) = at {
            at = walk.step(offset, &mut outline)?;
        }
        outline.smooth();
        Ok(Ok(outline))
    }

    /// One head whose number is damaged must not lead a search astray: it begins no sooner than the one before and, where
    /// that is later, when that does.
    fn smooth(&mut self) {
        let mut before = 0;
        let next: Vec<u64> = self.stretches.iter().skip(1).map(|it| it.begins_ms).collect();
        for (place, stretch) in self.stretches.iter_mut().enumerate() {
            let behind = next.get(place).copied().unwrap_or(u64::MAX);
            let astray = stretch.begins_ms > behind && before <= behind;
            if astray || stretch.begins_ms < before {
                stretch.begins_ms = before;
            }
            before = stretch.begins_ms;
        }
    }
}

/// Reads the block of a stretch into `block`, whole; the damage where it is not sound.
///
/// # Errors
/// Those of `source`.
pub(crate) fn read_block(
    source: &mut (impl Read + Seek),
    stretch: &Stretch,
    block: &mut Vec<u8>,
) -> io::Result<Option<Damage>> {
    block.resize(stretch.length, 0);
    source.seek(SeekFrom::Start(stretch.offset))?;
    source.read_exact(block)?;
    let covered = stretch.length.saturating_sub(4);
    let (content, stored) = block.split_at_checked(covered).unwrap_or_default();
    let sound = stored == checksum(content).to_le_bytes();
    let Stretch { offset, kind, .. } = *stretch;
    Ok((!sound).then_some(Damage::Checksum { offset, kind }))
}

/// The payload of a block that was read whole.
pub(crate) fn payload(block: &[u8]) -> &[u8] {
    let end = block.len().saturating_sub(4);
    block.get(BLOCK_HEADER_LENGTH..end).unwrap_or_default()
}

struct Walk<'a, S> {
    source: &'a mut S,
    length: u64,
    /// Where the index says that blocks begin; looked up only where the way is lost.
    anchors: Option<Vec<u64>>,
    gap_ms: u64,
}

impl<S: Read + Seek> Walk<'_, S> {
    fn look(&mut self, offset: u64) -> io::Result<Vec<u8>> {
        let mut seen = Vec::with_capacity(LOOKED_AT);
        self.source.seek(SeekFrom::Start(offset))?;
        Read::take(&mut *self.source, LOOKED_AT as u64).read_to_end(&mut seen)?;
        Ok(seen)
    }

    /// Looks at `offset` and says where to look next, which is always further on.
    fn step(&mut self, offset: u64, outline: &mut Outline) -> io::Result<Option<u64>> {
        if offset >= self.length {
            if !outline.ended {
                outline.damage.push(Damage::CutOff { offset });
            }
            return Ok(None);
        }
        let seen = self.look(offset)?;
        let Some((kind, length)) = self.head(offset, &seen)? else {
            return self.lost(offset, outline);
        };
        let behind = offset.saturating_add(length as u64);
        if kind == Kind::End {
            if let Some(Block::End(end)) = RawBlock::at(&seen, 0).and_then(|raw| raw.sound(kind)) {
                outline.end = Some((end.output_hash, end.ticks));
            }
            return Ok(self.ended(behind, outline));
        }
        self.place(kind, (offset, length), &seen, outline);
        Ok(Some(behind))
    }

    /// What stands there and how long it is; `None` where it is no block, or none that fits.
    fn head(&mut self, offset: u64, seen: &[u8]) -> io::Result<Option<(Kind, usize)>> {
        let mut source = Source::new(seen);
        let (Some(code), Some([0, 0, 0]), Some(payload)) =
            (source.u8(), source.array(), source.u32())
        else {
            return Ok(None);
        };
        let kind = Kind::from_code(code);
        let length = u64::from(payload).saturating_add(BLOCK_OVERHEAD as u64);
        let behind = offset.saturating_add(length);
        let limit = self.anchor_behind(offset).unwrap_or(self.length);
        let (true, Ok(length)) = (behind <= limit, usize::try_from(length)) else {
            return Ok(None);
        };
        if let Kind::Unknown(_) = kind {
            // It may be anything: only its checksum shows that it is a block.
            let stretch = Stretch { kind, offset, length, begins_ms: 0, gap_ms: 0 };
            let damage = read_block(self.source, &stretch, &mut Vec::new())?;
            return Ok(damage.is_none().then_some((kind, length)));
        }
        Ok(Some((kind, length)))
    }

    fn ended(&self, behind: u64, outline: &mut Outline) -> Option<u64> {
        outline.ended = true;
        if behind < self.length {
            outline.damage.push(Damage::Trailing { offset: behind });
        }
        None
    }

    fn place(&mut self, kind: Kind, at: (u64, usize), seen: &[u8], outline: &mut Outline) {
        let (offset, length) = at;
        let begins = seen.get(BLOCK_HEADER_LENGTH..).and_then(|it| Source::new(it).u64());
        let begins = begins.filter(|_| length >= BLOCK_OVERHEAD.saturating_add(size_of::<u64>()));
        let is_timed = matches!(kind, Kind::Ticks | Kind::Packets | Kind::Truth | Kind::Heard);
        if is_timed && begins.is_none() {
            let reason = "it is too short to say when it begins";
            return outline.damage.push(Damage::Content { offset, kind, reason });
        }
        let begins = begins.unwrap_or_default();
        match kind {
            Kind::Ticks | Kind::Packets | Kind::Truth => {
                let gap_ms = self.gap_ms;
                let mut stretch = Stretch { kind, offset, length, begins_ms: 0, gap_ms };
                stretch.begins_ms = stretch.tick_ms(begins);
                outline.stretches.push(stretch);
            }
            Kind::Information => {
                let (begins_ms, gap_ms) = (0, 0);
                outline.information.push(Stretch { kind, offset, length, begins_ms, gap_ms });
            }
            Kind::Heard => {
                let (begins_ms, gap_ms) = (begins, 0);
                outline.stretches.push(Stretch { kind, offset, length, begins_ms, gap_ms });
            }
            Kind::Restart => {
                let raw = RawBlock::at(seen, 0).and_then(|raw| raw.sound(kind));
                if let Some(Block::Restart(restart)) = raw {
                    let gap = restart.gap.unwrap_or_default().as_millis();
                    self.gap_ms = self.gap_ms.saturating_add(u64::from(gap));
                }
            }
            _ => {}
        }
    }

    /// No block can be found at `offset`: the file was cut off there, or a length is damaged.
    fn lost(&mut self, offset: u64, outline: &mut Outline) -> io::Result<Option<u64>> {
        self.look_up_index()?;
        let resumed = self.anchor_behind(offset);
        outline.damage.push(match resumed {
            Some(_) => Damage::Lost { offset, resumed },
            None => Damage::CutOff { offset },
        });
        Ok(resumed)
    }

    fn anchor_behind(&self, offset: u64) -> Option<u64> {
        let anchors = self.anchors.as_ref()?;
        let position = anchors.partition_point(|anchor| *anchor <= offset);
        anchors.get(position).copied()
    }

    fn look_up_index(&mut self) -> io::Result<()> {
        if self.anchors.is_some() {
            return Ok(());
        }
        let from = self.length.saturating_sub(TAIL);
        let mut tail = Vec::new();
        self.source.seek(SeekFrom::Start(from))?;
        Read::take(&mut *self.source, TAIL).read_to_end(&mut tail)?;
        self.anchors = Some(tail_index(&tail, from).unwrap_or_default());
        Ok(())
    }
}
