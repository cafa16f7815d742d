//! Counts the executed instructions of the device's end of the secured link: a handshake, a first message that
//! is forged, and sealing and opening a telemetry packet. See [`probe_bare::count`] for how they are counted. And how
//! much stack they take ([`probe_bare::stack`]), and how much memory stays taken.
#![no_std]
#![no_main]

use coldcap_units::{Duration, Instant};
use coldcap_wire::message::{Hello, Origin};
use coldcap_wire::packet::Kind;
use coldcap_wire::security::{
    DeviceLink, HostLink, Input, KeyRing, KeySlot, Label, PairingCode, Policy, Role, Secret,
    Transport,
};
use coldcap_wire::service::{Freshness, Gate, Lease, ObjectServer, Publisher, Pulse};
use coldcap_wire::{FRAME_ROOM, Receiver};
use core::hint::black_box;
use cortex_m_rt::entry;
use probe_bare::count::{self, INSTRUCTIONS_PER_COUNT};
use probe_bare::stack;
use semihosting::println;

/// The body of a channel's status with every value there.
const BODY: [u8; 59] = [0x5A; 59];
const PACKETS: u64 = 1_000;
const ROOM: usize = 240;

#[entry]
fn main() -> ! {
    if count::start() && measure().is_none() {
        println!("a packet was refused");
    }
    semihosting::process::exit(0)
}

fn hello(serial: u64) -> Hello {
    Hello {
        major: 1,
        minor_min: 0,
        minor_max: 2,
        origin: Origin::DEVICE,
        model: 1,
        serial,
        firmware: 0,
        schema: 1,
        mtu: 240,
        channels: 1,
        features: 0,
        boot: 7,
    }
}

fn keys() -> Option<KeyRing> {
    let mut keys = KeyRing::new();
    let label = Label::new("tablet")?;
    let psk = Secret::new([9; 32]);
    keys.add(KeySlot { id: 1, role: Role::Nurse, label, psk }).ok()?;
    Some(keys)
}

fn report(of: &str, counts: u64, calls: u64) {
    println!("{of} {}", counts * INSTRUCTIONS_PER_COUNT / calls);
}

/// What a device keeps for one peer but its keys: three subscriptions, and room for a packet each way.
type Peer = (
    (Receiver, [u8; FRAME_ROOM + 1]),
    (Gate<8>, Freshness, Publisher<(), 3>),
    (ObjectServer, Pulse, Lease),
);

fn memory() {
    println!("memory of a peer without its link {}", size_of::<Peer>());
    println!("memory of a secured link {}", size_of::<DeviceLink<'static>>());
    println!("memory of the keys {}", size_of::<KeyRing>());
}

fn measure() -> Option<()> {
    memory();
    let mut keys = keys()?;
    let code = PairingCode { serial: 5, slot: 1, psk: Secret::new([9; 32]) };
    let mut device = DeviceLink::new(&hello(5), Transport::Serial, Policy::STANDARD);
    let mut host = HostLink::new(&hello(0), Transport::Serial, Policy::STANDARD, code);
    device.heard(&hello(0));
    host.heard(&hello(5)).ok()?;
    device.add_entropy([3; 32]);
    host.connect(Instant::ZERO, [4; 32]).ok()?;
    handshake(&mut device, &mut host, &mut keys)?;
    packets(&mut device, &mut host, &mut keys)
}

fn handshake(device: &mut DeviceLink, host: &mut HostLink, keys: &mut KeyRing) -> Option<()> {
    let (mut now, mut packet) = (Instant::ZERO, [0; ROOM]);
    let len = host.poll_output(now, &mut packet)?;
    device.handle_input(now, keys, packet.get_mut(..len)?).ok()?;
    let len = device.poll_output(&mut packet)?;
    host.handle_input(now, packet.get_mut(..len)?).ok()?;
    let len = host.poll_output(now, &mut packet)?;
    let mut forged = packet;
    *forged.get_mut(20)? ^= 1;
    let mut refused = false;
    let spent = count::of(|| {
        let packet = forged.get_mut(..len).unwrap_or_default();
        refused = black_box(device.handle_input(now, keys, packet)).is_err();
    });
    report("forged first message", spent, 1);
    now = now.plus(Duration::from_secs(2));
    let mut answer = None;
    let mut spent = 0;
    let deep = stack::of(|| {
        spent = count::of(|| {
            let packet = packet.get_mut(..len).unwrap_or_default();
            let _ = black_box(device.handle_input(now, keys, packet));
            answer = device.poll_output(packet);
        });
    });
    report("handshake", spent, 1);
    println!("stack of a handshake {deep}");
    let len = answer.filter(|_| refused)?;
    host.handle_input(now, packet.get_mut(..len)?).ok().map(|_| ())
}

fn packets(device: &mut DeviceLink, host: &mut HostLink, keys: &mut KeyRing) -> Option<()> {
    let (now, mut packet) = (Instant::ZERO, [0; ROOM]);
    let (mut sealing, mut opening) = (0, 0);
    let (mut sealing_deep, mut opening_deep) = (0, 0);
    for _ in 0..PACKETS {
        let len = host.send(Kind::Command, 0x15, &BODY, &mut packet).ok()?;
        let mut opened = false;
        opening_deep = stack::of(|| {
            opening += count::of(|| {
                let packet = packet.get_mut(..len).unwrap_or_default();
                opened = matches!(device.handle_input(now, keys, packet), Ok(Input::Packet(_)));
            });
        });
        let mut sealed = false;
        sealing_deep = stack::of(|| {
            sealing += count::of(|| {
                let body = black_box(&BODY);
                sealed = device.send(keys, Kind::Report, 0x40, body, &mut packet).is_ok();
            });
        });
        if !opened || !sealed {
            return None;
        }
    }
    report("seal", sealing, PACKETS);
    report("open", opening, PACKETS);
    println!("stack of sealing {sealing_deep}");
    println!("stack of opening {opening_deep}");
    Some(())
}
