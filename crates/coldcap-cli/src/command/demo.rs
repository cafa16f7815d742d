//! Both services on the virtual machine.

use super::inputs;
use crate::arguments::{Demo, Place};
use crate::failure::Failure;
use crate::machine::emulator::{Emulator, Image};
use crate::machine::uart;
use crate::treatment::{self, Setup};
use coldcap_sim::Rig;

pub(crate) fn run(options: &Demo) -> Result<(), Failure> {
    let setup = Setup {
        plan: inputs::plan(&options.visit)?,
        seed: Some(options.seed),
        faults: inputs::faults(&options.fault)?,
        out: options.visit.out.clone(),
        speed: inputs::speed(options.visit.speed)?,
        json: options.visit.json,
    };
    let patient = inputs::patient(options.patient.as_deref())?;
    let faults = setup.faults.clone();
    match options.machine {
        Place::InProcess => {
            let mut rig = Rig::in_process(patient, options.seed, faults)?;
            treatment::run(&mut rig, &setup)
        }
        Place::Qemu => {
            let image = Image { path: options.firmware.clone(), count: options.count };
            let emulator = Emulator::start(&image)?;
            let mut rig = Rig::new(emulator, patient, options.seed, faults)?;
            treatment::run(&mut rig, &setup)?;
            rig.into_device().finish()
        }
        Place::Uart => uart::smoke(&options.firmware, patient, options.seed, options.visit.json),
    }
}
