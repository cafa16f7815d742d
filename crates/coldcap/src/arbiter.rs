//! What the channels of a machine share, as pure functions: the tank's target, the permits and the mains.
//!
//! The sounder is shared, too: each channel has an alarm engine of its own, and what any of them has to sound is
//! joined by [`coldcap_guard::alarm::Alarms`].

use coldcap_guard::interlock::Permit;
use coldcap_thermal::arbiter::arbitrate;
use coldcap_units::{Coolant, Duty, Kelvin};

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

/// What the parts of a machine draw from the mains at most, and how much they may draw together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MainsBudget {
    /// What the machine may draw, in watts.
    pub limit_w: u16,
    /// What it draws with every actuator off, in watts.
    pub rest_w: u16,
    /// What a pump draws that runs at all, in watts.
    pub pump_w: u16,
    /// What the chiller draws at full drive, in watts; 0 where it has a supply of its own.
    pub chiller_w: u16,
}

impl MainsBudget {
    /// The reference machine: what a chiller of 450 W of cold and small pumps take on a socket of 10 A at
    /// 115 V, the narrowest that is in use. With two channels nothing has to give way.
    pub const REFERENCE: Self = Self { limit_w: 1_150, rest_w: 100, pump_w: 60, chiller_w: 600 };
}

/// The chiller's drive within what the mains has left: pumps come first, since a patient waits for
/// coolant that moves and a tank has some cold in store.
///
/// It can only take cooling away.
///
/// ```
/// use coldcap::arbiter::{MainsBudget, chiller_within};
/// use coldcap_units::Duty;
/// let budget = MainsBudget { limit_w: 500, rest_w: 100, pump_w: 50, chiller_w: 600 };
/// assert_eq!(chiller_within(&budget, 2, Duty::FULL).to_permille(), 500);
/// assert_eq!(chiller_within(&budget, 9, Duty::FULL), Duty::OFF);
/// assert_eq!(chiller_within(&MainsBudget::REFERENCE, 2, Duty::FULL), Duty::FULL);
/// ```
///
/// # Panics
/// Never.
#[must_use]
pub fn chiller_within(budget: &MainsBudget, pumps_running: u16, wanted: Duty) -> Duty {
    // req: CHN-004
    let pumps_w = u32::from(budget.pump_w).saturating_mul(u32::from(pumps_running));
    let others_w = u32::from(budget.rest_w).saturating_add(pumps_w);
    let left_w = u32::from(budget.limit_w).saturating_sub(others_w);
    let share = left_w.saturating_mul(u32::from(u16::MAX)).checked_div(budget.chiller_w.into());
    let most = share.map_or(Duty::FULL, |share| Duty(u16::try_from(share).unwrap_or(u16::MAX)));
    wanted.min(most)
}
