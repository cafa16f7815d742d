//! The device, its journal on a flash, behind the step lane: blocks over semihosting files named `step`
//! and `reply`.
#![no_std]
#![no_main]

use coldcap::journaled::JournaledLane;
use coldcap::lane::{REPLY_LENGTH, STEP_LENGTH};
use coldcap::{Config, Served};
use core::mem::MaybeUninit;
use cortex_m_rt::entry;
use firmware_qemu::blocks::Blocks;
use firmware_qemu::counter::Counter;
use firmware_qemu::flash::{LAYOUT, Psram};
use firmware_qemu::stack;

type Machine = JournaledLane<1, Psram>;

/// The machine: it is too large to be moved about on the stack.
static mut MACHINE: MaybeUninit<Machine> = MaybeUninit::uninit();

#[entry]
fn main() -> ! {
    semihosting::process::exit(if run().is_ok() { 0 } else { 1 })
}

fn run() -> semihosting::io::Result<()> {
    stack::paint();
    let Some(peripherals) = cortex_m::Peripherals::take() else { return Ok(()) };
    let mut counter = Counter::new(peripherals.SYST);
    let mut blocks = Blocks::open()?;
    let machine = begin();
    let mut step = [0; STEP_LENGTH];
    let mut reply = [0; REPLY_LENGTH];
    loop {
        blocks.read(&mut step)?;
        counter.start();
        let served = serve(machine, &step, &mut reply, &mut counter);
        match served {
            Ok(Served::Ticked) => {
                counter.stop();
                blocks.write(&reply)?;
            }
            Ok(Served::Restarted | Served::Equipped) => {}
            Ok(Served::Ended) => break counter.report(size_of::<Machine>()),
            Err(_) => semihosting::process::exit(2),
        }
    }
}

/// Not inlined: what it takes of the stack is free again behind it.
#[inline(never)]
fn begin() -> &'static mut Machine {
    let machine = Machine::new(Config::reference(), Psram::erased(), LAYOUT);
    let Ok(machine) = machine else { semihosting::process::exit(3) };
    // SAFETY: called once, and nothing else names it.
    unsafe { (*&raw mut MACHINE).write(machine) }
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
