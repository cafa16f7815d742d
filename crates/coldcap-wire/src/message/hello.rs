//! Who is there.

use super::code::Origin;
use super::describe::body;

body! {
    /// Who is there and what it speaks. Each side sends one when it comes up and answers one with its own.
    /// A host states 0 where a field describes a device.
    Hello = Hello 0x00, Both, "hello" {
        /// Major version of the protocol.
        major: u8 = "version",
        /// Lowest minor version spoken.
        minor_min: u8 = "version",
        /// Highest minor version spoken. The two sides use the lower of their highest.
        minor_max: u8 = "version",
        /// Whether measurements come from a device, a simulation or a recording.
        origin: Origin = "code: origin",
        /// Model number given by the manufacturer.
        model: u16 = "id",
        /// Serial number given by the manufacturer.
        serial: u64 = "id",
        /// Firmware version: major, minor and patch in bits 31..24, 23..16 and 15..0.
        firmware: u32 = "version",
        /// Number of the message set; equal numbers mean equal endpoints, fields and units.
        schema: u32 = "hash",
        /// Longest packet accepted, header and seal included: 176 to 240. Nobody is sent a longer one.
        mtu: u16 = "bytes",
        /// Channels of the machine.
        channels: u8 = "count",
        /// Optional abilities; none is defined yet, so 0.
        features: u32 = "bits",
        /// Changes with every start of the sender.
        boot: u32 = "id",
    }
}
