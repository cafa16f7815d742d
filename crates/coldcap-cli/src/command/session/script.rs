//! The script: a plan, what happens when, and what is expected.

use super::deeds::{self, Deed};
use super::settings::{self, Setting};
use super::told;
use crate::command::expectation::{Expect, time};
use coldcap_host::plan::table::{self, Table};
use coldcap_host::plan::{Date, PlanFileError};
use coldcap_session::regimen::{self, Cooling, REGIMENS, Row, SOURCES, Source};
use coldcap_session::{
    ControlMode, Density, Hair, HairType, HeadMeasures, Patient, Plan, PlanRequest, PostClock,
    Target,
};
use coldcap_units::Duration;
use toml::Value;

/// A checked script.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    /// What the plan's minutes come from, for people.
    pub(crate) basis: String,
    pub(crate) date: Date,
    pub(crate) steps: Vec<At>,
    pub(crate) expects: Vec<Expect>,
    /// When it is over.
    pub(crate) end: Duration,
}

/// Something that happens.
#[derive(Clone, Debug)]
pub(crate) struct At {
    /// The place of its entry in the file, from 0.
    pub(crate) place: usize,
    pub(crate) time: Duration,
    pub(crate) what: What,
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    Deed(Deed),
    Set(Vec<Setting>),
    PowerOff,
    PowerOn(Gap),
    ClockJump(i64),
}

/// What the machine's clock says of the time without power.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Gap {
    /// It kept the time.
    Kept,
    /// It says so, whatever was.
    Said(Duration),
    /// It is lost.
    Unknown,
}

/// What deeds without figures of their own stand for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Defaults {
    pub(crate) plan: PlanRequest,
    pub(crate) patient: Patient,
    pub(crate) head: HeadMeasures,
}

type Checked<T> = Result<T, PlanFileError>;

impl Script {
    pub(crate) fn parse(text: &str, file: &str) -> Checked<Self> {
        let root = table::read(text, file)?;
        let root = Table::root(&root, file);
        root.only(&[
            "regimen", "source", "plan", "patient", "date", "at", "expect", "until", "title",
        ])?;
        let (plan, basis) = plan(&root)?;
        let patient = patient(&root)?;
        let head = HeadMeasures {
            circumference_mm: 560,
            sagittal_mm: 340,
            coronal_mm: 350,
            hair: patient.hair,
        };
        let defaults = Defaults { plan, patient, head };
        if root.has("title") {
            root.string("title", "a string")?;
        }
        let mut steps = Vec::new();
        for (place, table) in root.tables("at")?.iter().enumerate() {
            let entry = at(table, &defaults)?;
            steps.extend(entry.into_iter().map(|(time, what)| At { place, time, what }));
        }
        steps.sort_by_key(|step| step.time);
        check_power(&root, &steps)?;
        let mut expects = Vec::new();
        for (place, table) in root.tables("expect")?.iter().enumerate() {
            expects.push(Expect::parse(table, place, time(table, "time")?)?);
        }
        expects.sort_by_key(|expect| expect.time);
        let times = steps.iter().map(|step| step.time).chain(expects.iter().map(|one| one.time));
        let last = times.max().unwrap_or_default();
        let end = end(&root, last)?;
        let date = date(&root)?;
        if steps.is_empty() && expects.is_empty() {
            return Err(root.refuse("at", "none".into(), "one [[at]] or [[expect]] at least"));
        }
        Ok(Self { basis, date, steps, expects, end })
    }
}

/// Where the script stops: behind all that it says, or nothing would come of the rest.
fn end(root: &Table<'_>, last: Duration) -> Checked<Duration> {
    if !root.has("until") {
        return Ok(last);
    }
    let end = time(root, "until")?;
    if end < last {
        let allowed =
            format!("no earlier than the last entry, at {}", told::clock(last.as_millis().into()));
        return Err(root.refuse("until", root.string("until", "")?.into(), &allowed));
    }
    Ok(end)
}

/// The power goes and returns in turn: what is off cannot be cut, and what is on does not return.
fn check_power(root: &Table<'_>, steps: &[At]) -> Checked<()> {
    let mut on = true;
    for step in steps {
        let turned = match step.what {
            What::PowerOff => false,
            What::PowerOn(_) => true,
            _ => continue,
        };
        if turned == on {
            let word = if on { "on" } else { "off" };
            let found = format!(
                "{word} at {} while it is {word}",
                told::clock(step.time.as_millis().into())
            );
            let field = format!("at[{}].power", step.place);
            return Err(root.refuse(&field, found, "off and on in turn, beginning with off"));
        }
        on = turned;
    }
    Ok(())
}

