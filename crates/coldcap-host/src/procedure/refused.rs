//! What a machine refused for good.

use coldcap_wire::message::{Response, Status, Vocabulary};
use core::fmt;

/// A command that a plan asks for, and the answer after which asking again cannot help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What the command is called.
    pub command: &'static str,
    /// The answer; one that is `ok` tells back something else than was said.
    pub response: Response,
}

fn word(vocabulary: &str, code: u8) -> Option<&'static str> {
    Vocabulary::named(vocabulary)?.word(code)
}

impl fmt::Display for Refused {
    /// One line: the command, why, and which figure is allowed between what.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Response { status, reason, field, minimum, maximum, value, .. } = self.response;
        if status == Status::OK {
            let command = self.command;
            return write!(
                f,
                "the machine took another {command} than it was told, digest {value:08x}"
            );
        }
        let why = word("refusal", reason).filter(|_| reason != 0);
        let why = why.or(status.name()).unwrap_or("refused");
        write!(f, "the machine refused {}: {why}", self.command)?;
        if let Some(field) = word("field", field).filter(|_| field != 0) {
            write!(f, ", {field}")?;
        }
        if minimum != 0 || maximum != 0 {
            write!(f, ", allowed {minimum} to {maximum}")?;
        }
        if value != 0 {
            write!(f, ", contraindications {value:#x}")?;
        }
        Ok(())
    }
}
