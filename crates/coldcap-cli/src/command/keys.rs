//! The keys of a machine in a file: 64 bytes each, as a machine stores them.

use crate::arguments::{KeyRole, Keys, KeysAdd, KeysFile, KeysRevoke, WhatKeys};
use crate::command::{hexadecimal, store};
use crate::failure::Failure;
use crate::host_key::random;
use coldcap_wire::security::{KeyRing, KeySlot, Label, PairingCode, Role, SLOTS, STORED_LEN};
use serde_json::json;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

pub(crate) fn run(options: &Keys) -> Result<(), Failure> {
    match &options.what {
        WhatKeys::List(list) => self::list(list),
        WhatKeys::Add(add) => self::add(add),
        WhatKeys::Revoke(revoke) => self::revoke(revoke),
    }
}

/// The keys in this file.
pub(crate) fn read(path: &Path) -> Result<Vec<KeySlot>, Failure> {
    let bytes = fs::read(path).map_err(|error| Failure::unreadable(path, &error))?;
    let wrong = |what: &str| Failure::Input(format!("{}: {what}", path.display()));
    let (stored, rest) = bytes.as_chunks::<STORED_LEN>();
    if !rest.is_empty() || stored.len() > SLOTS {
        return Err(wrong("allowed are at most eight keys of 64 bytes"));
    }
    let mut ring = KeyRing::new();
    for (number, stored) in stored.iter().enumerate() {
        let key = KeySlot::from_stored(stored)
            .ok_or_else(|| wrong(&format!("key {number} is none: allowed is a stored key")))?;
        ring.add(key).map_err(|error| wrong(&format!("key {number}: {error}")))?;
    }
    Ok(ring.slots().cloned().collect())
}

/// The same; none where there is no file yet.
pub(crate) fn read_or_none(path: &Path) -> Result<Vec<KeySlot>, Failure> {
    if path.exists() { read(path) } else { Ok(Vec::new()) }
}

/// Writes the keys in place of what was there; nobody but the owner may read them.
pub(crate) fn write<'a>(
    path: &Path,
    keys: impl Iterator<Item = &'a KeySlot>,
) -> Result<(), Failure> {
    let bytes: Vec<u8> = keys.flat_map(|key| -> [u8; STORED_LEN] { key.to_stored() }).collect();
    store::secret(path, &bytes)
}

/// Writes the text of a code; nobody but the owner may read it.
pub(crate) fn write_code(path: &Path, code: &PairingCode) -> Result<(), Failure> {
    store::secret(path, format!("{}\n", code.to_text().as_str()).as_bytes())
}

fn list(options: &KeysFile) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    for key in read(&options.file)? {
        let secret = options.secrets.then(|| hexadecimal::of(key.psk.expose()));
        if options.json {
            let (role, label) = (key.role.name(), key.label.as_str());
            let mut line = json!({ "id": key.id, "role": role, "label": label });
            if let Some(secret) = secret {
                line["key"] = secret.into();
            }
            writeln!(out, "{line}")?;
            continue;
        }
        let secret = secret.map_or(String::new(), |secret| format!("  {secret}"));
        let (id, role, label) = (key.id, key.role.name(), key.label.as_str());
        writeln!(out, "{id:10}  {role:<9}  {label}{secret}")?;
    }
    Ok(())
}

fn add(options: &KeysAdd) -> Result<(), Failure> {
    let (role, label) = (role(options.role), label(&options.label)?);
    store::is_new("--code", &options.code)?;
    let mut ring = KeyRing::new();
    for key in read_or_none(&options.file)? {
        ring.add(key).map_err(|error| Failure::Input(error.to_string()))?;
    }
    let psk = random()?;
    let id = match options.id {
        Some(id) => id,
        None => fresh_id()?,
    };
    let code = PairingCode { serial: options.serial, slot: id, psk: psk.clone() };
    ring.add(KeySlot { id, role, label, psk })
        .map_err(|error| Failure::Input(format!("{}: {error}", options.file.display())))?;
    write_code(&options.code, &code)?;
    write(&options.file, ring.slots())?;
    let shown = match options.json {
        true => json!({ "id": id, "role": role.name(), "label": label.as_str() }).to_string(),
        false => id.to_string(),
    };
    Ok(writeln!(io::stdout(), "{shown}")?)
}

fn revoke(options: &KeysRevoke) -> Result<(), Failure> {
    let keys = read(&options.file)?;
    if !keys.iter().any(|key| key.id == options.id) {
        let (file, id) = (options.file.display(), options.id);
        return Err(Failure::Wrong(format!("{file}: no key has the number {id}")));
    }
    write(&options.file, keys.iter().filter(|key| key.id != options.id))
}

/// A number that no key has had, as far as chance goes.
pub(crate) fn fresh_id() -> Result<u32, Failure> {
    let [a, b, c, d, ..] = *random()?.expose();
    Ok(u32::from_le_bytes([a, b, c, d]).max(1))
}

pub(crate) const fn role(role: KeyRole) -> Role {
    match role {
        KeyRole::Observer => Role::Observer,
        KeyRole::Nurse => Role::Nurse,
        KeyRole::Clinician => Role::Clinician,
        KeyRole::Service => Role::Service,
    }
}

pub(crate) fn label(text: &str) -> Result<Label, Failure> {
    let allowed = "allowed are 1 to 24 bytes of UTF-8, none of them a control character";
    let is_plain = !text.is_empty() && !text.contains(char::is_control);
    let label = Label::new(text).filter(|_| is_plain);
    label.ok_or_else(|| Failure::Input(format!("--label: {text:?}: {allowed}")))
}
