//! Service: actuators driven by hand, under a lease. Since minor version 3.

use super::code::Actuator;
use super::command::CommandHead;
use super::describe::body;

body! {
    /// Drives an actuator by hand, for service only. It falls back to safe unless it is asked for again, under
    /// a new request id, before the lease is over. Since minor 3.
    Actuate = Command 0x1E, ToDevice, "actuate" since 3 {
        /// What every command begins with. A deadline must be stated.
        head: CommandHead = "structure",
        /// Which actuator.
        actuator: Actuator = "code: actuator",
        /// How strongly.
        drive_permille: u16 = "permille",
        /// For how long unless it is asked for again, 1 to 2000; 0 ends it at once.
        lease_ms: u16 = "ms",
    }
}
