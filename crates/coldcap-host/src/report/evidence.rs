//! What stands behind the figures: the machine, its sensors' certificates, its record, the link.

/// The machine, as its Hello says, in printable form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceIdentity {
    /// Its model.
    pub model: String,
    /// Its serial number.
    pub serial: String,
    /// The version of its firmware.
    pub firmware: String,
    /// The schema of its messages.
    pub schema: String,
    /// How often it was started.
    pub boot: String,
}

/// The certificates of the sensors, as far as they were told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Certificates {
    /// Nobody asked the machine for them, or it told none: nothing is known of them.
    #[default]
    NotTold,
    /// These were told.
    Told(Vec<SensorCertificate>),
}

/// The certificate of one sensor, in printable form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SensorCertificate {
    /// Where the sensor is.
    pub place: String,
    /// The sensor's number.
    pub sensor: String,
    /// The certificate's number, and who issued it.
    pub certificate: String,
    /// When it was calibrated, and to when that holds.
    pub valid: String,
}

/// A sensor whose calibration did not hold, as the record tells.
#[derive(Clone, Debug, PartialEq)]
pub struct SensorFinding {
    /// When, in seconds.
    pub time_s: f64,
    /// Where the sensor is.
    pub place: String,
    /// What was found.
    pub finding: String,
    /// The number of the sensor on its certificate; `None` without a certificate.
    pub sensor: Option<u64>,
}

/// What the wall clock of the machine was set to.
#[derive(Clone, Debug, PartialEq)]
pub struct WallClock {
    /// When it was set, in seconds from the start.
    pub set_s: f64,
    /// To what: milliseconds since 1970-01-01 00:00 UTC.
    pub unix_ms: u64,
    /// How good that time is, in a word.
    pub quality: String,
}

/// The state of the device's record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordCheck {
    /// How many entries the device has, as far as it told.
    pub entries: u32,
    /// How many of them were read.
    pub read: u32,
    /// Whether all of them were read, their hash chain is whole, and every note follows from the events before it. A record of notes
    /// alone has nothing that they could follow from: `finding` says so, and the rest holds.
    pub verified: bool,
    /// What was found, in a few words; may be empty.
    pub finding: String,
    /// The link of the last entry that was read: eight bytes of SHA-256 over all before it.
    pub last_link: Option<[u8; 8]>,
}

/// What the receiver of the link counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct LinkCounters {
    /// Sound frames.
    pub ok: u32,
    /// Frames with a wrong checksum.
    pub crc: u32,
    /// Frames with a wrong length.
    pub length: u32,
    /// Frames that were too long.
    pub overflow: u32,
}
