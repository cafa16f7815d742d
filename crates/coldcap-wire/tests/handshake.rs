//! How a session begins, how it is held up, and what disturbs neither it nor the one before.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "support/link.rs"]
mod link;

use coldcap_units::Instant;
use coldcap_wire::message::{Body, Hello};
use coldcap_wire::packet::{HEADER_LEN, Header};
use coldcap_wire::security::{
    DeviceLink, FAILURES, HostLink, Initiator, Input, MESSAGE_LEN, NONCE_LEN, NoiseError, Offer,
    Policy, Prologue, Refusal, Responder, Role, Secret, SecurityEvent, TRIES, Transport,
    WHOLE_SINCE,
};
use link::{Got, PSK, Pair, SERIAL, code, hello, hello_of, key};

#[test]
fn a_session_begins_with_four_packets_of_these_lengths() {
    let mut pair = Pair::new(Role::Nurse);
    let first = pair.first();
    assert_eq!(pair.at_device(&first), Ok(Got::Handled));
    let second = pair.device_says().unwrap();
    assert_eq!((first.len(), second.len()), (HEADER_LEN + 4 + 48, HEADER_LEN + 48));
    assert_eq!(pair.at_host(&second), Ok(Got::Handled));
    assert!(pair.host.is_secured() && pair.device.peer().is_none());
    pair.assert_alive();
    let peer = pair.device.peer().unwrap();
    assert_eq!((peer.slot, peer.role), (1, Role::Nurse));
    assert_eq!(pair.host.poll_event(), Some(SecurityEvent::Secured));
    assert_eq!(pair.device.poll_event(), Some(SecurityEvent::Secured));
    assert_eq!((pair.host.poll_event(), pair.device.poll_event()), (None, None));
}

/// A change to one field.
type Change<T> = fn(&mut T);

#[test]
fn every_field_of_the_prologue_breaks_the_first_tag() {
    let offer = Offer::from(&hello_of(WHOLE_SINCE, SERIAL));
    let prologue = Prologue {
        transport: Transport::Serial,
        device: offer,
        host: offer,
        nonce: [3; NONCE_LEN],
        slot: 1,
    };
    let changes: [Change<Prologue>; 27] = [
        |p| p.transport = Transport::Tcp,
        |p| p.device.major ^= 1,
        |p| p.device.minor_min ^= 1,
        |p| p.device.minor_max ^= 1,
        |p| p.device.schema ^= 1 << 31,
        |p| p.device.mtu ^= 1 << 15,
        |p| p.device.features ^= 1 << 31,
        |p| p.device.serial ^= 1 << 63,
        |p| p.device.boot ^= 1 << 31,
        |p| p.host.major ^= 1,
        |p| p.host.minor_min ^= 1,
        |p| p.host.minor_max ^= 1,
        |p| p.host.schema ^= 1 << 31,
        |p| p.host.mtu ^= 1 << 15,
        |p| p.host.features ^= 1 << 31,
        |p| p.device.origin ^= 1,
        |p| p.device.model ^= 1 << 15,
        |p| p.device.firmware ^= 1 << 31,
        |p| p.device.channels ^= 1 << 7,
        |p| p.host.origin ^= 1,
        |p| p.host.model ^= 1 << 15,
        |p| p.host.serial ^= 1 << 63,
        |p| p.host.firmware ^= 1 << 31,
        |p| p.host.channels ^= 1 << 7,
        |p| p.host.boot ^= 1 << 31,
        |p| p.nonce[NONCE_LEN - 1] ^= 1,
        |p| p.slot ^= 1 << 31,
    ];
    let psk = Secret::new(PSK);
    let mut sent = [0; MESSAGE_LEN];
    Initiator::begin(&prologue.to_bytes(), &psk, [7; 32], &[], &mut sent).unwrap();
    let read = |prologue: &Prologue| {
        Responder::read(&prologue.to_bytes(), &psk, &mut sent.clone()).map(|_| ()).err()
    };
    assert_eq!(read(&prologue), None);
    for (index, change) in changes.iter().enumerate() {
        let mut changed = prologue;
        change(&mut changed);
        assert_eq!(read(&changed), Some(NoiseError::Forged), "change {index}");
    }
    // The magic, the suite: any bit of the bytes at all.
    let bytes = prologue.to_bytes().to_vec();
    for bit in 0..8 * bytes.len() {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let read = Responder::read(&changed, &psk, &mut sent.clone()).map(|_| ()).err();
        assert_eq!(read, Some(NoiseError::Forged), "bit {bit}");
    }
}

