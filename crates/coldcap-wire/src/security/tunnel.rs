//! Sealing and opening packets with the keys of one handshake.

use super::cipher::{self, TAG_LEN};
use super::noise::Keys;
use super::refusal::{Refusal, SendError};
use super::replay::ReplayWindow;
use crate::packet::{HEADER_LEN, Header, Kind};
use coldcap_units::{Duration, Instant};

/// After this time a new handshake is due.
pub const REKEY_AFTER: Duration = Duration::from_mins(12 * 60);
/// After so many packets in one direction, too.
pub const REKEY_PACKETS: u64 = 1 << 31;

/// The numbers that a session has in one direction.
const NUMBERS: u64 = 1 << 32;

/// The two directions of one session.
///
/// A packet is its header, the encrypted body and a tag of 16 bytes. The header travels in the open and is
/// under the tag; its number is the nonce.
///
/// ```
/// use coldcap_units::Instant;
/// use coldcap_wire::packet::{Header, Kind};
/// use coldcap_wire::security::{Keys, Secret, Tunnel};
///
/// let (a, b) = (Secret::new([1; 32]), Secret::new([2; 32]));
/// let keys = Keys { sending: a.clone(), receiving: b.clone(), hash: [0; 32] };
/// let other = Keys { sending: b, receiving: a, hash: [0; 32] };
/// let (mut host, mut device) = (Tunnel::new(keys, Instant::ZERO), Tunnel::new(other, Instant::ZERO));
///
/// let mut packet = [0; 64];
/// let len = host.seal(Kind::Command, 0x15, b"body", &mut packet).unwrap();
/// let packet = &mut packet[..len];
/// let header = Header::parse(packet).unwrap().0;
/// let opening = device.open(&header, packet).unwrap();
/// assert_eq!(&packet[opening.body], b"body");
/// ```
#[derive(Clone, Debug)]
pub struct Tunnel {
    keys: Keys,
    since: Instant,
    next: u64,
    window: ReplayWindow,
    received: u64,
}

/// Where the body of an opened packet stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The bytes of the packet that are its body, in the plain.
    pub body: core::ops::Range<usize>,
    /// How many packets directly before it have not come.
    pub missed: u32,
}

impl Tunnel {
    /// A session that has sent and received nothing, with the keys of a handshake that ended at `since`.
    #[must_use]
    pub const fn new(keys: Keys, since: Instant) -> Self {
        Self { keys, since, next: 0, window: ReplayWindow::new(), received: 0 }
    }

    /// Its keys, for a log with which a recording can be opened later. Whoever has them reads the session.
    #[must_use]
    pub const fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Writes a sealed packet to the start of `out`; returns its length: that of the body and 22 bytes.
    ///
    /// # Errors
    /// [`SendError::TooLong`], [`SendError::Exhausted`].
    ///
    /// # Panics
    /// Never.
    pub fn seal(
        &mut self,
        kind: Kind,
        endpoint: u8,
        body: &[u8],
        out: &mut [u8],
    ) -> Result<usize, SendError> {
        let number = u32::try_from(self.next).map_err(|_| SendError::Exhausted)?;
        let header = Header { kind, secured: true, endpoint, number };
        let (head, rest) = out.split_first_chunk_mut::<HEADER_LEN>().ok_or(SendError::TooLong)?;
        let (text, rest) = rest.split_at_mut_checked(body.len()).ok_or(SendError::TooLong)?;
        let place = rest.first_chunk_mut::<TAG_LEN>().ok_or(SendError::TooLong)?;
        *head = header.to_bytes();
        text.copy_from_slice(body);
        *place =
            cipher::seal(&self.keys.sending, self.next, head, text).ok_or(SendError::TooLong)?;
        self.next = self.next.saturating_add(1);
        Ok(body.len().saturating_add(HEADER_LEN).saturating_add(TAG_LEN))
    }

    /// Opens a sealed packet where it stands. `header` is what [`Header::parse`] has read from it.
    ///
    /// # Errors
    /// [`Refusal::Length`], [`Refusal::Replayed`], [`Refusal::Forged`]. Packet and session are then as they
    /// were.
    ///
    /// # Panics
    /// Never.
    pub fn open(&mut self, header: &Header, packet: &mut [u8]) -> Result<Opening, Refusal> {
        let (head, rest) = packet.split_first_chunk_mut::<HEADER_LEN>().ok_or(Refusal::Length)?;
        let (text, tag) = rest.split_last_chunk_mut::<TAG_LEN>().ok_or(Refusal::Length)?;
        if !self.window.is_fresh(header.number) {
            return Err(Refusal::Replayed);
        }
        if !cipher::open(&self.keys.receiving, u64::from(header.number), head, text, tag) {
            return Err(Refusal::Forged);
        }
        let missed = self.window.mark(header.number);
        self.received = self.received.max(u64::from(header.number).saturating_add(1));
        Ok(Opening { body: HEADER_LEN..HEADER_LEN.saturating_add(text.len()), missed })
    }

    /// Whether a new handshake is due.
    #[must_use]
    pub fn is_rekey_due(&self, now: Instant) -> bool {
        now.since(self.since) >= REKEY_AFTER || self.next.max(self.received) >= REKEY_PACKETS
    }

