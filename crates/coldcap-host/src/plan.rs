//! Plan files: both services of one patient, written in TOML, every field checked.
//!
//! A plan says who comes, what was measured, what is to be cooled and which drugs run when. Minutes may
//! be whole or decimal; they become milliseconds. Every field is required but the mode of control, which
//! says whether `target_c` or `interface_c` is; unknown fields are refused, and a refusal is one line:
//! `FILE:FIELD: VALUE: allowed …`.

mod date;
mod error;
pub mod table;

pub use date::Date;
pub use error::PlanFileError;

use coldcap_session::regimen::{SOURCES, Source};
use coldcap_session::{
    ControlMode, Density, Hair, HairType, HeadMeasures, Plan, PlanRequest, PostClock, Target,
};
use coldcap_units::Duration;
use table::Table;

/// How many drugs a plan may name.
pub const MOST_DRUGS: usize = 4;

/// How many sessions a course may have.
pub const MOST_SESSIONS: u8 = 24;

/// How many breaks a plan may name.
pub const MOST_BREAKS: usize = 16;

/// A drug ends at the latest so many minutes after the machine is ready.
const LATEST_DRUG_MIN: f64 = 480.0;

/// A planned break takes at most so many minutes.
const LONGEST_BREAK_MIN: f64 = 15.0;

const HEAD_MM: [u16; 2] = HeadMeasures::CIRCUMFERENCE_MM;

/// The coolant temperatures of [`Plan::TARGET`], in degrees Celsius.
const TARGET_C: [f64; 2] = [-8.0, 5.0];

/// The interface temperatures of [`Plan::INTERFACE`], in degrees Celsius.
const INTERFACE_C: [f64; 2] = [2.0, 10.0];

/// A checked plan file.
///
/// ```
/// use coldcap_host::plan::PlanFile;
///
/// let text = include_str!("../../../examples/plans/paclitaxel-weekly.toml");
/// let plan = PlanFile::parse(text, "paclitaxel-weekly.toml")?;
/// assert_eq!((plan.patient, plan.treatment.pre.as_mins()), (1001, 30));
/// assert_eq!(plan.treatment.target.to_milli(), -4_000);
///
/// let warm = text.replace("target_c = -4.0", "target_c = 9");
/// let refused = PlanFile::parse(&warm, "warm.toml").unwrap_err();
/// assert_eq!(refused.to_string(), "warm.toml:treatment.target_c: 9: allowed -8 to 5");
/// # Ok::<(), coldcap_host::plan::PlanFileError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanFile {
    /// What the plan is called: 1 to 64 letters, digits, `-`, `_` or `.`, not beginning with a dot.
    /// It may serve as the name of a folder.
    pub name: String,
    /// The regimen's number by its source; 0 where none is named.
    pub regimen: u16,
    /// Whose number and minutes these are: a source of [`coldcap_session::regimen`], or the site's own
    /// where the file names none.
    pub source: Source,
    /// A clinician's reason to go outside of what the source says, 1 to 127; 0 without one.
    pub override_reason: u8,
    /// The pseudonymous number of the patient, 1 to 2⁶³ − 1.
    pub patient: u64,
    /// Which session of the course this is, from 1.
    pub session: u8,
    /// How many sessions the course has, 1 to [`MOST_SESSIONS`].
    pub sessions: u8,
    /// Whether the fit visit alone is meant: then there is no treatment, no drug and no break.
    pub fit_only: bool,
    /// Date of service.
    pub date: Date,
    /// The measured head: circumference 520 to 613 mm, arcs 280 to 420 mm and half to three quarters of it; and the hair on it.
    pub head: HeadMeasures,
    /// The minutes and the target; [`Treatment::NONE`] for a fit visit alone.
    pub treatment: Treatment,
    /// The drugs, in the order of the file: one to four, at least one of them toxic to hair; none for a
    /// fit visit alone.
    pub drugs: Vec<Drug>,
    /// The planned breaks, in the order of the file.
    pub breaks: Vec<Break>,
}

/// The minutes and the target of the session, in the ranges of [`Plan`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Treatment {
    /// Cooling before the infusion, 10 to 60 min.
    pub pre: Duration,
    /// Cooling after the last hair-toxic drug, 10 to 240 min.
    pub post: Duration,
    /// The longest single break, 0 to 15 min.
    pub break_each: Duration,
    /// All breaks together, 0 to 45 min.
    pub break_total: Duration,
    /// What is held: coolant at the supply, −8 to 5 °C, or the cap's inner face, 2 to 10 °C.
    pub target: Target,
}

