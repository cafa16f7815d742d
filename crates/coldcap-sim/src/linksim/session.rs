//! The stand-in for a secured session: a keyed check value, and a window against replays.

use coldcap_wire::frame;
use coldcap_wire::message::{AnyMessage, BodyError, decode_at_device, decode_at_host};
use coldcap_wire::packet::{BODY_LEN, Header, PACKET_LEN};

/// Length of the check value behind a sealed body.
const TAG_LEN: usize = 8;

/// What two ends share, and what has come and gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    key: u64,
    device: bool,
    next: u32,
    /// The highest number accepted, and which of the 64 before it were.
    highest: Option<u32>,
    seen: u64,
}

impl Session {
    /// The session that follows from what both ends said; `device` tells which end this is.
    #[must_use]
    pub fn new(host: u32, device: u32, is_device: bool) -> Self {
        let key = mix(u64::from(host) << 32 | u64::from(device));
        Self {
            key: mix(key ^ 0x5EC2_E7C0_1DCA_9001),
            device: is_device,
            next: 0,
            highest: None,
            seen: 0,
        }
    }

    /// Number of the next packet.
    #[must_use]
    pub const fn next_number(&self) -> u32 {
        self.next
    }

    /// The frame of a sealed packet.
    pub fn seal(&mut self, endpoint: u8, message: &AnyMessage) -> Vec<u8> {
        let header =
            Header { kind: message.describe().kind, secured: true, endpoint, number: self.next };
        self.next = self.next.wrapping_add(1);
        let mut body = [0; BODY_LEN];
        let length = message.encode(&mut body).unwrap_or(0);
        let mut packet = [&header.to_bytes()[..], body.get(..length).unwrap_or_default()].concat();
        let tag = tag(self.key ^ u64::from(self.device), &packet);
        packet.extend(tag);
        framed(&packet)
    }

    /// Opens a sealed packet: its header and its message, once.
    pub fn open(&mut self, header: &Header, body: &[u8]) -> Option<Result<AnyMessage, BodyError>> {
        let at = body.len().checked_sub(TAG_LEN)?;
        let (inner, given) = body.split_at_checked(at)?;
        let packet = [&header.to_bytes()[..], inner].concat();
        let genuine = tag(self.key ^ u64::from(!self.device), &packet) == given;
        if !genuine || !self.is_new(header.number) {
            return None;
        }
        self.note(header.number);
        let header = Header { secured: false, ..*header };
        let decode = if self.device { decode_at_device } else { decode_at_host };
        Some(decode(&header, inner))
    }

    fn is_new(&self, number: u32) -> bool {
        let Some(highest) = self.highest else { return true };
        let behind = highest.wrapping_sub(number);
        behind.cast_signed() < 0 || (behind < 64 && self.seen >> behind & 1 == 0)
    }

    fn note(&mut self, number: u32) {
        let ahead = number.wrapping_sub(self.highest.unwrap_or(number));
        if ahead.cast_signed() < 0 {
            self.seen |= 1 << (ahead.wrapping_neg() & 63);
        } else {
            self.seen = self.seen.checked_shl(ahead).unwrap_or(0) | 1;
            self.highest = Some(number);
        }
    }
}

/// The frame of a packet.
pub(super) fn framed(packet: &[u8]) -> Vec<u8> {
    let mut out = vec![0; frame::max_encoded_len(PACKET_LEN)];
    let length = frame::encode(packet, &mut out).unwrap_or(0);
    out.truncate(length);
    out
}

/// The frame of a packet that is not sealed.
#[must_use]
pub fn plain(number: u32, endpoint: u8, message: &AnyMessage) -> Vec<u8> {
    let header = Header { kind: message.describe().kind, secured: false, endpoint, number };
    let mut body = [0; BODY_LEN];
    let length = message.encode(&mut body).unwrap_or(0);
    framed(&[&header.to_bytes()[..], body.get(..length).unwrap_or_default()].concat())
}

const fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

fn tag(key: u64, packet: &[u8]) -> [u8; TAG_LEN] {
    let sum = packet.iter().fold(key, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3).rotate_left(23)
    });
    mix(sum ^ key).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldcap_wire::Receiver;
    use coldcap_wire::message::Heartbeat;

    fn opened(session: &mut Session, frame: &[u8]) -> bool {
        let mut receiver = Receiver::new();
        let (_, packet) = receiver.feed(frame);
        let packet = packet.expect("a frame").expect("whole");
        session.open(&packet.header, packet.body).is_some()
    }

    #[test]
    fn opens_each_packet_once_and_only_its_own() {
        let (mut host, mut device) = (Session::new(1, 2, false), Session::new(1, 2, true));
        let beat = AnyMessage::Heartbeat(Heartbeat { at_ms: 1, nonce: 2 });
        let frames: Vec<_> = (0..70).map(|_| host.seal(0x60, &beat)).collect();
        assert!(opened(&mut device, &frames[3]) && !opened(&mut device, &frames[3]));
        assert!(opened(&mut device, &frames[1]), "overtaken");
        assert!(opened(&mut device, &frames[69]));
        assert!(!opened(&mut device, &frames[2]), "too far back");
        assert!(!opened(&mut host, &frames[5]), "its own");
        assert!(!opened(&mut Session::new(1, 3, true), &frames[5]), "another session");
    }
}
