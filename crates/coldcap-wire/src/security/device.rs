//! The device's end of a secured link.

use super::cipher::TAG_LEN;
use super::hash::derive;
use super::input::{FIRST, INVITATION, Input, Opened, REFUSED, REQUEST, SECOND, TOO_SMALL};
use super::keys::{Confirmed, Grant, KeyRing};
use super::limit::Limiter;
use super::noise::{MESSAGE_LEN, Responder};
use super::plain::Plain;
use super::policy::Policy;
use super::prologue::{NONCE_LEN, Offer, Prologue, Transport};
use super::refusal::{Events, Refusal, SecurityCounters, SecurityEvent, SendError, up};
use super::secret::Secret;
use super::tunnel::{Opening, Tunnel};
use crate::message::Hello;
use crate::packet::{HEADER_LEN, Header, Kind, LEAST_MTU, PACKET_LEN};
use coldcap_units::Instant;

/// Number of the key, and the first message of the handshake without a payload.
const FIRST_LEN: usize = 4 + MESSAGE_LEN;

/// One link of a device: tells genuine packets from others, and seals what it sends.
///
/// One host at a time: a session that has begun takes the place of the one before. Memory: at most 768 bytes.
///
/// A clone is for tests and simulators. Only one of the two may go on sending: both would seal with the same numbers.
#[derive(Clone, Debug)]
pub struct DeviceLink<'a> {
    own: Offer,
    transport: Transport,
    policy: Policy<'a>,
    host: Option<Offer>,
    limiter: Limiter,
    entropy: Option<Secret>,
    invitation: Option<Invitation>,
    answered: Option<Answered>,
    live: Option<Session>,
    pending: Option<Session>,
    reply: Option<Reply>,
    plain: Plain,
    counters: SecurityCounters,
    events: Events,
    told_rekey: bool,
}

/// What stands ready for one handshake.
#[derive(Clone, Debug)]
struct Invitation {
    nonce: [u8; NONCE_LEN],
    ephemeral: Secret,
}

impl Invitation {
    fn new(entropy: &Secret) -> Self {
        let [public, ephemeral, _] = derive(entropy, &[]);
        let (nonce, _) = public.expose().split_first_chunk().unwrap_or((&[0; NONCE_LEN], &[]));
        Self { nonce: *nonce, ephemeral }
    }
}

/// The last handshake, kept until its session begins: a host that has lost the answer asks with the same bytes.
#[derive(Clone, Debug)]
struct Answered {
    first: [u8; FIRST_LEN],
    second: [u8; MESSAGE_LEN],
}

#[derive(Clone, Debug)]
struct Session {
    tunnel: Tunnel,
    grant: Grant,
    /// What its host speaks at most, and the longest packet that it takes.
    minor: u8,
    mtu: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reply {
    Invitation,
    Second,
    Refused,
}

impl<'a> DeviceLink<'a> {
    /// A link without a session. `own` is the hello that this device sends.
    #[must_use]
    pub fn new(own: &Hello, transport: Transport, policy: Policy<'a>) -> Self {
        Self {
            own: Offer::from(own),
            transport,
            policy,
            host: None,
            limiter: Limiter::new(),
            entropy: None,
            invitation: None,
            answered: None,
            live: None,
            pending: None,
            reply: None,
            plain: Plain::new(),
            counters: SecurityCounters::default(),
            events: Events::new(),
            told_rekey: false,
        }
    }

    /// Notes the host's hello. Call it for each one: a handshake is bound to the last.
    ///
    /// Where the host takes shorter packets than [`LEAST_MTU`](crate::packet::LEAST_MTU), it is told so by
    /// [`poll_output`](Self::poll_output) and gets no session: answer its hello by that alone.
    pub fn heard(&mut self, hello: &Hello) {
        let host = Offer::from(hello);
        self.host = Some(host);
        if !host.takes_enough() {
            let _ = self.refuse();
        } else if self.reply == Some(Reply::Refused) {
            self.reply = None;
        }
    }

