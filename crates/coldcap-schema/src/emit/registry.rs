//! The part of `docs/wire-format.md` that says what every message holds, straight from the registry.

use coldcap_wire::message::{ENDPOINTS, Endpoint, Field, STRUCTURES, VOCABULARIES, Vocabulary};
use core::fmt::Write;

/// The text between the marks `<!-- registry -->` and `<!-- end of registry -->`.
#[must_use]
pub fn registry() -> String {
    let mut text = String::from("### Structures inside bodies\n");
    for structure in STRUCTURES {
        let _ = write!(text, "\n#### `{}`\n\n{}\n\n", structure.name, prose(structure.about));
        text.push_str(&table(structure.fields));
    }
    text.push_str("\n### Endpoints\n");
    for endpoint in ENDPOINTS {
        text.push_str(&section(endpoint));
    }
    text.push_str("\n### Codes\n");
    for vocabulary in VOCABULARIES {
        text.push_str(&codes(vocabulary));
    }
    text
}

fn section(endpoint: &Endpoint) -> String {
    let id = endpoint.id.map_or("the command's".to_owned(), |id| format!("0x{id:02x}"));
    format!(
        "\n#### `{}`: endpoint {id}, kind {} ({}), {}\n\n{}\n\nBody: {} to {} bytes.\n\n{}",
        endpoint.name,
        endpoint.kind.code(),
        endpoint.kind.name(),
        endpoint.direction.name().replace('_', " "),
        prose(endpoint.about),
        endpoint.minimum_len,
        endpoint.maximum_len,
        table(endpoint.fields),
    )
}

fn table(fields: &[Field]) -> String {
    let mut text = String::from("| field | type | unit | meaning |\n|---|---|---|---|\n");
    for field in fields {
        let Field { name, wire_type, unit, meaning, since } = field;
        let late = if *since > 0 { format!(" *Since minor {since}.*") } else { String::new() };
        let _ = writeln!(text, "| `{name}` | {wire_type} | {unit} | {}{late} |", prose(meaning));
    }
    text
}

fn codes(vocabulary: &Vocabulary) -> String {
    let mut text = format!("\n#### Codes of {}\n\n", vocabulary.name);
    if vocabulary.words.iter().all(|word| word.meaning.is_empty()) {
        let words = vocabulary.words.iter().map(|word| format!("{} `{}`", word.code, word.name));
        return text + &words.collect::<Vec<_>>().join(", ") + "\n";
    }
    text.push_str("| code | name | meaning |\n|---|---|---|\n");
    for word in vocabulary.words {
        let _ = writeln!(text, "| {} | `{}` | {} |", word.code, word.name, prose(word.meaning));
    }
    text
}

fn prose(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_holds_it() {
        let page = include_str!("../../../../docs/wire-format.md");
        let part = format!("<!-- registry -->\n{}<!-- end of registry -->", registry());
        assert!(page.contains(&part), "cargo xtask schema write");
    }
}
