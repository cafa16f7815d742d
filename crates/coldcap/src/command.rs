//! What people want of a channel, after the link has understood it.

mod canonical;

pub(crate) use canonical::bounds;

use crate::bounded::Bounded;
use coldcap_session::{Accepted, Fact, Refusal, Request, Role, WallTime};
use coldcap_units::Duration;

/// Most commands that one tick takes. The link holds the others back for the next tick.
pub const COMMANDS_MAXIMUM: usize = 4;

/// What the two halves hand each other: the commands of one tick, and how the host is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commands {
    /// The commands, in the order in which they arrived.
    pub list: Bounded<Command, COMMANDS_MAXIMUM>,
    /// How long the host has been silent; `None` while no host was ever heard.
    pub host_silent: Option<Duration>,
    /// The newest progress of the controller that a display says it has drawn; `None` while none did.
    pub shown: Option<u16>,
}

/// One command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command {
    /// By which it is answered.
    pub id: CommandId,
    /// Which channel it is for.
    pub channel: u8,
    /// Who says so.
    pub role: Role,
    /// What is wanted, or what was seen.
    pub action: Action,
}

/// The request id of the link: a retry has the same one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CommandId(pub u16);

/// What a command asks for or reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Something for the session; it may be refused.
    Request(Request),
    /// Something that was observed; it is never refused.
    Fact(Fact),
    /// The operator has taken note of the alarms that are signalled.
    AcknowledgeAlarms,
    /// The sounder is to pause for two minutes.
    PauseAudio,
    /// The wall clock says so: for the record alone.
    SetClock(WallTime),
}

/// How a command was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Which command.
    pub id: CommandId,
    /// Taken, or refused with a reason. A refusal has changed nothing.
    pub result: Result<Accepted, Refusal>,
}
