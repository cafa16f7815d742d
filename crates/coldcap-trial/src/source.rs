//! Where the numbers of a trial come from.

/// A supply of numbers.
pub trait Source {
    /// The next number; zero once there are no more.
    fn word(&mut self) -> u32;
    /// Whether there are no more.
    fn is_over(&self) -> bool;

    /// A number below `bound`, which must not be zero.
    fn below(&mut self, bound: u32) -> u32 {
        ((u64::from(self.word()) * u64::from(bound)) >> 32) as u32
    }

    /// A number from −`size` to `size`.
    fn within(&mut self, size: u32) -> i32 {
        self.below(2 * size + 1) as i32 - size as i32
    }

    /// One of these.
    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u32) as usize]
    }
}

/// Numbers without end: a linear congruential generator of 64 bits, whose upper half is used
/// (D. E. Knuth, MMIX).
#[derive(Clone, Debug)]
pub struct Congruential(u64);

impl Congruential {
    /// The numbers that belong to a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }
}

impl Source for Congruential {
    fn word(&mut self) -> u32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as u32
    }

    fn is_over(&self) -> bool {
        false
    }
}

/// Numbers out of given bytes, two for each. Every choice takes two bytes, so that a fuzzer's change to
/// one of them changes one choice.
#[derive(Clone, Debug)]
pub struct Bytes<'a>(pub &'a [u8]);

impl Source for Bytes<'_> {
    fn word(&mut self) -> u32 {
        match self.0 {
            [low, high, rest @ ..] => {
                self.0 = rest;
                u32::from(u16::from_le_bytes([*low, *high])) * 0x0001_0001
            }
            _ => {
                self.0 = &[];
                0
            }
        }
    }

    fn is_over(&self) -> bool {
        self.0.len() < 2
    }
}
