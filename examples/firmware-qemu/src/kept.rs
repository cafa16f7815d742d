//! What outlives a reset of the core: memory that the start-up code leaves alone stands for the registers of a domain with a
//! battery of its own.

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;

const IS_KEPT: u32 = 0xC01D_CAFE;

/// A value that a reset leaves. It has to be placed with `#[unsafe(link_section = ".uninit.NAME")]`, and belongs to one context.
pub struct Kept<T>(UnsafeCell<MaybeUninit<(u32, T)>>);

// SAFETY: whoever places one uses it from one context only.
unsafe impl<T: Copy> Sync for Kept<T> {}

impl<T: Copy> Kept<T> {
    /// The place, with nothing known to be in it.
    pub const fn new() -> Self {
        Self(UnsafeCell::new(MaybeUninit::uninit()))
    }

    /// Resets the core, and hands `value` to what runs behind that.
    pub fn reset_with(&self, value: T) -> ! {
        // SAFETY: nobody else uses it.
        unsafe { self.0.get().write_volatile(MaybeUninit::new((IS_KEPT, value))) };
        cortex_m::peripheral::SCB::sys_reset()
    }

    /// What was handed over; `None` behind a start that was no such reset.
    pub fn take(&self) -> Option<T> {
        let place = self.0.get().cast::<(u32, T)>();
        // SAFETY: as above; the mark may be any number, and where it is the one, the same image wrote the rest.
        unsafe {
            let mark = &raw mut (*place).0;
            let is_kept = mark.read_volatile() == IS_KEPT;
            mark.write_volatile(0);
            is_kept.then(|| (&raw const (*place).1).read_volatile())
        }
    }
}

impl<T: Copy> Default for Kept<T> {
    fn default() -> Self {
        Self::new()
    }
}
