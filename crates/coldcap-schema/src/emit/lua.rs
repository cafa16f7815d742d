//! The dissector for Wireshark: frames over TCP, and those of the first user-defined encapsulation.

use super::{origin, quoted};
use crate::check;
use crate::model::{Message, Primitive, Schema};
use coldcap_wire::packet::Kind;
use core::fmt::Write;

pub(super) fn dissector(schema: &Schema) -> String {
    let mut text = format!(
        "-- {}\n--\n-- Put it into Wireshark's folder of plugins, or: tshark -X lua_script:coldcap.lua -r FILE\n\
         -- TCP port 7700 (\"Decode As\" for another), and link type USER0.\n\n",
        origin(schema)
    );
    let _ = write!(text, "local MAJOR = {}\n\nlocal REASONS = {{\n", schema.major);
    for (reason, why) in check::reasons() {
        let _ = writeln!(text, "  [{}] = {},", quoted(reason), quoted(why));
    }
    text.push_str("}\n\nlocal KINDS = {\n");
    for kind in Kind::ALL {
        let _ = writeln!(text, "  [{}] = {},", kind.code(), quoted(kind.name()));
    }
    text.push_str("}\n\nlocal CODES = {\n");
    for vocabulary in &schema.vocabularies {
        let words =
            vocabulary.words.iter().map(|(code, word)| format!("[{code}] = {}", quoted(word)));
        let _ = writeln!(
            text,
            "  {} = {{ {} }},",
            vocabulary.name,
            words.collect::<Vec<_>>().join(", ")
        );
    }
    text.push_str("}\n\nlocal MESSAGES = {\n");
    schema.messages.iter().for_each(|message| text.push_str(&table(schema, message)));
    text + "}\n\n" + include_str!("runtime.lua")
}

fn table(schema: &Schema, message: &Message) -> String {
    let endpoint = message.id.map_or(String::new(), |id| format!("endpoint = 0x{id:02x}, "));
    let rows: String = schema.primitives(message).iter().map(row).collect();
    format!(
        "  {} = {{\n    kind = {}, {endpoint}longest = {}, grew = {},\n    fields = {{\n{rows}    }},\n  }},\n",
        message.name,
        message.kind.code(),
        schema.lengths(message, u8::MAX).1,
        message.grew()
    )
}

fn row(primitive: &Primitive<'_>) -> String {
    let field = primitive.field;
    let optional = |key: &str, value: Option<&str>| {
        value.map_or(String::new(), |value| format!("{key} = {}, ", quoted(value)))
    };
    format!(
        "      {{ {}name = {}, type = \"{}\", unit = {}, scale = {}, {}{}since = {} }},\n",
        optional("group", primitive.group),
        quoted(&field.name),
        field.wire_type,
        quoted(primitive.unit),
        quoted(primitive.scale),
        optional("codes", field.codes()),
        optional("bits", field.bits()),
        primitive.since
    )
}
