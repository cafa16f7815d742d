//! What a host can ask of the device.

use super::port::Port;
use super::requests::{DEADLINE, LONGEST_WAIT};
use super::vendor::VendorBody;
use coldcap_units::Duration;
use coldcap_wire::message::{
    Action, Actuate, Actuator, Amend, AnyMessage, ChoosePlan, CommandHead, FactKind, MACHINE,
    Measure, Message, Observe, Operate, PutSetting, ReadRecord, ReadSettings, SelectPatient,
    SetClock, StartFit, Subscribe,
};
use coldcap_wire::packet::Kind;
use coldcap_wire::security::SendError;
use coldcap_wire::service::LONGEST_LEASE;

/// The head of a command that has not been sent; the client writes its own in its place.
pub const UNSENT: CommandHead = CommandHead::new(0, 0);

/// A command. The head inside is ignored: the client fills in request id and channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandBody {
    /// Begin a fit visit.
    StartFit,
    /// The measures of the head and the hair on it.
    Measure(Measure),
    /// Who is treated.
    SelectPatient(SelectPatient),
    /// The plan of the session.
    ChoosePlan(ChoosePlan),
    /// One press of a button.
    Operate(Operate),
    /// A fact that somebody observed.
    Observe(Observe),
    /// A mark of a drug was made too late.
    Amend(Amend),
    /// What the wall clock says.
    SetClock(SetClock),
    /// Ask for entries of the record. The client does so by itself where entries are missing.
    ReadRecord(ReadRecord),
    /// How often status reports are sent.
    Subscribe(Subscribe),
    /// Ask for a setting; it comes as [`Message::Setting`](super::Message::Setting).
    ReadSettings(ReadSettings),
    /// Change a setting. The revision that it is meant for is that of the settings, 0 too: see
    /// [`Client::command_seeing`](super::Client::command_seeing).
    PutSetting(PutSetting),
    /// An actuator is driven by hand, under a lease: see [`HandDrive`](super::HandDrive).
    Actuate(Actuate),
    /// A command of the machine's maker: see [`CommandBody::vendor`].
    Vendor(VendorBody),
}

impl CommandBody {
    /// A press of a button that needs no argument; the first step where it takes two.
    ///
    /// ```
    /// use coldcap_host::client::CommandBody;
    /// use coldcap_wire::message::Action;
    ///
    /// let resume = CommandBody::operate(Action::RESUME);
    /// assert_ne!(resume, resume.confirmed());
    /// assert_eq!(CommandBody::StartFit.confirmed(), CommandBody::StartFit);
    /// ```
    #[must_use]
    pub const fn operate(action: Action) -> Self {
        Self::operate_with(action, 0)
    }

    /// A press of a button with its argument; the first step where it takes two.
    #[must_use]
    pub const fn operate_with(action: Action, argument: u16) -> Self {
        Self::Operate(Operate { head: UNSENT, action, confirm: 0, argument })
    }

    /// The second step of a button that takes two; any other command unchanged.
    #[must_use]
    pub const fn confirmed(self) -> Self {
        match self {
            Self::Operate(press) => Self::Operate(Operate { confirm: 1, ..press }),
            other => other,
        }
    }

    /// The start or the end of a drug.
    #[must_use]
    pub const fn drug(fact: FactKind, drug: u16, hair_toxic: bool) -> Self {
        Self::Observe(Observe { head: UNSENT, fact, drug, hair_toxic: hair_toxic as u8, value: 0 })
    }

    /// A fact about the patient that has a value.
    #[must_use]
    pub const fn observe(fact: FactKind, value: u8) -> Self {
        Self::Observe(Observe { head: UNSENT, fact, drug: 0, hair_toxic: 0, value })
    }

    /// A command of the machine's maker, endpoint 192 to 255. Like any other it is repeated under one request id and has a
    /// deadline. `None` where it does not begin with a [`CommandHead`], whose content is ignored, or is longer than any
    /// packet.
    #[must_use]
    pub fn vendor<M: Message>(command: &M) -> Option<Self> {
        VendorBody::new(command).map(Self::Vendor)
    }

    /// What a message that was read asks for; `None` of one that is no command, and of a command of a maker.
    pub(crate) const fn of(message: &AnyMessage) -> Option<Self> {
        Some(match *message {
            AnyMessage::StartFit(_) => Self::StartFit,
            AnyMessage::Measure(it) => Self::Measure(it),
            AnyMessage::SelectPatient(it) => Self::SelectPatient(it),
            AnyMessage::ChoosePlan(it) => Self::ChoosePlan(it),
            AnyMessage::Operate(it) => Self::Operate(it),
            AnyMessage::Observe(it) => Self::Observe(it),
            AnyMessage::Amend(it) => Self::Amend(it),
            AnyMessage::SetClock(it) => Self::SetClock(it),
            AnyMessage::ReadRecord(it) => Self::ReadRecord(it),
            AnyMessage::Subscribe(it) => Self::Subscribe(it),
            AnyMessage::ReadSettings(it) => Self::ReadSettings(it),
            AnyMessage::PutSetting(it) => Self::PutSetting(it),
            AnyMessage::Actuate(it) => Self::Actuate(it),
            _ => return None,
        })
    }

