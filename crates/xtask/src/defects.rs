//! Planted defects: patches of the sources that ship, each found by the explorer in a copy.

pub(crate) mod copy;
mod page;
pub(crate) mod patch;

use crate::shell::{self, Checked, Outcome};
use copy::{Copy, Said};
use core::error::Error;
use patch::Patch;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Instant;

type Done<T> = Result<T, Box<dyn Error>>;

const FOLDER: &str = "crates/coldcap-explore/defects";
/// No way to a defect may be longer.
const LONGEST_WAY: usize = 15;
/// The fewest defects that there must be.
const FEWEST: usize = 25;
/// What continuous integration plants: one in each crate that decides.
const SMALL: [&str; 3] = ["arbiter-warmest-wish", "alarm-first-not-worst", "guard-freeze-ignored"];

/// What was found in a copy with a defect.
pub(crate) struct Found {
    property: String,
    events: usize,
    seconds: [f64; 2],
}

/// Plants the defects of these names, or all.
pub(crate) fn explore(names: &[&str]) -> Checked {
    let all = read_all()?;
    let chosen = choose(&all, names)?;
    let rows = hunt(&chosen)?;
    if names.is_empty() {
        page::check(&rows)?;
    }
    Ok(Outcome::Done)
}

/// The slice for continuous integration.
pub(crate) fn small() -> Checked {
    explore(&SMALL)
}

/// Plants all and writes `docs/defects.md`.
pub(crate) fn write() -> Checked {
    let all = read_all()?;
    let rows = hunt(&choose(&all, &[])?)?;
    page::write(&rows)?;
    Ok(Outcome::Done)
}

/// Every patch, in the order of its name.
fn read_all() -> Done<Vec<Patch>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(shell::root().join(FOLDER))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "patch") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            all.push(Patch::parse(&name, &std::fs::read_to_string(&path)?)?);
        }
    }
    all.sort_by(|one, other| one.name.cmp(&other.name));
    if all.len() < FEWEST {
        return Err(format!("{} defects are fewer than {FEWEST}", all.len()).into());
    }
    Ok(all)
}

fn choose<'a>(all: &'a [Patch], names: &[&str]) -> Done<Vec<&'a Patch>> {
    for name in names {
        if !all.iter().any(|patch| patch.name == *name) {
            return Err(format!("no defect is named '{name}'").into());
        }
    }
    let mut chosen: Vec<&Patch> =
        all.iter().filter(|it| names.is_empty() || names.contains(&it.name.as_str())).collect();
    // Those of one crate one after another: fewer crates are built anew.
    chosen.sort_by(|one, other| crate_of(one).cmp(crate_of(other)).then(one.name.cmp(&other.name)));
    Ok(chosen)
}

fn crate_of(patch: &Patch) -> &str {
    patch.files.first().and_then(|change| change.path.split("/src/").next()).unwrap_or_default()
}

/// Plants each, and requires that it is found; and that nothing is found without any.
fn hunt<'a>(chosen: &[&'a Patch]) -> Done<Vec<(&'a Patch, Found)>> {
    let start = Instant::now();
    let copy = Copy::new("defects")?;
    clean(&copy, chosen)?;
    println!("{:<32} {:<6} {:>6} {:>8} {:>9}", "defect", "found", "events", "build s", "search s");
    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    for patch in chosen {
        copy.plant(patch)?;
        let found = hunt_one(&copy, patch);
        copy.restore(patch)?;
        match found {
            Ok(found) => {
                let Found { property, events, seconds: [build, search] } = &found;
                println!("{:<32} {property:<6} {events:>6} {build:>8.1} {search:>9.1}", patch.name);
                rows.push((*patch, found));
            }
            Err(error) => {
                println!("{:<32} NOT AS IT MUST BE: {error}", patch.name);
                wrong.push(format!("{}: {error}", patch.name));
            }
        }
    }
    println!("{} of {} found, {:.0} s", rows.len(), chosen.len(), start.elapsed().as_secs_f64());
    if wrong.is_empty() { Ok(rows) } else { Err(wrong.join("\n").into()) }
}

