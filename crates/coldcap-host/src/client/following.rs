//! Subscriptions to reports: begun, kept up, credited and accounted for.

use coldcap_units::{Duration, Instant};
use coldcap_wire::message::{
    ChannelStatus, CommandHead, Credit, Follow, MACHINE, MachineStatus, Message as _, Response,
    Status,
};
use coldcap_wire::service::{Arrival, Follower};

/// The lease of a subscription. It is renewed at a third of it.
pub const LEASE: Duration = Duration::from_secs(30);
/// How many reports of a channel may be under way without a credit.
const WINDOW: u8 = 8;
/// A request without an answer is made again after this.
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// The bit of the machine in a mask.
const WHOLE: u8 = 1 << 7;

/// What has become of the reports of one channel, or of the machine, in the session that goes on.
///
/// What the device has sent, up to the newest report that came, is `received` and `missing` together; what fell due is
/// that and `dropped`, less at most one that waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Whether the device has granted the subscription and has not let it end since, as far as is known.
    pub granted: bool,
    /// How many reports came; copies do not count.
    pub received: u32,
    /// How many were sent and did not come.
    pub missing: u32,
    /// How many the device left out for newer ones.
    pub dropped: u32,
}

/// The two subscriptions of a client: to the status of its channel, and to that of the machine.
#[derive(Clone, Debug)]
pub(super) struct Following {
    /// What was asked for; `None` while nothing was.
    period: Option<Duration>,
    lines: [Line; 2],
    /// Reports are counted from 1 in a session under keys.
    counted_from_one: bool,
}

#[derive(Clone, Debug)]
struct Line {
    report: u8,
    channel: u8,
    due: Option<Instant>,
    asked: Option<(u16, Instant)>,
    granted: bool,
    follower: Option<Follower>,
    newest_at: u64,
    credit_due: Option<Instant>,
}

/// What became of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Granted {
    /// It answers no subscription.
    Other,
    /// It is dealt with.
    Settled,
    /// The device knows no subscriptions; the pace that was wanted. Told once.
    Unknown { period_ms: u16 },
}

impl Following {
    pub(super) const fn new(channel: u8) -> Self {
        Self {
            period: None,
            lines: [
                Line::new(ChannelStatus::ENDPOINT, channel),
                Line::new(MachineStatus::ENDPOINT, MACHINE),
            ],
            counted_from_one: false,
        }
    }

    /// What is wanted from now on; zero ends it.
    pub(super) fn want(&mut self, now: Instant, period: Duration) {
        self.period = Some(period);
        self.lines.iter_mut().for_each(|line| line.due = Some(now));
    }

    /// Another session begins: whatever was counted or granted is over.
    pub(super) fn begin(&mut self, now: Instant, counted_from_one: bool) {
        self.counted_from_one = counted_from_one;
        let due = self.period.filter(|period| !period.is_zero()).map(|_| now);
        for line in &mut self.lines {
            *line = Line { due, ..Line::new(line.report, line.channel) };
        }
    }

