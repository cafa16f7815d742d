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
        Ok(address) => runtime.block_on(async {
            live::run(Follower::new(address, &options.access)?, options, form).await
        }),
        Err(_) if Path::new(&options.what).exists() => {
            runtime.block_on(recording::run(options, form))
        }
        Err(error) => Err(Failure::Input(format!("{error}, or a recording"))),
    }
}
