//! The device's side of subscriptions.

use crate::message::{Credit, Follow, MACHINE, Response, Status};
use coldcap_units::{Duration, Instant};

/// The fastest and the slowest pace.
pub const PERIOD_RANGE: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(10)];

/// The longest lease of a subscription in seconds.
const LONGEST_LEASE_S: u16 = 600;
/// The widest window.
const WIDEST: u8 = 64;
/// What was sent this long ago is not under way any more, whether a credit came or not.
const GONE_AFTER: Duration = Duration::from_secs(2);

/// Decides when which channel is reported. It never blocks and never queues: of each channel there is one
/// newest value.
///
/// A channel's report *falls due* once a period. One that could not be sent before the next fell due gives
/// way to it and is counted as dropped. So at any time: fallen due = sent + dropped + the one that waits.
/// `V` is the newest value itself; with `()` the owner keeps it.
///
/// Of several that wait, that of the channel goes first which was sent longest ago: on a slow line no channel
/// starves another. What nobody has subscribed to may be reported all the same, whenever the owner says so by
/// [`fall_due`](Self::fall_due); it counts in the same `seq` and `dropped`.
///
/// ```
/// use coldcap_units::Instant;
/// use coldcap_wire::message::{CommandHead, Follow};
/// use coldcap_wire::service::Publisher;
///
/// let at = Instant::from_millis;
/// let mut publisher = Publisher::<i32, 1>::new([(0x40, 0)]);
/// let follow = Follow {
///     head: CommandHead::new(1, 0), report: 0x40, period_ms: 500, mask: 1, lease_s: 10, window: 4,
/// };
/// publisher.follow(at(0), &follow);
/// publisher.offer(at(0), 0x40, 0, -4_000);
/// let due = publisher.poll(at(0)).unwrap();
/// assert_eq!((due.seq, due.dropped, due.value), (1, 0, -4_000));
/// assert!(publisher.poll(at(499)).is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publisher<V, const SLOTS: usize> {
    slots: [Slot<V>; SLOTS],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Slot<V> {
    report: u8,
    channel: u8,
    waits: bool,
    window: u8,
    seq: u16,
    credited: u16,
    dropped: u32,
    period: Duration,
    next: Instant,
    until: Instant,
    sent_at: Instant,
    latest: Option<V>,
}

/// A report to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due<V> {
    /// Endpoint number of the report.
    pub report: u8,
    /// The channel, from 0; 255 for the machine.
    pub channel: u8,
    /// Counts the reports of this channel that were sent in this session, from 1; wraps.
    pub seq: u16,
    /// How many were dropped since then; wraps.
    pub dropped: u32,
    /// The newest value.
    pub value: V,
}

impl<V: Copy, const SLOTS: usize> Publisher<V, SLOTS> {
    /// Nobody has subscribed. Each slot is an endpoint number and a channel, from 0, or 255.
    #[must_use]
    pub fn new(slots: [(u8, u8); SLOTS]) -> Self {
        Self { slots: slots.map(|(report, channel)| Slot::new(report, channel)) }
    }

    /// Begins, renews, changes or ends a subscription; returns its answer. Its counts go on from one
    /// subscription to the next, as long as the session lasts.
    ///
    /// # Panics
    /// Never.
    pub fn follow(&mut self, now: Instant, follow: &Follow) -> Response {
        let rid = follow.head.rid;
        if let Some(refused) = out_of_range(follow) {
            return refused;
        }
        let mut known = false;
        for slot in self.slots.iter_mut().filter(|slot| slot.is_meant(follow)) {
            slot.follow(now, follow);
            known = true;
        }
        Response::new(rid, if known { Status::OK } else { Status::UNSUPPORTED })
    }

    /// Puts a newer value in the place of the last. Where it is called in every tick, every period counts,
    /// whether the line has room for a report or not.
    pub fn offer(&mut self, now: Instant, report: u8, channel: u8, value: V) {
        if let Some(slot) = self.slot(report, channel) {
            slot.latest = Some(value);
            slot.advance(now);
        }
    }

