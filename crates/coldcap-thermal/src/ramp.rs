//! The setpoint ramp: colder at a bounded rate, warmer at once.

use coldcap_units::{Celsius, Coolant, Duration, Kelvin};
use fixed::types::I16F16;

const MILLIS_PER_MINUTE: u64 = 60_000;

/// How fast the effective setpoint may get colder.
///
/// ```
/// use coldcap_thermal::ramp::Ramp;
/// use coldcap_units::{Coolant, Duration, Kelvin};
///
/// let mut ramp = Ramp::new(Kelvin::from_milli(3_000)).start(Coolant::from_milli(22_000));
/// let (cold, mild) = (Coolant::from_milli(-4_000), Coolant::from_milli(8_000));
/// assert_eq!(ramp.step(cold, Duration::from_mins(6)), Coolant::from_milli(4_000));
/// assert_eq!(ramp.step(mild, Duration::from_millis(100)), mild); // warmer: at once
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ramp {
    per_minute: Kelvin,
}

impl Ramp {
    /// A ramp of `per_minute` kelvins per minute; zero or less never gets colder.
    #[must_use]
    pub const fn new(per_minute: Kelvin) -> Self {
        Self { per_minute }
    }

    /// The rate in kelvins per minute.
    #[must_use]
    pub const fn per_minute(&self) -> Kelvin {
        self.per_minute
    }

    /// Starts at `from`: the temperature that is measured, not the one that is wanted.
    #[must_use]
    pub const fn start(self, from: Coolant) -> RunningRamp {
        RunningRamp { ramp: self, effective: from, carry: 0 }
    }
}

/// A ramp under way: its rate and the effective setpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RunningRamp {
    ramp: Ramp,
    effective: Coolant,
    /// What the last step could not move for want of resolution, in 2⁻¹⁶ K / 60 000.
    carry: u32,
}

impl RunningRamp {
    /// The effective setpoint.
    #[must_use]
    pub const fn effective(&self) -> Coolant {
        self.effective
    }

    /// Moves the effective setpoint toward `target` by what `dt` allows, and returns it.
    ///
    /// Exact: fractions of a step are carried, so the rate does not depend on how often it is called.
    ///
    /// # Panics
    /// Never.
    pub fn step(&mut self, target: Coolant, dt: Duration) -> Coolant {
        let distance = bits(self.effective).saturating_sub(bits(target));
        if distance <= 0 {
            return self.jump(target);
        }
        let rate = self.ramp.per_minute.to_fixed().to_bits().max(0).unsigned_abs();
        // Below 2³¹ · 2³² + 60 000: fits.
        let parts = u64::from(rate)
            .saturating_mul(u64::from(dt.as_millis()))
            .saturating_add(u64::from(self.carry));
        let travel = parts / MILLIS_PER_MINUTE;
        if travel >= distance.unsigned_abs() {
            return self.jump(target);
        }
        self.carry = (parts % MILLIS_PER_MINUTE) as u32;
        self.effective = coolant(bits(self.effective).saturating_sub(travel as i64));
        self.effective
    }

    /// Lets the effective setpoint be at most `lead` colder than `measured`.
    ///
    /// A supply that cannot follow (a tank too warm, a valve held shut) would otherwise be left far
    /// behind, and then be pulled down without a ramp when the hindrance goes.
    pub fn wait_for(&mut self, measured: Coolant, lead: Kelvin) {
        let limit = Coolant(measured.0.plus(lead.negated()));
        if self.effective < limit {
            self.jump(limit);
        }
    }

    fn jump(&mut self, to: Coolant) -> Coolant {
        self.carry = 0;
        self.effective = to;
        to
    }
}

const fn bits(temperature: Coolant) -> i64 {
    temperature.0.to_fixed().to_bits() as i64
}

/// From bits that lie between two temperatures, and so are one.
const fn coolant(bits: i64) -> Coolant {
    Coolant(Celsius::from_fixed(I16F16::from_bits(bits as i32)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TICK: Duration = Duration::from_millis(100);

    fn three() -> Ramp {
        Ramp::new(Kelvin::from_milli(3_000))
    }

    #[test]
    fn fractions_are_carried() {
        let mut ramp = three().start(Coolant::from_milli(20_000));
        for _ in 0..600 {
            ramp.step(Coolant::from_milli(-4_000), TICK);
        }
        assert_eq!(ramp.effective(), Coolant::from_milli(17_000));
    }

    #[test]
    fn it_stops_at_the_target_and_stays() {
        let target = Coolant::from_milli(-4_000);
        let mut ramp = three().start(Coolant::from_milli(-3_999));
        for _ in 0..3 {
            assert_eq!(ramp.step(target, TICK), target);
        }
    }

    #[test]
    fn no_rate_never_gets_colder() {
        for rate in [0, -5_000] {
            let start = Coolant::from_milli(20_000);
            let mut ramp = Ramp::new(Kelvin::from_milli(rate)).start(start);
            assert_eq!(ramp.step(Coolant::from_milli(0), Duration::MAX), start);
        }
    }

    #[test]
    fn it_waits_for_a_supply_that_lags() {
        let mut ramp = three().start(Coolant::from_milli(-4_000));
        ramp.wait_for(Coolant::from_milli(-3_000), Kelvin::from_milli(2_000));
        assert_eq!(ramp.effective(), Coolant::from_milli(-4_000));
        ramp.wait_for(Coolant::from_milli(22_000), Kelvin::from_milli(2_000));
        assert_eq!(ramp.effective(), Coolant::from_milli(20_000));
    }

    proptest! {
        #[test]
        fn never_faster_than_its_rate_and_never_past_the_target(
            rate in 0i32.., start: i32, targets in prop::collection::vec((any::<i32>(), 0u32..100_000), 1..50),
        ) {
            let mut ramp = Ramp::new(Kelvin::from_fixed(I16F16::from_bits(rate)))
                .start(coolant(i64::from(start)));
            for (target, millis) in targets {
                let before = bits(ramp.effective());
                let after = bits(ramp.step(coolant(i64::from(target)), Duration::from_millis(millis)));
                let allowed = i128::from(rate) * i128::from(millis) / 60_000 + 1;
                prop_assert!(i128::from(before - after) <= allowed);
                prop_assert!(after >= i64::from(target));
                prop_assert!(after <= before.max(i64::from(target)));
            }
        }

        #[test]
        fn how_often_it_is_called_does_not_matter(rate in 1i32..1_000_000, parts in prop::collection::vec(1u32..1_000, 1..40)) {
            let ramp = Ramp::new(Kelvin::from_fixed(I16F16::from_bits(rate)));
            let start = Coolant::from_milli(20_000_000);
            let (mut fine, mut coarse) = (ramp.start(start), ramp.start(start));
            let floor = Coolant::from_milli(-20_000_000);
            for part in &parts {
                fine.step(floor, Duration::from_millis(*part));
            }
            coarse.step(floor, Duration::from_millis(parts.iter().sum()));
            prop_assert_eq!(fine, coarse);
        }
    }
}
