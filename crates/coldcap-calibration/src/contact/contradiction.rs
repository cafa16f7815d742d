//! Two values of one zone, by two methods: do they speak of the same contact?
//!
//! The skin-side fit stands on the tissue and on what the skin gave off at rest, the inner face on the cap's wall and
//! on a regression over heads. Neither enters the other, so that each tells where the other's assumption does not
//! hold. The comparison is that of two laboratories, ISO 13528's `E_n = |a − b| / √(U_a² + U_b²)` with U = 2u.
//!
//! The two are taken as independent. They share the sensor on the inner face and the head, and nobody has measured
//! how that moves them against each other; of simulated visits with nothing wrong, one of twenty would
//! contradict by chance, and 9 of 200 do, 17 of 200 where bare heads and rooms differ as widely as they may.

use super::zone::{Conductance, ZoneFault, ZoneFit, ZoneState};
use crate::root::square;
use coldcap_units::Permille;

/// Whether two states of one zone cannot both be true. `least` is where the methods end below: what is below range is
/// less than that. A zone that was not observed, or whose test told nothing, contradicts nobody.
///
/// # Panics
/// Never.
///
/// ```
/// use coldcap_calibration::contact::contradiction::contradict;
/// use coldcap_calibration::contact::{Conductance, ZoneFault, ZoneFit, ZoneState};
/// use coldcap_units::Kelvin;
/// let zone = |watts, milliwatts| ZoneState::Observed(ZoneFit {
///     conductance: Conductance::from_watts(watts),
///     uncertainty: Conductance(milliwatts),
///     misfit: Kelvin::ZERO,
///     autocorrelation: None,
/// });
/// let (skin, face) = (zone(19, 1_700), zone(39, 5_500));
/// let least = Conductance::from_watts(6);
/// assert!(contradict(&skin, &face, least));
/// assert!(!contradict(&zone(30, 1_700), &face, least));
/// assert!(contradict(&ZoneState::Faulty(ZoneFault::BelowRange), &face, least));
/// ```
#[must_use]
pub fn contradict(one: &ZoneState, other: &ZoneState, least: Conductance) -> bool {
    is_surely_less(one, other, least, Correlation::NONE)
        || is_surely_less(other, one, least, Correlation::NONE)
}

/// How much of what is not known two values have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Correlation(pub Permille);

impl Correlation {
    /// Nothing.
    pub const NONE: Self = Self(Permille(0));
    /// Flux over drop and the inner face's law of one zone: 5.6 of the 6.6 % and 11 of the 14.5 % are the same wall's, so
    /// that their difference is known to 10 or 11 %.
    pub const OF_ONE_WALL: Self = Self(Permille(750));
}

/// One direction of it: whether a zone surely has less contact than the other value tells.
///
/// The inner face alone tells too much under a fever or a flushed skin. That is no reason against a value that neither
/// enters, but against every other value from the inner face on that head; less than flux over drop is a skin-side sensor
/// that lies in the hair.
///
/// # Panics
/// Never.
///
/// ```
/// use coldcap_calibration::contact::contradiction::{Correlation, is_surely_less};
/// use coldcap_calibration::contact::{Conductance, ZoneFault, ZoneState};
/// let below = ZoneState::Faulty(ZoneFault::BelowRange);
/// let above = ZoneState::Faulty(ZoneFault::AboveRange(Conductance::from_watts(50)));
/// let least = Conductance::from_watts(6);
/// assert!(is_surely_less(&below, &above, least, Correlation::NONE));
/// assert!(!is_surely_less(&above, &below, least, Correlation::NONE));
/// ```
#[must_use]
pub fn is_surely_less(
    one: &ZoneState,
    than: &ZoneState,
    least: Conductance,
    correlation: Correlation,
) -> bool {
    match (ends(one, least), ends(than, least)) {
        (Some(Ends::Value(one)), Some(Ends::Value(than))) => {
            one.conductance < than.conductance && !agree(&one, &than, correlation)
        }
        (Some(one), Some(than)) => one.highest() < than.lowest(),
        _ => false,
    }
}

/// What a state bounds a conductance by.
enum Ends {
    Value(ZoneFit),
    AtMost(u32),
    AtLeast(u32),
}

