//! The shipped client beside the shipped link: the messages of a maker, and packets that are short.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod shipped;

use coldcap::{Config, LinkAccess, VendorError};
use coldcap_host::client::{ClientConfig, CommandBody, Message, NotSecured, UNSENT};
use coldcap_units::Duration;
use coldcap_wire::message::{
    Body, CommandHead, Described, Direction, Message as Told, Response, Status,
};
use coldcap_wire::packet::{Kind, LEAST_MTU};
use coldcap_wire::security::{Open, Role, Roles, Rule};
use serde::{Deserialize, Serialize};
use shipped::Pair;

const LEAST: u16 = LEAST_MTU as u16;
const OPERATORS: Roles = Roles::NONE.and(Role::Nurse).and(Role::Clinician);
static ROWS: [Rule; 1] =
    [Rule { kind: Kind::Command, endpoint: 0xC0, roles: OPERATORS, open: Open::Never }];

/// How the maker's fan is driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct SetFan {
    head: CommandHead,
    drive_permille: u16,
}

/// What it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct FanStatus {
    rpm: u16,
}

/// 170 bytes in one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Long {
    head: CommandHead,
    bytes: [[u8; 32]; 5],
}

macro_rules! message {
    ($type:ty, $kind:ident, $direction:ident, $endpoint:literal, $minimum:expr, $maximum:expr) => {
        impl Described for $type {
            const NAME: &'static str = stringify!($type);
            const MINIMUM_LEN: usize = $minimum;
            const MAXIMUM_LEN: usize = $maximum;

            fn base_len(&self) -> usize {
                self.encode(&mut [0; 234]).unwrap()
            }
        }

        impl Body for $type {
            const KIND: Kind = Kind::$kind;
            const DIRECTION: Direction = Direction::$direction;
        }

        impl Told for $type {
            const ENDPOINT: u8 = $endpoint;
        }
    };
}

message!(
    SetFan,
    Command,
    ToDevice,
    0xC0,
    CommandHead::MINIMUM_LEN + 1,
    CommandHead::MAXIMUM_LEN + 3
);
message!(FanStatus, Report, ToHost, 0xC1, 1, 3);
message!(
    Long,
    Command,
    ToDevice,
    0xC0,
    CommandHead::MINIMUM_LEN + 160,
    CommandHead::MAXIMUM_LEN + 160
);

fn set_fan(drive_permille: u16) -> CommandBody {
    CommandBody::vendor(&SetFan { head: UNSENT, drive_permille }).unwrap()
}

fn host() -> ClientConfig {
    ClientConfig { model: Some(Config::reference().identity.model), ..ClientConfig::new(7) }
}

fn pair(role: Role) -> Pair {
    Pair::keyed(role, &ROWS, host()).connected()
}

/// The answers to this command.
fn outcomes(pair: &Pair, asked: u16) -> Vec<Status> {
    let answer = |told: &Message| match told {
        Message::Response { rid, response, .. } if *rid == asked => Some(response.status),
        Message::TooLate { rid, .. } if *rid == asked => Some(Status::EXPIRED),
        _ => None,
    };
    pair.told.iter().filter_map(answer).collect()
}

#[test]
fn a_maker_s_command_reaches_the_board_with_its_role_and_its_answer_the_host() {
    let mut pair = pair(Role::Nurse);
    let rid = pair.client.command(pair.now, set_fan(700));
    pair.tick();
    let command = pair.link.take_vendor(pair.now).unwrap();
    assert_eq!((command.endpoint, command.role.code()), (0xC0, Role::Nurse.code()));
    let fan = SetFan::decode(command.body()).unwrap();
    assert_eq!((fan.drive_permille, fan.head), (700, command.head));
    assert!(command.head.rid == rid && command.head.deadline != 0, "it has a deadline");
    assert_eq!(pair.link.take_vendor(pair.now), None);
    let answer = Response { value: 3, ..Response::new(rid, Status::NO_CHANGE) };
    assert!(pair.link.answer_vendor(answer));
    assert!(!pair.link.answer_vendor(answer), "once");
    pair.tick();
    assert_eq!(outcomes(&pair, rid), [Status::NO_CHANGE]);
}

#[test]
fn whose_role_is_not_in_the_maker_s_row_is_denied() {
    for role in [Role::Observer, Role::Service] {
        let mut pair = pair(role);
        let rid = pair.client.command(pair.now, set_fan(700));
        pair.run(2);
        assert_eq!(
            (pair.link.take_vendor(pair.now), outcomes(&pair, rid)),
            (None, vec![Status::DENIED])
        );
    }
    // And what has no row is nobody's.
    let mut pair = Pair::keyed(Role::Clinician, &[], host()).connected();
    let rid = pair.client.command(pair.now, set_fan(700));
    pair.run(2);
    assert_eq!(
        (pair.link.take_vendor(pair.now), outcomes(&pair, rid)),
        (None, vec![Status::DENIED])
    );
}

