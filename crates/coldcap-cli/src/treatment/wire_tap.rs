//! Listens on the wire: every packet, as it was after opening, goes into the recording.

use super::files::Files;
use crate::failure::Failure;
use coldcap_host::capture::{Direction, Packet, Verdict};
use coldcap_wire::FRAME_ROOM;
use coldcap_wire::frame::Deframer;

/// One deframer a direction.
#[derive(Debug)]
pub(crate) struct WireTap {
    to_device: Deframer<FRAME_ROOM>,
    to_host: Deframer<FRAME_ROOM>,
}

impl WireTap {
    pub(crate) fn new() -> Self {
        Self { to_device: Deframer::new(), to_host: Deframer::new() }
    }

    pub(crate) fn hear_host(
        &mut self,
        bytes: &[u8],
        tick: u64,
        files: &mut Files,
    ) -> Result<(), Failure> {
        listen(&mut self.to_device, bytes, tick, Direction::ToDevice, files)
    }

    pub(crate) fn hear_device(
        &mut self,
        bytes: &[u8],
        tick: u64,
        files: &mut Files,
    ) -> Result<(), Failure> {
        listen(&mut self.to_host, bytes, tick, Direction::ToHost, files)
    }
}

fn listen(
    deframer: &mut Deframer<FRAME_ROOM>,
    mut bytes: &[u8],
    tick: u64,
    direction: Direction,
    files: &mut Files,
) -> Result<(), Failure> {
    while !bytes.is_empty() {
        let (consumed, packet) = deframer.feed(bytes);
        if let Some(Ok(packet)) = packet {
            files.packet(&Packet {
                tick,
                direction,
                verdict: Verdict::Unsecured,
                bytes: packet,
            })?;
        }
        bytes = bytes.get(consumed.max(1)..).unwrap_or_default();
    }
    Ok(())
}
