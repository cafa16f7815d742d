//! The message set as a text: a line a thing, columns cut by `|`, so that a difference is a difference of
//! lines. A maker's own file has the same lines; what stands behind ` # ` there is the meaning.

use crate::model::{Field, Message, Schema, Structure, Vector, Vocabulary, WireType};
use coldcap_wire::message::Direction;
use coldcap_wire::packet::Kind;

const HEAD: &str = "\
# The message set of coldcap, a line a field. Written by `cargo xtask schema write`, checked by
# `cargo xtask schema`: only growth is allowed. See docs/wire-format.md, chapter 9.
#
# protocol  | major | minor
# frozen    | the last minor version that may be in use
# structure | name
# message   | kind | endpoint | name | direction | role | since | shortest..longest body at each minor
# field     | of | name | type | unit | scale | since
# codes     | name
# code      | of | code | name
# vector    | name | minor | FNV-1a-64 of its line
";

/// The text of `schema`.
#[must_use]
pub fn write(schema: &Schema) -> String {
    let mut text = String::from(HEAD);
    line(&mut text, &["protocol", &schema.major.to_string(), &schema.minor.to_string()]);
    line(&mut text, &["frozen", &schema.frozen.to_string()]);
    for structure in &schema.structures {
        line(&mut text, &["structure", &structure.name]);
        write_fields(&mut text, &structure.name, &structure.fields);
    }
    for message in &schema.messages {
        write_message(&mut text, schema, message);
    }
    schema.vocabularies.iter().for_each(|vocabulary| write_codes(&mut text, vocabulary));
    for Vector { name, minor, hash } in &schema.vectors {
        line(&mut text, &["vector", name, &minor.to_string(), &format!("{hash:016x}")]);
    }
    text
}

fn line(text: &mut String, columns: &[&str]) {
    text.push_str(&columns.join(" | "));
    text.push('\n');
}

fn write_message(text: &mut String, schema: &Schema, message: &Message) {
    let role = message.role.as_deref().unwrap_or("-");
    let since = message.since.to_string();
    let (kind, number, direction) =
        (message.kind.name(), message.number(), message.direction.name());
    let lengths = lengths(schema, message);
    line(text, &["message", kind, &number, &message.name, direction, role, &since, &lengths]);
    write_fields(text, &message.name, &message.fields);
}

/// The lengths at every minor version that knows the message, as text.
#[must_use]
pub fn lengths(schema: &Schema, message: &Message) -> String {
    let minors = message.since..=schema.minor;
    let at = |minor| (minor, schema.lengths(message, minor));
    let texts = minors.map(at).map(|(minor, (least, most))| format!("{minor}:{least}..{most}"));
    texts.collect::<Vec<_>>().join(" ")
}

fn write_fields(text: &mut String, of: &str, fields: &[Field]) {
    for Field { name, wire_type, unit, scale, since, .. } in fields {
        let (wire_type, since) = (wire_type.to_string(), since.to_string());
        line(text, &["field", of, name, &wire_type, unit, scale, &since]);
    }
}

fn write_codes(text: &mut String, vocabulary: &Vocabulary) {
    line(text, &["codes", &vocabulary.name]);
    for (code, name) in &vocabulary.words {
        line(text, &["code", &vocabulary.name, &code.to_string(), name]);
    }
}

/// Reads a text as [`write`](fn@write) makes it.
///
/// # Errors
/// One line that names the first line that is not understood, and why.
pub fn parse(text: &str) -> Result<Schema, String> {
    parse_beside(text, &[])
}

/// Reads a maker's text, which may use the structures of coldcap.
///
/// # Errors
/// As [`parse`].
pub fn parse_beside(text: &str, known: &[Structure]) -> Result<Schema, String> {
    let mut schema = Schema::default();
    let mut stated = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let (columns, meaning) = line.split_once('#').unwrap_or((line, ""));
        let columns: Vec<&str> = columns.split('|').map(str::trim).collect();
        read_line(&mut schema, &columns, meaning.trim())
            .map_err(|why| format!("line {}: {why}: {line}", index + 1))?;
        if let ["message", .., lengths] = columns[..] {
            stated.push(lengths.to_owned());
        }
    }
    let mut whole = schema.clone();
    whole.structures.extend(known.iter().cloned());
    check_lengths(&whole, &stated)?;
    Ok(schema)
}

fn read_line(schema: &mut Schema, columns: &[&str], meaning: &str) -> Result<(), String> {
    let about = meaning.to_owned();
    match columns {
        [""] => {}
        ["protocol", major, minor] => {
            (schema.major, schema.minor) = (number(major)?, number(minor)?);
        }
        ["frozen", minor] => schema.frozen = number(minor)?,
        ["structure", name] => {
            schema.structures.push(Structure { name: name_of(name)?, about, fields: Vec::new() });
        }
        ["message", .., _lengths] if columns.len() == 8 => {
            schema.messages.push(message(&columns[1..7], about)?);
        }
        ["field", of, rest @ ..] => {
            let field = field(rest, about)?;
            fields_of(schema, of)?.push(field);
        }
        ["codes", name] => {
            schema.vocabularies.push(Vocabulary { name: name_of(name)?, words: Vec::new() });
        }
        ["code", of, code, name] => add_code(schema, of, (number(code)?, name_of(name)?))?,
        ["vector", name, minor, hash] => schema.vectors.push(vector(name, minor, hash)?),
        _ => return Err("no such line, or a wrong number of columns".into()),
    }
    Ok(())
}

