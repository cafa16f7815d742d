//! `docs/loop-bounds.md`.

use super::Loop;
use core::fmt;
use std::collections::BTreeMap;

pub(crate) const PATH: &str = "docs/loop-bounds.md";

const HEAD: &str = "\
# How often every loop turns

Every loop of the crates that firmware links, how often it turns at most, and when it runs. `cargo xtask loops` finds them in
the sources and holds this page against them; `cargo xtask loops write` writes the page, all but the two cells at the
right. It fails where a loop has no bound, and a loop whose head was changed has none until somebody wrote it again.

Listed are `for`, `while`, `loop`, chains of calls on a range of numbers or on an iterator without an end of its own, and every
function or type that gives an iterator away, with how much it gives at most: whatever walks it turns no oftener. A chain over an
array, a slice or an option (`.iter().map(…)`) turns as often as that is long and is not listed; nor is what only tests or hosts
compile (`test`, the features `physics`, `simulated`, `fast`, `std` and `tokio`), nor what other people's crates do. A number behind the name of a function says
which of its loops it is, in the order of the source; a name with `!` is a macro, whose loop is there once for every use.

When it runs: *tick* is every tick of control and protection, *event* a command, a fact or something seen within a tick, *start* is when
things are made or power returns, *link* is when bytes, packets or messages are taken in or sent, *journal* is when flash is read or
written, *bus* is when a driver is asked for a value, *build* is when the compiler or a caller's constant computes it, *host* is what
only a host, a replay or the step lane calls, and *service* is a person at a machine without a patient: calibration, tuning.

No loop waits, but the one behind a panic in `coldcap-c`: each turn takes one of what is counted, so that a loop ends after so many
turns whatever a part, a line or a flash answers. *Handed over* is an argument of whoever calls, which is as long as they make it. `machine` is the firmware of
`examples/firmware-qemu`. What the bounds do not say is how long a turn takes: where a turn erases a sector of the flash, that is its
maker's figure.

";

const TABLE: &str = "\
| file | function | loop | at most | runs |
|---|---|---|---|---|
";

/// When a loop may run.
const WHEN: [&str; 9] =
    ["tick", "event", "start", "link", "journal", "bus", "build", "host", "service"];

/// A loop, and what a person says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    of: Loop,
    at_most: String,
    runs: String,
}

impl Row {
    /// The cells that are found: without the number, which may change by what stands above.
    fn place(&self) -> String {
        let Loop { package, file, function, code, .. } = &self.of;
        format!("{package} {file} {function} {code}")
    }

