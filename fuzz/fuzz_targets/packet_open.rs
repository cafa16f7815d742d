//! Sealed packets, genuine ones and others: exactly what was sealed with the key and not seen before is opened, and
//! what is refused changes nothing.
//!
//! Input: a list of operations, each a byte of what and its arguments. Besides what a peer's own end seals there
//! are packets with any header, number and body under a tag that fits, so that what stands behind the tag is
//! reached, and the same with a changed bit.
#![no_main]

use chacha20poly1305::{AeadInPlace, ChaCha20Poly1305, KeyInit};
use coldcap_units::Instant;
use coldcap_wire::packet::{HEADER_LEN, Header, Kind};
use coldcap_wire::security::{Keys, Policy, RULES, Refusal, Role, Secret, TAG_LEN, Tunnel};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeSet;

const TO_DEVICE: [u8; 32] = [1; 32];
const TO_HOST: [u8; 32] = [2; 32];
const MOST: usize = 64;

fuzz_target!(|input: &[u8]| {
    let mut input = input;
    let mut world = World::new();
    for _ in 0..MOST {
        let Some(operation) = byte(&mut input) else { break };
        world.run(operation, &mut input);
    }
});

fn byte(input: &mut &[u8]) -> Option<u8> {
    let (first, rest) = input.split_first()?;
    *input = rest;
    Some(*first)
}

fn bytes<'a>(input: &mut &'a [u8], most: usize) -> &'a [u8] {
    let count = usize::from(byte(input).unwrap_or(0)) % (most + 1);
    let (taken, rest) = input.split_at(count.min(input.len()));
    *input = rest;
    taken
}

fn number(input: &mut &[u8]) -> u32 {
    u32::from_le_bytes([(); 4].map(|()| byte(input).unwrap_or(0)))
}

struct World {
    host: Tunnel,
    device: Tunnel,
    /// Every number that was accepted, without end.
    seen: BTreeSet<u32>,
    packets: Vec<Vec<u8>>,
}

impl World {
    fn new() -> Self {
        let keys = |sending, receiving| Keys {
            sending: Secret::new(sending),
            receiving: Secret::new(receiving),
            hash: [0; 32],
        };
        Self {
            host: Tunnel::new(keys(TO_DEVICE, TO_HOST), Instant::ZERO),
            device: Tunnel::new(keys(TO_HOST, TO_DEVICE), Instant::ZERO),
            seen: BTreeSet::new(),
            packets: Vec::new(),
        }
    }

    fn run(&mut self, operation: u8, input: &mut &[u8]) {
        let kind = Kind::ALL[usize::from(operation >> 4) % Kind::ALL.len()];
        match operation & 7 {
            0 => self.seal(kind, input),
            1 => self.craft(kind, number(input), input),
            2 => {
                let near = u32::from(byte(input).unwrap_or(0));
                let highest = self.seen.last().copied().unwrap_or(0);
                self.craft(kind, highest.wrapping_add(near).wrapping_sub(128), input);
            }
            3 => self.arrive(bytes(input, 80).to_vec(), None),
            4 => {
                if let Some(mut packet) = self.chosen(input) {
                    let bit = number(input) as usize % (8 * packet.len());
                    packet[bit / 8] ^= 1 << (bit % 8);
                    self.arrive(packet, None);
                }
            }
            5 => {
                if let Some(mut packet) = self.chosen(input) {
                    packet.truncate(number(input) as usize % packet.len());
                    self.arrive(packet, None);
                }
            }
            _ => {
                if let Some(packet) = self.chosen(input) {
                    let body = plain(&packet);
                    self.arrive(packet, Some(body));
                }
            }
        }
    }

    fn chosen(&self, input: &mut &[u8]) -> Option<Vec<u8>> {
        let index = usize::from(byte(input)?).checked_rem(self.packets.len())?;
        Some(self.packets[index].clone())
    }

    /// By the host's own end, to arrive now or later.
    fn seal(&mut self, kind: Kind, input: &mut &[u8]) {
        let (endpoint, body) = (byte(input).unwrap_or(0), bytes(input, 40));
        let mut packet = vec![0; HEADER_LEN + body.len() + TAG_LEN];
        let len = self.host.seal(kind, endpoint, body, &mut packet).expect("there is room");
        assert_eq!(len, packet.len());
        let sent = u32::from_le_bytes(packet[2..6].try_into().expect("a number"));
        assert_eq!(self.host.left() + u64::from(sent), u64::from(u32::MAX));
        assert_eq!(plain(&packet), body);
        self.packets.push(packet);
    }

    /// With the key, and with any header.
    fn craft(&mut self, kind: Kind, number: u32, input: &mut &[u8]) {
        let endpoint = byte(input).unwrap_or(0);
        let header = Header { kind, secured: true, endpoint, number };
        let (head, mut text) = (header.to_bytes(), bytes(input, 40).to_vec());
        let body = text.clone();
        let cipher = ChaCha20Poly1305::new(&TO_DEVICE.into());
        let tag = cipher.encrypt_in_place_detached(&nonce(number), &head, &mut text);
        let packet = [&head[..], &text, &tag.expect("short enough")].concat();
        self.packets.push(packet.clone());
        self.arrive(packet, Some(body));
    }

    /// `body` is what a packet whose tag fits holds.
    fn arrive(&mut self, mut packet: Vec<u8>, body: Option<Vec<u8>>) {
        let Ok((header, _)) = Header::parse(&packet) else { return };
        let (before, state) = (packet.clone(), format!("{:?}", self.device));
        let opened = self.device.open(&header, &mut packet);
        let highest = self.seen.last().copied().unwrap_or(0);
        let fresh = !self.seen.contains(&header.number)
            && (self.seen.is_empty() || u64::from(header.number) + 64 > u64::from(highest));
        match opened {
            Ok(opening) => {
                assert!(fresh && self.seen.insert(header.number));
                assert_eq!(Some(&packet[opening.body]), body.as_deref());
                assert_named(header);
            }
            Err(refusal) => {
                assert!(body.is_none() || (!fresh && refusal == Refusal::Replayed));
                assert_eq!((packet, format!("{:?}", self.device)), (before, state));
            }
        }
    }
}

/// Who may send it stands in a row, or nobody may.
fn assert_named(header: Header) {
    let same = |rule: &&coldcap_wire::security::Rule| {
        (rule.kind, rule.endpoint) == (header.kind, header.endpoint)
    };
    for role in Role::ALL {
        let named = RULES.iter().find(same).is_some_and(|rule| rule.roles.contains(role));
        assert_eq!(Policy::STANDARD.allows(header.kind, header.endpoint, role), named);
    }
}

fn nonce(number: u32) -> chacha20poly1305::Nonce {
    let mut nonce = [0; 12];
    nonce[4..8].copy_from_slice(&number.to_le_bytes());
    nonce.into()
}

/// What a packet holds, by the cipher's own crate.
fn plain(packet: &[u8]) -> Vec<u8> {
    let (head, rest) = packet.split_at(HEADER_LEN);
    let (text, tag) = rest.split_at(rest.len() - TAG_LEN);
    let (mut text, tag) = (text.to_vec(), *chacha20poly1305::Tag::from_slice(tag));
    let number = Header::parse(packet).expect("it was sealed").0.number;
    let cipher = ChaCha20Poly1305::new(&TO_DEVICE.into());
    let fits = cipher.decrypt_in_place_detached(&nonce(number), head, &mut text, &tag);
    fits.expect("it was sealed with this key");
    text
}
