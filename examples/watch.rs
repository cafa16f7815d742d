//! A host program in 25 lines: says hello to a virtual machine and prints what it reports.

use coldcap_host::client::{Client, ClientConfig, Message};
use coldcap_sim::{FaultSchedule, Machine, PatientParameters, Rig};
use coldcap_units::{Duration, Instant};

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let mut machine = Rig::in_process(PatientParameters::standard(), 1, FaultSchedule::none())?;
    let mut client = Client::new(ClientConfig::new(1));
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
