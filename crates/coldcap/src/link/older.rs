//! Entries that a host asks for and that are not kept any more: whoever owns the journal looks them up.

use super::stored::Stored;
use super::{Link, ReadRecord, Response, Status};
use crate::outputs::EntryBytes;
use coldcap_session::record::Entry;
use coldcap_units::{Duration, Instant};
use coldcap_wire::message::Message;

/// A request that no entry was found for within this time is answered `busy`: a host asks again, and what was found by then is told. An
/// open request holds a place that later commands need.
const ANSWERED_WITHIN: Duration = Duration::from_millis(1_500);

/// Entries of the record that a host has asked for and the link does not keep any more.
///
/// It is what the link's side hands to whoever owns the journal, by value: [`Link::wanted`] gives it,
/// [`Keeper::look_up`](crate::journaled::Keeper::look_up) takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Of which channel.
    pub channel: u8,
    /// The index of the first one.
    pub from: u32,
    /// The index behind the last one.
    pub end: u32,
}

/// What a journal has of what was [`Wanted`]: [`Keeper::look_up`](crate::journaled::Keeper::look_up) gives it, [`Link::supply`] takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recalled {
    /// The first entry that there is of those. Those before it are not there.
    Entry {
        /// What it was looked up for.
        wanted: Wanted,
        /// The entry.
        entry: EntryBytes,
    },
    /// None of them is there: overwritten, rotten, or never stored.
    Missing {
        /// What was looked up.
        wanted: Wanted,
        /// Nor is any other before this index.
        until: u32,
    },
}

/// The one request for older entries that is remembered.
#[derive(Clone, Debug)]
pub(super) struct Older {
    /// Whether anybody looks up what is wanted.
    served: bool,
    asked: Option<Asked>,
    /// What was found last and has still to be sent.
    found: Option<EntryBytes>,
}

/// Entries that were asked for, from `from` up to `end`; from `next` on they have still to be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Asked {
    channel: u8,
    from: u32,
    next: u32,
    end: u32,
    answer: Answer,
}

/// What has become of the answer to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// It is owed: under this id, and since then.
    Owed { rid: u16, since: Instant },
    /// Whoever asks again is told.
    PutOff,
    /// Entries were found.
    Given,
    /// It was put off, and then nothing was found up to here: whoever asks again is told that.
    Missing { until: u32 },
}

impl Asked {
    /// Whether this is the same request once more, of which nothing was found yet.
    fn is_again(&self, other: &Self) -> bool {
        let key = |asked: &Self| (asked.channel, asked.from, asked.end);
        key(self) == key(other) && self.next == self.from
    }

    const fn owed(&self) -> Option<(u16, Instant)> {
        match self.answer {
            Answer::Owed { rid, since } => Some((rid, since)),
            _ => None,
        }
    }
}

impl Older {
    pub(super) const fn new() -> Self {
        Self { served: false, asked: None, found: None }
    }

    /// Whoever has asked before is gone.
    pub(super) const fn begin_session(&mut self) {
        (self.asked, self.found) = (None, None);
    }

    pub(super) const fn is_served(&self) -> bool {
        self.served
    }

    /// What was found and has still to be sent.
    pub(super) const fn found(&self) -> Option<EntryBytes> {
        self.found
    }

    /// Whether there was something, which is on its way now.
    pub(super) const fn sent(&mut self) -> bool {
        self.found.take().is_some()
    }

    /// Remembers a request. Gives the id of the one before, where that waits for its answer.
    fn remember(&mut self, asked: Asked) -> Option<u16> {
        let owed = self.asked.and_then(|before| before.owed());
        match &mut self.asked {
            Some(before) if before.is_again(&asked) => before.answer = asked.answer,
            before => *before = Some(asked),
        }
        owed.map(|(rid, _)| rid)
    }

    /// Up to where nothing was found for this request, where that is known already.
    fn known(&self, asked: &Asked) -> Option<u32> {
        match self.asked.filter(|before| before.is_again(asked))?.answer {
            Answer::Missing { until } => Some(until),
            _ => None,
        }
    }

    /// When the answer that is owed is put off.
    fn due(&self) -> Option<Instant> {
        let (_, since) = self.asked?.owed()?;
        Some(since.plus(ANSWERED_WITHIN))
    }

    /// The id of the request whose answer is put off now.
    fn put_off(&mut self, now: Instant) -> Option<u16> {
        self.due().filter(|due| now >= *due)?;
        let asked = self.asked.as_mut()?;
        let (rid, _) = asked.owed()?;
        asked.answer = Answer::PutOff;
        Some(rid)
    }
}

