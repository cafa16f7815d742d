//! Why a packet was refused or not sent, and how often.

use super::limit::Held;
use crate::packet::HeaderError;
use core::fmt;

/// Why a packet was not accepted. Nothing is answered to it, and nothing but a counter has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The header is not one of this protocol.
    Header(HeaderError),
    /// A sealed packet shorter than its tag, or a packet of the handshake of another length than it has.
    Length,
    /// It came unsealed and may only come sealed.
    Unsealed,
    /// It came sealed and there are no keys to open it.
    NoSession,
    /// Its tag does not fit: it is another's, or was changed.
    Forged,
    /// Its number was seen before, or is too old to tell.
    Replayed,
    /// A handshake before the other side's hello was heard.
    NoHello,
    /// A packet of the handshake that nobody waits for.
    Unexpected,
    /// No random bytes are at hand: see [`DeviceLink::add_entropy`](super::DeviceLink::add_entropy).
    NoEntropy,
    /// No key of this number.
    UnknownKey,
    /// The last try was less than [`TRY_PERIOD`](super::TRY_PERIOD) ago.
    TooSoon,
    /// Too many tries have failed: see [`LOCKOUT`](super::LOCKOUT).
    Locked,
    /// The hello of another device than the one that the key is for.
    OtherDevice,
    /// The key was revoked, or its pairing window has closed.
    Revoked,
    /// The other side takes shorter packets than [`LEAST_MTU`](crate::packet::LEAST_MTU); or, where this one is told so,
    /// this one does.
    SmallMtu,
}

impl From<HeaderError> for Refusal {
    fn from(error: HeaderError) -> Self {
        Self::Header(error)
    }
}

impl From<Held> for Refusal {
    fn from(held: Held) -> Self {
        match held {
            Held::TooSoon => Self::TooSoon,
            Held::Locked => Self::Locked,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header(error) => return error.fmt(f),
            Self::Length => "the packet is shorter or longer than one of its kind can be",
            Self::Unsealed => "the packet came unsealed and may only come sealed",
            Self::NoSession => "the packet is sealed and there is no session",
            Self::Forged => "the tag does not fit: another key, another session, or changed bytes",
            Self::Replayed => "the packet number was seen before or is too old",
            Self::NoHello => "a handshake began before the hello was heard",
            Self::Unexpected => "a packet of a handshake that nobody waits for",
            Self::NoEntropy => "no random bytes are at hand for a handshake",
            Self::UnknownKey => "no key of this number",
            Self::TooSoon => "the last try to begin a session was less than a second ago",
            Self::Locked => "too many tries to begin a session have failed: locked for ten seconds",
            Self::OtherDevice => "the key is for a device with another serial number",
            Self::Revoked => "the key was revoked, or its pairing window has closed",
            Self::SmallMtu => "a side takes shorter packets than a session needs",
        })
    }
}

impl core::error::Error for Refusal {}

/// Why a packet was not sent. No packet number was used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SendError {
    /// The packet is longer than the room for it.
    TooLong,
    /// It may only travel sealed, and there is no session.
    NoSession,
    /// All packet numbers of the session are used up: a new handshake was due long ago.
    Exhausted,
    /// The packet, with its seal, is longer than the other side takes: it would be lost there.
    BeyondMtu,
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "the packet is longer than the room for it",
            Self::NoSession => "it may only travel sealed, and there is no session",
            Self::Exhausted => "all packet numbers of the session are used up",
            Self::BeyondMtu => "the packet is longer than the other side takes",
        })
    }
}

impl core::error::Error for SendError {}

/// What happened at one end of a link. Every count stops at its maximum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SecurityCounters {
    /// Sealed packets that were opened.
    pub opened: u32,
    /// Sealed packets that no key opened.
    pub forged: u32,
    /// Sealed packets whose number was seen before or too old.
    pub replayed: u32,
    /// Packets that were opened and that the sender's role may not send.
    pub denied: u32,
    /// Packets that came unsealed and may not.
    pub unsealed: u32,
    /// Handshakes whose first message was made with a key.
    pub handshakes: u32,
    /// Handshakes whose first message was not, or named no key.
    pub failures: u32,
    /// Handshakes that were not looked at, because the last one was too short ago.
    pub too_soon: u32,
    /// Handshakes that were not looked at, because too many had failed.
    pub locked: u32,
    /// How often the handshake was locked.
    pub lockouts: u32,
    /// Everything else that was refused.
    pub other: u32,
}

impl SecurityCounters {
    /// Counts a packet that was refused outside of a handshake's tries.
    pub(super) const fn refused(&mut self, refusal: Refusal) {
        let count = match refusal {
            Refusal::Forged => &mut self.forged,
            Refusal::Replayed => &mut self.replayed,
            Refusal::Unsealed => &mut self.unsealed,
            Refusal::TooSoon => &mut self.too_soon,
            Refusal::Locked => &mut self.locked,
            _ => &mut self.other,
        };
        up(count);
    }
}

/// One up, or stays at the maximum.
pub(super) const fn up(count: &mut u32) {
    *count = count.saturating_add(1);
}

/// What a person, a log or a program wants to know. The same event twice before it is fetched is one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SecurityEvent {
    /// A session has begun; at the device with the first packet that it opened.
    Secured = 0,
    /// A new key was paired: store it.
    Paired = 1,
    /// The session has ended: its key was revoked.
    Ended = 2,
    /// A new handshake is due: 12 h or 2³¹ packets.
    RekeyDue = 3,
    /// A handshake failed: its tag did not fit, it named no key, or nobody answered.
    Failed = 4,
    /// So many failed that no further one is looked at for a while.
    Locked = 5,
    /// A side takes shorter packets than a session needs: the other one is served nothing.
    SmallMtu = 6,
}

impl SecurityEvent {
    const ALL: [Self; 7] = [
        Self::Secured,
        Self::Paired,
        Self::Ended,
        Self::RekeyDue,
        Self::Failed,
        Self::Locked,
        Self::SmallMtu,
    ];
}

/// The events that were not fetched yet.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Events(u8);

impl Events {
    pub(super) const fn new() -> Self {
        Self(0)
    }

    pub(super) const fn raise(&mut self, event: SecurityEvent) {
        self.0 |= 1 << event as u8;
    }

    pub(super) fn next(&mut self) -> Option<SecurityEvent> {
        let held = self.0;
        let event = SecurityEvent::ALL.into_iter().find(|event| held & (1 << *event as u8) != 0)?;
        self.0 = held & !(1 << event as u8);
        Some(event)
    }
}
