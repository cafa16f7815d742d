//! The floating-point formulas behind the tables, and the generator that certifies them (feature
//! `physics`).
//!
//! For hosts and build tools: it is the oracle of the integer tables, the front end of the simulator and
//! the `convert` command. Everything is `f64` with the `libm` crate, so hosts agree to the bit.
//! Temperatures are in °C, resistances in ohms, voltages in millivolts.
//!
//! ```
//! use coldcap_calibration::physics::curve::Curve;
//! use coldcap_calibration::physics::CurveError;
//!
//! let pt100 = Curve::from_name("pt100").unwrap();
//! assert!((pt100.inverse(92.1599, 0.0).unwrap() - -20.0).abs() < 1e-4);
//! assert_eq!(pt100.inverse(1e6, 0.0), Err(CurveError::Open));
//! ```

pub mod beta;
pub mod coolant;
pub mod curve;
pub mod drop;
mod error;
pub mod flux;
pub mod front_end;
pub mod generate;
pub mod half_space;
pub mod installed;
mod interval;
pub mod limits;
pub mod ntc;
pub mod platinum;
mod remainder;
pub mod sensor_model;
pub(crate) mod solve;
pub mod source;
pub mod thermocouple;
pub mod wiring;

pub use error::CurveError;
