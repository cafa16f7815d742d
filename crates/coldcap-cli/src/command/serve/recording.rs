//! A recording for browsers: each page plays it for itself; the plot is that of its report.

use super::curves;
use super::page::{Left, Page};
use crate::command::player::{Move, Player};
use crate::command::recording::Reading;
use crate::command::report;
use crate::failure::Failure;
use coldcap_host::report::TemperaturePlot;
use coldcap_host::view::{CHANNELS_MAXIMUM, View};
use core::time::Duration;
use serde_json::json;
use std::path::Path;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};
use tokio_tungstenite::tungstenite::Utf8Bytes;

const SHOWN_EVERY: Duration = Duration::from_millis(250);

pub(super) struct Recording {
    name: String,
    /// Its name for pages.
    title: String,
    speed: f64,
    plots: Utf8Bytes,
}

/// A page's own place in it.
struct Seat {
    player: Player,
    view: View,
}

impl Recording {
    /// Reads it once for its plots.
    pub(super) fn read(name: &str, speed: f64) -> Result<Self, Failure> {
        Player::open(name, speed)?;
        let path = Path::new(name);
        let mut reading = Reading::open(path)?;
        let mut plots = Vec::new();
        for channel in 0..reading.playback.channels().clamp(1, CHANNELS_MAXIMUM) {
            reading.rewind()?;
            let (treatment, later_s) = report::treatment(channel, &mut reading, None)?;
            let plot = TemperaturePlot::draw(&treatment, &treatment.since);
            plots.push(curves::document(channel, &plot, later_s));
        }
        reading.warn()?;
        let plots = json!({ "kind": "plots", "plots": plots }).to_string().into();
        // Where it lies is no page's business.
        let title = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { name: name.into(), title, speed, plots })
    }

    pub(super) async fn show<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        page: &mut Page<S>,
    ) -> Result<(), Left> {
        page.send(self.plots.clone()).await?;
        let player = Player::open(&self.name, self.speed).map_err(|_| Left)?;
        let view = player.view();
        let mut seat = Seat { player, view };
        let mut times = interval(SHOWN_EVERY);
        times.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            let step = tokio::select! {
                _ = times.tick() => None,
                step = page.next_move() => Some(step?),
            };
            // A long way takes a while, and the others are not kept waiting.
            seat =
                spawn_blocking(move || seat.go(step)).await.map_err(|_| Left)?.map_err(|_| Left)?;
            page.send(self.picture(&seat)).await?;
        }
    }

    fn picture(&self, seat: &Seat) -> Utf8Bytes {
        let message = json!({
            "kind": "picture",
            "place": self.title,
            "deck": seat.player.deck(),
            "picture": seat.view.picture(seat.player.at()),
        });
        message.to_string().into()
    }
}

impl Seat {
    fn go(mut self, step: Option<Move>) -> Result<Self, Failure> {
        match step {
            Some(step) => self.player.make(step, &mut self.view)?,
            None => self.player.play_on(&mut self.view)?,
        }
        Ok(self)
    }
}
