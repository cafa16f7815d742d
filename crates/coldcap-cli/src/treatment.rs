//! One visit from hello to report: a machine, a host client, a nurse, and everything in between.

mod clock;
mod contact;
pub(crate) mod files;
mod observer;
pub(crate) use observer::{Observer, Told, sampled};
mod progress;
pub(crate) mod seals;
mod summary;
mod wire_tap;

use crate::failure::Failure;
use crate::host_key::HostKey;
use crate::keylog::KeyLog;
use clock::Pace;
use coldcap::TICK;
use coldcap::hash::Fnv1a64;
use coldcap::lane::LINK_IN_MAXIMUM;
use coldcap_host::client::{Client, CommandBody, Message, UNSENT};
use coldcap_host::plan::PlanFile;
use coldcap_host::procedure::{LONGEST, Nurse, Outcome};
use coldcap_session::{Phase, WallTime};
use coldcap_sim::mishap::{row_not_to_cool, wrong_clock};
use coldcap_sim::{
    FaultKind, FaultSchedule, FaultWindow, LinkParameters, Machine, MachineTick, NoisyLink,
};
use coldcap_units::{Duration, Instant};
use coldcap_wire::message::SetClock;
use files::Files;
use progress::Progress;
use serde_json::Value;
use std::collections::VecDeque;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use summary::SecuritySeen;
use wire_tap::WireTap;

/// What a visit is run with.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) plan: PlanFile,
    pub(crate) seed: Option<u64>,
    pub(crate) faults: FaultSchedule,
    pub(crate) out: PathBuf,
    /// The folder in it, where it is not that of the plan.
    pub(crate) name: Option<String>,
    pub(crate) speed: Option<f64>,
    pub(crate) print: Print,
    pub(crate) key: HostKey,
    pub(crate) keylog: Option<PathBuf>,
    /// The digest of a fit that was stored at an earlier visit: then there is no fit visit.
    pub(crate) fit: Option<u64>,
    /// How often the nurse tries to resume after a fault, where that is said.
    pub(crate) resumes: Option<u8>,
}

impl Setup {
    /// The folder of what is written, in the parent folder.
    fn folder(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.plan.name)
    }
}

/// What goes to standard output at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Print {
    /// The result in words.
    Words,
    /// The summary, one JSON document.
    Json,
    /// The trace.
    Csv,
}

impl Print {
    /// JSON, or words.
    pub(crate) const fn json(json: bool) -> Self {
        if json { Self::Json } else { Self::Words }
    }
}

/// Somebody besides the nurse, who looks on and may say something, too.
pub(crate) trait Companion {
    /// Before the nurse speaks.
    fn speak(&mut self, _now: Instant, _client: &mut Client) {}
    /// What the host hears.
    fn hear(&mut self, _now: Instant, _message: &Message) {}
    /// What the machine did in a tick.
    fn see(&mut self, _now: Instant, _tick: &MachineTick<'_>) -> Result<(), Failure> {
        Ok(())
    }
    /// The visit is over: what is to be said of it goes into its summary.
    fn end(&mut self, _summary: &mut Value) {}
}

/// How a visit ended.
#[derive(Debug)]
pub(crate) struct Ended {
    outcome: Outcome,
    under_way: Option<Phase>,
    refusal: Option<String>,
    pub(crate) folder: PathBuf,
}

impl Ended {
    /// Whether it ended as it was designed to.
    pub(crate) fn verdict(self) -> Result<(), Failure> {
        match (self.outcome, self.refusal) {
            (Outcome::TimedOut, _) => {
                let phase = self.under_way.map_or_else(
                    || ": no session is under way".into(),
                    |it| format!(": {it} goes on"),
                );
                let hours = LONGEST.as_millis() / 3_600_000;
                Err(Failure::Wrong(format!(
                    "the visit did not come to its end within {hours} h{phase}"
                )))
            }
            (_, Some(refused)) => Err(Failure::Wrong(refused)),
            (_, None) => Ok(()),
        }
    }
}

