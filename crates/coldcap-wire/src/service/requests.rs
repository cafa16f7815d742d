//! The host's side of commands: ids, repeats, answers.

use super::gate::KEPT;
use super::round_trip::{RoundTrip, has_come};
use crate::message::{Response, Status};
use coldcap_units::{Duration, Instant};

/// How often a command is sent before it is given up.
pub const TRIES: u8 = 4;

/// The longest wait for an answer before the command is sent again.
const LONGEST: u32 = 2_000;

/// No place is left: as many commands wait for answers as a device remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// The commands of one session that wait for their answers: `N` places at most, the last of which a stop
/// alone may take.
///
/// Each is sent again, under its id, after twice the smoothed round trip, then after twice as long again,
/// at most 2 s: four times in all. `C` is whatever the owner needs to send it.
///
/// ```
/// use coldcap_units::Instant;
/// use coldcap_wire::message::{Response, Status};
/// use coldcap_wire::service::{Answered, Requests};
///
/// let at = Instant::from_millis;
/// let mut requests = Requests::<&str, 4>::new(10);
/// let rid = requests.push(at(0), 0x15, "start", false).unwrap();
/// assert_eq!(requests.next_due(at(0)), Some((rid, "start")));
/// assert_eq!(requests.next_due(at(499)), None);
/// assert_eq!(requests.next_due(at(500)), Some((rid, "start")), "the same id");
/// let answer = Response::new(rid, Status::OK);
/// assert_eq!(requests.answered(at(600), 0x15, &answer), Answered::Settled("start"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requests<C, const N: usize> {
    flights: [Option<Flight<C>>; N],
    next_rid: u16,
    trip: RoundTrip,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Flight<C> {
    rid: u16,
    endpoint: u8,
    command: C,
    stop: bool,
    tries: u8,
    first_sent: Instant,
    due: Instant,
}

/// What an answer was to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered<C> {
    /// The command is settled.
    Settled(C),
    /// The device was busy: the command is sent again, or given up where it was sent often enough.
    Later,
    /// Nothing that waits: a copy, or an answer that came too late.
    Unknown,
}

impl<C: Copy, const N: usize> Requests<C, N> {
    /// The requests of a new session; the first id is `first_rid`.
    #[must_use]
    pub const fn new(first_rid: u16) -> Self {
        const { assert!(N > 1) };
        Self { flights: [None; N], next_rid: first_rid, trip: RoundTrip::new() }
    }

    /// How long answers take.
    #[must_use]
    pub const fn round_trip(&self) -> RoundTrip {
        self.trip
    }

