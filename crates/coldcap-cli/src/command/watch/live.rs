//! A machine that runs.

use super::desk::{Desk, Order, Wish};
use super::terminal::{Ends, Input, Terminal, inputs};
use super::{Form, lines, screen};
use crate::arguments::Watch;
use crate::failure::Failure;
use coldcap_host::client::{CommandBody, Message, UNSENT};
use coldcap_host::connection::{Clock, CommandError, Connection, Update, Updates};
use coldcap_host::view::{LinkFact, View};
use coldcap_units::{Duration as Span, Instant};
use coldcap_wire::message::{Action, Operate, Response, Subscribe};
use core::future::pending;
use core::time::Duration;
use std::io::{self, Write};
use tokio::sync::mpsc;
use tokio::time::{Instant as WallInstant, MissedTickBehavior, interval, sleep_until};
use tokio_stream::StreamExt;

/// So often reports come.
const PERIOD: Span = Span::from_millis(100);
/// So often it is drawn; a key is drawn at once.
const DRAWN_EVERY: Duration = Duration::from_millis(250);
const PRINTED_EVERY: Duration = Duration::from_secs(1);

type Answer = (Order, Result<Response, CommandError>);

struct Live {
    connection: Connection,
    clock: Clock,
    began: WallInstant,
    desk: Desk,
    /// How many channels the machine has, as it was asked for.
    channels: u8,
    answers: mpsc::UnboundedSender<Answer>,
}

pub(super) async fn run(
    connection: Connection,
    clock: Clock,
    options: &Watch,
    form: Form,
) -> Result<(), Failure> {
    let mut updates = connection.updates();
    connection.follow(PERIOD).await.map_err(closed)?;
    let (answers, answered) = mpsc::unbounded_channel();
    let (began, desk) = (WallInstant::now(), Desk::new(&options.what, None));
    let mut live = Live { connection, clock, began, desk, channels: 0, answers };
    let end = options.duration.map(|seconds| began + Duration::from_secs(seconds));
    tokio::select! {
        shown = live.show(&mut updates, answered, form) => shown,
        () = end_of(end) => Ok(()),
    }
}

fn closed(error: impl core::fmt::Display) -> Failure {
    Failure::Io(error.to_string())
}

pub(super) async fn end_of(end: Option<WallInstant>) {
    match end {
        Some(end) => sleep_until(end).await,
        None => pending().await,
    }
}

impl Live {
    async fn show(
        &mut self,
        updates: &mut Updates,
        mut answered: mpsc::UnboundedReceiver<Answer>,
        form: Form,
    ) -> Result<(), Failure> {
        if form != Form::Screen {
            return self.print(updates, form).await;
        }
        let (mut ends, mut terminal) = (Ends::new()?, Terminal::open()?);
        let mut inputs = inputs();
        let mut frames = interval(DRAWN_EVERY);
        frames.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                update = updates.next() => {
                    self.take(&update.ok_or(Failure::Closed)?);
                    continue;
                }
                input = inputs.recv() => match input {
                    Some(Input::Key(key)) => match self.desk.press(key) {
                        Some(Wish::Quit) => return Ok(()),
                        Some(Wish::Order(order)) => self.send(*order),
                        _ => {}
                    },
                    Some(Input::Resized) => {}
                    Some(Input::Gone) | None => return Ok(()),
                },
                Some((order, answer)) = answered.recv() => self.answered(&order, &answer),
                () = ends.wait() => return Ok(()),
                _ = frames.tick() => {}
            }
            self.draw(&mut terminal).await?;
        }
    }

    /// The machine is told what stands on the screen: one that stands still is found by it.
    async fn draw(&mut self, terminal: &mut Terminal) -> Result<(), Failure> {
        self.look();
        let at = self.now();
        terminal.draw(|frame| screen::draw(&self.desk, at, frame))?;
        let picture_is_shown = !self.connection.snapshot().stale;
        match self.desk.view.progress() {
            Some(progress) if picture_is_shown => {
                self.connection.drawn(progress).await.map_err(closed)
            }
            _ => Ok(()),
        }
    }

    async fn print(&mut self, updates: &mut Updates, form: Form) -> Result<(), Failure> {
        let mut seconds = interval(PRINTED_EVERY);
        seconds.set_missed_tick_behavior(MissedTickBehavior::Skip);
        seconds.tick().await;
        loop {
            tokio::select! {
                update = updates.next() => self.take(&update.ok_or(Failure::Closed)?),
                _ = seconds.tick() => {
                    self.look();
                    print(&self.desk.view, self.now(), form)?;
                }
            }
        }
    }

    fn now(&self) -> Instant {
        let seconds = self.began.elapsed().as_secs_f64() * self.clock.speed();
        Instant::from_millis((seconds * 1_000.0) as u64)
    }

    fn take(&mut self, update: &Update) {
        let at = self.now();
        let view = &mut self.desk.view;
        match update {
            Update::Opened => view.learn(LinkFact::Opened),
            Update::Down(why) => view.learn(LinkFact::Down(why.to_string())),
            Update::Missed(count) => view.learn(LinkFact::Missed(*count)),
            Update::Message(message) => {
                view.hear(at, message);
                self.meet(message);
            }
        }
    }

    /// A subscription is of one channel: those of the others come at the common pace, which ends with the session.
    fn meet(&mut self, message: &Message) {
        match message {
            Message::Hello(hello) => self.channels = hello.channels,
            Message::ChannelStatus(status) if status.channel != 0 && self.channels > 1 => {
                self.channels = 0;
                let period_ms = PERIOD.as_millis() as u16;
                let body = CommandBody::Subscribe(Subscribe { head: UNSENT, period_ms });
                let connection = self.connection.clone();
                // Where it is refused they come once a second.
                tokio::spawn(async move { connection.command(body).await });
            }
            _ => {}
        }
    }

    /// What is newest of the line.
    fn look(&mut self) {
        let snapshot = self.connection.snapshot();
        self.desk.view.learn(LinkFact::Stale(snapshot.stale));
        self.desk.view.learn(LinkFact::Quality(snapshot.quality));
    }

    fn send(&self, order: Order) {
        let (connection, answers) = (self.connection.clone(), self.answers.clone());
        tokio::spawn(async move {
            let Order { channel, body, revision, .. } = order;
            let answer = connection.command_for(channel, body, revision).await;
            let _ = answers.send((order, answer));
        });
    }

    fn answered(&mut self, order: &Order, answer: &Result<Response, CommandError>) {
        let pause = CommandBody::Operate(Operate {
            head: UNSENT,
            action: Action::AUDIO_PAUSE,
            confirm: 0,
            argument: 0,
        });
        if answer.is_ok() && order.body == pause {
            let at = self.now();
            self.desk.view.sound_paused(at);
        }
        self.desk.answered(order, answer);
    }
}

/// One line.
pub(super) fn print(view: &View, at: Instant, form: Form) -> Result<(), Failure> {
    let picture = view.picture(at);
    let line = match form {
        Form::Json => serde_json::to_string(&picture)?,
        _ => lines::plain(&picture),
    };
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
