//! Answers that were given: a command that arrives again is answered again, and not done again.

use super::outbox::Outbox;
use coldcap_wire::message::Response;

/// How many answers are kept.
const KEPT: usize = 8;

/// One command that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Taken {
    rid: u16,
    endpoint: u8,
    answer: Option<Response>,
}

/// The last commands with their answers, the oldest first to be forgotten.
#[derive(Clone, Debug)]
pub(super) struct Replies {
    taken: [Option<Taken>; KEPT],
    next: usize,
}

impl Replies {
    pub(super) const fn new() -> Self {
        Self { taken: [None; KEPT], next: 0 }
    }

    /// Whether this id was seen before; if it was answered, the answer goes out again.
    pub(super) fn is_repeated(&self, rid: u16, outbox: &mut Outbox) -> bool {
        let known = self.taken.iter().flatten().find(|taken| taken.rid == rid);
        if let Some(Taken { endpoint, answer: Some(answer), .. }) = known {
            outbox.respond(*endpoint, *answer);
        }
        known.is_some()
    }

    /// A command was taken and will be answered.
    pub(super) fn expect(&mut self, rid: u16, endpoint: u8) {
        self.put(Taken { rid, endpoint, answer: None });
    }

    /// A command was answered at once.
    pub(super) fn keep(&mut self, endpoint: u8, answer: Response) {
        self.put(Taken { rid: answer.rid, endpoint, answer: Some(answer) });
    }

    fn put(&mut self, taken: Taken) {
        if let Some(place) = self.taken.get_mut(self.next) {
            *place = Some(taken);
        }
        self.next =
            if self.next >= KEPT.saturating_sub(1) { 0 } else { self.next.saturating_add(1) };
    }

    /// The answer to a taken command; returns the endpoint to answer on.
    pub(super) fn settle(&mut self, answer: Response) -> Option<u8> {
        let open = |taken: &&mut Taken| taken.rid == answer.rid && taken.answer.is_none();
        let taken = self.taken.iter_mut().flatten().find(open)?;
        taken.answer = Some(answer);
        Some(taken.endpoint)
    }
}
