//! What C and Rust hand each other. Every field is an integer, so that whatever C leaves in one is a value.

use crate::codes::{
    COLDCAP_ANSWERS_MAX, COLDCAP_CALIBRATION_LENGTH, COLDCAP_CHANNELS_MAX, COLDCAP_ENTRIES_MAX,
    COLDCAP_ENTRY_LENGTH, COLDCAP_EVENTS_MAX,
};

/// A device in memory of yours. What is in it is the library's.
pub struct coldcap_device_t {
    _nothing: (),
}

/// Who the device says it is, and how it is spoken with. Begin with `coldcap_config_reference`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct coldcap_config_t {
    /// The serial number.
    pub serial: u64,
    /// `COLDCAP_ABI`, as `coldcap_config_reference` has left it.
    pub abi: u32,
    /// The firmware's version: one byte each of major, minor, patch and build.
    pub firmware: u32,
    /// Told apart by every power-up.
    pub boot: u32,
    /// The maker's model number.
    pub model: u16,
    /// 1 or 2.
    pub channels: u8,
    /// `COLDCAP_INPUTS_…`.
    pub inputs: u8,
    /// `COLDCAP_LINE_…`.
    pub line: u8,
    /// 1: nobody reads anything without a key. 0: everybody may read the status.
    pub closed: u8,
    /// Leave it 0.
    pub reserved: [u8; 6],
}

/// What a sensor or a switch says: a value, or why there is none. One that is all zeros is no value.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct coldcap_reading_t {
    /// When it was taken, on the same clock as the ticks.
    pub taken_ms: u64,
    /// The value, where `valid` is 1: what each place of `coldcap_inputs_t` says.
    pub value: u32,
    /// 1 where there is a value.
    pub valid: u8,
    /// Where there is none: why, `COLDCAP_NO_SENSOR` to `COLDCAP_DRIFTED`.
    pub fault: u8,
    /// Leave it 0.
    pub reserved: u16,
}

/// What a flow meter counted.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct coldcap_pulses_t {
    /// When the window ended, on the same clock as the ticks.
    pub taken_ms: u64,
    /// The length of the window.
    pub window_ms: u32,
    /// Edges in the window.
    pub edges: u16,
    /// 1 where it was counted.
    pub valid: u8,
    /// Where it was not: why, `COLDCAP_NO_SENSOR` to `COLDCAP_DRIFTED`.
    pub fault: u8,
}

/// The sensors of the tank and of the chiller.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct coldcap_tank_inputs_t {
    /// Thermistor in the tank: a raw code, left-aligned to 32 bits.
    pub coolant: coldcap_reading_t,
    /// Thermistor at the evaporator: a raw code, left-aligned to 32 bits.
    pub evaporator: coldcap_reading_t,
    /// 1 where the level is sufficient.
    pub level: coldcap_reading_t,
    /// Read-back of the chiller's drive, 0 to 65535.
    pub chiller: coldcap_reading_t,
}

/// The sensors of one channel and of the cap on it. Raw codes are left-aligned to 32 bits.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct coldcap_channel_inputs_t {
    /// Supply line, behind the mixing valve: a raw code.
    pub supply: coldcap_reading_t,
    /// Return line: a raw code.
    pub returned: coldcap_reading_t,
    /// Front control sensor on the cap's inner face: a raw code.
    pub front: coldcap_reading_t,
    /// Rear control sensor on the cap's inner face: a raw code.
    pub rear: coldcap_reading_t,
    /// Freeze-safety sensor on the cap's inner face: a raw code.
    pub safety: coldcap_reading_t,
    /// Skin-side sensor, where one is fitted for the fit visit: a raw code.
    pub skin: coldcap_reading_t,
    /// What the flow meter counted.
    pub flow: coldcap_pulses_t,
    /// Pressure of the loop: a raw code.
    pub pressure: coldcap_reading_t,
    /// Current of the pump's motor, mA, 0 to 65535.
    pub pump_current: coldcap_reading_t,
    /// Read-back of the mixing valve's position, 0 to 65535.
    pub valve: coldcap_reading_t,
    /// 1 where a cap is coupled.
    pub coupled: coldcap_reading_t,
    /// The identity that the cap reports.
    pub identity: coldcap_reading_t,
}

