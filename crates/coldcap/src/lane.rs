//! The step lane: granted virtual time between a driver and a device in another process.
//!
//! A driver owns virtual time. It sends a [`Step`]: one tick is granted, these are the inputs, these
//! link bytes arrived since the tick before. The device answers with a [`Reply`]: what the tick
//! decided and what it sent. Link bytes are delivered at tick boundaries only, so a run in one
//! process, over TCP and on an emulated microcontroller sees the same bytes at the same ticks, and
//! ends with the same output hash.
//!
//! Both directions use blocks of a fixed size ([`STEP_LENGTH`], [`REPLY_LENGTH`]), so that each is
//! read and written with one call. All numbers are little endian:
//!
//! | step | offset | | reply | offset |
//! |---|---|---|---|---|
//! | kind u8 (1 tick, 2 restart, 3 end, 4 equip) | 0 | | kind u8 (the step's) | 0 |
//! | flags u8 (restart: bit 0 gap known) | 1 | | flags u8 (0) | 1 |
//! | inputs length u16 | 2 | | tick input length u16 | 2 |
//! | link length u16 | 4 | | outputs length u16 | 4 |
//! | zero u16 | 6 | | link length u16 | 6 |
//! | now u64, milliseconds (restart: gap; equip: transport) | 8 | | truth length u16 | 8 |
//! | inputs, link bytes | 16 | | tick input, outputs, link, truth | 16 |
//!
//! An equip block is the first, before any tick, and gives the device what a board has from elsewhere: randomness in
//! place of the inputs (32 bytes), stored keys in place of the link bytes (64 each). Its transport is that of
//! [`Transport`]; 0 is a bench without keys. Only a simulator serves a lane: no board may.
//!
//! A machine that owns its plant (the virtual machine behind a socket) takes steps with no inputs
//! and fills the truth; a device alone (the emulator) takes inputs and leaves the truth empty.

pub use crate::device::{access, write_reply};
use coldcap_units::{Duration, Instant};
use coldcap_wire::security::Transport;

/// Size of a step block in bytes.
pub const STEP_LENGTH: usize = 1024;
/// Size of a reply block in bytes.
pub const REPLY_LENGTH: usize = 3072;
/// Size of what stands before the variable part of either block.
pub const HEADER_LENGTH: usize = 16;
/// Most link bytes that one step delivers.
pub const LINK_IN_MAXIMUM: usize = 400;
/// Most link bytes that one reply carries.
pub const LINK_OUT_MAXIMUM: usize = 600;
/// What a driver sends first on a byte stream, so that the lane is told apart from a bare link.
pub const GREETING: [u8; 8] = *b"CCLANE2\n";

const TICK: u8 = 1;
const RESTART: u8 = 2;
const END: u8 = 3;
const EQUIP: u8 = 4;
/// The code of a bench without keys, which no transport has.
const BENCH: u8 = 0;

/// What a driver grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// One tick.
    Tick {
        /// The instant of the tick.
        now: Instant,
        /// Canonical [`Inputs`](crate::Inputs); empty if the machine owns its plant.
        inputs: &'a [u8],
        /// Bytes that arrived from the host since the tick before.
        link: &'a [u8],
    },
    /// The device lost power and has it again.
    Restart {
        /// How long it was off, if that is known.
        gap: Option<Duration>,
    },
    /// The run is over.
    End,
    /// The device is made anew, with these keys.
    Equip {
        /// What the packets travel in; `None` for a bench without keys.
        transport: Option<Transport>,
        /// Random bytes of this run.
        entropy: [u8; 32],
        /// Stored keys, one behind the other.
        keys: &'a [u8],
    },
}

/// What the device answers to a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply<'a> {
    /// The canonical [`TickInput`](crate::TickInput) that was used, commands included.
    pub tick_input: &'a [u8],
    /// The canonical [`Outputs`](crate::Outputs).
    pub outputs: &'a [u8],
    /// Bytes for the host.
    pub link: &'a [u8],
    /// Simulator truth, if the machine owns its plant.
    pub truth: &'a [u8],
}

/// Why a block was not understood or could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaneError {
    /// The block is not of the size that the lane uses.
    Size,
    /// The first byte names no known kind of block.
    Kind,
    /// The lengths in the header do not fit into the block.
    Length,
    /// The inputs are not the canonical inputs of this machine.
    Inputs,
    /// What the device is to be equipped with are no stored keys, or they travel in nothing known.
    Keys,
    /// The flash of a device with a journal failed, or what it holds must not be started from.
    Flash,
}

