//! The client's part in the services of the protocol, against a device made by hand from the wire crate: deadlines,
//! and subscriptions with their account.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "support/machine.rs"]
mod machine;

use coldcap_host::client::{Client, ClientConfig, CommandBody, DEADLINE, LEASE, Message};
use coldcap_units::{Duration, Instant};
use coldcap_wire::message::{
    Action, AnyMessage, Follow, Hello, MACHINE, MINOR, MachineStatus, Message as Body, Operate,
    Response, Status, TimeAnswer, Value,
};
use coldcap_wire::service::{Begins, Freshness, Gate, Order, Publisher, Verdict};
use coldcap_wire::{Receiver, Sender};
use machine::HELLO;

const START: CommandBody = CommandBody::operate(Action::START);
const STOP: CommandBody = CommandBody::operate(Action::STOP);

fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

/// A device whose clock is 40 s ahead of the host's.
struct Device {
    hello: Hello,
    sender: Sender,
    receiver: Receiver,
    freshness: Freshness,
    gate: Gate<8>,
    publisher: Publisher<(), 1>,
    /// Whether it knows subscriptions and the time.
    serves: bool,
    follows: Vec<(u64, Follow)>,
    asks: Vec<u64>,
    paces: Vec<u16>,
    done: Vec<u16>,
    deadlines: Vec<u16>,
}

impl Device {
    fn new(serves: bool) -> Self {
        let minor_max = if serves { MINOR } else { 2 };
        Self {
            hello: Hello { minor_max, ..HELLO },
            sender: Sender::new(),
            receiver: Receiver::new(),
            freshness: Freshness::new(),
            gate: Gate::new(),
            publisher: Publisher::new([(MachineStatus::ENDPOINT, MACHINE)]),
            serves,
            follows: Vec::new(),
            asks: Vec::new(),
            paces: Vec::new(),
            done: Vec::new(),
            deadlines: Vec::new(),
        }
    }

    fn now(now: u64) -> Instant {
        at(now + 40_000)
    }

    fn say(&mut self, message: &impl Body) -> Vec<u8> {
        let mut room = [0; 256];
        let length = self.sender.send_message(message, &mut room).unwrap();
        room[..length].to_vec()
    }

    /// What it answers to what came.
    fn take(&mut self, now: u64, bytes: &[u8]) -> Vec<u8> {
        let (mut rest, mut answers) = (bytes, Vec::new());
        while !rest.is_empty() {
            let (taken, packet) = self.receiver.feed(rest);
            rest = &rest[taken..];
            let Some(Ok(packet)) = packet else { continue };
            let (number, endpoint) = (packet.header.number, packet.header.endpoint);
            let message = packet.message().unwrap();
            answers.extend(self.work(now, number, endpoint, &message));
        }
        answers
    }

    fn work(&mut self, now: u64, number: u32, endpoint: u8, message: &AnyMessage) -> Vec<u8> {
        let here = Self::now(now);
        match message {
            AnyMessage::Hello(_) => self.say(&{ self.hello }),
            AnyMessage::TimeAsk(ask) if self.serves => {
                self.asks.push(now);
                self.freshness.prove(here, number, ask);
                let (asked_us, sent_us) = (ask.asked_us, here.as_millis() * 1_000);
                self.say(&TimeAnswer { asked_us, received_us: sent_us, sent_us })
            }
            AnyMessage::Credit(credit) => {
                self.publisher.credit(credit);
                Vec::new()
            }
            _ => match message.command_head() {
                Some(head) => {
                    let answer = self.command(now, number, endpoint, message);
                    let answer = answer.unwrap_or(Response::new(head.rid, Status::OK));
                    let mut room = [0; 256];
                    let length = self.sender.respond(endpoint, &answer, &mut room).unwrap();
                    room[..length].to_vec()
                }
                None => Vec::new(),
            },
        }
    }

