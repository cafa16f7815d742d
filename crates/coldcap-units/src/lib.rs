//! Quantities, time, readings and the one list of faults.
//!
//! Every number that crosses a seam of coldcap has a unit in its type. A temperature is a *point*
//! ([`Celsius`]) or a *difference* ([`Kelvin`]); three kinds of point that must never be mixed up have
//! types of their own: [`Coolant`], [`Interface`] and [`Skin`]. A sensor value travels as a
//! [`Reading`], which is a value or a typed [`Fault`] together with the instant at which it was taken.
//!
//! ```
//! use coldcap_units::{Celsius, Kelvin, Fault, Instant, Duration, Reading};
//!
//! let supply = Celsius::from_milli(-4_000);
//! let returned = Celsius::from_milli(-2_500);
//! assert_eq!(returned.minus(supply), Kelvin::from_milli(1_500));
//!
//! let taken = Instant::from_millis(1_000);
//! let reading = Reading::new(supply, taken);
//! let now = taken.plus(Duration::from_millis(2_500));
//! assert_eq!(reading.within(now, Duration::from_secs(2)), Err(Fault::Stale));
//! ```
//!
//! Two points cannot be added:
//!
//! ```compile_fail
//! use coldcap_units::Celsius;
//! let nonsense = Celsius::from_milli(1) + Celsius::from_milli(2);
//! ```
//!
//! What must outlive the power has fixed bytes: [`stored`].
//!
//! No heap, no float, no panic. Arithmetic saturates, and says so where it matters.
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

mod division;
mod electrical;
mod fault;
mod flow;
mod reading;
pub mod stored;
mod temperature;
mod time;

pub use division::{quotient, short_quotient, unsigned_quotient};
pub use electrical::{Duty, MilliAmps, Permille, Ratio};
pub use fault::Fault;
pub use flow::{MillilitersPerMinute, Pulses};
pub use reading::Reading;
pub use temperature::{Celsius, Coolant, Interface, Kelvin, MicroCelsius, Skin};
pub use time::{Duration, Instant};
