//! Nobody is sent a packet that is longer than the `mtu` of his hello.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects
)]

#[path = "support/link.rs"]
mod link;

use coldcap_units::Instant;
use coldcap_wire::message::{Body, Hello, ObjectAsk, ObjectKind, PIECE_LEN, Status};
use coldcap_wire::packet::{HEADER_LEN, Header, Kind, LEAST_MTU};
use coldcap_wire::security::{Refusal, Role, SecurityEvent, SendError, TAG_LEN};
use coldcap_wire::service::{
    About, Download, Finding, ObjectServer, ObjectSource, Outgoing, State, WINDOW,
};
use link::{Got, Pair, SERIAL, hello};

const AROUND: usize = HEADER_LEN + TAG_LEN;
const LEAST: u16 = LEAST_MTU as u16;

fn of(mtu: u16, serial: u64) -> Hello {
    Hello { mtu, ..hello(serial) }
}

fn number(packet: &[u8]) -> u32 {
    Header::parse(packet).unwrap().0.number
}

#[test]
fn what_is_longer_than_the_host_takes_is_not_sealed() {
    for mtu in [LEAST, 200, 240] {
        let mut pair = Pair::heard(&of(240, SERIAL), &of(mtu, 0));
        pair.connect();
        assert_eq!(pair.device.mtu(), mtu);
        let fits = usize::from(mtu) - AROUND;
        assert_eq!(pair.device.body_room(240), fits);
        let mut packet = [0; 300];
        let before = pair.report(b"up");
        let body = [7; 300];
        let long = &body[..=fits];
        let sent = pair.device.send(&pair.keys, Kind::Report, 0x40, long, &mut packet);
        assert_eq!(sent, Err(SendError::BeyondMtu));
        let fitting = &body[..fits];
        let sent = pair.device.send(&pair.keys, Kind::Report, 0x40, fitting, &mut packet);
        assert_eq!(sent, Ok(mtu.into()));
        assert_eq!(number(&packet), number(&before) + 1, "what was not sent used up no number");
    }
}

#[test]
fn what_is_longer_than_the_device_takes_is_not_sealed() {
    for mtu in [LEAST, 200, 240] {
        let mut pair = Pair::heard(&of(mtu, SERIAL), &of(240, 0));
        pair.connect();
        assert_eq!(pair.host.device_mtu(), Some(mtu));
        let (body, mut packet) = ([7; 300], [0; 300]);
        let fits = usize::from(mtu) - AROUND;
        let sent = pair.host.send(Kind::Command, 0x15, &body[..=fits], &mut packet);
        assert_eq!(sent, Err(SendError::BeyondMtu));
        let sent = pair.host.send(Kind::Command, 0x15, &body[..fits], &mut packet);
        assert_eq!(sent, Ok(mtu.into()));
        pair.host.close();
        assert_eq!(pair.host.device_mtu(), None);
    }
}

#[test]
fn whoever_takes_too_little_is_told_so_and_gets_no_session() {
    let mut pair = Pair::heard(&of(240, SERIAL), &of(LEAST - 1, 0));
    let told = pair.device_says().unwrap();
    assert_eq!(told, [0x40, 5, 0, 0, 0, 0, 1, LEAST_MTU as u8, 0]);
    assert_eq!(pair.device.poll_event(), Some(SecurityEvent::SmallMtu));
    pair.host.connect(pair.now, [1; 32]).unwrap();
    let request = pair.host_says().unwrap();
    assert_eq!(pair.at_device(&request), Err(Refusal::SmallMtu));
    let told = pair.device_says().unwrap();
    assert_eq!(pair.at_host(&told), Err(Refusal::SmallMtu));
    assert_eq!(pair.host.poll_event(), Some(SecurityEvent::SmallMtu));
    assert_eq!(pair.device.counters().failures, 0, "no key was wrong");
    // Whoever says more is served, and not told what was meant for another.
    pair.device.heard(&of(1, 0));
    pair.device.heard(&of(LEAST, 0));
    assert!(pair.device.takes_enough() && pair.device_says().is_none());
}