    /// The endpoint number it travels under.
    #[must_use]
    pub const fn endpoint(&self) -> u8 {
        match self {
            Self::StartFit => StartFit::ENDPOINT,
            Self::Measure(_) => Measure::ENDPOINT,
            Self::SelectPatient(_) => SelectPatient::ENDPOINT,
            Self::ChoosePlan(_) => ChoosePlan::ENDPOINT,
            Self::Operate(_) => Operate::ENDPOINT,
            Self::Observe(_) => Observe::ENDPOINT,
            Self::Amend(_) => Amend::ENDPOINT,
            Self::SetClock(_) => SetClock::ENDPOINT,
            Self::ReadRecord(_) => ReadRecord::ENDPOINT,
            Self::Subscribe(_) => Subscribe::ENDPOINT,
            Self::ReadSettings(_) => ReadSettings::ENDPOINT,
            Self::PutSetting(_) => PutSetting::ENDPOINT,
            Self::Actuate(_) => Actuate::ENDPOINT,
            Self::Vendor(body) => body.endpoint,
        }
    }

    /// What a device tells back where it has taken this; `None` where it tells nothing back.
    pub(super) const fn echo(&self) -> Option<u32> {
        match self {
            Self::SelectPatient(body) => Some(body.digest()),
            _ => None,
        }
    }

    /// Whether it must not wait behind other commands: stopping is one action, at once.
    pub(crate) const fn is_urgent(&self) -> bool {
        matches!(self, Self::Operate(Operate { action: Action::STOP, .. }))
    }

    /// Whether coolant may flow because of it, or something be driven.
    pub(super) const fn begins(&self) -> bool {
        match self {
            Self::StartFit | Self::Measure(_) => true,
            Self::Operate(Operate { action, .. }) => {
                matches!(*action, Action::START | Action::RESUME)
            }
            Self::Actuate(Actuate { lease_ms, .. }) => *lease_ms != 0,
            _ => false,
        }
    }

    /// Whether it carries a deadline: everything but a stop, which is always done, and what only reads.
    pub(super) const fn has_deadline(&self) -> bool {
        let reads =
            matches!(self, Self::ReadRecord(_) | Self::Subscribe(_) | Self::ReadSettings(_));
        !self.is_urgent() && !reads
    }

    /// Whether it answers an alarm: it counts for what was heard when the button was pressed, and for nothing that began
    /// later.
    pub(super) const fn answers_alarm(&self) -> bool {
        matches!(
            self,
            Self::Operate(Operate { action: Action::ACKNOWLEDGE | Action::AUDIO_PAUSE, .. })
        )
    }

    /// Within what time it is carried out after it was first sent, or never. What is driven by hand is driven for a
    /// button that somebody holds: not later than it would have ended.
    pub(super) fn span(&self) -> Duration {
        self.lease().map_or(DEADLINE, |lease| lease.min(DEADLINE))
    }

    /// For how long it may wait to be sent at all.
    pub(super) fn longest_wait(&self) -> Duration {
        if self.answers_alarm() {
            return DEADLINE;
        }
        self.lease().map_or(LONGEST_WAIT, |lease| lease.min(LONGEST_WAIT))
    }

    /// The lease of what is driven by hand, as it counts; `None` for whatever else, and for its end.
    fn lease(&self) -> Option<Duration> {
        match self {
            Self::Actuate(Actuate { lease_ms: lease_ms @ 1.., .. }) => {
                Some(Duration::from_millis(u32::from(*lease_ms)).min(LONGEST_LEASE))
            }
            _ => None,
        }
    }

    /// Writes the frame of this command to the start of `out`; returns its length.
    pub(super) fn write(
        self,
        head: CommandHead,
        port: &mut Port,
        out: &mut [u8],
    ) -> Result<usize, SendError> {
        match self {
            Self::StartFit => port.send(&StartFit { head }, out),
            Self::Measure(body) => port.send(&Measure { head, ..body }, out),
            Self::SelectPatient(body) => port.send(&SelectPatient { head, ..body }, out),
            Self::ChoosePlan(body) => port.send(&ChoosePlan { head, ..body }, out),
            Self::Operate(body) => port.send(&Operate { head, ..body }, out),
            Self::Observe(body) => port.send(&Observe { head, ..body }, out),
            Self::Amend(body) => port.send(&Amend { head, ..body }, out),
            Self::SetClock(body) => port.send(&SetClock { head, ..body }, out),
            Self::ReadRecord(body) => port.send(&ReadRecord { head, ..body }, out),
            Self::Subscribe(body) => port.send(&Subscribe { head, ..body }, out),
            Self::ReadSettings(body) => port.send(&ReadSettings { head, ..body }, out),
            Self::PutSetting(body) => port.send(&PutSetting { head, ..body }, out),
            Self::Actuate(body) => {
                // The chiller is no channel's.
                let machine = body.actuator == Actuator::CHILLER;
                let channel = if machine { MACHINE } else { head.channel };
                port.send(&Actuate { head: CommandHead { channel, ..head }, ..body }, out)
            }
            Self::Vendor(body) => {
                let whole = body.under(head).ok_or(SendError::BeyondMtu)?;
                port.send_raw(Kind::Command, body.endpoint, whole.bytes(), out)
            }
        }
    }
}
