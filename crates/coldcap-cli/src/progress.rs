//! How far something is, on standard error: nothing is drawn where nobody watches.

use indicatif::{ProgressBar, ProgressStyle};

/// What stands behind the bar of something that is read from its beginning to its end.
pub(crate) const PART: &str = "{percent} %";

/// A bar over so many steps, with this behind it; whoever is done with it clears it.
pub(crate) fn bar(steps: u64, behind: &str) -> ProgressBar {
    let bar = ProgressBar::new(steps);
    match ProgressStyle::with_template(&format!("{{bar:16.cyan/blue}} {behind}")) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
