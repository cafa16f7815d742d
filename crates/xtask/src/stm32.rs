//! The image for a board that can be bought: what it takes of the chip, and whose panics are in it.

use crate::budgets;
use crate::emulator::code_lines;
use crate::panics::{self, Call};
use crate::shell::{self, Checked, Outcome};
use core::error::Error;
use std::collections::BTreeSet;

/// The package, and its image.
pub(crate) const FOLDER: &str = "examples/firmware-stm32";
pub(crate) const IMAGE: &str = "firmware-stm32";
/// What the program may take of the chip's flash, its first bank, and what memory there is.
const FLASH: u64 = 512 * 1024;
const MEMORY: u64 = 320 * 1024;
/// So many lines of code may it take, the table of pins and all.
const LINES: usize = 570;
/// What a read of torn flash raises. Where the program has none of its own the name is that of the handler that never returns.
const UNREADABLE: &str = "<NonMaskableInt>:";
/// What decides, kept as a symbol of its own.
const START: &str = "stm326decide";
/// What brings the board up: everything is off there, and the HAL panics where it is told what the chip cannot do.
const BRING_UP: [&str; 2] = ["board8bring_up", "Iwdg7started"];
/// The HAL's crates, by the folders that cargo keeps them in. Some of their calls check what they are handed in every tick, too.
const HAL: [&str; 6] = [
    "/embassy-",
    "/embedded-hal-bus-",
    "/embedded-io-",
    "/critical-section-",
    "/cortex-m",
    "/stm32-",
];

/// Builds the image; compares what it takes with what the chip has; requires that nothing that decides reaches a panic, that no panic
/// anywhere is of ours, and that there is neither a float instruction nor an allocator.
pub(crate) fn check() -> Checked {
    let lines = code_lines(&shell::root().join(FOLDER).join("src"))?;
    println!("{lines} lines of code, of at most {LINES}");
    if lines > LINES {
        return Err(format!("{FOLDER} has grown beyond {LINES} lines").into());
    }
    if !panics::can_build() {
        return Ok(Outcome::Skipped("the target of the board is not installed".into()));
    }
    let image = panics::build_in(FOLDER)?.join(IMAGE).to_string_lossy().into_owned();
    let checked = panics::check_image(&image, &[START])?;
    if matches!(checked, Outcome::Skipped(_)) {
        return Ok(checked);
    }
    fits(&image)?;
    let (Some(objdump), Some(addr2line)) = (panics::tool("objdump"), panics::tool("addr2line"))
    else {
        return Ok(Outcome::Skipped("neither llvm-tools nor arm-none-eabi binutils found".into()));
    };
    let listing = shell::output(&[&objdump, "-d", "--no-show-raw-insn", &image])?;
    let mut unwanted = listing.lines().filter_map(panics::unwanted);
    if let Some(first) = unwanted.find(|what| !panics::is_panic(what)) {
        return Err(format!("a float instruction or an allocator: {first}").into());
    }
    if !listing.lines().any(|line| line.ends_with(UNREADABLE)) {
        return Err("nothing handles a read of flash that cannot be corrected".into());
    }
    let sites = whose(&listing, |addresses| located(&addr2line, &image, addresses))?;
    println!(
        "neither a float instruction nor an allocator; {sites} places panic behind bring-up, all of them the HAL's"
    );
    println!("it was built; no board has run it");
    Ok(Outcome::Done)
}

/// Whether the chip has what the image takes, without the stack.
fn fits(image: &str) -> Result<(), Box<dyn Error>> {
    let tool = panics::tool("size").ok_or("no tool prints sizes")?;
    let taken = budgets::taken(&tool, image.as_ref())?;
    for (what, takes, has) in [("flash", taken.flash, FLASH), ("memory", taken.memory, MEMORY)] {
        println!("{what}: {takes} of {has} bytes, {} %", takes * 100 / has);
        if takes > has {
            return Err(format!("the chip has not so much {what}").into());
        }
    }
    Ok(())
}

