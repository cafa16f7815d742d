//! The requirements as they are written down.

use crate::shell;
use core::error::Error;
use std::collections::BTreeSet;

/// What sort of thing a requirement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Something that may hurt: other requirements are derived from it.
    Hazard,
    /// It holds in every state.
    State,
    /// It holds in every step.
    Step,
    /// Something comes about at last.
    Live,
    /// A story with an end.
    Scenario,
    /// Seen by reading, not by a test.
    Inspect,
}

impl Kind {
    const ALL: [(&str, Self); 6] = [
        ("hazard", Self::Hazard),
        ("state", Self::State),
        ("step", Self::Step),
        ("live", Self::Live),
        ("scenario", Self::Scenario),
        ("inspect", Self::Inspect),
    ];

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }

    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

/// One requirement.
#[derive(Clone, Debug)]
pub(crate) struct Requirement {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    pub(crate) text: String,
    pub(crate) rationale: String,
    /// The hazards it is derived from.
    pub(crate) hazards: Vec<String>,
    /// Where it is not kept yet: why, and what will.
    pub(crate) open: String,
}

impl Requirement {
    pub(crate) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    fn new(file: &str, id: &str, table: &toml::Value) -> Result<Self, String> {
        let wrong = |what: &str| format!("{file}: {id}: {what}");
        check_id(id).map_err(|what| wrong(&what))?;
        let table = table.as_table().ok_or_else(|| wrong("is no table"))?;
        check_keys(table).map_err(|what| wrong(&what))?;
        let text = |key: &str| table.get(key).and_then(toml::Value::as_str).unwrap_or_default();
        for key in ["text", "rationale", "kind"] {
            if text(key).trim().is_empty() {
                return Err(wrong(&format!("{key} is blank")));
            }
        }
        let kind = Kind::from_name(text("kind")).ok_or_else(|| {
            let allowed = Kind::ALL.map(|(name, _)| name).join(", ");
            wrong(&format!("kind is {}, allowed is {allowed}", text("kind")))
        })?;
        let hazards = table.get("hazard").and_then(toml::Value::as_array);
        let hazards: Vec<_> =
            hazards.into_iter().flatten().filter_map(toml::Value::as_str).collect();
        if kind != Kind::Hazard && hazards.is_empty() {
            return Err(wrong("hazard is blank"));
        }
        Ok(Self {
            id: id.to_owned(),
            kind,
            text: text("text").to_owned(),
            rationale: text("rationale").to_owned(),
            hazards: hazards.into_iter().map(str::to_owned).collect(),
            open: text("open").to_owned(),
        })
    }
}

fn check_id(id: &str) -> Result<(), String> {
    let parts = id.split_once('-');
    let letters = |word: &str| !word.is_empty() && word.bytes().all(|it| it.is_ascii_uppercase());
    let digits = |word: &str| word.len() == 3 && word.bytes().all(|it| it.is_ascii_digit());
    match parts {
        Some((group, number)) if letters(group) && digits(number) => Ok(()),
        _ => Err("an id is capitals, a hyphen and three digits".into()),
    }
}

fn check_keys(table: &toml::Table) -> Result<(), String> {
    const KEYS: [&str; 5] = ["text", "rationale", "kind", "hazard", "open"];
    match table.keys().find(|key| !KEYS.contains(&key.as_str())) {
        Some(key) => Err(format!("{key}: allowed is {}", KEYS.join(", "))),
        None => Ok(()),
    }
}

/// All of `docs/requirements`, by id.
pub(crate) fn read_all() -> Result<Vec<Requirement>, Box<dyn Error>> {
    let mut all = Vec::new();
    for name in shell::output(&["git", "ls-files", "docs/requirements/*.toml"])?.lines() {
        let text = std::fs::read_to_string(shell::root().join(name))?;
        let tables: toml::Table =
            toml::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
        for (id, table) in &tables {
            all.push(Requirement::new(name, id, table)?);
        }
    }
    all.sort_by(|one, other| one.id.cmp(&other.id));
    let ids: BTreeSet<&str> = all.iter().map(|it| it.id.as_str()).collect();
    if ids.len() != all.len() {
        return Err("docs/requirements: an id stands in two files".into());
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Requirement, String> {
        let table: toml::Table = toml::from_str(text).unwrap();
        let (id, value) = table.iter().next().unwrap();
        Requirement::new("x.toml", id, value)
    }

    #[test]
    fn a_blank_an_unknown_key_and_a_strange_id_are_named() {
        let good = "[SES-001]\ntext = 'a'\nrationale = 'b'\nkind = 'step'\nhazard = ['HAZ-001']\n";
        assert_eq!(read(good).unwrap().hazards, ["HAZ-001"]);
        let named = |text: &str, what: &str| {
            let error = read(text).unwrap_err();
            assert!(error.contains(what), "{error}");
        };
        named(&good.replace("'b'", "' '"), "rationale is blank");
        named(&good.replace("'HAZ-001'", ""), "hazard is blank");
        named(&good.replace("'step'", "'steps'"), "kind is steps, allowed is hazard, state, step");
        named(&format!("{good}haz = 1\n"), "haz: allowed is text");
        named(&good.replace("SES-001", "SES-1"), "three digits");
    }
}
