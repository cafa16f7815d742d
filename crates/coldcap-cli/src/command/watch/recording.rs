//! A recording that is played.

use super::desk::{Deck, Desk, Move, Wish};
use super::live::{end_of, print};
use super::terminal::{Ends, Input, Terminal, inputs};
use super::{Form, screen};
use crate::arguments::Watch;
use crate::command::inputs::not_a_recording;
use crate::failure::Failure;
use coldcap_host::client::Message;
use coldcap_host::playback::{OpenError, Playback};
use coldcap_host::view::View;
use coldcap_units::Instant;
use core::time::Duration;
use std::path::Path;
use tokio::time::{Instant as WallInstant, MissedTickBehavior, interval};

const DRAWN_EVERY: Duration = Duration::from_millis(250);
/// The slowest and the fastest.
const SPEEDS: [f64; 2] = [0.125, 4_096.0];

/// A recording, and the view up to where it is played.
struct Player {
    playback: Playback,
    /// What comes next, and when.
    next: Option<(Instant, Message)>,
    desk: Desk,
    moved: WallInstant,
}

pub(super) async fn run(options: &Watch, form: Form) -> Result<(), Failure> {
    let [slowest, fastest] = SPEEDS;
    if !(slowest..=fastest).contains(&options.speed) {
        let line = format!("--speed: {}: allowed {slowest} to {fastest}", options.speed);
        return Err(Failure::Input(line));
    }
    let mut player = Player::open(&options.what, options.speed)?;
    let end = options.duration.map(|seconds| WallInstant::now() + Duration::from_secs(seconds));
    tokio::select! {
        shown = player.show(form) => shown,
        () = end_of(end) => Ok(()),
    }
}

impl Player {
    fn open(name: &str, speed: f64) -> Result<Self, Failure> {
        let path = Path::new(name);
        let mut playback = Playback::open(path).map_err(|error| match error {
            OpenError::NotARecording(damage) => not_a_recording(name, &damage),
            OpenError::Unreadable(error) => Failure::unreadable(path, &error),
            other => Failure::Input(format!("{name}: {other}")),
        })?;
        let length_ms = playback.duration().as_millis().into();
        let deck = Deck { position_ms: 0, length_ms, speed, paused: false };
        let next = playback.next_message()?;
        Ok(Self { playback, next, desk: Desk::new(name, Some(deck)), moved: WallInstant::now() })
    }

    async fn show(&mut self, form: Form) -> Result<(), Failure> {
        if form != Form::Screen {
            return self.print(form).await;
        }
        let (mut ends, mut terminal) = (Ends::new()?, Terminal::open()?);
        let mut inputs = inputs();
        let mut frames = interval(DRAWN_EVERY);
        frames.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            self.play_on()?;
            let at = Instant::from_millis(self.deck().position_ms);
            terminal.draw(|frame| screen::draw(&self.desk, at, frame))?;
            tokio::select! {
                input = inputs.recv() => match input {
                    Some(Input::Key(key)) => match self.desk.press(key) {
                        Some(Wish::Quit) => return Ok(()),
                        Some(Wish::Move(step)) => self.make(step)?,
                        _ => {}
                    },
                    Some(Input::Resized) => {}
                    Some(Input::Gone) | None => return Ok(()),
                },
                () = ends.wait() => return Ok(()),
                _ = frames.tick() => {}
            }
        }
    }

    /// A line a second, and the end of the recording is the end.
    async fn print(&mut self, form: Form) -> Result<(), Failure> {
        let mut seconds = interval(Duration::from_secs(1));
        seconds.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            seconds.tick().await;
            self.play_on()?;
            let deck = self.deck();
            print(&self.desk.view, Instant::from_millis(deck.position_ms), form)?;
            if deck.position_ms >= deck.length_ms {
                return Ok(());
            }
        }
    }

    fn deck(&self) -> Deck {
        let none = Deck { position_ms: 0, length_ms: 0, speed: 1.0, paused: true };
        self.desk.deck.unwrap_or(none)
    }

    /// As far as time has gone on since the last look.
    fn play_on(&mut self) -> Result<(), Failure> {
        let passed = self.moved.elapsed().as_secs_f64();
        self.moved = WallInstant::now();
        let deck = self.deck();
        if deck.paused {
            return Ok(());
        }
        let further = (passed * deck.speed * 1_000.0) as u64;
        self.go_to(deck.position_ms + further)
    }

    fn make(&mut self, step: Move) -> Result<(), Failure> {
        self.play_on()?;
        let deck = self.deck();
        let [slowest, fastest] = SPEEDS;
        let set = |speed: f64, paused| Some(Deck { speed, paused, ..deck });
        match step {
            Move::PauseOrPlay => self.desk.deck = set(deck.speed, !deck.paused),
            Move::Faster => self.desk.deck = set((deck.speed * 2.0).min(fastest), deck.paused),
            Move::Slower => self.desk.deck = set((deck.speed / 2.0).max(slowest), deck.paused),
            Move::By(ms) => return self.go_to(deck.position_ms.saturating_add_signed(ms)),
            Move::To(ms) => return self.go_to(ms),
        }
        Ok(())
    }

    /// Plays up to a moment. Backwards it is played anew from the beginning, so that curves and alarms are those of that
    /// moment.
    fn go_to(&mut self, ms: u64) -> Result<(), Failure> {
        let deck = self.deck();
        let position_ms = ms.min(deck.length_ms);
        if position_ms < deck.position_ms {
            self.rewind()?;
        }
        let at = Instant::from_millis(position_ms);
        while let Some((time, message)) = self.next.take_if(|(time, _)| *time <= at) {
            self.desk.view.hear(time, &message);
            self.next = self.playback.next_message()?;
        }
        self.desk.deck = Some(Deck { position_ms, ..deck });
        Ok(())
    }

    fn rewind(&mut self) -> Result<(), Failure> {
        self.playback.seek(Instant::ZERO)?;
        self.desk.view = View::new();
        self.next = self.playback.next_message()?;
        Ok(())
    }
}
