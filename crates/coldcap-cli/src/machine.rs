//! Machines that are not in this process.

pub(crate) mod board;
pub(crate) mod emulator;
pub(crate) mod remote;
pub(crate) mod uart;
