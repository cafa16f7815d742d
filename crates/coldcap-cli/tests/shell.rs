//! The command in a shell: completions, the manual, colours, and what moves on a terminal.

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use support::{coldcap, file, folder, names_in, text};

/// Whether a program is there; where it is not, says loudly that this was not tested.
fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").stdout(Stdio::null()).status().is_ok();
    if !found {
        eprintln!("SKIPPED: {program} is not there");
    }
    found
}

/// What bash would offer behind these words; the last one is being typed.
fn offered(script: &str, words: &[&str]) -> Vec<String> {
    let last = words.len() - 1;
    let list = words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
    let program = format!(
        "source {script}; COMP_WORDS=({list}); COMP_CWORD={last}; _coldcap coldcap '{}' '{}'; \
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        words[last],
        words[last - 1],
    );
    let done = Command::new("bash").args(["--norc", "-c", &program]).output().unwrap();
    assert!(done.stderr.is_empty(), "{done:?}");
    String::from_utf8(done.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_a_command_an_option_and_a_value() {
    if !has("bash") {
        return;
    }
    let script = coldcap(&["completions", "bash"]);
    let script = file(&folder("completions"), "coldcap.bash", script.out);
    assert_eq!(offered(&script, &["coldcap", "dem"]), ["demo"]);
    assert_eq!(offered(&script, &["coldcap", "demo", "--unse"]), ["--unsecured"]);
    assert_eq!(offered(&script, &["coldcap", "keys", "rev"]), ["revoke"]);
    assert_eq!(offered(&script, &["coldcap", "export", "--to", "mc"]), ["mcap"]);
}

#[test]
fn every_shell_has_its_completions() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let done = coldcap(&["completions", shell]);
        assert_eq!(done.status, Some(0), "{done:?}");
        assert!(done.out.contains("falsify"), "{shell}");
    }
    coldcap(&["completions", "tcsh"]).refused(2);
}

#[test]
fn every_page_of_the_manual_renders_without_a_warning() {
    let pages = folder("manual").join("new/man1");
    let done = coldcap(&["man", "--out", &text(&pages)]);
    assert_eq!(done.status, Some(0), "{done:?}");
    let names = names_in(&pages);
    for name in ["coldcap.1", "coldcap-demo.1", "coldcap-keys-add.1"] {
        assert!(names.contains(&name.to_owned()), "{names:?}");
    }
    assert_eq!(fs::read_to_string(pages.join("coldcap.1")).unwrap(), coldcap(&["man"]).out);
    for name in names {
        renders(&pages.join(name));
    }
}

fn renders(page: &Path) {
    assert!(fs::read_to_string(page).unwrap().contains("EXIT STATUS"), "{page:?}");
    if !has("groff") {
        return;
    }
    // What `man --warnings` does, without a pager.
    let line = ["-man", "-ww", "-z", "-Kutf8"];
    let done = Command::new("groff").args(line).arg(page).output().unwrap();
    assert!(done.status.success() && done.stderr.is_empty(), "{page:?}: {done:?}");
}

/// What a terminal of its own shows while the command runs; standard output and standard error are both the terminal.
fn on_a_terminal(line: &str, environment: &[(&str, &str)]) -> Option<String> {
    let line = format!("'{}' {line}", env!("CARGO_BIN_EXE_coldcap"));
    let mut script = Command::new("script");
    script.args(["-qec", &line, "/dev/null"]).stdin(Stdio::null()).env("TERM", "xterm-256color");
    script.env_remove("NO_COLOR").envs(environment.iter().copied());
    has("script").then(|| String::from_utf8_lossy(&script.output().unwrap().stdout).into_owned())
}

const COLOURED: &str = "\u{1b}[";

#[test]
fn the_help_has_colours_on_a_terminal_only_or_when_asked() {
    assert!(!coldcap(&["demo", "--help"]).out.contains(COLOURED));
    assert!(coldcap(&["demo", "--help", "--color", "always"]).out.contains(COLOURED));
    assert!(coldcap(&["--color=always", "demo", "-h"]).out.contains(COLOURED));
    coldcap(&["--color", "red", "vectors"]).refused(2);
    let Some(shown) = on_a_terminal("demo --help", &[]) else { return };
    assert!(shown.contains(COLOURED), "{shown}");
    for (line, environment) in
        [("demo --help", &[("NO_COLOR", "1")][..]), ("demo --help --color never", &[])]
    {
        let shown = on_a_terminal(line, environment).unwrap();
        assert!(!shown.contains(COLOURED) && shown.contains("--fault"), "{line}: {shown}");
    }
}

#[test]
fn what_takes_a_while_moves_on_a_terminal_and_is_silent_elsewhere() {
    let out = text(&folder("moves"));
    let population = ["population", "--patients", "12", "--out", &out];
    let demo = ["demo", "--out", &out];
    for line in [&population[..], &demo] {
        let done = coldcap(line);
        assert_eq!((done.status, done.error.as_str()), (Some(0), ""), "{line:?}");
        let Some(shown) = on_a_terminal(&line.join(" "), &[]) else { return };
        // A line that is drawn again begins at its left end, and is erased.
        assert!(shown.contains("\r\u{1b}[2K"), "{line:?}: {shown:?}");
    }
}

#[test]
fn keys_and_parameters_are_told_to_scripts() {
    let folder = folder("scripts");
    let [keys, code, other] = ["keys", "code", "other"].map(|name| text(&folder.join(name)));
    let who = ["--role", "nurse", "--label", "tablet", "--json"];
    let added = coldcap(&[&["keys", "add", &keys, "--code", &code], &who[..]].concat()).json();
    let paired = coldcap(&[&["pair", "--keys", &keys, "--code", &other], &who[..]].concat()).json();
    for told in [&added, &paired] {
        assert_eq!((&told["role"], &told["label"]), (&"nurse".into(), &"tablet".into()));
    }
    let listed = coldcap(&["keys", "list", &keys, "--json"]).out;
    for told in [added, paired] {
        assert!(listed.contains(&told.to_string()), "{told}: {listed}");
    }
    let shown = coldcap(&["parameters", "show", "thresholds", "--json"]).json();
    let faces = &shown["agreement.faces"][0];
    assert!(faces["least"].as_u64() <= faces["value"].as_u64(), "{faces}");
    assert!(faces["value"].as_u64() <= faces["most"].as_u64(), "{faces}");
}
