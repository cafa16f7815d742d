//! The automaton's state as bytes.

use super::State;
use super::class::LATCHABLE;
use coldcap_units::stored::{Reader, Stored, Writer};

/// A state in which something is latched that cannot be is none.
impl Stored for State {
    fn store(&self, to: &mut Writer<'_>) {
        to.add(&self.judged).add(&self.present).add(&self.latched);
        to.add(&self.clinician_resets).add(&self.degraded);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        let state = Self {
            judged: Stored::load(from)?,
            present: Stored::load(from)?,
            latched: Stored::load(from)?,
            clinician_resets: Stored::load(from)?,
            degraded: Stored::load(from)?,
        };
        (state.latched == state.latched.intersection(LATCHABLE)).then_some(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Condition, Conditions};

    #[test]
    fn a_state_is_what_it_was_stored_as_and_nothing_else_is_one() {
        let latched = Conditions::EMPTY.with(Condition::Freeze);
        let state = State::restored(latched, 1).with_degraded(true);
        let mut bytes = [0; 19];
        let mut writer = Writer::new(&mut bytes);
        state.store(&mut writer);
        assert_eq!(writer.finish(), Some(19));
        assert_eq!(bytes, [0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
        assert_eq!(State::load(&mut Reader::new(&bytes)), Some(state));
        for cut in 0..19 {
            assert_eq!(State::load(&mut Reader::new(&bytes[..cut])), None);
        }
        bytes[9] = 1 << Condition::FreezeNear.code();
        assert_eq!(State::load(&mut Reader::new(&bytes)), None, "what cannot be latched");
        bytes[9] = 1;
        assert_eq!(State::load(&mut Reader::new(&bytes)), None, "no condition has code 0");
    }
}
