//! Writes a recording.

use super::block::{End, IndexEntry, Kind, Packet, Restart, Truth};
use super::checksum::checksum;
use super::delta::LONGEST;
use super::header::{Header, Origin};
use super::heard::{HeardAt, PendingHeard};
use super::scan::BLOCK_OVERHEAD;
use super::ticks::PendingTicks;
use coldcap_units::Duration;
use std::io::Write;

/// What waits in packets and truth is written, with the ticks before it, once it is this long.
const PENDING_LONGEST: usize = 64 * 1024;

/// Writes a recording to `W`, from front to back.
///
/// Every block is handed to `W` in one call. Ticks, packets and truth are gathered and written every
/// hundred ticks, so a crash costs what came in since; [`Writer::flush`] writes them at once. A
/// writer that is dropped without [`Writer::finish`] leaves a recording that is cut off, as a crash
/// does. `W` should not be slow to take a block: put a file in itself, without a buffer in between.
#[derive(Debug)]
pub struct Writer<W: Write> {
    output: W,
    offset: u64,
    next_tick: u64,
    ticks: PendingTicks,
    packets: Vec<u8>,
    truth: Vec<u8>,
    index: Vec<IndexEntry>,
    heard: PendingHeard,
    heard_index: Option<Vec<IndexEntry>>,
    block: Vec<u8>,
    failed: bool,
}

/// Why something could not be recorded.
#[derive(Debug)]
#[non_exhaustive]
pub enum WriteError {
    /// The output failed. What was written before is sound; nothing more can be written.
    Output(std::io::Error),
    /// The output failed earlier.
    Failed,
    /// A string is too long. Nothing of this call was recorded; recording can go on.
    TooLong {
        /// What is too long.
        what: &'static str,
        /// Its length in bytes.
        length: usize,
        /// The longest that can be recorded, in bytes.
        maximum: usize,
    },
    /// The information is not a JSON object. Recording can go on.
    NotAnObject,
}

impl core::fmt::Display for WriteError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Output(error) => write!(f, "the recording cannot be written: {error}"),
            Self::Failed => write!(f, "the recording cannot go on after it could not be written"),
            Self::TooLong { what, length, maximum } => {
                write!(f, "{what}: {length} bytes: allowed are at most {maximum}")
            }
            Self::NotAnObject => write!(f, "information is recorded as a JSON object only"),
        }
    }
}

impl core::error::Error for WriteError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Output(error) => Some(error),
            _ => None,
        }
    }
}

impl<W: Write> Writer<W> {
    /// Begins a recording.
    ///
    /// # Errors
    /// [`WriteError::Output`] if the header cannot be written.
    pub fn new(output: W, origin: Origin, channels: u8) -> Result<Self, WriteError> {
        let mut writer = Self {
            output,
            offset: 0,
            next_tick: 0,
            ticks: PendingTicks::default(),
            packets: Vec::new(),
            truth: Vec::new(),
            index: Vec::new(),
            heard: PendingHeard::default(),
            heard_index: None,
            block: Vec::new(),
            failed: false,
        };
        let header = Header { origin, channels }.to_bytes();
        writer.block.extend_from_slice(&header);
        writer.write_out()?;
        writer.small_block(Kind::Header, |out| out.extend_from_slice(&header))?;
        Ok(writer)
    }

    /// The number of the next tick: how many were recorded.
    #[must_use]
    pub const fn next_tick(&self) -> u64 {
        self.next_tick
    }

    /// Records what is worth knowing: seed, plan, configuration. It may be called at any time.
    ///
    /// # Errors
    /// [`WriteError::NotAnObject`] if `object` is another kind of value, [`WriteError::Output`] and
    /// [`WriteError::Failed`] if it cannot be written.
    pub fn information(&mut self, object: &serde_json::Value) -> Result<(), WriteError> {
        if !object.is_object() {
            return Err(WriteError::NotAnObject);
        }
        let text = object.to_string();
        fits("information", text.len(), u32::MAX as usize)?;
        self.write_pending()?;
        self.small_block(Kind::Information, |out| out.extend_from_slice(text.as_bytes()))
    }

