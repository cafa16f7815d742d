//! The tables of `docs/wire-format.md` that need more than the registry says: lengths at every minor
//! version, scales, and the reasons for a refusal.

use crate::check;
use crate::model::{Field, Message, Schema};
use core::fmt::Write;
use std::collections::BTreeMap;

/// The text between the marks `<!-- schema -->` and `<!-- end of schema -->`.
#[must_use]
pub fn tables(schema: &Schema) -> String {
    let mut page = String::from(
        "### Every message at a glance\n\nLengths are those of the body, shortest and longest, at each minor \
         version that knows the message.\n\n\
         | kind | endpoint | message | sent | since minor | body at minor |\n|---|---|---|---|---|---|\n",
    );
    schema.messages.iter().for_each(|message| page.push_str(&row(schema, message)));
    page.push_str(
        "\n### Units and scales\n\nOne of a number is so much:\n\n| unit | one is |\n|---|---|\n",
    );
    for (unit, scale) in units(schema) {
        let _ = writeln!(page, "| {unit} | {scale} |");
    }
    page.push_str("\n### Reasons for a refusal\n\n| reason | what it means |\n|---|---|\n");
    for (reason, why) in check::reasons() {
        let _ = writeln!(page, "| `{reason}` | {why} |");
    }
    page
}

fn row(schema: &Schema, message: &Message) -> String {
    let number = message.id.map_or("the command's".to_owned(), |id| format!("0x{id:02x}"));
    format!(
        "| {} {} | {number} | `{}` | {} | {} | {} |\n",
        message.kind.code(),
        message.kind.name(),
        message.name,
        message.direction.name().replace('_', " "),
        message.since,
        lengths(schema, message)
    )
}

fn lengths(schema: &Schema, message: &Message) -> String {
    let at = |minor| (minor, schema.lengths(message, minor));
    let said = (message.since..=schema.minor).map(at);
    let said = said.map(|(minor, (least, most))| format!("{minor}: {least} to {most}"));
    said.collect::<Vec<_>>().join("; ")
}

/// The units that have a scale, each once.
fn units(schema: &Schema) -> BTreeMap<&str, &str> {
    let inner = schema.structures.iter().flat_map(|structure| &structure.fields);
    let fields = schema.messages.iter().flat_map(|message| &message.fields).chain(inner);
    let scaled = fields.filter(|field| field.scale != "-" && field.scale != "1");
    scaled.map(|Field { unit, scale, .. }| (unit.as_str(), scale.as_str())).collect()
}
