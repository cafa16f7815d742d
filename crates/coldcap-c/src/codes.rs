//! Numbers that C reads and writes. Those that stand elsewhere too are the frozen ones; a test holds them together.

/// The version of this interface. Hand it to `coldcap_config_reference`: a library of another one refuses.
pub const COLDCAP_ABI: u32 = 1;

/// Most channels that a device has.
pub const COLDCAP_CHANNELS_MAX: usize = 2;
/// Most answers to commands in one tick.
pub const COLDCAP_ANSWERS_MAX: usize = 4;
/// Most events in one tick.
pub const COLDCAP_EVENTS_MAX: usize = 16;
/// Most entries of the record in one tick.
pub const COLDCAP_ENTRIES_MAX: usize = 16;
/// Bytes of an entry of the record.
pub const COLDCAP_ENTRY_LENGTH: usize = 48;
/// Bytes of a cap's calibration.
pub const COLDCAP_CALIBRATION_LENGTH: usize = 64;
/// Bytes of a stored key.
pub const COLDCAP_KEY_LENGTH: usize = 64;
/// Bytes of random seeds, and of the secret of a new key.
pub const COLDCAP_SEED_LENGTH: usize = 32;
/// A checkpoint never takes more bytes than this; one of a single channel never more than half.
pub const COLDCAP_CHECKPOINT_MAX: usize = 768;
/// The canonical tick input never takes more bytes than this.
pub const COLDCAP_TICK_INPUT_MAX: usize = 512;
/// The canonical outputs never take more bytes than this.
pub const COLDCAP_OUTPUT_BYTES_MAX: usize = 1536;
/// Characters of the text of a pairing code, the ending zero included.
pub const COLDCAP_PAIRING_TEXT_MAX: usize = 128;
/// Characters of a key's label at most, without the ending zero.
pub const COLDCAP_LABEL_MAX: usize = 24;

/// It was done.
pub const COLDCAP_DONE: i32 = 0;
/// A pointer is null that may not be.
pub const COLDCAP_ERROR_NULL: i32 = -1;
/// A size is wrong: memory too small for a device, or a buffer larger than any is.
pub const COLDCAP_ERROR_SIZE: i32 = -2;
/// A pointer is not aligned to what it points to.
pub const COLDCAP_ERROR_ALIGNMENT: i32 = -3;
/// There is no device: it was never begun, or it was copied or moved from where it was begun.
pub const COLDCAP_ERROR_DEVICE: i32 = -4;
/// Another call with this device has not returned: an interrupt or another task calls, and may not.
pub const COLDCAP_ERROR_BUSY: i32 = -5;
/// This library was not built for so many channels.
pub const COLDCAP_ERROR_CHANNELS: i32 = -6;
/// A value is none of those that are allowed.
pub const COLDCAP_ERROR_VALUE: i32 = -7;
/// The buffer has no room for it. Nothing was written.
pub const COLDCAP_ERROR_ROOM: i32 = -8;
/// A buffer lies in the memory of the device.
pub const COLDCAP_ERROR_OVERLAP: i32 = -9;
/// The bytes are not what was stored by this version: restore nothing from them.
pub const COLDCAP_ERROR_STORED: i32 = -10;
/// All eight keys are taken: revoke one first.
pub const COLDCAP_ERROR_KEYS_FULL: i32 = -11;
/// A key of this number is there.
pub const COLDCAP_ERROR_KEY_TAKEN: i32 = -12;
/// Not while somebody is treated.
pub const COLDCAP_ERROR_THERAPY: i32 = -13;
/// The block is no step of the lane.
pub const COLDCAP_ERROR_LANE: i32 = -14;
/// The header and the library are of different versions.
pub const COLDCAP_ERROR_ABI: i32 = -15;

/// The inputs come from real sensors.
pub const COLDCAP_INPUTS_REAL: u8 = 0;
/// The inputs come from a simulated machine; it says so everywhere.
pub const COLDCAP_INPUTS_SIMULATED: u8 = 1;

/// The link is a serial line, also one that USB carries. Nobody changes anything without a key.
pub const COLDCAP_LINE_SERIAL: u8 = 1;
/// The link is a TCP connection.
pub const COLDCAP_LINE_TCP: u8 = 2;
/// The link is Bluetooth Low Energy.
pub const COLDCAP_LINE_BLUETOOTH: u8 = 3;
/// The link is datagrams.
pub const COLDCAP_LINE_DATAGRAM: u8 = 4;
/// A bench without keys: whoever reaches the line is a clinician. Never where somebody is treated.
pub const COLDCAP_LINE_UNSECURED_BENCH: u8 = 255;

