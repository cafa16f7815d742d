//! A batch of ticks.

use super::delta;
use super::source::Source;

/// The most ticks that one block holds: ten seconds at ten ticks a second.
pub(super) const BATCH: u16 = 100;

/// One tick of the device: what went in and what came out, in the device's own byte form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tick {
    /// Its number; the first tick of a recording is 0.
    pub number: u64,
    /// The bytes of the inputs.
    pub inputs: Vec<u8>,
    /// The bytes of the outputs.
    pub outputs: Vec<u8>,
}

/// The ticks of one block, decoded as they are asked for.
///
/// As an iterator it gives `None` for a tick whose bytes are malformed, and then ends.
#[derive(Clone, Debug)]
pub struct TickBatch<'a> {
    tick: Tick,
    /// The number of the tick that is still to come.
    next: u64,
    left: u16,
    source: Source<'a>,
}

impl<'a> TickBatch<'a> {
    /// `None` if `payload` is too short or names more ticks than a block may hold.
    pub(super) fn read(payload: &'a [u8]) -> Option<Self> {
        let mut source = Source::new(payload);
        let next = source.u64()?;
        let left = source.u16().filter(|count| (1..=BATCH).contains(count))?;
        next.checked_add(u64::from(left))?;
        Some(Self { tick: Tick::default(), next, left, source })
    }

    /// The number of the first tick that is still to come.
    #[must_use]
    pub const fn first_tick(&self) -> u64 {
        self.next
    }

    /// How many ticks are still to come.
    #[must_use]
    pub const fn len(&self) -> u16 {
        self.left
    }

    /// Whether no tick is left.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.left == 0
    }

    /// How many bytes of the payload were not read.
    pub(super) const fn unread(&self) -> usize {
        self.source.len()
    }

    /// The next tick without a copy of it; `None` at the end, and `Some(None)` where it is malformed, which ends it.
    pub fn advance(&mut self) -> Option<Option<&Tick>> {
        if self.left == 0 {
            return None;
        }
        let decoded = self.decode();
        if decoded.is_none() {
            self.left = 0;
        }
        Some(decoded.map(|()| &self.tick))
    }

    fn decode(&mut self) -> Option<()> {
        delta::decode(&mut self.source, &mut self.tick.inputs)?;
        delta::decode(&mut self.source, &mut self.tick.outputs)?;
        self.left = self.left.saturating_sub(1);
        self.tick.number = self.next;
        self.next = self.next.saturating_add(1);
        (self.left > 0 || self.source.is_empty()).then_some(())
    }
}

impl Iterator for TickBatch<'_> {
    type Item = Option<Tick>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.advance()?.cloned())
    }
}

/// Ticks that wait to be written as one block.
#[derive(Debug, Default)]
pub(super) struct PendingTicks {
    first: u64,
    count: u16,
    coded: Vec<u8>,
    inputs: Vec<u8>,
    outputs: Vec<u8>,
}

impl PendingTicks {
    pub(super) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) const fn is_full(&self) -> bool {
        self.count >= BATCH
    }

    pub(super) const fn first(&self) -> u64 {
        self.first
    }

    /// Adds tick `number`; the strings carry their checked lengths.
    pub(super) fn push(&mut self, number: u64, inputs: (&[u8], u16), outputs: (&[u8], u16)) {
        if self.is_empty() {
            self.first = number;
        }
        for ((string, length), previous) in
            [(inputs, &mut self.inputs), (outputs, &mut self.outputs)]
        {
            delta::encode(previous, string, length, &mut self.coded);
            previous.clear();
            previous.extend_from_slice(string);
        }
        self.count = self.count.saturating_add(1);
    }

    /// Adds the payload to `out` and begins a new batch.
    pub(super) fn drain(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.first.to_le_bytes());
        out.extend_from_slice(&self.count.to_le_bytes());
        out.append(&mut self.coded);
        self.count = 0;
        self.inputs.clear();
        self.outputs.clear();
    }
}
