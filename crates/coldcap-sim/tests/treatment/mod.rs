//! A treatment on the virtual machine with the skin observer and the contact watch beside it.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

use coldcap::{ChannelDrives, ChannelInputs, Drives};
use coldcap_calibration::curves::ntc_10k3a1;
use coldcap_calibration::flow::KFactor;
use coldcap_sim::random::Random;
use coldcap_sim::{
    CapPlacement, FaultSchedule, MachineParameters, PatientParameters, STEP, Truth, VirtualMachine,
};
use coldcap_thermal::skin::{
    ContactFinding, ContactWatch, SkinConfig, SkinEstimate, SkinInput, SkinObserver, WatchLimits,
};
use coldcap_units::{Coolant, Duty, Fault, Instant, Interface, Ratio};

/// What the valve regulates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Hold {
    /// The supply, at −4 °C.
    Supply,
    /// The cap's inner face, the mean of front and rear, at +4 °C.
    Face,
    /// Nothing: pump and valve are off.
    Nothing,
}

#[derive(Clone)]
pub(crate) struct Treatment {
    pub(crate) plant: VirtualMachine<1>,
    pub(crate) faults: FaultSchedule,
    pub(crate) now: Instant,
    pub(crate) observer: SkinObserver,
    pub(crate) watch: ContactWatch,
    pub(crate) estimate: Result<SkinEstimate, Fault>,
    pub(crate) finding: ContactFinding,
    /// What a machine makes of its sensors before it hands them on.
    pub(crate) corrupt: fn(&mut SkinInput),
    pub(crate) hold: Hold,
    drives: Drives<1>,
    setpoint_c: f64,
    integral: f64,
}

pub(crate) const CONFIG: SkinConfig = SkinConfig::REFERENCE;

/// A patient of the wide population: hair log-normal, fat 1.5 to 5 mm, core 36.5 to 38 °C.
pub(crate) fn anybody(seed: u64) -> PatientParameters {
    let mut random = Random::new(seed + 1_000_000);
    let fat_mm = 1.5 + 3.5 * random.uniform();
    let core_c = 36.5 + 1.5 * random.uniform();
    PatientParameters { fat_mm, core_c, ..PatientParameters::drawn(seed) }
}

impl Treatment {
    /// The cap has just been put on, at room temperature; the tank is at −8 °C. The sensors have offsets
    /// of up to ±0.03 K each: what an isothermal match leaves.
    pub(crate) fn new(patient: PatientParameters, seed: u64) -> Self {
        let mut machine = MachineParameters::standard();
        machine.tank.start_c = -8.0;
        let mut plant = VirtualMachine::new(machine, [patient], seed).unwrap();
        plant.place_cap(0, CapPlacement::Worn).unwrap();
        Self {
            plant,
            faults: FaultSchedule::none(),
            now: Instant::ZERO,
            observer: SkinObserver::new(&CONFIG),
            watch: ContactWatch::new(),
            estimate: Err(Fault::Unavailable),
            finding: ContactFinding::Undecided,
            corrupt: |_| {},
            hold: Hold::Supply,
            drives: Drives { permit: true, ..Drives::default() },
            setpoint_c: 22.0,
            integral: 0.0,
        }
    }

    pub(crate) fn truth(&self) -> Truth {
        self.plant.truth(0).unwrap()
    }

    /// Runs until so many minutes have passed since the beginning.
    pub(crate) fn run_to_minute(&mut self, minute: u32) {
        let until = u64::from(minute) * 60_000;
        let left = until.saturating_sub(self.now.as_millis()) / 100;
        (0..left).for_each(|_| self.tick());
    }

    pub(crate) fn run(&mut self, seconds: u32) {
        (0..seconds * 10).for_each(|_| self.tick());
    }

    /// Hoses off, pump off, cap on.
    pub(crate) fn disconnect(&mut self) {
        self.hold = Hold::Nothing;
        self.plant.place_cap(0, CapPlacement::Disconnected).unwrap();
    }

    /// Hoses on again; the ramp begins at the cap's temperature.
    pub(crate) fn reconnect(&mut self) {
        self.hold = Hold::Supply;
        self.setpoint_c = self.truth().interface_front_c;
        self.integral = 0.0;
        self.plant.place_cap(0, CapPlacement::Worn).unwrap();
    }

    fn tick(&mut self) {
        self.control();
        self.plant.step(&self.drives, self.now, &self.faults);
        self.now = self.now.plus(STEP);
        let inputs = self.plant.inputs(self.now);
        let input = self.measure(&inputs.channels[0]);
        self.estimate = self.observer.step(&CONFIG, &input);
        let cooling = input.pump && input.coupled;
        let evidence = self.observer.contact();
        let limits = WatchLimits::REFERENCE;
        self.finding = self.watch.step(&limits, input.worn, cooling, evidence, STEP);
    }

    /// A PI controller on the truth behind a ramp of 3 K/min, and a thermostat in the tank.
    fn control(&mut self) {
        let truth = self.truth();
        if self.hold == Hold::Nothing {
            self.drives.channels = [ChannelDrives { pump: Duty::OFF, valve: Duty::OFF }];
        } else {
            let face_c = 0.5 * (truth.interface_front_c + truth.interface_rear_c);
            let change = match self.hold {
                // An outer integrator on the face moves the setpoint of the supply.
                Hold::Face => 0.000_6 * (4.0 - face_c),
                _ => -4.0 - self.setpoint_c,
            };
            self.setpoint_c += change.clamp(-0.005, 0.005);
            let error = truth.supply_c - self.setpoint_c;
            self.integral = (self.integral + 0.002 * error).clamp(0.0, 1.0);
            let valve = Duty(((0.1 * error + self.integral).clamp(0.0, 1.0) * 65_535.0) as u16);
            self.drives.channels = [ChannelDrives { pump: Duty::FULL, valve }];
        }
        if truth.tank_c < -8.2 {
            self.drives.chiller = Duty::OFF;
        } else if truth.tank_c > -7.8 {
            self.drives.chiller = Duty::FULL;
        }
    }

    fn measure(&self, inputs: &ChannelInputs) -> SkinInput {
        let celsius = |code: Result<Ratio, Fault>| {
            code.and_then(|code| ntc_10k3a1::TABLE.eval(code)).map(|micro| micro.to_celsius())
        };
        let meter = KFactor::new(10_000).unwrap();
        let mut input = SkinInput {
            supply: celsius(inputs.supply.value).map(Coolant),
            returned: celsius(inputs.returned.value).map(Coolant),
            flow: inputs.flow.value.and_then(|pulses| meter.flow(pulses)),
            front: celsius(inputs.front.value).map(Interface),
            rear: celsius(inputs.rear.value).map(Interface),
            worn: true,
            coupled: inputs.cap.coupled.value == Ok(true),
            pump: !self.drives.channels[0].pump.is_off(),
            dt: STEP,
        };
        (self.corrupt)(&mut input);
        input
    }

    /// Estimate, half width and truth in °C, or the fault.
    pub(crate) fn seen(&self) -> Result<(f64, f64, f64), Fault> {
        let estimate = self.estimate?;
        let skin = f64::from(estimate.skin.to_milli()) / 1_000.0;
        let width = f64::from(estimate.uncertainty.to_milli()) / 1_000.0;
        Ok((skin, width, self.truth().skin_c))
    }
}
