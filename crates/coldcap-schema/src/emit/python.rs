//! The Python module: no dependency, from Python 3.9 on.

use super::{camel, origin, quoted, wrapped};
use crate::check;
use crate::model::{Field, Message, Schema, WireType};
use core::fmt::Write;

/// Words that Python keeps for itself.
const KEPT: &[&str] = &[
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif",
    "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
    "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

pub(super) fn module(schema: &Schema) -> String {
    let mut text = format!(
        "\"\"\"{}\n\nFeed bytes to a Deframer, decode() each packet, encode() messages.\n\
         The bytes are specified in docs/wire-format.md.\n\"\"\"\n\n",
        origin(schema)
    );
    text.push_str(include_str!("runtime.py"));
    let _ = write!(text, "MAJOR = {}\nMINOR = {}\n\nREASONS = {{\n", schema.major, schema.minor);
    for (reason, why) in check::reasons() {
        let _ = writeln!(text, "    {}: {},", quoted(reason), quoted(why));
    }
    text.push_str("}\n\nCODES: dict[str, dict[int, str]] = {\n");
    for vocabulary in &schema.vocabularies {
        let words = vocabulary
            .words
            .iter()
            .map(|(code, word)| format!("        {code}: {},\n", quoted(word)));
        let _ = write!(
            text,
            "    {}: {{\n{}    }},\n",
            quoted(&vocabulary.name),
            words.collect::<String>()
        );
    }
    let kept = KEPT.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(", ");
    let _ = write!(
        text,
        "}}\n\n_KEPT = {{{kept}}}\n\n\ndef attribute(name: str) -> str:\n    \
         \"\"\"The attribute of a field: its name, with a line behind it where Python keeps the word.\"\"\"\n    \
         return name + \"_\" if name in _KEPT else name\n"
    );
    for structure in &schema.structures {
        text.push_str(&class(&structure.name, "", &structure.about, &structure.fields, ""));
    }
    text.push_str("\n\nSTRUCTURES: dict[str, Any] = {\n");
    for structure in &schema.structures {
        let _ = writeln!(text, "    {}: {},", quoted(&structure.name), camel(&structure.name));
    }
    text.push_str("}\n");
    for message in &schema.messages {
        text.push_str(&message_class(schema, message));
    }
    text.push_str(&lookup(schema));
    text
}

fn message_class(schema: &Schema, message: &Message) -> String {
    let id = message.id.map_or("None".to_owned(), |id| format!("0x{id:02X}"));
    let constants = format!(
        "    KIND = {}\n    ENDPOINT = {id}\n    NAME = {}\n    LONGEST = {}\n",
        message.kind.code(),
        quoted(&message.name),
        schema.lengths(message, u8::MAX).1
    );
    class(&message.name, "(Message)", &message.about, &message.fields, &constants)
}

fn class(name: &str, base: &str, about: &str, fields: &[Field], constants: &str) -> String {
    let mut text = format!("\n\n@dataclass(frozen=True)\nclass {}{base}:\n", camel(name));
    let about = if about.is_empty() { "A maker's own." } else { about };
    text.push_str(&wrapped(&format!("\"\"\"{about}\"\"\""), "    "));
    text.push('\n');
    for field in fields {
        text.push_str(&wrapped(&format!("[{}] {}", field.unit, field.meaning), "    # "));
        let default = if field.since > 0 { " = 0" } else { "" };
        let _ = writeln!(
            text,
            "    {}: {}{default}",
            member(&field.name),
            annotation(&field.wire_type)
        );
    }
    if !constants.is_empty() {
        let _ = write!(text, "\n{constants}");
    }
    text.push_str("    FIELDS: ClassVar[tuple[Field, ...]] = (\n");
    for Field { name, wire_type, unit, scale, since, .. } in fields {
        let (name, unit, scale) = (quoted(name), quoted(unit), quoted(scale));
        let _ = writeln!(text, "        Field({name}, \"{wire_type}\", {unit}, {scale}, {since}),");
    }
    text + "    )\n"
}

fn member(name: &str) -> String {
    if KEPT.contains(&name) { format!("{name}_") } else { name.to_owned() }
}

fn annotation(wire_type: &WireType) -> String {
    match wire_type {
        WireType::Bytes(_) | WireType::BytesUpTo(_) => "bytes".to_owned(),
        WireType::Structure(name) => camel(name),
        _ => "int".to_owned(),
    }
}

fn lookup(schema: &Schema) -> String {
    let names = schema.messages.iter().map(|message| format!("    {},\n", camel(&message.name)));
    format!(
        "\n\nMESSAGES: tuple[Any, ...] = (\n{})\n_BY_NUMBER = {{(known.KIND, known.ENDPOINT): known for known in MESSAGES}}\n",
        names.collect::<String>()
    )
}
