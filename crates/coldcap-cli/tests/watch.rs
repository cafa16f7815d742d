//! The live view of a served machine: in a terminal, and without one.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]
#![cfg(unix)]

mod support;

use core::time::Duration;
use std::fs::File;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::Instant;
use support::served::{LONG, Served};
use support::{coldcap, file, folder};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout_at;
use tokio_serial::{SerialPort, SerialStream};

/// A terminal of 80 columns and 24 rows, and what was written to it.
struct Terminal {
    master: SerialStream,
    slave: SerialStream,
    seen: String,
}

impl Terminal {
    fn new() -> Self {
        let (master, slave) = SerialStream::pair().unwrap();
        let terminal = Self { master, slave, seen: String::new() };
        terminal.stty(&["sane", "cols", "80", "rows", "24"]);
        terminal
    }

    fn stty(&self, arguments: &[&str]) -> String {
        let name = self.slave.name().unwrap();
        let done = Command::new("stty").args(["-F", &name]).args(arguments).output().unwrap();
        assert!(done.status.success(), "{done:?}");
        String::from_utf8(done.stdout).unwrap()
    }

    /// All its settings.
    fn settings(&self) -> String {
        self.stty(&["-g"])
    }

    fn watch(&self, what: &str) -> Child {
        self.watch_with(&[what])
    }

