//! The device's side of commands: which of them are carried out, once at most.

use super::freshness::{Freshness, Timeliness};
use super::stops::{Begins, Stops};
use crate::message::{CommandHead, Response, Status};
use coldcap_units::Instant;

/// How many answers a device keeps, and how far back a request id may be.
pub const KEPT: usize = 8;

/// Half of all ids: what is so far away is behind.
const HALF: u16 = 1 << 15;

/// A command as it arrived, with what whoever opened it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// Number of its packet.
    pub number: u32,
    /// Its endpoint number.
    pub endpoint: u8,
    /// Its head.
    pub head: CommandHead,
    /// Whether the sender's role may ask for it.
    pub allowed: bool,
    /// Whether it must state a deadline.
    pub timed: bool,
    /// Whether it is a stop.
    pub stop: bool,
    /// Whether it begins something: it is then [`Status::STALE`] behind a stop that was given later.
    pub begins: Begins,
    /// The revision that `expected_revision` is held against; `None` where the command itself looks.
    pub revision: Option<u16>,
    /// Whether there is room to take it.
    pub room: bool,
}

/// What to do with a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Carry it out, then say so with [`Gate::settle`].
    Run,
    /// It is being carried out: its answer will come.
    Wait,
    /// Give this answer: that which was given before, or a refusal.
    Answer(Response),
}

/// Decides about the commands of one session.
///
/// Request ids are a count: the host goes up by one with each, and has no more than [`KEPT`] without an
/// answer. The last `N` of them are remembered, each with its answer; an older one is
/// [`Status::EXPIRED`], whether it was ever carried out or not. A refusal is remembered like any answer, so
/// that a late copy is not carried out after all; only [`Status::BUSY`] is not, and may be asked again
/// under its id.
///
/// The last word is a stop's: what [begins](Order::begins) something and was given before a stop that has come already was
/// held up, or is sent again, and is not carried out.
///
/// ```
/// use coldcap_units::Instant;
/// use coldcap_wire::message::{CommandHead, Response, Status};
/// use coldcap_wire::service::{Begins, Freshness, Gate, Order, Verdict};
///
/// let mut gate = Gate::<8>::new();
/// let order = Order {
///     number: 4,
///     endpoint: 0x15,
///     head: CommandHead::new(1, 0),
///     allowed: true,
///     timed: false,
///     stop: false,
///     begins: Begins::AtItsChannel,
///     revision: Some(3),
///     room: true,
/// };
/// let (now, freshness) = (Instant::ZERO, Freshness::new());
/// assert_eq!(gate.admit(now, &freshness, &order), Verdict::Run);
/// assert_eq!(gate.admit(now, &freshness, &order), Verdict::Wait);
/// let done = Response::new(1, Status::OK);
/// assert_eq!(gate.settle(done), Some(0x15));
/// assert_eq!(gate.admit(now, &freshness, &order), Verdict::Answer(done));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gate<const N: usize> {
    slots: [Slot; N],
    newest: Option<u16>,
    stops: Stops,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Empty,
    Open { rid: u16, endpoint: u8 },
    Done { endpoint: u8, answer: Response },
}

impl Slot {
    const fn key(&self) -> Option<(u16, u8)> {
        match self {
            Self::Empty => None,
            Self::Open { rid, endpoint } => Some((*rid, *endpoint)),
            Self::Done { endpoint, answer } => Some((answer.rid, *endpoint)),
        }
    }
}

impl<const N: usize> Default for Gate<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> Gate<N> {
    /// The gate of a new session.
    #[must_use]
    pub const fn new() -> Self {
        const { assert!(N.is_power_of_two() && N <= 256, "ids wrap at a power of two") };
        Self { slots: [Slot::Empty; N], newest: None, stops: Stops::new() }
    }

    /// Decides what to do with a command.
    ///
    /// # Panics
    /// Never.
    pub fn admit(&mut self, now: Instant, freshness: &Freshness, order: &Order) -> Verdict {
        let CommandHead { rid, channel, .. } = order.head;
        if order.stop {
            self.stops.note(channel, rid);
            return Verdict::Run;
        }
        if let Some(known) = self.known(rid, order.endpoint) {
            return known;
        }
        let overtaken = self.stops.overtook(order.begins, channel, rid);
        let refusal = refusal(now, freshness, order, overtaken);
        if refusal == Some(Status::BUSY) || self.would_lose(rid) {
            return Verdict::Answer(Response::new(rid, Status::BUSY));
        }
        let answer = refusal.map(|status| refused_with(order, status));
        self.remember(rid, order.endpoint, answer);
        answer.map_or(Verdict::Run, Verdict::Answer)
    }

