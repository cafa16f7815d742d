//! A machine of several channels with several lines to hosts, and the hands at every channel, on one virtual time.
//!
//! A [`Rig`](crate::Rig) is one channel with one line, behind the step lane; this is for machines that whoever comes speaks with. Each
//! line has a link of its own with keys of its own, so that two hosts are there at a time, and no host on one line sees what is said on
//! another.
//!
//! ```
//! use coldcap_sim::station::Station;
//! use coldcap_sim::{Equipment, FaultSchedule, MachineParameters, PatientParameters};
//! use coldcap_units::Instant;
//!
//! let patients = [PatientParameters::standard(); 2];
//! let machine = MachineParameters::standard();
//! let mut station: Station<2> = Station::new(machine, patients, 1, FaultSchedule::none())?;
//! let line = station.open_line(&Equipment::keyed(1))?;
//! station.tick(Instant::from_millis(100), &[b"anything"]);
//! assert!(!station.sent(line).is_empty()); // it says hello
//! # Ok::<(), coldcap_sim::RigError>(())
//! ```
//!
//! # What several lines share
//!
//! Control takes the commands of one line in a tick, and the lines take turns. Events, alarms, status and record go to every line,
//! answers to the line that asked. A revision counts what its own line has changed, and every change of phase. A host that was heard
//! on a line and is silent now counts as silent, whoever speaks on another line; the display that lags most counts, too.

use crate::attendant::{Attendant, AttendantParameters};
use crate::equipment::Equipment;
use crate::fault::{FaultKind, FaultSchedule, FaultWindow};
use crate::link::{LinkParameters, NoisyLink};
use crate::machine::{MachineParameters, Truth, VirtualMachine};
use crate::patient::PatientParameters;
use crate::rig::RigError;
use coldcap::lane::{LINK_OUT_MAXIMUM, LaneError, access};
use coldcap::{Bounded, Commands, Config, Control, Drives, Link, Outputs, Phase, TICK, TickInput};
use coldcap_units::{Duration, Instant};
use coldcap_wire::service::Settings;

/// So many entries of the record each line keeps, for all channels together: several visits.
pub const KEPT: usize = 2_048;

/// The machine. See the [module](self).
#[derive(Debug)]
pub struct Station<const CHANNELS: usize, const SETTINGS: usize = 0> {
    config: Config,
    seed: u64,
    control: Control<CHANNELS>,
    plant: VirtualMachine<CHANNELS>,
    attendants: [Attendant; CHANNELS],
    faults: FaultSchedule,
    /// What is still to take the power, the next one last.
    outages: Vec<FaultWindow>,
    drives: Drives<CHANNELS>,
    phases: [Phase; CHANNELS],
    progress: u16,
    /// The shell's: of every line the same.
    settings: Settings<SETTINGS>,
    lines: Vec<Line<CHANNELS, SETTINGS>>,
    turn: usize,
    /// Since when nobody is there any more who was.
    left: Option<Instant>,
}

/// A line and its link.
#[derive(Debug)]
struct Line<const CHANNELS: usize, const SETTINGS: usize> {
    link: Box<Link<CHANNELS, KEPT, SETTINGS>>,
    config: Config,
    /// Whether somebody on it counts as the machine's host.
    counts: bool,
    commands: Commands,
    up: NoisyLink,
    down: NoisyLink,
    sent: Vec<u8>,
}

impl<const CHANNELS: usize, const SETTINGS: usize> Line<CHANNELS, SETTINGS> {
    fn new(
        equipment: &Equipment,
        (number, seed): (u64, u64),
        counts: bool,
        (config, settings): (Config, Settings<SETTINGS>),
    ) -> Result<Self, RigError> {
        let config = Config { access: access(equipment.transport()), ..config };
        let mut link = Box::new(Link::with_settings(&config, settings));
        link.add_entropy(equipment.entropy_of_line(number));
        for key in equipment.keys() {
            link.keys_mut().add(key.clone()).map_err(|_| LaneError::Keys)?;
        }
        let noisy =
            |seed| NoisyLink::new(LinkParameters::standard(), seed).map_err(|_| RigError::Outputs);
        let (commands, sent) = (Commands::default(), Vec::new());
        let (up, down) = (noisy(seed ^ number << 1 ^ 0x5EED_0001)?, noisy(seed ^ number << 1 ^ 2)?);
        Ok(Self { link, config, counts, commands, up, down, sent })
    }

