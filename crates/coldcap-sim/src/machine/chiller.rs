//! What cools the evaporator: a compressor, or a stack of Peltier modules.

use super::STEP_S;
use crate::parameter::{ParameterError, check};

/// The tank temperature at which a compressor has its nominal power, in °C.
const NOMINAL_C: f64 = 22.0;
/// 0 °C in K.
const ZERO_K: f64 = 273.15;

/// What cools the evaporator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Chiller {
    /// A compressor: its power is linear in the tank's temperature.
    Compressor(CompressorParameters),
    /// A stack of Peltier modules with its hot side on a heatsink in the room.
    Peltier(PeltierParameters),
}

/// A compressor. A start delay and minimum times of its own are those of hardware that protects it, whatever control asks:
/// with them it goes on for its minimum time after its demand is off, but never without power.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CompressorParameters {
    /// Cooling power at a tank of 22 °C in W, 0 to 1500.
    pub full_w: f64,
    /// Cooling power that is lost with each kelvin of the tank below 22 °C, in W/K, 0 to 20.
    pub slope_w_per_k: f64,
    /// From its demand to its start in s, 0 to 600.
    pub start_delay_s: f64,
    /// How long it runs at least, in s, 0 to 1800.
    pub minimum_on_s: f64,
    /// How long it stands at least once it has run, in s, 0 to 1800.
    pub minimum_off_s: f64,
}

/// A stack of equal Peltier modules: electrically in series, thermally side by side between evaporator and heatsink. Each
/// takes `α·T_c·I − ½·R·I² − K·(T_h − T_c)` from the evaporator. Without current they conduct heat back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PeltierParameters {
    /// How many modules, 1 to 40. A part of one is a smaller one.
    pub modules: f64,
    /// Seebeck coefficient of a module in V/K, 0.005 to 0.2.
    pub seebeck_v_per_k: f64,
    /// Electrical resistance of a module in Ω, 0.1 to 20.
    pub ohm: f64,
    /// Conductance of a module from its hot to its cold side in W/K, 0.05 to 2.
    pub conducts_w_per_k: f64,
    /// Current at full drive in A, 0.5 to 20. Less drive is less current.
    pub full_a: f64,
    /// Resistance from the heatsink to the room in K/W, 0.01 to 1.
    pub sink_k_per_w: f64,
    /// Heat capacity of the heatsink in J/K, 500 to 50 000.
    pub sink_j_per_k: f64,
}

impl CompressorParameters {
    /// 450 W at 22 °C and 255 W at −8 °C, which does at once what it is told.
    #[must_use]
    pub const fn standard() -> Self {
        Self {
            full_w: 450.0,
            slope_w_per_k: 6.5,
            start_delay_s: 0.0,
            minimum_on_s: 0.0,
            minimum_off_s: 0.0,
        }
    }

    pub(super) fn validate(&self) -> Result<(), ParameterError> {
        check(&[
            ("tank.chiller.full_w", self.full_w, 0.0, 1_500.0),
            ("tank.chiller.slope_w_per_k", self.slope_w_per_k, 0.0, 20.0),
            ("tank.chiller.start_delay_s", self.start_delay_s, 0.0, 600.0),
            ("tank.chiller.minimum_on_s", self.minimum_on_s, 0.0, 1_800.0),
            ("tank.chiller.minimum_off_s", self.minimum_off_s, 0.0, 1_800.0),
        ])
    }
}

impl PeltierParameters {
    /// Twelve modules of 127 couples at 4 A. Coefficients are those that Ferrotec's technical reference gives for a
    /// module of 71 couples and 6 A, at 25 °C, scaled by the couples; number, current and heatsink are assumed.
    #[must_use]
    pub const fn standard() -> Self {
        Self {
            modules: 12.0,
            seebeck_v_per_k: 0.0530,
            ohm: 2.42,
            conducts_w_per_k: 0.5215,
            full_a: 4.0,
            sink_k_per_w: 0.03,
            sink_j_per_k: 3_000.0,
        }
    }

