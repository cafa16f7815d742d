//! The chapter that builds up a host program: its text is the example's, and the program does what the chapter says.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use core::time::Duration;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use support::{coldcap, folder, start, text};

const CHAPTER: &str = include_str!("../../../docs/host-program.md");
const EXAMPLE: &str = include_str!("../../../examples/host_program.rs");

/// What stands between a fence of this language and the next one.
fn blocks(language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let rest = CHAPTER.split(&fence).skip(1);
    rest.map(|block| block.split("\n```").next().unwrap().to_owned()).collect()
}

#[test]
fn the_blocks_of_the_chapter_are_the_example() {
    let program = blocks("rust").join("\n\n") + "\n";
    for (chapter, example) in program.lines().zip(EXAMPLE.lines()) {
        assert_eq!(chapter, example);
    }
    assert_eq!(program, EXAMPLE);
}

/// Something that runs, whose lines are read as they come; it is ended with the test.
struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    fn new(mut child: Child) -> Self {
        let out = child.stdout.take().unwrap();
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            let lines = BufReader::new(out).lines().map_while(Result::ok);
            lines.map(|line| sender.send(line)).take_while(Result::is_ok).count()
        });
        Self { child, lines }
    }

    /// The next line that has this in it, and what came before.
    fn until(&self, part: &str) -> Vec<String> {
        let mut seen = Vec::new();
        loop {
            let line = self.lines.recv_timeout(Duration::from_secs(60));
            seen.push(line.unwrap_or_else(|error| panic!("{part}: {error}: {seen:#?}")));
            if seen.last().unwrap().contains(part) {
                return seen;
            }
        }
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The example as cargo has built it beside this test; a run of this test alone may come before it was built.
fn example() -> std::path::PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--package", "coldcap-examples", "--example", "host_program"])
        .env("CARGO_TARGET_DIR", target)
        .status();
    assert!(built.unwrap().success());
    target.join("debug/examples/host_program")
}

#[test]
fn the_program_of_the_chapter_outlives_a_killed_machine() {
    let program = example();
    let folder = folder("host-program");
    let (keys, code) = (text(&folder.join("my.keys")), text(&folder.join("my.code")));
    let label = ["--role", "clinician", "--label", "my program", "--code", &code];
    assert_eq!(coldcap(&[&["keys", "add", &keys], &label[..]].concat()).status, Some(0));
    let at = |listen: &str| {
        let more = ["--keys", &keys, "--start-at", "pre_cool+5min"];
        let machine = Running::new(start(&[&["machine", "--listen", listen], &more[..]].concat()));
        let said = machine.until("listening on ").pop().unwrap();
        (machine, said.strip_prefix("listening on ").unwrap().to_owned())
    };
    let (mut machine, address) = at("tcp:127.0.0.1:0");
    let mut host = Command::new(&program);
    host.args([&address, &code, "1000"]).current_dir(&folder).stdout(Stdio::piped());
    let host = Running::new(host.spawn().unwrap());
    host.until("serial 1 answers");
    let seen = host.until("comfort 4: ok");
    assert_eq!(seen.iter().filter(|line| line.contains("pre_cool, supply")).count(), 3, "{seen:?}");
    host.until("close: refused: wrong_phase");
    host.until("stop: ok");
    host.until("verified, in record.bin");
    host.until("paused, supply");
    machine.kill();
    host.until("no way to the machine");
    let (_machine, _) = at(&address);
    host.until("the way to the machine is open");
    host.until("pre_cool, supply");
    let record = fs::read(folder.join("record.bin")).unwrap();
    assert!(record.len() > 48 * 10 && record.len().is_multiple_of(48), "{}", record.len());
    // What was printed is written next.
    host.until("pre_cool, supply");
    let heard = fs::read_to_string(folder.join("heard.txt")).unwrap();
    assert!(heard.lines().count() > 4, "{heard}");
}
