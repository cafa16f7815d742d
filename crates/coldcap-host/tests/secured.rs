//! The client with a key, against a device made by hand from the wire crate.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "support/machine.rs"]
mod machine;

use coldcap_host::client::{
    Client, ClientConfig, ClientKey, CommandBody, Message, NotSecured, UNSENT,
};
use coldcap_units::Instant;
use coldcap_wire::frame::Deframer;
use coldcap_wire::message::{
    Action, AnyMessage, Body, CommandHead, Described, Direction, EventReport, Hello, MachineStatus,
    Message as _, Operate, Origin, Response, Status, TimeAnswer, decode_at_device,
};
use coldcap_wire::packet::{BODY_LEN, Header, Kind, LEAST_MTU};
use coldcap_wire::security::{
    DeviceLink, Input, KeyRing, KeySlot, Label, PairingCode, Policy, Role, Secret, SendError,
    Transport, framed,
};
use coldcap_wire::{FRAME_ROOM, Sender};

const START: CommandBody = CommandBody::operate(Action::START);
const STOP: CommandBody = CommandBody::operate(Action::STOP);
const SERIAL: u64 = 4_711;
const REKEY_MS: u64 = 12 * 60 * 60 * 1_000;

const HELLO: Hello = Hello { serial: SERIAL, ..machine::HELLO };

fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

fn client() -> Client {
    let code = PairingCode { serial: SERIAL, slot: 3, psk: Secret::new([7; 32]) };
    let entropy = Secret::new([9; 32]);
    let key = ClientKey { code, transport: Transport::Serial, entropy };
    Client::new(ClientConfig { first_rid: 100, ..ClientConfig::new(7).with_key(key) })
}

/// A device that answers every command with `ok`, unless it is dumb.
struct Device {
    hello: Hello,
    link: DeviceLink<'static>,
    keys: KeyRing,
    deframer: Deframer<FRAME_ROOM>,
    dice: u8,
    done: Vec<(u32, u16)>,
    dumb: bool,
    /// How many of its frames came unsealed that are no hello and of no handshake.
    unsealed: usize,
}

impl Device {
    fn new(boot: u32) -> Self {
        let mut keys = KeyRing::new();
        let label = Label::new("tablet").unwrap();
        let psk = Secret::new([7; 32]);
        keys.add(KeySlot { id: 3, role: Role::Nurse, label, psk }).unwrap();
        let hello = Hello { boot, ..HELLO };
        let link = DeviceLink::new(&hello, Transport::Serial, Policy::STANDARD);
        let (deframer, done) = (Deframer::new(), Vec::new());
        let dice = boot as u8 * 16;
        Self { hello, link, keys, deframer, dice, done, dumb: false, unsealed: 0 }
    }

    fn send(&mut self, kind: Kind, endpoint: u8, body: &impl Body) -> Vec<u8> {
        let mut bytes = [0; BODY_LEN];
        let length = body.encode(&mut bytes).unwrap();
        let mut out = [0; 300];
        let write =
            |room: &mut [u8]| self.link.send(&self.keys, kind, endpoint, &bytes[..length], room);
        let length = framed(&mut out, write).unwrap();
        out[..length].to_vec()
    }

    fn hello(&mut self) -> Vec<u8> {
        let hello = self.hello;
        self.send(Kind::Hello, 0, &hello)
    }

    fn beat(&mut self, now: u64) -> Vec<u8> {
        let beat = coldcap_wire::message::Heartbeat { at_ms: now, nonce: 0 };
        self.send(Kind::Link, 0x60, &beat)
    }

