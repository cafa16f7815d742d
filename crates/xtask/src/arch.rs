//! The import rule, checked against what cargo says: who may know whom.

use crate::shell::{self, Checked, Outcome};
use serde_json::Value;
use std::collections::BTreeSet;

/// A crate and the coldcap crates that it may depend on, outside its tests.
const RULE: &[(&str, &[&str])] = &[
    ("coldcap-units", &[]),
    ("coldcap-calibration", &["coldcap-units"]),
    ("coldcap-thermal", &["coldcap-units"]),
    ("coldcap-guard", &["coldcap-units"]),
    ("coldcap-session", &["coldcap-units"]),
    ("coldcap-wire", &["coldcap-units"]),
    ("coldcap-journal", &["coldcap-units", "coldcap-session"]),
    ("coldcap-schema", &["coldcap-wire"]),
    (
        "coldcap",
        &[
            "coldcap-units",
            "coldcap-calibration",
            "coldcap-thermal",
            "coldcap-guard",
            "coldcap-session",
            "coldcap-wire",
            "coldcap-journal",
        ],
    ),
    (
        "coldcap-trial",
        &[
            "coldcap-units",
            "coldcap-calibration",
            "coldcap-thermal",
            "coldcap-guard",
            "coldcap-session",
            "coldcap",
        ],
    ),
    (
        "coldcap-hal",
        &["coldcap-units", "coldcap-calibration", "coldcap-guard", "coldcap-thermal", "coldcap"],
    ),
    ("coldcap-c", &["coldcap-units", "coldcap"]),
    ("coldcap-explore", &["coldcap-units", "coldcap-guard", "coldcap-session", "coldcap"]),
    ("coldcap-upset", &["coldcap-units", "coldcap-session", "coldcap-trial", "coldcap"]),
    (
        "coldcap-sim",
        &[
            "coldcap-units",
            "coldcap-calibration",
            "coldcap-guard",
            "coldcap-session",
            "coldcap-wire",
            "coldcap-journal",
            "coldcap",
        ],
    ),
    ("coldcap-host", &["coldcap-units", "coldcap-wire", "coldcap-session"]),
    ("coldcap-cli", ANY),
    ("coldcap-benches", ANY),
    ("coldcap-examples", ANY),
    ("xtask", &[]),
];

const ANY: &[&str] = &[
    "coldcap-units",
    "coldcap-calibration",
    "coldcap-thermal",
    "coldcap-trial",
    "coldcap-guard",
    "coldcap-session",
    "coldcap-wire",
    "coldcap-journal",
    "coldcap-schema",
    "coldcap",
    "coldcap-hal",
    "coldcap-sim",
    "coldcap-host",
];

/// The crates that run on a microcontroller.
pub(crate) const NO_STD: &[&str] = &[
    "coldcap-units",
    "coldcap-calibration",
    "coldcap-thermal",
    "coldcap-guard",
    "coldcap-session",
    "coldcap-wire",
    "coldcap-journal",
    "coldcap",
    "coldcap-hal",
    "coldcap-c",
];

/// Checks the import rule, the `no_std` promise and the table of dependencies.
pub(crate) fn check() -> Checked {
    let text = shell::output(&["cargo", "metadata", "--format-version", "1", "--no-deps"])?;
    let metadata: Value = serde_json::from_str(&text)?;
    let packages = metadata["packages"].as_array().ok_or("cargo names no packages")?;
    let mut findings = Vec::new();
    let mut external = BTreeSet::new();
    for package in packages {
        check_package(package, &mut findings, &mut external);
    }
    check_reasons(&external, &mut findings)?;
    for name in NO_STD {
        check_no_std(name, &mut findings)?;
    }
    if findings.is_empty() {
        println!("{} packages keep the import rule", packages.len());
        return Ok(Outcome::Done);
    }
    Err(findings.join("\n").into())
}

fn check_package(package: &Value, findings: &mut Vec<String>, external: &mut BTreeSet<String>) {
    let name = package["name"].as_str().unwrap_or_default();
    let Some((_, allowed)) = RULE.iter().find(|(rule, _)| *rule == name) else {
        findings.push(format!("{name} is not in the import rule: say who may know whom"));
        return;
    };
    for dependency in package["dependencies"].as_array().into_iter().flatten() {
        let to = dependency["name"].as_str().unwrap_or_default();
        let test_only = dependency["kind"].as_str() == Some("dev");
        if dependency["path"].is_null() {
            external.insert(to.to_owned());
        } else if !test_only && !allowed.contains(&to) {
            findings.push(format!("{name} may not depend on {to}"));
        }
        if to == "postcard" && !test_only && name != "coldcap-wire" {
            findings.push(format!("{name} uses postcard, which is coldcap-wire's alone"));
        }
    }
}

fn check_reasons(
    external: &BTreeSet<String>,
    findings: &mut Vec<String>,
) -> Result<(), Box<dyn core::error::Error>> {
    let page = std::fs::read_to_string(shell::root().join("ARCHITECTURE.md"))?;
    for name in external {
        if !page.contains(&format!("| `{name}` |")) {
            findings.push(format!("ARCHITECTURE.md gives no reason for the dependency `{name}`"));
        }
    }
    Ok(())
}

fn check_no_std(name: &str, findings: &mut Vec<String>) -> Result<(), Box<dyn core::error::Error>> {
    let library = shell::root().join("crates").join(name).join("src/lib.rs");
    let text = std::fs::read_to_string(&library)?;
    for promise in ["#![no_std]", "clippy::unwrap_used", "clippy::indexing_slicing"] {
        if !text.contains(promise) {
            findings.push(format!("{name}: src/lib.rs lacks {promise}"));
        }
    }
    Ok(())
}
