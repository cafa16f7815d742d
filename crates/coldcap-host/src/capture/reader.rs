//! Reads a recording.

use super::block::{Block, End, Kind};
use super::damage::Damage;
use super::header::{FILE_HEADER_LENGTH, Header, Origin};
use super::scan::{Found, RawBlock, scan};
use super::ticks::{Tick, TickBatch};
use core::slice;

/// A recording, checked as a whole.
///
/// Whatever is sound can be read, whatever else is wrong with the file. Iterators give damage in its
/// place, as an error between sound items, and go on behind it.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    header: Header,
    found: Vec<Found<'a>>,
    /// First tick of each sound block of ticks, and its place in `found`.
    starts: Vec<(u64, usize)>,
}

/// How a recording ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// It was ended on purpose.
    Complete {
        /// How many ticks were recorded.
        ticks: u64,
        /// FNV-1a-64 over all ticks and outputs, as the device's crate defines it.
        output_hash: u64,
    },
    /// It was cut off: the writer crashed, or the end of the file is damaged.
    CutOff,
}

/// Something and where it stands.
#[derive(Clone, Debug)]
pub struct Located<T> {
    /// Where the block begins, in bytes from the start of the file.
    pub offset: u64,
    /// What kind of block it is.
    pub kind: Kind,
    /// What it holds.
    pub value: T,
}

/// A recording at a glance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// How many blocks are sound.
    pub blocks: usize,
    /// How many ticks can be read.
    pub ticks: u64,
    /// How many ticks are missing between the first one and the last one, or the end.
    pub ticks_missing: u64,
    /// Everything that is wrong with the file, in its order.
    pub damage: Vec<Damage>,
    /// How it ends.
    pub ending: Ending,
}

impl Survey {
    /// Whether the recording is whole: ended on purpose, undamaged, with every tick.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.damage.is_empty()
            && self.ticks_missing == 0
            && matches!(self.ending, Ending::Complete { .. })
    }
}

impl<'a> Reader<'a> {
    /// Opens a recording and checks every block of it.
    ///
    /// # Errors
    /// [`Damage::NotACapture`], [`Damage::Version`] or [`Damage::HeaderField`] if neither the file
    /// header nor its copy can be read. Any other damage does not keep a recording from being read.
    pub fn new(bytes: &'a [u8]) -> Result<Self, Damage> {
        let copy = RawBlock::at(bytes, FILE_HEADER_LENGTH).and_then(header_copy);
        let header = match copy {
            Some(copy) => copy,
            None => Header::from_bytes(bytes)?,
        };
        let mut found = scan(bytes, FILE_HEADER_LENGTH);
        if let Some(offset) = first_difference(bytes, &header.to_bytes()) {
            found.insert(0, Err(Damage::Header { offset }));
        }
        let starts = starts(&found);
        Ok(Self { header, found, starts })
    }

    /// Where the data come from.
    #[must_use]
    pub const fn origin(&self) -> Origin {
        self.header.origin
    }

    /// How many channels the device has.
    #[must_use]
    pub const fn channels(&self) -> u8 {
        self.header.channels
    }

    /// How the recording ends.
    #[must_use]
    pub fn ending(&self) -> Ending {
        self.found
            .iter()
            .rev()
            .find_map(|found| match found.ok()?.sound(Kind::End)? {
                Block::End(End { ticks, output_hash }) => {
                    Some(Ending::Complete { ticks, output_hash })
                }
                _ => None,
            })
            .unwrap_or(Ending::CutOff)
    }

    /// Every block in its order; damage stands in its place.
    #[must_use]
    pub fn blocks(&self) -> Blocks<'_, 'a> {
        Blocks { found: self.found.iter() }
    }

    /// Every tick in its order; damage stands in its place, also that of other blocks.
    #[must_use]
    pub fn ticks(&self) -> Ticks<'_, 'a> {
        self.ticks_from(0, 0)
    }

    /// The ticks from number `tick` on: the first one given is `tick`, or the next one if that one is
    /// missing.
    #[must_use]
    pub fn seek(&self, tick: u64) -> Ticks<'_, 'a> {
        let behind = self.starts.partition_point(|(first, _)| *first <= tick);
        let start = behind.checked_sub(1).and_then(|at| self.starts.get(at));
        self.ticks_from(start.map_or(0, |(_, place)| *place), tick)
    }

    fn ticks_from(&self, place: usize, from: u64) -> Ticks<'_, 'a> {
        let found = self.found.get(place..).unwrap_or_default();
        Ticks { blocks: Blocks { found: found.iter() }, batch: None, from }
    }

