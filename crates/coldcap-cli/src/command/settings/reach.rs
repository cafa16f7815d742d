//! The way to a machine, for as long as a command takes.

use crate::arguments::Machine;
use crate::failure::Failure;
use crate::host_key::{HostKey, random};
use coldcap_host::address::Address;
use coldcap_host::client::ClientConfig;
use coldcap_host::connection::{Clock, Connection, opener};
use coldcap_wire::security::Transport;
use core::time::Duration;
use tokio::time::timeout;

/// A machine that has not answered by then is not there, or does not know the key.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

/// A connection that is up.
pub(super) async fn connect(machine: &Machine) -> Result<Connection, Failure> {
    let speed = machine.speed;
    let [slowest, fastest] = Clock::SPEEDS;
    let clock = Clock::times(speed).ok_or_else(|| {
        Failure::Input(format!("--speed: {speed}: allowed is {slowest} to {fastest}"))
    })?;
    let connection = Connection::over(opener(machine.address.clone()), config(machine)?, clock);
    let up = timeout(ANSWERS_WITHIN, connection.secured()).await;
    if matches!(up, Ok(Ok(_))) {
        return Ok(connection);
    }
    let open = connection.snapshot().open;
    let why = if open { "no session: allowed is a key of the machine" } else { "nobody is there" };
    Err(Failure::Io(format!("{}: {why}", machine.address)))
}

fn config(machine: &Machine) -> Result<ClientConfig, Failure> {
    let transport = match machine.address {
        Address::Serial { .. } | Address::Pty { .. } => Transport::Serial,
        _ => Transport::Tcp,
    };
    let key = match &machine.key {
        _ if machine.unsecured => HostKey::None,
        Some(path) => HostKey::read(path, transport)?,
        None => HostKey::OfSeed(machine.seed),
    };
    let mut config = key.config(boot()?)?;
    if let Some(key) = &mut config.key {
        key.transport = transport;
    }
    Ok(config)
}

/// Another one with every start.
fn boot() -> Result<u32, Failure> {
    let random = random()?;
    let number = random.expose().first_chunk().copied().unwrap_or_default();
    Ok(u32::from_le_bytes(number))
}
