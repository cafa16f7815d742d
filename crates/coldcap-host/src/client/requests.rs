//! Commands on their way: one after the other, repeated under the same request id and with the same deadline.

use super::command::CommandBody;
use super::message::Message;
use coldcap_units::{Duration, Instant};
use coldcap_wire::message::{Response, Status};
use std::collections::VecDeque;

/// A command is sent again after this without an answer.
pub const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How often a command is sent before it is reported as timed out.
pub const TRIES: u8 = 4;

/// A command is carried out within this after it was first sent, or never: when it is given up, it is over. For an answer
/// to an alarm it counts from the press: what begins while the press waits was not heard by who pressed.
pub const DEADLINE: Duration = Duration::from_millis(RETRY_AFTER.as_millis() * TRIES as u32);

/// A command that could not be sent within this is reported as timed out and never sent: an old
/// "resume" must not reach the device when the link returns.
pub const LONGEST_WAIT: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, Debug)]
struct Pending {
    rid: u16,
    body: CommandBody,
    aim: Aim,
    asked: Instant,
}

/// What a command is meant for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Aim {
    /// The channel; the client's own where none is named.
    pub(super) channel: Option<u8>,
    /// The revision of its session; 0 for any.
    pub(super) expected: u16,
}

#[derive(Clone, Copy, Debug)]
struct Flight {
    command: Pending,
    deadline: u16,
    tries: u8,
    due: Instant,
}

/// A command to be put on the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leaving {
    pub(super) rid: u16,
    pub(super) body: CommandBody,
    /// As it travels; 0 for none.
    pub(super) deadline: u16,
    pub(super) aim: Aim,
}

impl Flight {
    const fn leaving(&self) -> Leaving {
        let Pending { rid, body, aim, .. } = self.command;
        Leaving { rid, body, deadline: self.deadline, aim }
    }
}

/// What may leave the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Nothing: there is no session.
    Shut,
    /// Urgent commands only: the device has not answered the greeting, or the session is about to change.
    Urgent,
    /// Everything.
    Open,
}

/// The queue and what is in flight. Commands keep their order: the next one leaves when the last one is
/// answered or given up. Only an urgent one overtakes.
#[derive(Clone, Debug)]
pub(super) struct Requests {
    waiting: VecDeque<Pending>,
    flights: Vec<Flight>,
    next_rid: u16,
}

impl Requests {
    pub(super) const fn new(first_rid: u16) -> Self {
        Self { waiting: VecDeque::new(), flights: Vec::new(), next_rid: first_rid }
    }

    /// A request id that was not used for a long time; never 0.
    pub(super) fn fresh_rid(&mut self) -> u16 {
        let rid = self.next_rid.max(1);
        self.next_rid = rid.wrapping_add(1);
        rid
    }

    pub(super) fn push(&mut self, now: Instant, body: CommandBody) -> u16 {
        self.push_aimed(now, body, Aim::default())
    }

    /// The same for a command that is meant for this channel and this revision and no other.
    pub(super) fn push_aimed(&mut self, now: Instant, body: CommandBody, aim: Aim) -> u16 {
        let rid = self.fresh_rid();
        let expected = if body.is_urgent() { 0 } else { aim.expected };
        let aim = Aim { expected, ..aim };
        self.waiting.push_back(Pending { rid, body, aim, asked: now });
        rid
    }

    /// Nobody wants this any more: it is not sent, neither again nor for the first time, and its answer tells nobody anything.
    pub(super) fn withdraw(&mut self, rid: u16) {
        self.waiting.retain(|pending| pending.rid != rid);
        self.flights.retain(|flight| flight.command.rid != rid);
    }

    /// Whether something that begins waits or is on its way.
    #[cfg(test)]
    pub(super) fn begins_something(&self) -> bool {
        let flights = self.flights.iter().map(|flight| flight.command.body);
        flights.chain(self.waiting.iter().map(|pending| pending.body)).any(|body| body.begins())
    }

