//! Whether a device's record is true to itself: chained, and a story that its own events tell.

use coldcap_session::Config;
use coldcap_session::record::{self, ChainError, Entry, FoldError, FoldFault, fold};
use core::fmt;

/// What became of a record whose chain is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Story {
    /// Every note follows from the events before it.
    Recomputed,
    /// It holds notes only: it is from before events were kept.
    Untold,
}

/// Why a record cannot be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// Entries were changed, moved or left out.
    Chain(ChainError),
    /// The entries are chained, but a note does not follow from the events.
    Fold(FoldError),
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chain(error) => error.fmt(f),
            Self::Fold(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for RecordError {}

/// Checks the whole record of one channel, from its first entry: the chain, then that the session
/// recomputed from its events makes just these notes.
///
/// `config` must be that of the device; [`Config::DEFAULT`] is that of the reference machine.
///
/// ```
/// use coldcap_host::record::{Story, verify};
/// use coldcap_session::record::Chain;
/// use coldcap_session::{Config, Note};
/// use coldcap_units::Instant;
///
/// let mut chain = Chain::new();
/// let entry = chain.append(Instant::ZERO, 0, &Note::CapOff);
/// assert_eq!(verify(&[entry], &Config::DEFAULT), Ok(Story::Untold));
/// ```
///
/// # Errors
/// [`RecordError`] at the first entry that is wrong.
pub fn verify(entries: &[Entry], config: &Config) -> Result<Story, RecordError> {
    record::verify(entries).map_err(RecordError::Chain)?;
    match fold(entries, config) {
        Ok(_) => Ok(Story::Recomputed),
        Err(FoldError { fault: FoldFault::NoEvents, .. }) => Ok(Story::Untold),
        Err(error) => Err(RecordError::Fold(error)),
    }
}