#[test]
fn a_maker_s_command_is_carried_out_once_and_not_late() {
    let mut pair = pair(Role::Nurse);
    let rid = pair.client.command(pair.now, set_fan(1));
    pair.tick();
    assert!(pair.link.take_vendor(pair.now).is_some());
    // The board is slow: the host asks again.
    pair.run(15);
    assert_eq!(pair.link.take_vendor(pair.now), None, "a copy is none");
    assert!(pair.link.answer_vendor(Response::new(rid, Status::OK)));
    pair.tick();
    assert_eq!(outcomes(&pair, rid), [Status::OK]);
    // The board looks too late.
    let rid = pair.client.command(pair.now, set_fan(2));
    pair.run(45);
    assert_eq!(pair.link.take_vendor(pair.now), None);
    assert!(outcomes(&pair, rid).len() <= 1);
    // The board never answers.
    let rid = pair.client.command(pair.now, set_fan(3));
    pair.tick();
    assert!(pair.link.take_vendor(pair.now).is_some());
    pair.run(30);
    assert_eq!(outcomes(&pair, rid), [Status::INTERNAL]);
    assert!(!pair.link.answer_vendor(Response::new(rid, Status::OK)));
}

#[test]
fn a_revoked_key_and_a_new_session_end_what_waits() {
    let mut pair = pair(Role::Nurse);
    pair.client.command(pair.now, set_fan(1));
    let mut bytes = Vec::new();
    pair.client.transmit(pair.now, &mut bytes);
    pair.link.receive(pair.now, &bytes);
    let _ = pair.link.keys_mut().revoke(2);
    assert_eq!(pair.link.take_vendor(pair.now), None);
}

#[test]
fn a_maker_s_report_reaches_the_host_that_knows_the_model_and_no_other() {
    for (model, knows) in [(host().model, true), (Some(9), false), (None, false)] {
        let mut pair = Pair::keyed(Role::Observer, &ROWS, ClientConfig { model, ..host() });
        assert_eq!(pair.link.send_vendor(&FanStatus { rpm: 1 }), Err(VendorError::NoSession));
        let mut pair = pair.connected();
        let before = pair.client.counters().unreadable;
        pair.link.send_vendor(&FanStatus { rpm: 900 }).unwrap();
        assert_eq!(pair.link.send_vendor(&FanStatus { rpm: 902 }), Err(VendorError::Full));
        pair.tick();
        pair.link.send_vendor(&FanStatus { rpm: 901 }).unwrap();
        pair.tick();
        let fans = pair.told.iter().filter_map(|told| match told {
            Message::Vendor(report) => report.read::<FanStatus>(),
            _ => None,
        });
        let fans: Vec<u16> = fans.map(|fan| fan.unwrap().rpm).collect();
        assert_eq!(fans, if knows { vec![900, 901] } else { vec![] });
        let unread = pair.client.counters().unreadable - before;
        assert_eq!(unread, if knows { 0 } else { 2 });
    }
}

#[test]
fn on_a_bench_a_maker_s_messages_go_both_ways_too() {
    let access = |role| LinkAccess::UnsecuredBench { role, vendor: &ROWS };
    let config = |role| Config { access: access(role), ..Config::reference() };
    let mut pair = Pair::of(config(coldcap_session::Role::Nurse), host()).connected();
    let rid = pair.client.command(pair.now, set_fan(5));
    pair.link.send_vendor(&FanStatus { rpm: 7 }).unwrap();
    pair.tick();
    assert!(pair.link.take_vendor(pair.now).is_some());
    assert!(pair.link.answer_vendor(Response::new(rid, Status::OK)));
    pair.tick();
    assert_eq!(outcomes(&pair, rid), [Status::OK]);
    assert!(pair.told.iter().any(|told| matches!(told, Message::Vendor(_))));
    let mut pair = Pair::of(config(coldcap_session::Role::Observer), host()).connected();
    let rid = pair.client.command(pair.now, set_fan(5));
    pair.run(2);
    assert_eq!(
        (pair.link.take_vendor(pair.now), outcomes(&pair, rid)),
        (None, vec![Status::DENIED])
    );
}

