//! The secured link of a machine: who holds no key reads the status and changes nothing, and what a key's holder may
//! do is that of its role.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod bench;

use bench::Bench;
use bench::host::{operate, select};
use bench::keyed::{HELLO, Host, code, keyed_config, label, plain, secured, slot};
use coldcap::{Config, Link, LinkAccess, Phase};
use coldcap_guard::Condition;
use coldcap_units::{Duration, Instant};
use coldcap_wire::FRAME_ROOM;
use coldcap_wire::frame::{self, Deframer};
use coldcap_wire::message::{
    Action, Actuate, Actuator, AnyMessage, ChannelStatus, CommandHead, Follow, Heartbeat, Hello,
    MACHINE, Message, Operate, PutSetting, ReadRecord, Response, SelectPatient, Status, Subscribe,
    TimeAsk,
};
use coldcap_wire::packet::{BODY_LEN, Header};
use coldcap_wire::security::{PairingCode, Policy, Role, Secret, SecurityEvent, Transport};
use proptest::prelude::*;

fn put(rid: u16) -> PutSetting {
    PutSetting { head: CommandHead::new(rid, 0), key: 1, value: 1 }
}

/// A press that is proven to be of now, where its host is [`Host::timed`].
fn soon(bench: &Bench<1>, rid: u16, action: Action) -> Operate {
    let deadline = (bench.now.as_millis() + 4_000) as u16;
    Operate { head: CommandHead { deadline, ..CommandHead::new(rid, 0) }, ..operate(rid, action) }
}

fn is_still(bench: &mut Bench<1>) -> bool {
    bench.tick().drives.channels[0].pump.is_off()
}

// req: LNK-003
#[test]
fn a_stranger_reads_the_status_and_changes_nothing() {
    let mut bench = secured(Phase::PreCool);
    let head = CommandHead::new(1, 0);
    let mut all = plain(&HELLO);
    for action in [Action::STOP, Action::EASE_OFF, Action::END_SESSION, Action::ACKNOWLEDGE] {
        all.extend(plain(&operate(1, action)));
    }
    all.extend(plain(&select(2)));
    all.extend(plain(&ReadRecord { head, from: 0, count: 9 }));
    all.extend(plain(&Subscribe { head, period_ms: 100 }));
    all.extend(plain(&Heartbeat { at_ms: 0, nonce: 0 }));
    let mut reference = bench.clone();
    let mut heard = Vec::new();
    for _ in 0..50 {
        bench.device.link.receive(bench.now, &all);
        let (disturbed, alone) = (bench.tick(), reference.tick());
        assert_eq!(disturbed, alone);
        let mut out = [0; 600];
        let mut length = bench.device.link.transmit(bench.now, &mut out);
        while length > 0 {
            let mut receiver = coldcap_wire::Receiver::new();
            let mut rest = &out[..length];
            while !rest.is_empty() {
                let (taken, packet) = receiver.feed(rest);
                heard.extend(packet.map(|packet| packet.unwrap().message().unwrap()));
                rest = &rest[taken..];
            }
            length = bench.device.link.transmit(bench.now, &mut out);
        }
    }
    let open = |message: &AnyMessage| {
        let status = matches!(message, AnyMessage::MachineStatus(_) | AnyMessage::ChannelStatus(_));
        status || matches!(message, AnyMessage::Hello(_))
    };
    assert!(heard.iter().all(open) && heard.len() > 50, "{heard:?}");
    let seen = heard.iter().filter(|message| matches!(message, AnyMessage::ChannelStatus(_)));
    assert_eq!(seen.count(), 5, "once a second: nobody has subscribed to more");
    assert_eq!(bench.device.link.security().unsealed, 50 * 8);
}

