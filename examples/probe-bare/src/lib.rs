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
