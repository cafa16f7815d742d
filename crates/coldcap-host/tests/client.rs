//! The client against a device made by hand from the wire crate, over a line that loses, doubles, delays
//! and dirties what it carries.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "support/machine.rs"]
mod machine;

use coldcap_host::client::{Client, ClientConfig, CommandBody, Message};
use coldcap_session::Note;
use coldcap_session::record::Chain;
use coldcap_units::Instant;
use coldcap_wire::message::{
    Action, AnyMessage, ChannelStatus, CommandHead, EventReport, FixedBytes, Heartbeat, Hello,
    MachineStatus, Message as Body, RecordEntry, Response, Status, Value,
};
use coldcap_wire::packet::Kind;
use coldcap_wire::{Receiver, Sender};
use machine::HELLO;
use proptest::prelude::*;

const START: CommandBody = CommandBody::operate(Action::START);
const STOP: CommandBody = CommandBody::operate(Action::STOP);

fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

fn client() -> Client {
    Client::new(ClientConfig { first_rid: 100, ..ClientConfig::new(7) })
}

/// Everything a host sent, in order.
fn read(receiver: &mut Receiver, bytes: &[u8]) -> Vec<AnyMessage> {
    let (mut rest, mut out) = (bytes, Vec::new());
    while !rest.is_empty() {
        let (taken, packet) = receiver.feed(rest);
        rest = &rest[taken..];
        out.extend(packet.map(|packet| packet.unwrap().message().unwrap()));
    }
    out
}

/// Everything but questions for the time, which are a matter of their own.
fn sent(client: &mut Client, receiver: &mut Receiver, now: Instant) -> Vec<AnyMessage> {
    let mut bytes = Vec::new();
    client.transmit(now, &mut bytes);
    let mut all = read(receiver, &bytes);
    all.retain(|message| !matches!(message, AnyMessage::TimeAsk(_)));
    all
}

fn messages(client: &mut Client) -> Vec<Message> {
    core::iter::from_fn(|| client.poll_message()).collect()
}

fn head(message: &AnyMessage) -> Option<CommandHead> {
    message.command_head()
}

fn status(at_ms: u64) -> ChannelStatus {
    machine::status(at_ms, 1)
}

/// The sending side of a device.
#[derive(Default)]
struct Device(Sender);

impl Device {
    fn frame(&mut self, body: &impl Body) -> Vec<u8> {
        let mut room = [0; 256];
        let len = self.0.send_message(body, &mut room).unwrap();
        room[..len].to_vec()
    }

    fn answer(&mut self, endpoint: u8, rid: u16, status: Status) -> Vec<u8> {
        let mut room = [0; 256];
        let len = self.0.respond(endpoint, &Response::new(rid, status), &mut room).unwrap();
        room[..len].to_vec()
    }
}

/// A client that has been greeted at time 0, with its device.
fn connected() -> (Client, Device, Receiver) {
    let (mut client, mut device, mut receiver) = (client(), Device::default(), Receiver::new());
    sent(&mut client, &mut receiver, at(0));
    let hello = device.frame(&HELLO);
    client.receive(at(0), &hello);
    assert_eq!(messages(&mut client), [Message::Hello(HELLO)]);
    // The length of the record is asked for at once; nothing is answered here.
    let asked = sent(&mut client, &mut receiver, at(0));
    assert!(matches!(asked[..], [AnyMessage::ReadRecord(_)]), "{asked:?}");
    (client, device, receiver)
}

#[test]
fn greets_every_second_until_answered_and_beats_every_second() {
    let (mut client, mut receiver) = (client(), Receiver::new());
    assert_eq!(client.next_deadline(), at(0));
    let mut kinds = Vec::new();
    for millis in (0..=3_000).step_by(100) {
        if millis == 2_500 {
            client.receive(at(millis), &Device::default().frame(&HELLO));
        }
        for message in sent(&mut client, &mut receiver, at(millis)) {
            kinds.push((millis, message.describe().name));
        }
    }
    let expected = [
        (0, "hello"),
        (0, "heartbeat"),
        (1_000, "hello"),
        (1_000, "heartbeat"),
        (2_000, "hello"),
        (2_000, "heartbeat"),
        (2_500, "read_record"),
        (3_000, "heartbeat"),
    ];
    assert_eq!(kinds, expected);
    assert!(client.is_connected());
    assert_eq!(receiver.losses().missed, 0);
}

