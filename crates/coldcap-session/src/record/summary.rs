//! What the entries of one visit add up to.

use super::entry::Entry;
use super::sums::Sums;
use crate::machine::PhaseClock;
use crate::note::{Flag, Reason};
use crate::phase::Phase;
use crate::plan::{ControlMode, Plan};
use crate::request::Patient;
use coldcap_units::{Duration, Instant};

/// The sums of one visit on one channel, for a report.
///
/// Minutes here are measured minutes. None of them says that a treatment had an effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The times of all visits of each phase together, by [`Phase::code`].
    pub phases: [PhaseClock; Phase::ALL.len()],
    /// The flags that were raised: bit n is the flag with [`Flag::code`] n.
    pub flags: u32,
    /// Who was treated.
    pub patient: Option<Patient>,
    /// The last plan that was chosen.
    pub plan: Option<Plan>,
    /// Whether a fit was stored.
    pub fit_saved: bool,
    /// How many interruptions there were, power gaps included. One that follows another with nothing
    /// circulating in between is the same.
    pub breaks: u32,
    /// All interruptions together, without the time that the power was away.
    pub break_time: Duration,
    /// The longest interruption.
    pub longest_break: Duration,
    /// How long the power was away, as far as that is known.
    pub power_gaps: Duration,
    /// When the first hair-toxic drug started, by its mark as it was amended.
    pub first_drug_start: Option<Instant>,
    /// When the last hair-toxic drug ended, by its mark as it was amended.
    pub last_drug_end: Option<Instant>,
    /// How many starts of hair-toxic drugs were marked; that of a drug that runs is no other one.
    pub drug_starts: u32,
    /// How many hair-toxic drugs that ran were marked as ended, whatever kind was told with it. An end
    /// that matches no start is in the record with its flag, and does not count.
    pub drug_ends: u32,
    /// How many marks of drugs were moved to an earlier time.
    pub amendments: u32,
    /// The hair-toxic drug that started first.
    pub first_drug: Option<u16>,
    /// Post-cooling since the end of the last hair-toxic drug; nothing once another one has started.
    pub after_infusion: PhaseClock,
    /// Why cooling ended, once it did.
    pub ended: Option<Reason>,
    /// The worst comfort score that was recorded.
    pub worst_comfort: Option<u8>,
}

impl Summary {
    /// Adds up the entries of one visit on one channel, in their order.
    ///
    /// Whether they are true is not asked here: [`verify`](crate::record::verify) them first.
    pub fn fold<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut sums = Sums::default();
        for entry in entries {
            if let Some(note) = entry.note() {
                sums.add(entry.at, note);
            }
        }
        sums.summary
    }

    /// The times of all visits of one phase together.
    #[must_use]
    pub fn phase(&self, phase: Phase) -> PhaseClock {
        self.phases.get(usize::from(phase.code())).copied().unwrap_or_default()
    }

    /// Which temperature was held: the coolant's or the interface's; `None` without a plan.
    #[must_use]
    pub fn mode(&self) -> Option<ControlMode> {
        self.plan.map(|plan| plan.target().mode())
    }

    /// Whether this flag was raised at least once.
    #[must_use]
    pub const fn has_flag(&self, flag: Flag) -> bool {
        self.flags & flag_mask(flag) != 0
    }

    /// Whether cooling ended before its planned minutes, and why.
    #[must_use]
    pub fn early_end(&self) -> Option<Reason> {
        self.ended.filter(|reason| *reason != Reason::COMPLETED)
    }

    /// All time in which coolant cooled the worn cap.
    #[must_use]
    pub fn cooled(&self) -> Duration {
        self.phases.iter().fold(Duration::ZERO, |sum, clock| sum.plus(clock.cooled))
    }
}

