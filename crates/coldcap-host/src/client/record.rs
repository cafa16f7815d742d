//! The session record as it has arrived so far.

use coldcap_wire::message::{RECORD_ENTRY_LEN, RecordEntry};
use core::ops::Range;
use std::collections::BTreeMap;

/// How many entries one request asks for at most.
pub const LARGEST_REQUEST: u8 = 8;

/// Entries of the session record, by index, in whatever order they came.
///
/// The bytes are kept as they were stored and chained; nothing here judges them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    entries: BTreeMap<u32, [u8; RECORD_ENTRY_LEN]>,
    total: u32,
    first_missing: u32,
    restarts: u32,
    lost: u32,
    /// Whether the device has told its length since somebody doubted it.
    known: bool,
}

impl Record {
    /// How many entries the device has, as far as it has told.
    #[must_use]
    pub const fn total(&self) -> u32 {
        self.total
    }

    /// How many entries are here.
    #[must_use]
    pub fn collected(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is left to ask for: every entry that the device has told of is here or
    /// [`lost`](Self::lost).
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.first_missing >= self.total
    }

    /// Whether everything is here that the device has told of since a session began or somebody asked for the record's length
    /// ([`Client::ask_record_length`](super::Client::ask_record_length)), and it has told something.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.known && self.is_complete()
    }

    /// What was told of its length may be old.
    pub(super) const fn doubt_length(&mut self) {
        self.known = false;
    }

    /// How many entries the device does not have any more, neither in memory nor in a journal: they cannot be had, and the chain
    /// of such a record does not verify.
    #[must_use]
    pub const fn lost(&self) -> u32 {
        self.lost
    }

    /// How often another entry came under an index that was taken: the device had begun a new record,
    /// and what was here of the old one was dropped.
    #[must_use]
    pub const fn restarts(&self) -> u32 {
        self.restarts
    }

    /// The entry with this index, if it is here.
    #[must_use]
    pub fn entry(&self, index: u32) -> Option<&[u8; RECORD_ENTRY_LEN]> {
        self.entries.get(&index)
    }

    /// What is here, in order of index; indices may be missing unless [`is_complete`](Self::is_complete).
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u32, &[u8; RECORD_ENTRY_LEN])> {
        self.entries.iter().map(|(index, entry)| (*index, entry))
    }

    /// The first run of missing entries: where it begins, and its length up to [`LARGEST_REQUEST`].
    #[must_use]
    pub fn missing(&self) -> Option<(u32, u8)> {
        if self.is_complete() {
            return None;
        }
        let next =
            self.entries.range(self.first_missing..).next().map_or(self.total, |(at, _)| *at);
        let run = next.saturating_sub(self.first_missing).min(LARGEST_REQUEST.into());
        Some((self.first_missing, run as u8))
    }

    /// The record that reports tell of, in the order of their coming, as a recording has them.
    pub fn from_reports<'a>(reports: impl IntoIterator<Item = &'a RecordEntry>) -> Self {
        let mut record = Self::default();
        reports.into_iter().for_each(|report| record.insert(report));
        record
    }

    /// The device has so many entries, whether it still has all of them or not.
    pub(super) fn learn_total(&mut self, total: u32) {
        self.total = self.total.max(total);
    }

    /// The device does not have the entries any more that were asked for: what is missing of them is lost, and the later gaps are
    /// asked for. Where a new record has begun since, it was not asked for.
    pub(super) fn give_up(&mut self, asked: Range<u32>) {
        self.known = true;
        let (first, end) = (self.first_missing, asked.end.min(self.total));
        if first < asked.start || first >= end {
            return;
        }
        let known = u32::try_from(self.entries.range(first..end).count()).unwrap_or(u32::MAX);
        let missing = end.saturating_sub(first).saturating_sub(known);
        self.lost = self.lost.saturating_add(missing);
        self.first_missing = end;
        self.skip_known();
    }

    fn skip_known(&mut self) {
        while self.entries.contains_key(&self.first_missing) {
            self.first_missing = self.first_missing.saturating_add(1);
        }
    }

    pub(super) fn insert(&mut self, report: &RecordEntry) {
        let RecordEntry { index, total, entry } = report;
        if self.entries.get(index).is_some_and(|known| *known != entry.0) {
            *self = Self { restarts: self.restarts.saturating_add(1), ..Self::default() };
        }
        self.entries.insert(*index, entry.0);
        self.total = self.total.max(*total).max(index.saturating_add(1));
        self.known = true;
        self.skip_known();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldcap_wire::message::FixedBytes;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn report(index: u32, total: u32, fill: u8) -> RecordEntry {
        RecordEntry { index, total, entry: FixedBytes([fill; RECORD_ENTRY_LEN]) }
    }

    #[test]
    fn requests_ask_for_the_first_gap_only() {
        let mut record = Record::default();
        assert!(record.is_complete());
        record.insert(&report(3, 20, 3));
        assert_eq!(record.missing(), Some((0, 3)));
        (0..3).for_each(|index| record.insert(&report(index, 20, index as u8)));
        assert_eq!(record.missing(), Some((4, 8)));
        (4..20).for_each(|index| record.insert(&report(index, 20, index as u8)));
        assert_eq!((record.missing(), record.collected()), (None, 20));
    }

    #[test]
    fn what_the_device_no_longer_has_is_given_up_and_the_later_gaps_are_asked_for() {
        let mut record = Record::default();
        record.insert(&report(3, 20, 3));
        record.give_up(0..3);
        assert_eq!((record.lost(), record.missing()), (3, Some((4, 8))));
        (4..20).for_each(|index| record.insert(&report(index, 20, index as u8)));
        assert_eq!((record.is_complete(), record.missing(), record.lost()), (true, None, 3));
        record.give_up(0..99);
        assert_eq!(record.lost(), 3, "there is nothing more to give up");
    }

    #[test]
    fn nothing_is_given_up_but_what_was_asked_for_and_is_missing() {
        let mut record = Record::default();
        record.learn_total(2_000);
        record.learn_total(9);
        assert_eq!((record.total(), record.missing()), (2_000, Some((0, 8))));
        record.insert(&report(5, 20, 1));
        record.give_up(4..8);
        assert_eq!(record.missing(), Some((0, 5)), "it was asked of a record that was another");
        record.give_up(0..1_000);
        assert_eq!((record.lost(), record.missing()), (999, Some((1_000, 8))));
        (1_000..1_003).for_each(|index| record.insert(&report(index, 20, 1)));
        record.give_up(1_000..1_008);
        assert_eq!((record.lost(), record.missing()), (1_004, Some((1_008, 8))));
    }

    #[test]
    fn another_entry_in_its_place_begins_a_new_record() {
        let mut record = Record::default();
        (0..5).for_each(|index| record.insert(&report(index, 5, 1)));
        record.insert(&report(0, 1, 1));
        assert_eq!((record.total(), record.restarts()), (5, 0), "an old copy changes nothing");
        record.insert(&report(0, 1, 2));
        assert_eq!((record.total(), record.collected(), record.restarts()), (1, 1, 1));
        assert!(record.is_complete());
    }

    #[test]
    fn a_lie_about_the_last_index_does_not_run_away() {
        let mut record = Record::default();
        record.insert(&report(u32::MAX, 0, 9));
        assert_eq!((record.total(), record.missing()), (u32::MAX, Some((0, 8))));
    }

    proptest! {
        #[test]
        fn the_gap_is_what_a_set_says(order in prop::collection::vec(0u32..40, 0..60)) {
            let (mut record, mut model) = (Record::default(), BTreeSet::new());
            for index in order {
                record.insert(&report(index, 0, index as u8));
                model.insert(index);
                let total = model.last().map_or(0, |last| last + 1);
                let first = (0..total).find(|at| !model.contains(at));
                prop_assert_eq!(record.total(), total);
                prop_assert_eq!(record.missing().map(|(from, _)| from), first);
                if let Some((from, count)) = record.missing() {
                    prop_assert!((from..from + u32::from(count)).all(|at| !model.contains(&at)));
                }
            }
        }
    }
}
