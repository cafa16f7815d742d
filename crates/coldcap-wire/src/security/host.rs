//! The host's end of a secured link.

use super::cipher::TAG_LEN;
use super::input::{FIRST, INVITATION, Input, Opened, REFUSED, REQUEST, SECOND, TOO_SMALL};
use super::noise::{Initiator, Keys, MESSAGE_LEN};
use super::pairing::PairingCode;
use super::plain::Plain;
use super::policy::Policy;
use super::prologue::{Offer, Prologue, Transport};
use super::refusal::{Events, Refusal, SecurityCounters, SecurityEvent, SendError, up};
use super::secret::Secret;
use super::tunnel::{Opening, Tunnel};
use crate::message::Hello;
use crate::packet::{HEADER_LEN, Header, Kind};
use coldcap_units::{Duration, Instant};

/// How long a host waits for an answer before it sends the same bytes again. More than the device's
/// [`TRY_PERIOD`](super::TRY_PERIOD).
pub const RETRY_PERIOD: Duration = Duration::from_millis(1_500);
/// How often it sends either packet of a handshake before it gives up.
pub const TRIES: u8 = 5;

const FIRST_LEN: usize = 4 + MESSAGE_LEN;

/// One link of a host to the device that its key is for.
///
/// A clone is for tests and simulators. Only one of the two may go on sending: both would seal with the same numbers.
#[derive(Clone, Debug)]
pub struct HostLink<'a> {
    own: Offer,
    transport: Transport,
    policy: Policy<'a>,
    key: PairingCode,
    device: Option<Offer>,
    /// What the handshake under way is bound to of the device: its highest minor version and the longest packet that it
    /// takes; and what the session is.
    offered: (u8, u16),
    bound: Option<(u8, u16)>,
    phase: Phase,
    due: Instant,
    tries: u8,
    live: Option<Tunnel>,
    previous: Option<Tunnel>,
    plain: Plain,
    counters: SecurityCounters,
    events: Events,
}

#[derive(Clone)]
enum Phase {
    Idle,
    Asking(Secret),
    Begun(Initiator, [u8; FIRST_LEN]),
}

impl core::fmt::Debug for Phase {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Idle => "Idle",
            Self::Asking(_) => "Asking",
            Self::Begun(..) => "Begun",
        })
    }
}

impl<'a> HostLink<'a> {
    /// A link without a session. `own` is the hello that this host sends; `policy` says which reports may
    /// come unsealed.
    #[must_use]
    pub fn new(own: &Hello, transport: Transport, policy: Policy<'a>, key: PairingCode) -> Self {
        Self {
            own: Offer::from(own),
            transport,
            policy,
            key,
            device: None,
            offered: (0, 0),
            bound: None,
            phase: Phase::Idle,
            due: Instant::ZERO,
            tries: 0,
            live: None,
            previous: None,
            plain: Plain::new(),
            counters: SecurityCounters::default(),
            events: Events::new(),
        }
    }

    /// Notes the device's hello. Call it for each one: a handshake is bound to the last. A session goes on,
    /// whatever a hello says, since anybody can send one.
    ///
    /// # Errors
    /// [`Refusal::OtherDevice`]: the key is for another serial number. [`Refusal::SmallMtu`]: it takes shorter packets
    /// than a session needs. It is then as if nobody had said hello.
    pub fn heard(&mut self, hello: &Hello) -> Result<(), Refusal> {
        if hello.serial != self.key.serial {
            return Err(Refusal::OtherDevice);
        }
        let device = Offer::from(hello);
        if !device.takes_enough() {
            return Err(Refusal::SmallMtu);
        }
        self.device = Some(device);
        Ok(())
    }

    /// Begins a handshake, also while a session goes on. `ephemeral` is random and never used before.
    ///
    /// # Errors
    /// [`Refusal::NoHello`]: the device has not said hello yet.
    pub fn connect(&mut self, now: Instant, ephemeral: [u8; 32]) -> Result<(), Refusal> {
        self.device.ok_or(Refusal::NoHello)?;
        self.enter(now, Phase::Asking(Secret::new(ephemeral)));
        Ok(())
    }

    fn enter(&mut self, now: Instant, phase: Phase) {
        (self.phase, self.due, self.tries) = (phase, now, 0);
    }

