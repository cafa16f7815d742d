//! A scripted nurse who runs both services of a plan, by what comes over the wire and nothing else.
//!
//! The nurse holds no clock: everything happens at the times handed in, on the device's own or on
//! virtual time. The same messages at the same times lead to the same commands. The fit visit comes
//! first, then the session that refers to it, unless the plan is of the fit visit alone.
//!
//! | the device is in | the nurse |
//! |---|---|
//! | standby | starts the fit visit; once a fit is stored, selects the patient for the session |
//! | fit_measure | selects the patient, and sends the measures once the tank is ready for the contact test |
//! | fit_calibrate, fit_verify | marks the cap as worn when the bare sensors are matched; confirms the fit if its test fails |
//! | fit_saved | takes the digest of the calibration from the record and closes |
//! | setup | chooses the plan, and asks to start every 5 s until that is accepted |
//! | fit_check | marks the cap as worn when it sits |
//! | ready, infusing, post_cool | reports each drug at its time; takes the breaks of the plan |
//! | paused in a break | resumes when its time is over, every 5 s until that is accepted |
//! | paused otherwise | resumes after 60 s and every 60 s, five times, then ends the session |
//! | recool | ends the session where its target is not reached within 45 min and no drug runs |
//! | recovery | resumes at once |
//! | safe_hold | waits for the drugs to end, then ends the session; if that is refused, takes the warmed cap off |
//! | cap_off | confirms the removal |
//! | report | waits for the drugs and for the whole record, and closes |
//!
//! Alarms of medium and high priority are acknowledged after 20 s, and the patient is asked how the cold
//! feels every 10 min of cooling. A latched fault that stands against resuming is reset by a clinician
//! after 30 s, with at most two accepted resets; then the session is ended. Nothing takes longer than
//! 12 h.
//!
//! It is a script for demonstrations and tests. It decides nothing about a person.
//!
//! ```
//! use coldcap_host::client::{Client, ClientConfig};
//! use coldcap_host::plan::PlanFile;
//! use coldcap_host::procedure::{Nurse, Step};
//! use coldcap_units::Instant;
//!
//! let text = include_str!("../../../examples/plans/paclitaxel-weekly.toml");
//! let mut nurse = Nurse::new(PlanFile::parse(text, "paclitaxel-weekly.toml")?);
//! let mut client = Client::new(ClientConfig::new(1));
//! let mut line = Vec::new();
//! for tick in 0..10 {
//!     let now = Instant::from_millis(tick * 100);
//!     while let Some(message) = client.poll_message() {
//!         nurse.on_message(now, &message, &mut client);
//!     }
//!     nurse.tick(now, &mut client);
//!     client.transmit(now, &mut line);
//! }
//! assert_eq!((nurse.progress().step, nurse.finished()), (Step::Hello, None));
//! # Ok::<(), coldcap_host::plan::PlanFileError>(())
//! ```

mod errand;
mod infusion;
mod preparation;
mod progress;
mod refused;
mod sight;
mod treatment;
mod trouble;

pub use progress::{Outcome, Progress, Step};
pub use refused::Refused;

use crate::client::hash::fnv1a_64;
use crate::client::{Client, CommandBody, Message};
use crate::plan::PlanFile;
use coldcap_session::record::Entry;
use coldcap_session::{Phase, Reason, Refusal};
use coldcap_units::{Duration, Instant};
use coldcap_wire::message::{Action, Operate, Response, Status};
use errand::{Errand, Errands};
use sight::{Alarms, Sight};
use treatment::Collecting;

/// Both visits together take at most this; then the outcome is [`Outcome::TimedOut`].
pub const LONGEST: Duration = Duration::from_mins(12 * 60);

/// Status reports are wanted this often.
const STATUS_EVERY: Duration = Duration::from_secs(1);

/// What was refused is asked for again after this.
const RETRY: Duration = Duration::from_secs(5);

/// The cap must first be uncoupled before its removal counts.
const REMOVAL_RETRY: Duration = Duration::from_secs(10);

/// Confirming a fit and resetting a fault are refused until something has passed.
const SLOW_RETRY: Duration = Duration::from_secs(30);

/// A step that is refused for so long will not be accepted any more.
const PATIENCE: Duration = Duration::from_mins(120);

