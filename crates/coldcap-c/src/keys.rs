//! The keys of the device.

use crate::codes::{COLDCAP_DONE, COLDCAP_LABEL_MAX};
use crate::error::{Error, count};
use crate::memory::{Extent, either, with};
use crate::pointers::{array, array_room, checked, room};
use crate::types::coldcap_device_t;
use coldcap::security::{KeyError, KeySlot, Label, PairingCode, Role};
use coldcap_units::Instant;

/// Adds a key: one that was stored, or one that was agreed on at manufacture.
///
/// @param stored `COLDCAP_KEY_LENGTH` bytes, as `coldcap_stored_key` gave them.
///
/// # Safety
/// `device` is null or a device; at `stored` there are so many bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn coldcap_add_key(device: *mut coldcap_device_t, stored: *const u8) -> i32 {
    // SAFETY: the caller's promise.
    unsafe {
        with(device, |borrowed, extent| {
            let key = KeySlot::from_stored(&array(stored, extent)?).ok_or(Error::Stored)?;
            either!(borrowed, body => body.device.link.keys_mut().add(key))
                .map(|()| COLDCAP_DONE)
                .map_err(refused)
        })
    }
}

/// Writes the key in a place, 0 to 7, as it is stored; places are those of the keys that are there.
///
/// @param stored room for `COLDCAP_KEY_LENGTH` bytes. Store them where nobody reads from outside.
/// @return 1 where there is a key, 0 where there is none.
///
/// # Safety
/// `device` is null or a device; at `stored` there is the room, outside the device.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn coldcap_stored_key(
    device: *mut coldcap_device_t,
    place: u8,
    stored: *mut u8,
) -> i32 {
    let place = usize::from(place);
    // SAFETY: the caller's promise.
    unsafe {
        with(device, |borrowed, extent| {
            let room = array_room(stored, extent)?;
            let key = either!(borrowed, body => {
                body.device.link.keys().slots().nth(place).map(KeySlot::to_stored)
            });
            let there = key.is_some();
            key.into_iter().for_each(|key| *room = key);
            Ok(i32::from(there))
        })
    }
}

/// Removes the key of this number: 1 where it was there. A session by it ends with its next packet.
///
/// # Safety
/// `device` is null or a device.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn coldcap_revoke_key(device: *mut coldcap_device_t, id: u32) -> i32 {
    // SAFETY: the caller's promise.
    unsafe {
        with(device, |borrowed, _| {
            Ok(i32::from(either!(borrowed, body => body.device.link.keys_mut().revoke(id))))
        })
    }
}

/// Opens the window for one new key, for a minute, on a person's word at the machine itself. The text that comes back is
/// shown as a square code. The key is there once its host has begun a session: `COLDCAP_SECURITY_PAIRED`.
///
/// @param id a number that was never given before.
/// @param role `COLDCAP_ROLE_…`.
/// @param label what a person calls it, in UTF-8, ended by a zero: `COLDCAP_LABEL_MAX` characters at most.
/// @param secret `COLDCAP_SEED_LENGTH` random bytes that were never used before.
/// @param text gets the text, ended by a zero: `COLDCAP_PAIRING_TEXT_MAX` bytes suffice. It holds the secret: wipe it.
/// @return how many characters the text has, without the zero, or an error.
///
/// # Safety
/// `device` is null or a device; what else is not null points to what it says, outside the device.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn coldcap_open_pairing(
    device: *mut coldcap_device_t,
    now_ms: u64,
    id: u32,
    role: u8,
    label: *const core::ffi::c_char,
    secret: *const u8,
    text: *mut u8,
    length: usize,
) -> i32 {
    // SAFETY: the caller's promise.
    unsafe {
        with(device, |borrowed, extent| {
            let role = Role::from_code(role).ok_or(Error::Value)?;
            let (label, secret) = (label_at(label.cast(), extent)?, array(secret, extent)?);
            let text = room(text, length, extent)?;
            if text.len() < crate::codes::COLDCAP_PAIRING_TEXT_MAX {
                return Err(Error::Room);
            }
            let now = Instant::from_millis(now_ms);
            let code = either!(borrowed, body => {
                body.device.link.open_pairing(now, id, role, label, secret)
            });
            spell(&code.map_err(refused)?, text)
        })
    }
}

/// Closes that window, on a person's word.
///
/// # Safety
/// `device` is null or a device.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn coldcap_close_pairing(device: *mut coldcap_device_t) -> i32 {
    // SAFETY: the caller's promise.
    unsafe {
        with(device, |borrowed, _| {
            either!(borrowed, body => body.device.link.keys_mut().close_pairing());
            Ok(COLDCAP_DONE)
        })
    }
}

/// How many milliseconds are left of that window; 0 where none is open.
///
/// # Safety
/// `device` is null or a device.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn coldcap_pairing_left(device: *mut coldcap_device_t, now_ms: u64) -> i32 {
    let now = Instant::from_millis(now_ms);
    // SAFETY: the caller's promise.
    unsafe {
        with(device, |borrowed, _| {
            let left = either!(borrowed, body => body.device.link.keys().pairing_left(now));
            Ok(left.map_or(0, |left| i32::try_from(left.as_millis()).unwrap_or(i32::MAX)))
        })
    }
}

const fn refused(error: KeyError) -> Error {
    match error {
        KeyError::Full => Error::KeysFull,
        KeyError::Taken => Error::KeyTaken,
        KeyError::Therapy => Error::Therapy,
    }
}

/// The text of C's at `pointer`, read no further than a label may be.
///
/// # Safety
/// A pointer that is not null points to bytes of which one is zero.
unsafe fn label_at(pointer: *const u8, device: Extent) -> Result<Label, Error> {
    checked(pointer, device)?;
    let mut text = [0; COLDCAP_LABEL_MAX];
    let mut at = pointer;
    for place in &mut text {
        // SAFETY: no zero was read before, so that this byte is of the text, or the zero behind it.
        *place = unsafe { at.read() };
        if *place == 0 {
            return label(&text);
        }
        at = at.wrapping_add(1);
    }
    // SAFETY: as above.
    if unsafe { at.read() } == 0 { label(&text) } else { Err(Error::Value) }
}

fn label(text: &[u8]) -> Result<Label, Error> {
    let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
    let text = core::str::from_utf8(text).map_err(|_| Error::Value)?;
    Label::new(text).ok_or(Error::Value)
}

fn spell(code: &PairingCode, to: &mut [u8]) -> Result<i32, Error> {
    let text = code.to_text();
    let text = text.as_str().as_bytes();
    let (head, rest) = to.split_at_mut_checked(text.len()).ok_or(Error::Room)?;
    head.copy_from_slice(text);
    *rest.first_mut().ok_or(Error::Room)? = 0;
    count(text.len())
}
