//! How far a test that runs over many ticks has come.

use coldcap_units::Duration;

/// A test that is fed once a tick: still running, or done with its outcome.
///
/// Once done it stays done with the same outcome, however often it is fed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Progress<T> {
    /// It needs this much more time.
    Running {
        /// What is left of the window.
        remaining: Duration,
    },
    /// It is over.
    Done(T),
}

impl<T> Progress<T> {
    /// The outcome, once there is one.
    pub fn outcome(self) -> Option<T> {
        match self {
            Self::Running { .. } => None,
            Self::Done(outcome) => Some(outcome),
        }
    }
}
