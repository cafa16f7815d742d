//! A recording that is played.

use super::desk::{Desk, Wish};
use super::live::{end_of, print};
use super::terminal::{Input, Terminal, inputs};
use super::{Form, screen};
use crate::arguments::Watch;
use crate::command::ends::Ends;
use crate::command::player::{Move, Player};
use crate::failure::Failure;
use core::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

const DRAWN_EVERY: Duration = Duration::from_millis(250);

/// A recording, and the view up to where it is played.
struct Shown {
    player: Player,
    desk: Desk,
}

pub(super) async fn run(options: &Watch, form: Form) -> Result<(), Failure> {
    let player = Player::open(&options.what, options.access.speed)?;
    let view = player.view();
    let desk = Desk { view, ..Desk::new(&options.what, Some(player.deck())) };
    let mut shown = Shown { player, desk };
    tokio::select! {
        shown = shown.show(form) => shown,
        () = end_of(options.duration) => Ok(()),
    }
}

impl Shown {
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
            let at = self.player.at();
            self.desk.settle();
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
            let deck = self.player.deck();
            print(&self.desk.view, self.player.at(), form)?;
            if deck.position_ms >= deck.length_ms {
                return Ok(());
            }
        }
    }

    fn play_on(&mut self) -> Result<(), Failure> {
        self.player.play_on(&mut self.desk.view)?;
        self.desk.deck = Some(self.player.deck());
        Ok(())
    }

    fn make(&mut self, step: Move) -> Result<(), Failure> {
        self.player.make(step, &mut self.desk.view)?;
        self.desk.deck = Some(self.player.deck());
        Ok(())
    }
}
