//! The virtual machine on the bench: tank, cap on a head, pump on, and one coolant loop around it.

use super::still::Stillness;
use coldcap::{ChannelDrives, Config, Drives, TICK};
use coldcap_sim::{
    BuildError, CapPlacement, FaultSchedule, MachineParameters, PatientParameters, VirtualMachine,
};
use coldcap_thermal::arbiter::arbitrate;
use coldcap_thermal::channel::{
    CoolantLoop, LoopConfig, LoopInput, LoopOutput, REFERENCE_FLOW, SLOW_FLOW, SLOW_TUNING,
};
use coldcap_thermal::pid::Coefficients;
use coldcap_thermal::schedule::GainTable;
use coldcap_thermal::tank::TankController;
use coldcap_units::{Celsius, Coolant, Duty, Fault, Instant, MillilitersPerMinute, Ratio, Reading};
use fixed::types::I16F16;

/// Who drives the valve in a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Driver {
    /// Nobody: pump off, valve closed; only the tank is cooled.
    Nobody,
    /// The coolant loop with its gains.
    Controller,
    /// An experiment: this instead of what the PID would add to the feed-forward.
    Experiment(I16F16),
}

/// What the sensors said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sensed {
    pub(super) supply: Result<Coolant, Fault>,
    /// The supply is valid and has not moved for too long to be measured.
    pub(super) supply_is_frozen: bool,
    pub(super) returned: Result<Coolant, Fault>,
    pub(super) tank: Result<Coolant, Fault>,
    pub(super) flow: Result<MillilitersPerMinute, Fault>,
    pub(super) valve: Duty,
    /// The coldest of the three sensors in the cap.
    pub(super) coldest_face: Result<Celsius, Fault>,
}

/// What was done about it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Acted {
    /// What the supply is held to now.
    pub(super) effective: Option<Coolant>,
    /// What the experiment or the PID adds to the feed-forward.
    pub(super) trim: I16F16,
    /// Both together: the command of the valve.
    pub(super) command: I16F16,
    /// The opening that the valve is driven to, 0 to 1.
    pub(super) opening: f64,
}

/// The machine with its loop. A copy goes on by itself.
#[derive(Clone)]
pub(super) struct Bench {
    pub(super) target: Coolant,
    pub(super) coolant_loop: LoopConfig,
    /// Whether the controller is told the return temperature.
    pub(super) knows_return: bool,
    config: Config,
    plant: VirtualMachine<1>,
    faults: FaultSchedule,
    control: CoolantLoop,
    chiller: TankController,
    stillness: Stillness,
    drives: Drives<1>,
    now: Instant,
}

impl Bench {
    /// Everything at the temperature of the room, the cap on the head, all drives off.
    pub(super) fn new(
        patient: PatientParameters,
        seed: u64,
        faults: FaultSchedule,
        target: Coolant,
    ) -> Result<Self, BuildError> {
        let config = Config::reference();
        let mut plant = VirtualMachine::new(MachineParameters::standard(), [patient], seed)?;
        // The machine has a first channel, so there is a place for the cap.
        let _ = plant.place_cap(0, CapPlacement::Worn);
        Ok(Self {
            target,
            coolant_loop: config.coolant_loop,
            knows_return: true,
            config,
            plant,
            faults,
            control: CoolantLoop::new(),
            chiller: TankController::rested(),
            stillness: Stillness::default(),
            drives: Drives { permit: true, ..Drives::default() },
            now: Instant::ZERO,
        })
    }

    /// Lifts the cap off the head, coupled as it is, or puts it back.
    pub(super) fn wear(&mut self, worn: bool) {
        let placement = if worn { CapPlacement::Worn } else { CapPlacement::Coupled };
        let _ = self.plant.place_cap(0, placement);
    }

    /// Takes other gains for the flow that the reference tuning is for; those for slow flow stay.
    pub(super) fn take_gains(&mut self, gains: Coefficients<I16F16>) {
        let slow = Coefficients::<I16F16>::new(&SLOW_TUNING, TICK);
        let flows = [SLOW_FLOW, REFERENCE_FLOW].map(|flow| i32::from(flow.0));
        let table = slow.map(|slow| GainTable::pair(flows, [slow, gains]));
        // The reference is valid, and so is every pair of one period.
        if let Ok(Ok(table)) = table {
            self.coolant_loop.gains = table;
        }
    }

