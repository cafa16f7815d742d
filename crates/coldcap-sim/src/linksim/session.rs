//! Frames, and what the two ends of a simulated link know of each other.

use coldcap_units::Instant;
use coldcap_wire::frame;
use coldcap_wire::message::{
    AnyMessage, BodyError, Hello, MINOR, Origin, decode_at_device, decode_at_host,
};
use coldcap_wire::packet::{BODY_LEN, Header, PACKET_LEN};
use coldcap_wire::security::{KeyRing, KeySlot, Keys, Label, PairingCode, Role, Secret, Tunnel};

/// The device's serial number, which anybody can read in its hello.
pub(super) const SERIAL: u64 = 4_711;
/// The number of the host's key, which a handshake tells in the open.
pub(super) const SLOT: u32 = 1;

/// What a host's hello says besides the number of its start, and a device's, too.
pub(super) const fn hello(serial: u64, boot: u32) -> Hello {
    Hello {
        major: 1,
        minor_min: 0,
        minor_max: MINOR,
        origin: Origin::SIMULATED,
        model: 0,
        serial,
        firmware: 0,
        schema: 0,
        mtu: 240,
        channels: 1,
        features: 0,
        boot,
    }
}

/// The role that the options number.
pub(super) const fn role(number: u8) -> Role {
    match number {
        0 => Role::Nurse,
        1 => Role::Clinician,
        _ => Role::Service,
    }
}

/// The key that both ends of a run hold.
fn psk(seed: u64) -> Secret {
    let mut psk = [0x5A; 32];
    psk.iter_mut().zip(seed.to_le_bytes()).for_each(|(place, byte)| *place = byte);
    Secret::new(psk)
}

/// The device's keys: that of one host.
pub(super) fn key_ring(seed: u64, number: u8) -> KeyRing {
    let mut keys = KeyRing::new();
    if let Some(label) = Label::new("host") {
        let _ = keys.add(KeySlot { id: SLOT, role: role(number), label, psk: psk(seed) });
    }
    keys
}

/// The host's key.
pub(super) fn code(seed: u64) -> PairingCode {
    PairingCode { serial: SERIAL, slot: SLOT, psk: psk(seed) }
}

/// A session without a handshake: both ends were handed its keys.
#[derive(Clone, Debug)]
pub struct Session {
    tunnel: Tunnel,
    device: bool,
}

impl Session {
    /// The session with these two numbers in its keys; `device` tells which end this is.
    #[must_use]
    pub fn new(host: u32, device: u32, is_device: bool) -> Self {
        let key = |number: u32| {
            let bytes = number.to_le_bytes();
            Secret::new(core::array::from_fn(|at| bytes.get(at % 4).copied().unwrap_or(0)))
        };
        let (own, other) = if is_device { (device, host) } else { (host, device) };
        let keys = Keys { sending: key(own), receiving: key(other), hash: [0; 32] };
        Self { tunnel: Tunnel::new(keys, Instant::ZERO), device: is_device }
    }

    /// The frame of a sealed packet.
    pub fn seal(&mut self, endpoint: u8, message: &AnyMessage) -> Vec<u8> {
        let mut packet = [0; PACKET_LEN];
        let body = encoded(message);
        let kind = message.describe().kind;
        let length = self.tunnel.seal(kind, endpoint, &body, &mut packet).unwrap_or(0);
        framed(packet.get(..length).unwrap_or_default())
    }

    /// Opens a sealed packet: its header and its message, once.
    pub fn open(&mut self, header: &Header, body: &[u8]) -> Option<Result<AnyMessage, BodyError>> {
        let mut packet = [&header.to_bytes()[..], body].concat();
        let opening = self.tunnel.open(header, &mut packet).ok()?;
        let header = Header { secured: false, ..*header };
        let decode = if self.device { decode_at_device } else { decode_at_host };
        Some(decode(&header, packet.get(opening.body)?))
    }
}

/// The body of a message.
pub(super) fn encoded(message: &AnyMessage) -> Vec<u8> {
    let mut body = vec![0; BODY_LEN];
    let length = message.encode(&mut body).unwrap_or(0);
    body.truncate(length);
    body
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
    framed(&[&header.to_bytes()[..], &encoded(message)].concat())
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
        assert!(!opened(&mut Session::new(3, 2, true), &frames[5]), "another session");
    }
}
