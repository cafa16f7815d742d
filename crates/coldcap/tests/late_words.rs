//! What a line held back, what was given before a stop, and what a stranger says: none of it begins anything.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod bench;

use bench::Bench;
use bench::keyed::{HELLO, Host, code, plain, secured};
use coldcap::{Config, LinkAccess, Phase};
use coldcap_session::Request;
use coldcap_units::Duration;
use coldcap_wire::message::{
    Action, Actuate, Actuator, AnyMessage, CommandHead, Heartbeat, Hello, Operate, ReadRecord,
    Status, TimeAsk,
};

fn press(rid: u16, deadline: u16, action: Action) -> Operate {
    let head = CommandHead { deadline, ..CommandHead::new(rid, 0) };
    Operate { head, action, confirm: 0, argument: 1 }
}

/// A device in setup with plan and worn cap, whose host has proven when it speaks.
fn ready_to_start() -> (Bench<1>, Host) {
    let mut bench = secured(Phase::Setup);
    bench.ask(Request::ChoosePlan(bench::PLAN)).unwrap();
    bench.ask(Request::Worn(true)).unwrap();
    bench.tick();
    let mut host = Host::connected(&mut bench, 3);
    prove(&mut bench, &mut host);
    (bench, host)
}

fn prove(bench: &mut Bench<1>, host: &mut Host) {
    let heard_us = bench.now.as_millis() * 1_000;
    host.say(bench, &TimeAsk { asked_us: 1, heard_us });
    host.hear(bench);
}

fn deadline(bench: &Bench<1>, ms: u64) -> u16 {
    (bench.now.as_millis() + ms) as u16
}

/// A command waits in the link for its tick; its deadline passes meanwhile.
// req: LNK-006
#[test]
fn nothing_is_carried_out_after_its_deadline() {
    let (mut bench, mut host) = ready_to_start();
    let soon = deadline(&bench, 500);
    host.say(&mut bench, &press(1, soon, Action::START));
    // The task that ticks is held up (or the link is far ahead of it): two seconds later it takes the commands.
    let late = bench.now.plus(Duration::from_millis(2_000));
    let commands = bench.device.link.take_commands(late);
    assert_eq!(commands.list.iter().count(), 0, "1.5 s after its deadline");
}

/// Sent before the stop, held back on the line, let through behind it.
// req: LNK-006
#[test]
fn what_was_sent_before_a_stop_does_nothing_behind_it() {
    let (mut bench, mut host) = ready_to_start();
    let end = deadline(&bench, 4_000);
    let start = host.frame(&press(1, end, Action::START));
    let stop = host.frame(&press(2, 0, Action::STOP));
    bench.device.link.receive(bench.now, &stop);
    bench.tick();
    bench.tick();
    bench.device.link.receive(bench.now, &start);
    bench.run(3);
    assert_eq!(bench.phase(), Phase::Setup, "the later word was the stop");
}

/// No attacker at all: the first copy of the start is lost, the stop arrives, and the host sends the start again, under
/// its id and within its deadline, as chapter 7.1 asks it to.
// req: LNK-006
#[test]
fn a_start_that_is_sent_again_behind_a_stop_starts_nothing() {
    let (mut bench, mut host) = ready_to_start();
    let end = deadline(&bench, 4_000);
    let start = press(1, end, Action::START);
    let _lost = host.frame(&start);
    host.say(&mut bench, &press(2, 0, Action::STOP));
    bench.run(1);
    host.say(&mut bench, &start);
    bench.run(3);
    assert_eq!(bench.phase(), Phase::Setup, "the later press was the stop");
}

/// The same where the start names the revision that the nurse has seen: a stop in setup changes nothing, and so the
/// revision stays.
// req: LNK-006
#[test]
fn a_revision_does_not_help_against_a_start_behind_a_stop() {
    let (mut bench, mut host) = ready_to_start();
    bench.run(2);
    host.heard.clear();
    host.hear(&mut bench);
    let revision = host.heard.iter().rev().find_map(|it| match it {
        AnyMessage::ChannelStatus(it) => Some(it.revision),
        _ => None,
    });
    let head = CommandHead {
        deadline: deadline(&bench, 4_000),
        expected_revision: revision.filter(|it| *it != 0).unwrap(),
        ..CommandHead::new(1, 0)
    };
    let start = host.frame(&Operate { head, action: Action::START, confirm: 0, argument: 0 });
    let stop = host.frame(&press(2, 0, Action::STOP));
    bench.device.link.receive(bench.now, &stop);
    bench.tick();
    bench.tick();
    bench.device.link.receive(bench.now, &start);
    bench.run(3);
    assert_eq!(bench.phase(), Phase::Setup, "the later word was the stop");
}

/// The same with the two steps of a resume in a break that the stop has prolonged.
// req: LNK-006
#[test]
fn a_resume_of_before_a_stop_does_nothing_behind_it() {
    let mut bench = secured(Phase::Infusing);
    bench.ask(Request::Stop).unwrap();
    bench.run(6);
    assert_eq!(bench.phase(), Phase::Paused);
    let mut host = Host::connected(&mut bench, 3);
    prove(&mut bench, &mut host);
    let end = deadline(&bench, 4_000);
    let arm = press(1, end, Action::RESUME);
    let arm = host.frame(&arm);
    let confirm = host.frame(&Operate { confirm: 1, ..press(2, end, Action::RESUME) });
    let stop = host.frame(&press(3, 0, Action::STOP));
    for frame in [&stop, &arm, &confirm] {
        bench.device.link.receive(bench.now, frame);
        bench.tick();
        bench.tick();
    }
    bench.run(3);
    assert_eq!(bench.phase(), Phase::Paused, "the last word was the stop");
}

