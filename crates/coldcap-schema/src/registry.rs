//! The model of what the code says.

use crate::model::{Field, Message, Schema, Structure, Vocabulary, WireType};
use crate::{unit, vectors};
use coldcap_wire::message::{self, ENDPOINTS, MINOR, STRUCTURES, VOCABULARIES};
use coldcap_wire::packet::MAJOR;
use coldcap_wire::security::{RULES, Role, Rule};

/// The message set of `coldcap-wire`, with the committed vectors. `frozen` is 0 and every vector of the
/// present minor version: the code does not know what was released, [`crate::text`] does.
#[must_use]
pub fn schema() -> Schema {
    Schema {
        major: MAJOR,
        minor: MINOR,
        frozen: 0,
        structures: STRUCTURES.iter().map(structure).collect(),
        messages: ENDPOINTS.iter().map(endpoint).collect(),
        vocabularies: VOCABULARIES.iter().map(vocabulary).collect(),
        vectors: vectors::committed(MINOR),
    }
}

fn structure(structure: &message::Structure) -> Structure {
    Structure {
        name: structure.name.to_owned(),
        about: prose(structure.about),
        fields: structure.fields.iter().map(field).collect(),
    }
}

fn endpoint(endpoint: &message::Endpoint) -> Message {
    Message {
        kind: endpoint.kind,
        id: endpoint.id,
        name: endpoint.name.to_owned(),
        direction: endpoint.direction,
        role: roles(endpoint),
        since: endpoint.since,
        about: prose(endpoint.about),
        fields: endpoint.fields.iter().map(field).collect(),
    }
}

/// Who may send it to the device, by the rules that a device goes by.
fn roles(endpoint: &message::Endpoint) -> Option<String> {
    let rule = |rule: &&Rule| rule.kind == endpoint.kind && Some(rule.endpoint) == endpoint.id;
    let rule = RULES.iter().find(rule)?;
    let may = Role::ALL.into_iter().filter(|role| rule.roles.contains(*role)).map(Role::name);
    let names = may.collect::<Vec<_>>().join("+");
    (!names.is_empty()).then_some(names)
}

fn field(field: &message::Field) -> Field {
    Field {
        name: field.name.to_owned(),
        wire_type: WireType::named(field.wire_type),
        unit: field.unit.to_owned(),
        scale: unit::scale(field.unit).unwrap_or("unknown").to_owned(),
        since: field.since,
        meaning: prose(field.meaning),
    }
}

fn vocabulary(vocabulary: &message::Vocabulary) -> Vocabulary {
    let words = vocabulary.words.iter().map(|word| (word.code, word.name.to_owned()));
    Vocabulary { name: vocabulary.name.to_owned(), words: words.collect() }
}

fn prose(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_that_the_code_knows() {
        let schema = schema();
        for (message, endpoint) in schema.messages.iter().zip(ENDPOINTS) {
            let lengths = schema.lengths(message, MINOR);
            assert_eq!(lengths, (endpoint.minimum_len, endpoint.maximum_len), "{}", message.name);
        }
    }

    #[test]
    fn every_unit_has_a_scale_or_says_that_it_has_none() {
        let schema = schema();
        let inner = schema.structures.iter().flat_map(|structure| &structure.fields);
        for field in schema.messages.iter().flat_map(|message| &message.fields).chain(inner) {
            assert_ne!(field.scale, "unknown", "say in unit.rs what '{}' is", field.unit);
        }
    }
}
