//! The marks in the sources.

use crate::shell;
use core::error::Error;

/// What a mark stands above.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// Code that keeps the requirement.
    Code,
    /// A test of this name.
    Test(String),
    /// A property of the exploration, which is counted there.
    Property(String),
    /// A script that a test runs.
    Script,
}

/// One mark.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    pub(crate) id: String,
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) place: Place,
}

impl Mark {
    /// Where it stands, for a person.
    pub(crate) fn at(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }

    /// The package that it stands in.
    pub(crate) fn package(&self) -> Option<&str> {
        self.file.strip_prefix("crates/")?.split('/').next()
    }
}

/// All marks of all tracked sources and scripts.
pub(crate) fn read_all() -> Result<Vec<Mark>, Box<dyn Error>> {
    let listed =
        shell::output(&["git", "ls-files", "crates/*.rs", "examples/*.rs", "examples/*.toml"])?;
    let mut all = Vec::new();
    for name in listed.lines().filter(|name| !name.starts_with("crates/xtask/")) {
        all.extend(in_file(name, &std::fs::read_to_string(shell::root().join(name))?));
    }
    Ok(all)
}

fn in_file(name: &str, text: &str) -> Vec<Mark> {
    let sign = if name.ends_with(".toml") { "# req:" } else { "// req:" };
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut marks = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(ids) = line.strip_prefix(sign) else { continue };
        let place = place(name, &lines[at + 1..]);
        marks.extend(ids.split(',').map(|id| Mark {
            id: id.trim().to_owned(),
            file: name.to_owned(),
            line: at + 1,
            place: place.clone(),
        }));
    }
    marks
}

/// What stands below a mark: a function with the attribute of a test, a property, or other code.
fn place(file: &str, below: &[&str]) -> Place {
    if file.ends_with(".toml") {
        return Place::Script;
    }
    let mut is_test = false;
    for line in below {
        if line.starts_with("#[test]") || line.starts_with("#[cfg_attr(test, test)]") {
            is_test = true;
        } else if let Some(name) = line.strip_prefix("id: \"") {
            return Place::Property(name.split('"').next().unwrap_or_default().to_owned());
        } else if !line.is_empty() && !line.starts_with('#') && !line.starts_with("//") {
            return function(line).filter(|_| is_test).map_or(Place::Code, Place::Test);
        }
    }
    Place::Code
}

fn function(line: &str) -> Option<String> {
    let rest = line.strip_prefix("fn ")?;
    Some(rest.split(['(', '<']).next()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_above_a_test_shows_and_any_other_keeps() {
        let text = "// req: SES-001, SES-002\n#[test]\nfn stop_stops() {\n  // req: SES-003\n  stop();\n}\n\
                    // req: SES-004\nfn stop() {}\nProperty {\n  // req: SES-005\n  id: \"I3\",\n}\n";
        let marks = in_file("crates/a/src/b.rs", text);
        let found: Vec<(&str, &Place)> =
            marks.iter().map(|it| (it.id.as_str(), &it.place)).collect();
        let test = Place::Test("stop_stops".into());
        assert_eq!(
            found,
            [
                ("SES-001", &test),
                ("SES-002", &test),
                ("SES-003", &Place::Code),
                ("SES-004", &Place::Code),
                ("SES-005", &Place::Property("I3".into())),
            ]
        );
        assert_eq!(
            (marks[2].at().as_str(), marks[2].package()),
            ("crates/a/src/b.rs:4", Some("a"))
        );
    }

    #[test]
    fn a_mark_in_a_script_shows() {
        let marks = in_file("examples/sessions/a.toml", "# req: PWR-001\n[[expect]]\n");
        assert_eq!(marks[0].place, Place::Script);
    }
}
