//! A recording that is played as time goes on, for whoever shows it.

use super::recording;
use crate::failure::Failure;
use coldcap_host::client::Message;
use coldcap_host::playback::Playback;
use coldcap_host::view::View;
use coldcap_units::Instant;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::Instant as WallInstant;

/// The slowest and the fastest.
pub(crate) const SPEEDS: [f64; 2] = [0.125, 4_096.0];

/// Where a recording is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Deck {
    pub(crate) position_ms: u64,
    pub(crate) length_ms: u64,
    pub(crate) speed: f64,
    pub(crate) paused: bool,
}

/// A move of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Move {
    PauseOrPlay,
    Faster,
    Slower,
    /// By so many ms.
    By(i64),
    To(u64),
}

/// A recording, and where it is.
#[derive(Debug)]
pub(crate) struct Player {
    playback: Playback,
    /// What comes next, and when.
    next: Option<(Instant, Message)>,
    deck: Deck,
    moved: WallInstant,
}

impl Player {
    pub(crate) fn open(name: &str, speed: f64) -> Result<Self, Failure> {
        let [slowest, fastest] = SPEEDS;
        if !(slowest..=fastest).contains(&speed) {
            let line = format!("--speed: {speed}: allowed {slowest} to {fastest}");
            return Err(Failure::Input(line));
        }
        let mut playback = recording::open(Path::new(name))?;
        let length_ms = playback.duration().as_millis().into();
        let deck = Deck { position_ms: 0, length_ms, speed, paused: false };
        let next = playback.next_message()?;
        Ok(Self { playback, next, deck, moved: WallInstant::now() })
    }

    pub(crate) const fn deck(&self) -> Deck {
        self.deck
    }

    /// What is seen before anything is played.
    pub(crate) fn view(&self) -> View {
        View::with_origin(self.playback.origin().into())
    }

    /// The moment that is shown.
    pub(crate) const fn at(&self) -> Instant {
        Instant::from_millis(self.deck.position_ms)
    }

    /// As far as time has gone on since the last look.
    pub(crate) fn play_on(&mut self, view: &mut View) -> Result<(), Failure> {
        let passed = self.moved.elapsed().as_secs_f64();
        self.moved = WallInstant::now();
        if self.deck.paused {
            return Ok(());
        }
        let further = (passed * self.deck.speed * 1_000.0) as u64;
        self.go_to(self.deck.position_ms.saturating_add(further), view)
    }

    pub(crate) fn make(&mut self, step: Move, view: &mut View) -> Result<(), Failure> {
        self.play_on(view)?;
        let [slowest, fastest] = SPEEDS;
        match step {
            Move::PauseOrPlay => self.deck.paused = !self.deck.paused,
            Move::Faster => self.deck.speed = (self.deck.speed * 2.0).min(fastest),
            Move::Slower => self.deck.speed = (self.deck.speed / 2.0).max(slowest),
            Move::By(ms) => {
                return self.go_to(self.deck.position_ms.saturating_add_signed(ms), view);
            }
            Move::To(ms) => return self.go_to(ms, view),
        }
        Ok(())
    }

    /// Plays up to a moment. Backwards it is played anew from the beginning, so that curves and alarms are those of that
    /// moment.
    fn go_to(&mut self, ms: u64, view: &mut View) -> Result<(), Failure> {
        let position_ms = ms.min(self.deck.length_ms);
        if position_ms < self.deck.position_ms {
            self.playback.seek(Instant::ZERO)?;
            *view = self.view();
            self.next = self.playback.next_message()?;
        }
        let at = Instant::from_millis(position_ms);
        while let Some((time, message)) = self.next.take_if(|(time, _)| *time <= at) {
            view.hear(time, &message);
            self.next = self.playback.next_message()?;
        }
        self.deck.position_ms = position_ms;
        Ok(())
    }
}