    /// What is wrong with what was said.
    pub(crate) fn finding(&self) -> Option<String> {
        let wrong = |what: &str| Some(format!("{}: {self} {what}", self.of.package));
        let mut words = self.runs.split(", ");
        if self.at_most.is_empty() || self.runs.is_empty() {
            wrong("has no bound")
        } else if !self.at_most.contains(|it: char| it.is_ascii_digit()) {
            wrong("has a bound without a number")
        } else if !words.all(|word| WHEN.contains(&word)) {
            wrong(&format!("runs at a time that is none of {}", WHEN.join(", ")))
        } else {
            None
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Loop { file, function, ordinal, code, .. } = &self.of;
        let Self { at_most, runs, .. } = self;
        let code = code.replace('|', "\\|");
        write!(f, "| `{file}` | `{function}` {ordinal} | `{code}` | {at_most} | {runs} |")
    }
}

/// How many there are, in one line.
pub(crate) fn count(rows: &[Row]) -> String {
    let of_tick = rows.iter().filter(|row| row.runs.split(", ").any(|word| word == "tick")).count();
    format!("{} loops, {of_tick} of them in a tick, each with its bound", rows.len())
}

/// The whole page.
pub(crate) fn of(rows: &[Row]) -> String {
    let mut page = format!("{HEAD}{}.\n", count(rows));
    for part in rows.chunk_by(|one, next| one.of.package == next.of.package) {
        let name = part.first().map_or("", |row| &row.of.package);
        let lines: String = part.iter().map(|row| format!("{row}\n")).collect();
        page += &format!("\n## {name}\n\n{TABLE}{lines}");
    }
    page
}

/// The loops with what the page says of them, each row of it for one.
pub(crate) fn with_bounds(loops: Vec<Loop>, page: &str) -> Vec<Row> {
    let mut known: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in rows(page).into_iter().rev() {
        known.entry(row.place()).or_default().push(row);
    }
    let bounded = |of: Loop| {
        let row = Row { of, at_most: String::new(), runs: String::new() };
        match known.get_mut(&row.place()).and_then(Vec::pop) {
            Some(Row { at_most, runs, .. }) => Row { at_most, runs, ..row },
            None => row,
        }
    };
    loops.into_iter().map(bounded).collect()
}

/// The rows of the page that are of no loop, a line each.
pub(crate) fn gone(now: &[Row], page: &str) -> String {
    let gone = rows(page).into_iter().filter(|row| !now.contains(row));
    gone.map(|row| format!("in the page: {}: {row}\n", row.of.package)).collect()
}

fn rows(page: &str) -> Vec<Row> {
    let mut package = "";
    let mut rows = Vec::new();
    for line in page.lines() {
        match line.strip_prefix("## ") {
            Some(name) => package = name,
            None => rows.extend(row(package, line)),
        }
    }
    rows
}

fn row(package: &str, line: &str) -> Option<Row> {
    let (file, rest) = line.strip_prefix("| `")?.split_once("` | `")?;
    let (function, rest) = rest.split_once("` ")?;
    let (ordinal, rest) = rest.split_once(" | `")?;
    let (rest, runs) = rest.strip_suffix(" |")?.rsplit_once(" | ")?;
    let (code, at_most) = rest.rsplit_once(" | ")?;
    let code = code.strip_suffix('`')?;
    Some(Row {
        of: Loop {
            package: package.into(),
            file: file.into(),
            function: function.into(),
            ordinal: ordinal.parse().ok()?,
            code: code.replace("\\|", "|"),
        },
        at_most: at_most.trim().into(),
        runs: runs.trim().into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(ordinal: usize, code: &str) -> Loop {
        Loop {
            package: "coldcap-units".into(),
            file: "time.rs".into(),
            function: "Clock::step".into(),
            ordinal,
            code: code.into(),
        }
    }

    fn row(ordinal: usize, code: &str, at_most: &str, runs: &str) -> Row {
        Row { of: made(ordinal, code), at_most: at_most.into(), runs: runs.into() }
    }

    #[test]
    fn a_page_is_read_as_it_was_written() {
        let written =
            vec![row(1, "for it in a || b", "2, `CHANNELS`", "tick"), row(2, "loop", "", "")];
        let page = of(&written);
        assert_eq!(rows(&page), written);
        assert_eq!(
            of(&with_bounds(vec![made(1, "for it in a || b"), made(2, "loop")], &page)),
            page
        );
    }

    #[test]
    fn a_bound_moves_with_its_loop_and_not_to_another() {
        let page = of(&[row(1, "while it", "7", "link")]);
        let now =
            with_bounds(vec![made(1, "loop"), made(2, "while it"), made(3, "while it")], &page);
        let expected =
            [row(1, "loop", "", ""), row(2, "while it", "7", "link"), row(3, "while it", "", "")];
        assert_eq!(now, expected);
    }

    #[test]
    fn a_bound_that_is_missing_or_says_nothing_is_refused() {
        let finding = |at_most: &str, runs: &str| row(1, "loop", at_most, runs).finding();
        assert_eq!(finding("2", "tick, start"), None);
        for (at_most, runs, what) in [
            ("", "tick", "no bound"),
            ("2", "", "no bound"),
            ("many", "tick", "without a number"),
            ("2", "often", "none of tick"),
        ] {
            assert!(finding(at_most, runs).is_some_and(|it| it.contains(what)), "{what}");
        }
    }

    #[test]
    fn a_row_without_its_loop_is_named() {
        let page = of(&[row(1, "loop", "2", "tick")]);
        assert!(gone(&[], &page).contains("coldcap-units: | `time.rs` | `Clock::step` 1 | `loop`"));
        assert_eq!(gone(&rows(&page), &page), "");
    }
}
