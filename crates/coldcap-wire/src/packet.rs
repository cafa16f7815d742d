//! Packets: six bytes of header before every body.
//!
//! `b0` holds, from bit 7 down, two bits of major version, three of [`Kind`], one that says whether the
//! body is sealed, and two reserved bits that must be zero. Then one byte of endpoint and the packet
//! number, four bytes, low byte first.

use crate::explain::explain;
use crate::frame::TooLong;
use core::fmt;

/// The major version this crate speaks. Another one is another protocol.
pub const MAJOR: u8 = 1;

/// How many bytes a header has.
pub const HEADER_LEN: usize = 6;

/// The longest packet, header included. It fits the payload of one Bluetooth Low Energy notification.
pub const PACKET_LEN: usize = 240;

/// The shortest `mtu` with which a peer is served: every message of coldcap but the pieces of objects fits such a packet
/// with its seal, today and with fields that are still to come. Pieces are cut to fit, and whoever takes less is refused.
pub const LEAST_MTU: usize = 176;

/// The longest body.
pub const BODY_LEN: usize = PACKET_LEN - HEADER_LEN;

const SECURED: u8 = 0b0000_0100;
const RESERVED: u8 = 0b0000_0011;

/// Endpoint numbers from this one to 255 are for the messages of a device's maker, in every kind of packet.
/// No message of coldcap has one. What they mean depends on the `model` in the hello.
pub const FIRST_VENDOR_ENDPOINT: u8 = 192;

/// What a packet is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// Who is there and what they speak.
    Hello = 0,
    /// A request from the host; answered by a response of the same endpoint.
    Command = 1,
    /// The answer to a command.
    Response = 2,
    /// Telemetry and events from the device. May be lost.
    Report = 3,
    /// A piece of a stored object, or what is known of it.
    ObjectData = 4,
    /// Asks for an object and says what has arrived of it.
    ObjectAcknowledge = 5,
    /// Care of the link itself.
    Link = 6,
}

impl Kind {
    /// Every kind, in order of its code.
    pub const ALL: [Self; 7] = [
        Self::Hello,
        Self::Command,
        Self::Response,
        Self::Report,
        Self::ObjectData,
        Self::ObjectAcknowledge,
        Self::Link,
    ];

    /// The frozen code, 0 to 6.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The kind with this code, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Its name in lower case, as documents and captures print it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hello => "hello",
            Self::Command => "command",
            Self::Response => "response",
            Self::Report => "report",
            Self::ObjectData => "object_data",
            Self::ObjectAcknowledge => "object_acknowledge",
            Self::Link => "link",
        }
    }
}

/// The header of a packet.
///
/// ```
/// use coldcap_wire::packet::{Header, Kind};
///
/// let header = Header { kind: Kind::Report, secured: false, endpoint: 0x40, number: 7 };
/// assert_eq!(header.to_bytes(), [0x58, 0x40, 7, 0, 0, 0]);
/// assert_eq!(Header::parse(&[0x58, 0x40, 7, 0, 0, 0, 0xAA]), Ok((header, &[0xAA][..])));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// What the packet is for.
    pub kind: Kind,
    /// Whether the body is encrypted and authenticated. [`security`](crate::security) opens such a body.
    pub secured: bool,
    /// Which message the body holds; see [`ENDPOINTS`](crate::message::ENDPOINTS).
    pub endpoint: u8,
    /// Counts the packets of one sender, from 0, one up for each. A repeated command has a new number
    /// and its old request id.
    pub number: u32,
}

/// Why a header was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HeaderError {
    /// Fewer than six bytes.
    Short,
    /// Another major version: the rest of the packet cannot be understood.
    Major(u8),
    /// A reserved bit is set.
    Reserved,
    /// A kind that this major version does not have.
    Kind(u8),
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(explain(*self))
    }
}

impl core::error::Error for HeaderError {}

impl Header {
    /// The six bytes of this header.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; HEADER_LEN] {
        let secured = if self.secured { SECURED } else { 0 };
        let first = (MAJOR << 6) | (self.kind.code() << 3) | secured;
        let [n0, n1, n2, n3] = self.number.to_le_bytes();
        [first, self.endpoint, n0, n1, n2, n3]
    }

    /// Writes the header to the start of `packet` and returns the room behind it, for the body.
    ///
    /// # Errors
    /// [`TooLong`] where `packet` is shorter than six bytes.
    ///
    /// # Panics
    /// Never.
    pub fn write(self, packet: &mut [u8]) -> Result<&mut [u8], TooLong> {
        let (head, body) = packet.split_first_chunk_mut::<HEADER_LEN>().ok_or(TooLong)?;
        *head = self.to_bytes();
        Ok(body)
    }

    /// Splits a packet into its header and its body.
    ///
    /// # Errors
    /// A [`HeaderError`], the first that applies in the order of its variants.
    ///
    /// # Panics
    /// Never.
    pub fn parse(packet: &[u8]) -> Result<(Self, &[u8]), HeaderError> {
        let (head, body) = packet.split_first_chunk::<HEADER_LEN>().ok_or(HeaderError::Short)?;
        let [first, endpoint, n0, n1, n2, n3] = *head;
        let kind = parse_first(first)?;
        let secured = first & SECURED != 0;
        let number = u32::from_le_bytes([n0, n1, n2, n3]);
        Ok((Self { kind, secured, endpoint, number }, body))
    }
}

fn parse_first(first: u8) -> Result<Kind, HeaderError> {
    let (major, kind) = (first >> 6, (first >> 3) & 0b111);
    if major != MAJOR {
        return Err(HeaderError::Major(major));
    }
    if first & RESERVED != 0 {
        return Err(HeaderError::Reserved);
    }
    Kind::from_code(kind).ok_or(HeaderError::Kind(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_first_byte_is_refused_or_survives() {
        let mut accepted = 0;
        for first in 0..=u8::MAX {
            let packet = [first, 9, 1, 2, 3, 4, 5];
            if let Ok((header, body)) = Header::parse(&packet) {
                assert_eq!((header.to_bytes()[0], body), (first, &[5][..]));
                assert_eq!(header.number, 0x0403_0201);
                accepted += 1;
            }
        }
        assert_eq!(accepted, 14, "seven kinds, sealed or not");
    }

    #[test]
    fn each_refusal_has_its_reason() {
        let parse = |first| Header::parse(&[first, 0, 0, 0, 0, 0]).map(|_| ());
        assert_eq!(parse(0b0000_0000), Err(HeaderError::Major(0)));
        assert_eq!(parse(0b1100_0000), Err(HeaderError::Major(3)));
        assert_eq!(parse(0b0100_0001), Err(HeaderError::Reserved));
        assert_eq!(parse(0b0111_1000), Err(HeaderError::Kind(7)));
        assert_eq!(Header::parse(&[0x40; 5]), Err(HeaderError::Short));
    }

    #[test]
    fn a_header_needs_room() {
        let header = Header { kind: Kind::Link, secured: true, endpoint: 0x60, number: 1 };
        assert_eq!(header.write(&mut [0; 5]), Err(TooLong));
        let mut packet = [0xEE; 8];
        assert_eq!(header.write(&mut packet), Ok(&mut [0xEE, 0xEE][..]));
        assert_eq!(Header::parse(&packet).unwrap().0, header);
    }
}
