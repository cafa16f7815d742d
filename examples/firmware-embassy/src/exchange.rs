//! What the two halves hand each other, by value: the upper one never waits for the lower.

use coldcap::journaled::{Recalled, Wanted};
use coldcap::{Commands, Outputs};
use coldcap_wire::security::KeyRing;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::channel::Channel;
use embassy_sync::signal::Signal;

/// From the link, for the next tick. The link puts no more in while the last ones wait: they would be lost.
pub static COMMANDS: Channel<CriticalSectionRawMutex, Commands, 1> = Channel::new();
/// From the control, what it has driven and stored. So many ticks may a handshake take; what finds no room is in the journal, and
/// commands in it are answered `internal` by the link when their time is over.
pub static TOLD: Channel<CriticalSectionRawMutex, Outputs<1>, 4> = Channel::new();
/// From the link, when a key was handed out. That happens to nobody who is treated.
pub static KEYS: Signal<CriticalSectionRawMutex, KeyRing> = Signal::new();
/// From the link, what a host wants of the record that is in the journal only: in each tick anew, as long as it does.
pub static WANTED: Signal<CriticalSectionRawMutex, Wanted> = Signal::new();
/// From the control, what the journal has of it.
pub static RECALLED: Signal<CriticalSectionRawMutex, Recalled> = Signal::new();
