//! What the sensors are made to say, held until it is changed.

use coldcap_host::plan::PlanFileError;
use coldcap_host::plan::table::Table;
use coldcap_units::Fault;
use toml::Value;

/// What one sensor says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Say<T> {
    /// What the small machine does.
    #[default]
    Own,
    /// This, whatever it does.
    Held(T),
    /// That it has failed.
    Failed(Fault),
    /// What it said last, with no tremor in it.
    Frozen,
}

/// One change.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) name: String,
    pub(crate) to: To,
    /// As the script has it.
    pub(crate) text: String,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum To {
    /// Thousandths of a degree.
    Degrees(Thermometer, Say<i32>),
    /// Millilitres a minute.
    Flow(Say<u16>),
    Switch(Switch, Say<bool>),
    /// Thousandths of a full charge.
    Battery(Say<u16>),
    Link(Link),
    /// The chiller runs on although it is told to stop.
    ChillerStuck(bool),
    /// The path of the permit is closed although it is told to open.
    PermitStuck(bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thermometer {
    Front,
    Rear,
    Safety,
    Supply,
    Returned,
    Tank,
    Evaporator,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Switch {
    Leak,
    Coupled,
    Mains,
    Level,
}

/// How the screen is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Link {
    /// It answers.
    #[default]
    Up,
    /// Nothing comes from it.
    Lost,
    /// It shows what it showed, and answers nothing new.
    Frozen,
}

type Checked<T> = Result<T, PlanFileError>;

const FIELDS: [&str; 16] = [
    "front_c",
    "rear_c",
    "safety_c",
    "supply_c",
    "return_c",
    "evaporator_c",
    "flow",
    "tank",
    "leak",
    "cap",
    "link",
    "battery",
    "mains",
    "level",
    "chiller",
    "permit",
];

pub(crate) fn parse(table: &Table<'_>) -> Checked<Vec<Setting>> {
    table.only(&FIELDS)?;
    let setting = |name: &str| {
        let text = table.value(name).map_or(String::new(), Value::to_string);
        Ok(Setting { name: name.to_owned(), to: to(table, name)?, text })
    };
    table.fields().map(setting).collect()
}

fn to(table: &Table<'_>, name: &str) -> Checked<To> {
    let degrees = |thermometer, words: &[(&str, f64)]| {
        let say = number(table, name, words, [-40.0, 60.0])?;
        Ok(To::Degrees(thermometer, map(say, |c| (c * 1_000.0).round() as i32)))
    };
    let switch = |of, words: &[(&str, bool)]| Ok(To::Switch(of, choice(table, name, words)?));
    match name {
        "front_c" => degrees(Thermometer::Front, &[]),
        "rear_c" => degrees(Thermometer::Rear, &[]),
        "safety_c" => degrees(Thermometer::Safety, &[]),
        "supply_c" => degrees(Thermometer::Supply, &[]),
        "return_c" => degrees(Thermometer::Returned, &[]),
        "evaporator_c" => degrees(Thermometer::Evaporator, &[]),
        "tank" => degrees(Thermometer::Tank, &[("ready", -8.0), ("cold", -8.0), ("warm", 15.0)]),
        "flow" => flow(table, name),
        "leak" => switch(Switch::Leak, &[("dry", false), ("wet", true)]),
        "cap" => switch(Switch::Coupled, &[("coupled", true), ("uncoupled", false)]),
        "mains" => switch(Switch::Mains, &[("on", true), ("off", false)]),
        "level" => switch(Switch::Level, &[("ok", true), ("low", false)]),
        "battery" => {
            let say = number(table, name, &[("ok", 1_000.0), ("low", 100.0)], [0.0, 1_000.0])?;
            Ok(To::Battery(map(say, |permille| permille as u16)))
        }
        "link" => {
            let words = [("up", Link::Up), ("lost", Link::Lost), ("frozen", Link::Frozen)];
            table.choice(name, &words).map(To::Link)
        }
        "chiller" => {
            table.choice(name, &[("own", false), ("stuck_on", true)]).map(To::ChillerStuck)
        }
        _ => table.choice(name, &[("own", false), ("stuck_closed", true)]).map(To::PermitStuck),
    }
}

/// A free hose is the small machine's own affair: coolant moves when the pump runs.
fn flow(table: &Table<'_>, name: &str) -> Checked<To> {
    if let Some(Value::String(word)) = table.value(name)
        && word == "ok"
    {
        return Ok(To::Flow(Say::Own));
    }
    let say = number(table, name, &[("none", 0.0), ("low", 200.0)], [0.0, 5_000.0])?;
    Ok(To::Flow(map(say, |flow| flow as u16)))
}

fn map<A, B>(say: Say<A>, change: impl FnOnce(A) -> B) -> Say<B> {
    match say {
        Say::Own => Say::Own,
        Say::Held(value) => Say::Held(change(value)),
        Say::Failed(fault) => Say::Failed(fault),
        Say::Frozen => Say::Frozen,
    }
}

/// A word that every sensor has: `own`, `stuck`, or the name of a fault.
fn common<T>(word: &str) -> Option<Say<T>> {
    match word {
        "own" => Some(Say::Own),
        "stuck" => Some(Say::Frozen),
        _ => {
            let fault = Fault::ALL.into_iter().find(|fault| fault.name() == word);
            fault.map(Say::Failed)
        }
    }
}

fn faults() -> String {
    let names: Vec<_> = Fault::ALL.into_iter().map(Fault::name).collect();
    format!("own, stuck or a fault: {}", names.join(", "))
}

fn number(
    table: &Table<'_>,
    name: &str,
    words: &[(&str, f64)],
    [low, high]: [f64; 2],
) -> Checked<Say<f64>> {
    let value = table.value(name);
    let held = match value {
        Some(Value::Integer(number)) => Some(*number as f64),
        Some(Value::Float(number)) => Some(*number),
        Some(Value::String(word)) => {
            let class = words.iter().find(|(known, _)| known == word);
            match (class, common(word)) {
                (Some((_, number)), _) => Some(*number),
                (None, Some(say)) => return Ok(say),
                (None, None) => None,
            }
        }
        _ => None,
    };
    held.filter(|held| (low..=high).contains(held)).map(Say::Held).ok_or_else(|| {
        let classes: String = words.iter().map(|(word, _)| format!("{word}, ")).collect();
        let allowed = format!("{low} to {high}, {classes}{}", faults());
        table.refuse(name, value.map_or(String::new(), Value::to_string), &allowed)
    })
}

fn choice(table: &Table<'_>, name: &str, words: &[(&str, bool)]) -> Checked<Say<bool>> {
    let value = table.value(name);
    let held = match value {
        Some(Value::Boolean(held)) => Some(Say::Held(*held)),
        Some(Value::String(word)) => {
            let class = words.iter().find(|(known, _)| known == word);
            class.map(|(_, held)| Say::Held(*held)).or_else(|| common(word))
        }
        _ => None,
    };
    held.ok_or_else(|| {
        let classes: String = words.iter().map(|(word, _)| format!("{word}, ")).collect();
        let allowed = format!("true, false, {classes}{}", faults());
        table.refuse(name, value.map_or(String::new(), Value::to_string), &allowed)
    })
}
