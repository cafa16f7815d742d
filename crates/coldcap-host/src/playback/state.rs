//! The newest state at a moment.

use crate::client::Message;
use coldcap_units::Instant;
use std::collections::BTreeMap;

/// The newest report of each sort.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    machine: Option<(Instant, Message)>,
    channels: BTreeMap<u8, (Instant, Message)>,
    /// That the machine is not heard, where that is so.
    away: Option<(Instant, Message)>,
}

impl State {
    pub(super) fn take(&mut self, at: Instant, message: Message) {
        match &message {
            Message::MachineStatus(_) => self.machine = Some((at, message)),
            Message::ChannelStatus(status) => {
                self.channels.insert(status.channel, (at, message));
            }
            Message::LinkLost => self.away = Some((at, message)),
            Message::LinkBack => self.away = None,
            _ => {}
        }
    }

    /// Whether the machine and so many channels have been heard.
    pub(super) fn is_known(&self, channels: u8) -> bool {
        self.machine.is_some() && self.channels.len() >= usize::from(channels.max(1))
    }

    /// In the order of their coming.
    pub(super) fn into_messages(self) -> Vec<(Instant, Message)> {
        let mut messages: Vec<_> =
            self.machine.into_iter().chain(self.channels.into_values()).chain(self.away).collect();
        messages.sort_by_key(|(at, _)| *at);
        messages
    }
}