    /// Records the next tick, in the device's own byte form.
    ///
    /// # Errors
    /// [`WriteError::TooLong`] if a string is longer than 65535 bytes, [`WriteError::Output`] and
    /// [`WriteError::Failed`] if it cannot be written.
    pub fn tick(&mut self, inputs: &[u8], outputs: &[u8]) -> Result<(), WriteError> {
        let inputs = (inputs, length_of("inputs of a tick", inputs)?);
        let outputs = (outputs, length_of("outputs of a tick", outputs)?);
        self.check()?;
        self.ticks.push(self.next_tick, inputs, outputs);
        self.next_tick = self.next_tick.saturating_add(1);
        if self.ticks.is_full() { self.write_pending() } else { Ok(()) }
    }

    /// Records a packet as it was after opening.
    ///
    /// # Errors
    /// [`WriteError::TooLong`] if it is longer than 65535 bytes, [`WriteError::Output`] and
    /// [`WriteError::Failed`] if it cannot be written.
    pub fn packet(&mut self, packet: &Packet<'_>) -> Result<(), WriteError> {
        let length = length_of("packet", packet.bytes)?;
        self.check()?;
        self.packets.reserve(packet.bytes.len().saturating_add(Packet::OVERHEAD));
        packet.write(length, &mut self.packets);
        self.write_long_pending()
    }

    /// Records what a host heard. A recording holds either ticks or what was heard.
    ///
    /// A block of it is written once it is long or five seconds old, with what is heard next; call
    /// [`flush`](Self::flush) where nothing may be heard for long.
    ///
    /// # Errors
    /// [`WriteError::TooLong`] if it is longer than 65535 bytes, [`WriteError::Output`] and
    /// [`WriteError::Failed`] if it cannot be written.
    pub fn heard(&mut self, heard: &HeardAt<'_>) -> Result<(), WriteError> {
        let length = heard.heard.len();
        let too_long = WriteError::TooLong { what: "what was heard", length, maximum: LONGEST };
        let length = u16::try_from(length).map_err(|_| too_long)?;
        self.check()?;
        if self.heard.is_over(heard.at_ms) || self.heard.len() >= PENDING_LONGEST {
            self.write_pending()?;
        }
        self.heard_index.get_or_insert_default();
        self.heard.push(heard, length);
        Ok(())
    }

    /// Records that the device was power-cycled before the next tick.
    ///
    /// # Errors
    /// [`WriteError::Output`] and [`WriteError::Failed`] if it cannot be written.
    pub fn restart(&mut self, gap: Option<Duration>) -> Result<(), WriteError> {
        self.write_pending()?;
        let restart = Restart { tick: self.next_tick, gap };
        self.small_block(Kind::Restart, |out| restart.write(out))
    }

    /// Records what the simulator knows of one channel at one tick; once a second is enough.
    ///
    /// # Errors
    /// [`WriteError::Output`] and [`WriteError::Failed`] if it cannot be written.
    pub fn truth(&mut self, truth: &Truth) -> Result<(), WriteError> {
        self.check()?;
        truth.write(&mut self.truth);
        self.write_long_pending()
    }

    /// Writes everything that was gathered and flushes the output.
    ///
    /// # Errors
    /// [`WriteError::Output`] and [`WriteError::Failed`] if it cannot be written.
    pub fn flush(&mut self) -> Result<(), WriteError> {
        self.write_pending()?;
        let flushed = self.output.flush();
        self.note(flushed)
    }

