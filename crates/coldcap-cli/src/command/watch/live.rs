//! A machine that runs.

use super::desk::{Desk, Order, Wish};
use super::terminal::{Input, Terminal, inputs};
use super::{Form, fault, lines, screen};
use crate::arguments::Watch;
use crate::command::ends::Ends;
use crate::command::follower::{Follower, PERIOD};
use crate::failure::Failure;
use coldcap_host::client::{CommandBody, UNSENT};
use coldcap_host::connection::{Closed, CommandError, Updates};
use coldcap_host::view::View;
use coldcap_units::Instant;
use coldcap_wire::message::{Action, Operate, Response};
use core::future::pending;
use core::net::SocketAddr;
use core::time::Duration;
use std::io::{self, Write};
use tokio::sync::mpsc;
use tokio::time::{Instant as WallInstant, MissedTickBehavior, interval, sleep};
use tokio_stream::StreamExt;

/// So often it is drawn; a key is drawn at once.
const DRAWN_EVERY: Duration = Duration::from_millis(250);
const PRINTED_EVERY: Duration = Duration::from_secs(1);

/// A key that is held repeats many times a second: once a second it is one.
const PRESSED_AGAIN: Duration = Duration::from_secs(1);

type Answer = (Order, Result<Response, CommandError>);

struct Live {
    machine: Follower,
    desk: Desk,
    answers: mpsc::UnboundedSender<Answer>,
    pressed: Pressed,
    fault_door: Option<SocketAddr>,
    /// What became of faults.
    told: mpsc::UnboundedSender<String>,
}

/// What comes back of what was asked for.
struct Returned {
    answers: mpsc::UnboundedReceiver<Answer>,
    told: mpsc::UnboundedReceiver<String>,
}

/// What a key asked for last, and when.
#[derive(Default)]
struct Pressed(Option<(Order, WallInstant)>);

impl Pressed {
    /// Whether the same was asked for a moment ago.
    fn again(&mut self, order: &Order, now: WallInstant) -> bool {
        let last = self.0.replace((*order, now));
        last.is_some_and(|(last, at)| {
            let is_same = last.body == order.body && last.channel == order.channel;
            is_same && now - at < PRESSED_AGAIN
        })
    }
}

pub(super) async fn run(machine: Follower, options: &Watch, form: Form) -> Result<(), Failure> {
    let mut updates = machine.connection.updates();
    machine.connection.follow(PERIOD).await?;
    let (answers, answered) = mpsc::unbounded_channel();
    let (told, heard) = mpsc::unbounded_channel();
    let fault_door = options.fault_door;
    let desk = Desk::new(&options.what, None);
    let desk = Desk { has_fault_door: fault_door.is_some(), ..desk };
    let pressed = Pressed::default();
    let mut live = Live { machine, desk, answers, pressed, fault_door, told };
    let answered = Returned { answers: answered, told: heard };
    let end = end_of(options.duration);
    tokio::select! {
        shown = live.show(&mut updates, answered, form) => return shown,
        () = end => {}
    }
    live.was_heard()
}

/// Behind so many seconds.
pub(super) async fn end_of(seconds: Option<u32>) {
    match seconds {
        Some(seconds) => sleep(Duration::from_secs(seconds.into())).await,
        None => pending().await,
    }
}

impl Live {
    async fn show(
        &mut self,
        updates: &mut Updates,
        mut returned: Returned,
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
                    self.machine.take(&update.ok_or(Closed)?, &mut self.desk.view);
                    continue;
                }
                input = inputs.recv() => match input {
                    Some(Input::Key(key)) => match self.desk.press(key) {
                        Some(Wish::Quit) => return Ok(()),
                        Some(Wish::Order(order)) => self.send(*order),
                        Some(Wish::Fault(line)) => self.break_something(line),
                        _ => {}
                    },
                    Some(Input::Resized) => {}
                    Some(Input::Gone) | None => return Ok(()),
                },
                Some((order, answer)) = returned.answers.recv() => self.answered(&order, &answer),
                Some(line) = returned.told.recv() => self.desk.notice = Some(line),
                () = ends.wait() => return Ok(()),
                _ = frames.tick() => {}
            }
            self.draw(&mut terminal).await?;
        }
    }

    /// Whoever watched a machine that was not there has seen nothing.
    fn was_heard(&self) -> Result<(), Failure> {
        let picture = self.desk.view.picture(self.machine.now());
        if picture.machine.serial.is_some() {
            return Ok(());
        }
        let why = picture.link.why.unwrap_or_else(|| "it says nothing".into());
        Err(Failure::Io(format!("{}: the machine was not heard: {why}", self.desk.place)))
    }

    /// The machine is told what stands on the screen: one that stands still is found by it.
    async fn draw(&mut self, terminal: &mut Terminal) -> Result<(), Failure> {
        self.machine.look(&mut self.desk.view);
        let at = self.machine.now();
        self.desk.settle();
        terminal.draw(|frame| screen::draw(&self.desk, at, frame))?;
        self.desk.note_drawn();
        let picture_is_shown = !self.machine.connection.snapshot().stale;
        match self.desk.view.progress() {
            Some(progress) if picture_is_shown => {
                Ok(self.machine.connection.drawn(progress).await?)
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
                update = updates.next() => self.machine.take(&update.ok_or(Closed)?, &mut self.desk.view),
                _ = seconds.tick() => {
                    self.machine.look(&mut self.desk.view);
                    print(&self.desk.view, self.machine.now(), form)?;
                }
            }
        }
    }

    /// What is not sent at once is not sent: nobody knows what it would mean later.
    fn send(&mut self, order: Order) {
        let held_back = match self.machine.connection.snapshot().connected {
            // A stop means the same later, and is tried each time.
            true if order.is_stop() => None,
            true => self
                .pressed
                .again(&order, WallInstant::now())
                .then_some("not sent again: once a second is enough"),
            false if order.is_stop() => {
                Some("NOT SENT YET, the machine is not heard: stop it there")
            }
            false => Some("NOT SENT, the machine is not heard"),
        };
        if let Some(why) = held_back {
            self.desk.notice = Some(format!("{}: {why}", order.name));
            if !order.is_stop() {
                return;
            }
        }
        let (connection, answers) = (self.machine.connection.clone(), self.answers.clone());
        tokio::spawn(async move {
            let Order { channel, body, revision, .. } = order;
            let answer = connection.command_for(channel, body, revision).await;
            let _ = answers.send((order, answer));
        });
    }

    fn break_something(&self, line: String) {
        let (Some(door), told) = (self.fault_door, self.told.clone()) else { return };
        tokio::spawn(async move {
            let _ = told.send(fault::make(door, &line).await);
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
            let at = self.machine.now();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_held_is_one_until_it_is_let_go() {
        let order = |channel, action| Order {
            channel,
            body: CommandBody::operate(action),
            revision: 1,
            name: "",
        };
        let (ease, other) = (order(0, Action::EASE_OFF), order(1, Action::EASE_OFF));
        let (mut pressed, begun) = (Pressed::default(), WallInstant::now());
        let mut again = |order, millis| pressed.again(order, begun + Duration::from_millis(millis));
        assert!(!again(&ease, 0));
        assert!((1..60).all(|time| again(&ease, time * 33)), "held for two seconds");
        assert!(!again(&ease, 2_950), "a second behind it was let go");
        assert!(!again(&other, 2_960) && !again(&order(1, Action::PAUSE), 2_970));
    }
}
