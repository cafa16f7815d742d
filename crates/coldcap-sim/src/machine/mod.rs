//! The virtual machine: tank, chiller, valve, pump, hoses and cap of every channel.

mod actuator;
mod cap;
mod channel;
mod chiller;
mod coolant;
mod energy;
mod hose;
mod hydraulics;
mod ice;
mod parameters;
mod tank;
mod truth;
mod virtual_machine;

pub use chiller::{Chiller, CompressorParameters, PeltierParameters};
pub use energy::EnergyBalance;
pub use hydraulics::HydraulicParameters;
pub use ice::FreezeParameters;
pub use parameters::{
    CapParameters, CircuitParameters, CrownParameters, MachineParameters, SensorParameters,
    SkinPlace, TankParameters,
};
pub use truth::{CapPlacement, CrownTruth, Truth};
pub use virtual_machine::{BuildError, CAP_IDENTITY, NoSuchChannel, STEP, VirtualMachine};

/// [`STEP`] in seconds.
pub(crate) const STEP_S: f64 = 0.1;

/// Heat capacity of the coolant in J/(L K): propylene glycol, 30 % by mass, at 0 °C. Other
/// mixtures are taken for as good.
pub const COOLANT_J_PER_L_K: f64 = 3_923.0;
