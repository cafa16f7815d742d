//! The task that gives the client its bytes and its time.

use super::carrier::{Carrier, Opening};
use super::clock::Clock;
use super::error::{Closed, CommandError};
use super::heard::{HEARD_KEPT, Heard, HeardAt, Listening};
use super::{COMMANDS_MAXIMUM, PAUSES, Progress, Snapshot, Update, in_words};
use crate::client::{Client, ClientConfig, CommandBody, Message, Record};
use crate::view::LinkQuality;
use coldcap_units::{Duration, Instant};
use coldcap_wire::frame;
use coldcap_wire::message::{Response, Status};
use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::time;

/// How often it is looked whether values have grown old, where nothing else happens.
const LOOKED_AT_EVERY: time::Duration = time::Duration::from_millis(250);
/// Of a frame that was cut off with the last way nothing may be left in front of the next one.
const DELIMITER: u8 = 0;

type Answer = oneshot::Sender<Result<Response, CommandError>>;

/// What the holders of a connection want.
#[derive(Debug)]
pub(super) enum Ask {
    Command { channel: Option<u8>, body: Box<CommandBody>, revision: u16, answer: Answer },
    Follow { period: Duration },
    Drawn { progress: u16 },
    Length { asked: oneshot::Sender<()> },
    Record { answer: oneshot::Sender<Record> },
    Listen { answer: oneshot::Sender<Listening> },
}

/// What the bytes travel in at the moment.
enum Way {
    Opening(Opening),
    Open(ReadHalf<Box<dyn Carrier>>, WriteHalf<Box<dyn Carrier>>),
    /// It is tried again then.
    Pausing(time::Instant),
}

/// What happened first.
enum Happened {
    Asked(Option<Ask>),
    Opened(io::Result<Box<dyn Carrier>>),
    Read(io::Result<usize>),
    Written(io::Result<usize>),
    Tried,
    Nothing,
}

pub(super) struct Driver {
    open: Box<dyn FnMut() -> Opening + Send>,
    client: Client,
    asked: mpsc::Receiver<Ask>,
    updates: broadcast::Sender<Update>,
    newest: watch::Sender<Snapshot>,
    /// What is heard, once somebody listens.
    heard: Option<broadcast::Sender<HeardAt>>,
    answers: HashMap<u16, Answer>,
    clock: Clock,
    began: time::Instant,
    pause: time::Duration,
    out: Vec<u8>,
    room: Box<[u8; 4_096]>,
}

impl Driver {
    pub(super) fn new(
        open: Box<dyn FnMut() -> Opening + Send>,
        (config, clock): (ClientConfig, Clock),
        asked: mpsc::Receiver<Ask>,
        updates: broadcast::Sender<Update>,
        newest: watch::Sender<Snapshot>,
    ) -> Self {
        Self {
            open,
            client: Client::new(config),
            asked,
            updates,
            newest,
            heard: None,
            answers: HashMap::new(),
            clock,
            began: time::Instant::now(),
            pause: PAUSES[0],
            out: Vec::new(),
            room: Box::new([0; 4_096]),
        }
    }

    /// Until nobody holds the connection any more.
    pub(super) async fn run(mut self) {
        let mut way = Way::Opening((self.open)());
        loop {
            self.transmit(&way);
            self.tell();
            way = match self.wait(&mut way).await {
                Happened::Asked(None) => return,
                Happened::Asked(Some(ask)) => {
                    self.answer(ask);
                    way
                }
                happened => self.go_on(way, happened),
            };
        }
    }

    fn now(&self) -> Instant {
        self.clock.since(self.began)
    }

    /// What is due goes out only when the last has: a machine that does not read is sent no more. Where there is no way it
    /// goes nowhere, so that waits end.
    fn transmit(&mut self, way: &Way) {
        let now = self.now();
        match way {
            Way::Open(..) if !self.out.is_empty() => {}
            Way::Open(..) => self.client.transmit(now, &mut self.out),
            Way::Opening(_) | Way::Pausing(_) => {
                self.client.transmit(now, &mut self.out);
                self.out.clear();
            }
        }
    }

