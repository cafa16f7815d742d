//! Whether one message set may follow another: what is in use somewhere never changes its meaning.
//!
//! Allowed is growth only: messages and codes are added, and numbers at the end of a body, under a minor
//! version that nobody has in use yet. Everything else is named in one line that says what and why.

use crate::model::{Field, Message, Schema, Structure, Vocabulary, WireType};
use coldcap_wire::packet::{BODY_LEN, FIRST_VENDOR_ENDPOINT};

/// What became of a message set that may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The two are the same.
    None,
    /// The later one has more.
    Growth,
}

/// Compares what was with what is.
///
/// # Errors
/// Every change that is not growth, a line each.
pub fn compare(old: &Schema, new: &Schema) -> Result<Change, Vec<String>> {
    let mut findings = versions(old, new);
    findings.extend(old.structures.iter().filter_map(|was| structure(was, new)));
    findings.extend(old.messages.iter().flat_map(|was| message(old, was, new)));
    findings.extend(old.vocabularies.iter().flat_map(|was| vocabulary(was, new)));
    findings.extend(vectors(old, new));
    findings.extend(added(old, new));
    findings.extend(sound(new));
    if findings.is_empty() {
        findings.extend(old.messages.iter().filter_map(|was| lengths(old, was, new)));
    }
    match (findings.is_empty(), crate::text::write(old) == crate::text::write(new)) {
        (true, true) => Ok(Change::None),
        (true, false) => Ok(Change::Growth),
        (false, _) => Err(findings),
    }
}

fn versions(old: &Schema, new: &Schema) -> Vec<String> {
    let mut findings = Vec::new();
    if new.major != old.major {
        findings.push(format!(
            "protocol: major {} became {}: another major version is another protocol, with a lock of its own",
            old.major, new.major
        ));
    }
    if new.minor < old.minor || new.frozen < old.frozen {
        findings.push(format!(
            "protocol: minor {} (frozen {}) became {} (frozen {}): minor versions only go up",
            old.minor, old.frozen, new.minor, new.frozen
        ));
    }
    findings
}

/// Structures stand inside of bodies, with fields behind them: they cannot grow.
fn structure(was: &Structure, new: &Schema) -> Option<String> {
    let name = &was.name;
    let Some(is) = new.structure(name) else {
        return Some(format!("{name}: the structure was removed: older peers still send it"));
    };
    if let Some(finding) = fields(name, &was.fields, &is.fields).into_iter().next() {
        return Some(finding);
    }
    let more = is.fields.get(was.fields.len())?;
    Some(format!(
        "{name}.{}: a structure grew: what stands behind it in a body would move",
        more.name
    ))
}

fn message(old: &Schema, was: &Message, new: &Schema) -> Vec<String> {
    let name = &was.name;
    let Some(is) = new.named(name) else {
        let renamed = new.messages.iter().find(|is| (is.kind, is.id) == (was.kind, was.id));
        return vec![match renamed {
            Some(is) => format!("{name}: it was renamed to {}: names are what hosts know", is.name),
            None => {
                format!("{name}: the message was removed: its number may never mean another thing")
            }
        }];
    };
    let mut findings = heads(was, is);
    findings.extend(fields(name, &was.fields, &is.fields));
    if findings.is_empty() {
        findings.extend(tail(old, was, is, new));
    }
    findings
}

fn heads(was: &Message, is: &Message) -> Vec<String> {
    let name = &was.name;
    let mut findings = Vec::new();
    if (was.kind, was.id) != (is.kind, is.id) {
        let (from, to) = (was.number(), is.number());
        let (kind, other) = (was.kind.name(), is.kind.name());
        findings.push(format!("{name}: {kind} {from} became {other} {to}: numbers are for ever"));
    }
    if was.direction != is.direction {
        let (from, to) = (was.direction.name(), is.direction.name());
        findings.push(format!("{name}: direction {from} became {to}: older peers refuse it"));
    }
    if was.since != is.since {
        let (from, to) = (was.since, is.since);
        findings.push(format!("{name}: since {from} became {to}: it came when it came"));
    }
    if was.role.is_some() && was.role != is.role {
        findings.push(format!("{name}: the role changed: who may send it is part of its meaning"));
    }
    findings
}

