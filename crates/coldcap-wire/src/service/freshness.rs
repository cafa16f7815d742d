//! What the device knows about when a packet was sent.

use crate::message::TimeAsk;
use coldcap_units::{Duration, Instant};

/// How far ahead a deadline may lie. Hosts never ask for more.
pub const HORIZON: Duration = Duration::from_secs(10);

/// How old a proof may be: the deadline then lies less than 2¹⁶ ms around now, on one side or the other.
pub const LONGEST_PROOF: Duration = Duration::from_secs(22);

/// Whether a deadline is past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timeliness {
    /// There is no deadline.
    Unlimited,
    /// It is not past.
    InTime,
    /// It is past, or further ahead than [`HORIZON`].
    Late,
    /// Nothing proves when the command was sent, so that its 16 bits could mean any turn of 65.536 s.
    Unproven,
}

/// Proofs of when packets were sent.
///
/// A deadline is 16 bits of milliseconds: after a stall of a minute it looks as if it lay ahead again. So a
/// host proves now and then what it has heard of the device's clock, see [`TimeAsk::heard_us`]. It cannot
/// have heard what was not said yet: every packet numbered from that one on was sent after that time.
/// Between a proof at most 22 s old and 10 s ahead there is one moment only that the 16 bits can mean.
///
/// ```
/// use coldcap_units::Instant;
/// use coldcap_wire::message::TimeAsk;
/// use coldcap_wire::service::{Freshness, Timeliness};
///
/// let at = Instant::from_millis;
/// let mut freshness = Freshness::new();
/// assert_eq!(freshness.judge(at(1_000), 7, 1_500), Timeliness::Unproven);
/// freshness.prove(at(1_000), 7, &TimeAsk { asked_us: 0, heard_us: 900_000 });
/// assert_eq!(freshness.judge(at(1_000), 7, 1_500), Timeliness::InTime);
/// assert_eq!(freshness.judge(at(1_501), 7, 1_500), Timeliness::Late);
/// assert_eq!(freshness.judge(at(1_000 + 65_536), 7, 1_500), Timeliness::Unproven);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Freshness {
    proof: Option<Proof>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Proof {
    number: u32,
    sent_after: Instant,
}

impl Freshness {
    /// Nothing is proven.
    #[must_use]
    pub const fn new() -> Self {
        Self { proof: None }
    }

    /// Takes what the packet with this number says. What lies ahead of `now` proves nothing.
    pub fn prove(&mut self, now: Instant, number: u32, ask: &TimeAsk) {
        let sent_after = Instant::from_millis(ask.heard_us / 1_000);
        let newer = self.proof.is_none_or(|proof| sent_after >= proof.sent_after);
        if ask.heard_us != 0 && sent_after <= now && newer {
            self.proof = Some(Proof { number, sent_after });
        }
    }

    /// Judges the deadline of the packet with this number. 0 is none.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn judge(&self, now: Instant, number: u32, deadline: u16) -> Timeliness {
        if deadline == 0 {
            return Timeliness::Unlimited;
        }
        if !self.is_proven(now, number) {
            return Timeliness::Unproven;
        }
        let left = deadline.wrapping_sub(now.as_millis() as u16).cast_signed();
        let ahead = u32::try_from(left).is_ok_and(|left| left <= HORIZON.as_millis());
        if ahead { Timeliness::InTime } else { Timeliness::Late }
    }

    /// The moment after which the newest proof was sent; `None` where nothing is proven.
    #[must_use]
    pub fn sent_after(&self) -> Option<Instant> {
        self.proof.map(|proof| proof.sent_after)
    }

    fn is_proven(&self, now: Instant, number: u32) -> bool {
        self.proof.is_some_and(|proof| {
            let behind = number.wrapping_sub(proof.number).cast_signed() >= 0;
            behind && now.since(proof.sent_after) <= LONGEST_PROOF
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    fn heard(millis: u64) -> TimeAsk {
        TimeAsk { asked_us: 0, heard_us: millis * 1_000 }
    }

    #[test]
    fn only_what_was_heard_proves() {
        let mut freshness = Freshness::new();
        freshness.prove(at(5_000), 9, &heard(5_001));
        freshness.prove(at(5_000), 9, &heard(0));
        assert_eq!(freshness, Freshness::new());
        freshness.prove(at(5_000), 9, &heard(4_000));
        freshness.prove(at(5_000), 12, &heard(3_000));
        assert_eq!(freshness.judge(at(5_000), 10, 5_100), Timeliness::InTime);
        assert_eq!(freshness.judge(at(5_000), 8, 5_100), Timeliness::Unproven);
    }

    proptest! {
        /// Whatever was sent with whatever delay: in time is in time by the 64 bits that the host meant.
        #[test]
        fn what_is_in_time_is_so_in_full_width(
            heard_at in 0u64..200_000,
            until_sent in 0u64..40_000,
            allowance in 1u64..10_000,
            delay in 0u64..300_000,
            proof_delay in 0u64..300_000,
        ) {
            let sent = heard_at + until_sent;
            let deadline = sent + allowance;
            let now = sent + delay;
            let mut freshness = Freshness::new();
            // The proof came when it came; its packet was sent before the command.
            if heard_at + proof_delay <= now {
                freshness.prove(at(heard_at + proof_delay), 4, &heard(heard_at));
            }
            let judged = freshness.judge(at(now), 5, deadline as u16);
            match judged {
                Timeliness::InTime => prop_assert!(now <= deadline),
                Timeliness::Late => prop_assert!(now > deadline),
                Timeliness::Unlimited => prop_assert_eq!(deadline as u16, 0),
                Timeliness::Unproven => prop_assert!(
                    heard_at == 0 || heard_at + proof_delay > now || now - heard_at > 22_000
                ),
            }
        }
    }
}
