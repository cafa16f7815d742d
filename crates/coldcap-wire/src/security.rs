//! Link security: who speaks, and that nobody else can read or write.
//!
//! A device and each of its hosts share a key of 256 bits, which the device has shown as a square code. From it
//! and two random numbers a handshake of Noise makes the keys of a session; every packet of it is encrypted and
//! under a tag, header included. The bytes are specified in `docs/wire-security.md`.
//!
//! ```
//! use coldcap_units::Instant;
//! use coldcap_wire::message::{Hello, Origin};
//! use coldcap_wire::packet::Kind;
//! use coldcap_wire::security::{
//!     DeviceLink, HostLink, Input, KeyRing, Label, PairingCode, Policy, Role, Transport,
//! };
//! # fn hello(serial: u64) -> Hello {
//! #     Hello { major: 1, minor_min: 0, minor_max: 2, origin: Origin::DEVICE, model: 1, serial, firmware: 0,
//! #         schema: 1, mtu: 240, channels: 1, features: 0, boot: 7 }
//! # }
//! # fn random() -> [u8; 32] { [0x5A; 32] }
//! let now = Instant::ZERO;
//! let (of_device, of_host) = (hello(4711), hello(0));
//!
//! // Once: a person opens the window at the device, and the host's camera reads what it shows.
//! let mut keys = KeyRing::new();
//! let label = Label::new("tablet").unwrap();
//! let code = keys.open_pairing(now, 4711, 1, Role::Nurse, label, random()).unwrap();
//! let key = PairingCode::parse(code.to_text().as_str()).unwrap();
//!
//! // At every start: both say hello, and the host connects.
//! let mut device = DeviceLink::new(&of_device, Transport::Serial, Policy::STANDARD);
//! let mut host = HostLink::new(&of_host, Transport::Serial, Policy::STANDARD, key);
//! device.heard(&of_host);
//! host.heard(&of_device).unwrap();
//! device.add_entropy(random());
//! host.connect(now, random()).unwrap();
//! let mut packet = [0; 240];
//! while let Some(len) = host.poll_output(now, &mut packet) {
//!     assert_eq!(device.handle_input(now, &mut keys, &mut packet[..len]), Ok(Input::Handled));
//!     if let Some(len) = device.poll_output(&mut packet) {
//!         assert_eq!(host.handle_input(now, &mut packet[..len]), Ok(Input::Handled));
//!     }
//! }
//!
//! // From then on.
//! let len = host.send(Kind::Command, 0x15, b"body", &mut packet).unwrap();
//! let Ok(Input::Packet(opened)) = device.handle_input(now, &mut keys, &mut packet[..len]) else {
//!     panic!("a nurse may operate")
//! };
//! assert_eq!((opened.body, opened.role()), (&b"body"[..], Some(Role::Nurse)));
//! assert_eq!(keys.slots().count(), 1); // the host has shown that it holds the key
//! let len = device.send(&keys, Kind::Report, 0x40, b"status", &mut packet).unwrap();
//! assert!(host.handle_input(now, &mut packet[..len]).is_ok());
//! ```
//!
//! What is promised:
//!
//! - Nothing of a packet is seen, and nothing changes but a counter, before its tag was verified. Who may send it
//!   is asked before its body is read; what no rule names is denied.
//! - No packet number is used twice with a key; a number that was seen is not accepted again.
//! - A first message that was made without the key costs some hashing and no multiplication on the curve.
//! - A session is not touched by a handshake until a packet under the new keys was verified.
//! - There is no clock and no source of random numbers in it: both are handed in.
//!
//! What is not: that a packet arrives (whoever holds the line can cut it), and the hiding of lengths, times, kinds
//! and endpoint numbers.

mod agreement;
mod cipher;
mod device;
mod entropy;
mod framed;
mod hash;
mod host;
mod input;
mod keys;
mod limit;
mod noise;
mod pairing;
mod plain;
mod policy;
mod prologue;
#[cfg(test)]
mod published;
mod refusal;
mod replay;
mod role;
mod secret;
mod tunnel;

pub use cipher::TAG_LEN;
pub use device::DeviceLink;
pub use entropy::EntropyPool;
pub use framed::framed;
pub use host::{HostLink, RETRY_PERIOD, TRIES};
pub use input::{Input, Opened};
pub use keys::{
    Grant, KeyError, KeyRing, KeySlot, LABEL_LEN, Label, PAIRING_WINDOW, SLOTS, STORED_LEN,
};
pub use limit::{FAILURES, LOCKOUT, TRY_PERIOD};
pub use noise::{Initiator, Keys, MESSAGE_LEN, NoiseError, Responder};
pub use pairing::{PAIRING_TEXT_LEN, PairingCode, PairingError, PairingText};
pub use policy::{Open, Policy, RULES, Rule};
pub use prologue::{
    NONCE_LEN, Offer, PROLOGUE_LEN, Prologue, PrologueBytes, Transport, WHOLE_PROLOGUE_LEN,
    WHOLE_SINCE,
};
pub use refusal::{Refusal, SecurityCounters, SecurityEvent, SendError};
pub use replay::ReplayWindow;
pub use role::{Role, Roles};
pub use secret::Secret;
pub use tunnel::{Opening, REKEY_AFTER, REKEY_PACKETS, Tunnel};
