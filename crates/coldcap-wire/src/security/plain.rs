//! Packets that travel unsealed, with numbers of their own.

use super::refusal::SendError;
use crate::packet::{HEADER_LEN, Header, Kind};

/// Numbers the unsealed packets of one direction; they never count among those of a session.
#[derive(Clone, Debug)]
pub(super) struct Plain {
    next: u32,
}

impl Plain {
    pub(super) const fn new() -> Self {
        Self { next: 0 }
    }

    pub(super) fn write(
        &mut self,
        kind: Kind,
        endpoint: u8,
        body: &[u8],
        out: &mut [u8],
    ) -> Result<usize, SendError> {
        let header = Header { kind, secured: false, endpoint, number: self.next };
        let (head, rest) = out.split_first_chunk_mut().ok_or(SendError::TooLong)?;
        rest.get_mut(..body.len()).ok_or(SendError::TooLong)?.copy_from_slice(body);
        *head = header.to_bytes();
        self.next = self.next.wrapping_add(1);
        Ok(HEADER_LEN.saturating_add(body.len()))
    }
}