    fn take(&mut self, now: u64, mut bytes: &[u8]) -> Vec<u8> {
        let mut answers = Vec::new();
        while !bytes.is_empty() {
            let (taken, packet) = self.deframer.feed(bytes);
            bytes = &bytes[taken..];
            let Some(Ok(packet)) = packet else { continue };
            let header = Header::parse(packet).unwrap().0;
            self.unsealed += usize::from(!header.secured && header.kind != Kind::Hello);
            if self.link.wants_entropy() {
                self.dice += 1;
                self.link.add_entropy([self.dice; 32]);
            }
            let message = match self.link.handle_input(at(now), &mut self.keys, packet) {
                Ok(Input::Packet(opened)) => {
                    let header = Header { secured: false, ..opened.header };
                    decode_at_device(&header, opened.body).unwrap()
                }
                _ => {
                    let mut out = [0; 300];
                    let link = &mut self.link;
                    let write = |room: &mut [u8]| link.poll_output(room).ok_or(SendError::TooLong);
                    if let Ok(length) = framed(&mut out, write) {
                        answers.extend_from_slice(&out[..length]);
                    }
                    continue;
                }
            };
            match message {
                AnyMessage::Hello(hello) => {
                    self.link.heard(&hello);
                    answers.extend(self.hello());
                }
                AnyMessage::TimeAsk(ask) => {
                    let (asked_us, received_us) = (ask.asked_us, now * 1_000 + 1);
                    let answer = TimeAnswer { asked_us, received_us, sent_us: received_us };
                    answers.extend(self.send(Kind::Link, 0x65, &answer));
                }
                message => answers.extend(self.work(header, &message)),
            }
        }
        answers
    }

    fn work(&mut self, header: Header, message: &AnyMessage) -> Vec<u8> {
        let head = message.command_head().filter(|_| !self.dumb);
        let Some(head) = head else { return Vec::new() };
        if !matches!(message, AnyMessage::ReadRecord(_)) {
            self.done.push((self.hello.boot, head.rid));
        }
        let answer = Response::new(head.rid, Status::OK);
        self.send(Kind::Response, header.endpoint, &answer)
    }
}

fn messages(client: &mut Client) -> Vec<Message> {
    core::iter::from_fn(|| client.poll_message()).collect()
}

/// One exchange both ways.
fn turn(client: &mut Client, device: &mut Device, now: u64) -> Vec<Message> {
    for _ in 0..6 {
        let mut out = Vec::new();
        client.transmit(at(now), &mut out);
        let back = device.take(now, &out);
        client.receive(at(now), &back);
    }
    messages(client)
}

fn connected() -> (Client, Device) {
    let (mut client, mut device) = (client(), Device::new(1));
    let told = turn(&mut client, &mut device, 0);
    assert_eq!(told, [Message::Hello(HELLO), Message::Secured]);
    assert!(client.is_connected() && device.link.peer().is_some());
    (client, device)
}

#[test]
fn a_session_begins_by_itself_and_commands_go_sealed() {
    let (mut client, mut device) = (client(), Device::new(1));
    let stop = client.command(at(0), STOP);
    let rid = client.command(at(0), START);
    assert!(!client.is_connected());
    let told = turn(&mut client, &mut device, 0);
    let answered: Vec<_> = told
        .iter()
        .filter_map(|told| match told {
            Message::Response { rid, .. } => Some(*rid),
            _ => None,
        })
        .collect();
    assert_eq!(answered, [stop, rid]);
    assert_eq!((device.done.len(), device.unsealed), (2, 0));
    assert_eq!(client.session_keys().map(|keys| keys.hash), {
        let mut other = client.clone();
        turn(&mut other, &mut device, 10);
        other.session_keys().map(|keys| keys.hash)
    });
    assert!(client.next_deadline() > at(0), "it does not spin");
}

/// Without its seal nothing of a device is believed, and nothing is said to it.
#[test]
fn a_device_without_a_seal_is_refused() {
    let (mut client, mut sender) = (client(), Sender::new());
    let stop = client.command(at(0), STOP);
    let rid = client.command(at(0), START);
    let mut room = [0; 300];
    let (mut told, mut bytes) = (Vec::new(), Vec::new());
    for now in (0..30_000).step_by(100) {
        client.transmit(at(now), &mut bytes);
        let event = EventReport { index: 0, at_ms: 1, channel: 0, kind: 1, code: 1, value: 0 };
        for length in [
            sender.send_message(&HELLO, &mut room),
            sender.send_message(&event, &mut room),
            sender.respond(Operate::ENDPOINT, &Response::new(rid, Status::OK), &mut room),
        ] {
            // The room is that of the last one: three times an answer, and hellos from below.
            client.receive(at(now), &room[..length.unwrap()]);
        }
        let length = sender.send_message(&HELLO, &mut room).unwrap();
        client.receive(at(now), &room[..length]);
        assert!(!client.is_connected());
        told.extend(messages(&mut client));
    }
    let of = |wanted: Message| told.iter().filter(|told| **told == wanted).count();
    assert!(of(Message::NotSecured(NotSecured::NoAnswer)) >= 2);
    assert!(of(Message::NotSecured(NotSecured::Unsealed)) > 0);
    let believed = |told: &&Message| matches!(told, Message::Event(_) | Message::Response { .. });
    assert_eq!(told.iter().find(believed), None);
    assert_eq!(of(Message::TimedOut { rid, command: START }), 1);
    assert_eq!(of(Message::TimedOut { rid: stop, command: STOP }), 1);
    // Hellos and requests for a handshake are all that has left.
    let mut receiver = coldcap_wire::Receiver::new();
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        let (taken, packet) = receiver.feed(rest);
        rest = &rest[taken..];
        assert!(packet.is_none_or(|packet| packet.unwrap().header.kind == Kind::Hello));
    }
}