#[test]
fn a_hello_that_was_changed_on_the_way_begins_no_session() {
    let changes: [Change<Hello>; 7] = [
        |h| h.major = 0,
        |h| h.minor_min = 1,
        |h| h.minor_max = 0,
        |h| h.schema ^= 1,
        |h| h.mtu = 239,
        |h| h.features ^= 1,
        |h| h.boot ^= 1,
    ];
    for (index, change) in changes.iter().enumerate() {
        let mut pair = Pair::new(Role::Nurse);
        let mut changed = hello(SERIAL);
        change(&mut changed);
        pair.host.heard(&changed).unwrap();
        let first = pair.first();
        assert_eq!(pair.at_device(&first), Err(Refusal::Forged), "of the device, {index}");
        let mut pair = Pair::new(Role::Nurse);
        let mut changed = hello(0);
        change(&mut changed);
        pair.device.heard(&changed);
        let first = pair.first();
        // At minor 2 a host's boot number is bound to nothing: it names nothing that is trusted.
        let expected = if index == 6 { Ok(Got::Handled) } else { Err(Refusal::Forged) };
        assert_eq!(pair.at_device(&first), expected, "of the host, {index}");
    }
}

/// Every hello that is one bit away from this one on the line and still a hello.
fn one_bit_away(hello: &Hello) -> Vec<Hello> {
    let mut body = [0; 41];
    let len = hello.encode(&mut body).unwrap();
    let flipped = |bit: usize| {
        let mut changed = body;
        changed[bit / 8] ^= 1 << (bit % 8);
        Hello::decode(&changed[..len]).ok()
    };
    (0..8 * len).filter_map(flipped).collect()
}

#[test]
fn a_hello_with_any_bit_changed_on_the_line_begins_no_session() {
    let [of_device, of_host] = [SERIAL, 0].map(|serial| hello_of(WHOLE_SINCE, serial));
    let (mut of_others, mut refused) = (0, 0);
    for changed in one_bit_away(&of_device) {
        let mut pair = Pair::of_minors(WHOLE_SINCE, WHOLE_SINCE);
        if pair.host.heard(&changed).is_err() {
            of_others += 1;
            continue;
        }
        let first = pair.first();
        assert_eq!(pair.at_device(&first), Err(Refusal::Forged), "{changed:?}");
        refused += 1;
    }
    for changed in one_bit_away(&of_host) {
        let mut pair = Pair::of_minors(WHOLE_SINCE, WHOLE_SINCE);
        pair.device.heard(&changed);
        let first = pair.first();
        assert_eq!(pair.at_device(&first), Err(Refusal::Forged), "{changed:?}");
        refused += 1;
    }
    // 13 bits of the serial number; of the rest each that leaves the body readable.
    assert!(of_others >= 13 && refused > 200, "{of_others}, {refused}");
}

#[test]
fn a_peer_of_an_older_minor_version_still_begins_a_session() {
    let minors = [(0, 4), (2, 4), (3, 4), (4, 0), (4, 3), (4, 4), (9, 4)];
    for (device, host) in minors {
        let mut pair = Pair::of_minors(device, host);
        pair.connect();
        pair.assert_alive();
        let bound = (pair.host.device_minor(), pair.device.host_minor());
        assert_eq!(bound, (Some(device), Some(host)));
    }
}