fn date(root: &Table<'_>) -> Checked<Date> {
    const ALLOWED: &str = "a string with a real calendar date, YYYY-MM-DD";
    let text = if root.has("date") { root.string("date", ALLOWED)? } else { "2026-01-01" };
    Date::parse(text).ok_or_else(|| root.refuse("date", format!("{text:?}"), ALLOWED))
}

/// The plan that is chosen where a deed names none: by a regimen, by figures, or both.
fn plan(root: &Table<'_>) -> Checked<(PlanRequest, String)> {
    let (plan, basis) = match row(root)? {
        Some(row) => (of_row(root, row)?, format!("{} by {}", name(row), row.source.name())),
        None => (UNNAMED, "the script's own minutes".to_owned()),
    };
    if !root.has("plan") {
        return Ok((plan, basis));
    }
    Ok((figures(&root.table("plan")?, plan)?, basis))
}

/// Half an hour before, an hour after, by the site's own protocol.
const UNNAMED: PlanRequest = PlanRequest {
    regimen: 1,
    source: Source::SITE,
    reason: 0,
    pre: Duration::from_mins(30),
    post: Duration::from_mins(60),
    break_each: Duration::from_mins(10),
    break_total: Duration::from_mins(20),
    target: Target::from_milli(ControlMode::Coolant, -4_000),
    post_clock: PostClock::Cooled,
};

fn name(row: &Row) -> &'static str {
    regimen::regimen(row.regimen).map_or("unknown", |known| known.name)
}

