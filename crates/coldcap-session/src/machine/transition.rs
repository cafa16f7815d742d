//! One step under way: the state so far, the notes so far, and the moves that all events share.

use super::state::{Armed, Step};
use super::{Attendance, Config, PhaseClock, State};
use crate::note::{Flag, Note, Notes, Reason};
use crate::phase::Phase;
use crate::request::Refusal;
use coldcap_units::Duration;

pub(super) struct Transition<'c> {
    pub(super) state: State,
    pub(super) notes: Notes,
    pub(super) config: &'c Config,
}

impl<'c> Transition<'c> {
    pub(super) fn new(state: State, config: &'c Config) -> Self {
        Self { state, notes: Notes::default(), config }
    }

    pub(super) fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    #[inline(never)]
    pub(super) fn flag(&mut self, flag: Flag) {
        self.note(Note::Flag(flag));
    }

    /// Enters a phase that has no way back.
    #[inline(never)]
    pub(super) fn enter(&mut self, phase: Phase) {
        self.enter_with_goal(phase, None);
    }

    /// Enters a phase; `goal` is the treatment phase that it will return to.
    #[inline(never)]
    pub(super) fn enter_with_goal(&mut self, phase: Phase, goal: Option<Phase>) {
        let left = self.state;
        self.close(&left, phase);
        self.state.phase = phase;
        if left.phase.circulates() && !phase.circulates() {
            self.state.seen.forget_self_test();
        }
        self.state.clock = PhaseClock::default();
        self.state.armed = None;
        self.state.restart_left = Duration::ZERO;
        self.state.unattended = false;
        self.set_goal(goal, left.treatment());
        self.state.hold_left = self.config.target_hold;
        self.attend_anew();
        let running = self.state.drugs.running();
        self.state.clear_dead_fields();
        if running && !self.state.drugs.running() {
            self.flag(Flag::DrugStillRunning);
        }
    }

    fn close(&mut self, left: &State, to: Phase) {
        let breaks = left.goal.is_some() && left.phase != Phase::Recool;
        if breaks {
            self.note(Note::BreakEnded { length: left.clock.elapsed });
        }
        self.note(Note::PhaseClosed { phase: left.phase, clock: left.clock });
        self.note(Note::PhaseChanged { from: left.phase, to });
    }

    /// Sets where an interruption returns to. The planned minutes start over when the treatment
    /// phase is another one than before.
    pub(super) fn set_goal(&mut self, goal: Option<Phase>, before: Option<Phase>) {
        self.state.goal = goal;
        let now = self.state.treatment();
        if now != before {
            self.state.planned_left = self.planned(now);
        }
    }

    fn planned(&self, treatment: Option<Phase>) -> Duration {
        let planned = self.state.plan.map(|plan| match treatment {
            Some(Phase::PreCool) => plan.pre(),
            Some(Phase::PostCool) => plan.post(),
            _ => Duration::ZERO,
        });
        planned.unwrap_or_default()
    }

    /// Enters a phase that time alone has brought about: a limit that is over stays so, and where cooling returned by
    /// itself what it returned to goes on with the limit that ran before. Any other phase begins its own, as `ready` does.
    pub(super) fn arrive(&mut self, phase: Phase, dt: Duration) {
        // req: SES-008
        let (kept, waited) = (self.state.unattended, self.waited(dt));
        self.enter(phase);
        if kept || waited.is_over() {
            self.state.attendance = waited;
        }
    }

    /// The limit on waiting after `dt` more, before anything follows from it. One that is over rests while a hair-toxic
    /// drug runs.
    pub(super) fn waited(&self, dt: Duration) -> Attendance {
        let attendance = self.state.attendance;
        let rests = attendance.is_over() && self.state.drugs.running();
        if rests { attendance } else { attendance.spent(dt) }
    }

    /// Cooling will not return by itself any more: who is waited for is waited for as after any loss of power.
    pub(super) fn give_up_return(&mut self) {
        if self.state.restart_left.is_zero() {
            return;
        }
        self.state.restart_left = Duration::ZERO;
        self.state.attendance = self.state.attendance.at_most(self.config.recovery_limit);
    }

