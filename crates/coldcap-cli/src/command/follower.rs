//! A machine that runs, as those commands see it that only look: which way to it, what came of it, and when.

use crate::failure::Failure;
use crate::host_key::{HostKey, random};
use coldcap_host::address::Address;
use coldcap_host::client::{ClientConfig, ClientKey, CommandBody, Message, UNSENT};
use coldcap_host::connection::{Clock, Connection, Update, opener};
use coldcap_host::view::{LinkFact, View};
use coldcap_units::{Duration as Span, Instant};
use coldcap_wire::message::Subscribe;
use coldcap_wire::security::Transport;
use std::path::Path;
use tokio::time::Instant as WallInstant;

/// So often reports come.
pub(crate) const PERIOD: Span = Span::from_millis(100);

/// By which key and by which clock a machine is spoken with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms<'a> {
    pub(crate) key: Option<&'a Path>,
    pub(crate) seed: u64,
    pub(crate) unsecured: bool,
    pub(crate) speed: f64,
}

/// The way to a machine.
pub(crate) struct Follower {
    pub(crate) connection: Connection,
    clock: Clock,
    began: WallInstant,
    /// How many channels the machine has, as it was asked for.
    channels: u8,
}

impl Follower {
    pub(crate) fn new(address: Address, terms: &Terms<'_>) -> Result<Self, Failure> {
        let clock = clock(terms.speed)?;
        let config = config(terms, transport(&address))?;
        let connection = Connection::over(opener(address), config, clock);
        Ok(Self { connection, clock, began: WallInstant::now(), channels: 0 })
    }

    pub(crate) fn now(&self) -> Instant {
        let seconds = self.began.elapsed().as_secs_f64() * self.clock.speed();
        Instant::from_millis((seconds * 1_000.0) as u64)
    }

    pub(crate) fn take(&mut self, update: &Update, view: &mut View) {
        match update {
            Update::Opened => view.learn(LinkFact::Opened),
            Update::Down(why) => view.learn(LinkFact::Down(why.to_string())),
            Update::Missed(count) => view.learn(LinkFact::Missed(*count)),
            Update::Message(message) => {
                view.hear(self.now(), message);
                self.meet(message);
            }
        }
    }

    /// A subscription is of one channel: those of the others come at the common pace, which ends with the session.
    fn meet(&mut self, message: &Message) {
        match message {
            Message::Hello(hello) => self.channels = hello.channels,
            Message::ChannelStatus(status) if status.channel != 0 && self.channels > 1 => {
                self.channels = 0;
                let period_ms = PERIOD.as_millis() as u16;
                let body = CommandBody::Subscribe(Subscribe { head: UNSENT, period_ms });
                let connection = self.connection.clone();
                // Where it is refused they come once a second.
                tokio::spawn(async move { connection.command(body).await });
            }
            _ => {}
        }
    }

    /// What is newest of the line.
    pub(crate) fn look(&self, view: &mut View) {
        let snapshot = self.connection.snapshot();
        view.learn(LinkFact::Stale(snapshot.stale));
        view.learn(LinkFact::Quality(snapshot.quality));
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

fn config(terms: &Terms<'_>, transport: Transport) -> Result<ClientConfig, Failure> {
    let key = match terms.key {
        _ if terms.unsecured => HostKey::None,
        Some(path) => HostKey::read(path, transport)?,
        None => HostKey::OfSeed(terms.seed),
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