    /// The highest minor version that the device of the session speaks: the handshake has shown that nobody else said
    /// so. `None` while there is no session.
    #[must_use]
    pub fn device_minor(&self) -> Option<u8> {
        self.bound.map(|(minor, _)| minor)
    }

    /// The longest packet that the device of the session takes: `None` while there is no session.
    #[must_use]
    pub fn device_mtu(&self) -> Option<u16> {
        self.bound.map(|(_, mtu)| mtu)
    }

    /// Whether packets can be sealed.
    #[must_use]
    pub const fn is_secured(&self) -> bool {
        self.live.is_some()
    }

    /// Whether a new handshake is due: call [`connect`](Self::connect).
    #[must_use]
    pub fn is_rekey_due(&self, now: Instant) -> bool {
        self.live.as_ref().is_some_and(|tunnel| tunnel.is_rekey_due(now))
    }

    /// The keys of the session, for a log with which a recording can be opened. Whoever has them reads all of the
    /// session, before and after, and can seal packets in it that the device takes for this host's; they are of no
    /// use for another session. Nothing else needs them.
    #[must_use]
    pub fn keys(&self) -> Option<&Keys> {
        self.live.as_ref().map(Tunnel::keys)
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

    /// Ends the session and any handshake, as when the cable is drawn.
    pub fn close(&mut self) {
        (self.live, self.previous, self.phase) = (None, None, Phase::Idle);
        self.bound = None;
    }

    /// When [`poll_output`](Self::poll_output) has something to send, if it ever has.
    #[must_use]
    pub const fn next_deadline(&self) -> Option<Instant> {
        match self.phase {
            Phase::Idle => None,
            _ => Some(self.due),
        }
    }

    /// Writes what a handshake wants sent now to the start of `out`; returns its length. 58 bytes of room
    /// suffice; with less, it stays waiting. After [`TRIES`] without an answer it gives up.
    ///
    /// # Panics
    /// Never.
    pub fn poll_output(&mut self, now: Instant, out: &mut [u8]) -> Option<usize> {
        if !has_come(self.due, now) {
            return None;
        }
        let (endpoint, body): (u8, &[u8]) = match &self.phase {
            Phase::Idle => return None,
            _ if self.tries >= TRIES => {
                self.phase = Phase::Idle;
                up(&mut self.counters.failures);
                self.events.raise(SecurityEvent::Failed);
                return None;
            }
            Phase::Asking(_) => (REQUEST, &[]),
            Phase::Begun(_, first) => (FIRST, first),
        };
        let len = self.plain.write(Kind::Hello, endpoint, body, out).ok()?;
        self.tries = self.tries.saturating_add(1);
        self.due = now.plus(RETRY_PERIOD);
        Some(len)
    }

    /// Takes a packet that arrived, and opens it where it stands.
    ///
    /// # Errors
    /// Any [`Refusal`]; it is counted.
    ///
    /// # Panics
    /// Never.
    pub fn handle_input<'p>(
        &mut self,
        now: Instant,
        packet: &'p mut [u8],
    ) -> Result<Input<'p>, Refusal> {
        let input = self.take(now, packet);
        if let Err(refusal) = input {
            self.counters.refused(refusal);
        }
        input
    }

    fn take<'p>(&mut self, now: Instant, packet: &'p mut [u8]) -> Result<Input<'p>, Refusal> {
        let (header, _) = Header::parse(packet)?;
        if !header.secured {
            return self.take_plain(now, header, packet);
        }
        let (opening, earlier) = self.open(&header, packet)?;
        up(&mut self.counters.opened);
        let opened = Opened::sealed(header, packet, opening, None);
        Ok(Input::Packet(Opened { earlier, ..opened }))
    }

    fn take_plain<'p>(
        &mut self,
        now: Instant,
        header: Header,
        packet: &'p mut [u8],
    ) -> Result<Input<'p>, Refusal> {
        match (header.kind, header.endpoint) {
            (Kind::Hello, INVITATION) => self.begin(now, packet)?,
            (Kind::Hello, SECOND) => self.finish(now, packet)?,
            (Kind::Hello, REFUSED) => return Err(self.refused(packet)),
            (kind, endpoint) if self.admits_unsealed(kind, endpoint) => {
                return Ok(Input::Packet(Opened::plain(header, packet)));
            }
            _ => return Err(Refusal::Unsealed),
        }
        Ok(Input::Handled)
    }

    /// The device says that this host takes too short packets. Anybody can say so: it is told, and nothing else changes.
    fn refused(&mut self, packet: &[u8]) -> Refusal {
        if self.live.is_some() {
            return Refusal::Unexpected;
        }
        if packet.get(HEADER_LEN) != TOO_SMALL.first() {
            return Refusal::Length;
        }
        self.events.raise(SecurityEvent::SmallMtu);
        Refusal::SmallMtu
    }

    /// Within a session, an unsealed status is somebody else's.
    fn admits_unsealed(&self, kind: Kind, endpoint: u8) -> bool {
        let always = self.policy.admits_unsealed(kind, endpoint);
        always || (self.live.is_none() && self.policy.releases_unsealed(kind, endpoint))
    }

    fn begin(&mut self, now: Instant, packet: &[u8]) -> Result<(), Refusal> {
        let Phase::Asking(ephemeral) = &self.phase else { return Err(Refusal::Unexpected) };
        let device = self.device.ok_or(Refusal::NoHello)?;
        let body = packet.get(HEADER_LEN..).unwrap_or_default();
        let nonce = body.try_into().map_err(|_| Refusal::Length)?;
        let (transport, host, slot) = (self.transport, self.own, self.key.slot);
        let prologue = Prologue { transport, device, host, nonce, slot }.to_bytes();
        let mut first = [0; FIRST_LEN];
        let (place, room) = first.split_first_chunk_mut::<4>().ok_or(Refusal::Length)?;
        *place = slot.to_le_bytes();
        let (psk, ephemeral) = (&self.key.psk, *ephemeral.expose());
        let (initiator, _) =
            Initiator::begin(&prologue, psk, ephemeral, &[], room).map_err(|_| Refusal::Length)?;
        self.enter(now, Phase::Begun(initiator, first));
        self.offered = (device.minor_max, device.mtu);
        Ok(())
    }

    /// A forged answer changes nothing: the real one may still come.
    fn finish(&mut self, now: Instant, packet: &mut [u8]) -> Result<(), Refusal> {
        let Phase::Begun(initiator, _) = &self.phase else { return Err(Refusal::Unexpected) };
        let body = packet.get_mut(HEADER_LEN..).unwrap_or_default();
        if body.len() != MESSAGE_LEN {
            return Err(Refusal::Length);
        }
        let (keys, _) = initiator.finish(body).map_err(|_| Refusal::Forged)?;
        self.previous = self.live.replace(Tunnel::new(keys, now));
        self.phase = Phase::Idle;
        self.bound = Some(self.offered);
        up(&mut self.counters.handshakes);
        self.events.raise(SecurityEvent::Secured);
        Ok(())
    }

    /// The device changes over with the first packet that it opens: until it has, it seals with the old keys.
    fn open(&mut self, header: &Header, packet: &mut [u8]) -> Result<(Opening, bool), Refusal> {
        let live = self.live.as_mut().ok_or(Refusal::NoSession)?;
        let refusal = match live.open(header, packet) {
            Ok(opening) => {
                self.previous = None;
                return Ok((opening, false));
            }
            Err(refusal) => refusal,
        };
        let previous = self.previous.as_mut().ok_or(refusal)?;
        previous.open(header, packet).map(|opening| (opening, true))
    }

    /// Writes a packet to the start of `out`; returns its length. All but a hello is sealed; a hello never is.
    ///
    /// # Errors
    /// Any [`SendError`].
    ///
    /// # Panics
    /// Never.
    pub fn send(
        &mut self,
        kind: Kind,
        endpoint: u8,
        body: &[u8],
        out: &mut [u8],
    ) -> Result<usize, SendError> {
        if kind == Kind::Hello {
            return self.plain.write(kind, endpoint, body, out);
        }
        let live = self.live.as_mut().ok_or(SendError::NoSession)?;
        let most = self.bound.map_or(0, |(_, mtu)| usize::from(mtu));
        if body.len().saturating_add(HEADER_LEN).saturating_add(TAG_LEN) > most {
            return Err(SendError::BeyondMtu);
        }
        live.seal(kind, endpoint, body, out)
    }
}

/// Whether a moment has come that was set no more than [`RETRY_PERIOD`] ahead. One that lies further ahead was set
/// before the clock was set back: it has come, too.
fn has_come(due: Instant, now: Instant) -> bool {
    due <= now || due.since(now) > RETRY_PERIOD
}
