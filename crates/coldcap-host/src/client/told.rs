//! Whether the device has taken what it was told.

use super::Client;
use super::command::CommandBody;
use coldcap_wire::message::{Response, Status};

/// The minor version from which a device tells back whom it has taken.
const TELLS_BACK_SINCE: u8 = 4;

impl Client {
    /// Whether what the device tells back of a command that it carried out is what it was told. A device tells the digest of
    /// a [`SelectPatient`](coldcap_wire::message::SelectPatient::digest) back, and of nothing else.
    ///
    /// Where this is `false`, somebody else than was meant is selected at the machine: nothing may follow but what takes
    /// that back. One that tells nothing back is taken at its word where a session shows it to be of minor version 3 or
    /// older, and on a bench, where it is not known what it is.
    #[must_use]
    pub fn took_as_told(&self, command: &CommandBody, response: &Response) -> bool {
        let Some(told) = command.echo().filter(|_| response.status == Status::OK) else {
            return true;
        };
        let minor = self.port.device_minor();
        let must = minor.is_some_and(|minor| minor >= TELLS_BACK_SINCE);
        response.value == told || (response.value == 0 && !must)
    }
}