/// Everything that the board measures for one tick. Begin with `coldcap_inputs_absent`.
///
/// What is filled in wrongly (a switch of 7, a fault that is none) is a fault of that sensor, never a refused tick;
/// `misfilled` of the outputs counts it.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct coldcap_inputs_t {
    /// The tank.
    pub tank: coldcap_tank_inputs_t,
    /// Each channel; of a machine with one channel the second is not read.
    pub channels: [coldcap_channel_inputs_t; COLDCAP_CHANNELS_MAX],
    /// 1 where the drip tray is wet.
    pub leak: coldcap_reading_t,
    /// 1 where the mains supply is there.
    pub mains: coldcap_reading_t,
    /// Charge of the back-up battery, 0 to 1000 thousandths.
    pub battery: coldcap_reading_t,
    /// Read-back of the power path that the permit switches: 1 where it is on.
    pub permit: coldcap_reading_t,
    /// The maker's own conditions that hold now: bit n is the condition 192 + n.
    pub vendor: u16,
    /// The panel's stop: whatever is not 0 stops.
    pub panel_stop: u8,
    /// The panel's acknowledgement of alarms, while it is 1.
    pub panel_acknowledge: u8,
    /// The panel's pause of the sounder, while it is 1.
    pub panel_audio_pause: u8,
    /// Leave it 0.
    pub reserved: [u8; 3],
}

/// What the board must drive for one channel, 0 (off) to 65535.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct coldcap_channel_drives_t {
    /// The circulation pump.
    pub pump: u16,
    /// The mixing valve: 0 recirculates, 65535 takes everything from the tank.
    pub valve: u16,
}

/// What the board must drive. All zeros is everything off, which is safe.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct coldcap_drives_t {
    /// 1 where the actuators may have power at all, on a path of its own.
    pub permit: u8,
    /// Nothing.
    pub reserved: u8,
    /// The chiller, 0 (off) to 65535.
    pub chiller: u16,
    /// Each channel.
    pub channels: [coldcap_channel_drives_t; COLDCAP_CHANNELS_MAX],
}

/// A value that is shown, or why there is none.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct coldcap_value_t {
    /// When it was taken.
    pub taken_ms: u64,
    /// Where `valid` is 1: temperatures in 1/65536 °C, others as their place says; else `COLDCAP_NOTHING`.
    pub value: i32,
    /// 1 where there is a value.
    pub valid: u8,
    /// Where there is none: why, `COLDCAP_NO_SENSOR` to `COLDCAP_DRIFTED`.
    pub fault: u8,
    /// Nothing.
    pub reserved: u16,
}

/// A temperature in 1/65536 °C or a difference in 1/65536 K, or none.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct coldcap_maybe_t {
    /// Where `present` is 1; else `COLDCAP_NOTHING`.
    pub value: i32,
    /// 1 where there is one.
    pub present: u8,
    /// Nothing.
    pub reserved: [u8; 3],
}

/// A duration, or none.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct coldcap_maybe_ms_t {
    /// Where `present` is 1; else `COLDCAP_NOTHING_MS`.
    pub ms: u32,
    /// 1 where there is one.
    pub present: u8,
    /// Nothing.
    pub reserved: [u8; 3],
}

/// What the shared parts of the machine show.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct coldcap_machine_t {
    /// The coolant in the tank, a temperature.
    pub tank: coldcap_value_t,
    /// The evaporator, a temperature.
    pub evaporator: coldcap_value_t,
    /// Charge of the back-up battery in thousandths.
    pub battery: coldcap_value_t,
    /// The alarms that are active: one bit each, as on the wire.
    pub alarms: u64,
    /// How far the controller has come.
    pub progress: u16,
    /// 1 where the mains supply is there.
    pub mains: u8,
    /// 1 where the level is sufficient.
    pub level: u8,
    /// 1 where the drip tray is wet.
    pub leak: u8,
    /// The highest priority among the alarms that signal, `COLDCAP_SOUND_…`: for the lamp.
    pub highest: u8,
    /// What the sounder plays, `COLDCAP_SOUND_…`.
    pub sounding: u8,
    /// Nothing.
    pub reserved: u8,
}