    /// Somebody who acts begins the limit anew. A break stays what it is, and over where it was: what is begun anew then is
    /// the time until the cap thaws.
    pub(super) fn somebody_came(&mut self) {
        match self.state.attendance {
            Attendance::Break(_) => {}
            Attendance::BreakOver(_) => {
                self.state.attendance = Attendance::BreakOver(self.config.break_grace);
            }
            _ => self.attend_anew(),
        }
    }

    /// Starts the limit of the present phase on waiting for an operator.
    pub(super) fn attend_anew(&mut self) {
        self.state.unattended = false;
        self.state.attendance = self.attendance_in(self.state.awaited());
    }

    /// What a phase begins with that somebody brought about.
    pub(super) fn attendance_in(&self, phase: Phase) -> Attendance {
        let (state, config) = (&self.state, self.config);
        match phase {
            Phase::PreCool | Phase::PostCool => {
                Attendance::Watching(state.planned_left.plus(config.overrun))
            }
            Phase::Ready => Attendance::Watching(config.ready_limit),
            Phase::Infusing => Attendance::Watching(config.infusing_limit),
            Phase::Recool => Attendance::Watching(config.recool_limit),
            Phase::Recovery => Attendance::Watching(config.recovery_limit),
            Phase::Paused => {
                let each = state.plan.map(|plan| plan.break_each()).unwrap_or_default();
                Attendance::Break(each.min(state.break_left))
            }
            _ => Attendance::Unlimited,
        }
    }

    /// Stops circulation, whatever circulates, and says why.
    pub(super) fn halt(&mut self, reason: Reason) {
        match self.state.phase {
            Phase::FitCalibrate | Phase::FitVerify => {
                self.flag(Flag::FitInterrupted);
                self.enter(Phase::FitMeasure);
            }
            Phase::FitCheck => {
                self.flag(Flag::FitInterrupted);
                self.enter(Phase::Setup);
            }
            phase if phase.is_cooling() => self.interrupt(Phase::Paused, reason),
            _ => {}
        }
    }

    /// How a treatment begins: as an infusion when a hair-toxic drug runs already.
    pub(super) fn treatment_to_begin(&self) -> Phase {
        if self.state.drugs.running() { Phase::Infusing } else { Phase::PreCool }
    }

    /// Leaves the treatment, begun or about to begin, for a phase that remembers it.
    pub(super) fn interrupt(&mut self, phase: Phase, reason: Reason) {
        let beginning = self.state.phase == Phase::FitCheck;
        let begins = beginning.then(|| self.treatment_to_begin());
        let goal = self.state.treatment().or(begins);
        self.enter_with_goal(phase, goal);
        if goal.is_some() {
            self.note(Note::BreakBegan { reason });
        }
    }

    /// Cools again, by a ramp, toward a treatment phase.
    pub(super) fn recool(&mut self, goal: Phase, reason: Reason) {
        // req: SES-012
        self.note(Note::Resumed { to: goal, reason });
        self.enter_with_goal(Phase::Recool, Some(goal));
    }

    /// No more cooling: the cap warms.
    pub(super) fn finish(&mut self, reason: Reason) {
        self.note(Note::Ended { reason });
        if reason != Reason::COMPLETED {
            self.flag(Flag::EndedEarly);
        }
        self.enter(Phase::Thaw);
    }

    /// The first call of two arms and gives `false`; the second gives `true`.
    #[inline(never)]
    pub(super) fn two_steps(&mut self, step: Step, confirm: bool) -> Result<bool, Refusal> {
        // req: SES-002
        if !confirm {
            self.state.armed = Some(Armed { step, left: self.config.confirm_window });
            return Ok(false);
        }
        let armed = self.state.armed.is_some_and(|armed| armed.step == step);
        if armed { Ok(true) } else { Err(Refusal::NotConfirmed) }
    }
}