    /// Takes in what has come, and in its turn hands over what it asks for.
    fn hear(&mut self, now: Instant, bytes: &[u8], faults: &FaultSchedule, turn: bool) -> Commands {
        let mut arrived = Vec::new();
        self.up.carry(bytes, now, faults, &mut arrived);
        self.link.receive(now, &arrived);
        let commands =
            if turn { self.link.take_commands(now) } else { self.commands.without_news(TICK) };
        self.commands = commands.without_news(Duration::ZERO);
        commands
    }

    fn speak(&mut self, now: Instant, faults: &FaultSchedule) {
        let mut bytes = [0; LINK_OUT_MAXIMUM];
        let length = self.link.transmit(now, &mut bytes);
        self.sent.clear();
        let bytes = bytes.get(..length).unwrap_or_default();
        self.down.carry(bytes, now, faults, &mut self.sent);
    }
}

impl<const CHANNELS: usize> Station<CHANNELS> {
    /// A machine at power-up, with a patient at each channel, no line, and no settings. `seed` decides the sensors' errors and noise,
    /// and that of a line.
    ///
    /// # Errors
    /// [`RigError::Build`]: a parameter of machine or patient is out of range.
    pub fn new(
        machine: MachineParameters,
        patients: [PatientParameters; CHANNELS],
        seed: u64,
        faults: FaultSchedule,
    ) -> Result<Self, RigError> {
        Self::with_settings(machine, patients, (seed, Settings::new(&[])), faults)
    }
}

impl<const CHANNELS: usize, const SETTINGS: usize> Station<CHANNELS, SETTINGS> {
    /// The same with settings of the shell's own: what a host changes on one line, another reads on its own.
    ///
    /// # Errors
    /// As [`new`](Station::new).
    pub fn with_settings(
        machine: MachineParameters,
        patients: [PatientParameters; CHANNELS],
        (seed, settings): (u64, Settings<SETTINGS>),
        faults: FaultSchedule,
    ) -> Result<Self, RigError> {
        let config = Config::reference();
        Ok(Self {
            config,
            seed,
            control: Control::new(config),
            plant: VirtualMachine::new(machine, patients, seed).map_err(RigError::Build)?,
            attendants: [Attendant::new(AttendantParameters::standard()); CHANNELS],
            outages: faults.outages().into_iter().rev().collect(),
            faults,
            drives: Drives::default(),
            phases: [Phase::Boot; CHANNELS],
            progress: 0,
            settings,
            lines: Vec::new(),
            turn: 0,
            left: None,
        })
    }

    /// The same where it is the start of this number, ahead of opening a line. A machine that counts its starts by a journal has
    /// another number each time, by which hosts know that what they knew is void.
    #[must_use]
    pub fn with_boot(mut self, boot: u32) -> Self {
        self.config.identity.boot = boot;
        self
    }

    /// Opens a line for a host; its number is what [`tick`](Self::tick) and [`sent`](Self::sent) know it by.
    ///
    /// # Errors
    /// [`RigError::Lane`]: the keys are too many.
    pub fn open_line(&mut self, equipment: &Equipment) -> Result<usize, RigError> {
        self.add_line(equipment, true)
    }

    /// The same for somebody who stands beside the machine's host and is not missed when he is silent.
    ///
    /// # Errors
    /// As [`open_line`](Self::open_line).
    pub fn open_side_line(&mut self, equipment: &Equipment) -> Result<usize, RigError> {
        self.add_line(equipment, false)
    }

    fn add_line(&mut self, equipment: &Equipment, counts: bool) -> Result<usize, RigError> {
        let number = self.lines.len();
        let numbers = (number as u64, self.seed);
        let own = (self.config, self.settings);
        self.lines.push(Line::new(equipment, numbers, counts, own)?);
        Ok(number)
    }

    /// Closes the lines from this number on. Who was there is silent from `now` on, until somebody is heard on a line that is left.
    pub fn close_lines(&mut self, now: Instant, from: usize) {
        let heard = self.silence(now).is_some();
        self.lines.truncate(from);
        self.left = heard.then_some(now);
    }

    /// One tick at `now` with what has arrived on each line, in their order; a line beyond the end of `heard` is silent. At most
    /// [`LINK_IN_MAXIMUM`](coldcap::lane::LINK_IN_MAXIMUM) bytes a line are what a board would take.
    pub fn tick(&mut self, now: Instant, heard: &[&[u8]]) -> Outputs<CHANNELS> {
        self.plant.step(&self.drives, now, &self.faults);
        let inputs = self.plant.inputs(now);
        let commands = self.listen(now, heard);
        let mut outputs = self.control.tick(&TickInput { now, inputs, commands });
        self.drives = outputs.drives;
        self.progress = outputs.machine.progress;
        self.publish(&mut outputs);
        for line in &mut self.lines {
            *line.link.settings_mut() = self.settings;
            line.speak(now, &self.faults);
        }
        self.attend(now, &outputs);
        outputs
    }

