//! Who presses what, and when, at a machine without a host.

use super::course::{Course, Manners};
use super::fitting::Fitting;
use crate::machine::CapPlacement;
use crate::mishap::{row_not_to_cool, wrong_clock};
use coldcap::{Action, ChannelFlags, ChannelStatus, Phase};
use coldcap_guard::alarm::Priority;
use coldcap_session::{Accepted, Answer, Fact, PlanRequest, Reason, Refusal, Request};
use coldcap_units::{Duration, Instant};

/// The site's own reasons: a break that was planned, and something that went wrong.
const PLANNED: u8 = 1;
const FAULT: u8 = 2;

/// What the operator sees in a tick.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// The channel as it shows itself.
    pub channel: &'a ChannelStatus,
    /// The most urgent alarm of the machine.
    pub highest: Priority,
    /// Where the cap is.
    pub cap: CapPlacement,
    /// What was answered to what the operator asked last, if it was answered in this tick.
    pub answer: Option<Answer>,
    /// Why the session ended, if it did in this tick.
    pub ended: Option<Reason>,
    /// What is done wrongly.
    pub mishaps: Mishaps,
}

/// What people do wrongly while it lasts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mishaps {
    /// The plan that is chosen is one by which nothing may be cooled.
    pub wrong_plan: bool,
    /// Nobody tells the machine that a drug has ended.
    pub drug_unended: bool,
    /// The wall clock is set two days ahead, once.
    pub clock_jump: bool,
}

/// How a visit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// The report was closed, and all planned minutes were cooled.
    Completed,
    /// The report was closed before that.
    EndedEarly,
    /// The machine holds the session, and nobody could help it.
    SafeHold,
}

/// A request of one step or of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    Fit,
    Measure,
    Accept,
    Cancel,
    Select,
    Choose,
    Start,
    Worn,
    Pause,
    Resume(u8),
    Reset,
    End,
    Removed,
    Close,
}

/// Nurse and clinician in one: they follow a [`Course`] and do at each phase what the machine's instructions say.
#[derive(Clone, Debug)]
pub struct Operator {
    course: Course,
    manners: Manners,
    phase: Phase,
    since: Instant,
    started: Option<Instant>,
    first_drug: Option<Instant>,
    ready: Option<Instant>,
    seated: Option<Instant>,
    alarmed: Option<Instant>,
    faulty: Option<Instant>,
    /// Drugs that have begun and ended, a bit each.
    begun: u64,
    ended: u64,
    breaks: usize,
    away: bool,
    asked: Option<(Wish, Instant)>,
    /// The second of two steps, and when it is due.
    second: Option<(Wish, Instant)>,
    resumes: u8,
    completed: bool,
    finished: Option<Ending>,
    mishaps: Mishaps,
    jumped: bool,
    fitting: Option<Fitting>,
}

impl Operator {
    /// Somebody who waits for the machine.
    #[must_use]
    pub fn new(course: Course, manners: Manners) -> Self {
        Self {
            fitting: course.fit.map(Fitting::of),
            course,
            manners,
            phase: Phase::Boot,
            since: Instant::ZERO,
            started: None,
            first_drug: None,
            ready: None,
            seated: None,
            alarmed: None,
            faulty: None,
            begun: 0,
            ended: 0,
            breaks: 0,
            away: false,
            asked: None,
            second: None,
            resumes: 0,
            completed: false,
            finished: None,
            mishaps: Mishaps { wrong_plan: false, drug_unended: false, clock_jump: false },
            jumped: false,
        }
    }

    pub(super) const fn set_manners(&mut self, manners: Manners) {
        self.manners = manners;
    }

    /// How the visit ended, once it has.
    #[must_use]
    pub const fn ending(&self) -> Option<Ending> {
        self.finished
    }

    /// When the first drug began.
    #[must_use]
    pub const fn first_drug(&self) -> Option<Instant> {
        self.first_drug
    }

    /// How long the patient is to be away from the hoses now; `None` outside of a planned break.
    #[must_use]
    pub fn away(&self) -> Option<Duration> {
        let planned = self.away.then(|| self.breaks.checked_sub(1))?;
        self.course.breaks.get(planned?).map(|walk| walk.away)
    }

    /// What is done at `now`: one thing at most.
    pub fn act(&mut self, now: Instant, sight: &Sight<'_>) -> Option<Action> {
        self.mishaps = sight.mishaps;
        self.hear(now, sight);
        self.look(now, sight);
        if self.finished.is_some() {
            return None;
        }
        self.jump(now)
            .or_else(|| self.fact(now))
            .or_else(|| self.acknowledge(now))
            .or_else(|| self.confirm(now))
            .or_else(|| self.ask(now, sight))
    }

