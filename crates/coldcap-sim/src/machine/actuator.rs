//! Valve and pump: demands become motion.

use super::hydraulics::Curve;
use super::parameters::CircuitParameters;
use super::{COOLANT_J_PER_L_K, STEP_S};
use coldcap_units::{Duty, MilliAmps};

/// The share of full scale, 0 to 1.
pub(super) fn share(duty: Duty) -> f64 {
    f64::from(duty.0) / f64::from(u16::MAX)
}

/// The mixing valve. It moves at constant speed; without power its spring closes it as fast.
#[derive(Clone, Debug)]
pub(super) struct Valve {
    position: f64,
    travel: f64,
}

impl Valve {
    /// Closed, which recirculates.
    pub(super) fn new(parameters: &CircuitParameters) -> Self {
        Self { position: 0.0, travel: STEP_S / parameters.valve_stroke_s }
    }

    pub(super) fn step(&mut self, demand: Duty) {
        let distance = share(demand) - self.position;
        self.position += distance.clamp(-self.travel, self.travel);
    }

    /// 0 recirculates, 1 takes everything from the tank.
    pub(super) fn position(&self) -> f64 {
        self.position
    }

    pub(super) fn read_back(&self) -> Duty {
        Duty(libm::round(self.position * f64::from(u16::MAX)) as u16)
    }
}

/// What keeps a pump from pumping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// Nothing does.
    Free,
    /// The way is narrow: a hose is squeezed.
    Narrow,
    /// The way is closed: a kink, or no cap.
    Blocked,
    /// Air is in it: it turns without a load.
    Dry,
    /// The motor is dead.
    Dead,
}

/// Current of the running motor without load and what full duty adds, in mA.
const IDLE_MA: f64 = 120.0;
const LOAD_MA: f64 = 580.0;
/// How much more it draws against a closed way.
const BLOCKED: f64 = 1.4;

/// What a narrow way leaves of the flow, and how much more the pump draws against it.
const NARROW: f64 = 0.35;
const NARROW_LOAD: f64 = 1.2;

/// Of its rated flow so much is at least warmed by a pump with a curve: what hardly moves takes no heat up either.
const LEAST_WARMED: f64 = 0.1;

/// The circulation pump.
#[derive(Clone, Debug)]
pub(super) struct Pump {
    flow: f64,
    current_ma: f64,
    full_flow: f64,
    approach: f64,
    rise_k: f64,
    heat_w: f64,
    curve: Option<Curve>,
}

impl Pump {
    pub(super) fn new(parameters: &CircuitParameters) -> Self {
        let full_flow = parameters.full_flow_l_min / 60.0;
        Self {
            flow: 0.0,
            current_ma: 0.0,
            full_flow,
            approach: -libm::expm1(-STEP_S / parameters.pump_lag_s),
            rise_k: parameters.pump_heat_w / (full_flow * COOLANT_J_PER_L_K),
            heat_w: parameters.pump_heat_w,
            curve: parameters.hydraulics.as_ref().map(Curve::new),
        }
    }

    /// One step against a way of this resistance in Pa s/m³, which matters to a pump with a curve.
    pub(super) fn step(&mut self, demand: Duty, obstacle: Obstacle, resistance: f64) {
        let duty = share(demand);
        let (target, current) = match (obstacle, &self.curve) {
            _ if demand.is_off() => (0.0, 0.0),
            (Obstacle::Free | Obstacle::Narrow, Some(curve)) => {
                let flow = curve.flow(duty, resistance);
                self.rise_k = self.rise_at(duty, flow);
                (flow, self.load(duty, flow) * (IDLE_MA + LOAD_MA * duty))
            }
            (obstacle, _) => self.rated(duty, obstacle),
        };
        self.follow(demand, (target, current), obstacle);
    }

    /// Flow and current of a pump without a curve, or of one that moves nothing.
    fn rated(&self, duty: f64, obstacle: Obstacle) -> (f64, f64) {
        match obstacle {
            Obstacle::Free => (duty * self.full_flow, IDLE_MA + LOAD_MA * duty),
            Obstacle::Narrow => {
                (NARROW * duty * self.full_flow, NARROW_LOAD * (IDLE_MA + LOAD_MA * duty))
            }
            Obstacle::Blocked => (0.0, BLOCKED * (IDLE_MA + LOAD_MA * duty)),
            Obstacle::Dry => (0.0, IDLE_MA),
            Obstacle::Dead => (0.0, 0.0),
        }
    }

