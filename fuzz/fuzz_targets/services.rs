//! The services, each by itself, against models with a memory without end: what a machine says that it will do next is
//! when it does it, refusals change nothing, and every report and every setting is accounted for.
//!
//! Input: operations, each a byte of what and two of how.
#![no_main]

use coldcap_units::{Duration, Instant};
use coldcap_wire::message::{
    Action, CommandHead, Credit, Follow, MACHINE, ObjectAbout, ObjectAsk, ObjectData, ObjectKind,
    Piece, PutSetting, ReadSettings, Response, Setting, Status, TimeAnswer, TimeAsk,
};
use coldcap_wire::service::{
    About, Answered, Arrival, BEAT_EVERY, Begins, DeviceClock, Download, Finding, Follower,
    Freshness, Gate, KEPT, LONGEST_LEASE, Lease, ObjectServer, ObjectSource, Order, Outgoing,
    Publisher, Pulse, Requests, RoundTrip, SILENCE, SettingRow, Settings, SettingsMirror, State,
    Verdict, WINDOW,
};
use libfuzzer_sys::fuzz_target;
use std::collections::{BTreeMap, BTreeSet};

const MOST: usize = 200;
static ROWS: [SettingRow; 3] = [row(1), row(5), row(9)];

const fn row(key: u16) -> SettingRow {
    SettingRow { key, minimum: -10, maximum: 10, initial: 0 }
}

fuzz_target!(|input: &[u8]| {
    let mut world = World::new();
    for operation in input.as_chunks::<3>().0.iter().take(MOST) {
        world.run(*operation);
    }
    world.finish();
});

struct World {
    now: Instant,
    gate: Gate<KEPT>,
    freshness: Freshness,
    ran: BTreeSet<u16>,
    refused: BTreeSet<u16>,
    open: BTreeSet<u16>,
    /// The newest stop of the channel.
    stopped: Option<u16>,
    newest: u16,
    requests: Requests<u16, 4>,
    asked: BTreeMap<u16, bool>,
    publisher: Publisher<u8, 3>,
    follower: Follower,
    reports: u32,
    arrived: BTreeSet<u16>,
    pulse: Pulse,
    settings: Settings<3>,
    mirror: SettingsMirror<2>,
    lease: Lease,
    granted: Option<(Instant, Duration)>,
    clock: DeviceClock,
    server: ObjectServer,
    download: Download,
    trip: RoundTrip,
}

impl World {
    fn new() -> Self {
        Self {
            now: Instant::from_millis(50_000),
            gate: Gate::default(),
            freshness: Freshness::default(),
            ran: BTreeSet::new(),
            refused: BTreeSet::new(),
            open: BTreeSet::new(),
            stopped: None,
            newest: 0,
            requests: Requests::new(u16::MAX),
            asked: BTreeMap::new(),
            publisher: Publisher::new([(0x40, 0), (0x40, 1), (0x41, MACHINE)]),
            follower: Follower::new(0x40, 1),
            reports: 0,
            arrived: BTreeSet::new(),
            pulse: Pulse::default(),
            settings: Settings::new(&ROWS),
            mirror: SettingsMirror::default(),
            lease: Lease::default(),
            granted: None,
            clock: DeviceClock::default(),
            server: ObjectServer::default(),
            // Of a host that takes long packets: that makes a piece no longer.
            download: Download::new(ObjectKind::RECORD, 1, 1, WINDOW).in_pieces_of(20).within(240),
            trip: RoundTrip::new(),
        }
    }

    fn run(&mut self, [what, one, two]: [u8; 3]) {
        match what % 14 {
            0 => self.wait(u32::from(one) * u32::from(two)),
            1 => self.command(one, two),
            2 => self.settle(one),
            3 => self.push(one, two),
            4 => self.answer(one, two),
            5 => self.follow(one, two),
            6 => self.report(one, two),
            7 => self.accept(one, two),
            8 => self.put(one, two),
            9 => self.read(one),
            10 => self.lease(one, two),
            11 => self.tell_time(one, two),
            12 => self.ask(one, two),
            _ => self.transfer(one, two),
        }
    }

