//! The file header: sixteen bytes, and a copy of them in the first block.

use super::damage::Damage;
use super::source::Source;

/// The version of the format that is written, and the only one that is read.
pub const VERSION: u16 = 1;

/// The length of the file header in bytes.
pub const FILE_HEADER_LENGTH: usize = 16;

pub(super) const VERSION_OFFSET: usize = 6;
const ORIGIN_OFFSET: u64 = 8;
const RESERVED_OFFSET: u64 = 10;
const MAGIC: [u8; 6] = *b"CCAP\x1A\x0A";

/// Where the data come from. It is printed on everything that shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Origin {
    /// A real machine.
    Device = 0,
    /// A simulated machine: no person was treated.
    Simulated = 1,
    /// A replay of an earlier recording.
    Replay = 2,
}

impl Origin {
    /// Every origin, in order of its code.
    pub const ALL: [Self; 3] = [Self::Device, Self::Simulated, Self::Replay];

    /// The frozen code, 0 to 2.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The origin with this code, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.code() == code)
    }

    /// Its name in lower case, as files print it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Simulated => "simulated",
            Self::Replay => "replay",
        }
    }
}

impl core::fmt::Display for Origin {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

/// What stands at the head of every recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// Where the data come from.
    pub origin: Origin,
    /// How many channels (patients) the device has.
    pub channels: u8,
}

impl Header {
    /// The sixteen bytes as they stand in the file.
    #[must_use]
    pub fn to_bytes(self) -> [u8; FILE_HEADER_LENGTH] {
        let [m0, m1, m2, m3, m4, m5] = MAGIC;
        let [v0, v1] = VERSION.to_le_bytes();
        let (origin, channels) = (self.origin.code(), self.channels);
        [m0, m1, m2, m3, m4, m5, v0, v1, origin, channels, 0, 0, 0, 0, 0, 0]
    }

    /// The header that these bytes hold.
    ///
    /// # Errors
    /// [`Damage::NotACapture`] if they do not begin as a recording does, [`Damage::Version`] if they
    /// are of another version, [`Damage::HeaderField`] if a field holds what it may not hold.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Damage> {
        let mut source = Source::new(bytes);
        if source.array() != Some(MAGIC) {
            return Err(Damage::NotACapture);
        }
        match source.u16() {
            Some(VERSION) => Self::read_fields(source).ok_or(Damage::NotACapture)?,
            Some(found) => Err(Damage::Version { found }),
            None => Err(Damage::NotACapture),
        }
    }

    /// `None` if the bytes end too early.
    fn read_fields(mut source: Source<'_>) -> Option<Result<Self, Damage>> {
        let (origin, channels) = (source.u8()?, source.u8()?);
        let reserved: [u8; 6] = source.array()?;
        let Some(origin) = Origin::from_code(origin) else {
            return Some(Err(Damage::HeaderField { offset: ORIGIN_OFFSET, field: "origin" }));
        };
        if reserved != [0; 6] {
            let field = "reserved byte";
            return Some(Err(Damage::HeaderField { offset: RESERVED_OFFSET, field }));
        }
        Some(Ok(Self { origin, channels }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_is_sixteen_documented_bytes() {
        let header = Header { origin: Origin::Replay, channels: 2 };
        let bytes = header.to_bytes();
        assert_eq!(bytes, *b"CCAP\x1A\x0A\x01\x00\x02\x02\0\0\0\0\0\0");
        assert_eq!(Header::from_bytes(&bytes), Ok(header));
    }

    #[test]
    fn bad_headers_are_told_apart() {
        let good = Header { origin: Origin::Device, channels: 1 }.to_bytes();
        let spoilt = |at: usize, value: u8| {
            let mut bytes = good;
            bytes[at] = value;
            Header::from_bytes(&bytes)
        };
        assert_eq!(spoilt(0, b'X'), Err(Damage::NotACapture));
        assert_eq!(spoilt(6, 9), Err(Damage::Version { found: 9 }));
        assert_eq!(spoilt(8, 3), Err(Damage::HeaderField { offset: 8, field: "origin" }));
        assert_eq!(spoilt(15, 1), Err(Damage::HeaderField { offset: 10, field: "reserved byte" }));
        for length in 0..good.len() {
            assert_eq!(Header::from_bytes(&good[..length]), Err(Damage::NotACapture));
        }
    }
}
