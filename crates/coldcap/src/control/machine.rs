//! What the channels share: tank and chiller, alarms, the health proof.

use super::calibrate::Measured;
use super::channel::Channel;
use super::detect::Detected;
use super::self_test::SelfTest;
use crate::arbiter::tank_target;
use crate::config::Config;
use crate::inputs::Panel;
use crate::outputs::{Event, EventKind, MachineStatus, Outputs};
use coldcap_guard::Condition;
use coldcap_guard::alarm::{self, Change};
use coldcap_guard::detect::MachineDetector;
use coldcap_guard::health::{HealthProof, Watch};
use coldcap_guard::interlock::Gate;
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
    watch: Watch,
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
            watch: Watch::new(),
        }
    }

    /// The keys of the front panel; the stop key is the channels' own.
    pub(super) fn take_panel(&mut self, panel: &Panel) {
        if panel.acknowledge {
            let _ = self.acknowledge();
        }
        if panel.audio_pause {
            let _ = self.pause_audio();
        }
    }

    pub(super) fn acknowledge(&mut self) -> Answer {
        self.answer(&alarm::Event::Acknowledge)
    }

    pub(super) fn pause_audio(&mut self) -> Answer {
        self.answer(&alarm::Event::AudioPause)
    }

    fn answer(&mut self, event: &alarm::Event) -> Answer {
        let (alarms, changes) = alarm::step(&self.alarms, event);
        self.alarms = alarms;
        match changes.answer {
            Some(Err(_)) => Err(Refusal::TooEarly),
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

    /// Alarms: what all channels and the machine have to signal, by one table.
    pub(super) fn signal<const CHANNELS: usize>(
        &mut self,
        channels: &mut [Channel; CHANNELS],
        detected: &Detected<CHANNELS>,
        dt: Duration,
        config: &Config,
        outputs: &mut Outputs<CHANNELS>,
    ) {
        let found = channels.iter().zip(&detected.channels);
        let all = found.fold(detected.machine, |all, (channel, found)| {
            all.union(channel.alarms(*found, config))
        });
        self.raise(&alarm::Event::Advance(dt), channels, outputs);
        self.raise(&alarm::Event::Conditions(all), channels, outputs);
    }

    fn raise<const CHANNELS: usize>(
        &mut self,
        event: &alarm::Event,
        channels: &mut [Channel; CHANNELS],
        outputs: &mut Outputs<CHANNELS>,
    ) {
        let (alarms, changes) = alarm::step(&self.alarms, event);
        self.alarms = alarms;
        for change in changes.iter() {
            let event = self.event(change);
            let stage = match change {
                Change::Cleared(_) => 0,
                Change::Rose(_) => 1,
                Change::Escalated(_) => 2,
            };
            let fields = Fields::new(Kind::ALARM, event.code, stage, event.value);
            channels.iter_mut().for_each(|channel| channel.enter(fields, outputs));
            outputs.events.push(event);
        }
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
            sounding: self.alarms.sounding(),
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
        self.watch.prove(now, &[detect], &[gate])
    }
}
