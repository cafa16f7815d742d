//! Pairs a host with the virtual machine: what a person does at the machine, and what the camera reads.

use super::{keys, store};
use crate::arguments::Pair;
use crate::failure::Failure;
use crate::host_key::random;
use crate::keylog::KeyLog;
use coldcap::{Config, Device};
use coldcap_host::client::{Client, ClientConfig, ClientKey};
use coldcap_units::{Duration, Instant};
use coldcap_wire::security::{PairingCode, SecurityEvent, Transport};
use qrcodegen::{QrCode, QrCodeEcc};
use serde_json::json;
use std::io::{self, Write};

/// Light around the square, in modules, as the standard asks for.
const QUIET: i32 = 4;

pub(crate) fn run(options: &Pair) -> Result<(), Failure> {
    let (role, label) = (keys::role(options.role), keys::label(&options.label)?);
    store::is_new("--code", &options.code)?;
    store::has_folder("--keys", &options.keys)?;
    let mut device: Device<1> = Device::new(Config::reference());
    device.link.add_entropy(*random()?.expose());
    for key in keys::read_or_none(&options.keys)? {
        let added = device.link.keys_mut().add(key);
        added.map_err(|error| Failure::Input(error.to_string()))?;
    }
    let (id, psk) = (keys::fresh_id()?, *random()?.expose());
    let shown = device
        .link
        .open_pairing(Instant::ZERO, id, role, label, psk)
        .map_err(|error| Failure::Wrong(format!("{}: {error}", options.keys.display())))?;
    if !options.json {
        show(&shown)?;
    }
    // From here on the host knows no more than the characters.
    let read = PairingCode::parse(shown.to_text().as_str())
        .map_err(|error| Failure::Wrong(error.to_string()))?;
    connect(&mut device, &read, options)?;
    keys::write_code(&options.code, &read)?;
    keys::write(&options.keys, device.link.keys().slots())?;
    let (label, role) = (label.as_str(), role.name());
    let told = match options.json {
        true => json!({ "id": id, "role": role, "label": label }).to_string(),
        false => format!("paired: key {id}, {role}, {label}"),
    };
    Ok(writeln!(io::stdout(), "{told}")?)
}

/// The first session by the new key: with its first packet the machine keeps the key.
fn connect(device: &mut Device<1>, code: &PairingCode, options: &Pair) -> Result<(), Failure> {
    let mut keylog = KeyLog::create(options.keylog.as_deref())?;
    let (code, transport, entropy) = (code.clone(), Transport::Serial, random()?);
    let key = ClientKey { code, transport, entropy };
    let mut client = Client::new(ClientConfig::new(1).with_key(key));
    let mut now = Instant::ZERO;
    for _ in 0..100 {
        now = now.plus(Duration::from_millis(100));
        let mut bytes = Vec::new();
        client.transmit(now, &mut bytes);
        device.link.receive(now, &bytes);
        let mut room = [0; 600];
        let sent = device.link.transmit(now, &mut room);
        client.receive(now, room.get(..sent).unwrap_or_default());
        if let Some(keys) = client.session_keys() {
            keylog.note(keys)?;
        }
        while let Some(event) = device.link.poll_security_event() {
            if event == SecurityEvent::Paired {
                return Ok(());
            }
        }
    }
    Err(Failure::Wrong("the host has begun no session".into()))
}

/// The square code, light on dark as terminals are, and its characters.
fn show(code: &PairingCode) -> Result<(), Failure> {
    let text = code.to_text();
    let square = QrCode::encode_text(text.as_str(), QrCodeEcc::Medium)
        .map_err(|error| Failure::Wrong(error.to_string()))?;
    let mut out = io::stdout().lock();
    let (first, last) = (-QUIET, square.size() + QUIET);
    for row in (first..last).step_by(2) {
        let line: String = (first..last)
            .map(|column| {
                let dark = |row| square.get_module(column, row) || row >= last;
                match (dark(row), dark(row + 1)) {
                    (false, false) => '█',
                    (false, true) => '▀',
                    (true, false) => '▄',
                    (true, true) => ' ',
                }
            })
            .collect();
        writeln!(out, "{line}")?;
    }
    Ok(writeln!(out, "{}", text.as_str())?)
}