impl Ends {
    fn lowest(&self) -> u32 {
        match self {
            Self::Value(fit) => fit.conductance.0.saturating_sub(band(fit)),
            Self::AtLeast(bound) => *bound,
            Self::AtMost(_) => 0,
        }
    }

    fn highest(&self) -> u32 {
        match self {
            Self::Value(fit) => fit.conductance.0.saturating_add(band(fit)),
            Self::AtMost(bound) => *bound,
            Self::AtLeast(_) => u32::MAX,
        }
    }
}

fn ends(state: &ZoneState, least: Conductance) -> Option<Ends> {
    match state {
        ZoneState::Observed(fit) => Some(Ends::Value(*fit)),
        ZoneState::Faulty(ZoneFault::BelowRange) => Some(Ends::AtMost(least.0)),
        ZoneState::Faulty(ZoneFault::AboveRange(bound)) => Some(Ends::AtLeast(bound.0)),
        ZoneState::Unobserved | ZoneState::Faulty(_) => None,
    }
}

const fn band(fit: &ZoneFit) -> u32 {
    fit.uncertainty.0.saturating_mul(2)
}

fn agree(one: &ZoneFit, other: &ZoneFit, correlation: Correlation) -> bool {
    let apart = square(one.conductance.0.abs_diff(other.conductance.0).into());
    let (one, other) = (u64::from(band(one)), u64::from(band(other)));
    let both = u128::from(one).saturating_mul(other.into());
    let shared = both.saturating_mul(correlation.0.0.into()) / 500;
    apart <= square(one).saturating_add(square(other)).saturating_sub(shared)
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldcap_units::{Fault, Kelvin};

    const LEAST: Conductance = Conductance(6_000);

    fn zone(milliwatts: u32, uncertainty: u32) -> ZoneState {
        ZoneState::Observed(ZoneFit {
            conductance: Conductance(milliwatts),
            uncertainty: Conductance(uncertainty),
            misfit: Kelvin::ZERO,
            autocorrelation: None,
        })
    }

    #[test]
    fn the_edge_is_one_and_either_order_gives_the_same() {
        // 3, 4, 5: u of 1.5 and 2 are U of 3 and 4.
        let (one, edge, beyond) = (zone(30_000, 1_500), zone(35_000, 2_000), zone(35_001, 2_000));
        assert!(!contradict(&one, &edge, LEAST) && !contradict(&edge, &one, LEAST));
        assert!(contradict(&one, &beyond, LEAST) && contradict(&beyond, &one, LEAST));
    }

    /// 10 and 4 are 10.77 apart where nothing is in common, and 7.48 where three quarters of both are.
    #[test]
    fn what_two_values_have_in_common_parts_them_less() {
        let (one, other) = (zone(40_000, 5_000), zone(48_000, 2_000));
        let less = |correlation| is_surely_less(&one, &other, LEAST, correlation);
        assert!(less(Correlation::OF_ONE_WALL) && !less(Correlation::NONE));
        assert!(!is_surely_less(&other, &one, LEAST, Correlation::OF_ONE_WALL));
        let near = zone(47_400, 2_000);
        assert!(!is_surely_less(&one, &near, LEAST, Correlation::OF_ONE_WALL));
    }

    #[test]
    fn bounds_count_as_bounds() {
        let below = ZoneState::Faulty(ZoneFault::BelowRange);
        let above = ZoneState::Faulty(ZoneFault::AboveRange(Conductance(50_000)));
        assert!(contradict(&below, &above, LEAST) && contradict(&above, &below, LEAST));
        assert!(!contradict(&below, &below, LEAST) && !contradict(&above, &above, LEAST));
        assert!(!contradict(&zone(8_000, 1_000), &below, LEAST));
        assert!(contradict(&zone(8_001, 1_000), &below, LEAST));
        assert!(!contradict(&zone(42_000, 4_000), &above, LEAST));
        assert!(contradict(&above, &zone(41_999, 4_000), LEAST));
    }

    #[test]
    fn what_told_nothing_contradicts_nobody() {
        let silent = [ZoneFault::NoStep, ZoneFault::Misfit, ZoneFault::Sensor(Fault::Open)];
        for state in silent.map(ZoneState::Faulty).into_iter().chain([ZoneState::Unobserved]) {
            assert!(!contradict(&state, &zone(30_000, 1), LEAST));
            assert!(!contradict(&zone(30_000, 1), &state, LEAST));
        }
    }
}
