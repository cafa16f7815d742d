//! All messages together: the registry, and one type that holds any of them.

use super::actuate::Actuate;
use super::command::{
    Amend, ChoosePlan, CommandHead, Measure, Observe, Operate, ReadRecord, SelectPatient, SetClock,
    StartFit, Subscribe,
};
use super::describe::{Described, Endpoint, Structure};
use super::follow::{Credit, Follow};
use super::hello::Hello;
use super::link::{Drawn, Heartbeat};
use super::object::{ObjectAbout, ObjectAsk, ObjectData};
use super::report::{CapCalibration, ChannelStatus, EventReport, MachineStatus, RecordEntry};
use super::response::Response;
use super::setting::{PutSetting, ReadSettings, Setting};
use super::time::{TimeAnswer, TimeAsk};
use super::value::Value;
use super::{Body, BodyError, MINOR, Message};
use crate::frame::TooLong;
use crate::packet::{BODY_LEN, FIRST_VENDOR_ENDPOINT, HEADER_LEN, Header, Kind, LEAST_MTU};
use crate::security::TAG_LEN;

/// The structures that occur inside bodies.
pub const STRUCTURES: &[Structure] = &[structure::<CommandHead>(), structure::<Value>()];

const fn structure<T: Described>() -> Structure {
    Structure { name: T::NAME, about: T::ABOUT, fields: T::FIELDS }
}

const fn endpoint<M: Message>() -> Endpoint {
    described::<M>(Some(M::ENDPOINT))
}

const fn described<B: Body>(id: Option<u8>) -> Endpoint {
    const { assert!(B::MAXIMUM_LEN <= BODY_LEN && B::SINCE <= MINOR && B::MINOR <= MINOR) };
    // Whoever takes packets of that length loses none; pieces are cut to fit.
    let sealed = B::MAXIMUM_LEN.saturating_add(HEADER_LEN).saturating_add(TAG_LEN);
    assert!(sealed <= LEAST_MTU || matches!(B::KIND, Kind::ObjectData));
    if let Some(id) = id {
        assert!(id < FIRST_VENDOR_ENDPOINT);
    }
    Endpoint {
        id,
        kind: B::KIND,
        name: B::NAME,
        direction: B::DIRECTION,
        since: B::SINCE,
        minimum_len: B::MINIMUM_LEN,
        maximum_len: B::MAXIMUM_LEN,
        about: B::ABOUT,
        fields: B::FIELDS,
    }
}

/// Makes the registry, the enum, its conversions and the decoder from one list.
macro_rules! catalogue {
    ($($message:ident),+ $(,)?) => {
        /// Every message of this protocol, in order of endpoint number; the response comes last.
        pub const ENDPOINTS: &[Endpoint] =
            &[$(endpoint::<$message>(),)+ described::<Response>(None)];

        /// A body of any kind.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum AnyMessage {
            $(
                #[doc = concat!("See [`", stringify!($message), "`].")]
                $message($message),
            )+
            /// See [`Response`]. Its endpoint number is in the header only.
            Response(Response),
        }

        $(impl From<$message> for AnyMessage {
            fn from(message: $message) -> Self {
                Self::$message(message)
            }
        })+

        impl AnyMessage {
            /// The registry's entry for this message.
            #[must_use]
            pub const fn describe(&self) -> Endpoint {
                match self {
                    $(Self::$message(_) => endpoint::<$message>(),)+
                    Self::Response(_) => described::<Response>(None),
                }
            }

            /// Writes the body to the start of `out`; returns its length.
            ///
            /// # Errors
            /// [`TooLong`] where `out` cannot hold it.
            ///
            /// # Panics
            /// Never.
            pub fn encode(&self, out: &mut [u8]) -> Result<usize, TooLong> {
                match self {
                    $(Self::$message(message) => message.encode(out),)+
                    Self::Response(response) => response.encode(out),
                }
            }
        }

        fn decode_at<const DEVICE: bool, const HOST: bool>(
            header: &Header,
            body: &[u8],
        ) -> Result<AnyMessage, BodyError> {
            if header.secured {
                return Err(BodyError::Secured);
            }
            match (header.kind, header.endpoint) {
                (Kind::Response, _) if HOST => Response::decode(body).map(AnyMessage::Response),
                $((<$message as Body>::KIND, <$message as Message>::ENDPOINT)
                    if <$message as Body>::DIRECTION.arrives(DEVICE, HOST) =>
                {
                    $message::decode(body).map(AnyMessage::$message)
                })+
                _ => Err(BodyError::UnknownEndpoint),
            }
        }
    };
}

catalogue! {
    Hello,
    StartFit,
    Measure,
    SelectPatient,
    ChoosePlan,
    Operate,
    Observe,
    ReadRecord,
    Subscribe,
    Amend,
    SetClock,
    Follow,
    ReadSettings,
    PutSetting,
    Actuate,
    ChannelStatus,
    MachineStatus,
    EventReport,
    RecordEntry,
    CapCalibration,
    Setting,
    ObjectData,
    ObjectAbout,
    ObjectAsk,
    Heartbeat,
    Drawn,
    Credit,
    TimeAsk,
    TimeAnswer,
}

