//! What can be wrong with a recording.

use super::Kind;

/// Something is wrong with a recording, at an offset in bytes from the start of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Damage {
    /// The file does not begin as a recording does.
    NotACapture,
    /// The recording has a version that this reader does not know.
    Version {
        /// The version found; this reader knows [`VERSION`](super::VERSION).
        found: u16,
    },
    /// The file header differs from its copy in the first block, which has a checksum and is believed.
    Header {
        /// Where the first differing byte stands.
        offset: u64,
    },
    /// A field of the file header holds what it may not hold.
    HeaderField {
        /// Where the field stands.
        offset: u64,
        /// The field.
        field: &'static str,
    },
    /// The checksum of a block is wrong: nothing of that block is used.
    Checksum {
        /// Where the block begins.
        offset: u64,
        /// What kind of block it claims to be.
        kind: Kind,
    },
    /// The checksum of a block is right and its content is not what its kind says.
    Content {
        /// Where the block begins.
        offset: u64,
        /// What kind of block it is.
        kind: Kind,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// No block can be found here, because the length of this or an earlier block is damaged.
    Lost {
        /// Where a block was looked for.
        offset: u64,
        /// Where reading goes on, by the index at the end of the file; `None` if nothing can be read
        /// any more.
        resumed: Option<u64>,
    },
    /// The recording ends without its last block: it was cut off.
    CutOff {
        /// Up to here the file was read.
        offset: u64,
    },
    /// Something follows the last block.
    Trailing {
        /// Where it begins.
        offset: u64,
    },
}

impl Damage {
    /// Where the damage stands, in bytes from the start of the file.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        match *self {
            Self::NotACapture => 0,
            Self::Version { .. } => super::header::VERSION_OFFSET as u64,
            Self::Header { offset }
            | Self::HeaderField { offset, .. }
            | Self::Checksum { offset, .. }
            | Self::Content { offset, .. }
            | Self::Lost { offset, .. }
            | Self::CutOff { offset }
            | Self::Trailing { offset } => offset,
        }
    }

    /// Whether it says no more than that the recording was cut off.
    #[must_use]
    pub const fn is_cut_off(&self) -> bool {
        matches!(self, Self::CutOff { .. })
    }
}

impl core::fmt::Display for Damage {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "byte {}: ", self.offset())?;
        match self {
            Self::NotACapture => write!(f, "this is not a coldcap recording"),
            Self::Version { found } => {
                let known = super::VERSION;
                write!(f, "the recording has version {found}, this program reads version {known}")
            }
            Self::Header { .. } => write!(f, "the file header is damaged; its copy is used"),
            Self::HeaderField { field, .. } => write!(f, "the file header holds a bad {field}"),
            Self::Checksum { kind, .. } => {
                write!(f, "the {kind} block is damaged (wrong checksum) and is left out")
            }
            Self::Content { kind, reason, .. } => {
                write!(f, "the {kind} block is malformed and is left out: {reason}")
            }
            Self::Lost { resumed: Some(resumed), .. } => {
                write!(f, "the length of a block is damaged; reading goes on at byte {resumed}")
            }
            Self::Lost { resumed: None, .. } => {
                write!(f, "the length of a block is damaged; nothing behind it can be read")
            }
            Self::CutOff { .. } => write!(f, "the recording was cut off here"),
            Self::Trailing { .. } => write!(f, "something follows the end of the recording"),
        }
    }
}

impl core::error::Error for Damage {}
