//! The host side of a visit on a machine behind a socket.

use super::inputs;
use crate::arguments::Run;
use crate::failure::Failure;
use crate::host_key::HostKey;
use crate::machine::remote::Remote;
use crate::treatment::{self, Print, Setup};
use coldcap_sim::FaultSchedule;
use coldcap_wire::security::Transport;

pub(crate) fn run(options: &Run) -> Result<(), Failure> {
    let plan = inputs::plan(&options.visit)?;
    let mut keeper = inputs::course(&options.visit, &plan)?;
    let setup = Setup {
        plan: keeper.plan(plan),
        seed: None,
        faults: FaultSchedule::none(),
        out: options.visit.out.clone(),
        name: None,
        speed: inputs::speed(options.visit.speed)?,
        print: Print::json(options.visit.json),
        key: key(options)?,
        keylog: options.visit.keylog.clone(),
        fit: keeper.fit(),
        resumes: None,
    };
    let address = inputs::address("--connect", &options.connect)?;
    let mut machine = Remote::connect(address)?;
    let ended = treatment::run(&mut machine, &setup, &mut keeper)?;
    keeper.save()?;
    ended.verdict()
}

/// The lane grants time to a machine whose link is a serial line, whatever the lane runs over.
fn key(options: &Run) -> Result<HostKey, Failure> {
    match &options.key {
        _ if options.visit.unsecured => Ok(HostKey::None),
        Some(path) => HostKey::read(path, Transport::Serial),
        None => Ok(HostKey::OfSeed(options.seed)),
    }
}
