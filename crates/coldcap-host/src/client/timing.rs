//! The device's time, for the deadlines of commands.

use coldcap_units::{Duration, Instant};
use coldcap_wire::message::{TimeAnswer, TimeAsk};
use coldcap_wire::service::DeviceClock;

/// The device is asked for its time this often.
pub(super) const ASK_EVERY: Duration = Duration::from_secs(5);
/// A question without an answer is asked again after this.
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// A proof that is older than this is soon none for the device, which takes 22 s.
const PROVEN_FOR: Duration = Duration::from_secs(20);

/// Where a question, repeated each second, has no answer for this long, whoever is heard is not the device as it is now:
/// the link is lost. Ten tries: of a line that loses each tenth packet either way, all go unanswered once in ten
/// million. And it is soon enough: the question comes 5 s after the last answer, so what was known then is 15 s old, before
/// commands are held back for want of a proof, 20 s, and before the device takes this host for lost, 22 s.
pub const UNANSWERED: Duration = Duration::from_secs(10);

/// Where the shortest round trip of the last questions is longer than this, the device's time may be off by more than half
/// of it: too much for an answer to an alarm, whose deadline tells what was heard when the button was pressed.
pub const LONGEST_TRIP: Duration = Duration::from_secs(2);

/// Asks for the device's time, and knows whether a deadline would mean anything to the device.
#[derive(Clone, Debug, Default)]
pub(super) struct Timing {
    clock: DeviceClock,
    /// When it is asked next; `None` for a device that does not tell its time.
    due: Option<Instant>,
    /// Since when a question is asked that has no answer.
    unanswered: Option<Instant>,
    /// Whether the device tells its time and could not judge a deadline yet, or not any more.
    wanting: bool,
}

impl Timing {
    /// Another session begins, or another device: nothing is known of its time.
    pub(super) fn begin(&mut self, now: Instant, tells: bool) {
        *self = Self { due: tells.then_some(now), wanting: tells, ..Self::default() };
    }

    /// The host's clock was set back: what its relation to the device's is has to be learnt anew. What was proven stays.
    pub(super) fn lose_relation(&mut self, now: Instant) {
        // A step back is what makes it forget.
        let _ = self.clock.device_us(0);
        self.due = self.due.map(|_| now);
        self.notice(now);
    }

    pub(super) const fn due(&self) -> Option<Instant> {
        self.due
    }

    /// The question, where it is due.
    pub(super) fn ask(&mut self, now: Instant) -> Option<TimeAsk> {
        self.due.filter(|due| *due <= now)?;
        self.due = Some(now.plus(ASK_AGAIN));
        self.unanswered.get_or_insert(now);
        Some(self.clock.ask(micros(now)))
    }

    /// The first answer is heard, but the device does not know that: it is asked once more at once.
    ///
    /// `true` where it answers what was asked lately.
    pub(super) fn answered(&mut self, now: Instant, answer: &TimeAnswer) -> bool {
        if !self.clock.answered(micros(now), answer) {
            return false;
        }
        self.unanswered = None;
        let next = if self.clock.proven_us() == 0 { now } else { now.plus(ASK_EVERY) };
        self.due = self.due.map(|_| next);
        self.notice(now);
        true
    }

    /// When the device has not answered for too long.
    pub(super) fn lost_at(&self) -> Option<Instant> {
        self.unanswered.map(|since| since.plus(UNANSWERED))
    }

    /// Whether it has not.
    pub(super) fn is_unanswered(&self, now: Instant) -> bool {
        self.lost_at().is_some_and(|at| at <= now)
    }

    /// How far what the device said at this time of its own lies behind its time now; zero while that is not known.
    pub(super) fn age(&self, now: Instant, at_ms: u64) -> Duration {
        let mut clock = self.clock;
        let device = clock.device_us(micros(now)).unwrap_or(0) / 1_000;
        Instant::from_millis(device).since(Instant::from_millis(at_ms))
    }

    /// The shortest of the last round trips.
    pub(super) fn trip_us(&self) -> Option<u64> {
        self.clock.trip_us()
    }

    /// Whether the device's time is known too roughly for an answer to an alarm.
    pub(super) fn is_rough(&self) -> bool {
        let longest = u64::from(LONGEST_TRIP.as_millis()) * 1_000;
        self.due.is_some() && self.clock.trip_us().is_some_and(|trip| trip > longest)
    }

    /// Asks anew as soon as may be, unless a question is open.
    pub(super) fn ask_soon(&mut self, now: Instant) {
        if self.unanswered.is_none() {
            self.due = self.due.map(|_| now);
        }
    }