#[test]
fn nobody_talks_a_pair_down_to_the_shorter_prologue() {
    let older = |serial| hello_of(WHOLE_SINCE - 1, serial);
    for (of_device, of_host) in [(true, false), (false, true), (true, true)] {
        let mut pair = Pair::of_minors(WHOLE_SINCE, WHOLE_SINCE);
        if of_device {
            pair.host.heard(&older(SERIAL)).unwrap();
        }
        if of_host {
            pair.device.heard(&older(0));
        }
        let first = pair.first();
        assert_eq!(pair.at_device(&first), Err(Refusal::Forged));
    }
}

#[test]
fn another_transport_begins_no_session_and_another_device_is_not_asked() {
    let mut pair = Pair::new(Role::Nurse);
    pair.host = HostLink::new(&hello(0), Transport::Tcp, Policy::STANDARD, code(1));
    assert_eq!(pair.host.connect(pair.now, [1; 32]), Err(Refusal::NoHello));
    assert_eq!(pair.host.heard(&hello(SERIAL + 1)), Err(Refusal::OtherDevice));
    assert_eq!(pair.host.connect(pair.now, [1; 32]), Err(Refusal::NoHello));
    pair.host.heard(&hello(SERIAL)).unwrap();
    let first = pair.first();
    assert_eq!(pair.at_device(&first), Err(Refusal::Forged));
}

#[test]
fn every_changed_bit_of_either_message_is_refused() {
    for bit in 0..8 * (HEADER_LEN + 4 + 48) {
        let mut pair = Pair::new(Role::Nurse);
        let mut first = pair.first();
        first[bit / 8] ^= 1 << (bit % 8);
        // The packet number of a handshake means nothing; every other bit does.
        let _ = pair.at_device(&first);
        let accepted = pair.device.counters().handshakes == 1;
        assert_eq!(accepted, (16..48).contains(&bit), "bit {bit} of the first message");
    }
    let mut pair = Pair::new(Role::Nurse);
    let second = pair.second();
    for bit in 8 * HEADER_LEN..8 * second.len() {
        let mut changed = second.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(pair.at_host(&changed), Err(Refusal::Forged), "bit {bit}");
    }
    for len in 0..second.len() {
        assert!(pair.at_host(&second[..len]).is_err(), "{len} bytes");
    }
    assert_eq!(pair.at_host(&second), Ok(Got::Handled), "the real one still counts");
}

#[test]
fn a_lost_answer_is_sent_again_and_a_repeated_first_message_changes_nothing() {
    let mut pair = Pair::new(Role::Nurse);
    let first = pair.first();
    assert_eq!(pair.at_device(&first), Ok(Got::Handled));
    let lost = pair.device_says().unwrap();
    assert_eq!(pair.host_says(), None, "not yet");
    pair.wait(1_500);
    let again = pair.host_says().unwrap();
    assert_eq!(again[HEADER_LEN..], first[HEADER_LEN..]);
    assert_eq!(pair.at_device(&again), Ok(Got::Handled));
    let second = pair.device_says().unwrap();
    assert_eq!(second[HEADER_LEN..], lost[HEADER_LEN..]);
    assert_eq!(pair.device.counters().handshakes, 1);
    assert_eq!(pair.at_host(&second), Ok(Got::Handled));
    pair.assert_alive();
    // Now that the session has begun, the same bytes are of no use to anybody.
    pair.wait(60_000);
    assert_eq!(pair.at_device(&first), Err(Refusal::Unexpected));
    pair.assert_alive();
}

#[test]
fn a_recorded_handshake_is_refused_after_a_new_invitation_and_after_a_restart() {
    let mut pair = Pair::new(Role::Nurse);
    let first = pair.first();
    assert_eq!(pair.at_device(&first), Ok(Got::Handled));
    pair.wait(2_000);
    let other = pair.first();
    assert_eq!(pair.at_device(&first), Ok(Got::Handled), "the last answer is kept until a new one");
    pair.wait(2_000);
    assert_eq!(pair.at_device(&other), Ok(Got::Handled));
    pair.wait(2_000);
    assert_eq!(pair.at_device(&first), Err(Refusal::Unexpected));
    // The device starts anew, with other random bytes.
    pair.device = DeviceLink::new(&hello(SERIAL), Transport::Serial, Policy::STANDARD);
    pair.device.heard(&hello(0));
    let _ = pair.first();
    assert_eq!(pair.at_device(&first), Err(Refusal::Forged));
    assert_eq!(pair.at_device(&other), Err(Refusal::TooSoon));
}

