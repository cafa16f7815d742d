//! A device's end of the link against a host with the key, and against anybody: only messages that were made with
//! the key for this very invitation begin a session, tries are limited, and a session is not disturbed.
//!
//! Input: a list of operations, each a byte of what and its arguments. Besides what an honest host sends there are
//! first messages under a tag that fits, with any number of a key, nonce and payload, so that what stands behind
//! the tag is reached.
#![no_main]

#[path = "../../crates/coldcap-wire/tests/support/link.rs"]
mod link;

use coldcap_wire::message::Hello;
use coldcap_wire::packet::{HEADER_LEN, Header, Kind};
use coldcap_wire::security::{
    FAILURES, Initiator, LOCKOUT, MESSAGE_LEN, Offer, Prologue, Role, Secret, TRY_PERIOD, Transport,
};
use libfuzzer_sys::fuzz_target;
use link::{Got, PSK, Pair, SERIAL, hello};
use std::collections::BTreeSet;

const MOST: usize = 24;

fuzz_target!(|input: &[u8]| {
    let mut input = input;
    let mut world = World::new();
    for _ in 0..MOST {
        let Some(operation) = byte(&mut input) else { break };
        world.run(operation, &mut input);
    }
    world.heal();
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

struct World {
    pair: Pair,
    /// The host's hello as the device heard it last.
    heard: Hello,
    packets: Vec<Vec<u8>>,
    nonce: [u8; 16],
    bodies: BTreeSet<Vec<u8>>,
    /// When the device looked at a first message, and when it locked.
    tried: Option<u64>,
    locked: Option<u64>,
    failed: u8,
    made: u32,
}

impl World {
    fn new() -> Self {
        Self {
            pair: Pair::new(Role::Nurse),
            heard: hello(0),
            packets: Vec::new(),
            nonce: [0; 16],
            bodies: BTreeSet::new(),
            tried: None,
            locked: None,
            failed: 0,
            made: 0,
        }
    }

    fn run(&mut self, operation: u8, input: &mut &[u8]) {
        match operation % 10 {
            0 => self.pair.wait(u32::from(byte(input).unwrap_or(0)) * 64),
            1 => self.arrive(bytes(input, 90).to_vec(), false),
            2 => self.ask(),
            3 => {
                let said = self.pair.host_says();
                self.packets.extend(said);
            }
            4 => self.repeat(input, false),
            5 => self.repeat(input, true),
            6 => self.craft(input),
            7 => {
                self.heard.mtu = u16::from(byte(input).unwrap_or(0));
                let heard = self.heard;
                self.pair.device.heard(&heard);
            }
            8 => {
                self.heard = hello(0);
                self.pair.device.heard(&hello(0));
                let random = self.pair.random();
                self.pair.device.add_entropy(random);
            }
            _ => self.send(),
        }
    }

    fn ask(&mut self) {
        let random = self.pair.random();
        self.pair.host.connect(self.pair.now, random).expect("the hello was heard");
        let said = self.pair.host_says();
        self.packets.extend(said);
    }

    fn repeat(&mut self, input: &mut &[u8], changed: bool) {
        let index = usize::from(byte(input).unwrap_or(0));
        let Some(index) = index.checked_rem(self.packets.len()) else { return };
        let mut packet = self.packets[index].clone();
        if changed {
            let place = usize::from(byte(input).unwrap_or(0)) * 8 + usize::from(packet[0] & 7);
            let place = place % (8 * packet.len());
            packet[place / 8] ^= 1 << (place % 8);
            // The number of an unsealed packet means nothing.
            let sealed = packet[0] & 4 != 0;
            return self.arrive(packet, sealed || !(16..48).contains(&place));
        }
        self.arrive(packet, false);
    }

    /// A first message by somebody who holds the key: its tag fits what he believes.
    fn craft(&mut self, input: &mut &[u8]) {
        let what = byte(input).unwrap_or(0);
        let mut nonce = self.nonce;
        nonce[0] ^= what & 1;
        let slot = 1 + u32::from(what >> 1 & 1);
        let (device, host) = (Offer::from(&hello(SERIAL)), Offer::from(&self.heard));
        let prologue = Prologue { transport: Transport::Serial, device, host, nonce, slot };
        let payload = bytes(input, 8);
        let header = Header { kind: Kind::Hello, secured: false, endpoint: 3, number: 9 };
        let mut packet = vec![0; HEADER_LEN + 4 + MESSAGE_LEN + payload.len()];
        packet[..HEADER_LEN].copy_from_slice(&header.to_bytes());
        packet[HEADER_LEN..HEADER_LEN + 4].copy_from_slice(&slot.to_le_bytes());
        let (psk, random) = (Secret::new(PSK), self.pair.random());
        let room = &mut packet[HEADER_LEN + 4..];
        Initiator::begin(&prologue.to_bytes(), &psk, random, payload, room).expect("there is room");
        self.packets.push(packet.clone());
        let before = self.pair.device.counters().handshakes;
        self.arrive(packet, false);
        if what & 3 != 0 || !payload.is_empty() {
            assert_eq!(self.pair.device.counters().handshakes, before);
        }
    }

    fn send(&mut self) {
        if self.pair.host.is_secured() {
            self.made += 1;
            let body = self.made.to_le_bytes().to_vec();
            let packet = self.pair.command(0x15, &body);
            self.bodies.insert(body);
            self.packets.push(packet);
        }
    }

    fn arrive(&mut self, packet: Vec<u8>, changed: bool) {
        let before = self.pair.device.counters();
        let peer = self.pair.device.peer();
        let got = self.pair.at_device(&packet);
        let after = self.pair.device.counters();
        let sealed = packet.first().is_some_and(|first| first & 4 != 0);
        if let (Ok(Got::Body(body)), true) = (&got, sealed) {
            assert!(self.bodies.remove(body) && !changed, "opened once, and only if it was sent");
        }
        let in_the_open = !sealed || got.is_err();
        assert!(
            !in_the_open || self.pair.device.peer() == peer,
            "a session changes by opening only"
        );
        let handshake = after.handshakes > before.handshakes;
        let failure = after.failures > before.failures;
        if handshake || failure {
            self.tried(failure, changed && handshake);
        }
        self.answer();
    }

    fn tried(&mut self, failure: bool, forged: bool) {
        assert!(!forged, "a changed message was taken for genuine");
        let now = self.pair.now.as_millis();
        let after =
            |since: Option<u64>, span: u32| since.is_none_or(|t| now - t >= u64::from(span));
        assert!(after(self.tried, TRY_PERIOD.as_millis()), "one try a second");
        assert!(after(self.locked, LOCKOUT.as_millis()), "none while locked");
        self.tried = Some(now);
        self.failed = if failure { self.failed + 1 } else { 0 };
        if self.failed == FAILURES {
            (self.locked, self.failed) = (Some(now), 0);
        }
    }

    /// What the device says reaches the host.
    fn answer(&mut self) {
        let Some(packet) = self.pair.device_says() else { return };
        if packet[1] == 2 {
            self.nonce = packet[HEADER_LEN..].try_into().expect("a nonce");
        }
        let _ = self.pair.at_host(&packet);
    }

    /// With an honest line again a session can be had and used.
    fn heal(&mut self) {
        self.pair.device.heard(&hello(0));
        self.pair.wait(20_000);
        self.pair.connect();
        self.pair.assert_alive();
    }
}
