//! When which entries of the session record are asked for.

use super::record::Record;
use super::{RECORD_EVERY, RECORD_LOOKED_AT_EVERY};
use coldcap_units::Instant;
use coldcap_wire::message::{RecordEntry, Response, Status};
use core::ops::Range;

/// The record, and what is done to have it whole.
#[derive(Clone, Debug, Default)]
pub(super) struct Collecting {
    pub(super) record: Record,
    due: Option<Instant>,
    /// The request that waits for its answer.
    asked: Option<Asked>,
}

#[derive(Clone, Debug)]
struct Asked {
    rid: u16,
    entries: Range<u32>,
    at: Instant,
    /// Whether all of it is here.
    came: bool,
}

impl Collecting {
    /// That of a program that was started again.
    pub(super) fn of(record: Record) -> Self {
        Self { record, ..Self::default() }
    }

    /// When something is asked for next.
    pub(super) const fn due(&self) -> Option<Instant> {
        self.due
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| due <= now)
    }

    /// Asks at once, under whatever session there is.
    pub(super) const fn ask_at(&mut self, now: Instant) {
        self.due = Some(now);
    }

    /// What was told of its length may be old.
    pub(super) const fn doubt_length(&mut self, now: Instant) {
        self.record.doubt_length();
        self.ask_at(now);
    }

    /// Another session answers nothing of this one.
    pub(super) const fn begin_session(&mut self, now: Instant) {
        self.asked = None;
        self.doubt_length(now);
    }

    /// From where, and how many; the caller sends it at once.
    pub(super) fn ask(&mut self, now: Instant, rid: u16) -> (u32, u8) {
        let (from, count) = self.record.missing().unwrap_or_else(|| {
            (self.record.total().saturating_sub(1), 1) // answers with the present length
        });
        let entries = from..from.saturating_add(u32::from(count));
        self.asked = Some(Asked { rid, entries, at: now, came: false });
        self.due = Some(self.next(now));
        (from, count)
    }

    /// An entry has come.
    pub(super) fn insert(&mut self, now: Instant, report: &RecordEntry) {
        self.record.insert(report);
        self.watch(now);
        self.ask_on(now);
    }

    /// Whether this is the answer to what was asked for.
    pub(super) fn is_answer(&self, rid: u16) -> bool {
        self.asked.as_ref().is_some_and(|asked| asked.rid == rid)
    }

    /// Where the entries are not there any more, the answer says how long the record is, and up to where nothing is there; an older
    /// device says neither.
    pub(super) fn answered(&mut self, now: Instant, response: &Response) {
        if response.status != Status::EXPIRED {
            return;
        }
        let Some(Asked { entries, .. }) = self.asked.take() else { return };
        let [until, last] = [response.minimum, response.maximum].map(|index| index.max(0) as u32);
        if last > 0 {
            self.record.learn_total(last.saturating_add(1));
        }
        self.record.give_up(entries.start..entries.end.max(until));
        self.watch(now);
    }

    /// Entries that were announced may still be on their way: they are asked for a little later.
    fn watch(&mut self, now: Instant) {
        let due = self.next(now);
        self.due = self.due.map_or(Some(due), |planned| Some(planned.min(due)));
    }

    /// Once all has come that was asked for, the next is: after as long a pause as that took, so that half of the line, whatever its
    /// rate, is left for what a person waits for.
    fn ask_on(&mut self, now: Instant) {
        let Some(asked) = self.asked.as_mut().filter(|asked| !asked.came) else { return };
        asked.came = asked.entries.clone().all(|index| self.record.entry(index).is_some());
        if !asked.came {
            return;
        }
        // Where the answer was lost it was not the line that took so long.
        let took = now.since(asked.at).min(RECORD_EVERY);
        let whole = self.record.is_complete();
        self.due = Some(if whole { self.next(now) } else { now.plus(took) });
    }

    fn next(&self, now: Instant) -> Instant {
        now.plus(if self.record.is_complete() { RECORD_LOOKED_AT_EVERY } else { RECORD_EVERY })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldcap_wire::message::{FixedBytes, RECORD_ENTRY_LEN};

    fn at(ms: u64) -> Instant {
        Instant::from_millis(ms)
    }

    fn report(index: u32) -> RecordEntry {
        RecordEntry { index, total: 100, entry: FixedBytes([7; RECORD_ENTRY_LEN]) }
    }

    /// Twenty entries are known of when the first eight are asked for at 1 s.
    fn asking() -> Collecting {
        let mut collecting = Collecting::default();
        collecting.record.learn_total(20);
        collecting.begin_session(at(1_000));
        assert!(collecting.is_due(at(1_000)));
        assert_eq!(collecting.ask(at(1_000), 5), (0, 8));
        collecting
    }

    #[test]
    fn what_comes_in_good_time_is_followed_by_the_next_request_after_as_long() {
        let mut collecting = asking();
        (0..7).for_each(|index| collecting.insert(at(1_150), &report(index)));
        assert_eq!(collecting.due(), Some(at(3_000)), "one is still on its way");
        collecting.insert(at(1_200), &report(7));
        assert_eq!(collecting.due(), Some(at(1_400)));
        assert_eq!(collecting.ask(at(1_400), 6), (8, 8));
        assert_eq!(collecting.due(), Some(at(3_400)), "nothing has come of it");
    }

    #[test]
    fn a_lost_entry_is_asked_for_again_later_and_what_is_not_there_any_more_never() {
        let mut collecting = asking();
        (1..8).for_each(|index| collecting.insert(at(1_100), &report(index)));
        assert_eq!(
            (collecting.due(), collecting.record.missing()),
            (Some(at(3_000)), Some((0, 1)))
        );
        assert_eq!(collecting.ask(at(3_000), 6), (0, 1));
        let gone = Response::new(6, Status::EXPIRED);
        assert!(collecting.is_answer(6) && !collecting.is_answer(5));
        collecting.answered(at(3_100), &gone);
        assert_eq!((collecting.record.lost(), collecting.record.missing()), (1, Some((8, 8))));
    }

    #[test]
    fn a_slow_line_is_left_as_long_as_it_was_used() {
        let mut collecting = asking();
        (0..8).for_each(|index| collecting.insert(at(2_900), &report(index)));
        assert_eq!(collecting.due(), Some(at(4_800)));
    }

    #[test]
    fn a_record_of_which_nothing_is_missing_is_looked_at_seldom() {
        let mut collecting = asking();
        (8..100).for_each(|index| collecting.insert(at(1_100), &report(index)));
        (0..8).for_each(|index| collecting.insert(at(1_200), &report(index)));
        assert_eq!(collecting.due(), Some(at(11_200)));
    }
}
