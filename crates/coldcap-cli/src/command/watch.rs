//! A machine, or a recording, on the screen.

mod desk;
mod keys;
mod lines;
mod live;
mod recording;
mod screen;
mod terminal;
mod words;

use crate::arguments::Watch;
use crate::failure::Failure;
use crate::host_key::{HostKey, random};
use coldcap_host::address::Address;
use coldcap_host::client::{ClientConfig, ClientKey};
use coldcap_host::connection::{Clock, Connection, opener};
use coldcap_wire::security::Transport;
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
            let clock = clock(options.speed)?;
            let config = config(options, transport(&address))?;
            let connection = Connection::over(opener(address), config, clock);
            live::run(connection, clock, options, form).await
        }),
        Err(_) if Path::new(&options.what).exists() => {
            runtime.block_on(recording::run(options, form))
        }
        Err(error) => Err(Failure::Input(format!("{error}, or a recording"))),
    }
}

fn clock(speed: f64) -> Result<Clock, Failure> {
    let [slowest, fastest] = Clock::SPEEDS;
    let allowed = || Failure::Input(format!("--speed: {speed}: allowed {slowest} to {fastest}"));
    Clock::times(speed).ok_or_else(allowed)
}

/// What the bytes travel in, as the keys know it.
const fn transport(address: &Address) -> Transport {
    match address {
        Address::Tcp { .. } | Address::WebSocket { .. } => Transport::Tcp,
        Address::Serial { .. } | Address::Pty { .. } => Transport::Serial,
    }
}

fn config(options: &Watch, transport: Transport) -> Result<ClientConfig, Failure> {
    let key = match &options.key {
        _ if options.unsecured => HostKey::None,
        Some(path) => HostKey::read(path, transport)?,
        None => HostKey::OfSeed(options.seed),
    };
    let config = key.config(boot()?)?;
    let key = config.key.map(|key| ClientKey { transport, ..key });
    Ok(ClientConfig { key, ..config })
}

/// Another one with each start, so that a machine takes no command for one of before.
fn boot() -> Result<u32, Failure> {
    let random = random()?;
    let first = random.expose().first_chunk().copied().unwrap_or_default();
    Ok(u32::from_le_bytes(first))
}
