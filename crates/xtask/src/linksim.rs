//! The link simulator: its seeds, and the defects that it must find.

use crate::defects::copy::Copy;
use crate::defects::patch::Patch;
use crate::shell::{self, Checked, Outcome};
use core::error::Error;

const FOLDER: &str = "crates/coldcap-sim/defects";
const PROGRAM: &str = "linksim";
/// So many seeds are played with every defect: the rarest of them needs a stall of the right length in a session that
/// nothing else ends.
const SEEDS: &str = "10000";

/// So many seeds, from 0 on.
pub(crate) fn campaign(count: &str) -> Checked {
    let run = ["cargo", "run", "--quiet", "--release", "--package", "coldcap-sim"];
    shell::run(&[&run[..], &["--bin", PROGRAM, "--", count]].concat())?;
    Ok(Outcome::Done)
}

/// The slice for continuous integration.
pub(crate) fn slice() -> Checked {
    campaign("10000")
}

/// The fraction of each kind of line's rate that a download uses.
pub(crate) fn goodput() -> Checked {
    campaign("goodput")
}

/// Plants every defect in a copy, or those of these names: each must be found, by a rule that it names.
pub(crate) fn defects(names: &[&str]) -> Checked {
    let all = read_all()?;
    let copy = Copy::new("defects-linksim")?;
    let mut wrong = Vec::new();
    for patch in all.iter().filter(|it| names.is_empty() || names.contains(&it.name.as_str())) {
        copy.plant(patch)?;
        let said = hunt(&copy);
        copy.restore(patch)?;
        let said = said?;
        let rule = said.split(' ').next().unwrap_or_default();
        println!("{:<28} {}", patch.name, said.trim_end().replace('\n', "\n    "));
        if !patch.word("found-by")?.split(' ').any(|known| known == rule) {
            wrong.push(format!("{}: not found by a rule that is named", patch.name));
        }
    }
    if !hunt(&copy)?.starts_with("nothing ") {
        wrong.push("something is found without a defect".into());
    }
    if wrong.is_empty() { Ok(Outcome::Done) } else { Err(wrong.join("\n").into()) }
}

fn hunt(copy: &Copy) -> Result<String, Box<dyn Error>> {
    let program = copy.build("coldcap-sim", PROGRAM)?;
    Ok(copy.run(&program, &["hunt", SEEDS])?.out)
}

fn read_all() -> Result<Vec<Patch>, Box<dyn Error>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(shell::root().join(FOLDER))? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        all.push(Patch::parse(&name, &std::fs::read_to_string(&path)?)?);
    }
    all.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_patch_applies_to_what_ships_and_names_its_rule() {
        let all = read_all().expect("they are read");
        assert!(all.len() >= 8);
        for patch in &all {
            for key in ["defect", "like", "found-by"] {
                assert!(patch.word(key).is_ok(), "{}: {key}", patch.name);
            }
            for change in &patch.files {
                let text = std::fs::read_to_string(shell::root().join(&change.path))
                    .unwrap_or_else(|error| panic!("{}: {error}", change.path));
                let changed =
                    change.apply(&text).unwrap_or_else(|error| panic!("{}: {error}", patch.name));
                assert_ne!(changed, text, "{}", patch.name);
            }
        }
    }
}
