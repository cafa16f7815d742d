//! Why a call did nothing.

use crate::codes;

/// Why a call did nothing; what of it C sees is its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Error {
    Null,
    Size,
    Alignment,
    Device,
    Busy,
    Channels,
    Value,
    Room,
    Overlap,
    Stored,
    KeysFull,
    KeyTaken,
    Therapy,
    #[cfg(feature = "lane")]
    Lane,
    Abi,
}

impl Error {
    pub(crate) const fn code(self) -> i32 {
        match self {
            Self::Null => codes::COLDCAP_ERROR_NULL,
            Self::Size => codes::COLDCAP_ERROR_SIZE,
            Self::Alignment => codes::COLDCAP_ERROR_ALIGNMENT,
            Self::Device => codes::COLDCAP_ERROR_DEVICE,
            Self::Busy => codes::COLDCAP_ERROR_BUSY,
            Self::Channels => codes::COLDCAP_ERROR_CHANNELS,
            Self::Value => codes::COLDCAP_ERROR_VALUE,
            Self::Room => codes::COLDCAP_ERROR_ROOM,
            Self::Overlap => codes::COLDCAP_ERROR_OVERLAP,
            Self::Stored => codes::COLDCAP_ERROR_STORED,
            Self::KeysFull => codes::COLDCAP_ERROR_KEYS_FULL,
            Self::KeyTaken => codes::COLDCAP_ERROR_KEY_TAKEN,
            Self::Therapy => codes::COLDCAP_ERROR_THERAPY,
            #[cfg(feature = "lane")]
            Self::Lane => codes::COLDCAP_ERROR_LANE,
            Self::Abi => codes::COLDCAP_ERROR_ABI,
        }
    }
}

/// What C gets: what was done, as a number from 0 on, or the code of an error.
pub(crate) fn told(result: Result<i32, Error>) -> i32 {
    result.unwrap_or_else(Error::code)
}

/// A count or a length as C gets it.
pub(crate) fn count(length: usize) -> Result<i32, Error> {
    i32::try_from(length).map_err(|_| Error::Size)
}
