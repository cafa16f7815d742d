//! What a person may get wrong: one line, status 2, and the value with what is allowed.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use support::{SHORT_PLAN, coldcap, demo, file, folder};

/// Runs the command line and expects one line that begins with `line`.
fn refuses(arguments: &[&str], line: &str) {
    let done = coldcap(arguments);
    let found = done.refused(2);
    assert!(found.starts_with(line), "{arguments:?}: {found}");
    // The longest of them names all the faults that there are.
    assert!(found.len() < 700, "{found}");
    assert_eq!(done.out, "");
}

#[test]
fn the_command_line_itself() {
    refuses(&["demo", "--sped"], "--sped: allowed is what `coldcap demo --help` says; near it is");
    refuses(&["demo", "twice"], "twice: allowed is what `coldcap demo --help` says");
    refuses(&["demo", ""], "an empty argument: allowed is what `coldcap demo --help` says");
    refuses(&["dmo"], "dmo: allowed is what `coldcap --help` says; near it is demo");
    refuses(&[], "COMMAND: nothing: allowed is one of demo, run, ");
    refuses(&["calibrate"], "COMMAND: nothing: allowed is one of ntc, ice, ");
    let number = "allowed is a whole number, 0 to 18446744073709551615";
    refuses(&["demo", "--seed", "x"], &format!("--seed: x: {number}"));
    refuses(&["demo", "--plan"], "--plan: nothing: allowed is --plan <FILE>");
    refuses(&["demo", "--plan", "a", "--plan", "b"], "--plan: twice: allowed is once");
    refuses(&["demo", "--json=3"], "--json: 3: allowed is --json alone");
    refuses(&["tune", "--data", "x", "--machine"], "--data: beside --machine: allowed is one");
    refuses(&["watch", "tcp:127.0.0.1:1", "--speed", "-1"], "--speed: -1: allowed is 0.01 to 1000");
    for command in ["demo", "machine", "fit-cap", "population", "falsify"] {
        refuses(&[command, "--seed", "-1"], "--seed: -1: allowed is a whole number, 0 to ");
    }
    refuses(&["demo", "--speed", "x"], "--speed: x: allowed is a number");
    refuses(&["falsify", "--runs", "x"], "--runs: x: allowed is a whole number");
    refuses(&["record", "pty", "--period", "5"], "--period: 5: allowed is 100 to 10000");
    refuses(&["serve", "x", "--http", "y"], "--http: y: allowed is ADDRESS:PORT, as in ");
    refuses(&["demo", "--machine", "x"], "--machine: x: allowed is one of in-process, qemu");
    let all = "nothing: allowed is what `coldcap convert --help` says";
    refuses(&["convert", "--from", "ohm"], &format!("--curve <CURVE>: {all}"));
    refuses(&["decode"], "<WHAT>: nothing: allowed is what `coldcap decode --help` says");
}

#[test]
fn a_line_break_in_a_value_makes_no_second_line() {
    refuses(&["decode", "no\nhex"], "WHAT: no hex: allowed is ");
    refuses(&["demo", "--plan", "no\r\nfile"], "no  file: ");
}

#[test]
fn help_and_version_are_no_errors() {
    for arguments in [&["--help"][..], &["--version"], &["demo", "--help"]] {
        let done = coldcap(arguments);
        assert_eq!((done.status, done.error.as_str()), (Some(0), ""));
        assert!(done.out.contains("coldcap"), "{}", done.out);
    }
}

/// A device that takes nothing is not a reader who has had enough.
#[cfg(target_os = "linux")]
#[test]
fn help_that_cannot_be_written_is_an_error() {
    let full = std::fs::File::create("/dev/full").unwrap();
    let help = std::process::Command::new(env!("CARGO_BIN_EXE_coldcap"))
        .arg("--help")
        .stdout(full)
        .output();
    assert_eq!(help.unwrap().status.code(), Some(3));
}

#[test]
fn files_that_are_not_there_or_no_text() {
    let folder = folder("input-files");
    let binary = file(&folder, "binary.toml", [0xFF, 0xFE, 0]);
    for option in ["--plan", "--patient"] {
        refuses(&["demo", option, "/no/such/file.toml"], "/no/such/file.toml: ");
        refuses(&["demo", option, "/"], "/: ");
        refuses(&["demo", option, &binary], &format!("{binary}: "));
    }
}

