//! Adding up the notes of one visit, and what must be remembered between them.

use super::summary::{Summary, flag_mask};
use crate::machine::{Drugs, PhaseClock};
use crate::note::Note;
use crate::phase::Phase;
use crate::request::{Amendment, Mark, Patient};
use coldcap_units::{Duration, Instant};

/// A summary under way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    pub(super) summary: Summary,
    /// The hair-toxic drugs that the session knows to run: what it takes for a start or an end is one here.
    drugs: Drugs,
    starts: Starts,
    /// No patient is selected: a drug that is told of is nobody's.
    nobody: bool,
    /// The phase that was left last.
    left: Option<Phase>,
    /// The interruption that was last, as long as it was so far.
    interruption: Duration,
}

impl Sums {
    pub(super) fn add(&mut self, at: Instant, note: Note) {
        let summary = &mut self.summary;
        match note {
            Note::PhaseChanged { from, to } => self.change(from, to),
            Note::PhaseClosed { phase, clock } => self.close(phase, clock),
            Note::PostClockVoided => summary.after_infusion = PhaseClock::default(),
            Note::BreakBegan { .. } => self.begin_break(),
            Note::BreakEnded { length } => self.end_break(length),
            Note::Restarted { gap } => {
                summary.power_gaps = summary.power_gaps.plus(gap.unwrap_or_default());
            }
            Note::DrugStarted { drug, hair_toxic: true } => self.start(at, drug),
            Note::DrugEnded { drug, hair_toxic } => self.end(at, drug, hair_toxic),
            Note::Amended { amendment, credited } => self.amend(&amendment, credited),
            Note::Flag(flag) => summary.flags |= flag_mask(flag),
            Note::PlanChosen(plan) => summary.plan = Some(plan),
            Note::PatientSelected { patient, .. } => self.select(patient),
            Note::FitSaved => summary.fit_saved = true,
            Note::Ended { reason } => summary.ended = Some(reason),
            Note::Comfort(score) => {
                summary.worst_comfort = summary.worst_comfort.max(Some(score));
            }
            _ => {}
        }
    }

    fn change(&mut self, from: Phase, to: Phase) {
        self.left = Some(from);
        if matches!(to, Phase::Boot | Phase::Standby) {
            self.nobody = true;
            self.drugs = Drugs::default();
        }
    }

    fn close(&mut self, phase: Phase, clock: PhaseClock) {
        let summary = &mut self.summary;
        if let Some(sum) = summary.phases.get_mut(usize::from(phase.code())) {
            *sum = sum.plus(clock);
        }
        match phase {
            Phase::Infusing => summary.after_infusion = PhaseClock::default(),
            Phase::PostCool => summary.after_infusion = summary.after_infusion.plus(clock),
            _ => {}
        }
    }

    /// Whoever corrects what is known of one patient keeps her drugs, as the session does.
    fn select(&mut self, patient: Patient) {
        let known = self.summary.patient;
        if !known.is_some_and(|known| known.id != 0 && known.id == patient.id) {
            self.drugs = Drugs::default();
        }
        self.nobody = false;
        self.summary.patient = Some(patient);
    }

    /// A break that was entered from a phase without circulation goes on from the one before: the power that
    /// goes in a pause makes no second one of it.
    fn begin_break(&mut self) {
        if self.summary.breaks > 0 && self.left.is_some_and(|left| !left.circulates()) {
            return;
        }
        self.interruption = Duration::ZERO;
        self.summary.breaks = self.summary.breaks.saturating_add(1);
    }

    fn end_break(&mut self, length: Duration) {
        self.interruption = self.interruption.plus(length);
        self.summary.break_time = self.summary.break_time.plus(length);
        self.summary.longest_break = self.summary.longest_break.max(self.interruption);
    }

    /// Nothing was cooled after a drug that has only just begun, whatever phase it begins in.
    fn start(&mut self, at: Instant, drug: u16) {
        // req: SES-006
        let repeated = self.drugs.contains(drug);
        if !repeated && !self.nobody {
            self.starts.put(drug, at, &self.drugs);
            self.drugs.start(drug);
            self.summary.after_infusion = PhaseClock::default();
        }
        if self.summary.first_drug.is_none() {
            (self.summary.first_drug, self.summary.first_drug_start) = (Some(drug), Some(at));
        }
        self.summary.drug_starts = self.summary.drug_starts.saturating_add(u32::from(!repeated));
    }

    /// The kind that is told with the end decides nothing about a drug that is known to run.
    fn end(&mut self, at: Instant, drug: u16, hair_toxic: bool) {
        if self.drugs.end(drug, hair_toxic) {
            self.summary.last_drug_end = Some(at);
            self.summary.drug_ends = self.summary.drug_ends.saturating_add(1);
        }
    }

    /// The times of phases stay as they were measured; what is amended is when a drug ran.
    fn amend(&mut self, amendment: &Amendment, credited: Duration) {
        // req: SES-025
        let summary = &mut self.summary;
        summary.amendments = summary.amendments.saturating_add(1);
        let elapsed = amendment.earlier;
        match amendment.mark {
            Mark::Ended => {
                summary.last_drug_end = summary.last_drug_end.map(|at| at.minus(elapsed));
                let credit = PhaseClock { elapsed, cooled: credited, at_target: Duration::ZERO };
                summary.after_infusion = summary.after_infusion.plus(credit);
            }
            Mark::Started => self.move_start(amendment.drug, elapsed),
        }
    }

    /// The start that moves is the last one of its drug. It is the first of all only where it is now.
    fn move_start(&mut self, drug: u16, earlier: Duration) {
        let Some(moved) = self.starts.move_back(drug, earlier) else { return };
        if self.summary.first_drug_start.is_none_or(|first| moved < first) {
            (self.summary.first_drug, self.summary.first_drug_start) = (Some(drug), Some(moved));
        }
    }
}

/// When drugs started that run, and the one that ended last: nothing else can be amended. There are as many
/// places as [`Drugs`] keeps drugs apart.
#[derive(Clone, Copy, Debug, Default)]
struct Starts([Option<(u16, Instant)>; 4]);

impl Starts {
    /// Notes the start of a drug in the place of the same one, or of any that does not run.
    fn put(&mut self, drug: u16, at: Instant, running: &Drugs) {
        let is_own = |place: &Option<(u16, Instant)>| place.is_some_and(|(own, _)| own == drug);
        let is_free = |place: &Option<(u16, Instant)>| {
            place.is_none_or(|(other, _)| !running.contains(other))
        };
        let own = self.0.iter().position(is_own);
        let place = own.or_else(|| self.0.iter().position(is_free));
        if let Some(place) = place.and_then(|place| self.0.get_mut(place)) {
            *place = Some((drug, at));
        }
    }

    fn move_back(&mut self, drug: u16, earlier: Duration) -> Option<Instant> {
        let mut known = self.0.iter_mut().flatten();
        let (_, at) = known.find(|(own, _)| *own == drug)?;
        *at = at.minus(earlier);
        Some(*at)
    }
}

#[cfg(test)]
mod tests;
