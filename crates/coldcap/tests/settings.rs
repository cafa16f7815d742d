//! Settings of a shell's own, over the link.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap::{Config, Device, Inputs, KEPT_ENTRIES, Link};
use coldcap_units::{Duration, Instant};
use coldcap_wire::message::{
    AnyMessage, CommandHead, Heartbeat, Message, PutSetting, ReadSettings, Response, Setting,
    Status,
};
use coldcap_wire::service::{SettingRow, Settings};
use coldcap_wire::{Receiver, Sender};

const fn row(key: u16) -> SettingRow {
    SettingRow { key, minimum: -10, maximum: 10, initial: 3 }
}

static ROWS: [SettingRow; 2] = [row(1), row(5)];

type Shell = Device<1, KEPT_ENTRIES, 2>;

struct Bench<const SETTINGS: usize> {
    device: Device<1, KEPT_ENTRIES, SETTINGS>,
    now: Instant,
    sender: Sender,
    receiver: Receiver,
}

fn bench<const SETTINGS: usize>(device: Device<1, KEPT_ENTRIES, SETTINGS>) -> Bench<SETTINGS> {
    let (sender, receiver) = (Sender::new(), Receiver::new());
    let mut bench = Bench { device, now: Instant::from_millis(100), sender, receiver };
    bench.say(&Heartbeat { at_ms: 1, nonce: 1 });
    bench.hear(600);
    bench
}

fn shell() -> Bench<2> {
    bench(Shell::with_settings(Config::unsecured_bench(), Settings::new(&ROWS)))
}

impl<const SETTINGS: usize> Bench<SETTINGS> {
    fn say(&mut self, body: &impl Message) {
        let mut room = [0; 256];
        let length = self.sender.send_message(body, &mut room).unwrap();
        self.device.link.receive(self.now, &room[..length]);
    }

    /// Everything that the device has to say, a little at a time.
    fn hear(&mut self, at_once: usize) -> Vec<AnyMessage> {
        let mut heard = Vec::new();
        for _ in 0..200 {
            let mut out = vec![0; at_once];
            let length = self.device.link.transmit(self.now, &mut out);
            let mut rest = &out[..length];
            while !rest.is_empty() {
                let (taken, packet) = self.receiver.feed(rest);
                rest = &rest[taken..];
                heard.extend(packet.map(|packet| packet.unwrap().message().unwrap()));
            }
            if length == 0 {
                break;
            }
        }
        heard
    }

    fn answers(&mut self) -> Vec<AnyMessage> {
        let is_answer =
            |it: &AnyMessage| matches!(it, AnyMessage::Setting(_) | AnyMessage::Response(_));
        self.hear(600).into_iter().filter(is_answer).collect()
    }

    fn read(&mut self, rid: u16, since: u32, from: u16) -> Vec<AnyMessage> {
        self.say(&ReadSettings { head: CommandHead::new(rid, 0), since, from });
        self.answers()
    }

    fn put(&mut self, rid: u16, expected_revision: u16, key: u16, value: i32) -> Response {
        let head = CommandHead { expected_revision, ..CommandHead::new(rid, 0) };
        self.say(&PutSetting { head, key, value });
        match self.answers()[..] {
            [AnyMessage::Response(response)] => response,
            ref other => panic!("{other:?}"),
        }
    }
}

fn told(rid: u16, key: u16, value: i32, revision: u32, changed: u32, left: u16) -> AnyMessage {
    let (minimum, maximum) = (-10, 10);
    AnyMessage::Setting(Setting { rid, revision, changed, key, value, minimum, maximum, left })
}

fn answered(rid: u16, status: Status) -> AnyMessage {
    AnyMessage::Response(Response::new(rid, status))
}

#[test]
fn settings_are_read_one_by_one_and_changed_by_their_own_revision() {
    let mut bench = shell();
    assert_eq!(bench.read(1, 0, 0), [told(1, 1, 3, 1, 1, 1), answered(1, Status::OK)]);
    assert_eq!(bench.read(2, 0, 2), [told(2, 5, 3, 1, 1, 0), answered(2, Status::OK)]);
    assert_eq!(bench.read(3, 1, 0), [answered(3, Status::NO_CHANGE)]);
    assert_eq!(bench.put(4, 0, 5, -4).status, Status::STALE, "0 is a revision, too");
    let done = bench.put(5, 1, 5, -4);
    assert_eq!((done.status, done.value), (Status::OK, 2));
    let beyond = bench.put(6, 2, 5, 11);
    assert_eq!((beyond.status, beyond.minimum, beyond.maximum), (Status::OUT_OF_RANGE, -10, 10));
    assert_eq!(bench.put(7, 2, 4, 0).status, Status::UNSUPPORTED);
    assert_eq!(bench.read(8, 1, 0), [told(8, 5, -4, 2, 2, 0), answered(8, Status::OK)]);
    assert_eq!(bench.device.link.settings().value(5), Some(-4));
}

#[test]
fn a_change_that_comes_twice_is_made_once() {
    let mut bench = shell();
    let first = bench.put(1, 1, 1, 4);
    assert_eq!((bench.put(2, 2, 1, 5).value, first.value), (3, 2));
    assert_eq!(bench.put(1, 1, 1, 4), first, "answered again");
    assert_eq!(bench.device.link.settings().value(1), Some(5));
}

#[test]
fn no_answer_overtakes_its_setting_however_little_room_there_is() {
    for room in [20, 30, 40, 60, 90] {
        let mut bench = shell();
        bench.hear(600);
        bench.say(&ReadSettings { head: CommandHead::new(1, 0), since: 0, from: 0 });
        let mut heard = bench.hear(room);
        heard.extend(bench.hear(600));
        heard.retain(|it| matches!(it, AnyMessage::Setting(_) | AnyMessage::Response(_)));
        assert_eq!(heard, [told(1, 1, 3, 1, 1, 1), answered(1, Status::OK)], "{room}");
    }
}

#[test]
fn values_outlive_a_start_and_revisions_begin_anew() {
    let mut bench = shell();
    bench.put(1, 1, 5, 7);
    bench.device.restart(Some(Duration::from_secs(1)));
    let settings = bench.device.link.settings();
    assert_eq!((settings.revision(), settings.value(5), settings.value(1)), (1, Some(7), Some(3)));
}

#[test]
fn nothing_that_controls_knows_of_them() {
    let mut plain = bench::<0>(Device::new(Config::unsecured_bench()));
    let mut bench = shell();
    bench.put(1, 1, 5, 7);
    for tick in 2..50 {
        let now = Instant::from_millis(tick * 100);
        let (_, one) = plain.device.tick(now, Inputs::default());
        let (_, other) = bench.device.tick(now, Inputs::default());
        assert_eq!((one.drives, one.machine), (other.drives, other.machine));
    }
}

#[test]
fn a_device_without_settings_has_nothing_of_them() {
    let mut bench = bench::<0>(Device::new(Config::unsecured_bench()));
    assert_eq!(bench.read(1, 0, 0), [answered(1, Status::UNSUPPORTED)]);
    assert_eq!(bench.put(2, 0, 5, 7), Response::new(2, Status::UNSUPPORTED));
    assert_eq!(size_of::<Settings<0>>(), 0);
    let one = size_of::<Link<1, KEPT_ENTRIES, 1>>() - size_of::<Link<1>>();
    assert!(one > 0 && one <= 64, "{one}");
}