    fn listen(&mut self, now: Instant, heard: &[&[u8]]) -> Commands {
        self.turn = (self.turn + 1) % self.lines.len().max(1);
        let mut taken = Commands::default();
        for (number, line) in self.lines.iter_mut().enumerate() {
            let bytes = heard.get(number).copied().unwrap_or_default();
            *line.link.settings_mut() = self.settings;
            let commands = line.hear(now, bytes, &self.faults, number == self.turn);
            self.settings = *line.link.settings();
            if number == self.turn {
                taken.list = commands.list;
            }
        }
        Commands { host_silent: self.silence(now), shown: self.shown(), ..taken }
    }

    /// For how long the host that is silent longest has been, of those that were ever heard.
    fn silence(&self, now: Instant) -> Option<Duration> {
        let counting = self.lines.iter().filter(|line| line.counts);
        let silent = counting.filter_map(|line| line.commands.host_silent).max();
        silent.or(self.left.map(|left| now.since(left)))
    }

    /// What the display that lags most has drawn.
    fn shown(&self) -> Option<u16> {
        let shown = self.lines.iter().filter_map(|line| line.commands.shown);
        shown.max_by_key(|shown| self.progress.wrapping_sub(*shown))
    }

    /// Everybody is told everything; an answer is for the line that has asked.
    fn publish(&mut self, outputs: &mut Outputs<CHANNELS>) {
        if let Some(asker) = self.lines.get_mut(self.turn) {
            asker.link.publish(outputs);
        }
        let answers = core::mem::replace(&mut outputs.answers, Bounded::new());
        for (number, line) in self.lines.iter_mut().enumerate() {
            if number != self.turn {
                line.link.publish(outputs);
            }
        }
        outputs.answers = answers;
    }

    fn attend(&mut self, now: Instant, outputs: &Outputs<CHANNELS>) {
        let highest = outputs.machine.highest as u8;
        for (channel, attendant) in self.attendants.iter_mut().enumerate() {
            let Some(phase) = outputs.channels.get(channel).map(|channel| channel.phase) else {
                continue;
            };
            let faults = self.faults.on_channel(channel, now);
            attendant.hurry(faults.contains(FaultKind::EarlyRemoval));
            let placement = attendant.place(phase, highest, now);
            let _ = self.plant.place_cap(channel, placement);
        }
        self.phases = outputs.channels.map(|channel| channel.phase);
    }

    /// What the machine has sent on a line in the last tick.
    #[must_use]
    pub fn sent(&self, line: usize) -> &[u8] {
        self.lines.get(line).map(|line| &line.sent[..]).unwrap_or_default()
    }

    /// Power fails at `now` and is back after `gap`: what survives is what a board stores.
    pub fn cut_power(&mut self, now: Instant, gap: Duration) {
        self.drives = Drives::default();
        let mut at = now;
        for _ in 0..gap.as_millis() / TICK.as_millis() {
            self.plant.step(&self.drives, at, &self.faults);
            at = at.plus(TICK);
        }
        self.config.identity.boot = self.config.identity.boot.wrapping_add(1);
        for line in &mut self.lines {
            line.config.identity.boot = self.config.identity.boot;
            line.link.restart(&line.config, self.control.held_entries());
            line.commands = Commands::default();
        }
        self.settings = self.settings.restarted();
        self.left = None;
        self.control = Control::restored(self.config, &self.control.checkpoint(), Some(gap));
    }

    /// Takes the power where a fault does so by `now`, and says for how long: whoever owns the time goes on behind that.
    pub fn lose_power(&mut self, now: Instant) -> Option<Duration> {
        let gap = self.outages.pop_if(|outage| now >= outage.from)?.outage()?;
        self.cut_power(now, gap);
        Some(gap)
    }

    /// One more thing breaks.
    pub fn plant_fault(&mut self, window: FaultWindow) {
        self.faults.push(window);
        self.outages.extend(window.outage().map(|_| window));
        self.outages.sort_by_key(|outage| core::cmp::Reverse(outage.from));
    }

    /// The phase of each channel, as of the last tick.
    #[must_use]
    pub const fn phases(&self) -> &[Phase; CHANNELS] {
        &self.phases
    }

    /// What is really so at a channel.
    #[must_use]
    pub fn truth(&self, channel: usize) -> Option<Truth> {
        self.plant.truth(channel)
    }
}
