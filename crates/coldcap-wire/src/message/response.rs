//! The answer to a command.

use super::code::Status;
use super::describe::body;

body! {
    /// The answer to a command, whatever the command; its endpoint number is the command's.
    Response = Response, ToHost, "response" {
        /// The command's request id.
        rid: u16 = "id",
        /// What became of the command.
        status: Status = "code: status",
        /// Why the session refused it; 0 if it did not.
        reason: u8 = "code: refusal",
        /// Which figure was refused; 0 if none was.
        field: u8 = "code: field",
        /// Lowest value allowed for that figure: times in ms (`minutes` in min), temperatures in
        /// milli-degC, lengths in mm.
        minimum: i32 = "by field",
        /// Highest value allowed, in the same unit.
        maximum: i32 = "by field",
        /// The contraindications that stand against the command, where `reason` says so; the revision now, where
        /// the command expected another; the digest of what was taken, where a `select_patient` was done; else 0.
        value: u32 = "bits",
    }
}

impl Response {
    /// An answer of which only the status matters.
    ///
    /// ```
    /// use coldcap_wire::message::{Response, Status};
    /// let done = Response::new(17, Status::OK);
    /// assert_eq!((done.rid, done.status.name()), (17, Some("ok")));
    /// ```
    #[must_use]
    pub const fn new(rid: u16, status: Status) -> Self {
        Self { rid, status, reason: 0, field: 0, minimum: 0, maximum: 0, value: 0 }
    }
}
