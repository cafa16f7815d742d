//! Somebody on the line without a key.

use super::line::Line;
use super::session::{framed, plain};
use crate::random::Random;
use coldcap_wire::frame::decode_in_place;
use coldcap_wire::message::{Action, AnyMessage, CommandHead, Hello, Operate, Origin};

/// Hears every frame, sends some again, and makes up others.
#[derive(Clone, Debug)]
pub struct Attacker {
    random: Random,
    heard: Vec<Vec<u8>>,
}

/// How many frames are remembered.
const KEPT: usize = 48;

impl Attacker {
    /// One that has heard nothing.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { random: Random::stream(seed, 9), heard: Vec::new() }
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

    fn pick(&mut self) -> Option<Vec<u8>> {
        let at = self.random.next_u64() as usize % self.heard.len().max(1);
        self.heard.get(at).cloned()
    }

    /// A frame that is whole, and whose packet is not genuine.
    fn forge(&mut self) -> Vec<u8> {
        match self.random.next_u64() % 4 {
            0 => plain(self.random.next_u64() as u32, 0x15, &self.command()),
            1 => plain(0, 0, &AnyMessage::Hello(self.hello())),
            _ => self.changed(),
        }
    }

    fn command(&mut self) -> AnyMessage {
        let argument = self.random.next_u64() as u16;
        let head = CommandHead::new(self.random.next_u64() as u16, 0);
        AnyMessage::Operate(Operate { head, action: Action::EXTEND, confirm: 0, argument })
    }

    fn hello(&mut self) -> Hello {
        Hello {
            major: 1,
            minor_min: 0,
            minor_max: 3,
            origin: Origin::SIMULATED,
            model: 0,
            serial: self.random.next_u64(),
            firmware: 0,
            schema: 0,
            mtu: 240,
            channels: 0,
            features: 0,
            boot: self.random.next_u64() as u32,
        }
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
