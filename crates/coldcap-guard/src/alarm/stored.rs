//! What a loss of power must not take of the alarms, as bytes.

use super::{Changes, Stored as Unacknowledged};
use coldcap_units::stored::{Reader, Stored, Writer};

impl Stored for Unacknowledged {
    fn store(&self, to: &mut Writer<'_>) {
        to.add(&self.active).add(&self.occurred);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self { active: Stored::load(from)?, occurred: Stored::load(from)? })
    }
}

/// An answer is not stored: nobody waits for it behind a loss of power.
impl Stored for Changes {
    fn store(&self, to: &mut Writer<'_>) {
        to.add(&self.rose).add(&self.cleared).add(&self.escalated).add(&self.signalled);
        to.add(&self.inhibited).add(&self.acknowledged).add(&self.sounded_again);
        to.add(&self.paused).add(&self.resumed);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            answer: None,
            rose: Stored::load(from)?,
            cleared: Stored::load(from)?,
            escalated: Stored::load(from)?,
            signalled: Stored::load(from)?,
            inhibited: Stored::load(from)?,
            acknowledged: Stored::load(from)?,
            sounded_again: Stored::load(from)?,
            paused: Stored::load(from)?,
            resumed: Stored::load(from)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alarm::Refusal;
    use crate::{Condition, Conditions};

    fn set(condition: Condition) -> Conditions {
        Conditions::EMPTY.with(condition)
    }

    fn bytes_of<T: Stored, const N: usize>(value: &T) -> [u8; N] {
        let mut bytes = [0; N];
        let mut writer = Writer::new(&mut bytes);
        value.store(&mut writer);
        assert_eq!(writer.finish(), Some(N));
        bytes
    }

    #[test]
    fn what_nobody_acknowledged_is_what_it_was_stored_as() {
        let stored =
            Unacknowledged { active: set(Condition::Freeze), occurred: set(Condition::TankSensor) };
        let bytes: [u8; 16] = bytes_of(&stored);
        assert_eq!(bytes, [2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
        assert_eq!(Unacknowledged::load(&mut Reader::new(&bytes)), Some(stored));
        assert_eq!(Unacknowledged::load(&mut Reader::new(&bytes[..15])), None);
    }

    #[test]
    fn changes_are_what_they_were_stored_as_but_for_the_answer() {
        let changes = Changes {
            answer: Some(Err(Refusal::NothingToPause)),
            rose: set(Condition::Freeze),
            cleared: set(Condition::FreezeNear),
            escalated: set(Condition::SafetySensor),
            signalled: set(Condition::FrontSensor),
            inhibited: set(Condition::RearSensor),
            acknowledged: set(Condition::SupplySensor),
            sounded_again: set(Condition::ReturnSensor),
            paused: true,
            resumed: false,
        };
        let bytes: [u8; 58] = bytes_of(&changes);
        assert_eq!(
            Changes::load(&mut Reader::new(&bytes)),
            Some(Changes { answer: None, ..changes })
        );
        for cut in 0..58 {
            assert_eq!(Changes::load(&mut Reader::new(&bytes[..cut])), None);
        }
        let sets = bytes.as_chunks::<8>().0.iter().map(|word| word[0]);
        assert!(sets.eq((1..=7).map(|code| 1 << code)), "in order");
        assert_eq!(bytes[56..], [1, 0]);
    }
}