/// The nurse. See the [module](self).
#[derive(Clone, Debug)]
pub struct Nurse {
    plan: PlanFile,
    begun: Option<Instant>,
    outcome: Option<Outcome>,
    sight: Sight,
    alarms: Alarms,
    errands: Errands,
    // The fit visit.
    fit_stored: bool,
    contact_failed: bool,
    calibration: Option<u64>,
    /// The fit is that of an earlier visit: what the record tells of fits is not this one's.
    fit_of_course: bool,
    attempts: u8,
    given_up: bool,
    refusal: Option<Refused>,
    // The session.
    session_begun: bool,
    drug_starts: Vec<Option<Instant>>,
    /// The ends of drugs are told to nobody.
    forgetful: bool,
    comfort_due: Option<Instant>,
    breaks_taken: Vec<bool>,
    on_break: Option<usize>,
    record_from: u32,
    ended: Option<Reason>,
    thawed_in_order: bool,
    collecting: Option<Collecting>,
    // Trouble.
    resume_tries: u8,
    most_resumes: u8,
    fault_since: Option<Instant>,
    resets: u8,
    ending: bool,
    hold_since: Option<Instant>,
    held: bool,
}

impl Nurse {
    /// A nurse who has not yet looked at the machine.
    #[must_use]
    pub fn new(plan: PlanFile) -> Self {
        Self {
            begun: None,
            outcome: None,
            sight: Sight::default(),
            alarms: Alarms::default(),
            errands: Errands::default(),
            fit_stored: false,
            contact_failed: false,
            calibration: None,
            fit_of_course: false,
            attempts: 0,
            given_up: false,
            refusal: None,
            session_begun: false,
            drug_starts: vec![None; plan.drugs.len()],
            forgetful: false,
            comfort_due: None,
            breaks_taken: vec![false; plan.breaks.len()],
            on_break: None,
            record_from: 0,
            ended: None,
            thawed_in_order: false,
            collecting: None,
            resume_tries: 0,
            most_resumes: trouble::MOST_RESUMES,
            fault_since: None,
            resets: 0,
            ending: false,
            hold_since: None,
            held: false,
            plan,
        }
    }

    /// The same of a course whose fit was stored at an earlier visit: there is no fit visit, and the session refers to this
    /// digest.
    #[must_use]
    pub fn with_fit(self, calibration: u64) -> Self {
        let calibration = Some(calibration);
        Self { fit_stored: true, fit_of_course: true, calibration, record_from: u32::MAX, ..self }
    }

    /// Takes in a message of the client. Hand over every one, in order, before [`tick`](Self::tick).
    pub fn on_message(&mut self, now: Instant, message: &Message, client: &mut Client) {
        match message {
            // With a key the session is still to come when the hello has come.
            Message::Hello(_) | Message::Secured if client.is_connected() => {
                client.follow(now, STATUS_EVERY);
            }
            Message::ChannelStatus(status) if status.channel == client.channel() => {
                self.errands.see(status.revision);
                if let Some(left) = self.sight.see(now, status) {
                    self.phase_changed(left);
                }
            }
            Message::MachineStatus(status) => self.alarms.see(now, status),
            Message::RecordEntry(report) => {
                self.read_entry(&Entry::from_bytes(&report.entry.0), client);
            }
            Message::CapCalibration(stored)
                if stored.channel == client.channel() && !self.fit_of_course =>
            {
                self.calibration = Some(fnv1a_64(stored.calibration.0));
            }
            Message::Response { rid, command, response } => {
                self.answered(now, *rid, *command, response, client);
            }
            Message::Stale { rid, .. } => self.look_again(now, *rid),
            Message::TimedOut { rid, .. }
            | Message::TooLate { rid, .. }
            | Message::LineTooSlow { rid, .. } => {
                if let Some(errand) = self.errands.asked_under(*rid) {
                    self.errands.retry_at(now, errand);
                }
            }
            Message::ChannelStatus(_)
            | Message::Setting(_)
            | Message::Vendor(_)
            | Message::TooLong { .. }
            | Message::CapCalibration(_)
            | Message::Event(_)
            | Message::Hello(_)
            | Message::Secured
            | Message::NotSecured(_)
            | Message::LinkLost
            | Message::LinkBack => {}
        }
    }

