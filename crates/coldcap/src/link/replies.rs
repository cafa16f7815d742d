//! Answers that were given: a command that arrives again is answered again, and not done again.

use super::outbox::Outbox;
use super::{RESERVED, STOPS, WAITING};
use crate::command::COMMANDS_MAXIMUM;
use coldcap_wire::message::Response;
use heapless::{Deque, Vec};

/// How many answers are kept. The protocol promises it: an id may come back after nine commands.
const KEPT: usize = 8;
/// Most commands without an answer: those that wait, and those of the tick under way.
const OPEN: usize = WAITING + RESERVED + COMMANDS_MAXIMUM;

/// A command that was taken and has no answer yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Open {
    rid: u16,
    endpoint: u8,
}

/// An answer, and the endpoint that it went out on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Given {
    endpoint: u8,
    answer: Response,
}

/// What was taken and what was answered. An open command is never pushed out by answers to others: it
/// would be done twice.
#[derive(Clone, Debug)]
pub(super) struct Replies {
    open: Deque<Open, OPEN>,
    /// Stops overtake what waits, so that their answers come out of its order.
    stops: Vec<Open, STOPS>,
    given: Deque<Given, KEPT>,
}

impl Replies {
    pub(super) const fn new() -> Self {
        Self { open: Deque::new(), stops: Vec::new(), given: Deque::new() }
    }

    /// Whether this id was seen before; if it was answered, the answer goes out again.
    pub(super) fn is_repeated(&self, rid: u16, endpoint: u8, outbox: &mut Outbox) -> bool {
        // req: LNK-002
        let same = |given: &&Given| given.answer.rid == rid && given.endpoint == endpoint;
        let given = self.given.iter().find(same);
        if let Some(Given { endpoint, answer }) = given {
            outbox.respond(*endpoint, *answer);
        }
        given.is_some() || self.open.iter().any(|open| open.rid == rid && open.endpoint == endpoint)
    }

    fn is_open(&self, rid: u16) -> bool {
        self.open.iter().any(|open| open.rid == rid)
    }

    /// A command was taken and will be answered.
    pub(super) fn expect(&mut self, rid: u16, endpoint: u8) {
        if self.open.is_full() {
            self.open.pop_front();
        }
        let _ = self.open.push_back(Open { rid, endpoint });
    }

    /// A stop was taken and will be answered. Of more than can wait the first ones are answered when they
    /// come again.
    pub(super) fn expect_stop(&mut self, rid: u16, endpoint: u8) {
        if self.stops.is_full() {
            self.stops.clear();
        }
        let _ = self.stops.push(Open { rid, endpoint });
    }

    /// A command was answered; the oldest answer gives way.
    pub(super) fn keep(&mut self, endpoint: u8, answer: Response) {
        if self.given.is_full() {
            self.given.pop_front();
        }
        let _ = self.given.push_back(Given { endpoint, answer });
    }

    /// The answer to a command that was taken and will not be carried out; returns the endpoint to answer on.
    pub(super) fn void(&mut self, answer: Response) -> Option<u8> {
        let mut found = None;
        for _ in 0..self.open.len() {
            let open = self.open.pop_front()?;
            if open.rid == answer.rid && found.is_none() {
                found = Some(open.endpoint);
            } else {
                let _ = self.open.push_back(open);
            }
        }
        let endpoint = found?;
        self.keep(endpoint, answer);
        Some(endpoint)
    }

    /// The answer to a taken command; returns the endpoint to answer on.
    ///
    /// Commands are answered in their order, so whatever was taken before this one and is still open
    /// belongs to outputs that nobody published, and is forgotten.
    pub(super) fn settle(&mut self, answer: Response) -> Option<u8> {
        if let Some(stop) = self.stops.iter().find(|stop| stop.rid == answer.rid).copied() {
            self.stops.retain(|open| *open != stop);
            return Some(stop.endpoint);
        }
        if !self.is_open(answer.rid) {
            return None;
        }
        for _ in 0..OPEN {
            let open = self.open.pop_front()?;
            if open.rid == answer.rid {
                self.keep(open.endpoint, answer);
                return Some(open.endpoint);
            }
        }
        None
    }
}