/// A machine that has not begun a session by then, and was asked, does not know the key.
const FIRST_SESSION: Duration = Duration::from_mins(2);

/// So long another program has at most for the record of a visit whose end nobody saw.
const RECORD_WITHIN: Duration = Duration::from_mins(30);
/// It takes some time to meet, and to be told how long the record is.
const RECORD_LOOKED_AT: Duration = Duration::from_secs(30);

/// Runs a visit on `machine`, writes what there is to write, and prints the result.
pub(crate) fn run(
    machine: &mut dyn Machine,
    setup: &Setup,
    companion: &mut dyn Companion,
) -> Result<Ended, Failure> {
    let mut visit = Visit::new(setup)?;
    let outcome = loop {
        if let Some(outcome) = visit.tick(machine, companion)? {
            break outcome;
        }
    };
    machine.end()?;
    visit.finish(outcome, companion)
}

/// Who runs the visit.
fn nurse(setup: &Setup) -> Nurse {
    let nurse = Nurse::new(plan(setup));
    let nurse = match setup.fit {
        Some(calibration) => nurse.with_fit(calibration),
        None => nurse,
    };
    match setup.resumes {
        Some(most) => nurse.persist(most),
        None => nurse,
    }
}

fn plans_wrongly(setup: &Setup) -> bool {
    setup.faults.windows().iter().any(|window| window.kind == FaultKind::WrongPlan)
}

/// What the nurse plans: with the fault of a wrong plan one by which nothing may be cooled.
fn plan(setup: &Setup) -> PlanFile {
    let mut plan = setup.plan.clone();
    if let Some(row) = row_not_to_cool().filter(|_| plans_wrongly(setup)) {
        (plan.regimen, plan.source) = (row.regimen, row.source);
    }
    plan
}

/// Everything on the host's side of the wire, and the wire.
struct Visit<'a> {
    setup: &'a Setup,
    client: Client,
    keylog: KeyLog,
    security: SecuritySeen,
    boots: u32,
    nurse: Nurse,
    crashed: bool,
    /// The wall clock was set wrongly.
    jumped: bool,
    /// The machine was heard to refuse a session, or not to be the one.
    refused: bool,
    to_device: NoisyLink,
    to_host: NoisyLink,
    line: VecDeque<u8>,
    now: Instant,
    ticks: u64,
    hash: Fnv1a64,
    tap: WireTap,
    observer: Observer,
    files: Files,
    progress: Progress,
    newest_progress: u16,
    pace: Pace,
    outages: VecDeque<FaultWindow>,
    /// What goes wrong on the host's side and on the line.
    faults: FaultSchedule,
    /// Since when another program reads the record, where the nurse's own did not see the end.
    afterwards: Option<Instant>,
}

impl<'a> Visit<'a> {
    fn new(setup: &'a Setup) -> Result<Self, Failure> {
        let seed = setup.seed.unwrap_or(0);
        let noisy = |seed| {
            NoisyLink::new(LinkParameters::standard(), seed)
                .map_err(|error| Failure::Input(error.to_string()))
        };
        Ok(Self {
            setup,
            client: Client::new(setup.key.config(1)?),
            keylog: KeyLog::create(setup.keylog.as_deref())?,
            security: SecuritySeen::default(),
            boots: 1,
            nurse: nurse(setup),
            crashed: false,
            jumped: false,
            refused: false,
            to_device: noisy(seed ^ 0x5EED_0001)?,
            to_host: noisy(seed ^ 0x5EED_0002)?,
            line: VecDeque::new(),
            now: Instant::ZERO,
            ticks: 0,
            hash: Fnv1a64::new(),
            tap: WireTap::new(),
            observer: Observer::new(),
            files: Files::create(setup)?,
            progress: Progress::new(&setup.plan),
            newest_progress: 0,
            pace: Pace::new(setup.speed),
            outages: setup.faults.outages().into(),
            faults: setup.faults.clone(),
            afterwards: None,
        })
    }

