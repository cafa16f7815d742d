//! What a panic does on a board that has no handler in Rust. None can be reached from a tick; this is for the rest.

/// Traps. On a Cortex-M that is the fault handler of yours, which must switch everything off, as for any other fault; the
/// watchdog, which nobody feeds then, does the rest.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        trap();
    }
}

#[cfg(target_arch = "arm")]
fn trap() {
    // SAFETY: an instruction that is never defined: it touches no memory and no register, and goes to the fault handler.
    unsafe { core::arch::asm!("udf #0", options(nomem, nostack)) }
}

#[cfg(any(target_arch = "riscv32", target_arch = "riscv64"))]
fn trap() {
    // SAFETY: as above.
    unsafe { core::arch::asm!("unimp", options(nomem, nostack)) }
}

#[cfg(not(any(target_arch = "arm", target_arch = "riscv32", target_arch = "riscv64")))]
fn trap() {
    core::hint::spin_loop();
}
