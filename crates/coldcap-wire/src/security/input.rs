//! What became of a packet that arrived.

use super::keys::Grant;
use super::role::Role;
use super::tunnel::Opening;
use crate::packet::{HEADER_LEN, Header, LEAST_MTU};

/// The endpoint numbers of the handshake, in packets of the kind `hello`.
pub(super) const REQUEST: u8 = 0x01;
pub(super) const INVITATION: u8 = 0x02;
pub(super) const FIRST: u8 = 0x03;
pub(super) const SECOND: u8 = 0x04;
/// A device tells why it serves a host nothing.
pub(super) const REFUSED: u8 = 0x05;
/// Its body: the reason, which is that the host takes too short packets, and the shortest `mtu` with which it is served.
pub(super) const TOO_SMALL: [u8; 3] = [1, LEAST_MTU as u8, 0];

/// What became of a packet that was not refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// It may be read and obeyed.
    Packet(Opened<'a>),
    /// It is genuine, and its sender may not send it. Answer `denied` to the request id at its start, and do
    /// nothing else.
    Denied(Opened<'a>),
    /// It belonged to a handshake; ask for output.
    Handled,
}

/// A packet in the plain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened<'a> {
    /// Its header. `secured` says whether it was sealed, and so whether it can be believed.
    pub header: Header,
    /// Its body.
    pub body: &'a [u8],
    /// At a device: by which key it was sealed, and with what role.
    pub grant: Option<Grant>,
    /// How many sealed packets directly before it have not come; 0 for one that was not sealed.
    pub missed: u32,
    /// At a host: it was sealed by the keys of the session before, which the device has not left yet. It shows
    /// that the device is there; an answer or a report in it belongs to the requests and subscriptions of that
    /// session, whose numbers begin anew in the next.
    pub earlier: bool,
}

impl<'a> Opened<'a> {
    /// The role of who sealed it; at a device `None` says that nobody did.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        self.grant.map(|grant| grant.role)
    }

    pub(super) fn plain(header: Header, packet: &'a [u8]) -> Self {
        let body = packet.get(HEADER_LEN..).unwrap_or_default();
        Self { header, body, grant: None, missed: 0, earlier: false }
    }

    pub(super) fn sealed(
        header: Header,
        packet: &'a [u8],
        opening: Opening,
        grant: Option<Grant>,
    ) -> Self {
        let body = packet.get(opening.body).unwrap_or_default();
        Self { header, body, grant, missed: opening.missed, earlier: false }
    }
}
