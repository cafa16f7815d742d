//! The whole machine with a patient on every channel.

use super::STEP_S;
use super::actuator::share;
use super::channel::Channel;
use super::energy::EnergyBalance;
use super::parameters::MachineParameters;
use super::tank::Tank;
use super::truth::{CapPlacement, Truth};
use crate::fault::{FaultKind, FaultSchedule, Place};
use crate::parameter::ParameterError;
use crate::patient::PatientParameters;
use crate::random::Random;
use crate::sensor::{Probe, Thermistor};
use coldcap::{Drives, Inputs, Panel, TankInputs, VendorConditions};
use coldcap_units::{Duration, Duty, Instant, Permille, Reading};
use core::fmt;

/// The length of a step of the plant.
pub const STEP: Duration = Duration::from_millis(100);

/// The identity that the cap of channel 0 reports; the cap of channel *n* reports *n* more.
pub const CAP_IDENTITY: u32 = 0x0CA9_0001;

/// A machine with `CHANNELS` channels and a patient on each.
///
/// It begins at the temperature of its room, every cap off, every drive off. It has no clock: each
/// [`VirtualMachine::step`] lasts [`STEP`]. The same parameters, seed and calls give the same bits on
/// every machine.
///
/// Mains and battery are always there: a cut of power is a matter of whoever runs the plant (see
/// [`FaultKind::PowerCut`]). Without [`Drives::permit`] every actuator is without power, whatever is
/// demanded or welded: pumps stand, the chiller stands, valves close by their springs.
///
/// ```
/// use coldcap::{ChannelDrives, Drives};
/// use coldcap_sim::{
///     CapPlacement, FaultSchedule, MachineParameters, PatientParameters, STEP, VirtualMachine,
/// };
/// use coldcap_units::{Duty, Instant};
///
/// let machine = MachineParameters::standard();
/// let mut plant = VirtualMachine::new(machine, [PatientParameters::standard()], 1)?;
/// plant.place_cap(0, CapPlacement::Worn)?;
/// let drives = Drives {
///     permit: true,
///     chiller: Duty::FULL,
///     channels: [ChannelDrives { pump: Duty::FULL, valve: Duty::FULL }],
/// };
/// let mut now = Instant::ZERO;
/// for _ in 0..600 {
///     plant.step(&drives, now, &FaultSchedule::none());
///     now = now.plus(STEP);
/// }
/// let inputs = plant.inputs(now);
/// assert!(inputs.channels[0].supply.value.is_ok());
/// assert!(plant.truth(0).is_some_and(|truth| truth.tank_c < 22.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct VirtualMachine<const CHANNELS: usize> {
    ambient_c: f64,
    tank: Tank,
    tank_sensor: Thermistor,
    evaporator_sensor: Thermistor,
    channels: [Channel; CHANNELS],
    permit: bool,
    chiller: Duty,
    leaking: bool,
    wet: bool,
    balance: EnergyBalance,
}

impl<const CHANNELS: usize> VirtualMachine<CHANNELS> {
    /// A machine with a patient on every channel. `seed` decides offsets and noise of all sensors.
    ///
    /// # Errors
    /// A parameter of the machine or of a patient is out of range.
    pub fn new(
        machine: MachineParameters,
        patients: [PatientParameters; CHANNELS],
        seed: u64,
    ) -> Result<Self, BuildError> {
        machine.validate().map_err(BuildError::Machine)?;
        for (channel, patient) in patients.iter().enumerate() {
            patient.validate().map_err(|error| BuildError::Patient { channel, error })?;
        }
        Ok(Self::built(&machine, &patients, seed))
    }

    fn built(
        machine: &MachineParameters,
        patients: &[PatientParameters; CHANNELS],
        seed: u64,
    ) -> Self {
        let character = machine.sensors.character();
        let mut seeds = Random::stream(seed, 0);
        let mut sensor = || {
            let random = Random::new(seeds.next_u64());
            Thermistor::new(&character, machine.tank.start_c, STEP_S, random)
        };
        let mut plant = Self {
            ambient_c: machine.ambient_c,
            tank: Tank::new(&machine.tank, machine.ambient_c, machine.glycol),
            tank_sensor: sensor(),
            evaporator_sensor: sensor(),
            channels: channels(machine, patients, seed),
            permit: false,
            chiller: Duty::OFF,
            leaking: false,
            wet: false,
            balance: EnergyBalance::default(),
        };
        plant.balance.initial_j = plant.stored();
        plant
    }

    /// Puts the cap of `channel` somewhere, at once.
    ///
    /// # Errors
    /// There is no such channel.
    pub fn place_cap(
        &mut self,
        channel: usize,
        placement: CapPlacement,
    ) -> Result<(), NoSuchChannel> {
        let missing = NoSuchChannel { channel, channels: CHANNELS };
        self.channels.get_mut(channel).ok_or(missing)?.place_cap(placement);
        Ok(())
    }

    /// Seats the cap of `channel` anew: from now on hair and air between skin and inner face have this
    /// resistance in m²K/W, the mean of front and rear, limited to 0.003 to 0.3. A cap that was put on
    /// badly has more than its patient's hair alone.
    ///
    /// # Errors
    /// There is no such channel.
    pub fn seat_cap(&mut self, channel: usize, resistance: f64) -> Result<(), NoSuchChannel> {
        let missing = NoSuchChannel { channel, channels: CHANNELS };
        let seated = resistance.clamp(0.003, 0.3);
        self.channels.get_mut(channel).ok_or(missing)?.seat_cap(seated);
        Ok(())
    }