#[test]
fn the_session_is_kept_until_the_first_packet_under_the_new_keys() {
    let mut pair = Pair::secured(Role::Nurse);
    let old_command = pair.command(0x15, b"old");
    pair.wait(2_000);
    let second = pair.second();
    let old_report = pair.report(b"still the old keys");
    assert_eq!(pair.at_device(&old_command), Ok(Got::Body(b"old".to_vec())));
    assert_eq!(pair.at_host(&second), Ok(Got::Handled));
    // The host has changed over, the device has not.
    assert_eq!(pair.at_host(&old_report), Ok(Got::Body(b"still the old keys".to_vec())));
    let old_report = pair.report(b"and once more");
    assert_eq!(pair.at_host(&old_report), Ok(Got::Body(b"and once more".to_vec())));
    let mut forged = pair.command(0x15, b"forged");
    forged[10] ^= 1;
    assert_eq!(pair.at_device(&forged), Err(Refusal::Forged));
    assert_eq!(pair.device.peer().map(|peer| peer.slot), Some(1));
    let late = pair.report(b"late");
    let new = pair.command(0x15, b"new");
    assert_eq!(pair.at_device(&new), Ok(Got::Body(b"new".to_vec())));
    pair.assert_alive();
    assert!(pair.at_host(&late).is_err(), "the old keys are gone");
    assert!(pair.at_device(&old_command).is_err());
}

#[test]
fn forged_handshakes_do_not_touch_the_session_and_lock_further_ones() {
    let mut pair = Pair::secured(Role::Nurse);
    while pair.device.poll_event().is_some() {}
    pair.wait(5_000);
    let first = pair.first();
    let mut forged = first.clone();
    forged[30] ^= 1;
    for failures in 1..=FAILURES {
        pair.wait(1_000);
        assert_eq!(pair.at_device(&forged), Err(Refusal::Forged));
        let held = if failures < FAILURES { Refusal::TooSoon } else { Refusal::Locked };
        assert_eq!(pair.at_device(&forged), Err(held));
        pair.assert_alive();
    }
    let events = [pair.device.poll_event(), pair.device.poll_event(), pair.device.poll_event()];
    assert_eq!(events, [Some(SecurityEvent::Failed), Some(SecurityEvent::Locked), None]);
    pair.wait(9_999);
    assert_eq!(pair.at_device(&first), Err(Refusal::Locked));
    pair.assert_alive();
    pair.wait(1);
    assert_eq!(pair.at_device(&first), Ok(Got::Handled), "the invitation was not used up");
    let counters = pair.device.counters();
    assert_eq!((counters.failures, counters.lockouts, counters.locked), (5, 1, 2));
    assert_eq!((counters.too_soon, counters.handshakes), (4, 2));
}

#[test]
fn an_unknown_key_is_a_failure_and_names_nothing_else() {
    let mut pair = Pair::new(Role::Nurse);
    pair.host = HostLink::new(&hello(0), Transport::Serial, Policy::STANDARD, code(2));
    pair.host.heard(&hello(SERIAL)).unwrap();
    let first = pair.first();
    assert_eq!(pair.at_device(&first), Err(Refusal::UnknownKey));
    assert_eq!((pair.device.counters().failures, pair.device_says()), (1, None));
    // The other key's holder cannot pass for this one: the number is bound.
    pair.keys.add(key(2, Role::Service)).unwrap();
    let mut swapped = first.clone();
    swapped[HEADER_LEN] = 1;
    pair.wait(1_000);
    assert_eq!(pair.at_device(&swapped), Err(Refusal::Forged));
    pair.wait(1_000);
    assert_eq!(pair.at_device(&first), Ok(Got::Handled));
}

