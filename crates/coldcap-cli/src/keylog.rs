//! The keys of sessions in a file, and what they open.
//!
//! One line a session: `COLDCAP_SESSION`, the hash of the handshake, the key from host to device, the key from device
//! to host, each 64 lower-case hexadecimal digits. Lines that begin with `#` are comments.

use crate::command::{hexadecimal, store};
use crate::failure::Failure;
use coldcap_units::Instant;
use coldcap_wire::packet::{HEADER_LEN, Header};
use coldcap_wire::security::{Keys, Secret, Tunnel};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

const WORD: &str = "COLDCAP_SESSION";
const HEAD: &str = "# Whoever has this file reads these sessions, and could write into them.\n";

/// The file that the keys of sessions go to, if one is asked for.
#[derive(Debug)]
pub(crate) struct KeyLog {
    file: Option<(PathBuf, File)>,
    last: Option<[u8; 32]>,
}

impl KeyLog {
    /// A new file, which nobody but its owner may read; one that was there is replaced.
    pub(crate) fn create(path: Option<&Path>) -> Result<Self, Failure> {
        let mut log = Self { file: None, last: None };
        if let Some(path) = path {
            let file = store::private(path).map_err(|error| unwritable(path, &error))?;
            log.file = Some((path.to_owned(), file));
            log.write(HEAD)?;
        }
        Ok(log)
    }

    fn write(&mut self, line: &str) -> Result<(), Failure> {
        let Some((path, file)) = &mut self.file else { return Ok(()) };
        file.write_all(line.as_bytes()).map_err(|error| unwritable(path, &error))
    }

    /// Takes note of the session that goes on; `true` where it is a new one.
    pub(crate) fn note(&mut self, keys: &Keys) -> Result<bool, Failure> {
        if self.last.replace(keys.hash) == Some(keys.hash) {
            return Ok(false);
        }
        let parts = [&keys.hash, keys.sending.expose(), keys.receiving.expose()];
        let [hash, to_device, to_host] = parts.map(|part| hexadecimal::of(part));
        self.write(&format!("{WORD} {hash} {to_device} {to_host}\n"))?;
        Ok(true)
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Io(format!("--keylog: {}: {error}", path.display()))
}

/// Which way a packet went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    ToDevice,
    ToHost,
}

/// Sessions whose keys are known: it opens their packets, each once, the newest session first.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Vec<[Tunnel; 2]>);

impl Sessions {
    /// The sessions of a log.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let text = fs::read_to_string(path)
            .map_err(|error| Failure::unreadable(path, &error).of("--keylog"))?;
        let mut sessions = Self::default();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let keys = keys(line).ok_or_else(|| {
                let place = format!("--keylog: {}:{}", path.display(), number + 1);
                Failure::Input(format!("{place}: allowed is {WORD} and three times 64 digits"))
            })?;
            sessions.learn(&keys);
        }
        Ok(sessions)
    }

    /// Whether there is any.
    pub(crate) const fn is_some(&self) -> bool {
        !self.0.is_empty()
    }

    /// One more session, as its host has it.
    pub(crate) fn learn(&mut self, keys: &Keys) {
        let Keys { sending, receiving, hash } = keys.clone();
        let turned = Keys { sending: receiving, receiving: sending, hash };
        let opens = |keys| Tunnel::new(keys, Instant::ZERO);
        self.0.insert(0, [opens(turned), opens(keys.clone())]);
    }

    /// Opens a sealed packet that went this way: its header as it was, and its body.
    pub(crate) fn open(&mut self, way: Way, packet: &[u8]) -> Option<Vec<u8>> {
        let (header, _) = Header::parse(packet).ok().filter(|(header, _)| header.secured)?;
        self.0.iter_mut().find_map(|[to_device, to_host]| {
            let tunnel = if way == Way::ToDevice { to_device } else { to_host };
            let mut opened = packet.to_vec();
            let opening = tunnel.open(&header, &mut opened).ok()?;
            opened.truncate(opening.body.end.max(HEADER_LEN));
            Some(opened)
        })
    }

    /// Opens a sealed packet whose way is not known.
    pub(crate) fn open_any(&mut self, packet: &[u8]) -> Option<(Way, Vec<u8>)> {
        [Way::ToDevice, Way::ToHost]
            .into_iter()
            .find_map(|way| self.open(way, packet).map(|opened| (way, opened)))
    }
}

fn keys(line: &str) -> Option<Keys> {
    let mut words = line.split_ascii_whitespace();
    if words.next() != Some(WORD) {
        return None;
    }
    let mut next = || -> Option<[u8; 32]> {
        let word = words.next().filter(|word| word.len() == 64)?;
        hexadecimal::parse(word)?.try_into().ok()
    };
    let (hash, to_device, to_host) = (next()?, next()?, next()?);
    let whole = words.next().is_none();
    let (sending, receiving) = (Secret::new(to_device), Secret::new(to_host));
    whole.then_some(Keys { sending, receiving, hash })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use coldcap_wire::packet::Kind;

    fn session(byte: u8) -> Keys {
        let [sending, receiving] = [byte, byte + 1].map(|byte| Secret::new([byte; 32]));
        Keys { sending, receiving, hash: [byte; 32] }
    }

    #[test]
    fn a_log_opens_what_its_sessions_have_sealed_and_nothing_else() {
        let path = std::env::temp_dir().join(format!("coldcap-keylog-{}", std::process::id()));
        let mut log = KeyLog::create(Some(&path)).unwrap();
        assert!(log.note(&session(1)).unwrap() && !log.note(&session(1)).unwrap());
        assert!(log.note(&session(5)).unwrap());
        let mut sessions = Sessions::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        for (byte, opens) in [(1, true), (5, true), (9, false)] {
            let mut host = Tunnel::new(session(byte), Instant::ZERO);
            let mut packet = [0; 64];
            let length = host.seal(Kind::Command, 0x15, b"body", &mut packet).unwrap();
            let opened = sessions.open_any(&packet[..length]);
            assert_eq!(opened.is_some(), opens);
            if let Some((way, opened)) = opened {
                assert_eq!((way, &opened[6..]), (Way::ToDevice, &b"body"[..]));
            }
            assert_eq!(sessions.open_any(&packet[..length]), None, "each once");
        }
    }

    #[test]
    fn a_line_is_the_word_and_three_times_64_digits() {
        let digits = "ab".repeat(32);
        let line = format!("COLDCAP_SESSION {digits} {digits} {digits}");
        assert!(keys(&line).is_some());
        for wrong in [&line[1..], &line[..line.len() - 1], &format!("{line} 1"), "", "# x"] {
            assert!(keys(wrong).is_none(), "{wrong}");
        }
    }
}
