//! What the host of a scenario asks, besides the nurse: the words of a script, as commands over the link.

use coldcap_host::client::{CommandBody, UNSENT};
use coldcap_host::plan::PlanFileError;
use coldcap_host::plan::table::Table;
use coldcap_wire::message::{Action, FactKind, Observe};

/// Every word behind `do`, its button, and the further fields that it takes.
const WORDS: [(&str, Action, &[&str]); 18] = [
    ("start", Action::START, &[]),
    ("worn", Action::WORN, &[]),
    ("not_worn", Action::NOT_WORN, &[]),
    ("pause", Action::PAUSE, &["reason"]),
    ("resume", Action::RESUME, &["reason", "confirm"]),
    ("extend", Action::EXTEND, &["minutes"]),
    ("ease_off", Action::EASE_OFF, &[]),
    ("stop", Action::STOP, &[]),
    ("end_session", Action::END_SESSION, &["reason", "confirm"]),
    ("stop_early", Action::END_SESSION, &["reason", "confirm"]),
    ("confirm_removed", Action::CONFIRM_REMOVED, &["confirm"]),
    ("close", Action::CLOSE, &[]),
    ("clinician_reset", Action::CLINICIAN_RESET, &["confirm"]),
    ("service_reset", Action::SERVICE_RESET, &["confirm"]),
    ("confirm_fit", Action::CONFIRM_FIT, &["confirm"]),
    ("cancel", Action::CANCEL, &[]),
    ("acknowledge", Action::ACKNOWLEDGE, &[]),
    ("audio_pause", Action::AUDIO_PAUSE, &[]),
];

pub(super) fn request(table: &Table<'_>, more: &[&str]) -> Result<CommandBody, PlanFileError> {
    let words = WORDS.map(|(word, action, fields)| (word, (action, fields)));
    let (action, fields) = table.choice("do", &words)?;
    table.only(&[&["time", "do"], fields, more].concat())?;
    let field = if fields.contains(&"minutes") { "minutes" } else { "reason" };
    let argument = match field {
        "minutes" => table.integer(field, 0, 255)?,
        _ => table.integer_or(field, 0, 255, 0)?,
    };
    let pressed = CommandBody::operate_with(action, argument as u16);
    let confirmed = table.has("confirm") && table.boolean("confirm")?;
    Ok(if confirmed { pressed.confirmed() } else { pressed })
}

const FACTS: [(&str, FactKind); 5] = [
    ("drug_started", FactKind::DRUG_STARTED),
    ("drug_ended", FactKind::DRUG_ENDED),
    ("cap_off", FactKind::CAP_OFF),
    ("symptom", FactKind::SYMPTOM),
    ("comfort", FactKind::COMFORT),
];

pub(super) fn fact(table: &Table<'_>, more: &[&str]) -> Result<CommandBody, PlanFileError> {
    let fact = table.choice("fact", &FACTS)?;
    let is_drug = [FactKind::DRUG_STARTED, FactKind::DRUG_ENDED].contains(&fact);
    let fields: &[&str] = match fact {
        _ if is_drug => &["drug", "hair_toxic"],
        FactKind::SYMPTOM | FactKind::COMFORT => &["value"],
        _ => &[],
    };
    table.only(&[&["time", "fact"], fields, more].concat())?;
    let toxic = !table.has("hair_toxic") || table.boolean("hair_toxic")?;
    let value = if fields.contains(&"value") { table.integer("value", 0, 255)? } else { 0 };
    Ok(CommandBody::Observe(Observe {
        head: UNSENT,
        fact,
        drug: if is_drug { table.integer_or("drug", 0, u16::MAX.into(), 1)? as u16 } else { 0 },
        hair_toxic: u8::from(is_drug && toxic),
        value: value as u8,
    }))
}
