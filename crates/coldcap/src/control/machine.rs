//! What the channels share: tank and chiller, alarms, the health proof.

use super::calibrate::Measured;
use super::channel::Channel;
use super::detect::Detected;
use super::evidence::{self, Evidence};
use super::self_test::SelfTest;
use crate::arbiter::tank_target;
use crate::config::Config;
use crate::inputs::Panel;
use crate::outputs::{Event, EventKind, MachineStatus, Outputs};
use crate::vendor::Told;
use coldcap_guard::alarm::{self, Change, Changes};
use coldcap_guard::detect::MachineDetector;
use coldcap_guard::display::{DisplayState, DisplayWatch, Progress};
use coldcap_guard::health::{HealthProof, Watch};
use coldcap_guard::interlock::Gate;
use coldcap_guard::{Condition, Conditions};
use coldcap_session::record::{Fields, Kind};
use coldcap_session::{Accepted, Answer, Refusal};
use coldcap_thermal::tank::TankController;
use coldcap_units::{Coolant, Duration, Duty, Instant};

/// The shared part of [`Control`](super::Control).
#[derive(Clone, Debug)]
pub(super) struct Machine {
    pub(super) detector: MachineDetector,
    pub(super) self_test: SelfTest,
    pub(super) gate: Gate,
    pub(super) chiller: Duty,
    tank: TankController,
    target: Option<Coolant>,
    alarms: alarm::State,
    /// What the keys and commands of this tick changed, until it is logged.
    pressed: Changes,
    watch: Watch,
    display: DisplayWatch,
    progress: Progress,
    display_silent: bool,
    vendor: Told,
}

/// What the record says of an alarm, as [`Kind`] has it.
#[derive(Clone, Copy)]
enum Stage {
    Cleared = 0,
    Rose = 1,
    Escalated = 2,
    Acknowledged = 3,
    SoundsAgain = 4,
    Inhibited = 5,
    Signals = 6,
    AudioPaused = 7,
    AudioResumed = 8,
}

const fn refused(refusal: alarm::Refusal) -> Refusal {
    match refusal {
        alarm::Refusal::NothingToAcknowledge => Refusal::NothingToAcknowledge,
        alarm::Refusal::NothingToPause => Refusal::NothingToPause,
    }
}

impl Machine {
    pub(super) fn new() -> Self {
        Self {
            detector: MachineDetector::default(),
            self_test: SelfTest::default(),
            gate: Gate::default(),
            chiller: Duty::OFF,
            tank: TankController::new(),
            target: None,
            alarms: alarm::State::new(),
            pressed: Changes::default(),
            watch: Watch::new(),
            display: DisplayWatch::default(),
            progress: Progress::default(),
            display_silent: false,
            vendor: Told::default(),
        }
    }

    /// What nobody had acknowledged before a loss of power.
    pub(super) fn restore(&mut self, stored: &alarm::Stored, config: &Config) {
        self.alarms = config.alarms.restored(stored);
    }

    pub(super) const fn stored_alarms(&self) -> alarm::Stored {
        self.alarms.stored()
    }

    /// The keys of the front panel; the stop key is the channels' own.
    pub(super) fn take_panel(&mut self, panel: &Panel, config: &Config) {
        if panel.acknowledge {
            let _ = self.acknowledge(config);
        }
        if panel.audio_pause {
            let _ = self.pause_audio(config);
        }
    }

    pub(super) fn acknowledge(&mut self, config: &Config) -> Answer {
        self.answer(&alarm::Event::Acknowledge, config)
    }

    pub(super) fn pause_audio(&mut self, config: &Config) -> Answer {
        self.answer(&alarm::Event::AudioPause, config)
    }

    fn answer(&mut self, event: &alarm::Event, config: &Config) -> Answer {
        let (alarms, changes) = config.alarms.step(&self.alarms, event);
        self.alarms = alarms;
        self.pressed = self.pressed.then(&changes);
        match changes.answer {
            Some(Err(refusal)) => Err(refused(refusal)),
            _ => Ok(Accepted::Done),
        }
    }

    /// The tank follows the coldest wish.
    pub(super) fn aim(&mut self, wishes: &[Option<Coolant>], config: &Config) {
        self.target = tank_target(wishes, config.tank_offset, config.coldest_tank);
    }

    pub(super) fn regulate<const CHANNELS: usize>(
        &mut self,
        measured: &Measured<CHANNELS>,
        driven: Duty,
        dt: Duration,
        config: &Config,
    ) {
        let tank = measured.tank.within(measured.now, config.circulation.oldest);
        // What the guard took away counts as switched off: the chiller's minimum times hold.
        let taken = !self.chiller.is_off() && driven.is_off();
        let target = self.target.filter(|_| !taken);
        self.chiller = self.tank.step(&config.tank, tank, target, dt);
    }

    /// Whether the display still shows what happens. It may rest while nobody is treated.
    pub(super) fn watch_display(
        &mut self,
        shown: Option<u16>,
        channels: &[Channel],
        dt: Duration,
        config: &Config,
    ) {
        let watched = channels.iter().any(Channel::is_in_use);
        let state = self.display.step(self.progress, shown, watched, dt, &config.display);
        self.display_silent = state == DisplayState::Silent;
    }

