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

fn hello(serial: u64, boot: u32) -> Hello {
    Hello {
        major: 1,
        minor_min: 0,
        minor_max: 2,
        origin: Origin::DEVICE,
        model: 1,
        serial,
        firmware: 1,
        schema: 0x1234_5678,
        mtu: 240,
        channels: 1,
        features: 0,
        boot,
    }
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

fn steps() -> (String, Steps) {
    let (of_device, of_host) = (hello(SERIAL, 7), hello(0, 9));
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

/// The text between the two markers of the document.
pub(crate) fn text() -> String {
    let (code, steps) = steps();
    let mut text = format!("pairing\n  {}\n", code.replace(':', ":\n  ").replacen(":\n  ", ":", 1));
    for (name, bytes) in steps.0 {
        text.push_str(&format!("{name}\n"));
        for row in bytes.chunks(16) {
            let row: Vec<String> = row.iter().map(|byte| format!("{byte:02x}")).collect();
            text.push_str(&format!("  {}\n", row.join(" ")));
        }
    }
    text
}
