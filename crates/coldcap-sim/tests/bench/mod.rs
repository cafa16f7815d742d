//! A plant with the simplest controller that holds a supply temperature.

use coldcap::{ChannelDrives, Drives};
use coldcap_sim::{
    CapPlacement, FaultSchedule, MachineParameters, PatientParameters, STEP, Truth, VirtualMachine,
};
use coldcap_units::{Duty, Instant};

/// One channel under a thermostat in the tank and a PI controller on the true supply temperature.
#[derive(Clone)]
pub(crate) struct Bench {
    pub(crate) plant: VirtualMachine<1>,
    pub(crate) faults: FaultSchedule,
    pub(crate) now: Instant,
    pub(crate) drives: Drives<1>,
    integral: f64,
    setpoint_c: f64,
}

impl Bench {
    /// A standard machine with its tank at −8 °C, the cap on a standard head.
    pub(crate) fn cold() -> Self {
        Self::with(PatientParameters::standard())
    }

    pub(crate) fn with(patient: PatientParameters) -> Self {
        let mut machine = MachineParameters::standard();
        machine.tank.start_c = -8.0;
        let mut plant = VirtualMachine::new(machine, [patient], 1).unwrap();
        plant.place_cap(0, CapPlacement::Worn).unwrap();
        let faults = FaultSchedule::none();
        let drives = Drives { permit: true, ..Drives::default() };
        Self { plant, faults, now: Instant::ZERO, drives, integral: 0.0, setpoint_c: 22.0 }
    }

    pub(crate) fn truth(&self) -> Truth {
        self.plant.truth(0).unwrap()
    }

    /// One step with the drives as they are.
    pub(crate) fn step(&mut self) {
        self.plant.step(&self.drives, self.now, &self.faults);
        self.now = self.now.plus(STEP);
    }

    /// Runs under fixed drives.
    pub(crate) fn run(&mut self, seconds: u32) {
        (0..seconds * 10).for_each(|_| self.step());
    }

    /// Cools towards a supply of −4 °C at 3 K/min with the pump at full flow.
    pub(crate) fn cool(&mut self, seconds: u32) {
        for _ in 0..seconds * 10 {
            self.control();
            self.step();
        }
    }

    fn control(&mut self) {
        let truth = self.truth();
        self.setpoint_c = (self.setpoint_c - 0.005).max(-4.0);
        let error = truth.supply_c - self.setpoint_c;
        self.integral = (self.integral + 0.002 * error).clamp(0.0, 1.0);
        let valve = (0.1 * error + self.integral).clamp(0.0, 1.0);
        let valve = Duty((valve * 65_535.0) as u16);
        self.drives.channels = [ChannelDrives { pump: Duty::FULL, valve }];
        if truth.tank_c < -8.2 {
            self.drives.chiller = Duty::OFF;
        } else if truth.tank_c > -7.8 {
            self.drives.chiller = Duty::FULL;
        }
    }
}
