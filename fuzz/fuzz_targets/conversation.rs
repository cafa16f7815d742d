//! Frames of both ends over a line that damages them: what a [`Sender`] sent arrives as it was or is refused with a
//! reason that can be told, losses are counted, and every message says what it is.
//!
//! Input: steps of a byte of what, a byte of length, and so many bytes.
#![no_main]

use coldcap_units::{Instant, Reading};
use coldcap_wire::frame::{self, FrameError};
use coldcap_wire::message::{
    Action, Actuator, AnyMessage, BodyError, Described, Direction, ENDPOINTS, FactKind, ObjectKind,
    Origin, Response, STRUCTURES, Status, VOCABULARIES, Value, Vocabulary, decode_any,
    decode_at_device, decode_at_host,
};
use coldcap_wire::packet::{BODY_LEN, Header, Kind, PACKET_LEN};
use coldcap_wire::security::{
    Open, Policy, RULES, Refusal, Role, Roles, SecurityCounters, SendError,
};
use coldcap_wire::{Receiver, Sender, WireError, explain};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeSet;

const MOST: usize = 40;

fuzz_target!(|input: &[u8]| {
    let mut input = input;
    let mut line = Line::default();
    for _ in 0..MOST {
        let [what, len, rest @ ..] = input else { break };
        let (bytes, behind) = rest.split_at(usize::from(*len).min(rest.len()));
        line.step(*what, bytes);
        input = behind;
    }
    line.judge();
});

#[derive(Default)]
struct Line {
    sender: Sender,
    receiver: Receiver,
    sent: u32,
    arrived: u32,
    refused: u32,
    /// Numbers that were used up since the last packet that arrived.
    gap: u32,
    missed: u32,
    restarts: u32,
    /// Packets of senders before this one.
    earlier: u32,
}

impl Line {
    fn step(&mut self, what: u8, bytes: &[u8]) {
        match what % 9 {
            0 => self.message(bytes, |_| {}),
            1 => self.message(bytes, |frame| {
                let at = usize::from(what / 8) * 7 % frame.len();
                frame[at] ^= 1 << (what / 8 % 8);
            }),
            2 => {
                // It is lost.
                if self.frame(bytes).is_some() {
                    self.gap += 1;
                }
            }
            3 => self.respond(bytes),
            4 => self.other(bytes),
            5 => reasons(bytes),
            6 => words(bytes),
            7 => roles(bytes),
            _ => self.start_anew(),
        }
    }

    /// A packet as it would travel, its body any of the message set's.
    fn frame(&mut self, packet: &[u8]) -> Option<(AnyMessage, Vec<u8>)> {
        let (header, body) = Header::parse(packet).ok()?;
        let message = decode_any(&header, body).ok()?;
        told(&message, &header, body);
        let mut out = vec![0; frame::max_encoded_len(PACKET_LEN)];
        let number = self.sender.next_number();
        let len = send(&mut self.sender, header.endpoint, &message, &mut out);
        assert_eq!(self.sender.next_number(), number + 1);
        let short = usize::from(packet[2]) % len;
        assert!(send(&mut self.sender, header.endpoint, &message, &mut vec![0; short]) == 0);
        assert_eq!(self.sender.next_number(), number + 1, "what was not written has no number");
        out.truncate(len);
        self.sent += 1;
        Some((message, out))
    }

    fn message(&mut self, packet: &[u8], damage: impl FnOnce(&mut Vec<u8>)) {
        let Some((message, mut bytes)) = self.frame(packet) else { return };
        let whole = bytes.clone();
        damage(&mut bytes);
        let damaged = bytes != whole;
        let arrived = self.feed(&bytes);
        assert!(!damaged || arrived.iter().all(Option::is_none), "one flipped bit is always seen");
        if !damaged {
            assert_eq!(arrived.last(), Some(&Some(message)));
        }
        // An end that was lost runs into the next frame, and costs that one, too.
        if bytes.last() != Some(&0) {
            self.feed(&[0]);
        }
    }

    fn feed(&mut self, mut bytes: &[u8]) -> Vec<Option<AnyMessage>> {
        let mut seen = Vec::new();
        let mut gaps = Vec::new();
        while !bytes.is_empty() {
            let (taken, packet) = self.receiver.feed(bytes);
            bytes = &bytes[taken..];
            match packet {
                Some(Ok(packet)) => {
                    gaps.push(packet.missed);
                    seen.push(packet.message().ok());
                }
                Some(Err(error)) => {
                    assert!(error.to_string() == explain(error) && !explain(error).is_empty());
                    self.refused += 1;
                    seen.push(None);
                }
                None => {}
            }
        }
        let whole = seen.iter().flatten().count() as u32;
        if whole > 0 {
            // Numbers before the first packet are not missed.
            let expected = if self.arrived == 0 { 0 } else { self.gap };
            assert_eq!(gaps.first(), Some(&expected));
            self.missed += expected;
            self.gap = 0;
        } else if !seen.is_empty() {
            self.gap += 1;
        }
        self.arrived += whole;
        seen
    }

