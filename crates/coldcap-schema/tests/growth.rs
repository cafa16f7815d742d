//! Every kind of change that is not growth is refused, with one line that says what and why.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

use coldcap_schema::growth::{Change, compare};
use coldcap_schema::model::{Field, Message, Schema, Structure, Vocabulary, WireType};
use coldcap_schema::{registry, text};
use coldcap_wire::message::Direction;
use coldcap_wire::packet::Kind;

const LOCK: &str = include_str!("../../../schema.lock");

fn committed() -> Schema {
    text::parse(LOCK).unwrap()
}

fn field(name: &str, wire_type: WireType, since: u8) -> Field {
    let (unit, scale) = ("s".to_owned(), "1 s".to_owned());
    Field { name: name.to_owned(), wire_type, unit, scale, since, meaning: String::new() }
}

/// The next minor version is open, whatever the committed one is.
fn open() -> Schema {
    let mut schema = committed();
    schema.frozen = schema.minor;
    schema
}

fn next(schema: &Schema) -> u8 {
    schema.minor + 1
}

fn message(schema: &Schema, name: &str, id: u8) -> Message {
    Message {
        kind: Kind::Report,
        id: Some(id),
        name: name.to_owned(),
        direction: Direction::ToHost,
        role: None,
        since: next(schema),
        about: String::new(),
        fields: vec![field("at", WireType::U32, 0)],
    }
}

fn named<'a>(schema: &'a mut Schema, name: &str) -> &'a mut Message {
    schema.messages.iter_mut().find(|message| message.name == name).unwrap()
}

fn structure<'a>(schema: &'a mut Schema, name: &str) -> &'a mut Structure {
    schema.structures.iter_mut().find(|structure| structure.name == name).unwrap()
}

fn codes<'a>(schema: &'a mut Schema, name: &str) -> &'a mut Vocabulary {
    schema.vocabularies.iter_mut().find(|vocabulary| vocabulary.name == name).unwrap()
}

/// What the classifier says about one change; the next minor version is open in the changed set.
fn judged(change: impl FnOnce(&mut Schema)) -> Result<Change, String> {
    let old = open();
    let mut new = old.clone();
    new.minor = next(&old);
    change(&mut new);
    compare(&old, &new).map_err(|findings| findings.join("\n"))
}

fn refused(change: impl FnOnce(&mut Schema)) -> String {
    judged(change).unwrap_err()
}

/// The change is refused for this and nothing else.
fn assert_refused(expected: &str, change: impl FnOnce(&mut Schema)) {
    let said = refused(change);
    assert!(said.contains(expected), "{expected}: {said}");
    assert_eq!(said.lines().count(), 1, "one line: {said}");
}

#[test]
fn the_code_is_the_committed_set_or_its_growth() {
    let was = committed();
    let mut now = registry::schema();
    now.frozen = was.frozen;
    now.vectors.iter_mut().zip(&was.vectors).for_each(|(is, was)| is.minor = was.minor);
    assert!(compare(&was, &now).is_ok(), "{:?}", compare(&was, &now));
}

#[test]
fn nothing_changed_is_no_change() {
    assert_eq!(compare(&committed(), &committed()), Ok(Change::None));
}

#[test]
fn growth_is_allowed() {
    let minor = committed().minor + 1;
    let append = |schema: &mut Schema| {
        named(schema, "hello").fields.push(field("more", WireType::U16, minor));
    };
    assert_eq!(judged(append), Ok(Change::Growth));
    let add = |schema: &mut Schema| {
        let fresh = Message { since: minor, ..message(schema, "fresh", 0x7E) };
        schema.messages.insert(3, fresh);
    };
    assert_eq!(judged(add), Ok(Change::Growth));
    let name = |schema: &mut Schema| codes(schema, "phase").words.push((99, "new".into()));
    assert_eq!(judged(name), Ok(Change::Growth));
    let guard = |schema: &mut Schema| named(schema, "time_answer").role = Some("nurse".into());
    assert_eq!(judged(guard), Ok(Change::Growth));
    let list = |schema: &mut Schema| {
        schema
            .vocabularies
            .push(Vocabulary { name: "fresh".into(), words: vec![(1, "one".into())] });
    };
    assert_eq!(judged(list), Ok(Change::Growth));
}

