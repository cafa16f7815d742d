//! Exported recordings, read by the library of MCAP's makers.

use crate::shell::{self, Checked, Outcome};
use std::fs;

/// A demo's recording as MCAP, against the same one as CSV.
pub(crate) fn check() -> Checked {
    if !shell::has(&["python3", "-c", "import mcap"]) {
        let why = "python3 has no module mcap (pip install mcap): NO EXPORT WAS CHECKED";
        return Ok(Outcome::Skipped(why.into()));
    }
    let folder = shell::target().join("mcap");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let coldcap = shell::coldcap()?.to_string_lossy().into_owned();
    let out = folder.to_string_lossy().into_owned();
    shell::output(&[&coldcap, "demo", "--fault", "kink@6000..6300", "--out", &out])?;
    let made = fs::read_dir(&folder)?.next().ok_or("the demo has written nothing")??.path();
    let recording = made.join("session.ccap").to_string_lossy().into_owned();
    let file = |form: &str| folder.join(format!("session.{form}")).to_string_lossy().into_owned();
    for form in ["mcap", "csv"] {
        shell::output(&[&coldcap, "export", &recording, "--to", form, "--out", &file(form)])?;
    }
    let program = shell::root().join("crates/xtask/src/mcap/check.py");
    let program = program.to_string_lossy().into_owned();
    shell::run(&["python3", &program, &file("mcap"), &file("csv")])?;
    Ok(Outcome::Done)
}
