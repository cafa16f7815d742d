//! Recordings, played: order, times, seeking, and files that are not whole.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_host::capture::{
    Block, Damage, Direction, Heard, HeardAt, Located, Origin, Packet, Reader, Verdict, Writer,
};
use coldcap_host::client::{CommandBody, Message};
use coldcap_host::playback::Playback;
use coldcap_units::{Duration, Instant};
use coldcap_wire::message::{
    self as wire, Action, AnyMessage, ChannelStatus, CommandHead, Hello, MachineStatus, Operate,
    PutSetting, ReadSettings, Response, Status,
};
use coldcap_wire::packet::Header;
use std::io::Cursor;

/// The shortest body of a message, all zero, read.
fn zero<M: wire::Message>() -> M {
    (0..256).find_map(|length| M::decode(&vec![0; length]).ok()).unwrap()
}

fn packet(number: u32, message: impl Into<AnyMessage>, sealed: bool) -> Vec<u8> {
    let message = message.into();
    let described = message.describe();
    let (kind, endpoint) = (described.kind, described.id.unwrap_or(wire_operate()));
    let mut body = [0; 256];
    let length = message.encode(&mut body).unwrap();
    let header = Header { kind, secured: sealed, endpoint, number };
    [&header.to_bytes()[..], &body[..length]].concat()
}

fn wire_operate() -> u8 {
    CommandBody::operate(Action::STOP).endpoint()
}

/// A device with two channels that ran for so many seconds; at `gap` it was off for a minute.
struct Device {
    writer: Writer<Vec<u8>>,
    number: u32,
    at_ms: u64,
}

impl Device {
    fn new() -> Self {
        let writer = Writer::new(Vec::new(), Origin::Simulated, 2).unwrap();
        let mut device = Self { writer, number: 0, at_ms: 0 };
        device.say(zero::<Hello>());
        device
    }

    fn say(&mut self, message: impl Into<AnyMessage>) {
        let bytes = packet(self.number, message, self.number > 3);
        self.number += 1;
        self.put(Direction::ToHost, Verdict::Verified, &bytes);
    }

    fn put(&mut self, direction: Direction, verdict: Verdict, bytes: &[u8]) {
        let tick = self.writer.next_tick().saturating_sub(1);
        self.writer.packet(&Packet { tick, direction, verdict, bytes }).unwrap();
    }

    fn second(&mut self) {
        for tick in 0..10 {
            self.at_ms += 100;
            self.writer.tick(&self.at_ms.to_le_bytes(), &[tick]).unwrap();
        }
        for channel in [0, 1] {
            self.say(ChannelStatus { channel, at_ms: self.at_ms, ..zero() });
        }
        self.say(MachineStatus { at_ms: self.at_ms, ..zero() });
    }
}

fn day() -> Vec<u8> {
    let mut device = Device::new();
    (0..90).for_each(|_| device.second());
    device.writer.restart(Some(Duration::from_secs(60))).unwrap();
    device.at_ms += 60_000;
    (0..90).for_each(|_| device.second());
    device.writer.finish(0).unwrap()
}

fn all(playback: &mut Playback<Cursor<Vec<u8>>>) -> Vec<(Instant, Message)> {
    core::iter::from_fn(|| playback.next_message().unwrap()).collect()
}

fn play(file: Vec<u8>) -> Playback<Cursor<Vec<u8>>> {
    Playback::new(Cursor::new(file)).unwrap()
}

/// The device's own time that a report names.
fn stamp(message: &Message) -> Option<u64> {
    match message {
        Message::ChannelStatus(it) => Some(it.at_ms),
        Message::MachineStatus(it) => Some(it.at_ms),
        _ => None,
    }
}

#[test]
fn every_message_comes_once_in_order_and_at_its_time() {
    let mut playback = play(day());
    assert_eq!((playback.origin(), playback.channels()), (Origin::Simulated, 2));
    assert_eq!(playback.duration(), Duration::from_secs(240), "the gap counts");
    let messages = all(&mut playback);
    assert_eq!(messages.len(), 1 + 3 * 180);
    assert!(messages.is_sorted_by_key(|(at, _)| *at));
    assert!(matches!(messages[0].1, Message::Hello(_)));
    assert!(messages.iter().all(|(at, it)| stamp(it).is_none_or(|ms| ms == at.as_millis())));
    assert!(playback.was_ended() && playback.damage().is_empty());
}

