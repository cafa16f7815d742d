//! The blocks of a recording and their payloads.

use super::header::{FILE_HEADER_LENGTH, Header};
use super::heard::{HeardAt, HeardEntries};
use super::source::Source;
use super::ticks::TickBatch;
use coldcap_units::Duration;

/// What kind of block it is. The codes are frozen; new ones are added at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// What is worth knowing about the recording, as a JSON object.
    Information,
    /// Up to a hundred ticks.
    Ticks,
    /// Packets that crossed the link.
    Packets,
    /// The device was power-cycled.
    Restart,
    /// What the simulator knows and the device does not.
    Truth,
    /// Where the blocks with ticks stand.
    Index,
    /// The recording was ended on purpose.
    End,
    /// A copy of the file header.
    Header,
    /// What a host heard of the device.
    Heard,
    /// Where the blocks of what was heard stand.
    HeardIndex,
    /// A kind that this reader does not know.
    Unknown(u8),
}

impl Kind {
    /// Every kind that has a name, in order of its code.
    pub const ALL: [Self; 10] = [
        Self::Information,
        Self::Ticks,
        Self::Packets,
        Self::Restart,
        Self::Truth,
        Self::Index,
        Self::End,
        Self::Header,
        Self::Heard,
        Self::HeardIndex,
    ];

    /// The frozen code.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Information => 1,
            Self::Ticks => 2,
            Self::Packets => 3,
            Self::Restart => 4,
            Self::Truth => 5,
            Self::Index => 6,
            Self::End => 7,
            Self::Header => 8,
            Self::Heard => 9,
            Self::HeardIndex => 10,
            Self::Unknown(code) => code,
        }
    }

    /// The kind with this code.
    #[must_use]
    pub fn from_code(code: u8) -> Self {
        Self::ALL.into_iter().find(|kind| kind.code() == code).unwrap_or(Self::Unknown(code))
    }
}

impl core::fmt::Display for Kind {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Information => "information",
            Self::Ticks => "ticks",
            Self::Packets => "packets",
            Self::Restart => "restart",
            Self::Truth => "truth",
            Self::Index => "index",
            Self::End => "end",
            Self::Header => "header",
            Self::Heard => "heard",
            Self::HeardIndex => "index of what was heard",
            Self::Unknown(code) => return write!(f, "unknown ({code})"),
        })
    }
}

/// A block and what it holds.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Block<'a> {
    /// Seed, plan, configuration: whatever the writer found worth knowing.
    Information(serde_json::Map<String, serde_json::Value>),
    /// Up to a hundred ticks, decoded as they are asked for.
    Ticks(TickBatch<'a>),
    /// Packets, in the order in which they crossed the link.
    Packets(Vec<Packet<'a>>),
    /// The device was power-cycled.
    Restart(Restart),
    /// Simulator truth.
    Truth(Vec<Truth>),
    /// Where the blocks with ticks stand.
    Index(Vec<IndexEntry>),
    /// The recording was ended on purpose.
    End(End),
    /// The copy of the file header.
    Header(Header),
    /// What a host heard, in the order of its coming.
    Heard(Vec<HeardAt<'a>>),
    /// Where the blocks of what was heard stand; each number is the time of the first of it, in ms.
    HeardIndex(Vec<IndexEntry>),
    /// A block of a kind that this reader does not know.
    Unknown {
        /// Its code.
        kind: u8,
        /// Its payload.
        payload: &'a [u8],
    },
}

/// Which way a packet went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Direction {
    /// From the host to the device.
    ToDevice = 0,
    /// From the device to the host.
    ToHost = 1,
}

/// What link security said of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Verdict {
    /// The packet was not secured.
    Unsecured = 0,
    /// Its origin was verified.
    Verified = 1,
    /// It was refused and had no effect.
    Refused = 2,
}

impl Verdict {
    /// The verdict with this code.
    pub(super) const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Unsecured),
            1 => Some(Self::Verified),
            2 => Some(Self::Refused),
            _ => None,
        }
    }
}

/// A packet as it was after opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Packet<'a> {
    /// The tick at whose beginning it crossed the link.
    pub tick: u64,
    /// Which way it went.
    pub direction: Direction,
    /// What link security said of it.
    pub verdict: Verdict,
    /// The opened packet, header and body; at most 65535 bytes.
    pub bytes: &'a [u8],
}

/// The device was power-cycled before a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Restart {
    /// The first tick after the restart.
    pub tick: u64,
    /// How long the device was without power; `None` if it has no clock to tell.
    pub gap: Option<Duration>,
}

