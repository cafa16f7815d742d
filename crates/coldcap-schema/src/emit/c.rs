//! The C99 header: no heap, no loop without a bound, nothing to link.

use super::{origin, quoted, snake, wrapped};
use crate::check;
use crate::model::{Field, Message, Primitive, Schema, Vocabulary, WireType};
use coldcap_wire::packet::Kind;
use core::fmt::Write;

/// Words that C or C++ keep for themselves.
const KEPT: &[&str] = &[
    "auto", "bool", "break", "case", "char", "class", "const", "continue", "default", "delete",
    "do", "double", "else", "enum", "extern", "float", "for", "goto", "if", "inline", "int",
    "long", "new", "private", "public", "register", "return", "short", "signed", "sizeof",
    "static", "struct", "switch", "this", "typedef", "union", "unsigned", "virtual", "void",
    "volatile", "while",
];

pub(super) fn header(schema: &Schema) -> String {
    let mut text = format!(
        "/* {}\n *\n * Begin with a zeroed coldcap_deframer, coldcap_feed it, and coldcap_decode each packet.\n \
         * C99, no heap. The bytes are specified in docs/wire-format.md. */\n\
         #ifndef COLDCAP_WIRE_H\n#define COLDCAP_WIRE_H\n\n\
         #define COLDCAP_MAJOR {}u\n#define COLDCAP_MINOR {}u\n\n",
        origin(schema),
        schema.major,
        schema.minor
    );
    text.push_str(&frame_part());
    text.push_str("/* ---- Codes ---- */\n\n");
    schema.vocabularies.iter().for_each(|vocabulary| text.push_str(&codes(vocabulary)));
    text.push_str("/* ---- Structures and messages ---- */\n\n");
    text.push_str(&kinds());
    for structure in &schema.structures {
        text.push_str(&structure_type(&structure.name, &structure.about, &structure.fields));
    }
    for message in &schema.messages {
        text.push_str(&structure_type(&message.name, &message.about, &message.fields));
    }
    schema.messages.iter().for_each(|message| text.push_str(&table(schema, message)));
    text.push_str(&descriptions(schema));
    text + include_str!("body.h") + include_str!("sealed.h")
}

fn frame_part() -> String {
    let reasons = check::reasons();
    let symbol = |reason: &str| reason.replace('.', "_").to_ascii_uppercase();
    let constants = reasons
        .iter()
        .map(|(reason, why)| format!("    /* {why}. */\n    COLDCAP_{},", symbol(reason)));
    let words = reasons.iter().map(|(reason, _)| {
        format!("    case COLDCAP_{}: return {};", symbol(reason), quoted(reason))
    });
    let nibbles = (0..16_u32).map(|nibble| format!("0x{:08X}u", remainder(nibble)));
    include_str!("frame.h")
        .replace("@REASONS@", &constants.collect::<Vec<_>>().join("\n"))
        .replace("@REASON_WORDS@", &words.collect::<Vec<_>>().join("\n"))
        .replace("@NIBBLES@", &nibbles.collect::<Vec<_>>().join(", "))
}

/// The CRC's remainder of half a byte.
fn remainder(nibble: u32) -> u32 {
    (0..4).fold(nibble, |rest, _| if rest & 1 == 1 { (rest >> 1) ^ 0xC8DF_352F } else { rest >> 1 })
}

fn kinds() -> String {
    let kinds = Kind::ALL.iter().map(|kind| {
        format!("    COLDCAP_KIND_{} = {}", kind.name().to_ascii_uppercase(), kind.code())
    });
    format!("enum {{\n{}\n}};\n\n", kinds.collect::<Vec<_>>().join(",\n"))
}

fn codes(vocabulary: &Vocabulary) -> String {
    let Vocabulary { name, words } = vocabulary;
    let upper = name.to_ascii_uppercase();
    let constants = words
        .iter()
        .map(|(code, word)| format!("    COLDCAP_{upper}_{} = {code}", word.to_ascii_uppercase()));
    let pairs = words.iter().map(|(code, word)| format!("    {{{code}, {}}}", quoted(word)));
    format!(
        "enum {{\n{}\n}};\n\nstatic const coldcap_word coldcap_words_{name}[] = {{\n{}\n}};\n\
         static const coldcap_vocabulary coldcap_codes_{name} = {{{}, coldcap_words_{name}, {}}};\n\n",
        constants.collect::<Vec<_>>().join(",\n"),
        pairs.collect::<Vec<_>>().join(",\n"),
        quoted(name),
        words.len()
    )
}

/// A name that C minds gets a line behind it.
fn member(name: &str) -> String {
    if KEPT.contains(&name) { format!("{name}_") } else { name.to_owned() }
}