    /// How many wait for an answer.
    #[must_use]
    pub fn len(&self) -> usize {
        self.flights.iter().flatten().count()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes a command that is sent at once; returns its id.
    ///
    /// # Errors
    /// [`Full`] where no place is left, or where an unanswered command would fall out of the device's
    /// memory. For a stop the last place is kept; where even that is taken, it takes the place of the stop
    /// before it, of which nothing is heard any more.
    ///
    /// # Panics
    /// Never.
    pub fn push(
        &mut self,
        now: Instant,
        endpoint: u8,
        command: C,
        stop: bool,
    ) -> Result<u16, Full> {
        let rid = self.next_rid;
        let oldest = self.flights.iter().flatten().map(|flight| rid.wrapping_sub(flight.rid)).max();
        let remembered = oldest.is_none_or(|span| usize::from(span) < KEPT);
        let room = self.len().saturating_add(usize::from(!stop)) < N;
        if !(stop || room && remembered) {
            return Err(Full);
        }
        let flight = Flight { rid, endpoint, command, stop, tries: 0, first_sent: now, due: now };
        *self.place().ok_or(Full)? = Some(flight);
        self.next_rid = rid.wrapping_add(1);
        Ok(rid)
    }

    /// An empty place, or that of an older stop.
    fn place(&mut self) -> Option<&mut Option<Flight<C>>> {
        self.flights.iter_mut().min_by_key(|place| match place {
            None => 0,
            Some(flight) if flight.stop => 1,
            Some(_) => 2,
        })
    }

    /// The next command to put on the line: a new one, or one that is to be sent again. Oldest first.
    pub fn next_due(&mut self, now: Instant) -> Option<(u16, C)> {
        let timeout = self.trip.timeout();
        let next = self.next_rid;
        let due = |flight: &&mut Flight<C>| flight.tries < TRIES && flight.has_come(now);
        let age = |flight: &&mut Flight<C>| next.wrapping_sub(flight.rid);
        let flight = self.flights.iter_mut().flatten().filter(due).max_by_key(age)?;
        if flight.tries == 0 {
            flight.first_sent = now;
        }
        flight.due = now.plus(doubled(timeout, flight.tries));
        flight.tries = flight.tries.saturating_add(1);
        Some((flight.rid, flight.command))
    }

    /// One that was sent four times without an answer, which is then out. Nobody knows whether it was
    /// carried out: read the state.
    pub fn given_up(&mut self, now: Instant) -> Option<(u16, C)> {
        let spent = |flight: &Flight<C>| flight.tries >= TRIES && flight.has_come(now);
        self.take(spent)
    }

    /// One of those of which this is said: it is not sent again, and its answer is not waited for any more; call it until
    /// there is none. Whoever stops takes back what would begin something, so that it is not sent behind the stop.
    ///
    /// ```
    /// use coldcap_units::Instant;
    /// use coldcap_wire::service::Requests;
    /// let mut requests = Requests::<&str, 4>::new(1);
    /// requests.push(Instant::ZERO, 0x15, "start", false).unwrap();
    /// assert_eq!(requests.recalled(|command| *command == "start"), Some((1, "start")));
    /// requests.push(Instant::ZERO, 0x15, "stop", true).unwrap();
    /// assert_eq!(requests.next_due(Instant::ZERO), Some((2, "stop")));
    /// ```
    pub fn recalled(&mut self, wanted: impl Fn(&C) -> bool) -> Option<(u16, C)> {
        self.take(|flight| wanted(&flight.command))
    }

    /// One of those that wait although the session is over; call it until there is none.
    pub fn abandoned(&mut self) -> Option<(u16, C)> {
        self.take(|_| true)
    }

    fn take(&mut self, wanted: impl Fn(&Flight<C>) -> bool) -> Option<(u16, C)> {
        let place = self.flights.iter_mut().find(|place| place.as_ref().is_some_and(&wanted))?;
        place.take().map(|flight| (flight.rid, flight.command))
    }

    /// Takes an answer.
    pub fn answered(&mut self, now: Instant, endpoint: u8, answer: &Response) -> Answered<C> {
        let timeout = self.trip.timeout();
        let matches = |flight: &Flight<C>| {
            flight.rid == answer.rid && flight.endpoint == endpoint && flight.tries > 0
        };
        let found = self.flights.iter_mut().find(|place| place.as_ref().is_some_and(matches));
        let Some(place) = found else { return Answered::Unknown };
        let Some(flight) = place.as_mut() else { return Answered::Unknown };
        if flight.tries == 1 {
            self.trip.measure(now.since(flight.first_sent));
        }
        // Never the last word: it may be the answer to an earlier try, of which a later one was carried out.
        if answer.status == Status::BUSY {
            if flight.tries < TRIES {
                flight.due = now.plus(timeout);
            }
            return Answered::Later;
        }
        let command = flight.command;
        *place = None;
        Answered::Settled(command)
    }

    /// When [`next_due`](Self::next_due) or [`given_up`](Self::given_up) has something to do next.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.flights.iter().flatten().map(|flight| flight.due).min()
    }
}

impl<C> Flight<C> {
    fn has_come(&self, now: Instant) -> bool {
        has_come(self.due, now, Duration::from_millis(LONGEST))
    }
}

