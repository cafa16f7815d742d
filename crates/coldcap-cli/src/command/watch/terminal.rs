//! The terminal while it is drawn on, and what comes from it.

use crate::failure::Failure;
use crossterm::event::{self, Event, KeyEvent, KeyEventKind};
use ratatui::{DefaultTerminal, Frame};
use std::io;
use std::thread;
use tokio::sync::mpsc;

/// The terminal in raw mode. It is given back as it was when this is dropped, and by a panic.
pub(super) struct Terminal(DefaultTerminal);

impl Terminal {
    pub(super) fn open() -> Result<Self, Failure> {
        let terminal = ratatui::try_init()
            .map_err(|error| Failure::Io(format!("the terminal: {error}: try --plain")))?;
        Ok(Self(terminal))
    }

    pub(super) fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.0.draw(draw).map(|_| ())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        ratatui::restore();
    }
}

/// What somebody does at the terminal.
#[derive(Clone, Copy, Debug)]
pub(super) enum Input {
    Key(KeyEvent),
    /// It has another size.
    Resized,
    /// There is no terminal any more.
    Gone,
}

/// Reads the terminal on a thread of its own, which ends with the program.
pub(super) fn inputs() -> mpsc::UnboundedReceiver<Input> {
    let (told, inputs) = mpsc::unbounded_channel();
    thread::spawn(move || {
        loop {
            let input = match event::read() {
                Ok(Event::Key(key)) if key.kind == KeyEventKind::Release => continue,
                Ok(Event::Key(key)) => Input::Key(key),
                Ok(_) => Input::Resized,
                Err(_) => Input::Gone,
            };
            if told.send(input).is_err() || matches!(input, Input::Gone) {
                return;
            }
        }
    });
    inputs
}
