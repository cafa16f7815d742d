//! The linked images: their size, that no panic path can be reached from a tick, and that a whole machine has neither a
//! panic path anywhere, nor a float, nor a heap.

use crate::bare;
use crate::shell::{self, Checked, Outcome};
use core::error::Error;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const TARGET: &str = "thumbv7em-none-eabihf";
const FOLDER: &str = "examples/firmware-qemu";
/// The function that the firmware keeps as a symbol of its own: one whole step of the device.
const START: &str = "lane5serve";

/// Builds the firmware images and returns the folder that holds them.
pub(crate) fn build() -> Result<PathBuf, Box<dyn Error>> {
    build_in(FOLDER)
}

/// The same of any package of firmware.
pub(crate) fn build_in(folder: &str) -> Result<PathBuf, Box<dyn Error>> {
    let folder = shell::root().join(folder);
    let target = shell::target().join("firmware");
    let target = target.to_string_lossy().into_owned();
    shell::run_in(
        &folder,
        &["cargo", "build", "--release", "--quiet", "--locked"],
        &[("CARGO_TARGET_DIR", &target)],
    )?;
    Ok(PathBuf::from(target).join(TARGET).join("release"))
}

/// The image behind the step lane alone, for a target.
pub(crate) fn build_lane(of: &str) -> Result<PathBuf, Box<dyn Error>> {
    let target = shell::target().join("firmware");
    let line =
        ["cargo", "build", "--release", "--quiet", "--locked", "--bin", "lane", "--target", of];
    let place = target.to_string_lossy().into_owned();
    shell::run_in(&shell::root().join(FOLDER), &line, &[("CARGO_TARGET_DIR", &place)])?;
    Ok(target.join(of).join("release").join("lane"))
}

/// Whether the board's target is there.
pub(crate) fn can_build() -> bool {
    bare::installed(TARGET)
}

/// Builds the firmware, prints its size, and looks for panic paths.
pub(crate) fn check() -> Checked {
    if !bare::installed(TARGET) {
        return Ok(Outcome::Skipped(format!("target not installed: {TARGET}")));
    }
    let folder = build()?;
    let checked = check_image(&folder.join("lane").to_string_lossy(), &[START])?;
    if let (Outcome::Done, Some(objdump)) = (&checked, tool("objdump")) {
        check_machine(&objdump, &folder.join("machine"))?;
    }
    Ok(checked)
}

/// Prints the size of an image, and looks for panic paths behind each function whose name contains one of `starts`.
pub(crate) fn check_image(image: &str, starts: &[&str]) -> Checked {
    let (Some(objdump), Some(size)) = (tool("objdump"), tool("size")) else {
        return Ok(Outcome::Skipped("neither llvm-tools nor arm-none-eabi binutils found".into()));
    };
    print!("{}", shell::output(&[&size, image])?);
    let listing = shell::output(&[&objdump, "-d", "--no-show-raw-insn", image])?;
    let graph = Graph::read(&listing);
    for start in starts {
        check_start(&graph, start)?;
    }
    Ok(Outcome::Done)
}

fn check_start(graph: &Graph, start: &str) -> Result<(), Box<dyn Error>> {
    let reached = graph.reach(start)?;
    println!("{} functions are reachable from {start}", reached.len());
    let panics: Vec<&String> = reached.keys().filter(|name| is_panic(name)).collect();
    match panics.first() {
        None => {
            println!("none of them is a panic path; indirect calls among them: {}", {
                graph.indirect.iter().filter(|name| reached.contains_key(*name)).count()
            });
            Ok(())
        }
        Some(first) => {
            Err(format!("{} panic symbols, e.g. {}", panics.len(), route(&reached, first)).into())
        }
    }
}

/// A whole machine: whatever of it is linked has none of these.
fn check_machine(objdump: &str, image: &Path) -> Result<(), Box<dyn Error>> {
    let listing = shell::output(&[objdump, "-d", "--no-show-raw-insn", &image.to_string_lossy()])?;
    let found: Vec<&str> = listing.lines().filter_map(unwanted).collect();
    match found.first() {
        None => {
            println!("a whole machine has no panic path, no float instruction and no allocator");
            Ok(())
        }
        Some(first) => Err(format!("{} places in a machine, e.g. {first}", found.len()).into()),
    }
}

/// What no machine may have: the name of a function, or an instruction.
pub(crate) fn unwanted(line: &str) -> Option<&str> {
    let name =
        heading(line).filter(|name| is_panic(name) || is_soft_float(name) || allocates(name));
    let float = || line.split('\t').nth(1).map(str::trim).filter(|word| word.starts_with('v'));
    name.or_else(float)
}

/// The helpers of the run-time library for floats: `__aeabi_fadd`, `__aeabi_d2iz` and the like.
fn is_soft_float(name: &str) -> bool {
    name.strip_prefix("__aeabi_").is_some_and(|rest| {
        rest.starts_with(['f', 'd', 'c']) || rest.contains("2f") || rest.contains("2d")
    })
}

fn allocates(name: &str) -> bool {
    ["__rust_alloc", "malloc", "realloc"].iter().any(|word| name.contains(word))
}

pub(crate) fn is_panic(name: &str) -> bool {
    ["panic", "begin_unwind", "unwrap_failed", "expect_failed", "index_fail"]
        .iter()
        .any(|word| name.contains(word))
}

