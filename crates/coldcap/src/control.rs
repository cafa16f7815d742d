//! The first half: what the machine does, tick by tick.

mod advice;
mod backlog;
mod by_hand;
mod calibrate;
mod channel;
mod checkpoint;
mod detect;
mod evidence;
mod fit;
mod machine;
mod notes;
mod seat;
mod self_test;
mod sensors;
mod signals;
mod skin_side;
mod thermal;
mod uncooled;
mod warmth;
mod zones;

use crate::arbiter;
use crate::command::{Action, Answer, Command, Commands, LONGEST_LEASE};
use crate::config::Config;
use crate::drives::{ChannelDrives, Drives};
use crate::inputs::{Inputs, Panel};
use crate::outputs::{EntryBytes, Outputs};
use crate::supervise;
use crate::tick_input::TickInput;
use by_hand::ByHand;
use channel::{Channel, Shared};
use coldcap_guard::interlock::{Demand, Permit, holds_power, trips};
use coldcap_guard::{Condition, Conditions};
use coldcap_session::{Accepted, Refusal, Request, Role, WallTime};
use coldcap_units::{Coolant, Duration, Duty, Instant};
use detect::Detected;
use machine::Machine;
use signals::{Seen, Signals};
use thermal::Surroundings;

#[cfg(feature = "journal")]
pub(crate) use calibrate::faces;
#[cfg(feature = "journal")]
pub(crate) use checkpoint::recorded;
pub use checkpoint::{CHECKPOINT_BYTES, ChannelCheckpoint, Checkpoint, CheckpointError};

/// A tick that comes later than this after the last one is late: its time passes for every limit and is
/// credited to nothing.
const LONGEST_TICK: Duration = Duration::from_secs(1);

/// Control and protection of a machine with `CHANNELS` channels.
///
/// One call a tick, in one visible order: calibrate → detect → supervise → thermal → interlock again,
/// on the demands → outputs. It holds no clock, calls nothing back and never fails: what it cannot do
/// safely it does not do, and says so with an alarm.
///
/// ```
/// use coldcap::{Config, Control, Inputs, TickInput};
/// use coldcap_units::Instant;
///
/// let mut control: Control<1> = Control::new(Config::reference());
/// let nothing = Inputs::default();
/// let outputs = control.tick(&TickInput::new(Instant::from_millis(100), nothing));
/// assert!(outputs.drives.channels[0].pump.is_off());
/// ```
#[derive(Clone, Debug)]
pub struct Control<const CHANNELS: usize> {
    config: Config,
    channels: [Channel; CHANNELS],
    machine: Machine,
    signals: Signals<CHANNELS>,
    driven: Drives<CHANNELS>,
    by_hand: ByHand<CHANNELS>,
    last: Option<Instant>,
    /// What the wall clock said, and when. The record reads it, and on a board without a clock of its own the
    /// dates of calibrations go by it.
    wall: Option<(Instant, WallTime)>,
    /// The board did not know the date at power-up.
    is_undated: bool,
    /// The keys of the panel in the tick before.
    held: Panel,
}