#[test]
fn where_it_is_switched_off_a_stranger_reads_nothing_at_all() {
    let access = LinkAccess::Keyed { transport: Transport::Serial, policy: Policy::CLOSED };
    let mut bench: Bench<1> = Bench::with(Config { access, ..Config::reference() });
    bench.bring_to(Phase::PreCool);
    for _ in 0..20 {
        bench.device.link.receive(bench.now, &plain(&HELLO));
        let mut out = [0; 600];
        let length = bench.device.link.transmit(bench.now, &mut out);
        assert_eq!(out[..length].iter().filter(|byte| **byte == 0).count(), 1, "the hello");
        assert_eq!(bench.device.link.transmit(bench.now, &mut out), 0);
        assert!(bench.device.link.next_deadline() > bench.now, "and it does not spin");
        bench.run(2);
    }
}

#[test]
fn a_clinician_gets_what_a_nurse_does_not_and_a_nurse_what_an_observer_does_not() {
    let expected = [
        (1, Status::DENIED, Status::DENIED),
        (2, Status::OK, Status::DENIED),
        (3, Status::OK, Status::UNSUPPORTED),
        (4, Status::DENIED, Status::UNSUPPORTED),
    ];
    for (id, selecting, putting) in expected {
        let mut bench = secured(Phase::Standby);
        let mut host = Host::timed(&mut bench, id);
        let patient = SelectPatient { head: soon(&bench, 1, Action::STOP).head, ..select(1) };
        host.say(&mut bench, &patient);
        bench.tick();
        let value = if selecting == Status::OK { patient.digest() } else { 0 };
        let answer = Response { value, ..Response::new(1, selecting) };
        assert_eq!(host.answers(&mut bench), [answer], "{id}");
        assert_eq!(bench.phase() == Phase::Setup, selecting == Status::OK, "{id}");
        let setting = PutSetting { head: soon(&bench, 2, Action::STOP).head, ..put(2) };
        host.say(&mut bench, &setting);
        bench.tick();
        assert_eq!(host.answers(&mut bench), [Response::new(2, putting)], "{id}");
    }
}

/// What the rows leave to the session, the session is told the role for.
#[test]
fn the_role_of_a_press_is_that_of_its_key() {
    for (id, allowed) in [(1, false), (2, true), (3, true), (4, false)] {
        let mut bench = secured(Phase::PreCool);
        let mut host = Host::timed(&mut bench, id);
        let press = soon(&bench, 1, Action::EASE_OFF);
        host.say(&mut bench, &press);
        bench.tick();
        let status = host.answers(&mut bench)[0].status;
        assert_eq!(status, if allowed { Status::OK } else { Status::DENIED }, "{id}");
    }
}

// req: SES-001
#[test]
fn every_key_may_stop_and_a_stop_is_never_too_late() {
    for id in 1..=4 {
        let mut bench = secured(Phase::PreCool);
        let mut host = Host::connected(&mut bench, id);
        let head = CommandHead { deadline: 1, expected_revision: 7, ..CommandHead::new(1, 0) };
        host.say(&mut bench, &Operate { head, ..operate(1, Action::STOP) });
        assert!(is_still(&mut bench), "{id}");
    }
}

// req: LNK-003
#[test]
fn what_was_recorded_changes_nothing_when_it_is_sent_again() {
    let mut bench = secured(Phase::PreCool);
    let mut host = Host::timed(&mut bench, 2);
    let frames: Vec<_> =
        (1..4).map(|rid| host.frame(&soon(&bench, rid, Action::EASE_OFF))).collect();
    // In another order than they were sent: each is done, and once.
    for index in [2, 0, 1, 0, 2, 1] {
        bench.device.link.receive(bench.now, &frames[index]);
    }
    bench.run(2);
    assert_eq!(bench.device.link.security().replayed, 3);
    let done = host.answers(&mut bench).iter().filter(|answer| answer.status == Status::OK).count();
    assert_eq!(done, 3);
    // Into the next session of the same key, too.
    let mut again = Host::connected(&mut bench, 2);
    let before = bench.clone();
    frames.iter().for_each(|frame| bench.device.link.receive(bench.now, frame));
    assert_eq!(bench.tick(), before.clone().tick());
    assert!(again.answers(&mut bench).is_empty());
}

