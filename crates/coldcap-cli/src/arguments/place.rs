//! Where a demo runs.

use clap::ValueEnum;

/// The core of an emulated board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Core {
    /// With floating point, for images of thumbv7em-none-eabihf.
    CortexM4f,
    /// For images of thumbv6m-none-eabi: it executes all of ARMv6-M, and no emulated board with a Cortex-M0 has as much memory.
    CortexM3,
}

/// Where the device runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Place {
    /// In this process.
    InProcess,
    /// As firmware on an emulated board.
    Qemu,
    /// As firmware with its link on the emulated board's UART, for 60 seconds of treatment time.
    Uart,
    /// As firmware with two channels on the emulated board's own clock, its link on the UART, for 60 of its seconds, and for 10
    /// more behind a loss of power.
    Board,
}

impl Place {
    /// Whether nothing runs there but a minute of the machine, without a treatment.
    pub(crate) const fn is_smoke(self) -> bool {
        matches!(self, Self::Uart | Self::Board)
    }
}
