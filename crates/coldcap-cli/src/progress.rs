//! How far something is, on standard error: nothing is drawn where nobody watches.

use core::time::Duration;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal};

/// What stands behind the bar of something that is read from its beginning to its end.
pub(crate) const PART: &str = "{percent} %";

const TURNS_EVERY: Duration = Duration::from_millis(200);

/// A bar over so many steps, with this behind it; whoever is done with it clears it.
pub(crate) fn bar(steps: u64, behind: &str) -> ProgressBar {
    let bar = ProgressBar::new(steps);
    let bar = match ProgressStyle::with_template(&format!("{{bar:16.cyan/blue}} {behind}")) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    };
    // The first step may take long.
    bar.tick();
    bar
}

/// The same for what prints as it goes: on one screen the two would run into each other, and the lines are progress enough.
pub(crate) fn bar_beside_lines(steps: u64, behind: &str) -> ProgressBar {
    match io::stdout().is_terminal() {
        true => ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::hidden()),
        false => bar(steps, behind),
    }
}

/// A mark that turns while something is waited for; whoever is done clears it.
pub(crate) fn waiting(what: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(what.to_owned());
    bar.enable_steady_tick(TURNS_EVERY);
    bar
}
