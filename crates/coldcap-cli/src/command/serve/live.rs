//! The pictures of a machine that runs: made once, for all pages.

use super::curves::Curves;
use super::page::{Left, Page};
use crate::command::follower::{Follower, PERIOD};
use crate::failure::Failure;
use coldcap_host::connection::{Closed, Update, Updates};
use coldcap_host::view::View;
use core::time::Duration;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};
use tokio_stream::StreamExt;
use tokio_tungstenite::tungstenite::Utf8Bytes;

const SHOWN_EVERY: Duration = Duration::from_millis(500);
/// The curves are drawn anew with each sixth picture.
const DRAWN_EVERY: u32 = 6;

/// The newest of each sort; a page that is slow has never more than these to take.
pub(super) struct Pictures {
    pictures: watch::Receiver<Utf8Bytes>,
    plots: watch::Receiver<Utf8Bytes>,
}

struct Teller {
    machine: Follower,
    place: String,
    view: View,
    curves: Curves,
    pictures: watch::Sender<Utf8Bytes>,
    plots: watch::Sender<Utf8Bytes>,
}

/// The pictures, and what makes them for as long as it is waited for.
pub(super) async fn pictures(
    machine: Follower,
    place: &str,
) -> Result<(Pictures, impl Future<Output = Result<(), Failure>>), Failure> {
    let updates = machine.connection.updates();
    machine.connection.follow(PERIOD).await?;
    let (pictures, seen) = watch::channel(Utf8Bytes::default());
    let (plots, drawn) = watch::channel(Utf8Bytes::default());
    let (view, curves) = (View::new(), Curves::default());
    let teller = Teller { machine, place: place.into(), view, curves, pictures, plots };
    Ok((Pictures { pictures: seen, plots: drawn }, teller.tell(updates)))
}

impl Teller {
    async fn tell(mut self, mut updates: Updates) -> Result<(), Failure> {
        let mut times = interval(SHOWN_EVERY);
        times.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut count = 0_u32;
        loop {
            tokio::select! {
                update = updates.next() => self.take(&update.ok_or(Closed)?),
                _ = times.tick() => {
                    self.show(count.is_multiple_of(DRAWN_EVERY))?;
                    count = count.wrapping_add(1);
                }
            }
        }
    }

    fn take(&mut self, update: &Update) {
        self.machine.take(update, &mut self.view);
        if let Update::Message(message) = update {
            self.curves.take(self.machine.now(), message);
        }
    }

    fn show(&mut self, with_plots: bool) -> Result<(), Failure> {
        self.machine.look(&mut self.view);
        let picture = self.view.picture(self.machine.now());
        self.curves.see(&picture);
        let message = json!({
            "kind": "picture",
            "place": self.place,
            "deck": null,
            "picture": picture,
        });
        self.pictures.send_replace(message.to_string().into());
        if with_plots {
            // The house itself has one receiver: with no more than that there is nobody who looks.
            let is_seen = self.plots.receiver_count() > 1;
            let plots = is_seen.then(|| self.curves.plots(picture.origin));
            let message = plots.map(|plots| json!({ "kind": "plots", "plots": plots }).to_string());
            self.plots.send_replace(message.unwrap_or_default().into());
        }
        Ok(())
    }
}

impl Pictures {
    /// Shows them to a page until it leaves. What it says is read, so that it is known when it leaves, and is not heeded.
    pub(super) async fn show<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        page: &mut Page<S>,
    ) -> Result<(), Left> {
        let (mut pictures, mut plots) = (self.pictures.clone(), self.plots.clone());
        pictures.mark_changed();
        plots.mark_changed();
        loop {
            let text = tokio::select! {
                changed = pictures.changed() => newest(&mut pictures, changed.is_ok())?,
                changed = plots.changed() => newest(&mut plots, changed.is_ok())?,
                said = page.next_move() => {
                    said?;
                    continue;
                }
            };
            if !text.is_empty() {
                page.send(text).await?;
            }
        }
    }
}

fn newest(told: &mut watch::Receiver<Utf8Bytes>, is_told: bool) -> Result<Utf8Bytes, Left> {
    if is_told { Ok(told.borrow_and_update().clone()) } else { Err(Left) }
}
