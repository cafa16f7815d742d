//! Random sessions, as many as the argument says, and their hash: any failed promise ends the emulator
//! with a failure.
#![no_std]
#![no_main]

use coldcap_trial::session::sessions;
use cortex_m_rt::entry;
use probe_bare as _;
use semihosting::experimental::env;
use semihosting::println;

#[entry]
fn main() -> ! {
    let count = count().unwrap_or(1_000);
    println!("{count} sessions {:016X}", sessions(count).1);
    semihosting::process::exit(0)
}

/// The argument after the program's name.
fn count() -> Option<u64> {
    let arguments = env::args::<64>().ok()?;
    (&arguments).nth(1)?.ok()?.parse().ok()
}
