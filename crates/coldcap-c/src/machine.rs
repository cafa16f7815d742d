//! What the machine is made of. **This is the file that a maker changes.**

use coldcap::Config;

/// Sensors, limits, tunings and the alarms of the machine that this library is built for: all that C does not hand over.
///
/// Here they are those of the reference machine. They are checked against each other when they are compiled, which
/// figures that C hands over at run time could not be; so this is written in Rust, once, and reviewed as what it is.
pub(crate) fn machine() -> Config {
    Config::reference()
}
