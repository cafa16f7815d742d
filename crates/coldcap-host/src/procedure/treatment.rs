//! From the first cooling to the closed report, as long as all goes well.

use super::trouble::BREAK_OVER;
use super::{Errand, Nurse};
use crate::client::{Client, CommandBody};
use crate::plan::{Break, BreakPhase};
use coldcap_session::Phase;
use coldcap_units::{Duration, Instant};
use coldcap_wire::message::Action;

/// The reason given for a planned break; the site's own code.
const PLANNED_BREAK: u16 = 1;

/// A break that cannot be ended for so long ends the session.
const BREAK_PATIENCE: Duration = Duration::from_mins(15);

/// The last report of a record could be lost, so its length is asked for twice before it is believed.
const LENGTH_ASKED_AGAIN: Duration = Duration::from_secs(2);
const LENGTH_BELIEVED: Duration = Duration::from_secs(5);

/// Missing entries that do not come within this are no longer kept by the device.
const RECORD_STALLED: Duration = Duration::from_secs(60);

impl Nurse {
    /// Takes the breaks of the plan; everything else in a treatment phase is the drip's.
    pub(super) fn in_treatment(&mut self, now: Instant, client: &mut Client) {
        self.session_begun = true;
        self.resume_tries = 0;
        self.fault_since = None;
        self.end_break();
        let due = (0..self.plan.breaks.len()).find(|index| self.break_is_due(now, *index));
        if let Some(index) = due {
            let pause = CommandBody::operate_with(Action::PAUSE, PLANNED_BREAK);
            self.errands.ask(now, client, Errand::Pause(index), pause);
        }
    }

    fn break_is_due(&self, now: Instant, index: usize) -> bool {
        let taken = self.breaks_taken.get(index).copied().unwrap_or(true);
        let (Some(planned), Some((phase, since))) =
            (self.plan.breaks.get(index), self.sight.treatment)
        else {
            return false;
        };
        !taken && phase == phase_of(planned) && since.plus(planned.at) <= now
    }

    /// Notes whether the pause that has just begun is the break that was asked for.
    pub(super) fn begin_break(&mut self) {
        let asked = |index: &usize| self.errands.is_under_way(Errand::Pause(*index));
        self.on_break = (0..self.plan.breaks.len()).find(asked);
    }

    fn end_break(&mut self) {
        if let Some(index) = self.on_break.take() {
            self.drop_break(index);
        }
    }

    /// The break is over, or cannot be taken.
    pub(super) fn drop_break(&mut self, index: usize) {
        if let Some(taken) = self.breaks_taken.get_mut(index) {
            *taken = true;
        }
    }

    /// Resumes when the time of the break is over, as soon as the cap is coupled again.
    pub(super) fn in_break(&mut self, now: Instant, client: &mut Client, index: usize) {
        let length = self.plan.breaks.get(index).map_or(Duration::ZERO, |planned| planned.length);
        if self.sight.elapsed(now) < length {
            return;
        }
        if self.sight.elapsed(now) >= length.plus(BREAK_PATIENCE) {
            self.ending = true;
            return;
        }
        self.resume(now, client, BREAK_OVER);
    }

    pub(super) fn in_cap_off(&mut self, now: Instant, client: &mut Client) {
        self.press(now, client, Errand::ConfirmRemoved, Action::CONFIRM_REMOVED);
    }

    /// The report is closed when no drug runs any more and the whole record is here.
    pub(super) fn in_report(&mut self, now: Instant, client: &mut Client) {
        if self.collect_record(now, client) && self.drip_is_reported() {
            self.press(now, client, Errand::Close, Action::CLOSE);
        }
    }

    /// `true` when the whole record is here, or the rest of it does not come.
    pub(super) fn collect_record(&mut self, now: Instant, client: &mut Client) -> bool {
        let collected = client.record().collected();
        let first = self.collecting.is_none();
        let collecting = self.collecting.get_or_insert(Collecting::new(now));
        if collecting.collected != collected {
            (collecting.collected, collecting.grown) = (collected, now);
        }
        let waited = now.since(collecting.since);
        let again = waited >= LENGTH_ASKED_AGAIN && !collecting.asked_again;
        collecting.asked_again |= again;
        let stalled = now.since(collecting.grown) >= RECORD_STALLED;
        if first || again {
            client.ask_record_length(now);
        }
        stalled || (waited >= LENGTH_BELIEVED && client.record().is_complete())
    }
}

/// How far the collecting of the record is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Collecting {
    since: Instant,
    grown: Instant,
    collected: usize,
    asked_again: bool,
}

impl Collecting {
    const fn new(now: Instant) -> Self {
        Self { since: now, grown: now, collected: 0, asked_again: false }
    }
}

const fn phase_of(planned: &Break) -> Phase {
    match planned.phase {
        BreakPhase::Infusing => Phase::Infusing,
        BreakPhase::PostCool => Phase::PostCool,
    }
}