    /// One tick of everything; the outcome once the nurse is done.
    fn tick(
        &mut self,
        machine: &mut dyn Machine,
        companion: &mut dyn Companion,
    ) -> Result<Option<Outcome>, Failure> {
        self.now = self.now.plus(TICK);
        self.pace.wait(self.now);
        self.cut_power(machine)?;
        self.host_speaks(companion)?;
        let chunk = self.take_line();
        let tick = machine.tick(self.now, &chunk)?;
        companion.see(self.now, &tick)?;
        self.hash = self.hash.with(tick.outputs);
        self.files.tick(tick.tick_input, tick.outputs)?;
        self.tap.hear_host(&chunk, self.ticks, &mut self.files)?;
        self.tap.hear_device(tick.link, self.ticks, &mut self.files)?;
        if let Some(truth) = tick.truth {
            self.observer.see_truth(&truth);
            if self.ticks.is_multiple_of(10) {
                self.files.truth(self.ticks, &truth)?;
            }
        }
        let mut arrived = Vec::new();
        self.to_host.carry(tick.link, self.now, &self.faults, &mut arrived);
        self.ticks += 1;
        self.host_listens(&arrived, companion);
        self.note_session()?;
        self.check_key()?;
        Ok(self.outcome())
    }

    /// How it ended, as far as the nurse knows, once everything is known.
    fn outcome(&mut self) -> Option<Outcome> {
        // A nurse without a program sees nothing and ends nothing: then it is the clock that does.
        let timed_out = self.now.since(Instant::ZERO) >= LONGEST;
        let nurse = self.nurse.finished();
        let ended = if self.crashed { timed_out.then_some(Outcome::TimedOut) } else { nurse };
        match (ended, self.afterwards) {
            (Some(Outcome::TimedOut), None) if self.is_unseen() => {
                self.afterwards = Some(self.now);
                self.faults = FaultSchedule::none();
                self.client.ask_record_length(self.now);
                None
            }
            (_, Some(since)) => self.has_record(since).then_some(Outcome::TimedOut),
            (ended, None) => ended,
        }
    }

    /// Whether the nurse has not seen what came of it.
    fn is_unseen(&self) -> bool {
        self.crashed || !self.client.is_connected()
    }

    /// Whether the record is here, or will not come.
    fn has_record(&self, since: Instant) -> bool {
        let waited = self.now.since(since);
        waited >= RECORD_WITHIN || (waited >= RECORD_LOOKED_AT && self.client.record().is_whole())
    }

    /// A power cut takes its whole length out of the run at once.
    fn cut_power(&mut self, machine: &mut dyn Machine) -> Result<(), Failure> {
        let Some(window) = self.outages.pop_front_if(|window| self.now >= window.from) else {
            return Ok(());
        };
        let gap = window.outage().unwrap_or_default();
        machine.cut_power(self.now, gap)?;
        self.files.restart(gap)?;
        self.line.clear();
        self.now = self.now.plus(gap);
        Ok(())
    }

    fn host_speaks(&mut self, companion: &mut dyn Companion) -> Result<(), Failure> {
        let down = self.faults.active(FaultKind::HostCrash, self.now);
        if self.crashed && !down {
            // The program is new; the nurse in front of it is the same.
            self.boots += 1;
            self.security.add(&self.client.security());
            self.client = self.client.restarted(self.setup.key.config(self.boots)?);
        }
        self.crashed = down;
        if down {
            return Ok(());
        }
        if self.afterwards.is_none() {
            self.mishap();
            companion.speak(self.now, &mut self.client);
            self.nurse.tick(self.now, &mut self.client);
        }
        let mut bytes = Vec::new();
        self.client.transmit(self.now, &mut bytes);
        let mut carried = Vec::new();
        self.to_device.carry(&bytes, self.now, &self.faults, &mut carried);
        self.line.extend(carried);
        Ok(())
    }

