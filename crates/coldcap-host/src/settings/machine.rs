//! Settings over a connection.

use super::{Difference, Table};
use crate::client::{CommandBody, Message, UNSENT};
use crate::connection::{Closed, CommandError, Connection, Update, Updates};
use coldcap_wire::message::{PutSetting, ReadSettings, Response, Setting, Status};
use core::fmt;
use core::time::Duration;
use futures_util::StreamExt;
use std::collections::BTreeMap;
use tokio::time::timeout;

/// A machine that tells more than these is not believed.
const MOST: usize = 1_024;
/// Somebody who changes settings all the time is not waited for.
const MOST_ROUNDS: usize = 8;
/// So often one is asked for whose answer came without it.
const TRIES: usize = 4;
/// A setting that has not come so long behind its answer was lost.
const BEHIND: Duration = Duration::from_secs(2);

/// Why the settings of a machine could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsError {
    /// The machine has none.
    Unsupported,
    /// A question was refused, or had no answer.
    Command(CommandError),
    /// A setting did not come, however often it was asked for.
    Lost,
    /// Somebody changes them all the time, or there is no end of them.
    Restless,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsupported => f.write_str("the machine has no settings"),
            Self::Command(error) => write!(f, "settings were not read: {error}"),
            Self::Lost => f.write_str("settings were not read: one did not come"),
            Self::Restless => f.write_str("settings were not read: they change all the time"),
        }
    }
}

impl core::error::Error for SettingsError {}

impl From<CommandError> for SettingsError {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Refused(Response { status: Status::UNSUPPORTED, .. }) => {
                Self::Unsupported
            }
            error => Self::Command(error),
        }
    }
}

impl From<Closed> for SettingsError {
    fn from(closed: Closed) -> Self {
        Self::Command(closed.into())
    }
}

/// Settings were restored in part: what is done is done, and what is left is as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incomplete {
    /// What was changed, in this order.
    pub done: Vec<Difference>,
    /// Where it ended. With [`CommandError::TimedOut`] or [`CommandError::Closed`] nobody knows whether this one was changed.
    pub at: Difference,
    /// What was not begun.
    pub left: Vec<Difference>,
    /// Why.
    pub why: CommandError,
}

impl Incomplete {
    /// Whether the setting at which it ended may have been changed, too.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.why, CommandError::TimedOut | CommandError::Closed)
    }
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, done, left) = (&self.at.name, self.done.len(), self.left.len());
        match self.why {
            CommandError::Stale { .. } => {
                write!(f, "{name}: somebody has changed settings meanwhile; not changed")?;
            }
            why => write!(f, "{name}: {why}")?,
        }
        write!(f, "; {done} changed before, {left} left")
    }
}

impl core::error::Error for Incomplete {}

/// Reads all settings of the machine, as they were at one revision. It changes nothing, and can be dropped at any time.
///
/// # Errors
/// [`SettingsError`]. Each question ends by itself; how often they are asked is bounded.
pub async fn read(connection: &Connection) -> Result<Table, SettingsError> {
    let mut updates = connection.updates();
    let (mut known, mut since) = (BTreeMap::new(), 0);
    for _ in 0..MOST_ROUNDS {
        let Some(revision) = round(connection, &mut updates, since, &mut known).await? else {
            let model = connection.snapshot().hello.map_or(0, |hello| hello.model);
            return Ok(Table::new(model, since, known.into_values()));
        };
        since = revision;
    }
    Err(SettingsError::Restless)
}

/// Everything that changed after `since`; returns the revision up to which it is known, `None` where nothing changed.
async fn round(
    connection: &Connection,
    updates: &mut Updates,
    since: u32,
    known: &mut BTreeMap<u16, Setting>,
) -> Result<Option<u32>, SettingsError> {
    let (mut from, mut first) = (0, None);
    while let Some(setting) = ask(connection, updates, since, from).await? {
        first = first.or(Some(setting.revision));
        known.insert(setting.key, setting);
        if known.len() > MOST {
            return Err(SettingsError::Restless);
        }
        match setting.key.checked_add(1) {
            Some(next) if setting.left > 0 => from = next,
            _ => break,
        }
    }
    Ok(first)
}

/// The first setting from this key on that changed after `since`.
async fn ask(
    connection: &Connection,
    updates: &mut Updates,
    since: u32,
    from: u16,
) -> Result<Option<Setting>, SettingsError> {
    for _ in 0..TRIES {
        let question = CommandBody::ReadSettings(ReadSettings { head: UNSENT, since, from });
        let rid = match connection.command(question).await {
            Ok(response) => response.rid,
            Err(CommandError::Refused(Response { status: Status::NO_CHANGE, .. })) => {
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        let is_answer = |it: &Setting| it.rid == rid && it.key >= from && it.changed > since;
        if let Ok(told) = timeout(BEHIND, told(updates, is_answer)).await {
            return Ok(Some(told?));
        }
    }
    Err(SettingsError::Lost)
}

async fn told(
    updates: &mut Updates,
    is_answer: impl Fn(&Setting) -> bool,
) -> Result<Setting, Closed> {
    while let Some(update) = updates.next().await {
        let Update::Message(message) = update else { continue };
        match &*message {
            Message::Setting(setting) if is_answer(setting) => return Ok(*setting),
            _ => {}
        }
    }
    Err(Closed)
}

/// Changes what differs, one after the other, each for the revision that the one before has made: whatever somebody else
/// changes meanwhile ends it. [`Table::check`] comes first, so that nothing is changed where not all of it can be.
///
/// Dropped on its way it leaves what was changed until then, and perhaps the one under way; what is left shows by reading
/// again.
///
/// # Errors
/// [`Incomplete`]: what was done, and what was not.
pub async fn restore(
    connection: &Connection,
    table: &Table,
    differences: Vec<Difference>,
) -> Result<Vec<Difference>, Incomplete> {
    let (mut revision, mut done) = (table.revision(), Vec::new());
    let mut left = differences.into_iter();
    while let Some(difference) = left.next() {
        match put(connection, &difference, revision).await {
            Ok(now) => (revision, done) = (now, with(done, difference)),
            Err(why) => return Err(Incomplete { done, at: difference, left: left.collect(), why }),
        }
    }
    Ok(done)
}

fn with(mut done: Vec<Difference>, difference: Difference) -> Vec<Difference> {
    done.push(difference);
    done
}

/// The revision that this change has made.
async fn put(
    connection: &Connection,
    difference: &Difference,
    revision: u32,
) -> Result<u32, CommandError> {
    let &Difference { key, wanted: value, .. } = difference;
    let change = CommandBody::PutSetting(PutSetting { head: UNSENT, key, value });
    let answer = connection.command_seeing(change, revision as u16).await?;
    Ok(answer.value)
}