#[test]
fn a_device_with_another_number_is_refused() {
    let (mut client, mut sender) = (client(), Sender::new());
    let mut room = [0; 300];
    let length = sender.send_message(&Hello { serial: 1, ..HELLO }, &mut room).unwrap();
    client.receive(at(0), &room[..length]);
    assert_eq!(messages(&mut client), [Message::NotSecured(NotSecured::OtherDevice)]);
    assert!(!client.is_connected());
}

/// Nobody knows whether it was carried out: it is told so, and not repeated to a device that knows nothing of it.
#[test]
fn a_device_that_starts_anew_gets_a_new_session_and_no_old_commands() {
    let (mut client, mut device) = connected();
    device.dumb = true;
    let rid = client.command(at(1_500), START);
    let later = client.command(at(1_500), CommandBody::StartFit);
    turn(&mut client, &mut device, 1_500);
    let mut device = Device::new(2);
    let hello = device.hello();
    client.receive(at(3_000), &hello);
    let told = turn(&mut client, &mut device, 3_000);
    let expected = [
        Message::Hello(Hello { boot: 2, ..HELLO }),
        Message::TimedOut { rid, command: START },
        Message::Secured,
    ];
    assert_eq!(told[..3], expected, "told once, with the session");
    assert_eq!(device.done, [(2, later)], "what was never sent is sent");
    assert!(client.is_connected());
}

#[test]
fn a_stop_on_its_way_is_sent_in_the_next_session_too() {
    let (mut client, mut device) = connected();
    device.dumb = true;
    let stop = client.command(at(1_500), STOP);
    turn(&mut client, &mut device, 1_500);
    let mut device = Device::new(2);
    let hello = device.hello();
    client.receive(at(3_000), &hello);
    turn(&mut client, &mut device, 3_000);
    assert_eq!(device.done, [(2, stop)]);
}

#[test]
fn after_a_loss_a_new_session_is_begun() {
    let (mut client, mut device) = connected();
    let hash = client.session_keys().unwrap().hash;
    let mut out = Vec::new();
    client.transmit(at(4_000), &mut out);
    assert_eq!(messages(&mut client), [Message::LinkLost]);
    assert!(!client.is_connected());
    let told = turn(&mut client, &mut device, 5_000);
    assert!(told.contains(&Message::Secured), "{told:?}");
    assert!(client.is_connected() && client.session_keys().unwrap().hash != hash);
}

/// Anybody can say hello. A session does not end by it, and what is true comes through.
#[test]
fn a_forged_hello_ends_nothing() {
    let (mut client, mut device) = connected();
    let mut room = [0; 300];
    let forged = Hello { boot: 99, ..HELLO };
    for now in (1_000..60_000).step_by(500) {
        let length = Sender::new().send_message(&forged, &mut room).unwrap();
        client.receive(at(now), &room[..length]);
        turn(&mut client, &mut device, now);
        let beat = device.beat(now);
        client.receive(at(now), &beat);
        assert!(client.is_connected(), "{now}");
    }
    let rid = client.command(at(60_000), STOP);
    turn(&mut client, &mut device, 60_000);
    assert!(device.done.contains(&(1, rid)));
}

