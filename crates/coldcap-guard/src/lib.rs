//! The guard of coldcap: detection, interlock, alarms and the health proof.
//!
//! A scalp-cooling machine is safe when it is off. This crate is the part that turns it off. It stands
//! between control and the actuators, can only *remove* cooling, and shares neither a calibration table
//! nor a limit with control. Five parts, each usable alone:
//!
//! - [`detect`] turns raw converter codes and switches into named [`Conditions`], each after a delay
//!   that is data.
//! - [`interlock`] latches what must not come back by itself, and says who may reset it. Its
//!   [`limit`](interlock::limit) is the last thing that touches a demand.
//! - [`alarm`] decides which conditions signal, with what priority, and whether they sound.
//! - [`display`] finds a display that stands still.
//! - [`health`] gives out one proof a tick that detection and interlock both ran, for the watchdog.
//!
//! One tick of a machine with one channel, sensors first and drivers last:
//!
//! ```
//! use coldcap_guard::detect::{ChannelDetector, ChannelSample, MachineDetector, MachineSample};
//! use coldcap_guard::interlock::{self, Demand, Gate};
//! use coldcap_guard::{Condition, alarm, health};
//! # use coldcap_guard::detect::{Delays, FlowLimits, Limits, RawLimits};
//! # use coldcap_units::{Duration, Duty, Instant, MilliAmps, Pulses, Ratio, Reading};
//! # let raw = RawLimits { freeze_trip: Ratio(3_000), freeze_near: Ratio(2_900),
//! #     evaporator_cold: Ratio(3_500), open_above: Ratio(4_000), short_below: Ratio(10) };
//! # let flow = FlowLimits { minimum_flow: Pulses { edges: 20, window: Duration::from_secs(1) },
//! #     judged_from: Duty::from_permille(200), minimum_pump_current: MilliAmps(150) };
//! # let limits = Limits::new(raw, flow, Delays::default())?;
//! # let wanted = Demand { pump: Duty::FULL, valve: Duty::FULL, chiller: Duty::OFF };
//! let (mut cap, mut machine) = (ChannelDetector::default(), MachineDetector::default());
//! let (mut trips, mut alarms) = (interlock::State::new(), alarm::State::new());
//! let (mut gate, mut watch) = (Gate::default(), health::Watch::new());
//! let config = interlock::Config::default();
//!
//! let now = Instant::from_millis(100);
//! let sample = ChannelSample::default(); // from the converters, in earnest
//! let found = cap
//!     .step(now, &sample, &limits)
//!     .union(machine.step(now, &MachineSample::default(), &limits));
//! trips = interlock::step(&trips, &interlock::Event::Conditions(found), &config).0;
//! let left = gate.limit(now, wanted, &trips.permit(&config)); // to the drivers
//!
//! let standing = found.union(trips.conditions(&config));
//! alarms = alarm::step(&alarms, &alarm::Event::Conditions(standing)).0;
//! let proof = watch.prove(now, &[cap.last_step(), machine.last_step()], &[gate.last_step()]);
//!
//! assert_eq!(left, wanted);
//! assert_eq!(alarms.highest(), alarm::Priority::None);
//! assert!(proof.is_some()); // to the driver of the watchdog, by value
//! # Ok::<(), coldcap_guard::detect::LimitsError>(())
//! ```
//!
//! Everything here is pure or steps a small `Copy` state that can be hashed, compared and stored. No
//! heap, no float, no panic, no recursion; every step takes constant time. One microcontroller that runs
//! this crate is not single-fault safe: a hardware cut-off remains the integrator's duty. No conformity
//! with any standard is claimed.
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

pub mod alarm;
mod condition;
pub mod detect;
pub mod display;
pub mod health;
pub mod interlock;
mod stored;

pub use condition::{Condition, Conditions, Iter};
