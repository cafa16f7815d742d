//! Seals over the recorded inputs: not every input bit changes an output, yet none may change unseen.

use coldcap::hash::Fnv1a64;
use serde_json::{Value, json};

/// How many ticks stand under one seal: a second of them.
const EVERY: usize = 10;
/// Hexadecimal digits of a seal.
const DIGITS: usize = 8;

/// The seals of the tick inputs so far: FNV-1a-64 over all of them, folded to 32 bits every ten ticks.
#[derive(Clone, Debug, Default)]
pub(crate) struct InputSeals {
    hash: Fnv1a64,
    ticks: usize,
    seals: String,
}

impl InputSeals {
    /// The next tick input.
    pub(crate) fn add(&mut self, inputs: &[u8]) {
        self.hash = self.hash.with(inputs);
        self.ticks += 1;
        if self.ticks.is_multiple_of(EVERY) {
            self.seal();
        }
    }

    fn seal(&mut self) {
        let value = self.hash.value();
        self.seals.push_str(&format!("{:08x}", (value ^ (value >> 32)) as u32));
    }

    /// The object that is recorded at the end.
    pub(crate) fn object(mut self) -> Value {
        self.seal();
        json!({ "input_seals": { "every": EVERY, "fnv1a": self.seals } })
    }

    /// Compares with what was recorded; names the ticks where the first seal is broken.
    pub(crate) fn broken(self, recorded: &Value) -> Option<(usize, usize)> {
        let recorded = recorded["input_seals"]["fnv1a"].as_str()?.to_owned();
        let own = self.object();
        let own = own["input_seals"]["fnv1a"].as_str()?;
        let same = recorded.bytes().zip(own.bytes()).take_while(|(a, b)| a == b).count();
        let whole = recorded.len() == own.len() && same == own.len();
        let first = same / DIGITS * EVERY;
        (!whole).then_some((first, first + EVERY - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seals(spoilt: Option<usize>) -> InputSeals {
        let mut seals = InputSeals::default();
        for tick in 0..95 {
            seals.add(&[tick as u8, u8::from(spoilt == Some(tick))]);
        }
        seals
    }

    #[test]
    fn a_changed_bit_is_named_to_the_second() {
        let recorded = seals(None).object();
        assert_eq!(seals(None).broken(&recorded), None);
        for tick in [0, 9, 10, 57, 94] {
            let group = tick / EVERY * EVERY;
            assert_eq!(seals(Some(tick)).broken(&recorded), Some((group, group + 9)), "{tick}");
        }
    }
}
