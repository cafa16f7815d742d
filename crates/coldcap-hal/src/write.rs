//! What is told of an output that could not be written.

use core::fmt;

/// Why an output does not do what it was told to.
///
/// Whatever fails, the driver tries at once to switch it off. An output that is [`NotOff`](Self::NotOff) may still be
/// driven: nothing but the permit's own power path, or a reset, takes its power then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WriteError {
    /// The write failed; switching off succeeded.
    LeftOff,
    /// The write failed, and switching off failed, too.
    NotOff,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LeftOff => "an output could not be written, and was switched off",
            Self::NotOff => "an output could neither be written nor switched off",
        })
    }
}

impl core::error::Error for WriteError {}

/// What became of a write, and of the switching off that a failed one is followed by.
pub(crate) fn or_off(
    written: Result<(), WriteError>,
    off: impl FnOnce() -> Result<(), WriteError>,
) -> Result<(), WriteError> {
    written.or_else(|_| off().and(Err(WriteError::LeftOff)))
}
