//! What a session asks of the machine. The interlock may still take it away.

use coldcap_units::{Coolant, Interface};

/// What one channel wants. It is a wish: the guard decides what is permitted.
///
/// Of `target` and `cap` at most one is there: the supply is held, or the interface is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Demand {
    /// Whether the pump should run.
    pub circulate: bool,
    /// Coolant mode: the supply temperature to reach, by a ramp. Where neither this nor `cap` is there,
    /// the pump may run, but uncooled.
    pub target: Option<Coolant>,
    /// Cap mode: the interface to hold by a cascade whose inner loop is the supply.
    pub cap: Option<CapDemand>,
    /// The coldest supply that the tank must be ready for. `None`: this channel does not need the tank.
    pub tank: Option<Coolant>,
}

/// What cap mode wants of the thermal layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CapDemand {
    /// The temperature of the cap's inner face to reach, by a ramp.
    pub interface: Interface,
    /// The coldest supply that the cascade may ask for. The tank is wished cold enough for it.
    pub coldest_supply: Coolant,
}
