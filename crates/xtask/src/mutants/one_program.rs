//! Makes one program of all tests of a crate, so that a mutant is built once and not once for every file of tests.

use core::error::Error;
use core::fmt::Write;
use std::fs;
use std::path::Path;

type Done<T> = Result<T, Box<dyn Error>>;

/// Builds are small and quick; what is not changed is optimised.
const PROFILES: &str = "
[profile.mutants]
inherits = \"dev\"
debug = false

[profile.mutants.package.\"*\"]
opt-level = 2

[profile.mutants-quick]
inherits = \"mutants\"
opt-level = 0

[profile.mutants-quick.package.\"*\"]
opt-level = 2
";

/// Changes a copy of the workspace.
pub(crate) fn make(sources: &Path, packages: &[&str]) -> Done<()> {
    edit(&sources.join("Cargo.toml"), |text| Ok(format!("{text}{PROFILES}")))?;
    for package in packages {
        let folder = sources.join("crates").join(package);
        let tests = tests_of(&folder)?;
        edit(&folder.join("Cargo.toml"), alone)?;
        edit(&folder.join("src/lib.rs"), |text| joined(&text, package, &tests))?;
    }
    Ok(())
}

fn edit(path: &Path, change: impl FnOnce(String) -> Done<String>) -> Done<()> {
    let changed = change(fs::read_to_string(path)?)?;
    Ok(fs::write(path, changed).map_err(|error| format!("{}: {error}", path.display()))?)
}

/// The files of tests, by their names.
fn tests_of(folder: &Path) -> Done<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder.join("tests"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            names.push(path.file_stem().unwrap_or_default().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// No program is built but the one.
fn alone(manifest: String) -> Done<String> {
    let alone = "[package]\nautotests = false\nautoexamples = false\n";
    let changed = manifest.replacen("[package]\n", alone, 1);
    if changed == manifest { Err("a manifest without a package".into()) } else { Ok(changed) }
}

/// The library with its files of tests as modules, at its end so that no line gets another number.
fn joined(library: &str, package: &str, tests: &[String]) -> Done<String> {
    let mut joined = library.replacen("\n#![no_std]\n", "\n#![cfg_attr(not(test), no_std)]\n", 1);
    if joined == library {
        return Err(format!("{package} has the standard library").into());
    }
    writeln!(joined, "#[cfg(test)]\nextern crate self as {};", package.replace('-', "_"))?;
    for name in tests {
        writeln!(joined, "#[cfg(test)]\n#[path = \"../tests/{name}.rs\"]\nmod tests_{name};")?;
    }
    Ok(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_become_modules_behind_the_last_line() {
        let joined = joined("//! It.\n#![no_std]\nmod it;\n", "a-b", &["walk".into()]).unwrap();
        assert_eq!(
            joined,
            "//! It.\n#![cfg_attr(not(test), no_std)]\nmod it;\n#[cfg(test)]\nextern crate self as a_b;\n\
             #[cfg(test)]\n#[path = \"../tests/walk.rs\"]\nmod tests_walk;\n"
        );
    }
}
