//! How packets go out and come in: as they are, or sealed by the keys of a session.

use super::listening::OpenedPacket;
use super::vendor::VendorReport;
use coldcap_units::{Duration, Instant};
use coldcap_wire::frame::FrameError;
use coldcap_wire::message::{AnyMessage, BodyError, Hello, Message, RawBody, decode_any};
use coldcap_wire::packet::{
    BODY_LEN, FIRST_VENDOR_ENDPOINT, HEADER_LEN, Header, Kind, LEAST_MTU, PACKET_LEN,
};
use coldcap_wire::security::{
    EntropyPool, HostLink, Input, Keys, PairingCode, Policy, Refusal, Secret, SecurityCounters,
    SecurityEvent, SendError, Transport, WHOLE_SINCE, framed,
};
use coldcap_wire::{Receiver, Sender, WireError};

/// After a handshake that failed, the next one begins no sooner than this.
pub const TRY_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// What a client needs for a device that asks for a key.
///
/// ```
/// use coldcap_host::client::{Client, ClientConfig, ClientKey};
/// use coldcap_wire::security::{PairingCode, Secret, Transport};
/// # let text = PairingCode { serial: 1, slot: 1, psk: Secret::new([7; 32]) }.to_text();
/// # let text = text.as_str();
/// # fn random() -> [u8; 32] { [0x5A; 32] }
///
/// let code = PairingCode::parse(text)?; // what the camera has read from the square code
/// let key = ClientKey { code, transport: Transport::Serial, entropy: Secret::new(random()) };
/// let client = Client::new(ClientConfig::new(1).with_key(key));
/// assert!(!client.is_connected()); // until the device has shown that it holds the key
/// # Ok::<(), coldcap_wire::security::PairingError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientKey {
    /// What the device has shown when it was paired.
    pub code: PairingCode,
    /// What the bytes travel in; it must be what the device takes it for.
    pub transport: Transport,
    /// 32 random bytes, never used before. All that is random in this client follows from them.
    pub entropy: Secret,
}

/// Why there is no session with a device for which a key is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NotSecured {
    /// The device did not answer the handshake: it does not know the key, or it is not the device.
    NoAnswer,
    /// The device has another serial number than the one that the key is for.
    OtherDevice,
    /// It sends without a seal what a device with keys never would: nothing of it is believed.
    Unsealed,
    /// One of the two takes shorter packets than [`LEAST_MTU`], by the `mtu` of its hello: the device says that of this
    /// host, or says it of itself. On a bench only what it says of itself.
    SmallMtu,
}

/// A packet as it came, opened.
pub(super) struct Arrived {
    pub(super) header: Header,
    pub(super) message: Result<AnyMessage, BodyError>,
    /// What it is where its endpoint is a maker's.
    pub(super) vendor: Option<VendorReport>,
    /// A hash of the body, by which copies are known.
    pub(super) body: u64,
    /// Whether it is known who sent it; without a key everything is taken for known.
    pub(super) genuine: bool,
    /// It belongs to the session before, which the device has not left yet.
    pub(super) earlier: bool,
    pub(super) missed: u32,
    /// The packet itself, where somebody listens.
    pub(super) opened: Option<OpenedPacket>,
}

/// What became of a frame.
pub(super) enum Frame {
    Arrived(Box<Arrived>),
    /// It holds no packet that could be read.
    Unreadable,
    /// It is not told further: damaged, refused, or of a handshake.
    Nothing,
}

/// One direction each, and the session.
#[derive(Clone, Debug)]
pub(super) struct Port {
    sender: Sender,
    receiver: Receiver,
    /// The device of a bench: the longest packet that it takes, and its model.
    bench_mtu: u16,
    bench_model: Option<u16>,
    security: Option<Box<Security>>,
    /// Whether the packets themselves are wanted.
    listened_to: bool,
}

#[derive(Clone, Debug)]
struct Security {
    link: HostLink<'static>,
    entropy: EntropyPool,
    wanted: bool,
    not_before: Instant,
    stranger: bool,
    /// The device's hello as it was heard last, and that to which the newest handshake is bound.
    heard: Option<Hello>,
    bound: Option<Hello>,
    /// That to which the handshake of the session was bound.
    session: Option<Hello>,
}