fn fields(of: &str, was: &[Field], is: &[Field]) -> Vec<String> {
    let places = was.iter().enumerate();
    places.filter_map(|(place, was)| field(of, was, is.get(place), is)).take(1).collect()
}

fn field(of: &str, was: &Field, is: Option<&Field>, all: &[Field]) -> Option<String> {
    let name = &was.name;
    let elsewhere = all.iter().any(|field| field.name == *name);
    let Some(is) = is.filter(|is| is.name == *name) else {
        return Some(match (elsewhere, is) {
            (true, _) => format!("{of}.{name}: the field moved: fields are found by their order"),
            (false, Some(is)) if is.wire_type == was.wire_type && is.unit == was.unit => {
                format!(
                    "{of}.{name}: the field was renamed to {}: names are what hosts know",
                    is.name
                )
            }
            _ => format!("{of}.{name}: the field was removed: send 0 in it instead"),
        });
    };
    let changed =
        |what: &str, from: &dyn core::fmt::Display, to: &dyn core::fmt::Display, why: &str| {
            Some(format!("{of}.{name}: {what} {from} became {to}: {why}"))
        };
    if was.wire_type != is.wire_type {
        return changed("type", &was.wire_type, &is.wire_type, "older peers read other bytes");
    }
    if was.unit != is.unit {
        return changed("unit", &was.unit, &is.unit, "the same number would mean another thing");
    }
    if was.scale != is.scale {
        return changed("scale", &was.scale, &is.scale, "the same number would mean another thing");
    }
    if was.since != is.since {
        return changed("since", &was.since, &is.since, "it came when it came");
    }
    None
}

/// What stands behind the fields that were there.
fn tail(old: &Schema, was: &Message, is: &Message, new: &Schema) -> Option<String> {
    let last = was.fields.last().map_or(0, |field| field.since);
    let more = is.fields.get(was.fields.len()..).unwrap_or_default();
    let mut floor = last;
    for field in more {
        let name = format!("{}.{}", was.name, field.name);
        if field.since <= old.frozen.max(was.since) || field.since > new.minor {
            let open = old.frozen.max(was.since) + 1;
            return Some(format!(
                "{name}: it says since {}, but only minor {open} to {} is open: older ones are in use",
                field.since, new.minor
            ));
        }
        if field.since < floor {
            return Some(format!(
                "{name}: it is older than the field before it: fields are appended"
            ));
        }
        floor = field.since;
    }
    None
}

/// What no rule above should let through: another length of a body that is in use.
fn lengths(old: &Schema, was: &Message, new: &Schema) -> Option<String> {
    let is = new.named(&was.name)?;
    let minors = was.since..=old.frozen;
    let differs = |minor: &u8| old.lengths(was, *minor) != new.lengths(is, *minor);
    let minor = minors.into_iter().find(differs)?;
    Some(format!("{}: the lengths at minor {minor} changed: that version is in use", was.name))
}

fn vocabulary(was: &Vocabulary, new: &Schema) -> Vec<String> {
    let of = &was.name;
    let Some(is) = new.vocabulary(of) else {
        return vec![format!("codes {of}: the list was removed: fields refer to it")];
    };
    let gone = was.words.iter().filter(|word| !is.words.contains(word));
    let said = gone.map(|(code, name)| {
        match is.words.iter().find(|(other, word)| other == code || word == name) {
            Some((other, word)) => {
                format!("codes {of}: {code} {name} became {other} {word}: codes are for ever")
            }
            None => format!("codes {of}: {code} {name} was removed: older peers still send it"),
        }
    });
    said.collect()
}

