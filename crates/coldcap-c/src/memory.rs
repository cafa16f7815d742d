//! The device in memory of the caller's: how it is laid there, and the one way back to it.

use crate::error::{Error, told};
use crate::types::coldcap_device_t;
use coldcap::{Control, Device, HealthProof, Link};
use core::sync::atomic::{AtomicBool, Ordering, compiler_fence};

/// The memory of a device is aligned to this.
pub const COLDCAP_DEVICE_ALIGN: usize = 16;
/// Bytes of memory that a device of one channel needs at most, on any machine.
pub const COLDCAP_DEVICE_SIZE_1: usize = 24_576;
/// Bytes of memory that a device of two channels needs at most, on any machine.
pub const COLDCAP_DEVICE_SIZE_2: usize = 33_792;

/// What tells a device from memory that merely is there: "CCD" and the version of this layout.
const MARK: u32 = 0x4343_4401;

/// What stands before every device, whatever its number of channels.
#[repr(C)]
struct Head {
    mark: u32,
    channels: u8,
    /// A call has not returned yet.
    busy: AtomicBool,
    /// Where it was begun. Of a copy this is wrong, and must be: two devices that go on from one state would seal
    /// different packets with the same number.
    home: usize,
}

/// A device and the proof that its last tick has left.
pub(crate) struct Body<const CHANNELS: usize> {
    pub(crate) device: Device<CHANNELS>,
    pub(crate) proof: Option<HealthProof>,
}

#[repr(C)]
struct Held<const CHANNELS: usize> {
    head: Head,
    body: Body<CHANNELS>,
}

const _: () = {
    assert!(align_of::<Held<1>>() <= COLDCAP_DEVICE_ALIGN);
    assert!(align_of::<Held<2>>() <= COLDCAP_DEVICE_ALIGN);
    assert!(size_of::<Held<1>>() <= COLDCAP_DEVICE_SIZE_1);
    assert!(size_of::<Held<2>>() <= COLDCAP_DEVICE_SIZE_2);
};

/// A device of either number of channels, in the hands of one call.
pub(crate) enum Borrowed<'a> {
    #[cfg(any(feature = "one-channel", not(feature = "two-channels")))]
    One(&'a mut Body<1>),
    #[cfg(feature = "two-channels")]
    Two(&'a mut Body<2>),
}

/// The same done with a device of either number of channels.
macro_rules! either {
    ($borrowed:expr, $body:ident => $done:expr) => {
        match $borrowed {
            #[cfg(any(feature = "one-channel", not(feature = "two-channels")))]
            $crate::memory::Borrowed::One($body) => $done,
            #[cfg(feature = "two-channels")]
            $crate::memory::Borrowed::Two($body) => $done,
        }
    };
}
pub(crate) use either;

/// Where a device lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    from: usize,
    length: usize,
}

impl Extent {
    /// No device.
    pub(crate) const NOWHERE: Self = Self { from: 0, length: 0 };

    /// Memory in which a device is to be begun.
    pub(crate) fn of(memory: *mut u8, size: usize) -> Self {
        Self { from: memory.addr(), length: size }
    }

    /// Whether `length` bytes from `address` on are partly the device's.
    pub(crate) const fn meets(self, address: usize, length: usize) -> bool {
        let (end, other) = (self.from.saturating_add(self.length), address.saturating_add(length));
        address < end && self.from < other
    }
}

/// How many bytes a device of so many channels takes; `None` where this library was not built for it.
pub(crate) const fn size_of_device(channels: u8) -> Option<usize> {
    match channels {
        #[cfg(any(feature = "one-channel", not(feature = "two-channels")))]
        1 => Some(size_of::<Held<1>>()),
        #[cfg(feature = "two-channels")]
        2 => Some(size_of::<Held<2>>()),
        _ => None,
    }
}

/// Checks that a device of so many channels has room in `size` bytes at `memory`.
pub(crate) fn check_memory(memory: *mut u8, size: usize, channels: u8) -> Result<(), Error> {
    let needed = size_of_device(channels).ok_or(Error::Channels)?;
    if memory.is_null() {
        return Err(Error::Null);
    }
    if !memory.addr().is_multiple_of(COLDCAP_DEVICE_ALIGN) {
        return Err(Error::Alignment);
    }
    if size < needed { Err(Error::Size) } else { Ok(()) }
}

/// What a device is put together from.
pub(crate) trait Parts<const CHANNELS: usize> {
    fn control(&self) -> Control<CHANNELS>;
    fn link(&self) -> Link<CHANNELS>;
}

/// Makes a device in memory that [`check_memory`] has found good.
///
/// Each part is written where it stays, and the mark last: a device is too large to be put together on the stack of a
/// board first.
///
/// # Safety
/// At `memory` there are [`size_of_device`] bytes for `CHANNELS`, aligned, and nobody else uses them from now on.
pub(crate) unsafe fn lay<const CHANNELS: usize>(
    memory: *mut u8,
    parts: &impl Parts<CHANNELS>,
) -> *mut coldcap_device_t {
    let held = memory.cast::<Held<CHANNELS>>();
    let (busy, home) = (AtomicBool::new(false), memory.addr());
    let head = Head { mark: MARK, channels: CHANNELS as u8, busy, home };
    // SAFETY: the caller's promise; what was there before is bytes, and nothing of it has to be dropped.
    unsafe {
        lay_control(&raw mut (*held).body.device.control, parts);
        lay_link(&raw mut (*held).body.device.link, parts);
        (&raw mut (*held).body.proof).write(None);
        (&raw mut (*held).head).write(head);
    }
    memory.cast()
}

