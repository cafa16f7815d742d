//! Both services on the virtual machine.

use super::inputs;
use crate::arguments::{Demo, Place};
use crate::failure::Failure;
use crate::host_key::HostKey;
use crate::machine::emulator::{Emulator, Image};
use crate::machine::{board, uart};
use crate::treatment::{self, Print, Setup};
use coldcap::Config;
use coldcap_sim::{Equipment, JournaledDevice, Rig};

pub(crate) fn run(options: &Demo) -> Result<(), Failure> {
    if options.visit.of_course.course.is_some() && options.machine.is_smoke() {
        return Err(Failure::Input("--course: allowed only where both services run".into()));
    }
    let unsecured = options.visit.unsecured;
    let plan = inputs::plan(&options.visit)?;
    let mut keeper = inputs::course(&options.visit, &plan)?;
    let setup = Setup {
        plan: keeper.plan(plan),
        seed: Some(options.seed),
        faults: inputs::faults(&options.fault)?,
        out: options.visit.out.clone(),
        name: None,
        speed: inputs::speed(options.visit.speed)?,
        print: Print::json(options.visit.json),
        key: if unsecured { HostKey::None } else { HostKey::OfSeed(options.seed) },
        keylog: options.visit.keylog.clone(),
        fit: keeper.fit(),
        resumes: None,
    };
    let equipment = match unsecured {
        true => Equipment::unsecured(options.seed),
        false => Equipment::keyed(options.seed),
    };
    let patient = inputs::patient(options.patient.as_deref())?;
    let faults = setup.faults.clone();
    match options.machine {
        Place::InProcess => {
            let device = JournaledDevice::new(Config::reference())?;
            let mut rig = Rig::new(device, patient, options.seed, faults)?;
            rig.equip(&equipment)?;
            let ended = treatment::run(&mut rig, &setup, &mut keeper)?;
            keeper.save()?;
            ended.verdict()
        }
        Place::Qemu => {
            let (path, core, count) = (options.firmware.clone(), options.core, options.count);
            let image = Image { path, core, count };
            let emulator = Emulator::start(&image)?;
            let mut rig = Rig::new(emulator, patient, options.seed, faults)?;
            rig.equip(&equipment)?;
            let ended = treatment::run(&mut rig, &setup, &mut keeper)?;
            keeper.save()?;
            ended.verdict()?;
            rig.into_device().finish()
        }
        Place::Board => board::smoke(&options.firmware, options.seed, options.visit.json),
        Place::Uart => uart::smoke(options, patient, &setup, &equipment),
    }
}
