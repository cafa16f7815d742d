//! The secured link as a script sees it: keys, pairing, a machine with keys on a socket, logs of session keys.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use coldcap_wire::security::{KeySlot, PairingCode, PairingError, Role, STORED_LEN};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Child;
use support::{SHORT_PLAN, coldcap, demo, file, folder, start, text};

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn code(path: &str) -> Result<PairingCode, PairingError> {
    PairingCode::parse(fs::read_to_string(path).unwrap().trim())
}

fn keys(path: &str) -> Vec<KeySlot> {
    let bytes = fs::read(path).unwrap();
    assert_eq!(bytes.len() % STORED_LEN, 0);
    bytes.as_chunks().0.iter().map(|key| KeySlot::from_stored(key).unwrap()).collect()
}

/// Pairs; returns the file of keys and that of the code.
fn pair(folder: &Path, role: &str) -> (String, String) {
    let [keys, code] =
        ["machine.keys", &format!("{role}.code")].map(|name| text(&folder.join(name)));
    let line = ["pair", "--keys", &keys, "--code", &code, "--role", role, "--label", role];
    let done = coldcap(&line);
    assert_eq!((done.status, done.error.as_str()), (Some(0), ""));
    let characters = fs::read_to_string(&code).unwrap();
    assert!(done.out.lines().any(|line| line == characters.trim()), "{}", done.out);
    assert!(done.out.lines().filter(|line| line.contains('█')).count() > 20, "{}", done.out);
    (keys, code)
}

/// What a camera reads from the square on a dark terminal; each character is two modules high.
fn seen_by_a_camera(out: &str) -> String {
    const PIXELS: usize = 4;
    let square: Vec<Vec<char>> = out
        .lines()
        .map(|line| line.chars().collect())
        .filter(|line: &Vec<char>| line.len() > 20 && line.iter().all(|it| "█▀▄ ".contains(*it)))
        .collect();
    let light = |x: usize, y: usize| {
        let halves = match square[y / 2][x] {
            '█' => [true, true],
            '▀' => [true, false],
            '▄' => [false, true],
            _ => [false, false],
        };
        halves[y % 2]
    };
    let (width, height) = (square[0].len() * PIXELS, square.len() * 2 * PIXELS);
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        if light(x / PIXELS, y / PIXELS) { 255 } else { 0 }
    });
    let grids = picture.detect_grids();
    assert_eq!(grids.len(), 1, "{out}");
    grids[0].decode().unwrap().1
}

#[test]
fn another_reader_reads_the_square_code_off_the_terminal() {
    let folder = folder("secured-square");
    let [keys, code] = ["machine.keys", "nurse.code"].map(|name| text(&folder.join(name)));
    let line = ["pair", "--keys", &keys, "--code", &code, "--role", "nurse", "--label", "nurse"];
    let done = coldcap(&line);
    assert_eq!(done.status, Some(0), "{}", done.error);
    assert_eq!(seen_by_a_camera(&done.out), fs::read_to_string(&code).unwrap().trim());
}

/// A code that was shown and cannot be kept pairs nobody, and is a secret on a screen.
#[test]
fn what_cannot_be_kept_is_not_shown() {
    let folder = folder("secured-nowhere");
    let [keys, code] = ["machine.keys", "n.code"].map(|name| text(&folder.join(name)));
    let [no_keys, no_code] =
        ["none/machine.keys", "none/n.code"].map(|name| text(&folder.join(name)));
    for (keys, code, label, said) in [
        (&no_keys, &code, "n", "--keys: "),
        (&keys, &no_code, "n", "--code: "),
        (&keys, &code, "", "--label: \"\": allowed"),
        (&keys, &code, "a\u{1b}[31m", "none of them a control character"),
    ] {
        let line = ["pair", "--keys", keys, "--code", code, "--role", "nurse", "--label", label];
        let done = coldcap(&line);
        assert!(done.refused(2).contains(said) && done.out.is_empty(), "{done:?}");
    }
}

#[test]
fn a_pairing_leaves_the_key_at_both_ends() {
    let folder = folder("secured-pair");
    let (file, nurse) = pair(&folder, "nurse");
    let (_, service) = pair(&folder, "service");
    let held = keys(&file);
    assert_eq!([held[0].role, held[1].role], [Role::Nurse, Role::Service]);
    for (key, path) in held.iter().zip([nurse, service]) {
        let code = code(&path).unwrap();
        assert_eq!((code.slot, &code.psk), (key.id, &key.psk));
        assert_eq!(code.serial, 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &str| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&path), mode(&file)), (0o600, 0o600));
        }
    }
}

