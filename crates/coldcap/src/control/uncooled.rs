//! Coolant that circulates while the valve has no drive gets no colder: the valve to the tank is closed, and all else is warmer.
//!
//! The loop's watch judges how a measurement comes back behind a drive; while a fit visit calibrates, nothing was driven
//! yet, and a valve that has slipped on its shaft, read back as closed, would send a tank's cold to a head all at once. Nor
//! does a target that was never reached speak against it while the visit verifies.

use coldcap_units::{Celsius, Duration, Kelvin};

/// So long a valve has to be without drive before coolant counts as uncooled: twice its stroke.
const CLOSES: Duration = Duration::from_secs(30);
/// Coolant may be colder by this than all that was measured at rest: sensors differ, and hoses lie between them.
const MARGIN: Kelvin = Kelvin::from_milli(3_000);
/// For so long, while it moves: what stands cold in a hose, where no sensor is, has passed by then.
const LASTS: Duration = Duration::from_secs(20);

/// What was found is known for so long, unless coolant is warm again before: by then it would be, whatever the room is like.
const KNOWN: Duration = Duration::from_mins(60);

/// What one tick shows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    /// The valve has no drive.
    pub(super) undriven: bool,
    /// Coolant moves, if it is measured.
    pub(super) flowing: Option<bool>,
    /// Coolant behind the valve, if it is measured.
    pub(super) supply: Option<Celsius>,
    /// The coldest that is measured in the loop, the supply too.
    pub(super) coldest: Option<Celsius>,
    pub(super) dt: Duration,
}

/// What is remembered of a loop without a drive.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Uncooled {
    /// The coldest in the loop when coolant began to move.
    before: Option<Celsius>,
    undriven_for: Duration,
    rested_for: Duration,
    colder_for: Duration,
    /// For how long it is still known that coolant got too cold: what is cold now is not what it should be like.
    known_for: Duration,
}

impl Uncooled {
    pub(super) const fn new() -> Self {
        Self {
            before: None,
            undriven_for: Duration::ZERO,
            rested_for: Duration::ZERO,
            colder_for: Duration::ZERO,
            known_for: Duration::ZERO,
        }
    }

    /// One tick; whether coolant was too cold for long enough just now. Its time begins anew then.
    pub(super) fn step(&mut self, seen: &Seen) -> bool {
        self.undriven_for = held(self.undriven_for, seen.undriven, seen.dt);
        // A sample that is missing says nothing; what is lost for long stops the coolant by an alarm of its own.
        if let Some(flowing) = seen.flowing {
            self.rested_for = held(self.rested_for, !flowing, seen.dt);
        }
        self.forget(seen);
        // A dip of the flow makes nothing warm that has become cold, and a rest of minutes does not.
        let anew = self.undriven_for < CLOSES || self.rested_for >= CLOSES;
        if anew && self.known_for.is_zero() {
            self.before = seen.coldest;
        }
        let colder = match (seen.flowing, seen.supply) {
            (Some(false), _) => Some(false),
            (Some(true), Some(supply)) => Some(self.is_colder(supply)),
            _ => None,
        };
        if let Some(colder) = colder {
            self.colder_for = held(self.colder_for, colder, seen.dt);
        }
        let found = self.colder_for >= LASTS;
        if found {
            // What was there before is still what it should be like: who begins again at once is told again.
            self.colder_for = Duration::ZERO;
            self.known_for = KNOWN;
        }
        found
    }

    /// What was found is over where the valve is driven, which cools on purpose, and where coolant is warm again.
    fn forget(&mut self, seen: &Seen) {
        let pair = seen.coldest.zip(self.before);
        let warm = pair.is_some_and(|(coldest, before)| before.minus(coldest) <= MARGIN);
        let over = !seen.undriven || (warm && seen.flowing == Some(false));
        self.known_for = if over { Duration::ZERO } else { self.known_for.minus(seen.dt) };
    }

    fn is_colder(&self, supply: Celsius) -> bool {
        self.undriven_for >= CLOSES
            && self.before.is_some_and(|before| before.minus(supply) > MARGIN)
    }
}

