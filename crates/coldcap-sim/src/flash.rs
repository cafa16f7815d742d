//! The flash of a virtual machine, and the device with its journal on it.

use crate::equipment::Equipment;
use crate::rig::{DeviceLane, RigError};
use coldcap::journaled::{Journaled, JournaledLane, Layout, Pace};
use coldcap::lane::{LaneError, REPLY_LENGTH, STEP_LENGTH};
use coldcap::{Config, Served};
use coldcap_journal::Region;
use coldcap_journal::simulated::{Refused, SimulatedFlash};
use coldcap_units::Duration;
use embedded_storage::nor_flash::{ErrorType, NorFlash, ReadNorFlash};

const BYTES: usize = 1_024 * 1_024;
const SECTOR: usize = 4_096;
const GROUP: usize = 8;

/// What a virtual machine keeps where: the last 8 KiB are for its keys, the rest is the journal.
const LAYOUT: Layout = Layout {
    journal: Region { start: 0, length: 1_016 * 1_024, sector: 8 * 1_024 },
    keys: Region { start: 1_016 * 1_024, length: 8 * 1_024, sector: 4 * 1_024 },
    pace: Pace { treated: Duration::from_secs(10), idle: Duration::from_secs(60) },
};

/// A flash of 1 MiB in memory, in sectors of 4 KiB and groups of 8 bytes.
#[derive(Clone, Debug)]
pub struct VirtualFlash(Box<SimulatedFlash<BYTES, SECTOR, GROUP>>);

impl VirtualFlash {
    /// Erased.
    #[must_use]
    pub fn erased() -> Self {
        Self(Box::new(SimulatedFlash::new()))
    }
}

impl ErrorType for VirtualFlash {
    type Error = Refused;
}

impl ReadNorFlash for VirtualFlash {
    const READ_SIZE: usize = GROUP;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Refused> {
        self.0.read(offset, bytes)
    }

    fn capacity(&self) -> usize {
        BYTES
    }
}

impl NorFlash for VirtualFlash {
    const WRITE_SIZE: usize = GROUP;
    const ERASE_SIZE: usize = SECTOR;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Refused> {
        self.0.erase(from, to)
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Refused> {
        self.0.write(offset, bytes)
    }
}

/// The flash of a machine with `CHANNELS` channels as the factory leaves it: provisioned, with the keys of `equipment`. For firmware whose
/// flash is a file; the emulated board has the same layout.
///
/// # Errors
/// [`RigError::Lane`]: the keys are too many.
pub fn factory_flash<const CHANNELS: usize>(equipment: &Equipment) -> Result<Vec<u8>, RigError> {
    let provisioned = Journaled::provision(Config::reference(), VirtualFlash::erased(), LAYOUT);
    let mut machine: Journaled<CHANNELS, _> = provisioned.map_err(|_| LaneError::Flash)?;
    for key in equipment.keys() {
        machine.device.link.keys_mut().add(key.clone()).map_err(|_| LaneError::Keys)?;
    }
    machine.store_keys().map_err(|_| LaneError::Flash)?;
    let mut bytes = vec![0; BYTES];
    machine.release().read(0, &mut bytes).map_err(|_| LaneError::Flash)?;
    Ok(bytes)
}

/// The device with its journal, in this process: what it stores outlives the restarts of a run.
#[derive(Clone, Debug)]
pub struct JournaledDevice(Box<JournaledLane<1, VirtualFlash>>);

impl JournaledDevice {
    /// A machine that never ran.
    ///
    /// # Errors
    /// [`RigError::Lane`]: its flash failed.
    pub fn new(config: Config) -> Result<Self, RigError> {
        let lane = JournaledLane::new(config, VirtualFlash::erased(), LAYOUT);
        Ok(Self(Box::new(lane.map_err(|_| LaneError::Flash)?)))
    }
}

impl DeviceLane for JournaledDevice {
    fn tick(
        &mut self,
        step: &[u8; STEP_LENGTH],
        reply: &mut [u8; REPLY_LENGTH],
    ) -> Result<(), RigError> {
        match self.0.serve(step, reply)? {
            Served::Ticked => Ok(()),
            Served::Restarted | Served::Equipped | Served::Ended => {
                Err(RigError::Lane(LaneError::Kind))
            }
        }
    }

    fn tell(&mut self, step: &[u8; STEP_LENGTH]) -> Result<(), RigError> {
        self.0.serve(step, &mut [0; REPLY_LENGTH]).map(|_| ()).map_err(RigError::from)
    }
}
