//! The facade of coldcap: one value for control and protection, one for the link, and both joined.
//!
//! | type | what it is | who calls it |
//! |---|---|---|
//! | [`Control`] | calibrate, detect, supervise, regulate, limit: [`Control::tick`] | the sampling task, every 100 ms |
//! | [`Link`] | bytes, messages, retries: [`Link::receive`], [`Link::transmit`] | any lower-priority task |
//! | [`Device`] | both, for a super-loop | the main loop |
//!
//! The board fills [`Inputs`] from its sensors and drives its actuators from [`Outputs::drives`]. It feeds its
//! watchdog with [`Outputs::health`], which it can only do once a tick.
//!
//! ```
//! use coldcap::{ChannelInputs, Config, Device, Inputs};
//! use coldcap_units::{Instant, Ratio, Reading};
//!
//! let mut device: Device<1> = Device::new(Config::reference());
//! let now = Instant::from_millis(100);
//! let mut inputs = Inputs::default();
//! inputs.channels[0].supply = Reading::new(Ratio::from_code(8_388_608, 24), now);
//! let (_, outputs) = device.tick(now, inputs);
//! let supply = outputs.channels[0].supply.value.unwrap();
//! assert_eq!(supply.0.to_milli() / 10, 2_500); // half of full scale is 25.00 °C
//! ```
//!
//! No async, no clock, no global, no callback, no `'static` inside. The same inputs give the same
//! outputs, bit for bit, on every target: see [`lane`] and [`hash`].
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

pub mod arbiter;
mod bounded;
mod bridge;
pub mod canonical;
mod command;
mod config;
mod control;
mod device;
mod drives;
mod hair;
pub mod hash;
mod inputs;
#[cfg(feature = "journal")]
pub mod journaled;
pub mod lane;
mod link;
mod outputs;
pub mod parameters;
mod sensors;
pub mod supervise;
mod tick_input;
mod vendor;

pub use bounded::Bounded;
pub use coldcap_guard::health::HealthProof;
pub use coldcap_session::{Actuator, ControlMode, Phase};
pub use coldcap_wire::security;
pub use command::{
    Action, Answer, COMMANDS_MAXIMUM, Command, CommandId, Commands, Drive, LONGEST_LEASE,
};
pub use config::{Circulation, Config, Identity, LinkAccess, Origin, SkinSide, TICK};
pub use control::{CHECKPOINT_BYTES, ChannelCheckpoint, Checkpoint, CheckpointError, Control};
pub use device::{Device, Served};
pub use drives::{ChannelDrives, Drives};
pub use hair::{hair_density, hair_kind};
pub use inputs::{CapInputs, ChannelInputs, Inputs, Panel, TankInputs};
pub use link::{KEPT_ENTRIES, LEAST_KEPT, Link, VendorCommand, VendorError};
pub use outputs::{
    CALIBRATION_LENGTH, CalibrationBytes, ChannelFlags, ChannelStatus, ENTRIES_MAXIMUM,
    ENTRY_LENGTH, EVENTS_MAXIMUM, EntryBytes, Event, EventKind, Glance, MachineStatus, Outputs,
    field_at,
};
pub use sensors::{
    CHANNELS_MAXIMUM, CalibrationPolicy, CapSensors, ChannelSensors, SensorPlace, SensorPlaces,
    Sensors,
};
pub use tick_input::TickInput;
pub use vendor::VendorConditions;
