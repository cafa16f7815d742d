//! The module for JavaScript, and its types for TypeScript: it runs as it is, without a build step.

use super::{camel, origin, quoted, wrapped};
use crate::check;
use crate::model::{Field, Message, Schema, WireType};
use core::fmt::Write;

pub(super) fn module(schema: &Schema) -> String {
    let mut text = format!(
        "// {}\n//\n// Feed bytes to a Deframer, decode() each packet, encode() messages.\n\
         // The bytes are specified in docs/wire-format.md.\n\n",
        origin(schema)
    );
    text.push_str(include_str!("runtime.mjs"));
    text.push_str("// ---- What the schema says ----\n\n");
    let (major, minor) = (schema.major, schema.minor);
    let _ = write!(text, "export const MAJOR = {major};\nexport const MINOR = {minor};\n\n");
    text.push_str("export const REASONS = {\n");
    for (reason, why) in check::reasons() {
        let _ = writeln!(text, "  {}: {},", quoted(reason), quoted(why));
    }
    text.push_str("};\n\nexport const CODES = {\n");
    for vocabulary in &schema.vocabularies {
        let words = vocabulary.words.iter().map(|(code, word)| format!("{code}: {}", quoted(word)));
        let _ = writeln!(
            text,
            "  {}: {{ {} }},",
            vocabulary.name,
            words.collect::<Vec<_>>().join(", ")
        );
    }
    text.push_str("};\n\nexport const STRUCTURES = {\n");
    for structure in &schema.structures {
        let _ = writeln!(text, "  {}: [\n{}  ],", structure.name, rows(&structure.fields, "    "));
    }
    text.push_str("};\n\nexport const MESSAGES = {\n");
    schema.messages.iter().for_each(|message| text.push_str(&about(schema, message)));
    text + "};\n\nconst BY_NUMBER = new Map(Object.entries(MESSAGES).map(\n  \
            ([name, about]) => [`${about.kind}:${about.endpoint ?? \"any\"}`, name]));\n"
}

fn about(schema: &Schema, message: &Message) -> String {
    let endpoint = message.id.map_or("null".to_owned(), |id| format!("0x{id:02x}"));
    format!(
        "  {}: {{\n    kind: {}, endpoint: {endpoint}, longest: {},\n    fields: [\n{}    ],\n  }},\n",
        message.name,
        message.kind.code(),
        schema.lengths(message, u8::MAX).1,
        rows(&message.fields, "      ")
    )
}

fn rows(fields: &[Field], indent: &str) -> String {
    let row = |field: &Field| {
        let (name, unit, scale) = (quoted(&field.name), quoted(&field.unit), quoted(&field.scale));
        format!(
            "{indent}{{ name: {name}, type: \"{}\", unit: {unit}, scale: {scale}, since: {} }},\n",
            field.wire_type, field.since
        )
    };
    fields.iter().map(row).collect()
}

pub(super) fn types(schema: &Schema) -> String {
    let mut text = format!("// {}\n\n", origin(schema));
    let reasons = check::reasons();
    let reasons = reasons.iter().map(|(reason, _)| format!("  | {}", quoted(reason)));
    let _ = write!(text, "export type Reason =\n{};\n\n", reasons.collect::<Vec<_>>().join("\n"));
    text.push_str(include_str!("runtime.d.ts"));
    for structure in &schema.structures {
        text.push_str(&interface(&structure.name, &structure.about, &structure.fields));
    }
    for message in &schema.messages {
        text.push_str(&interface(&message.name, &message.about, &message.fields));
    }
    text.push_str("/** Every message and its fields. */\nexport interface Messages {\n");
    for message in &schema.messages {
        let _ = writeln!(text, "  {}: {};", message.name, camel(&message.name));
    }
    text + "}\n"
}

fn interface(name: &str, about: &str, fields: &[Field]) -> String {
    let mut text = String::from("/**\n");
    text.push_str(&wrapped(about, " * "));
    let _ = write!(text, " */\nexport interface {} {{\n", camel(name));
    for field in fields {
        let late = if field.since > 0 { "?" } else { "" };
        let _ = writeln!(text, "  /** [{}] {} */", field.unit, field.meaning);
        let _ = writeln!(text, "  {}{late}: {};", field.name, annotation(&field.wire_type));
    }
    text + "}\n\n"
}

fn annotation(wire_type: &WireType) -> String {
    match wire_type {
        WireType::U64 => "bigint".to_owned(),
        WireType::Bytes(_) | WireType::BytesUpTo(_) => "Uint8Array".to_owned(),
        WireType::Structure(name) => camel(name),
        _ => "number".to_owned(),
    }
}