#[test]
fn a_device_that_takes_too_little_is_not_asked() {
    let mut pair = Pair::new(Role::Nurse);
    assert_eq!(pair.host.heard(&of(LEAST - 1, SERIAL)), Err(Refusal::SmallMtu));
    pair.connect();
    pair.assert_alive();
}

#[test]
fn a_stranger_takes_nothing_from_a_session() {
    let mut pair = Pair::secured(Role::Nurse);
    assert_eq!(pair.host.poll_event(), Some(SecurityEvent::Secured));
    pair.device.heard(&of(20, 0));
    assert_eq!((pair.device.mtu(), pair.device.takes_enough()), (240, true));
    let told = pair.device_says().unwrap();
    assert_eq!(pair.at_host(&told), Err(Refusal::Unexpected));
    assert_eq!(pair.host.poll_event(), None);
    pair.assert_alive();
}

/// 1000 bytes of which each follows from its place.
struct Shelf;

impl ObjectSource for Shelf {
    fn about(&self, _: ObjectKind, _: u32) -> Option<About> {
        Some(About { edition: 7, length: 1_000, first: 0 })
    }

    fn read(&self, _: ObjectKind, _: u32, offset: u32, room: &mut [u8]) -> usize {
        room.iter_mut().zip(offset..).map(|(place, at)| *place = at as u8).count()
    }
}

fn length(message: &impl Body) -> usize {
    message.encode(&mut [0; 240]).unwrap() + AROUND
}

#[test]
fn an_object_comes_in_pieces_that_fit() {
    for mtu in [LEAST, 200, 240] {
        let mut download = Download::new(ObjectKind::LOG, 0, 1, WINDOW).within(mtu);
        let mut server = ObjectServer::new();
        server.keep_to(mtu);
        let (mut longest, mut arrived) = (0, 0);
        for millis in (0..).step_by(5) {
            if download.state() != State::Running {
                break;
            }
            let now = Instant::from_millis(millis);
            if let Some(ask) = download.poll(now) {
                server.ask(&ask);
            }
            while let Some(out) = server.poll(&Shelf) {
                let Outgoing::Data(data) = out else {
                    let Outgoing::About(about) = out else { unreachable!() };
                    download.about(now, &about);
                    continue;
                };
                longest = longest.max(length(&data));
                if let Finding::Bytes { bytes, .. } = download.data(now, &data) {
                    arrived += bytes.len();
                }
            }
        }
        assert_eq!((download.state(), arrived), (State::Complete, 1_000));
        let most = usize::from(mtu);
        assert!((most - 6..=most).contains(&longest), "{mtu}: {longest}");
    }
}

#[test]
fn whoever_asks_for_longer_pieces_than_he_takes_is_told_so() {
    let mut server = ObjectServer::new();
    server.keep_to(LEAST);
    let ask = ObjectAsk {
        object: ObjectKind::LOG,
        number: 0,
        transfer: 1,
        edition: 7,
        piece: PIECE_LEN as u8,
        window: WINDOW,
        base: 0,
        received: 0,
        heard: 0,
        again: 0,
    };
    server.ask(&ask);
    assert!(server.has_more(&Shelf));
    let Some(Outgoing::About(about)) = server.poll(&Shelf) else { panic!("nothing told") };
    assert_eq!((about.status, about.edition), (Status::OUT_OF_RANGE, 0));
    assert_eq!((server.poll(&Shelf), server.has_more(&Shelf)), (None, false));
}

#[test]
fn a_session_by_a_small_mtu_is_like_any_other() {
    let mut pair = Pair::heard(&of(LEAST, SERIAL), &of(LEAST, 0));
    pair.connect();
    pair.assert_alive();
    let packet = pair.command(0x15, b"body");
    assert_eq!(pair.at_device(&packet), Ok(Got::Body(b"body".to_vec())));
}
