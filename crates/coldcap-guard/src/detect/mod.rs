//! Numbers in, named conditions out.
//!
//! The detectors see *raw* converter codes and compare them with limits that were certified as raw
//! codes, so that no calibration table stands between a cold cap and the interlock. Each finding must
//! last for its delay before it becomes a [`Condition`](crate::Condition); see [`Delays`].
//!
//! Two rules hold for every input. One that this machine never had raises nothing. One that was seen
//! and cannot be read counts as bad: a meter that fails proves no flow, a switch that fails is open.

mod agreement;
mod ahead;
mod channel;
mod dose;
mod flow;
mod freeze;
mod hold;
mod limits;
mod machine;
mod presence;
mod sensor;
mod warmth;
mod watches;

pub use channel::{ChannelDetector, ChannelSample, ChannelSensor};
pub use dose::StoredDose;
pub use limits::{Delays, FlowLimits, Limits, LimitsError, RawLimits};
pub use machine::{MachineDetector, MachineSample};
pub use warmth::{Warmth, WarmthWatch};
pub use watches::{AgreementLimits, AheadLimits, DoseLimits, HeatLimits, OcclusionLimits, Watches};
