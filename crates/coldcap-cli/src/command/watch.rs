//! A machine, or a recording, on the screen.

mod desk;
mod fault;
mod keys;
mod lines;
mod live;
mod recording;
mod screen;
mod terminal;
mod words;

use super::follower::Follower;
use crate::arguments::Watch;
use crate::failure::Failure;
use coldcap_host::address::Address;
use std::io::{self, IsTerminal};
use std::path::Path;
use tokio::runtime::Builder;

/// How it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Screen,
    Plain,
    Json,
}

impl Form {
    fn of(options: &Watch) -> Self {
        match options {
            Watch { json: true, .. } => Self::Json,
            Watch { plain: true, .. } => Self::Plain,
            _ if io::stdout().is_terminal() => Self::Screen,
            _ => Self::Plain,
        }
    }
}

pub(crate) fn run(options: &Watch) -> Result<(), Failure> {
    let form = Form::of(options);
    let place: Result<Address, _> = options.what.parse();
    let runtime = Builder::new_current_thread().enable_all().build()?;
    match place {
        Ok(_) if options.fault_door.is_some_and(|door| options.what == format!("tcp:{door}")) => {
            let line = "--fault-door: the machine's own address: allowed is that of its fault door";
            Err(Failure::Input(line.into()))
        }
        Ok(address) => runtime.block_on(async {
            live::run(Follower::new(address, &options.access)?, options, form).await
        }),
        Err(_) if Path::new(&options.what).exists() => {
            if let Some(door) = options.fault_door {
                let allowed = "allowed is with the address of a machine, not with a recording";
                return Err(Failure::Input(format!("--fault-door: {door}: {allowed}")));
            }
            runtime.block_on(recording::run(options, form))
        }
        Err(error) => Err(Failure::Input(format!("{error}, or a recording"))),
    }
}
