//! The alarms: a table of rows, and an engine that knows none of them by name.
//!
//! - The priority shown is the highest of what signals, computed by priority, never by table order.
//! - No two rows signal one root cause: `pump_stopped` and `cap_uncoupled` inhibit `flow_lost`. An
//!   inhibited alarm is active and reported all the same. Trips of the clinician and service classes
//!   are never inhibited, and an inhibition never lowers the priority shown.
//! - Trips, a failed self-test and spent resets latch: they signal until they are acknowledged *and*
//!   their condition has ended, in either order. The others end by themselves and leave a mark
//!   ([`State::occurred`]) until somebody acknowledges.
//! - The sound can be paused for two minutes, and is heard again at once when something new of medium
//!   or high priority begins or a row escalates. There is no other way to silence it but to acknowledge,
//!   which applies to what signals at the press.
//! - Acknowledging when there is nothing to acknowledge is refused.
//!
//! The priorities and times are coldcap's own proposals ([`CHECKED_AGAINST_STANDARD`] is `false`).

mod engine;
mod table;

pub use engine::{AUDIO_PAUSE, Change, Changes, Event, Refusal, State, step};
pub use table::{CHECKED_AGAINST_STANDARD, Escalation, Harm, Onset, Priority, Row, TABLE};
