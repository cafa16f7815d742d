//! Writes MCAP, the container of messages that Foxglove and many tools read: <https://mcap.dev/spec>, version 0.
//!
//! Messages go into chunks with an index, not compressed, so that a reader can go to any time. Nothing is read here.
//!
//! ```
//! use coldcap_host::mcap::Writer;
//!
//! let mut writer = Writer::new(Vec::new(), "my program")?;
//! let schema = r#"{"type":"object","properties":{"supply_c":{"type":"number"}}}"#;
//! let channel = writer.channel("/channel/0/status", "Status", schema)?;
//! writer.message(channel, 1_500_000_000, br#"{"supply_c":-4.0}"#)?;
//! let file = writer.finish()?;
//! assert!(file.starts_with(b"\x89MCAP0\r\n") && file.ends_with(b"\x89MCAP0\r\n"));
//! # Ok::<(), std::io::Error>(())
//! ```

use crate::capture::checksum;
use std::collections::BTreeMap;
use std::io::{self, Write};

const MAGIC: &[u8; 8] = b"\x89MCAP0\r\n";
/// A chunk is written once it is so long.
const CHUNK: usize = 1 << 20;

const HEADER: u8 = 0x01;
const FOOTER: u8 = 0x02;
const SCHEMA: u8 = 0x03;
const CHANNEL: u8 = 0x04;
const MESSAGE: u8 = 0x05;
const CHUNK_RECORD: u8 = 0x06;
const MESSAGE_INDEX: u8 = 0x07;
const CHUNK_INDEX: u8 = 0x08;
const STATISTICS: u8 = 0x0B;
const METADATA: u8 = 0x0C;
const METADATA_INDEX: u8 = 0x0D;
const SUMMARY_OFFSET: u8 = 0x0E;
const DATA_END: u8 = 0x0F;

/// What a message is of: see [`Writer::channel`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Channel(u16);

/// Writes one file of messages whose bodies are JSON.
#[derive(Debug)]
pub struct Writer<W: Write> {
    output: W,
    offset: u64,
    /// Schemas and channels as they stand in the file, for its summary.
    schemas: Vec<u8>,
    channels: Vec<u8>,
    counts: BTreeMap<Channel, u32>,
    chunk: Chunk,
    chunk_indexes: Vec<u8>,
    chunks: u32,
    metadata_index: Vec<u8>,
    metadata: u32,
    /// When the first and the last message were.
    span: Option<(u64, u64)>,
    record: Vec<u8>,
}

#[derive(Debug, Default)]
struct Chunk {
    records: Vec<u8>,
    index: BTreeMap<Channel, Vec<(u64, u64)>>,
    span: Option<(u64, u64)>,
}

fn widen(span: &mut Option<(u64, u64)>, at: u64) {
    let (first, last) = span.unwrap_or((at, at));
    *span = Some((first.min(at), last.max(at)));
}

/// The fields of a record, one after the other.
trait Fields {
    fn u16(&mut self, value: u16) -> &mut Self;
    fn u32(&mut self, value: u32) -> &mut Self;
    fn u64(&mut self, value: u64) -> &mut Self;
    fn text(&mut self, text: &str) -> &mut Self;
    /// Bytes with their count in front; a count that no `u32` holds is no longer one of a file that can be read.
    fn block(&mut self, bytes: &[u8]) -> &mut Self;
}

impl Fields for Vec<u8> {
    fn u16(&mut self, value: u16) -> &mut Self {
        self.extend_from_slice(&value.to_le_bytes());
        self
    }

    fn u32(&mut self, value: u32) -> &mut Self {
        self.extend_from_slice(&value.to_le_bytes());
        self
    }

    fn u64(&mut self, value: u64) -> &mut Self {
        self.extend_from_slice(&value.to_le_bytes());
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.block(text.as_bytes())
    }

    fn block(&mut self, bytes: &[u8]) -> &mut Self {
        self.u32(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        self.extend_from_slice(bytes);
        self
    }
}

/// A record around its content.
fn framed(code: u8, content: &[u8], out: &mut Vec<u8>) {
    out.push(code);
    out.u64(content.len() as u64);
    out.extend_from_slice(content);
}

impl<W: Write> Writer<W> {
    /// Begins a file; `library` names the program that writes it.
    ///
    /// # Errors
    /// Those of `output`.
    pub fn new(output: W, library: &str) -> io::Result<Self> {
        let mut writer = Self {
            output,
            offset: 0,
            schemas: Vec::new(),
            channels: Vec::new(),
            counts: BTreeMap::new(),
            chunk: Chunk::default(),
            chunk_indexes: Vec::new(),
            chunks: 0,
            metadata_index: Vec::new(),
            metadata: 0,
            span: None,
            record: Vec::new(),
        };
        writer.put(MAGIC)?;
        let mut header = Vec::new();
        header.text("").text(library);
        writer.put_record(HEADER, &header)?;
        Ok(writer)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.output.write_all(bytes)?;
        self.offset += bytes.len() as u64;
        Ok(())
    }

    fn put_record(&mut self, code: u8, content: &[u8]) -> io::Result<()> {
        let mut record = core::mem::take(&mut self.record);
        record.clear();
        framed(code, content, &mut record);
        let put = self.put(&record);
        self.record = record;
        put
    }

    /// Says what is worth knowing about the file: where its data come from.
    ///
    /// # Errors
    /// Those of the output.
    pub fn metadata(&mut self, name: &str, values: &[(&str, &str)]) -> io::Result<()> {
        let mut map = Vec::new();
        for (key, value) in values {
            map.text(key).text(value);
        }
        let mut content = Vec::new();
        content.text(name).block(&map);
        let (from, mut index) = (self.offset, Vec::new());
        self.put_record(METADATA, &content)?;
        index.u64(from).u64(self.offset - from).text(name);
        framed(METADATA_INDEX, &index, &mut self.metadata_index);
        self.metadata += 1;
        Ok(())
    }