    /// The next report to send, if one is due and its window is not full.
    pub fn poll(&mut self, now: Instant) -> Option<Due<V>> {
        let due = self.peek(now)?;
        self.sent(now, due.report, due.channel);
        Some(due)
    }

    /// What [`poll`](Self::poll) would give, for an owner who learns only by writing it whether there is room.
    /// It waits until [`sent`](Self::sent) or [`give_way`](Self::give_way) says what became of it.
    pub fn peek(&mut self, now: Instant) -> Option<Due<V>> {
        for slot in &mut self.slots {
            slot.advance(now);
            slot.miss(now);
        }
        let ready = self.slots.iter().filter(|slot| slot.is_ready());
        ready.min_by_key(|slot| slot.sent_at)?.due()
    }

    /// The report that waits of this channel is on its way.
    pub fn sent(&mut self, now: Instant, report: u8, channel: u8) {
        if let Some(slot) = self.slot(report, channel) {
            slot.sent(now);
        }
    }

    /// The report that waits of this channel is not sent, and counts as dropped.
    pub fn give_way(&mut self, report: u8, channel: u8) {
        if let Some(slot) = self.slot(report, channel) {
            slot.give_way();
        }
    }

    /// A report falls due of each channel that has a value and that nobody has subscribed to. There is no window
    /// for it.
    ///
    /// ```
    /// use coldcap_units::Instant;
    /// use coldcap_wire::service::Publisher;
    ///
    /// let mut publisher = Publisher::<i32, 1>::new([(0x40, 0)]);
    /// publisher.offer(Instant::ZERO, 0x40, 0, -4_000);
    /// assert!(publisher.poll(Instant::ZERO).is_none());
    /// publisher.fall_due();
    /// assert_eq!(publisher.poll(Instant::ZERO).map(|due| due.seq), Some(1));
    /// ```
    pub fn fall_due(&mut self) {
        for slot in self.slots.iter_mut().filter(|slot| slot.period.is_zero()) {
            slot.fall_due();
        }
    }

    /// Ends every subscription: whoever had them is gone. The counts go on.
    pub fn end(&mut self) {
        self.slots.iter_mut().for_each(Slot::end);
    }

    /// Takes what has arrived.
    pub fn credit(&mut self, credit: &Credit) {
        let Some(slot) = self.slot(credit.report, credit.channel) else { return };
        let under_way = slot.seq.wrapping_sub(slot.credited);
        let ahead = credit.seq.wrapping_sub(slot.credited);
        if ahead <= under_way {
            slot.credited = credit.seq;
        }
    }

    /// When [`poll`](Self::poll) may have something next, in the past where it has it already; `None` while nobody
    /// has subscribed and nothing waits.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.slots.iter().filter_map(Slot::deadline).min()
    }

    /// How many reports of a channel have fallen due and were neither sent nor dropped: 0 or 1.
    #[must_use]
    pub fn waiting(&self, report: u8, channel: u8) -> u32 {
        let meant = |slot: &&Slot<V>| slot.report == report && slot.channel == channel;
        self.slots.iter().find(meant).map_or(0, |slot| u32::from(slot.waits))
    }

    fn slot(&mut self, report: u8, channel: u8) -> Option<&mut Slot<V>> {
        self.slots.iter_mut().find(|slot| slot.report == report && slot.channel == channel)
    }
}

impl<V: Copy> Slot<V> {
    const fn new(report: u8, channel: u8) -> Self {
        Self {
            report,
            channel,
            waits: false,
            window: 0,
            seq: 0,
            credited: 0,
            dropped: 0,
            period: Duration::ZERO,
            next: Instant::ZERO,
            until: Instant::ZERO,
            sent_at: Instant::ZERO,
            latest: None,
        }
    }

    fn is_meant(&self, follow: &Follow) -> bool {
        let bit = if self.channel == MACHINE { 7 } else { self.channel };
        self.report == follow.report
            && follow.mask.checked_shr(bit.into()).is_some_and(|m| m & 1 == 1)
    }