    fn watch_with(&self, options: &[&str]) -> Child {
        let name = self.slave.name().unwrap();
        let end = || File::options().read(true).write(true).open(&name).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_coldcap"));
        command.arg("watch").args(options).env("TERM", "xterm-256color");
        command.stdin(end()).stdout(end()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// Reads until `text` was written. What is drawn comes in pieces, and spaces that were there already do not come.
    async fn until(&mut self, text: &str) {
        let mut room = [0; 4_096];
        let until = tokio::time::Instant::now() + LONG;
        while !self.seen.contains(text) {
            let read = timeout_at(until, AsyncReadExt::read(&mut self.master, &mut room)).await;
            let length = read.unwrap_or_else(|_| panic!("{text}: {}", self.seen)).unwrap();
            self.seen.push_str(&String::from_utf8_lossy(&room[..length]));
        }
    }

    async fn press(&mut self, keys: &[u8]) {
        self.master.write_all(keys).await.unwrap();
    }
}

fn ended(mut child: Child) -> (Option<i32>, String) {
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(began.elapsed() < LONG, "it does not end");
        std::thread::sleep(Duration::from_millis(20));
    };
    let mut error = String::new();
    child.stderr.unwrap().read_to_string(&mut error).unwrap();
    (status.code(), error)
}

const LEAVES: &str = "\x1b[?1049l";
const SHOWS_CURSOR: &str = "\x1b[?25h";

#[tokio::test]
async fn it_shows_a_machine_stops_it_and_leaves_the_terminal_whole() {
    let (machine, mut terminal) = (Served::with(1, 1.0, &[]), Terminal::new());
    let before = terminal.settings();
    let watch = terminal.watch(machine.address());
    terminal.until("SIMULATED").await;
    terminal.until("STANDBY").await;
    assert_ne!(terminal.settings(), before, "it is in raw mode");
    terminal.press(b"s").await;
    terminal.until("stop,").await;
    terminal.press(b"q").await;
    terminal.until(LEAVES).await;
    terminal.until(SHOWS_CURSOR).await;
    assert_eq!(ended(watch), (Some(0), String::new()));
    assert_eq!(terminal.settings(), before);
}

/// The only machine at which a key breaks something is one that is not there.
#[tokio::test]
async fn a_key_breaks_a_virtual_machine_that_has_a_door_for_it() {
    let door = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let door = door.to_string();
    let (machine, mut terminal) = (Served::with(1, 1.0, &["--fault-door", &door]), Terminal::new());
    let watch = terminal.watch_with(&[machine.address(), "--fault-door", &door]);
    terminal.until("STANDBY").await;
    terminal.press(b"f").await;
    terminal.until("chiller-stuck-on").await;
    terminal.press(b"2").await;
    terminal.until("leak,").await;
    terminal.press(b"q").await;
    terminal.until(LEAVES).await;
    assert_eq!(ended(watch).0, Some(0));
}

#[tokio::test]
async fn control_c_and_a_signal_leave_the_terminal_whole_too() {
    let machine = Served::with(1, 1.0, &[]);
    for ends in ["key", "-TERM", "-HUP", "-INT"] {
        let mut terminal = Terminal::new();
        let before = terminal.settings();
        let watch = terminal.watch(machine.address());
        terminal.until("STANDBY").await;
        match ends {
            "key" => terminal.press(b"\x03").await,
            signal => {
                let pid = watch.id().to_string();
                assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
            }
        }
        terminal.until(LEAVES).await;
        assert_eq!(ended(watch), (Some(0), String::new()), "{ends}");
        assert_eq!(terminal.settings(), before, "{ends}");
    }
}

#[tokio::test]
async fn a_recording_is_played_sought_and_left() {
    let folder = folder("watch-recording");
    support::demo(&folder, &[]);
    let recording = folder.join("short").join("session.ccap");
    let mut terminal = Terminal::new();
    let before = terminal.settings();
    let watch = terminal.watch(recording.to_str().unwrap());
    terminal.until("RECORDING SIMULATED").await;
    terminal.press(b" g50:00\r").await;
    terminal.until("INFUSING").await;
    // At the very beginning nothing was heard yet, but of whom it is is known; from there it goes on.
    terminal.press(b"\x1b[H ").await;
    terminal.until("BOOT").await;
    terminal.press(b"q").await;
    terminal.until(LEAVES).await;
    assert_eq!(ended(watch).0, Some(0));
    assert_eq!(terminal.settings(), before);

    let path = recording.to_str().unwrap();
    let done = coldcap(&["watch", path, "--json", "--speed", "4096"]);
    assert_eq!(done.status, Some(0), "{done:?}");
    let last: serde_json::Value = serde_json::from_str(done.out.lines().last().unwrap()).unwrap();
    assert_eq!(last["origin"], "simulated");
    assert_eq!(last["channels"][0]["phase"], "standby");
}

#[test]
fn without_a_terminal_it_prints_a_line_a_second() {
    let machine = Served::with(1, 1.0, &[]);
    let done = coldcap(&["watch", machine.address(), "--for", "4"]);
    assert_eq!((done.status, done.error.as_str()), (Some(0), ""), "{done:?}");
    let last = done.out.lines().last().unwrap();
    for word in ["SIMULATED, no patient", "link secured", "channel 0 ", "alarms none"] {
        assert!(last.contains(word), "{last}");
    }
    assert!(!done.out.contains('\x1b'), "no colours where nobody sees them");

    let done = coldcap(&["watch", machine.address(), "--for", "4", "--json"]);
    let last: serde_json::Value = serde_json::from_str(done.out.lines().last().unwrap()).unwrap();
    assert_eq!((&last["origin"], &last["link"]["secured"]), (&"simulated".into(), &true.into()));
}

#[test]
fn what_is_neither_a_machine_nor_a_recording_is_refused_in_a_line() {
    let refused = coldcap(&["watch", "cart:7700"]);
    let line = refused.refused(2);
    assert!(line.contains("allowed tcp:HOST:PORT") && line.contains("or a recording"), "{line}");
    let folder = folder("watch-refused");
    let text = file(&folder, "text.ccap", "no recording");
    assert!(coldcap(&["watch", &text]).refused(2).contains("allowed is a recording"));
    let door = coldcap(&["watch", &text, "--fault-door", "127.0.0.1:1"]);
    assert!(door.refused(2).contains("allowed is with the address of a machine"));
    let own = coldcap(&["watch", "tcp:127.0.0.1:1", "--fault-door", "127.0.0.1:1"]);
    assert!(own.refused(2).starts_with("--fault-door: the machine's own address"));
    let speed = coldcap(&["watch", "tcp:127.0.0.1:1", "--speed", "0"]);
    assert!(speed.refused(2).starts_with("--speed: 0: allowed"));
    let key = coldcap(&["watch", "tcp:127.0.0.1:1", "--key", "/nowhere"]);
    assert!(key.refused(2).starts_with("--key: /nowhere"));
}

/// Whoever has seen nothing is told so, and by the status.
#[test]
fn a_machine_that_was_not_there_was_not_watched() {
    let done = coldcap(&["watch", "tcp:127.0.0.1:1", "--plain", "--for", "1"]);
    assert_eq!(done.status, Some(3), "{done:?}");
    let last = done.error.lines().last().unwrap();
    assert!(last.contains("the machine was not heard"), "{last}");
    for beyond in ["0", "18446744073709551615"] {
        let done = coldcap(&["watch", "tcp:127.0.0.1:1", "--plain", "--for", beyond]);
        assert_eq!(done.status, Some(2), "{done:?}");
    }
}
