//! Bodies of messages that are not of this crate.

use crate::packet::BODY_LEN;
use core::fmt;

/// The bytes of a body whose message only its maker knows.
///
/// ```
/// use coldcap_wire::message::RawBody;
/// assert_eq!(RawBody::new(&[1, 2]).unwrap().bytes(), [1, 2]);
/// assert_eq!(RawBody::new(&[0; 235]), None, "longer than any body");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RawBody {
    length: u8,
    bytes: [u8; BODY_LEN],
}

impl RawBody {
    /// These bytes; `None` where no packet holds as many.
    #[must_use]
    pub fn new(body: &[u8]) -> Option<Self> {
        let mut bytes = [0; BODY_LEN];
        bytes.get_mut(..body.len())?.copy_from_slice(body);
        Some(Self { length: u8::try_from(body.len()).ok()?, bytes })
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }
}

impl fmt::Debug for RawBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RawBody").field(&self.bytes()).finish()
    }
}
