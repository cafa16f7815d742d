//! Messages against the registry: what it says is what travels.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use coldcap_wire::frame::TooLong;
use coldcap_wire::message::{
    AnyMessage, BodyError, ENDPOINTS, Endpoint, SCHEMA, STRUCTURES, decode_any,
};
use coldcap_wire::packet::{BODY_LEN, Header, Kind};
use proptest::collection::vec;
use proptest::prelude::*;
use support::registry;

fn header(endpoint: &Endpoint) -> Header {
    let id = endpoint.id.unwrap_or(0x15);
    Header { kind: endpoint.kind, secured: false, endpoint: id, number: 1 }
}

fn endpoints() -> impl Strategy<Value = Endpoint> {
    prop::sample::select(ENDPOINTS)
}

/// Numbers of every size, so that every length of encoding occurs.
fn numbers() -> impl Strategy<Value = u64> {
    (any::<u64>(), 0..64u32).prop_map(|(number, shift)| number >> shift)
}

fn encoded(message: &AnyMessage) -> Vec<u8> {
    let mut out = vec![0; BODY_LEN];
    let len = message.encode(&mut out).unwrap();
    out.truncate(len);
    out
}

proptest! {
    #[test]
    fn what_the_registry_writes_is_read_and_written_again(
        endpoint in endpoints(),
        numbers in vec(numbers(), 64),
    ) {
        let body = registry::body(&endpoint, &numbers);
        prop_assert!((endpoint.minimum_len..=endpoint.maximum_len).contains(&body.len()));
        let message = decode_any(&header(&endpoint), &body).unwrap();
        prop_assert_eq!(message.describe(), endpoint);
        prop_assert_eq!(encoded(&message), body);
    }

    #[test]
    fn a_cut_body_is_short_and_a_longer_one_has_a_tail(
        endpoint in endpoints(),
        numbers in vec(numbers(), 64),
        cut in any::<prop::sample::Index>(),
    ) {
        // A number other than 0 in the last place, so that nothing is left off.
        let mut numbers = numbers;
        numbers[registry::primitives(endpoint.fields).len() - 1] |= 1;
        let mut body = registry::body(&endpoint, &numbers);
        let base = registry::base_len(&endpoint, &numbers);
        let at = cut.index(body.len());
        let shorter = decode_any(&header(&endpoint), &body[..at]);
        if at < base && endpoint.fields.iter().all(|field| field.since == 0) {
            prop_assert_eq!(shorter, Err(BodyError::Short));
        } else if at < base {
            // Where the cut leaves a number that has a shorter form, either is true.
            let refused = [Err(BodyError::Short), Err(BodyError::NotShortest)];
            prop_assert!(refused.contains(&shorter), "{:?}", shorter);
        } else if let Ok(message) = shorter {
            prop_assert_eq!(&encoded(&message)[..], &body[..at]);
        }
        body.push(0);
        prop_assert_eq!(decode_any(&header(&endpoint), &body), Err(BodyError::Trailing));
    }

    #[test]
    fn zeros_that_belong_left_off_are_refused(endpoint in endpoints(), numbers in vec(numbers(), 64)) {
        let late = endpoint.fields.iter().filter(|field| field.since > 0).count();
        let mut body = registry::body(&endpoint, &numbers);
        body.truncate(registry::base_len(&endpoint, &numbers));
        prop_assert!(late == 0 || decode_any(&header(&endpoint), &body).is_ok());
        for _ in 0..late {
            body.push(0);
            let refused = decode_any(&header(&endpoint), &body);
            prop_assert_eq!(refused, Err(BodyError::NotShortest));
        }
    }

    #[test]
    fn any_bytes_are_refused_or_written_again_as_they_were(
        packet in vec(any::<u8>(), 0..60),
        first in prop::sample::select(vec![0x40u8, 0x48, 0x50, 0x58, 0x70]),
        id in prop::sample::select(vec![0u8, 0x10, 0x11, 0x13, 0x15, 0x16, 0x18, 0x19, 0x1A, 0x40, 0x42, 0x60]),
        shaped in any::<bool>(),
    ) {
        let mut packet = packet;
        if shaped && packet.len() > 2 {
            packet[..2].copy_from_slice(&[first, id]);
        }
        if let Ok((header, body)) = Header::parse(&packet)
            && let Ok(message) = decode_any(&header, body)
        {
            prop_assert_eq!([&header.to_bytes()[..], &encoded(&message)].concat(), packet);
        }
    }

    #[test]
    fn a_longer_form_of_a_number_is_refused(endpoint in endpoints(), numbers in vec(0..128u64, 64)) {
        // Small numbers take one byte each; put the last varint, if there is one, in two bytes.
        let mut body = registry::body(&endpoint, &numbers);
        let types = registry::primitives(endpoint.fields);
        let Some(at) = types.iter().rposition(|wire_type| ["u16", "u32", "u64"].contains(wire_type))
        else { return Ok(()) };
        if types.contains(&"i32") || types.iter().any(|wire_type| wire_type.starts_with("bytes")) {
            return Ok(());
        }
        body[at] |= 0x80;
        body.insert(at + 1, 0);
        prop_assert_eq!(decode_any(&header(&endpoint), &body), Err(BodyError::NotShortest));
    }

    #[test]
    fn a_buffer_that_is_too_short_is_refused(endpoint in endpoints(), numbers in vec(numbers(), 64)) {
        let body = registry::body(&endpoint, &numbers);
        let message = decode_any(&header(&endpoint), &body).unwrap();
        prop_assert_eq!(message.encode(&mut vec![0; body.len() - 1]), Err(TooLong));
    }
}