#[test]
fn seeking_gives_the_newest_state_first_and_then_the_rest() {
    let mut playback = play(day());
    let whole = all(&mut play(day()));
    for ms in
        [0, 50, 999, 1_000, 45_500, 90_000, 100_000, 150_000, 151_001, 239_999, 240_000, 9_999_999]
    {
        let at = Instant::from_millis(ms);
        playback.seek(at).unwrap();
        let found = all(&mut playback);
        let split = found.partition_point(|(time, _)| *time < at);
        let rest: Vec<_> = whole.iter().filter(|(time, _)| *time >= at).copied().collect();
        assert_eq!(found[split..], rest, "{ms}");
        let newest: Vec<_> = whole.iter().filter(|(time, _)| *time < at).copied().collect();
        let last = newest.iter().rev().filter(|(_, it)| stamp(it).is_some()).take(3);
        let mut state: Vec<_> = last.copied().collect();
        state.extend(newest.iter().find(|(_, it)| matches!(it, Message::Hello(_))));
        assert_eq!(split, state.len(), "{ms}");
        assert!(state.iter().all(|it| found[..split].contains(it)), "{ms}");
    }
}

#[test]
fn an_answer_is_told_with_its_command() {
    let mut device = Device::new();
    device.second();
    let head = CommandHead::new(77, 0);
    let press = Operate { head, action: Action::STOP, confirm: 0, argument: 0 };
    device.put(Direction::ToDevice, Verdict::Verified, &packet(1, press, true));
    device.say(AnyMessage::Response(Response::new(77, Status::OK)));
    device.say(AnyMessage::Response(Response::new(78, Status::OK)));
    let messages = all(&mut play(device.writer.finish(0).unwrap()));
    let answers: Vec<_> =
        messages.iter().filter(|(_, it)| matches!(it, Message::Response { .. })).collect();
    let Message::Response { rid, command, .. } = answers[0].1 else { panic!() };
    assert_eq!((answers.len(), rid, command), (1, 77, CommandBody::Operate(press)));
}

/// Every command that the machine takes has its answer told, and what it reads out, too.
#[test]
fn settings_are_told_as_a_client_tells_them() {
    let mut device = Device::new();
    device.second();
    let ask = ReadSettings { head: CommandHead::new(5, 0), ..zero() };
    let put = PutSetting { head: CommandHead::new(6, 0), ..zero() };
    device.put(Direction::ToDevice, Verdict::Verified, &packet(1, ask, true));
    device.put(Direction::ToDevice, Verdict::Verified, &packet(2, put, true));
    device.say(zero::<wire::Setting>());
    device.put(Direction::ToHost, Verdict::Verified, &answer(5, CommandBody::ReadSettings(ask)));
    device.put(Direction::ToHost, Verdict::Verified, &answer(6, CommandBody::PutSetting(put)));
    let messages = all(&mut play(device.writer.finish(0).unwrap()));
    let told: Vec<_> = messages[4..].iter().map(|(_, message)| *message).collect();
    let answered =
        |rid, command| Message::Response { rid, command, response: Response::new(rid, Status::OK) };
    let expected = [
        Message::Setting(zero()),
        answered(5, CommandBody::ReadSettings(ask)),
        answered(6, CommandBody::PutSetting(put)),
    ];
    assert_eq!(told, expected);
}

/// The packet of an answer.
fn answer(rid: u16, to: CommandBody) -> Vec<u8> {
    let mut bytes = packet(9, AnyMessage::Response(Response::new(rid, Status::OK)), false);
    let kind = Header::parse(&bytes).unwrap().0.kind;
    let header = Header { kind, secured: false, endpoint: to.endpoint(), number: 9 };
    bytes[..header.to_bytes().len()].copy_from_slice(&header.to_bytes());
    bytes
}