    fn command(
        &mut self,
        now: u64,
        number: u32,
        endpoint: u8,
        message: &AnyMessage,
    ) -> Option<Response> {
        let head = message.command_head()?;
        match message {
            AnyMessage::Follow(_) if !self.serves => {
                return Some(Response::new(head.rid, Status::UNSUPPORTED));
            }
            AnyMessage::Follow(follow) => {
                self.follows.push((now, *follow));
                return Some(self.publisher.follow(Self::now(now), follow));
            }
            AnyMessage::Subscribe(subscribe) => self.paces.push(subscribe.period_ms),
            AnyMessage::Operate(operate) => {
                self.deadlines.push(head.deadline);
                let order = Order {
                    number,
                    endpoint,
                    head,
                    allowed: true,
                    timed: false,
                    stop: operate.action == Action::STOP,
                    begins: Begins::Nothing,
                    revision: Some(5),
                    room: true,
                };
                match self.gate.admit(Self::now(now), &self.freshness, &order) {
                    Verdict::Run => self.done.push(head.rid),
                    Verdict::Answer(answer) => return Some(answer),
                    Verdict::Wait => {}
                }
                self.gate.settle(Response::new(head.rid, Status::OK));
            }
            _ => {}
        }
        None
    }

    /// The reports that are due.
    fn reports(&mut self, now: u64) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        self.publisher.offer(Self::now(now), MachineStatus::ENDPOINT, MACHINE, ());
        while let Some(due) = self.publisher.poll(Self::now(now)) {
            let at_ms = Self::now(now).as_millis();
            all.push(self.say(&machine(due.seq, due.dropped, at_ms)));
        }
        all
    }
}

fn machine(seq: u16, dropped: u32, at_ms: u64) -> MachineStatus {
    let value = Value::absent();
    MachineStatus {
        seq,
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
        progress: 1,
        dropped,
    }
}

fn messages(client: &mut Client) -> Vec<Message> {
    core::iter::from_fn(|| client.poll_message()).collect()
}

/// One exchange both ways.
fn turn(client: &mut Client, device: &mut Device, now: u64) {
    for _ in 0..4 {
        let mut out = Vec::new();
        client.transmit(at(now), &mut out);
        let back = device.take(now, &out);
        client.receive(at(now), &back);
    }
}

fn connected(serves: bool) -> (Client, Device) {
    let mut client = Client::new(ClientConfig { first_rid: 100, ..ClientConfig::new(7) });
    let mut device = Device::new(serves);
    turn(&mut client, &mut device, 0);
    assert!(client.is_connected());
    messages(&mut client);
    (client, device)
}

/// What a line held back for `held` ms, and what the client then says of it.
fn held_back(held: u64) -> (Vec<Message>, Device) {
    let (mut client, mut device) = connected(true);
    client.command(at(1_000), START);
    let mut bytes = Vec::new();
    client.transmit(at(1_000), &mut bytes);
    let back = device.take(1_000 + held, &bytes);
    client.receive(at(1_000 + held), &back);
    let told = messages(&mut client);
    (
        told.into_iter()
            .filter(|it| !matches!(it, Message::LinkLost | Message::LinkBack))
            .collect(),
        device,
    )
}

#[test]
fn a_command_that_was_held_back_does_nothing_and_its_user_is_told() {
    let longest = u64::from(DEADLINE.as_millis());
    let (told, device) = held_back(longest);
    assert!(matches!(told[..], [Message::Response { rid: 101, .. }]), "{told:?}");
    assert_eq!((device.done, device.deadlines), (vec![101], vec![45_000]));
    let (told, device) = held_back(longest + 1);
    assert_eq!(told, [Message::TooLate { rid: 101, command: START }]);
    assert!(device.done.is_empty());
}

/// The device is at revision 5.
#[test]
fn a_command_on_another_sight_is_told_to_be_stale_and_a_stop_never_is() {
    let (mut client, mut device) = connected(true);
    let mut outcome = |body, seen| {
        let rid = client.command_seeing(at(1_000), body, seen);
        turn(&mut client, &mut device, 1_000);
        (rid, messages(&mut client))
    };
    let (rid, told) = outcome(START, 4);
    assert_eq!(told, [Message::Stale { rid, command: START, revision: 5 }]);
    for (body, seen) in [(START, 5), (START, 0), (STOP, 4)] {
        let (_, told) = outcome(body, seen);
        assert!(matches!(told[..], [Message::Response { .. }]), "{seen}: {told:?}");
    }
    assert_eq!(device.done.len(), 3);
}

/// One screen shows both channels: whoever presses there means the one that is shown.
#[test]
fn a_command_for_another_channel_bears_its_number_and_a_stop_is_for_it_alone() {
    let (mut client, mut device) = connected(true);
    let mut sent = Vec::new();
    for (channel, body) in [(1, START), (0, START), (1, STOP)] {
        client.command_for(at(1_000), channel, body, 0);
        let mut out = Vec::new();
        client.transmit(at(1_000), &mut out);
        let answers = device.take(1_000, &out);
        client.receive(at(1_000), &answers);
        let (mut receiver, mut rest) = (Receiver::new(), &out[..]);
        while !rest.is_empty() {
            let (taken, packet) = receiver.feed(rest);
            rest = &rest[taken..];
            if let AnyMessage::Operate(press) = packet.unwrap().unwrap().message().unwrap() {
                sent.push((press.head.channel, press.action));
            }
        }
    }
    assert_eq!(sent, [(1, Action::START), (0, Action::START), (1, Action::STOP)]);
}