    /// Somebody stops: what would begin something and was given before is not sent behind it, neither again nor for the
    /// first time.
    pub(super) fn void_beginnings(&mut self, out: &mut VecDeque<Message>) {
        let sent = |flight: &mut Flight| flight.command.body.begins();
        out.extend(self.flights.extract_if(.., sent).map(|flight| timed_out(flight.command)));
        let unsent = self.waiting.iter().filter(|pending| pending.body.begins());
        out.extend(unsent.map(|&Pending { rid, body: command, .. }| Message::Stale {
            rid,
            command,
            revision: 0,
        }));
        self.waiting.retain(|pending| !pending.body.begins());
    }

    /// The next command to put on the line, if one is due; `deadline` is that of one that is sent for the first time
    /// now.
    pub(super) fn next_due(
        &mut self,
        now: Instant,
        way: Way,
        deadline: Option<u16>,
    ) -> Option<Leaving> {
        if way == Way::Shut {
            return None;
        }
        if let Some(flight) = self.flights.iter_mut().find(|flight| flight.is_due(now)) {
            flight.tries = flight.tries.saturating_add(1);
            flight.due = now.plus(RETRY_AFTER);
            return Some(flight.leaving());
        }
        let command = self.leave_queue(way)?;
        let deadline = deadline.filter(|_| command.body.has_deadline()).unwrap_or(0);
        let flight = Flight { command, deadline, tries: 1, due: now.plus(RETRY_AFTER) };
        self.flights.push(flight);
        Some(flight.leaving())
    }

    /// Within what time the command is carried out that leaves next.
    pub(super) fn next_span(&self, now: Instant, way: Way) -> Duration {
        self.next(way).map_or(DEADLINE, |command| command.span(now))
    }

    fn next(&self, way: Way) -> Option<&Pending> {
        self.waiting.get(self.sendable(way)?)
    }

    /// The device's time is known too roughly for an answer to an alarm: none leaves. Whether there was one.
    pub(super) fn refuse_answers(&mut self, way: Way, out: &mut VecDeque<Message>) -> bool {
        let mut any = false;
        while self.next(way).is_some_and(|command| command.body.answers_alarm()) {
            let Some(Pending { rid, body: command, .. }) = self.leave_queue(way) else { break };
            out.push_back(Message::LineTooSlow { rid, command });
            any = true;
        }
        any
    }

    fn leave_queue(&mut self, way: Way) -> Option<Pending> {
        let at = self.sendable(way)?;
        self.waiting.remove(at)
    }

    fn sendable(&self, way: Way) -> Option<usize> {
        if way == Way::Shut {
            return None;
        }
        let urgent = self.waiting.iter().position(|command| command.body.is_urgent());
        let first = way == Way::Open && self.flights.is_empty() && !self.waiting.is_empty();
        urgent.or(first.then_some(0))
    }

    /// Whether a command that is not urgent waits for its turn.
    pub(super) fn has_waiting(&self) -> bool {
        self.waiting.iter().any(|command| !command.body.is_urgent())
    }

    /// Whether no command waits for its answer.
    pub(super) const fn is_idle(&self) -> bool {
        self.flights.is_empty()
    }

    /// Another session has begun. What waits for an answer of the last one gets none, and is not repeated in this one,
    /// which knows nothing of it: it could be carried out twice. A stop is repeated at once, it may be.
    pub(super) fn begin_session(&mut self, now: Instant, out: &mut VecDeque<Message>) {
        let done = |flight: &mut Flight| !flight.command.body.is_urgent();
        out.extend(self.flights.extract_if(.., done).map(|flight| timed_out(flight.command)));
        self.flights.iter_mut().for_each(|flight| flight.due = now);
    }