    /// Seconds since the beginning.
    pub(super) fn time_s(&self) -> f64 {
        self.now.as_millis() as f64 / 1_000.0
    }

    /// What the tank is held at.
    pub(super) fn tank_target(&self) -> Option<Coolant> {
        let wish = arbitrate(&[Some(self.target)], self.config.tank_offset);
        wish.map(|wish| wish.max(self.config.coldest_tank))
    }

    /// Whether the tank is as cold as its chiller holds it.
    pub(super) fn tank_is_cold(&self, tank: Result<Coolant, Fault>) -> bool {
        let slack = self.config.tank.hysteresis;
        match (tank, self.tank_target()) {
            (Ok(tank), Some(target)) => tank.0 <= target.0.plus(slack),
            _ => false,
        }
    }

    /// Lets 100 ms pass and reads all sensors. [`act`](Self::act) must follow.
    pub(super) fn sense(&mut self) -> Sensed {
        self.plant.step(&self.drives, self.now, &self.faults);
        self.now = self.now.plus(TICK);
        let inputs = self.plant.inputs(self.now);
        let [channel] = &inputs.channels;
        let [front, rear, safety] =
            [channel.front, channel.rear, channel.safety].map(|code| self.degrees(code));
        let supply = self.degrees(channel.supply).map(Coolant);
        Sensed {
            supply,
            supply_is_frozen: supply.is_ok_and(|supply| self.stillness.see(supply)),
            returned: self.degrees(channel.returned).map(Coolant),
            tank: self.degrees(inputs.tank.coolant).map(Coolant),
            flow: self.within(channel.flow.and_then(|pulses| self.config.flow_meter.flow(pulses))),
            valve: self.within(channel.valve).unwrap_or(Duty::OFF),
            coldest_face: coldest([front, rear, safety]),
        }
    }

    /// Drives everything by what was sensed.
    pub(super) fn act(&mut self, sensed: &Sensed, driver: Driver) -> Acted {
        let input = LoopInput {
            target: (driver != Driver::Nobody).then_some(self.target),
            supply: sensed.supply,
            returned: sensed.returned.and_then(|returned| {
                if self.knows_return { Ok(returned) } else { Err(Fault::Open) }
            }),
            tank: sensed.tank,
            flow: sensed.flow,
            valve_achieved: sensed.valve,
            dt: TICK,
        };
        let LoopOutput { effective, valve } = match driver {
            Driver::Nobody | Driver::Controller => self.control.step(&self.coolant_loop, input),
            Driver::Experiment(trim) => self.control.drive(&self.coolant_loop, input, trim),
        };
        let pump = if driver == Driver::Nobody { Duty::OFF } else { self.config.circulation.pump };
        let chiller = self.chiller.step(&self.config.tank, sensed.tank, self.tank_target(), TICK);
        self.drives = Drives { permit: true, chiller, channels: [ChannelDrives { pump, valve }] };
        Acted {
            effective,
            trim: self.control.trim(),
            command: self.control.command(),
            opening: f64::from(valve.0) / f64::from(Duty::FULL.0),
        }
    }

    /// One tick of 100 ms.
    pub(super) fn tick(&mut self, driver: Driver) -> (Sensed, Acted) {
        let sensed = self.sense();
        let acted = self.act(&sensed, driver);
        (sensed, acted)
    }

    fn degrees(&self, code: Reading<Ratio>) -> Result<Celsius, Fault> {
        let degrees = code.and_then(|ratio| self.config.thermistor.eval(ratio));
        self.within(degrees.map(|micro| micro.to_celsius()))
    }

    fn within<T: Copy>(&self, reading: Reading<T>) -> Result<T, Fault> {
        reading.within(self.now, self.config.circulation.oldest)
    }
}

/// The coldest of them, or the first fault.
fn coldest(faces: [Result<Celsius, Fault>; 3]) -> Result<Celsius, Fault> {
    let [front, rear, safety] = faces;
    Ok(front?.min(rear?).min(safety?))
}
