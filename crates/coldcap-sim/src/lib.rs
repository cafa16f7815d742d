//! A virtual machine and a virtual patient.
//!
//! Firmware, host programs and tests run against this crate as they would against a scalp-cooling
//! machine with somebody under its cap: [`VirtualMachine::step`] takes the drives of one tick,
//! [`VirtualMachine::inputs`] gives the sensor codes of the next, [`VirtualMachine::truth`] says what
//! is really so. A [`FaultSchedule`] breaks things on purpose, a [`NoisyLink`] spoils bytes;
//! [`linksim`] plays both ends of the protocol over a line that does its worst; [`bedside`] runs a whole visit without a
//! link, and [`population`] many of them.
//!
//! ```
//! use coldcap::{ChannelDrives, Drives};
//! use coldcap_sim::{
//!     CapPlacement, FaultSchedule, MachineParameters, PatientParameters, STEP, VirtualMachine,
//! };
//! use coldcap_units::{Duty, Instant};
//!
//! let mut machine = MachineParameters::standard();
//! machine.tank.start_c = -4.0;
//! let mut plant = VirtualMachine::new(machine, [PatientParameters::standard()], 7)?;
//! plant.place_cap(0, CapPlacement::Worn)?;
//!
//! // The pump is dead from the tenth second on.
//! let faults = FaultSchedule::parse("pump-stop@10")?;
//! let full = ChannelDrives { pump: Duty::FULL, valve: Duty::FULL };
//! let drives = Drives { permit: true, chiller: Duty::FULL, channels: [full] };
//! let mut now = Instant::ZERO;
//! for _ in 0..200 {
//!     plant.step(&drives, now, &faults);
//!     now = now.plus(STEP);
//! }
//! assert_eq!(plant.inputs(now).channels[0].flow.value.map(|pulses| pulses.edges), Ok(0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is modelled
//! - **Patient** ([`patient`]): Pennes' bioheat equation in spherical shells of brain, skull, fat and
//!   skin, one column under each half of the cap. Skin perfusion falls in the cold within a minute, recovers over hours, and
//!   stays low for as long as the skin remembers the cold.
//! - **Machine** ([`machine`]): stirred tank, evaporator, compressor; mixing valve with its stroke;
//!   pump with its current; two hoses whose delay is their volume over the flow; a cap of two halves,
//!   on request with a crown between them. On request, too: a Peltier stack or a compressor with times of its own, a pump
//!   with a curve against a viscous coolant, a film that goes with the flow, ice on the evaporator: `docs/machine.md`.
//! - **Sensors** ([`sensor`]): thermistors in dividers with lag, offset, noise and 24-bit codes; flow
//!   pulses over a second; pump current; read-backs of valve, chiller and permit. On request thermistors have
//!   tolerances, leads and self-heating, and can be taken to a bath: `tests/calibration.rs` shows what
//!   calibration removes.
//!
//! # What it shows
//! The standard head under coolant of −4 °C at 1 L/min, brought down at 3 K/min: skin 18.6 °C after 30
//! minutes and 18.2 °C in the end, 20.3 °C at the follicles; the cap's inner face at 2.2 °C in front
//! and 2.0 °C at the rear; 38 W from the head. **The standard hair resistance was fitted for this
//! skin temperature**, see [`PatientParameters::standard`]; so the figure proves nothing about any
//! machine or any patient. `docs/patient.md` has the equations, says which parameters were fitted to which
//! publication, and lays the model beside published measurements, misses and predictions included; `tests/published` holds
//! it there.
//!
//! # What is not modelled
//! Ice in tank and hoses, pressure, turbulence, ageing of sensors, sweat and
//! wetness of hair, movement, injury. A standard machine has no ice and no viscosity at all. Nothing here is evidence that a treatment works or is safe.
//!
//! # Repeatability and speed
//! Mathematics comes from the `libm` crate alone, and random numbers from a generator written here: the
//! same parameters, seed and calls give the same bits everywhere. The scalp takes its steps half a second apart, all else
//! 100 ms. A visit of 2.6 hours by [`bedside`], control and plant together, takes some 0.24 s of one core in a release
//! build; [`population`] runs many on all cores, and gives the same whatever their number.
//!
//! No function of this crate panics.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod attendant;
pub mod bedside;
mod equipment;
pub mod exposure;
pub mod falsify;
pub mod fault;
pub mod fault_matrix;
mod flash;
pub mod hazard;
pub mod link;
pub mod linksim;
pub mod machine;
pub mod mishap;
mod parameter;
pub mod patient;
pub mod population;
pub mod random;
pub mod rig;
pub mod sensor;
pub mod station;

pub use attendant::{Attendant, AttendantParameters};
pub use equipment::Equipment;
pub use fault::{FaultError, FaultKind, FaultSchedule, FaultSet, FaultWindow};
pub use flash::{JournaledDevice, VirtualFlash, factory_flash};
pub use link::{LinkCounters, LinkParameters, NoisyLink};
pub use machine::{
    BuildError, CapPlacement, EnergyBalance, MachineParameters, NoSuchChannel, STEP, SkinPlace,
    Truth, VirtualMachine,
};
pub use parameter::ParameterError;
pub use patient::PatientParameters;
pub use rig::{DeviceLane, Machine, MachineTick, Rig, RigError};
