//! Coolant flow: as a meter counts it, and as a quantity.

use crate::Duration;

/// A volume flow in millilitres per minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MillilitersPerMinute(pub u16);

/// What a flow meter counted: edges within a window of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pulses {
    /// Edges counted.
    pub edges: u16,
    /// How long was counted.
    pub window: Duration,
}
