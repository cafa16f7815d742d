//! What the channels share: tank and chiller, the health proof, and what is to be signalled of both.

use super::calibrate::Measured;
use super::channel::Channel;
use crate::arbiter::tank_target;
use crate::config::Config;
use crate::outputs::{MachineStatus, Outputs};
use crate::vendor::Told;
use coldcap_guard::detect::MachineDetector;
use coldcap_guard::display::{DisplayState, DisplayWatch, Progress};
use coldcap_guard::health::{HealthProof, Watch};
use coldcap_guard::interlock::Gate;
use coldcap_guard::{Condition, Conditions};
use coldcap_thermal::tank::TankController;
use coldcap_units::{Coolant, Duration, Duty, Instant};

/// The shared part of [`Control`](super::Control).
#[derive(Clone, Debug)]
pub(super) struct Machine {
    pub(super) detector: MachineDetector,
    pub(super) gate: Gate,
    pub(super) chiller: Duty,
    tank: TankController,
    target: Option<Coolant>,
    watch: Watch,
    display: DisplayWatch,
    progress: Progress,
    display_silent: bool,
    vendor: Told,
}

impl Machine {
    pub(super) fn new() -> Self {
        Self {
            detector: MachineDetector::default(),
            gate: Gate::default(),
            chiller: Duty::OFF,
            tank: TankController::new(),
            target: None,
            watch: Watch::new(),
            display: DisplayWatch::default(),
            progress: Progress::default(),
            display_silent: false,
            vendor: Told::default(),
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
        by_hand: Option<Duty>,
        dt: Duration,
        config: &Config,
    ) {
        let tank = measured.tank.within(measured.now, config.circulation.oldest);
        // What the guard took away counts as switched off: the chiller's minimum times hold.
        let taken = !self.chiller.is_off() && driven.is_off();
        let target = self.target.filter(|_| !taken);
        self.chiller = match by_hand {
            Some(duty) => {
                let on = !duty.is_off() && !taken;
                self.tank.step_by_hand(&config.tank, on, dt).min(duty)
            }
            None => self.tank.step(&config.tank, tank, target, dt),
        };
    }

    /// Whether the chiller has stood for long enough, or runs.
    pub(super) const fn may_chill(&self) -> bool {
        self.tank.may_run()
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

    /// What holds at the machine: what its detectors found, its display and its maker.
    pub(super) fn alarms<const CHANNELS: usize>(
        &mut self,
        found: Conditions,
        failed: bool,
        measured: &Measured<CHANNELS>,
    ) -> Conditions {
        let vendor = self.vendor.step(measured.inputs.vendor);
        found
            .with_if(Condition::DisplaySilent, self.display_silent)
            .with_if(Condition::SelfTestFailed, failed)
            .union(vendor)
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
            progress: self.progress.value(),
            ..outputs.machine
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
