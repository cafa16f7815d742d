//! Which report leaves when: by its subscription, or at the common pace where nobody has subscribed to it.

use super::Latest;
use super::port::Port;
use super::revisions::Revisions;
use crate::bridge::outbound::{self, Stamp};
use coldcap_units::{Duration, Instant};
use coldcap_wire::frame::Counters;
use coldcap_wire::message::{
    ChannelStatus, Credit, Follow, MACHINE, MachineStatus, Message as _, Response,
};
use coldcap_wire::security::SendError;
use coldcap_wire::service::{Due, PERIOD_RANGE, Publisher};

/// How often the status of machine and channels is reported until the host asks for another pace.
const PERIOD: Duration = Duration::from_secs(1);

/// The reports of the machine and of each channel. No report is kept: what is sent is made of the newest status.
#[derive(Clone, Debug)]
pub(super) struct Reports<const CHANNELS: usize> {
    machine: Publisher<(), 1>,
    channels: Publisher<(), CHANNELS>,
    /// Whose turn it is, where both have something: neither starves the other.
    channels_first: bool,
    /// The pace of what nobody has subscribed to.
    period: Duration,
    next: Instant,
}

/// What reports are made of, besides who waits for them.
pub(super) struct Sight<'a, const CHANNELS: usize> {
    pub(super) latest: Option<&'a Latest<CHANNELS>>,
    pub(super) revisions: &'a Revisions<CHANNELS>,
    pub(super) counters: Counters,
    /// The minor version that the host speaks.
    pub(super) minor: u8,
}

impl<const CHANNELS: usize> Reports<CHANNELS> {
    /// Nothing was sent, and nobody has subscribed.
    pub(super) fn new() -> Self {
        let channel = |index| (ChannelStatus::ENDPOINT, u8::try_from(index).unwrap_or(MACHINE));
        Self {
            machine: Publisher::new([(MachineStatus::ENDPOINT, MACHINE)]),
            channels: Publisher::new(core::array::from_fn(channel)),
            channels_first: false,
            period: PERIOD,
            next: Instant::ZERO,
        }
    }

    /// A tick is over: there is a newer status. Every period counts, whether the line had room or not.
    pub(super) fn offer(&mut self, now: Instant) {
        self.machine.offer(now, MachineStatus::ENDPOINT, MACHINE, ());
        for channel in (0..CHANNELS).filter_map(|index| u8::try_from(index).ok()) {
            self.channels.offer(now, ChannelStatus::ENDPOINT, channel, ());
        }
    }

    /// Sets the pace of what nobody has subscribed to; it begins with a report at once. Zero ends them. `false` where
    /// the period is out of range.
    pub(super) fn pace(&mut self, period: Duration) -> bool {
        let [shortest, longest] = PERIOD_RANGE;
        let allowed = period.is_zero() || (period >= shortest && period <= longest);
        if allowed {
            (self.period, self.next) = (period, Instant::ZERO);
        }
        allowed
    }

    /// Begins, renews, changes or ends a subscription; returns its answer.
    pub(super) fn follow(&mut self, now: Instant, follow: &Follow) -> Response {
        match follow.report {
            MachineStatus::ENDPOINT => self.machine.follow(now, follow),
            _ => self.channels.follow(now, follow),
        }
    }

    pub(super) fn credit(&mut self, credit: &Credit) {
        self.machine.credit(credit);
        self.channels.credit(credit);
    }

    /// Whoever had subscribed is gone.
    pub(super) fn end(&mut self) {
        self.machine.end();
        self.channels.end();
    }

    /// Lets fall due what nobody has subscribed to.
    pub(super) fn fall_due(&mut self, now: Instant) {
        if self.period.is_zero() || now < self.next {
            return;
        }
        self.next = now.plus(self.period);
        self.machine.fall_due();
        self.channels.fall_due();
    }

    /// When something is due next; `met` says that somebody may read what nobody has subscribed to.
    pub(super) fn deadline(&self, met: bool) -> Option<Instant> {
        let unasked = (met && !self.period.is_zero()).then_some(self.next);
        [unasked, self.machine.deadline(), self.channels.deadline()].into_iter().flatten().min()
    }

    /// Sends the next report that is due, if there is room for it; returns its length.
    pub(super) fn send(
        &mut self,
        now: Instant,
        sight: &Sight<'_, CHANNELS>,
        port: &mut Port,
        room: &mut [u8],
    ) -> Option<usize> {
        let latest = sight.latest?;
        // What nobody may read as things are gives way to the next.
        for _ in 0..=CHANNELS {
            let due = self.peek(now)?;
            let sent = match due.channel {
                MACHINE => port.send(&sight.machine(latest, &due), room),
                _ => port.send(&sight.channel(latest, &due)?, room),
            };
            match sent {
                Ok(length) => {
                    self.sent(now, &due);
                    return Some(length);
                }
                Err(SendError::TooLong) => return None,
                Err(_) => self.give_way(&due),
            }
        }
        None
    }

    fn peek(&mut self, now: Instant) -> Option<Due<()>> {
        let machine = self.machine.peek(now);
        let channel = self.channels.peek(now);
        if self.channels_first { channel.or(machine) } else { machine.or(channel) }
    }

    fn sent(&mut self, now: Instant, due: &Due<()>) {
        self.channels_first = due.channel == MACHINE;
        match due.channel {
            MACHINE => self.machine.sent(now, due.report, due.channel),
            _ => self.channels.sent(now, due.report, due.channel),
        }
    }

    fn give_way(&mut self, due: &Due<()>) {
        match due.channel {
            MACHINE => self.machine.give_way(due.report, due.channel),
            _ => self.channels.give_way(due.report, due.channel),
        }
    }
}

impl<const CHANNELS: usize> Sight<'_, CHANNELS> {
    fn stamp(&self, latest: &Latest<CHANNELS>, due: &Due<()>) -> Stamp {
        let revision = self.revisions.of(due.channel).unwrap_or(0);
        let Due { seq, dropped, .. } = *due;
        Stamp { seq, dropped, revision, now: latest.now, minor: self.minor }
    }

    fn machine(&self, latest: &Latest<CHANNELS>, due: &Due<()>) -> MachineStatus {
        let stamp = self.stamp(latest, due);
        outbound::machine_status(stamp, &latest.machine, &latest.drives, self.counters)
    }

    fn channel(&self, latest: &Latest<CHANNELS>, due: &Due<()>) -> Option<ChannelStatus> {
        let status = latest.channels.get(usize::from(due.channel))?;
        let stamp = self.stamp(latest, due);
        Some(outbound::channel_status(stamp, due.channel, status, &latest.drives))
    }
}