/// What the simulator knows of one channel at one tick. A value that is not known is NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Truth {
    /// The tick.
    pub tick: u64,
    /// The channel, from 0.
    pub channel: u8,
    /// The scalp skin, in °C.
    pub skin_c: f32,
    /// The hair follicles, in °C.
    pub follicle_c: f32,
    /// The front of the cap interface, in °C.
    pub interface_front_c: f32,
    /// The rear of the cap interface, in °C.
    pub interface_rear_c: f32,
    /// The coolant supplied to the cap, in °C.
    pub supply_c: f32,
    /// The coolant that returns from the cap, in °C.
    pub return_c: f32,
    /// The coolant in the tank, in °C.
    pub tank_c: f32,
    /// The heat that the cap takes from the scalp, in watts.
    pub heat_w: f32,
}

/// Where a block with ticks stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IndexEntry {
    /// The number of its first tick.
    pub first_tick: u64,
    /// Where the block begins, in bytes from the start of the file.
    pub offset: u64,
}

/// The last block of a recording that was ended on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct End {
    /// How many ticks were recorded.
    pub ticks: u64,
    /// FNV-1a-64 over all ticks and outputs, as the device's crate defines it.
    pub output_hash: u64,
}

impl<'a> Block<'a> {
    /// Reads a payload whose checksum was right.
    pub(super) fn read(kind: Kind, payload: &'a [u8]) -> Result<Self, &'static str> {
        let mut source = Source::new(payload);
        let block = match kind {
            Kind::Information => return read_information(payload).map(Self::Information),
            Kind::Header => return read_header(payload).map(Self::Header),
            Kind::Unknown(kind) => return Ok(Self::Unknown { kind, payload }),
            Kind::Ticks => return read_ticks(payload).map(Self::Ticks),
            Kind::Heard => return read_heard(payload).map(Self::Heard),
            Kind::HeardIndex => Self::HeardIndex(read_all(&mut source, IndexEntry::read)?),
            Kind::Packets => Self::Packets(read_all(&mut source, Packet::read)?),
            Kind::Restart => Self::Restart(Restart::read(&mut source)?),
            Kind::Truth => Self::Truth(read_all(&mut source, Truth::read)?),
            Kind::Index => Self::Index(read_all(&mut source, IndexEntry::read)?),
            Kind::End => Self::End(End::read(&mut source)?),
        };
        if source.is_empty() { Ok(block) } else { Err("bytes are left over") }
    }
}

const SHORT: &str = "it ends too early";

fn read_information(
    payload: &[u8],
) -> Result<serde_json::Map<String, serde_json::Value>, &'static str> {
    serde_json::from_slice(payload).map_err(|_| "it is not a JSON object")
}

fn read_header(payload: &[u8]) -> Result<Header, &'static str> {
    if payload.len() != FILE_HEADER_LENGTH {
        return Err("it is not as long as a file header");
    }
    Header::from_bytes(payload).map_err(|_| "it is not a file header")
}

fn read_heard(payload: &[u8]) -> Result<Vec<HeardAt<'_>>, &'static str> {
    HeardEntries::new(payload).ok_or(SHORT)?.collect()
}

fn read_ticks(payload: &[u8]) -> Result<TickBatch<'_>, &'static str> {
    TickBatch::read(payload).ok_or("its first tick or its count of ticks is not possible")
}

fn read_all<'a, T>(
    source: &mut Source<'a>,
    read: impl Fn(&mut Source<'a>) -> Result<T, &'static str>,
) -> Result<Vec<T>, &'static str> {
    let mut items = Vec::new();
    while !source.is_empty() {
        items.push(read(source)?);
    }
    Ok(items)
}

impl<'a> Packet<'a> {
    /// What a packet costs besides its bytes.
    pub(super) const OVERHEAD: usize = 12;

    fn read(source: &mut Source<'a>) -> Result<Self, &'static str> {
        let tick = source.u64().ok_or(SHORT)?;
        let direction = match source.u8().ok_or(SHORT)? {
            0 => Direction::ToDevice,
            1 => Direction::ToHost,
            _ => return Err("a packet has an unknown direction"),
        };
        let verdict = Verdict::from_code(source.u8().ok_or(SHORT)?);
        let verdict = verdict.ok_or("a packet has an unknown verdict")?;
        let length = source.u16().ok_or(SHORT)?;
        let bytes = source.take(usize::from(length)).ok_or(SHORT)?;
        Ok(Self { tick, direction, verdict, bytes })
    }

    /// Adds the packet to `out`; `length` is the checked length of its bytes.
    pub(super) fn write(&self, length: u16, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.tick.to_le_bytes());
        out.extend_from_slice(&[self.direction as u8, self.verdict as u8]);
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(self.bytes);
    }
}

/// The packets of a block, one after the other, without a list of them.
#[derive(Clone, Debug)]
pub(crate) struct Packets<'a> {
    whole: usize,
    source: Source<'a>,
}

