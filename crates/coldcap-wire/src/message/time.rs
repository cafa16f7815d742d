//! Time: four stamps, and what a peer knows of the device's clock. Since minor version 3.

use super::describe::body;

body! {
    /// Asks for the device's time, and proves how new the host's knowledge of it is. Since minor 3.
    TimeAsk = Link 0x64, ToDevice, "time_ask" since 3 {
        /// The host's own monotonic time when this was sent.
        asked_us: u64 = "us",
        /// The newest `sent_us` that the host has heard from this device in this session; 0 for none.
        /// Whatever the host sends from this packet on was sent after that.
        heard_us: u64 = "us",
    }
}

body! {
    /// The device's time. Nobody ever sets it: a host keeps the difference. Since minor 3.
    TimeAnswer = Link 0x65, ToHost, "time_answer" since 3 {
        /// As it was asked.
        asked_us: u64 = "us",
        /// The device's monotonic time when the question came.
        received_us: u64 = "us",
        /// The device's monotonic time when this was sent.
        sent_us: u64 = "us",
    }
}
