//! The rig: a device, the virtual machine around it, and the hands at it, on one virtual time.

use crate::attendant::{Attendant, AttendantParameters};
use crate::equipment::Equipment;
use crate::fault::{FaultKind, FaultSchedule};
use crate::machine::{BuildError, MachineParameters, SkinPlace, Truth, VirtualMachine};
use crate::patient::PatientParameters;
use coldcap::canonical::{Canonical, SliceSink};
use coldcap::lane::{LaneError, REPLY_LENGTH, Reply, STEP_LENGTH, Step};
use coldcap::{Config, Device, Drives, Glance, Inputs, Served, SkinSide, TICK};
use coldcap_calibration::contact::Zone;
use coldcap_units::{Duration, Instant};
use core::fmt;
use std::io;

/// A device at the other end of a step lane: in this process, or anywhere else.
pub trait DeviceLane {
    /// Hands over a block that is answered by a reply.
    ///
    /// # Errors
    /// The device is gone, or it does not speak the lane.
    fn tick(
        &mut self,
        step: &[u8; STEP_LENGTH],
        reply: &mut [u8; REPLY_LENGTH],
    ) -> Result<(), RigError>;

    /// Hands over a block that is not answered: a restart, or the end.
    ///
    /// # Errors
    /// As [`tick`](Self::tick).
    fn tell(&mut self, step: &[u8; STEP_LENGTH]) -> Result<(), RigError>;
}

/// The device in this very process.
impl<const KEPT: usize, const SETTINGS: usize> DeviceLane for Device<1, KEPT, SETTINGS> {
    fn tick(
        &mut self,
        step: &[u8; STEP_LENGTH],
        reply: &mut [u8; REPLY_LENGTH],
    ) -> Result<(), RigError> {
        match self.serve(step, reply)? {
            Served::Ticked => Ok(()),
            Served::Restarted | Served::Equipped | Served::Ended => {
                Err(RigError::Lane(LaneError::Kind))
            }
        }
    }

    fn tell(&mut self, step: &[u8; STEP_LENGTH]) -> Result<(), RigError> {
        self.serve(step, &mut [0; REPLY_LENGTH]).map(|_| ()).map_err(RigError::from)
    }
}

/// Why a rig stopped.
#[derive(Debug)]
pub enum RigError {
    /// A block was not understood.
    Lane(LaneError),
    /// The device or the machine is gone.
    Io(io::Error),
    /// What came back is not what a device says.
    Outputs,
    /// The virtual machine could not be built.
    Build(BuildError),
}

impl fmt::Display for RigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lane(error) => write!(f, "the step lane failed: {error}"),
            Self::Io(error) => write!(f, "the machine is gone: {error}"),
            Self::Outputs => f.write_str("the device's outputs are not understood"),
            Self::Build(error) => write!(f, "{error}"),
        }
    }
}

impl core::error::Error for RigError {}

impl From<LaneError> for RigError {
    fn from(error: LaneError) -> Self {
        Self::Lane(error)
    }
}

impl From<io::Error> for RigError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// One tick of a machine, as whoever drives it sees it.
#[derive(Clone, Copy, Debug)]
pub struct MachineTick<'a> {
    /// The canonical tick input that the device used.
    pub tick_input: &'a [u8],
    /// The canonical outputs.
    pub outputs: &'a [u8],
    /// Bytes for the host.
    pub link: &'a [u8],
    /// What is really so, where a simulator can say.
    pub truth: Option<Truth>,
}

/// A whole machine that takes granted time: a rig here, or one behind a socket.
pub trait Machine {
    /// One tick at `now` with the bytes that the host has sent.
    ///
    /// # Errors
    /// The machine is gone or does not speak the lane.
    fn tick(&mut self, now: Instant, link: &[u8]) -> Result<MachineTick<'_>, RigError>;

    /// Power fails at `now` and is back after `gap`.
    ///
    /// # Errors
    /// As [`tick`](Self::tick).
    fn cut_power(&mut self, now: Instant, gap: Duration) -> Result<(), RigError>;

    /// No more ticks will follow.
    ///
    /// # Errors
    /// As [`tick`](Self::tick).
    fn end(&mut self) -> Result<(), RigError>;
}

/// A device, the virtual machine around it, and the hands at it.
#[derive(Debug)]
pub struct Rig<D> {
    device: D,
    plant: VirtualMachine<1>,
    attendant: Attendant,
    faults: FaultSchedule,
    drives: Drives<1>,
    step: Box<[u8; STEP_LENGTH]>,
    reply: Box<[u8; REPLY_LENGTH]>,
}

impl Rig<Device<1>> {
    /// The reference device in this process, with the key of this seed: see [`Equipment::keyed`].
    ///
    /// # Errors
    /// A parameter of machine or patient is out of range.
    pub fn in_process(
        patient: PatientParameters,
        seed: u64,
        faults: FaultSchedule,
    ) -> Result<Self, RigError> {
        let mut rig = Self::new(Device::new(Config::reference()), patient, seed, faults)?;
        rig.equip(&Equipment::keyed(seed))?;
        Ok(rig)
    }