    /// Nothing is late: what a machine does next it does at the moment that it has named, or something changed.
    fn wait(&mut self, millis: u32) {
        let end = self.now.plus(Duration::from_millis(millis));
        let (beat, silent) = (self.pulse.deadline(), self.pulse.is_up());
        if end < beat {
            let mut copy = self.pulse;
            assert!(copy.beat_due(end).is_none() && !copy.falls_silent(end));
        } else if silent && end >= self.now.plus(SILENCE) && self.now.plus(BEAT_EVERY) < end {
            let mut copy = self.pulse;
            assert!(copy.beat_due(end).is_some() || copy.falls_silent(end));
        }
        // What a credit has made room for goes at once.
        let mut publisher = self.publisher;
        while publisher.poll(self.now).is_some() {}
        if publisher.deadline().is_some_and(|at| end < at) {
            assert!(publisher.poll(end).is_none(), "not before the deadline");
        }
        self.now = end;
    }

    fn command(&mut self, one: u8, two: u8) {
        let rid = u16::from(one);
        let head = CommandHead {
            deadline: if two & 1 == 0 {
                0
            } else {
                (self.now.as_millis() as u16).wrapping_add(two.into())
            },
            expected_revision: u16::from(two >> 1 & 3),
            ..CommandHead::new(rid, 0)
        };
        let stop = two & 0xC0 == 0xC0;
        let order = Order {
            number: 5,
            endpoint: if two & 8 == 0 { 0x15 } else { 0x16 },
            head,
            allowed: two & 16 == 0,
            timed: two & 32 != 0,
            stop,
            begins: match (one & 1, two & 8) {
                (0, _) => Begins::Nothing,
                (_, 0) => Begins::AtItsChannel,
                _ => Begins::Anywhere,
            },
            revision: Some(2),
            room: two & 64 == 0,
        };
        let verdict = self.gate.admit(self.now, &self.freshness, &order);
        if stop {
            assert_eq!(verdict, Verdict::Run, "a stop is always carried out");
            self.stopped = self.stopped.max(Some(rid));
            return;
        }
        match verdict {
            Verdict::Run => {
                assert!(order.allowed && order.room);
                let last =
                    order.begins == Begins::Nothing || self.stopped.is_none_or(|at| at <= rid);
                assert!(last, "nothing begins behind a stop that was given later");
                assert!(!self.refused.contains(&rid), "none after a refusal");
                assert!(self.ran.insert(rid), "none twice");
                self.open.insert(rid);
                self.newest = self.newest.max(rid);
            }
            Verdict::Wait => assert!(self.open.contains(&rid)),
            Verdict::Answer(answer) => {
                assert_eq!(answer.rid, rid);
                let final_word = answer.status != Status::BUSY && answer.status != Status::OK;
                if final_word && !self.ran.contains(&rid) {
                    self.refused.insert(rid);
                }
                assert!(answer.status != Status::OK || self.ran.contains(&rid));
            }
        }
    }

    fn settle(&mut self, one: u8) {
        let rid = u16::from(one);
        let answered = self.gate.settle(Response::new(rid, Status::OK));
        assert_eq!(answered.is_some(), self.open.remove(&rid));
    }

    fn push(&mut self, one: u8, two: u8) {
        let stop = two & 1 == 1;
        let begins = |command: &u16| command & 1 == 1;
        while stop && let Some((rid, command)) = self.requests.recalled(begins) {
            assert!(begins(&command) && self.asked.contains_key(&rid));
        }
        match self.requests.push(self.now, 0x15, u16::from(one), stop) {
            Ok(rid) => {
                assert!(self.asked.insert(rid, stop).is_none());
                if let Some((due, command)) = self.requests.next_due(self.now) {
                    assert!(self.asked.contains_key(&due) && command <= 255);
                }
            }
            Err(_) => assert!(!self.requests.is_empty()),
        }
        assert!(self.requests.len() <= 4);
        assert!(self.requests.deadline().is_some() != self.requests.is_empty());
    }