    /// What is known of an id: too old, under way, or answered.
    fn known(&self, rid: u16, endpoint: u8) -> Option<Verdict> {
        let behind = self.behind(rid)?;
        let answer = |status| Some(Verdict::Answer(Response::new(rid, status)));
        if behind >= N {
            return answer(Status::EXPIRED);
        }
        let slot = self.slots.get(place::<N>(rid))?;
        match slot.key()? {
            (known, _) if known != rid => None,
            (_, other) if other != endpoint => answer(Status::MALFORMED),
            _ => Some(match slot {
                Slot::Done { answer, .. } => Verdict::Answer(*answer),
                _ => Verdict::Wait,
            }),
        }
    }

    /// How far an id is behind the newest; `None` where it is ahead: by less than half of all ids.
    fn behind(&self, rid: u16) -> Option<usize> {
        let behind = self.newest?.wrapping_sub(rid);
        (behind <= HALF).then_some(usize::from(behind))
    }

    /// The slots that an id takes: its own, and those of the ids that are skipped.
    fn taken(&self, rid: u16) -> impl Iterator<Item = u16> + use<N> {
        let ahead = self.newest.map_or(1, |newest| rid.wrapping_sub(newest));
        let ahead = if ahead.cast_signed() <= 0 { 1 } else { ahead };
        (0..ahead.min(N as u16)).map(move |back| rid.wrapping_sub(back))
    }

    /// Whether a command without an answer would be forgotten: it could then be carried out twice.
    fn would_lose(&self, rid: u16) -> bool {
        self.taken(rid)
            .any(|rid| matches!(self.slots.get(place::<N>(rid)), Some(Slot::Open { .. })))
    }

    fn remember(&mut self, rid: u16, endpoint: u8, answer: Option<Response>) {
        for skipped in self.taken(rid) {
            self.put(skipped, Slot::Empty);
        }
        let slot = match answer {
            Some(answer) => Slot::Done { endpoint, answer },
            None => Slot::Open { rid, endpoint },
        };
        self.put(rid, slot);
        if self.behind(rid).is_none() {
            self.newest = Some(rid);
            self.stops.forget(rid, N as u16);
        }
    }

    fn put(&mut self, rid: u16, slot: Slot) {
        if let Some(place) = self.slots.get_mut(place::<N>(rid)) {
            *place = slot;
        }
    }

    /// Takes the answer to a command that was let through; returns the endpoint to answer on, or `None`
    /// where no such command is open. The answer to a stop is not kept: give it at once.
    pub fn settle(&mut self, answer: Response) -> Option<u8> {
        let slot = self.slots.get_mut(place::<N>(answer.rid))?;
        match *slot {
            Slot::Open { rid, endpoint } if rid == answer.rid => {
                *slot = Slot::Done { endpoint, answer };
                Some(endpoint)
            }
            _ => None,
        }
    }
}

impl<const N: usize> Gate<N> {
    /// A command that was let through is put off and has changed nothing: it may be asked again under its id. Returns the endpoint on
    /// which to answer [`Status::BUSY`], or `None` where no such command is open.
    pub fn put_off(&mut self, rid: u16) -> Option<u8> {
        let slot = self.slots.get_mut(place::<N>(rid))?;
        match *slot {
            Slot::Open { rid: open, endpoint } if open == rid => {
                *slot = Slot::Empty;
                Some(endpoint)
            }
            _ => None,
        }
    }
}

const fn place<const N: usize>(rid: u16) -> usize {
    rid as usize & N.saturating_sub(1)
}

/// The answer to a command that is not carried out. Who expected a revision is told the one that is.
fn refused_with(order: &Order, status: Status) -> Response {
    let revision = order
        .revision
        .filter(|_| status == Status::STALE && order.head.expected_revision != 0)
        .unwrap_or(0);
    Response { value: revision.into(), ..Response::new(order.head.rid, status) }
}

