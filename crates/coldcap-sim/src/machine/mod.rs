//! The virtual machine: tank, chiller, valve, pump, hoses and cap of every channel.

mod actuator;
mod cap;
mod channel;
mod energy;
mod hose;
mod parameters;
mod tank;
mod truth;
mod virtual_machine;

pub use energy::EnergyBalance;
pub use parameters::{
    CapParameters, CircuitParameters, CrownParameters, MachineParameters, SensorParameters,
    SkinPlace, TankParameters,
};
pub use truth::{CapPlacement, CrownTruth, Truth};
pub use virtual_machine::{BuildError, CAP_IDENTITY, NoSuchChannel, STEP, VirtualMachine};

/// [`STEP`] in seconds.
pub(crate) const STEP_S: f64 = 0.1;

/// Heat capacity of the coolant in J/(L K): propylene glycol, 30 % by mass, at 0 °C.
pub const COOLANT_J_PER_L_K: f64 = 3_923.0;