    fn answer(&mut self, one: u8, two: u8) {
        let rid = u16::MAX.wrapping_add(u16::from(one % 16));
        let status = if two & 1 == 0 { Status::OK } else { Status::BUSY };
        let endpoint = if two & 2 == 0 { 0x15 } else { 0x16 };
        match self.requests.answered(self.now, endpoint, &Response::new(rid, status)) {
            Answered::Settled(_) => assert!(status == Status::OK && self.asked.contains_key(&rid)),
            Answered::Later => assert_eq!(status, Status::BUSY),
            Answered::Unknown => {}
        }
        if let Some((rid, _)) = self.requests.given_up(self.now) {
            assert!(self.asked.contains_key(&rid));
        }
        self.trip = self.requests.round_trip();
        assert!((20..=2_000).contains(&self.trip.timeout().as_millis()));
    }

    fn follow(&mut self, one: u8, two: u8) {
        let follow = Follow {
            head: CommandHead::new(1, 0),
            report: if two & 1 == 0 { 0x40 } else { 0x41 },
            period_ms: u16::from(one) * 10,
            mask: two,
            lease_s: u16::from(one % 7) * 20,
            window: two / 16,
        };
        let answer = self.publisher.follow(self.now, &follow);
        if answer.status == Status::OUT_OF_RANGE {
            let outside = |value: u16| {
                i64::from(value) < i64::from(answer.minimum)
                    || i64::from(value) > i64::from(answer.maximum)
            };
            assert!(
                [follow.period_ms, follow.lease_s, follow.window.into()].into_iter().any(outside)
            );
        } else {
            assert!([Status::OK, Status::UNSUPPORTED].contains(&answer.status));
        }
    }

    fn report(&mut self, one: u8, two: u8) {
        for (report, channel) in [(0x40, 0), (0x40, 1), (0x41, MACHINE), (0x42, 0)] {
            self.publisher.offer(self.now, report, channel, one);
            assert!(self.publisher.waiting(report, channel) <= 1);
        }
        while let Some(due) = self.publisher.poll(self.now) {
            assert_eq!(due.value, one);
            if (due.report, due.channel) == (0x40, 1) {
                self.reports += 1;
                assert_eq!(u32::from(due.seq), self.reports);
                if two & 1 == 0 {
                    self.accept_seq(due.seq, due.dropped);
                }
            }
        }
        self.leave_unsent();
        if let Some(credit) = self.follower.credit() {
            self.publisher.credit(&credit);
        }
        self.publisher.credit(&Credit { report: 0x43, channel: two, seq: 1 });
    }

    /// What falls due without a subscription, is not sent and ends leaves nothing that waits. On a copy.
    fn leave_unsent(&self) {
        let mut publisher = self.publisher;
        publisher.fall_due();
        while let Some(due) = publisher.peek(self.now) {
            publisher.give_way(due.report, due.channel);
            assert_eq!(publisher.waiting(due.report, due.channel), 0);
        }
        publisher.end();
        assert_eq!(publisher.deadline(), None);
    }

    fn accept(&mut self, one: u8, two: u8) {
        if self.reports > 0 {
            let back = u32::from(one) % self.reports.min(90);
            self.accept_seq((self.reports - back) as u16, two.into());
        }
    }

