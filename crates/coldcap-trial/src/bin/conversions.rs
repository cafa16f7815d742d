//! Prints the hash of every shipped table, as the bare machines do.

use coldcap_trial::conversion::{INPUTS_EVERYWHERE, TABLES, hash};

fn main() {
    for (name, table) in TABLES {
        println!("{name} {:016X}", hash(table, INPUTS_EVERYWHERE));
    }
}