/// The copy without a defect: every search that is needed finds nothing.
fn clean(copy: &Copy, chosen: &[&Patch]) -> Done<()> {
    let program = copy.build("coldcap-explore", "coldcap-explore")?;
    let mut searches = BTreeMap::new();
    for patch in chosen {
        searches.insert(patch.word("search")?, ());
        for search in survives(patch) {
            searches.insert(search, ());
        }
    }
    for search in searches.keys() {
        let start = Instant::now();
        let said = search_in(copy, &program, search)?;
        let Some(judged) = said.out.strip_prefix("nothing ") else {
            return Err(format!("without a defect '{search}' finds {}", said.out).into());
        };
        let seconds = start.elapsed().as_secs_f64();
        println!("without a defect: {search:<36} {:>10} judged {seconds:>6.1} s", judged.trim());
    }
    Ok(())
}

/// The searches that must find nothing although the defect is there.
fn survives(patch: &Patch) -> impl Iterator<Item = &str> {
    patch.words.get("survives").into_iter().flat_map(|words| words.split(' '))
}

fn search_in(copy: &Copy, program: &Path, search: &str) -> Done<Said> {
    let said = copy.run(program, &["hunt", search])?;
    if said.code != Some(0) {
        return Err(format!("'{search}' ended with {:?}: {}", said.code, said.error).into());
    }
    Ok(said)
}

fn hunt_one(copy: &Copy, patch: &Patch) -> Done<Found> {
    let start = Instant::now();
    let program = copy.build("coldcap-explore", "coldcap-explore")?;
    let built = start.elapsed().as_secs_f64();
    let said = search_in(copy, &program, patch.word("search")?)?;
    let seconds = [built, start.elapsed().as_secs_f64() - built];
    let line = said.out.lines().next().unwrap_or_default();
    let [_, property, events] = line.split(' ').collect::<Vec<_>>()[..] else {
        return Err("NOT FOUND".into());
    };
    let events: usize = events.parse()?;
    if !patch.word("found-by")?.split(' ').any(|known| known == property) {
        return Err(format!("found by {property}, which is not named:\n{}", said.out).into());
    }
    if events > LONGEST_WAY {
        return Err(format!("found by a way of {events} events:\n{}", said.out).into());
    }
    for search in survives(patch) {
        let said = search_in(copy, &program, search)?;
        if !said.out.starts_with("nothing ") {
            return Err(format!("not survived in '{search}': {}", said.out).into());
        }
    }
    Ok(Found { property: property.to_owned(), events, seconds })
}

/// The recorded stories: each script passes on the shipped sources and fails, as is said, on those with its defect.
pub(crate) fn stories(names: &[&str]) -> Checked {
    let all = read_all()?;
    let mut told = choose(&all, names)?;
    told.retain(|it| it.words.contains_key("script") || treats(it));
    let start = Instant::now();
    let copy = Copy::new("defects")?;
    let program = copy.build("coldcap-cli", "coldcap")?;
    for patch in told.iter().filter(|it| !treats(it)) {
        let said = play(&copy, &program, patch)?;
        if said.code != Some(0) {
            return Err(format!("{} without its defect: {}", patch.name, said.error).into());
        }
    }
    let mut wrong = Vec::new();
    for patch in &told {
        copy.plant(patch)?;
        let result = if treats(patch) { treat(&copy) } else { fail(&copy, patch) };
        copy.restore(patch)?;
        match result {
            Ok(line) => println!("{:<32} {line}", patch.name),
            Err(error) => wrong.push(format!("{}: {error}", patch.name)),
        }
    }
    println!("{} stories, {:.0} s", told.len(), start.elapsed().as_secs_f64());
    if wrong.is_empty() { Ok(Outcome::Done) } else { Err(wrong.join("\n").into()) }
}

fn play(copy: &Copy, program: &Path, patch: &Patch) -> Done<Said> {
    let script = format!("examples/sessions/{}", patch.word("script")?);
    copy.run(program, &["session", "--script", &script])
}

fn fail(copy: &Copy, patch: &Patch) -> Done<String> {
    let program = copy.build("coldcap-cli", "coldcap")?;
    let said = play(copy, &program, patch)?;
    let (script, fails) = (patch.word("script")?, patch.word("fails")?);
    let line = said.error.lines().next().unwrap_or_default();
    if said.code == Some(1) && line.contains(fails) {
        return Ok(format!("{script} fails: {line}"));
    }
    Err(format!("{script} must fail with '{fails}': {:?} {line}", said.code).into())
}

