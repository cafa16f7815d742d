//! The step lane, for simulators.

use crate::begin::duration;
use crate::codes::COLDCAP_DONE;
use crate::error::Error;
use crate::memory::{either, with};
use crate::pointers::{array, array_room};
use crate::types::coldcap_device_t;
use coldcap::Served;

/// Bytes of a step of the lane.
pub const COLDCAP_STEP_LENGTH: usize = 1024;
/// Bytes of a reply.
pub const COLDCAP_REPLY_LENGTH: usize = 3072;
/// A tick: the reply holds what it decided.
pub const COLDCAP_SERVED_TICK: i32 = 1;
/// The device was restarted; there is no reply.
pub const COLDCAP_SERVED_RESTART: i32 = 2;
/// The driver is done; there is no reply.
pub const COLDCAP_SERVED_END: i32 = 3;
/// The device was made anew, with the keys that it was given; there is no reply.
pub const COLDCAP_SERVED_EQUIP: i32 = 4;

/// Serves one block of the step lane. Only a simulator may: who speaks the lane moves the clock and hands out keys.
///
/// @param step `COLDCAP_STEP_LENGTH` bytes.
/// @param reply room for `COLDCAP_REPLY_LENGTH` bytes.
/// @return `COLDCAP_SERVED_…`, or an error.
///
/// # Safety
/// `device` is null or a device; the blocks are as long as is said, and outside the device.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn coldcap_serve(
    device: *mut coldcap_device_t,
    step: *const u8,
    reply: *mut u8,
) -> i32 {
    // SAFETY: the caller's promise.
    unsafe {
        with(device, |borrowed, extent| {
            let (step, reply) = (array(step, extent)?, array_room(reply, extent)?);
            either!(borrowed, body => body.device.serve(&step, reply))
                .map(served)
                .map_err(|_| Error::Lane)
        })
    }
}

const fn served(served: Served) -> i32 {
    match served {
        Served::Ticked => COLDCAP_SERVED_TICK,
        Served::Restarted => COLDCAP_SERVED_RESTART,
        Served::Ended => COLDCAP_SERVED_END,
        Served::Equipped => COLDCAP_SERVED_EQUIP,
    }
}

/// Restarts the device where it is as after a loss of power, for simulators: checkpoint, record and keys survive as a
/// journal would keep them. A board uses `coldcap_restore`.
///
/// @param gap_ms how long power was off; below 0 where nobody knows.
///
/// # Safety
/// `device` is null or a device.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn coldcap_restart(device: *mut coldcap_device_t, gap_ms: i64) -> i32 {
    // SAFETY: the caller's promise.
    unsafe {
        with(device, |borrowed, _| {
            either!(borrowed, body => {
                body.proof = None;
                body.device.restart(duration(gap_ms));
            });
            Ok(COLDCAP_DONE)
        })
    }
}
