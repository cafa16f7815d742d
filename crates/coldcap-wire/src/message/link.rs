//! Care of the link itself.

use super::describe::body;

body! {
    /// Shows that the sender is alive: once a second, either way. A peer is lost after 3.5 s without any
    /// packet.
    Heartbeat = Link 0x60, Both, "heartbeat" {
        /// The sender's own monotonic time.
        at_ms: u64 = "ms",
        /// Differs from one heartbeat to the next.
        nonce: u16 = "id",
    }
}

body! {
    /// From a host with a display: these values stand on the screen now. It must come from what draws, not
    /// from what receives.
    Drawn = Link 0x62, ToDevice, "drawn" since 2 {
        /// The `progress` of the newest `machine_status` that was drawn; 0 says nothing.
        progress: u16 = "id",
    }
}
