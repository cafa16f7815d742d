//! The device's end of the secured link as functions of its own: their sizes and what can be reached from them
//! are read from this image. It is never run.
#![no_std]
#![no_main]

use coldcap_units::Instant;
use coldcap_wire::message::Hello;
use coldcap_wire::packet::Kind;
use coldcap_wire::security::{
    DeviceLink, Input, KeyError, KeyRing, KeySlot, Label, PairingText, Refusal, Role,
    SecurityEvent, SendError,
};
use core::hint::black_box;
use cortex_m_rt::entry;
use probe_bare as _;

type Link = DeviceLink<'static>;

probe_bare::memory! { MEMORY_LINK: Link, KeyRing }

#[inline(never)]
fn probe_link_input<'p>(
    link: &mut Link,
    now: Instant,
    keys: &mut KeyRing,
    packet: &'p mut [u8],
) -> Result<Input<'p>, Refusal> {
    link.handle_input(now, keys, packet)
}

#[inline(never)]
fn probe_link_output(link: &mut Link, out: &mut [u8]) -> Option<usize> {
    link.poll_output(out)
}

#[inline(never)]
fn probe_link_send(
    link: &mut Link,
    keys: &KeyRing,
    kind: Kind,
    body: &[u8],
    out: &mut [u8],
) -> Result<usize, SendError> {
    link.send(keys, kind, 0x40, body, out)
}

#[inline(never)]
fn probe_link_care(link: &mut Link, hello: &Hello, entropy: [u8; 32]) -> Option<SecurityEvent> {
    link.heard(hello);
    link.add_entropy(entropy);
    link.poll_event()
}

#[inline(never)]
fn probe_keys_pair(
    keys: &mut KeyRing,
    now: Instant,
    label: Label,
    psk: [u8; 32],
) -> Result<PairingText, KeyError> {
    keys.open_pairing(now, 1, 2, Role::Nurse, label, psk).map(|code| code.to_text())
}

#[inline(never)]
fn probe_keys_store(keys: &mut KeyRing, stored: &mut [u8; 64]) -> Result<(), KeyError> {
    if let Some(slot) = KeySlot::from_stored(stored) {
        keys.revoke(slot.id);
        *stored = slot.to_stored();
        keys.add(slot)?;
    }
    Ok(())
}

/// Keeps the probes, and keeps the compiler from knowing what they are called with.
#[entry]
fn main() -> ! {
    let _ = black_box(&MEMORY_LINK);
    let _ = black_box(probe_link_input as fn(&mut _, _, &mut _, _) -> _);
    let _ = black_box(probe_link_output as fn(&mut _, &mut _) -> _);
    let _ = black_box(probe_link_send as fn(&mut _, &_, _, &_, &mut _) -> _);
    let _ = black_box(probe_link_care as fn(&mut _, &_, _) -> _);
    let _ = black_box(probe_keys_pair as fn(&mut _, _, _, _) -> _);
    let _ = black_box(probe_keys_store as fn(&mut _, &mut _) -> _);
    loop {}
}
