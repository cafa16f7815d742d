//! One direction of the line, and what happens to frames on it.

use crate::random::Random;

/// What a line does to frames. Probabilities from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Faults {
    /// A frame does not arrive.
    pub drop: f64,
    /// A frame arrives twice.
    pub duplicate: f64,
    /// A frame takes up to so much longer, and is overtaken.
    pub jitter_ms: u64,
    /// A byte has a bit flipped.
    pub flip: f64,
    /// A bad spell begins, in which every other frame is lost; it lasts ten frames on average (E. N.
    /// Gilbert, "Capacity of a burst-noise channel", Bell System Technical Journal 39, 1960).
    pub burst: f64,
    /// The end of a frame is lost.
    pub truncate: f64,
    /// Bytes come in between.
    pub insert: f64,
    /// The receiver reads so many bytes at a time.
    pub chunk: usize,
}

impl Faults {
    /// A line that works.
    pub const NONE: Self = Self {
        drop: 0.0,
        duplicate: 0.0,
        jitter_ms: 0,
        flip: 0.0,
        burst: 0.0,
        truncate: 0.0,
        insert: 0.0,
        chunk: usize::MAX,
    };
}

/// Frames on their way.
#[derive(Clone, Debug)]
pub struct Line {
    random: Random,
    delay_ms: u64,
    bytes_per_ms: u32,
    /// When the last bit of the last frame is out, in thousandths of a millisecond.
    free_us: u64,
    bad: bool,
    count: u64,
    under_way: Vec<Flight>,
}

#[derive(Clone, Debug)]
struct Flight {
    arrives_ms: u64,
    order: u64,
    bytes: Vec<u8>,
}

/// How much a sender may put ahead of the line.
const AHEAD_US: u64 = 20_000;
/// More than this never waits.
const MOST: usize = 400;

impl Line {
    /// An empty line.
    #[must_use]
    pub fn new(seed: u64, stream: u64, delay_ms: u64, bytes_per_ms: u32) -> Self {
        let random = Random::stream(seed, stream);
        Self {
            random,
            delay_ms,
            bytes_per_ms,
            free_us: 0,
            bad: false,
            count: 0,
            under_way: Vec::new(),
        }
    }

    /// Whether a sender should put another frame on it.
    #[must_use]
    pub fn has_room(&self, now_ms: u64) -> bool {
        self.free_us <= now_ms * 1_000 + AHEAD_US && self.under_way.len() < MOST
    }

    /// Puts a frame on the line.
    pub fn send(&mut self, now_ms: u64, frame: &[u8], faults: &Faults) {
        let out = frame.len() as u64 * 1_000 / u64::from(self.bytes_per_ms.max(1));
        self.free_us = self.free_us.max(now_ms * 1_000) + out;
        if self.is_lost(faults) {
            return;
        }
        let copies = if self.happens(faults.duplicate) { 2 } else { 1 };
        for _ in 0..copies {
            let mut bytes = frame.to_vec();
            self.spoil(&mut bytes, faults);
            let jitter =
                if faults.jitter_ms == 0 { 0 } else { self.random.next_u64() % faults.jitter_ms };
            self.inject(self.free_us.div_ceil(1_000) + self.delay_ms + jitter, bytes);
        }
    }

    /// Puts bytes on the line that arrive then.
    pub fn inject(&mut self, arrives_ms: u64, bytes: Vec<u8>) {
        self.count += 1;
        if self.under_way.len() < MOST {
            self.under_way.push(Flight { arrives_ms, order: self.count, bytes });
        }
    }

    /// What has arrived, as one run of bytes.
    pub fn arrived(&mut self, now_ms: u64, out: &mut Vec<u8>) {
        if self.under_way.iter().all(|flight| flight.arrives_ms > now_ms) {
            return;
        }
        self.under_way.sort_by_key(|flight| (flight.arrives_ms, flight.order));
        let end = self.under_way.partition_point(|flight| flight.arrives_ms <= now_ms);
        self.under_way.drain(..end).for_each(|flight| out.extend(flight.bytes));
    }

    fn is_lost(&mut self, faults: &Faults) -> bool {
        let stays = faults.burst > 0.0 && self.bad && !self.happens(0.1);
        self.bad = stays || self.happens(faults.burst);
        let drop = if self.bad { 0.5 } else { faults.drop };
        self.happens(drop)
    }

    fn spoil(&mut self, bytes: &mut Vec<u8>, faults: &Faults) {
        if faults.flip > 0.0 {
            for byte in bytes.iter_mut() {
                if self.random.uniform() <= faults.flip {
                    *byte ^= 1 << (self.random.next_u64() & 7);
                }
            }
        }
        if self.happens(faults.truncate) {
            let keep = self.random.next_u64() as usize % bytes.len().max(1);
            bytes.truncate(keep);
        }
        if self.happens(faults.insert) {
            let at = self.random.next_u64() as usize % (bytes.len() + 1);
            let garbage: Vec<u8> = (0..1 + self.random.next_u64() % 20)
                .map(|_| self.random.next_u64() as u8)
                .collect();
            bytes.splice(at..at, garbage);
        }
    }

    /// Never draws for what cannot happen: that keeps a seed's other dice where they are.
    fn happens(&mut self, probability: f64) -> bool {
        probability > 0.0 && self.random.uniform() <= probability
    }
}
