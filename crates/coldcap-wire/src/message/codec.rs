//! The postcard wire format as bodies use it, read and written without a step back.
//!
//! The bytes are those of the crate `postcard`, and tests hold both against each other. It is written again
//! for two things that its flavors cannot do: a padded number is seen *while it is read*, so that nothing has
//! to be encoded again to prove that a body is in its one form; and nothing here fails before the end, so
//! that what a structure of fifty numbers costs is fifty numbers, and not fifty branches to an error.
//!
//! Source of the format: J. Munns, "The Postcard Wire Format", version 1, <https://postcard.jamesmunns.com>.

mod read;
mod write;

pub(super) use read::{Read, read};
pub(super) use write::{Written, write};

use core::fmt;

/// Something that no body holds was asked for: a floating point number, a map, an enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unsupported;

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no body holds this")
    }
}

impl core::error::Error for Unsupported {}

impl serde::de::Error for Unsupported {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }

    // Without these the text of every message that serde can make would be linked.
    fn invalid_length(_: usize, _: &dyn serde::de::Expected) -> Self {
        Self
    }
}

impl serde::ser::Error for Unsupported {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

#[cfg(test)]
mod tests;