    /// Whether a request is due.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.due().is_some_and(|due| due <= now)
    }

    /// When a request is due next.
    pub(super) fn due(&self) -> Option<Instant> {
        self.period?;
        self.lines.iter().filter_map(|line| line.due).min()
    }

    /// When a credit is due next.
    pub(super) fn credit_due(&self) -> Option<Instant> {
        self.lines.iter().filter_map(|line| line.credit_due).min()
    }

    /// The request that is due, under this id.
    pub(super) fn ask(&mut self, now: Instant, rid: u16) -> Option<Follow> {
        self.period?;
        let period_ms = self.period_ms();
        let line = self.lines.iter_mut().find(|line| line.due.is_some_and(|due| due <= now))?;
        (line.due, line.asked) = (Some(now.plus(ASK_AGAIN)), Some((rid, now)));
        let mask = 1u8.checked_shl(line.channel.into()).unwrap_or(WHOLE);
        Some(Follow {
            head: CommandHead::new(rid, line.channel),
            report: line.report,
            period_ms,
            mask,
            lease_s: u16::try_from(LEASE.as_secs()).unwrap_or(u16::MAX),
            window: WINDOW,
        })
    }

    fn period_ms(&self) -> u16 {
        let period = self.period.unwrap_or(Duration::ZERO);
        u16::try_from(period.as_millis()).unwrap_or(u16::MAX)
    }

    /// Takes an answer on the endpoint of subscriptions.
    pub(super) fn answered(&mut self, response: &Response) -> Granted {
        let ended = self.period.is_some_and(Duration::is_zero);
        let asked = |line: &&mut Line| line.asked.is_some_and(|(rid, _)| rid == response.rid);
        let Some(line) = self.lines.iter_mut().find(asked) else { return Granted::Other };
        let Some((_, at)) = line.asked.take() else { return Granted::Other };
        line.granted = response.status == Status::OK && !ended;
        match response.status {
            Status::OK if ended => line.due = None,
            Status::OK => line.due = Some(at.plus(THIRD)),
            // It is asked again.
            Status::BUSY => {}
            Status::UNSUPPORTED if !ended => {
                let first = self.lines.iter().any(|line| line.due.is_some());
                self.lines.iter_mut().for_each(|line| line.due = None);
                let period_ms = self.period_ms();
                return if first { Granted::Unknown { period_ms } } else { Granted::Settled };
            }
            _ => line.due = None,
        }
        Granted::Settled
    }

    /// A report has come. It counts, also where it was overtaken.
    pub(super) fn arrived(&mut self, now: Instant, report: u8, channel: u8, of: &Stamp) {
        let (wanted, from_one) = (self.period.is_some(), self.counted_from_one);
        let meant = |line: &&mut Line| line.report == report && line.channel == channel;
        if let Some(line) = self.lines.iter_mut().find(meant).filter(|_| wanted) {
            line.arrived(now, of, from_one);
        }
    }

    /// The credit that is due, if one is.
    pub(super) fn credit(&mut self, now: Instant) -> Option<Credit> {
        let due = |line: &&mut Line| line.credit_due.is_some_and(|due| due <= now);
        let line = self.lines.iter_mut().find(due)?;
        line.credit_due = None;
        line.follower.as_mut()?.credit()
    }

    /// That of the channel, and that of the machine.
    pub(super) fn accounts(&self) -> [Account; 2] {
        self.lines.each_ref().map(Line::account)
    }
}

/// Renewed this long after it was asked for.
const THIRD: Duration = Duration::from_millis(LEASE.as_millis() / 3);

/// What a report says of itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    pub(super) seq: u16,
    pub(super) dropped: u32,
    pub(super) at_ms: u64,
}

impl Line {
    const fn new(report: u8, channel: u8) -> Self {
        Self {
            report,
            channel,
            due: None,
            asked: None,
            granted: false,
            follower: None,
            newest_at: 0,
            credit_due: None,
        }
    }

    fn arrived(&mut self, now: Instant, of: &Stamp, from_one: bool) {
        let (report, channel) = (self.report, self.channel);
        let first = if from_one { 1 } else { of.seq };
        let follower =
            self.follower.get_or_insert_with(|| Follower::starting(report, channel, first));
        let newer = of.at_ms > self.newest_at;
        if follower.accept(of.seq, of.dropped) != Arrival::Newest && newer && !from_one {
            // On a bench nothing says that the device counts anew but this.
            *follower = Follower::starting(report, channel, of.seq);
            follower.accept(of.seq, of.dropped);
        }
        self.newest_at = self.newest_at.max(of.at_ms);
        if self.granted {
            self.credit_due = Some(now);
        }
    }

    fn account(&self) -> Account {
        let granted = self.granted;
        let counted = |it: &Follower| Account {
            granted,
            received: it.received(),
            missing: it.missing(),
            dropped: it.dropped(),
        };
        self.follower.as_ref().map_or(Account { granted, ..Account::default() }, counted)
    }
}