    fn look(&mut self, now: Instant, sight: &Sight<'_>) {
        let phase = sight.channel.phase;
        if phase != self.phase {
            (self.phase, self.since) = (phase, now);
            (self.asked, self.second, self.faulty) = (None, None, None);
            self.away &= phase == Phase::Paused;
            self.resumes = if phase.is_treatment() { 0 } else { self.resumes };
        }
        self.seated = match sight.cap {
            CapPlacement::Worn => self.seated.or(Some(now)),
            _ => None,
        };
        self.alarmed = match sight.highest {
            Priority::Medium | Priority::High => self.alarmed.or(Some(now)),
            _ => None,
        };
        self.completed |= sight.ended == Some(Reason::COMPLETED);
        self.ready = if phase == Phase::Ready { self.ready.or(Some(now)) } else { self.ready };
        if phase == Phase::Standby && self.started.is_some() {
            let ending = if self.completed { Ending::Completed } else { Ending::EndedEarly };
            self.finished = Some(ending);
        }
        let held = matches!(phase, Phase::SafeHold) && !self.is_infusing();
        if held && self.spent(now) >= self.manners.give_up {
            self.finished = Some(Ending::SafeHold);
        }
    }

    fn hear(&mut self, now: Instant, sight: &Sight<'_>) {
        let (Some(answer), Some((wish, _))) = (sight.answer, self.asked) else { return };
        match answer {
            Ok(Accepted::Armed) => self.second = Some((wish, now.plus(self.manners.confirm))),
            Ok(_) => self.carried_out(wish, now),
            Err(Refusal::FaultActive | Refusal::NotTested) => {
                self.faulty = self.faulty.or(Some(now))
            }
            Err(_) => {}
        }
    }

    fn carried_out(&mut self, wish: Wish, now: Instant) {
        if let Some(fitting) = &mut self.fitting {
            fitting.carried_out(wish, self.phase);
        }
        match wish {
            Wish::Start => self.started = Some(now),
            Wish::Pause => self.away = true,
            Wish::Reset => (self.faulty, self.asked) = (None, None),
            _ => {}
        }
    }

    const fn spent(&self, now: Instant) -> Duration {
        now.since(self.since)
    }

    const fn is_infusing(&self) -> bool {
        self.begun != self.ended
    }

    fn jump(&mut self, now: Instant) -> Option<Action> {
        let first = self.mishaps.clock_jump && !self.jumped;
        self.jumped |= first;
        first.then(|| Action::SetClock(wrong_clock(now)))
    }

    /// Drugs begin and end by their own clock.
    fn fact(&mut self, now: Instant) -> Option<Action> {
        let began = self.first_drug.or_else(|| self.infusion_may_begin(now).then_some(now))?;
        self.first_drug = Some(began);
        let drugs = self.course.drugs.iter().take(64);
        for (drug, bit) in drugs.zip((0..64).map(|place| 1_u64 << place)) {
            let from = began.plus(drug.after);
            let (number, hair_toxic) = (drug.number, drug.hair_toxic);
            if self.begun & bit == 0 && now >= from {
                self.begun |= bit;
                return Some(Action::Fact(Fact::DrugStarted { drug: number, hair_toxic }));
            }
            let over = now >= from.plus(drug.lasts) && !self.mishaps.drug_unended;
            if self.ended & bit == 0 && over {
                self.ended |= bit;
                return Some(Action::Fact(Fact::DrugEnded { drug: number, hair_toxic }));
            }
        }
        None
    }

    fn infusion_may_begin(&self, now: Instant) -> bool {
        let ready = self.ready.is_some_and(|ready| now >= ready.plus(self.manners.infuse));
        let latest = self.manners.infuse_at_latest;
        ready || self.started.is_some_and(|started| now >= started.plus(latest))
    }

    fn acknowledge(&mut self, now: Instant) -> Option<Action> {
        let due = self.alarmed?.plus(self.manners.attend);
        if now < due {
            return None;
        }
        // Nobody presses more often than once in this time, whatever goes on.
        self.alarmed = Some(now);
        Some(Action::AcknowledgeAlarms)
    }

    fn confirm(&mut self, now: Instant) -> Option<Action> {
        let (wish, _) = self.second.take_if(|(_, due)| now >= *due)?;
        Some(Action::Request(self.request(wish, true)))
    }

