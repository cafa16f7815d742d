//! The files of a crate, from its root down the modules that a device has.

use super::Loop;
use super::visitor::{self, Module};
use crate::shell;
use core::error::Error;
use std::path::{Path, PathBuf};

/// All loops of a package, by file and where they stand in it.
pub(crate) fn read(package: &str) -> Result<Vec<Loop>, Box<dyn Error>> {
    let sources = shell::root().join("crates").join(package).join("src");
    let mut files = vec![sources.join("lib.rs")];
    let mut all = Vec::new();
    while let Some(file) = files.pop() {
        let (found, modules) = read_file(package, &sources, &file)?;
        all.extend(found);
        files.extend(modules);
    }
    // Stable: within a file they stay in their order.
    all.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(all)
}

type Found = (Vec<Loop>, Vec<PathBuf>);

fn read_file(package: &str, sources: &Path, file: &Path) -> Result<Found, Box<dyn Error>> {
    let text = std::fs::read_to_string(file)?;
    let named = |error: syn::Error| format!("{}: {error}", file.display());
    let (heads, modules) = visitor::read(&text).map_err(named)?;
    let name = file.strip_prefix(sources)?.to_string_lossy().into_owned();
    let mut found: Vec<Loop> = Vec::new();
    for head in heads {
        let same = found.iter().filter(|other| other.function == head.function).count();
        found.push(Loop {
            package: package.to_owned(),
            file: name.clone(),
            function: head.function,
            ordinal: same + 1,
            code: head.code,
        });
    }
    let files = modules.iter().map(|module| place(file, module)).collect::<Result<_, _>>()?;
    Ok((found, files))
}

/// Where a module's file is.
fn place(file: &Path, module: &Module) -> Result<PathBuf, String> {
    let is_root = file.file_name().is_some_and(|name| name == "lib.rs" || name == "mod.rs");
    let mut folder = if is_root {
        PathBuf::from(file.parent().unwrap_or(file))
    } else {
        file.with_extension("")
    };
    folder.extend(&module.within);
    let candidates =
        [folder.join(&module.name).with_extension("rs"), folder.join(&module.name).join("mod.rs")];
    let there = candidates.into_iter().find(|path| path.is_file());
    there.ok_or_else(|| format!("{}: no file of the module {}", file.display(), module.name))
}
