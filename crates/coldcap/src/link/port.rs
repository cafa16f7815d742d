//! How packets come in and go out: sealed by the keys of a session, or as they are on a bench.

use crate::bridge::inbound;
use crate::config::LinkAccess;
use coldcap_session::Role;
use coldcap_units::Instant;
use coldcap_wire::Sender;
use coldcap_wire::message::{
    AnyMessage, Body, BodyError, CommandHead, Hello, Message, RawBody, Response, decode_at_device,
};
use coldcap_wire::packet::{BODY_LEN, FIRST_VENDOR_ENDPOINT, HEADER_LEN, Header, Kind, PACKET_LEN};
use coldcap_wire::security::{
    DeviceLink, EntropyPool, Input, KeyRing, Offer, Opened, Policy, SecurityCounters,
    SecurityEvent, SendError, Transport, framed,
};
use heapless::Deque;

/// As many as there are kinds of events: each is held once.
const EVENTS: usize = 7;

/// The keys of the device, what makes new ones, and the session that goes on.
#[derive(Clone, Debug)]
pub(super) struct Port {
    /// Without keys everybody is this role.
    bench: Option<Role>,
    sender: Sender,
    access: (Transport, Policy<'static>),
    link: DeviceLink<'static>,
    pub(super) keys: KeyRing,
    entropy: EntropyPool,
    events: Deque<SecurityEvent, EVENTS>,
    begun: bool,
    answering: bool,
}

/// A packet that the device may act on.
pub(super) struct Heard {
    pub(super) endpoint: u8,
    pub(super) number: u32,
    /// Whether it is known who sent it; on a bench everything is taken for known.
    pub(super) genuine: bool,
    pub(super) role: Role,
    pub(super) said: Said,
}

/// What a packet says.
pub(super) enum Said {
    Message(AnyMessage),
    /// A command of the maker's, which has a row of its own.
    Vendor(CommandHead, RawBody),
    /// A command that is not carried out, and whose request id could be read.
    Refused(Response),
    Nothing,
}

impl Port {
    pub(super) fn new(access: &LinkAccess, hello: &Hello) -> Self {
        let (bench, access) = match *access {
            LinkAccess::Keyed { transport, policy } => (None, (transport, policy)),
            LinkAccess::UnsecuredBench { role, vendor } => {
                (Some(role), (Transport::Serial, Policy { vendor, ..Policy::CLOSED }))
            }
        };
        Self {
            bench,
            sender: Sender::new(),
            access,
            link: DeviceLink::new(hello, access.0, access.1),
            keys: KeyRing::new(),
            entropy: EntropyPool::new(),
            events: Deque::new(),
            begun: false,
            answering: false,
        }
    }

    /// The device calls itself otherwise from now on: only before anybody has heard its hello.
    pub(super) fn rename(&mut self, hello: &Hello) {
        self.link = DeviceLink::new(hello, self.access.0, self.access.1);
    }

    /// What outlives a start of the link: keys, as a store would keep them, and what randomness there is.
    pub(super) fn take_lasting(&mut self) -> (KeyRing, EntropyPool) {
        (core::mem::take(&mut self.keys), core::mem::take(&mut self.entropy))
    }

    pub(super) fn keep_lasting(&mut self, (keys, entropy): (KeyRing, EntropyPool)) {
        (self.keys, self.entropy) = (keys, entropy);
    }

    pub(super) fn add_entropy(&mut self, seed: &[u8; 32]) {
        self.entropy.add(seed);
    }

    pub(super) const fn wants_entropy(&self) -> bool {
        self.bench.is_none() && self.entropy.is_empty()
    }

    /// Whether what is not for everybody may be sent: there is somebody for it, who takes packets that are long enough.
    pub(super) fn is_open(&self) -> bool {
        (self.bench.is_some() && self.link.takes_enough()) || self.link.peer().is_some()
    }

    /// Whether whoever is heard takes packets that are long enough.
    pub(super) fn takes_enough(&self) -> bool {
        self.link.takes_enough()
    }

    pub(super) fn peer(&self) -> Option<coldcap_wire::security::Grant> {
        self.link.peer()
    }