/// Who the machine was then, and not who it was later.
#[test]
fn behind_a_seek_back_the_machine_says_who_it_was() {
    let mut device = Device::new();
    (0..60).for_each(|_| device.second());
    let second = Hello { boot: 2, ..zero() };
    device.say(second);
    (0..60).for_each(|_| device.second());
    let mut playback = play(device.writer.finish(0).unwrap());
    all(&mut playback);
    for (seconds, hello) in [(90, second), (30, zero::<Hello>())] {
        playback.seek(Instant::ZERO.plus(Duration::from_secs(seconds))).unwrap();
        let first = playback.next_message().unwrap().map(|(_, message)| message);
        assert_eq!(first, Some(Message::Hello(hello)), "{seconds}");
    }
}

#[test]
fn what_was_refused_is_not_told() {
    let mut device = Device::new();
    let forged = packet(9, MachineStatus { at_ms: 5, ..zero() }, false);
    device.put(Direction::ToHost, Verdict::Refused, &forged);
    let mut playback = play(device.writer.finish(0).unwrap());
    assert_eq!(all(&mut playback).len(), 1, "the hello");
}

#[test]
fn a_file_that_was_cut_plays_what_is_whole() {
    let file = day();
    let whole = all(&mut play(file.clone()));
    let mut most = 0;
    for length in (64..file.len()).step_by(97) {
        let mut playback = play(file[..length].to_vec());
        let found = all(&mut playback);
        assert_eq!(found[..], whole[..found.len()], "{length}");
        assert!(found.len() >= most && !playback.was_ended());
        most = found.len();
    }
    assert!(whole.len() - most < 3 * 11, "no more than the last stretch is missing: {most}");
}

#[test]
fn a_flipped_bit_costs_its_block_and_tells_nothing_false() {
    let file = day();
    let whole = all(&mut play(file.clone()));
    for at in (60..file.len()).step_by(53) {
        let mut spoilt = file.clone();
        spoilt[at] ^= 1 << (at % 8);
        let mut playback = play(spoilt);
        let found = all(&mut playback);
        let part = found.iter().filter(|it| whole.contains(it)).count();
        // Without the restart nobody knows for how long there was no power.
        let shifted = found.len() - part;
        assert!(shifted == 0 || restart_is_lost(&file, at, &playback), "byte {at}: {shifted}");
        assert!(found.len() + 4 * 3 * 11 >= whole.len(), "byte {at}: {} are left", found.len());
        playback.seek(Instant::from_millis(120_000)).unwrap();
    }
}

fn restart_is_lost(file: &[u8], at: usize, playback: &Playback<Cursor<Vec<u8>>>) -> bool {
    let restart = file.windows(8).position(|head| head == [4, 0, 0, 0, 13, 0, 0, 0]).unwrap();
    let jumped = |it: &Damage| match *it {
        Damage::Lost { resumed: Some(resumed), .. } => resumed > restart as u64,
        _ => false,
    };
    (restart..restart + 25).contains(&at) || (at < restart && playback.damage().iter().any(jumped))
}

#[test]
fn what_is_no_recording_is_said() {
    let error = Playback::new(Cursor::new(b"time_s,channel".to_vec())).unwrap_err();
    assert_eq!(error.to_string(), Damage::NotACapture.to_string());
}

/// A host that heard a machine with two channels, was away for a while, and heard it again.
fn heard(until: u64, mut flush_at: impl FnMut(u64) -> bool) -> (Vec<u8>, Vec<(Instant, Message)>) {
    let mut writer = Writer::new(Vec::new(), Origin::Device, 2).unwrap();
    let mut told = Vec::new();
    let mut number = 0;
    let mut hear = |writer: &mut Writer<Vec<u8>>, at_ms, message: AnyMessage| {
        number += 1;
        let bytes = packet(number, message, true);
        let heard = Heard::Packet { verdict: Verdict::Verified, bytes: &bytes };
        writer.heard(&HeardAt { at_ms, heard }).unwrap();
    };
    hear(&mut writer, 3, zero::<Hello>().into());
    told.push((Instant::from_millis(3), Message::Hello(zero())));
    for at_ms in (1_000..until).step_by(500) {
        if (40_000..55_000).contains(&at_ms) {
            let heard = Heard::Away { reason: "it is silent" };
            writer.heard(&HeardAt { at_ms, heard }).unwrap();
            continue;
        }
        let at = Instant::from_millis(at_ms);
        if at_ms == 55_000 {
            told.push((at, Message::LinkBack));
        }
        for channel in [0, 1] {
            let status = ChannelStatus { channel, at_ms, ..zero() };
            hear(&mut writer, at_ms, status.into());
            told.push((at, Message::ChannelStatus(status)));
        }
        let status = MachineStatus { at_ms, ..zero() };
        hear(&mut writer, at_ms, status.into());
        told.push((at, Message::MachineStatus(status)));
        if at_ms == 39_500 {
            told.push((Instant::from_millis(40_000), Message::LinkLost));
        }
        if flush_at(at_ms) {
            writer.flush().unwrap();
        }
    }
    writer.heard(&HeardAt { at_ms: until, heard: Heard::Missed(7) }).unwrap();
    (writer.finish(0).unwrap(), told)
}

