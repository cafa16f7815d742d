//! MCAP: a channel for each channel's status, for that of the machine, for events and for alarms.

use super::super::recording::{Reading, alarm_names};
use super::super::rounded::decimals;
use super::Failed;
use crate::treatment::sampled;
use coldcap_host::capture::Origin;
use coldcap_host::client::Message;
use coldcap_host::condition;
use coldcap_host::mcap::{Channel, Writer};
use coldcap_host::report::{ending_name, reason_name};
use coldcap_session::{Phase, Reason};
use coldcap_units::Instant;
use coldcap_wire::message::{ChannelStatus, EventReport, MachineStatus, Vocabulary};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::io::{self, Write};

/// What a field of a status is.
const TEMPERATURES: [&str; 11] = [
    "target_c",
    "effective_c",
    "supply_c",
    "return_c",
    "front_c",
    "rear_c",
    "safety_c",
    "skin_estimate_c",
    "skin_lower_c",
    "skin_upper_c",
    "tank_c",
];

/// How many messages.
pub(super) fn write(reading: &mut Reading<'_>, output: impl Write) -> Result<u64, Failed> {
    let information = reading.information()?;
    let mut file = Files::begin(reading.playback.origin(), &information, output)?;
    while let Some((at, message)) = reading.next_message()? {
        match message {
            Message::ChannelStatus(status) => file.status(at, &status)?,
            Message::MachineStatus(status) => file.machine(at, &status)?,
            Message::Event(event) => file.event(at, &event)?,
            _ => {}
        }
    }
    file.writer.finish()?;
    Ok(file.count)
}

struct Files<W: Write> {
    writer: Writer<W>,
    /// When the recording began, in ns since 1970; 0 where that is not known.
    began_ns: u64,
    status: HashMap<u8, Channel>,
    machine: Channel,
    events: Channel,
    alarms: Channel,
    newest: Option<MachineStatus>,
    count: u64,
}

impl<W: Write> Files<W> {
    fn begin(origin: Origin, information: &Map<String, Value>, output: W) -> io::Result<Self> {
        let mut writer = Writer::new(output, concat!("coldcap ", env!("CARGO_PKG_VERSION")))?;
        let mut short = information.clone();
        short.retain(|_, value| !value.is_object());
        let text = Value::Object(short).to_string();
        writer.metadata("coldcap", &[("origin", origin.name()), ("information", &text)])?;
        let began_ms = information.get("began_unix_ms").and_then(Value::as_u64).unwrap_or(0);
        let machine =
            writer.channel("/machine/status", "coldcap.MachineStatus", &machine_schema())?;
        let events = writer.channel("/events", "coldcap.Event", &event_schema())?;
        let alarms = writer.channel("/alarms", "coldcap.Alarms", &alarms_schema())?;
        let began_ns = began_ms.saturating_mul(1_000_000);
        let (status, newest, count) = (HashMap::new(), None, 0);
        Ok(Self { writer, began_ns, status, machine, events, alarms, newest, count })
    }

    fn put(&mut self, channel: Channel, at: Instant, object: &Value) -> io::Result<()> {
        let at_ns = self.began_ns.saturating_add(at.as_millis().saturating_mul(1_000_000));
        self.count += 1;
        self.writer.message(channel, at_ns, rounded(object).to_string().as_bytes())
    }

    fn status(&mut self, at: Instant, status: &ChannelStatus) -> io::Result<()> {
        let Some(it) = sampled(at, status, self.newest.as_ref()) else { return Ok(()) };
        let channel = match self.status.get(&status.channel) {
            Some(known) => *known,
            None => {
                let topic = format!("/channel/{}/status", status.channel);
                let new = self.writer.channel(&topic, "coldcap.ChannelStatus", &status_schema())?;
                self.status.insert(status.channel, new);
                new
            }
        };
        let object = json!({
            "time_s": it.time_s,
            "phase": it.phase.name(),
            "remaining_s": (status.remaining_ms > 0).then(|| f64::from(status.remaining_ms) / 1e3),
            "target_c": it.target_c,
            "effective_c": it.effective_c,
            "supply_c": it.supply_c,
            "return_c": it.return_c,
            "front_c": it.front_c,
            "rear_c": it.rear_c,
            "safety_c": it.safety_c,
            "skin_estimate_c": it.skin_estimate_c,
            "skin_lower_c": it.skin_lower_c,
            "skin_upper_c": it.skin_upper_c,
            "tank_c": it.tank_c,
            "flow_ml_min": it.flow_ml_min,
            "pump": it.pump,
            "valve": it.valve,
            "chiller": it.chiller,
        });
        self.put(channel, at, &object)
    }

