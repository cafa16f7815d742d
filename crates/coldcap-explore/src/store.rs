//! Where visited states are kept: each one once, by exact equality, under a dense number.

use core::hash::{Hash, Hasher};

/// A fast hash of a few machine words. It only chooses a place; equality decides.
#[derive(Clone, Copy, Debug, Default)]
pub struct WordHasher(u64);

const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

impl Hasher for WordHasher {
    fn finish(&self) -> u64 {
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(MULTIPLIER);
        mixed ^ (mixed >> 29)
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            let (filled, _) = word.split_at_mut(chunk.len());
            filled.copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(u64::from(value));
    }

    fn write_u16(&mut self, value: u16) {
        self.write_u64(u64::from(value));
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(5) ^ value).wrapping_mul(MULTIPLIER);
    }

    fn write_isize(&mut self, value: isize) {
        self.write_u64(value as u64);
    }
}

/// Values of one type, each stored once.
#[derive(Clone, Debug)]
pub struct Interner<T> {
    values: Vec<T>,
    /// One more than the place of a value; zero is free. Its length is a power of two.
    table: Vec<u32>,
    /// Of each value, so that growing needs no value.
    hashes: Vec<u32>,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Self { values: Vec::new(), table: vec![0; 64], hashes: Vec::new() }
    }
}

impl<T: Copy + Eq + Hash> Interner<T> {
    /// The number of `value`, and whether it is new.
    ///
    /// # Panics
    /// When 2³² values are stored.
    pub fn insert(&mut self, value: T) -> (u32, bool) {
        if self.values.len() * 4 >= self.table.len() * 3 {
            self.grow();
        }
        let hash = hash_of(&value);
        let mask = self.table.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            match self.table[place] {
                0 => break,
                taken => {
                    let index = taken - 1;
                    let same = self.hashes[index as usize] == hash;
                    if same && self.values[index as usize] == value {
                        return (index, false);
                    }
                }
            }
            place = (place + 1) & mask;
        }
        self.values.push(value);
        self.hashes.push(hash);
        let index = u32::try_from(self.values.len() - 1).unwrap_or(u32::MAX);
        assert!(index < u32::MAX - 1, "the store is full");
        self.table[place] = index + 1;
        (index, true)
    }

    fn grow(&mut self) {
        let mut table = vec![0; self.table.len() * 2];
        let mask = table.len() - 1;
        for (index, hash) in (1u32..).zip(&self.hashes) {
            let mut place = *hash as usize & mask;
            while table[place] != 0 {
                place = (place + 1) & mask;
            }
            table[place] = index;
        }
        self.table = table;
    }

    /// The number of `value`, if it is stored.
    #[must_use]
    pub fn find(&self, value: &T) -> Option<u32> {
        let hash = hash_of(value);
        let mask = self.table.len() - 1;
        let mut place = hash as usize & mask;
        while self.table[place] != 0 {
            let index = self.table[place] - 1;
            if self.hashes[index as usize] == hash && self.values[index as usize] == *value {
                return Some(index);
            }
            place = (place + 1) & mask;
        }
        None
    }

    /// The value of a number that [`Interner::insert`] gave.
    #[must_use]
    pub fn get(&self, index: u32) -> T {
        self.values[index as usize]
    }

    /// How many values are stored.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether nothing is stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

fn hash_of<T: Hash>(value: &T) -> u32 {
    let mut hasher = WordHasher::default();
    value.hash(&mut hasher);
    hasher.finish() as u32
}

/// A place for the states of one machine.
pub trait Store<S>: Default {
    /// The number of a state, and whether it is new.
    fn insert(&mut self, state: &S) -> (u32, bool);
    /// The state of a number.
    fn get(&self, index: u32) -> S;
    /// How many states there are.
    fn len(&self) -> usize;
    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T: Copy + Eq + Hash> Store<T> for Interner<T> {
    fn insert(&mut self, state: &T) -> (u32, bool) {
        Self::insert(self, *state)
    }

    fn get(&self, index: u32) -> T {
        Self::get(self, index)
    }

    fn len(&self) -> usize {
        Self::len(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_keeps_its_number_while_the_table_grows() {
        let mut store = Interner::default();
        for value in 0u64..10_000 {
            assert_eq!(store.insert(value << 32), (value as u32, true));
        }
        for value in 0u64..10_000 {
            assert_eq!(store.insert(value << 32), (value as u32, false));
            assert_eq!(store.get(value as u32), value << 32);
            assert_eq!(store.find(&(value << 32)), Some(value as u32));
        }
        assert_eq!(store.find(&7), None);
    }

    #[test]
    fn values_with_one_hash_are_kept_apart() {
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        struct Colliding(u32);
        impl Hash for Colliding {
            fn hash<H: Hasher>(&self, hasher: &mut H) {
                hasher.write_u8(1);
            }
        }
        let mut store = Interner::default();
        for value in 0..300 {
            assert_eq!(store.insert(Colliding(value)), (value, true));
        }
        assert!((0..300).all(|value| store.insert(Colliding(value)) == (value, false)));
    }
}