    /// Alarms: what all channels, the machine and its maker have to signal, by one table.
    pub(super) fn signal<const CHANNELS: usize>(
        &mut self,
        channels: &mut [Channel; CHANNELS],
        detected: &Detected<CHANNELS>,
        measured: &Measured<CHANNELS>,
        dt: Duration,
        config: &Config,
        outputs: &mut Outputs<CHANNELS>,
    ) {
        let found = channels.iter().zip(&detected.channels);
        let all = found.fold(detected.machine, |all, (channel, found)| {
            all.union(channel.alarms(*found, config))
        });
        let all = all.with_if(Condition::DisplaySilent, self.display_silent);
        let all = all.union(self.vendor.step(measured.inputs.vendor));
        let evidence = |condition, index| match detected.at(index).contains(condition) {
            true => evidence::of(condition, index, measured, config),
            false => Evidence::default(),
        };
        let pressed = core::mem::take(&mut self.pressed);
        self.log(&pressed, channels, evidence, outputs);
        for event in [alarm::Event::Advance(dt), alarm::Event::Conditions(all)] {
            let (alarms, changes) = config.alarms.step(&self.alarms, &event);
            self.alarms = alarms;
            self.log(&changes, channels, evidence, outputs);
        }
    }

    /// Every change stands in every channel's record: one entry for each alarm that began, ended or became
    /// more urgent, and one for each sort of the rest, whatever its number.
    fn log<const CHANNELS: usize>(
        &self,
        changes: &Changes,
        channels: &mut [Channel; CHANNELS],
        evidence: impl Fn(Condition, usize) -> Evidence,
        outputs: &mut Outputs<CHANNELS>,
    ) {
        // req: ALM-013
        for change in changes.iter() {
            let event = self.event(change);
            let (stage, condition) = match change {
                Change::Cleared(condition) => (Stage::Cleared, condition),
                Change::Rose(condition) => (Stage::Rose, condition),
                Change::Escalated(condition) => (Stage::Escalated, condition),
            };
            let fields = Fields::new(Kind::ALARM, event.code, stage as i32, event.value);
            for (index, channel) in channels.iter_mut().enumerate() {
                let rose = matches!(change, Change::Rose(_));
                let Evidence { value, limit } =
                    if rose { evidence(condition, index) } else { Evidence::default() };
                channel.enter(Fields { c: value, d: limit, ..fields }, outputs);
            }
            outputs.events.push(event);
        }
        for (stage, set) in self.remarks(changes) {
            let priority = set.iter().map(|condition| self.alarms.priority(condition)).max();
            let priority = i32::from(priority.unwrap_or_default().code());
            let fields = Fields::new(Kind::ALARM, 0, stage as i32, priority);
            let fields = Fields { c: set.bits(), ..fields };
            channels.iter_mut().for_each(|channel| channel.enter(fields, outputs));
        }
    }

    /// What is logged of many alarms at once. A new alarm that signals at once says so by having risen.
    fn remarks(&self, changes: &Changes) -> impl Iterator<Item = (Stage, Conditions)> {
        let signals = self.alarms.signalling();
        let sound = |is: bool| if is { signals } else { Conditions::EMPTY };
        let sets = [
            (Stage::Acknowledged, changes.acknowledged),
            (Stage::SoundsAgain, changes.sounded_again),
            (Stage::Inhibited, changes.inhibited),
            (Stage::Signals, changes.signalled.difference(changes.rose)),
        ];
        let sounds = [
            (Stage::AudioPaused, changes.paused, sound(changes.paused)),
            (Stage::AudioResumed, changes.resumed, sound(changes.resumed)),
        ];
        let sets = sets.into_iter().filter(|(_, set)| !set.is_empty());
        let sounds = sounds.into_iter().filter(|(_, is, _)| *is);
        sets.chain(sounds.map(|(stage, _, set)| (stage, set)))
    }

    fn event(&self, change: Change) -> Event {
        let priority = |condition: Condition| i32::from(self.alarms.priority(condition) as u8);
        let (kind, condition, value) = match change {
            Change::Rose(condition) => (EventKind::AlarmRose, condition, priority(condition)),
            Change::Escalated(condition) => {
                (EventKind::AlarmEscalated, condition, priority(condition))
            }
            Change::Cleared(condition) => (EventKind::AlarmCleared, condition, 0),
        };
        Event { channel: Event::MACHINE, kind, code: u16::from(condition.code()), value }
    }

    pub(super) fn show<const CHANNELS: usize>(
        &self,
        measured: &Measured<CHANNELS>,
        outputs: &mut Outputs<CHANNELS>,
        config: &Config,
    ) {
        let inputs = &measured.inputs;
        let oldest = config.limits.delays().input_stale;
        let reads = |reading: &coldcap_units::Reading<bool>| reading.within(measured.now, oldest);
        outputs.machine = MachineStatus {
            tank: measured.tank,
            evaporator: measured.evaporator,
            battery: inputs.battery,
            mains: reads(&inputs.mains) == Ok(true),
            level: reads(&inputs.tank.level) == Ok(true),
            leak: reads(&inputs.leak) != Ok(false),
            alarms: self.alarms.active(),
            highest: self.alarms.highest(),
            sounding: self.alarms.sounding().max(self.alarms.reminding()),
            progress: self.progress.value(),
        };
    }

    /// The proof that every detector and every gate ran in this tick.
    pub(super) fn prove<const CHANNELS: usize>(
        &mut self,
        now: Instant,
        channels: &[Channel; CHANNELS],
    ) -> Option<HealthProof> {
        let machine = self.detector.last_step() == Some(now) && self.gate.last_step() == Some(now);
        let ran = |channel: &Channel| {
            channel.detector.last_step() == Some(now) && channel.gate.last_step() == Some(now)
        };
        if !(machine && channels.iter().all(ran)) {
            return None;
        }
        let (detect, gate) = (self.detector.last_step(), self.gate.last_step());
        let proof = self.watch.prove(now, &[detect], &[gate]);
        if proof.is_some() {
            self.progress.advance();
        }
        proof
    }
}
