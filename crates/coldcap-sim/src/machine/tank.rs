//! The tank, its evaporator and the compressor behind it.

use super::energy::EnergyBalance;
use super::parameters::TankParameters;
use super::{COOLANT_J_PER_L_K, STEP_S};

/// The tank temperature at which the chiller has its nominal power, in °C.
const NOMINAL_C: f64 = 22.0;
/// How fast a leak empties the tank, in L a step: 60 mL/min.
const LEAK: f64 = 0.001 * STEP_S;
/// What a leak cannot empty, in L.
const SUMP: f64 = 0.5;

/// What is left of the power of a chiller without refrigerant, and of the conductance of an evaporator under ice.
const WEAK: f64 = 0.1;
const ICED: f64 = 1.0 / 12.0;

/// The stirred tank with the evaporator in it.
#[derive(Clone, Debug)]
pub(super) struct Tank {
    parameters: TankParameters,
    litres: f64,
    coolant_c: f64,
    evaporator_c: f64,
    /// What is left of the chiller's power and of the evaporator's conductance: 1 but for a fault.
    power: f64,
    conducts: f64,
}

impl Tank {
    /// Full, at its starting temperature.
    pub(super) fn new(parameters: &TankParameters) -> Self {
        Self {
            parameters: *parameters,
            litres: parameters.litres,
            coolant_c: parameters.start_c,
            evaporator_c: parameters.start_c,
            power: 1.0,
            conducts: 1.0,
        }
    }

    /// A chiller without refrigerant, and ice on the evaporator, or neither.
    pub(super) const fn suffer(&mut self, weak: bool, iced: bool) {
        self.power = if weak { WEAK } else { 1.0 };
        self.conducts = if iced { ICED } else { 1.0 };
    }

    /// One step: the chiller runs at `duty` of its power, the channels bring `heat_j`.
    pub(super) fn step(
        &mut self,
        duty: f64,
        heat_j: f64,
        ambient_c: f64,
        balance: &mut EnergyBalance,
    ) {
        let parameters = &self.parameters;
        let chilled = duty * self.chiller_w() * STEP_S;
        let conducted = parameters.evaporator_w_per_k
            * self.conducts
            * (self.coolant_c - self.evaporator_c)
            * STEP_S;
        let gained = parameters.gain_w_per_k * (ambient_c - self.coolant_c) * STEP_S;
        self.evaporator_c += (conducted - chilled) / parameters.evaporator_j_per_k;
        self.coolant_c += (gained + heat_j - conducted) / (self.litres * COOLANT_J_PER_L_K);
        balance.chiller_j += chilled;
        balance.room_j += gained;
    }

    /// One step of a leak.
    pub(super) fn leak(&mut self, balance: &mut EnergyBalance) {
        let lost = LEAK.min(self.litres - SUMP).max(0.0);
        self.litres -= lost;
        balance.leak_j += lost * COOLANT_J_PER_L_K * self.coolant_c;
    }

    /// Cooling power at full duty in W.
    fn chiller_w(&self) -> f64 {
        let Self { parameters, coolant_c, .. } = self;
        let slope = parameters.chiller_slope_w_per_k;
        self.power * (parameters.chiller_w - slope * (NOMINAL_C - coolant_c)).max(0.0)
    }

    pub(super) fn coolant_c(&self) -> f64 {
        self.coolant_c
    }

    pub(super) fn evaporator_c(&self) -> f64 {
        self.evaporator_c
    }

    /// Whether the level switch is closed.
    pub(super) fn level_is_sufficient(&self) -> bool {
        self.litres >= self.parameters.low_level_litres
    }

    /// Heat in J, counted from 0 °C.
    pub(super) fn stored(&self) -> f64 {
        self.litres * COOLANT_J_PER_L_K * self.coolant_c
            + self.parameters.evaporator_j_per_k * self.evaporator_c
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MachineParameters;

    /// Closed solution of the pull-down with power linear in temperature and the evaporator's
    /// capacity added to the tank's.
    #[test]
    fn the_pull_down_follows_its_exponential() {
        let parameters = MachineParameters::standard().tank;
        let mut tank = Tank::new(&parameters);
        let mut balance = EnergyBalance::default();
        for _ in 0..15 * 600 {
            tank.step(1.0, 0.0, 22.0, &mut balance);
        }
        let slope = parameters.chiller_slope_w_per_k + parameters.gain_w_per_k;
        let capacity = parameters.litres * COOLANT_J_PER_L_K + parameters.evaporator_j_per_k;
        let drop = parameters.chiller_w / slope * -libm::expm1(-900.0 * slope / capacity);
        assert!((tank.coolant_c() - (22.0 - drop)).abs() < 0.4, "{}", tank.coolant_c());
    }

    #[test]
    fn a_leak_opens_the_level_switch_and_stops_at_the_sump() {
        let mut tank = Tank::new(&MachineParameters::standard().tank);
        let mut balance = EnergyBalance::default();
        (0..990 * 10).for_each(|_| tank.leak(&mut balance));
        assert!(tank.level_is_sufficient());
        (0..20 * 10).for_each(|_| tank.leak(&mut balance));
        assert!(!tank.level_is_sufficient());
        (0..7_200 * 10).for_each(|_| tank.leak(&mut balance));
        assert!((tank.litres - SUMP).abs() < 1e-9);
    }
}
