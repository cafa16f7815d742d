//! Which packet numbers have been seen.

/// The 64 numbers up to the highest one that was verified; one bit each.
///
/// Asking and marking are apart: a number is asked for before its packet is verified and marked afterwards,
/// so that a forged packet changes nothing.
///
/// ```
/// use coldcap_wire::security::ReplayWindow;
///
/// let mut window = ReplayWindow::new();
/// assert!(window.is_fresh(100));
/// window.mark(100);
/// assert!(!window.is_fresh(100) && window.is_fresh(37) && !window.is_fresh(36));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ReplayWindow {
    /// One more than the highest number, 0 before the first.
    end: u64,
    /// Bit `n` says that `end - 1 - n` was seen.
    seen: u64,
}

impl ReplayWindow {
    /// How many numbers back a packet may come late.
    pub const WIDTH: u64 = 64;

    /// A window that has seen nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { end: 0, seen: 0 }
    }

    /// Whether a packet of this number may still be accepted: it is newer than all, or one of the last 64 and
    /// not seen yet.
    #[must_use]
    pub const fn is_fresh(&self, number: u32) -> bool {
        match self.end.checked_sub(behind(number)) {
            None => true,
            Some(age) => age < Self::WIDTH && self.seen & (1 << age) == 0,
        }
    }

    /// Remembers a number whose packet was verified. Returns how many numbers directly before it have never
    /// been seen, 0 for a packet that came late.
    pub const fn mark(&mut self, number: u32) -> u32 {
        let next = behind(number);
        match self.end.checked_sub(next) {
            Some(age) => {
                if age < Self::WIDTH {
                    self.seen |= 1 << age;
                }
                0
            }
            None => self.advance(next),
        }
    }

    const fn advance(&mut self, next: u64) -> u32 {
        let step = next.saturating_sub(self.end);
        self.seen = if step < Self::WIDTH { self.seen << step | 1 } else { 1 };
        self.end = next;
        step.saturating_sub(1) as u32
    }
}

/// The number behind this one.
const fn behind(number: u32) -> u64 {
    (number as u64).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// What the window stands for, with a memory without end.
    #[derive(Default)]
    struct Model(BTreeSet<u32>);

    impl Model {
        fn is_fresh(&self, number: u32) -> bool {
            let highest = self.0.last().copied();
            let too_old =
                highest.is_some_and(|highest| u64::from(number) + 64 <= u64::from(highest));
            !too_old && !self.0.contains(&number)
        }

        fn mark(&mut self, number: u32) -> u32 {
            let missed = match self.0.last() {
                Some(highest) => number.saturating_sub(*highest).saturating_sub(1),
                None => number,
            };
            self.0.insert(number);
            missed
        }
    }

    fn numbers() -> impl Strategy<Value = u32> {
        prop_oneof![
            0_u32..200,
            any::<u32>(),
            (u32::MAX - 200)..=u32::MAX,
            Just(63),
            Just(64),
            Just(u32::MAX)
        ]
    }

    proptest! {
        #[test]
        fn it_is_the_model(numbers in prop::collection::vec((numbers(), any::<bool>()), 0..120)) {
            let (mut window, mut model) = (ReplayWindow::new(), Model::default());
            for (number, verified) in numbers {
                prop_assert_eq!(window.is_fresh(number), model.is_fresh(number));
                if verified && window.is_fresh(number) {
                    prop_assert_eq!(window.mark(number), model.mark(number));
                    prop_assert!(!window.is_fresh(number));
                }
            }
        }
    }

    #[test]
    fn the_edges() {
        let mut window = ReplayWindow::new();
        assert_eq!(window.mark(u32::MAX), u32::MAX);
        assert!(window.is_fresh(u32::MAX - 63) && !window.is_fresh(u32::MAX - 64));
        let mut window = ReplayWindow::new();
        assert_eq!((window.mark(0), window.mark(63), window.is_fresh(0)), (0, 62, false));
        assert!(window.is_fresh(1));
        window.mark(64);
        assert!(!window.is_fresh(0) && window.is_fresh(1));
    }
}
