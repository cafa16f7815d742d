//! Drivers on `embedded-hal` 1.0 between a board and coldcap.
//!
//! # Temperature front ends
//! What is read becomes a [`Reading`](coldcap_units::Reading) of a [`Ratio`](coldcap_units::Ratio), or a typed
//! [`Fault`](coldcap_units::Fault); [`front_end`] says how they are asked.
//!
//! | part | bus | what is read | what it finds |
//! |---|---|---|---|
//! | [`max31865`] | SPI | one platinum thermometer | each of six fault bits, limits, lost configuration, stuck bus |
//! | [`ads1220`] | SPI | up to four thermistors or platinum thermometers | both ends of the range, lost configuration, stuck bus |
//! | [`ads124s08`] | SPI | up to twelve of them | eight status bits, check value, lost configuration, stuck bus |
//! | [`tmp117`] | I²C | its own temperature | not ready, start value, range, identity, lost configuration, stuck bus |
//!
//! The guard's limits take a higher code for a colder sensor: thermistors to ground do that, and [`tmp117`] by its mapping.
//! A platinum thermometer's ratio rises; see [`Scale::falling`](front_end::Scale::falling).
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

pub mod ads1220;
pub mod ads124s08;
pub mod front_end;
pub mod max31865;
pub mod tmp117;
