//! Thermal control of a cooling machine: PID, loops, outputs, tuning, supervision.
//!
//! Integers only, but for the controllers in `f32` and `f64`, for coefficients, which are computed once,
//! and for what [`tune`] solves after an experiment. The same inputs give the same bits on every
//! target; no step allocates, divides by a variable that could be zero, loops without a bound, or
//! panics. Nothing here reads a clock or a sensor: every function takes values and returns
//! values.
//!
//! | module | what it does |
//! |---|---|
//! | [`pid`] | two-degree-of-freedom PID over four number types: modes, typed faults, limits, anti-windup on what the actuator really did |
//! | [`number`] | the four number types |
//! | [`filter`] | second-order filter of a measurement |
//! | [`cascade`], [`select`], [`schedule`], [`feed_forward`] | loops of loops: cascade, override, gain table, measured load |
//! | [`output`] | time proportioning with minimum times, quantiser, interlock, heat/cool split; each says what was achieved |
//! | [`tune`] | identifies a plant by a bounded experiment or from a record, and proposes gains |
//! | [`watch`] | a supervisor of one loop: no progress, runaway, stuck actuator, frozen or noisy sensor |
//! | [`ramp`] | lets the effective setpoint get colder at a bounded rate, and warmer at once |
//! | [`valve`] | turns the 0 to 1 command into a slew-limited [`Duty`](coldcap_units::Duty) and reads back what was achieved |
//! | [`tank`] | on/off chiller with hysteresis and minimum on and off times |
//! | [`channel`] | the coolant loop: joins ramp, feed-forward, PID and valve, and holds the supply temperature |
//! | [`cap`] | the cap loop: holds the cap's inner face by way of the coolant loop, above a freeze floor |
//! | [`arbiter`] | what the shared tank must be to serve every channel |
//! | [`skin`] | the scalp skin as estimated, with its uncertainty; the length of a break; doubtful contact |
//!
//! # What it promises
//! - **Off is the answer to doubt.** No target, or an invalid sensor, closes the valve and stops the
//!   chiller in that very step, whatever slew limits and minimum times say.
//! - **Cooling down is bounded, warming up is not.** A loop that starts, or comes back from a fault,
//!   begins at the temperature that is measured and gets colder at the ramp's rate.
//! - **A fault is typed.** An invalid sample holds the integral; it never enters the arithmetic.
//! - **Nothing winds up.** The integral follows what the actuator achieved: after any length of
//!   saturation the command leaves the limit in the step in which the error turns round.
//!
//! A chapter with figures and an example for each part: `docs/thermal-control.md`.
//!
//! # Example
//! One channel, one step every 100 ms:
//!
//! ```
//! use coldcap_thermal::channel::{CoolantLoop, LoopConfig, LoopInput};
//! use coldcap_units::{Coolant, Duration, Duty, MillilitersPerMinute};
//!
//! let period = Duration::from_millis(100);
//! let config = LoopConfig::reference(period)?;
//! let mut channel = CoolantLoop::new();
//! let output = channel.step(&config, LoopInput {
//!     target: Some(Coolant::from_milli(-4_000)),
//!     supply: Ok(Coolant::from_milli(22_000)),
//!     returned: Ok(Coolant::from_milli(22_000)),
//!     tank: Ok(Coolant::from_milli(-8_000)),
//!     flow: Ok(MillilitersPerMinute(1_000)),
//!     valve_achieved: Duty::OFF,
//!     dt: period,
//! });
//! // The effective setpoint starts at the measured 22 °C and has moved by 100 ms of 3 K/min.
//! assert_eq!(output.effective.map(Coolant::to_milli), Some(21_995));
//! # Ok::<(), coldcap_thermal::pid::TuningError>(())
//! ```
//!
//! # What it does not do
//! It does not judge whether a temperature is safe, and does not know whether anybody wears the cap:
//! the guard limits every demand that comes out of here. Gains that [`tune`] proposes are never applied
//! on their own.
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

pub mod arbiter;
pub mod cap;
pub mod cascade;
pub mod channel;
pub mod feed_forward;
pub mod filter;
pub mod number;
pub mod output;
pub mod pid;
pub mod ramp;
pub mod schedule;
pub mod select;
pub mod skin;
pub mod tank;
pub mod tune;
pub mod valve;
pub mod watch;