fn structure_type(name: &str, about: &str, fields: &[Field]) -> String {
    let mut text = comment(about, "");
    text.push_str("typedef struct {\n");
    for field in fields {
        let late =
            if field.since > 0 { format!(" Since minor {}.", field.since) } else { String::new() };
        text.push_str(&comment(&format!("[{}] {}{late}", field.unit, field.meaning), "    "));
        let _ = writeln!(text, "    {};", declaration(&field.wire_type, &member(&field.name)));
    }
    let _ = write!(text, "}} coldcap_{};\n\n", snake(name));
    text
}

fn comment(text: &str, indent: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let lines = wrapped(text, &format!("{indent} * "));
    let first = lines.replacen(&format!("{indent} *"), &format!("{indent}/*"), 1);
    first.trim_end().to_owned() + " */\n"
}

fn declaration(wire_type: &WireType, name: &str) -> String {
    match wire_type {
        WireType::U8 => format!("uint8_t {name}"),
        WireType::U16 => format!("uint16_t {name}"),
        WireType::U32 => format!("uint32_t {name}"),
        WireType::U64 => format!("uint64_t {name}"),
        WireType::I32 => format!("int32_t {name}"),
        WireType::Bytes(count) => format!("uint8_t {name}[{count}]"),
        WireType::BytesUpTo(most) => {
            format!("struct {{ uint8_t bytes[{most}]; uint8_t count; }} {name}")
        }
        WireType::Structure(structure) => format!("coldcap_{} {name}", snake(structure)),
    }
}

fn table(schema: &Schema, message: &Message) -> String {
    let name = &message.name;
    let rows =
        schema.primitives(message).into_iter().map(|primitive| row(schema, name, &primitive));
    format!(
        "static const coldcap_field coldcap_fields_{name}[] = {{\n{}\n}};\n\n",
        rows.collect::<Vec<_>>().join(",\n")
    )
}

fn row(schema: &Schema, message: &str, primitive: &Primitive<'_>) -> String {
    let field = primitive.field;
    let (count, wire_type) = match field.wire_type {
        WireType::U8 => (1, "U8"),
        WireType::U16 => (1, "U16"),
        WireType::U32 => (1, "U32"),
        WireType::U64 => (1, "U64"),
        WireType::I32 => (1, "I32"),
        WireType::Bytes(count) => (count, "BYTES"),
        WireType::BytesUpTo(most) => (most, "BYTES_UP_TO"),
        WireType::Structure(_) => (0, "U8"),
    };
    let codes = field.codes().filter(|codes| schema.vocabulary(codes).is_some());
    let codes = codes.map_or("NULL".to_owned(), |codes| format!("&coldcap_codes_{codes}"));
    let group = primitive.group.map_or("NULL".to_owned(), quoted);
    let outer = primitive.group.map_or(String::new(), |group| format!("{}.", member(group)));
    let inner = match field.wire_type {
        WireType::BytesUpTo(_) => format!("{}.bytes", member(&field.name)),
        _ => member(&field.name),
    };
    let (name, unit, scale) =
        (quoted(&field.name), quoted(primitive.unit), quoted(primitive.scale));
    let place = format!("offsetof(coldcap_{message}, {outer}{inner})");
    let since = primitive.since;
    format!(
        "    {{{group}, {name}, {unit}, {scale}, {codes},\n     {place}, {count}, COLDCAP_{wire_type}, {since}}}"
    )
}

fn descriptions(schema: &Schema) -> String {
    let mut text = String::from("enum {\n");
    for message in &schema.messages {
        let _ = writeln!(text, "    COLDCAP_{},", message.name.to_ascii_uppercase());
    }
    text.push_str(
        "    COLDCAP_MESSAGES\n};\n\nstatic const coldcap_description coldcap_descriptions[] = {\n",
    );
    for message in &schema.messages {
        let name = &message.name;
        let _ = writeln!(
            text,
            "    {{{}, coldcap_fields_{name}, {}, sizeof(coldcap_{name}), {}, {}, {}, {}}},",
            quoted(name),
            schema.primitives(message).len(),
            schema.lengths(message, u8::MAX).1,
            message.kind.code(),
            message.id.map_or(-1, i16::from),
            u8::from(message.grew())
        );
    }
    text.push_str("};\n\n/* A packet that was understood: `what` says which of the bodies it is. */\ntypedef struct {\n");
    text.push_str(
        "    coldcap_header header;\n    const coldcap_description *what;\n    union {\n",
    );
    for message in &schema.messages {
        let _ = writeln!(text, "        coldcap_{0} {1};", message.name, member(&message.name));
    }
    text + "    } body;\n} coldcap_message;\n"
}