impl Treatment {
    /// No minutes, and the mild coolant of the fit visit's test.
    pub const NONE: Self = Self {
        pre: Duration::ZERO,
        post: Duration::ZERO,
        break_each: Duration::ZERO,
        break_total: Duration::ZERO,
        target: Target::from_milli(ControlMode::Coolant, 8_000),
    };
}

/// A drug of the infusion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drug {
    /// What people call it.
    pub name: String,
    /// The site's number for it; no other drug of the plan has it.
    pub id: u16,
    /// Whether it can cost the patient hair.
    pub hair_toxic: bool,
    /// When it starts, counted from the moment the machine is ready for the infusion.
    pub start: Duration,
    /// When it ends, on the same clock; later than `start`, at most 480 min.
    pub end: Duration,
}

/// A break that is planned beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Break {
    /// In which phase it is taken.
    pub phase: BreakPhase,
    /// How far into that phase.
    pub at: Duration,
    /// How long it is meant to take: more than zero, at most 15 min.
    pub length: Duration,
}

/// The phases in which a break can be planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BreakPhase {
    /// While a hair-toxic drug runs.
    Infusing,
    /// After the last one.
    PostCool,
}

impl PlanFile {
    /// Reads and checks the text of a plan file. `file_name` only serves the error line.
    ///
    /// # Errors
    /// [`PlanFileError`] for the first thing found wrong: the syntax, an unknown field, a missing one, a
    /// wrong type, a value outside its range or in contradiction to another.
    ///
    /// # Panics
    /// Never.
    pub fn parse(text: &str, file_name: &str) -> Result<Self, PlanFileError> {
        let root = table::read(text, file_name)?;
        let root = Table::root(&root, file_name);
        root.only(&[
            "name",
            "visits",
            "regimen",
            "source",
            "override_reason",
            "patient",
            "session",
            "sessions",
            "date",
            "head",
            "hair",
            "treatment",
            "drug",
            "break",
        ])?;
        let sessions = root.integer("sessions", 1, MOST_SESSIONS.into())? as u8;
        let fit_only = root.choice_or("visits", &[("both", false), ("fit", true)], false)?;
        let (treatment, drugs, breaks) =
            if fit_only { without_treatment(&root)? } else { with_treatment(&root)? };
        let regimen =
            if fit_only { 0 } else { root.integer("regimen", 0, u16::MAX.into())? as u16 };
        Ok(Self {
            name: name(&root)?,
            fit_only,
            regimen,
            source: source(&root)?,
            override_reason: root.integer_or("override_reason", 1, 127, 0)? as u8,
            patient: root.integer("patient", 1, i64::MAX)?.unsigned_abs(),
            session: root.integer("session", 1, sessions.into())? as u8,
            sessions,
            date: date(&root)?,
            head: head(&root)?,
            treatment,
            drugs,
            breaks,
        })
    }

    /// The plan as the machine is asked for it; post-cooling counts cooled minutes.
    #[must_use]
    pub const fn request(&self) -> PlanRequest {
        let Treatment { pre, post, break_each, break_total, target } = self.treatment;
        PlanRequest {
            regimen: self.regimen,
            source: self.source,
            reason: self.override_reason,
            pre,
            post,
            break_each,
            break_total,
            target,
            post_clock: PostClock::Cooled,
        }
    }
}

type Parts = (Treatment, Vec<Drug>, Vec<Break>);

fn with_treatment(root: &Table<'_>) -> Result<Parts, PlanFileError> {
    let treatment = treatment(&root.table("treatment")?)?;
    let drugs = drugs(root)?;
    let breaks = breaks(root, &treatment, &drugs)?;
    Ok((treatment, drugs, breaks))
}

fn without_treatment(root: &Table<'_>) -> Result<Parts, PlanFileError> {
    for field in ["regimen", "source", "override_reason", "treatment", "drug", "break"] {
        root.absent(field, "only with visits = \"both\"")?;
    }
    Ok((Treatment::NONE, Vec::new(), Vec::new()))
}

