//! From a command to an actuator that is coarser than the command, and back to what was achieved.
//!
//! | type | the actuator |
//! |---|---|
//! | [`TimeProportion`] | is on or off, and must not be switched often: a compressor, a heater, a valve |
//! | [`Quantiser`] | has a few levels and may change every step: a coarse PWM, a stepped fan |
//! | [`Interlock`] | is one of two that must never be on together: heater and cooler |
//! | [`Split`] | is one of two that share a signed command: heat above zero, cool below |
//!
//! # What a controller may believe
//! All of them tell the controller what became of its command, in the unit of the command: it belongs
//! into `achieved` of the controller's next step. The rule is the same for all: **what is only
//! postponed counts as done, what is lost does not.** An on/off actuator at a duty of 0.3 is never at
//! 0.3; told so at every step, an integral would chase the switching. What counts is that 0.3 comes out
//! in the mean, and the moment it no longer will (a guard took the actuator away, it is not yet allowed
//! to start, the duty is too small to serve) the controller is told what really comes out.
//!
//! # Example
//! A compressor behind a controller, one step a second:
//!
//! ```
//! use coldcap_thermal::output::{TimeProportion, TimeProportionConfig, Timing};
//! use coldcap_units::Duration;
//! use fixed::types::I16F16;
//!
//! let config = TimeProportionConfig::new(Timing {
//!     window: Duration::from_mins(60),
//!     minimum_on: Duration::from_mins(10),
//!     minimum_off: Duration::from_mins(5),
//!     start_delay: Duration::from_mins(5),
//!     longest_cycle: Duration::from_mins(240),
//! })?;
//! let mut compressor = TimeProportion::new();
//! let duty = I16F16::lit("0.1"); // 6 min an hour are too short: 10 min in 100 min will do
//! let mut on_s = 0;
//! for _ in 0..300 + 20 * 6_000 {
//!     on_s += u32::from(compressor.step(&config, duty, Duration::from_secs(1)).on);
//! }
//! assert!((11_990..=12_010).contains(&on_s), "{on_s}");
//! # Ok::<(), coldcap_thermal::output::TimingError>(())
//! ```

mod interlock;
mod quantiser;
mod split;
mod time_proportion;

pub use interlock::{Interlock, InterlockConfig, Pair, Side};
pub use quantiser::Quantiser;
pub use split::{Duties, Split, SplitError};
pub use time_proportion::{
    Blocked, Reason, Switch, TimeProportion, TimeProportionConfig, Timing, TimingError,
};

/// One, in the 2⁻¹⁶ of a command.
const WHOLE: i32 = 1 << 16;
