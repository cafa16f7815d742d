//! The shipped client behind a stop: what was asked for before is not sent again.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_host::client::{Client, ClientConfig, CommandBody};
use coldcap_units::Instant;
use coldcap_wire::message::{Action, AnyMessage, Hello, MINOR, Origin, SCHEMA};
use coldcap_wire::{Receiver, Sender};

const DEVICE: Hello = Hello {
    major: 1,
    minor_min: 0,
    minor_max: MINOR,
    origin: Origin::SIMULATED,
    model: 0,
    serial: 1,
    firmware: 0,
    schema: SCHEMA,
    mtu: 240,
    channels: 1,
    features: 0,
    boot: 5,
};

fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

/// The actions that leave in these bytes.
fn actions(bytes: &[u8]) -> Vec<Action> {
    let (mut receiver, mut rest, mut all) = (Receiver::new(), bytes, vec![]);
    while !rest.is_empty() {
        let (consumed, packet) = receiver.feed(rest);
        rest = &rest[consumed..];
        if let Some(Ok(AnyMessage::Operate(it))) = packet.map(|it| it.unwrap().message()) {
            all.push(it.action);
        }
    }
    all
}

fn greet(client: &mut Client, now: u64) {
    let mut frame = [0; 100];
    let length = Sender::new().send_message(&DEVICE, &mut frame).unwrap();
    client.receive(at(now), &frame[..length]);
}

/// Everything that leaves until `end`, with the stop answered as soon as it was sent.
fn until(client: &mut Client, from: u64, end: u64, answer: bool) -> Vec<(u64, Action)> {
    let mut all = vec![];
    for now in (from..end).step_by(50) {
        let mut out = vec![];
        client.transmit(at(now), &mut out);
        for action in actions(&out) {
            all.push((now, action));
            if answer && action == Action::STOP {
                let rid = STOP_RID.with(core::cell::Cell::get);
                let response =
                    coldcap_wire::message::Response::new(rid, coldcap_wire::message::Status::OK);
                let mut frame = [0; 100];
                let length = Sender::new().respond(0x15, &response, &mut frame).unwrap();
                client.receive(at(now), &frame[..length]);
            }
        }
    }
    all
}

thread_local! { static STOP_RID: core::cell::Cell<u16> = const { core::cell::Cell::new(0) }; }

/// START leaves and is lost; STOP is pressed and answered.
#[test]
fn no_start_is_sent_again_behind_a_stop() {
    let mut client = Client::new(ClientConfig::new(1));
    until(&mut client, 0, 50, true);
    greet(&mut client, 50);
    client.command(at(100), CommandBody::operate(Action::START));
    assert_eq!(until(&mut client, 100, 150, true), [(100, Action::START)]);
    STOP_RID.with(|rid| rid.set(client.command(at(300), CommandBody::operate(Action::STOP))));
    let left = until(&mut client, 300, 4_500, true);
    let first_stop = left.iter().position(|it| it.1 == Action::STOP).unwrap();
    assert!(!left[first_stop..].iter().any(|it| it.1 == Action::START), "{left:?}");
}

/// START waits for the device's greeting; STOP is pressed; the device greets: STOP leaves alone.
#[test]
fn no_start_that_waited_is_sent_behind_a_stop() {
    let mut client = Client::new(ClientConfig::new(1));
    client.command(at(0), CommandBody::operate(Action::START));
    STOP_RID.with(|rid| rid.set(client.command(at(1_000), CommandBody::operate(Action::STOP))));
    until(&mut client, 1_000, 1_050, true);
    greet(&mut client, 1_500);
    let left = until(&mut client, 1_500, 3_000, true);
    assert!(!left.iter().any(|it| it.1 == Action::START), "{left:?}");
}