fn doubled(timeout: Duration, times: u8) -> Duration {
    let factor = 1u32.checked_shl(times.into()).unwrap_or(u32::MAX);
    Duration::from_millis(timeout.as_millis().saturating_mul(factor).min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    /// The answer to the first try comes behind the last one, which may be carried out: nobody knows.
    #[test]
    fn busy_is_never_the_last_word() {
        let mut requests = Requests::<(), 4>::new(1);
        let rid = requests.push(at(0), 1, (), false).unwrap();
        let mut now = 0;
        for _ in 0..TRIES {
            while requests.next_due(at(now)).is_none() {
                now += 10;
            }
        }
        let busy = Response::new(rid, Status::BUSY);
        assert_eq!(requests.answered(at(now), 1, &busy), Answered::Later);
        let done = Response::new(rid, Status::OK);
        assert_eq!(requests.answered(at(now + 10), 1, &done), Answered::Settled(()));
    }

    #[test]
    fn four_tries_each_after_twice_the_time_and_then_no_more() {
        let mut requests = Requests::<u8, 4>::new(7);
        requests.push(at(0), 1, 9, false).unwrap();
        for due in [0, 500, 1_500, 3_500] {
            assert_eq!(requests.deadline(), Some(at(due)));
            if due > 0 {
                assert_eq!(requests.next_due(at(due - 1)), None);
            }
            assert_eq!(requests.given_up(at(due)), None);
            assert_eq!(requests.next_due(at(due)), Some((7, 9)));
        }
        assert_eq!(requests.next_due(at(9_000)), None);
        assert_eq!(requests.given_up(at(5_499)), None);
        assert_eq!(requests.given_up(at(5_500)), Some((7, 9)));
        assert!(requests.is_empty());
    }

    #[test]
    fn a_stop_finds_a_place_where_others_do_not() {
        let mut requests = Requests::<u8, 3>::new(u16::MAX);
        assert_eq!(requests.push(at(0), 1, 1, false), Ok(u16::MAX));
        assert_eq!(requests.push(at(0), 1, 2, false), Ok(0));
        assert_eq!(requests.push(at(0), 1, 3, false), Err(Full));
        assert_eq!(requests.push(at(0), 1, 4, true), Ok(1));
        assert_eq!(requests.push(at(0), 1, 5, true), Ok(2), "in place of the other");
        let mut left = [(); 3].map(|()| requests.next_due(at(0)).map(|(_, command)| command));
        left.sort_unstable();
        assert_eq!(left, [Some(1), Some(2), Some(5)]);
    }

    #[test]
    fn an_id_never_falls_out_of_the_memory_of_the_device() {
        let mut requests = Requests::<u8, 8>::new(1);
        requests.push(at(0), 1, 1, false).unwrap();
        for rid in 2..=8 {
            assert_eq!(requests.push(at(0), 1, 1, false), Ok(rid));
            requests.next_due(at(0));
            requests.next_due(at(0));
            requests.answered(at(1), 1, &Response::new(rid, Status::OK));
        }
        assert_eq!(requests.push(at(0), 1, 1, false), Err(Full));
    }

    #[test]
    fn busy_is_asked_again_and_only_the_right_answer_counts() {
        let mut requests = Requests::<u8, 4>::new(1);
        let rid = requests.push(at(0), 1, 5, false).unwrap();
        assert_eq!(
            requests.answered(at(0), 1, &Response::new(rid, Status::OK)),
            Answered::Unknown,
            "never sent"
        );
        requests.next_due(at(0));
        assert_eq!(requests.answered(at(9), 2, &Response::new(rid, Status::OK)), Answered::Unknown);
        assert_eq!(
            requests.answered(at(50), 1, &Response::new(rid, Status::BUSY)),
            Answered::Later
        );
        assert_eq!(requests.next_due(at(550)), Some((rid, 5)));
        assert_eq!(
            requests.answered(at(600), 1, &Response::new(rid, Status::OK)),
            Answered::Settled(5)
        );
        assert_eq!(requests.abandoned(), None);
    }

    proptest! {
        #[test]
        fn every_command_ends_once_and_is_sent_four_times_at_most(
            steps in prop::collection::vec((0u32..700, 0u8..4), 1..80),
        ) {
            let mut requests = Requests::<u16, 6>::new(65_530);
            let (mut now, mut pushed) = (Instant::ZERO, 0u16);
            let mut sent: Vec<(u16, u16)> = Vec::new();
            let mut ended: Vec<u16> = Vec::new();
            for (wait, kind) in steps {
                now = now.plus(Duration::from_millis(wait));
                if kind == 0 && requests.push(now, 1, pushed, false).is_ok() {
                    pushed += 1;
                }
                while let Some(due) = requests.next_due(now) {
                    sent.push(due);
                }
                if kind == 1 && let Some((rid, _)) = sent.last() {
                    let answer = Response::new(*rid, Status::OK);
                    if let Answered::Settled(command) = requests.answered(now, 1, &answer) {
                        ended.push(command);
                    }
                }
                while let Some((_, command)) = requests.given_up(now) {
                    ended.push(command);
                }
            }
            while let Some((_, command)) = requests.abandoned() {
                ended.push(command);
            }
            ended.sort_unstable();
            prop_assert_eq!(ended, (0..pushed).collect::<Vec<_>>());
            for command in 0..pushed {
                let ids: Vec<_> =
                    sent.iter().filter(|(_, it)| *it == command).map(|(rid, _)| *rid).collect();
                prop_assert!(ids.len() <= 4 && ids.windows(2).all(|two| two[0] == two[1]));
            }
        }
    }
}
