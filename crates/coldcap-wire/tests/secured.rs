//! Who may do what in a session, and what an attacker on the line can do to it.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "support/link.rs"]
mod link;

use coldcap_units::Duration;
use coldcap_wire::packet::{Header, Kind};
use coldcap_wire::security::{
    HostLink, Label, Policy, REKEY_AFTER, Refusal, Role, SecurityEvent, SendError, Transport,
};
use link::{Got, PSK, Pair, SERIAL, hello, key};
use proptest::prelude::*;
use std::collections::BTreeSet;

const SELECT_PATIENT: u8 = 0x13;
const OPERATE: u8 = 0x15;

#[test]
fn a_role_may_what_its_row_says_and_is_told_apart_from_a_forger() {
    for (role, may_select) in [
        (Role::Observer, false),
        (Role::Nurse, true),
        (Role::Clinician, true),
        (Role::Service, false),
    ] {
        let mut pair = Pair::secured(role);
        let packet = pair.command(SELECT_PATIENT, b"rid");
        let expected = if may_select { Got::Body(b"rid".to_vec()) } else { Got::Denied };
        assert_eq!(pair.at_device(&packet), Ok(expected), "{role:?}");
        let packet = pair.command(OPERATE, b"stop");
        assert_eq!(pair.at_device(&packet), Ok(Got::Body(b"stop".to_vec())), "{role:?}");
        let packet = pair.command(0x7F, b"nobody's");
        assert_eq!(pair.at_device(&packet), Ok(Got::Denied), "{role:?}");
        let denied = if may_select { 1 } else { 2 };
        assert_eq!(pair.device.counters().denied, denied);
    }
}

fn unsealed(kind: Kind, endpoint: u8) -> Vec<u8> {
    let header = Header { kind, secured: false, endpoint, number: 5 };
    [&header.to_bytes()[..], b"body"].concat()
}

#[test]
fn unsealed_a_device_takes_a_hello_and_nothing_else() {
    for mut pair in [Pair::new(Role::Nurse), Pair::secured(Role::Nurse)] {
        for kind in Kind::ALL {
            for endpoint in 0..=u8::MAX {
                let got = pair.at_device(&unsealed(kind, endpoint));
                match (kind, endpoint) {
                    (Kind::Hello, 0) => assert_eq!(got, Ok(Got::Body(b"body".to_vec()))),
                    (Kind::Hello, 1 | 3) => {}
                    _ => assert_eq!(got, Err(Refusal::Unsealed), "{kind:?} {endpoint}"),
                }
            }
        }
    }
}

#[test]
fn unsealed_a_device_sends_hello_and_status_and_only_hello_where_it_is_closed() {
    for policy in [Policy::STANDARD, Policy::CLOSED] {
        let mut pair = Pair::with(Role::Nurse, policy);
        for kind in Kind::ALL {
            for endpoint in 0..=u8::MAX {
                let sent = pair.device.send(&pair.keys, kind, endpoint, b"", &mut [0; 99]);
                let hello = (kind, endpoint) == (Kind::Hello, 0);
                let status = kind == Kind::Report && matches!(endpoint, 0x40 | 0x41);
                let released = hello || (status && policy.unsecured_status);
                let expected = if released { Ok(6) } else { Err(SendError::NoSession) };
                assert_eq!(sent, expected, "{kind:?} {endpoint}");
            }
        }
    }
}

#[test]
fn a_host_believes_an_unsealed_status_only_while_it_has_no_session() {
    let mut pair = Pair::new(Role::Nurse);
    let status = unsealed(Kind::Report, 0x40);
    assert_eq!(pair.at_host(&status), Ok(Got::Body(b"body".to_vec())));
    assert_eq!(pair.at_host(&unsealed(Kind::Report, 0x42)), Err(Refusal::Unsealed));
    assert_eq!(pair.at_host(&unsealed(Kind::Response, 0x15)), Err(Refusal::Unsealed));
    pair.connect();
    assert_eq!(pair.at_host(&status), Err(Refusal::Unsealed));
    assert_eq!(pair.at_host(&unsealed(Kind::Hello, 0)), Ok(Got::Body(b"body".to_vec())));
}