/// What one channel shows.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct coldcap_channel_t {
    /// Coolant to the cap, a temperature.
    pub supply: coldcap_value_t,
    /// Coolant from the cap, a temperature.
    pub returned: coldcap_value_t,
    /// The front of the cap's inner face, a temperature.
    pub front: coldcap_value_t,
    /// The rear of the cap's inner face, a temperature.
    pub rear: coldcap_value_t,
    /// The freeze-safety sensor on the cap's inner face, a temperature.
    pub safety: coldcap_value_t,
    /// The scalp skin as estimated, a temperature.
    pub skin: coldcap_value_t,
    /// The flow in millilitres a minute.
    pub flow: coldcap_value_t,
    /// What is asked of the supply.
    pub target: coldcap_maybe_t,
    /// What the loop aims at now, on its ramp.
    pub effective: coldcap_maybe_t,
    /// Cap mode: what the session asks of the interface.
    pub interface_target: coldcap_maybe_t,
    /// Cap mode: what the cascade aims at now.
    pub interface_effective: coldcap_maybe_t,
    /// How far the skin may be from `skin`, either way.
    pub skin_uncertainty: coldcap_maybe_t,
    /// In a break: when the skin is back at 22 °C at the earliest, from now.
    pub warm_earliest: coldcap_maybe_ms_t,
    /// The same at the latest.
    pub warm_latest: coldcap_maybe_ms_t,
    /// How long the phase has lasted.
    pub elapsed_ms: u32,
    /// How much of the phase's planned time is left.
    pub remaining_ms: u32,
    /// How much of the phase the worn cap was cooled.
    pub cooled_ms: u32,
    /// How much of the phase the held temperature was at its target.
    pub at_target_ms: u32,
    /// Facts, `COLDCAP_IS_…`.
    pub flags: u16,
    /// The phase, by its frozen code: `coldcap_wire.h` has their names.
    pub phase: u8,
    /// Which temperature the plan holds: 0 coolant, 1 the cap's inner face.
    pub control: u8,
    /// Nothing.
    pub reserved: [u8; 4],
}

/// How a command was answered. The link has told the host; a board need not look.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct coldcap_answer_t {
    /// What a figure may be at least, where one was refused.
    pub minimum: i32,
    /// What it may be at most.
    pub maximum: i32,
    /// The request id.
    pub id: u16,
    /// 0 to 2 where it was accepted; from `COLDCAP_ANSWER_REFUSED` on it was refused.
    pub code: u8,
    /// Which figure was refused, or 0.
    pub field: u8,
}

/// One thing that happened.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct coldcap_event_t {
    /// A figure that belongs to it, or 0.
    pub value: i32,
    /// Which one: a phase, a condition, a flag, a reason.
    pub code: u16,
    /// The channel, or `COLDCAP_MACHINE`.
    pub channel: u8,
    /// What sort of thing, by its frozen code: `coldcap_wire.h` has their names.
    pub kind: u8,
}

/// One entry of the record, as it is stored.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct coldcap_entry_t {
    /// Its bytes.
    pub bytes: [u8; COLDCAP_ENTRY_LENGTH],
}

/// A cap calibration that was made in this tick, as it is stored.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct coldcap_calibration_t {
    /// 1 where one was made.
    pub present: u8,
    /// Which channel made it.
    pub channel: u8,
    /// Its bytes.
    pub bytes: [u8; COLDCAP_CALIBRATION_LENGTH],
}

/// Everything that one tick gives back.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct coldcap_outputs_t {
    /// The instant of the tick.
    pub now_ms: u64,
    /// What the shared parts of the machine show.
    pub machine: coldcap_machine_t,
    /// What each channel shows; of a machine with one channel the second is all zeros.
    pub channels: [coldcap_channel_t; COLDCAP_CHANNELS_MAX],
    /// What the board must drive.
    pub drives: coldcap_drives_t,
    /// Answers to the commands of this tick.
    pub answers: [coldcap_answer_t; COLDCAP_ANSWERS_MAX],
    /// What happened in this tick.
    pub events: [coldcap_event_t; COLDCAP_EVENTS_MAX],
    /// What this tick adds to the record: store it.
    pub entries: [coldcap_entry_t; COLDCAP_ENTRIES_MAX],
    /// A cap calibration that was made in this tick: store it.
    pub calibration: coldcap_calibration_t,
    /// How many channels the device has.
    pub channel_count: u8,
    /// How many answers there are.
    pub answer_count: u8,
    /// How many events there are.
    pub event_count: u8,
    /// How many entries there are.
    pub entry_count: u8,
    /// Answers that did not fit.
    pub answers_dropped: u16,
    /// Events that did not fit.
    pub events_dropped: u16,
    /// Entries that did not fit.
    pub entries_dropped: u16,
    /// How many places of the inputs were filled in wrongly and counted as faults. It should be 0 always.
    pub misfilled: u16,
}

// The header holds C to the same numbers.
const _: () = {
    assert!(size_of::<coldcap_config_t>() == 32);
    assert!(size_of::<coldcap_reading_t>() == 16);
    assert!(size_of::<coldcap_pulses_t>() == 16);
    assert!(size_of::<coldcap_inputs_t>() == 520);
    assert!(size_of::<coldcap_channel_t>() == 192);
    assert!(size_of::<coldcap_outputs_t>() == 1496);
};