#[test]
fn half_a_day_later_the_keys_are_new_and_no_command_is_lost() {
    let (mut client, mut device) = connected();
    let hash = client.session_keys().unwrap().hash;
    let mut told = Vec::new();
    let mut rids = Vec::new();
    for now in (REKEY_MS - 5_000..REKEY_MS + 5_000).step_by(100) {
        rids.push(client.command(at(now), START));
        let beat = device.beat(now);
        client.receive(at(now), &beat);
        told.extend(turn(&mut client, &mut device, now));
    }
    assert_ne!(client.session_keys().unwrap().hash, hash);
    let times = told.iter().filter(|told| **told == Message::Secured).count();
    assert_eq!(times, 1);
    let answered: Vec<_> = told
        .iter()
        .filter_map(|told| match told {
            Message::Response { rid, .. } => Some(*rid),
            _ => None,
        })
        .collect();
    assert_eq!(answered, rids);
}

/// Waking only at the deadline sends the very same bytes as waking every millisecond.
#[test]
fn the_deadline_misses_nothing() {
    let run = |eager: bool| {
        let (mut client, mut device, mut log) = (client(), Device::new(1), Vec::new());
        for now in 0..20_000u64 {
            if now == 3_000 || now == 9_000 {
                client.command(at(now), START);
            }
            if eager || client.next_deadline() <= at(now) {
                let mut out = Vec::new();
                client.transmit(at(now), &mut out);
                // From the sixth to the twelfth second the line is dead.
                if !(6_000..12_000).contains(&now) {
                    let back = device.take(now, &out);
                    client.receive(at(now), &back);
                }
                if !out.is_empty() {
                    log.push((now, out));
                }
            }
        }
        (log, messages(&mut client))
    };
    let (lazy, eager) = (run(false), run(true));
    assert_eq!(lazy.1, eager.1);
    assert_eq!(lazy.0.len(), eager.0.len());
    assert!(lazy == eager);
}

/// docs/campaigns.md: whatever the host's clock does, waits have their bound. It is set back by a minute.
#[test]
fn a_clock_that_is_set_back_silences_no_host_and_hides_no_loss() {
    let (mut client, mut device) = connected();
    for second in 0..100_u64 {
        turn(&mut client, &mut device, second * 1_000);
    }
    let stop = client.command(at(39_000), STOP);
    let (mut said, mut lost) = (0, false);
    for second in 40..60_u64 {
        // The device is gone: nothing comes any more.
        let mut out = Vec::new();
        client.transmit(at(second * 1_000), &mut out);
        said += out.iter().filter(|byte| **byte == 0).count();
        lost |= messages(&mut client).contains(&Message::LinkLost);
    }
    assert!(
        said >= 20,
        "{said} frames in twenty seconds, with a stop ({stop}) and a heartbeat a second"
    );
    assert!(lost, "twenty seconds of silence");
}

