//! The scalp skin.

mod config;
mod contact;
mod doubt;
mod forecast;
mod heat;
mod model;
mod number;
mod observer;
mod perfusion;
mod second;

pub use config::{SkinConfig, SkinConfigError, SkinParameters};
pub use contact::{ContactFinding, ContactWatch, WatchLimits};
pub use forecast::{Crossing, Forecast};
pub use observer::{ContactEvidence, SkinEstimate, SkinObserver};
pub use second::SkinInput;
