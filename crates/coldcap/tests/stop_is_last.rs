//! A stop has the last word: nothing that was asked for before it makes coolant flow behind it.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod bench;

use bench::{Bench, PLAN};
use coldcap::Phase;
use coldcap_session::Request;
use coldcap_wire::message::{
    Action, AnyMessage, CommandHead, FactKind, MACHINE, Message, Observe, Operate, Status,
};
use coldcap_wire::{Receiver, Sender};

fn say(sender: &mut Sender, bench: &mut Bench<1>, message: &impl Message) {
    let mut out = [0; 300];
    let length = sender.send_message(message, &mut out).unwrap();
    bench.device.link.receive(bench.now, &out[..length]);
}

fn press(rid: u16, action: Action, confirm: u8) -> Operate {
    Operate { head: CommandHead::new(rid, 0), action, confirm, argument: 1 }
}

fn stop(rid: u16, channel: u8) -> Operate {
    Operate { head: CommandHead::new(rid, channel), ..press(rid, Action::STOP, 0) }
}

/// Request ids and statuses of all answers that the device has to give.
fn answers(bench: &mut Bench<1>) -> Vec<(u16, Status)> {
    let mut receiver = Receiver::new();
    let mut all = vec![];
    for _ in 0..100 {
        let mut out = [0; 600];
        let length = bench.device.link.transmit(bench.now, &mut out);
        let mut rest = &out[..length];
        while !rest.is_empty() {
            let (consumed, packet) = receiver.feed(rest);
            rest = &rest[consumed..];
            if let Some(Ok(AnyMessage::Response(it))) = packet.map(|it| it.unwrap().message()) {
                all.push((it.rid, it.status));
            }
        }
    }
    all
}

fn paused() -> Bench<1> {
    let mut bench = Bench::new();
    bench.bring_to(Phase::Infusing);
    bench.ask(Request::Stop).unwrap();
    bench.run(6);
    assert_eq!(bench.phase(), Phase::Paused);
    bench
}

// req: LNK-004
#[test]
fn what_was_asked_before_a_stop_is_not_done_behind_it() {
    for channel in [0, MACHINE] {
        let (mut bench, mut host) = (paused(), Sender::new());
        say(&mut host, &mut bench, &press(1, Action::RESUME, 0));
        say(&mut host, &mut bench, &press(2, Action::RESUME, 1));
        say(&mut host, &mut bench, &stop(3, channel));
        bench.run(60);
        assert_eq!(bench.phase(), Phase::Paused, "{channel}");
        let given = answers(&mut bench);
        assert!(given.contains(&(1, Status::STALE)) && given.contains(&(2, Status::STALE)));
        assert!(given.iter().any(|(rid, _)| *rid == 3), "{given:?}");
    }
}

#[test]
fn a_start_before_a_stop_starts_nothing_and_a_repeat_is_answered_the_same() {
    let (mut bench, mut host) = (Bench::<1>::new(), Sender::new());
    bench.bring_to(Phase::Setup);
    bench.ask(Request::ChoosePlan(PLAN)).unwrap();
    bench.ask(Request::Worn(true)).unwrap();
    bench.tick();
    say(&mut host, &mut bench, &press(1, Action::START, 0));
    say(&mut host, &mut bench, &stop(2, 0));
    say(&mut host, &mut bench, &press(1, Action::START, 0));
    bench.run(60);
    assert_eq!(bench.phase(), Phase::Setup);
    assert!(bench.drives.channels[0].pump.is_off());
    let given = answers(&mut bench);
    assert_eq!(given.iter().filter(|it| **it == (1, Status::STALE)).count(), 2, "{given:?}");
}

/// Facts and what only takes away are carried out all the same, and so is what comes behind the stop.
#[test]
fn a_stop_voids_nothing_else() {
    let (mut bench, mut host) = (paused(), Sender::new());
    let head = CommandHead::new(1, 0);
    let comfort = Observe { head, fact: FactKind::COMFORT, drug: 0, hair_toxic: 0, value: 4 };
    say(&mut host, &mut bench, &comfort);
    say(&mut host, &mut bench, &press(2, Action::EASE_OFF, 0));
    say(&mut host, &mut bench, &stop(3, 0));
    say(&mut host, &mut bench, &press(4, Action::RESUME, 0));
    // Whoever is asked in between takes a tick at least.
    bench.tick();
    bench.tick();
    say(&mut host, &mut bench, &press(5, Action::RESUME, 1));
    bench.tick();
    bench.tick();
    let given = answers(&mut bench);
    for (rid, status) in [
        (1, Status::OK),
        (2, Status::OK),
        (3, Status::NO_CHANGE),
        (4, Status::ARMED),
        (5, Status::OK),
    ] {
        assert!(given.contains(&(rid, status)), "{rid}: {given:?}");
    }
    assert_eq!(bench.phase(), Phase::Recool);
}

#[test]
fn the_key_of_the_machine_has_the_last_word_of_its_tick() {
    let (mut bench, mut host) = (paused(), Sender::new());
    say(&mut host, &mut bench, &press(1, Action::RESUME, 0));
    bench.tick();
    say(&mut host, &mut bench, &press(2, Action::RESUME, 1));
    let outputs = bench.tick_with(|inputs| inputs.panel.stop = true);
    assert!(outputs.drives.channels[0].pump.is_off());
    bench.run(6);
    assert_eq!(bench.phase(), Phase::Paused);
}
