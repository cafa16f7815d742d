//! Prints the hash of the trace of every number type.
#![no_std]
#![no_main]

use coldcap_trial::trace::{EXPECTED, by_name};
use cortex_m_rt::entry;
use probe_bare as _;
use semihosting::println;

#[entry]
fn main() -> ! {
    for (name, _) in EXPECTED {
        println!("{name} {:016X}", by_name(name).unwrap_or_default());
    }
    semihosting::process::exit(0)
}