    /// Takes out what got no answer in time, oldest first.
    pub(super) fn give_up(&mut self, now: Instant, out: &mut VecDeque<Message>) {
        let spent = |flight: &mut Flight| flight.tries >= TRIES && flight.due <= now;
        out.extend(self.flights.extract_if(.., spent).map(|flight| timed_out(flight.command)));
        let old = self.waiting.iter().filter(|command| command.expires() <= now);
        out.extend(old.map(|command| timed_out(*command)));
        self.waiting.retain(|command| command.expires() > now);
    }

    /// What this response says of the command that it answers, which is then settled.
    pub(super) fn answered(&mut self, endpoint: u8, response: &Response) -> Option<Message> {
        let mut matches = |flight: &Flight| {
            flight.command.rid == response.rid && flight.command.body.endpoint() == endpoint
        };
        let at = self.flights.iter().position(&mut matches)?;
        let Flight { command: Pending { rid, body: command, .. }, deadline, .. } =
            self.flights.remove(at);
        // With a reason it is the session's: a second step that came too late after the first.
        let late = response.status == Status::EXPIRED && response.reason == 0 && deadline != 0;
        let response = *response;
        Some(match response.status {
            _ if late => Message::TooLate { rid, command },
            Status::STALE => Message::Stale { rid, command, revision: response.value as u16 },
            _ => Message::Response { rid, command, response },
        })
    }

    /// When [`next_due`](Self::next_due) or [`give_up`](Self::give_up) has something to do next.
    pub(super) fn deadline(&self, way: Way) -> Option<Instant> {
        let ready = self.next(way).map(|command| command.asked);
        let retry = self.flights.iter().map(|flight| flight.due).min();
        let expiry = self.waiting.iter().map(Pending::expires).min();
        [ready, retry, expiry].into_iter().flatten().min()
    }
}

const fn timed_out(command: Pending) -> Message {
    Message::TimedOut { rid: command.rid, command: command.body }
}

impl Flight {
    fn is_due(&self, now: Instant) -> bool {
        self.tries < TRIES && self.due <= now
    }
}

impl Pending {
    /// Within what time it is carried out where it is sent now.
    fn span(&self, now: Instant) -> Duration {
        let span = self.body.span();
        let waited = if self.body.answers_alarm() { now.since(self.asked) } else { Duration::ZERO };
        span.minus(waited)
    }

