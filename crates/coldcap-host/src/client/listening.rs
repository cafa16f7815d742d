//! The packets themselves, opened, for whoever records them.

use super::Client;
use coldcap_wire::message::{Body, Message};
use coldcap_wire::packet::{BODY_LEN, Header};
use std::collections::VecDeque;

/// So many packets wait until they are taken; then the oldest give way.
pub const PACKETS_KEPT: usize = 1_024;

/// A packet of the device as it was after opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedPacket {
    /// Whether a key has shown that it is the device's own.
    pub verified: bool,
    /// Its header as it travelled, and its body in the plain.
    pub bytes: Box<[u8]>,
}

impl OpenedPacket {
    pub(super) fn new(header: &Header, body: &[u8], keyed: bool) -> Self {
        let bytes = [&header.to_bytes()[..], body].concat().into();
        Self { verified: keyed && header.secured, bytes }
    }

    /// One that no packet carried sealed, and that is shown to be the device's own all the same: its hello, to which a
    /// handshake was bound.
    pub(super) fn bound<M: Message>(message: &M) -> Self {
        let (kind, endpoint) = (M::KIND, <M as Message>::ENDPOINT);
        let header = Header { kind, secured: false, endpoint, number: 0 };
        let mut body = [0; BODY_LEN];
        let length = Body::encode(message, &mut body).unwrap_or(0);
        let body = body.get(..length).unwrap_or_default();
        Self { verified: true, ..Self::new(&header, body, true) }
    }
}

/// What was heard and not yet taken.
#[derive(Clone, Debug, Default)]
pub(super) struct Listening {
    on: bool,
    packets: VecDeque<OpenedPacket>,
    missed: u64,
}

impl Listening {
    pub(super) fn hear(&mut self, packet: Option<OpenedPacket>) {
        let Some(packet) = packet.filter(|_| self.on) else { return };
        if self.packets.len() >= PACKETS_KEPT {
            self.packets.pop_front();
            self.missed = self.missed.saturating_add(1);
        }
        self.packets.push_back(packet);
    }
}

impl Client {
    /// From now on the packets themselves are kept, too, opened, for [`poll_packet`](Self::poll_packet).
    pub const fn listen(&mut self) {
        self.port.listen();
        self.listening.on = true;
    }

    /// The next packet that came since [`listen`](Self::listen), whatever it is: what is the device's own, as far as a key
    /// tells, each once, an overtaken report and a maker's message, too.
    ///
    /// No more than [`PACKETS_KEPT`] wait to be taken; [`take_missed`](Self::take_missed) says how many had to give way.
    pub fn poll_packet(&mut self) -> Option<OpenedPacket> {
        self.listening.packets.pop_front()
    }

    /// How many packets were given up since this was asked last, because nobody took them.
    pub const fn take_missed(&mut self) -> u64 {
        core::mem::replace(&mut self.listening.missed, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(number: u16) -> Option<OpenedPacket> {
        Some(OpenedPacket { verified: false, bytes: number.to_le_bytes().into() })
    }

    #[test]
    fn nobody_who_takes_nothing_costs_more_than_so_many_packets_and_is_told_how_many_he_missed() {
        let mut client = Client::new(super::super::ClientConfig::new(1));
        client.listening.hear(packet(9));
        assert_eq!(client.poll_packet(), None, "nobody listened");
        client.listen();
        let count = PACKETS_KEPT as u16 + 5;
        (0..count).for_each(|number| client.listening.hear(packet(number)));
        assert_eq!((client.take_missed(), client.take_missed()), (5, 0));
        assert_eq!(client.poll_packet(), packet(5));
        assert_eq!(core::iter::from_fn(|| client.poll_packet()).count(), PACKETS_KEPT - 1);
    }
}
