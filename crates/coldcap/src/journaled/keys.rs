//! The keys of the link, as an image of parameters: one behind the other in their stored form.

use coldcap_journal::{Copies, Error, Images, Region};
use coldcap_wire::security::{KeyRing, KeySlot, SLOTS, STORED_LEN};
use embedded_storage::nor_flash::NorFlash;

/// The version of the image's content.
const VERSION: u16 = 1;

pub(super) fn store<F: NorFlash>(
    flash: &mut F,
    region: Region,
    keys: &KeyRing,
) -> Result<(), Error> {
    let mut bytes = [[0; STORED_LEN]; SLOTS];
    let count = keys.slots().zip(&mut bytes).map(|(key, bytes)| *bytes = key.to_stored()).count();
    let stored = bytes.get(..count).unwrap_or_default().as_flattened();
    Images::new(flash, region)?.store(VERSION, stored).map(|_| ())
}

/// Keys that were stored.
pub(super) struct Loaded {
    pub(super) keys: KeyRing,
    /// Whether both copies are whole now.
    pub(super) mended: Result<(), Error>,
}

/// The keys that are stored; a copy that is not whole is written again from the other. Without a whole image, or where its content is
/// none of this version, there are none to go by: [`Error::NoImage`].
pub(super) fn load<F: NorFlash>(flash: &mut F, region: Region) -> Result<Loaded, Error> {
    let mut bytes = [[0; STORED_LEN]; SLOTS];
    let mut images = Images::new(flash, region)?;
    let image = images.load(bytes.as_flattened_mut())?;
    let stored = bytes.as_flattened().get(..image.length).unwrap_or_default();
    let ring = if image.version == VERSION { ring(stored) } else { None };
    let keys = ring.ok_or(Error::NoImage)?;
    let mended = match image.copies {
        Copies::Both => Ok(()),
        Copies::One => images.mend(stored),
    };
    Ok(Loaded { keys, mended })
}

fn ring(stored: &[u8]) -> Option<KeyRing> {
    let mut ring = KeyRing::new();
    let (keys, rest) = stored.as_chunks::<STORED_LEN>();
    for key in keys {
        ring.add(KeySlot::from_stored(key)?).ok()?;
    }
    rest.is_empty().then_some(ring)
}