#[test]
fn a_command_is_repeated_under_its_own_id_and_then_given_up() {
    let (mut client, _, mut receiver) = connected();
    let rid = client.command(at(100), START);
    let mut tries = Vec::new();
    for millis in (100..=5_000).step_by(50) {
        for message in sent(&mut client, &mut receiver, at(millis)) {
            tries.extend(head(&message).map(|head| (millis, head.rid)));
        }
        if millis == 4_050 {
            let lost = messages(&mut client);
            assert_eq!(lost, [Message::LinkLost], "nothing was heard since time 0");
        }
    }
    assert_eq!(tries, [(100, rid), (1_100, rid), (2_100, rid), (3_100, rid)]);
    assert_eq!(messages(&mut client), [Message::TimedOut { rid, command: START }]);
}

#[test]
fn an_answer_settles_its_command_once_and_the_next_one_leaves() {
    let (mut client, mut device, mut receiver) = connected();
    let first = client.command(at(100), START);
    let second = client.command(at(100), CommandBody::StartFit);
    assert_ne!(first, second);
    assert_eq!(sent(&mut client, &mut receiver, at(100)).len(), 1);
    let answer = device.answer(0x15, first, Status::BAD_STATE);
    let again = device.answer(0x15, first, Status::BAD_STATE);
    client.receive(at(200), &answer);
    client.receive(at(200), &again);
    let got = messages(&mut client);
    assert!(matches!(got[..], [Message::Response { rid, command: START, response }]
        if rid == first && response.status == Status::BAD_STATE));
    assert_eq!(client.counters().unmatched, 1);
    let next = sent(&mut client, &mut receiver, at(200));
    assert_eq!(head(&next[0]).unwrap().rid, second);
}

#[test]
fn stop_waits_for_nothing() {
    let (mut client, mut receiver) = (client(), Receiver::new());
    client.command(at(0), START);
    let stop = client.command(at(0), STOP);
    let out = sent(&mut client, &mut receiver, at(0));
    let rids: Vec<_> = out.iter().filter_map(head).map(|head| head.rid).collect();
    assert_eq!(rids, [stop], "not even for the greeting");
}

#[test]
fn an_old_command_never_reaches_a_device_that_comes_back() {
    let (mut client, mut device, mut receiver) = connected();
    let resume = CommandBody::operate(Action::RESUME);
    client.receive(at(4_000), &[]);
    assert_eq!(messages(&mut client), [Message::LinkLost]);
    let rid = client.command(at(4_000), resume);
    for millis in (4_000..20_000).step_by(500) {
        assert!(sent(&mut client, &mut receiver, at(millis)).iter().all(|m| head(m).is_none()));
    }
    assert_eq!(messages(&mut client), [Message::TimedOut { rid, command: resume }]);
    client.receive(at(20_000), &device.frame(&HELLO));
    assert_eq!(messages(&mut client), [Message::LinkBack, Message::Hello(HELLO)]);
    let reads = |message: &AnyMessage| matches!(message, AnyMessage::ReadRecord(_));
    let out = sent(&mut client, &mut receiver, at(20_000));
    assert!(out.iter().all(|message| head(message).is_none() || reads(message)), "{out:?}");
}