#[test]
fn every_length_the_registry_states_is_reached() {
    for endpoint in ENDPOINTS {
        let extreme = |number: u64| registry::body(endpoint, &[number; 64]).len();
        assert_eq!(extreme(0), endpoint.minimum_len, "{}", endpoint.name);
        // The i32 with the longest encoding is the most negative one.
        let negative: Vec<u64> = registry::primitives(endpoint.fields)
            .iter()
            .map(|wire_type| if *wire_type == "i32" { 1 << 31 } else { u64::MAX })
            .collect();
        assert_eq!(
            registry::body(endpoint, &negative).len(),
            endpoint.maximum_len,
            "{}",
            endpoint.name
        );
        assert!(endpoint.maximum_len <= BODY_LEN);
    }
}

#[test]
fn the_frozen_endpoint_numbers() {
    let frozen: Vec<_> = ENDPOINTS.iter().map(|endpoint| (endpoint.id, endpoint.name)).collect();
    let expected = [
        (Some(0x00), "hello"),
        (Some(0x10), "start_fit"),
        (Some(0x11), "measure"),
        (Some(0x13), "select_patient"),
        (Some(0x14), "choose_plan"),
        (Some(0x15), "operate"),
        (Some(0x16), "observe"),
        (Some(0x17), "read_record"),
        (Some(0x18), "subscribe"),
        (Some(0x19), "amend"),
        (Some(0x1A), "set_clock"),
        (Some(0x1B), "follow"),
        (Some(0x1C), "read_settings"),
        (Some(0x1D), "put_setting"),
        (Some(0x1E), "actuate"),
        (Some(0x40), "channel_status"),
        (Some(0x41), "machine_status"),
        (Some(0x42), "event"),
        (Some(0x43), "record_entry"),
        (Some(0x44), "cap_calibration"),
        (Some(0x45), "setting"),
        (Some(0x50), "object_data"),
        (Some(0x51), "object_about"),
        (Some(0x52), "object_ask"),
        (Some(0x60), "heartbeat"),
        (Some(0x62), "drawn"),
        (Some(0x63), "credit"),
        (Some(0x64), "time_ask"),
        (Some(0x65), "time_answer"),
        (None, "response"),
    ];
    assert_eq!(frozen, expected);
    assert!(
        ENDPOINTS
            .iter()
            .all(|endpoint| (endpoint.id.is_none()) == (endpoint.kind == Kind::Response))
    );
}

/// FNV-1a over the text that the specification describes, folded to 32 bits.
#[test]
fn the_schema_number_is_the_hash_of_the_registry() {
    let mut text = Vec::new();
    let fields = |text: &mut Vec<u8>, fields: &[coldcap_wire::message::Field]| {
        for field in fields {
            text.extend(format!("{}:{}:{}:", field.name, field.wire_type, field.unit).bytes());
        }
        text.push(b';');
    };
    for structure in STRUCTURES {
        text.extend(format!("{}:", structure.name).bytes());
        fields(&mut text, structure.fields);
    }
    for endpoint in ENDPOINTS {
        text.extend([endpoint.kind.code(), endpoint.id.unwrap_or(255)]);
        text.extend(format!("{}:{}:", endpoint.name, endpoint.direction.name()).bytes());
        fields(&mut text, endpoint.fields);
    }
    let hash = text.iter().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3)
    });
    assert_eq!(SCHEMA, (hash >> 32) as u32 ^ hash as u32);
}
