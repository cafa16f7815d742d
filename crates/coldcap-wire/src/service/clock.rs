//! The host's idea of the device's clock.

use crate::message::{TimeAnswer, TimeAsk};
use coldcap_units::{Duration, Instant};

/// How many of the newest exchanges are kept.
const EXCHANGES: usize = 8;
/// How many questions may wait for their answer. Who asks again after a second takes answers that are some seconds on their way, and
/// knows of each how long it was.
const QUESTIONS: usize = 4;

/// Knows the device's time from exchanges of four stamps; of the last eight that with the shortest round
/// trip counts (D. Mills, "Internet Time Synchronization", IEEE Transactions on Communications 39(10),
/// 1991). The device's clock is never set. Where an exchange contradicts those before it, the host's own clock was set, and
/// they count no more.
///
/// ```
/// use coldcap_wire::message::TimeAnswer;
/// use coldcap_wire::service::DeviceClock;
///
/// let mut clock = DeviceClock::new();
/// let ask = clock.ask(1_000_000);
/// let answer = TimeAnswer { asked_us: ask.asked_us, received_us: 5_010_000, sent_us: 5_011_000 };
/// assert!(clock.answered(1_021_000, &answer));
/// assert_eq!(clock.device_us(1_021_000), Some(5_021_000), "10 ms each way");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeviceClock {
    exchanges: [Option<Exchange>; EXCHANGES],
    next: usize,
    /// From the newest on.
    asked: [Option<Question>; QUESTIONS],
    heard_us: u64,
    proven_us: u64,
    last_us: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Question {
    asked_us: u64,
    /// What it told the device that was heard of it.
    heard_us: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Exchange {
    /// Device minus host.
    offset_us: i64,
    trip_us: u64,
}

/// How far two exchanges may contradict each other: clocks drift apart, by 40 ms in 80 s at 500 ppm.
const DRIFT_US: u64 = 100_000;

impl Exchange {
    /// Whether both can be true: whoever delays a question or an answer makes the round trip longer by as much, so that
    /// half of it is still as far as the offset can be off.
    const fn agrees(&self, other: &Self) -> bool {
        let reach = self.trip_us.saturating_add(other.trip_us) / 2;
        self.offset_us.abs_diff(other.offset_us) <= reach.saturating_add(DRIFT_US)
    }
}

impl DeviceClock {
    /// Knows nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            exchanges: [None; EXCHANGES],
            next: 0,
            asked: [None; QUESTIONS],
            heard_us: 0,
            proven_us: 0,
            last_us: 0,
        }
    }

    /// The question to send at this host time. The newest four are open.
    pub fn ask(&mut self, now_us: u64) -> TimeAsk {
        self.notice(now_us);
        self.asked.rotate_right(1);
        let [newest, ..] = &mut self.asked;
        *newest = Some(Question { asked_us: now_us, heard_us: self.heard_us });
        TimeAsk { asked_us: now_us, heard_us: self.heard_us }
    }

    /// Takes an answer that came at this host time; `false` where it answers nothing that is open.
    pub fn answered(&mut self, now_us: u64, answer: &TimeAnswer) -> bool {
        self.notice(now_us);
        let Some(question) = self.close(answer.asked_us, answer.sent_us >= answer.received_us)
        else {
            return false;
        };
        self.proven_us = self.proven_us.max(question.heard_us);
        self.heard_us = self.heard_us.max(answer.sent_us);
        let there = difference(answer.received_us, answer.asked_us);
        let back = difference(answer.sent_us, now_us);
        let held = answer.sent_us.saturating_sub(answer.received_us);
        let trip_us = now_us.saturating_sub(answer.asked_us).saturating_sub(held);
        let exchange = Exchange { offset_us: there.midpoint(back), trip_us };
        if self.exchanges.iter().flatten().any(|known| !known.agrees(&exchange)) {
            // One of the two clocks was set: what was known before is of another relation.
            self.exchanges = [None; EXCHANGES];
        }
        if let Some(place) = self.exchanges.get_mut(self.next) {
            *place = Some(exchange);
        }
        self.next = self.next.wrapping_add(1) % EXCHANGES;
        true
    }

    /// Takes the question that was asked then out of those that are open, and all before it. One answer is enough.
    fn close(&mut self, asked_us: u64, sound: bool) -> Option<Question> {
        let is_it =
            |question: &Option<Question>| question.is_some_and(|it| it.asked_us == asked_us);
        let place = self.asked.iter().position(is_it).filter(|_| sound)?;
        let question = self.asked.get(place).copied().flatten();
        self.asked.iter_mut().skip(place).for_each(|older| *older = None);
        question
    }

    /// Of the device's own time, what it surely knows that it was heard by this host; 0 before the second answer.
    #[must_use]
    pub const fn proven_us(&self) -> u64 {
        self.proven_us
    }

    /// A host clock that steps back has lost its relation to the device's.
    fn notice(&mut self, now_us: u64) {
        if now_us < self.last_us {
            *self = Self { heard_us: self.heard_us, proven_us: self.proven_us, ..Self::new() };
        }
        self.last_us = now_us;
    }

    /// The device's time at this host time; `None` while nothing is known.
    pub fn device_us(&mut self, now_us: u64) -> Option<u64> {
        self.notice(now_us);
        Some(now_us.saturating_add_signed(self.best()?.offset_us))
    }

    fn best(&self) -> Option<&Exchange> {
        self.exchanges.iter().flatten().min_by_key(|exchange| exchange.trip_us)
    }

    /// The round trip of the exchange that counts: the device's time is known to half of it, whoever has held back what.
    ///
    /// ```
    /// # use coldcap_wire::{message::TimeAnswer, service::DeviceClock};
    /// let mut clock = DeviceClock::new();
    /// let asked_us = clock.ask(1_000_000).asked_us;
    /// clock.answered(4_000_000, &TimeAnswer { asked_us, received_us: 9, sent_us: 9 });
    /// assert_eq!(clock.trip_us(), Some(3_000_000));
    /// ```
    #[must_use]
    pub fn trip_us(&self) -> Option<u64> {
        self.best().map(|exchange| exchange.trip_us)
    }

    /// A deadline `span` from now, at most [`HORIZON`](super::HORIZON), as an instant of the device and as
    /// the 16 bits that travel; `None` while the device's time is not known.
    pub fn deadline(&mut self, now_us: u64, span: Duration) -> Option<(Instant, u16)> {
        let device = Instant::from_millis(self.device_us(now_us)? / 1_000);
        let until = device.plus(span.min(super::HORIZON));
        // 0 stands for none: a millisecond earlier then.
        let until = if until.as_millis() as u16 == 0 {
            until.minus(Duration::from_millis(1))
        } else {
            until
        };
        Some((until, until.as_millis() as u16))
    }
}

