//! What the examples of thermal control share: toy plants, and a chart for the pages.
//!
//! The plants are differential equations in `f64` and nothing else; they know nothing of the library.

mod chart;
mod plant;

pub use chart::{Chart, Line, Panel};
pub use plant::{Cooler, Head, Tank, lag};
