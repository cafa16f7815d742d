//! Random bytes for many handshakes out of few.

use super::hash::derive;
use super::secret::Secret;

/// A pool of randomness that is filled from outside and never runs dry.
///
/// It is a ratchet: each draw replaces what the pool holds by what follows from it, so that whoever reads the memory
/// later learns nothing of what was drawn before. What comes out is as good as the best that was put in: 32 bytes of a
/// true source are enough for ever. Without any nothing comes out.
///
/// ```
/// use coldcap_wire::security::EntropyPool;
///
/// let mut pool = EntropyPool::new();
/// assert_eq!(pool.draw(), None);
/// pool.add(&[0x5A; 32]); // from the board's random number generator
/// assert_ne!(pool.draw(), pool.draw());
/// ```
#[derive(Clone, Debug, Default)]
pub struct EntropyPool(Option<Secret>);

impl EntropyPool {
    /// Nothing is in it.
    #[must_use]
    pub const fn new() -> Self {
        Self(None)
    }

    /// Whether nothing was put in yet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Mixes random bytes in. It never makes the pool worse, whatever they are.
    pub fn add(&mut self, seed: &[u8; 32]) {
        let held = self.0.take().unwrap_or(Secret::new([0; 32]));
        let [next, _, _] = derive(&held, seed);
        self.0 = Some(next);
    }

    /// 32 bytes that were never drawn before; `None` where nothing was put in.
    ///
    /// # Panics
    /// Never.
    pub fn draw(&mut self) -> Option<[u8; 32]> {
        let held = self.0.take()?;
        let [next, drawn, _] = derive(&held, &[]);
        self.0 = Some(next);
        Some(*drawn.expose())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_draw_is_new_and_depends_on_all_that_was_put_in() {
        let mut seen = BTreeSet::new();
        for seeds in [&[1][..], &[2], &[1, 2], &[2, 1], &[1, 1]] {
            let mut pool = EntropyPool::new();
            seeds.iter().for_each(|seed| pool.add(&[*seed; 32]));
            (0..50).for_each(|_| assert!(seen.insert(pool.draw().unwrap())));
        }
    }

    #[test]
    fn what_it_holds_is_not_what_was_drawn_or_put_in() {
        let mut pool = EntropyPool::new();
        pool.add(&[7; 32]);
        let drawn = pool.draw().unwrap();
        let held = *pool.0.as_ref().unwrap().expose();
        assert!(held != drawn && held != [7; 32] && drawn != [7; 32]);
    }
}
