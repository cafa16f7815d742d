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
