//! Who judges a run: a memory that forgets nothing, kept apart from the machines under test.

use coldcap_wire::message::Status;
use core::fmt;
use std::collections::BTreeMap;

/// What a run has broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The name of the rule.
    pub rule: &'static str,
    /// When, by the device's clock.
    pub at_ms: u64,
    /// What exactly.
    pub what: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {} ms: {}", self.rule, self.at_ms, self.what)
    }
}

impl core::error::Error for Failure {}

/// Holds what happened against what may happen:
///
/// | rule | says |
/// |---|---|
/// | `once` | a command is carried out once at most |
/// | `deadline` | none after its deadline |
/// | `role` | none that the sender may not ask for |
/// | `refused` | none that was refused, before or after; and what is said to be done was done |
/// | `stop` | a stop is always answered with ok |
/// | `last` | nothing begins behind a stop that was given after it |
/// | `lease` | an actuator is driven only under a lease that was granted no longer ago than it lasts, 2 s at most |
/// | `lost` | a lost peer is reported within 3.5 s |
/// | `reports` | fallen due = sent + dropped + waiting; sent = received + missing |
/// | `object` | what is said to be complete is the source, byte for byte |
/// | `settings` | the host's copy is right once the link has healed |
/// | `cut` | an attacker alone cannot cut a sound link |
/// | `healed` | all that waits has ended within twenty round trips, [once nobody is kept apart](super::Options::kept_apart_ms) |
#[derive(Clone, Debug, Default)]
pub struct Judge {
    commands: BTreeMap<u16, Known>,
    failure: Option<Failure>,
    carried_out: u32,
    lease: Option<(u64, u64)>,
    /// The newest stop that was carried out.
    stopped: Option<u16>,
    /// What every edition of the log holds.
    editions: BTreeMap<u32, Vec<u8>>,
}

/// Something that the host wants.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// When it is too late for it.
    pub(super) deadline_ms: Option<u64>,
    /// Whether the host's role may ask for it.
    pub(super) allowed: bool,
    /// Whether it is a stop.
    pub(super) stop: bool,
    /// Whether it begins something.
    pub(super) begins: bool,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    wanted: Wanted,
    times: u32,
    settled: Option<Status>,
}

impl Judge {
    /// The first thing that was broken.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// How many commands were carried out.
    #[must_use]
    pub const fn carried_out(&self) -> u32 {
        self.carried_out
    }

    pub(super) fn broken(&mut self, rule: &'static str, at_ms: u64, what: impl FnOnce() -> String) {
        if self.failure.is_none() {
            self.failure = Some(Failure { rule, at_ms, what: what() });
        }
    }

    pub(super) fn require(
        &mut self,
        holds: bool,
        rule: &'static str,
        at_ms: u64,
        what: impl FnOnce() -> String,
    ) {
        if !holds {
            self.broken(rule, at_ms, what);
        }
    }

    /// The host wants something. Later wishes have higher tokens.
    pub(super) fn wanted(&mut self, token: u16, wanted: Wanted) {
        self.commands.insert(token, Known { wanted, times: 0, settled: None });
    }

    /// The device does something.
    pub(super) fn done(&mut self, token: u16, now_ms: u64) {
        self.carried_out += 1;
        let Some(known) = self.commands.get_mut(&token) else {
            self.broken("role", now_ms, || format!("nobody wanted command {token}"));
            return;
        };
        known.times += 1;
        let known = *known;
        let Wanted { deadline_ms, allowed, stop, begins } = known.wanted;
        self.require(stop || known.times == 1, "once", now_ms, || {
            format!("command {token} was carried out {} times", known.times)
        });
        self.require(deadline_ms.is_none_or(|end| now_ms <= end), "deadline", now_ms, || {
            format!("command {token} was carried out although its deadline was {deadline_ms:?}")
        });
        self.require(allowed || stop, "role", now_ms, || {
            format!("command {token} was carried out for somebody who may not ask for it")
        });
        self.require(stop || known.settled.is_none_or(is_done), "refused", now_ms, || {
            format!("command {token} was carried out after the answer {:?}", known.settled)
        });
        let newest = self.stopped;
        self.require(!begins || newest.is_none_or(|stop| stop < token), "last", now_ms, || {
            format!("command {token} began something behind stop {newest:?}")
        });
        if stop {
            self.stopped = newest.max(Some(token));
        }
    }

    /// The host has an answer.
    pub(super) fn answered(&mut self, token: u16, status: Status, now_ms: u64) {
        let Some(known) = self.commands.get_mut(&token) else { return };
        known.settled = Some(status);
        let known = *known;
        self.require(!known.wanted.stop || status == Status::OK, "stop", now_ms, || {
            format!("stop {token} was answered {:?}", status.name())
        });
        self.require(is_done(status) == (known.times > 0), "refused", now_ms, || {
            format!(
                "command {token}, carried out {} times, was answered {:?}",
                known.times,
                status.name()
            )
        });
    }

    /// A setting takes a value. Every value is wanted once, and is the token of its command.
    pub(super) fn put(&mut self, value: i32, now_ms: u64) {
        self.done(value.unsigned_abs() as u16, now_ms);
    }

    /// An actuator may be driven for so long from now on.
    pub(super) fn leased(&mut self, now_ms: u64, span_ms: u64) {
        self.lease = Some((now_ms, span_ms.min(2_000)));
    }

    /// An actuator is driven in this tick, or is not.
    pub(super) fn driven(&mut self, now_ms: u64, driven: bool) {
        let lease = self.lease;
        let live = lease.is_some_and(|(at, span)| now_ms < at + span);
        self.require(!driven || live, "lease", now_ms, || {
            format!("driven without a lease; the last was {lease:?}")
        });
    }

    /// A side has not said that its peer is lost.
    pub(super) fn silence(&mut self, who: &str, now_ms: u64, silent_ms: u64, bound_ms: u64) {
        self.require(silent_ms <= bound_ms, "lost", now_ms, || {
            format!("{who} has heard nothing for {silent_ms} ms and has not said so")
        });
    }

    /// What the log of this edition holds now.
    pub(super) fn logged(&mut self, edition: u32, bytes: &[u8]) {
        self.editions.entry(edition).or_default().extend_from_slice(bytes);
    }

    /// The host says that it has all of an edition, from `first` on.
    pub(super) fn complete(&mut self, now_ms: u64, edition: u32, first: usize, have: &[u8]) {
        let source = self.editions.get(&edition).and_then(|log| log.get(first..have.len()));
        let same = source.is_some_and(|source| have.get(first..) == Some(source));
        self.require(same, "object", now_ms, || {
            format!("{} bytes of edition {edition} are not what the device holds", have.len())
        });
    }
}

/// Whether this status says that the command had its effect.
fn is_done(status: Status) -> bool {
    status == Status::OK
}