#[test]
fn a_host_without_a_session_sends_a_hello_and_nothing_else() {
    let mut pair = Pair::new(Role::Nurse);
    assert_eq!(pair.host.send(Kind::Hello, 0, b"hi", &mut [0; 9]), Ok(8));
    let sent = pair.host.send(Kind::Command, OPERATE, b"stop", &mut [0; 99]);
    assert_eq!(sent, Err(SendError::NoSession));
    let sealed = Header { kind: Kind::Report, secured: true, endpoint: 0x40, number: 0 };
    let packet = [&sealed.to_bytes()[..], &[0; 16]].concat();
    assert_eq!(pair.at_host(&packet), Err(Refusal::NoSession));
    assert_eq!(pair.at_device(&packet), Err(Refusal::NoSession));
}

#[test]
fn a_revoked_key_ends_its_session_with_the_next_packet_either_way() {
    let mut pair = Pair::secured(Role::Nurse);
    while pair.device.poll_event().is_some() {}
    let packet = pair.command(OPERATE, b"late");
    assert!(pair.keys.revoke(1));
    // The same number comes back with the same key: still another grant.
    pair.keys.add(key(1, Role::Clinician)).unwrap();
    assert_eq!(pair.at_device(&packet), Err(Refusal::NoSession));
    assert_eq!(pair.device.poll_event(), Some(SecurityEvent::Ended));
    let mut pair = Pair::secured(Role::Nurse);
    pair.keys.revoke(1);
    let sent = pair.device.send(&pair.keys, Kind::Report, 0x42, b"event", &mut [0; 99]);
    assert_eq!((sent, pair.device.peer()), (Err(SendError::NoSession), None));
    // Revoked between handshake and first packet.
    let mut pair = Pair::new(Role::Nurse);
    let second = pair.second();
    pair.at_host(&second).unwrap();
    let packet = pair.command(OPERATE, b"first");
    pair.keys.revoke(1);
    assert_eq!(pair.at_device(&packet), Err(Refusal::Revoked));
    assert_eq!(pair.device.peer(), None);
}

#[test]
fn a_key_is_paired_by_the_first_packet_within_the_window() {
    for (late, paired) in [(59_999, true), (60_000, false)] {
        let mut pair = Pair::new(Role::Nurse);
        let label = Label::new("new tablet").unwrap();
        let code =
            pair.keys.open_pairing(pair.now, SERIAL, 2, Role::Clinician, label, PSK).unwrap();
        pair.host = HostLink::new(&hello(0), Transport::Serial, Policy::STANDARD, code);
        pair.host.heard(&hello(SERIAL)).unwrap();
        let second = pair.second();
        pair.at_host(&second).unwrap();
        pair.wait(late);
        let packet = pair.command(SELECT_PATIENT, b"first");
        let got = pair.at_device(&packet);
        assert_eq!(got.is_ok(), paired);
        assert_eq!(pair.keys.slots().count(), if paired { 2 } else { 1 });
        assert_eq!(pair.device.poll_event() == Some(SecurityEvent::Secured), paired);
        assert_eq!(pair.device.poll_event() == Some(SecurityEvent::Paired), paired);
        if paired {
            pair.wait(600_000);
            pair.assert_alive();
        }
    }
}

#[test]
fn a_new_handshake_falls_due_and_is_told_once() {
    let mut pair = Pair::secured(Role::Nurse);
    while pair.device.poll_event().is_some() {}
    pair.wait(REKEY_AFTER.as_millis() - 1);
    pair.assert_alive();
    assert_eq!((pair.device.poll_event(), pair.host.is_rekey_due(pair.now)), (None, false));
    pair.now = pair.now.plus(Duration::from_millis(1));
    pair.assert_alive();
    pair.assert_alive();
    assert!(pair.host.is_rekey_due(pair.now));
    let told = [pair.device.poll_event(), pair.device.poll_event()];
    assert_eq!(told, [Some(SecurityEvent::RekeyDue), None]);
    pair.connect();
    assert!(!pair.host.is_rekey_due(pair.now));
}

