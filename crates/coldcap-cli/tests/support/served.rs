//! A machine that is served by the built command, and its hosts.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, missing_docs)]

use super::start;
use coldcap_host::client::{ClientConfig, ClientKey};
use coldcap_host::connection::{Clock, Connection, Snapshot, opener};
use coldcap_session::Phase;
use coldcap_sim::Equipment;
use coldcap_wire::message::ChannelStatus;
use coldcap_wire::security::Transport;
use core::time::Duration;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use tokio::time::timeout;

/// A test whose wait takes longer than this hangs.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// A served machine; it is ended with the test.
pub(crate) struct Served {
    child: Child,
    out: BufReader<ChildStdout>,
    said: Receiver<String>,
    pub(crate) speed: f64,
    pub(crate) addresses: Vec<String>,
}

impl Served {
    /// A machine with so many doors on free ports, at this speed, with more options.
    pub(crate) fn with(doors: usize, speed: f64, more: &[&str]) -> Self {
        Self::at(&vec!["tcp:127.0.0.1:0"; doors], speed, more)
    }

    /// The same with doors at these addresses.
    pub(crate) fn at(doors: &[&str], speed: f64, more: &[&str]) -> Self {
        let text = speed.to_string();
        let mut line = vec!["machine", "--speed", &text];
        for door in doors {
            line.extend(["--listen", door]);
        }
        let mut child = start(&[&line, more].concat());
        let mut error = child.stderr.take().unwrap();
        let (sender, said) = mpsc::channel();
        thread::spawn(move || {
            let lines = BufReader::new(&mut error).lines().map_while(Result::ok);
            lines.map(|line| sender.send(line)).take_while(Result::is_ok).count()
        });
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let addresses = doors.iter().map(|_| address(&mut out)).collect();
        Self { child, out, said, speed, addresses }
    }

    /// What it has said on standard error so far.
    pub(crate) fn said(&self) -> Vec<String> {
        self.said.try_iter().collect()
    }

    /// What it says there next.
    pub(crate) fn says(&self) -> String {
        self.said.recv_timeout(LONG).expect("it says nothing")
    }

    /// A host of a channel at a door, by the machine's clock.
    pub(crate) fn host(&self, door: usize, channel: u8, boot: u32) -> Connection {
        self.host_by(door, channel, boot, Clock::times(self.speed).unwrap())
    }

    /// The same by another clock.
    pub(crate) fn host_by(&self, door: usize, channel: u8, boot: u32, clock: Clock) -> Connection {
        let (code, entropy) = (Equipment::code(1), Equipment::host_entropy(1, boot));
        let key = ClientKey { code, transport: Transport::Tcp, entropy };
        let config = ClientConfig { channel, ..ClientConfig::new(boot).with_key(key) };
        Connection::over(opener(self.addresses[door].parse().unwrap()), config, clock)
    }

    /// Where its first door is.
    pub(crate) fn address(&self) -> &str {
        &self.addresses[0]
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn end(mut self) -> String {
        self.kill();
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        rest
    }
}

fn address(out: &mut impl BufRead) -> String {
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    line.trim_end().strip_prefix("listening on ").unwrap().to_owned()
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) async fn in_time<T>(what: impl Future<Output = T>) -> T {
    timeout(LONG, what).await.expect("it hangs")
}

/// Waits until the snapshot is so.
pub(crate) async fn until(connection: &Connection, is_so: impl Fn(&Snapshot) -> bool) -> Snapshot {
    let mut connection = connection.clone();
    in_time(async {
        loop {
            let snapshot = connection.snapshot();
            if is_so(&snapshot) {
                return snapshot;
            }
            connection.changed().await.unwrap();
        }
    })
    .await
}

/// Waits until a channel is in this phase.
pub(crate) async fn until_in(connection: &Connection, channel: u8, phase: Phase) -> ChannelStatus {
    let is_there = |snapshot: &Snapshot| {
        snapshot.channels.get(&channel).is_some_and(|status| status.phase == phase.code())
    };
    until(connection, is_there).await.channels[&channel]
}