    /// What the host of the session speaks, as the handshake has shown it.
    pub(super) fn host_minor(&self) -> Option<u8> {
        self.link.host_minor()
    }

    pub(super) const fn counters(&self) -> SecurityCounters {
        self.link.counters()
    }

    pub(super) fn poll_event(&mut self) -> Option<SecurityEvent> {
        self.events.pop_front()
    }

    /// Whether a session has begun since the last call.
    pub(super) fn has_begun(&mut self) -> bool {
        core::mem::take(&mut self.begun)
    }

    /// Whether a packet of a handshake waits to be sent.
    pub(super) const fn is_answering(&self) -> bool {
        self.answering
    }

    /// Whose hello the next handshake is bound to. `false` where it takes too short packets, and is told that in place of a
    /// hello.
    pub(super) fn greeted_by(&mut self, hello: &Hello) -> bool {
        self.link.heard(hello);
        let served = Offer::from(hello).takes_enough();
        self.answering |= !served;
        self.note_events();
        served
    }

    /// Opens a packet where it stands; `None` where there is nothing to act on.
    pub(super) fn open(&mut self, now: Instant, packet: &mut [u8]) -> Option<Heard> {
        match self.bench {
            Some(role) => {
                let (header, body) = Header::parse(packet).ok()?;
                (!header.secured).then(|| self.on_bench(&header, body, role))
            }
            None => self.open_sealed(now, packet),
        }
    }

    /// Everybody has this role, and a maker's commands ask for the one of their row.
    fn on_bench(&self, header: &Header, body: &[u8], role: Role) -> Heard {
        let policy = &self.access.1;
        let key_role = coldcap_wire::security::Role::from_code(role.code());
        let allowed = key_role.is_some_and(|it| policy.allows(header.kind, header.endpoint, it));
        if !allowed && has_row(policy, header) {
            return Heard::denied(header, body, role);
        }
        Heard::read(policy, header, body, role, true)
    }

    fn open_sealed(&mut self, now: Instant, packet: &mut [u8]) -> Option<Heard> {
        // req: LNK-003
        if self.link.wants_entropy()
            && let Some(random) = self.entropy.draw()
        {
            self.link.add_entropy(random);
        }
        let heard = match self.link.handle_input(now, &mut self.keys, packet) {
            Ok(Input::Packet(opened)) => {
                let genuine = opened.grant.is_some();
                let role = role(&opened);
                Some(Heard::read(&self.access.1, &opened.header, opened.body, role, genuine))
            }
            Ok(Input::Denied(opened)) => {
                Some(Heard::denied(&opened.header, opened.body, role(&opened)))
            }
            Ok(Input::Handled) => {
                self.answering = true;
                None
            }
            Err(_) => None,
        };
        self.note_events();
        heard
    }

    fn note_events(&mut self) {
        for _ in 0..EVENTS {
            let Some(event) = self.link.poll_event() else { break };
            self.begun |= event == SecurityEvent::Secured;
            if !self.events.iter().any(|held| *held == event) {
                let _ = self.events.push_back(event);
            }
        }
    }

    /// The frame of the next packet of a handshake, if one waits and fits.
    pub(super) fn answer(&mut self, out: &mut [u8]) -> Option<usize> {
        if !self.answering {
            return None;
        }
        let sent = framed(out, |room| self.link.poll_output(room).ok_or(SendError::TooLong));
        self.answering = sent.is_err() && out.len() < HANDSHAKE_ROOM;
        sent.ok()
    }

    /// The frame of a message.
    pub(super) fn send<M: Message>(
        &mut self,
        message: &M,
        out: &mut [u8],
    ) -> Result<usize, SendError> {
        let mut body = [0; BODY_LEN];
        let length = message.encode(&mut body).map_err(|_| SendError::TooLong)?;
        if self.bench.is_some() {
            self.fits(length)?;
            return self.sender.send_message(message, out).map_err(|_| SendError::TooLong);
        }
        self.seal(M::KIND, M::ENDPOINT, body.get(..length).unwrap_or_default(), out)
    }