#[test]
fn silence_is_told_once_and_any_packet_ends_it() {
    let (mut client, mut device, _) = connected();
    let mut bytes = Vec::new();
    client.transmit(at(3_499), &mut bytes);
    assert_eq!(messages(&mut client), []);
    assert!(client.next_deadline() <= at(3_500));
    client.transmit(at(3_500), &mut bytes);
    client.transmit(at(9_000), &mut bytes);
    assert_eq!(messages(&mut client), [Message::LinkLost]);
    assert!(!client.is_connected());
    client.receive(at(9_100), &device.frame(&Heartbeat { at_ms: 1, nonce: 1 }));
    assert_eq!(messages(&mut client), [Message::LinkBack]);
}

#[test]
fn a_device_that_started_anew_is_greeted_again() {
    let (mut client, _, mut receiver) = connected();
    let mut restarted = Device::default();
    let other = Hello { boot: 2, ..HELLO };
    client.receive(at(500), &restarted.frame(&other));
    let out = sent(&mut client, &mut receiver, at(500));
    assert!(matches!(out[..], [AnyMessage::Hello(_), AnyMessage::ReadRecord(_)]), "{out:?}");
    client.receive(at(600), &restarted.frame(&other));
    assert_eq!(sent(&mut client, &mut receiver, at(600)), [], "its answer is no new start");
}

#[test]
fn copies_and_overtaken_status_are_dropped_and_losses_counted() {
    let (mut client, mut device, _) = connected();
    let frames: Vec<_> = [1_000, 2_000, 3_000].map(|ms| device.frame(&status(ms))).into();
    let event = EventReport { index: 0, at_ms: 1, channel: 0, kind: 1, code: 1, value: 0 };
    let event_frame = device.frame(&event);
    let _lost = device.frame(&event);
    let last = device.frame(&status(4_000));
    for frame in [&frames[0], &frames[0], &frames[2], &frames[1], &event_frame, &event_frame, &last]
    {
        client.receive(at(100), frame);
    }
    let expected = [
        Message::ChannelStatus(status(1_000)),
        Message::ChannelStatus(status(3_000)),
        Message::Event(event),
        Message::ChannelStatus(status(4_000)),
    ];
    assert_eq!(messages(&mut client), expected);
    let counters = client.counters();
    assert_eq!((counters.copies, counters.overtaken), (2, 1));
    assert!(counters.packets_lost >= 1);
}

#[test]
fn garbage_costs_itself_and_is_counted() {
    let (mut client, mut device, _) = connected();
    let mut flipped = device.frame(&status(1));
    flipped[3] ^= 0x40;
    let mut line = vec![0x55; 700];
    line.push(0);
    line.extend(&flipped);
    line.extend([1, 2, 3, 0]);
    let mut unknown = [0; 64];
    let len = device.0.send(Kind::Report, 0x7E, &5u8, &mut unknown).unwrap();
    line.extend(&unknown[..len]);
    line.extend(device.frame(&status(2)));
    client.receive(at(10), &line);
    assert_eq!(messages(&mut client), [Message::ChannelStatus(status(2))]);
    let Message::ChannelStatus(_) = Message::ChannelStatus(status(2)) else { unreachable!() };
    let counters = client.counters();
    let frames = counters.frames;
    assert_eq!((frames.crc, frames.length, frames.overflow, frames.cobs), (1, 1, 1, 0));
    assert_eq!((frames.ok, counters.unreadable), (3, 1));
}

/// A record of `count` entries of channel 0.
fn record(count: u32) -> Vec<RecordEntry> {
    let mut chain = Chain::new();
    (0..count)
        .map(|index| {
            let entry = chain.append(at(u64::from(index)), 0, &Note::Symptom(index as u8));
            RecordEntry { index, total: count, entry: FixedBytes(entry.to_bytes()) }
        })
        .collect()
}