impl<const CHANNELS: usize, const KEPT: usize> Stored<CHANNELS, KEPT> {
    fn wanted(&mut self) -> Option<Wanted> {
        self.older.served = true;
        let Asked { channel, next: from, end, answer, .. } = self.older.asked?;
        let idle = self.older.found.is_some() || matches!(answer, Answer::Missing { .. });
        let end = end.min(self.oldest(channel));
        (!idle && from < end).then_some(Wanted { channel, from, end })
    }

    /// Takes what was found; gives the answer that is owed.
    fn supply(&mut self, recalled: &Recalled) -> Option<Response> {
        let (Recalled::Entry { wanted, .. } | Recalled::Missing { wanted, .. }) = *recalled;
        let meant = |asked: &Asked| (asked.channel, asked.next) == (wanted.channel, wanted.from);
        let asked = self.older.asked.filter(meant)?;
        match *recalled {
            Recalled::Entry { entry, .. } => {
                let index = Entry::from_bytes(&entry.0).index;
                self.older.found = Some(entry);
                self.go_on(asked, index.max(asked.next).saturating_add(1), true)
            }
            Recalled::Missing { until, .. } => {
                let next = until.min(self.oldest(wanted.channel)).max(wanted.end);
                self.go_on(asked, next, false)
            }
        }
    }

    /// Goes on with a request from `next` on: with what is kept, where that is so far.
    fn go_on(&mut self, asked: Asked, next: u32, found: bool) -> Option<Response> {
        let Asked { channel, end, answer, .. } = asked;
        let over = next >= end || next >= self.oldest(channel);
        let found = (over && self.resend(channel, next, end)) || found;
        let (answer, response) = match (answer, found) {
            (Answer::Owed { rid, .. }, true) => {
                (Answer::Given, Some(Response::new(rid, Status::OK)))
            }
            (_, true) => (Answer::Given, None),
            (Answer::Owed { rid, .. }, false) if over => {
                (Answer::Given, Some(self.expired(rid, channel, next)))
            }
            (Answer::PutOff, false) if over => (Answer::Missing { until: next }, None),
            (answer, false) => (answer, None),
        };
        let remembered = !over || matches!(answer, Answer::Missing { .. });
        // What was found of a request is no part of it any more, whoever asks again.
        let next = if matches!(answer, Answer::Missing { .. }) { asked.from } else { next };
        self.older.asked = remembered.then_some(Asked { next, answer, ..asked });
        response
    }
}

/// What the board does for entries that are in its journal only: `wanted`, [`Keeper::look_up`](crate::journaled::Keeper::look_up), `supply`.
impl<const CHANNELS: usize, const KEPT: usize, const SETTINGS: usize>
    Link<CHANNELS, KEPT, SETTINGS>
{
    /// What a host has asked for and the link does not keep any more; `None` where nothing is, or what was found last has still to be
    /// sent.
    ///
    /// From the first call on the link takes it that somebody looks it up. Before, older entries are `expired` at once.
    pub fn wanted(&mut self) -> Option<Wanted> {
        self.stored.wanted()
    }

    /// Takes what was found. What is not wanted any more is passed over.
    pub fn supply(&mut self, recalled: &Recalled) {
        if let Some(response) = self.stored.supply(recalled) {
            self.reply(ReadRecord::ENDPOINT, response);
        }
    }

    /// Whether it is a request for entries that have to be looked up. It is answered once the first is found.
    pub(super) fn defers(&mut self, now: Instant, read: &ReadRecord) -> bool {
        let ReadRecord { head, from, count } = *read;
        let end = from.saturating_add(u32::from(count));
        let older = from < self.stored.oldest(head.channel).min(end);
        if !self.stored.older.is_served() || !older {
            return false;
        }
        let answer = Answer::Owed { rid: head.rid, since: now };
        let asked = Asked { channel: head.channel, from, next: from, end, answer };
        if let Some(until) = self.stored.older.known(&asked) {
            let expired = self.stored.expired(head.rid, head.channel, until);
            self.reply(ReadRecord::ENDPOINT, expired);
        } else if let Some(before) = self.stored.older.remember(asked) {
            self.put_off(before);
        }
        true
    }

    /// Whoever has waited for long is told to ask again.
    pub(super) fn put_off_reading(&mut self, now: Instant) {
        if let Some(rid) = self.stored.older.put_off(now) {
            self.put_off(rid);
        }
    }

    fn put_off(&mut self, rid: u16) {
        if let Some(endpoint) = self.orders.put_off(rid) {
            self.outbox.respond(endpoint, Response::new(rid, Status::BUSY));
        }
    }

    /// When somebody is told to ask again.
    pub(super) fn put_off_due(&self) -> Option<Instant> {
        self.stored.older.due()
    }
}