    /// Whether a maker's report of this length could be sent now: in a session, or where there are no keys. What everybody
    /// may read of a maker's is what he answers; a report of his that nobody asked for would be news from nobody.
    pub(super) fn may_send(&self, body: usize) -> Result<(), SendError> {
        let room = self.link.body_room(PACKET_LEN);
        if body > room {
            return Err(SendError::BeyondMtu);
        }
        self.is_open().then_some(()).ok_or(SendError::NoSession)
    }

    /// The frame of a packet whose body only the maker knows.
    pub(super) fn send_raw(
        &mut self,
        kind: Kind,
        endpoint: u8,
        body: &[u8],
        out: &mut [u8],
    ) -> Result<usize, SendError> {
        if self.bench.is_some() {
            self.fits(body.len())?;
            let sent = self.sender.send_bytes(kind, endpoint, body, out);
            return sent.map_err(|_| SendError::TooLong);
        }
        self.seal(kind, endpoint, body, out)
    }

    /// The frame of an answer to the command of this endpoint.
    pub(super) fn respond(
        &mut self,
        endpoint: u8,
        response: &Response,
        out: &mut [u8],
    ) -> Result<usize, SendError> {
        let mut body = [0; BODY_LEN];
        let length = response.encode(&mut body).map_err(|_| SendError::TooLong)?;
        if self.bench.is_some() {
            self.fits(length)?;
            let sent = self.sender.respond(endpoint, response, out);
            return sent.map_err(|_| SendError::TooLong);
        }
        self.seal(Response::KIND, endpoint, body.get(..length).unwrap_or_default(), out)
    }

    /// Whether the host of a bench takes a packet with such a body.
    fn fits(&self, body: usize) -> Result<(), SendError> {
        let fits = body.saturating_add(HEADER_LEN) <= usize::from(self.link.mtu());
        fits.then_some(()).ok_or(SendError::BeyondMtu)
    }

    fn seal(
        &mut self,
        kind: Kind,
        endpoint: u8,
        body: &[u8],
        out: &mut [u8],
    ) -> Result<usize, SendError> {
        let sent = framed(out, |room| self.link.send(&self.keys, kind, endpoint, body, room));
        // A key that was revoked ends its session here.
        self.note_events();
        sent
    }
}

/// Room for the frame of any packet of a handshake.
const HANDSHAKE_ROOM: usize = 64;

/// The role of who sealed a packet. Who did not may say hello, for which no role is asked.
fn role(opened: &Opened<'_>) -> Role {
    opened.role().and_then(|role| Role::from_code(role.code())).unwrap_or(Role::Observer)
}

/// Whether it is a command for which the maker has a row.
fn has_row(policy: &Policy<'_>, header: &Header) -> bool {
    let (kind, endpoint) = (header.kind, header.endpoint);
    let own = kind == Kind::Command && endpoint >= FIRST_VENDOR_ENDPOINT;
    own && policy.vendor.iter().any(|row| (row.kind, row.endpoint) == (kind, endpoint))
}

impl Heard {
    fn read(policy: &Policy<'_>, header: &Header, body: &[u8], role: Role, genuine: bool) -> Self {
        let said = if has_row(policy, header) {
            Said::vendor(header.kind, body)
        } else {
            let plain = Header { secured: false, ..*header };
            let message = decode_at_device(&plain, body);
            message.map_or_else(|error| Said::unread(header.kind, body, error), Said::Message)
        };
        Self { endpoint: header.endpoint, number: header.number, genuine, role, said }
    }

    /// Of what a role may not send, nothing but the request id is looked at.
    fn denied(header: &Header, body: &[u8], role: Role) -> Self {
        let said = inbound::denied(header.kind, body).map_or(Said::Nothing, Said::Refused);
        Self { endpoint: header.endpoint, number: header.number, genuine: true, role, said }
    }
}

impl Said {
    fn vendor(kind: Kind, body: &[u8]) -> Self {
        let short = Self::unread(kind, body, BodyError::Short);
        let split = CommandHead::split(body).map(|(head, _)| head);
        let both = split.ok().zip(RawBody::new(body));
        both.map_or(short, |(head, body)| Self::Vendor(head, body))
    }

    fn unread(kind: Kind, body: &[u8], error: BodyError) -> Self {
        inbound::unread(kind, body, error).map_or(Self::Nothing, Self::Refused)
    }
}
