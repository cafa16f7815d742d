//! What people do and see: the words of a script, as the commands of the machine.

use super::script::Defaults;
use coldcap::Action;
use coldcap_host::plan::PlanFileError;
use coldcap_host::plan::table::Table;
use coldcap_session::{Amendment, Fact, Mark, Reason, Request, Role};
use coldcap_units::Duration;

/// One command, under the word that the script has for it.
#[derive(Clone, Debug)]
pub(crate) struct Deed {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) action: Action,
}

type Checked<T> = Result<T, PlanFileError>;

/// The codes above it are the machine's own.
const LARGEST_REASON: i64 = Reason::LARGEST_OPERATOR_CODE as i64;

/// Every word behind `do`, and the further fields that it takes.
const WORDS: [(&str, &[&str]); 23] = [
    ("start_fit", &[]),
    ("measure", &[]),
    ("confirm_fit", &["confirm"]),
    ("select_patient", &["reason"]),
    ("choose_plan", &[]),
    ("start", &[]),
    ("worn", &[]),
    ("not_worn", &[]),
    ("pause", &["reason"]),
    ("resume", &["confirm", "reason"]),
    ("extend", &["minutes"]),
    ("ease_off", &[]),
    ("stop", &[]),
    ("end_session", &["reason", "confirm"]),
    ("stop_early", &["reason", "confirm"]),
    ("confirm_removed", &["confirm"]),
    ("close", &[]),
    ("clinician_reset", &["confirm"]),
    ("service_reset", &["confirm"]),
    ("cancel", &[]),
    ("acknowledge", &[]),
    ("audio_pause", &[]),
    ("amend", &["mark", "drug", "earlier_min", "reason"]),
];

const ROLES: [(&str, Role); 5] = [
    ("observer", Role::Observer),
    ("nurse", Role::Nurse),
    ("clinician", Role::Clinician),
    ("service", Role::Service),
    ("panel", Role::Panel),
];

pub(crate) fn request(table: &Table<'_>, defaults: &Defaults) -> Checked<Deed> {
    let words = WORDS.map(|(word, fields)| (word, (word, fields)));
    let (word, fields) = table.choice("do", &words)?;
    table.only(&[&["time", "do", "role"], fields].concat())?;
    let confirm = || if table.has("confirm") { table.boolean("confirm") } else { Ok(false) };
    let reason = || table.integer_or("reason", 0, LARGEST_REASON, 0).map(|reason| reason as u8);
    let action = match word {
        "acknowledge" => Action::AcknowledgeAlarms,
        "audio_pause" => Action::PauseAudio,
        _ => Action::Request(match word {
            "start_fit" => Request::StartFit,
            "measure" => Request::Measure(defaults.head),
            "confirm_fit" => Request::ConfirmFit { confirm: confirm()? },
            "select_patient" => {
                Request::SelectPatient { patient: defaults.patient, reason: reason()? }
            }
            "choose_plan" => Request::ChoosePlan(defaults.plan),
            "start" => Request::Start,
            "worn" => Request::Worn(true),
            "not_worn" => Request::Worn(false),
            "pause" => Request::Pause(reason()?),
            "resume" => Request::Resume { reason: reason()?, confirm: confirm()? },
            "extend" => Request::Extend(table.integer("minutes", 0, 255)? as u8),
            "ease_off" => Request::EaseOff,
            "end_session" | "stop_early" => {
                Request::EndSession { reason: reason()?, confirm: confirm()? }
            }
            "confirm_removed" => Request::ConfirmRemoved,
            "close" => Request::Close,
            "clinician_reset" => Request::ClinicianReset { confirm: confirm()? },
            "service_reset" => Request::ServiceReset { confirm: confirm()? },
            "cancel" => Request::Cancel,
            "amend" => Request::Amend(amendment(table)?),
            _ => Request::Stop,
        }),
    };
    let own = match word {
        "clinician_reset" | "confirm_fit" => Role::Clinician,
        "service_reset" => Role::Service,
        _ => Role::Nurse,
    };
    Ok(Deed { name: word.to_owned(), role: table.choice_or("role", &ROLES, own)?, action })
}

fn amendment(table: &Table<'_>) -> Checked<Amendment> {
    let marks = [("drug_started", Mark::Started), ("drug_ended", Mark::Ended)];
    Ok(Amendment {
        mark: table.choice("mark", &marks)?,
        drug: table.integer_or("drug", 0, u16::MAX.into(), 1)? as u16,
        earlier: Duration::from_secs(table.minutes("earlier_min", 0.0, 1_440.0)?.as_secs()),
        reason: table.integer_or("reason", 0, LARGEST_REASON, 1)? as u8,
    })
}

/// Every word behind `fact`.
const FACTS: [&str; 5] = ["drug_started", "drug_ended", "cap_off", "symptom", "comfort"];

pub(crate) fn fact(table: &Table<'_>) -> Checked<Deed> {
    let word = table.choice("fact", &FACTS.map(|word| (word, word)))?;
    let fields: &[&str] = match word {
        "drug_started" | "drug_ended" => &["drug", "hair_toxic"],
        "symptom" | "comfort" => &["value"],
        _ => &[],
    };
    table.only(&[&["time", "fact", "role"], fields].concat())?;
    let drug = || table.integer_or("drug", 0, u16::MAX.into(), 1).map(|drug| drug as u16);
    let toxic = || if table.has("hair_toxic") { table.boolean("hair_toxic") } else { Ok(true) };
    let value = || table.integer("value", 0, 255).map(|value| value as u8);
    let fact = match word {
        "drug_started" => Fact::DrugStarted { drug: drug()?, hair_toxic: toxic()? },
        "drug_ended" => Fact::DrugEnded { drug: drug()?, hair_toxic: toxic()? },
        "symptom" => Fact::Symptom(value()?),
        "comfort" => Fact::Comfort(value()?),
        _ => Fact::CapOff,
    };
    let role = table.choice_or("role", &ROLES, Role::Nurse)?;
    Ok(Deed { name: word.to_owned(), role, action: Action::Fact(fact) })
}