/// The row of the regimen that is named: by its source, or else the table's first.
fn row(root: &Table<'_>) -> Checked<Option<&'static Row>> {
    let Some(value) = root.value("regimen") else {
        return root.absent("source", "only with regimen").map(|()| None);
    };
    let names: Vec<_> = REGIMENS.iter().map(|known| known.name).collect();
    let allowed = format!("1 to {} or one of {}", REGIMENS.len(), names.join(", "));
    let known = REGIMENS.iter().find(|known| match value {
        Value::Integer(id) => i64::from(known.id) == *id,
        Value::String(name) => known.name == name,
        _ => false,
    });
    let known = known.ok_or_else(|| root.refuse("regimen", value.to_string(), &allowed))?;
    let sources: Vec<_> =
        regimen::rows(known.id).map(|row| (row.source.name(), row.source)).collect();
    let first = regimen::rows(known.id).next().map_or(Source::NONE, |row| row.source);
    let source = root.choice_or("source", &sources, first)?;
    Ok(regimen::row(known.id, source))
}

fn of_row(root: &Table<'_>, row: &Row) -> Checked<PlanRequest> {
    let named = PlanRequest { regimen: row.regimen, source: row.source, ..UNNAMED };
    let minutes = |of: regimen::Minutes| Duration::from_mins(u32::from(of.least_min));
    match row.cooling {
        Cooling::Cool { pre, post } => {
            Ok(PlanRequest { pre: pre.map_or(UNNAMED.pre, minutes), post: minutes(post), ..named })
        }
        // The machine itself refuses what must not be cooled: a script may show that.
        Cooling::DoNotCool => Ok(named),
        Cooling::UnderStudy => {
            Err(root.refuse("regimen", name(row).into(), "a regimen with published times"))
        }
    }
}

/// Figures that take the place of those of the regimen.
fn figures(table: &Table<'_>, base: PlanRequest) -> Checked<PlanRequest> {
    table.only(&[
        "pre_min",
        "post_min",
        "break_min",
        "break_total_min",
        "target_c",
        "interface_c",
        "post_clock",
        "source",
        "override_reason",
    ])?;
    let minutes = |field: &str, [low, high]: [Duration; 2], own: Duration| {
        if !table.has(field) {
            return Ok(own);
        }
        table.minutes(field, low.as_mins().into(), high.as_mins().into())
    };
    let sources = SOURCES.iter().map(|citation| (citation.name, citation.source));
    let sources: Vec<_> = sources.chain([("site", Source::SITE), ("none", Source::NONE)]).collect();
    let clocks = [("cooled", PostClock::Cooled), ("elapsed", PostClock::Elapsed)];
    Ok(PlanRequest {
        pre: minutes("pre_min", Plan::PRE, base.pre)?,
        post: minutes("post_min", Plan::POST, base.post)?,
        break_each: minutes("break_min", Plan::BREAK_EACH, base.break_each)?,
        break_total: minutes("break_total_min", Plan::BREAK_TOTAL, base.break_total)?,
        target: target(table, base.target)?,
        post_clock: table.choice_or("post_clock", &clocks, base.post_clock)?,
        source: table.choice_or("source", &sources, base.source)?,
        reason: table.integer_or("override_reason", 1, 127, 0)? as u8,
        ..base
    })
}

fn target(table: &Table<'_>, base: Target) -> Checked<Target> {
    if table.has("interface_c") {
        table.absent("target_c", "only without interface_c")?;
        let milli = table.thousandths("interface_c", 2.0, 10.0)?;
        return Ok(Target::from_milli(ControlMode::Cap, milli as i32));
    }
    if !table.has("target_c") {
        return Ok(base);
    }
    let milli = table.thousandths("target_c", -8.0, 5.0)?;
    Ok(Target::from_milli(ControlMode::Coolant, milli as i32))
}

fn patient(root: &Table<'_>) -> Checked<Patient> {
    let hair = Hair { density: Density::Full, kind: HairType::Ordinary };
    let base = Patient {
        id: 1001,
        calibration: 0,
        session_index: 1,
        session_count: 6,
        hair,
        contraindications: 0,
    };
    if !root.has("patient") {
        return Ok(base);
    }
    let table = root.table("patient")?;
    table.only(&["id", "density", "hair", "contraindications"])?;
    let densities = [
        ("unanswered", Density::Unanswered),
        ("full", Density::Full),
        ("scalp_shows", Density::ScalpShows),
        ("much_shows", Density::MuchShows),
        ("nearly_gone", Density::NearlyGone),
    ];
    let kinds = [
        ("unanswered", HairType::Unanswered),
        ("ordinary", HairType::Ordinary),
        ("thick_or_tightly_curled", HairType::ThickOrTightlyCurled),
    ];
    let hair = Hair {
        density: table.choice_or("density", &densities, Density::Full)?,
        kind: table.choice_or("hair", &kinds, HairType::Ordinary)?,
    };
    let bits = table.integer_or("contraindications", 0, u32::MAX.into(), 0)?;
    Ok(Patient {
        id: table.integer_or("id", 1, i64::MAX, 1001)?.unsigned_abs(),
        hair,
        contraindications: u32::try_from(bits).unwrap_or(u32::MAX),
        ..base
    })
}

const KINDS: [&str; 5] = ["do", "fact", "input", "power", "clock_jump_s"];

/// One entry: one thing, or a power cut that names its own end.
fn at(table: &Table<'_>, defaults: &Defaults) -> Checked<Vec<(Duration, What)>> {
    let time = time(table, "time")?;
    let named: Vec<_> = KINDS.into_iter().filter(|kind| table.has(kind)).collect();
    let [kind] = named[..] else {
        let found = if named.is_empty() { "none".into() } else { named.join(" and ") };
        return Err(table.refuse(
            named.first().unwrap_or(&"do"),
            found,
            "just one of do, fact, input, power, clock_jump_s",
        ));
    };
    let one = |what| vec![(time, what)];
    Ok(match kind {
        "do" => one(What::Deed(deeds::request(table, defaults)?)),
        "fact" => one(What::Deed(deeds::fact(table)?)),
        "input" => {
            table.only(&["time", "input"])?;
            one(What::Set(settings::parse(&table.table("input")?)?))
        }
        "power" => power(table, time)?,
        _ => {
            table.only(&["time", "clock_jump_s"])?;
            one(What::ClockJump(table.integer("clock_jump_s", -1_000_000_000, 1_000_000_000)?))
        }
    })
}

fn power(table: &Table<'_>, time: Duration) -> Checked<Vec<(Duration, What)>> {
    table.only(&["time", "power", "gap_s", "rtc"])?;
    let on = table.choice("power", &[("off", false), ("on", true)])?;
    let said = match table.has("gap_s") {
        true => Some(Duration::from_secs(table.integer("gap_s", 0, 86_400)? as u32)),
        false => None,
    };
    let kept = table.choice_or("rtc", &[("valid", true), ("invalid", false)], true)?;
    let gap = |said: Option<Duration>| match (kept, said) {
        (false, _) => Gap::Unknown,
        (true, Some(gap)) => Gap::Said(gap),
        (true, None) => Gap::Kept,
    };
    if on {
        return Ok(vec![(time, What::PowerOn(gap(said)))]);
    }
    let off = (time, What::PowerOff);
    Ok(match said {
        Some(span) => vec![off, (time.plus(span), What::PowerOn(gap(None)))],
        None => vec![off],
    })
}
