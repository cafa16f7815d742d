//! Who may speak with this device: at most eight keys, and a window in which one more is handed out.

use super::pairing::PairingCode;
use super::role::Role;
use super::secret::Secret;
use coldcap_units::{Duration, Instant};
use core::fmt;

/// How many keys a device holds.
pub const SLOTS: usize = 8;
/// How long a pairing window stays open.
pub const PAIRING_WINDOW: Duration = Duration::from_secs(60);
/// The longest label, in bytes of UTF-8.
pub const LABEL_LEN: usize = 24;
/// How many bytes a stored key has.
pub const STORED_LEN: usize = 64;

const STORED_VERSION: u8 = 1;

/// What a person calls a key: "tablet, room 4".
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Label {
    bytes: [u8; LABEL_LEN],
    len: u8,
}

impl Label {
    /// A label; `None` where it is longer than [`LABEL_LEN`] or holds a zero byte.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        if text.as_bytes().contains(&0) {
            return None;
        }
        let mut bytes = [0; LABEL_LEN];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Self { bytes, len: u8::try_from(text.len()).ok()? })
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.len)).unwrap_or_default();
        core::str::from_utf8(bytes).unwrap_or_default()
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// One key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySlot {
    /// Its number, told in the open when a session begins. Never given a second time, so that a host with a
    /// revoked key is told from one with a new key.
    pub id: u32,
    /// What its holder may do.
    pub role: Role,
    /// What a person calls it.
    pub label: Label,
    /// The key itself, shared with one host and nobody else.
    pub psk: Secret,
}

impl KeySlot {
    /// How it is stored: version 1, role, length of the label, a zero, number (four bytes, low byte first),
    /// label with zeros behind it, key.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn to_stored(&self) -> [u8; STORED_LEN] {
        let mut stored = [0; STORED_LEN];
        if let Some((head, rest)) = stored.split_first_chunk_mut::<4>() {
            *head = [STORED_VERSION, self.role.code(), self.label.len, 0];
            let fields = [&self.id.to_le_bytes()[..], &self.label.bytes, self.psk.expose()];
            let places = rest.iter_mut().zip(fields.into_iter().flatten());
            places.for_each(|(place, byte)| *place = *byte);
        }
        stored
    }

    /// Reads a stored key; `None` where the bytes are not one.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn from_stored(stored: &[u8; STORED_LEN]) -> Option<Self> {
        let ([version, role, len, zero], rest) = stored.split_first_chunk::<4>()?;
        let (id, rest) = rest.split_first_chunk::<4>()?;
        let (label, psk) = rest.split_first_chunk::<LABEL_LEN>()?;
        let text = core::str::from_utf8(label.get(..usize::from(*len))?).ok()?;
        let slot = Self {
            id: u32::from_le_bytes(*id),
            role: Role::from_code(*role)?,
            label: Label::new(text)?,
            psk: Secret::new(*psk.first_chunk()?),
        };
        let whole = *version == STORED_VERSION && *zero == 0 && slot.label.bytes == *label;
        whole.then_some(slot)
    }
}

/// Why a key was not added, or no window opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyError {
    /// All slots are taken: revoke one first.
    Full,
    /// A key of this number is there.
    Taken,
    /// A therapy runs.
    Therapy,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "all eight keys are taken: revoke one first",
            Self::Taken => "a key of this number is there",
            Self::Therapy => "no pairing while a therapy runs",
        })
    }
}

impl core::error::Error for KeyError {}

/// What a session may go by: a key, and that it was not revoked since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Grant {
    /// The number of the key.
    pub slot: u32,
    /// Its role.
    pub role: Role,
    /// Which of all keys that were ever in this ring.
    generation: u32,
}

#[derive(Clone, Debug)]
struct Held {
    slot: KeySlot,
    generation: u32,
}

impl Held {
    const fn grant(&self) -> Grant {
        Grant { slot: self.slot.id, role: self.slot.role, generation: self.generation }
    }
}

#[derive(Clone, Debug)]
struct Window {
    key: Held,
    opened: Instant,
}

/// The keys of a device, shared by all of its links.
///
/// ```
/// use coldcap_units::Instant;
/// use coldcap_wire::security::{KeyRing, Label, Role};
///
/// let mut keys = KeyRing::new();
/// let label = Label::new("tablet").unwrap();
/// let psk = [0x5A; 32]; // from the random number generator
/// let code = keys.open_pairing(Instant::ZERO, 4711, 1, Role::Nurse, label, psk).unwrap();
/// assert_eq!((code.serial, code.slot), (4711, 1)); // to be shown as a square code
/// assert_eq!(keys.slots().count(), 0); // until a host has shown that it holds the key
/// ```
#[derive(Clone, Debug, Default)]
pub struct KeyRing {
    held: [Option<Held>; SLOTS],
    window: Option<Window>,
    generation: u32,
    therapy: bool,
}

