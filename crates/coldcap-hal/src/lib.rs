//! Drivers on `embedded-hal` 1.0 between a board and coldcap.
//!
//! The core takes values and gives values ([`coldcap::Inputs`], [`coldcap::Outputs`]); here are the parts that make the
//! ones out of pins, timers and converters, and pins and timers out of the others. Take what fits the board: no part needs
//! another, and whatever a board does in its own way it hands in as a [`Reading`](coldcap_units::Reading).
//!
//! # Temperature front ends
//!
//! What is read becomes a [`Reading`](coldcap_units::Reading) of a [`Ratio`](coldcap_units::Ratio), or a typed
//! [`Fault`](coldcap_units::Fault); [`front_end`] says how they are asked.
//!
//! | part | bus | what is read | what it finds |
//! |---|---|---|---|
//! | [`max31865`] | SPI | one platinum thermometer | each of six fault bits, limits, lost configuration, stuck bus |
//! | [`ads1220`] | SPI | up to four thermistors or platinum thermometers | both ends of the range, lost configuration, stuck bus |
//! | [`ads124s08`] | SPI | up to twelve of them | eight status bits, check value, lost configuration, stuck bus |
//! | [`tmp117`] | I²C | its own temperature | not ready, start value, range, identity, lost configuration, stuck bus |
//!
//! The guard's limits take a higher code for a colder sensor: thermistors to ground do that, and [`tmp117`] by its mapping.
//! A platinum thermometer's ratio rises; see [`Scale::falling`](front_end::Scale::falling).
//!
//! # Drives, read-backs, switches, signals
//!
//! | driver | on | gives |
//! |---|---|---|
//! | [`FlowCounter`] | a count that turns over (`u16`, `u32`) | `Reading<Pulses>` of a sliding window |
//! | [`PolledEdges`] | [`InputPin`] | such a count |
//! | [`PwmDrive`] | [`SetDutyCycle`] | [`Actuate`]: a duty; pump, chiller, valve with a spring |
//! | [`SwitchDrive`] | [`OutputPin`] | [`Actuate`]: on or off |
//! | [`ProportionedSwitch`] | [`OutputPin`] | [`Actuate`]: on or off, a duty in the mean, with minimum times |
//! | [`ServoValve`] | [`SetDutyCycle`] | [`Actuate`]: the position of a mixing valve |
//! | [`LevelPermit`], [`PulsedPermit`] | [`OutputPin`] | [`PermitLine`] |
//! | [`PowerStage`] | the outputs above | takes [`coldcap::Drives`], all or nothing |
//! | [`LevelReadBack`] | [`InputPin`] | `Reading<bool>`, `Reading<Duty>` |
//! | [`Capture`] | a capturing timer | `Reading<Duty>` |
//! | [`CurrentSense`] | a converter's code | `Reading<MilliAmps>` |
//! | [`Potentiometer`] | a converter's code | `Reading<Duty>` |
//! | [`LoopSwitch`] | [`InputPin`] | `Reading<bool>`: level, leak, coupling, mains |
//! | [`SupervisedLoop`] | a converter's code | `Reading<bool>`, with wires that are open or short |
//! | [`PanelKeys`] | three [`InputPin`] | [`coldcap::Panel`] |
//! | [`Buzzer`] | [`Sounder`]: [`PinBuzzer`], [`PwmBuzzer`] | the bursts of the alarms |
//! | [`AlarmLamps`] | two [`OutputPin`] | the lights of the alarms |
//! | [`Guarded`] | [`Watchdog`] | a watchdog that only the guard's proof feeds |
//!
//! What a bus or a pin says when it fails becomes a fault in [`fault`]. Anything that is written off is written off when it
//! is made, when it fails and when it is dropped.
//!
//! No async but behind the feature of that name, no heap, no panic, no float, no time but the `now` that is handed in. Each call does bounded work, and says
//! how much.
//!
//! [`InputPin`]: embedded_hal::digital::InputPin
//! [`OutputPin`]: embedded_hal::digital::OutputPin
//! [`SetDutyCycle`]: embedded_hal::pwm::SetDutyCycle
#![no_std]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::float_arithmetic
    )
)]

pub mod actuator;
pub mod ads1220;
pub mod ads124s08;
mod debounce;
pub mod fault;
pub mod flow;
pub mod front_end;
mod level;
pub mod max31865;
mod panel;
mod permit;
mod power_stage;
pub mod read_back;
pub mod signal;
pub mod switch;
pub mod tmp117;
pub mod watchdog;
mod write;

pub use actuator::{
    Actuate, ProportionedSwitch, PwmDrive, ServoError, ServoPulses, ServoValve, SwitchDrive,
};
pub use debounce::{Debounce, DebounceError};
pub use flow::{CountingError, EdgeCount, FlowCounter, FlowCounting, PolledEdges, SLOTS};
pub use panel::PanelKeys;
pub use permit::{LevelPermit, PermitLine, PulsedPermit};
pub use power_stage::{Cause, ChannelOutputs, DriveError, Place, Places, PowerStage};
pub use read_back::{
    Capture, CurrentSense, CurrentSenseError, CurrentSenseSettings, LevelReadBack, Potentiometer,
    PotentiometerCodes, PotentiometerError,
};
pub use signal::{AlarmLamps, Buzzer, PinBuzzer, PwmBuzzer, SignalError, Sounder};
pub use switch::{LoopError, LoopSwitch, SupervisedLoop};
pub use watchdog::{FeedError, Guarded, Watchdog};
pub use write::WriteError;