#[test]
fn a_plan_with_a_wrong_field() {
    let folder = folder("input-plan");
    for (from, to, line) in [
        ("pre_min = 10", "pre_min = 9", "treatment.pre_min: 9: allowed 10 to 60"),
        ("target_c = -4.0", "target_c = 9.5", "treatment.target_c: 9.5: allowed -8 to 5"),
        (
            "target_c = -4.0",
            "mode = \"cap\", interface_c = 12.5",
            "treatment.interface_c: 12.5: allowed 2 to 10",
        ),
        ("session = 1", "session = 13", "session: 13: allowed 1 to 12"),
        ("circumference_mm = 561", "circumference_mm = 44", "head.circumference_mm: 44: allowed "),
        ("regimen = 3", "regimen = 3\nweight = 70", "weight: "),
        ("name = \"short\"", "name = \"../short\"", "name: \"../short\": allowed "),
        ("regimen = 3", "regimen = ", ""),
    ] {
        let plan = file(&folder, "plan.toml", SHORT_PLAN.replacen(from, to, 1));
        refuses(&["demo", "--plan", &plan], &format!("{plan}:{line}"));
    }
}

#[test]
fn a_patient_with_a_wrong_field() {
    let folder = folder("input-patient");
    for (content, line) in [
        ("core_c = 42.0", "core_c: 42: allowed 35 to 40"),
        ("fat_mm = 0", "fat_mm: 0: allowed 1 to 8"),
        ("fat_mm = nan", "fat_mm: NaN: allowed 1 to 8"),
        ("fat_mm = \"thin\"", "fat_mm: \"thin\": allowed is a number"),
        ("hat_mm = 1", "hat_mm: unknown: allowed are core_c, fat_mm, "),
        ("core_c 37", ""),
    ] {
        let patient = file(&folder, "patient.toml", content);
        refuses(&["demo", "--patient", &patient], &format!("{patient}:{line}"));
        refuses(
            &["machine", "--listen", "tcp:127.0.0.1:0", "--patient", &patient],
            &format!("{patient}:{line}"),
        );
    }
}

#[test]
fn a_patient_with_good_fields_changes_the_visit() {
    let folder = folder("input-good-patient");
    let patient = file(&folder, "patient.toml", "hair_resistance = 0.02\nfat_mm = 2\n");
    let [own, standard] = [&["--json", "--patient", &patient][..], &["--json"]].map(|more| {
        let done = demo(&folder, more);
        done.json()["skin_at_first_drug_c"].as_f64().unwrap()
    });
    assert!(own < standard - 1.0, "{own} {standard}");
}

#[test]
fn faults_that_do_not_exist() {
    refuses(&["demo", "--fault", "knik@600"], "--fault: knik: allowed are kink, pump-stop, ");
    refuses(&["demo", "--fault", "kink"], "--fault: kink: allowed is NAME@SECONDS");
    refuses(&["demo", "--fault", "kink@soon"], "--fault: soon: allowed are 0 to 31536000");
    refuses(&["demo", "--fault", "kink@-1"], "--fault: -1: allowed are 0 to 31536000");
    refuses(&["demo", "--fault", "kink@9..3"], "--fault: 9..3: allowed is an end after");
    refuses(&["demo", "--fault", "kink@1", "--fault", "x@1"], "--fault: x: allowed are ");
}

#[test]
fn speeds_and_addresses() {
    for speed in ["0", "0.001", "1e9", "nan", "inf"] {
        refuses(&["demo", "--speed", speed], "--speed: ");
    }
    refuses(&["demo", "--speed=-1"], "--speed: -1: allowed is 0.01 to 100000");
    for address in
        ["127.0.0.1:7700", "tcp:", "tcp:127.0.0.1", "tcp:localhost:x", "tcp::7", "tcp:h:99999"]
    {
        let allowed = format!("{address}: allowed is tcp:HOST:PORT");
        refuses(&["run", "--connect", address], &format!("--connect: {allowed}"));
        refuses(&["machine", "--listen", address], &format!("--listen: {allowed}"));
    }
}

#[test]
fn a_patients_fields_are_in_the_help_and_in_what_is_refused() {
    let help = coldcap(&["demo", "--help"]);
    let broken = file(&folder("patient-fields"), "patient.toml", "core_c 37\n");
    let refused = coldcap(&["demo", "--patient", &broken]);
    for field in ["core_c", "hair_resistance", "hair_asymmetry", "perfusion_recovery_s"] {
        assert!(help.out.contains(field), "{field}: {help:?}");
        assert!(refused.refused(2).contains(field), "{field}: {refused:?}");
    }
    assert!(help.out.contains("0.003 to 0.3     0.030   hair and trapped air"), "{help:?}");
}
