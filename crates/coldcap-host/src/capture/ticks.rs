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
    next: Tick,
    left: u16,
    source: Source<'a>,
}

impl<'a> TickBatch<'a> {
    /// `None` if `payload` is too short or names more ticks than a block may hold.
    pub(super) fn read(payload: &'a [u8]) -> Option<Self> {
        let mut source = Source::new(payload);
        let next = Tick { number: source.u64()?, ..Tick::default() };
        let left = source.u16().filter(|count| (1..=BATCH).contains(count))?;
        next.number.checked_add(u64::from(left))?;
        Some(Self { next, left, source })
    }

    /// The number of the first tick that is still to come.
    #[must_use]
    pub const fn first_tick(&self) -> u64 {
        self.next.number
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

    fn decode(&mut self) -> Option<Tick> {
        delta::decode(&mut self.source, &mut self.next.inputs)?;
        delta::decode(&mut self.source, &mut self.next.outputs)?;
        self.left = self.left.saturating_sub(1);
        let nothing_follows = self.source.is_empty();
        let tick = self.next.clone();
        self.next.number = self.next.number.saturating_add(1);
        (self.left > 0 || nothing_follows).then_some(tick)
    }
}

impl Iterator for TickBatch<'_> {
    type Item = Option<Tick>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        let tick = self.decode();
        if tick.is_none() {
            self.left = 0;
        }
        Some(tick)
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