impl KeyRing {
    /// No keys.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a key: one from storage, or one that was agreed on at manufacture.
    ///
    /// # Errors
    /// [`KeyError::Full`], [`KeyError::Taken`].
    ///
    /// # Panics
    /// Never.
    pub fn add(&mut self, slot: KeySlot) -> Result<(), KeyError> {
        let held = self.next(slot)?;
        if self.put(held) { Ok(()) } else { Err(KeyError::Full) }
    }

    /// Removes a key; says whether it was there. Sessions by it end with their next packet.
    pub fn revoke(&mut self, id: u32) -> bool {
        let place = self.held.iter_mut().find(|held| is(held, id));
        place.is_some_and(|place| place.take().is_some())
    }

    /// The keys that are there.
    pub fn slots(&self) -> impl Iterator<Item = &KeySlot> {
        self.held.iter().flatten().map(|held| &held.slot)
    }

    /// Says whether a therapy runs. The beginning of one closes the pairing window.
    pub fn set_therapy(&mut self, runs: bool) {
        self.therapy = runs;
        if runs {
            self.window = None;
        }
    }

    /// Opens the window for one new key, on a person's word at the device itself. What comes back is shown to
    /// the host's camera. The key is kept once the host has sent a packet of a session by it; after
    /// [`PAIRING_WINDOW`] it is void.
    ///
    /// `id` was never given before, `psk` is random and never used before. A window that was open is closed.
    ///
    /// # Errors
    /// Any [`KeyError`].
    ///
    /// # Panics
    /// Never.
    pub fn open_pairing(
        &mut self,
        now: Instant,
        serial: u64,
        id: u32,
        role: Role,
        label: Label,
        psk: [u8; 32],
    ) -> Result<PairingCode, KeyError> {
        if self.therapy {
            return Err(KeyError::Therapy);
        }
        let psk = Secret::new(psk);
        let code = PairingCode { serial, slot: id, psk: psk.clone() };
        let key = self.next(KeySlot { id, role, label, psk })?;
        self.window = Some(Window { key, opened: now });
        Ok(code)
    }

    /// Closes the window, on a person's word.
    pub fn close_pairing(&mut self) {
        self.window = None;
    }

    /// What is left of the window; `None` where none is open.
    #[must_use]
    pub fn pairing_left(&self, now: Instant) -> Option<Duration> {
        let left = PAIRING_WINDOW.minus(now.since(self.window.as_ref()?.opened));
        (!left.is_zero()).then_some(left)
    }

    /// The key of this number, if sessions may begin by it now.
    pub(super) fn find(&self, now: Instant, id: u32) -> Option<(&Secret, Grant)> {
        let known = self.held.iter().flatten().find(|held| held.slot.id == id);
        let held = known.or_else(|| self.in_window(now).filter(|held| held.slot.id == id))?;
        Some((&held.slot.psk, held.grant()))
    }

    fn in_window(&self, now: Instant) -> Option<&Held> {
        self.pairing_left(now)?;
        self.window.as_ref().map(|window| &window.key)
    }

    /// Whether a session may go on.
    pub(super) fn grants(&self, grant: Grant) -> bool {
        self.held.iter().flatten().any(|held| held.grant() == grant)
    }

    /// A packet of a session by this grant was verified for the first time: says whether the session may go
    /// on, and whether a key was paired by it.
    pub(super) fn confirm(&mut self, now: Instant, grant: Grant) -> Confirmed {
        if self.grants(grant) {
            return Confirmed::Known;
        }
        let paired = self.in_window(now).filter(|held| held.grant() == grant).cloned();
        match paired {
            Some(held) => {
                self.window = None;
                if self.put(held) { Confirmed::Paired } else { Confirmed::No }
            }
            None => Confirmed::No,
        }
    }

    /// What `slot` becomes in this ring, if there is room for it.
    fn next(&mut self, slot: KeySlot) -> Result<Held, KeyError> {
        if self.held.iter().any(|held| is(held, slot.id)) {
            return Err(KeyError::Taken);
        }
        if self.held.iter().all(Option::is_some) {
            return Err(KeyError::Full);
        }
        self.generation = self.generation.wrapping_add(1);
        Ok(Held { slot, generation: self.generation })
    }

    /// Puts a key into a free slot; says whether there was one, and no key of its number.
    fn put(&mut self, held: Held) -> bool {
        if self.held.iter().any(|other| is(other, held.slot.id)) {
            return false;
        }
        match self.held.iter_mut().find(|place| place.is_none()) {
            Some(place) => *place = Some(held),
            None => return false,
        }
        true
    }
}

/// What became of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Confirmed {
    Known,
    Paired,
    No,
}