/// Whose regimen it is. A file that names nobody is the site's own protocol.
fn source(root: &Table<'_>) -> Result<Source, PlanFileError> {
    let table = SOURCES.iter().map(|citation| (citation.name, citation.source));
    let all: Vec<_> = table.chain([("site", Source::SITE)]).collect();
    root.choice_or("source", &all, Source::SITE)
}

fn name(root: &Table<'_>) -> Result<String, PlanFileError> {
    let name = root.string("name", ALLOWED_NAME)?;
    let tame = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if (1..=64).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(tame) {
        return Ok(name.to_owned());
    }
    Err(root.refuse("name", format!("{name:?}"), ALLOWED_NAME))
}

const ALLOWED_NAME: &str = "a string of 1 to 64 letters, digits, '-', '_' or '.', no leading '.'";

/// The field `date` of a table.
pub(crate) fn date(table: &Table<'_>) -> Result<Date, PlanFileError> {
    const ALLOWED: &str = "a string with a real calendar date, YYYY-MM-DD";
    let text = table.string("date", ALLOWED)?;
    Date::parse(text).ok_or_else(|| table.refuse("date", format!("{text:?}"), ALLOWED))
}

/// The field `density` of a table.
pub(crate) fn density(table: &Table<'_>) -> Result<Density, PlanFileError> {
    let answered = [Density::Full, Density::ScalpShows, Density::MuchShows, Density::NearlyGone];
    table.choice("density", &answered.map(|density| (density_name(density), density)))
}

/// What a density is called in files.
pub(crate) const fn density_name(density: Density) -> &'static str {
    match density {
        Density::Unanswered => "unanswered",
        Density::Full => "full",
        Density::ScalpShows => "scalp_shows",
        Density::MuchShows => "much_shows",
        Density::NearlyGone => "nearly_gone",
    }
}

fn head(root: &Table<'_>) -> Result<HeadMeasures, PlanFileError> {
    let head = root.table("head")?;
    head.only(&["circumference_mm", "sagittal_mm", "coronal_mm"])?;
    let millimetres = |field, [low, high]: [u16; 2]| {
        head.integer(field, low.into(), high.into()).map(|value| value as u16)
    };
    let circumference_mm = millimetres("circumference_mm", HEAD_MM)?;
    // The device's own rule: what it would refuse at the visit is refused where it was written.
    let arcs = HeadMeasures::arcs_mm(circumference_mm);
    Ok(HeadMeasures {
        circumference_mm,
        sagittal_mm: millimetres("sagittal_mm", arcs)?,
        coronal_mm: millimetres("coronal_mm", arcs)?,
        hair: hair(&root.table("hair")?)?,
    })
}

fn hair(table: &Table<'_>) -> Result<Hair, PlanFileError> {
    table.only(&["density", "type"])?;
    let density = density(table)?;
    let kind = table.choice(
        "type",
        &[
            ("ordinary", HairType::Ordinary),
            ("thick_or_tightly_curled", HairType::ThickOrTightlyCurled),
        ],
    )?;
    Ok(Hair { density, kind })
}

fn treatment(table: &Table<'_>) -> Result<Treatment, PlanFileError> {
    table.only(&[
        "pre_min",
        "post_min",
        "break_min",
        "break_total_min",
        "mode",
        "target_c",
        "interface_c",
    ])?;
    let minutes = |field, [low, high]: [Duration; 2]| {
        table.minutes(field, low.as_mins().into(), high.as_mins().into())
    };
    Ok(Treatment {
        pre: minutes("pre_min", Plan::PRE)?,
        post: minutes("post_min", Plan::POST)?,
        break_each: minutes("break_min", Plan::BREAK_EACH)?,
        break_total: minutes("break_total_min", Plan::BREAK_TOTAL)?,
        target: target(table)?,
    })
}

/// The temperature of the mode, and none of the other one.
fn target(table: &Table<'_>) -> Result<Target, PlanFileError> {
    let modes = ControlMode::ALL.map(|mode| (mode.name(), mode));
    let mode = table.choice_or("mode", &modes, ControlMode::Coolant)?;
    let (held, [coldest, warmest], other, allowed) = match mode {
        ControlMode::Coolant => ("target_c", TARGET_C, "interface_c", "only with mode = \"cap\""),
        ControlMode::Cap => {
            ("interface_c", INTERFACE_C, "target_c", "only with mode = \"coolant\"")
        }
    };
    table.absent(other, allowed)?;
    Ok(Target::from_milli(mode, table.thousandths(held, coldest, warmest)? as i32))
}

