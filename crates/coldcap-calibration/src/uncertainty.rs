//! Measurement uncertainty by the GUM, for hosts and provisioning tools (feature `physics`).
//!
//! | What | Where | Source |
//! |---|---|---|
//! | an input from repeated readings | [`Input::type_a`] | JCGM 100:2008, 4.2 |
//! | an input from a stated distribution | [`Input::type_b`] | 4.3 |
//! | correlation of paired readings | [`correlation`] | 5.2.3, equation 17 |
//! | sensitivity coefficients | [`Dual`] numbers: exact derivatives of any formula | 5.1.3 |
//! | combined uncertainty | [`Budget::evaluate`] | equations 10 and 13 |
//! | effective degrees of freedom | [`Combined::dof`] | G.4.1, equation G.2b |
//! | coverage factor from Student's t | [`coverage_factor`] | G.3 |
//! | Monte Carlo as a check of all that | [`Budget::monte_carlo`] | JCGM 101:2008 |
//!
//! On a device the one budget that is needed in a tick, that of heat, is [`crate::heat`] in integers.
//!
//! ```
//! use coldcap_calibration::uncertainty::{Budget, Input};
//!
//! // Heat of a loop: 1.5 L/min (1.5 %), density, specific heat, and 0.700(14) K.
//! let inputs = [
//!     Input::normal(1.5 / 60e3, 0.015 * 1.5 / 60e3).unwrap(),
//!     Input::normal(1031.56, 1.0).unwrap(),
//!     Input::normal(3802.64, 20.0).unwrap(),
//!     Input::normal(0.700, 0.014).unwrap(),
//! ];
//! let heat = Budget::new(inputs).evaluate(|[v, rho, cp, dt]| v * rho * cp * dt).unwrap();
//! assert!((heat.value - 68.65).abs() < 0.005 && (heat.u - 1.755).abs() < 0.0005);
//! ```

mod budget;
mod dual;
mod input;
mod monte_carlo;
mod student;

pub use budget::{Budget, Combined, Expanded};
pub use dual::Dual;
pub use input::{Input, Shape, correlation};
pub use monte_carlo::{Interval, Propagated};
pub use student::{coverage_factor, normal_coverage_factor};

use core::fmt;

/// Why an uncertainty is not computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UncertaintyError {
    /// A value, an uncertainty or a result is infinite, not a number, or negative where it must not be.
    NotFinite,
    /// Fewer than two readings, or not as many of the one as of the other.
    Readings,
    /// Degrees of freedom below 1.
    Dof,
    /// A probability that is not strictly between 0 and 1.
    Probability,
    /// A correlation that is not from −1 to 1, of a quantity with itself, or of one that does not exist; or
    /// correlations that cannot all be true.
    Correlation,
    /// Monte Carlo needs inputs that are independent, and a thousand draws at least.
    Draws,
}

impl fmt::Display for UncertaintyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFinite => "a number is not finite, or negative where it must not be",
            Self::Readings => "at least two readings are needed, of each quantity as many",
            Self::Dof => "degrees of freedom below 1",
            Self::Probability => "a probability must lie between 0 and 1",
            Self::Correlation => "a correlation is impossible",
            Self::Draws => "a thousand draws of independent inputs are the least",
        })
    }
}

impl core::error::Error for UncertaintyError {}