    /// How many packets can still be sent.
    #[must_use]
    pub const fn left(&self) -> u64 {
        NUMBERS.saturating_sub(self.next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::security::secret::Secret;
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use std::vec::Vec;

    fn pair() -> [Tunnel; 2] {
        let [a, b] = [1, 2].map(|byte| Secret::new([byte; 32]));
        let keys = |sending: &Secret, receiving: &Secret| Keys {
            sending: sending.clone(),
            receiving: receiving.clone(),
            hash: [0; 32],
        };
        [keys(&a, &b), keys(&b, &a)].map(|keys| Tunnel::new(keys, Instant::ZERO))
    }

    fn sealed(tunnel: &mut Tunnel, body: &[u8]) -> Vec<u8> {
        let mut packet = std::vec![0; body.len() + HEADER_LEN + TAG_LEN];
        assert_eq!(tunnel.seal(Kind::Report, 0x40, body, &mut packet), Ok(packet.len()));
        packet
    }

    fn open(tunnel: &mut Tunnel, packet: &[u8]) -> Result<(Vec<u8>, u32), Refusal> {
        let mut packet = packet.to_vec();
        let header = Header::parse(&packet)?.0;
        let before = packet.clone();
        let opening = tunnel.open(&header, &mut packet);
        if opening.is_err() {
            assert_eq!(packet, before, "left alone");
        }
        opening.map(|Opening { body, missed }| (packet[body].to_vec(), missed))
    }

    #[test]
    fn every_flipped_bit_is_refused_and_changes_nothing() {
        let [mut host, mut device] = pair();
        sealed(&mut host, b"lost");
        let packet = sealed(&mut host, b"a body of some length");
        let before = std::format!("{device:?}");
        for bit in 0..8 * packet.len() {
            let mut flipped = packet.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(open(&mut device, &flipped).is_err(), "bit {bit}");
            assert_eq!(std::format!("{device:?}"), before);
        }
        for len in 0..packet.len() {
            assert!(open(&mut device, &packet[..len]).is_err(), "{len} bytes");
        }
        assert_eq!(open(&mut device, &packet), Ok((b"a body of some length".to_vec(), 1)));
        assert_eq!(open(&mut device, &packet), Err(Refusal::Replayed));
    }

    #[test]
    fn an_own_packet_sent_back_is_refused() {
        let [mut host, _] = pair();
        let packet = sealed(&mut host, b"echo");
        assert_eq!(open(&mut host, &packet), Err(Refusal::Forged));
    }

    #[test]
    fn the_last_number_is_used_and_none_after_it() {
        let [mut host, mut device] = pair();
        host.next = u64::from(u32::MAX);
        assert_eq!(host.left(), 1);
        let packet = sealed(&mut host, b"last");
        assert!(open(&mut device, &packet).is_ok());
        let mut room = [0; 64];
        for _ in 0..3 {
            let refused = host.seal(Kind::Report, 0x40, b"more", &mut room);
            assert_eq!((refused, host.left()), (Err(SendError::Exhausted), 0));
        }
    }

    #[test]
    fn a_new_handshake_is_due_by_time_and_by_packets_either_way() {
        let [mut host, mut device] = pair();
        let later = |millis| Instant::from_millis(u64::from(REKEY_AFTER.as_millis()) + millis);
        assert!(!host.is_rekey_due(later(0).minus(Duration::from_millis(1))));
        assert!(host.is_rekey_due(later(0)));
        host.next = REKEY_PACKETS - 1;
        assert!(!host.is_rekey_due(Instant::ZERO));
        let packet = sealed(&mut host, b"");
        open(&mut device, &packet).unwrap();
        assert!(host.is_rekey_due(Instant::ZERO) && device.is_rekey_due(Instant::ZERO));
    }

    #[test]
    fn what_does_not_fit_uses_no_number() {
        let [mut host, _] = pair();
        for room in 0..HEADER_LEN + 4 + TAG_LEN {
            let refused = host.seal(Kind::Report, 0x40, b"body", &mut std::vec![0; room]);
            assert_eq!(refused, Err(SendError::TooLong));
        }
        assert_eq!(host.next, 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn no_number_is_used_twice_and_each_packet_is_opened_once(
            sizes in prop::collection::vec(0_usize..40, 1..80),
            arrivals in prop::collection::vec(any::<prop::sample::Index>(), 0..200),
        ) {
            let [mut host, mut device] = pair();
            let mut numbers = BTreeSet::new();
            let mut packets = Vec::new();
            for size in sizes {
                // A packet that is too long for its room, in between.
                let _ = host.seal(Kind::Report, 1, &[0; 9], &mut [0; 20]);
                let packet = sealed(&mut host, &std::vec![7; size]);
                prop_assert!(numbers.insert(Header::parse(&packet).unwrap().0.number));
                packets.push(packet);
            }
            let mut opened = BTreeSet::new();
            for arrival in arrivals {
                let index = arrival.index(packets.len());
                if open(&mut device, &packets[index]).is_ok() {
                    prop_assert!(opened.insert(index));
                }
            }
        }
    }
}