#[cfg(unix)]
#[test]
fn nobody_but_its_owner_reads_a_log_of_keys() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder("secured-keylog-mode");
    let [keys, code] = ["machine.keys", "host.code"].map(|name| text(&folder.join(name)));
    let log = file(&folder, "sessions.keylog", "of somebody else\n");
    let line = ["pair", "--keys", &keys, "--code", &code, "--role", "nurse", "--label", "n"];
    assert_eq!(coldcap(&[&line[..], &["--keylog", &log]].concat()).status, Some(0));
    let metadata = fs::metadata(&log).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    assert!(fs::read_to_string(&log).unwrap().contains("COLDCAP_SESSION "));
}

#[test]
fn keys_are_listed_added_and_revoked_and_told_only_when_asked() {
    let folder = folder("secured-keys");
    let path = text(&folder.join("machine.keys"));
    let code_path = |name: &str| text(&folder.join(name));
    let add = |label: &str, id: &str, code: &str| {
        let line = ["keys", "add", &path, "--role", "clinician", "--label", label];
        coldcap(&[&line[..], &["--code", &code_path(code), "--id", id]].concat())
    };
    assert_eq!(add("room 4", "7", "a.code").out, "7\n");
    assert_eq!(add("room 5", "8", "b.code").status, Some(0));
    assert!(add("room 6", "8", "c.code").refused(2).contains("a key of this number is there"));
    assert!(!folder.join("c.code").exists(), "what was refused wrote nothing");
    let again = add("room 6", "9", "b.code");
    assert!(again.refused(2).contains("b.code: is there already: allowed is a new file"));
    assert_eq!(code(&code_path("b.code")).unwrap().slot, 8, "a secret is never written over");
    let secret: String = keys(&path)[0].psk.expose().iter().map(|b| format!("{b:02x}")).collect();
    let listed = coldcap(&["keys", "list", &path, "--json"]);
    let expected = serde_json::json!({ "id": 7, "role": "clinician", "label": "room 4" });
    assert_eq!(lines(&listed.out)[0], expected);
    assert!(!coldcap(&["keys", "list", &path]).out.contains(&secret));
    assert!(coldcap(&["keys", "list", &path, "--secrets"]).out.contains(&secret));
    assert_eq!(coldcap(&["keys", "revoke", &path, "7"]).status, Some(0));
    coldcap(&["keys", "revoke", &path, "7"]).refused(1);
    assert_eq!(keys(&path).iter().map(|key| key.id).collect::<Vec<_>>(), [8]);
    let damaged = file(&folder, "damaged.keys", [1; 65]);
    assert!(coldcap(&["keys", "list", &damaged]).refused(2).contains("64 bytes"));
}

struct Served(Child, String);