    /// The same with a skin-side sensor for the fit visit, which the device is told of.
    ///
    /// # Errors
    /// A parameter of machine or patient is out of range.
    pub fn with_skin_side(
        patient: PatientParameters,
        seed: u64,
        faults: FaultSchedule,
        place: SkinPlace,
    ) -> Result<Self, RigError> {
        let mut machine = MachineParameters::standard();
        machine.sensors.skin = Some(place);
        let mut rig = Self::on(machine, Device::new(place.config()), patient, seed, faults)?;
        rig.equip(&Equipment::keyed(seed))?;
        Ok(rig)
    }
}

impl SkinPlace {
    /// The reference configuration of a machine that has the sensor there.
    #[must_use]
    pub fn config(self) -> Config {
        let zone = match self {
            Self::Front => Zone::Front,
            Self::Rear => Zone::Rear,
        };
        Config { skin_side: Some(SkinSide::under(zone)), ..Config::reference() }
    }
}

impl<D: DeviceLane> Rig<D> {
    /// A rig around `device`.
    ///
    /// # Errors
    /// A parameter of machine or patient is out of range.
    pub fn new(
        device: D,
        patient: PatientParameters,
        seed: u64,
        faults: FaultSchedule,
    ) -> Result<Self, RigError> {
        Self::on(MachineParameters::standard(), device, patient, seed, faults)
    }

    /// A rig around `device` with this machine.
    ///
    /// # Errors
    /// A parameter of machine or patient is out of range.
    pub fn on(
        machine: MachineParameters,
        device: D,
        patient: PatientParameters,
        seed: u64,
        faults: FaultSchedule,
    ) -> Result<Self, RigError> {
        let plant = VirtualMachine::new(machine, [patient], seed).map_err(RigError::Build)?;
        Ok(Self {
            device,
            plant,
            attendant: Attendant::new(AttendantParameters::standard()),
            faults,
            drives: Drives::default(),
            step: Box::new([0; STEP_LENGTH]),
            reply: Box::new([0; REPLY_LENGTH]),
        })
    }

    /// Gives the device its keys and its randomness, before the first tick: it is made anew.
    ///
    /// # Errors
    /// The device is gone, does not speak the lane, or the keys are too many for it.
    pub fn equip(&mut self, equipment: &Equipment) -> Result<(), RigError> {
        let mut stored = Vec::new();
        equipment.step(&mut stored).encode(&mut self.step)?;
        self.device.tell(&self.step)
    }

    /// The device, after the run.
    #[must_use]
    pub fn into_device(self) -> D {
        self.device
    }

    fn send(&mut self, now: Instant, inputs: &Inputs<1>, link: &[u8]) -> Result<(), RigError> {
        let mut bytes = [0; STEP_LENGTH];
        let mut sink = SliceSink::new(&mut bytes);
        inputs.write(now, &mut sink);
        let length = sink.finish().ok_or(LaneError::Length)?;
        let inputs = bytes.get(..length).unwrap_or_default();
        Step::Tick { now, inputs, link }.encode(&mut self.step)?;
        self.device.tick(&self.step, &mut self.reply)
    }
}

impl<D: DeviceLane> Machine for Rig<D> {
    fn tick(&mut self, now: Instant, link: &[u8]) -> Result<MachineTick<'_>, RigError> {
        self.plant.step(&self.drives, now, &self.faults);
        let inputs = self.plant.inputs(now);
        self.send(now, &inputs, link)?;
        let reply = Reply::decode(&self.reply[..])?;
        let glance: Glance<1> = Glance::read(reply.outputs).map_err(|_| RigError::Outputs)?;
        self.drives = glance.drives;
        self.attendant.hurry(self.faults.active(FaultKind::EarlyRemoval, now));
        let placement = self.attendant.place(glance.phases[0], glance.highest, now);
        let _ = self.plant.place_cap(0, placement);
        Ok(MachineTick {
            tick_input: reply.tick_input,
            outputs: reply.outputs,
            link: reply.link,
            truth: self.plant.truth(0),
        })
    }

    fn cut_power(&mut self, now: Instant, gap: Duration) -> Result<(), RigError> {
        self.drives = Drives::default();
        let mut at = now;
        for _ in 0..gap.as_millis() / TICK.as_millis() {
            self.plant.step(&self.drives, at, &self.faults);
            at = at.plus(TICK);
        }
        Step::Restart { gap: Some(gap) }.encode(&mut self.step)?;
        self.device.tell(&self.step)
    }

    fn end(&mut self) -> Result<(), RigError> {
        Step::End.encode(&mut self.step)?;
        self.device.tell(&self.step)
    }
}