#[test]
fn missing_entries_are_asked_for_at_most_eight_at_once_and_again_after_two_seconds() {
    let (mut client, mut device, mut receiver) = connected();
    let record = record(30);
    for index in [0, 1, 4] {
        client.receive(at(100), &device.frame(&record[index]));
    }
    let mut asked = Vec::new();
    for millis in (200..8_000).step_by(100) {
        client.receive(at(millis), &device.frame(&Heartbeat { at_ms: millis, nonce: 0 }));
        for message in sent(&mut client, &mut receiver, at(millis)) {
            let AnyMessage::ReadRecord(read) = message else { continue };
            asked.push((millis, read.from, read.count));
            let wanted = record.iter().skip(read.from as usize).take(read.count.into());
            // The first request is lost on the way.
            let wanted: Vec<_> = if asked.len() == 1 { vec![] } else { wanted.collect() };
            for entry in wanted {
                client.receive(at(millis), &device.frame(entry));
            }
            client.receive(at(millis), &device.answer(0x17, read.head.rid, Status::OK));
        }
    }
    let run = |from: u32| (2_300 + u64::from(from - 5) / 8 * 100, from, 8);
    let lost_and_again = [(200, 2, 2), (2_200, 2, 2)];
    let then = [run(5), run(13), run(21), (2_600, 29, 1)];
    assert_eq!(asked, [&lost_and_again[..], &then].concat());
    assert_eq!((client.record().collected(), client.record().total()), (30, 30));
    assert_eq!(client.counters().unmatched, 0, "answers to its own requests are not stray");
    let told = messages(&mut client);
    assert!(told.iter().all(|message| matches!(message, Message::RecordEntry(_))), "{told:?}");
}

/// Nothing comes behind the last entries that would tell of them, and what asks for them may be lost, too.
#[test]
fn last_entries_that_were_lost_are_found_by_themselves() {
    let (mut client, mut device, mut receiver) = connected();
    let record = record(3);
    let first = RecordEntry { total: 1, ..record[0] };
    client.receive(at(100), &device.frame(&first));
    let mut asked = Vec::new();
    for millis in (200..24_000).step_by(100) {
        client.receive(at(millis), &device.frame(&Heartbeat { at_ms: millis, nonce: 0 }));
        for message in sent(&mut client, &mut receiver, at(millis)) {
            let AnyMessage::ReadRecord(read) = message else { continue };
            asked.push((millis, read.from, read.count));
            // The first request is lost on the way.
            let answer = if asked.len() == 1 { 0 } else { usize::from(read.count) };
            for entry in record.iter().skip(read.from as usize).take(answer) {
                client.receive(at(millis), &device.frame(entry));
            }
        }
    }
    assert_eq!(asked, [(10_100, 0, 1), (20_100, 0, 1), (20_200, 1, 2)]);
    assert_eq!((client.record().collected(), client.record().is_complete()), (3, true));
}

#[test]
fn the_length_of_the_record_is_learnt_from_its_last_entry() {
    let (mut client, mut device, mut receiver) = connected();
    let three = record(3);
    three[..2].iter().for_each(|entry| {
        let entry = RecordEntry { total: entry.index + 1, ..*entry };
        client.receive(at(100), &device.frame(&entry));
    });
    assert!(client.record().is_complete(), "the report of entry 2 was lost");
    client.ask_record_length(at(200));
    let out = sent(&mut client, &mut receiver, at(200));
    let [AnyMessage::ReadRecord(read)] = out[..] else { panic!("{out:?}") };
    assert_eq!((read.from, read.count), (1, 1));
    client.receive(at(300), &device.frame(&three[1]));
    assert_eq!(client.record().missing(), Some((2, 1)));
}

#[test]
fn a_program_that_was_started_again_keeps_its_record_and_nothing_else() {
    let (mut client, mut device, mut receiver) = connected();
    client.command(at(50), START);
    record(2).iter().for_each(|entry| client.receive(at(100), &device.frame(entry)));
    let mut again = client.restarted(ClientConfig { first_rid: 300, ..ClientConfig::new(8) });
    assert_eq!(again.record(), client.record());
    assert!(!again.is_connected() && messages(&mut again).is_empty());
    let out = sent(&mut again, &mut Receiver::new(), at(200));
    assert!(matches!(
        out[..],
        [AnyMessage::Hello(Hello { boot: 8, .. }), AnyMessage::Heartbeat(_)]
    ));
    again.receive(at(300), &device.frame(&HELLO));
    let out = sent(&mut again, &mut receiver, at(300));
    let [AnyMessage::ReadRecord(read)] = out[..] else { panic!("{out:?}") };
    assert_eq!((read.head.rid, read.from), (300, 1), "the old command is gone");
}

