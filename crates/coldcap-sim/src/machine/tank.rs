//! The tank, its evaporator and the chiller behind it.

use super::chiller::{Around, Demand, Unit};
use super::coolant::freezing_c;
use super::energy::EnergyBalance;
use super::ice::Ice;
use super::parameters::TankParameters;
use super::{COOLANT_J_PER_L_K, STEP_S};

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
    chiller: Unit,
    ice: Option<Ice>,
    /// What is left of the chiller's power and of the evaporator's conductance: 1 but for a fault.
    power: f64,
    conducts: f64,
}

impl Tank {
    /// Full, at its starting temperature, in a room of `ambient_c`; so much of its coolant is `glycol`.
    pub(super) fn new(parameters: &TankParameters, ambient_c: f64, glycol: f64) -> Self {
        Self {
            parameters: *parameters,
            litres: parameters.litres,
            coolant_c: parameters.start_c,
            evaporator_c: parameters.start_c,
            chiller: Unit::new(&parameters.chiller, ambient_c),
            ice: parameters.freeze.map(|freeze| Ice::new(&freeze, freezing_c(glycol))),
            power: 1.0,
            conducts: 1.0,
        }
    }

    /// A chiller without refrigerant, and ice on the evaporator, or neither.
    pub(super) const fn suffer(&mut self, weak: bool, iced: bool) {
        self.power = if weak { WEAK } else { 1.0 };
        self.conducts = if iced { ICED } else { 1.0 };
    }

    /// One step: the chiller is asked for `duty` of its power, and has none where it is not `powered`; the channels bring
    /// `heat_j`.
    pub(super) fn step(
        &mut self,
        (duty, powered): (f64, bool),
        heat_j: f64,
        ambient_c: f64,
        balance: &mut EnergyBalance,
    ) {
        let parameters = &self.parameters;
        let (coolant_c, evaporator_c) = (self.coolant_c, self.evaporator_c);
        let demand = Demand { duty, powered, left: self.power };
        let around = Around { tank_c: coolant_c, evaporator_c, ambient_c };
        let chilled = self.chiller.step(&demand, &around);
        let w_per_k = parameters.evaporator_w_per_k * self.conducts;
        let (given, taken) = match &mut self.ice {
            Some(ice) => ice.step(w_per_k, coolant_c, evaporator_c),
            None => {
                let conducted = w_per_k * (coolant_c - evaporator_c) * STEP_S;
                (conducted, conducted)
            }
        };
        let gained = parameters.gain_w_per_k * (ambient_c - self.coolant_c) * STEP_S;
        self.evaporator_c += (taken - chilled) / parameters.evaporator_j_per_k;
        self.coolant_c += (gained + heat_j - given) / (self.litres * COOLANT_J_PER_L_K);
        balance.chiller_j += chilled;
        balance.room_j += gained;
    }

    /// One step of a leak.
    pub(super) fn leak(&mut self, balance: &mut EnergyBalance) {
        let lost = LEAK.min(self.litres - SUMP).max(0.0);
        self.litres -= lost;
        balance.leak_j += lost * COOLANT_J_PER_L_K * self.coolant_c;
    }

    pub(super) fn coolant_c(&self) -> f64 {
        self.coolant_c
    }

    pub(super) fn evaporator_c(&self) -> f64 {
        self.evaporator_c
    }

    /// Temperature of the chiller's heatsink in °C, where it has one.
    pub(super) const fn sink_c(&self) -> Option<f64> {
        self.chiller.sink_c()
    }

    /// Thickness of the ice on the evaporator in mm.
    pub(super) fn ice_mm(&self) -> f64 {
        self.ice.as_ref().map_or(0.0, |ice| ice.thickness_m() * 1_000.0)
    }

    /// Whether the level switch is closed.
    pub(super) fn level_is_sufficient(&self) -> bool {
        self.litres >= self.parameters.low_level_litres
    }

    /// Heat in J, counted from 0 °C.
    pub(super) fn stored(&self) -> f64 {
        self.litres * COOLANT_J_PER_L_K * self.coolant_c
            + self.parameters.evaporator_j_per_k * self.evaporator_c
            + self.ice.as_ref().map_or(0.0, Ice::stored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MachineParameters;
    use crate::machine::CompressorParameters;

    fn standard() -> Tank {
        Tank::new(&MachineParameters::standard().tank, 22.0, 0.3)
    }

    /// Closed solution of the pull-down with power linear in temperature and the evaporator's
    /// capacity added to the tank's.
    #[test]
    fn the_pull_down_follows_its_exponential() {
        let parameters = MachineParameters::standard().tank;
        let compressor = CompressorParameters::standard();
        let mut tank = standard();
        let mut balance = EnergyBalance::default();
        for _ in 0..15 * 600 {
            tank.step((1.0, true), 0.0, 22.0, &mut balance);
        }
        let slope = compressor.slope_w_per_k + parameters.gain_w_per_k;
        let capacity = parameters.litres * COOLANT_J_PER_L_K + parameters.evaporator_j_per_k;
        let drop = compressor.full_w / slope * -libm::expm1(-900.0 * slope / capacity);
        assert!((tank.coolant_c() - (22.0 - drop)).abs() < 0.4, "{}", tank.coolant_c());
    }

    #[test]
    fn a_leak_opens_the_level_switch_and_stops_at_the_sump() {
        let mut tank = standard();
        let mut balance = EnergyBalance::default();
        (0..990 * 10).for_each(|_| tank.leak(&mut balance));
        assert!(tank.level_is_sufficient());
        (0..20 * 10).for_each(|_| tank.leak(&mut balance));
        assert!(!tank.level_is_sufficient());
        (0..7_200 * 10).for_each(|_| tank.leak(&mut balance));
        assert!((tank.litres - SUMP).abs() < 1e-9);
    }
}
