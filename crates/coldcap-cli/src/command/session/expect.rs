//! What a script expects, and whether it is so.

use coldcap::{Outputs, Phase};
use coldcap_guard::{Condition, alarm::Priority};
use coldcap_host::plan::PlanFileError;
use coldcap_host::plan::table::Table;
use coldcap_units::Duration;
use coldcap_wire::message::Vocabulary;

/// One expectation.
#[derive(Clone, Debug)]
pub(crate) struct Expect {
    /// Its place in the file, from 0.
    pub(crate) place: usize,
    pub(crate) time: Duration,
    pub(crate) what: Wanted,
}

#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    Phase(Phase),
    /// This alarm, and where it is said, no less urgent than this.
    Alarm(Condition, Option<Priority>),
    NoAlarm(Condition),
    Silence,
    Refused(&'static str),
    Outputs(Vec<(Output, &'static str)>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    Pump,
    Chiller,
    Power,
    Sound,
}

const SWITCHED: [&str; 2] = ["off", "on"];
const SOUNDS: [&str; 4] = ["none", "low", "medium", "high"];

impl Output {
    const ALL: [(&'static str, Self); 4] = [
        ("pump", Self::Pump),
        ("chiller", Self::Chiller),
        ("power", Self::Power),
        ("sound", Self::Sound),
    ];

    const fn words(self) -> &'static [&'static str] {
        if matches!(self, Self::Sound) { &SOUNDS } else { &SWITCHED }
    }

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, one)| *one == self).map_or("", |(name, _)| name)
    }

    /// What it is now.
    pub(crate) fn of(self, outputs: &Outputs<1>) -> &'static str {
        let switched = |on: bool| SWITCHED[usize::from(on)];
        match self {
            Self::Pump => switched(!outputs.drives.channels[0].pump.is_off()),
            Self::Chiller => switched(!outputs.drives.chiller.is_off()),
            Self::Power => switched(outputs.drives.permit),
            Self::Sound => SOUNDS[usize::from(outputs.machine.sounding as u8)],
        }
    }
}

/// What is known at a moment.
pub(crate) struct Now<'a> {
    pub(crate) phase: Phase,
    /// The last tick; `None` while the power is away.
    pub(crate) outputs: Option<&'a Outputs<1>>,
    /// The alarms that are active, with their priority.
    pub(crate) alarms: &'a [(Condition, Priority)],
    /// How the last request was refused, if it was.
    pub(crate) refused: Option<&'static str>,
}

type Checked<T> = Result<T, PlanFileError>;

const KINDS: [&str; 5] = ["phase", "alarm", "no_alarm", "refused", "output"];

impl Expect {
    pub(crate) fn parse(table: &Table<'_>, place: usize, time: Duration) -> Checked<Self> {
        let named: Vec<_> = KINDS.into_iter().filter(|kind| table.has(kind)).collect();
        let [kind] = named[..] else {
            let found = if named.is_empty() { "none".into() } else { named.join(" and ") };
            let allowed = format!("just one of {}", KINDS.join(", "));
            return Err(table.refuse(named.first().unwrap_or(&"phase"), found, &allowed));
        };
        let more: &[&str] =
            if kind == "alarm" { &["time", "alarm", "priority"] } else { &["time", kind] };
        table.only(more)?;
        let what = match kind {
            "phase" => {
                Wanted::Phase(table.choice("phase", &Phase::ALL.map(|one| (one.name(), one)))?)
            }
            "alarm" => alarm(table)?,
            "no_alarm" => Wanted::NoAlarm(table.choice("no_alarm", &conditions())?),
            "refused" => Wanted::Refused(table.choice("refused", &refusals())?),
            _ => Wanted::Outputs(outputs(table)?),
        };
        Ok(Self { place, time, what })
    }

