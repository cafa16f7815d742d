//! A host program in 30 lines: begins a session with a virtual machine and prints what it reports.

use coldcap_host::client::{Client, ClientConfig, ClientKey, Message};
use coldcap_sim::{Equipment, FaultSchedule, Machine, PatientParameters, Rig};
use coldcap_units::{Duration, Instant};
use coldcap_wire::security::Transport;

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let mut machine = Rig::in_process(PatientParameters::standard(), 1, FaultSchedule::none())?;
    // Of a real device: what a camera has read when it was paired, and real random bytes.
    let (code, entropy) = (Equipment::code(1), Equipment::host_entropy(1, 1));
    let key = ClientKey { code, transport: Transport::Serial, entropy };
    let mut client = Client::new(ClientConfig::new(1).with_key(key));
    let mut now = Instant::ZERO;
    for _tick in 0..100 {
        now = now.plus(Duration::from_millis(100));
        let mut bytes = Vec::new();
        client.transmit(now, &mut bytes); // write these to a serial port or a socket
        let tick = machine.tick(now, &bytes)?; // a real machine does this by itself
        client.receive(now, tick.link); // read these from it
        while let Some(message) = client.poll_message() {
            match message {
                Message::Hello(hello) => println!("serial {} answers", hello.serial),
                Message::ChannelStatus(status) => println!("supply {:?} m°C", status.supply.get()),
                _ => {}
            }
        }
    }
    Ok(())
}
