//! The device, its journal on a flash, behind the step lane: blocks over semihosting files named `step`
//! and `reply`.
#![no_std]
#![no_main]

use coldcap::journaled::{JournaledLane, Layout, Pace};
use coldcap::lane::{REPLY_LENGTH, STEP_LENGTH};
use coldcap::{Config, Served};
use coldcap_journal::Region;
use coldcap_units::Duration;
use cortex_m_rt::entry;
use firmware_qemu::counter::{Counter, INSTRUCTIONS_PER_COUNT};
use firmware_qemu::flash::Psram;
use firmware_qemu::stack;
use semihosting::fs::File;
use semihosting::io::{Read, Write};

/// Ends the emulator with a failure: a board would let its watchdog bite.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    semihosting::process::exit(101)
}

type Machine = JournaledLane<1, Psram>;

/// The last 8 KiB are for the keys, the rest is the journal.
const LAYOUT: Layout = Layout {
    journal: Region { start: 0, length: 1016 * 1024, sector: 8 * 1024 },
    keys: Region { start: 1016 * 1024, length: 8 * 1024, sector: 4 * 1024 },
    pace: Pace { treated: Duration::from_secs(10), idle: Duration::from_secs(60) },
};

#[entry]
fn main() -> ! {
    semihosting::process::exit(if run().is_ok() { 0 } else { 1 })
}

fn run() -> semihosting::io::Result<()> {
    stack::paint();
    let Some(peripherals) = cortex_m::Peripherals::take() else { return Ok(()) };
    let mut counter = Counter::new(peripherals.SYST);
    let mut steps = File::open(c"step")?;
    let mut replies = File::create(c"reply")?;
    let machine = Machine::new(Config::reference(), Psram::erased(), LAYOUT);
    let Ok(mut machine) = machine else { semihosting::process::exit(3) };
    let mut step = [0; STEP_LENGTH];
    let mut reply = [0; REPLY_LENGTH];
    loop {
        steps.read_exact(&mut step)?;
        counter.start();
        let served = serve(&mut machine, &step, &mut reply, &mut counter);
        match served {
            Ok(Served::Ticked) => {
                counter.stop();
                replies.write_all(&reply)?;
            }
            Ok(Served::Restarted | Served::Equipped) => {}
            Ok(Served::Ended) => break report(&counter),
            Err(_) => semihosting::process::exit(2),
        }
    }
}

/// One step of the machine, kept as a symbol of its own: the check for panic paths starts here.
#[inline(never)]
fn serve(
    machine: &mut Machine,
    step: &[u8; STEP_LENGTH],
    reply: &mut [u8; REPLY_LENGTH],
    counter: &mut Counter,
) -> Result<Served, coldcap::lane::LaneError> {
    machine.serve_watched(step, reply, |part| counter.begin(part as usize))
}

/// Leaves the measured figures in a file beside the lane: ticks, the bytes of memory that the machine holds between
/// ticks, the stack that was used; then mean and worst instructions of a whole tick and of each part.
fn report(counter: &Counter) -> semihosting::io::Result<()> {
    let mut file = File::create(c"count")?;
    let held = core::mem::size_of::<Machine>() as u64;
    for figure in [counter.ticks, held, stack::used()] {
        file.write_all(&figure.to_le_bytes())?;
    }
    for figures in [&counter.whole].into_iter().chain(&counter.parts) {
        let mean = figures.sum.saturating_mul(INSTRUCTIONS_PER_COUNT) / counter.ticks.max(1);
        let worst = u64::from(figures.worst).saturating_mul(INSTRUCTIONS_PER_COUNT);
        file.write_all(&mean.to_le_bytes())?;
        file.write_all(&worst.to_le_bytes())?;
    }
    Ok(())
}
