//! Machines that are not in this process, and one that runs here by the wall clock.

pub(crate) mod board;
pub(crate) mod door;
pub(crate) mod emulator;
pub(crate) mod live;
pub(crate) mod remote;
pub(crate) mod settings;
mod stack;
pub(crate) mod uart;
