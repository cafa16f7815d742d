//! The commands of a maker: let through like any other, and carried out by the board.

use super::orders::{Arrived, due};
use super::port::Heard;
use super::{Link, NO_REVISION, proves};
use coldcap_session::Role;
use coldcap_units::{Duration, Instant};
use coldcap_wire::message::{CommandHead, Message, RawBody, Response, Status};
use coldcap_wire::packet::{BODY_LEN, FIRST_VENDOR_ENDPOINT, Kind};
use coldcap_wire::security::SendError;
use coldcap_wire::service::{Begins, Verdict};
use core::fmt;
use heapless::{Deque, Vec};

/// Commands that wait for the board. A host has one under way at a time.
const WAITING: usize = 1;
/// Commands that wait or are without an answer.
const OPEN: usize = 4;
/// What the board has not answered by then was lost in it.
const LOST: Duration = Duration::from_secs(2);

/// A command of the machine's maker: see [`Link::take_vendor`](crate::Link::take_vendor).
///
/// The key of who sent it has the right to it, by the maker's own row of the [`Policy`]; it came in time, once, and on the
/// revision of its channel that it expects.
///
/// [`Policy`]: coldcap_wire::security::Policy
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VendorCommand {
    /// Its endpoint number, 192 to 255.
    pub endpoint: u8,
    /// What every command begins with; the response bears its `rid`.
    pub head: CommandHead,
    /// The role of who sent it.
    pub role: Role,
    pub(super) body: RawBody,
}

impl VendorCommand {
    /// The whole body with its head, as [`Body::decode`](coldcap_wire::message::Body::decode) takes it.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.body.bytes()
    }
}

/// Why a maker's report was not taken for sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VendorError {
    /// Another one waits already. A newer one may be told later.
    Full,
    /// The packet, with its seal, would be longer than the host takes.
    BeyondMtu,
    /// Nobody is there who may read it.
    NoSession,
}

impl From<SendError> for VendorError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::TooLong | SendError::BeyondMtu => Self::BeyondMtu,
            SendError::NoSession | SendError::Exhausted => Self::NoSession,
        }
    }
}

impl fmt::Display for VendorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "another report of the maker waits to be sent",
            Self::BeyondMtu => "the report is longer than the host takes",
            Self::NoSession => "nobody is there who may read the report",
        })
    }
}

impl core::error::Error for VendorError {}

/// What waits for the board, and what it has and did not answer.
#[derive(Clone, Debug)]
pub(super) struct Makers {
    waiting: Deque<Waiting, WAITING>,
    taken: Vec<(u16, Instant), OPEN>,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    command: VendorCommand,
    due: Option<Instant>,
    /// By which key it came; `None` on a bench.
    by: Option<u32>,
}

impl Makers {
    pub(super) const fn new() -> Self {
        Self { waiting: Deque::new(), taken: Vec::new() }
    }

    pub(super) fn has_room(&self) -> bool {
        let open = self.waiting.len().saturating_add(self.taken.len());
        !self.waiting.is_full() && open < OPEN
    }

    pub(super) fn keep(&mut self, now: Instant, command: VendorCommand, by: Option<u32>) {
        let due = due(now, &command.head);
        let _ = self.waiting.push_back(Waiting { command, due, by });
    }

    /// The answer to a command that is not given to the board any more, or that got lost in it; `None` once there is no
    /// other.
    pub(super) fn over(&mut self, now: Instant, has_key: impl Fn(u32) -> bool) -> Option<Response> {
        // req: LNK-002
        let lost = self.taken.iter().position(|(_, at)| now.since(*at) >= LOST);
        if let Some(at) = lost {
            return Some(Response::new(self.taken.remove(at).0, Status::INTERNAL));
        }
        let why = |it: &Waiting| match it {
            _ if it.due.is_some_and(|due| now > due) => Some(Status::EXPIRED),
            _ if it.by.is_some_and(|slot| !has_key(slot)) => Some(Status::DENIED),
            _ => None,
        };
        for _ in 0..self.waiting.len() {
            let Some(waiting) = self.waiting.pop_front() else { break };
            match why(&waiting) {
                Some(status) => return Some(Response::new(waiting.command.head.rid, status)),
                None => self.waiting.push_back(waiting).unwrap_or(()),
            }
        }
        None
    }

