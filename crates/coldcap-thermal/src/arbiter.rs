//! What the shared tank must be to serve every channel.

use coldcap_units::{Coolant, Kelvin};

/// The tank's target: the coldest target of any channel, less `offset`; `None` if no channel asks.
///
/// A channel mixes tank coolant into what returns, so it can only reach temperatures above the
/// tank's: the `offset` (some kelvins, positive) is the room its valve has to work in. Saturates at
/// the end of the temperature scale. The time grows with the number of channels only.
///
/// ```
/// use coldcap_thermal::arbiter::arbitrate;
/// use coldcap_units::{Coolant, Kelvin};
///
/// let targets = [None, Some(Coolant::from_milli(-4_000)), Some(Coolant::from_milli(8_000))];
/// let tank = arbitrate(&targets, Kelvin::from_milli(4_000));
/// assert_eq!(tank, Some(Coolant::from_milli(-8_000)));
/// assert_eq!(arbitrate(&[None, None], Kelvin::from_milli(4_000)), None);
/// ```
#[must_use]
pub fn arbitrate(targets: &[Option<Coolant>], offset: Kelvin) -> Option<Coolant> {
    let coldest = targets.iter().copied().flatten().min()?;
    Some(Coolant(coldest.0.plus(offset.negated())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldcap_units::Celsius;
    use fixed::types::I16F16;
    use proptest::prelude::*;

    #[test]
    fn no_channel_needs_no_tank() {
        assert_eq!(arbitrate(&[], Kelvin::ZERO), None);
    }

    #[test]
    fn the_end_of_the_scale_saturates() {
        let lowest = Coolant(Celsius::from_fixed(I16F16::MIN));
        assert_eq!(arbitrate(&[Some(lowest)], Kelvin::from_milli(1)), Some(lowest));
    }

    proptest! {
        #[test]
        fn no_channel_is_left_warmer(
            targets in prop::collection::vec(prop::option::of(-20_000i32..30_000), 0..6),
            offset in 0i32..10_000,
        ) {
            let targets: [Option<Coolant>; 6] = core::array::from_fn(|index| {
                targets.get(index).copied().flatten().map(Coolant::from_milli)
            });
            let offset = Kelvin::from_milli(offset);
            let tank = arbitrate(&targets, offset);
            prop_assert_eq!(tank.is_some(), targets.iter().any(Option::is_some));
            for target in targets.into_iter().flatten() {
                prop_assert!(tank <= Some(Coolant(target.0.plus(offset.negated()))));
            }
        }
    }
}
