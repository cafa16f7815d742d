//! The ticks of a recording of any size, one block in memory at a time.

use super::Kind;
use super::damage::Damage;
use super::delta;
use super::outline::{Outline, Stretch, payload, read_block};
use super::source::Source;
use super::ticks::{Tick, TickBatch};
use std::io::{self, Read, Seek};

/// Reads the ticks of whatever can be read and sought, without a copy of any of them; damaged blocks are left out.
#[derive(Debug)]
pub struct TickReader<R> {
    source: R,
    stretches: Vec<Stretch>,
    place: usize,
    block: Vec<u8>,
    /// How much of the block was read, and how many ticks of it are left.
    read: usize,
    left: u16,
    next: u64,
    tick: Tick,
    damage: Vec<Damage>,
}

impl<R: Read + Seek> TickReader<R> {
    /// Opens it by the heads of its blocks.
    ///
    /// # Errors
    /// Those of `source`; [`InvalidData`](io::ErrorKind::InvalidData) where it is no recording.
    pub fn new(mut source: R) -> io::Result<Self> {
        let outline = Outline::read(&mut source)?
            .map_err(|damage| io::Error::new(io::ErrorKind::InvalidData, damage))?;
        let mut stretches = outline.stretches;
        stretches.retain(|stretch| stretch.kind == Kind::Ticks);
        let (block, tick, damage) = (Vec::new(), Tick::default(), outline.damage);
        Ok(Self { source, stretches, place: 0, block, read: 0, left: 0, next: 0, tick, damage })
    }

    /// What is wrong with the file, as far as it was read.
    #[must_use]
    pub fn damage(&self) -> &[Damage] {
        &self.damage
    }

    /// The next tick; `None` at the end.
    ///
    /// # Errors
    /// Those of the source.
    pub fn advance(&mut self) -> io::Result<Option<&Tick>> {
        loop {
            while self.left == 0 {
                if !self.load()? {
                    return Ok(None);
                }
            }
            if self.decode().is_some() {
                return Ok(Some(&self.tick));
            }
            self.refuse();
        }
    }

    /// Nothing more is read of the block at hand.
    fn refuse(&mut self) {
        let offset = self.stretches.get(self.place.saturating_sub(1)).map_or(0, |it| it.offset);
        let reason = "a tick in it is malformed";
        self.damage.push(Damage::Content { offset, kind: Kind::Ticks, reason });
        self.left = 0;
    }

    fn load(&mut self) -> io::Result<bool> {
        let Some(stretch) = self.stretches.get(self.place) else { return Ok(false) };
        self.place = self.place.saturating_add(1);
        if let Some(damage) = read_block(&mut self.source, stretch, &mut self.block)? {
            self.damage.push(damage);
            return Ok(true);
        }
        let payload = payload(&self.block);
        if let Some(batch) = TickBatch::read(payload) {
            (self.next, self.left) = (batch.first_tick(), batch.len());
            self.read = payload.len().saturating_sub(batch.unread());
            self.tick.inputs.clear();
            self.tick.outputs.clear();
        } else {
            self.refuse();
        }
        Ok(true)
    }

    fn decode(&mut self) -> Option<()> {
        let payload = payload(&self.block);
        let mut source = Source::new(payload.get(self.read..)?);
        delta::decode(&mut source, &mut self.tick.inputs)?;
        delta::decode(&mut source, &mut self.tick.outputs)?;
        self.read = payload.len().saturating_sub(source.len());
        self.tick.number = self.next;
        self.next = self.next.saturating_add(1);
        self.left = self.left.saturating_sub(1);
        (self.left > 0 || source.is_empty()).then_some(())
    }
}