/// A frame of its own, which is gone when the link is made.
///
/// # Safety
/// `place` is for a control, and nobody else's.
#[inline(never)]
unsafe fn lay_control<const CHANNELS: usize>(
    place: *mut Control<CHANNELS>,
    parts: &impl Parts<CHANNELS>,
) {
    // SAFETY: the caller's promise.
    unsafe { place.write(parts.control()) };
}

/// # Safety
/// `place` is for a link, and nobody else's.
#[inline(never)]
unsafe fn lay_link<const CHANNELS: usize>(
    place: *mut Link<CHANNELS>,
    parts: &impl Parts<CHANNELS>,
) {
    // SAFETY: the caller's promise.
    unsafe { place.write(parts.link()) };
}

/// Finds the head of a device, if there is one.
///
/// # Safety
/// A `device` that is not null points to at least as many readable bytes as a head has.
unsafe fn head<'a>(device: *mut coldcap_device_t) -> Result<&'a Head, Error> {
    let head = device.cast::<Head>();
    if head.is_null() {
        return Err(Error::Null);
    }
    if !head.addr().is_multiple_of(COLDCAP_DEVICE_ALIGN) {
        return Err(Error::Alignment);
    }
    // SAFETY: not null and aligned. Mark and home are integers, so that they may be read before anything is known of
    // what is there; a reference to the whole, with the flag in it, is made only behind them.
    let (mark, home) =
        unsafe { ((&raw const (*head).mark).read(), (&raw const (*head).home).read()) };
    if mark != MARK || home != head.addr() {
        return Err(Error::Device);
    }
    // SAFETY: by its mark and its home it is a head that `lay` has written. Calls change nothing of it but the flag,
    // which is atomic.
    Ok(unsafe { &*head })
}

/// Does `job` with the device, and says what came of it.
///
/// # Safety
/// `device` is null or what `coldcap_init` or `coldcap_restore` gave, and its memory is used for nothing else since.
pub(crate) unsafe fn with(
    device: *mut coldcap_device_t,
    job: impl FnOnce(Borrowed<'_>, Extent) -> Result<i32, Error>,
) -> i32 {
    // SAFETY: the caller's promise.
    let head = match unsafe { head(device) } {
        Ok(head) => head,
        Err(error) => return error.code(),
    };
    if head.busy.load(Ordering::Relaxed) {
        return Error::Busy.code();
    }
    head.busy.store(true, Ordering::Relaxed);
    compiler_fence(Ordering::SeqCst);
    let length = size_of_device(head.channels).unwrap_or_default();
    let extent = Extent { from: device.addr(), length };
    // SAFETY: the head says that so many channels are laid there, and that no other call has them in its hands.
    let borrowed = unsafe { borrow(device, head.channels) };
    let done = told(borrowed.and_then(|borrowed| job(borrowed, extent)));
    compiler_fence(Ordering::SeqCst);
    head.busy.store(false, Ordering::Relaxed);
    done
}

/// # Safety
/// At `device` there is a [`Held`] of so many channels, of which nobody else has the body.
unsafe fn borrow<'a>(device: *mut coldcap_device_t, channels: u8) -> Result<Borrowed<'a>, Error> {
    match channels {
        #[cfg(any(feature = "one-channel", not(feature = "two-channels")))]
        // SAFETY: the caller's promise. Of the head, to which there is a reference, nothing is borrowed.
        1 => Ok(Borrowed::One(unsafe { &mut (*device.cast::<Held<1>>()).body })),
        #[cfg(feature = "two-channels")]
        // SAFETY: as above.
        2 => Ok(Borrowed::Two(unsafe { &mut (*device.cast::<Held<2>>()).body })),
        _ => Err(Error::Device),
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, Extent, Parts, lay, size_of_device, with};
    use coldcap::{Config, Control, Link};
    use std::vec;

    struct Reference;

    impl Parts<2> for Reference {
        fn control(&self) -> Control<2> {
            Control::new(Config::reference())
        }

        fn link(&self) -> Link<2> {
            Link::new(&Config::reference())
        }
    }

    #[test]
    fn a_call_within_a_call_is_refused_and_the_next_one_is_not() {
        let length = size_of_device(2).expect("it was built for two");
        let mut memory = vec![0_u128; length / 16 + 1];
        // SAFETY: the memory is there, long enough, aligned, and nobody else's.
        let device = unsafe { lay(memory.as_mut_ptr().cast(), &Reference) };
        // SAFETY: the device is one.
        let outer = unsafe {
            with(device, |_, extent| {
                assert_eq!(extent, Extent { from: device.addr(), length });
                assert_eq!(with(device, |_, _| Ok(1)), Error::Busy.code());
                Ok(2)
            })
        };
        assert_eq!(outer, 2);
        // SAFETY: the device is one.
        assert_eq!(unsafe { with(device, |_, _| Err(Error::Room)) }, Error::Room.code());
        // SAFETY: the device is one.
        assert_eq!(unsafe { with(device, |_, _| Ok(3)) }, 3);
    }

    #[test]
    fn an_extent_meets_what_shares_a_byte_with_it() {
        let device = Extent { from: 100, length: 10 };
        for (address, length) in [(100, 1), (109, 1), (90, 11), (90, 100), (105, 2)] {
            assert!(device.meets(address, length), "{address} {length}");
        }
        for (address, length) in [(110, 1), (90, 10), (0, 1), (usize::MAX, 5)] {
            assert!(!device.meets(address, length), "{address} {length}");
        }
        assert!(!Extent::NOWHERE.meets(0, usize::MAX));
    }
}