    /// Reads everything and says what is there and what is wrong.
    #[must_use]
    pub fn survey(&self) -> Survey {
        let ending = self.ending();
        let mut survey =
            Survey { blocks: 0, ticks: 0, ticks_missing: 0, damage: Vec::new(), ending };
        let mut next = 0;
        for block in self.blocks() {
            match block {
                Ok(block) => survey.count(block, &mut next),
                Err(damage) => survey.damage.push(damage),
            }
        }
        if let Ending::Complete { ticks, .. } = ending {
            let missing = ticks.saturating_sub(next);
            survey.ticks_missing = survey.ticks_missing.saturating_add(missing);
        }
        survey
    }
}

impl Survey {
    /// Counts a sound block; `next` is the number of the tick that is expected next.
    fn count(&mut self, block: Located<Block<'_>>, next: &mut u64) {
        self.blocks = self.blocks.saturating_add(1);
        let Block::Ticks(batch) = block.value else {
            return;
        };
        for tick in batch {
            let Some(tick) = tick else {
                self.damage.push(malformed_tick(block.offset));
                return;
            };
            let missing = tick.number.saturating_sub(*next);
            self.ticks = self.ticks.saturating_add(1);
            self.ticks_missing = self.ticks_missing.saturating_add(missing);
            *next = tick.number.saturating_add(1);
        }
    }
}

const fn malformed_tick(offset: u64) -> Damage {
    Damage::Content { offset, kind: Kind::Ticks, reason: "a tick in it is malformed" }
}

fn header_copy(block: RawBlock<'_>) -> Option<Header> {
    match block.sound(Kind::Header)? {
        Block::Header(header) => Some(header),
        _ => None,
    }
}

pub(super) fn first_difference(bytes: &[u8], header: &[u8]) -> Option<u64> {
    let differs = bytes.iter().zip(header).position(|(found, expected)| found != expected)?;
    Some(differs as u64)
}

fn starts(found: &[Found<'_>]) -> Vec<(u64, usize)> {
    let mut starts = Vec::new();
    for (place, found) in found.iter().enumerate() {
        if let Some(Block::Ticks(batch)) = found.ok().and_then(|block| block.sound(Kind::Ticks)) {
            starts.push((batch.first_tick(), place));
        }
    }
    starts
}

/// The blocks of a recording. See [`Reader::blocks`].
#[derive(Clone, Debug)]
pub struct Blocks<'r, 'a> {
    found: slice::Iter<'r, Found<'a>>,
}

impl<'a> Iterator for Blocks<'_, 'a> {
    type Item = Result<Located<Block<'a>>, Damage>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(match *self.found.next()? {
            Ok(raw) => read(&raw),
            Err(damage) => Err(damage),
        })
    }
}

fn read<'a>(raw: &RawBlock<'a>) -> Result<Located<Block<'a>>, Damage> {
    let (offset, kind) = (raw.offset as u64, raw.kind);
    match Block::read(kind, raw.payload) {
        Ok(value) => Ok(Located { offset, kind, value }),
        Err(reason) => Err(Damage::Content { offset, kind, reason }),
    }
}

/// The ticks of a recording. See [`Reader::ticks`] and [`Reader::seek`].
#[derive(Clone, Debug)]
pub struct Ticks<'r, 'a> {
    blocks: Blocks<'r, 'a>,
    batch: Option<(u64, TickBatch<'a>)>,
    from: u64,
}

impl Ticks<'_, '_> {
    fn next_in_batch(&mut self) -> Option<Result<Tick, Damage>> {
        let (offset, batch) = self.batch.as_mut()?;
        let malformed = malformed_tick(*offset);
        let from = self.from;
        batch.map(|tick| tick.ok_or(malformed)).find(|tick| !is_before(tick, from))
    }
}

fn is_before(tick: &Result<Tick, Damage>, from: u64) -> bool {
    tick.as_ref().is_ok_and(|tick| tick.number < from)
}

impl Iterator for Ticks<'_, '_> {
    type Item = Result<Tick, Damage>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(tick) = self.next_in_batch() {
                return Some(tick);
            }
            match self.blocks.next()? {
                Ok(Located { offset, value: Block::Ticks(batch), .. }) => {
                    self.batch = Some((offset, batch));
                }
                Ok(_) => self.batch = None,
                Err(damage) => return Some(Err(damage)),
            }
        }
    }
}
