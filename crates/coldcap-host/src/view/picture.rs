//! All that is shown at one time, but the curves.

use super::alarms::Alarm;
use super::channel::ChannelPicture;
use super::link::LinkPicture;
use super::machine::{MachinePicture, Origin};
use serde::Serialize;

/// All that is shown at one time, but the curves: those are the [`History`](super::History) of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Picture {
    /// The host's time, or that of the recording, in ms.
    pub at_ms: u64,
    /// Where the values come from.
    pub origin: Origin,
    /// The line.
    pub link: LinkPicture,
    /// What all channels share.
    pub machine: MachinePicture,
    /// The alarms that go on, the most urgent first.
    pub alarms: Vec<Alarm>,
    /// Each channel of which something was heard, in their order.
    pub channels: Vec<ChannelPicture>,
}