    fn respond(&mut self, bytes: &[u8]) {
        let (rid, status) = (bytes.first().copied().unwrap_or(0), bytes.len() as u8);
        let response = Response::new(rid.into(), Status(status));
        let mut out = vec![0; frame::max_encoded_len(PACKET_LEN)];
        let len = self.sender.respond(0x15, &response, &mut out).expect("there is room");
        self.sent += 1;
        let arrived = self.feed(&out[..len]);
        assert_eq!(arrived, [Some(AnyMessage::Response(response))]);
    }

    /// A maker's own, by serde alone.
    fn other(&mut self, bytes: &[u8]) {
        let mut out = vec![0; frame::max_encoded_len(PACKET_LEN)];
        let fits = bytes.len() < BODY_LEN - 2;
        let number = self.sender.next_number();
        let sent = self.sender.send(Kind::Report, 0xC0, &bytes, &mut out);
        assert!(sent.is_ok() || !fits);
        let Ok(len) = sent else {
            assert!(frame::TooLong.to_string().len() > 9);
            assert_eq!(self.sender.next_number(), number);
            return;
        };
        let (_, packet) = self.receiver.feed(&out[..len]);
        let packet = packet.expect("a frame").expect("whole");
        assert_eq!(packet.message(), Err(BodyError::UnknownEndpoint));
        assert_eq!(&packet.body[packet.body.len() - bytes.len()..], bytes);
        self.missed += if self.arrived == 0 { 0 } else { self.gap };
        (self.gap, self.sent, self.arrived) = (0, self.sent + 1, self.arrived + 1);
    }

    /// The other end's numbers begin anew: nothing is missed, and it is told apart from a loss.
    fn start_anew(&mut self) {
        let counted = self.sender.next_number() > 0 && self.arrived > 0;
        self.sender = Sender::new();
        self.gap = 0;
        let packet = [0x70, 0x60, 0, 0, 0, 0, 0, 0];
        let before = self.receiver.losses();
        self.message(&packet, |_| {});
        let restarts = self.receiver.losses().restarts - before.restarts;
        assert_eq!(restarts, u32::from(counted), "{before:?}");
        self.restarts += restarts;
        self.earlier = self.sent - 1;
    }

    fn judge(&self) {
        let losses = self.receiver.losses();
        assert_eq!((losses.missed, losses.restarts), (self.missed, self.restarts));
        let counters = self.receiver.counters();
        assert_eq!(counters.ok, self.arrived);
        assert!(self.arrived <= self.sent && self.sender.next_number() + self.earlier == self.sent);
    }
}

/// All messages with an endpoint of their own, handed to a macro.
macro_rules! every {
    ($each:ident) => {
        $each! {
            Hello StartFit Measure SelectPatient ChoosePlan Operate Observe ReadRecord Subscribe
            Amend SetClock Follow ReadSettings PutSetting Actuate ChannelStatus MachineStatus
            EventReport RecordEntry CapCalibration Setting ObjectData ObjectAbout ObjectAsk
            Heartbeat Drawn Credit TimeAsk TimeAnswer
        }
    };
}

/// Its length, 0 where it did not fit.
fn send(sender: &mut Sender, endpoint: u8, message: &AnyMessage, out: &mut [u8]) -> usize {
    macro_rules! each {
        ($($name:ident)+) => {
            match message {
                $(AnyMessage::$name(message) => sender.send_message(message, out),)+
                AnyMessage::Response(response) => sender.respond(endpoint, response, out),
            }
        };
    }
    let sent = every!(each);
    sent.unwrap_or(0)
}

/// The length of the fields that were there from the start.
fn base_len(message: &AnyMessage) -> usize {
    macro_rules! each {
        ($($name:ident)+) => {
            match message {
                $(AnyMessage::$name(message) => {
                    assert_eq!(AnyMessage::from(*message), AnyMessage::$name(*message));
                    message.base_len()
                })+
                AnyMessage::Response(response) => response.base_len(),
            }
        };
    }
    every!(each)
}

/// A message is that of its endpoint, and arrives where its direction says.
fn told(message: &AnyMessage, header: &Header, body: &[u8]) {
    assert!(base_len(message) <= body.len(), "what was always there is always there");
    let entry = message.describe();
    assert!(ENDPOINTS.contains(&entry) && !entry.direction.name().is_empty());
    assert_eq!(message.command_head().is_some(), entry.kind == Kind::Command);
    assert_eq!(decode_at_device(header, body).is_ok(), entry.direction != Direction::ToHost);
    assert_eq!(decode_at_host(header, body).is_ok(), entry.direction != Direction::ToDevice);
    assert!(
        Kind::from_code(entry.kind.code()) == Some(entry.kind) && !entry.kind.name().is_empty()
    );
    let debugged = format!("{message:?}");
    assert!(debugged.len() > entry.name.len());
    match message {
        AnyMessage::ChannelStatus(status) => {
            for value in [status.supply, status.skin, status.flow] {
                value_is_read(value);
            }
        }
        AnyMessage::MachineStatus(status) => value_is_read(status.tank),
        _ => {}
    }
}