impl<const CHANNELS: usize> Control<CHANNELS> {
    /// A machine at power-up: everything off, every session in its self-test.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            config,
            channels: core::array::from_fn(|index| Channel::new(index as u8, &config)),
            machine: Machine::new(),
            signals: Signals::new(),
            driven: Drives::default(),
            by_hand: ByHand::new(),
            last: None,
            wall: None,
            is_undated: !config.sensors.powered_up.is_known(),
            held: Panel::default(),
        }
    }

    /// A machine after a loss of power of `gap`, with what was stored before it.
    ///
    /// It never returns straight to cooling: the session decides by the length of the gap, and even a
    /// short one ends in a ramp.
    #[must_use]
    pub fn restored(
        config: Config,
        checkpoint: &Checkpoint<CHANNELS>,
        gap: Option<Duration>,
    ) -> Self {
        let mut control = Self::new(config);
        for (channel, stored) in control.channels.iter_mut().zip(&checkpoint.channels) {
            channel.restore(stored, gap, &config);
        }
        control.signals.restore(&checkpoint.alarms, &checkpoint.owed, &control.config);
        control
    }

    /// What must be stored to survive a loss of power now.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint<CHANNELS> {
        Checkpoint {
            channels: core::array::from_fn(|index| self.checkpoint_of(index)),
            alarms: self.signals.stored(),
            owed: self.signals.owed(),
        }
    }

    fn checkpoint_of(&self, index: usize) -> ChannelCheckpoint {
        self.channels.get(index).map_or_else(ChannelCheckpoint::default, Channel::checkpoint)
    }

    /// Entries of the record that no tick has handed out yet: the chain of the [`Checkpoint`] counts them. Whoever
    /// stores a checkpoint stores these with it, and puts them before what a control that is restored hands out;
    /// without them the record would have a gap.
    ///
    /// ```
    /// use coldcap::{Config, Control};
    /// let control: Control<1> = Control::new(Config::reference());
    /// assert_eq!(control.held_entries().count(), 0);
    /// ```
    pub fn held_entries(&self) -> impl Iterator<Item = &EntryBytes> + Clone {
        self.channels.iter().flat_map(Channel::held_entries)
    }

    /// The configuration.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// One tick. Call it every 100 ms; a late call is measured by `now`, not assumed.
    ///
    /// # Timing
    /// Constant work: a fixed number of steps for each channel and at most four commands.
    ///
    /// # Panics
    /// Never.
    pub fn tick(&mut self, tick: &TickInput<CHANNELS>) -> Outputs<CHANNELS> {
        let mut outputs = Outputs::at(tick.now);
        self.tick_into(tick, &mut outputs);
        outputs
    }

    /// The same into outputs of [`Outputs::at`]: they are large, and a return would move them.
    pub(crate) fn tick_into(
        &mut self,
        tick: &TickInput<CHANNELS>,
        outputs: &mut Outputs<CHANNELS>,
    ) {
        let dt = self.advance_clock(tick.now);
        self.begin(outputs);
        let inputs = tick.inputs.not_after(tick.now);
        let measured = self.calibrate(&inputs, tick.now);
        let detected = self.detect(tick.now, &inputs, tick.commands.host_silent);
        self.begin_by_hand(dt, &measured, &tick.commands, outputs);
        self.take_commands(&tick.commands, &inputs.panel, outputs);
        self.machine.watch_display(tick.commands.shown, &self.channels, dt, &self.config);
        self.supervise(&measured, &detected, dt, outputs);
        let permits = self.permits();
        self.judge_by_hand(&permits, outputs);
        let demands = self.regulate(&measured, dt);
        outputs.drives = self.limit(tick.now, &demands, &permits);
        let seen = Seen { measured: &measured, detected: &detected, config: &self.config };
        let failed = self.channels.iter().any(|channel| channel.tests.failed_at_power_up());
        let machine = self.machine.alarms(detected.machine, failed, &measured);
        self.signals.signal(&mut self.channels, machine, &seen, dt, outputs);
        self.show(&measured, outputs);
        self.driven = outputs.drives;
    }

    fn begin(&mut self, outputs: &mut Outputs<CHANNELS>) {
        let waiting = core::array::from_fn(|index| {
            self.channels.get(index).map_or(0, |channel| channel.waiting())
        });
        let shares: [usize; CHANNELS] = backlog::shares(waiting);
        for (channel, share) in self.channels.iter_mut().zip(shares) {
            channel.begin(share, &self.config, outputs);
        }
    }

    fn advance_clock(&mut self, now: Instant) -> Duration {
        let dt = self.last.map_or(Duration::ZERO, |last| now.since(last));
        self.last = Some(now);
        dt
    }

    fn calibrate(
        &mut self,
        inputs: &Inputs<CHANNELS>,
        now: Instant,
    ) -> calibrate::Measured<CHANNELS> {
        for (channel, line) in self.channels.iter_mut().zip(&inputs.channels) {
            channel.sensors.see(line, now, &self.config);
        }
        let own = core::array::from_fn(|index| {
            let channel = self.channels.get(index);
            channel.map_or((None, None), |channel| channel.sensors.own(&self.config))
        });
        calibrate::all(inputs, &own, &self.config, now)
    }

    fn detect(
        &mut self,
        now: Instant,
        inputs: &Inputs<CHANNELS>,
        host_silent: Option<Duration>,
    ) -> Detected<CHANNELS> {
        let limits = &self.config.limits;
        let mut found = [Conditions::EMPTY; CHANNELS];
        let lines = inputs.channels.iter().zip(&self.driven.channels);
        for ((found, channel), (line, driven)) in
            found.iter_mut().zip(&mut self.channels).zip(lines)
        {
            let sample = detect::channel_sample(line, driven, now);
            *found = channel.detector.step(now, &sample, limits);
        }
        let sample = detect::machine_sample(inputs, &self.driven, host_silent);
        let machine = self.machine.detector.step(now, &sample, limits);
        for (channel, found) in self.channels.iter_mut().zip(&found) {
            let session = &channel.state.session;
            channel.tests.step(now, &self.config, found.union(machine), session);
        }
        Detected { channels: found, machine }
    }

    fn take_commands(
        &mut self,
        commands: &Commands,
        panel: &Panel,
        outputs: &mut Outputs<CHANNELS>,
    ) {
        let pressed = self.pressed(panel);
        if pressed.stop {
            let _ = self.ask_all(Request::Stop, Role::Panel, outputs);
        }
        if pressed.acknowledge {
            let _ = self.ask_all(Request::Acknowledge, Role::Panel, outputs);
        }
        self.signals.take_panel(&pressed, &self.config);
        for command in &commands.list {
            let result = self.take(command, outputs);
            outputs.answers.push(Answer { id: command.id, result });
            self.let_go(command, outputs);
        }
        // Whoever stops at the machine has the last word, whatever came in the same tick.
        if panel.stop && !commands.list.is_empty() {
            let _ = self.ask_all(Request::Stop, Role::Panel, outputs);
        }
    }

    /// The keys that were pressed in this tick. One that is held, or stuck, was pressed once: it acknowledges nothing
    /// that comes later, and stops again only what moves again.
    fn pressed(&mut self, panel: &Panel) -> Panel {
        // req: LNK-005
        let held = core::mem::replace(&mut self.held, *panel);
        let moves = self.channels.iter().any(|channel| channel.state.session.phase().circulates());
        Panel {
            stop: panel.stop && (!held.stop || moves),
            acknowledge: panel.acknowledge && !held.acknowledge,
            audio_pause: panel.audio_pause && !held.audio_pause,
        }
    }

    fn take(
        &mut self,
        command: &Command,
        outputs: &mut Outputs<CHANNELS>,
    ) -> coldcap_session::Answer {
        let elsewhere = self.is_elsewhere(command);
        let Some(channel) = self.channels.get_mut(usize::from(command.channel)) else {
            return self.take_for_all(command, outputs);
        };
        match command.action {
            Action::Request(request)
                if elsewhere
                    && command.role.may(&request)
                    && !channel.must_wait(&request, command.role) =>
            {
                let refusal = Refusal::OnOtherChannel;
                channel.kept(&request, command.role, refusal, outputs);
                Err(refusal)
            }
            Action::Request(request) => {
                let event = supervise::Event::Request { request, role: command.role };
                channel.step(&event, &self.config, outputs).unwrap_or(Err(Refusal::WrongPhase))
            }
            Action::Fact(fact) => {
                channel.step(&supervise::Event::Fact(fact), &self.config, outputs);
                Ok(Accepted::Done)
            }
            Action::AcknowledgeAlarms => {
                let request = Request::Acknowledge;
                let event = supervise::Event::Request { request, role: command.role };
                let attended = channel.step(&event, &self.config, outputs);
                if let Some(refused @ Err(Refusal::NotPermitted(_))) = attended {
                    return refused;
                }
                if command.role == Role::Clinician {
                    channel.acknowledge();
                }
                let heard = self.signals.acknowledge(Some(command.channel.into()), &self.config);
                either(attended, heard)
            }
            Action::PauseAudio => self.pause_audio(command.role),
            Action::SetClock(wall) => self.set_clock(wall, command.role, outputs),
            Action::Drive(drive) => self.drive(command, drive, outputs),
        }
    }

    /// Whether a patient is to be selected who is on another channel already: nobody sits under two caps, so
    /// one of the two channels is the wrong one.
    fn is_elsewhere(&self, command: &Command) -> bool {
        // req: CHN-003
        let Action::Request(Request::SelectPatient { patient, .. }) = command.action else {
            return false;
        };
        let others = self.channels.iter().enumerate();
        others
            .filter(|(index, _)| *index != usize::from(command.channel))
            .filter_map(|(_, channel)| channel.state.session.patient())
            // Nobody is told by an id of 0: it says that none may be sent.
            .any(|other| other.id != 0 && other.id == patient.id)
    }

    /// The wall clock is the machine's: every channel's record tells of it. One thing is decided by it, and on a
    /// board alone that did not know the date at power-up: whether calibrations that are asked for are in date.
    /// A board's own clock is not overruled from outside, and a date that was told is only ever moved on.
    fn set_clock(
        &mut self,
        new: WallTime,
        role: Role,
        outputs: &mut Outputs<CHANNELS>,
    ) -> coldcap_session::Answer {
        if role == Role::Observer {
            return Err(Refusal::NotPermitted(role));
        }
        // req: REC-006
        if self.channels.iter().any(Channel::is_behind) {
            return Err(Refusal::TooEarly);
        }
        let old = self.wall.replace((outputs.now, new)).map(|(at, wall)| {
            let passed = u64::from(outputs.now.since(at).as_millis());
            WallTime { unix_ms: wall.unix_ms.saturating_add(passed), ..wall }
        });
        if self.is_undated {
            let (known, told) =
                (self.config.sensors.powered_up, sensors::date_of(outputs.now, new));
            // Later only: no host brings what is past its date back into it.
            if !known.is_known() || (told.is_known() && told.unix_s > known.unix_s) {
                self.config.sensors.powered_up = told;
            }
        }
        for channel in &mut self.channels {
            channel.set_clock(old, new, &self.config, outputs);
        }
        Ok(Accepted::Done)
    }

    /// What is meant for the machine as a whole: stopping, and the alarms.
    fn take_for_all(
        &mut self,
        command: &Command,
        outputs: &mut Outputs<CHANNELS>,
    ) -> coldcap_session::Answer {
        match command.action {
            // One for a channel that is not there stops them all: whoever pressed it wanted something to stop.
            Action::Request(Request::Stop) => {
                let _ = self.ask_all(Request::Stop, command.role, outputs);
                Ok(Accepted::Done)
            }
            Action::AcknowledgeAlarms => self.acknowledge_all(command.role, outputs),
            Action::PauseAudio => self.pause_audio(command.role),
            Action::SetClock(wall) => self.set_clock(wall, command.role, outputs),
            Action::Drive(drive) => self.drive(command, drive, outputs),
            _ => Err(Refusal::WrongPhase),
        }
    }

    /// Somebody is there, for every channel, and has heard every alarm.
    fn acknowledge_all(
        &mut self,
        role: Role,
        outputs: &mut Outputs<CHANNELS>,
    ) -> coldcap_session::Answer {
        permitted(role)?;
        let attended = self.ask_all(Request::Acknowledge, role, outputs);
        either(attended, self.signals.acknowledge(None, &self.config))
    }

    fn pause_audio(&mut self, role: Role) -> coldcap_session::Answer {
        permitted(role)?;
        self.signals.pause_audio(&self.config)
    }

    /// Asks every channel; gives the answer of one that did something, if any did.
    fn ask_all(
        &mut self,
        request: Request,
        role: Role,
        outputs: &mut Outputs<CHANNELS>,
    ) -> Option<coldcap_session::Answer> {
        let event = supervise::Event::Request { request, role };
        let mut done = None;
        for channel in &mut self.channels {
            let answer = channel.step(&event, &self.config, outputs);
            done = done.or(answer.filter(|answer| *answer == Ok(Accepted::Done)));
        }
        done
    }

    fn supervise(
        &mut self,
        measured: &calibrate::Measured<CHANNELS>,
        detected: &Detected<CHANNELS>,
        dt: Duration,
        outputs: &mut Outputs<CHANNELS>,
    ) {
        let oldest = self.config.circulation.oldest;
        let shared = Shared {
            dt,
            late: dt > LONGEST_TICK,
            tank: measured.tank.within(measured.now, oldest),
            driven: ChannelDrives::default(),
            by_hand: false,
        };
        let distrusted = self.distrusted(measured);
        let mut found = detected.channels;
        for (found, distrusted) in found.iter_mut().zip(&distrusted) {
            *found = found.union(*distrusted).union(detected.machine);
        }
        let held = self.power_held_by(&found);
        let lines = self.channels.iter_mut().zip(&self.driven.channels).zip(&measured.channels);
        for (index, ((channel, driven), measured)) in lines.enumerate() {
            let conditions = found.get(index).copied().unwrap_or(Conditions::EMPTY);
            let by_another = is_held_by_another(&held, index);
            let conditions = conditions.with_if(Condition::PowerHeld, by_another);
            let nothing = ChannelDrives::default();
            let by_hand = self.by_hand.over(index, nothing) != nothing;
            let shared = Shared { driven: *driven, by_hand, ..shared };
            channel.advance(measured, conditions, &shared, &self.config, outputs);
        }
        let config = &self.config;
        let wishes: [Option<Coolant>; CHANNELS] = core::array::from_fn(|index| {
            self.channels.get(index).and_then(|channel| channel.tank_wish(config))
        });
        self.machine.aim(&wishes, &self.config);
    }

    /// Which channels hold the power of the machine off, by what they have latched or are about to.
    fn power_held_by(&self, found: &[Conditions; CHANNELS]) -> [bool; CHANNELS] {
        core::array::from_fn(|index| {
            let latched = self.channels.get(index).map(|channel| channel.state.interlock.latched());
            let found = found.get(index).copied().unwrap_or(Conditions::EMPTY);
            holds_power(latched.unwrap_or(Conditions::EMPTY).union(trips(found)))
        })
    }

    /// What the watches of the loops found in the tick before.
    fn distrusted(&mut self, measured: &calibrate::Measured<CHANNELS>) -> [Conditions; CHANNELS] {
        let mut found = [Conditions::EMPTY; CHANNELS];
        let lines = self.channels.iter_mut().zip(&measured.channels).zip(&self.driven.channels);
        for (found, ((channel, line), driven)) in found.iter_mut().zip(lines) {
            *found = channel.distrusted(line, driven, &self.config);
        }
        found
    }

    fn regulate(
        &mut self,
        measured: &calibrate::Measured<CHANNELS>,
        dt: Duration,
    ) -> [ChannelDrives; CHANNELS] {
        let mut demands = [ChannelDrives::default(); CHANNELS];
        // What nobody saw moves no ramp and no valve.
        let seen = dt.min(LONGEST_TICK);
        let lines = self.channels.iter_mut().zip(&measured.channels).zip(&self.driven.channels);
        for (index, (demand, ((channel, line), driven))) in
            demands.iter_mut().zip(lines).enumerate()
        {
            let surroundings = Surroundings { tank: measured.tank, driven: driven.valve, dt: seen };
            let wanted = channel.regulate(line, &surroundings, &self.config);
            *demand = self.by_hand.over(index, wanted);
        }
        let (driven, by_hand) = (self.driven.chiller, self.by_hand.chiller());
        self.machine.regulate(measured, driven, by_hand, dt, &self.config);
        demands
    }

    /// What the guard leaves to the machine, and to each channel.
    fn permits(&self) -> (Permit, [Permit; CHANNELS]) {
        let interlock = &self.config.interlock;
        let own: [Permit; CHANNELS] = core::array::from_fn(|index| {
            let channel = self.channels.get(index);
            channel.map_or(Permit::NONE, |channel| channel.state.interlock.permit(interlock))
        });
        arbiter::permits(&own)
    }

    /// The interlock again, on the demands, and what the mains has: they can only take cooling away.
    fn limit(
        &mut self,
        now: Instant,
        demands: &[ChannelDrives; CHANNELS],
        (shared, permits): &(Permit, [Permit; CHANNELS]),
    ) -> Drives<CHANNELS> {
        let mut drives = Drives { permit: shared.power, ..Drives::default() };
        let lines = self.channels.iter_mut().zip(permits).zip(demands);
        for (drive, ((channel, permit), demand)) in drives.channels.iter_mut().zip(lines) {
            let wanted = Demand { pump: demand.pump, valve: demand.valve, chiller: Duty::OFF };
            let left = channel.gate.limit(now, wanted, permit);
            *drive = ChannelDrives { pump: left.pump, valve: left.valve };
        }
        let running = drives
            .channels
            .iter()
            .fold(0_u16, |running, drive| running.saturating_add(u16::from(!drive.pump.is_off())));
        let chiller = arbiter::chiller_within(&self.config.mains, running, self.machine.chiller);
        let wanted = Demand { chiller, ..Demand::default() };
        drives.chiller = self.machine.gate.limit(now, wanted, shared).chiller;
        drives
    }

    fn show(&mut self, measured: &calibrate::Measured<CHANNELS>, outputs: &mut Outputs<CHANNELS>) {
        let lines = self.channels.iter().zip(&measured.channels);
        for (status, (channel, measured)) in outputs.channels.iter_mut().zip(lines) {
            *status = channel.status(measured, outputs.now, &self.config);
        }
        outputs.health = self.machine.prove(outputs.now, &self.channels);
        self.machine.show(measured, outputs, &self.config);
        outputs.machine = self.signals.show(outputs.machine);
    }
}

/// Whose word the sounder takes: that of whoever may say that somebody is there.
const fn permitted(role: Role) -> Result<(), Refusal> {
    // req: ALM-011
    if role.may(&Request::Acknowledge) { Ok(()) } else { Err(Refusal::NotPermitted(role)) }
}

/// A press that re-armed a limit did something, whether or not an alarm was there to be heard.
fn either(
    attended: Option<coldcap_session::Answer>,
    heard: coldcap_session::Answer,
) -> coldcap_session::Answer {
    if attended == Some(Ok(Accepted::Done)) { Ok(Accepted::Done) } else { heard }
}

/// Whether a channel that holds nothing itself is without power for another. What it holds itself says enough.
fn is_held_by_another(held: &[bool], index: usize) -> bool {
    // req: CHN-006
    let own = held.get(index).copied().unwrap_or(false);
    !own && held.iter().any(|held| *held)
}

impl<const CHANNELS: usize> TickInput<CHANNELS> {
    /// A tick with these inputs and no commands.
    #[must_use]
    pub fn new(now: Instant, inputs: Inputs<CHANNELS>) -> Self {
        Self { now, inputs, commands: Commands::default() }
    }
}
