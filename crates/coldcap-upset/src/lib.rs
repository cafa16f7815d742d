//! What one flipped bit of memory does to a treatment.
//!
//! Radiation, a weak cell or a stray pointer changes a bit of [`coldcap::Control`] between two ticks. This
//! crate does it on purpose: at many [points](treatment) of a treatment it [flips](flip) a bit, lets the
//! control go on, and [judges](trial) by a control beside it whose memory is sound. Nothing that the sound
//! one keeps off may be driven for longer than one tick; not while everything is well, not when the cap
//! freezes right then, and not when somebody presses stop.
//!
//! | module | what it is |
//! |---|---|
//! | [`plant`] | ideal sensors and actuators |
//! | [`treatment`] | a whole treatment, and its points |
//! | [`flip`] | the one place that changes memory behind the compiler's back |
//! | [`trial`] | what happens after a flip, and whether it is safe |
//! | [`name`] | which field a bit belongs to |
//! | [`campaign`] | many flips, in processes that may die of them |
//!
//! Four ticks are looked at: a flip that acts later, as in a timer, is not seen.
//!
//! A bit that makes a value which its type cannot have may do anything to a program, also end it. On a
//! board that is a fault handler or a watchdog, and the actuators without power; here it is the end of a
//! process, which is counted.

pub mod campaign;
pub mod flip;
pub mod name;
pub mod plant;
pub mod treatment;
pub mod trial;