#[test]
fn a_command_is_answered_again_and_not_done_again_and_a_new_session_has_ids_of_its_own() {
    let mut bench = secured(Phase::PreCool);
    let mut host = Host::timed(&mut bench, 2);
    let target = |bench: &mut Bench<1>| bench.tick().channels[0].target;
    let press = soon(&bench, 5, Action::EASE_OFF);
    host.say(&mut bench, &press);
    let eased = target(&mut bench);
    assert_eq!(host.answers(&mut bench), [Response::new(5, Status::OK)]);
    host.say(&mut bench, &press);
    assert_eq!(target(&mut bench), eased);
    assert_eq!(host.answers(&mut bench), [Response::new(5, Status::OK)]);
    // The host does not repeat across sessions; what it sends anew is another command.
    bench.run(1);
    let mut host = Host::timed(&mut bench, 2);
    let press = soon(&bench, 5, Action::EASE_OFF);
    host.say(&mut bench, &press);
    assert!(target(&mut bench) > eased);
}

/// A command that was taken in a session is done; its answer is not given to who came after.
#[test]
fn an_answer_of_one_session_is_not_given_in_the_next() {
    let mut bench = secured(Phase::PreCool);
    let mut host = Host::timed(&mut bench, 2);
    bench.run(1);
    let press = soon(&bench, 5, Action::EASE_OFF);
    host.say(&mut bench, &press);
    let mut next = Host::connected(&mut bench, 3);
    let heard_us = bench.now.as_millis() * 1_000;
    next.say(&mut bench, &TimeAsk { asked_us: 1, heard_us });
    next.hear(&mut bench);
    next.heard.clear();
    let press = soon(&bench, 5, Action::START);
    next.say(&mut bench, &press);
    bench.tick();
    let answers = next.answers(&mut bench);
    assert_eq!(answers.iter().map(|it| it.status).collect::<Vec<_>>(), [Status::BAD_STATE]);
}

#[test]
fn a_start_of_the_device_loses_the_session_and_keeps_the_keys() {
    let mut bench = secured(Phase::PreCool);
    let mut host = Host::connected(&mut bench, 2);
    bench.device.restart(Some(Duration::from_secs(5)));
    bench.now = bench.now.plus(Duration::from_secs(5));
    assert_eq!(bench.device.link.peer(), None);
    assert_eq!(bench.device.link.keys().slots().count(), 4);
    host.say(&mut bench, &operate(1, Action::STOP));
    assert!(host.answers(&mut bench).is_empty());
    let mut host = Host::connected(&mut bench, 2);
    host.say(&mut bench, &operate(1, Action::STOP));
    bench.tick();
    assert_eq!(host.answers(&mut bench).len(), 1);
}

#[test]
fn a_revoked_key_ends_its_session_at_once_and_says_so() {
    let mut bench = secured(Phase::PreCool);
    let mut host = Host::connected(&mut bench, 2);
    while bench.device.link.poll_security_event().is_some() {}
    bench.device.link.keys_mut().revoke(2);
    host.say(&mut bench, &operate(1, Action::STOP));
    assert!(!is_still(&mut bench));
    assert_eq!(bench.device.link.peer(), None);
    assert_eq!(bench.device.link.poll_security_event(), Some(SecurityEvent::Ended));
}

#[test]
fn a_key_is_paired_at_the_machine_and_not_while_somebody_is_treated() {
    let mut bench = secured(Phase::Standby);
    let at = bench.now;
    let paired = bench.device.link.open_pairing(at, 9, Role::Nurse, label(), [9; 32]).unwrap();
    let mut host = Host::new(paired);
    host.connect(&mut bench);
    assert_eq!(bench.device.link.keys().slots().count(), 4, "not yet");
    host.say(&mut bench, &Heartbeat { at_ms: 0, nonce: 0 });
    assert_eq!(bench.device.link.keys().slots().count(), 5);
    let events: Vec<_> = core::iter::from_fn(|| bench.device.link.poll_security_event()).collect();
    assert_eq!(events, [SecurityEvent::Secured, SecurityEvent::Paired]);
    let mut bench = secured(Phase::PreCool);
    let at = bench.now;
    assert!(bench.device.link.open_pairing(at, 9, Role::Nurse, label(), [9; 32]).is_err());
}