#[test]
fn without_hello_random_bytes_or_invitation_there_is_no_handshake() {
    let mut pair = Pair::new(Role::Nurse);
    let first = pair.first();
    pair.device = DeviceLink::new(&hello(SERIAL), Transport::Serial, Policy::STANDARD);
    assert!(pair.device.wants_entropy());
    assert_eq!(pair.at_device(&first), Err(Refusal::NoHello));
    pair.device.heard(&hello(0));
    assert_eq!(pair.at_device(&first), Err(Refusal::Unexpected));
    let request = [0x40, 0x01, 0, 0, 0, 0];
    assert_eq!(pair.at_device(&request), Err(Refusal::NoEntropy));
    pair.device.add_entropy([1; 32]);
    assert_eq!(pair.at_device(&request), Ok(Got::Handled));
    let one = pair.device_says().unwrap();
    assert_eq!(pair.at_device(&request), Ok(Got::Handled));
    let two = pair.device_says().unwrap();
    assert_eq!(one[HEADER_LEN..], two[HEADER_LEN..], "asking again costs no random bytes");
    assert_eq!(pair.at_host(&one), Err(Refusal::Unexpected), "nobody waits for it any more");
}

#[test]
fn a_host_that_hears_nothing_gives_up_and_says_so() {
    let mut pair = Pair::new(Role::Nurse);
    pair.host.connect(pair.now, [1; 32]).unwrap();
    let mut sent = 0;
    while let Some(at) = pair.host.next_deadline() {
        pair.now = at;
        sent += u8::from(pair.host_says().is_some());
    }
    assert_eq!((sent, pair.host.poll_event()), (TRIES, Some(SecurityEvent::Failed)));
    assert_eq!(pair.host.poll_output(Instant::from_millis(u64::MAX), &mut [0; 240]), None);
}

/// A host's clock may be set back by hours: it waits no longer than it would have.
#[test]
fn a_host_whose_clock_was_set_back_asks_again() {
    let mut pair = Pair::new(Role::Nurse);
    pair.now = Instant::from_millis(9_000_000);
    pair.host.connect(pair.now, [1; 32]).unwrap();
    assert!(pair.host_says().is_some());
    pair.now = Instant::from_millis(5_000);
    assert!(pair.host_says().is_some());
    pair.wait(1_499);
    assert!(pair.host_says().is_none());
    pair.wait(1);
    assert!(pair.host_says().is_some());
}

/// What was sealed before the device changed over is told from what comes after: its numbers are others.
#[test]
fn a_host_tells_what_belongs_to_the_session_before() {
    let mut pair = Pair::secured(Role::Nurse);
    let earlier = |pair: &mut Pair, body: &[u8]| {
        let mut packet = pair.report(body);
        match pair.host.handle_input(pair.now, &mut packet) {
            Ok(Input::Packet(opened)) => Some(opened.earlier),
            _ => None,
        }
    };
    assert_eq!(earlier(&mut pair, b"live"), Some(false));
    pair.wait(2_000);
    let second = pair.second();
    assert_eq!(earlier(&mut pair, b"during the handshake"), Some(false));
    assert_eq!(pair.at_host(&second), Ok(Got::Handled));
    assert_eq!(earlier(&mut pair, b"the device has not changed over"), Some(true));
    let new = pair.command(0x15, b"new");
    assert_eq!(pair.at_device(&new), Ok(Got::Body(b"new".to_vec())));
    assert_eq!(earlier(&mut pair, b"now it has"), Some(false));
}

#[test]
fn what_does_not_fit_stays_waiting() {
    let mut pair = Pair::new(Role::Nurse);
    let first = pair.first();
    pair.at_device(&first).unwrap();
    assert_eq!(pair.device.poll_output(&mut [0; 53]), None);
    assert_eq!(pair.device_says().map(|packet| packet.len()), Some(54));
    assert_eq!(pair.device_says(), None);
    pair.host.connect(pair.now, [2; 32]).unwrap();
    assert_eq!(pair.host.poll_output(pair.now, &mut [0; 5]), None);
    let header = Header::parse(&pair.host_says().unwrap()).unwrap().0;
    assert_eq!((header.endpoint, header.secured), (1, false));
}
