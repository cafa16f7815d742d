//! Frames, packets and messages: everything about bytes between a coldcap device and its host.
//!
//! Four layers, each usable alone:
//!
//! | layer | does | entry points |
//! |---|---|---|
//! | [`frame`] | finds packets in a stream of bytes and refuses damaged ones | [`frame::encode`], [`frame::Deframer`] |
//! | [`packet`] | six bytes of header: kind, endpoint, number | [`packet::Header`] |
//! | [`message`] | what a body says, field by field | [`message::decode_any`], [`message::Body`] |
//! | [`security`] | who speaks, and that nobody else can read or write | [`security::DeviceLink`], [`security::HostLink`] |
//! | [`service`] | what both sides do with messages: commands once, subscriptions, downloads | [`service::Gate`], [`service::Requests`] |
//!
//! [`Sender`] and [`Receiver`] put them together:
//!
//! ```
//! use coldcap_wire::message::{Action, AnyMessage, CommandHead, Operate};
//! use coldcap_wire::{Receiver, Sender, frame, packet};
//!
//! let stop = Operate {
//!     head: CommandHead::new(1, 0),
//!     action: Action::STOP,
//!     confirm: 0,
//!     argument: 0,
//! };
//! let mut bytes = [0; frame::max_encoded_len(packet::PACKET_LEN)];
//! let len = Sender::new().send_message(&stop, &mut bytes).unwrap();
//!
//! let mut receiver = Receiver::new();
//! let mut rest = &bytes[..len];
//! while !rest.is_empty() {
//!     let (consumed, packet) = receiver.feed(rest);
//!     rest = &rest[consumed..];
//!     if let Some(packet) = packet {
//!         assert_eq!(packet.unwrap().message(), Ok(AnyMessage::Operate(stop)));
//!     }
//! }
//! ```
//!
//! What is promised:
//!
//! - No input makes any function panic, loop without end or use the heap; the work is linear in the
//!   bytes given.
//! - A frame with up to five flipped bits, none of which makes a delimiter, is refused (see
//!   [`frame::trailer`] for the rest); a damaged one costs itself and never a whole frame behind the next
//!   delimiter. How the stream was cut into chunks does not matter.
//! - One message has one encoding. A body that was accepted gives the same bytes when it is encoded
//!   again.
//!
//! What frames alone do not give: a check value is no protection against anybody who means harm. That is
//! [`security`]; without it a host must treat the link as open and the device every command as anybody's.
//!
//! The bytes are specified in `docs/wire-format.md`, from which a decoder can be written without reading
//! this crate; the test vectors are in `tests/vectors.jsonl`.
#![no_std]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::float_arithmetic
    )
)]

#[cfg(any(test, feature = "std"))]
extern crate std;

pub mod carrier;
mod explain;
pub mod frame;
pub mod message;
pub mod packet;
mod receiver;
pub mod security;
mod sender;
pub mod service;

pub use explain::{WireError, explain};
pub use receiver::{FRAME_ROOM, Losses, Packet, Receiver};
pub use sender::Sender;