    pub(super) fn validate(&self) -> Result<(), ParameterError> {
        check(&[
            ("tank.chiller.modules", self.modules, 1.0, 40.0),
            ("tank.chiller.seebeck_v_per_k", self.seebeck_v_per_k, 0.005, 0.2),
            ("tank.chiller.ohm", self.ohm, 0.1, 20.0),
            ("tank.chiller.conducts_w_per_k", self.conducts_w_per_k, 0.05, 2.0),
            ("tank.chiller.full_a", self.full_a, 0.5, 20.0),
            ("tank.chiller.sink_k_per_w", self.sink_k_per_w, 0.01, 1.0),
            ("tank.chiller.sink_j_per_k", self.sink_j_per_k, 500.0, 50_000.0),
        ])
    }
}

/// What is asked of a chiller, and what there is for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Demand {
    /// 0 to 1.
    pub(super) duty: f64,
    /// Whether its power path is closed.
    pub(super) powered: bool,
    /// What a fault has left of it: 1 without one.
    pub(super) left: f64,
}

/// The temperatures around a chiller in °C.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around {
    pub(super) tank_c: f64,
    pub(super) evaporator_c: f64,
    pub(super) ambient_c: f64,
}

/// A chiller with what it remembers.
#[derive(Clone, Debug)]
pub(super) enum Unit {
    Compressor { parameters: CompressorParameters, protector: Option<Protector> },
    Peltier { parameters: PeltierParameters, sink_c: f64 },
}

impl Unit {
    /// After a long rest in a room of `ambient_c`.
    pub(super) fn new(chiller: &Chiller, ambient_c: f64) -> Self {
        match *chiller {
            Chiller::Compressor(parameters) => {
                Self::Compressor { parameters, protector: Protector::of(&parameters) }
            }
            Chiller::Peltier(parameters) => Self::Peltier { parameters, sink_c: ambient_c },
        }
    }

    /// One step. Returns the heat that it takes from the evaporator, in J.
    pub(super) fn step(&mut self, demand: &Demand, around: &Around) -> f64 {
        match self {
            Self::Compressor { parameters, protector } => {
                let duty = match protector {
                    None => demand.duty,
                    Some(protector) => protector.step(demand.duty, demand.powered),
                };
                let lost_w = parameters.slope_w_per_k * (NOMINAL_C - around.tank_c);
                let power_w = demand.left * (parameters.full_w - lost_w).max(0.0);
                duty * power_w * STEP_S
            }
            Self::Peltier { parameters, sink_c } => {
                let (cold_w, hot_w) = pumped(parameters, demand, (around.evaporator_c, *sink_c));
                let to_room_w = (*sink_c - around.ambient_c) / parameters.sink_k_per_w;
                *sink_c += (hot_w - to_room_w) * STEP_S / parameters.sink_j_per_k;
                cold_w * STEP_S
            }
        }
    }

    /// Temperature of the heatsink in °C, where there is one.
    pub(super) const fn sink_c(&self) -> Option<f64> {
        match self {
            Self::Compressor { .. } => None,
            Self::Peltier { sink_c, .. } => Some(*sink_c),
        }
    }
}

/// What a stack takes from its cold side and gives to its hot one, in W. Of a broken stack fewer modules have current, and
/// all still conduct.
fn pumped(stack: &PeltierParameters, demand: &Demand, (cold_c, hot_c): (f64, f64)) -> (f64, f64) {
    let current = demand.duty * stack.full_a;
    let driven = demand.left * stack.modules;
    let carried = driven * stack.seebeck_v_per_k * current;
    let half_heat = 0.5 * driven * stack.ohm * current * current;
    let back = stack.modules * stack.conducts_w_per_k * (hot_c - cold_c);
    let cold_w = carried * (cold_c + ZERO_K) - half_heat - back;
    let hot_w = carried * (hot_c + ZERO_K) + half_heat - back;
    (cold_w, hot_w)
}