impl core::fmt::Display for LaneError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Size => "the block has the wrong size",
            Self::Kind => "the block is of no known kind",
            Self::Length => "the parts do not fit into the block",
            Self::Inputs => "the inputs are not those of this machine",
            Self::Keys => "the keys are not stored keys",
            Self::Flash => "the flash failed, or what it holds must not be started from",
        })
    }
}

impl core::error::Error for LaneError {}

impl<'a> Step<'a> {
    /// Writes the step into a block; what is left of it keeps its bytes.
    ///
    /// # Errors
    /// [`LaneError::Length`] if inputs and link bytes do not fit.
    pub fn encode(&self, block: &mut [u8; STEP_LENGTH]) -> Result<(), LaneError> {
        let (kind, flags, number, inputs, link): (u8, u8, u64, &[u8], &[u8]) = match *self {
            Self::Tick { now, inputs, link } => (TICK, 0, now.as_millis(), inputs, link),
            Self::Restart { gap } => {
                let millis = gap.map_or(0, |gap| u64::from(gap.as_millis()));
                (RESTART, u8::from(gap.is_some()), millis, &[], &[])
            }
            Self::End => (END, 0, 0, &[], &[]),
            Self::Equip { transport, ref entropy, keys } => {
                (EQUIP, 0, u64::from(transport.map_or(BENCH, Transport::code)), entropy, keys)
            }
        };
        let mut parts = Parts::new(block);
        parts.put(&[kind, flags])?;
        parts.put(&length(inputs)?)?;
        parts.put(&length(link)?)?;
        parts.put(&[0; 2])?;
        parts.put(&number.to_le_bytes())?;
        parts.put(inputs)?;
        parts.put(link)
    }

    /// Reads a step from a block.
    ///
    /// # Errors
    /// [`LaneError`] says what is wrong with the block.
    pub fn decode(block: &'a [u8]) -> Result<Self, LaneError> {
        let (header, rest) = block.split_first_chunk::<HEADER_LENGTH>().ok_or(LaneError::Size)?;
        let [kind, flags, i0, i1, l0, l1, _, _, n0, n1, n2, n3, n4, n5, n6, n7] = *header;
        let number = u64::from_le_bytes([n0, n1, n2, n3, n4, n5, n6, n7]);
        match kind {
            TICK => {
                let (inputs, rest) = split(rest, [i0, i1])?;
                let (link, _) = split(rest, [l0, l1])?;
                Ok(Self::Tick { now: Instant::from_millis(number), inputs, link })
            }
            RESTART => {
                let millis = u32::try_from(number).map_err(|_| LaneError::Length)?;
                Ok(Self::Restart { gap: (flags & 1 == 1).then(|| Duration::from_millis(millis)) })
            }
            END => Ok(Self::End),
            EQUIP => {
                let (entropy, rest) = split(rest, [i0, i1])?;
                let (keys, _) = split(rest, [l0, l1])?;
                let entropy = *entropy.as_array().ok_or(LaneError::Length)?;
                Ok(Self::Equip { transport: transport(number)?, entropy, keys })
            }
            _ => Err(LaneError::Kind),
        }
    }
}

impl<'a> Reply<'a> {
    /// Writes the reply into a block; what is left of it keeps its bytes.
    ///
    /// # Errors
    /// [`LaneError::Length`] if the parts do not fit.
    pub fn encode(&self, block: &mut [u8; REPLY_LENGTH]) -> Result<(), LaneError> {
        let mut parts = Parts::new(block);
        parts.put(&[TICK, 0])?;
        for part in [self.tick_input, self.outputs, self.link, self.truth] {
            parts.put(&length(part)?)?;
        }
        parts.put(&[0; 6])?;
        for part in [self.tick_input, self.outputs, self.link, self.truth] {
            parts.put(part)?;
        }
        Ok(())
    }

