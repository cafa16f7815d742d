//! The connection of a host with a virtual machine, whatever becomes of the line.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use coldcap_host::blocking;
use coldcap_host::client::{ClientConfig, ClientKey, CommandBody, Message};
use coldcap_host::connection::{
    COMMANDS_MAXIMUM, Clock, CommandError, Connection, UPDATES_KEPT, Update, opener,
};
use coldcap_host::record::{self, Story};
use coldcap_session::Config;
use coldcap_session::record::Entry;
use coldcap_sim::Equipment;
use coldcap_units::Duration as Span;
use coldcap_wire::message::{Action, FactKind, Status};
use coldcap_wire::security::Transport;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use core::time::Duration;
use std::io::{BufRead, BufReader};
use std::process::Child;
use std::sync::Arc;
use support::start;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep, timeout};
use tokio_stream::StreamExt;

/// The machine and its hosts live so many times faster than we do.
const SPEED: f64 = 10.0;
/// A test whose wait takes longer than this hangs.
const LONG: Duration = Duration::from_secs(60);

/// A served machine; it is ended with the test.
struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn at(listen: &str) -> Self {
        let speed = SPEED.to_string();
        let mut child = start(&["machine", "--listen", listen, "--speed", &speed]);
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("listening on ").unwrap().to_owned();
        Self { child, address }
    }

    fn start() -> Self {
        Self::at("tcp:127.0.0.1:0")
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn config(boot: u32, transport: Transport) -> ClientConfig {
    let (code, entropy) = (Equipment::code(1), Equipment::host_entropy(1, boot));
    ClientConfig::new(boot).with_key(ClientKey { code, transport, entropy })
}

fn connect(address: &str, transport: Transport) -> Connection {
    let clock = Clock::times(SPEED).unwrap();
    Connection::over(opener(address.parse().unwrap()), config(1, transport), clock)
}

async fn in_time<T>(what: impl Future<Output = T>) -> T {
    timeout(LONG, what).await.expect("it hangs")
}

/// What a line between a host and a machine does.
#[derive(Default)]
struct Line {
    pulled: AtomicBool,
    deaf: AtomicBool,
    /// So many more bytes to the machine, and then the line is cut.
    cut_behind: AtomicUsize,
    /// How many bytes the host has sent.
    sent: AtomicUsize,
}

/// A line whose other end is `machine`; returns where a host finds it.
async fn line_to(machine: &str) -> (String, Arc<Line>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("tcp:{}", listener.local_addr().unwrap());
    let line = Arc::new(Line { cut_behind: AtomicUsize::new(usize::MAX), ..Line::default() });
    let (machine, shared) = (machine.strip_prefix("tcp:").unwrap().to_owned(), line.clone());
    tokio::spawn(async move {
        loop {
            let (host, _) = listener.accept().await.unwrap();
            if let Ok(machine) = TcpStream::connect(&machine).await {
                carry(host, machine, &shared).await;
            }
        }
    });
    (address, line)
}

async fn carry(mut host: TcpStream, mut machine: TcpStream, line: &Line) {
    let (mut up, mut down) = ([0; 512], [0; 512]);
    loop {
        if line.pulled.load(Ordering::Relaxed) {
            return;
        }
        let deaf = line.deaf.load(Ordering::Relaxed);
        tokio::select! {
            read = host.read(&mut up), if !deaf => {
                let length = read.unwrap_or(0);
                line.sent.fetch_add(length, Ordering::Relaxed);
                let left = line.cut_behind.load(Ordering::Relaxed);
                if length == 0 || machine.write_all(&up[..length.min(left)]).await.is_err() {
                    return;
                }
                if left < length {
                    line.cut_behind.store(usize::MAX, Ordering::Relaxed);
                    return;
                }
                if left != usize::MAX {
                    line.cut_behind.store(left - length, Ordering::Relaxed);
                }
            }
            read = machine.read(&mut down) => {
                let length = read.unwrap_or(0);
                if length == 0 || host.write_all(&down[..length]).await.is_err() {
                    return;
                }
            }
            () = sleep(Duration::from_millis(20)) => {}
        }
    }
}

/// What is recorded in every phase: somebody has seen that the patient shivers.
const fn fact() -> CommandBody {
    CommandBody::observe(FactKind::SYMPTOM, 1)
}

/// Says it until the machine has taken it, however busy this computer is.
async fn noted(connection: &Connection) {
    while connection.command(fact()).await.map(|response| response.status) != Ok(Status::OK) {}
}

#[tokio::test]
async fn a_host_connects_follows_commands_and_is_refused_in_words() {
    let served = Served::start();
    let connection = connect(&served.address, Transport::Tcp);
    let mut updates = connection.updates();
    assert_eq!(in_time(updates.next()).await, Some(Update::Opened));
    let snapshot = in_time(connection.secured()).await.unwrap();
    assert!(snapshot.open && snapshot.connected);
    connection.follow(Span::from_millis(500)).await.unwrap();
    let is_status = |update: &Update| matches!(update, Update::Message(message) if matches!(**message, Message::ChannelStatus(_)));
    let mut statuses = updates.filter(is_status);
    for _ in 0..5 {
        assert!(in_time(statuses.next()).await.is_some());
    }
    in_time(noted(&connection)).await;
    let refused = in_time(connection.command(CommandBody::operate(Action::RESUME))).await;
    let Err(CommandError::Refused(response)) = refused else { panic!("{refused:?}") };
    assert_ne!(response.status, Status::OK);
    let snapshot = connection.snapshot();
    assert!(snapshot.machine.is_some() && !snapshot.stale && snapshot.channels.contains_key(&0));
    let record = in_time(connection.download(|_| {})).await.unwrap();
    assert!(record.is_complete() && record.collected() > 0, "{record:?}");
}

#[tokio::test]
async fn a_machine_that_is_killed_and_started_again_is_found_again() {
    let mut served = Served::start();
    let connection = connect(&served.address, Transport::Tcp);
    let updates = connection.updates();
    in_time(connection.secured()).await.unwrap();
    served.kill();
    let mut downs = updates.filter(|update| matches!(update, Update::Down(_)));
    assert!(in_time(downs.next()).await.is_some());
    // Nothing hangs meanwhile: what is pressed ends, and says so.
    let begun = Instant::now();
    assert_eq!(in_time(connection.command(fact())).await, Err(CommandError::TimedOut));
    assert!(begun.elapsed().as_secs_f64() * SPEED < 15.0, "{:?}", begun.elapsed());
    assert!(!connection.snapshot().open && connection.snapshot().stale);
    let _served = Served::at(&served.address);
    let until_open = async {
        while !connection.snapshot().open {
            sleep(Duration::from_millis(10)).await;
        }
    };
    in_time(until_open).await;
    let again = async { while connection.command(fact()).await.is_err() {} };
    in_time(again).await;
    assert!(!connection.snapshot().stale);
}

#[tokio::test]
async fn a_cable_that_is_pulled_and_frames_that_are_cut_lose_nothing_of_the_record() {
    let served = Served::start();
    let (address, line) = line_to(&served.address).await;
    let connection = connect(&address, Transport::Tcp);
    in_time(connection.secured()).await.unwrap();
    for cut in 0..12 {
        // Every press makes entries: of who pressed it and what came of it.
        in_time(noted(&connection)).await;
        if cut % 3 == 2 {
            line.pulled.store(true, Ordering::Relaxed);
            in_time(async {
                while connection.snapshot().open {
                    sleep(Duration::from_millis(5)).await
                }
            })
            .await;
            line.pulled.store(false, Ordering::Relaxed);
        } else {
            line.cut_behind.store(7 * cut + 1, Ordering::Relaxed);
        }
    }
    let record = in_time(connection.download(|_| {})).await.unwrap();
    assert_eq!((record.lost(), record.restarts()), (0, 0));
    assert_eq!(record.collected(), record.total() as usize);
    let entries: Vec<_> = record.iter().map(|(_, bytes)| Entry::from_bytes(bytes)).collect();
    assert_eq!(record::verify(&entries, &Config::DEFAULT), Ok(Story::Recomputed));
}

#[tokio::test]
async fn a_machine_that_reads_nothing_is_sent_no_more_than_the_line_holds() {
    let served = Served::start();
    let (address, line) = line_to(&served.address).await;
    let connection = connect(&address, Transport::Tcp);
    in_time(connection.secured()).await.unwrap();
    line.deaf.store(true, Ordering::Relaxed);
    let pressed: Vec<_> = (0..COMMANDS_MAXIMUM * 2)
        .map(|_| {
            let connection = connection.clone();
            tokio::spawn(async move {
                connection.command(CommandBody::operate(Action::ACKNOWLEDGE)).await
            })
        })
        .collect();
    let mut ends = Vec::new();
    for press in pressed {
        ends.push(in_time(press).await.unwrap());
    }
    assert!(ends.iter().all(Result::is_err), "{ends:?}");
    assert!(ends.contains(&Err(CommandError::Busy)), "{ends:?}");
    line.deaf.store(false, Ordering::Relaxed);
    in_time(noted(&connection)).await;
}

#[tokio::test]
async fn a_reader_that_is_too_slow_is_told_how_much_it_has_missed() {
    let served = Served::start();
    let connection = connect(&served.address, Transport::Tcp);
    let mut slow = connection.updates();
    in_time(connection.secured()).await.unwrap();
    connection.follow(Span::from_millis(100)).await.unwrap();
    let mut quick = connection.updates();
    for _ in 0..UPDATES_KEPT + 100 {
        in_time(quick.next()).await.unwrap();
    }
    let Some(Update::Missed(missed)) = in_time(slow.next()).await else { panic!() };
    assert!(missed >= 100, "{missed}");
    let left = in_time(slow.take(UPDATES_KEPT).collect::<Vec<_>>()).await;
    assert_eq!(left.len(), UPDATES_KEPT);
}

#[tokio::test]
async fn an_answer_that_nobody_waits_for_any_more_is_in_nobodys_way() {
    let served = Served::start();
    let connection = connect(&served.address, Transport::Tcp);
    in_time(connection.secured()).await.unwrap();
    for millis in 0..20 {
        let _ = timeout(Duration::from_millis(millis), connection.command(fact())).await;
        let _ = timeout(Duration::from_millis(millis), connection.record()).await;
        let _ = timeout(Duration::from_millis(millis), connection.download(|_| {})).await;
    }
    in_time(noted(&connection)).await;
    let mut updates = connection.updates();
    drop(connection);
    in_time(async { while updates.next().await.is_some() {} }).await;
}

#[tokio::test]
async fn websockets_and_terminals_carry_the_same() {
    for (listen, transport) in [("ws:127.0.0.1:0", Transport::Tcp), ("pty", Transport::Serial)] {
        let served = Served::at(listen);
        let connection = connect(&served.address, transport);
        in_time(connection.secured()).await.unwrap();
        in_time(noted(&connection)).await;
    }
}

#[test]
fn a_program_without_an_executor_has_the_same() {
    let served = Served::start();
    let address = served.address.parse().unwrap();
    let clock = Clock::times(SPEED).unwrap();
    let key = config(3, Transport::Tcp);
    let connection = blocking::Connection::over(opener(address), key, clock).unwrap();
    let mut updates = connection.updates();
    connection.secured(LONG).unwrap();
    while connection.command(fact()).is_err() {}
    assert!(connection.download(LONG, |_| {}).unwrap().is_complete());
    assert_eq!(updates.next(), Some(Update::Opened));
    let nowhere = "tcp:127.0.0.1:1".parse().unwrap();
    let nobody = blocking::Connection::open(nowhere, config(4, Transport::Tcp)).unwrap();
    assert_eq!(nobody.secured(Duration::from_millis(300)), Err(blocking::WaitError::TimedOut));
    drop((connection, nobody));
    assert_eq!(updates.find(|update| matches!(update, Update::Missed(_))), None);
}
