//! The fields of a message, with their units.

use coldcap_wire::message::{AnyMessage, Field, STRUCTURES, Vocabulary};
use serde_json::{Map, Value, json};

/// `{name: {value, unit}}`, structures flattened with a dot, codes with their words.
pub(super) fn of(message: &AnyMessage) -> Value {
    let endpoint = message.describe();
    let mut fields = Map::new();
    let values = serde_json::to_value(Body(message)).unwrap_or(Value::Null);
    add(&mut fields, "", endpoint.fields, &values);
    Value::Object(fields)
}

fn add(fields: &mut Map<String, Value>, prefix: &str, described: &[Field], values: &Value) {
    for field in described {
        let value = &values[field.name];
        let name = format!("{prefix}{}", field.name);
        let structure = STRUCTURES.iter().find(|structure| structure.name == field.wire_type);
        match structure {
            Some(structure) if structure.name == "Value" => {
                fields.insert(name, measured(value, field.unit));
            }
            Some(structure) => add(fields, &format!("{name}."), structure.fields, value),
            None => {
                fields.insert(name, plain(value, field.unit));
            }
        }
    }
}

fn measured(value: &Value, unit: &str) -> Value {
    let fault = value["fault"].as_u64().unwrap_or(0);
    let word = Vocabulary::named("fault")
        .and_then(|faults| faults.word(u8::try_from(fault).unwrap_or(u8::MAX)));
    let number = if fault == 0 { value["value"].clone() } else { Value::Null };
    json!({ "value": number, "unit": unit, "fault": word, "age_ms": value["age_ms"] })
}

fn plain(value: &Value, unit: &str) -> Value {
    let word = unit.strip_prefix("code: ").and_then(Vocabulary::named).and_then(|vocabulary| {
        let code = value.as_u64().and_then(|code| u8::try_from(code).ok())?;
        vocabulary.word(code)
    });
    match word {
        Some(word) => json!({ "value": value, "unit": unit, "word": word }),
        None => json!({ "value": value, "unit": unit }),
    }
}

/// A message as the plain structure that it is.
struct Body<'a>(&'a AnyMessage);

impl serde::Serialize for Body<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            AnyMessage::Hello(body) => body.serialize(serializer),
            AnyMessage::StartFit(body) => body.serialize(serializer),
            AnyMessage::Measure(body) => body.serialize(serializer),
            AnyMessage::SelectPatient(body) => body.serialize(serializer),
            AnyMessage::ChoosePlan(body) => body.serialize(serializer),
            AnyMessage::Operate(body) => body.serialize(serializer),
            AnyMessage::Observe(body) => body.serialize(serializer),
            AnyMessage::ReadRecord(body) => body.serialize(serializer),
            AnyMessage::Subscribe(body) => body.serialize(serializer),
            AnyMessage::Amend(body) => body.serialize(serializer),
            AnyMessage::SetClock(body) => body.serialize(serializer),
            AnyMessage::ChannelStatus(body) => body.serialize(serializer),
            AnyMessage::MachineStatus(body) => body.serialize(serializer),
            AnyMessage::EventReport(body) => body.serialize(serializer),
            AnyMessage::RecordEntry(body) => body.serialize(serializer),
            AnyMessage::CapCalibration(body) => body.serialize(serializer),
            AnyMessage::Heartbeat(body) => body.serialize(serializer),
            AnyMessage::Drawn(body) => body.serialize(serializer),
            AnyMessage::Follow(body) => body.serialize(serializer),
            AnyMessage::ReadSettings(body) => body.serialize(serializer),
            AnyMessage::PutSetting(body) => body.serialize(serializer),
            AnyMessage::Actuate(body) => body.serialize(serializer),
            AnyMessage::Setting(body) => body.serialize(serializer),
            AnyMessage::ObjectData(body) => body.serialize(serializer),
            AnyMessage::ObjectAbout(body) => body.serialize(serializer),
            AnyMessage::ObjectAsk(body) => body.serialize(serializer),
            AnyMessage::Credit(body) => body.serialize(serializer),
            AnyMessage::TimeAsk(body) => body.serialize(serializer),
            AnyMessage::TimeAnswer(body) => body.serialize(serializer),
            AnyMessage::Response(body) => body.serialize(serializer),
        }
    }
}
