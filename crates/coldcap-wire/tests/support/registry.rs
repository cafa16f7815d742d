//! Bodies read and written by the registry alone, field by field: the oracle for postcard and for the
//! Rust structures. Somebody who writes a decoder in another language does the same.

use coldcap_wire::message::{Endpoint, Field, STRUCTURES};

/// The fields of a structure, if `wire_type` names one.
pub(crate) fn structure(wire_type: &str) -> Option<&'static [Field]> {
    STRUCTURES.iter().find(|structure| structure.name == wire_type).map(|found| found.fields)
}

/// The types of a body's primitives in order of travel, structures taken apart.
pub(crate) fn primitives(fields: &[Field]) -> Vec<&'static str> {
    let inner = |field: &Field| match structure(field.wire_type) {
        Some(fields) => primitives(fields),
        None => vec![field.wire_type],
    };
    fields.iter().flat_map(inner).collect()
}

/// The body that these numbers make. What was appended later is left off while it is 0 to the end.
pub(crate) fn body(endpoint: &Endpoint, numbers: &[u64]) -> Vec<u8> {
    let mut numbers = numbers.iter();
    let (mut body, mut end) = (Vec::new(), 0);
    for field in endpoint.fields {
        let before = body.len();
        for wire_type in primitives(core::slice::from_ref(field)) {
            write(wire_type, *numbers.next().expect("a number for every primitive"), &mut body);
        }
        if field.since == 0 || body[before..].iter().any(|byte| *byte != 0) {
            end = body.len();
        }
    }
    body.truncate(end);
    body
}

/// How many bytes of that body are fields that were there from the start.
pub(crate) fn base_len(endpoint: &Endpoint, numbers: &[u64]) -> usize {
    let fields = endpoint.fields.iter().take_while(|field| field.since == 0);
    let fields: Vec<Field> = fields.copied().collect();
    let mut body = Vec::new();
    for (wire_type, number) in primitives(&fields).into_iter().zip(numbers) {
        write(wire_type, *number, &mut body);
    }
    body.len()
}

/// Writes one primitive; `bits` is cut to what the type holds.
pub(crate) fn write(wire_type: &str, bits: u64, body: &mut Vec<u8>) {
    match wire_type {
        "u8" => body.push(bits as u8),
        "u16" => write_variable(u64::from(bits as u16), body),
        "u32" => write_variable(u64::from(bits as u32), body),
        "u64" => write_variable(bits, body),
        "i32" => write_variable(zigzag(bits as i32), body),
        "bytes48" => body.extend((0..48).map(|index| (bits >> (index % 57)) as u8)),
        "bytes64" => body.extend((0..64).map(|index| (bits >> (index % 57)) as u8)),
        "bytes0to208" => {
            let length = if bits == u64::MAX { 208 } else { bits % 209 };
            write_variable(length, body);
            body.extend((0..length).map(|index| (bits >> (index % 57)) as u8));
        }
        other => panic!("no such type: {other}"),
    }
}

fn write_variable(mut number: u64, body: &mut Vec<u8>) {
    while number >= 128 {
        body.push((number % 128) as u8 + 128);
        number /= 128;
    }
    body.push(number as u8);
}

fn zigzag(number: i32) -> u64 {
    let doubled = i64::from(number) * 2;
    (if doubled < 0 { -doubled - 1 } else { doubled }) as u64
}

/// A body as JSON. Numbers of 64 bits and bytes are strings. Fields that are left off are not there.
pub(crate) fn json(endpoint: &Endpoint, body: &[u8]) -> String {
    let mut rest = body;
    let text = object(endpoint.fields, &mut rest);
    assert!(rest.is_empty(), "{} bytes left over", rest.len());
    text
}

fn object(fields: &[Field], rest: &mut &[u8]) -> String {
    let mut members = Vec::new();
    for field in fields {
        if field.since > 0 && rest.is_empty() {
            break;
        }
        members.push(format!("\"{}\":{}", field.name, value(field.wire_type, rest)));
    }
    format!("{{{}}}", members.join(","))
}

fn value(wire_type: &str, rest: &mut &[u8]) -> String {
    match (wire_type, structure(wire_type)) {
        (_, Some(fields)) => object(fields, rest),
        ("u8", _) => take(rest, 1)[0].to_string(),
        ("u16" | "u32", _) => read_variable(rest).to_string(),
        ("u64", _) => format!("\"{}\"", read_variable(rest)),
        ("i32", _) => unzigzag(read_variable(rest)).to_string(),
        ("bytes48", _) => format!("\"{}\"", super::hex(take(rest, 48))),
        ("bytes64", _) => format!("\"{}\"", super::hex(take(rest, 64))),
        ("bytes0to208", _) => {
            let length = read_variable(rest) as usize;
            format!("\"{}\"", super::hex(take(rest, length)))
        }
        (other, None) => panic!("no such type: {other}"),
    }
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (taken, behind) = rest.split_at(count);
    *rest = behind;
    taken
}

fn read_variable(rest: &mut &[u8]) -> u64 {
    let mut number = 0;
    for place in 0.. {
        let byte = take(rest, 1)[0];
        number += u64::from(byte % 128) << (7 * place);
        if byte < 128 {
            break;
        }
    }
    number
}

fn unzigzag(number: u64) -> i64 {
    let half = (number / 2) as i64;
    if number.is_multiple_of(2) { half } else { -half - 1 }
}