impl<'a> Packets<'a> {
    pub(crate) const fn new(payload: &'a [u8]) -> Self {
        Self { whole: payload.len(), source: Source::new(payload) }
    }

    /// How many bytes the packets took that were given so far.
    pub(crate) const fn consumed(&self) -> usize {
        self.whole.saturating_sub(self.source.len())
    }
}

impl<'a> Iterator for Packets<'a> {
    type Item = Result<Packet<'a>, &'static str>;

    fn next(&mut self) -> Option<Self::Item> {
        (!self.source.is_empty()).then(|| Packet::read(&mut self.source))
    }
}

impl Restart {
    fn read(source: &mut Source<'_>) -> Result<Self, &'static str> {
        let tick = source.u64().ok_or(SHORT)?;
        let millis = source.u32().ok_or(SHORT)?;
        let gap = match (source.u8().ok_or(SHORT)?, millis) {
            (0, 0) => None,
            (1, millis) => Some(Duration::from_millis(millis)),
            _ => return Err("its gap is neither known nor unknown"),
        };
        Ok(Self { tick, gap })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let millis = self.gap.unwrap_or(Duration::ZERO).as_millis();
        out.extend_from_slice(&self.tick.to_le_bytes());
        out.extend_from_slice(&millis.to_le_bytes());
        out.push(u8::from(self.gap.is_some()));
    }
}

impl Truth {
    fn read(source: &mut Source<'_>) -> Result<Self, &'static str> {
        Self::read_fields(source).ok_or(SHORT)
    }

    fn read_fields(source: &mut Source<'_>) -> Option<Self> {
        Some(Self {
            tick: source.u64()?,
            channel: source.u8()?,
            skin_c: source.f32()?,
            follicle_c: source.f32()?,
            interface_front_c: source.f32()?,
            interface_rear_c: source.f32()?,
            supply_c: source.f32()?,
            return_c: source.f32()?,
            tank_c: source.f32()?,
            heat_w: source.f32()?,
        })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.tick.to_le_bytes());
        out.push(self.channel);
        let skin = [self.skin_c, self.follicle_c, self.interface_front_c, self.interface_rear_c];
        let plant = [self.supply_c, self.return_c, self.tank_c, self.heat_w];
        for value in skin.into_iter().chain(plant) {
            out.extend_from_slice(&value.to_le_bytes());
        }
    }
}

impl IndexEntry {
    /// The length of an entry in bytes.
    pub(super) const LENGTH: usize = 16;

    fn read(source: &mut Source<'_>) -> Result<Self, &'static str> {
        let first_tick = source.u64().ok_or(SHORT)?;
        Ok(Self { first_tick, offset: source.u64().ok_or(SHORT)? })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.first_tick.to_le_bytes());
        out.extend_from_slice(&self.offset.to_le_bytes());
    }
}

impl End {
    /// The length of the payload in bytes.
    pub(super) const LENGTH: usize = 16;

    fn read(source: &mut Source<'_>) -> Result<Self, &'static str> {
        let ticks = source.u64().ok_or(SHORT)?;
        Ok(Self { ticks, output_hash: source.u64().ok_or(SHORT)? })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.ticks.to_le_bytes());
        out.extend_from_slice(&self.output_hash.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_dense_and_reversible() {
        for (code, kind) in (1..).zip(Kind::ALL) {
            assert_eq!(kind.code(), code);
            assert_eq!(Kind::from_code(code), kind);
        }
        assert_eq!(Kind::from_code(0), Kind::Unknown(0));
        assert_eq!(Kind::from_code(11), Kind::Unknown(11));
    }

    #[test]
    fn unknown_codes_inside_a_payload_are_refused() {
        let packet = |direction, verdict| {
            let payload = [0, 0, 0, 0, 0, 0, 0, 0, direction, verdict, 1, 0, 42];
            Block::read(Kind::Packets, &payload).map(|_| ()).err()
        };
        assert_eq!(packet(1, 2), None);
        assert!(packet(2, 0).is_some() && packet(0, 3).is_some());
        let restart = |millis, known| {
            Block::read(Kind::Restart, &[0, 0, 0, 0, 0, 0, 0, 0, millis, 0, 0, 0, known]).is_ok()
        };
        assert!(restart(0, 0) && restart(0, 1) && restart(5, 1));
        assert!(!restart(5, 0) && !restart(5, 2));
    }

    #[test]
    fn payloads_of_a_wrong_length_are_refused() {
        for kind in [Kind::Restart, Kind::End, Kind::Index, Kind::Truth, Kind::Header] {
            assert!(Block::read(kind, &[0; 15]).is_err(), "{kind}");
        }
        assert!(Block::read(Kind::End, &[0; 17]).is_err());
        assert!(Block::read(Kind::Information, b"[1]").is_err());
        assert!(Block::read(Kind::Ticks, &[0; 10]).is_err());
    }
}