    /// Takes one sensor of `channel` to a bath, bridges it, or puts it back where it belongs.
    ///
    /// # Errors
    /// There is no such channel.
    pub fn place_sensor(
        &mut self,
        channel: usize,
        place: Place,
        probe: Probe,
    ) -> Result<(), NoSuchChannel> {
        let missing = NoSuchChannel { channel, channels: CHANNELS };
        self.channels.get_mut(channel).ok_or(missing)?.place_sensor(place, probe);
        Ok(())
    }

    /// Gives all dividers of the channels another reference voltage in V, limited to 0 to 5: the current
    /// through the sensors goes with it, the codes do not, but for what the sensors warm themselves.
    pub fn excite(&mut self, reference_volt: f64) {
        let volt = reference_volt.clamp(0.0, 5.0);
        self.channels.iter_mut().for_each(|channel| channel.excite(volt));
    }

    /// Lets [`STEP`] pass under `drives`. `now` is the moment at which the step begins; it only
    /// decides which of the `faults` are there.
    pub fn step(&mut self, drives: &Drives<CHANNELS>, now: Instant, faults: &FaultSchedule) {
        let permitted = if drives.permit { *drives } else { Drives::default() };
        let welded = drives.permit && faults.active(FaultKind::ChillerStuckOn, now);
        self.permit = drives.permit;
        self.chiller = if welded { Duty::FULL } else { permitted.chiller };
        self.leaking = faults.active(FaultKind::Leak, now);
        self.wet = self.leaking || faults.active(FaultKind::Condensation, now);
        let weak = faults.active(FaultKind::ChillerWeak, now);
        self.tank.suffer(weak, faults.active(FaultKind::EvaporatorIced, now));

        let tank_c = self.tank.coolant_c();
        let mut heat_j = 0.0;
        for (index, (channel, mut demanded)) in
            self.channels.iter_mut().zip(permitted.channels).enumerate()
        {
            let struck = faults.on_channel(index, now);
            if drives.permit && struck.contains(FaultKind::PumpStuckOn) {
                demanded.pump = Duty::FULL;
            }
            heat_j += channel.step(demanded, tank_c, struck, &mut self.balance);
        }
        let asked = (share(self.chiller), drives.permit);
        self.tank.step(asked, heat_j, self.ambient_c, &mut self.balance);
        if self.leaking {
            self.tank.leak(&mut self.balance);
        }
        self.tank_sensor.follow(self.tank.coolant_c(), None);
        self.evaporator_sensor.follow(self.tank.evaporator_c(), None);
    }

    /// One conversion of every sensor, taken at `now`. Each call draws new noise.
    pub fn inputs(&mut self, now: Instant) -> Inputs<CHANNELS> {
        let mut identity = CAP_IDENTITY;
        Inputs {
            tank: TankInputs {
                coolant: Reading::new(self.tank_sensor.sample(), now),
                evaporator: Reading::new(self.evaporator_sensor.sample(), now),
                level: Reading::new(self.tank.level_is_sufficient(), now),
                chiller: Reading::new(self.chiller, now),
            },
            channels: self.channels.each_mut().map(|channel| {
                let inputs = channel.inputs(now, identity);
                identity = identity.wrapping_add(1);
                inputs
            }),
            leak: Reading::new(self.wet, now),
            mains: Reading::new(true, now),
            battery: Reading::new(Permille(1_000), now),
            permit: Reading::new(self.permit, now),
            panel: Panel::default(),
            vendor: VendorConditions::NONE,
        }
    }

    /// What is really so on `channel`; `None` if there is no such channel.
    #[must_use]
    pub fn truth(&self, channel: usize) -> Option<Truth> {
        let (tank_c, evaporator_c) = (self.tank.coolant_c(), self.tank.evaporator_c());
        let truth = self.channels.get(channel)?.truth();
        let (ice_mm, heatsink_c) = (self.tank.ice_mm(), self.tank.sink_c());
        Some(Truth { tank_c, evaporator_c, ice_mm, heatsink_c, ..truth })
    }

    /// Where every joule went since the machine was built.
    #[must_use]
    pub fn energy(&self) -> EnergyBalance {
        let patients_j = self.channels.iter().map(Channel::patient_heat).sum();
        EnergyBalance { stored_j: self.stored(), patients_j, ..self.balance }
    }

    fn stored(&self) -> f64 {
        self.tank.stored() + self.channels.iter().map(Channel::stored).sum::<f64>()
    }
}

fn channels<const CHANNELS: usize>(
    machine: &MachineParameters,
    patients: &[PatientParameters; CHANNELS],
    seed: u64,
) -> [Channel; CHANNELS] {
    let mut stream = 0;
    patients.each_ref().map(|patient| {
        stream += 1;
        Channel::new(machine, patient, &mut Random::stream(seed, stream))
    })
}

/// Why a machine could not be built.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BuildError {
    /// A parameter of the machine is out of range.
    Machine(ParameterError),
    /// A parameter of a patient is out of range.
    Patient {
        /// The patient's channel, from 0.
        channel: usize,
        /// What is wrong.
        error: ParameterError,
    },
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Machine(error) => write!(f, "machine: {error}"),
            Self::Patient { channel, error } => write!(f, "patient of channel {channel}: {error}"),
        }
    }
}

impl core::error::Error for BuildError {}

/// A channel that the machine does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NoSuchChannel {
    /// The channel that was asked for, from 0.
    pub channel: usize,
    /// How many the machine has.
    pub channels: usize,
}

impl fmt::Display for NoSuchChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no channel {}; the machine has {}", self.channel, self.channels)
    }
}

impl core::error::Error for NoSuchChannel {}
