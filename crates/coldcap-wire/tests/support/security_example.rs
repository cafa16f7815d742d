//! The worked example of `docs/wire-security.md`: one pairing, one handshake, a packet each way.

use coldcap_units::Instant;
use coldcap_wire::message::{Hello, Origin};
use coldcap_wire::packet::Kind;
use coldcap_wire::security::{
    DeviceLink, HostLink, KeyRing, Label, Offer, PairingCode, Policy, Prologue, Role, Transport,
};

const SERIAL: u64 = 4_711;
const STOP: [u8; 8] = [0xAD, 0x02, 0x00, 0x00, 0x01, 0x09, 0x00, 0x00];
const BEAT: [u8; 4] = [0xF0, 0x93, 0x09, 0x01];

fn hello(minor_max: u8, boot: u32) -> Hello {
    Hello {
        major: 1,
        minor_min: 0,
        minor_max,
        origin: Origin::DEVICE,
        model: 0,
        serial: 0,
        firmware: 0,
        schema: 0x1234_5678,
        mtu: 240,
        channels: 0,
        features: 0,
        boot,
    }
}

fn of_device(minor_max: u8) -> Hello {
    let hello = hello(minor_max, 7);
    let (origin, firmware) = (Origin::SIMULATED, 0x0102_0003);
    Hello { origin, model: 0x0506, serial: SERIAL, firmware, channels: 2, ..hello }
}

/// 32 bytes that count up from `first`.
fn counting(first: u8) -> [u8; 32] {
    core::array::from_fn(|at| first + at as u8)
}

/// Name and bytes of everything, in the order of travel.
#[derive(Default)]
struct Steps(Vec<(&'static str, Vec<u8>)>);

impl Steps {
    fn add(&mut self, name: &'static str, bytes: &[u8]) {
        self.0.push((name, bytes.to_vec()));
    }
}

fn pair(keys: &mut KeyRing) -> PairingCode {
    let label = Label::new("tablet").unwrap();
    keys.open_pairing(Instant::ZERO, SERIAL, 1, Role::Nurse, label, counting(0)).unwrap()
}

fn handshake(
    steps: &mut Steps,
    host: &mut HostLink,
    device: &mut DeviceLink,
    keys: &mut KeyRing,
) -> Option<()> {
    let (now, mut packet) = (Instant::ZERO, [0; 240]);
    for [asked, answered] in [["request", "invitation"], ["first", "second"]] {
        let len = host.poll_output(now, &mut packet)?;
        steps.add(asked, &packet[..len]);
        device.handle_input(now, keys, &mut packet[..len]).ok()?;
        let len = device.poll_output(&mut packet)?;
        steps.add(answered, &packet[..len]);
        host.handle_input(now, &mut packet[..len]).ok()?;
    }
    Some(())
}

fn steps(minor_max: u8) -> (String, Steps) {
    let (of_device, of_host) = (of_device(minor_max), hello(minor_max, 9));
    let mut keys = KeyRing::new();
    let code = pair(&mut keys);
    let text = code.to_text().as_str().to_owned();
    let mut device = DeviceLink::new(&of_device, Transport::Serial, Policy::STANDARD);
    let mut host = HostLink::new(&of_host, Transport::Serial, Policy::STANDARD, code);
    device.heard(&of_host);
    host.heard(&of_device).unwrap();
    device.add_entropy(counting(0x20));
    host.connect(Instant::ZERO, counting(0x40)).unwrap();
    let mut steps = Steps::default();
    handshake(&mut steps, &mut host, &mut device, &mut keys).unwrap();
    let nonce = steps.0[1].1[6..].try_into().unwrap();
    let (transport, offers) = (Transport::Serial, [&of_device, &of_host].map(Offer::from));
    let prologue = Prologue { transport, device: offers[0], host: offers[1], nonce, slot: 1 };
    steps.0.insert(2, ("prologue", prologue.to_bytes().to_vec()));
    let session = host.keys().unwrap().clone();
    steps.add("to_device", session.sending.expose());
    steps.add("to_host", session.receiving.expose());
    let mut packet = [0; 240];
    let len = host.send(Kind::Command, 0x15, &STOP, &mut packet).unwrap();
    steps.add("command", &packet[..len]);
    device.handle_input(Instant::ZERO, &mut keys, &mut packet[..len]).unwrap();
    let len = device.send(&keys, Kind::Link, 0x60, &BEAT, &mut packet).unwrap();
    steps.add("heartbeat", &packet[..len]);
    host.handle_input(Instant::ZERO, &mut packet[..len]).unwrap();
    (text, steps)
}

/// The text between the markers of the document's first example, of a pair that speaks minor version 2 at most.
pub(crate) fn text() -> String {
    let (code, steps) = steps(2);
    let code = code.replace(':', ":\n  ").replacen(":\n  ", ":", 1);
    format!("pairing\n  {code}\n{}", told(&steps.0))
}

/// The text of the second: the same pair at minor version 4, from where it differs on.
pub(crate) fn whole_text() -> String {
    told(&steps(4).1.0[2..])
}

fn told(steps: &[(&'static str, Vec<u8>)]) -> String {
    let mut text = String::new();
    for (name, bytes) in steps {
        text.push_str(&format!("{name}\n"));
        for row in bytes.chunks(16) {
            let row: Vec<String> = row.iter().map(|byte| format!("{byte:02x}")).collect();
            text.push_str(&format!("  {}\n", row.join(" ")));
        }
    }
    text
}