impl Served {
    fn start(more: &[&str]) -> Self {
        let listen = ["machine", "--listen", "tcp:127.0.0.1:0", "--once"];
        let mut child = start(&[&listen, more].concat());
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("listening on ").unwrap().to_owned();
        Self(child, address)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn run(folder: &Path, address: &str, more: &[&str]) -> support::Done {
    let plan = file(folder, "plan.toml", SHORT_PLAN);
    let out = text(&folder.join("out"));
    let line = ["run", "--plan", &plan, "--out", &out, "--json", "--connect", address];
    coldcap(&[&line[..], more].concat())
}

#[test]
fn a_paired_host_treats_at_a_machine_with_its_key_and_another_does_not() {
    let folder = folder("secured-run");
    let (keys, code) = pair(&folder, "clinician");
    let served = Served::start(&["--keys", &keys]);
    let done = run(&folder, &served.1, &["--key", &code]);
    let summary = done.json();
    assert_eq!((done.status, &summary["outcome"]), (Some(0), &"completed".into()));
    assert_eq!(
        (&summary["link"]["secured"], &summary["link"]["sessions"]),
        (&true.into(), &1.into())
    );
    // The key of the seed is not among them.
    let served = Served::start(&["--keys", &keys]);
    let done = run(&folder, &served.1, &["--seed", "1"]);
    assert!(done.refused(1).starts_with("the machine does not know the key"), "{done:?}");
}

#[test]
fn a_bench_without_keys_is_there_when_it_is_asked_for_by_name() {
    let done = demo(&folder("secured-bench"), &["--json", "--unsecured"]);
    let link = &done.json()["link"];
    assert_eq!((&link["secured"], &link["sessions"]), (&false.into(), &0.into()));
    assert_eq!(done.json()["outcome"], "completed");
    let keyed = demo(&folder("secured-keyed"), &["--json"]).json();
    assert_eq!(keyed["link"]["secured"], true);
    assert_eq!(keyed["link"]["refused"], 0);
    assert!(keyed["link"]["opened"].as_u64().unwrap() > 1_000);
}

#[test]
fn a_power_cut_and_a_crash_of_the_host_begin_new_sessions() {
    let folder = folder("secured-cut");
    let log = text(&folder.join("keylog"));
    let faults = ["--fault", "power-cut@3000..3020", "--fault", "host-crash@3200..3230"];
    let done = demo(&folder, &[&["--json", "--keylog", &log][..], &faults].concat());
    let summary = done.json();
    assert_eq!(summary["outcome"], "completed", "{summary}");
    assert!(summary["link"]["sessions"].as_u64().unwrap() >= 3);
    assert_eq!(summary["record"]["verified"], true);
    let sessions = fs::read_to_string(&log).unwrap();
    let sessions = sessions.lines().filter(|line| line.starts_with("COLDCAP_SESSION ")).count();
    assert_eq!(sessions as u64, summary["link"]["sessions"].as_u64().unwrap());
    // The recording holds what was opened: it is read and replayed without any of these keys.
    let recording = text(&folder.join("short/session.ccap"));
    assert_eq!(coldcap(&["replay", &recording]).status, Some(0));
    let lines = lines(&coldcap(&["decode", &recording]).out);
    let of = |verdict: &str| lines.iter().filter(|line| line["verdict"] == verdict).count();
    assert!(
        of("verified") > 5_000 && of("unsecured") > 10,
        "{} {}",
        of("verified"),
        of("unsecured")
    );
    let status =
        lines.iter().find(|line| line["verdict"] == "verified" && line["name"] == "channel_status");
    let status = status.unwrap();
    assert_eq!((&status["secured"], &status["ok"]), (&true.into(), &true.into()));
    // What the machine got between its start and the next session was sealed by keys that it has lost.
    let refused = |line: &&Value| line["ok"] == false && line["verdict"] != "refused";
    assert_eq!(lines.iter().find(refused), None);
}

#[test]
fn a_keylog_opens_what_was_sealed() {
    use coldcap_units::Instant;
    use coldcap_wire::frame;
    use coldcap_wire::packet::Kind;
    use coldcap_wire::security::{Keys, Secret, Tunnel};
    let folder = folder("secured-log");
    let [sending, receiving] = [1, 2].map(|byte| Secret::new([byte; 32]));
    let mut host = Tunnel::new(Keys { sending, receiving, hash: [3; 32] }, Instant::ZERO);
    let mut packet = [0; 64];
    let stop = [0xAD, 0x02, 0, 0, 0, 9, 0, 0];
    let length = host.seal(Kind::Command, 0x15, &stop, &mut packet).unwrap();
    let mut out = [0; 96];
    let length = frame::encode(&packet[..length], &mut out).unwrap();
    let hexadecimal: String = out[..length].iter().map(|byte| format!("{byte:02x}")).collect();
    let [hash, to_device, to_host] = ["03", "01", "02"].map(|byte| byte.repeat(32));
    let log = file(
        &folder,
        "keylog",
        format!("# a comment\n\nCOLDCAP_SESSION {hash} {to_device} {to_host}\n"),
    );
    let sealed = coldcap(&["decode", &hexadecimal]);
    assert_eq!(lines(&sealed.out)[0]["error"], "body");
    let opened = coldcap(&["decode", "--keylog", &log, &hexadecimal]);
    let line = &lines(&opened.out)[0];
    assert_eq!((&line["name"], &line["direction"]), (&"operate".into(), &"to_device".into()));
    assert_eq!((&line["secured"], opened.status), (&true.into(), Some(0)));
    assert_eq!(line["fields"]["head.rid"]["value"], 301);
    let wrong = file(&folder, "wrong", "COLDCAP_SESSION 00\n");
    let line = coldcap(&["decode", "--keylog", &wrong, &hexadecimal]).refused(2).to_owned();
    assert!(line.starts_with(&format!("--keylog: {wrong}:1: allowed ")), "{line}");
}

#[test]
fn the_vectors_are_those_of_the_wire() {
    let done = coldcap(&["vectors"]);
    assert_eq!(done.status, Some(0));
    assert!(lines(&done.out).iter().all(|line| line["frame"].is_string()));
    assert!(lines(&done.out).len() > 50);
}
