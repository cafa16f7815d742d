//! What a board stores.

use crate::codes::COLDCAP_CHANNELS_MAX;
use crate::error::{Error, count};
use crate::memory::{either, with};
use crate::pointers::{array_room, room};
use crate::types::coldcap_device_t;

/// Writes what must survive a loss of power: store it behind the entries of the same tick, in one piece with them.
///
/// @param buffer `COLDCAP_CHECKPOINT_MAX` bytes suffice.
/// @return how many bytes were written, or an error.
///
/// # Safety
/// `device` is null or a device; at `buffer` there are `length` bytes, outside the device.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn coldcap_checkpoint(
    device: *mut coldcap_device_t,
    buffer: *mut u8,
    length: usize,
) -> i32 {
    // SAFETY: the caller's promise.
    unsafe {
        with(device, |borrowed, extent| {
            let room = room(buffer, length, extent)?;
            let stored = either!(borrowed, body => body.device.control.checkpoint().to_bytes(room));
            count(stored.ok_or(Error::Room)?)
        })
    }
}

/// Writes an entry of the record that no tick has handed out yet, although the checkpoint counts it: whoever stores a
/// checkpoint stores these with it, in their order.
///
/// @param place 0 and on; the first without an entry ends them.
/// @param entry room for `COLDCAP_ENTRY_LENGTH` bytes.
/// @return 1 where there is one, 0 where there is none.
///
/// # Safety
/// `device` is null or a device; at `entry` there is the room, outside the device.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn coldcap_held_entry(
    device: *mut coldcap_device_t,
    place: u16,
    entry: *mut u8,
) -> i32 {
    let place = usize::from(place);
    // SAFETY: the caller's promise.
    unsafe {
        with(device, |borrowed, extent| {
            let room = array_room(entry, extent)?;
            let held = either!(borrowed, body => {
                body.device.control.held_entries().nth(place).map(|entry| entry.0)
            });
            let there = held.is_some();
            held.into_iter().for_each(|held| *room = held);
            Ok(i32::from(there))
        })
    }
}

const _: () = assert!(
    crate::codes::COLDCAP_CHECKPOINT_MAX == COLDCAP_CHANNELS_MAX * coldcap::CHECKPOINT_BYTES
);