/// Why a command is not carried out, first reason first.
fn refusal(now: Instant, freshness: &Freshness, order: &Order, overtaken: bool) -> Option<Status> {
    let expected = order.head.expected_revision;
    let stale = order.revision.is_some_and(|revision| expected != 0 && expected != revision);
    if !order.allowed {
        return Some(Status::DENIED);
    }
    match freshness.judge(now, order.number, order.head.deadline) {
        Timeliness::Unlimited if order.timed => Some(Status::EXPIRED),
        Timeliness::Late | Timeliness::Unproven => Some(Status::EXPIRED),
        _ if overtaken || stale => Some(Status::STALE),
        _ if !order.room => Some(Status::BUSY),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use std::vec::Vec;

    fn order(rid: u16) -> Order {
        Order {
            number: 0,
            endpoint: 0x15,
            head: CommandHead::new(rid, 0),
            allowed: true,
            timed: false,
            stop: false,
            begins: Begins::Nothing,
            revision: Some(5),
            room: true,
        }
    }

    fn admit(gate: &mut Gate<8>, order: &Order) -> Verdict {
        gate.admit(Instant::ZERO, &Freshness::new(), order)
    }

    fn refused(rid: u16, status: Status) -> Verdict {
        Verdict::Answer(Response::new(rid, status))
    }

    #[test]
    fn each_refusal_has_its_reason_and_busy_alone_is_forgotten() {
        let mut gate = Gate::new();
        let stale = CommandHead { expected_revision: 4, ..CommandHead::new(2, 0) };
        let late = CommandHead { deadline: 9, ..CommandHead::new(3, 0) };
        assert_eq!(
            admit(&mut gate, &Order { allowed: false, ..order(1) }),
            refused(1, Status::DENIED)
        );
        let told = Response { value: 5, ..Response::new(2, Status::STALE) };
        let told = Verdict::Answer(told);
        assert_eq!(admit(&mut gate, &Order { head: stale, ..order(2) }), told);
        assert_eq!(
            admit(&mut gate, &Order { head: late, ..order(3) }),
            refused(3, Status::EXPIRED)
        );
        assert_eq!(
            admit(&mut gate, &Order { timed: true, ..order(4) }),
            refused(4, Status::EXPIRED)
        );
        assert_eq!(admit(&mut gate, &Order { room: false, ..order(5) }), refused(5, Status::BUSY));
        assert_eq!(admit(&mut gate, &order(1)), refused(1, Status::DENIED));
        assert_eq!(admit(&mut gate, &order(2)), told);
        assert_eq!(admit(&mut gate, &order(5)), Verdict::Run);
        let other = Order { endpoint: 0x16, ..order(5) };
        assert_eq!(admit(&mut gate, &other), refused(5, Status::MALFORMED));
    }

    #[test]
    fn what_is_put_off_may_be_asked_again_under_its_id() {
        let mut gate = Gate::new();
        assert_eq!(admit(&mut gate, &order(1)), Verdict::Run);
        assert_eq!(admit(&mut gate, &order(1)), Verdict::Wait);
        assert_eq!((gate.put_off(9), gate.put_off(1), gate.put_off(1)), (None, Some(0x15), None));
        assert_eq!(admit(&mut gate, &order(1)), Verdict::Run);
        let done = Response::new(1, Status::OK);
        gate.settle(done);
        assert_eq!(gate.put_off(1), None);
        assert_eq!(admit(&mut gate, &order(1)), Verdict::Answer(done));
    }

    #[test]
    fn a_stop_passes_whatever_stands_against_it() {
        let mut gate = Gate::new();
        admit(&mut gate, &order(100));
        let head = CommandHead { deadline: 1, expected_revision: 9, ..CommandHead::new(3, 0) };
        let stop = Order { head, allowed: false, stop: true, room: false, timed: true, ..order(3) };
        assert_eq!(admit(&mut gate, &stop), Verdict::Run);
        assert_eq!(admit(&mut gate, &stop), Verdict::Run);
    }

    /// Ids turn over: a stop from the beginning of a long session is behind whatever is given now.
    #[test]
    fn a_stop_that_was_given_long_ago_holds_nothing_up() {
        let mut gate = Gate::new();
        admit(&mut gate, &Order { stop: true, ..order(0) });
        for rid in 1..40_000 {
            assert_eq!(admit(&mut gate, &order(rid)), Verdict::Run, "{rid}");
            gate.settle(Response::new(rid, Status::OK));
        }
        let start = Order { begins: Begins::AtItsChannel, ..order(40_000) };
        assert_eq!(admit(&mut gate, &start), Verdict::Run);
    }

    #[test]
    fn what_begins_does_not_begin_behind_a_stop_that_was_given_later() {
        let mut gate = Gate::new();
        let begins = |rid| Order { begins: Begins::AtItsChannel, ..order(rid) };
        assert_eq!(admit(&mut gate, &begins(1)), Verdict::Run);
        let done = Response::new(1, Status::OK);
        gate.settle(done);
        assert_eq!(admit(&mut gate, &Order { stop: true, ..order(4) }), Verdict::Run);
        assert_eq!(admit(&mut gate, &begins(1)), Verdict::Answer(done), "it was done before");
        assert_eq!(admit(&mut gate, &begins(2)), refused(2, Status::STALE), "held up");
        assert_eq!(admit(&mut gate, &begins(2)), refused(2, Status::STALE), "sent again");
        assert_eq!(admit(&mut gate, &order(3)), Verdict::Run, "a fact stays a fact");
        assert_eq!(admit(&mut gate, &begins(5)), Verdict::Run, "given behind it");
    }

    #[test]
    fn the_eighth_before_the_newest_is_too_old() {
        let mut gate = Gate::new();
        for rid in 10..=18 {
            assert_eq!(admit(&mut gate, &order(rid)), Verdict::Run);
            gate.settle(Response::new(rid, Status::OK));
        }
        assert_eq!(admit(&mut gate, &order(10)), refused(10, Status::EXPIRED));
        assert_eq!(admit(&mut gate, &order(11)), refused(11, Status::OK));
    }

    #[test]
    fn one_without_an_answer_is_never_forgotten() {
        let mut gate = Gate::new();
        assert_eq!(admit(&mut gate, &order(1)), Verdict::Run);
        for rid in 2..=8 {
            admit(&mut gate, &order(rid));
            gate.settle(Response::new(rid, Status::OK));
        }
        assert_eq!(admit(&mut gate, &order(9)), refused(9, Status::BUSY));
        assert_eq!(admit(&mut gate, &order(40)), refused(40, Status::BUSY));
        assert_eq!(gate.settle(Response::new(1, Status::OK)), Some(0x15));
        assert_eq!(gate.settle(Response::new(1, Status::OK)), None);
        assert_eq!(admit(&mut gate, &order(9)), Verdict::Run);
    }

    #[test]
    fn ids_wrap_and_what_was_skipped_is_unknown() {
        let mut gate = Gate::new();
        for rid in [u16::MAX - 1, u16::MAX, 0, 3] {
            assert_eq!(admit(&mut gate, &order(rid)), Verdict::Run);
            gate.settle(Response::new(rid, Status::OK));
        }
        assert_eq!(admit(&mut gate, &order(u16::MAX)), refused(u16::MAX, Status::OK));
        assert_eq!(admit(&mut gate, &order(2)), Verdict::Run, "overtaken, not yet seen");
        assert_eq!(admit(&mut gate, &order(2)), Verdict::Wait);
    }

    proptest! {
        /// Against a memory that forgets nothing.
        #[test]
        fn nothing_runs_twice_and_nothing_after_a_refusal(
            steps in prop::collection::vec((0u16..30, any::<bool>(), 0u8..10), 1..120),
        ) {
            let mut gate = Gate::<8>::new();
            let mut said: BTreeMap<u16, Option<Status>> = BTreeMap::new();
            let mut open = Vec::new();
            for (back, settles, kind) in steps {
                let base = said.keys().last().copied().unwrap_or(1);
                let rid = (base + 3).saturating_sub(back);
                let given = Order { allowed: kind != 0, room: kind != 1, ..order(rid) };
                match admit(&mut gate, &given) {
                    Verdict::Run => {
                        prop_assert!(!said.contains_key(&rid), "{rid} twice");
                        said.insert(rid, None);
                        open.push(rid);
                    }
                    Verdict::Wait => prop_assert!(open.contains(&rid)),
                    Verdict::Answer(answer) if answer.status == Status::BUSY => {
                        prop_assert!(!said.contains_key(&rid) || base >= rid + 8);
                    }
                    Verdict::Answer(answer) if answer.status == Status::EXPIRED => {
                        prop_assert!(base >= rid + 8);
                    }
                    Verdict::Answer(answer) => {
                        let known = said.entry(rid).or_insert(Some(answer.status));
                        prop_assert_eq!(*known, Some(answer.status));
                    }
                }
                if settles && !open.is_empty() {
                    let rid = open.remove(0);
                    prop_assert_eq!(gate.settle(Response::new(rid, Status::OK)), Some(0x15));
                    said.insert(rid, Some(Status::OK));
                }
            }
        }
    }
}
