//! One machine as a person looks at it: what a terminal, a web page and a test draw alike.
//!
//! It has no clock, no terminal and no connection. Whoever has messages hands them in with the time at which they came,
//! from a line or out of a recording; [`View::picture`] is then all that is shown, as plain values that `serde` writes.
//! What is stale, missing or broken has a [`Quantity`] without a number, so that none can be drawn by mistake. What no
//! message carries is `None`, and not reckoned from something else.
//!
//! ```
//! use coldcap_host::view::{Quantity, View};
//! use coldcap_units::{Fault, Instant};
//!
//! let picture = View::new().picture(Instant::ZERO);
//! assert_eq!(picture.machine.tank, Quantity::Fault { fault: Fault::Unavailable, age_ms: None });
//! assert!(picture.channels.is_empty() && picture.alarms.is_empty());
//! ```
//!
//! # What messages do not carry
//!
//! - Of which channel and of which priority an alarm is stands in the event of its rise alone. Of one that was there before
//!   this host [`Alarm::channel`] and [`Alarm::priority`] are `None`, unless it is the only one: then its priority is the
//!   highest.
//! - Who has acknowledged an alarm, and for how long the sounder is paused, is not told. [`Alarm::acknowledged_here`] and
//!   [`MachinePicture::paused_here_ms`] are what was done through this host; whether the sounder sounds is the machine's word.
//! - The time to 22 °C is told in a break alone, and each end of its interval for itself.

mod alarms;
mod channel;
mod history;
mod link;
mod machine;
mod picture;
mod quantity;

pub use crate::priority::Priority;
pub use alarms::Alarm;
pub use channel::{BreakPicture, ChannelPicture, Control, Rewarming};
pub use history::{Band, HISTORY_MAXIMUM, History, MARKS_MAXIMUM, Mark, Point, Span};
pub use link::{LinkFact, LinkPicture, LinkQuality};
pub use machine::{MachinePicture, Origin};
pub use picture::Picture;
pub use quantity::Quantity;

use crate::client::Message;
use alarms::Alarms;
use channel::Channel;
use coldcap_units::Instant;
use coldcap_wire::message::{ChannelStatus, EventReport, Hello, MACHINE, MachineStatus};
use link::Link;
use machine::Machine;
use std::collections::BTreeMap;

/// A machine has so many channels at most, as a subscription can name them.
pub const CHANNELS_MAXIMUM: u8 = 7;

/// The kinds of events that are shown; the codes are frozen.
mod kind {
    pub(super) const ALARM_ROSE: u8 = 2;
    pub(super) const ALARM_CLEARED: u8 = 3;
    pub(super) const ALARM_ESCALATED: u8 = 4;
    pub(super) const BREAK_BEGAN: u8 = 5;
    pub(super) const BREAK_ENDED: u8 = 6;
}

/// One machine as a person looks at it. See the [module](self).
#[derive(Clone, Debug, Default)]
pub struct View {
    machine: Machine,
    channels: BTreeMap<u8, Channel>,
    alarms: Alarms,
    link: Link,
}

impl View {
    /// Nothing was heard yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Nothing was heard yet of a machine of which it is known where its values come from, as the head of a recording says.
    ///
    /// ```
    /// use coldcap_host::view::{Origin, View};
    /// use coldcap_units::Instant;
    /// let view = View::with_origin(Origin::Simulated);
    /// assert_eq!(view.picture(Instant::ZERO).origin, Origin::Simulated);
    /// ```
    #[must_use]
    pub fn with_origin(origin: Origin) -> Self {
        Self { machine: Machine::of(origin), ..Self::default() }
    }

    /// Takes in what a client told, or a recording, at this time of the host.
    pub fn hear(&mut self, at: Instant, message: &Message) {
        self.link.hear(at, message);
        match message {
            Message::Hello(hello) => self.meet(hello),
            Message::ChannelStatus(status) => self.see_channel(at, status),
            Message::MachineStatus(status) => self.see_machine(at, status),
            Message::Event(event) => self.note(at, event),
            _ => {}
        }
    }