    async fn wait(&mut self, way: &mut Way) -> Happened {
        let idle = self.out.is_empty();
        let looked_at = time::Instant::now() + LOOKED_AT_EVERY;
        let due = self.clock.at(self.began, self.client.next_deadline());
        let wake = if idle { due.min(looked_at) } else { looked_at };
        let Self { asked, room, out, .. } = self;
        tokio::select! {
            ask = asked.recv() => Happened::Asked(ask),
            happened = advance(way, &mut room[..], out) => happened,
            () = time::sleep_until(wake) => Happened::Nothing,
        }
    }

    fn go_on(&mut self, way: Way, happened: Happened) -> Way {
        match happened {
            Happened::Opened(Ok(carrier)) => self.opened(carrier),
            Happened::Read(Ok(length @ 1..)) => {
                let now = self.now();
                self.pause = PAUSES[0];
                self.client.receive(now, self.room.get(..length).unwrap_or_default());
                way
            }
            Happened::Written(Ok(length @ 1..)) => {
                self.out.drain(..length.min(self.out.len()));
                way
            }
            Happened::Opened(Err(ended))
            | Happened::Read(Err(ended))
            | Happened::Written(Err(ended)) => self.down(&ended),
            Happened::Read(Ok(_)) | Happened::Written(Ok(_)) => self.down(&io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "it was closed at the other end, where another host may have come",
            )),
            Happened::Tried => Way::Opening((self.open)()),
            Happened::Asked(_) | Happened::Nothing => way,
        }
    }

    fn opened(&mut self, carrier: Box<dyn Carrier>) -> Way {
        tracing::info!("open");
        self.mark_open(true);
        self.send(Update::Opened);
        self.out.clear();
        self.out.push(DELIMITER);
        let (read, write) = tokio::io::split(carrier);
        Way::Open(read, write)
    }

    fn down(&mut self, ended: &io::Error) -> Way {
        tracing::warn!(reason = %ended, pause_ms = self.pause.as_millis() as u64, "down");
        self.mark_open(false);
        self.send(Update::Down(in_words(ended)));
        self.hear(Heard::Away(in_words(ended)));
        self.out.clear();
        let again = time::Instant::now() + self.pause;
        self.pause = (self.pause * 2).min(PAUSES[1]);
        Way::Pausing(again)
    }

    fn mark_open(&self, open: bool) {
        self.newest.send_modify(|newest| newest.open = open);
    }

    fn send(&self, update: Update) {
        // Nobody listens: that is allowed.
        let _ = self.updates.send(update);
    }

    fn answer(&mut self, ask: Ask) {
        let now = self.now();
        match ask {
            Ask::Command { channel, body, revision, answer } => {
                let channel = channel.unwrap_or(self.client.channel());
                self.command(now, (channel, *body, revision), answer);
            }
            Ask::Follow { period } => self.client.follow(now, period),
            Ask::Drawn { progress } => self.client.drawn(now, progress),
            Ask::Length { asked } => {
                self.client.ask_record_length(now);
                self.refresh();
                let _ = asked.send(());
            }
            Ask::Record { answer } => {
                let _ = answer.send(self.client.record().clone());
            }
            Ask::Listen { answer } => {
                let _ = answer.send(self.listen());
            }
        }
    }

    fn listen(&mut self) -> Listening {
        self.client.listen();
        let heard = self.heard.get_or_insert_with(|| broadcast::channel(HEARD_KEPT).0);
        Listening { receiver: heard.subscribe(), newest: self.clock.since(self.began) }
    }

    fn hear(&self, heard: Heard) {
        if let Some(listening) = &self.heard {
            // Whoever listened has gone: that is allowed.
            let _ = listening.send(HeardAt { at: self.now(), heard });
        }
    }

    /// Hands on what came since the last time, opened.
    fn hand_on_packets(&mut self) {
        match self.client.take_missed() {
            0 => {}
            missed => self.hear(Heard::Missed(missed)),
        }
        while let Some(packet) = self.client.poll_packet() {
            self.hear(Heard::Packet(Arc::new(packet)));
        }
    }

    fn command(&mut self, now: Instant, command: (u8, CommandBody, u16), answer: Answer) {
        let (channel, body, revision) = command;
        if self.answers.len() >= COMMANDS_MAXIMUM && !body.is_urgent() {
            let _ = answer.send(Err(CommandError::Busy));
            return;
        }
        let rid = self.client.command_for(now, channel, body, revision);
        tracing::debug!(rid, endpoint = body.endpoint(), "command");
        self.answers.insert(rid, answer);
    }

    /// Hands on what the client has to say, and what is newest now.
    fn tell(&mut self) {
        self.hand_on_packets();
        while let Some(message) = self.client.poll_message() {
            if message == Message::LinkLost {
                self.hear(Heard::Away("it is silent".into()));
            }
            self.settle(&message);
            self.keep(&message);
            self.send(Update::Message(Arc::new(message)));
        }
        self.refresh();
    }

    fn settle(&mut self, message: &Message) {
        let (rid, result) = match *message {
            Message::Response { rid, command, response } if response.status == Status::OK => {
                let told = self.client.took_as_told(&command, &response);
                (rid, told.then_some(response).ok_or(CommandError::TakenOtherwise(response)))
            }
            Message::Response { rid, response, .. } => (rid, Err(CommandError::Refused(response))),
            Message::TooLate { rid, .. } => (rid, Err(CommandError::TooLate)),
            Message::Stale { rid, revision, .. } => (rid, Err(CommandError::Stale { revision })),
            Message::TimedOut { rid, .. } => (rid, Err(CommandError::TimedOut)),
            Message::LineTooSlow { rid, .. } => (rid, Err(CommandError::LineTooSlow)),
            Message::TooLong { rid, .. } => (rid, Err(CommandError::TooLong)),
            _ => return,
        };
        if let Some(answer) = self.answers.remove(&rid) {
            let _ = answer.send(result);
        }
    }

    fn keep(&self, message: &Message) {
        self.newest.send_if_modified(|newest| {
            match message {
                Message::Hello(hello) => newest.hello = Some(*hello),
                Message::ChannelStatus(status) => {
                    newest.channels.insert(status.channel, *status);
                }
                Message::MachineStatus(status) => newest.machine = Some(*status),
                _ => return false,
            }
            true
        });
    }

    fn refresh(&self) {
        let record = self.client.record();
        let progress = Progress {
            total: record.total(),
            collected: record.collected(),
            lost: record.lost(),
            complete: record.is_whole(),
        };
        let connected = self.client.is_connected();
        let stale = self.client.values_are_stale(self.now());
        let quality = self.quality();
        self.newest.send_if_modified(|newest| {
            // Every frame counts: nobody is woken for that alone.
            newest.quality = quality;
            let old = (newest.record, newest.connected, newest.stale);
            (newest.record, newest.connected, newest.stale) = (progress, connected, stale);
            old != (progress, connected, stale)
        });
    }

    fn quality(&self) -> LinkQuality {
        let counters = self.client.counters();
        let frame::Counters { ok, crc, length, overflow, cobs } = counters.frames;
        let bad = [crc, length, overflow, cobs, counters.unreadable];
        LinkQuality {
            round_trip_us: self.client.round_trip_us(),
            frames_good: ok,
            frames_bad: bad.into_iter().fold(0, u32::saturating_add),
            packets_lost: counters.packets_lost,
        }
    }
}

/// The next step of a way: it is opened, read from, or written to.
async fn advance(way: &mut Way, room: &mut [u8], out: &[u8]) -> Happened {
    match way {
        Way::Opening(opening) => Happened::Opened(opening.await),
        Way::Pausing(again) => {
            time::sleep_until(*again).await;
            Happened::Tried
        }
        Way::Open(read, _) if out.is_empty() => Happened::Read(read.read(room).await),
        Way::Open(read, write) => tokio::select! {
            read = read.read(room) => Happened::Read(read),
            written = write.write(out) => Happened::Written(written),
        },
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        for (_, answer) in self.answers.drain() {
            let _ = answer.send(Err(Closed.into()));
        }
    }
}