#[test]
fn without_entropy_no_session_begins_and_the_link_says_why() {
    let mut bench: Bench<1> = Bench::with(keyed_config());
    bench.device.link.keys_mut().add(slot(2, Role::Nurse)).unwrap();
    assert!(bench.device.link.wants_entropy());
    let mut host = Host::new(code(2));
    host.connect(&mut bench);
    assert!(!host.link.is_secured());
    bench.device.link.add_entropy([1; 32]);
    let mut host = Host::new(code(2));
    host.connect(&mut bench);
    assert!(host.link.is_secured() && !bench.device.link.wants_entropy());
}

/// Who only says hello, or sends what cannot be opened, does not make a lost host look alive.
#[test]
fn a_lost_host_is_not_hidden_by_strangers() {
    let mut bench = secured(Phase::PreCool);
    let mut host = Host::connected(&mut bench, 2);
    let old = host.frame(&Heartbeat { at_ms: 0, nonce: 0 });
    bench.device.link.receive(bench.now, &old);
    for tick in 1..=100 {
        let outputs = bench.tick();
        let lost = outputs.machine.alarms.contains(Condition::LinkLost);
        assert_eq!(lost, tick > 35, "{tick}");
        let noise = [plain(&HELLO), old.clone(), plain(&Heartbeat { at_ms: 0, nonce: 1 })];
        bench.device.link.receive(bench.now, &noise.concat());
    }
}

/// Else the display would be blamed for a progress that is not told any more.
#[test]
fn a_stranger_does_not_say_what_the_host_understands() {
    let mut bench = secured(Phase::Infusing);
    let mut host = Host::connected(&mut bench, 2);
    let mut progress = |bench: &mut Bench<1>| {
        bench.run(2);
        host.hear(bench);
        let mut told = host.heard.drain(..).filter_map(|message| match message {
            AnyMessage::MachineStatus(status) => Some(status.progress),
            _ => None,
        });
        told.next_back().unwrap()
    };
    assert_ne!(progress(&mut bench), 0);
    let older = plain(&Hello { minor_max: 0, ..HELLO });
    bench.device.link.receive(bench.now, &older);
    assert_ne!(progress(&mut bench), 0);
}

/// Whose messages a maker's are, and whether a machine speaks at all, is nothing that a stranger may decide.
#[test]
fn whoever_changes_what_the_device_is_on_the_way_hinders_a_session_and_begins_none() {
    let changes: [fn(&mut Hello); 5] = [
        |_| {},
        |hello| hello.origin.0 ^= 1,
        |hello| hello.model ^= 1,
        |hello| hello.firmware ^= 1,
        |hello| hello.channels ^= 1,
    ];
    for (index, change) in changes.iter().enumerate() {
        let mut bench = secured(Phase::Standby);
        let mut host = Host::new(code(2));
        host.say(&mut bench, &HELLO);
        host.hear(&mut bench);
        let said = host.heard.iter().find_map(|message| match message {
            AnyMessage::Hello(hello) => Some(*hello),
            _ => None,
        });
        let mut hello = said.unwrap();
        change(&mut hello);
        host.link.heard(&hello).unwrap();
        host.shake_hands(&mut bench);
        assert_eq!(host.link.is_secured(), index == 0, "change {index}");
    }
}

#[test]
fn a_wrong_key_is_counted_reported_and_locked_out() {
    let mut bench = secured(Phase::Standby);
    let wrong = PairingCode { psk: Secret::new([0xEE; 32]), ..code(2) };
    for _ in 0..5 {
        let mut host = Host::new(wrong.clone());
        host.connect(&mut bench);
        assert!(!host.link.is_secured());
        bench.run(2);
    }
    let counters = bench.device.link.security();
    assert_eq!((counters.failures, counters.lockouts), (5, 1));
    let events: Vec<_> = core::iter::from_fn(|| bench.device.link.poll_security_event()).collect();
    assert_eq!(events, [SecurityEvent::Failed, SecurityEvent::Locked]);
}