#[test]
fn another_channels_record_is_told_and_not_kept() {
    let (mut client, mut device, _) = connected();
    let entry = Chain::new().append(at(5), 1, &Note::CapOff);
    let report = RecordEntry { index: 0, total: 1, entry: FixedBytes(entry.to_bytes()) };
    client.receive(at(10), &device.frame(&report));
    assert_eq!(messages(&mut client), [Message::RecordEntry(report)]);
    assert_eq!(client.record().collected(), 0);
}

/// A device that carries commands out and remembers the last eight answers, as the protocol asks.
#[derive(Default)]
struct Worker {
    sender: Device,
    receiver: Receiver,
    answered: Vec<(u16, u8)>,
    executed: Vec<u16>,
}

impl Worker {
    fn take(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            let (taken, packet) = self.receiver.feed(rest);
            rest = &rest[taken..];
            let Some(Ok(packet)) = packet else { continue };
            let (endpoint, Ok(message)) = (packet.header.endpoint, packet.message()) else {
                continue;
            };
            match (message, message.command_head()) {
                (AnyMessage::Hello(_), _) => out.extend(self.sender.frame(&HELLO)),
                (AnyMessage::ReadRecord(_), _) => {}
                (_, Some(head)) => out.extend(self.work(head.rid, endpoint)),
                _ => {}
            }
        }
        out
    }

    fn work(&mut self, rid: u16, endpoint: u8) -> Vec<u8> {
        if !self.answered.contains(&(rid, endpoint)) {
            self.executed.push(rid);
            self.answered.insert(0, (rid, endpoint));
            self.answered.truncate(8);
        }
        self.sender.answer(endpoint, rid, Status::OK)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Over a line that loses, doubles, cuts and dirties: no command is carried out twice, all keep their
    /// order, and each is answered or timed out exactly once.
    #[test]
    fn at_most_once_in_order_over_a_bad_line(
        fates in prop::collection::vec(0u8..10, 400), count in 1usize..12,
    ) {
        let (mut client, mut device) = (client(), Worker::default());
        let rids: Vec<u16> = (0..count).map(|_| client.command(at(0), START)).collect();
        let mut fates = fates.into_iter().cycle();
        let mut carry = |bytes: Vec<u8>| match fates.next().unwrap() {
            0 | 1 => vec![],
            2 => [bytes.clone(), bytes].concat(),
            3 => bytes[..bytes.len() / 2].to_vec(),
            4 => bytes.iter().enumerate().map(|(at, byte)| if at == 4 { byte ^ 1 } else { *byte }).collect(),
            5 => [vec![0xA5, 0x00], bytes].concat(),
            _ => bytes,
        };
        let mut settled = Vec::new();
        for millis in (0..60_000).step_by(100) {
            let mut out = Vec::new();
            client.transmit(at(millis), &mut out);
            let back = device.take(&carry(out));
            client.receive(at(millis), &carry(back));
            for message in messages(&mut client) {
                match message {
                    Message::Response { rid, .. } | Message::TimedOut { rid, .. } => settled.push(rid),
                    _ => {}
                }
            }
        }
        settled.sort_unstable();
        prop_assert_eq!(&settled, &rids);
        prop_assert!(device.executed.is_sorted_by(|a, b| a < b), "{:?}", device.executed);
    }

    /// However the bytes are cut, the messages are the same; and no bytes do harm.
    #[test]
    fn chunks_do_not_matter_and_noise_does_no_harm(
        cuts in prop::collection::vec(1usize..40, 1..60), noise in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut device = Device::default();
        let mut line = device.frame(&HELLO);
        line.extend(&noise);
        line.push(0);
        (1..6).for_each(|ms| line.extend(device.frame(&status(ms))));
        let mut whole = client();
        whole.receive(at(1), &line);
        let mut pieces = client();
        let (mut rest, mut cuts) = (&line[..], cuts.iter().cycle());
        while !rest.is_empty() {
            let (piece, more) = rest.split_at((*cuts.next().unwrap()).min(rest.len()));
            pieces.receive(at(1), piece);
            rest = more;
        }
        prop_assert_eq!(messages(&mut whole), messages(&mut pieces));
        prop_assert_eq!(whole.counters(), pieces.counters());
    }

    /// Waking only at the deadline sends the very same bytes as waking every millisecond.
    #[test]
    fn the_deadline_misses_nothing(commands in prop::collection::vec(0u64..9_000, 0..5), greeted in 0u64..4_000) {
        let run = |eager: bool| {
            let (mut client, mut device, mut log) = (client(), Device::default(), Vec::new());
            let mut commands = commands.clone();
            commands.sort_unstable();
            for millis in 0..12_000u64 {
                if millis == greeted {
                    client.receive(at(millis), &device.frame(&HELLO));
                }
                commands.iter().filter(|due| **due == millis).for_each(|_| { client.command(at(millis), START); });
                if eager || client.next_deadline() <= at(millis) {
                    let mut out = Vec::new();
                    client.transmit(at(millis), &mut out);
                    if !out.is_empty() { log.push((millis, out)); }
                }
            }
            (log, messages(&mut client))
        };
        prop_assert_eq!(run(true), run(false));
    }
}

