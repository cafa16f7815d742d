//! What waits to be sent, in the order of its urgency.

use super::port::Port;
use super::reports::{Reports, Sight};
use super::stored::Stored;
use crate::bridge::outbound;
use crate::outputs::Event;
use coldcap_units::Instant;
use coldcap_wire::message::{EventReport, Heartbeat, Hello, RawBody, Response, TimeAnswer};
use coldcap_wire::packet::Kind;
use coldcap_wire::security::SendError;
use heapless::Deque;

const RESPONSES: usize = 8;
const EVENTS: usize = 48;
const VENDOR: usize = 1;

/// What waits: the hello, responses, events; then come the status, which is made when it is sent, and entries of the record, which can be had again.
///
/// Without a session only the hello and what everybody may read leaves; events and entries wait for one.
#[derive(Clone, Debug)]
pub(super) struct Outbox {
    greeting: bool,
    named: bool,
    responses: Deque<(u8, Response), RESPONSES>,
    time: Option<TimeAnswer>,
    events: Deque<EventReport, EVENTS>,
    next_event: u32,
    vendor: Deque<(Kind, u8, RawBody), VENDOR>,
}

/// What is sent and is not kept in the [`Outbox`].
pub(super) struct Waiting<'a, const CHANNELS: usize, const KEPT: usize> {
    pub(super) hello: Hello,
    pub(super) reports: &'a mut Reports<CHANNELS>,
    pub(super) sight: Sight<'a, CHANNELS>,
    pub(super) stored: &'a mut Stored<CHANNELS, KEPT>,
}

impl Outbox {
    pub(super) const fn new() -> Self {
        Self {
            greeting: true,
            named: false,
            responses: Deque::new(),
            time: None,
            events: Deque::new(),
            next_event: 0,
            vendor: Deque::new(),
        }
    }

    /// Whether anything could be sent now; `open` says whether there is somebody for what is not for everybody.
    pub(super) fn is_empty(&self, open: bool) -> bool {
        let kept = self.responses.is_empty() && self.time.is_none() && self.events.is_empty();
        !self.greeting && ((kept && self.vendor.is_empty()) || !open)
    }

    /// Whether the device has said who it is.
    pub(super) const fn is_named(&self) -> bool {
        self.named
    }

    /// Answers and the time were for whoever has asked before.
    pub(super) fn begin_session(&mut self) {
        self.responses.clear();
        self.vendor.clear();
        self.time = None;
    }

    /// Queues a report of the maker's; `false` where there is no room.
    pub(super) fn report_raw(&mut self, kind: Kind, endpoint: u8, body: RawBody) -> bool {
        self.vendor.push_back((kind, endpoint, body)).is_ok()
    }

    /// The host asked for the time; the newest question is answered.
    pub(super) const fn tell_time(&mut self, answer: TimeAnswer) {
        self.time = Some(answer);
    }

    /// The host asked who is there.
    pub(super) fn greet(&mut self) {
        self.greeting = true;
    }

    /// Queues an answer. When there is no room the host asks again and finds it kept.
    pub(super) fn respond(&mut self, endpoint: u8, response: Response) {
        let _ = self.responses.push_back((endpoint, response));
    }

    /// Queues an event; the oldest gives way, and the gap in the index tells the host.
    pub(super) fn report(&mut self, now: Instant, event: &Event) {
        if self.events.is_full() {
            self.events.pop_front();
        }
        let _ = self.events.push_back(outbound::event(self.next_event, now, event));
        self.next_event = self.next_event.wrapping_add(1);
    }

    /// Fills `out` with whole frames; returns their length.
    pub(super) fn drain<const CHANNELS: usize, const KEPT: usize>(
        &mut self,
        now: Instant,
        port: &mut Port,
        waiting: &mut Waiting<'_, CHANNELS, KEPT>,
        out: &mut [u8],
    ) -> usize {
        let mut used = 0usize;
        // Every round sends one frame or ends; there is a bound on what can wait.
        for _ in 0..MOST_FRAMES.saturating_add(KEPT) {
            let room = out.get_mut(used..).unwrap_or_default();
            let Some(sent) = self.next(now, port, waiting, room) else { break };
            used = used.saturating_add(sent);
        }
        used
    }

    fn next<const CHANNELS: usize, const KEPT: usize>(
        &mut self,
        now: Instant,
        port: &mut Port,
        waiting: &mut Waiting<'_, CHANNELS, KEPT>,
        room: &mut [u8],
    ) -> Option<usize> {
        // Who takes too short packets is told that, and nothing of who is there.
        self.greeting &= port.takes_enough();
        if self.greeting {
            let sent = port.send(&waiting.hello, room).ok()?;
            (self.greeting, self.named) = (false, true);
            return Some(sent);
        }
        if port.is_answering() {
            return port.answer(room);
        }
        if !port.is_open() {
            return waiting.next_status(now, port, room);
        }
        self.next_owed(now, port, room)
            .or_else(|| waiting.next_status(now, port, room))
            .or_else(|| self.next_raw(port, room))
            .or_else(|| next_stored(port, waiting.stored, room))
    }

    /// A report of the maker's. One that cannot be sent any more gives way.
    fn next_raw(&mut self, port: &mut Port, room: &mut [u8]) -> Option<usize> {
        let (kind, endpoint, body) = self.vendor.front()?;
        let sent = port.send_raw(*kind, *endpoint, body.bytes(), room);
        if sent != Err(SendError::TooLong) {
            self.vendor.pop_front();
        }
        sent.ok()
    }

    /// Answers and events, which have to come in their order.
    fn next_owed(&mut self, now: Instant, port: &mut Port, room: &mut [u8]) -> Option<usize> {
        if let Some((endpoint, response)) = self.responses.front() {
            let sent = port.respond(*endpoint, response, room).ok()?;
            self.responses.pop_front();
            return Some(sent);
        }
        if let Some(answer) = self.time {
            let sent_us = micros(now);
            let sent = port.send(&TimeAnswer { sent_us, ..answer }, room).ok()?;
            self.time = None;
            return Some(sent);
        }
        let sent = port.send(self.events.front()?, room).ok()?;
        self.events.pop_front();
        Some(sent)
    }
}

impl<const CHANNELS: usize, const KEPT: usize> Waiting<'_, CHANNELS, KEPT> {
    fn next_status(&mut self, now: Instant, port: &mut Port, room: &mut [u8]) -> Option<usize> {
        self.reports.send(now, &self.sight, port, room)
    }
}

fn next_stored<const CHANNELS: usize, const KEPT: usize>(
    port: &mut Port,
    stored: &mut Stored<CHANNELS, KEPT>,
    room: &mut [u8],
) -> Option<usize> {
    if let Some(calibration) = stored.calibration() {
        let sent = port.send(&calibration, room).ok()?;
        stored.calibration_sent();
        return Some(sent);
    }
    let sent = port.send(&stored.next()?, room).ok()?;
    stored.sent();
    Some(sent)
}

/// Sends a heartbeat; returns its length.
pub(super) fn beat(port: &mut Port, beat: &Heartbeat, room: &mut [u8]) -> usize {
    port.send(beat, room).unwrap_or(0)
}

/// The device's time as the clock service tells it.
pub(super) const fn micros(now: Instant) -> u64 {
    now.as_millis().saturating_mul(1_000)
}

/// More frames than can ever wait, besides the entries that are kept.
const MOST_FRAMES: usize = 3 + RESPONSES + EVENTS + VENDOR + 8 + 32;