    /// How much more a pump with a curve draws against its way than at its rated flow: in a straight line to what it
    /// draws against a closed one.
    fn load(&self, duty: f64, flow: f64) -> f64 {
        let part = (flow / (duty * self.full_flow)).min(1.0);
        BLOCKED + (1.0 - BLOCKED) * part
    }

    /// The heat is the duty's share of that at full duty, whatever flows; at the rated flow that is the same for every duty.
    fn rise_at(&self, duty: f64, flow: f64) -> f64 {
        let least = LEAST_WARMED * duty * self.full_flow;
        duty * self.heat_w / (flow.max(least) * COOLANT_J_PER_L_K)
    }

    fn follow(&mut self, demand: Duty, (target, current): (f64, f64), obstacle: Obstacle) {
        self.flow += (target - self.flow) * self.approach;
        // A closed way stops the coolant at once, and a pump that runs out stops altogether.
        if obstacle == Obstacle::Blocked || self.flow < 1.0e-6 {
            self.flow = 0.0;
        }
        // What is not driven draws nothing, though the coolant still comes to rest.
        let current_left = if demand.is_off() { 0.0 } else { self.current_ma };
        self.current_ma = current_left + (current - current_left) * self.approach;
    }

    /// Flow in L/s.
    pub(super) fn flow(&self) -> f64 {
        self.flow
    }

    /// How much warmer the coolant leaves the pump than it enters, in K: without a curve its heat grows with its flow.
    pub(super) fn rise_k(&self) -> f64 {
        self.rise_k
    }

    /// The motor's current, with `noise_ma` of the measurement added.
    pub(super) fn current(&self, noise_ma: f64) -> MilliAmps {
        MilliAmps(libm::round((self.current_ma + noise_ma).max(0.0)) as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MachineParameters;

    const CIRCUIT: CircuitParameters = MachineParameters::standard().circuit;

    #[test]
    fn the_valve_takes_its_stroke() {
        let mut valve = Valve::new(&CIRCUIT);
        (0..50).for_each(|_| valve.step(Duty::FULL));
        assert!((valve.position() - 0.5).abs() < 1e-9);
        (0..51).for_each(|_| valve.step(Duty::FULL));
        assert_eq!(valve.read_back(), Duty::FULL);
        (0..101).for_each(|_| valve.step(Duty::OFF));
        assert_eq!(valve.read_back(), Duty::OFF);
    }

    #[test]
    fn the_pump_shows_what_hinders_it() {
        let run = |demand, obstacle| {
            let mut pump = Pump::new(&CIRCUIT);
            (0..100).for_each(|_| pump.step(demand, obstacle, 0.0));
            (pump.flow() * 60.0, pump.current(0.0).0)
        };
        let (flow, current) = run(Duty::FULL, Obstacle::Free);
        assert!((flow - 1.0).abs() < 1e-6);
        assert_eq!(current, 700);
        assert_eq!(run(Duty::FULL, Obstacle::Blocked), (0.0, 980));
        assert_eq!(run(Duty::FULL, Obstacle::Dead), (0.0, 0));
        assert_eq!(run(Duty::FULL, Obstacle::Dry), (0.0, 120));
        assert_eq!(run(Duty::OFF, Obstacle::Blocked), (0.0, 0));
    }

    #[test]
    fn a_pump_with_a_curve_warms_by_its_duty_and_not_by_its_flow() {
        let hydraulics = Some(crate::machine::HydraulicParameters::standard());
        let parameters = CircuitParameters { hydraulics, ..CIRCUIT };
        for (duty, resistance) in [(Duty::FULL, 1e9), (Duty::FULL, 3e9), (Duty(32_768), 1e9)] {
            let mut pump = Pump::new(&parameters);
            (0..100).for_each(|_| pump.step(duty, Obstacle::Free, resistance));
            let heat_w = pump.rise_k() * pump.flow() * COOLANT_J_PER_L_K;
            assert!((heat_w - 5.0 * share(duty)).abs() < 1e-6, "{heat_w}");
        }
    }

    #[test]
    fn a_pump_that_is_switched_off_comes_to_rest() {
        let mut pump = Pump::new(&CIRCUIT);
        (0..100).for_each(|_| pump.step(Duty::FULL, Obstacle::Free, 0.0));
        pump.step(Duty::OFF, Obstacle::Free, 0.0);
        assert!(pump.flow() > 0.0 && pump.current(0.0).0 == 0);
        (0..59).for_each(|_| pump.step(Duty::OFF, Obstacle::Free, 0.0));
        assert!(pump.flow() <= 0.0);
    }
}
