//! Listens on the wire: every packet, as it was after opening, goes into the recording.

use super::files::Files;
use crate::failure::Failure;
use crate::keylog::{Sessions, Way};
use coldcap_host::capture::{Direction, Packet, Verdict};
use coldcap_wire::FRAME_ROOM;
use coldcap_wire::frame::Deframer;
use coldcap_wire::packet::Header;
use coldcap_wire::security::Keys;

/// One deframer a direction, and the sessions that the host has told of.
#[derive(Debug)]
pub(crate) struct WireTap {
    to_device: Deframer<FRAME_ROOM>,
    to_host: Deframer<FRAME_ROOM>,
    sessions: Sessions,
}

impl WireTap {
    pub(crate) fn new() -> Self {
        Self { to_device: Deframer::new(), to_host: Deframer::new(), sessions: Sessions::default() }
    }

    /// Whether there was any session.
    pub(crate) const fn has_sessions(&self) -> bool {
        self.sessions.is_some()
    }

    /// A session has begun: its packets can be opened from now on.
    pub(crate) fn learn(&mut self, keys: &Keys) {
        self.sessions.learn(keys);
    }

    pub(crate) fn hear_host(
        &mut self,
        bytes: &[u8],
        tick: u64,
        files: &mut Files,
    ) -> Result<(), Failure> {
        let way = (Direction::ToDevice, Way::ToDevice);
        listen(&mut self.to_device, &mut self.sessions, bytes, tick, way, files)
    }

    pub(crate) fn hear_device(
        &mut self,
        bytes: &[u8],
        tick: u64,
        files: &mut Files,
    ) -> Result<(), Failure> {
        let way = (Direction::ToHost, Way::ToHost);
        listen(&mut self.to_host, &mut self.sessions, bytes, tick, way, files)
    }
}

fn listen(
    deframer: &mut Deframer<FRAME_ROOM>,
    sessions: &mut Sessions,
    mut bytes: &[u8],
    tick: u64,
    (direction, way): (Direction, Way),
    files: &mut Files,
) -> Result<(), Failure> {
    while !bytes.is_empty() {
        let (consumed, packet) = deframer.feed(bytes);
        if let Some(Ok(packet)) = packet {
            let sealed = Header::parse(packet).is_ok_and(|(header, _)| header.secured);
            let opened = if sealed { sessions.open(way, packet) } else { None };
            let verdict = match (sealed, &opened) {
                (false, _) => Verdict::Unsecured,
                (true, Some(_)) => Verdict::Verified,
                (true, None) => Verdict::Refused,
            };
            let bytes = opened.as_deref().unwrap_or(packet);
            files.packet(&Packet { tick, direction, verdict, bytes })?;
        }
        bytes = bytes.get(consumed.max(1)..).unwrap_or_default();
    }
    Ok(())
}
