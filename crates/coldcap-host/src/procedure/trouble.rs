//! When something goes wrong: alarms, faults, power gaps, safe hold.

use super::{Errand, Nurse, is_fault};
use crate::client::{Client, CommandBody};
use coldcap_session::Phase;
use coldcap_units::{Duration, Instant};
use coldcap_wire::message::{Action, Response};

/// So long it takes the nurse to come to an alarm.
const TO_THE_ALARM: Duration = Duration::from_secs(20);

/// A fault is looked at this long before cooling is resumed, and again after each attempt.
const TO_RESUME: Duration = Duration::from_secs(60);

/// Attempts to resume before the session is ended, unless the nurse is told to [persist](Nurse::persist).
pub(super) const MOST_RESUMES: u8 = 5;

/// After a power gap there is nothing to look at; refusals pass as the machine comes up.
const RECOVERY_RETRY: Duration = Duration::from_secs(5);

/// A recovery that cannot be resumed for so long ends the session.
const RECOVERY_PATIENCE: Duration = Duration::from_mins(10);

/// A machine that has not come back to its target by then will not.
const RECOOL_PATIENCE: Duration = Duration::from_mins(45);

/// A latched fault is looked at this long before it is reset.
const TO_RESET: Duration = Duration::from_secs(30);

/// Resets before the session is ended; a device allows no more either.
const MOST_RESETS: u8 = 2;

/// The cap warms this long in safe hold before it is taken off, as in a planned thaw.
const HOLD_THAW: Duration = Duration::from_mins(10);

/// The outcome is safe hold when it lasts so long with no drug running.
const LONGEST_HOLD: Duration = Duration::from_mins(30);

/// The reason given when cooling is resumed after a break; the site's own code, as the two below.
pub(super) const BREAK_OVER: u16 = 1;

/// The reason given when a session is resumed after a fault, or ended for one.
const FAULT: u16 = 2;

/// The reason given when a session is resumed after a loss of power.
const POWER_GAP: u16 = 3;

const END_SESSION: CommandBody = CommandBody::operate_with(Action::END_SESSION, FAULT);

impl Nurse {
    /// With so many attempts to resume after a fault before the session is ended; five without it.
    #[must_use]
    pub fn persist(self, most_resumes: u8) -> Self {
        Self { most_resumes, ..self }
    }

    pub(super) fn attend_alarms(&mut self, now: Instant, client: &mut Client) {
        if self.alarms.since().is_some_and(|since| since.plus(TO_THE_ALARM) <= now) {
            let acknowledge = CommandBody::operate(Action::ACKNOWLEDGE);
            if self.errands.ask(now, client, Errand::Acknowledge, acknowledge) {
                self.alarms.attend();
            }
        }
    }

    /// An interruption that nobody asked for.
    pub(super) fn in_fault(&mut self, now: Instant, client: &mut Client) {
        if self.sight.elapsed(now) < TO_RESUME {
            return;
        }
        if self.resume_tries >= self.most_resumes {
            self.ending |= self.errands.may_ask(now, Errand::Resume);
        } else if self.resume(now, client, FAULT) {
            self.resume_tries = self.resume_tries.saturating_add(1);
        }
    }

    /// Cooled too little is better than not at all while a drug runs.
    pub(super) fn in_recool(&mut self, now: Instant) {
        let late = self.sight.elapsed(now) >= RECOOL_PATIENCE;
        self.ending |= late && !self.drip_runs(now);
    }

    pub(super) fn in_recovery(&mut self, now: Instant, client: &mut Client) {
        if self.sight.elapsed(now) >= RECOVERY_PATIENCE {
            self.ending = true;
            return;
        }
        self.resume(now, client, POWER_GAP);
    }

    /// Asks to resume; `true` when it was asked now. A cap that lost its mark is marked first.
    pub(super) fn resume(&mut self, now: Instant, client: &mut Client, reason: u16) -> bool {
        self.mark_worn(now, client);
        let resume = CommandBody::operate_with(Action::RESUME, reason);
        self.errands.ask(now, client, Errand::Resume, resume)
    }

    /// After which time a refused resume is asked for again.
    pub(super) fn resume_retry(&self) -> Duration {
        let fault = self.on_break.is_none() && self.sight.is(Phase::Paused);
        if fault { TO_RESUME } else { RECOVERY_RETRY }
    }

    /// A latched fault: a clinician resets it, once its cause is gone.
    pub(super) fn attend_latched_fault(&mut self, now: Instant, client: &mut Client) {
        if self.fault_since.is_none_or(|since| since.plus(TO_RESET) > now) {
            return;
        }
        if self.resets >= MOST_RESETS {
            self.lose_hope();
            return;
        }
        self.press(now, client, Errand::Reset, Action::CLINICIAN_RESET);
    }

    /// The reset was accepted: what the fault stood against is asked for at once.
    pub(super) fn after_reset(&mut self, executed: bool) {
        self.fault_since = None;
        self.resets = self.resets.saturating_add(u8::from(executed));
        for errand in
            [Errand::Reset, Errand::Resume, Errand::Measure, Errand::StartFit, Errand::Start]
        {
            self.errands.forget(errand);
        }
    }

    pub(super) fn after_refused_reset(&mut self, response: &Response) {
        if !is_fault(response) && response.reason != 0 {
            self.lose_hope();
        }
    }

    /// Ends the session if there is one, and the visit otherwise.
    fn lose_hope(&mut self) {
        self.ending = self.ending || self.sight.can_end();
        self.given_up = true;
    }

    /// Ends the session for a fault. Two steps.
    pub(super) fn end_session(&mut self, now: Instant, client: &mut Client) {
        self.errands.ask(now, client, Errand::EndSession, END_SESSION);
    }

    /// Waits while a drug runs. Then the session is ended, or, where safe hold does not allow that, the
    /// warmed cap is taken off.
    pub(super) fn in_safe_hold(&mut self, now: Instant, client: &mut Client) {
        if self.drip_runs(now) {
            return;
        }
        let since = *self.hold_since.get_or_insert(now);
        if now.since(since) >= LONGEST_HOLD {
            self.held = true;
            if self.collect_record(now, client) {
                self.finish_visit();
            }
            return;
        }
        self.end_session(now, client);
        let thawed = now.since(since) >= HOLD_THAW || !self.session_begun;
        if thawed && !self.errands.is_under_way(Errand::EndSession) {
            self.press(now, client, Errand::ConfirmRemoved, Action::CONFIRM_REMOVED);
        }
    }
}