    fn machine(&mut self, at: Instant, status: &MachineStatus) -> io::Result<()> {
        let degrees = |value: coldcap_wire::message::Value| {
            value.get().ok().map(|milli| f64::from(milli) / 1e3)
        };
        let object = json!({
            "time_s": at.as_millis() as f64 / 1e3,
            "tank_c": degrees(status.tank),
            "evaporator_c": degrees(status.evaporator),
            "chiller": f64::from(status.chiller_permille) / 1e3,
            "battery": degrees(status.battery),
            "mains": status.inputs & MachineStatus::MAINS != 0,
            "leak": status.inputs & MachineStatus::LEAK != 0,
            "permit": status.inputs & MachineStatus::PERMIT != 0,
            "alarms": status.alarms.count_ones(),
        });
        self.put(self.machine, at, &object)?;
        let before = self.newest.replace(*status).map_or(0, |before| before.alarms);
        if before == status.alarms {
            return Ok(());
        }
        let names = |set| alarm_names(set).collect::<Vec<_>>();
        let object = json!({
            "active": names(status.alarms),
            "begun": names(status.alarms & !before),
            "ended": names(before & !status.alarms),
            "highest": Vocabulary::named("priority").and_then(|it| it.word(status.highest)),
            "sounding": status.sounding != 0,
        });
        self.put(self.alarms, at, &object)
    }

    fn event(&mut self, at: Instant, event: &EventReport) -> io::Result<()> {
        let object = json!({
            "index": event.index,
            "device_ms": event.at_ms,
            "channel": (event.channel != u8::MAX).then_some(event.channel),
            "kind": event.kind,
            "name": Vocabulary::named("event").and_then(|it| it.word(event.kind)),
            "about": about(event),
            "code": event.code,
            "value": event.value,
        });
        self.put(self.events, at, &object)
    }
}

/// No figure of a machine is finer than a thousandth; the rest is of binary fractions.
fn rounded(object: &Value) -> Value {
    let figure = |value: &Value| match value.as_f64() {
        Some(number) if value.is_f64() => decimals(number, 3).into(),
        _ => value.clone(),
    };
    let fields = object.as_object().into_iter().flatten();
    Value::Object(fields.map(|(name, value)| (name.clone(), figure(value))).collect())
}

/// The word for what an event is about, where its code is one of a list.
fn about(event: &EventReport) -> Option<String> {
    match Vocabulary::named("event")?.word(event.kind)? {
        "phase" => Phase::from_code(u8::try_from(event.code).ok()?).map(|it| it.name().into()),
        "alarm_rose" | "alarm_cleared" | "alarm_escalated" | "tripped" | "released" => {
            Some(condition::name(event.code).into_owned())
        }
        "break_began" => Some(reason_name(Reason(u8::try_from(event.code).ok()?))),
        "ended" => Some(ending_name(Reason(u8::try_from(event.code).ok()?))),
        _ => None,
    }
}

/// A number that may not be known.
fn number() -> Value {
    json!({ "type": ["number", "null"] })
}

fn object(fields: &[(&str, Value)]) -> String {
    let properties: serde_json::Map<_, _> =
        fields.iter().map(|(name, kind)| ((*name).to_owned(), kind.clone())).collect();
    json!({ "type": "object", "properties": properties }).to_string()
}

fn status_schema() -> String {
    let phases: Vec<_> = Phase::ALL.iter().map(|phase| phase.name()).collect();
    let mut fields = vec![
        ("time_s", json!({ "type": "number" })),
        ("phase", json!({ "type": "string", "enum": phases })),
        ("remaining_s", number()),
    ];
    fields.extend(TEMPERATURES.map(|name| (name, number())));
    fields.extend(["flow_ml_min", "pump", "valve", "chiller"].map(|name| (name, number())));
    object(&fields)
}

fn machine_schema() -> String {
    let numbers = ["time_s", "tank_c", "evaporator_c", "chiller", "battery"];
    let mut fields: Vec<_> = numbers.map(|name| (name, number())).into();
    fields.extend(["mains", "leak", "permit"].map(|name| (name, json!({ "type": "boolean" }))));
    fields.push(("alarms", json!({ "type": "integer" })));
    object(&fields)
}

fn event_schema() -> String {
    let integers = ["index", "device_ms", "kind", "code", "value"];
    let mut fields: Vec<_> = integers.map(|name| (name, json!({ "type": "integer" }))).into();
    fields.push(("channel", json!({ "type": ["integer", "null"] })));
    fields.extend(["name", "about"].map(|name| (name, json!({ "type": ["string", "null"] }))));
    object(&fields)
}

fn alarms_schema() -> String {
    let names = json!({ "type": "array", "items": { "type": "string" } });
    let mut fields: Vec<_> = ["active", "begun", "ended"].map(|name| (name, names.clone())).into();
    fields.push(("highest", json!({ "type": ["string", "null"] })));
    fields.push(("sounding", json!({ "type": "boolean" })));
    object(&fields)
}