    /// A channel of messages on a topic, whose bodies are JSON objects by a JSON schema of its own.
    ///
    /// # Errors
    /// Those of the output; there are no more than 65534 channels.
    pub fn channel(&mut self, topic: &str, schema: &str, json: &str) -> io::Result<Channel> {
        // Schema 0 would be none.
        let id = u16::try_from(self.counts.len() + 1).map_err(io::Error::other)?;
        let mut content = Vec::new();
        content.u16(id).text(schema).text("jsonschema").text(json);
        framed(SCHEMA, &content, &mut self.schemas);
        self.put_record(SCHEMA, &content)?;
        content.clear();
        content.u16(id).u16(id).text(topic).text("json").block(&[]);
        framed(CHANNEL, &content, &mut self.channels);
        self.put_record(CHANNEL, &content)?;
        self.counts.insert(Channel(id), 0);
        Ok(Channel(id))
    }

    /// A message of a time in nanoseconds.
    ///
    /// # Errors
    /// Those of the output.
    pub fn message(&mut self, channel: Channel, at_ns: u64, json: &[u8]) -> io::Result<()> {
        let count = self.counts.entry(channel).or_default();
        let sequence = *count;
        *count += 1;
        let chunk = &mut self.chunk;
        chunk.index.entry(channel).or_default().push((at_ns, chunk.records.len() as u64));
        widen(&mut chunk.span, at_ns);
        widen(&mut self.span, at_ns);
        chunk.records.push(MESSAGE);
        chunk.records.u64(2 + 4 + 8 + 8 + json.len() as u64);
        chunk.records.u16(channel.0).u32(sequence).u64(at_ns).u64(at_ns);
        chunk.records.extend_from_slice(json);
        if chunk.records.len() >= CHUNK { self.write_chunk() } else { Ok(()) }
    }

    fn write_chunk(&mut self) -> io::Result<()> {
        let Chunk { records, index, span } = core::mem::take(&mut self.chunk);
        let Some((first, last)) = span else { return Ok(()) };
        let mut content = Vec::with_capacity(records.len() + 64);
        content.u64(first).u64(last).u64(records.len() as u64).u32(checksum(&records)).text("");
        content.u64(records.len() as u64);
        content.extend_from_slice(&records);
        let from = self.offset;
        self.put_record(CHUNK_RECORD, &content)?;
        let length = self.offset - from;
        let (indexes_from, mut offsets) = (self.offset, Vec::new());
        for (channel, entries) in index {
            offsets.u16(channel.0).u64(self.offset);
            let mut content = Vec::new();
            content.u16(channel.0).u32(u32::try_from(16 * entries.len()).unwrap_or(u32::MAX));
            for (at, offset) in entries {
                content.u64(at).u64(offset);
            }
            self.put_record(MESSAGE_INDEX, &content)?;
        }
        let mut content = Vec::new();
        content.u64(first).u64(last).u64(from).u64(length).block(&offsets);
        content.u64(self.offset - indexes_from).text("");
        content.u64(records.len() as u64).u64(records.len() as u64);
        framed(CHUNK_INDEX, &content, &mut self.chunk_indexes);
        self.chunks += 1;
        Ok(())
    }

    fn statistics(&self) -> Vec<u8> {
        let count = |counts: &BTreeMap<_, u32>| counts.values().copied().map(u64::from).sum();
        let channels = self.counts.len() as u16;
        let (first, last) = self.span.unwrap_or_default();
        let mut per_channel = Vec::new();
        for (channel, count) in &self.counts {
            per_channel.u16(channel.0).u64(u64::from(*count));
        }
        let mut content = Vec::new();
        content.u64(count(&self.counts)).u16(channels).u32(u32::from(channels)).u32(0);
        content.u32(self.metadata).u32(self.chunks).u64(first).u64(last).block(&per_channel);
        let mut record = Vec::new();
        framed(STATISTICS, &content, &mut record);
        record
    }

    /// Ends the file with its summary and gives the output back.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(mut self) -> io::Result<W> {
        self.write_chunk()?;
        self.put_record(DATA_END, &[0; 4])?;
        let groups = [
            (SCHEMA, core::mem::take(&mut self.schemas)),
            (CHANNEL, core::mem::take(&mut self.channels)),
            (STATISTICS, self.statistics()),
            (CHUNK_INDEX, core::mem::take(&mut self.chunk_indexes)),
            (METADATA_INDEX, core::mem::take(&mut self.metadata_index)),
        ];
        let from = self.offset;
        let (mut summary, mut offsets) = (Vec::new(), Vec::new());
        for (code, records) in groups.iter().filter(|(_, records)| !records.is_empty()) {
            let mut content = vec![*code];
            content.u64(from + summary.len() as u64).u64(records.len() as u64);
            framed(SUMMARY_OFFSET, &content, &mut offsets);
            summary.extend_from_slice(records);
        }
        let offsets_from = from + summary.len() as u64;
        summary.extend_from_slice(&offsets);
        // The checksum is over all of the summary and the footer up to it.
        summary.push(FOOTER);
        summary.u64(20).u64(from).u64(offsets_from);
        let sum = checksum(&summary);
        summary.u32(sum);
        summary.extend_from_slice(MAGIC);
        self.put(&summary)?;
        self.output.flush()?;
        Ok(self.output)
    }
}