    fn expires(&self) -> Instant {
        self.asked.plus(self.body.longest_wait())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::UNSENT;
    use coldcap_wire::message::{Action, Actuate, Actuator, ReadRecord};

    const START: CommandBody = CommandBody::operate(Action::START);
    const STOP: CommandBody = CommandBody::operate(Action::STOP);

    fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    fn next(requests: &mut Requests, now: u64, way: Way) -> Option<(u16, CommandBody)> {
        requests.next_due(at(now), way, Some(7)).map(|leaving| (leaving.rid, leaving.body))
    }

    #[test]
    fn only_stop_overtakes() {
        let mut requests = Requests::new(1);
        requests.push(at(0), START);
        requests.push(at(0), CommandBody::StartFit);
        assert_eq!(next(&mut requests, 0, Way::Urgent), None);
        assert_eq!(next(&mut requests, 0, Way::Open), Some((1, START)));
        assert_eq!(next(&mut requests, 0, Way::Open), None);
        requests.push(at(0), STOP);
        assert_eq!(next(&mut requests, 0, Way::Urgent), Some((3, STOP)));
        let answer = Response::new(1, Status::OK);
        assert_eq!(requests.answered(0x10, &answer), None, "another command's endpoint");
        let told = Message::Response { rid: answer.rid, command: START, response: answer };
        assert_eq!(requests.answered(0x15, &answer), Some(told));
        assert_eq!(requests.answered(0x15, &answer), None, "answered once");
        assert_eq!(next(&mut requests, 0, Way::Open), None, "stop is still in flight");
    }

    /// A button that is held is no plan for later.
    #[test]
    fn what_is_driven_by_hand_waits_and_is_done_no_longer_than_its_lease() {
        let drive = |lease_ms| {
            let actuator = Actuator::PUMP;
            CommandBody::Actuate(Actuate { head: UNSENT, actuator, drive_permille: 1, lease_ms })
        };
        let spans = [(700, 700, 700), (9_000, 2_000, 2_000), (0, 4_000, 10_000)];
        for (lease_ms, span, wait) in spans {
            let mut requests = Requests::new(1);
            requests.push(at(0), drive(lease_ms));
            assert_eq!(requests.next_span(at(0), Way::Open), Duration::from_millis(span));
            assert_eq!(requests.deadline(Way::Shut), Some(at(wait)));
            let mut out = VecDeque::new();
            requests.give_up(at(wait - 1), &mut out);
            assert!(out.is_empty());
            requests.give_up(at(wait), &mut out);
            assert!(matches!(out[0], Message::TimedOut { rid: 1, .. }));
        }
        assert_eq!(Requests::new(1).next_span(at(0), Way::Open), DEADLINE);
    }

    /// Whatever sounds while a press waits was not heard by who pressed.
    #[test]
    fn the_time_of_an_answer_to_an_alarm_counts_from_the_press() {
        for action in [Action::ACKNOWLEDGE, Action::AUDIO_PAUSE] {
            let mut requests = Requests::new(1);
            requests.push(at(0), CommandBody::operate(action));
            for (now, left) in [(0, 4_000), (1_500, 2_500), (3_999, 1), (9_000, 0)] {
                let span = requests.next_span(at(now), Way::Open);
                assert_eq!(span, Duration::from_millis(left), "{now}");
            }
            assert_eq!(requests.deadline(Way::Shut), Some(at(4_000)));
            let mut out = VecDeque::new();
            requests.give_up(at(3_999), &mut out);
            assert!(out.is_empty());
            requests.give_up(at(4_000), &mut out);
            assert!(matches!(out.make_contiguous(), [Message::TimedOut { rid: 1, .. }]), "{out:?}");
        }
    }

    #[test]
    fn an_answer_is_over_also_behind_what_waits_longer() {
        let (mut requests, mut out) = (Requests::new(1), VecDeque::new());
        requests.push(at(0), START);
        requests.push(at(0), CommandBody::operate(Action::ACKNOWLEDGE));
        requests.push(at(0), CommandBody::StartFit);
        assert_eq!(requests.deadline(Way::Urgent), Some(at(4_000)));
        requests.give_up(at(4_000), &mut out);
        assert!(matches!(out.make_contiguous(), [Message::TimedOut { rid: 2, .. }]), "{out:?}");
        assert_eq!(next(&mut requests, 4_000, Way::Open), Some((1, START)));
        assert!(requests.has_waiting());
    }

    #[test]
    fn only_answers_to_alarms_are_refused_where_the_line_is_slow() {
        let (mut requests, mut out) = (Requests::new(1), VecDeque::new());
        let acknowledge = CommandBody::operate(Action::ACKNOWLEDGE);
        requests.push(at(0), acknowledge);
        requests.push(at(0), START);
        requests.push(at(0), acknowledge);
        assert!(!requests.refuse_answers(Way::Urgent, &mut out));
        assert!(requests.refuse_answers(Way::Open, &mut out));
        assert_eq!(out, [Message::LineTooSlow { rid: 1, command: acknowledge }]);
        assert!(!requests.refuse_answers(Way::Open, &mut out), "the next one is none");
        assert_eq!(next(&mut requests, 0, Way::Open), Some((2, START)));
    }

    #[test]
    fn nothing_leaves_where_there_is_no_way() {
        let mut requests = Requests::new(1);
        requests.push(at(0), STOP);
        assert_eq!(next(&mut requests, 0, Way::Shut), None);
        assert_eq!(requests.deadline(Way::Shut), Some(at(10_000)), "it does not spin");
        assert_eq!(next(&mut requests, 0, Way::Urgent), Some((1, STOP)));
    }

    #[test]
    fn a_new_session_repeats_stops_and_nothing_else() {
        let mut requests = Requests::new(1);
        let mut out = VecDeque::new();
        requests.push(at(0), START);
        requests.push(at(0), STOP);
        requests.push(at(0), START);
        assert_eq!(next(&mut requests, 0, Way::Open), Some((2, STOP)));
        requests.answered(0x15, &Response::new(2, Status::OK));
        assert_eq!(next(&mut requests, 0, Way::Open), Some((1, START)));
        requests.push(at(0), STOP);
        assert_eq!(next(&mut requests, 0, Way::Open), Some((4, STOP)));
        assert!(!requests.is_idle() && requests.has_waiting());
        requests.begin_session(at(10), &mut out);
        assert_eq!(out, [Message::TimedOut { rid: 1, command: START }]);
        assert_eq!(next(&mut requests, 10, Way::Open), Some((4, STOP)));
        requests.answered(0x15, &Response::new(4, Status::OK));
        assert_eq!(next(&mut requests, 10, Way::Open), Some((3, START)), "it was never sent");
    }

    #[test]
    fn request_ids_skip_zero() {
        let mut requests = Requests::new(u16::MAX);
        assert_eq!([requests.fresh_rid(), requests.fresh_rid()], [u16::MAX, 1]);
        assert_eq!(Requests::new(0).fresh_rid(), 1);
    }

    #[test]
    fn what_could_not_be_sent_is_given_up_and_never_sent() {
        let mut requests = Requests::new(1);
        let mut out = VecDeque::new();
        requests.push(at(0), START);
        assert_eq!(requests.deadline(Way::Urgent), Some(at(10_000)));
        requests.give_up(at(9_999), &mut out);
        assert!(out.is_empty());
        requests.give_up(at(10_000), &mut out);
        assert_eq!(out.pop_front(), Some(Message::TimedOut { rid: 1, command: START }));
        assert_eq!(next(&mut requests, 10_000, Way::Open), None);
    }

    #[test]
    fn what_is_repeated_keeps_its_deadline_and_a_stop_and_a_question_have_none() {
        let mut requests = Requests::new(1);
        requests.push(at(0), START);
        let leaving = requests.next_due(at(0), Way::Open, Some(4_000)).unwrap();
        assert_eq!((leaving.rid, leaving.deadline), (1, 4_000));
        let leaving = requests.next_due(at(1_000), Way::Open, Some(5_000)).unwrap();
        assert_eq!((leaving.rid, leaving.deadline), (1, 4_000));
        requests.answered(0x15, &Response::new(1, Status::OK));
        let read = ReadRecord { head: UNSENT, from: 0, count: 1 };
        for body in [STOP, CommandBody::ReadRecord(read)] {
            requests.push(at(2_000), body);
            let leaving = requests.next_due(at(2_000), Way::Open, Some(6_000)).unwrap();
            assert_eq!((leaving.body, leaving.deadline), (body, 0));
            let answer = Response::new(leaving.rid, Status::OK);
            assert!(requests.answered(body.endpoint(), &answer).is_some());
        }
        requests.push(at(3_000), START);
        assert_eq!(requests.next_due(at(3_000), Way::Open, None).unwrap().deadline, 0);
    }

    #[test]
    fn too_late_is_an_outcome_of_its_own_and_the_session_s_own_expiry_is_not() {
        let outcome = |deadline, reason| {
            let mut requests = Requests::new(1);
            requests.push(at(0), START);
            requests.next_due(at(0), Way::Open, deadline).unwrap();
            let answer = Response { reason, ..Response::new(1, Status::EXPIRED) };
            requests.answered(0x15, &answer).unwrap()
        };
        assert_eq!(outcome(Some(9), 0), Message::TooLate { rid: 1, command: START });
        for (deadline, reason) in [(None, 0), (Some(9), 3)] {
            assert!(matches!(outcome(deadline, reason), Message::Response { .. }));
        }
    }
}
