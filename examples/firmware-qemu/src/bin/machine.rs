//! A whole machine as a firmware team writes it: two channels, secured link on the UART, journal on flash, one loop.
#![no_std]
#![no_main]

use coldcap::journaled::{Journaled, PowerUp};
use coldcap::parameters::certificates::Shelf;
use coldcap::{Config, Outputs};
use coldcap_journal::{Error, Journal};
use coldcap_units::Instant;
use core::mem::MaybeUninit;
use cortex_m_rt::entry;
use firmware_qemu::board::Board;
use firmware_qemu::flash::{LAYOUT, PARAMETERS, Psram};
use firmware_qemu::uart::Uart;

/// Older entries of the record than the newest 32 are in its journal.
type Machine = Journaled<2, Psram, 32>;
/// Where the one machine will stand.
type Place = &'static mut MaybeUninit<Machine>;

/// The machine. It lies in a static so that the linker counts it.
static mut MACHINE: MaybeUninit<Machine> = MaybeUninit::uninit();

#[entry]
fn main() -> ! {
    let Some(peripherals) = cortex_m::Peripherals::take() else { service() };
    let (mut board, mut uart) = (Board::new(peripherals.SYST), Uart::new());
    let now = board.wait(|_| {});
    let machine = begin(&mut board, now);
    // A board draws this from its random number generator, and mixes it with what it has stored.
    machine.device.link.add_entropy([0x5A; 32]);
    loop {
        // The UART holds one byte, and a tick is long: a board fills a buffer in its interrupt.
        let now = board.wait(|before| {
            if let Some(byte) = uart.receive() {
                machine.device.link.receive(before, &[byte]);
            }
        });
        let (_, outputs) = machine.tick(now, board.inputs());
        board.drive(&outputs.drives);
        store(machine, &outputs);
        if let Some(proof) = outputs.health {
            board.feed(proof);
        }
        send(machine, now, &mut uart);
    }
}

/// From what the flash holds. A machine that is new is provisioned, which a board leaves to its factory: one that had a
/// journal and finds none must not start.
fn begin(board: &mut Board, now: Instant) -> &'static mut Machine {
    let known = PowerUp::unknown(now, board.inputs());
    // SAFETY: called once, and nothing else names it.
    let place = unsafe { &mut *&raw mut MACHINE };
    let machine = match Journal::open(Psram::kept(), LAYOUT.journal) {
        Ok(mut journal) => {
            let config = configured(journal.flash_mut());
            Machine::power_up_in(place, config, journal, LAYOUT, &known).ok()
        }
        Err(Error::NoJournal) => provisioned(place),
        Err(_) => None,
    };
    machine.unwrap_or_else(|| service())
}

/// The program's configuration, with what is stored of it in its place. A board with a display says which image was not whole.
fn configured(flash: &mut Psram) -> Config {
    let mut config = Config::reference();
    match PARAMETERS.load(flash, &mut config, Shelf::empty(), &mut [0; 1024]) {
        Ok(_) => config,
        Err(_) => service(),
    }
}

/// Not inlined: it has a machine of its own on the stack.
#[inline(never)]
fn provisioned(place: Place) -> Option<&'static mut Machine> {
    match Machine::provision(Config::reference(), Psram::erased(), LAYOUT) {
        Ok(machine) => Some(place.write(machine)),
        Err(_) => None,
    }
}

fn store(machine: &mut Machine, outputs: &Outputs<2>) {
    // What could not be stored is in `failure`; a maker's condition would call somebody.
    let _ = machine.store(None, outputs);
    if machine.wants_erasure(outputs) {
        let _ = machine.erase_ahead();
    }
}

fn send(machine: &mut Machine, now: Instant, uart: &mut Uart) {
    let mut bytes = [0; 256];
    loop {
        match machine.device.link.transmit(now, &mut bytes) {
            0 => return,
            length => uart.transmit(bytes.get(..length).unwrap_or_default()),
        }
    }
}

/// Nothing is driven, and nothing feeds the watchdog.
fn service() -> ! {
    loop {
        cortex_m::asm::wfi();
    }
}