fn machine(at_ms: u64, progress: u16) -> MachineStatus {
    let value = Value::absent();
    MachineStatus {
        seq: 0,
        at_ms,
        tank: value,
        evaporator: value,
        chiller_permille: 0,
        battery: value,
        inputs: 0,
        alarms: 0,
        highest: 0,
        sounding: 0,
        link_ok: 0,
        link_crc: 0,
        link_length: 0,
        link_overflow: 0,
        progress,
        dropped: 0,
    }
}

#[test]
fn what_was_drawn_is_told_once_and_only_by_a_display() {
    let (mut client, mut device, mut receiver) = connected();
    let drawn = |messages: Vec<AnyMessage>| -> Vec<u16> {
        let one = |message| match message {
            AnyMessage::Drawn(drawn) => Some(drawn.progress),
            _ => None,
        };
        messages.into_iter().filter_map(one).collect()
    };
    // What arrives is not drawn yet: nothing is said of it, however often one looks.
    client.receive(at(300), &device.frame(&machine(1, 40)));
    assert!(drawn(sent(&mut client, &mut receiver, at(1_400))).is_empty());
    client.drawn(at(1_500), 40);
    assert!(client.next_deadline() <= at(1_500));
    client.drawn(at(1_500), 40);
    client.drawn(at(1_500), 0);
    assert_eq!(drawn(sent(&mut client, &mut receiver, at(1_500))), [40]);
    assert!(drawn(sent(&mut client, &mut receiver, at(1_600))).is_empty());
    client.drawn(at(1_700), 42);
    assert_eq!(drawn(sent(&mut client, &mut receiver, at(1_700))), [42]);
}

#[test]
fn values_are_old_after_two_seconds_without_progress() {
    let (mut client, mut device, _) = connected();
    assert!(client.values_are_stale(at(300)));
    client.receive(at(300), &device.frame(&machine(1, 40)));
    assert!(!client.values_are_stale(at(2_299)) && client.values_are_stale(at(2_300)));
    // Reports go on, the controller does not.
    client.receive(at(2_400), &device.frame(&machine(2, 40)));
    assert!(client.values_are_stale(at(2_400)));
    client.receive(at(2_500), &device.frame(&machine(3, 41)));
    assert!(!client.values_are_stale(at(2_500)));
}
