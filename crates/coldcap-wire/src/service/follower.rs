//! The host's side of a subscription: one channel of one report.

use crate::message::Credit;

/// What a report that arrived is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// The newest so far.
    Newest,
    /// Overtaken on the way by a newer one: not to be shown.
    Overtaken,
    /// A copy.
    Copy,
}

/// Accounts for every report: at any time, sent by the device up to the newest one = received + missing.
///
/// ```
/// use coldcap_wire::service::{Arrival, Follower};
/// let mut follower = Follower::new(0x40, 0);
/// assert_eq!(follower.accept(1, 0), Arrival::Newest);
/// assert_eq!(follower.accept(4, 2), Arrival::Newest);
/// assert_eq!((follower.received(), follower.missing(), follower.dropped()), (2, 2, 2));
/// assert_eq!(follower.accept(3, 2), Arrival::Overtaken);
/// assert_eq!(follower.missing(), 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Follower {
    report: u8,
    channel: u8,
    newest: u16,
    /// Bit n: the one n before the newest has arrived.
    seen: u64,
    received: u32,
    missing: u32,
    dropped: u32,
    credited: u16,
}

impl Follower {
    /// Nothing has arrived of a session that begins now.
    #[must_use]
    pub const fn new(report: u8, channel: u8) -> Self {
        Self::starting(report, channel, 1)
    }

    /// The account begins with the report of this number: for who does not know when the device began to count, as on
    /// a bench.
    ///
    /// ```
    /// use coldcap_wire::service::{Arrival, Follower};
    /// let mut follower = Follower::starting(0x40, 0, 700);
    /// assert_eq!(follower.accept(700, 0), Arrival::Newest);
    /// assert_eq!((follower.received(), follower.missing()), (1, 0));
    /// ```
    #[must_use]
    pub const fn starting(report: u8, channel: u8, first: u16) -> Self {
        // What is before the first one has arrived, in a manner of speaking.
        let before = first.wrapping_sub(1);
        Self {
            report,
            channel,
            newest: before,
            seen: u64::MAX,
            received: 0,
            missing: 0,
            dropped: 0,
            credited: before,
        }
    }

    /// Takes the `seq` and the `dropped` of a report.
    pub fn accept(&mut self, seq: u16, dropped: u32) -> Arrival {
        let ahead = seq.wrapping_sub(self.newest);
        if ahead == 0 || ahead.cast_signed() < 0 {
            return self.accept_late(self.newest.wrapping_sub(seq));
        }
        self.seen = self.seen.checked_shl(ahead.into()).unwrap_or(0) | 1;
        self.newest = seq;
        self.dropped = dropped;
        self.received = self.received.saturating_add(1);
        self.missing = self.missing.saturating_add(u32::from(ahead).saturating_sub(1));
        Arrival::Newest
    }

    /// One further back than 64 cannot be told from a copy and is taken for one.
    fn accept_late(&mut self, behind: u16) -> Arrival {
        let bit = 1u64.checked_shl(behind.into()).unwrap_or(0);
        if bit == 0 || self.seen & bit != 0 {
            return Arrival::Copy;
        }
        self.seen |= bit;
        self.received = self.received.saturating_add(1);
        self.missing = self.missing.saturating_sub(1);
        Arrival::Overtaken
    }

    /// How many arrived, copies not counted.
    #[must_use]
    pub const fn received(&self) -> u32 {
        self.received
    }

    /// How many were sent and have not arrived.
    #[must_use]
    pub const fn missing(&self) -> u32 {
        self.missing
    }

    /// How many the device dropped for newer ones, as of the newest report.
    #[must_use]
    pub const fn dropped(&self) -> u32 {
        self.dropped
    }

    /// The credit to send, once anything has arrived since the last; `None` where there is nothing new.
    pub fn credit(&mut self) -> Option<Credit> {
        if self.credited == self.newest {
            return None;
        }
        self.credited = self.newest;
        Some(Credit { report: self.report, channel: self.channel, seq: self.newest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn credit_is_given_once_for_what_is_new() {
        let mut follower = Follower::new(0x40, 3);
        assert_eq!(follower.credit(), None);
        follower.accept(2, 0);
        assert_eq!(follower.credit(), Some(Credit { report: 0x40, channel: 3, seq: 2 }));
        follower.accept(1, 0);
        assert_eq!(follower.credit(), None);
    }

    proptest! {
        #[test]
        fn received_and_missing_are_what_a_set_says(
            jumps in prop::collection::vec(-6i32..9, 1..200),
        ) {
            let mut follower = Follower::new(0x40, 0);
            let (mut seen, mut newest) = (BTreeSet::new(), 0u32);
            for jump in jumps {
                let seq = (newest as i32 + jump).max(1) as u32;
                let expected = if seq > newest {
                    Arrival::Newest
                } else if seen.contains(&seq) {
                    Arrival::Copy
                } else {
                    Arrival::Overtaken
                };
                prop_assert_eq!(follower.accept(seq as u16, 0), expected);
                newest = newest.max(seq);
                seen.insert(seq);
                prop_assert_eq!(follower.received() as usize, seen.len());
                prop_assert_eq!(follower.missing(), newest - seen.len() as u32);
            }
        }
    }
}
