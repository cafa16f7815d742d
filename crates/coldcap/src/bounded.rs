//! Lists with a fixed capacity: what a tick says and takes never needs a heap.

use crate::canonical::{Canonical, Malformed, Sink, Source};
use coldcap_units::Instant;

/// A list of at most `N` elements. What does not fit is counted, never silently forgotten.
#[derive(Clone, Debug)]
pub struct Bounded<T, const N: usize> {
    elements: heapless::Vec<T, N>,
    dropped: u16,
}

impl<T, const N: usize> Default for Bounded<T, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: PartialEq, const N: usize> PartialEq for Bounded<T, N> {
    fn eq(&self, other: &Self) -> bool {
        self.elements == other.elements && self.dropped == other.dropped
    }
}

impl<T: Eq, const N: usize> Eq for Bounded<T, N> {}

impl<T, const N: usize> Bounded<T, N> {
    /// An empty list.
    #[must_use]
    pub const fn new() -> Self {
        Self { elements: heapless::Vec::new(), dropped: 0 }
    }

    /// Adds an element at the end; a full list counts it as dropped instead.
    pub fn push(&mut self, element: T) {
        if self.elements.push(element).is_err() {
            self.dropped = self.dropped.saturating_add(1);
        }
    }

    /// The elements, in order.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.elements
    }

    /// Goes through the elements in order.
    pub fn iter(&self) -> core::slice::Iter<'_, T> {
        self.elements.iter()
    }

    /// How many elements did not fit.
    #[must_use]
    pub const fn dropped(&self) -> u16 {
        self.dropped
    }

    /// Whether the next element would not fit.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.elements.is_full()
    }

    /// Whether there is no element.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }
}

impl<'a, T, const N: usize> IntoIterator for &'a Bounded<T, N> {
    type Item = &'a T;
    type IntoIter = core::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Canonical form: count u8, dropped u16, the elements.
impl<T: Canonical, const N: usize> Canonical for Bounded<T, N> {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        // A list never has more than 255 places; see the assertion in `read`.
        (self.elements.len().min(255) as u8).write(now, sink);
        self.dropped.write(now, sink);
        for element in &self.elements {
            element.write(now, sink);
        }
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        const { assert!(N <= 255, "the canonical form counts in one byte") };
        let count = u8::read(now, source)?;
        let mut list = Self { elements: heapless::Vec::new(), dropped: u16::read(now, source)? };
        for _ in 0..count {
            let element = T::read(now, source)?;
            list.elements.push(element).map_err(|_| Malformed::TooMany)?;
        }
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut list: Bounded<u8, 2> = Bounded::new();
        for value in 0..5 {
            list.push(value);
        }
        assert_eq!((list.as_slice(), list.dropped()), (&[0, 1][..], 3));
    }

    #[test]
    fn the_canonical_form_is_read_back_and_bounded() {
        let mut list: Bounded<u16, 3> = Bounded::new();
        list.push(513);
        let mut buffer = [0; 16];
        let mut sink = crate::canonical::SliceSink::new(&mut buffer);
        list.write(Instant::ZERO, &mut sink);
        let length = sink.finish().unwrap();
        assert_eq!(&buffer[..length], &[1, 0, 0, 1, 2]);
        let again = Bounded::read(Instant::ZERO, &mut Source::new(&buffer[..length]));
        assert_eq!(again, Ok(list));
        let too_many = [4, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0];
        let read = Bounded::<u16, 3>::read(Instant::ZERO, &mut Source::new(&too_many));
        assert_eq!(read, Err(Malformed::TooMany));
    }
}
