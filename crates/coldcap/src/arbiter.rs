//! What the channels of a machine share, as two pure functions: the tank's target and the permits.

use coldcap_guard::interlock::Permit;
use coldcap_thermal::arbiter::arbitrate;
use coldcap_units::{Coolant, Kelvin};

/// The tank's target: the coldest wish of any channel less `offset`, but never below `coldest`; `None`
/// when no channel wishes for anything.
///
/// ```
/// use coldcap::arbiter::tank_target;
/// use coldcap_units::{Coolant, Kelvin};
/// let wishes = [Some(Coolant::from_milli(-4_000)), None];
/// let (offset, coldest) = (Kelvin::from_milli(4_000), Coolant::from_milli(-7_000));
/// assert_eq!(tank_target(&wishes, offset, coldest), Some(coldest));
/// assert_eq!(tank_target(&[None, None], offset, coldest), None);
/// ```
///
/// # Panics
/// Never.
#[must_use]
pub fn tank_target(
    wishes: &[Option<Coolant>],
    offset: Kelvin,
    coldest: Coolant,
) -> Option<Coolant> {
    arbitrate(wishes, offset).map(|wish| wish.max(coldest))
}

/// What the shared parts and each channel may do, from what each channel's interlock allows it: one
/// channel's loss of power is everybody's, nothing else is.
///
/// ```
/// use coldcap::arbiter::permits;
/// use coldcap_guard::interlock::Permit;
/// let tripped = Permit { circulate: false, chill: false, power: true };
/// assert_eq!(permits(&[Permit::ALL, tripped]), (Permit::ALL, [Permit::ALL, tripped]));
/// assert!(!permits(&[Permit::ALL, Permit::NONE]).1[0].power);
/// ```
///
/// # Panics
/// Never.
#[must_use]
pub fn permits<const CHANNELS: usize>(own: &[Permit; CHANNELS]) -> (Permit, [Permit; CHANNELS]) {
    let shared = Permit::shared(own);
    (shared, own.map(|permit| Permit { power: shared.power, ..permit }))
}
