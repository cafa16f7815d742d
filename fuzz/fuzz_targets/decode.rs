//! Any bytes as a packet: refused, or the same bytes again when they are encoded again. As a maker's body they travel as
//! they are, and of a maker's command the head is split off and nothing else.
#![no_main]

use coldcap_wire::message::{
    CommandHead, Described, RawBody, decode_any, decode_at_device, decode_at_host,
};
use coldcap_wire::packet::{BODY_LEN, Header, PACKET_LEN};
use coldcap_wire::{Receiver, Sender};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|packet: &[u8]| {
    let Ok((header, body)) = Header::parse(packet) else { return };
    of_a_maker(&header, body);
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

fn of_a_maker(header: &Header, body: &[u8]) {
    let mut frame = [0; PACKET_LEN * 2];
    let sent = Sender::new().send_bytes(header.kind, header.endpoint, body, &mut frame);
    let Some(raw) = RawBody::new(body) else {
        // No packet holds as much, whoever handed it in.
        assert!(body.len() > BODY_LEN && sent.is_err());
        return;
    };
    assert_eq!(raw.bytes(), body);
    assert!(!format!("{raw:?}").is_empty());
    let length = sent.expect("it fits a packet");
    let mut receiver = Receiver::new();
    let (used, packet) = receiver.feed(&frame[..length]);
    let packet = packet.expect("it is whole").expect("it is sound");
    assert_eq!((used, packet.header.endpoint, packet.body), (length, header.endpoint, body));
    if let Ok((head, rest)) = CommandHead::split(body) {
        assert!(body.ends_with(rest) && body.len() - rest.len() <= CommandHead::MAXIMUM_LEN);
        assert!(body.len() - rest.len() >= CommandHead::MINIMUM_LEN, "{head:?}");
    }
}