    /// Takes in what is known of the line.
    pub fn learn(&mut self, fact: LinkFact) {
        self.link.learn(fact);
    }

    /// The device has taken an acknowledgement that this host sent for this channel.
    pub fn acknowledged(&mut self, channel: u8) {
        self.alarms.acknowledge(channel);
    }

    /// The device has taken a pause of the sound that this host sent.
    pub fn sound_paused(&mut self, at: Instant) {
        self.machine.sound_paused(at);
    }

    /// Everything that is shown at this time but the curves.
    #[must_use]
    pub fn picture(&self, at: Instant) -> Picture {
        let stale = self.link.is_stale();
        let channels = self.channels.iter();
        Picture {
            at_ms: at.as_millis(),
            origin: self.machine.origin(),
            link: self.link.picture(at),
            machine: self.machine.picture(at, stale),
            alarms: self.alarms.picture(at, self.machine.highest(), self.channel_mask()),
            channels: channels.map(|(index, it)| it.picture(*index, at, stale)).collect(),
        }
    }

    /// Where the values come from, as far as that was said.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.machine.origin()
    }

    /// The curves of a channel, from 0.
    #[must_use]
    pub fn history(&self, channel: u8) -> Option<&History> {
        self.channels.get(&channel).map(Channel::history)
    }

    /// Whether a status of the channel was heard since the machine was started.
    #[must_use]
    pub fn is_told(&self, channel: u8) -> bool {
        self.channels.get(&channel).is_some_and(Channel::is_told)
    }

    /// Which revision of the channel's session is shown: that which a command follows from. 0 for none.
    #[must_use]
    pub fn revision(&self, channel: u8) -> u16 {
        self.channels.get(&channel).map_or(0, Channel::revision)
    }

    /// How far the controller had come in the report that is shown, as a display tells it back.
    #[must_use]
    pub fn progress(&self) -> Option<u16> {
        self.machine.progress()
    }

    /// A machine that was started anew, or another one, has none of the alarms of before.
    fn meet(&mut self, hello: &Hello) {
        if self.machine.meet(hello) {
            self.forget();
        }
    }

    fn forget(&mut self) {
        self.alarms = Alarms::default();
        self.channels.values_mut().for_each(Channel::forget);
    }

    fn see_channel(&mut self, at: Instant, status: &ChannelStatus) {
        if status.channel < CHANNELS_MAXIMUM {
            self.channels.entry(status.channel).or_default().see(at, status);
        }
    }

    fn see_machine(&mut self, at: Instant, status: &MachineStatus) {
        if self.machine.is_before(status) {
            self.forget();
        }
        self.machine.see(at, status);
        for condition in self.alarms.see(at, status) {
            self.mark(at, MACHINE, condition, None);
        }
    }

    fn note(&mut self, at: Instant, event: &EventReport) {
        match event.kind {
            kind::ALARM_ROSE | kind::ALARM_ESCALATED => {
                let priority = Priority::from_code(event.value);
                self.alarms.rise(at, event, priority);
                self.mark(at, event.channel, event.code, priority);
            }
            kind::ALARM_CLEARED => self.alarms.clear(event),
            kind::BREAK_BEGAN => self.of(event, |channel| channel.begin_break(event.code)),
            kind::BREAK_ENDED => self.of(event, Channel::end_break),
            _ => {}
        }
    }

    fn of(&mut self, event: &EventReport, tell: impl FnOnce(&mut Channel)) {
        if let Some(channel) = self.channels.get_mut(&event.channel) {
            tell(channel);
        }
    }

    /// An alarm of the machine is marked at every channel.
    fn mark(&mut self, at: Instant, channel: u8, condition: u16, priority: Option<Priority>) {
        let meant = |index: u8| channel == MACHINE || index == channel;
        for (_, channel) in self.channels.iter_mut().filter(|(index, _)| meant(**index)) {
            channel.mark(at, condition, priority);
        }
    }

    fn channel_mask(&self) -> u8 {
        self.channels.keys().fold(0, |mask, index| mask | alarms::bit(*index))
    }
}