fn is(held: &Option<Held>, id: u32) -> bool {
    held.as_ref().is_some_and(|held| held.slot.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn label() -> Label {
        Label::new("tablet, room 4 – Süd").unwrap()
    }

    fn key(id: u32) -> KeySlot {
        KeySlot { id, role: Role::Nurse, label: label(), psk: Secret::new([id as u8; 32]) }
    }

    fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    fn open(keys: &mut KeyRing, id: u32) -> Result<PairingCode, KeyError> {
        keys.open_pairing(at(0), 9, id, Role::Clinician, label(), [id as u8; 32])
    }

    #[test]
    fn eight_keys_of_different_numbers() {
        let mut keys = KeyRing::new();
        assert_eq!(keys.add(key(3)), Ok(()));
        assert_eq!(keys.add(key(3)), Err(KeyError::Taken));
        assert!((10..17).all(|id| keys.add(key(id)).is_ok()));
        assert_eq!(keys.add(key(99)), Err(KeyError::Full));
        assert!(keys.revoke(12) && !keys.revoke(12));
        assert_eq!(keys.add(key(99)), Ok(()));
        let mut ids: Vec<u32> = keys.slots().map(|slot| slot.id).collect();
        ids.sort_unstable();
        assert_eq!(ids, [3, 10, 11, 13, 14, 15, 16, 99]);
    }

    #[test]
    fn a_revoked_key_grants_nothing_even_if_its_number_comes_back() {
        let mut keys = KeyRing::new();
        keys.add(key(3)).unwrap();
        let (_, grant) = keys.find(at(0), 3).unwrap();
        assert!(keys.grants(grant));
        keys.revoke(3);
        assert!(!keys.grants(grant) && keys.find(at(0), 3).is_none());
        keys.add(key(3)).unwrap();
        assert!(!keys.grants(grant));
        assert_eq!(keys.confirm(at(0), grant), Confirmed::No);
    }

    #[test]
    fn a_key_in_the_window_begins_sessions_and_is_kept_once_confirmed() {
        let mut keys = KeyRing::new();
        let code = open(&mut keys, 5).unwrap();
        assert_eq!(keys.pairing_left(at(59_999)), Some(Duration::from_millis(1)));
        let (psk, grant) = keys.find(at(59_999), 5).unwrap();
        assert_eq!((psk, grant.role), (&code.psk, Role::Clinician));
        assert!(!keys.grants(grant));
        assert_eq!(keys.confirm(at(59_999), grant), Confirmed::Paired);
        assert!(keys.grants(grant) && keys.pairing_left(at(59_999)).is_none());
        assert_eq!(keys.confirm(at(90_000), grant), Confirmed::Known);
    }

    #[test]
    fn the_window_closes_after_a_minute_by_hand_and_when_a_therapy_begins() {
        let mut keys = KeyRing::new();
        open(&mut keys, 5).unwrap();
        let (_, grant) = keys.find(at(0), 5).unwrap();
        assert!(keys.find(at(60_000), 5).is_none());
        assert_eq!(keys.confirm(at(60_000), grant), Confirmed::No);
        open(&mut keys, 6).unwrap();
        keys.close_pairing();
        assert!(keys.find(at(0), 6).is_none());
        open(&mut keys, 7).unwrap();
        keys.set_therapy(true);
        assert!(keys.find(at(0), 7).is_none());
        assert_eq!(open(&mut keys, 8), Err(KeyError::Therapy));
        keys.set_therapy(false);
        assert!(keys.find(at(0), 7).is_none(), "it does not open again by itself");
        assert!(open(&mut keys, 8).is_ok());
    }

    #[test]
    fn a_window_needs_a_free_slot_and_a_new_number() {
        let mut keys = KeyRing::new();
        (0..8).for_each(|id| keys.add(key(id)).unwrap());
        assert_eq!(open(&mut keys, 9), Err(KeyError::Full));
        keys.revoke(7);
        assert_eq!(open(&mut keys, 6), Err(KeyError::Taken));
        assert!(open(&mut keys, 9).is_ok());
        // The slot is taken by hand meanwhile: nothing is paired, and nothing is lost.
        let (_, grant) = keys.find(at(0), 9).unwrap();
        keys.add(key(20)).unwrap();
        assert_eq!(keys.confirm(at(0), grant), Confirmed::No);
        assert_eq!(keys.slots().count(), 8);
    }

    #[test]
    fn a_stored_key_comes_back_and_damage_is_refused() {
        let stored = key(0x0102_0304).to_stored();
        assert_eq!(stored[..8], [1, 1, 23, 0, 4, 3, 2, 1]);
        assert_eq!(KeySlot::from_stored(&stored), Some(key(0x0102_0304)));
        for (at, value) in [(0, 2), (1, 4), (2, 25), (2, 24), (3, 1), (2, 22), (8, 0xFF)] {
            let mut damaged = stored;
            damaged[at] = value;
            assert_eq!(KeySlot::from_stored(&damaged), None, "byte {at}");
        }
        assert!(Label::new(&"x".repeat(24)).is_some() && Label::new(&"x".repeat(25)).is_none());
    }
}