fn drugs(root: &Table<'_>) -> Result<Vec<Drug>, PlanFileError> {
    let tables = root.tables("drug")?;
    let found = tables.len();
    let drugs = tables.iter().map(drug).collect::<Result<Vec<_>, _>>()?;
    if !(1..=MOST_DRUGS).contains(&found) || !drugs.iter().any(|drug| drug.hair_toxic) {
        let toxic = drugs.iter().filter(|drug| drug.hair_toxic).count();
        let value = format!("{found} drugs, {toxic} of them hair_toxic");
        return Err(root.refuse("drug", value, "1 to 4 drugs, at least 1 of them hair_toxic"));
    }
    for (table, drug) in tables.iter().zip(&drugs) {
        if drugs.iter().filter(|other| other.id == drug.id).count() > 1 {
            let allowed = "a number that no other drug of the plan has";
            return Err(table.refuse("id", drug.id.to_string(), allowed));
        }
    }
    Ok(drugs)
}

fn drug(table: &Table<'_>) -> Result<Drug, PlanFileError> {
    table.only(&["name", "id", "hair_toxic", "start_min", "end_min"])?;
    let start = table.minutes("start_min", 0.0, LATEST_DRUG_MIN)?;
    let end = table.minutes("end_min", 0.0, LATEST_DRUG_MIN)?;
    if start >= end {
        return Err(table.refuse(
            "end_min",
            minutes_text(end),
            &format!("later than start_min, which is {}, up to 480", minutes_text(start)),
        ));
    }
    Ok(Drug {
        name: table.string("name", "a string")?.to_owned(),
        id: table.integer("id", 0, u16::MAX.into())? as u16,
        hair_toxic: table.boolean("hair_toxic")?,
        start,
        end,
    })
}

fn breaks(
    root: &Table<'_>,
    treatment: &Treatment,
    drugs: &[Drug],
) -> Result<Vec<Break>, PlanFileError> {
    let tables = root.tables("break")?;
    if tables.len() > MOST_BREAKS {
        return Err(root.refuse("break", format!("{} breaks", tables.len()), "at most 16 breaks"));
    }
    tables.iter().map(|table| planned_break(table, treatment, drugs)).collect()
}

fn planned_break(
    table: &Table<'_>,
    treatment: &Treatment,
    drugs: &[Drug],
) -> Result<Break, PlanFileError> {
    table.only(&["phase", "at_min", "minutes"])?;
    let phase = table.choice(
        "phase",
        &[("infusing", BreakPhase::Infusing), ("post_cool", BreakPhase::PostCool)],
    )?;
    let at = table.minutes("at_min", 0.0, LATEST_DRUG_MIN)?;
    let length = table.minutes("minutes", 0.0, LONGEST_BREAK_MIN)?;
    if length.is_zero() {
        return Err(table.refuse("minutes", minutes_text(length), "more than 0, up to 15"));
    }
    // The drip goes on during a break, so this one must end before it does; the post clock stops.
    let latest = match phase {
        BreakPhase::Infusing => infusion_length(drugs).minus(length),
        BreakPhase::PostCool => treatment.post.minus(Duration::from_millis(1)),
    };
    if at > latest {
        let allowed = outside_phase(phase, treatment, drugs);
        return Err(table.refuse("at_min", minutes_text(at), &allowed));
    }
    Ok(Break { phase, at, length })
}

fn outside_phase(phase: BreakPhase, treatment: &Treatment, drugs: &[Drug]) -> String {
    match phase {
        BreakPhase::Infusing => format!(
            "a break that ends within the {} minutes of infusing",
            minutes_text(infusion_length(drugs))
        ),
        BreakPhase::PostCool => {
            format!("less than post_min, which is {}", minutes_text(treatment.post))
        }
    }
}

/// From the start of the first hair-toxic drug to the end of the last one.
fn infusion_length(drugs: &[Drug]) -> Duration {
    let toxic = || drugs.iter().filter(|drug| drug.hair_toxic);
    let start = toxic().map(|drug| drug.start).min().unwrap_or_default();
    let end = toxic().map(|drug| drug.end).max().unwrap_or_default();
    end.minus(start)
}

fn minutes_text(span: Duration) -> String {
    (f64::from(span.as_millis()) / 60_000.0).to_string()
}
