//! Settings: read whole, read what changed, changed by whoever has seen the newest. Since minor version 3.

use super::command::CommandHead;
use super::describe::body;

body! {
    /// Asks for the first setting from `from` on that changed after revision `since`; it comes as a `setting`
    /// report. Where there is none the answer is `no_change`. Since minor 3.
    ReadSettings = Command 0x1C, ToDevice, "read_settings" since 3 {
        /// What every command begins with.
        head: CommandHead = "structure",
        /// Only what changed after this revision; 0 for all.
        since: u32 = "count",
        /// Only keys from this on.
        from: u16 = "id",
    }
}

body! {
    /// Changes a setting. `expected_revision` of the head is the low 16 bits of the revision of the settings;
    /// here 0 is not *any* but that revision. Since minor 3.
    PutSetting = Command 0x1D, ToDevice, "put_setting" since 3 {
        /// What every command begins with.
        head: CommandHead = "structure",
        /// Which setting.
        key: u16 = "id",
        /// Its new value.
        value: i32 = "by key",
    }
}

body! {
    /// A setting, as `read_settings` asked for it. Since minor 3.
    Setting = Report 0x45, ToHost, "setting" since 3 {
        /// Request id of the `read_settings` that it answers.
        rid: u16 = "id",
        /// Revision of the settings: goes up by one with every change of any of them.
        revision: u32 = "count",
        /// The revision at which this one changed last; 0 if never.
        changed: u32 = "count",
        /// Which setting.
        key: u16 = "id",
        /// Its value.
        value: i32 = "by key",
        /// Lowest value allowed.
        minimum: i32 = "by key",
        /// Highest value allowed.
        maximum: i32 = "by key",
        /// How many with higher keys changed after the revision that was named.
        left: u16 = "count",
    }
}
