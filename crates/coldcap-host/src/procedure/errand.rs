//! What the nurse wants done, and how far each of it is.

use crate::client::{Client, CommandBody};
use coldcap_units::Instant;

/// Something the nurse wants the device to do or to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Errand {
    StartFit,
    SelectPatient,
    Measure,
    Worn,
    ConfirmFit,
    ChoosePlan,
    Start,
    Pause(usize),
    Resume,
    EndSession,
    Reset,
    ConfirmRemoved,
    Close,
    Cancel,
    Acknowledge,
    DrugStarted(usize),
    DrugEnded(usize),
}

impl Errand {
    /// What the command is called that asks for a part of the plan.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::StartFit => "start_fit",
            Self::SelectPatient => "select_patient",
            Self::Measure => "measure",
            Self::ChoosePlan => "choose_plan",
            _ => "operate",
        }
    }

    /// Whether it follows from what the nurse sees of the session, and must not be done on another.
    const fn follows_from_sight(self) -> bool {
        matches!(self, Self::ChoosePlan | Self::Start | Self::Resume)
    }

    /// Whether it means nothing any more once the phase has changed.
    const fn belongs_to_phase(self) -> bool {
        !matches!(self, Self::Acknowledge | Self::DrugStarted(_) | Self::DrugEnded(_))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It may be asked for again from then on.
    Due(Instant),
    /// It was asked for under this request id.
    Asked(u16),
    Done,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    errand: Errand,
    standing: Standing,
    first_asked: Instant,
}

/// The errands under way. There are never more than a handful.
#[derive(Clone, Debug, Default)]
pub(super) struct Errands {
    entries: Vec<Entry>,
    /// The revision of the newest status.
    seen: u16,
}

impl Errands {
    /// Asks for it, unless it is under way, done, or was refused too short a time ago; `true` when
    /// this call asked for it.
    pub(super) fn ask(
        &mut self,
        now: Instant,
        client: &mut Client,
        errand: Errand,
        body: CommandBody,
    ) -> bool {
        let free = self.may_ask(now, errand);
        if free {
            let rid = self.command(now, client, errand, body);
            self.set(now, errand, Standing::Asked(rid));
        }
        free
    }

    /// Whether [`ask`](Self::ask) would ask for it now.
    pub(super) fn may_ask(&self, now: Instant, errand: Errand) -> bool {
        match self.find(errand).map(|entry| entry.standing) {
            None => true,
            Some(Standing::Due(at)) => at <= now,
            Some(Standing::Asked(_) | Standing::Done) => false,
        }
    }

    /// Asks for the second of its two steps.
    pub(super) fn confirm(
        &mut self,
        now: Instant,
        client: &mut Client,
        errand: Errand,
        body: CommandBody,
    ) {
        let rid = self.command(now, client, errand, body.confirmed());
        self.set(now, errand, Standing::Asked(rid));
    }

    /// The nurse looks at a status of this revision.
    pub(super) const fn see(&mut self, revision: u16) {
        self.seen = revision;
    }

    fn command(&self, now: Instant, client: &mut Client, errand: Errand, body: CommandBody) -> u16 {
        let seen = if errand.follows_from_sight() { self.seen } else { 0 };
        client.command_seeing(now, body, seen)
    }

    /// What was asked for under this request id.
    pub(super) fn asked_under(&self, rid: u16) -> Option<Errand> {
        let entry = self.entries.iter().find(|entry| entry.standing == Standing::Asked(rid));
        entry.map(|entry| entry.errand)
    }

    pub(super) fn done(&mut self, now: Instant, errand: Errand) {
        self.set(now, errand, Standing::Done);
    }

    /// It is asked for again at `at`, not before.
    pub(super) fn retry_at(&mut self, at: Instant, errand: Errand) {
        self.set(at, errand, Standing::Due(at));
    }

    pub(super) fn is_done(&self, errand: Errand) -> bool {
        self.find(errand).is_some_and(|entry| entry.standing == Standing::Done)
    }

    /// Whether it was asked for and has not been refused.
    pub(super) fn is_under_way(&self, errand: Errand) -> bool {
        self.find(errand).is_some_and(|entry| !matches!(entry.standing, Standing::Due(_)))
    }

    /// When it was asked for the first time.
    pub(super) fn first_asked(&self, errand: Errand) -> Option<Instant> {
        self.find(errand).map(|entry| entry.first_asked)
    }

    pub(super) fn forget(&mut self, errand: Errand) {
        self.entries.retain(|entry| entry.errand != errand);
    }

    pub(super) fn forget_phase(&mut self) {
        self.entries.retain(|entry| !entry.errand.belongs_to_phase());
    }

    fn find(&self, errand: Errand) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.errand == errand)
    }

    fn set(&mut self, now: Instant, errand: Errand, standing: Standing) {
        match self.entries.iter_mut().find(|entry| entry.errand == errand) {
            Some(entry) => entry.standing = standing,
            None => self.entries.push(Entry { errand, standing, first_asked: now }),
        }
    }
}