#[test]
fn versions_only_go_up() {
    assert_refused("major 1 became 2", |schema| schema.major = 2);
    assert_refused("minor versions only go up", |schema| schema.minor = 0);
    assert_refused("minor versions only go up", |schema| schema.frozen = 0);
}

#[test]
fn messages_stay() {
    assert_refused("amend: the message was removed", |schema| {
        schema.messages.retain(|message| message.name != "amend");
    });
    assert_refused("amend: it was renamed to correct", |schema| {
        named(schema, "amend").name = "correct".into();
    });
    assert_refused("amend: command 0x19 became command 0x7d", |schema| {
        named(schema, "amend").id = Some(0x7D);
    });
    assert_refused("drawn: link 0x62 became report 0x62", |schema| {
        named(schema, "drawn").kind = Kind::Report;
    });
    assert_refused("amend: direction to_device became both", |schema| {
        named(schema, "amend").direction = Direction::Both;
    });
    assert_refused("amend: since 2 became 1", |schema| named(schema, "amend").since = 1);
}

#[test]
fn a_role_is_not_taken_back_or_exchanged() {
    let old = {
        let mut old = open();
        named(&mut old, "operate").role = Some("nurse".into());
        old
    };
    for role in [None, Some("service".to_owned())] {
        let mut new = old.clone();
        named(&mut new, "operate").role = role;
        let said = compare(&old, &new).unwrap_err();
        assert_eq!(said, ["operate: the role changed: who may send it is part of its meaning"]);
    }
}

#[test]
fn fields_stay_as_they_are() {
    assert_refused("choose_plan.source: the field was removed", |schema| {
        named(schema, "choose_plan").fields.retain(|field| field.name != "source");
    });
    assert_refused("choose_plan.override_reason: the field was removed", |schema| {
        named(schema, "choose_plan").fields.pop();
    });
    assert_refused("measure.sagittal_mm: the field moved", |schema| {
        named(schema, "measure").fields.swap(2, 3);
    });
    assert_refused("measure.coronal_mm: the field moved", |schema| {
        named(schema, "measure").fields.insert(3, field("more", WireType::U8, 3));
    });
    assert_refused("measure.hair: the field was renamed to kind", |schema| {
        named(schema, "measure").fields[5].name = "kind".into();
    });
    assert_refused("measure.hair: type u8 became u16", |schema| {
        named(schema, "measure").fields[5].wire_type = WireType::U16;
    });
    assert_refused("choose_plan.target_mc: unit milli-degC became degC", |schema| {
        named(schema, "choose_plan").fields[6].unit = "degC".into();
    });
    assert_refused("choose_plan.target_mc: scale 0.001 degC became 0.1 degC", |schema| {
        named(schema, "choose_plan").fields[6].scale = "0.1 degC".into();
    });
    assert_refused("choose_plan.source: since 2 became 3", |schema| {
        named(schema, "choose_plan").fields[10].since = 3;
    });
    assert_refused("measure.hair: unit code: hair became code: density", |schema| {
        named(schema, "measure").fields[5].unit = "code: density".into();
    });
}

#[test]
fn only_open_minor_versions_take_fields_and_messages() {
    let minor = committed().minor;
    for since in [0, 1, minor, minor + 2] {
        let open = format!("only minor {0} to {0} is open", minor + 1);
        assert_refused(&open, |schema| {
            named(schema, "hello").fields.push(field("more", WireType::U16, since));
        });
        assert_refused(&open, |schema| {
            let fresh = Message { since, ..message(schema, "fresh", 0x7E) };
            schema.messages.push(fresh);
        });
    }
}

#[test]
fn a_field_is_not_older_than_the_one_before_it() {
    let mut old = open();
    old.frozen = 0;
    old.minor = 5;
    named(&mut old, "hello").fields.push(field("more", WireType::U16, 5));
    let mut new = old.clone();
    named(&mut new, "hello").fields.push(field("other", WireType::U16, 4));
    let said = compare(&old, &new).unwrap_err();
    assert_eq!(said, ["hello.other: it is older than the field before it: fields are appended"]);
}

