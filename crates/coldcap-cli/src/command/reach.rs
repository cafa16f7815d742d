//! The way to a machine at an address, the same for every command that speaks with one.

use crate::arguments::Access;
use crate::failure::Failure;
use crate::host_key::{HostKey, random};
use crate::progress;
use coldcap_host::address::Address;
use coldcap_host::client::{ClientConfig, ClientKey};
use coldcap_host::connection::{Clock, Connection, opener};
use core::time::Duration;
use tokio::time::timeout;

/// A machine that has not answered by then is not there, or does not know the key.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

/// A connection, which need not be up, and the clock that it goes by. `channel` is the one whose record it downloads.
pub(crate) fn begin(
    address: Address,
    access: &Access,
    channel: u8,
) -> Result<(Connection, Clock), Failure> {
    let clock = clock(access.speed)?;
    let config = config(&address, access, channel)?;
    Ok((Connection::over(opener(address), config, clock), clock))
}

/// A connection that is up.
pub(crate) async fn connect(address: &Address, access: &Access) -> Result<Connection, Failure> {
    let (connection, _) = begin(address.clone(), access, 0)?;
    let waits = progress::waiting(&format!("{address} has not answered yet"));
    let up = timeout(ANSWERS_WITHIN, connection.secured()).await;
    waits.finish_and_clear();
    if matches!(up, Ok(Ok(_))) {
        return Ok(connection);
    }
    let open = connection.snapshot().open;
    let why = if open { "no session: allowed is a key of the machine" } else { "nobody is there" };
    Err(Failure::Io(format!("{address}: {why}")))
}

fn clock(speed: f64) -> Result<Clock, Failure> {
    let [slowest, fastest] = Clock::SPEEDS;
    let allowed = || Failure::Input(format!("--speed: {speed}: allowed is {slowest} to {fastest}"));
    Clock::times(speed).ok_or_else(allowed)
}

fn config(address: &Address, access: &Access, channel: u8) -> Result<ClientConfig, Failure> {
    let transport = address.transport();
    let key = match &access.key {
        _ if access.unsecured => HostKey::None,
        Some(path) => HostKey::read(path, transport)?,
        None => HostKey::OfSeed(access.seed),
    };
    let config = key.config(boot()?)?;
    let key = config.key.map(|key| ClientKey { transport, ..key });
    Ok(ClientConfig { key, channel, ..config })
}

/// Another one with each start, so that neither end takes something for what was before.
pub(crate) fn boot() -> Result<u32, Failure> {
    let random = random()?;
    let first = random.expose().first_chunk().copied().unwrap_or_default();
    Ok(u32::from_le_bytes(first))
}
