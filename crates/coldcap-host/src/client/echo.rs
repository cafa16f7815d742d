//! Packets that came twice, and status reports that came late.

use coldcap_units::Duration;
use std::collections::{BTreeMap, VecDeque};

/// How many packets back a copy is recognised.
const REMEMBERED: usize = 32;

/// On a bench a status report that is older than the newest by less than this was overtaken. One that is older by more
/// comes from a device that started anew.
const OVERTAKEN: Duration = Duration::from_secs(2);

/// Recognises exact copies of recent packets: same number, same bytes.
///
/// The bytes are known by their hash. The number alone would not do: a device that starts anew counts from 0 again.
#[derive(Clone, Debug, Default)]
pub(super) struct Copies(VecDeque<(u32, u8, u64)>);

impl Copies {
    /// Whether this packet came before; it is remembered if not.
    pub(super) fn seen(&mut self, number: u32, endpoint: u8, body: u64) -> bool {
        let packet = (number, endpoint, body);
        if self.0.contains(&packet) {
            return true;
        }
        self.0.truncate(REMEMBERED - 1);
        self.0.push_front(packet);
        false
    }
}

/// The newest time stamp of one kind of report, of each channel.
#[derive(Clone, Debug, Default)]
pub(crate) struct Newest(BTreeMap<u8, u64>);

impl Newest {
    /// Whether a report with this time stamp was overtaken by the newest; if not, it becomes the newest.
    ///
    /// With `one_start` all reports are of one start of the device, as those of a session are: whatever is older was
    /// overtaken.
    pub(crate) fn overtook(&mut self, channel: u8, at_ms: u64, one_start: bool) -> bool {
        let newest = self.0.entry(channel).or_insert(at_ms);
        let behind = newest.saturating_sub(at_ms);
        let late = behind > 0 && (one_start || behind < u64::from(OVERTAKEN.as_millis()));
        if !late {
            *newest = at_ms;
        }
        late
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_the_same_number_with_the_same_bytes() {
        let mut copies = Copies::default();
        assert!(!copies.seen(1, 0x40, 1));
        assert!(copies.seen(1, 0x40, 1));
        assert!(!copies.seen(1, 0x40, 2), "a restarted device counts again");
        assert!(!copies.seen(1, 0x41, 1));
        (2..34).for_each(|number| assert!(!copies.seen(number, 0x40, 1)));
        assert!(!copies.seen(1, 0x40, 1), "forgotten by now");
    }

    #[test]
    fn late_is_a_little_back_and_restarted_is_far_back() {
        let mut newest = Newest::default();
        let mut late = |at_ms| newest.overtook(0, at_ms, false);
        assert!(!late(10_000));
        assert!(late(9_000) && late(8_001));
        assert!(!late(10_000), "of the same moment");
        assert!(!late(100) && !late(200));
    }

    #[test]
    fn in_one_session_late_is_any_step_back_of_a_channel() {
        let mut newest = Newest::default();
        let mut late = |channel, at_ms| newest.overtook(channel, at_ms, true);
        assert!(!late(0, 10_000) && !late(1, 100));
        assert!(late(0, 9_999) && late(0, 8_000) && late(0, 0) && late(1, 99));
        assert!(!late(0, 10_000) && !late(1, 101));
    }
}
