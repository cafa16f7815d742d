//! The client as one end of a link, for the carriers of `coldcap-wire`.

use super::Client;
use coldcap_units::Instant;
use coldcap_wire::carrier::LinkEnd;

impl LinkEnd for Client {
    fn receive(&mut self, now: Instant, bytes: &[u8]) {
        self.receive(now, bytes);
    }

    /// As many bytes as there is room for; the rest of what is due waits for the next call.
    fn transmit(&mut self, now: Instant, out: &mut [u8]) -> usize {
        if self.carried.is_empty() {
            let mut due = Vec::new();
            self.transmit(now, &mut due);
            self.carried = due.into();
        }
        let length = self.carried.len().min(out.len());
        for (slot, byte) in out.iter_mut().zip(self.carried.drain(..length)) {
            *slot = byte;
        }
        length
    }

    fn next_deadline(&self) -> Instant {
        if self.carried.is_empty() { self.next_deadline() } else { Instant::ZERO }
    }
}
