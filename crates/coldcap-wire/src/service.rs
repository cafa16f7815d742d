//! Services: what the two sides do with messages. Small machines, each for one side of one thing.
//!
//! | service | device | host |
//! |---|---|---|
//! | commands, carried out once at most | [`Gate`] | [`Requests`] |
//! | subscriptions with credit, and an account of what was left out | [`Publisher`] | [`Follower`] |
//! | records, logs and certificates, fetched by index and resumed | [`ObjectServer`] | [`Download`] |
//! | settings: read, read what changed, changed | [`Settings`] | [`SettingsMirror`] |
//! | signs of life, and their loss | [`Pulse`] | [`Pulse`] |
//! | actuators by hand | [`Lease`] | |
//! | time | [`Freshness`] | [`DeviceClock`] |
//!
//! None of them reads a clock, draws a random number, allocates, or sends: whoever owns one says what time
//! it is, hands in messages that were opened already, and takes out what is to be sent. They know nothing
//! of keys. What the sender may do comes in as a plain yes or no ([`Order::allowed`]), and one set of
//! machines serves one session: a new session begins with new ones.
//!
//! **What holds whatever the link does**, as long as packets are authentic and none is accepted twice:
//!
//! - A command is carried out once at most under one request id, and never after it was refused.
//! - None is carried out after its deadline, however long a packet was under way: the 16 bits of a deadline
//!   mean something only while it is proven when the packet was sent. See [`Freshness`].
//! - A stop is always carried out: it is never too late, never stale, never denied, never one too many.
//! - Nothing begins behind a stop that was given before it. See [`Begins`].
//! - Reports that fell due = those sent + those dropped; those sent = those received + those in gaps.
//! - What is said to be complete of an object is its bytes of one edition.
//! - Nothing here grows: every machine has a size that is known when it is compiled.
//!
//! **What is not there.** Firmware does not travel: no boot loader is there yet to receive an image, to check
//! its signature and to go back to the one before. Objects are read, never written.

mod clock;
mod download;
mod follower;
mod freshness;
mod gate;
mod lease;
mod object;
mod publisher;
mod pulse;
mod requests;
mod round_trip;
mod settings;
mod settings_mirror;
mod stops;

pub use clock::DeviceClock;
pub use download::{Download, Finding, State, WINDOW, WINDOW_FAST};
pub use follower::{Arrival, Follower};
pub use freshness::{Freshness, HORIZON, LONGEST_PROOF, Timeliness};
pub use gate::{Gate, KEPT, Order, Verdict};
pub use lease::{LONGEST_LEASE, Lease};
pub use object::{About, ObjectServer, ObjectSource, Outgoing, longest_piece};
pub use publisher::{Due, PERIOD_RANGE, Publisher};
pub use pulse::{BEAT_EVERY, Pulse, SILENCE};
pub use requests::{Answered, Full, Requests, TRIES};
pub use round_trip::RoundTrip;
pub use settings::{SettingRow, Settings};
pub use settings_mirror::SettingsMirror;
pub use stops::Begins;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Receiver;
    use crate::frame::max_encoded_len;
    use crate::packet::PACKET_LEN;

    /// All that a device keeps for one peer, but its keys: what comes in, what goes out, and the services,
    /// with two channels and the machine to report.
    #[expect(dead_code, reason = "only its size counts")]
    struct Peer {
        receiver: Receiver,
        sending: [u8; max_encoded_len(PACKET_LEN)],
        gate: Gate<KEPT>,
        freshness: Freshness,
        publisher: Publisher<(), 3>,
        objects: ObjectServer,
        pulse: Pulse,
        lease: Lease,
    }

    #[test]
    fn a_peer_takes_no_more_than_two_packets_and_768_bytes() {
        const ROOM: usize = 2 * PACKET_LEN + 768;
        const { assert!(size_of::<Peer>() <= ROOM) };
        std::println!("{} bytes of {ROOM}", size_of::<Peer>());
    }
}
