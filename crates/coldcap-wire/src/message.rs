//! Messages: what the bodies of packets say.
//!
//! Every body is one postcard structure. No body holds a serde enum: codes travel as one byte in a
//! newtype, so that a code from a newer peer survives and is treated as *not known* instead of costing
//! the whole message. Temperatures are thousandths of a degree Celsius, signed. Each structure is
//! described once, next to its Rust fields, and [`ENDPOINTS`] makes that description readable: documents,
//! decoders in other languages and the [`SCHEMA`] number are made from it.

mod any;
mod code;
mod command;
mod describe;
mod extension;
mod hello;
mod link;
mod report;
mod response;
mod schema;
mod value;
mod vocabulary;

pub use any::{AnyMessage, ENDPOINTS, STRUCTURES, decode_any, decode_at_device, decode_at_host};
pub use code::{Action, FactKind, Origin, Status};
pub use command::{
    Amend, ChoosePlan, CommandHead, Measure, Observe, Operate, ReadRecord, SelectPatient, SetClock,
    StartFit, Subscribe,
};
pub use describe::{Described, Direction, Endpoint, Field, Structure};
pub use hello::Hello;
pub use link::{Drawn, Heartbeat};
pub use report::{
    CAP_CALIBRATION_LEN, CalibrationBytes, CapCalibration, ChannelStatus, EventReport, FixedBytes,
    MachineStatus, RECORD_ENTRY_LEN, RecordBytes, RecordEntry,
};
pub use response::Response;
pub use schema::SCHEMA;
pub use value::Value;
pub use vocabulary::{VOCABULARIES, Vocabulary, Word};

use crate::explain::explain;
use crate::frame::TooLong;
use crate::packet::{BODY_LEN, Kind};
use core::fmt;
use serde::{Serialize, de::DeserializeOwned};

/// The channel number that means the machine as a whole.
pub const MACHINE: u8 = 255;

/// The minor version this crate speaks.
pub const MINOR: u8 = 2;

/// Why a body was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BodyError {
    /// No message of this kind has this endpoint number.
    UnknownEndpoint,
    /// The body is sealed; this layer has no key.
    Secured,
    /// The body ends before its last field.
    Short,
    /// Bytes are left over behind the last field.
    Trailing,
    /// A number is too large for its field.
    Malformed,
    /// A number is written in more bytes than it needs. One message has one encoding only.
    NotShortest,
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(explain(*self))
    }
}

impl core::error::Error for BodyError {}

/// A structure that is a whole body.
pub trait Body: Described + Serialize + DeserializeOwned {
    /// The kind of packet it travels in.
    const KIND: Kind;
    /// Who may send it.
    const DIRECTION: Direction;
    /// The minor version that brought it; 0 if it was there from the start.
    const SINCE: u8 = 0;
    /// The last minor version that appended fields to it; 0 if none did.
    const MINOR: u8 = 0;

    /// Writes the body to the start of `out`; returns its length. Appended fields that are 0 up to the
    /// end are left off.
    ///
    /// # Errors
    /// [`TooLong`] where `out` cannot hold it; `MAXIMUM_LEN` bytes always suffice.
    ///
    /// # Panics
    /// Never.
    fn encode(&self, out: &mut [u8]) -> Result<usize, TooLong> {
        if Self::MINOR > 0 { extension::encode(self, out) } else { encode_body(self, out) }
    }

    /// Reads a body of exactly this structure.
    ///
    /// The whole of `body` must be used up and every number must be in its shortest form, so that
    /// encoding the result gives the same bytes again. Appended fields that are left off read as 0.
    ///
    /// # Errors
    /// Any [`BodyError`] but `UnknownEndpoint` and `Secured`.
    ///
    /// # Panics
    /// Never.
    fn decode(body: &[u8]) -> Result<Self, BodyError> {
        if body.len() > Self::MAXIMUM_LEN {
            return Err(BodyError::Trailing);
        }
        if Self::MINOR > 0 {
            return extension::decode(body);
        }
        let (message, rest) = postcard::take_from_bytes::<Self>(body).map_err(body_error)?;
        if !rest.is_empty() {
            return Err(BodyError::Trailing);
        }
        require_shortest(&message, body)?;
        Ok(message)
    }
}

/// A body with an endpoint number of its own: every one but [`Response`].
pub trait Message: Body {
    /// The endpoint number, unique within [`Body::KIND`].
    const ENDPOINT: u8;
}

pub(crate) fn encode_body(body: &impl Serialize, out: &mut [u8]) -> Result<usize, TooLong> {
    postcard::to_slice(body, out).map(|used| used.len()).map_err(|_| TooLong)
}

fn body_error(error: postcard::Error) -> BodyError {
    match error {
        postcard::Error::DeserializeUnexpectedEnd => BodyError::Short,
        _ => BodyError::Malformed,
    }
}

/// A number in a longer form than needed makes the body longer than its own re-encoding.
fn require_shortest(message: &impl Serialize, body: &[u8]) -> Result<(), BodyError> {
    let mut again = [0; BODY_LEN];
    match encode_body(message, &mut again) {
        Ok(length) if length == body.len() => Ok(()),
        _ => Err(BodyError::NotShortest),
    }
}