#[test]
fn closing_forgets_the_keys() {
    let mut pair = Pair::secured(Role::Nurse);
    let (command, report) = (pair.command(OPERATE, b"x"), pair.report(b"y"));
    assert!(pair.host.keys().is_some());
    pair.device.close();
    pair.host.close();
    assert_eq!(pair.at_device(&command), Err(Refusal::NoSession));
    assert_eq!(pair.at_host(&report), Err(Refusal::NoSession));
    assert!(pair.host.keys().is_none() && pair.device.peer().is_none());
}

/// What may happen on the line, and around it.
#[derive(Clone, Debug)]
enum Event {
    Command,
    Report,
    Handshake,
    /// A packet that was once sent arrives, at either end.
    Deliver(usize),
    /// The same with a changed bit.
    Damage(usize, usize),
    Wait(u32),
    Bytes(Vec<u8>),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        4 => Just(Event::Command),
        4 => Just(Event::Report),
        1 => Just(Event::Handshake),
        8 => any::<usize>().prop_map(Event::Deliver),
        3 => (any::<usize>(), any::<usize>()).prop_map(|(packet, bit)| Event::Damage(packet, bit)),
        1 => (0_u32..3_000).prop_map(Event::Wait),
        1 => prop::collection::vec(any::<u8>(), 0..80).prop_map(Event::Bytes),
    ];
    prop::collection::vec(event, 1..60)
}

/// Everything that ever travelled, and what came of it.
struct Line {
    pair: Pair,
    sent: Vec<Vec<u8>>,
    made: u32,
    genuine: BTreeSet<Vec<u8>>,
    accepted: BTreeSet<Vec<u8>>,
}

impl Line {
    fn deliver(&mut self, packet: &[u8]) {
        let device = self.pair.at_device(packet);
        let host = self.pair.at_host(packet);
        for got in [device, host].into_iter().flatten() {
            if let Got::Body(body) = got
                && packet[0] & 0b100 != 0
            {
                assert!(self.genuine.contains(&body), "nobody has sent {body:?}");
                assert!(self.accepted.insert(body), "accepted twice");
            }
        }
        let said = [self.pair.device_says(), self.pair.host_says()];
        self.sent.extend(said.into_iter().flatten());
    }

    fn body(&mut self) -> Vec<u8> {
        self.made += 1;
        let body = self.made.to_le_bytes().to_vec();
        self.genuine.insert(body.clone());
        body
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Command if self.pair.host.is_secured() => {
                let body = self.body();
                let packet = self.pair.command(OPERATE, &body);
                self.sent.push(packet);
            }
            Event::Report if self.pair.device.peer().is_some() => {
                let body = self.body();
                let packet = self.pair.report(&body);
                self.sent.push(packet);
            }
            Event::Handshake => {
                let (of_device, of_host) = (self.pair.random(), self.pair.random());
                self.pair.device.add_entropy(of_device);
                self.pair.host.connect(self.pair.now, of_host).unwrap();
                self.sent.extend(self.pair.host_says());
            }
            Event::Deliver(index) if !self.sent.is_empty() => {
                let packet = self.sent[index % self.sent.len()].clone();
                self.deliver(&packet);
            }
            Event::Damage(index, bit) if !self.sent.is_empty() => {
                let mut packet = self.sent[index % self.sent.len()].clone();
                let bit = bit % (8 * packet.len());
                packet[bit / 8] ^= 1 << (bit % 8);
                self.deliver(&packet);
            }
            Event::Wait(millis) => self.pair.wait(millis),
            Event::Bytes(bytes) => self.deliver(&bytes),
            _ => {}
        }
    }

    /// With an honest line again, a session can be had and used.
    fn heal(&mut self) {
        self.pair.wait(20_000);
        self.pair.connect();
        self.pair.assert_alive();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_the_line_does_only_what_was_sent_is_accepted_and_only_once(events in events()) {
        let pair = Pair::secured(Role::Nurse);
        let mut line = Line {
            pair,
            sent: Vec::new(),
            made: 0,
            genuine: BTreeSet::new(),
            accepted: BTreeSet::new(),
        };
        events.into_iter().for_each(|event| line.take(event));
        // Under one session's keys every packet is another: the same header twice would be the same nonce.
        let sealed: Vec<&Vec<u8>> = line.sent.iter().filter(|packet| packet[0] & 4 != 0).collect();
        prop_assert_eq!(sealed.iter().collect::<BTreeSet<_>>().len(), sealed.len());
        line.heal();
    }
}
