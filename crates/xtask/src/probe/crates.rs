//! What each crate takes, on both targets: its parts with their bounds, and the whole of it, held against docs/budgets.md.

use super::{Image, M0, M4F, build};
use crate::budgets::{self, Taken};
use crate::shell;
use core::error::Error;
use std::fs;
use std::path::PathBuf;

const HEAD: &str =
    "| crate | flash, Cortex-M4F | flash, Cortex-M0 | memory, Cortex-M4F | memory, Cortex-M0 |";

/// The images of a crate, and what of it is in them.
struct Crate {
    name: &'static str,
    about: &'static str,
    images: &'static [&'static str],
}

/// The crates. `coldcap-units` is in all of them, and `coldcap` is what the images of the firmware are.
const CRATES: [Crate; 7] = [
    Crate {
        name: "coldcap-calibration",
        about: "one shipped table, flow, certificates, and the whole fit visit",
        images: &["calibration_size"],
    },
    Crate {
        name: "coldcap-thermal",
        about: "the loops of coolant and cap with their watches, the skin, the tank",
        images: &["thermal_size"],
    },
    Crate {
        name: "coldcap-guard",
        about: "detection, interlock, alarms by the shipped table, display and health",
        images: &["guard_size"],
    },
    Crate {
        name: "coldcap-session",
        about: "the session with the guard's interlock, and the record",
        images: &["session_size"],
    },
    Crate {
        name: "coldcap-wire",
        about: "frames, packets, services, all bodies, and the secured link with its keys",
        images: &["wire_size", "security_size"],
    },
    Crate {
        name: "coldcap-journal",
        about: "the log, parameter images, the decision to restart",
        images: &["journal_size"],
    },
    Crate {
        name: "coldcap-hal",
        about: "every driver; memory of a machine of two channels with one converter of twelve inputs",
        images: &["hal_size"],
    },
];