/// Hardware that keeps a compressor from short cycles.
#[derive(Clone, Debug)]
pub(super) struct Protector {
    start_delay: u32,
    minimum_on: u32,
    minimum_off: u32,
    state: State,
    duty: f64,
}

/// What it does, and for how many steps more it must.
#[derive(Clone, Copy, Debug)]
enum State {
    Resting(u32),
    Starting(u32),
    Running(u32),
}

impl Protector {
    /// `None` where every time is 0.
    fn of(parameters: &CompressorParameters) -> Option<Self> {
        let steps = |seconds: f64| libm::round(seconds / STEP_S) as u32;
        let start_delay = steps(parameters.start_delay_s);
        let minimum_on = steps(parameters.minimum_on_s);
        let minimum_off = steps(parameters.minimum_off_s);
        let any = start_delay > 0 || minimum_on > 0 || minimum_off > 0;
        let state = State::Resting(0);
        any.then_some(Self { start_delay, minimum_on, minimum_off, state, duty: 0.0 })
    }

    /// One step with this demand. Returns at which duty the compressor runs.
    fn step(&mut self, duty: f64, powered: bool) -> f64 {
        let wanted = powered && duty > 0.0;
        if wanted {
            self.duty = duty;
        }
        self.state = self.next(wanted, powered);
        if let State::Running(_) = self.state { self.duty } else { 0.0 }
    }

    fn next(&self, wanted: bool, powered: bool) -> State {
        match self.state {
            State::Resting(0) if wanted => self.starting(self.start_delay),
            State::Resting(left) => State::Resting(left.saturating_sub(1)),
            State::Starting(left) if wanted => self.starting(left.saturating_sub(1)),
            State::Starting(_) => State::Resting(0),
            State::Running(0) if wanted => State::Running(0),
            State::Running(left) if powered && left > 0 => State::Running(left.saturating_sub(1)),
            State::Running(_) => State::Resting(self.minimum_off.saturating_sub(1)),
        }
    }

