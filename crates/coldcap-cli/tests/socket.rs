//! The machine on a socket: granted time, the bare protocol, and a peer that goes away.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use coldcap::lane::GREETING;
use coldcap_wire::frame::{self, Deframer};
use coldcap_wire::message::{AnyMessage, Hello, MINOR, Origin, SCHEMA, decode_any};
use coldcap_wire::packet::{Header, Kind};
use coldcap_wire::{FRAME_ROOM, Sender};
use core::time::Duration;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Child;
use std::thread;
use std::time::Instant;
use support::{SHORT_PLAN, coldcap, demo, done, file, folder, start, text};

/// A served machine; it is ended with the test.
struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn start(more: &[&str]) -> Self {
        let listen = ["machine", "--listen", "tcp:127.0.0.1:0", "--once"];
        let mut child = start(&[&listen, more].concat());
        let mut line = String::new();
        let stream = child.stdout.as_mut().unwrap();
        BufReader::new(stream).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("listening on ").unwrap().to_owned();
        Self { child, address }
    }

    fn host_and_port(&self) -> &str {
        self.address.strip_prefix("tcp:").unwrap()
    }

    /// Waits until the machine has ended by itself, at most ten seconds; returns its status.
    fn ended(mut self) -> Option<i32> {
        for _ in 0..1_000 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            thread::sleep(Duration::from_millis(10));
        }
        None
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_visit_over_tcp_has_the_hash_of_a_visit_in_process() {
    let folder = folder("socket-visit");
    let fault = ["--fault", "kink@3000..3060", "--seed", "1"];
    let served = Served::start(&fault);
    let plan = file(&folder, "plan.toml", SHORT_PLAN);
    let (out, address) = (text(&folder.join("tcp")), served.address.clone());
    let run = coldcap(&["run", "--plan", &plan, "--out", &out, "--json", "--connect", &address]);
    assert_eq!((run.status, run.error.as_str()), (Some(0), ""));
    assert_eq!(served.ended(), Some(0));
    let [tcp, here] = [run, demo(&folder, &[&["--json"], &fault[..]].concat())].map(|d| d.json());
    for field in ["output_hash", "ticks", "outcome", "alarms", "phases", "skin_at_first_drug_c"] {
        assert_eq!(tcp[field], here[field], "{field}");
    }
    let recording = text(&folder.join("tcp/short/session.ccap"));
    assert_eq!(coldcap(&["replay", &recording]).status, Some(0));
}

/// Waits for a hello on `stream`; returns what it says.
fn hello(stream: &mut TcpStream) -> Hello {
    let mut deframer: Deframer<FRAME_ROOM> = Deframer::new();
    let mut byte = [0];
    loop {
        stream.read_exact(&mut byte).unwrap();
        if let (_, Some(Ok(packet))) = deframer.feed(&byte) {
            let (header, body) = Header::parse(packet).unwrap();
            if header.kind == Kind::Hello {
                let message = decode_any(&header, body).unwrap();
                let AnyMessage::Hello(hello) = message else { panic!() };
                return hello;
            }
        }
    }
}

fn host_hello() -> Hello {
    Hello {
        major: 1,
        minor_min: MINOR,
        minor_max: MINOR,
        origin: Origin::DEVICE,
        model: 0,
        serial: 0,
        firmware: 0,
        schema: SCHEMA,
        mtu: 240,
        channels: 0,
        features: 0,
        boot: 1,
    }
}

#[test]
fn a_bare_client_gets_a_hello_in_wall_time() {
    let served = Served::start(&["--speed", "50"]);
    let mut stream = TcpStream::connect(served.host_and_port()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let own = host_hello();
    let mut out = [0; frame::max_encoded_len(240)];
    let length = Sender::new().send_message(&own, &mut out).unwrap();
    let begun = Instant::now();
    stream.write_all(&[&[0][..], &out[..length]].concat()).unwrap();
    let answer = hello(&mut stream);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert_eq!((answer.major, answer.channels, answer.origin), (1, 1, Origin::SIMULATED));
    drop(stream);
    assert_eq!(served.ended(), Some(0));
}

#[test]
fn a_machine_survives_a_peer_that_says_nothing_and_one_that_greets_wrongly() {
    let served = Served::start(&[]);
    drop(TcpStream::connect(served.host_and_port()).unwrap());
    assert_eq!(served.ended(), Some(0));
    let mut served = Served::start(&[]);
    let mut stream = TcpStream::connect(served.host_and_port()).unwrap();
    stream.write_all(b"CCLANE9\n").unwrap();
    let mut error = String::new();
    served.child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
    assert!(error.starts_with("coldcap: ") && error.contains("greeting"), "{error}");
    assert_eq!(served.ended(), Some(1));
}

#[test]
fn a_machine_that_disappears_ends_the_run_with_status_3() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp:{}", listener.local_addr().unwrap());
    let folder = folder("socket-gone");
    let out = text(&folder.join("out"));
    let run = start(&["run", "--out", &out, "--connect", &address]);
    let (mut stream, _) = listener.accept().unwrap();
    let mut greeting = [0; GREETING.len()];
    stream.read_exact(&mut greeting).unwrap();
    assert_eq!(greeting, GREETING);
    drop(stream);
    let done = done(run);
    assert!(done.refused(3).contains("the machine is gone"), "{done:?}");
    assert!(support::names_in(&folder.join("out")).is_empty());
}

#[test]
fn a_machine_that_is_killed_mid_run_ends_the_run_with_status_3() {
    let folder = folder("socket-killed");
    let mut served = Served::start(&[]);
    let (out, address) = (text(&folder.join("out")), served.address.clone());
    let run = start(&["run", "--out", &out, "--speed", "100", "--connect", &address]);
    thread::sleep(Duration::from_millis(500));
    served.child.kill().unwrap();
    let done = done(run);
    assert!(done.refused(3).contains("the machine is gone"), "{done:?}");
    assert!(support::names_in(&folder.join("out")).is_empty());
}

#[test]
fn nobody_there_is_status_3() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp:{}", listener.local_addr().unwrap());
    let taken = coldcap(&["machine", "--listen", &address]);
    assert!(taken.refused(3).starts_with("--listen: "), "{taken:?}");
    drop(listener);
    let refused = coldcap(&["run", "--connect", &address]);
    assert!(refused.refused(3).starts_with("--connect: "), "{refused:?}");
}
