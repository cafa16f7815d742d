//! Messages: what the bodies of packets say.
//!
//! Every body is one postcard structure. No body holds a serde enum: codes travel as one byte in a
//! newtype, so that a code from a newer peer survives and is treated as *not known* instead of costing
//! the whole message. Temperatures are thousandths of a degree Celsius, signed. Each structure is
//! described once, next to its Rust fields, and [`ENDPOINTS`] makes that description readable: documents,
//! decoders in other languages and the [`SCHEMA`] number are made from it.

mod actuate;
mod any;
mod code;
mod codec;
mod command;
mod describe;
mod extension;
mod follow;
mod hello;
mod link;
mod object;
mod raw;
mod report;
mod response;
mod schema;
mod setting;
mod time;
mod value;
mod vocabulary;

pub use actuate::Actuate;
pub use any::{AnyMessage, ENDPOINTS, STRUCTURES, decode_any, decode_at_device, decode_at_host};
pub use code::{Action, Actuator, FactKind, ObjectKind, Origin, Status};
pub use command::{
    Amend, ChoosePlan, CommandHead, Measure, Observe, Operate, ReadRecord, SelectPatient, SetClock,
    StartFit, Subscribe,
};
pub use describe::{Described, Direction, Endpoint, Field, Structure};
pub use follow::{Credit, Follow};
pub use hello::Hello;
pub use link::{Drawn, Heartbeat};
pub use object::{ObjectAbout, ObjectAsk, ObjectData, PIECE_LEN, Piece};
pub use raw::RawBody;
pub use report::{
    CAP_CALIBRATION_LEN, CalibrationBytes, CapCalibration, ChannelStatus, EventReport, FixedBytes,
    MachineStatus, RECORD_ENTRY_LEN, RecordBytes, RecordEntry,
};
pub use response::Response;
pub use schema::SCHEMA;
pub use setting::{PutSetting, ReadSettings, Setting};
pub use time::{TimeAnswer, TimeAsk};
pub use value::Value;
pub use vocabulary::{VOCABULARIES, Vocabulary, Word};

use crate::explain::explain;
use crate::frame::TooLong;
use crate::packet::Kind;
use codec::Read;
use core::fmt;
use serde::{Serialize, de::DeserializeOwned};

/// The channel number that means the machine as a whole.
pub const MACHINE: u8 = 255;

/// The minor version this crate speaks.
pub const MINOR: u8 = 4;

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
        if Self::MINOR > 0 { extension::encode(self, out) } else { encode_whole(self, out) }
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
        let read: Read<'_, Self> = codec::read(body).map_err(|_| BodyError::Malformed)?;
        match &read {
            _ if read.malformed => Err(BodyError::Malformed),
            _ if read.missing > 0 => Err(BodyError::Short),
            _ if !read.rest.is_empty() => Err(BodyError::Trailing),
            _ if read.padded => Err(BodyError::NotShortest),
            _ => Ok(read.value),
        }
    }
}

/// A body with an endpoint number of its own: every one but [`Response`].
pub trait Message: Body {
    /// The endpoint number, unique within [`Body::KIND`].
    const ENDPOINT: u8;
}

fn encode_whole(body: &impl Serialize, out: &mut [u8]) -> Result<usize, TooLong> {
    let written = codec::write(body, out).map_err(|_| TooLong)?;
    if written.length > out.len() { Err(TooLong) } else { Ok(written.length) }
}

/// Anything that postcard can write.
pub(crate) fn encode_body(body: &impl Serialize, out: &mut [u8]) -> Result<usize, TooLong> {
    postcard::to_slice(body, out).map(|used| used.len()).map_err(|_| TooLong)
}
