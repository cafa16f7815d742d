//! Somebody on the line without a key.

use super::line::Line;
use super::session::{SERIAL, SLOT, framed, hello, plain};
use crate::random::Random;
use coldcap_wire::frame::decode_in_place;
use coldcap_wire::message::{Action, AnyMessage, CommandHead, Operate};
use coldcap_wire::packet::{Header, Kind};
use coldcap_wire::security::{MESSAGE_LEN, NONCE_LEN};

/// Hears every frame of both directions, sends some again, keeps some back, changes some, cuts some short, and makes
/// up others, those of a handshake, too.
#[derive(Clone, Debug)]
pub struct Attacker {
    random: Random,
    heard: Vec<Vec<u8>>,
    withheld: Vec<Vec<u8>>,
}

/// How many frames are remembered.
const KEPT: usize = 48;

impl Attacker {
    /// One that has heard nothing.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { random: Random::stream(seed, 9), heard: Vec::new(), withheld: Vec::new() }
    }

    /// Whether he keeps this frame from arriving, with this probability: it comes later, or never.
    pub fn withholds(&mut self, frame: &[u8], probability: f64) -> bool {
        let keeps = probability > 0.0 && self.random.uniform() < probability;
        if keeps && self.withheld.len() < KEPT {
            self.withheld.push(frame.to_vec());
        }
        keeps
    }

    /// Hears a frame.
    pub fn hear(&mut self, frame: &[u8]) {
        if self.heard.len() < KEPT {
            self.heard.push(frame.to_vec());
        } else if self.random.next_u64().is_multiple_of(8) {
            let at = self.random.next_u64() as usize % KEPT;
            if let Some(place) = self.heard.get_mut(at) {
                *place = frame.to_vec();
            }
        }
    }

    /// Does its worst for so many milliseconds on one line, at these rates a second.
    pub fn act(
        &mut self,
        now_ms: u64,
        span_ms: u64,
        replays: f64,
        forgeries: f64,
        line: &mut Line,
    ) {
        let share = span_ms as f64 / 1_000.0;
        if replays > 0.0
            && self.random.uniform() < replays * share
            && let Some(frame) = self.pick()
        {
            line.inject(now_ms, frame);
        }
        if forgeries > 0.0 && self.random.uniform() < forgeries * share {
            let frame = self.forge();
            line.inject(now_ms, frame);
        }
    }

    /// One that was kept back, or one that was heard.
    fn pick(&mut self) -> Option<Vec<u8>> {
        if !self.withheld.is_empty() && self.random.next_u64().is_multiple_of(2) {
            let at = self.random.next_u64() as usize % self.withheld.len();
            return Some(self.withheld.swap_remove(at));
        }
        let at = self.random.next_u64() as usize % self.heard.len().max(1);
        self.heard.get(at).cloned()
    }

    /// A frame that is whole, and whose packet is not genuine.
    fn forge(&mut self) -> Vec<u8> {
        match self.random.next_u64() % 6 {
            0 => plain(self.random.next_u64() as u32, 0x15, &self.command()),
            1 => self.hello(),
            2 | 3 => self.handshake(),
            4 => self.cut(),
            _ => self.changed(),
        }
    }

    fn command(&mut self) -> AnyMessage {
        let argument = self.random.next_u64() as u16;
        let head = CommandHead::new(self.random.next_u64() as u16, 0);
        AnyMessage::Operate(Operate { head, action: Action::EXTEND, confirm: 0, argument })
    }

    /// That of this device or of another one, started anew.
    fn hello(&mut self) -> Vec<u8> {
        let serial = if self.random.next_u64().is_multiple_of(2) { SERIAL } else { 0 };
        plain(0, 0, &AnyMessage::Hello(hello(serial, self.random.next_u64() as u32)))
    }

    /// One of the four packets of a handshake: the request costs nothing, the others are of the right length.
    fn handshake(&mut self) -> Vec<u8> {
        let (endpoint, length) = match self.random.next_u64() % 4 {
            0 => (1, 0),
            1 => (2, NONCE_LEN),
            2 => (3, 4 + MESSAGE_LEN),
            _ => (4, MESSAGE_LEN),
        };
        let header = Header { kind: Kind::Hello, secured: false, endpoint, number: 0 };
        let mut body: Vec<u8> = (0..length).map(|_| self.random.next_u64() as u8).collect();
        if endpoint == 3 {
            body.iter_mut().zip(SLOT.to_le_bytes()).for_each(|(place, byte)| *place = byte);
        }
        framed(&[&header.to_bytes()[..], &body].concat())
    }

    /// A packet that was heard, without its end.
    fn cut(&mut self) -> Vec<u8> {
        let Some(mut frame) = self.pick() else { return vec![0] };
        frame.pop();
        let Ok(packet) = decode_in_place(&mut frame) else { return vec![0] };
        let at = self.random.next_u64() as usize % packet.len().max(1);
        framed(packet.get(..at).unwrap_or_default())
    }

    /// A packet that was heard, with a byte of it changed and a check value that fits.
    fn changed(&mut self) -> Vec<u8> {
        let Some(mut frame) = self.pick() else { return vec![0] };
        frame.pop();
        let Ok(packet) = decode_in_place(&mut frame) else { return vec![0] };
        let at = self.random.next_u64() as usize % packet.len().max(1);
        if let Some(byte) = packet.get_mut(at) {
            *byte ^= 1 << (self.random.next_u64() & 7);
        }
        framed(packet)
    }
}
