//! Fits: least squares with covariance, and what calibrations are made of (feature `physics`).
//!
//! | Module | What it fits |
//! |---|---|
//! | [`least_squares`] | any model that is linear in its coefficients, with covariance |
//! | [`polynomial`] | a polynomial, centred and scaled, with its uncertainty at any point |
//! | [`robust`] | the same with Huber's weights, and a test for outliers |
//! | [`steinhart_hart`] | a thermistor's equation to a table or to a few points |
//! | [`ln_resistance`] | a known thermistor's gain and offset to points of a calibration bath |
//!
//! For provisioning and host tools, never in a tick. Everything is `f64` with the `libm` crate, without a
//! heap: coefficients are counted by a const parameter, and observations come from an iterator that can
//! be cloned, since a fit passes over them several times.
//!
//! ```
//! use coldcap_calibration::fit::least_squares::{Observation, Spread, least_squares};
//!
//! // A line through four points: columns 1 and x.
//! let points = [(0.0, 1.1), (1.0, 2.9), (2.0, 5.1), (3.0, 6.9)];
//! let line = points.iter().map(|&(x, y)| Observation::new([1.0, x], y));
//! let fit = least_squares(line).unwrap();
//! assert!((fit.coefficients()[1] - 1.96).abs() < 1e-12);
//! assert_eq!(fit.degrees_of_freedom(), 2);
//! assert!(fit.uncertainty(&[1.0, 1.5], Spread::Residuals).unwrap() < 0.1);
//! ```

mod double;
mod error;
pub mod least_squares;
pub mod ln_resistance;
pub mod polynomial;
pub mod robust;
pub mod steinhart_hart;
mod triangle;

pub use error::FitError;
