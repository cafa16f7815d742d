//! What a session asks of the machine. The interlock may still take it away.

use coldcap_units::Coolant;

/// What one channel wants. It is a wish: the guard decides what is permitted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Demand {
    /// Whether the pump should run.
    pub circulate: bool,
    /// The supply temperature to reach, by a ramp. `None`: the pump may run, but uncooled.
    pub target: Option<Coolant>,
    /// The temperature to hold the tank ready for. `None`: this channel does not need the tank.
    pub tank: Option<Coolant>,
}
