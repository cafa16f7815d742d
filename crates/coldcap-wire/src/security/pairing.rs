//! A key on its way to a host: as the text of a square code that the device shows.

use super::hash::Hash;
use super::secret::Secret;
use core::fmt;

/// How many characters the text has, all of them of a square code's alphanumeric mode.
pub const PAIRING_TEXT_LEN: usize = 109;

const HEAD: &[u8] = b"COLDCAP:1:";
const CHECK_LEN: usize = 4;
const DIGITS: &[u8; 16] = b"0123456789ABCDEF";

/// What a host must hold to speak with one device.
///
/// ```
/// use coldcap_wire::security::{PairingCode, Secret};
///
/// let code = PairingCode { serial: 0x1234, slot: 7, psk: Secret::new([0xAB; 32]) };
/// let text = code.to_text();
/// assert!(text.as_str().starts_with("COLDCAP:1:0000000000001234:00000007:ABAB"));
/// assert_eq!(PairingCode::parse(text.as_str()), Ok(code));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairingCode {
    /// The device's serial number.
    pub serial: u64,
    /// The number of the key at the device.
    pub slot: u32,
    /// The key.
    pub psk: Secret,
}

/// Why a text is no pairing code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PairingError {
    /// It does not have [`PAIRING_TEXT_LEN`] characters.
    Length,
    /// It is not built as one: head, separators, digits `0` to `9` and `A` to `F`.
    Form,
    /// A character was misread.
    Check,
}

impl fmt::Display for PairingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "a pairing code has 109 characters",
            Self::Form => {
                "not a pairing code: it begins with COLDCAP:1: and has capital hex digits"
            }
            Self::Check => "the pairing code's check does not fit: a character was misread",
        })
    }
}

impl core::error::Error for PairingError {}

/// The text of a code; it is a secret, and overwritten when it is dropped.
pub struct PairingText([u8; PAIRING_TEXT_LEN]);

impl PairingText {
    /// The characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Drop for PairingText {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}

impl PairingCode {
    /// The text: `COLDCAP:1:`, serial, slot, key and check as hexadecimal digits, with `:` between them.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn to_text(&self) -> PairingText {
        let mut text = PairingText([b':'; PAIRING_TEXT_LEN]);
        if let Some(head) = text.0.get_mut(..HEAD.len()) {
            head.copy_from_slice(HEAD);
        }
        let mut rest = text.0.get_mut(HEAD.len()..).unwrap_or_default();
        for field in [
            &self.serial.to_be_bytes()[..],
            &self.slot.to_be_bytes(),
            self.psk.expose(),
            &self.check(),
        ] {
            rest = write(field, rest);
        }
        text
    }

    /// Reads a text.
    ///
    /// # Errors
    /// Any [`PairingError`].
    ///
    /// # Panics
    /// Never.
    pub fn parse(text: &str) -> Result<Self, PairingError> {
        if text.len() != PAIRING_TEXT_LEN {
            return Err(PairingError::Length);
        }
        let rest = text.as_bytes().strip_prefix(HEAD).ok_or(PairingError::Form)?;
        let (serial, rest) = read(rest)?;
        let (slot, rest) = read(rest)?;
        let (psk, rest) = read(rest)?;
        let (check, _) = read::<CHECK_LEN>(rest)?;
        let (serial, slot) = (u64::from_be_bytes(serial), u32::from_be_bytes(slot));
        let code = Self { serial, slot, psk: Secret::new(psk) };
        if code.check() == check { Ok(code) } else { Err(PairingError::Check) }
    }

    /// The first bytes of the SHA-256 of what stands before it, as bytes.
    fn check(&self) -> [u8; CHECK_LEN] {
        let (serial, slot) = (self.serial.to_be_bytes(), self.slot.to_be_bytes());
        let [c0, c1, c2, c3, ..] = Hash::of(&[HEAD, &serial, &slot, self.psk.expose()]);
        [c0, c1, c2, c3]
    }
}

/// Writes digits and leaves the separator behind them; returns what follows.
fn write<'a>(field: &[u8], text: &'a mut [u8]) -> &'a mut [u8] {
    let mut rest = text;
    for byte in field {
        let Some(([high, low], more)) = rest.split_first_chunk_mut::<2>() else { return &mut [] };
        (*high, *low) = (digit(byte >> 4), digit(byte & 0xF));
        rest = more;
    }
    rest.get_mut(1..).unwrap_or_default()
}

fn digit(nibble: u8) -> u8 {
    DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0')
}

/// Reads the digits of `N` bytes and the separator behind them, if anything stands there.
fn read<const N: usize>(text: &[u8]) -> Result<([u8; N], &[u8]), PairingError> {
    let mut field = [0; N];
    let mut rest = text;
    for byte in &mut field {
        let (&[high, low], more) = rest.split_first_chunk::<2>().ok_or(PairingError::Form)?;
        *byte = value(high)? << 4 | value(low)?;
        rest = more;
    }
    match rest.split_first() {
        None => Ok((field, rest)),
        Some((b':', rest)) => Ok((field, rest)),
        Some(_) => Err(PairingError::Form),
    }
}

fn value(digit: u8) -> Result<u8, PairingError> {
    let place = DIGITS.iter().position(|known| *known == digit);
    place.and_then(|place| u8::try_from(place).ok()).ok_or(PairingError::Form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::string::{String, ToString};

    fn text() -> String {
        let code =
            PairingCode { serial: u64::MAX, slot: 0x0102_0304, psk: Secret::new([0x5A; 32]) };
        code.to_text().as_str().to_string()
    }

    #[test]
    fn every_changed_character_is_refused() {
        let text = text();
        for at in 0..text.len() {
            for replaced in ["0", "A", "F", ":", "a", "g", " "] {
                let mut changed = text.clone();
                changed.replace_range(at..=at, replaced);
                assert_eq!(PairingCode::parse(&changed).is_ok(), changed == text, "{changed}");
            }
        }
    }

    #[test]
    fn other_lengths_and_forms_are_refused() {
        let text = text();
        assert_eq!(PairingCode::parse(&text[1..]), Err(PairingError::Length));
        assert_eq!(PairingCode::parse(&std::format!("{text}0")), Err(PairingError::Length));
        assert_eq!(PairingCode::parse(&text.to_lowercase()), Err(PairingError::Form));
    }

    proptest! {
        #[test]
        fn it_comes_back_as_it_was(serial: u64, slot: u32, psk: [u8; 32]) {
            let code = PairingCode { serial, slot, psk: Secret::new(psk) };
            let text = code.to_text();
            prop_assert_eq!(PairingCode::parse(text.as_str()), Ok(code));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "(COLDCAP:1:)?[0-9A-F:]{99}|.{0,120}") {
            if let Ok(code) = PairingCode::parse(&text) {
                let again = code.to_text();
                prop_assert_eq!(again.as_str(), text);
            }
        }
    }
}
