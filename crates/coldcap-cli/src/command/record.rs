//! Records what is heard of a machine.

mod tape;

use super::ends::Ends;
use super::reach;
use crate::arguments::Record;
use crate::failure::Failure;
use coldcap_host::address::Address;
use coldcap_host::client::{Message, NotSecured};
use coldcap_host::connection::{Closed, Connection, Heard, HeardAt, Listening, Update, Updates};
use coldcap_units::Duration as Span;
use core::cell::Cell;
use core::future::pending;
use core::pin::pin;
use core::time::Duration;
use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};
use tape::{Begun, Tape};
use tokio::runtime::Builder;
use tokio::time;
use tokio_stream::StreamExt;

/// What is gathered goes to the disk so often, so that no more is ever lost than what came in five seconds.
const STORED_EVERY: Duration = Duration::from_secs(4);
const SHOWN_EVERY: Duration = Duration::from_millis(500);
/// At the end the rest of the machine's record is waited for, for as long as some of it comes within this time.
const COMES_WITHIN: Duration = Duration::from_secs(10);

pub(crate) fn run(options: &Record) -> Result<(), Failure> {
    let address: Address =
        options.address.parse().map_err(|error| Failure::Input(format!("ADDRESS: {error}")))?;
    let length = seconds(options.seconds)?;
    Builder::new_current_thread().enable_all().build()?.block_on(async {
        let (connection, clock) = reach::begin(address, &options.access, options.channel)?;
        let tape =
            Tape::new(&options.out, &Begun { address: &options.address, unix_ms: unix_ms() })?;
        let mut recorder = Recorder::new(connection, tape, options).await?;
        let length = length.map(|seconds| seconds.div_f64(clock.speed()));
        recorder.until(end(Ends::new()?, length)).await?;
        recorder.download().await?;
        recorder.finish(options)
    })
}

fn seconds(seconds: Option<f64>) -> Result<Option<Duration>, Failure> {
    match seconds {
        Some(seconds) if !(0.1..=1e7).contains(&seconds) => {
            Err(Failure::Input(format!("--seconds: {seconds}: allowed is 0.1 to 10000000")))
        }
        seconds => Ok(seconds.map(Duration::from_secs_f64)),
    }
}

fn unix_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Whoever records has had enough, or the time is over.
async fn end(mut ends: Ends, length: Option<Duration>) -> Result<(), Failure> {
    let length = async {
        match length {
            Some(length) => time::sleep(length).await,
            None => pending().await,
        }
    };
    tokio::select! {
        () = ends.wait() => {}
        () = length => {}
    }
    Ok(())
}

struct Recorder {
    connection: Connection,
    listening: Listening,
    updates: Updates,
    tape: Tape,
    /// Whose record is asked for.
    channel: u8,
    /// Why the machine does not take this host, where it has said so.
    refused: Option<NotSecured>,
}

impl Recorder {
    async fn new(connection: Connection, tape: Tape, options: &Record) -> Result<Self, Failure> {
        let listening = connection.listen().await?;
        let updates = connection.updates();
        if let Some(period) = options.period {
            connection.follow(Span::from_millis(period)).await?;
        }
        let channel = options.channel;
        Ok(Self { connection, listening, updates, tape, channel, refused: None })
    }

    /// Records until `end`.
    async fn until(
        &mut self,
        end: impl Future<Output = Result<(), Failure>>,
    ) -> Result<(), Failure> {
        let mut end = pin!(end);
        let mut store = time::interval(STORED_EVERY);
        let mut show = time::interval(SHOWN_EVERY);
        loop {
            tokio::select! {
                heard = self.listening.next() => self.hear(heard)?,
                update = self.updates.next() => self.note(update)?,
                _ = store.tick() => self.tape.store()?,
                _ = show.tick() => self.tape.show(&self.connection.snapshot()),
                ended = &mut end => return ended,
            }
        }
    }

    fn hear(&mut self, heard: Option<HeardAt>) -> Result<(), Failure> {
        let heard = heard.ok_or(Closed)?;
        if let Heard::Packet(_) = heard.heard {
            self.refused = None;
        }
        self.tape.take(heard)
    }

    fn note(&mut self, update: Option<Update>) -> Result<(), Failure> {
        let Some(Update::Message(message)) = update else { return Ok(()) };
        match *message {
            Message::NotSecured(why) => self.refused = Some(why),
            // A record of a channel that is not there would be waited for in vain.
            Message::Hello(hello) if self.channel >= hello.channels => {
                let (channel, last) = (self.channel, hello.channels.saturating_sub(1));
                return Err(Failure::Input(format!(
                    "--channel: {channel}: allowed is 0 to {last}"
                )));
            }
            _ => {}
        }
        Ok(())
    }

    /// The rest of the machine's record, as far as it can be had.
    async fn download(&mut self) -> Result<(), Failure> {
        if !self.connection.snapshot().connected {
            return Ok(());
        }
        let connection = self.connection.clone();
        let mut ends = Ends::new()?;
        self.until(async move {
            let newest = Cell::new(time::Instant::now());
            let stalled = async {
                while newest.get().elapsed() < COMES_WITHIN {
                    time::sleep_until(newest.get() + COMES_WITHIN).await;
                }
            };
            // What cannot be had is said in the summary.
            tokio::select! {
                _ = connection.download(|_| newest.set(time::Instant::now())) => {}
                () = stalled => {}
                () = ends.wait() => {}
            }
            Ok(())
        })
        .await
    }

    fn finish(self, options: &Record) -> Result<(), Failure> {
        let record = self.connection.snapshot().record;
        let Some(summary) = self.tape.finish(record)? else {
            let why = match self.refused {
                Some(why) => format!("the machine does not take this host: {why:?}"),
                None => "the machine was not heard".into(),
            };
            return Err(Failure::Io(format!(
                "{}: {why}: allowed is a machine that answers",
                options.address
            )));
        };
        let mut out = io::stdout().lock();
        if options.json {
            writeln!(out, "{}", serde_json::to_string_pretty(&summary.document())?)?;
        } else {
            writeln!(out, "{summary}")?;
        }
        Ok(())
    }
}
