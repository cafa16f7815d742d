//! Any bytes as a packet: refused, or the same bytes again when they are encoded again.
#![no_main]

use coldcap_wire::message::{decode_any, decode_at_device, decode_at_host};
use coldcap_wire::packet::{BODY_LEN, Header};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|packet: &[u8]| {
    let Ok((header, body)) = Header::parse(packet) else { return };
    let Ok(message) = decode_any(&header, body) else {
        assert!(decode_at_device(&header, body).is_err() && decode_at_host(&header, body).is_err());
        return;
    };
    let mut again = [0; BODY_LEN];
    let len = message.encode(&mut again).expect("every message fits");
    assert_eq!([&header.to_bytes()[..], &again[..len]].concat(), packet);
    let entry = message.describe();
    assert!((entry.minimum_len..=entry.maximum_len).contains(&len));
    assert_eq!(entry.kind, header.kind);
});