const fn difference(one: u64, other: u64) -> i64 {
    one.wrapping_sub(other).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn exchange(clock: &mut DeviceClock, at: u64, there: u64, back: u64, ahead: u64) {
        let ask = clock.ask(at);
        let received_us = at + ahead + there;
        let answer = TimeAnswer { asked_us: ask.asked_us, received_us, sent_us: received_us };
        assert!(clock.answered(at + there + back, &answer));
    }

    #[test]
    fn the_shortest_trip_counts_and_old_ones_fade() {
        let mut clock = DeviceClock::new();
        exchange(&mut clock, 1_000, 10, 10, 500);
        exchange(&mut clock, 2_000, 900, 10, 500);
        assert_eq!(clock.device_us(3_000), Some(3_500));
        for turn in 1..9 {
            exchange(&mut clock, 3_000 * turn, 900, 100, 500);
        }
        assert_eq!(clock.device_us(30_000), Some(30_500 + 400));
    }

    #[test]
    fn what_was_not_asked_is_not_taken_and_a_step_back_forgets() {
        let mut clock = DeviceClock::new();
        exchange(&mut clock, 1_000, 10, 10, 500);
        let answer = TimeAnswer { asked_us: 1_000, received_us: 9_000, sent_us: 9_000 };
        assert!(!clock.answered(1_100, &answer));
        assert_eq!(clock.ask(2_000).heard_us, 1_510);
        assert_eq!(clock.device_us(1_999), None);
    }

    /// The host's clock is set, ahead or back by less than it has gone on since: no step back is seen.
    #[test]
    fn an_exchange_that_contradicts_the_others_counts_alone() {
        let mut clock = DeviceClock::new();
        exchange(&mut clock, 1_000_000, 10, 10, 500_000_000);
        exchange(&mut clock, 6_000_000, 900_000, 900_000, 500_000_000);
        assert_eq!(clock.trip_us(), Some(20), "a long one contradicts nothing");
        exchange(&mut clock, 70_000_000, 5_000, 5_000, 441_000_000);
        assert_eq!(
            (clock.device_us(70_010_000), clock.trip_us()),
            (Some(511_010_000), Some(10_000))
        );
        // Clocks that drift apart do not contradict each other.
        exchange(&mut clock, 150_000_000, 10, 10, 441_000_000 + 40_000);
        exchange(&mut clock, 155_000_000, 5_000, 5_000, 441_000_000 + 42_500);
        assert_eq!(clock.trip_us(), Some(20));
    }

    proptest! {
        #[test]
        fn never_wrong_by_more_than_half_the_shortest_trip(
            trips in prop::collection::vec((0u64..5_000, 0u64..5_000), 1..8),
            ahead in 0u64..10_000_000,
            span in 0u32..20_000,
        ) {
            let mut clock = DeviceClock::new();
            for (turn, (there, back)) in trips.iter().enumerate() {
                exchange(&mut clock, 20_000 * turn as u64, *there, *back, ahead);
            }
            let shortest = trips.iter().map(|(there, back)| there + back).min().unwrap();
            let known = clock.device_us(1_000_000).unwrap();
            prop_assert!(known.abs_diff(1_000_000 + ahead) <= shortest / 2 + 1);
            let (until, bits) = clock.deadline(1_000_000, Duration::from_millis(span)).unwrap();
            prop_assert!(bits != 0 && until.as_millis() as u16 == bits);
            prop_assert!(until.as_millis() <= known / 1_000 + 10_000);
        }
    }
}