/// For how long something has held until now, as far as anybody asks.
fn held(before: Duration, holds: bool, dt: Duration) -> Duration {
    if holds { before.plus(dt).min(CLOSES) } else { Duration::ZERO }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_millis(100);

    fn seen(undriven: bool, flowing: bool, supply_milli: i32) -> Seen {
        let supply = Some(Celsius::from_milli(supply_milli));
        Seen { undriven, flowing: Some(flowing), supply, coldest: supply, dt: TICK }
    }

    /// Ticks until it is found, if it is within `limit`.
    fn after(uncooled: &mut Uncooled, seen: &Seen, limit: u32) -> Option<u32> {
        (1..=limit).find(|_| uncooled.step(seen))
    }

    fn at_rest(supply_milli: i32) -> Uncooled {
        let mut uncooled = Uncooled::new();
        assert_eq!(after(&mut uncooled, &seen(true, false, supply_milli), 300), None);
        uncooled
    }

    #[test]
    fn what_gets_colder_without_a_drive_is_found_in_twenty_seconds() {
        let mut uncooled = at_rest(22_000);
        assert_eq!(after(&mut uncooled, &seen(true, true, 18_990), 300), Some(200));
        // Who goes on all the same is told again, behind a rest that warms nothing as well.
        assert_eq!(after(&mut uncooled, &seen(true, true, 18_990), 300), Some(200));
        assert_eq!(after(&mut uncooled, &seen(true, false, 18_990), 3_000), None);
        assert_eq!(after(&mut uncooled, &seen(true, true, 18_990), 300), Some(200));
    }

    #[test]
    fn what_was_found_is_over_once_it_is_warm_or_an_hour_ago_or_cooled_on_purpose() {
        let mut found = at_rest(22_000);
        assert_eq!(after(&mut found, &seen(true, true, 10_000), 300), Some(200));
        for (undriven, flowing, at, ticks) in
            [(true, false, 19_100, 1), (true, false, 10_000, 36_000), (false, true, 10_000, 1)]
        {
            let mut later = found;
            assert_eq!(after(&mut later, &seen(undriven, flowing, at), ticks), None);
            assert_eq!(after(&mut later, &seen(true, false, at), 301), None);
            assert_eq!(after(&mut later, &seen(true, true, at), 3_000), None);
        }
    }

    #[test]
    fn a_sample_that_is_missing_now_and_then_hides_nothing() {
        let uncooled = at_rest(22_000);
        let cold = seen(true, true, -5_000);
        for missing in [Seen { supply: None, ..cold }, Seen { flowing: None, ..cold }] {
            let mut uncooled = uncooled;
            let found = |tick: &u32| uncooled.step(if tick % 100 == 99 { &missing } else { &cold });
            assert_eq!((0..400).find(found), Some(201));
        }
    }

    #[test]
    fn a_slug_that_passes_and_what_sensors_differ_by_are_nothing() {
        let mut uncooled = at_rest(22_000);
        assert_eq!(after(&mut uncooled, &seen(true, true, -5_000), 199), None);
        assert_eq!(after(&mut uncooled, &seen(true, true, 19_000), 3_000), None);
    }

    #[test]
    fn a_dip_of_the_flow_begins_nothing_anew_and_a_rest_does() {
        let mut uncooled = at_rest(22_000);
        assert_eq!(after(&mut uncooled, &seen(true, true, -5_000), 100), None);
        assert_eq!(after(&mut uncooled, &seen(true, false, -5_000), 299), None);
        assert_eq!(after(&mut uncooled.clone(), &seen(true, true, -5_000), 300), Some(200));
        assert_eq!(after(&mut uncooled, &seen(true, false, -5_000), 1), None);
        assert_eq!(after(&mut uncooled, &seen(true, true, -5_000), 3_000), None);
    }

    #[test]
    fn what_a_valve_has_cooled_and_what_nobody_measures_is_nothing() {
        let mut uncooled = at_rest(22_000);
        assert_eq!(after(&mut uncooled, &seen(false, true, -5_000), 3_000), None);
        assert_eq!(after(&mut uncooled, &seen(true, true, -7_000), 3_000), None);
        let mut uncooled = at_rest(22_000);
        let blind = Seen { supply: None, ..seen(true, true, 0) };
        assert_eq!(after(&mut uncooled, &blind, 3_000), None);
    }
}