    /// Reads a reply from a block.
    ///
    /// # Errors
    /// [`LaneError`] says what is wrong with the block.
    pub fn decode(block: &'a [u8]) -> Result<Self, LaneError> {
        let (header, rest) = block.split_first_chunk::<HEADER_LENGTH>().ok_or(LaneError::Size)?;
        let [kind, _, i0, i1, o0, o1, l0, l1, t0, t1, ..] = *header;
        if kind != TICK {
            return Err(LaneError::Kind);
        }
        let (tick_input, rest) = split(rest, [i0, i1])?;
        let (outputs, rest) = split(rest, [o0, o1])?;
        let (link, rest) = split(rest, [l0, l1])?;
        let (truth, _) = split(rest, [t0, t1])?;
        Ok(Self { tick_input, outputs, link, truth })
    }
}

fn transport(code: u64) -> Result<Option<Transport>, LaneError> {
    let all = [Transport::Serial, Transport::Tcp, Transport::Bluetooth, Transport::Datagram];
    let found = all.into_iter().find(|transport| u64::from(transport.code()) == code);
    if found.is_some() || code == u64::from(BENCH) { Ok(found) } else { Err(LaneError::Keys) }
}

fn length(part: &[u8]) -> Result<[u8; 2], LaneError> {
    u16::try_from(part.len()).map(u16::to_le_bytes).map_err(|_| LaneError::Length)
}

fn split(rest: &[u8], length: [u8; 2]) -> Result<(&[u8], &[u8]), LaneError> {
    rest.split_at_checked(usize::from(u16::from_le_bytes(length))).ok_or(LaneError::Length)
}

struct Parts<'a> {
    rest: &'a mut [u8],
}

impl<'a> Parts<'a> {
    fn new(block: &'a mut [u8]) -> Self {
        Self { rest: block }
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), LaneError> {
        let rest = core::mem::take(&mut self.rest);
        let (head, tail) = rest.split_at_mut_checked(bytes.len()).ok_or(LaneError::Length)?;
        for (slot, byte) in head.iter_mut().zip(bytes) {
            *slot = *byte;
        }
        self.rest = tail;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    extern crate std;
    use std::vec::Vec;

    fn bytes(maximum: usize) -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(any::<u8>(), 0..=maximum)
    }

    proptest! {
        #[test]
        fn steps_survive(now: u64, inputs in bytes(500), link in bytes(LINK_IN_MAXIMUM)) {
            let step = Step::Tick { now: Instant::from_millis(now), inputs: &inputs, link: &link };
            let mut block = [0xEE; STEP_LENGTH];
            step.encode(&mut block).unwrap();
            prop_assert_eq!(Step::decode(&block), Ok(step));
        }

        #[test]
        fn replies_survive(a in bytes(300), b in bytes(600), c in bytes(LINK_OUT_MAXIMUM), d in bytes(32)) {
            let reply = Reply { tick_input: &a, outputs: &b, link: &c, truth: &d };
            let mut block = [0xEE; REPLY_LENGTH];
            reply.encode(&mut block).unwrap();
            prop_assert_eq!(Reply::decode(&block), Ok(reply));
        }

        #[test]
        fn any_bytes_are_a_step_or_an_error(block in bytes(STEP_LENGTH)) {
            let _ = Step::decode(&block);
            let _ = Reply::decode(&block);
        }
    }

    #[test]
    fn restarts_and_ends_survive() {
        let known = Step::Restart { gap: Some(Duration::from_secs(20)) };
        for step in [known, Step::Restart { gap: None }, Step::End] {
            let mut block = [0; STEP_LENGTH];
            step.encode(&mut block).unwrap();
            assert_eq!(Step::decode(&block), Ok(step));
        }
    }

    #[test]
    fn equipment_survives() {
        for transport in [None, Some(Transport::Serial), Some(Transport::Datagram)] {
            let step = Step::Equip { transport, entropy: [7; 32], keys: &[3; 128] };
            let mut block = [0; STEP_LENGTH];
            step.encode(&mut block).unwrap();
            assert_eq!(Step::decode(&block), Ok(step));
            block[8] = 5;
            assert_eq!(Step::decode(&block), Err(LaneError::Keys));
            block[2] = 31;
            assert_eq!(Step::decode(&block), Err(LaneError::Length));
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let large = [0; STEP_LENGTH];
        let step = Step::Tick { now: Instant::ZERO, inputs: &large, link: &[] };
        assert_eq!(step.encode(&mut [0; STEP_LENGTH]), Err(LaneError::Length));
        assert_eq!(Step::decode(&[9; STEP_LENGTH]), Err(LaneError::Kind));
        assert_eq!(Step::decode(&[1; 3]), Err(LaneError::Size));
    }
}
