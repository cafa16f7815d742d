//! What is really so, beside what the sensors say.

/// Where a channel's cap is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CapPlacement {
    /// Neither coupled nor on the head. Nothing flows through it.
    #[default]
    Off,
    /// Coupled to its hoses, but not on the head.
    Coupled,
    /// Coupled and on the head.
    Worn,
    /// On the head with its hoses off, as in a break.
    Disconnected,
}

impl CapPlacement {
    /// Whether its hoses are coupled.
    #[must_use]
    pub const fn is_coupled(self) -> bool {
        matches!(self, Self::Coupled | Self::Worn)
    }

    /// Whether it is on the head.
    #[must_use]
    pub const fn is_worn(self) -> bool {
        matches!(self, Self::Worn | Self::Disconnected)
    }
}

/// What is really so on one channel: no lag, no noise, no offset, no fault of a sensor.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Truth {
    /// Temperature of the skin's surface in °C, the mean of front, rear and crown by their areas.
    pub skin_c: f64,
    /// The coldest of them in °C.
    pub coldest_skin_c: f64,
    /// Temperature 2 mm under the surface in °C, the mean as above.
    pub follicle_c: f64,
    /// Temperature of the cap's inner face in front in °C.
    pub interface_front_c: f64,
    /// Temperature of the cap's inner face at the rear in °C.
    pub interface_rear_c: f64,
    /// Temperature of the coolant behind the mixing valve and the pump in °C.
    pub supply_c: f64,
    /// Temperature of the coolant that comes back in °C.
    pub return_c: f64,
    /// Temperature of the tank in °C.
    pub tank_c: f64,
    /// Temperature of the evaporator in °C.
    pub evaporator_c: f64,
    /// Thickness of the ice on the evaporator in mm; 0 where none is modelled.
    pub ice_mm: f64,
    /// Temperature of the chiller's heatsink in °C, where it is modelled.
    pub heatsink_c: Option<f64>,
    /// Share of its warm perfusion that the skin still has, 0.25 to 1, the mean as above.
    pub perfusion: f64,
    /// Heat from the head into the cap in W; 0 while it is not worn.
    pub heat_w: f64,
    /// Flow through the cap in L/min.
    pub flow_l_min: f64,
    /// The crown, where the cap has one.
    pub crown: Option<CrownTruth>,
}

/// What is really so under the crown of a cap.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CrownTruth {
    /// Temperature of the skin's surface in °C.
    pub skin_c: f64,
    /// Temperature 2 mm under the surface in °C.
    pub follicle_c: f64,
    /// Temperature of the cap's inner face in °C.
    pub interface_c: f64,
}
