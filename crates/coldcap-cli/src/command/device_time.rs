//! Times of a host's recording on the device's own time, on which its record is.

use coldcap_host::client::{Message, Record};
use coldcap_host::playback::Playback;
use coldcap_session::record::Entry;
use coldcap_units::Instant;

/// A status that is overtaken by another one on its way is no older than this.
const OVERTAKEN_MS: u64 = 5_000;

/// How far the device's own time is ahead of the recording's.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DeviceTime {
    /// Of a device's recording the times are its own.
    is_of_host: bool,
    ahead_ms: Option<i64>,
    /// The first and the newest moment that was told, on the device's time.
    first_ms: Option<u64>,
    newest_ms: u64,
    /// The device has started anew, and its time began again: from there on the recording's goes on.
    is_anew: bool,
}

impl DeviceTime {
    pub(crate) fn of(playback: &Playback) -> Self {
        Self { is_of_host: playback.is_of_host(), ..Self::default() }
    }

    /// When something was heard, on the device's time; before it has told that, on the recording's.
    pub(crate) fn at(&mut self, heard: Instant, message: &Message) -> Instant {
        if !self.is_of_host {
            return heard;
        }
        match message {
            Message::ChannelStatus(status) => self.tell(heard, status.at_ms),
            Message::MachineStatus(status) => self.tell(heard, status.at_ms),
            _ => {}
        }
        let ahead = self.ahead_ms.unwrap_or(0);
        Instant::from_millis(heard.as_millis().saturating_add_signed(ahead))
    }

    fn tell(&mut self, heard: Instant, told_ms: u64) {
        self.is_anew |= told_ms.saturating_add(OVERTAKEN_MS) < self.newest_ms;
        if !self.is_anew && told_ms >= self.newest_ms {
            self.ahead_ms = Some(told_ms as i64 - heard.as_millis() as i64);
            self.first_ms = self.first_ms.or(Some(told_ms));
            self.newest_ms = told_ms;
        }
    }

    /// What times count from: the first that is known, by a report or by the record.
    pub(crate) fn began(&self, record: &Record) -> Instant {
        let entry = record.iter().next().map(|(_, bytes)| Entry::from_bytes(bytes).at);
        let told = self.first_ms.map(Instant::from_millis);
        let first = entry.into_iter().chain(told).min().filter(|_| self.is_of_host);
        first.unwrap_or(Instant::ZERO)
    }

    /// By how much a time that counts from there is later than that of the recording, in seconds.
    pub(crate) fn later_s(&self, began: Instant) -> f64 {
        (self.ahead_ms.unwrap_or(0) as f64 - began.as_millis() as f64) / 1_000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::zeros;
    use coldcap_wire::message::MachineStatus;

    fn status(at_ms: u64) -> Message {
        Message::MachineStatus(MachineStatus { at_ms, ..zeros::message() })
    }

    #[test]
    fn what_a_host_heard_is_told_by_the_devices_time_and_never_over_what_was_told() {
        let mut times = DeviceTime { is_of_host: true, ..DeviceTime::default() };
        let mut at = |heard, told| times.at(Instant::from_millis(heard), &status(told)).as_millis();
        assert_eq!([at(500, 90_400), at(1_500, 91_400)], [90_400, 91_400]);
        assert_eq!(at(61_500, 200), 151_400, "it has started anew");
        // Its new time passes the old one: what is told goes on all the same.
        assert_eq!([at(200_000, 95_000), at(201_000, 96_000)], [289_900, 290_900]);
        assert_eq!(times.began(&Record::from_reports(&[])).as_millis(), 90_400);
        let own = DeviceTime::default().at(Instant::from_millis(7), &status(90_400));
        assert_eq!(own.as_millis(), 7, "a device's recording");
    }
}
