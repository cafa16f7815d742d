//! The alarms: a table of rows, and an engine that knows none of them by name.
//!
//! - The priority shown is the highest of what signals, computed by priority, never by table order.
//! - No two rows signal one root cause: `pump_stopped` and `cap_uncoupled` inhibit `flow_lost`, a `freeze`
//!   inhibits `freeze_near`, a `leak` inhibits `level_low`, and what stops the chiller inhibits `too_warm`.
//!   An inhibited alarm is active and reported all the same. Trips of the clinician and service classes are
//!   never inhibited, and an inhibition never lowers the priority shown: the table is refused otherwise,
//!   coldcap's own when it is compiled.
//! - Trips, a failed self-test and spent resets latch: they signal until they are acknowledged *and*
//!   their condition has ended, in either order. The others end by themselves and leave a mark
//!   ([`State::occurred`]) until somebody acknowledges.
//! - The sound can be paused for two minutes, and is heard again at once when something new of medium
//!   or high priority begins or a row escalates. There is no other way to silence it but to acknowledge,
//!   which applies to what signals at the press, and for [`silence`] only.
//! - While something medium or high is silent, a reminder is heard every minute ([`State::reminding`]).
//! - An alarm is a condition at a channel or at the machine: each channel has an engine of its own, and all of
//!   them one sounder ([`Alarms`]).
//! - Acknowledging when there is nothing to acknowledge is refused.
//! - After a loss of power nothing is acknowledged and no sound is paused ([`State::restored`]).
//!
//! The words of a row are found by its text id ([`Text::find`]), its sound and its light by its priority
//! ([`tone::Pattern::of`], [`light::Light::of`]). A maker adds rows of its own with [`Table::new`]. `docs/alarms.md` discloses all
//! of it.
//!
//! The priorities, times and tones are coldcap's own proposals ([`CHECKED_AGAINST_STANDARD`] is `false`).

mod alarms;
mod engine;
mod figures;
pub mod light;
mod priority;
mod row;
mod stored;
mod table;
mod text;
pub mod tone;

pub use alarms::{Alarms, Told, answer_of};
pub use engine::{Change, Changes, Event, Refusal, State, Stored, step};
pub use figures::{
    AUDIO_PAUSE, CHECKED_AGAINST_STANDARD, FIGURES, Figure, REMINDER_LENGTH, REMINDER_PERIOD,
    silence,
};
pub use priority::{Harm, Onset, Priority};
pub use row::{Escalation, OnsetDelay, Row, Scope};
pub use table::{TABLE, TIMERS, Table, TableError};
pub use text::{Language, TEXTS, Text, TextId, Words};