    /// Looks whether a deadline would mean anything now.
    pub(super) fn notice(&mut self, now: Instant) {
        self.wanting = self.due.is_some() && self.deadline(now, Duration::ZERO).is_none();
    }

    /// Whether the device tells its time, and no deadline could be stated when that was looked at last.
    pub(super) const fn is_wanting(&self) -> bool {
        self.wanting
    }

    /// A deadline `span` from now, as it travels; `None` where the device could not judge it.
    pub(super) fn deadline(&mut self, now: Instant, span: Duration) -> Option<u16> {
        let proven_us = self.clock.proven_us();
        let proven = Instant::from_millis(proven_us / 1_000).plus(PROVEN_FOR);
        let device = Instant::from_millis(self.clock.device_us(micros(now))? / 1_000);
        if proven_us == 0 || device > proven {
            return None;
        }
        self.clock.deadline(micros(now), span).map(|(_, deadline)| deadline)
    }
}

const fn micros(now: Instant) -> u64 {
    now.as_millis().saturating_mul(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    fn wanting(timing: &mut Timing, now: u64) -> bool {
        timing.notice(at(now));
        timing.is_wanting()
    }

    /// One exchange with a device whose clock is 50 s ahead.
    fn exchange(timing: &mut Timing, now: u64) {
        let ask = timing.ask(at(now)).unwrap();
        let device = (now + 50_000) * 1_000;
        let answer = TimeAnswer { asked_us: ask.asked_us, received_us: device, sent_us: device };
        assert!(timing.answered(at(now), &answer));
    }

    #[test]
    fn a_deadline_is_stated_once_the_device_knows_what_was_heard() {
        let mut timing = Timing::default();
        assert!(timing.ask(at(0)).is_none() && !wanting(&mut timing, 0), "an older device");
        timing.begin(at(10), true);
        assert!(wanting(&mut timing, 10));
        exchange(&mut timing, 10);
        assert!(wanting(&mut timing, 10), "the device does not know that we have heard it");
        exchange(&mut timing, 11);
        assert!(!wanting(&mut timing, 11));
        assert_eq!(timing.deadline(at(1_000), Duration::from_secs(4)), Some(55_000));
        assert_eq!(timing.due(), Some(at(5_011)));
    }

    #[test]
    fn a_question_without_an_answer_for_ten_seconds_is_a_loss() {
        let mut timing = Timing::default();
        timing.begin(at(10), true);
        exchange(&mut timing, 10);
        exchange(&mut timing, 11);
        assert!(!timing.is_unanswered(at(60_000)), "nobody has asked");
        (5_011..15_000).step_by(1_000).for_each(|now| assert!(timing.ask(at(now)).is_some()));
        assert_eq!(timing.lost_at(), Some(at(15_011)));
        assert!(!timing.is_unanswered(at(15_010)) && timing.is_unanswered(at(15_011)));
        exchange(&mut timing, 15_011);
        assert!(!timing.is_unanswered(at(90_000)));
    }

    #[test]
    fn an_age_is_by_the_device_s_own_time() {
        let mut timing = Timing::default();
        timing.begin(at(10), true);
        assert_eq!(timing.age(at(90_000), 1), Duration::ZERO, "not known yet");
        exchange(&mut timing, 10);
        assert_eq!(timing.age(at(3_000), 51_000), Duration::from_secs(2));
        assert_eq!(timing.age(at(3_000), 54_000), Duration::ZERO);
    }

    #[test]
    fn a_clock_that_was_set_back_has_its_relation_to_the_device_s_to_learn_anew() {
        let mut timing = Timing::default();
        timing.begin(at(10), true);
        exchange(&mut timing, 10);
        exchange(&mut timing, 11);
        timing.lose_relation(at(1_000));
        assert!(timing.is_wanting() && timing.due() == Some(at(1_000)));
        exchange(&mut timing, 1_000);
        assert!(!wanting(&mut timing, 1_000), "that the device could judge was proven before");
    }

    #[test]
    fn a_proof_grows_old_and_a_question_without_an_answer_is_asked_again() {
        let mut timing = Timing::default();
        timing.begin(at(10), true);
        exchange(&mut timing, 10);
        exchange(&mut timing, 11);
        assert!(!wanting(&mut timing, 20_010) && wanting(&mut timing, 20_011));
        assert!(timing.ask(at(5_011)).is_some());
        assert_eq!(timing.ask(at(6_010)), None);
        assert!(timing.ask(at(6_011)).is_some());
        timing.begin(at(7_000), true);
        assert_eq!(timing.deadline(at(7_000), Duration::ZERO), None, "another session");
    }
}
