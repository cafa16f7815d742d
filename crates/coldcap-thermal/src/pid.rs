//! A two-degree-of-freedom PID controller over four number types.
//!
//! # The law
//! In ISA form, with setpoint `r`, measurement `y`, feed-forward `f` and output `u`
//! (K. J. Åström and T. Hägglund, *Advanced PID Control*, ISA 2006, chapters 3 and 13):
//!
//! ```text
//! u = ±K · [ (b·r − y) + 1/(Ti·s) · (r − y) + Td·s/(1 + Tf·s) · (c·r − y) ] + f
//! ```
//!
//! The sign is `+` for [`Action::Reverse`] and `−` for [`Action::Direct`]. With the period `h`, in
//! this order:
//!
//! ```text
//! e(k) = r(k) − y(k)
//! I ← I(k−1) ∓ K·(1 − b)·(r(k) − r(k−1))                           r(−1) = 0
//! I ← I + h/Tt·(real(k) − v(k−1))                                  not in the first step
//! D(k) = a·D(k−1) ± K·Td·(1 − a)/h·(c·Δr(k) − Δy(k))               a = exp(−h/Tf); D(0) = 0
//! I(k) = I ± K·h/Ti·e(k)                                           unless it rests, see below
//! v(k) = ±K·e(k) + I(k) + D(k) + f(k)                              rounded once
//! u(k) = v(k) limited to [low, high], and to [u(k−1) − fall, u(k−1) + rise]
//! ```
//!
//! Sums are taken in this order, which matters to floating point: `v = ((±K·e + D) + I) + f`,
//! `D = (a·D + g·(y(k−1) − y(k))) + c·g·Δr` with `g = ±K·Td·(1 − a)/h`, and the lag below as
//! `(real − u) − (v − u)`.
//!
//! The setpoint weight `b` stands in the integral: summed over all moves of the setpoint the second
//! line is `∓K·(1 − b)·r`, so `±K·e + I` is the proportional term `±K·(b·r − y)` of the law and its
//! integral, in exact arithmetic. That way no gain multiplies anything that is not zero at rest, and
//! **gains, weights and limits can be exchanged between any two steps without a bump**: there is nothing
//! to call and nothing to forget.
//!
//! # Anti-windup
//! `achieved(k)` is what the actuator did with `u(k−1)`; `v(k−1)` is what was asked for before any
//! limit. `real(k)` is `achieved(k)` limited to today's `[low, high]`, but `u(k−1)` itself where
//! `achieved(k)` equals it: an actuator that did as it was told lags behind nothing, though the limits
//! became narrower since. Limits, slew limits, time-proportioning, a guard that takes the drive away: all
//! are one thing to the integral, which looks at the lag `real(k) − v(k−1)`. [`AntiWindup`] says how:
//!
//! - **Back-calculation**, the default: the integral follows with the time `Tt`, by default `√(Ti·Td)`,
//!   or `Ti` without derivative action, and never less than `h`. In fixed point the lag counts up to
//!   32 768 units.
//! - **Conditional integration**: the integral rests while its increment has the other sign than the
//!   lag. The second line of the law for `I` then falls away, or stands beside it in
//!   [`AntiWindup::Both`].
//!
//! # Modes and faults
//! [`Mode`] says who decides the output; in every mode but [`Mode::Auto`] the integral is kept where
//! the law would give the output that is driven. An invalid sample is bridged by [`OnInvalid`]: while the
//! last command is held, P, I and D rest as they are, and D rests once more in the step after. A sample that
//! is not a number, or beyond ±[`RANGE`](crate::number::RANGE), is an invalid one. So is one whose setpoint,
//! feed-forward or achieved output is.
//!
//! The first of several faults is named, in the order measurement, setpoint, feed-forward, achieved. In
//! every mode but automatic D is zero. After a fallback, or a mode that ran without a sample, the first
//! valid step neither differentiates nor looks at a lag, but it integrates. `hold` counts steps in
//! automatic only. Slew and bleed start from the last command as today's limits leave it. A manual or
//! tracked output that is not a number holds the last command, whatever the sensor says. Without a
//! sample there is no proportional term to show: it reads zero.
//!
//! # Time
//! [`Jitter`] says what is done about a step out of time. Scaled by the ratio `q` of the time that
//! passed to the period, increments of the integral are multiplied by `q`, and the new derivative by
//! `1/(a + q·(1 − a))`, which makes the pole `1/(1 + q·(1 − a)/a)`: exact at `q = 1`, a backward Euler
//! step of the filter elsewhere. The divisor is at
//! least 1/16, and the pull of back-calculation at most the lag. In fixed point `q`, `a` and the factor are
//! taken in 2⁻¹⁶ there, truncated. A step in which no time passed integrates nothing, and leaves the
//! derivative as it is: the change of the measurement counts in the next step, the kick of a setpoint
//! that moved in it is lost, its weight in the integral is not.
//!
//! # Numbers
//! See [`number`](crate::number). In both fixed-point types products are truncated at 2⁻⁴⁰,
//! toward −∞, and the output is rounded once; the same inputs give the same bits on every machine. So do `f32` and `f64`
//! wherever IEEE 754 is kept (no flush to zero, no contraction).
//!
//! # Storing
//! With the feature `serde`, [`Coefficients`], [`Limits`] and [`Pid`] are stored as they are applied,
//! quantised, with a version: firmware and host tool run from identical numbers. What is read is
//! checked: a gain that could overflow, a state out of its bounds, a limit below the floor is refused
//! by name.
//!
//! # The actuator's read-back
//! Anti-windup believes `achieved`. A read-back that is off by `q` for ever costs a steady error of
//! `q/K·Ti/Tt`; [`valve`](crate::valve) therefore takes a read-back within a tolerance for true.

mod coefficients;
pub(crate) mod design;
#[cfg(test)]
mod extremes;
mod general;
mod limits;
mod signals;
mod step;
#[cfg(feature = "serde")]
mod stored;
mod tuning;
mod words;

pub use coefficients::{AntiWindup, Coefficients, Jitter};
pub use limits::{Fallback, Limits, LimitsError, OnInvalid};
pub use signals::{Flags, Input, Mode, Step};
pub use step::Pid;
#[cfg(feature = "serde")]
pub use stored::{StoredCoefficients, StoredError, StoredLimits, StoredPid};
pub use tuning::{Action, Tuning, TuningError};
