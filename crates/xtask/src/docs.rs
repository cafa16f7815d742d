//! Pages that are generated from runs.

use crate::shell::{self, Checked, Outcome};
use core::error::Error;
use core::fmt::Write;
use serde_json::Value;

/// Faults as `demo --fault` takes them: when they begin is where they are most telling.
const FAULTS: &[&str] = &[
    "kink@6000..6300",
    "pump-stop@6000",
    "pump-stuck-on@6000",
    "chiller-stuck-on@6000",
    "leak@6000",
    "cap-off@6000..6120",
    "supply-open@6000",
    "supply-short@6000",
    "supply-stuck@6000",
    "return-open@6000",
    "return-short@6000",
    "return-stuck@6000",
    "front-open@6000",
    "front-short@6000",
    "front-stuck@6000",
    "rear-open@6000",
    "rear-short@6000",
    "rear-stuck@6000",
    "safety-open@6000",
    "safety-short@6000",
    "safety-stuck@6000",
    "link-loss@6000..6120",
    "frame-noise@6000..6600",
    "host-crash@6000..6300",
    "power-cut@6000..6020",
    "supply-warm@6000",
    "return-warm@6000",
    "front-warm@6000",
    "rear-warm@6000",
    "safety-warm@6000",
    "partial-kink@6000..6300",
    "valve-slip@6000",
    "display-freeze@6000..6300",
    "bare-spot@6000",
    "cap-lifts@6000",
    "chiller-weak@4000",
    "evaporator-iced@6000",
    "condensation@6000",
    "pump-dry@6000",
    "reset@6000",
    "clock-jump@6000",
    "wrong-plan@0",
    "replay@6000..6900",
    "early-removal@0",
    "drug-unended@6000..14000",
];

const HEAD: &str = "\
# What every fault of the virtual machine ends in

Generated from runs of the whole treatment by `cargo xtask faults write`; `cargo xtask ci` checks that
the page is what the runs say. One fault each, named with the seconds at which it begins and ends; all
other settings are those of `coldcap demo`. *First alarm* is the first alarm that is not there in a
run without a fault, with the seconds from the fault's begin to the alarm. *Minutes* are cooled minutes
of the treatment's pre-cooling, infusion and post-cooling. Everything here is SIMULATED.

| fault | outcome | first alarm | after s | alarms | cooled min (pre, infusion, post) | breaks | interface min °C | link crc errors |
|---|---|---|---|---|---|---|---|---|
";

/// The same, one after another.
pub(crate) fn faults_at() -> impl Iterator<Item = &'static str> {
    FAULTS.iter().copied()
}

/// Checks that `docs/faults.md` is what the runs say.
pub(crate) fn check_faults() -> Checked {
    let page = faults()?;
    let committed = std::fs::read_to_string(shell::root().join("docs/faults.md"))?;
    if page == committed {
        return Ok(Outcome::Done);
    }
    let line = page.lines().zip(committed.lines()).find(|(new, old)| new != old);
    Err(format!("docs/faults.md differs from the runs: {line:?}; `cargo xtask faults write`")
        .into())
}

/// Writes `docs/faults.md`.
pub(crate) fn write_faults() -> Checked {
    std::fs::write(shell::root().join("docs/faults.md"), faults()?)?;
    Ok(Outcome::Done)
}

/// Every fault in every phase and both modes, for so many heads: writes `docs/fault-campaign.md`, and fails where something
/// was not as it must be.
pub(crate) fn fault_matrix(heads: &str) -> Checked {
    std::fs::write(shell::root().join("docs/fault-campaign.md"), matrix(heads)?)?;
    Ok(Outcome::Done)
}

/// The worst case of each margin, of so many runs each: kept in `examples/worst-cases`.
pub(crate) fn falsify(runs: &str) -> Checked {
    let coldcap = shell::coldcap()?.to_string_lossy().into_owned();
    for margin in ["face", "skin", "rush"] {
        let place = shell::root().join(format!("examples/worst-cases/{margin}.toml"));
        let place = place.to_string_lossy().into_owned();
        shell::run(&[&coldcap, "falsify", "--runs", runs, "--margin", margin, "--out", &place])?;
    }
    Ok(Outcome::Done)
}

/// The same for one head, without the page.
pub(crate) fn fault_slice() -> Checked {
    matrix("1").map(|_| Outcome::Done)
}

fn matrix(heads: &str) -> Result<String, Box<dyn Error>> {
    let run = ["cargo", "run", "--quiet", "--release", "--package", "coldcap-sim", "--example"];
    shell::output(&[&run[..], &["fault_matrix", "--", heads]].concat())
}

fn faults() -> Result<String, Box<dyn Error>> {
    let coldcap = shell::coldcap()?.to_string_lossy().into_owned();
    let mut page = HEAD.to_owned();
    page.push_str(&row("none", &run(&coldcap, None)?)?);
    for fault in FAULTS {
        page.push_str(&row(fault, &run(&coldcap, Some(fault))?)?);
    }
    Ok(page)
}

fn run(coldcap: &str, fault: Option<&str>) -> Result<Value, Box<dyn Error>> {
    let out = shell::target().join("ci-faults").to_string_lossy().into_owned();
    let mut line = vec![coldcap, "demo", "--json", "--out", &out];
    line.extend(fault.map(|_| "--fault"));
    line.extend(fault);
    Ok(serde_json::from_str(&shell::output(&line)?)?)
}

fn row(fault: &str, summary: &Value) -> Result<String, Box<dyn Error>> {
    let begin = fault.split_once('@').map_or(0.0, |(_, when)| {
        when.split("..").next().and_then(|from| from.parse().ok()).unwrap_or(0.0)
    });
    let alarms = summary["alarms"].as_array().ok_or("no alarms in the summary")?;
    let first = alarms.iter().find(|alarm| alarm["onset_s"].as_f64() >= Some(begin));
    let first = first.filter(|_| fault != "none");
    let mut row = String::new();
    write!(row, "| {fault} | {} |", summary["outcome"].as_str().unwrap_or("-"))?;
    match first {
        Some(alarm) => write!(
            row,
            " {} ({}) | {:.1} |",
            alarm["id"].as_str().unwrap_or("-"),
            alarm["priority"].as_str().unwrap_or("-"),
            alarm["onset_s"].as_f64().unwrap_or(f64::NAN) - begin
        )?,
        None => write!(row, " – | – |")?,
    }
    let cooled = ["pre_cool", "infusing", "post_cool"].map(|phase| minutes(summary, phase));
    let link = &summary["link"]["crc"];
    writeln!(
        row,
        " {} | {:.1}, {:.1}, {:.1} | {} | {} | {link} |",
        alarms.len(),
        cooled[0],
        cooled[1],
        cooled[2],
        summary["breaks"].as_array().map_or(0, Vec::len),
        summary["interface_min_c"].as_f64().map_or("–".into(), |least| format!("{least:.1}"))
    )?;
    Ok(row)
}

fn minutes(summary: &Value, phase: &str) -> f64 {
    let spans = summary["phases"].as_array().into_iter().flatten();
    spans
        .filter(|span| span["phase"].as_str() == Some(phase))
        .filter_map(|span| span["cooled_minutes"].as_f64())
        .fold(0.0, |sum, minutes| sum + minutes)
}
