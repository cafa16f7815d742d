//! Reports: what the device tells without being asked each time.

use super::describe::{Described, body};
use super::value::Value;
use core::fmt;
use serde::de::{Error, SeqAccess, Visitor};
use serde::ser::SerializeTuple;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

body! {
    /// The state of one channel.
    ChannelStatus = Report 0x40, ToHost, "channel_status" {
        /// Counts the status reports of this channel; wraps.
        seq: u16 = "count",
        /// The device's monotonic time.
        at_ms: u64 = "ms",
        /// The channel, from 0.
        channel: u8 = "index",
        /// The phase of its session.
        phase: u8 = "code: phase",
        /// Time since the phase began.
        elapsed_ms: u32 = "ms",
        /// Time the phase still has to run; 0 where it has no planned end.
        remaining_ms: u32 = "ms",
        /// Time with coolant flowing through the worn cap in this phase, but while it was too warm for ten minutes.
        cooled_ms: u32 = "ms",
        /// Time at target in this phase.
        at_target_ms: u32 = "ms",
        /// Target of the coolant; 0 unless bit 0 of `targets_valid` is set.
        target_mc: i32 = "milli-degC",
        /// Where the ramp towards the target stands; 0 unless bit 1 of `targets_valid` is set.
        effective_mc: i32 = "milli-degC",
        /// Bit 0: `target_mc` holds. Bit 1: `effective_mc` holds. Bit 2: `interface_target_mc` holds.
        /// Bit 3: `interface_effective_mc` holds. Others 0.
        targets_valid: u8 = "bits",
        /// Coolant on its way to the cap.
        supply: Value = "milli-degC",
        /// Coolant on its way back.
        returned: Value = "milli-degC",
        /// Inner face of the cap, front.
        front: Value = "milli-degC",
        /// Inner face of the cap, rear.
        rear: Value = "milli-degC",
        /// The separate freeze-safety sensor.
        safety: Value = "milli-degC",
        /// Scalp skin, measured or estimated.
        skin: Value = "milli-degC",
        /// Coolant flow.
        flow: Value = "mL/min",
        /// Drive of the pump.
        pump_permille: u16 = "permille",
        /// Position of the mixing valve; 0 recirculates, 1000 takes all from the tank.
        valve_permille: u16 = "permille",
        /// Bit 0 coupled, 1 worn, 2 flowing, 3 at target, 4 hair-toxic drug running, 5 reserved,
        /// 6 tank ready, 7 circulation permitted, 8 over its budget,
        /// 9 the loop's watch has warned since a clinician last acknowledged this channel's alarms. Others 0.
        flags: u16 = "bits",
    } since 1 {
        /// Which temperature the plan holds; coolant where there is no plan.
        control: u8 = "code: control",
        /// Target of the cap's inner face; 0 unless bit 2 of `targets_valid` is set.
        interface_target_mc: i32 = "milli-degC",
        /// Where the ramp towards that stands; 0 unless bit 3 of `targets_valid` is set.
        interface_effective_mc: i32 = "milli-degC",
        /// How far the scalp skin may be from `skin`, either way; 0 where `skin` has no value.
        skin_uncertainty_mk: u16 = "milli-K",
        /// Bit 0: `warm_earliest_s` holds. Bit 1: `warm_latest_s` holds. Others 0.
        warm_valid: u8 = "bits",
        /// In a break: when the scalp skin is back at 22 degC at the earliest, from now; 0 unless bit 0
        /// of `warm_valid` is set.
        warm_earliest_s: u16 = "s",
        /// The same at the latest; 0 unless bit 1 of `warm_valid` is set. 65535 means that or later.
        warm_latest_s: u16 = "s",
    } since 3 {
        /// How many reports of this channel gave way to a newer one before they could be sent, in this
        /// session; wraps.
        dropped: u32 = "count",
        /// The revision of the channel's session, never 0 where it is told: it goes up with every change of the phase
        /// and with every request that was done, and wraps to 1. 0 where the device tells none.
        revision: u16 = "count",
    }
}

