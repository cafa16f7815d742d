//! Plays a scenario on the virtual machine: both services over the link, with what goes wrong, and what must come of it.

mod deeds;
mod hazards;
mod onlooker;
mod parts;
pub(crate) mod scenario;

use crate::arguments::Sim;
use crate::failure::Failure;
use crate::host_key::HostKey;
use crate::treatment::{self, Print, Setup};
use coldcap::{Config, Device};
use coldcap_sim::{Equipment, Rig};
use onlooker::Onlooker;
use scenario::Scenario;
use std::io::{self, Write};

pub(crate) fn run(options: &Sim) -> Result<(), Failure> {
    if options.list_faults {
        return hazards::list(options.json);
    }
    let path = options.scenario.as_deref().ok_or_else(|| {
        Failure::Input("--scenario: missing: allowed is a scenario's file".into())
    })?;
    let scenario = Scenario::read(path)?;
    let print = match (options.json, options.csv) {
        (true, _) => Print::Json,
        (false, true) => Print::Csv,
        (false, false) => Print::Words,
    };
    let setup = Setup {
        plan: scenario.plan.clone(),
        seed: Some(scenario.seed),
        faults: scenario.faults.clone(),
        out: options.out.clone(),
        name: Some(scenario.name.clone()),
        speed: None,
        print,
        key: HostKey::OfSeed(scenario.seed),
        keylog: None,
        fit: None,
        resumes: scenario.resumes,
    };
    let device: Device<1> = Device::new(Config::reference());
    let faults = setup.faults.clone();
    let mut rig = Rig::on(scenario.machine, device, scenario.patient, scenario.seed, faults)?;
    rig.equip(&Equipment::keyed(scenario.seed))?;
    let mut onlooker = Onlooker::new(&scenario);
    let ended = treatment::run(&mut rig, &setup, &mut onlooker)?;
    if options.report && print != Print::Words {
        // Where a document goes to standard output, nothing else does; in words it is said anyway.
        eprintln!("{}", ended.folder.join("report.html").display());
    }
    if print == Print::Words {
        writeln!(io::stdout(), "{}", onlooker.line())?;
    }
    match onlooker.failed() {
        Some(line) => Err(Failure::Wrong(format!("{}:{line}", path.display()))),
        None => Ok(()),
    }
}
