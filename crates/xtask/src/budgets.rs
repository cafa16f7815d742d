//! Flash and memory of the firmware images, held against what docs/budgets.md says.

use crate::shell::{self, Checked, Outcome};
use crate::{panics, stm32};
use core::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) const PAGE: &str = "docs/budgets.md";
const HEAD: &str = "| image | flash, bytes | memory, bytes |";

/// The images, and what is in each.
const IMAGES: [(&str, &str); 4] = [
    ("machine", "a whole machine: two channels, secured link, journal, one loop"),
    ("lane", "one channel, secured link, journal, behind the step lane"),
    (
        "uart",
        "one channel, secured link on the UART, behind the step lane; its machine lies on the stack",
    ),
    (
        stm32::IMAGE,
        "a whole machine of one channel with its drivers, for a NUCLEO-L496ZG; no board has run it",
    ),
];

/// Growth that is let pass, in hundredths: compilers differ a little from one machine to another.
const SLACK_PERCENT: u64 = 1;

/// What an image takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) flash: u64,
    pub(crate) memory: u64,
}

type Rows = Vec<(&'static str, Taken)>;

/// Builds the images, prints what each takes and by how much that differs from the page, and fails where one has grown.
pub(crate) fn check() -> Checked {
    let Some(rows) = measure()? else { return Ok(lacking()) };
    let page = fs::read_to_string(path())?;
    let mut grown = Vec::new();
    println!("{HEAD}");
    for (name, taken) in rows {
        let known = known(&page, name).ok_or_else(|| {
            format!("{PAGE} has no row of {name}: `cargo xtask budgets write` writes it")
        })?;
        let [flash, memory] =
            [(taken.flash, known.flash), (taken.memory, known.memory)].map(difference);
        println!("| {name} | {flash} | {memory} |");
        if exceeds(taken.flash, known.flash) || exceeds(taken.memory, known.memory) {
            grown.push(name);
        }
    }
    if grown.is_empty() {
        return Ok(Outcome::Done);
    }
    Err(format!("{} grew: see why, and `cargo xtask budgets write`", grown.join(", ")).into())
}

/// Writes the figures of today into the page.
pub(crate) fn write() -> Checked {
    let Some(rows) = measure()? else { return Ok(lacking()) };
    let page = fs::read_to_string(path())?;
    let (before, rest) = page.split_once(HEAD).ok_or("the page has no table")?;
    let behind = rest.split_once("\n\n").map_or("", |(_, behind)| behind);
    let mut table = format!("{HEAD}\n|---|---|---|\n");
    for (name, taken) in rows {
        let about = IMAGES.iter().find(|(image, _)| *image == name).map_or("", |(_, about)| *about);
        table += &format!("| `{name}`: {about} | {} | {} |\n", taken.flash, taken.memory);
    }
    fs::write(path(), format!("{before}{table}\n{behind}"))?;
    Ok(Outcome::Done)
}

/// Puts figures of a command into the page, between the marks that have its name.
pub(crate) fn put(command: &str, figures: &str) -> Checked {
    fs::write(path(), with(&fs::read_to_string(path())?, command, figures)?)?;
    Ok(Outcome::Done)
}

fn with(page: &str, command: &str, figures: &str) -> Result<String, Box<dyn Error>> {
    let marks = [format!("<!-- {command} -->\n"), format!("<!-- end of {command} -->")];
    let [begin, end] = [&marks[0], &marks[1]].map(|mark| page.find(mark.as_str()));
    let (Some(begin), Some(end)) = (begin.map(|at| at + marks[0].len()), end) else {
        return Err(format!("{PAGE} has no place for `{command}`").into());
    };
    let (before, behind) = (page.get(..begin), page.get(end..));
    Ok(format!("{}{figures}{}", before.unwrap_or_default(), behind.unwrap_or_default()))
}

fn path() -> PathBuf {
    shell::root().join(PAGE)
}

fn lacking() -> Outcome {
    Outcome::Skipped(
        "the target of the board, or neither llvm-tools nor arm-none-eabi binutils".into(),
    )
}

fn measure() -> Result<Option<Rows>, Box<dyn Error>> {
    let (true, Some(tool)) = (panics::can_build(), panics::tool("size")) else { return Ok(None) };
    let folder = panics::build()?;
    panics::build_in(stm32::FOLDER)?;
    IMAGES
        .iter()
        .map(|(name, _)| Ok((*name, taken(&tool, &folder.join(name))?)))
        .collect::<Result<_, _>>()
        .map(Some)
}

/// Code and constants lie in flash, statics in memory.
pub(crate) fn taken(tool: &str, image: &Path) -> Result<Taken, Box<dyn Error>> {
    let text = shell::output(&[tool, &image.to_string_lossy()])?;
    let row = text.lines().nth(1).ok_or("no sizes")?;
    let mut numbers = row.split_whitespace().map(str::parse::<u64>);
    let mut next = || numbers.next().ok_or("no sizes");
    let (code, data, zeroed) = (next()??, next()??, next()??);
    Ok(Taken { flash: code + data, memory: data + zeroed })
}

fn known(page: &str, name: &str) -> Option<Taken> {
    let row = page.lines().find(|line| line.starts_with(&format!("| `{name}`:")))?;
    let mut cells = row.split('|').skip(2).map(|cell| cell.trim().parse().ok());
    Some(Taken { flash: cells.next()??, memory: cells.next()?? })
}

pub(crate) fn difference((now, before): (u64, u64)) -> String {
    format!("{now} ({:+})", i128::from(now) - i128::from(before))
}

pub(crate) const fn exceeds(now: u64, before: u64) -> bool {
    now * 100 > before * (100 + SLACK_PERCENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_put_where_their_command_stands() {
        let page = "a\n<!-- count -->\nold\n<!-- end of count -->\nb\n";
        let new = with(page, "count", "new\n").unwrap();
        assert_eq!(new, "a\n<!-- count -->\nnew\n<!-- end of count -->\nb\n");
        assert!(with(page, "campaign count", "new").is_err());
    }

    #[test]
    fn a_row_is_read_and_growth_is_seen() {
        let page = "text\n| `lane`: one channel | 240000 | 12 |\n";
        assert_eq!(known(page, "lane"), Some(Taken { flash: 240_000, memory: 12 }));
        assert_eq!(known(page, "machine"), None);
        assert!(!exceeds(242_400, 240_000) && exceeds(242_401, 240_000));
        assert_eq!(difference((90, 100)), "90 (-10)");
    }
}
