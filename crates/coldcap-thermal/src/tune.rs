//! Identification of a plant, and gains for it: nothing here is ever applied on its own.
//!
//! | module | what it does |
//! |---|---|
//! | [`relay`] | an asymmetric relay test at two levels, bounded in output, measurement and time |
//! | [`step_test`] | a step test within the same bounds |
//! | [`fit`] | the model that fits a recorded `time, input, output` best |
//! | [`model`] | first order with delay, its ultimate gain and period, and how sure all that is |
//! | [`rules`] | from a model to gains: SIMC, AMIGO, Lambda, Tyreus–Luyben, and Ziegler–Nichols to compare |
//!
//! # Two halves
//! While an experiment runs, every tick is integers in constant memory: the measurement is averaged
//! over blocks whose length doubles as the test goes on, and the instants at which the output changed
//! are kept to the millisecond. After it, [`relay::RelayTest::propose`] and its like solve in `f64`
//! with the `libm` crate, so that the same record gives the same model on every target.
//!
//! # One way to solve
//! All three sources give the same evidence: what the input was and when, and means of the output over
//! known spans. For a plant of first order with delay the output is known exactly,
//!
//! ```text
//! y(t) = offset + gain · x(t; T, L) + deviation · exp(−(t − t₀)/T),     T·x′ = −x + u(t − L) − u(t₀)
//! ```
//!
//! and so are its means. For given T and L it is linear in offset, gain and deviation; T and L are
//! found by Levenberg and Marquardt's method on what remains (variable projection: G. Golub and
//! V. Pereyra, *SIAM J. Numer. Anal.* 10 (1973) 413), from the best point of a coarse grid.
//!
//! The offset takes up a constant load of any size. The deviation, where the record holds enough to
//! tell, takes up a plant that was not at rest at the beginning.
//!
//! # Confidence
//! `confidence = 1/(1 + (4·r)²) · 1/(1 + (4·s)²)`, where r is the rms of the residual over the span of
//! the modelled response, and s the largest of the standard errors of gain (relative), time constant
//! (relative) and delay (over T + L). The standard errors count residuals that are alike from one to
//! the next as fewer observations, `n·(1 − ρ)/(1 + ρ)`. At r = 25 % or s = 25 % a factor is one half.

mod block;
mod estimate;
mod experiment;
pub mod fit;
pub mod model;
mod normal;
mod proposal;
pub mod relay;
mod response;
pub mod rules;
mod solve;
pub mod step_test;

pub use experiment::{AbortReason, ConfigError, Directive, Envelope};
pub use proposal::{Proposal, Refusal};
