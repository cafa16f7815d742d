//! One thing after the other from a block of packets.

use crate::capture::{Direction, Heard, HeardEntries, Kind, Packets, Stretch, Verdict};
use coldcap_units::Instant;
use coldcap_wire::message::{AnyMessage, decode_any};
use coldcap_wire::packet::Header;

/// What a block tells next.
pub(super) struct Item {
    pub(super) at: Instant,
    pub(super) sort: Sort,
    /// The endpoint and the message of a packet that was not refused and that this program knows.
    pub(super) packet: Option<(u8, AnyMessage)>,
}

/// What sort of thing it is.
pub(super) enum Sort {
    ToDevice,
    ToHost,
    /// The device is not heard any more.
    Away,
    /// So much was heard and not recorded.
    Missed(u64),
}

/// What stands at `played` of the payload, which goes on by its length; `None` at the end.
pub(super) fn next(
    payload: &[u8],
    played: &mut usize,
    stretch: &Stretch,
) -> Option<Result<Item, &'static str>> {
    match stretch.kind {
        Kind::Heard => next_heard(payload, played),
        _ => next_packet(payload, played, stretch),
    }
}

fn next_packet(
    payload: &[u8],
    played: &mut usize,
    stretch: &Stretch,
) -> Option<Result<Item, &'static str>> {
    let mut packets = Packets::new(payload.get(*played..)?);
    let packet = packets.next()?;
    *played = played.saturating_add(packets.consumed());
    Some(packet.map(|packet| Item {
        at: Instant::from_millis(stretch.tick_ms(packet.tick)),
        sort: match packet.direction {
            Direction::ToDevice => Sort::ToDevice,
            Direction::ToHost => Sort::ToHost,
        },
        packet: understood(packet.verdict, packet.bytes),
    }))
}

fn next_heard(payload: &[u8], played: &mut usize) -> Option<Result<Item, &'static str>> {
    let mut entries = HeardEntries::from(payload, *played)?;
    let entry = entries.next()?;
    *played = entries.consumed();
    Some(entry.map(|entry| {
        let (sort, packet) = match entry.heard {
            Heard::Packet { verdict, bytes } => (Sort::ToHost, understood(verdict, bytes)),
            Heard::Away { .. } => (Sort::Away, None),
            Heard::Missed(count) => (Sort::Missed(count), None),
            Heard::Unknown { .. } => (Sort::Missed(0), None),
        };
        Item { at: Instant::from_millis(entry.at_ms), sort, packet }
    }))
}

fn understood(verdict: Verdict, bytes: &[u8]) -> Option<(u8, AnyMessage)> {
    if verdict == Verdict::Refused {
        return None;
    }
    let (header, body) = Header::parse(bytes).ok()?;
    // It was opened: what its header says of a seal is how it travelled.
    let header = Header { secured: false, ..header };
    Some((header.endpoint, decode_any(&header, body).ok()?))
}
