//! The host side of a visit on a machine behind a socket.

use super::inputs;
use crate::arguments::Run;
use crate::failure::Failure;
use crate::machine::remote::Remote;
use crate::treatment::{self, Setup};
use coldcap_sim::FaultSchedule;

pub(crate) fn run(options: &Run) -> Result<(), Failure> {
    let setup = Setup {
        plan: inputs::plan(&options.visit)?,
        seed: None,
        faults: FaultSchedule::none(),
        out: options.visit.out.clone(),
        speed: inputs::speed(options.visit.speed)?,
        json: options.visit.json,
    };
    let address = inputs::address("--connect", &options.connect)?;
    let mut machine = Remote::connect(address)?;
    treatment::run(&mut machine, &setup)
}
