//! A machine of one channel on a NUCLEO-L496ZG: an STM32L496ZG with a Cortex-M4F at 80 MHz, two banks of 512 KB of flash, 320 KB of
//! memory and a random number generator. **It builds; no board has run it.**
//!
//! [`pins::Pins`] is what is wired where, [`board`] brings it up, reads it and drives it by the drivers of `coldcap-hal`, [`drivers`] is
//! what they need of this chip, [`bank`] its flash. Here is the loop. What a maker changes is the pins and the figures at the top of [`board`].
//!
//! Why this board: its journal has a bank of flash of its own, with pages of 2 KiB, so that the core goes on while one is erased. Where
//! program and journal share a bank with sectors of 128 KiB, as in an STM32F446, an erasure stops the core for a second, and the watchdog bites.
//!
//! What it has not: a display, so no key can be paired at it, which shows a square code (keys are stored by the factory); a clock
//! without power, so no cooling returns by itself; a cap that tells its identity; and the cut-off below the freeze limit, which is hardware.
#![no_std]
#![no_main]

mod bank;
mod board;
mod drivers;
mod pins;

use bank::Bank;
use board::{Board, Buffers, LAYOUT, Parts, ROOM};
use coldcap::journaled::{Journaled, PowerUp};
use coldcap::{Config, Inputs, Outputs, TICK, VendorConditions};
use coldcap_guard::{Condition, Conditions};
use coldcap_hal::Guarded;
use coldcap_journal::{Error, Journal};
use coldcap_units::{Duration, Instant};
use core::mem::MaybeUninit;
use drivers::Iwdg;

type Machine = Journaled<1, Bank>;

#[cortex_m_rt::entry]
fn main() -> ! {
    static mut BUFFERS: Buffers = [[0; 1024]; 2];
    static mut MACHINE: MaybeUninit<Machine> = MaybeUninit::uninit();
    let Some(Parts { mut board, flash, watchdog, entropy, factory }) = board::bring_up(BUFFERS)
    else {
        service()
    };
    let known = first_look(&mut board);
    let machine = MACHINE.write(begin(flash, factory, &known).unwrap_or_else(|| service()));
    machine.device.link.add_entropy(entropy);
    let mut watchdog = Guarded::new(Iwdg::started(watchdog), Duration::from_millis(50));
    let mut due = now();
    loop {
        let now = now();
        board.poll(now);
        exchange(machine, &mut board, now);
        if now >= due {
            due = now.plus(TICK);
            tick(machine, &mut board, &mut watchdog, now);
        }
    }
}

/// Since power-up, by a timer that never stands still.
fn now() -> Instant {
    Instant::from_millis(embassy_time::Instant::now().as_millis())
}

/// What the sensors say once every converter has been round.
fn first_look(board: &mut Board) -> PowerUp<1> {
    while now() < Instant::from_millis(500) {
        board.poll(now());
    }
    PowerUp::unknown(now(), board.inputs(now()))
}

/// From what the flash holds. A machine that never ran is provisioned where the factory's jumper says so. One that had a journal and
/// finds none must not start.
#[inline(never)]
fn begin(mut flash: Bank, factory: bool, known: &PowerUp<1>) -> Option<Machine> {
    let config = Config::reference();
    let is_new = matches!(Journal::open(&mut flash, LAYOUT.journal), Err(Error::NoJournal));
    if factory && is_new {
        return Machine::provision(config, flash, LAYOUT).ok();
    }
    let journal = Journal::open(flash, LAYOUT.journal).ok()?;
    Machine::power_up(config, journal, LAYOUT, known).ok()
}

/// Bytes in and out, as they come and as there is room.
fn exchange(machine: &mut Machine, board: &mut Board, now: Instant) {
    let mut room = [0; ROOM];
    let received = board.receive(&mut room);
    if !received.is_empty() {
        machine.device.link.receive(now, received);
    }
    if board.has_room(now) {
        let length = machine.device.link.transmit(now, &mut room);
        board.send(now, room.get(..length).unwrap_or_default());
    }
}

/// Reads, decides, drives, feeds the watchdog, stores and tells, in this order.
fn tick(machine: &mut Machine, board: &mut Board, watchdog: &mut Guarded<Iwdg>, now: Instant) {
    let mut inputs = board.inputs(now);
    if machine.failure().is_some() {
        inputs.vendor = VendorConditions::of(Conditions::of(&[Condition::Vendor0]));
    }
    let mut outputs = decide(machine, now, inputs);
    let off = board.drive(now, &outputs.drives, outputs.machine);
    if let Some(proof) = outputs.health.take().filter(|_| off) {
        let _ = watchdog.feed(now, proof);
    }
    let _ = machine.store(None, &outputs);
    if machine.wants_erasure(&outputs) {
        let _ = machine.erase_ahead();
    }
}

/// A symbol of its own, for the check of panic paths.
#[inline(never)]
fn decide(machine: &mut Machine, now: Instant, inputs: Inputs<1>) -> Outputs<1> {
    machine.tick(now, inputs).1
}

/// Nothing is driven, and nothing feeds the watchdog.
fn service() -> ! {
    loop {
        cortex_m::asm::wfi();
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    service()
}
