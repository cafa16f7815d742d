//! The newest entries of the record, until a journal keeps all of them.

use crate::outputs::{CALIBRATION_LENGTH, CalibrationBytes, ENTRY_LENGTH, EntryBytes};
use coldcap_session::record::Entry;
use coldcap_wire::message::{
    CAP_CALIBRATION_LEN, CapCalibration, FixedBytes, RECORD_ENTRY_LEN, RecordEntry,
};
use heapless::Deque;

/// How many entries are kept for all channels together.
const KEPT: usize = 96;

/// Entries and calibrations, and which of them have still to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Stored<const CHANNELS: usize> {
    entries: Deque<Kept, KEPT>,
    totals: [u32; CHANNELS],
    calibration: Option<CalibrationBytes>,
}

#[derive(Clone, Copy, Debug)]
struct Kept {
    channel: u8,
    index: u32,
    bytes: [u8; ENTRY_LENGTH],
    unsent: bool,
}

impl<const CHANNELS: usize> Stored<CHANNELS> {
    pub(super) const fn new() -> Self {
        Self { entries: Deque::new(), totals: [0; CHANNELS], calibration: None }
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
        let read = Entry::from_bytes(&entry.0);
        let (channel, index) = (read.channel, read.index);
        if self.entries.is_full() {
            self.entries.pop_front();
        }
        let kept = Kept { channel, index, bytes: entry.0, unsent };
        let _ = self.entries.push_back(kept);
        if let Some(total) = self.totals.get_mut(usize::from(channel)) {
            *total = index.saturating_add(1);
        }
    }

    /// Keeps the newest cap calibration.
    pub(super) fn keep_calibration(&mut self, calibration: CalibrationBytes) {
        self.calibration = Some(calibration);
    }

    /// Marks entries to be sent again.
    pub(super) fn resend(&mut self, channel: u8, from: u32, count: u8) -> bool {
        let end = from.saturating_add(u32::from(count));
        let mut found = false;
        for kept in &mut self.entries {
            let wanted = kept.channel == channel && kept.index >= from && kept.index < end;
            kept.unsent |= wanted;
            found |= wanted;
        }
        found
    }

    /// Whether anything has still to be sent.
    pub(super) fn has_unsent(&self) -> bool {
        self.calibration.is_some() || self.entries.iter().any(|kept| kept.unsent)
    }

    /// The next entry to send, with the number of entries that there are.
    pub(super) fn next(&self) -> Option<RecordEntry> {
        const { assert!(ENTRY_LENGTH == RECORD_ENTRY_LEN) };
        let kept = self.entries.iter().find(|kept| kept.unsent)?;
        let total = self.totals.get(usize::from(kept.channel)).copied().unwrap_or(0);
        Some(RecordEntry { index: kept.index, total, entry: FixedBytes(kept.bytes) })
    }

    /// The entry that [`next`](Self::next) named is on its way.
    pub(super) fn sent(&mut self) {
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