#[test]
fn every_copy_has_the_deadline_of_the_first_and_a_stop_has_none() {
    let (mut client, mut device) = connected(true);
    client.command(at(1_000), START);
    let mut copies = Vec::new();
    for now in (1_000..4_900).step_by(100) {
        let mut out = Vec::new();
        client.transmit(at(now), &mut out);
        let (mut receiver, mut rest) = (Receiver::new(), &out[..]);
        while !rest.is_empty() {
            let (taken, packet) = receiver.feed(rest);
            rest = &rest[taken..];
            if let AnyMessage::Operate(Operate { head, .. }) =
                packet.unwrap().unwrap().message().unwrap()
            {
                copies.push(head.deadline);
            }
        }
    }
    assert_eq!(copies, [45_000; 4]);
    let (mut client, mut stopped) = connected(true);
    client.command(at(1_000), STOP);
    turn(&mut client, &mut stopped, 1_000);
    assert_eq!((stopped.done.len(), stopped.deadlines), (1, vec![0]));
    // An older device judges none, so none is stated.
    let (mut client, mut older) = connected(false);
    client.command(at(1_000), START);
    turn(&mut client, &mut older, 1_000);
    assert_eq!(older.deadlines, [0]);
    device.asks.clear();
}

/// The device takes what lies 4 s before the deadline for the press. A press that waited in the host is no later one.
#[test]
fn the_deadline_of_an_answer_to_an_alarm_counts_from_the_press() {
    for (action, deadline) in
        [(Action::ACKNOWLEDGE, 45_000), (Action::AUDIO_PAUSE, 45_000), (Action::EASE_OFF, 46_500)]
    {
        let (mut client, mut device) = connected(true);
        client.command(at(1_000), CommandBody::operate(action));
        turn(&mut client, &mut device, 2_500);
        assert_eq!((device.done.len(), device.deadlines), (1, vec![deadline]), "{action:?}");
    }
}

/// Somebody holds back each question for the time by 3 s, so that the device's clock seems to be up to 3 s ahead.
#[test]
fn no_answer_to_an_alarm_leaves_by_a_line_that_hides_the_time() {
    let acknowledge = CommandBody::operate(Action::ACKNOWLEDGE);
    let mut client = Client::new(ClientConfig { first_rid: 100, ..ClientConfig::new(7) });
    let mut device = Device::new(true);
    let slowly = |client: &mut Client, device: &mut Device, now, held| {
        let mut out = Vec::new();
        client.transmit(at(now), &mut out);
        let back = device.take(now + held, &out);
        client.receive(at(now + held), &back);
    };
    slowly(&mut client, &mut device, 0, 0);
    slowly(&mut client, &mut device, 1_000, 3_000);
    slowly(&mut client, &mut device, 5_000, 3_000);
    messages(&mut client);
    let rid = client.command(at(9_000), acknowledge);
    let start = client.command(at(9_000), START);
    slowly(&mut client, &mut device, 9_000, 0);
    let told = messages(&mut client);
    assert_eq!(told[0], Message::LineTooSlow { rid, command: acknowledge });
    assert_eq!(device.done, [start], "whatever else is not the same");
    let asked = device.asks.len();
    slowly(&mut client, &mut device, 9_000, 0);
    assert_eq!(device.asks.len(), asked + 1, "the time is asked anew at once");
    // One question that was not held back is enough.
    let rid = client.command(at(9_100), acknowledge);
    turn(&mut client, &mut device, 9_100);
    assert!(device.done.contains(&rid));
}

#[test]
fn the_time_is_asked_twice_at_first_and_then_every_few_seconds() {
    let (mut client, mut device) = connected(true);
    for now in (0..30_000).step_by(100) {
        turn(&mut client, &mut device, now);
    }
    assert_eq!(device.asks[..2], [0, 0]);
    assert!(device.asks.windows(2).skip(1).all(|pair| pair[1] - pair[0] == 5_000));
    client.command(at(30_000), START);
    turn(&mut client, &mut device, 30_000);
    assert_eq!((device.done.len(), device.deadlines), (1, vec![8_464]), "74 000 in 16 bits");
}

