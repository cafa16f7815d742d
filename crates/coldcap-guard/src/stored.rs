//! Sets of conditions as bytes.

use crate::Conditions;
use coldcap_units::stored::{Reader, Stored, Writer};

/// A word with a bit that is no condition's is no set.
impl Stored for Conditions {
    fn store(&self, to: &mut Writer<'_>) {
        to.add(&self.bits());
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        let bits = u64::load(from)?;
        let set = Self::from_bits(bits);
        (set.bits() == bits).then_some(set)
    }
}