    /// Whether the host takes packets as long as a session needs: that of the session, or where there is none whoever has
    /// said hello last.
    #[must_use]
    pub fn takes_enough(&self) -> bool {
        usize::from(self.mtu()) >= LEAST_MTU
    }

    /// The longest packet that the host takes: that of the session by the hello to which its handshake was bound, since
    /// anybody can say hello; without one whoever has said hello last.
    #[must_use]
    pub fn mtu(&self) -> u16 {
        let live = self.live.as_ref().map(|session| session.mtu);
        let heard = || self.host.as_ref().map_or(PACKET_LEN as u16, |host| host.mtu);
        live.unwrap_or_else(heard)
    }

    fn refuse(&mut self) -> Refusal {
        self.reply = Some(Reply::Refused);
        self.events.raise(SecurityEvent::SmallMtu);
        Refusal::SmallMtu
    }

    /// Hands in 32 random bytes, never used before. Each handshake uses them up once.
    pub fn add_entropy(&mut self, entropy: [u8; 32]) {
        self.entropy = Some(Secret::new(entropy));
    }

    /// Whether random bytes are wanted.
    #[must_use]
    pub const fn wants_entropy(&self) -> bool {
        self.entropy.is_none()
    }

    /// What has happened.
    #[must_use]
    pub const fn counters(&self) -> SecurityCounters {
        self.counters
    }

    /// The next thing to tell, if there is one.
    pub fn poll_event(&mut self) -> Option<SecurityEvent> {
        self.events.next()
    }

    /// The key of the session, if there is one.
    #[must_use]
    pub fn peer(&self) -> Option<Grant> {
        self.live.as_ref().map(|session| session.grant)
    }

    /// The highest minor version that the host of the session speaks: the handshake was bound to the hello that said so,
    /// and to no later one, which anybody can send. `None` while there is no session.
    #[must_use]
    pub fn host_minor(&self) -> Option<u8> {
        self.live.as_ref().map(|session| session.minor)
    }

    /// Ends the session and any handshake, as when the cable is drawn.
    pub fn close(&mut self) {
        (self.live, self.pending, self.answered, self.reply) = (None, None, None, None);
    }