/// Whether a whole treatment must be survived with this defect.
fn treats(patch: &Patch) -> bool {
    patch.words.contains_key("treatment")
}

/// Tissue freezes at about this temperature; nothing may come near it.
const FREEZES_C: f64 = -0.5;
/// What the guard says when it has taken cold away by its raw codes.
const BY_RAW_CODE: [&str; 3] = ["freeze", "freeze_ahead", "evaporator_cold"];

/// A whole simulated treatment, controlled by a copy with a defect: the guard must have acted, by its own raw codes,
/// and the skin must never have been where tissue freezes.
fn treat(copy: &Copy) -> Done<String> {
    let program = copy.build("coldcap-cli", "coldcap")?;
    let out = shell::target().join("defects").join("treatment");
    let said = copy.run(&program, &["demo", "--json", "--out", &out.to_string_lossy()])?;
    let summary: serde_json::Value = serde_json::from_str(&said.out)
        .map_err(|error| format!("demo says {error}: {}", said.error))?;
    let alarms = summary["alarms"].as_array().into_iter().flatten();
    let names: BTreeSet<&str> = alarms.filter_map(|alarm| alarm["id"].as_str()).collect();
    let outcome = summary["outcome"].as_str().unwrap_or_default();
    // What the sensors show is by the broken table; the truth is the simulator's.
    let coldest = coldest(&out, "skin_true_c")?;
    let line = format!("{outcome}, coldest skin {coldest:.1} °C, alarms {names:?}");
    if coldest < FREEZES_C || !BY_RAW_CODE.iter().any(|name| names.contains(name)) {
        return Err(line.into());
    }
    Ok(format!("a treatment is survived: {line}"))
}

/// The smallest figure of a column of the treatment's trace.
fn coldest(out: &Path, column: &str) -> Done<f64> {
    let trace = std::fs::read_to_string(out.join("paclitaxel-weekly/trace.csv"))?;
    let mut lines = trace.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let head = lines.next().ok_or("an empty trace")?;
    let place = head.iter().position(|name| *name == column).ok_or("no such column")?;
    let figures = lines.filter_map(|line| line.get(place)?.parse::<f64>().ok());
    figures.reduce(f64::min).ok_or_else(|| format!("no figure of {column}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_patch_applies_to_what_ships_and_says_all_that_is_asked() {
        let all = read_all().expect("they are read");
        for patch in &all {
            for key in ["defect", "like", "search", "found-by"] {
                assert!(
                    patch.word(key).is_ok_and(|word| !word.is_empty()),
                    "{}: {key}",
                    patch.name
                );
            }
            assert_eq!(patch.words.contains_key("script"), patch.words.contains_key("fails"));
            for change in &patch.files {
                let text = std::fs::read_to_string(shell::root().join(&change.path))
                    .unwrap_or_else(|error| panic!("{}: {}: {error}", patch.name, change.path));
                let changed =
                    change.apply(&text).unwrap_or_else(|error| panic!("{}: {error}", patch.name));
                assert_ne!(changed, text, "{}", patch.name);
            }
        }
        assert!(SMALL.iter().all(|name| all.iter().any(|patch| patch.name == *name)));
        let tables = all.iter().filter(|patch| treats(patch)).count();
        assert_eq!(tables, 1, "one broken table, which the guard survives");
    }

    #[test]
    fn the_page_lists_every_patch_and_no_other() {
        let all = read_all().expect("they are read");
        let names: Vec<&str> = all.iter().map(|patch| patch.name.as_str()).collect();
        let page = std::fs::read_to_string(shell::root().join(page::PATH)).expect("the page");
        assert_eq!(page::listed(&page), names);
    }

    #[test]
    fn every_story_has_its_script() {
        let all = read_all().expect("they are read");
        let stories = all.iter().filter_map(|patch| patch.words.get("script"));
        for script in stories.clone() {
            assert!(shell::root().join("examples/sessions").join(script).exists(), "{script}");
        }
        for recorded in [
            "cool-cap-freeze",
            "medi-therm-return",
            "medfusion-resume",
            "alaris-priority",
            "thermosuit-disagreement",
            "kinked-hose",
        ] {
            assert!(stories.clone().any(|script| script.starts_with(recorded)), "{recorded}");
        }
    }
}
