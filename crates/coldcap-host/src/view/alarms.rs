//! Which alarms are there, and what is known of each.

use crate::condition::{self, mask, name};
use crate::priority::Priority;
use coldcap_units::Instant;
use coldcap_wire::message::{EventReport, MACHINE, MachineStatus};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// One alarm that goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alarm {
    /// The condition's code.
    pub condition: u16,
    /// Its name.
    pub name: Cow<'static, str>,
    /// How urgent it is; `None` where that was not told.
    pub priority: Option<Priority>,
    /// Whose it is: a channel from 0, or 255 for the machine; `None` where that was not told.
    pub channel: Option<u8>,
    /// How long ago it rose, in ms; `None` where it was there before.
    pub since_ms: Option<u32>,
    /// Whether it was acknowledged through this host since it rose or became more urgent.
    pub acknowledged_here: bool,
}

/// The bit of a channel in a mask; none of what is no channel.
pub(super) const fn bit(channel: u8) -> u8 {
    match 1u8.checked_shl(channel as u32) {
        Some(bit) => bit,
        None => 0,
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    priority: Option<Priority>,
    since: Option<Instant>,
    /// The device's own time when it was last told; what an older status says of it is past.
    told_ms: u64,
    /// At which channels it was acknowledged.
    acknowledged: u8,
}

/// All that go on.
#[derive(Clone, Debug, Default)]
pub(super) struct Alarms {
    /// By condition and by whose it is: a channel, [`MACHINE`], or not told.
    known: BTreeMap<(u16, Option<u8>), Known>,
    /// Whether a status was seen: what comes new with a later one has risen since.
    met: bool,
}

impl Alarms {
    /// Takes in which there are; gives those of which nothing was known.
    pub(super) fn see(&mut self, at: Instant, status: &MachineStatus) -> Vec<u16> {
        let active = |condition: u16| status.alarms & mask(condition) != 0;
        let newer = |known: &Known| known.told_ms > status.at_ms;
        self.known.retain(|(condition, _), known| active(*condition) || newer(known));
        let new = condition::of(status.alarms).filter(|condition| !self.has(*condition));
        let new: Vec<u16> = new.collect();
        let since = self.met.then_some(at);
        let known = Known { since, told_ms: status.at_ms, ..Known::default() };
        self.known.extend(new.iter().map(|condition| ((*condition, None), known)));
        self.met = true;
        new
    }

    fn has(&self, condition: u16) -> bool {
        let whoever = (condition, None)..=(condition, Some(u8::MAX));
        self.known.range(whoever).next().is_some()
    }

    /// It rose, or became more urgent: whoever had acknowledged it did not mean that.
    pub(super) fn rise(&mut self, at: Instant, event: &EventReport, priority: Option<Priority>) {
        if mask(event.code) == 0 {
            return;
        }
        self.known.remove(&(event.code, None));
        let known = self.known.entry((event.code, Some(event.channel))).or_default();
        let since = known.since.or(Some(at));
        *known = Known { priority, since, told_ms: event.at_ms, acknowledged: 0 };
    }

    pub(super) fn clear(&mut self, event: &EventReport) {
        self.known.remove(&(event.code, Some(event.channel)));
        self.known.remove(&(event.code, None));
    }

    pub(super) fn acknowledge(&mut self, channel: u8) {
        for ((_, whose), known) in &mut self.known {
            if whose.is_none_or(|whose| whose == channel || whose == MACHINE) {
                known.acknowledged |= bit(channel);
            }
        }
    }

    /// The most urgent first. One of which that is not told stands behind the high ones: it may be one.
    pub(super) fn picture(
        &self,
        at: Instant,
        highest: Option<Priority>,
        channels: u8,
    ) -> Vec<Alarm> {
        let only = self.known.len() == 1;
        let alarm = |(&(condition, channel), known): (&(u16, Option<u8>), &Known)| Alarm {
            condition,
            name: name(condition),
            priority: known.priority.or(highest.filter(|_| only)),
            channel,
            since_ms: known.since.map(|since| at.since(since).as_millis()),
            acknowledged_here: known.is_acknowledged(channel, channels),
        };
        let mut alarms: Vec<Alarm> = self.known.iter().map(alarm).collect();
        alarms.sort_by_key(|alarm| (urgency(alarm.priority), alarm.acknowledged_here));
        alarms
    }
}

impl Known {
    /// What is the machine's is acknowledged where it is at every channel.
    const fn is_acknowledged(&self, whose: Option<u8>, channels: u8) -> bool {
        let wanted = match whose {
            Some(channel) if channel != MACHINE => bit(channel),
            _ => channels,
        };
        wanted != 0 && self.acknowledged & wanted == wanted
    }
}

const fn urgency(priority: Option<Priority>) -> u8 {
    match priority {
        Some(Priority::High) => 0,
        None => 1,
        Some(Priority::Medium) => 2,
        Some(Priority::Low) => 3,
    }
}
