//! The published test vector of `Noise_NNpsk0_25519_ChaChaPoly_SHA256`: that of cacophony, as it stands in
//! `tests/vectors/cacophony.txt` of github.com/mcginty/snow at 8ac60f51cfe3e010c84f0a454cc575ad9204fa12.

use super::cipher;
use super::noise::{Initiator, Keys, Responder};
use super::secret::Secret;
use std::string::String;
use std::vec::Vec;

const VECTOR: &str = include_str!("../../tests/noise_vector.json");

/// The hexadecimal strings behind every occurrence of a name.
fn values(name: &str) -> Vec<Vec<u8>> {
    let name = std::format!("\"{name}\":");
    let behind = VECTOR.split(&name).skip(1);
    behind.map(|text| unhex(text.split('"').nth(1).unwrap())).collect()
}

fn value<const N: usize>(name: &str) -> [u8; N] {
    values(name).swap_remove(0).try_into().unwrap()
}

fn unhex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair).into_owned());
    pairs.map(|pair| u8::from_str_radix(&pair, 16).unwrap()).collect()
}

fn handshake(payloads: &[Vec<u8>], sealed: &[Vec<u8>]) -> [Keys; 2] {
    let prologue = values("init_prologue").swap_remove(0);
    assert_eq!(values("resp_prologue"), [&prologue[..]]);
    let psk = Secret::new(value("init_psks"));
    let mut first = std::vec![0; sealed[0].len()];
    let (host, len) =
        Initiator::begin(&prologue, &psk, value("init_ephemeral"), &payloads[0], &mut first)
            .unwrap();
    assert_eq!((len, &first), (sealed[0].len(), &sealed[0]));
    let psk = Secret::new(value("resp_psks"));
    let (device, payload) = Responder::read(&prologue, &psk, &mut first).unwrap();
    assert_eq!(payload, payloads[0]);
    let mut second = std::vec![0; sealed[1].len()];
    let ephemeral = Secret::new(value("resp_ephemeral"));
    let (of_device, _) = device.answer(&ephemeral, &payloads[1], &mut second).unwrap();
    assert_eq!(second, sealed[1]);
    let (of_host, payload) = host.finish(&mut second).unwrap();
    assert_eq!(payload, payloads[1]);
    assert_eq!([of_host.hash, of_device.hash], [value("handshake_hash"); 2]);
    [of_host, of_device]
}

#[test]
fn the_published_handshake_and_what_follows_it() {
    let (payloads, sealed) = (values("payload"), values("ciphertext"));
    assert_eq!((payloads.len(), sealed.len()), (6, 6));
    let keys = handshake(&payloads, &sealed);
    for (index, (payload, sealed)) in payloads.iter().zip(&sealed).enumerate().skip(2) {
        // The sides take turns, the host first, and each counts its own from 0.
        let (side, number) = (index % 2, (index as u64 - 2) / 2);
        let mut text = payload.clone();
        let tag = cipher::seal(&keys[side].sending, number, &[], &mut text).unwrap();
        assert_eq!(&[&text[..], &tag].concat(), sealed);
        assert!(cipher::open(&keys[1 - side].receiving, number, &[], &mut text, &tag));
        assert_eq!(&text, payload);
    }
}
