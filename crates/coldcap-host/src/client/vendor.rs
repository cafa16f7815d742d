//! The messages of a machine's maker.

use coldcap_wire::message::{Body, CommandHead, Message, RawBody};
use coldcap_wire::packet::{BODY_LEN, FIRST_VENDOR_ENDPOINT, Kind};

/// A report of the maker's, from a device of the model that this host knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VendorReport {
    /// The kind of packet that it came in.
    pub kind: Kind,
    /// Its endpoint number, 192 to 255.
    pub endpoint: u8,
    pub(super) body: RawBody,
}

impl VendorReport {
    /// The report, if it is this one.
    ///
    /// # Errors
    /// What [`Body::decode`] says.
    pub fn read<M: Message>(&self) -> Option<Result<M, coldcap_wire::message::BodyError>> {
        let same = (self.kind, self.endpoint) == (M::KIND, <M as Message>::ENDPOINT);
        same.then(|| M::decode(self.body.bytes()))
    }

    /// Its bytes.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.body.bytes()
    }
}

/// A command of the maker's: see [`CommandBody::vendor`](super::CommandBody::vendor).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VendorBody {
    pub(super) endpoint: u8,
    /// What stands behind the head.
    rest: RawBody,
}

impl VendorBody {
    pub(super) fn new<M: Message>(command: &M) -> Option<Self> {
        const {
            assert!(matches!(M::KIND, Kind::Command));
            assert!(<M as Message>::ENDPOINT >= FIRST_VENDOR_ENDPOINT);
        }
        let mut body = [0; BODY_LEN];
        let length = command.encode(&mut body).ok()?;
        let (_, rest) = CommandHead::split(body.get(..length)?).ok()?;
        Some(Self { endpoint: <M as Message>::ENDPOINT, rest: RawBody::new(rest)? })
    }

    /// The whole body under this head; `None` where no packet holds it.
    pub(super) fn under(&self, head: CommandHead) -> Option<RawBody> {
        let mut body = [0; BODY_LEN];
        let start = coldcap_wire::message::StartFit { head }; // a head and nothing else
        let length = start.encode(&mut body).ok()?;
        let rest = self.rest.bytes();
        let end = length.checked_add(rest.len())?;
        body.get_mut(length..end)?.copy_from_slice(rest);
        RawBody::new(body.get(..end)?)
    }
}
