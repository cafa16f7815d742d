//! How deep the stack ever was: what lies below it is painted at the start, and looked for at the end.

use core::ptr;

const PAINT: u32 = 0xC01D_CA9E;
/// What the caller of [`paint`] may have in use below its own frame.
const MARGIN: usize = 64;

unsafe extern "C" {
    /// The end of what the linker has placed, from `cortex-m-rt`: the stack grows down toward it.
    static mut __sheap: u32;
    static _stack_start: u32;
}

fn lowest() -> *mut u32 {
    &raw mut __sheap
}

/// Paints what is free below the stack. Call it once, first.
#[inline(never)]
pub fn paint() {
    let here = cortex_m::register::msp::read() as usize;
    let mut place = lowest();
    while (place as usize) < here - MARGIN {
        // SAFETY: between the last static and the stack; nothing else lives there.
        unsafe {
            place.write_volatile(PAINT);
            place = place.add(1);
        }
    }
}

/// Bytes of stack that were used since, at most.
pub fn used() -> u64 {
    let top = ptr::addr_of!(_stack_start) as usize;
    let mut place = lowest().cast_const();
    // SAFETY: as above; it ends at the stack's own beginning.
    while (place as usize) < top && unsafe { place.read_volatile() } == PAINT {
        place = unsafe { place.add(1) };
    }
    (top - place as usize) as u64
}
