//! Damage by numbers, and what a receiver makes of it.

use coldcap_wire::frame::Deframer;

/// Numbers without end, the same on every machine: splitmix64 (G. L. Steele and others, OOPSLA 2014).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// One below `bound`, each as likely as every other to within 2⁻³².
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (((self.next() >> 32) * bound as u64) >> 32) as usize
    }
}

/// What is done to a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// So many different bits, anywhere.
    Flips(usize),
    /// Up to so many bits in a row, the first and the last of them surely.
    Burst(usize),
}

impl Damage {
    /// Damages the bytes; at least one bit is another one then.
    pub(crate) fn apply(self, bytes: &mut [u8], numbers: &mut Numbers) {
        match self {
            Self::Flips(count) => flip(bytes, count, numbers),
            Self::Burst(most) => burst(bytes, most, numbers),
        }
    }
}

fn flip(bytes: &mut [u8], count: usize, numbers: &mut Numbers) {
    let bits = bytes.len() * 8;
    let mut chosen = [usize::MAX; 4];
    for index in 0..count {
        let mut bit = numbers.below(bits);
        while chosen[..index].contains(&bit) {
            bit = numbers.below(bits);
        }
        chosen[index] = bit;
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
}

fn burst(bytes: &mut [u8], most: usize, numbers: &mut Numbers) {
    let bits = bytes.len() * 8;
    let length = 2 + numbers.below(most.min(bits) - 1);
    let start = numbers.below(bits - length + 1);
    let pattern = numbers.next() | 1 | 1 << (length - 1);
    for bit in (0..length).filter(|bit| pattern >> bit & 1 == 1) {
        bytes[(start + bit) / 8] ^= 1 << ((start + bit) % 8);
    }
}

/// How many packets come out of these bytes and a delimiter behind them: none should.
pub(crate) fn delivered(deframer: &mut Deframer<247>, stream: &[u8]) -> u64 {
    let (mut rest, mut count) = (stream, 0);
    while !rest.is_empty() {
        let (consumed, packet) = deframer.feed(rest);
        count += u64::from(matches!(packet, Some(Ok(_))));
        rest = &rest[consumed..];
    }
    // The delimiter of the next frame, should this one have lost its own.
    count + u64::from(matches!(deframer.feed(&[0]).1, Some(Ok(_))))
}

/// Damages the frames in turn, so often, and counts what was delivered all the same.
pub(crate) fn undetected(frames: &[Vec<u8>], damage: Damage, times: u64, seed: u64) -> u64 {
    let mut deframer = Deframer::<247>::new();
    let mut numbers = Numbers(seed);
    let mut buffer = [0; 256];
    let mut found = 0;
    for frame in frames.iter().cycle().take(times as usize) {
        let copy = &mut buffer[..frame.len()];
        copy.copy_from_slice(frame);
        damage.apply(copy, &mut numbers);
        found += delivered(&mut deframer, copy);
    }
    found
}

/// Every flip of one bit and of two in each frame: how many there are, and how many were delivered.
pub(crate) fn exhaustive(frames: &[Vec<u8>]) -> (u64, u64) {
    let mut deframer = Deframer::<247>::new();
    let (mut tried, mut found) = (0, 0);
    for frame in frames {
        let (mut stream, bits) = (frame.clone(), frame.len() * 8);
        for first in 0..bits {
            stream[first / 8] ^= 1 << (first % 8);
            found += delivered(&mut deframer, &stream);
            for second in first + 1..bits {
                stream[second / 8] ^= 1 << (second % 8);
                found += delivered(&mut deframer, &stream);
                stream[second / 8] ^= 1 << (second % 8);
            }
            stream[first / 8] ^= 1 << (first % 8);
            tried += 1 + (bits - first - 1) as u64;
        }
    }
    (tried, found)
}