#[test]
fn structures_do_not_change_at_all() {
    assert_refused("Value.more: a structure grew", |schema| {
        structure(schema, "Value").fields.push(field("more", WireType::U8, 0));
    });
    assert_refused("Value.fault: type u8 became u16", |schema| {
        structure(schema, "Value").fields[1].wire_type = WireType::U16;
    });
    assert_refused("Value.value: the field moved", |schema| {
        structure(schema, "Value").fields.swap(0, 1);
    });
    assert_refused("CommandHead.rid: unit id became s", |schema| {
        structure(schema, "CommandHead").fields[0].unit = "s".into();
    });
    let said = refused(|schema| schema.structures.retain(|structure| structure.name != "Value"));
    assert!(said.starts_with("Value: the structure was removed"), "{said}");
}

#[test]
fn codes_are_for_ever() {
    assert_refused("codes phase: 8 pre_cool was removed", |schema| {
        codes(schema, "phase").words.retain(|(code, _)| *code != 8);
    });
    assert_refused("codes phase: 8 pre_cool became 8 cooling", |schema| {
        codes(schema, "phase").words[8].1 = "cooling".into();
    });
    assert_refused("codes phase: 8 pre_cool became 88 pre_cool", |schema| {
        codes(schema, "phase").words[8].0 = 88;
    });
    let said = refused(|schema| schema.vocabularies.retain(|list| list.name != "phase"));
    assert!(said.starts_with("codes phase: the list was removed"), "{said}");
}

#[test]
fn vectors_are_only_added() {
    assert_refused("vector operate_stop: it was removed", |schema| {
        schema.vectors.retain(|vector| vector.name != "operate_stop");
    });
    assert_refused("vector operate_stop: it changed", |schema| {
        let of = |vector: &&mut coldcap_schema::model::Vector| vector.name == "operate_stop";
        schema.vectors.iter_mut().find(of).unwrap().hash ^= 1;
    });
}

#[test]
fn what_is_added_keeps_the_rules() {
    let minor = committed().minor + 1;
    let add = |change: fn(&mut Message)| {
        move |schema: &mut Schema| {
            let mut fresh = Message { since: minor, ..message(schema, "fresh", 0x7E) };
            change(&mut fresh);
            schema.messages.push(fresh);
        }
    };
    assert_refused("fresh: number 0xc0 is a maker's own", add(|message| message.id = Some(0xC0)));
    let said = refused(add(|message| message.id = Some(0x40)));
    assert!(said.contains("fresh: another message has its number 0x40"), "{said}");
    assert_refused(
        "does not fit a packet of 234",
        add(|message| {
            message.fields.push(field("much", WireType::Bytes(230), 0));
        }),
    );
    assert_refused(
        "fresh.late: only numbers are appended",
        add(|message| {
            message.fields.push(field("late", WireType::Bytes(4), 3));
        }),
    );
    assert_refused(
        "there is no structure 'Nothing'",
        add(|message| {
            message.fields.push(field("odd", WireType::Structure("Nothing".into()), 0));
        }),
    );
    assert_refused(
        "there are no codes 'nothing'",
        add(|message| {
            message.fields[0].unit = "code: nothing".into();
        }),
    );
    assert_refused(
        "unit 'furlongs' has no scale",
        add(|message| {
            message.fields[0].unit = "furlongs".into();
            message.fields[0].scale = "unknown".into();
        }),
    );
    let said = refused(add(|message| message.fields.push(message.fields[0].clone())));
    assert!(said.contains("fresh.at: another field has its name"), "{said}");
    assert_refused("Fresh.inner: structures hold numbers", |schema| {
        let inner = field("inner", WireType::Structure("Value".into()), 0);
        let (name, about) = ("Fresh".to_owned(), String::new());
        schema.structures.push(Structure { name, about, fields: vec![inner] });
    });
}
