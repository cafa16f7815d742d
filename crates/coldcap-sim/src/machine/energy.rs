//! Where the heat went.

/// Every joule since the machine was built, so that a run can show that it makes none up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EnergyBalance {
    /// Heat stored now in the tank, the evaporator, the hoses, the caps and the scalps, counted from
    /// 0 °C, in J.
    pub stored_j: f64,
    /// The same when the machine was built, in J.
    pub initial_j: f64,
    /// Heat that blood and tissue brought to the scalps, in J.
    pub patients_j: f64,
    /// Heat that came from the room, less what bare skin gave to it, in J.
    pub room_j: f64,
    /// Heat of the pumps, in J.
    pub pumps_j: f64,
    /// Heat that the chiller took out, in J.
    pub chiller_j: f64,
    /// Heat that left with leaked coolant, counted from 0 °C, in J.
    pub leak_j: f64,
}

impl EnergyBalance {
    /// Heat that came from nowhere, in J; zero but for rounding.
    #[must_use]
    pub fn residual_j(&self) -> f64 {
        let net = self.patients_j + self.room_j + self.pumps_j - self.chiller_j - self.leak_j;
        self.stored_j - self.initial_j - net
    }
}
