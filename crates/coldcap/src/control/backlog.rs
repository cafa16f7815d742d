//! What of a channel's record no tick had room for yet, and what is put off for it.

use crate::outputs::{ENTRIES_MAXIMUM, EntryBytes};
use coldcap_session::Request;
use heapless::Deque;

/// So many entries may wait before the record is behind: as many as the next tick can hand out.
const BEHIND: usize = ENTRIES_MAXIMUM;

/// The most that one tick adds to a channel's record, alarms apart.
///
/// | entries | of what |
/// |---|---|
/// | 1 | the time before the first event |
/// | 20 | four facts: each the event, the drug, the phase's end, the next phase, and one remark |
/// | 7 | both keys of the panel: an acknowledgement, and a stop that interrupts |
/// | 12 | time, and what the guard denies: both events, the run before, and what they note |
/// | 6 | five calibrations that come to be due, and the advice on the contact |
///
/// What is driven by hand and ends is three entries at most. They take the places of facts: where a hand drives no fact
/// ends a phase, so that each makes two entries less.
const MOST_OF_A_TICK: usize = 46;

/// Room for what waits.
///
/// A tick hands out [`ENTRIES_MAXIMUM`] for all channels. Beyond that:
///
/// - Once a record is behind, nothing begins on its channel, and what changes nothing makes no entry. What is left can
///   happen once (a stop, a pause, an end, each step of easing off, a trip), or makes eight entries a tick for four
///   first steps of an end, and four for each channel: the key of acknowledgement, the time before it, and a
///   calibration that comes and goes. That is no more than is handed out: what waits grows by one tick's worth, once.
/// - Alarms may come and go as fast as they like: they never take more than [`BEHIND`] of this, and what has no room is
///   merged, as [`signals`](super::signals) says.
/// - Driving by hand begins on no record that is behind, and what ends is three entries, once.
/// - Facts alone can be more, as they are never refused: starts and ends of drugs, four in every tick, make 18.
const ROOM: usize = 64;

const _: () =
    assert!(BEHIND + MOST_OF_A_TICK <= ROOM, "any tick fits on a record that is not behind");

/// Entries of one channel that wait for a tick with room for them.
#[derive(Clone, Debug, Default)]
pub(super) struct Backlog(Deque<EntryBytes, ROOM>);

impl Backlog {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether more waits than the next tick can hand out.
    pub(super) fn is_behind(&self) -> bool {
        // req: REC-006
        self.len() > BEHIND
    }

    /// Whether an alarm may still take a place of those that wait: alarms alone put no record behind.
    pub(super) fn has_room_for_an_alarm(&self) -> bool {
        self.len() < BEHIND
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &EntryBytes> + Clone {
        let (first, rest) = self.0.as_slices();
        first.iter().chain(rest)
    }

    pub(super) fn take_first(&mut self) -> Option<EntryBytes> {
        self.0.pop_front()
    }

    /// Gives an entry back that found no room.
    pub(super) fn add(&mut self, entry: EntryBytes) -> Result<(), EntryBytes> {
        self.0.push_back(entry)
    }
}

/// How many of the entries that wait each channel hands out in this tick: an equal part each, and what one leaves over
/// goes one after another to where most are left. So no channel waits for another's flood.
pub(super) fn shares<const CHANNELS: usize>(mut waiting: [usize; CHANNELS]) -> [usize; CHANNELS] {
    let part = ENTRIES_MAXIMUM.checked_div(CHANNELS).unwrap_or(0);
    let mut shares = waiting.map(|waiting| waiting.min(part));
    for (waiting, share) in waiting.iter_mut().zip(&shares) {
        *waiting = waiting.saturating_sub(*share);
    }
    let handed = shares.iter().fold(0_usize, |sum, share| sum.saturating_add(*share));
    for _ in handed..ENTRIES_MAXIMUM {
        let lines = waiting.iter_mut().zip(&mut shares);
        let longest = lines.max_by_key(|(left, _)| **left).filter(|(left, _)| **left > 0);
        if let Some((left, share)) = longest {
            *left = left.saturating_sub(1);
            *share = share.saturating_add(1);
        }
    }
    shares
}

/// What begins or prepares something, or gives something back. It can wait until the record has caught up. Whatever
/// stops, eases off, ends, or says that somebody is there cannot.
pub(super) const fn can_wait(request: &Request) -> bool {
    match request {
        Request::StartFit
        | Request::Measure(_)
        | Request::ConfirmFit { .. }
        | Request::SelectPatient { .. }
        | Request::ChoosePlan(_)
        | Request::Start
        | Request::Worn(true)
        | Request::Resume { .. }
        | Request::Extend(_)
        | Request::ClinicianReset { .. }
        | Request::ServiceReset { .. }
        | Request::Amend(_) => true,
        Request::Worn(false)
        | Request::Pause(_)
        | Request::EaseOff
        | Request::Stop
        | Request::EndSession { .. }
        | Request::ConfirmRemoved
        | Request::Close
        | Request::Cancel
        | Request::Acknowledge => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_channel_has_its_part_and_a_tick_hands_out_no_more_than_it_holds() {
        assert_eq!(shares([3, 4]), [3, 4]);
        assert_eq!(shares([0, 40]), [0, 16]);
        assert_eq!(shares([64, 64]), [8, 8]);
        assert_eq!(shares([10, 30]), [8, 8]);
        assert_eq!(shares([3, 30]), [3, 13]);
        assert_eq!(shares([30, 20, 1]), [10, 5, 1]);
        assert_eq!(shares([17]), [16]);
    }
}
