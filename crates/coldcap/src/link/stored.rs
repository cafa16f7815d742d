//! The newest entries of the record: those that have still to be sent, and those that can be had again.

#[cfg(feature = "journal")]
use super::older::Older;
use crate::outputs::{
    CALIBRATION_LENGTH, CalibrationBytes, ENTRIES_MAXIMUM, ENTRY_LENGTH, EntryBytes,
};
use coldcap_session::record::Entry;
use coldcap_wire::message::{
    CAP_CALIBRATION_LEN, CapCalibration, FixedBytes, RECORD_ENTRY_LEN, ReadRecord, RecordEntry,
    Response, Status,
};
use heapless::Deque;

/// So many entries a [`Link`](crate::Link) keeps for all channels together, where its board chooses no other number.
pub const KEPT_ENTRIES: usize = 96;

/// So many entries a [`Link`](crate::Link) keeps at least: what one tick makes at most must stay until it is sent.
pub const LEAST_KEPT: usize = ENTRIES_MAXIMUM;

/// Entries and calibrations, and which of them have still to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Stored<const CHANNELS: usize, const KEPT: usize> {
    entries: Deque<Kept, KEPT>,
    totals: [u32; CHANNELS],
    calibration: Option<CalibrationBytes>,
    /// What is looked up in a journal.
    #[cfg(feature = "journal")]
    pub(super) older: Older,
}

#[derive(Clone, Copy, Debug)]
struct Kept {
    bytes: [u8; ENTRY_LENGTH],
    unsent: bool,
}

impl Kept {
    /// Its channel and its index, which stand in its bytes.
    fn place(&self) -> (u8, u32) {
        let entry = Entry::from_bytes(&self.bytes);
        (entry.channel, entry.index)
    }
}

impl<const CHANNELS: usize, const KEPT: usize> Stored<CHANNELS, KEPT> {
    pub(super) const fn new() -> Self {
        const { assert!(KEPT >= LEAST_KEPT, "a link must keep what one tick makes: LEAST_KEPT entries") };
        Self {
            entries: Deque::new(),
            totals: [0; CHANNELS],
            calibration: None,
            #[cfg(feature = "journal")]
            older: Older::new(),
        }
    }

    /// Keeps a new entry; the oldest gives way.
    pub(super) fn keep(&mut self, entry: &EntryBytes) {
        self.put(entry, true);
    }

    /// Keeps an entry of before a loss of power, for whoever asks for it.
    #[cfg(feature = "journal")]
    pub(super) fn recall(&mut self, entry: &EntryBytes) {
        self.put(entry, false);
    }

    fn put(&mut self, entry: &EntryBytes, unsent: bool) {
        if self.entries.is_full() {
            self.entries.pop_front();
        }
        let kept = Kept { bytes: entry.0, unsent };
        let (channel, index) = kept.place();
        let _ = self.entries.push_back(kept);
        if let Some(total) = self.totals.get_mut(usize::from(channel)) {
            *total = index.saturating_add(1);
        }
    }

    /// Keeps the newest cap calibration.
    pub(super) fn keep_calibration(&mut self, calibration: CalibrationBytes) {
        self.calibration = Some(calibration);
    }

    /// Nothing has to be sent but what is asked for.
    pub(super) fn forget_unsent(&mut self) {
        self.entries.iter_mut().for_each(|kept| kept.unsent = false);
        self.calibration = None;
    }

    /// Whoever has asked before is gone.
    pub(super) fn begin_session(&mut self) {
        #[cfg(feature = "journal")]
        self.older.begin_session();
    }

    /// Sends again what is asked for of what is kept; gives the answer.
    pub(super) fn read(&mut self, read: &ReadRecord) -> Response {
        let ReadRecord { head, from, count } = *read;
        let oldest = self.oldest(head.channel);
        let until = if from < oldest { oldest } else { 0 };
        if self.resend(head.channel, from, from.saturating_add(u32::from(count))) {
            return Response::new(head.rid, Status::OK);
        }
        self.expired(head.rid, head.channel, until)
    }

    /// The answer to whoever asks for what is not there: the first entry that may be, where that is known, and the last one.
    pub(super) fn expired(&self, rid: u16, channel: u8, until: u32) -> Response {
        let index = |index: u32| i32::try_from(index).unwrap_or(i32::MAX);
        let (minimum, maximum) = (index(until), index(self.total(channel).saturating_sub(1)));
        Response { minimum, maximum, ..Response::new(rid, Status::EXPIRED) }
    }

    /// How many entries the record of a channel has.
    fn total(&self, channel: u8) -> u32 {
        self.totals.get(usize::from(channel)).copied().unwrap_or(0)
    }

    /// The index of the oldest entry that is kept of a channel; of the next one that is made, where none is.
    pub(super) fn oldest(&self, channel: u8) -> u32 {
        let kept = self.entries.iter().map(Kept::place).find(|(of, _)| *of == channel);
        kept.map_or(self.total(channel), |(_, index)| index)
    }

    /// Marks entries to be sent again.
    pub(super) fn resend(&mut self, channel: u8, from: u32, end: u32) -> bool {
        let mut found = false;
        for kept in &mut self.entries {
            let (of, index) = kept.place();
            let wanted = of == channel && index >= from && index < end;
            kept.unsent |= wanted;
            found |= wanted;
        }
        found
    }

    /// Whether anything has still to be sent.
    pub(super) fn has_unsent(&self) -> bool {
        self.calibration.is_some()
            || self.found().is_some()
            || self.entries.iter().any(|kept| kept.unsent)
    }

    /// The next entry to send, with the number of entries that there are.
    pub(super) fn next(&self) -> Option<RecordEntry> {
        const { assert!(ENTRY_LENGTH == RECORD_ENTRY_LEN) };
        let unsent = || self.entries.iter().find(|kept| kept.unsent).copied();
        let kept = self.found().or_else(unsent)?;
        let (channel, index) = kept.place();
        let total = self.total(channel);
        Some(RecordEntry { index, total, entry: FixedBytes(kept.bytes) })
    }

    /// What was looked up comes first: one that waits keeps the next from being looked up.
    #[cfg(feature = "journal")]
    fn found(&self) -> Option<Kept> {
        self.older.found().map(|found| Kept { bytes: found.0, unsent: true })
    }

    #[cfg(not(feature = "journal"))]
    const fn found(&self) -> Option<Kept> {
        None
    }

    /// The entry that [`next`](Self::next) named is on its way.
    pub(super) fn sent(&mut self) {
        #[cfg(feature = "journal")]
        if self.older.sent() {
            return;
        }
        if let Some(kept) = self.entries.iter_mut().find(|kept| kept.unsent) {
            kept.unsent = false;
        }
    }

    /// The calibration to send.
    pub(super) fn calibration(&self) -> Option<CapCalibration> {
        let CalibrationBytes { channel, bytes } = self.calibration?;
        const { assert!(CALIBRATION_LENGTH == CAP_CALIBRATION_LEN) };
        Some(CapCalibration { channel, calibration: FixedBytes(bytes) })
    }

    /// The calibration is on its way.
    pub(super) fn calibration_sent(&mut self) {
        self.calibration = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_entry_takes_one_byte_more_than_what_is_stored() {
        assert_eq!(size_of::<Kept>(), ENTRY_LENGTH + 1);
        let size = |kept: usize| kept * size_of::<Kept>() + 256;
        assert!(size_of::<Stored<2, 32>>() <= size(32), "{}", size_of::<Stored<2, 32>>());
        assert!(size_of::<Stored<2, KEPT_ENTRIES>>() <= size(KEPT_ENTRIES));
    }
}
