//! Checks of a calibrated sensor in service: is it still what its certificate says?
//!
//! | Module | What it asks |
//! |---|---|
//! | [`ice_point`] | does it read 0 °C in ice and water? |
//! | [`cross_check`] | do two sensors in one place agree within their uncertainties? |
//! | [`drift`] | do its checks, one after another, wander off? |
//! | [`due`] | was it calibrated, and not too long ago? |
//!
//! Integers and constant memory throughout. None of them changes what a sensor reads.

pub mod cross_check;
pub mod drift;
pub mod due;
pub mod ice_point;