    pub(super) fn take(&mut self, now: Instant) -> Option<VendorCommand> {
        let command = self.waiting.pop_front()?.command;
        let _ = self.taken.push((command.head.rid, now));
        Some(command)
    }

    /// Whether the board had this command and had not answered it yet.
    pub(super) fn answered(&mut self, rid: u16) -> bool {
        let at = self.taken.iter().position(|(taken, _)| *taken == rid);
        at.map(|at| self.taken.remove(at)).is_some()
    }
}

impl<const CHANNELS: usize, const KEPT: usize, const SETTINGS: usize>
    Link<CHANNELS, KEPT, SETTINGS>
{
    /// A maker's command is let through like any other: once, in time, on the revision that it expects.
    pub(super) fn vendor_command(
        &mut self,
        now: Instant,
        heard: &Heard,
        head: CommandHead,
        body: RawBody,
    ) {
        // req: LNK-002
        let Heard { endpoint, number, role, .. } = *heard;
        let arrived = Arrived {
            number,
            endpoint,
            head,
            revision: Some(self.revisions.of(head.channel).unwrap_or(NO_REVISION)),
            stop: false,
            begins: Begins::Nothing,
            timed: proves(self.port.host_minor()),
            waits: None,
            full: !self.makers.has_room(),
        };
        match self.orders.admit(now, &arrived) {
            Verdict::Wait => {}
            Verdict::Answer(response) => self.outbox.respond(endpoint, response),
            Verdict::Run => {
                let by = self.port.peer().map(|grant| grant.slot);
                self.makers.keep(now, VendorCommand { endpoint, head, role, body }, by);
            }
        }
    }

    /// The next command of the machine's maker, endpoints 192 to 255, for the board to carry out. Answer each within 2 s
    /// by [`answer_vendor`](Self::answer_vendor); what is not answered by then is answered `internal`.
    ///
    /// Only commands with a row in the maker's part of the policy come here, from a key whose role is in that row
    /// ([`Policy::vendor`](coldcap_wire::security::Policy::vendor)). What a line repeats is carried out once, and what comes
    /// late, or by a key that was revoked since, not at all.
    ///
    /// # Panics
    /// Never.
    pub fn take_vendor(&mut self, now: Instant) -> Option<VendorCommand> {
        self.tend_vendor(now);
        self.makers.take(now)
    }

    /// The board's answer to a command that it took. `false` where nobody waits for it any more.
    pub fn answer_vendor(&mut self, response: Response) -> bool {
        self.makers.answered(response.rid) && self.settle_vendor(response)
    }

    fn settle_vendor(&mut self, response: Response) -> bool {
        let endpoint = self.orders.settle(response);
        if let Some(endpoint) = endpoint {
            self.outbox.respond(endpoint, response);
        }
        endpoint.is_some()
    }

    pub(super) fn tend_vendor(&mut self, now: Instant) {
        while let Some(answer) = {
            let keys = &self.port.keys;
            self.makers.over(now, |slot| keys.slots().any(|held| held.id == slot))
        } {
            self.settle_vendor(answer);
        }
    }

    /// Queues a report of the machine's maker, endpoint 192 to 255. It leaves with the next bytes, behind the status; it
    /// may get lost, like any report.
    ///
    /// # Errors
    /// Any [`VendorError`].
    ///
    /// # Panics
    /// Never.
    pub fn send_vendor<M: Message>(&mut self, report: &M) -> Result<(), VendorError> {
        const {
            assert!(M::ENDPOINT >= FIRST_VENDOR_ENDPOINT);
            assert!(matches!(M::KIND, Kind::Report | Kind::ObjectData | Kind::Link));
        }
        let mut body = [0; BODY_LEN];
        let length = report.encode(&mut body).map_err(|_| VendorError::BeyondMtu)?;
        self.port.may_send(length)?;
        let body = body.get(..length).and_then(RawBody::new).ok_or(VendorError::BeyondMtu)?;
        let queued = self.outbox.report_raw(M::KIND, M::ENDPOINT, body);
        queued.then_some(()).ok_or(VendorError::Full)
    }
}