#[test]
fn the_longest_packet_holds_a_long_command_of_a_maker() {
    let mut pair = pair(Role::Nurse);
    let part = [1; 32];
    let long = Long { head: UNSENT, bytes: [part; 5] };
    let long = CommandBody::vendor(&long).unwrap();
    let rid = pair.client.command(pair.now, long);
    pair.tick();
    assert!(pair.link.take_vendor(pair.now).is_some(), "it fits the longest packet");
    assert!(pair.link.answer_vendor(Response::new(rid, Status::OK)));
}

/// Nothing is lost by a host that takes the shortest packets, and it gets no longer one.
#[test]
fn a_client_of_the_least_mtu_is_served_like_any_other() {
    let short = ClientConfig { mtu: LEAST, ..host() };
    let mut pair = Pair::keyed(Role::Nurse, &ROWS, short).connected();
    pair.client.follow(pair.now, Duration::from_millis(500));
    let rid = pair.client.command(
        pair.now,
        CommandBody::drug(coldcap_wire::message::FactKind::DRUG_STARTED, 3, true),
    );
    pair.run(100);
    assert_eq!(outcomes(&pair, rid).len(), 1);
    assert!(pair.client.accounts().iter().all(|account| account.granted && account.received > 5));
    assert!(pair.client.record().is_complete());
    assert!(
        pair.longest.iter().all(|longest| (50..=LEAST_MTU).contains(longest)),
        "{:?}",
        pair.longest
    );
}

#[test]
fn a_client_that_takes_less_is_told_so_and_not_connected() {
    let mut pair = Pair::keyed(Role::Nurse, &ROWS, ClientConfig { mtu: LEAST - 1, ..host() });
    pair.run(30);
    assert!(pair.told.contains(&Message::NotSecured(NotSecured::SmallMtu)), "{:?}", pair.told);
    assert!(!pair.client.is_connected() && pair.link.peer().is_none());
}

static OPEN_ROWS: [Rule; 1] =
    [Rule { kind: Kind::Report, endpoint: 0xC1, roles: Roles::NONE, open: Open::Status }];

/// A report of the maker's waits for nobody: without a session it is refused, whoever might read it.
#[test]
fn a_maker_s_report_is_refused_without_a_session() {
    let mut pair = Pair::keyed(Role::Nurse, &OPEN_ROWS, host());
    for _ in 0..3 {
        let refused = pair.link.send_vendor(&FanStatus { rpm: 1 });
        assert_eq!(refused, Err(VendorError::NoSession));
    }
}

/// A line that takes so long each way is slow, and is not lost.
#[test]
fn a_line_that_takes_more_than_a_second_there_and_back_is_not_lost() {
    for each_way in [300, 700] {
        let mut pair = Pair::keyed(Role::Nurse, &ROWS, host());
        let (mut there, mut back) = (Vec::new(), Vec::new());
        let mut asked = None;
        let (mut started, mut lost) = (None, 0);
        for step in 0..600u64 {
            let now = coldcap_units::Instant::from_millis(1_000 + step * 100);
            pair.now = now;
            let commands = pair.link.take_commands(now);
            let input = coldcap::TickInput {
                commands,
                ..coldcap::TickInput::new(now, coldcap::Inputs::default())
            };
            let outputs = pair.control.tick(&input);
            pair.link.publish(&outputs);
            if step == 100 {
                asked = Some(pair.client.command(now, CommandBody::StartFit));
            }
            let late = now.plus(Duration::from_millis(each_way));
            let mut bytes = Vec::new();
            pair.client.transmit(now, &mut bytes);
            there.push((late, bytes));
            for (_, bytes) in there.extract_if(.., |(due, _)| *due <= now) {
                pair.link.receive(now, &bytes);
            }
            let mut room = vec![0; 4_096];
            let length = pair.link.transmit(now, &mut room);
            back.push((late, room[..length].to_vec()));
            for (_, bytes) in back.extract_if(.., |(due, _)| *due <= now) {
                pair.client.receive(now, &bytes);
            }
            while let Some(message) = pair.client.poll_message() {
                match message {
                    Message::Response { rid, response, .. } if Some(rid) == asked => {
                        started = Some(response.status);
                    }
                    Message::LinkLost => lost += 1,
                    Message::TimedOut { rid, .. } if Some(rid) == asked => {
                        started = Some(Status(99));
                    }
                    _ => {}
                }
            }
        }
        println!("{each_way}: {started:?}, lost {lost} times, peer {:?}", pair.link.peer());
        assert_eq!((lost, started.is_some_and(|it| it.0 != 99)), (0, true), "{each_way} ms");
    }
}
