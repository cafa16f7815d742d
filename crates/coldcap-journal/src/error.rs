//! What can go wrong.

use core::fmt;
use embedded_storage::nor_flash::NorFlashErrorKind;

/// Why something could not be stored, or could not be read. After every error what was stored before is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Error {
    /// The region is not one for this flash: see [`RegionError`].
    Region(RegionError),
    /// The driver of the flash reported this.
    Flash(NorFlashErrorKind),
    /// What was written does not read back: the place is worn out, and so were the others that were tried.
    Worn,
    /// More than a frame takes: `bytes` of at most `maximum`.
    TooLong {
        /// So many bytes there are.
        bytes: u32,
        /// So many there may be.
        maximum: u32,
    },
    /// A commit has no entry of this index: it has so many.
    NoSuchEntry {
        /// How many it has.
        entries: u16,
    },
    /// Nothing of a journal can be found here. A new one begins by [`Journal::format`](crate::Journal::format).
    NoJournal,
    /// The journal was written by a layout of this number, which this version does not know. Nothing is changed.
    UnknownLayout(u8),
    /// The journal was written in groups of so many bytes, and this flash takes others.
    OtherGroup(u8),
    /// Neither copy of the parameters is whole: start must be refused.
    NoImage,
}

/// Why a region does not suit a flash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RegionError {
    /// The start must be a multiple of what the flash erases at once, and the length one of the sector.
    NotAligned {
        /// What the flash erases at once.
        erased: u32,
    },
    /// A sector has 512 bytes to 256 KiB, and is a multiple of what the flash erases at once.
    UnknownSector {
        /// What the flash erases at once.
        erased: u32,
    },
    /// It ends beyond the flash, which has so many bytes.
    OutOfBounds {
        /// The capacity of the flash.
        capacity: u32,
    },
    /// It takes at least two sectors: one is kept while the other is erased.
    TooFewSectors,
    /// The flash programs or reads in units that divide no 32 bytes, or erases in such that 32 bytes do not divide.
    UnknownFlash,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Region(why) => write!(f, "the region does not suit the flash: {why}"),
            Self::Flash(kind) => write!(f, "the flash: {kind}"),
            Self::Worn => f.write_str("what is written does not read back: the flash is worn"),
            Self::TooLong { bytes, maximum } => write!(f, "{bytes} of at most {maximum}"),
            Self::NoSuchEntry { entries } => write!(f, "the commit has {entries} entries"),
            Self::NoJournal => f.write_str("there is no journal"),
            Self::UnknownLayout(layout) => write!(f, "layout {layout} is not known"),
            Self::OtherGroup(group) => write!(f, "it was written in groups of {group} bytes"),
            Self::NoImage => f.write_str("neither copy of the parameters is whole"),
        }
    }
}

impl core::error::Error for Error {}

impl fmt::Display for RegionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAligned { erased } => {
                write!(f, "its start is no multiple of {erased}, or its length none of its sector")
            }
            Self::UnknownSector { erased } => {
                write!(f, "a sector is a multiple of {erased}, from 512 bytes to 256 KiB")
            }
            Self::OutOfBounds { capacity } => write!(f, "it ends beyond {capacity} bytes"),
            Self::TooFewSectors => f.write_str("two sectors at least"),
            Self::UnknownFlash => {
                f.write_str("its units do not divide 32 bytes, or 32 bytes not its sectors")
            }
        }
    }
}

impl core::error::Error for RegionError {}