/// This machine has no such sensor.
pub const COLDCAP_NO_SENSOR: u8 = 1;
/// Nothing computes this value yet.
pub const COLDCAP_NO_VALUE_YET: u8 = 2;
/// The sensor's wire is open.
pub const COLDCAP_SENSOR_OPEN: u8 = 3;
/// The sensor is short-circuited.
pub const COLDCAP_SENSOR_SHORT: u8 = 4;
/// Below the range.
pub const COLDCAP_BELOW_RANGE: u8 = 5;
/// Above the range.
pub const COLDCAP_ABOVE_RANGE: u8 = 6;
/// Too old.
pub const COLDCAP_STALE: u8 = 7;
/// The raw code has not moved for longer than noise allows.
pub const COLDCAP_STUCK: u8 = 8;
/// It disagrees with another sensor or with physics.
pub const COLDCAP_DISAGREES: u8 = 9;
/// The bus to the sensor failed.
pub const COLDCAP_BUS_FAILED: u8 = 10;
/// No valid calibration is stored for it.
pub const COLDCAP_UNCALIBRATED: u8 = 11;
/// Its calibration is past its due date.
pub const COLDCAP_EXPIRED: u8 = 12;
/// No finite number.
pub const COLDCAP_NOT_FINITE: u8 = 13;
/// Its calibration has drifted.
pub const COLDCAP_DRIFTED: u8 = 14;

/// The sounder is silent.
pub const COLDCAP_SOUND_NONE: u8 = 0;
/// The operator should know.
pub const COLDCAP_SOUND_LOW: u8 = 1;
/// The operator should act soon.
pub const COLDCAP_SOUND_MEDIUM: u8 = 2;
/// The operator must act at once.
pub const COLDCAP_SOUND_HIGH: u8 = 3;

/// A cap is coupled.
pub const COLDCAP_IS_COUPLED: u16 = 1;
/// The operator has marked the cap as worn.
pub const COLDCAP_IS_WORN: u16 = 2;
/// Coolant moves.
pub const COLDCAP_IS_FLOWING: u16 = 4;
/// The tank is cold enough for this channel.
pub const COLDCAP_IS_TANK_READY: u16 = 8;
/// The held temperature is at its target.
pub const COLDCAP_IS_AT_TARGET: u16 = 16;
/// The guard lets coolant circulate.
pub const COLDCAP_IS_PERMITTED: u16 = 32;
/// At least one hair-toxic drug runs.
pub const COLDCAP_IS_DRUG_RUNNING: u16 = 64;
/// The running break or wait is over its budget.
pub const COLDCAP_IS_OVER_BUDGET: u16 = 128;
/// The loop's watch has warned since a clinician last acknowledged.
pub const COLDCAP_IS_LOOP_WARNED: u16 = 256;

/// Watches; may stop and may record facts.
pub const COLDCAP_ROLE_OBSERVER: u8 = 0;
/// Operates a session.
pub const COLDCAP_ROLE_NURSE: u8 = 1;
/// Operates, answers contraindications that ask, resets sensor and freeze trips.
pub const COLDCAP_ROLE_CLINICIAN: u8 = 2;
/// Resets what only service may reset; operates no session.
pub const COLDCAP_ROLE_SERVICE: u8 = 3;

/// Nothing has happened.
pub const COLDCAP_SECURITY_NOTHING: i32 = 0;
/// A session has begun.
pub const COLDCAP_SECURITY_SECURED: i32 = 1;
/// A new key was paired: store the keys anew.
pub const COLDCAP_SECURITY_PAIRED: i32 = 2;
/// The session has ended: its key was revoked.
pub const COLDCAP_SECURITY_ENDED: i32 = 3;
/// A new handshake is due.
pub const COLDCAP_SECURITY_REKEY_DUE: i32 = 4;
/// A handshake failed.
pub const COLDCAP_SECURITY_FAILED: i32 = 5;
/// So many failed that no further one is looked at for a while.
pub const COLDCAP_SECURITY_LOCKED: i32 = 6;
/// The other side takes shorter packets than a session needs.
pub const COLDCAP_SECURITY_SMALL_MTU: i32 = 7;

/// Stands in a value that is not there: nothing measures −32 768 °C.
pub const COLDCAP_NOTHING: i32 = -2_147_483_647 - 1;
/// Stands in a duration that is not there.
pub const COLDCAP_NOTHING_MS: u32 = 4_294_967_295;
/// Stands for the machine where a channel could stand.
pub const COLDCAP_MACHINE: u8 = 255;
/// From this code of an answer on it is a refusal: the refusal's own code and this.
pub const COLDCAP_ANSWER_REFUSED: u8 = 16;
/// The output hash of nothing.
pub const COLDCAP_HASH_START: u64 = 0xCBF2_9CE4_8422_2325;
