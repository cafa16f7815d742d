//! The host side of a visit on a machine behind a socket.

use super::inputs;
use crate::arguments::Run;
use crate::failure::Failure;
use crate::host_key::HostKey;
use crate::machine::remote::Remote;
use crate::treatment::{self, Nobody, Print, Setup};
use coldcap_sim::FaultSchedule;
use coldcap_wire::security::Transport;

pub(crate) fn run(options: &Run) -> Result<(), Failure> {
    let setup = Setup {
        plan: inputs::plan(&options.visit)?,
        seed: None,
        faults: FaultSchedule::none(),
        out: options.visit.out.clone(),
        name: None,
        speed: inputs::speed(options.visit.speed)?,
        print: Print::json(options.visit.json),
        key: key(options)?,
        keylog: options.visit.keylog.clone(),
        resumes: None,
    };
    let address = inputs::address("--connect", &options.connect)?;
    let mut machine = Remote::connect(address)?;
    treatment::run(&mut machine, &setup, &mut Nobody)?.verdict()
}

/// The lane grants time to a machine whose link is a serial line, whatever the lane runs over.
fn key(options: &Run) -> Result<HostKey, Failure> {
    match &options.key {
        _ if options.visit.unsecured => Ok(HostKey::None),
        Some(path) => HostKey::read(path, Transport::Serial),
        None => Ok(HostKey::OfSeed(options.seed)),
    }
}