#[test]
fn what_a_host_heard_plays_as_it_was_heard() {
    let (file, told) = heard(90_000, |_| false);
    let mut playback = play(file);
    assert_eq!((playback.origin(), playback.channels()), (Origin::Device, 2));
    assert_eq!(playback.duration(), Duration::from_secs(90));
    assert_eq!(all(&mut playback), told);
    assert_eq!(playback.missed(), 7);
    playback.seek(Instant::from_millis(80_000)).unwrap();
    assert_eq!(
        all(&mut playback).len(),
        told.iter().filter(|(at, _)| at.as_millis() >= 80_000).count() + 4
    );
    assert_eq!(playback.missed(), 7, "once, however often it is played");
    for ms in [0, 3, 39_999, 40_000, 47_000, 55_000, 55_001, 89_999] {
        let at = Instant::from_millis(ms);
        playback.seek(at).unwrap();
        let found = all(&mut playback);
        let split = found.partition_point(|(time, _)| *time < at);
        let rest: Vec<_> = told.iter().filter(|(time, _)| *time >= at).copied().collect();
        assert!(found[split..] == rest, "{ms}");
        let away = found[..split].iter().any(|(_, it)| *it == Message::LinkLost);
        assert_eq!(away, (40_001..=55_000).contains(&ms), "{ms}");
        assert_eq!(split, usize::from(ms > 3) + if ms > 1_000 { 3 } else { 0 } + usize::from(away));
    }
}

#[test]
fn what_a_host_heard_can_be_cut_at_any_byte() {
    let (file, told) = heard(12_000, |at_ms| at_ms % 2_000 == 0);
    let reader = Reader::new(&file).unwrap();
    let blocks: Vec<(u64, usize)> = reader
        .blocks()
        .map(|block| match block.unwrap() {
            Located { offset, value: Block::Heard(entries), .. } => (offset, entries.len()),
            Located { offset, .. } => (offset, 0),
        })
        .collect();
    for length in 44..file.len() {
        // Everything of the blocks that are whole, and nothing else.
        let ends = blocks.iter().skip(1).map(|(offset, _)| *offset).chain([file.len() as u64]);
        let whole = ends.take_while(|end| *end <= length as u64).count();
        let expected: usize = blocks[..whole].iter().map(|(_, entries)| entries).sum();
        let mut playback = play(file[..length].to_vec());
        let found = all(&mut playback);
        assert!(found[..] == told[..expected.min(told.len())], "{length}");
        assert!(!playback.was_ended(), "{length}");
        let survey = Reader::new(&file[..length]).unwrap().survey();
        assert!(!survey.is_whole() && survey.damage.iter().all(Damage::is_cut_off), "{length}");
    }
    assert!(Reader::new(&file).unwrap().survey().is_whole());
}

#[test]
fn a_flipped_bit_of_what_was_heard_costs_one_block() {
    let (file, told) = heard(90_000, |_| false);
    for at in (60..file.len()).step_by(31) {
        let mut spoilt = file.clone();
        spoilt[at] ^= 1 << (at % 8);
        let found = all(&mut play(spoilt));
        let real = |it: &(Instant, Message)| {
            told.contains(it) || matches!(it.1, Message::LinkBack | Message::LinkLost)
        };
        assert!(found.iter().all(real), "byte {at}");
        assert!(found.len() + 2 * 3 * 11 >= told.len(), "byte {at}: {} are left", found.len());
    }
}
