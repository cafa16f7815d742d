//! A machine that runs, as those commands see it that only look: which way to it, what came of it, and when.

use super::reach;
use crate::arguments::Access;
use crate::failure::Failure;
use coldcap_host::address::Address;
use coldcap_host::client::{CommandBody, Message, UNSENT};
use coldcap_host::connection::{Clock, Connection, Update};
use coldcap_host::view::{LinkFact, View};
use coldcap_units::{Duration as Span, Instant};
use coldcap_wire::message::Subscribe;
use tokio::time::Instant as WallInstant;

/// So often reports come.
pub(crate) const PERIOD: Span = Span::from_millis(100);

/// The way to a machine.
pub(crate) struct Follower {
    pub(crate) connection: Connection,
    clock: Clock,
    began: WallInstant,
    /// How many channels the machine has, as it was asked for.
    channels: u8,
}

impl Follower {
    pub(crate) fn new(address: Address, access: &Access) -> Result<Self, Failure> {
        let (connection, clock) = reach::begin(address, access, 0)?;
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
