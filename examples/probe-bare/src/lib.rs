//! What the probes share; and, for WebAssembly, the traces as functions that a host can call.
#![no_std]

/// The traces for a host that loads this as WebAssembly.
#[cfg(target_arch = "wasm32")]
mod wasm {
    use coldcap_trial::trace::trace;
    use fixed::types::{I16F16, I32F32};

    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        core::arch::wasm32::unreachable()
    }

    /// The hash of the trace in `I16F16`.
    // SAFETY: no other function has this name.
    #[unsafe(no_mangle)]
    pub extern "C" fn trace_i16f16() -> u64 {
        trace::<I16F16>()
    }

    /// The hash of the trace in `I32F32`.
    // SAFETY: no other function has this name.
    #[unsafe(no_mangle)]
    pub extern "C" fn trace_i32f32() -> u64 {
        trace::<I32F32>()
    }

    /// The hash of the trace in `f32`.
    // SAFETY: no other function has this name.
    #[unsafe(no_mangle)]
    pub extern "C" fn trace_f32() -> u64 {
        trace::<f32>()
    }

    /// The hash of the trace in `f64`.
    // SAFETY: no other function has this name.
    #[unsafe(no_mangle)]
    pub extern "C" fn trace_f64() -> u64 {
        trace::<f64>()
    }
}

/// Memory under a name, as large as what a crate keeps: so the image says how much that is.
#[macro_export]
macro_rules! memory {
    ($name:ident: $($kept:ty),+ $(,)?) => {
        static $name: [core::sync::atomic::AtomicU8; 0 $(+ size_of::<$kept>())+] =
            [const { core::sync::atomic::AtomicU8::new(0) }; 0 $(+ size_of::<$kept>())+];
    };
}

/// Counts executed instructions.
///
/// Under `-icount shift=0` the emulator advances its clock by one nanosecond an instruction, and the
/// board's 25 MHz SysTick counts executed instructions in steps of 40.
#[cfg(target_arch = "arm")]
pub mod count {
    use cortex_m::peripheral::{SYST, syst::SystClkSource};

    /// Instructions a count.
    pub const INSTRUCTIONS_PER_COUNT: u64 = 40;
    const RELOAD: u32 = 0x00FF_FFFF;

    /// Starts the counter; `false` where somebody has taken it.
    #[must_use]
    pub fn start() -> bool {
        let Some(peripherals) = cortex_m::Peripherals::take() else { return false };
        let mut systick = peripherals.SYST;
        systick.set_clock_source(SystClkSource::Core);
        systick.set_reload(RELOAD);
        systick.clear_current();
        systick.enable_counter();
        true
    }

    /// The counts of a call, which must be fewer than 2²⁴.
    pub fn of(call: impl FnOnce()) -> u64 {
        let start = SYST::get_current();
        call();
        u64::from(start.wrapping_sub(SYST::get_current()) & RELOAD)
    }
}

/// Measures how much stack a call takes.
#[cfg(target_arch = "arm")]
pub mod stack {
    use core::ptr::{read_volatile, write_volatile};

    unsafe extern "C" {
        /// Behind the last of the statics: from here up to the stack nothing is used.
        static mut __sheap: u32;
    }

    const UNTOUCHED: u32 = 0xA5A5_A5A5;
    /// What the painting function itself may have below the place from which it measures.
    const OWN: usize = 256;

    /// The bytes of stack below the caller's frame that a call touches, to a multiple of four.
    #[inline(never)]
    pub fn of(call: impl FnOnce()) -> usize {
        let here = 0_u32;
        let top = (&raw const here) as usize & !3;
        let floor = (&raw const __sheap) as usize;
        // SAFETY: the words from the end of the statics to well below this function's frame belong to nobody.
        (floor..top.saturating_sub(OWN)).step_by(4).for_each(|at| unsafe {
            write_volatile(at as *mut u32, UNTOUCHED);
        });
        call();
        // SAFETY: as above; the words are only read.
        let touched = |at: &usize| unsafe { read_volatile(*at as *const u32) } != UNTOUCHED;
        let deepest = (floor..top).step_by(4).find(touched);
        deepest.map_or(0, |deepest| top.saturating_sub(deepest))
    }
}

/// Ends the emulator with a failure.
#[cfg(target_arch = "arm")]
mod arm {
    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        semihosting::process::exit(101)
    }
}

/// The traces for RISC-V, run by an emulator that takes the calls of a Linux program: it needs no board,
/// no memory map and no start-up code but the call itself.
#[cfg(target_arch = "riscv32")]
pub mod riscv {
    use core::arch::{asm, global_asm};

    // The emulator enters here with a stack in place.
    global_asm!(".globl _start", "_start:", "call start");

    const WRITE: usize = 64;
    const EXIT: usize = 93;

    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        exit(101)
    }

    /// Writes to the standard output.
    pub fn write(text: &[u8]) {
        // SAFETY: the call reads `text` and changes nothing of this program but a0.
        unsafe {
            asm!("ecall", in("a7") WRITE, inlateout("a0") 1usize => _, in("a1") text.as_ptr(),
                 in("a2") text.len(), options(nostack, readonly));
        }
    }

    /// Ends the program.
    pub fn exit(code: usize) -> ! {
        // SAFETY: the call does not come back.
        unsafe { asm!("ecall", in("a7") EXIT, in("a0") code, options(noreturn, nostack)) }
    }
}
