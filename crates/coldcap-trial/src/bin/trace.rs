//! Prints the hash of the trace of every number type, as the bare machines do.

use coldcap_trial::trace::{EXPECTED, by_name};

fn main() {
    for (name, _) in EXPECTED {
        println!("{name} {:016X}", by_name(name).unwrap_or_default());
    }
}
