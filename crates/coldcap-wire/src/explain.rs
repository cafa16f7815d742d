//! Every error of this crate in plain words.

use crate::frame::FrameError;
use crate::message::BodyError;
use crate::packet::HeaderError;
use core::fmt;

/// Why received bytes were refused: at which layer, and for what reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WireError {
    /// The frame was damaged.
    Frame(FrameError),
    /// The packet's header is not one of this protocol.
    Header(HeaderError),
    /// The body is not the message its header names.
    Body(BodyError),
}

impl From<FrameError> for WireError {
    fn from(error: FrameError) -> Self {
        Self::Frame(error)
    }
}

impl From<HeaderError> for WireError {
    fn from(error: HeaderError) -> Self {
        Self::Header(error)
    }
}

impl From<BodyError> for WireError {
    fn from(error: BodyError) -> Self {
        Self::Body(error)
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(explain(*self))
    }
}

impl core::error::Error for WireError {}

/// One plain sentence for the person in front of a terminal: what is wrong and what it usually means.
///
/// ```
/// use coldcap_wire::{explain, frame::FrameError};
/// assert!(explain(FrameError::Crc).starts_with("the check value does not fit"));
/// ```
#[must_use]
pub fn explain(error: impl Into<WireError>) -> &'static str {
    match error.into() {
        WireError::Frame(error) => explain_frame(error),
        WireError::Header(error) => explain_header(error),
        WireError::Body(error) => explain_body(error),
    }
}

fn explain_frame(error: FrameError) -> &'static str {
    match error {
        FrameError::Crc => "the check value does not fit: bytes were changed on the way",
        FrameError::Length => {
            "the length does not fit: bytes were lost or added, or two frames ran together"
        }
        FrameError::Overflow => "the frame is longer than this receiver can hold",
        FrameError::Cobs => {
            "the stuffing makes no sense although the check value fits: the sender is at fault"
        }
    }
}

fn explain_header(error: HeaderError) -> &'static str {
    match error {
        HeaderError::Short => "the packet is shorter than its six-byte header",
        HeaderError::Major(_) => "the packet is of another major version of the protocol",
        HeaderError::Reserved => "a reserved bit of the header is set",
        HeaderError::Kind(_) => "the header names a kind of packet that does not exist",
    }
}

fn explain_body(error: BodyError) -> &'static str {
    match error {
        BodyError::UnknownEndpoint => "no message of this kind has this endpoint number",
        BodyError::Secured => "the body is sealed and no key is at hand",
        BodyError::Short => "the body ends before its last field",
        BodyError::Trailing => "bytes are left over behind the last field",
        BodyError::Malformed => "a number in the body is too large for its field",
        BodyError::NotShortest => "a number in the body is written in more bytes than it needs",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::string::ToString;

    #[test]
    fn every_error_has_a_line_of_its_own() {
        let errors: [WireError; 14] = [
            FrameError::Crc.into(),
            FrameError::Length.into(),
            FrameError::Overflow.into(),
            FrameError::Cobs.into(),
            HeaderError::Short.into(),
            HeaderError::Major(2).into(),
            HeaderError::Reserved.into(),
            HeaderError::Kind(7).into(),
            BodyError::UnknownEndpoint.into(),
            BodyError::Secured.into(),
            BodyError::Short.into(),
            BodyError::Trailing.into(),
            BodyError::Malformed.into(),
            BodyError::NotShortest.into(),
        ];
        let lines: BTreeSet<_> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(lines.len(), errors.len());
        assert!(lines.iter().all(|line| !line.contains('\n') && !line.ends_with('.')));
    }
}