    fn follow(&mut self, now: Instant, follow: &Follow) {
        let period = Duration::from_millis(follow.period_ms.into());
        if self.period != period || now >= self.until {
            self.give_way();
            (self.period, self.next, self.credited) = (period, now, self.seq);
        }
        self.window = follow.window;
        self.until = now.plus(Duration::from_secs(follow.lease_s.into()));
    }

    /// Lets reports fall due. Periods that nobody looked at count as one.
    fn advance(&mut self, now: Instant) {
        if self.period.is_zero() {
            return;
        }
        if now >= self.until {
            self.end();
        } else if now >= self.next && self.latest.is_some() {
            self.fall_due();
            let on_time = self.next.plus(self.period);
            self.next = if on_time > now { on_time } else { now.plus(self.period) };
        }
    }

    /// What waits gives way to a newer one, where there is a value.
    fn fall_due(&mut self) {
        if self.latest.is_some() {
            self.give_way();
            self.waits = true;
        }
    }

    fn end(&mut self) {
        if !self.period.is_zero() {
            self.give_way();
            self.period = Duration::ZERO;
        }
    }

    /// What waits is not sent any more.
    fn give_way(&mut self) {
        if core::mem::take(&mut self.waits) {
            self.dropped = self.dropped.wrapping_add(1);
        }
    }

    /// What is under way for long is not under way any more.
    fn miss(&mut self, now: Instant) {
        if self.waits && now.since(self.sent_at) >= GONE_AFTER {
            self.credited = self.seq;
        }
    }

    /// Whether a report waits, and its window has room for it.
    fn is_ready(&self) -> bool {
        let under_way = self.seq.wrapping_sub(self.credited);
        self.waits && (self.period.is_zero() || under_way < u16::from(self.window))
    }

    /// The report that waits, as it will be once it is sent.
    fn due(&self) -> Option<Due<V>> {
        let Self { report, channel, dropped, .. } = *self;
        let seq = self.seq.wrapping_add(1);
        self.latest.map(|value| Due { report, channel, seq, dropped, value })
    }

    fn sent(&mut self, now: Instant) {
        if core::mem::take(&mut self.waits) {
            self.seq = self.seq.wrapping_add(1);
            self.sent_at = now;
        }
    }

    fn deadline(&self) -> Option<Instant> {
        if self.is_ready() {
            return Some(Instant::ZERO);
        }
        let gone = if self.waits { self.sent_at.plus(GONE_AFTER) } else { self.next };
        let runs = !self.period.is_zero() && self.latest.is_some();
        runs.then_some(self.next.min(gone))
    }
}

