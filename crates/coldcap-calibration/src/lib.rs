//! From raw codes to quantities, and from a head to a cap.
//!
//! | Module | What it turns into what |
//! |---|---|
//! | [`table`] | a raw converter code into a temperature, with a certified error bound |
//! | [`curves`] | the tables that coldcap ships, and the guard's raw-code limits |
//! | [`limit`] | a raw-code limit with the temperatures that it surely means |
//! | [`flow`] | counted edges into a volume flow |
//! | [`coolant`] | a temperature into density, specific heat, viscosity and conductivity, with uncertainty |
//! | [`heat`] | a flow, two temperatures and a coolant into heat with its uncertainty |
//! | [`hair`] | names for how much hair there is, and of what kind |
//! | [`cap`] | repeated measures of a head into cap sizes with their probabilities |
//! | [`certificate`] | what a sensor's calibration found into the 192 bytes that a device keeps |
//! | [`sensor`] | a table and its certificate into a calibrated sensor of a device |
//! | [`check`] | readings in service into whether a sensor still is what its certificate says |
//! | [`isothermal`] | four sensors in one bath into the offsets between them |
//! | [`contact`] | two minutes of a worn cap into conductances of its zones and a verdict |
//! | [`time_stamp`] | a clock and what is known of it into when something was calibrated |
//! | [`progress`] | whether a test that takes many ticks still runs, or how it ended |
//! | [`record`] | all of that into the 64 bytes that a course of treatment keeps |
//! | `uncertainty` | measurement uncertainty by the GUM (feature `physics`, hosts only) |
//! | `fit` | tables and bath points into curves with their uncertainty (feature `physics`, hosts only) |
//! | `procedure` | codes in baths into a certificate and the sensor's own table (feature `physics`, hosts only) |
//! | `lint` | published tables into what is wrong with them (feature `physics`, hosts only) |
//! | `physics` | the floating-point formulas behind the tables (feature `physics`, hosts only) |
//!
//! Every value is a number or a typed fault, never a clamped number: a wrong number is worse than
//! none. An open sensor, a shorted one, and one beyond its calibrated span are told apart.
//!
//! ```
//! use coldcap_calibration::curves::ntc_10k3a1;
//! use coldcap_units::{Fault, Ratio};
//!
//! // The reference thermistor under its 10 kΩ pull-up: at 25 °C half of full scale.
//! let at_25 = ntc_10k3a1::TABLE.eval(Ratio(0x8000_0000)).unwrap();
//! assert!((at_25.0 - 25_000_000).abs() < 100);
//!
//! // A broken wire and a short circuit are faults, not temperatures.
//! assert_eq!(ntc_10k3a1::TABLE.eval(Ratio(u32::MAX)), Err(Fault::Open));
//! assert_eq!(ntc_10k3a1::TABLE.eval(Ratio(0)), Err(Fault::Short));
//! ```
//!
//! # On a device
//! Without the feature `physics` the crate is integers only: no float, no heap, no panic, no recursion,
//! no loop that is not bounded by a constant or by the length of a slice that the caller handed over.
//! The same inputs give the same bits on every target.
//!
//! # What it does not know
//! Thresholds of [`contact`] and the ladder of [`cap`] come from published physiology and head surveys,
//! not from a trial of a cap. They are data to be replaced by measurements on the real one.
#![no_std]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::float_arithmetic
    )
)]

mod average;
mod bytes;
pub mod cap;
pub mod certificate;
pub mod check;
pub mod contact;
pub mod coolant;
pub mod curves;
mod digest;
#[cfg(feature = "physics")]
#[cfg_attr(not(test), allow(clippy::float_arithmetic))]
pub mod fit;
pub mod flow;
pub mod hair;
pub mod heat;
pub mod isothermal;
pub mod limit;
#[cfg(feature = "physics")]
#[cfg_attr(not(test), allow(clippy::float_arithmetic))]
pub mod lint;
#[cfg(feature = "physics")]
#[cfg_attr(not(test), allow(clippy::float_arithmetic))]
pub mod physics;
#[cfg(feature = "physics")]
#[cfg_attr(not(test), allow(clippy::float_arithmetic))]
pub mod procedure;
pub mod progress;
pub mod record;
mod root;
mod scatter;
pub mod sensor;
pub mod table;
pub mod time_stamp;

#[cfg(feature = "physics")]
#[cfg_attr(not(test), allow(clippy::float_arithmetic))]
pub mod uncertainty;