fn message(columns: &[&str], about: String) -> Result<Message, String> {
    let [kind, id, name, direction, role, since] = columns else { return Err("columns".into()) };
    let kind = Kind::ALL.into_iter().find(|known| known.name() == *kind).ok_or("no such kind")?;
    let directions = [Direction::ToDevice, Direction::ToHost, Direction::Both];
    let direction = directions.into_iter().find(|known| known.name() == *direction);
    Ok(Message {
        kind,
        id: if *id == "-" { None } else { Some(number(id)?) },
        name: name_of(name)?,
        direction: direction.ok_or("no such direction")?,
        role: (*role != "-").then(|| (*role).to_owned()),
        since: number(since)?,
        about,
        fields: Vec::new(),
    })
}

fn field(columns: &[&str], meaning: String) -> Result<Field, String> {
    let [name, wire_type, unit, scale, since] = columns else {
        return Err(
            "a field has a message, a name, a type, a unit, a scale and a minor version".into()
        );
    };
    let wire_type = WireType::named(&type_name(wire_type)?);
    let (name, since) = (name_of(name)?, number(since)?);
    let (unit, scale) = ((*unit).to_owned(), (*scale).to_owned());
    Ok(Field { name, wire_type, unit, scale, since, meaning })
}

/// Structures are looked for last: a message may be named like one in another case only.
fn fields_of<'a>(schema: &'a mut Schema, of: &str) -> Result<&'a mut Vec<Field>, String> {
    let message = schema.messages.iter_mut().find(|message| message.name == of);
    let structure = schema.structures.iter_mut().find(|structure| structure.name == of);
    let fields = message.map(|message| &mut message.fields);
    let fields = fields.or(structure.map(|structure| &mut structure.fields));
    fields.ok_or_else(|| format!("no message or structure '{of}' stands before it"))
}

fn add_code(schema: &mut Schema, of: &str, word: (u8, String)) -> Result<(), String> {
    let known = schema.vocabularies.iter_mut().find(|vocabulary| vocabulary.name == of);
    known.ok_or_else(|| format!("no codes '{of}' stand before it"))?.words.push(word);
    Ok(())
}

fn vector(name: &str, minor: &str, hash: &str) -> Result<Vector, String> {
    let hash = u64::from_str_radix(hash, 16).map_err(|error| error.to_string())?;
    Ok(Vector { name: name_of(name)?, minor: number(minor)?, hash })
}

fn number(text: &str) -> Result<u8, String> {
    let parsed = match text.strip_prefix("0x") {
        Some(digits) => u8::from_str_radix(digits, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| format!("'{text}' is no number from 0 to 255"))
}

/// Names become identifiers in five languages.
fn name_of(text: &str) -> Result<String, String> {
    let starts = |lower: fn(&char) -> bool| text.chars().next().is_some_and(|first| lower(&first));
    let word =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    let lower = starts(char::is_ascii_lowercase) && text.chars().all(word);
    let upper = starts(char::is_ascii_uppercase)
        && text.chars().all(|letter| letter.is_ascii_alphanumeric());
    if lower || upper { Ok(text.to_owned()) } else { Err(format!("'{text}' is no name")) }
}

fn type_name(text: &str) -> Result<String, String> {
    let name = name_of(text)?;
    match WireType::named(&name) {
        WireType::Structure(name)
            if name.starts_with(|letter: char| letter.is_ascii_lowercase()) =>
        {
            Err(format!("'{name}' is no type"))
        }
        _ => Ok(name),
    }
}

/// The lengths in the text are there for people; they must be those of the fields.
fn check_lengths(schema: &Schema, stated: &[String]) -> Result<(), String> {
    for (message, stated) in schema.messages.iter().zip(stated) {
        let made = lengths(schema, message);
        if made != *stated {
            return Err(format!(
                "{}: its fields make lengths of {made}, not {stated}",
                message.name
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry;

    #[test]
    fn what_is_written_is_read_again() {
        let mut schema = registry::schema();
        schema.frozen = 2;
        let again = parse(&write(&schema)).unwrap();
        assert_eq!(write(&again), write(&schema));
        assert_eq!((again.frozen, again.messages.len()), (2, schema.messages.len()));
    }

    #[test]
    fn a_wrong_line_is_named() {
        let refused = |text: &str| parse(text).unwrap_err();
        assert!(refused("fields | a").starts_with("line 1: no such line"));
        assert!(refused("\nprotocol | 1 | 300").starts_with("line 2: '300' is no number"));
        assert!(refused("field | a | b | u8 | id | - | 0").contains("no message or structure 'a'"));
        assert!(refused("structure | A\nfield | A | b | u12 | id | - | 0").contains("no type"));
        assert!(refused("structure | a-b").contains("is no name"));
        let wrong = "protocol | 1 | 0\nmessage | report | 0xc0 | fan | to_host | - | 0 | 0:9..9\n\
                     field | fan | speed | u16 | count | 1 | 0";
        assert_eq!(refused(wrong), "fan: its fields make lengths of 0:1..3, not 0:9..9");
    }
}