impl ChannelStatus {
    /// Bit of `targets_valid`: `target_mc` holds.
    pub const TARGET_VALID: u8 = 1 << 0;
    /// Bit of `targets_valid`: `effective_mc` holds.
    pub const EFFECTIVE_VALID: u8 = 1 << 1;
    /// Bit of `targets_valid`: `interface_target_mc` holds.
    pub const INTERFACE_TARGET_VALID: u8 = 1 << 2;
    /// Bit of `targets_valid`: `interface_effective_mc` holds.
    pub const INTERFACE_EFFECTIVE_VALID: u8 = 1 << 3;
    /// Bit of `warm_valid`: `warm_earliest_s` holds.
    pub const WARM_EARLIEST_VALID: u8 = 1 << 0;
    /// Bit of `warm_valid`: `warm_latest_s` holds.
    pub const WARM_LATEST_VALID: u8 = 1 << 1;
    /// Bit of `flags`: the cap's coupling is closed.
    pub const COUPLED: u16 = 1 << 0;
    /// Bit of `flags`: the operator has said that the cap is worn.
    pub const WORN: u16 = 1 << 1;
    /// Bit of `flags`: coolant really moves.
    pub const FLOWING: u16 = 1 << 2;
    /// Bit of `flags`: the target is held.
    pub const AT_TARGET: u16 = 1 << 3;
    /// Bit of `flags`: a hair-toxic drug is running.
    pub const DRUG_RUNNING: u16 = 1 << 4;
    /// Bit of `flags`: the tank is cold enough for this channel.
    pub const TANK_READY: u16 = 1 << 6;
    /// Bit of `flags`: the guard lets coolant circulate.
    pub const PERMITTED: u16 = 1 << 7;
    /// Bit of `flags`: the running break or wait is over its budget.
    pub const OVER_BUDGET: u16 = 1 << 8;
    /// Bit of `flags`: the loop's watch has warned since a clinician last acknowledged this channel's alarms.
    pub const LOOP_WARNED: u16 = 1 << 9;
}

body! {
    /// The state of what all channels share, and of this link as the device sees it.
    MachineStatus = Report 0x41, ToHost, "machine_status" {
        /// Counts the status reports of the machine; wraps.
        seq: u16 = "count",
        /// The device's monotonic time.
        at_ms: u64 = "ms",
        /// Coolant in the tank.
        tank: Value = "milli-degC",
        /// The chiller's evaporator.
        evaporator: Value = "milli-degC",
        /// Drive of the chiller.
        chiller_permille: u16 = "permille",
        /// Charge of the battery.
        battery: Value = "permille",
        /// Bit 0 mains present, 1 level in order, 2 leak, 3 output permit given. Others 0.
        inputs: u8 = "bits",
        /// Active alarms: bit n stands for condition n, and bits 48 to 63 for the vendor's 192 to 207. A bit not known is an alarm all the same.
        alarms: u64 = "bits: condition",
        /// Highest priority among the active alarms.
        highest: u8 = "code: priority",
        /// 1 while the sounder sounds, else 0.
        sounding: u8 = "0 or 1",
        /// Frames received whole.
        link_ok: u32 = "count",
        /// Frames refused because their check value did not fit.
        link_crc: u32 = "count",
        /// Frames refused because their length did not fit.
        link_length: u32 = "count",
        /// Frames refused because they were too long.
        link_overflow: u32 = "count",
    } since 2 {
        /// How far the controller has come: a number that only ticks in which the guard ran move on, every
        /// 100 ms; wraps from 65535 to 1. A display sends it back in `drawn`. Where it stands still the values are old.
        progress: u16 = "id",
    } since 3 {
        /// How many of these reports gave way to a newer one before they could be sent, in this
        /// session; wraps.
        dropped: u32 = "count",
    }
}