    /// Ends the recording and gives the output back.
    ///
    /// # Errors
    /// [`WriteError::Output`] and [`WriteError::Failed`] if it cannot be written.
    pub fn finish(mut self, output_hash: u64) -> Result<W, WriteError> {
        self.write_pending()?;
        let (kind, index) = match self.heard_index.take() {
            Some(index) => (Kind::HeardIndex, index),
            None => (Kind::Index, core::mem::take(&mut self.index)),
        };
        self.small_block(kind, |out| index.iter().for_each(|entry| entry.write(out)))?;
        let end = End { ticks: self.next_tick, output_hash };
        self.small_block(Kind::End, |out| end.write(out))?;
        self.flush()?;
        Ok(self.output)
    }

    const fn check(&self) -> Result<(), WriteError> {
        if self.failed { Err(WriteError::Failed) } else { Ok(()) }
    }

    fn write_long_pending(&mut self) -> Result<(), WriteError> {
        let longest = self.packets.len().max(self.truth.len());
        if longest < PENDING_LONGEST { Ok(()) } else { self.write_pending() }
    }

    fn write_pending(&mut self) -> Result<(), WriteError> {
        self.check()?;
        if !self.ticks.is_empty() {
            let (first_tick, offset) = (self.ticks.first(), self.offset);
            self.begin_block(Kind::Ticks);
            self.ticks.drain(&mut self.block);
            self.end_block()?;
            self.index.push(IndexEntry { first_tick, offset });
        }
        if !self.packets.is_empty() {
            self.begin_block(Kind::Packets);
            self.block.append(&mut self.packets);
            self.end_block()?;
        }
        if !self.truth.is_empty() {
            self.begin_block(Kind::Truth);
            self.block.append(&mut self.truth);
            self.end_block()?;
        }
        self.write_heard()
    }

    fn write_heard(&mut self) -> Result<(), WriteError> {
        if self.heard.is_empty() {
            return Ok(());
        }
        let entry = IndexEntry { first_tick: self.heard.first_ms(), offset: self.offset };
        self.begin_block(Kind::Heard);
        self.heard.drain(&mut self.block);
        self.end_block()?;
        self.heard_index.get_or_insert_default().push(entry);
        Ok(())
    }

    fn small_block(
        &mut self,
        kind: Kind,
        payload: impl FnOnce(&mut Vec<u8>),
    ) -> Result<(), WriteError> {
        self.check()?;
        self.begin_block(kind);
        payload(&mut self.block);
        self.end_block()
    }

    fn begin_block(&mut self, kind: Kind) {
        self.block.clear();
        self.block.extend_from_slice(&[kind.code(), 0, 0, 0, 0, 0, 0, 0]);
    }

    fn end_block(&mut self) -> Result<(), WriteError> {
        let length = self.block.len().saturating_add(4).saturating_sub(BLOCK_OVERHEAD);
        fits("block", length, u32::MAX as usize)?;
        for (slot, byte) in self.block.iter_mut().skip(4).zip((length as u32).to_le_bytes()) {
            *slot = byte;
        }
        let checksum = checksum(&self.block);
        self.block.extend_from_slice(&checksum.to_le_bytes());
        self.write_out()
    }

    fn write_out(&mut self) -> Result<(), WriteError> {
        self.offset = self.offset.saturating_add(self.block.len() as u64);
        let written = self.output.write_all(&self.block);
        self.block.clear();
        self.note(written)
    }

    fn note(&mut self, done: std::io::Result<()>) -> Result<(), WriteError> {
        self.failed |= done.is_err();
        done.map_err(WriteError::Output)
    }
}

fn fits(what: &'static str, length: usize, maximum: usize) -> Result<(), WriteError> {
    if length <= maximum { Ok(()) } else { Err(WriteError::TooLong { what, length, maximum }) }
}

fn length_of(what: &'static str, bytes: &[u8]) -> Result<u16, WriteError> {
    let too_long = WriteError::TooLong { what, length: bytes.len(), maximum: LONGEST };
    u16::try_from(bytes.len()).map_err(|_| too_long)
}
