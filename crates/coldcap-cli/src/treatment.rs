//! One visit from hello to report: a machine, a host client, a nurse, and everything in between.

mod clock;
mod contact;
mod files;
mod observer;
pub(crate) use observer::reason_name;
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
use coldcap_host::client::{Client, Message};
use coldcap_host::plan::PlanFile;
use coldcap_host::procedure::{LONGEST, Nurse, Outcome};
use coldcap_sim::{FaultKind, FaultSchedule, FaultWindow, LinkParameters, Machine, NoisyLink};
use coldcap_units::{Duration, Instant};
use files::Files;
use observer::Observer;
use progress::Progress;
use std::collections::VecDeque;
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
    pub(crate) speed: Option<f64>,
    pub(crate) json: bool,
    pub(crate) key: HostKey,
    pub(crate) keylog: Option<PathBuf>,
}

/// A machine that has not begun a session by then, and was asked, does not know the key.
const FIRST_SESSION: Duration = Duration::from_mins(2);

/// How long the mains stay away when a power cut names no end.
const POWER_CUT: Duration = Duration::from_mins(20);

/// All power cuts in the order of their time.
fn power_cuts(faults: &FaultSchedule) -> VecDeque<FaultWindow> {
    let windows = faults.windows().iter().copied();
    let mut cuts: Vec<_> = windows.filter(|window| window.kind == FaultKind::PowerCut).collect();
    cuts.sort_by_key(|window| window.from);
    cuts.into()
}

/// Runs a visit on `machine`, writes what there is to write, and prints the result.
pub(crate) fn run(machine: &mut dyn Machine, setup: &Setup) -> Result<(), Failure> {
    let mut visit = Visit::new(setup)?;
    let outcome = loop {
        if let Some(outcome) = visit.tick(machine)? {
            break outcome;
        }
    };
    machine.end()?;
    visit.finish(outcome)
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
    power_cuts: VecDeque<FaultWindow>,
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
            nurse: Nurse::new(setup.plan.clone()),
            crashed: false,
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
            power_cuts: power_cuts(&setup.faults),
        })
    }

    /// One tick of everything; the outcome once the nurse is done.
    fn tick(&mut self, machine: &mut dyn Machine) -> Result<Option<Outcome>, Failure> {
        self.now = self.now.plus(TICK);
        self.pace.wait(self.now);
        self.cut_power(machine)?;
        self.host_speaks()?;
        let chunk = self.take_line();
        let tick = machine.tick(self.now, &chunk)?;
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
        self.to_host.carry(tick.link, self.now, &self.setup.faults, &mut arrived);
        self.ticks += 1;
        self.host_listens(&arrived);
        self.note_session()?;
        self.check_key()?;
        Ok(self.outcome())
    }

    /// A nurse without a program sees nothing and ends nothing: then it is the clock that does.
    fn outcome(&self) -> Option<Outcome> {
        if self.crashed {
            return (self.now.since(Instant::ZERO) >= LONGEST).then_some(Outcome::TimedOut);
        }
        self.nurse.finished()
    }

    /// A power cut takes its whole length out of the run at once.
    fn cut_power(&mut self, machine: &mut dyn Machine) -> Result<(), Failure> {
        let Some(window) = self.power_cuts.pop_front_if(|window| self.now >= window.from) else {
            return Ok(());
        };
        let gap = window.until.map_or(POWER_CUT, |until| until.since(window.from));
        machine.cut_power(self.now, gap)?;
        self.files.restart(gap)?;
        self.line.clear();
        self.now = self.now.plus(gap);
        Ok(())
    }

    fn host_speaks(&mut self) -> Result<(), Failure> {
        let down = self.setup.faults.active(FaultKind::HostCrash, self.now);
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
        self.nurse.tick(self.now, &mut self.client);
        let mut bytes = Vec::new();
        self.client.transmit(self.now, &mut bytes);
        let mut carried = Vec::new();
        self.to_device.carry(&bytes, self.now, &self.setup.faults, &mut carried);
        self.line.extend(carried);
        Ok(())
    }

    fn take_line(&mut self) -> Vec<u8> {
        let count = self.line.len().min(LINK_IN_MAXIMUM);
        self.line.drain(..count).collect()
    }

    fn host_listens(&mut self, bytes: &[u8]) {
        if self.crashed {
            return;
        }
        self.client.receive(self.now, bytes);
        while let Some(message) = self.client.poll_message() {
            self.observer.take(self.now, &message);
            self.refused |= matches!(message, Message::NotSecured(_));
            if let Message::MachineStatus(status) = &message {
                self.newest_progress = status.progress;
            }
            self.nurse.on_message(self.now, &message, &mut self.client);
        }
        self.draw();
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
        if self.setup.faults.active(FaultKind::DisplayFreeze, self.now) {
            return;
        }
        self.progress.show(self.now, &self.nurse, &self.observer);
        self.client.drawn(self.now, self.newest_progress);
    }

    fn finish(mut self, outcome: Outcome) -> Result<(), Failure> {
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
        let treatment = self.observer.treatment(&self.setup.plan, &seen);
        let summary = summary::summary(&treatment, &seen, contact.as_ref());
        let folder = self.files.finish(hash, &treatment, &summary)?;
        if self.setup.json {
            writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&summary)?)?;
        } else {
            summary::print(&treatment, &seen, contact.as_ref(), &folder)?;
        }
        match outcome {
            Outcome::TimedOut => Err(Failure::Wrong("the visit did not come to its end".into())),
            _ => match self.nurse.refusal() {
                Some(refused) => Err(Failure::Wrong(refused.to_string())),
                None => Ok(()),
            },
        }
    }
}