    /// Does what is to be done at `now`. Call it every tick, or at least once a second.
    pub fn tick(&mut self, now: Instant, client: &mut Client) {
        let begun = *self.begun.get_or_insert(now);
        if self.outcome.is_some() {
            return;
        }
        if now.since(begun) >= LONGEST {
            self.outcome = Some(Outcome::TimedOut);
            return;
        }
        let Some(phase) = self.sight.phase else { return };
        self.attend_alarms(now, client);
        self.watch_drip(now, client);
        self.ask_patient(now, client);
        self.attend_latched_fault(now, client);
        if self.ending && self.sight.can_end() {
            self.end_session(now, client);
        } else {
            self.work(now, client, phase);
        }
    }

    /// What the machine will not do by this plan, where it refused for good.
    #[must_use]
    pub const fn refusal(&self) -> Option<Refused> {
        self.refusal
    }

    /// How both visits ended, once they have.
    #[must_use]
    pub const fn finished(&self) -> Option<Outcome> {
        self.outcome
    }

    /// The plan that is followed.
    #[must_use]
    pub const fn plan(&self) -> &PlanFile {
        &self.plan
    }

    /// What the phase asks for.
    fn work(&mut self, now: Instant, client: &mut Client, phase: Phase) {
        match phase {
            Phase::Standby => self.in_standby(now, client),
            Phase::FitMeasure => self.in_fit_measure(now, client),
            Phase::FitCalibrate => self.in_fit_calibrate(now, client),
            Phase::FitVerify => self.in_fit_verify(now, client),
            Phase::FitSaved => self.in_fit_saved(now, client),
            Phase::Setup => self.in_setup(now, client),
            Phase::FitCheck => self.in_fit_check(now, client),
            Phase::PreCool | Phase::Ready | Phase::Infusing | Phase::PostCool => {
                self.in_treatment(now, client);
            }
            Phase::Paused => match self.on_break {
                Some(index) => self.in_break(now, client, index),
                None => self.in_fault(now, client),
            },
            Phase::Recovery => self.in_recovery(now, client),
            Phase::SafeHold => self.in_safe_hold(now, client),
            Phase::CapOff => self.in_cap_off(now, client),
            Phase::Report => self.in_report(now, client),
            Phase::Recool => self.in_recool(now),
            Phase::Boot | Phase::Thaw => {}
        }
    }

    fn phase_changed(&mut self, left: Option<Phase>) {
        match self.sight.phase {
            Some(Phase::Paused) => self.begin_break(),
            Some(Phase::FitVerify) => self.contact_failed = false,
            Some(Phase::FitCalibrate | Phase::FitCheck) => {
                self.attempts = self.attempts.saturating_add(1);
            }
            _ => {}
        }
        if self.sight.is(Phase::Thaw) {
            self.thawed_in_order = left == Some(Phase::PostCool) && !self.ending;
        }
        if left == Some(Phase::SafeHold) {
            self.hold_since = None;
        }
        self.collecting = None;
        self.errands.forget_phase();
    }

    fn answered(
        &mut self,
        now: Instant,
        rid: u16,
        command: CommandBody,
        response: &Response,
        client: &mut Client,
    ) {
        let Some(errand) = self.errands.asked_under(rid) else { return };
        let first_step = !matches!(command, CommandBody::Operate(Operate { confirm: 1, .. }));
        match response.status {
            _ if !client.took_as_told(&command, response) => self.give_up(errand, response),
            Status::ARMED if first_step => self.errands.confirm(now, client, errand, command),
            Status::OK | Status::NO_CHANGE => {
                self.errands.done(now, errand);
                self.accomplished(errand, response.status == Status::OK, client);
            }
            _ => {
                self.errands.retry_at(now.plus(self.retry_after(errand)), errand);
                self.refused(now, errand, response);
            }
        }
    }

    /// It cannot be helped: what was begun is cancelled.
    const fn give_up(&mut self, errand: Errand, response: &Response) {
        self.refusal = Some(Refused { command: errand.name(), response: *response });
        self.given_up = true;
    }

