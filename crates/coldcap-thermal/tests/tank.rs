//! The tank controller over random traces, against rules that know nothing of its state.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_thermal::tank::{TankConfig, TankController};
use coldcap_units::{Coolant, Duration, Duty, Fault, Kelvin};
use proptest::prelude::*;

/// A stretch of time with one input.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    tank: Result<i32, Fault>,
    target: Option<i32>,
    dt: u32,
    steps: u32,
}

fn stretch() -> impl Strategy<Value = Stretch> {
    let tank = prop_oneof![9 => (-12_000i32..5_000).prop_map(Ok), 1 => Just(Err(Fault::Open))];
    let target =
        prop_oneof![9 => Just(Some(-8_000)), 3 => (-10_000i32..0).prop_map(Some), 1 => Just(None)];
    (tank, target, 10u32..20_000, 1u32..60).prop_map(|(tank, target, dt, steps)| Stretch {
        tank,
        target,
        dt,
        steps,
    })
}

fn config() -> impl Strategy<Value = TankConfig> {
    (0i32..2_000, 0u32..120, 0u32..300).prop_map(|(hysteresis, on, off)| TankConfig {
        hysteresis: Kelvin::from_milli(hysteresis),
        minimum_on: Duration::from_secs(on),
        minimum_off: Duration::from_secs(off),
    })
}

/// The model: what the outputs of a trace may look like, from the time each output has stood.
struct Model {
    config: TankConfig,
    on: bool,
    stood: u64,
}

impl Model {
    /// The output that the rules demand, given the time that the last one has stood.
    fn expect(&mut self, stretch: &Stretch) -> bool {
        self.stood += u64::from(stretch.dt);
        let minimum = if self.on { self.config.minimum_on } else { self.config.minimum_off };
        let free = self.stood >= u64::from(minimum.as_millis());
        let wanted = match (stretch.tank, stretch.target) {
            (Ok(tank), Some(target)) => {
                // In steps of 15 µK, as the controller sees them: thousandths that lie on the edge of the
                // band may be rounded to either side of it.
                let band = self.config.hysteresis;
                match Coolant::from_milli(tank).0.minus(Coolant::from_milli(target).0) {
                    excess if excess > band && free => true,
                    excess if excess < band.negated() && free => false,
                    _ => self.on,
                }
            }
            _ => false,
        };
        if wanted != self.on {
            (self.on, self.stood) = (wanted, 0);
        }
        self.on
    }
}

proptest! {
    #[test]
    fn every_output_is_what_the_rules_demand(
        config in config(), rested: bool, trace in prop::collection::vec(stretch(), 1..30),
    ) {
        let mut tank = if rested { TankController::rested() } else { TankController::new() };
        let mut model = Model { config, on: false, stood: if rested { u64::from(u32::MAX) } else { 0 } };
        let mut first = !rested;
        for stretch in trace {
            for _ in 0..stretch.steps {
                // The first step after power-up counts from itself: what was before is not known.
                let dt = if first { 0 } else { stretch.dt };
                first = false;
                let expected = model.expect(&Stretch { dt, ..stretch });
                let duty = tank.step(
                    &config,
                    stretch.tank.map(Coolant::from_milli),
                    stretch.target.map(Coolant::from_milli),
                    Duration::from_millis(stretch.dt),
                );
                prop_assert_eq!(duty, if expected { Duty::FULL } else { Duty::OFF });
                prop_assert_eq!(tank.is_on(), expected);
            }
        }
    }

    /// The same, stated without any model: measure the on and off times of the trace itself.
    #[test]
    fn minimum_times_hold_except_for_safety(trace in prop::collection::vec(stretch(), 1..40)) {
        let config = TankConfig::REFERENCE;
        let mut tank = TankController::new();
        let (mut now, mut changed, mut was_on) = (0u64, 0u64, false);
        for stretch in trace {
            let safe_off = stretch.tank.is_err() || stretch.target.is_none();
            for _ in 0..stretch.steps {
                now += u64::from(stretch.dt);
                let on = !tank.step(
                    &config,
                    stretch.tank.map(Coolant::from_milli),
                    stretch.target.map(Coolant::from_milli),
                    Duration::from_millis(stretch.dt),
                ).is_off();
                prop_assert!(!(safe_off && on));
                if on != was_on {
                    let minimum = if on { 180_000 } else { 60_000 };
                    prop_assert!(now - changed >= minimum || (!on && safe_off));
                    (changed, was_on) = (now, on);
                }
            }
        }
    }
}
