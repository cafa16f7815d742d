//! A maker's own messages beside those of coldcap.

use crate::growth;
use crate::model::{Message, Schema, Vocabulary};
use coldcap_wire::packet::{FIRST_VENDOR_ENDPOINT, Kind};

/// The codes of a vocabulary from this one on may be a maker's, where the protocol leaves them to it.
const FIRST_VENDOR_CODE: u8 = 192;

/// Puts a maker's message set beside `base`.
///
/// A maker's file has messages with endpoint numbers from 192 on, structures of its own, vocabularies of its
/// own, and codes from 192 on that are added to coldcap's `condition`. Its `protocol` line names the
/// version of coldcap's that it was written for.
///
/// # Errors
/// Every line that is not a maker's to write, a line each.
pub fn beside(base: &Schema, own: &Schema) -> Result<Schema, Vec<String>> {
    let mut findings = Vec::new();
    if own.major != base.major || own.minor > base.minor {
        findings.push(format!(
            "protocol: it is written for {}.{}, but this is {}.{}",
            own.major, own.minor, base.major, base.minor
        ));
    }
    let mut both = base.clone();
    for structure in &own.structures {
        if base.structure(&structure.name).is_some() {
            findings.push(format!("{}: coldcap has a structure of this name", structure.name));
        }
        both.structures.push(structure.clone());
    }
    for vocabulary in &own.vocabularies {
        add_words(&mut both, vocabulary, &mut findings);
    }
    findings.extend(own.messages.iter().filter_map(|message| foreign(base, message)));
    both.messages.extend(own.messages.iter().cloned());
    findings.extend(unsound(&both, own));
    if findings.is_empty() { Ok(both) } else { Err(findings) }
}

fn add_words(both: &mut Schema, own: &Vocabulary, findings: &mut Vec<String>) {
    let known = both.vocabularies.iter_mut().find(|known| known.name == own.name);
    let Some(known) = known else {
        both.vocabularies.push(own.clone());
        return;
    };
    let ours =
        own.words.iter().find(|(code, _)| *code < FIRST_VENDOR_CODE || own.name != "condition");
    if let Some((code, name)) = ours {
        findings.push(format!("codes {}: {code} {name} is not a maker's to add", own.name));
    }
    known.words.extend(own.words.iter().cloned());
}

fn foreign(base: &Schema, message: &Message) -> Option<String> {
    let Message { name, kind, id, .. } = message;
    if base.named(name).is_some() {
        return Some(format!("{name}: coldcap has a message of this name"));
    }
    if id.is_none_or(|id| id < FIRST_VENDOR_ENDPOINT) {
        return Some(format!("{name}: a maker's numbers are {FIRST_VENDOR_ENDPOINT} to 255"));
    }
    let answered = "a command begins with its head: it has to be answered";
    let headless =
        message.fields.first().is_none_or(|field| field.wire_type.to_string() != "CommandHead");
    (*kind == Kind::Command && headless).then(|| format!("{name}: {answered}"))
}

/// The rules of every message set, but for the numbers, which are a maker's here.
fn unsound(both: &Schema, own: &Schema) -> Vec<String> {
    let own_number = |finding: &String| !finding.ends_with("is a maker's own");
    let about_own = |finding: &String| {
        let messages = own.messages.iter().map(|message| &message.name);
        let mut names = messages.chain(own.structures.iter().map(|structure| &structure.name));
        names.any(|name| finding.starts_with(name.as_str()))
    };
    growth::sound(both).into_iter().filter(own_number).filter(about_own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{registry, text};

    fn refused(lines: &str) -> String {
        let own = text::parse(&format!("protocol | 1 | 2\n{lines}")).unwrap();
        beside(&registry::schema(), &own).unwrap_err().join("\n")
    }

    #[test]
    fn what_is_not_a_makers_is_refused() {
        let message = |kind: &str, id: &str, name: &str| {
            format!(
                "message | {kind} | {id} | {name} | to_host | - | 0 | 0:1..1 1:1..1 2:1..1\n\
                     field | {name} | speed | u8 | count | 1 | 0\n"
            )
        };
        assert!(refused(&message("report", "0x50", "fan")).contains("numbers are 192 to 255"));
        assert!(
            refused(&message("report", "0xc0", "event")).contains("has a message of this name")
        );
        assert!(refused(&message("command", "0xc0", "fan")).contains("begins with its head"));
        let twice = [message("report", "0xc0", "fan"), message("report", "0xc0", "fun")].concat();
        assert!(refused(&twice).contains("fun: another message has its number 0xc0"));
        assert!(
            refused("codes | phase\ncode | phase | 200 | mine").contains("not a maker's to add")
        );
        assert!(
            refused("codes | condition\ncode | condition | 40 | mine").contains("not a maker's")
        );
        assert!(refused("structure | Value").contains("has a structure of this name"));
    }

    #[test]
    fn a_makers_message_stands_beside_the_others() {
        let lines = "protocol | 1 | 2\ncodes | condition\ncode | condition | 192 | fan_stands\n\
             message | report | 0xc0 | fan | to_host | - | 0 | 0:1..1 1:1..1 2:1..1\n\
             field | fan | state | u8 | code: condition | - | 0\n";
        let both = beside(&registry::schema(), &text::parse(lines).unwrap()).unwrap();
        assert_eq!(both.message(Kind::Report, 0xC0).unwrap().name, "fan");
        assert!(both.vocabulary("condition").unwrap().words.contains(&(192, "fan_stands".into())));
    }
}