impl MachineStatus {
    /// Bit of `inputs`: mains power is present.
    pub const MAINS: u8 = 1 << 0;
    /// Bit of `inputs`: the coolant level is in order.
    pub const LEVEL_OK: u8 = 1 << 1;
    /// Bit of `inputs`: a leak is seen.
    pub const LEAK: u8 = 1 << 2;
    /// Bit of `inputs`: the output permit is given.
    pub const PERMIT: u8 = 1 << 3;
}

body! {
    /// Something happened, for a live view. A gap in the index tells of lost reports; what matters for
    /// good stands in the record too.
    EventReport = Report 0x42, ToHost, "event" {
        /// Counts the events since power-up.
        index: u32 = "index",
        /// The device's monotonic time.
        at_ms: u64 = "ms",
        /// The channel, from 0; 255 for the machine.
        channel: u8 = "index",
        /// What sort of thing.
        kind: u8 = "code: event",
        /// What exactly, by kind.
        code: u16 = "by kind",
        /// A number that belongs to it, by kind.
        value: i32 = "by kind",
    }
}

body! {
    /// One entry of the session record, byte for byte as it is stored and chained.
    RecordEntry = Report 0x43, ToHost, "record_entry" {
        /// Index of the entry.
        index: u32 = "index",
        /// How many entries the record has.
        total: u32 = "count",
        /// The stored entry.
        entry: RecordBytes = "stored layout",
    }
}

body! {
    /// The cap calibration that a fit visit has just stored, byte for byte as it is kept.
    CapCalibration = Report 0x44, ToHost, "cap_calibration" {
        /// The channel, from 0.
        channel: u8 = "index",
        /// The stored calibration.
        calibration: CalibrationBytes = "stored layout",
    }
}

/// Length of a stored record entry in bytes.
pub const RECORD_ENTRY_LEN: usize = 48;
/// Length of a stored cap calibration in bytes.
pub const CAP_CALIBRATION_LEN: usize = 64;

/// A stored record entry: 48 raw bytes, without a length before them.
pub type RecordBytes = FixedBytes<RECORD_ENTRY_LEN>;
/// A stored cap calibration: 64 raw bytes, without a length before them.
pub type CalibrationBytes = FixedBytes<CAP_CALIBRATION_LEN>;

/// So many raw bytes, without a length before them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FixedBytes<const N: usize>(
    /// The bytes as they are stored.
    pub [u8; N],
);

impl Described for RecordBytes {
    const NAME: &'static str = "bytes48";
    const MINIMUM_LEN: usize = RECORD_ENTRY_LEN;
    const MAXIMUM_LEN: usize = RECORD_ENTRY_LEN;

    fn base_len(&self) -> usize {
        RECORD_ENTRY_LEN
    }
}

impl Described for CalibrationBytes {
    const NAME: &'static str = "bytes64";
    const MINIMUM_LEN: usize = CAP_CALIBRATION_LEN;
    const MAXIMUM_LEN: usize = CAP_CALIBRATION_LEN;

    fn base_len(&self) -> usize {
        CAP_CALIBRATION_LEN
    }
}

impl<const N: usize> Serialize for FixedBytes<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(N)?;
        for byte in &self.0 {
            tuple.serialize_element(byte)?;
        }
        tuple.end()
    }
}

impl<'de, const N: usize> Deserialize<'de> for FixedBytes<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_tuple(N, FixedBytesVisitor)
    }
}

struct FixedBytesVisitor<const N: usize>;

impl<'de, const N: usize> Visitor<'de> for FixedBytesVisitor<N> {
    type Value = FixedBytes<N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("raw bytes of a fixed number")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<FixedBytes<N>, A::Error> {
        let mut bytes = [0; N];
        for byte in &mut bytes {
            *byte = sequence.next_element()?.ok_or_else(|| A::Error::custom("too few bytes"))?;
        }
        Ok(FixedBytes(bytes))
    }
}
