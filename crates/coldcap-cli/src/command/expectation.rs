//! What a script or a scenario expects, and whether it is so.

use coldcap::{Drives, Glance, Outputs, Phase};
use coldcap_guard::{Condition, alarm::Priority};
use coldcap_host::plan::PlanFileError;
use coldcap_host::plan::table::Table;
use coldcap_units::Duration;
use coldcap_wire::message::Vocabulary;
use serde_json::{Value, json};

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
    pub(crate) fn of(self, driven: &Driven) -> &'static str {
        let switched = |on: bool| SWITCHED[usize::from(on)];
        match self {
            Self::Pump => switched(!driven.drives.channels[0].pump.is_off()),
            Self::Chiller => switched(!driven.drives.chiller.is_off()),
            Self::Power => switched(driven.drives.permit),
            Self::Sound => SOUNDS[usize::from(driven.sounding).min(SOUNDS.len() - 1)],
        }
    }
}

/// What a machine drives, and the priority of what it plays: 0 for nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Driven {
    pub(crate) drives: Drives<1>,
    pub(crate) sounding: u8,
}

impl From<&Outputs<1>> for Driven {
    fn from(outputs: &Outputs<1>) -> Self {
        Self { drives: outputs.drives, sounding: outputs.machine.sounding as u8 }
    }
}

impl From<&Glance<1>> for Driven {
    fn from(glance: &Glance<1>) -> Self {
        Self { drives: glance.drives, sounding: glance.sounding }
    }
}

/// An expectation that was looked at.
#[derive(Clone, Debug)]
pub(crate) struct Met {
    pub(crate) place: usize,
    pub(crate) at_ms: u32,
    pub(crate) field: &'static str,
    pub(crate) judged: Judged,
}

/// What was expected, what was there, and whether that is as expected.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    wanted: String,
    found: String,
    pub(crate) met: bool,
}

impl Met {
    pub(crate) fn document(&self) -> Value {
        let Judged { wanted, found, met } = &self.judged;
        json!({
            "t_ms": self.at_ms, "field": self.field, "met": met, "wanted": wanted, "found": found,
        })
    }

    /// What is wrong, in one line.
    pub(crate) fn failed(&self) -> Option<String> {
        let Judged { wanted, found, met } = &self.judged;
        let line =
            || format!("expect[{}].{}: {found}: allowed is {wanted}", self.place, self.field);
        (!met).then(line)
    }
}

/// What is known at a moment.
pub(crate) struct Now<'a> {
    pub(crate) phase: Phase,
    /// Of the last tick; `None` while the power is away.
    pub(crate) driven: Option<Driven>,
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

    fn judge(&self, now: &Now<'_>) -> Judged {
        let same = |wanted: &str, found: &str| Judged {
            wanted: wanted.to_owned(),
            found: found.to_owned(),
            met: wanted == found,
        };
        let alarms = |wanted: String, met| Judged { wanted, found: listed(now.alarms), met };
        let is_active = |wanted: &Condition, least: Option<Priority>| {
            let mut active = now.alarms.iter().filter(|(condition, _)| condition == wanted);
            active.any(|(_, found)| least.is_none_or(|least| *found >= least))
        };
        match &self.what {
            Wanted::Phase(phase) => same(phase.name(), now.phase.name()),
            Wanted::Alarm(condition, least) => {
                let wanted = format!("{condition} {}", least.map_or("", Priority::name));
                alarms(wanted.trim().to_owned(), is_active(condition, *least))
            }
            Wanted::NoAlarm(condition) => {
                alarms(format!("no {condition}"), !is_active(condition, None))
            }
            Wanted::Silence => alarms("no alarm".into(), now.alarms.is_empty()),
            Wanted::Refused(reason) => same(reason, now.refused.unwrap_or("accepted")),
            Wanted::Outputs(list) => {
                let drives = |output: Output| now.driven.map_or("off", |driven| output.of(&driven));
                let found = list.iter().map(|(output, _)| (*output, drives(*output)));
                same(&told(list.iter().copied()), &told(found))
            }
        }
    }

    /// What came of it.
    pub(crate) fn met(&self, now: &Now<'_>) -> Met {
        self.seen(self.judge(now))
    }

    /// The visit was over before it was time.
    pub(crate) fn missed(&self) -> Met {
        let (wanted, found) = ("a visit that is not over by then".into(), "it is over".into());
        self.seen(Judged { wanted, found, met: false })
    }

    fn seen(&self, judged: Judged) -> Met {
        let (place, at_ms, field) = (self.place, self.time.as_millis(), self.field());
        Met { place, at_ms, field, judged }
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

/// Outputs with what they do, in words.
fn told(outputs: impl Iterator<Item = (Output, &'static str)>) -> String {
    let words = outputs.map(|(output, word)| format!("{} {word}", output.name()));
    words.collect::<Vec<_>>().join(", ")
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

/// `HH:MM:SS`, with tenths of a second if need be, up to a day.
pub(crate) fn time(table: &Table<'_>, field: &str) -> Checked<Duration> {
    const ALLOWED: &str = "a string HH:MM:SS, up to 24:00:00, tenths behind a point";
    let text = table.string(field, ALLOWED)?;
    let parsed = clock(text).filter(|time| *time <= LONGEST);
    parsed.ok_or_else(|| table.refuse(field, format!("{text:?}"), ALLOWED))
}

/// A script lasts at most a day.
const LONGEST: Duration = Duration::from_mins(24 * 60);

fn clock(text: &str) -> Option<Duration> {
    let (whole, tenth) = match text.split_once('.') {
        Some((whole, tenth)) if tenth.len() == 1 => (whole, digits(tenth)?),
        Some(_) => return None,
        None => (text, 0),
    };
    let parts: Vec<&str> = whole.split(':').collect();
    let [hours, minutes, seconds] = parts.try_into().ok()?;
    let all = [hours, minutes, seconds];
    let fits = all.iter().all(|part| part.len() == 2);
    let [hours, minutes, seconds] = [digits(hours)?, digits(minutes)?, digits(seconds)?];
    let real = fits && minutes < 60 && seconds < 60;
    real.then(|| {
        Duration::from_millis(((hours * 60 + minutes) * 60 + seconds) * 1_000 + tenth * 100)
    })
}

fn digits(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}