fn vectors(old: &Schema, new: &Schema) -> Vec<String> {
    let finding = |was: &crate::model::Vector| {
        let name = &was.name;
        match new.vectors.iter().find(|is| is.name == *name) {
            None => Some(format!("vector {name}: it was removed: vectors are only added")),
            Some(is) if is.hash != was.hash => Some(format!(
                "vector {name}: it changed: what was understood once is understood for ever"
            )),
            Some(_) => None,
        }
    };
    old.vectors.iter().filter_map(finding).collect()
}

/// Messages that were not there before.
fn added(old: &Schema, new: &Schema) -> Vec<String> {
    let fresh = new.messages.iter().filter(|is| old.named(&is.name).is_none());
    let known =
        |is: &&Message| !old.messages.iter().any(|was| (was.kind, was.id) == (is.kind, is.id));
    let late = |is: &&Message| is.since <= old.frozen || is.since > new.minor;
    let said = fresh.filter(known).filter(late).map(|is| {
        let (name, since, open) = (&is.name, is.since, old.frozen + 1);
        let minor = new.minor;
        format!(
            "{name}: it says since {since}, but only minor {open} to {minor} is open: older ones are in use"
        )
    });
    said.collect()
}

/// What holds of every message set, whatever was before.
#[must_use]
pub fn sound(schema: &Schema) -> Vec<String> {
    let mut findings: Vec<String> =
        schema.messages.iter().flat_map(|message| sound_message(schema, message)).collect();
    for structure in &schema.structures {
        findings.extend(sound_fields(schema, &structure.name, &structure.fields));
        let nested = structure.fields.iter().find(|field| is_structure(field) || field.since > 0);
        findings.extend(nested.map(|field| {
            format!(
                "{}.{}: structures hold numbers, all from the start",
                structure.name, field.name
            )
        }));
    }
    findings
}

fn is_structure(field: &Field) -> bool {
    matches!(field.wire_type, WireType::Structure(_))
}

fn sound_message(schema: &Schema, message: &Message) -> Vec<String> {
    let name = &message.name;
    let mut findings = sound_fields(schema, name, &message.fields);
    let longest = schema.lengths(message, u8::MAX).1;
    if longest > BODY_LEN {
        findings
            .push(format!("{name}: a body of {longest} bytes does not fit a packet of {BODY_LEN}"));
    }
    let twins = |other: &&Message| (other.kind, other.id) == (message.kind, message.id);
    if schema.messages.iter().filter(twins).count() > 1 {
        findings.push(format!("{name}: another message has its number {}", message.number()));
    }
    if schema.messages.iter().filter(|other| other.name == *name).count() > 1 {
        findings.push(format!("{name}: another message has its name"));
    }
    if message.id.is_some_and(|id| id >= FIRST_VENDOR_ENDPOINT) {
        findings.push(format!("{name}: number {} is a maker's own", message.number()));
    }
    findings
}

/// Units, types and what may be appended.
pub(crate) fn sound_fields(schema: &Schema, of: &str, fields: &[Field]) -> Vec<String> {
    let mut findings = Vec::new();
    for field in fields {
        let name = format!("{of}.{}", field.name);
        if let WireType::Structure(structure) = &field.wire_type
            && schema.structure(structure).is_none()
        {
            findings.push(format!("{name}: there is no structure '{structure}'"));
        }
        let codes = field.codes().or(field.bits());
        if let Some(codes) = codes.filter(|codes| schema.vocabulary(codes).is_none()) {
            findings.push(format!("{name}: there are no codes '{codes}'"));
        }
        if field.unit.is_empty() || field.scale == "unknown" || field.scale.is_empty() {
            findings.push(format!("{name}: unit '{}' has no scale", field.unit));
        }
        if field.since > 0 && field.wire_type.longest_number() == 0 {
            findings.push(format!(
                "{name}: only numbers are appended: what is left off must read as 0"
            ));
        }
        if fields.iter().filter(|other| other.name == field.name).count() > 1 {
            findings.push(format!("{name}: another field has its name"));
        }
    }
    findings
}
