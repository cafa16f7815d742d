//! A sensor that shows the same for ever.

use coldcap::TICK;
use coldcap_units::{Coolant, Duration, Kelvin};

/// A supply that does not change for so long is not measured: noise moves it in every second. As long as
/// the guard of a treatment waits.
pub(super) const LONGEST: Duration = Duration::from_secs(60);
/// Smaller changes are none.
const STEP: Kelvin = Kelvin::from_milli(1);

/// Where the supply was when it last moved, and for how long it has not.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stillness(Option<(Coolant, Duration)>);

impl Stillness {
    /// One tick with a valid sample; whether the sensor is frozen.
    pub(super) fn see(&mut self, supply: Coolant) -> bool {
        let (place, still) = match self.0 {
            Some((place, still)) if place.0.minus(supply.0).abs() < STEP => {
                (place, still.plus(TICK))
            }
            _ => (supply, Duration::ZERO),
        };
        self.0 = Some((place, still));
        still >= LONGEST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tick at which a supply with this ripple counts as frozen.
    fn frozen_at(milli: impl Fn(i32) -> i32) -> Option<i32> {
        let mut stillness = Stillness::default();
        (0..2_000).find(|tick| stillness.see(Coolant::from_milli(milli(*tick))))
    }

    #[test]
    fn a_minute_without_a_change_is_frozen_and_a_change_in_it_is_not() {
        assert_eq!(frozen_at(|_| -4_000), Some(600));
        assert_eq!(frozen_at(|tick| -4_000 + tick / 600 % 2), None);
        assert_eq!(frozen_at(|tick| if tick < 300 { 5_000 } else { -4_000 }), Some(900));
    }
}