    /// The session was another than it looked: the next status shows what it is. That was no try.
    fn look_again(&mut self, now: Instant, rid: u16) {
        let Some(errand) = self.errands.asked_under(rid) else { return };
        if errand == Errand::Resume {
            self.resume_tries = self.resume_tries.saturating_sub(1);
        }
        self.errands.retry_at(now.plus(STATUS_EVERY), errand);
    }

    fn retry_after(&self, errand: Errand) -> Duration {
        match errand {
            Errand::Resume => self.resume_retry(),
            Errand::ConfirmRemoved => REMOVAL_RETRY,
            Errand::ConfirmFit | Errand::Reset | Errand::Acknowledge => SLOW_RETRY,
            Errand::EndSession if self.sight.is(Phase::SafeHold) => SLOW_RETRY,
            _ => RETRY,
        }
    }

    fn accomplished(&mut self, errand: Errand, executed: bool, client: &Client) {
        match errand {
            Errand::StartFit => self.forget_others(client),
            Errand::SelectPatient if self.fit_of_course => self.skip_others(client),
            Errand::Resume | Errand::Measure | Errand::Start => self.fault_since = None,
            Errand::Reset => self.after_reset(executed),
            Errand::Acknowledge => {
                self.alarms.acknowledge();
                self.errands.forget(errand);
            }
            Errand::ConfirmRemoved if self.sight.is(Phase::SafeHold) => self.held = true,
            // The machine was paused already: this is not our break.
            Errand::Pause(index) if !executed => self.drop_break(index),
            _ => {}
        }
    }

    /// What the record held before these visits belongs to others.
    fn forget_others(&mut self, client: &Client) {
        self.skip_others(client);
        self.calibration = None;
    }

    fn skip_others(&mut self, client: &Client) {
        self.record_from = client.record().total();
        self.ended = None;
    }

    fn refused(&mut self, now: Instant, errand: Errand, response: &Response) {
        match errand {
            Errand::Reset => self.after_refused_reset(response),
            Errand::Pause(index) if response.reason == Refusal::BudgetSpent.code() => {
                self.drop_break(index);
            }
            // A device that knows no patient in a fit visit asks for none.
            Errand::SelectPatient
                if self.sight.is(Phase::FitMeasure) && is_wrong_phase(response) =>
            {
                self.errands.done(now, errand);
            }
            Errand::StartFit
            | Errand::SelectPatient
            | Errand::Measure
            | Errand::ChoosePlan
            | Errand::Start => {
                let asked = self.errands.first_asked(errand).unwrap_or(now);
                if is_final(response) {
                    self.give_up(errand, response);
                }
                self.given_up |= now.since(asked) >= PATIENCE;
            }
            _ => {}
        }
        if is_fault(response) && errand != Errand::Reset {
            self.fault_since = self.fault_since.or(Some(now));
        }
    }

    fn press(&mut self, now: Instant, client: &mut Client, errand: Errand, action: Action) {
        self.errands.ask(now, client, errand, CommandBody::operate(action));
    }

    /// Whether nothing is left to be done once the device is in standby.
    const fn is_over(&self) -> bool {
        self.given_up || self.held || self.session_begun
    }

    /// The record says how the session ended; where its entry never came, the phases do.
    fn finish_visit(&mut self) {
        let outcome = match self.ended {
            _ if self.held => Outcome::SafeHold,
            Some(Reason::COMPLETED) => Outcome::Completed,
            None if self.thawed_in_order => Outcome::Completed,
            _ => Outcome::EndedEarly,
        };
        self.outcome = Some(outcome);
    }
}

fn is_wrong_phase(response: &Response) -> bool {
    response.reason == Refusal::WrongPhase.code()
}

/// Whether the machine is not sound: a fault, or a self-test that has not passed.
fn is_fault(response: &Response) -> bool {
    [Refusal::FaultActive, Refusal::NotTested].iter().any(|it| it.code() == response.reason)
}

/// Whether asking again cannot help: the plan itself is refused.
fn is_final(response: &Response) -> bool {
    matches!(
        response.status,
        Status::OUT_OF_RANGE | Status::DENIED | Status::UNSUPPORTED | Status::MALFORMED
    ) && response.reason != Refusal::ServiceDue.code()
}
