//! How a command fails: one line, and a status that scripts rely on.

use coldcap_host::connection::Closed;
use coldcap_sim::RigError;
use std::fmt;
use std::io;

/// Why a command did not do what it was asked for.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The thing examined is wrong: status 1.
    Wrong(String),
    /// The command line or an input is wrong: status 2.
    Input(String),
    /// Reading, writing or the peer failed: status 3.
    Io(String),
    /// Whoever reads our output has had enough: status 0.
    Closed,
}

impl Failure {
    /// The exit status.
    pub(crate) const fn status(&self) -> u8 {
        match self {
            Self::Closed => 0,
            Self::Wrong(_) => 1,
            Self::Input(_) => 2,
            Self::Io(_) => 3,
        }
    }

    /// The same, said of this option or argument.
    pub(crate) fn of(self, field: &str) -> Self {
        let named = |line: String| format!("{field}: {line}");
        match self {
            Self::Wrong(line) => Self::Wrong(named(line)),
            Self::Input(line) => Self::Input(named(line)),
            Self::Io(line) => Self::Io(named(line)),
            Self::Closed => Self::Closed,
        }
    }

    /// A file that could not be read: a path that leads to none is a wrong input, and the rest is the
    /// machine's.
    pub(crate) fn unreadable(path: &std::path::Path, error: &io::Error) -> Self {
        let line = format!("{}: {error}: allowed is a readable file", path.display());
        match error.kind() {
            io::ErrorKind::NotFound
            | io::ErrorKind::IsADirectory
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::InvalidData => Self::Input(line),
            _ => Self::Io(line),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong(line) | Self::Input(line) | Self::Io(line) => f.write_str(line),
            Self::Closed => f.write_str("nobody reads the output"),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::Closed
        } else {
            Self::Io(error.to_string())
        }
    }
}

impl From<Closed> for Failure {
    fn from(closed: Closed) -> Self {
        Self::Io(closed.to_string())
    }
}

impl From<RigError> for Failure {
    fn from(error: RigError) -> Self {
        match error {
            RigError::Build(error) => Self::Input(error.to_string()),
            error => Self::Io(error.to_string()),
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Io(error.to_string())
    }
}
