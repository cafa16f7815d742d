//! Prints the hash of the trace of every number type.
#![no_std]
#![no_main]

use coldcap_trial::trace::{EXPECTED, by_name};
use probe_bare as _;

#[cfg(target_arch = "arm")]
mod arm {
    use super::{EXPECTED, by_name};
    use cortex_m_rt::entry;
    use semihosting::println;

    #[entry]
    fn main() -> ! {
        for (name, _) in EXPECTED {
            println!("{name} {:016X}", by_name(name).unwrap_or_default());
        }
        semihosting::process::exit(0)
    }
}

#[cfg(target_arch = "riscv32")]
mod riscv {
    use super::{EXPECTED, by_name};
    use core::fmt::{self, Write as _};
    use probe_bare::riscv;

    struct Output;

    impl fmt::Write for Output {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            riscv::write(text.as_bytes());
            Ok(())
        }
    }

    // SAFETY: no other function has this name.
    #[unsafe(no_mangle)]
    extern "C" fn start() -> ! {
        for (name, _) in EXPECTED {
            let _ = writeln!(Output, "{name} {:016X}", by_name(name).unwrap_or_default());
        }
        riscv::exit(0)
    }
}
