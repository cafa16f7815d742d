//! The two halves of coldcap as two embassy tasks on an emulated Cortex-M4F.
//!
//! [`control`] is the sampling task, on an executor of its own that runs in an interrupt; [`link`] is a task of the
//! executor below it. They exchange the values of [`exchange`] and share nothing. [`board`] is what another board does
//! otherwise: start-up, the timer, the drives, the line.
//!
//! **The journal is in the sampling task.** What is stored is what a tick made *and the state behind it*, which only the control
//! has, and only until its next tick. So the order tick, drive, store, publish stands in one function, and no link that
//! is slow can keep back what must last. The price is that a commit programs its 400 bytes there, behind the drives and long before
//! the next tick; a sector is erased while nothing circulates. Where the program runs from the same flash, the core stands still for
//! that, whichever task asks.
#![no_std]
#![no_main]

mod board;
mod control;
mod exchange;
mod link;

use board::{Line, Machine};
use coldcap::{Device, journaled::Journaled};
use control::Half;
use core::mem::MaybeUninit;
use embassy_executor::Executor;

#[cortex_m_rt::entry]
fn main() -> ! {
    static mut LINE: MaybeUninit<Line> = MaybeUninit::uninit();
    static mut MACHINE: MaybeUninit<Machine> = MaybeUninit::uninit();
    static mut LOWER: Option<Executor> = None;
    firmware_qemu::stack::paint();
    let line = LINE.write(Line::open().unwrap_or_else(|_| board::fail(1)));
    let Journaled { device: Device { control, link }, keeper } = board::power_up(MACHINE, line);
    let half = Half::new(control, keeper);
    let (Ok(sampling), Ok(linking)) = (control::sampling(half), link::linking(link, line)) else {
        board::fail(4)
    };
    board::start_upper().spawn(sampling);
    LOWER.insert(Executor::new()).run(|lower| lower.spawn(linking))
}
