//! What a tick decided and what it has to say.

mod canonical;
mod glance;

pub use glance::{Glance, field_at};

use crate::bounded::Bounded;
use crate::command::Answer;
use crate::drives::Drives;
use coldcap_guard::Conditions;
use coldcap_guard::alarm::Priority;
use coldcap_guard::health::HealthProof;
use coldcap_session::{ControlMode, Phase};
use coldcap_units::{
    Coolant, Duration, Instant, Interface, Kelvin, MillilitersPerMinute, Permille, Reading, Skin,
};

/// Most events that one tick reports.
pub const EVENTS_MAXIMUM: usize = 16;
/// Most record entries that one tick makes.
pub const ENTRIES_MAXIMUM: usize = 16;
/// Length of a record entry in bytes.
pub const ENTRY_LENGTH: usize = 48;
/// Length of a cap calibration in bytes.
pub const CALIBRATION_LENGTH: usize = 64;

/// Everything that one tick gives back.
///
/// It can be neither copied nor cloned: the health proof in it is good for one feeding of the watchdog.
#[derive(Debug, PartialEq, Eq)]
pub struct Outputs<const CHANNELS: usize> {
    /// The instant of the tick.
    pub now: Instant,
    /// What the board must drive.
    pub drives: Drives<CHANNELS>,
    /// What the shared parts of the machine show.
    pub machine: MachineStatus,
    /// What each channel shows.
    pub channels: [ChannelStatus; CHANNELS],
    /// Answers to the commands of this tick.
    pub answers: Bounded<Answer, { crate::command::COMMANDS_MAXIMUM }>,
    /// What happened in this tick, for whoever watches.
    pub events: Bounded<Event, EVENTS_MAXIMUM>,
    /// What this tick adds to the record, for whoever stores it.
    pub entries: Bounded<EntryBytes, ENTRIES_MAXIMUM>,
    /// A cap calibration that was made in this tick.
    pub calibration: Option<CalibrationBytes>,
    /// Proof that the guard ran in this tick; it is left out of the output hash.
    pub health: Option<HealthProof>,
}

impl<const CHANNELS: usize> Outputs<CHANNELS> {
    /// The outputs of a tick at `now` that says and drives nothing.
    #[must_use]
    pub(crate) fn at(now: Instant) -> Self {
        Self {
            now,
            drives: Drives::default(),
            machine: MachineStatus::default(),
            channels: [ChannelStatus::default(); CHANNELS],
            answers: Bounded::new(),
            events: Bounded::new(),
            entries: Bounded::new(),
            calibration: None,
            health: None,
        }
    }
}

/// One entry of the record, in its stored form ([`coldcap_session::record`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryBytes(pub [u8; ENTRY_LENGTH]);

/// One cap calibration, in its stored form ([`coldcap_calibration::record`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalibrationBytes {
    /// Which channel made it.
    pub channel: u8,
    /// The stored form.
    pub bytes: [u8; CALIBRATION_LENGTH],
}

/// What the shared parts of the machine show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MachineStatus {
    /// The coolant in the tank.
    pub tank: Reading<Coolant>,
    /// The evaporator.
    pub evaporator: Reading<Coolant>,
    /// Charge of the back-up battery.
    pub battery: Reading<Permille>,
    /// Whether the mains supply is there; a fault reads as no.
    pub mains: bool,
    /// Whether the level is sufficient; a fault reads as no.
    pub level: bool,
    /// Whether the drip tray is wet; a fault reads as yes.
    pub leak: bool,
    /// The alarms that are active.
    pub alarms: Conditions,
    /// The highest priority among the alarms that signal.
    pub highest: Priority,
    /// What the sounder plays: an alarm that nobody has answered, or the reminder of one that is silenced.
    pub sounding: Priority,
    /// How far the controller has come: it moves on with every tick in which the guard ran. A display
    /// that takes part sends back the newest that it has drawn.
    pub progress: u16,
}