/// A part: what it is, its probes, and what it takes at most on Cortex-M4F and on Cortex-M0: what was measured and 3 %.
type Part = (&'static str, &'static [&'static str], [u64; 2]);

/// A crate whose parts have bounds, and its image. Parts share what both of them call, which all of it has once.
type Parted = (&'static str, &'static str, &'static [Part]);

const PARTED: [Parted; 5] = [
    ("coldcap-journal", "journal_size", JOURNAL),
    ("coldcap-guard", "guard_size", GUARD),
    ("coldcap-calibration", "calibration_size", CALIBRATION),
    ("coldcap-thermal", "thermal_size", THERMAL),
    ("coldcap-hal", "hal_size", HAL),
];

const JOURNAL: &[Part] = &[
    ("log: format, open, commit, beat, prepare", &["probe_log"], [8_560, 8_400]),
    ("reading it: commits, entries", &["probe_read"], [3_490, 3_850]),
    ("parameter images: load, store, mend", &["probe_images"], [2_390, 2_580]),
    ("the decision to restart", &["probe_decide"], [135, 143]),
    ("all of it", &["probe_"], [11_980, 12_260]),
];

const GUARD: &[Part] = &[
    ("detection of a channel and of the machine", &["probe_detect"], [6_160, 6_540]),
    ("interlock", &["probe_interlock"], [1_110, 1_060]),
    ("alarms", &["probe_alarm"], [4_870, 4_520]),
    ("display and proof of health", &["probe_display", "probe_health"], [303, 305]),
    ("all of it", &["probe_"], [12_430, 12_420]),
];

const CALIBRATION: &[Part] = &[
    ("a raw code, and a flow", &["probe_convert", "probe_flow"], [980, 1_310]),
    ("certificates: read, taken, due, drift", &["probe_certificate"], [4_400, 4_540]),
    ("a fit visit without the skin's side, and its record", &["probe_fit"], [23_520, 27_510]),
    ("the skin's side of it", &["probe_skin"], [10_870, 13_490]),
    ("all of it", &["probe_"], [36_900, 43_280]),
];

const THERMAL: &[Part] = &[
    ("the loops of coolant and cap", &["probe_loop"], [8_570, 9_100]),
    ("the watch on a loop", &["probe_watch"], [5_480, 5_830]),
    ("the skin: observer, forecast, contact", &["probe_skin"], [17_420, 21_100]),
    ("the tank", &["probe_tank"], [141, 190]),
    ("all of it", &["probe_"], [29_120, 33_440]),
];

const HAL: &[Part] = &[
    ("drives of two channels and the permit", &["probe_drive"], [1_970, 2_160]),
    ("lamps, buzzer and watchdog", &["probe_signal"], [1_150, 1_180]),
    ("flow, switches, keys and read-backs", &["probe_input"], [1_910, 1_970]),
    ("ADS124S08", &["probe_ads124s08"], [2_330, 2_410]),
    ("ADS1220", &["probe_ads1220"], [1_390, 1_410]),
    ("MAX31865", &["probe_max31865"], [1_390, 1_480]),
    ("TMP117", &["probe_tmp117"], [1_012, 1_024]),
    ("all of it", &["probe_"], [10_540, 11_010]),
];

/// Reads images, which are many.
pub(super) struct Reader<'a> {
    pub(super) objdump: &'a str,
    pub(super) nm: &'a str,
    pub(super) size: &'a str,
}

impl Reader<'_> {
    fn read(&self, image: &str, target: &str) -> Result<Image, Box<dyn Error>> {
        Image::read(self.objdump, self.nm, &path_of(image, target)?)
    }

    /// Bytes of what is only read, those without a name, too.
    fn constants(&self, image: &str, target: &str) -> Result<u64, Box<dyn Error>> {
        let sections = shell::output(&[self.size, "-A", &path_of(image, target)?])?;
        section(&sections, ".rodata").ok_or_else(|| format!("{image}: no .rodata").into())
    }
}

fn path_of(image: &str, target: &str) -> Result<String, Box<dyn Error>> {
    Ok(build(target, "release")?.join(image).to_string_lossy().into_owned())
}

/// The size of a section, in a listing of them.
fn section(sections: &str, name: &str) -> Option<u64> {
    let mut lines = sections.lines().map(str::split_whitespace);
    lines
        .find_map(|mut words| words.next().filter(|word| *word == name).and(words.next()))?
        .parse()
        .ok()
}

/// Flash of the parts of each crate on both targets.
pub(super) fn parts(reader: &Reader<'_>, findings: &mut Vec<String>) -> Result<(), Box<dyn Error>> {
    for (name, image, parts) in PARTED {
        println!(
            "\n| {name}, opt-level s, bytes of flash | {M4F} | at most | {M0} | at most |\n|---|---|---|---|---|"
        );
        let images = [reader.read(image, M4F)?, reader.read(image, M0)?];
        for (part, probes, most) in parts {
            let [of_m4f, of_m0] = [images[0].code(probes)?, images[1].code(probes)?];
            println!("| {part} | {of_m4f} | {} | {of_m0} | {} |", most[0], most[1]);
            if of_m4f > most[0] || of_m0 > most[1] {
                findings
                    .push(format!("{name}, {part}: {of_m4f} and {of_m0} bytes, at most {most:?}"));
            }
        }
    }
    Ok(())
}

/// What a crate takes on Cortex-M4F and on Cortex-M0; a panic that can be reached is a finding.
fn taken(
    of: &Crate,
    reader: &Reader<'_>,
    findings: &mut Vec<String>,
) -> Result<[Taken; 2], Box<dyn Error>> {
    let mut all = [Taken::default(); 2];
    for (taken, target) in all.iter_mut().zip([M4F, M0]) {
        for name in of.images {
            let image = reader.read(name, target)?;
            image.check_panics(findings)?;
            taken.flash += image.code(&["probe_"])? + reader.constants(name, target)?;
            taken.memory += image.named("MEMORY_");
        }
    }
    Ok(all)
}

/// Prints what each crate takes and by how much that differs from the page; what has grown is a finding.
pub(super) fn check(reader: &Reader<'_>, findings: &mut Vec<String>) -> Result<(), Box<dyn Error>> {
    let page = fs::read_to_string(path())?;
    println!("\n{HEAD}\n|---|---|---|---|---|");
    for of in &CRATES {
        let (now, name) = (cells(taken(of, reader, findings)?), of.name);
        let known = known(&page, name).ok_or_else(|| {
            format!("{} has no row of {name}: `cargo xtask sizes write` writes it", budgets::PAGE)
        })?;
        let pairs = now.into_iter().zip(known);
        let line = pairs.clone().map(budgets::difference).collect::<Vec<_>>().join(" | ");
        println!("| {name} | {line} |");
        if pairs.into_iter().any(|(now, before)| budgets::exceeds(now, before)) {
            findings.push(format!("{name} grew: see why, and `cargo xtask sizes write`"));
        }
    }
    Ok(())
}

/// Writes the figures of today into the page.
pub(super) fn write(reader: &Reader<'_>) -> Result<(), Box<dyn Error>> {
    let page = fs::read_to_string(path())?;
    let (before, rest) = page.split_once(HEAD).ok_or("the page has no table of crates")?;
    let behind = rest.split_once("\n\n").map_or("", |(_, behind)| behind);
    let mut table = format!("{HEAD}\n|---|---|---|---|---|\n");
    let mut findings = Vec::new();
    for of in &CRATES {
        let line =
            cells(taken(of, reader, &mut findings)?).map(|bytes| bytes.to_string()).join(" | ");
        table += &format!("| `{}`: {} | {line} |\n", of.name, of.about);
    }
    let gap = if behind.is_empty() { "" } else { "\n" };
    fs::write(path(), format!("{before}{table}{gap}{behind}"))?;
    if findings.is_empty() { Ok(()) } else { Err(findings.join("\n").into()) }
}

fn path() -> PathBuf {
    shell::root().join(budgets::PAGE)
}

const fn cells([of_m4f, of_m0]: [Taken; 2]) -> [u64; 4] {
    [of_m4f.flash, of_m0.flash, of_m4f.memory, of_m0.memory]
}

/// The figures of a crate's row.
fn known(page: &str, name: &str) -> Option<[u64; 4]> {
    let row = page.lines().find(|line| line.starts_with(&format!("| `{name}`:")))?;
    let mut cells = row.split('|').skip(2).map(|cell| cell.trim().parse().ok());
    let mut next = || cells.next()?;
    Some([next()?, next()?, next()?, next()?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_read() {
        let listed = "size  :\nsection size addr\n.text 61480 1024\n.rodata   2968 62504\n";
        assert_eq!((section(listed, ".rodata"), section(listed, ".bss")), (Some(2_968), None));
    }

    #[test]
    fn a_row_of_four_figures_is_read() {
        let page = "| `coldcap-guard`: it | 12 | 13 | 4 | 5 |\n| `coldcap`: all | 1 | 2 |\n";
        assert_eq!(known(page, "coldcap-guard"), Some([12, 13, 4, 5]));
        assert_eq!((known(page, "coldcap"), known(page, "coldcap-hal")), (None, None));
    }
}