    /// Takes a packet that arrived, and opens it where it stands.
    ///
    /// # Errors
    /// Any [`Refusal`] but [`OtherDevice`](Refusal::OtherDevice); it is counted.
    ///
    /// # Panics
    /// Never.
    pub fn handle_input<'p>(
        &mut self,
        now: Instant,
        keys: &mut KeyRing,
        packet: &'p mut [u8],
    ) -> Result<Input<'p>, Refusal> {
        let input = self.take(now, keys, packet);
        if let Err(refusal) = input {
            self.counters.refused(refusal);
        }
        input
    }

    fn take<'p>(
        &mut self,
        now: Instant,
        keys: &mut KeyRing,
        packet: &'p mut [u8],
    ) -> Result<Input<'p>, Refusal> {
        let (header, _) = Header::parse(packet)?;
        if !header.secured {
            return self.take_plain(now, keys, header, packet);
        }
        let (opening, grant) = self.open(now, keys, &header, packet)?;
        up(&mut self.counters.opened);
        let opened = Opened::sealed(header, packet, opening, Some(grant));
        if self.policy.allows(header.kind, header.endpoint, grant.role) {
            return Ok(Input::Packet(opened));
        }
        up(&mut self.counters.denied);
        Ok(Input::Denied(opened))
    }

    fn take_plain<'p>(
        &mut self,
        now: Instant,
        keys: &KeyRing,
        header: Header,
        packet: &'p mut [u8],
    ) -> Result<Input<'p>, Refusal> {
        match (header.kind, header.endpoint) {
            (Kind::Hello, REQUEST) => self.invite()?,
            (Kind::Hello, FIRST) => {
                self.answer(now, keys, packet.get_mut(HEADER_LEN..).unwrap_or_default())?;
            }
            (kind, endpoint) if self.policy.admits_unsealed(kind, endpoint) => {
                return Ok(Input::Packet(Opened::plain(header, packet)));
            }
            _ => return Err(Refusal::Unsealed),
        }
        Ok(Input::Handled)
    }

    /// One invitation stands until a handshake has used it: asking again costs nothing.
    fn invite(&mut self) -> Result<(), Refusal> {
        if self.host.is_some_and(|host| !host.takes_enough()) {
            return Err(self.refuse());
        }
        if self.invitation.is_none() {
            let entropy = self.entropy.take().ok_or(Refusal::NoEntropy)?;
            self.invitation = Some(Invitation::new(&entropy));
        }
        self.reply = Some(Reply::Invitation);
        Ok(())
    }

    fn answer(&mut self, now: Instant, keys: &KeyRing, body: &mut [u8]) -> Result<(), Refusal> {
        let first: &mut [u8; FIRST_LEN] = body.try_into().map_err(|_| Refusal::Length)?;
        if self.answered.as_ref().is_some_and(|answered| answered.first == *first) {
            self.reply = Some(Reply::Second);
            return Ok(());
        }
        let host = self.host.ok_or(Refusal::NoHello)?;
        if !host.takes_enough() {
            return Err(self.refuse());
        }
        let nonce = self.invitation.as_ref().ok_or(Refusal::Unexpected)?.nonce;
        self.limiter.admit(now)?;
        let answered = self.respond(now, keys, &host, nonce, first);
        match answered {
            Ok(()) => self.limiter.succeeded(),
            Err(_) => self.failed(now),
        }
        answered
    }

    fn failed(&mut self, now: Instant) {
        up(&mut self.counters.failures);
        self.events.raise(SecurityEvent::Failed);
        if self.limiter.failed(now) {
            up(&mut self.counters.lockouts);
            self.events.raise(SecurityEvent::Locked);
        }
    }

    /// Everything up to the tag of the first message is hashing; only behind it are there multiplications,
    /// and only behind it is the invitation used up.
    fn respond(
        &mut self,
        now: Instant,
        keys: &KeyRing,
        host: &Offer,
        nonce: [u8; NONCE_LEN],
        first: &mut [u8; FIRST_LEN],
    ) -> Result<(), Refusal> {
        let kept = *first;
        let (slot, message) = first.split_first_chunk_mut::<4>().ok_or(Refusal::Length)?;
        let slot = u32::from_le_bytes(*slot);
        let (psk, grant) = keys.find(now, slot).ok_or(Refusal::UnknownKey)?;
        let prologue =
            Prologue { transport: self.transport, device: self.own, host: *host, nonce, slot };
        let (responder, _) =
            Responder::read(&prologue.to_bytes(), psk, message).map_err(|_| Refusal::Forged)?;
        let invitation = self.invitation.take().ok_or(Refusal::Unexpected)?;
        let mut second = [0; MESSAGE_LEN];
        let (keys, _) = responder
            .answer(&invitation.ephemeral, &[], &mut second)
            .map_err(|_| Refusal::Length)?;
        let (minor, mtu) = (host.minor_max, host.mtu);
        self.pending = Some(Session { tunnel: Tunnel::new(keys, now), grant, minor, mtu });
        self.answered = Some(Answered { first: kept, second });
        self.reply = Some(Reply::Second);
        up(&mut self.counters.handshakes);
        Ok(())
    }

    /// The session stays until a packet under the new keys was verified: who only repeats or begins a
    /// handshake takes nothing from it.
    fn open(
        &mut self,
        now: Instant,
        keys: &mut KeyRing,
        header: &Header,
        packet: &mut [u8],
    ) -> Result<(Opening, Grant), Refusal> {
        self.end_if_revoked(keys);
        let mut refusal = Refusal::NoSession;
        if let Some(live) = &mut self.live {
            match live.tunnel.open(header, packet) {
                Ok(opening) => {
                    let (grant, due) = (live.grant, live.tunnel.is_rekey_due(now));
                    self.tell_rekey(due);
                    return Ok((opening, grant));
                }
                Err(error) => refusal = error,
            }
        }
        let Some(pending) = &mut self.pending else { return Err(refusal) };
        let opening = pending.tunnel.open(header, packet)?;
        let grant = pending.grant;
        self.promote(keys.confirm(now, grant))?;
        Ok((opening, grant))
    }

    fn promote(&mut self, confirmed: Confirmed) -> Result<(), Refusal> {
        let session = self.pending.take();
        self.answered = None;
        if confirmed == Confirmed::No {
            return Err(Refusal::Revoked);
        }
        if confirmed == Confirmed::Paired {
            self.events.raise(SecurityEvent::Paired);
        }
        (self.live, self.told_rekey) = (session, false);
        self.events.raise(SecurityEvent::Secured);
        Ok(())
    }

    fn tell_rekey(&mut self, due: bool) {
        if due && !self.told_rekey {
            self.told_rekey = true;
            self.events.raise(SecurityEvent::RekeyDue);
        }
    }

    fn end_if_revoked(&mut self, keys: &KeyRing) {
        if self.live.as_ref().is_some_and(|live| !keys.grants(live.grant)) {
            self.live = None;
            self.events.raise(SecurityEvent::Ended);
        }
    }

    /// Writes what a handshake wants sent to the start of `out`; returns its length. [`MESSAGE_LEN`] and six
    /// bytes of room suffice; with less, it stays waiting.
    ///
    /// # Panics
    /// Never.
    pub fn poll_output(&mut self, out: &mut [u8]) -> Option<usize> {
        let (endpoint, body): (u8, &[u8]) = match self.reply? {
            Reply::Invitation => (INVITATION, &self.invitation.as_ref()?.nonce),
            Reply::Second => (SECOND, &self.answered.as_ref()?.second),
            Reply::Refused => (REFUSED, &TOO_SMALL),
        };
        let len = self.plain.write(Kind::Hello, endpoint, body, out).ok()?;
        self.reply = None;
        Some(len)
    }

    /// Writes a packet to the start of `out`; returns its length: sealed where there is a session, unsealed
    /// where it may be. A hello is never sealed, so that a host that has started anew can read it.
    ///
    /// # Errors
    /// Any [`SendError`].
    ///
    /// # Panics
    /// Never.
    pub fn send(
        &mut self,
        keys: &KeyRing,
        kind: Kind,
        endpoint: u8,
        body: &[u8],
        out: &mut [u8],
    ) -> Result<usize, SendError> {
        self.end_if_revoked(keys);
        let most = usize::from(self.mtu());
        let open = self.live.is_none() || kind == Kind::Hello;
        let seal = if open { 0 } else { TAG_LEN };
        if body.len().saturating_add(HEADER_LEN).saturating_add(seal) > most {
            return Err(SendError::BeyondMtu);
        }
        match &mut self.live {
            Some(live) if kind != Kind::Hello => live.tunnel.seal(kind, endpoint, body, out),
            _ if self.policy.releases_unsealed(kind, endpoint) => {
                self.plain.write(kind, endpoint, body, out)
            }
            _ => Err(SendError::NoSession),
        }
    }

    /// The longest body that fits a packet of `packet` bytes, as it would be sent to this host now.
    #[must_use]
    pub fn body_room(&self, packet: usize) -> usize {
        let sealed = if self.live.is_some() { TAG_LEN } else { 0 };
        let packet = packet.min(self.mtu().into());
        packet.saturating_sub(HEADER_LEN).saturating_sub(sealed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_takes_no_more_memory_than_it_says() {
        assert!(size_of::<DeviceLink<'_>>() <= 768, "{}", size_of::<DeviceLink<'_>>());
    }

    #[test]
    fn neither_the_nonce_nor_the_secret_tells_the_random_bytes() {
        let invitation = Invitation::new(&Secret::new([7; 32]));
        let other = Invitation::new(&Secret::new([8; 32]));
        assert_ne!(
            (invitation.nonce, &invitation.ephemeral),
            ([7; NONCE_LEN], &Secret::new([7; 32]))
        );
        assert_ne!(invitation.nonce, other.nonce);
        assert_ne!(invitation.ephemeral, other.ephemeral);
        assert_ne!(invitation.nonce, invitation.ephemeral.expose()[..NONCE_LEN]);
    }
}