    fn accept_seq(&mut self, seq: u16, dropped: u32) {
        let newest = self.arrived.last().copied().unwrap_or(0);
        let expected = match () {
            () if seq > newest => Arrival::Newest,
            () if self.arrived.contains(&seq) || newest - seq >= 64 => Arrival::Copy,
            () => Arrival::Overtaken,
        };
        assert_eq!(self.follower.accept(seq, dropped), expected);
        if expected != Arrival::Copy {
            self.arrived.insert(seq);
        }
        let newest = u32::from(self.arrived.last().copied().unwrap_or(0));
        assert_eq!(self.follower.received() + self.follower.missing(), newest);
        assert!(expected != Arrival::Newest || self.follower.dropped() == dropped);
    }

    fn put(&mut self, one: u8, two: u8) {
        let key = [1, 5, 9, 6][usize::from(one % 4)];
        let value = i32::from(two) - 128;
        let expected_revision = if one & 0x80 == 0 { self.settings.revision() as u16 } else { 0 };
        let head = CommandHead { expected_revision, ..CommandHead::new(1, 0) };
        let before = self.settings;
        let answer = self.settings.put(&PutSetting { head, key, value });
        if answer.status == Status::OK {
            assert_eq!(
                (self.settings.value(key), before.value(key) != Some(value)),
                (Some(value), true)
            );
            assert!((-10..=10).contains(&value) && self.settings.revision() > before.revision());
        } else {
            assert_eq!(self.settings, before, "refusals change nothing");
        }
    }

    fn read(&mut self, one: u8) {
        let (since, from) = self.mirror.wanted();
        let from = if one & 1 == 0 { from } else { one.into() };
        match self.settings.read(&ReadSettings { head: CommandHead::new(2, 0), since, from }) {
            Some(setting) => {
                assert_eq!(self.settings.value(setting.key), Some(setting.value));
                self.mirror.accept(&Setting { left: setting.left.min(one.into()), ..setting });
            }
            None => self.mirror.nothing_left(),
        }
        if one == 0xFF {
            self.mirror.forget();
            assert_eq!((self.mirror.revision(), self.mirror.value(1)), (0, None));
        }
    }

    fn lease(&mut self, one: u8, two: u8) {
        match one % 4 {
            0 => {
                let span = Duration::from_millis(u32::from(two) * 16);
                self.lease.grant(self.now, span);
                self.granted = Some((self.now, span.min(LONGEST_LEASE)));
            }
            1 => {
                self.lease.revoke();
                self.granted = None;
            }
            _ => {}
        }
        let live = self.granted.is_some_and(|(at, span)| self.now.since(at) < span);
        assert_eq!(self.lease.is_live(self.now), live);
        match one % 5 {
            0 => assert!(
                self.pulse.falls_silent(self.now) != self.pulse.is_up() || !self.pulse.is_up()
            ),
            1 => drop(self.pulse.heard(self.now)),
            2 => self.pulse.sent(self.now),
            3 => drop(self.pulse.beat_due(self.now)),
            // A clock that was set back.
            _ => drop(self.pulse.clone().beat_due(Instant::from_millis(two.into()))),
        }
    }

    /// The device's time as the host knows it is never ahead of it by more than the trip.
    fn tell_time(&mut self, one: u8, two: u8) {
        let us = self.now.as_millis() * 1_000;
        let ask = self.clock.ask(us);
        let received = us + u64::from(one) * 1_000;
        let answer =
            TimeAnswer { asked_us: ask.asked_us, received_us: received, sent_us: received };
        let later = received + u64::from(two) * 1_000;
        if one < 250 {
            let proven = self.clock.proven_us();
            assert!(self.clock.answered(later, &answer), "the newest question is open");
            assert!(self.clock.trip_us().is_some_and(|trip| trip <= later - us));
            assert!(self.clock.proven_us() >= proven);
        } else {
            self.clock.answered(us, &TimeAnswer { asked_us: 1, ..answer });
        }
        self.freshness.prove(self.now, two.into(), &TimeAsk { heard_us: us, ..ask });
        assert!(self.freshness.sent_after().is_none_or(|at| at <= self.now));
        let span = Duration::from_millis(u32::from(two) * 100);
        if let Some((until, deadline)) = self.clock.deadline(later, span) {
            assert_eq!(
                until.as_millis() as u16,
                if deadline == 1 { until.as_millis() as u16 } else { deadline }
            );
        }
    }

