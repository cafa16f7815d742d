//! The shipped device and a host that takes short packets.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod bench;

use bench::Bench;
use bench::host::{cooling, operate};
use bench::keyed::{HELLO, Host, code, plain, secured};
use coldcap::Phase;
use coldcap_units::Instant;
use coldcap_wire::frame::Deframer;
use coldcap_wire::message::{Action, AnyMessage, Heartbeat, Hello};
use coldcap_wire::packet::{Header, Kind, LEAST_MTU};
use coldcap_wire::security::{HostLink, Policy, SecurityEvent, Transport};
use coldcap_wire::{FRAME_ROOM, Sender};

const LEAST: u16 = LEAST_MTU as u16;
const NEVER: Instant = Instant::from_millis(u64::MAX);

/// Kind and endpoint of whatever leaves now, and the length of the longest packet.
fn leaving<const N: usize>(bench: &mut Bench<N>) -> (Vec<(Kind, u8)>, usize) {
    let (mut all, mut longest) = (Vec::new(), 0);
    let mut deframer = Deframer::<FRAME_ROOM>::new();
    for _ in 0..200 {
        let mut out = [0; 600];
        let length = bench.device.link.transmit(bench.now, &mut out);
        if length == 0 {
            return (all, longest);
        }
        let mut rest = &out[..length];
        while !rest.is_empty() {
            let (taken, packet) = deframer.feed(rest);
            rest = &rest[taken..];
            let packet = packet.unwrap().unwrap();
            longest = longest.max(packet.len());
            let header = Header::parse(packet).unwrap().0;
            all.push((header.kind, header.endpoint));
        }
    }
    panic!("the device never falls silent");
}

fn host_of(mtu: u16) -> (Hello, Host) {
    let hello = Hello { mtu, ..HELLO };
    let link = HostLink::new(&hello, Transport::Serial, Policy::STANDARD, code(2));
    (hello, Host { link, ..Host::new(code(2)) })
}

/// A treatment, its record, calibrations and events: all of it fits the shortest packets that are served.
#[test]
fn a_host_of_the_least_mtu_gets_everything_and_no_longer_packet() {
    let mut bench = secured(Phase::PreCool);
    let (hello, mut host) = host_of(LEAST);
    host.connect_as(&mut bench, &hello);
    host.say(&mut bench, &Heartbeat { at_ms: 0, nonce: 0 });
    let (mut seen, mut longest) = (Vec::new(), 0);
    for _ in 0..50 {
        bench.tick();
        let (left, long) = leaving(&mut bench);
        seen.extend(left);
        longest = longest.max(long);
    }
    for endpoint in [0x40, 0x41, 0x42, 0x43] {
        assert!(seen.contains(&(Kind::Report, endpoint)), "{endpoint:#x}");
    }
    assert!((80..=LEAST_MTU).contains(&longest), "{longest}");
}

#[test]
fn a_host_that_takes_less_is_told_so_and_shakes_no_hands() {
    let mut bench = secured(Phase::PreCool);
    let _ = leaving(&mut bench);
    let (hello, mut host) = host_of(LEAST - 1);
    host.say(&mut bench, &hello);
    let (told, longest) = leaving(&mut bench);
    let status = |it: &(Kind, u8)| matches!(it, (Kind::Report, 0x40 | 0x41));
    assert_eq!(told[0], (Kind::Hello, 5));
    assert!(told[1..].iter().all(status) && longest < LEAST_MTU, "{told:?}");
    assert_eq!(bench.device.link.poll_security_event(), Some(SecurityEvent::SmallMtu));
    assert_ne!(bench.device.link.next_deadline(), Instant::ZERO, "it does not spin");
    bench.run(3);
    let (told, longest) = leaving(&mut bench);
    assert!(told.iter().all(status) && longest < LEAST_MTU, "{told:?}");
    // Whoever comes next and takes enough is served as ever.
    Host::connected(&mut bench, 2);
}

#[test]
fn a_stranger_shortens_no_packet_of_a_session() {
    let mut bench = secured(Phase::PreCool);
    let mut host = Host::connected(&mut bench, 2);
    bench.device.link.receive(bench.now, &plain(&Hello { mtu: 1, ..HELLO }));
    bench.run(12);
    host.hear(&mut bench);
    let told = |it: &AnyMessage| matches!(it, AnyMessage::ChannelStatus(_));
    assert!(host.heard.iter().any(told), "{:?}", host.heard);
}

#[test]
fn on_a_bench_it_is_told_too_and_a_stop_is_done_all_the_same() {
    let (mut bench, _) = cooling();
    let _ = leaving(&mut bench);
    let (mut sender, mut out) = (Sender::new(), [0; 100]);
    let mut say = |bench: &mut Bench<1>, mtu| {
        let hello = Hello { mtu, boot: u32::from(mtu), ..HELLO };
        let length = sender.send_message(&hello, &mut out).unwrap();
        bench.device.link.receive(bench.now, &out[..length]);
        let length = sender.send_message(&operate(9, Action::STOP), &mut out).unwrap();
        bench.device.link.receive(bench.now, &out[..length]);
    };
    say(&mut bench, 30);
    let (told, longest) = leaving(&mut bench);
    assert_eq!((&told[..], longest), (&[(Kind::Hello, 5)][..], 9));
    let phase = bench.tick().channels[0].phase;
    assert_eq!(phase, Phase::Paused);
    assert!(bench.device.link.next_deadline() > Instant::ZERO);
    assert!(bench.device.link.next_deadline() < NEVER);
    say(&mut bench, LEAST);
    let (told, longest) = leaving(&mut bench);
    assert!(told.contains(&(Kind::Hello, 0)) && longest <= LEAST_MTU, "{told:?}");
}
