//! The fit visit and everything before coolant flows in the session.

use super::{Errand, Nurse, Outcome};
use crate::client::{Client, CommandBody, UNSENT};
use coldcap_session::record::Entry;
use coldcap_session::{Flag, Note};
use coldcap_units::{Coolant, Duration, Instant, Interface};
use coldcap_wire::message::{Action, ChoosePlan, Measure, SelectPatient};

/// The sensors are matched in the bare cap; by then that is over and the cap sits on the head.
const BARE_CAP: Duration = Duration::from_secs(75);

/// Putting the cap on takes so long; it is marked as worn when it sits.
const FITTING: Duration = Duration::from_secs(75);

/// A contact test that is not over by then has failed, whatever was heard of it.
const CONTACT_TEST: Duration = Duration::from_mins(9);

/// The stored calibration is waited for this long.
const DIGEST_WAIT: Duration = Duration::from_secs(10);

/// The last entries of a visit are on their way for so long.
const LAST_ENTRIES: Duration = Duration::from_secs(3);

/// After an interrupted fit or start the nurse looks for the reason before trying again.
const AFTER_INTERRUPTION: Duration = Duration::from_secs(60);

/// A tank that is not cold enough after this is broken: a sound one needs half of it.
const TANK_WAIT: Duration = Duration::from_mins(60);

/// So often coolant is let into the cap in one visit; then somebody else must look.
const MOST_ATTEMPTS: u8 = 10;

impl Nurse {
    pub(super) fn in_standby(&mut self, now: Instant, client: &mut Client) {
        if self.is_over() {
            self.finish_visit();
        } else if self.fit_stored && self.plan.fit_only {
            self.finish_fit_visit(now, client);
        } else if self.fit_stored {
            let select = self.select_patient();
            self.errands.ask(now, client, Errand::SelectPatient, select);
        } else {
            self.errands.ask(now, client, Errand::StartFit, CommandBody::StartFit);
        }
    }

    /// The visit is over once its record is here, or does not come.
    fn finish_fit_visit(&mut self, now: Instant, client: &Client) {
        let waited = self.sight.elapsed(now);
        let told = waited >= LAST_ENTRIES && client.record().is_complete();
        if told || waited >= DIGEST_WAIT {
            self.outcome = Some(Outcome::Completed);
        }
    }

    /// No coolant flows before the patient is known and the questions are answered.
    pub(super) fn in_fit_measure(&mut self, now: Instant, client: &mut Client) {
        if !self.may_try(now, client) {
            return;
        }
        let select = self.select_patient();
        self.errands.ask(now, client, Errand::SelectPatient, select);
        // The contact test needs cool coolant: the head is measured while the tank gets there.
        if self.errands.is_done(Errand::SelectPatient) && self.sight.tank_ready {
            let measure = self.measure();
            self.errands.ask(now, client, Errand::Measure, measure);
        }
    }

    pub(super) fn in_fit_calibrate(&mut self, now: Instant, client: &mut Client) {
        if self.sight.elapsed(now) >= BARE_CAP {
            self.mark_worn(now, client);
        }
    }

    pub(super) fn in_fit_verify(&mut self, now: Instant, client: &mut Client) {
        self.mark_worn(now, client);
        if self.contact_failed || self.sight.elapsed(now) >= CONTACT_TEST {
            let confirm = CommandBody::operate(Action::CONFIRM_FIT);
            self.errands.ask(now, client, Errand::ConfirmFit, confirm);
        }
    }

    /// Leaves once the calibration or its digest is here, or does not come.
    pub(super) fn in_fit_saved(&mut self, now: Instant, client: &mut Client) {
        self.fit_stored = true;
        self.attempts = 0;
        let waited = self.sight.elapsed(now) >= DIGEST_WAIT;
        if self.calibration.is_some() || waited {
            self.press(now, client, Errand::Close, Action::CLOSE);
        }
    }

    pub(super) fn in_setup(&mut self, now: Instant, client: &mut Client) {
        if !self.may_try(now, client) {
            return;
        }
        let plan = self.choose_plan();
        self.errands.ask(now, client, Errand::ChoosePlan, plan);
        if self.errands.is_done(Errand::ChoosePlan) && self.sight.tank_ready {
            self.press(now, client, Errand::Start, Action::START);
        }
    }

    pub(super) fn in_fit_check(&mut self, now: Instant, client: &mut Client) {
        self.session_begun = true;
        if self.sight.elapsed(now) >= FITTING {
            self.mark_worn(now, client);
        }
    }

    pub(super) fn mark_worn(&mut self, now: Instant, client: &mut Client) {
        if !self.sight.worn {
            self.press(now, client, Errand::Worn, Action::WORN);
        }
    }

    /// Whether coolant may be let into the cap now; gives the visit up when that is hopeless.
    fn may_try(&mut self, now: Instant, client: &mut Client) -> bool {
        let tank_fails = !self.sight.tank_ready && self.sight.elapsed(now) >= TANK_WAIT;
        if self.given_up || self.attempts >= MOST_ATTEMPTS || tank_fails {
            self.given_up = true;
            self.press(now, client, Errand::Cancel, Action::CANCEL);
            return false;
        }
        self.attempts == 0 || self.sight.elapsed(now) >= AFTER_INTERRUPTION
    }

    /// What an entry of the record says, unless it is older than these visits or about somebody else.
    pub(super) fn read_entry(&mut self, entry: &Entry, client: &Client) {
        if entry.channel != client.channel() || entry.index < self.record_from {
            return;
        }
        match entry.note() {
            Some(Note::FitSaved) if entry.fields.c != 0 && !self.fit_of_course => {
                self.calibration = Some(entry.fields.c);
            }
            Some(Note::Flag(Flag::ContactDoubtful)) => self.contact_failed = true,
            Some(Note::Ended { reason }) => self.ended = Some(reason),
            _ => {}
        }
    }

    fn select_patient(&self) -> CommandBody {
        let hair = self.plan.head.hair;
        CommandBody::SelectPatient(SelectPatient {
            head: UNSENT,
            patient: self.plan.patient,
            calibration: self.calibration.unwrap_or(0),
            session_index: self.plan.session,
            session_count: self.plan.sessions,
            density: hair.density.code(),
            hair: hair.kind.code(),
            contraindications: 0,
            override_reason: 0,
        })
    }

    fn measure(&self) -> CommandBody {
        let measures = self.plan.head;
        CommandBody::Measure(Measure {
            head: UNSENT,
            circumference_mm: measures.circumference_mm,
            sagittal_mm: measures.sagittal_mm,
            coronal_mm: measures.coronal_mm,
            density: measures.hair.density.code(),
            hair: measures.hair.kind.code(),
        })
    }

    fn choose_plan(&self) -> CommandBody {
        let request = self.plan.request();
        CommandBody::ChoosePlan(ChoosePlan {
            head: UNSENT,
            regimen: request.regimen,
            pre_s: request.pre.as_secs(),
            post_s: request.post.as_secs(),
            break_each_s: request.break_each.as_secs(),
            break_total_s: request.break_total.as_secs(),
            target_mc: request.target.coolant().map_or(0, Coolant::to_milli),
            post_clock: request.post_clock.code(),
            control: request.target.mode().code(),
            interface_mc: request.target.interface().map_or(0, Interface::to_milli),
            source: request.source.0,
            override_reason: request.reason,
        })
    }
}