/// Reads the body that `header` announces, whoever sent it: for captures and tools.
///
/// A response is read whatever its endpoint number, so that a device can answer a command that it does
/// not know.
///
/// # Errors
/// [`BodyError::Secured`] where the header says that the body is sealed,
/// [`BodyError::UnknownEndpoint`] where the kind has no such endpoint, else as [`Body::decode`].
///
/// # Panics
/// Never.
pub fn decode_any(header: &Header, body: &[u8]) -> Result<AnyMessage, BodyError> {
    decode_at::<true, true>(header, body)
}

/// [`decode_any`] for a device: what only a device sends is unknown to it, and its code is not linked.
///
/// # Errors
/// As [`decode_any`]; [`BodyError::UnknownEndpoint`] for reports and responses, too.
///
/// # Panics
/// Never.
pub fn decode_at_device(header: &Header, body: &[u8]) -> Result<AnyMessage, BodyError> {
    decode_at::<true, false>(header, body)
}

/// [`decode_any`] for a host: what only a host sends is unknown to it.
///
/// # Errors
/// As [`decode_any`]; [`BodyError::UnknownEndpoint`] for commands, too.
///
/// # Panics
/// Never.
pub fn decode_at_host(header: &Header, body: &[u8]) -> Result<AnyMessage, BodyError> {
    decode_at::<false, true>(header, body)
}

impl AnyMessage {
    /// The head, if this is a command.
    #[must_use]
    pub const fn command_head(&self) -> Option<CommandHead> {
        match self {
            Self::StartFit(command) => Some(command.head),
            Self::Measure(command) => Some(command.head),
            Self::SelectPatient(command) => Some(command.head),
            Self::ChoosePlan(command) => Some(command.head),
            Self::Operate(command) => Some(command.head),
            Self::Observe(command) => Some(command.head),
            Self::ReadRecord(command) => Some(command.head),
            Self::Subscribe(command) => Some(command.head),
            Self::Amend(command) => Some(command.head),
            Self::SetClock(command) => Some(command.head),
            Self::Follow(command) => Some(command.head),
            Self::ReadSettings(command) => Some(command.head),
            Self::PutSetting(command) => Some(command.head),
            Self::Actuate(command) => Some(command.head),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(endpoint: &Endpoint) -> Header {
        let id = endpoint.id.unwrap_or(0x10);
        Header { kind: endpoint.kind, secured: false, endpoint: id, number: 0 }
    }

    #[test]
    fn the_shortest_body_of_every_endpoint_is_zeros() {
        for endpoint in ENDPOINTS {
            let body = std::vec![0; endpoint.minimum_len];
            let message = decode_any(&header(endpoint), &body).unwrap();
            assert_eq!(message.describe(), *endpoint);
            assert_eq!(decode_any(&header(endpoint), &body[1..]), Err(BodyError::Short));
            let longer = std::vec![0; endpoint.minimum_len + 1];
            let grew = endpoint.fields.iter().any(|field| field.since > 0);
            let reason = if grew { BodyError::NotShortest } else { BodyError::Trailing };
            assert_eq!(decode_any(&header(endpoint), &longer), Err(reason));
        }
    }

    #[test]
    fn numbers_are_unique_within_a_kind() {
        let key = |endpoint: &Endpoint| (endpoint.kind, endpoint.id);
        for (index, endpoint) in ENDPOINTS.iter().enumerate() {
            assert!(ENDPOINTS[..index].iter().all(|other| key(other) != key(endpoint)));
        }
    }

    #[test]
    fn each_side_knows_what_it_receives() {
        use super::super::Direction;
        for endpoint in ENDPOINTS {
            let body = std::vec![0; endpoint.minimum_len];
            let device = decode_at_device(&header(endpoint), &body).is_ok();
            let host = decode_at_host(&header(endpoint), &body).is_ok();
            let direction = endpoint.direction;
            assert_eq!(device, direction != Direction::ToHost, "{}", endpoint.name);
            assert_eq!(host, direction != Direction::ToDevice, "{}", endpoint.name);
        }
    }

    #[test]
    fn sealed_and_unknown_bodies_are_refused() {
        let mut header = header(&ENDPOINTS[0]);
        header.endpoint = 0x7F;
        assert_eq!(decode_any(&header, &[]), Err(BodyError::UnknownEndpoint));
        header.secured = true;
        assert_eq!(decode_any(&header, &[]), Err(BodyError::Secured));
    }

    #[test]
    fn every_command_has_a_head() {
        for endpoint in ENDPOINTS {
            let body = std::vec![0; endpoint.minimum_len];
            let message = decode_any(&header(endpoint), &body).unwrap();
            assert_eq!(message.command_head().is_some(), endpoint.kind == Kind::Command);
        }
    }
}
