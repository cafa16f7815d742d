//! Subscriptions to reports, and the credit that keeps them flowing. Since minor version 3.

use super::command::CommandHead;
use super::describe::body;

body! {
    /// Subscribes to one kind of report, for the channels named. Of each channel the newest value is sent
    /// once a period; one that could not be sent in time gives way to the next and is counted. Since minor 3.
    Follow = Command 0x1B, ToDevice, "follow" since 3 {
        /// What every command begins with.
        head: CommandHead = "structure",
        /// Endpoint number of the report.
        report: u8 = "endpoint",
        /// Time from one report of a channel to the next, 100 to 10000; 0 ends the subscription.
        period_ms: u16 = "ms",
        /// Bit n: channel n, for n from 0 to 6. Bit 7: the machine.
        mask: u8 = "bits",
        /// The subscription ends unless it is asked for again within this time, 1 to 600.
        lease_s: u16 = "s",
        /// How many reports of a channel may be under way without a `credit` for them, 1 to 64.
        window: u8 = "count",
    }
}

body! {
    /// What has arrived of a subscription, so that more may be sent. One that gets lost is repaired by the
    /// next. Since minor 3.
    Credit = Link 0x63, ToDevice, "credit" since 3 {
        /// Endpoint number of the report.
        report: u8 = "endpoint",
        /// The channel, from 0; 255 for the machine.
        channel: u8 = "index",
        /// The newest `seq` that has arrived.
        seq: u16 = "count",
    }
}
