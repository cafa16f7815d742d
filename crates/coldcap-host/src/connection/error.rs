//! What can become of a command besides what was wanted.

use coldcap_wire::message::Response;
use core::fmt;

/// The connection has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection has ended")
    }
}

impl core::error::Error for Closed {}

/// Why a command was not carried out, or why that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandError {
    /// The machine refuses it: [`Response::status`] says why, and `minimum` and `maximum` what is allowed.
    Refused(Response),
    /// The machine has carried it out, and not as it was told, see
    /// [`Client::took_as_told`](crate::client::Client::took_as_told): go no further, and take it back.
    TakenOtherwise(Response),
    /// It came too late: it was not carried out and never will be.
    TooLate,
    /// The session was no longer what was seen when it was given: it was not carried out.
    Stale {
        /// The revision when it was refused; 0 where a stop came in between.
        revision: u16,
    },
    /// No answer came, or it could not be sent. Whether the machine carried it out is not known; it does not do so later
    /// than now.
    TimedOut,
    /// An answer to an alarm, not sent: the line is too slow for the machine to know which alarm it was for.
    LineTooSlow,
    /// It is longer than the machine takes: it was not sent.
    TooLong,
    /// Too many wait for their answers already: it was not sent.
    Busy,
    /// The connection has ended. Whether it was carried out is not known.
    Closed,
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(response) => refused(response, f),
            Self::TakenOtherwise(response) => {
                write!(f, "taken otherwise than it was told: digest {:08x}", response.value)
            }
            Self::TooLate => f.write_str("it came too late and was not carried out"),
            Self::Stale { .. } => {
                f.write_str("the session has changed since; it was not carried out")
            }
            Self::TimedOut => f.write_str("no answer; whether it was carried out is not known"),
            Self::LineTooSlow => f.write_str("the line is too slow to answer an alarm; not sent"),
            Self::TooLong => f.write_str("longer than the machine takes; not sent"),
            Self::Busy => f.write_str("too many commands wait already; not sent"),
            Self::Closed => Closed.fmt(f),
        }
    }
}

fn refused(response: &Response, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let name = response.status.name().unwrap_or("unknown");
    write!(f, "refused: {name}")?;
    if response.minimum == response.maximum {
        return Ok(());
    }
    write!(f, ", allowed {} to {}", response.minimum, response.maximum)
}

impl core::error::Error for CommandError {}

impl From<Closed> for CommandError {
    fn from(_: Closed) -> Self {
        Self::Closed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldcap_wire::message::Status;

    #[test]
    fn a_refusal_says_what_is_allowed() {
        let refused = |minimum, maximum| {
            let response = Response { minimum, maximum, ..Response::new(1, Status::OUT_OF_RANGE) };
            CommandError::Refused(response).to_string()
        };
        assert_eq!(refused(0, 0), "refused: out_of_range");
        assert_eq!(refused(-3, 9), "refused: out_of_range, allowed -3 to 9");
    }
}
