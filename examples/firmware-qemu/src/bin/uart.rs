//! The device with its link on a real UART: the step lane brings the inputs only.
#![no_std]
#![no_main]

use coldcap::lane::{LINK_IN_MAXIMUM, REPLY_LENGTH, Reply, STEP_LENGTH, Step};
use coldcap::{Config, Device, Served};
use cortex_m_rt::entry;
use firmware_qemu::blocks::Blocks;
use firmware_qemu::uart::Uart;

#[entry]
fn main() -> ! {
    semihosting::process::exit(if run().is_ok() { 0 } else { 1 })
}

fn run() -> semihosting::io::Result<()> {
    let mut uart = Uart::new();
    let mut blocks = Blocks::open()?;
    let mut device: Device<1> = Device::new(Config::reference());
    let (mut step, mut joined) = ([0; STEP_LENGTH], [0; STEP_LENGTH]);
    let mut reply = [0; REPLY_LENGTH];
    loop {
        blocks.read(&mut step)?;
        with_received(&step, &mut uart, &mut joined);
        match device.serve(&joined, &mut reply) {
            Ok(Served::Ticked) => {
                if let Ok(parts) = Reply::decode(&reply) {
                    uart.transmit(parts.link);
                }
                blocks.write(&reply)?;
            }
            Ok(Served::Restarted | Served::Equipped) => {}
            Ok(Served::Ended) => return Ok(()),
            Err(_) => semihosting::process::exit(2),
        }
    }
}

/// The step with the bytes that came over the UART in place of those that the driver only announces: it
/// says by their number how many are on the wire, so that a slow emulator loses none.
fn with_received(step: &[u8; STEP_LENGTH], uart: &mut Uart, joined: &mut [u8; STEP_LENGTH]) {
    let Ok(Step::Tick { now, inputs, link }) = Step::decode(step) else {
        *joined = *step;
        return;
    };
    let mut received = [0; LINK_IN_MAXIMUM];
    let mut count = 0;
    for slot in received.iter_mut().take(link.len()) {
        let Some(byte) = patiently(uart) else { break };
        *slot = byte;
        count += 1;
    }
    let link = received.get(..count).unwrap_or_default();
    let _ = Step::Tick { now, inputs, link }.encode(joined);
}

/// The next byte, waited for as long as the emulator may take to pass it on. A board would have filled a
/// buffer in its interrupt instead.
fn patiently(uart: &mut Uart) -> Option<u8> {
    (0..PATIENCE).find_map(|_| uart.receive())
}

/// Polls without a byte until the line counts as dead: some seconds in the emulator.
const PATIENCE: u32 = 20_000_000;
