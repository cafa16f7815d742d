//! What waits to be sent, in the order of its urgency.

use super::stored::Stored;
use crate::bridge::outbound;
use crate::outputs::Event;
use coldcap_units::Instant;
use coldcap_wire::Sender;
use coldcap_wire::message::{
    ChannelStatus, EventReport, Heartbeat, Hello, MachineStatus, Response,
};
use heapless::Deque;

const RESPONSES: usize = 8;
const EVENTS: usize = 48;
const STATUSES: usize = 6;

/// What waits: the hello, responses, events, the status, then entries of the record, which can be had again.
#[derive(Clone, Debug)]
pub(super) struct Outbox {
    sender: Sender,
    greeting: bool,
    responses: Deque<(u8, Response), RESPONSES>,
    events: Deque<EventReport, EVENTS>,
    next_event: u32,
    statuses: Deque<Status, STATUSES>,
}

/// A status that waits.
#[derive(Clone, Debug)]
pub(super) enum Status {
    /// Of the machine.
    Machine(MachineStatus),
    /// Of one channel.
    Channel(ChannelStatus),
}

impl Status {
    const fn is_replaced_by(&self, newer: &Self) -> bool {
        match (self, newer) {
            (Self::Machine(_), Self::Machine(_)) => true,
            (Self::Channel(old), Self::Channel(new)) => old.channel == new.channel,
            _ => false,
        }
    }
}

impl Outbox {
    pub(super) const fn new() -> Self {
        Self {
            sender: Sender::new(),
            greeting: true,
            responses: Deque::new(),
            events: Deque::new(),
            next_event: 0,
            statuses: Deque::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.greeting
            && self.responses.is_empty()
            && self.events.is_empty()
            && self.statuses.is_empty()
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

    /// Queues a status; it takes the place of an older one of the same machine or channel.
    pub(super) fn status(&mut self, status: Status) {
        match self.statuses.iter_mut().find(|waiting| waiting.is_replaced_by(&status)) {
            Some(waiting) => *waiting = status,
            None => {
                let _ = self.statuses.push_back(status);
            }
        }
    }

    /// Fills `out` with whole frames; returns their length.
    pub(super) fn drain<const CHANNELS: usize>(
        &mut self,
        hello: &Hello,
        stored: &mut Stored<CHANNELS>,
        out: &mut [u8],
    ) -> usize {
        let mut used = 0usize;
        // Every round sends one frame or ends; there is a bound on what can wait.
        for _ in 0..MOST_FRAMES {
            let room = out.get_mut(used..).unwrap_or_default();
            let Some(sent) = self.next(hello, stored, room) else { break };
            used = used.saturating_add(sent);
        }
        used
    }

    fn next<const CHANNELS: usize>(
        &mut self,
        hello: &Hello,
        stored: &mut Stored<CHANNELS>,
        room: &mut [u8],
    ) -> Option<usize> {
        if self.greeting {
            let sent = self.sender.send_message(hello, room).ok()?;
            self.greeting = false;
            return Some(sent);
        }
        if let Some((endpoint, response)) = self.responses.front() {
            let sent = self.sender.respond(*endpoint, response, room).ok()?;
            self.responses.pop_front();
            return Some(sent);
        }
        if let Some(event) = self.events.front() {
            let sent = self.sender.send_message(event, room).ok()?;
            self.events.pop_front();
            return Some(sent);
        }
        self.next_status(room).or_else(|| self.next_stored(stored, room))
    }

    fn next_stored<const CHANNELS: usize>(
        &mut self,
        stored: &mut Stored<CHANNELS>,
        room: &mut [u8],
    ) -> Option<usize> {
        if let Some(calibration) = stored.calibration() {
            let sent = self.sender.send_message(&calibration, room).ok()?;
            stored.calibration_sent();
            return Some(sent);
        }
        let sent = self.sender.send_message(&stored.next()?, room).ok()?;
        stored.sent();
        Some(sent)
    }

    fn next_status(&mut self, room: &mut [u8]) -> Option<usize> {
        let status = self.statuses.front()?;
        let sent = match status {
            Status::Machine(status) => self.sender.send_message(status, room).ok()?,
            Status::Channel(status) => self.sender.send_message(status, room).ok()?,
        };
        self.statuses.pop_front();
        Some(sent)
    }

    /// Sends a heartbeat; returns its length.
    pub(super) fn beat(&mut self, beat: &Heartbeat, room: &mut [u8]) -> usize {
        self.sender.send_message(beat, room).unwrap_or(0)
    }
}

/// More frames than can ever wait.
const MOST_FRAMES: usize = 1 + RESPONSES + EVENTS + STATUSES + 128;
