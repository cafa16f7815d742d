//! Bytes from and to the host.

use crate::codes::COLDCAP_DONE;
use crate::error::count;
use crate::memory::{Borrowed, either, with};
use crate::pointers::{array, bytes, room};
use crate::types::coldcap_device_t;
use coldcap::security::SecurityEvent;
use coldcap_units::Instant;

/// Takes bytes from the host, in chunks of any size; what they ask for comes with the next tick.
///
/// The work is linear in the bytes, and once a second at most there is a handshake in them: two multiplications on the
/// curve, some four million instructions of a Cortex-M4F (50 ms at 80 MHz), 25 million of a Cortex-M0 (half a second at 48 MHz, as
/// long as a watchdog of 500 ms waits). They delay the next tick where both run in one loop, as here they must.
///
/// # Safety
/// `device` is null or a device; at `data` there are `length` bytes, outside the device.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn coldcap_receive(
    device: *mut coldcap_device_t,
    now_ms: u64,
    data: *const u8,
    length: usize,
) -> i32 {
    // SAFETY: the caller's promise.
    unsafe {
        with(device, |borrowed, extent| {
            let data = bytes(data, length, extent)?;
            let now = Instant::from_millis(now_ms);
            either!(borrowed, body => body.device.link.receive(now, data));
            Ok(COLDCAP_DONE)
        })
    }
}

/// Writes whole frames for the host, as many as there are and fit. Room for 256 bytes takes any frame; give it what the
/// line takes at once.
///
/// @param buffer may hold anything before.
/// @return how many bytes are to be sent, 0 where there is nothing to say, or an error.
///
/// # Safety
/// `device` is null or a device; at `buffer` there are `length` bytes, outside the device.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn coldcap_transmit(
    device: *mut coldcap_device_t,
    now_ms: u64,
    buffer: *mut u8,
    length: usize,
) -> i32 {
    // SAFETY: the caller's promise.
    unsafe {
        with(device, |borrowed, extent| {
            let out = room(buffer, length, extent)?;
            let now = Instant::from_millis(now_ms);
            count(either!(borrowed, body => body.device.link.transmit(now, out)))
        })
    }
}

/// When `coldcap_transmit` is to be called again at the latest: 0 is at once, the largest number never. An early call is
/// harmless. Where there is no device it is 0.
///
/// # Safety
/// `device` is null or a device.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn coldcap_next_deadline(device: *mut coldcap_device_t) -> u64 {
    let mut deadline = Instant::ZERO;
    let ask = |borrowed: Borrowed<'_>, _| {
        deadline = either!(borrowed, body => body.device.link.next_deadline());
        Ok(COLDCAP_DONE)
    };
    // SAFETY: the caller's promise.
    unsafe { with(device, ask) };
    deadline.as_millis()
}

/// Mixes `COLDCAP_SEED_LENGTH` random bytes of the board in: at power-up before the first `coldcap_transmit`, and as
/// often as you like afterwards. Without any no session begins.
///
/// # Safety
/// `device` is null or a device; at `seed` there are so many bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn coldcap_add_entropy(
    device: *mut coldcap_device_t,
    seed: *const u8,
) -> i32 {
    // SAFETY: the caller's promise.
    unsafe {
        with(device, |borrowed, extent| {
            let seed = array(seed, extent)?;
            either!(borrowed, body => body.device.link.add_entropy(seed));
            Ok(COLDCAP_DONE)
        })
    }
}

/// 1 where no session can begin because there was no `coldcap_add_entropy` yet, else 0.
///
/// # Safety
/// `device` is null or a device.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn coldcap_wants_entropy(device: *mut coldcap_device_t) -> i32 {
    // SAFETY: the caller's promise.
    unsafe {
        with(device, |borrowed, _| {
            Ok(i32::from(either!(borrowed, body => body.device.link.wants_entropy())))
        })
    }
}

/// The next thing that a person, a log or a store wants to know of the link's security: `COLDCAP_SECURITY_…`. Ask until
/// it is `COLDCAP_SECURITY_NOTHING`.
///
/// # Safety
/// `device` is null or a device.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn coldcap_next_security_event(device: *mut coldcap_device_t) -> i32 {
    // SAFETY: the caller's promise.
    unsafe {
        with(device, |borrowed, _| {
            let event = either!(borrowed, body => body.device.link.poll_security_event());
            Ok(event.map_or(0, code))
        })
    }
}

const fn code(event: SecurityEvent) -> i32 {
    (event as i32).saturating_add(1)
}