fn out_of_range(follow: &Follow) -> Option<Response> {
    if follow.period_ms == 0 {
        return None;
    }
    let [shortest, longest] = PERIOD_RANGE.map(|period| period.as_millis() as u16);
    let ranges = [
        (follow.period_ms, shortest, longest),
        (follow.lease_s, 1, LONGEST_LEASE_S),
        (follow.window.into(), 1, WIDEST.into()),
    ];
    let (_, minimum, maximum) =
        ranges.into_iter().find(|(value, low, high)| value < low || value > high)?;
    let empty = Response::new(follow.head.rid, Status::OUT_OF_RANGE);
    Some(Response { minimum: minimum.into(), maximum: maximum.into(), ..empty })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::CommandHead;
    use proptest::prelude::*;

    const STATUS: u8 = 0x40;

    fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    fn follow(period_ms: u16, mask: u8, window: u8) -> Follow {
        let head = CommandHead::new(5, 0);
        Follow { head, report: STATUS, period_ms, mask, lease_s: 10, window }
    }

    fn subscribed(window: u8) -> Publisher<u32, 2> {
        let mut publisher = Publisher::new([(STATUS, 0), (STATUS, MACHINE)]);
        assert_eq!(publisher.follow(at(0), &follow(100, 0x81, window)).status, Status::OK);
        publisher.offer(at(0), STATUS, 0, 0);
        publisher
    }

    #[test]
    fn figures_out_of_range_and_unknown_reports_are_refused() {
        let mut publisher = subscribed(1);
        let refused = publisher.follow(at(0), &follow(99, 1, 1));
        assert_eq!(
            (refused.status, refused.minimum, refused.maximum),
            (Status::OUT_OF_RANGE, 100, 10_000)
        );
        assert_eq!(publisher.follow(at(0), &follow(100, 1, 65)).maximum, 64);
        let endless = Follow { lease_s: 601, ..follow(100, 1, 1) };
        assert_eq!(publisher.follow(at(0), &endless).maximum, 600);
        assert_eq!(publisher.follow(at(0), &follow(100, 2, 1)).status, Status::UNSUPPORTED);
        let other = Follow { report: 0x41, ..follow(100, 1, 1) };
        assert_eq!(publisher.follow(at(0), &other).status, Status::UNSUPPORTED);
    }

    #[test]
    fn the_newest_is_sent_and_what_gave_way_is_counted() {
        let mut publisher = subscribed(1);
        assert_eq!(publisher.poll(at(0)).map(|due| (due.seq, due.value)), Some((1, 0)));
        for turn in 1..=5u32 {
            publisher.offer(at(u64::from(turn) * 100), STATUS, 0, turn);
            assert_eq!(publisher.poll(at(u64::from(turn) * 100)), None, "no credit");
        }
        publisher.credit(&Credit { report: STATUS, channel: 0, seq: 1 });
        let due = publisher.poll(at(550)).unwrap();
        assert_eq!((due.seq, due.dropped, due.value), (2, 4, 5));
    }

    #[test]
    fn a_lost_credit_stops_nothing_for_long() {
        let mut publisher = subscribed(1);
        publisher.poll(at(0));
        assert_eq!(publisher.poll(at(1_999)), None);
        assert!(publisher.poll(at(2_000)).is_some());
    }

    #[test]
    fn a_credit_for_what_was_never_sent_is_none() {
        let mut publisher = subscribed(1);
        publisher.poll(at(0));
        publisher.credit(&Credit { report: STATUS, channel: 0, seq: 9 });
        assert_eq!(publisher.poll(at(100)), None);
    }

    #[test]
    fn it_ends_with_its_lease_or_when_it_is_ended() {
        let mut publisher = subscribed(64);
        assert!(publisher.poll(at(9_999)).is_some());
        assert_eq!(publisher.poll(at(10_000)), None);
        assert_eq!(publisher.deadline(), None);
        let mut publisher = subscribed(64);
        publisher.poll(at(0));
        publisher.follow(at(50), &follow(0, 1, 1));
        assert_eq!(publisher.poll(at(200)), None);
    }

    #[test]
    fn renewing_goes_on_counting_and_another_pace_begins_at_once() {
        let mut publisher = subscribed(4);
        publisher.poll(at(0));
        publisher.follow(at(50), &follow(100, 1, 4));
        assert_eq!(publisher.poll(at(100)).map(|due| due.seq), Some(2));
        publisher.follow(at(150), &follow(200, 1, 4));
        assert_eq!(publisher.poll(at(150)).map(|due| due.seq), Some(3));
    }

    #[test]
    fn it_names_the_moment_at_which_it_has_something_next() {
        let mut publisher = Publisher::new([(STATUS, 0)]);
        assert_eq!(publisher.deadline(), None);
        publisher.follow(at(0), &follow(5_000, 1, 1));
        assert_eq!(publisher.deadline(), None, "there is no value");
        publisher.offer(at(0), STATUS, 0, 0u32);
        assert_eq!(publisher.deadline(), Some(at(0)));
        publisher.poll(at(0));
        assert_eq!(publisher.deadline(), Some(at(5_000)), "and not 2 s after the first");
        publisher.poll(at(5_000));
        assert_eq!(publisher.deadline(), Some(at(10_000)), "the first one is gone by then");
        publisher.follow(at(5_100), &follow(500, 1, 1));
        publisher.poll(at(5_100));
        publisher.offer(at(5_600), STATUS, 0, 1);
        assert_eq!(publisher.deadline(), Some(at(6_100)), "it waits for a credit");
        publisher.credit(&Credit { report: STATUS, channel: 0, seq: 3 });
        assert!(publisher.deadline() <= Some(at(5_600)));
    }

    #[test]
    fn what_had_no_room_waits_and_what_may_not_be_sent_is_dropped() {
        let mut publisher = subscribed(2);
        let due = publisher.peek(at(0));
        assert_eq!((due, due.map(|due| due.seq)), (publisher.peek(at(0)), Some(1)));
        publisher.sent(at(0), STATUS, 0);
        assert_eq!(publisher.peek(at(0)), None);
        publisher.peek(at(100));
        publisher.give_way(STATUS, 0);
        assert_eq!(publisher.poll(at(100)), None);
        let due = publisher.poll(at(200)).unwrap();
        assert_eq!((due.seq, due.dropped), (2, 1));
    }

    #[test]
    fn what_nobody_has_subscribed_to_is_reported_when_the_owner_says_so() {
        let mut publisher = Publisher::new([(STATUS, 0), (STATUS, 1)]);
        publisher.fall_due();
        assert_eq!(publisher.poll(at(0)), None, "there is no value");
        (0..2).for_each(|channel| publisher.offer(at(0), STATUS, channel, channel));
        publisher.follow(at(0), &follow(1_000, 1, 1));
        assert_eq!(publisher.poll(at(0)).map(|due| due.channel), Some(0));
        publisher.fall_due();
        publisher.fall_due();
        let due = publisher.poll(at(10)).unwrap();
        assert_eq!((due.channel, due.seq, due.dropped), (1, 1, 1));
        assert_eq!(publisher.poll(at(10)), None, "the first is subscribed to");
        publisher.end();
        publisher.fall_due();
        let due = publisher.poll(at(20)).map(|due| (due.channel, due.seq));
        assert_eq!(due, Some((0, 2)), "the counts go on");
    }

    #[test]
    fn no_channel_starves_another() {
        let mut publisher = Publisher::new([(STATUS, 0), (STATUS, 1), (STATUS, 2)]);
        publisher.follow(at(0), &follow(100, 7, 64));
        let mut sent = [0; 3];
        for turn in 1..=30 {
            (0..3).for_each(|channel| publisher.offer(at(turn * 100), STATUS, channel, 0u32));
            // Room for one.
            sent[usize::from(publisher.poll(at(turn * 100)).unwrap().channel)] += 1;
        }
        assert_eq!(sent, [10; 3]);
    }

    proptest! {
        #[test]
        fn fallen_due_is_sent_dropped_or_waiting_and_the_window_holds(
            window in 1u8..6,
            steps in prop::collection::vec((0u64..400, any::<bool>()), 1..100),
        ) {
            let mut publisher = subscribed(window);
            let (mut now, mut next, mut fallen) = (0, 100, 1u32);
            let (mut sent, mut dropped, mut credited) = (0u32, 0, 0u32);
            let mut last = 0;
            for (wait, credits) in steps {
                now += wait;
                if now >= 10_000 {
                    break;
                }
                if now >= next {
                    fallen += 1;
                    next = if next + 100 > now { next + 100 } else { now + 100 };
                }
                if let Some(due) = publisher.poll(at(now)) {
                    if now - last >= 2_000 {
                        credited = sent;
                    }
                    sent += 1;
                    prop_assert_eq!(u32::from(due.seq), sent);
                    prop_assert!(sent - credited <= u32::from(window));
                    dropped = due.dropped;
                    last = now;
                    prop_assert_eq!(fallen, sent + dropped);
                }
                if credits {
                    credited = sent;
                    publisher.credit(&Credit { report: STATUS, channel: 0, seq: sent as u16 });
                }
                prop_assert!(fallen >= sent + dropped + publisher.waiting(STATUS, 0));
            }
        }
    }
}
