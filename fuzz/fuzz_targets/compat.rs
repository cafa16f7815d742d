//! Any body of any minor version: what a peer of an older one understands, the newest understands as the same,
//! and what the older one refuses for its length says something that the older one cannot know.
//!
//! Input: one byte for the message, one for the older minor version, and the body.
#![no_main]

use coldcap_schema::model::{Message, Schema};
use coldcap_schema::{reader, registry};
use coldcap_wire::message::decode_any;
use coldcap_wire::packet::{BODY_LEN, Header};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static NOW: LazyLock<Schema> = LazyLock::new(registry::schema);

/// The message set at every minor version, the newest last.
static VERSIONS: LazyLock<Vec<Schema>> =
    LazyLock::new(|| (0..=NOW.minor).map(|minor| NOW.at(minor)).collect());

fuzz_target!(|input: &[u8]| {
    let [which, version, body @ ..] = input else { return };
    let then = &VERSIONS[usize::from(*version) % VERSIONS.len()];
    let old = &then.messages[usize::from(*which) % then.messages.len()];
    let new = NOW.named(&old.name).expect("messages stay");
    let body = &body[..body.len().min(BODY_LEN)];
    agree(then, old, new, body);
});

fn agree(then: &Schema, old: &Message, new: &Message, body: &[u8]) {
    let header =
        Header { kind: new.kind, secured: false, endpoint: new.id.unwrap_or(0x15), number: 0 };
    let newer = decode_any(&header, body);
    match reader::read(then, old, body) {
        Ok(_) => {
            // The older message is the newer one with its late fields absent: the same bytes again.
            let message = newer.expect("what was understood once is understood for ever");
            let mut again = [0; BODY_LEN];
            let length = message.encode(&mut again).expect("every message fits");
            assert_eq!(&again[..length], body);
            let values = reader::read(&NOW, new, body).expect("the model knows it too");
            let known = then.primitives(old).len();
            let late = values[known..].iter().all(|value| {
                *value == reader::Value::Unsigned(0) || *value == reader::Value::Signed(0)
            });
            assert!(late, "what is left off reads as 0");
        }
        Err(_) if newer.is_ok() => {
            // Only a body that says something new is refused by the older peer alone.
            assert!(new.fields.len() > old.fields.len());
            let values = reader::read(&NOW, new, body).expect("the model knows it too");
            let known = then.primitives(old).len();
            assert!(reader::write(&then.primitives(old), &values[..known]).len() < body.len());
        }
        Err(_) => {}
    }
}
