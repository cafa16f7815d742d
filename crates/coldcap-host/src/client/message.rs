//! What a client tells its user.

use super::command::CommandBody;
use super::port::NotSecured;
use super::vendor::VendorReport;
use coldcap_wire::message::{
    CapCalibration, ChannelStatus, EventReport, Hello, MachineStatus, RecordEntry, Response,
    Setting,
};

/// One thing that came over the wire, or did not come in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// Who the device is and what it speaks. Where a key is configured it is told with each new session, before
    /// [`Secured`](Self::Secured), and it is the hello that the session's handshake was bound to; what anybody says
    /// later is not told. Of a device of minor version 3 or older the handshake does not show that `origin`, `model`,
    /// `firmware` and `channels` are true.
    Hello(Hello),
    /// The state of a channel. One that was overtaken by a newer one is not told.
    ChannelStatus(ChannelStatus),
    /// The state of what all channels share. One that was overtaken by a newer one is not told.
    MachineStatus(MachineStatus),
    /// Something happened; it also stands in the record.
    Event(EventReport),
    /// An entry of the record; it is in [`Client::record`](super::Client::record) already.
    RecordEntry(RecordEntry),
    /// The cap calibration that a fit visit stored.
    CapCalibration(CapCalibration),
    /// A setting, as a [`CommandBody::ReadSettings`] of this client asked for it.
    Setting(Setting),
    /// A report of the machine's maker, from a device of the model that [`ClientConfig::model`] names.
    ///
    /// [`ClientConfig::model`]: super::ClientConfig::model
    Vendor(VendorReport),
    /// The answer to a command of this client.
    Response {
        /// The request id that [`Client::command`](super::Client::command) gave.
        rid: u16,
        /// The command.
        command: CommandBody,
        /// Its answer.
        response: Response,
    },
    /// The device has a command, and it came too late: it was not carried out, and it never will be.
    TooLate {
        /// The request id that [`Client::command`](super::Client::command) gave.
        rid: u16,
        /// The command.
        command: CommandBody,
    },
    /// The device has a command, and its session was no longer what was seen when it was given: it was not carried out.
    Stale {
        /// The request id that [`Client::command`](super::Client::command) gave.
        rid: u16,
        /// The command.
        command: CommandBody,
        /// The revision of the channel's session when it was refused; 0 where a stop came in between.
        revision: u16,
    },
    /// A command got no answer, or it could not be sent. Whether the device carried it out is not known; a device that
    /// tells its time does not do so later than now.
    TimedOut {
        /// The request id that [`Client::command`](super::Client::command) gave.
        rid: u16,
        /// The command.
        command: CommandBody,
    },
    /// An answer to an alarm, not sent: the round trip to the device is longer than [`LONGEST_TRIP`](super::LONGEST_TRIP), so
    /// that the device could take the press for a later one, of somebody who has heard an alarm that began behind it.
    /// Press again, or at the machine.
    LineTooSlow {
        /// The request id that [`Client::command`](super::Client::command) gave.
        rid: u16,
        /// The command.
        command: CommandBody,
    },
    /// A command, not sent: with its seal it is longer than the device takes. Only a maker's can be.
    TooLong {
        /// The request id that [`Client::command`](super::Client::command) gave.
        rid: u16,
        /// The command.
        command: CommandBody,
    },
    /// A session has begun: what comes from now on is the device's own. Told anew with each new one.
    ///
    /// Commands that waited for an answer are told as [`TimedOut`](Self::TimedOut) before it: they are not repeated
    /// in another session.
    Secured,
    /// There is no session, though a key is configured; it is tried again.
    NotSecured(NotSecured),
    /// No packet came for 3.5 s; where a key is configured, none that is the device's own, or it has not answered the
    /// question for its time for [`UNANSWERED`](super::UNANSWERED): what is heard may have been kept back.
    LinkLost,
    /// A packet came after the link was lost; where the device had not answered, an answer or a new session.
    LinkBack,
}
