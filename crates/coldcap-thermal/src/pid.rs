//! A two-degree-of-freedom PID controller in integers.
//!
//! # The law
//! In ISA form, with setpoint `r`, measurement `y`, feed-forward `f` and output `u`
//! (K. J. Åström and T. Hägglund, *Advanced PID Control*, ISA 2006, chapters 3 and 13):
//!
//! ```text
//! u = ±K · [ (b·r − y) + 1/(Ti·s) · (r − y) + Td·s/(1 + Tf·s) · (c·r − y) ] + f
//! ```
//!
//! The sign is `+` for [`Action::Reverse`] and `−` for [`Action::Direct`]. With the period `h`:
//!
//! ```text
//! P(k) = ±K·b·r(k) ∓ K·y(k)
//! I(k) = I(k−1) ± K·h/Ti·(r(k) − y(k)) + h/Tt·(achieved(k) − v(k−1))
//! D(k) = a·D(k−1) ± K·Td·(1 − a)/h·(c·Δr(k) − Δy(k))         a = exp(−h/Tf)
//! v(k) = P(k) + I(k) + D(k) + f(k)                           rounded to 2⁻¹⁶
//! u(k) = v(k) limited to [low, high]
//! ```
//!
//! `achieved(k)`, limited to the same range, is what the actuator did with `u(k−1)`; `v(k−1)` is what
//! was asked for before limiting. `Tt = √(Ti·Td)`, or `Ti` without derivative action, and never less
//! than `h`. The derivative's pole is exact for every period, and its gain is exact for ramps.
//!
//! # Numbers
//! Signals are I16F16, steps of 2⁻¹⁶. A gain is a 31-bit mantissa with its own shift, so that a slow
//! integral keeps as many digits as a large proportional gain. Terms and states have 40 fractional
//! bits in an `i64`. Products are truncated at 2⁻⁴⁰; the output is rounded once.
//!
//! # Leaving a limit
//! With an error `e` that has stood for several `Tt`, the request exceeds the limit by
//! `K·e·Tt/Ti ≤ K·e`. When the error turns round because the measurement moved, the proportional term
//! takes back more than that, and the command leaves the limit in that step; likewise for a setpoint
//! move with `b = 1`. A setpoint move with `b < 1` that is too small to do so is followed within `Tt`.
//!
//! # The actuator's read-back
//! Anti-windup believes `achieved`. A read-back that is off by `q` for ever costs a steady error of
//! `q/K·Ti/Tt`; [`valve`](crate::valve) therefore takes a read-back within a tolerance for true.

mod coefficients;
mod gain;
mod limits;
mod pole;
mod step;

pub use coefficients::{Action, Coefficients, Tuning, TuningError};
pub use limits::{Limits, LimitsError};
pub use step::{Flags, Input, Pid, Step};