    fn ask(&mut self, now: Instant, sight: &Sight<'_>) -> Option<Action> {
        if self.second.is_some() {
            return None;
        }
        let wish = self.wish(now, sight)?;
        let waits = |(asked, at): (Wish, Instant)| asked == wish && now < at.plus(self.retry(wish));
        if self.asked.is_some_and(waits) {
            return None;
        }
        self.asked = Some((wish, now));
        match wish {
            Wish::Pause => self.breaks = self.breaks.saturating_add(1),
            Wish::Resume(_) => self.resumes = self.resumes.saturating_add(1),
            _ => {}
        }
        Some(Action::Request(self.request(wish, false)))
    }

    /// A resume that was refused is thought about longer.
    const fn retry(&self, wish: Wish) -> Duration {
        match wish {
            Wish::Resume(FAULT) => self.manners.resume,
            _ => self.manners.again,
        }
    }

    fn wish(&self, now: Instant, sight: &Sight<'_>) -> Option<Wish> {
        let fitting = self.fitting.filter(|fitting| !fitting.is_over());
        match self.phase {
            Phase::Standby if fitting.is_some() => Some(Wish::Fit),
            Phase::FitCalibrate => self.mark(now, sight),
            phase if phase.is_fit_visit() => fitting?.wish(phase),
            Phase::Standby if self.started.is_none() => Some(Wish::Select),
            Phase::Setup => Some(self.setup()),
            Phase::FitCheck => self.mark(now, sight),
            Phase::Paused | Phase::Recovery => self.interrupted(now, sight),
            Phase::CapOff => Some(Wish::Removed),
            Phase::SafeHold if !self.is_infusing() => Some(Wish::Removed),
            Phase::Report if !self.is_infusing() => Some(Wish::Close),
            phase if phase.is_cooling() => self.walk(now),
            _ => None,
        }
    }

    /// The plan once, and then the start until the machine is ready for it.
    fn setup(&self) -> Wish {
        match self.asked {
            Some((Wish::Choose | Wish::Start, _)) => Wish::Start,
            _ => Wish::Choose,
        }
    }

    fn mark(&self, now: Instant, sight: &Sight<'_>) -> Option<Wish> {
        let marked = sight.channel.flags.has(ChannelFlags::WORN);
        let sits = self.seated.is_some_and(|seated| now >= seated.plus(self.manners.mark));
        (!marked && sits).then_some(Wish::Worn)
    }

    fn walk(&self, now: Instant) -> Option<Wish> {
        let began = self.first_drug?;
        let walk = self.course.breaks.get(self.breaks)?;
        let due = self.phase != Phase::Recool && now >= began.plus(walk.after);
        due.then_some(Wish::Pause)
    }

    fn interrupted(&self, now: Instant, sight: &Sight<'_>) -> Option<Wish> {
        if self.resumes >= self.manners.most_resumes {
            return Some(Wish::End);
        }
        if self.faulty.is_some_and(|since| now >= since.plus(self.manners.reset)) {
            return Some(Wish::Reset);
        }
        if sight.cap != CapPlacement::Worn {
            return None;
        }
        if !sight.channel.flags.has(ChannelFlags::WORN) {
            return Some(Wish::Worn);
        }
        match self.away() {
            Some(away) => (self.spent(now) >= away).then_some(Wish::Resume(PLANNED)),
            None if self.phase == Phase::Recovery => Some(Wish::Resume(FAULT)),
            None => (self.spent(now) >= self.manners.resume).then_some(Wish::Resume(FAULT)),
        }
    }

    /// That of the course, or of a row that says not to cool.
    fn plan(&self) -> PlanRequest {
        let plan = self.course.plan;
        match row_not_to_cool().filter(|_| self.mishaps.wrong_plan) {
            Some(row) => PlanRequest { regimen: row.regimen, source: row.source, ..plan },
            None => plan,
        }
    }

    fn measure(&self) -> Request {
        self.fitting.map_or(Request::Cancel, |fitting| Request::Measure(fitting.measures()))
    }

    fn request(&self, wish: Wish, confirm: bool) -> Request {
        match wish {
            Wish::Fit => Request::StartFit,
            Wish::Measure => self.measure(),
            Wish::Accept => Request::ConfirmFit { confirm },
            Wish::Cancel => Request::Cancel,
            Wish::Select => Request::select(self.course.patient),
            Wish::Choose => Request::ChoosePlan(self.plan()),
            Wish::Start => Request::Start,
            Wish::Worn => Request::Worn(true),
            Wish::Pause => Request::Pause(PLANNED),
            Wish::Resume(reason) => Request::Resume { reason, confirm },
            Wish::Reset => Request::ClinicianReset { confirm },
            Wish::End => Request::EndSession { reason: FAULT, confirm },
            Wish::Removed => Request::ConfirmRemoved,
            Wish::Close => Request::Close,
        }
    }
}