    const fn starting(&self, left: u32) -> State {
        if left > 0 {
            State::Starting(left)
        } else {
            State::Running(self.minimum_on.saturating_sub(1))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(protector: &mut Protector, duty: f64, powered: bool, steps: usize) -> usize {
        (0..steps).filter(|_| protector.step(duty, powered) > 0.0).count()
    }

    fn protector() -> Protector {
        Protector::of(&CompressorParameters {
            start_delay_s: 1.0,
            minimum_on_s: 5.0,
            minimum_off_s: 3.0,
            ..CompressorParameters::standard()
        })
        .expect("it has times")
    }

    #[test]
    fn a_compressor_starts_late_and_keeps_its_minimum_times() {
        let mut own = protector();
        assert_eq!(runs(&mut own, 1.0, true, 10), 0);
        assert_eq!(runs(&mut own, 1.0, true, 1), 1);
        // It goes on to its five seconds, rests for three, and starts a second later.
        assert_eq!(runs(&mut own, 0.0, true, 49), 49);
        assert_eq!(runs(&mut own, 1.0, true, 1), 1, "it may go on beyond them");
        assert_eq!(runs(&mut own, 0.0, true, 1), 0);
        assert_eq!(runs(&mut own, 1.0, true, 39), 0);
        assert_eq!(runs(&mut own, 1.0, true, 1), 1);
    }

    #[test]
    fn without_power_no_minimum_time_counts() {
        let mut own = protector();
        assert_eq!(runs(&mut own, 1.0, true, 20), 10);
        assert_eq!(runs(&mut own, 0.0, false, 20), 0);
        assert_eq!(runs(&mut own, 1.0, true, 20), 0, "ten steps of rest and ten of delay are left");
        assert_eq!(runs(&mut own, 1.0, true, 5), 5);
    }

    #[test]
    fn a_start_that_is_called_off_costs_no_rest() {
        let mut own = protector();
        assert_eq!(runs(&mut own, 1.0, true, 5), 0);
        assert_eq!(runs(&mut own, 0.0, true, 1), 0);
        assert_eq!(runs(&mut own, 1.0, true, 11), 1);
    }

    #[test]
    fn a_standard_compressor_has_no_times() {
        assert!(Protector::of(&CompressorParameters::standard()).is_none());
    }

    const FULL: Demand = Demand { duty: 1.0, powered: true, left: 1.0 };

    /// What a data sheet lists, from the three coefficients: the largest difference is `½·Z·T_c²`, at `α·T_c/R`.
    #[test]
    fn the_largest_difference_is_that_of_the_figure_of_merit() {
        let mut stack = PeltierParameters::standard();
        let merit =
            stack.seebeck_v_per_k * stack.seebeck_v_per_k / (stack.ohm * stack.conducts_w_per_k);
        let cold_k = 230.0;
        stack.full_a = stack.seebeck_v_per_k * cold_k / stack.ohm;
        let largest_k = 0.5 * merit * cold_k * cold_k;
        let cold_c = cold_k - ZERO_K;
        let (cold_w, _) = pumped(&stack, &FULL, (cold_c, cold_c + largest_k));
        assert!(cold_w.abs() < 1e-9, "{cold_w}");
        // Modules of 71 and 127 couples of 6 A are sold for 64 to 70 K at a hot side of 27 to 50 °C.
        assert!((55.0..70.0).contains(&largest_k), "{largest_k}");
        for amperes in [0.95, 1.05] {
            let other = PeltierParameters { full_a: amperes * stack.full_a, ..stack };
            assert!(pumped(&other, &FULL, (cold_c, cold_c + largest_k)).0 < 0.0);
        }
    }

    /// The hot side gives off what the cold side takes and the electricity brings: voltage times current.
    #[test]
    fn heat_and_electricity_of_a_stack_balance() {
        let stack = PeltierParameters::standard();
        for (duty, cold_c, hot_c) in [(1.0, -10.0, 43.0), (0.4, 5.0, 30.0), (0.0, -8.0, 22.0)] {
            let demand = Demand { duty, ..FULL };
            let (cold_w, hot_w) = pumped(&stack, &demand, (cold_c, hot_c));
            let current = duty * stack.full_a;
            let volt = stack.seebeck_v_per_k * (hot_c - cold_c) + stack.ohm * current;
            let electric_w = stack.modules * volt * current;
            assert!((hot_w - cold_w - electric_w).abs() < 1e-9);
        }
    }

    #[test]
    fn a_stack_weakens_with_the_cold_and_with_the_room() {
        let settled = |evaporator_c: f64, ambient_c: f64| {
            let stack = Chiller::Peltier(PeltierParameters::standard());
            let mut unit = Unit::new(&stack, ambient_c);
            let around = Around { tank_c: evaporator_c, evaporator_c, ambient_c };
            let taken = (0..6_000).map(|_| unit.step(&FULL, &around)).last();
            (taken.expect("it ran") / STEP_S, unit.sink_c().expect("it has one"))
        };
        let [warm, cold, hot] = [settled(20.0, 22.0), settled(-10.0, 22.0), settled(-10.0, 35.0)];
        assert!(warm.0 > cold.0 + 150.0 && cold.0 > hot.0 + 50.0, "{warm:?} {cold:?} {hot:?}");
        assert!((80.0..150.0).contains(&cold.0) && (38.0..50.0).contains(&cold.1), "{cold:?}");
    }

    #[test]
    fn without_current_heat_comes_back() {
        let mut unit = Unit::new(&Chiller::Peltier(PeltierParameters::standard()), 22.0);
        let around = Around { tank_c: -8.0, evaporator_c: -8.0, ambient_c: 22.0 };
        let taken = unit.step(&Demand { duty: 0.0, ..FULL }, &around);
        assert!((taken / STEP_S + 12.0 * 0.5215 * 30.0).abs() < 1e-9, "{taken}");
    }
}
