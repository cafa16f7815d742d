//! What C points to, checked as far as a pointer can be: null, alignment, size, and whether it lies in the device.

use crate::error::Error;
use crate::memory::Extent;

/// A pointer to one value of C's that may be read or written.
pub(crate) fn checked<T>(pointer: *const T, device: Extent) -> Result<(), Error> {
    if pointer.is_null() {
        return Err(Error::Null);
    }
    if !pointer.is_aligned() {
        return Err(Error::Alignment);
    }
    if device.meets(pointer.addr(), size_of::<T>()) { Err(Error::Overlap) } else { Ok(()) }
}

/// A copy of C's value: it is read once, and may change behind it.
///
/// # Safety
/// A pointer that is not null points to a `T` of whatever value, which nobody writes during the call.
pub(crate) unsafe fn read<T: Copy>(pointer: *const T, device: Extent) -> Result<T, Error> {
    checked(pointer, device)?;
    // SAFETY: not null and aligned; that a T is there is the caller's promise, and every T that is read so is made of
    // integers, of which any bits are a value.
    Ok(unsafe { pointer.read() })
}

/// C's bytes, to read.
///
/// # Safety
/// At `pointer` there are `length` bytes, or `length` is 0, and nobody writes them during `'a`.
pub(crate) unsafe fn bytes<'a>(
    pointer: *const u8,
    length: usize,
    device: Extent,
) -> Result<&'a [u8], Error> {
    if length == 0 {
        return Ok(&[]);
    }
    span(pointer, length, device)?;
    // SAFETY: not null, no longer than a slice may be; that the bytes are there is the caller's promise.
    Ok(unsafe { core::slice::from_raw_parts(pointer, length) })
}

/// C's bytes, to write.
///
/// # Safety
/// At `pointer` there are `length` bytes, or `length` is 0, and nobody else reads or writes them during `'a`.
pub(crate) unsafe fn room<'a>(
    pointer: *mut u8,
    length: usize,
    device: Extent,
) -> Result<&'a mut [u8], Error> {
    if length == 0 {
        return Ok(&mut []);
    }
    span(pointer, length, device)?;
    // SAFETY: as in `bytes`, and nobody else has them.
    Ok(unsafe { core::slice::from_raw_parts_mut(pointer, length) })
}

/// As [`room`], for exactly `N` bytes.
///
/// # Safety
/// At `pointer` there are `N` bytes, and nobody else reads or writes them during `'a`.
pub(crate) unsafe fn array_room<'a, const N: usize>(
    pointer: *mut u8,
    device: Extent,
) -> Result<&'a mut [u8; N], Error> {
    span(pointer, N, device)?;
    // SAFETY: not null, and bytes are always aligned; that they are there and nobody else's is the caller's promise.
    Ok(unsafe { &mut *pointer.cast::<[u8; N]>() })
}

/// A copy of exactly `N` of C's bytes.
///
/// # Safety
/// At `pointer` there are `N` bytes, which nobody writes during the call.
pub(crate) unsafe fn array<const N: usize>(
    pointer: *const u8,
    device: Extent,
) -> Result<[u8; N], Error> {
    // SAFETY: the caller's promise is that of `read`.
    unsafe { read(pointer.cast::<[u8; N]>(), device) }
}

fn span(pointer: *const u8, length: usize, device: Extent) -> Result<(), Error> {
    if pointer.is_null() {
        return Err(Error::Null);
    }
    // More than that no object has.
    let fits = isize::try_from(length).is_ok() && pointer.addr().checked_add(length).is_some();
    if !fits {
        return Err(Error::Size);
    }
    if device.meets(pointer.addr(), length) { Err(Error::Overlap) } else { Ok(()) }
}