impl Port {
    pub(super) fn new(key: Option<&ClientKey>, hello: &Hello) -> Self {
        let security = key.map(|key| {
            let mut entropy = EntropyPool::new();
            entropy.add(key.entropy.expose());
            // Nothing that comes unsealed is shown as if it were the device's.
            let link = HostLink::new(hello, key.transport, Policy::CLOSED, key.code.clone());
            let not_before = Instant::ZERO;
            Box::new(Security {
                link,
                entropy,
                wanted: false,
                not_before,
                stranger: false,
                heard: None,
                bound: None,
                session: None,
            })
        });
        let (sender, receiver) = (Sender::new(), Receiver::new());
        let (bench_mtu, bench_model) = (PACKET_LEN as u16, None);
        Self { sender, receiver, bench_mtu, bench_model, security, listened_to: false }
    }

    pub(super) const fn receiver(&self) -> &Receiver {
        &self.receiver
    }

    /// Whether a key is configured.
    pub(super) const fn is_keyed(&self) -> bool {
        self.security.is_some()
    }

    /// The highest minor version of the device of the session, as the handshake has shown it.
    pub(super) fn device_minor(&self) -> Option<u8> {
        self.security.as_ref()?.link.device_minor()
    }

    /// The model of the device, where it is known: of a session where its handshake was bound to it.
    pub(super) fn device_model(&self) -> Option<u16> {
        let Some(security) = &self.security else { return self.bench_model };
        let bound = security.session.filter(|hello| hello.minor_max >= WHOLE_SINCE);
        bound.map(|hello| hello.model)
    }

    /// Whether commands can be sent.
    pub(super) fn is_open(&self) -> bool {
        self.security.as_ref().is_none_or(|security| security.link.is_secured())
    }

    /// Whether a handshake is under way, or will be.
    pub(super) fn is_changing(&self) -> bool {
        let changes = |it: &Security| it.wanted || it.link.next_deadline().is_some();
        self.security.as_deref().is_some_and(changes)
    }

    pub(super) fn keys(&self) -> Option<&Keys> {
        self.security.as_ref()?.link.keys()
    }

    pub(super) fn counters(&self) -> SecurityCounters {
        self.security.as_ref().map_or_else(SecurityCounters::default, |it| it.link.counters())
    }

    /// Takes note of the device's hello; `begin` says that a session that goes on is not enough.
    pub(super) fn heard(&mut self, hello: &Hello, begin: bool) -> Result<(), NotSecured> {
        if usize::from(hello.mtu) < LEAST_MTU {
            return Err(NotSecured::SmallMtu);
        }
        let Some(security) = &mut self.security else {
            (self.bench_mtu, self.bench_model) = (hello.mtu, Some(hello.model));
            return Ok(());
        };
        security.link.heard(hello).map_err(|_| NotSecured::OtherDevice)?;
        security.heard = Some(*hello);
        security.wanted |= begin || !security.link.is_secured();
        Ok(())
    }

    /// Begins what is to begin; `idle` says that no command waits for its answer.
    pub(super) fn advance(&mut self, now: Instant, idle: bool) {
        let Some(security) = &mut self.security else { return };
        security.wanted |= idle && security.link.is_rekey_due(now);
        let free = security.link.next_deadline().is_none() && now >= security.not_before;
        if !(security.wanted && free) {
            return;
        }
        if let Some(random) = security.entropy.draw()
            && security.link.connect(now, random).is_ok()
        {
            security.wanted = false;
        }
    }

