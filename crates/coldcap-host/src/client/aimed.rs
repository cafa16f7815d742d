//! Commands for any channel, and how long the way to the device is.

use super::Client;
use super::command::CommandBody;
use super::requests::Aim;
use coldcap_units::Instant;

impl Client {
    /// A command for this channel, from 0, whatever the channel of this client: of a machine whose channels stand on one
    /// screen. `revision` is that of the status of the channel that was shown, 0 for any; see
    /// [`command_seeing`](Self::command_seeing).
    ///
    /// A stop voids what would begin something and was given before it at any channel.
    ///
    /// ```
    /// use coldcap_host::client::{Client, ClientConfig, CommandBody};
    /// use coldcap_units::Instant;
    /// use coldcap_wire::message::Action;
    /// let mut client = Client::new(ClientConfig::new(1));
    /// client.command_for(Instant::ZERO, 1, CommandBody::operate(Action::STOP), 0);
    /// ```
    pub fn command_for(
        &mut self,
        now: Instant,
        channel: u8,
        body: CommandBody,
        revision: u16,
    ) -> u16 {
        if body.is_urgent() {
            self.requests.void_beginnings(&mut self.messages);
        }
        let now = self.read_clock(now);
        let aim = Aim { channel: Some(channel), expected: revision };
        self.requests.push_aimed(now, body, aim)
    }

    /// The shortest of the last round trips to the device, in µs; `None` while none was measured, as of a device that does
    /// not tell its time.
    #[must_use]
    pub fn round_trip_us(&self) -> Option<u64> {
        self.timing.trip_us()
    }
}
