//! How a device begins: at power-up, and after a loss of power.

use crate::codes::{COLDCAP_ABI, COLDCAP_DONE};
use crate::error::{Error, told};
use crate::memory::{Extent, Parts, check_memory, lay, size_of_device};
use crate::pointers::{bytes, checked, read};
use crate::types::{coldcap_config_t, coldcap_device_t};
use coldcap::{Checkpoint, Config, Control, Link};
use coldcap_units::Duration;

/// The version of the library, as its `COLDCAP_ABI` is numbered.
#[unsafe(no_mangle)]
pub extern "C" fn coldcap_abi() -> u32 {
    COLDCAP_ABI
}

/// The version of coldcap: one byte each of major, minor and patch, and a zero.
#[unsafe(no_mangle)]
pub extern "C" fn coldcap_version() -> u32 {
    u32::from_be_bytes([
        number(env!("CARGO_PKG_VERSION_MAJOR")),
        number(env!("CARGO_PKG_VERSION_MINOR")),
        number(env!("CARGO_PKG_VERSION_PATCH")),
        0,
    ])
}

const fn number(digits: &str) -> u8 {
    match u8::from_str_radix(digits, 10) {
        Ok(number) => number,
        Err(_) => u8::MAX,
    }
}

/// How many bytes a device of so many channels takes, `COLDCAP_DEVICE_SIZE_1` or `_2` at most; 0 where this library was
/// not built for so many.
#[unsafe(no_mangle)]
pub extern "C" fn coldcap_device_size(channels: u8) -> usize {
    size_of_device(channels).unwrap_or(0)
}

/// Begins a device in memory of yours: everything off, every session in its self-test.
///
/// The memory is the device's from now on, where it is: it is never copied, moved or written by you. To end it, use it
/// for something else. What was begun there before is gone.
///
/// @param memory `size` bytes, aligned to `COLDCAP_DEVICE_ALIGN`: a `coldcap_memory_1_t` or a `coldcap_memory_2_t`.
/// @param config is read during the call only.
/// @param device gets the device; NULL where there is none.
///
/// # Safety
/// What is not null points to what it says, and nothing of it overlaps.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn coldcap_init(
    memory: *mut u8,
    size: usize,
    config: *const coldcap_config_t,
    device: *mut *mut coldcap_device_t,
) -> i32 {
    // SAFETY: the caller's promise.
    told(unsafe { begin(memory, size, config, device, None) })
}

/// Begins a device after a loss of power, with the checkpoint that was stored before it. Everything is off; the session
/// decides by the length of the gap, and never goes straight back to cooling.
///
/// The ticks go on with the instant of the checkpoint, and the gap added where it is known. The link begins anew: it
/// wants its keys and some entropy.
///
/// `COLDCAP_ERROR_STORED` says that the bytes are no checkpoint of this version and this number of channels: then
/// nothing was begun, and whether to begin anew is a person's decision.
///
/// @param checkpoint `length` bytes; read during the call only.
/// @param gap_ms how long power was off; below 0 where nobody knows.
///
/// # Safety
/// What is not null points to what it says, and nothing of it overlaps.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn coldcap_restore(
    memory: *mut u8,
    size: usize,
    config: *const coldcap_config_t,
    checkpoint: *const u8,
    length: usize,
    gap_ms: i64,
    device: *mut *mut coldcap_device_t,
) -> i32 {
    // SAFETY: the caller's promise.
    told(unsafe {
        bytes(checkpoint, length, Extent::of(memory, size))
            .and_then(|stored| begin(memory, size, config, device, Some((stored, gap_ms))))
    })
}

/// # Safety
/// What is not null points to what it says, and nothing of it overlaps.
unsafe fn begin(
    memory: *mut u8,
    size: usize,
    config: *const coldcap_config_t,
    device: *mut *mut coldcap_device_t,
    stored: Option<(&[u8], i64)>,
) -> Result<i32, Error> {
    let extent = Extent::of(memory, size);
    checked(device, extent)?;
    // SAFETY: not null and aligned; that there is room for a pointer is the caller's promise.
    unsafe { device.write(core::ptr::null_mut()) };
    // SAFETY: the caller's promise.
    let config = unsafe { read(config, extent) }?;
    let channels = config.channels;
    let config = config.to_config()?;
    check_memory(memory, size, channels)?;
    // SAFETY: the memory is there, large enough and aligned, and from now on the device's.
    let begun = unsafe {
        match channels {
            #[cfg(any(feature = "one-channel", not(feature = "two-channels")))]
            1 => start::<1>(memory, config, stored),
            #[cfg(feature = "two-channels")]
            2 => start::<2>(memory, config, stored),
            _ => Err(Error::Channels),
        }
    }?;
    // SAFETY: as above.
    unsafe { device.write(begun) };
    Ok(COLDCAP_DONE)
}

/// # Safety
/// As [`lay`].
unsafe fn start<const CHANNELS: usize>(
    memory: *mut u8,
    config: Config,
    stored: Option<(&[u8], i64)>,
) -> Result<*mut coldcap_device_t, Error> {
    let stored = match stored {
        Some((bytes, gap)) => Some(Survived {
            checkpoint: Checkpoint::from_bytes(bytes).map_err(|_| Error::Stored)?,
            gap: duration(gap),
        }),
        None => None,
    };
    // SAFETY: the caller's promise.
    Ok(unsafe { lay::<CHANNELS>(memory, &Beginning { config, stored }) })
}

/// What of a device has survived a loss of power.
struct Survived<const CHANNELS: usize> {
    checkpoint: Checkpoint<CHANNELS>,
    gap: Option<Duration>,
}

/// A device at power-up, as `Device::new` and `Device::restored` make it.
struct Beginning<const CHANNELS: usize> {
    config: Config,
    stored: Option<Survived<CHANNELS>>,
}

impl<const CHANNELS: usize> Parts<CHANNELS> for Beginning<CHANNELS> {
    fn control(&self) -> Control<CHANNELS> {
        match &self.stored {
            Some(stored) => Control::restored(self.config, &stored.checkpoint, stored.gap),
            None => Control::new(self.config),
        }
    }

    fn link(&self) -> Link<CHANNELS> {
        Link::new(&self.config)
    }
}

/// A gap as C says it; one that is longer than any that is told apart counts as the longest.
pub(crate) fn duration(gap_ms: i64) -> Option<Duration> {
    let gap = u64::try_from(gap_ms).ok()?;
    Some(Duration::from_millis(u32::try_from(gap).unwrap_or(u32::MAX)))
}