/// A value or a fault, never both; an age that stops at its maximum.
fn value_is_read(value: Value) {
    let now = Instant::from_millis(u64::from(value.age_ms) + 7);
    let reading = match value.get() {
        Ok(number) => Reading::new(number, Instant::from_millis(7)),
        Err(fault) => Reading::faulty(fault, Instant::from_millis(7)),
    };
    let again = Value::new(reading, now);
    assert_eq!((again.get(), again.age_ms), (value.get(), value.age_ms));
    assert!(Value::absent().get().is_err());
}

/// Every reason has a line of its own.
fn reasons(bytes: &[u8]) {
    let frame = [FrameError::Crc, FrameError::Length, FrameError::Overflow, FrameError::Cobs];
    let body = [
        BodyError::UnknownEndpoint,
        BodyError::Secured,
        BodyError::Short,
        BodyError::Trailing,
        BodyError::Malformed,
        BodyError::NotShortest,
    ];
    let mut lines: BTreeSet<String> = frame.iter().map(ToString::to_string).collect();
    lines.extend(body.iter().map(ToString::to_string));
    assert_eq!(lines.len(), frame.len() + body.len());
    assert_eq!(WireError::from(frame[0]).to_string(), frame[0].to_string());
    if let Err(error) = Header::parse(bytes) {
        assert_eq!(error.to_string(), WireError::from(error).to_string());
        assert_eq!(Refusal::from(error).to_string(), error.to_string());
    }
    let refusals = [
        Refusal::Length,
        Refusal::Unsealed,
        Refusal::NoSession,
        Refusal::Forged,
        Refusal::Replayed,
        Refusal::NoHello,
        Refusal::Unexpected,
        Refusal::NoEntropy,
        Refusal::UnknownKey,
        Refusal::TooSoon,
        Refusal::Locked,
        Refusal::OtherDevice,
        Refusal::Revoked,
        Refusal::SmallMtu,
    ];
    let lines: BTreeSet<String> = refusals.iter().map(ToString::to_string).collect();
    assert_eq!(lines.len(), refusals.len());
    let unsent =
        [SendError::TooLong, SendError::NoSession, SendError::Exhausted, SendError::BeyondMtu];
    assert!(unsent.iter().all(|error| error.to_string().len() > 9));
    assert_eq!(SecurityCounters::default().forged, 0);
}

/// What a code is called does not depend on who asks.
fn words(bytes: &[u8]) {
    for code in bytes {
        for vocabulary in VOCABULARIES {
            let named = Vocabulary::named(vocabulary.name).expect("it is listed");
            assert_eq!(named.word(*code), vocabulary.word(*code));
        }
        let by = |name: &str| Vocabulary::named(name).and_then(|known| known.word(*code));
        assert_eq!(Status(*code).name(), by("status"));
        assert_eq!(Action(*code).name(), by("action"));
        assert_eq!(Origin(*code).name(), by("origin"));
        assert_eq!(FactKind(*code).name(), by("fact"));
        assert_eq!(ObjectKind(*code).name(), by("object"));
        assert_eq!(Actuator(*code).name(), by("actuator"));
    }
    assert!(Vocabulary::named("no such one").is_none() && STRUCTURES.len() == 2);
}

/// Nobody may what no row says, and the open subset is hello and status.
fn roles(bytes: &[u8]) {
    let (kind, endpoint) = match bytes {
        [kind, endpoint, ..] => (Kind::ALL[usize::from(*kind) % Kind::ALL.len()], *endpoint),
        _ => (Kind::Command, 0x15),
    };
    let row = RULES.iter().find(|rule| (rule.kind, rule.endpoint) == (kind, endpoint));
    let everybody =
        Roles::NONE.and(Role::Nurse).and(Role::Clinician).and(Role::Observer).and(Role::Service);
    assert_eq!(everybody, Roles::ALL);
    for role in Role::ALL {
        let may = row.is_some_and(|rule| rule.roles.contains(role));
        assert_eq!(Policy::STANDARD.allows(kind, endpoint, role), may);
        assert_eq!(Role::from_code(role.code()).map(Role::name), Some(role.name()));
    }
    assert_eq!(Role::from_code(4), None);
    let open = row.is_some_and(|rule| rule.open == Open::Always);
    assert_eq!(Policy::CLOSED.admits_unsealed(kind, endpoint), open);
    assert_eq!(Policy::CLOSED.releases_unsealed(kind, endpoint), open);
    let released = row.is_some_and(|rule| rule.open != Open::Never);
    assert_eq!(Policy::STANDARD.releases_unsealed(kind, endpoint), released);
}