    /// The next thing that happened to the session: one has begun with the device that said this hello, or why none has.
    pub(super) fn poll_event(&mut self, now: Instant) -> Option<Result<Option<Hello>, NotSecured>> {
        let security = self.security.as_mut()?;
        if core::mem::take(&mut security.stranger) {
            return Some(Err(NotSecured::Unsealed));
        }
        match security.link.poll_event()? {
            SecurityEvent::Secured => {
                security.wanted = false;
                security.session = security.bound;
                Some(Ok(security.bound))
            }
            // Anybody can say so: it is told, and delays nothing.
            SecurityEvent::SmallMtu => Some(Err(NotSecured::SmallMtu)),
            _ => {
                (security.wanted, security.not_before) = (true, now.plus(TRY_AGAIN_AFTER));
                Some(Err(NotSecured::NoAnswer))
            }
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        let security = self.security.as_ref()?;
        let begin = security.wanted.then_some(security.not_before);
        security.link.next_deadline().or(begin)
    }

    /// The frame of the next packet of a handshake.
    pub(super) fn handshake(&mut self, now: Instant, out: &mut [u8]) -> Option<usize> {
        let link = &mut self.security.as_mut()?.link;
        let write = |room: &mut [u8]| link.poll_output(now, room).ok_or(SendError::TooLong);
        framed(out, write).ok()
    }

    /// The frame of a message.
    pub(super) fn send<M: Message>(
        &mut self,
        message: &M,
        out: &mut [u8],
    ) -> Result<usize, SendError> {
        let mut body = [0; BODY_LEN];
        let length = message.encode(&mut body).map_err(|_| SendError::TooLong)?;
        let Some(security) = &mut self.security else {
            if length.saturating_add(HEADER_LEN) > usize::from(self.bench_mtu) {
                return Err(SendError::BeyondMtu);
            }
            return self.sender.send_message(message, out).map_err(|_| SendError::TooLong);
        };
        let body = body.get(..length).unwrap_or_default();
        framed(out, |room| security.link.send(M::KIND, <M as Message>::ENDPOINT, body, room))
    }

    /// The frame of a packet whose body only a maker knows.
    pub(super) fn send_raw(
        &mut self,
        kind: Kind,
        endpoint: u8,
        body: &[u8],
        out: &mut [u8],
    ) -> Result<usize, SendError> {
        let Some(security) = &mut self.security else {
            if body.len().saturating_add(HEADER_LEN) > usize::from(self.bench_mtu) {
                return Err(SendError::BeyondMtu);
            }
            let sent = self.sender.send_bytes(kind, endpoint, body, out);
            return sent.map_err(|_| SendError::TooLong);
        };
        framed(out, |room| security.link.send(kind, endpoint, body, room))
    }

    pub(super) const fn listen(&mut self) {
        self.listened_to = true;
    }

    /// Takes the bytes of at most one frame; returns how many, and what became of it.
    pub(super) fn feed(&mut self, now: Instant, bytes: &[u8]) -> (usize, Frame) {
        let listened_to = self.listened_to;
        match &mut self.security {
            None => {
                let (consumed, packet) = self.receiver.feed(bytes);
                (consumed, plain(packet, listened_to))
            }
            Some(security) => {
                let (consumed, packet) = self.receiver.feed_whole(bytes);
                (consumed, sealed(now, security, packet, listened_to))
            }
        }
    }
}

fn plain(packet: Option<Result<coldcap_wire::Packet<'_>, WireError>>, listened_to: bool) -> Frame {
    match packet {
        Some(Ok(packet)) => Frame::Arrived(Box::new(Arrived {
            header: packet.header,
            message: packet.message(),
            vendor: vendor(&packet.header, packet.body),
            body: body_hash(packet.body),
            genuine: true,
            earlier: false,
            missed: packet.missed,
            opened: listened_to.then(|| OpenedPacket::new(&packet.header, packet.body, false)),
        })),
        Some(Err(WireError::Header(_) | WireError::Body(_))) => Frame::Unreadable,
        // A damaged frame has its counter in the receiver.
        Some(Err(WireError::Frame(_))) | None => Frame::Nothing,
    }
}

fn sealed(
    now: Instant,
    security: &mut Security,
    packet: Option<Result<&mut [u8], FrameError>>,
    listened_to: bool,
) -> Frame {
    let Some(Ok(packet)) = packet else { return Frame::Nothing };
    let header = Header::parse(packet).map(|(header, _)| header);
    let handshakes = security.link.counters().handshakes;
    match security.link.handle_input(now, packet) {
        Ok(Input::Packet(opened)) => {
            let header = Header { secured: false, ..opened.header };
            Frame::Arrived(Box::new(Arrived {
                header,
                message: decode_any(&header, opened.body),
                vendor: vendor(&header, opened.body),
                body: body_hash(opened.body),
                genuine: opened.header.secured,
                earlier: opened.earlier,
                missed: opened.missed,
                opened: listened_to.then(|| OpenedPacket::new(&opened.header, opened.body, true)),
            }))
        }
        Err(Refusal::Header(_)) => Frame::Unreadable,
        Err(Refusal::Unsealed) => {
            let for_all = |it: Header| Policy::STANDARD.releases_unsealed(it.kind, it.endpoint);
            security.stranger |= !header.is_ok_and(for_all);
            Frame::Nothing
        }
        Ok(Input::Handled) => {
            // It was the invitation, which the handshake begins with, and not its end.
            if security.link.counters().handshakes == handshakes {
                security.bound = security.heard;
            }
            Frame::Nothing
        }
        Ok(_) | Err(_) => Frame::Nothing,
    }
}

fn vendor(header: &Header, body: &[u8]) -> Option<VendorReport> {
    let Header { kind, endpoint, .. } = *header;
    let report = matches!(kind, Kind::Report | Kind::ObjectData | Kind::Link);
    let own = report && endpoint >= FIRST_VENDOR_ENDPOINT;
    let body = RawBody::new(body).filter(|_| own)?;
    Some(VendorReport { kind, endpoint, body })
}

fn body_hash(body: &[u8]) -> u64 {
    super::hash::fnv1a_64(body.iter().copied())
}
