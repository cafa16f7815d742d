//! The drip: which drugs run, when they start and end, and how the patient feels.

use super::{Errand, Nurse};
use crate::client::{Client, CommandBody};
use coldcap_units::{Duration, Instant};
use coldcap_wire::message::FactKind;

/// The patient is asked this often while the machine cools.
const COMFORT_EVERY: Duration = Duration::from_mins(10);

/// What the patient of this script answers, on the scale of the session: 0 bears it well, 10 not at all.
const COMFORT: u8 = 3;

impl Nurse {
    /// Whether the nurse tells nobody that a drug has ended, from now on: what a machine must get over.
    ///
    /// ```
    /// use coldcap_host::plan::PlanFile;
    /// use coldcap_host::procedure::Nurse;
    /// let text = include_str!("../../../../examples/plans/paclitaxel-weekly.toml");
    /// let mut nurse = Nurse::new(PlanFile::parse(text, "paclitaxel-weekly.toml")?);
    /// nurse.forget_drug_ends(true);
    /// # Ok::<(), coldcap_host::plan::PlanFileError>(())
    /// ```
    pub const fn forget_drug_ends(&mut self, forgetful: bool) {
        self.forgetful = forgetful;
    }

    /// Reports starts and ends at their time. A drug is hung only while the machine cools; once it
    /// runs, its end is reported whatever the machine does.
    pub(super) fn watch_drip(&mut self, now: Instant, client: &mut Client) {
        for index in 0..self.plan.drugs.len() {
            if self.drug_is_due(now, index) {
                self.report_drug(now, client, index, FactKind::DRUG_STARTED);
                self.mark_start(now, index);
            } else if !self.forgetful && self.drug_is_over(now, index) {
                self.report_drug(now, client, index, FactKind::DRUG_ENDED);
            }
        }
    }

    fn drug_is_due(&self, now: Instant, index: usize) -> bool {
        let (Some(drug), Some(ready)) = (self.plan.drugs.get(index), self.sight.ready) else {
            return false;
        };
        let hung = self.started_at(index).is_some();
        let open = !self.errands.is_done(Errand::DrugStarted(index));
        open && (hung || (self.sight.takes_drugs() && ready.plus(drug.start) <= now))
    }

    fn drug_is_over(&self, now: Instant, index: usize) -> bool {
        let ended = self.ends_at(index).is_some_and(|end| end <= now);
        ended && !self.errands.is_done(Errand::DrugEnded(index))
    }

    /// When a drug that was hung will have run through.
    fn ends_at(&self, index: usize) -> Option<Instant> {
        let drug = self.plan.drugs.get(index)?;
        Some(self.started_at(index)?.plus(drug.end.minus(drug.start)))
    }

    fn report_drug(&mut self, now: Instant, client: &mut Client, index: usize, fact: FactKind) {
        let Some(drug) = self.plan.drugs.get(index) else { return };
        let body = CommandBody::drug(fact, drug.id, drug.hair_toxic);
        let started = fact == FactKind::DRUG_STARTED;
        let errand = if started { Errand::DrugStarted(index) } else { Errand::DrugEnded(index) };
        self.errands.ask(now, client, errand, body);
    }

    fn mark_start(&mut self, now: Instant, index: usize) {
        if let Some(start) = self.drug_starts.get_mut(index) {
            *start = start.or(Some(now));
        }
    }

    fn started_at(&self, index: usize) -> Option<Instant> {
        self.drug_starts.get(index).copied().flatten()
    }

    /// Whether a drug runs, whatever the device was told of it.
    pub(super) fn drip_runs(&self, now: Instant) -> bool {
        let runs = |index: usize| self.ends_at(index).is_some_and(|end| end > now);
        (0..self.plan.drugs.len()).any(runs)
    }

    /// Whether the end of every drug that was hung is reported.
    pub(super) fn drip_is_reported(&self) -> bool {
        let open = |index: usize| {
            self.started_at(index).is_some() && !self.errands.is_done(Errand::DrugEnded(index))
        };
        !(0..self.plan.drugs.len()).any(open)
    }

    /// Asks the patient while the machine cools. An answer that gets lost is not worth a second one.
    pub(super) fn ask_patient(&mut self, now: Instant, client: &mut Client) {
        if !self.sight.is_cooling() {
            return;
        }
        let due = *self.comfort_due.get_or_insert(now.plus(COMFORT_EVERY));
        if due <= now {
            client.command(now, CommandBody::observe(FactKind::COMFORT, COMFORT));
            self.comfort_due = Some(now.plus(COMFORT_EVERY));
        }
    }
}