pub(super) const fn flag_mask(flag: Flag) -> u32 {
    1u32.wrapping_shl(flag.code() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::Note;
    use crate::record::Chain;
    use crate::request::{Amendment, Mark};
    extern crate std;
    use std::vec::Vec;

    fn minutes(cooled: u32) -> PhaseClock {
        let cooled = Duration::from_mins(cooled);
        PhaseClock { elapsed: cooled.plus(Duration::from_mins(1)), cooled, at_target: cooled }
    }

    fn entries(notes: &[Note]) -> Vec<Entry> {
        let mut chain = Chain::new();
        let make = |(note, at): (&Note, u64)| chain.append(Instant::from_millis(at), 0, note);
        notes.iter().zip(0..).map(make).collect()
    }

    #[test]
    fn minutes_before_another_drug_are_not_after_the_infusion() {
        let closed = |phase, cooled| Note::PhaseClosed { phase, clock: minutes(cooled) };
        let summary = Summary::fold(&entries(&[
            closed(Phase::PostCool, 20),
            Note::PostClockVoided,
            closed(Phase::Infusing, 60),
            closed(Phase::PostCool, 30),
            closed(Phase::Paused, 0),
            closed(Phase::PostCool, 15),
        ]));
        assert_eq!(summary.after_infusion.cooled.as_mins(), 45);
        assert_eq!(summary.phase(Phase::PostCool).cooled.as_mins(), 65);
        assert_eq!(summary.cooled().as_mins(), 125);
    }

    /// Nothing that was lost of a record makes more minutes, or fewer breaks, of what is left.
    #[test]
    fn what_is_lost_of_a_record_adds_nothing() {
        let closed = |phase, cooled| Note::PhaseClosed { phase, clock: minutes(cooled) };
        let voided_is_lost =
            [closed(Phase::PostCool, 20), closed(Phase::Infusing, 60), closed(Phase::PostCool, 30)];
        let summary = Summary::fold(&entries(&voided_is_lost));
        assert_eq!(summary.after_infusion.cooled.as_mins(), 30);
        let changed = Note::PhaseChanged { from: Phase::Paused, to: Phase::Recovery };
        let its_first_break_is_lost = [changed, Note::BreakBegan { reason: Reason::POWER_GAP }];
        assert_eq!(Summary::fold(&entries(&its_first_break_is_lost)).breaks, 1);
        let earlier = Duration::from_mins(5);
        let amendment = Amendment { mark: Mark::Started, drug: 3, earlier, reason: 1 };
        let its_start_is_lost = [Note::Amended { amendment, credited: Duration::ZERO }];
        let summary = Summary::fold(&entries(&its_start_is_lost));
        assert_eq!((summary.amendments, summary.first_drug_start), (1, None));
    }

    #[test]
    fn marks_breaks_and_flags_add_up() {
        let length = Duration::from_mins;
        let summary = Summary::fold(&entries(&[
            Note::DrugStarted { drug: 1, hair_toxic: false },
            Note::DrugStarted { drug: 2, hair_toxic: true },
            Note::BreakBegan { reason: Reason(1) },
            Note::BreakEnded { length: length(6) },
            Note::BreakBegan { reason: Reason::POWER_GAP },
            Note::Restarted { gap: Some(length(2)) },
            Note::BreakEnded { length: length(4) },
            Note::DrugEnded { drug: 2, hair_toxic: true },
            Note::DrugEnded { drug: 1, hair_toxic: false },
            Note::Comfort(7),
            Note::Comfort(3),
            Note::Flag(Flag::EndedEarly),
            Note::Ended { reason: Reason(4) },
        ]));
        assert_eq!(
            (summary.breaks, summary.break_time, summary.longest_break),
            (2, length(10), length(6))
        );
        assert_eq!(summary.power_gaps, length(2));
        assert_eq!(summary.first_drug_start, Some(Instant::from_millis(1)));
        assert_eq!(summary.last_drug_end, Some(Instant::from_millis(7)));
        assert_eq!((summary.drug_starts, summary.drug_ends), (1, 1));
        assert_eq!((summary.worst_comfort, summary.early_end()), (Some(7), Some(Reason(4))));
        assert!(summary.has_flag(Flag::EndedEarly) && !summary.has_flag(Flag::BreakOver));
    }
}
