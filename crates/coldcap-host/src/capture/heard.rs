//! What a host heard of a machine.

use super::block::Verdict;
use super::source::Source;

/// What was heard for longer than this becomes a block with what is heard next.
pub const HEARD_TOGETHER_MS: u64 = 5_000;

/// Something that a host heard, or that it heard nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Heard<'a> {
    /// A packet of the device.
    Packet {
        /// What link security said of it.
        verdict: Verdict,
        /// The opened packet, header and body; at most 65535 bytes.
        bytes: &'a [u8],
    },
    /// The device is not heard any more; the next packet says that it is again.
    Away {
        /// Why, in words.
        reason: &'a str,
    },
    /// So much was heard and not recorded.
    Missed(u64),
    /// Something that this reader does not know.
    Unknown {
        /// Its code.
        code: u8,
        /// What it holds.
        bytes: &'a [u8],
    },
}

/// The same and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeardAt<'a> {
    /// When, in ms since the host began to record, by its own clock.
    pub at_ms: u64,
    /// What.
    pub heard: Heard<'a>,
}

const PACKET: u8 = 0;
const AWAY: u8 = 1;
const MISSED: u8 = 2;

impl Heard<'_> {
    /// Code, verdict, and what follows them.
    fn parts(&self, room: &mut [u8; 8]) -> (u8, u8) {
        match self {
            Self::Packet { verdict, .. } => (PACKET, *verdict as u8),
            Self::Away { .. } => (AWAY, 0),
            Self::Missed(count) => {
                *room = count.to_le_bytes();
                (MISSED, 0)
            }
            Self::Unknown { code, .. } => (*code, 0),
        }
    }

    fn bytes<'b>(&'b self, room: &'b [u8; 8]) -> &'b [u8] {
        match self {
            Self::Packet { bytes, .. } | Self::Unknown { bytes, .. } => bytes,
            Self::Away { reason } => reason.as_bytes(),
            Self::Missed(_) => room,
        }
    }

    /// How long it is in bytes.
    pub(super) fn len(&self) -> usize {
        self.bytes(&[0; 8]).len()
    }
}

/// The payload of a block that is being gathered; empty, or its two times and what was heard between them.
#[derive(Debug, Default)]
pub(super) struct PendingHeard {
    first_ms: u64,
    last_ms: u64,
    entries: Vec<u8>,
}

impl PendingHeard {
    pub(super) const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) const fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) const fn first_ms(&self) -> u64 {
        self.first_ms
    }

    /// Whether something of this time belongs into another block.
    pub(super) const fn is_over(&self, at_ms: u64) -> bool {
        !self.is_empty() && at_ms.saturating_sub(self.first_ms) >= HEARD_TOGETHER_MS
    }

    /// Adds something whose length was checked. A time before that of the last one counts as that.
    pub(super) fn push(&mut self, heard: &HeardAt<'_>, length: u16) {
        if self.is_empty() {
            self.first_ms = heard.at_ms.max(self.last_ms);
        }
        self.last_ms = heard.at_ms.max(self.last_ms);
        let since = self.last_ms.saturating_sub(self.first_ms);
        let mut room = [0; 8];
        let (code, verdict) = heard.heard.parts(&mut room);
        self.entries.extend_from_slice(&u32::try_from(since).unwrap_or(u32::MAX).to_le_bytes());
        self.entries.extend_from_slice(&[code, verdict]);
        self.entries.extend_from_slice(&length.to_le_bytes());
        self.entries.extend_from_slice(heard.heard.bytes(&room));
    }

    /// Adds the payload to `out` and begins a new one.
    pub(super) fn drain(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.first_ms.to_le_bytes());
        out.extend_from_slice(&self.last_ms.to_le_bytes());
        out.append(&mut self.entries);
    }
}

/// What one block holds, one after the other, without a list of it.
#[derive(Clone, Debug)]
pub(crate) struct HeardEntries<'a> {
    first_ms: u64,
    last_ms: u64,
    whole: usize,
    source: Source<'a>,
}

impl<'a> HeardEntries<'a> {
    /// `None` if the payload is too short.
    pub(crate) fn new(payload: &'a [u8]) -> Option<Self> {
        let mut source = Source::new(payload);
        let (first_ms, last_ms) = (source.u64()?, source.u64()?);
        Some(Self { first_ms, last_ms, whole: payload.len(), source })
    }

    /// The same from a byte of the payload on, where an entry begins.
    pub(crate) fn from(payload: &'a [u8], at: usize) -> Option<Self> {
        let mut entries = Self::new(payload)?;
        let passed = at.saturating_sub(entries.consumed());
        entries.source.take(passed)?;
        Some(entries)
    }

    /// When the last of it was heard.
    pub(crate) const fn last_ms(&self) -> u64 {
        self.last_ms
    }

    /// How many bytes of the payload were given so far.
    pub(crate) const fn consumed(&self) -> usize {
        self.whole.saturating_sub(self.source.len())
    }

    fn read(&mut self) -> Result<HeardAt<'a>, &'static str> {
        const SHORT: &str = "it ends too early";
        let since = self.source.u32().ok_or(SHORT)?;
        let [code, verdict] = self.source.array().ok_or(SHORT)?;
        let length = self.source.u16().ok_or(SHORT)?;
        let bytes = self.source.take(usize::from(length)).ok_or(SHORT)?;
        let at_ms = self.first_ms.saturating_add(u64::from(since));
        Ok(HeardAt { at_ms, heard: heard(code, verdict, bytes)? })
    }
}

fn heard(code: u8, verdict: u8, bytes: &[u8]) -> Result<Heard<'_>, &'static str> {
    Ok(match code {
        PACKET => {
            let verdict = Verdict::from_code(verdict).ok_or("a packet has an unknown verdict")?;
            Heard::Packet { verdict, bytes }
        }
        AWAY => {
            let reason = core::str::from_utf8(bytes).map_err(|_| "a reason is no text")?;
            Heard::Away { reason }
        }
        MISSED => {
            let count = bytes.try_into().map_err(|_| "a count is not eight bytes long")?;
            Heard::Missed(u64::from_le_bytes(count))
        }
        code => Heard::Unknown { code, bytes },
    })
}

impl<'a> Iterator for HeardEntries<'a> {
    type Item = Result<HeardAt<'a>, &'static str>;

    fn next(&mut self) -> Option<Self::Item> {
        (!self.source.is_empty()).then(|| self.read())
    }
}
