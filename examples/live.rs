//! A device and its host as two tasks of one executor, with a stream between them.

use coldcap::{Config, Device, Drives, TICK};
use coldcap_host::client::{Client, ClientConfig, ClientKey, CommandBody, Message};
use coldcap_sim::{Equipment, FaultSchedule, MachineParameters, PatientParameters, VirtualMachine};
use coldcap_units::Instant;
use coldcap_wire::FRAME_ROOM;
use coldcap_wire::carrier::tokio::Carrier;
use coldcap_wire::message::Action;
use coldcap_wire::security::Transport;
use std::io;
use tokio::io::{DuplexStream, split};
use tokio::time::{MissedTickBehavior, interval};

/// The board's loop: a tick every 100 ms, and bytes in between. A tick never waits for the stream.
async fn device(stream: DuplexStream) -> Result<(), Box<dyn core::error::Error>> {
    let patient = PatientParameters::standard();
    let mut plant = VirtualMachine::<1>::new(MachineParameters::standard(), [patient], 1)?;
    let mut device = Device::<1>::new(Config::reference());
    device.link.add_entropy([0x5A; 32]); // a board asks its random number generator
    for key in Equipment::keyed(1).keys() {
        device.link.keys_mut().add(key.clone())?; // and its store
    }
    let (mut receiver, mut transmitter) = split(stream);
    let mut carrier = Carrier::<FRAME_ROOM>::new();
    let mut pace = interval(core::time::Duration::from_millis(TICK.as_millis().into()));
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut drives = Drives::default();
    let mut now = Instant::ZERO;
    loop {
        tokio::select! {
            _ = pace.tick() => {
                plant.step(&drives, now, &FaultSchedule::none());
                now = now.plus(TICK);
                drives = device.tick(now, plant.inputs(now)).1.drives;
            }
            // Where the tick comes first, this turn is dropped, and nothing with it.
            turn = carrier.turn(&mut device.link, &mut receiver, &mut transmitter) => { turn?; }
        }
    }
}

/// The host: stops the machine, for that is always allowed, and waits for the answer.
async fn host(stream: DuplexStream) -> io::Result<()> {
    let (code, entropy) = (Equipment::code(1), Equipment::host_entropy(1, 1));
    let key = ClientKey { code, transport: Transport::Serial, entropy };
    let mut client = Client::new(ClientConfig::new(1).with_key(key));
    let (mut receiver, mut transmitter) = split(stream);
    let mut carrier = Carrier::<FRAME_ROOM>::new();
    client.command(carrier.now(), CommandBody::operate(Action::STOP));
    loop {
        carrier.turn(&mut client, &mut receiver, &mut transmitter).await?;
        while let Some(message) = client.poll_message() {
            match message {
                Message::Hello(hello) => println!("serial {} answers", hello.serial),
                Message::ChannelStatus(status) => println!("supply {:?} m°C", status.supply.get()),
                Message::Response { response, .. } => {
                    println!("stop: {}", response.status.name().unwrap_or("?"));
                    return Ok(());
                }
                _ => {}
            }
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn core::error::Error>> {
    let (near, far) = tokio::io::duplex(64);
    tokio::select! {
        ended = device(near) => ended,
        ended = host(far) => Ok(ended?),
    }
}
