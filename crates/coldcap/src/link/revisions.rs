//! What a host can have missed of a channel's session: a count that goes up with every change.

use coldcap_session::Phase;
use coldcap_wire::message::MACHINE;

/// The revision of each channel's session: its phase, its patient, its plan, and whatever else a request has changed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Revisions<const CHANNELS: usize> {
    channels: [Seen; CHANNELS],
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    revision: u16,
    phase: Option<Phase>,
}

impl<const CHANNELS: usize> Revisions<CHANNELS> {
    /// Begins with a number that follows from the boot: what was seen before a restart is hardly ever taken for what
    /// is there behind it.
    pub(super) fn new(boot: u32) -> Self {
        // Multiplicative hashing (D. Knuth, The Art of Computer Programming, vol. 3, section 6.4): neighbours are
        // thrown far apart.
        let mixed = boot.wrapping_mul(2_654_435_761);
        let revision = ((mixed >> 16) as u16).max(1);
        Self { channels: [Seen { revision, phase: None }; CHANNELS] }
    }

    /// The revision of this channel, never 0; `None` for the machine as a whole and a channel that is not there.
    pub(super) fn of(&self, channel: u8) -> Option<u16> {
        self.channels.get(usize::from(channel)).map(|seen| seen.revision)
    }

    /// A request was done on this channel, or on all of them.
    pub(super) fn changed(&mut self, channel: u8) {
        for (index, seen) in self.channels.iter_mut().enumerate() {
            if channel == MACHINE || usize::from(channel) == index {
                seen.revision = seen.revision.wrapping_add(1).max(1);
            }
        }
    }

    /// A tick has ended in these phases.
    pub(super) fn see(&mut self, phases: impl Iterator<Item = Phase>) {
        for (seen, phase) in self.channels.iter_mut().zip(phases) {
            if seen.phase.replace(phase).is_some_and(|before| before != phase) {
                seen.revision = seen.revision.wrapping_add(1).max(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_never_0_and_goes_up_for_the_channel_that_is_meant() {
        let mut revisions = Revisions::<2>::new(7);
        let [one, two] = [0, 1].map(|channel| revisions.of(channel).unwrap());
        revisions.changed(1);
        assert_eq!([0, 1].map(|channel| revisions.of(channel)), [Some(one), Some(two + 1)]);
        revisions.changed(MACHINE);
        assert_eq!([0, 1].map(|channel| revisions.of(channel)), [Some(one + 1), Some(two + 2)]);
        assert_eq!([2, MACHINE].map(|channel| revisions.of(channel)), [None; 2]);
        for _ in 0..u32::from(u16::MAX) + 1 {
            revisions.changed(0);
            assert_ne!(revisions.of(0), Some(0));
        }
        for boot in 0..70_000 {
            assert_ne!(Revisions::<1>::new(boot).of(0), Some(0));
        }
    }

    #[test]
    fn the_first_phase_is_no_change_and_the_next_is() {
        let mut revisions = Revisions::<1>::new(7);
        let first = revisions.of(0).unwrap();
        let mut after = |phase| {
            revisions.see([phase].into_iter());
            revisions.of(0).unwrap() - first
        };
        let phases = [Phase::Boot, Phase::Boot, Phase::Standby, Phase::Standby];
        assert_eq!(phases.map(&mut after), [0, 0, 1, 1]);
    }

    #[test]
    fn neighbouring_boots_begin_far_apart() {
        for boot in 0..1_000 {
            let of = |boot| Revisions::<1>::new(boot).of(0).unwrap();
            assert!(of(boot).abs_diff(of(boot + 1)) > 1_000);
        }
    }
}