    /// What people do wrongly.
    fn mishap(&mut self) {
        let is = |kind| self.faults.active(kind, self.now);
        self.nurse.forget_drug_ends(is(FaultKind::DrugUnended));
        if is(FaultKind::ClockJump) && !core::mem::replace(&mut self.jumped, true) {
            let WallTime { unix_ms, quality } = wrong_clock(self.now);
            let quality = quality as u8;
            let clock = SetClock { head: UNSENT, unix_ms, quality };
            self.client.command(self.now, CommandBody::SetClock(clock));
        }
    }

    fn take_line(&mut self) -> Vec<u8> {
        let count = self.line.len().min(LINK_IN_MAXIMUM);
        self.line.drain(..count).collect()
    }

    fn host_listens(&mut self, bytes: &[u8], companion: &mut dyn Companion) {
        if self.crashed {
            return;
        }
        self.client.receive(self.now, bytes);
        while let Some(message) = self.client.poll_message() {
            self.observer.take(self.now, &message);
            companion.hear(self.now, &message);
            self.refused |= matches!(message, Message::NotSecured(_));
            if let Message::MachineStatus(status) = &message {
                self.newest_progress = status.progress;
            }
            self.nurse.on_message(self.now, &message, &mut self.client);
        }
        // Whoever only reads the record shows nobody anything.
        if self.afterwards.is_none() {
            self.draw();
        }
    }

    /// A wrong key is a wrong input: nobody has to wait for the end of the day to learn of it.
    fn check_key(&self) -> Result<(), Failure> {
        let wrong = self.refused && self.now.since(Instant::ZERO) >= FIRST_SESSION;
        if !wrong || self.tap.has_sessions() {
            return Ok(());
        }
        Err(Failure::Wrong(
            "the machine does not know the key: allowed is one that was paired".into(),
        ))
    }

    /// The recording holds opened packets, and the log the keys of whoever asked for one.
    fn note_session(&mut self) -> Result<(), Failure> {
        if let Some(keys) = self.client.session_keys()
            && self.keylog.note(keys)?
        {
            self.tap.learn(keys);
        }
        Ok(())
    }

    /// What the nurse looks at. It is the screen that says what it has drawn.
    fn draw(&mut self) {
        if self.faults.active(FaultKind::DisplayFreeze, self.now) {
            return;
        }
        self.progress.show(self.now, &self.nurse, &self.observer);
        self.client.drawn(self.now, self.newest_progress);
    }

    fn finish(mut self, outcome: Outcome, companion: &mut dyn Companion) -> Result<Ended, Failure> {
        self.progress.finish();
        let hash = self.hash.value();
        self.security.add(&self.client.security());
        let seen = observer::End {
            outcome,
            output_hash: hash,
            ticks: self.ticks,
            seed: self.setup.seed,
            record: self.client.record(),
            security: self.security,
        };
        let contact = self.observer.contact(&seen);
        let truth = self.observer.truth();
        let mut treatment = self.observer.treatment(&self.setup.plan, &seen);
        // What the machine makes of whoever reads the record is no part of the visit.
        let until_s = self.afterwards.map_or(f64::INFINITY, |since| since.as_millis() as f64 / 1e3);
        treatment.alarms.retain(|alarm| alarm.onset_s < until_s);
        let (outcome, under_way) = (treatment.outcome.unwrap_or(outcome), treatment.under_way);
        let mut summary = summary::summary(&treatment, &seen, contact.as_ref());
        summary["truth"] = truth;
        companion.end(&mut summary);
        let folder = self.files.finish(hash, &treatment, &summary)?;
        match self.setup.print {
            Print::Json => {
                writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&summary)?)?;
            }
            Print::Csv => io::stdout().write_all(&fs::read(folder.join("trace.csv"))?)?,
            Print::Words => summary::print(&treatment, &seen, contact.as_ref(), &folder)?,
        }
        // A plan that must be refused, and was, has ended as it should.
        let refusal = self.nurse.refusal().filter(|_| !plans_wrongly(self.setup));
        let refusal = refusal.map(|refused| refused.to_string());
        Ok(Ended { outcome, under_way, refusal, folder })
    }
}