fn machine_status(at_ms: u64, seq: u16, progress: u16, alarms: u64) -> MachineStatus {
    let value = coldcap_wire::message::Value::absent();
    MachineStatus {
        seq,
        at_ms,
        tank: value,
        evaporator: value,
        chiller_permille: 0,
        battery: value,
        inputs: 0,
        alarms,
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

/// docs/wire-format.md, 7: values are blanked where they are old, and a peer that is not heard is told as lost. Somebody
/// lets each packet of the device through later than the one before: after ten minutes what the host shows is five
/// minutes old.
#[test]
fn values_that_the_line_has_held_back_for_minutes_are_not_shown_as_fresh() {
    let (mut client, mut device) = connected();
    let mut queue = std::collections::VecDeque::new();
    let (mut stale, mut lost, mut last) = (false, false, 0);
    for second in 1..600_u64 {
        let now = second * 1_000;
        let (seq, progress) = (second as u16, second as u16 * 10);
        queue.push_back((
            now,
            device.send(Kind::Report, 0x41, &machine_status(now, seq, progress, 0)),
        ));
        let mut out = Vec::new();
        client.transmit(at(now), &mut out);
        let answer = device.take(now, &out);
        if !answer.is_empty() {
            queue.push_back((now, answer));
        }
        // One of two seconds' worth gets through.
        if second % 2 == 0 {
            for _ in 0..2 {
                if let Some((sent, frames)) = queue.pop_front() {
                    client.receive(at(now), &frames);
                    last = now - sent;
                }
            }
        }
        stale |= second > 10 && client.values_are_stale(at(now));
        lost |= messages(&mut client).contains(&Message::LinkLost);
    }
    assert!(last > 60_000, "{last} ms old");
    assert!(stale || lost, "values of {} s ago are shown as those of now", last / 1_000);
}

/// What the device says soon comes three seconds late, what the host says for a minute not at all. Something is heard each
/// second: it is blanked, the loss is told once and in time, and what was kept back does not say that the link is back.
#[test]
fn a_device_that_is_heard_late_and_answers_nothing_is_lost_until_it_answers() {
    let (mut client, mut device) = connected();
    let mut line = std::collections::VecDeque::new();
    let mut told = Vec::new();
    for second in 1..120_u64 {
        let now = second * 1_000;
        let status = machine_status(now, second as u16, second as u16 * 10, 0);
        let mut sent = device.send(Kind::Report, 0x41, &status);
        let mut out = Vec::new();
        client.transmit(at(now), &mut out);
        if second >= 60 {
            sent.extend(device.take(now, &out));
        }
        line.push_back((second, sent));
        while let Some((_, frames)) =
            line.pop_front_if(|(sent, _)| second >= (*sent + 3.min(*sent)).min(60))
        {
            client.receive(at(now), &frames);
        }
        let stale = client.values_are_stale(at(now));
        assert!(second < 5 || stale == (second < 60), "{second}");
        told.extend(messages(&mut client).into_iter().map(|message| (second, message)));
    }
    let when = |it: Message| told.iter().filter(move |told| told.1 == it).map(|told| told.0);
    assert_eq!(when(Message::LinkLost).collect::<Vec<_>>(), [15]);
    assert_eq!(when(Message::LinkBack).collect::<Vec<_>>(), [60]);
    assert!(client.is_connected());
}

/// docs/wire-format.md, 7.4: a report that was overtaken by a newer one is counted and not shown. Somebody keeps one back
/// for three seconds.
#[test]
fn a_report_that_was_kept_back_is_not_shown_as_the_newest() {
    let (mut client, mut device) = connected();
    let calm = device.send(Kind::Report, 0x41, &machine_status(10_000, 1, 100, 0));
    let alarmed = device.send(Kind::Report, 0x41, &machine_status(13_000, 2, 130, 1));
    client.receive(at(13_000), &alarmed);
    let shown = |client: &mut Client| -> Vec<u64> {
        let alarms = |told: &Message| match told {
            Message::MachineStatus(status) => Some(status.alarms),
            _ => None,
        };
        messages(client).iter().filter_map(alarms).collect()
    };
    assert_eq!(shown(&mut client), [1]);
    client.receive(at(13_100), &calm);
    assert_eq!(shown(&mut client), [0_u64; 0], "the older says that there is no alarm");
}

/// Its clock begins anew with it, and so does what is the newest.
#[test]
fn a_device_that_starts_anew_shows_its_first_report() {
    let (mut client, mut device) = connected();
    let shown = |client: &mut Client| {
        let of = |told: &Message| matches!(told, Message::MachineStatus(_));
        messages(client).iter().filter(|told| of(told)).count()
    };
    let late = device.send(Kind::Report, 0x41, &machine_status(3_000_000, 1, 100, 0));
    client.receive(at(1_000), &late);
    assert_eq!(shown(&mut client), 1);
    let mut device = Device::new(2);
    let hello = device.hello();
    client.receive(at(2_000), &hello);
    turn(&mut client, &mut device, 2_000);
    let first = device.send(Kind::Report, 0x41, &machine_status(2_000, 1, 1, 0));
    client.receive(at(2_100), &first);
    assert_eq!((shown(&mut client), client.counters().overtaken), (1, 0));
}

/// A client with a key believes nothing that comes without a seal. What it tells of the hello, a report is stamped by:
/// `origin` says whether its measurements are those of a machine.
#[test]
fn a_stranger_does_not_say_where_the_measurements_come_from() {
    let (mut client, _device) = connected();
    let lie = Hello { origin: Origin::DEVICE, model: 9, channels: 4, ..HELLO };
    let mut out = [0; 300];
    let length = Sender::new().send_message(&lie, &mut out).unwrap();
    client.receive(at(1_000), &out[..length]);
    let told = messages(&mut client);
    assert!(!told.contains(&Message::Hello(lie)), "{told:?}");
}

/// Between the beginning of a handshake and its end, too: told is the hello that it was bound to.
#[test]
fn a_stranger_who_speaks_in_the_middle_of_a_handshake_names_no_origin() {
    let (mut client, mut device) = (client(), Device::new(1));
    let lie = Hello { origin: Origin::DEVICE, model: 9, ..HELLO };
    let mut room = [0; 300];
    let length = Sender::new().send_message(&lie, &mut room).unwrap();
    let mut told = Vec::new();
    let mut lied = 0;
    for _ in 0..6 {
        let mut out = Vec::new();
        client.transmit(at(0), &mut out);
        let begun = device.link.peer().is_none() && lied == 0 && !out.is_empty();
        let back = device.take(0, &out);
        if begun && device.link.peer().is_some() {
            client.receive(at(0), &room[..length]);
            lied += 1;
        }
        client.receive(at(0), &back);
        told.extend(messages(&mut client));
    }
    assert_eq!((told, lied), (vec![Message::Hello(HELLO), Message::Secured], 1));
}

#[test]
fn a_device_that_takes_too_short_packets_is_not_connected_to() {
    let (mut client, mut device) = (client(), Device::new(1));
    device.hello.mtu = LEAST_MTU as u16 - 1;
    let told = turn(&mut client, &mut device, 0);
    assert!(told.contains(&Message::NotSecured(NotSecured::SmallMtu)), "{told:?}");
    assert!(!told.contains(&Message::Secured) && !client.is_connected());
    assert_eq!(turn(&mut client, &mut device, 10), [], "it is told once a greeting");
}

/// What the device says of this host anybody can say: it is told, and a session begins all the same where it was a lie.
#[test]
fn a_host_is_told_that_it_takes_too_short_packets() {
    let (mut client, mut device) = (client(), Device::new(1));
    device.link.heard(&Hello { mtu: 20, ..HELLO });
    let mut out = [0; 64];
    let link = &mut device.link;
    let length = framed(&mut out, |room| link.poll_output(room).ok_or(SendError::TooLong)).unwrap();
    for _ in 0..3 {
        client.receive(at(0), &out[..length]);
        assert_eq!(messages(&mut client), [Message::NotSecured(NotSecured::SmallMtu)]);
    }
    let told = turn(&mut client, &mut device, 0);
    assert!(told.contains(&Message::Secured), "{told:?}");
    client.receive(at(0), &out[..length]);
    assert_eq!(messages(&mut client), [], "in a session it means nothing");
}

/// A command of a maker's with 160 bytes behind its head.
#[derive(serde::Serialize, serde::Deserialize)]
struct Long {
    head: CommandHead,
    bytes: [[u8; 32]; 5],
}

impl Described for Long {
    const NAME: &'static str = "long";
    const MINIMUM_LEN: usize = CommandHead::MINIMUM_LEN + 160;
    const MAXIMUM_LEN: usize = CommandHead::MAXIMUM_LEN + 160;

    fn base_len(&self) -> usize {
        self.head.base_len() + 160
    }
}

impl Body for Long {
    const KIND: Kind = Kind::Command;
    const DIRECTION: Direction = Direction::ToDevice;
}

impl coldcap_wire::message::Message for Long {
    const ENDPOINT: u8 = 0xC0;
}

#[test]
fn what_is_longer_than_the_device_takes_is_told_and_not_sent() {
    let part = [7; 32];
    let long = Long { head: UNSENT, bytes: [part; 5] };
    let long = CommandBody::vendor(&long).unwrap();
    let mut client = client();
    let mut device = Device::new(1);
    device.hello.mtu = LEAST_MTU as u16;
    device.link = DeviceLink::new(&device.hello, Transport::Serial, Policy::STANDARD);
    let told = turn(&mut client, &mut device, 0);
    assert!(told.contains(&Message::Secured), "{told:?}");
    let rid = client.command(at(0), long);
    let start = client.command(at(0), START);
    let told = turn(&mut client, &mut device, 0);
    assert_eq!(told[0], Message::TooLong { rid, command: long });
    assert!(matches!(told[1], Message::Response { rid, .. } if rid == start), "{told:?}");
    assert_eq!(device.done, [(1, start)]);
}