#[test]
fn a_link_waits_for_a_session_without_spinning() {
    let mut link: Link<1> = Link::new(&keyed_config());
    let now = Instant::from_millis(100);
    assert!(link.transmit(now, &mut [0; 600]) > 0);
    let mut bench = secured(Phase::Setup);
    let mut host = Host::new(code(2));
    host.hear(&mut bench);
    // Events and entries wait for whoever may read them.
    assert_eq!(bench.device.link.next_deadline(), Instant::from_millis(u64::MAX));
    host.connect(&mut bench);
    host.say(&mut bench, &Heartbeat { at_ms: 0, nonce: 0 });
    assert_eq!(bench.device.link.next_deadline(), Instant::ZERO);
    host.hear(&mut bench);
    let entries = host.heard.iter().filter(|it| matches!(it, AnyMessage::RecordEntry(_)));
    assert!(entries.count() > 0);
    let events = host.heard.iter().filter(|it| matches!(it, AnyMessage::EventReport(_)));
    assert!(events.count() > 0);
}

/// Two packets' room, the keys, the session, what waits, and the newest entries of the record.
#[test]
fn a_link_takes_no_more_memory_than_twelve_kilobytes() {
    let size = size_of::<Link<1>>();
    assert!(size <= 12 * 1_024, "{size}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Cut, flipped, forged, moved to another place: nothing that a key's holder did not send does anything.
    #[test]
    fn nothing_forged_changes_anything(
        at in any::<prop::sample::Index>(), bit in 0u8..8, cut in any::<bool>(), number in 0u32..80,
    ) {
        let mut bench = secured(Phase::PreCool);
        let mut host = Host::connected(&mut bench, 2);
        let mut out = [0; 300];
        let mut body = [0; BODY_LEN];
        let press = operate(3, Action::STOP);
        let length = coldcap_wire::message::Body::encode(&press, &mut body).unwrap();
        let length = host.link
            .send(coldcap_wire::packet::Kind::Command, 0x15, &body[..length], &mut out).unwrap();
        let mut packet = out[..length].to_vec();
        let place = at.index(packet.len());
        if cut {
            packet.truncate(place);
        } else {
            packet[place] ^= 1 << bit;
        }
        let mut renumbered = out[..length].to_vec();
        renumbered[2..6].copy_from_slice(&(number + 100).to_le_bytes());
        let before = bench.clone();
        for forged in [packet, renumbered] {
            let mut framed = [0; 400];
            let length = frame::encode(&forged, &mut framed).unwrap();
            bench.device.link.receive(bench.now, &framed[..length]);
        }
        prop_assert_eq!(bench.tick(), before.clone().tick());
        prop_assert!(!bench.drives.channels[0].pump.is_off());
        prop_assert!(host.answers(&mut bench).is_empty());
        // The true one is still good.
        let mut framed = [0; 400];
        let length = frame::encode(&out[..length], &mut framed).unwrap();
        bench.device.link.receive(bench.now, &framed[..length]);
        prop_assert!(is_still(&mut bench));
    }
}

fn follow(rid: u16) -> Follow {
    let head = CommandHead::new(rid, 0);
    Follow {
        head,
        report: ChannelStatus::ENDPOINT,
        period_ms: 100,
        mask: 1,
        lease_s: 60,
        window: 64,
    }
}

/// How many reports of the channel leave in five seconds, sealed or not.
fn reported(bench: &mut Bench<1>) -> usize {
    let mut count = 0;
    for _ in 0..50 {
        bench.tick();
        let mut out = [0; 2_000];
        let length = bench.device.link.transmit(bench.now, &mut out);
        let mut deframer = Deframer::<FRAME_ROOM>::new();
        let mut rest = &out[..length];
        while !rest.is_empty() {
            let (taken, packet) = deframer.feed(rest);
            rest = &rest[taken..];
            let header = packet.map(|packet| Header::parse(packet.unwrap()).unwrap().0);
            count += usize::from(header.is_some_and(|it| it.endpoint == ChannelStatus::ENDPOINT));
        }
    }
    count
}

// req: LNK-003
#[test]
fn a_stranger_does_not_subscribe_and_a_subscription_ends_with_its_session() {
    let mut bench = secured(Phase::Standby);
    bench.device.link.receive(bench.now, &plain(&HELLO));
    bench.device.link.receive(bench.now, &plain(&follow(1)));
    assert_eq!(reported(&mut bench), 5, "the status that is for everybody, at its own pace");
    let mut host = Host::connected(&mut bench, 1);
    host.say(&mut bench, &follow(1));
    assert_eq!(host.answers(&mut bench), [Response::new(1, Status::OK)]);
    assert_eq!(reported(&mut bench), 50, "an observer may look");
    assert!(bench.device.link.keys_mut().revoke(1));
    let after = reported(&mut bench);
    assert!((5..=6).contains(&after), "{after}: for everybody again");
}

/// A command to drive that is proven to be of now.
fn actuate(bench: &Bench<1>, rid: u16, actuator: Actuator, drive_permille: u16) -> Actuate {
    let deadline = (bench.now.as_millis() + 1_000) as u16;
    let channel = if actuator == Actuator::CHILLER { MACHINE } else { 0 };
    let head = CommandHead { deadline, ..CommandHead::new(rid, channel) };
    Actuate { head, actuator, drive_permille, lease_ms: 2_000 }
}

impl Host {
    /// Connected, and the device knows what this host has heard.
    fn timed(bench: &mut Bench<1>, id: u32) -> Self {
        bench.run(3);
        let mut host = Self::connected(bench, id);
        let heard_us = bench.now.as_millis() * 1_000;
        host.say(bench, &TimeAsk { asked_us: 1, heard_us });
        host.hear(bench);
        host.heard.clear();
        host
    }
}

/// Whether anything at all moves.
fn drives(bench: &mut Bench<1>) -> [bool; 3] {
    let drives = bench.tick().drives;
    let [channel] = drives.channels;
    [channel.pump, channel.valve, drives.chiller].map(|duty| !duty.is_off())
}

// req: LNK-003, HND-002
#[test]
fn an_actuator_is_driven_by_the_key_of_service_alone() {
    for id in 1..=4 {
        let mut bench = secured(Phase::Standby);
        let mut host = Host::timed(&mut bench, id);
        for (rid, actuator) in (1..).zip([Actuator::PUMP, Actuator::VALVE]) {
            let wish = actuate(&bench, rid, actuator, 500);
            host.say(&mut bench, &wish);
            let moving = drives(&mut bench);
            let answers = host.answers(&mut bench);
            if id == 4 {
                assert_eq!(answers, [Response::new(rid, Status::OK)]);
                assert_eq!(moving, [true, rid == 2, false]);
            } else {
                assert_eq!(answers, [Response::new(rid, Status::DENIED)]);
                assert_eq!(moving, [false; 3]);
            }
        }
        // A compressor that has just come up has to stand, which is no refusal for good.
        let wish = actuate(&bench, 3, Actuator::CHILLER, 500);
        host.say(&mut bench, &wish);
        assert!(!drives(&mut bench)[2]);
        let status = host.answers(&mut bench)[0].status;
        assert_eq!(status, if id == 4 { Status::BUSY } else { Status::DENIED });
        // Nobody renews.
        bench.run(2);
        assert_eq!(drives(&mut bench), [false; 3]);
    }
}

#[test]
fn what_is_no_drive_is_refused_before_it_waits() {
    let mut bench = secured(Phase::Standby);
    let mut host = Host::timed(&mut bench, 4);
    let sound = actuate(&bench, 1, Actuator::PUMP, 500);
    let head = |rid, deadline, channel| CommandHead { rid, deadline, channel, ..sound.head };
    let wishes = [
        Actuate { head: head(1, 0, 0), ..sound },
        Actuate { head: head(2, (bench.now.as_millis() - 1) as u16, 0), ..sound },
        Actuate { drive_permille: 1_001, head: head(3, sound.head.deadline, 0), ..sound },
        Actuate { actuator: Actuator(4), head: head(4, sound.head.deadline, 0), ..sound },
        Actuate { head: head(5, sound.head.deadline, 1), ..sound },
        Actuate { head: head(6, sound.head.deadline, MACHINE), ..sound },
        Actuate { actuator: Actuator::CHILLER, head: head(7, sound.head.deadline, 0), ..sound },
    ];
    let plain = Response::new;
    let machine = i32::from(MACHINE);
    let expected = [
        plain(1, Status::EXPIRED),
        plain(2, Status::EXPIRED),
        Response { reason: 9, field: 19, maximum: 1_000, ..plain(3, Status::OUT_OF_RANGE) },
        plain(4, Status::UNSUPPORTED),
        plain(5, Status::OUT_OF_RANGE),
        plain(6, Status::OUT_OF_RANGE),
        Response { minimum: machine, maximum: machine, ..plain(7, Status::OUT_OF_RANGE) },
    ];
    for (wish, expected) in wishes.iter().zip(expected) {
        host.say(&mut bench, wish);
        assert_eq!(host.answers(&mut bench), [expected], "without a tick");
        assert_eq!(drives(&mut bench), [false; 3]);
    }
    // Of a host that has not proven what it heard no deadline means anything.
    let mut bench = secured(Phase::Standby);
    let mut host = Host::connected(&mut bench, 4);
    bench.run(3);
    let wish = actuate(&bench, 1, Actuator::PUMP, 500);
    host.say(&mut bench, &wish);
    assert_eq!(host.answers(&mut bench), [plain(1, Status::EXPIRED)]);
    assert_eq!(drives(&mut bench), [false; 3]);
}

// req: LNK-004, HND-003
#[test]
fn a_stop_voids_what_waits_to_be_driven_at_whatever_channel_it_is() {
    for channel in [0, MACHINE] {
        let mut bench = secured(Phase::Standby);
        let mut host = Host::timed(&mut bench, 4);
        for (rid, actuator) in [(1, Actuator::PUMP), (2, Actuator::CHILLER)] {
            let wish = actuate(&bench, rid, actuator, 500);
            host.say(&mut bench, &wish);
        }
        let head = CommandHead::new(3, channel);
        host.say(&mut bench, &Operate { head, ..operate(3, Action::STOP) });
        // What comes behind it was on its way.
        let wish = actuate(&bench, 4, Actuator::PUMP, 500);
        host.say(&mut bench, &wish);
        assert_eq!(drives(&mut bench), [false; 3]);
        let statuses: Vec<_> =
            host.answers(&mut bench).iter().map(|it| (it.rid, it.status)).collect();
        for expected in [(1, Status::STALE), (2, Status::STALE), (4, Status::BAD_STATE)] {
            assert!(statuses.contains(&expected), "{statuses:?}");
        }
        bench.run(2);
        assert_eq!(drives(&mut bench), [false; 3]);
    }
}

/// A session that ends, by another host or by a key that is taken away, renews nothing.
// req: HND-001
#[test]
fn what_was_driven_ends_with_its_lease_when_the_key_is_gone() {
    let mut bench = secured(Phase::Standby);
    let mut host = Host::timed(&mut bench, 4);
    let wish = actuate(&bench, 1, Actuator::PUMP, 500);
    host.say(&mut bench, &wish);
    assert!(drives(&mut bench)[0]);
    assert!(bench.device.link.keys_mut().revoke(4));
    let wish = actuate(&bench, 2, Actuator::PUMP, 500);
    host.say(&mut bench, &wish);
    let ticks = (0..100).take_while(|_| drives(&mut bench)[0]).count();
    assert_eq!(ticks, 19);
}
