//! All `no_std` crates for the five bare targets.

use crate::arch::NO_STD;
use crate::shell::{self, Checked, Outcome};

/// The targets; the first is the reference.
pub(crate) const TARGETS: [&str; 5] = [
    "thumbv7em-none-eabihf",
    "thumbv6m-none-eabi",
    "thumbv8m.main-none-eabihf",
    "riscv32imc-unknown-none-elf",
    "wasm32-unknown-unknown",
];

/// Whether the standard library's core is there for a target.
pub(crate) fn installed(target: &str) -> bool {
    let Ok(sysroot) = shell::output(&["rustc", "--print", "sysroot"]) else { return false };
    std::path::Path::new(sysroot.trim()).join("lib/rustlib").join(target).join("lib").is_dir()
}

/// Builds every `no_std` crate for every target.
pub(crate) fn check() -> Checked {
    let missing: Vec<&str> = TARGETS.into_iter().filter(|target| !installed(target)).collect();
    for target in TARGETS.into_iter().filter(|target| !missing.contains(target)) {
        let mut line = vec!["cargo", "build", "--quiet", "--release", "--target", target];
        for name in NO_STD {
            line.extend(["--package", name]);
        }
        shell::run(&line)?;
        println!("{target}: {} crates", NO_STD.len());
    }
    if missing.is_empty() {
        return Ok(Outcome::Done);
    }
    Ok(Outcome::Skipped(format!("targets not installed: {}", missing.join(", "))))
}