/// What one channel shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChannelStatus {
    /// The phase.
    pub phase: Phase,
    /// How long the phase has lasted.
    pub elapsed: Duration,
    /// How much of the phase's planned time is left; zero where nothing is planned.
    pub remaining: Duration,
    /// How much of the phase the worn cap was cooled.
    pub cooled: Duration,
    /// How much of the phase the held temperature was at its target.
    pub at_target: Duration,
    /// What is asked of the supply: by the session, in cap mode by the cascade.
    pub target: Option<Coolant>,
    /// What the loop aims at now, on its ramp toward the target.
    pub effective: Option<Coolant>,
    /// Coolant to the cap.
    pub supply: Reading<Coolant>,
    /// Coolant from the cap.
    pub returned: Reading<Coolant>,
    /// The front of the cap's inner face.
    pub front: Reading<Interface>,
    /// The rear of the cap's inner face.
    pub rear: Reading<Interface>,
    /// The freeze-safety sensor on the cap's inner face.
    pub safety: Reading<Interface>,
    /// The scalp skin, as estimated while coolant moves under a worn cap; elsewhere, and where a sensor that
    /// it rests on is lost, a fault.
    pub skin: Reading<Skin>,
    /// The flow.
    pub flow: Reading<MillilitersPerMinute>,
    /// Facts about the channel.
    pub flags: ChannelFlags,
    /// Which temperature the plan holds; coolant where there is no plan.
    pub control: ControlMode,
    /// Cap mode: what the session asks of the interface.
    pub interface_target: Option<Interface>,
    /// Cap mode: what the cascade aims at now, on its ramp toward that target.
    pub interface_effective: Option<Interface>,
    /// How far the skin may be from `skin`, either way; `None` where `skin` has no value.
    pub skin_uncertainty: Option<Kelvin>,
    /// In a break: when the skin is back at 22 °C at the earliest, from now; `None` outside
    /// a break, and where there is no estimate.
    pub warm_earliest: Option<Duration>,
    /// The same at the latest; `None` where it may take longer than can be told.
    pub warm_latest: Option<Duration>,
}

/// Facts about a channel, one bit each; the bits are frozen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ChannelFlags(pub u16);

impl ChannelFlags {
    /// A cap is coupled.
    pub const COUPLED: u16 = 1;
    /// The operator has marked the cap as worn.
    pub const WORN: u16 = 1 << 1;
    /// Coolant moves.
    pub const FLOWING: u16 = 1 << 2;
    /// The tank is cold enough for this channel.
    pub const TANK_READY: u16 = 1 << 3;
    /// The held temperature is at its target.
    pub const AT_TARGET: u16 = 1 << 4;
    /// The guard lets coolant circulate.
    pub const PERMITTED: u16 = 1 << 5;
    /// At least one hair-toxic drug runs.
    pub const DRUG_RUNNING: u16 = 1 << 6;
    /// The running break or wait is over its budget.
    pub const OVER_BUDGET: u16 = 1 << 7;
    /// The loop's watch has warned since a clinician last acknowledged this channel's alarms: the loop is slow, weak or odd, and
    /// nothing has been found yet.
    pub const LOOP_WARNED: u16 = 1 << 8;

    /// These flags and `bit` where `set`.
    #[must_use]
    pub const fn with(self, bit: u16, set: bool) -> Self {
        if set { Self(self.0 | bit) } else { self }
    }

    /// Whether `bit` is set.
    #[must_use]
    pub const fn has(self, bit: u16) -> bool {
        self.0 & bit != 0
    }
}

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// The channel, or [`Event::MACHINE`].
    pub channel: u8,
    /// What sort of thing.
    pub kind: EventKind,
    /// Which one: a phase, a condition, a flag, a reason.
    pub code: u16,
    /// A figure that belongs to it, or 0.
    pub value: i32,
}

impl Event {
    /// Stands for the machine where a channel could stand.
    pub const MACHINE: u8 = u8::MAX;
}

/// The sorts of events. The codes are frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum EventKind {
    /// The phase changed: code is the new phase, value the old one.
    Phase = 1,
    /// An alarm began: code is the condition, value the priority.
    AlarmRose = 2,
    /// An alarm is over: code is the condition.
    AlarmCleared = 3,
    /// An alarm became more urgent: code is the condition, value the priority.
    AlarmEscalated = 4,
    /// A break began: code is the reason.
    BreakBegan = 5,
    /// A break ended: value is its length in milliseconds.
    BreakEnded = 6,
    /// The record flags something: code is the flag.
    Flag = 7,
    /// A drug started: code is the drug, value 1 if it is hair-toxic.
    DrugStarted = 8,
    /// A drug ended: code is the drug, value 1 if it is hair-toxic.
    DrugEnded = 9,
    /// A cap calibration was stored: code is the cap size, value the verdict.
    FitSaved = 10,
    /// The session ended: code is the reason.
    Ended = 11,
    /// The guard latched a condition: code is the condition.
    Tripped = 12,
    /// The guard released a condition: code is the condition.
    Released = 13,
    /// The device restarted: value is the gap in milliseconds, or −1.
    Restarted = 14,
    /// The fit visit's test failed: code is 1 for the matching of sensors, 2 for the contact, 3 for a match
    /// that was not made, as the loop did not rest in time: value is then by how many µK a second it moved.
    FitFailed = 15,
    /// The first two minutes of pre-cooling told something of the contact: code is the verdict. It
    /// advises, and nothing follows from it.
    ContactAdvised = 16,
    /// The match of the fit visit's sensors waits for a loop that rests: code is the sensor that moves fastest
    /// (0 supply, 1 return, 2 front, 3 rear), value by how many µK a second. Every window says so anew.
    MatchWaits = 17,
}
