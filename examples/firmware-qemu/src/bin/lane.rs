//! The device behind the step lane: blocks over semihosting files named `step` and `reply`.
#![no_std]
#![no_main]

use coldcap::lane::{REPLY_LENGTH, STEP_LENGTH};
use coldcap::{Config, Device, Served};
use cortex_m_rt::entry;
use firmware_qemu::counter::{Counter, INSTRUCTIONS_PER_COUNT};
use semihosting::fs::File;
use semihosting::io::{Read, Write};

/// Ends the emulator with a failure: a board would let its watchdog bite.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    semihosting::process::exit(101)
}

#[entry]
fn main() -> ! {
    semihosting::process::exit(if run().is_ok() { 0 } else { 1 })
}

fn run() -> semihosting::io::Result<()> {
    let Some(peripherals) = cortex_m::Peripherals::take() else { return Ok(()) };
    let mut counter = Counter::new(peripherals.SYST);
    let mut steps = File::open(c"step")?;
    let mut replies = File::create(c"reply")?;
    let mut device: Device<1> = Device::new(Config::reference());
    let mut step = [0; STEP_LENGTH];
    let mut reply = [0; REPLY_LENGTH];
    loop {
        steps.read_exact(&mut step)?;
        counter.start();
        let served = serve(&mut device, &step, &mut reply);
        counter.stop();
        match served {
            Ok(Served::Ticked) => replies.write_all(&reply)?,
            Ok(Served::Restarted | Served::Equipped) => {}
            Ok(Served::Ended) => break report(&counter),
            Err(_) => semihosting::process::exit(2),
        }
    }
}

/// One step of the device, kept as a symbol of its own: the check for panic paths starts here.
#[inline(never)]
fn serve(
    device: &mut Device<1>,
    step: &[u8; STEP_LENGTH],
    reply: &mut [u8; REPLY_LENGTH],
) -> Result<Served, coldcap::lane::LaneError> {
    device.serve(step, reply)
}

/// Leaves the measured figures in a file beside the lane: ticks, mean and worst instructions a tick, and
/// the bytes of memory that the device holds between ticks.
fn report(counter: &Counter) -> semihosting::io::Result<()> {
    let mean = counter.sum.saturating_mul(INSTRUCTIONS_PER_COUNT) / counter.ticks.max(1);
    let worst = u64::from(counter.worst).saturating_mul(INSTRUCTIONS_PER_COUNT);
    let mut file = File::create(c"count")?;
    let held = core::mem::size_of::<Device<1>>() as u64;
    for figure in [counter.ticks, mean, worst, held] {
        file.write_all(&figure.to_le_bytes())?;
    }
    Ok(())
}
