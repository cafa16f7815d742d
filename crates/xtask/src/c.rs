//! The C interface: its header, a program on this machine under the sanitisers, and the firmware in C.

use crate::shell::{self, Checked, Outcome};
use crate::{bare, emulator, panics};
use core::error::Error;
use std::path::{Path, PathBuf};

const CRATE: &str = "crates/coldcap-c";
const HEADER: &str = "crates/coldcap-c/include/coldcap.h";
const FIRMWARE: &str = "examples/firmware-c";
const TARGET: &str = "thumbv7em-none-eabihf";
const COMPILER: &str = "arm-none-eabi-gcc";
/// Every call of the interface: what C may reach, and what no panic may be reached from.
const CALLS: &str = "coldcap_";

/// Checks that the committed header is what cbindgen makes of the crate.
pub(crate) fn header() -> Checked {
    let Some(made) = generated()? else { return Ok(no_cbindgen()) };
    let committed = std::fs::read_to_string(shell::root().join(HEADER))?;
    if made == committed {
        return Ok(Outcome::Done);
    }
    Err(format!("{HEADER} is behind: `cargo xtask header write` writes it").into())
}

/// Writes the header.
pub(crate) fn write_header() -> Checked {
    let Some(made) = generated()? else { return Ok(no_cbindgen()) };
    std::fs::write(shell::root().join(HEADER), made)?;
    Ok(Outcome::Done)
}

fn generated() -> Result<Option<String>, Box<dyn Error>> {
    if !shell::has(&["cbindgen", "--version"]) {
        return Ok(None);
    }
    let folder = shell::root().join(CRATE);
    let line = ["cbindgen", "--quiet", "--config", "cbindgen.toml", "--crate", "coldcap-c", "."];
    shell::output_in(&folder, &line).map(Some)
}

fn no_cbindgen() -> Outcome {
    Outcome::Skipped("cbindgen is not installed: cargo install --locked cbindgen@0.29.4".into())
}

/// A C program that drives the library on this machine, strict and under the sanitisers; and the header as C99, as C++
/// and beside that of the wire.
pub(crate) fn host() -> Checked {
    let compiler = ["cc", "gcc", "clang"].into_iter().find(|name| shell::has(&[name, "--version"]));
    let Some(compiler) = compiler else {
        return Ok(Outcome::Skipped("no C compiler is installed".into()));
    };
    let library = library("dev", None, &["one-channel", "two-channels"])?;
    let program = shell::target().join("ci-c-host").to_string_lossy().into_owned();
    let strict = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-O1", "-g"];
    let sanitised = ["-std=c11", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    let folders = [include("crates/coldcap-c/include"), include("clients/c")];
    let sources = ["crates/coldcap-c/tests/host.c", "crates/coldcap-c/tests/readme.c"];
    readme_is_compiled()?;
    let libraries = ["-lpthread", "-ldl", "-lm"];
    for source in sources {
        let line = [
            &[compiler],
            &strict[..],
            &sanitised,
            &refs(&folders),
            &["-o", &program],
            &[source, &library],
            &libraries,
        ]
        .concat();
        shell::run(&line)?;
        shell::run(&[&program])?;
    }
    shell::run(&["cargo", "test", "--quiet", "--package", "coldcap-c", "--features", "lane"])?;
    let alone = ["-fsyntax-only", "-x"];
    for language in [["c", "-std=c99"], ["c++", "-std=c++11"]] {
        let line = [&[compiler], &strict[..], &alone, &language, &[HEADER]].concat();
        shell::run(&line)?;
    }
    Ok(Outcome::Done)
}

/// The example of README.md is a program that is compiled and run: `tests/readme.c` holds it.
fn readme_is_compiled() -> Result<(), Box<dyn Error>> {
    let read = |name: &str| std::fs::read_to_string(shell::root().join(CRATE).join(name));
    let (page, program) = (read("README.md")?, read("tests/readme.c")?);
    let shown = page.split("```c\n").nth(1).and_then(|rest| rest.split("```").next());
    match shown {
        Some(example) if program.contains(example) => Ok(()),
        _ => Err("the C example of coldcap-c's README.md is not what tests/readme.c holds".into()),
    }
}

/// The firmware in C on the emulated board: its size, that no call can reach a panic, and the hash of the whole treatment.
pub(crate) fn firmware() -> Checked {
    if !bare::installed(TARGET) {
        return Ok(Outcome::Skipped(format!("target not installed: {TARGET}")));
    }
    if !shell::has(&[COMPILER, "--version"]) {
        return Ok(Outcome::Skipped(format!("{COMPILER} is not installed")));
    }
    let image = image("one-channel")?;
    let image = image.to_string_lossy().into_owned();
    shell::run(&["arm-none-eabi-size", &image])?;
    no_panic(&image)?;
    match emulator::lacks_emulator() {
        Some(skipped) => Ok(skipped),
        None => emulator::treatment_of("firmware in C on an emulated Cortex-M4F", &image),
    }
}

/// Builds the library and the firmware around it.
fn image(channels: &str) -> Result<PathBuf, Box<dyn Error>> {
    let library = library("firmware", Some(TARGET), &[channels, "panic-handler", "lane"])?;
    let folder = shell::root().join(FIRMWARE);
    let image = shell::target().join("firmware-c.elf");
    let out = image.to_string_lossy().into_owned();
    let include = include("crates/coldcap-c/include");
    let mut line = vec![COMPILER, "@flags.txt", &include, "-Tboard.ld"];
    line.extend(["main.c", "lane.c", "board.c", "startup.c", &library, "-lgcc", "-o", &out]);
    shell::run_in(&folder, &line, &[])?;
    Ok(image)
}

/// Builds the static library and says where it is.
fn library(
    profile: &str,
    target: Option<&str>,
    features: &[&str],
) -> Result<String, Box<dyn Error>> {
    let features = features.join(",");
    let mut line = vec!["cargo", "rustc", "--quiet", "--package", "coldcap-c"];
    line.extend(["--crate-type", "staticlib", "--profile", profile]);
    line.extend(["--no-default-features", "--features", &features]);
    target.iter().for_each(|target| line.extend(["--target", target]));
    shell::run(&line)?;
    let folder = if profile == "dev" { "debug" } else { profile };
    let target = target.map_or_else(shell::target, |target| shell::target().join(target));
    Ok(target.join(folder).join("libcoldcap_c.a").to_string_lossy().into_owned())
}

fn include(folder: &str) -> String {
    format!("-I{}", shell::root().join(Path::new(folder)).display())
}

fn refs(owned: &[String]) -> Vec<&str> {
    owned.iter().map(String::as_str).collect()
}

/// Looks for panic paths behind every call of the interface that the firmware has linked.
fn no_panic(image: &str) -> Result<(), Box<dyn Error>> {
    let listing = shell::output(&["arm-none-eabi-objdump", "-d", "--no-show-raw-insn", image])?;
    let graph = panics::Graph::read(&listing);
    let reached = graph.reach(CALLS)?;
    println!("{} functions are reachable from the calls of the C interface", reached.len());
    match reached.keys().find(|name| panics::is_panic(name)) {
        None => Ok(()),
        Some(first) => Err(format!("a panic: {}", panics::route(&reached, first)).into()),
    }
}