/// Whose code a place in the image comes from, by the files of the calls that were inlined there, the innermost first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// Of `core` alone: who called it is to blame.
    Library,
    Hal,
    Other,
}

fn origin(frames: &[String]) -> Origin {
    let Some(first) = frames.iter().find(|path| !path.contains("/library/")) else {
        return Origin::Library;
    };
    if HAL.iter().any(|part| first.contains(part)) { Origin::Hal } else { Origin::Other }
}

/// So many places call a panic, bring-up apart. All of them must be the HAL's; where one is within `core`, those that call it are the places.
fn whose(
    listing: &str,
    locate: impl Fn(&[&str]) -> Result<Vec<Vec<String>>, Box<dyn Error>>,
) -> Result<usize, Box<dyn Error>> {
    let calls = panics::calls(listing);
    let mut panicking: BTreeSet<&str> =
        calls.iter().map(|call| call.to).filter(|name| panics::is_panic(name)).collect();
    loop {
        let is_site = |call: &&Call| {
            panicking.contains(call.to)
                && !panicking.contains(call.from)
                && !BRING_UP.iter().any(|part| call.from.contains(part))
        };
        let sites: Vec<&Call> = calls.iter().filter(is_site).collect();
        let addresses: Vec<&str> = sites.iter().map(|call| call.address).collect();
        let mut within_core = BTreeSet::new();
        for (call, frames) in sites.iter().zip(locate(&addresses)?) {
            match origin(&frames) {
                Origin::Hal => {}
                Origin::Library => drop(within_core.insert(call.from)),
                Origin::Other => {
                    let place = frames.join("\n  in ");
                    return Err(format!("{} can panic: {place}", call.from).into());
                }
            }
        }
        if within_core.is_empty() {
            return Ok(sites.len());
        }
        panicking.append(&mut within_core);
    }
}

/// The places in the sources behind each address, the innermost first.
fn located(
    tool: &str,
    image: &str,
    addresses: &[&str],
) -> Result<Vec<Vec<String>>, Box<dyn Error>> {
    let text = shell::output(&[&[tool, "-a", "-i", "-e", image], addresses].concat())?;
    let mut places: Vec<Vec<String>> = Vec::new();
    for line in text.lines() {
        match places.last_mut() {
            Some(frames) if !line.starts_with("0x") => frames.push(line.to_owned()),
            _ => places.push(Vec::new()),
        }
    }
    if places.len() == addresses.len() {
        return Ok(places);
    }
    Err(format!("{tool} located {} of {} addresses", places.len(), addresses.len()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTING: &str = "\
08000100 <ours>:
 8000100:\tbl\t8000300 <core::slice::copy>
08000200 <embassy::init>:
 8000200:\tbl\t8000400 <core::panicking::panic>
08000300 <core::slice::copy>:
 8000300:\tbl\t8000400 <core::panicking::panic>
08000400 <core::panicking::panic>:
 8000400:\tb.n\t8000400 <core::panicking::panic>
";

    fn judge(ours: &str) -> Result<usize, Box<dyn Error>> {
        whose(LISTING, |addresses| {
            let file = |address: &&str| match *address {
                "8000100" => vec![ours.to_owned()],
                "8000200" => {
                    vec!["/rustc/1/library/core/x.rs:1".into(), "/embassy-stm32-1/y.rs:2".into()]
                }
                _ => vec!["/rustc/1/library/core/x.rs:1".into()],
            };
            Ok(addresses.iter().map(file).collect())
        })
    }

    #[test]
    fn a_panic_of_ours_is_found_through_core() {
        let found = judge("/somewhere/crates/coldcap/src/lib.rs:7").unwrap_err().to_string();
        assert!(found.contains("ours") && found.contains("coldcap"), "{found}");
        assert_eq!(judge("/registry/embassy-hal-internal-1/z.rs:3").unwrap(), 2);
    }
}
