//! The virtual patient: a scalp that conducts, is perfused, and shuts its vessels in the cold.

mod mesh;
mod parameters;
mod perfusion;
mod population;
mod scalp;

pub use parameters::PatientParameters;
pub use population::Population;
pub use scalp::{Boundary, Scalp, ScalpHeat};
