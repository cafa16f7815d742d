//! A measurement of any length in constant memory: means over blocks that grow with it.

/// Most blocks; when they are full, neighbours are joined.
const BLOCKS: usize = 128;
/// What is left of them then.
const HALF: usize = BLOCKS / 2;
/// The binary logarithm of that.
const HALF_POWER: u32 = HALF.ilog2();

/// The measurement over one span.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    /// The end, in ms since the beginning; it begins where the one before it ends.
    pub(super) end_ms: u32,
    /// For how much of the span there is a measurement.
    pub(super) covered_ms: u32,
    /// Integral over that time: bits of an I16F16, times ms.
    pub(super) integral: i64,
}

impl Block {
    fn joined(self, next: Self) -> Self {
        Self {
            end_ms: next.end_ms,
            covered_ms: self.covered_ms.saturating_add(next.covered_ms),
            integral: self.integral.saturating_add(next.integral),
        }
    }
}

/// All blocks since the beginning.
#[derive(Clone, Debug)]
pub(super) struct Blocks {
    blocks: [Block; BLOCKS],
    used: usize,
    open: Block,
    /// When the open block began.
    begin_ms: u32,
    /// A block that is at least so long is closed.
    least_ms: u32,
}

impl Blocks {
    pub(super) const fn new() -> Self {
        let empty = Block { end_ms: 0, covered_ms: 0, integral: 0 };
        Self { blocks: [empty; BLOCKS], used: 0, open: empty, begin_ms: 0, least_ms: 0 }
    }

    /// Goes on to `now_ms`; `mean` is the measurement's mean since the last call, if it is known.
    ///
    /// Returns whether that closed a block.
    pub(super) fn add(&mut self, now_ms: u32, mean: Option<i32>) -> bool {
        let span_ms = now_ms.saturating_sub(self.open.end_ms);
        self.open.end_ms = now_ms;
        if let Some(mean) = mean {
            let area = i64::from(mean).saturating_mul(i64::from(span_ms));
            self.open.integral = self.open.integral.saturating_add(area);
            self.open.covered_ms = self.open.covered_ms.saturating_add(span_ms);
        }
        let length_ms = now_ms.saturating_sub(self.begin_ms);
        let is_full = length_ms > 0 && length_ms >= self.least_ms;
        if is_full {
            self.close();
        }
        is_full
    }

    fn close(&mut self) {
        if self.used == BLOCKS {
            self.halve();
        }
        if let Some(place) = self.blocks.get_mut(self.used) {
            *place = self.open;
            self.used = self.used.saturating_add(1);
        }
        self.begin_ms = self.open.end_ms;
        self.open = Block { end_ms: self.begin_ms, ..Block::default() };
    }

    /// Joins neighbours; from now on blocks are about as long as the joined ones.
    fn halve(&mut self) {
        for index in 0..HALF {
            let from = index.saturating_mul(2);
            let pair = (self.blocks.get(from), self.blocks.get(from.saturating_add(1)));
            let (Some(one), Some(next)) = pair else { continue };
            let joined = one.joined(*next);
            if let Some(place) = self.blocks.get_mut(index) {
                *place = joined;
            }
        }
        self.used = HALF;
        self.least_ms = (self.open.end_ms >> HALF_POWER).max(1);
    }

    /// The closed blocks in order, each with the time at which it begins, in ms.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, Block)> {
        let ends = self.blocks.iter().map(|block| block.end_ms);
        let begins = core::iter::once(0).chain(ends);
        begins.zip(self.blocks.iter().copied()).take(self.used)
    }

    /// Mean of what was measured in the blocks that end after `from_ms` and not after `to_ms`.
    pub(super) fn mean(&self, from_ms: u32, to_ms: u32) -> Option<i64> {
        let inside =
            self.iter().filter(|(_, block)| from_ms < block.end_ms && block.end_ms <= to_ms);
        let sum = inside.fold(Block::default(), |sum, (_, block)| sum.joined(block));
        sum.integral.checked_div(i64::from(sum.covered_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_is_lost_and_blocks_stay_even(
            ticks in prop::collection::vec((50u32..150, prop::option::of(-1000i32..1000)), 1..3000),
        ) {
            let mut blocks = Blocks::new();
            let (mut now_ms, mut integral, mut covered_ms) = (0, 0, 0);
            let mut closed = (0, 0, 0);
            for (dt, mean) in ticks {
                now_ms += dt;
                integral += i64::from(mean.unwrap_or(0)) * i64::from(dt);
                covered_ms += if mean.is_some() { dt } else { 0 };
                if blocks.add(now_ms, mean) {
                    closed = (now_ms, integral, covered_ms);
                }
            }
            let sum = blocks.iter().fold(Block::default(), |sum, (_, block)| sum.joined(block));
            prop_assert_eq!((sum.end_ms, sum.integral, sum.covered_ms), closed);
            let longest = blocks.iter().map(|(begin, block)| block.end_ms - begin).max();
            prop_assert!(longest.unwrap_or(0) <= now_ms / 32 + 300);
            prop_assert!(blocks.iter().count() >= 60 || now_ms < 10_000);
        }
    }

    #[test]
    fn a_mean_is_that_of_its_span() {
        let mut blocks = Blocks::new();
        for second in 1..=100u32 {
            blocks.add(second * 1000, Some(second as i32));
        }
        assert_eq!(blocks.mean(50_000, 60_000), Some(55));
        assert_eq!(blocks.mean(100_000, 200_000), None);
        assert!(!blocks.add(100_000, Some(7)));
    }

    #[test]
    fn the_extremes_do_not_overflow() {
        let mut blocks = Blocks::new();
        blocks.add(u32::MAX, Some(i32::MIN));
        assert_eq!(blocks.mean(0, u32::MAX), Some(i64::from(i32::MIN)));
    }
}
