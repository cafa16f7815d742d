//! Files that belong together: all of them, or none.

use crate::failure::Failure;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// NAME.extension of NAME, whatever dots are in it.
pub(crate) fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

/// Only a regular file is replaced: a rename would put a file in the place of a device, or of a link
/// instead of what it points to.
pub(crate) fn replaceable(path: &Path) -> Result<(), Failure> {
    match fs::symlink_metadata(path) {
        Ok(there) if !there.is_file() => Err(Failure::Input(format!(
            "--out: {}: is not a regular file: allowed is a new file or a regular one",
            path.display()
        ))),
        _ => Ok(()),
    }
}

/// What is read is not replaced by what is made of it.
pub(crate) fn apart(read: &Path, written: &Path) -> Result<(), Failure> {
    let same = read.canonicalize().ok().zip(written.canonicalize().ok());
    match same.is_some_and(|(read, written)| read == written) {
        true => Err(Failure::Input(format!(
            "--out: {}: is what is read: allowed is another file",
            written.display()
        ))),
        false => Ok(()),
    }
}

/// Writes all files beside their places, then moves them there: nothing is left half-written. Where that
/// fails, it says for which file.
pub(crate) fn store(files: &[(PathBuf, Vec<u8>)]) -> Result<(), (PathBuf, io::Error)> {
    let partial = |path: &Path| beside(path, &format!("{}.part", std::process::id()));
    let write = || {
        for (path, content) in files {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(|error| (path, error))?;
            }
            fs::write(partial(path), content).map_err(|error| (path, error))?;
        }
        files.iter().try_for_each(|(path, _)| {
            fs::rename(partial(path), path).map_err(|error| (path, error))
        })
    };
    write().map_err(|(path, error)| {
        for (path, _) in files {
            let _ = fs::remove_file(partial(path));
        }
        (path.clone(), error)
    })
}

/// Writes a file that nobody but its owner may read: beside its place, then moved there.
pub(crate) fn secret(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let partial = beside(path, &format!("{}.part", std::process::id()));
    let write = || -> io::Result<()> {
        let mut file = create_private(&partial)?;
        io::Write::write_all(&mut file, content)?;
        fs::rename(&partial, path)
    };
    write().map_err(|error| {
        let _ = fs::remove_file(&partial);
        Failure::Io(format!("{}: {error}", path.display()))
    })
}

/// A file that is written bit by bit, in place of what was there; nobody but its owner may read it, from its first byte on.
/// A device or a link takes what is written as it is.
pub(crate) fn private(path: &Path) -> io::Result<fs::File> {
    match fs::symlink_metadata(path) {
        Ok(there) if there.is_file() => fs::remove_file(path).and_then(|()| create_private(path)),
        Ok(_) => fs::OpenOptions::new().write(true).open(path),
        Err(_) => create_private(path),
    }
}

fn create_private(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Secrets are never written over: whoever still has to read the one that is there would lose it. Nor is one made that cannot be
/// kept.
pub(crate) fn is_new(option: &str, path: &Path) -> Result<(), Failure> {
    has_folder(option, path)?;
    match fs::symlink_metadata(path) {
        Ok(_) => Err(Failure::Input(format!(
            "{option}: {}: is there already: allowed is a new file",
            path.display()
        ))),
        Err(_) => Ok(()),
    }
}

/// What will be written there has a folder.
pub(crate) fn has_folder(option: &str, path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    match folder.is_none_or(Path::is_dir) {
        true => Ok(()),
        false => Err(Failure::Input(format!(
            "{option}: {}: its folder is not there: allowed is a file in one that is",
            path.display()
        ))),
    }
}
