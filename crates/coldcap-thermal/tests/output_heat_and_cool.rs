//! All of it together: one signed command, two time-proportioned actuators, one interlock.
#![allow(missing_docs, clippy::unwrap_used, clippy::arithmetic_side_effects)]

use coldcap_thermal::output::{
    Duties, Interlock, InterlockConfig, Pair, Side, Split, Switch, TimeProportion,
    TimeProportionConfig, Timing,
};
use coldcap_units::Duration;
use fixed::types::I16F16;
use proptest::prelude::*;

const SECOND: Duration = Duration::from_secs(1);
const MINIMUM_ON_S: u32 = 60;
const MINIMUM_OFF_S: u32 = 120;
const DEAD_TIME_S: u32 = 30;

struct HeatAndCool {
    split: Split,
    config: TimeProportionConfig,
    rules: InterlockConfig,
    cooler: TimeProportion,
    heater: TimeProportion,
    interlock: Interlock,
}

impl HeatAndCool {
    fn new() -> Self {
        let lit = I16F16::lit;
        let timing = Timing {
            window: Duration::from_secs(600),
            minimum_on: Duration::from_secs(MINIMUM_ON_S),
            minimum_off: Duration::from_secs(MINIMUM_OFF_S),
            start_delay: Duration::from_secs(MINIMUM_OFF_S),
            longest_cycle: Duration::from_secs(2_400),
        };
        Self {
            split: Split::new(lit("0.5"), lit("1"), lit("0.05")).unwrap(),
            config: TimeProportionConfig::new(timing).unwrap(),
            rules: InterlockConfig {
                dead_time: Duration::from_secs(DEAD_TIME_S),
                hold: Duration::from_secs(300),
            },
            cooler: TimeProportion::new(),
            heater: TimeProportion::new(),
            interlock: Interlock::new(),
        }
    }

    fn proportioned(&mut self, side: Side, duty: I16F16) -> Switch {
        let free = self.interlock.wait(&self.rules, side) == Some(Duration::ZERO);
        let output = if side == Side::First { &mut self.cooler } else { &mut self.heater };
        if free {
            output.step(&self.config, duty, SECOND)
        } else {
            output.off_now(&self.config, SECOND)
        }
    }

    /// What is on, and the command that it comes to.
    fn step(&mut self, command: I16F16) -> (Pair, I16F16) {
        let duties = self.split.duties(command);
        let cooler = self.proportioned(Side::First, duties.cool);
        let heater = self.proportioned(Side::Second, duties.heat);
        let asked = Pair { first: cooler.on, second: heater.on };
        let granted = self.interlock.step(&self.rules, asked, SECOND);
        let real = Duties { heat: heater.achieved, cool: cooler.achieved };
        (granted, self.split.achieved(command, real))
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn never_together_never_too_short_never_too_soon(
        moves in prop::collection::vec((-70_000i32..70_000, 1u32..600), 1..40),
    ) {
        let mut machine = HeatAndCool::new();
        let (mut was, mut changed) = ([false; 2], [0u32; 2]);
        let mut now_s = 0;
        for (command, seconds) in moves {
            for _ in 0..seconds {
                let (pair, _) = machine.step(I16F16::from_bits(command));
                prop_assert!(!(pair.first && pair.second));
                let on = [pair.first, pair.second];
                for side in 0..2 {
                    if on[side] == was[side] { continue }
                    let lasted = now_s - changed[side];
                    let needed = if on[side] { MINIMUM_OFF_S } else { MINIMUM_ON_S };
                    prop_assert!(lasted >= needed, "{} {}", side, lasted);
                    if on[side] { prop_assert!(now_s - changed[1 - side] >= DEAD_TIME_S); }
                    (was[side], changed[side]) = (on[side], now_s);
                }
                now_s += 1;
            }
        }
    }
}

#[test]
fn either_side_delivers_its_duty_and_the_command_comes_back() {
    let mut machine = HeatAndCool::new();
    for (command, cool, heat) in [("-0.35", 0.3, 0.0), ("0.65", 0.0, 0.3), ("-0.55", 0.5, 0.0)] {
        let command = I16F16::lit(command);
        // The change-over, up to its end: hold, minimum off time, a pulse that has to run on.
        for _ in 0..1_200 {
            machine.step(command);
        }
        let (mut on, mut achieved) = ([0u32; 2], true);
        for _ in 0..20 * 600 {
            let (pair, came_to) = machine.step(command);
            on[0] += u32::from(pair.first);
            on[1] += u32::from(pair.second);
            achieved &= came_to == command;
        }
        let duties = on.map(|seconds| f64::from(seconds) / 12_000.0);
        assert!(
            (duties[0] - cool).abs() <= 0.005 && (duties[1] - heat).abs() <= 0.005,
            "{duties:?}"
        );
        assert!(achieved);
    }
}

#[test]
fn on_the_way_through_the_dead_zone_nothing_pulls_at_the_command() {
    let mut machine = HeatAndCool::new();
    for _ in 0..1_000 {
        machine.step(I16F16::lit("-0.5"));
    }
    for bits in (-3_276..=3_276).step_by(20) {
        let command = I16F16::from_bits(bits);
        assert_eq!(machine.step(command).1, command);
    }
}