    fn ask(&mut self, one: u8, two: u8) {
        let ask = ObjectAsk {
            object: ObjectKind::RECORD,
            number: if one > 200 { 2 } else { 1 },
            transfer: one,
            edition: 3,
            piece: two,
            window: one % 40,
            base: u32::from(two),
            received: u32::from(one),
            heard: two,
            again: one & 1,
        };
        let mut server = ObjectServer::new();
        server.ask(&ask);
        let sound = two > 0 && two <= 208 && (1..=32).contains(&(one % 40));
        assert_eq!(server.has_more(&Shelf(1)), sound);
        if let Some(Outgoing::About(about)) = server.poll(&Shelf(1)) {
            assert_eq!(about.status == Status::OK, one <= 200);
            assert!(!server.has_more(&Shelf(1)), "another edition is told and not sent");
        }
        let data = ObjectData {
            transfer: one,
            stamp: two,
            offset: u32::from(two) * 20,
            piece: Piece::new(&[7; 20]),
        };
        if one != 1 {
            assert_eq!(self.download.data(self.now, &data), Finding::Nothing, "another transfer's");
        }
        let gone = ObjectAbout {
            transfer: one,
            status: Status::UNSUPPORTED,
            edition: 0,
            length: 0,
            first: 0,
        };
        let mut download = Download::new(ObjectKind::LOG, 2, 1, 255).in_pieces_of(0);
        download.about(self.now, &gone);
        assert_eq!(download.state() == State::Absent, one == 1);
        assert_eq!(download.deadline().is_none(), download.state() != State::Running);
        assert!(Action(one) != Action::STOP || one == 9);
    }

    fn transfer(&mut self, one: u8, two: u8) {
        self.now = self.now.plus(Duration::from_millis(one.into()));
        self.download.measured(self.trip);
        // Never shorter than what was asked for.
        self.server.keep_to(220 + u16::from(one));
        if let Some(ask) = self.download.poll(self.now)
            && two & 1 == 0
        {
            self.server.ask(&ask);
        }
        while let Some(out) = self.server.poll(&Shelf(3)) {
            let found = match &out {
                Outgoing::About(about) => self.download.about(self.now, about),
                Outgoing::Data(data) if two & 2 == 0 => self.download.data(self.now, data),
                Outgoing::Data(_) => Finding::Nothing,
            };
            if let Finding::Bytes { offset, bytes } = found {
                assert!(bytes.iter().zip(offset..).all(|(byte, at)| *byte == at as u8));
            }
        }
    }

    /// Once nothing is lost any more the download ends.
    fn finish(&mut self) {
        for _ in 0..200 {
            self.transfer(250, 0);
        }
        assert_eq!(
            (self.download.state(), self.download.arrived()),
            (State::Complete, Shelf::LENGTH)
        );
        while let Some((rid, _)) = self.requests.abandoned() {
            assert!(self.asked.contains_key(&rid));
        }
        assert!(self.requests.is_empty());
        assert!(self.download.deadline().is_none() && self.download.poll(self.now).is_none());
    }
}

/// One object whose bytes are their places.
struct Shelf(u32);

impl Shelf {
    const LENGTH: u32 = 900;
}

impl ObjectSource for Shelf {
    fn about(&self, _: ObjectKind, number: u32) -> Option<About> {
        (number == 1).then_some(About { edition: self.0, length: Self::LENGTH, first: 0 })
    }

    fn read(&self, _: ObjectKind, _: u32, offset: u32, room: &mut [u8]) -> usize {
        let bytes = (offset..Self::LENGTH).map(|at| at as u8);
        room.iter_mut().zip(bytes).map(|(place, byte)| *place = byte).count()
    }
}