    /// What is wrong, in a few words; `None` where it is as expected.
    pub(crate) fn differs(&self, now: &Now<'_>) -> Option<(String, String)> {
        let (wanted, found) = match &self.what {
            Wanted::Phase(phase) => (phase.name().to_owned(), now.phase.name().to_owned()),
            Wanted::Alarm(condition, priority) => {
                let active = now.alarms.iter().find(|(active, _)| active == condition);
                let met =
                    active.is_some_and(|(_, found)| priority.is_none_or(|least| *found >= least));
                if met {
                    return None;
                }
                let least = priority.map_or("", Priority::name);
                (format!("{condition} {least}").trim().to_owned(), listed(now.alarms))
            }
            Wanted::NoAlarm(condition) => {
                let active = now.alarms.iter().any(|(active, _)| active == condition);
                if !active {
                    return None;
                }
                (format!("no {condition}"), listed(now.alarms))
            }
            Wanted::Silence if now.alarms.is_empty() => return None,
            Wanted::Silence => ("no alarm".into(), listed(now.alarms)),
            Wanted::Refused(reason) => {
                ((*reason).to_owned(), now.refused.unwrap_or("accepted").to_owned())
            }
            Wanted::Outputs(list) => {
                let found =
                    |output: Output| now.outputs.map_or("off", |outputs| output.of(outputs));
                let wrong = list.iter().find(|(output, word)| found(*output) != *word)?;
                let told = |word| format!("{} {word}", wrong.0.name());
                (told(wrong.1), told(found(wrong.0)))
            }
        };
        (wanted != found).then_some((wanted, found))
    }

    /// The field that names it.
    pub(crate) const fn field(&self) -> &'static str {
        match self.what {
            Wanted::Phase(_) => "phase",
            Wanted::Alarm(..) | Wanted::Silence => "alarm",
            Wanted::NoAlarm(_) => "no_alarm",
            Wanted::Refused(_) => "refused",
            Wanted::Outputs(_) => "output",
        }
    }
}

fn listed(alarms: &[(Condition, Priority)]) -> String {
    let names: Vec<_> = alarms
        .iter()
        .map(|(condition, priority)| format!("{condition} {}", priority.name()))
        .collect();
    if names.is_empty() { "no alarm".into() } else { names.join(", ") }
}

fn conditions() -> Vec<(&'static str, Condition)> {
    Condition::ALL.into_iter().map(|condition| (condition.name(), condition)).collect()
}

fn alarm(table: &Table<'_>) -> Checked<Wanted> {
    let all = conditions().into_iter().map(|(name, condition)| (name, Some(condition)));
    let all: Vec<_> = all.chain([("none", None)]).collect();
    let levels =
        [Priority::Low, Priority::Medium, Priority::High].map(|one| (one.name(), Some(one)));
    let priority = table.choice_or("priority", &levels, None)?;
    Ok(match table.choice("alarm", &all)? {
        Some(condition) => Wanted::Alarm(condition, priority),
        None => Wanted::Silence,
    })
}

/// The words of the wire for refusals.
fn refusals() -> Vec<(&'static str, &'static str)> {
    let words = Vocabulary::named("refusal").map_or(&[][..], |known| known.words);
    words.iter().filter(|word| word.code != 0).map(|word| (word.name, word.name)).collect()
}

/// `pump_off`, or a table of several.
fn outputs(table: &Table<'_>) -> Checked<Vec<(Output, &'static str)>> {
    let all = Output::ALL.iter().flat_map(|(name, output)| {
        let known = output.words().iter();
        known.map(move |word| (format!("{name}_{word}"), (*output, *word)))
    });
    let all: Vec<(String, (Output, &'static str))> = all.collect();
    if !matches!(table.value("output"), Some(toml::Value::Table(_))) {
        let words: Vec<_> = all.iter().map(|(word, what)| (word.as_str(), *what)).collect();
        return Ok(vec![table.choice("output", &words)?]);
    }
    let inner = table.table("output")?;
    inner.only(&Output::ALL.map(|(name, _)| name))?;
    let listed = Output::ALL.iter().filter(|(name, _)| inner.has(name));
    let one = |(name, output): &(&str, Output)| {
        let words: Vec<_> = output.words().iter().map(|word| (*word, *word)).collect();
        Ok((*output, inner.choice(name, &words)?))
    };
    listed.map(one).collect()
}