/// A hello that anybody sends between the handshake and the first sealed packet says what the host understands.
fn progress_told(lies: bool) -> Option<u16> {
    let mut bench = secured(Phase::Standby);
    let mut host = Host::new(code(2));
    host.connect(&mut bench);
    assert!(host.link.is_secured());
    if lies {
        let lie = Hello { minor_max: 0, boot: 1, ..HELLO };
        bench.device.link.receive(bench.now, &plain(&lie));
    }
    host.say(&mut bench, &Heartbeat { at_ms: 0, nonce: 1 });
    bench.run(2);
    host.heard.clear();
    host.hear(&mut bench);
    host.heard.iter().rev().find_map(|it| match it {
        AnyMessage::MachineStatus(it) => Some(it.progress),
        _ => None,
    })
}

#[test]
fn a_stranger_does_not_say_what_the_host_of_a_new_session_understands() {
    let honest = progress_told(false);
    assert!(honest.is_some_and(|it| it != 0), "{honest:?}");
    let told = progress_told(true);
    assert!(told.is_some_and(|it| it != 0), "{told:?}: the handshake was bound to minor 3");
}

/// Somebody holds packets of the host back and lets one through every 3 s: of a host that proves when it speaks, they do not
/// stand for it.
// req: LNK-006
#[test]
fn held_back_signs_of_life_do_not_hide_a_lost_host() {
    let mut bench = secured(Phase::Infusing);
    let mut host = Host::connected(&mut bench, 2);
    prove(&mut bench, &mut host);
    // A minute of heartbeats, sent in this minute; then the host is dead.
    let frames: Vec<_> =
        (0..60).map(|n| host.frame(&Heartbeat { at_ms: n, nonce: n as u16 })).collect();
    let died = bench.now;
    for frame in &frames {
        bench.device.link.receive(bench.now, frame);
        bench.run(3);
        let mut out = [0; 600];
        bench.device.link.transmit(bench.now, &mut out);
        let silent = bench.device.link.take_commands(bench.now).host_silent.unwrap();
        let dead = bench.now.since(died);
        assert!(
            dead < Duration::from_secs(60) || silent > Duration::from_millis(3_500),
            "dead for {dead:?}, and silent for {silent:?}"
        );
    }
}

/// Half of the ids is ahead, says the page.
#[test]
fn an_id_that_is_32768_away_is_behind() {
    let mut bench = secured(Phase::Standby);
    let mut host = Host::connected(&mut bench, 2);
    let read = |rid| ReadRecord { head: CommandHead::new(rid, 0), from: 0, count: 1 };
    host.say(&mut bench, &read(5));
    host.answers(&mut bench);
    host.say(&mut bench, &read(5 + 32_768));
    let answers = host.answers(&mut bench);
    assert_eq!(answers.first().map(|it| it.status), Some(Status::EXPIRED));
}

/// What the device speaks is known of the session alone.
#[test]
fn a_closed_link_has_no_minor() {
    let mut bench = secured(Phase::Standby);
    let mut host = Host::connected(&mut bench, 2);
    host.link.close();
    assert_eq!(host.link.device_minor(), None);
}

/// A session that was revoked leaves nothing behind that waits for a tick.
#[test]
fn what_a_revoked_key_has_asked_for_is_not_done() {
    let (mut bench, mut host) = ready_to_start();
    let end = deadline(&bench, 4_000);
    host.say(&mut bench, &press(1, end, Action::START));
    assert!(bench.device.link.keys_mut().revoke(3));
    bench.run(3);
    assert_eq!(bench.phase(), Phase::Setup);
}

/// A renewal that waits for a late tick, with a stop at the panel before it and without one.
// req: LNK-006, HND-003
#[test]
fn no_drive_is_done_past_its_deadline_or_over_a_stop() {
    let access = LinkAccess::UnsecuredBench { role: coldcap_session::Role::Service, vendor: &[] };
    for (stop, stall) in [(false, 1_500), (false, 3_400), (true, 900), (true, 2_500), (true, 3_400)]
    {
        let mut bench: Bench<1> = Bench::with(Config { access, ..Config::unsecured_bench() });
        bench.until(Phase::Standby);
        bench.run(3);
        let mut host = bench::host::Host::default();
        host.say(&mut bench, &bench::host::hello());
        let heard_us = bench.now.as_millis() * 1_000;
        host.say(&mut bench, &TimeAsk { asked_us: 1, heard_us });
        host.hear(&mut bench);
        if stop {
            bench.tick_with(|inputs| inputs.panel.stop = true);
        }
        let head = CommandHead { deadline: deadline(&bench, 1_000), ..CommandHead::new(7, 0) };
        let actuator = Actuator::PUMP;
        host.say(&mut bench, &Actuate { head, actuator, drive_permille: 500, lease_ms: 2_000 });
        bench.now = bench.now.plus(Duration::from_millis(stall - 100));
        let outputs = bench.tick();
        assert!(bench::is_still(&outputs, 0), "{stall} ms, stop: {stop}");
    }
}