#[test]
fn a_subscription_is_kept_up_and_each_report_is_accounted_for() {
    let (mut client, mut device) = connected(true);
    client.follow(at(0), Duration::from_millis(500));
    let (mut sent, mut lost, mut told) = (0, 0, 0);
    for now in (0..60_000u64).step_by(100) {
        turn(&mut client, &mut device, now);
        for report in device.reports(now) {
            sent += 1;
            if sent % 5 == 0 {
                lost += 1;
                continue;
            }
            client.receive(at(now), &report);
            if sent % 4 == 0 {
                client.receive(at(now), &report); // a copy
            }
        }
        told += messages(&mut client)
            .iter()
            .filter(|it| matches!(it, Message::MachineStatus(_)))
            .count();
    }
    assert_eq!(sent, 120);
    let [_, account] = client.accounts();
    assert!(account.granted);
    assert_eq!(u32::try_from(told).unwrap(), account.received);
    // The last one is lost: nobody can know of it yet.
    assert_eq!((account.received, account.missing, account.dropped), (96, lost - 1, 0));
    // Both kinds are renewed every third of the lease.
    let renewed: Vec<u64> = device
        .follows
        .iter()
        .filter(|(_, it)| it.report == MachineStatus::ENDPOINT)
        .map(|it| it.0)
        .collect();
    let third = u64::from(LEASE.as_millis()) / 3;
    assert_eq!(renewed, (0..6).map(|turn| turn * third).collect::<Vec<_>>());
    let follow = device.follows[0].1;
    assert_eq!((follow.mask, follow.period_ms, follow.lease_s), (1, 500, 30));
}

#[test]
fn without_the_client_s_credit_the_device_would_hold_back() {
    let (mut client, mut device) = connected(true);
    client.follow(at(0), Duration::from_millis(100));
    let mut came = 0;
    for now in (0..10_000u64).step_by(100) {
        turn(&mut client, &mut device, now);
        let reports = device.reports(now);
        came += reports.len();
        reports.iter().for_each(|report| client.receive(at(now), report));
    }
    assert_eq!((came, client.accounts()[1].dropped), (100, 0));
}

#[test]
fn what_the_device_left_out_is_shown() {
    let (mut client, mut device) = connected(true);
    client.follow(at(0), Duration::from_millis(100));
    turn(&mut client, &mut device, 0);
    for now in (0..3_000u64).step_by(100) {
        // Nothing leaves the host: no credit.
        for report in device.reports(now) {
            client.receive(at(now), &report);
        }
    }
    let [_, account] = client.accounts();
    assert_eq!((account.received, account.missing), (11, 0), "a window of eight, and three");
    assert_eq!(account.dropped, 19, "those of 2 s");
}

#[test]
fn a_device_without_subscriptions_is_asked_for_the_pace_once() {
    let (mut client, mut device) = connected(false);
    client.follow(at(0), Duration::from_millis(500));
    for now in (0..60_000).step_by(100) {
        turn(&mut client, &mut device, now);
    }
    assert_eq!(device.paces, [500]);
    assert!(device.asks.is_empty());
    assert_eq!(client.accounts().map(|account| account.granted), [false; 2]);
}

#[test]
fn a_device_that_started_anew_is_subscribed_to_anew_and_counted_anew() {
    let (mut client, mut device) = connected(true);
    client.follow(at(0), Duration::from_millis(500));
    for now in (0..5_000u64).step_by(100) {
        turn(&mut client, &mut device, now);
        device.reports(now).iter().for_each(|report| client.receive(at(now), report));
    }
    assert_eq!(client.accounts()[1].received, 10);
    let mut device = Device::new(true);
    device.hello.boot = 2;
    let hello = device.hello;
    let hello = device.say(&hello);
    client.receive(at(5_000), &hello);
    for now in (5_000..10_000u64).step_by(100) {
        turn(&mut client, &mut device, now);
        device.reports(now).iter().for_each(|report| client.receive(at(now), report));
    }
    let [_, account] = client.accounts();
    assert_eq!((account.granted, account.received, account.missing), (true, 10, 0));
    client.follow(at(10_000), Duration::ZERO);
    turn(&mut client, &mut device, 10_000);
    assert!(!client.accounts()[1].granted && device.reports(11_000).is_empty());
}