pub(crate) fn route(reached: &BTreeMap<String, String>, end: &str) -> String {
    let mut steps = vec![end];
    let mut at = end;
    while let Some(from) = reached.get(at).filter(|from| from.as_str() != at) {
        steps.push(from);
        at = from;
    }
    steps.reverse();
    steps.join("\n  -> ")
}

/// A tool for object files: from the toolchain's llvm-tools, or Debian's cross binutils.
pub(crate) fn tool(name: &str) -> Option<String> {
    let sysroot = shell::output(&["rustc", "--print", "sysroot"]).ok()?;
    let host = std::path::Path::new(sysroot.trim()).join("lib/rustlib");
    let bundled = std::fs::read_dir(host).ok()?.flatten().map(|entry| entry.path());
    let bundled = bundled
        .map(|path| path.join("bin").join(format!("llvm-{name}")))
        .find(|path| path.is_file())
        .map(|path| path.to_string_lossy().into_owned());
    let installed = [format!("arm-none-eabi-{name}"), format!("llvm-{name}")];
    bundled.or_else(|| installed.into_iter().find(|tool| shell::has(&[tool, "--version"])))
}

/// A branch out of a function, read from a disassembly.
pub(crate) struct Call<'a> {
    pub(crate) from: &'a str,
    pub(crate) to: &'a str,
    pub(crate) address: &'a str,
}

/// Every branch from one function to another.
pub(crate) fn calls(listing: &str) -> Vec<Call<'_>> {
    let mut from = "";
    let mut calls = Vec::new();
    for line in listing.lines() {
        if let Some(name) = heading(line) {
            from = name;
        } else if let Some(to) = called(line).filter(|to| *to != from) {
            let address = line.split(':').next().unwrap_or_default().trim();
            calls.push(Call { from, to, address });
        }
    }
    calls
}

/// Who calls whom, read from a disassembly.
pub(crate) struct Graph {
    calls: BTreeMap<String, BTreeSet<String>>,
    indirect: BTreeSet<String>,
}

impl Graph {
    pub(crate) fn read(listing: &str) -> Self {
        let mut graph = Self { calls: BTreeMap::new(), indirect: BTreeSet::new() };
        for Call { from, to, .. } in calls(listing) {
            graph.calls.entry(from.to_owned()).or_default().insert(to.to_owned());
        }
        let mut current = String::new();
        for line in listing.lines() {
            if let Some(name) = heading(line) {
                current = name.to_owned();
                graph.calls.entry(current.clone()).or_default();
            } else if line.contains("\tblx\tr") {
                graph.indirect.insert(current.clone());
            }
        }
        graph
    }

    /// Everything reachable from the functions whose names contain `start`, with the caller.
    pub(crate) fn reach(&self, start: &str) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
        self.reach_without(start, "\0")
    }

    /// The same without going through functions whose names contain `wall`.
    pub(crate) fn reach_without(
        &self,
        start: &str,
        wall: &str,
    ) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
        let mut open: Vec<String> =
            self.calls.keys().filter(|name| name.contains(start)).cloned().collect();
        if open.is_empty() {
            return Err(format!("no symbol contains '{start}'").into());
        }
        let mut reached: BTreeMap<String, String> =
            open.iter().map(|name| (name.clone(), name.clone())).collect();
        while let Some(name) = open.pop() {
            for target in self.calls.get(&name).into_iter().flatten() {
                if !reached.contains_key(target) && !target.contains(wall) {
                    reached.insert(target.clone(), name.clone());
                    open.push(target.clone());
                }
            }
        }
        Ok(reached)
    }
}

/// The name in a line such as `00000400 <main>:`.
fn heading(line: &str) -> Option<&str> {
    let (address, name) = line.split_once(" <")?;
    address.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(())?;
    name.strip_suffix(">:")
}

/// The function that a branch leaves to: `bl`, or a tail call with `b`.
fn called(line: &str) -> Option<&str> {
    let mut words = line.split('\t').skip(1);
    let mnemonic = words.next()?.trim();
    // The linker fills gaps with d4d4, which reads as `bmi.n` to wherever.
    let filler = mnemonic == "bmi.n" && line.contains("+0x");
    if !mnemonic.starts_with('b') || mnemonic == "bkpt" || filler {
        return None;
    }
    let target = line.rsplit_once('<')?.1.split('>').next()?;
    target.split('+').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_machine_may_have_is_seen() {
        assert_eq!(unwanted("0000a1c4 <core::panicking::panic>:"), Some("core::panicking::panic"));
        assert_eq!(unwanted("0000a1c4 <__aeabi_fadd>:"), Some("__aeabi_fadd"));
        assert_eq!(unwanted("0000a1c4 <__rust_alloc>:"), Some("__rust_alloc"));
        assert_eq!(unwanted("    a1c4:\tvadd.f32\ts0, s0, s1"), Some("vadd.f32"));
        for fine in [
            "0000a1c4 <__aeabi_memcpy>:",
            "0000a1c4 <__aeabi_uldivmod>:",
            "    a1c4:\tadds\tr0, r0, r1",
        ] {
            assert_eq!(unwanted(fine), None, "{fine}");
        }
    }
}
