//! What people want of a channel, after the link has understood it.

mod canonical;

pub(crate) use canonical::bounds;

use crate::bounded::Bounded;
use coldcap_session::{Accepted, Actuator, Fact, Field, Refusal, Request, Role, WallTime};
use coldcap_units::{Duration, Duty};

/// Most commands that one tick takes. The link holds the others back for the next tick.
pub const COMMANDS_MAXIMUM: usize = 4;

/// The longest lease of what is driven by hand: a longer one counts as this.
pub const LONGEST_LEASE: Duration = Duration::from_secs(2);

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

impl Commands {
    /// For a tick that the link, in a task of its own, has handed nothing over for: no command, and a host that has been silent for
    /// `longer` more. No tick waits for a link.
    ///
    /// ```
    /// use coldcap::Commands;
    /// use coldcap_units::Duration;
    ///
    /// let last = Commands { host_silent: Some(Duration::from_secs(1)), ..Commands::default() };
    /// let now = last.without_news(Duration::from_millis(100));
    /// assert_eq!(now.host_silent, Some(Duration::from_millis(1_100)));
    /// ```
    #[must_use]
    pub fn without_news(&self, longer: Duration) -> Self {
        let host_silent = self.host_silent.map(|silent| silent.plus(longer));
        Self { list: Bounded::new(), host_silent, shown: self.shown }
    }
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
    /// An actuator is driven by hand, or no more.
    Drive(Drive),
}

/// An actuator driven by hand, under a lease.
///
/// It is for service, and for a channel that nobody is on: in standby or report, and for the chiller each channel of the
/// machine. It stands in the place of the loop's demand; the guard and the mains may leave less of it. It ends with its
/// lease, at any stop, with the phase, where the guard takes its permit, and where the host falls silent; and what was
/// ended otherwise than by its lease begins no sooner than [`LONGEST_LEASE`] after that.
///
/// ```
/// use coldcap::{Action, Actuator, Command, CommandId, Config, Control, Drive, Inputs, TickInput};
/// use coldcap_session::{Refusal, Role};
/// use coldcap_units::{Duration, Duty, Instant};
///
/// let mut control: Control<1> = Control::new(Config::reference());
/// let (actuator, duty) = (Actuator::Pump, Duty::from_permille(500));
/// let action = Action::Drive(Drive { actuator, duty, lease: Duration::from_secs(1) });
/// let mut tick = TickInput::new(Instant::from_millis(100), Inputs::default());
/// tick.commands.list.push(Command { id: CommandId(1), channel: 0, role: Role::Service, action });
/// let outputs = control.tick(&tick);
/// // A machine that has just come up is in its self-test.
/// assert_eq!(outputs.answers.as_slice()[0].result, Err(Refusal::WrongPhase));
/// assert!(outputs.drives.channels[0].pump.is_off());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drive {
    /// What is driven: pump and valve are those of the command's channel, the chiller is asked of the machine.
    pub actuator: Actuator,
    /// How strongly.
    pub duty: Duty,
    /// For how long, unless it is asked for again; [`LONGEST_LEASE`] at most, and zero ends it at once.
    pub lease: Duration,
}

impl Action {
    /// Whether coolant may flow because of it.
    pub(crate) const fn begins(&self) -> bool {
        match self {
            Self::Request(request) => matches!(
                request,
                Request::StartFit | Request::Measure(_) | Request::Start | Request::Resume { .. }
            ),
            Self::Drive(drive) => !drive.lease.is_zero(),
            _ => false,
        }
    }
}

/// How a command was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Which command.
    pub id: CommandId,
    /// Taken, or refused with a reason. A refusal has changed nothing.
    pub result: Result<Accepted, Refusal>,
}

/// From this code of an answer on it is a refusal: its own code and this.
const REFUSED: u8 = 16;

impl Answer {
    /// The frozen code: 0 to 2 where it was taken, 16 and the code of the refusal where it was not.
    #[must_use]
    pub const fn code(&self) -> u8 {
        match self.result {
            Ok(accepted) => accepted as u8,
            Err(refusal) => refusal.code().saturating_add(REFUSED),
        }
    }

    /// Which figure was refused, by its frozen code; 0 where none was.
    #[must_use]
    pub fn field(&self) -> u8 {
        self.result.err().and_then(Refusal::field).map_or(0, Field::code)
    }

    /// What that figure may be, at least and at most; zeros where none was refused.
    #[must_use]
    pub fn bounds(&self) -> (i32, i32) {
        self.result.err().map_or((0, 0), canonical::bounds)
    }
}
